// SPDX-License-Identifier: MIT
/*
 * DestroyAllocation2 of idle memory: what may be named together, what is refused,
 * and that a refusal changes nothing.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "dxg_igt.h"
#include "dxg_igt_proc.h"

IGT_TEST_DESCRIPTION("Destruction of idle allocations and resources, and its refusals.");

#define PAGE	4096
#define FLAGS	4	/* combinations of AssumeNotInUse and SynchronousDestroy */

#define TEST(name, run, text)	IGT_DXG_TEST(name, text, run)

/**
 * struct family - Allocations of one device, of each kind
 * @dxg: the way in
 * @device: the device
 * @alone: stand-alone allocations
 * @resource: a resource
 * @child: its allocations
 * @resource2: another resource
 * @child2: its allocations
 */
struct family {
	struct igt_dxg *dxg;
	uint32_t device;
	uint32_t alone[3];
	uint32_t resource;
	uint32_t child[3];
	uint32_t resource2;
	uint32_t child2[2];
};

static void family_create(struct igt_dxg *dxg, struct family *family)
{
	family->dxg = dxg;
	family->device = igt_dxg_create_device(dxg);
	for (int i = 0; i < 3; i++)
		family->alone[i] = igt_dxg_create_allocation(dxg, family->device, PAGE);
	family->resource = igt_dxg_create_resource(dxg, family->device, PAGE, 3, family->child);
	family->resource2 = igt_dxg_create_resource(dxg, family->device, PAGE, 2, family->child2);
}

static void family_destroy(const struct family *family)
{
	igt_dxg_destroy_device(family->dxg, family->device);
}

static void assert_alive(const struct family *family, const uint32_t *list, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		igt_assert_f(igt_dxg_is_allocation(family->dxg, family->device, list[i]),
			     "allocation %u of %u is dead\n", i, count);
}

static void assert_dead(const struct family *family, const uint32_t *list, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		igt_assert_f(!igt_dxg_is_allocation(family->dxg, family->device, list[i]),
			     "allocation %u of %u is alive\n", i, count);
		igt_assert_eq(__igt_dxg_destroy_allocation(family->dxg, family->device, list[i]),
			      -EINVAL);
	}
}

static void assert_resource_dead(const struct family *family, uint32_t resource)
{
	igt_assert(!igt_dxg_is_resource(family->dxg, family->device, resource));
	igt_assert_eq(__igt_dxg_destroy2(family->dxg, family->device, resource, NULL, 0, 0),
		      -EINVAL);
}

static void assert_untouched(const struct family *family)
{
	assert_alive(family, family->alone, 3);
	assert_alive(family, family->child, 3);
	assert_alive(family, family->child2, 2);
	igt_assert(igt_dxg_is_resource(family->dxg, family->device, family->resource));
	igt_assert(igt_dxg_is_resource(family->dxg, family->device, family->resource2));
}

static void destroy(const struct family *family, uint32_t resource, const uint32_t *list,
		    uint32_t count)
{
	igt_dxg_destroy2(family->dxg, family->device, resource, list, count, 0);
}

/* Refused with each combination of flags. */
static void refuse(const struct family *family, uint32_t resource, const uint32_t *list,
		   uint32_t count)
{
	for (uint32_t flags = 0; flags < FLAGS; flags++)
		igt_assert_eq(__igt_dxg_destroy2(family->dxg, family->device, resource, list,
						 count, flags), -EINVAL);
}

/* --- what is destroyed --------------------------------------------------- */

static void test_alone(struct igt_dxg *dxg)
{
	struct family family;

	family_create(dxg, &family);
	destroy(&family, 0, &family.alone[1], 1);
	assert_dead(&family, &family.alone[1], 1);
	assert_alive(&family, &family.alone[0], 1);
	assert_alive(&family, &family.alone[2], 1);
	family_destroy(&family);
}

static void test_alone_list(struct igt_dxg *dxg)
{
	struct family family;

	family_create(dxg, &family);
	destroy(&family, 0, family.alone, 3);
	assert_dead(&family, family.alone, 3);
	assert_alive(&family, family.child, 3);
	family_destroy(&family);
}

