/*
 * The site: from a checked request to a page. One visit is one request with who makes it; routes
 * of fields of work are tried first, then the standard pages that every type has.
 *
 * Standard addresses (T is a type's path, N a record's number, which may hold slashes):
 *
 *	GET  /                          home: what is due, my duties and their figures
 *	GET  /T                         list        ?vaade=LIST &seisund=STATE &alates=ID &enne=ID
 *	GET  /T/uus      POST           new
 *	GET  /T/loend.csv, .xlsx        the list as a file; see export_page.c
 *	POST /T/hulk                    one move for the rows chosen in a list; see bulk_page.c
 *	GET  /T/N                       the record
 *	GET  /T/N/-/muuda  POST         change; a clash opens the merge view
 *	GET  /T/N/-/liigu/MOVE          what the move asks for, or asks again
 *	POST /T/N/-/liigu               make the move named by PART_MOVE
 *	POST /T/N/-/markus              add a note
 *	POST /T/N/-/fail                add a file          GET /fail/ID  read one
 *	GET  /T/N/-/vaatajad            who looked (persons)
 *	POST /T/N/-/kustuta             mark as deleted
 *
 * A handler builds one page. Read handlers run on the loop with a reader; write handlers are
 * closures on the write lane and end in http_redirect() (post, redirect, get) or an error; a form
 * that is sent back with errors is rendered by `again`, which reads what was typed from x->form.
 */
#ifndef HOOL_WEB_SITE_H
#define HOOL_WEB_SITE_H

#include "core/account.h"
#include "core/job.h"
#include "core/record.h"
#include "format/letter.h"
#include "http/http.h"
#include "http/virus.h"
#include "web/part/part.h"

#define VISIT_PARTS 4
#define VISIT_FAULTS 16 /* told at once, beside their fields */

struct site;
struct oidc;
struct rates;

/* What is wrong with a field of a form, in the reader's words. */
struct visit_fault {
	const char *field, *text;
	const char *key;
};

struct web_call;
struct api_shape;

struct visit {
	struct http_exchange *x;
	struct ctx *cx; /* &x->cx */
	const struct site *site;
	bool signed_in;
	struct session session;
	const struct web_route *route;
	const char *part[VISIT_PARTS]; /* what the {} of the pattern matched, in order */
	/* of the standard pages */
	const struct type *type;
	const char *number;
	const struct record *record; /* what a form changes: its own references may stay */
	const char *location;	     /* where a form's work ended; see visit_go() */
	enum err error;		     /* in `again`: why the form comes back; cx->error says it */
	struct visit_fault faults[VISIT_FAULTS]; /* see visit_typed() */
	size_t nfaults;
	unsigned char form_hash[32]; /* of what the form said as it came; form_key.c */
	bool form_hashed;
	const char *tried;   /* the name a sign-in was tried with, for the audit log */
	const char *refused; /* key of the error the visit met first, for the audit log */
	bool kept;	     /* the session was over, and what was sent is kept as a draft */
	int64_t wait;	     /* too many requests: seconds until there may be more */
	/* of the API; web/api.h */
	bool api;		       /* asked and answered in JSON */
	bool bearer;		       /* by a token; else by the browser's session */
	bool matched;		       /* it said which version it read */
	const char *move;	       /* named by the address */
	const struct api_shape *shape; /* how the handler is called */
	const struct web_call *call;
	struct html h;
	struct page page;
};

/* Anyone: also signed out. And: also who must set a second factor up before anything else. */
#define WEB_ANYONE 1u
#define WEB_UNPROVEN 2u

struct web_route {
	const char *method;  /* GET, POST */
	const char *pattern; /* "/kuu/{}/paevad": {} is one segment, a last {*} the rest */
	enum http_lane lane; /* HTTP_READ, HTTP_WRITE, HTTP_SLOW */
	unsigned flags;
	enum err (*handle)(struct visit *v);
	/* Renders the form again when handle() failed with ERR_INVALID or ERR_CONFLICT; on the loop
	 * with a reader. NULL: the error page. */
	enum err (*again)(struct visit *v);
};

/* What a route of a field of work takes from the API, where it is to be called so: a member of the
 * body and whose field it is like. */
struct web_input {
	const char *name, *type, *field;
	bool required;
};
struct web_call {
	const char *pattern;  /* of the POST route */
	const char *name;     /* "decision_sign": what programs call it */
	const char *text_key; /* what it does */
	const char *gives;    /* type of the record it answers with */
	const char *query;    /* a parameter of the address, the id of a `query_type`; or NULL */
	const char *query_type;
	bool makes;			 /* that record is new */
	bool version;			 /* the version read must be said */
	const struct web_input *inputs;	 /* ended by a NULL name; NULL: none */
	const struct web_input *outside; /* for those of another organisation; NULL: the same */
};

/* A section a field of work adds to the record page of a type, under the facts. */
struct web_panel {
	const char *type;
	/* Read, then write. `r` is what the page shows. */
	enum err (*write)(struct visit *v, const struct record *r);
};
/* The letter a move sends: shown before the move is made, with what was typed. */
struct web_letter {
	const char *type, *move;
	/* Of what `ch` asks for, nothing written. ERR_INVALID with the field at fault. */
	enum err (*make)(struct ctx *cx, const struct record *r, const struct change *ch,
			 struct letter *ret);
};
/* A section of the home page. */
struct web_home {
	enum err (*write)(struct visit *v);
};

