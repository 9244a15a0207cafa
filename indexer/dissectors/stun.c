/* Session Traversal Utilities for NAT (RFC 8489) and TURN (RFC 8656).
 *
 *      0       2       4               8                                              20
 *     +-------+-------+---------------+-----------------------------------------------+------------ - -
 *     | type  |length | 2112a442      | transaction id                                | attributes
 *     +-------+-------+---------------+-----------------------------------------------+------------ - -
 *     attribute: type (2), length (2), value, filled up to 4 octets
 *     channel data: channel number 4000-7fff (2), length (2), data
 *
 * Over TCP messages follow each other; channel data is filled up to 4 octets there, and RFC 4571 may have put
 * a length before the message. Addresses are XORed with the cookie and the transaction id, so that no gateway
 * rewrites them. */
#include <string.h>

#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_stun;

enum {
	STUN_TYPE,
	STUN_LENGTH,
	STUN_ID,
	STUN_COOKIE,
	STUN_CHANNEL,
	STUN_FRAME_LENGTH,
	STUN_RESPONSE_TO,
	STUN_TIME,
	STUN_DUPLICATE,
	STUN_CLASS,
	STUN_METHOD,
	STUN_ASSIGNMENT,
	STUN_NFIELDS
};

enum {
	ATT_TYPE,
	ATT_LENGTH,
	ATT_FAMILY,
	ATT_PORT,
	ATT_IPV4,
	ATT_IPV6,
	ATT_NUMBER,
	ATT_ERROR_CLASS,
	ATT_ERROR,
	ATT_ERROR_REASON,
	ATT_USERNAME,
	ATT_REALM,
	ATT_NONCE,
	ATT_SOFTWARE,
	ATT_PRIORITY,
	ATT_LIFETIME,
	ATT_CHANNEL,
	ATT_TRANSPORT,
	ATT_CRC,
	ATT_HMAC,
	ATT_TIE,
	ATT_VALUE,
	ATT_NFIELDS
};

enum { LATE_RESPONSE_IN };
enum { REC_MESSAGE, REC_ATTRIBUTE, REC_LATE, REC_COUNT };

/* Attribute types (RFC 8489, section 18.3, and those of TURN and ICE). */
enum {
	MAPPED_ADDRESS = 0x0001,
	RESPONSE_ADDRESS = 0x0002,
	SOURCE_ADDRESS = 0x0004,
	CHANGED_ADDRESS = 0x0005,
	USERNAME = 0x0006,
	MESSAGE_INTEGRITY = 0x0008,
	ERROR_CODE = 0x0009,
	REFLECTED_FROM = 0x000b,
	CHANNEL_NUMBER = 0x000c,
	LIFETIME = 0x000d,
	XOR_PEER_ADDRESS = 0x0012,
	DATA = 0x0013,
	REALM = 0x0014,
	NONCE = 0x0015,
	XOR_RELAYED_ADDRESS = 0x0016,
	REQUESTED_TRANSPORT = 0x0019,
	XOR_MAPPED_ADDRESS = 0x0020,
	PRIORITY = 0x0024,
	MS_XOR_MAPPED_ADDRESS = 0x8020,
	SOFTWARE = 0x8022,
	ALTERNATE_SERVER = 0x8023,
	FINGERPRINT = 0x8028,
	ICE_CONTROLLED = 0x8029,
	ICE_CONTROLLING = 0x802a,
	RESPONSE_ORIGIN = 0x802b,
	OTHER_ADDRESS = 0x802c
};

