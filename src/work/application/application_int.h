/* Shared by the files of this folder only. */
#ifndef HOOL_WORK_APPLICATION_APPLICATION_INT_H
#define HOOL_WORK_APPLICATION_APPLICATION_INT_H

#include "core/record.h"
#include "format/letter.h"
#include "rule/rule.h"
#include "web/site.h"

#define MAX_CONDITIONS 60 /* of one service at a time */

enum finding_result { FINDING_NONE, FINDING_MET, FINDING_NOT_MET, FINDING_UNCLEAR, FINDING_WAIVED };

/* A condition of the service in force on the application's day, with what was found about it. */
struct proof {
	int64_t condition;
	const char *code, *name;
	const char *any_of; /* group of which one must hold; NULL: must hold itself */
	const char *check;  /* "age_from" … of type condition */
	const char *rule, *wants, *law;
	bool confirmed;	 /* the condition itself */
	int64_t finding; /* 0: not looked at yet */
	int64_t version;
	enum finding_result result;
	const char *evidence, *evidence_text, *reason, *trace;
	int32_t valid_until; /* CIVIL_NONE: no end */
	bool computed;
	int64_t checked_by;
	int32_t checked_on;
};

struct proofs {
	struct proof *at;
	size_t n;
};

/* How all findings fold. */
enum answer { ANSWER_OPEN, ANSWER_ELIGIBLE, ANSWER_NOT };

/* Does a proof hold on a day? Met with a proof that has run out is no longer met. */
bool proof_holds(const struct proof *p, int32_t on);
/*
 * Fold the findings: every condition outside groups must hold, and of each group one. One that
 * cannot hold any more makes the whole "not eligible", whatever else is open. Nothing to check is
 * open: a service without conditions is granted to nobody by mistake.
 */
enum answer eligibility_fold(const struct proof *list, size_t n, int32_t on);
/* As stored in application.answer: "open" … */
const char *answer_name(enum answer a);

/* The conditions of an application with their findings, in the order of their codes. */
enum err eligibility_load(struct ctx *cx, const struct record *app, struct proofs *ret) MUST_USE;
/*
 * Look at every condition: what can be computed is computed anew, unless a human has said
 * otherwise; the rest is opened for the official. On the write lane.
 */
enum err eligibility_check(struct ctx *cx, const struct record *app) MUST_USE;
/* Keep the fold in the application; on the write lane. */
enum err eligibility_keep(struct ctx *cx, int64_t application) MUST_USE;

/* What a computed condition came to. */
struct computed {
	enum finding_result result;
	int32_t valid_until;
	const char *reason; /* one plain sentence; NULL none */
	const char *trace;  /* JSON as of rule/rule.h */
};
/* Compute one condition. Facts that are missing make it unclear; errors are those of the database.
 */
enum err compute_condition(struct ctx *cx, const struct record *app, const struct proof *p,
			   struct computed *ret) MUST_USE;
/* The last day the person could be on the service by a decision made today; NO_END: not limited. */
#define NO_END INT32_MAX
enum err application_planned_end(struct ctx *cx, const struct record *app, int32_t *ret) MUST_USE;
/* Are the ratings of a child's need all there? Which is not: *ret_field. */
bool need_is_whole(const struct record *app, const struct change *ch, const char **ret_field);

/* The unit that handles a service: that of the oldest position in force whose kind has the
 * service's duty; 0 if there is none. */
enum err handling_unit(struct ctx *cx, const struct record *service, int64_t *ret) MUST_USE;

/* Asking for what is missing. The usual term for it, counted from a day. */
enum err asked_term(struct ctx *cx, int32_t from, struct rule_result *ret) MUST_USE;
/* The day given in a change, or the usual one from today. ERR_INVALID with the field: a day that is
 * not to come. */
enum err asked_fix_by(struct ctx *cx, const struct change *ch, int32_t *ret) MUST_USE;
/* The letter, dated today and signed by the actor; its number is the next one of the application.
 * `missing` names one thing a line. */
enum err asked_letter(struct ctx *cx, const struct record *app, const char *missing, int32_t fix_by,
		      struct letter *ret) MUST_USE;
/* The same for what a form asks, before it is done. ERR_INVALID with the field. */
enum err asked_preview(struct ctx *cx, const struct record *app, const struct change *ch,
		       struct letter *ret) MUST_USE;
/* Keep the letter of an application just asked about, and tell it in the timeline. Write lane. */
enum err asked_keep(struct ctx *cx, const struct record *app) MUST_USE;

extern const struct hook APPLICATION_HOOKS[];

/* Pages. */
enum err application_panel(struct visit *v, const struct record *r) MUST_USE;
enum err asked_panel(struct visit *v, const struct record *r) MUST_USE;
enum err check_page(struct visit *v) MUST_USE;
enum err check_post(struct visit *v) MUST_USE;
enum err check_again_post(struct visit *v) MUST_USE;
enum err application_new_page(struct visit *v) MUST_USE;
enum err application_new_post(struct visit *v) MUST_USE;
/* A finding as word and tone. */
enum tone result_tone(enum finding_result r);
const char *result_word(struct ctx *cx, enum finding_result r);
enum finding_result result_from(const char *name);

#endif