static void test_children_some(struct igt_dxg *dxg)
{
	struct family family;

	family_create(dxg, &family);
	destroy(&family, 0, &family.child[1], 2);
	assert_dead(&family, &family.child[1], 2);
	assert_alive(&family, family.child, 1);
	igt_assert(igt_dxg_is_resource(dxg, family.device, family.resource));
	destroy(&family, family.resource, NULL, 0);
	assert_dead(&family, family.child, 1);
	family_destroy(&family);
}

static void test_children_all(struct igt_dxg *dxg)
{
	struct family family;
	uint32_t added[2];

	family_create(dxg, &family);
	destroy(&family, 0, family.child, 3);
	assert_dead(&family, family.child, 3);
	igt_assert(igt_dxg_is_resource(dxg, family.device, family.resource));

	igt_dxg_add_allocations(dxg, family.device, family.resource, PAGE, 2, added);
	assert_alive(&family, added, 2);
	destroy(&family, family.resource, NULL, 0);
	assert_dead(&family, added, 2);
	assert_resource_dead(&family, family.resource);
	family_destroy(&family);
}

static void test_children_reversed(struct igt_dxg *dxg)
{
	struct family family;
	uint32_t list[3];

	family_create(dxg, &family);
	for (int i = 0; i < 3; i++)
		list[i] = family.child[2 - i];
	destroy(&family, 0, list, 3);
	assert_dead(&family, family.child, 3);
	family_destroy(&family);
}

static void test_resource(struct igt_dxg *dxg)
{
	struct family family;

	family_create(dxg, &family);
	destroy(&family, family.resource, NULL, 0);
	assert_dead(&family, family.child, 3);
	assert_resource_dead(&family, family.resource);
	assert_alive(&family, family.alone, 3);
	assert_alive(&family, family.child2, 2);
	family_destroy(&family);
}

static void test_resource_empty(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	uint32_t resource = igt_dxg_create_resource(dxg, device, PAGE, 0, NULL);

	igt_dxg_destroy2(dxg, device, resource, NULL, 0, 0);
	igt_assert_eq(__igt_dxg_destroy2(dxg, device, resource, NULL, 0, 0), -EINVAL);
	igt_dxg_destroy_device(dxg, device);
}

static void test_resource_any_count(struct igt_dxg *dxg)
{
	static const uint32_t counts[] = { 1, 1024, 1025, 0x7fffffff, 0xffffffff };
	struct family family;

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(counts); i++) {
		family_create(dxg, &family);
		destroy(&family, family.resource, NULL, counts[i]);
		assert_dead(&family, family.child, 3);
		assert_resource_dead(&family, family.resource);
		family_destroy(&family);
	}
}

static void test_resource_count_zero(struct igt_dxg *dxg)
{
	struct family family;

	family_create(dxg, &family);
	destroy(&family, family.resource, family.alone, 0);
	assert_resource_dead(&family, family.resource);
	assert_alive(&family, family.alone, 3);
	/* where nothing is to be read, nothing is read */
	destroy(&family, family.resource2, (uint32_t *)1, 0);
	assert_resource_dead(&family, family.resource2);
	family_destroy(&family);
}

static void test_both_children(struct igt_dxg *dxg)
{
	struct family family;

	for (uint32_t count = 1; count <= 3; count++) {
		family_create(dxg, &family);
		destroy(&family, family.resource, family.child, count);
		assert_dead(&family, family.child, 3);
		assert_resource_dead(&family, family.resource);
		assert_alive(&family, family.alone, 3);
		family_destroy(&family);
	}
}

static void test_both_alone(struct igt_dxg *dxg)
{
	struct family family;

	family_create(dxg, &family);
	destroy(&family, family.resource, family.alone, 2);
	assert_dead(&family, family.alone, 2);
	assert_dead(&family, family.child, 3);
	assert_resource_dead(&family, family.resource);
	assert_alive(&family, &family.alone[2], 1);
	family_destroy(&family);
}

static void test_both_mixed(struct igt_dxg *dxg)
{
	struct family family;
	uint32_t list[3];

	family_create(dxg, &family);
	list[0] = family.alone[0];
	list[1] = family.child[0];
	list[2] = family.alone[1];
	destroy(&family, family.resource, list, 3);
	assert_dead(&family, family.alone, 2);
	assert_dead(&family, family.child, 3);
	assert_alive(&family, &family.alone[2], 1);
	assert_resource_dead(&family, family.resource);
	family_destroy(&family);
}

