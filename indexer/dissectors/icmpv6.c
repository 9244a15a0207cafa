/* Internet Control Message Protocol for IPv6 (RFC 4443), with neighbour discovery (RFC 4861) and multicast
 * listener discovery (RFC 2710, RFC 9777).
 *
 *      0       1       2               4               8
 *     +-------+-------+---------------+---------------+------
 *     | type  | code  |   checksum    | by type       | by type ...
 *     +-------+-------+---------------+---------------+------
 *     errors                  MTU, pointer or unused (4), the packet that the error is about
 *     echo                    identifier (2), sequence number (2), data
 *     router solicitation     reserved (4), options
 *     router advertisement    hop limit (1), flags (1), lifetime (2), reachable time (4),
 *                             retransmission timer (4), options
 *     neighbour solicitation  reserved (4), target (16), options
 *     neighbour advertisement flags (4), target (16), options
 *     redirect                reserved (4), target (16), destination (16), options
 *     listener messages       maximum response delay (2), reserved (2), group (16); version 2 more, below
 *     listener report 2       reserved (2), number of records (2), records
 *
 * An option: type (1), length in units of 8 octets (1), value. */
#include "indexer/checksum.h"
#include "indexer/dissectors/icmpv6.h"
#include "indexer/dissectors/ids.h"
#include "indexer/expert.h"
#include "indexer/packet.h"
#include "schema/hex.h"

extern const struct protocol proto_icmpv6, proto_ipv6, proto_data;

enum {
	V6_TYPE,
	V6_CODE,
	V6_CHECKSUM,
	V6_IDENT,
	V6_SEQ,
	V6_TARGET_NS,
	V6_TARGET_NA,
	V6_NA_FLAG,
	V6_RESP_TO,
	V6_RESPTIME,
	V6_ASKS,
	V6_MTU,
	V6_RA_HOP_LIMIT,
	V6_RA_FLAG,
	V6_RA_LIFETIME,
	V6_RA_REACHABLE,
	V6_RA_RETRANS,
	V6_MLD_DELAY,
	V6_MLD_ADDRESS,
	V6_MLD_RECORDS,
	V6_NA_R,
	V6_NA_S,
	V6_NA_O,
	V6_NA_RSV,
	V6_RA_M,
	V6_RA_O,
	V6_RA_H,
	V6_RA_PRF,
	V6_RA_P,
	V6_RA_RSV,
	V6_NO_RESP,
	V6_CHECKSUM_ODD,
	V6_CHECKSUM_STATUS,
	V6_RESP_NOT_FOUND,
	V6_EXPERT,
	V6_EXPERT_LAST = V6_EXPERT + EXPERT_FIELDS - 1,
	V6_NFIELDS
};

static const struct value_name v6_type_names[] = { { 1, "Destination Unreachable" }, { 2, "Packet Too Big" },
	{ 3, "Time Exceeded" }, { 128, "Echo (ping) request" }, { 129, "Echo (ping) reply" },
	{ 133, "Router Solicitation" }, { 134, "Router Advertisement" }, { 135, "Neighbor Solicitation" },
	{ 136, "Neighbor Advertisement" }, { 137, "Redirect" },
	{ 143, "Multicast Listener Report Message v2" }, { 0, NULL } };

#define UNANSWERED                                                                                           \
	"CASE WHEN {asks} AND NOT EXISTS (SELECT 1 FROM t_icmpv6_response r WHERE r.frame_id={frame}) "      \
	"THEN 1 END"

/* RFC 4191, section 2.1. */
static const struct value_name preference_names[] = { { 0, "Medium" }, { 1, "High" }, { 2, "Reserved" },
	{ 3, "Low" }, { 0, NULL } };

