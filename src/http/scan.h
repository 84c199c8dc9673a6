/*
 * The strict grammar of HTTP/1.x requests, looked at byte by byte as they come off the socket and
 * before the HTTP library reads them, which is forgiving where two readers could disagree about
 * where a request ends. Pure: no sockets, no memory.
 *
 * Refused: any line end but CR LF; folded lines; control characters and NUL; a space before the
 * colon; a request target with bytes outside 0x21-0x7E; versions other than 1.0 and 1.1; no Host
 * in 1.1; two of Host, Content-Length, Transfer-Encoding, Content-Type or Authorization; lengths
 * that are not plain digits; Content-Length with Transfer-Encoding; Transfer-Encoding other than
 * "chunked", or in 1.0; chunk extensions and trailers, which RFC 9112 allows but no client of ours
 * needs and which intermediaries read differently.
 *
 * Source: RFC 9112 (HTTP/1.1), sections 2.2, 3, 5, 6, 7 and 11.2.
 */
#ifndef HOOL_HTTP_SCAN_H
#define HOOL_HTTP_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCAN_MAX_HEAD (16u * 1024) /* bytes of a request line with all headers */
#define SCAN_MAX_TARGET (8u * 1024)
#define SCAN_MAX_LINES 100	/* headers; above MAX_HEADERS, so that there is a page for 431 */
#define SCAN_MAX_PARAMETERS 128 /* of a target, counted as '&' */
#define SCAN_MAX_COOKIES 64

enum scan_state {
	SCAN_START, /* between requests */
	SCAN_BLANK_LF,
	SCAN_METHOD,
	SCAN_TARGET,
	SCAN_VERSION,
	SCAN_LINE_LF, /* the LF after a line of the head */
	SCAN_LINE,    /* first byte of a header line */
	SCAN_NAME,
	SCAN_VALUE,
	SCAN_HEAD_LF,
	SCAN_BODY,
	SCAN_CHUNK_SIZE,
	SCAN_CHUNK_LF,
	SCAN_CHUNK_DATA,
	SCAN_CHUNK_CR,
	SCAN_CHUNK_END_LF,
	SCAN_TRAILER_CR,
	SCAN_TRAILER_LF,
	SCAN_FAULT,
};

/* Headers the grammar itself depends on. */
enum scan_header {
	SCAN_OTHER,
	SCAN_HOST,
	SCAN_LENGTH,
	SCAN_CODING,
	SCAN_TYPE,
	SCAN_AUTHORIZATION,
	SCAN_COOKIE,
	SCAN_HEADERS
};

struct http_scan {
	enum scan_state state;
	int fault;	/* status of the refusal, with SCAN_FAULT: 400, 413, 414, 431, 505 */
	bool minor_one; /* HTTP/1.1 */
	bool seen[SCAN_HEADERS];
	enum scan_header header; /* being read */
	bool chunked;
	bool started;  /* of the value: a byte other than space was seen */
	bool ended;    /* of a length: digits have ended */
	uint32_t head; /* bytes of the head so far */
	uint32_t lines, token, parameters, cookies, blanks;
	uint64_t length;   /* of the body or chunk, what is still to come */
	uint64_t declared; /* Content-Length as it came */
	uint64_t begun;	   /* requests whose first byte was seen */
	char word[24];	   /* start of the token, in lower case */
};

/* At the start of a connection. */
void http_scan_init(struct http_scan *s);
/*
 * Look at the next bytes. Returns how many may be passed on: `len`, or on a fault (state
 * SCAN_FAULT) where the faulty request begins among them, 0 if it began before; nothing that
 * follows on the connection is to be trusted.
 */
size_t http_scan(struct http_scan *s, const char *bytes, size_t len);

#endif
