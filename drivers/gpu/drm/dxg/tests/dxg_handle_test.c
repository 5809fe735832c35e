// SPDX-License-Identifier: GPL-2.0-only
#include <kunit/test.h>

#include <linux/kthread.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "../dxg_adapter.h"
#include "../dxg_handle.h"
#include "../dxg_process.h"

/*
 * The handle table: reserving and publishing, what a look-up compares, the wrap of the
 * index on a table with sixteen of them, dead parents, and threads that use the same
 * handles. No adapter and no ioctl: those belong into the other files.
 */

#define SMALL_LAST	15
#define SMALL_SIZE	(SMALL_LAST + 1)

/* Generations that a handle can have. */
#define GENERATIONS	3

/**
 * struct handle_fixture - A table and what has happened to its objects
 * @table: the table
 * @top: parent of all, as a process has one for each adapter
 * @adapter: for tracepoints, which name it
 * @retired: objects that were retired
 * @listed: those that were in a list
 * @released: objects that were freed
 */
struct handle_fixture {
	struct dxg_handle_table table;
	struct dxg_process_adapter top;
	struct dxg_adapter *adapter;
	atomic_t retired;
	atomic_t listed;
	atomic_t released;
};

/**
 * struct handle_object - An object of the tests
 * @base: the object
 * @fixture: where it counts
 * @order: how many were retired before it
 */
struct handle_object {
	struct dxg_object base;
	struct handle_fixture *fixture;
	int order;
};

static struct handle_object *to_handle_object(struct dxg_object *obj)
{
	return container_of(obj, struct handle_object, base);
}

static void handle_object_retire(struct dxg_object *obj)
{
	struct handle_object *object = to_handle_object(obj);

	object->order = atomic_inc_return(&object->fixture->retired) - 1;
	dxg_object_kill(&object->fixture->table, obj);
	dxg_object_retire_children(&object->fixture->table, obj);
	dxg_object_put(obj);
}

static void handle_object_release(struct dxg_object *obj)
{
	struct handle_object *object = to_handle_object(obj);

	atomic_inc(&object->fixture->released);
	kfree(object);
}

/* What the table hands over as a list it does not retire one by one. */
static void handle_object_retire_list(struct list_head *objects)
{
	struct dxg_object *obj, *next;

	list_for_each_entry_safe(obj, next, objects, sibling) {
		list_del_init(&obj->sibling);
		atomic_inc(&to_handle_object(obj)->fixture->listed);
		handle_object_retire(obj);
	}
}

#define HANDLE_OPS(type_, retire_list_) \
	{ \
		.type = type_, \
		.retire = handle_object_retire, \
		.retire_list = retire_list_, \
		.release = handle_object_release, \
	}

static const struct dxg_object_ops handle_ops[] = {
	[DXG_OBJECT_DEVICE] = HANDLE_OPS(DXG_OBJECT_DEVICE, NULL),
	[DXG_OBJECT_CONTEXT] = HANDLE_OPS(DXG_OBJECT_CONTEXT, NULL),
	[DXG_OBJECT_RESOURCE] = HANDLE_OPS(DXG_OBJECT_RESOURCE, NULL),
	[DXG_OBJECT_ALLOCATION] = HANDLE_OPS(DXG_OBJECT_ALLOCATION, handle_object_retire_list),
	[DXG_OBJECT_SYNC] = HANDLE_OPS(DXG_OBJECT_SYNC, NULL),
};

static void handle_top_release(struct dxg_object *obj)
{
}

static const struct dxg_object_ops handle_top_ops = {
	.type = DXG_OBJECT_PROCESS_ADAPTER,
	.release = handle_top_release,
};

static int handle_init(struct kunit *test)
{
	struct handle_fixture *fixture;

	fixture = kunit_kzalloc(test, sizeof(*fixture), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, fixture);
	fixture->adapter = kunit_kzalloc(test, sizeof(*fixture->adapter), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, fixture->adapter);
	fixture->top.adapter = fixture->adapter;
	dxg_handle_table_init(&fixture->table, SMALL_LAST);
	dxg_object_init(&fixture->top.base, &handle_top_ops, NULL);
	test->priv = fixture;
	return 0;
}