static const struct field v6_fields[V6_NFIELDS] = {
	[V6_TYPE] = { "icmpv6.type", "Type", KIND_UINT, .octets = 1, .names = v6_type_names },
	[V6_CODE] = { "icmpv6.code", "Code", KIND_UINT, .octets = 1 },
	[V6_CHECKSUM] = { "icmpv6.checksum", "Checksum", KIND_UINT, BASE_HEX, 2 },
	[V6_IDENT] = { "icmpv6.echo.identifier", "Identifier", KIND_UINT, BASE_HEX, 2 },
	[V6_SEQ] = { "icmpv6.echo.sequence_number", "Sequence", KIND_UINT, .octets = 2 },
	[V6_TARGET_NS] = { "icmpv6.nd.ns.target_address", "Target Address", KIND_IPV6 },
	[V6_TARGET_NA] = { "icmpv6.nd.na.target_address", "Target Address", KIND_IPV6 },
	[V6_NA_FLAG] = { "icmpv6.nd.na.flag", "Flags", KIND_UINT, BASE_HEX, 4 },
	[V6_RESP_TO] = { "icmpv6.resp_to", "Response To", KIND_FRAME, .generated = true },
	[V6_RESPTIME] = { "icmpv6.resptime", "Response Time", KIND_DOUBLE, .generated = true },
	[V6_ASKS] = { "asks", "a response is waited for", KIND_BOOL, .internal = true },
	[V6_MTU] = { "icmpv6.mtu", "MTU", KIND_UINT, .octets = 4, .part = 1 },
	[V6_RA_HOP_LIMIT] = { "icmpv6.nd.ra.cur_hop_limit", "Cur hop limit", KIND_UINT, .octets = 1,
		.part = 1 },
	[V6_RA_FLAG] = { "icmpv6.nd.ra.flag", "Flags", KIND_UINT, BASE_HEX, 1, .part = 1 },
	[V6_RA_LIFETIME] = { "icmpv6.nd.ra.router_lifetime", "Router lifetime (s)", KIND_UINT, .octets = 2,
		.part = 1 },
	[V6_RA_REACHABLE] = { "icmpv6.nd.ra.reachable_time", "Reachable time (ms)", KIND_UINT, .octets = 4,
		.part = 1 },
	[V6_RA_RETRANS] = { "icmpv6.nd.ra.retrans_timer", "Retrans timer (ms)", KIND_UINT, .octets = 4,
		.part = 1 },
	[V6_MLD_DELAY] = { "icmpv6.mld.maximum_response_delay", "Maximum Response Delay [ms]", KIND_UINT,
		.octets = 2, .part = 1 },
	[V6_MLD_ADDRESS] = { "icmpv6.mld.multicast_address", "Multicast Address", KIND_IPV6, .part = 1 },
	[V6_MLD_RECORDS] = { "icmpv6.mldr.nb_mcast_records", "Number of Multicast Address Records", KIND_UINT,
		.octets = 2, .part = 1 },
	[V6_NA_R] = { "icmpv6.nd.na.flag.r", "Router", KIND_BOOL, .of = V6_NA_FLAG, .mask = 0x80000000 },
	[V6_NA_S] = { "icmpv6.nd.na.flag.s", "Solicited", KIND_BOOL, .of = V6_NA_FLAG, .mask = 0x40000000 },
	[V6_NA_O] = { "icmpv6.nd.na.flag.o", "Override", KIND_BOOL, .of = V6_NA_FLAG, .mask = 0x20000000 },
	[V6_NA_RSV] = { "icmpv6.nd.na.flag.rsv", "Reserved", KIND_UINT, .octets = 4, .of = V6_NA_FLAG,
		.mask = 0x1fffffff },
	[V6_RA_M] = { "icmpv6.nd.ra.flag.m", "Managed address configuration", KIND_BOOL, .of = V6_RA_FLAG,
		.mask = 0x80, .part = 1 },
	[V6_RA_O] = { "icmpv6.nd.ra.flag.o", "Other configuration", KIND_BOOL, .of = V6_RA_FLAG, .mask = 0x40,
		.part = 1 },
	[V6_RA_H] = { "icmpv6.nd.ra.flag.h", "Home Agent", KIND_BOOL, .of = V6_RA_FLAG, .mask = 0x20,
		.part = 1 },
	[V6_RA_PRF] = { "icmpv6.nd.ra.flag.prf", "Prf (Default Router Preference)", KIND_UINT, .octets = 1,
		.names = preference_names, .of = V6_RA_FLAG, .mask = 0x18, .part = 1 },
	[V6_RA_P] = { "icmpv6.nd.ra.flag.p", "Proxy", KIND_BOOL, .of = V6_RA_FLAG, .mask = 0x04, .part = 1 },
	[V6_RA_RSV] = { "icmpv6.nd.ra.flag.rsv", "Reserved", KIND_UINT, .octets = 1, .of = V6_RA_FLAG,
		.mask = 0x03, .part = 1 },
	[V6_NO_RESP] = { "icmpv6.no_resp", "No response seen", KIND_NONE, .generated = true,
		.sql = UNANSWERED },
	[V6_RESP_NOT_FOUND] = { "icmpv6.resp_not_found", "Response not found", KIND_NONE, .generated = true,
		.sql = UNANSWERED },
	EXPERT_ITEM(V6_EXPERT, EXPERT_IF(UNANSWERED, "'No response seen to ICMPv6 request'"), EXPERT_WARN,
		EXPERT_SEQUENCE),
	[V6_CHECKSUM_ODD] = { "checksum_odd", "enum checksum_status, where the checksum is not good",
		KIND_UINT, .part = 1, .internal = true },
	[V6_CHECKSUM_STATUS] = { "icmpv6.checksum.status", "Checksum Status", KIND_UINT, .octets = 1,
		.generated = true, .names = checksum_status_names,
		.sql = "CASE WHEN {checksum} IS NOT NULL THEN coalesce({checksum_odd}, 1) END" },
};

