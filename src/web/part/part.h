/*
 * Page parts: the pieces every page is put together from. Each carries its labels, errors and
 * accessibility once, so that a page author states facts and never mark-up.
 *
 * Words. All strings given in are already in the reader's language (msg(cx, …), a type's names)
 * and unescaped; the parts' own words ("miks?", "valikuline") are in po/part.*.po. NULL for an
 * optional string means "none". Strings need live only until the call returns, but those of struct
 * page until page_end().
 *
 * Order. Read data first, write after: no query while writing.
 *
 *	struct page pg = { .cx = cx, .h = &h, .title = …, … };
 *	page_begin(&pg);                       doctype … <main><h1>title</h1>
 *	  part_notice(&pg, TONE_DONE, …); part_tabs(&pg, …); part_table_begin(&pg, &table); …
 *	page_end(&pg);                         </main> … </html>
 *
 * Everything works without JavaScript; hool.js only adds to it by the data-… attributes.
 * Names of form fields that belong to the machinery begin with "_", so no type's field collides.
 * Structs are named part_… after the function that takes them; the kinds of questions are ASK_….
 */
#ifndef HOOL_WEB_PART_PART_H
#define HOOL_WEB_PART_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/civil.h"
#include "base/ctx.h"
#include "format/html.h"

/* Names of the hidden fields a handler reads back. */
#define PART_CSRF "_csrf"	/* token bound to the session */
#define PART_KEY "_key"		/* form key: the same one twice changes nothing */
#define PART_VERSION "_version" /* version of the record that was read */
#define PART_FORM "_form"	/* which form: the draft is kept under it */
#define PART_BACK "_back"	/* own address to return to */
#define PART_FIND "_find"	/* a reference field's "search" button: value is the field's name */
#define PART_MOVE "_move"	/* the move whose button was pressed */
#define PART_CHOSEN "_id"	/* ids of rows chosen in a list; may repeat */
#define PART_SEEN "_seen"	/* of what the letter shown was made of */
#define PART_ASKED "_sure"	/* "1": the confirmation page was answered yes */

/* Addresses the parts post to or link; the server gives their handlers. */
#define PATH_SEARCH "/otsing"  /* POST q: find anything */
#define PATH_LANGUAGE "/keel"  /* POST keel=et|en|ru, _back */
#define PATH_SIGN_OUT "/valju" /* POST */
#define PATH_SIGN_IN "/sisene" /* GET, POST */
#define PATH_SESSION "/seanss" /* POST: stay signed in; answers {"left": seconds} */
#define PATH_DRAFT "/mustand"  /* POST the form's fields + _form: kept; answers 204 */
#define PATH_STATIC "/static/" /* hool.css, hool.js, favicon.svg */

/*
 * How a thing stands. Always shown as word + colour + shape.
 * Shapes: plain ring, open dot, soon diamond, late triangle, done tick, off square.
 */
enum tone {
	TONE_PLAIN, /* nothing to say: waiting, new, draft */
	TONE_OPEN,  /* being worked on */
	TONE_SOON,  /* due soon; look at it; a warning */
	TONE_LATE,  /* overdue; refused; an error */
	TONE_DONE,  /* done, in force, paid */
	TONE_OFF,   /* ended, withdrawn, not in use */
	TONE_COUNT
};

enum part_icon {
	ICON_NONE,
	ICON_ADD,
	ICON_SEARCH,
	ICON_BELL,
	ICON_PERSON,
	ICON_OUT,
	ICON_LETTER,
	ICON_NOTE,
	ICON_LINK,
	ICON_FILE,
	ICON_CALENDAR,
	ICON_DOWNLOAD,
	ICON_PRINT,
	ICON_EDIT,
	ICON_EYE,
	ICON_BACK,
	ICON_NEXT,
	ICON_KEYS,
	ICON_COPY,
	ICON_COUNT
};

/* A link with a word; `note` is a quiet word after it. */
struct part_link {
	const char *label, *href;
	const char *note;
	bool current; /* this is where we are */
};

/* ------------------------------------------------------------------ shell (part_shell.c) -- */

/* A line of the left rail. */
struct page_duty {
	const char *label, *href;
	long waits;   /* what waits for me; past MAX_COUNT it shows "1 000+" */
	bool late;    /* something of it is overdue */
	bool current; /* the page belongs to it */
	bool heading; /* a quiet group title instead: only label is used */
};

