/* Session Announcement Protocol (RFC 2974, section 3).
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-----+-+-+-+-+-+---------------+-------------------------------+
 *     | V=1 |A|R|T|E|C|  auth length  |         msg id hash           |
 *     +-----+-+-+-+-+-+---------------+-------------------------------+
 *     |              originating source (32 or 128 bits)              |
 *     |                    authentication data                        |
 *     |         media type of the payload, ended by a NUL             |
 *     +---------------------------------------------------------------+
 */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/sdp.h"

extern const struct protocol proto_sap;

enum {
	SAP_FLAGS,
	SAP_AUTH_LEN,
	SAP_HASH,
	SAP_SOURCE,
	SAP_SOURCE6,
	SAP_TYPE,
	SAP_V,
	SAP_A,
	SAP_R,
	SAP_T,
	SAP_E,
	SAP_C,
	SAP_NFIELDS
};

static const struct value_name sap_messages[] = { { 0, "Announcement" }, { 1, "Deletion" }, { 0, NULL } };

#define FLAG(letter, label, bits)                                                                            \
	{                                                                                                    \
		"sap.flags." letter, label, KIND_BOOL, .mask = bits, .of = SAP_FLAGS                         \
	}
static const struct field sap_fields[SAP_NFIELDS] = {
	[SAP_FLAGS] = { "sap.flags", "Flags", KIND_UINT, BASE_HEX, 1 },
	[SAP_AUTH_LEN] = { "sap.auth.len", "Authentication Length", KIND_UINT, .octets = 1 },
	[SAP_HASH] = { "sap.message_identifier_hash", "Message Identifier Hash", KIND_UINT, BASE_HEX, 2 },
	[SAP_SOURCE] = { "sap.originating_source", "Originating Source", KIND_IPV4 },
	[SAP_SOURCE6] = { "sap.originating_source.ipv6", "Originating Source", KIND_IPV6 },
	[SAP_TYPE] = { "sap.payload_type", "Payload type", KIND_TEXT },
	[SAP_V] = { "sap.flags.v", "Version Number", KIND_UINT, .octets = 1, .mask = 0xe0, .of = SAP_FLAGS },
	[SAP_A] = FLAG("a", "Address Type", 0x10),
	[SAP_R] = FLAG("r", "Reserved", 0x08),
	[SAP_T] = { "sap.flags.t", "Message Type", KIND_BOOL, .mask = 0x04, .of = SAP_FLAGS,
		.names = sap_messages },
	[SAP_E] = FLAG("e", "Encryption Bit", 0x02),
	[SAP_C] = FLAG("c", "Compression Bit", 0x01),
};

static const struct record sap_records[] = { { "sap", RECORD_LAYER, SAP_NFIELDS, sap_fields, NULL } };

static enum verdict sap_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_sap, 0);
	uint32_t flags = (uint32_t)row_be(r, SAP_FLAGS, c, 1), auth = (uint32_t)row_be(r, SAP_AUTH_LEN, c, 1);
	row_be(r, SAP_HASH, c, 2);
	if (flags & 0x10)
		row_address(r, SAP_SOURCE6, c, KIND_IPV6);
	else
		row_address(r, SAP_SOURCE, c, KIND_IPV4);
	cur_take(c, auth * 4);
	if (pkt->fail || flags & 0x03) /* encrypted, compressed */
		return MINE;
	/* A description may begin at once (SAP version 0): "v=0". */
	uint64_t start;
	const uint8_t *nul = memchr(c->data + c->pos, 0, cur_avail(c));
	if (nul && !(cur_peek(c, 0, 2, &start) && start == ('v' << 8 | '=')))
		row_string(r, SAP_TYPE, c, (uint32_t)(nul - (c->data + c->pos)) + 1);
	pkt_next_proto(pkt, &proto_sdp, cur_rest(c));
	return MINE;
}

static const struct claim sap_claims[] = { { CLAIM_UDP_PORT, 9875 }, { 0 } };

const struct protocol proto_sap = {
	.name = "sap",
	.title = "Session Announcement Protocol",
	.column = "SAP",
	.spec = "RFC 2974",
	.help = "Announces multicast broadcasts: which there are, when, and at which addresses.",
	.id = PROTO_ID_sap,
	.records = sap_records,
	.nrecords = 1,
	.claims = sap_claims,
	.dissect = sap_dissect,
};
