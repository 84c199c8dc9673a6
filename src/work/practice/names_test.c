/* Tests of the names of practice data. */
#include "work/practice/names.h"

#include <string.h>
#include <time.h>

#include "base/civil.h"
#include "base/fold.h"
#include "base/test.h"
#include "base/text.h"
#include "work/practice/names_data.h"

TEST(names_lists_are_clean)
{
	static const struct given *const LISTS[] = { GIVEN_ET_M, GIVEN_ET_F, GIVEN_RU_M,
						     GIVEN_RU_F };
	const size_t lens[] = { GIVEN_ET_M_N, GIVEN_ET_F_N, GIVEN_RU_M_N, GIVEN_RU_F_N };

	(void)t;
	EXPECT(GIVEN_ET_M_N >= 120);
	EXPECT(GIVEN_ET_F_N >= 120);
	EXPECT(FAMILY_ET_N >= 250);
	for (size_t k = 0; k < 4; k++) {
		for (size_t i = 0; i < lens[k]; i++) {
			const struct given *g = &LISTS[k][i];

			EXPECT(text_is_utf8(g->name, strlen(g->name)));
			EXPECT(strlen(g->name) >= 2);
			EXPECT(g->weight[0] + g->weight[1] + g->weight[2] > 0);
			EXPECT(strchr(g->name, ' ') == NULL);
		}
	}
	for (size_t i = 0; i < FAMILY_ET_N; i++) {
		EXPECT(text_is_utf8(FAMILY_ET[i].male, strlen(FAMILY_ET[i].male)));
		EXPECT_TEXT(FAMILY_ET[i].male, FAMILY_ET[i].female);
		EXPECT(FAMILY_ET[i].weight > 0);
	}
	for (size_t i = 0; i < FAMILY_RU_N; i++) {
		EXPECT(text_is_utf8(FAMILY_RU[i].female, strlen(FAMILY_RU[i].female)));
		EXPECT(FAMILY_RU[i].weight > 0);
	}
	for (size_t i = 0; i < WORKS_N; i++)
		EXPECT(text_is_utf8(WORKS[i], strlen(WORKS[i])));
}

TEST(names_same_seed_same_people)
{
	struct names *n = names_new(t->arena);
	struct rng a, b;

	rng_seed(&a, 2026);
	rng_seed(&b, 2026);
	for (int i = 0; i < 2000; i++) {
		struct person_name p, q;
		bool male, again;
		int32_t birth = names_birth(n, &a, t->cx.today, 0, NAMES_OLDEST, &male);
		enum surroundings kind = (enum surroundings)(i % PLACE_COUNT);

		EXPECT_INT(birth, names_birth(n, &b, t->cx.today, 0, NAMES_OLDEST, &again));
		EXPECT_INT(male, again);
		names_person(n, &a, male, birth, -1, &p);
		names_person(n, &b, male, birth, -1, &q);
		EXPECT(p.given == q.given && p.family == q.family);
		EXPECT_TEXT(names_address(n, &a, t->arena, kind),
			    names_address(n, &b, t->arena, kind));
		EXPECT_TEXT(names_organisation(n, &a, t->arena),
			    names_organisation(n, &b, t->arena));
		EXPECT(names_work(n, &a) == names_work(n, &b));
	}
}

TEST(names_go_by_age_sex_and_language)
{
	struct names *n = names_new(t->arena);
	int32_t old = civil_day(1948, 3, 1), young = civil_day(2018, 3, 1);
	int rasmus = 0, endel = 0, russian = 0, tamm = 0, rare = 0;
	struct person_name p;
	struct rng r;

	rng_seed(&r, 3);
	for (int i = 0; i < 20000; i++) {
		names_person(n, &r, true, old, 0, &p);
		EXPECT(strcmp(p.given, "Rasmus") != 0 && p.male && !p.russian);
		endel += strcmp(p.given, "Endel") == 0;
		names_person(n, &r, true, young, 0, &p);
		EXPECT(strcmp(p.given, "Endel") != 0);
		rasmus += strcmp(p.given, "Rasmus") == 0;
		tamm += strcmp(p.family, "Tamm") == 0;
		rare += strcmp(p.family, "Öövel") == 0;
		names_person(n, &r, false, old, -1, &p);
		EXPECT(strcmp(p.family, "Ivanov") != 0);
		russian += p.russian;
		names_person(n, &r, false, old, 1000, &p);
		EXPECT(p.russian && !p.male);
	}
	EXPECT(rasmus > 200 && endel > 100);
	EXPECT(tamm > 10 * rare && tamm > 400 && rare > 0);
	EXPECT(russian > 4600 && russian < 5400);
}