/* IANA's registry "STUN Attributes", [MS-TURN], [MS-TURNBWM], and what Google and Cisco added. */
static const struct value_name attribute_names[] = { { 0x0001, "MAPPED-ADDRESS" },
	{ 0x0002, "RESPONSE_ADDRESS" }, { 0x0003, "CHANGE_REQUEST" }, { 0x0004, "SOURCE_ADDRESS" },
	{ 0x0005, "CHANGED_ADDRESS" }, { 0x0006, "USERNAME" }, { 0x0007, "PASSWORD" },
	{ 0x0008, "MESSAGE-INTEGRITY" }, { 0x0009, "ERROR-CODE" }, { 0x000a, "UNKNOWN-ATTRIBUTES" },
	{ 0x000b, "REFLECTED-FROM" }, { 0x000c, "CHANNEL-NUMBER" }, { 0x000d, "LIFETIME" },
	{ 0x000e, "MS-ALTERNATE-SERVER" }, { 0x000f, "MAGIC-COOKIE" }, { 0x0010, "BANDWIDTH" },
	{ 0x0011, "DESTINATION-ADDRESS" }, { 0x0012, "XOR-PEER-ADDRESS" }, { 0x0013, "DATA" },
	{ 0x0014, "REALM" }, { 0x0015, "NONCE" }, { 0x0016, "XOR-RELAYED-ADDRESS" },
	{ 0x0017, "REQUESTED-ADDRESS-FAMILY" }, { 0x0018, "EVEN-PORT" }, { 0x0019, "REQUESTED-TRANSPORT" },
	{ 0x001a, "DONT-FRAGMENT" }, { 0x001b, "ACCESS-TOKEN" }, { 0x001c, "MESSAGE-INTEGRITY-SHA256" },
	{ 0x001d, "PASSWORD-ALGORITHM" }, { 0x001e, "USERHASH" }, { 0x0020, "XOR-MAPPED-ADDRESS" },
	{ 0x0022, "RESERVATION-TOKEN" }, { 0x0024, "PRIORITY" }, { 0x0025, "USE-CANDIDATE" },
	{ 0x0026, "PADDING" }, { 0x0027, "XOR-RESPONSE-TARGET" }, { 0x0028, "XOR-REFELECTED-FROM" },
	{ 0x002a, "CONNECTION-ID" }, { 0x0030, "LEGACY-ICMP" }, { 0x8000, "ADDITIONAL-ADDRESS-FAMILY" },
	{ 0x8001, "ADDRESS-ERROR-CODE" }, { 0x8002, "PASSWORD-ALGORITHMS" }, { 0x8003, "ALTERNATE-DOMAIN" },
	{ 0x8004, "ICMP" }, { 0x8006, "MS-TURN UNKNOWN 8006" }, { 0x8008, "MS-VERSION" },
	{ 0x8020, "XOR-MAPPED-ADDRESS" }, { 0x8022, "SOFTWARE" }, { 0x8023, "ALTERNATE-SERVER" },
	{ 0x8025, "TRANSACTION-TRANSMIT-COUNTER" }, { 0x8027, "CACHE-TIMEOUT" }, { 0x8028, "FINGERPRINT" },
	{ 0x8029, "ICE-CONTROLLED" }, { 0x802a, "ICE-CONTROLLING" }, { 0x802b, "RESPONSE-ORIGIN" },
	{ 0x802c, "OTHER-ADDRESS" }, { 0x802d, "ECN-CHECK-STUN" }, { 0x802e, "THIRD-PARTY-AUTHORIZATION" },
	{ 0x8030, "MOBILITY-TICKET" }, { 0x8032, "MS-ALTERNATE-HOST-NAME" }, { 0x8037, "MS-APP-ID" },
	{ 0x8039, "MS-SECURE-TAG" }, { 0x8050, "MS-SEQUENCE-NUMBER" }, { 0x8054, "MS-CANDIDATE-IDENTIFIER" },
	{ 0x8055, "MS-SERVICE-QUALITY" }, { 0x8056, "BANDWIDTH-ACM" }, { 0x8057, "BANDWIDTH-RSV-ID" },
	{ 0x8058, "BANDWIDTH-RSV-AMOUNT" }, { 0x8059, "REMOTE-SITE-ADDR" }, { 0x805a, "REMOTE-RELAY-SITE" },
	{ 0x805b, "LOCAL-SITE-ADDR" }, { 0x805c, "LOCAL-RELAY-SITE" }, { 0x805d, "REMOTE-SITE-ADDR-RP" },
	{ 0x805e, "REMOTE-RELAY-SITE-RP" }, { 0x805f, "LOCAL-SITE-ADDR-RP" },
	{ 0x8060, "LOCAL-RELAY-SITE-RP" }, { 0x8061, "SIP-DIALOG-ID" }, { 0x8062, "SIP-CALL-ID" },
	{ 0x8068, "LOCATION-PROFILE" }, { 0x8070, "MS-IMPLEMENTATION-VERSION" },
	{ 0x8090, "MS-ALT-MAPPED-ADDRESS" }, { 0x8095, "MS-MULTIPLEXED-TURN-SESSION-ID" },
	{ 0xc000, "CISCO-STUN-FLOWDATA" }, { 0xc001, "ENF-FLOW-DESCRIPTION" },
	{ 0xc002, "ENF-NETWORK-STATUS" }, { 0xc057, "GOOG-NETWORK-INFO" },
	{ 0xc058, "GOOG-LAST-ICE-CHECK-RECEIVED" }, { 0xc059, "GOOG-MISC-INFO" },
	{ 0xc05a, "GOOG-OBSOLETE-1" }, { 0xc05b, "GOOG-CONNECTION-ID" }, { 0xc05c, "GOOG-DELTA" },
	{ 0xc05d, "GOOG-DELTA-ACK" }, { 0xc060, "GOOG-MESSAGE_INTEGRITY-32" },
	{ 0xff04, "GOOG-MULTI-MAPPING" }, { 0xff05, "GOOG-LOGGING-ID" }, { 0, NULL } };
