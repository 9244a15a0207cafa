/* Telephone signalling: names with the way to what they carry. */
#include <stdio.h>

#include "indexer/dissectors/wrappers.h"

extern const struct protocol proto_data;

static const struct protocol user_isup = { .name = "isup", .title = "ISDN User Part", .column = "ISUP(ITU)" };
static const struct protocol user_bicc = {
	.name = "bicc", .title = "Bearer Independent Call Control", .column = "BICC"
};
static const struct protocol user_mg = {
	.name = "mtp3mg", .title = "Message Transfer Part Level 3 Management", .column = "MTP3MG (Int. ITU)"
};
static const struct protocol user_sccpmg = {
	.name = "sccpmg", .title = "Signalling Connection Control Part Management", .column = "SCCPMG (ITU)"
};
static const struct protocol user_tcap = {
	.name = "tcap", .title = "Transaction Capabilities Application Part", .column = "TCAP"
};
static const struct protocol user_alcap = {
	.name = "alcap", .title = "AAL type 2 signalling protocol", .column = "ALCAP"
};
static const struct protocol user_sccp = { .name = "sccp",
	.title = "Signalling Connection Control Part",
	.column = "SCCP (Int. ITU)",
	.dissect = sccp_wrapper };
static const struct protocol nas_5gs = {
	.name = "nas-5gs", .title = "Non-Access-Stratum 5GS (NAS)PDU", .column = "NAS-5GS"
};
static const struct protocol nas_eps = {
	.name = "nas-eps", .title = "Non-Access-Stratum (NAS)PDU", .column = "NAS-EPS"
};

/* Q.704, section 14.2: the service indicator says whose message it is. */
static void mtp3_user(struct packet *pkt, uint32_t indicator, struct cursor payload)
{
	static const struct protocol *const users[16] = { &user_mg, &user_mg, &user_mg, &user_sccp, NULL,
		&user_isup, NULL, NULL, NULL, NULL, NULL, NULL, &user_alcap, &user_bicc, NULL, NULL };
	const struct protocol *user = indicator < 16 ? users[indicator] : NULL;
	pkt_next_proto(pkt, user ? user : &proto_data, payload);
}

/* Q.703: two sequence numbers, a length of which 2 and less mean no message. */
enum verdict mtp2_wrapper(struct packet *pkt, struct cursor *c)
{
	cur_take(c, 2);
	uint32_t length = (uint32_t)cur_be(c, 1) & 0x3f;
	if (!pkt->fail && length > 2)
		pkt_next_proto(pkt, &wrapped_mtp3, cur_rest(c));
	return MINE;
}

/* Source and Destination: point codes, as numbers. */
static void point_codes(struct packet *pkt, uint32_t src, uint32_t dst)
{
	char text[2][12];
	snprintf(text[0], sizeof(text[0]), "%u", src);
	snprintf(text[1], sizeof(text[1]), "%u", dst);
	pkt_show_addresses(pkt, text[0], text[1]);
}

/* Q.704, section 2.2: service information, the routing label of four octets. */
enum verdict mtp3_wrapper(struct packet *pkt, struct cursor *c)
{
	uint32_t service = (uint32_t)cur_be(c, 1);
	uint32_t label = (uint32_t)cur_le(c, 4);
	if (!pkt->fail)
		point_codes(pkt, label >> 14 & 0x3fff, label & 0x3fff);
	if (!pkt->fail)
		mtp3_user(pkt, service & 15, cur_rest(c));
	return MINE;
}

/* RFC 4666, section 3: eight octets, then parameters, of which one holds the message of MTP3's user. */
enum verdict m3ua_wrapper(struct packet *pkt, struct cursor *c)
{
	cur_take(c, 8);
	while (!pkt->fail && cur_left(c) >= 4) {
		uint32_t tag = (uint32_t)cur_be(c, 2), len = (uint32_t)cur_be(c, 2);
		if (len < 4)
			break;
		struct cursor value = cur_sub(c, len - 4);
		cur_skip(c, -len & 3);
		if (tag != 0x0210)
			continue;
		const uint8_t *p = cur_take(&value, 12);
		if (p)
			mtp3_user(pkt, p[8], cur_rest(&value));
	}
	return MINE;
}

