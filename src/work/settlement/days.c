/* Days as letters. See days.h. */
#include "work/settlement/days.h"

#include <string.h>

#include "base/calendar.h"

int64_t
days_share(int64_t n, int64_t times, int64_t by)
{
	int64_t product = n * times;

	return product < 0 ? -((-product + by / 2) / by) : (product + by / 2) / by;
}

static int
length(int32_t month)
{
	struct civil c = civil_date(month);

	return civil_days_in_month(c.year, c.month);
}

const char *
days_blank(struct arena *a, int32_t month)
{
	char *days = arena_alloc(a, DAYS_MAX + 1);

	for (int d = 0; d < length(month); d++)
		days[d] = calendar_working(month + d) ? '.' : '-';
	return days;
}

bool
days_valid(const char *days, int32_t month)
{
	return days != NULL && strspn(days, "TPH-.") == strlen(days) &&
	       (int)strlen(days) == length(month);
}

int
days_count(const char *days, const char *letters)
{
	int n = 0;

	for (; days != NULL && *days != '\0'; days++)
		n += strchr(letters, *days) != NULL;
	return n;
}

bool
days_is_service(char letter)
{
	return letter == 'T' || letter == 'P' || letter == 'H';
}

const char *
days_merge(struct arena *a, const char *days, const char *said)
{
	char *merged = arena_strdup(a, days);

	if (said == NULL || strlen(said) != strlen(days))
		return merged;
	for (int d = 0; merged[d] != '\0'; d++)
		if (days_is_service(merged[d]) && days_is_service(said[d]))
			merged[d] = said[d];
	return merged;
}

const char *
days_proposal(struct arena *a, const char *days, const char *said)
{
	char *proposal = arena_strdup(a, days);

	if (said == NULL || strlen(said) != strlen(days))
		return NULL;
	for (int d = 0; proposal[d] != '\0'; d++)
		if (days_is_service(said[d]) && (days_is_service(days[d]) || said[d] != 'H'))
			proposal[d] = said[d];
	return strcmp(proposal, days) == 0 ? NULL : proposal;
}

struct amount
days_amount(const char *days, bool by_month, int64_t price_cents, int paid_absences)
{
	int absences = days_count(days, "P"), n = days_count(days, "T");
	int working = days_count(days, "TPH.");

	n += absences < paid_absences ? absences : paid_absences;
	if (!by_month)
		return (struct amount){ (int64_t)n * 100, n * price_cents };
	if (working == 0)
		return (struct amount){ 0, 0 };
	return (struct amount){ days_share(n, 100, working), days_share(n, price_cents, working) };
}
