/* Octets as hexadecimal digits, for every room. */
#ifndef PCAPDEX_SCHEMA_HEX_H
#define PCAPDEX_SCHEMA_HEX_H

#include <stddef.h>
#include <stdint.h>

/* Two lower-case digits for each of n octets, `between` (NUL: nothing) between two of them, without a NUL at
 * the end: at most 3 * n characters. How many they are. */
static inline size_t hex_put(char *out, const uint8_t *octets, size_t n, char between)
{
	static const char digits[] = "0123456789abcdef";
	char *at = out;
	for (size_t i = 0; i < n; i++) {
		if (i && between)
			*at++ = between;
		*at++ = digits[octets[i] >> 4];
		*at++ = digits[octets[i] & 15];
	}
	return (size_t)(at - out);
}

#endif
