/* NetBIOS Name Service (RFC 1002, section 4.2): messages of DNS with names, types and operations of NetBIOS.
 *
 *      0       2       4       6       8       10      12
 *     +-------+-------+-------+-------+-------+-------+---- - -
 *     |  id   | flags |queries|answers|auth rr|add rr | records
 *     +-------+-------+-------+-------+-------+-------+---- - -
 *     flags: response (1), operation (4), AA TC RD RA (1 each), 0 0, broadcast (1), result (4)
 */
#include <stdio.h>

#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/netbios_name.h"
#include "indexer/packet.h"

extern const struct protocol proto_nbns;

enum {
	NBNS_ID,
	NBNS_FLAGS,
	NBNS_QUERIES,
	NBNS_ANSWERS,
	NBNS_AUTH_RR,
	NBNS_ADD_RR,
	NBNS_RESPONSE,
	NBNS_OPCODE,
	NBNS_AUTHORITATIVE,
	NBNS_TRUNCATED,
	NBNS_RECDESIRED,
	NBNS_RECAVAIL,
	NBNS_BROADCAST,
	NBNS_RCODE,
	NBNS_NFIELDS
};

static const struct value_name opcode_names[] = { { 0, "Name query" }, { 5, "Registration" },
	{ 6, "Release" }, { 7, "Wait for acknowledgment" }, { 8, "Refresh" },
	{ 9, "Refresh (alternate opcode)" }, { 15, "Multi-homed registration" }, { 0, NULL } };
static const struct value_name rcode_names[] = { { 0, "No error" }, { 1, "Request was invalidly formatted" },
	{ 2, "Server failure" }, { 3, "Requested name does not exist" }, { 4, "Request is not implemented" },
	{ 5, "Request was refused" }, { 6, "Name is owned by another node" }, { 7, "Name is in conflict" },
	{ 0, NULL } };
static const struct value_name type_names[] = { { 32, "NB" }, { 33, "NBSTAT" }, { 0, NULL } };
static const struct value_name class_names[] = { { 1, "IN" }, { 2, "CS" }, { 3, "CH" }, { 4, "HS" },
	{ 254, "NONE" }, { 255, "ANY" }, { 0, NULL } };
static const struct value_name ont_names[] = { { 0, "B-node" }, { 1, "P-node" }, { 2, "M-node" },
	{ 3, "H-node" }, { 0, NULL } };

static const struct field nbns_fields[NBNS_NFIELDS] = {
	[NBNS_ID] = { "nbns.id", "Transaction ID", KIND_UINT, BASE_HEX, 2 },
	[NBNS_FLAGS] = { "nbns.flags", "Flags", KIND_UINT, BASE_HEX, 2 },
	[NBNS_QUERIES] = { "nbns.count.queries", "Questions", KIND_UINT, .octets = 2 },
	[NBNS_ANSWERS] = { "nbns.count.answers", "Answer RRs", KIND_UINT, .octets = 2 },
	[NBNS_AUTH_RR] = { "nbns.count.auth_rr", "Authority RRs", KIND_UINT, .octets = 2 },
	[NBNS_ADD_RR] = { "nbns.count.add_rr", "Additional RRs", KIND_UINT, .octets = 2 },
	[NBNS_RESPONSE] = { "nbns.flags.response", "Response", KIND_BOOL, .of = NBNS_FLAGS, .mask = 0x8000 },
	[NBNS_OPCODE] = { "nbns.flags.opcode", "Opcode", KIND_UINT, .octets = 2, .of = NBNS_FLAGS,
		.mask = 0x7800, .names = opcode_names },
	[NBNS_AUTHORITATIVE] = { "nbns.flags.authoritative", "Authoritative", KIND_BOOL,
		.sql = "CASE WHEN {flags}&32768 THEN {flags}>>10&1 END" },
	[NBNS_TRUNCATED] = { "nbns.flags.truncated", "Truncated", KIND_BOOL, .of = NBNS_FLAGS,
		.mask = 0x200 },
	[NBNS_RECDESIRED] = { "nbns.flags.recdesired", "Recursion desired", KIND_BOOL, .of = NBNS_FLAGS,
		.mask = 0x100 },
	[NBNS_RECAVAIL] = { "nbns.flags.recavail", "Recursion available", KIND_BOOL,
		.sql = "CASE WHEN {flags}&32768 THEN {flags}>>7&1 END" },
	[NBNS_BROADCAST] = { "nbns.flags.broadcast", "Broadcast", KIND_BOOL, .of = NBNS_FLAGS, .mask = 0x10 },
	[NBNS_RCODE] = { "nbns.flags.rcode", "Reply code", KIND_UINT, .octets = 2, .names = rcode_names,
		.sql = "CASE WHEN {flags}&32768 THEN {flags}&15 END" },
};

