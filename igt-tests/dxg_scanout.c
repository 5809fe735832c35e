// SPDX-License-Identifier: MIT
/*
 * Allocations that the in-tree device shows on its screen.
 *
 * What virtio_gpu shows is what the host sees: it is asked for a picture by a line in the
 * kernel's log, see scripts/guest.py, which puts it into the directory that is shared with
 * the guest. vkms has no screen but says a checksum of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <drm.h>
#include <drm_fourcc.h>

#include "dxg_prime.h"

IGT_TEST_DESCRIPTION("Allocations on the screen of the in-tree device.");

#define TIMEOUT_MS	20000
#define PICTURES	20
#define LINES_A_STREAM	500

/* --- the screen ---------------------------------------------------------- */

/**
 * struct screen - A connected screen of the in-tree device
 * @card: the card node
 * @driver: its driver
 * @connector: the connector
 * @crtc: what drives it
 * @mode: the smallest that it has
 */
struct screen {
	int card;
	const char *driver;
	uint32_t connector;
	uint32_t crtc;
	struct drm_mode_modeinfo mode;
};

#define MODES		256

static int card_ioctl(const struct screen *screen, unsigned long code, void *arg)
{
	int ret;

	do {
		ret = ioctl(screen->card, code, arg);
	} while (ret == -1 && (errno == EINTR || errno == EAGAIN));
	return ret == -1 ? -errno : ret;
}

static bool find_mode(struct screen *screen, uint32_t connector)
{
	static struct drm_mode_modeinfo modes[MODES];
	struct drm_mode_get_connector args = { .connector_id = connector };
	uint32_t area = UINT32_MAX;

	/* once to have the modes looked for, and once with room for them */
	igt_assert_eq(card_ioctl(screen, DRM_IOCTL_MODE_GETCONNECTOR, &args), 0);
	args.count_props = 0;
	args.count_encoders = 0;
	args.count_modes = MODES;
	args.modes_ptr = igt_dxg_ptr(modes);
	igt_assert_eq(card_ioctl(screen, DRM_IOCTL_MODE_GETCONNECTOR, &args), 0);
	igt_assert_lte_u64(args.count_modes, MODES);
	for (uint32_t i = 0; args.connection != 2 && i < args.count_modes; i++) {
		if ((uint32_t)modes[i].hdisplay * modes[i].vdisplay >= area)
			continue;
		area = modes[i].hdisplay * modes[i].vdisplay;
		screen->mode = modes[i];
		screen->connector = connector;
	}
	return area != UINT32_MAX;
}

/* Who has the card node open first may change the screen. */
static int open_card = -1;

static void screen_open(struct screen *screen, const char *driver)
{
	uint32_t crtcs[16], connectors[16];
	struct drm_mode_card_res args = {
		.count_crtcs = IGT_DXG_ARRAY_SIZE(crtcs),
		.crtc_id_ptr = igt_dxg_ptr(crtcs),
		.count_connectors = IGT_DXG_ARRAY_SIZE(connectors),
		.connector_id_ptr = igt_dxg_ptr(connectors),
	};
	bool found = false;

	memset(screen, 0, sizeof(*screen));
	/* of a test that failed */
	if (open_card >= 0)
		close(open_card);
	screen->driver = driver;
	open_card = igt_dxg_open_card(driver);
	screen->card = open_card;
	igt_assert_eq(card_ioctl(screen, DRM_IOCTL_SET_MASTER, NULL), 0);
	igt_assert_eq(card_ioctl(screen, DRM_IOCTL_MODE_GETRESOURCES, &args), 0);
	igt_assert(args.count_crtcs && args.count_connectors <= 16);
	for (uint32_t i = 0; i < args.count_connectors && !found; i++)
		found = find_mode(screen, connectors[i]);
	igt_assert_f(found, "no connected screen\n");
	screen->crtc = crtcs[0];
	igt_info("%s: %ux%u\n", driver, screen->mode.hdisplay, screen->mode.vdisplay);
}

static void screen_close(const struct screen *screen)
{
	close(screen->card);
	open_card = -1;
}

static void screen_show(const struct screen *screen, uint32_t fb)
{
	struct drm_mode_crtc args = {
		.set_connectors_ptr = igt_dxg_ptr(&screen->connector),
		.count_connectors = 1,
		.crtc_id = screen->crtc,
		.fb_id = fb,
		.mode_valid = 1,
		.mode = screen->mode,
	};

	igt_assert_eq(card_ioctl(screen, DRM_IOCTL_MODE_SETCRTC, &args), 0);
}

