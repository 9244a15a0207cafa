/* Point-to-Point Tunneling Protocol: control connection (RFC 2637, section 2).
 *
 *      0       2       4               8       10      12
 *     +-------+-------+---------------+-------+-------+-------- - -
 *     |length | type 1| 1a2b3c4d      |message|       | by message
 *     +-------+-------+---------------+-------+-------+-------- - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_pptp;

enum {
	PPTP_LENGTH,
	PPTP_TYPE,
	PPTP_COOKIE,
	PPTP_MESSAGE,
	PPTP_CALL_ID,
	PPTP_PEER_CALL_ID,
	PPTP_HOST,
	PPTP_VENDOR,
	PPTP_RESULT,
	PPTP_ERROR,
	PPTP_NFIELDS
};

static const struct value_name messages[] = { { 1, "Start-Control-Connection-Request" },
	{ 2, "Start-Control-Connection-Reply" }, { 3, "Stop-Control-Connection-Request" },
	{ 4, "Stop-Control-Connection-Reply" }, { 5, "Echo-Request" }, { 6, "Echo-Reply" },
	{ 7, "Outgoing-Call-Request" }, { 8, "Outgoing-Call-Reply" }, { 9, "Incoming-Call-Request" },
	{ 10, "Incoming-Call-Reply" }, { 11, "Incoming-Call-Connected" }, { 12, "Call-Clear-Request" },
	{ 13, "Call-Disconnect-Notify" }, { 14, "WAN-Error-Notify" }, { 15, "Set-Link-Info" }, { 0, NULL } };

static const struct field pptp_fields[PPTP_NFIELDS] = {
	[PPTP_LENGTH] = { "pptp.length", "Length", KIND_UINT, .octets = 2 },
	[PPTP_TYPE] = { "pptp.type", "Message type", KIND_UINT, .octets = 2 },
	[PPTP_COOKIE] = { "pptp.magic_cookie", "Magic Cookie", KIND_UINT, BASE_HEX, 4 },
	[PPTP_MESSAGE] = { "pptp.control_message_type", "Control Message Type", KIND_UINT, .octets = 2,
		.names = messages },
	[PPTP_CALL_ID] = { "pptp.call_id", "Call ID", KIND_UINT, .octets = 2 },
	[PPTP_PEER_CALL_ID] = { "pptp.peer_call_id", "Peer Call ID", KIND_UINT, .octets = 2 },
	[PPTP_HOST] = { "pptp.host_name", "Host Name", KIND_TEXT, .part = 1 },
	[PPTP_VENDOR] = { "pptp.vendor_name", "Vendor Name", KIND_TEXT, .part = 1 },
	[PPTP_RESULT] = { "pptp.control_result", "Result Code", KIND_UINT, .octets = 1, .part = 1 },
	[PPTP_ERROR] = { "pptp.error", "Error Code", KIND_UINT, .octets = 1, .part = 1 },
};

static const struct record pptp_records[] = {
	{ "pptp", RECORD_LAYER, PPTP_NFIELDS, pptp_fields, (const char *const[]) { "start", NULL } },
};

enum {
	START_REQUEST = 1,
	START_REPLY,
	OUTGOING_REQUEST = 7,
	OUTGOING_REPLY,
	INCOMING_REQUEST,
	INCOMING_REPLY,
	CLEAR = 12,
	DISCONNECT,
	WAN_ERROR,
	SET_LINK
};

static void by_message(struct row *r, struct cursor *c, uint64_t message)
{
	switch (message) {
	case START_REQUEST:
	case START_REPLY:
		cur_skip(c, 2); /* version */
		if (message == START_REPLY) {
			row_be(r, PPTP_RESULT, c, 1);
			row_be(r, PPTP_ERROR, c, 1);
		} else {
			cur_skip(c, 2);
		}
		cur_skip(c, 4 + 4 + 2 + 2); /* capabilities, channels, firmware */
		row_string(r, PPTP_HOST, c, 64);
		row_string(r, PPTP_VENDOR, c, 64);
		break;
	case OUTGOING_REPLY:
	case INCOMING_REPLY:
		row_be(r, PPTP_CALL_ID, c, 2);
		row_be(r, PPTP_PEER_CALL_ID, c, 2);
		break;
	case OUTGOING_REQUEST:
	case INCOMING_REQUEST:
	case CLEAR:
	case DISCONNECT:
		row_be(r, PPTP_CALL_ID, c, 2);
		break;
	case SET_LINK:
	case WAN_ERROR:
		row_be(r, PPTP_PEER_CALL_ID, c, 2);
		break;
	default:
		break;
	}
}

static enum verdict pptp_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_pptp, 0);
	row_be(r, PPTP_LENGTH, c, 2);
	row_be(r, PPTP_TYPE, c, 2);
	row_be(r, PPTP_COOKIE, c, 4);
	uint64_t message = row_be(r, PPTP_MESSAGE, c, 2);
	cur_skip(c, 2);
	by_message(r, c, message);
	return MINE;
}

static const struct claim pptp_claims[] = { { CLAIM_TCP_PORT, 1723 }, { 0 } };

const struct protocol proto_pptp = {
	.name = "pptp",
	.title = "Point-to-Point Tunnelling Protocol",
	.column = "PPTP",
	.spec = "RFC 2637",
	.help = "Controls the tunnels of an early kind of virtual private network; the data goes in GRE.",
	.id = PROTO_ID_pptp,
	.records = pptp_records,
	.nrecords = 1,
	.claims = pptp_claims,
	.dissect = pptp_dissect,
};
