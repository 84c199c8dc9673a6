/*
 * The answer: what handlers may add, and the one place where it becomes headers and bytes.
 * Every answer, errors and files too, leaves with the same protective headers.
 */
#include "http/http_int.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <time.h>

#define MAX_FILENAME 255u /* as much as a form may bring */
#define MAX_HEADER_VALUE 4096u
#define LEAST_PACKED 1024u /* bytes below which packing gains nothing */
#define PACK_LEVEL 1	   /* of 9; level 1 makes an eighth of a list's HTML in half of 6's time */

static const char CSP[] = "default-src 'self'; object-src 'none'; base-uri 'none'; "
			  "frame-ancestors 'none'; form-action 'self'; img-src 'self' data:";
static const char CSP_FILE[] = "sandbox; default-src 'none'";
static const char METHODS[] = "GET, HEAD, POST, PUT, PATCH, DELETE";
static const char HSTS[] = "max-age=31536000; includeSubDomains";

/* Source: OWASP ASVS 5.0, 3.4. */
static const struct http_pair HOUSE[] = {
	{ "X-Content-Type-Options", "nosniff" },
	{ "Referrer-Policy", "same-origin" },
	{ "Cross-Origin-Opener-Policy", "same-origin" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
	{ "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()" },
};
#define HOUSE_COUNT (sizeof(HOUSE) / sizeof(HOUSE[0]))

static bool
is_printable(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s < 0x20 || *s == 0x7F)
			return false; /* bytes past ASCII are negative and refused too */
	return true;
}

