/* Internet Protocol, version 4 (RFC 791).
 *
 *      0       1       2               4               6               8
 *     +-------+-------+---------------+---------------+---------------+
 *     |ver|hl |dsfield| total length  | identification|fl|frag offset |
 *     +-------+-------+---------------+---------------+---------------+
 *     | ttl   | proto |   checksum    |            source             |
 *     +-------+-------+---------------+-------------------------------+
 *     |         destination           | options ...
 *     +-------------------------------+-----------
 */
#include "indexer/checksum.h"
#include "indexer/dissectors/ip_names.h"
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/pseudo.h"
#include "indexer/expert.h"
#include "indexer/track/fragment.h"

extern const struct protocol proto_ip, proto_ipv6;

enum {
	IP_HDR_LEN,
	IP_DSFIELD,
	IP_LEN,
	IP_ID,
	IP_FRAG,
	IP_TTL,
	IP_PROTO,
	IP_CHECKSUM,
	IP_SRC,
	IP_DST,
	IP_ODD_VERSION,
	IP_MARKS,
	IP_CUR_RT,
	IP_OPT_TYPE,
	IP_OPT_LEN,
	IP_OPT_RA,
	IP_OPT_PADDING,
	IP_FRAGMENT_COUNT,
	IP_REASSEMBLED_LENGTH,
	IP_REASSEMBLED_DATA,
	IP_VERSION,
	IP_DSCP,
	IP_ECN,
	IP_FLAGS,
	IP_FLAGS_RB,
	IP_FLAGS_DF,
	IP_FLAGS_MF,
	IP_FRAG_OFFSET,
	IP_ADDR,
	IP_NOP,
	IP_BOGUS_LENGTH,
	IP_TTL_LNCB,
	IP_TTL_TOO_SMALL,
	IP_CHECKSUM_STATUS,
	IP_FRAGMENTS,
	IP_SRC_HOST,
	IP_DST_HOST,
	IP_HOST,
	IP_CHECKSUM_CALCULATED,
	IP_FLAGS_SF,
	IP_TOS,
	IP_EXPERT,
	IP_EXPERT_LENGTH = IP_EXPERT + EXPERT_FIELDS,
	IP_EXPERT_LAST = IP_EXPERT_LENGTH + EXPERT_FIELDS - 1,
	IP_NFIELDS
};

/* Bits of column `marks`. From MARK_ROOM on: the octets that there are, where MARK_EXCEEDS says that the
 * header claims more. */
enum mark { MARK_NOP = 1, MARK_LENGTH = 2, MARK_LNCB = 4, MARK_TTL = 8, MARK_EXCEEDS = 16, MARK_ROOM = 256 };
#define HOST(column) "(SELECT a.text FROM t_address a WHERE a.id={" column "})"
#define MARK(bit)    "CASE WHEN {marks} & " bit " THEN 1 END"

/* 224.0.0.251, mDNS, has 255 (RFC 6762, section 11); the rest of the block 1 */
#define TTL_TEXT                                                                                             \
	"CASE WHEN {marks} & 8 THEN '\"Time To Live\" only '||{ttl} WHEN {marks} & 4 THEN '\"Time To "       \
	"Live\" != '||iif((SELECT a.text "                                                                   \
	"FROM t_address a WHERE a.id={dst})='224.0.0.251', 255, 1)||' for a packet sent to the Local "       \
	"Network Control Block (see RFC 3171)' END"

#define LENGTH_TEXT                                                                                          \
	"CASE WHEN {odd_version} IS NOT NULL THEN 'Bogus IPv4 version' WHEN {marks} & 16 THEN 'IPv4 total "  \
	"length exceeds packet length ('||({marks} >> 8)||' bytes)' WHEN {marks} & 2 THEN 'Bogus IP length " \
	"('||{len}||', less than header length '||{hdr_len}||')' END"

