/*
 * What an ID token says, held against what we asked and whom we trust: OpenID Connect Core 1.0,
 * section 3.1.3.7, and the technical specification of TARA.
 */
#include <string.h>

#include "base/civil.h"
#include "base/ident.h"
#include "base/text.h"
#include "core/oidc.h"
#include "format/json.h"

#define SKEW_SECONDS 30	      /* clocks may differ by */
#define AGE_SECONDS (10 * 60) /* a token is fresh when we get it */

static enum err
bad(struct ctx *cx, const char *claim)
{
	return fail(cx, ERR_INVALID, "err.oidc.claim", claim);
}

/* A whole text, or one of a list. */
static bool
names(struct json *j, const char *text)
{
	if (j == NULL)
		return false;
	if (j->kind == JSON_TEXT)
		return strcmp(j->text, text) == 0;
	for (size_t i = 0; j->kind == JSON_LIST && i < j->n; i++)
		if (j->items[i]->kind == JSON_TEXT && strcmp(j->items[i]->text, text) == 0)
			return true;
	return false;
}

static enum err
check_audience(struct ctx *cx, const struct oidc_settings *s, struct json *root)
{
	struct json *aud = json_get(root, "aud"), *azp = json_get(root, "azp");

	if (!names(aud, s->client))
		return bad(cx, "aud");
	/* Made for others too: then it must say it was given to us. */
	if (aud->kind == JSON_LIST && aud->n > 1 && azp == NULL)
		return bad(cx, "azp");
	if (azp != NULL && (azp->kind != JSON_TEXT || strcmp(azp->text, s->client) != 0))
		return bad(cx, "azp");
	return OK;
}

static enum err
check_times(struct ctx *cx, struct json *root)
{
	struct json *exp = json_get(root, "exp"), *iat = json_get(root, "iat");
	struct json *nbf = json_get(root, "nbf");

	if (exp == NULL || exp->kind != JSON_INT || exp->integer <= cx->now - SKEW_SECONDS)
		return bad(cx, "exp");
	if (iat == NULL || iat->kind != JSON_INT || iat->integer > cx->now + SKEW_SECONDS ||
	    iat->integer < cx->now - AGE_SECONDS)
		return bad(cx, "iat");
	if (nbf != NULL && (nbf->kind != JSON_INT || nbf->integer > cx->now + SKEW_SECONDS))
		return bad(cx, "nbf");
	return OK;
}

static bool
is_word_of(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = list; len > 0 && *p != '\0'; p += strspn(p, " ")) {
		size_t n = strcspn(p, " ");

		if (n == len && memcmp(p, word, n) == 0)
			return true;
		p += n;
	}
	return false;
}

/* All means used must be ones we take; the first is kept. */
static enum err
check_means(struct ctx *cx, const struct oidc_settings *s, struct json *root, const char **ret)
{
	struct json *amr = json_get(root, "amr");

	if (amr == NULL || amr->kind != JSON_LIST || amr->n == 0)
		return bad(cx, "amr");
	for (size_t i = 0; i < amr->n; i++)
		if (amr->items[i]->kind != JSON_TEXT ||
		    !is_word_of(s->amr == NULL ? "idcard mID smartid eIDAS" : s->amr,
				amr->items[i]->text))
			return bad(cx, "amr");
	*ret = amr->items[0]->text;
	return OK;
}

/* 1 to 3; 0 is no level. */
static int
level(const char *acr)
{
	static const char *const LEVELS[] = { "low", "substantial", "high" };

	for (int i = 0; i < 3; i++)
		if (strcmp(acr, LEVELS[i]) == 0)
			return i + 1;
	return 0;
}

/* Where a level is said, it must reach ours. It need not be: TARA says none for its own means,
 * which are all of the highest, and keeps to the acr_values of the request. */
static enum err
check_level(struct ctx *cx, const struct oidc_settings *s, struct json *root)
{
	struct json *acr = json_get(root, "acr");

	if (acr == NULL)
		return OK;
	return acr->kind == JSON_TEXT && level(acr->text) >= level(s->acr == NULL ? "high" : s->acr)
		       ? OK
		       : bad(cx, "acr");
}

/* "EE" and a personal code, or another country and what it calls its people. */
static enum err
read_subject(struct ctx *cx, struct json *root, struct oidc_who *who)
{
	struct json *sub = json_get(root, "sub");
	struct ident id;
	const char *s;

	if (sub == NULL || sub->kind != JSON_TEXT)
		return bad(cx, "sub");
	s = sub->text;
	if (!text_is_utf8(s, strlen(s)) || text_length(s) > OIDC_SUBJECT_MOST || strlen(s) < 3 ||
	    s[0] < 'A' || s[0] > 'Z' || s[1] < 'A' || s[1] > 'Z' || text_has_control(s))
		return bad(cx, "sub");
	who->subject = s;
	if (!text_starts(s, "EE"))
		return OK;
	ident_check(IDENT_ISIKUKOOD, s + 2, strlen(s + 2), cx->today, &id);
	if (!ident_living(&id) || id.was_normalised)
		return bad(cx, "sub");
	who->code = s + 2;
	return OK;
}

/* A birth date beside a personal code must be the code's own. */
static enum err
check_birth(struct ctx *cx, struct json *root, const struct oidc_who *who)
{
	struct json *about = json_get(root, "profile_attributes");
	struct ident id;
	int32_t birth = CIVIL_NONE;

	if (about == NULL || about->kind != JSON_MAP || who->code == NULL)
		return OK;
	if (json_date(cx, about, "date_of_birth", true, &birth) != OK) {
		ctx_forgive(cx);
		return bad(cx, "date_of_birth");
	}
	ident_check(IDENT_ISIKUKOOD, who->code, strlen(who->code), cx->today, &id);
	return birth == CIVIL_NONE || birth == id.birth ? OK : bad(cx, "date_of_birth");
}

static enum err
check_text(struct ctx *cx, struct json *root, const char *claim, const char *want)
{
	struct json *j = json_get(root, claim);

	return j != NULL && j->kind == JSON_TEXT && strcmp(j->text, want) == 0 ? OK
									       : bad(cx, claim);
}

enum err
oidc_claims(struct ctx *cx, const struct oidc_settings *s, const char *payload, size_t len,
	    const char *nonce, const char *state, struct oidc_who *ret)
{
	struct oidc_who who = { 0 };
	struct json *root;

	TRY(json_parse(cx, "token", payload, len, &root));
	if (root->kind != JSON_MAP)
		return bad(cx, "{}");
	TRY(check_text(cx, root, "iss", s->issuer));
	TRY(check_audience(cx, s, root));
	TRY(check_times(cx, root));
	TRY(check_text(cx, root, "nonce", nonce));
	/* TARA says the state once more. */
	if (json_get(root, "state") != NULL)
		TRY(check_text(cx, root, "state", state));
	TRY(check_means(cx, s, root, &who.amr));
	TRY(check_level(cx, s, root));
	TRY(read_subject(cx, root, &who));
	TRY(check_birth(cx, root, &who));
	*ret = who;
	return OK;
}
