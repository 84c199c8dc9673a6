/* See manifest.h. */
#include "keep/manifest.h"

#include <sodium.h>
#include <string.h>

#include "base/text.h"
#include "format/json.h"

enum err
manifest_of(struct ctx *cx, struct manifest *ret)
{
	ret->at = cx->now;
	TRY(db_step_taken(cx, &ret->schema));
	TRY(db_counts(cx, &ret->tables, &ret->ntables));
	return history_heads(cx, &ret->chains, &ret->nchains);
}

enum err
manifest_write(struct ctx *cx, const struct manifest *m, struct buf *out)
{
	struct json_out j;

	json_out_init(&j, out);
	json_map(&j);
	json_pair_int(&j, "size", m->size);
	json_pair_text(&j, "sha256", m->sha256);
	json_pair_int(&j, "schema", m->schema);
	json_pair_int(&j, "at", m->at);
	json_key(&j, "tables");
	json_map(&j);
	for (size_t i = 0; i < m->ntables; i++)
		json_pair_int(&j, m->tables[i].table, m->tables[i].rows);
	json_map_end(&j);
	json_key(&j, "chains");
	json_list(&j);
	for (size_t i = 0; i < m->nchains; i++) {
		json_map(&j);
		json_pair_int(&j, "chain", m->chains[i].chain);
		json_pair_int(&j, "last", m->chains[i].seq);
		json_pair_text(&j, "hash",
			       text_hex(cx->arena, m->chains[i].hash, sizeof(m->chains[i].hash)));
		json_map_end(&j);
	}
	json_list_end(&j);
	json_map_end(&j);
	return json_done(cx, &j);
}

static enum err
chain_parse(struct ctx *cx, struct json *j, struct history_head *ret)
{
	const char *hex = NULL;
	size_t n = 0;

	TRY(json_int(cx, j, "chain", false, 1, INT64_MAX, &ret->chain));
	TRY(json_int(cx, j, "last", false, 1, INT64_MAX, &ret->seq));
	TRY(json_text(cx, j, "hash", false, &hex));
	if (sodium_hex2bin(ret->hash, sizeof(ret->hash), hex, strlen(hex), NULL, &n, NULL) != 0 ||
	    n != sizeof(ret->hash))
		return json_fail(cx, j, "err.json_kind", "hash", "");
	return OK;
}

static enum err
parse(struct ctx *cx, const char *name, const char *bytes, size_t n, struct manifest *m)
{
	struct json *j = NULL, *tables = NULL, *chains = NULL;

	TRY(json_parse(cx, name, bytes, n, &j));
	TRY(json_int(cx, j, "size", false, 0, INT64_MAX, &m->size));
	TRY(json_text(cx, j, "sha256", false, &m->sha256));
	TRY(json_int(cx, j, "schema", false, 0, 9999, &m->schema));
	TRY(json_int(cx, j, "at", false, 0, INT64_MAX, &m->at));
	TRY(json_need(cx, j, "tables", JSON_MAP, &tables));
	TRY(json_need(cx, j, "chains", JSON_LIST, &chains));
	m->ntables = tables->n;
	m->tables = ARENA_ARRAY(cx->arena, tables->n + 1, struct db_count);
	for (size_t i = 0; i < tables->n; i++) {
		m->tables[i].table = tables->keys[i];
		TRY(json_int(cx, tables, tables->keys[i], false, 0, INT64_MAX, &m->tables[i].rows));
	}
	m->nchains = chains->n;
	m->chains = ARENA_ARRAY(cx->arena, chains->n + 1, struct history_head);
	for (size_t i = 0; i < chains->n; i++)
		TRY(chain_parse(cx, chains->items[i], &m->chains[i]));
	return OK;
}

enum err
manifest_parse(struct ctx *cx, const char *name, const char *bytes, size_t n, struct manifest *ret)
{
	struct manifest m = { 0 };

	if (parse(cx, name, bytes, n, &m) != OK) {
		ctx_forgive(cx);
		return fail(cx, ERR_CORRUPT, "err.pack_altered", name);
	}
	*ret = m;
	return OK;
}

static enum err
count_wrong(struct ctx *cx, const char *table, int64_t want, int64_t found)
{
	return fail(cx, ERR_CORRUPT, "err.check_count", table, text_from_int(cx->arena, want),
		    text_from_int(cx->arena, found));
}

enum err
manifest_compare(struct ctx *cx, const struct manifest *m)
{
	struct manifest is = { 0 };

	TRY(manifest_of(cx, &is));
	for (size_t i = 0; i < m->ntables && i < is.ntables; i++)
		if (!text_equal(m->tables[i].table, is.tables[i].table) ||
		    m->tables[i].rows != is.tables[i].rows)
			return count_wrong(cx, m->tables[i].table, m->tables[i].rows,
					   is.tables[i].rows);
	if (m->ntables != is.ntables)
		return count_wrong(cx, "sqlite_schema", (int64_t)m->ntables, (int64_t)is.ntables);
	for (size_t i = 0; i < m->nchains; i++)
		if (i >= is.nchains || m->chains[i].chain != is.chains[i].chain ||
		    m->chains[i].seq != is.chains[i].seq ||
		    memcmp(m->chains[i].hash, is.chains[i].hash, HISTORY_HASH) != 0)
			return fail(cx, ERR_CORRUPT, "err.check_chain",
				    text_from_int(cx->arena, m->chains[i].chain));
	return m->nchains == is.nchains ? OK : fail(cx, ERR_CORRUPT, "err.check_chain", "?");
}
