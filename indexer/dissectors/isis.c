/* IS-IS (ISO/IEC 10589, clause 9; RFC 1195 for IP, RFC 5301 for names).
 *
 *      0     1      2       3       4      5       6      7        8
 *     +-----+------+-------+-------+------+-------+------+--------+------------- - -
 *     | 83  |header|version|id     | type |version| 0    | areas  | hello, LSP or list of LSPs; then
 * type-length-value |     |length|       |length |      |       |      |        | options
 *     +-----+------+-------+-------+------+-------+------+--------+------------- - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_isis, proto_isis_hello, proto_isis_lsp, proto_isis_csnp, proto_isis_psnp;

enum { ISIS_IRPD, ISIS_LEN, ISIS_VERSION, ISIS_ID_LEN, ISIS_TYPE, ISIS_VERSION2, ISIS_AREAS, ISIS_NFIELDS };

static const struct value_name type_names[] = { { 15, "L1 HELLO" }, { 16, "L2 HELLO" }, { 17, "P2P HELLO" },
	{ 18, "L1 LSP" }, { 20, "L2 LSP" }, { 24, "L1 CSNP" }, { 25, "L2 CSNP" }, { 26, "L1 PSNP" },
	{ 27, "L2 PSNP" }, { 0, NULL } };

static const struct field isis_fields[ISIS_NFIELDS] = {
	[ISIS_IRPD] = { "isis.irpd", "Intradomain Routing Protocol Discriminator", KIND_UINT, BASE_HEX, 1 },
	[ISIS_LEN] = { "isis.len", "Length Indicator", KIND_UINT, .octets = 1 },
	[ISIS_VERSION] = { "isis.version", "Version/Protocol ID Extension", KIND_UINT, .octets = 1 },
	[ISIS_ID_LEN] = { "isis.sysid_len", "ID Length", KIND_UINT, .octets = 1 },
	[ISIS_TYPE] = { "isis.type", "PDU Type", KIND_UINT, .octets = 1, .names = type_names },
	[ISIS_VERSION2] = { "version2", "Version", KIND_UINT, .octets = 1, .internal = true },
	[ISIS_AREAS] = { "isis.max_area_adr", "Maximum Area Addresses", KIND_UINT, .octets = 1 },
};

static const struct record isis_records[] = { { "isis", RECORD_LAYER, ISIS_NFIELDS, isis_fields, NULL } };

enum {
	HELLO_CIRCUIT_TYPE,
	HELLO_SOURCE,
	HELLO_HOLDING,
	HELLO_LENGTH,
	HELLO_PRIORITY,
	HELLO_LAN,
	HELLO_CIRCUIT,
	HELLO_NFIELDS
};

static const struct value_name circuit_names[] = { { 0, "Reserved value 0 (discard PDU)" },
	{ 1, "Level 1 only" }, { 2, "Level 2 only" }, { 3, "Level 1 and 2" }, { 0, NULL } };

static const struct field hello_fields[HELLO_NFIELDS] = {
	[HELLO_CIRCUIT_TYPE] = { "isis.hello.circuit_type", "Circuit type", KIND_UINT, BASE_HEX, 1,
		.names = circuit_names },
	[HELLO_SOURCE] = { "isis.hello.source_id", "SystemID {Sender of PDU}", KIND_TEXT },
	[HELLO_HOLDING] = { "isis.hello.holding_timer", "Holding timer", KIND_UINT, .octets = 2 },
	[HELLO_LENGTH] = { "isis.hello.pdu_length", "PDU length", KIND_UINT, .octets = 2 },
	[HELLO_PRIORITY] = { "isis.hello.priority", "Priority", KIND_UINT, .octets = 1 },
	[HELLO_LAN] = { "isis.hello.lan_id", "SystemID {Designated IS}", KIND_TEXT },
	[HELLO_CIRCUIT] = { "isis.hello.local_circuit_id", "Local circuit ID", KIND_UINT, .octets = 1 },
};

enum {
	LSP_LENGTH,
	LSP_LIFETIME,
	LSP_ID,
	LSP_SEQUENCE,
	LSP_CHECKSUM,
	LSP_BLOCK,
	LSP_REPAIR,
	LSP_ATTACHED,
	LSP_OVERLOAD,
	LSP_IS_TYPE,
	LSP_NFIELDS
};

static const struct value_name is_type_names[] = { { 0, "Unused value 0x0 (invalid)" }, { 1, "Level 1" },
	{ 2, "Unused value 0x2 (invalid)" }, { 3, "Level 2" }, { 0, NULL } };

static const struct field lsp_fields[LSP_NFIELDS] = {
	[LSP_LENGTH] = { "isis.lsp.pdu_length", "PDU length", KIND_UINT, .octets = 2 },
	[LSP_LIFETIME] = { "isis.lsp.remaining_life", "Remaining lifetime", KIND_UINT, .octets = 2 },
	[LSP_ID] = { "isis.lsp.lsp_id", "LSP-ID", KIND_TEXT },
	[LSP_SEQUENCE] = { "isis.lsp.sequence_number", "Sequence number", KIND_UINT, BASE_HEX, 4 },
	[LSP_CHECKSUM] = { "isis.lsp.checksum", "Checksum", KIND_UINT, BASE_HEX, 2 },
	[LSP_BLOCK] = { "block", "Type block", KIND_UINT, BASE_HEX, 1, .internal = true },
	[LSP_REPAIR] = { "isis.lsp.partition_repair", "Partition Repair", KIND_BOOL, .of = LSP_BLOCK,
		.mask = 0x80 },
	[LSP_ATTACHED] = { "isis.lsp.att", "Attachment", KIND_UINT, .octets = 1, .of = LSP_BLOCK,
		.mask = 0x78 },
	[LSP_OVERLOAD] = { "isis.lsp.overload", "Overload bit", KIND_BOOL, .of = LSP_BLOCK, .mask = 0x04 },
	[LSP_IS_TYPE] = { "isis.lsp.is_type", "Type of Intermediate System", KIND_UINT, .octets = 1,
		.of = LSP_BLOCK, .mask = 0x03, .names = is_type_names },
};

enum { CSNP_LENGTH, CSNP_SOURCE, CSNP_START, CSNP_END, CSNP_NFIELDS };
static const struct field csnp_fields[CSNP_NFIELDS] = {
	[CSNP_LENGTH] = { "isis.csnp.pdu_length", "PDU length", KIND_UINT, .octets = 2 },
	[CSNP_SOURCE] = { "isis.csnp.source_id", "Source-ID", KIND_TEXT },
	[CSNP_START] = { "isis.csnp.start_lsp_id", "Start LSP-ID", KIND_TEXT },
	[CSNP_END] = { "isis.csnp.end_lsp_id", "End LSP-ID", KIND_TEXT },
};

enum { PSNP_LENGTH, PSNP_SOURCE, PSNP_NFIELDS };
static const struct field psnp_fields[PSNP_NFIELDS] = {
	[PSNP_LENGTH] = { "isis.psnp.pdu_length", "PDU length", KIND_UINT, .octets = 2 },
	[PSNP_SOURCE] = { "isis.psnp.source_id", "Source-ID", KIND_TEXT },
};

/* Options, of each kind of PDU under its own names. */
enum {
	CLV_TYPE,
	CLV_LENGTH,
	CLV_PLAIN,
	CLV_IPV4 = CLV_PLAIN,
	CLV_IPV6,
	CLV_HELLO_NFIELDS,
	CLV_HOSTNAME = CLV_HELLO_NFIELDS,
	CLV_ROUTER,
	CLV_LSP_NFIELDS
};

