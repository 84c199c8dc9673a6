/* Forms, without a server. */
#include "http/http_int.h"

#include <stdio.h>
#include <string.h>

#include "base/test.h"

static const struct form_limits LIMITS = { 10, 1000, 100 };

/* The form as "name=value|name=value". */
static const char *
flat(struct test *t, struct http_pairs p)
{
	SCOPED_BUF b;

	buf_init(&b, 10000);
	for (size_t i = 0; i < p.n; i++)
		buf_printf(&b, "%s%s=%s", i > 0 ? "|" : "", p.at[i].name, p.at[i].value);
	return arena_strndup(t->arena, b.bytes, b.len);
}

TEST(http_form_reads_urlencoded)
{
	static const struct {
		const char *body, *want;
	} good[] = {
		{ "", "" },
		{ "a=1", "a=1" },
		{ "a=1&b=2&a=3", "a=1|b=2|a=3" },
		{ "a", "a=" },
		{ "a=", "a=" },
		{ "a=b=c", "a=b=c" },
		{ "&a=1&&b=2&", "a=1|b=2" },
		{ "a+b=c+d%2B", "a b=c d+" },
		{ "n=%C3%B5%C3%A4", "n=õä" },
		{ "n=õ", "n=õ" },
		{ "n=%e2%82%ac", "n=€" },
		{ "n=%25%32%35", "n=%25" }, /* decoded once, not twice */
		{ "t=a%0D%0Ab%09c", "t=a\r\nb\tc" },
		{ "n=%F0%9F%98%80", "n=😀" },
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct http_pairs p = { 0 };

		EXPECT_OK(form_urlencoded(test_ctx(t), good[i].body, strlen(good[i].body), LIMITS,
					  &p));
		EXPECT_TEXT(good[i].want, flat(t, p));
	}
}

TEST(http_form_refuses_bad_urlencoded_and_names_the_field)
{
	static const struct {
		const char *body;
		enum err e;
		const char *key, *field;
	} bad[] = {
		{ "a=%", ERR_INVALID, "err.form.escape", "a" },
		{ "a=%4", ERR_INVALID, "err.form.escape", "a" },
		{ "a=%4g", ERR_INVALID, "err.form.escape", "a" },
		{ "a=1&b=%zz", ERR_INVALID, "err.form.escape", "b" },
		{ "a=%00", ERR_INVALID, "err.form.escape", "a" },
		{ "a=%C3", ERR_INVALID, "err.form.utf8", "a" },
		{ "a=%C0%80", ERR_INVALID, "err.form.utf8", "a" },
		{ "a=%ED%A0%80", ERR_INVALID, "err.form.utf8", "a" },
		{ "a=%FF", ERR_INVALID, "err.form.utf8", "a" },
		{ "a=%01", ERR_INVALID, "err.form.control", "a" },
		{ "a=%1B%5B", ERR_INVALID, "err.form.control", "a" },
		{ "=1", ERR_INVALID, "err.form.name", NULL },
		{ "%=1", ERR_INVALID, "err.form.name", NULL },
		{ "a%0Ab=1", ERR_INVALID, "err.form.name", NULL },
		{ "a%C2%8A=1", ERR_INVALID, "err.form.name", NULL },
		{ "a=%C2%8A", ERR_INVALID, "err.form.control", "a" },
		{ "%FF=1", ERR_INVALID, "err.form.name", NULL },
		{ "a&a&a&a&a&a&a&a&a&a&a", ERR_LIMIT, "err.form.many", NULL },
	};
	struct ctx *cx = test_ctx(t);

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct http_pairs p = { .n = 77 };

		EXPECT_INT(bad[i].e,
			   form_urlencoded(cx, bad[i].body, strlen(bad[i].body), LIMITS, &p));
		EXPECT_TEXT(bad[i].key, cx->error.key);
		if (bad[i].field == NULL)
			assert_null(cx->error.field);
		else
			EXPECT_TEXT(bad[i].field, cx->error.field);
		EXPECT_INT(77, p.n);
		ctx_forgive(cx);
	}
}

TEST(http_form_refuses_too_much_text)
{
	char *body = arena_alloc(t->arena, 2000);
	struct http_pairs p;

	memset(body, 'a', 1001);
	EXPECT_ERR(ERR_LIMIT, form_urlencoded(test_ctx(t), body, 1001, LIMITS, &p));
	memset(body + 100, '=', 1);
	EXPECT_OK(form_urlencoded(test_ctx(t), body, 1000, LIMITS, &p));
	/* A raw NUL is no shorter way out. */
	body[500] = '\0';
	EXPECT_ERR(ERR_INVALID, form_urlencoded(test_ctx(t), body, 1000, LIMITS, &p));
}

