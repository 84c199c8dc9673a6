/* Token buckets. See rate.h. */
#include "web/rate.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* Buckets stand in sets by a keyed hash; a set that is full forgets the bucket used longest ago,
 * which is full again by then or nearly so. 16 384 buckets are 400 kB. */
#define SETS 4096
#define WAYS 4
#define LOCKS 64
#define MILLI 1000 /* parts of a token, so that slow filling adds up */
#define MINUTE_MOST 1000000

const struct rate_settings RATE_USUAL = {
	.address = { [RATE_ALL] = { 6000, 2000 },
		     [RATE_SIGNIN] = { 120, 60 },
		     [RATE_SEARCH] = { 600, 300 },
		     [RATE_API] = { 6000, 2000 },
		     [RATE_UPLOAD] = { 300, 100 } },
	.account = { [RATE_ALL] = { 600, 300 },
		     [RATE_SIGNIN] = { 30, 15 },
		     [RATE_SEARCH] = { 60, 30 },
		     [RATE_API] = { 1200, 600 },
		     [RATE_UPLOAD] = { 60, 30 } },
};

struct bucket {
	uint64_t key;	    /* 0: free */
	int64_t left, used; /* thousandths of a token; when, in ms */
};

struct rates {
	struct rate_settings settings;
	unsigned char seed[crypto_shorthash_KEYBYTES];
	pthread_mutex_t locks[LOCKS];
	struct bucket at[SETS][WAYS];
};

struct rates *
rates_new(const struct rate_settings *settings)
{
	struct rates *r = calloc(1, sizeof(*r));

	if (r == NULL)
		BUG("out of memory");
	r->settings = *settings;
	randombytes_buf(r->seed, sizeof(r->seed));
	for (int i = 0; i < LOCKS; i++)
		(void)pthread_mutex_init(&r->locks[i], NULL);
	return r;
}

void
rates_free(struct rates *r)
{
	if (r == NULL)
		return;
	for (int i = 0; i < LOCKS; i++)
		(void)pthread_mutex_destroy(&r->locks[i]);
	free(r);
}

/* ---- settings ---- */

enum err
rate_setting(struct ctx *cx, const char *text, struct rate_settings *ret)
{
	static const char *const NAMES[] = { "all", "signin", "search", "api", "upload" };
	const char *dot = strchr(text, '.'), *equal = strchr(text, '='), *slash;
	struct rate_limit *of = text_starts(text, "address.")	? ret->address
				: text_starts(text, "account.") ? ret->account
								: NULL;
	int64_t minute, burst;

	slash = equal == NULL ? NULL : strchr(equal, '/');
	if (of == NULL || dot == NULL || slash == NULL || equal < dot ||
	    !text_int(arena_strndup(cx->arena, equal + 1, (size_t)(slash - equal - 1)), 0,
		      MINUTE_MOST, &minute) ||
	    !text_int(slash + 1, 1, MINUTE_MOST, &burst))
		return fail(cx, ERR_INVALID, "err.limit_setting", text);
	for (size_t i = 0; i < RATE_KINDS; i++)
		if (strlen(NAMES[i]) == (size_t)(equal - dot - 1) &&
		    memcmp(NAMES[i], dot + 1, strlen(NAMES[i])) == 0) {
			of[i] = (struct rate_limit){ (int)minute, (int)burst };
			return OK;
		}
	return fail(cx, ERR_INVALID, "err.limit_setting", text);
}

/* ---- whom a bucket belongs to ---- */

struct owner {
	unsigned char bytes[16]; /* of an address, or the account */
	unsigned char what, kind;
};

/* The network of an IPv6 address (/64); an IPv4 address, also in IPv6 dress, is one alone. */
static void
address_owner(const char *address, struct owner *o, bool *ret_loopback)
{
	static const unsigned char MAPPED[12] = { [10] = 0xFF, [11] = 0xFF };
	static const unsigned char LOCAL[16] = { [15] = 1 };
	unsigned char *b = o->bytes;

	o->what = 'a';
	if (inet_pton(AF_INET, address, b) == 1) {
		*ret_loopback = b[0] == 127;
		return;
	}
	if (inet_pton(AF_INET6, address, b) != 1) {
		*ret_loopback = false;
		return;
	}
	*ret_loopback = memcmp(b, LOCAL, sizeof(LOCAL)) == 0;
	if (memcmp(b, MAPPED, sizeof(MAPPED)) != 0) {
		memset(b + 8, 0, 8);
		return;
	}
	*ret_loopback = b[12] == 127;
	memmove(b, b + 12, 4);
	memset(b + 4, 0, 12);
}