enum {
	OPTION_TYPE,
	OPTION_LENGTH,
	OPTION_LINKADDR,
	OPTION_SRC,
	OPTION_TARGET,
	OPTION_PREFIX_LENGTH,
	OPTION_PREFIX,
	OPTION_MTU,
	OPTION_NFIELDS
};
static const struct field option_fields[OPTION_NFIELDS] = {
	[OPTION_TYPE] = { "icmpv6.opt.type", "Type", KIND_UINT, .octets = 1 },
	[OPTION_LENGTH] = { "icmpv6.opt.length", "Length", KIND_UINT, .octets = 1 },
	[OPTION_LINKADDR] = { "icmpv6.opt.linkaddr", "Link-layer address", KIND_TEXT },
	[OPTION_SRC] = { "icmpv6.opt.src_linkaddr", "Source Link-layer address", KIND_TEXT, .hidden = true,
		.sql = "(SELECT x.value FROM t_text x WHERE x.id=CASE {opt_type} WHEN 1 THEN {opt_linkaddr} "
		       "END)" },
	[OPTION_TARGET] = { "icmpv6.opt.target_linkaddr", "Target Link-layer address", KIND_TEXT,
		.hidden = true,
		.sql = "(SELECT x.value FROM t_text x WHERE x.id=CASE {opt_type} WHEN 2 THEN {opt_linkaddr} "
		       "END)" },
	[OPTION_PREFIX_LENGTH] = { "icmpv6.opt.prefix.length", "Prefix Length", KIND_UINT, .octets = 1 },
	[OPTION_PREFIX] = { "icmpv6.opt.prefix", "Prefix", KIND_IPV6 },
	[OPTION_MTU] = { "icmpv6.opt.mtu", "MTU", KIND_UINT, .octets = 4 },
};

