/* Internet Protocol, version 6 (RFC 8200).
 *
 *      0               4               6       7       8
 *     +----+-------+----------+---------------+-------+-------+
 *     |ver |tclass | flow (20)| payload length|nexthdr|hop lim|
 *     +----+-------+----------+---------------+-------+-------+
 *     |                    source (16)                        |
 *     |                  destination (16)                     |
 *     +-------------------------------------------------------+
 *
 * Extension headers are dissectors of their own (ipv6_*.c), reached by the next header as protocols are. */
#include "indexer/dissectors/ip_names.h"
#include "indexer/dissectors/ids.h"
#include "indexer/info.h"
#include "indexer/dissectors/ipv6_options.h"
#include "indexer/packet.h"

extern const struct protocol proto_data, proto_ipv6;

enum {
	IPV6_WORD,
	IPV6_PLEN,
	IPV6_NXT,
	IPV6_HLIM,
	IPV6_SRC,
	IPV6_DST,
	IPV6_ODD_VERSION,
	IPV6_IP_VERSION,
	IPV6_VERSION,
	IPV6_TCLASS,
	IPV6_DSCP,
	IPV6_ECN,
	IPV6_FLOW,
	IPV6_ADDR,
	IPV6_SRC_HOST,
	IPV6_DST_HOST,
	IPV6_HOST,
	IPV6_NFIELDS
};

/* The first word, or where it was not wholly there, or is not IPv6's, the version alone. */
#define VERSION "CASE WHEN {word} IS NULL THEN {odd_version} ELSE {word} >> 28 END"

#define HOST(column) "(SELECT a.text FROM t_address a WHERE a.id={" column "})"

static const struct field ipv6_fields[IPV6_NFIELDS] = {
	[IPV6_WORD] = { "word", "version, traffic class, flow label", KIND_UINT, BASE_HEX, 4,
		.internal = true },
	[IPV6_PLEN] = { "ipv6.plen", "Payload Length", KIND_UINT, .octets = 2 },
	[IPV6_NXT] = { "ipv6.nxt", "Next Header", KIND_UINT, .octets = 1 },
	[IPV6_HLIM] = { "ipv6.hlim", "Hop Limit", KIND_UINT, .octets = 1 },
	[IPV6_SRC] = { "ipv6.src", "Source Address", KIND_IPV6 },
	[IPV6_DST] = { "ipv6.dst", "Destination Address", KIND_IPV6 },
	[IPV6_ODD_VERSION] = { "odd_version", "version of a header that is not IPv6's", KIND_UINT,
		.octets = 1, .part = 1, .internal = true },
	[IPV6_IP_VERSION] = { "ip.version", "Version", KIND_UINT, .octets = 1, .hidden = true,
		.sql = VERSION },
	[IPV6_VERSION] = { "ipv6.version", "Version", KIND_UINT, .octets = 1, .sql = VERSION },
	/* Wireshark does not shift the traffic class of its 32-bit field's text, see ipv6.tclass.dscp */
	[IPV6_TCLASS] = { "ipv6.tclass", "Traffic Class", KIND_UINT, BASE_HEX, 4, .of = IPV6_WORD,
		.mask = 0x0ff00000 },
	[IPV6_DSCP] = { "ipv6.tclass.dscp", "Differentiated Services Codepoint", KIND_UINT, .octets = 4,
		.of = IPV6_WORD, .mask = 0x0fc00000 },
	[IPV6_ECN] = { "ipv6.tclass.ecn", "Explicit Congestion Notification", KIND_UINT, .octets = 4,
		.of = IPV6_WORD, .mask = 0x00300000 },
	[IPV6_FLOW] = { "ipv6.flow", "Flow Label", KIND_UINT, BASE_HEX, 3, .of = IPV6_WORD,
		.mask = 0x000fffff },
	[IPV6_ADDR] = { "ipv6.addr", "Source or Destination Address", KIND_IPV6, .hidden = true,
		.any = { IPV6_SRC, IPV6_DST }, .nany = 2 },
	/* names are not asked for: the address itself */
	[IPV6_SRC_HOST] = { "ipv6.src_host", "Source Host", KIND_TEXT, .generated = true, .hidden = true,
		.sql = HOST("src") },
	[IPV6_DST_HOST] = { "ipv6.dst_host", "Destination Host", KIND_TEXT, .generated = true, .hidden = true,
		.sql = HOST("dst") },
	[IPV6_HOST] = { "ipv6.host", "Source or Destination Host", KIND_TEXT, .generated = true,
		.hidden = true, .any = { IPV6_SRC_HOST, IPV6_DST_HOST }, .nany = 2 },
};

static const struct record ipv6_records[] = {
	{ "ipv6", RECORD_LAYER, IPV6_NFIELDS, ipv6_fields, (const char *const[]) { "extra", NULL } },
};

#define IPV6_HEADER 40
#define NXT_HOPOPTS 0

