/* NetBIOS frames straight over LLC (IBM, "LAN Technical Reference: IEEE 802.2 and NetBIOS APIs", chapter 5).
 *
 *      0       2       4   5   6       8       10      12               28               44
 *     +-------+-------+---+---+-------+-------+-------+----------------+----------------+------- - -
 *     |length | ff ef |cmd|dat| data2 | xmit  | resp  | receiver (16)  | sender (16)    | payload
 *     +-------+-------+---+---+-------+-------+-------+----------------+----------------+------- - -
 *
 * Commands from 14 on belong to sessions and have session numbers (1 each) in place of the names. Numbers are
 * little-endian. */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/netbios_payload.h"

extern const struct protocol proto_netbios;

enum { NB_HDR_LEN, NB_DELIMITER, NB_COMMAND, NB_NFIELDS };
enum { DATAGRAM = 0x08, DATAGRAM_BROADCAST = 0x09, DATA_FIRST_MIDDLE = 0x15, DATA_ONLY_LAST = 0x16 };

#define DELIMITER 0xefff

static const struct value_name commands[] = { { 0x00, "Add Group Name Query" }, { 0x01, "Add Name Query" },
	{ 0x02, "Name in Conflict" }, { 0x03, "Status Query" }, { 0x07, "Terminate Trace" },
	{ 0x08, "Datagram" }, { 0x09, "Broadcast Datagram" }, { 0x0a, "Name Query" },
	{ 0x0d, "Add Name Response" }, { 0x0e, "Name Recognized" }, { 0x0f, "Status Response" },
	{ 0x13, "Terminate Trace" }, { 0x14, "Data Ack" }, { 0x15, "Data First Middle" },
	{ 0x16, "Data Only Last" }, { 0x17, "Session Confirm" }, { 0x18, "Session End" },
	{ 0x19, "Session Initialize" }, { 0x1a, "No Receive" }, { 0x1b, "Receive Outstanding" },
	{ 0x1c, "Receive Continue" }, { 0x1f, "Session Alive" }, { 0, NULL } };

static const struct field nb_fields[NB_NFIELDS] = {
	[NB_HDR_LEN] = { "netbios.hdr_len", "Length", KIND_UINT, .octets = 2 },
	[NB_DELIMITER] = { "netbios.delimiter", "Delimiter", KIND_UINT, BASE_HEX, 2 },
	[NB_COMMAND] = { "netbios.command", "Command", KIND_UINT, BASE_HEX, 1, .names = commands },
};

static const struct record nb_records[] = { { "netbios", RECORD_LAYER, NB_NFIELDS, nb_fields, NULL } };

static enum verdict netbios_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_netbios, 0);
	uint32_t len = (uint32_t)row_le(r, NB_HDR_LEN, c, 2);
	uint32_t delimiter = (uint32_t)row_le(r, NB_DELIMITER, c, 2);
	if (pkt->fail || delimiter != DELIMITER)
		return MINE;
	uint32_t command = (uint32_t)row_le(r, NB_COMMAND, c, 1);
	bool carries = command == DATAGRAM || command == DATAGRAM_BROADCAST || command == DATA_FIRST_MIDDLE ||
		       command == DATA_ONLY_LAST;
	if (!cur_need_at(c, 0, len) || !carries)
		return MINE;
	c->pos = len;
	netbios_payload(pkt, cur_rest(c));
	return MINE;
}

static const struct claim netbios_claims[] = { { CLAIM_LLC_DSAP, 0xf0 }, { 0 } };

const struct protocol proto_netbios = {
	.name = "netbios",
	.title = "NetBIOS",
	.column = "NetBIOS",
	.help = "Names, datagrams and sessions in a local network, without routers.",
	.id = PROTO_ID_netbios,
	.records = nb_records,
	.nrecords = 1,
	.claims = netbios_claims,
	.dissect = netbios_dissect,
};
