/* Containers from outside, over libzip. See zipguard.h. */
#include "format/zipguard.h"

#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"

#define PIECE 65536u
#define MAX_NAME_BYTES 512u

struct zipguard {
	const char *file;
	zip_t *zip;
	struct zipguard_entry *entries;
	size_t n;
	uint64_t unpacked; /* bytes unpacked so far, by all reads */
	char piece[PIECE];
};

void
zipguard_free(struct zipguard *z)
{
	if (z == NULL)
		return;
	if (z->zip != NULL)
		zip_discard(z->zip);
	free(z);
}

#define zip_fail(cx, z, e, ...) fail_at((cx), (e), (z)->file, 0, 0, __VA_ARGS__)

static enum err
open_bytes(struct ctx *cx, struct zipguard *z, const void *bytes, size_t len)
{
	zip_error_t why;
	zip_source_t *source;

	zip_error_init(&why);
	source = zip_source_buffer_create(bytes, len, 0, &why);
	if (source == NULL) {
		zip_error_fini(&why);
		return fail(cx, ERR_BUSY, "err.memory");
	}
	z->zip = zip_open_from_source(source, ZIP_RDONLY, &why);
	zip_error_fini(&why);
	if (z->zip == NULL) {
		zip_source_free(source);
		return zip_fail(cx, z, ERR_INVALID, "err.zip_broken");
	}
	return OK;
}

/* A name that stays inside: relative, with plain slashes, no "..", no control characters. */
static bool
name_is_safe(const char *s)
{
	size_t len = strlen(s);

	if (len == 0 || len > MAX_NAME_BYTES || !text_is_utf8(s, len) || text_has_control(s))
		return false;
	if (*s == '/' || strpbrk(s, "\\:\t\r\n") != NULL)
		return false;
	for (const char *part = s; *part != '\0';) {
		size_t n = strcspn(part, "/");

		if ((n == 2 && memcmp(part, "..", 2) == 0) || (n == 1 && *part == '.') || n == 0)
			return false;
		part += n;
		part += *part == '/';
	}
	return true;
}

