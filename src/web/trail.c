/* Notes, files and who looked. */
#include <sodium.h>
#include <string.h>
#include <strings.h>

#include "base/civil.h"
#include "base/text.h"
#include "core/access.h"
#include "format/json.h"
#include "format/letter_kept.h"
#include "web/site_int.h"

#define CHUNK (64u * 1024)
#define LOOKERS 200

static const char BLOB_ADD[] = "INSERT INTO sys_blob (hash, size, made_at) VALUES (?1, ?2, ?3) "
			       "ON CONFLICT DO NOTHING";
static const char CHUNK_ADD[] = "INSERT INTO sys_chunk (hash, n, bytes) VALUES (?1, ?2, ?3)";
static const char ATTACH[] =
	"INSERT INTO sys_attachment (record, hash, filename, media, made_at, made_by) "
	"VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING id";
static const char ATTACHED[] =
	"SELECT a.filename, a.media, a.hash, b.size, r.type, a.record FROM sys_attachment a "
	"JOIN sys_blob b ON b.hash = a.hash JOIN sys_record r ON r.id = a.record WHERE a.id = ?1";
static const char CHUNKS[] = "SELECT bytes FROM sys_chunk WHERE hash = ?1 ORDER BY n";

static const char TYPE_OF_FILE[] =
	"SELECT r.type FROM sys_attachment a JOIN sys_record r ON r.id = a.record WHERE a.id = ?1";

enum err
record_note_post(struct visit *v)
{
	const char *note = http_form(v->x, "note");
	struct record *r;

	TRY(record_load_number(v->cx, v->type, v->number, RIGHT_SEE, &r));
	if (r->deleted)
		return fail(v->cx, ERR_CONFLICT, "err.deleted");
	TRY(record_note(v->cx, r, note == NULL ? "" : note));
	return visit_go(v, visit_url_of(v->cx, r, "#ajajoon"));
}

/* ---- files ---- */

static enum err
add_blob(struct ctx *cx, const unsigned char *hash, const unsigned char *bytes, size_t len)
{
	int64_t added = 0, n = 0;

	TRY(db_exec(cx, BLOB_ADD,
		    DB_ARGS(db_bytes(hash, 32), db_int((int64_t)len), db_int(cx->now)), &added));
	for (size_t at = 0; added > 0 && at < len; at += CHUNK, n++) {
		size_t part = len - at < CHUNK ? len - at : CHUNK;

		TRY(db_exec(cx, CHUNK_ADD,
			    DB_ARGS(db_bytes(hash, 32), db_int(n), db_bytes(bytes + at, part)),
			    NULL));
	}
	return OK;
}

enum err
attachment_add(struct ctx *cx, int64_t record, const char *filename, const char *media,
	       const void *bytes, size_t len, int64_t *ret_id)
{
	SCOPED(stmt) struct stmt *q = NULL;
	unsigned char hash[32];
	bool row;

	if (len > MAX_UPLOAD)
		return fail_field(cx, ERR_LIMIT, "fail", "err.too_large",
				  text_from_int(cx->arena, MAX_UPLOAD));
	(void)crypto_generichash(hash, sizeof(hash), bytes, len, NULL, 0);
	TRY(add_blob(cx, hash, bytes, len));
	TRY(db_query(cx, ATTACH,
		     DB_ARGS(db_int(record), db_bytes(hash, 32), db_text(filename), db_text(media),
			     db_int(cx->now), db_int(cx->who.user)),
		     &q));
	TRY(stmt_step(cx, q, &row));
	*ret_id = stmt_int(q, 0);
	return OK;
}

static enum err
read_chunks(struct ctx *cx, const void *hash, unsigned char *out, size_t size)
{
	SCOPED(stmt) struct stmt *q = NULL;
	size_t at = 0;
	bool row;

	TRY(db_query(cx, CHUNKS, DB_ARGS(db_bytes(hash, 32)), &q));
	for (;;) {
		const void *part;
		size_t len;

		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		part = stmt_bytes(q, 0, &len);
		if (len > size - at)
			return fail(cx, ERR_CORRUPT, "err.file_stored");
		memcpy(out + at, part, len);
		at += len;
	}
	return at == size ? OK : fail(cx, ERR_CORRUPT, "err.file_stored");
}

