/* What the parts promise: labels tied to boxes, tokens in forms, harmless text, valid structure. */
#include "web/part/part.h"

#include <string.h>

#include "base/test.h"
#include "base/texts.h"

struct sheet {
	struct buf b;
	struct html h;
	struct page p;
};

/* A page of nothing yet, with the parts' own words where they can be read. */
static struct sheet *
sheet_new(struct test *t)
{
	struct sheet *s = ARENA_NEW(t->arena, struct sheet);
	struct ctx *cx = test_ctx(t);

	buf_init(&s->b, MAX_PAGE);
	html_init(&s->h, &s->b);
	s->p = (struct page){ .cx = cx,
			      .h = &s->h,
			      .title = "Pealkiri",
			      .board = "Amet",
			      .here = "/x",
			      .csrf = "luba",
			      .who = "Mari" };
	return s;
}

/* What was written, as a text of the test's arena; the sheet is ended. */
static const char *
written(struct test *t, struct sheet *s)
{
	const char *out;

	EXPECT_OK(html_done(test_ctx(t), &s->h));
	out = arena_strdup(t->arena, s->b.bytes);
	buf_release(&s->b);
	return out;
}

static int
count_of(const char *s, const char *what)
{
	int n = 0;

	for (; (s = strstr(s, what)) != NULL; s += strlen(what))
		n++;
	return n;
}

#define HAS(out, what) EXPECT(strstr((out), (what)) != NULL)
#define HAS_NOT(out, what) EXPECT(strstr((out), (what)) == NULL)

TEST(part_page_has_its_frame)
{
	static const struct page_duty duties[] = {
		{ .label = "Taotlused", .href = "/taotlused", .waits = 5, .late = true },
		{ .label = "Järjekord", .href = "/jarjekord", .waits = 1001, .current = true },
	};
	struct sheet *s = sheet_new(t);
	const char *out;

	s->p.duties = duties;
	s->p.n_duties = 2;
	s->p.stands_for = "<Jaan>";
	s->p.env = "harjutus";
	s->p.session_left = 600;
	s->p.session_lead = 60;
	page_begin(&s->p);
	page_end(&s->p);
	out = written(t, s);
	EXPECT(strncmp(out, "<!doctype html>\n<html lang=\"et\">", 32) == 0);
	HAS(out, "<title>Pealkiri · Amet</title>");
	EXPECT_INT(1, count_of(out, "<h1>"));
	EXPECT_INT(1, count_of(out, "<main "));
	HAS(out, "class=\"skip\"");
	HAS(out, "action=\"/otsing\"");
	HAS(out, "action=\"/valju\"");
	HAS(out, "aria-current=\"page\"");
	HAS(out, "1\xc2\xa0"
		 "000+");
	HAS(out, "data-left=\"600\" data-lead=\"60\"");
	HAS(out, "id=\"session\"");
	HAS_NOT(out, "<Jaan>");
	HAS_NOT(out, "style=");
	HAS_NOT(out, "<script>");
	/* Every form that posts carries the token; the dialogs' own close does not post. */
	EXPECT_INT(count_of(out, "method=\"post\""),
		   count_of(out, "name=\"_csrf\" value=\"luba\""));
}

TEST(part_page_signed_out_shows_no_work)
{
	struct sheet *s = sheet_new(t);
	const char *out;

	s->p.csrf = NULL;
	s->p.who = NULL;
	s->p.here = "/sisene?x=1";
	page_begin(&s->p);
	page_end(&s->p);
	out = written(t, s);
	HAS_NOT(out, "/otsing");
	HAS_NOT(out, "<dialog");
	HAS(out, "href=\"/sisene?x=1&amp;keel=ru\"");
}

