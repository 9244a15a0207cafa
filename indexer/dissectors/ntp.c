/* Network Time Protocol (RFC 5905), its control messages (RFC 9327) and the reference implementation's
 * private ones.
 *
 *      0        1       2       3       4               8
 *     +--------+-------+-------+-------+---------------+---------------+
 *     |LI|VN|Md|stratum| poll  |precis.| root delay    | root dispers. |
 *     +--------+-------+-------+-------+---------------+---------------+
 *   12  reference id (4)
 *   16  reference, 24 origin, 32 receive, 40 transmit timestamp (8 each)
 *   48  extension fields: type (2), length (2), value
 *       key id (4), digest (16 or more)
 *
 *     mode 6:  flags, R E M opcode, sequence (2), status (2), association (2), offset (2), count (2), data
 *     mode 7:  R M version mode, A sequence, implementation, request, error and count (2), size (2), data
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_ntp;

enum {
	NTP_FLAGS,
	NTP_STRATUM,
	NTP_PPOLL,
	NTP_PRECISION,
	NTP_ROOTDELAY,
	NTP_ROOTDISPERSION,
	NTP_REFID,
	NTP_REFTIME,
	NTP_ORG,
	NTP_REC,
	NTP_XMT,
	NTP_REQUEST_IN,
	NTP_DELTA_TIME,
	NTP_KEYID,
	NTP_MAC,
	NTP_CTRL_FLAGS2,
	NTP_CTRL_SEQUENCE,
	NTP_CTRL_STATUS,
	NTP_CTRL_ASSOCID,
	NTP_CTRL_OFFSET,
	NTP_CTRL_COUNT,
	NTP_CTRL_TEXT,
	NTP_PRIV_AUTH_SEQ,
	NTP_PRIV_IMPL,
	NTP_PRIV_REQCODE,
	NTP_PRIV_ERRWORD,
	NTP_PRIV_SIZEWORD,
	NTP_LI,
	NTP_VN,
	NTP_MODE,
	NTP_CTRL_R,
	NTP_CTRL_ERROR,
	NTP_CTRL_MORE,
	NTP_CTRL_OPCODE,
	NTP_PRIV_R,
	NTP_PRIV_MORE,
	NTP_PRIV_AUTH,
	NTP_PRIV_SEQ,
	NTP_PRIV_ERR,
	NTP_PRIV_NUMITEMS,
	NTP_PRIV_ITEMSIZE,
	NTP_NFIELDS
};

static const struct value_name li_names[] = { { 0, "no warning" },
	{ 1, "last minute of the day has 61 seconds" }, { 2, "last minute of the day has 59 seconds" },
	{ 3, "unknown (clock unsynchronized)" }, { 0, NULL } };
static const struct value_name version_names[] = { { 0, "reserved" }, { 1, "NTP Version 1" },
	{ 2, "NTP Version 2" }, { 3, "NTP Version 3" }, { 4, "NTP Version 4" }, { 5, "reserved" },
	{ 6, "reserved" }, { 7, "reserved" }, { 0, NULL } };
static const struct value_name mode_names[] = { { 0, "reserved" }, { 1, "symmetric active" },
	{ 2, "symmetric passive" }, { 3, "client" }, { 4, "server" }, { 5, "broadcast" },
	{ 6, "reserved for NTP control message" }, { 7, "reserved for private use" }, { 0, NULL } };
static const struct value_name opcode_names[] = { { 0, "UNSPEC" }, { 1, "read status command/response" },
	{ 2, "read variables command/response" }, { 3, "write variables command/response" },
	{ 4, "read clock variables command/response" }, { 5, "write clock variables command/response" },
	{ 6, "set trap address/port command/response" }, { 7, "trap response" },
	{ 8, "runtime configuration command/response" }, { 9, "export configuration command/response" },
	{ 10, "retrieve MRU stats command/response" }, { 11, "retrieve authenticated list command/response" },
	{ 12, "request client-specific nonce command/response" },
	{ 31, "unset trap address/port command/response" }, { 0, NULL } };
static const struct value_name request_names[] = { { 0, "PEER_LIST" }, { 1, "PEER_LIST_SUM" },
	{ 2, "PEER_INFO" }, { 3, "PEER_STATS" }, { 4, "SYS_INFO" }, { 5, "SYS_STATS" }, { 6, "IO_STATS" },
	{ 7, "MEM_STATS" }, { 8, "LOOP_INFO" }, { 9, "TIMER_STATS" }, { 10, "CONFIG" },
	{ 16, "GET_RESTRICT" }, { 20, "MON_GETLIST" }, { 42, "MON_GETLIST_1" }, { 0, NULL } };

#define PRIVATE(expression) "CASE WHEN {flags}&7=7 THEN " expression " END"

static const struct field ntp_fields[NTP_NFIELDS] = {
	[NTP_FLAGS] = { "ntp.flags", "Flags", KIND_UINT, BASE_HEX, 1 },
	[NTP_STRATUM] = { "ntp.stratum", "Peer Clock Stratum", KIND_UINT, .octets = 1 },
	[NTP_PPOLL] = { "ntp.ppoll", "Peer Polling Interval", KIND_UINT, .octets = 1 },
	[NTP_PRECISION] = { "ntp.precision", "Peer Clock Precision", KIND_UINT, .octets = 1 },
	[NTP_ROOTDELAY] = { "ntp.rootdelay", "Root Delay", KIND_UINT, .octets = 4 },
	[NTP_ROOTDISPERSION] = { "ntp.rootdispersion", "Root Dispersion", KIND_UINT, .octets = 4 },
	[NTP_REFID] = { "ntp.refid", "Reference ID", KIND_BYTES },
	[NTP_REFTIME] = { "ntp.reftime", "Reference Timestamp", KIND_TIME },
	[NTP_ORG] = { "ntp.org", "Origin Timestamp", KIND_TIME },
	[NTP_REC] = { "ntp.rec", "Receive Timestamp", KIND_TIME },
	[NTP_XMT] = { "ntp.xmt", "Transmit Timestamp", KIND_TIME },
	[NTP_REQUEST_IN] = { "ntp.request_in", "Request In", KIND_FRAME, .generated = true },
	[NTP_DELTA_TIME] = { "ntp.delta_time", "Delta Time", KIND_RELTIME, .generated = true },
	[NTP_KEYID] = { "ntp.keyid", "Key ID", KIND_BYTES, .part = 1 },
	[NTP_MAC] = { "ntp.mac", "Message Authentication Code", KIND_BYTES, .part = 1 },
	[NTP_CTRL_FLAGS2] = { "ntp.ctrl.flags2", "Flags 2", KIND_UINT, BASE_HEX, 1, .part = 2 },
	[NTP_CTRL_SEQUENCE] = { "ntp.ctrl.sequence", "Sequence", KIND_UINT, .octets = 2, .part = 2 },
	[NTP_CTRL_STATUS] = { "ntp.ctrl.status", "Status", KIND_UINT, BASE_HEX, 2, .part = 2 },
	[NTP_CTRL_ASSOCID] = { "ntp.ctrl.associd", "AssociationID", KIND_UINT, .octets = 2, .part = 2 },
	[NTP_CTRL_OFFSET] = { "ntp.ctrl.offset", "Offset", KIND_UINT, .octets = 2, .part = 2 },
	[NTP_CTRL_COUNT] = { "ntp.ctrl.count", "Count", KIND_UINT, .octets = 2, .part = 2 },
	[NTP_CTRL_TEXT] = { "ntp.ctrl.item", "Item", KIND_TEXT, .part = 2 },
	[NTP_PRIV_AUTH_SEQ] = { "ntp.priv.auth_seq", "Auth, sequence", KIND_UINT, .octets = 1, .part = 3 },
	[NTP_PRIV_IMPL] = { "ntp.priv.impl", "Implementation", KIND_UINT, .octets = 1, .part = 3 },
	[NTP_PRIV_REQCODE] = { "ntp.priv.reqcode", "Request code", KIND_UINT, .octets = 1, .part = 3,
		.names = request_names },
	[NTP_PRIV_ERRWORD] = { "ntp.priv.errword", "Error and count", KIND_UINT, .part = 3,
		.internal = true },
	[NTP_PRIV_SIZEWORD] = { "ntp.priv.sizeword", "Size", KIND_UINT, .part = 3, .internal = true },
	[NTP_LI] = { "ntp.flags.li", "Leap Indicator", KIND_UINT, .octets = 1, .names = li_names,
		.sql = "CASE WHEN {flags}&7<>7 THEN {flags}>>6&3 END" },
	[NTP_VN] = { "ntp.flags.vn", "Version number", KIND_UINT, .octets = 1, .of = NTP_FLAGS, .mask = 0x38,
		.names = version_names },
	[NTP_MODE] = { "ntp.flags.mode", "Mode", KIND_UINT, .octets = 1, .of = NTP_FLAGS, .mask = 7,
		.names = mode_names },
	[NTP_CTRL_R] = { "ntp.ctrl.flags2.r", "Response bit", KIND_UINT, .octets = 1, .of = NTP_CTRL_FLAGS2,
		.mask = 0x80 },
	[NTP_CTRL_ERROR] = { "ntp.ctrl.flags2.error", "Error bit", KIND_UINT, .octets = 1,
		.of = NTP_CTRL_FLAGS2, .mask = 0x40 },
	[NTP_CTRL_MORE] = { "ntp.ctrl.flags2.more", "More bit", KIND_UINT, .octets = 1, .of = NTP_CTRL_FLAGS2,
		.mask = 0x20 },
	[NTP_CTRL_OPCODE] = { "ntp.ctrl.flags2.opcode", "Opcode", KIND_UINT, .octets = 1,
		.of = NTP_CTRL_FLAGS2, .mask = 0x1f, .names = opcode_names },
	[NTP_PRIV_R] = { "ntp.priv.flags.r", "Response bit", KIND_UINT, .octets = 1,
		.sql = PRIVATE("{flags}>>7") },
	[NTP_PRIV_MORE] = { "ntp.priv.flags.more", "More bit", KIND_UINT, .octets = 1,
		.sql = PRIVATE("{flags}>>6&1") },
	[NTP_PRIV_AUTH] = { "ntp.priv.auth", "Auth bit", KIND_UINT, .octets = 1, .of = NTP_PRIV_AUTH_SEQ,
		.mask = 0x80 },
	[NTP_PRIV_SEQ] = { "ntp.priv.seq", "Sequence number", KIND_UINT, .octets = 1, .of = NTP_PRIV_AUTH_SEQ,
		.mask = 0x7f },
	[NTP_PRIV_ERR] = { "ntp.priv.err", "Err", KIND_UINT, BASE_HEX, 1, .of = NTP_PRIV_ERRWORD,
		.mask = 0xf000 },
	[NTP_PRIV_NUMITEMS] = { "ntp.priv.numitems", "Number of data items", KIND_UINT, .octets = 2,
		.of = NTP_PRIV_ERRWORD, .mask = 0xfff },
	[NTP_PRIV_ITEMSIZE] = { "ntp.priv.itemsize", "Size of data item", KIND_UINT, .octets = 2,
		.of = NTP_PRIV_SIZEWORD, .mask = 0xfff },
};

enum { EXT_TYPE, EXT_LENGTH, EXT_VALUE, EXT_NFIELDS };
static const struct field ext_fields[EXT_NFIELDS] = {
	[EXT_TYPE] = { "ntp.ext.type", "Field Type", KIND_UINT, BASE_HEX, 2 },
	[EXT_LENGTH] = { "ntp.ext.length", "Length", KIND_UINT, .octets = 2 },
	[EXT_VALUE] = { "ntp.ext.value", "Value", KIND_BYTES },
};

enum { ASSOC_ID, ASSOC_STATUS, ASSOC_NFIELDS };
static const struct field assoc_fields[ASSOC_NFIELDS] = {
	[ASSOC_ID] = { "ntp.ctrl.associd", "AssociationID", KIND_UINT, .octets = 2 },
	[ASSOC_STATUS] = { "ntp.ctrl.status", "Status", KIND_UINT, BASE_HEX, 2 },
};

enum { LATE_RESPONSE_IN, LATE_NFIELDS };
static const struct field late_fields[LATE_NFIELDS] = {
	[LATE_RESPONSE_IN] = { "ntp.response_in", "Response In", KIND_FRAME, .generated = true },
};

enum { REC_NTP, REC_EXT, REC_ASSOC, REC_LATE, REC_COUNT };
static const struct record ntp_records[REC_COUNT] = {
	[REC_NTP] = { "ntp", RECORD_LAYER, NTP_NFIELDS, ntp_fields,
		(const char *const[]) { "auth", "control", "private", NULL } },
	[REC_EXT] = { "ntp_ext", RECORD_CHILD, EXT_NFIELDS, ext_fields, NULL },
	[REC_ASSOC] = { "ntp_association", RECORD_CHILD, ASSOC_NFIELDS, assoc_fields, NULL },
	[REC_LATE] = { "ntp_response", RECORD_LATE, LATE_NFIELDS, late_fields, NULL },
};

enum { MODE_CLIENT = 3, MODE_SERVER = 4, MODE_CONTROL = 6, MODE_PRIVATE = 7 };

#define HEADER      48
#define EXT_MIN     16 /* RFC 7822, section 3 */
#define MAC_MIN     20
#define SINGLE_FILE 0xffffffff /* key of the exchanges that have no number of their own */

