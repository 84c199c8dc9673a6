/* Commands that ask the world, without a database: rule, id, type. */
#include <errno.h>
#include <string.h>

#include "base/embed.h"
#include "base/text.h"
#include "base/version.h"
#include "cli/cli.h"
#include "rule/cmd.h"
#include "core/type_cmd.h"
#include "web/api/openapi.h"

#define MAX_RULE_FILES 600

/* ---- rule check ---- */

struct rule_files {
	struct rule_file list[MAX_RULE_FILES];
	size_t n;
};

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

/* A file of the same name, whatever its folder, is replaced. */
static enum err
put(struct ctx *cx, struct rule_files *fs, const char *name, const void *bytes, size_t len)
{
	size_t at = 0;

	while (at < fs->n && strcmp(base_name(fs->list[at].name), base_name(name)) != 0)
		at++;
	if (at == MAX_RULE_FILES)
		return fail(cx, ERR_LIMIT, "err.too_many_files",
			    text_from_int(cx->arena, MAX_RULE_FILES));
	fs->list[at] = (struct rule_file){ name, bytes, len };
	fs->n += at == fs->n;
	return OK;
}

static enum err
put_file(struct ctx *cx, struct rule_files *fs, const char *path)
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

/* Are the files, together with ours, right, and do all examples hold? */
static enum err
check_rules(struct run *r)
{
	struct rule_files *fs = ARENA_NEW(r->cx->arena, struct rule_files);
	struct rulebook *rb;
	size_t n;

	for (const struct embed_file *f = embed_rules; f->name != NULL; f++)
		if (strstr(f->name, ".yaml") != NULL)
			TRY(put(r->cx, fs, f->name, f->bytes, f->len));
	for (int i = 1; i < r->argc; i++)
		TRY(put_file(r->cx, fs, r->argv[i]));
	TRY(rulebook_load(r->cx, fs->list, fs->n, &rb));
	TRY(rulebook_check(r->cx, rb, &n));
	(void)printf("%s\n", msgf(r->cx, "rule.checked",
				  text_from_int(r->cx->arena, (int64_t)rulebook_count(rb)),
				  text_from_int(r->cx->arena, (int64_t)n)));
	return OK;
}

enum err
cmd_rule(struct run *r)
{
	if (r->argc > 1 && strcmp(r->argv[0], "check") == 0)
		return check_rules(r);
	/* The word before ours is the command's own name. */
	return rule_cmd(r->cx, r->world->rules, r->argc + 1, r->argv - 1, stdin, stdout);
}

enum err
cmd_id(struct run *r)
{
	return ident_cmd(r->cx, r->world->rules, r->argc + 1, r->argv - 1, stdin, stdout);
}

/* The description of the API is made from the types and from what the fields of work add. */
static enum err
print_openapi(struct run *r)
{
	SCOPED_BUF b;

	buf_init(&b, MAX_PAGE);
	TRY(openapi_write(r->cx, r->works, HOOL_VERSION, &b));
	(void)fwrite(b.bytes, 1, b.len, stdout);
	(void)printf("\n");
	return OK;
}

enum err
cmd_type(struct run *r)
{
	if (r->argc == 1 && strcmp(r->argv[0], "openapi") == 0)
		return print_openapi(r);
	return type_cmd(r->cx, r->world, r->argc + 1, r->argv - 1, stdin, stdout);
}
