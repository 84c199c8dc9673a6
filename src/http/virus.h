/*
 * Looking through what people send us for malware: each file goes to a clamd (ClamAV's daemon) by
 * its INSTREAM command before anything is kept of it. A call waits: pool threads and jobs only.
 *
 * Source: the manual page clamd(8), ClamAV 1.4.
 */
#ifndef HOOL_HTTP_VIRUS_H
#define HOOL_HTTP_VIRUS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/ctx.h"

struct virus_scanner {
	const char *address; /* "/run/clamav/clamd.ctl", "127.0.0.1:3310", "[::1]:3310" */
	int seconds;	     /* for one file, in all [30] */
	bool open;	     /* a scanner that cannot be asked lets files pass (logged) */
};

/* Is it an address virus_check() can use? Errors: ERR_INVALID err.virus.address. */
enum err virus_address(struct ctx *cx, const char *address) MUST_USE;
/*
 * Errors: ERR_INVALID err.virus.found; ERR_LIMIT err.virus.large (more than the scanner takes);
 * ERR_BUSY err.virus.down (no answer, or none that can be understood), unless `open`.
 */
enum err
virus_check(struct ctx *cx, const struct virus_scanner *s, const void *bytes, size_t len) MUST_USE;
/* Does it answer? For health. */
bool virus_works(const struct virus_scanner *s);

#endif
