/* Internet key exchange: ISAKMP, IKEv1 (RFC 2408, 2409) and IKEv2 (RFC 7296, section 3.1).
 *
 *      0               8               16    17  18  19  20              24              28
 *     +---------------+---------------+-----+---+---+---+---------------+---------------+------------ - -
 *     | initiator SPI | responder SPI |next |ver|exc|flg| message id    | length        | payloads
 *     +---------------+---------------+-----+---+---+---+---------------+---------------+------------ - -
 *     payload: type of the next one (1), reserved (1), length (2), content
 *
 * Encrypted messages show no payload but the one that is encrypted. */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/x509.h"
#include "indexer/packet.h"

extern const struct protocol proto_isakmp;

enum {
	ISAKMP_ISPI,
	ISAKMP_RSPI,
	ISAKMP_VERSION,
	ISAKMP_EXCHANGE,
	ISAKMP_FLAGS,
	ISAKMP_MESSAGE_ID,
	ISAKMP_LENGTH,
	ISAKMP_MAJOR,
	ISAKMP_MINOR,
	ISAKMP_NFIELDS
};
enum { PAYLOAD_TYPE, PAYLOAD_NEXT, PAYLOAD_LENGTH, PAYLOAD_NFIELDS };
enum { REC_MESSAGE, REC_PAYLOAD, REC_COUNT };

static const struct value_name exchanges[] = { { 0, "NONE" }, { 1, "Base" },
	{ 2, "Identity Protection (Main Mode)" }, { 3, "Authentication Only" }, { 4, "Aggressive" },
	{ 5, "Informational" }, { 6, "Transaction (Config Mode)" }, { 32, "Quick Mode" },
	{ 33, "New Group Mode" }, { 34, "IKE_SA_INIT" }, { 35, "IKE_AUTH" }, { 36, "CREATE_CHILD_SA" },
	{ 37, "INFORMATIONAL" }, { 38, "IKE_SESSION_RESUME" }, { 0, NULL } };

static const struct value_name payloads[] = { { 0, "NONE / No Next Payload " }, { 1, "Security Association" },
	{ 2, "Proposal" }, { 3, "Transform" }, { 4, "Key Exchange" }, { 5, "Identification" },
	{ 6, "Certificate" }, { 7, "Certificate Request" }, { 8, "Hash" }, { 9, "Signature" },
	{ 10, "Nonce" }, { 11, "Notification" }, { 12, "Delete" }, { 13, "Vendor ID" },
	{ 20, "NAT-D (RFC 3947)" }, { 21, "NAT-OA (RFC 3947)" }, { 33, "Security Association" },
	{ 34, "Key Exchange" }, { 35, "Identification - Initiator" }, { 36, "Identification - Responder" },
	{ 37, "Certificate" }, { 38, "Certificate Request" }, { 39, "Authentication" }, { 40, "Nonce" },
	{ 41, "Notify" }, { 42, "Delete" }, { 43, "Vendor ID" }, { 44, "Traffic Selector - Initiator" },
	{ 45, "Traffic Selector - Responder" }, { 46, "Encrypted and Authenticated" },
	{ 47, "Configuration" }, { 48, "Extensible Authentication" },
	{ 53, "Encrypted and Authenticated Fragment" }, { 0, NULL } };

static const struct field message_fields[ISAKMP_NFIELDS] = {
	[ISAKMP_ISPI] = { "isakmp.ispi", "Initiator SPI", KIND_BYTES },
	[ISAKMP_RSPI] = { "isakmp.rspi", "Responder SPI", KIND_BYTES },
	[ISAKMP_VERSION] = { "isakmp.version", "Version", KIND_UINT, BASE_HEX, 1 },
	[ISAKMP_EXCHANGE] = { "isakmp.exchangetype", "Exchange type", KIND_UINT, .octets = 1,
		.names = exchanges },
	[ISAKMP_FLAGS] = { "isakmp.flags", "Flags", KIND_UINT, BASE_HEX, 1 },
	[ISAKMP_MESSAGE_ID] = { "isakmp.messageid", "Message ID", KIND_UINT, BASE_HEX, 4 },
	[ISAKMP_LENGTH] = { "isakmp.length", "Length", KIND_UINT, .octets = 4 },
	[ISAKMP_MAJOR] = { "isakmp.mjver", "MjVer", KIND_UINT, BASE_HEX, 1, .of = ISAKMP_VERSION,
		.mask = 0xf0 },
	[ISAKMP_MINOR] = { "isakmp.mnver", "MnVer", KIND_UINT, BASE_HEX, 1, .of = ISAKMP_VERSION,
		.mask = 0x0f },
};