/* Whatever a test has left goes now; after that every object must have been freed. */
static void handle_exit(struct kunit *test)
{
	struct handle_fixture *fixture = test->priv;

	if (!fixture)
		return;
	dxg_object_kill(&fixture->table, &fixture->top.base);
	dxg_object_retire_children(&fixture->table, &fixture->top.base);
	KUNIT_EXPECT_TRUE(test, xa_empty(&fixture->table.xa));
	KUNIT_EXPECT_EQ(test, atomic_read(&fixture->retired), atomic_read(&fixture->released));
	KUNIT_EXPECT_EQ(test, kref_read(&fixture->top.base.kref), 1);
	dxg_handle_table_fini(&fixture->table);
}

/* A test that wants more than sixteen. */
static void handle_use_large(struct handle_fixture *fixture)
{
	dxg_handle_table_fini(&fixture->table);
	dxg_handle_table_init(&fixture->table, DXG_HANDLE_INDEX_MAX);
}

static struct dxg_object *handle_new(struct kunit *test, enum dxg_object_type type,
				     struct dxg_object *parent)
{
	struct handle_fixture *fixture = test->priv;
	struct handle_object *object = kzalloc(sizeof(*object), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, object);
	object->fixture = fixture;
	dxg_object_init(&object->base, &handle_ops[type], parent ?: &fixture->top.base);
	return &object->base;
}

static int handle_publish_one(struct handle_fixture *fixture, struct dxg_object *obj)
{
	LIST_HEAD(list);
	int ret;

	list_add_tail(&obj->sibling, &list);
	ret = dxg_handle_publish(&fixture->table, &list);
	if (ret)
		dxg_handle_abort(&fixture->table, &list);
	return ret;
}

/* An object with a handle that is valid. */
static struct dxg_object *handle_add(struct kunit *test, enum dxg_object_type type,
				     struct dxg_object *parent)
{
	struct handle_fixture *fixture = test->priv;
	struct dxg_object *obj = handle_new(test, type, parent);

	KUNIT_ASSERT_EQ(test, dxg_handle_reserve(&fixture->table, obj), 0);
	KUNIT_ASSERT_EQ(test, handle_publish_one(fixture, obj), 0);
	return obj;
}

static bool handle_found(struct handle_fixture *fixture, u32 handle, enum dxg_object_type type)
{
	struct dxg_object *obj = dxg_handle_lookup(&fixture->table, handle, type);

	dxg_object_put(obj);
	return obj;
}

static bool handle_retire_one(struct handle_fixture *fixture, u32 handle)
{
	struct dxg_object *obj;

	obj = dxg_handle_retire(&fixture->table, handle, DXG_OBJECT_DEVICE);
	if (obj)
		obj->ops->retire(obj);
	return obj;
}

static void handle_first_values(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, handle_add(test, DXG_OBJECT_DEVICE, NULL)->handle, 0x40000000);
	KUNIT_EXPECT_EQ(test, handle_add(test, DXG_OBJECT_DEVICE, NULL)->handle, 0x40000040);
	KUNIT_EXPECT_EQ(test, handle_add(test, DXG_OBJECT_DEVICE, NULL)->handle, 0x40000080);
}

static void handle_reserved_is_invisible(struct kunit *test)
{
	struct dxg_object *obj = handle_new(test, DXG_OBJECT_DEVICE, NULL);
	struct handle_fixture *fixture = test->priv;

	KUNIT_ASSERT_EQ(test, dxg_handle_reserve(&fixture->table, obj), 0);
	KUNIT_EXPECT_NE(test, obj->handle, 0);
	KUNIT_EXPECT_FALSE(test, handle_found(fixture, obj->handle, DXG_OBJECT_DEVICE));
	KUNIT_EXPECT_NULL(test, dxg_handle_retire(&fixture->table, obj->handle,
						  DXG_OBJECT_DEVICE));
	KUNIT_ASSERT_EQ(test, handle_publish_one(fixture, obj), 0);
	KUNIT_EXPECT_TRUE(test, handle_found(fixture, obj->handle, DXG_OBJECT_DEVICE));
}