/* The subsystem of an address of Q.713, section 3.4, 0 none: indicator, signalling point, subsystem. */
static uint32_t subsystem(const struct cursor *c, uint32_t pointer)
{
	uint64_t length, indicator, number;
	if (!pointer || !cur_peek(c, pointer, 1, &length) || !cur_peek(c, pointer + 1, 1, &indicator))
		return 0;
	uint32_t at = pointer + 2 + (indicator & 1 ? 2 : 0);
	return indicator & 2 && length >= 2 && cur_peek(c, at, 1, &number) ? (uint32_t)number : 0;
}

static const struct protocol *subsystem_user(uint32_t number)
{
	if (number == 1)
		return &user_sccpmg;
	if ((number >= 5 && number <= 13) || number == 106 ||
		(number >= 145 && number <= 150 && number != 147) || number == 241)
		return &user_tcap;
	return NULL;
}

/* Q.713, section 4: unitdata has pointers to the called and the calling address and to the data, each counted
 * from itself. */
enum verdict sccp_wrapper(struct packet *pkt, struct cursor *c)
{
	uint32_t type = (uint32_t)cur_be(c, 1);
	bool extended = type == 0x11 || type == 0x12;
	if (pkt->fail || (type != 0x09 && type != 0x0a && !extended))
		return MINE;
	cur_take(c, extended ? 2 : 1);
	uint64_t called, calling, data, length;
	if (!cur_peek(c, 0, 1, &called) || !cur_peek(c, 1, 1, &calling) || !cur_peek(c, 2, 1, &data))
		return MINE;
	const struct protocol *user = subsystem_user(subsystem(c, (uint32_t)called));
	if (!user && calling)
		user = subsystem_user(subsystem(c, (uint32_t)calling + 1));
	if (!data || !cur_peek(c, (uint32_t)data + 2, 1, &length))
		return MINE;
	cur_skip(c, (uint32_t)data + 3);
	pkt_next_proto(pkt, user ? user : &proto_data, cur_sub(c, (uint32_t)length));
	return MINE;
}

/* ---- the application protocols of 3GPP: aligned packed encoding (X.691) ---- */

/* A length of up to 16383 octets. */
static uint32_t packed_length(struct cursor *c)
{
	uint32_t n = (uint32_t)cur_be(c, 1);
	return n & 0x80 ? (n & 0x3f) << 8 | (uint32_t)cur_be(c, 1) : n;
}

/* A PDU says whether it initiates or answers, its procedure, a criticality, and holds a list of elements: id
 * (2), criticality, length, value. Wireshark calls the procedure's own dissector, by the same name; an
 * element with the terminal's own message is handed on. */
static void application_part(
	struct packet *pkt, struct cursor *c, uint32_t nas_id, const struct protocol *nas)
{
	cur_take(c, 3);
	struct cursor body = cur_sub(c, packed_length(c));
	if (pkt->fail)
		return;
	pkt_token(pkt, pkt_layer(pkt)->proto);
	cur_take(&body, 1);
	for (uint32_t n = (uint32_t)cur_be(&body, 2); nas && n && cur_left(&body); n--) {
		uint32_t id = (uint32_t)cur_be(&body, 2);
		cur_take(&body, 1);
		struct cursor value = cur_sub(&body, packed_length(&body));
		if (id == nas_id) {
			struct cursor message = cur_sub(&value, packed_length(&value));
			if (!pkt->fail)
				pkt_next_proto(pkt, nas, message);
			pkt_below(pkt);
		}
	}
	pkt->fail = CUR_OK; /* what cannot be read is nothing to be handed on */
}

enum verdict ngap_wrapper(struct packet *pkt, struct cursor *c)
{
	application_part(pkt, c, 38, &nas_5gs);
	return MINE;
}

enum verdict s1ap_wrapper(struct packet *pkt, struct cursor *c)
{
	application_part(pkt, c, 26, &nas_eps);
	return MINE;
}

enum verdict ap_wrapper(struct packet *pkt, struct cursor *c)
{
	application_part(pkt, c, 0, NULL);
	return MINE;
}
