/* Rx, the remote procedure calls of AFS (OpenAFS, "Rx Protocol Specification Draft", section 3).
 *
 *      0       4       8       12      16      20     21     22     23     24      26      28
 *     +-------+-------+-------+-------+-------+------+------+------+------+-------+-------+---- - -
 *     | epoch |conn id|call no| seq   |serial | type |flags |status|secur.| spare |service| data
 *     +-------+-------+-------+-------+-------+------+------+------+------+-------+-------+---- - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/rx.h"

extern const struct protocol proto_rx;

enum {
	RX_EPOCH,
	RX_CID,
	RX_CALL,
	RX_SEQ,
	RX_SERIAL,
	RX_TYPE,
	RX_FLAGS,
	RX_STATUS,
	RX_SECURITY,
	RX_SPARE,
	RX_SERVICE,
	RX_CLIENT_INIT,
	RX_REQUEST_ACK,
	RX_LAST,
	RX_MORE,
	RX_NFIELDS
};

static const struct value_name type_names[] = { { 1, "data" }, { 2, "ack" }, { 3, "busy" }, { 4, "abort" },
	{ 5, "ackall" }, { 6, "challenge" }, { 7, "response" }, { 8, "debug" }, { 9, "params" },
	{ 13, "version" }, { 0, NULL } };

static const struct field rx_fields[RX_NFIELDS] = {
	[RX_EPOCH] = { "rx.epoch", "Epoch", KIND_TIME },
	[RX_CID] = { "rx.cid", "CID", KIND_UINT, .octets = 4 },
	[RX_CALL] = { "rx.callnumber", "Call Number", KIND_UINT, .octets = 4 },
	[RX_SEQ] = { "rx.seq", "Sequence Number", KIND_UINT, .octets = 4 },
	[RX_SERIAL] = { "rx.serial", "Serial", KIND_UINT, .octets = 4 },
	[RX_TYPE] = { "rx.type", "Type", KIND_UINT, .octets = 1, .names = type_names },
	[RX_FLAGS] = { "rx.flags", "Flags", KIND_UINT, BASE_HEX, 1 },
	[RX_STATUS] = { "rx.userstatus", "User Status", KIND_UINT, .octets = 1 },
	[RX_SECURITY] = { "rx.securityindex", "Security Index", KIND_UINT, .octets = 1 },
	[RX_SPARE] = { "rx.spare", "Spare/Checksum", KIND_UINT, .octets = 2 },
	[RX_SERVICE] = { "rx.serviceid", "Service ID", KIND_UINT, .octets = 2 },
	[RX_CLIENT_INIT] = { "rx.flags.client_init", "Client Initiated", KIND_BOOL, .of = RX_FLAGS,
		.mask = 1 },
	[RX_REQUEST_ACK] = { "rx.flags.request_ack", "Request Ack", KIND_BOOL, .of = RX_FLAGS, .mask = 2 },
	[RX_LAST] = { "rx.flags.last_packet", "Last Packet", KIND_BOOL, .of = RX_FLAGS, .mask = 4 },
	[RX_MORE] = { "rx.flags.more_packets", "More Packets", KIND_BOOL, .of = RX_FLAGS, .mask = 8 },
};

static const struct record rx_records[] = { { "rx", RECORD_LAYER, RX_NFIELDS, rx_fields, NULL } };

#define HEADER      28
#define FROM_CLIENT 1
enum { TYPE_DATA = 1, TYPE_PARAMS = 9, TYPE_VERSION = 13 };

/* The Andrew File System's calls: no more than the name is known. */
static const struct protocol proto_afs = {
	.name = "afs",
	.title = "Andrew File System (AFS)",
	.column = "AFS (RX)",
	.help = "Shares the files of servers with hosts of a wide network.",
};

