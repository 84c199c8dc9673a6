/* The request as the site sees it: line, headers, cookies, address, body. See http.h. */
#include "http/http_int.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "base/trace.h"

#define MAX_TYPE 100 /* characters of a body's type */

/* Bodies read as they are; what is neither these nor a form is refused. text/plain is missing on
 * purpose: it is what a foreign page's form can send without asking (ASVS 3.5.2). */
static const char *const TYPES[] = { "application/json",
				     "application/merge-patch+json",
				     "application/problem+json",
				     "application/xml",
				     "text/xml",
				     "text/csv",
				     "application/octet-stream",
				     "application/openmetrics-text" };

struct gather {
	struct running *r;
	struct http_pair *at;
	size_t n, max;
};

static enum MHD_Result
count_one(void *arg, enum MHD_ValueKind kind, const char *name, const char *value)
{
	(void)arg, (void)kind, (void)name, (void)value;
	return MHD_YES;
}

/* Values stay where the library has them until the request ends; spaces at the end are cut. */
static enum MHD_Result
gather_one(void *arg, enum MHD_ValueKind kind, const char *name, size_t name_len, const char *value,
	   size_t len)
{
	struct gather *g = arg;
	size_t end = len;

	(void)kind, (void)name_len;
	if (g->n == g->max)
		return MHD_NO;
	while (end > 0 && (value[end - 1] == ' ' || value[end - 1] == '\t'))
		end--;
	if (value == NULL)
		value = "";
	else if (end < len)
		value = arena_strndup(g->r->x.cx.arena, value, end);
	g->at[g->n++] = (struct http_pair){ name, value };
	return MHD_YES;
}

static enum err
read_headers(struct running *r)
{
	struct http_exchange *x = &r->x;
	int n = MHD_get_connection_values(r->connection, MHD_HEADER_KIND, count_one, NULL);
	struct gather g = { .r = r, .max = n < 0 ? 0 : (size_t)n };

	if (g.max > MAX_HEADERS)
		return http_refuse(x, MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE, ERR_LIMIT,
				   "err.http.headers");
	g.at = ARENA_ARRAY(x->cx.arena, g.max + 1, struct http_pair);
	(void)MHD_get_connection_values_n(r->connection, MHD_HEADER_KIND, gather_one, &g);
	x->headers = (struct http_pairs){ g.at, g.n };
	return OK;
}

static enum err
read_method(struct running *r, const char *method)
{
	static const char *const KNOWN[] = { "GET", "POST", "PUT", "PATCH", "DELETE" };
	static const char *const OTHERS[] = { "OPTIONS", "TRACE", "CONNECT" };
	struct http_exchange *x = &r->x;

	x->is_head = strcmp(method, "HEAD") == 0;
	if (x->is_head)
		method = "GET";
	for (size_t i = 0; i < sizeof(KNOWN) / sizeof(KNOWN[0]); i++) {
		if (strcmp(method, KNOWN[i]) == 0) {
			x->method = KNOWN[i];
			return OK;
		}
	}
	for (size_t i = 0; i < sizeof(OTHERS) / sizeof(OTHERS[0]); i++)
		if (strcmp(method, OTHERS[i]) == 0)
			return http_refuse(x, MHD_HTTP_METHOD_NOT_ALLOWED, ERR_INVALID,
					   "err.http.method");
	return http_refuse(x, MHD_HTTP_NOT_IMPLEMENTED, ERR_INVALID, "err.http.method");
}

/* Is the decoded path safe to compare with routes: no controls, no "." or ".." segments? */
static bool
is_plain_path(const char *path)
{
	if (path[0] != '/' || text_has_control(path) || strpbrk(path, "\\\t\r\n") != NULL)
		return false;
	for (const char *p = path; *p != '\0'; p++) {
		size_t dots;

		if (*p != '/')
			continue;
		dots = strspn(p + 1, ".");
		if ((dots == 1 || dots == 2) && (p[1 + dots] == '/' || p[1 + dots] == '\0'))
			return false;
		if (p[1] == '/')
			return false;
	}
	return true;
}

/* An encoded slash or backslash would make two readings of one path. */
static bool
hides_slash(const char *raw)
{
	for (const char *p = raw; *p != '\0'; p++)
		if (strncasecmp(p, "%2f", 3) == 0 || strncasecmp(p, "%5c", 3) == 0)
			return true;
	return false;
}

