#include "indexer/dissectors/names_tests.h"

#include <string.h>

extern const struct protocol proto_modbus, proto_data, proto_eap, proto_eth;

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
NEEDS(ar_drone, 4, { 0, 3, 0x41542a, 0x41542a })
ONE_OF(cflow, 1, 0, 2, 1, 5, 7, 8, 9, 10)
NEEDS(cpha, 2, { 0, 2, 0x1a90, 0x1a90 })
ONE_OF(dlsw, 1, 0, 1, 0x31, 0x32, 0x4b)
ONE_OF(edonkey, 1, 0, 1, 0xe3, 0xc5, 0xd4, 0xe4, 0xe5)
NEEDS(gvcp, 1, { 0, 1, 0x42, 0x42 })
NEEDS(isns, 12, { 0, 2, 1, 1 })
NEEDS(krb4, 2, { 0, 1, 4, 4 })
NEEDS(laplink, 4, { 0, 4, 0x0f010000, 0x0f010000 })
NEEDS(peekremote, 20, { 0, 4, 0x00ffabcd, 0x00ffabcd })
NEEDS(pktgen, 16, { 0, 4, 0xbe9be955, 0xbe9be955 })
NEEDS(icep, 4, { 0, 4, 0x49636550, 0x49636550 })
NEEDS(dplay, 25, { 20, 4, 0x706c6179, 0x706c6179 })
NEEDS(papi, 1, { 0, 2, 0x4972, 0x4972 })
NEEDS(pathport, 2, { 0, 2, 0xed01, 0xed01 })
NEEDS(pnrp, 4, { 0, 2, 0x0010, 0x0010 })
NEEDS(reload, 1, { 0, 1, 128, 129 })
BEGINS(roon, "SOOD")
NEEDS(sebek, 4, { 0, 4, 0xd0d0d0d0, 0xd0d0d0d0 })
ONE_OF(slimp3, 1, 0, 1, 'd', 'D', 'h', 'i', 'l', 'm', 's', '2', 'a', 'v')
BEGINS(steam, "\xff\xff\xff\xff\x21\x4c\x5f\xa0")
ONE_OF(tpcp, 4, 0, 1, 1, 2)
NEEDS(wccp, 1, { 0, 4, 7, 16 })
NEEDS(xdmcp, 1, { 0, 2, 1, 1 })
NEEDS(len_4, 4, { 0, 1, 0, 255 })
NEEDS(len_12, 12, { 0, 1, 0, 255 })

/* RFC 6887, section 7; version 0 is NAT-PMP (RFC 6886), by its own name in the tree. */
enum verdict test_portcontrol(struct packet *pkt, struct cursor *c)
{
	static const struct protocol nat_pmp = { .name = "nat-pmp" };
	if (!c->cap || c->data[0] > 2)
		return NOT_MINE;
	if (c->data[0] == 0) {
		pkt_no_item(pkt);
		pkt_item(pkt, &nat_pmp, c->len);
	}
	return MINE;
}

/* "Art-Net" and a NUL. */
enum verdict test_artnet(struct packet *pkt, struct cursor *c)
{
	(void)pkt;
	return c->cap >= 8 && memcmp(c->data, "Art-Net", 8) == 0 ? MINE : NOT_MINE;
}

/* All ones, then two letters: invitation and its answers, end, clocks, receiver feedback, bit rate. */
enum verdict test_applemidi(struct packet *pkt, struct cursor *c)
{
	static const char commands[][3] = { "IN", "OK", "NO", "BY", "CK", "RS", "RL" };
	const struct protocol *self = pkt_layer(pkt)->proto;
	for (unsigned i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		if (c->cap >= 4 && be16(c->data) == 0xffff && memcmp(c->data + 2, commands[i], 2) == 0) {
			pkt_speak(pkt, self);
			return MINE;
		}
	}
	if (!pkt_spoken(pkt, self))
		return NOT_MINE;
	pkt_next_proto(pkt, &proto_data, cur_rest(c));
	return MINE;
}

/* RFC 5191, section 6.2: nothing, the length of all, few flags, a type up to 4; attributes: code, flags (the
 * first: a manufacturer's number follows), length of the value, nothing, value, filled up to 4 octets. */
