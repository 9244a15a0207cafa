/* Call signalling of H.323 (ITU-T H.225.0): in Q.931's user-user element, H323-UserInformation in aligned
 * PER; and RAS, the messages to a gatekeeper, over UDP. What is read is which message it is and where H.245
 * will be spoken. */
#include "indexer/dissectors/h323.h"
#include "indexer/dissectors/ids.h"

enum { H225_MESSAGE, H225_NFIELDS };

static const struct value_name h225_messages[] = { { 0, "setup" }, { 1, "callProceeding" }, { 2, "connect" },
	{ 3, "alerting" }, { 4, "information" }, { 5, "releaseComplete" }, { 6, "facility" }, { 0, NULL } };

static const struct field h225_fields[H225_NFIELDS] = {
	[H225_MESSAGE] = { "h225.h323_message_body", "h323-message-body", KIND_UINT, .octets = 4,
		.names = h225_messages },
};

static const struct record h225_records[] = { { "h225", RECORD_LAYER, H225_NFIELDS, h225_fields, NULL } };

/* TransportAddress, of which the first alternative is an IPv4 address and a port. */
static void control_address(struct packet *pkt, struct cursor *c)
{
	if (cur_be(c, 1) & 0xf0)
		return;
	const uint8_t *address = cur_take(c, 4);
	uint16_t port = (uint16_t)cur_be(c, 2);
	if (address && !pkt->fail)
		pkt_expect(pkt, &proto_h245_tpkt,
			&(struct expected) { CONV_TCP, pkt_address(pkt, KIND_IPV4, address), 0, port, 0, 0 });
}

static enum verdict call_dissect(struct packet *pkt, struct cursor *c)
{
	enum { SETUP = 0, CONNECT = 2 };
	struct row *r = row_open(pkt, &proto_h225, 0);
	/* Extension and user-data of the whole, extension and nonStandardData of the PDU; then the choice. */
	uint32_t bits = (uint32_t)cur_be(c, 1), message = bits & 7;
	if (pkt->fail || bits & 8) /* an alternative that came later */
		return MINE;
	row_set(r, H225_MESSAGE, message < 7 ? message : 7);
	/* Both begin with an extension bit, whether there is an h245Address, protocolIdentifier. */
	if (message != SETUP && message != CONNECT)
		return MINE;
	bool has_address = cur_be(c, 1) & 0x40;
	if (message == SETUP) /* more optional parts than one octet tells */
		has_address = has_address && cur_left(c) > 0;
	cur_take(c, (uint32_t)cur_be(c, 1));
	if (has_address)
		control_address(pkt, c);
	return MINE;
}

static enum verdict ras_dissect(struct packet *pkt, struct cursor *c)
{
	(void)c;
	row_open(pkt, &proto_h225, 0);
	return MINE;
}

#define H225(how, ...)                                                                                       \
	{                                                                                                    \
		.name = "h225", .title = "H323-MESSAGES", .column = "H.225.0", .spec = "ITU-T H.225.0",      \
		.help = "Sets up the calls of H.323 and speaks with its gatekeeper.", .id = PROTO_ID_h225,   \
		.records = h225_records, .nrecords = 1, .dissect = how, __VA_ARGS__                          \
	}

static const struct claim h225_claims[] = { { CLAIM_UDP_PORT, 1718 }, { CLAIM_UDP_PORT, 1719 }, { 0 } };

const struct protocol proto_h225 = H225(ras_dissect, .claims = h225_claims);
const struct protocol proto_h225_call = H225(call_dissect, .as = &proto_h225);
