/* The command `hool id`. See rule_cmd.h. */
#include <string.h>

#include "base/ident.h"
#include "base/text.h"
#include "base/texts.h"
#include "rule/cmd_line.h"
#include "rule/place.h"
#include "rule/cmd.h"
#include "format/json.h"

#define MAX_ANSWER (64u * 1024)
#define FIRST_SETTLEMENT "1000" /* EHAK codes below are counties and municipalities */

struct question {
	enum ident_kind kind;
	const char *value;
	size_t len;
	int32_t on; /* the day it is about */
};

/* An answer: the check, and for EHAK codes the place. */
struct reply {
	struct ident id;
	bool valid;
	const char *why, *why_key; /* not valid: text and key */
	const char *note;	   /* valid, but: text */
	const struct place *place, *successor;
};

static void
refuse(struct ctx *cx, struct reply *r, const char *key, const char *arg1, const char *arg2)
{
	r->valid = false;
	r->why_key = key;
	r->why = msgf(cx, key, arg1, arg2);
}

static void
look_up_place(struct ctx *cx, const struct rulebook *rb, const struct question *q, struct reply *r)
{
	const char *code = r->id.text;

	if (rb == NULL || strcmp(code, FIRST_SETTLEMENT) >= 0)
		return;
	r->place = place_find(rb, code, q->on);
	if (r->place != NULL) {
		if (!r->place->confirmed)
			r->note = msgf(cx, "ident.place_unconfirmed", code, r->place->name);
		return;
	}
	r->place = place_last(rb, code);
	r->successor = place_now(rb, code, q->on);
	if (r->place == NULL)
		refuse(cx, r, "err.place_unknown", code, NULL);
	else if (r->successor != NULL)
		refuse(cx, r, "ident.place_ended", r->place->name, r->successor->name);
	else
		refuse(cx, r, "err.place_not_then", code, civil_text(cx->arena, q->on));
}

static struct reply
check(struct ctx *cx, const struct rulebook *rb, const struct question *q)
{
	struct reply r = { .valid = true };

	ident_check(q->kind, q->value, q->len, q->on, &r.id);
	if (!r.id.valid)
		refuse(cx, &r, r.id.why, r.id.arg[0], r.id.arg[1]);
	else if (r.id.why != NULL)
		r.note = msgf(cx, r.id.why, r.id.arg[0], r.id.arg[1]);
	if (r.valid && q->kind == IDENT_EHAK)
		look_up_place(cx, rb, q, &r);
	return r;
}

/* The value as it came; a NUL, which many readers of JSON refuse, as U+FFFD. */
static void
put_given(struct json_out *j, const char *s, size_t len)
{
	SCOPED_BUF b;

	buf_init(&b, CMD_LINE_MAX * 3);
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '\0')
			buf_text(&b, "\xEF\xBF\xBD");
		else
			buf_char(&b, s[i]);
	}
	json_put_text_n(j, b.bytes, b.len);
}

static enum err
answer_json(struct ctx *cx, const struct question *q, const struct reply *r, FILE *out)
{
	SCOPED_BUF b;
	struct json_out j;

	buf_init(&b, MAX_ANSWER);
	json_out_init(&j, &b);
	json_map(&j);
	json_pair_text(&j, "kind", ident_kind_name(q->kind));
	json_key(&j, "value");
	put_given(&j, q->value, q->len);
	json_pair_text(&j, "normalized", r->id.text);
	json_pair_bool(&j, "was_normalized", r->id.was_normalised);
	json_pair_bool(&j, "valid", r->valid);
	json_pair_text(&j, "why", r->why);
	json_pair_text(&j, "why_key", r->why_key);
	if (r->note != NULL)
		json_pair_text(&j, "note", r->note);
	if (r->id.sex != 0) {
		json_pair_text(&j, "birth_date", civil_iso(cx->arena, r->id.birth));
		json_pair_text(&j, "sex", r->id.sex == 'M' ? "M" : "F");
		json_pair_bool(&j, "born", r->id.born);
	}
	if (r->place != NULL)
		json_pair_text(&j, "name", r->place->name);
	if (r->successor != NULL)
		json_pair_text(&j, "successor", r->successor->code);
	json_map_end(&j);
	TRY(json_done(cx, &j));
	(void)fprintf(out, "%s\n", b.bytes);
	return OK;
}

/* One line: the code as it was understood, and what there is to say about it. */
static void
answer_text(struct ctx *cx, const struct question *q, const struct reply *r, FILE *out)
{
	const char *kind =
		msg(cx, arena_printf(cx->arena, "ident.kind.%s", ident_kind_name(q->kind)));

	if (!r->valid) {
		(void)fprintf(out, "%s %s: %s\n", kind, r->id.text,
			      msgf(cx, "ident.not_valid", r->why));
		return;
	}
	(void)fprintf(out, "%s %s: %s", kind, r->id.text, msg(cx, "ident.is_valid"));
	if (r->id.sex != 0)
		(void)fprintf(out, "; %s",
			      msgf(cx, r->id.sex == 'M' ? "ident.male" : "ident.female",
				   civil_text(cx->arena, r->id.birth)));
	if (r->place != NULL)
		(void)fprintf(out, "; %s", r->place->name);
	if (r->note != NULL)
		(void)fprintf(out, "; %s", r->note);
	if (r->id.was_normalised)
		(void)fprintf(out, "; %s", msg(cx, "ident.normalised"));
	(void)fputc('\n', out);
}

