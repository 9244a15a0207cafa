/* Virtual Router Redundancy Protocol, versions 2 (RFC 3768) and 3 (RFC 5798).
 *
 *      0         1       2       3       4       5       6       8
 *     +----+----+-------+-------+-------+-------+-------+-------+---- - -
 *     |vers|type| id    | prior.| count | auth  | inter.|chksum | addresses, authentication data (2)
 *     +----+----+-------+-------+-------+-------+-------+-------+---- - -
 *                               version 3: 0 (4 bits), interval (12 bits)
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_vrrp;

enum {
	VRRP_TYPEVER,
	VRRP_ID,
	VRRP_PRIORITY,
	VRRP_COUNT,
	VRRP_AUTH_TYPE,
	VRRP_INTERVAL,
	VRRP_RESERVED_INTERVAL,
	VRRP_CHECKSUM,
	VRRP_AUTH_STRING,
	VRRP_VERSION,
	VRRP_TYPE,
	VRRP_SHORT_INTERVAL,
	VRRP_NFIELDS
};

static const struct value_name type_names[] = { { 1, "Advertisement" }, { 0, NULL } };
static const struct value_name auth_names[] = { { 0, "No Authentication" },
	{ 1, "Simple Text Authentication [RFC 2338] / Reserved [RFC 3768]" },
	{ 2, "IP Authentication Header [RFC 2338] / Reserved [RFC 3768]" },
	{ 254, "Cisco VRRP MD5 authentication" }, { 0, NULL } };
static const struct value_name priority_names[] = { { 0, "Current Master has stopped participating in VRRP" },
	{ 100, "Default priority for a backup VRRP router" },
	{ 255, "This VRRP router owns the virtual router's IP address(es)" }, { 0, NULL } };

static const struct field vrrp_fields[VRRP_NFIELDS] = {
	[VRRP_TYPEVER] = { "vrrp.typever", "VRRP message version and type", KIND_UINT, .octets = 1 },
	[VRRP_ID] = { "vrrp.virt_rtr_id", "Virtual Rtr ID", KIND_UINT, .octets = 1 },
	[VRRP_PRIORITY] = { "vrrp.prio", "Priority", KIND_UINT, .octets = 1, .names = priority_names },
	[VRRP_COUNT] = { "vrrp.addr_count", "Addr Count", KIND_UINT, .octets = 1 },
	[VRRP_AUTH_TYPE] = { "vrrp.auth_type", "Auth Type", KIND_UINT, .octets = 1, .names = auth_names },
	[VRRP_INTERVAL] = { "vrrp.adver_int", "Adver Int", KIND_UINT, .octets = 1 },
	[VRRP_RESERVED_INTERVAL] = { "vrrp.interval_word", "Interval", KIND_UINT, .internal = true },
	[VRRP_CHECKSUM] = { "vrrp.checksum", "Checksum", KIND_UINT, BASE_HEX, 2 },
	[VRRP_AUTH_STRING] = { "vrrp.auth_string", "Authentication String", KIND_TEXT },
	[VRRP_VERSION] = { "vrrp.version", "VRRP protocol version", KIND_UINT, .octets = 1,
		.of = VRRP_TYPEVER, .mask = 0xf0 },
	[VRRP_TYPE] = { "vrrp.type", "VRRP packet type", KIND_UINT, .octets = 1, .of = VRRP_TYPEVER,
		.mask = 0x0f, .names = type_names },
	[VRRP_SHORT_INTERVAL] = { "vrrp.short_adver_int", "Adver Int", KIND_UINT, .octets = 2,
		.of = VRRP_RESERVED_INTERVAL, .mask = 0xfff },
};

enum { ADDR_IPV4, ADDR_IPV6, ADDR_NFIELDS };
static const struct field addr_fields[ADDR_NFIELDS] = {
	[ADDR_IPV4] = { "vrrp.ip_addr", "IP Address", KIND_IPV4 },
	[ADDR_IPV6] = { "vrrp.ipv6_addr", "IPv6 Address", KIND_IPV6 },
};

enum { REC_VRRP, REC_ADDR, REC_COUNT };
static const struct record vrrp_records[REC_COUNT] = {
	[REC_VRRP] = { "vrrp", RECORD_LAYER, VRRP_NFIELDS, vrrp_fields, NULL },
	[REC_ADDR] = { "vrrp_address", RECORD_CHILD, ADDR_NFIELDS, addr_fields, NULL },
};

static enum verdict vrrp_dissect(struct packet *pkt, struct cursor *c)
{
	bool ipv6 = pkt->net_kind == KIND_IPV6;
	struct row *r = row_open(pkt, &proto_vrrp, REC_VRRP);
	if (!cur_need(c, 4))
		return MINE;
	unsigned version = (unsigned)row_be(r, VRRP_TYPEVER, c, 1) >> 4, auth = 0;
	info_set(pkt, "Announcement (v%u)", version);
	row_be(r, VRRP_ID, c, 1);
	row_be(r, VRRP_PRIORITY, c, 1);
	uint32_t count = (uint32_t)row_be(r, VRRP_COUNT, c, 1);
	if (version == 3) {
		row_be(r, VRRP_RESERVED_INTERVAL, c, 2);
	} else {
		auth = (unsigned)row_be(r, VRRP_AUTH_TYPE, c, 1);
		row_be(r, VRRP_INTERVAL, c, 1);
	}
	row_be(r, VRRP_CHECKSUM, c, 2);
	for (; count && !pkt->fail; count--) {
		struct row *a = row_open(pkt, &proto_vrrp, REC_ADDR);
		row_address(a, ipv6 ? ADDR_IPV6 : ADDR_IPV4, c, ipv6 ? KIND_IPV6 : KIND_IPV4);
	}
	if (auth == 1)
		row_ascii(r, VRRP_AUTH_STRING, c, 8);
	return MINE;
}

static const struct claim vrrp_claims[] = { { CLAIM_IP_PROTO, 112 }, { 0 } };

const struct protocol proto_vrrp = {
	.name = "vrrp",
	.title = "Virtual Router Redundancy Protocol",
	.column = "VRRP",
	.spec = "RFC 5798",
	.help = "Lets routers share an address, so that another takes over when one fails.",
	.id = PROTO_ID_vrrp,
	.records = vrrp_records,
	.nrecords = REC_COUNT,
	.claims = vrrp_claims,
	.dissect = vrrp_dissect,
};
