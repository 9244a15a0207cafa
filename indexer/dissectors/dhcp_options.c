/* What stands in one option of DHCP. Most hold one value, see dhcp_option_shapes; here are the others. */
#include <stdio.h>
#include <string.h>

#include "indexer/dissectors/dhcp.h"
#include "indexer/dissectors/dns_name.h"
#include "schema/hex.h"

/* ---- values of one kind ---- */

static void integer(struct row *r, unsigned field, struct cursor *c, unsigned n, bool is_signed)
{
	if (c->len != n)
		return; /* Wireshark shows the octets alone */
	int64_t v = (int64_t)cur_be(c, n);
	if (is_signed)
		v = (int32_t)v;
	row_set_at(r, field, v, c->data, n);
}

static void addresses(struct packet *pkt, unsigned field, struct cursor *c)
{
	while (cur_left(c) >= 4) {
		struct row *r = row_open(pkt, &proto_dhcp, DHCP_REC_ADDRESS);
		row_address(r, field, c, KIND_IPV4);
	}
}

/* The numbers of n octets that fill the value; what is left over is not shown. */
static void numbers(struct row *r, unsigned field, struct cursor *c, unsigned n)
{
	uint32_t list[256], count = 0;
	const uint8_t *at = c->data + c->pos;
	while (cur_left(c) >= n && count < 256)
		list[count++] = (uint32_t)cur_be(c, n);
	if (count)
		row_list(r, field, list, count, at, count * n);
}

/* ---- the client's identifier, options 61 and 97 ---- */

/* RFC 8415, section 11, behind RFC 4361's IAID. */
enum { DUID_LLT = 1, DUID_EN = 2, DUID_LL = 3 };

/* Addresses of Ethernet have colons, others are plain octets. */
static void hardware_text(struct row *r, unsigned field, struct cursor *c, uint32_t n, unsigned type)
{
	char text[768];
	const uint8_t *p = n <= 255 ? cur_take(c, n) : NULL;
	if (!p)
		return;
	row_text(r, field, text, hex_put(text, p, n, (type == 1 || type == 6) && n == 6 ? ':' : '\0'), p, n);
}

/* RFC 4578, section 2.3: the first three parts are little-endian. */
static void uuid(struct row *r, struct cursor *c)
{
	char text[40];
	const uint8_t *p = cur_take(c, 16);
	if (!p)
		return;
	int n = snprintf(text, sizeof(text), "%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x",
		(unsigned)le32(p), (unsigned)le16(p + 4), (unsigned)le16(p + 6), p[8], p[9], p[10], p[11],
		p[12], p[13], p[14], p[15]);
	row_text(r, DHCP_ID_UUID, text, (size_t)n, p, 16);
}

static void duid(struct row *r, struct cursor *c)
{
	unsigned type, hw;
	uint32_t len = c->len;
	cur_skip(c, 1);
	hardware_text(r, DHCP_ID_IAID, c, 4, 0);
	type = (unsigned)row_be(r, DHCP_ID_DUID_TYPE, c, 2);
	/* Wireshark measures the whole value, not what stands behind the IAID. */
	switch (type) {
	case DUID_LLT:
		if (len < 8)
			return;
		hw = (unsigned)row_be(r, DHCP_ID_DUID_LLT_HW, c, 2);
		row_be(r, DHCP_ID_DUID_TIME, c, 4);
		if (len > 13)
			hardware_text(r, DHCP_ID_DUID_ADDR, c, len - 13, hw);
		return;
	case DUID_EN:
		row_be(r, DHCP_ID_DUID_ENTERPRISE, c, 4);
		if (len > 11)
			row_bytes(r, DHCP_ID_DUID_IDENTIFIER, c, len - 11);
		return;
	case DUID_LL:
		hw = (unsigned)row_be(r, DHCP_ID_DUID_LL_HW, c, 2);
		if (len > 9)
			hardware_text(r, DHCP_ID_DUID_ADDR, c, len - 9, hw);
		return;
	default:
		return;
	}
}

