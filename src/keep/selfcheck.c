/* Gathering facts. See selfcheck.h. */
#include "keep/selfcheck.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include "base/text.h"
#include "db/check.h"
#include "format/pack.h"
#include "format/pdf_flow.h"
#include "keep/copy.h"
#include "keep/seal.h"
#include "meta/table.h"
#include "rule/rule.h"

#define ZONE_FILE "/usr/share/zoneinfo/Europe/Tallinn"
#define LATE_WORK (2 * 3600) /* seconds: the hourly work comes round by then */
#define LATE_KEYS (8 * 86400)

static const char NEWEST[] = "SELECT coalesce(max(at), 0) FROM sys_history";
static const char UNFINISHED[] =
	"SELECT (SELECT count(*) FROM (SELECT 1 FROM sys_access WHERE unpacked = 0 AND at < ?1 "
	"LIMIT 1001)) + (SELECT count(*) FROM (SELECT 1 FROM sys_form_key WHERE made_at < ?2 "
	"LIMIT 1001))";

/* ---- the machine ---- */

static void
gather_files(struct ctx *cx, const char *path, struct machine_facts *m)
{
	const char *folder = dirname(arena_strdup(cx->arena, path));
	struct statvfs disk;
	struct stat st;

	m->folder = path;
	if (stat(path, &st) == 0) {
		m->file_mode = st.st_mode;
		m->other_owner = st.st_uid != geteuid();
		m->db_bytes = (int64_t)st.st_size;
		m->written = (int64_t)st.st_mtime;
	}
	if (stat(folder, &st) == 0 && (st.st_mode & S_ISVTX) == 0)
		m->folder_mode = st.st_mode;
	if (stat(arena_printf(cx->arena, "%s-wal", path), &st) == 0) {
		m->wal_bytes = (int64_t)st.st_size;
		/* A reader may make it, empty. */
		if (st.st_size > 0 && (int64_t)st.st_mtime > m->written)
			m->written = (int64_t)st.st_mtime;
	}
	m->free_bytes = INT64_MAX;
	if (statvfs(folder, &disk) == 0)
		m->free_bytes = (int64_t)(disk.f_bavail * disk.f_frsize);
	m->root = geteuid() == 0;
}

/* The rule at the end of a file of time zone data (RFC 8536): the line between the last two ends of
 * line. */
static const char *
zone_rule(struct ctx *cx)
{
	char bytes[256], *end, *start;
	FILE *f = fopen(ZONE_FILE, "re");
	size_t n = 0;

	if (f == NULL)
		return NULL;
	if (fseek(f, -(long)(sizeof(bytes) - 1), SEEK_END) == 0 || fseek(f, 0, SEEK_SET) == 0)
		n = fread(bytes, 1, sizeof(bytes) - 1, f);
	(void)fclose(f);
	if (n < 2 || bytes[n - 1] != '\n')
		return NULL;
	bytes[n - 1] = '\0';
	end = bytes + n - 1;
	for (start = end; start > bytes && start[-1] != '\n'; start--)
		;
	return arena_strdup(cx->arena, start);
}

static void
gather_clock(struct ctx *cx, struct machine_facts *m)
{
	struct timex t = { 0 };

	m->now = cx->now;
	m->unsynced = adjtimex(&t) == TIME_ERROR || (t.status & STA_UNSYNC) != 0;
	m->zone = zone_rule(cx);
	m->fonts = flow_fonts_found();
}

static void
gather_rules(const struct ctx *cx, const struct rulebook *rb, struct machine_facts *m)
{
	for (size_t i = 0; rb != NULL && i < rulebook_count(rb); i++) {
		const struct rule_version *v =
			rule_version_at(rulebook_at(rb, i), cx->today, CIVIL_NONE);

		m->rules++;
		m->unconfirmed += v != NULL && !v->confirmed;
	}
}

/* ---- the database ---- */

#define FIND(level, code, what, ...) \
	finding_add(                 \
		cx, f,               \
		&(struct finding){ code, level, "check." what, "advice." what, { __VA_ARGS__ } })

