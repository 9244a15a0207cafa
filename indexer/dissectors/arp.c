/* Address Resolution Protocol (RFC 826), and its relatives RARP (RFC 903), Inverse ARP (RFC 2390), DRARP (RFC
 * 1931).
 *
 *      0       2       4   5   6       8
 *     +-------+-------+---+---+-------+--------------------+---------------+--------------------+---------------+
 *     |hw type|proto  |hln|pln|opcode | sender hardware    | sender proto  | target hardware    | target
 * proto  |
 *     +-------+-------+---+---+-------+--------------------+---------------+--------------------+---------------+
 *                                        hln octets           pln octets      hln                  pln
 */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/pseudo.h"
#include "indexer/track/binding.h"

extern const struct protocol proto_arp;

enum {
	ARP_HW_TYPE,
	ARP_PROTO_TYPE,
	ARP_HW_SIZE,
	ARP_PROTO_SIZE,
	ARP_OPCODE,
	ARP_SRC_MAC,
	ARP_SRC_IP,
	ARP_DST_MAC,
	ARP_DST_IP,
	ARP_GRATUITOUS,
	ARP_PROBE,
	ARP_ANNOUNCEMENT,
	ARP_SRC_HW,
	ARP_SRC_PROTO,
	ARP_DST_HW,
	ARP_DST_PROTO,
	ARP_DRARP_ERROR,
	ARP_STORM,
	ARP_NFIELDS
};

static const struct value_name hw_names[] = { { 1, "Ethernet" }, { 6, "IEEE 802" }, { 7, "ARCNET" },
	{ 15, "Frame Relay DLCI" }, { 16, "ATM" }, { 18, "Fibre Channel" }, { 24, "IEEE 1394.1995" },
	{ 32, "InfiniBand" }, { 0, NULL } };

static const struct value_name opcode_names[] = { { 1, "request" }, { 2, "reply" }, { 3, "reverse request" },
	{ 4, "reverse reply" }, { 5, "drarp request" }, { 6, "drarp reply" }, { 7, "drarp error" },
	{ 8, "inverse request" }, { 9, "inverse reply" }, { 10, "arp nak" }, { 0, NULL } };

static const struct value_name proto_names[] = { { 0x0800, "IPv4" }, { 0, NULL } };

static const struct field arp_fields[ARP_NFIELDS] = {
	[ARP_HW_TYPE] = { "arp.hw.type", "Hardware type", KIND_UINT, .octets = 2, .names = hw_names },
	[ARP_PROTO_TYPE] = { "arp.proto.type", "Protocol type", KIND_UINT, BASE_HEX, 2,
		.names = proto_names },
	[ARP_HW_SIZE] = { "arp.hw.size", "Hardware size", KIND_UINT, .octets = 1 },
	[ARP_PROTO_SIZE] = { "arp.proto.size", "Protocol size", KIND_UINT, .octets = 1 },
	[ARP_OPCODE] = { "arp.opcode", "Opcode", KIND_UINT, .octets = 2, .names = opcode_names },
	[ARP_SRC_MAC] = { "arp.src.hw_mac", "Sender MAC address", KIND_ETHER },
	[ARP_SRC_IP] = { "arp.src.proto_ipv4", "Sender IP address", KIND_IPV4 },
	[ARP_DST_MAC] = { "arp.dst.hw_mac", "Target MAC address", KIND_ETHER },
	[ARP_DST_IP] = { "arp.dst.proto_ipv4", "Target IP address", KIND_IPV4 },
	[ARP_GRATUITOUS] = { "arp.isgratuitous", "Is gratuitous", KIND_BOOL, .generated = true },
	[ARP_PROBE] = { "arp.isprobe", "Is probe", KIND_BOOL, .generated = true },
	[ARP_ANNOUNCEMENT] = { "arp.isannouncement", "Is announcement", KIND_BOOL, .generated = true },
	[ARP_SRC_HW] = { "arp.src.hw", "Sender hardware address", KIND_BYTES, .part = 1 },
	[ARP_SRC_PROTO] = { "arp.src.proto", "Sender protocol address", KIND_BYTES, .part = 1 },
	[ARP_DST_HW] = { "arp.dst.hw", "Target hardware address", KIND_BYTES, .part = 1 },
	[ARP_DST_PROTO] = { "arp.dst.proto", "Target protocol address", KIND_BYTES, .part = 1 },
	[ARP_DRARP_ERROR] = { "arp.dst.drarp_error_status", "DRARP error status", KIND_UINT, .octets = 2,
		.part = 1 },
	/* only where the preference arp.detect_request_storms is set */
	[ARP_STORM] = { "arp.packet-storm-detected", "ARP packet storm detected", KIND_NONE,
		.generated = true, .sql = SQL_OFF },
};