/* Names that a file system may take for one another: ASCII letter case aside. */
static const char *
folded(struct ctx *cx, const char *name)
{
	char *out = arena_strdup(cx->arena, name);

	for (char *p = out; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	return out;
}

static enum err
check_entry(struct ctx *cx, struct zipguard *z, zip_uint64_t i, struct map *seen)
{
	zip_stat_t st;
	const char *name;

	zip_stat_init(&st);
	if (zip_stat_index(z->zip, i, ZIP_FL_ENC_RAW, &st) != 0 || st.name == NULL ||
	    (st.valid & (ZIP_STAT_SIZE | ZIP_STAT_COMP_METHOD)) !=
		    (ZIP_STAT_SIZE | ZIP_STAT_COMP_METHOD))
		return zip_fail(cx, z, ERR_INVALID, "err.zip_broken");
	if (!name_is_safe(st.name))
		return zip_fail(cx, z, ERR_INVALID, "err.zip_name",
				text_from_int(cx->arena, (int64_t)i + 1));
	name = arena_strdup(cx->arena, st.name);
	if (map_put(seen, folded(cx, name), name) != NULL)
		return zip_fail(cx, z, ERR_INVALID, "err.zip_twice", name);
	if ((st.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && st.encryption_method != ZIP_EM_NONE)
		return zip_fail(cx, z, ERR_INVALID, "err.zip_encrypted", name);
	if (st.comp_method != ZIP_CM_STORE && st.comp_method != ZIP_CM_DEFLATE)
		return zip_fail(cx, z, ERR_INVALID, "err.zip_method", name);
	z->entries[i] = (struct zipguard_entry){ .name = name,
						 .size = st.size,
						 .packed = st.comp_size,
						 .stored = st.comp_method == ZIP_CM_STORE };
	return OK;
}

static enum err
check_entries(struct ctx *cx, struct zipguard *z)
{
	zip_int64_t n = zip_get_num_entries(z->zip, 0);
	uint64_t sum = 0;
	struct map seen;

	if (n <= 0)
		return zip_fail(cx, z, ERR_INVALID, "err.zip_empty");
	if (n > MAX_ZIP_ENTRIES)
		return zip_fail(cx, z, ERR_LIMIT, "err.zip_entries",
				text_from_int(cx->arena, MAX_ZIP_ENTRIES));
	z->n = (size_t)n;
	z->entries = ARENA_ARRAY(cx->arena, z->n, struct zipguard_entry);
	map_init(&seen, cx->arena);
	for (size_t i = 0; i < z->n; i++) {
		TRY(check_entry(cx, z, i, &seen));
		if (z->entries[i].size > MAX_ZIP_UNPACKED ||
		    (sum += z->entries[i].size) > MAX_ZIP_UNPACKED)
			return zip_fail(cx, z, ERR_LIMIT, "err.zip_large", z->entries[i].name,
					text_from_int(cx->arena, MAX_ZIP_UNPACKED / 1024 / 1024));
	}
	return OK;
}

enum err
zipguard_open(struct ctx *cx, const char *file, const void *bytes, size_t len,
	      struct zipguard **ret)
{
	SCOPED(zipguard) struct zipguard *z = NULL;

	if (len > MAX_UPLOAD)
		return fail_at(cx, ERR_LIMIT, file, 0, 0, "err.zip_upload",
			       text_from_int(cx->arena, MAX_UPLOAD / (1024 * 1024)));
	if (len == 0)
		return fail_at(cx, ERR_INVALID, file, 0, 0, "err.zip_empty");
	z = mem_new(sizeof(*z));
	z->file = arena_strdup(cx->arena, file);
	TRY(open_bytes(cx, z, bytes, len));
	TRY(check_entries(cx, z));
	*ret = z;
	z = NULL;
	return OK;
}

const struct zipguard_entry *
zipguard_entries(const struct zipguard *z, size_t *ret_n)
{
	*ret_n = z->n;
	return z->entries;
}

int
zipguard_find(const struct zipguard *z, const char *name)
{
	for (size_t i = 0; i < z->n; i++)
		if (strcmp(z->entries[i].name, name) == 0)
			return (int)i;
	return -1;
}

/* Unpack piece by piece, counting; libzip checks the length and the checksum at the end. */
static enum err
unpack(struct ctx *cx, struct zipguard *z, zip_file_t *f, int entry, size_t max,
       zipguard_piece *piece, void *arg)
{
	const struct zipguard_entry *e = &z->entries[entry];
	uint64_t done = 0;
	zip_int64_t got;

	while ((got = zip_fread(f, z->piece, PIECE)) > 0) {
		done += (uint64_t)got;
		z->unpacked += (uint64_t)got;
		if (done > max || z->unpacked > MAX_ZIP_UNPACKED)
			return zip_fail(
				cx, z, ERR_LIMIT, "err.zip_large", e->name,
				text_from_int(cx->arena,
					      (int64_t)(done > max ? max : MAX_ZIP_UNPACKED) /
						      1024 / 1024));
		TRY(piece(cx, arg, z->piece, (size_t)got));
	}
	if (got < 0 || done != e->size)
		return zip_fail(cx, z, ERR_INVALID, "err.zip_part", e->name);
	return OK;
}

enum err
zipguard_stream(struct ctx *cx, struct zipguard *z, int entry, size_t max, zipguard_piece *piece,
		void *arg)
{
	zip_file_t *f;
	enum err e;

	if (entry < 0 || (size_t)entry >= z->n)
		BUG("no such entry");
	f = zip_fopen_index(z->zip, (zip_uint64_t)entry, 0);
	if (f == NULL)
		return zip_fail(cx, z, ERR_INVALID, "err.zip_part", z->entries[entry].name);
	e = unpack(cx, z, f, entry, max, piece, arg);
	if (zip_fclose(f) != 0 && e == OK)
		e = zip_fail(cx, z, ERR_INVALID, "err.zip_part", z->entries[entry].name);
	return e;
}

static enum err
keep_piece(struct ctx *cx, void *arg, const void *bytes, size_t len)
{
	(void)cx;
	buf_add(arg, bytes, len);
	return OK;
}

enum err
zipguard_read(struct ctx *cx, struct zipguard *z, int entry, size_t max, const char **ret_bytes,
	      size_t *ret_len)
{
	SCOPED_BUF b;

	buf_init(&b, max);
	TRY(zipguard_stream(cx, z, entry, max, keep_piece, &b));
	*ret_bytes = arena_strndup(cx->arena, b.bytes, b.len);
	*ret_len = b.len;
	return OK;
}

static enum err
drop_piece(struct ctx *cx, void *arg, const void *bytes, size_t len)
{
	(void)cx, (void)arg, (void)bytes, (void)len;
	return OK;
}

enum err
zipguard_verify(struct ctx *cx, struct zipguard *z)
{
	z->unpacked = 0;
	for (size_t i = 0; i < z->n; i++)
		TRY(zipguard_stream(cx, z, (int)i, MAX_ZIP_UNPACKED, drop_piece, NULL));
	z->unpacked = 0;
	return OK;
}
