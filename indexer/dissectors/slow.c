/* Slow protocols (IEEE 802.3, annex 57A): few frames a second, between neighbours. The first octet says which
 * one. */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/pseudo.h"
#include "indexer/dissectors/wrappers.h"

extern const struct protocol proto_slow, proto_lacp;

enum { SLOW_SUBTYPE, SLOW_NFIELDS };

static const struct value_name subtype_names[] = { { 1, "LACP" }, { 2, "Marker Protocol" }, { 3, "OAM" },
	{ 10, "Organization Specific Slow Protocol" }, { 0, NULL } };

static const struct field slow_fields[SLOW_NFIELDS] = {
	[SLOW_SUBTYPE] = { "slow.subtype", "Slow Protocols subtype", KIND_UINT, BASE_HEX, 1,
		.names = subtype_names },
};

static const struct record slow_records[] = { { "slow", RECORD_LAYER, SLOW_NFIELDS, slow_fields, NULL } };

/* What the protocol inside leaves is left by this one too. */
static void slow_finish(struct packet *pkt, struct layer *l, const struct layer *child)
{
	(void)pkt;
	if (child && child->trim < child->len)
		l->trim = l->mark + child->trim;
}

static enum verdict slow_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_slow, 0);
	uint32_t subtype = (uint32_t)row_be(r, SLOW_SUBTYPE, c, 1);
	if (pkt->fail)
		return MINE;
	pkt_on_finish(pkt, 1, slow_finish);
	switch (subtype) {
	case 1:
		pkt_next_always(pkt, &proto_lacp, cur_rest(c));
		break;
	case 2:
		pkt_next_proto(pkt, &wrapped_marker, cur_rest(c));
		break;
	case 3:
		pkt_next_proto(pkt, &wrapped_oampdu, cur_rest(c));
		break;
	case 10:
		pkt_next_proto(pkt, &wrapped_ossp, cur_rest(c));
		break;
	default:
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
	}
	return MINE;
}

static const struct claim slow_claims[] = { { CLAIM_ETHERTYPE, 0x8809 }, { 0 } };

const struct protocol proto_slow = {
	.name = "slow",
	.title = "Slow Protocols",
	.spec = "IEEE 802.3, annex 57A",
	.help = "Carries protocols of neighbouring devices that send only a few frames a second.",
	.id = PROTO_ID_slow,
	.records = slow_records,
	.nrecords = 1,
	.claims = slow_claims,
	.dissect = slow_dissect,
	.item_len = 1,
};
