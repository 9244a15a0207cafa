#include "indexer/dissectors/utf16.h"

#include "schema/utf8.h"

#define UTF16_TEXT_MAX 4096 /* octets that are converted of one text */

uint32_t utf16_size(const uint8_t *p, uint32_t n)
{
	for (uint32_t i = 0; i + 1 < n; i += 2)
		if (p[i] == 0 && p[i + 1] == 0)
			return i + 2;
	return n & ~1u;
}

/* Gives the octets written to `text`, which has room for UTF16_TEXT_MAX * 2. */
static size_t to_utf8(char *text, const uint8_t *p, uint32_t n)
{
	size_t used = 0;
	uint32_t size = n > UTF16_TEXT_MAX ? UTF16_TEXT_MAX : n & ~1u;
	for (uint32_t i = 0; i < size; i += 2) {
		uint32_t u = le16(p + i);
		if (u == 0)
			break;
		if ((u & 0xf800) == 0xd800) { /* RFC 2781, section 2.2: half of a pair */
			uint32_t low = i + 3 < size ? le16(p + i + 2) : 0;
			if (u < 0xdc00 && (low & 0xfc00) == 0xdc00) {
				u = 0x10000 + ((u & 0x3ff) << 10) + (low & 0x3ff);
				i += 2;
			} else {
				u = 0xfffd;
			}
		}
		used += utf8_write(text + used, u);
	}
	return used;
}

void row_utf16(struct row *r, unsigned field, const uint8_t *p, uint32_t n)
{
	char text[UTF16_TEXT_MAX * 2];
	row_text(r, field, text, to_utf8(text, p, n), p, n);
}

void info_utf16(struct packet *pkt, const uint8_t *p, uint32_t n)
{
	char text[UTF16_TEXT_MAX * 2];
	info_text(pkt, text, to_utf8(text, p, n));
}

void row_guid(struct row *r, unsigned field, struct cursor *c, bool little_endian)
{
	static const char digits[] = "0123456789abcdef";
	static const uint8_t swapped[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };
	char text[36], *out = text;
	const uint8_t *p = cur_take(c, 16);
	if (!p)
		return;
	for (unsigned i = 0; i < 16; i++) {
		uint8_t octet = p[little_endian ? swapped[i] : i];
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*out++ = '-';
		*out++ = digits[octet >> 4];
		*out++ = digits[octet & 15];
	}
	row_text(r, field, text, sizeof(text), p, 16);
}
