/*
 * A list as a file for a spreadsheet: the list's own query, rights, filters and columns, in CSV or
 * XLSX.
 *
 * Rows are read in one walk, piece by piece through an arena of their own, and go to a file without
 * a name beside the database; the server sends that and closes it. So memory stays the same however
 * long the list is. Whose data a piece held is in the access log, as an export and with its
 *purpose, before the next is read.
 *
 *	GET /T/loend.csv?vaade=LIST&…       GET /T/loend.xlsx?vaade=LIST&…
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/civil.h"
#include "base/text.h"
#include "core/access.h"
#include "format/csv.h"
#include "format/xlsx.h"
#include "web/export.h"
#include "web/listing.h"

#define MOST_ROWS 1000000 /* of one file: what a sheet holds */
#define WIDTH 22	  /* characters of a column */

/* A cell in the form both files take. */
enum kind { CELL_TEXT, CELL_INT, CELL_MONEY, CELL_DATE };
struct cell {
	enum kind kind;
	const char *text;
	int64_t n;
};

struct export
{
	struct visit *v;
	int fd;
	bool begun;	/* the heading is written */
	struct buf out; /* CSV on its way to the file */
	struct csv_writer csv;
	struct xlsx *xlsx; /* or NULL */
};

/* ---- the file ---- */

static enum err
cannot(struct ctx *cx)
{
	return fail(cx, ERR_IO, "err.export_file", strerror(errno));
}

/* Beside the database; where that is on a server, among what is for a time. */
static const char *
folder_of(struct ctx *cx, const char *path)
{
	const char *slash = path == NULL ? NULL : strrchr(path, '/');

	if (path == NULL)
		return EXPORT_FOLDER;
	return slash == NULL ? "." : arena_strndup(cx->arena, path, (size_t)(slash - path) + 1);
}

/* A file that nobody else can open: it has a name only as long as its writer needs one. */
static enum err
make_file(struct export *e, char *ret_name, size_t size, const char *folder)
{
	(void)snprintf(ret_name, size, "%s/.hool-export-XXXXXX", folder);
	e->fd = mkostemp(ret_name, O_CLOEXEC);
	return e->fd < 0 ? cannot(e->v->cx) : OK;
}

static enum err
flush(struct export *e)
{
	size_t at = 0;

	TRY(buf_check(e->v->cx, &e->out));
	while (at < e->out.len) {
		ssize_t n = write(e->fd, e->out.bytes + at, e->out.len - at);

		if (n < 0 && errno != EINTR)
			return cannot(e->v->cx);
		at += n > 0 ? (size_t)n : 0;
	}
	buf_clear(&e->out);
	return OK;
}

/* ---- cells ---- */

static const struct field *
field_of_column(const struct column *c)
{
	return c->sub != NULL ? c->sub : c->field;
}

static enum err
field_value(struct ctx *cx, const struct field *f, const struct value *v, struct cell *ret)
{
	*ret = (struct cell){ CELL_TEXT, v->s, v->i };
	if (!v->set)
		return OK;
	if (f->kind == FIELD_MONEY)
		ret->kind = CELL_MONEY;
	else if (f->kind == FIELD_INT)
		ret->kind = CELL_INT;
	else if (f->kind == FIELD_DATE)
		ret->kind = CELL_DATE;
	else if (f->kind != FIELD_REF)
		return value_text(cx, f, v, &ret->text);
	return OK;
}

static enum err
cell_of(struct ctx *cx, const struct type *t, const struct column *c, const struct row *r,
	const struct value *v, struct cell *ret)
{
	if (c->engine == NULL)
		return field_value(cx, field_of_column(c), v, ret);
	*ret = (struct cell){ CELL_TEXT, v->s, 0 };
	if (strcmp(c->engine, "number") == 0)
		ret->text = r->number;
	else if (strcmp(c->engine, "state") == 0)
		ret->text = r->state < 0 ? NULL : msg(cx, t->states[r->state].label_key);
	else if (strcmp(c->engine, "due") == 0)
		*ret = (struct cell){ CELL_DATE, NULL, r->due == NO_DUE ? CIVIL_NONE : r->due };
	else if (strcmp(c->engine, "changed") == 0 || strcmp(c->engine, "created") == 0)
		*ret = (struct cell){ CELL_DATE, NULL, civil_in_tallinn(v->i).day };
	return OK;
}

static void
put_csv(struct csv_writer *w, const struct cell *c)
{
	switch (c->kind) {
	case CELL_TEXT:
		csv_text(w, c->text);
		break;
	case CELL_INT:
		csv_int(w, c->n);
		break;
	case CELL_MONEY:
		csv_cents(w, c->n);
		break;
	case CELL_DATE:
		csv_date(w, (int32_t)c->n);
		break;
	}
}

static void
put_xlsx(struct xlsx *x, const struct cell *c)
{
	switch (c->kind) {
	case CELL_TEXT:
		xlsx_text(x, c->text);
		break;
	case CELL_INT:
		xlsx_int(x, c->n);
		break;
	case CELL_MONEY:
		xlsx_cents(x, c->n);
		break;
	case CELL_DATE:
		xlsx_date(x, (int32_t)c->n);
		break;
	}
}