/* Questions and resource records. */
enum { RR_NAME, RR_TYPE, RR_CLASS, RR_TTL, RR_DATA_LENGTH, RR_NUMBER_OF_NAMES, RR_WACK, RR_DATA, RR_NFIELDS };
static const struct field rr_fields[RR_NFIELDS] = {
	[RR_NAME] = { "nbns.name", "Name", KIND_TEXT },
	[RR_TYPE] = { "nbns.type", "Type", KIND_UINT, .octets = 2, .names = type_names },
	[RR_CLASS] = { "nbns.class", "Class", KIND_UINT, .octets = 2, .names = class_names },
	[RR_TTL] = { "nbns.ttl", "Time to live", KIND_UINT, .octets = 4 },
	[RR_DATA_LENGTH] = { "nbns.data_length", "Data length", KIND_UINT, .octets = 2 },
	[RR_NUMBER_OF_NAMES] = { "nbns.number_of_names", "Number of names", KIND_UINT, .octets = 1 },
	[RR_WACK] = { "nbns.flags", "Flags", KIND_UINT, BASE_HEX, 2 },
	[RR_DATA] = { "nbns.data", "Data", KIND_BYTES },
};

enum { ADDR_FLAGS, ADDR_ADDR, ADDR_GROUP, ADDR_ONT, ADDR_NFIELDS };
static const struct field addr_fields[ADDR_NFIELDS] = {
	[ADDR_FLAGS] = { "nbns.nb_flags", "Name flags", KIND_UINT, BASE_HEX, 2 },
	[ADDR_ADDR] = { "nbns.addr", "Addr", KIND_IPV4 },
	[ADDR_GROUP] = { "nbns.nb_flags.group", "Name type", KIND_BOOL, .of = ADDR_FLAGS, .mask = 0x8000 },
	[ADDR_ONT] = { "nbns.nb_flags.ont", "ONT", KIND_UINT, .octets = 2, .of = ADDR_FLAGS, .mask = 0x6000,
		.names = ont_names },
};

enum { OWN_NAME, OWN_FLAGS, OWN_GROUP, OWN_ONT, OWN_DRG, OWN_CNF, OWN_ACT, OWN_PRM, OWN_NFIELDS };
static const struct field own_fields[OWN_NFIELDS] = {
	[OWN_NAME] = { "nbns.netbios_name", "Name", KIND_TEXT },
	[OWN_FLAGS] = { "nbns.name_flags", "Name flags", KIND_UINT, BASE_HEX, 2 },
	[OWN_GROUP] = { "nbns.name_flags.group", "Name type", KIND_BOOL, .of = OWN_FLAGS, .mask = 0x8000 },
	[OWN_ONT] = { "nbns.name_flags.ont", "ONT", KIND_UINT, .octets = 2, .of = OWN_FLAGS, .mask = 0x6000,
		.names = ont_names },
	[OWN_DRG] = { "nbns.name_flags.drg", "Name is being deregistered", KIND_BOOL, .of = OWN_FLAGS,
		.mask = 0x1000 },
	[OWN_CNF] = { "nbns.name_flags.cnf", "Name is in conflict", KIND_BOOL, .of = OWN_FLAGS,
		.mask = 0x800 },
	[OWN_ACT] = { "nbns.name_flags.act", "Name is active", KIND_BOOL, .of = OWN_FLAGS, .mask = 0x400 },
	[OWN_PRM] = { "nbns.name_flags.prm", "Permanent node name", KIND_BOOL, .of = OWN_FLAGS,
		.mask = 0x200 },
};