/* Work the clock asks for: a closure of the write lane, run at start and then each hour, as the
 * program itself. It takes a bounded piece and is run again until it reports none left. */
struct work_job {
	const char *name;
	/* *ret_done: pieces done in this run; 0 ends it until the next hour. */
	enum err (*run)(struct ctx *cx, int64_t *ret_done);
};

/* What a field of work adds; each table ends with a row whose first member is NULL. */
struct work {
	const char *name;
	const struct hook *hooks;
	const struct web_route *routes;
	const struct web_panel *panels;
	const struct web_home *homes;
	const struct work_job *jobs;
	const struct web_call *calls;
	const struct job_kind *kinds; /* of the queue */
	const struct web_letter *letters;
};

/* ---- for handlers ---- */

/* Start a page: shell, rail, session warning. Fill v->page.title before; more may be set. */
void visit_page_begin(struct visit *v, const char *title);
/* End it; the answer is complete. */
enum err visit_page_end(struct visit *v) MUST_USE;
/* End a form's work: 303 to an own address. */
enum err visit_go(struct visit *v, const char *path) MUST_USE;
/*
 * Before a change that could take an account over (password, second factor, tokens): who has not
 * proved to be themselves within ACCOUNT_PROVED_SECONDS is sent to do so, and comes back here.
 * *ret_asked: the answer is made, the handler has only to return.
 */
enum err visit_prove(struct visit *v, bool *ret_asked) MUST_USE;
/* A fresh form key. */
const char *visit_key(struct visit *v);
/* Own address of a record ("/taotlus/PKT-2026/17"), percent-encoded; and of something of it. */
const char *visit_url(struct ctx *cx, const struct type *t, const char *number);
const char *visit_url_of(struct ctx *cx, const struct record *r, const char *more);
/* The same for any record by id; NULL if the actor cannot see it. */
const char *visit_url_id(struct ctx *cx, int64_t id);
/*
 * The title of any record as the reader may see it, and its address (NULL: out of sight). Of what
 * holds a person's data and is out of sight, the number stands in for the name. Looks are noted.
 */
enum err
visit_title(struct visit *v, int64_t id, const char **ret_title, const char **ret_href) MUST_USE;
/* The number of any record the reader may see, to stand beside its title; NULL where the title
 * says it, or it is out of sight. */
enum err visit_number(struct visit *v, int64_t id, const char *title, const char **ret) MUST_USE;
/* A value as people read it, references as visit_title() gives them. */
enum err visit_text(struct visit *v, const struct field *f, const struct value *value,
		    const char **ret) MUST_USE;
/* Has the actor a duty? */
bool visit_duty(const struct visit *v, const char *duty);
/* The purpose data of this type are looked at for: the first duty held that grants it. */
const char *visit_purpose(const struct visit *v, const struct type *t);
/* How a state, and a due date, are shown: "3 tööpäeva", "täna", "2 tööpäeva üle". */
enum tone visit_tone(const struct record *r);
enum tone visit_due(struct ctx *cx, int32_t due, int warn, const char **ret_words);
/* The trace kept with a clock, or any rule_json text, as lines for part_because(). */
enum err
visit_trace(struct ctx *cx, const char *json, struct part_trace **ret, size_t *ret_n) MUST_USE;
/* A letter as it will be, on a page: its text in its own language. */
void visit_letter(struct visit *v, const struct letter *l);
/* A field of a form: from a type's field, with the value typed before (v->x->form), else `value`,
 * else the preset. Its error is taken from cx->error when that names the field. */
enum err visit_field(struct visit *v, const struct field *f, const struct value *value,
		     struct part_field *ret) MUST_USE;
/* Why the form came back, where none of its fields says so. After part_error_summary(). */
void visit_cause(struct visit *v, const struct part_field *fields, size_t n);
/* Take what the form typed for the given fields into a change; all faults are looked at and noted
 * for visit_field(), the first is returned. A reference must be to what the reader may see. */
enum err
visit_typed(struct visit *v, const struct field *const *fields, int n, struct change *ch) MUST_USE;
/* The draft kept for a form (its PART_FORM), as pairs; none: ret->n is 0. */
enum err draft_read(struct visit *v, const char *form, struct http_pairs *ret,
		    int64_t *ret_saved_at) MUST_USE;
/* Store bytes as a file of a record (write lane). Returns the attachment's id. */
enum err attachment_add(struct ctx *cx, int64_t record, const char *filename, const char *media,
			const void *bytes, size_t len, int64_t *ret_id) MUST_USE;
/* Read a file's bytes into the arena. */
enum err attachment_read(struct ctx *cx, int64_t id, const char **ret_filename,
			 const char **ret_media, const void **ret_bytes, size_t *ret_len) MUST_USE;

/* ---- the program ---- */

/* Where files are made that go out at once, when the database is on a server and has no folder. */
#define EXPORT_FOLDER "/var/tmp"

struct site {
	const struct world *world;
	struct db *db;
	const struct work *const *works; /* ended by NULL */
	const char *board;		 /* name of the house */
	const char *version;
	const struct virus_scanner *scanner; /* of files people send, or NULL */
	struct rates *rates;		     /* how much one client may ask for; NULL: all */
	struct oidc *oidc;		     /* the provider people sign in through; NULL: none */
	const char *home_url;		     /* our own address as the provider knows it */
	struct static_files *statics;	     /* made by site_init() */
};
/* Fill the server's callbacks. `site` must outlive the server. */
void site_init(struct ctx *cx, struct site *site, struct http_site *ret);

#endif
