/* What may not be together: by the hook, and by the database itself. */
#include "base/civil.h"
#include "db/fixture_test.h"
#include "work/placement/fixture_test.h"
#include "work/placement/placement_int.h"

#define DAY(y, m, d) civil_day(y, m, d)

static const char PARENT[] =
	"INSERT INTO sys_record (type, number, title, about, made_at) VALUES ('placement', ?1, ?1, "
	"?2, 0) RETURNING id";
static const char ROW[] =
	"INSERT INTO placement (sys_id, sys_number, sys_state, sys_open, sys_version, sys_created, "
	"sys_changed, person, service, provider, site, stage, starts, ends) VALUES (?1, ?2, "
	"'active', "
	"1, 1, 0, 0, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";

struct plain {
	const struct fixture *f;
	int64_t person, service, site, provider, stage;
	int32_t starts, ends;
};

/* A row as somebody with the database in hand would write it. */
static enum err
insert(struct ctx *cx, void *arg)
{
	static int number;
	const struct plain *p = arg;
	const char *name = arena_printf(cx->arena, "plain-%d", ++number);
	int64_t id;

	TRY(db_get_int(cx, PARENT, DB_ARGS(db_text(name), db_int(p->person)), &id));
	return db_exec(cx, ROW,
		       DB_ARGS(db_int(id), db_text(name), db_int(p->person), db_int(p->service),
			       db_int(p->provider), db_int(p->site), db_id(p->stage),
			       db_date(p->starts), db_date(p->ends)),
		       NULL);
}

static enum err
plainly(struct fixture *f, int64_t service, int64_t stage, int32_t starts, int32_t ends)
{
	struct plain p = { f,
			   f->jaan,
			   service,
			   service == f->pkt ? f->site : f->tt_site,
			   service == f->pkt ? f->provider : f->tt_provider,
			   stage,
			   starts,
			   ends };
	enum err e;

	ctx_forgive(f->cx);
	test_log(false);
	e = test_write(f->t, insert, &p);
	test_log(true);
	return e;
}

TEST(placement_same_service_never_twice_at_once)
{
	static const struct {
		int32_t from[3], to[3]; /* year 0: open */
		bool good;
	} CASE[] = {
		{ { 2026, 1, 1 }, { 2026, 1, 31 }, true },   /* before */
		{ { 2026, 1, 1 }, { 2026, 2, 1 }, false },   /* the first day is shared */
		{ { 2026, 2, 10 }, { 2026, 2, 20 }, false }, /* within */
		{ { 2026, 1, 1 }, { 2026, 4, 30 }, false },  /* around */
		{ { 2026, 3, 31 }, { 2026, 4, 30 }, false }, /* the last day is shared */
		{ { 2026, 4, 1 }, { 0, 0, 0 }, true },	     /* after */
		{ { 2026, 1, 1 }, { 0, 0, 0 }, false },	     /* open from before */
	};
	struct fixture f;

	for (size_t i = 0; i < sizeof(CASE) / sizeof(*CASE); i++) {
		int32_t from = DAY(CASE[i].from[0], CASE[i].from[1], CASE[i].from[2]);
		int32_t to = CASE[i].to[0] == 0 ? CIVIL_NONE
						: DAY(CASE[i].to[0], CASE[i].to[1], CASE[i].to[2]);

		fixture(t, &f);
		EXPECT_OK(fixture_place(&f, f.jaan, f.tt, f.tt_site, DAY(2026, 2, 1),
					DAY(2026, 3, 31), NULL));
		(void)refused(t, CASE[i].good ? OK : ERR_CONFLICT, "guard.placement.overlap",
			      plainly(&f, f.tt, 0, from, to));
		fixture(t, &f);
		EXPECT_OK(fixture_place(&f, f.jaan, f.tt, f.tt_site, DAY(2026, 2, 1),
					DAY(2026, 3, 31), NULL));
		(void)refused(t, CASE[i].good ? OK : ERR_CONFLICT, "err.placement_same",
			      fixture_place(&f, f.jaan, f.tt, f.tt_site, from, to, NULL));
	}
	/* Another person is no hindrance. */
	EXPECT_OK(fixture_place(&f, f.mari, f.tt, f.tt_site, DAY(2026, 2, 1), CIVIL_NONE, NULL));
}