#define CLV(pdu)                                                                                             \
	[CLV_TYPE] = { "isis." pdu ".clv.type", "Type", KIND_UINT, .octets = 1 }, [CLV_LENGTH] = {           \
		"isis." pdu ".clv.length", "Length", KIND_UINT, .octets = 1                                  \
	}
#define CLV_ADDRESSES(pdu)                                                                                   \
	CLV(pdu), [CLV_IPV4] = { "isis." pdu ".clv_ipv4_int_addr", "IPv4 interface address", KIND_IPV4 },    \
		  [CLV_IPV6] = { "isis." pdu ".clv_ipv6_int_addr", "IPv6 interface address", KIND_IPV6 }

static const struct field hello_clv_fields[CLV_HELLO_NFIELDS] = { CLV_ADDRESSES("hello") };
static const struct field lsp_clv_fields[CLV_LSP_NFIELDS] = {
	CLV_ADDRESSES("lsp"),
	[CLV_HOSTNAME] = { "isis.lsp.hostname", "Hostname", KIND_TEXT },
	[CLV_ROUTER] = { "isis.lsp.clv_te_router_id", "Traffic Engineering Router ID", KIND_IPV4 },
};
static const struct field csnp_clv_fields[CLV_PLAIN] = { CLV("csnp") };
static const struct field psnp_clv_fields[CLV_PLAIN] = { CLV("psnp") };