static const struct field ip_fields[IP_NFIELDS] = {
	[IP_HDR_LEN] = { "ip.hdr_len", "Header Length", KIND_UINT, .octets = 1 },
	[IP_DSFIELD] = { "ip.dsfield", "Differentiated Services Field", KIND_UINT, BASE_HEX, 1 },
	[IP_LEN] = { "ip.len", "Total Length", KIND_UINT, .octets = 2 },
	[IP_ID] = { "ip.id", "Identification", KIND_UINT, BASE_HEX_DEC, 2 },
	[IP_FRAG] = { "frag", "flags and fragment offset", KIND_UINT, BASE_HEX, 2, .internal = true },
	[IP_TTL] = { "ip.ttl", "Time to Live", KIND_UINT, .octets = 1 },
	[IP_PROTO] = { "ip.proto", "Protocol", KIND_UINT, .octets = 1, .names = ip_proto_names },
	[IP_CHECKSUM] = { "ip.checksum", "Header Checksum", KIND_UINT, BASE_HEX, 2 },
	[IP_SRC] = { "ip.src", "Source Address", KIND_IPV4 },
	[IP_DST] = { "ip.dst", "Destination Address", KIND_IPV4 },
	[IP_ODD_VERSION] = { "odd_version", "version that is not 4", KIND_UINT, .octets = 1, .part = 1,
		.internal = true },
	[IP_MARKS] = { "marks", "what is odd, enum mark", KIND_UINT, .part = 1, .internal = true },
	[IP_CUR_RT] = { "ip.cur_rt", "Current Route", KIND_IPV4, .part = 1 },
	[IP_OPT_TYPE] = { "ip.opt.type", "Type", KIND_LIST, .part = 1 },
	[IP_OPT_LEN] = { "ip.opt.len", "Length", KIND_LIST, .part = 1 },
	[IP_OPT_RA] = { "ip.opt.ra", "Router Alert", KIND_LIST, .part = 1 },
	[IP_OPT_PADDING] = { "ip.opt.padding", "Padding", KIND_BYTES, .part = 1 },
	[IP_FRAGMENT_COUNT] = { "ip.fragment.count", "Fragment count", KIND_UINT, .octets = 4, .part = 2,
		.generated = true },
	[IP_REASSEMBLED_LENGTH] = { "ip.reassembled.length", "Reassembled IPv4 length", KIND_UINT,
		.octets = 4, .part = 2, .generated = true },
	[IP_REASSEMBLED_DATA] = { "ip.reassembled.data", "Reassembled IPv4 data", KIND_BYTES, .part = 2,
		.generated = true },
	[IP_VERSION] = { "ip.version", "Version", KIND_UINT, .octets = 1,
		.sql = "CASE WHEN {hdr_len} IS NULL THEN {odd_version} ELSE 4 END" },
	[IP_DSCP] = { "ip.dsfield.dscp", "Differentiated Services Codepoint", KIND_UINT, .octets = 1,
		.of = IP_DSFIELD, .mask = 0xfc, .names = dscp_names },
	[IP_ECN] = { "ip.dsfield.ecn", "Explicit Congestion Notification", KIND_UINT, .octets = 1,
		.of = IP_DSFIELD, .mask = 0x03, .names = ecn_names },
	[IP_FLAGS] = { "ip.flags", "Flags", KIND_UINT, BASE_HEX, 1, .of = IP_FRAG, .mask = 0xe000 },
	[IP_FLAGS_RB] = { "ip.flags.rb", "Reserved bit", KIND_BOOL, .of = IP_FRAG, .mask = 0x8000 },
	[IP_FLAGS_DF] = { "ip.flags.df", "Don't fragment", KIND_BOOL, .of = IP_FRAG, .mask = 0x4000 },
	[IP_FLAGS_MF] = { "ip.flags.mf", "More fragments", KIND_BOOL, .of = IP_FRAG, .mask = 0x2000 },
	/* in units of 8 octets, as Wireshark's field */
	[IP_FRAG_OFFSET] = { "ip.frag_offset", "Fragment Offset", KIND_UINT, .octets = 2, .of = IP_FRAG,
		.mask = 0x1fff },
	[IP_ADDR] = { "ip.addr", "Source or Destination Address", KIND_IPV4, .hidden = true,
		.any = { IP_SRC, IP_DST }, .nany = 2 },
	[IP_NOP] = { "ip.nop", "4 NOP in a row - a router may have removed some options", KIND_NONE,
		.generated = true, .part = 1, .sql = MARK("1") },
	[IP_BOGUS_LENGTH] = { "ip.bogus_ip_length", "Bogus IP length", KIND_NONE, .generated = true,
		.part = 1, .sql = MARK("18") },
	[IP_TTL_LNCB] = { "ip.ttl.lncb", "Time To Live", KIND_NONE, .generated = true, .part = 1,
		.sql = MARK("4") },
	[IP_TTL_TOO_SMALL] = { "ip.ttl.too_small", "Time To Live", KIND_NONE, .generated = true, .part = 1,
		.sql = MARK("8") },
	/* not computed, as Wireshark by default does not */
	[IP_CHECKSUM_STATUS] = { "ip.checksum.status", "Header checksum status", KIND_UINT, .octets = 1,
		.generated = true, .sql = "CASE WHEN {checksum} IS NOT NULL THEN 2 END",
		.names = checksum_status_names },
	[IP_FRAGMENTS] = { "ip.fragments", "IPv4 Fragments", KIND_NONE, .generated = true, .hidden = true,
		.part = 2, .sql = "CASE WHEN {fragment_count} IS NOT NULL THEN 1 END" },
	/* names are not asked for: the address itself */
	[IP_SRC_HOST] = { "ip.src_host", "Source Host", KIND_TEXT, .generated = true, .hidden = true,
		.sql = HOST("src") },
	[IP_DST_HOST] = { "ip.dst_host", "Destination Host", KIND_TEXT, .generated = true, .hidden = true,
		.sql = HOST("dst") },
	[IP_CHECKSUM_CALCULATED] = { "ip.checksum_calculated", "Calculated Checksum", KIND_UINT, BASE_HEX, 2,
		.generated = true, .sql = SQL_OFF },
	[IP_FLAGS_SF] = { "ip.flags.sf", "Security flag", KIND_BOOL, .sql = SQL_OFF },
	[IP_TOS] = { "ip.tos", "Type of Service", KIND_UINT, .octets = 1, .sql = SQL_OFF },
	EXPERT_ITEM_IN(IP_EXPERT_LENGTH, 1, LENGTH_TEXT, EXPERT_ERROR, EXPERT_PROTOCOL),
	EXPERT_ITEM_IN(IP_EXPERT, 1, TTL_TEXT, EXPERT_NOTE, EXPERT_SEQUENCE),
	[IP_HOST] = { "ip.host", "Source or Destination Host", KIND_TEXT, .generated = true, .hidden = true,
		.any = { IP_SRC_HOST, IP_DST_HOST }, .nany = 2 },
};

