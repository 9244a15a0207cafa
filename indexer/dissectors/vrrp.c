/* Virtual Router Redundancy Protocol, versions 2 (RFC 3768) and 3 (RFC 5798).
 *
 *      0         1         2          3       4                6          8
 *     +---------+---------+----------+-------+----------------+----------+------------------ - -
 *     |version, | virtual | priority | count | 2: auth., time | checksum | addresses; 2: 8 octets of
 * authentication |type     | router  |          |       | 3: time        |          |
 *     +---------+---------+----------+-------+----------------+----------+------------------ - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_vrrp;

enum {
	VRRP_TYPEVER,
	VRRP_ID,
	VRRP_PRIO,
	VRRP_COUNT,
	VRRP_AUTH,
	VRRP_INT,
	VRRP_SHORT_WORD,
	VRRP_CHECKSUM,
	VRRP_STRING,
	VRRP_VERSION,
	VRRP_TYPE,
	VRRP_SHORT_INT,
	VRRP_NFIELDS
};

static const struct value_name type_names[] = { { 1, "Advertisement" }, { 0, NULL } };
static const struct value_name prio_names[] = { { 0, "Current Master has stopped participating in VRRP" },
	{ 100, "Default priority for a backup VRRP router" },
	{ 255, "This VRRP router owns the virtual router's IP address(es)" }, { 0, NULL } };
static const struct value_name auth_names[] = { { 0, "No Authentication" },
	{ 1, "Simple Text Authentication [RFC 2338] / Reserved [RFC 3768]" },
	{ 2, "IP Authentication Header [RFC 2338] / Reserved [RFC 3768]" }, { 0, NULL } };

static const struct field vrrp_fields[VRRP_NFIELDS] = {
	[VRRP_TYPEVER] = { "vrrp.typever", "VRRP message version and type", KIND_UINT, .octets = 1 },
	[VRRP_ID] = { "vrrp.virt_rtr_id", "Virtual Rtr ID", KIND_UINT, .octets = 1 },
	[VRRP_PRIO] = { "vrrp.prio", "Priority", KIND_UINT, .octets = 1, .names = prio_names },
	[VRRP_COUNT] = { "vrrp.addr_count", "Addr Count", KIND_UINT, .octets = 1 },
	[VRRP_AUTH] = { "vrrp.auth_type", "Auth Type", KIND_UINT, .octets = 1, .names = auth_names },
	[VRRP_INT] = { "vrrp.adver_int", "Adver Int", KIND_UINT, .octets = 1 },
	[VRRP_SHORT_WORD] = { "short_word", "reserved and interval", KIND_UINT, .octets = 2,
		.internal = true },
	[VRRP_CHECKSUM] = { "vrrp.checksum", "Checksum", KIND_UINT, BASE_HEX, 2 },
	[VRRP_STRING] = { "vrrp.auth_string", "Authentication String", KIND_TEXT, .part = 1 },
	[VRRP_VERSION] = { "vrrp.version", "VRRP protocol version", KIND_UINT, .octets = 1,
		.of = VRRP_TYPEVER, .mask = 0xf0 },
	[VRRP_TYPE] = { "vrrp.type", "VRRP packet type", KIND_UINT, .octets = 1, .of = VRRP_TYPEVER,
		.mask = 0x0f, .names = type_names },
	[VRRP_SHORT_INT] = { "vrrp.short_adver_int", "Adver Int", KIND_UINT, .octets = 2,
		.of = VRRP_SHORT_WORD, .mask = 0x0fff },
};

enum { ADDRESS_4, ADDRESS_6, ADDRESS_NFIELDS };
static const struct field address_fields[ADDRESS_NFIELDS] = {
	[ADDRESS_4] = { "vrrp.ip_addr", "IP Address", KIND_IPV4 },
	[ADDRESS_6] = { "vrrp.ipv6_addr", "IPv6 Address", KIND_IPV6 },
};

enum { REC_VRRP, REC_ADDRESS, REC_COUNT };
static const struct record vrrp_records[REC_COUNT] = {
	[REC_VRRP] = { "vrrp", RECORD_LAYER, VRRP_NFIELDS, vrrp_fields,
		(const char *const[]) { "auth", NULL } },
	[REC_ADDRESS] = { "vrrp_address", RECORD_CHILD, ADDRESS_NFIELDS, address_fields, NULL },
};

#define VRRP_HEADER 8
#define AUTH_SIMPLE 1
#define AUTH_LENGTH 8

static enum verdict vrrp_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_vrrp, REC_VRRP);
	if (!cur_need(c, VRRP_HEADER)) /* Wireshark shows nothing of less */
		return MINE;
	uint32_t typever = (uint32_t)row_be(r, VRRP_TYPEVER, c, 1), version = typever >> 4, auth = 0;
	row_be(r, VRRP_ID, c, 1);
	row_be(r, VRRP_PRIO, c, 1);
	uint32_t count = (uint32_t)row_be(r, VRRP_COUNT, c, 1);
	if (version == 3) {
		row_be(r, VRRP_SHORT_WORD, c, 2);
	} else {
		auth = (uint32_t)row_be(r, VRRP_AUTH, c, 1);
		row_be(r, VRRP_INT, c, 1);
	}
	row_be(r, VRRP_CHECKSUM, c, 2);
	bool v6 = pkt->ip_version == 6;
	for (; count && !pkt->fail; count--)
		row_address(row_open(pkt, &proto_vrrp, REC_ADDRESS), v6 ? ADDRESS_6 : ADDRESS_4, c,
			v6 ? KIND_IPV6 : KIND_IPV4);
	if (auth == AUTH_SIMPLE)
		row_string(r, VRRP_STRING, c, AUTH_LENGTH);
	return MINE;
}

static const struct claim vrrp_claims[] = { { CLAIM_IP_PROTO, 112 }, { 0 } };

const struct protocol proto_vrrp = {
	.name = "vrrp",
	.title = "Virtual Router Redundancy Protocol",
	.column = "VRRP",
	.spec = "RFC 5798",
	.help = "Lets several routers share one address, so that another takes over when one fails.",
	.id = PROTO_ID_vrrp,
	.records = vrrp_records,
	.nrecords = REC_COUNT,
	.claims = vrrp_claims,
	.dissect = vrrp_dissect,
};
