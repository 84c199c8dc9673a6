/* Drafts: what was typed and not yet sent, by user, position and form. */
#include <string.h>

#include "base/text.h"
#include "format/json.h"
#include "web/site_int.h"

#define MAX_DRAFT (256u * 1024)

static const char SAVE[] =
	"INSERT INTO sys_draft (user, position, form, fields, saved_at) VALUES (?1, ?2, ?3, ?4, "
	"?5) "
	"ON CONFLICT (user, position, form) DO UPDATE SET fields = excluded.fields, saved_at = "
	"excluded.saved_at";
static const char READ[] =
	"SELECT fields, saved_at FROM sys_draft WHERE user = ?1 AND position = ?2 AND form = ?3";

/* Names that belong to the machinery are not kept. */
static bool
is_typed(const char *name)
{
	return name[0] != '_';
}

enum err
draft_save(struct visit *v)
{
	const char *form = http_form(v->x, PART_FORM);
	SCOPED_BUF b;
	struct json_out j;

	buf_init(&b, MAX_DRAFT);
	if (form == NULL || *form == '\0' || strlen(form) > MAX_TEXT)
		return fail(v->cx, ERR_INVALID, "err.draft_form");
	json_out_init(&j, &b);
	json_list(&j);
	for (size_t i = 0; i < v->x->form.n; i++)
		if (is_typed(v->x->form.at[i].name)) {
			json_put_text(&j, v->x->form.at[i].name);
			json_put_text(&j, v->x->form.at[i].value);
		}
	json_list_end(&j);
	TRY(json_done(v->cx, &j));
	TRY(db_exec(v->cx, SAVE,
		    DB_ARGS(db_int(v->session.who.user), db_int(v->session.who.position),
			    db_text(form), db_text(b.bytes), db_int(v->cx->now)),
		    NULL));
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
