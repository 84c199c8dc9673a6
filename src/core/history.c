/* The chained history. See history.h. */
#include "core/history.h"

#include <sodium.h>
#include <string.h>

#include "base/text.h"

#define SALT 16
#define MAX_CHAINS 1000

static const char LAST[] =
	"SELECT seq, hash FROM sys_history WHERE chain = ?1 ORDER BY seq DESC LIMIT 1";
static const char ADD[] =
	"INSERT INTO sys_history (chain, seq, record, version, at, actor, behalf_of, session, "
	"purpose, kind, name, change, salt, digest, hash) "
	"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
static const char OF_RECORD[] =
	"SELECT h.chain, h.seq, h.record, h.version, h.at, h.actor, h.behalf_of, h.kind, h.name, "
	"h.change, h.purpose, u.title FROM sys_history h LEFT JOIN sys_record u ON u.id = h.actor "
	"WHERE h.record = ?1 AND (?3 = 0 OR h.kind <> 'note' OR EXISTS (SELECT 1 FROM position p "
	"WHERE p.\"user\" = h.actor AND p.org = ?3)) ORDER BY h.at DESC, h.chain, h.seq DESC LIMIT "
	"?2";
static const char WALK[] =
	"SELECT chain, seq, record, version, at, actor, behalf_of, session, purpose, kind, name, "
	"change, salt, digest, hash FROM sys_history ORDER BY chain, seq";

static const char HEADS[] = "SELECT h.chain, h.seq, h.at, h.hash FROM sys_history h JOIN (SELECT "
			    "chain, max(seq) AS seq "
			    "FROM sys_history GROUP BY chain) m ON m.chain = h.chain AND m.seq = "
			    "h.seq ORDER BY h.chain";
static const char ROW_AT[] =
	"SELECT chain, seq, at, hash FROM sys_history WHERE chain = ?1 AND seq = ?2";

/* What the hash covers of a row besides the hash before it. */
struct facts {
	int64_t number[8];   /* chain, seq, record, version, at, actor, behalf_of, session */
	const char *text[3]; /* purpose, kind, name */
	const void *digest;
};

static void
put_number(crypto_generichash_state *st, uint64_t n)
{
	unsigned char b[8];

	for (int i = 0; i < 8; i++)
		b[i] = (unsigned char)(n >> (8 * i));
	crypto_generichash_update(st, b, sizeof(b));
}

static void
hash_row(const unsigned char *before, const struct facts *f, unsigned char *out)
{
	crypto_generichash_state st;

	crypto_generichash_init(&st, NULL, 0, HISTORY_HASH);
	crypto_generichash_update(&st, before, HISTORY_HASH);
	for (size_t i = 0; i < sizeof(f->number) / sizeof(*f->number); i++)
		put_number(&st, (uint64_t)f->number[i]);
	/* Each text with its length before it, so that no two rows hash alike by moving a letter.
	 */
	for (size_t i = 0; i < sizeof(f->text) / sizeof(*f->text); i++) {
		size_t n = strlen(f->text[i]);

		put_number(&st, n);
		crypto_generichash_update(&st, (const unsigned char *)f->text[i], n);
	}
	crypto_generichash_update(&st, f->digest, HISTORY_HASH);
	crypto_generichash_final(&st, out, HISTORY_HASH);
}

static void
hash_change(const void *salt, const char *change, size_t len, unsigned char *out)
{
	crypto_generichash_state st;

	crypto_generichash_init(&st, NULL, 0, HISTORY_HASH);
	crypto_generichash_update(&st, salt, SALT);
	crypto_generichash_update(&st, (const unsigned char *)change, len);
	crypto_generichash_final(&st, out, HISTORY_HASH);
}

/* The end of a chain, as the lane remembers it: nobody else writes this chain. */
struct end {
	int64_t chain; /* 0: not known */
	int64_t seq;
	unsigned char hash[HISTORY_HASH];
};
_Static_assert(sizeof(struct end) <= DB_MEMORY, "kept in the lane's memory");

