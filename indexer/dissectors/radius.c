/* Remote Authentication Dial In User Service (RFC 2865, section 3; accounting: RFC 2866).
 *
 *      0    1    2         4                                        20
 *     +----+----+---------+----------------------------------------+------------ - -
 *     |code| id | length  | authenticator                          | attributes
 *     +----+----+---------+----------------------------------------+------------ - -
 *     attribute: type (1), length with this header (1), value
 *
 * A message of EAP is cut into as many attributes of type 79 as it takes (RFC 3579). */
#include <string.h>

#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_radius, proto_eap_attribute;

enum {
	RADIUS_CODE,
	RADIUS_ID,
	RADIUS_LENGTH,
	RADIUS_AUTHENTICATOR,
	RADIUS_RESPONSE_TO,
	RADIUS_TIME,
	RADIUS_NFIELDS
};
enum {
	AVP_TYPE,
	AVP_LENGTH,
	AVP_USER_NAME,
	AVP_NAS_IP_ADDRESS,
	AVP_NAS_PORT,
	AVP_FRAMED_IP_ADDRESS,
	AVP_CALLED_STATION,
	AVP_CALLING_STATION,
	AVP_NAS_IDENTIFIER,
	AVP_ACCT_SESSION_ID,
	AVP_ACCT_STATUS_TYPE,
	AVP_NFIELDS
};
enum { REC_MESSAGE, REC_AVP, REC_LATE, REC_COUNT };

static const struct value_name codes[] = { { 1, "Access-Request" }, { 2, "Access-Accept" },
	{ 3, "Access-Reject" }, { 4, "Accounting-Request" }, { 5, "Accounting-Response" },
	{ 6, "Accounting-Status" }, { 7, "Access-Password-Request" }, { 8, "Access-Password-Ack" },
	{ 9, "Access-Password-Reject" }, { 10, "Accounting-Message" }, { 11, "Access-Challenge" },
	{ 12, "Status-Server" }, { 13, "Status-Client" }, { 21, "Resource-Free-Request" },
	{ 22, "Resource-Free-Response" }, { 23, "Resource-Query-Request" }, { 24, "Resource-Query-Response" },
	{ 25, "Alternate-Resource-Reclaim-Request" }, { 26, "NAS-Reboot-Request" },
	{ 27, "NAS-Reboot-Response" }, { 29, "Next-Passcode" }, { 30, "New-Pin" },
	{ 31, "Terminate-Session" }, { 32, "Password-Expired" }, { 33, "Event-Request" },
	{ 34, "Event-Response" }, { 40, "Disconnect-Request" }, { 41, "Disconnect-ACK" },
	{ 42, "Disconnect-NAK" }, { 43, "CoA-Request" }, { 44, "CoA-ACK" }, { 45, "CoA-NAK" },
	{ 50, "IP-Address-Allocate" }, { 51, "IP-Address-Release" }, { 128, "Ascend-Access-Next-Code" },
	{ 129, "Ascend-Access-New-Pin" }, { 130, "Ascend-Terminate-Session" },
	{ 131, "Ascend-Password-Expired" }, { 132, "Ascend-Access-Event-Request" },
	{ 133, "Ascend-Access-Event-Response" }, { 250, "Experimental-use" }, { 251, "Experimental-use" },
	{ 252, "Experimental-use" }, { 253, "Experimental-use" }, { 254, "Reserved" }, { 255, "Reserved" },
	{ 0, NULL } };

static const struct field message_fields[RADIUS_NFIELDS] = {
	[RADIUS_CODE] = { "radius.code", "Code", KIND_UINT, .octets = 1, .names = codes },
	[RADIUS_ID] = { "radius.id", "Identifier", KIND_UINT, .octets = 1 },
	[RADIUS_LENGTH] = { "radius.length", "Length", KIND_UINT, .octets = 2 },
	[RADIUS_AUTHENTICATOR] = { "radius.authenticator", "Authenticator", KIND_BYTES },
	[RADIUS_RESPONSE_TO] = { "radius.reqframe", "Request Frame", KIND_FRAME, .generated = true },
	[RADIUS_TIME] = { "radius.time", "Time from request", KIND_RELTIME, .generated = true },
};

