/* One-time codes. See totp.h. */
#include "format/totp.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

void
totp_code(const unsigned char *secret, size_t len, int64_t step, char ret[TOTP_CODE_SIZE])
{
	unsigned char count[8], mac[EVP_MAX_MD_SIZE];
	unsigned mac_len = 0, at;
	uint32_t n;

	for (int i = 0; i < 8; i++)
		count[i] = (unsigned char)((uint64_t)step >> (56 - 8 * i));
	if (HMAC(EVP_sha1(), secret, (int)len, count, sizeof(count), mac, &mac_len) == NULL)
		BUG("no HMAC-SHA-1");
	at = mac[mac_len - 1] & 15u; /* RFC 4226, section 5.3 */
	n = ((uint32_t)mac[at] & 0x7f) << 24 | (uint32_t)mac[at + 1] << 16 |
	    (uint32_t)mac[at + 2] << 8 | mac[at + 3];
	(void)snprintf(ret, TOTP_CODE_SIZE, "%06u", n % 1000000);
}

int64_t
totp_match(const unsigned char *secret, size_t len, const char *code, int64_t now, int64_t last)
{
	int64_t found = 0;
	char right[TOTP_CODE_SIZE];

	if (strlen(code) != TOTP_DIGITS)
		return 0;
	for (int64_t step = totp_step(now) - 1; step <= totp_step(now) + 1; step++) {
		totp_code(secret, len, step, right);
		if (CRYPTO_memcmp(right, code, TOTP_DIGITS) == 0 && step > last && found == 0)
			found = step;
	}
	return found;
}

const char *
base32(struct arena *a, const void *bytes, size_t len)
{
	static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	const unsigned char *p = bytes;
	char *out = arena_alloc(a, len * 8 / 5 + 2), *to = out;
	unsigned bits = 0, have = 0;

	for (size_t i = 0; i < len; i++) {
		bits = (bits << 8 | p[i]) & 0xfff;
		for (have += 8; have >= 5; have -= 5)
			*to++ = ALPHABET[bits >> (have - 5) & 31];
	}
	if (have > 0)
		*to = ALPHABET[bits << (5 - have) & 31];
	return out;
}
