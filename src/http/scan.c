/* The strict grammar of requests. See http_scan.h. */
#include "http/scan.h"

#include <string.h>

enum { BAD = 400, TOO_LARGE = 413, LONG_TARGET = 414, LARGE_HEAD = 431, NO_VERSION = 505 };

#define MAX_METHOD 20
#define MAX_NAME 100
#define MAX_LENGTH_DIGITS 15
#define MAX_CHUNK_DIGITS 7
#define MAX_BLANKS 2 /* empty lines before a request; some clients leave one after a body */

/* Header names the grammar depends on; those before SCAN_COOKIE may stand only once. */
static const char *const NAMES[SCAN_HEADERS] = {
	[SCAN_OTHER] = NULL,
	[SCAN_HOST] = "host",
	[SCAN_LENGTH] = "content-length",
	[SCAN_CODING] = "transfer-encoding",
	[SCAN_TYPE] = "content-type",
	[SCAN_AUTHORIZATION] = "authorization",
	[SCAN_COOKIE] = "cookie",
};

void
http_scan_init(struct http_scan *s)
{
	*s = (struct http_scan){ .state = SCAN_START };
}

static void
fault(struct http_scan *s, int status)
{
	s->state = SCAN_FAULT;
	s->fault = status;
}

/* RFC 9110 section 5.6.2. */
static bool
is_token(unsigned char c)
{
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
		return true;
	return c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL;
}