enum { MAR_TYPE, MAR_AUX_LEN, MAR_NSOURCES, MAR_ADDRESS, MAR_AUX, MAR_ITSELF, MAR_NFIELDS };
static const struct field mar_fields[MAR_NFIELDS] = {
	[MAR_TYPE] = { "icmpv6.mldr.mar.record_type", "Record Type", KIND_UINT, .octets = 1 },
	[MAR_AUX_LEN] = { "icmpv6.mldr.mar.aux_data_len", "Aux Data Len", KIND_UINT, .octets = 1 },
	[MAR_NSOURCES] = { "icmpv6.mldr.mar.nb_sources", "Number of Sources", KIND_UINT, .octets = 2 },
	[MAR_ADDRESS] = { "icmpv6.mldr.mar.multicast_address", "Multicast Address", KIND_IPV6 },
	[MAR_AUX] = { "icmpv6.mldr.mar.auxiliary_data", "Auxiliary Data", KIND_BYTES },
	[MAR_ITSELF] = { "icmpv6.mldr.mar", "Multicast Address Record", KIND_NONE, .sql = "1" },
};

enum { SOURCE_ADDRESS, SOURCE_NFIELDS };
static const struct field source_fields[SOURCE_NFIELDS] = {
	[SOURCE_ADDRESS] = { "icmpv6.mldr.mar.source_address", "Source Address", KIND_IPV6 },
};

enum { LATE_RESP_IN, LATE_NFIELDS };
static const struct field late_fields[LATE_NFIELDS] = {
	[LATE_RESP_IN] = { "icmpv6.resp_in", "Response In", KIND_FRAME, .generated = true },
};

enum { REC_ICMPV6, REC_OPTION, REC_MAR, REC_SOURCE, REC_LATE, REC_COUNT };
static const struct record v6_records[REC_COUNT] = {
	[REC_ICMPV6] = { "icmpv6", RECORD_LAYER, V6_NFIELDS, v6_fields,
		(const char *const[]) { "extra", NULL } },
	[REC_OPTION] = { "icmpv6_option", RECORD_CHILD, OPTION_NFIELDS, option_fields, NULL },
	[REC_MAR] = { "icmpv6_mar", RECORD_CHILD, MAR_NFIELDS, mar_fields, NULL },
	[REC_SOURCE] = { "icmpv6_mar_source", RECORD_CHILD, SOURCE_NFIELDS, source_fields, NULL },
	[REC_LATE] = { "icmpv6_response", RECORD_LATE, LATE_NFIELDS, late_fields, NULL },
};

enum {
	UNREACHABLE = 1,
	TOO_BIG = 2,
	TIME_EXCEEDED = 3,
	PARAMETER_PROBLEM = 4,
	ECHO_REQUEST = 128,
	ECHO_REPLY = 129,
	LISTENER_QUERY = 130,
	LISTENER_REPORT = 131,
	LISTENER_DONE = 132,
	ROUTER_SOLICITATION = 133,
	ROUTER_ADVERTISEMENT = 134,
	NEIGHBOR_SOLICITATION = 135,
	NEIGHBOR_ADVERTISEMENT = 136,
	REDIRECT = 137,
	INVERSE_SOLICITATION = 141, /* RFC 3122 */
	INVERSE_ADVERTISEMENT = 142,
	LISTENER_REPORT_2 = 143,
	MOBILE_PREFIX_ADVERTISEMENT = 147, /* RFC 6275 */
	PATH_SOLICITATION = 148,           /* RFC 3971: certification path */
	PATH_ADVERTISEMENT = 149,
	SEAMOBY = 150,          /* RFC 4065 */
	FAST_HANDOVER = 154,    /* RFC 5568 */
	EXTENDED_REQUEST = 160, /* RFC 8335 */
	EXTENDED_REPLY = 161
};

enum {
	OPT_SOURCE_LINK = 1,
	OPT_TARGET_LINK = 2,
	OPT_PREFIX = 3,
	OPT_REDIRECTED = 4,
	OPT_MTU = 5,
	OPT_ROUTE = 24 /* RFC 4191 */
};

/* Version 2 of a query is told by its length: RFC 9777, section 8.1. */
#define QUERY_2_LENGTH 28

