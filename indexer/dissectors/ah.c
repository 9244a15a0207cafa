/* Authentication Header (RFC 4302).
 *
 *      0       1       2               4               8               12
 *     +-------+-------+---------------+---------------+---------------+-----------
 *     |nexthdr|  len  |   reserved    |      SPI      | sequence num. | check value ...   len: words, less 2
 *     +-------+-------+---------------+---------------+---------------+-----------
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_ah;

enum { AH_NXT, AH_LENGTH, AH_SPI, AH_SEQUENCE, AH_ICV, AH_NFIELDS };
static const struct field ah_fields[AH_NFIELDS] = {
	[AH_NXT] = { "ah.next_header", "Next header", KIND_UINT, .octets = 1 },
	[AH_LENGTH] = { "ah.length", "Length", KIND_UINT, .octets = 1 },
	[AH_SPI] = { "ah.spi", "AH SPI", KIND_UINT, BASE_HEX, 4 },
	[AH_SEQUENCE] = { "ah.sequence", "AH Sequence", KIND_UINT, .octets = 4 },
	[AH_ICV] = { "ah.icv", "AH ICV", KIND_BYTES },
};

static const struct record ah_records[] = { { "ah", RECORD_LAYER, AH_NFIELDS, ah_fields, NULL } };

#define AH_FIXED 12 /* octets in front of the check value */

static enum verdict ah_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_ah, 0);
	uint32_t next = (uint32_t)row_be(r, AH_NXT, c, 1);
	uint32_t words = (uint32_t)row_be(r, AH_LENGTH, c, 1), len = (words + 2) * 4;
	cur_be(c, 2);
	row_be(r, AH_SPI, c, 4);
	row_be(r, AH_SEQUENCE, c, 4);
	if (len > AH_FIXED)
		row_bytes(r, AH_ICV, c, len - AH_FIXED);
	if (pkt->fail)
		return MINE;
	/* As an extension header of IPv6 it hangs below that. */
	if (pkt->ip_version != 6)
		pkt_item(pkt, &proto_ah, len > AH_FIXED ? len : AH_FIXED);
	pkt_next_header(pkt, next, cur_rest(c));
	return MINE;
}

static const struct claim ah_claims[] = { { CLAIM_IP_PROTO, 51 }, { 0 } };

const struct protocol proto_ah = {
	.name = "ah",
	.title = "Authentication Header",
	.column = "AH",
	.spec = "RFC 4302",
	.help = "Proves who sent a packet and that nobody changed it.",
	.id = PROTO_ID_ah,
	.records = ah_records,
	.nrecords = 1,
	.claims = ah_claims,
	.dissect = ah_dissect,
	.no_item = true,
};
