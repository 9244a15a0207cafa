/* Gnutella: messages of an identifier, a type and a length.
 *
 *      0               16   17   18   19              23
 *     +---------------+----+----+----+---------------+------ - -
 *     | identifier    |type|TTL |hops| size          | payload      little-endian
 *     +---------------+----+----+----+---------------+------ - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_gnutella;

enum {
	GNUTELLA_HEADER_ID,
	GNUTELLA_HEADER_PAYLOAD,
	GNUTELLA_HEADER_TTL,
	GNUTELLA_HEADER_HOPS,
	GNUTELLA_HEADER_SIZE,
	GNUTELLA_NFIELDS
};
static const struct field gnutella_fields[GNUTELLA_NFIELDS] = {
	[GNUTELLA_HEADER_ID] = { "gnutella.header.id", "ID", KIND_BYTES },
	[GNUTELLA_HEADER_PAYLOAD] = { "gnutella.header.payload", "Payload", KIND_UINT, .octets = 1 },
	[GNUTELLA_HEADER_TTL] = { "gnutella.header.ttl", "TTL", KIND_UINT, .octets = 1 },
	[GNUTELLA_HEADER_HOPS] = { "gnutella.header.hops", "Hops", KIND_UINT, .octets = 1 },
	[GNUTELLA_HEADER_SIZE] = { "gnutella.header.size", "Length", KIND_UINT, .octets = 1 },
};

static const struct record gnutella_records[] = {
	{ "gnutella", RECORD_LAYER, GNUTELLA_NFIELDS, gnutella_fields, NULL },
};

enum { HEADER = 23, SIZE_MAX_TAKEN = 1500 /* Wireshark's bound of a payload */ };

static enum verdict gnutella_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_gnutella, 0);
	info_clear(pkt);
	if (c->cap < HEADER || le32(c->data + 19) > SIZE_MAX_TAKEN)
		return MINE; /* text, or the middle of a file */
	row_bytes(r, GNUTELLA_HEADER_ID, c, 16);
	row_be(r, GNUTELLA_HEADER_PAYLOAD, c, 1);
	row_be(r, GNUTELLA_HEADER_TTL, c, 1);
	row_be(r, GNUTELLA_HEADER_HOPS, c, 1);
	row_le(r, GNUTELLA_HEADER_SIZE, c, 4);
	return MINE;
}

static uint32_t gnutella_length(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	uint32_t n = le32(c->data + 19);
	return n > SIZE_MAX_TAKEN ? c->len : HEADER + n;
}

static const struct pdu gnutella_pdu = { .min = HEADER, .length = gnutella_length };

static const struct claim gnutella_claims[] = { { CLAIM_TCP_PORT, 6346 }, { 0 } };

const struct protocol proto_gnutella = {
	.name = "gnutella",
	.title = "Gnutella Protocol",
	.column = "Gnutella",
	.help = "Searches and exchanges files among peers.",
	.id = PROTO_ID_gnutella,
	.records = gnutella_records,
	.nrecords = 1,
	.claims = gnutella_claims,
	.dissect = gnutella_dissect,
	.pdu = &gnutella_pdu,
};