static enum err
bad_path(struct http_exchange *x)
{
	return http_refuse(x, MHD_HTTP_BAD_REQUEST, ERR_INVALID, "err.http.path");
}

/* RFC 9112 section 3.2.2: the address may name the host too; it must then be the same. */
static enum err
skip_origin(struct http_exchange *x, const char **target)
{
	const char *s = *target, *slash;
	size_t len;

	if (strncasecmp(s, "http://", 7) == 0)
		s += 7;
	else if (strncasecmp(s, "https://", 8) == 0)
		s += 8;
	else
		return OK;
	slash = s + strcspn(s, "/?");
	len = (size_t)(slash - s);
	if (*slash != '/' || len != strlen(x->host) || strncasecmp(s, x->host, len) != 0)
		return bad_path(x);
	*target = slash;
	return OK;
}

static enum err
read_target(struct running *r)
{
	struct http_exchange *x = &r->x;
	struct arena *a = x->cx.arena;
	const struct form_limits limits = { MAX_FORM_FIELDS, MAX_URL, 0 };
	const char *target = r->target, *query, *path;
	enum err e;

	if (strlen(target) > MAX_URL)
		return http_refuse(x, MHD_HTTP_URI_TOO_LONG, ERR_LIMIT, "err.http.url",
				   text_from_int(a, MAX_URL));
	TRY(skip_origin(x, &target));
	query = strchr(target, '?');
	x->raw_path = query == NULL ? target : arena_strndup(a, target, (size_t)(query - target));
	path = form_decode(a, x->raw_path, strlen(x->raw_path), false);
	if (path == NULL || hides_slash(x->raw_path) || !text_is_utf8(path, strlen(path)) ||
	    !is_plain_path(path))
		return bad_path(x);
	x->path = path;
	if (query == NULL)
		return OK;
	e = form_urlencoded(&x->cx, query + 1, strlen(query + 1), limits, &x->query);
	if (e == ERR_INVALID)
		x->refusal = MHD_HTTP_BAD_REQUEST;
	return e;
}

/* The last address in X-Forwarded-For that is not one of our proxies; each proxy adds at the end,
 * so what stands before the first stranger is that stranger's own claim. */
static void
read_address(struct running *r)
{
	struct http_exchange *x = &r->x;
	const char *list = http_header(x, "X-Forwarded-For"), *end;
	unsigned char bytes[16];

	x->address = r->link->address;
	x->secure = r->loop->http->settings.behind_tls;
	if (!r->link->trusted || list == NULL)
		return;
	end = list + strlen(list);
	while (end > list) {
		const char *start = end, *word;

		while (start > list && start[-1] != ',')
			start--;
		word = text_trim(x->cx.arena,
				 arena_strndup(x->cx.arena, start, (size_t)(end - start)));
		if (inet_pton(AF_INET, word, bytes) != 1 && inet_pton(AF_INET6, word, bytes) != 1)
			return;
		x->address = word;
		if (!guard_is_proxy(r->loop->http, word) || start == list)
			return;
		end = start - 1;
	}
}

/* "gzip", also within a list, and not with a weight of nought. */
static bool
accepts_gzip(const char *list)
{
	for (const char *p = list; p != NULL && *p != '\0';) {
		size_t len = strcspn(p, ",");
		size_t word = strcspn(p, ",; \t");

		if (word == 4 && strncasecmp(p, "gzip", 4) == 0) {
			const char *q = memchr(p, '=', len);

			return q == NULL || strspn(q + 1, "0.") < strcspn(q + 1, ", \t");
		}
		p += len;
		p += strspn(p, ", \t");
	}
	return false;
}

static enum err
read_type(struct http_exchange *x)
{
	const char *type = http_header(x, "Content-Type");
	size_t len = type == NULL ? 0 : strcspn(type, "; \t");
	char *copy;

	if (len == 0)
		return OK;
	if (len > MAX_TYPE)
		return http_refuse(x, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, ERR_INVALID, "err.http.type",
				   "");
	copy = arena_strndup(x->cx.arena, type, len);
	for (char *p = copy; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p + ('a' - 'A'));
	x->type = copy;
	return OK;
}

