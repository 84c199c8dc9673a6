/* One delivery: written, signed, sent; what came of it is kept. See webhook.h. */
#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#include "base/text.h"
#include "base/trace.h"
#include "format/json.h"
#include "http/call.h"
#include "web/api/api.h"
#include "work/webhook/webhook_int.h"

#define BEHIND 5     /* seconds to wait behind an earlier delivery of the same record */
#define PAUSE 30     /* after a failure, others to the same address wait as long */
#define CALL_TIME 15 /* seconds for a receiver to take it */
#define MAX_BODY 4096u

static const char LOAD[] =
	"SELECT d.subscription, d.record, d.type, d.version, d.event, d.name, d.at, d.message, "
	"w.url, w.active, w.sys_deleted, s.secret, d.done_at FROM sys_delivery d JOIN webhook w ON "
	"w.sys_id = d.subscription LEFT JOIN sys_webhook_secret s ON s.subscription = "
	"d.subscription WHERE d.id = ?1";
static const char EARLIER[] =
	"SELECT count(*) FROM sys_delivery d JOIN sys_job j ON j.id = d.job WHERE d.subscription = "
	"?1 AND d.record = ?2 AND d.id < ?3 AND d.done_at IS NULL AND j.state <> 'dead'";
static const char FAILED_AT[] =
	"SELECT coalesce(max(d.tried_at), 0) FROM sys_delivery d JOIN sys_job j ON j.id = d.job "
	"WHERE d.subscription = ?1 AND d.done_at IS NULL AND d.id <> ?2 AND j.state <> 'dead'";
static const char TRIED[] = "UPDATE sys_delivery SET tried_at = ?2, status = ?3 WHERE id = ?1";
static const char TAKEN[] =
	"UPDATE sys_delivery SET tried_at = ?2, status = ?3, done_at = ?2 WHERE id = ?1";
/* Those that were put off because of this one need wait no longer. */
static const char WAKE_BEHIND[] =
	"UPDATE sys_job SET run_at = ?3 WHERE state = 'waiting' AND tries = 0 AND run_at > ?3 AND "
	"id "
	"IN (SELECT job FROM sys_delivery WHERE subscription = ?1 AND record = ?2 AND done_at IS "
	"NULL)";
static const char WAKE_ALL[] =
	"UPDATE sys_job SET run_at = ?2 WHERE state = 'waiting' AND tries = 0 AND run_at > ?2 AND "
	"id "
	"IN (SELECT job FROM sys_delivery WHERE subscription = ?1 AND done_at IS NULL)";

struct delivery {
	int64_t id, subscription, record, version, at;
	const char *type, *event, *name, *message, *url, *secret;
	bool off; /* nobody waits for it any more */
	/* what came of it */
	int status;
	bool taken;
	bool again; /* it had failed before */
};

static enum err
load(struct ctx *cx, int64_t id, struct delivery *d)
{
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	TRY(db_query(cx, LOAD, DB_ARGS(db_int(id)), &q));
	TRY(stmt_step(cx, q, &row));
	if (!row) {
		*d = (struct delivery){ .id = id, .off = true };
		return OK;
	}
	*d = (struct delivery){ .id = id,
				.subscription = stmt_int(q, 0),
				.record = stmt_int(q, 1),
				.type = stmt_copy(cx, q, 2),
				.version = stmt_int(q, 3),
				.event = stmt_copy(cx, q, 4),
				.name = stmt_copy(cx, q, 5),
				.at = stmt_int(q, 6),
				.message = stmt_copy(cx, q, 7),
				.url = stmt_copy(cx, q, 8),
				.off = stmt_int(q, 9) == 0 || stmt_int(q, 10) != 0 ||
				       !stmt_is_null(q, 12),
				.secret = stmt_copy(cx, q, 11) };
	return OK;
}

/* ---- the message ---- */

static enum err
write_body(struct ctx *cx, const struct delivery *d, const char **ret)
{
	const struct type *t = types_get(cx->world->types, d->type);
	struct json_out j;
	SCOPED_BUF b;

	buf_init(&b, MAX_BODY);
	json_out_init(&j, &b);
	json_map(&j);
	json_pair_text(&j, "id", d->message);
	json_pair_text(&j, "event", d->event);
	json_pair_text(&j, "name", *d->name == '\0' ? NULL : d->name);
	json_pair_text(&j, "type", d->type);
	json_pair_int(&j, "record", d->record);
	json_pair_int(&j, "version", d->version);
	json_pair_text(&j, "url",
		       t == NULL ? NULL
				 : arena_printf(cx->arena, "/%s/~%" PRId64, t->path, d->record));
	json_pair_text(&j, "at", api_moment(cx, d->at));
	json_map_end(&j);
	TRY(json_done(cx, &j));
	*ret = arena_strndup(cx->arena, b.bytes, b.len);
	return OK;
}