static void handle_every_bit_is_compared(struct kunit *test)
{
	struct handle_fixture *fixture = test->priv;
	u32 handle, bit;

	handle_use_large(fixture);
	handle = handle_add(test, DXG_OBJECT_DEVICE, NULL)->handle;
	KUNIT_EXPECT_TRUE(test, handle_found(fixture, handle, DXG_OBJECT_DEVICE));
	for (bit = 0; bit < 32; bit++)
		KUNIT_EXPECT_FALSE_MSG(test, handle_found(fixture, handle ^ BIT(bit),
							  DXG_OBJECT_DEVICE), "bit %u", bit);
	KUNIT_EXPECT_FALSE(test, handle_found(fixture, 0, DXG_OBJECT_DEVICE));
	KUNIT_EXPECT_FALSE(test, handle_found(fixture, U32_MAX, DXG_OBJECT_DEVICE));
}

static const enum dxg_object_type handle_types[] = {
	DXG_OBJECT_DEVICE,
	DXG_OBJECT_CONTEXT,
	DXG_OBJECT_RESOURCE,
	DXG_OBJECT_ALLOCATION,
	DXG_OBJECT_SYNC,
};

static void handle_type_desc(const enum dxg_object_type *type, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "type %d", *type);
}

KUNIT_ARRAY_PARAM(handle_type, handle_types, handle_type_desc);

static void handle_type_is_compared(struct kunit *test)
{
	const enum dxg_object_type *type = test->param_value;
	struct handle_fixture *fixture = test->priv;
	enum dxg_object_type other;
	u32 handle;

	handle = handle_add(test, *type, NULL)->handle;
	for (other = DXG_OBJECT_PROCESS_ADAPTER; other <= DXG_OBJECT_SYNC; other++)
		KUNIT_EXPECT_EQ_MSG(test, handle_found(fixture, handle, other), other == *type,
				    "as type %d", other);
}

static void handle_wrap_changes_generation(struct kunit *test)
{
	struct handle_fixture *fixture = test->priv;
	u32 seen[SMALL_SIZE * GENERATIONS];
	int i, j;

	for (i = 0; i < ARRAY_SIZE(seen); i++) {
		seen[i] = handle_add(test, DXG_OBJECT_DEVICE, NULL)->handle;
		KUNIT_EXPECT_EQ(test, seen[i] >> 30, 1 + i / SMALL_SIZE);
		KUNIT_EXPECT_EQ(test, seen[i] << 2 >> 8, i % SMALL_SIZE);
		KUNIT_EXPECT_EQ(test, seen[i] & 0x3f, 0);
		for (j = 0; j < i; j++) {
			KUNIT_EXPECT_NE(test, seen[i], seen[j]);
			KUNIT_EXPECT_FALSE(test,
					   handle_found(fixture, seen[j], DXG_OBJECT_DEVICE));
		}
		KUNIT_EXPECT_TRUE(test, handle_retire_one(fixture, seen[i]));
	}
	/* Only now, after all others, the first one comes back. */
	KUNIT_EXPECT_EQ(test, handle_add(test, DXG_OBJECT_DEVICE, NULL)->handle, seen[0]);
}

static void handle_wrap_passes_over_live(struct kunit *test)
{
	struct handle_fixture *fixture = test->priv;
	struct dxg_object *stays = NULL;
	u32 handle;
	int i;

	for (i = 0; i < 2 * SMALL_SIZE * GENERATIONS; i++) {
		handle = handle_add(test, DXG_OBJECT_DEVICE, NULL)->handle;
		if (i == 5) {
			stays = dxg_handle_lookup(&fixture->table, handle, DXG_OBJECT_DEVICE);
			continue;
		}
		KUNIT_EXPECT_TRUE(test, handle_retire_one(fixture, handle));
		if (stays) {
			KUNIT_EXPECT_NE(test, handle << 2, stays->handle << 2);
			KUNIT_EXPECT_TRUE(test, handle_found(fixture, stays->handle,
							     DXG_OBJECT_DEVICE));
		}
	}
	dxg_object_put(stays);
}

