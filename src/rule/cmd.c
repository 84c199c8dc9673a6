/* The command `hool rule`. See rule_cmd.h. */
#include "rule/cmd.h"

#include <string.h>

#include "base/text.h"
#include "base/texts.h"
#include "rule/cmd_line.h"
#include "format/json.h"

#define MAX_WORDS 40		  /* words of one line or command */
#define MAX_ANSWER (1024u * 1024) /* bytes of one answer */

struct options {
	bool json, batch, list, check, help;
	const char *word[MAX_WORDS]; /* what is no option: rule, main value, name=value */
	size_t nwords;
};

static enum err
read_options(struct ctx *cx, int argc, char **argv, struct options *o)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--json") == 0)
			o->json = true;
		else if (strcmp(argv[i], "--batch") == 0)
			o->batch = true;
		else if (strcmp(argv[i], "--list") == 0)
			o->list = true;
		else if (strcmp(argv[i], "--check") == 0)
			o->check = true;
		else if (strcmp(argv[i], "--help") == 0)
			o->help = true;
		else if (strncmp(argv[i], "--", 2) == 0)
			return fail(cx, ERR_INVALID, "err.rule_option", argv[i]);
		else if (!text_is_utf8(argv[i], strlen(argv[i])))
			return fail(cx, ERR_INVALID, "err.rule_utf8");
		else if (o->nwords == MAX_WORDS)
			return fail(cx, ERR_LIMIT, "err.rule_facts");
		else
			o->word[o->nwords++] = argv[i];
	}
	return OK;
}

/* "R46 2026-05-25 a=b" as a computation. A word without "=" is the main value. */
static enum err
compute(struct ctx *cx, const struct rulebook *rb, const char **word, size_t n,
	struct rule_result *ret)
{
	struct rule_value given[MAX_WORDS];
	const struct rule_input *inputs;
	const struct rule *r;
	bool has_main = false;

	if (n == 0)
		return fail(cx, ERR_INVALID, "err.rule_which");
	r = rulebook_find(rb, word[0]);
	if (r == NULL)
		return fail(cx, ERR_NOTFOUND, "err.rule_none", word[0]);
	(void)rule_inputs(r, &inputs);
	for (size_t i = 1; i < n; i++) {
		const char *is = strchr(word[i], '=');

		if (is != NULL) {
			given[i - 1] = rule_text(
				arena_strndup(cx->arena, word[i], (size_t)(is - word[i])), is + 1);
			continue;
		}
		if (has_main)
			return fail(cx, ERR_INVALID, "err.rule_extra", word[i]);
		has_main = true;
		given[i - 1] = rule_text(inputs[0].name, word[i]);
	}
	return rule_eval(cx, rb, word[0], given, n - 1, ret);
}

/* The main value by itself first, for programs; then the others, then why. */
static enum err
answer(struct ctx *cx, const struct rule_result *r, bool json, FILE *out)
{
	SCOPED_BUF b;

	buf_init(&b, MAX_ANSWER);
	if (json) {
		TRY(rule_json(cx, r, &b));
		buf_char(&b, '\n');
	} else {
		buf_printf(&b, "%s\n", rule_value_text(cx, &r->values[0]));
		for (size_t i = 1; i < r->nvalues; i++)
			buf_printf(&b, "%s=%s\n", r->values[i].name,
				   rule_value_text(cx, &r->values[i]));
		buf_printf(&b, "\n%s\n",
			   msgf(cx, "rule.head", rule_id(r->rule), rule_name(cx, r->rule)));
		rule_trace(cx, r, &b);
	}
	TRY(buf_check(cx, &b));
	(void)fwrite(b.bytes, 1, b.len, out);
	return OK;
}

/* ---- batch ---- */

/* Cut at spaces and tabs, in place. */
static enum err
cut_words(struct ctx *cx, char *line, const char **word, size_t *ret_n)
{
	size_t n = 0;

	for (;;) {
		line += strspn(line, " \t");
		if (*line == '\0')
			break;
		if (n == MAX_WORDS)
			return fail(cx, ERR_LIMIT, "err.rule_facts");
		word[n++] = line;
		line += strcspn(line, " \t");
		if (*line != '\0')
			*line++ = '\0';
	}
	*ret_n = n;
	return OK;
}

static enum err
check_line(struct ctx *cx, const struct cmd_line *line)
{
	if (line->too_long)
		return fail(cx, ERR_LIMIT, "err.rule_line", text_from_int(cx->arena, CMD_LINE_MAX));
	if (line->has_nul)
		return fail(cx, ERR_INVALID, "err.control");
	if (!text_is_utf8(line->bytes, line->len))
		return fail(cx, ERR_INVALID, "err.rule_utf8");
	return OK;
}

