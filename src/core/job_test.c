/* Tests of the queue of jobs. */
#include "core/job.h"

#include <string.h>

#include "core/test_world.h"

struct adding {
	const char *kind, *key;
	int64_t subject, run_at, id;
};

static enum err
add(struct ctx *cx, void *arg)
{
	struct adding *a = arg;

	return job_add(cx, a->kind, a->key, a->subject, "x", a->run_at, &a->id);
}

static int64_t
added(struct test *t, const char *kind, const char *key, int64_t subject, int64_t run_at)
{
	struct adding a = { kind, key, subject, run_at, -1 };

	EXPECT_OK(test_write(t, add, &a));
	return a.id;
}

/* What the jobs of these tests have done: their subjects, in order. */
static int64_t seen[64];
static size_t nseen;

static enum err
good(struct ctx *cx, struct db *db, const struct job *job, struct job_end *end)
{
	(void)cx, (void)db, (void)end;
	seen[nseen++] = job->subject;
	return OK;
}

static enum err
bad(struct ctx *cx, struct db *db, const struct job *job, struct job_end *end)
{
	(void)db, (void)end;
	seen[nseen++] = job->subject;
	return fail(cx, ERR_IO, "err.io");
}

static enum err
hopeless(struct ctx *cx, struct db *db, const struct job *job, struct job_end *end)
{
	(void)db, (void)job, (void)end;
	return fail(cx, ERR_INVALID, "err.int", "x");
}

static enum err
later(struct ctx *cx, struct db *db, const struct job *job, struct job_end *end)
{
	(void)db;
	seen[nseen++] = job->tries;
	end->later = cx->now + 7;
	return OK;
}

static const struct job_kind KINDS[] = {
	{ "good", good, 0 },   { "bad", bad, 3 }, { "hopeless", hopeless, 0 },
	{ "later", later, 0 }, { NULL, NULL, 0 },
};

/* Do what is due; how many that were. */
static int
work(struct test *t)
{
	int64_t now = t->cx.now;
	bool any = true;
	int n = 0;

	for (; any && n < 60; n += any) {
		ctx_set_now(&t->cx, now);
		EXPECT_OK(job_work(&t->cx, test_world_db(t), KINDS, &any));
	}
	ctx_set_now(&t->cx, now);
	return n;
}

static struct job_row
row_of(struct test *t, int64_t id)
{
	static const char *const STATES[] = { "", "done" };
	struct job_row *list;
	size_t n;

	for (size_t s = 0; s < 2; s++) {
		EXPECT_OK(job_list(&t->cx, STATES[s], 50, &list, &n));
		for (size_t i = 0; i < n; i++)
			if (list[i].id == id)
				return list[i];
	}
	BUG("the job of the test is not there");
}

static struct ctx *
begin(struct test *t)
{
	nseen = 0;
	return test_world(t);
}

TEST(job_in_the_order_they_are_due)
{
	struct ctx *cx = begin(t);
	int64_t id;

	(void)added(t, "good", NULL, 3, cx->now);
	(void)added(t, "good", NULL, 1, cx->now - 10);
	(void)added(t, "good", NULL, 2, cx->now - 5);
	id = added(t, "good", NULL, 4, cx->now + 60);
	EXPECT_INT(3, work(t));
	EXPECT(seen[0] == 1 && seen[1] == 2 && seen[2] == 3);
	EXPECT_TEXT("waiting", row_of(t, id).state);
	ctx_set_now(cx, cx->now + 60);
	EXPECT_INT(1, work(t));
	EXPECT_TEXT("done", row_of(t, id).state);
	EXPECT_INT(0, work(t));
}

TEST(job_a_key_is_one_that_is_not_over)
{
	struct ctx *cx = begin(t);

	EXPECT(added(t, "good", "once", 1, cx->now) > 0);
	EXPECT_INT(0, added(t, "good", "once", 2, cx->now));
	EXPECT(added(t, "good", "other", 3, cx->now) > 0);
	EXPECT_INT(2, work(t));
	EXPECT(added(t, "good", "once", 4, cx->now) > 0);
	EXPECT_INT(1, work(t));
	EXPECT_INT(4, seen[2]);
}