static void test_1024(struct igt_dxg *dxg)
{
	uint32_t list[1024], device = igt_dxg_create_device(dxg);
	uint32_t resource = 0;

	igt_assert_eq(__igt_dxg_create(dxg, device, 0, NULL, PAGE, 1024, list), 0);
	igt_dxg_destroy2(dxg, device, 0, list, 1024, 0);
	for (int i = 0; i < 1024; i++)
		igt_assert(!igt_dxg_is_allocation(dxg, device, list[i]));

	resource = igt_dxg_create_resource(dxg, device, PAGE, 1024, list);
	igt_dxg_destroy2(dxg, device, 0, list, 1024, 0);
	igt_dxg_add_allocations(dxg, device, resource, PAGE, 1024, list);
	igt_dxg_destroy2(dxg, device, resource, list, 1024, 0);
	igt_dxg_destroy_device(dxg, device);
}

static void test_resource_large(struct igt_dxg *dxg)
{
	uint32_t list[1024], more[1024], device = igt_dxg_create_device(dxg);
	uint32_t resource = igt_dxg_create_resource(dxg, device, PAGE, 1024, list);

	/* more than one call can name */
	igt_dxg_add_allocations(dxg, device, resource, PAGE, 1024, more);
	igt_dxg_destroy2(dxg, device, resource, NULL, 0, D3DKMT_DESTROY_SYNCHRONOUS);
	for (int i = 0; i < 1024; i++) {
		igt_assert(!igt_dxg_is_allocation(dxg, device, list[i]));
		igt_assert(!igt_dxg_is_allocation(dxg, device, more[i]));
	}
	igt_dxg_destroy_device(dxg, device);
}

static void test_flags(struct igt_dxg *dxg)
{
	struct igt_dxg_state before;
	struct family family;

	igt_dxg_read_state_all(dxg, &before);
	for (uint32_t flags = 0; flags < FLAGS; flags++) {
		/* without flags the memory takes its time */
		igt_dxg_wait_idle(dxg, &before);
		family_create(dxg, &family);
		/* with memory, and without */
		memset(igt_dxg_lock(dxg, family.device, family.alone[0]), 1, PAGE);
		memset(igt_dxg_lock(dxg, family.device, family.child[0]), 1, PAGE);
		igt_dxg_destroy2(dxg, family.device, 0, family.alone, 3, flags);
		igt_dxg_destroy2(dxg, family.device, family.resource, NULL, 0, flags);
		igt_dxg_destroy2(dxg, family.device, 0, family.child2, 2, flags);
		assert_dead(&family, family.alone, 3);
		assert_dead(&family, family.child2, 2);
		if (flags & D3DKMT_DESTROY_SYNCHRONOUS)
			igt_assert_eq_u64(igt_dxg_read_state(dxg, "backing_bytes"),
					  before.backing_bytes);
		family_destroy(&family);
	}
}

static void test_reserved_flags(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), allocation;

	for (int bit = 2; bit < 32; bit++) {
		allocation = igt_dxg_create_allocation(dxg, device, PAGE);
		igt_dxg_destroy2(dxg, device, 0, &allocation, 1, 1U << bit);
		igt_assert(!igt_dxg_is_allocation(dxg, device, allocation));
	}
	igt_dxg_destroy_device(dxg, device);
}

/* D3DKMTDestroyAllocation, that is a structure whose flags were never written. */
static void test_padding(struct igt_dxg *dxg)
{
	static const uint32_t garbage[] = {
		0xdeadbeef, 0xaaaaaaaa, 0x55555555, 0xffffffff, 0x80000000, 0x00007f3c,
	};
	uint32_t device = igt_dxg_create_device(dxg), allocation;

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(garbage); i++) {
		allocation = igt_dxg_create_allocation(dxg, device, PAGE);
		memset(igt_dxg_lock(dxg, device, allocation), 0x5a, PAGE);
		igt_dxg_destroy2(dxg, device, 0, &allocation, 1, garbage[i]);
		igt_assert(!igt_dxg_is_allocation(dxg, device, allocation));
	}
	igt_dxg_destroy_device(dxg, device);
}

