/* PPP's control protocols: LCP (RFC 1661, section 5) sets up the line; IPCP (RFC 1332, RFC 1877), IPV6CP (RFC
 * 5072) and CCP (RFC 1962) what runs over it. All have the same messages.
 *
 *      0      1      2        4
 *     +------+------+--------+--------------------------- - -
 *     | code | id   | length | options: | type | length with both | value |     or what the code says
 *     +------+------+--------+--------------------------- - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/ppp.h"
#include "indexer/dissectors/wrappers.h"
#include "schema/hex.h"

extern const struct protocol proto_ppp, proto_lcp, proto_ipcp, proto_ipv6cp, proto_ccp, proto_data;

/* The common header is PPP's: records of proto_ppp (ppp.c). */
enum { CP_CODE, CP_ID, CP_LENGTH };

enum { LCP_MAGIC, LCP_REJECTED, LCP_NFIELDS };
static const struct field lcp_fields[LCP_NFIELDS] = {
	[LCP_MAGIC] = { "lcp.magic_number", "Magic Number", KIND_UINT, BASE_HEX, 4 },
	[LCP_REJECTED] = { "lcp.rej_proto", "Rejected Protocol", KIND_UINT, BASE_HEX, 2 },
};

enum { OPT_TYPE, OPT_LENGTH, OPT_FIRST };
enum { LCP_MRU = OPT_FIRST, LCP_AUTH, LCP_OPT_MAGIC, LCP_OPT_NFIELDS };
static const struct value_name lcp_names[] = { { 0, "Vendor Specific" }, { 1, "Maximum Receive Unit" },
	{ 2, "Async Control Character Map" }, { 3, "Authentication Protocol" }, { 4, "Quality Protocol" },
	{ 5, "Magic Number" }, { 7, "Protocol Field Compression" },
	{ 8, "Address and Control Field Compression" }, { 9, "FCS Alternatives" },
	{ 10, "Self-Describing Padding" }, { 11, "Numbered Mode" }, { 13, "Callback" },
	{ 17, "Multilink MRRU" }, { 18, "Multilink Short Sequence Number Header" },
	{ 19, "Multilink Endpoint Discriminator" }, { 23, "Link Discriminator" }, { 0, NULL } };
static const struct field lcp_opt_fields[LCP_OPT_NFIELDS] = {
	[OPT_TYPE] = { "lcp.opt.type", "Type", KIND_UINT, .octets = 1, .names = lcp_names },
	[OPT_LENGTH] = { "lcp.opt.length", "Length", KIND_UINT, .octets = 1 },
	[LCP_MRU] = { "lcp.opt.mru", "Maximum Receive Unit", KIND_UINT, .octets = 2 },
	[LCP_AUTH] = { "lcp.opt.auth_protocol", "Authentication Protocol", KIND_UINT, BASE_HEX, 2 },
	[LCP_OPT_MAGIC] = { "lcp.opt.magic_number", "Magic Number", KIND_UINT, BASE_HEX, 4 },
};

/* The layers of the others have no columns of their own. */
#define NO_FIELDS(array)                                                                                     \
	static const struct field array[] = { { "none", "none", KIND_NONE, .internal = true } }
NO_FIELDS(ipcp_fields);
NO_FIELDS(ipv6cp_fields);
NO_FIELDS(ccp_fields);

enum { IPCP_ADDRESS = OPT_FIRST, IPCP_DNS1, IPCP_NBNS1, IPCP_DNS2, IPCP_NBNS2, IPCP_OPT_NFIELDS };
static const struct value_name ipcp_names[] = { { 1, "IP Addresses (deprecated)" },
	{ 2, "IP Compression Protocol" }, { 3, "IP Address" }, { 4, "Mobile Node's Home IP Address" },
	{ 129, "Primary DNS Server IP Address" }, { 130, "Primary NBNS Server IP Address" },
	{ 131, "Secondary DNS Server IP Address" }, { 132, "Secondary NBNS Server IP Address" },
	{ 0, NULL } };
static const struct field ipcp_opt_fields[IPCP_OPT_NFIELDS] = {
	[OPT_TYPE] = { "ipcp.opt.type", "Type", KIND_UINT, .octets = 1, .names = ipcp_names },
	[OPT_LENGTH] = { "ipcp.opt.length", "Length", KIND_UINT, .octets = 1 },
	[IPCP_ADDRESS] = { "ipcp.opt.ip_address", "IP Address", KIND_IPV4 },
	[IPCP_DNS1] = { "ipcp.opt.pri_dns_address", "Primary DNS Address", KIND_IPV4 },
	[IPCP_NBNS1] = { "ipcp.opt.pri_nbns_address", "Primary NBNS Address", KIND_IPV4 },
	[IPCP_DNS2] = { "ipcp.opt.sec_dns_address", "Secondary DNS Address", KIND_IPV4 },
	[IPCP_NBNS2] = { "ipcp.opt.sec_nbns_address", "Secondary NBNS Address", KIND_IPV4 },
};