static void client_id(struct row *r, struct cursor *c, bool any)
{
	unsigned first = c->len ? c->data[0] : 0;
	if (c->len == 7 && first > 0 && first < 48) {
		row_be(r, DHCP_ID_HW_TYPE, c, 1);
		if (first == 1 || first == 6)
			row_address(r, DHCP_ID_MAC_ADDR, c, KIND_ETHER);
		else
			hardware_text(r, DHCP_ID_CLIENT_HW, c, 6, first);
	} else if (c->len == 17 && first == 0) {
		cur_skip(c, 1);
		uuid(r, c);
	} else if (any && first == 255) {
		duid(r, c);
	} else if (any && first == 0 && c->len > 1) {
		row_be(r, DHCP_ID_CLIENT_TYPE, c, 1);
		row_ascii(r, DHCP_ID_CLIENT_UNDEF, c, c->len - 1);
	}
}

/* ---- names ---- */

static void domain(struct row *r, unsigned field, struct cursor *c, uint32_t base)
{
	struct dns_name name;
	if (dns_name_read(&name, c, base))
		row_text(r, field, name.text, name.text_len, c->data + name.at, name.used);
}

/* RFC 4702. */
static void fqdn(struct row *r, struct cursor *c)
{
	if (c->len < 3)
		return;
	unsigned flags = (unsigned)row_be(r, DHCP_ID_FQDN_FLAGS, c, 1);
	row_be(r, DHCP_ID_FQDN_RCODE1, c, 1);
	row_be(r, DHCP_ID_FQDN_RCODE2, c, 1);
	if (c->len == 3)
		return;
	if (flags & 4)
		domain(r, DHCP_ID_FQDN_NAME, c, 3);
	else
		row_ascii(r, DHCP_ID_FQDN_NAME, c, c->len - 3);
}

/* RFC 3397. */
static void search_list(struct packet *pkt, struct cursor *c)
{
	while (cur_left(c))
		domain(row_open(pkt, &proto_dhcp, DHCP_REC_CLASS), DHCP_CLASS_SEARCH, c, 0);
}

/* RFC 3361. */
static void sip_servers(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_dhcp, DHCP_REC_CLASS);
	unsigned encoding = (unsigned)row_be(r, DHCP_CLASS_SIP_ENCODING, c, 1);
	if (encoding == 0 && c->len >= 3) {
		while (cur_left(c))
			domain(row_open(pkt, &proto_dhcp, DHCP_REC_CLASS), DHCP_CLASS_SIP_NAME, c, 1);
	} else if (encoding == 1 && c->len >= 5 && c->len % 4 == 1) {
		while (cur_left(c))
			row_address(row_open(pkt, &proto_dhcp, DHCP_REC_CLASS), DHCP_CLASS_SIP_ADDRESS, c,
				KIND_IPV4);
	}
}

/* ---- options of several parts ---- */

/* RFC 3046, section 2.0. */
static void agent(struct packet *pkt, struct cursor *c)
{
	static const struct {
		uint8_t kind, field;
	} parts[] = { [1] = { KIND_BYTES, DHCP_AGENT_CIRCUIT },
		[2] = { KIND_BYTES, DHCP_AGENT_REMOTE },
		[5] = { KIND_IPV4, DHCP_AGENT_LINK },
		[6] = { KIND_TEXT, DHCP_AGENT_SUBSCRIBER },
		[10] = { KIND_UINT, DHCP_AGENT_FLAGS },
		[11] = { KIND_IPV4, DHCP_AGENT_SERVER },
		[12] = { KIND_BYTES, DHCP_AGENT_RELAY } };
	while (cur_left(c) >= 2) {
		struct row *r = row_open(pkt, &proto_dhcp, DHCP_REC_AGENT);
		unsigned code = (unsigned)row_be(r, DHCP_AGENT_SUBOPTION, c, 1);
		uint32_t len = (uint32_t)row_be(r, DHCP_AGENT_LENGTH, c, 1);
		if (len > cur_left(c))
			return;
		struct cursor v = cur_sub(c, len);
		unsigned kind = code < sizeof(parts) / sizeof(*parts) ? parts[code].kind : 0,
			 field = kind ? parts[code].field : DHCP_AGENT_VALUE;
		if (kind == KIND_IPV4 && len == 4)
			row_address(r, field, &v, KIND_IPV4);
		else if (kind == KIND_UINT && len == 1)
			row_be(r, field, &v, 1);
		else if (kind == KIND_TEXT)
			row_ascii(r, field, &v, len);
		else if (kind == KIND_BYTES || !kind)
			row_bytes(r, field, &v, len);
	}
}

