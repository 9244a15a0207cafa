/* Internet Control Message Protocol (RFC 792).
 *
 *      0       1       2               4                               8
 *     +-------+-------+---------------+-------------------------------+------
 *     | type  | code  |   checksum    |            by type            | echo data, or the packet that an
 * error is
 *     +-------+-------+---------------+-------------------------------+ about: IP header and what follows it
 *
 * Octets 4 to 8:
 *     echo, timestamp, information, address mask    identifier (2), sequence number (2)
 *     destination unreachable, time exceeded        unused, length of the quoted packet in words (RFC 4884),
 * unused or MTU (RFC 1191) parameter problem                             pointer, length, unused (2) redirect
 * gateway's address
 */
#include "indexer/checksum.h"
#include "indexer/dissectors/ids.h"
#include "indexer/expert.h"

extern const struct protocol proto_icmp, proto_ip, proto_data;

enum {
	ICMP_TYPE,
	ICMP_CODE,
	ICMP_CHECKSUM,
	ICMP_IDENT,
	ICMP_SEQ,
	ICMP_RESP_TO,
	ICMP_RESPTIME,
	ICMP_ASKS,
	ICMP_DATA_TIME,
	ICMP_MTU,
	ICMP_POINTER,
	ICMP_REDIR_GW,
	ICMP_LENGTH,
	ICMP_IDENT_LE,
	ICMP_SEQ_LE,
	ICMP_DATA_TIME_RELATIVE,
	ICMP_NO_RESP,
	ICMP_CHECKSUM_ODD,
	ICMP_CHECKSUM_STATUS,
	ICMP_RESP_NOT_FOUND,
	ICMP_EXPERT,
	ICMP_EXPERT_LAST = ICMP_EXPERT + EXPERT_FIELDS - 1,
	ICMP_NFIELDS
};

#define UNANSWERED                                                                                           \
	"CASE WHEN {asks} AND NOT EXISTS (SELECT 1 FROM t_icmp_response r WHERE r.frame_id={frame}) THEN 1 " \
	"END"
#define SWAPPED(field) "(({" field "} & 255) << 8) | ({" field "} >> 8)"

static const struct field icmp_fields[ICMP_NFIELDS] = {
	[ICMP_TYPE] = { "icmp.type", "Type", KIND_UINT, .octets = 1 },
	[ICMP_CODE] = { "icmp.code", "Code", KIND_UINT, .octets = 1 },
	[ICMP_CHECKSUM] = { "icmp.checksum", "Checksum", KIND_UINT, BASE_HEX, 2 },
	[ICMP_IDENT] = { "icmp.ident", "Identifier (BE)", KIND_UINT, BASE_DEC_HEX, 2 },
	[ICMP_SEQ] = { "icmp.seq", "Sequence Number (BE)", KIND_UINT, BASE_DEC_HEX, 2 },
	[ICMP_RESP_TO] = { "icmp.resp_to", "Request frame", KIND_FRAME, .generated = true },
	[ICMP_RESPTIME] = { "icmp.resptime", "Response time", KIND_DOUBLE, .generated = true },
	[ICMP_ASKS] = { "asks", "a response is waited for", KIND_BOOL, .internal = true },
	[ICMP_DATA_TIME] = { "icmp.data_time", "Timestamp from icmp data", KIND_TIME },
	[ICMP_MTU] = { "icmp.mtu", "MTU of next hop", KIND_UINT, .octets = 2, .part = 1 },
	[ICMP_POINTER] = { "icmp.pointer", "Pointer", KIND_UINT, .octets = 4, .part = 1 },
	[ICMP_REDIR_GW] = { "icmp.redir_gw", "Gateway Address", KIND_IPV4, .part = 1 },
	[ICMP_LENGTH] = { "icmp.length", "Length", KIND_UINT, .octets = 1, .part = 1 },
	[ICMP_CHECKSUM_ODD] = { "checksum_odd", "enum checksum_status, where the checksum is not good",
		KIND_UINT, .part = 1, .internal = true },
	[ICMP_CHECKSUM_STATUS] = { "icmp.checksum.status", "Checksum Status", KIND_UINT, .octets = 1,
		.generated = true, .names = checksum_status_names,
		.sql = "CASE WHEN {checksum} IS NOT NULL THEN coalesce({checksum_odd}, 1) END" },
	/* Some senders write these in their own order of octets: shown both ways. */
	[ICMP_IDENT_LE] = { "icmp.ident_le", "Identifier (LE)", KIND_UINT, BASE_DEC_HEX, 2,
		.sql = SWAPPED("ident") },
	[ICMP_SEQ_LE] = { "icmp.seq_le", "Sequence Number (LE)", KIND_UINT, BASE_DEC_HEX, 2,
		.sql = SWAPPED("seq") },
	[ICMP_DATA_TIME_RELATIVE] = { "icmp.data_time_relative", "Timestamp from icmp data (relative)",
		KIND_RELTIME, .generated = true,
		.sql = "(SELECT f.time FROM t_frame f WHERE f.frame_id={frame}) - {data_time}" },
	[ICMP_NO_RESP] = { "icmp.no_resp", "No response seen", KIND_NONE, .generated = true,
		.sql = UNANSWERED },
	[ICMP_RESP_NOT_FOUND] = { "icmp.resp_not_found", "Response not found", KIND_NONE, .generated = true,
		.sql = UNANSWERED },
	EXPERT_ITEM(ICMP_EXPERT, EXPERT_IF(UNANSWERED, "'No response seen to ICMP request'"), EXPERT_WARN,
		EXPERT_SEQUENCE),
};