TEST(part_table_rows_link_and_choose)
{
	static const struct part_column columns[] = {
		{ .label = "Number", .sort_href = "/a?b", .sorted = SORTED_DOWN },
		{ .label = "Summa", .number = true },
		{ .label = "Tähtaeg" },
	};
	struct part_table table = { .caption = "Arved",
				    .columns = columns,
				    .n_columns = 3,
				    .bulk_form = "valik",
				    .keys = true };
	struct sheet *s = sheet_new(t);
	const char *out;

	part_table_begin(&s->p, &table);
	part_row_begin(&s->p, &table, "/arve/1", 7, "A&1");
	part_cell_link(&s->p, &table, NULL, "A&1");
	part_cell_money(&s->p, &table, -123450);
	part_cell_clock(&s->p, &table, TONE_LATE, "2 päeva üle", civil_day(2026, 5, 22));
	part_row_end(&s->p, &table);
	part_row_begin(&s->p, &table, NULL, 8, NULL);
	part_cell_text(&s->p, &table, "");
	part_cell_int(&s->p, &table, 12000);
	part_cell_clock(&s->p, &table, TONE_PLAIN, NULL, CIVIL_NONE);
	part_row_end(&s->p, &table);
	part_table_end(&s->p, &table);
	out = written(t, s);
	HAS(out, "<caption class=\"vh\">Arved</caption>");
	HAS(out, "aria-sort=\"descending\"");
	HAS(out, "<a href=\"/arve/1\" class=\"row\">A&amp;1</a>");
	HAS(out, "value=\"7\" form=\"valik\"");
	HAS(out, "<td class=\"num\">−1\xc2\xa0"
		 "234,50\xc2\xa0€</td>");
	HAS(out, "datetime=\"2026-05-22\" title=\"22.05.2026\"");
	HAS(out, "class=\"badge t-late\">2 päeva üle<");
	EXPECT_INT(2, count_of(out, "class=\"none\">–<"));
	EXPECT_INT(1, count_of(out, "class=\"row\""));
	EXPECT_INT(8, count_of(out, "<td"));
}

TEST(part_field_ties_label_help_and_error_to_the_box)
{
	static const struct part_choice two[] = { { .value = "a", .label = "A" },
						  { .value = "b", .label = "B", .chosen = true } };
	static const struct part_choice six[] = {
		{ "1", "1", NULL, false }, { "2", "2", NULL, true },  { "3", "3", NULL, false },
		{ "4", "4", NULL, false }, { "5", "5", NULL, false }, { "6", "6", NULL, false },
	};
	static const struct {
		struct part_field f;
		const char *want[4];
	} cases[] = {
		{ { .kind = ASK_TEXT, .name = "a", .label = "L<", .value = "\"v\"" },
		  { "<label for=\"f-a\">L&lt;</label>", "id=\"f-a\" name=\"a\"",
		    "value=\"&#34;v&#34;\"", "maxlength=\"200\"" } },
		{ { .kind = ASK_DATE, .name = "d", .label = "L", .help = "H", .error = "E" },
		  { "aria-describedby=\"f-d-help f-d-error\"", "aria-invalid=\"true\"",
		    "id=\"f-d-help\">H", "id=\"f-d-error\"" } },
		{ { .kind = ASK_MONEY, .name = "m", .label = "L", .error = "E" },
		  { "aria-describedby=\"f-m-error\"", "<span class=\"unit\">€</span>",
		    "inputmode=\"decimal\"", "class=\"field wrong\"" } },
		{ { .kind = ASK_LONG, .name = "l", .label = "L", .value = "</textarea>\n<b>" },
		  { ">\n&lt;/textarea&gt;\n&lt;b&gt;</textarea>", "rows=\"5\"" } },
		{ { .kind = ASK_CHOICE, .name = "c", .label = "L", .choices = two, .n_choices = 2 },
		  { "<legend>L</legend>", "type=\"radio\" id=\"f-c\" name=\"c\" value=\"a\">",
		    "id=\"f-c-1\" name=\"c\" value=\"b\" checked>" } },
		{ { .kind = ASK_CHOICE, .name = "c", .label = "L", .choices = six, .n_choices = 6 },
		  { "<select id=\"f-c\" name=\"c\">", "<option value=\"2\" selected>2</option>" } },
		{ { .kind = ASK_MANY, .name = "c", .label = "L", .choices = two, .n_choices = 2 },
		  { "type=\"checkbox\" id=\"f-c\"", "value=\"b\" checked" } },
		{ { .kind = ASK_YESNO, .name = "y", .label = "L", .value = "0" },
		  { "name=\"y\" value=\"1\">", "name=\"y\" value=\"0\" checked>" } },
		{ { .kind = ASK_TICK, .name = "t", .label = "L", .value = "1", .optional = true },
		  { "value=\"1\" checked", "class=\"optional\"" } },
		{ { .kind = ASK_REF,
		    .name = "r",
		    .label = "L",
		    .typed = "kask",
		    .suggest = "/otsi",
		    .choices = two,
		    .n_choices = 2 },
		  { "data-suggest=\"/otsi\"", "name=\"r_q\"", "value=\"kask\"",
		    "name=\"_find\" value=\"r\"" } },
		{ { .kind = ASK_FILE,
		    .name = "x",
		    .label = "L",
		    .accept = ".pdf",
		    .several = true },
		  { "type=\"file\"", "accept=\".pdf\"", " multiple" } },
		{ { .kind = ASK_EMAIL, .name = "e", .label = "L", .value = "a@b", .source = "R" },
		  { "type=\"email\"", "value=\"a@b\"", "id=\"f-e-help\"" } },
		{ { .kind = ASK_FIXED, .name = "f", .label = "L", .value = "V" },
		  { "class=\"fixed\">V<" } },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sheet *s = sheet_new(t);
		const char *out;

		part_field(&s->p, &cases[i].f);
		out = written(t, s);
		for (size_t k = 0; k < 4 && cases[i].want[k] != NULL; k++) {
			HAS(out, cases[i].want[k]);
		}
	}
}

