/* GTP', the charging protocol (3GPP TS 32.295, section 6.1).
 *
 *      0     1     2           4           6
 *     +-----+-----+-----------+-----------+---- - -     version 0 may have 14 octets more (flag H clear)
 *     |flags|type | length    | sequence  | elements
 *     +-----+-----+-----------+-----------+---- - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_gtpprime;

enum { PRIME_FLAGS, PRIME_MESSAGE, PRIME_LENGTH, PRIME_SEQ, PRIME_NFIELDS };

static const struct field prime_fields[PRIME_NFIELDS] = {
	[PRIME_FLAGS] = { "flags", "flags", KIND_UINT, BASE_HEX, 1, .internal = true },
	[PRIME_MESSAGE] = { "message", "message type", KIND_UINT, BASE_HEX, 1, .internal = true },
	[PRIME_LENGTH] = { "length", "length", KIND_UINT, .octets = 2, .internal = true },
	[PRIME_SEQ] = { "seq_number", "sequence number", KIND_UINT, .octets = 2, .internal = true },
};

static const struct record prime_records[] = { { "gtpprime", RECORD_LAYER, PRIME_NFIELDS, prime_fields,
	NULL } };

static enum verdict prime_dissect(struct packet *pkt, struct cursor *c)
{
	uint64_t head;
	if (cur_peek(c, 0, 2, &head) && (head >> 13 > 2 || (head & 0xff) == 0))
		return NOT_MINE;
	struct row *r = row_open(pkt, &proto_gtpprime, 0);
	row_be(r, PRIME_FLAGS, c, 1);
	row_be(r, PRIME_MESSAGE, c, 1);
	row_be(r, PRIME_LENGTH, c, 2);
	row_be(r, PRIME_SEQ, c, 2);
	return MINE;
}

static const struct claim prime_claims[] = { { CLAIM_UDP_PORT, 3386 }, { CLAIM_TCP_PORT, 3386 }, { 0 } };

const struct protocol proto_gtpprime = {
	.name = "gtpprime",
	.title = "GPRS Tunneling Protocol Prime",
	.column = "GTP (Prime)",
	.spec = "3GPP TS 32.295",
	.help = "Reports what subscribers have to pay for.",
	.id = PROTO_ID_gtpprime,
	.records = prime_records,
	.nrecords = 1,
	.claims = prime_claims,
	.dissect = prime_dissect,
};
