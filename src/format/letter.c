/*
 * Letters. See letter.h. What a letter looks like is decided here; how rows of text become pages
 * is in pdf_flow.c, what a PDF needs beyond cairo in pdf.c.
 */
#include "format/letter.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "format/pdf_flow.h"

#define GAP 7.0		/* points between paragraphs */
#define COLUMN_GAP 12.0 /* points between label and value, addressee and number */
#define CELL_PAD 5.0
#define MAX_FOOT 3u
#define MARKER 16.0	    /* width of a bullet */
#define WORD_PROBE 64u	    /* bytes of a word that count for the width of a column */
#define LINE_PROBE 200u	    /* bytes of a line that count */
#define MIN_COLUMN 22.0	    /* points */
#define MAX_WORD_SHARE 0.45 /* of the width, to one column for the sake of its longest word */

/*
 * The making of one letter. The first fault is kept in `err`, and texts after it are empty, so
 * that the parts below need no checks; letter_pdf() looks once at the end.
 */
struct maker {
	struct ctx *cx;
	struct flow *flow;
	double width;
	size_t bytes, cells;
	enum err err;
};

static const enum flow_align ALIGN[] = {
	[LETTER_LEFT] = FLOW_LEFT,
	[LETTER_RIGHT] = FLOW_RIGHT,
	[LETTER_CENTRE] = FLOW_CENTRE,
};

static const char *
fault(struct maker *m, enum err e, const char *key, const char *value)
{
	if (m->err == OK)
		m->err = value == NULL ? fail(m->cx, e, key) : fail(m->cx, e, key, value);
	return "";
}

/* A text checked and made printable; NULL gives "". */
static const char *
text(struct maker *m, const char *s)
{
	size_t len;

	if (s == NULL || m->err != OK)
		return "";
	len = strlen(s);
	if (len > MAX_LETTER_TEXT || m->bytes + len > MAX_LETTER_TEXT)
		return fault(m, ERR_LIMIT, "err.letter_text",
			     text_from_int(m->cx->arena, MAX_LETTER_TEXT));
	m->bytes += len;
	if (!text_is_utf8(s, len))
		return fault(m, ERR_INVALID, "err.letter_utf8", NULL);
	return flow_clean(m->cx->arena, s);
}

/* The same on one line: for properties of the file and the heads of pages. */
static const char *
line(struct maker *m, const char *s)
{
	char *t = text_trim(m->cx->arena, text(m, s));

	for (char *p = t; *p != '\0'; p++)
		if (*p == '\n')
			*p = ' ';
	return t;
}

static const char *
url(struct maker *m, const char *s)
{
	const char *checked;

	if (s == NULL || s[0] == '\0' || m->err != OK)
		return NULL;
	checked = flow_url(m->cx->arena, text(m, s));
	if (checked == NULL && m->err == OK)
		(void)fault(m, ERR_INVALID, "err.letter_url", NULL);
	return checked;
}

/* Two texts with `between`, or the one that there is. */
static const char *
join(struct maker *m, const char *a, const char *between, const char *b)
{
	if (a[0] == '\0' || b[0] == '\0')
		return a[0] == '\0' ? b : a;
	return arena_printf(m->cx->arena, "%s%s%s", a, between, b);
}

/* Count cells (or items, or blocks) of which the caller decides the number. */
static bool
enough_room(struct maker *m, size_t rows, size_t columns)
{
	if (rows <= MAX_LETTER_CELLS && rows * columns <= MAX_LETTER_CELLS - m->cells) {
		m->cells += rows * columns;
		return true;
	}
	(void)fault(m, ERR_LIMIT, "err.letter_cells",
		    text_from_int(m->cx->arena, MAX_LETTER_CELLS));
	return false;
}

/* A row of one cell over the whole width, unless there is nothing to say. */
static void
add_text(struct maker *m, const char *what, enum flow_style style, const char *tag,
	 struct flow_row row)
{
	struct flow_cell c = { .text = what, .style = style, .width = m->width, .tag = tag };

	if (what[0] == '\0' || m->err != OK)
		return;
	row.cells = &c;
	row.ncells = 1;
	flow_add(m->flow, &row);
}

