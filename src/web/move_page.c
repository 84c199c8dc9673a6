/*
 * Moves of any type: a button of the record page posts straight; a move that asks for something,
 * or cannot be undone, shows its page first. One that sends a letter shows the letter too, made of
 * what was typed; only what was seen so goes out.
 */
#include <sodium.h>
#include <string.h>

#include "base/text.h"
#include "core/access.h"
#include "web/site_int.h"

static const struct move *
move_named(struct visit *v, const char *name)
{
	const struct move *m = name == NULL ? NULL : type_move(v->type, name);

	return m == NULL || m->hidden ? NULL : m;
}

/* ---- the letter of a move ---- */

static const struct web_letter *
letter_of(const struct visit *v, const struct move *m)
{
	for (const struct work *const *w = v->site->works; *w != NULL; w++)
		for (const struct web_letter *l = (*w)->letters; l != NULL && l->type != NULL; l++)
			if (strcmp(l->type, v->type->name) == 0 && strcmp(l->move, m->name) == 0)
				return l;
	return NULL;
}

/* What was typed, in short: a letter seen is of these words and no others. */
static const char *
typed_mark(const struct visit *v, const struct move *m)
{
	unsigned char hash[16];
	crypto_generichash_state st;

	(void)crypto_generichash_init(&st, NULL, 0, sizeof(hash));
	for (int i = 0; i < m->nask; i++) {
		const char *s = http_form(v->x, m->ask[i]->name);

		s = s == NULL ? "" : s;
		(void)crypto_generichash_update(&st, (const unsigned char *)s, strlen(s) + 1);
	}
	(void)crypto_generichash_final(&st, hash, sizeof(hash));
	return text_hex(v->cx->arena, hash, sizeof(hash));
}

/* A program says what it means at once; people look first. */
static bool
must_look(const struct visit *v, const struct move *m)
{
	return !v->api && letter_of(v, m) != NULL &&
	       !text_equal(http_form(v->x, PART_SEEN), typed_mark(v, m));
}

/* The letter of what was typed; ret->title stays NULL where nothing was yet, or not rightly. */
static enum err
read_letter(struct visit *v, const struct record *r, const struct move *m, struct letter *ret)
{
	const struct web_letter *l = letter_of(v, m);
	struct change *ch = change_of(v->cx, v->type);

	if (l == NULL || v->cx->error.code != OK || !text_equal(http_form(v->x, PART_ASKED), "1"))
		return OK;
	TRY(visit_typed(v, m->ask, m->nask, ch));
	return l->make(v->cx, r, ch, ret);
}

static void
write_letter(struct visit *v, const struct letter *l)
{
	part_section_begin(&v->page, "kiri", msg(v->cx, "move.letter"));
	part_quiet(&v->page, msg(v->cx, "move.letter_read"));
	html_open(&v->h, "div");
	html_attr(&v->h, "class", "letter");
	visit_letter(v, l);
	html_close(&v->h, "div");
	part_section_end(&v->page);
}

/* ---- its page ---- */

static enum err
write_move(struct visit *v, const struct record *r, const struct move *m)
{
	const char *effects[] = { NULL };
	struct part_field *fields =
		ARENA_ARRAY(v->cx->arena, (size_t)m->nask + 1, struct part_field);
	struct part_confirm c = { .action = visit_url_of(v->cx, r, "/-/liigu"),
				  .move = m->name,
				  .key = visit_key(v),
				  .version = r->version,
				  .button = msg(v->cx, m->label_key),
				  .final = m->confirm,
				  .fields = fields,
				  .cancel_href = visit_url_of(v->cx, r, "") };
	struct letter letter = { .title = NULL };

	TRY(read_letter(v, r, m, &letter));
	if (letter.title != NULL)
		c.seen = typed_mark(v, m);
	else if (letter_of(v, m) != NULL)
		c.button = msg(v->cx, "move.look");
	for (int i = 0; i < m->nask; i++) {
		const struct field *f = m->ask[i];

		TRY(visit_field(v, f, &r->v[f->index], &fields[c.n_fields]));
		for (int k = 0; k < m->nneeds; k++)
			if (m->needs[k] == f)
				fields[c.n_fields].optional = false;
		c.n_fields++;
	}
	c.question = arena_printf(v->cx->arena, "%s %s", r->number, r->title);
	if (m->help_key != NULL) {
		effects[0] = msg(v->cx, m->help_key);
		c.effects = effects;
		c.n_effects = 1;
	}
	visit_page_begin(v, msg(v->cx, m->label_key));
	part_error_summary(&v->page, fields, c.n_fields);
	visit_cause(v, fields, c.n_fields);
	if (letter.title != NULL)
		write_letter(v, &letter);
	part_confirm(&v->page, &c);
	return visit_page_end(v);
}