TEST(part_password_is_never_written_back)
{
	struct part_field f = {
		.kind = ASK_PASSWORD, .name = "p", .label = "L", .value = "saladus"
	};
	struct sheet *s = sheet_new(t);

	part_field(&s->p, &f);
	HAS_NOT(written(t, s), "saladus");
}

TEST(part_error_summary_links_to_the_fields)
{
	static const struct part_field fields[] = {
		{ .name = "hea", .label = "Hea" },
		{ .name = "a", .label = "Esimene", .error = "Parandage." },
		{ .name = "b", .label = "Teine", .error = "Ka see." },
	};
	struct sheet *s = sheet_new(t);
	const char *out;

	part_error_summary(&s->p, fields, 3);
	out = written(t, s);
	HAS(out, "role=\"alert\"");
	HAS(out, "<a href=\"#f-a\">Esimene: Parandage.</a>");
	HAS(out, "<a href=\"#f-b\">Teine: Ka see.</a>");
	HAS_NOT(out, "f-hea");
	s = sheet_new(t);
	part_error_summary(&s->p, fields, 1);
	EXPECT_TEXT("", written(t, s));
}

TEST(part_form_carries_its_hidden_fields)
{
	struct sheet *s = sheet_new(t);
	const char *out;

	part_form_begin(&s->p, &(struct part_form){ .id = "f",
						    .action = "//mujal.ee/x",
						    .key = "võti",
						    .version = 9,
						    .files = true,
						    .keep = true });
	part_form_end(&s->p);
	out = written(t, s);
	HAS(out, "action=\"#\"");
	HAS(out, "name=\"_csrf\" value=\"luba\"");
	HAS(out, "name=\"_key\" value=\"võti\"");
	HAS(out, "name=\"_version\" value=\"9\"");
	HAS(out, "name=\"_form\" value=\"f\"");
	HAS(out, "enctype=\"multipart/form-data\"");
	HAS(out, "data-draft=\"/mustand\"");
	s = sheet_new(t);
	part_form_begin(&s->p, &(struct part_form){ .action = "/x", .get = true });
	part_form_end(&s->p);
	HAS_NOT(written(t, s), "_csrf");
}