enum err
attachment_read(struct ctx *cx, int64_t id, const char **ret_filename, const char **ret_media,
		const void **ret_bytes, size_t *ret_len)
{
	SCOPED(stmt) struct stmt *q = NULL;
	const struct type *t;
	struct record *r;
	unsigned char *out;
	const void *hash;
	size_t len, size;
	bool row;

	TRY(db_query(cx, ATTACHED, DB_ARGS(db_int(id)), &q));
	TRY(stmt_step(cx, q, &row));
	t = row ? types_get(cx->world->types, stmt_text(q, 4)) : NULL;
	if (t == NULL)
		return fail(cx, ERR_NOTFOUND, "err.not_found");
	/* Who may see the record may see its files. */
	TRY(record_load(cx, t, stmt_int(q, 5), RIGHT_SEE, &r));
	access_saw(cx, "file", r->about);
	size = (size_t)stmt_int(q, 3);
	hash = stmt_bytes(q, 2, &len);
	if (len != 32 || size > MAX_UPLOAD)
		return fail(cx, ERR_CORRUPT, "err.file_stored");
	out = arena_alloc(cx->arena, size + 1);
	TRY(read_chunks(cx, hash, out, size));
	*ret_filename = stmt_copy(cx, q, 0);
	*ret_media = stmt_copy(cx, q, 1);
	*ret_bytes = out;
	*ret_len = size;
	return OK;
}

enum err
attachment_page(struct visit *v)
{
	const char *filename, *media, *type;
	const struct type *t;
	int64_t id;

	if (!text_int(v->part[0], 1, INT64_MAX, &id))
		return fail(v->cx, ERR_NOTFOUND, "err.not_found");
	TRY(db_get_text(v->cx, TYPE_OF_FILE, DB_ARGS(db_int(id)), &type));
	t = types_get(v->cx->world->types, type);
	if (t != NULL)
		v->cx->purpose = visit_purpose(v, t);
	TRY(attachment_read(v->cx, id, &filename, &media, &v->x->bytes, &v->x->len));
	if (strcmp(media, LETTER_KEPT) == 0) {
		TRY(letter_kept_pdf(v->cx, v->x->bytes, v->x->len, &v->x->bytes, &v->x->len));
		media = "application/pdf";
	}
	return http_attachment(v->x, filename, media);
}

static bool
ends_with(const char *s, const char *ending)
{
	size_t n = strlen(s), e = strlen(ending);

	return n > e && strcasecmp(s + n - e, ending) == 0;
}

/*
 * What may be attached: the first bytes and the ending of the name must say the same, for whoever
 * opens it goes by the name. Source: ASVS 5.0, 5.2.2. NULL: neither, or they do not agree.
 */
static const char *
media_of(const struct http_file *f)
{
	static const struct {
		const char *magic, *media;
		size_t len;
		const char *endings[10];
	} KNOWN[] = {
		{ "%PDF-", "application/pdf", 5, { ".pdf" } },
		{ "\x89PNG\r\n\x1a\n", "image/png", 8, { ".png" } },
		{ "\xff\xd8\xff", "image/jpeg", 3, { ".jpg", ".jpeg" } },
		{ "PK\x03\x04",
		  "application/zip",
		  4,
		  { ".zip", ".asice", ".sce", ".bdoc", ".docx", ".xlsx", ".odt", ".ods" } },
		{ "<?xml", "application/xml", 5, { ".xml", ".ddoc" } },
		{ "\xef\xbb\xbf<?xml", "application/xml", 8, { ".xml", ".ddoc" } },
		{ "", "text/plain", 0, { ".txt", ".csv", ".md" } },
	};

	for (size_t i = 0; i < sizeof(KNOWN) / sizeof(*KNOWN); i++) {
		if (f->len < KNOWN[i].len || memcmp(f->bytes, KNOWN[i].magic, KNOWN[i].len) != 0)
			continue;
		for (const char *const *e = KNOWN[i].endings; *e != NULL; e++)
			if (ends_with(f->filename, *e))
				return KNOWN[i].len > 0 || text_is_utf8(f->bytes, f->len)
					       ? KNOWN[i].media
					       : NULL;
	}
	return NULL;
}

