/* NetBIOS Datagram Service (RFC 1002, section 4.4).
 *
 *      0      1      2       4               8       10      12      14
 *     +------+------+-------+---------------+-------+-------+-------+------ - -+------ - -+---- - -
 *     | type |flags |  id   | source address| port  |length |offset |  source  |destinat. | data
 *     +------+------+-------+---------------+-------+-------+-------+------ - -+------ - -+---- - -
 *     types 0x13: error code at 10; 0x14 to 0x16: destination name at 10
 */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/netbios_name.h"
#include "indexer/dissectors/netbios_payload.h"

extern const struct protocol proto_nbdgm;

enum {
	NBDGM_TYPE,
	NBDGM_FLAGS,
	NBDGM_ID,
	NBDGM_SRC_IP,
	NBDGM_SRC_PORT,
	NBDGM_LENGTH,
	NBDGM_OFFSET,
	NBDGM_SOURCE,
	NBDGM_DESTINATION,
	NBDGM_ERROR,
	NBDGM_NEXT,
	NBDGM_FIRST,
	NBDGM_NODE,
	NBDGM_NFIELDS
};

static const struct value_name type_names[] = { { 16, "Direct_unique datagram" },
	{ 17, "Direct_group datagram" }, { 18, "Broadcast datagram" }, { 19, "Datagram error" },
	{ 20, "Datagram query request" }, { 21, "Datagram positive query response" },
	{ 22, "Datagram negative query response" }, { 0, NULL } };
static const struct value_name node_names[] = { { 0, "B node" }, { 1, "P node" }, { 2, "M node" },
	{ 3, "NBDD" }, { 0, NULL } };
static const struct value_name error_names[] = { { 0x82, "Destination name not present" },
	{ 0x83, "Invalid source name format" }, { 0x84, "Invalid destination name format" }, { 0, NULL } };

static const struct field nbdgm_fields[NBDGM_NFIELDS] = {
	[NBDGM_TYPE] = { "nbdgm.type", "Message Type", KIND_UINT, .octets = 1, .names = type_names },
	[NBDGM_FLAGS] = { "nbdgm.flags", "Flags", KIND_UINT, BASE_HEX, 1 },
	[NBDGM_ID] = { "nbdgm.dgram_id", "Datagram ID", KIND_UINT, BASE_HEX, 2 },
	[NBDGM_SRC_IP] = { "nbdgm.src.ip", "Source IP", KIND_IPV4 },
	[NBDGM_SRC_PORT] = { "nbdgm.src.port", "Source Port", KIND_UINT, .octets = 2 },
	[NBDGM_LENGTH] = { "nbdgm.dgram_len", "Datagram length", KIND_UINT, .octets = 2 },
	[NBDGM_OFFSET] = { "nbdgm.pkt_offset", "Packet offset", KIND_UINT, .octets = 2 },
	[NBDGM_SOURCE] = { "nbdgm.source_name", "Source name", KIND_TEXT },
	[NBDGM_DESTINATION] = { "nbdgm.destination_name", "Destination name", KIND_TEXT },
	[NBDGM_ERROR] = { "nbdgm.error_code", "Error code", KIND_UINT, BASE_HEX, 1, .names = error_names },
	[NBDGM_NEXT] = { "nbdgm.next", "More fragments follow", KIND_BOOL, .of = NBDGM_FLAGS, .mask = 1 },
	[NBDGM_FIRST] = { "nbdgm.first", "This is first fragment", KIND_BOOL, .of = NBDGM_FLAGS, .mask = 2 },
	[NBDGM_NODE] = { "nbdgm.node_type", "Node Type", KIND_UINT, .octets = 1, .of = NBDGM_FLAGS,
		.mask = 12, .names = node_names },
};

static const struct record nbdgm_records[] = {
	{ "nbdgm", RECORD_LAYER, NBDGM_NFIELDS, nbdgm_fields, NULL },
};

enum { DIRECT_UNIQUE = 0x10, BROADCAST = 0x12, FAILURE = 0x13, QUERY = 0x14, NEGATIVE = 0x16 };

static void name(struct row *r, unsigned field, struct cursor *c)
{
	struct netbios_name n;
	if (netbios_name_read(&n, c, c->pos))
		row_text(r, field, n.text, n.len, c->data + n.at, n.used);
}

static enum verdict nbdgm_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_nbdgm, 0);
	unsigned type = (unsigned)row_be(r, NBDGM_TYPE, c, 1);
	row_be(r, NBDGM_FLAGS, c, 1);
	row_be(r, NBDGM_ID, c, 2);
	row_address(r, NBDGM_SRC_IP, c, KIND_IPV4);
	row_be(r, NBDGM_SRC_PORT, c, 2);
	if (type >= DIRECT_UNIQUE && type <= BROADCAST) {
		row_be(r, NBDGM_LENGTH, c, 2);
		row_be(r, NBDGM_OFFSET, c, 2);
		name(r, NBDGM_SOURCE, c);
		name(r, NBDGM_DESTINATION, c);
		if (!pkt->fail)
			netbios_payload(pkt, cur_rest(c)); /* fragments are not put together */
	} else if (type == FAILURE) {
		row_be(r, NBDGM_ERROR, c, 1);
	} else if (type >= QUERY && type <= NEGATIVE) {
		name(r, NBDGM_DESTINATION, c);
	}
	return MINE;
}

static const struct claim nbdgm_claims[] = { { CLAIM_UDP_PORT, 138 }, { 0 } };

const struct protocol proto_nbdgm = {
	.name = "nbdgm",
	.title = "NetBIOS Datagram Service",
	.column = "NBDS",
	.spec = "RFC 1002, section 4.4",
	.help = "Sends single messages to NetBIOS names and groups.",
	.id = PROTO_ID_nbdgm,
	.records = nbdgm_records,
	.nrecords = 1,
	.claims = nbdgm_claims,
	.dissect = nbdgm_dissect,
};