TEST(job_failures_wait_longer_and_end)
{
	struct ctx *cx = begin(t);
	int64_t id = added(t, "bad", NULL, 1, cx->now), wait = 0;
	struct job_row row;

	for (int i = 1; i < 3; i++) {
		EXPECT_INT(1, work(t));
		row = row_of(t, id);
		EXPECT_TEXT("waiting", row.state);
		EXPECT_TEXT("err.io", row.error);
		EXPECT_INT(i, row.tries);
		/* 10 s, then 20 s, and up to a quarter more. */
		EXPECT(row.run_at >= cx->now + 10 * i && row.run_at <= cx->now + 13 * i);
		EXPECT(row.run_at - cx->now > wait);
		wait = row.run_at - cx->now;
		EXPECT_INT(0, work(t));
		ctx_set_now(cx, row.run_at);
	}
	EXPECT_INT(1, work(t));
	EXPECT_TEXT("dead", row_of(t, id).state);
	ctx_set_now(cx, cx->now + 1000000);
	EXPECT_INT(0, work(t));
	EXPECT_INT(3, nseen);
}

static enum err
again(struct ctx *cx, void *arg)
{
	return job_again(cx, *(int64_t *)arg);
}

TEST(job_what_cannot_be_mended_is_not_tried_again)
{
	struct ctx *cx = begin(t);
	int64_t id = added(t, "hopeless", NULL, 1, cx->now),
		other = added(t, "nothing", NULL, 1, cx->now);

	EXPECT_INT(2, work(t));
	EXPECT_TEXT("dead", row_of(t, id).state);
	EXPECT_TEXT("err.int x", row_of(t, id).error);
	/* A kind another version knows waits for it. */
	EXPECT_TEXT("waiting", row_of(t, other).state);
	EXPECT_OK(test_write(t, again, &id));
	EXPECT_TEXT("waiting", row_of(t, id).state);
	EXPECT_INT(0, row_of(t, id).tries);
	EXPECT_INT(1, work(t));
	EXPECT_TEXT("dead", row_of(t, id).state);
	EXPECT_ERR(ERR_NOTFOUND, test_write(t, again, &other));
}

TEST(job_put_off_is_no_try)
{
	struct ctx *cx = begin(t);
	int64_t id = added(t, "later", NULL, 1, cx->now);

	for (int i = 0; i < 20; i++) {
		EXPECT_INT(1, work(t));
		EXPECT_INT(cx->now + 7, row_of(t, id).run_at);
		EXPECT_INT(1, seen[nseen - 1]);
		ctx_set_now(cx, cx->now + 7);
	}
}

/* A node that dies in a job: its lease runs out, another does it, and the first, should it come
 * back, writes nothing over that. */
static int dying;

static enum err
dies(struct ctx *cx, struct db *db, const struct job *job, struct job_end *end)
{
	const struct job_kind kinds[] = { { "dies", dies, 0 }, { NULL, NULL, 0 } };
	bool any;

	(void)end;
	seen[nseen++] = job->tries;
	if (dying-- <= 0)
		return OK;
	/* Time passes; the other node looks. */
	ctx_set_now(cx, cx->now + JOB_LEASE - 1);
	TRY(job_work(cx, db, kinds, &any));
	if (any)
		return fail(cx, ERR_BUG, "err.io");
	ctx_set_now(cx, cx->now + 1);
	TRY(job_work(cx, db, kinds, &any));
	if (!any)
		return fail(cx, ERR_BUG, "err.io");
	return fail(cx, ERR_IO, "err.io");
}

TEST(job_a_lease_that_ran_out_is_taken_over)
{
	struct ctx *cx = begin(t);
	int64_t id = added(t, "dies", NULL, 1, cx->now);
	bool any;

	dying = 1;
	EXPECT_OK(job_work(cx, test_world_db(t),
			   (const struct job_kind[]){ { "dies", dies, 0 }, { NULL, NULL, 0 } },
			   &any));
	EXPECT_INT(2, nseen);
	EXPECT_INT(2, seen[1]);
	EXPECT_TEXT("done", row_of(t, id).state);
}
