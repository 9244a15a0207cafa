/* NetBIOS Frames over LLC (IBM, "Local Area Network Technical Reference", chapter 5), little-endian.
 *
 *      0       2       4       5       6       8        10       12          28
 *     +-------+-------+-------+-------+-------+--------+--------+-----------+-----------+---- - -
 *     |length | efff  |command|data 1 |data 2 |transmit|response| name (16) | name (16) | data
 *     +-------+-------+-------+-------+-------+--------+--------+-----------+-----------+---- - -
 *     of a session (commands from 14 hex on): the two names' places are those of session numbers (1 each)
 */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/netbios_payload.h"

extern const struct protocol proto_netbios;

enum {
	NETBIOS_LENGTH,
	NETBIOS_DELIMITER,
	NETBIOS_COMMAND,
	NETBIOS_REMOTE_SESSION,
	NETBIOS_LOCAL_SESSION,
	NETBIOS_NFIELDS
};

static const struct value_name command_names[] = { { 0x00, "Add Group Query" }, { 0x01, "Add Name Query" },
	{ 0x02, "Name In Conflict" }, { 0x03, "Status Query" }, { 0x07, "Terminate Trace" },
	{ 0x08, "Datagram" }, { 0x09, "Broadcast Datagram" }, { 0x0a, "Name Query" },
	{ 0x0d, "Add Name Response" }, { 0x0e, "Name Recognized" }, { 0x0f, "Status Response" },
	{ 0x13, "Terminate Trace" }, { 0x14, "Data Ack" }, { 0x15, "Data First Middle" },
	{ 0x16, "Data Only Last" }, { 0x17, "Session Confirm" }, { 0x18, "Session End" },
	{ 0x19, "Session Initialize" }, { 0x1a, "No Receive" }, { 0x1b, "Receive Outstanding" },
	{ 0x1c, "Receive Continue" }, { 0x1f, "Session Alive" }, { 0, NULL } };

static const struct field netbios_fields[NETBIOS_NFIELDS] = {
	[NETBIOS_LENGTH] = { "netbios.hdr_len", "Length", KIND_UINT, .octets = 2 },
	[NETBIOS_DELIMITER] = { "netbios.delimiter", "Delimiter", KIND_UINT, BASE_HEX, 2 },
	[NETBIOS_COMMAND] = { "netbios.command", "Command", KIND_UINT, BASE_HEX, 1, .names = command_names },
	[NETBIOS_REMOTE_SESSION] = { "netbios.remote_session", "Remote Session No.", KIND_UINT, BASE_HEX, 1 },
	[NETBIOS_LOCAL_SESSION] = { "netbios.local_session", "Local Session No.", KIND_UINT, BASE_HEX, 1 },
};

static const struct record netbios_records[] = {
	{ "netbios", RECORD_LAYER, NETBIOS_NFIELDS, netbios_fields, NULL },
};

enum { DATAGRAM = 0x08, BROADCAST = 0x09, DATA_ACK = 0x14, DATA_FIRST = 0x15, DATA_LAST = 0x16 };

static enum verdict netbios_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_netbios, 0);
	struct cursor all = *c;
	uint32_t length = (uint32_t)row_le(r, NETBIOS_LENGTH, c, 2);
	row_le(r, NETBIOS_DELIMITER, c, 2);
	unsigned command = (unsigned)row_be(r, NETBIOS_COMMAND, c, 1);
	if (command >= DATA_ACK && !pkt->fail) {
		cur_skip(c, 7);
		row_be(r, NETBIOS_REMOTE_SESSION, c, 1);
		row_be(r, NETBIOS_LOCAL_SESSION, c, 1);
	}
	if (pkt->fail || (command != DATAGRAM && command != BROADCAST && command != DATA_FIRST &&
				 command != DATA_LAST))
		return MINE;
	cur_skip(&all, length);
	struct cursor payload = cur_rest(&all);
	if (payload.len)
		netbios_payload(pkt, payload);
	return MINE;
}

static const struct claim netbios_claims[] = { { CLAIM_LLC_DSAP, 0xf0 }, { 0 } };

const struct protocol proto_netbios = {
	.name = "netbios",
	.title = "NetBIOS",
	.column = "NetBIOS",
	.spec = "IBM, LAN Technical Reference",
	.help = "Carries the messages of NetBIOS straight over the local network.",
	.id = PROTO_ID_netbios,
	.records = netbios_records,
	.nrecords = 1,
	.claims = netbios_claims,
	.dissect = netbios_dissect,
};