/* Fragments that are in order are in ip.fragment, others in ip.fragment.error. */
enum {
	FRAGMENT_FRAME,
	FRAGMENT_ERROR,
	FRAGMENT_FAULTS,
	FRAGMENT_IS_OVERLAP,
	FRAGMENT_IS_CONFLICT,
	FRAGMENT_IS_TAIL,
	FRAGMENT_IS_LONG,
	FRAGMENT_NFIELDS
};
#define FAULT(bit) "CASE WHEN {faults} & " bit " THEN 1 END"
static const struct field fragment_fields[FRAGMENT_NFIELDS] = {
	[FRAGMENT_FRAME] = { "ip.fragment", "IPv4 Fragment", KIND_FRAME, .generated = true },
	[FRAGMENT_ERROR] = { "ip.fragment.error", "Defragmentation error", KIND_FRAME, .generated = true },
	[FRAGMENT_FAULTS] = { "faults", "enum fragment_fault", KIND_UINT, .internal = true },
	[FRAGMENT_IS_OVERLAP] = { "ip.fragment.overlap", "Fragment overlap", KIND_BOOL, .generated = true,
		.sql = FAULT("1") },
	[FRAGMENT_IS_CONFLICT] = { "ip.fragment.overlap.conflict", "Conflicting data in fragment overlap",
		KIND_BOOL, .generated = true, .sql = FAULT("2") },
	[FRAGMENT_IS_TAIL] = { "ip.fragment.multipletails", "Multiple tail fragments found", KIND_BOOL,
		.generated = true, .sql = FAULT("4") },
	[FRAGMENT_IS_LONG] = { "ip.fragment.toolongfragment", "Fragment too long", KIND_BOOL,
		.generated = true, .sql = FAULT("8") },
};