TEST(part_record_head_offers_and_explains_moves)
{
	static const struct part_move moves[] = {
		{ .label = "Kinnita", .name = "confirm", .usual = true },
		{ .label = "Lõpeta", .name = "end", .ask = true },
		{ .label = "Maksa", .name = "pay", .refused = "Leping puudub." },
	};
	struct sheet *s = sheet_new(t);
	const char *out;

	part_record_head(&s->p, &(struct part_record_head){ .what = "Arve",
							    .number = "A-1",
							    .name = "MTÜ",
							    .tone = TONE_OPEN,
							    .state = "töös",
							    .due = CIVIL_NONE,
							    .action = "/arve/1",
							    .version = 3,
							    .moves = moves,
							    .n_moves = 3 });
	out = written(t, s);
	HAS(out, "<h1>MTÜ</h1>");
	HAS(out, "class=\"main\" name=\"_move\" value=\"confirm\"");
	HAS(out, "class=\"final\" name=\"_move\" value=\"end\">Lõpeta…<");
	HAS(out, "Leping puudub.");
	HAS_NOT(out, "value=\"pay\"");
	HAS(out, "name=\"_version\" value=\"3\"");
}

TEST(part_because_says_what_is_not_confirmed)
{
	static const struct part_trace sure[] = {
		{ .fact = "F", .rule = "R", .source = "S", .confirmed = 20000 }
	};
	static const struct part_trace unsure[] = {
		{ .fact = "F", .confirmed = CIVIL_NONE, .unsure = true }
	};
	struct sheet *s = sheet_new(t);

	part_because(&s->p, "Tähtaeg", sure, 1);
	HAS_NOT(written(t, s), "t-soon");
	s = sheet_new(t);
	part_because(&s->p, "Tähtaeg", unsure, 1);
	EXPECT_INT(2, count_of(written(t, s), "t-soon"));
}