/* RFC 2675: the length of a jumbogram's payload, 0 when the hop-by-hop options `c` do not have it. */
static uint32_t jumbo_length(struct cursor c)
{
	uint64_t words, type, len, value;
	if (!cur_peek(&c, 1, 1, &words))
		return 0;
	uint32_t end = ((uint32_t)words + 1) * 8;
	for (uint32_t at = 2; at < end && cur_peek(&c, at, 1, &type);) {
		if (type == IPV6_OPT_PAD1) {
			at++;
			continue;
		}
		if (!cur_peek(&c, at + 1, 1, &len))
			break;
		if (type == IPV6_OPT_JUMBO && len == 4 && cur_peek(&c, at + 2, 4, &value))
			return value > 0xffff ? (uint32_t)value : 0;
		at += 2 + (uint32_t)len;
	}
	return 0;
}

#define ETHERTYPE 0x86dd

static enum verdict ipv6_dissect(struct packet *pkt, struct cursor *c)
{
	uint64_t first, word;
	if (pkt->in_error && cur_peek(c, 0, 1, &first) && first >> 4 != 6)
		return NOT_MINE;
	struct row *r = row_open(pkt, &proto_ipv6, 0);
	if (!cur_need(c, 1))
		return MINE;
	uint32_t version = c->data[c->pos] >> 4;
	if (version != 6) {
		/* Wireshark rejects it, but the version stays to be seen; the octets are data below an
		 * Ethertype, and nothing at all on a link of its own. */
		row_set_at(r, IPV6_ODD_VERSION, version, c->data + c->pos, 1);
		pkt_silent(pkt);
		pkt_item(pkt, &proto_ipv6, c->len);
		if (pkt_layer(pkt)->parent >= 0) {
			pkt_next_proto(pkt, &proto_data, *c);
			pkt_column_number(pkt, ETHERTYPE);
			info_set(pkt, "%s", "IPv6");
		}
		return MINE;
	}
	if (!cur_peek(c, 0, 4, &word))
		row_set_at(r, IPV6_ODD_VERSION, version, c->data, 1);
	row_be(r, IPV6_WORD, c, 4);
	if (!cur_need(c, 3))
		return MINE;
	uint32_t plen = (uint32_t)row_be(r, IPV6_PLEN, c, 2);
	uint32_t next = (uint32_t)row_be(r, IPV6_NXT, c, 1);
	pkt->ttl = (uint8_t)row_be(r, IPV6_HLIM, c, 1);
	uint32_t src = row_address(r, IPV6_SRC, c, KIND_IPV6);
	uint32_t dst = row_address(r, IPV6_DST, c, KIND_IPV6);
	if (pkt->fail)
		return MINE;
	pkt->net_src = src;
	pkt->net_dst = pkt->header_dst = dst;
	pkt->net_kind = KIND_IPV6;
	pkt->ip_version = 6;
	if (!pkt->in_error) {
		pkt->src = src;
		pkt->dst = dst;
	}
	if (plen == 0 && next == NXT_HOPOPTS)
		plen = jumbo_length(*c);
	uint32_t left = cur_left(c);
	pkt->net_missing = plen > left ? plen - left : 0;
	if (plen < left)
		pkt_trim(pkt, IPV6_HEADER + plen);
	pkt_next_header(pkt, next, cur_sub(c, plen));
	return MINE;
}

static const struct claim ipv6_claims[] = { { CLAIM_ETHERTYPE, 0x86dd }, { CLAIM_IP_PROTO, 41 },
	{ CLAIM_LINKTYPE, 229 }, { CLAIM_PPP, 0x0057 }, { CLAIM_PPP, 0x86dd }, { CLAIM_GRE, 0x86dd }, { 0 } };

static const struct layout_line ipv6_layout[] = {
	{ 0, "ipv6.version", .mask = 0xf0, .width = 8 },
	{ 0, "ipv6.tclass",
		"Traffic Class: 0x{:2} (DSCP: {ipv6.tclass.dscp:m}, ECN: " ECN_SHORT("ipv6.tclass.ecn") ")",
		.names = dscp_short_names },
	{ 1, "ipv6.tclass.dscp", "Differentiated Services Codepoint: {:m} ({:d})", .names = dscp_names },
	{ 1, "ipv6.tclass.ecn", "Explicit Congestion Notification: {:m} ({:d})", .names = ecn_names },
	{ 0, "ipv6.flow", "Flow Label: 0x{:5}", .mask = 0x0fffff, .width = 24 },
	{ 0, "ip.version", "" },
	{ 0, "ipv6.plen" },
	{ 0, "ipv6.nxt", "Next Header: {:m} ({:d})", .names = ip_proto_names },
	{ 0, "ipv6.hlim" },
	{ 0, "ipv6.src" },
	{ 0, "ipv6.dst" },
	{ 0 },
};

const struct protocol proto_ipv6 = {
	.name = "ipv6",
	.title = "Internet Protocol Version 6",
	.heading = "Internet Protocol Version 6<, Src: {ipv6.src}, Dst: {ipv6.dst}>",
	.layout = ipv6_layout,
	.column = "IPv6",
	.spec = "RFC 8200",
	.help = "Carries packets from network to network by 128-bit addresses.",
	.id = PROTO_ID_ipv6,
	.records = ipv6_records,
	.nrecords = 1,
	.claims = ipv6_claims,
	.dissect = ipv6_dissect,
	.item_len = IPV6_HEADER,
};