/* RFC 1002, section 4.2.18: what the adapter counted. */
enum {
	STAT_UNIT_ID,
	STAT_JUMPERS,
	STAT_TEST,
	STAT_VERSION,
	STAT_PERIOD,
	STAT_CRCS,
	STAT_ALIGNMENT,
	STAT_COLLISIONS,
	STAT_ABORTS,
	STAT_SENDS,
	STAT_RECEIVES,
	STAT_RETRANSMITS,
	STAT_NO_RESOURCE,
	STAT_BLOCKS,
	STAT_PENDING,
	STAT_PENDING_MAX,
	STAT_SESSIONS_MAX,
	STAT_PACKET_SIZE,
	STAT_NFIELDS
};
static const struct field stat_fields[STAT_NFIELDS] = {
	[STAT_UNIT_ID] = { "nbns.unit_id", "Unit ID", KIND_ETHER, .octets = 6 },
	[STAT_JUMPERS] = { "nbns.jumpers", "Jumpers", KIND_UINT, BASE_HEX, 1 },
	[STAT_TEST] = { "nbns.test_result", "Test result", KIND_UINT, BASE_HEX, 1 },
	[STAT_VERSION] = { "nbns.version_number", "Version number", KIND_UINT, BASE_HEX, 2 },
	[STAT_PERIOD] = { "nbns.period_of_statistics", "Period of statistics", KIND_UINT, BASE_HEX, 2 },
	[STAT_CRCS] = { "nbns.num_crcs", "Number of CRCs", KIND_UINT, .octets = 2 },
	[STAT_ALIGNMENT] = { "nbns.num_alignment_errors", "Number of alignment errors", KIND_UINT,
		.octets = 2 },
	[STAT_COLLISIONS] = { "nbns.num_collisions", "Number of collisions", KIND_UINT, .octets = 2 },
	[STAT_ABORTS] = { "nbns.num_send_aborts", "Number of send aborts", KIND_UINT, .octets = 2 },
	[STAT_SENDS] = { "nbns.num_good_sends", "Number of good sends", KIND_UINT, .octets = 4 },
	[STAT_RECEIVES] = { "nbns.num_good_receives", "Number of good receives", KIND_UINT, .octets = 4 },
	[STAT_RETRANSMITS] = { "nbns.numretransmits", "Number of retransmits", KIND_UINT, .octets = 2 },
	[STAT_NO_RESOURCE] = { "nbns.num_no_resource_conditions", "Number of no resource conditions",
		KIND_UINT, .octets = 2 },
	[STAT_BLOCKS] = { "nbns.numcommand_blocks", "Number of command blocks", KIND_UINT, .octets = 2 },
	[STAT_PENDING] = { "nbns.numpending_sessions", "Number of pending sessions", KIND_UINT, .octets = 2 },
	[STAT_PENDING_MAX] = { "nbns.max_num_pending_sessions", "Max number of pending sessions", KIND_UINT,
		.octets = 2 },
	[STAT_SESSIONS_MAX] = { "nbns.max_total_sessions_possible", "Max total sessions possible", KIND_UINT,
		.octets = 2 },
	[STAT_PACKET_SIZE] = { "nbns.session_data_packet_size", "Session data packet size", KIND_UINT,
		.octets = 2 },
};