static enum err
answer(struct ctx *cx, const struct rulebook *rb, const struct question *q, bool json, FILE *out,
       bool *ret_valid)
{
	struct reply r = check(cx, rb, q);

	if (json)
		TRY(answer_json(cx, q, &r, out));
	else
		answer_text(cx, q, &r, out);
	*ret_valid = r.valid;
	return OK;
}

/* ---- batch ---- */

static enum err
read_kind(struct ctx *cx, const char *name, enum ident_kind *ret)
{
	int kind = ident_kind_from_name(name);

	if (kind < 0)
		return fail(cx, ERR_INVALID, "err.ident_kind", name);
	*ret = (enum ident_kind)kind;
	return OK;
}

/* "kind<TAB>value" or "kind value"; all after the first parting is the value, byte for byte. */
static enum err
batch_line(struct ctx *cx, const struct rulebook *rb, const struct cmd_line *line, int32_t on,
	   bool json, FILE *out)
{
	struct question q = { .on = on };
	size_t n = strcspn(line->bytes, "\t ");
	const char *name = arena_strndup(cx->arena, line->bytes, n);
	bool valid;

	if (line->too_long)
		return fail(cx, ERR_LIMIT, "err.rule_line", text_from_int(cx->arena, CMD_LINE_MAX));
	if (!text_is_utf8(name, n) || text_has_control(name) ||
	    (line->has_nul && line->bytes[n] == '\0'))
		return fail(cx, ERR_INVALID, "err.rule_utf8");
	TRY(read_kind(cx, name, &q.kind));
	q.value = line->bytes + n + (n < line->len);
	q.len = line->len - n - (n < line->len);
	return answer(cx, rb, &q, json, out, &valid);
}

static void
batch_error(struct ctx *cx, const struct cmd_line *line, bool json, FILE *out)
{
	size_t n = line->len < 200 ? line->len : 200;
	const char *text = msg_error(cx);
	SCOPED_BUF b;
	struct json_out j;

	buf_init(&b, MAX_ANSWER);
	if (!json) {
		(void)fprintf(out, "error: %s\n", text);
		return;
	}
	json_out_init(&j, &b);
	json_map(&j);
	json_pair_text(&j, "kind", NULL);
	json_key(&j, "value");
	put_given(&j, line->bytes, n);
	json_pair_text(&j, "normalized", NULL);
	json_pair_bool(&j, "valid", false);
	json_pair_text(&j, "why", text);
	json_pair_text(&j, "error", text);
	json_pair_text(&j, "why_key", cx->error.key);
	json_map_end(&j);
	if (json_done(cx, &j) == OK)
		(void)fprintf(out, "%s\n", b.bytes);
}

static enum err
batch(struct ctx *cx, const struct rulebook *rb, int32_t on, bool json, FILE *in, FILE *out)
{
	SCOPED(arena) struct arena *arena = arena_new();
	struct cmd_line *line = ARENA_NEW(cx->arena, struct cmd_line);
	long bad = 0;

	while (cmd_line_read(in, line)) {
		struct ctx one = *cx;

		if (line->len == 0)
			continue;
		arena_reset(arena);
		one.arena = arena;
		if (batch_line(&one, rb, line, on, json, out) != OK) {
			batch_error(&one, line, json, out);
			bad++;
		}
	}
	if (bad > 0)
		return fail(cx, ERR_INVALID, "err.rule_batch", text_from_int(cx->arena, bad));
	return OK;
}

/* ---- one ---- */

struct options {
	bool json, batch, help;
	int32_t on;
	const char *kind;
	const char *value; /* all words after the kind, with a space between */
};

static enum err
read_options(struct ctx *cx, int argc, char **argv, struct options *o)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--json") == 0)
			o->json = true;
		else if (strcmp(argv[i], "--batch") == 0)
			o->batch = true;
		else if (strcmp(argv[i], "--help") == 0)
			o->help = true;
		else if (strncmp(argv[i], "--date=", 7) == 0) {
			if (!civil_parse(argv[i] + 7, &o->on))
				return fail(cx, ERR_INVALID, "err.rule_date", "date", argv[i] + 7);
		} else if (strncmp(argv[i], "--", 2) == 0)
			return fail(cx, ERR_INVALID, "err.rule_option", argv[i]);
		else if (o->kind == NULL)
			o->kind = argv[i];
		else
			o->value = o->value == NULL
					   ? argv[i]
					   : arena_printf(cx->arena, "%s %s", o->value, argv[i]);
	}
	return OK;
}

enum err
ident_cmd(struct ctx *cx, const struct rulebook *rb, int argc, char **argv, FILE *in, FILE *out)
{
	struct options o = { .on = cx->today };
	struct question q = { .kind = IDENT_EHAK };
	bool valid;

	TRY(read_options(cx, argc, argv, &o));
	if (o.help) {
		(void)fprintf(out, "%s\n", msg(cx, "ident.help"));
		return OK;
	}
	if (o.batch && o.kind != NULL)
		return fail(cx, ERR_INVALID, "err.rule_extra", o.kind);
	if (o.batch)
		return batch(cx, rb, o.on, o.json, in, out);
	if (o.kind == NULL || o.value == NULL)
		return fail(cx, ERR_INVALID, "err.ident_which");
	TRY(read_kind(cx, o.kind, &q.kind));
	q.value = o.value;
	q.len = strlen(o.value);
	q.on = o.on;
	TRY(answer(cx, rb, &q, o.json, out, &valid));
	return valid ? OK : fail(cx, ERR_INVALID, "err.ident");
}
