/* Dynamic Host Configuration Protocol for IPv6 (RFC 8415).
 *
 *      0      1               4
 *     +------+---------------+--- - -
 *     | type |transaction id | options           of clients and servers
 *     +------+---------------+--- - -
 *
 *      0      1     2              18            34
 *     +------+-----+--------------+--------------+--- - -
 *     |12, 13|hops | link address | peer address | options    of relays; option 9 has the message relayed
 *     +------+-----+--------------+--------------+--- - -
 *
 * An option: code (2), length (2), value; some hold options again.
 */
#include <string.h>

#include "indexer/dissectors/dhcpv6.h"
#include "indexer/dissectors/ids.h"
#include "schema/hex.h"

enum { RELAY_FORWARD = 12, RELAY_REPLY = 13 };

#define DEPTH_MAX 24        /* options in options, messages in messages */
#define EPOCH     946684800 /* 2000-01-01 00:00:00 UTC, where the time of a DUID begins */

static void message(struct packet *pkt, struct cursor *c, unsigned depth);
static bool options(struct packet *pkt, struct cursor *c, unsigned depth);

static struct row *item(struct packet *pkt)
{
	return row_open(pkt, &proto_dhcpv6, DHCPV6_REC_ITEM);
}

/* Octets in hexadecimal; addresses of Ethernet with colons. */
static void hex_text(struct row *r, unsigned field, struct cursor *c, uint32_t n, bool colons)
{
	char text[1024];
	const uint8_t *p = n < sizeof(text) / 3 ? cur_take(c, n) : NULL;
	if (!p)
		return;
	row_text(r, field, text, hex_put(text, p, n, colons ? ':' : '\0'), p, n);
}

/* ---- RFC 8415, section 11: who speaks ---- */

enum { DUID_LLT = 1, DUID_EN = 2, DUID_LL = 3, DUID_UUID = 4, DUID_LL_OLD = 0x300 };

static void duid(struct packet *pkt, struct cursor *c, bool client)
{
	if (c->len < 2)
		return;
	struct row *r = row_open(pkt, &proto_dhcpv6, DHCPV6_REC_DUID);
	struct cursor all = *c;
	unsigned hw;
	if (cur_avail(&all) == all.len && client) {
		info_add(pkt, "%s", "CID: ");
		for (uint32_t i = 0; pkt->info && i < all.len; i++)
			info_add(pkt, "%02x", all.data[all.pos + i]);
		info_add(pkt, "%s", " ");
	}
	row_bytes(r, DUID_DUID_BYTES, &all, c->len);
	switch (row_be(r, DUID_DUID_TYPE, c, 2)) {
	case DUID_LLT:
		if (c->len < 8)
			return;
		hw = (unsigned)row_be(r, DUID_DUIDLLT_HWTYPE, c, 2);
		const uint8_t *p = cur_take(c, 4);
		if (p)
			row_set_at(r, DUID_DUIDLLT_TIME, (int64_t)(uint32_t)(be32(p) + EPOCH) * 1000000000, p,
				4);
		if (c->len > 8)
			hex_text(r, DUID_DUIDLLT_LINK_LAYER_ADDR, c, c->len - 8,
				(hw == 1 || hw == 6) && c->len == 14);
		return;
	case DUID_EN:
		if (c->len < 6)
			return;
		row_be(r, DUID_DUIDEN_ENTERPRISE, c, 4);
		row_bytes(r, DUID_DUIDEN_IDENTIFIER, c, c->len - 6);
		return;
	case DUID_LL:
	case DUID_LL_OLD:
		if (c->len < 4)
			return;
		hw = (unsigned)row_be(r, DUID_DUIDLL_HWTYPE, c, 2);
		if (c->len > 4)
			hex_text(r, DUID_DUIDLL_LINK_LAYER_ADDR, c, c->len - 4,
				(hw == 1 || hw == 6) && c->len == 10);
		return;
	case DUID_UUID:
		if (c->len > 2)
			row_bytes(r, DUID_DUIDUUID_BYTES, c, c->len - 2);
		return;
	default:
		return;
	}
}

/* ---- what is lent: associations, addresses, prefixes (sections 21.4 to 21.6, 21.21, 21.22) ---- */

static bool association(struct packet *pkt, struct cursor *c, bool temporary, unsigned depth)
{
	if (c->len < (temporary ? 4 : 12))
		return true;
	struct row *r = row_open(pkt, &proto_dhcpv6, DHCPV6_REC_IA);
	hex_text(r, temporary ? IA_IATA : IA_IAID, c, 4, false);
	if (!temporary) {
		row_be(r, IA_IAID_T1, c, 4);
		row_be(r, IA_IAID_T2, c, 4);
	}
	return options(pkt, c, depth);
}