enum { REC_NBNS, REC_RR, REC_ADDR, REC_OWN, REC_STAT, REC_COUNT };
static const struct record nbns_records[REC_COUNT] = {
	[REC_NBNS] = { "nbns", RECORD_LAYER, NBNS_NFIELDS, nbns_fields, NULL },
	[REC_RR] = { "nbns_rr", RECORD_CHILD, RR_NFIELDS, rr_fields, NULL },
	[REC_ADDR] = { "nbns_addr", RECORD_CHILD, ADDR_NFIELDS, addr_fields, NULL },
	[REC_OWN] = { "nbns_name", RECORD_CHILD, OWN_NFIELDS, own_fields, NULL },
	[REC_STAT] = { "nbns_stat", RECORD_CHILD, STAT_NFIELDS, stat_fields, NULL },
};

enum { TYPE_NB = 32, TYPE_NBSTAT = 33, OPCODE_WACK = 7 };

/* RFC 1002, section 4.2.1.1. */
static const struct value_name operations[] = { { 0, "Name query" }, { 5, "Registration" }, { 6, "Release" },
	{ 7, "Wait and acknowledgment" }, { 8, "Refresh" }, { 9, "Refresh(altcode)" },
	{ 15, "Multi-homed registration" }, { 0, NULL } };
static const struct value_name errors[] = { { 1, "Request was invalidly formatted" },
	{ 2, "Problem with NBNS, cannot process name" }, { 3, "Requested name does not exist" },
	{ 4, "Unsupported request" }, { 5, "Request refused" }, { 6, "Name is owned by another node" },
	{ 7, "Name is owned by multiple nodes" }, { 0, NULL } };

static void inform(struct packet *pkt, uint32_t flags)
{
	if (!pkt->info || pkt->fail)
		return;
	info_set(pkt, "%s%s", info_name(operations, flags >> 11 & 15, "Unknown operation"),
		flags & 0x8000 ? " response" : "");
	if (flags & 0x8000 && flags & 15)
		info_add(pkt, ", %s", info_name(errors, flags & 15, "Unknown error"));
}

static const char *type_name(uint32_t type)
{
	return type == TYPE_NB ? "NB" : type == TYPE_NBSTAT ? "NBSTAT" : "Unknown";
}

static void question(struct packet *pkt, struct cursor *c)
{
	struct netbios_name name;
	if (!netbios_name_read(&name, c, 0) || !cur_need(c, 4))
		return;
	struct row *r = row_open(pkt, &proto_nbns, REC_RR);
	info_add(pkt, " %s %.*s", type_name(be16(c->data + c->pos)), (int)name.len, name.text);
	row_text(r, RR_NAME, name.text, name.len, c->data + name.at, name.used);
	row_be(r, RR_TYPE, c, 2);
	row_be(r, RR_CLASS, c, 2);
}

/* Addresses with their flags, or what a "wait" answers to. What does not fit is left. */
static void addresses(struct packet *pkt, struct row *rr, struct cursor *data, unsigned opcode)
{
	while (cur_left(data) >= 2) {
		if (opcode == OPCODE_WACK) {
			row_be(rr, RR_WACK, data, 2);
			continue;
		}
		struct row *r = row_open(pkt, &proto_nbns, REC_ADDR);
		row_be(r, ADDR_FLAGS, data, 2);
		if (cur_left(data) < 4)
			return;
		row_address(r, ADDR_ADDR, data, KIND_IPV4);
	}
}

/* Wireshark forgets the octet with the number of names when it counts what is left of the data, so it reads
 * one octet further than they go. */
static bool runs_out(struct cursor *c, uint32_t left, uint32_t need)
{
	if (left >= need)
		return false;
	cur_need(c, left);
	return true;
}

