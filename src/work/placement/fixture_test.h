/* A small service with stages, one it bars, a provider with two places, and people. */
#ifndef HOOL_WORK_PLACEMENT_FIXTURE_TEST_H
#define HOOL_WORK_PLACEMENT_FIXTURE_TEST_H

#include "core/test_world.h"

struct fixture {
	struct test *t;
	struct ctx *cx;
	int64_t pkt, tt, srt, stage[3]; /* services; stages of pkt */
	int64_t provider, site, contract, tt_site, tt_provider;
	int64_t jaan, mari; /* persons */
};

/* A world with it, acting as the program itself; hooks of placement run. Today is 25.05.2026. */
void fixture(struct test *t, struct fixture *f);
int64_t fixture_service(struct fixture *f, const char *code, const char *queue, const char *rule,
			bool staged);
int64_t fixture_bar(struct fixture *f, int64_t service, int64_t other, const char *stages,
		    int32_t from, int32_t to);
/* A signed decision that grants a service. */
int64_t fixture_decision(struct fixture *f, int64_t person, int64_t service);
/* Another on the same application, after that was annulled. */
int64_t fixture_redecide(struct fixture *f, int64_t decision);
int64_t fixture_entry(struct fixture *f, int64_t decision);
int64_t fixture_site(struct fixture *f, int64_t provider, int64_t service, int places);
int64_t fixture_contract(struct fixture *f, int64_t provider, int64_t service, int max_places);
/* A placement made by hand: as the hook says it could not be, or made. */
enum err fixture_place(struct fixture *f, int64_t person, int64_t service, int64_t site,
		       int32_t starts, int32_t ends, int64_t *ret);

/* The call was refused with this error and key (want OK: it went well; ERR_COUNT: any error). The
 * error is returned and forgotten. */
struct error refused(struct test *t, enum err want, const char *key, enum err got);

#endif
