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

static const struct value_name group_names[] = { { 0, "Mode-transition" }, { 1, "Programmer commands" },
	{ 2, "Cyclic services" }, { 3, "Block functions" }, { 4, "CPU functions" }, { 5, "Security" },
	{ 6, "PBC BSEND/BRECV" }, { 7, "Time functions" }, { 15, "NC programming" }, { 0, NULL } };
static const struct value_name programmer_names[] = { { 1, "Block status" }, { 2, "Variable status" },
	{ 3, "Output ISTACK" }, { 4, "Output BSTACK" }, { 5, "Output LSTACK" },
	{ 6, "Time measurement from to" }, { 7, "Force selection" }, { 8, "Modify variable" }, { 9, "Force" },
	{ 10, "Breakpoint" }, { 11, "Exit HOLD" }, { 12, "Memory reset" }, { 13, "Disable job" },
	{ 14, "Enable job" }, { 15, "Delete job" }, { 16, "Read job list" }, { 17, "Read job" },
	{ 18, "Replace job" }, { 19, "Block status v2" }, { 22, "Flash LED" }, { 0, NULL } };
static const struct value_name cyclic_names[] = { { 1, "Cyclic transfer" }, { 4, "Unsubscribe" },
	{ 5, "Change driven transfer" }, { 7, "Change driven transfer modify" }, { 8, "RDREC" },
	{ 0, NULL } };
static const struct value_name block_names[] = { { 1, "List blocks" }, { 2, "List blocks of type" },
	{ 3, "Get block info" }, { 0, NULL } };
static const struct value_name cpu_names[] = { { 1, "Read SZL" }, { 2, "Message service" },
	{ 3, "Diagnostic message" }, { 5, "ALARM_8 indication" }, { 6, "NOTIFY indication" },
	{ 7, "ALARM_8 lock" }, { 8, "ALARM_8 unlock" }, { 9, "SCAN indication" }, { 11, "ALARM ack" },
	{ 12, "ALARM ack indication" }, { 13, "ALARM lock indication" }, { 14, "ALARM unlock indication" },
	{ 17, "ALARM_SQ indication" }, { 18, "ALARM_S indication" }, { 19, "ALARM query" },
	{ 22, "NOTIFY_8 indication" }, { 0, NULL } };
static const struct value_name time_names[] = { { 1, "Read clock" }, { 2, "Set clock" },
	{ 3, "Read clock (following)" }, { 4, "Set clock" }, { 0, NULL } };

/* Parameters of user data: 00 01 12, length, method, type and group, subfunction, sequence number. */
static void inform_userdata(struct packet *pkt, const struct cursor *c, uint32_t parameters)
{
	static const struct value_name *const subfunctions[] = { NULL, programmer_names, cyclic_names,
		block_names, cpu_names, NULL, NULL, time_names };
	if (!pkt->info || parameters < 8 || cur_avail(c) < 8)
		return;
	const uint8_t *p = c->data + c->pos;
	uint32_t type = p[5] >> 4, group = p[5] & 15;
	const char *name = group < 8 ? info_name(subfunctions[group], p[6], NULL) : NULL;
	info_add(pkt, " Function:[%s] -> [%s]",
		type == 4      ? "Request"
		: type == 8    ? "Response"
		: p[4] == 0x11 ? "Push-Req"
			       : "Push-Res",
		info_name(group_names, group, "Unknown function"));
	if (name)
		info_add(pkt, " -> [%s]", name);
	if (group == 2 && p[7])
		info_add(pkt, " JobID=%u", p[7]);
	/* A request for, or the answer with, a part of the system status list: its id and index lead the
	 * data. */
	if (group == 4 && p[6] == 1 && cur_avail(c) >= parameters + 8)
		info_add(pkt, " ID=0x%04x Index=0x%04x", be16(p + parameters + 4), be16(p + parameters + 6));
}

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
	if (!pkt->fail && pkt->info) {
		info_clear(pkt);
		info_sep(pkt, " | ", "ROSCTR:[%-8s]", info_name(rosctr_names, rosctr, "Unknown"));
		if (rosctr == USERDATA)
			inform_userdata(pkt, c, parameters);
	}
	if (parameters == 0 || rosctr == USERDATA)
		return MINE;
	uint32_t function = (uint32_t)row_be(r, S7_FUNCTION, c, 1);
	info_add(pkt, " Function:[%s]", info_name(function_names, function, "Unknown function"));
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
