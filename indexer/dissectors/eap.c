/* Extensible Authentication Protocol (RFC 3748, section 4).
 *
 *      0    1    2         4    5
 *     +----+----+---------+----+------------ - -
 *     |code| id | length  |type| data            type and data in requests and responses only
 *     +----+----+---------+----+------------ - -
 */
#include "indexer/dissectors/eap.h"

#include "indexer/dissectors/ids.h"

enum { EAP_CODE, EAP_ID, EAP_LEN, EAP_TYPE, EAP_IDENTITY, EAP_NFIELDS };

static const struct value_name codes[] = { { 1, "Request" }, { 2, "Response" }, { 3, "Success" },
	{ 4, "Failure" }, { 5, "Initiate" }, { 6, "Finish" }, { 0, NULL } };

static const struct value_name types[] = { { 1, "Identity" }, { 2, "Notification" },
	{ 3, "Legacy Nak (Response Only)" }, { 4, "MD5-Challenge EAP (EAP-MD5-CHALLENGE)" },
	{ 5, "One-Time Password EAP (EAP-OTP)" }, { 6, "Generic Token Card EAP (EAP-GTC)" },
	{ 13, "TLS EAP (EAP-TLS)" }, { 17, "Cisco Wireless EAP / Lightweight EAP (EAP-LEAP)" },
	{ 18, "GSM Subscriber Identity Modules EAP (EAP-SIM)" }, { 21, "Tunneled TLS EAP (EAP-TTLS)" },
	{ 23, "UMTS Authentication and Key Agreement EAP (EAP-AKA)" }, { 25, "Protected EAP (EAP-PEAP)" },
	{ 26, "MS-EAP-Authentication EAP (EAP-MS-AUTH)" },
	{ 43, "Flexible Authentication via Secure Tunneling EAP (EAP-FAST)" }, { 254, "Expanded Type" },
	{ 0, NULL } };

static const struct field eap_fields[EAP_NFIELDS] = {
	[EAP_CODE] = { "eap.code", "Code", KIND_UINT, .octets = 1, .names = codes },
	[EAP_ID] = { "eap.id", "Id", KIND_UINT, .octets = 1 },
	[EAP_LEN] = { "eap.len", "Length", KIND_UINT, .octets = 2 },
	[EAP_TYPE] = { "eap.type", "Type", KIND_UINT, .octets = 1, .names = types },
	[EAP_IDENTITY] = { "eap.identity", "Identity", KIND_TEXT },
};

static const struct record eap_records[] = { { "eap", RECORD_LAYER, EAP_NFIELDS, eap_fields, NULL } };

enum { REQUEST = 1, RESPONSE = 2, IDENTITY = 1 };

enum { SIM = 18, AKA = 23, AKA2 = 50 }; /* the methods of mobile phones */

#define HEADER 5 /* with the type of a request or response */

/* RFC 4186 and RFC 4187, section 8.1: subtype, 2 octets; attributes of type, length in words, value. */
static void attributes(struct cursor c)
{
	cur_take(&c, 3);
	while (cur_left(&c)) {
		cur_take(&c, 1);
		uint32_t words = (uint32_t)cur_be(&c, 1);
		if (!words)
			break;
		cur_take(&c, words * 4 - 2);
	}
}

void eap_read(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_eap, 0);
	uint64_t code = row_be(r, EAP_CODE, c, 1);
	row_be(r, EAP_ID, c, 1);
	uint32_t len = (uint32_t)row_be(r, EAP_LEN, c, 2);
	if (code != REQUEST && code != RESPONSE)
		return;
	uint64_t type = row_be(r, EAP_TYPE, c, 1);
	if (len <= HEADER)
		return;
	if (type == IDENTITY && len - HEADER <= cur_left(c))
		row_string(r, EAP_IDENTITY, c, len - HEADER);
	else if (cur_need(c, len - HEADER) && (type == SIM || type == AKA || type == AKA2))
		attributes(cur_sub(c, len - HEADER));
}

static enum verdict eap_dissect(struct packet *pkt, struct cursor *c)
{
	eap_read(pkt, c);
	return MINE;
}

static const struct claim eap_claims[] = { { CLAIM_PPP, 0xc227 }, { 0 } };

const struct protocol proto_eap = {
	.name = "eap",
	.title = "Extensible Authentication Protocol",
	.column = "EAP",
	.spec = "RFC 3748",
	.help = "Proves who one is before being let into a network.",
	.id = PROTO_ID_eap,
	.records = eap_records,
	.nrecords = 1,
	.claims = eap_claims,
	.dissect = eap_dissect,
};

/* In an attribute of RADIUS, which goes on speaking for the frame (RFC 3579). */
const struct protocol proto_eap_attribute = {
	.as = &proto_eap,
	.name = "eap",
	.title = "Extensible Authentication Protocol",
	.id = PROTO_ID_eap,
	.records = eap_records,
	.nrecords = 1,
	.dissect = eap_dissect,
};
