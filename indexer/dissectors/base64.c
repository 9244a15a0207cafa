#include "indexer/dissectors/base64.h"

static int value(uint8_t c)
{
	return c >= 'A' && c <= 'Z'   ? c - 'A'
	       : c >= 'a' && c <= 'z' ? c - 'a' + 26
	       : c >= '0' && c <= '9' ? c - '0' + 52
	       : c == '+'             ? 62
	       : c == '/'             ? 63
				      : -1;
}

size_t base64_decode(uint8_t *out, const uint8_t *in, size_t n)
{
	size_t used = 0;
	uint32_t bits = 0;
	unsigned nbits = 0;
	for (size_t i = 0; i < n && in[i] != '='; i++) {
		int v = value(in[i]);
		if (v < 0)
			continue;
		bits = (bits << 6 | (uint32_t)v) & 0xffffff;
		nbits += 6;
		if (nbits >= 8) {
			nbits -= 8;
			out[used++] = (uint8_t)(bits >> nbits);
		}
	}
	return used;
}