enum { DUPLICATE_DETECTED, DUPLICATE_FRAME, DUPLICATE_SECONDS, DUPLICATE_NFIELDS };
static const struct field duplicate_fields[DUPLICATE_NFIELDS] = {
	[DUPLICATE_DETECTED] = { "arp.duplicate-address-detected", "Duplicate IP address configured",
		KIND_NONE, .generated = true },
	[DUPLICATE_FRAME] = { "arp.duplicate-address-frame", "Frame showing earlier use of IP address",
		KIND_FRAME, .generated = true },
	[DUPLICATE_SECONDS] = { "arp.seconds-since-duplicate-address-frame",
		"Seconds since earlier frame seen", KIND_UINT, .octets = 4, .generated = true },
};

enum { REC_ARP, REC_DUPLICATE, REC_COUNT };
static const struct record arp_records[REC_COUNT] = {
	[REC_ARP] = { "arp", RECORD_LAYER, ARP_NFIELDS, arp_fields, (const char *const[]) { "other", NULL } },
	[REC_DUPLICATE] = { "arp_duplicate", RECORD_CHILD, DUPLICATE_NFIELDS, duplicate_fields, NULL },
};

#define ARP_HEADER  8
#define HW_ETHERNET 1
#define HW_AX25     3
#define HW_IEEE802  6
#define HW_ATM      19
#define PROTO_IPV4  0x0800
#define MAC_LEN     6
#define IP_LEN      4

enum { OP_REQUEST = 1, OP_REPLY = 2, OP_DRARP_ERROR = 7 };

static const char *column_of(uint32_t opcode)
{
	if (opcode == 3 || opcode == 4)
		return "RARP";
	if (opcode >= 5 && opcode <= 7)
		return "DRARP";
	if (opcode == 8 || opcode == 9)
		return "Inverse ARP";
	if (opcode >= 11 && opcode <= 22)
		return "MARS";
	return opcode == 23 ? "MAPOS" : "ARP";
}

static bool all_zero(const uint8_t *p, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (p[i])
			return false;
	return true;
}

/* ATM has header and addresses of its own (RFC 2225), which are not looked at. */
static enum verdict atm_dissect(struct packet *pkt, struct cursor *c)
{
	(void)c;
	pkt->column = "ATMARP";
	return MINE;
}

static const struct protocol proto_atmarp = {
	.name = "atmarp", .title = "ATM Address Resolution Protocol", .no_item = true, .dissect = atm_dissect
};
/* Amateur radio: the same fields with other addresses; Wireshark names it twice. */
static const struct protocol proto_ax25arp = {
	.name = "arp", .title = "AX.25 Address Resolution Protocol", .no_item = true
};

static void note_binding(
	struct packet *pkt, struct row *r, const uint8_t *mac, const uint8_t *ip, bool unless_clash)
{
	if (mac[0] & 1 || all_zero(mac, MAC_LEN) || all_zero(ip, IP_LEN))
		return; /* nobody's address */
	struct arp_binding *b = &pkt->arp.bindings[pkt->arp.n++];
	pkt->arp.row = r;
	b->ip = be32(ip);
	memcpy(b->mac, mac, MAC_LEN);
	b->unless_clash = unless_clash;
}

/* RFC 5227, sections 1.1 and 2: a probe asks for an address that the sender would like, an announcement says
 * that it has it. A sender that asks for its own address, or answers to itself, is "gratuitous". */
static void judge(
	struct packet *pkt, struct row *r, uint32_t opcode, const uint8_t *sender, uint32_t hln, uint32_t pln)
{
	const uint8_t *spa = sender + hln, *target = spa + pln, *tpa = target + hln;
	if (opcode != OP_REQUEST && opcode != OP_REPLY)
		return;
	bool gratuitous = pln && memcmp(spa, tpa, pln) == 0;
	bool unknown = opcode == OP_REQUEST && all_zero(target, hln < MAC_LEN ? hln : MAC_LEN);
	if (gratuitous)
		row_set(r, ARP_GRATUITOUS, 1);
	if (gratuitous && unknown)
		row_set(r, ARP_ANNOUNCEMENT, 1);
	if (!gratuitous && unknown && all_zero(spa, pln))
		row_set(r, ARP_PROBE, 1);
	if (hln != MAC_LEN || pln != IP_LEN || !row_has(r, ARP_SRC_MAC) || !row_has(r, ARP_SRC_IP))
		return;
	note_binding(pkt, r, sender, spa, false);
	if (opcode != OP_REQUEST) /* the target of a request is what the sender does not know */
		note_binding(pkt, r, target, tpa, gratuitous);
}