enum verdict test_pana(struct packet *pkt, struct cursor *c)
{
	uint64_t head, attribute = 0;
	if (c->cap < 16 || !cur_peek(c, 0, 8, &head))
		return NOT_MINE;
	if (head >> 48 != 0 || (head >> 32 & 0xffff) != c->len || (head >> 16 & 0x03ff) != 0 ||
		(head & 0xffff) < 1 || (head & 0xffff) > 4)
		return NOT_MINE;
	cur_skip(c, 16);
	if (cur_left(c) && cur_peek(c, 0, 8, &attribute) &&
		(attribute >> 16 & 0xffff) + (attribute >> 47 & 1 ? 12 : 8) > cur_left(c))
		return NOT_MINE;
	pkt_nest(pkt, true);
	while (cur_left(c)) {
		uint32_t code = (uint32_t)cur_be(c, 2), flags = (uint32_t)cur_be(c, 2),
			 len = (uint32_t)cur_be(c, 2);
		cur_take(c, flags & 0x8000 ? 6 : 2);
		struct cursor value = cur_sub(c, len);
		if (code == 2 && !(flags & 0x8000))
			pkt_next_proto(pkt, &proto_eap, value);
		cur_skip(c, -len & 3);
	}
	return MINE;
}

/* HAProxy's PROXY protocol: the line of the first version, which is all of a segment, or the second one's
 * signature. */
enum verdict test_proxy(struct packet *pkt, struct cursor *c)
{
	if (begins(c, "PROXY TCP") || begins(c, "PROXY UNKNOWN")) {
		const uint8_t *end = memchr(c->data, '\n', c->cap);
		if (pkt->stream && (!end || end != c->data + c->len - 1))
			return NOT_MINE;
		pkt->column = "PROXYv1";
		return MINE;
	}
	if (!begins(c, "\r\n\r\n") || c->cap < 16 || memcmp(c->data + 4, "\0\r\nQUIT\n", 8) != 0)
		return NOT_MINE;
	pkt->column = "PROXYv2";
	return MINE;
}

/* RFtap: "RFta", the length of the header in words, flags (1: the link type is told), the link type. */
enum verdict test_rftap(struct packet *pkt, struct cursor *c)
{
	if (!begins(c, "RFta") || c->cap < 8)
		return NOT_MINE;
	uint32_t words = le16(c->data + 4), flags = le16(c->data + 6);
	uint32_t type = flags & 1 && c->cap >= 12 ? le32(c->data + 8) : 0;
	cur_skip(c, words * 4);
	if (!cur_left(c))
		return MINE;
	if (flags & 1)
		pkt_next(pkt, CLAIM_LINKTYPE, type, cur_rest(c));
	else
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
	return MINE;
}

enum verdict test_interlink(struct packet *pkt, struct cursor *c)
{
	enum { HEADER = 14 };
	if (!begins(c, "ILNK"))
		return NOT_MINE;
	cur_skip(c, HEADER);
	if (cur_left(c))
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
	return MINE;
}

/* UDT (draft-gg-udt-03, section 4): a handshake of version 4 begins a conversation. SRT's is told as one,
 * too. */
enum verdict test_udt(struct packet *pkt, struct cursor *c)
{
	enum { HANDSHAKE = 0x8000, VERSION = 16, TYPE = 20, LEN = 64 };
	const struct protocol *udt = pkt_layer(pkt)->proto;
	if (pkt_spoken(pkt, udt))
		return MINE;
	if (c->len < LEN || c->cap < TYPE + 4 || be16(c->data) != HANDSHAKE || be32(c->data + VERSION) != 4 ||
		be32(c->data + TYPE) > 2)
		return NOT_MINE;
	pkt_speak(pkt, udt);
	return MINE;
}

/* Quake III: a sequence number, or -1 before what is said without a connection. */
enum verdict test_quake3(struct packet *pkt, struct cursor *c)
{
	uint64_t sequence;
	if (!cur_peek(c, 0, 4, &sequence) || sequence == UINT32_MAX)
		return MINE;
	cur_skip(c, 4);
	if (cur_left(c))
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
	return MINE;
}

/* Modbus Messaging on TCP/IP, section 3.1.3: protocol 0, a length of at least the unit and a function. */
enum verdict test_mbudp(struct packet *pkt, struct cursor *c)
{
	enum { HEADER = 7 };
	if (c->cap <= HEADER || be16(c->data + 2) || be16(c->data + 4) < 2)
		return NOT_MINE;
	cur_skip(c, HEADER);
	pkt_next_proto(pkt, &proto_modbus, cur_rest(c));
	return MINE;
}

/* B.A.T.M.A.N.'s gateway: type 1 tunnels IP. */
enum verdict test_bat_gw(struct packet *pkt, struct cursor *c)
{
	uint32_t type = (uint32_t)cur_be(c, 1);
	if (!cur_left(c))
		return MINE;
	if (type == 1)
		pkt_next(pkt, CLAIM_ETHERTYPE_BARE, 0x0800, cur_rest(c));
	else
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
	return MINE;
}

