/* UTF-8 (RFC 3629), for every room. Inline: the indexer asks for each octet beyond ASCII. */
#ifndef PCAPDEX_SCHEMA_UTF8_H
#define PCAPDEX_SCHEMA_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Reads the character at p, of which n > 0 octets are left: its code point and, as result, its octets (1 to
 * 4). 0 when it is not well-formed: cut, overlong, a surrogate or beyond U+10FFFF (section 3). */
static inline unsigned utf8_read(const void *p, size_t n, uint32_t *point)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const uint8_t *u = p;
	unsigned len = u[0] < 0x80   ? 1
		       : u[0] < 0xc2 ? 0
		       : u[0] < 0xe0 ? 2
		       : u[0] < 0xf0 ? 3
		       : u[0] < 0xf5 ? 4
				     : 0;
	if (len == 0 || len > n)
		return 0;
	uint32_t c = len == 1 ? u[0] : u[0] & (0x7fu >> len);
	for (unsigned i = 1; i < len; i++) {
		if ((u[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (u[i] & 0x3f);
	}
	if (c < least[len] || (c >= 0xd800 && c < 0xe000) || c > 0x10ffff)
		return 0;
	*point = c;
	return len;
}

/* Writes a code point (at most U+10FFFF) as 1 to 4 octets without a NUL; how many they are. */
static inline unsigned utf8_write(char *out, uint32_t point)
{
	static const uint8_t lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	unsigned n = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
	for (unsigned i = n - 1; i; i--, point >>= 6)
		out[i] = (char)(0x80 | (point & 0x3f));
	out[0] = (char)(lead[n] | (n == 4 ? point & 7 : point));
	return n;
}

#endif