static const struct value_name families[] = { { 1, "IPv4" }, { 2, "IPv6" }, { 0, NULL } };
static const struct value_name assignments[] = { { 0, "IETF Review" }, { 1, "Designated Expert" },
	{ 0, NULL } };
static const struct value_name transports[] = { { 6, "TCP" }, { 17, "UDP" }, { 0, NULL } };

static const struct field stun_fields[STUN_NFIELDS] = {
	[STUN_TYPE] = { "stun.type", "Message Type", KIND_UINT, BASE_HEX, 2 },
	[STUN_LENGTH] = { "stun.length", "Message Length", KIND_UINT, .octets = 2 },
	[STUN_ID] = { "stun.id", "Message Transaction ID", KIND_BYTES },
	[STUN_COOKIE] = { "stun.cookie", "Message Cookie", KIND_BYTES },
	[STUN_CHANNEL] = { "stun.channel", "Channel Number", KIND_UINT, BASE_HEX, 2, .part = 1 },
	[STUN_FRAME_LENGTH] = { "stun.tcp_frame_length", "TCP Frame Length", KIND_UINT, .octets = 2,
		.part = 1 },
	[STUN_RESPONSE_TO] = { "stun.response-to", "Request In", KIND_FRAME, .generated = true },
	[STUN_TIME] = { "stun.time", "Time", KIND_RELTIME, .generated = true },
	[STUN_DUPLICATE] = { "stun.reqduplicate", "Duplicated original message in", KIND_FRAME, .part = 1,
		.generated = true },
	[STUN_CLASS] = { "stun.type.class", "Message Class", KIND_UINT, BASE_HEX, 2, .of = STUN_TYPE,
		.mask = 0x0110 },
	[STUN_METHOD] = { "stun.type.method", "Message Method", KIND_UINT, BASE_HEX, 2, .of = STUN_TYPE,
		.mask = 0x3eef },
	[STUN_ASSIGNMENT] = { "stun.type.method-assignment", "Message Method Assignment", KIND_UINT, BASE_HEX,
		2, .of = STUN_TYPE, .mask = 0x2000, .names = assignments },
};