/* --- what is refused ----------------------------------------------------- */

static void test_nothing_named(struct igt_dxg *dxg)
{
	struct family family;

	family_create(dxg, &family);
	refuse(&family, 0, NULL, 0);
	refuse(&family, 0, family.alone, 0);
	assert_untouched(&family);
	family_destroy(&family);
}

static void test_null_list(struct igt_dxg *dxg)
{
	struct family family;

	family_create(dxg, &family);
	refuse(&family, 0, NULL, 1);
	refuse(&family, 0, NULL, 1024);
	assert_untouched(&family);
	family_destroy(&family);
}

static void test_bad_list_pointer(struct igt_dxg *dxg)
{
	struct family family;
	uint32_t *list = igt_dxg_edge();
	char *edge = (char *)list + PAGE;

	family_create(dxg, &family);
	/* the last of three handles cannot be read */
	list = (uint32_t *)edge - 2;
	list[0] = family.alone[0];
	list[1] = family.alone[1];
	for (uint32_t flags = 0; flags < FLAGS; flags++) {
		igt_assert_eq(__igt_dxg_destroy2(dxg, family.device, 0, list, 3, flags), -EFAULT);
		igt_assert_eq(__igt_dxg_destroy2(dxg, family.device, family.resource, list, 3,
						 flags), -EFAULT);
		igt_assert_eq(__igt_dxg_destroy2(dxg, family.device, 0, (uint32_t *)edge, 1,
						 flags), -EFAULT);
		igt_assert_eq(__igt_dxg_destroy2(dxg, family.device, 0,
						 (uint32_t *)0xffff888000000000, 1, flags),
			      -EFAULT);
	}
	assert_untouched(&family);
	/* up to the edge all is well */
	destroy(&family, 0, list, 2);
	assert_dead(&family, family.alone, 2);
	family_destroy(&family);
	igt_dxg_edge_free(edge - PAGE);
}

static void test_count(struct igt_dxg *dxg)
{
	uint32_t list[1025], device = igt_dxg_create_device(dxg);

	igt_assert_eq(__igt_dxg_create(dxg, device, 0, NULL, PAGE, 1024, list), 0);
	list[1024] = igt_dxg_create_allocation(dxg, device, PAGE);
	igt_assert_eq(__igt_dxg_destroy2(dxg, device, 0, list, 1025, 0), -EINVAL);
	igt_assert_eq(__igt_dxg_destroy2(dxg, device, 0, list, 0x40000000, 0), -EINVAL);
	igt_assert_eq(__igt_dxg_destroy2(dxg, device, 0, list, 0xffffffff, 0), -EINVAL);
	/* all are still there */
	igt_dxg_destroy2(dxg, device, 0, list, 1024, 0);
	igt_dxg_destroy_allocation(dxg, device, list[1024]);
	igt_dxg_destroy_device(dxg, device);
}

static void test_count_with_resource(struct igt_dxg *dxg)
{
	uint32_t list[1025], device = igt_dxg_create_device(dxg);
	uint32_t resource = igt_dxg_create_resource(dxg, device, PAGE, 1024, list);

	igt_dxg_add_allocations(dxg, device, resource, PAGE, 1, &list[1024]);
	igt_assert_eq(__igt_dxg_destroy2(dxg, device, resource, list, 1025, 0), -EINVAL);
	igt_assert(igt_dxg_is_resource(dxg, device, resource));
	igt_dxg_destroy2(dxg, device, 0, list, 1024, 0);
	igt_dxg_destroy2(dxg, device, resource, &list[1024], 1, 0);
	igt_dxg_destroy_device(dxg, device);
}

static void test_mix(struct igt_dxg *dxg)
{
	struct family family;
	uint32_t list[2];

	family_create(dxg, &family);
	list[0] = family.alone[0];
	list[1] = family.child[0];
	refuse(&family, 0, list, 2);
	list[0] = family.child[0];
	list[1] = family.alone[0];
	refuse(&family, 0, list, 2);
	assert_untouched(&family);
	family_destroy(&family);
}

