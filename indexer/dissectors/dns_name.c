/* Names of RFC 1035, section 3.1, with compression (4.1.4) and the bit string labels of RFC 2673:
 *
 *     00nnnnnn  n octets of a label; n = 0 ends the name
 *     01000001  bit string label: a count of bits, then these bits
 *     11pppppp pppppppp  go on at octet p of the message
 *
 * What is printed for a name that breaks the rules is Wireshark's: pointers may go either way, but 256 of
 * them are a loop. */
#include "indexer/dissectors/dns_name.h"

#include <stdio.h>
#include <string.h>

#define POINTERS_MAX 255
#define POINTER_LEN  2

/* ---- printable text ---- */

/* One code point at p by its lead octet alone, however overlong or large; *used gets its octets. -1: no such
 * sequence, with *used the octets that belonged to the attempt. */
static int32_t decode(const uint8_t *p, size_t left, unsigned *used)
{
	static const uint8_t lead_bits[] = { 0x7f, 0, 0x1f, 0x0f, 0x07, 0x03, 0x01 };
	unsigned n = p[0] < 0x80   ? 0
		     : p[0] < 0xc0 ? 1
		     : p[0] < 0xe0 ? 2
		     : p[0] < 0xf0 ? 3
		     : p[0] < 0xf8 ? 4
		     : p[0] < 0xfc ? 5
		     : p[0] < 0xfe ? 6
				   : 1;
	*used = 1;
	if (n == 0)
		return p[0];
	if (n == 1)
		return -1;
	uint32_t v = p[0] & lead_bits[n];
	for (; *used < n; ++*used) {
		if (*used == left || (p[*used] & 0xc0) != 0x80)
			return -1;
		v = v << 6 | (p[*used] & 0x3f);
	}
	return v > 0x10ffff || (v >= 0xd800 && v < 0xe000) ? -1 : (int32_t)v;
}

/* Controls, format characters (Unicode's Cc and Cf) and noncharacters are not printed as they are. */
static bool is_printable(uint32_t v)
{
	static const uint32_t not_printable[][2] = { { 0x00, 0x1f }, { 0x7f, 0x9f }, { 0xad, 0xad },
		{ 0x600, 0x605 }, { 0x61c, 0x61c }, { 0x6dd, 0x6dd }, { 0x70f, 0x70f }, { 0x890, 0x891 },
		{ 0x8e2, 0x8e2 }, { 0x180e, 0x180e }, { 0x200b, 0x200f }, { 0x202a, 0x202e },
		{ 0x2060, 0x206f }, { 0xfdd0, 0xfdef }, { 0xfeff, 0xfeff }, { 0xfff0, 0xfffb },
		{ 0x110bd, 0x110bd }, { 0x110cd, 0x110cd }, { 0x13430, 0x1343f }, { 0x1bca0, 0x1bca3 },
		{ 0x1d173, 0x1d17a }, { 0xe0000, 0xe00ff } };
	if ((v & 0xfffe) == 0xfffe)
		return false;
	for (size_t i = 0; i < sizeof(not_printable) / sizeof(*not_printable); i++)
		if (v >= not_printable[i][0] && v <= not_printable[i][1])
			return false;
	return true;
}

static unsigned escape(char *out, size_t room, uint32_t v, bool octal)
{
	static const char letters[] = "abtnvfr"; /* of 7 to 13 */
	int n;
	if (octal && v >= 7 && v <= 13)
		n = snprintf(out, room, "\\%c", letters[v - 7]);
	else if (octal)
		n = snprintf(out, room, "\\%03o", v);
	else
		n = snprintf(out, room, v > 0xffff ? "\\U%08X" : "\\u%04X", v);
	return n > 0 && (size_t)n < room ? (unsigned)n : 0;
}

size_t dns_text_format(char *out, size_t room, const uint8_t *p, size_t n)
{
	size_t used = 0;
	for (size_t i = 0; i < n && used + 16 <= room;) {
		if (p[i] >= 0x20 && p[i] < 0x7f) {
			out[used++] = (char)p[i++];
			continue;
		}
		unsigned k;
		int32_t v = decode(p + i, n - i, &k);
		if (v < 0) {
			memcpy(out + used, "\xef\xbf\xbd", 3); /* U+FFFD */
			used += 3;
		} else if (v < 0x80 || !is_printable((uint32_t)v)) {
			used += escape(out + used, room - used, (uint32_t)v, k == 1);
		} else {
			memcpy(out + used, p + i, k);
			used += k;
		}
		i += k;
	}
	return used;
}

