/*
 * Any bytes as a packed file (with a key and without), as what stands inside one, and as seals:
 * refused with a key, or read within the limits.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "format/pack.h"
#include "keep/image.h"
#include "keep/seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_pack(struct ctx *cx, int fd, const struct pack_key *key)
{
	SCOPED(pack_in) struct pack_in *in = NULL;
	struct manifest m;
	enum err e = pack_open_fd(cx, fd, "fuzz.hool", &in);

	if (e == OK)
		e = pack_unlock(cx, in, key);
	if (e == OK)
		e = image_apply(cx, in, "fuzz.hool", -1, &m);
	if (e != OK && cx->error.key == NULL)
		abort();
	ctx_forgive(cx);
}

/* The sum at the end mended, or hardly any input would come past it. */
static int
as_file(const uint8_t *data, size_t size)
{
	unsigned char sum[PACK_HASH];
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	size_t n = size < PACK_HASH ? 0 : size - PACK_HASH;

	if (fd < 0)
		abort();
	(void)crypto_hash_sha256(sum, data, n);
	if (write(fd, data, n) != (ssize_t)n || write(fd, sum, sizeof(sum)) != (ssize_t)sizeof(sum))
		abort();
	return fd;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED(arena) struct arena *a = arena_new();
	struct pack_key key = { .kind = PACK_SHARED };
	struct seal *seals = NULL;
	struct manifest m;
	struct ctx cx;
	size_t n = 0;
	int fd;

	ctx_init(&cx, a);
	fd = as_file(data, size);
	read_pack(&cx, fd, NULL);
	read_pack(&cx, fd, &key);
	(void)close(fd);
	(void)manifest_parse(&cx, "manifest", arena_strndup(a, (const char *)data, size), size, &m);
	ctx_forgive(&cx);
	if (seals_parse(&cx, arena_strndup(a, (const char *)data, size), size, NULL, &seals, &n) !=
		    OK &&
	    cx.error.key == NULL)
		abort();
	return 0;
}