static bool address(struct packet *pkt, struct cursor *c, unsigned depth)
{
	if (c->len < 24)
		return true;
	struct row *r = row_open(pkt, &proto_dhcpv6, DHCPV6_REC_IA);
	row_address(r, IA_IAADDR_IP, c, KIND_IPV6);
	row_be(r, IA_IAADDR_PREF_LIFETIME, c, 4);
	row_be(r, IA_IAADDR_VALID_LIFETIME, c, 4);
	return options(pkt, c, depth);
}

static bool prefix(struct packet *pkt, struct cursor *c, unsigned depth)
{
	if (c->len < 25)
		return true;
	struct row *r = row_open(pkt, &proto_dhcpv6, DHCPV6_REC_IA);
	row_be(r, IA_IAPREFIX_PREF_LIFETIME, c, 4);
	row_be(r, IA_IAPREFIX_VALID_LIFETIME, c, 4);
	row_be(r, IA_IAPREFIX_PREF_LEN, c, 1);
	row_address(r, IA_IAPREFIX_PREF_ADDR, c, KIND_IPV6);
	return options(pkt, c, depth);
}

/* ---- lists ---- */

static void addresses(struct packet *pkt, unsigned field, struct cursor *c)
{
	if (c->len % 16)
		return;
	while (cur_left(c))
		row_address(item(pkt), field, c, KIND_IPV6);
}

/* Names in labels, without compression (section 10). A name of one label is no more than a top level domain;
 * without the empty label at its end it is part of a name, and has no dot there. */
static void names(struct packet *pkt, unsigned field, struct cursor *c)
{
	while (cur_left(c)) {
		char text[256];
		size_t used = 0;
		unsigned labels = 0, n = 0;
		const uint8_t *at = c->data + c->pos;
		while (cur_left(c) && (n = (unsigned)cur_be(c, 1)) != 0) {
			const uint8_t *p = n < 64 && n <= cur_left(c) && used + n + 1 < sizeof(text)
						   ? cur_take(c, n)
						   : NULL;
			if (!p)
				return; /* no name: Wireshark complains and goes on behind the option */
			memcpy(text + used, p, n);
			used += n;
			text[used++] = '.';
			labels++;
		}
		bool ended = n == 0;
		struct row *r = item(pkt);
		if (labels == 0)
			row_text(r, ITEM_ROOT_ONLY_DOMAIN_NAME, ".", 1, at, 1);
		else if (ended)
			row_text(r, labels == 1 ? (unsigned)ITEM_TLD : field, text, used, at,
				(uint32_t)(c->data + c->pos - at));
		else
			row_text(r, field, text, used - 1, at, (uint32_t)(c->data + c->pos - at));
	}
}

/* RFC 5908. */
static void time_servers(struct packet *pkt, struct cursor *c)
{
	while (c->len >= 4 && cur_left(c)) {
		struct row *r = item(pkt);
		unsigned type = (unsigned)row_be(r, ITEM_NTPSERVER_OPTION_TYPE, c, 2);
		uint32_t len = (uint32_t)row_be(r, ITEM_NTPSERVER_OPTION_LENGTH, c, 2);
		struct cursor v = cur_sub(c, len);
		if (type == 1)
			row_address(r, ITEM_NTPSERVER_ADDR, &v, KIND_IPV6);
		else if (type == 2)
			row_address(r, ITEM_NTPSERVER_MC_ADDR, &v, KIND_IPV6);
		else if (type == 3)
			names(pkt, ITEM_NTPSERVER_FQDN, &v);
	}
}

static void classes(struct packet *pkt, struct cursor *c)
{
	while (cur_left(c)) {
		struct row *r = item(pkt);
		row_bytes(r, ITEM_USERCLASS_OPAQUE_DATA, c, (uint32_t)row_be(r, ITEM_USERCLASS_LENGTH, c, 2));
	}
}

static void vendor_options(struct packet *pkt, struct row *option, struct cursor *c)
{
	if (c->len < 4)
		return;
	/* CableLabs' own options look otherwise and are left. */
	if (row_be(option, OPTION_VENDOROPTS_ENTERPRISE, c, 4) == 4491)
		return;
	while (cur_left(c)) {
		struct row *r = item(pkt);
		row_be(r, ITEM_VENDOROPTS_ENTERPRISE_OPTION_CODE, c, 2);
		row_bytes(r, ITEM_VENDOROPTS_ENTERPRISE_OPTION_DATA, c,
			(uint32_t)row_be(r, ITEM_VENDOROPTS_ENTERPRISE_OPTION_LENGTH, c, 2));
	}
}

