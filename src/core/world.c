/* The world at start. See world.h. */
#include "core/world.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/embed.h"
#include "base/text.h"
#include "core/clock.h"
#include "rule/rule.h"

#define MAX_FILES 600

extern const struct embed_file embed_types[], embed_rules[], embed_po[];

struct files {
	struct source *list;
	size_t n;
};

/* Put a file into the set; one of the same name is replaced. Names are compared without folders,
 * so that a house need not know where ours stand. */
static enum err
put(struct ctx *cx, struct files *fs, const char *name, const char *bytes, size_t len)
{
	const char *slash = strrchr(name, '/');

	name = slash == NULL ? name : slash + 1;
	for (size_t i = 0; i < fs->n; i++)
		if (strcmp(fs->list[i].name, name) == 0) {
			fs->list[i] = (struct source){ name, bytes, len };
			return OK;
		}
	if (fs->n == MAX_FILES)
		return fail(cx, ERR_LIMIT, "err.too_many_files",
			    text_from_int(cx->arena, MAX_FILES));
	fs->list[fs->n++] = (struct source){ name, bytes, len };
	return OK;
}

static enum err
embedded(struct ctx *cx, const struct embed_file *files, const char *ending, struct files *fs)
{
	for (; files->name != NULL; files++) {
		size_t n = strlen(files->name), e = strlen(ending);

		if (n >= e && strcmp(files->name + n - e, ending) == 0)
			TRY(put(cx, fs, files->name, (const char *)files->bytes, files->len));
	}
	return OK;
}

static enum err
read_file(struct ctx *cx, const char *path, struct files *fs)
{
	FILE *f = fopen(path, "rb");
	char *bytes = arena_alloc(cx->arena, MAX_YAML + 1);
	size_t n;

	if (f == NULL)
		return fail(cx, ERR_IO, "err.file_open", path, strerror(errno));
	n = fread(bytes, 1, MAX_YAML + 1, f);
	if (ferror(f) != 0) {
		(void)fclose(f);
		return fail(cx, ERR_IO, "err.file_read", path);
	}
	(void)fclose(f);
	if (n > MAX_YAML)
		return fail(cx, ERR_LIMIT, "err.file_large", path);
	return put(cx, fs, arena_strdup(cx->arena, path), bytes, n);
}

static int
wanted(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

/* Files of one folder of the house, in the order of their names. A folder that is not there is
 * empty. */
static enum err
house_folder(struct ctx *cx, const char *house, const char *folder, const char *ending,
	     struct files *fs)
{
	const char *dir = arena_printf(cx->arena, "%s/%s", house, folder);
	struct dirent **list = NULL;
	int n = scandir(dir, &list, wanted, alphasort);
	enum err e = OK;

	for (int i = 0; i < n; i++) {
		size_t len = strlen(list[i]->d_name), end = strlen(ending);

		if (e == OK && len > end && strcmp(list[i]->d_name + len - end, ending) == 0)
			e = read_file(cx, arena_printf(cx->arena, "%s/%s", dir, list[i]->d_name),
				      fs);
		free(list[i]);
	}
	free(list);
	return e;
}

/* The language of "name.et.po"; -1 if the name tells none. */
static int
lang_of(const char *name)
{
	size_t n = strlen(name);

	if (n < 5 || strcmp(name + n - 3, ".po") != 0)
		return -1;
	return lang_from_code((char[]){ name[n - 5], name[n - 4], '\0' });
}

static enum err
load_texts(struct ctx *cx, const char *house, struct world *w)
{
	struct files fs = { ARENA_ARRAY(cx->arena, MAX_FILES, struct source), 0 };

	w->texts = texts_new(cx->arena);
	TRY(embedded(cx, embed_po, ".po", &fs));
	if (house != NULL)
		TRY(house_folder(cx, house, "po", ".po", &fs));
	for (size_t i = 0; i < fs.n; i++) {
		int lang = lang_of(fs.list[i].name);

		if (lang < 0)
			return fail_at(cx, ERR_INVALID, fs.list[i].name, 0, 0, "err.po_name");
		TRY(texts_add_po(cx, w->texts, (enum lang)lang, fs.list[i].name, fs.list[i].bytes,
				 fs.list[i].len));
	}
	cx->texts = w->texts;
	return OK;
}

static enum err
load_rules(struct ctx *cx, const char *house, struct world *w)
{
	struct files fs = { ARENA_ARRAY(cx->arena, MAX_FILES, struct source), 0 };
	struct rule_file *list = ARENA_ARRAY(cx->arena, MAX_FILES, struct rule_file);

	TRY(embedded(cx, embed_rules, ".yaml", &fs));
	if (house != NULL)
		TRY(house_folder(cx, house, "rules", ".yaml", &fs));
	for (size_t i = 0; i < fs.n; i++)
		list[i] = (struct rule_file){ fs.list[i].name, fs.list[i].bytes, fs.list[i].len };
	return rulebook_load(cx, list, fs.n, &w->rules);
}

enum err
world_load(struct ctx *cx, const char *house, struct world *w)
{
	struct files fs = { ARENA_ARRAY(cx->arena, MAX_FILES, struct source), 0 };

	w->arena = cx->arena;
	TRY(load_texts(cx, house, w));
	TRY(load_rules(cx, house, w));
	TRY(embedded(cx, embed_types, ".yaml", &fs));
	if (house != NULL)
		TRY(house_folder(cx, house, "types", ".yaml", &fs));
	TRY(types_load(cx, fs.list, fs.n, w->texts, &w->types));
	TRY(clock_check(cx, w->types, w->rules));
	world_enter(cx, w);
	return OK;
}

void
world_enter(struct ctx *cx, const struct world *w)
{
	cx->world = w;
	cx->texts = w->texts;
}