/* Ethernet's with colons, others as digits; of an option of 16 octets EUI-64 is taken for the address. */
static void link_address(struct packet *pkt, struct row *r, struct cursor c, uint32_t len, const char *show)
{
	char text[3 * 64 + 1];
	uint32_t n = len == 14 ? 8 : len;
	const uint8_t *p = cur_take(&c, n);
	size_t used = p ? hex_put(text, p, n < 64 ? n : 64, n == 6 ? ':' : '\0') : 0;
	if (p)
		row_text(r, OPTION_LINKADDR, text, used, p, n);
	if (p && show)
		info_add(pkt, "%s%.*s", show, (int)used, text);
}

/* RFC 4191, section 2.3: no prefix, its first half, or all of it. */
static void route(struct row *r, struct cursor c, uint32_t len)
{
	uint8_t prefix[16] = { 0 };
	row_be(r, OPTION_PREFIX_LENGTH, &c, 1);
	cur_be(&c, 5);
	uint32_t n = len >= 22 ? 16 : len >= 14 ? 8 : 0;
	const uint8_t *p = n ? cur_take(&c, n) : NULL;
	if (!p)
		return;
	memcpy(prefix, p, n);
	row_address_at(r, OPTION_PREFIX, KIND_IPV6, prefix);
}

static void options(struct packet *pkt, struct cursor *c, uint32_t message)
{
	struct cursor redirected = { 0 };
	while (cur_left(c) && cur_need(c, 2)) {
		struct row *r = row_open(pkt, &proto_icmpv6, REC_OPTION);
		uint32_t type = (uint32_t)row_be(r, OPTION_TYPE, c, 1);
		uint32_t len = (uint32_t)row_be(r, OPTION_LENGTH, c, 1) * 8;
		if (len == 0)
			return;
		len -= 2;
		struct cursor value = *c;
		switch (type) {
		case OPT_SOURCE_LINK:
		case OPT_TARGET_LINK:
			link_address(pkt, r, value, len,
				type == OPT_TARGET_LINK && message == NEIGHBOR_ADVERTISEMENT   ? " is at "
				: type == OPT_SOURCE_LINK && message != NEIGHBOR_ADVERTISEMENT ? " from "
											       : NULL);
			break;
		case OPT_PREFIX:
			row_be(r, OPTION_PREFIX_LENGTH, &value, 1);
			cur_take(&value, 13); /* flags, lifetimes, reserved */
			row_address(r, OPTION_PREFIX, &value, KIND_IPV6);
			break;
		case OPT_MTU:
			cur_be(&value, 2);
			row_be(r, OPTION_MTU, &value, 4);
			break;
		case OPT_ROUTE:
			route(r, value, len);
			break;
		case OPT_REDIRECTED:
			cur_skip(&value, 6);
			redirected = cur_sub(&value, len - 6);
			break;
		default:
			break;
		}
		if (!cur_take(c, len))
			break;
	}
	/* An option behind it that is cut off does not keep it back. */
	if (redirected.len && pkt->fail != CUR_CUT) {
		pkt->in_error = true;
		pkt_next_proto(pkt, &proto_ipv6, redirected);
	}
}

static void listener_report(struct packet *pkt, struct row *r, struct cursor *c)
{
	cur_be(c, 2);
	row_be(r, V6_MLD_RECORDS, c, 2);
	while (cur_left(c)) {
		struct row *record = row_open(pkt, &proto_icmpv6, REC_MAR);
		row_be(record, MAR_TYPE, c, 1);
		uint32_t words = (uint32_t)row_be(record, MAR_AUX_LEN, c, 1);
		uint32_t n = (uint32_t)row_be(record, MAR_NSOURCES, c, 2);
		row_address(record, MAR_ADDRESS, c, KIND_IPV6);
		for (; n && cur_need(c, 16); n--)
			row_address(row_open(pkt, &proto_icmpv6, REC_SOURCE), SOURCE_ADDRESS, c, KIND_IPV6);
		row_bytes(record, MAR_AUX, c, words * 4);
	}
}