/* News for all: a fault, maintenance, a change. */
struct page_notice {
	enum tone tone;
	const char *title, *text; /* text may be NULL */
};

struct page {
	struct ctx *cx;	   /* language, clock, arena */
	struct html *h;	   /* where to */
	const char *title; /* of the window and the <h1> */
	bool counted;	   /* `count` stands after the title, capped */
	long count;
	const char *lead;    /* a sentence under the <h1>, or NULL */
	bool own_heading;    /* the page writes its <h1> itself (record head, sign-in) */
	bool wide;	     /* grids and wide tables: main takes the whole width */
	bool plain;	     /* self-service: bigger text, no rail, one column */
	const char *board;   /* name of the house */
	const char *env;     /* banner where it is not production ("harjutusandmed"), or NULL */
	const char *version; /* of the program, in the footer */
	const char *asset;   /* folder of the static files with their hash in it; or NULL */
	const char *here;    /* own address of this page, for the language switch */
	const struct page_notice *notices;
	size_t n_notices;
	const struct part_link *crumbs; /* path to this page, without itself */
	size_t n_crumbs;
	/* Signed in: csrf is not NULL. */
	const char *csrf;
	const char *who;	/* the human's name */
	const char *position;	/* the position used */
	const char *stands_for; /* whom they stand in for, or NULL */
	const char *me_href;	/* own page: sessions, substitutes, who looked */
	long unread;		/* notices for me */
	const char *unread_href;
	const struct part_link *news; /* what may be started: the "new" menu */
	size_t n_news;
	const struct page_duty *duties;
	size_t n_duties;
	long session_left; /* seconds to the end of the session; 0: no warning */
	bool no_keys;	   /* their choice: no single-letter keys (WCAG 2.1.4) */
	long session_lead; /* seconds before it at which to warn */
	/* Footer links (accessibility statement, help), any face. */
	const struct part_link *foot;
	size_t n_foot;
};

/* Everything up to and within <main>, with the <h1> unless own_heading. */
void page_begin(struct page *p);
void page_end(struct page *p);

/* ---------------------------------------------------------------- small ones (part.c) ----- */

/* A small drawing beside a word; never alone. */
void part_icon(struct page *p, enum part_icon icon);
/* A heading of level 2 to 4; `id` may be NULL. */
void part_heading(struct page *p, int level, const char *id, const char *text);
/* A paragraph of reading text; and a quiet one. */
void part_text(struct page *p, const char *text);
void part_quiet(struct page *p, const char *text);
/* State as word + colour + shape. */
void part_badge(struct page *p, enum tone tone, const char *word);
/* A banner: what happened. Errors get role=alert, others role=status. `text` may be NULL. */
void part_notice(struct page *p, enum tone tone, const char *title, const char *text);
/* A date "22.11.2026" and a moment "22.11.2026 14:05" (Tallinn) in <time>; the script adds the
 * reader's own time where it differs. CIVIL_NONE / 0 gives a dash. */
void part_date(struct page *p, int32_t day);
void part_moment(struct page *p, int64_t utc);
/* A sum right-aligned as "1 234,50 €". */
void part_money(struct page *p, int64_t cents);
/* A count, capped: "1 000+". */
void part_count(struct page *p, long n);
/* A list of links under a title (what is linked; to the side). */
void part_links(struct page *p, const char *title, const struct part_link *links, size_t n);
/* A link that looks like a button; `main` fills it. */
void part_button_link(struct page *p, const char *href, const char *label, enum part_icon icon,
		      bool main);
/* A one-button form: POST action with the CSRF token and one name=value (may be NULL). */
void part_post_button(struct page *p, const char *action, const char *name, const char *value,
		      const char *label, bool main);
/* "What happens next": plain sentences, in order. */
void part_next_steps(struct page *p, const char *const *sentences, size_t n);
/* Side by side: main text and a narrower column; stacked on narrow screens. */
void part_columns_begin(struct page *p);
void part_columns_side(struct page *p);
void part_columns_end(struct page *p);
/* A bordered block with a level-2 title; `id` may be NULL. */
void part_section_begin(struct page *p, const char *id, const char *title);
void part_section_end(struct page *p);