/* The end of our chain: its sequence number and hash; zeros when it is empty. */
static enum err
chain_end(struct ctx *cx, int64_t *ret_seq, unsigned char *ret_hash)
{
	SCOPED(stmt) struct stmt *q = NULL;
	const struct end *end = db_memory(cx, sizeof(*end));
	const void *bytes;
	size_t len;
	bool row;

	if (end->chain == db_node(cx)) {
		*ret_seq = end->seq;
		memcpy(ret_hash, end->hash, HISTORY_HASH);
		return OK;
	}
	memset(ret_hash, 0, HISTORY_HASH);
	*ret_seq = 0;
	TRY(db_query(cx, LAST, DB_ARGS(db_int(db_node(cx))), &q));
	TRY(stmt_step(cx, q, &row));
	if (!row)
		return OK;
	bytes = stmt_bytes(q, 1, &len);
	if (len != HISTORY_HASH)
		return fail(cx, ERR_CORRUPT, "err.history_chain",
			    text_from_int(cx->arena, db_node(cx)),
			    text_from_int(cx->arena, stmt_int(q, 0)));
	*ret_seq = stmt_int(q, 0);
	memcpy(ret_hash, bytes, HISTORY_HASH);
	return OK;
}

enum err
history_add(struct ctx *cx, int64_t record, int64_t version, const char *kind, const char *name,
	    const char *change)
{
	unsigned char before[HISTORY_HASH], hash[HISTORY_HASH], digest[HISTORY_HASH], salt[SALT];
	const char *purpose = cx->purpose == NULL ? "" : cx->purpose;
	struct facts f = { .text = { purpose, kind, name }, .digest = digest };
	int64_t chain = db_node(cx), seq;
	struct end *end;

	TRY(chain_end(cx, &seq, before));
	ctx_random(cx, salt, sizeof(salt));
	hash_change(salt, change, strlen(change), digest);
	memcpy(f.number,
	       (int64_t[]){ chain, seq + 1, record, version, cx->now, cx->who.user,
			    cx->who.behalf_of, cx->who.session },
	       sizeof(f.number));
	hash_row(before, &f, hash);
	TRY(db_exec(cx, ADD,
		    DB_ARGS(db_int(chain), db_int(seq + 1), db_int(record), db_int(version),
			    db_int(cx->now), db_int(cx->who.user), db_int(cx->who.behalf_of),
			    db_int(cx->who.session), db_text(purpose), db_text(kind), db_text(name),
			    db_text(change), db_bytes(salt, SALT), db_bytes(digest, HISTORY_HASH),
			    db_bytes(hash, HISTORY_HASH)),
		    NULL));
	end = db_memory(cx, sizeof(*end));
	*end = (struct end){ .chain = chain, .seq = seq + 1 };
	memcpy(end->hash, hash, HISTORY_HASH);
	return OK;
}

enum err
history_of(struct ctx *cx, int64_t record, int limit, struct history_entry **ret, size_t *ret_n)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct history_entry *list =
		ARENA_ARRAY(cx->arena, (size_t)limit + 1, struct history_entry);
	size_t n = 0;
	bool row;

	/* Notes are the house's own: one from outside reads those of their own organisation. */
	TRY(db_query(
		cx, OF_RECORD,
		DB_ARGS(db_int(record), db_int(limit), db_int(cx->who.system ? 0 : cx->who.org)),
		&q));
	for (;;) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		list[n++] = (struct history_entry){
			.chain = stmt_int(q, 0),
			.seq = stmt_int(q, 1),
			.record = stmt_int(q, 2),
			.version = stmt_int(q, 3),
			.at = stmt_int(q, 4),
			.actor = stmt_int(q, 5),
			.behalf_of = stmt_int(q, 6),
			.kind = stmt_copy(cx, q, 7),
			.name = stmt_copy(cx, q, 8),
			.change = stmt_copy(cx, q, 9),
			.purpose = stmt_copy(cx, q, 10),
			.actor_name = stmt_copy(cx, q, 11),
		};
	}
	*ret = list;
	*ret_n = n;
	return OK;
}

