/* Remote Desktop Protocol (MS-RDPBCGR): the negotiation in the transport's connection request and confirm
 * (section 2.2.1.1), and the fast path (section 2.2.9.1), whose units stand in the stream without a TPKT
 * header. */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/rdp.h"

enum { RDP_TYPE, RDP_FLAGS, RDP_LENGTH, RDP_PROTOCOLS, RDP_ROUTING, RDP_NFIELDS };

static const struct value_name type_names[] = { { 1, "RDP Negotiation Request" },
	{ 2, "RDP Negotiation Response" }, { 3, "RDP Negotiation Failure" }, { 0, NULL } };

static const struct field rdp_fields[RDP_NFIELDS] = {
	[RDP_TYPE] = { "rdp.neg_type", "Type", KIND_UINT, BASE_HEX, 1, .names = type_names },
	[RDP_FLAGS] = { "rdp.negReq.flags", "Flags", KIND_UINT, BASE_HEX, 1 },
	[RDP_LENGTH] = { "rdp.neg_length", "Length", KIND_UINT, .octets = 2 },
	[RDP_PROTOCOLS] = { "rdp.negReq.requestedProtocols", "requestedProtocols", KIND_UINT, BASE_HEX, 4 },
	[RDP_ROUTING] = { "rdp.rt_cookie", "Routing Token/Cookie", KIND_TEXT },
};

static const struct record rdp_records[] = { { "rdp", RECORD_LAYER, RDP_NFIELDS, rdp_fields, NULL } };

#define NEGOTIATION 8
#define PORT        3389

enum { RESPONSE = 2 };

bool rdp_is_negotiation(const struct cursor *c)
{
	static const char cookie[] = "Cookie: ";
	uint64_t type, length;
	const uint8_t *p = c->data + c->pos;
	if (cur_avail(c) >= sizeof(cookie) - 1 && memcmp(p, cookie, sizeof(cookie) - 1) == 0)
		return true;
	return cur_peek(c, 0, 1, &type) && cur_peek(c, 2, 1, &length) && type >= 1 && type <= 3 &&
	       length == NEGOTIATION && cur_left(c) == NEGOTIATION;
}

static void negotiation(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_rdp, 0);
	struct rdp_flow *f = pkt_flow(pkt, &proto_rdp);
	uint32_t n = 0;
	if (f)
		f->begun = true;
	/* "Cookie: mstshash=NAME" CR LF */
	if (c->data[0] > 3) {
		while (n < cur_avail(c) && c->data[n] != '\r')
			n++;
		info_clear(pkt);
		info_text(pkt, c->data, n);
		row_string(r, RDP_ROUTING, c, n);
		cur_skip(c, 2);
	}
	if (cur_left(c) < NEGOTIATION)
		return;
	static const struct value_name said[] = { { 1, "Negotiate Request" }, { 2, "Negotiate Response" },
		{ 3, "Negotiate Failure" }, { 0, NULL } };
	uint64_t type = row_be(r, RDP_TYPE, c, 1);
	if (pkt->info) {
		if (!n)
			info_clear(pkt);
		info_sep(pkt, ", ", "%s", info_name(said, (int64_t)type, "Unknown"));
	}
	row_be(r, RDP_FLAGS, c, 1);
	row_le(r, RDP_LENGTH, c, 2);
	uint64_t protocols = row_le(r, RDP_PROTOCOLS, c, 4);
	if (f && type == RESPONSE && protocols) /* TLS comes next, which holds all of it */
		f->begun = false;
}

/* Section 2.2.9.1.2: the first of the updates of a unit. What a wire shows is mostly encrypted, though
 * Wireshark reads it as if it were not: a length that leads nowhere. */
static void inform_fast_path(struct packet *pkt, struct cursor c)
{
	static const struct value_name updates[] = { { 0, "Orders" }, { 1, "Bitmap" }, { 2, "Palette" },
		{ 3, "Synchronize" }, { 4, "Surface" }, { 5, "NullPointer" }, { 6, "DefaultPointer" },
		{ 8, "PointerPosition" }, { 9, "ColorPointer" }, { 10, "CachedPointer" },
		{ 11, "NewPointer" }, { 12, "LargePointer" }, { 0, NULL } };
	uint8_t fail = pkt->fail;
	c.fail = &fail;
	uint32_t head = (uint32_t)cur_be(&c, 1), length = (uint32_t)cur_be(&c, 1);
	cur_skip(&c, (length & 0x80 ? 1 : 0) + (head & 0x80 ? 8 : 0)); /* encrypted: a signature */
	uint32_t update = (uint32_t)cur_be(&c, 1);
	if (fail)
		return;
	info_set(pkt, "Fast-Path PDU,%s", info_name(updates, update & 15, "Unknown"));
	cur_skip(&c, update >> 6 == 2 ? 1 : 0); /* compression */
	if (!cur_take(&c, (uint32_t)cur_le(&c, 2)) && !pkt->fail)
		info_add(pkt, "%s", "[Malformed Packet]");
}

static enum verdict rdp_dissect(struct packet *pkt, struct cursor *c)
{
	if (!cur_need(c, 1))
		return MINE;
	/* In a connection request or confirm; from then on the stream is Remote Desktop's. */
	if (!pkt->stream) {
		negotiation(pkt, c);
		return MINE;
	}
	uint64_t first, second;
	if (!cur_peek(c, 1, 1, &first))
		return MINE;
	uint32_t len = (uint32_t)first;
	if (first & 0x80) {
		if (!cur_peek(c, 2, 1, &second))
			return MINE;
		len = (uint32_t)(first & 0x7f) << 8 | (uint32_t)second;
	}
	if (pkt_may_want(pkt) && len > c->cap)
		pkt_want(pkt, 0, len - c->cap);
	else if (pkt->info && pkt->srcport == PORT)
		inform_fast_path(pkt, *c);
	return MINE;
}

const struct protocol proto_rdp = {
	.name = "rdp",
	.title = "Remote Desktop Protocol",
	.column = "RDP",
	.spec = "MS-RDPBCGR",
	.help = "Shows the desktop of another computer and sends it keys and mouse.",
	.id = PROTO_ID_rdp,
	.records = rdp_records,
	.nrecords = 1,
	.dissect = rdp_dissect,
	.flow_size = sizeof(struct rdp_flow),
};