static uint64_t
key_of(const struct rates *r, const struct owner *o)
{
	unsigned char hash[crypto_shorthash_BYTES];
	uint64_t key;

	(void)crypto_shorthash(hash, (const unsigned char *)o, sizeof(*o), r->seed);
	memcpy(&key, hash, sizeof(key));
	return key == 0 ? 1 : key;
}

/* ---- taking ---- */

/* The bucket of a key; a new one is full. Under the lock of its set. */
static struct bucket *
find(struct bucket *set, uint64_t key, const struct rate_limit *l, int64_t now)
{
	struct bucket *oldest = &set[0];

	for (int i = 0; i < WAYS; i++) {
		if (set[i].key == key)
			return &set[i];
		if (set[i].key == 0 || set[i].used < oldest->used)
			oldest = &set[i];
		if (oldest->key == 0)
			break;
	}
	for (int i = 0; i < WAYS; i++) /* one behind a free place may still be it */
		if (set[i].key == key)
			return &set[i];
	*oldest = (struct bucket){ key, (int64_t)l->burst * MILLI, now };
	return oldest;
}

/* Seconds to wait; 0: taken. */
static int64_t
take(struct rates *r, const struct owner *o, const struct rate_limit *l, int64_t now)
{
	uint64_t key = key_of(r, o);
	size_t set = (size_t)(key % SETS);
	pthread_mutex_t *lock = &r->locks[set % LOCKS];
	int64_t wait = 0, full = (int64_t)l->burst * MILLI;
	struct bucket *b;

	if (l->minute == 0)
		return 0;
	(void)pthread_mutex_lock(lock);
	b = find(r->at[set], key, l, now);
	if (now > b->used) {
		int64_t more = (now - b->used) * l->minute * MILLI / 60000;

		/* What has not made a thousandth yet goes on counting. */
		if (more > 0) {
			b->left = b->left + more > full ? full : b->left + more;
			b->used = now;
		}
	}
	if (b->left >= MILLI)
		b->left -= MILLI;
	else
		wait = ((MILLI - b->left) * 60 / l->minute + MILLI - 1) / MILLI;
	(void)pthread_mutex_unlock(lock);
	return wait;
}

static bool
take_both(struct rates *r, enum rate_kind kind, struct owner *o, const struct rate_limit *limits,
	  int64_t now, int64_t *ret_wait)
{
	const enum rate_kind kinds[] = { RATE_ALL, kind };

	for (size_t i = 0; i < (kind == RATE_ALL ? 1 : 2); i++) {
		int64_t wait;

		o->kind = (unsigned char)kinds[i];
		wait = take(r, o, &limits[kinds[i]], now);
		if (wait > 0) {
			*ret_wait = wait;
			return false;
		}
	}
	return true;
}

bool
rate_address(struct rates *r, enum rate_kind kind, const char *address, int64_t now,
	     int64_t *ret_wait)
{
	struct owner o = { .what = 0 };
	bool loopback;

	address_owner(address, &o, &loopback);
	return (loopback && !r->settings.loopback) ||
	       take_both(r, kind, &o, r->settings.address, now, ret_wait);
}

bool
rate_account(struct rates *r, enum rate_kind kind, const char *address, int64_t account,
	     int64_t now, int64_t *ret_wait)
{
	struct owner o = { .what = 0 };
	bool loopback;

	address_owner(address, &o, &loopback);
	if (loopback && !r->settings.loopback)
		return true;
	o = (struct owner){ .what = 'u' };
	memcpy(o.bytes, &account, sizeof(account));
	return take_both(r, kind, &o, r->settings.account, now, ret_wait);
}