enum { UNUSED_OCTETS, UNUSED_NFIELDS };
static const struct field unused_fields[UNUSED_NFIELDS] = {
	[UNUSED_OCTETS] = { "icmp.unused", "Unused", KIND_BYTES },
};

enum { LATE_RESP_IN, LATE_NFIELDS };
static const struct field late_fields[LATE_NFIELDS] = {
	[LATE_RESP_IN] = { "icmp.resp_in", "Response frame", KIND_FRAME, .generated = true },
};

enum { REC_ICMP, REC_UNUSED, REC_LATE, REC_COUNT };
static const struct record icmp_records[REC_COUNT] = {
	[REC_ICMP] = { "icmp", RECORD_LAYER, ICMP_NFIELDS, icmp_fields,
		(const char *const[]) { "error", NULL } },
	[REC_UNUSED] = { "icmp_unused", RECORD_CHILD, UNUSED_NFIELDS, unused_fields, NULL },
	[REC_LATE] = { "icmp_response", RECORD_LATE, LATE_NFIELDS, late_fields, NULL },
};

enum {
	ECHO_REPLY = 0,
	UNREACHABLE = 3,
	SOURCE_QUENCH = 4,
	REDIRECT = 5,
	ECHO_REQUEST = 8,
	ROUTER_ADVERTISEMENT = 9,
	TIME_EXCEEDED = 11,
	PARAMETER_PROBLEM = 12,
	TIMESTAMP = 13,
	MASK_REPLY = 18,
	EXTENDED_REQUEST = 42, /* RFC 8335 */
	EXTENDED_REPLY = 43
};

#define CODE_FRAGMENTATION_NEEDED 4
#define NANOSECONDS               INT64_C(1000000000)
#define ONE_DAY                   (86400 * NANOSECONDS)

/* ping puts the time of sending at the start of its data, in its own order of octets. It is taken for one
 * where it is a possible time less than a day away. */
static void echo_data(struct packet *pkt, struct row *r, struct cursor *c)
{
	const uint8_t *p = c->data + c->pos;
	for (int little = 1; cur_avail(c) >= 8 && little >= 0; little--) {
		uint32_t seconds = little ? le32(p) : be32(p), micros = little ? le32(p + 4) : be32(p + 4);
		int64_t t = seconds * NANOSECONDS + micros * INT64_C(1000);
		if (micros >= 1000000 || t - pkt->time_ns > ONE_DAY || pkt->time_ns - t > ONE_DAY)
			continue;
		row_set_at(r, ICMP_DATA_TIME, t, p, 8);
		cur_skip(c, 8);
		break;
	}
	pkt_nest(pkt, true);
	pkt_next_proto(pkt, &proto_data, cur_rest(c));
}