/* ---- the name ---- */

struct expansion {
	uint8_t text[DNS_NAME_MAX + 32];
	size_t used;
	int room;     /* 0: too long, nothing more is added */
	unsigned len; /* letters, without those of bit string labels */
};

static void add(struct expansion *e, const uint8_t *p, unsigned n)
{
	for (; n && e->room > 0; n--, e->room--, e->len++)
		e->text[e->used++] = *p++;
}

/* The octets of a bit string as \[x2a/8]. The count of letters leaves them out, as Wireshark does: the name
 * is then shown cut to that count. */
static bool add_bits(struct expansion *e, struct cursor *c)
{
	char part[16];
	unsigned bits = (unsigned)cur_be(c, 1), octets = bits ? (bits - 1) / 8 + 1 : 1;
	const uint8_t *p = cur_take(c, octets);
	for (unsigned i = 0; p && i < octets + 2; i++) {
		int n = i == 0        ? snprintf(part, sizeof(part), "\\[x")
			: i <= octets ? snprintf(part, sizeof(part), "%02x", p[i - 1])
				      : snprintf(part, sizeof(part), "/%u]", bits);
		if (n > e->room) {
			e->room = 0;
			break;
		}
		memcpy(e->text + e->used, part, (size_t)n);
		e->used += (size_t)n;
		e->room -= n;
	}
	return p != NULL;
}

/* One label of n octets. The octets are looked at one by one: the first that is missing says how the frame
 * failed. */
static bool add_label(struct expansion *e, struct cursor *c, unsigned n)
{
	if (c->pos > c->cap || n > c->cap - c->pos)
		return cur_need_at(c, c->cap, 1);
	if (e->used)
		add(e, (const uint8_t *)".", 1);
	else
		e->room--;
	add(e, c->data + c->pos, n);
	c->pos += n;
	return true;
}

static void set_text(struct dns_name *name, const char *text)
{
	name->text_len = name->len = (uint16_t)strlen(text);
	memcpy(name->text, text, name->text_len);
}

/* Walk over the labels. Gives NULL, or the text that stands for a name which breaks the rules. */
static const char *expand(struct expansion *e, struct cursor *c, uint32_t base, uint32_t *end)
{
	unsigned pointers = 0;
	for (;;) {
		unsigned n = (unsigned)cur_be(c, 1);
		if (*c->fail || n == 0)
			break;
		if (n < 0x40) {
			if (!add_label(e, c, n))
				break;
		} else if (n == 0x41) {
			if (!add_bits(e, c))
				break;
		} else if (n < 0x80) {
			*end = c->pos;
			return "<Unknown extended label>";
		} else if (n < 0xc0) {
			*c->fail = CUR_BAD;
			break;
		} else {
			uint32_t to = base + ((n & 0x3f) << 8 | (uint32_t)cur_be(c, 1));
			if (!pointers)
				*end = c->pos;
			/* Wireshark also takes a pointer to two octets behind its own end for a loop. */
			if (++pointers > POINTERS_MAX || to == c->pos + POINTER_LEN)
				return "<Name contains a pointer that loops>";
			c->pos = to;
		}
	}
	if (!pointers)
		*end = c->pos;
	return e->room > 0 ? NULL : "<Name too long>";
}

bool dns_name_read(struct dns_name *name, struct cursor *c, uint32_t base)
{
	struct expansion e = { .room = DNS_NAME_MAX };
	uint32_t start = c->pos, end = start;
	const char *odd = expand(&e, c, base, &end);
	if (*c->fail)
		return false;
	name->at = start;
	name->used = end - start;
	c->pos = end;
	if (odd) {
		set_text(name, odd);
	} else if ((e.used == 0 || e.text[0] == 0) && end - start <= POINTER_LEN) {
		set_text(name, "<Root>");
	} else {
		name->len = (uint16_t)e.len;
		name->text_len = (uint16_t)dns_text_format(name->text, sizeof(name->text), e.text, e.len);
	}
	/* A step back (an extended label behind a pointer), an extended label alone, bit strings alone. */
	if (end < start || (odd && end - start < POINTER_LEN) ||
		(end - start > POINTER_LEN && name->len == 0))
		*c->fail = CUR_BAD;
	return !*c->fail;
}