/* A bar is looked up both ways, and only while it is in force within the days shared. */
TEST(placement_barred_service_is_refused_by_the_database)
{
	static const struct {
		bool turned;		  /* the bar is stored the other way round */
		int32_t bar_from, bar_to; /* month of 2026; 0: open */
		int32_t from, to;	  /* month of 2026 the second placement has; 0: open */
		bool good;
	} CASE[] = {
		{ false, 1, 0, 3, 0, false }, { true, 1, 0, 3, 0, false },
		{ false, 1, 0, 1, 1, true }, /* before the first placement */
		{ true, 1, 0, 1, 1, true },   { false, 6, 0, 3, 5, true }, /* bar comes later */
		{ false, 6, 0, 3, 6, false },				   /* bar comes within */
		{ false, 1, 2, 3, 0, true },				   /* bar was over */
		{ false, 1, 3, 3, 0, false }, /* bar still held in the first month shared */
		{ true, 1, 2, 3, 0, true },
	};
	struct fixture f;

	for (size_t i = 0; i < sizeof(CASE) / sizeof(*CASE); i++) {
		int32_t bar_to = CASE[i].bar_to == 0 ? CIVIL_NONE : DAY(2026, CASE[i].bar_to, 28);
		int32_t to = CASE[i].to == 0 ? CIVIL_NONE : DAY(2026, CASE[i].to, 28);
		int32_t from = DAY(2026, CASE[i].from, 1);
		struct error e;

		fixture(t, &f);
		(void)fixture_bar(&f, CASE[i].turned ? f.tt : f.pkt, CASE[i].turned ? f.pkt : f.tt,
				  NULL, DAY(2026, CASE[i].bar_from, 1), bar_to);
		EXPECT_OK(fixture_place(&f, f.jaan, f.pkt, f.site, DAY(2026, 2, 1), CIVIL_NONE,
					NULL));
		(void)refused(t, CASE[i].good ? OK : ERR_CONFLICT, "guard.placement.barred",
			      plainly(&f, f.tt, 0, from, to));
		if (CASE[i].good)
			continue;
		e = refused(t, ERR_CONFLICT, "err.placement_barred",
			    fixture_place(&f, f.jaan, f.tt, f.tt_site, from, to, NULL));
		EXPECT_TEXT("XP", e.args[0]);
		EXPECT_TEXT("01.02.2026", e.args[1]);
		EXPECT_TEXT("p 2.1.4", e.args[3]);
	}
}

/* A bar of some stages counts in the periods of those stages. */
TEST(placement_bar_of_stages_counts_by_period)
{
	struct fixture f;
	struct change *ch;
	int64_t id = 0;

	fixture(t, &f);
	(void)fixture_bar(&f, f.pkt, f.tt, ",I,II,", DAY(2026, 1, 1), CIVIL_NONE);
	EXPECT_OK(fixture_place(&f, f.jaan, f.pkt, f.site, DAY(2026, 2, 1), CIVIL_NONE, &id));
	/* Stage I until 28 February, III from 1 March. */
	ch = change_new(f.cx, "placement");
	change_int(ch, "stage", f.stage[2]);
	change_int(ch, "changed_on", DAY(2026, 3, 1));
	change_text(ch, "change_reason", "Sai töökoha");
	EXPECT_OK(test_move(t, "placement", id, "next_stage", ch));
	(void)refused(t, ERR_CONFLICT, "guard.placement.barred",
		      plainly(&f, f.tt, 0, DAY(2026, 2, 28), DAY(2026, 2, 28)));
	(void)refused(
		t, ERR_CONFLICT, "err.placement_barred",
		fixture_place(&f, f.jaan, f.tt, f.tt_site, DAY(2026, 2, 28), CIVIL_NONE, NULL));
	EXPECT_OK(fixture_place(&f, f.jaan, f.tt, f.tt_site, DAY(2026, 3, 1), CIVIL_NONE, NULL));
	/* Back to stage II while on the other service: refused, in words and by the database. */
	ch = change_new(f.cx, "placement");
	change_int(ch, "stage", f.stage[1]);
	change_int(ch, "changed_on", DAY(2026, 4, 1));
	change_text(ch, "change_reason", "Kaotas töökoha");
	(void)refused(t, ERR_CONFLICT, "err.placement_barred",
		      test_move(t, "placement", id, "next_stage", ch));
}