/* Sender's name; below it how to reach them, the mail address at the right as a link. */
static void
add_sender(struct maker *m, const struct letter_sender *s)
{
	static const char DOT[] = " \u00B7 ";
	const char *email = line(m, s->email);
	const char *rest = join(m, join(m, line(m, s->address), DOT, line(m, s->registry)), DOT,
				line(m, s->phone));
	double right = email[0] == '\0' ? 0 : flow_measure(m->flow, email, FLOW_SMALL) + 1;
	struct flow_cell c[2] = {
		{ .text = rest, .style = FLOW_SMALL, .tag = "P" },
		{ .text = email, .style = FLOW_SMALL, .align = FLOW_RIGHT, .tag = "P" },
	};
	struct flow_row row = { .cells = c, .ncells = 2, .before = 2, .pad = 3, .line = true };

	add_text(m, line(m, s->name), FLOW_SENDER, "P", (struct flow_row){ .keep = true });
	if (rest[0] == '\0' && email[0] == '\0')
		return;
	if (right > m->width / 2)
		right = m->width / 2;
	c[0].width = m->width - right - (right > 0 ? COLUMN_GAP : 0);
	c[1].x = m->width - right;
	c[1].width = right;
	if (email[0] != '\0')
		c[1].url = url(m, arena_printf(m->cx->arena, "mailto:%s", email));
	if (rest[0] == '\0')
		row.cells = &c[1];
	if (rest[0] == '\0' || email[0] == '\0')
		row.ncells = 1;
	flow_add(m->flow, &row);
}

/* Lines one below another, leaving out the empty ones. */
static const char *
lines(struct maker *m, const char *const *what, size_t n)
{
	SCOPED_BUF b;

	buf_init(&b, MAX_LETTER_TEXT);
	for (size_t i = 0; i < n && m->err == OK; i++) {
		const char *s = line(m, what[i]);

		if (b.len > 0 && s[0] != '\0')
			buf_char(&b, '\n');
		buf_text(&b, s);
	}
	return arena_strndup(m->cx->arena, b.bytes, b.len);
}

/* A row of what stands at the left and at the right; either may be empty. */
static void
add_sides(struct maker *m, const char *left, const char *lead, const char *right,
	  enum flow_style style, double before)
{
	double width = m->width * 0.54, x = width + COLUMN_GAP;
	bool some = right[0] != '\0' || lead != NULL;
	struct flow_cell c[2] = {
		{ .text = left, .width = width, .tag = "P" },
		{ .lead = lead,
		  .text = right,
		  .style = style,
		  .x = x,
		  .width = m->width - x,
		  .tag = "P" },
	};
	struct flow_row row = { .cells = c, .ncells = 2, .before = before };

	if (left[0] == '\0')
		row.cells = &c[1];
	if (left[0] == '\0' || !some)
		row.ncells = 1;
	if (left[0] != '\0' || some)
		flow_add(m->flow, &row);
}

/* At the left who gets it; at the right who may read it, and the date and number. */
static void
add_head(struct maker *m, const struct letter *l)
{
	const struct letter_restriction *r = &l->restriction;
	const char *mark = line(m, r->mark), *to = lines(m, l->addressee, l->naddressee);
	const char *sign = join(m, line(m, l->date), "  ", line(m, l->number));

	if (mark[0] == '\0') {
		add_sides(m, to, NULL, sign, FLOW_BODY, 16);
		return;
	}
	add_sides(m, to, mark, lines(m, (const char *const[]){ r->holder, r->ground, r->until }, 3),
		  FLOW_NOTE, 16);
	add_sides(m, "", NULL, sign, FLOW_BODY, 8);
}

static void
add_list(struct maker *m, const struct letter_block *b)
{
	bool numbered = b->kind == LETTER_NUMBERED;
	const char *last = arena_printf(m->cx->arena, "%zu.", b->nitems);
	double indent = numbered ? flow_measure(m->flow, last, FLOW_BODY) + 6 : MARKER;

	if (b->nitems == 0 || !enough_room(m, b->nitems, 1))
		return;
	flow_open(m->flow, "L");
	for (size_t i = 0; i < b->nitems && m->err == OK; i++) {
		struct flow_cell c[2] = {
			{ .text = numbered ? arena_printf(m->cx->arena, "%zu.", i + 1) : "\u2022",
			  .width = indent,
			  .tag = "Lbl" },
			{ .text = text(m, b->items[i]),
			  .x = indent,
			  .width = m->width - indent,
			  .tag = "LBody" },
		};

		flow_add(m->flow, &(struct flow_row){ .cells = c,
						      .ncells = 2,
						      .tag = "LI",
						      .before = i == 0 ? GAP : 3 });
	}
	flow_close(m->flow, "L");
}