enum { REC_PDU, REC_CLV, REC_COUNT };
#define RECORDS(name, n, nclv)                                                                               \
	static const struct record name##_records[REC_COUNT] = {                                             \
		[REC_PDU] = { "isis_" #name, RECORD_LAYER, n, name##_fields, NULL },                         \
		[REC_CLV] = { "isis_" #name "_clv", RECORD_CHILD, nclv, name##_clv_fields, NULL },           \
	}
RECORDS(hello, HELLO_NFIELDS, CLV_HELLO_NFIELDS);
RECORDS(lsp, LSP_NFIELDS, CLV_LSP_NFIELDS);
RECORDS(csnp, CSNP_NFIELDS, CLV_PLAIN);
RECORDS(psnp, PSNP_NFIELDS, CLV_PLAIN);

#define ISIS_HEADER   8
#define SYSTEM_ID     6
#define ID_TEXT       24
#define HELLO_FIXED_P 12 /* point to point: circuit, source, time, length, own circuit */
#define HELLO_FIXED_L 19 /* on a LAN: circuit, source, time, length, priority, designated system */
#define LSP_FIXED     19
#define CSNP_FIXED    25
#define PSNP_FIXED    9

enum {
	TYPE_L1_HELLO = 15,
	TYPE_L2_HELLO = 16,
	TYPE_P2P_HELLO = 17,
	TYPE_L1_LSP = 18,
	TYPE_L2_LSP = 20,
	TYPE_L1_CSNP = 24,
	TYPE_L2_CSNP = 25,
	TYPE_L1_PSNP = 26,
	TYPE_L2_PSNP = 27
};
enum { OPTION_IPV4 = 132, OPTION_ROUTER = 134, OPTION_HOSTNAME = 137, OPTION_IPV6 = 232 };

/* Six octets of a system, or seven and eight of a pseudonode and of a part of its LSP: 0102.0304.0506.07-08
 */
static unsigned id_text(char *text, const uint8_t *p, unsigned n)
{
	static const char digits[] = "0123456789abcdef";
	unsigned used = 0;
	for (unsigned i = 0; i < n; i++) {
		if (i == SYSTEM_ID + 1)
			text[used++] = '-';
		else if (i && i % 2 == 0)
			text[used++] = '.';
		text[used++] = digits[p[i] >> 4];
		text[used++] = digits[p[i] & 15];
	}
	return used;
}

static void system_id(struct row *r, unsigned field, struct cursor *c, unsigned n)
{
	const uint8_t *p = cur_take(c, n);
	char text[ID_TEXT];
	if (p)
		row_text(r, field, text, id_text(text, p, n), p, n);
}

/* "L1 HELLO, System-ID: 0102.0304.0506" */
static void inform(struct packet *pkt, uint32_t type, const char *before, const struct cursor *c, unsigned n)
{
	char text[ID_TEXT];
	info_set(pkt, "%s", info_name(type_names, type, "Unknown"));
	if (cur_avail(c) >= n)
		info_add(pkt, "%s%.*s", before, (int)id_text(text, c->data + c->pos, n), text);
}

/* The options: what a PDU says of its length counts, as far as there is so much. */
static void options(struct packet *pkt, const struct protocol *proto, struct cursor *c, uint32_t header,
	uint32_t pdu_length)
{
	/* IS-IS's own header, of which this layer's octets are the rest, counts as well */
	uint32_t end = pdu_length > ISIS_HEADER ? pdu_length - ISIS_HEADER : 0;
	if (pkt->fail || pdu_length < ISIS_HEADER + header)
		return;
	struct cursor list = cur_sub(c, end > c->pos ? end - c->pos : 0);
	while (cur_left(&list) > 1) {
		struct row *r = row_open(pkt, proto, REC_CLV);
		uint32_t type = (uint32_t)row_be(r, CLV_TYPE, &list, 1),
			 n = (uint32_t)row_be(r, CLV_LENGTH, &list, 1);
		if (pkt->fail || n > cur_left(&list))
			break;
		struct cursor value = cur_sub(&list, n);
		if (proto == &proto_isis_csnp || proto == &proto_isis_psnp)
			continue;
		/* one row an address; the first stands in that of the option */
		for (bool first = true; type == OPTION_IPV4 && cur_left(&value) >= 4; first = false)
			row_address(first ? r : row_open(pkt, proto, REC_CLV), CLV_IPV4, &value, KIND_IPV4);
		for (bool first = true; type == OPTION_IPV6 && cur_left(&value) >= 16; first = false)
			row_address(first ? r : row_open(pkt, proto, REC_CLV), CLV_IPV6, &value, KIND_IPV6);
		if (proto != &proto_isis_lsp)
			continue;
		if (type == OPTION_HOSTNAME && n)
			row_string(r, CLV_HOSTNAME, &value, n);
		else if (type == OPTION_ROUTER && n >= 4)
			row_address(r, CLV_ROUTER, &value, KIND_IPV4);
	}
}

/* The header in front of this layer's octets: its type tells a point-to-point hello. */
static uint32_t pdu_type(const struct packet *pkt)
{
	int parent = pkt->layers[pkt->current].parent;
	return parent >= 0 && pkt->layers[parent].cap >= ISIS_HEADER ? pkt->layers[parent].data[4] & 0x1f : 0;
}

static enum verdict hello_dissect(struct packet *pkt, struct cursor *c)
{
	uint32_t type = pdu_type(pkt);
	bool point_to_point = type == TYPE_P2P_HELLO;
	struct row *r = row_open(pkt, &proto_isis_hello, REC_PDU);
	const uint8_t *p = cur_take(c, 1);
	if (p)
		row_set_at(r, HELLO_CIRCUIT_TYPE, *p & 3, p, 1);
	if (pkt->info)
		inform(pkt, type, ", System-ID: ", c, SYSTEM_ID);
	system_id(r, HELLO_SOURCE, c, SYSTEM_ID);
	row_be(r, HELLO_HOLDING, c, 2);
	uint32_t length = (uint32_t)row_be(r, HELLO_LENGTH, c, 2);
	if (point_to_point) {
		row_be(r, HELLO_CIRCUIT, c, 1);
	} else {
		p = cur_take(c, 1);
		if (p)
			row_set_at(r, HELLO_PRIORITY, *p & 0x7f, p, 1);
		system_id(r, HELLO_LAN, c, SYSTEM_ID + 1);
	}
	options(pkt, &proto_isis_hello, c, point_to_point ? HELLO_FIXED_P : HELLO_FIXED_L, length);
	return MINE;
}

static enum verdict lsp_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_isis_lsp, REC_PDU);
	uint32_t length = (uint32_t)row_be(r, LSP_LENGTH, c, 2);
	row_be(r, LSP_LIFETIME, c, 2);
	system_id(r, LSP_ID, c, SYSTEM_ID + 2);
	row_be(r, LSP_SEQUENCE, c, 4);
	row_be(r, LSP_CHECKSUM, c, 2);
	row_be(r, LSP_BLOCK, c, 1);
	options(pkt, &proto_isis_lsp, c, LSP_FIXED, length);
	return MINE;
}

