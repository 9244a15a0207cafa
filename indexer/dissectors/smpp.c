/* Short Message Peer-to-Peer: between a centre for short messages and who sends and receives many.
 *
 *      0               4               8               12              16
 *     +---------------+---------------+---------------+---------------+------ - -
 *     | length        | command       | status        | sequence      | by command
 *     +---------------+---------------+---------------+---------------+------ - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_smpp;

enum {
	SMPP_COMMAND_LENGTH,
	SMPP_COMMAND_ID,
	SMPP_COMMAND_STATUS,
	SMPP_SEQUENCE_NUMBER,
	SMPP_SYSTEM_ID,
	SMPP_PASSWORD,
	SMPP_SYSTEM_TYPE,
	SMPP_SOURCE_ADDR,
	SMPP_DESTINATION_ADDR,
	SMPP_NFIELDS
};
static const struct value_name smpp_command_id_names[] = { { 0x1, "Bind_receiver" },
	{ 0x2, "Bind_transmitter" }, { 0x3, "Query_sm" }, { 0x4, "Submit_sm" }, { 0x5, "Deliver_sm" },
	{ 0x6, "Unbind" }, { 0x7, "Replace_sm" }, { 0x8, "Cancel_sm" }, { 0x9, "Bind_transceiver" },
	{ 0xb, "Outbind" }, { 0x15, "Enquire_link" }, { 0x21, "Submit_multi" },
	{ 0x102, "Alert_notification" }, { 0x103, "Data_sm" }, { 0x111, "Broadcast_sm" },
	{ 0x112, "Query_broadcast_sm" }, { 0x113, "Cancel_broadcast_sm" }, { 0x1000001, "Auth_acc" },
	{ 0x1000002, "Sm_result_notify" }, { 0x80000000, "Generic_nack" },
	{ 0x80000001, "Bind_receiver - resp" }, { 0x80000002, "Bind_transmitter - resp" },
	{ 0x80000003, "Query_sm - resp" }, { 0x80000004, "Submit_sm - resp" },
	{ 0x80000005, "Deliver_sm - resp" }, { 0x80000006, "Unbind - resp" },
	{ 0x80000007, "Replace_sm - resp" }, { 0x80000008, "Cancel_sm - resp" },
	{ 0x80000009, "Bind_transceiver - resp" }, { 0x80000015, "Enquire_link - resp" },
	{ 0x80000021, "Submit_multi - resp" }, { 0x80000103, "Data_sm - resp" },
	{ 0x80000111, "Broadcast_sm - resp" }, { 0x80000112, "Query_broadcast_sm - resp" },
	{ 0x80000113, "Cancel_broadcast_sm - resp" }, { 0x81000001, "Auth_acc - resp" },
	{ 0x81000002, "Sm_result_notify - resp" }, { 0, NULL } };
static const struct field smpp_fields[SMPP_NFIELDS] = {
	[SMPP_COMMAND_LENGTH] = { "smpp.command_length", "Length", KIND_UINT, .octets = 4 },
	[SMPP_COMMAND_ID] = { "smpp.command_id", "Operation", KIND_UINT, BASE_HEX, 4,
		.names = smpp_command_id_names },
	[SMPP_COMMAND_STATUS] = { "smpp.command_status", "Result", KIND_UINT, BASE_HEX, 4 },
	[SMPP_SEQUENCE_NUMBER] = { "smpp.sequence_number", "Sequence #", KIND_UINT, .octets = 4 },
	[SMPP_SYSTEM_ID] = { "smpp.system_id", "System ID", KIND_TEXT },
	[SMPP_PASSWORD] = { "smpp.password", "Password", KIND_TEXT },
	[SMPP_SYSTEM_TYPE] = { "smpp.system_type", "System type", KIND_TEXT },
	[SMPP_SOURCE_ADDR] = { "smpp.source_addr", "Originator address", KIND_TEXT },
	[SMPP_DESTINATION_ADDR] = { "smpp.destination_addr", "Recipient address", KIND_TEXT },
};

static const struct record smpp_records[] = { { "smpp", RECORD_LAYER, SMPP_NFIELDS, smpp_fields, NULL } };

enum { HEADER = 16, LENGTH_MAX = 64 * 1024, SUBMIT = 4, DELIVER = 5 };

static bool is_command(uint32_t id)
{
	static const uint16_t known[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0xb, 0x15, 0x21, 0x102, 0x103, 0x111,
		0x112, 0x113 };
	for (unsigned i = 0; i < sizeof(known) / sizeof(*known); i++)
		if ((id & 0x7fffffff) == known[i])
			return id != 0;
	return false;
}

static void text(struct row *r, unsigned field, struct cursor *c)
{
	const uint8_t *p = cur_avail(c) ? memchr(c->data + c->pos, 0, cur_avail(c)) : NULL;
	uint32_t n = p ? (uint32_t)(p - c->data) - c->pos : cur_left(c);
	row_string(r, field, c, n);
	cur_skip(c, 1);
}

static enum verdict smpp_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_smpp, 0);
	row_be(r, SMPP_COMMAND_LENGTH, c, 4);
	uint32_t id = (uint32_t)row_be(r, SMPP_COMMAND_ID, c, 4);
	if (id & 0x80000000)
		row_be(r, SMPP_COMMAND_STATUS, c, 4);
	else
		cur_skip(c, 4);
	row_be(r, SMPP_SEQUENCE_NUMBER, c, 4);
	if (!cur_left(c))
		return MINE;
	if (id == 1 || id == 2 || id == 9) { /* bind */
		text(r, SMPP_SYSTEM_ID, c);
		text(r, SMPP_PASSWORD, c);
		text(r, SMPP_SYSTEM_TYPE, c);
	} else if (id == SUBMIT || id == DELIVER) {
		const uint8_t *p = memchr(c->data + c->pos, 0, cur_avail(c));
		cur_skip(c, p ? (uint32_t)(p - c->data) - c->pos + 1 : cur_left(c));
		cur_skip(c, 2);
		text(r, SMPP_SOURCE_ADDR, c);
		cur_skip(c, 2);
		text(r, SMPP_DESTINATION_ADDR, c);
	}
	return MINE;
}

static uint32_t smpp_length(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	return be32(c->data);
}

static bool smpp_test(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	if (c->cap < HEADER)
		return false;
	uint32_t n = be32(c->data);
	return n >= HEADER && n <= LENGTH_MAX && is_command(be32(c->data + 4));
}

static const struct pdu smpp_pdu = { .min = HEADER, .length = smpp_length, .test = smpp_test };

static const struct claim smpp_claims[] = { { CLAIM_HEUR_TCP, 230 }, { 0 } };

const struct protocol proto_smpp = {
	.name = "smpp",
	.title = "Short Message Peer to Peer",
	.column = "SMPP",
	.spec = "SMPP 3.4",
	.help = "Carries short messages between centres and applications.",
	.id = PROTO_ID_smpp,
	.records = smpp_records,
	.nrecords = 1,
	.claims = smpp_claims,
	.dissect = smpp_dissect,
	.pdu = &smpp_pdu,
};