static void handle_full_table(struct kunit *test)
{
	struct dxg_object *objects[SMALL_SIZE], *obj;
	struct handle_fixture *fixture = test->priv;
	u32 old;
	int i;

	for (i = 0; i < SMALL_SIZE; i++)
		objects[i] = handle_add(test, DXG_OBJECT_DEVICE, NULL);
	obj = handle_new(test, DXG_OBJECT_DEVICE, NULL);
	KUNIT_EXPECT_EQ(test, dxg_handle_reserve(&fixture->table, obj), -ENOMEM);
	KUNIT_EXPECT_EQ(test, dxg_handle_reserve(&fixture->table, obj), -ENOMEM);

	/* Room for one: its index comes back with another value. */
	old = objects[7]->handle;
	KUNIT_EXPECT_TRUE(test, handle_retire_one(fixture, old));
	KUNIT_ASSERT_EQ(test, dxg_handle_reserve(&fixture->table, obj), 0);
	KUNIT_EXPECT_EQ(test, handle_publish_one(fixture, obj), 0);
	KUNIT_EXPECT_EQ(test, obj->handle << 2, old << 2);
	KUNIT_EXPECT_NE(test, obj->handle, old);
	KUNIT_EXPECT_FALSE(test, handle_found(fixture, old, DXG_OBJECT_DEVICE));
}

static void handle_abort_frees_index(struct kunit *test)
{
	struct handle_fixture *fixture = test->priv;
	int i;

	for (i = 0; i < 3 * SMALL_SIZE; i++) {
		struct dxg_object *obj = handle_new(test, DXG_OBJECT_DEVICE, NULL);
		LIST_HEAD(list);

		KUNIT_ASSERT_EQ(test, dxg_handle_reserve(&fixture->table, obj), 0);
		list_add_tail(&obj->sibling, &list);
		dxg_handle_abort(&fixture->table, &list);
	}
	KUNIT_EXPECT_EQ(test, atomic_read(&fixture->released), 3 * SMALL_SIZE);
	KUNIT_EXPECT_TRUE(test, xa_empty(&fixture->table.xa));
}

/* A parent dies between a child's reservation and its publication. */
static void handle_publish_below_dead(struct kunit *test)
{
	struct handle_fixture *fixture = test->priv;
	struct dxg_object *parent, *objects[3];
	LIST_HEAD(list);
	int i;

	parent = handle_add(test, DXG_OBJECT_DEVICE, NULL);
	/* The first is fine by itself, but it is all or none. */
	objects[0] = handle_new(test, DXG_OBJECT_DEVICE, NULL);
	objects[1] = handle_new(test, DXG_OBJECT_RESOURCE, parent);
	objects[2] = handle_new(test, DXG_OBJECT_ALLOCATION, objects[1]);
	for (i = 0; i < 3; i++) {
		KUNIT_ASSERT_EQ(test, dxg_handle_reserve(&fixture->table, objects[i]), 0);
		list_add_tail(&objects[i]->sibling, &list);
		/* Keep them, to look at them after they have gone. */
		dxg_object_get(objects[i]);
	}
	KUNIT_EXPECT_TRUE(test, handle_retire_one(fixture, parent->handle));
	KUNIT_EXPECT_EQ(test, dxg_handle_publish(&fixture->table, &list), -EINVAL);
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_FALSE(test, handle_found(fixture, objects[i]->handle,
						      objects[i]->ops->type));
	dxg_handle_abort(&fixture->table, &list);
	/* Children before their parents; the device was the first of all. */
	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_EQ(test, to_handle_object(objects[i])->order, 3 - i);
		dxg_object_put(objects[i]);
	}
}

