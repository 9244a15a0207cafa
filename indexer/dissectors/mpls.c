/* Multiprotocol label switching (RFC 3032), and the pseudowires (RFC 4385, RFC 4448) that Wireshark guesses
 * behind it.
 *
 *      0                       2.5  3       4
 *     +-----------------------+----+-------+
 *     | label, 20 bits        |exp s ttl   |  exp: 3 bits of traffic class; s: 1 at the bottom of the stack
 *     +-----------------------+----+-------+
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_mpls, proto_eth, proto_data;

enum { ENTRY_WORD, ENTRY_LABEL, ENTRY_EXP, ENTRY_BOTTOM, ENTRY_TTL, ENTRY_NFIELDS };

static const struct value_name label_names[] = { { 0, "IPv4 Explicit-Null" }, { 1, "Router Alert" },
	{ 2, "IPv6 Explicit-Null" }, { 3, "Implicit-Null" }, { 7, "Entropy Label Indicator" },
	{ 13, "Generic Associated Channel" }, { 14, "OAM Alert" }, { 0, NULL } };

static const struct field entry_fields[ENTRY_NFIELDS] = {
	[ENTRY_WORD] = { "word", "label stack entry", KIND_UINT, BASE_HEX, 4, .internal = true },
	[ENTRY_LABEL] = { "mpls.label", "MPLS Label", KIND_UINT, BASE_DEC_HEX, 4, .of = ENTRY_WORD,
		.mask = 0xfffff000, .names = label_names },
	[ENTRY_EXP] = { "mpls.exp", "MPLS Experimental Bits", KIND_UINT, .octets = 4, .of = ENTRY_WORD,
		.mask = 0x00000e00 },
	[ENTRY_BOTTOM] = { "mpls.bottom", "MPLS Bottom Of Label Stack", KIND_UINT, .octets = 4,
		.of = ENTRY_WORD, .mask = 0x00000100 },
	[ENTRY_TTL] = { "mpls.ttl", "MPLS TTL", KIND_UINT, .octets = 4, .of = ENTRY_WORD,
		.mask = 0x000000ff },
};

enum { MPLS_DEPTH, MPLS_NFIELDS };
static const struct field mpls_fields[MPLS_NFIELDS] = {
	[MPLS_DEPTH] = { "depth", "labels", KIND_UINT, .octets = 2, .internal = true },
};

enum { REC_MPLS, REC_ENTRY, REC_COUNT };
static const struct record mpls_records[REC_COUNT] = {
	[REC_MPLS] = { "mpls", RECORD_LAYER, MPLS_NFIELDS, mpls_fields, NULL },
	[REC_ENTRY] = { "mpls_entry", RECORD_CHILD, ENTRY_NFIELDS, entry_fields, NULL },
};

#define ENTRY_LEN     4
#define LABEL_GACH    13 /* RFC 5586 */
#define LABEL_OAM     14 /* Y.1711 */
#define CONTROL_WORD  4
#define ETH_TYPE_IP   0x0800
#define ETH_TYPE_IPV6 0x86dd
#define OUI_DENSE     0x002700

/* ---- pseudowires: names without fields ---- */

static const struct protocol proto_cw;
/* Fields that stand at the top of the tree. */
static const struct protocol item_nocw = { .name = "pweth", .title = "PW (ethernet)" };
static const struct protocol item_cw = { .name = "pweth.cw", .title = "PW (with CW)" };

static enum verdict cw_dissect(struct packet *pkt, struct cursor *c)
{
	if (!cur_need(c, CONTROL_WORD)) {
		pkt->fail = CUR_OK;
		return NOT_MINE;
	}
	cur_skip(c, CONTROL_WORD);
	pkt_item(pkt, &item_cw, 0);
	pkt_item(pkt, &proto_cw, CONTROL_WORD);
	pkt_next_always(pkt, &proto_eth, cur_rest(c));
	return MINE;
}

static enum verdict nocw_dissect(struct packet *pkt, struct cursor *c)
{
	pkt_item(pkt, &item_nocw, 0);
	pkt_next_proto(pkt, &proto_eth, cur_rest(c));
	return MINE;
}

static const struct protocol proto_cw = {
	.name = "pwethcw", .title = "Ethernet PW (with CW)", .dissect = cw_dissect, .no_item = true
};
static const struct protocol proto_nocw = {
	.name = "pwethnocw", .title = "Ethernet PW (no CW)", .dissect = nocw_dissect, .no_item = true
};