/* "ACK Delay  Seq: 0  Call: 1  Source Port: 7001  Destination Port: 7000  " */
static void inform(struct packet *pkt, unsigned type, uint32_t call, uint32_t seq, const struct cursor *c)
{
	static const char *const names[] = { [2] = "ACK",
		"BUSY",
		"ABORT",
		"ACKALL",
		"CHALLENGE",
		"RESPONSE",
		"DEBUG",
		"PARAMS",
		[TYPE_VERSION] = "VERSION" };
	static const struct value_name reasons[] = { { 1, "Ack Requested" }, { 2, "Duplicate Packet" },
		{ 3, "Out Of Sequence" }, { 4, "Exceeds Window" }, { 5, "No Space" }, { 6, "Ping" },
		{ 7, "Ping Response" }, { 8, "Delay" }, { 9, "Idle" }, { 0, NULL } };
	uint64_t reason;
	if (type == TYPE_DATA || type >= sizeof(names) / sizeof(*names))
		return;
	info_set(pkt, "%s", names[type]);
	/* first packet, previous packet, serial: 18 octets with the two of the buffer's space */
	if (type == 2 && cur_peek(c, 16, 1, &reason))
		info_add(pkt, " %s", info_name(reasons, (int64_t)reason, "Unknown"));
	info_add(pkt, "  Seq: %u  Call: %u  Source Port: %u  Destination Port: %u  ", seq, call, pkt->srcport,
		pkt->dstport);
}

static enum verdict rx_dissect(struct packet *pkt, struct cursor *c)
{
	uint64_t type;
	if (!cur_peek(c, 20, 1, &type) || type < TYPE_DATA || (type > TYPE_PARAMS && type != TYPE_VERSION))
		return NOT_MINE;
	struct row *r = row_open(pkt, &proto_rx, 0);
	const uint8_t *p = cur_take(c, 4);
	if (p)
		row_set_at(r, RX_EPOCH, (int64_t)be32(p) * 1000000000, p, 4);
	uint32_t cid = (uint32_t)row_be(r, RX_CID, c, 4);
	uint32_t call = (uint32_t)row_be(r, RX_CALL, c, 4), seq = (uint32_t)row_be(r, RX_SEQ, c, 4);
	row_be(r, RX_SERIAL, c, 4);
	row_be(r, RX_TYPE, c, 1);
	bool reply = !(row_be(r, RX_FLAGS, c, 1) & FROM_CLIENT);
	row_be(r, RX_STATUS, c, 1);
	bool encrypted = row_be(r, RX_SECURITY, c, 1) != 0;
	row_be(r, RX_SPARE, c, 2);
	row_be(r, RX_SERVICE, c, 2);
	if (pkt->info)
		inform(pkt, (unsigned)type, call, seq, c);
	if (type == TYPE_DATA && !pkt->fail) {
		struct rx_flow *f = pkt_flow(pkt, &proto_rx);
		if (!reply && seq == 1)
			rx_note_request(f, cid, call, c);
		if (pkt->info)
			rx_inform_call(pkt, f, cid, call, reply, encrypted);
		pkt_item_len(pkt, HEADER);
		pkt_next_proto(pkt, &proto_afs, cur_rest(c));
	}
	return MINE;
}

static const struct claim rx_claims[] = { { CLAIM_UDP_PORT, 7000 }, { CLAIM_UDP_PORT, 7001 },
	{ CLAIM_UDP_PORT, 7002 }, { CLAIM_UDP_PORT, 7003 }, { CLAIM_UDP_PORT, 7004 },
	{ CLAIM_UDP_PORT, 7005 }, { CLAIM_UDP_PORT, 7006 }, { CLAIM_UDP_PORT, 7007 },
	{ CLAIM_UDP_PORT, 7008 }, { CLAIM_UDP_PORT, 7009 }, { CLAIM_UDP_PORT, 7021 }, { 0 } };

const struct protocol proto_rx = {
	.name = "rx",
	.title = "RX Protocol",
	.column = "RX",
	.spec = "OpenAFS, Rx protocol specification",
	.help = "Calls procedures of another host, for the Andrew File System.",
	.id = PROTO_ID_rx,
	.records = rx_records,
	.nrecords = 1,
	.claims = rx_claims,
	.dissect = rx_dissect,
	.flow_size = sizeof(struct rx_flow),
};
