#include "indexer/dissectors/names_tests.h"

#include <string.h>

extern const struct protocol proto_data;

/* One octet, or a number of several in network order, in a range. */
struct need {
	uint16_t at;
	uint8_t octets;
	uint64_t low, high;
};

/* Octets that are too short to tell are taken: their dissectors then find a header missing. */
static bool has(const struct cursor *c, const struct need *needs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t v;
		if (cur_peek(c, needs[i].at, needs[i].octets, &v) && (v < needs[i].low || v > needs[i].high))
			return false;
	}
	return true;
}

static bool begins(const struct cursor *c, const char *magic)
{
	size_t n = strlen(magic);
	return c->cap >= n && memcmp(c->data, magic, n) == 0;
}

static bool one_of(const struct cursor *c, uint32_t at, unsigned octets, const uint32_t *list)
{
	uint64_t v;
	if (!cur_peek(c, at, octets, &v))
		return true;
	while (*list != UINT32_MAX && *list != v)
		list++;
	return *list != UINT32_MAX;
}

#define NEEDS(name, min, ...)                                                                                \
	enum verdict test_##name(struct packet *pkt, struct cursor *c)                                       \
	{                                                                                                    \
		static const struct need needs[] = { __VA_ARGS__ };                                          \
		(void)pkt;                                                                                   \
		return c->cap >= (min) && has(c, needs, sizeof(needs) / sizeof(*needs)) ? MINE : NOT_MINE;   \
	}
#define BEGINS(name, magic)                                                                                  \
	enum verdict test_##name(struct packet *pkt, struct cursor *c)                                       \
	{                                                                                                    \
		(void)pkt;                                                                                   \
		return begins(c, magic) ? MINE : NOT_MINE;                                                   \
	}
#define ONE_OF(name, min, at, octets, ...)                                                                   \
	enum verdict test_##name(struct packet *pkt, struct cursor *c)                                       \
	{                                                                                                    \
		static const uint32_t list[] = { __VA_ARGS__, UINT32_MAX };                                  \
		(void)pkt;                                                                                   \
		return c->cap >= (min) && one_of(c, at, octets, list) ? MINE : NOT_MINE;                     \
	}

ONE_OF(a11, 1, 0, 1, 1, 3, 20, 21, 22, 23, 24, 25)
ONE_OF(aodv, 1, 0, 1, 1, 2, 3, 4, 16, 17, 18, 19) /* RFC 3561, section 5; the drafts before it */
BEGINS(ath, "FLT2002")
NEEDS(babel, 4, { 0, 1, 42, 42 }, { 1, 1, 2, 2 }) /* RFC 8966, section 4.2 */
NEEDS(bjnp, 4, { 0, 1, 0x20, 0x7e })
BEGINS(caneth, "ISO11898")
ONE_OF(cflow, 1, 0, 2, 1, 5, 7, 8, 9, 10)
NEEDS(cpha, 2, { 0, 2, 0x1a90, 0x1a90 })
ONE_OF(dlsw, 1, 0, 1, 0x31, 0x32, 0x4b)
ONE_OF(edonkey, 1, 0, 1, 0xe3, 0xc5, 0xd4, 0xe4, 0xe5)
NEEDS(egd, 1, { 0, 2, 0x0d01, 0x0d01 })
NEEDS(gvcp, 1, { 0, 1, 0x42, 0x42 })
NEEDS(isns, 12, { 0, 2, 1, 1 })
NEEDS(krb4, 2, { 0, 1, 4, 4 })
NEEDS(laplink, 4, { 0, 4, 0x0f010000, 0x0f010000 })
NEEDS(ldp, 10, { 0, 2, 1, 1 }) /* RFC 5036, section 3.1: the version */
NEEDS(mpls_echo, 5, { 0, 2, 1, 1 }, { 4, 1, 1, 4 })
NEEDS(papi, 1, { 0, 2, 0x4972, 0x4972 })
NEEDS(pathport, 2, { 0, 2, 0xed01, 0xed01 })
NEEDS(pnrp, 4, { 0, 2, 0x0010, 0x0010 })
NEEDS(portcontrol, 1, { 0, 1, 0, 2 }) /* RFC 6887, section 7 */
NEEDS(reload, 1, { 0, 1, 128, 129 })
BEGINS(roon, "SOOD")
NEEDS(sebek, 4, { 0, 4, 0xd0d0d0d0, 0xd0d0d0d0 })
ONE_OF(sflow, 1, 0, 4, 2, 4, 5)
ONE_OF(slimp3, 1, 0, 1, 'd', 'D', 'h', 'i', 'l', 'm', 's', '2', 'a', 'v')
BEGINS(steam, "\xff\xff\xff\xff\x21\x4c\x5f\xa0")
ONE_OF(tpcp, 4, 0, 1, 1, 2)
NEEDS(wccp, 1, { 0, 4, 7, 16 })
NEEDS(xdmcp, 1, { 0, 2, 1, 1 })
BEGINS(zep, "EX")
NEEDS(len_4, 4, { 0, 1, 0, 255 })
NEEDS(len_12, 12, { 0, 1, 0, 255 })