TEST(placement_bar_of_stages_counts_for_a_row_without_periods)
{
	struct fixture f;

	fixture(t, &f);
	(void)fixture_bar(&f, f.pkt, f.tt, ",I,II,", DAY(2026, 1, 1), CIVIL_NONE);
	EXPECT_OK(fixture_place(&f, f.jaan, f.tt, f.tt_site, DAY(2026, 2, 1), CIVIL_NONE, NULL));
	EXPECT_ERR(ERR_CONFLICT, plainly(&f, f.pkt, f.stage[0], DAY(2026, 3, 1), CIVIL_NONE));
	EXPECT_ERR(ERR_CONFLICT, plainly(&f, f.pkt, f.stage[1], DAY(2026, 3, 1), CIVIL_NONE));
	EXPECT_ERR(OK, plainly(&f, f.pkt, f.stage[2], DAY(2026, 3, 1), CIVIL_NONE));
}

TEST(placement_periods_are_held_against_stage_bars)
{
	struct fixture f;
	struct change *ch;
	int64_t id = 0, period;

	fixture(t, &f);
	EXPECT_OK(fixture_place(&f, f.jaan, f.pkt, f.site, DAY(2026, 2, 1), DAY(2026, 2, 10), &id));
	(void)fixture_bar(&f, f.pkt, f.tt, ",II,", DAY(2026, 1, 1), CIVIL_NONE);
	EXPECT_OK(fixture_place(&f, f.jaan, f.tt, f.tt_site, DAY(2026, 2, 1), CIVIL_NONE, NULL));
	/* A period of stage II, written past the moves. */
	ch = change_new(f.cx, "placement_period");
	change_int(ch, "placement", id);
	change_int(ch, "person", f.jaan);
	change_text(ch, "kind", "stage");
	change_int(ch, "stage", f.stage[1]);
	change_int(ch, "starts", DAY(2026, 3, 1));
	(void)refused(t, ERR_CONFLICT, "guard.placement_period.barred",
		      test_try_create(t, ch, &period));
	change_int(ch, "stage", f.stage[2]);
	EXPECT_OK(test_try_create(t, ch, &period));
}

TEST(placement_end_cannot_be_moved_into_a_bar)
{
	struct fixture f;
	struct change *ch;
	int64_t id = 0;

	fixture(t, &f);
	(void)fixture_bar(&f, f.tt, f.pkt, NULL, DAY(2026, 1, 1), CIVIL_NONE);
	EXPECT_OK(
		fixture_place(&f, f.jaan, f.tt, f.tt_site, DAY(2026, 1, 1), DAY(2026, 1, 31), &id));
	EXPECT_OK(fixture_place(&f, f.jaan, f.pkt, f.site, DAY(2026, 3, 1), CIVIL_NONE, NULL));
	ch = change_new(f.cx, "placement");
	change_int(ch, "ends", DAY(2026, 2, 28));
	EXPECT_OK(test_edit(t, "placement", id, 0, ch));
	change_int(ch, "ends", DAY(2026, 3, 1));
	(void)refused(t, ERR_CONFLICT, "err.placement_barred",
		      test_edit(t, "placement", id, 0, ch));
	change_empty(ch, "ends");
	EXPECT_ERR(ERR_CONFLICT, test_edit(t, "placement", id, 0, ch));
}

/* What the bar came to refuse later. */
struct sql_write {
	const char *sql;
	struct db_args args;
};

