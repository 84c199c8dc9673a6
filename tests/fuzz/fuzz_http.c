/* Any bytes as what comes off a socket: the verdict does not depend on how they are cut, and what
 * is passed on is whole requests that pass again. */
#include <stdlib.h>
#include <string.h>

#include "http/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data;
	struct http_scan whole, pieces, again;
	size_t clean;

	http_scan_init(&whole);
	clean = http_scan(&whole, bytes, size);
	if (clean > size || (whole.state != SCAN_FAULT && clean != size))
		abort();
	http_scan_init(&pieces);
	for (size_t i = 0; i < size && pieces.state != SCAN_FAULT; i++)
		(void)http_scan(&pieces, bytes + i, 1);
	if (pieces.state != whole.state || pieces.fault != whole.fault ||
	    pieces.begun != whole.begun || pieces.length != whole.length)
		abort();
	if (whole.state != SCAN_FAULT)
		return 0;
	if (whole.fault < 400 || whole.fault > 505)
		abort();
	http_scan_init(&again);
	if (http_scan(&again, bytes, clean) != clean || again.state != SCAN_START)
		abort();
	return 0;
}
