/* BSD loopback: LINKTYPE_NULL (0), the address family in the byte order of the machine that captured, and
 * LINKTYPE_LOOP (108), in network order.
 *
 *      0               4
 *     +---------------+----------- - -
 *     | family        | packet
 *     +---------------+----------- - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_null, proto_ppp, proto_data;

enum { NULL_FAMILY, NULL_TYPE, NULL_NFIELDS };

static const struct value_name family_names[] = { { 2, "IP" }, { 7, "OSI" }, { 16, "Appletalk" },
	{ 23, "Netware IPX/SPX" }, { 24, "IPv6" }, { 28, "IPv6" }, { 30, "IPv6" }, { 0, NULL } };

static const struct field null_fields[NULL_NFIELDS] = {
	[NULL_FAMILY] = { "null.family", "Family", KIND_UINT, .octets = 4, .names = family_names },
	[NULL_TYPE] = { "null.type", "Type", KIND_UINT, BASE_HEX, 2, .part = 1 },
};

static const struct record null_records[] = {
	{ "null", RECORD_LAYER, NULL_NFIELDS, null_fields, (const char *const[]) { "type", NULL } },
};

#define LINKTYPE_LOOP 108
#define MAX_LENGTH    1500
#define LLC_SAP_OSI   0xfe

/* What the address families of the BSDs, macOS (30), FreeBSD (28), NetBSD and OpenBSD (24) stand for. */
static void null_next(struct packet *pkt, uint32_t family, struct cursor payload)
{
	switch (family) {
	case 2:
		pkt_next(pkt, CLAIM_ETHERTYPE_BARE, 0x0800, payload);
		break;
	case 24:
	case 28:
	case 30:
		pkt_next(pkt, CLAIM_ETHERTYPE_BARE, 0x86dd, payload);
		break;
	case 7:
		pkt_next(pkt, CLAIM_LLC_DSAP, LLC_SAP_OSI, payload);
		break;
	case 16:
		pkt_next(pkt, CLAIM_PPP, 0x0029, payload); /* DDP without LLAP */
		break;
	case 23:
		pkt_next(pkt, CLAIM_ETHERTYPE_BARE, 0x8137, payload);
		break;
	default:
		pkt_next_proto(pkt, &proto_data, payload);
	}
}

/* The family of a header in the order of an unknown machine, or the Ethertype that some put there. Address
 * families are small: where the upper half of the little-endian reading is not 0, that half is the family
 * when it is small (IRIX and UNICOS have 16 bits of family first), else the machine was big-endian. */
static uint32_t null_header(const uint8_t *p)
{
	uint32_t little = le32(p);
	if (little > 0xffff)
		return little < 0x00060000 ? little >> 16 : be32(p);
	if ((little & 0xff) == 0 && little < 0x0600)
		return little >> 8;
	return little;
}

static enum verdict null_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_null, 0);
	uint64_t first;
	if (pkt->link_type == LINKTYPE_LOOP) {
		pkt->column = "N/A";
		pkt_no_addresses(pkt);
		uint32_t family = (uint32_t)row_be(r, NULL_FAMILY, c, 4);
		if (!pkt->fail)
			null_next(pkt, family, cur_rest(c));
		return MINE;
	}
	if (cur_peek(c, 0, 2, &first) && first == 0xff03) {
		pkt_next_proto(
			pkt, &proto_ppp, cur_rest(c)); /* PPP with its HDLC address and control octets */
		return MINE;
	}
	if (c->cap >= 2) {
		pkt->column = "N/A";
		pkt_no_addresses(pkt);
	}
	const uint8_t *p = cur_take(c, 4);
	if (!p)
		return MINE;
	uint32_t header = null_header(p);
	if (header > MAX_LENGTH) {
		row_set_at(r, NULL_TYPE, header & 0xffff, p, 4);
		pkt_next(pkt, CLAIM_ETHERTYPE_BARE, header & 0xffff, cur_rest(c));
	} else {
		row_set_at(r, NULL_FAMILY, header, p, 4);
		null_next(pkt, header, cur_rest(c));
	}
	return MINE;
}

static const struct claim null_claims[] = { { CLAIM_LINKTYPE, 0 }, { CLAIM_LINKTYPE, LINKTYPE_LOOP }, { 0 } };

const struct protocol proto_null = {
	.name = "null",
	.title = "Null/Loopback",
	.spec = "LINKTYPE_NULL, LINKTYPE_LOOP",
	.help = "The loopback interface of BSD and macOS: only the address family stands before the packet.",
	.id = PROTO_ID_null,
	.records = null_records,
	.nrecords = 1,
	.claims = null_claims,
	.dissect = null_dissect,
	.item_len = 4,
	.item_min = 4,
};