static void authentication(struct packet *pkt, struct cursor *c)
{
	if (c->len < 11)
		return;
	struct row *r = item(pkt);
	row_be(r, ITEM_AUTH_PROTOCOL, c, 1);
	row_be(r, ITEM_AUTH_ALGORITHM, c, 1);
	row_be(r, ITEM_AUTH_RDM, c, 1);
	row_bytes(r, ITEM_AUTH_REPLAY_DETECTION, c, 8);
	row_bytes(r, ITEM_AUTH_INFO, c, cur_left(c));
}

/* The codes of option 6, 43; an odd octet at the end is read together with what follows. */
static void requested(struct row *r, struct cursor *c)
{
	uint32_t list[512], n = 0;
	const uint8_t *at = c->data;
	while (cur_left(c) >= 2 && n < 512)
		list[n++] = (uint32_t)cur_be(c, 2);
	if (n)
		row_list(r, OPTION_REQUESTED_OPTION_CODE, list, n, at, n * 2);
}

/* ---- options ---- */

/* Options of one value. */
static const struct {
	uint16_t code;
	uint8_t kind, octets, field;
} simple[] = { { 7, KIND_UINT, 1, OPTION_OPTION_PREFERENCE }, { 19, KIND_UINT, 1, OPTION_RECONF_MSG },
	{ 32, KIND_UINT, 4, OPTION_LIFETIME }, { 46, KIND_UINT, 4, OPTION_CLT_TIME },
	{ 135, KIND_UINT, 2, OPTION_RELAY_PORT }, { 18, KIND_BYTES, 0, OPTION_INTERFACE_ID },
	{ 38, KIND_TEXT, 0, OPTION_SUBSCRIBER_ID }, { 41, KIND_TEXT, 0, OPTION_TIMEZONE },
	{ 42, KIND_TEXT, 0, OPTION_TZDB }, { 103, KIND_TEXT, 0, OPTION_CAPTIVE_PORTAL },
	{ 112, KIND_TEXT, 0, OPTION_MUDURL } };

static const struct {
	uint16_t code;
	uint8_t names, field;
} lists[] = { { 12, 0, ITEM_UNICAST }, { 21, 1, ITEM_SIP_SERVER_DOMAIN_SEARCH_FQDN },
	{ 22, 0, ITEM_SIP_SERVER_A }, { 23, 0, ITEM_DNS_SERVER }, { 24, 1, ITEM_SEARCH_LIST_ENTRY },
	{ 27, 0, ITEM_NIS_SERVER }, { 28, 0, ITEM_NISP_SERVER }, { 29, 1, ITEM_NIS_FQDN },
	{ 30, 1, ITEM_NISP_FQDN }, { 31, 0, ITEM_SNTP_SERVER }, { 33, 1, ITEM_BCMCS_SERVER_FQDN },
	{ 34, 0, ITEM_BCMCS_SERVER_A }, { 40, 0, ITEM_PANA_AGENT }, { 48, 0, ITEM_LQ_CLIENT_LINK },
	{ 52, 0, ITEM_CAPWAP_AC_V6 }, { 64, 1, ITEM_AFTR_NAME } };

static void other(struct packet *pkt, struct row *r, unsigned code, struct cursor *c)
{
	for (unsigned i = 0; i < sizeof(simple) / sizeof(*simple); i++) {
		if (simple[i].code != code)
			continue;
		if (simple[i].kind == KIND_BYTES)
			row_bytes(r, simple[i].field, c, c->len);
		else if (simple[i].kind == KIND_TEXT && c->len)
			row_ascii(r, simple[i].field, c, c->len);
		else if (simple[i].kind == KIND_UINT && c->len == simple[i].octets)
			row_be(r, simple[i].field, c, simple[i].octets);
	}
	for (unsigned i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		if (lists[i].code == code && lists[i].names)
			names(pkt, lists[i].field, c);
		else if (lists[i].code == code && (code != 12 || c->len == 16))
			addresses(pkt, lists[i].field, c);
	}
}