static const struct field attribute_fields[ATT_NFIELDS] = {
	[ATT_TYPE] = { "stun.att.type", "Attribute Type", KIND_UINT, BASE_HEX, 2, .names = attribute_names },
	[ATT_LENGTH] = { "stun.att.length", "Attribute Length", KIND_UINT, .octets = 2 },
	[ATT_FAMILY] = { "stun.att.family", "Protocol Family", KIND_UINT, BASE_HEX, 1, .names = families },
	[ATT_PORT] = { "stun.att.port", "Port", KIND_UINT, .octets = 2 },
	[ATT_IPV4] = { "stun.att.ipv4", "IP", KIND_IPV4 },
	[ATT_IPV6] = { "stun.att.ipv6", "IP", KIND_IPV6 },
	/* One column for what only one of them is, by the type of the attribute. */
	[ATT_NUMBER] = { "number", "number in the attribute", KIND_UINT, .internal = true, .octets = 4 },
	[ATT_ERROR_CLASS] = { "stun.att.error.class", "Error Class", KIND_UINT, .octets = 1 },
	[ATT_ERROR] = { "stun.att.error", "Error Code", KIND_UINT, .octets = 1 },
	[ATT_ERROR_REASON] = { "stun.att.error.reason", "Error Reason Phrase", KIND_TEXT },
	[ATT_USERNAME] = { "stun.att.username", "Username", KIND_TEXT },
	[ATT_REALM] = { "stun.att.realm", "Realm", KIND_TEXT },
	[ATT_NONCE] = { "stun.att.nonce", "Nonce", KIND_TEXT },
	[ATT_SOFTWARE] = { "stun.att.software", "Software", KIND_TEXT },
	[ATT_PRIORITY] = { "stun.att.priority", "Priority", KIND_UINT, .octets = 4,
		.sql = "CASE {att_type} WHEN 36 THEN {number} END" },
	[ATT_LIFETIME] = { "stun.att.lifetime", "Lifetime", KIND_UINT, .octets = 4,
		.sql = "CASE {att_type} WHEN 13 THEN {number} END" },
	[ATT_CHANNEL] = { "stun.att.channelnum", "Channel-Number", KIND_UINT, BASE_HEX, 2,
		.sql = "CASE {att_type} WHEN 12 THEN {number} END" },
	[ATT_TRANSPORT] = { "stun.att.transp", "Transport", KIND_UINT, BASE_HEX, 1,
		.sql = "CASE {att_type} WHEN 25 THEN {number} END", .names = transports },
	[ATT_CRC] = { "stun.att.crc32", "CRC-32", KIND_UINT, BASE_HEX, 4,
		.sql = "CASE {att_type} WHEN 32808 THEN {number} END" },
	[ATT_HMAC] = { "stun.att.hmac", "HMAC-SHA1", KIND_BYTES },
	[ATT_TIE] = { "stun.att.tie-breaker", "Tie breaker", KIND_BYTES },
	[ATT_VALUE] = { "stun.value", "Value", KIND_BYTES },
};

static const struct field late_fields[] = {
	{ "stun.response-in", "Response In", KIND_FRAME, .generated = true },
};

static const struct record stun_records[REC_COUNT] = {
	[REC_MESSAGE] = { "stun", RECORD_LAYER, STUN_NFIELDS, stun_fields,
		(const char *const[]) { "extra", NULL } },
	[REC_ATTRIBUTE] = { "stun_att", RECORD_CHILD, ATT_NFIELDS, attribute_fields, NULL },
	[REC_LATE] = { "stun_late", RECORD_LATE, 1, late_fields, NULL },
};

#define HEADER         20
#define CHANNEL_HEADER 4
#define COOKIE         0x2112a442
#define NOT_CHANNEL    0xffff
#define MULTIPLEXED    0xff10 /* [MS-TURN] */

/* ---- attributes ---- */

static void address(struct packet *pkt, struct row *r, uint64_t type, struct cursor *c, const uint8_t *mask)
{
	uint8_t octets[16];
	uint32_t len = c->len;
	if (len < 2)
		return;
	cur_skip(c, 1);
	uint64_t family = row_be(r, ATT_FAMILY, c, 1);
	if (len < 4)
		return;
	const uint8_t *at = c->data + c->pos;
	uint32_t port = (uint32_t)cur_be(c, 2), n = family == 1 ? 4 : 16;
	row_set_at(r, ATT_PORT, mask ? port ^ be16(mask) : port, at, 2);
	if ((family != 1 && family != 2) || len < 4 + n)
		return;
	const uint8_t *p = cur_take(c, n);
	if (!p)
		return;
	for (uint32_t i = 0; i < n; i++)
		octets[i] = (uint8_t)(p[i] ^ (mask ? mask[i] : 0));
	row_address_at(r, family == 1 ? ATT_IPV4 : ATT_IPV6, family == 1 ? KIND_IPV4 : KIND_IPV6, octets);
	info_add(pkt, " %s: ", info_name(attribute_names, (int64_t)type, "Unknown"));
	info_address(pkt, family == 1 ? KIND_IPV4 : KIND_IPV6, octets);
	info_add(pkt, ":%u", mask ? port ^ be16(mask) : port);
}

static void inform_text(struct packet *pkt, const char *label, const struct cursor *v)
{
	info_add(pkt, "%s", label);
	info_text(pkt, v->data + v->pos, strnlen((const char *)v->data + v->pos, cur_avail(v)));
}

static void error_code(struct row *r, struct cursor *c)
{
	if (c->len < 4)
		return;
	cur_skip(c, 2);
	row_set_at(r, ATT_ERROR_CLASS, (int64_t)(cur_be(c, 1) & 7), c->data + 2, 1);
	row_be(r, ATT_ERROR, c, 1);
	row_string(r, ATT_ERROR_REASON, c, cur_left(c));
}

