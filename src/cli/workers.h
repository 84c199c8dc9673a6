/*
 * The threads of a serving program that do the jobs of the queue (core/job.h): each looks twice a
 * second whether one is due, and takes one after another while there are any. A receiver that
 * dawdles holds up one of them.
 */
#ifndef HOOL_CLI_WORKERS_H
#define HOOL_CLI_WORKERS_H

#include "cli/cli.h"

struct workers;

/* Start them. Errors: ERR_IO, those of db_reader(). */
enum err workers_start(struct run *r, struct db *db, struct workers **ret) MUST_USE;
/* End them after the job each is at. Takes NULL. */
void workers_stop(struct workers *w);
SCOPED_DEFINE(workers, struct workers, workers_stop)

#endif