/* A reply repeats all of its request but the type: its checksum is that of the request plus 0x0800, in ones'
 * complement. With it, identifier and number are the key of both. */
static uint64_t echo_key(uint32_t checksum, bool request, uint32_t word)
{
	if (request) {
		uint32_t sum = (~checksum & 0xffff) + (~0x0800u & 0xffff);
		checksum = ~((sum & 0xffff) + (sum >> 16)) & 0xffff;
	}
	return (uint64_t)checksum << 32 | word;
}

/* The packet that the error is about. A length, where there is one, counts the words behind its header; a
 * redirect is taken for the eight octets that RFC 792 asks for. */
static void quoted(struct packet *pkt, struct cursor *c, uint32_t type, uint32_t words)
{
	struct cursor packet = cur_rest(c);
	if (type == REDIRECT)
		words = 2;
	if (words && packet.len) {
		/* Wireshark looks at the total length for a header's, at the version for a redirect's. */
		if (!cur_need(&packet, type == REDIRECT ? 1 : 4))
			return;
		packet = cur_sub(&packet, ((packet.data[0] & 15u) + words) * 4);
	}
	pkt->in_error = true;
	pkt_next_proto(pkt, &proto_ip, packet);
}

static void unused(struct packet *pkt, struct cursor *c, uint32_t n)
{
	row_bytes(row_open(pkt, &proto_icmp, REC_UNUSED), UNUSED_OCTETS, c, n);
}

/* Octets 4 to 8 of the errors: see above. Gives the length of the quoted packet in words. */
static uint32_t error_header(
	struct packet *pkt, struct row *r, struct cursor *c, uint32_t type, uint32_t code)
{
	bool mtu = type == UNREACHABLE && code == CODE_FRAGMENTATION_NEEDED;
	uint64_t length = 0;
	if (type == REDIRECT) {
		row_address(r, ICMP_REDIR_GW, c, KIND_IPV4);
		return 0;
	}
	if (type == SOURCE_QUENCH) {
		cur_take(c, 4);
		return 0;
	}
	cur_peek(c, 1, 1, &length);
	if (type == PARAMETER_PROBLEM)
		row_be(r, ICMP_POINTER, c, 1);
	if (!length) {
		unused(pkt, c, mtu ? 2 : type == PARAMETER_PROBLEM ? 3 : 4);
	} else {
		if (type != PARAMETER_PROBLEM)
			unused(pkt, c, 1);
		row_be(r, ICMP_LENGTH, c, 1);
		if (!mtu)
			unused(pkt, c, 2);
	}
	if (mtu)
		row_be(r, ICMP_MTU, c, 2);
	return (uint32_t)length;
}

/* RFC 1256; mobile IP's extensions may follow addresses of the right size. */
static void router_advertisement(struct packet *pkt, struct cursor *c)
{
	uint32_t count = (uint32_t)cur_be(c, 1), words = (uint32_t)cur_be(c, 1);
	cur_be(c, 2); /* lifetime */
	if (words == 2)
		cur_take(c, count * 8);
	else {
		pkt_nest(pkt, true);
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
	}
}

/* The names of RFC 792 and of IANA's list of ICMP parameters. */
static const char *type_name(uint32_t type)
{
	static const char *const names[] = { [0] = "Echo (ping) reply",
		[3] = "Destination unreachable",
		[4] = "Source quench (flow control)",
		[5] = "Redirect",
		[6] = "Alternate host address",
		[8] = "Echo (ping) request",
		[9] = "Router advertisement",
		[10] = "Router solicitation",
		[11] = "Time-to-live exceeded",
		[12] = "Parameter problem",
		[13] = "Timestamp request",
		[14] = "Timestamp reply",
		[15] = "Information request",
		[16] = "Information reply",
		[17] = "Address mask request",
		[18] = "Address mask reply",
		[30] = "Traceroute",
		[42] = "Extended Echo request",
		[43] = "Extended Echo reply" };
	return type < sizeof(names) / sizeof(*names) && names[type] ? names[type]
								    : "Unknown ICMP (obsolete or malformed?)";
}

