/*
 * Being watched: a port of its own, for the balancer, the monitoring and whoever is called at
 *night.
 *
 *	GET /health		JSON: each part and how it is, version, times        200, 503
 *	GET /health/alive	the process turns over; asks nothing of the database  200
 *	GET /health/ready	migrations are done and the database answers          200, 503
 *	GET /metrics		OpenMetrics
 *
 * It speaks before the database is opened (alive, not ready) and until the last request has been
 * answered (alive, ready no more). No name, code or address of a person or client appears.
 */
#ifndef HOOL_CLI_WATCH_H
#define HOOL_CLI_WATCH_H

#include "cli/jobs.h"
#include "cli/sandbox.h"
#include "http/http.h"

struct watch;

/* What is watched, all outliving watch_ending(). */
struct watch_parts {
	struct db *db;
	struct http *http;
	struct jobs *jobs;
	const struct sandbox_state *sandbox; /* or NULL */
	/* Another part and how it is: a fixed word of `name`, true if it answers. NULL ends. */
	const struct watch_check {
		const char *name;
		bool (*works)(void *arg);
		void *arg;
	} * checks;
};

/* Listen. `statm`: /proc/self/statm, opened before the sandbox shut it off, or -1; the watch closes
 * it. Errors: those of http_start(). */
enum err watch_start(struct ctx *cx, const struct http_settings *settings,
		     const struct world *world, int statm, struct watch **ret) MUST_USE;
uint16_t watch_port(const struct watch *w);
/* The program serves; it is ready from now on. Errors: those of db_reader(). */
enum err watch_serving(struct ctx *cx, struct watch *w, const struct watch_parts *parts) MUST_USE;
/* The program ends: not ready any more, the parts are not asked again. */
void watch_ending(struct watch *w);
/* Takes NULL. */
void watch_stop(struct watch *w);
SCOPED_DEFINE(watch, struct watch, watch_stop)

#endif
