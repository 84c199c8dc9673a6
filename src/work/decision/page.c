/*
 * Drafting, the preview of the letter beside what it rests on, and signing.
 *
 * Signing makes the PDF with a reader, off the write lane; the closure that signs then checks that
 * the draft is still the one the letter was made from. So the file and the record never disagree,
 * and nobody waits for the drawing.
 */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "core/access.h"
#include "core/letterhead.h"
#include "web/counts.h"
#include "work/decision/decision_int.h"

static const struct type *
decision_type(const struct visit *v)
{
	return types_get(v->cx->world->types, "decision");
}

/* ---- drafting ---- */

enum err
decision_draft_post(struct visit *v)
{
	const struct type *t = decision_type(v);
	struct change *ch = change_of(v->cx, t);
	const char *outcome = http_form(v->x, "tulemus");
	struct record *app, *d;
	int64_t id;

	v->cx->purpose = visit_purpose(v, t);
	if (!text_int(v->part[0], 1, INT64_MAX, &id))
		return fail(v->cx, ERR_NOTFOUND, "err.not_found");
	TRY(record_load(v->cx, types_get(v->cx->world->types, "application"), id, RIGHT_MOVE,
			&app));
	TRY(change_typed(v->cx, ch, type_field(t, "outcome"), outcome == NULL ? "" : outcome));
	change_int(ch, "application", app->id);
	TRY(record_create(v->cx, ch, &id));
	TRY(record_load(v->cx, t, id, RIGHT_SEE, &d));
	return visit_go(v, visit_url_of(v->cx, d, ""));
}

/* ---- the preview ---- */

struct preview {
	struct visit *v;
	struct record *d;
	struct case_file c;
	struct letter l;
	const char *refused; /* why it may not be signed; NULL: it may */
	bool may_sign;
	struct part_trace *appeal; /* how the term of appeal is counted */
	size_t nappeal;
	const char *urls[3]; /* application, person, service; NULL out of sight */
};

static enum err
load(struct visit *v, struct record **ret, struct case_file *ret_case)
{
	int64_t id;

	v->cx->purpose = visit_purpose(v, decision_type(v));
	if (!text_int(v->part[0], 1, INT64_MAX, &id))
		return fail(v->cx, ERR_NOTFOUND, "err.not_found");
	TRY(record_load(v->cx, decision_type(v), id, RIGHT_MOVE, ret));
	access_saw(v->cx, "record", (*ret)->about);
	return case_load(v->cx, record_int(*ret, "application"), ret_case);
}

static enum err
read_refusal(struct preview *pv)
{
	struct ctx *cx = pv->v->cx;

	pv->may_sign = record_in(pv->d, "draft") && !pv->d->deleted;
	if (!pv->may_sign || decision_allowed(cx, pv->d) == OK)
		return OK;
	if (cx->error.code != ERR_CONFLICT)
		return cx->error.code;
	pv->refused = msg_error(cx);
	pv->may_sign = false;
	ctx_forgive(cx);
	return OK;
}

static enum err
read_preview(struct visit *v, struct preview *pv)
{
	struct rule_result term;
	SCOPED_BUF b;

	buf_init(&b, MAX_PAGE);
	*pv = (struct preview){ .v = v };
	TRY(load(v, &pv->d, &pv->c));
	TRY(decision_letter(v->cx, pv->d, &pv->c, v->session.position_name, &pv->l));
	TRY(read_refusal(pv));
	TRY(appeal_term(v->cx, &pv->c, v->cx->today, &term));
	TRY(rule_json(v->cx, &term, &b));
	TRY(visit_trace(v->cx, b.bytes, &pv->appeal, &pv->nappeal));
	pv->urls[0] = visit_url_id(v->cx, pv->c.app->id);
	pv->urls[1] = visit_url_id(v->cx, pv->c.person->id);
	pv->urls[2] = visit_url_id(v->cx, pv->c.service->id);
	return OK;
}

/* ---- beside it: what the letter is made of ---- */

static void
source_fact(struct preview *pv, const char *key, const char *value, const char *href)
{
	struct visit *v = pv->v;

	if (href != NULL)
		part_fact_link(&v->page, msg(v->cx, key), value, href);
	else
		part_fact(&v->page, msg(v->cx, key), value);
}

static enum tone
tone_of(const char *result)
{
	if (text_equal(result, "met"))
		return TONE_DONE;
	if (text_equal(result, "not_met"))
		return TONE_LATE;
	return text_equal(result, "waived") ? TONE_OFF : TONE_SOON;
}

static void
write_found(struct preview *pv)
{
	struct visit *v = pv->v;
	const struct type *t = types_get(v->cx->world->types, "finding");

	for (size_t i = 0; i < pv->c.nfound; i++) {
		const struct found_row *f = &pv->c.found[i];
		const struct choice *ch =
			f->result == NULL ? NULL : field_choice(type_field(t, "result"), f->result);

		part_fact_begin(&v->page, f->name);
		if (f->finding != 0)
			html_link(&v->h, visit_url(v->cx, t, f->number), NULL, f->number);
		html_text(&v->h, " ");
		part_badge(&v->page, tone_of(f->result),
			   msg(v->cx, ch == NULL ? "decision.not_checked" : ch->label_key));
		part_fact_end(&v->page);
	}
}

