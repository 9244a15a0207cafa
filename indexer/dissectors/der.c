#include "indexer/dissectors/der.h"

#include <stdio.h>

#define DEPTH_MAX 32

/* Identifier and length. *indefinite: the contents end with two octets of zero (X.690, section 8.1.3.6). */
static bool take_header(struct cursor *c, uint32_t *tag, uint32_t *len, bool *indefinite)
{
	if (!cur_left(c))
		return false;
	*tag = (uint32_t)cur_be(c, 1);
	if ((*tag & 0x1f) == 0x1f) {
		uint32_t number = 0, octet;
		do {
			octet = (uint32_t)cur_be(c, 1);
			number = number << 7 | (octet & 0x7f);
		} while (octet & 0x80 && number < 1u << 16);
		*tag |= number << 8;
	}
	*len = (uint32_t)cur_be(c, 1);
	*indefinite = *len == 0x80;
	if (*len & 0x80 && !*indefinite) {
		unsigned n = *len & 0x7f;
		uint64_t v = n <= 8 ? cur_be(c, n) : UINT64_MAX;
		*len = v > UINT32_MAX ? UINT32_MAX : (uint32_t)v;
	}
	return !*c->fail;
}

/* Octets up to the end-of-contents of this level. */
static uint32_t indefinite_length(struct cursor c)
{
	uint32_t begin = c.pos, tag, len;
	unsigned depth = 1;
	bool indefinite;
	while (take_header(&c, &tag, &len, &indefinite)) {
		if (tag == 0 && len == 0) {
			if (--depth == 0)
				return c.pos - 2 - begin;
		} else if (indefinite) {
			if (++depth > DEPTH_MAX)
				break;
		} else {
			cur_skip(&c, len);
		}
	}
	return c.len > begin ? c.len - begin : 0;
}

#define CONSTRUCTED 0x20 /* of values, not of octets */

static bool take_value(struct cursor *c, struct der *out, bool strict)
{
	uint32_t len;
	bool indefinite;
	if (!take_header(c, &out->tag, &len, &indefinite))
		return false;
	if (!indefinite) {
		/* Longer than what it stands in: malformed, whatever was captured. */
		if ((strict || !(out->tag & CONSTRUCTED)) && cur_left(c) < len)
			cur_need(c, c->len - c->pos + 1);
		out->at = cur_sub(c, len);
		return !*c->fail;
	}
	out->at = cur_sub(c, indefinite_length(*c));
	cur_skip(c, 2);
	return !*c->fail;
}

bool der_next(struct cursor *c, struct der *out)
{
	return take_value(c, out, true);
}

bool der_next_within(struct cursor *c, struct der *out)
{
	return take_value(c, out, false);
}

uint32_t der_peek(const struct cursor *c)
{
	uint64_t octet, next;
	if (!cur_peek(c, 0, 1, &octet))
		return 0;
	if ((octet & 0x1f) == 0x1f && cur_peek(c, 1, 1, &next))
		octet |= next << 8;
	return (uint32_t)octet;
}

bool der_take(struct cursor *c, uint32_t tag, struct der *out)
{
	return cur_left(c) && der_peek(c) == tag && der_next(c, out);
}

size_t der_oid(const struct cursor *contents, char text[DER_OID_MAX])
{
	struct cursor c = *contents;
	uint64_t arc = 0;
	size_t used = 0;
	bool first = true;
	text[0] = 0;
	if (cur_avail(&c) < cur_left(&c))
		return 0;
	while (cur_left(&c)) {
		uint8_t octet = (uint8_t)cur_be(&c, 1);
		if (arc >> 57)
			return 0;
		arc = arc << 7 | (octet & 0x7f);
		if (octet & 0x80)
			continue;
		if (used + 24 > DER_OID_MAX)
			return 0;
		/* The first number holds two arcs. */
		unsigned root = arc < 40 ? 0 : arc < 80 ? 1 : 2;
		int n = first ? snprintf(text + used, DER_OID_MAX - used, "%u.%llu", root,
					(unsigned long long)(arc - root * 40ULL))
			      : snprintf(text + used, DER_OID_MAX - used, ".%llu", (unsigned long long)arc);
		used += (size_t)n;
		first = false;
		arc = 0;
	}
	return used;
}

/* Days since 1970-01-01 of the Gregorian calendar. */
static int64_t days_of(int64_t year, unsigned month, unsigned day)
{
	/* Years begin in March, so that the leap day is the last. */
	year -= month <= 2;
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	int64_t of_era = year - era * 400;
	int64_t of_year = (153 * (int64_t)(month + (month > 2 ? -3U : 9U)) + 2) / 5 + day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool digits(const uint8_t **p, const uint8_t *end, unsigned n, unsigned *out)
{
	*out = 0;
	if (end - *p < (ptrdiff_t)n)
		return false;
	for (; n; n--, (*p)++) {
		if (**p < '0' || **p > '9')
			return false;
		*out = *out * 10 + (**p - '0');
	}
	return true;
}

bool der_time(const struct der *value, int64_t *out)
{
	const uint8_t *p = value->at.data, *end = p + value->at.cap;
	unsigned year, month, day, hour, minute, second = 0;
	bool utc = value->tag == DER_UTC_TIME;
	if (!digits(&p, end, utc ? 2 : 4, &year) || !digits(&p, end, 2, &month) ||
		!digits(&p, end, 2, &day) || !digits(&p, end, 2, &hour) || !digits(&p, end, 2, &minute))
		return false;
	digits(&p, end, 2, &second);
	if (month < 1 || month > 12 || day < 1 || day > 31)
		return false;
	if (utc) /* RFC 5280, section 4.1.2.5.1 */
		year += year < 50 ? 2000 : 1900;
	int64_t seconds = ((days_of(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
	/* The archive's times end in the year 2262; 9999-12-31 means "never" (section 4.1.2.5). */
	if (__builtin_mul_overflow(seconds, INT64_C(1000000000), out))
		*out = seconds < 0 ? INT64_MIN + 1 : INT64_MAX;
	return true;
}