/* The header names the first payload as a payload names the next: row 1 of a message has only that. */
static const struct field payload_fields[PAYLOAD_NFIELDS] = {
	[PAYLOAD_TYPE] = { "isakmp.typepayload", "Payload", KIND_UINT, .octets = 1, .names = payloads },
	[PAYLOAD_NEXT] = { "isakmp.nextpayload", "Next payload", KIND_UINT, .octets = 1, .names = payloads },
	[PAYLOAD_LENGTH] = { "isakmp.payloadlength", "Payload length", KIND_UINT, .octets = 2 },
};

static const struct record isakmp_records[REC_COUNT] = {
	[REC_MESSAGE] = { "isakmp", RECORD_LAYER, ISAKMP_NFIELDS, message_fields, NULL },
	[REC_PAYLOAD] = { "isakmp_payload", RECORD_CHILD, PAYLOAD_NFIELDS, payload_fields, NULL },
};

#define HEADER          28
#define FLAG_ENCRYPTED  0x01 /* version 1 */
#define TYPE_SA_V1      1
#define TYPE_PROPOSAL   2
#define TYPE_ID_V1      5
#define TYPE_CERT_V1    6
#define TYPE_CERTREQ_V1 7
#define TYPE_IDI_V2     35
#define TYPE_IDR_V2     36
#define TYPE_CERT_V2    37
#define CERT_SIGNATURE  4
#define CERT_EXCHANGE   5
#define ID_NAME         9
#define TYPE_TRANSFORM  3
#define TYPE_SA_V2      33
#define TYPE_ENCRYPTED  46
#define TYPE_FRAGMENT   53
#define PAYLOAD_HEADER  4

/* The header of a payload; its content, or false where none can be told. */
static bool payload_header(
	struct packet *pkt, struct cursor *c, uint64_t type, uint64_t *next, struct cursor *content)
{
	struct row *r = row_open(pkt, &proto_isakmp, REC_PAYLOAD);
	row_set(r, PAYLOAD_TYPE, (int64_t)type);
	*next = row_be(r, PAYLOAD_NEXT, c, 1);
	cur_skip(c, 1);
	uint32_t len = (uint32_t)row_be(r, PAYLOAD_LENGTH, c, 2);
	if (len < PAYLOAD_HEADER || pkt->fail)
		return false;
	*content = cur_sub(c, len - PAYLOAD_HEADER);
	return true;
}

/* A security association holds proposals, each of them transforms. */
static void proposals(struct packet *pkt, struct cursor *c)
{
	uint64_t next = TYPE_PROPOSAL, inner;
	struct cursor proposal, transform;
	while (next == TYPE_PROPOSAL && cur_left(c) && payload_header(pkt, c, next, &next, &proposal)) {
		cur_skip(&proposal, 2); /* number, protocol */
		uint32_t spi = (uint32_t)cur_be(&proposal, 1);
		cur_skip(&proposal, 1 + spi); /* how many transforms */
		inner = TYPE_TRANSFORM;
		while (inner == TYPE_TRANSFORM && cur_left(&proposal))
			if (!payload_header(pkt, &proposal, inner, &inner, &transform))
				return;
	}
}

/* Certificates, and names as they stand in them (RFC 2408, sections 3.8 to 3.10; RFC 7296, sections 3.5
 * and 3.6). */
static void certified(struct packet *pkt, struct cursor *c, uint64_t type)
{
	uint64_t kind = cur_be(c, 1);
	switch (type) {
	case TYPE_CERT_V1:
	case TYPE_CERT_V2:
		if (kind == CERT_SIGNATURE || (type == TYPE_CERT_V1 && kind == CERT_EXCHANGE))
			x509_certificate(pkt, c);
		break;
	case TYPE_CERTREQ_V1:
		if (kind == CERT_SIGNATURE && cur_left(c))
			x509_name(pkt, c);
		break;
	case TYPE_ID_V1:
	case TYPE_IDI_V2:
	case TYPE_IDR_V2:
		cur_skip(c, 3);
		if (kind == ID_NAME)
			x509_name(pkt, c);
		break;
	default:
		break;
	}
}