enum err
webhook_sign(struct ctx *cx, const char *secret, const char *id, int64_t at, const char *body,
	     const char **ret)
{
	crypto_auth_hmacsha256_state st;
	unsigned char key[64], mac[crypto_auth_hmacsha256_BYTES];
	char text[sodium_base64_ENCODED_LEN(sizeof(mac), sodium_base64_VARIANT_ORIGINAL)];
	const char *head = arena_printf(cx->arena, "%s.%" PRId64 ".", id, at);
	size_t len;

	if (secret == NULL || !text_starts(secret, WEBHOOK_SECRET) ||
	    sodium_base642bin(key, sizeof(key), secret + strlen(WEBHOOK_SECRET),
			      strlen(secret) - strlen(WEBHOOK_SECRET), NULL, &len, NULL,
			      sodium_base64_VARIANT_ORIGINAL) != 0)
		return fail(cx, ERR_CORRUPT, "err.webhook_secret");
	(void)crypto_auth_hmacsha256_init(&st, key, len);
	(void)crypto_auth_hmacsha256_update(&st, (const unsigned char *)head, strlen(head));
	(void)crypto_auth_hmacsha256_update(&st, (const unsigned char *)body, strlen(body));
	(void)crypto_auth_hmacsha256_final(&st, mac);
	sodium_memzero(key, sizeof(key));
	(void)sodium_bin2base64(text, sizeof(text), mac, sizeof(mac),
				sodium_base64_VARIANT_ORIGINAL);
	*ret = arena_printf(cx->arena, "v1,%s", text);
	return OK;
}

/* ---- sending ---- */

static enum err
send_it(struct ctx *cx, struct delivery *d)
{
	const char *body, *signature, *time = text_from_int(cx->arena, cx->now);
	struct http_pair headers[] = {
		{ "Content-Type", "application/json" }, { "webhook-id", d->message },
		{ "webhook-timestamp", time },		{ "webhook-signature", NULL },
		{ "traceparent", trace_parent(cx) },
	};
	struct call call = { .method = "POST",
			     .url = d->url,
			     .headers = { headers, sizeof(headers) / sizeof(*headers) },
			     .seconds = CALL_TIME,
			     .most = 64u * 1024,
			     .flags = cx->world->call_private ? CALL_PLAIN : CALL_PUBLIC_ONLY };
	struct reply reply = { 0 };

	TRY(write_body(cx, d, &body));
	TRY(webhook_sign(cx, d->secret, d->message, cx->now, body, &signature));
	headers[3].value = signature;
	call.body = body;
	call.body_len = strlen(body);
	TRY(call_make(cx, &call, &reply));
	d->status = reply.status;
	d->taken = reply.status >= 200 && reply.status < 300;
	/* 410: it is never wanted again (Standard Webhooks). */
	if (reply.status == 410)
		return fail(cx, ERR_DENIED, "err.webhook_gone");
	return d->taken ? OK
			: fail(cx, ERR_IO, "err.webhook_status",
			       text_from_int(cx->arena, reply.status));
}

static enum err
keep(struct ctx *cx, void *arg)
{
	const struct delivery *d = arg;

	TRY(db_exec(cx, d->taken ? TAKEN : TRIED,
		    DB_ARGS(db_int(d->id), db_int(cx->now),
			    d->status == 0 ? db_null() : db_int(d->status)),
		    NULL));
	if (!d->taken)
		return OK;
	/* An address that answers again is told the rest; else only this record's next. */
	if (d->again)
		return db_exec(cx, WAKE_ALL, DB_ARGS(db_int(d->subscription), db_int(cx->now)),
			       NULL);
	return db_exec(cx, WAKE_BEHIND,
		       DB_ARGS(db_int(d->subscription), db_int(d->record), db_int(cx->now)), NULL);
}

/* Must it wait: behind an earlier one of its record, or for an address that just failed? */
static enum err
must_wait(struct ctx *cx, const struct delivery *d, int64_t *ret_until)
{
	int64_t earlier, failed;

	*ret_until = 0;
	TRY(db_get_int(cx, EARLIER,
		       DB_ARGS(db_int(d->subscription), db_int(d->record), db_int(d->id)),
		       &earlier));
	if (earlier > 0) {
		*ret_until = cx->now + BEHIND;
		return OK;
	}
	TRY(db_get_int(cx, FAILED_AT, DB_ARGS(db_int(d->subscription), db_int(d->id)), &failed));
	if (failed > cx->now - PAUSE)
		*ret_until = failed + PAUSE;
	return OK;
}

enum err
webhook_deliver(struct ctx *cx, struct db *db, const struct job *job, struct job_end *end)
{
	struct delivery d;
	struct error cause;
	enum err e;

	TRY(load(cx, job->subject, &d));
	if (d.off)
		return OK;
	TRY(must_wait(cx, &d, &end->later));
	if (end->later != 0)
		return OK;
	d.again = job->tries > 1;
	e = send_it(cx, &d);
	cause = cx->error;
	ctx_forgive(cx);
	/* Taken but not written down as such: it is sent again, with the same id. */
	TRY(db_run(cx, db, "webhook tried", keep, &d));
	cx->error = cause;
	return e;
}