static const char *code_name(uint32_t type, uint32_t code)
{
	static const char *const unreachable[] = { "Network unreachable", "Host unreachable",
		"Protocol unreachable", "Port unreachable", "Fragmentation needed", "Source route failed",
		"Destination network unknown", "Destination host unknown", "Source host isolated",
		"Network administratively prohibited", "Host administratively prohibited",
		"Network unreachable for TOS", "Host unreachable for TOS",
		"Communication administratively filtered", "Host precedence violation",
		"Precedence cutoff in effect" };
	static const char *const redirect[] = { "Redirect for network", "Redirect for host",
		"Redirect for TOS and network", "Redirect for TOS and host" };
	static const char *const exceeded[] = { "Time to live exceeded in transit",
		"Fragment reassembly time exceeded" };
	static const char *const problem[] = { "Pointer indicates the error", "Required option missing",
		"Bad length" };
	switch (type) {
	case UNREACHABLE:
		return code < 16 ? unreachable[code] : NULL;
	case REDIRECT:
		return code < 4 ? redirect[code] : NULL;
	case TIME_EXCEEDED:
		return code < 2 ? exceeded[code] : NULL;
	case PARAMETER_PROBLEM:
		return code < 3 ? problem[code] : NULL;
	case ROUTER_ADVERTISEMENT:
		return code == 0    ? "Normal router advertisement"
		       : code == 16 ? "Does not route common traffic"
				    : NULL;
	default:
		return NULL;
	}
}

static void inform(struct packet *pkt, uint32_t type, uint32_t code)
{
	const char *name = code_name(type, code);
	info_set(pkt, "%-20s ", type_name(type));
	if (name)
		info_add(pkt, "(%s)", name);
}

static void inform_echo(struct packet *pkt, uint32_t type, uint32_t ident, uint32_t seq)
{
	info_add(pkt, "id=0x%04x, seq=%u/%u, ttl=%u", ident, seq, (seq & 255) << 8 | seq >> 8, pkt->ttl);
	if (type != ECHO_REQUEST || !pkt->info || pkt->in_error)
		return;
	uint32_t reply = (uint32_t)info_later(pkt, "icmp.resp_in");
	uint8_t kind;
	size_t len;
	const uint8_t *dst =
		pkt->net_dst ? dict_get(pkt->dict, DICT_ADDRESS, pkt->net_dst, &kind, &len) : NULL;
	if (reply)
		info_add(pkt, " (reply in %u)", reply);
	else if (dst && kind == KIND_IPV4 && be32(dst) == UINT32_MAX)
		info_add(pkt, "%s", " (broadcast)");
	else if (dst && kind == KIND_IPV4 && dst[0] >> 4 == 14)
		info_add(pkt, "%s", " (multicast)");
	else
		info_add(pkt, "%s", " (no response found!)");
}

