/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_MOCK_H
#define _DXG_MOCK_H

#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>

#include <drm/dxg/dxg_ddi.h>

struct drm_device;
struct dxg_adapter;
struct dxg_mock;
struct dxg_mock_resource;
struct kunit;
struct platform_device;

/* Nodes of a mock adapter for commands of users; one more pages. */
#define DXG_MOCK_NODES		2
/* Bytes of its segment. */
#define DXG_MOCK_SEGMENT	(16UL << 20)
/* Bytes of the log that a test can compare. */
#define DXG_MOCK_LOG		4096

/**
 * enum dxg_mock_op - An op of struct dxg_ddi_ops
 * @DXG_MOCK_START_DEVICE: start_device
 * @DXG_MOCK_STOP_DEVICE: stop_device
 * @DXG_MOCK_REMOVE_DEVICE: remove_device
 * @DXG_MOCK_CREATE_ALLOCATION: create_allocation
 * @DXG_MOCK_DESTROY_ALLOCATION: destroy_allocation
 * @DXG_MOCK_OPEN_ALLOCATION: open_allocation
 * @DXG_MOCK_CLOSE_ALLOCATION: close_allocation
 * @DXG_MOCK_CREATE_BACKING: create_backing
 * @DXG_MOCK_DESTROY_BACKING: destroy_backing
 * @DXG_MOCK_SUBMIT_COMMAND: submit_command
 * @DXG_MOCK_RESET: reset
 * @DXG_MOCK_PAGE: submit_command on the paging node, not counted above
 * @DXG_MOCK_NUM_OPS: how many
 */
enum dxg_mock_op {
	DXG_MOCK_START_DEVICE,
	DXG_MOCK_STOP_DEVICE,
	DXG_MOCK_REMOVE_DEVICE,
	DXG_MOCK_CREATE_ALLOCATION,
	DXG_MOCK_DESTROY_ALLOCATION,
	DXG_MOCK_OPEN_ALLOCATION,
	DXG_MOCK_CLOSE_ALLOCATION,
	DXG_MOCK_CREATE_BACKING,
	DXG_MOCK_DESTROY_BACKING,
	DXG_MOCK_SUBMIT_COMMAND,
	DXG_MOCK_RESET,
	DXG_MOCK_PAGE,
	DXG_MOCK_NUM_OPS,
};

typedef void (*dxg_mock_hook)(struct dxg_mock *mock);

/**
 * struct dxg_mock_plan - What is to happen at an op
 * @fault_at: number of the call that fails, from 1; 0: none
 * @error: with this
 * @hook_at: number of the call at which @hook runs, from 1; 0: none
 * @hook: run at the beginning of the call, in its context
 */
struct dxg_mock_plan {
	unsigned int fault_at;
	int error;
	unsigned int hook_at;
	dxg_mock_hook hook;
};

/**
 * struct dxg_mock - An in-tree device of its own and what the miniport does on it
 */
struct dxg_mock {
	/** @test: The test; violations of the interface's rules fail it. */
	struct kunit *test;
	/** @pdev: Parent of @target. */
	struct platform_device *pdev;
	/** @target: The fake in-tree device; NULL once it is removed. */
	struct drm_device *target;
	/** @adapter: The adapter on it, counted; set when it is started. */
	struct dxg_adapter *adapter;
	/** @started: The miniport's start_device has been called. */
	struct completion started;
	/** @removed: Its remove_device has been called, the last call. */
	struct completion removed;

	/** @rewrite: Leave another resource handle at each call that may. */
	bool rewrite;
	/** @log_backings: Have backings in the log. */
	bool log_backings;

	/** @execute_lock: Held while a command is executed and completed. */
	struct mutex execute_lock;
	/** @lock: Covers the fields below. */
	spinlock_t lock;
	/** @wait: Woken when something has changed. */
	wait_queue_head_t wait;
	/** @plans: What is to happen. */
	struct dxg_mock_plan plans[DXG_MOCK_NUM_OPS];
	/** @calls: Calls so far. */
	unsigned int calls[DXG_MOCK_NUM_OPS];
	/** @running: What each node has; time stands still until the test completes it. */
	struct dxg_ddi_command *running[DXG_MOCK_NODES];
	/** @stopped: Commands end at once. */
	bool stopped;
	/** @gone: After remove_device. */
	bool gone;
	/** @resources: What exists. */
	unsigned int resources;
	/** @allocations: What exists. */
	unsigned int allocations;
	/** @openings: What exists. */
	unsigned int openings;
	/** @backings: What exists. */
	unsigned int backings;
	/** @log: The calls since dxg_mock_log_reset(). */
	char log[DXG_MOCK_LOG];
	/** @log_size: Bytes of it. */
	size_t log_size;
};

int dxg_mock_register(void);
void dxg_mock_unregister(void);

struct dxg_mock *dxg_mock_create(struct kunit *test);
struct dxg_mock *dxg_mock_create_bare(struct kunit *test);
void dxg_mock_wait_attached(struct dxg_mock *mock);
void dxg_mock_remove(struct dxg_mock *mock);
void dxg_mock_restart(struct dxg_mock *mock);

void dxg_mock_fail(struct dxg_mock *mock, enum dxg_mock_op op, unsigned int nth, int error);
void dxg_mock_hook_at(struct dxg_mock *mock, enum dxg_mock_op op, unsigned int nth,
		      dxg_mock_hook hook);
unsigned int dxg_mock_calls(struct dxg_mock *mock, enum dxg_mock_op op);

u64 dxg_mock_running(struct dxg_mock *mock, u32 node);
u64 dxg_mock_wait_running(struct dxg_mock *mock, u32 node);
bool dxg_mock_complete(struct dxg_mock *mock, u32 node, int error);
void dxg_mock_time_out(struct dxg_mock *mock, u32 node);

void dxg_mock_log_reset(struct dxg_mock *mock);
const char *dxg_mock_log(struct dxg_mock *mock);
bool dxg_mock_idle(struct dxg_mock *mock);
void dxg_mock_settle(struct dxg_mock *mock);
void dxg_mock_drain(struct dxg_mock *mock);

/**
 * dxg_mock_pause() - Give workers the time to do what they must not do
 *
 * More than the tick that the port may put a destruction off for.
 */
static inline void dxg_mock_pause(void)
{
	schedule_timeout_uninterruptible(3);
}

/**
 * dxg_mock_wait() - Wait for a condition, and fail the test if it does not come true
 * @mock: the mock
 * @condition: looked at every millisecond, for a minute
 */
#define dxg_mock_wait(mock, condition) ({					\
	unsigned long end_ = jiffies + 60 * HZ;					\
	bool seen_;								\
										\
	while (!(seen_ = (condition)) && time_before(jiffies, end_))		\
		usleep_range(500, 1000);					\
	KUNIT_EXPECT_TRUE_MSG((mock)->test, seen_, "never came: " #condition);	\
	seen_;									\
})

#endif /* _DXG_MOCK_H */
