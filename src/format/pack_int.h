/* What the files of format/pack share. */
#ifndef HOOL_FORMAT_PACK_INT_H
#define HOOL_FORMAT_PACK_INT_H

#include "format/pack.h"

#define PACK_MAGIC "HOOLPACK"
#define PACK_MAGIC_LEN 8
#define PACK_HEADER 4096u     /* bytes of a header, at most */
#define PACK_CHUNK 65536u     /* bytes of a chunk before encryption, at most */
#define PACK_LAST 0x80000000u /* in a chunk's length: no other follows */

static inline void
pack_put32(unsigned char *b, uint32_t n)
{
	for (int i = 0; i < 4; i++)
		b[i] = (unsigned char)(n >> (24 - 8 * i));
}

static inline uint32_t
pack_get32(const unsigned char *b)
{
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

#endif
