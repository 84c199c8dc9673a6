/* Cases under way, and what is to happen in them when: shared by make_*.c of cases only. */
#ifndef HOOL_WORK_PRACTICE_MAKE_LIVES_H
#define HOOL_WORK_PRACTICE_MAKE_LIVES_H

#include "work/practice/make_int.h"

/* What happens next in a case. */
enum step {
	STEP_TAKE,
	STEP_ASK,
	STEP_SUPPLY,
	STEP_ACCEPT,
	STEP_WITHDRAW,
	STEP_FIND,
	STEP_DRAFT,
	STEP_SIGN,
	STEP_SEND,
	STEP_DELIVER,
	STEP_LEAVE_QUEUE,
	STEP_REFER,
	STEP_ARRIVE,
	STEP_LIFE, /* the next of a placement: stage, pause, resume, end */
	STEP_SLOT, /* no case: a place at a site is ready to be offered */
	STEPS
};

enum fate { FATE_GRANT, FATE_REFUSE, FATE_UNEXAMINED, FATE_WITHDRAW };

struct life {
	enum service service;
	enum step step;
	enum fate fate;
	int32_t person; /* index of a human */
	int64_t app, decision, entry, referral, placement;
	const struct act *who; /* the official who has the case */
	int32_t arrived, complete, sign_on, signed_on;
	int32_t start_on; /* of a changeover: not before */
	int32_t referred_on;
	int32_t started, ends;				     /* of the placement */
	int32_t next_on[2], pause_on, resume_on, session_on; /* CIVIL_NONE: not */
	int stage;
	int32_t site; /* index; -1 none */
	const char *end_reason;
	bool missing, changeover, paused, waiting;
	bool seeded; /* comes to be on two services that turn out to bar each other */
	bool live;   /* in use */
	bool plain;  /* of the old days: told in fewer steps */
	bool told;   /* the placement is written to its end */
	int32_t next_unused;
	uint32_t age; /* how many cases lay here before: old events are for another */
};

struct event {
	int32_t day, life;
	uint32_t seq, age;
	enum step step;
};

/* A queue of those who wait for a place, first come first. */
struct line {
	int32_t *life;
	size_t head, n, size; /* waiting: life[head .. n - 1] */
};

struct stream {
	enum service service;
	int32_t from, to;
	int64_t total, done;
	uint64_t weight, passed; /* of all its days, of those gone */
};

struct lives {
	struct life *at;
	size_t n, size;
	int32_t unused; /* first of the given-back ones, -1 none */
	struct event *heap;
	size_t nheap, heap_size;
	uint32_t seq;
	struct line *lines[SERVICES]; /* by county */
	struct stream stream[SERVICES];
	int64_t changeover_left;
	size_t changeover_at; /* the life looked at last for the changeover */
};

/* ---- make_steps.c: the calendar of what is to happen ---- */

void lives_init(struct make *m);
int32_t life_new(struct make *m, const struct life *l);
void life_end(struct make *m, int32_t i);
struct life *life_at(struct make *m, int32_t i);
/* The step is to happen on that day, or the first working day after. */
void life_plan(struct make *m, int32_t i, enum step step, int32_t day);
/* Also on days of rest. */
void life_plan_exactly(struct make *m, int32_t i, enum step step, int32_t day);
/* The next event due by `day`, removed; false: none. */
bool life_next(struct make *m, int32_t day, struct event *ret);
void line_join(struct make *m, struct line *q, int32_t life);

/* ---- the steps; each plans the next one ---- */

enum err case_arrive(struct make *m, enum service s, int32_t person, int32_t start_on) MUST_USE;
/* Somebody grown up while on a child's service applies for work. */
enum err case_grown_up(struct make *m, int32_t person) MUST_USE;
enum err case_step(struct make *m, int32_t i, enum step step) MUST_USE;	    /* make_cases.c */
enum err decision_step(struct make *m, int32_t i, enum step step) MUST_USE; /* make_decisions.c */
enum err place_step(struct make *m, int32_t i, enum step step) MUST_USE;    /* make_places.c */
/* Somebody has a right to the service: they wait for a place, or are referred soon. */
enum err place_wait(struct make *m, int32_t i) MUST_USE;
/* A place at a site became ready: the first who waits for it is referred. */
enum err place_offer(struct make *m, int32_t site_and_service) MUST_USE;

/* How a placement goes on is drawn at its start; `planned` is its last day or CIVIL_NONE. */
void place_future(struct make *m, struct life *l, int32_t planned);
/* Plan what comes next of it. */
void place_plan(struct make *m, int32_t i);
/* The place is free again, to be offered some days later; the case is over. */
void place_give_back(struct make *m, int32_t i);
/* The life is done with its place: nothing more is planned for it. */
void place_over(struct make *m, int32_t i);

/* ---- make_plain.c: cases of the old days ---- */

/* What becomes of a case taken over as it stood: decided, gone from the queue, arrived at the
 * service, still waiting. `i` is the index of its life. */
enum err plain_decide(struct make *m, int32_t i) MUST_USE;
enum err plain_leave_queue(struct make *m, int32_t i, const char *reason) MUST_USE;
enum err plain_arrive(struct make *m, int32_t i) MUST_USE;
enum err plain_waiting(struct make *m) MUST_USE;

#endif
