/* Judging facts. See selfcheck.h. */
#include <string.h>

#include "base/civil.h"
#include "base/text.h"
#include "keep/selfcheck.h"

#define MB ((int64_t)1000000)
#define LEAST_FREE (1000 * MB) /* or as much as two databases, whichever is more */
#define LARGE_WAL (256 * MB)   /* it is cut at 64 MB when nobody holds it */
#define CLOCK_AHEAD 120	       /* seconds the history may be ahead of the clock */
#define DAY_AND_SOME (26 * 3600)
#define COPY_BEHIND 60 /* seconds */
#define ZONE_RULE "EET-2EEST,M3.5.0/3,M10.5.0/4"

void
finding_add(struct ctx *cx, struct findings *f, const struct finding *one)
{
	if (f->n == f->room) {
		struct finding *more = ARENA_ARRAY(cx->arena, f->room * 2 + 16, struct finding);

		if (f->n > 0)
			memcpy(more, f->list, f->n * sizeof(*more));
		f->list = more;
		f->room = f->room * 2 + 16;
	}
	f->list[f->n++] = *one;
}

#define FIND(level, code, what, ...) \
	finding_add(                 \
		cx, f,               \
		&(struct finding){ code, level, "check." what, "advice." what, { __VA_ARGS__ } })

static const char *
megabytes(struct ctx *cx, int64_t bytes)
{
	return text_count(cx->arena, bytes / MB);
}

static const char *
moment(struct ctx *cx, int64_t at)
{
	struct civil_time c = civil_in_tallinn(at);

	return arena_printf(cx->arena, "%s %02d:%02d", civil_text(cx->arena, c.day), c.hour,
			    c.minute);
}

static void
judge_files(struct ctx *cx, const struct machine_facts *m, struct findings *f)
{
	int64_t need = 2 * m->db_bytes > LEAST_FREE ? 2 * m->db_bytes : LEAST_FREE;

	if ((m->file_mode & 077) != 0)
		FIND(FINDING_ERROR, "K02", "file_rights", m->folder,
		     arena_printf(cx->arena, "%03o", m->file_mode & 0777));
	if ((m->folder_mode & 022) != 0)
		FIND(FINDING_ERROR, "K03", "folder_rights", m->folder,
		     arena_printf(cx->arena, "%03o", m->folder_mode & 0777));
	if (m->root)
		FIND(FINDING_WARN, "K04", "root", "");
	else if (m->other_owner)
		FIND(FINDING_WARN, "K04", "owner", m->folder);
	if (m->free_bytes < need)
		FIND(m->free_bytes < LEAST_FREE / 4 ? FINDING_ERROR : FINDING_WARN, "K05", "disk",
		     m->folder, megabytes(cx, m->free_bytes), megabytes(cx, need));
	if (m->wal_bytes > LARGE_WAL)
		FIND(FINDING_WARN, "K06", "wal", megabytes(cx, m->wal_bytes));
}

static void
judge_clock(struct ctx *cx, const struct machine_facts *m, struct findings *f)
{
	if (m->newest > m->now + CLOCK_AHEAD)
		FIND(FINDING_ERROR, "K15", "clock_behind", moment(cx, m->now),
		     moment(cx, m->newest));
	if (m->unsynced)
		FIND(FINDING_WARN, "K16", "clock_free", "");
	if (m->zone == NULL)
		FIND(FINDING_NOTE, "K17", "zone_none", "");
	else if (!text_equal(m->zone, ZONE_RULE))
		FIND(FINDING_WARN, "K17", "zone", m->zone, ZONE_RULE);
	if (!m->fonts)
		FIND(FINDING_WARN, "K18", "fonts", "");
}

static void
judge_work(struct ctx *cx, const struct machine_facts *m, struct findings *f)
{
	if (m->unconfirmed > 0)
		FIND(FINDING_NOTE, "K20", "rules", text_count(cx->arena, m->unconfirmed),
		     text_count(cx->arena, m->rules));
	if (m->unfinished > 0)
		FIND(FINDING_WARN, "K21", "unfinished", text_count(cx->arena, m->unfinished));
}

static void
judge_copies(struct ctx *cx, const struct machine_facts *m, struct findings *f)
{
	if (m->backups != NULL && m->backup_at == 0)
		FIND(FINDING_WARN, "K22", "backup_none", m->backups);
	else if (m->backups != NULL && m->now - m->backup_at > DAY_AND_SOME)
		FIND(FINDING_WARN, "K22", "backup_old", m->backups, moment(cx, m->backup_at));
	if (m->copy != NULL && m->copy_alive == 0)
		FIND(FINDING_ERROR, "K24", "copy_none", m->copy);
	else if (m->copy != NULL && m->written > m->copy_alive + COPY_BEHIND)
		FIND(FINDING_ERROR, "K24", "copy_behind", m->copy, moment(cx, m->copy_alive),
		     text_count(cx->arena, m->written - m->copy_alive));
	if (m->copy != NULL && m->copy_same_disk)
		FIND(FINDING_WARN, "K25", "copy_same_disk", m->copy);
	if (m->seals != NULL && m->sealed_at == 0)
		FIND(FINDING_WARN, "K11", "seal_none", m->seals);
	else if (m->seals != NULL && m->now - m->sealed_at > DAY_AND_SOME)
		FIND(FINDING_WARN, "K11", "seal_old", m->seals, moment(cx, m->sealed_at));
	if (m->seals != NULL && m->seals_loose)
		FIND(FINDING_NOTE, "K27", "seal_loose", m->seals);
}

void
selfcheck_judge(struct ctx *cx, const struct machine_facts *m, struct findings *f)
{
	judge_files(cx, m, f);
	judge_clock(cx, m, f);
	judge_work(cx, m, f);
	judge_copies(cx, m, f);
}