/* Messages of descriptor (2), id (2), length in words (2) and as many words, then two octets of the sender.
 */
enum verdict test_armagetron(struct packet *pkt, struct cursor *c)
{
	uint32_t at = 0;
	uint64_t words;
	(void)pkt;
	while (cur_peek(c, at + 4, 2, &words)) {
		at += 6 + (uint32_t)words * 2;
		if (at > c->len)
			return NOT_MINE;
	}
	return c->len > 1 ? MINE : NOT_MINE;
}

enum verdict test_enttec(struct packet *pkt, struct cursor *c)
{
	(void)pkt;
	return begins(c, "ESPR") || begins(c, "ESAP") || begins(c, "ESDD") || begins(c, "ESZZ") ||
			       begins(c, "ESPO")
		       ? MINE
		       : NOT_MINE;
}

enum verdict test_glbp(struct packet *pkt, struct cursor *c)
{
	uint64_t head;
	return pkt->srcport == 3222 && pkt->dstport == 3222 && cur_peek(c, 0, 1, &head) && head == 1
		       ? MINE
		       : NOT_MINE;
}

/* The version, little-endian. */
enum verdict test_icq(struct packet *pkt, struct cursor *c)
{
	(void)pkt;
	return c->cap < 2 || (c->data[1] == 0 && c->data[0] >= 2 && c->data[0] <= 5) ? MINE : NOT_MINE;
}

/* RFC 7296, section 3.1: a length not below that of the header. */
enum verdict test_isakmp(struct packet *pkt, struct cursor *c)
{
	uint64_t len;
	(void)pkt;
	return cur_peek(c, 24, 4, &len) && len >= 28 ? MINE : NOT_MINE;
}

/* The packet's length stands first and is not beyond the datagram (RFC 3626, section 3.3). */
enum verdict test_length_first(struct packet *pkt, struct cursor *c)
{
	uint64_t len;
	(void)pkt;
	return c->cap >= 4 && cur_peek(c, 0, 2, &len) && len <= c->len ? MINE : NOT_MINE;
}

enum verdict test_mactelnet(struct packet *pkt, struct cursor *c)
{
	uint64_t head, sent, received;
	(void)pkt;
	if (!cur_peek(c, 0, 2, &head) || !cur_peek(c, 14, 2, &sent) || !cur_peek(c, 16, 2, &received))
		return NOT_MINE;
	return head >> 8 == 1 && (head & 0xff) <= 5 && (sent == 21 || received == 21) ? MINE : NOT_MINE;
}

/* Four octets, then types (2), lengths (2) and values to the end. */
enum verdict test_mndp(struct packet *pkt, struct cursor *c)
{
	uint32_t at = 4;
	uint64_t type, len;
	(void)pkt;
	while (at < c->len) {
		if (!cur_peek(c, at, 2, &type) || !cur_peek(c, at + 2, 2, &len) || type > 17 ||
			at + 4 + len > c->len)
			return NOT_MINE;
		at += 4 + (uint32_t)len;
	}
	return c->len >= 8 ? MINE : NOT_MINE;
}

/* A tunnel: a type below 64, a kind of 0 or 1, nothing in the next two octets. Or the search for an access
 * point: type 1 (with a request of kind 1) to 5, a length that holds at least its header. */
enum verdict test_tapa(struct packet *pkt, struct cursor *c)
{
	uint64_t head, kind;
	(void)pkt;
	if (!cur_peek(c, 0, 4, &head))
		return NOT_MINE;
	if (!cur_peek(c, 4, 1, &kind))
		return MINE;
	uint64_t type = head >> 24, len = head & 0xffff;
	bool tunnel = type < 0x40 && (head >> 16 & 0xff) <= 1 && len == 0;
	bool search = type >= 1 && type <= 5 && (type > 1 || kind == 1) && len >= 12 && len < 0x1000;
	return tunnel || search ? MINE : NOT_MINE;
}

/* S-Bus begins with its length. */
enum verdict test_sbus(struct packet *pkt, struct cursor *c)
{
	uint64_t len;
	(void)pkt;
	return cur_peek(c, 0, 4, &len) && len == c->len ? MINE : NOT_MINE;
}

enum verdict test_tivoconnect(struct packet *pkt, struct cursor *c)
{
	(void)pkt;
	return begins(c, "TiVoConnect=") || begins(c, "tivoconnect=") ? MINE : NOT_MINE;
}

enum verdict all_data(struct packet *pkt, struct cursor *c)
{
	pkt_next_proto(pkt, &proto_data, cur_rest(c));
	return MINE;
}
