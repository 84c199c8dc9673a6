/* The frame of letters. See letterhead.h. */
#include "core/letterhead.h"

#include "base/civil.h"
#include "base/text.h"
#include "rule/rule.h"

#define ADULT 18 /* LasteKS § 3(2) */

static const char BOARD[] = "SELECT sys_id FROM organisation WHERE kind = 'board' AND "
			    "sys_deleted = 0 ORDER BY sys_id LIMIT 1";
/* Whoever may act for the person today; parents and guardians before those with a paper. */
static const char ACTS_FOR[] =
	"SELECT representative FROM representation WHERE person = ?1 AND representative IS NOT "
	"NULL AND sys_deleted = 0 AND valid_from <= ?2 AND (valid_to IS NULL OR valid_to >= ?2) "
	"AND coalesce(custody, 'joint') <> 'none' ORDER BY kind = 'authorised', sys_id LIMIT 1";
static const char POSITION[] = "SELECT name FROM position WHERE \"user\" = ?1 AND sys_deleted = 0 "
			       "AND valid_from <= ?2 AND (valid_to IS NULL OR valid_to >= ?2) "
			       "ORDER BY valid_from DESC, sys_id LIMIT 1";

/* ---- who ---- */

static enum err
read_board(struct ctx *cx, struct letterhead *h)
{
	int64_t id;

	if (db_get_int(cx, BOARD, DB_NONE, &id) == OK)
		return record_get(cx, "organisation", id, &h->board);
	if (cx->error.code != ERR_NOTFOUND)
		return cx->error.code;
	ctx_forgive(cx);
	return OK;
}

static enum err
read_representative(struct ctx *cx, const struct record *about, struct letterhead *h)
{
	int64_t id = record_int(about, "representative");

	if (id == 0 && h->child &&
	    db_get_int(cx, ACTS_FOR, DB_ARGS(db_int(h->person->id), db_date(cx->today)), &id) !=
		    OK) {
		if (cx->error.code != ERR_NOTFOUND)
			return cx->error.code;
		ctx_forgive(cx);
	}
	return id == 0 ? OK : record_get(cx, "person", id, &h->representative);
}

static enum lang
lang_of(const struct record *to)
{
	const char *code = record_text(to, "language");
	int lang = lang_from_code(code == NULL ? "" : code);

	return lang < 0 ? LANG_ET : (enum lang)lang;
}

enum err
letterhead_read(struct ctx *cx, const struct record *about, struct letterhead *ret)
{
	struct letterhead h = { .lang = LANG_ET };
	int32_t birth;

	TRY(record_get(cx, "person", record_int(about, "person"), &h.person));
	birth = record_date(h.person, "birth_date");
	h.child = birth != CIVIL_NONE && civil_age(birth, record_date(about, "arrived")) < ADULT;
	TRY(read_board(cx, &h));
	TRY(read_representative(cx, about, &h));
	h.lang = lang_of(h.representative != NULL ? h.representative : h.person);
	*ret = h;
	return OK;
}

enum err
letterhead_position(struct ctx *cx, const char **ret)
{
	*ret = NULL;
	if (db_get_text(cx, POSITION, DB_ARGS(db_int(cx->who.user), db_date(cx->today)), ret) == OK)
		return OK;
	if (cx->error.code != ERR_NOTFOUND)
		return cx->error.code;
	ctx_forgive(cx);
	return OK;
}

/* ---- the frame ---- */

static struct letter_sender
sender_of(struct ctx *cx, const struct record *b)
{
	const char *code = b == NULL ? NULL : record_text(b, "code");

	if (b == NULL)
		return (struct letter_sender){ .name = NULL };
	return (struct letter_sender){
		.name = record_text(b, "name"),
		.address = record_text(b, "address"),
		.registry = code == NULL ? NULL : msgf(cx, "letter.registry", code),
		.phone = record_text(b, "phone"),
		.email = record_text(b, "email"),
	};
}

/* Who it goes to, and the address that the way of sending needs. */
static void
set_addressee(struct ctx *cx, const struct letterhead *h, struct letter *l)
{
	const struct record *to = h->organisation != NULL     ? h->organisation
				  : h->representative != NULL ? h->representative
							      : h->person;
	bool by_post = text_starts(h->delivery == NULL ? "" : h->delivery, "post");
	const char *where = record_text(to, by_post ? "address" : "email");
	const char **lines = ARENA_ARRAY(cx->arena, 4, const char *);

	lines[l->naddressee++] = to->title;
	if (to == h->representative)
		lines[l->naddressee++] = msgf(cx, "letter.represents", h->person->title);
	if (where != NULL && (by_post || text_equal(h->delivery, "email")))
		lines[l->naddressee++] = where;
	l->addressee = lines;
}

/* Personal data: access is restricted for as long as the law says (AvTS § 35(1) p 12, § 40(3)). */
static enum err
set_restriction(struct ctx *cx, const struct letterhead *h, struct letter *l)
{
	struct rule_value made = rule_date("made", cx->today);
	struct rule_result r;

	TRY(rule_eval(cx, cx->world->rules, "R59", &made, 1, &r));
	l->restriction = (struct letter_restriction){
		.mark = msg(cx, "letter.restricted"),
		.holder = h->board == NULL ? NULL
					   : msgf(cx, "letter.restricted_holder",
						  record_text(h->board, "name")),
		.ground = msg(cx, "letter.restricted_ground"),
		.until = msgf(cx, "letter.restricted_until",
			      civil_text(cx->arena, r.values[0].date)),
	};
	return OK;
}

static enum err
set_signature(struct ctx *cx, const struct letterhead *h, struct letter *l)
{
	struct civil_time t = civil_in_tallinn(cx->now);
	const char *day = civil_text(cx->arena, t.day), *name;

	TRY(record_title(cx, cx->who.user, &name));
	l->signature = (struct letter_signature){
		.how = h->taken_over ? msgf(cx, "letter.signed_before", day)
				     : msgf(cx, "letter.signed_in", day,
					    arena_printf(cx->arena, "%02d:%02d", t.hour, t.minute)),
		.name = name,
		.position = h->position,
	};
	return OK;
}

enum err
letterhead_fill(struct ctx *cx, const struct letterhead *h, struct letter *l)
{
	l->lang = h->lang;
	l->date = civil_text(cx->arena, cx->today);
	l->page = msg(cx, "letter.page");
	l->sender = sender_of(cx, h->board);
	set_addressee(cx, h, l);
	TRY(set_restriction(cx, h, l));
	return set_signature(cx, h, l);
}

const char *
letterhead_file_name(struct ctx *cx, const char *number)
{
	char *name = arena_printf(cx->arena, "%s.pdf", number);

	for (char *c = name; *c != '\0'; c++)
		if (*c == '/')
			*c = '-';
	return name;
}
