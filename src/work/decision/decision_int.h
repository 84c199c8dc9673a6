/* Shared by the files of this folder only. */
#ifndef HOOL_WORK_DECISION_DECISION_INT_H
#define HOOL_WORK_DECISION_DECISION_INT_H

#include "core/record.h"
#include "rule/rule.h"
#include "format/letter.h"
#include "web/site.h"

#define MAX_FOUND 60 /* conditions of one application */

/* A condition and what was found about it, as a letter tells it. */
struct found_row {
	const char *name, *law, *any_of, *result; /* result: of type finding; NULL: not looked at */
	const char *evidence;			  /* name of the choice, or NULL */
	const char *evidence_text, *reason;
	bool computed; /* the program's word, not a human's */
	int64_t finding;
	const char *number; /* of the finding */
	int32_t valid_until;
};

/* All a decision rests on. Records are never NULL unless said so. */
struct case_file {
	struct record *app, *person, *service;
	struct record *representative; /* or NULL: the person acts for themselves */
	struct record *sender;	       /* municipality, or NULL */
	struct record *board;	       /* the house itself, or NULL if it has no record */
	const char *provider;	       /* wished: name, or "" */
	struct found_row *found;
	size_t nfound;
	bool child;	/* under 18 when the application came, or a child's service */
	enum lang lang; /* the addressee's */
};

enum err case_load(struct ctx *cx, int64_t application, struct case_file *ret) MUST_USE;
/* Does a finding hold on a day, itself or by another of its group? */
bool found_holds(const struct case_file *c, const struct found_row *f, int32_t on);
/* Can it not hold any more, nor any other of its group? */
bool found_fails(const struct case_file *c, const struct found_row *f);

/* Fill what an official need not write: facts, reasons, legal basis, period, delivery. What is
 * given already stays. */
enum err draft_fill(struct ctx *cx, const struct case_file *c, struct change *ch) MUST_USE;

/*
 * May this draft be signed, by what was found? Grant: every condition holds today. Refuse: one
 * cannot hold. Unexamined: what was asked for did not come in time (HMS § 15(3)).
 * Errors: ERR_CONFLICT err.decision_… saying what is in the way.
 */
enum err decision_allowed(struct ctx *cx, const struct record *d) MUST_USE;
/*
 * The day a decision counts as delivered when it is sent today: by letter at home (SÜS § 27(5)),
 * abroad, in the information system (§ 27(3)). CIVIL_NONE where it is known only when the person
 * confirms the e-mail or takes the paper.
 */
enum err deemed_delivered(struct ctx *cx, const char *delivery, int32_t *ret) MUST_USE;

/* The letter of a decision, dated today and signed by the actor. `position` is what they sign as.
 */
enum err decision_letter(struct ctx *cx, const struct record *d, const struct case_file *c,
			 const char *position, struct letter *ret) MUST_USE;
/*
 * Keep the letter of a decision as its text among its files, signed by the actor now: where nobody
 * waits for the drawing of thousands. The other is for a decision taken over from an older
 * register: dated and signed as its fields say, at an hour nobody knows; none if it is a draft.
 */
enum err decision_keep_letter(struct ctx *cx, const struct record *d, int64_t *ret_file) MUST_USE;
enum err decision_keep_taken_over(struct ctx *cx, const struct record *d) MUST_USE;
/* Show in the timeline that the letter is made, with its file. */
enum err decision_tell_letter(struct ctx *cx, const struct record *d, const char *filename,
			      int64_t file) MUST_USE;
/* By which rule, and until when, somebody who hears of it on `from` may appeal. */
enum err appeal_term(struct ctx *cx, const struct case_file *c, int32_t from,
		     struct rule_result *ret) MUST_USE;
/* The number of days a rule adds, as its own steps say; NULL if it adds none. */
const char *rule_days(const struct rule_result *r);

extern const struct hook DECISION_HOOKS[];

enum err decision_draft_post(struct visit *v) MUST_USE;
enum err decision_preview(struct visit *v) MUST_USE;
enum err decision_preview_pdf(struct visit *v) MUST_USE;
enum err decision_sign_post(struct visit *v) MUST_USE;
enum err decision_on_application(struct visit *v, const struct record *r) MUST_USE;
enum err decision_panel(struct visit *v, const struct record *r) MUST_USE;

#endif