/* ------------------------------------------------------------------- lists (part_table.c) -- */

/* Saved filters as tabs; link.note is the count. */
void part_tabs(struct page *p, const char *label, const struct part_link *tabs, size_t n);

enum part_sorted { SORTED_NOT, SORTED_UP, SORTED_DOWN };

struct part_column {
	const char *label;
	bool number;	       /* right-aligned, tabular */
	const char *sort_href; /* the head is a link; NULL: cannot be sorted by */
	enum part_sorted sorted;
	const char *hint; /* longer explanation, as title */
};

/*
 * A table. Begin, then rows of exactly n_columns cells, then end.
 * With `bulk_form` each row has a checkbox (PART_CHOSEN) that belongs to that form, which
 * part_bulk() writes. `caption` is always read out; shown only if show_caption.
 */
struct part_table {
	const char *caption;
	bool show_caption;
	const struct part_column *columns;
	size_t n_columns;
	const char *bulk_form; /* id of the bulk form, or NULL */
	bool keys;	       /* j, k, x and Enter walk through it */
	/* kept by the parts */
	size_t at;	      /* column of the next cell */
	const char *row_href; /* where the row leads, until its first link is written */
};

void part_table_begin(struct page *p, struct part_table *t);
/*
 * A row. `href`: where it leads, or NULL; the first part_cell_link of the row carries it for those
 * without a mouse (give it a NULL href). `id` is the value of the row's checkbox and `name` what it
 * is called aloud; both are used only with bulk_form.
 */
void part_row_begin(struct page *p, struct part_table *t, const char *href, int64_t id,
		    const char *name);
void part_row_end(struct page *p, struct part_table *t);
void part_table_end(struct page *p, struct part_table *t);
/* A last row of totals: cells as usual, set apart. Between the last row and the end. */
void part_total_begin(struct page *p, struct part_table *t);
void part_total_end(struct page *p, struct part_table *t);

/* Cells. NULL or "" shows a quiet dash. */
void part_cell_text(struct page *p, struct part_table *t, const char *text);
void part_cell_link(struct page *p, struct part_table *t, const char *href, const char *text);
void part_cell_int(struct page *p, struct part_table *t, int64_t n);
void part_cell_money(struct page *p, struct part_table *t, int64_t cents);
void part_cell_date(struct page *p, struct part_table *t, int32_t day);
void part_cell_moment(struct page *p, struct part_table *t, int64_t utc);
void part_cell_badge(struct page *p, struct part_table *t, enum tone tone, const char *word);
/* A clock: `words` ("3 tööpäeva", "2 päeva üle") with the date shown when the row is at hand. */
void part_cell_clock(struct page *p, struct part_table *t, enum tone tone, const char *words,
		     int32_t due);
/* A cell of whatever other parts write. */
void part_cell_begin(struct page *p, struct part_table *t);
void part_cell_end(struct page *p, struct part_table *t);

/* An empty list: why it is empty and what to do (href and label may be NULL). */
void
part_empty(struct page *p, const char *why, const char *what, const char *href, const char *label);
/* Count, newer/older by cursor (NULL: none), exports (NULL: none). */
struct part_list_foot {
	long shown;		 /* rows on this page */
	long count;		 /* of all, capped at MAX_COUNT + 1; negative: not counted */
	const char *prev, *next; /* addresses with cursors */
	const char *csv, *xlsx, *json;
};
void part_list_foot(struct page *p, const struct part_list_foot *f);
/* The bulk bar, written after the table: a form `id` whose buttons move the chosen rows. The script
 * hides it until one is chosen. The handler gets PART_CHOSEN… and PART_MOVE, and asks again before
 * it acts. */
struct part_bulk {
	const char *id, *action;
	const struct part_link *moves; /* label; href is the value of PART_MOVE */
	size_t n_moves;
};
void part_bulk(struct page *p, const struct part_bulk *b);

/* ------------------------------------------------------------------- forms (part_form.c) -- */

