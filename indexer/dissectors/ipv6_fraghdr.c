/* IPv6 fragment header (RFC 8200, section 4.5).
 *
 *      0       1       2               4               8
 *     +-------+-------+-----------+-+-+---------------+
 *     |nexthdr|reservd|offset  (13)|rs|M identification |
 *     +-------+-------+-----------+-+-+---------------+
 */
#include "indexer/dissectors/ip_names.h"
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/pseudo.h"
#include "indexer/track/fragment.h"

extern const struct protocol proto_ipv6_fraghdr;

enum {
	FRAG_NXT,
	FRAG_RESERVED,
	FRAG_WORD,
	FRAG_IDENT,
	FRAG_COUNT,
	FRAG_LENGTH,
	FRAG_DATA,
	FRAG_OFFSET,
	FRAG_RESERVED_BITS,
	FRAG_MORE,
	FRAG_FRAGMENTS,
	FRAG_NFIELDS
};

static const struct field frag_fields[FRAG_NFIELDS] = {
	[FRAG_NXT] = { "ipv6.fraghdr.nxt", "Next header", KIND_UINT, .octets = 1, .names = ip_proto_names },
	[FRAG_RESERVED] = { "ipv6.fraghdr.reserved_octet", "Reserved octet", KIND_UINT, BASE_HEX, 1 },
	[FRAG_WORD] = { "word", "offset, reserved bits, more fragments", KIND_UINT, BASE_HEX, 2,
		.internal = true },
	[FRAG_IDENT] = { "ipv6.fraghdr.ident", "Identification", KIND_UINT, BASE_HEX, 4 },
	[FRAG_COUNT] = { "ipv6.fragment.count", "Fragment count", KIND_UINT, .octets = 4, .part = 1,
		.generated = true },
	[FRAG_LENGTH] = { "ipv6.reassembled.length", "Reassembled IPv6 length", KIND_UINT, .octets = 4,
		.part = 1, .generated = true },
	[FRAG_DATA] = { "ipv6.reassembled.data", "Reassembled IPv6 data", KIND_BYTES, .part = 1,
		.generated = true },
	/* in units of 8 octets, as Wireshark's field */
	[FRAG_OFFSET] = { "ipv6.fraghdr.offset", "Offset", KIND_UINT, .octets = 2, .of = FRAG_WORD,
		.mask = 0xfff8 },
	[FRAG_RESERVED_BITS] = { "ipv6.fraghdr.reserved_bits", "Reserved bits", KIND_UINT, .octets = 2,
		.of = FRAG_WORD, .mask = 0x6 },
	[FRAG_MORE] = { "ipv6.fraghdr.more", "More Fragments", KIND_BOOL, .of = FRAG_WORD, .mask = 0x1 },
	[FRAG_FRAGMENTS] = { "ipv6.fragments", "IPv6 Fragments", KIND_NONE, .generated = true, .hidden = true,
		.part = 1, .sql = "CASE WHEN {ipv6_fragment_count} IS NOT NULL THEN 1 END" },
};

/* Fragments that are in order are in ipv6.fragment, others in ipv6.fragment.error. */
enum {
	PART_FRAME,
	PART_ERROR,
	PART_FAULTS,
	PART_IS_OVERLAP,
	PART_IS_CONFLICT,
	PART_IS_TAIL,
	PART_IS_LONG,
	PART_NFIELDS
};
#define FAULT(bit) "CASE WHEN {faults} & " bit " THEN 1 END"
static const struct field part_fields[PART_NFIELDS] = {
	[PART_FRAME] = { "ipv6.fragment", "IPv6 Fragment", KIND_FRAME, .generated = true },
	[PART_ERROR] = { "ipv6.fragment.error", "Defragmentation error", KIND_FRAME, .generated = true },
	[PART_FAULTS] = { "faults", "enum fragment_fault", KIND_UINT, .internal = true },
	[PART_IS_OVERLAP] = { "ipv6.fragment.overlap", "Fragment overlap", KIND_BOOL, .generated = true,
		.sql = FAULT("1") },
	[PART_IS_CONFLICT] = { "ipv6.fragment.overlap.conflict", "Conflicting data in fragment overlap",
		KIND_BOOL, .generated = true, .sql = FAULT("2") },
	[PART_IS_TAIL] = { "ipv6.fragment.multipletails", "Multiple tail fragments found", KIND_BOOL,
		.generated = true, .sql = FAULT("4") },
	[PART_IS_LONG] = { "ipv6.fragment.toolongfragment", "Fragment too long", KIND_BOOL, .generated = true,
		.sql = FAULT("8") },
};

enum { LATE_REASSEMBLED_IN, LATE_NFIELDS };
static const struct field late_fields[LATE_NFIELDS] = {
	[LATE_REASSEMBLED_IN] = { "ipv6.reassembled.in", "Reassembled IPv6 in frame", KIND_FRAME,
		.generated = true },
};