enum { LATE_REASSEMBLED_IN, LATE_NFIELDS };
static const struct field late_fields[LATE_NFIELDS] = {
	[LATE_REASSEMBLED_IN] = { "ip.reassembled_in", "Reassembled IPv4 in frame", KIND_FRAME,
		.generated = true },
};

enum { REC_IP, REC_FRAGMENT, REC_LATE, REC_COUNT };
static const struct record ip_records[REC_COUNT] = {
	[REC_IP] = { "ip", RECORD_LAYER, IP_NFIELDS, ip_fields,
		(const char *const[]) { "extra", "reassembly", NULL } },
	[REC_FRAGMENT] = { "ip_fragment", RECORD_CHILD, FRAGMENT_NFIELDS, fragment_fields, NULL },
	[REC_LATE] = { "ip_reassembled", RECORD_LATE, LATE_NFIELDS, late_fields, NULL },
};

#define IP_MIN_HEADER  20
#define IP_OPTIONS_MAX 40 /* 15 words of header */

/* Options: RFC 791, section 3.1; 11, 12: RFC 1063; 25: RFC 4782; 82: RFC 1393; 133: RFC 1108; 134: FIPS 188;
 * 148: RFC 2113; 149: RFC 1770 */
enum {
	OPT_EOOL = 0,
	OPT_NOP = 1,
	OPT_RR = 7,
	OPT_MTUP = 11,
	OPT_MTUR = 12,
	OPT_QS = 25,
	OPT_TS = 68,
	OPT_TR = 82,
	OPT_SEC = 130,
	OPT_LSRR = 131,
	OPT_ESEC = 133,
	OPT_CIPSO = 134,
	OPT_SID = 136,
	OPT_SSRR = 137,
	OPT_RTRALT = 148,
	OPT_SDB = 149
};

/* Octets that an option must have, those of type and length with them; 0: not known, its type is not shown.
 */
static uint32_t option_least(uint32_t type)
{
	switch (type) {
	case OPT_SDB:
		return 2;
	case OPT_RR:
	case OPT_LSRR:
	case OPT_SSRR:
	case OPT_SEC:
	case OPT_ESEC:
		return 3;
	case OPT_TS:
	case OPT_MTUP:
	case OPT_MTUR:
	case OPT_SID:
	case OPT_RTRALT:
		return 4;
	case OPT_CIPSO:
		return 6;
	case OPT_QS:
		return 8;
	case OPT_TR:
		return 12;
	default:
		return 0;
	}
}

/* A window over the options as the header claims them, even where the packet ends before. */
static struct cursor options_area(const struct cursor *c, uint32_t len)
{
	struct cursor options = *c;
	cur_skip(&options, 4);
	options = cur_sub(&options, len);
	options.len = len;
	return options;
}

/* The option at the cursor, which moves behind it. False at the end of the list, or where the list is not
 * sound. `body` is a window over what follows type and length; it holds what the option claims even where
 * less was captured. */
static bool option_next(struct cursor *c, uint32_t *type, uint32_t *len, struct cursor *body)
{
	*len = 0;
	if (!cur_left(c))
		return false;
	*type = (uint32_t)cur_be(c, 1);
	if (*type == OPT_EOOL || *type == OPT_NOP)
		return !*c->fail;
	if (!cur_left(c))
		return false;
	*len = (uint32_t)cur_be(c, 1);
	if (*c->fail || *len < 2 || *len - 2 > cur_left(c))
		return false;
	*body = cur_sub(c, *len - 2);
	return true;
}