enum ask {
	ASK_TEXT,
	ASK_LONG,  /* several lines; `rows` */
	ASK_DATE,  /* dd.mm.yyyy as typed */
	ASK_MONEY, /* euros as typed */
	ASK_INT,
	ASK_CHOICE, /* radios up to 5 choices, a select above */
	ASK_MANY,   /* checkboxes; the name repeats */
	ASK_YESNO,  /* radios with the values "1" and "0" */
	ASK_TICK,   /* one checkbox, value "1" */
	ASK_REF,    /* search and pick another record */
	ASK_FILE,
	ASK_EMAIL,
	ASK_PHONE,
	ASK_PASSWORD,
	ASK_FIXED /* shown, not asked; nothing is sent */
};

struct part_choice {
	const char *value, *label;
	const char *help; /* a line under a radio or checkbox, or NULL */
	bool chosen;
};

struct part_field {
	enum ask kind;
	const char *name, *label;
	const char *help;	  /* under the label */
	const char *error;	  /* what to do about it; NULL: none */
	const char *value;	  /* as typed, also when wrong */
	bool optional;		  /* "(valikuline)" after the label */
	const char *unit;	  /* after the box: "tundi", "€" (money has it of itself) */
	const char *source;	  /* where a prefilled value came from: "rahvastikuregister" */
	size_t max;		  /* characters; 0: MAX_TEXT or MAX_LONG_TEXT */
	int rows;		  /* ASK_LONG: lines shown; 0 gives 5 */
	int width;		  /* characters the box is for: 4, 10, 20, 40; 0: by kind */
	const char *autocomplete; /* HTML token: "email", "bday"; NULL: "off" */
	const char *accept;	  /* ASK_FILE: ".pdf,.asice" */
	bool several;		  /* ASK_FILE: more than one */
	const struct part_choice
		*choices; /* CHOICE, MANY; REF: what the search found, or the picked one */
	size_t n_choices;
	const char *typed; /* REF: the words searched by */
	const char *suggest; /* REF: POST q + _csrf gives [{"id":…,"text":…,"note":…}], or NULL */
	bool searched;	     /* REF: a search was made, so no choices means nothing found */
};

struct part_form {
	const char *id;	    /* id attribute and PART_FORM: the draft is kept under it */
	const char *action; /* own address */
	const char *key;    /* PART_KEY or NULL */
	int64_t version;    /* PART_VERSION; 0: none */
	const char *back;   /* PART_BACK or NULL */
	bool files;	    /* has ASK_FILE */
	bool keep;	    /* saved as typed, warned about when left unsaved */
	int64_t kept_at;    /* when the draft now shown was kept; 0: none */
	bool get;	    /* a filter: GET, no token */
};

/* <form> with its hidden fields. Write part_error_summary() before it. */
void part_form_begin(struct page *p, const struct part_form *f);
void part_form_end(struct page *p);
/* The errors on top, each a link to its field; nothing if there is none. */
void part_error_summary(struct page *p, const struct part_field *fields, size_t n);
void part_field(struct page *p, const struct part_field *f);
/* A group of fields with a legend. */
void part_group_begin(struct page *p, const char *legend, const char *help);
void part_group_end(struct page *p);
/* The end of a form: main button (name and value may be NULL), more buttons, a way out. */
struct part_button {
	const char *label;
	const char *name, *value; /* sent when pressed */
	enum tone tone;		  /* TONE_LATE: cannot be undone */
	const char *action;	  /* another address than the form's, or NULL */
};
void part_buttons(struct page *p, const struct part_button *buttons, size_t n,
		  const char *cancel_href, const char *cancel_label);
/* Filter row above a list: fields side by side, one button, and "clear". Uses GET unless
 * `post` (whenever a person may be searched for: nothing of it may reach the address). */
void part_filter(struct page *p, const char *action, const struct part_field *fields, size_t n,
		 bool post, const char *clear_href);
/* Steps of a long form; link.current is where we are, a NULL href is not open yet. */
void part_steps(struct page *p, const struct part_link *steps, size_t n);
/* Check your answers: label, value, and where to change it. */
struct part_answer {
	const char *label, *value, *change_href;
};
void part_answers(struct page *p, const struct part_answer *answers, size_t n);

/* ------------------------------------------------------------------ records (part_record.c) - */

/* A button that moves a record. */
struct part_move {
	const char *label, *name; /* name is the value of PART_MOVE */
	bool usual;		  /* the filled one */
	bool ask;		  /* cannot be undone: its page asks again */
	const char *refused;	  /* why it may not be done now; shown, not offered */
};