static enum verdict csnp_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_isis_csnp, REC_PDU);
	uint32_t length = (uint32_t)row_be(r, CSNP_LENGTH, c, 2);
	system_id(r, CSNP_SOURCE, c, SYSTEM_ID);
	cur_take(c, 1);
	system_id(r, CSNP_START, c, SYSTEM_ID + 2);
	system_id(r, CSNP_END, c, SYSTEM_ID + 2);
	options(pkt, &proto_isis_csnp, c, CSNP_FIXED, length);
	return MINE;
}

static enum verdict psnp_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_isis_psnp, REC_PDU);
	uint32_t length = (uint32_t)row_be(r, PSNP_LENGTH, c, 2);
	system_id(r, PSNP_SOURCE, c, SYSTEM_ID);
	cur_take(c, 1);
	options(pkt, &proto_isis_psnp, c, PSNP_FIXED, length);
	return MINE;
}

#define HEADER 8 /* octets that all messages have */

static enum verdict isis_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_isis, 0);
	row_be(r, ISIS_IRPD, c, 1);
	bool damaged = row_be(r, ISIS_LEN, c, 1) < HEADER; /* Wireshark goes no further */
	row_be(r, ISIS_VERSION, c, 1);
	row_be(r, ISIS_ID_LEN, c, 1);
	const uint8_t *p = cur_take(c, 1);
	uint32_t type = p ? *p & 0x1f : 0;
	row_set_at(r, ISIS_TYPE, type, p, 1);
	row_be(r, ISIS_VERSION2, c, 1);
	cur_take(c, 1);
	row_be(r, ISIS_AREAS, c, 1);
	if (pkt->fail || damaged)
		return MINE;
	if (type >= TYPE_L1_HELLO && type <= TYPE_P2P_HELLO)
		pkt_next_proto(pkt, &proto_isis_hello, cur_rest(c));
	else if (type == TYPE_L1_LSP || type == TYPE_L2_LSP)
		pkt_next_proto(pkt, &proto_isis_lsp, cur_rest(c));
	else if (type == TYPE_L1_CSNP || type == TYPE_L2_CSNP)
		pkt_next_proto(pkt, &proto_isis_csnp, cur_rest(c));
	else if (type == TYPE_L1_PSNP || type == TYPE_L2_PSNP)
		pkt_next_proto(pkt, &proto_isis_psnp, cur_rest(c));
	return MINE;
}