enum { REC_HEADER, REC_PART, REC_LATE, REC_COUNT };
static const struct record records[REC_COUNT] = {
	[REC_HEADER] = { "ipv6_fraghdr", RECORD_LAYER, FRAG_NFIELDS, frag_fields,
		(const char *const[]) { "reassembly", NULL } },
	[REC_PART] = { "ipv6_fragment", RECORD_CHILD, PART_NFIELDS, part_fields, NULL },
	[REC_LATE] = { "ipv6_reassembled", RECORD_LATE, LATE_NFIELDS, late_fields, NULL },
};

static enum verdict dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_ipv6_fraghdr, 0);
	if (!cur_need(c, 8))
		return MINE;
	uint32_t next = (uint32_t)row_be(r, FRAG_NXT, c, 1);
	row_be(r, FRAG_RESERVED, c, 1);
	uint32_t word = (uint32_t)row_be(r, FRAG_WORD, c, 2);
	uint32_t ident = (uint32_t)row_be(r, FRAG_IDENT, c, 4);
	struct cursor payload = cur_rest(c);
	if (!pkt->fail)
		info_set(pkt, "IPv6 fragment (off=%u more=%s ident=0x%08x nxt=%u)", word & 0xfff8,
			word & 1 ? "y" : "n", ident, next);
	/* RFC 6946: neither offset nor more fragments, a whole datagram. */
	if (!(word & 0xfff9) || !payload.len) {
		pkt_next_header(pkt, next, payload);
	} else if (payload.cap < payload.len || pkt->net_missing) {
		pkt->fragmented = true;
		pkt_next_proto(pkt, &proto_data, payload);
	} else {
		pkt->fragment = (struct fragment) { .set = true,
			.proto = &proto_ipv6_fraghdr,
			.row = r,
			.key = ident,
			.next_proto = (uint8_t)next,
			.offset = word & 0xfff8,
			.more = word & 1,
			.data = payload };
	}
	return MINE;
}

static void reassembled(struct packet *pkt, const struct fragment *f, const struct reassembled *whole)
{
	row_set(f->row, FRAG_COUNT, whole->count);
	row_set(f->row, FRAG_LENGTH, whole->len);
	row_bytes(f->row, FRAG_DATA, &(struct cursor) { whole->data, 0, whole->len, whole->len, &pkt->fail },
		whole->len);
	for (uint32_t i = 0; i < whole->count; i++) {
		const struct fragment_part *p = &whole->parts[i];
		struct row *part = row_open(pkt, &proto_ipv6_fraghdr, REC_PART);
		row_set_at(part,
			p->faults & (FRAGMENT_CONFLICT | FRAGMENT_TAILS | FRAGMENT_TOO_LONG) ? PART_ERROR
											     : PART_FRAME,
			p->frame, whole->data + p->offset, p->len);
		if (p->faults)
			row_set(part, PART_FAULTS, p->faults);
		if (p->frame != pkt->number) {
			struct row *late =
				row_open_late(pkt, &proto_ipv6_fraghdr, REC_LATE, p->frame, p->layer);
			row_set(late, LATE_REASSEMBLED_IN, pkt->number);
		}
	}
}

static const struct claim claims[] = { { CLAIM_IP_PROTO, 44 }, { 0 } };

static const struct layout_line fraghdr_layout[] = {
	{ 0, "ipv6.fraghdr.nxt" },
	{ 0, "ipv6.fraghdr.reserved_octet" },
	{ 0, "ipv6.fraghdr.offset", "Offset: {} ({:b} bytes)", .mask = 0xfff8, .width = 16 },
	{ 0, "ipv6.fraghdr.reserved_bits", .mask = 0x6, .width = 16 },
	{ 0, "ipv6.fraghdr.more", "More Fragments: {?Yes}{!No}", .mask = 0x1, .width = 16 },
	{ 0, "ipv6.fraghdr.ident" },
	{ 0, "ipv6.reassembled.in", "[Reassembled IPv6 in frame: {}]" },
	{ 0, NULL, "[{ipv6.fragment.count} IPv6 Fragments ({ipv6.reassembled.length} bytes): {*}]" },
	{ 1, .record = "ipv6_fragment" },
	{ 2, "ipv6.fragment", "[Frame: {}, payload: {:o}-{:e} ({:w})]" },
	{ 1, "ipv6.fragment.count", "[Fragment count: {}]" },
	{ 1, "ipv6.reassembled.length", "[Reassembled IPv6 length: {}]" },
	{ 1, "ipv6.reassembled.data", "[Reassembled IPv6 data: {}]" },
	{ 0 },
};

const struct protocol proto_ipv6_fraghdr = {
	.name = "ipv6.fraghdr",
	.title = "Fragment Header for IPv6",
	.spec = "RFC 8200, section 4.5",
	.help = "Marks a piece of a datagram that was too long for a link.",
	.id = PROTO_ID_ipv6_fraghdr,
	.records = records,
	.nrecords = REC_COUNT,
	.claims = claims,
	.dissect = dissect,
	.reassembled = reassembled,
	.layout = fraghdr_layout,
	.inside = true,
	.no_item = true,
};