static char
lower(unsigned char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

/* Remember the next byte of a word in lower case. What does not fit ends it for good: the word
 * is then longer than any we compare with. */
static void
remember(struct http_scan *s, char c)
{
	if (s->token < sizeof(s->word) - 1) {
		s->word[s->token] = c;
		s->word[s->token + 1] = '\0';
	} else {
		s->word[0] = '\0';
	}
	s->token++;
}

static void
forget(struct http_scan *s)
{
	s->token = 0;
	s->word[0] = '\0';
}

static void
start(struct http_scan *s, unsigned char c)
{
	uint64_t begun = s->begun;
	uint32_t blanks = s->blanks;

	if (c == '\r' && blanks < MAX_BLANKS) {
		s->blanks++;
		s->state = SCAN_BLANK_LF;
		return;
	}
	http_scan_init(s);
	s->begun = begun + 1;
	s->head = 1;
	s->token = 1;
	s->state = SCAN_METHOD;
	if (!is_token(c))
		fault(s, BAD);
}

static void
method(struct http_scan *s, unsigned char c)
{
	if (c == ' ') {
		forget(s);
		s->state = SCAN_TARGET;
	} else if (!is_token(c) || ++s->token > MAX_METHOD) {
		fault(s, BAD);
	}
}

static void
target(struct http_scan *s, unsigned char c)
{
	if (c == ' ' && s->token > 0) {
		forget(s);
		s->state = SCAN_VERSION;
		return;
	}
	s->parameters += c == '&';
	if (c <= ' ' || c >= 0x7F || c == '#')
		fault(s, BAD);
	else if (++s->token > SCAN_MAX_TARGET || s->parameters > SCAN_MAX_PARAMETERS)
		fault(s, LONG_TARGET);
}

static void
version(struct http_scan *s, unsigned char c)
{
	static const char WANT[] = "HTTP/1.";

	if (s->token < sizeof(WANT) - 1) {
		if (c != (unsigned char)WANT[s->token])
			fault(s, s->token < 5 || c < '0' || c > '9' ? BAD : NO_VERSION);
	} else if (s->token == sizeof(WANT) - 1) {
		s->minor_one = c == '1';
		if (c != '0' && c != '1')
			fault(s, BAD);
	} else if (c == '\r') {
		s->state = SCAN_LINE_LF;
		return;
	} else {
		fault(s, BAD);
	}
	s->token++;
}

/* The head is whole: what follows belongs to the body, or to the next request. */
static void
head_end(struct http_scan *s, unsigned char c)
{
	bool length = s->seen[SCAN_LENGTH], coding = s->seen[SCAN_CODING];

	if (c != '\n' || (s->minor_one && !s->seen[SCAN_HOST]) || (length && coding) ||
	    (coding && !s->minor_one)) {
		fault(s, BAD);
		return;
	}
	s->length = s->declared;
	forget(s);
	if (coding) {
		s->length = 0;
		s->state = SCAN_CHUNK_SIZE;
	} else {
		s->state = s->length > 0 ? SCAN_BODY : SCAN_START;
	}
}

static void
line(struct http_scan *s, unsigned char c)
{
	forget(s);
	if (c == '\r') {
		s->state = SCAN_HEAD_LF;
	} else if (!is_token(c)) { /* a space here would be a folded line */
		fault(s, BAD);
	} else if (++s->lines > SCAN_MAX_LINES) {
		fault(s, LARGE_HEAD);
	} else {
		remember(s, lower(c));
		s->state = SCAN_NAME;
	}
}

static void
name(struct http_scan *s, unsigned char c)
{
	if (c != ':') {
		remember(s, lower(c));
		if (!is_token(c) || s->token > MAX_NAME)
			fault(s, BAD);
		return;
	}
	s->header = SCAN_OTHER;
	for (int i = SCAN_OTHER + 1; i < SCAN_HEADERS; i++)
		if (strcmp(s->word, NAMES[i]) == 0)
			s->header = (enum scan_header)i;
	if (s->header != SCAN_OTHER && s->header != SCAN_COOKIE && s->seen[s->header]) {
		fault(s, BAD);
		return;
	}
	s->seen[s->header] = true;
	s->started = false;
	s->ended = false;
	forget(s);
	s->state = SCAN_VALUE;
}

/* A byte of Content-Length: digits with spaces only around them. */
static void
length_byte(struct http_scan *s, unsigned char c)
{
	if (c == ' ' || c == '\t') {
		s->ended = s->started;
		return;
	}
	if (c < '0' || c > '9' || s->ended || ++s->token > MAX_LENGTH_DIGITS) {
		fault(s, BAD);
		return;
	}
	s->started = true;
	s->declared = s->declared * 10 + (uint64_t)(c - '0');
}

/* A byte of Host: a name or address with a port. */
static void
host_byte(struct http_scan *s, unsigned char c)
{
	if (c == ' ' || c == '\t') {
		s->ended = s->started;
		return;
	}
	if (s->ended ||
	    (strchr("-._:[]", c) == NULL && (!is_token(c) || strchr("!#$%&'*+^`|~", c) != NULL)))
		fault(s, BAD);
	s->started = true;
}

/* A byte of Transfer-Encoding: the one word, checked when the line ends. */
static void
coding_byte(struct http_scan *s, unsigned char c)
{
	if (c == ' ' || c == '\t') {
		s->ended = s->started;
		return;
	}
	if (s->ended)
		fault(s, BAD);
	s->started = true;
	remember(s, lower(c));
}

static void
value_end(struct http_scan *s)
{
	s->state = SCAN_LINE_LF;
	if ((s->header == SCAN_LENGTH || s->header == SCAN_HOST) && !s->started)
		fault(s, BAD);
	else if (s->header == SCAN_CODING && strcmp(s->word, "chunked") != 0)
		fault(s, BAD);
}

static void
value(struct http_scan *s, unsigned char c)
{
	if (c == '\r') {
		value_end(s);
	} else if ((c < ' ' && c != '\t') || c == 0x7F) {
		fault(s, BAD);
	} else if (s->header == SCAN_LENGTH) {
		length_byte(s, c);
	} else if (s->header == SCAN_HOST) {
		host_byte(s, c);
	} else if (s->header == SCAN_CODING) {
		coding_byte(s, c);
	} else if (s->header == SCAN_COOKIE && c == ';' && ++s->cookies > SCAN_MAX_COOKIES) {
		fault(s, LARGE_HEAD);
	}
}

static void
chunk_size(struct http_scan *s, unsigned char c)
{
	if (c == '\r' && s->token > 0) {
		s->state = SCAN_CHUNK_LF;
	} else {
		char l = lower(c);
		unsigned digit = l >= '0' && l <= '9'	? (unsigned)(l - '0')
				 : l >= 'a' && l <= 'f' ? (unsigned)(l - 'a') + 10
							: 16;

		if (digit == 16)
			fault(s, BAD);
		else if (++s->token > MAX_CHUNK_DIGITS)
			fault(s, TOO_LARGE);
		else
			s->length = s->length * 16 + digit;
	}
}

/* Go on to `next` if the byte is the one wanted. */
static void
expect(struct http_scan *s, unsigned char c, char want, enum scan_state next)
{
	if (c != (unsigned char)want)
		fault(s, BAD);
	else
		s->state = next;
}

static void
step_body(struct http_scan *s, unsigned char c)
{
	if (s->state == SCAN_CHUNK_SIZE)
		chunk_size(s, c);
	else if (s->state == SCAN_CHUNK_LF)
		expect(s, c, '\n', s->length > 0 ? SCAN_CHUNK_DATA : SCAN_TRAILER_CR);
	else if (s->state == SCAN_CHUNK_CR)
		expect(s, c, '\r', SCAN_CHUNK_END_LF);
	else if (s->state == SCAN_CHUNK_END_LF)
		expect(s, c, '\n', SCAN_CHUNK_SIZE);
	else if (s->state == SCAN_TRAILER_CR)
		expect(s, c, '\r', SCAN_TRAILER_LF);
	else
		expect(s, c, '\n', SCAN_START);
	if (s->state == SCAN_CHUNK_SIZE && c == '\n')
		forget(s);
}

static void
step(struct http_scan *s, unsigned char c)
{
	if (s->state < SCAN_BODY && s->state > SCAN_BLANK_LF && ++s->head > SCAN_MAX_HEAD) {
		fault(s, LARGE_HEAD);
		return;
	}
	if (s->state == SCAN_VALUE)
		value(s, c);
	else if (s->state == SCAN_NAME)
		name(s, c);
	else if (s->state == SCAN_TARGET)
		target(s, c);
	else if (s->state == SCAN_LINE)
		line(s, c);
	else if (s->state == SCAN_LINE_LF)
		expect(s, c, '\n', SCAN_LINE);
	else if (s->state == SCAN_VERSION)
		version(s, c);
	else if (s->state == SCAN_METHOD)
		method(s, c);
	else if (s->state == SCAN_HEAD_LF)
		head_end(s, c);
	else if (s->state == SCAN_START)
		start(s, c);
	else if (s->state == SCAN_BLANK_LF)
		expect(s, c, '\n', SCAN_START);
	else
		step_body(s, c);
}

size_t
http_scan(struct http_scan *s, const char *bytes, size_t len)
{
	size_t first = 0; /* where the request being read begins */
	size_t i = 0;

	while (i < len && s->state != SCAN_FAULT) {
		if (s->state == SCAN_BODY || s->state == SCAN_CHUNK_DATA) {
			size_t part = s->length < len - i ? (size_t)s->length : len - i;

			i += part;
			s->length -= part;
			if (s->length == 0)
				s->state = s->state == SCAN_BODY ? SCAN_START : SCAN_CHUNK_CR;
			continue;
		}
		if (s->state == SCAN_START)
			first = i;
		step(s, (unsigned char)bytes[i]);
		i++;
	}
	return s->state == SCAN_FAULT ? first : len;
}
