#include "indexer/track/pieces.h"

#define DIGITS 20 /* of a number, at most */

uint64_t piece_place(const struct packet *pkt, const uint8_t *octets, uint32_t len)
{
	uintptr_t at = (uintptr_t)octets, base = (uintptr_t)pkt->data;
	return pkt->offset && at >= base && at + len <= base + pkt->cap_len ? pkt->offset + (at - base) : 0;
}

/* A number and the sign behind it. The text's end. */
static char *put(char *out, uint64_t v, char sign)
{
	char digits[DIGITS];
	unsigned n = 0;
	do
		digits[n++] = (char)('0' + v % 10);
	while (v /= 10);
	while (n)
		*out++ = digits[--n];
	*out++ = sign;
	return out;
}

size_t pieces_write(const void *message, uint32_t npieces,
	struct piece (*get)(const void *message, uint32_t i), uint32_t from, uint32_t n, char *out,
	size_t size)
{
	uint32_t end = from + n;
	char *to = out, *last = out + size;
	struct piece next = { 0 };
	if (size < DIGITS + 1)
		return 0;
	to = put(to, n, '@');
	for (uint32_t i = 0; from < end && i < npieces; i++) {
		struct piece p = i ? next : get(message, 0);
		if (i + 1 < npieces)
			next = get(message, i + 1);
		if (p.offset + p.len <= from)
			continue;
		uint32_t stop = p.offset + p.len < end ? p.offset + p.len : end;
		/* Octets that were sent again, perhaps as other ones, are not told apart here. */
		if (!p.at || from < p.offset || (i + 1 < npieces && next.offset < p.offset + p.len) ||
			(size_t)(last - to) < 2 * (DIGITS + 1))
			return 0;
		to = put(to, p.at + (from - p.offset), '+');
		to = put(to, stop - from, ',');
		from = stop;
	}
	if (from < end)
		return 0;
	*--to = '\0';
	return (size_t)(to - out);
}