static void handle_publish_family(struct kunit *test)
{
	struct handle_fixture *fixture = test->priv;
	struct dxg_object *parent, *child;
	LIST_HEAD(list);

	parent = handle_new(test, DXG_OBJECT_RESOURCE, NULL);
	child = handle_new(test, DXG_OBJECT_ALLOCATION, parent);
	KUNIT_ASSERT_EQ(test, dxg_handle_reserve(&fixture->table, parent), 0);
	KUNIT_ASSERT_EQ(test, dxg_handle_reserve(&fixture->table, child), 0);
	list_add_tail(&parent->sibling, &list);
	list_add_tail(&child->sibling, &list);
	KUNIT_EXPECT_EQ(test, dxg_handle_publish(&fixture->table, &list), 0);
	KUNIT_EXPECT_TRUE(test, list_empty(&list));
	KUNIT_EXPECT_TRUE(test, handle_found(fixture, parent->handle, DXG_OBJECT_RESOURCE));
	KUNIT_EXPECT_TRUE(test, handle_found(fixture, child->handle, DXG_OBJECT_ALLOCATION));
	KUNIT_EXPECT_EQ(test, dxg_handle_table_check(&fixture->table), 0);
}

static void handle_dead_ancestor_hides(struct kunit *test)
{
	struct handle_fixture *fixture = test->priv;
	struct dxg_object *device, *resource, *alloc, *retired;

	device = handle_add(test, DXG_OBJECT_DEVICE, NULL);
	resource = handle_add(test, DXG_OBJECT_RESOURCE, device);
	alloc = handle_add(test, DXG_OBJECT_ALLOCATION, resource);
	/* Only the device leaves the table; the others are dead by that. */
	retired = dxg_handle_retire(&fixture->table, device->handle, DXG_OBJECT_DEVICE);
	KUNIT_ASSERT_PTR_EQ(test, retired, device);
	KUNIT_EXPECT_FALSE(test, handle_found(fixture, resource->handle, DXG_OBJECT_RESOURCE));
	KUNIT_EXPECT_FALSE(test, handle_found(fixture, alloc->handle, DXG_OBJECT_ALLOCATION));
	KUNIT_EXPECT_NULL(test, dxg_handle_retire(&fixture->table, alloc->handle,
						  DXG_OBJECT_ALLOCATION));
	KUNIT_EXPECT_FALSE(test, xa_empty(&fixture->table.xa));
	retired->ops->retire(retired);
	KUNIT_EXPECT_TRUE(test, xa_empty(&fixture->table.xa));
	KUNIT_EXPECT_EQ(test, atomic_read(&fixture->released), 3);
}

/* More than leave the table in one hold of the lock, and exactly so many. */
static const int handle_children_counts[] = {
	0, 1, DXG_RETIRE_CHUNK - 1, DXG_RETIRE_CHUNK, DXG_RETIRE_CHUNK + 1, 3 * DXG_RETIRE_CHUNK,
};

static void handle_children_desc(const int *count, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%d children", *count);
}

KUNIT_ARRAY_PARAM(handle_children, handle_children_counts, handle_children_desc);

static void handle_all_children_retire(struct kunit *test)
{
	struct handle_fixture *fixture = test->priv;
	const int *count = test->param_value;
	struct dxg_object *device;
	int i;

	handle_use_large(fixture);
	device = handle_add(test, DXG_OBJECT_DEVICE, NULL);
	/* Of two kinds, one of which is retired in lists. */
	for (i = 0; i < *count; i++)
		handle_add(test, i % 2 ? DXG_OBJECT_ALLOCATION : DXG_OBJECT_CONTEXT, device);
	KUNIT_EXPECT_TRUE(test, handle_retire_one(fixture, device->handle));
	KUNIT_EXPECT_EQ(test, atomic_read(&fixture->listed), *count / 2);
	KUNIT_EXPECT_EQ(test, atomic_read(&fixture->retired), *count + 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&fixture->released), *count + 1);
	KUNIT_EXPECT_TRUE(test, xa_empty(&fixture->table.xa));
}