/* Does a source route still replace the destination? RFC 791: the pointer counts from 1 at the type; beyond
 * the option's end the route is used up, and the header's address is that of the destination. */
static bool is_routed(struct cursor c, struct cursor *route)
{
	uint32_t type, len;
	struct cursor body;
	while (option_next(&c, &type, &len, &body) && type != OPT_EOOL) {
		if (type != OPT_LSRR && type != OPT_SSRR)
			continue;
		uint32_t pointer = (uint32_t)cur_be(&body, 1);
		*route = body;
		return pointer >= 4 && pointer % 4 == 0 && pointer <= len;
	}
	return false;
}

/* The destination: of a source route that is not used up the last address; the header then has the next
 * station. */
static uint32_t destination(struct row *r, struct cursor *c, const struct cursor *options)
{
	struct cursor route;
	if (c->len == c->pos || !cur_left(options) || !is_routed(*options, &route))
		return *c->fail ? 0 : row_address(r, IP_DST, c, KIND_IPV4);
	uint32_t current = row_address(r, IP_CUR_RT, c, KIND_IPV4), octets = cur_left(&route);
	if (octets < 4 || octets % 4)
		return current;
	cur_skip(&route, octets - 4);
	return row_address(r, IP_DST, &route, KIND_IPV4);
}

/* RFC 791, section 3.1: type 0 ends the list, type 1 is one octet, others have a length. */
static uint32_t ip_options(struct row *r, struct cursor *c)
{
	uint32_t types[IP_OPTIONS_MAX], lens[IP_OPTIONS_MAX], alerts[IP_OPTIONS_MAX], type, len, marks = 0;
	unsigned n = 0, nlens = 0, nalerts = 0, nops = 0;
	struct cursor body;
	while (n < IP_OPTIONS_MAX && option_next(c, &type, &len, &body)) {
		nops = type == OPT_NOP ? nops + 1 : 0;
		if (nops == 4)
			marks |= MARK_NOP;
		uint32_t least = len ? option_least(type) : 1;
		if (!least && !cur_need(&body, len - 2))
			break;
		if (!least)
			continue;
		types[n++] = type;
		if (len)
			lens[nlens++] = len;
		if (type == OPT_EOOL)
			break;
		if (len && (!cur_need(&body, least - 2) || !cur_need(&body, len - 2)))
			break;
		if (type == OPT_RTRALT)
			alerts[nalerts++] = (uint32_t)cur_be(&body, 2);
		else if (type == OPT_SDB) { /* addresses; what is behind the last whole one is none */
			cur_skip(&body, (len - 2) & ~3u);
			row_bytes(r, IP_OPT_PADDING, &body, (len - 2) & 3);
		}
	}
	/* The lists hold what was read before a failure. */
	uint8_t fail = *c->fail;
	*c->fail = CUR_OK;
	if (n)
		row_list(r, IP_OPT_TYPE, types, n, c->data, c->len);
	if (nlens)
		row_list(r, IP_OPT_LEN, lens, nlens, c->data, c->len);
	if (nalerts)
		row_list(r, IP_OPT_RA, alerts, nalerts, c->data, c->len);
	*c->fail = fail;
	return marks;
}

/* What times to live are odd. The addresses 224.0.0.x are for one link (RFC 5771, section 4): 1 but for those
 * whose protocol proves by 255 that no router was between (VRRP, GLBP, mDNS). */
