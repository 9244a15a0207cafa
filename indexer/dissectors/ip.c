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
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/pseudo.h"
#include "indexer/track/fragment.h"

extern const struct protocol proto_ip;

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
	IP_OPT_TYPE,
	IP_OPT_LEN,
	IP_FRAGMENT_COUNT,
	IP_REASSEMBLED_LENGTH,
	IP_VERSION,
	IP_DSCP,
	IP_ECN,
	IP_FLAGS,
	IP_FLAGS_RB,
	IP_FLAGS_DF,
	IP_FLAGS_MF,
	IP_FRAG_OFFSET,
	IP_ADDR,
	IP_NFIELDS
};

static const struct value_name ip_ecn_names[] = {
	{ 0, "Not-ECT" }, { 1, "ECT(1)" }, { 2, "ECT(0)" }, { 3, "CE" }, { 0, NULL }
};

static const struct value_name ip_dscp_names[] = { { 0, "CS0" }, { 8, "CS1" }, { 10, "AF11" }, { 12, "AF12" },
	{ 14, "AF13" }, { 16, "CS2" }, { 18, "AF21" }, { 20, "AF22" }, { 22, "AF23" }, { 24, "CS3" }, { 26, "AF31" },
	{ 28, "AF32" }, { 30, "AF33" }, { 32, "CS4" }, { 34, "AF41" }, { 36, "AF42" }, { 38, "AF43" }, { 40, "CS5" },
	{ 44, "VOICE-ADMIT" }, { 46, "EF PHB" }, { 48, "CS6" }, { 56, "CS7" }, { 0, NULL } };

static const struct value_name ip_proto_names[] = { { 1, "ICMP" }, { 2, "IGMP" }, { 4, "IPIP" }, { 6, "TCP" }, { 8, "EGP" },
	{ 17, "UDP" }, { 33, "DCCP" }, { 41, "IPv6" }, { 47, "GRE" }, { 50, "ESP" }, { 51, "AH" }, { 58, "ICMPv6" },
	{ 88, "EIGRP" }, { 89, "OSPF IGP" }, { 103, "PIM" }, { 112, "VRRP" }, { 115, "L2TP" }, { 132, "SCTP" },
	{ 136, "UDPlite" }, { 0, NULL } };

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
	[IP_OPT_TYPE] = { "ip.opt.type", "Type", KIND_LIST, .part = 1 },
	[IP_OPT_LEN] = { "ip.opt.len", "Length", KIND_LIST, .part = 1 },
	[IP_FRAGMENT_COUNT] = { "ip.fragment.count", "Fragment count", KIND_UINT, .octets = 4, .part = 2, .generated = true },
	[IP_REASSEMBLED_LENGTH] = { "ip.reassembled.length", "Reassembled IPv4 length", KIND_UINT, .octets = 4, .part = 2,
		.generated = true },
	[IP_VERSION] = { "ip.version", "Version", KIND_UINT, .octets = 1, .sql = "4" },
	[IP_DSCP] = { "ip.dsfield.dscp", "Differentiated Services Codepoint", KIND_UINT, .octets = 1, .of = IP_DSFIELD,
		.mask = 0xfc, .names = ip_dscp_names },
	[IP_ECN] = { "ip.dsfield.ecn", "Explicit Congestion Notification", KIND_UINT, .octets = 1, .of = IP_DSFIELD,
		.mask = 0x03, .names = ip_ecn_names },
	[IP_FLAGS] = { "ip.flags", "Flags", KIND_UINT, BASE_HEX, 1, .of = IP_FRAG, .mask = 0xe000 },
	[IP_FLAGS_RB] = { "ip.flags.rb", "Reserved bit", KIND_BOOL, .of = IP_FRAG, .mask = 0x8000 },
	[IP_FLAGS_DF] = { "ip.flags.df", "Don't fragment", KIND_BOOL, .of = IP_FRAG, .mask = 0x4000 },
	[IP_FLAGS_MF] = { "ip.flags.mf", "More fragments", KIND_BOOL, .of = IP_FRAG, .mask = 0x2000 },
	/* in units of 8 octets, as Wireshark's field */
	[IP_FRAG_OFFSET] = { "ip.frag_offset", "Fragment Offset", KIND_UINT, .octets = 2, .of = IP_FRAG, .mask = 0x1fff },
	[IP_ADDR] = { "ip.addr", "Source or Destination Address", KIND_IPV4, .hidden = true, .any = { IP_SRC, IP_DST }, .nany = 2 },
};

enum { FRAGMENT_FRAME, FRAGMENT_NFIELDS };
static const struct field fragment_fields[FRAGMENT_NFIELDS] = {
	[FRAGMENT_FRAME] = { "ip.fragment", "IPv4 Fragment", KIND_FRAME, .generated = true },
};

enum { LATE_REASSEMBLED_IN, LATE_NFIELDS };
static const struct field late_fields[LATE_NFIELDS] = {
	[LATE_REASSEMBLED_IN] = { "ip.reassembled_in", "Reassembled IPv4 in frame", KIND_FRAME, .generated = true },
};

