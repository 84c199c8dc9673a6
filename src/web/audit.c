/*
 * The audit log of the site: one line for each answer that left, but for files anybody may have.
 * It tells who (user, position, stood in for, session by its number and never by its key), what
 * (action, type, number, whose data were shown), when, from where and how it ended; the form's own
 * text stands in the record's history, not here. Refusals are told too, and failed sign-ins with
 * the name that was tried.
 *
 * Source: the house's list of requirements 8.3, 8.8 and 8.10; OWASP ASVS 5.0, 16.2 and 16.3.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "core/access.h"
#include "web/site_int.h"

#define MAX_NAME 128  /* bytes of a tried sign-in name that are kept */
#define MAX_SEEN 6000 /* bytes of the numbers of persons shown */

/* "create", "view" …: what the request wanted. */
static const char *
action(const struct visit *v)
{
	const char *method = v->x->method, *route = v->x->route_name;

	if (route != NULL && strcmp(route, PATH_SIGN_IN) == 0)
		return strcmp(method, "POST") == 0 ? "sign-in" : "sign-in.page";
	if (text_equal(route, PATH_SIGN_IN_CODE))
		return strcmp(method, "POST") == 0 ? "sign-in.code" : "sign-in.page";
	if (text_equal(route, PATH_OUTSIDE_BACK))
		return "sign-in.outside";
	if (text_equal(route, PATH_PROVE) && strcmp(method, "POST") == 0)
		return "prove";
	if (route != NULL && strcmp(route, PATH_SIGN_OUT) == 0)
		return "sign-out";
	if (strcmp(method, "GET") == 0)
		return "view";
	return strcmp(method, "DELETE") == 0 ? "delete" : "change";
}

/* The address of a record says which it is; others may hold what opens something. */
static const char *
path_of(const struct visit *v)
{
	const char *route = v->x->route_name;

	if (route == NULL || text_starts(route, PATH_SEARCH))
		return "";
	return v->x->path;
}

static const char *
number(struct arena *a, int64_t n)
{
	return n == 0 ? "" : arena_printf(a, "%" PRId64, n);
}

/* Numbers of the persons whose data the page shows. */
static const char *
persons(const struct visit *v)
{
	SCOPED_BUF b;

	buf_init(&b, MAX_SEEN);
	for (const struct access_note *n = v->cx->seen; n != NULL; n = n->next)
		for (size_t i = 0; i < n->n; i++)
			buf_printf(&b, "%s%" PRId64, b.len == 0 ? "" : " ", n->person[i]);
	return arena_strdup(v->cx->arena, b.bytes);
}

void
audit_left(struct http_exchange *x, bool whole, void *arg)
{
	const struct visit *v = x->site_data;
	struct arena *a = x->cx.arena;
	const struct actor *who;

	(void)arg;
	/* Without a route: files anybody may have, and strangers who guess at addresses. */
	if (!log_audit_is_open() || v == NULL || (v->route == NULL && !v->signed_in))
		return;
	who = &v->session.who;
	log_audit(action(v), "event.kind", "audit", "event.outcome",
		  x->status < 400 && v->refused == NULL ? "success" : "failure", "error.message",
		  v->refused == NULL ? "" : v->refused, "http.response.status_code",
		  number(a, x->status), "http.request.method", x->is_head ? "HEAD" : x->method,
		  "http.route", x->route_name == NULL ? "" : x->route_name, "url.path", path_of(v),
		  "client.ip", x->address, "user.id", number(a, who->user), "user.name",
		  v->tried == NULL ? "" : arena_strndup(a, v->tried, strnlen(v->tried, MAX_NAME)),
		  "hool.position", number(a, who->position), "hool.behalf_of",
		  number(a, who->behalf_of), "hool.session", number(a, who->session),
		  "hool.purpose", x->cx.purpose == NULL ? "" : x->cx.purpose, "hool.type",
		  v->type == NULL ? "" : v->type->name, "hool.number",
		  v->number == NULL ? "" : v->number, "hool.persons", persons(v), "hool.sent",
		  whole ? "whole" : "cut", "trace.id", x->cx.trace, "transaction.id",
		  arena_printf(a, "%" PRIu64, x->number));
}
