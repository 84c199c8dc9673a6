/*
 * How much one client may ask for: token buckets, one for each address and each account and kind of
 * work. A bucket holds `burst` and fills by `minute` each minute; an empty one is 429 with the
 * seconds to wait. In memory and for this process alone: with several nodes the bound is so many
 * times as high, which is still a bound. What must hold over all nodes and restarts, the lock of an
 * account after wrong passwords and codes, is in the database (core/account.h).
 *
 * Addresses are those of clients: behind a trusted proxy what that says; of an IPv6 network all are
 * one. The machine itself is not held to anything unless that is asked for: what measures it sits
 * there, and a proxy nobody has declared would otherwise be all its clients at once.
 */
#ifndef HOOL_WEB_RATE_H
#define HOOL_WEB_RATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"

enum rate_kind {
	RATE_ALL,    /* any request but for files anybody may have */
	RATE_SIGNIN, /* passwords, codes, ways to the provider */
	RATE_SEARCH, /* searches for people */
	RATE_API,    /* whatever a program asks */
	RATE_UPLOAD, /* files */
	RATE_KINDS
};

struct rate_limit {
	int minute, burst; /* 0 a minute: no limit */
};

struct rate_settings {
	struct rate_limit address[RATE_KINDS], account[RATE_KINDS];
	bool loopback; /* the machine itself is held to them too */
};

/* The usual: enough for an office behind one address and a clerk in a hurry. */
extern const struct rate_settings RATE_USUAL;

/* Take one setting as written: "account.search=60/30" (a minute, at once). Errors: ERR_INVALID
 * err.limit_setting. */
enum err rate_setting(struct ctx *cx, const char *text, struct rate_settings *ret) MUST_USE;

struct rates;
/* `settings` is copied. Ended by rates_free() (takes NULL). */
struct rates *rates_new(const struct rate_settings *settings);
void rates_free(struct rates *r);
SCOPED_DEFINE(rates, struct rates, rates_free)

/*
 * One request of this kind, and of RATE_ALL, by an address; and by an account (a user or token)
 * that asks from there. Is there enough? If not, *ret_wait says for how many seconds there will not
 * be. `now` in milliseconds of any clock that does not go back. Safe from all threads.
 */
bool rate_address(struct rates *r, enum rate_kind kind, const char *address, int64_t now,
		  int64_t *ret_wait);
bool rate_account(struct rates *r, enum rate_kind kind, const char *address, int64_t account,
		  int64_t now, int64_t *ret_wait);

#endif