static enum err
broken(struct ctx *cx, const struct stmt *q)
{
	return fail(cx, ERR_CORRUPT, "err.history_chain", text_from_int(cx->arena, stmt_int(q, 0)),
		    text_from_int(cx->arena, stmt_int(q, 1)));
}

/* Check the row under the statement against the hash before it, and take over its own. */
static enum err
verify_row(struct ctx *cx, const struct stmt *q, unsigned char *chain_hash, bool *ret_erased)
{
	unsigned char digest[HISTORY_HASH], hash[HISTORY_HASH];
	size_t salt_len, digest_len, hash_len;
	const void *salt = stmt_bytes(q, 12, &salt_len);
	const void *kept = stmt_bytes(q, 13, &digest_len), *stored = stmt_bytes(q, 14, &hash_len);
	struct facts f = { .text = { stmt_text(q, 8), stmt_text(q, 9), stmt_text(q, 10) },
			   .digest = kept };

	if (digest_len != HISTORY_HASH || hash_len != HISTORY_HASH)
		return broken(cx, q);
	*ret_erased = stmt_is_null(q, 11);
	if (!*ret_erased) {
		const char *change = stmt_text(q, 11);

		if (salt_len != SALT)
			return broken(cx, q);
		hash_change(salt, change, strlen(change), digest);
		if (memcmp(digest, kept, HISTORY_HASH) != 0)
			return broken(cx, q);
	}
	for (int i = 0; i < 8; i++)
		f.number[i] = stmt_int(q, i);
	hash_row(chain_hash, &f, hash);
	if (memcmp(hash, stored, HISTORY_HASH) != 0)
		return broken(cx, q);
	memcpy(chain_hash, hash, HISTORY_HASH);
	return OK;
}

enum err
history_verify(struct ctx *cx, struct history_report *ret)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct history_report report = { 0 };
	unsigned char hash[HISTORY_HASH] = { 0 };
	int64_t chain = 0, seq = 0;
	bool row, erased = false;

	TRY(db_query(cx, WALK, DB_NONE, &q));
	for (;;) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		if (stmt_int(q, 0) != chain) {
			chain = stmt_int(q, 0);
			seq = 0;
			memset(hash, 0, sizeof(hash));
			report.chains++;
		}
		if (stmt_int(q, 1) != ++seq)
			return broken(cx, q);
		TRY(verify_row(cx, q, hash, &erased));
		report.erased += erased;
		report.rows++;
	}
	*ret = report;
	return OK;
}

static enum err
take_head(struct ctx *cx, const struct stmt *q, struct history_head *ret)
{
	size_t len;
	const void *bytes = stmt_bytes(q, 3, &len);

	if (len != HISTORY_HASH)
		return broken(cx, q);
	ret->chain = stmt_int(q, 0);
	ret->seq = stmt_int(q, 1);
	ret->at = stmt_int(q, 2);
	memcpy(ret->hash, bytes, HISTORY_HASH);
	return OK;
}

enum err
history_heads(struct ctx *cx, struct history_head **ret, size_t *ret_n)
{
	SCOPED(stmt) struct stmt *q = NULL;
	struct history_head *list = ARENA_ARRAY(cx->arena, MAX_CHAINS, struct history_head);
	size_t n = 0;
	bool row = false;

	TRY(db_query(cx, HEADS, DB_NONE, &q));
	for (;; n++) {
		TRY(stmt_step(cx, q, &row));
		if (!row)
			break;
		if (n == MAX_CHAINS)
			return fail(cx, ERR_LIMIT, "err.db_large");
		TRY(take_head(cx, q, &list[n]));
	}
	*ret = list;
	*ret_n = n;
	return OK;
}

enum err
history_at(struct ctx *cx, int64_t chain, int64_t seq, struct history_head *ret)
{
	SCOPED(stmt) struct stmt *q = NULL;
	bool row = false;

	TRY(db_query(cx, ROW_AT, DB_ARGS(db_int(chain), db_int(seq)), &q));
	TRY(stmt_step(cx, q, &row));
	return row ? take_head(cx, q, ret) : fail(cx, ERR_NOTFOUND, "err.not_found");
}
