/* Cisco Discovery Protocol (no specification; Cisco's documentation of the message format).
 *
 *      0       1      2          4        6        8
 *     +-------+------+----------+--------+--------+---------- - -
 *     |version| ttl  | checksum | type   | length | value, TLV after TLV; the length counts type and length
 * too
 *     +-------+------+----------+--------+--------+---------- - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/pseudo.h"

extern const struct protocol proto_cdp;

enum {
	CDP_VERSION,
	CDP_TTL,
	CDP_CHECKSUM,
	CDP_DEVICEID,
	CDP_PORTID,
	CDP_PLATFORM,
	CDP_CAPABILITIES,
	CDP_VTP_DOMAIN,
	CDP_NATIVE_VLAN,
	CDP_DUPLEX,
	CDP_NFIELDS
};

static const struct field cdp_fields[CDP_NFIELDS] = {
	[CDP_VERSION] = { "cdp.version", "Version", KIND_UINT, .octets = 1 },
	[CDP_TTL] = { "cdp.ttl", "TTL", KIND_UINT, .octets = 1 },
	[CDP_CHECKSUM] = { "cdp.checksum", "Checksum", KIND_UINT, BASE_HEX, 2 },
	[CDP_DEVICEID] = { "cdp.deviceid", "Device ID", KIND_TEXT },
	[CDP_PORTID] = { "cdp.portid", "Sent through Interface", KIND_TEXT },
	[CDP_PLATFORM] = { "cdp.platform", "Platform", KIND_TEXT },
	[CDP_CAPABILITIES] = { "cdp.capabilities", "Capabilities", KIND_UINT, BASE_HEX, 4 },
	[CDP_VTP_DOMAIN] = { "cdp.vtp_management_domain", "VTP Management Domain", KIND_TEXT },
	[CDP_NATIVE_VLAN] = { "cdp.native_vlan", "Native VLAN", KIND_UINT, .octets = 2 },
	[CDP_DUPLEX] = { "cdp.duplex", "Duplex", KIND_BOOL },
};

enum { TLV_TYPE, TLV_LEN, TLV_NFIELDS };
static const struct field tlv_fields[TLV_NFIELDS] = {
	[TLV_TYPE] = { "cdp.tlv.type", "Type", KIND_UINT, BASE_HEX, 2 },
	[TLV_LEN] = { "cdp.tlv.len", "Length", KIND_UINT, .octets = 2 },
};

enum { LINE_TEXT, LINE_NFIELDS };
static const struct field line_fields[LINE_NFIELDS] = {
	[LINE_TEXT] = { "cdp.software_version", "Software version", KIND_TEXT },
};

enum { REC_CDP, REC_TLV, REC_LINE, REC_COUNT };
static const struct record cdp_records[REC_COUNT] = {
	[REC_CDP] = { "cdp", RECORD_LAYER, CDP_NFIELDS, cdp_fields, NULL },
	[REC_TLV] = { "cdp_tlv", RECORD_CHILD, TLV_NFIELDS, tlv_fields, NULL },
	[REC_LINE] = { "cdp_version_line", RECORD_CHILD, LINE_NFIELDS, line_fields, NULL },
};

enum {
	TYPE_DEVICE_ID = 1,
	TYPE_PORT_ID = 3,
	TYPE_CAPABILITIES = 4,
	TYPE_VERSION = 5,
	TYPE_PLATFORM = 6,
	TYPE_VTP_DOMAIN = 9,
	TYPE_NATIVE_VLAN = 10,
	TYPE_DUPLEX = 11
};

#define TLV_HEADER 4

/* The software version is a text of several lines; each is a field. */
static void version_lines(struct packet *pkt, struct cursor *c)
{
	const uint8_t *p = cur_take(c, c->len), *end = p ? p + c->len : NULL;
	while (p && p < end) {
		const uint8_t *eol = memchr(p, '\n', (size_t)(end - p));
		size_t n = (size_t)((eol ? eol : end) - p);
		struct row *line = row_open(pkt, &proto_cdp, REC_LINE);
		row_text(line, LINE_TEXT, (const char *)p, n, p, (uint32_t)n);
		p = eol ? eol + 1 : end;
	}
}

static void value(struct packet *pkt, struct row *r, uint32_t type, struct cursor *c)
{
	switch (type) {
	case TYPE_DEVICE_ID:
		row_string(r, CDP_DEVICEID, c, c->len);
		break;
	case TYPE_PORT_ID:
		row_string(r, CDP_PORTID, c, c->len);
		break;
	case TYPE_CAPABILITIES:
		if (c->len >= 4)
			row_be(r, CDP_CAPABILITIES, c, 4);
		break;
	case TYPE_VERSION:
		version_lines(pkt, c);
		break;
	case TYPE_PLATFORM:
		row_string(r, CDP_PLATFORM, c, c->len);
		break;
	case TYPE_VTP_DOMAIN:
		row_string(r, CDP_VTP_DOMAIN, c, c->len);
		break;
	case TYPE_NATIVE_VLAN:
		if (c->len >= 2)
			row_be(r, CDP_NATIVE_VLAN, c, 2);
		break;
	case TYPE_DUPLEX:
		if (c->len >= 1)
			row_set_at(r, CDP_DUPLEX, cur_be(c, 1) != 0, c->data, 1);
		break;
	default:
		break;
	}
}

static enum verdict cdp_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_cdp, REC_CDP);
	row_be(r, CDP_VERSION, c, 1);
	row_be(r, CDP_TTL, c, 1);
	row_be(r, CDP_CHECKSUM, c, 2);
	while (cur_left(c)) {
		const uint8_t *at = c->data + c->pos;
		uint32_t type = (uint32_t)cur_be(c, 2), len = (uint32_t)cur_be(c, 2);
		if (pkt->fail || (len >= TLV_HEADER && !cur_need(c, len - TLV_HEADER)))
			break;
		struct row *tlv = row_open(pkt, &proto_cdp, REC_TLV);
		row_set_at(tlv, TLV_TYPE, type, at, 2);
		row_set_at(tlv, TLV_LEN, len, at + 2, 2);
		if (len < TLV_HEADER) {
			/* no length: what is left cannot be read, and hangs below the message's own item */
			pkt_nest(pkt, true);
			pkt_next_proto(pkt, &proto_data, cur_rest(c));
			break;
		}
		struct cursor body = cur_sub(c, len - TLV_HEADER);
		value(pkt, r, type, &body);
	}
	return MINE;
}

static const struct claim cdp_claims[] = { { CLAIM_LLC_OUI_CISCO, 0x2000 }, { CLAIM_GRE, 0x2000 },
	{ CLAIM_PPP, 0x0207 }, { 0 } };

const struct protocol proto_cdp = {
	.name = "cdp",
	.title = "Cisco Discovery Protocol",
	.column = "CDP",
	.help = "Tells the device at the other end of the link which Cisco device this one is.",
	.id = PROTO_ID_cdp,
	.records = cdp_records,
	.nrecords = REC_COUNT,
	.claims = cdp_claims,
	.dissect = cdp_dissect,
};