static enum err
show(struct visit *v, const char *name)
{
	const struct move *m = move_named(v, name);
	const struct error cause = v->cx->error;
	struct record *r;
	bool may;

	ctx_forgive(v->cx);
	TRY(record_load_number(v->cx, v->type, v->number, RIGHT_SEE, &r));
	access_saw(v->cx, "record", r->about);
	if (m == NULL)
		return fail(v->cx, ERR_NOTFOUND, "err.no_page");
	TRY(record_may_move(v->cx, r, m, &may));
	if (!may && cause.code != OK) {
		v->cx->error = cause; /* what cannot be done any more is not offered again */
		return cause.code;
	}
	if (!may)
		return fail(v->cx, ERR_CONFLICT, "err.move_state", msg(v->cx, m->label_key),
			    r->type->nstates == 0
				    ? ""
				    : msg(v->cx, r->type->states[r->state].label_key));
	v->cx->error = cause;
	return write_move(v, r, m);
}

enum err
move_page(struct visit *v)
{
	return show(v, v->part[0]);
}

/* A move whose page was not answered yet comes back as that page. */
enum err
move_again(struct visit *v)
{
	const char *key = v->cx->error.key;

	if (text_equal(key, "form.asking") || text_equal(key, "form.searching")) {
		v->error = OK;
		v->x->status = 200;
		ctx_forgive(v->cx);
	}
	return show(v, http_form(v->x, PART_MOVE));
}

enum err
move_post(struct visit *v)
{
	const struct move *m = move_named(v, http_form(v->x, PART_MOVE));
	const char *version = http_form(v->x, PART_VERSION);
	struct change *ch = change_of(v->cx, v->type);
	struct record *r;
	int64_t read = 0;
	bool may;

	TRY(record_load_number(v->cx, v->type, v->number, RIGHT_SEE, &r));
	v->record = r;
	if (m == NULL)
		return fail(v->cx, ERR_NOTFOUND, "err.no_page");
	if (http_form(v->x, PART_FIND) != NULL)
		return fail(v->cx, ERR_INVALID, "form.searching");
	/* What cannot be done says so at once, before it asks for anything. */
	TRY(record_may_move(v->cx, r, m, &may));
	if (may && (m->confirm || m->nask > 0) && !text_equal(http_form(v->x, PART_ASKED), "1"))
		return fail(v->cx, ERR_INVALID, "form.asking");
	if (version != NULL && !text_int(version, 0, INT64_MAX, &read))
		return fail(v->cx, ERR_INVALID, "err.form_version");
	TRY(visit_typed(v, m->ask, m->nask, ch));
	if (may && must_look(v, m)) {
		TRY(letter_of(v, m)->make(v->cx, r, ch, &(struct letter){ .title = NULL }));
		return fail(v->cx, ERR_INVALID, "form.asking");
	}
	TRY(record_move(v->cx, v->type, r->id, read, m->name, ch));
	return visit_go(v, visit_url_of(v->cx, r, ""));
}

/* ---- marking as deleted ---- */

enum err
delete_page(struct visit *v)
{
	const char *effects[] = { msg(v->cx, "delete.effect") };
	struct part_field reason = { .kind = ASK_LONG,
				     .name = "note",
				     .rows = 3,
				     .label = msg(v->cx, "field.reason"),
				     .value = http_form(v->x, "note") };
	const struct error cause = v->cx->error;
	struct record *r;

	ctx_forgive(v->cx);
	TRY(record_load_number(v->cx, v->type, v->number, RIGHT_EDIT, &r));
	access_saw(v->cx, "record", r->about);
	v->cx->error = cause;
	if (v->error != OK)
		reason.error = site_error_text(v->cx);
	visit_page_begin(v, msg(v->cx, "delete.title"));
	part_error_summary(&v->page, &reason, 1);
	part_confirm(&v->page,
		     &(struct part_confirm){
			     .question = arena_printf(v->cx->arena, "%s %s", r->number, r->title),
			     .effects = effects,
			     .n_effects = 1,
			     .action = visit_url_of(v->cx, r, "/-/kustuta"),
			     .key = visit_key(v),
			     .version = r->version,
			     .button = msg(v->cx, "delete.button"),
			     .final = true,
			     .fields = &reason,
			     .n_fields = 1,
			     .cancel_href = visit_url_of(v->cx, r, "") });
	return visit_page_end(v);
}

enum err
delete_post(struct visit *v)
{
	const char *version = http_form(v->x, PART_VERSION);
	struct record *r;
	int64_t read = 0;

	TRY(record_load_number(v->cx, v->type, v->number, RIGHT_SEE, &r));
	if (version == NULL || !text_int(version, 1, INT64_MAX, &read))
		return fail(v->cx, ERR_INVALID, "err.form_version");
	TRY(record_delete(v->cx, v->type, r->id, read, http_form(v->x, "note")));
	return visit_go(v, arena_printf(v->cx->arena, "/%s", v->type->path));
}