static void
write_sources(struct preview *pv)
{
	struct visit *v = pv->v;

	part_letter_facts(&v->page, msg(v->cx, "decision.sources"));
	part_facts_begin(&v->page);
	source_fact(pv, "decision.fact_application", pv->c.app->number, pv->urls[0]);
	source_fact(pv, "decision.fact_person", pv->c.person->title, pv->urls[1]);
	source_fact(pv, "decision.fact_service", pv->c.service->title, pv->urls[2]);
	source_fact(pv, "decision.source_texts", pv->d->number, visit_url_of(v->cx, pv->d, ""));
	write_found(pv);
	part_fact_begin(&v->page, msg(v->cx, "decision.appeal"));
	html_text(&v->h,
		  rule_id(rulebook_find(v->cx->world->rules, pv->appeal[pv->nappeal - 1].rule)));
	html_text(&v->h, " ");
	part_because(&v->page, msg(v->cx, "decision.appeal"), pv->appeal, pv->nappeal);
	part_fact_end(&v->page);
	part_facts_end(&v->page);
	part_button_link(&v->page, visit_url_of(v->cx, pv->d, "/-/muuda"),
			 msg(v->cx, "decision.edit"), ICON_EDIT, false);
	part_button_link(&v->page,
			 arena_printf(v->cx->arena, "/otsus-eelvaade/%" PRId64 "/pdf", pv->d->id),
			 msg(v->cx, "decision.pdf"), ICON_DOWNLOAD, false);
	part_letter_end(&v->page);
}

static void
write_signing(struct preview *pv)
{
	struct visit *v = pv->v;
	struct part_form form = {
		.id = "allkiri",
		.action = arena_printf(v->cx->arena, "/otsus-allkiri/%" PRId64, pv->d->id),
		.key = visit_key(v),
		.version = pv->d->version,
	};
	struct part_button sign = { .label = msg(v->cx, "decision.sign") };

	if (pv->refused != NULL)
		part_notice(&v->page, TONE_LATE, msg(v->cx, "decision.cannot_sign"), pv->refused);
	if (!pv->may_sign)
		return;
	part_text(&v->page, msg(v->cx, "decision.sign_effect"));
	part_form_begin(&v->page, &form);
	part_buttons(&v->page, &sign, 1, visit_url_of(v->cx, pv->d, ""), NULL);
	part_form_end(&v->page);
}

enum err
decision_preview(struct visit *v)
{
	const char *fault = v->error == OK ? NULL : msg_error(v->cx);
	struct part_link crumb;
	struct preview pv;

	ctx_forgive(v->cx);
	TRY(read_preview(v, &pv));
	crumb = (struct part_link){ .label = pv.d->number, .href = visit_url_of(v->cx, pv.d, "") };
	v->page.crumbs = &crumb;
	v->page.n_crumbs = 1;
	v->page.wide = true;
	visit_page_begin(v, msg(v->cx, "decision.preview"));
	if (fault != NULL)
		part_notice(&v->page, TONE_LATE, fault, NULL);
	part_letter_begin(&v->page, msg(v->cx, "decision.letter"));
	visit_letter(v, &pv.l);
	write_sources(&pv);
	write_signing(&pv);
	return visit_page_end(v);
}

enum err
decision_preview_pdf(struct visit *v)
{
	struct record *d;
	struct case_file c;
	struct letter l;

	TRY(load(v, &d, &c));
	TRY(decision_letter(v->cx, d, &c, v->session.position_name, &l));
	TRY(letter_pdf(v->cx, &l, &v->x->bytes, &v->x->len));
	return http_attachment(v->x, letterhead_file_name(v->cx, d->number), "application/pdf");
}

/* ---- signing ---- */

struct signing {
	int64_t id, version;
	const void *bytes;
	size_t len;
	const char *filename;
};

static enum err
sign_and_keep(struct ctx *cx, const struct signing *s, const struct type *t)
{
	struct change *ch = change_of(cx, t);
	struct record *d;
	int64_t file;

	TRY(attachment_add(cx, s->id, s->filename, "application/pdf", s->bytes, s->len, &file));
	change_text(ch, "letter", text_from_int(cx->arena, file));
	TRY(record_move(cx, t, s->id, s->version, "sign", ch));
	TRY(record_get(cx, "decision", s->id, &d));
	return decision_tell_letter(cx, d, s->filename, file);
}

/* On the write lane: the right is the actor's own; the move is nobody's button, so that no
 * decision is ever signed without its letter. */
static enum err
sign(struct ctx *cx, void *arg)
{
	const struct signing *s = arg;
	const struct type *t = types_get(cx->world->types, "decision");
	bool was = cx->who.system;
	struct record *d;
	enum err e;

	TRY(record_load(cx, t, s->id, RIGHT_MOVE, &d));
	cx->who.system = true;
	e = sign_and_keep(cx, s, t);
	cx->who.system = was;
	return e;
}

enum err
decision_sign_post(struct visit *v)
{
	const char *version = http_form(v->x, PART_VERSION);
	struct signing s = { .id = 0 };
	struct case_file c;
	struct record *d;
	struct letter l;

	TRY(load(v, &d, &c));
	if (version == NULL || !text_int(version, 1, INT64_MAX, &s.version))
		return fail(v->cx, ERR_INVALID, "err.form_version");
	/* The same button twice: it is signed already, by the same hand. */
	if (!record_in(d, "draft") && record_int(d, "signed_by") == v->cx->who.user)
		return visit_go(v, visit_url_of(v->cx, d, ""));
	if (d->version != s.version)
		return fail(v->cx, ERR_CONFLICT, "err.decision_changed");
	TRY(decision_allowed(v->cx, d));
	TRY(decision_letter(v->cx, d, &c, v->session.position_name, &l));
	TRY(letter_pdf(v->cx, &l, &s.bytes, &s.len));
	s.id = d->id;
	s.filename = letterhead_file_name(v->cx, d->number);
	TRY(db_run(v->cx, v->site->db, "sign decision", sign, &s));
	counts_forget(v->cx->who.user);
	return visit_go(v, visit_url_of(v->cx, d, ""));
}