enum err
request_read(struct running *r, const char *method)
{
	struct http_exchange *x = &r->x;
	const char *expect;

	TRY(read_headers(r));
	(void)trace_accept(&x->cx, http_header(x, "traceparent"));
	x->host = http_header(x, "Host");
	if (x->host == NULL)
		x->host = "";
	read_address(r);
	x->wants_gzip = accepts_gzip(http_header(x, "Accept-Encoding"));
	TRY(read_method(r, method));
	TRY(read_target(r));
	TRY(read_type(x));
	expect = http_header(x, "Expect");
	if (expect != NULL && strcasecmp(expect, "100-continue") != 0)
		return http_refuse(x, MHD_HTTP_EXPECTATION_FAILED, ERR_INVALID, "err.http.request");
	return OK;
}

static enum err
read_form(struct running *r)
{
	const struct form_limits limits = { MAX_FORM_FIELDS, MAX_FORM_BODY, MAX_UPLOAD };
	struct http_exchange *x = &r->x;

	r->is_form = true;
	if (strcmp(x->type, "application/x-www-form-urlencoded") == 0)
		return form_urlencoded(&x->cx, x->body, x->body_len, limits, &x->form);
	return form_multipart(&x->cx, http_header(x, "Content-Type"), x->body, x->body_len, limits,
			      &x->form, &x->files, &x->file_count);
}

enum err
request_body(struct running *r)
{
	struct http_exchange *x = &r->x;
	enum err e;

	x->body = r->body.bytes;
	x->body_len = r->body.len;
	r->is_form = x->body_len == 0;
	if (x->body_len == 0)
		return OK;
	if (strcmp(x->type, "application/x-www-form-urlencoded") == 0 ||
	    strcmp(x->type, "multipart/form-data") == 0) {
		e = read_form(r);
		if (e == ERR_INVALID)
			x->refusal = MHD_HTTP_BAD_REQUEST;
		return e;
	}
	for (size_t i = 0; i < sizeof(TYPES) / sizeof(TYPES[0]); i++)
		if (strcmp(x->type, TYPES[i]) == 0)
			return OK;
	return http_refuse(x, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, ERR_INVALID, "err.http.type",
			   x->type);
}

/* ---- what handlers call ---- */

static const char *
nth(struct http_pairs pairs, const char *name, size_t n)
{
	for (size_t i = 0; i < pairs.n; i++)
		if (strcmp(pairs.at[i].name, name) == 0 && n-- == 0)
			return pairs.at[i].value;
	return NULL;
}

const char *
http_query(const struct http_exchange *x, const char *name)
{
	return nth(x->query, name, 0);
}

const char *
http_form(const struct http_exchange *x, const char *name)
{
	return nth(x->form, name, 0);
}

const char *
http_form_nth(const struct http_exchange *x, const char *name, size_t n)
{
	return nth(x->form, name, n);
}

const char *
http_header(const struct http_exchange *x, const char *name)
{
	for (size_t i = 0; i < x->headers.n; i++)
		if (strcasecmp(x->headers.at[i].name, name) == 0)
			return x->headers.at[i].value;
	return NULL;
}

const struct http_file *
http_file(const struct http_exchange *x, const char *field)
{
	for (size_t i = 0; i < x->file_count; i++)
		if (strcmp(x->files[i].field, field) == 0)
			return &x->files[i];
	return NULL;
}

/* Look for the cookie in one header line; counts how often it is there. */
static const char *
find_cookie(const struct http_exchange *x, const char *line, const char *name, size_t *times)
{
	size_t len = strlen(name);
	const char *found = NULL;

	for (const char *p = line; *p != '\0';) {
		size_t word = strcspn(p, ";");

		if (word > len && memcmp(p, name, len) == 0 && p[len] == '=') {
			found = arena_strndup(x->cx.arena, p + len + 1, word - len - 1);
			++*times;
		}
		p += word;
		p += strspn(p, "; ");
	}
	return found;
}

const char *
http_cookie(const struct http_exchange *x, const char *name)
{
	const struct running *r = (const struct running *)(const void *)x;
	const char *value = NULL;
	size_t times = 0;

	if (r->loop->http->settings.behind_tls)
		name = arena_printf(x->cx.arena, "__Host-%s", name);
	for (size_t i = 0; i < x->headers.n; i++) {
		const char *found;

		if (strcasecmp(x->headers.at[i].name, "Cookie") != 0)
			continue;
		found = find_cookie(x, x->headers.at[i].value, name, &times);
		value = found == NULL ? value : found;
	}
	return times == 1 ? value : NULL;
}

enum err
http_need_form(struct http_exchange *x)
{
	if (((const struct running *)(const void *)x)->is_form)
		return OK;
	return http_refuse(x, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, ERR_INVALID, "err.http.type",
			   x->type);
}