/* The attributes that one filters by; RFC 2865, section 5, and RFC 2866. */
static const struct field avp_fields[AVP_NFIELDS] = {
	[AVP_TYPE] = { "radius.avp.type", "Type", KIND_UINT, .octets = 1 },
	[AVP_LENGTH] = { "radius.avp.length", "Length", KIND_UINT, .octets = 1 },
	[AVP_USER_NAME] = { "radius.User_Name", "User-Name", KIND_TEXT },
	[AVP_NAS_IP_ADDRESS] = { "radius.NAS_IP_Address", "NAS-IP-Address", KIND_IPV4 },
	[AVP_NAS_PORT] = { "radius.NAS_Port", "NAS-Port", KIND_UINT, .octets = 4 },
	[AVP_FRAMED_IP_ADDRESS] = { "radius.Framed-IP-Address", "Framed-IP-Address", KIND_IPV4 },
	[AVP_CALLED_STATION] = { "radius.Called_Station_Id", "Called-Station-Id", KIND_TEXT },
	[AVP_CALLING_STATION] = { "radius.Calling_Station_Id", "Calling-Station-Id", KIND_TEXT },
	[AVP_NAS_IDENTIFIER] = { "radius.NAS_Identifier", "NAS-Identifier", KIND_TEXT },
	[AVP_ACCT_SESSION_ID] = { "radius.Acct_Session_Id", "Acct-Session-Id", KIND_TEXT },
	[AVP_ACCT_STATUS_TYPE] = { "radius.Acct_Status_Type", "Acct-Status-Type", KIND_UINT, .octets = 4 },
};

static const struct field late_fields[] = {
	{ "radius.rspframe", "Response Frame", KIND_FRAME, .generated = true },
};

static const struct record radius_records[REC_COUNT] = {
	[REC_MESSAGE] = { "radius", RECORD_LAYER, RADIUS_NFIELDS, message_fields, NULL },
	[REC_AVP] = { "radius_avp", RECORD_CHILD, AVP_NFIELDS, avp_fields, NULL },
	[REC_LATE] = { "radius_late", RECORD_LATE, 1, late_fields, NULL },
};

#define HEADER          20
#define LENGTH_MAX      4096
#define EAP_MESSAGE     79
#define VENDOR_SPECIFIC 26

static void value(struct row *r, struct cursor *v, uint64_t type)
{
	static const struct {
		uint8_t type, field;
	} known[] = { { 1, AVP_USER_NAME }, { 4, AVP_NAS_IP_ADDRESS }, { 5, AVP_NAS_PORT },
		{ 8, AVP_FRAMED_IP_ADDRESS }, { 30, AVP_CALLED_STATION }, { 31, AVP_CALLING_STATION },
		{ 32, AVP_NAS_IDENTIFIER }, { 40, AVP_ACCT_STATUS_TYPE }, { 44, AVP_ACCT_SESSION_ID } };
	for (unsigned i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (known[i].type != type)
			continue;
		const struct field *f = &avp_fields[known[i].field];
		if (f->kind == KIND_TEXT)
			row_string(r, known[i].field, v, v->len);
		else if (f->kind == KIND_IPV4 && v->len == 4)
			row_address(r, known[i].field, v, KIND_IPV4);
		else if (f->kind == KIND_UINT && v->len == 4)
			row_be(r, known[i].field, v, 4);
	}
}

/* The message of EAP in the attributes that begin here: those of its type that follow each other. */
static void eap_message(struct packet *pkt, const struct cursor *first)
{
	struct cursor c = *first;
	uint8_t *whole = pkt_scratch(pkt, cur_left(&c));
	uint32_t at = 0;
	uint64_t type;
	while (whole && cur_peek(&c, 0, 1, &type) && type == EAP_MESSAGE) {
		cur_skip(&c, 1);
		uint32_t len = (uint32_t)cur_be(&c, 1);
		if (len < 2 || len - 2 > cur_left(&c))
			break;
		const uint8_t *p = cur_take(&c, len - 2);
		if (!p)
			return;
		memcpy(whole + at, p, len - 2);
		at += len - 2;
	}
	pkt_nest(pkt, true);
	pkt_next_proto(pkt, &proto_eap_attribute, (struct cursor) { whole, 0, at, at, &pkt->fail });
}

/* RFC 2865, section 5.26: a vendor's number, then attributes of its own, which most write as all do. They may
 * lead into the `behind` octets of the message behind this attribute, but not further. */