static void test_two_resources(struct igt_dxg *dxg)
{
	struct family family;
	uint32_t list[2];

	family_create(dxg, &family);
	list[0] = family.child[0];
	list[1] = family.child2[0];
	refuse(&family, 0, list, 2);
	refuse(&family, family.resource, list, 2);
	refuse(&family, family.resource2, list, 2);
	refuse(&family, family.resource, family.child2, 2);
	list[0] = family.alone[0];
	refuse(&family, family.resource, list, 2);
	assert_untouched(&family);
	family_destroy(&family);
}

static void test_duplicates(struct igt_dxg *dxg)
{
	struct family family;
	uint32_t list[4];

	family_create(dxg, &family);
	for (int i = 0; i < 3; i++) {
		/* each handle at its place and once more, first and last */
		memcpy(&list[1], family.alone, sizeof(family.alone));
		list[0] = family.alone[i];
		refuse(&family, 0, list, 4);
		memcpy(list, family.alone, sizeof(family.alone));
		list[3] = family.alone[i];
		refuse(&family, 0, list, 4);
		memcpy(list, family.child, sizeof(family.child));
		list[3] = family.child[i];
		refuse(&family, 0, list, 4);
		refuse(&family, family.resource, list, 4);
	}
	list[0] = family.alone[0];
	list[1] = family.alone[0];
	refuse(&family, 0, list, 2);
	refuse(&family, family.resource, list, 2);
	assert_untouched(&family);
	family_destroy(&family);
}

static void test_duplicate_far(struct igt_dxg *dxg)
{
	uint32_t list[1024], device = igt_dxg_create_device(dxg);

	igt_assert_eq(__igt_dxg_create(dxg, device, 0, NULL, PAGE, 1023, list), 0);
	list[1023] = list[0];
	igt_assert_eq(__igt_dxg_destroy2(dxg, device, 0, list, 1024, 0), -EINVAL);
	igt_dxg_destroy2(dxg, device, 0, list, 1023, 0);
	igt_dxg_destroy_device(dxg, device);
}

/* A number of handles that are no allocation of the family's device. */
static unsigned int bad_handles(const struct family *family, uint32_t bad[32])
{
	struct igt_dxg *dxg = family->dxg;
	uint32_t device2 = igt_dxg_create_device(dxg);
	uint32_t dead = igt_dxg_create_allocation(dxg, family->device, PAGE);
	unsigned int count = 0;

	igt_dxg_destroy_allocation(dxg, family->device, dead);
	bad[count++] = dead;
	bad[count++] = igt_dxg_create_allocation(dxg, device2, PAGE);
	bad[count++] = device2;
	bad[count++] = family->device;
	bad[count++] = family->resource;
	bad[count++] = igt_dxg_create_context(dxg, family->device);
	bad[count++] = igt_dxg_create_fence(dxg, family->device, 0, NULL);
	bad[count++] = dxg->adapter;
	/* other spellings of a good one: low bits, each generation */
	bad[count++] = family->alone[0] | 1;
	bad[count++] = family->alone[0] | 0x3f;
	for (uint32_t top = 0; top < 4; top++)
		if (family->alone[0] >> 30 != top)
			bad[count++] = (family->alone[0] & 0x3fffffff) | top << 30;
	bad[count++] = 0;
	bad[count++] = 1;
	bad[count++] = 0x40;
	bad[count++] = 0x7fffffff;
	bad[count++] = 0x80000000;
	bad[count++] = 0xffffffc0;
	bad[count++] = 0xffffffff;
	return count;
}

static void bad_handle_at(struct igt_dxg *dxg, unsigned int place)
{
	uint32_t bad[32], list[4];
	struct family family;
	unsigned int count;

	family_create(dxg, &family);
	count = bad_handles(&family, bad);
	for (unsigned int i = 0; i < count; i++) {
		for (unsigned int j = 0, good = 0; j < 4; j++)
			list[j] = j == place ? bad[i] : family.alone[good++];
		refuse(&family, 0, list, 4);
		refuse(&family, family.resource, list, 4);
		for (unsigned int j = 0, good = 0; j < 4; j++)
			list[j] = j == place ? bad[i] : family.child[good++];
		refuse(&family, 0, list, 4);
	}
	assert_untouched(&family);
	/* and what the bad handles are is as it was */
	igt_assert(igt_dxg_is_allocation(dxg, bad[2], bad[1]));
	igt_dxg_destroy_device(dxg, bad[2]);
	family_destroy(&family);
}