enum { REC_IP, REC_FRAGMENT, REC_LATE, REC_COUNT };
static const struct record ip_records[REC_COUNT] = {
	[REC_IP] = { "ip", RECORD_LAYER, IP_NFIELDS, ip_fields, (const char *const[]){ "options", "reassembly", NULL } },
	[REC_FRAGMENT] = { "ip_fragment", RECORD_CHILD, FRAGMENT_NFIELDS, fragment_fields, NULL },
	[REC_LATE] = { "ip_reassembled", RECORD_LATE, LATE_NFIELDS, late_fields, NULL },
};

#define IP_MIN_HEADER 20

/* RFC 791, section 3.1: type 0 ends the list, type 1 is one octet, others have a length. */
static void ip_options(struct row *r, struct cursor *c)
{
	uint32_t types[40], lens[40];
	unsigned n = 0, nlen = 0;
	while (cur_left(c) && n < 40) {
		uint32_t type = (uint32_t)cur_be(c, 1);
		types[n++] = type;
		if (type == 0)
			break;
		if (type == 1)
			continue;
		uint32_t len = (uint32_t)cur_be(c, 1);
		lens[nlen++] = len;
		if (len < 2)
			break;
		cur_skip(c, len - 2);
	}
	if (*c->fail)
		return;
	row_list(r, IP_OPT_TYPE, types, n, c->data, c->len);
	if (nlen)
		row_list(r, IP_OPT_LEN, lens, nlen, c->data, c->len);
}

static enum verdict ip_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_ip, 0);
	const uint8_t *h = c->data;
	uint32_t first = (uint32_t)cur_be(c, 1), hdr_len = (first & 15) * 4;
	row_set_at(r, IP_HDR_LEN, hdr_len, h, 1);
	if (pkt->fail || hdr_len < IP_MIN_HEADER)
		return MINE; /* "Bogus IP header length": nothing more is shown */
	row_be(r, IP_DSFIELD, c, 1);
	uint32_t len = (uint32_t)row_be(r, IP_LEN, c, 2);
	/* A total length of 0 comes from segmentation offload: what was captured counts. */
	if (len == 0)
		len = c->len;
	else if (len < hdr_len)
		return MINE; /* "Bogus IP length" */
	if (len < c->len)
		pkt_trim(pkt, len);
	else
		len = c->len;
	uint32_t id = (uint32_t)row_be(r, IP_ID, c, 2);
	uint32_t frag = (uint32_t)row_be(r, IP_FRAG, c, 2);
	row_be(r, IP_TTL, c, 1);
	uint32_t proto = (uint32_t)row_be(r, IP_PROTO, c, 1);
	row_be(r, IP_CHECKSUM, c, 2);
	uint32_t src = row_address(r, IP_SRC, c, KIND_IPV4);
	uint32_t dst = row_address(r, IP_DST, c, KIND_IPV4);
	if (pkt->fail)
		return MINE;
	pkt->net_src = src;
	pkt->net_dst = dst;
	pkt->net_kind = KIND_IPV4;
	pkt->ip_version = 4;
	if (!pkt->in_error) {
		pkt->src = src;
		pkt->dst = dst;
	}
	pkt_count(pkt, CONV_IP, src, dst);
	pkt_item_len(pkt, hdr_len);
	if (hdr_len > IP_MIN_HEADER) {
		struct cursor options = cur_sub(c, hdr_len - IP_MIN_HEADER);
		ip_options(r, &options);
		if (pkt->fail)
			return MINE;
	}
	struct cursor payload = cur_sub(c, len - hdr_len);
	if (frag & 0x3fff)
		pkt->fragment = (struct fragment){ .set = true, .proto = &proto_ip, .row = r, .id = id, .next_proto = (uint8_t)proto,
			.offset = (frag & 0x1fff) * 8, .more = frag & 0x2000, .data = payload };
	else
		pkt_next(pkt, CLAIM_IP_PROTO, proto, payload);
	return MINE;
}

static void ip_reassembled(struct packet *pkt, const struct fragment *f, const struct reassembled *whole, uint32_t done_in)
{
	if (!whole) {
		struct row *late = row_open_late(pkt, &proto_ip, REC_LATE, pkt->number, f->row->layer);
		row_set(late, LATE_REASSEMBLED_IN, done_in);
		return;
	}
	row_set(f->row, IP_FRAGMENT_COUNT, whole->count);
	row_set(f->row, IP_REASSEMBLED_LENGTH, whole->len);
	for (uint32_t i = 0; i < whole->count; i++) {
		struct row *part = row_open(pkt, &proto_ip, REC_FRAGMENT);
		row_set(part, FRAGMENT_FRAME, whole->frames[i]);
		if (whole->frames[i] != pkt->number) {
			struct row *late = row_open_late(pkt, &proto_ip, REC_LATE, whole->frames[i], whole->layers[i]);
			row_set(late, LATE_REASSEMBLED_IN, done_in);
		}
	}
}

static const struct claim ip_claims[] = { { CLAIM_ETHERTYPE, 0x0800 }, { CLAIM_IP_PROTO, 4 }, { CLAIM_LINKTYPE, 228 },
	{ CLAIM_PPP, 0x0021 }, { 0 } };

const struct protocol proto_ip = {
	.name = "ip",
	.title = "Internet Protocol Version 4",
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