static void vendor(struct cursor v, uint32_t behind)
{
	static const uint32_t others[] = { 429, 4846, 8164, 24757 }; /* other lengths of types and lengths */
	uint32_t number = (uint32_t)cur_be(&v, 4);
	for (unsigned i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (number == others[i])
			return;
	while (cur_left(&v)) {
		cur_take(&v, 1);
		uint32_t len = (uint32_t)cur_be(&v, 1);
		if (len < 2 || (len - 2 > cur_left(&v) && len - 2 <= cur_left(&v) + behind))
			return;
		cur_take(&v, len - 2);
	}
}

/* `beyond`: octets by which the message claims to be longer than the datagram. */
static void attributes(struct packet *pkt, struct cursor *c, uint32_t beyond)
{
	bool eap = false;
	while (cur_left(c)) {
		struct cursor here = *c;
		struct row *r = row_open(pkt, &proto_radius, REC_AVP);
		uint64_t type = row_be(r, AVP_TYPE, c, 1);
		uint32_t len = (uint32_t)row_be(r, AVP_LENGTH, c, 1);
		if (len < 2 || len - 2 > cur_left(c) + beyond)
			return;
		if (!cur_need(c, len - 2))
			return;
		struct cursor v = cur_sub(c, len - 2);
		if (type == EAP_MESSAGE && !eap && !pkt->fail) {
			eap = true;
			eap_message(pkt, &here);
		}
		value(r, &v, type);
		if (type == VENDOR_SPECIFIC && v.len >= 4)
			vendor(v, cur_left(c));
	}
	cur_need(c, beyond ? 1 : 0);
}

static bool plausible(const struct cursor *c)
{
	if (c->cap < 4)
		return false;
	uint32_t length = be16(c->data + 2);
	for (const struct value_name *v = codes; v->name; v++)
		if (v->value == c->data[0])
			return length >= HEADER && length <= LENGTH_MAX;
	return false;
}

static enum verdict radius_dissect(struct packet *pkt, struct cursor *c)
{
	if (!plausible(c))
		return NOT_MINE;
	struct row *r = row_open(pkt, &proto_radius, REC_MESSAGE);
	uint64_t code = row_be(r, RADIUS_CODE, c, 1), id = row_be(r, RADIUS_ID, c, 1);
	uint32_t length = (uint32_t)row_be(r, RADIUS_LENGTH, c, 2);
	row_bytes(r, RADIUS_AUTHENTICATOR, c, 16);
	if (!pkt->fail && pkt->info)
		info_set(pkt, "%s id=%u", info_name(codes, (int64_t)code, "Unknown Packet"), (uint32_t)id);
	bool response = code == 2 || code == 3 || code == 5 || code == 11 || code == 41 || code == 42 ||
			code == 44 || code == 45;
	pkt_exchange(pkt, &proto_radius, r, id, response);
	uint32_t left = cur_left(c);
	struct cursor list = cur_sub(c, length - HEADER);
	attributes(pkt, &list, length - HEADER > left ? length - HEADER - left : 0);
	return MINE;
}

static const struct claim radius_claims[] = { { CLAIM_UDP_PORT, 1645 }, { CLAIM_UDP_PORT, 1646 },
	{ CLAIM_UDP_PORT, 1700 }, { CLAIM_UDP_PORT, 1812 }, { CLAIM_UDP_PORT, 1813 },
	{ CLAIM_UDP_PORT, 3799 }, { 0 } };

/* A request that comes again within 5 minutes is a repetition. */
static const struct exchange_fields radius_exchange = {
	.response_to = RADIUS_RESPONSE_TO,
	.time = RADIUS_TIME,
	.unsolicited = EXCHANGE_NO_FIELD,
	.repeat_request = EXCHANGE_NO_FIELD,
	.repeat_response = EXCHANGE_NO_FIELD,
	.late_record = REC_LATE,
	.response_in = 0,
	.repeat_ns = INT64_C(300000000000),
	.by_ports = true,
};

const struct protocol proto_radius = {
	.name = "radius",
	.title = "RADIUS Protocol",
	.column = "RADIUS",
	.spec = "RFC 2865",
	.help = "Asks a central server who may enter a network, and reports how long they stayed.",
	.id = PROTO_ID_radius,
	.records = radius_records,
	.nrecords = REC_COUNT,
	.claims = radius_claims,
	.dissect = radius_dissect,
	.exchange = &radius_exchange,
};