void arp_clash(struct packet *pkt, uint32_t frame, int64_t time_ns)
{
	static const struct protocol note = { .name = "text" }; /* beside ARP in the tree */
	struct row *r = row_open(pkt, &proto_arp, REC_DUPLICATE);
	pkt_item(pkt, &note, 0);
	row_set(r, DUPLICATE_DETECTED, 1);
	row_set(r, DUPLICATE_FRAME, frame);
	row_set(r, DUPLICATE_SECONDS, pkt->time_ns / 1000000000 - time_ns / 1000000000);
	if (!pkt->info)
		return;
	const struct row *arp = pkt->arp.row;
	uint8_t kind;
	size_t len;
	const uint8_t *ip = dict_get(pkt->dict, DICT_ADDRESS, (uint32_t)arp->v[ARP_SRC_IP], &kind, &len);
	info_add(pkt, "%s", " (duplicate use of ");
	info_address(pkt, KIND_IPV4, ip);
	info_add(pkt, "%s", " detected!)");
}

static void addresses(struct row *r, struct cursor *c, bool mac, bool ip, uint32_t hln, uint32_t pln,
	bool target, uint32_t opcode)
{
	if (mac)
		row_address(r, target ? ARP_DST_MAC : ARP_SRC_MAC, c, KIND_ETHER);
	else
		row_bytes(r, target ? ARP_DST_HW : ARP_SRC_HW, c, hln);
	if (target && opcode == OP_DRARP_ERROR && ip) {
		row_be(r, ARP_DRARP_ERROR, c, 2);
		cur_skip(c, pln - 2);
	} else if (ip) {
		row_address(r, target ? ARP_DST_IP : ARP_SRC_IP, c, KIND_IPV4);
	} else {
		row_bytes(r, target ? ARP_DST_PROTO : ARP_SRC_PROTO, c, pln);
	}
}

/* What is no Ethernet or IPv4 address is shown in hexadecimal. */
static void show(struct packet *pkt, const uint8_t *p, uint32_t n, bool known, enum kind kind)
{
	if (known)
		info_address(pkt, kind, p);
	else if (!n)
		info_add(pkt, "%s", "<No address>");
	for (uint32_t i = 0; !known && i < n; i++)
		info_add(pkt, "%02x", p[i]);
}

static void inform(struct packet *pkt, const struct row *r, uint32_t opcode, const uint8_t *sender,
	uint32_t hln, uint32_t pln, bool mac, bool ip)
{
	const uint8_t *spa = sender + hln, *target = spa + pln, *tpa = target + hln;
	const char *after = NULL;
	if (!pkt->info)
		return;
	info_clear(pkt);
	if (row_has(r, ARP_ANNOUNCEMENT)) {
		info_set(pkt, "%s", "ARP Announcement for ");
		show(pkt, tpa, pln, ip, KIND_IPV4);
	} else if (row_has(r, ARP_GRATUITOUS)) {
		info_set(pkt, "%s", "Gratuitous ARP for ");
		show(pkt, tpa, pln, ip, KIND_IPV4);
		info_add(pkt, "%s", opcode == OP_REQUEST ? " (Request)" : " (Reply)");
	} else if (opcode == OP_REQUEST) {
		info_set(pkt, "%s", "Who has ");
		show(pkt, tpa, pln, ip, KIND_IPV4);
		after = row_has(r, ARP_PROBE) ? "? (ARP Probe)" : "? Tell ";
		info_add(pkt, "%s", after);
		if (!row_has(r, ARP_PROBE))
			show(pkt, spa, pln, ip, KIND_IPV4);
	} else if (opcode == OP_REPLY) {
		show(pkt, spa, pln, ip, KIND_IPV4);
		info_add(pkt, "%s", " is at ");
		show(pkt, sender, hln, mac, KIND_ETHER);
	} else if (opcode == 3 || opcode == 8) { /* RFC 903, RFC 2390: whose address is it? */
		info_set(pkt, "%s", "Who is ");
		show(pkt, target, hln, mac, KIND_ETHER);
		info_add(pkt, "%s", "? Tell ");
		show(pkt, sender, hln, mac, KIND_ETHER);
	} else if (opcode == 4) {
		show(pkt, target, hln, mac, KIND_ETHER);
		info_add(pkt, "%s", " is at ");
		show(pkt, tpa, pln, ip, KIND_IPV4);
	} else if (opcode == 9) {
		show(pkt, sender, hln, mac, KIND_ETHER);
		info_add(pkt, "%s", " is at ");
		show(pkt, spa, pln, ip, KIND_IPV4);
	} else {
		info_set(pkt, "Unknown ARP opcode 0x%04x", opcode);
	}
}