/* RFC 5905, section 6: seconds since 1900, from 2036 on of the next era; 0 is "not known". */
static void timestamp(struct row *r, unsigned field, struct cursor *c)
{
	const uint8_t *p = cur_take(c, 8);
	uint32_t seconds = p ? be32(p) : 0;
	if (!p || be64(p) == 0)
		return;
	int64_t unix_seconds =
		(int64_t)seconds - (seconds & 0x80000000 ? INT64_C(2208988800) : -INT64_C(2085978496));
	row_set_at(r, field, unix_seconds * 1000000000 + (int64_t)((uint64_t)be32(p + 4) * 1000000000 >> 32),
		p, 8);
}

/* Where the extension fields end: a digest may be as long as a field (RFC 7822, section 7.5.1.4), so they are
 * taken for fields as long as their lengths fit, and the last one back where too little is left for a digest.
 */
static uint32_t extensions_end(const struct cursor *c)
{
	uint32_t end = HEADER, last = 0;
	uint64_t len, key = 1;
	while (end + EXT_MIN <= c->len && cur_peek(c, end - c->pos + 2, 2, &len) && len >= EXT_MIN &&
		end + len <= c->len) {
		end += (uint32_t)len;
		last = (uint32_t)len;
	}
	uint32_t left = c->len - end;
	if (left == 0 || left >= MAC_MIN || (left == 4 && cur_peek(c, end - c->pos, 4, &key) && key == 0))
		return end;
	return end - last;
}