struct part_record_head {
	const char *what;   /* kind of thing: "Taotlus" */
	const char *number; /* "PKT-2026/17", can be copied */
	const char *name;   /* the <h1>: whom or what it is about */
	const char *name_href;
	enum tone tone;
	const char *state;
	enum tone due_tone; /* of the clock */
	const char *due_words;
	int32_t due; /* CIVIL_NONE: nothing is due */
	const char *responsible, *responsible_href;
	const char *action; /* where the moves post; each with PART_MOVE */
	int64_t version;
	const char *key;
	const struct part_move *moves;
	size_t n_moves;
};
void part_record_head(struct page *p, const struct part_record_head *r);

/* A fact in two columns: write with part_facts_begin, part_fact…, part_facts_end. */
void part_facts_begin(struct page *p);
void part_fact(struct page *p, const char *label, const char *value);
void part_fact_link(struct page *p, const char *label, const char *value, const char *href);
/* A fact of whatever other parts write: badge, money, because. */
void part_fact_begin(struct page *p, const char *label);
void part_fact_end(struct page *p);
void part_facts_end(struct page *p);

/* Why: the quiet "miks?" that opens the trace in place. */
struct part_trace {
	const char *fact;   /* what was found: "Esitatud 12.05.2026" */
	const char *rule;   /* what was applied: "10 tööpäeva", or NULL */
	const char *source; /* the law: "SHS § 63 lg 1", or NULL */
	const char *source_href;
	int32_t confirmed; /* when somebody last confirmed the rule; CIVIL_NONE: see unsure */
	bool unsure;	   /* nobody has confirmed it: marked wherever it is used */
};
/* `about` is read aloud after "miks?": "Otsuse tähtaeg". */
void part_because(struct page *p, const char *about, const struct part_trace *steps, size_t n);

struct part_change {
	const char *label, *was, *now;
};
/* One entry of the timeline. */
struct part_entry {
	int64_t at;
	const char *who;     /* "Mari Tamm (asendab: Jaan Kask)" */
	const char *what;    /* "kinnitas otsuse" */
	const char *note;    /* text of a note or letter, or NULL */
	enum part_icon icon; /* letter, note, eye, edit … */
	const char *href;    /* the letter, the file */
	const char *href_label;
	const char *say;	      /* what it comes to, a sentence; or NULL */
	const struct part_trace *why; /* of that */
	size_t n_why;
	const struct part_change *changes;
	size_t n_changes;
};
/* `add_action` NULL: no box to add a note. The note comes as the field "note"; `typed` is one that
 * was sent and could not be taken, or NULL. */
void part_timeline(struct page *p, const struct part_entry *entries, size_t n,
		   const char *add_action, const char *key, const char *typed);

/* ------------------------------------------------------------- whole pages (part_page.c) ---- */

/* Asked again, with what will happen. `count` > 1 is said ("42 taotlust"). */
struct part_confirm {
	const char *question;	    /* the <h1> is the page's title; this is the sentence */
	const char *const *effects; /* what will happen, one a line */
	size_t n_effects;
	const char *action; /* POST; PART_ASKED=1 and PART_MOVE go along */
	const char *move;   /* value of PART_MOVE, or NULL */
	const char *key;
	int64_t version;
	const int64_t *chosen; /* rows of a bulk move, as PART_CHOSEN */
	size_t n_chosen;
	const char *seen;		 /* PART_SEEN: of what was shown; NULL: nothing */
	const char *button;		 /* a verb: "Tunnista kehtetuks" */
	bool final;			 /* cannot be undone */
	const struct part_field *fields; /* asked along: the ground */
	size_t n_fields;
	const char *cancel_href;
};
void part_confirm(struct page *p, const struct part_confirm *c);

/* Two people changed one record: three columns, choose by field. */
struct part_merge_row {
	const char *name, *label;
	const char *base, *theirs, *mine; /* as text for people */
	const char *typed;		  /* mine as a form says it; NULL: as people read it */
	bool clash;			  /* both changed it: nothing is chosen beforehand */
};
struct part_merge {
	const char *their_name; /* who changed it meanwhile */
	int64_t their_at;
	const char *action, *key;
	const char *form; /* PART_FORM of the form that clashed: its draft ends with this one's */
	int64_t version;  /* theirs: the one we now build upon */
	const struct part_merge_row *rows;
	size_t n_rows;
	const char *cancel_href;
};
/* Sends NAME=theirs|mine for each row, and NAME_mine with my text. */
void part_merge(struct page *p, const struct part_merge *m);

