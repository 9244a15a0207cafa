#include "indexer/dissectors/ber.h"

#include <stdio.h>
#include <string.h>

#define TAG_MAX 0xffffff

static bool header(struct ber *b, struct cursor *c)
{
	uint32_t start = c->pos;
	uint32_t octet = (uint32_t)cur_be(c, 1);
	b->class = (uint8_t)(octet >> 6);
	b->constructed = octet & 0x20;
	b->tag = octet & 0x1f;
	b->indefinite = false;
	if (b->tag == 0x1f) {
		b->tag = 0;
		do {
			octet = (uint32_t)cur_be(c, 1);
			b->tag = b->tag << 7 | (octet & 0x7f);
		} while (octet & 0x80 && b->tag < TAG_MAX && !*c->fail);
	}
	octet = (uint32_t)cur_be(c, 1);
	b->len = octet;
	if (octet == 0x80) {
		b->indefinite = true;
		b->len = cur_left(c);
	} else if (octet & 0x80) {
		unsigned n = octet & 0x7f;
		b->len = 0;
		while (n-- && !*c->fail) {
			octet = (uint32_t)cur_be(c, 1);
			b->len = b->len >> 24 ? UINT32_MAX : b->len << 8 | octet;
		}
	}
	b->header = c->pos - start;
	return !*c->fail;
}

bool ber_next(struct ber *b, struct cursor *c)
{
	*b = (struct ber) { 0 };
	if (!header(b, c))
		return false;
	b->contents = cur_sub(c, b->len);
	return true;
}

bool ber_peek(struct ber *b, const struct cursor *c)
{
	uint8_t fail = *c->fail;
	struct cursor here = *c;
	here.fail = &fail;
	*b = (struct ber) { 0 };
	if (!header(b, &here))
		return false;
	b->contents = cur_sub(&here, b->len);
	b->contents.fail = c->fail;
	return true;
}

int64_t ber_integer(const struct ber *b)
{
	uint32_t n = b->contents.cap;
	const uint8_t *p = b->contents.data;
	if (n == 0)
		return 0;
	uint64_t v = p[0] & 0x80 ? UINT64_MAX : 0;
	for (uint32_t i = n > 8 ? n - 8 : 0; i < n; i++)
		v = v << 8 | p[i];
	return (int64_t)v;
}

unsigned ber_oid(const struct ber *b, char text[BER_OID_TEXT])
{
	unsigned used = 0;
	uint64_t arc = 0;
	bool first = true;
	for (uint32_t i = 0; i < b->contents.cap; i++) {
		arc = arc << 7 | (b->contents.data[i] & 0x7f);
		if (b->contents.data[i] & 0x80)
			continue;
		if (used + 24 > BER_OID_TEXT)
			break;
		if (first) { /* X.690, 8.19.4: the first two in one */
			unsigned top = arc < 80 ? (unsigned)arc / 40 : 2;
			used += (unsigned)snprintf(
				text, BER_OID_TEXT, "%u.%llu", top, (unsigned long long)(arc - top * 40));
			first = false;
		} else {
			used += (unsigned)snprintf(
				text + used, BER_OID_TEXT - used, ".%llu", (unsigned long long)arc);
		}
		arc = 0;
	}
	return used;
}

bool ber_is_oid(const struct ber *b, const char *octets, unsigned n)
{
	return b->contents.len == n && b->contents.cap == n && memcmp(b->contents.data, octets, n) == 0;
}