static void handle_retires_once(struct kunit *test)
{
	struct handle_fixture *fixture = test->priv;
	u32 handle = handle_add(test, DXG_OBJECT_DEVICE, NULL)->handle;

	KUNIT_EXPECT_TRUE(test, handle_retire_one(fixture, handle));
	KUNIT_EXPECT_FALSE(test, handle_retire_one(fixture, handle));
	KUNIT_EXPECT_EQ(test, atomic_read(&fixture->retired), 1);
}

static void handle_lookup_is_counted(struct kunit *test)
{
	struct handle_fixture *fixture = test->priv;
	struct dxg_object *obj;
	u32 handle;

	handle = handle_add(test, DXG_OBJECT_DEVICE, NULL)->handle;
	obj = dxg_handle_lookup(&fixture->table, handle, DXG_OBJECT_DEVICE);
	KUNIT_ASSERT_NOT_NULL(test, obj);
	KUNIT_EXPECT_TRUE(test, handle_retire_one(fixture, handle));
	KUNIT_EXPECT_EQ(test, atomic_read(&fixture->released), 0);
	KUNIT_EXPECT_EQ(test, obj->handle, handle);
	dxg_object_put(obj);
	KUNIT_EXPECT_EQ(test, atomic_read(&fixture->released), 1);
}

static void handle_kill_is_once(struct kunit *test)
{
	struct dxg_object *obj = handle_new(test, DXG_OBJECT_DEVICE, NULL);
	struct handle_fixture *fixture = test->priv;

	KUNIT_EXPECT_TRUE(test, dxg_object_kill(&fixture->table, obj));
	KUNIT_EXPECT_FALSE(test, dxg_object_kill(&fixture->table, obj));
	atomic_inc(&fixture->retired);
	dxg_object_put(obj);
}

/* Deeper than any stack. */
static void handle_put_of_deep_tree(struct kunit *test)
{
	struct handle_fixture *fixture = test->priv;
	struct dxg_object *obj = NULL;
	int i, depth = 20000;

	for (i = 0; i < depth; i++) {
		struct dxg_object *child = handle_new(test, DXG_OBJECT_DEVICE, obj);

		/* The child has the only reference on its parent. */
		if (obj)
			dxg_object_put(obj);
		obj = child;
	}
	dxg_object_put(obj);
	KUNIT_EXPECT_EQ(test, atomic_read(&fixture->released), depth);
	atomic_set(&fixture->retired, depth);
}

static void handle_check_sees_damage(struct kunit *test)
{
	struct dxg_object *obj = handle_add(test, DXG_OBJECT_DEVICE, NULL);
	struct handle_fixture *fixture = test->priv;

	KUNIT_EXPECT_EQ(test, dxg_handle_table_check(&fixture->table), 0);
	obj->marked = true;
	KUNIT_EXPECT_EQ(test, dxg_handle_table_check(&fixture->table), 1);
	obj->marked = false;
	obj->handle += BIT(6);
	KUNIT_EXPECT_EQ(test, dxg_handle_table_check(&fixture->table), 1);
	obj->handle -= BIT(6);
	KUNIT_EXPECT_EQ(test, dxg_handle_table_check(&fixture->table), 0);
}

#define RACE_THREADS	4
#define RACE_ROUNDS	2000
#define RACE_SLOTS	8

/**
 * struct handle_race - Threads that create, look up and retire the same handles
 * @test: the test
 * @slots: handles that have been seen last
 * @created: objects published
 * @won: handles retired
 * @wrong: look-ups that found another object
 * @left: threads that are not finished
 * @done: none is left
 */
struct handle_race {
	struct kunit *test;
	u32 slots[RACE_SLOTS];
	atomic_t created;
	atomic_t won;
	atomic_t wrong;
	atomic_t left;
	struct completion done;
};

static void handle_race_create(struct handle_race *race, u32 *slot)
{
	struct dxg_object *obj = handle_new(race->test, DXG_OBJECT_DEVICE, NULL);
	struct handle_fixture *fixture = race->test->priv;
	u32 handle;

	if (dxg_handle_reserve(&fixture->table, obj)) {
		/* Never reserved, so never retired. */
		atomic_inc(&fixture->retired);
		dxg_object_put(obj);
		return;
	}
	handle = obj->handle;
	atomic_inc(&race->created);
	if (!handle_publish_one(fixture, obj))
		WRITE_ONCE(*slot, handle);
}