static const struct claim isis_claims[] = { { CLAIM_ETHERTYPE, 0x22f4 }, { CLAIM_NLPID, 0x83 }, { 0 } };

const struct protocol proto_isis = {
	.name = "isis",
	.title = "ISO 10589 ISIS InTRA Domain Routeing Information Exchange Protocol",
	.column = "ISIS",
	.spec = "ISO/IEC 10589",
	.help = "By it the routers of one network tell each other who is connected to whom.",
	.id = PROTO_ID_isis,
	.records = isis_records,
	.nrecords = 1,
	.claims = isis_claims,
	.dissect = isis_dissect,
};

#define PDU(pdu, text, words, sentence)                                                                      \
	const struct protocol proto_isis_##pdu = {                                                           \
		.name = "isis." #pdu,                                                                        \
		.title = text,                                                                               \
		.column = words,                                                                             \
		.spec = "ISO/IEC 10589",                                                                     \
		.help = sentence,                                                                            \
		.id = PROTO_ID_isis_##pdu,                                                                   \
		.records = pdu##_records,                                                                    \
		.nrecords = REC_COUNT,                                                                       \
		.dissect = pdu##_dissect,                                                                    \
	}
PDU(hello, "ISIS HELLO", "ISIS HELLO", "By it neighbours find each other.");
PDU(lsp, "ISO 10589 ISIS Link State Protocol Data Unit", "ISIS LSP", "Tells all routers the links of one.");
PDU(csnp, "ISO 10589 ISIS Complete Sequence Numbers Protocol Data Unit", "ISIS CSNP",
	"Lists all link states that a router has.");
PDU(psnp, "ISO 10589 ISIS Partial Sequence Numbers Protocol Data Unit", "ISIS PSNP",
	"Acknowledges link states, or asks for some.");