#define TYPE "multipart/form-data; boundary=X"
#define FIELD(n) "--X\r\nContent-Disposition: form-data; name=\"" n "\"\r\n\r\n"
#define FILE_(n, f)                                                                     \
	"--X\r\nContent-Disposition: form-data; name=\"" n "\"; filename=\"" f "\"\r\n" \
	"Content-Type: application/pdf\r\n\r\n"

static enum err
multipart(struct test *t, const char *type, const char *body, size_t len, const char **ret_pairs,
	  const char **ret_files)
{
	struct http_pairs p;
	const struct http_file *files;
	size_t n;
	SCOPED_BUF b;

	buf_init(&b, 10000);
	TRY(form_multipart(test_ctx(t), type, body, len, LIMITS, &p, &files, &n));
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s:%s:%s:%.*s;", files[i].field, files[i].filename, files[i].type,
			   (int)files[i].len, (const char *)files[i].bytes);
	*ret_pairs = flat(t, p);
	*ret_files = arena_strndup(t->arena, b.bytes, b.len);
	return OK;
}

TEST(http_form_reads_multipart)
{
	static const struct {
		const char *type, *body, *pairs, *files;
	} good[] = {
		{ TYPE, FIELD("a") "1\r\n" FIELD("b") "\r\n--X--\r\n", "a=1|b=", "" },
		{ TYPE, "--X--", "", "" },
		{ TYPE, FIELD("a") "1\r\n--X--", "a=1", "" },
		{ TYPE, FIELD("a") "\r\n--Y\r\n-\r\n--X--\r\n", "a=\r\n--Y\r\n-", "" },
		{ TYPE, FIELD("a") "õ\r\nä\r\n--X--\r\n", "a=õ\r\nä", "" },
		{ TYPE, FIELD("a%22b") "1\r\n--X--\r\n", "a\"b=1", "" },
		{ TYPE, FILE_("f", "x.pdf") "PDF\r\n--X--\r\n", "",
		  "f:x.pdf:application/pdf:PDF;" },
		{ TYPE, FILE_("f", "C:\\dir\\x.pdf") "P\r\n--X--\r\n", "",
		  "f:x.pdf:application/pdf:P;" },
		{ TYPE, FILE_("f", "../../etc/passwd") "P\r\n--X--\r\n", "",
		  "f:passwd:application/pdf:P;" },
		{ TYPE, FILE_("f", "a\\\"b%22.pdf") "\r\n--X--\r\n", "",
		  "f:a\"b\".pdf:application/pdf:;" },
		{ TYPE, FILE_("f", "") "\r\n--X--\r\n", "", "" }, /* none was chosen */
		{ TYPE, FILE_("f", "õ.pdf") "\r\n\r\n\r\n--X--\r\n", "",
		  "f:õ.pdf:application/pdf:\r\n\r\n;" },
		{ TYPE, FIELD("a") "1\r\n" FILE_("f", "x") "2\r\n" FIELD("c") "3\r\n--X--\r\n",
		  "a=1|c=3", "f:x:application/pdf:2;" },
		{ "multipart/form-data; boundary=\"a b\"",
		  "--a b\r\ncontent-disposition: FORM-DATA; NAME=\"a\"\r\n\r\n1\r\n--a b--\r\n",
		  "a=1", "" },
		{ "multipart/form-data;charset=utf-8;boundary=X", FIELD("a") "1\r\n--X--\r\n",
		  "a=1", "" },
	};
	const char *pairs, *files;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		EXPECT_OK(multipart(t, good[i].type, good[i].body, strlen(good[i].body), &pairs,
				    &files));
		EXPECT_TEXT(good[i].pairs, pairs);
		EXPECT_TEXT(good[i].files, files);
	}
}