/*
 * Of what has been drawn since it is shown: 6.12's virtio_gpu takes no notice by itself.
 * vkms looks all the time, and may have no such call.
 */
static void screen_flush(const struct screen *screen, uint32_t fb)
{
	struct drm_mode_fb_dirty_cmd args = { .fb_id = fb };
	int ret = card_ioctl(screen, DRM_IOCTL_MODE_DIRTYFB, &args);

	igt_assert(!ret || !strcmp(screen->driver, "vkms"));
}

static uint64_t screen_bytes(const struct screen *screen)
{
	uint64_t bytes = 4ULL * screen->mode.hdisplay * screen->mode.vdisplay;

	return (bytes + PAGE - 1) / PAGE * PAGE;
}

/* --- pictures ------------------------------------------------------------ */

/* The colours of the quadrants, from the upper left on. */
struct picture {
	uint32_t colours[4];
};

static const struct picture pictures[] = {
	{ { 0x00ff0000, 0x0000ff00, 0x000000ff, 0x00ffffff } },
	{ { 0x00123456, 0x00fedcba, 0x00804020, 0x00010203 } },
	{ { 0x00000000, 0x00ffff00, 0x00ff00ff, 0x0000ffff } },
};

static uint32_t colour_at(const struct screen *screen, const struct picture *picture, int x,
			  int y)
{
	return picture->colours[2 * (y >= screen->mode.vdisplay / 2) +
				(x >= screen->mode.hdisplay / 2)];
}

static void draw(const struct screen *screen, const struct picture *picture, uint32_t *pixels)
{
	int width = screen->mode.hdisplay;

	for (int y = 0; y < screen->mode.vdisplay; y++)
		for (int x = 0; x < width; x++)
			pixels[y * width + x] = colour_at(screen, picture, x, y);
}

/* By the engine, in as many commands as it takes. */
static void draw_by_engine(const struct screen *screen, const struct picture *picture,
			   struct space *space, uint32_t allocation)
{
	uint64_t half = screen->mode.hdisplay / 2 * 4, line = screen->mode.hdisplay * 4;
	struct igt_dxg_stream stream;
	int y = 0;

	while (y < screen->mode.vdisplay) {
		igt_dxg_stream_begin(&stream);
		for (int i = 0; i < LINES_A_STREAM && y < screen->mode.vdisplay; i++, y++) {
			igt_dxg_stream_fill(&stream, allocation, y * line, half,
					    colour_at(screen, picture, 0, y));
			igt_dxg_stream_fill(&stream, allocation, y * line + half, line - half,
					    colour_at(screen, picture, screen->mode.hdisplay - 1,
						      y));
		}
		submit(space, &stream);
	}
	settle(space);
}

/* --- what is seen -------------------------------------------------------- */

/* The host's picture of the screen, which the caller frees. */
static uint8_t *take_picture(size_t *size)
{
	static unsigned int number;
	uint64_t start = igt_dxg_now_ns();
	char line[96], path[96];
	uint8_t *data;
	FILE *file;
	int kmsg, length;

	number++;
	length = snprintf(line, sizeof(line), "<6>guest: picture %d-%u\n", getpid(), number);
	kmsg = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	igt_assert_fd(kmsg);
	igt_assert_eq(write(kmsg, line, length), length);
	close(kmsg);
	snprintf(path, sizeof(path), "/host/%d-%u.ppm", getpid(), number);
	while (access(path, R_OK)) {
		igt_assert_f(igt_dxg_elapsed_ms(start) < TIMEOUT_MS,
			     "the host makes no picture; is a directory shared?\n");
		igt_dxg_sleep_ms(10);
	}
	file = fopen(path, "re");
	igt_assert(file);
	igt_assert_eq(fseek(file, 0, SEEK_END), 0);
	*size = ftell(file);
	rewind(file);
	data = malloc(*size + 1);
	igt_assert(data);
	igt_assert_eq_u64(fread(data, 1, *size, file), *size);
	data[*size] = '\0';
	fclose(file);
	unlink(path);
	return data;
}

