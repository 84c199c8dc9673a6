/*
 * Sample pages that exercise every part, to be looked at and measured in a browser:
 *
 *	parts-samples DIR [et|en|ru]
 *
 * writes DIR/home.html, list.html, record.html … with invented people. Not part of the product.
 * The words of the pages are Estonian whichever language is asked for; the parts' own follow it.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/texts.h"
#include "web/part/part.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct page_duty duties[] = {
	{ .label = "Täna", .href = "/", .waits = 7, .late = true },
	{ .label = "Kaitstud töö", .heading = true },
	{ .label = "Taotlused ja suunamine", .href = "/taotlused", .waits = 23, .late = true },
	{ .label = "Järjekord", .href = "/jarjekord", .waits = 112 },
	{ .label = "Aruanded ja arved", .href = "/arved", .waits = 4 },
	{ .label = "Teenuseosutajad", .href = "/osutajad", .waits = 2 },
	{ .label = "Järelevalve", .href = "/jarelevalve" },
	{ .label = "Ühine", .heading = true },
	{ .label = "Päringud ja nõustamine", .href = "/paringud", .waits = 1204 },
	{ .label = "Ülesanded", .href = "/ulesanded", .waits = 3 },
	{ .label = "Ettepanekud", .href = "/ettepanekud" },
};

static const struct part_link news[] = {
	{ .label = "Taotlus", .href = "/taotlus/uus" },
	{ .label = "Päring", .href = "/paring/uus" },
	{ .label = "Ülesanne", .href = "/ulesanne/uus" },
};

static const struct part_link foot[] = {
	{ .label = "Ligipääsetavus", .href = "/ligipaasetavus" },
	{ .label = "Kes minu andmeid vaatas", .href = "/vaatamised" },
	{ .label = "Abi", .href = "/abi" },
};

static const struct part_trace deadline[] = {
	{ .fact = "Taotlus sai terviklikuks 12.05.2026.", .confirmed = CIVIL_NONE },
	{ .fact = "Otsus tehakse",
	  .rule = "10 tööpäeva jooksul.",
	  .source = "SHS § 63 lg 1",
	  .source_href = "https://www.riigiteataja.ee/akt/SHS",
	  .confirmed = 20500 },
	{ .fact = "25.05.2026 ei ole riigipüha, nädalavahetused jäid välja.",
	  .confirmed = CIVIL_NONE },
};

static const struct part_trace unsure[] = {
	{ .fact = "Toetatud etapi hind on",
	  .rule = "24,60 € tund.",
	  .source = "hinnakiri 2026",
	  .unsure = true,
	  .confirmed = CIVIL_NONE },
};

static struct page
page_new(struct ctx *cx, struct html *h, const char *title)
{
	return (struct page){
		.cx = cx,
		.h = h,
		.title = title,
		.board = "Sotsiaalkindlustusamet",
		.env = "Harjutusandmed: kõik inimesed siin on välja mõeldud",
		.version = "0.1.0",
		.here = "/",
		.csrf = "0123456789abcdef",
		.who = "Mari Tamm",
		.position = "koordinaator, kaitstud töö",
		.stands_for = "Jaan Kask",
		.me_href = "/mina",
		.unread = 3,
		.unread_href = "/teated",
		.news = news,
		.n_news = COUNT(news),
		.duties = duties,
		.n_duties = COUNT(duties),
		.session_left = 1800,
		.session_lead = 300,
		.foot = foot,
		.n_foot = COUNT(foot),
	};
}

static const char *const people[] = { "Aavik, Õnne",
				      "Brauer, Šeila",
				      "Eha, Märt",
				      "Ilves, Tõnu",
				      "Järv, Kaisa",
				      "Kuusk, Žanna",
				      "Lepik-Raudsepp, Maria Magdaleena",
				      "Mägi, Rasmus",
				      "Orav, Helgi",
				      "Põld, Jüri",
				      "Saar, Anna-Liisa",
				      "Teder, Villem",
				      "Vaher, Ülle",
				      "Üksvärav, Oskar" };
static const char *const towns[] = { "Tallinn",	   "Tartu linn",    "Põhja-Pärnumaa vald",
				     "Narva linn", "Saaremaa vald", "Võru linn" };
static const struct {
	enum tone tone;
	const char *word;
} states[] = {
	{ TONE_PLAIN, "esitatud" },	    { TONE_OPEN, "menetluses" },
	{ TONE_SOON, "ootab lisaandmeid" }, { TONE_OPEN, "järjekorras" },
	{ TONE_DONE, "suunatud" },	    { TONE_OFF, "tagasi võetud" },
};

static void
work_list(struct page *p, size_t n, bool bulk)
{
	static const struct part_column columns[] = {
		{ .label = "Number", .sort_href = "/taotlused?jrk=number" },
		{ .label = "Inimene", .sort_href = "/taotlused?jrk=nimi" },
		{ .label = "Elukoht" },
		{ .label = "Seis" },
		{ .label = "Tähtaeg", .sort_href = "/taotlused?jrk=-tahtaeg", .sorted = SORTED_UP },
		{ .label = "Esitatud", .sort_href = "/taotlused?jrk=esitatud" },
		{ .label = "Vastutab" },
		{ .label = "Summa", .number = true },
	};
	struct part_table t = { .caption = "Taotlused",
				.columns = columns,
				.n_columns = COUNT(columns),
				.bulk_form = bulk ? "valitud" : NULL,
				.keys = true };
	struct arena *a = p->cx->arena;

	part_table_begin(p, &t);
	for (size_t i = 0; i < n; i++) {
		int32_t due = p->cx->today + (int32_t)i / 3 - 3;
		long days = due - p->cx->today;
		size_t s = i * 7 % COUNT(states);
		const char *number = arena_printf(a, "KT-2026/%zu", 318 - i);

		part_row_begin(p, &t, arena_printf(a, "/taotlus/KT-2026/%zu", 318 - i),
			       (int64_t)i + 1, number);
		part_cell_link(p, &t, NULL, number);
		part_cell_text(p, &t, people[i * 5 % COUNT(people)]);
		part_cell_text(p, &t, towns[i * 3 % COUNT(towns)]);
		part_cell_badge(p, &t, states[s].tone, states[s].word);
		if (states[s].tone == TONE_OFF || states[s].tone == TONE_DONE)
			part_cell_clock(p, &t, TONE_PLAIN, NULL, CIVIL_NONE);
		else if (days < 0)
			part_cell_clock(p, &t, TONE_LATE,
					arena_printf(a, "%ld %s üle", -days,
						     days == -1 ? "tööpäev" : "tööpäeva"),
					due);
		else
			part_cell_clock(p, &t, days < 3 ? TONE_SOON : TONE_PLAIN,
					days == 0
						? "täna"
						: arena_printf(a, "%ld %s", days,
							       days == 1 ? "tööpäev" : "tööpäeva"),
					due);
		part_cell_date(p, &t, due - 14);
		part_cell_text(p, &t, i % 4 == 0 ? "Mari Tamm" : i % 4 == 3 ? NULL : "Jaan Kask");
		part_cell_money(p, &t, (int64_t)i * 12345 + 99);
		part_row_end(p, &t);
	}
	part_table_end(p, &t);
}

static void
figures(struct page *p)
{
	static const struct part_figure list[] = {
		{ .label = "Taotlused otsustatud tähtajaks",
		  .value = "96 %",
		  .target = "≥ 95 %",
		  .tone = TONE_DONE,
		  .word = "eesmärk täidetud",
		  .href = "/mootik/B3.1",
		  .href_label = "141 taotlust",
		  .note = "viimased 90 päeva",
		  .why = deadline,
		  .n_why = COUNT(deadline) },
		{ .label = "Suunatud, kelle puhul kõik tingimused olid täidetud",
		  .value = "100 %",
		  .target = "100 %",
		  .tone = TONE_DONE,
		  .word = "eesmärk täidetud",
		  .href = "/mootik/B3.1b",
		  .href_label = "58 suunamist" },
		{ .label = "Vead, mis leiti enne maksmist",
		  .value = "1 234,50 €",
		  .href = "/mootik/B3.3",
		  .href_label = "17 rida",
		  .why = unsure,
		  .n_why = COUNT(unsure) },
		{ .label = "Teenuseosutajad, kes kinnitasid andmed 90 päeva jooksul",
		  .value = "78 %",
		  .target = "≥ 90 %",
		  .tone = TONE_LATE,
		  .word = "alla eesmärgi",
		  .href = "/mootik/B3.5",
		  .href_label = "9 kinnitamata" },
	};

	part_figures_begin(p);
	for (size_t i = 0; i < COUNT(list); i++)
		part_figure(p, &list[i]);
	part_figures_end(p);
}

static void
home(struct page *p)
{
	static const struct page_notice notices[] = {
		{ TONE_SOON, "Hooldus laupäeval, 30. mail kell 8–10",
		  "Sel ajal ei saa süsteemi kasutada. Pooleli olev tekst jääb alles." },
	};

	p->lead = "Esmaspäev, 25. mai 2026";
	p->notices = notices;
	p->n_notices = COUNT(notices);
	page_begin(p);
	part_heading(p, 2, NULL, "Tähtaeg on möödas või saabub sel nädalal");
	work_list(p, 9, false);
	part_heading(p, 2, NULL, "Minu tööülesanded");
	figures(p);
	page_end(p);
}

static const struct part_choice state_choices[] = {
	{ .value = "esitatud", .label = "esitatud" },
	{ .value = "menetluses", .label = "menetluses", .chosen = true },
	{ .value = "suunatud", .label = "suunatud" },
};

static void
list_page(struct page *p)
{
	static const struct part_link tabs[] = {
		{ .label = "Minu omad", .href = "/taotlused", .note = "23", .current = true },
		{ .label = "Minu üksus", .href = "/taotlused/uksus", .note = "1 000+" },
		{ .label = "Tähtaeg möödas", .href = "/taotlused/ule", .note = "4" },
		{ .label = "Vastutajata", .href = "/taotlused/vabad", .note = "12" },
	};
	static const struct part_field filter[] = {
		{ .kind = ASK_TEXT, .name = "nimi", .label = "Inimene", .width = 20 },
		{ .kind = ASK_CHOICE,
		  .name = "seis",
		  .label = "Seis",
		  .choices = state_choices,
		  .n_choices = COUNT(state_choices) },
		{ .kind = ASK_DATE, .name = "alates", .label = "Esitatud alates" },
		{ .kind = ASK_DATE, .name = "kuni", .label = "kuni", .value = "31.05.2026" },
	};
	static const struct part_link moves[] = { { .label = "Määra vastutaja", .href = "assign" },
						  { .label = "Küsi lisaandmeid", .href = "ask" },
						  { .label = "Võta tagasi…", .href = "withdraw" } };

	p->counted = true;
	p->count = 1200;
	page_begin(p);
	part_tabs(p, "Salvestatud filtrid", tabs, COUNT(tabs));
	part_filter(p, "/taotlused", filter, COUNT(filter), true, "/taotlused");
	work_list(p, 50, true);
	part_bulk(p, &(struct part_bulk){ .id = "valitud",
					  .action = "/taotlused/valitud",
					  .moves = moves,
					  .n_moves = COUNT(moves) });
	part_list_foot(p, &(struct part_list_foot){ .shown = 50,
						    .count = 1001,
						    .next = "/taotlused?alates=abc",
						    .prev = "/taotlused?kuni=abc",
						    .csv = "/taotlused.csv",
						    .xlsx = "/taotlused.xlsx",
						    .json = "/taotlused.json" });
	page_end(p);
}

static void
empty_page(struct page *p)
{
	p->counted = true;
	page_begin(p);
	part_empty(p, "Ühtegi taotlust ei oota teie otsust.",
		   "Uued taotlused jõuavad siia kohe, kui need on teile määratud.",
		   "/taotlused/vabad", "Vaata vastutajata taotlusi");
	part_notice(p, TONE_DONE, "Otsus on kinnitatud ja saadetud.", NULL);
	part_notice(p, TONE_OPEN, "Arve on kontrollimisel.", "Tulemus on siin mõne minuti pärast.");
	part_notice(p, TONE_SOON, "Leping lõpeb 14 päeva pärast.", NULL);
	part_notice(p, TONE_LATE, "Otsust ei saanud kinnitada.",
		    "Taotlus on vahepeal tagasi võetud. Midagi ei muudetud.");
	part_notice(p, TONE_OFF, "Teenus ei ole enam kasutusel.", NULL);
	page_end(p);
}

static const struct part_link crumbs[] = {
	{ .label = "Taotlused ja suunamine", .href = "/taotlused" },
	{ .label = "Minu omad", .href = "/taotlused/minu" },
};

static void
record_facts(struct page *p)
{
	part_section_begin(p, "andmed", "Andmed");
	part_facts_begin(p);
	part_fact(p, "Esitatud", "11.05.2026, e-kirjaga");
	part_fact(p, "Terviklik alates", "12.05.2026");
	part_fact_begin(p, "Otsuse tähtaeg");
	part_date(p, 20598);
	html_text(p->h, " ");
	part_because(p, "Otsuse tähtaeg", deadline, COUNT(deadline));
	part_fact_end(p);
	part_fact(p, "Töövõime", "osaline, kuni 31.12.2027");
	part_fact_link(p, "Soovitud osutaja", "MTÜ Pihlakobar, Tartu", "/osutaja/17");
	part_fact_begin(p, "Tunni hind");
	part_money(p, 2460);
	html_text(p->h, " ");
	part_because(p, "Tunni hind", unsure, COUNT(unsure));
	part_fact_end(p);
	part_fact(p, "Märkused", NULL);
	part_fact(p, "Soov",
		  "Soovin töötada rahulikus kohas, kus saab teha tööd kätega. Varem olen töötanud "
		  "aiandis ja pesumajas.");
	part_facts_end(p);
	part_section_end(p);
}

static void
record_timeline(struct page *p)
{
	static const struct part_change changes[] = {
		{ "Soovitud osutaja", "SA Maarjakodu", "MTÜ Pihlakobar, Tartu" },
		{ "Telefon", NULL, "+372 5555 0101" },
	};
	const struct part_entry entries[] = {
		{ .at = p->cx->now - 3600,
		  .who = "Mari Tamm (asendab: Jaan Kask)",
		  .what = "muutis andmeid",
		  .icon = ICON_EDIT,
		  .changes = changes,
		  .n_changes = COUNT(changes) },
		{ .at = p->cx->now - 90000,
		  .who = "Mari Tamm",
		  .what = "lisas märkuse",
		  .icon = ICON_NOTE,
		  .note = "Helistasin. Tema saab alustada juuni alguses.\nEelistab pooli päevi." },
		{ .at = p->cx->now - 200000,
		  .who = "Hool",
		  .what = "saatis kirja",
		  .icon = ICON_LETTER,
		  .href = "/kiri/88",
		  .href_label = "Taotluse kättesaamine" },
		{ .at = p->cx->now - 1200000,
		  .who = "Jaan Kask",
		  .what = "vaatas",
		  .icon = ICON_EYE },
	};

	part_timeline(p, entries, COUNT(entries), "/taotlus/KT-2026/318/markus", "k1",
		      NULL);
}

static void
record_page(struct page *p)
{
	static const struct part_move moves[] = {
		{ .label = "Kinnita otsus", .name = "decide", .usual = true },
		{ .label = "Küsi lisaandmeid", .name = "ask" },
		{ .label = "Jäta läbi vaatamata", .name = "refuse", .ask = true },
		{ .label = "Suuna teenusele",
		  .name = "refer",
		  .refused = "Enne tuleb otsus kinnitada (SHS § 133). Kinnitada saab koordinaator, "
			     "kes "
			     "otsust ei koostanud." },
	};
	static const struct part_link linked[] = {
		{ .label = "Anna-Liisa Saar", .href = "/inimene/301", .note = "inimene" },
		{ .label = "Hindamine H-2026/91", .href = "/hindamine/91", .note = "12.04.2026" },
		{ .label = "Leping L-77", .href = "/leping/77", .note = "kehtib" },
	};
	static const struct part_link files[] = {
		{ .label = "Taotlus.asice", .href = "/fail/1", .note = "84 KiB" },
		{ .label = "Töövõime otsus.pdf", .href = "/fail/2", .note = "210 KiB" },
	};

	p->own_heading = true;
	p->crumbs = crumbs;
	p->n_crumbs = COUNT(crumbs);
	page_begin(p);
	part_print_head(p, "Taotlus", "KT-2026/318");
	part_record_head(p, &(struct part_record_head){ .what = "Kaitstud töö taotlus",
							.number = "KT-2026/318",
							.name = "Anna-Liisa Saar",
							.name_href = "/inimene/301",
							.tone = TONE_OPEN,
							.state = "menetluses",
							.due_tone = TONE_SOON,
							.due_words = "1 tööpäev",
							.due = p->cx->today + 1,
							.responsible = "Mari Tamm",
							.responsible_href = "/ametnik/5",
							.action = "/taotlus/KT-2026/318",
							.version = 4,
							.key = "k0",
							.moves = moves,
							.n_moves = COUNT(moves) });
	part_columns_begin(p);
	record_facts(p);
	record_timeline(p);
	part_columns_side(p);
	part_links(p, "Seotud", linked, COUNT(linked));
	part_links(p, "Failid", files, COUNT(files));
	part_columns_end(p);
	page_end(p);
}

static const struct part_choice channels[] = {
	{ .value = "self", .label = "iseteenindus" },
	{ .value = "email", .label = "e-kiri", .chosen = true },
	{ .value = "post", .label = "post" },
	{ .value = "office", .label = "teenindus", .help = "Inimene käis ise kohal." },
};
static const struct part_choice counties[] = {
	{ .value = "37", .label = "Harju maakond" },
	{ .value = "39", .label = "Hiiu maakond" },
	{ .value = "45", .label = "Ida-Viru maakond" },
	{ .value = "50", .label = "Jõgeva maakond" },
	{ .value = "52", .label = "Järva maakond" },
	{ .value = "79", .label = "Tartu maakond" },
};
static const struct part_choice needs[] = {
	{ .value = "transport", .label = "transport", .chosen = true },
	{ .value = "guide", .label = "tugiisik tööl" },
	{ .value = "hours", .label = "lühem tööpäev", .chosen = true },
};
static const struct part_choice found[] = {
	{ .value = "301", .label = "Anna-Liisa Saar, 12.03.1988", .help = "Tartu linn" },
	{ .value = "302", .label = "Anna Saar, 01.11.1972", .help = "Võru linn" },
};

static const struct part_field fields[] = {
	{ .kind = ASK_REF,
	  .name = "person",
	  .label = "Inimene",
	  .help = "Otsige nime või isikukoodi järgi.",
	  .choices = found,
	  .n_choices = COUNT(found),
	  .typed = "saar anna",
	  .searched = true,
	  .suggest = "/otsi/inimene",
	  .error = "Valige leitud inimestest õige." },
	{ .kind = ASK_REF,
	  .name = "provider",
	  .label = "Soovitud osutaja",
	  .optional = true,
	  .typed = "pihlak",
	  .searched = true,
	  .suggest = "/otsi/osutaja" },
	{ .kind = ASK_DATE,
	  .name = "arrived",
	  .label = "Saabumise kuupäev",
	  .help = "Päev, mil taotlus meieni jõudis.",
	  .value = "31.02.2026",
	  .error = "Sellist kuupäeva ei ole. Kirjutage näiteks 25.05.2026." },
	{ .kind = ASK_CHOICE,
	  .name = "channel",
	  .label = "Kuidas taotlus saabus",
	  .choices = channels,
	  .n_choices = COUNT(channels) },
	{ .kind = ASK_CHOICE,
	  .name = "county",
	  .label = "Maakond",
	  .choices = counties,
	  .n_choices = COUNT(counties) },
	{ .kind = ASK_MANY,
	  .name = "needs",
	  .label = "Mida on töötamiseks vaja",
	  .optional = true,
	  .choices = needs,
	  .n_choices = COUNT(needs) },
	{ .kind = ASK_YESNO,
	  .name = "worked",
	  .label = "Kas inimene on varem töötanud",
	  .value = "1" },
	{ .kind = ASK_MONEY,
	  .name = "income",
	  .label = "Sissetulek kuus",
	  .optional = true,
	  .value = "1 234,5x",
	  .error = "Kirjutage summa eurodes, näiteks 1234,50." },
	{ .kind = ASK_INT,
	  .name = "hours",
	  .label = "Soovitud tunnid nädalas",
	  .unit = "tundi",
	  .width = 4 },
	{ .kind = ASK_EMAIL,
	  .name = "email",
	  .label = "E-post",
	  .value = "anna.saar@naide.ee",
	  .source = "rahvastikuregister" },
	{ .kind = ASK_PHONE, .name = "phone", .label = "Telefon", .optional = true },
	{ .kind = ASK_LONG,
	  .name = "wish",
	  .label = "Soov oma sõnadega",
	  .help = "Kirjutage nii, nagu inimene ütles.",
	  .value = "\nRahulik koht & \"töö kätega\"" },
	{ .kind = ASK_FILE,
	  .name = "file",
	  .label = "Taotluse fail",
	  .accept = ".pdf,.asice",
	  .help = "PDF või ASiC-E, kuni 10 MB." },
	{ .kind = ASK_FIXED, .name = "unit", .label = "Üksus", .value = "Kaitstud töö talitus" },
	{ .kind = ASK_TICK, .name = "read", .label = "Olen andmed inimesega üle vaadanud" },
};

static void
form_page(struct page *p)
{
	static const struct part_button buttons[] = {
		{ .label = "Salvesta taotlus" },
		{ .label = "Salvesta ja lisa järgmine", .name = "next", .value = "1" }
	};
	static const struct part_link steps[] = {
		{ .label = "Inimene", .href = "/taotlus/uus/1" },
		{ .label = "Taotlus", .href = "/taotlus/uus/2", .current = true },
		{ .label = "Vastuste kontroll" },
	};

	page_begin(p);
	part_steps(p, steps, COUNT(steps));
	part_error_summary(p, fields, COUNT(fields));
	part_form_begin(p, &(struct part_form){ .id = "taotlus",
						.action = "/taotlus/uus",
						.key = "k2",
						.version = 1,
						.files = true,
						.keep = true,
						.kept_at = p->cx->now - 600 });
	for (size_t i = 0; i < COUNT(fields); i++) {
		if (i == 7)
			part_group_begin(p, "Raha ja aeg",
					 "Neid andmeid näevad ainult menetlejad.");
		if (i == 9)
			part_group_end(p);
		part_field(p, &fields[i]);
	}
	part_buttons(p, buttons, COUNT(buttons), "/taotlused", "Jäta pooleli");
	part_form_end(p);
	page_end(p);
}

static void
answers_page(struct page *p)
{
	static const struct part_answer answers[] = {
		{ "Nimi", "Anna-Liisa Saar", "/minu/1" },
		{ "E-post", "anna.saar@naide.ee", "/minu/2" },
		{ "Mida soovite teha", "Töötada aiandis.\nEelistan hommikuid.", "/minu/3" },
		{ "Telefon", NULL, "/minu/4" },
	};
	static const char *const next[] = {
		"Saadame teile kohe kinnituse e-kirjaga.",
		"Koordinaator vaatab taotluse läbi 10 tööpäeva jooksul.",
		"Kui midagi on puudu, helistame või kirjutame teile.",
	};
	static const struct part_button send = { .label = "Esita taotlus" };

	p->plain = true;
	p->who = "Anna-Liisa Saar";
	p->position = NULL;
	p->stands_for = NULL;
	p->n_news = 0;
	p->lead = "Vaadake vastused üle. Kõike saab veel muuta.";
	page_begin(p);
	part_answers(p, answers, COUNT(answers));
	part_next_steps(p, next, COUNT(next));
	part_form_begin(p, &(struct part_form){ .id = "esita", .action = "/minu/esita" });
	part_buttons(p, &send, 1, "/minu", "Jätkan hiljem");
	part_form_end(p);
	page_end(p);
}

static void
grid_page(struct page *p)
{
	static const struct part_grid_code codes[] = { { "T", "töötas", true },
						       { "P", "pool päeva", true },
						       { "H", "haige", false },
						       { "PU", "puhkus", false },
						       { "X", "puudus", false } };
	static const char *const marks[] = { "T", "T", "P", "T", "H", "T", "T", "X" };
	static bool holiday[31] = { [0] = true };
	struct part_button save = { .label = "Salvesta kuu" };
	struct part_grid_row rows[COUNT(people)];

	for (size_t i = 0; i < COUNT(people); i++) {
		const char **cells = ARENA_ARRAY(p->cx->arena, 31, const char *);
		const char **errors = ARENA_ARRAY(p->cx->arena, 31, const char *);

		for (int d = 1; d <= 24; d++)
			if (civil_weekday(civil_day(2026, 5, d)) < 6 && !holiday[d - 1])
				cells[d - 1] = marks[((size_t)d + i) % COUNT(marks)];
		if (i == 3) {
			cells[11] = "Q";
			errors[11] = "Sellist tähist ei ole.";
		}
		rows[i] = (struct part_grid_row){ .id = (int64_t)i + 1,
						  .name = people[i],
						  .href = "/inimene/1",
						  .cells = cells,
						  .errors = errors,
						  .locked = i == 5 };
	}
	p->wide = true;
	p->lead =
		"MTÜ Pihlakobar, Tartu. Täitke kuu lõpuks; aruande saate esitada kuni 10. juunini.";
	page_begin(p);
	part_form_begin(
		p, &(struct part_form){
			   .id = "kuu", .action = "/paevad/2026/5", .key = "k3", .keep = true });
	part_grid(p, &(struct part_grid){ .caption = "Mai 2026 päevad",
					  .year = 2026,
					  .month = 5,
					  .holiday = holiday,
					  .rows = rows,
					  .n_rows = COUNT(people),
					  .codes = codes,
					  .n_codes = COUNT(codes),
					  .total_label = "Kokku" });
	part_buttons(p, &save, 1, "/paevad", "Tagasi");
	part_form_end(p);
	page_end(p);
}

static void
merge_page(struct page *p)
{
	static const struct part_merge_row rows[] = {
		{ "phone", "Telefon", "+372 5555 0100", "+372 5555 0101", "+372 5555 0199", NULL, true },
		{ "email", "E-post", "anna@naide.ee", "anna@naide.ee", "anna.saar@naide.ee",
		  NULL, false },
		{ "provider", "Soovitud osutaja", NULL, "MTÜ Pihlakobar", NULL, NULL, false },
		{ "wish", "Soov", "Töötada aiandis.", "Töötada aiandis või köögis.",
		  "Töötada aiandis.\nEelistab hommikuid.", NULL, true },
	};

	p->crumbs = crumbs;
	p->n_crumbs = COUNT(crumbs);
	page_begin(p);
	part_merge(p, &(struct part_merge){ .their_name = "Jaan Kask",
					    .their_at = p->cx->now - 300,
					    .action = "/taotlus/KT-2026/318",
					    .version = 5,
					    .rows = rows,
					    .n_rows = COUNT(rows),
					    .cancel_href = "/taotlus/KT-2026/318" });
	page_end(p);
}

static void
dashboard(struct page *p)
{
	static const char *const months[] = { "juuni", "juuli", "august", "sept",  "okt", "nov",
					      "dets",  "jaan",	"veebr",  "märts", "apr", "mai" };
	static const int64_t share[] = { 91, 88, 93, 95, 97, 96, 90, 94, 96, 98, 97, 96 };
	static const int64_t queue[] = {
		140, 152, 149, 160, 171, 165, 158, 150, 139, 128, 120, 112
	};
	static const char *hrefs[COUNT(months)];
	struct part_chart c = { .id = "tahtaeg",
				.question = "Kas otsused valmivad tähtajaks?",
				.what = "Kuu",
				.unit = "Tähtajaks",
				.labels = months,
				.values = share,
				.n = COUNT(months),
				.has_target = true,
				.target = 95,
				.target_label = "eesmärk 95 %",
				.suffix = " %",
				.hrefs = hrefs };

	for (size_t i = 0; i < COUNT(months); i++)
		hrefs[i] = "/mootik/B3.1";
	page_begin(p);
	figures(p);
	part_chart(p, &c);
	c.kind = CHART_LINE;
	c.id = "jarjekord";
	c.question = "Kas järjekord lüheneb?";
	c.unit = "Ootajaid";
	c.values = queue;
	c.has_target = false;
	c.suffix = NULL;
	part_chart(p, &c);
	c.n = 0;
	c.id = "tuhi";
	c.question = "Kui palju on tagastatud dokumente?";
	part_chart(p, &c);
	page_end(p);
}

static void
confirm_page(struct page *p)
{
	static const char *const effects[] = {
		"42 taotlust läheb seisu „tagasi võetud“.",
		"Igale inimesele saadetakse kiri, miks taotlust ei vaadata läbi.",
		"Koht järjekorras kaob.",
	};
	static const struct part_field ground = { .kind = ASK_LONG,
						  .name = "ground",
						  .label = "Põhjus",
						  .help = "Läheb kirja sisse.",
						  .rows = 3 };
	static const int64_t chosen[] = { 1, 2, 3 };

	page_begin(p);
	part_confirm(p, &(struct part_confirm){ .question = "Kas võtta valitud taotlused tagasi?",
						.effects = effects,
						.n_effects = COUNT(effects),
						.action = "/taotlused/valitud",
						.move = "withdraw",
						.chosen = chosen,
						.n_chosen = COUNT(chosen),
						.button = "Võta 42 taotlust tagasi",
						.final = true,
						.fields = &ground,
						.n_fields = 1,
						.cancel_href = "/taotlused" });
	page_end(p);
}

static void
letter_page(struct page *p)
{
	page_begin(p);
	part_letter_begin(p, "Kiri");
	part_text(p, "Tere, Anna-Liisa Saar");
	part_text(p, "Otsustasime, et saate kaitstud töö teenust alates 1. juunist 2026.");
	part_text(p, "Teid ootab MTÜ Pihlakobar Tartus, Kase 7. Esimesel päeval võtke kaasa isikut "
		     "tõendav dokument.");
	part_text(p, "Kui te otsusega ei nõustu, võite 30 päeva jooksul esitada vaide.");
	part_text(p, "Lugupidamisega\nMari Tamm");
	part_letter_facts(p, "Millest see koosneb");
	part_facts_begin(p);
	part_fact(p, "Otsus", "O-2026/88, 25.05.2026");
	part_fact(p, "Algus", "01.06.2026");
	part_fact_begin(p, "Vaide tähtaeg");
	html_text(p->h, "30 päeva ");
	part_because(p, "Vaide tähtaeg", deadline, 2);
	part_fact_end(p);
	part_facts_end(p);
	part_letter_end(p);
	page_end(p);
}

static void
sign_in_page(struct page *p)
{
	static const struct part_link practice[] = {
		{ .label = "Mari Tamm", .href = "mari", .note = "koordinaator, kaitstud töö" },
		{ .label = "Jaan Kask", .href = "jaan", .note = "koordinaator, KLAT ja SRT" },
		{ .label = "Eve Rebane", .href = "eve", .note = "teenuseosutaja, MTÜ Pihlakobar" },
	};

	p->csrf = NULL;
	p->who = NULL;
	p->own_heading = true;
	p->session_left = 0;
	p->n_duties = 0;
	p->lead = "Hool on sotsiaalkindlustusameti töökeskkond ametnikele, teenuseosutajatele ja "
		  "inimestele.";
	page_begin(p);
	part_sign_in(p, &(struct part_sign_in){ .outside_href = "/sisene/tara",
						.action = "/sisene",
						.user = "mari",
						.error = "Kasutajanimi või parool ei ole õige.",
						.ask_code = true,
						.back = "/",
						.csrf = "t",
						.practice = practice,
						.n_practice = COUNT(practice) });
	page_end(p);
}

static void
trouble_page(struct page *p)
{
	static const struct part_link ways[] = { { .label = "Ava taotlus uuesti", .href = "/t/1" },
						 { .label = "Tänased tööd", .href = "/" } };

	page_begin(p);
	part_trouble(p,
		     &(struct part_trouble){
			     .what = "Taotlust ei saanud salvestada, sest andmebaas ei vastanud.",
			     .kept = "Teie tekst on mustandina alles.",
			     .next = "Oodake mõni minut ja proovige uuesti.",
			     .ways = ways,
			     .n_ways = COUNT(ways),
			     .code = "E503",
			     .trace = "4bf92f3577b34da6a3ce929d0e0e4736" });
	page_end(p);
}

static const struct {
	const char *name, *title;
	void (*write)(struct page *p);
} pages[] = {
	{ "home", "Täna", home },
	{ "list", "Taotlused", list_page },
	{ "empty", "Minu otsuseid ootavad taotlused", empty_page },
	{ "record", "Anna-Liisa Saar, KT-2026/318", record_page },
	{ "form", "Uus taotlus", form_page },
	{ "answers", "Kontrollige vastuseid", answers_page },
	{ "grid", "Mai 2026", grid_page },
	{ "merge", "Kaks inimest muutsid sama taotlust", merge_page },
	{ "dashboard", "Kaitstud töö arvud", dashboard },
	{ "confirm", "Taotluste tagasivõtmine", confirm_page },
	{ "letter", "Otsuse kiri", letter_page },
	{ "signin", "Logige sisse", sign_in_page },
	{ "trouble", "Salvestamine ei õnnestunud", trouble_page },
};

static int
load_words(struct ctx *cx, struct texts *t)
{
	for (int l = 0; l < LANG_COUNT; l++) {
		const char *file =
			arena_printf(cx->arena, "po/part.%s.po", lang_code((enum lang)l));
		char *bytes = arena_alloc(cx->arena, 200000);
		FILE *f = fopen(file, "rb");
		size_t len;

		if (f == NULL)
			return -1;
		len = fread(bytes, 1, 199999, f);
		(void)fclose(f);
		if (texts_add_po(cx, t, (enum lang)l, file, bytes, len) != OK)
			return -1;
	}
	return 0;
}

static int
write_page(struct ctx *cx, const char *dir, size_t i)
{
	const char *file = arena_printf(cx->arena, "%s/%s.html", dir, pages[i].name);
	SCOPED_BUF b;
	struct html h;
	struct page p;
	FILE *f;

	buf_init(&b, MAX_PAGE);
	html_init(&h, &b);
	p = page_new(cx, &h, pages[i].title);
	pages[i].write(&p);
	if (html_done(cx, &h) != OK)
		return -1;
	f = fopen(file, "wb");
	if (f == NULL || fwrite(b.bytes, 1, b.len, f) != b.len || fclose(f) != 0)
		return -1;
	(void)printf("%s %zu\n", file, b.len);
	return 0;
}

int
main(int argc, char **argv)
{
	SCOPED(arena) struct arena *a = arena_new();
	struct texts *t = texts_new(a);
	struct ctx cx;
	int lang;

	ctx_init(&cx, a);
	ctx_set_now(&cx, civil_start_of_day(civil_day(2026, 5, 25)) + 12 * 3600);
	if (argc < 2 || load_words(&cx, t) != 0)
		return 1;
	cx.texts = t;
	lang = argc > 2 ? lang_from_code(argv[2]) : LANG_ET;
	if (lang < 0)
		return 2;
	cx.lang = (enum lang)lang;
	for (size_t i = 0; i < COUNT(pages); i++)
		if (write_page(&cx, argv[1], i) != 0)
			return 1;
	return 0;
}