static void payload_chain(struct packet *pkt, struct cursor *c, uint64_t type)
{
	struct cursor content;
	uint64_t next;
	for (; type && cur_left(c); type = next) {
		if (!payload_header(pkt, c, type, &next, &content) || type == TYPE_ENCRYPTED ||
			type == TYPE_FRAGMENT)
			return;
		if (type == TYPE_SA_V1)
			cur_skip(&content, 8); /* domain, situation */
		if (type == TYPE_SA_V1 || type == TYPE_SA_V2)
			proposals(pkt, &content);
		else
			certified(pkt, &content, type);
	}
}

/* RFC 2408, section 3.1; RFC 7296, section 3.1. */
static void inform(struct packet *pkt, uint32_t version, uint32_t exchange, uint32_t flags, uint32_t id)
{
	enum { INITIATOR = 0x08, RESPONSE = 0x20 };
	static const struct value_name names_1[] = { { 0, "NONE" }, { 1, "Base" },
		{ 2, "Identity Protection (Main Mode)" }, { 3, "Authentication Only" }, { 4, "Aggressive" },
		{ 5, "Informational" }, { 6, "Transaction (Config Mode)" }, { 32, "Quick Mode" },
		{ 33, "New Group Mode" }, { 0, NULL } };
	static const struct value_name names_2[] = { { 34, "IKE_SA_INIT" }, { 35, "IKE_AUTH " },
		{ 36, "CREATE_CHILD_SA" }, { 37, "INFORMATIONAL" }, { 38, "IKE_SESSION_RESUME" },
		{ 0, NULL } };
	if (!pkt->info || pkt->fail)
		return;
	if (version >> 4 == 1)
		info_set(pkt, "%s", info_name(names_1, exchange, "Unknown"));
	else
		info_set(pkt, "%s MID=%02u %s %s", info_name(names_2, exchange, "Unknown"), id,
			flags & INITIATOR ? "Initiator" : "Responder",
			flags & RESPONSE ? "Response" : "Request");
}

static enum verdict isakmp_dissect(struct packet *pkt, struct cursor *c)
{
	uint64_t length;
	if (c->len < HEADER || (cur_peek(c, 24, 4, &length) && length < HEADER))
		return NOT_MINE;
	struct row *r = row_open(pkt, &proto_isakmp, REC_MESSAGE);
	row_bytes(r, ISAKMP_ISPI, c, 8);
	row_bytes(r, ISAKMP_RSPI, c, 8);
	struct row *first = row_open(pkt, &proto_isakmp, REC_PAYLOAD);
	uint64_t next = row_be(first, PAYLOAD_NEXT, c, 1);
	uint64_t version = row_be(r, ISAKMP_VERSION, c, 1);
	uint64_t exchange = row_be(r, ISAKMP_EXCHANGE, c, 1), flags = row_be(r, ISAKMP_FLAGS, c, 1);
	inform(pkt, (uint32_t)version, (uint32_t)exchange, (uint32_t)flags,
		(uint32_t)row_be(r, ISAKMP_MESSAGE_ID, c, 4));
	length = row_be(r, ISAKMP_LENGTH, c, 4);
	if (pkt->fail)
		return MINE;
	pkt_item_len(pkt, length < c->len ? (uint32_t)length : c->len);
	struct cursor chain =
		cur_sub(c, length - HEADER > UINT32_MAX ? UINT32_MAX : (uint32_t)length - HEADER);
	if (version >> 4 == 1 && flags & FLAG_ENCRYPTED)
		return MINE;
	payload_chain(pkt, &chain, next);
	return MINE;
}

static const struct claim isakmp_claims[] = { { CLAIM_UDP_PORT, 500 }, { CLAIM_TCP_PORT, 500 }, { 0 } };

const struct protocol proto_isakmp = {
	.name = "isakmp",
	.title = "Internet Security Association and Key Management Protocol",
	.column = "ISAKMP",
	.spec = "RFC 7296",
	.help = "Agrees on the keys of IPsec.",
	.id = PROTO_ID_isakmp,
	.records = isakmp_records,
	.nrecords = REC_COUNT,
	.claims = isakmp_claims,
	.dissect = isakmp_dissect,
};
