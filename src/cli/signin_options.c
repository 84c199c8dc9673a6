/* What the operator says of signing in. See signin_options.h. */
#include "cli/signin_options.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/cli.h"

#define SECRET_MOST 512 /* bytes of the provider's secret */

/* One line of a file: a secret is never an argument, which all users of the machine can read. */
static enum err
read_secret(struct ctx *cx, const char *path, const char **ret)
{
	char line[SECRET_MOST + 2] = "";
	FILE *f = fopen(path, "re");
	const char *got = f == NULL ? NULL : fgets(line, sizeof(line), f);

	if (f != NULL)
		(void)fclose(f);
	if (got == NULL || strlen(line) > SECRET_MOST)
		return fail(cx, ERR_INVALID, "err.oidc.setting", "--oidc-secret-file");
	line[strcspn(line, "\r\n")] = '\0';
	*ret = arena_strdup(cx->arena, line);
	return OK;
}

/* Our front page by the address the provider sends people back to. */
static const char *
home_url(struct ctx *cx, const char *redirect)
{
	const char *host = strstr(redirect, "://"), *path;

	path = host == NULL ? NULL : strchr(host + 3, '/');
	return path == NULL ? redirect
			    : arena_printf(cx->arena, "%.*s/", (int)(path - redirect), redirect);
}

/* The provider people sign in through; none named, none used. */
static enum err
read_oidc(struct run *r, struct signin_options *ret)
{
	struct oidc_settings s = { .issuer = run_option(r, "--oidc-issuer", NULL),
				   .client = run_option(r, "--oidc-client", NULL),
				   .redirect = run_option(r, "--oidc-redirect", NULL),
				   .acr = run_option(r, "--oidc-acr", NULL),
				   .amr = run_option(r, "--oidc-amr", NULL),
				   .ca_file = run_option(r, "--oidc-ca", NULL) };
	const char *file = run_option(r, "--oidc-secret-file", NULL);

	if (s.issuer == NULL && s.client == NULL && s.redirect == NULL && file == NULL)
		return OK;
	if (file != NULL)
		TRY(read_secret(r->cx, file, &s.secret));
	TRY(oidc_new(r->cx, &s, &ret->oidc));
	ret->ca_file = s.ca_file;
	ret->home = home_url(r->cx, s.redirect);
	return OK;
}

/* How long sessions last, and who needs a second factor. */
static enum err
read_sessions(struct run *r)
{
	int64_t idle, whole;

	if (!text_int(run_option(r, "--session-idle", "30"), 1, 24 * 60, &idle))
		return fail(r->cx, ERR_INVALID, "err.cli_number", "--session-idle");
	if (!text_int(run_option(r, "--session-whole", "720"), 1, 7 * 24 * 60, &whole))
		return fail(r->cx, ERR_INVALID, "err.cli_number", "--session-whole");
	r->world->session_idle = (int)idle * 60;
	r->world->session_whole = (int)whole * 60;
	r->world->second_factor = run_option(r, "--second-factor", NULL);
	return OK;
}

static enum err
read_limits(struct run *r, struct rate_settings *ret)
{
	struct rate_settings s = RATE_USUAL;
	const char *text;

	while ((text = run_option(r, "--limit", NULL)) != NULL)
		TRY(rate_setting(r->cx, text, &s));
	s.loopback = run_flag(r, "--limit-loopback");
	*ret = s;
	return OK;
}

enum err
signin_options(struct run *r, struct signin_options *ret)
{
	TRY(read_limits(r, &ret->limits));
	TRY(read_sessions(r));
	return read_oidc(r, ret);
}
