/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_LEDGER_MODEL_H
#define _DXG_LEDGER_MODEL_H

#include <kunit/test.h>

#include <linux/bits.h>
#include <linux/prandom.h>
#include <linux/types.h>

#include "../dxg_sched.h"
#include "../dxg_vidmm.h"
#include "dxg_mock.h"
#include "dxg_user.h"

struct dxg_process_adapter;

/* How much of everything there is. Programs are not counted down when they are closed. */
#define PROGRAMS	4
#define PROCESSES	24
#define ALLOCS		48
#define RESOURCES	12
#define SHARES		6
#define FDS		2
#define COMMANDS	(DXG_MOCK_NODES * DXG_NODE_DEPTH)

/* Allocations of one call. */
#define LIST		3

/* Pages that programs have of their own for EXISTING_SYS_MEM. */
#define SYS_PAGES	16

/**
 * enum ledger_life - Of an allocation or a resource
 * @UNUSED: the entry is free
 * @ALIVE: its handle is valid
 * @DYING: it has been destroyed, and commands are in the way
 */
enum ledger_life {
	UNUSED,
	ALIVE,
	DYING,
};

/**
 * struct ledger_process - A program, or what is left of it
 * @user: the program; NULL: the entry is free
 * @pa: what the driver has of it
 * @queue: its paging queue
 * @open: its file is open
 * @reserved: its reservation
 */
struct ledger_process {
	struct dxg_user *user;
	struct dxg_process_adapter *pa;
	struct dxg_user_queue queue;
	bool open;
	u64 reserved;
};

/**
 * struct ledger_share - What is shared; there as long as anybody has it open
 * @num: its allocations; 0: the entry is free
 * @bytes: their bytes, in the order in which they were created
 * @fds: its file descriptors
 * @num_fds: how many
 */
struct ledger_share {
	u32 num;
	struct ledger_bytes *bytes[LIST];
	u64 fds[FDS];
	u32 num_fds;
};

/**
 * struct ledger_bytes - Bytes, that allocations are openings of
 * @creator: who pays; NULL: the entry is free
 * @number: of all that ever were
 * @share: what it belongs to, or NULL
 * @size: how many
 * @openings: allocations, dying ones included
 * @existing: they are the program's own
 * @shareable: they are of a resource that can be shared
 * @touched: they are in a segment, unless they have been offered and discarded
 * @offered: they may be discarded
 */
struct ledger_bytes {
	struct ledger_process *creator;
	u64 number;
	struct ledger_share *share;
	u64 size;
	u32 openings;
	bool existing;
	bool shareable;
	bool touched;
	bool offered;
};

/**
 * struct ledger_resource - A resource, or an opening of one
 * @life: its state
 * @handle: its handle
 * @process: whose it is
 * @shareable: it can be shared
 * @share: what it is an opening of, or NULL
 * @behind: commands that its end waits for, by bit
 */
struct ledger_resource {
	enum ledger_life life;
	u32 handle;
	struct ledger_process *process;
	bool shareable;
	struct ledger_share *share;
	unsigned long behind;
};

/**
 * struct ledger_alloc - An allocation
 * @life: its state
 * @handle: its handle
 * @process: whose it is
 * @resource: its resource, or NULL
 * @bytes: its bytes
 * @wanted: requests for residency
 * @locks: locks
 * @behind: commands that its end waits for, by bit
 */
struct ledger_alloc {
	enum ledger_life life;
	u32 handle;
	struct ledger_process *process;
	struct ledger_resource *resource;
	struct ledger_bytes *bytes;
	u32 wanted;
	u32 locks;
	unsigned long behind;
};

/**
 * struct ledger_command - A command that has not finished
 * @tag: its number, in the order of submission; 0: the entry is free
 * @process: whose it is
 * @node: where
 * @allocs: what it uses
 * @num: how many
 */
struct ledger_command {
	u64 tag;
	struct ledger_process *process;
	u32 node;
	struct ledger_alloc *allocs[LIST];
	u32 num;
};

