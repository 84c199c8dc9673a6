/*
 * Forms, read strictly: broken escapes, bytes that are not UTF-8, control characters, too many or
 * too long parts are refused by name, nothing is repaired.
 *
 * Sources: WHATWG URL Standard, application/x-www-form-urlencoded; RFC 7578 (multipart/form-data)
 * and RFC 2046 section 5.1.1; WHATWG HTML, 4.10.21.8 (how browsers write names of fields).
 */
#include "http/http_int.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

#define MAX_FIELD_NAME 200u /* bytes */
#define MAX_FILENAME 255u
#define MAX_PART_TYPE 100u
#define MAX_BOUNDARY 70u
#define MAX_PART_LINES 8 /* header lines of one part */
#define FIRST_PAIRS 32u

/* Pairs and files as they are found, and what they may still take. */
struct gathered {
	struct ctx *cx;
	struct form_limits left, all;
	struct http_pair *pairs;
	size_t n, size;
	struct http_file *files;
	size_t file_count, file_size;
};

/* ---- words ---- */

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

char *
form_decode(struct arena *a, const char *s, size_t len, bool plus)
{
	char *out = arena_alloc(a, len + 1);
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		char c = s[i];

		if (c == '%') {
			int high = len - i > 2 ? hex(s[i + 1]) : -1;
			int low = high < 0 ? -1 : hex(s[i + 2]);

			if (low < 0)
				return NULL;
			c = (char)(high * 16 + low);
			i += 2;
		} else if (c == '+' && plus) {
			c = ' ';
		}
		if (c == '\0')
			return NULL;
		out[n++] = c;
	}
	return out;
}

const char *
form_size(struct arena *a, size_t bytes)
{
	const char *unit = bytes < 1024 * 1024 ? "kB" : "MB";
	size_t n = bytes < 1024 * 1024 ? bytes / 1024 : bytes / (1024 * 1024);

	return arena_printf(a, "%zu\u00A0%s", n, unit);
}

/* Has it no control characters, tab and line ends among them? */
static bool
is_one_line(const char *s)
{
	return !text_has_control(s) && strpbrk(s, "\t\r\n") == NULL;
}

static bool
is_field_name(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && len <= MAX_FIELD_NAME && text_is_utf8(name, len) && is_one_line(name);
}

static enum err
too_many(struct gathered *g)
{
	return fail(g->cx, ERR_LIMIT, "err.form.many",
		    text_from_int(g->cx->arena, (int64_t)g->all.fields));
}

/* Count one more part with so many bytes of text. */
static enum err
take(struct gathered *g, size_t bytes)
{
	if (g->left.fields == 0)
		return too_many(g);
	if (bytes > g->left.text)
		return fail(g->cx, ERR_LIMIT, "err.form.large",
			    form_size(g->cx->arena, g->all.text));
	g->left.fields--;
	g->left.text -= bytes;
	return OK;
}

/* An array in the arena with room for one more than `n`, doubled when it is full. */
static void *
grown(struct arena *a, void *old, size_t n, size_t *size, size_t each)
{
	void *p;

	if (n < *size)
		return old;
	*size = *size == 0 ? FIRST_PAIRS : *size * 2;
	p = arena_array(a, *size, each);
	if (n > 0)
		memcpy(p, old, n * each);
	return p;
}

static enum err
add_pair(struct gathered *g, const char *name, const char *value)
{
	if (!is_field_name(name))
		return fail(g->cx, ERR_INVALID, "err.form.name");
	if (value == NULL)
		return fail_field(g->cx, ERR_INVALID, name, "err.form.escape");
	if (!text_is_utf8(value, strlen(value)))
		return fail_field(g->cx, ERR_INVALID, name, "err.form.utf8");
	if (text_has_control(value))
		return fail_field(g->cx, ERR_INVALID, name, "err.form.control");
	g->pairs = grown(g->cx->arena, g->pairs, g->n, &g->size, sizeof(*g->pairs));
	g->pairs[g->n++] = (struct http_pair){ name, value };
	return OK;
}

/* ---- application/x-www-form-urlencoded ---- */

enum err
form_urlencoded(struct ctx *cx, const char *bytes, size_t len, struct form_limits limits,
		struct http_pairs *ret)
{
	struct gathered g = { .cx = cx, .left = limits, .all = limits };
	const char *end = bytes + len;