static void listener_message(struct packet *pkt, struct row *r, struct cursor *c, uint32_t type)
{
	bool version_2 = type == LISTENER_QUERY && c->cap >= QUERY_2_LENGTH;
	if (version_2)
		cur_be(c, 2); /* a code, not the delay itself */
	else
		row_be(r, V6_MLD_DELAY, c, 2);
	cur_be(c, 2);
	row_address(r, V6_MLD_ADDRESS, c, KIND_IPV6);
	if (!version_2)
		return;
	cur_be(c, 2); /* S, robustness, query interval */
	uint32_t n = (uint32_t)cur_be(c, 2);
	if (!pkt->fail)
		cur_take(c, n * 16);
}

static void router_advertisement(struct row *r, struct cursor *c)
{
	row_be(r, V6_RA_HOP_LIMIT, c, 1);
	row_be(r, V6_RA_FLAG, c, 1);
	row_be(r, V6_RA_LIFETIME, c, 2);
	row_be(r, V6_RA_REACHABLE, c, 4);
	row_be(r, V6_RA_RETRANS, c, 4);
}

/* The packet that the error is about. RFC 4884: for two types the first of octets 4 to 8 may have its length
 * in units of 8 octets; what follows then are extensions. */
static void quoted(struct packet *pkt, struct row *r, struct cursor *c, uint32_t type)
{
	uint64_t units = 0;
	if (type == UNREACHABLE || type == TIME_EXCEEDED)
		cur_peek(c, 0, 1, &units);
	if (type == TOO_BIG)
		row_be(r, V6_MTU, c, 4);
	else
		cur_be(c, 4);
	if (!cur_need(c, 1))
		return;
	struct cursor extensions = *c;
	pkt->in_error = true;
	pkt_next_proto(pkt, &proto_ipv6, cur_rest(c));
	if (units && units * 8 < cur_left(&extensions)) {
		cur_skip(&extensions, (uint32_t)units * 8);
		pkt_next_proto(pkt, &proto_data, cur_rest(&extensions));
	}
}

/* A reply repeats all of its request but the type: its checksum is less by 0x0100, in ones' complement. With
 * it, identifier and number are the key of both. */
#define PORT_TEREDO 3544

static uint64_t echo_key(uint32_t checksum, bool request, uint32_t word)
{
	if (request) {
		uint32_t sum = (~checksum & 0xffff) + 0x0100;
		checksum = ~((sum & 0xffff) + (sum >> 16)) & 0xffff;
	}
	return (uint64_t)checksum << 32 | word;
}

static bool is_multicast(const struct packet *pkt)
{
	uint8_t kind;
	size_t len;
	const uint8_t *dst =
		pkt->net_dst ? dict_get(pkt->dict, DICT_ADDRESS, pkt->net_dst, &kind, &len) : NULL;
	return dst && kind == KIND_IPV6 && dst[0] == 0xff;
}

static void inform_echo(struct packet *pkt, uint32_t ident, uint32_t seq, bool request)
{
	info_add(pkt, " id=0x%04x, seq=%u, hop limit=%u", ident, seq, pkt->ttl);
	if (!request || !pkt->info || pkt->in_error)
		return;
	uint32_t reply = (uint32_t)info_later(pkt, "icmpv6.resp_in");
	if (reply)
		info_add(pkt, " (reply in %u)", reply);
	else if (is_multicast(pkt))
		info_add(pkt, "%s", " (multicast)");
	else
		info_add(pkt, "%s", " (no response found!)");
}

static void echo(struct packet *pkt, struct row *r, struct cursor *c, uint32_t checksum, bool request)
{
	uint32_t ident = (uint32_t)row_be(r, V6_IDENT, c, 2), seq = (uint32_t)row_be(r, V6_SEQ, c, 2);
	if (!pkt->fail)
		inform_echo(pkt, ident, seq, request);
	/* Whoever answers a request to a group does so from another address. */
	if (!pkt->fail && !is_multicast(pkt)) {
		if (request && !pkt->in_error)
			row_set(r, V6_ASKS, 1);
		pkt_exchange(pkt, &proto_icmpv6, r, echo_key(checksum, request, ident << 16 | seq), !request);
	}
	if (request && pkt->dstport == PORT_TEREDO) /* RFC 4380, section 5.2.9: a nonce */
		return;
	pkt_nest(pkt, true);
	pkt_next_proto(pkt, &proto_data, cur_rest(c));
}