static enum err
write_sql(struct ctx *cx, void *arg)
{
	const struct sql_write *w = arg;

	return db_exec(cx, w->sql, w->args, NULL);
}

static enum err
set_column(struct fixture *f, const char *sql, int64_t id, struct db_value v)
{
	struct sql_write w = { sql, DB_ARGS(db_int(id), v) };
	enum err e;

	ctx_forgive(f->cx);
	test_log(false);
	e = test_write(f->t, write_sql, &w);
	test_log(true);
	return e;
}

/* Both placements stand when the bar is added: they must be able to end, and not to grow. */
TEST(placement_in_a_bar_may_end_but_not_grow)
{
	struct fixture f;
	struct change *ch;
	int64_t id = 0;

	fixture(t, &f);
	EXPECT_OK(fixture_place(&f, f.jaan, f.tt, f.tt_site, DAY(2026, 2, 1), DAY(2026, 12, 31),
				NULL));
	EXPECT_OK(fixture_place(&f, f.jaan, f.pkt, f.site, DAY(2026, 3, 1), DAY(2026, 8, 31), &id));
	(void)fixture_bar(&f, f.tt, f.pkt, NULL, DAY(2026, 1, 1), CIVIL_NONE);

	ch = change_new(f.cx, "placement");
	change_int(ch, "ends", DAY(2026, 9, 1));
	(void)refused(t, ERR_CONFLICT, "err.placement_barred",
		      test_edit(t, "placement", id, 0, ch));
	change_empty(ch, "ends");
	(void)refused(t, ERR_CONFLICT, "err.placement_barred",
		      test_edit(t, "placement", id, 0, ch));
	ch = change_new(f.cx, "placement");
	change_int(ch, "starts", DAY(2026, 2, 28));
	(void)refused(t, ERR_CONFLICT, "err.placement_barred",
		      test_edit(t, "placement", id, 0, ch));
	/* Shorter at both ends, yet still within the bar; then ended. */
	ch = change_new(f.cx, "placement");
	change_int(ch, "starts", DAY(2026, 3, 2));
	change_int(ch, "ends", DAY(2026, 7, 31));
	EXPECT_OK(test_edit(t, "placement", id, 0, ch));
	ch = change_new(f.cx, "placement");
	change_int(ch, "ends", DAY(2026, 5, 20));
	change_text(ch, "end_reason", "barred_service");
	EXPECT_OK(test_move(t, "placement", id, "finish", ch));
	EXPECT_TEXT("ended", record_state(test_record(t, "placement", id)));
	EXPECT_INT(DAY(2026, 5, 20),
		   test_db_int(t, test_world_db(t),
			       arena_printf(t->arena,
					    "SELECT max(ends) FROM placement_period WHERE "
					    "placement = %lld",
					    (long long)id)));
}

