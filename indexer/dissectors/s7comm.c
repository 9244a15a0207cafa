/* S7 Communication of Siemens controllers. No public specification; layout as captures show it.
 *
 *      0      1      2          4          6          8          10     11     12
 *     +------+------+----------+----------+----------+----------+------+------+---- - -
 *     | 0x32 |ROSCTR| reserved | PDU ref. | param len| data len |error |error | parameters, data
 *     +------+------+----------+----------+----------+----------+------+------+---- - -
 *                                                  (error class and code only in answers: ROSCTR 2, 3) */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_s7comm;

enum {
	S7_PROTID,
	S7_ROSCTR,
	S7_REDID,
	S7_PDUREF,
	S7_PARLG,
	S7_DATLG,
	S7_FUNCTION,
	S7_ITEMCOUNT,
	S7_ERRCLS,
	S7_ERRCOD,
	S7_NFIELDS
};

static const struct value_name rosctr_names[] = { { 1, "Job" }, { 2, "Ack" }, { 3, "Ack_Data" },
	{ 7, "Userdata" }, { 8, "Servercontrol" }, { 0, NULL } };
static const struct value_name function_names[] = { { 0x00, "CPU services" }, { 0x04, "Read Var" },
	{ 0x05, "Write Var" }, { 0x1a, "Request download" }, { 0x1b, "Download block" },
	{ 0x1c, "Download ended" }, { 0x1d, "Start upload" }, { 0x1e, "Upload" }, { 0x1f, "End upload" },
	{ 0x28, "PI-Service" }, { 0x29, "PLC Stop" }, { 0xf0, "Setup communication" }, { 0, NULL } };

static const struct field s7_fields[S7_NFIELDS] = {
	[S7_PROTID] = { "s7comm.header.protid", "Protocol Id", KIND_UINT, BASE_HEX, 1 },
	[S7_ROSCTR] = { "s7comm.header.rosctr", "ROSCTR", KIND_UINT, .octets = 1, .names = rosctr_names },
	[S7_REDID] = { "s7comm.header.redid", "Redundancy Identification (Reserved)", KIND_UINT, BASE_HEX,
		2 },
	[S7_PDUREF] = { "s7comm.header.pduref", "Protocol Data Unit Reference", KIND_UINT, .octets = 2 },
	[S7_PARLG] = { "s7comm.header.parlg", "Parameter length", KIND_UINT, .octets = 2 },
	[S7_DATLG] = { "s7comm.header.datlg", "Data length", KIND_UINT, .octets = 2 },
	[S7_FUNCTION] = { "s7comm.param.func", "Function", KIND_UINT, BASE_HEX, 1, .names = function_names },
	[S7_ITEMCOUNT] = { "s7comm.param.itemcount", "Item count", KIND_UINT, .octets = 1 },
	[S7_ERRCLS] = { "s7comm.header.errcls", "Error class", KIND_UINT, BASE_HEX, 1, .part = 1 },
	[S7_ERRCOD] = { "s7comm.header.errcod", "Error code", KIND_UINT, BASE_HEX, 1, .part = 1 },
};

static const struct record s7_records[] = {
	{ "s7comm", RECORD_LAYER, S7_NFIELDS, s7_fields, (const char *const[]) { "answer", NULL } },
};

enum { PROTOCOL_ID = 0x32, JOB = 1, ACK = 2, ACK_DATA = 3, USERDATA = 7, READ = 4, WRITE = 5 };

static enum verdict s7_dissect(struct packet *pkt, struct cursor *c)
{
	uint64_t head;
	if (!cur_peek(c, 0, 2, &head) || head >> 8 != PROTOCOL_ID)
		return NOT_MINE;
	unsigned rosctr = head & 0xff;
	if (rosctr < JOB || rosctr > USERDATA)
		return NOT_MINE;
	struct row *r = row_open(pkt, &proto_s7comm, 0);
	row_be(r, S7_PROTID, c, 1);
	row_be(r, S7_ROSCTR, c, 1);
	row_be(r, S7_REDID, c, 2);
	row_be(r, S7_PDUREF, c, 2);
	uint32_t parameters = (uint32_t)row_be(r, S7_PARLG, c, 2);
	row_be(r, S7_DATLG, c, 2);
	if (rosctr == ACK || rosctr == ACK_DATA) {
		row_be(r, S7_ERRCLS, c, 1);
		row_be(r, S7_ERRCOD, c, 1);
	}
	if (parameters == 0 || rosctr == USERDATA)
		return MINE;
	uint32_t function = (uint32_t)row_be(r, S7_FUNCTION, c, 1);
	if (parameters > 1 && (function == READ || function == WRITE))
		row_be(r, S7_ITEMCOUNT, c, 1);
	return MINE;
}

static const struct claim s7_claims[] = { { CLAIM_HEUR_COTP, 40 }, { 0 } };

const struct protocol proto_s7comm = {
	.name = "s7comm",
	.title = "S7 Communication",
	.column = "S7COMM",
	.spec = "Siemens",
	.help = "Reads and writes the variables of Siemens controllers, loads and starts their programs.",
	.id = PROTO_ID_s7comm,
	.records = s7_records,
	.nrecords = 1,
	.claims = s7_claims,
	.dissect = s7_dissect,
};