/* ---- rows ---- */

static void
put_head(struct export *e, const struct listing *li)
{
	for (int i = 0; i < li->own->ncolumns; i++) {
		const char *label = msg(e->v->cx, li->own->columns[i].label_key);

		if (e->xlsx != NULL)
			xlsx_heading(e->xlsx, label, WIDTH);
		else
			csv_text(&e->csv, label);
	}
	if (e->xlsx != NULL)
		xlsx_row(e->xlsx);
	else
		csv_end_row(&e->csv);
}

static enum err
put_rows(struct export *e, const struct listing *li)
{
	for (size_t i = 0; i < li->n; i++) {
		for (int k = 0; k < li->own->ncolumns; k++) {
			struct cell c;

			TRY(cell_of(li->v->cx, li->type, &li->own->columns[k], li->rows[i],
				    &li->rows[i]->values[k], &c));
			if (e->xlsx != NULL)
				put_xlsx(e->xlsx, &c);
			else
				put_csv(&e->csv, &c);
		}
		if (e->xlsx != NULL)
			xlsx_row(e->xlsx);
		else
			csv_end_row(&e->csv);
	}
	return flush(e);
}

/* A piece of the list: written, and whose data it held logged, before the next is read. */
static enum err
put_piece(struct listing *li, void *arg)
{
	struct export *e = arg;
	struct ctx *cx = li->v->cx;

	if (!e->begun)
		put_head(e, li);
	e->begun = true;
	TRY(put_rows(e, li));
	for (struct access_note *n = cx->seen; n != NULL; n = n->next)
		n->kind = "export";
	if (cx->seen != NULL)
		TRY(db_run(cx, e->v->site->db, "export log", access_write, NULL));
	cx->seen = NULL;
	arena_reset(cx->arena);
	return OK;
}

/* The rows pass through an arena of their own, emptied piece by piece. */
static enum err
put_all(struct export *e)
{
	SCOPED(arena) struct arena *passing = arena_new();
	struct ctx own = *e->v->cx;
	struct visit v = *e->v;
	struct listing li = { .most = LISTING_MOST };
	enum err err;

	own.arena = passing;
	v.cx = &own;
	err = listing_walk(&v, e->v->cx, MOST_ROWS, &li, put_piece, e);
	(void)ctx_take_error(e->v->cx, &own); /* of the rows; of the list itself it is there */
	return err;
}

/* ---- the answer ---- */

static enum err
write_csv(struct export *e)
{
	/* Excel here wants semicolons, and the mark to know that it is UTF-8. */
	csv_begin(&e->csv, &e->out, ';', true);
	return put_all(e);
}

/* The writer wants a name; what it wrote is opened anew and the name taken away. */
static enum err
write_xlsx(struct export *e, const char *name, const char *folder)
{
	enum err err;

	TRY(xlsx_begin(e->v->cx, name, folder, &e->xlsx));
	err = put_all(e);
	if (err == OK)
		err = xlsx_end(e->v->cx, e->xlsx);
	else
		xlsx_free(e->xlsx);
	if (err != OK)
		return err;
	(void)close(e->fd);
	e->fd = open(name, O_RDONLY | O_CLOEXEC);
	return e->fd < 0 ? cannot(e->v->cx) : OK;
}

static enum err
write_file(struct export *e, bool xlsx)
{
	const char *folder = folder_of(e->v->cx, db_path(e->v->site->db));
	char name[MAX_URL];
	enum err err;

	TRY(make_file(e, name, sizeof(name), folder));
	if (!xlsx)
		(void)unlink(name);
	err = xlsx ? write_xlsx(e, name, folder) : write_csv(e);
	if (xlsx)
		(void)unlink(name);
	return err;
}

static enum err
answer(struct visit *v, bool xlsx)
{
	struct export e = { .v = v, .fd = -1 };
	const char *file =
		arena_printf(v->cx->arena, "%s-%s.%s", v->type->path,
			     civil_iso(v->cx->arena, v->cx->today), xlsx ? "xlsx" : "csv");
	enum err err;
	struct stat st;

	buf_init(&e.out, MAX_PAGE);
	err = write_file(&e, xlsx);
	buf_release(&e.out);
	if (err == OK && fstat(e.fd, &st) != 0)
		err = cannot(v->cx);
	if (err != OK) {
		if (e.fd >= 0)
			(void)close(e.fd);
		return err;
	}
	http_file_out(v->x, e.fd, (size_t)st.st_size);
	return http_attachment(v->x, file,
			       xlsx ? "application/vnd.openxmlformats-officedocument.spreadsheetml."
				      "sheet"
				    : "text/csv");
}

enum err
export_csv(struct visit *v)
{
	return answer(v, false);
}

enum err
export_xlsx(struct visit *v)
{
	return answer(v, true);
}