TEST(part_moments_are_in_tallinn_time)
{
	static const struct {
		int64_t utc;
		const char *out;
	} cases[] = {
		{ 1779699900, "<time datetime=\"2026-05-25T09:05:00Z\" data-moment=\"180\">"
			      "25.05.2026 12:05</time>" },
		{ 1768341600, "<time datetime=\"2026-01-13T22:00:00Z\" data-moment=\"120\">"
			      "14.01.2026 00:00</time>" },
		{ 0, "<span class=\"none\">–</span>" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sheet *s = sheet_new(t);

		part_moment(&s->p, cases[i].utc);
		EXPECT_TEXT(cases[i].out, written(t, s));
	}
}

TEST(part_grid_counts_and_shades)
{
	static const struct part_grid_code codes[] = { { "T", "töötas", true },
						       { "H", "haige", false } };
	static const char *const one[31] = { "T", "T", "H", "7,5", "0,25" };
	static const char *const two[31] = { "T" };
	static const struct part_grid_row rows[] = {
		{ .id = 5, .name = "Ann <b>", .cells = one },
		{ .id = 6, .name = "Ants", .cells = two, .locked = true },
	};
	struct sheet *s = sheet_new(t);
	const char *out;

	part_grid(&s->p, &(struct part_grid){ .caption = "Kuu",
					      .year = 2026,
					      .month = 2,
					      .rows = rows,
					      .n_rows = 2,
					      .codes = codes,
					      .n_codes = 2,
					      .numbers = true,
					      .total_label = "Kokku" });
	out = written(t, s);
	EXPECT_INT(28, count_of(out, "<input "));
	HAS(out, "name=\"g5d1\"");
	HAS(out, "aria-label=\"Ann &lt;b&gt; 28\"");
	HAS(out, "<td class=\"num sum\">9,75</td></tr>");
	HAS(out, "<td class=\"num sum\">10,75</td></tr></tfoot>");
	/* 1 February 2026 is a Sunday: 8 days off, each in the head and both rows. */
	EXPECT_INT(24, count_of(out, "class=\"off\""));
}

TEST(part_chart_draws_within_its_field)
{
	static const int64_t wild[] = { 0, 1, -5, INT64_MAX, INT64_MAX / 2 };
	static const char *const labels[] = { "a", "b", "c", "d", "e" };
	static const int64_t small[] = { 90, 95, 100, 3, 0 };
	struct part_chart c = { .kind = CHART_BARS,
				.id = "c",
				.question = "Kas?",
				.what = "Kuu",
				.unit = "%",
				.labels = labels,
				.values = small,
				.n = 5,
				.has_target = true,
				.target = 95,
				.target_label = "95" };
	struct sheet *s = sheet_new(t);
	const char *out;

	part_chart(&s->p, &c);
	out = written(t, s);
	EXPECT_INT(3, count_of(out, "class=\"bar below\""));
	EXPECT_INT(2, count_of(out, "class=\"bar\""));
	HAS(out, "role=\"img\"");
	EXPECT_INT(5, count_of(out, "<tr><td>"));
	HAS_NOT(out, "=\"-");
	c.values = wild;
	c.has_target = false;
	c.kind = CHART_LINE;
	s = sheet_new(t);
	part_chart(&s->p, &c);
	HAS_NOT(written(t, s), ",-");
	c.n = 0;
	s = sheet_new(t);
	part_chart(&s->p, &c);
	HAS_NOT(written(t, s), "<svg");
}

TEST(part_confirm_asks_with_all_that_is_needed)
{
	static const int64_t chosen[] = { 11, 12 };
	static const char *const effects[] = { "Kaob." };
	struct sheet *s = sheet_new(t);
	const char *out;

	part_confirm(&s->p, &(struct part_confirm){ .question = "Kas?",
						    .effects = effects,
						    .n_effects = 1,
						    .action = "/x",
						    .move = "end",
						    .chosen = chosen,
						    .n_chosen = 2,
						    .button = "Lõpeta",
						    .final = true,
						    .cancel_href = "/x" });
	out = written(t, s);
	HAS(out, "name=\"_sure\" value=\"1\"");
	HAS(out, "name=\"_move\" value=\"end\"");
	HAS(out, "name=\"_id\" value=\"11\"");
	HAS(out, "name=\"_id\" value=\"12\"");
	HAS(out, "class=\"main final\"");
}

TEST(part_merge_chooses_only_where_there_is_no_clash)
{
	static const struct part_merge_row rows[] = {
		{ "a", "A", "1", "2", "1", NULL, false },
		{ "b", "B", "1", "1", "3", NULL, false },
		{ "c", "C", "1", "2", "3", NULL, true },
		{ "d", "D", NULL, NULL, NULL, NULL, false },
	};
	struct sheet *s = sheet_new(t);
	const char *out;

	part_merge(&s->p, &(struct part_merge){ .their_name = "Jaan",
						.action = "/x",
						.version = 2,
						.rows = rows,
						.n_rows = 4,
						.cancel_href = "/x" });
	out = written(t, s);
	HAS(out, "name=\"a\" value=\"theirs\" checked");
	HAS(out, "name=\"b\" value=\"mine\" checked");
	HAS(out, "name=\"d\" value=\"theirs\" checked");
	HAS_NOT(out, "name=\"c\" value=\"mine\" checked");
	HAS_NOT(out, "name=\"c\" value=\"theirs\" checked");
	HAS(out, "name=\"c_mine\" value=\"3\"");
	HAS(out, "name=\"d_mine\" value=\"\"");
}

TEST(part_sign_in_keeps_the_token_and_the_way_back)
{
	struct sheet *s = sheet_new(t);
	const char *out;

	s->p.csrf = NULL;
	part_sign_in(&s->p, &(struct part_sign_in){ .action = "/sisene",
						    .csrf = "väljas",
						    .back = "/taotlus/1",
						    .error = "Vale." });
	out = written(t, s);
	HAS(out, "name=\"_csrf\" value=\"väljas\"");
	HAS(out, "name=\"_back\" value=\"/taotlus/1\"");
	HAS(out, "role=\"alert\"");
	HAS_NOT(out, "name=\"kood\"");
}