	for (const char *p = bytes; p < end;) {
		const char *stop = memchr(p, '&', (size_t)(end - p));
		const char *equals;
		const char *name, *value = "";

		if (stop == NULL)
			stop = end;
		equals = memchr(p, '=', (size_t)(stop - p));
		if (stop > p) {
			TRY(take(&g, (size_t)(stop - p)));
			name = form_decode(cx->arena, p,
					   (size_t)((equals == NULL ? stop : equals) - p), true);
			if (equals != NULL)
				value = form_decode(cx->arena, equals + 1,
						    (size_t)(stop - equals - 1), true);
			TRY(add_pair(&g, name == NULL ? "" : name, value));
		}
		p = stop + 1;
	}
	*ret = (struct http_pairs){ g.pairs, g.n };
	return OK;
}

/* ---- multipart/form-data ---- */

/* One part's headers. */
struct part {
	const char *name, *filename, *type;
};

static enum err
broken(struct gathered *g)
{
	return fail(g->cx, ERR_INVALID, "err.form.multipart");
}

/* The boundary of a Content-Type, or NULL. */
static char *
read_boundary(struct arena *a, const char *type)
{
	const char *p = strcasestr(type, "boundary=");
	const char *close;
	char *b;
	size_t len;

	if (p == NULL || (p[-1] != ' ' && p[-1] != ';' && p[-1] != '\t'))
		return NULL;
	p += strlen("boundary=");
	if (*p == '"') {
		p++;
		close = strchr(p, '"');
		if (close == NULL)
			return NULL;
		len = (size_t)(close - p);
	} else {
		len = strcspn(p, "; \t");
	}
	if (len == 0 || len > MAX_BOUNDARY || p[len - 1] == ' ')
		return NULL;
	b = arena_strndup(a, p, len);
	for (const char *c = b; *c != '\0'; c++) {
		bool plain = (*c >= '0' && *c <= '9') || (*c >= 'A' && *c <= 'Z') ||
			     (*c >= 'a' && *c <= 'z');

		if (!plain && strchr("'()+_,-./:=? ", *c) == NULL)
			return NULL;
	}
	return b;
}

/*
 * A quoted value: browsers write '"', CR and LF in it as %22, %0D and %0A and nothing else; curl
 * writes '"' with a backslash. Returns what follows it, or NULL.
 */
static const char *
read_quoted(struct arena *a, const char *s, const char **ret)
{
	char *out = arena_alloc(a, strlen(s) + 1);
	size_t n = 0;

	if (*s++ != '"')
		return NULL;
	while (*s != '"') {
		if (*s == '\0')
			return NULL;
		if (s[0] == '\\' && s[1] == '"') {
			out[n++] = '"';
			s += 2;
		} else if (strncmp(s, "%22", 3) == 0) {
			out[n++] = '"';
			s += 3;
		} else if (strncasecmp(s, "%0D", 3) == 0 || strncasecmp(s, "%0A", 3) == 0) {
			out[n++] = s[2] == 'd' || s[2] == 'D' ? '\r' : '\n';
			s += 3;
		} else {
			out[n++] = *s++;
		}
	}
	*ret = out;
	return s + 1;
}

/* form-data; name="x"; filename="y". Other parameters, filename* among them, are not for forms. */
static bool
read_disposition(struct arena *a, const char *s, struct part *part)
{
	if (strncasecmp(s, "form-data", 9) != 0)
		return false;
	s += 9;
	for (;;) {
		const char **into;

		s += strspn(s, " \t");
		if (*s == '\0')
			return part->name != NULL;
		if (*s++ != ';')
			return false;
		s += strspn(s, " \t");
		if (strncasecmp(s, "name=", 5) == 0)
			into = &part->name;
		else if (strncasecmp(s, "filename=", 9) == 0)
			into = &part->filename;
		else
			return false;
		if (*into != NULL)
			return false;
		s = read_quoted(a, strchr(s, '=') + 1, into);
		if (s == NULL)
			return false;
	}
}

/* One header line of a part, without its line end. */
static bool
read_part_line(struct arena *a, char *text, struct part *part)
{
	char *colon = strchr(text, ':');
	const char *value;

	if (colon == NULL || colon == text || !is_one_line(text))
		return false;
	*colon = '\0';
	value = colon + 1 + strspn(colon + 1, " \t");
	if (strcasecmp(text, "Content-Disposition") == 0)
		return part->name == NULL && read_disposition(a, value, part);
	if (strcasecmp(text, "Content-Transfer-Encoding") == 0)
		return strcasecmp(value, "binary") == 0 || strcasecmp(value, "8bit") == 0 ||
		       strcasecmp(value, "7bit") == 0;
	if (strcasecmp(text, "Content-Type") == 0 && strlen(value) <= MAX_PART_TYPE)
		part->type = value;
	return true;
}