static uint32_t ttl_marks(uint32_t ttl, uint32_t proto, const uint8_t dst[4])
{
	if (dst[0] == 224 && !dst[1] && !dst[2]) {
		if (dst[3] == 252) /* LLMNR, RFC 4795, section 2.5: any */
			return 0;
		uint32_t right = dst[3] == 18 || dst[3] == 102 || dst[3] == 251 ? 255 : 1;
		if (proto == 2 && ttl == 1) /* IGMP, RFC 3376, section 4: always, to whatever group */
			return 0;
		return ttl == right ? 0 : MARK_LNCB;
	}
	bool routing = proto == 89 || proto == 103; /* OSPF, PIM: neighbours, by unicast too */
	return ttl < 5 && (dst[0] & 0xf0) != 224 && !routing ? MARK_TTL : 0;
}

static const char *proto_name(uint32_t proto)
{
	return info_name(ip_proto_names, proto, proto > 142 && proto < 253 ? "Unassigned" : "Unknown");
}

/* A version that is not 4. An ethertype's claim is kept to: the row is there, and IPv6 hangs below it;
 * elsewhere (tunnels, serial links) the number of IPv4 stands for both, and a header of version 6 is none of
 * IPv4's. */
static enum verdict odd_version(struct packet *pkt, uint32_t version, struct cursor c)
{
	bool ethertype = pkt->ntokens > 1 && pkt->tokens[pkt->ntokens - 2] == &proto_ethertype;
	if (version != 6 || ethertype) {
		struct row *r = row_open(pkt, &proto_ip, 0);
		row_set_at(r, IP_ODD_VERSION, version, c.data, 1);
		info_set(pkt, "Bogus IPv4 version (%u, must be 4)", version);
	} else {
		struct layer *l = pkt_layer(pkt);
		if (l->item >= 0 && l->item == pkt->nitems - 1)
			pkt->nitems--;
		l->item = -1;
	}
	if (version == 6)
		pkt_next_proto(pkt, &proto_ipv6, c);
	return MINE;
}

static void fragment_info(struct packet *pkt, uint32_t frag, uint32_t proto, uint32_t id)
{
	if (!pkt->info)
		return;
	info_set(pkt, "Fragmented IP protocol (proto=%s %u, off=%u, ID=%04x)", proto_name(proto), proto,
		(frag & 0x1fff) * 8, id);
	uint32_t whole = (uint32_t)info_later(pkt, "ip.reassembled_in");
	if (whole && whole != pkt->number)
		info_add(pkt, " [Reassembled in #%u]", whole);
}

static void ip_payload(struct packet *pkt, struct row *r, uint32_t frag, uint32_t proto, uint32_t key,
	struct cursor payload, uint32_t claimed)
{
	/* Only what is all there is put together; of a first fragment that is not, what there is goes on. */
	if (!(frag & 0x3fff)) {
		pkt_next(pkt, CLAIM_IP_PROTO, proto, payload);
	} else if (claimed && payload.cap == claimed) {
		pkt->fragment = (struct fragment) { .set = true,
			.proto = &proto_ip,
			.row = r,
			.key = key,
			.next_proto = (uint8_t)proto,
			.offset = (frag & 0x1fff) * 8,
			.more = frag & 0x2000,
			.data = payload };
	} else if (frag & 0x1fff) {
		pkt_next_proto(pkt, &proto_data, payload);
	} else {
		pkt->fragmented = true;
		pkt_next(pkt, CLAIM_IP_PROTO, proto, payload);
	}
}