/* RFC 8489, section 14.8, RFC 8656, section 19.6. */
static void inform_error(struct packet *pkt, const struct cursor *v)
{
	static const struct value_name names[] = { { 300, "Try Alternate" }, { 400, "Bad Request" },
		{ 401, "Unauthenticated" }, { 403, "Forbidden" }, { 405, "Mobility Forbidden" },
		{ 420, "Unknown Attribute" }, { 437, "Allocation Mismatch" }, { 438, "Stale Nonce" },
		{ 440, "Address Family not Supported" }, { 441, "Wrong Credentials" },
		{ 442, "Unsupported Transport Protocol" }, { 443, "Peer Address Family Mismatch" },
		{ 446, "Connection Already Exists" }, { 447, "Connection Timeout or Failure" },
		{ 486, "Allocation Quota Reached" }, { 487, "Role Conflict" }, { 500, "Server Error" },
		{ 508, "Insufficient Capacity" }, { 0, NULL } };
	const uint8_t *p = v->data + v->pos;
	if (!pkt->info || cur_avail(v) < 4)
		return;
	uint32_t code = (p[2] & 7) * 100u + p[3];
	info_add(pkt, " error-code: %u (%s)", code, info_name(names, code, "Unknown error code"));
	if (cur_avail(v) > 4) {
		info_add(pkt, "%s", " ");
		info_text(pkt, p + 4, cur_avail(v) - 4);
	}
}

static bool is_known(uint64_t type)
{
	for (const struct value_name *v = attribute_names; v->name; v++)
		if ((uint64_t)v->value == type)
			return true;
	return false;
}

/* Those that Wireshark reads further than their octets, and this file does not. */
static bool has_fields(uint64_t type)
{
	static const uint16_t types[] = { 0x0003, 0x0007, 0x000a, 0x000e, 0x000f, 0x0010, 0x0011, 0x0017,
		0x0018, 0x001d, 0x0022, 0x0026, 0x0027, 0x0028, 0x0030, 0x8002, 0x8004, 0x8006, 0x8008,
		0x8027, 0x8050, 0x8054, 0x8055, 0x8056, 0x8057, 0x8058, 0x8059, 0x805a, 0x805b, 0x805c,
		0x805d, 0x805e, 0x805f, 0x8060, 0x8061, 0x8062, 0x8068, 0x8070, 0x8090, 0x8095, 0xc057 };
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (types[i] == type)
			return true;
	return false;
}

/* [MS-TURN] does not fill attributes up and has realm and nonce the other way round: Wireshark reads by the
 * RFC. */
