/* A letter on a page, as it is read before it goes out. */
#include "web/site.h"

static void
write_items(struct html *h, const struct letter_block *b)
{
	for (size_t i = 0; i < b->nitems; i++)
		html_element(h, "li", NULL, b->items[i]);
}

static void
write_table(struct visit *v, const char *caption, const struct letter_table *t)
{
	struct part_column *cols = ARENA_ARRAY(v->cx->arena, t->columns, struct part_column);
	struct part_table pt = { .caption = caption, .columns = cols, .n_columns = t->columns };

	for (size_t i = 0; i < t->columns; i++)
		cols[i].label = t->head[i];
	part_table_begin(&v->page, &pt);
	for (size_t r = 0; r < t->rows; r++) {
		part_row_begin(&v->page, &pt, NULL, 0, NULL);
		for (size_t i = 0; i < t->columns; i++)
			part_cell_text(&v->page, &pt, t->cells[r * t->columns + i]);
		part_row_end(&v->page, &pt);
	}
	part_table_end(&v->page, &pt);
}

static void
write_block(struct visit *v, const struct letter_block *b, const char *heading)
{
	struct html *h = &v->h;

	switch (b->kind) {
	case LETTER_HEADING:
		part_heading(&v->page, 4, NULL, b->text);
		break;
	case LETTER_PARAGRAPH:
	case LETTER_NOTE:
		html_element(h, "p", NULL, b->text);
		break;
	case LETTER_BULLETS:
		html_open(h, "ul");
		write_items(h, b);
		html_close(h, "ul");
		break;
	case LETTER_NUMBERED:
		html_open(h, "ol");
		write_items(h, b);
		html_close(h, "ol");
		break;
	case LETTER_TABLE:
		write_table(v, b->text != NULL ? b->text : heading, &b->table);
		break;
	case LETTER_FACTS:
		part_facts_begin(&v->page);
		for (size_t i = 0; i < b->nfacts; i++)
			part_fact(&v->page, b->facts[i].label, b->facts[i].value);
		part_facts_end(&v->page);
		break;
	}
}

static void
write_blocks(struct visit *v, const struct letter_block *b, size_t n)
{
	const char *heading = ""; /* names a table below it */

	for (size_t i = 0; i < n; i++) {
		if (b[i].kind == LETTER_HEADING)
			heading = b[i].text;
		write_block(v, &b[i], heading);
	}
}

void
visit_letter(struct visit *v, const struct letter *l)
{
	struct html *h = &v->h;

	html_open(h, "div");
	html_attr(h, "lang", lang_code(l->lang));
	part_quiet(&v->page, l->sender.name == NULL ? v->site->board : l->sender.name);
	html_open(h, "p");
	for (size_t i = 0; i < l->naddressee; i++) {
		if (i > 0)
			html_open(h, "br");
		html_text(h, l->addressee[i]);
	}
	html_close(h, "p");
	part_quiet(&v->page, arena_printf(v->cx->arena, "%s  %s", l->date, l->number));
	part_heading(&v->page, 3, NULL, l->title);
	write_blocks(v, l->blocks, l->nblocks);
	html_element(h, "p", NULL, l->signature.how);
	html_element(h, "p", NULL,
		     arena_printf(v->cx->arena, "%s\n%s", l->signature.name,
				  l->signature.position == NULL ? "" : l->signature.position));
	write_blocks(v, l->after, l->nafter);
	html_close(h, "div");
}