/* Who may change a record may add to it; not to one that is fixed or gone. */
static enum err
may_attach(struct visit *v, const struct record *r)
{
	struct record *again;

	if (record_load(v->cx, v->type, r->id, RIGHT_EDIT, &again) != OK) {
		if (v->cx->error.code != ERR_NOTFOUND)
			return v->cx->error.code;
		ctx_forgive(v->cx);
		return fail(v->cx, ERR_DENIED, "err.denied_edit", msg(v->cx, v->type->label_key));
	}
	if (r->deleted)
		return fail(v->cx, ERR_CONFLICT, "err.deleted");
	if (v->type->nstates > 0 && v->type->states[r->state].fixed)
		return fail(v->cx, ERR_CONFLICT, "err.fixed_state",
			    msg(v->cx, v->type->states[r->state].label_key));
	return OK;
}

enum err
attachment_post(struct visit *v)
{
	const struct http_file *f = http_file(v->x, "fail");
	const char *media;
	struct record *r;
	int64_t id;
	SCOPED_BUF b;
	struct json_out j;

	buf_init(&b, MAX_FORM_BODY);
	TRY(record_load_number(v->cx, v->type, v->number, RIGHT_SEE, &r));
	TRY(may_attach(v, r));
	if (f == NULL || f->len == 0)
		return fail_field(v->cx, ERR_INVALID, "fail", "err.file_none");
	media = media_of(f);
	if (media == NULL)
		return fail_field(v->cx, ERR_INVALID, "fail", "err.file_kind", f->filename);
	TRY(attachment_add(v->cx, r->id, f->filename, media, f->bytes, f->len, &id));
	json_out_init(&j, &b);
	json_map(&j);
	json_pair_text(&j, "note", f->filename);
	json_pair_int(&j, "file", id);
	json_map_end(&j);
	TRY(json_done(v->cx, &j));
	TRY(record_entry(v->cx, r, "file", "", b.bytes));
	return visit_go(v, visit_url_of(v->cx, r, ""));
}

/* ---- who looked ---- */

/* Slow lane: what is packed is unpacked first. */
static enum err
unpack_all(struct ctx *cx, void *arg)
{
	(void)arg;
	return access_unpack(cx, 5000, &(int64_t){ 0 });
}

static void
lookers_table(struct visit *v, const struct access_entry *list, size_t n)
{
	struct part_column cols[] = {
		{ .label = msg(v->cx, "lookers.at") },
		{ .label = msg(v->cx, "lookers.who") },
		{ .label = msg(v->cx, "lookers.position") },
		{ .label = msg(v->cx, "lookers.kind") },
		{ .label = msg(v->cx, "lookers.purpose") },
	};
	struct part_table pt = { .caption = msg(v->cx, "lookers.title"),
				 .columns = cols,
				 .n_columns = 5 };

	part_table_begin(&v->page, &pt);
	for (size_t i = 0; i < n; i++) {
		const struct duty *d = map_get(&v->cx->world->types->duty_by_name, list[i].purpose);

		part_row_begin(&v->page, &pt, NULL, 0, NULL);
		part_cell_moment(&v->page, &pt, list[i].at);
		part_cell_text(&v->page, &pt, list[i].actor);
		part_cell_text(&v->page, &pt, list[i].position);
		part_cell_text(&v->page, &pt,
			       msg(v->cx, arena_printf(v->cx->arena, "looked.%s", list[i].kind)));
		part_cell_text(&v->page, &pt,
			       d == NULL ? list[i].purpose : msg(v->cx, d->label_key));
		part_row_end(&v->page, &pt);
	}
	part_table_end(&v->page, &pt);
}

/* The log of looks tells what else is known of a person, so it is for the person and for those of
 * the house; not for a provider or municipality that sees some of it. */
bool
trail_may_see(const struct visit *v, const struct record *r)
{
	return r->type->is_person && (v->cx->who.org == 0 || v->cx->who.person == r->id);
}

enum err
record_lookers(struct visit *v)
{
	struct access_entry *list;
	struct record *r;
	size_t n;

	TRY(record_load_number(v->cx, v->type, v->number, RIGHT_SEE, &r));
	if (!trail_may_see(v, r))
		return fail(v->cx, ERR_NOTFOUND, "err.no_page");
	TRY(db_run(v->cx, v->site->db, "unpack access", unpack_all, NULL));
	TRY(access_of(v->cx, r->about, LOOKERS, &list, &n));
	access_saw(v->cx, "record", r->about);
	visit_page_begin(v, msg(v->cx, "lookers.title"));
	part_text(&v->page, r->title);
	if (n == 0)
		part_empty(&v->page, msg(v->cx, "lookers.none"), "", NULL, NULL);
	else
		lookers_table(v, list, n);
	return visit_page_end(v);
}