static void test_bad_first(struct igt_dxg *dxg)
{
	bad_handle_at(dxg, 0);
}

static void test_bad_middle(struct igt_dxg *dxg)
{
	bad_handle_at(dxg, 2);
}

static void test_bad_last(struct igt_dxg *dxg)
{
	bad_handle_at(dxg, 3);
}

static void test_bad_alone(struct igt_dxg *dxg)
{
	struct family family;
	unsigned int count;
	uint32_t bad[32];

	family_create(dxg, &family);
	count = bad_handles(&family, bad);
	for (unsigned int i = 0; i < count; i++)
		refuse(&family, 0, &bad[i], 1);
	assert_untouched(&family);
	igt_dxg_destroy_device(dxg, bad[2]);
	family_destroy(&family);
}

static void test_bad_of_1024(struct igt_dxg *dxg)
{
	static const unsigned int places[] = { 0, 1, 511, 1022, 1023 };
	uint32_t list[1024], good, device = igt_dxg_create_device(dxg);

	igt_assert_eq(__igt_dxg_create(dxg, device, 0, NULL, PAGE, 1024, list), 0);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(places); i++) {
		good = list[places[i]];
		list[places[i]] = device;
		igt_assert_eq(__igt_dxg_destroy2(dxg, device, 0, list, 1024, 0), -EINVAL);
		list[places[i]] = good;
	}
	igt_dxg_destroy2(dxg, device, 0, list, 1024, 0);
	igt_dxg_destroy_device(dxg, device);
}

static void test_bad_device(struct igt_dxg *dxg)
{
	struct family family;
	uint32_t bad[8], device2 = igt_dxg_create_device(dxg);
	unsigned int count = 0;

	family_create(dxg, &family);
	bad[count++] = 0;
	bad[count++] = device2;
	bad[count++] = dxg->adapter;
	bad[count++] = family.alone[0];
	bad[count++] = family.resource;
	bad[count++] = family.device | 1;
	bad[count++] = 0xffffffff;
	for (unsigned int i = 0; i < count; i++) {
		igt_assert_eq(__igt_dxg_destroy2(dxg, bad[i], 0, family.alone, 3, 0), -EINVAL);
		igt_assert_eq(__igt_dxg_destroy2(dxg, bad[i], family.resource, NULL, 0, 0),
			      -EINVAL);
	}
	igt_dxg_destroy_device(dxg, device2);
	igt_assert_eq(__igt_dxg_destroy2(dxg, device2, 0, family.alone, 3, 0), -EINVAL);
	assert_untouched(&family);
	family_destroy(&family);
}

static void test_bad_resource(struct igt_dxg *dxg)
{
	uint32_t device2 = igt_dxg_create_device(dxg), child;
	uint32_t resource2 = igt_dxg_create_resource(dxg, device2, PAGE, 1, &child);
	struct family family;
	uint32_t bad[8];
	unsigned int count = 0;

	family_create(dxg, &family);
	bad[count++] = resource2;
	bad[count++] = family.alone[0];
	bad[count++] = family.child[0];
	bad[count++] = family.device;
	bad[count++] = dxg->adapter;
	bad[count++] = family.resource | 1;
	bad[count++] = 0xffffffff;
	for (unsigned int i = 0; i < count; i++) {
		refuse(&family, bad[i], NULL, 0);
		refuse(&family, bad[i], family.alone, 3);
	}
	igt_assert(igt_dxg_is_resource(dxg, device2, resource2));
	igt_dxg_destroy2(dxg, device2, resource2, NULL, 0, 0);
	refuse(&family, resource2, NULL, 0);
	assert_untouched(&family);
	igt_dxg_destroy_device(dxg, device2);
	family_destroy(&family);
}

static void test_twice(struct igt_dxg *dxg)
{
	struct family family;

	family_create(dxg, &family);
	destroy(&family, 0, family.alone, 2);
	refuse(&family, 0, family.alone, 2);
	refuse(&family, 0, family.alone, 3);
	assert_alive(&family, &family.alone[2], 1);
	destroy(&family, family.resource, NULL, 0);
	refuse(&family, family.resource, NULL, 0);
	refuse(&family, 0, family.child, 3);
	family_destroy(&family);
}