/* RFC 3004; iPXE leaves the lengths out. */
static void user_class(struct packet *pkt, struct cursor *c)
{
	struct row *r;
	if (c->len < 2)
		return;
	if (c->len >= 4 && memcmp(c->data, "iPXE", 4) == 0) {
		r = row_open(pkt, &proto_dhcp, DHCP_REC_CLASS);
		row_bytes(r, DHCP_CLASS_USER_DATA, c, c->len);
		return;
	}
	for (unsigned i = 0; cur_left(c); i++) {
		r = row_open(pkt, &proto_dhcp, DHCP_REC_CLASS);
		row_set(r, DHCP_CLASS_USER, i);
		uint32_t len = (uint32_t)row_be(r, DHCP_CLASS_USER_LENGTH, c, 1);
		if (len == 0)
			return;
		row_bytes(r, DHCP_CLASS_USER_DATA, c, len);
	}
}

/* Pairs of addresses: RFC 2132, sections 4.3 (policy filter) and 5.8 (static route). */
static void pairs(struct packet *pkt, struct cursor *c, unsigned first, unsigned second)
{
	while (cur_left(c) >= 8) {
		struct row *r = row_open(pkt, &proto_dhcp, DHCP_REC_CLASS);
		row_address(r, first, c, KIND_IPV4);
		row_address(r, second, c, KIND_IPV4);
	}
}

/* RFC 3442: the width of the mask, as many octets of the network as it needs, the router. */
static void classless_routes(struct packet *pkt, struct cursor *c)
{
	if (c->len < 5)
		return;
	while (cur_left(c)) {
		uint64_t width;
		if (!cur_peek(c, 0, 1, &width) || width > 32)
			return;
		row_bytes(row_open(pkt, &proto_dhcp, DHCP_REC_CLASS), DHCP_CLASS_ROUTE, c,
			1 + ((uint32_t)width + 7) / 8 + 4);
	}
}

/* RFC 3925. */
static void vendor_classes(struct packet *pkt, struct cursor *c)
{
	while (cur_left(c) >= 5) {
		struct row *r = row_open(pkt, &proto_dhcp, DHCP_REC_CLASS);
		row_be(r, DHCP_CLASS_ENTERPRISE, c, 4);
		uint32_t len = (uint32_t)row_be(r, DHCP_CLASS_LENGTH, c, 1);
		row_ascii(r, DHCP_CLASS_DATA, c, len);
	}
}

static void vendor_informations(struct packet *pkt, struct cursor *c)
{
	while (cur_left(c) >= 5) {
		struct row *r = row_open(pkt, &proto_dhcp, DHCP_REC_CLASS);
		row_be(r, DHCP_CLASS_VI_ENTERPRISE, c, 4);
		cur_skip(c, (uint32_t)row_be(r, DHCP_CLASS_VI_LENGTH, c, 1));
	}
}

static void by_shape(struct packet *pkt, struct row *option, struct dhcp_option_shape s, struct cursor *c)
{
	struct row *r = s.record == DHCP_REC_RARE ? row_open(pkt, &proto_dhcp, DHCP_REC_RARE) : option;
	switch (s.shape) {
	case DHCP_ADDRESS:
		if (c->len == 4)
			row_address(r, s.field, c, KIND_IPV4);
		return;
	case DHCP_ADDRESSES:
		addresses(pkt, s.field, c);
		return;
	case DHCP_TEXT:
		row_ascii(r, s.field, c, c->len);
		return;
	case DHCP_FLAG:
		if (c->len == 1)
			row_set(r, s.field, cur_be(c, 1) != 0);
		return;
	case DHCP_U8:
		integer(r, s.field, c, 1, false);
		return;
	case DHCP_U16:
		integer(r, s.field, c, 2, false);
		return;
	case DHCP_U32:
		integer(r, s.field, c, 4, false);
		return;
	case DHCP_I32:
		integer(r, s.field, c, 4, true);
		return;
	case DHCP_U16S:
		numbers(r, s.field, c, 2);
		return;
	default:
		return;
	}
}