TEST(http_form_refuses_bad_multipart)
{
	static const struct {
		const char *type, *body, *key;
	} bad[] = {
		{ "multipart/form-data", FIELD("a") "1\r\n--X--\r\n", "err.form.multipart" },
		{ "multipart/form-data; boundary=", "----", "err.form.multipart" },
		{ "multipart/form-data; boundary=\"X", "--X--", "err.form.multipart" },
		{ "multipart/form-data; boundary=X*", "--X*--", "err.form.multipart" },
		{ "multipart/form-data; xboundary=X", "--X--", "err.form.multipart" },
		{ TYPE, "", "err.form.multipart" },
		{ TYPE, "a=1", "err.form.multipart" },
		{ TYPE, "preamble\r\n--X--\r\n", "err.form.multipart" },
		{ TYPE, "--X--\r\nepilogue", "err.form.multipart" },
		{ TYPE, "--X\r\n", "err.form.multipart" },
		{ TYPE, "--Xa\r\n", "err.form.multipart" },
		{ TYPE, FIELD("a") "1", "err.form.multipart" },
		{ TYPE, FIELD("a") "1\r\n--X", "err.form.multipart" },
		{ TYPE, FIELD("a") "1\r\n--X-", "err.form.multipart" },
		{ TYPE, FIELD("a") "1\n--X--", "err.form.multipart" },
		{ TYPE, "--X\r\n\r\n1\r\n--X--", "err.form.multipart" },
		{ TYPE, "--X\nContent-Disposition: form-data; name=\"a\"\n\n1\r\n--X--",
		  "err.form.multipart" },
		{ TYPE, "--X\r\nContent-Disposition: form-data\r\n\r\n1\r\n--X--",
		  "err.form.multipart" },
		{ TYPE, "--X\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\n1\r\n--X--",
		  "err.form.multipart" },
		{ TYPE, "--X\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--X--",
		  "err.form.multipart" },
		{ TYPE, "--X\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n--X--",
		  "err.form.multipart" },
		{ TYPE,
		  "--X\r\nContent-Disposition: form-data; name=\"a\"; name=\"b\"\r\n\r\n1\r\n--X--",
		  "err.form.multipart" },
		{ TYPE,
		  "--X\r\nContent-Disposition: form-data; name=\"a\"; filename*=UTF-8''b\r\n\r\n1"
		  "\r\n--X--",
		  "err.form.multipart" },
		{ TYPE,
		  "--X\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Transfer-Encoding: "
		  "base64\r\n\r\nMQ==\r\n--X--",
		  "err.form.multipart" },
		{ TYPE, FIELD("") "1\r\n--X--\r\n", "err.form.name" },
		{ TYPE, FIELD("a%0Ab") "1\r\n--X--\r\n", "err.form.name" },
		{ TYPE, FILE_("", "f") "1\r\n--X--\r\n", "err.form.name" },
		{ TYPE, FIELD("a") "\xC3\r\n--X--\r\n", "err.form.utf8" },
		{ TYPE, FIELD("a") "\x01\r\n--X--\r\n", "err.form.control" },
		{ TYPE, FILE_("f", "a%0D%0Ab") "1\r\n--X--\r\n", "err.form.filename" },
		{ TYPE, FILE_("f", "\xFF") "1\r\n--X--\r\n", "err.form.filename" },
	};
	struct ctx *cx = test_ctx(t);
	const char *pairs, *files;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		EXPECT_INT(ERR_INVALID, multipart(t, bad[i].type, bad[i].body, strlen(bad[i].body),
						  &pairs, &files));
		EXPECT_TEXT(bad[i].key, cx->error.key);
		ctx_forgive(cx);
	}
}

TEST(http_form_refuses_nul_and_large_parts)
{
	static const char NUL_VALUE[] = FIELD("a") "1\0"
						   "2\r\n--X--\r\n";
	static const char NUL_NAME[] = FIELD("a\0b") "1\r\n--X--\r\n";
	static const char NUL_FILE[] = FILE_("f", "x") "1\0"
						       "2\r\n--X--\r\n";
	struct ctx *cx = test_ctx(t);
	const char *pairs, *files;
	SCOPED_BUF b;

	EXPECT_INT(ERR_INVALID,
		   multipart(t, TYPE, NUL_VALUE, sizeof(NUL_VALUE) - 1, &pairs, &files));
	EXPECT_TEXT("err.form.control", cx->error.key);
	ctx_forgive(cx);
	EXPECT_ERR(ERR_INVALID, multipart(t, TYPE, NUL_NAME, sizeof(NUL_NAME) - 1, &pairs, &files));
	EXPECT_OK(multipart(t, TYPE, NUL_FILE, sizeof(NUL_FILE) - 1, &pairs, &files));
	for (size_t size = 100; size <= 101; size++) {
		buf_init(&b, 10000);
		buf_text(&b, FILE_("f", "x"));
		for (size_t i = 0; i < size; i++)
			buf_char(&b, 'a');
		buf_text(&b, "\r\n--X--\r\n");
		EXPECT_INT(size == 100 ? OK : ERR_LIMIT,
			   multipart(t, TYPE, b.bytes, b.len, &pairs, &files));
		buf_release(&b);
	}
	EXPECT_TEXT("err.form.file_large", cx->error.key);
	EXPECT_TEXT("f", cx->error.field);
	ctx_forgive(cx);
	buf_init(&b, 10000);
	for (int i = 0; i < 11; i++)
		buf_text(&b, FIELD("a") "1\r\n");
	buf_text(&b, "--X--");
	EXPECT_ERR(ERR_LIMIT, multipart(t, TYPE, b.bytes, b.len, &pairs, &files));
}