/* Wireshark takes the octets for an Ethernet header when it knows the vendors of both addresses. The registry
 * of vendors is no business of a dissector; what counts is that a control word makes the first address begin
 * with zeros, so the question is whether the second begins with octets that were all given away: 00:00:00 to
 * 00:26:ff. */
static bool looks_like_ethernet(const struct cursor *c)
{
	uint64_t dst, src;
	return c->len >= 14 && cur_peek(c, 0, 3, &dst) && cur_peek(c, 6, 3, &src) && dst < OUI_DENSE &&
	       src < OUI_DENSE;
}

static enum verdict heuristic_dissect(struct packet *pkt, struct cursor *c)
{
	const struct protocol *proto = looks_like_ethernet(c) ? &proto_nocw : &proto_cw;
	pkt_next_proto(pkt, proto, cur_rest(c));
	return MINE;
}

static const struct protocol proto_heuristic = { .name = "pwethheuristic",
	.title = "Ethernet PW (CW is heuristically detected)",
	.dissect = heuristic_dissect,
	.no_item = true };

/* RFC 4385, section 5: the associated channel, which says what it carries. */
static enum verdict ach_dissect(struct packet *pkt, struct cursor *c)
{
	cur_take(c, 2);
	uint32_t type = (uint32_t)cur_be(c, 2);
	if (pkt->fail)
		return MINE;
	if (type == 0x0021)
		pkt_next(pkt, CLAIM_ETHERTYPE_BARE, ETH_TYPE_IP, cur_rest(c));
	else if (type == 0x0057)
		pkt_next(pkt, CLAIM_ETHERTYPE_BARE, ETH_TYPE_IPV6, cur_rest(c));
	else
		pkt_next(pkt, CLAIM_PW_CHANNEL, type, cur_rest(c));
	return MINE;
}

static const struct protocol proto_ach = { .name = "pwach",
	.title = "PW Associated Channel Header",
	.dissect = ach_dissect,
	.item_len = CONTROL_WORD };

/* ---- labels ---- */

/* What is below the stack is told by its first nibble (RFC 4928, section 3; RFC 4385). */
static void mpls_next(struct packet *pkt, uint32_t label, struct cursor payload)
{
	if (!cur_need(&payload, 1))
		return;
	unsigned nibble = payload.data[0] >> 4;
	if (label == LABEL_GACH || nibble == 1)
		pkt_next_proto(pkt, &proto_ach, payload);
	else if (nibble == 4 && label != LABEL_OAM)
		pkt_next(pkt, CLAIM_ETHERTYPE_BARE, ETH_TYPE_IP, payload);
	else if (nibble == 6 && label != LABEL_OAM)
		pkt_next(pkt, CLAIM_ETHERTYPE_BARE, ETH_TYPE_IPV6, payload);
	else if (nibble == 0 && label != LABEL_OAM)
		pkt_next_proto(pkt, &proto_heuristic, payload);
	else
		pkt_next_proto(pkt, &proto_data, payload);
}

static enum verdict mpls_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_mpls, 0);
	uint32_t word, depth = 0;
	do {
		struct row *entry = row_open(pkt, &proto_mpls, REC_ENTRY);
		word = (uint32_t)row_be(entry, ENTRY_WORD, c, ENTRY_LEN);
		if (pkt->fail)
			return MINE;
		if (depth++) /* each label is an item of its own in the tree */
			pkt_item(pkt, &proto_mpls, ENTRY_LEN);
	} while (!(word & 0x100));
	row_set(r, MPLS_DEPTH, depth);
	mpls_next(pkt, word >> 12, cur_rest(c));
	return MINE;
}

static const struct claim mpls_claims[] = { { CLAIM_ETHERTYPE, 0x8847 }, { CLAIM_ETHERTYPE, 0x8848 },
	{ CLAIM_PPP, 0x0281 }, { CLAIM_PPP, 0x0283 }, { CLAIM_IP_PROTO, 137 }, { CLAIM_UDP_PORT, 6635 },
	{ CLAIM_GRE, 0x8847 }, { CLAIM_GRE, 0x8848 }, { 0 } };

const struct protocol proto_mpls = {
	.name = "mpls",
	.title = "MultiProtocol Label Switching Header",
	.column = "MPLS",
	.spec = "RFC 3032",
	.help = "Labels in front of a packet, by which routers forward it without a look at its addresses.",
	.id = PROTO_ID_mpls,
	.records = mpls_records,
	.nrecords = REC_COUNT,
	.claims = mpls_claims,
	.dissect = mpls_dissect,
	.item_len = ENTRY_LEN,
};
