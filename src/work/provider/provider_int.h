/* Shared by the provider's own files only. */
#ifndef HOOL_WORK_PROVIDER_PROVIDER_INT_H
#define HOOL_WORK_PROVIDER_PROVIDER_INT_H

#include "work/provider/provider.h"

/* The name of a type, or of a field of it, as its file says. */
static inline const char *
label(const struct ctx *cx, const char *type, const char *field)
{
	const struct type *t = types_get(cx->world->types, type);
	const struct field *f = t == NULL || field == NULL ? NULL : type_field(t, field);

	if (t == NULL || (field != NULL && f == NULL))
		BUG(type);
	return msg(cx, f == NULL ? t->label_key : f->label_key);
}

/* Places of one site for one service today: rows of room_of(). */
struct room {
	int64_t site, provider, service;
	const char *site_name, *provider_name, *site_number, *service_code, *service_name;
	const char *county, *work_kinds, *languages;
	int64_t places, on_service, awaited; /* awaited: referred, not come yet */
	int32_t first_free, confirmed_on;
};

#define MAX_ROOMS 500
/* Rooms of a provider (0: all) and a site (0: all), at most MAX_ROOMS, by provider, site and
 * service. */
enum err
room_of(struct ctx *cx, int64_t provider, int64_t site, struct room **ret, size_t *ret_n) MUST_USE;
/* Free places, never below 0. */
int64_t room_free(const struct room *r);

/* How old a confirmation is: by the rule PROVIDER-CONFIRM. */
enum err confirm_state(struct ctx *cx, int32_t confirmed_on, enum tone *ret_tone,
		       const char **ret_words) MUST_USE;
/* A county by its code; NULL for NULL. */
const char *county_name(struct ctx *cx, const char *code);
/* Several choices of a site's field, in words. */
const char *site_choices(struct ctx *cx, const char *field, const char *value);
void write_rooms(struct visit *v, const char *caption, const struct room *rooms, size_t n);

enum err provider_panel(struct visit *v, const struct record *r) MUST_USE;
enum err site_panel(struct visit *v, const struct record *r) MUST_USE;
enum err contract_panel(struct visit *v, const struct record *r) MUST_USE;
enum err provider_home(struct visit *v) MUST_USE;
enum err providers_page(struct visit *v) MUST_USE;

#endif