/* The names of RFC 4443 and of IANA's list of ICMPv6 parameters. */
static const struct value_name type_names[] = { { 1, "Destination Unreachable" }, { 2, "Packet Too Big" },
	{ 3, "Time Exceeded" }, { 4, "Parameter Problem" }, { 128, "Echo (ping) request" },
	{ 129, "Echo (ping) reply" }, { 130, "Multicast Listener Query" },
	{ 131, "Multicast Listener Report" }, { 132, "Multicast Listener Done" },
	{ 133, "Router Solicitation" }, { 134, "Router Advertisement" }, { 135, "Neighbor Solicitation" },
	{ 136, "Neighbor Advertisement" }, { 137, "Redirect" }, { 138, "Router Renumbering" },
	{ 139, "Node Information Query" }, { 140, "Node Information Reply" },
	{ 141, "Inverse Neighbor Discovery Solicitation" },
	{ 142, "Inverse Neighbor Discovery Advertisement" }, { 143, "Multicast Listener Report Message v2" },
	{ 144, "Home Agent Address Discovery Request" }, { 145, "Home Agent Address Discovery Reply" },
	{ 146, "Mobile Prefix Solicitation" }, { 147, "Mobile Prefix Advertisement" },
	{ 148, "Certification Path Solicitation" }, { 149, "Certification Path Advertisement" },
	{ 151, "Multicast Router Advertisement" }, { 152, "Multicast Router Solicitation" },
	{ 153, "Multicast Router Termination" }, { 155, "RPL Control" }, { 160, "Extended Echo request" },
	{ 161, "Extended Echo reply" }, { 0, NULL } };

static const char *code_name(uint32_t type, uint32_t code)
{
	static const char *const unreachable[] = { "no route to destination", "Administratively prohibited",
		"Beyond scope of source address", "Address unreachable", "Port unreachable",
		"Source address failed ingress/egress policy", "Reject route to destination",
		"Error in Source Routing Header" };
	static const char *const exceeded[] = { "hop limit exceeded in transit",
		"fragment reassembly time exceeded" };
	static const char *const problem[] = { "erroneous header field encountered",
		"unrecognized Next Header type encountered", "unrecognized IPv6 option encountered",
		"IPv6 First Fragment has incomplete IPv6 Header Chain" };
	if (type == UNREACHABLE)
		return code < 8 ? unreachable[code] : "Unknown";
	if (type == TIME_EXCEEDED)
		return code < 2 ? exceeded[code] : "Unknown";
	if (type == PARAMETER_PROBLEM)
		return code < 4 ? problem[code] : "Unknown";
	return NULL;
}

static void inform(struct packet *pkt, uint32_t type, uint32_t code)
{
	const char *name = code_name(type, code);
	if (!pkt->info)
		return;
	info_set(pkt, "%s", info_name(type_names, type, "Unknown"));
	if (name)
		info_add(pkt, " (%s)", name);
}

static void inform_advertisement(struct packet *pkt, uint32_t flags, const uint8_t *target)
{
	static const char *const names[] = { "rtr", "sol", "ovr" };
	const char *separator = " (";
	info_add(pkt, "%s", " ");
	info_address(pkt, KIND_IPV6, target);
	for (unsigned i = 0; i < 3; i++)
		if (flags << i & UINT32_C(0x80000000)) {
			info_add(pkt, "%s%s", separator, names[i]);
			separator = ", ";
		}
	if (flags >> 29)
		info_add(pkt, "%s", ")");
}

