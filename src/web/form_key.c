/*
 * Form keys: one a form shown. Sent twice, a form changes nothing the second time and gets the
 * first answer. The same key with other content is another wish (somebody went back and wrote
 * anew): it is refused, and the form comes back with what was typed and a key of its own.
 */
#include <sodium.h>
#include <string.h>

#include "base/text.h"
#include "web/site_int.h"

#define KEY_HASH 16 /* bytes */
#define MAX_KEY 64  /* characters, as sent */

static const char USED[] = "SELECT location, digest FROM sys_form_key WHERE key = ?1";
static const char USE[] = "INSERT INTO sys_form_key (key, user, location, made_at, digest) "
			  "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
static const char DRAFT_GONE[] =
	"DELETE FROM sys_draft WHERE user = ?1 AND position = ?2 AND form = ?3";

static void
add(crypto_generichash_state *st, const void *bytes, size_t len)
{
	unsigned char size[8];

	for (int i = 0; i < 8; i++)
		size[i] = (unsigned char)((uint64_t)len >> (8 * i));
	(void)crypto_generichash_update(st, size, sizeof(size));
	(void)crypto_generichash_update(st, bytes, len);
}

/* The key as it is kept: the user's and the address's own. NULL if the form has none. */
static const char *
kept_key(struct visit *v)
{
	const char *key = http_form(v->x, PART_KEY);
	unsigned char hash[KEY_HASH];
	crypto_generichash_state st;

	if (!v->signed_in || key == NULL || *key == '\0' || strlen(key) > MAX_KEY)
		return NULL;
	(void)crypto_generichash_init(&st, NULL, 0, sizeof(hash));
	add(&st, &v->session.who.user, sizeof(v->session.who.user));
	add(&st, v->x->path, strlen(v->x->path));
	add(&st, key, strlen(key));
	(void)crypto_generichash_final(&st, hash, sizeof(hash));
	return text_hex(v->cx->arena, hash, sizeof(hash));
}

/* What the form said, files too; not its token, which is masked anew in each page. Taken as it came
 * in: handlers may write the pairs anew. */
static void
hash_form(struct visit *v)
{
	const struct http_exchange *x = v->x;
	crypto_generichash_state st;

	if (v->form_hashed)
		return;
	v->form_hashed = true;
	(void)crypto_generichash_init(&st, NULL, 0, sizeof(v->form_hash));
	for (size_t i = 0; i < x->form.n; i++) {
		if (strcmp(x->form.at[i].name, PART_CSRF) == 0)
			continue;
		add(&st, x->form.at[i].name, strlen(x->form.at[i].name));
		add(&st, x->form.at[i].value, strlen(x->form.at[i].value));
	}
	for (size_t i = 0; i < x->file_count; i++) {
		add(&st, x->files[i].field, strlen(x->files[i].field));
		add(&st, x->files[i].filename, strlen(x->files[i].filename));
		add(&st, x->files[i].bytes, x->files[i].len);
	}
	(void)crypto_generichash_final(&st, v->form_hash, sizeof(v->form_hash));
}

enum err
form_key_used(struct visit *v, bool *ret)
{
	const char *key = kept_key(v);
	SCOPED(stmt) struct stmt *q = NULL;
	const void *then;
	size_t len;

	*ret = false;
	if (key == NULL)
		return OK;
	hash_form(v);
	TRY(db_query(v->cx, USED, DB_ARGS(db_text(key)), &q));
	TRY(stmt_step(v->cx, q, ret));
	if (!*ret)
		return OK;
	then = stmt_bytes(q, 1, &len);
	if (len != sizeof(v->form_hash) || memcmp(then, v->form_hash, len) != 0)
		return fail(v->cx, ERR_CONFLICT, "err.form_used");
	return visit_go(v, stmt_copy(v->cx, q, 0));
}

enum err
form_key_use(struct visit *v)
{
	const char *key = kept_key(v), *form = http_form(v->x, PART_FORM);
	int64_t user = v->session.who.user;

	if (!v->signed_in || v->location == NULL)
		return OK;
	if (key != NULL) {
		TRY(db_exec(v->cx, USE,
			    DB_ARGS(db_text(key), db_int(user), db_text(v->location),
				    db_int(v->cx->now),
				    db_bytes(v->form_hash, sizeof(v->form_hash))),
			    NULL));
	}
	if (form == NULL)
		return OK;
	return db_exec(v->cx, DRAFT_GONE,
		       DB_ARGS(db_int(user), db_int(v->session.who.position), db_text(form)), NULL);
}