static enum verdict ip_dissect(struct packet *pkt, struct cursor *c)
{
	const uint8_t *h = c->data;
	uint64_t first;
	if (cur_peek(c, 0, 1, &first) && first >> 4 != 4)
		return odd_version(pkt, (uint32_t)first >> 4, *c);
	struct row *r = row_open(pkt, &proto_ip, 0);
	uint32_t hdr_len = (uint32_t)(cur_be(c, 1) & 15) * 4, marks = 0;
	row_set_at(r, IP_HDR_LEN, hdr_len, h, 1);
	if (pkt->fail || hdr_len < IP_MIN_HEADER) {
		info_set(pkt, "Bogus IP header length (%u, must be at least 20)", hdr_len);
		return MINE; /* nothing more is shown */
	}
	pkt_item_len(pkt, hdr_len);
	row_be(r, IP_DSFIELD, c, 1);
	uint32_t len = (uint32_t)cur_be(c, 2);
	/* A total length of 0 comes from segmentation offload: the octets that are there count. */
	if (len == 0 && !pkt->fail)
		len = c->len;
	else if (len < hdr_len)
		marks = MARK_LENGTH;
	row_set_at(r, IP_LEN, len, h + 2, 2);
	if (marks) {
		row_set(r, IP_MARKS, marks);
		return MINE;
	}
	uint32_t claimed = len - hdr_len;
	if (len < c->len)
		pkt_trim(pkt, len);
	else
		len = c->len;
	uint32_t id = (uint32_t)row_be(r, IP_ID, c, 2);
	uint32_t frag = (uint32_t)row_be(r, IP_FRAG, c, 2);
	uint32_t ttl = (uint32_t)row_be(r, IP_TTL, c, 1);
	uint32_t proto = (uint32_t)row_be(r, IP_PROTO, c, 1);
	pkt->ttl = (uint8_t)ttl;
	info_set(pkt, "%s (%u)", proto_name(proto), proto);
	row_be(r, IP_CHECKSUM, c, 2);
	uint32_t src = row_address(r, IP_SRC, c, KIND_IPV4);
	struct cursor options = options_area(c, hdr_len - IP_MIN_HEADER);
	uint32_t dst = destination(r, c, &options);
	if (pkt->fail) {
		if (c->cap == c->len) /* beyond the packet itself, though inside of what its header claims */
			pkt->fail = CUR_BAD;
		return MINE;
	}
	pkt->net_src = src;
	pkt->net_dst = dst;
	pkt->net_kind = KIND_IPV4;
	pkt->ip_version = 4;
	if (!pkt->in_error) {
		pkt->src = src;
		pkt->dst = dst;
	}
	pkt_count(pkt, CONV_IP, src, dst);
	marks = ttl_marks(ttl, proto, h + 16);
	if (claimed > len - hdr_len && !pkt->in_error)
		marks |= MARK_EXCEEDS | len * MARK_ROOM;
	if (hdr_len > IP_MIN_HEADER) {
		marks |= ip_options(r, &options);
		cur_skip(c, hdr_len - IP_MIN_HEADER);
	}
	if (marks)
		row_set(r, IP_MARKS, marks);
	if (pkt->fail)
		return MINE;
	struct cursor payload = cur_sub(c, len > hdr_len ? len - hdr_len : 0);
	if (frag & 0x1fff || (frag & 0x2000 && claimed && payload.cap == claimed))
		fragment_info(pkt, frag, proto, id);
	/* Wireshark tells datagrams apart by this key, in which the VLAN counts and protocols may collide. */
	ip_payload(pkt, r, frag, proto, id ^ proto ^ pkt->vlan_id, payload, claimed);
	return MINE;
}

static void ip_reassembled(struct packet *pkt, const struct fragment *f, const struct reassembled *whole)
{
	row_set(f->row, IP_FRAGMENT_COUNT, whole->count);
	row_set(f->row, IP_REASSEMBLED_LENGTH, whole->len);
	row_bytes(f->row, IP_REASSEMBLED_DATA,
		&(struct cursor) { whole->data, 0, whole->len, whole->len, &pkt->fail }, whole->len);
	for (uint32_t i = 0; i < whole->count; i++) {
		const struct fragment_part *p = &whole->parts[i];
		struct row *part = row_open(pkt, &proto_ip, REC_FRAGMENT);
		row_set_at(part,
			p->faults & (FRAGMENT_CONFLICT | FRAGMENT_TAILS | FRAGMENT_TOO_LONG) ? FRAGMENT_ERROR
											     : FRAGMENT_FRAME,
			p->frame, whole->data + p->offset, p->len);
		if (p->faults)
			row_set(part, FRAGMENT_FAULTS, p->faults);
		if (p->frame != pkt->number) {
			struct row *late = row_open_late(pkt, &proto_ip, REC_LATE, p->frame, p->layer);
			row_set(late, LATE_REASSEMBLED_IN, pkt->number);
		}
	}
}

