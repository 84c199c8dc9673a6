/* What happened, written down for those who asked. See webhook.h. */
#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#include "base/text.h"
#include "work/webhook/webhook_int.h"

#define SECRET_BYTES 32
#define DAY 86400

static const char WANTED[] =
	"SELECT sys_id, types, events FROM webhook WHERE active = 1 AND sys_deleted = 0";
static const char ADD[] =
	"INSERT INTO sys_delivery (subscription, record, type, version, event, name, at, message) "
	"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) RETURNING id";
static const char SET_JOB[] = "UPDATE sys_delivery SET job = ?2 WHERE id = ?1";
static const char SECRET[] =
	"INSERT INTO sys_webhook_secret (subscription, secret, made_at) VALUES (?1, ?2, ?3) ON "
	"CONFLICT (subscription) DO UPDATE SET secret = excluded.secret, made_at = "
	"excluded.made_at";
static const char CLEAR[] = "DELETE FROM sys_delivery WHERE done_at < ?1";

/* Is it a word of the list, parted by commas or spaces? */
static bool
listed(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = list; *p != '\0'; p += strspn(p, " ,")) {
		size_t len = strcspn(p, " ,");

		if (len == n && memcmp(p, word, n) == 0)
			return true;
		p += len;
	}
	return false;
}

bool
webhook_wants(const char *types, const char *events, const char *type, const char *event)
{
	return (types == NULL || *types == '\0' || listed(types, type)) &&
	       (events == NULL || *events == '\0' || listed(events, event));
}

static enum err
post(struct ctx *cx, int64_t subscription, const struct record *r, const char *event,
     const char *name)
{
	SCOPED(stmt) struct stmt *q = NULL;
	unsigned char bytes[16];
	int64_t id, job;
	bool row;

	ctx_random(cx, bytes, sizeof(bytes));
	TRY(db_query(cx, ADD,
		     DB_ARGS(db_int(subscription), db_int(r->id), db_text(r->type->name),
			     db_int(r->version), db_text(event), db_text(name), db_int(cx->now),
			     db_text(text_hex(cx->arena, bytes, sizeof(bytes)))),
		     &q));
	TRY(stmt_step(cx, q, &row));
	id = stmt_int(q, 0);
	TRY(job_add(cx, WEBHOOK_JOB, NULL, id, "", cx->now, &job));
	return db_exec(cx, SET_JOB, DB_ARGS(db_int(id), db_int(job)), NULL);
}

/* A record taken over from elsewhere is new here. */
enum err
webhook_changed(struct ctx *cx, const struct record *old, const struct record *now,
		const char *kind, const char *name)
{
	SCOPED(stmt) struct stmt *q = NULL;
	const char *event = strcmp(kind, "import") == 0 ? "create" : kind;
	bool row;

	(void)old;
	/* Of itself no webhook tells: whoever changes it would be told of that first. */
	if (strcmp(now->type->name, "webhook") == 0)
		return OK;
	TRY(db_query(cx, WANTED, DB_NONE, &q));
	for (;;) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			return OK;
		if (webhook_wants(stmt_text(q, 1), stmt_text(q, 2), now->type->name, event))
			TRY(post(cx, stmt_int(q, 0), now, event, name));
	}
}

/* ---- the subscription itself ---- */

enum err
webhook_secret_make(struct ctx *cx, int64_t subscription, const char **ret)
{
	unsigned char bytes[SECRET_BYTES];
	char text[sodium_base64_ENCODED_LEN(SECRET_BYTES, sodium_base64_VARIANT_ORIGINAL)];
	const char *secret;

	ctx_random(cx, bytes, sizeof(bytes));
	(void)sodium_bin2base64(text, sizeof(text), bytes, sizeof(bytes),
				sodium_base64_VARIANT_ORIGINAL);
	secret = arena_printf(cx->arena, WEBHOOK_SECRET "%s", text);
	sodium_memzero(text, sizeof(text));
	TRY(db_exec(cx, SECRET, DB_ARGS(db_int(subscription), db_text(secret), db_int(cx->now)),
		    NULL));
	*ret = secret;
	return OK;
}

/* There is a secret from the beginning, though nobody has seen it yet. */
enum err
webhook_made(struct ctx *cx, const struct record *r)
{
	const char *secret;

	return webhook_secret_make(cx, r->id, &secret);
}

static const char *
given(const struct record *old, const struct change *ch, const char *field)
{
	const struct field *f = type_field(ch->type, field);

	if (!ch->given[f->index])
		return old == NULL ? NULL : record_text(old, field);
	return ch->v[f->index].set ? ch->v[f->index].s : NULL;
}

/* Types are those there are, and the address is one we would call. */
enum err
webhook_checked(struct ctx *cx, const struct record *old, struct change *ch)
{
	const char *types = given(old, ch, "types"), *url = given(old, ch, "url");
	char *copy = arena_strdup(cx->arena, types == NULL ? "" : types), *save = NULL;

	for (char *w = strtok_r(copy, " ,", &save); w != NULL; w = strtok_r(NULL, " ,", &save))
		if (types_get(cx->world->types, w) == NULL)
			return fail_field(cx, ERR_INVALID, "types", "err.webhook_type", w);
	if (url != NULL && !text_starts(url, "https://") &&
	    !(cx->world->call_private && text_starts(url, "http://")))
		return fail_field(cx, ERR_INVALID, "url", "err.webhook_url");
	if (url != NULL && strpbrk(url, " @#") != NULL)
		return fail_field(cx, ERR_INVALID, "url", "err.webhook_url");
	return OK;
}

enum err
webhook_clear(struct ctx *cx, int64_t *ret_done)
{
	*ret_done = 0;
	return db_exec(cx, CLEAR, DB_ARGS(db_int(cx->now - (int64_t)WEBHOOK_KEPT_DAYS * DAY)),
		       NULL);
}