static bool
is_of(const char *s, const char *more)
{
	if (*s == '\0')
		return false;
	for (; *s != '\0'; s++) {
		bool plain = (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') ||
			     (*s >= '0' && *s <= '9');

		if (!plain && strchr(more, *s) == NULL)
			return false;
	}
	return true;
}

/* ---- what handlers call ---- */

void
http_file_out(struct http_exchange *x, int file, size_t len)
{
	x->file = file;
	x->has_file = true;
	x->len = len;
}

void
answer_drop_file(struct http_exchange *x)
{
	if (x->has_file)
		(void)close(x->file);
	x->has_file = false;
}

void
http_reset(struct http_exchange *x)
{
	struct running *r = (struct running *)(void *)x;

	buf_clear(&x->out);
	answer_drop_file(x);
	x->status = 0;
	x->refusal = 0;
	x->content_type = NULL;
	x->bytes = NULL;
	x->len = 0;
	x->cache = NULL;
	x->csp = NULL;
	x->no_gzip = false;
	x->packed = false;
	x->after = NULL;
	x->after_arg = NULL;
	r->header_count = r->route_headers;
}

enum err
http_add_header(struct http_exchange *x, const char *name, const char *value)
{
	struct running *r = (struct running *)(void *)x;

	if (!is_of(name, "-") || !is_printable(value) || strlen(value) > MAX_HEADER_VALUE)
		return fail(&x->cx, ERR_INVALID, "err.http.header", name);
	if (r->header_count == MAX_ANSWER_HEADERS)
		return fail(&x->cx, ERR_LIMIT, "err.http.header", name);
	r->headers[r->header_count++] = (struct http_pair){
		arena_strdup(x->cx.arena, name),
		arena_strdup(x->cx.arena, value),
	};
	return OK;
}

enum err
http_cookie_set(struct http_exchange *x, const char *name, const char *value)
{
	bool tls = ((struct running *)(void *)x)->loop->http->settings.behind_tls;

	if (!is_of(name, "_-") || (value != NULL && !is_of(value, "_-.")))
		return fail(&x->cx, ERR_INVALID, "err.http.header", "Set-Cookie");
	value = arena_printf(x->cx.arena, "%s%s=%s; Path=/; HttpOnly; SameSite=Lax%s%s",
			     tls ? "__Host-" : "", name, value == NULL ? "" : value,
			     tls ? "; Secure" : "", value == NULL ? "; Max-Age=0" : "");
	return http_add_header(x, "Set-Cookie", value);
}

/* Add text with every byte that may not stand in an address, or is named in `also`, as %XX. */
static void
add_escaped(struct buf *b, const char *s, const char *also)
{
	for (; *s != '\0'; s++) {
		if (*s > 0x20 && *s < 0x7F && strchr("\"<>\\^`{|}", *s) == NULL &&
		    strchr(also, *s) == NULL)
			buf_char(b, *s);
		else
			buf_printf(b, "%%%02X", (unsigned)(unsigned char)*s);
	}
}

static enum err
redirect(struct http_exchange *x, const char *to)
{
	SCOPED_BUF b;

	buf_init(&b, MAX_URL);
	add_escaped(&b, to, "");
	TRY(buf_check(&x->cx, &b));
	TRY(http_add_header(x, "Location", b.bytes));
	x->status = MHD_HTTP_SEE_OTHER;
	return OK;
}

enum err
http_redirect(struct http_exchange *x, const char *path)
{
	bool control = false;

	for (const char *p = path; *p != '\0'; p++)
		control = control || (*p >= 0 && *p < 0x20) || *p == 0x7F || *p == '\\';
	if (path[0] != '/' || path[1] == '/' || control)
		return fail(&x->cx, ERR_INVALID, "err.http.redirect");
	return redirect(x, path);
}

enum err
http_redirect_out(struct http_exchange *x, const char *url)
{
	if (!is_printable(url) || strchr(url, '\\') != NULL ||
	    (strncmp(url, "https://", 8) != 0 && strncmp(url, "http://127.0.0.1", 16) != 0 &&
	     strncmp(url, "http://localhost", 16) != 0))
		return fail(&x->cx, ERR_INVALID, "err.http.redirect");
	return redirect(x, url);
}

enum err
http_attachment(struct http_exchange *x, const char *filename, const char *type)
{
	SCOPED_BUF b;

	buf_init(&b, MAX_HEADER_VALUE);
	if (!is_of(type, "/-+.; =") || strchr(type, '/') == NULL || filename[0] == '\0' ||
	    strlen(filename) > MAX_FILENAME)
		return fail(&x->cx, ERR_INVALID, "err.http.filename");
	buf_text(&b, "attachment; filename=\"");
	for (const char *p = filename; *p != '\0'; p++)
		buf_char(&b, *p >= 0x20 && *p < 0x7F && strchr("\"\\/%;", *p) == NULL ? *p : '_');
	buf_text(&b, "\"; filename*=UTF-8''");
	add_escaped(&b, filename, "%'*()/;,=:?&#@$!+[]~");
	TRY(buf_check(&x->cx, &b));
	TRY(http_add_header(x, "Content-Disposition", b.bytes));
	x->content_type = arena_strdup(x->cx.arena, type);
	x->csp = CSP_FILE;
	return OK;
}

/* ---- the way out ---- */

static bool
is_text(const char *type)
{
	return strncmp(type, "text/", 5) == 0 || strstr(type, "json") != NULL ||
	       strstr(type, "xml") != NULL || strstr(type, "javascript") != NULL;
}

/* Compress into r->packed. The stream is kept from answer to answer. False: send it plain. */
static bool
pack(struct running *r, const void *bytes, size_t len)
{
	struct loop *l = r->loop;
	z_stream *z = &l->deflate;
	unsigned char block[16 * 1024];
	int state = Z_OK;

	if (!l->deflate_ready) {
		if (deflateInit2(z, PACK_LEVEL, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
			return false;
		l->deflate_ready = true;
	} else if (deflateReset(z) != Z_OK) {
		return false;
	}
	memcpy(&z->next_in, &bytes, sizeof(bytes)); /* zlib reads only, but does not say const */
	z->avail_in = (uInt)len;
	while (state == Z_OK) {
		z->next_out = block;
		z->avail_out = sizeof(block);
		state = deflate(z, Z_FINISH);
		buf_add(&r->packed, block, sizeof(block) - z->avail_out);
	}
	return state == Z_STREAM_END && !r->packed.too_large;
}

/* An answer being made; one that lacked memory for a header is not sent at all. */
struct made {
	struct MHD_Response *m;
	bool lacks;
};

static void
add(struct made *a, const char *name, const char *value)
{
	if (a->m == NULL || MHD_add_response_header(a->m, name, value) != MHD_YES)
		a->lacks = true;
}

static void
add_type(struct running *r, struct made *m, const char *type)
{
	if (is_text(type) && strchr(type, ';') == NULL)
		type = arena_printf(r->x.cx.arena, "%s; charset=utf-8", type);
	add(m, MHD_HTTP_HEADER_CONTENT_TYPE, type);
}

static void
add_headers(struct running *r, struct made *m)
{
	const struct http_exchange *x = &r->x;
	bool allow = x->status == MHD_HTTP_METHOD_NOT_ALLOWED;

	for (size_t i = 0; i < HOUSE_COUNT; i++)
		add(m, HOUSE[i].name, HOUSE[i].value);
	add(m, "Content-Security-Policy", x->csp == NULL ? CSP : x->csp);
	add(m, MHD_HTTP_HEADER_CACHE_CONTROL, x->cache == NULL ? "no-store" : x->cache);
	if (r->loop->http->settings.behind_tls)
		add(m, MHD_HTTP_HEADER_STRICT_TRANSPORT_SECURITY, HSTS);
	for (size_t i = 0; i < r->header_count; i++) {
		allow = allow && strcmp(r->headers[i].name, "Allow") != 0;
		add(m, r->headers[i].name, r->headers[i].value);
	}
	if (allow)
		add(m, MHD_HTTP_HEADER_ALLOW, METHODS);
	if (x->close || r->loop->quiet)
		add(m, MHD_HTTP_HEADER_CONNECTION, "close");
}

/* The library closes the file with the response. */
static void
file_body(struct running *r, struct made *m)
{
	m->m = MHD_create_response_from_fd(r->x.len, r->x.file);
	if (m->m == NULL)
		return; /* closed with the request */
	r->x.has_file = false;
	r->sent = r->x.len;
}

/* What is sent, compressed if that is wanted and worth it. */
static void
body(struct running *r, const char *type, struct made *m)
{
	struct http_exchange *x = &r->x;
	const void *bytes = x->bytes != NULL ? x->bytes : x->out.bytes;
	size_t len = x->bytes != NULL ? x->len : x->out.len;
	bool fit = is_text(type) && len >= LEAST_PACKED && !x->no_gzip && !x->packed;
	bool packed = x->packed || (fit && x->wants_gzip && pack(r, bytes, len));
	void *plain;

	if (packed && !x->packed) {
		bytes = r->packed.bytes;
		len = r->packed.len;
	}
	memcpy(&plain, &bytes, sizeof(plain)); /* the library reads only, but does not say const */
	m->m = MHD_create_response_from_buffer(len, plain, MHD_RESPMEM_PERSISTENT);
	r->sent = len;
	if (packed)
		add(m, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
	if (fit)
		add(m, MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ACCEPT_ENCODING);
}

enum MHD_Result
answer_queue(struct running *r)
{
	struct http_exchange *x = &r->x;
	const char *type = x->content_type == NULL ? "text/html" : x->content_type;
	struct made m = { NULL, false };
	enum MHD_Result done = MHD_NO; /* ends the connection */

	if (x->status == 0)
		x->status = MHD_HTTP_OK;
	/* With 304 the library says the length but keeps the bytes back, as RFC 9110 wants it. */
	if (x->status == MHD_HTTP_NO_CONTENT) {
		m.m = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	} else {
		if (x->has_file)
			file_body(r, &m);
		else
			body(r, type, &m);
		add_type(r, &m, type);
	}
	add_headers(r, &m);
	r->step = STEP_ANSWERED;
	guard_phase(r->link, PHASE_SENDING, r->sent);
	if (!m.lacks)
		done = MHD_queue_response(r->connection, (unsigned)x->status, m.m);
	if (m.m != NULL)
		MHD_destroy_response(m.m);
	return done;
}

void
answer_bare(struct buf *b, int status, bool behind_tls)
{
	time_t now = time(NULL);
	struct tm tm;
	char date[40];

	(void)gmtime_r(&now, &tm);
	(void)strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	buf_printf(b, "HTTP/1.1 %d %s\r\nDate: %s\r\nConnection: close\r\nContent-Length: 0\r\n",
		   status, MHD_get_reason_phrase_for((unsigned)status), date);
	for (size_t i = 0; i < HOUSE_COUNT; i++)
		buf_printf(b, "%s: %s\r\n", HOUSE[i].name, HOUSE[i].value);
	buf_printf(b, "Content-Security-Policy: %s\r\nCache-Control: no-store\r\n", CSP);
	if (behind_tls)
		buf_printf(b, "Strict-Transport-Security: %s\r\n", HSTS);
	buf_text(b, "\r\n");
}
