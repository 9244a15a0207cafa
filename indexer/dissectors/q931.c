/* Call control messages of ISDN (ITU-T Q.931, section 4), which H.323 sends over TCP in TPKT packets:
 *
 *      0       1        2                      3
 *     +-------+--------+-----------------+----+---------+------- - -
 *     | 0x08  |ref len | call reference  | message type | information elements
 *     +-------+--------+-----------------+--------------+------- - -
 *
 * An element is its identifier, the length, and what it says; with the highest bit of the identifier set it
 * is that one octet. The user-user element of H.323 has a length of two octets. */
#include "indexer/dissectors/h323.h"
#include "indexer/dissectors/ids.h"

enum { Q931_DISC, Q931_REF_LEN, Q931_REF, Q931_TYPE, Q931_CALLED, Q931_CALLING, Q931_CAUSE, Q931_NFIELDS };

static const struct value_name q931_types[] = { { 0x00, "ESCAPE" }, { 0x01, "ALERTING" },
	{ 0x02, "CALL PROCEEDING" }, { 0x03, "PROGRESS" }, { 0x05, "SETUP" }, { 0x07, "CONNECT" },
	{ 0x0d, "SETUP ACKNOWLEDGE" }, { 0x0f, "CONNECT ACKNOWLEDGE" }, { 0x20, "USER INFORMATION" },
	{ 0x45, "DISCONNECT" }, { 0x46, "RESTART" }, { 0x4d, "RELEASE" }, { 0x4e, "RESTART ACKNOWLEDGE" },
	{ 0x5a, "RELEASE COMPLETE" }, { 0x60, "SEGMENT" }, { 0x62, "FACILITY" }, { 0x6e, "NOTIFY" },
	{ 0x75, "STATUS ENQUIRY" }, { 0x79, "CONGESTION CONTROL" }, { 0x7b, "INFORMATION" },
	{ 0x7d, "STATUS" }, { 0, NULL } };

static const struct field q931_fields[Q931_NFIELDS] = {
	[Q931_DISC] = { "q931.disc", "Protocol discriminator", KIND_UINT, BASE_HEX, 1 },
	[Q931_REF_LEN] = { "q931.call_ref_len", "Call reference value length", KIND_UINT, .octets = 1 },
	[Q931_REF] = { "q931.call_ref", "Call reference value", KIND_BYTES },
	[Q931_TYPE] = { "q931.message_type", "Message type", KIND_UINT, BASE_HEX, 1, .names = q931_types },
	[Q931_CALLED] = { "q931.called_party_number.digits", "Called party number digits", KIND_TEXT },
	[Q931_CALLING] = { "q931.calling_party_number.digits", "Calling party number digits", KIND_TEXT },
	[Q931_CAUSE] = { "q931.cause_value", "Cause value", KIND_UINT, .octets = 1 },
};

static const struct record q931_records[] = { { "q931", RECORD_LAYER, Q931_NFIELDS, q931_fields, NULL } };

/* Octets of type and plan, the last with its highest bit set, then the digits. */
static void number(struct row *r, unsigned field, struct cursor *c)
{
	while (cur_left(c) && !(cur_be(c, 1) & 0x80))
		;
	if (cur_left(c))
		row_string(r, field, c, cur_left(c));
}

static void element(struct packet *pkt, struct row *r, uint32_t id, struct cursor *body)
{
	switch (id) {
	case 0x08: /* cause: coding and location, the value */
		while (cur_left(body) > 1 && !(cur_be(body, 1) & 0x80))
			;
		if (cur_left(body))
			row_set(r, Q931_CAUSE, (int64_t)(cur_be(body, 1) & 0x7f));
		break;
	case 0x6c:
		number(r, Q931_CALLING, body);
		break;
	case 0x70:
		number(r, Q931_CALLED, body);
		break;
	case 0x7e: /* 5: what follows is ASN.1, of H.225.0 */
		if (cur_left(body) && cur_be(body, 1) == 5)
			pkt_next_proto(pkt, &proto_h225_call, cur_rest(body));
		break;
	default:
		break;
	}
}

static enum verdict q931_message(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_q931, 0);
	row_be(r, Q931_DISC, c, 1);
	uint32_t ref = row_be(r, Q931_REF_LEN, c, 1) & 0x0f;
	row_set(r, Q931_REF_LEN, ref);
	struct cursor value = cur_sub(c, ref);
	if (ref) {
		/* The highest bit says which side chose it. */
		uint8_t own[16];
		const uint8_t *p = cur_take(&value, ref);
		if (p) {
			memcpy(own, p, ref);
			own[0] &= 0x7f;
			struct cursor copy = { own, 0, ref, ref, c->fail };
			row_bytes(r, Q931_REF, &copy, ref);
		}
	}
	row_be(r, Q931_TYPE, c, 1);
	while (cur_left(c) && !pkt->fail) {
		uint32_t id = (uint32_t)cur_be(c, 1);
		if (id & 0x80)
			continue;
		uint32_t length = (uint32_t)cur_be(c, id == 0x7e ? 2 : 1);
		struct cursor body = cur_sub(c, length);
		element(pkt, r, id, &body);
	}
	return MINE;
}

/* The message itself: a second layer of the same name, as the stream is one already. */
static const struct protocol message = {
	.name = "q931",
	.title = "Q.931",
	.column = "Q.931",
	.id = PROTO_ID_q931,
	.records = q931_records,
	.nrecords = 1,
	.dissect = q931_message,
	.as = &proto_q931,
};

static enum verdict q931_dissect(struct packet *pkt, struct cursor *c)
{
	if (!pkt->stream)
		return q931_message(pkt, c);
	if (pkt->conversation && pkt->stream)
		pkt_speak(pkt, &proto_q931);
	tpkt_header(pkt, c);
	pkt_next_proto(pkt, &message, cur_rest(c));
	return MINE;
}

/* A TPKT packet with a message of Q.931, or a header that came alone. */
static bool q931_test(struct packet *pkt, const struct cursor *c)
{
	if (!is_tpkt(c))
		return false;
	return pkt_spoken(pkt, &proto_q931) || c->cap == TPKT_HEADER || c->data[TPKT_HEADER] == 0x08;
}

static const struct pdu q931_pdu = {
	.min = TPKT_HEADER, .length = tpkt_length, .test = q931_test, .unmeasured = true
};

static const struct claim q931_claims[] = { { CLAIM_HEUR_TCP, 330 }, { CLAIM_NLPID, 0x08 },
	{ CLAIM_SCTP_PPI, 13 }, { 0 } };

const struct protocol proto_q931 = {
	.name = "q931",
	.title = "Q.931",
	.column = "Q.931",
	.spec = "ITU-T Q.931",
	.help = "Sets up and ends telephone calls in ISDN, and in H.323 over IP.",
	.id = PROTO_ID_q931,
	.records = q931_records,
	.nrecords = 1,
	.claims = q931_claims,
	.dissect = q931_dissect,
	.pdu = &q931_pdu,
	.no_item = true,
};