/* The same for whoever has the database in hand. */
TEST(placement_in_a_bar_is_excused_by_the_database_only_when_it_shrinks)
{
	static const char STARTS[] = "UPDATE placement SET starts = ?2 WHERE sys_id = ?1",
			  ENDS[] = "UPDATE placement SET ends = ?2 WHERE sys_id = ?1",
			  SERVICE[] = "UPDATE placement SET service = ?2 WHERE sys_id = ?1",
			  PERSON[] = "UPDATE placement SET person = ?2 WHERE sys_id = ?1",
			  STATE[] = "UPDATE placement SET sys_state = 'ended', sys_open = 0, "
				    "site = coalesce(?2, site) WHERE sys_id = ?1";
	const char *const barred = "guard.placement.barred";
	struct fixture f;
	int64_t id = 0, mari = 0;

	fixture(t, &f);
	EXPECT_OK(fixture_place(&f, f.jaan, f.tt, f.tt_site, DAY(2026, 2, 1), CIVIL_NONE, NULL));
	EXPECT_OK(fixture_place(&f, f.mari, f.tt, f.tt_site, DAY(2026, 2, 1), CIVIL_NONE, NULL));
	EXPECT_OK(fixture_place(&f, f.jaan, f.pkt, f.site, DAY(2026, 3, 1), CIVIL_NONE, &id));
	EXPECT_OK(fixture_place(&f, f.mari, f.pkt, f.site, DAY(2026, 3, 1), CIVIL_NONE, &mari));
	(void)fixture_bar(&f, f.pkt, f.tt, NULL, DAY(2026, 1, 1), CIVIL_NONE);

	(void)refused(t, ERR_CONFLICT, barred,
		      set_column(&f, STARTS, id, db_date(DAY(2026, 2, 28))));
	EXPECT_OK(set_column(&f, ENDS, id, db_date(DAY(2026, 6, 30))));
	(void)refused(t, ERR_CONFLICT, barred, set_column(&f, ENDS, id, db_date(DAY(2026, 7, 1))));
	(void)refused(t, ERR_CONFLICT, barred, set_column(&f, ENDS, id, db_null()));
	(void)refused(t, ERR_CONFLICT, barred, set_column(&f, PERSON, id, db_int(f.mari)));
	(void)refused(t, ERR_CONFLICT, "guard.placement.overlap",
		      set_column(&f, SERVICE, id, db_int(f.tt)));
	EXPECT_OK(set_column(&f, ENDS, id, db_date(DAY(2026, 6, 29))));
	EXPECT_OK(set_column(&f, STATE, id, db_null()));
	/* Deleted while barred: it does not come back. */
	EXPECT_OK(set_column(&f, "UPDATE placement SET sys_deleted = ?2 WHERE sys_id = ?1", mari,
			     db_int(1)));
	(void)refused(t, ERR_CONFLICT, barred,
		      set_column(&f, "UPDATE placement SET sys_deleted = ?2 WHERE sys_id = ?1",
				 mari, db_int(0)));
}

/* A bar of stage II only: the way out of it is open, the way into it is not. */
TEST(placement_in_a_stage_bar_may_leave_the_stage)
{
	struct fixture f;
	struct change *ch;
	int64_t id = 0;

	fixture(t, &f);
	EXPECT_OK(fixture_place(&f, f.jaan, f.tt, f.tt_site, DAY(2026, 2, 1), CIVIL_NONE, NULL));
	EXPECT_OK(fixture_place(&f, f.jaan, f.pkt, f.site, DAY(2026, 2, 1), CIVIL_NONE, &id));
	(void)fixture_bar(&f, f.pkt, f.tt, ",I,", DAY(2026, 1, 1), CIVIL_NONE);
	ch = change_new(f.cx, "placement");
	change_int(ch, "stage", f.stage[2]);
	change_int(ch, "changed_on", DAY(2026, 3, 1));
	change_text(ch, "change_reason", "Sai töökoha");
	EXPECT_OK(test_move(t, "placement", id, "next_stage", ch));
	ch = change_new(f.cx, "placement");
	change_int(ch, "stage", f.stage[0]);
	change_int(ch, "changed_on", DAY(2026, 4, 1));
	change_text(ch, "change_reason", "Kaotas töökoha");
	(void)refused(t, ERR_CONFLICT, "err.placement_barred",
		      test_move(t, "placement", id, "next_stage", ch));
	ch = change_new(f.cx, "placement");
	change_int(ch, "ends", DAY(2026, 4, 30));
	change_text(ch, "end_reason", "barred_service");
	EXPECT_OK(test_move(t, "placement", id, "finish", ch));
}

TEST(placement_deleted_bars_nobody)
{
	struct fixture f;
	int64_t id = 0;

	fixture(t, &f);
	EXPECT_OK(fixture_place(&f, f.jaan, f.tt, f.tt_site, DAY(2026, 2, 1), CIVIL_NONE, &id));
	EXPECT_OK(test_delete(t, "placement", id, "Vale isik"));
	EXPECT_OK(fixture_place(&f, f.jaan, f.tt, f.tt_site, DAY(2026, 2, 1), CIVIL_NONE, NULL));
}
