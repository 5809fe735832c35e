/* SPDX-License-Identifier: MIT */
/*
 * What the tests of sharing have in common: a resource as a device sees it, and another
 * process that has it open.
 */
#ifndef DXG_SHARE_H
#define DXG_SHARE_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dxg_igt_proc.h"
#include "dxg_sysmem.h"

#define WORDS		(SIZE / 4)
#define COUNT		3
#define WAIT_MS		10000
#define SYNCHRONOUS	D3DKMT_DESTROY_SYNCHRONOUS

#define TEST(name, run, text)	IGT_DXG_TEST(name, text, run)
/* The door makes no difference. */
#define TEST_ONE(name, run, text)	IGT_DXG_TEST_AT(IGT_DXG_DXG_DOOR, name, text, run)

/* --- openings ------------------------------------------------------------ */

/**
 * struct opening - A resource of COUNT allocations as one device has it
 * @space: the device
 * @resource: the resource
 * @list: its allocations
 */
struct opening {
	struct space space;
	uint32_t resource;
	uint32_t list[COUNT];
};

/* One that can be shared, on a new device. */
static inline void opening_create(struct igt_dxg *dxg, struct opening *opening)
{
	space_create(dxg, &opening->space);
	opening->resource = igt_dxg_create_shared(dxg, opening->space.device, SIZE, COUNT,
						  opening->list);
}

/* On a new device, too. */
static inline void opening_open(struct igt_dxg *dxg, struct opening *opening, int fd)
{
	space_create(dxg, &opening->space);
	opening->resource = igt_dxg_open_shared(dxg, opening->space.device, fd, COUNT,
						opening->list);
}

static inline int opening_share(const struct opening *opening)
{
	return igt_dxg_share(opening->space.dxg, opening->resource);
}

/* The resource, not the device. */
static inline void opening_close(const struct opening *opening, uint32_t flags)
{
	igt_dxg_destroy2(opening->space.dxg, opening->space.device, opening->resource, NULL, 0,
			 flags);
}

/* A creator, and one that has opened what it shares. */
static inline void opening_pair(struct igt_dxg *dxg, struct opening *creator,
				struct opening *opener)
{
	int fd;

	opening_create(dxg, creator);
	fd = opening_share(creator);
	opening_open(dxg, opener, fd);
	igt_assert_eq(close(fd), 0);
}

/* --- bytes --------------------------------------------------------------- */

/* By the engine; another pattern in each. */
static inline void opening_fill(struct opening *opening, uint32_t seed)
{
	for (uint32_t i = 0; i < COUNT; i++)
		fill(&opening->space, opening->list[i], SIZE, item_pattern(seed + i));
	settle(&opening->space);
}

/* By the CPU. */
static inline void opening_check(const struct opening *opening, uint32_t seed)
{
	for (uint32_t i = 0; i < COUNT; i++)
		igt_dxg_assert_filled(opening->space.dxg, opening->space.device,
				      opening->list[i], 0, WORDS, item_pattern(seed + i));
}

static inline void opening_write(const struct opening *opening, uint32_t seed)
{
	for (uint32_t i = 0; i < COUNT; i++) {
		uint32_t *words = lock(&opening->space, opening->list[i]);

		for (uint32_t j = 0; j < WORDS; j++)
			words[j] = item_pattern(seed + i);
		igt_dxg_unlock(opening->space.dxg, opening->space.device, opening->list[i]);
	}
}

/* By the engine, which copies them to where the CPU looks. */
static inline void opening_check_engine(struct opening *opening, uint32_t seed)
{
	uint32_t log = create(&opening->space, SIZE);

	for (uint32_t i = 0; i < COUNT; i++) {
		struct igt_dxg_stream stream;

		igt_dxg_stream_begin(&stream);
		igt_dxg_stream_copy(&stream, log, 0, opening->list[i], 0, SIZE);
		submit(&opening->space, &stream);
		settle(&opening->space);
		igt_dxg_assert_filled(opening->space.dxg, opening->space.device, log, 0, WORDS,
				      item_pattern(seed + i));
	}
	igt_dxg_destroy_allocation(opening->space.dxg, opening->space.device, log);
}

/* --- another process ----------------------------------------------------- */

/**
 * struct peer - A child that does steps when it is told to
 * @child: the child, which says when it is done
 * @go: pipe by which it is told
 * @fd: what it has inherited
 */
struct peer {
	struct igt_dxg_child child;
	int go[2];
	int fd;
};

static struct peer peer;

static inline void peer_start(struct igt_dxg *dxg, int fd,
			      void (*run)(struct igt_dxg_child *child, struct igt_dxg *dxg))
{
	peer.fd = fd;
	igt_assert_eq(pipe(peer.go), 0);
	igt_dxg_child_start(&peer.child, dxg, run);
	close(peer.go[0]);
}

/* In the child: what came before is done; wait for the word. */
static inline void peer_wait(struct igt_dxg_child *child)
{
	char byte;

	/* or it would not be told that its parent is gone */
	if (peer.go[1] >= 0)
		close(peer.go[1]);
	peer.go[1] = -1;
	igt_dxg_child_ready(child);
	igt_assert_eq(read(peer.go[0], &byte, 1), 1);
}

/* Until it is done with the step, which may have taken many commands. */
static inline void peer_await(void)
{
	struct pollfd done = { .fd = peer.child.ready[0], .events = POLLIN };

	igt_assert_eq(poll(&done, 1, SETTLE_MS), 1);
	igt_dxg_child_await(&peer.child);
}

static inline void peer_go(void)
{
	igt_assert_eq(write(peer.go[1], "", 1), 1);
}

static inline void peer_join(void)
{
	int status = igt_dxg_child_end(&peer.child, SETTLE_MS);

	igt_assert_f(WIFEXITED(status) && !WEXITSTATUS(status), "the child's status is %#x\n",
		     status);
	close(peer.go[1]);
}

static inline void peer_kill(void)
{
	igt_dxg_child_kill(&peer.child, SIGKILL);
	igt_assert(WIFSIGNALED(igt_dxg_child_end(&peer.child, WAIT_MS)));
	close(peer.go[1]);
}

/* By a socket, with one byte. */
union control {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr head;
};

static inline void send_fd(int socket, int fd)
{
	struct iovec iov = { .iov_base = "", .iov_len = 1 };
	union control control = {};
	struct msghdr message = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(head), &fd, sizeof(fd));
	igt_assert_eq(sendmsg(socket, &message, 0), 1);
}

static inline int receive_fd(int socket)
{
	char byte;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	union control control;
	struct msghdr message = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	int fd = -1;

	igt_assert_eq(recvmsg(socket, &message, 0), 1);
	igt_assert(CMSG_FIRSTHDR(&message));
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	return fd;
}

#endif /* DXG_SHARE_H */
