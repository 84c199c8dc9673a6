/*
 * Identifiers and their check digits: personal code, registry code, VAT number, IBAN, reference
 * number, EHAK code.
 *
 * Spaces (also U+00A0 and U+202F) at either end and between groups are dropped (but not in
 * reference numbers), and the letters of IBAN and VAT numbers made capitals; the result says so.
 * Nothing else is mended: a digit is 0-9 and nothing else, and whatever is wrong is said by a key
 * of the catalogue with its values.
 */
#ifndef HOOL_BASE_IDENT_H
#define HOOL_BASE_IDENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IDENT_MAX 40 /* bytes of a normalised identifier, its NUL included */

enum ident_kind {
	IDENT_ISIKUKOOD,    /* personal code, 11 digits */
	IDENT_REGISTRIKOOD, /* registry code, 8 digits */
	IDENT_KMKR,	    /* VAT number, EE and 9 digits */
	IDENT_IBAN,	    /* account number of any country that has IBANs */
	IDENT_VIITENUMBER,  /* reference number of a payment, 2 to 20 digits */
	IDENT_EHAK,	    /* county, municipality or settlement, 4 digits; see rule/place.h */
	IDENT_COUNT
};

struct ident {
	bool valid;	      /* form and check digits are right */
	bool was_normalised;  /* `text` differs from what was given */
	bool born;	      /* personal code: the birth date is not after `today` */
	char sex;	      /* personal code: 'M' or 'F'; else 0 */
	int32_t birth;	      /* personal code: civil day; else CIVIL_NONE */
	const char *why;      /* not valid, or not born: catalogue key; else NULL */
	char arg[2][24];      /* values for {1} and {2} of that text */
	char text[IDENT_MAX]; /* normalised, as far as it could be read */
};

/* "isikukood", …, and back: -1 if it is none. */
const char *ident_kind_name(enum ident_kind kind);
int ident_kind_from_name(const char *name);
/*
 * Check `len` bytes, which may be anything. `today` is used only for `born`: a well-formed personal
 * code of somebody not yet born is valid, but nobody carries it; see ident_living().
 * Sources: EVS 585 (personal code); KMKR by the Tax and Customs Board; 7-3-1 by the Estonian
 * Banking Association; ISO 13616 (IBAN), ISO 7064 (mod 97).
 */
void ident_check(enum ident_kind kind, const char *s, size_t len, int32_t today, struct ident *ret);
/* A personal code that somebody can carry today: what forms ask for. */
static inline bool
ident_living(const struct ident *id)
{
	return id->valid && id->born;
}

/* The check digit (0-9) for a code without it; -1 if it is not the right number of digits. */
int ident_isikukood_digit(const char *ten);
int ident_registrikood_digit(const char *seven);
int ident_viitenumber_digit(const char *base); /* 1 to 19 digits */
/* The reference number for a base of 1 to 19 digits. False if it is not that. */
bool ident_viitenumber_make(const char *base, char ret[IDENT_MAX]);
/* A personal code for practice data: sex 'M' or 'F', born 1800 to 2199, serial 0 to 999. */
bool ident_isikukood_make(char sex, int32_t birth, int serial, char ret[IDENT_MAX]);

#endif
