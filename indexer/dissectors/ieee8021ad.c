/* Provider bridges' service tag (IEEE 802.1ad, now in 802.1Q), as Wireshark shows it: with a second service
 * tag right behind it both are one layer.
 *
 *      0       2       4          0       2       4       6       8
 *     +-------+-------+--         +-------+-------+-------+-------+--
 *     | tag   | type  |           | S tag | 88 a8 | C tag | type  |
 *     +-------+-------+--         +-------+-------+-------+-------+--
 */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/trailer.h"

extern const struct protocol proto_ieee8021ad;

enum {
	AD_TCI,
	AD_STCI,
	AD_CTCI,
	AD_PADDING,
	AD_TRAILER,
	AD_PRIORITY,
	AD_DEI,
	AD_ID,
	AD_SVID,
	AD_CVID,
	AD_NFIELDS
};

static const struct field ad_fields[AD_NFIELDS] = {
	[AD_TCI] = { "tci", "tag control information", KIND_UINT, BASE_HEX, 2, .internal = true },
	[AD_STCI] = { "stci", "service tag", KIND_UINT, BASE_HEX, 2, .part = 1, .internal = true },
	[AD_CTCI] = { "ctci", "customer tag", KIND_UINT, BASE_HEX, 2, .part = 1, .internal = true },
	[AD_PADDING] = { "eth.padding", "Padding", KIND_BYTES, .part = 1 },
	[AD_TRAILER] = { "ieee8021ah.trailer", "Trailer", KIND_BYTES, .part = 1 },
	[AD_PRIORITY] = { "ieee8021ad.priority", "Priority", KIND_UINT, .octets = 2, .of = AD_TCI,
		.mask = 0xe000 },
	[AD_DEI] = { "ieee8021ad.dei", "DEI", KIND_UINT, .octets = 2, .of = AD_TCI, .mask = 0x1000 },
	[AD_ID] = { "ieee8021ad.id", "ID", KIND_UINT, .octets = 2, .of = AD_TCI, .mask = 0x0fff },
	[AD_SVID] = { "ieee8021ad.svid", "ID", KIND_UINT, .octets = 2, .part = 1, .of = AD_STCI,
		.mask = 0x0fff },
	[AD_CVID] = { "ieee8021ad.cvid", "ID", KIND_UINT, .octets = 2, .part = 1, .of = AD_CTCI,
		.mask = 0x0fff },
};

static const struct record ad_records[] = {
	{ "ieee8021ad", RECORD_LAYER, AD_NFIELDS, ad_fields, (const char *const[]) { "extra", NULL } },
};

#define AD_TYPE 0x88a8

static void ad_finish(struct packet *pkt, struct layer *l, const struct layer *child)
{
	static const struct trailer_fields fields = { AD_PADDING, AD_TRAILER, UINT16_MAX };
	trailer_fill(pkt, l, child, &fields);
}

static enum verdict ad_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_ieee8021ad, 0);
	const uint8_t *at = c->data;
	uint32_t tci = (uint32_t)cur_be(c, 2), type = (uint32_t)cur_be(c, 2);
	if (pkt->fail)
		return MINE;
	if (type == AD_TYPE) {
		row_set_at(r, AD_STCI, tci, at, 2);
		row_be(r, AD_CTCI, c, 2);
		type = (uint32_t)cur_be(c, 2);
	} else {
		row_set_at(r, AD_TCI, tci, at, 2);
	}
	pkt_on_finish(pkt, c->pos, ad_finish);
	if (!pkt->fail)
		pkt_next(pkt, CLAIM_ETHERTYPE, type, cur_rest(c));
	return MINE;
}

static const struct claim ad_claims[] = { { CLAIM_ETHERTYPE, AD_TYPE }, { 0 } };

const struct protocol proto_ieee8021ad = {
	.name = "ieee8021ad",
	.title = "IEEE 802.1ad",
	.column = "802.1ad",
	.spec = "IEEE 802.1Q",
	.help = "A provider's tag around a customer's frame, which may have a tag of its own.",
	.id = PROTO_ID_ieee8021ad,
	.records = ad_records,
	.nrecords = 1,
	.claims = ad_claims,
	.dissect = ad_dissect,
};