static void node_status(struct packet *pkt, struct row *rr, struct cursor *c, uint32_t left)
{
	if (!left)
		return;
	unsigned names = (unsigned)row_be(rr, RR_NUMBER_OF_NAMES, c, 1);
	for (; names && !pkt->fail; names--) {
		char text[64];
		if (runs_out(c, left, NETBIOS_NAME_LEN))
			return;
		const uint8_t *p = cur_take(c, NETBIOS_NAME_LEN);
		if (!p)
			return;
		struct row *r = row_open(pkt, &proto_nbns, REC_OWN);
		row_text(r, OWN_NAME, text, netbios_name_plain(text, p), p, NETBIOS_NAME_LEN);
		left -= NETBIOS_NAME_LEN;
		if (runs_out(c, left, 2))
			return;
		row_be(r, OWN_FLAGS, c, 2);
		left -= 2;
	}
	struct row *r = row_open(pkt, &proto_nbns, REC_STAT);
	for (unsigned i = 0; i < STAT_NFIELDS && !pkt->fail; i++) {
		unsigned n = stat_fields[i].octets;
		if (runs_out(c, left, n))
			return;
		if (i == STAT_UNIT_ID)
			row_address(r, i, c, KIND_ETHER);
		else
			row_be(r, i, c, n);
		left -= n;
	}
}

static void resource(struct packet *pkt, struct cursor *c, unsigned opcode, bool response)
{
	struct netbios_name name;
	if (!netbios_name_read(&name, c, 0) || !cur_need(c, 10))
		return;
	struct cursor data = *c;
	unsigned type = be16(c->data + c->pos);
	uint32_t len = be16(c->data + c->pos + 8);
	cur_skip(&data, 10);
	/* A record of which something is missing is not shown. */
	if (!cur_need(&data, len))
		return;
	if (response && pkt->info) {
		info_add(pkt, " %s", type_name(type));
		if (type == TYPE_NB && len >= 6) {
			info_add(pkt, "%s", " ");
			info_address(pkt, KIND_IPV4, data.data + data.pos + 2);
		}
	}
	if (type == TYPE_NB) {
		const char *what = netbios_name_type(name.type);
		name.len +=
			(uint16_t)snprintf(name.text + name.len, sizeof(name.text) - name.len, " (%s)", what);
		if (name.len >= sizeof(name.text))
			name.len = sizeof(name.text) - 1;
	}
	struct row *r = row_open(pkt, &proto_nbns, REC_RR);
	row_text(r, RR_NAME, name.text, name.len, c->data + name.at, name.used);
	row_be(r, RR_TYPE, c, 2);
	row_be(r, RR_CLASS, c, 2);
	row_be(r, RR_TTL, c, 4);
	row_be(r, RR_DATA_LENGTH, c, 2);
	if (type == TYPE_NBSTAT) {
		node_status(pkt, r, &data, len);
	} else {
		data = cur_sub(&data, len);
		if (type == TYPE_NB)
			addresses(pkt, r, &data, opcode);
		else
			row_bytes(r, RR_DATA, &data, len);
	}
	cur_skip(c, len);
}

static enum verdict nbns_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_nbns, REC_NBNS);
	if (!cur_need(c, 4)) /* nothing before the flags are there */
		return MINE;
	row_be(r, NBNS_ID, c, 2);
	uint32_t flags = (uint32_t)row_be(r, NBNS_FLAGS, c, 2);
	unsigned opcode = flags >> 11 & 15;
	inform(pkt, flags);
	uint32_t queries = (uint32_t)row_be(r, NBNS_QUERIES, c, 2);
	uint32_t records = (uint32_t)row_be(r, NBNS_ANSWERS, c, 2);
	records += (uint32_t)row_be(r, NBNS_AUTH_RR, c, 2);
	records += (uint32_t)row_be(r, NBNS_ADD_RR, c, 2);
	for (; queries && !pkt->fail; queries--)
		question(pkt, c);
	for (; records && !pkt->fail; records--)
		resource(pkt, c, opcode, flags & 0x8000);
	return MINE;
}

static const struct claim nbns_claims[] = { { CLAIM_UDP_PORT, 137 }, { 0 } };

const struct protocol proto_nbns = {
	.name = "nbns",
	.title = "NetBIOS Name Service",
	.column = "NBNS",
	.spec = "RFC 1002, section 4.2",
	.help = "Registers and finds the names of Windows hosts.",
	.id = PROTO_ID_nbns,
	.records = nbns_records,
	.nrecords = REC_COUNT,
	.claims = nbns_claims,
	.dissect = nbns_dissect,
	.item_min = 4,
};