static void handle_race_lookup(struct handle_race *race, u32 handle)
{
	struct handle_fixture *fixture = race->test->priv;
	struct dxg_object *obj = dxg_handle_lookup(&fixture->table, handle, DXG_OBJECT_DEVICE);

	if (obj && obj->handle != handle)
		atomic_inc(&race->wrong);
	cond_resched();
	/* It is still there, whoever has retired it meanwhile. */
	if (obj && obj->handle != handle)
		atomic_inc(&race->wrong);
	dxg_object_put(obj);
}

static int handle_race_thread(void *data)
{
	struct handle_race *race = data;
	int i;

	for (i = 0; i < RACE_ROUNDS; i++) {
		u32 *slot = &race->slots[get_random_u32_below(RACE_SLOTS)];
		u32 handle = READ_ONCE(*slot);

		switch (get_random_u32_below(4)) {
		case 0:
			handle_race_create(race, slot);
			break;
		case 1:
			if (handle_retire_one(race->test->priv, handle))
				atomic_inc(&race->won);
			break;
		default:
			handle_race_lookup(race, handle);
			break;
		}
		if (i % 16 == 0)
			schedule();
	}
	if (atomic_dec_and_test(&race->left))
		complete(&race->done);
	return 0;
}

static void handle_concurrent_use(struct kunit *test)
{
	struct handle_fixture *fixture = test->priv;
	struct handle_race *race = kunit_kzalloc(test, sizeof(*race), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, race);
	race->test = test;
	init_completion(&race->done);
	atomic_set(&race->left, RACE_THREADS);
	for (i = 0; i < RACE_THREADS; i++)
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, kthread_run(handle_race_thread, race,
							       "dxg-race"));
	KUNIT_ASSERT_TRUE(test, wait_for_completion_timeout(&race->done, 60 * HZ));

	KUNIT_EXPECT_EQ(test, atomic_read(&race->wrong), 0);
	KUNIT_EXPECT_GT(test, atomic_read(&race->won), 0);
	/* What was not retired by a thread is alive, and the fixture's end takes it. */
	dxg_object_kill(&fixture->table, &fixture->top.base);
	dxg_object_retire_children(&fixture->table, &fixture->top.base);
	KUNIT_EXPECT_GE(test, atomic_read(&race->created), atomic_read(&race->won));
	KUNIT_EXPECT_EQ(test, atomic_read(&fixture->retired), atomic_read(&fixture->released));
}

static struct kunit_case handle_cases[] = {
	KUNIT_CASE(handle_first_values),
	KUNIT_CASE(handle_reserved_is_invisible),
	KUNIT_CASE(handle_every_bit_is_compared),
	KUNIT_CASE_PARAM(handle_type_is_compared, handle_type_gen_params),
	KUNIT_CASE(handle_wrap_changes_generation),
	KUNIT_CASE(handle_wrap_passes_over_live),
	KUNIT_CASE(handle_full_table),
	KUNIT_CASE(handle_abort_frees_index),
	KUNIT_CASE(handle_publish_below_dead),
	KUNIT_CASE(handle_publish_family),
	KUNIT_CASE(handle_dead_ancestor_hides),
	KUNIT_CASE_PARAM(handle_all_children_retire, handle_children_gen_params),
	KUNIT_CASE(handle_retires_once),
	KUNIT_CASE(handle_lookup_is_counted),
	KUNIT_CASE(handle_kill_is_once),
	KUNIT_CASE(handle_put_of_deep_tree),
	KUNIT_CASE(handle_check_sees_damage),
	KUNIT_CASE(handle_concurrent_use),
	{}
};

static struct kunit_suite handle_suite = {
	.name = "dxg_handle",
	.init = handle_init,
	.exit = handle_exit,
	.test_cases = handle_cases,
};

kunit_test_suite(handle_suite);

MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
MODULE_DESCRIPTION("KUnit tests of dxg");
MODULE_LICENSE("GPL");