static void attribute(struct packet *pkt, struct cursor *c, const uint8_t *mask)
{
	struct row *r = row_open(pkt, &proto_stun, REC_ATTRIBUTE);
	uint64_t type = cur_be(c, 2);
	bool known = is_known(type);
	if (known)
		row_set_at(r, ATT_TYPE, (int64_t)type, c->data + c->pos - 2, 2);
	uint32_t len = (uint32_t)row_be(r, ATT_LENGTH, c, 2), padded = (len + 3) & ~UINT32_C(3);
	if (known && padded > cur_left(c)) { /* bogus: goes past the end */
		c->pos = c->len;
		return;
	}
	struct cursor v = cur_sub(c, len);
	cur_skip(c, padded - len);
	switch (type) {
	case MAPPED_ADDRESS:
	case RESPONSE_ADDRESS:
	case SOURCE_ADDRESS:
	case CHANGED_ADDRESS:
	case REFLECTED_FROM:
	case ALTERNATE_SERVER:
	case RESPONSE_ORIGIN:
	case OTHER_ADDRESS:
		address(pkt, r, type, &v, NULL);
		break;
	case XOR_PEER_ADDRESS:
	case XOR_RELAYED_ADDRESS:
	case XOR_MAPPED_ADDRESS:
	case MS_XOR_MAPPED_ADDRESS:
		address(pkt, r, type, &v, mask);
		break;
	case USERNAME:
		inform_text(pkt, " user: ", &v);
		row_string(r, ATT_USERNAME, &v, len);
		break;
	case REALM:
		inform_text(pkt, " realm: ", &v);
		row_string(r, ATT_REALM, &v, len);
		break;
	case NONCE:
		info_add(pkt, "%s", " with nonce");
		row_string(r, ATT_NONCE, &v, len);
		break;
	case SOFTWARE:
		row_string(r, ATT_SOFTWARE, &v, len);
		break;
	case ERROR_CODE:
		inform_error(pkt, &v);
		error_code(r, &v);
		break;
	case PRIORITY:
	case LIFETIME:
	case FINGERPRINT:
		if (len >= 4) {
			uint32_t number = (uint32_t)row_be(r, ATT_NUMBER, &v, 4);
			if (type == LIFETIME && !pkt->fail)
				info_add(pkt, " lifetime: %u", number);
		}
		break;
	case CHANNEL_NUMBER:
		if (len >= 4 && pkt->info && cur_avail(&v) >= 2)
			info_add(pkt, " ChannelNumber=0x%x", be16(v.data + v.pos));
		if (len >= 4)
			row_be(r, ATT_NUMBER, &v, 2);
		break;
	case REQUESTED_TRANSPORT:
		if (len >= 1 && pkt->info && cur_avail(&v))
			info_add(pkt, " %s", info_name(transports, v.data[v.pos], "Unknown"));
		if (len >= 1)
			row_be(r, ATT_NUMBER, &v, 1);
		break;
	case DATA:
		row_bytes(r, ATT_VALUE, &v, len);
		if (len && !pkt->fail) {
			pkt_nest(pkt, true);
			v.pos = 0;
			pkt_next(pkt, CLAIM_HEUR_STUN, 0, cur_rest(&v));
		}
		break;
	case MESSAGE_INTEGRITY:
		if (len >= 20)
			row_bytes(r, ATT_HMAC, &v, len);
		break;
	case ICE_CONTROLLED:
	case ICE_CONTROLLING:
		if (len >= 8)
			row_bytes(r, ATT_TIE, &v, 8);
		break;
	default:
		if (!has_fields(type))
			row_bytes(r, ATT_VALUE, &v, len);
		break;
	}
}

/* ---- messages ---- */

/* Octets of an RFC 4571 length before the message. */
static uint32_t framing(const struct cursor *c)
{
	return c->cap >= 10 && be32(c->data + 6) == COOKIE ? 2 : 0;
}

static bool is_stream(const struct packet *pkt)
{
	return pkt->stream;
}

/* `framed`: octets before the message. */
static bool is_message(const struct cursor *c, uint32_t framed, bool exact)
{
	if (c->cap < HEADER || be16(c->data + framed) & 0xc000 || be32(c->data + framed + 4) != COOKIE)
		return false;
	/* RFC 7983: methods above 0xff are left to DTLS. */
	if (be16(c->data + framed) & 0x3c00)
		return false;
	uint32_t len = be16(c->data + framed + 2) + HEADER + framed;
	return exact ? len == c->len : len <= c->len;
}

static bool is_channel(const struct cursor *c, bool stream)
{
	if (c->cap < CHANNEL_HEADER)
		return false;
	uint32_t type = be16(c->data), len = be16(c->data + 2) + CHANNEL_HEADER,
		 padded = (len + 3) & ~UINT32_C(3);
	if (!(type & 0xc000) || type == NOT_CHANNEL || (type & 0x8000 && type != MULTIPLEXED))
		return false;
	return c->len == padded || (!stream && c->len == len);
}

static const struct value_name methods[] = { { 1, "Binding" }, { 2, "SharedSecret" }, { 3, "Allocate" },
	{ 4, "Refresh" }, { 6, "Send" }, { 7, "Data" }, { 8, "CreatePermission" }, { 9, "Channel-Bind" },
	{ 10, "Connect" }, { 11, "ConnectionBind" }, { 12, "ConnectionAttempt" }, { 0x80, "GOOG Ping" },
	{ 0, NULL } };

static void inform(struct packet *pkt, uint32_t type)
{
	static const char *const classes[] = { "Request", "Indication", "Success Response",
		"Error Response" };
	/* RFC 8489, section 5: the bits of class and method are mixed. */
	uint32_t class = (type >> 7 & 2) | (type >> 4 & 1);
	uint32_t method = (type & 0x0f) | (type >> 1 & 0x70) | (type >> 2 & 0xf80);
	if (pkt->info)
		info_set(pkt, "%s %s", info_name(methods, method, "Unknown"), classes[class]);
}