enum { IPV6CP_IDENTIFIER = OPT_FIRST, IPV6CP_OPT_NFIELDS };
static const struct value_name ipv6cp_names[] = { { 1, "Interface Identifier" },
	{ 2, "IPv6 Compression Protocol" }, { 0, NULL } };
static const struct field ipv6cp_opt_fields[IPV6CP_OPT_NFIELDS] = {
	[OPT_TYPE] = { "ipv6cp.opt.type", "Type", KIND_UINT, .octets = 1, .names = ipv6cp_names },
	[OPT_LENGTH] = { "ipv6cp.opt.length", "Length", KIND_UINT, .octets = 1 },
	[IPV6CP_IDENTIFIER] = { "ipv6cp.interface_identifier", "Interface Identifier", KIND_TEXT },
};

static const struct value_name ccp_names[] = { { 0, "OUI" }, { 1, "Predictor type 1" },
	{ 2, "Predictor type 2" }, { 3, "Puddle Jumper" }, { 16, "Hewlett-Packard PPC" },
	{ 17, "Stac Electronics LZS" }, { 18, "Microsoft PPC" }, { 19, "Gandalf FZA" },
	{ 20, "V.42bis compression" }, { 21, "BSD Compress" }, { 23, "LZS-DCP" }, { 24, "MVRCA (Magnalink)" },
	{ 26, "Deflate" }, { 0, NULL } };
static const struct field ccp_opt_fields[OPT_FIRST] = {
	[OPT_TYPE] = { "ccp.opt.type", "Type", KIND_UINT, .octets = 1, .names = ccp_names },
	[OPT_LENGTH] = { "ccp.opt.length", "Length", KIND_UINT, .octets = 1 },
};

