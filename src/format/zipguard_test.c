/* Tests of opening containers from outside. */
#include "format/zipguard.h"

#include <string.h>
#include <time.h>
#include <zip.h>

#include "base/buf.h"
#include "base/test.h"
#include "base/text.h"
#include "format/xml.h"

static enum err
open_and_verify(struct ctx *cx, const char *file, const void *bytes, size_t len)
{
	SCOPED(zipguard) struct zipguard *z = NULL;

	TRY(zipguard_open(cx, file, bytes, len, &z));
	return zipguard_verify(cx, z);
}

/* As above, and every XML part must be readable: what an importer of XLSX does. */
static enum err
open_and_parse(struct ctx *cx, const char *file, const void *bytes, size_t len)
{
	SCOPED(zipguard) struct zipguard *z = NULL;
	const struct zipguard_entry *e;
	size_t n;

	TRY(zipguard_open(cx, file, bytes, len, &z));
	e = zipguard_entries(z, &n);
	for (size_t i = 0; i < n; i++) {
		const char *part = "";
		size_t part_len = 0;
		struct xml *root;

		TRY(zipguard_read(cx, z, (int)i, MAX_XML, &part, &part_len));
		if (strstr(e[i].name, ".xml") != NULL || strstr(e[i].name, ".rels") != NULL)
			TRY(xml_parse(cx, e[i].name, part, part_len, &root));
	}
	return OK;
}

TEST(zipguard_takes_hostile_containers_as_it_must)
{
	static const struct {
		const char *file;
		enum err container, parts; /* of the container, and of its XML parts */
		const char *key;
	} CASES[] = {
		{ "xlsx/plain-good.xlsx", OK, OK, NULL },
		{ "xlsx/xxe-shared-strings.xlsx", OK, ERR_INVALID, "err.xml_doctype" },
		{ "xlsx/xxe-sheet-http.xlsx", OK, ERR_INVALID, "err.xml_doctype" },
		{ "xlsx/quadratic-blowup.xlsx", OK, ERR_INVALID, "err.xml_doctype" },
		{ "xlsx/many-entries.xlsx", ERR_LIMIT, ERR_LIMIT, "err.zip_entries" },
		{ "xlsx/duplicate-part.xlsx", ERR_INVALID, ERR_INVALID, "err.zip_twice" },
		{ "xlsx/cell-ref-huge.xlsx", OK, OK, NULL },
		{ "xlsx/cell-ref-beyond.xlsx", OK, OK, NULL },
		{ "xlsx/formula-injection.xlsx", OK, OK, NULL },
		{ "xlsx/rel-path-traversal.xlsx", OK, OK, NULL },
		{ "xlsx/utf16-part.xlsx", OK, OK, NULL },
		{ "xlsx/invalid-utf8.xlsx", OK, ERR_INVALID, "err.xml_bytes" },
		{ "xlsx/deep-nesting.xlsx", OK, ERR_LIMIT, "err.xml_depth" },
		{ "xlsx/truncated.xlsx", ERR_INVALID, ERR_INVALID, "err.zip_broken" },
		{ "xlsx/empty.xlsx", ERR_INVALID, ERR_INVALID, "err.zip_empty" },
		{ "xlsx/comment-65535.xlsx", OK, OK, NULL },
		{ "xlsx/size-lies.xlsx", ERR_LIMIT, ERR_LIMIT, "err.zip_large" },
		{ "xlsx/crc-wrong.xlsx", ERR_INVALID, ERR_INVALID, "err.zip_part" },
		/* 99 announces AES, and the field that must come with it is not there */
		{ "xlsx/unknown-method.xlsx", ERR_INVALID, ERR_INVALID, "err.zip_broken" },
		{ "asice/unsigned.asice", OK, OK, NULL },
		{ "asice/bomb-datafile.asice", ERR_LIMIT, ERR_LIMIT, "err.zip_large" },
	};
	struct ctx *cx = test_ctx(t);

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		const char *path =
			test_data(t, arena_printf(t->arena, "hostile/%s", CASES[i].file));
		const char *bytes;
		clock_t start = clock();
		size_t len;
		enum err e;

		if (path == NULL)
			SKIP();
		bytes = test_read(t, path, &len);
		ctx_forgive(cx);
		EXPECT_INT(CASES[i].container, open_and_verify(cx, path, bytes, len));
		ctx_forgive(cx);
		e = open_and_parse(cx, path, bytes, len);
		if (e != CASES[i].parts)
			print_error("%s: %s\n", CASES[i].file, cx->error.key);
		EXPECT_INT(CASES[i].parts, e);
		if (e != OK) {
			EXPECT_TEXT(CASES[i].key, cx->error.key);
			EXPECT(cx->error.file != NULL);
		}
		EXPECT(clock() - start < 2 * CLOCKS_PER_SEC);
	}
	EXPECT(arena_size(cx->arena) < 100u * 1024 * 1024);
}

