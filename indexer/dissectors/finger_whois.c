/* Finger (RFC 1288) and WHOIS (RFC 3912): the client asks in one line, the server answers and closes. */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/text_line.h"

extern const struct protocol proto_finger, proto_whois;

enum { QUERY, ANSWER, NFIELDS };

static const struct field finger_fields[NFIELDS] = {
	[QUERY] = { "finger.query", "Query", KIND_TEXT },
	[ANSWER] = { "finger.response", "Response", KIND_TEXT },
};

static const struct field whois_fields[NFIELDS] = {
	[QUERY] = { "whois.query", "Query", KIND_TEXT },
	[ANSWER] = { "whois.answer", "Answer", KIND_TEXT },
};

static const struct record finger_records[] = { { "finger", RECORD_LAYER, NFIELDS, finger_fields, NULL } };
static const struct record whois_records[] = { { "whois", RECORD_LAYER, NFIELDS, whois_fields, NULL } };

#define PORT_FINGER 79
#define PORT_WHOIS  43

static enum verdict dissect(
	struct packet *pkt, struct cursor *c, const struct protocol *proto, uint16_t server)
{
	struct row *r = row_open(pkt, proto, 0);
	if (pkt->dstport == server) {
		bool ends = c->cap >= 2 && memcmp(c->data + c->cap - 2, "\r\n", 2) == 0;
		if (!ends && pkt_may_want(pkt))
			pkt_want(pkt, 0, WANT_SEGMENT);
		else
			row_string(r, QUERY, c, ends ? c->cap - 2 : c->cap);
	} else if (pkt_may_want(pkt)) {
		pkt_want(pkt, 0, WANT_FIN);
	} else {
		row_string(r, ANSWER, c, c->cap);
	}
	return MINE;
}

static enum verdict finger_dissect(struct packet *pkt, struct cursor *c)
{
	return dissect(pkt, c, &proto_finger, PORT_FINGER);
}

static enum verdict whois_dissect(struct packet *pkt, struct cursor *c)
{
	return dissect(pkt, c, &proto_whois, PORT_WHOIS);
}

static const struct claim finger_claims[] = { { CLAIM_TCP_PORT, PORT_FINGER }, { 0 } };
static const struct claim whois_claims[] = { { CLAIM_TCP_PORT, PORT_WHOIS }, { 0 } };

const struct protocol proto_finger = {
	.name = "finger",
	.title = "finger",
	.column = "FINGER",
	.spec = "RFC 1288",
	.help = "Asks who is logged in at a host.",
	.id = PROTO_ID_finger,
	.records = finger_records,
	.nrecords = 1,
	.claims = finger_claims,
	.dissect = finger_dissect,
};

const struct protocol proto_whois = {
	.name = "whois",
	.title = "whois",
	.column = "WHOIS",
	.spec = "RFC 3912",
	.help = "Asks who registered a domain or a network.",
	.id = PROTO_ID_whois,
	.records = whois_records,
	.nrecords = 1,
	.claims = whois_claims,
	.dissect = whois_dissect,
};
