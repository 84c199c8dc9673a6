/*
 * Settings of signing in, as `hool serve` is given them (docs/guide/sign-in.md lists them): the
 * provider, how long sessions last, who needs a second factor, how much one client may ask for.
 */
#ifndef HOOL_CLI_SIGNIN_OPTIONS_H
#define HOOL_CLI_SIGNIN_OPTIONS_H

#include "core/oidc.h"
#include "web/rate.h"

struct run;

struct signin_options {
	struct oidc *oidc;   /* the caller's to free; NULL: no provider */
	const char *ca_file; /* read at each call to the provider; or NULL */
	const char *home;    /* our front page as the provider's way back names it */
	struct rate_settings limits;
};

/* Take them from r's words; those of the world are set there. Errors: ERR_INVALID err.cli_number,
 * err.oidc.setting, err.limit_setting. */
enum err signin_options(struct run *r, struct signin_options *ret) MUST_USE;

#endif