/* An error as a finding, with what it says; forgotten then. */
static void
find_error(struct ctx *cx, struct findings *f, const char *code, const char *what_key,
	   const char *advice_key)
{
	finding_add(cx, f,
		    &(struct finding){ code,
				       FINDING_ERROR,
				       what_key,
				       advice_key,
				       { arena_strdup(cx->arena, msg_error(cx)) } });
	ctx_forgive(cx);
}

static void
look_at_steps(struct ctx *cx, struct db *db, struct findings *f)
{
	struct db_step *steps = NULL;
	size_t n = 0, wait = 0;
	enum err e = db_plan(cx, db, &steps, &n);

	if (e == ERR_CONFLICT) {
		find_error(cx, f, "K13", "check.newer", "advice.newer");
		return;
	}
	if (e != OK) {
		find_error(cx, f, "K12", "check.steps_wrong", "advice.steps_wrong");
		return;
	}
	for (size_t i = 0; i < n; i++)
		wait += steps[i].taken_at == 0;
	if (wait > 0)
		FIND(FINDING_WARN, "K12", "steps", text_count(cx->arena, (int64_t)wait));
}

static void
look_at_types(struct ctx *cx, const struct types *ts, struct findings *f)
{
	const char *type = NULL;
	struct plan plan;

	if (table_plan(cx, ts, &plan) != OK) {
		find_error(cx, f, "K14", "check.types_wrong", "advice.types_wrong");
		return;
	}
	if (plan.n > 0) {
		FIND(FINDING_WARN, "K14", "types", text_count(cx->arena, (int64_t)plan.n));
		return;
	}
	if (table_sorts_agree(cx, ts, &type) != OK)
		find_error(cx, f, "K19", "check.types_wrong", "advice.types_wrong");
	else if (type != NULL)
		FIND(FINDING_ERROR, "K19", "sorts", type);
}

static void
look_inside(struct ctx *cx, const struct selfcheck_settings *s, struct findings *f)
{
	struct history_report report;

	if (s->quick)
		return;
	if (db_check_integrity(cx) != OK)
		find_error(cx, f, "K07", "check.integrity", "advice.integrity");
	if (db_check_foreign(cx) != OK)
		find_error(cx, f, "K08", "check.foreign", "advice.foreign");
	if (history_verify(cx, &report) != OK)
		find_error(cx, f, "K09", "check.history", "advice.history");
}

/* A number from the database; 0 when it has no such tables yet, which is told elsewhere. */
static int64_t
number(struct ctx *cx, const char *sql, struct db_args args)
{
	int64_t n = 0;

	if (db_get_int(cx, sql, args, &n) != OK)
		ctx_forgive(cx);
	return n;
}

static void
look_at_seals(struct ctx *cx, const struct selfcheck_settings *s, struct machine_facts *m,
	      struct findings *f)
{
	struct pack_key room;
	struct seal *list = NULL;
	size_t n = 0;
	enum err e;

	if (s->seals == NULL)
		return;
	if (s->seal_key != NULL && pack_key_read(cx, s->seal_key, &room) != OK) {
		find_error(cx, f, "K28", "check.key", "advice.key");
		return;
	}
	e = seals_read(cx, s->seals, s->seal_key == NULL ? NULL : &room, &list, &n);
	if (e == OK)
		e = seals_verify(cx, list, n);
	if (e == OK)
		m->sealed_at = list[n - 1].at;
	else if (e != ERR_NOTFOUND)
		find_error(cx, f, "K10", "check.seals", "advice.seals");
	if (e != OK && e != ERR_NOTFOUND && n > 0)
		m->sealed_at = list[n - 1].at;
	ctx_forgive(cx);
}

static void
look_at_database(struct ctx *cx, const struct selfcheck_settings *s, struct db *db,
		 struct machine_facts *m, struct findings *f)
{
	size_t before = f->n;

	look_at_steps(cx, db, f);
	if (f->n == before) /* else the tables are others */
		look_at_types(cx, s->world->types, f);
	look_inside(cx, s, f);
	m->newest = number(cx, NEWEST, DB_NONE);
	m->unfinished = number(cx, UNFINISHED,
			       DB_ARGS(db_int(cx->now - LATE_WORK), db_int(cx->now - LATE_KEYS)));
	look_at_seals(cx, s, m, f);
}

