/*
 * Looking after oneself: what is wrong with this installation, and what to do about it.
 *
 * Facts are gathered first and judged afterwards, so that each judgement can be tried with facts
 * that no test could bring about (a full disk, a clock that is wrong). Every finding has a code
 * that stays; docs/guide/keep.md lists them.
 */
#ifndef HOOL_KEEP_SELFCHECK_H
#define HOOL_KEEP_SELFCHECK_H

#include "core/world.h"

enum finding_level {
	FINDING_NOTE,  /* worth knowing */
	FINDING_WARN,  /* something is missing that will be needed */
	FINDING_ERROR, /* something is broken */
};

struct finding {
	const char *code; /* "K05" */
	enum finding_level level;
	const char *what_key, *advice_key; /* texts, both with the values */
	const char *arg[3];
};

struct findings {
	struct finding *list;
	size_t n, room;
};

struct selfcheck_settings {
	const struct world *world;
	const char *db_url;
	const char *backups;  /* folder of backups, or NULL: not asked */
	const char *copy;     /* folder of the continuous copy, or NULL */
	const char *seals;    /* folder of seals, or NULL */
	const char *seal_key; /* file of the public key, or NULL */
	const char *keys;     /* a key file whose rights are to be looked at, or NULL */
	bool quick;	      /* without reading the whole database */
};

/* What the machine is like. Sizes in bytes, times UTC seconds. */
struct machine_facts {
	bool root;
	unsigned file_mode, folder_mode; /* of the database and its folder */
	bool other_owner;		 /* the database belongs to somebody else */
	int64_t free_bytes, db_bytes, wal_bytes;
	int64_t now, newest; /* newest row of the history; 0: none */
	bool unsynced;	     /* the clock is not held by anybody */
	const char *zone;    /* rule of the system's Europe/Tallinn; NULL: no such file */
	bool fonts;
	int64_t unfinished;	     /* rows the hourly work should long have done */
	int64_t unconfirmed, rules;  /* rules in force that nobody has confirmed; of how many */
	int64_t backup_at;	     /* newest backup; 0: none */
	int64_t copy_alive, written; /* copy last well; database last written */
	bool copy_same_disk;
	int64_t sealed_at; /* 0: never */
	bool seals_loose;  /* the file of seals may be rewritten */
	const char *folder, *backups, *copy, *seals;
};

/* Judge facts; adds to `f`. `asked`: which of backups, copy and seals were asked about is told by
 * their names not being NULL. */
void selfcheck_judge(struct ctx *cx, const struct machine_facts *m, struct findings *f);
/* Everything: gather and judge. Opens the database for reading only. Never fails for what it finds;
 * ERR_INVALID when db_url is missing. */
enum err
selfcheck(struct ctx *cx, const struct selfcheck_settings *s, struct findings *ret) MUST_USE;
/* Add one. */
void finding_add(struct ctx *cx, struct findings *f, const struct finding *one);

#endif
