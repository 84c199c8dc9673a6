/* The section on a referral's page: where to, whom to call, until when. */
#include "base/civil.h"
#include "base/text.h"
#include "base/texts.h"
#include "work/placement/placement_int.h"

static const char PLACEMENT_OF[] =
	"SELECT sys_id FROM placement WHERE referral = ?1 AND sys_deleted = 0 LIMIT 1";

static enum err
placement_of(struct ctx *cx, int64_t referral, int64_t *ret)
{
	SCOPED(stmt) struct stmt *q = NULL;
	bool row;

	TRY(db_query(cx, PLACEMENT_OF, DB_ARGS(db_int(referral)), &q));
	TRY(stmt_step(cx, q, &row));
	*ret = row ? stmt_int(q, 0) : 0;
	return OK;
}

static void
write_warnings(struct visit *v, const struct record *r, const struct record *decision,
	       const struct clash *c)
{
	struct ctx *cx = v->cx;
	int32_t last = record_date(r, "start_by");

	if (!record_in(r, "issued"))
		return;
	if (record_in(decision, "annulled"))
		part_notice(&v->page, TONE_LATE, msg(cx, "referral.annulled"), NULL);
	if (last != CIVIL_NONE && last < cx->today)
		part_notice(&v->page, TONE_LATE, msg(cx, "referral.late"),
			    msg(cx, "referral.late_what"));
	if (c->placement != 0)
		part_notice(&v->page, TONE_SOON,
			    msgf(cx, c->same ? "refer.same" : "refer.barred", c->service,
				 civil_text(cx->arena, c->starts),
				 c->ends == CIVIL_NONE ? "…" : civil_text(cx->arena, c->ends)),
			    msg(cx, "refer.clash_what"));
}

static void
write_facts(struct visit *v, const struct record *r, const struct record *site,
	    const struct record *provider, int64_t placement)
{
	struct ctx *cx = v->cx;
	struct page *p = &v->page;
	const char *href = visit_url_id(cx, placement);

	part_facts_begin(p);
	part_fact(p, label(cx, "site", "address"), record_text(site, "address"));
	part_fact(p, label(cx, "organisation", "contact"), record_text(provider, "contact"));
	part_fact(p, label(cx, "organisation", "phone"), record_text(provider, "phone"));
	part_fact(p, label(cx, "organisation", "email"), record_text(provider, "email"));
	if (record_value(r, "counted_from")->set)
		part_fact(p, label(cx, "referral", "counted_from"),
			  civil_text(cx->arena, record_date(r, "counted_from")));
	else if (record_in(r, "issued"))
		part_fact(p, label(cx, "referral", "counted_from"),
			  msg(cx, "referral.not_delivered"));
	if (record_value(r, "started_on")->set)
		part_fact(p, label(cx, "referral", "started_on"),
			  civil_text(cx->arena, record_date(r, "started_on")));
	if (href != NULL)
		part_fact_link(p, label(cx, "placement", NULL), msg(cx, "referral.placement"),
			       href);
	if (record_text(r, "cancel_reason") != NULL)
		part_fact(p, label(cx, "referral", "cancel_reason"),
			  record_text(r, "cancel_reason"));
	part_facts_end(p);
}

enum err
referral_panel(struct visit *v, const struct record *r)
{
	struct ctx *cx = v->cx;
	const struct stay stay = { .person = record_int(r, "person"),
				   .service = record_int(r, "service"),
				   .stage = record_int(r, "stage"),
				   .starts = cx->today,
				   .ends = record_date(r, "ends_on"),
				   .fresh = true };
	struct record *site, *provider, *decision;
	struct clash clash = { .placement = 0 };
	int64_t placement;

	TRY(record_get(cx, "site", record_int(r, "site"), &site));
	TRY(record_get(cx, "organisation", record_int(r, "provider"), &provider));
	TRY(record_get(cx, "decision", record_int(r, "decision"), &decision));
	TRY(placement_of(cx, r->id, &placement));
	/* What else a person has is not for the provider to read. */
	if (cx->who.org == 0)
		TRY(bars_clash(cx, &stay, &clash));
	part_section_begin(&v->page, "koht", msg(cx, "referral.where"));
	write_warnings(v, r, decision, &clash);
	write_facts(v, r, site, provider, placement);
	part_section_end(&v->page);
	return OK;
}