static void test_dead_device(struct igt_dxg *dxg)
{
	struct family family;

	family_create(dxg, &family);
	family_destroy(&family);
	refuse(&family, 0, family.alone, 1);
	refuse(&family, family.resource, NULL, 0);
}

/* A handle that was freed does not come back while 100,000 others come and go. */
static void test_stale(struct igt_dxg *dxg)
{
	unsigned int rounds = igt_dxg_scale(100000 / 1000);
	uint32_t list[1000], device = igt_dxg_create_device(dxg);
	uint32_t dead = igt_dxg_create_allocation(dxg, device, PAGE);

	igt_dxg_destroy_allocation(dxg, device, dead);
	while (rounds--) {
		igt_assert_eq(__igt_dxg_create(dxg, device, 0, NULL, PAGE, 1000, list), 0);
		for (int i = 0; i < 1000; i++)
			igt_assert_neq_u32(list[i], dead);
		igt_assert_eq(__igt_dxg_destroy_allocation(dxg, device, dead), -EINVAL);
		igt_dxg_destroy2(dxg, device, 0, list, 1000, 0);
	}
	igt_dxg_destroy_device(dxg, device);
}

/* --- locked memory ------------------------------------------------------- */

static void test_locked(struct igt_dxg *dxg)
{
	struct family family;
	void *data[2];

	for (uint32_t flags = 0; flags < FLAGS; flags++) {
		family_create(dxg, &family);
		data[0] = igt_dxg_lock(dxg, family.device, family.alone[0]);
		igt_dxg_lock(dxg, family.device, family.alone[0]);
		data[1] = igt_dxg_lock(dxg, family.device, family.child[0]);
		memset(data[0], 1, PAGE);
		memset(data[1], 2, PAGE);
		igt_dxg_destroy2(dxg, family.device, 0, family.alone, 1, flags);
		igt_dxg_destroy2(dxg, family.device, family.resource, NULL, 0, flags);
		for (int i = 0; i < 2; i++) {
			igt_assert(!igt_dxg_mapped(data[i]));
			igt_assert_neq(igt_dxg_touch(data[i], false), 0);
		}
		igt_assert_eq(__igt_dxg_unlock(dxg, family.device, family.alone[0]), -EINVAL);
		family_destroy(&family);
	}
}

static void test_locked_device(struct igt_dxg *dxg)
{
	struct family family;
	void *data;

	family_create(dxg, &family);
	data = igt_dxg_lock(dxg, family.device, family.alone[0]);
	memset(data, 1, PAGE);
	family_destroy(&family);
	igt_assert(!igt_dxg_mapped(data));
}