TEST(zipguard_reads_entries)
{
	struct ctx *cx = test_ctx(t);
	const char *path = test_data(t, "hostile/asice/unsigned.asice"), *bytes, *part = NULL;
	SCOPED(zipguard) struct zipguard *z = NULL;
	const struct zipguard_entry *e;
	size_t len, n = 0, part_len = 0;

	if (path == NULL)
		SKIP();
	bytes = test_read(t, path, &len);
	EXPECT_OK(zipguard_open(cx, path, bytes, len, &z));
	e = zipguard_entries(z, &n);
	EXPECT_INT(3, n);
	EXPECT_TEXT("mimetype", e[0].name);
	EXPECT(e[0].stored && !e[1].stored);
	EXPECT_OK(zipguard_read(cx, z, 0, 100, &part, &part_len));
	EXPECT_TEXT("application/vnd.etsi.asic-e+zip", part);
	EXPECT_INT(31, part_len);
	EXPECT_ERR(ERR_LIMIT, zipguard_read(cx, z, 0, 30, &part, &part_len));
	EXPECT_INT(2, zipguard_find(z, "kiri.txt"));
	EXPECT_INT(-1, zipguard_find(z, "KIRI.TXT"));
}

enum odd { PLAIN, ENCRYPTED, BZIP2 };

/* A container of one small file of the given name into `out`. */
static void
pack(struct buf *out, const char *name, enum odd odd)
{
	zip_error_t why;
	zip_source_t *archive, *content;
	zip_t *zip;
	zip_int64_t i;
	char piece[4096];
	zip_int64_t got;

	zip_error_init(&why);
	archive = zip_source_buffer_create(NULL, 0, 0, &why);
	EXPECT(archive != NULL);
	zip_source_keep(archive);
	zip = zip_open_from_source(archive, ZIP_TRUNCATE, &why);
	EXPECT(zip != NULL);
	content = zip_source_buffer(zip, "tere", 4, 0);
	i = zip_file_add(zip, name, content, ZIP_FL_ENC_RAW);
	EXPECT_INT(0, i);
	if (odd == BZIP2)
		EXPECT_INT(0, zip_set_file_compression(zip, 0, ZIP_CM_BZIP2, 0));
	if (odd == ENCRYPTED)
		EXPECT_INT(0, zip_file_set_encryption(zip, 0, ZIP_EM_AES_256, "parool"));
	EXPECT_INT(0, zip_close(zip));
	EXPECT_INT(0, zip_source_open(archive));
	while ((got = zip_source_read(archive, piece, sizeof(piece))) > 0)
		buf_add(out, piece, (size_t)got);
	zip_source_close(archive);
	zip_source_free(archive);
	zip_error_fini(&why);
}

TEST(zipguard_refuses_unsafe_names_and_encryption)
{
	static const struct {
		const char *name;
		enum odd odd;
		enum err err;
		const char *key;
	} CASES[] = {
		{ "a/b.txt", PLAIN, OK, NULL },
		{ "\xC3\xB5.txt", PLAIN, OK, NULL },
		{ "a..b/c..", PLAIN, OK, NULL },
		{ "../x", PLAIN, ERR_INVALID, "err.zip_name" },
		{ "a/../../x", PLAIN, ERR_INVALID, "err.zip_name" },
		{ "/etc/passwd", PLAIN, ERR_INVALID, "err.zip_name" },
		{ "a\\..\\x", PLAIN, ERR_INVALID, "err.zip_name" },
		{ "C:x", PLAIN, ERR_INVALID, "err.zip_name" },
		{ "a//b", PLAIN, ERR_INVALID, "err.zip_name" },
		{ "./a", PLAIN, ERR_INVALID, "err.zip_name" },
		{ "a\nb", PLAIN, ERR_INVALID, "err.zip_name" },
		{ "\xE4", PLAIN, ERR_INVALID, "err.zip_name" },
		{ "salajane.txt", ENCRYPTED, ERR_INVALID, "err.zip_encrypted" },
		{ "a.txt", BZIP2, ERR_INVALID, "err.zip_method" },
	};
	struct ctx *cx = test_ctx(t);

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		SCOPED_BUF b;

		buf_init(&b, 100000);
		pack(&b, CASES[i].name, CASES[i].odd);
		ctx_forgive(cx);
		EXPECT_INT(CASES[i].err, open_and_verify(cx, "x.zip", b.bytes, b.len));
		if (CASES[i].key != NULL)
			EXPECT_TEXT(CASES[i].key, cx->error.key);
	}
}

/* Every single byte of a good container spoilt in turn: an answer, never a crash. */
TEST(zipguard_survives_spoilt_bytes)
{
	struct ctx *cx = test_ctx(t);
	const char *path = test_data(t, "hostile/asice/unsigned.asice");
	char *bytes;
	size_t len;

	if (path == NULL)
		SKIP();
	bytes = test_read(t, path, &len);
	for (size_t i = 0; i < len; i++) {
		bytes[i] = (char)(bytes[i] ^ 0x55);
		(void)open_and_verify(cx, "x.zip", bytes, len);
		(void)open_and_verify(cx, "x.zip", bytes, i);
		bytes[i] = (char)(bytes[i] ^ 0x55);
		ctx_forgive(cx);
	}
	EXPECT_OK(open_and_verify(cx, "x.zip", bytes, len));
}