static void channel_data(struct packet *pkt, struct cursor *c)
{
	info_set(pkt, "%s", "ChannelData TURN Message");
	struct row *r = row_open(pkt, &proto_stun, REC_MESSAGE);
	uint64_t channel = row_be(r, STUN_CHANNEL, c, 2);
	uint32_t len = (uint32_t)row_be(r, STUN_LENGTH, c, 2);
	pkt_item_len(pkt, CHANNEL_HEADER);
	if (channel == MULTIPLEXED && len >= 8) {
		cur_skip(c, 8);
		len -= 8;
	}
	pkt_next(pkt, CLAIM_HEUR_STUN, 0, cur_sub(c, len));
}

static void message(struct packet *pkt, struct cursor *c, uint32_t framed)
{
	struct row *r = row_open(pkt, &proto_stun, REC_MESSAGE);
	if (framed)
		row_be(r, STUN_FRAME_LENGTH, c, 2);
	uint64_t type = row_be(r, STUN_TYPE, c, 2);
	uint32_t len = (uint32_t)row_be(r, STUN_LENGTH, c, 2);
	const uint8_t *mask = c->data + c->pos;
	row_bytes(r, STUN_COOKIE, c, 4);
	row_bytes(r, STUN_ID, c, 12);
	if (pkt->fail)
		return;
	inform(pkt, (uint32_t)type);
	uint64_t key = be64(mask + 4) ^ (uint64_t)be32(mask + 12) << 16;
	pkt_exchange(pkt, &proto_stun, r, key, type & 0x0110);
	struct cursor attributes = cur_sub(c, len);
	while (cur_left(&attributes))
		attribute(pkt, &attributes, mask);
}

static enum verdict stun_dissect(struct packet *pkt, struct cursor *c)
{
	bool stream = is_stream(pkt),
	     known = pkt_spoken(pkt, &proto_stun) || pkt->srcport == 3478 || pkt->dstport == 3478;
	uint32_t framed = stream ? framing(c) : 0;
	if (is_message(c, framed, true)) {
		if (!stream && !known)
			pkt_speak(pkt, &proto_stun);
		message(pkt, c, framed);
		return MINE;
	}
	if (!known || !is_channel(c, stream))
		return NOT_MINE;
	channel_data(pkt, c);
	return MINE;
}

/* ---- over TCP ---- */

static uint32_t stream_length(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	if (framing(c))
		return be16(c->data) + 2U;
	uint32_t len = be16(c->data + 2);
	return be16(c->data) & 0xc000 ? (len + CHANNEL_HEADER + 3) & ~UINT32_C(3) : len + HEADER;
}

/* On another port the first segment must hold a whole message; then the conversation is known. */
static bool stream_test(struct packet *pkt, const struct cursor *c)
{
	if (pkt_spoken(pkt, &proto_stun) || pkt->srcport == 3478 || pkt->dstport == 3478)
		return true;
	if (!is_message(c, framing(c), false))
		return false;
	pkt_speak(pkt, &proto_stun);
	return true;
}

static const struct pdu stun_pdu = { .min = 4, .length = stream_length, .test = stream_test };

static const struct claim stun_claims[] = { { CLAIM_UDP_PORT, 3478 }, { CLAIM_TCP_PORT, 3478 },
	{ CLAIM_HEUR_UDP, 110 }, { CLAIM_HEUR_TCP, 170 }, { 0 } };

static const struct exchange_fields stun_exchange = {
	.response_to = STUN_RESPONSE_TO,
	.time = STUN_TIME,
	.unsolicited = EXCHANGE_NO_FIELD,
	.repeat_request = STUN_DUPLICATE,
	.repeat_response = STUN_DUPLICATE,
	.late_record = REC_LATE,
	.response_in = LATE_RESPONSE_IN,
	.repeat_ns = INT64_MAX,
	.by_ports = true,
};

const struct protocol proto_stun = {
	.name = "stun",
	.title = "Session Traversal Utilities for NAT",
	.column = "STUN",
	.spec = "RFC 8489",
	.help = "Tells a host behind a translator its public address and relays its packets.",
	.id = PROTO_ID_stun,
	.records = stun_records,
	.nrecords = REC_COUNT,
	.claims = stun_claims,
	.dissect = stun_dissect,
	.pdu = &stun_pdu,
	.exchange = &stun_exchange,
};