static void clock_message(struct packet *pkt, struct row *r, struct cursor *c)
{
	unsigned mode = (unsigned)row_be(r, NTP_FLAGS, c, 1) & 7;
	if (mode == MODE_CLIENT || mode == MODE_SERVER)
		pkt_exchange(pkt, &proto_ntp, r, SINGLE_FILE, mode == MODE_SERVER);
	row_be(r, NTP_STRATUM, c, 1);
	row_be(r, NTP_PPOLL, c, 1);
	row_be(r, NTP_PRECISION, c, 1);
	row_be(r, NTP_ROOTDELAY, c, 4);
	row_be(r, NTP_ROOTDISPERSION, c, 4);
	row_bytes(r, NTP_REFID, c, 4);
	timestamp(r, NTP_REFTIME, c);
	timestamp(r, NTP_ORG, c);
	timestamp(r, NTP_REC, c);
	timestamp(r, NTP_XMT, c);
	uint32_t end = pkt->fail ? 0 : extensions_end(c);
	while (c->pos < end && !pkt->fail) {
		struct row *e = row_open(pkt, &proto_ntp, REC_EXT);
		row_be(e, EXT_TYPE, c, 2);
		uint32_t len = (uint32_t)row_be(e, EXT_LENGTH, c, 2);
		if (len % 4)
			return;
		row_bytes(e, EXT_VALUE, c, len - 4);
	}
	if (cur_left(c) >= 4)
		row_bytes(r, NTP_KEYID, c, 4);
	else
		cur_skip(c, 4);
	row_bytes(r, NTP_MAC, c, cur_left(c));
}

