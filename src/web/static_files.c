/* Files compiled into the program. See static_files.h. */
#include "web/static_files.h"

#include <sodium.h>
#include <string.h>
#include <zlib.h>

#include "base/map.h"
#include "base/text.h"

#define ROOT "/static/"
#define HASH_BYTES 8u /* of SHA-256: the set's name and the files' tags */
#define LEAST_PACKED 512u
#define FOR_EVER "public, max-age=31536000, immutable"
#define ASK_AGAIN "public, no-cache"

struct static_file {
	const char *type;
	const char *etag, *packed_etag; /* with their quotes */
	const void *bytes, *packed;	/* packed: gzip, or NULL where that gains nothing */
	size_t len, packed_len;
};

struct static_files {
	struct map by_name;
	const char *base;
};

static const struct {
	const char *ending, *type;
	bool text;
} TYPES[] = {
	{ ".css", "text/css", true },
	{ ".js", "text/javascript", true },
	{ ".svg", "image/svg+xml", true },
	{ ".html", "text/html", true },
	{ ".txt", "text/plain", true },
	{ ".json", "application/json", true },
	{ ".webmanifest", "application/manifest+json", true },
	{ ".png", "image/png", false },
	{ ".ico", "image/x-icon", false },
	{ ".woff2", "font/woff2", false },
};

/* The type by the name's ending. */
static size_t
type_of(const char *name)
{
	size_t n = sizeof(TYPES) / sizeof(TYPES[0]);
	size_t len = strlen(name);

	for (size_t i = 0; i < n; i++) {
		size_t end = strlen(TYPES[i].ending);

		if (len > end && strcmp(name + len - end, TYPES[i].ending) == 0)
			return i;
	}
	return n;
}

/* gzip at the highest level, once at start; NULL if it does not get smaller. */
static const void *
pack(struct arena *a, const void *bytes, size_t len, size_t *ret_len)
{
	z_stream z = { .avail_in = (uInt)len };
	unsigned char *out = arena_alloc(a, len);
	int state;

	memcpy(&z.next_in, &bytes, sizeof(bytes)); /* read only, but zlib does not say const */
	z.next_out = out;
	z.avail_out = (uInt)len;
	if (deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK)
		return NULL;
	state = deflate(&z, Z_FINISH);
	*ret_len = len - z.avail_out;
	(void)deflateEnd(&z);
	return state == Z_STREAM_END ? out : NULL;
}

static const char *
short_hash(struct arena *a, const void *bytes, size_t len)
{
	unsigned char hash[crypto_hash_sha256_BYTES];

	(void)crypto_hash_sha256(hash, bytes, len);
	return text_hex(a, hash, HASH_BYTES);
}

static struct static_file *
prepare(struct arena *a, const struct embed_file *from)
{
	struct static_file *f = ARENA_NEW(a, struct static_file);
	const char *hash = short_hash(a, from->bytes, from->len);
	size_t type = type_of(from->name);
	bool known = type < sizeof(TYPES) / sizeof(TYPES[0]);

	f->type = known ? TYPES[type].type : "application/octet-stream";
	f->bytes = from->bytes;
	f->len = from->len;
	f->etag = arena_printf(a, "\"%s\"", hash);
	f->packed_etag = arena_printf(a, "\"%s-gz\"", hash);
	if (known && TYPES[type].text && from->len >= LEAST_PACKED)
		f->packed = pack(a, from->bytes, from->len, &f->packed_len);
	return f;
}

struct static_files *
static_files_new(struct arena *a, const struct embed_file *table)
{
	struct static_files *s = ARENA_NEW(a, struct static_files);
	crypto_hash_sha256_state all;
	unsigned char hash[crypto_hash_sha256_BYTES];

	map_init(&s->by_name, a);
	(void)crypto_hash_sha256_init(&all);
	for (; table->name != NULL; table++) {
		struct static_file *f = prepare(a, table);

		(void)map_put(&s->by_name, table->name, f);
		(void)crypto_hash_sha256_update(&all, (const unsigned char *)table->name,
						strlen(table->name) + 1);
		(void)crypto_hash_sha256_update(&all, (const unsigned char *)f->etag,
						strlen(f->etag));
	}
	(void)crypto_hash_sha256_final(&all, hash);
	s->base = arena_printf(a, ROOT "%s/", text_hex(a, hash, HASH_BYTES));
	return s;
}

const char *
static_base(const struct static_files *s)
{
	return s->base;
}

bool
static_is(const struct http_exchange *x)
{
	return text_starts(x->path, ROOT);
}

/* Does If-None-Match name either form of the file? RFC 9110 section 13.1.2, weak comparison. */
static bool
is_known(const struct http_exchange *x, const struct static_file *f)
{
	const char *list = http_header(x, "If-None-Match");

	return list != NULL && (strcmp(list, "*") == 0 || strstr(list, f->etag) != NULL ||
				strstr(list, f->packed_etag) != NULL);
}

enum err
static_answer(const struct static_files *s, struct http_exchange *x)
{
	bool hashed = text_starts(x->path, s->base);
	const char *name = x->path + (hashed ? strlen(s->base) : strlen(ROOT));
	const struct static_file *f = map_get(&s->by_name, name);
	bool packed;

	x->route_name = ROOT;
	if (strcmp(x->method, "GET") != 0)
		return http_refuse(x, 405, ERR_INVALID, "err.http.method");
	if (f == NULL)
		return fail(&x->cx, ERR_NOTFOUND, "err.not_found");
	packed = f->packed != NULL && x->wants_gzip;
	TRY(http_add_header(x, "ETag", packed ? f->packed_etag : f->etag));
	if (f->packed != NULL)
		TRY(http_add_header(x, "Vary", "Accept-Encoding"));
	x->cache = hashed ? FOR_EVER : ASK_AGAIN;
	x->content_type = f->type;
	x->bytes = packed ? f->packed : f->bytes;
	x->len = packed ? f->packed_len : f->len;
	x->packed = packed;
	x->no_gzip = true;
	if (is_known(x, f))
		x->status = 304;
	return OK;
}