/**
 * struct ledger_model - What there must be
 * @test: the test
 * @mock: the mock
 * @random: what is done
 * @seed: where that began
 * @step: how many calls there were
 * @op: the last one
 * @failed: the driver does not agree
 * @ledgers: what the driver has of each program
 * @tags: commands so far
 * @numbers: bytes so far
 * @sys: memory for EXISTING_SYS_MEM
 * @processes: programs
 * @shares: what is shared
 * @bytes: bytes
 * @resources: resources
 * @allocs: allocations
 * @commands: commands
 */
struct ledger_model {
	struct kunit *test;
	struct dxg_mock *mock;
	struct rnd_state random;
	u32 seed;
	u32 step;
	const char *op;
	bool failed;
	struct dxg_ledger ledgers[PROCESSES];
	u64 tags;
	u64 numbers;
	unsigned long sys;
	struct ledger_process processes[PROCESSES];
	struct ledger_share shares[SHARES];
	struct ledger_bytes bytes[ALLOCS];
	struct ledger_resource resources[RESOURCES];
	struct ledger_alloc allocs[ALLOCS];
	struct ledger_command commands[COMMANDS];
};

/* Each entry of an array of the model, one after the other. */
#define ledger_each(entry, array)							\
	for (u32 i_ = 0; i_ < sizeof(array) / sizeof((array)[0]) &&			\
	     ((entry) = &(array)[i_], true); i_++)

__printf(2, 3) void ledger_fail(struct ledger_model *model, const char *fmt, ...);

#define ledger_expect(model, condition, fmt, ...) do {					\
	if (!(condition))								\
		ledger_fail(model, fmt, ##__VA_ARGS__);					\
} while (0)

/**
 * ledger_random() - Throw the dice
 * @model: the model
 * @below: how many sides
 *
 * Return: less than that.
 */
static inline u32 ledger_random(struct ledger_model *model, u32 below)
{
	return prandom_u32_state(&model->random) % below;
}

/**
 * ledger_pick() - Choose one of an array of the model
 * @model: the model
 * @array: the array
 * @condition: one for which this is true, where it is called "it"
 *
 * Return: the entry; NULL: there is none.
 */
#define ledger_pick(model, array, condition) ({						\
	__auto_type array_ = &(array);							\
	typeof(&(*array_)[0]) entry_, found_ = NULL;					\
	u32 seen_ = 0;									\
											\
	ledger_each(entry_, *array_) {							\
		typeof(entry_) it = entry_;						\
											\
		if ((condition) && !ledger_random(model, ++seen_))			\
			found_ = it;							\
	}										\
	found_;										\
})

void ledger_expect_ret(struct ledger_model *model, long ret, long expected);
void ledger_end_shares(struct ledger_model *model);
void ledger_end_dying(struct ledger_model *model);
unsigned long ledger_users(struct ledger_model *model, struct ledger_alloc **list, u32 num);
unsigned long ledger_queued(struct ledger_model *model, struct ledger_process *process);
void ledger_kill(struct ledger_alloc *alloc, unsigned long behind);
u64 ledger_reserved_by_others(struct ledger_model *model, struct ledger_process *process);
u64 ledger_excess(struct ledger_model *model, struct ledger_process *process);
u64 ledger_pinned(struct ledger_model *model, struct ledger_alloc **list, u32 num);
struct ledger_bytes *ledger_add_bytes(struct ledger_model *model, struct ledger_process *creator,
				      u64 size);
void ledger_add_alloc(struct ledger_model *model, struct ledger_process *process, u32 handle,
		      struct ledger_resource *resource, struct ledger_bytes *bytes);
struct ledger_resource *ledger_add_resource(struct ledger_model *model,
					    struct ledger_process *process, u32 handle);
bool ledger_has_room(struct ledger_model *model);
void ledger_share_bytes(struct ledger_share *share, struct ledger_bytes *bytes);
void ledger_compare(struct ledger_model *model);

#endif /* _DXG_LEDGER_MODEL_H */