/* The caller has put something else into the range; that is not ours to unmap. */
static void test_locked_replaced(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	uint32_t allocation = igt_dxg_create_allocation(dxg, device, 3 * PAGE);
	char *data = igt_dxg_lock(dxg, device, allocation);

	memset(data, 1, 3 * PAGE);
	igt_assert(mmap(data + PAGE, PAGE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == data + PAGE);
	data[PAGE] = 7;
	igt_dxg_destroy_allocation(dxg, device, allocation);
	igt_assert(igt_dxg_mapped(data + PAGE));
	igt_assert_eq(data[PAGE], 7);
	igt_assert_neq(igt_dxg_touch(data, true), 0);
	igt_assert_neq(igt_dxg_touch(data + 2 * PAGE, true), 0);
	munmap(data + PAGE, PAGE);
	igt_dxg_destroy_device(dxg, device);
}

/* Wherever the caller has moved the mapping to, it is not a way to freed memory. */
static void test_locked_moved(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	uint32_t allocation = igt_dxg_create_allocation(dxg, device, PAGE);
	char *data = igt_dxg_lock(dxg, device, allocation);
	char *room, *moved;

	room = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	igt_assert(room != MAP_FAILED);
	data[0] = 1;
	moved = mremap(data, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, room);
	if (moved == MAP_FAILED)
		moved = data;
	igt_dxg_destroy_allocation(dxg, device, allocation);
	igt_assert_neq(igt_dxg_touch(moved, false), 0);
	igt_assert_neq(igt_dxg_touch(moved, true), 0);
	munmap(room, PAGE);
	igt_dxg_destroy_device(dxg, device);
}

static void test_locked_unmapped(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	uint32_t allocation = igt_dxg_create_allocation(dxg, device, PAGE);
	void *data = igt_dxg_lock(dxg, device, allocation);

	igt_assert_eq(munmap(data, PAGE), 0);
	igt_dxg_destroy_allocation(dxg, device, allocation);
	igt_dxg_destroy_device(dxg, device);
}

/* ------------------------------------------------------------------------- */

static const struct igt_dxg_test tests[] = {
	TEST("alone", test_alone, "One of several stand-alone allocations goes."),
	TEST("alone-list", test_alone_list, "A list of stand-alone allocations goes."),
	TEST("children-some", test_children_some,
	     "Some allocations of a resource go, the rest stays."),
	TEST("children-all", test_children_all,
	     "All allocations of a resource go, the resource stays usable."),
	TEST("children-reversed", test_children_reversed, "The order of a list has no meaning."),
	TEST("resource", test_resource, "A resource goes with all its allocations."),
	TEST("resource-empty", test_resource_empty, "A resource without allocations goes."),
	TEST("resource-any-count", test_resource_any_count,
	     "With a resource and no list the count is ignored."),
	TEST("resource-count-zero", test_resource_count_zero,
	     "With a resource and a count of 0 no list is read."),
	TEST("both-children", test_both_children,
	     "A resource and a list of its allocations go together."),
	TEST("both-alone", test_both_alone,
	     "A resource and a list of stand-alone allocations go together."),
	TEST("both-mixed", test_both_mixed,
	     "With a resource the list may name its and stand-alone allocations."),
	TEST("max", test_1024, "1024 allocations go at once, also those of a resource."),
	TEST("resource-large", test_resource_large, "A resource of 2048 allocations goes at once."),
	TEST("flags", test_flags, "Each combination of the flags destroys idle memory."),
	TEST("reserved-flags", test_reserved_flags, "Reserved flags are ignored."),
	TEST("padding", test_padding,
	     "Garbage in the flags, as old callers leave it, does no harm."),
	TEST("nothing-named", test_nothing_named, "A call that names nothing is refused."),
	TEST("null-list", test_null_list, "A count without a list is refused."),
	TEST("bad-list-pointer", test_bad_list_pointer,
	     "A list that cannot be read to its end changes nothing."),
	TEST("count", test_count, "More than 1024 allocations are refused."),
	TEST("count-with-resource", test_count_with_resource,
	     "More than 1024 beside a resource are refused."),
	TEST("mix", test_mix, "A list of stand-alone and other allocations is refused."),
	TEST("two-resources", test_two_resources,
	     "A list of allocations of two resources is refused."),
	TEST("duplicates", test_duplicates, "A handle named twice is refused."),
	TEST("duplicate-far", test_duplicate_far,
	     "The first and the last of 1024 may not be the same."),
	TEST("bad-first", test_bad_first, "A bad first handle is refused and nothing destroyed."),
	TEST("bad-middle", test_bad_middle,
	     "A bad handle in the middle is refused and nothing destroyed."),
	TEST("bad-last", test_bad_last, "A bad last handle is refused and nothing destroyed."),
	TEST("bad-alone", test_bad_alone, "A bad handle by itself is refused."),
	TEST("bad-of-max", test_bad_of_1024,
	     "One bad handle of 1024 is refused and nothing destroyed."),
	TEST("bad-device", test_bad_device, "A bad device is refused."),
	TEST("bad-resource", test_bad_resource, "What is not a resource of the device is refused."),
	TEST("twice", test_twice, "The second of two destructions is refused."),
	TEST("dead-device", test_dead_device, "Handles of a destroyed device are dead."),
	IGT_DXG_TEST_LONG("stale", "A freed handle is not handed out again soon.", test_stale),
	TEST("locked", test_locked, "Locked memory goes and its mapping with it."),
	TEST("locked-device", test_locked_device, "Destroying the device unmaps what is locked."),
	TEST("locked-replaced", test_locked_replaced,
	     "What the caller mapped over a locked range stays."),
	TEST("locked-moved", test_locked_moved, "A mapping that the caller has moved is dead too."),
	TEST("locked-unmapped", test_locked_unmapped,
	     "A mapping that the caller has removed does no harm."),
	TEST(NULL, NULL, NULL)
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