static const struct layout_line ip_layout[] = {
	{ 0, "ip.version", .mask = 0xf0, .width = 8 },
	{ 0, "ip.hdr_len", "Header Length: {} bytes ({:u})", .mask = 0x0f, .width = 8, .unit = 4 },
	{ 0, "ip.dsfield",
		"Differentiated Services Field: {} (DSCP: {ip.dsfield.dscp:m}, ECN: " ECN_SHORT(
			"ip.dsfield.ecn") ")",
		.names = dscp_short_names },
	{ 1, "ip.dsfield.dscp" },
	{ 1, "ip.dsfield.ecn" },
	{ 0, "ip.len" },
	{ 1, EXPERT_NAME ".message", "{}", .when = "ip.bogus_ip_length", .expert = "" },
	{ 0, "ip.bogus_ip_length", "" },
	{ 0, "ip.id" },
	{ 0, "ip.flags",
		"Flags: {}{ip.flags.rb?, Reserved bit}{ip.flags.df?, Don't fragment}"
		"{ip.flags.mf?, More fragments}",
		.mask = 0xe0, .width = 8 },
	{ 1, "ip.flags.rb", .mask = 0x80, .width = 8 },
	{ 1, "ip.flags.df", .mask = 0x40, .width = 8 },
	{ 1, "ip.flags.mf", .mask = 0x20, .width = 8 },
	{ 0, "ip.frag_offset", "Fragment Offset: {:b}" },
	{ 0, "ip.ttl" },
	{ 1, EXPERT_NAME ".message", "{}", .when = "ip.ttl.lncb", .expert = "" },
	{ 1, EXPERT_NAME ".message", "{}", .when = "ip.ttl.too_small", .expert = "" },
	{ 0, "ip.ttl.lncb", "" },
	{ 0, "ip.ttl.too_small", "" },
	{ 0, "ip.proto" },
	{ 0, "ip.checksum", "Header Checksum: {} [validation disabled]" },
	{ 0, "ip.checksum.status", "[Header checksum status: {:n}]" },
	{ 0, "ip.src" },
	{ 0, "ip.dst" },
	{ 0, "ip.reassembled_in", "[Reassembled IPv4 in frame: {}]" },
	{ 0, NULL, "[{ip.fragment.count} IPv4 Fragments ({ip.reassembled.length} bytes): {*}]" },
	{ 1, .record = "ip_fragment" },
	{ 2, "ip.fragment", "[Frame: {}, payload: {:o}-{:e} ({:w})]" },
	{ 1, "ip.fragment.count", "[Fragment count: {}]" },
	{ 1, "ip.reassembled.length", "[Reassembled IPv4 length: {}]" },
	{ 1, "ip.reassembled.data", "[Reassembled IPv4 data: {}]" },
	{ 0 },
};

static const struct claim ip_claims[] = { { CLAIM_ETHERTYPE, 0x0800 }, { CLAIM_IP_PROTO, 4 },
	{ CLAIM_LINKTYPE, 228 }, { CLAIM_PPP, 0x0021 }, { CLAIM_PPP, 0x0800 }, { CLAIM_GRE, 0x0800 },
	{ CLAIM_GRE, 0x883e }, { 0 } };

const struct protocol proto_ip = {
	.name = "ip",
	.title = "Internet Protocol Version 4",
	.heading = "Internet Protocol Version 4<, Src: {ip.src}, Dst: {ip.dst}>",
	.layout = ip_layout,
	.column = "IPv4",
	.spec = "RFC 791",
	.help = "Carries packets from network to network by 32-bit addresses.",
	.id = PROTO_ID_ip,
	.records = ip_records,
	.nrecords = REC_COUNT,
	.claims = ip_claims,
	.dissect = ip_dissect,
	.reassembled = ip_reassembled,
};