/* False when an option in the value does not fit. */
static bool value(struct packet *pkt, struct row *r, unsigned code, struct cursor *c, unsigned depth)
{
	switch (code) {
	case 1:
	case 2:
	case 53:
		duid(pkt, c, code == 1);
		return true;
	case 3:
	case 25:
		return association(pkt, c, false, depth);
	case 4:
		return association(pkt, c, true, depth);
	case 5:
		return address(pkt, c, depth);
	case 26:
		return prefix(pkt, c, depth);
	case 6:
	case 43:
		requested(r, c);
		return true;
	case 8:
		if (c->len == 2)
			row_set_at(r, OPTION_ELAPSED_TIME, (int64_t)cur_be(c, 2) * 10, c->data, 2);
		return true;
	case 9:
		if (c->len)
			message(pkt, c, depth);
		return true;
	case 11:
		authentication(pkt, c);
		return true;
	case 13:
		row_be(r, OPTION_STATUS_CODE, c, 2);
		if (c->len > 2)
			row_string(r, OPTION_STATUS_MSG, c, c->len - 2);
		return true;
	case 15:
		classes(pkt, c);
		return true;
	case 16:
		if (c->len < 4)
			return true;
		row_be(r, OPTION_VENDORCLASS_ENTERPRISE, c, 4);
		if (c->len > 4) {
			cur_skip(c, 2);
			row_ascii(r, OPTION_VENDORCLASS_DATA, c, cur_left(c));
		}
		return true;
	case 17:
		vendor_options(pkt, r, c);
		return true;
	case 37:
		if (c->len < 4)
			return true;
		row_be(r, OPTION_REMOTEID_ENTERPRISE, c, 4);
		row_bytes(r, OPTION_REMOTEID_ENTERPRISE_ID, c, cur_left(c));
		return true;
	case 39:
		if (c->len) {
			row_be(r, OPTION_CLIENT_FQDN_FLAGS, c, 1);
			names(pkt, ITEM_CLIENT_DOMAIN, c);
		}
		return true;
	case 44:
		if (c->len < 17)
			return true;
		row_be(r, OPTION_LQ_QUERY, c, 1);
		row_address(r, OPTION_LQ_QUERY_LINK_ADDRESS, c, KIND_IPV6);
		return options(pkt, c, depth);
	case 45:
		return options(pkt, c, depth);
	case 56:
		time_servers(pkt, c);
		return true;
	default:
		other(pkt, r, code, c);
		return true;
	}
}

/* Options up to the end of the window, or to one that does not fit in: then what follows it is not looked at,
 * nor what follows the option that holds them. */
static bool options(struct packet *pkt, struct cursor *c, unsigned depth)
{
	while (cur_left(c) && depth < DEPTH_MAX) {
		const uint8_t *p = cur_left(c) >= 4 ? cur_take(c, 4) : NULL;
		uint32_t len = p ? be16(p + 2) : 0;
		if (!p || len > cur_left(c) || !cur_need(c, len))
			return false;
		struct row *r = row_open(pkt, &proto_dhcpv6, DHCPV6_REC_OPTION);
		row_set_at(r, OPTION_OPTION_TYPE, be16(p), p, 2);
		row_set_at(r, OPTION_OPTION_LENGTH, len, p + 2, 2);
		struct cursor v = cur_sub(c, len);
		if (!value(pkt, r, be16(p), &v, depth + 1))
			return false;
	}
	return true;
}

static void message(struct packet *pkt, struct cursor *c, unsigned depth)
{
	struct row *r = row_open(pkt, &proto_dhcpv6, depth ? DHCPV6_REC_RELAYED : DHCPV6_REC_MESSAGE);
	unsigned type = (unsigned)row_be(r, MESSAGE_MSGTYPE, c, 1);
	if (type == RELAY_FORWARD || type == RELAY_REPLY) {
		row_be(r, MESSAGE_HOPCOUNT, c, 1);
		row_address(r, MESSAGE_LINKADDR, c, KIND_IPV6);
		row_address(r, MESSAGE_PEERADDR, c, KIND_IPV6);
	} else {
		uint32_t xid = (uint32_t)row_be(r, MESSAGE_XID, c, 3);
		/* RFC 8415, section 7.3. */
		if (!pkt->fail && pkt->info)
			info_set(pkt, "%s XID: 0x%06x ",
				info_name(dhcpv6_message_names, type, "Message Type"), xid);
	}
	options(pkt, c, depth + 1);
}

static enum verdict dhcpv6_dissect(struct packet *pkt, struct cursor *c)
{
	message(pkt, c, 0);
	return MINE;
}

static const struct claim dhcpv6_claims[] = { { CLAIM_UDP_PORT, 546 }, { CLAIM_UDP_PORT, 547 }, { 0 } };

const struct protocol proto_dhcpv6 = {
	.name = "dhcpv6",
	.title = "DHCPv6",
	.column = "DHCPv6",
	.spec = "RFC 8415",
	.help = "Gives a host its IPv6 addresses, prefixes and what else it must know of the network.",
	.id = PROTO_ID_dhcpv6,
	.records = dhcpv6_records,
	.nrecords = DHCPV6_REC_COUNT,
	.claims = dhcpv6_claims,
	.dissect = dhcpv6_dissect,
};