/* The letter side by side with what it is made of. Between begin and facts: the letter; between
 * facts and end: its sources. */
void part_letter_begin(struct page *p, const char *title);
void part_letter_facts(struct page *p, const char *title);
void part_letter_end(struct page *p);

/* Signing in. */
struct part_sign_in {
	const char *outside_href; /* the state's sign-in (TARA), or NULL */
	const char
		*action;  /* local sign-in with a password: POST kasutaja, parool, kood; or NULL */
	const char *user; /* as typed */
	const char *error;
	bool ask_code;	  /* the second factor */
	const char *back; /* own address to go to after */
	const char *csrf; /* token of the signed-out form */
	const struct part_link
		*practice; /* practice people to sign in as, href is the value of kasutaja */
	size_t n_practice;
};
void part_sign_in(struct page *p, const struct part_sign_in *s);

/* An error page: what happened, what is kept, what to do next. */
struct part_trouble {
	const char *what;	      /* sentence under the title */
	const char *kept;	      /* what is not lost, or NULL */
	const char *next;	      /* what to do, or NULL */
	const struct part_link *ways; /* where to go */
	size_t n_ways;
	const char *code;  /* for the support: "E409" */
	const char *trace; /* thread id of the request, to be quoted */
};
void part_trouble(struct page *p, const struct part_trouble *t);

/* The head of a printed sheet: seen on paper only. */
void part_print_head(struct page *p, const char *title, const char *number);

/* -------------------------------------------------------------------- grid (part_grid.c) ---- */

/* A code a cell may hold. */
struct part_grid_code {
	const char *code, *label; /* "T", "töötas" */
	bool counts;		  /* adds one to the row's and the day's total */
};
struct part_grid_row {
	int64_t id;
	const char *name; /* of the person; the row's head */
	const char *href;
	const char *const *cells;  /* one for each day; NULL or "" is empty */
	const char *const *errors; /* one for each day or NULL; may be NULL altogether */
	bool locked;		   /* shown, not asked */
};
/* A month: rows are people, columns its days. Cells are sent as "g<id>d<day>"; the parts count
 * the totals from the cells. */
struct part_grid {
	const char *caption;
	int year, month;
	const bool *holiday; /* one for each day: state holidays (weekends are known), or NULL */
	const struct part_grid_row *rows;
	size_t n_rows;
	const struct part_grid_code *codes;
	size_t n_codes;
	bool numbers; /* cells hold numbers (hours) and totals add them up */
	const char *total_label;
};
/* Within part_form_begin() … part_form_end(). */
void part_grid(struct page *p, const struct part_grid *g);

/* ------------------------------------------------------------------ figures (part_chart.c) -- */

/* A figure against its target, with the records behind one click. */
struct part_figure {
	const char *label;
	const char *value;  /* "92 %", as text */
	const char *target; /* "≥ 95 %", or NULL */
	enum tone tone;
	const char *word; /* of the tone: "alla eesmärgi" */
	const char *href, *href_label;
	const char *note; /* "viimased 30 päeva", or NULL */
	const struct part_trace *why;
	size_t n_why;
};
void part_figures_begin(struct page *p);
void part_figure(struct page *p, const struct part_figure *f);
void part_figures_end(struct page *p);

enum part_chart_kind { CHART_BARS, CHART_LINE };

/* One series drawn as SVG, with the table beneath. Values are whole numbers (scale them first). */
struct part_chart {
	enum part_chart_kind kind;
	const char *id;	      /* id on the page */
	const char *question; /* the title: "Kas otsused valmivad tähtajaks?" */
	const char *what;     /* head of the first table column: "Kuu" */
	const char *unit;     /* head of the value column: "Otsuseid" */
	const char *const *labels;
	const int64_t *values;
	size_t n;
	bool has_target;
	int64_t target;
	const char *target_label; /* "Eesmärk 95 %" */
	const char *suffix;	  /* " %" after each value, or NULL */
	const char *const *hrefs; /* records behind each value, or NULL */
};
void part_chart(struct page *p, const struct part_chart *c);

#endif