/* The headers of a part; *p stands after the empty line that ends them. */
static enum err
read_part(struct gathered *g, const char **p, const char *end, struct part *part)
{
	*part = (struct part){ .type = "text/plain" };
	for (int lines = 0; lines <= MAX_PART_LINES; lines++) {
		const char *stop = memmem(*p, (size_t)(end - *p), "\r\n", 2);
		size_t len;
		char *text;

		if (stop == NULL)
			return broken(g);
		len = (size_t)(stop - *p);
		text = arena_strndup(g->cx->arena, *p, len);
		*p = stop + 2;
		if (len == 0)
			return part->name == NULL ? broken(g) : OK;
		if (strlen(text) != len || !read_part_line(g->cx->arena, text, part))
			return broken(g);
	}
	return broken(g);
}

/* The last step of a name; some browsers once sent the whole path. */
static const char *
without_folders(const char *filename)
{
	for (const char *p = filename; *p != '\0'; p++)
		if (*p == '/' || *p == '\\')
			filename = p + 1;
	return filename;
}

static enum err
add_file(struct gathered *g, const struct part *part, const char *bytes, size_t len)
{
	const char *label = without_folders(part->filename);

	if (!is_field_name(part->name))
		return fail(g->cx, ERR_INVALID, "err.form.name");
	if (g->left.fields == 0)
		return too_many(g);
	g->left.fields--;
	if (*label == '\0' && len == 0)
		return OK; /* no file was chosen */
	if (!text_is_utf8(label, strlen(label)) || !is_one_line(label) ||
	    strlen(label) > MAX_FILENAME)
		return fail_field(g->cx, ERR_INVALID, part->name, "err.form.filename");
	if (len > g->all.file)
		return fail_field(g->cx, ERR_LIMIT, part->name, "err.form.file_large",
				  form_size(g->cx->arena, g->all.file));
	g->files = grown(g->cx->arena, g->files, g->file_count, &g->file_size, sizeof(*g->files));
	g->files[g->file_count++] = (struct http_file){ part->name, label, part->type, bytes, len };
	return OK;
}

static enum err
add_part(struct gathered *g, const struct part *part, const char *bytes, size_t len)
{
	const char *value;

	if (part->filename != NULL)
		return add_file(g, part, bytes, len);
	TRY(take(g, strlen(part->name) + len));
	value = arena_strndup(g->cx->arena, bytes, len);
	if (strlen(value) != len)
		return fail_field(g->cx, ERR_INVALID, part->name, "err.form.control");
	return add_pair(g, part->name, value);
}

/* All parts. `mark` is CR LF and the boundary's line; the body begins with it but for CR LF. */
static enum err
read_parts(struct gathered *g, const char *mark, const char *p, const char *end)
{
	size_t mark_len = strlen(mark);

	if ((size_t)(end - p) < mark_len - 2 || memcmp(p, mark + 2, mark_len - 2) != 0)
		return broken(g);
	p += mark_len - 2;
	for (;;) {
		struct part part;
		const char *stop;

		if (end - p < 2)
			return broken(g);
		if (memcmp(p, "--", 2) == 0) /* the end; only a line end may follow */
			return end - p == 2 || (end - p == 4 && memcmp(p + 2, "\r\n", 2) == 0)
				       ? OK
				       : broken(g);
		if (memcmp(p, "\r\n", 2) != 0)
			return broken(g);
		p += 2;
		TRY(read_part(g, &p, end, &part));
		stop = memmem(p - 2, (size_t)(end - p) + 2, mark, mark_len);
		if (stop == NULL)
			return broken(g);
		TRY(add_part(g, &part, p, stop < p ? 0 : (size_t)(stop - p)));
		p = stop + mark_len;
	}
}

enum err
form_multipart(struct ctx *cx, const char *type, const char *bytes, size_t len,
	       struct form_limits limits, struct http_pairs *ret,
	       const struct http_file **ret_files, size_t *ret_file_count)
{
	struct gathered g = { .cx = cx, .left = limits, .all = limits };
	const char *boundary = read_boundary(cx->arena, type);

	if (boundary == NULL)
		return broken(&g);
	TRY(read_parts(&g, arena_printf(cx->arena, "\r\n--%s", boundary), bytes, bytes + len));
	*ret = (struct http_pairs){ g.pairs, g.n };
	*ret_files = g.files;
	*ret_file_count = g.file_count;
	return OK;
}
