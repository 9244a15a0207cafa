/* Layer Two Tunneling Protocol, version 2 (RFC 2661, section 3.1).
 *
 *      0       2       4       6       8       10      12
 *     +-------+-------+-------+-------+-------+-------+-------+-------
 *     |TLxxSx | length|tunnel |session| Ns    | Nr    |offset | pad ...
 *     |OPx ver| if L  |       |       | if S  | if S  | if O  |
 *     +-------+-------+-------+-------+-------+-------+-------+-------
 *
 * Data messages carry PPP; control messages attribute-value pairs, which stay the protocol's own octets here.
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_l2tp, proto_ppp, proto_ip, proto_ipv6, proto_data;

enum {
	L2TP_HEAD,
	L2TP_LENGTH,
	L2TP_TUNNEL,
	L2TP_SESSION,
	L2TP_NS,
	L2TP_NR,
	L2TP_SID,
	L2TP_TYPE,
	L2TP_LENGTH_BIT,
	L2TP_SEQ_BIT,
	L2TP_OFFSET_BIT,
	L2TP_PRIORITY,
	L2TP_VERSION,
	L2TP_NFIELDS
};

static const struct value_name l2tp_types[] = { { 0, "Data Message" }, { 1, "Control Message" },
	{ 0, NULL } };

static const struct field l2tp_fields[L2TP_NFIELDS] = {
	[L2TP_HEAD] = { "head", "flags and version", KIND_UINT, BASE_HEX, 2, .internal = true },
	[L2TP_LENGTH] = { "l2tp.length", "Length", KIND_UINT, .octets = 2 },
	[L2TP_TUNNEL] = { "l2tp.tunnel", "Tunnel ID", KIND_UINT, .octets = 2 },
	[L2TP_SESSION] = { "l2tp.session", "Session ID", KIND_UINT, .octets = 2 },
	[L2TP_NS] = { "l2tp.Ns", "Ns", KIND_UINT, .octets = 2 },
	[L2TP_NR] = { "l2tp.Nr", "Nr", KIND_UINT, .octets = 2 },
	[L2TP_SID] = { "l2tp.sid", "Session ID", KIND_UINT, BASE_HEX, 4 },
	[L2TP_TYPE] = { "l2tp.type", "Type", KIND_UINT, .octets = 2, .of = L2TP_HEAD, .mask = 0x8000,
		.names = l2tp_types },
	[L2TP_LENGTH_BIT] = { "l2tp.length_bit", "Length Bit", KIND_BOOL, .of = L2TP_HEAD, .mask = 0x4000 },
	[L2TP_SEQ_BIT] = { "l2tp.seq_bit", "Sequence Bit", KIND_BOOL, .of = L2TP_HEAD, .mask = 0x0800 },
	[L2TP_OFFSET_BIT] = { "l2tp.offset_bit", "Offset bit", KIND_BOOL, .of = L2TP_HEAD, .mask = 0x0200 },
	[L2TP_PRIORITY] = { "l2tp.priority", "Priority", KIND_BOOL, .of = L2TP_HEAD, .mask = 0x0100 },
	[L2TP_VERSION] = { "l2tp.version", "Version", KIND_UINT, .octets = 2, .of = L2TP_HEAD,
		.mask = 0x000f },
};

static const struct record l2tp_records[] = { { "l2tp", RECORD_LAYER, L2TP_NFIELDS, l2tp_fields, NULL } };

enum { CONTROL = 0x8000, HAS_LENGTH = 0x4000, HAS_SEQUENCE = 0x0800, HAS_OFFSET = 0x0200 };

/* Right over IP (RFC 3931, section 4.1.1): a session id of 4 octets, 0 for control messages. How long the
 * cookie is, and what the session carries, only its set-up tells. */
static bool is_over_ip(const struct packet *pkt)
{
	int16_t parent = pkt->layers[pkt->current].parent;
	return parent >= 0 &&
	       (pkt->layers[parent].proto == &proto_ip || pkt->layers[parent].proto == &proto_ipv6);
}

/* RFC 2661, section 3.2: a control message's first attribute tells what it is; without any it only
 * acknowledges. */
static void inform(struct packet *pkt, bool control, uint32_t tunnel, uint32_t session,
	const struct cursor *c, uint32_t length)
{
	static const struct value_name types[] = { { 1, "SCCRQ" }, { 2, "SCCRP" }, { 3, "SCCCN" },
		{ 4, "StopCCN" }, { 6, "Hello" }, { 7, "OCRQ" }, { 8, "OCRP" }, { 9, "OCCN" }, { 10, "ICRQ" },
		{ 11, "ICRP" }, { 12, "ICCN" }, { 14, "CDN" }, { 15, "WEN" }, { 16, "SLI" }, { 0, NULL } };
	uint64_t type;
	const char *name = "ZLB     ";
	if (length > c->pos && cur_peek(c, 6, 2, &type))
		name = info_name(types, (int64_t)type, "Unknown");
	if (control)
		info_set(pkt, "Control Message - %s (tunnel id=%u, session id=%u)", name, tunnel, session);
	else
		info_set(pkt, "Data Message            (tunnel id=%u, session id=%u)", tunnel, session);
}

static enum verdict l2tp_dissect(struct packet *pkt, struct cursor *c)
{
	uint64_t head;
	if (is_over_ip(pkt)) {
		struct row *r = row_open(pkt, &proto_l2tp, 0);
		uint64_t session = row_be(r, L2TP_SID, c, 4);
		if (session && !pkt->fail) {
			pkt_item_len(pkt, c->pos);
			pkt_next_proto(pkt, &proto_data, cur_rest(c));
		}
		return MINE;
	}
	if (!cur_peek(c, 0, 2, &head))
		return NOT_MINE;
	/* Version 3 has another header (RFC 3931). */
	if ((head & 15) != 2)
		return (head & 15) == 3 ? MINE : NOT_MINE;
	struct row *r = row_open(pkt, &proto_l2tp, 0);
	row_be(r, L2TP_HEAD, c, 2);
	uint32_t length = head & HAS_LENGTH ? (uint32_t)row_be(r, L2TP_LENGTH, c, 2) : c->len;
	uint64_t tunnel = row_be(r, L2TP_TUNNEL, c, 2), session = row_be(r, L2TP_SESSION, c, 2);
	if (head & HAS_SEQUENCE) {
		row_be(r, L2TP_NS, c, 2);
		row_be(r, L2TP_NR, c, 2);
	}
	if (head & HAS_OFFSET)
		cur_skip(c, (uint32_t)cur_be(c, 2));
	if (pkt->info && !pkt->fail)
		inform(pkt, head & CONTROL, (uint32_t)tunnel, (uint32_t)session, c, length);
	if (pkt->fail || head & CONTROL || length <= c->pos)
		return MINE;
	pkt_item_len(pkt, c->pos);
	pkt_next_proto(pkt, &proto_ppp, cur_sub(c, length - c->pos));
	return MINE;
}

static const struct claim l2tp_claims[] = { { CLAIM_UDP_PORT, 1701 }, { CLAIM_IP_PROTO, 115 }, { 0 } };

const struct protocol proto_l2tp = {
	.name = "l2tp",
	.title = "Layer 2 Tunneling Protocol",
	.column = "L2TP",
	.spec = "RFC 2661",
	.help = "Carries PPP sessions over an IP network, as for dial-in and VPNs.",
	.id = PROTO_ID_l2tp,
	.records = l2tp_records,
	.nrecords = 1,
	.claims = l2tp_claims,
	.dissect = l2tp_dissect,
};
