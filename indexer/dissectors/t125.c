/* Multipoint communication service (ITU-T T.125): what Remote Desktop opens its channels with, over ISO
 * transport. Connecting is BER (section 7, part 1), the rest packed (PER, aligned):
 *
 *     connect  [APPLICATION 101] { selectors, upward flag, 3 x parameters, user data OCTET STRING }
 *     others   choice (6 bits) ...; data: choice, initiator (2, from 1001), channel (2), priority and
 *              segmentation (1), length (1 or 2), user data */
#include "indexer/dissectors/der.h"
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_t125, proto_t124;

enum { T125_CONNECT, T125_DOMAIN, T125_INITIATOR, T125_CHANNEL, T125_RESULT, T125_NFIELDS };

static const struct value_name connect_names[] = { { 101, "connect-initial" }, { 102, "connect-response" },
	{ 103, "connect-additional" }, { 104, "connect-result" }, { 0, NULL } };
static const struct value_name domain_names[] = { { 1, "erectDomainRequest" },
	{ 8, "disconnectProviderUltimatum" }, { 10, "attachUserRequest" }, { 11, "attachUserConfirm" },
	{ 14, "channelJoinRequest" }, { 15, "channelJoinConfirm" }, { 25, "sendDataRequest" },
	{ 26, "sendDataIndication" }, { 0, NULL } };

static const struct field t125_fields[T125_NFIELDS] = {
	[T125_CONNECT] = { "t125.ConnectMCSPDU", "ConnectMCSPDU", KIND_UINT, .octets = 4,
		.names = connect_names },
	[T125_DOMAIN] = { "t124.DomainMCSPDU", "DomainMCSPDU", KIND_UINT, .octets = 4,
		.names = domain_names },
	[T125_INITIATOR] = { "t124.initiator", "initiator", KIND_UINT, .octets = 4 },
	[T125_CHANNEL] = { "t124.channelId", "channelId", KIND_UINT, .octets = 4 },
	[T125_RESULT] = { "t125.result", "result", KIND_UINT, .octets = 4 },
};

static const struct record t125_records[] = { { "t125", RECORD_LAYER, T125_NFIELDS, t125_fields, NULL } };

enum {
	ERECT_DOMAIN = 1,
	DISCONNECT = 8,
	ATTACH_USER = 10,
	ATTACHED = 11,
	JOIN = 14,
	JOINED = 15,
	SEND_REQUEST = 25,
	SEND_INDICATION = 26,
	APPLICATION = 0x7f, /* [APPLICATION n], n in the octets behind it */
	CONNECT_INITIAL = 101,
	CONNECT_RESPONSE = 102,
	CONNECT_RESULT = 104
};

/* Units of two octets that ISO session knows as well are session's. */
static bool t125_heuristic(struct packet *pkt, const struct cursor *c)
{
	static const uint8_t session[] = { 5, 7, 57, 58, 61, 62 };
	uint64_t first, second;
	(void)pkt;
	if (!cur_peek(c, 0, 1, &first))
		return false;
	if (first == APPLICATION)
		return cur_peek(c, 1, 1, &second) && second >= CONNECT_INITIAL && second <= CONNECT_RESULT;
	if (c->len == 2 && memchr(session, (int)first, sizeof(session)))
		return false;
	switch (first >> 2) {
	case ERECT_DOMAIN:
	case DISCONNECT:
	case ATTACH_USER:
	case ATTACHED:
	case JOIN:
	case JOINED:
	case SEND_REQUEST:
	case SEND_INDICATION:
		return true;
	default:
		return false;
	}
}

static void connect(struct packet *pkt, struct row *r, struct cursor *c)
{
	struct der pdu, value;
	if (!der_next(c, &pdu))
		return;
	uint32_t kind = pdu.tag >> 8;
	row_set(r, T125_CONNECT, kind);
	if (kind == CONNECT_RESPONSE && der_take(&pdu.at, DER_ENUMERATED, &value)) {
		struct cursor at = value.at;
		row_be(r, T125_RESULT, &at, at.len < 4 ? at.len : 4);
	}
	unsigned strings = 0; /* a request has two selectors before its user data */
	while (der_next(&pdu.at, &value))
		if (value.tag == DER_OCTETS && ++strings == (kind == CONNECT_INITIAL ? 3 : 1))
			pkt_next_proto(pkt, &proto_t124, value.at);
}

/* An initiator is counted from 1001 in the octets, but Wireshark shows it as it stands there. */
static void domain(struct row *r, struct cursor *c)
{
	uint32_t head = (uint32_t)cur_be(c, 1);
	row_set_at(r, T125_DOMAIN, head >> 2, c->data, 1);
	switch (head >> 2) {
	case ERECT_DOMAIN: /* sub height, sub interval: each a length and a number */
		cur_take(c, (uint32_t)cur_be(c, 1));
		cur_take(c, (uint32_t)cur_be(c, 1));
		break;
	case ATTACHED: /* result, the user if it succeeded: a bit in the first octet */
		cur_take(c, 1);
		if (head & 2)
			row_be(r, T125_INITIATOR, c, 2);
		break;
	case JOIN:
		row_be(r, T125_INITIATOR, c, 2);
		row_be(r, T125_CHANNEL, c, 2);
		break;
	case JOINED:
		cur_take(c, 1);
		row_be(r, T125_INITIATOR, c, 2);
		cur_take(c, 2); /* what was requested */
		if (head & 2)
			row_be(r, T125_CHANNEL, c, 2);
		break;
	case SEND_REQUEST:
	case SEND_INDICATION: {
		row_be(r, T125_INITIATOR, c, 2);
		row_be(r, T125_CHANNEL, c, 2);
		cur_take(c, 1);
		uint32_t len = (uint32_t)cur_be(c, 1);
		if (len & 0x80)
			len = (len & 0x3f) << 8 | (uint32_t)cur_be(c, 1);
		cur_take(c, len);
		break;
	}
	default:
		break;
	}
}

static enum verdict t125_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_t125, 0);
	uint64_t first;
	if (cur_peek(c, 0, 1, &first) && first == APPLICATION)
		connect(pkt, r, c);
	else
		domain(r, c);
	return MINE;
}

static const struct claim t125_claims[] = { { CLAIM_HEUR_COTP, 10 }, { 0 } };

const struct protocol proto_t125 = {
	.name = "t125",
	.title = "MULTIPOINT-COMMUNICATION-SERVICE T.125",
	.column = "T.125",
	.spec = "ITU-T T.125",
	.help = "Opens the channels of Remote Desktop and carries their data.",
	.id = PROTO_ID_t125,
	.records = t125_records,
	.nrecords = 1,
	.claims = t125_claims,
	.heuristic = t125_heuristic,
	.dissect = t125_dissect,
};
