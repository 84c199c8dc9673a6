/* Tests of the technical log: its lines are caught from standard error. */
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/test.h"
#include "base/text.h"

#define TRACE "4bf92f3577b34da6a3ce929d0e0e4736"

struct capture {
	int saved;
	FILE *file;
};

static void
capture_begin(struct capture *c)
{
	(void)fflush(stderr);
	c->file = tmpfile();
	assert_non_null(c->file);
	c->saved = dup(STDERR_FILENO);
	assert_true(c->saved >= 0);
	assert_true(dup2(fileno(c->file), STDERR_FILENO) >= 0);
}

static char *
capture_end(struct test *t, struct capture *c)
{
	char *out = arena_alloc(t->arena, 10000);
	size_t n;

	(void)dup2(c->saved, STDERR_FILENO);
	(void)close(c->saved);
	rewind(c->file);
	n = fread(out, 1, 9999, c->file);
	out[n] = '\0';
	(void)fclose(c->file);
	return out;
}

TEST(log_line_is_one_line_of_json)
{
	struct capture c;
	char *out;

	capture_begin(&c);
	log_line(LOG_INFO, "start", "port", "8080", "version", "1");
	out = capture_end(t, &c);
	EXPECT(text_starts(out, "{\"@timestamp\":\"20"));
	EXPECT(strstr(out, "\"log.level\":\"info\",\"event.action\":\"start\",\"port\":\"8080\","
			   "\"version\":\"1\"}\n") != NULL);
	EXPECT(strchr(out, '\n') == out + strlen(out) - 1);
}

TEST(log_values_are_escaped)
{
	static const struct {
		const char *value, *want;
	} CASES[] = {
		{ "a\"b\\c", "\"a\\\"b\\\\c\"" },
		{ "rida\nkaks\r\t", "\"rida\\u000akaks\\u000d\\u0009\"" },
		{ "õ€", "\"\\u00f5\\u20ac\"" },
		{ "\U0001F600", "\"\\ud83d\\ude00\"" },
		{ "a\x01\x7F"
		  "b",
		  "\"a\\u0001\\u007fb\"" },
		{ "katki\xFF\xC3", "\"katki\\ufffd\\ufffd\"" },
		{ "", "\"\"" },
		{ "\"}\n{\"event.action\":\"vale\"",
		  "\"\\\"}\\u000a{\\\"event.action\\\":\\\"vale\\\"\"" },
	};

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct capture c;
		char *out, *value;

		capture_begin(&c);
		log_line(LOG_WARN, "test", "v", CASES[i].value);
		out = capture_end(t, &c);
		value = strstr(out, "\"v\":");
		assert_non_null(value);
		EXPECT_TEXT(arena_printf(t->arena, "%s}\n", CASES[i].want), value + 4);
	}
}

TEST(log_below_the_level_is_silent)
{
	struct capture c;
	char *out;

	capture_begin(&c);
	log_line(LOG_DEBUG, "vaikus", "a", "b");
	log_set_level(LOG_ERROR);
	log_line(LOG_WARN, "vaikus", "a", "b");
	log_line(LOG_ERROR, "hääl", "a", "b");
	log_set_level(LOG_INFO);
	out = capture_end(t, &c);
	EXPECT(strstr(out, "vaikus") == NULL);
	EXPECT(strstr(out, "\"h\\u00e4\\u00e4l\"") != NULL);
}

TEST(log_error_tells_kind_and_place_but_no_values)
{
	struct ctx *cx = test_ctx(t);
	struct capture c;
	char *out;

	cx->request = 77;
	(void)snprintf(cx->trace, sizeof(cx->trace), "%s", TRACE);
	(void)fail_at(cx, ERR_INVALID, "a.yaml", 3, 7, "err.date", "Mari Maasikas");
	capture_begin(&c);
	log_error(cx, "request");
	out = capture_end(t, &c);
	EXPECT(strstr(out, "\"log.level\":\"error\"") != NULL);
	EXPECT(strstr(out, "\"trace.id\":\"" TRACE "\",\"transaction.id\":\"77\"") != NULL);
	EXPECT(strstr(out, "\"error.code\":\"invalid\"") != NULL);
	EXPECT(strstr(out, "\"error.message\":\"err.date\"") != NULL);
	EXPECT(strstr(out, "\"file.name\":\"a.yaml\",\"file.line\":\"3\"") != NULL);
	EXPECT(strstr(out, "Maasikas") == NULL);
}

TEST(log_lines_carry_the_thread_they_belong_to)
{
	struct capture c;
	char *out;

	capture_begin(&c);
	log_trace(TRACE);
	log_line(LOG_INFO, "one", "a", "b");
	log_line(LOG_INFO, "two", "trace.id", "other");
	log_trace(NULL);
	log_line(LOG_INFO, "three", "a", "b");
	out = capture_end(t, &c);
	EXPECT(strstr(out, "\"one\",\"a\":\"b\",\"trace.id\":\"" TRACE "\"}\n") != NULL);
	EXPECT(strstr(out, "\"two\",\"trace.id\":\"other\"}\n") != NULL);
	EXPECT(strstr(out, "\"three\",\"a\":\"b\"}\n") != NULL);
}

TEST(log_audit_is_a_file_of_its_own_that_is_only_appended_to)
{
	char path[] = P_tmpdir "/hool-audit-XXXXXX", moved[64];
	int fd = mkstemp(path);
	char *out;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "old\n", 4), 4);
	(void)close(fd);
	(void)snprintf(moved, sizeof(moved), "%s.1", path);
	log_audit("ignored", "a", "b"); /* not open yet */
	EXPECT(log_audit_open(path));
	log_audit("sign-in", "user.name", "M\xC3\xA4rt", "user.id", "");
	/* Rotated: the file is moved away, then the program is told. */
	EXPECT_INT(0, rename(path, moved));
	log_audit("still", "a", "b");
	EXPECT(log_reopen());
	log_audit("anew", "a", "b");
	out = test_read(t, moved, NULL);
	EXPECT(text_starts(out, "old\n{\"@timestamp\":"));
	EXPECT(strstr(out, "\"sign-in\",\"user.name\":\"M\\u00e4rt\",\"user.id\":null}\n"));
	EXPECT(strstr(out, "\"still\"") != NULL && strstr(out, "\"anew\"") == NULL);
	out = test_read(t, path, NULL);
	EXPECT(strstr(out, "\"anew\"") != NULL && strstr(out, "\"still\"") == NULL);
	(void)unlink(path);
	(void)unlink(moved);
	EXPECT(!log_audit_open("/nowhere/at/all"));
	EXPECT(!log_audit_is_open());
}
