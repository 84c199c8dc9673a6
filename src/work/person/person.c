/* See person.h. */
#include "work/person/person.h"

#include <string.h>

#include "base/civil.h"
#include "base/ident.h"
#include "core/record.h"

/* The value a field will have: as given, else as it is; NULL if empty. */
static const struct value *
coming(const struct record *rec, const struct change *ch, const char *field)
{
	int i = type_field(ch->type, field)->index;
	const struct value *v = ch->given[i] ? &ch->v[i] : rec == NULL ? NULL : &rec->v[i];

	return v == NULL || !v->set ? NULL : v;
}

static enum err
read_code(struct ctx *cx, const char *code, struct ident *ret)
{
	ident_check(IDENT_ISIKUKOOD, code, strlen(code), cx->today, ret);
	if (ident_living(ret))
		return OK;
	return fail_field(cx, ERR_INVALID, "code", ret->why, arena_strdup(cx->arena, ret->arg[0]),
			  arena_strdup(cx->arena, ret->arg[1]));
}

static enum err
from_code(struct ctx *cx, const struct record *rec, struct change *ch)
{
	const struct value *code = coming(rec, ch, "code"), *birth = coming(rec, ch, "birth_date"),
			   *sex = coming(rec, ch, "sex");
	const char *told;
	struct ident id;

	if (code == NULL)
		return OK;
	TRY(read_code(cx, code->s, &id));
	told = id.sex == 'F' ? "female" : "male";
	if (birth != NULL && birth->i != id.birth)
		return fail_field(cx, ERR_INVALID, "birth_date", "err.person_birth",
				  civil_text(cx->arena, id.birth));
	if (sex != NULL && strcmp(sex->s, told) != 0)
		return fail_field(cx, ERR_INVALID, "sex", "err.person_sex");
	if (birth == NULL)
		change_int(ch, "birth_date", id.birth);
	if (sex == NULL)
		change_text(ch, "sex", told);
	return OK;
}

/* Nobody is born or dies after today. */
static enum err
check_days(struct ctx *cx, const struct record *rec, const struct change *ch)
{
	static const char *const DAYS[] = { "birth_date", "died" };

	for (size_t i = 0; i < sizeof(DAYS) / sizeof(*DAYS); i++) {
		const struct value *day = coming(rec, ch, DAYS[i]);

		if (day != NULL && day->i > cx->today)
			return fail_field(cx, ERR_INVALID, DAYS[i], "err.person_future");
	}
	return OK;
}

static enum err
before(struct ctx *cx, const struct record *rec, struct change *ch)
{
	TRY(from_code(cx, rec, ch));
	return check_days(cx, rec, ch);
}

const struct hook PERSON_HOOKS[] = {
	{ "person", "create", before, NULL },
	{ "person", "edit", before, NULL },
	{ NULL, NULL, NULL, NULL },
};
