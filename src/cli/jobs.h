/*
 * The hourly work of a serving program, on a thread of its own: fields' jobs (struct work_job), the
 * unpacking of the access log, and the clearing of keys and tokens that have served.
 */
#ifndef HOOL_CLI_JOBS_H
#define HOOL_CLI_JOBS_H

#include "cli/cli.h"

struct jobs;

/* Start the thread: everything is run once at once, then each hour. */
enum err jobs_start(struct run *r, struct db *db, struct jobs **ret) MUST_USE;
/* End it after the piece it is at. Takes NULL. */
void jobs_stop(struct jobs *j);
SCOPED_DEFINE(jobs, struct jobs, jobs_stop)

#endif