enum { REC_LAYER, REC_OPTION, REC_COUNT };
#define RECORDS(name, n, nopt)                                                                               \
	static const struct record name##_records[REC_COUNT] = {                                             \
		[REC_LAYER] = { #name, RECORD_LAYER, n, name##_fields, NULL },                               \
		[REC_OPTION] = { #name "_option", RECORD_CHILD, nopt, name##_opt_fields, NULL },             \
	}
RECORDS(lcp, LCP_NFIELDS, LCP_OPT_NFIELDS);
RECORDS(ipcp, 1, IPCP_OPT_NFIELDS);
RECORDS(ipv6cp, 1, IPV6CP_OPT_NFIELDS);
RECORDS(ccp, 1, OPT_FIRST);

#define CP_HEADER 4

enum {
	CONFIGURE_REQUEST = 1,
	CONFIGURE_REJECT = 4,
	PROTOCOL_REJECT = 8,
	ECHO_REQUEST = 9,
	DISCARD_REQUEST = 11,
	TIME_REMAINING = 13
};

static void lcp_value(struct row *r, uint32_t type, struct cursor *c)
{
	if (type == 1 && c->len == 2)
		row_be(r, LCP_MRU, c, 2);
	else if (type == 3 && c->len >= 2)
		row_be(r, LCP_AUTH, c, 2);
	else if (type == 5 && c->len == 4)
		row_be(r, LCP_OPT_MAGIC, c, 4);
}

static void ipcp_value(struct row *r, uint32_t type, struct cursor *c)
{
	if (c->len != 4)
		return;
	if (type == 3)
		row_address(r, IPCP_ADDRESS, c, KIND_IPV4);
	else if (type >= 129 && type <= 132)
		row_address(r, IPCP_DNS1 + type - 129, c, KIND_IPV4);
}

/* Eight octets, written as in an address of a card. */
static void identifier(struct row *r, struct cursor *c)
{
	const uint8_t *p = cur_take(c, 8);
	char text[24];
	if (p)
		row_text(r, IPV6CP_IDENTIFIER, text, hex_put(text, p, 8, ':'), p, 8);
}

/* Options without a name stand as mere octets. */
static bool is_known(const struct protocol *proto, uint32_t type)
{
	const struct value_name *n = proto->records[REC_OPTION].fields[OPT_TYPE].names;
	while (n->name && n->value != type)
		n++;
	return n->name != NULL;
}

static void options(struct packet *pkt, const struct protocol *proto, struct cursor *c)
{
	while (cur_left(c)) {
		const uint8_t *p = cur_take(c, 2);
		uint32_t type = p ? p[0] : 0, len = p ? p[1] : 0;
		/* an option that goes on beyond the list is not looked at */
		if (len < 2 || len - 2 > cur_left(c))
			return;
		struct cursor value = cur_sub(c, len - 2);
		if (!cur_need_at(&value, 0, len - 2))
			return;
		if (!is_known(proto, type))
			continue;
		struct row *r = row_open(pkt, proto, REC_OPTION);
		row_set_at(r, OPT_TYPE, type, p, 1);
		row_set_at(r, OPT_LENGTH, len, p + 1, 1);
		if (proto == &proto_lcp)
			lcp_value(r, type, &value);
		else if (proto == &proto_ipcp)
			ipcp_value(r, type, &value);
		else if (proto == &proto_ipv6cp && type == 1 && value.len == 8)
			identifier(r, &value);
	}
}

/* What was rejected is dissected as far as it came back, but as a quotation: no analysis. */
static void protocol_reject(struct packet *pkt, struct row *r, struct cursor *c)
{
	uint32_t protocol = (uint32_t)row_be(r, LCP_REJECTED, c, 2);
	if (pkt->fail || !cur_left(c))
		return;
	pkt->in_error = true;
	pkt_nest(pkt, true);
	pkt_next(pkt, CLAIM_PPP, protocol, cur_rest(c));
}

uint32_t ppp_control_header(struct packet *pkt, struct cursor *c, struct cursor *body)
{
	struct row *cp = row_open(pkt, &proto_ppp, PPP_REC_CONTROL);
	uint32_t code = (uint32_t)row_be(cp, CP_CODE, c, 1);
	static const struct value_name names[] = { { 0, "Vendor Specific" }, { 1, "Configuration Request" },
		{ 2, "Configuration Ack" }, { 3, "Configuration Nak" }, { 4, "Configuration Reject" },
		{ 5, "Termination Request" }, { 6, "Termination Ack" }, { 7, "Code Reject" },
		{ 8, "Protocol Reject" }, { 9, "Echo Request" }, { 10, "Echo Reply" },
		{ 11, "Discard Request" }, { 12, "Identification" }, { 13, "Time Remaining" },
		{ 14, "Reset Request" }, { 15, "Reset Ack" }, { 0, NULL } };
	if (!pkt->fail && pkt->info)
		info_set(pkt, "%s", info_name(names, code, "Unknown"));
	row_be(cp, CP_ID, c, 1);
	uint32_t len = (uint32_t)row_be(cp, CP_LENGTH, c, 2);
	pkt_item_len(pkt, len);
	*body = cur_sub(c, len > CP_HEADER ? len - CP_HEADER : 0);
	return code;
}

static enum verdict control(struct packet *pkt, const struct protocol *proto, struct cursor *c)
{
	struct row *r = row_open(pkt, proto, REC_LAYER);
	struct cursor body;
	uint32_t code = ppp_control_header(pkt, c, &body), len = body.len;
	if (pkt->fail)
		return MINE;
	uint32_t claimed = be16(c->data + 2);
	if (code >= CONFIGURE_REQUEST && code <= CONFIGURE_REJECT)
		options(pkt, proto, &body);
	if (!pkt->fail && code >= CONFIGURE_REQUEST && code <= CONFIGURE_REJECT && claimed > c->len)
		pkt->fail = CUR_BAD; /* the list goes on beyond the packet */
	if (proto == &proto_lcp && code == PROTOCOL_REJECT)
		protocol_reject(pkt, r, &body);
	else if (code >= ECHO_REQUEST && code <= TIME_REMAINING && len >= 4)
		row_be(proto == &proto_lcp ? r : row_open(pkt, &proto_lcp, REC_LAYER), LCP_MAGIC, &body, 4);
	return MINE;
}

/* The others, which have a name and this header only (names.c). */
enum verdict ppp_control_wrapper(struct packet *pkt, struct cursor *c)
{
	struct cursor body;
	uint32_t code = ppp_control_header(pkt, c, &body);
	if (!pkt->fail && code >= ECHO_REQUEST && code <= TIME_REMAINING && body.len >= 4)
		row_be(row_open(pkt, &proto_lcp, REC_LAYER), LCP_MAGIC, &body, 4);
	return MINE;
}

#define CONTROL(word, number, words, text, rfc, sentence)                                                    \
	static enum verdict word##_dissect(struct packet *pkt, struct cursor *c)                             \
	{                                                                                                    \
		return control(pkt, &proto_##word, c);                                                       \
	}                                                                                                    \
	static const struct claim word##_claims[] = { { CLAIM_PPP, number }, { CLAIM_ETHERTYPE, number },    \
		{ 0 } };                                                                                     \
	const struct protocol proto_##word = {                                                               \
		.name = #word,                                                                               \
		.title = text,                                                                               \
		.column = words,                                                                             \
		.spec = rfc,                                                                                 \
		.help = sentence,                                                                            \
		.id = PROTO_ID_##word,                                                                       \
		.records = word##_records,                                                                   \
		.nrecords = REC_COUNT,                                                                       \
		.claims = word##_claims,                                                                     \
		.dissect = word##_dissect,                                                                   \
		.item_min = CP_HEADER,                                                                       \
	}

CONTROL(lcp, 0xc021, "PPP LCP", "PPP Link Control Protocol", "RFC 1661",
	"Sets up, tests and ends the line that PPP runs over.");
CONTROL(ipcp, 0x8021, "PPP IPCP", "PPP IP Control Protocol", "RFC 1332",
	"Agrees on the addresses with which IP runs over a PPP line.");
CONTROL(ipv6cp, 0x8057, "PPP IPV6CP", "PPP IPv6 Control Protocol", "RFC 5072",
	"Agrees on the interface identifiers with which IPv6 runs over a PPP line.");
CONTROL(ccp, 0x80fd, "PPP CCP", "PPP Compression Control Protocol", "RFC 1962",
	"Agrees on how what runs over a PPP line is compressed.");