/* DDS: "RTPS", or the variants of its makers. */
enum verdict test_rtps(struct packet *pkt, struct cursor *c)
{
	if (pkt->stream) { /* of TCP only the first eight octets are looked at, by Wireshark too */
		if (c->len >= 8)
			cur_need(c, 8);
		return pkt->fail ? MINE : NOT_MINE;
	}
	return c->cap >= 16 && (begins(c, "RTPS") || begins(c, "RTPX") || begins(c, "RTPF")) ? MINE
											     : NOT_MINE;
}

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

/* The answers of HART-IP come from a port of their own, and so on: each end is awaited whatever the port of
 * the other one. */
enum verdict test_hart_ip(struct packet *pkt, struct cursor *c)
{
	(void)c;
	pkt_expect(pkt, pkt_layer(pkt)->proto,
		&(struct expected) { .type = CONV_UDP,
			.address = pkt->net_src,
			.other = pkt->net_dst,
			.port = pkt->srcport });
	return MINE;
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

/* RFC 8029, section 3: version 1; requests and replies (types 1 and 2) have 32 octets, others (RFC 6426) 16.
 */
enum verdict test_mpls_echo(struct packet *pkt, struct cursor *c)
{
	uint64_t version, type;
	(void)pkt;
	if (!cur_peek(c, 0, 2, &version) || !cur_peek(c, 4, 1, &type) || version != 1)
		return NOT_MINE;
	return c->len >= (type == 1 || type == 2 ? 32 : 16) ? MINE : NOT_MINE;
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

/* Mosh: a direction (1 bit) and a number that begins with 0, then what is encrypted. */
enum verdict test_ssyncp(struct packet *pkt, struct cursor *c)
{
	uint64_t number;
	(void)pkt;
	return c->cap >= 24 && cur_peek(c, 0, 8, &number) && (number & INT64_MAX) < 0x1000000 ? MINE
											      : NOT_MINE;
}

/* ---- those that hand on what they carry ---- */

/* Ethernet Global Data: a header of 32 octets. */
enum verdict egd_dissect(struct packet *pkt, struct cursor *c)
{
	uint64_t head;
	if (cur_peek(c, 0, 2, &head) && head != 0x0d01)
		return NOT_MINE;
	cur_take(c, 32);
	if (!pkt->fail)
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
	pkt_below(pkt);
	return MINE;
}

/* draft-massar-v6ops-ayiya: lengths of identity (a power of two) and signature (in words), operation, next
 * header, time (4), identity, signature. */
enum verdict ayiya_dissect(struct packet *pkt, struct cursor *c)
{
	const uint8_t *p = cur_take(c, 8);
	if (!p)
		return MINE;
	cur_skip(c, (1u << (p[0] >> 4)) + (p[1] >> 4) * 4u);
	if ((p[2] & 0x0f) == 1) /* forward */
		pkt_next(pkt, CLAIM_IP_PROTO, p[3], cur_rest(c));
	return MINE;
}

/* CAN over Ethernet: magic (8), version, count, then frames of identifier (4), length (1), data (8), two
 * flags. */
static enum verdict can_frame_dissect(struct packet *pkt, struct cursor *c)
{
	cur_skip(c, 4);
	uint32_t len = (uint32_t)cur_be(c, 1);
	if (!pkt->fail)
		pkt_next_proto(pkt, &proto_data, cur_sub(c, len));
	return MINE;
}

/* Each stands in the tree as CAN, but not in the stack. */
static const struct protocol can_frame = { .name = "can", .no_token = true, .dissect = can_frame_dissect };

enum verdict caneth_dissect(struct packet *pkt, struct cursor *c)
{
	if (!begins(c, "ISO11898"))
		return NOT_MINE;
	cur_skip(c, 9);
	for (unsigned n = (unsigned)cur_be(c, 1); n && cur_left(c) >= 15; n--)
		pkt_next_proto(pkt, &can_frame, cur_sub(c, 15));
	return MINE;
}

/* LWAPP straight over Ethernet's addresses: a frame, and nothing of its own. */
enum verdict lwapp_l3_dissect(struct packet *pkt, struct cursor *c)
{
	pkt_silent(pkt);
	pkt_next_proto(pkt, &proto_eth, cur_rest(c));
	return MINE;
}

enum verdict all_data(struct packet *pkt, struct cursor *c)
{
	pkt_next_proto(pkt, &proto_data, cur_rest(c));
	return MINE;
}