static enum verdict icmpv6_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_icmpv6, REC_ICMPV6);
	uint32_t type = (uint32_t)row_be(r, V6_TYPE, c, 1);
	uint32_t code = (uint32_t)row_be(r, V6_CODE, c, 1);
	uint32_t checksum = (uint32_t)row_be(r, V6_CHECKSUM, c, 2), flags;
	if (pkt->fail)
		return MINE;
	enum checksum_status status = checksum_test(pkt, c, checksum_ipv6(pkt, c->len, 58));
	if (status != CHECKSUM_GOOD)
		row_set(r, V6_CHECKSUM_ODD, status);
	inform(pkt, type, code);
	switch (type) {
	case UNREACHABLE:
	case TOO_BIG:
	case TIME_EXCEEDED:
	case PARAMETER_PROBLEM:
		quoted(pkt, r, c, type);
		break;
	case ECHO_REQUEST:
	case ECHO_REPLY:
		echo(pkt, r, c, checksum, type == ECHO_REQUEST);
		break;
	case LISTENER_QUERY:
	case LISTENER_REPORT:
	case LISTENER_DONE:
		listener_message(pkt, r, c, type);
		break;
	case ROUTER_SOLICITATION:
	case INVERSE_SOLICITATION:
	case INVERSE_ADVERTISEMENT:
	case MOBILE_PREFIX_ADVERTISEMENT:
	case PATH_SOLICITATION:
	case SEAMOBY:
	case FAST_HANDOVER:
		cur_be(c, 4);
		options(pkt, c, type);
		break;
	case PATH_ADVERTISEMENT:
		cur_be(c, 8); /* identifier, all components, component, reserved */
		options(pkt, c, type);
		break;
	case ROUTER_ADVERTISEMENT:
		router_advertisement(r, c);
		options(pkt, c, type);
		break;
	case NEIGHBOR_SOLICITATION:
		cur_be(c, 4);
		row_address(r, V6_TARGET_NS, c, KIND_IPV6);
		if (!pkt->fail) {
			info_add(pkt, "%s", " for ");
			info_address(pkt, KIND_IPV6, c->data + c->pos - 16);
		}
		options(pkt, c, type);
		break;
	case NEIGHBOR_ADVERTISEMENT:
		flags = (uint32_t)row_be(r, V6_NA_FLAG, c, 4);
		row_address(r, V6_TARGET_NA, c, KIND_IPV6);
		if (!pkt->fail)
			inform_advertisement(pkt, flags, c->data + c->pos - 16);
		options(pkt, c, type);
		break;
	case REDIRECT:
		cur_take(c, 4 + 16 + 16);
		options(pkt, c, type);
		break;
	case LISTENER_REPORT_2:
		listener_report(pkt, r, c);
		break;
	case EXTENDED_REQUEST:
		row_be(r, V6_IDENT, c, 2);
		cur_be(c, 2);
		pkt_nest(pkt, true);
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
		break;
	case EXTENDED_REPLY:
		row_be(r, V6_IDENT, c, 2);
		break;
	default:
		break;
	}
	return MINE;
}

static const struct claim icmpv6_claims[] = { { CLAIM_IP_PROTO, 58 }, { 0 } };

static const struct exchange_fields icmpv6_exchange = {
	.response_to = V6_RESP_TO,
	.time = V6_RESPTIME,
	.unsolicited = EXCHANGE_NO_FIELD,
	.repeat_request = EXCHANGE_NO_FIELD,
	.repeat_response = EXCHANGE_NO_FIELD,
	.late_record = REC_LATE,
	.response_in = LATE_RESP_IN,
	.informs = true,
};

const struct protocol proto_icmpv6 = {
	.name = "icmpv6",
	.title = "Internet Control Message Protocol v6",
	.layout = icmpv6_layout,
	.column = "ICMPv6",
	.spec = "RFC 4443",
	.help = "Reports errors of IPv6, answers ping, finds neighbours, routers and group members.",
	.id = PROTO_ID_icmpv6,
	.records = v6_records,
	.nrecords = REC_COUNT,
	.claims = icmpv6_claims,
	.dissect = icmpv6_dissect,
	.exchange = &icmpv6_exchange,
};