/* Pixels that differ, all of them if it has another size. */
static unsigned int compare_picture(const struct screen *screen, const struct picture *picture)
{
	unsigned int width = screen->mode.hdisplay, height = screen->mode.vdisplay, differ = 0;
	uint8_t *data, *pixel;
	uint32_t colour;
	char head[32];
	size_t size;
	int length;

	data = take_picture(&size);
	length = snprintf(head, sizeof(head), "P6\n%u %u\n255\n", width, height);
	if (size != length + 3ULL * width * height || memcmp(data, head, length)) {
		igt_info("a picture of %zu bytes: %.12s\n", size, (char *)data + 3);
		free(data);
		return UINT32_MAX;
	}
	pixel = data + length;
	for (unsigned int y = 0; y < height; y++)
		for (unsigned int x = 0; x < width; x++, pixel += 3) {
			colour = colour_at(screen, picture, x, y);
			differ += pixel[0] != (colour >> 16 & 0xff) ||
				  pixel[1] != (colour >> 8 & 0xff) || pixel[2] != (colour & 0xff);
		}
	free(data);
	return differ;
}

/* The checksum of a frame that was begun after the call. */
static uint32_t read_crc(const struct screen *screen)
{
	char path[96], text[64];
	uint32_t crc = 0;
	int control, data, minor;
	struct stat status;
	ssize_t got;

	igt_assert_eq(fstat(screen->card, &status), 0);
	minor = status.st_rdev & 0xff;
	snprintf(path, sizeof(path), "/sys/kernel/debug/dri/%d/crtc-0/crc/control", minor);
	control = open(path, O_WRONLY | O_CLOEXEC);
	igt_assert_f(control >= 0, "cannot open %s\n", path);
	igt_assert_eq(write(control, "auto", 4), 4);
	close(control);
	snprintf(path, sizeof(path), "/sys/kernel/debug/dri/%d/crtc-0/crc/data", minor);
	data = open(path, O_RDONLY | O_CLOEXEC);
	igt_assert_f(data >= 0, "cannot open %s\n", path);
	for (int i = 0; i < 3; i++) {
		got = read(data, text, sizeof(text) - 1);
		igt_assert(got > 0);
		text[got] = '\0';
		/* frame and sum */
		igt_assert(strchr(text, ' '));
		crc = strtoul(strchr(text, ' '), NULL, 16);
	}
	close(data);
	return crc;
}

/* What the checksum of a picture is: the device shows a buffer of its own. */
static uint32_t crc_of(struct screen *screen, const struct picture *picture)
{
	uint32_t width = screen->mode.hdisplay, height = screen->mode.vdisplay;
	uint32_t pitch, handle = igt_dxg_card_create(screen->card, width, height, &pitch);
	uint32_t *pixels = igt_dxg_card_map(screen->card, handle, screen_bytes(screen)), fb, crc;

	igt_assert_eq_u32(pitch, 4 * width);
	draw(screen, picture, pixels);
	fb = igt_dxg_card_add_fb(screen->card, handle, width, height);
	screen_show(screen, fb);
	crc = read_crc(screen);
	munmap(pixels, screen_bytes(screen));
	igt_dxg_card_remove_fb(screen->card, fb);
	igt_dxg_card_close(screen->card, handle);
	return crc;
}

static uint32_t crcs[IGT_DXG_ARRAY_SIZE(pictures)];

/* Before there is anything of ours on the screen. */
static void learn_pictures(struct screen *screen)
{
	if (strcmp(screen->driver, "vkms"))
		return;
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(pictures); i++)
		crcs[i] = crc_of(screen, &pictures[i]);
	igt_assert(crcs[0] != crcs[1] && crcs[1] != crcs[2] && crcs[0] != crcs[2]);
}

static void assert_shown(const struct screen *screen, unsigned int number)
{
	unsigned int differ = 0;

	/* the host takes its time, and vkms is late on a slow machine */
	for (int i = 0; i < PICTURES; i++) {
		if (!strcmp(screen->driver, "vkms"))
			differ = read_crc(screen) != crcs[number];
		else
			differ = compare_picture(screen, &pictures[number]);
		if (!differ)
			return;
		igt_dxg_sleep_ms(50);
	}
	igt_assert_f(false, "%u pixels differ\n", differ);
}

/* --- tests --------------------------------------------------------------- */

/**
 * struct shown - An allocation on the screen
 * @space: device and context
 * @allocation: the allocation
 * @fb: frame buffer, which is all that the card node has of it
 */
struct shown {
	struct space space;
	uint32_t allocation;
	uint32_t fb;
};