static void control_message(struct packet *pkt, struct row *r, struct cursor *c)
{
	row_be(r, NTP_FLAGS, c, 1);
	unsigned flags = (unsigned)row_be(r, NTP_CTRL_FLAGS2, c, 1), opcode = flags & 0x1f;
	bool response = flags & 0x80;
	unsigned sequence = (unsigned)row_be(r, NTP_CTRL_SEQUENCE, c, 2);
	pkt_exchange(pkt, &proto_ntp, r, sequence, response);
	row_be(r, NTP_CTRL_STATUS, c, 2);
	unsigned association = (unsigned)row_be(r, NTP_CTRL_ASSOCID, c, 2);
	row_be(r, NTP_CTRL_OFFSET, c, 2);
	uint32_t count = (uint32_t)row_be(r, NTP_CTRL_COUNT, c, 2);
	if (!count || pkt->fail || !cur_need(c, 1))
		return;
	if (opcode != 1 || association) {
		row_ascii(r, NTP_CTRL_TEXT, c, count);
		return;
	}
	struct cursor list = cur_sub(c, count);
	while (cur_left(&list)) {
		struct row *a = row_open(pkt, &proto_ntp, REC_ASSOC);
		row_be(a, ASSOC_ID, &list, 2);
		row_be(a, ASSOC_STATUS, &list, 2);
	}
}

