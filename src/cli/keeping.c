/* See keeping.h. */
#include "cli/keeping.h"

#include "base/text.h"

static enum err
number(struct run *r, const char *name, int preset, int64_t most, int *ret)
{
	const char *s = run_option(r, name, NULL);
	int64_t n = preset;

	if (s != NULL && !text_int(s, 1, most, &n))
		return fail(r->cx, ERR_INVALID, "err.cli_number", name);
	*ret = (int)n;
	return OK;
}

static enum err
read_copy(struct run *r, struct keeping *k)
{
	int words = r->argc;
	const char *key;

	k->copy.folder = run_option(r, "--copy-to", NULL);
	key = run_option(r, "--copy-key", NULL);
	TRY(number(r, "--copy-every", COPY_EVERY, 3600, &k->copy.every));
	TRY(number(r, "--copy-keep", COPY_KEEP, 3650, &k->copy.keep_days));
	if (k->copy.folder == NULL && words != r->argc)
		return fail(r->cx, ERR_INVALID, "err.cli_copy");
	if (key == NULL)
		return OK;
	TRY(pack_key_read(r->cx, key, &k->copy_key));
	if (k->copy_key.kind > PACK_SECRET)
		return fail(r->cx, ERR_INVALID, "err.key_kind", key);
	k->copy.key = &k->copy_key;
	return OK;
}

enum err
keeping_read(struct run *r, struct keeping *k)
{
	const char *key = run_option(r, "--seal-key", NULL);

	*k = (struct keeping){ 0 };
	k->seals = run_option(r, "--seals", NULL);
	if ((k->seals == NULL) != (key == NULL))
		return fail(r->cx, ERR_INVALID, "err.cli_seals");
	if (key != NULL) {
		TRY(pack_key_read(r->cx, key, &k->seal_key));
		if (k->seal_key.kind != PACK_SEAL_SECRET)
			return fail(r->cx, ERR_INVALID, "err.seal_key", key);
	}
	return read_copy(r, k);
}
