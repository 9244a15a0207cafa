/* EtherNet/IP encapsulation (ODVA, The CIP Networks Library, volume 2, section 2-3), over TCP and UDP.
 *
 *      0           2           4               8               12              20              24
 *     +-----------+-----------+---------------+---------------+---------------+---------------+---- - -
 *     | command   |  length   | session       | status        | sender context| options       | by command
 *     +-----------+-----------+---------------+---------------+---------------+---------------+---- - -
 *
 * Little-endian. The commands that send data carry a list of items (section 2-6); data items hold CIP
 * messages. */
#include "indexer/dissectors/cip.h"
#include "indexer/dissectors/ids.h"

enum { ENIP_COMMAND, ENIP_LENGTH, ENIP_SESSION, ENIP_STATUS, ENIP_CONTEXT, ENIP_OPTIONS, ENIP_NFIELDS };

static const struct value_name command_names[] = { { 0x00, "NOP" }, { 0x01, "List Targets" },
	{ 0x04, "List Services" }, { 0x63, "List Identity" }, { 0x64, "List Interfaces" },
	{ 0x65, "Register Session" }, { 0x66, "Unregister Session" }, { 0x6f, "Send RR Data" },
	{ 0x70, "Send Unit Data" }, { 0x72, "Indicate Status" }, { 0x73, "Cancel" }, { 0xc8, "Start DTLS" },
	{ 0, NULL } };

static const struct field enip_fields[ENIP_NFIELDS] = {
	[ENIP_COMMAND] = { "enip.command", "Command", KIND_UINT, BASE_HEX, 2, .names = command_names },
	[ENIP_LENGTH] = { "enip.length", "Length", KIND_UINT, .octets = 2 },
	[ENIP_SESSION] = { "enip.session", "Session Handle", KIND_UINT, BASE_HEX, 4 },
	[ENIP_STATUS] = { "enip.status", "Status", KIND_UINT, BASE_HEX, 4 },
	[ENIP_CONTEXT] = { "enip.context", "Sender Context", KIND_BYTES },
	[ENIP_OPTIONS] = { "enip.options", "Options", KIND_UINT, BASE_HEX, 4 },
};

static const struct record enip_records[] = { { "enip", RECORD_LAYER, ENIP_NFIELDS, enip_fields, NULL } };

enum { HEADER = 24, RR_DATA = 0x6f, UNIT_DATA = 0x70, CONNECTED_DATA = 0xb1, UNCONNECTED_DATA = 0xb2 };

static bool known(uint32_t command)
{
	const struct value_name *n = command_names;
	while (n->name && n->value != command)
		n++;
	return n->name;
}

static bool enip_test(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	return c->cap >= 4 && known(le16(c->data));
}

static uint32_t enip_length(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	return HEADER + le16(c->data + 2);
}

/* Interface handle, timeout, count, then items: type, length, data. */
static void items(struct packet *pkt, struct cursor *c, uint64_t key)
{
	struct enip_flow *f = pkt_flow(pkt, &proto_enip);
	if (f)
		f->key = key;
	cur_skip(c, 6);
	uint32_t count = (uint32_t)cur_le(c, 2);
	while (count-- && !pkt->fail && cur_left(c)) {
		uint32_t type = (uint32_t)cur_le(c, 2), len = (uint32_t)cur_le(c, 2);
		struct cursor item = cur_sub(c, len);
		/* Connected data begin with a sequence count. */
		if (type == CONNECTED_DATA && item.len > 3) {
			key = cur_le(&item, 2);
			if (f)
				f->key = key;
			pkt_next_proto(pkt, &proto_cip, cur_rest(&item));
		} else if (type == UNCONNECTED_DATA) {
			pkt_next_proto(pkt, &proto_cip, item);
		}
	}
}

static enum verdict enip_message(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_enip, 0);
	uint32_t command = (uint32_t)row_le(r, ENIP_COMMAND, c, 2);
	row_le(r, ENIP_LENGTH, c, 2);
	row_le(r, ENIP_SESSION, c, 4);
	row_le(r, ENIP_STATUS, c, 4);
	uint64_t key = 0;
	cur_peek(c, 0, 8, &key);
	row_bytes(r, ENIP_CONTEXT, c, 8);
	row_le(r, ENIP_OPTIONS, c, 4);
	if ((command == RR_DATA || command == UNIT_DATA) && cur_left(c))
		items(pkt, c, key);
	return MINE;
}

static enum verdict enip_dissect(struct packet *pkt, struct cursor *c)
{
	return enip_test(pkt, c) ? enip_message(pkt, c) : NOT_MINE;
}

static const struct pdu enip_pdu = {
	.min = 4, .length = enip_length, .dissect = enip_message, .test = enip_test
};
static const struct claim enip_claims[] = { { CLAIM_TCP_PORT, 44818 }, { CLAIM_UDP_PORT, 44818 }, { 0 } };

const struct protocol proto_enip = {
	.name = "enip",
	.title = "EtherNet/IP (Industrial Protocol)",
	.column = "ENIP",
	.spec = "ODVA EtherNet/IP",
	.help = "Carries CIP, the language of Rockwell's and other controllers, over TCP and UDP.",
	.id = PROTO_ID_enip,
	.records = enip_records,
	.nrecords = 1,
	.claims = enip_claims,
	.pdu = &enip_pdu,
	.dissect = enip_dissect,
	.flow_size = sizeof(struct enip_flow),
};
