/* See type_cmd.h. */
#include "core/type_cmd.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/embed.h"
#include "base/text.h"
#include "core/clock.h"
#include "core/type_diff.h"
#include "meta/table.h"

#define MAX_FILES 600

struct files {
	struct source list[MAX_FILES];
	bool ours[MAX_FILES]; /* compiled in, not given on the command line */
	size_t n;
};

/* ---- files ---- */

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

static bool
ends_so(const char *s, const char *ending)
{
	size_t n = strlen(s), e = strlen(ending);

	return n >= e && strcmp(s + n - e, ending) == 0;
}

static void
add_ours(struct files *fs)
{
	for (const struct embed_file *f = embed_types; f->name != NULL; f++)
		if (ends_so(f->name, ".yaml") && fs->n < MAX_FILES) {
			fs->ours[fs->n] = true;
			fs->list[fs->n++] = (struct source){ f->name, f->bytes, f->len };
		}
}

/* A file given replaces ours of the same name. */
static enum err
put(struct ctx *cx, struct files *fs, const char *path, const char *bytes, size_t len)
{
	size_t at = 0;

	while (at < fs->n && strcmp(base_name(fs->list[at].name), base_name(path)) != 0)
		at++;
	if (at == MAX_FILES)
		return fail(cx, ERR_LIMIT, "err.too_many_files",
			    text_from_int(cx->arena, MAX_FILES));
	fs->ours[at] = false;
	fs->list[at] = (struct source){ path, bytes, len };
	fs->n += at == fs->n;
	return OK;
}

static enum err
read_file(struct ctx *cx, const char *path, struct files *fs)
{
	FILE *f = fopen(path, "rb");
	char *bytes = arena_alloc(cx->arena, MAX_YAML + 2);
	size_t n;
	bool bad;

	if (f == NULL)
		return fail(cx, ERR_NOTFOUND, "err.file_open", path, strerror(errno));
	n = fread(bytes, 1, MAX_YAML + 1, f);
	bad = ferror(f) != 0;
	(void)fclose(f);
	if (bad)
		return fail(cx, ERR_IO, "err.file_read", path);
	if (n > MAX_YAML)
		return fail(cx, ERR_LIMIT, "err.file_large", path);
	return put(cx, fs, path, bytes, n);
}

static enum err
read_folder(struct ctx *cx, const char *path, struct files *fs)
{
	struct dirent **list = NULL;
	int n = scandir(path, &list, NULL, alphasort);
	enum err e = n < 0 ? fail(cx, ERR_NOTFOUND, "err.file_open", path, strerror(errno)) : OK;

	for (int i = 0; i < n; i++) {
		if (e == OK && list[i]->d_name[0] != '.' && ends_so(list[i]->d_name, ".yaml"))
			e = read_file(cx, arena_printf(cx->arena, "%s/%s", path, list[i]->d_name),
				      fs);
		free(list[i]);
	}
	free(list);
	return e;
}

/* A file, or the .yaml files of a folder. */
static enum err
read_path(struct ctx *cx, const char *path, struct files *fs)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return read_folder(cx, path, fs);
	return read_file(cx, arena_strdup(cx->arena, path), fs);
}

/* ---- check ---- */

/* Take the file of the recorded error out of the set; false if it is not one of those given. */
static bool
take_out(struct ctx *cx, struct files *fs)
{
	for (size_t i = 0; i < fs->n; i++) {
		if (fs->ours[i] || cx->error.file == NULL ||
		    strcmp(fs->list[i].name, cx->error.file) != 0)
			continue;
		for (const struct embed_file *f = embed_types; f->name != NULL; f++)
			if (strcmp(base_name(f->name), base_name(cx->error.file)) == 0) {
				fs->list[i] = (struct source){ f->name, f->bytes, f->len };
				fs->ours[i] = true;
				return true;
			}
		fs->n--;
		fs->list[i] = fs->list[fs->n];
		fs->ours[i] = fs->ours[fs->n];
		return true;
	}
	return false;
}

/* The first mistake of each file given; then the rest is looked at without that file. */
static enum err
check(struct ctx *cx, const struct rulebook *rules, int argc, char **argv, FILE *out)
{
	struct files *fs = ARENA_NEW(cx->arena, struct files);
	struct types *ts;
	int64_t mistakes = 0;

	if (argc == 0)
		return fail(cx, ERR_INVALID, "err.type_usage");
	add_ours(fs);
	for (int i = 0; i < argc; i++)
		TRY(read_path(cx, argv[i], fs));
	while (types_load(cx, fs->list, fs->n, texts_new(cx->arena), &ts) != OK ||
	       clock_check(cx, ts, rules) != OK) {
		(void)fprintf(out, "%s\n", msg_error(cx));
		mistakes++;
		if (!take_out(cx, fs))
			break;
		ctx_forgive(cx);
	}
	if (mistakes > 0) {
		ctx_forgive(cx);
		return fail(cx, ERR_INVALID, "err.type_mistakes",
			    text_from_int(cx->arena, mistakes));
	}
	(void)fprintf(out, "%s\n",
		      msgf(cx, "type_cmd.right", text_from_int(cx->arena, (int64_t)ts->n)));
	return OK;
}

