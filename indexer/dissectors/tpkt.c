/* ISO transport packets over TCP (RFC 1006, section 6).
 *
 *      0       1       2           4
 *     +-------+-------+-----------+------- - -
 *     |version|   0   |  length   | transport protocol data unit; the length counts from the version on
 *     +-------+-------+-----------+------- - -
 *
 * Remote Desktop sends its fast path (MS-RDPBCGR, section 2.2.9.1) between such packets: what does not begin
 * with version 3 is no header. */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/rdp.h"

extern const struct protocol proto_tpkt, proto_cotp;

enum { TPKT_VERSION, TPKT_RESERVED, TPKT_LENGTH, TPKT_NFIELDS };
static const struct field tpkt_fields[TPKT_NFIELDS] = {
	[TPKT_VERSION] = { "tpkt.version", "Version", KIND_UINT, .octets = 1 },
	[TPKT_RESERVED] = { "tpkt.reserved", "Reserved", KIND_UINT, .octets = 1 },
	[TPKT_LENGTH] = { "tpkt.length", "Length", KIND_UINT, .octets = 2 },
};

static const struct record tpkt_records[] = { { "tpkt", RECORD_LAYER, TPKT_NFIELDS, tpkt_fields, NULL } };

#define PORT    102
#define HEADER  4
#define VERSION 3

struct tpkt_flow {
	bool seen; /* a whole header */
};

static enum verdict tpkt_dissect(struct packet *pkt, struct cursor *c)
{
	uint64_t version, length;
	if (!cur_need(c, 1))
		return MINE;
	if (c->data[c->pos] != VERSION) {
		/* The middle of a packet whose beginning was not seen, or the fast path. On the port of
		 * Remote Desktop the octets may be something else, TLS whose beginning was not seen above
		 * all. */
		const struct rdp_flow *f = pkt_flow(pkt, &proto_rdp);
		const struct tpkt_flow *t = pkt_flow(pkt, &proto_tpkt);
		if (pkt->stream && t && !t->seen && pkt->srcport != PORT && pkt->dstport != PORT)
			return NOT_MINE;
		if (f && f->begun)
			pkt_next_stream(pkt, &proto_rdp, *c);
		else {
			info_set(pkt, "%s", "Continuation");
			pkt_item_len(pkt, c->len);
		}
		return MINE;
	}
	if (!cur_peek(c, 0, 1, &version) || !cur_peek(c, 2, 2, &length)) {
		if (pkt_may_want(pkt))
			pkt_want(pkt, 0, WANT_SEGMENT);
		else
			cur_need(c, HEADER);
		return MINE;
	}
	if (pkt_may_want(pkt) && length > c->cap) {
		pkt_want(pkt, 0, (uint32_t)length - c->cap);
		return MINE;
	}
	struct tpkt_flow *t = pkt_flow(pkt, &proto_tpkt);
	if (t)
		t->seen = true;
	struct row *r = row_open(pkt, &proto_tpkt, 0);
	row_be(r, TPKT_VERSION, c, 1);
	row_be(r, TPKT_RESERVED, c, 1);
	row_be(r, TPKT_LENGTH, c, 2);
	if (length < HEADER) {
		pkt->fail = CUR_BAD;
		return MINE;
	}
	pkt_next_proto(pkt, &proto_cotp, cur_sub(c, (uint32_t)length - HEADER));
	pkt_again(pkt, cur_rest(c));
	return MINE;
}

static const struct claim tpkt_claims[] = { { CLAIM_TCP_PORT, PORT }, { CLAIM_TCP_PORT, 3389 }, { 0 } };

const struct protocol proto_tpkt = {
	.name = "tpkt",
	.title = "TPKT, Version: 3, Length",
	.column = "TPKT",
	.spec = "RFC 1006",
	.help = "Carries messages of the ISO transport protocol over TCP.",
	.id = PROTO_ID_tpkt,
	.records = tpkt_records,
	.nrecords = 1,
	.claims = tpkt_claims,
	.dissect = tpkt_dissect,
	.item_len = HEADER,
	.flow_size = sizeof(struct tpkt_flow),
};