static void
add_facts(struct maker *m, const struct letter_block *b)
{
	double labels = m->width * 0.2;

	if (b->nfacts == 0 || !enough_room(m, b->nfacts, 1))
		return;
	for (size_t i = 0; i < b->nfacts; i++) {
		double w = flow_measure(m->flow, line(m, b->facts[i].label), FLOW_QUIET);

		if (w > labels)
			labels = w;
	}
	if (labels > m->width * 0.42)
		labels = m->width * 0.42;
	flow_open(m->flow, "Table");
	for (size_t i = 0; i < b->nfacts && m->err == OK; i++) {
		const struct letter_fact *fact = &b->facts[i];
		struct flow_cell c[2] = {
			{ .text = text(m, fact->label),
			  .style = FLOW_QUIET,
			  .width = labels + 1,
			  .tag = "TH" },
			{ .text = text(m, fact->value),
			  .x = labels + COLUMN_GAP,
			  .width = m->width - labels - COLUMN_GAP,
			  .tag = "TD",
			  .url = url(m, fact->url) },
		};

		flow_add(m->flow, &(struct flow_row){ .cells = c,
						      .ncells = 2,
						      .tag = "TR",
						      .before = i == 0 ? GAP : 0,
						      .pad = 1 });
	}
	flow_close(m->flow, "Table");
}

/* The longest line and the longest word of a column, by bytes: near enough to measure only them. */
struct longest {
	const char *line, *word;
	size_t nline, nword;
};

static void
probe(struct longest *l, const char *s)
{
	while (s != NULL && *s != '\0') {
		size_t n = strcspn(s, "\n"), w = strcspn(s, " \n");

		if (n > l->nline) {
			l->line = s;
			l->nline = n;
		}
		if (w > l->nword) {
			l->word = s;
			l->nword = w;
		}
		s += w + (s[w] != '\0');
	}
}

/* The width of the first `len` bytes, cut at `max`, with room for the cell's padding. */
static double
probe_width(struct maker *m, const char *s, size_t len, size_t max, enum flow_style style)
{
	if (len > max)
		for (len = max; ((unsigned char)s[len] & 0xC0) == 0x80;)
			len--;
	if (len == 0)
		return MIN_COLUMN;
	return flow_measure(m->flow, arena_strndup(m->cx->arena, s, len), style) + 2 * CELL_PAD;
}

/* Least and natural width of one column. */
static void
column_needs(struct maker *m, const struct letter_table *t, const char *const *cells, size_t column,
	     double *ret_least, double *ret_natural)
{
	struct longest body = { .nline = 0 }, head = { .nline = 0 };
	double least, natural, w;

	for (size_t row = 0; row < t->rows; row++)
		probe(&body, cells[row * t->columns + column]);
	if (t->head != NULL)
		probe(&head, text(m, t->head[column]));
	least = probe_width(m, body.word, body.nword, WORD_PROBE, FLOW_CELL);
	natural = probe_width(m, body.line, body.nline, LINE_PROBE, FLOW_CELL);
	w = probe_width(m, head.word, head.nword, WORD_PROBE, FLOW_CELL_HEAD);
	least = w > least ? w : least;
	w = probe_width(m, head.line, head.nline, LINE_PROBE, FLOW_CELL_HEAD);
	natural = w > natural ? w : natural;
	if (least > m->width * MAX_WORD_SHARE)
		least = m->width * MAX_WORD_SHARE;
	*ret_least = least > MIN_COLUMN ? least : MIN_COLUMN;
	*ret_natural = natural > *ret_least ? natural : *ret_least;
}