TEST(names_relatives_share_the_family_name)
{
	struct names *n = names_new(t->arena);
	struct person_name father = { "Sergei", "Ivanov", true, true }, daughter, son;
	struct person_name mother = { "Jelena", "Levitskaja", false, true }, other;
	struct person_name stranger = { "Ann", "O'Hara", false, false };
	int32_t birth = civil_day(2015, 1, 1);
	struct rng r;

	rng_seed(&r, 4);
	names_relative(n, &r, &father, false, birth, &daughter);
	EXPECT_TEXT("Ivanova", daughter.family);
	EXPECT(daughter.russian && !daughter.male);
	names_relative(n, &r, &daughter, true, birth, &son);
	EXPECT_TEXT("Ivanov", son.family);
	names_relative(n, &r, &mother, true, birth, &son);
	EXPECT_TEXT("Levitski", son.family);
	names_relative(n, &r, &stranger, true, birth, &other);
	EXPECT_TEXT("O'Hara", other.family);
	names_relative(n, &r, &son, false, birth, &son); /* into itself */
	EXPECT_TEXT("Levitskaja", son.family);
}

TEST(names_births_keep_the_ages_asked_for)
{
	static const struct {
		int min, max;
	} SPANS[] = { { 0, 0 }, { 0, 17 }, { 18, 64 }, { 65, 104 }, { 104, 104 }, { 7, 7 } };
	/* a plain day, both ends of a leap February, the turn of the year */
	const int32_t todays[] = { t->cx.today, civil_day(2024, 2, 29), civil_day(2026, 2, 28),
				   civil_day(2026, 3, 1), civil_day(2026, 1, 1) };
	struct names *n = names_new(t->arena);
	struct rng r;

	rng_seed(&r, 5);
	for (size_t d = 0; d < 5; d++) {
		for (size_t i = 0; i < sizeof(SPANS) / sizeof(SPANS[0]); i++) {
			for (int k = 0; k < 2000; k++) {
				bool male;
				int32_t birth = names_birth(n, &r, todays[d], SPANS[i].min,
							    SPANS[i].max, &male);
				int age = civil_age(birth, todays[d]);

				EXPECT(age >= SPANS[i].min && age <= SPANS[i].max);
				EXPECT(birth <= todays[d]);
			}
		}
	}
}

TEST(names_births_follow_the_pyramid)
{
	struct names *n = names_new(t->arena);
	int children = 0, elders = 0, men = 0, men_80 = 0, over_80 = 0, of = 100000;
	struct rng r;

	rng_seed(&r, 6);
	for (int i = 0; i < of; i++) {
		bool male;
		int32_t birth = names_birth(n, &r, t->cx.today, 0, NAMES_OLDEST, &male);
		int age = civil_age(birth, t->cx.today);

		children += age < 18;
		elders += age >= 65;
		men += male;
		over_80 += age >= 80;
		men_80 += age >= 80 && male;
	}
	EXPECT(children > of * 17 / 100 && children < of * 20 / 100);
	EXPECT(elders > of * 20 / 100 && elders < of * 24 / 100);
	EXPECT(men > of * 46 / 100 && men < of * 49 / 100);
	EXPECT(over_80 > of * 5 / 100 && over_80 < of * 8 / 100);
	EXPECT(men_80 * 100 < over_80 * 35);
}

TEST(names_of_places_and_organisations_are_text)
{
	struct names *n = names_new(t->arena);
	struct rng r;

	rng_seed(&r, 7);
	for (int i = 0; i < 3000; i++) {
		enum surroundings kind = (enum surroundings)(i % PLACE_COUNT);
		const char *address = names_address(n, &r, t->arena, kind);
		const char *org = names_organisation(n, &r, t->arena);

		EXPECT(text_is_utf8(address, strlen(address)));
		EXPECT(text_length(address) >= 6 && text_length(address) <= 60);
		if (kind == PLACE_CITY)
			EXPECT(strstr(address, " tn ") != NULL);
		if (kind == PLACE_COAST)
			EXPECT(strstr(address, " talu, ") != NULL);
		EXPECT(strstr(address, "küla küla") == NULL);
		EXPECT(text_is_utf8(org, strlen(org)) && text_length(org) >= 6);
		EXPECT(strlen(names_place(n, &r, kind)) > 2);
		EXPECT(strlen(fold_sort_key(t->arena, org)) > 0);
	}
}

TEST(names_a_million_are_quick)
{
	struct names *n = names_new(t->arena);
	int32_t birth = civil_day(1980, 1, 1);
	struct person_name p;
	size_t letters = 0;
	struct rng r;
	clock_t start;

	rng_seed(&r, 8);
	start = clock();
	for (int i = 0; i < 1000000; i++) {
		names_person(n, &r, i % 2 == 0, birth, -1, &p);
		letters += (unsigned char)p.given[0];
	}
	EXPECT(letters > 0);
	/* 0.3 s on an idle machine without sanitizers; a hundred times the room for all others */
	print_message("1 000 000 names: %ld ms\n",
		      (long)((clock() - start) * 1000 / CLOCKS_PER_SEC));
	EXPECT(clock() - start < 30 * CLOCKS_PER_SEC);
}