static enum verdict icmp_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_icmp, REC_ICMP);
	if (!cur_need(c, 6)) /* Wireshark shows nothing of less */
		return MINE;
	uint32_t type = (uint32_t)row_be(r, ICMP_TYPE, c, 1);
	uint32_t code = (uint32_t)row_be(r, ICMP_CODE, c, 1);
	uint32_t checksum = (uint32_t)row_be(r, ICMP_CHECKSUM, c, 2);
	enum checksum_status status = checksum_test(pkt, c, 0);
	if (status != CHECKSUM_GOOD)
		row_set(r, ICMP_CHECKSUM_ODD, status);
	uint32_t ident, seq, words;
	inform(pkt, type, code);
	switch (type) {
	case ECHO_REPLY:
	case ECHO_REQUEST:
		ident = (uint32_t)row_be(r, ICMP_IDENT, c, 2);
		seq = (uint32_t)row_be(r, ICMP_SEQ, c, 2);
		if (pkt->fail)
			break;
		inform_echo(pkt, type, ident, seq);
		if (type == ECHO_REQUEST && !pkt->in_error)
			row_set(r, ICMP_ASKS, 1);
		pkt_exchange(pkt, &proto_icmp, r, echo_key(checksum, type == ECHO_REQUEST, ident << 16 | seq),
			type == ECHO_REPLY);
		echo_data(pkt, r, c);
		break;
	case UNREACHABLE:
	case SOURCE_QUENCH:
	case REDIRECT:
	case TIME_EXCEEDED:
	case PARAMETER_PROBLEM:
		words = error_header(pkt, r, c, type, code);
		if (!pkt->fail)
			quoted(pkt, c, type, words);
		break;
	case ROUTER_ADVERTISEMENT:
		router_advertisement(pkt, c);
		break;
	case EXTENDED_REQUEST:
	case EXTENDED_REPLY:
		row_be(r, ICMP_IDENT, c, 2);
		break;
	default:
		if (type >= TIMESTAMP && type <= MASK_REPLY) {
			ident = (uint32_t)row_be(r, ICMP_IDENT, c, 2);
			seq = (uint32_t)row_be(r, ICMP_SEQ, c, 2);
			if (!pkt->fail)
				inform_echo(pkt, type, ident, seq);
			/* three times of day; an address mask */
			cur_take(c, type <= TIMESTAMP + 1 ? 12 : type >= MASK_REPLY - 1 ? 4 : 0);
		}
	}
	return MINE;
}

/* RFC 792 and the IANA registry "ICMP Type Numbers". */
static const struct value_name type_titles[] = { { 0, "Echo (ping) reply" }, { 3, "Destination unreachable" },
	{ 4, "Source quench (flow control)" }, { 5, "Redirect" }, { 8, "Echo (ping) request" },
	{ 9, "Router advertisement" }, { 10, "Router solicitation" }, { 11, "Time-to-live exceeded" },
	{ 12, "Parameter problem" }, { 13, "Timestamp request" }, { 14, "Timestamp reply" },
	{ 15, "Information request" }, { 16, "Information reply" }, { 17, "Address mask request" },
	{ 18, "Address mask reply" }, { 0, NULL } };

static const struct layout_line icmp_layout[] = {
	{ 0, "icmp.type", "Type: {:d} ({:m})", .names = type_titles },
	{ 0, "icmp.code" },
	{ 0, "icmp.checksum" },
	{ 0, "icmp.checksum.status", "[Checksum Status: {:n}]" },
	{ 0, "icmp.ident" },
	{ 0, "icmp.ident_le", "Identifier (LE): {}" },
	{ 0, "icmp.seq" },
	{ 0, "icmp.seq_le", "Sequence Number (LE): {}" },
	{ 0, "icmp.resp_to" },
	{ 0, "icmp.resptime", "[Response time: {:r} ms]" },
	{ 0, "icmp.resp_in" },
	{ 0, "icmp.no_resp" },
	{ 1, EXPERT_NAME ".message", "{}", .expert = "" },
	{ 0, "icmp.resp_not_found", "" },
	{ 0, "icmp.data_time" },
	{ 0, "icmp.data_time_relative" },
	{ 0 },
};

static const struct claim icmp_claims[] = { { CLAIM_IP_PROTO, 1 }, { 0 } };

static const struct exchange_fields icmp_exchange = {
	.response_to = ICMP_RESP_TO,
	.time = ICMP_RESPTIME,
	.unsolicited = EXCHANGE_NO_FIELD,
	.repeat_request = EXCHANGE_NO_FIELD,
	.repeat_response = EXCHANGE_NO_FIELD,
	.late_record = REC_LATE,
	.response_in = LATE_RESP_IN,
	.informs = true,
};

const struct protocol proto_icmp = {
	.name = "icmp",
	.title = "Internet Control Message Protocol",
	.layout = icmp_layout,
	.column = "ICMP",
	.spec = "RFC 792",
	.help = "Reports errors of packet delivery and answers ping.",
	.id = PROTO_ID_icmp,
	.records = icmp_records,
	.nrecords = REC_COUNT,
	.claims = icmp_claims,
	.dissect = icmp_dissect,
	.exchange = &icmp_exchange,
};