static enum err
batch_line(struct ctx *cx, const struct rulebook *rb, const struct cmd_line *line, bool json,
	   FILE *out)
{
	char *copy = arena_strndup(cx->arena, line->bytes, line->len);
	const char *word[MAX_WORDS];
	struct rule_result r = { .rule = NULL };
	size_t n = 0;

	TRY(check_line(cx, line));
	TRY(cut_words(cx, copy, word, &n));
	TRY(compute(cx, rb, word, n, &r));
	if (json)
		return answer(cx, &r, true, out);
	(void)fprintf(out, "%s %s\n", line->bytes, rule_value_text(cx, &r.values[0]));
	return OK;
}

/* The line as it can be shown: well-formed, without control characters, not endless. */
static const char *
shown(struct ctx *cx, const struct cmd_line *line)
{
	SCOPED_BUF b;
	const char *p = line->bytes;

	buf_init(&b, CMD_LINE_MAX * 3);
	while (*p != '\0' && b.len < 200) {
		char out[4];
		uint32_t cp = text_next(&p);

		if (cp == '\t')
			cp = ' ';
		buf_add(&b, out, text_put(out, cp < 0x20 || cp == 0x7F ? 0xFFFD : cp));
	}
	return arena_strndup(cx->arena, b.bytes, b.len);
}

static void
batch_error(struct ctx *cx, const struct cmd_line *line, bool json, FILE *out)
{
	const char *text = msg_error(cx);
	SCOPED_BUF b;
	struct json_out j;

	buf_init(&b, MAX_ANSWER);
	if (!json) {
		(void)fprintf(out, "%s error: %s\n", shown(cx, line), text);
		return;
	}
	json_out_init(&j, &b);
	json_map(&j);
	json_pair_text(&j, "line", shown(cx, line));
	json_pair_text(&j, "error", text);
	json_pair_text(&j, "key", cx->error.key);
	json_map_end(&j);
	if (json_done(cx, &j) == OK)
		(void)fprintf(out, "%s\n", b.bytes);
}

/* Each line in an arena of its own, so that a long batch holds no more than a short one. */
static enum err
batch(struct ctx *cx, const struct rulebook *rb, bool json, FILE *in, FILE *out)
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
		if (batch_line(&one, rb, line, json, out) != OK) {
			batch_error(&one, line, json, out);
			bad++;
		}
	}
	if (bad > 0)
		return fail(cx, ERR_INVALID, "err.rule_batch", text_from_int(cx->arena, bad));
	return OK;
}

/* ---- other ---- */

static enum err
list_json(struct ctx *cx, const struct rule *r, bool confirmed, FILE *out)
{
	SCOPED_BUF b;
	struct json_out j;

	buf_init(&b, MAX_ANSWER);
	json_out_init(&j, &b);
	json_map(&j);
	json_pair_text(&j, "rule", rule_id(r));
	json_pair_text(&j, "name", rule_name(cx, r));
	json_pair_text(&j, "source", rule_source(r));
	json_pair_text(&j, "kind", rule_kind_of(r));
	json_pair_bool(&j, "confirmed", confirmed);
	json_map_end(&j);
	TRY(json_done(cx, &j));
	(void)fprintf(out, "%s\n", b.bytes);
	return OK;
}

static enum err
list(struct ctx *cx, const struct rulebook *rb, bool json, FILE *out)
{
	for (size_t i = 0; i < rulebook_count(rb); i++) {
		const struct rule *r = rulebook_at(rb, i);
		const struct rule_version *v = rule_version_at(r, cx->today, CIVIL_NONE);
		bool confirmed = v == NULL || v->confirmed;

		if (json)
			TRY(list_json(cx, r, confirmed, out));
		else
			(void)fprintf(out, "%s\t%s\t%s%s%s\n", rule_id(r), rule_name(cx, r),
				      rule_source(r), confirmed ? "" : "\t",
				      confirmed ? "" : msg(cx, "rule.not_confirmed"));
	}
	return OK;
}

static enum err
check(struct ctx *cx, const struct rulebook *rb, FILE *out)
{
	size_t n;

	TRY(rulebook_check(cx, rb, &n));
	(void)fprintf(out, "%s\n",
		      msgf(cx, "rule.checked",
			   text_from_int(cx->arena, (int64_t)rulebook_count(rb)),
			   text_from_int(cx->arena, (int64_t)n)));
	return OK;
}

enum err
rule_cmd(struct ctx *cx, const struct rulebook *rb, int argc, char **argv, FILE *in, FILE *out)
{
	struct options o = { .nwords = 0 };
	struct rule_result r = { .rule = NULL };

	TRY(read_options(cx, argc, argv, &o));
	if (o.help) {
		(void)fprintf(out, "%s\n", msg(cx, "rule.help"));
		return OK;
	}
	if ((o.list || o.check) && o.nwords > 0)
		return fail(cx, ERR_INVALID, "err.rule_extra", o.word[0]);
	if (o.list)
		return list(cx, rb, o.json, out);
	if (o.check)
		return check(cx, rb, out);
	if (o.batch && o.nwords > 0)
		return fail(cx, ERR_INVALID, "err.rule_extra", o.word[0]);
	if (o.batch)
		return batch(cx, rb, o.json, in, out);
	TRY(compute(cx, rb, o.word, o.nwords, &r));
	return answer(cx, &r, o.json, out);
}
