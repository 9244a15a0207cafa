/* Automation Message Specification of Beckhoff's TwinCAT, over TCP.
 *
 *      0       2               6          12      14          20      22      24      26
 *     +-------+---------------+----------+-------+-----------+-------+-------+-------+---- - -
 *     |   0   | length, LE    | target   | port  | sender    | port  |command| flags | length, error, id,
 * data
 *     +-------+---------------+----------+-------+-----------+-------+-------+-------+---- - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_ams;

enum {
	AMS_TARGET,
	AMS_TARGET_PORT,
	AMS_SENDER,
	AMS_SENDER_PORT,
	AMS_COMMAND,
	AMS_FLAGS,
	AMS_LENGTH,
	AMS_ERROR,
	AMS_ID,
	AMS_NFIELDS
};

static const struct value_name command_names[] = { { 1, "ADS Read Device Info" }, { 2, "ADS Read" },
	{ 3, "ADS Write" }, { 4, "ADS Read State" }, { 5, "ADS Write Control" },
	{ 6, "ADS Add Device Notification" }, { 7, "ADS Delete Device Notification" },
	{ 8, "ADS Device Notification" }, { 9, "ADS Read Write" }, { 0, NULL } };

static const struct field ams_fields[AMS_NFIELDS] = {
	[AMS_TARGET] = { "ams.targetnetid", "AMS Target Net Id", KIND_BYTES },
	[AMS_TARGET_PORT] = { "ams.targetport", "AMS Target port", KIND_UINT, .octets = 2 },
	[AMS_SENDER] = { "ams.sendernetid", "AMS Sender Net Id", KIND_BYTES },
	[AMS_SENDER_PORT] = { "ams.senderport", "AMS Sender port", KIND_UINT, .octets = 2 },
	[AMS_COMMAND] = { "ams.cmdid", "CmdId", KIND_UINT, .octets = 2, .names = command_names },
	[AMS_FLAGS] = { "ams.stateflags", "StateFlags", KIND_UINT, BASE_HEX, 2 },
	[AMS_LENGTH] = { "ams.cbdata", "cbData", KIND_UINT, .octets = 4 },
	[AMS_ERROR] = { "ams.errorcode", "ErrorCode", KIND_UINT, BASE_HEX, 4 },
	[AMS_ID] = { "ams.invokeid", "InvokeId", KIND_UINT, BASE_HEX, 4 },
};

static const struct record ams_records[] = { { "ams", RECORD_LAYER, AMS_NFIELDS, ams_fields, NULL } };

enum { HEADER = 6 };

static uint32_t ams_length(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	uint32_t len = le32(c->data + 2);
	return len > UINT32_MAX - HEADER ? UINT32_MAX : HEADER + len;
}

static enum verdict ams_message(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_ams, 0);
	cur_skip(c, HEADER);
	row_bytes(r, AMS_TARGET, c, 6);
	row_le(r, AMS_TARGET_PORT, c, 2);
	row_bytes(r, AMS_SENDER, c, 6);
	row_le(r, AMS_SENDER_PORT, c, 2);
	row_le(r, AMS_COMMAND, c, 2);
	row_le(r, AMS_FLAGS, c, 2);
	row_le(r, AMS_LENGTH, c, 4);
	row_le(r, AMS_ERROR, c, 4);
	row_le(r, AMS_ID, c, 4);
	return MINE;
}

static const struct pdu ams_pdu = { .min = HEADER, .length = ams_length, .unmeasured = true };
static const struct claim ams_claims[] = { { CLAIM_TCP_PORT, 48898 }, { 0 } };

const struct protocol proto_ams = {
	.name = "ams",
	.title = "AMS",
	.column = "AMS",
	.info = "AMS Request", /* Wireshark says so of both */
	.spec = "Beckhoff ADS",
	.help = "Reads and writes the variables of Beckhoff's controllers.",
	.id = PROTO_ID_ams,
	.records = ams_records,
	.nrecords = 1,
	.claims = ams_claims,
	.pdu = &ams_pdu,
	.dissect = ams_message,
};