/* ---- copies elsewhere ---- */

static bool
is_backup(const char *name)
{
	size_t n = strlen(name);

	return (n > 5 && strcmp(name + n - 5, ".hool") == 0) ||
	       (n > 3 && strcmp(name + n - 3, ".db") == 0);
}

/* The newest backup of a folder; a packed one must be whole. */
static void
look_at_backups(struct ctx *cx, const char *folder, struct machine_facts *m, struct findings *f)
{
	SCOPED(pack_in) struct pack_in *in = NULL;
	const char *newest = NULL;
	const struct dirent *entry;
	struct stat st;
	DIR *dir = folder == NULL ? NULL : opendir(folder);

	while (dir != NULL && (entry = readdir(dir)) != NULL)
		if (is_backup(entry->d_name) && fstatat(dirfd(dir), entry->d_name, &st, 0) == 0 &&
		    (int64_t)st.st_mtime > m->backup_at) {
			m->backup_at = (int64_t)st.st_mtime;
			newest = arena_printf(cx->arena, "%s/%s", folder, entry->d_name);
		}
	if (dir != NULL)
		(void)closedir(dir);
	if (newest == NULL || !text_equal(strrchr(newest, '.'), ".hool"))
		return;
	if (pack_open(cx, newest, &in) != OK)
		find_error(cx, f, "K23", "check.backup_bad", "advice.backup_bad");
	else if (text_equal(pack_head(in)->cipher, "none"))
		FIND(FINDING_NOTE, "K26", "plain", newest);
}

static dev_t
disk_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_dev : 0;
}

static void
look_at_copies(struct ctx *cx, const struct selfcheck_settings *s, const char *path,
	       struct machine_facts *m, struct findings *f)
{
	int flags = 0, fd;

	m->backups = s->backups;
	m->copy = s->copy;
	m->seals = s->seals;
	look_at_backups(cx, s->backups, m, f);
	if (s->copy != NULL) {
		if (copy_alive(cx, s->copy, &m->copy_alive) != OK)
			ctx_forgive(cx);
		m->copy_same_disk = disk_of(s->copy) == disk_of(path);
	}
	if (s->seals == NULL)
		return;
	fd = open(arena_printf(cx->arena, "%s/seals.txt", s->seals), O_RDONLY | O_CLOEXEC);
	m->seals_loose =
		fd >= 0 && (ioctl(fd, FS_IOC_GETFLAGS, &flags) != 0 || (flags & FS_APPEND_FL) == 0);
	if (fd >= 0)
		(void)close(fd);
}

/* Open the database and look; a finding if that cannot be done. */
static void
open_and_look(struct ctx *cx, const struct selfcheck_settings *s, struct machine_facts *m,
	      struct findings *f)
{
	SCOPED(db) struct db *db = NULL;
	SCOPED(conn) struct conn *reader = NULL;
	struct conn *before = cx->conn;

	if (db_open(cx, s->db_url, DB_READ_ONLY, &db) != OK || db_reader(cx, db, &reader) != OK) {
		find_error(cx, f, "K01", "check.open", "advice.open");
		return;
	}
	if (db_path(db) != NULL) {
		gather_files(cx, db_path(db), m);
		look_at_copies(cx, s, db_path(db), m, f);
	}
	cx->conn = reader;
	look_at_database(cx, s, db, m, f);
	cx->conn = before;
}

enum err
selfcheck(struct ctx *cx, const struct selfcheck_settings *s, struct findings *ret)
{
	struct machine_facts m = { .free_bytes = INT64_MAX };
	struct findings f = { 0 };
	struct pack_key key;

	if (s->db_url == NULL)
		return fail(cx, ERR_INVALID, "err.cli_db");
	open_and_look(cx, s, &m, &f);
	if (s->keys != NULL && pack_key_read(cx, s->keys, &key) != OK)
		find_error(cx, &f, "K28", "check.key", "advice.key");
	gather_clock(cx, &m);
	gather_rules(cx, s->world->rules, &m);
	selfcheck_judge(cx, &m, &f);
	*ret = f;
	return OK;
}