static uint32_t create_displayable(const struct space *space, const struct screen *screen)
{
	struct drm_dxg_allocation_private private = {
		.size = 4ULL * screen->mode.hdisplay * screen->mode.vdisplay,
		.flags = DRM_DXG_ALLOCATION_DISPLAYABLE,
		.format = DRM_FORMAT_XRGB8888,
		.width = screen->mode.hdisplay,
		.height = screen->mode.vdisplay,
		.pitch = screen->mode.hdisplay * 4,
	};
	struct d3dkmt_allocation_info2 info = {
		.private_driver_data = igt_dxg_ptr(&private),
		.private_driver_data_size = sizeof(private),
	};
	struct d3dkmt_create_allocation args = {
		.device = space->device,
		.num_allocations = 1,
		.allocation_info = igt_dxg_ptr(&info),
	};

	igt_assert_eq(igt_dxg_ioctl(space->dxg, D3DKMT_IOCTL_CREATE_ALLOCATION2, &args), 0);
	return info.allocation;
}

static void shown_create(struct igt_dxg *dxg, struct shown *shown, struct screen *screen)
{
	uint32_t handle;
	int fd;

	space_create(dxg, &shown->space);
	shown->allocation = create_displayable(&shown->space, screen);
	fd = igt_dxg_export(dxg, shown->space.device, shown->allocation);
	handle = igt_dxg_card_import(screen->card, fd);
	shown->fb = igt_dxg_card_add_fb(screen->card, handle, screen->mode.hdisplay,
					screen->mode.vdisplay);
	igt_dxg_card_close(screen->card, handle);
	close(fd);
}

static void test_show(struct igt_dxg *dxg)
{
	struct screen screen;
	struct shown shown;

	screen_open(&screen, dxg->driver);
	learn_pictures(&screen);
	shown_create(dxg, &shown, &screen);
	draw_by_engine(&screen, &pictures[0], &shown.space, shown.allocation);
	screen_show(&screen, shown.fb);
	assert_shown(&screen, 0);

	/* drawn while it is shown */
	draw(&screen, &pictures[1], lock(&shown.space, shown.allocation));
	screen_flush(&screen, shown.fb);
	assert_shown(&screen, 1);
	draw_by_engine(&screen, &pictures[2], &shown.space, shown.allocation);
	screen_flush(&screen, shown.fb);
	assert_shown(&screen, 2);
	igt_dxg_card_remove_fb(screen.card, shown.fb);
	screen_close(&screen);
	space_destroy(&shown.space);
}

/* One is shown, the other is drawn. */
static void test_flip(struct igt_dxg *dxg)
{
	struct screen screen;
	struct shown shown[2];

	screen_open(&screen, dxg->driver);
	learn_pictures(&screen);
	for (int i = 0; i < 2; i++)
		shown_create(dxg, &shown[i], &screen);
	for (unsigned int i = 0; i < 4; i++) {
		draw_by_engine(&screen, &pictures[i % 3], &shown[i % 2].space,
			       shown[i % 2].allocation);
		screen_show(&screen, shown[i % 2].fb);
		assert_shown(&screen, i % 3);
	}
	for (int i = 0; i < 2; i++) {
		igt_dxg_card_remove_fb(screen.card, shown[i].fb);
		space_destroy(&shown[i].space);
	}
	screen_close(&screen);
}

/* The picture outlives all that it was made with. */
static void test_destroy(struct igt_dxg *dxg)
{
	struct igt_dxg_state before;
	struct screen screen;
	struct shown shown;
	uint64_t start;

	igt_dxg_read_state_all(dxg, &before);
	screen_open(&screen, dxg->driver);
	learn_pictures(&screen);
	shown_create(dxg, &shown, &screen);
	draw_by_engine(&screen, &pictures[1], &shown.space, shown.allocation);
	screen_show(&screen, shown.fb);
	assert_shown(&screen, 1);

	start = igt_dxg_now_ns();
	igt_dxg_destroy2(dxg, shown.space.device, 0, &shown.allocation, 1,
			 D3DKMT_DESTROY_SYNCHRONOUS);
	igt_assert_lt_u64(igt_dxg_elapsed_ms(start), 2000);
	space_destroy(&shown.space);
	igt_dxg_sleep_ms(UNUSED_MS);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "pending_bytes"),
			  before.pending_bytes + screen_bytes(&screen));
	screen_flush(&screen, shown.fb);
	assert_shown(&screen, 1);

	igt_dxg_card_remove_fb(screen.card, shown.fb);
	wait_unused(dxg, "backing_bytes", before.backing_bytes);
	screen_close(&screen);
}

/* ------------------------------------------------------------------------- */

static const struct igt_dxg_test tests[] = {
	TEST("show", test_show, "An allocation is shown, and what is drawn in it meanwhile."),
	TEST_ONE_DOOR("flip", test_flip, "Two allocations are shown in turn."),
	TEST_ONE_DOOR("destroy", test_destroy, "What has been destroyed is still shown."),
	TEST(NULL, NULL, NULL)
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