static enum verdict arp_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_arp, REC_ARP);
	uint32_t hw = (uint32_t)row_be(r, ARP_HW_TYPE, c, 2);
	if (!pkt->fail && hw == HW_ATM) {
		struct cursor whole = { c->data, 0, c->cap, c->len, c->fail };
		row_be(r, ARP_PROTO_TYPE, c, 2);
		cur_skip(c, 2); /* lengths of the sender's number and subaddress */
		row_be(r, ARP_OPCODE, c, 2);
		if (!pkt->fail)
			pkt_next_proto(pkt, &proto_atmarp, whole);
		return MINE;
	}
	uint32_t proto = (uint32_t)row_be(r, ARP_PROTO_TYPE, c, 2);
	uint32_t hln = (uint32_t)row_be(r, ARP_HW_SIZE, c, 1),
		 pln = (uint32_t)row_be(r, ARP_PROTO_SIZE, c, 1);
	uint32_t opcode = (uint32_t)row_be(r, ARP_OPCODE, c, 2), len = 2 * (hln + pln);
	if (pkt->fail)
		return MINE;
	pkt->column = column_of(opcode);
	pkt_trim(pkt, ARP_HEADER + len);
	if (hw == HW_AX25)
		pkt_token(pkt, &proto_ax25arp);
	/* The addresses are shown when all are there. */
	if (!cur_need(c, len))
		return MINE;
	const uint8_t *sender = c->data + c->pos;
	bool mac = (hw == HW_ETHERNET || hw == HW_IEEE802) && hln == MAC_LEN,
	     ip = proto == PROTO_IPV4 && pln == IP_LEN;
	addresses(r, c, mac, ip, hln, pln, false, opcode);
	addresses(r, c, mac, ip, hln, pln, true, opcode);
	judge(pkt, r, opcode, sender, hln, pln);
	inform(pkt, r, opcode, sender, hln, pln, mac, ip);
	return MINE;
}

static const struct layout_line arp_layout[] = {
	{ 0, "arp.hw.type" },
	{ 0, "arp.proto.type" },
	{ 0, "arp.hw.size" },
	{ 0, "arp.proto.size" },
	{ 0, "arp.opcode" },
	{ 0, "arp.isgratuitous" },
	{ 0, "arp.isprobe" },
	{ 0, "arp.isannouncement" },
	{ 0, "arp.src.hw_mac" },
	{ 0, "arp.src.hw" },
	{ 0, "arp.src.proto_ipv4" },
	{ 0, "arp.src.proto" },
	{ 0, "arp.dst.hw_mac" },
	{ 0, "arp.dst.hw" },
	{ 0, "arp.dst.proto_ipv4" },
	{ 0, "arp.dst.proto" },
	{ 0 },
};

static const struct claim arp_claims[] = { { CLAIM_ETHERTYPE, 0x0806 }, { CLAIM_ETHERTYPE, 0x8035 },
	{ CLAIM_GRE, 0x0806 }, { 0 } };

const struct protocol proto_arp = {
	.name = "arp",
	.title = "Address Resolution Protocol",
	.heading = "Address Resolution Protocol< ({arp.opcode:n}{arp.isgratuitous?/gratuitous ARP})>",
	.layout = arp_layout,
	.column = "ARP",
	.spec = "RFC 826",
	.help = "Finds the hardware address that belongs to an IP address on the local network.",
	.id = PROTO_ID_arp,
	.records = arp_records,
	.nrecords = REC_COUNT,
	.claims = arp_claims,
	.dissect = arp_dissect,
};
