/*
 * The lower bound of creating: the same records made by the same code (record_create: history,
 * row, words, clocks), without HTTP, one after another, each a durable commit of its own.
 *
 *	bench-bare_write --db FILE --type T --bodies FILE --user LOGIN --seconds N
 */
#include "bench.h"

#define MAX_FORMS 100000
#define MAX_FORM 4000 /* bytes */

struct bare {
	struct bench b;
	const struct type *type;
	char *forms[MAX_FORMS];
	size_t n, next;
};

static enum err
read_forms(struct bare *x, const char *path)
{
	FILE *f = fopen(path, "r");
	char line[MAX_FORM];

	if (f == NULL)
		return fail(&x->b.cx, ERR_IO, "err.file_read", path);
	while (x->n < MAX_FORMS && fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		x->forms[x->n++] = arena_strdup(x->b.cx.arena, line);
	}
	(void)fclose(f);
	return x->n > 0 ? OK : fail(&x->b.cx, ERR_INVALID, "err.file_read", path);
}

/* "%C3%A4" → "ä", in place. */
static void
decode(char *s)
{
	char *to = s;

	for (; *s != '\0'; s++)
		if (*s == '%' && s[1] != '\0' && s[2] != '\0') {
			char hex[] = { s[1], s[2], '\0' };

			*to++ = (char)strtoul(hex, NULL, 16);
			s += 2;
		} else {
			*to++ = *s;
		}
	*to = '\0';
}

/* A form's fields into a change, as the page would read them. */
static enum err
create(struct ctx *cx, void *arg)
{
	struct bare *x = arg;
	struct change *ch = change_of(cx, x->type);
	char *form = arena_strdup(cx->arena, x->forms[x->next % x->n]), *save = NULL;
	int64_t id;

	for (char *p = strtok_r(form, "&", &save); p != NULL; p = strtok_r(NULL, "&", &save)) {
		char *value = strchr(p, '=');
		const struct field *f;

		*value++ = '\0';
		decode(value);
		f = type_field(x->type, p);
		if (f != NULL)
			TRY(change_typed(cx, ch, f, value));
	}
	return record_create(cx, ch, &id);
}

/* One creation in a context of its own, as a request has it. */
static enum err
one(struct bare *x)
{
	SCOPED(arena) struct arena *a = arena_new();
	struct ctx cx;
	enum err e;

	ctx_init(&cx, a);
	world_enter(&cx, &x->b.world);
	cx.who = x->b.cx.who;
	cx.purpose = "";
	e = db_run(&cx, x->b.db, "create", create, x);
	if (e != OK)
		(void)ctx_take_error(&x->b.cx, &cx);
	x->next++;
	return e;
}

static int
by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static enum err
measure(struct bare *x, double seconds)
{
	size_t most = (size_t)(seconds * 20000) + 1, n = 0;
	double *took = ARENA_ARRAY(x->b.cx.arena, most, double);
	double from = bench_clock(CLOCK_MONOTONIC), last = from, now = from;

	while (n < most && now - from < seconds) {
		TRY(one(x));
		now = bench_clock(CLOCK_MONOTONIC);
		took[n++] = now - last;
		last = now;
	}
	qsort(took, n, sizeof(*took), by_size);
	(void)printf("rate=%.1f p50=%.2f p99=%.2f\n", (double)n / (now - from), took[n / 2] * 1e3,
		     took[n * 99 / 100] * 1e3);
	return OK;
}

static enum err
run(struct bare *x, struct arena *a, int argc, char **argv)
{
	TRY(bench_open(&x->b, a, bench_option(argc, argv, "--house", NULL),
		       bench_option(argc, argv, "--db", ""), DB_ALONE));
	TRY(bench_act(&x->b, bench_option(argc, argv, "--user", "b01")));
	x->type = types_get(x->b.world.types, bench_option(argc, argv, "--type", "application"));
	if (x->type == NULL)
		return fail(&x->b.cx, ERR_NOTFOUND, "err.no_page");
	TRY(read_forms(x, bench_option(argc, argv, "--bodies", "")));
	return measure(x, (double)bench_number(argc, argv, "--seconds", 3));
}

int
main(int argc, char **argv)
{
	SCOPED(arena) struct arena *a = arena_new();
	static struct bare x;
	enum err e = run(&x, a, argc, argv);
	int code = e == OK ? 0 : bench_failed("bench-bare_write", &x.b, e);

	bench_close(&x.b);
	return code;
}
