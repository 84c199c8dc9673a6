/*
 * Every maximum in one place. Whatever the outside decides the size of is held against one of
 * these, and too much is ERR_LIMIT, never a crash and never a silent cut.
 */
#ifndef HOOL_BASE_LIMITS_H
#define HOOL_BASE_LIMITS_H

#define MAX_REQUEST_BODY (12u * 1024 * 1024) /* bytes, one HTTP request with its uploads */
#define MAX_FORM_BODY (1024u * 1024)	     /* bytes, one form without files */
#define MAX_FORM_FIELDS 2000		     /* names in one form; a month's grid is the largest */
#define MAX_UPLOAD (10u * 1024 * 1024)	     /* bytes, one file */
#define MAX_URL 2048			     /* characters, an address with its query */
#define MAX_HEADERS 64			     /* header lines of a request */
#define MAX_PAGE (8u * 1024 * 1024)	     /* bytes of one answer built in memory */
#define MAX_YAML (1024u * 1024)		     /* bytes, one type or rule file */
#define MAX_YAML_DEPTH 32		     /* lists and maps within one another */
#define MAX_PO (1024u * 1024)		     /* bytes, one catalogue of texts */
#define MAX_XML (10u * 1024 * 1024)	     /* bytes, one XML document */
#define MAX_XML_DEPTH 64		     /* nested elements */
#define MAX_XML_NODES 500000		     /* elements and attributes of one document */
#define MAX_XML_ATTRS 200		     /* attributes of one element */
#define MAX_XML_NAMESPACES 300		     /* namespaces declared around one element */
#define MAX_INVOICE_LINES 20000		     /* lines of one e-invoice */
#define MAX_CSV_COLUMNS 200		     /* cells of one row of a CSV file */
#define MAX_CSV_CELLS 500000		     /* cells of one CSV file */
#define MAX_ZIP_ENTRIES 1000		     /* files in one container */
#define MAX_ZIP_UNPACKED (64u * 1024 * 1024) /* bytes, all of a container unpacked */
#define MAX_PAYMENTS 10000		     /* transfers of one payment order */
#define MAX_PDF (4u * 1024 * 1024)	     /* bytes, one letter */
#define MAX_LETTER_TEXT (1024u * 1024)	     /* bytes of all texts of one letter */
#define MAX_LETTER_PAGES 400		     /* pages of one letter */
#define MAX_LETTER_COLUMNS 12		     /* columns of a table in a letter */
#define MAX_LETTER_CELLS 40000u		     /* cells of all tables in one letter */
#define MAX_TEXT 200			     /* characters of a text field that sets no max */
#define MAX_LONG_TEXT 20000		     /* characters of a long text field */
#define MAX_ERROR_ARGS 4		     /* values named in one error */
#define MAX_FIELDS 64			     /* fields of one type */
#define MAX_STATES 32			     /* states of one type */
#define MAX_MOVES 32			     /* moves of one type */
#define MAX_LIST_ROWS 50		     /* rows of one page of a list */
#define MAX_COUNT 1000			     /* counts above this show "1 000+" */
#define MAX_SQL (64u * 1024)		     /* bytes of one built statement */
#define MAX_JSON_DEPTH 32
#define MEM_RESERVE (32u * 1024 * 1024) /* bytes kept for when there is no memory; see memory.h */

#endif