/* ---- diff ---- */

static enum err
load_side(struct ctx *cx, const char *path, struct types **ret)
{
	struct files *fs = ARENA_NEW(cx->arena, struct files);

	add_ours(fs);
	TRY(read_path(cx, path, fs));
	return types_load(cx, fs->list, fs->n, texts_new(cx->arena), ret);
}

static enum err
diff(struct ctx *cx, int argc, char **argv, FILE *out)
{
	struct types *before, *after;

	if (argc != 2)
		return fail(cx, ERR_INVALID, "err.type_usage");
	TRY(load_side(cx, argv[0], &before));
	TRY(load_side(cx, argv[1], &after));
	return type_diff(cx, before, after, out);
}

/* ---- list, rights, sql ---- */

static enum err
list(struct ctx *cx, const struct types *ts, FILE *out)
{
	for (size_t i = 0; i < ts->n; i++) {
		const struct type *t = ts->list[i];

		(void)fprintf(out, "%s\t/%s\t%s\t%d\t%d\t%s\n", t->name, t->path,
			      msg(cx, t->label_key), t->nfields, t->nstates, t->file);
	}
	return OK;
}

static bool
has_duty(const struct position_kind *k, const char *duty)
{
	for (int i = 0; i < k->nduties; i++)
		if (strcmp(k->duties[i], duty) == 0)
			return true;
	return false;
}

static const struct scope *
scope_of(const struct grant *g, int right)
{
	const struct scope *const ALL[] = { g->see, g->edit, g->move, g->create };

	return ALL[right];
}

/* How far a right of a position reaches: "all", its scopes, or "-". */
static const char *
reach(struct ctx *cx, const struct type *t, const struct position_kind *k, int right)
{
	const char *s = "";

	for (int i = 0; i < t->ngrants; i++) {
		const struct scope *scope = scope_of(&t->grants[i], right);

		if (!has_duty(k, t->grants[i].duty) || scope->kind == SCOPE_NONE)
			continue;
		if (scope->kind == SCOPE_ALL)
			return "all";
		if (strstr(arena_printf(cx->arena, "|%s|", s),
			   arena_printf(cx->arena, "|%s|", scope->name)) == NULL)
			s = arena_printf(cx->arena, "%s%s%s", s, *s == '\0' ? "" : "|",
					 scope->name);
	}
	return *s == '\0' ? "-" : s;
}

static enum err
rights(struct ctx *cx, const struct types *ts, int argc, char **argv, FILE *out)
{
	const struct position_kind *k;

	if (argc != 1)
		return fail(cx, ERR_INVALID, "err.type_usage");
	k = map_get(&ts->position_by_name, argv[0]);
	if (k == NULL)
		return fail(cx, ERR_NOTFOUND, "err.type_position", argv[0]);
	(void)fprintf(out, "%-20s %-14s %-14s %-14s %-14s\n", k->name, msg(cx, "type_cmd.see"),
		      msg(cx, "type_cmd.edit"), msg(cx, "type_cmd.move"),
		      msg(cx, "type_cmd.create"));
	for (size_t i = 0; i < ts->n; i++) {
		const struct type *t = ts->list[i];

		(void)fprintf(out, "%-20s %-14s %-14s %-14s %-14s\n", t->name, reach(cx, t, k, 0),
			      reach(cx, t, k, 1), t->nmoves == 0 ? "" : reach(cx, t, k, 2),
			      reach(cx, t, k, 3));
	}
	return OK;
}

static enum err
sql(struct ctx *cx, const struct types *ts, int argc, char **argv, FILE *out)
{
	struct plan plan;
	const struct type *t;

	if (argc != 1)
		return fail(cx, ERR_INVALID, "err.type_usage");
	t = types_get(ts, argv[0]);
	if (t == NULL)
		return fail(cx, ERR_NOTFOUND, "err.type_unknown", argv[0]);
	TRY(table_create(cx, ts, t, &plan));
	for (size_t i = 0; i < plan.n; i++)
		if (plan.steps[i].sql != NULL)
			(void)fprintf(out, "%s;\n", plan.steps[i].sql);
	return OK;
}

enum err
type_cmd(struct ctx *cx, const struct world *w, int argc, char **argv, FILE *in, FILE *out)
{
	const char *what = argc > 1 ? argv[1] : "";

	(void)in;
	if (strcmp(what, "--help") == 0 || strcmp(what, "help") == 0) {
		(void)fprintf(out, "%s\n", msg(cx, "type_cmd.help"));
		return OK;
	}
	argc -= argc > 2 ? 2 : argc;
	argv += 2;
	if (strcmp(what, "list") == 0 && argc == 0)
		return list(cx, w->types, out);
	if (strcmp(what, "check") == 0)
		return check(cx, w->rules, argc, argv, out);
	if (strcmp(what, "diff") == 0)
		return diff(cx, argc, argv, out);
	if (strcmp(what, "rights") == 0)
		return rights(cx, w->types, argc, argv, out);
	if (strcmp(what, "sql") == 0)
		return sql(cx, w->types, argc, argv, out);
	return fail(cx, ERR_INVALID, "err.type_usage");
}