/* Vendors whose class (option 60) and options (43) Wireshark reads by their own forms: each adds a token. */
static bool begins(const struct cursor *c, const char *const *list)
{
	for (; *list; list++)
		if (c->cap >= strlen(*list) && memcmp(c->data, *list, strlen(*list)) == 0)
			return true;
	return false;
}

bool dhcp_vendor_form(const struct cursor *class)
{
	static const char *const vendors[] = { "PXEClient", "AAPLBSDPC", "pktc", "docsis", "ArubaAP",
		"ArubaInstantAP", "AEROHIVE", NULL };
	return begins(class, vendors);
}

static void vendor_class(struct packet *pkt, struct row *r, struct cursor *c)
{
	static const char *const vendors[] = { "AAPLBSDPC/",
		"pktc1.0:", "pktc1.5:", "pktc2.0:", "docsis1.1:", "docsis2.0:", "docsis3.0:", NULL };
	if (begins(c, vendors))
		pkt_token(pkt, &proto_dhcp);
	row_ascii(r, DHCP_OPT_VENDOR_CLASS, c, c->len);
}

static void special(struct packet *pkt, unsigned code, struct cursor *c, const struct dhcp_outlook *out)
{
	bool identity = code == 61 || code == 81 || code == 97;
	struct row *r = row_open(pkt, &proto_dhcp, identity ? DHCP_REC_CLIENT : DHCP_REC_RARE);
	switch (code) {
	case 43:
		if (out->vendor_form && c->len)
			pkt_token(pkt, &proto_dhcp);
		else
			row_bytes(r, DHCP_RARE_VENDOR_VALUE, c, c->len);
		return;
	case 52:
		if (c->len)
			row_be(r, DHCP_RARE_OVERLOAD, c, 1);
		return;
	case 61:
		client_id(r, c, true);
		return;
	case 81:
		fqdn(r, c);
		return;
	case 93:
		numbers(r, DHCP_RARE_ARCHITECTURE, c, 2);
		return;
	case 94:
		if (cur_be(c, 1) == 1) {
			row_be(r, DHCP_RARE_NETWORK_MAJOR, c, 1);
			row_be(r, DHCP_RARE_NETWORK_MINOR, c, 1);
		}
		return;
	case 97:
		client_id(r, c, false);
		return;
	default:
		numbers(r, DHCP_RARE_NONCE, c, 1);
		return;
	}
}

void dhcp_option_value(
	struct packet *pkt, struct row *r, unsigned code, struct cursor *c, const struct dhcp_outlook *out)
{
	switch (code) {
	case 21:
		pairs(pkt, c, DHCP_CLASS_POLICY_IP, DHCP_CLASS_POLICY_MASK);
		return;
	case 33:
		pairs(pkt, c, DHCP_CLASS_STATIC_IP, DHCP_CLASS_STATIC_ROUTER);
		return;
	case 53:
		row_be(r, DHCP_OPT_DHCP, c, 1);
		return;
	case 55:
		numbers(r, DHCP_OPT_REQUEST_LIST, c, 1);
		return;
	case 60:
		vendor_class(pkt, r, c);
		return;
	case 77:
		user_class(pkt, c);
		return;
	case 82:
		agent(pkt, c);
		return;
	case 119: /* one that is split is not put together */
		if (out->nsearch <= 1)
			search_list(pkt, c);
		return;
	case 120:
		if (out->nsip <= 1)
			sip_servers(pkt, c);
		return;
	case 121:
	case 249:
		classless_routes(pkt, c);
		return;
	case 124:
		vendor_classes(pkt, c);
		return;
	case 125:
		vendor_informations(pkt, c);
		return;
	case 43:
	case 52:
	case 61:
	case 81:
	case 93:
	case 94:
	case 97:
	case 145:
		special(pkt, code, c, out);
		return;
	default:
		by_shape(pkt, r, dhcp_option_shapes[code], c);
		return;
	}
}