static void private_message(struct packet *pkt, struct row *r, struct cursor *c)
{
	bool response = row_be(r, NTP_FLAGS, c, 1) & 0x80;
	row_be(r, NTP_PRIV_AUTH_SEQ, c, 1);
	row_be(r, NTP_PRIV_IMPL, c, 1);
	row_be(r, NTP_PRIV_REQCODE, c, 1);
	pkt_exchange(pkt, &proto_ntp, r, SINGLE_FILE, response);
	row_be(r, NTP_PRIV_ERRWORD, c, 2);
	row_be(r, NTP_PRIV_SIZEWORD, c, 2);
}

static enum verdict ntp_dissect(struct packet *pkt, struct cursor *c)
{
	uint64_t flags;
	if (!cur_need(c, 1) || !cur_peek(c, 0, 1, &flags))
		return MINE;
	struct row *r = row_open(pkt, &proto_ntp, REC_NTP);
	if (pkt->info)
		info_set(pkt, "%s, %s", info_name(version_names, flags >> 3 & 7, "reserved"),
			info_name(mode_names, flags & 7, "reserved"));
	if ((flags & 7) == MODE_CONTROL)
		control_message(pkt, r, c);
	else if ((flags & 7) == MODE_PRIVATE)
		private_message(pkt, r, c);
	else
		clock_message(pkt, r, c);
	return MINE;
}

static const struct claim ntp_claims[] = { { CLAIM_UDP_PORT, 123 }, { CLAIM_TCP_PORT, 123 }, { 0 } };

static const struct exchange_fields ntp_exchange = {
	.response_to = NTP_REQUEST_IN,
	.time = NTP_DELTA_TIME,
	.unsolicited = EXCHANGE_NO_FIELD,
	.repeat_request = EXCHANGE_NO_FIELD,
	.repeat_response = EXCHANGE_NO_FIELD,
	.late_record = REC_LATE,
	.response_in = LATE_RESPONSE_IN,
	.by_ports = true,
};

const struct protocol proto_ntp = {
	.name = "ntp",
	.title = "Network Time Protocol",
	.column = "NTP",
	.spec = "RFC 5905",
	.help = "Sets the clocks of hosts by those of others.",
	.id = PROTO_ID_ntp,
	.records = ntp_records,
	.nrecords = REC_COUNT,
	.claims = ntp_claims,
	.exchange = &ntp_exchange,
	.dissect = ntp_dissect,
};
