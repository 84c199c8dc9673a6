/* Drafts: what was typed and not yet sent, by user, position and form. */
#include <string.h>

#include "base/text.h"
#include "format/json.h"
#include "web/site_int.h"

#define MAX_DRAFT (256u * 1024) /* bytes */
#define DRAFTS 60		/* of one user; the oldest go */

static const char SAVE[] =
	"INSERT INTO sys_draft (user, position, form, fields, saved_at) VALUES (?1, ?2, ?3, ?4, "
	"?5) "
	"ON CONFLICT (user, position, form) DO UPDATE SET fields = excluded.fields, saved_at = "
	"excluded.saved_at";
static const char READ[] =
	"SELECT fields, saved_at FROM sys_draft WHERE user = ?1 AND position = ?2 AND form = ?3";

static const char PRUNE[] =
	"DELETE FROM sys_draft WHERE user = ?1 AND form NOT IN (SELECT form FROM sys_draft "
	"WHERE user = ?1 ORDER BY saved_at DESC LIMIT ?2)";

/* Names that belong to the machinery are not kept; but the version that was read is, for a draft
 * laid over what others have written since would undo it unseen. */
static bool
is_kept(const char *name)
{
	return name[0] != '_' || strcmp(name, PART_VERSION) == 0;
}

enum err
draft_keep(struct ctx *cx, const struct actor *who, const struct http_pairs *typed)
{
	const char *form = NULL;
	SCOPED_BUF b;
	struct json_out j;

	buf_init(&b, MAX_DRAFT);
	json_out_init(&j, &b);
	json_list(&j);
	for (size_t i = 0; i < typed->n; i++) {
		if (form == NULL && strcmp(typed->at[i].name, PART_FORM) == 0)
			form = typed->at[i].value;
		if (is_kept(typed->at[i].name)) {
			json_put_text(&j, typed->at[i].name);
			json_put_text(&j, typed->at[i].value);
		}
	}
	json_list_end(&j);
	if (form == NULL || *form == '\0' || text_length(form) > MAX_TEXT)
		return fail(cx, ERR_INVALID, "err.draft_form");
	TRY(json_done(cx, &j));
	TRY(db_exec(cx, SAVE,
		    DB_ARGS(db_int(who->user), db_int(who->position), db_text(form),
			    db_text(b.bytes), db_int(cx->now)),
		    NULL));
	return db_exec(cx, PRUNE, DB_ARGS(db_int(who->user), db_int(DRAFTS)), NULL);
}

enum err
draft_save(struct visit *v)
{
	TRY(draft_keep(v->cx, &v->session.who, &v->x->form));
	v->x->status = 204;
	return OK;
}

enum err
draft_read(struct visit *v, const char *form, struct http_pairs *ret, int64_t *ret_saved_at)
{
	SCOPED(stmt) struct stmt *q = NULL;
	const char *text;
	struct http_pair *pairs;
	struct json *root;
	size_t n = 0;
	bool row;

	*ret = (struct http_pairs){ NULL, 0 };
	*ret_saved_at = 0;
	TRY(db_query(v->cx, READ,
		     DB_ARGS(db_int(v->session.who.user), db_int(v->session.who.position),
			     db_text(form)),
		     &q));
	TRY(stmt_step(v->cx, q, &row));
	if (!row)
		return OK;
	text = stmt_copy(v->cx, q, 0);
	TRY(json_parse(v->cx, "draft", text, strlen(text), &root));
	pairs = ARENA_ARRAY(v->cx->arena, root->n / 2 + 1, struct http_pair);
	for (size_t i = 0; i + 1 < root->n; i += 2)
		pairs[n++] = (struct http_pair){ root->items[i]->text, root->items[i + 1]->text };
	*ret = (struct http_pairs){ pairs, n };
	*ret_saved_at = stmt_int(q, 1);
	return OK;
}
