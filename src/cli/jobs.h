/*
 * The hourly work of a serving program, on a thread of its own: fields' jobs (struct work_job), the
 * unpacking of the access log, and the clearing of keys and tokens that have served.
 */
#ifndef HOOL_CLI_JOBS_H
#define HOOL_CLI_JOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/cli.h"

struct jobs;
struct keeping;

/* Start the thread: everything is run once at once, then each hour. `keeping` (may be NULL): seals
 * are made as it says; must outlive the jobs. */
enum err
jobs_start(struct run *r, struct db *db, const struct keeping *keeping, struct jobs **ret) MUST_USE;
/* What has become of one job since the start, for the metrics. */
struct job_figures {
	const char *name;
	uint64_t runs, failures; /* whole runs; those that ended in an error */
	uint64_t done;		 /* pieces */
	int64_t last_ok;	 /* UTC seconds the last good run ended; 0: none yet */
	bool failing;		 /* the last run failed */
};
#define JOBS_MOST 64
/* Fill `list` with the figures of all jobs, at most JOBS_MOST; returns how many. */
size_t jobs_figures(struct jobs *j, struct job_figures *list);
/* End it after the piece it is at. Takes NULL. */
void jobs_stop(struct jobs *j);
SCOPED_DEFINE(jobs, struct jobs, jobs_stop)

#endif