/*
 * Widths of columns: what their longest words need, and of the rest each as much as its longest
 * line asks for. What is left over goes to all alike in proportion.
 */
static void
column_widths(struct maker *m, const struct letter_table *t, const char *const *cells, double *w)
{
	double least[MAX_LETTER_COLUMNS], natural[MAX_LETTER_COLUMNS], sum = 0, want = 0, share;

	for (size_t i = 0; i < t->columns; i++) {
		column_needs(m, t, cells, i, &least[i], &natural[i]);
		sum += least[i];
		want += natural[i];
	}
	for (size_t i = 0; i < t->columns; i++) {
		if (want <= m->width) {
			w[i] = natural[i] * m->width / want;
		} else if (sum <= m->width) {
			share = (m->width - sum) / (want - sum);
			w[i] = least[i] + (natural[i] - least[i]) * share;
		} else {
			w[i] = least[i] * m->width / sum;
		}
	}
}

static void
add_table_row(struct maker *m, const struct letter_table *t, const char *const *cells,
	      const double *widths, bool head)
{
	struct flow_cell c[MAX_LETTER_COLUMNS] = { 0 };
	double x = 0;

	for (size_t i = 0; i < t->columns; i++) {
		enum flow_align align = t->align == NULL ? FLOW_LEFT : ALIGN[t->align[i]];
		/* The outer edges of the text stand on the edges of the page's text. */
		double left = i == 0 ? 0 : CELL_PAD;
		double right = i + 1 == t->columns ? 0 : CELL_PAD;

		c[i] = (struct flow_cell){ .text = head ? text(m, cells[i]) : cells[i],
					   .style = head ? FLOW_CELL_HEAD : FLOW_CELL,
					   .align = align,
					   .x = x + left,
					   .width = widths[i] - left - right,
					   .tag = head ? "TH" : "TD" };
		x += widths[i];
	}
	flow_add(m->flow, &(struct flow_row){ .cells = c,
					      .ncells = t->columns,
					      .tag = "TR",
					      .before = head ? 4 : 0,
					      .pad = 2.5,
					      .line = true,
					      .head = head });
}

static void
add_table(struct maker *m, const struct letter_block *b)
{
	const struct letter_table *t = &b->table;
	double widths[MAX_LETTER_COLUMNS];
	const char **cells;
	size_t n;

	if (t->columns == 0 || (t->rows == 0 && t->head == NULL))
		return;
	if (t->columns > MAX_LETTER_COLUMNS) {
		(void)fault(m, ERR_LIMIT, "err.letter_columns",
			    text_from_int(m->cx->arena, MAX_LETTER_COLUMNS));
		return;
	}
	if (!enough_room(m, t->rows, t->columns))
		return;
	n = t->rows * t->columns;
	cells = ARENA_ARRAY(m->cx->arena, n + 1, const char *);
	for (size_t i = 0; i < n; i++)
		cells[i] = text(m, t->cells[i]);
	column_widths(m, t, cells, widths);
	flow_open(m->flow, "Table");
	add_text(m, text(m, b->text), FLOW_CELL_HEAD, "Caption",
		 (struct flow_row){ .before = GAP + 2, .keep = true });
	if (t->head != NULL)
		add_table_row(m, t, t->head, widths, true);
	for (size_t row = 0; row < t->rows && m->err == OK; row++)
		add_table_row(m, t, cells + row * t->columns, widths, false);
	flow_close(m->flow, "Table");
}

static void
add_note(struct maker *m, const char *what)
{
	struct flow_cell c = {
		.text = what, .style = FLOW_NOTE, .x = 10, .width = m->width - 10, .tag = "P"
	};

	if (what[0] != '\0')
		flow_add(m->flow, &(struct flow_row){ .cells = &c,
						      .ncells = 1,
						      .before = GAP + 2,
						      .pad = 2,
						      .bar = true });
}

static void
add_paragraph(struct maker *m, const struct letter_block *b, bool keep)
{
	struct flow_cell c = {
		.text = text(m, b->text), .width = m->width, .tag = "P", .url = url(m, b->url)
	};

	if (c.text[0] != '\0')
		flow_add(m->flow, &(struct flow_row){ .cells = &c,
						      .ncells = 1,
						      .before = GAP,
						      .keep = keep,
						      .whole = c.url != NULL });
}

/* `keep`: the block stays with what follows it, the signature. */
static void
add_block(struct maker *m, const struct letter_block *b, bool keep)
{
	static const char *const HEADING[] = { "H2", "H3" };
	int level = b->level > 1;

	switch (b->kind) {
	case LETTER_HEADING:
		add_text(m, text(m, b->text), level == 0 ? FLOW_H2 : FLOW_H3, HEADING[level],
			 (struct flow_row){
				 .before = level == 0 ? 14 : 11, .keep = true, .whole = true });
		break;
	case LETTER_PARAGRAPH:
		add_paragraph(m, b, keep);
		break;
	case LETTER_BULLETS:
	case LETTER_NUMBERED:
		add_list(m, b);
		break;
	case LETTER_TABLE:
		add_table(m, b);
		break;
	case LETTER_FACTS:
		add_facts(m, b);
		break;
	case LETTER_NOTE:
		add_note(m, text(m, b->text));
		break;
	}
}

static void
add_blocks(struct maker *m, const struct letter_block *blocks, size_t n, bool keep_last)
{
	if (!enough_room(m, n, 1))
		return;
	for (size_t i = 0; i < n && m->err == OK; i++)
		add_block(m, &blocks[i], keep_last && i + 1 == n);
}

static void
add_signature(struct maker *m, const struct letter_signature *s)
{
	const char *how = text(m, s->how), *name = text(m, s->name);
	double before = 26;

	add_text(m, how, FLOW_QUIET, "P", (struct flow_row){ .before = before, .keep = true });
	if (how[0] != '\0')
		before = 3;
	add_text(m, name, FLOW_BOLD, "P", (struct flow_row){ .before = before, .keep = true });
	if (name[0] != '\0')
		before = 0;
	add_text(m, text(m, s->position), FLOW_BODY, "P", (struct flow_row){ .before = before });
}

/* What stands on every page. */
static struct flow_furniture
furniture(struct maker *m, const struct letter *l)
{
	struct flow_furniture a = { .nfoot = l->nfooter < MAX_FOOT ? l->nfooter : MAX_FOOT };
	const char **foot = ARENA_ARRAY(m->cx->arena, MAX_FOOT, const char *);

	for (size_t i = 0; i < a.nfoot; i++)
		foot[i] = line(m, l->footer[i]);
	a.foot = foot;
	a.page = line(m, l->page);
	a.head_left = join(m, line(m, l->sender.name), " \u00B7 ",
			   join(m, line(m, l->number), " \u00B7 ", line(m, l->date)));
	a.head_right = line(m, l->restriction.mark);
	return a;
}

enum err
letter_pdf(struct ctx *cx, const struct letter *l, const void **ret_bytes, size_t *ret_len)
{
	struct maker m = { .cx = cx };
	struct flow_furniture around = furniture(&m, l);
	struct pdf_info info = { .title = line(&m, l->title),
				 .author = line(&m, l->sender.name),
				 .subject = line(&m, l->subject != NULL ? l->subject : l->number),
				 .lang = l->lang };
	SCOPED(flow) struct flow *flow = NULL;
	SCOPED_BUF out;

	buf_init(&out, MAX_PDF);
	if (m.err == OK && info.title[0] == '\0')
		(void)fault(&m, ERR_INVALID, "err.letter_title", NULL);
	TRY(m.err);
	flow = m.flow = flow_new(cx, l->lang, &around);
	m.width = flow_width(flow);
	add_sender(&m, &l->sender);
	add_head(&m, l);
	add_text(&m, text(&m, l->title), FLOW_TITLE, "H1",
		 (struct flow_row){ .before = 22, .keep = true, .whole = true });
	add_blocks(&m, l->blocks, l->nblocks, true);
	add_signature(&m, &l->signature);
	add_blocks(&m, l->after, l->nafter, false);
	TRY(m.err);
	TRY(flow_write(cx, flow, &info, &out));
	*ret_bytes = arena_strndup(cx->arena, out.bytes, out.len);
	*ret_len = out.len;
	return OK;
}

void
letter_warm_up(void)
{
	flow_warm_up();
}
