/* Change of a Kerberos password (RFC 3244, section 2).
 *
 *      0       2       4       6
 *     +-------+-------+-------+------------- - - +------------ - -
 *     |length |version| AP len| AP-REQ or AP-REP | KRB-PRIV or KRB-ERROR
 *     +-------+-------+-------+------------- - - +------------ - -
 *     over TCP behind four octets of length */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_kpasswd;

enum { KP_MESSAGE_LEN, KP_VERSION, KP_AP_REQ_LEN, KP_NFIELDS };

#define PORT        464
#define RECORD_MARK 4

static const struct value_name versions[] = { { 0x0001, "Reply" }, { 0xff80, "Request" }, { 0, NULL } };

static const struct field kp_fields[KP_NFIELDS] = {
	[KP_MESSAGE_LEN] = { "kpasswd.message_len", "Message Length", KIND_UINT, .octets = 2 },
	[KP_VERSION] = { "kpasswd.version", "Version", KIND_UINT, BASE_HEX, 2, .names = versions },
	[KP_AP_REQ_LEN] = { "kpasswd.ap_req_len", "AP_REQ Length", KIND_UINT, .octets = 2 },
};

static const struct record kp_records[] = { { "kpasswd", RECORD_LAYER, KP_NFIELDS, kp_fields, NULL } };

static enum verdict kpasswd_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_kpasswd, 0);
	row_be(r, KP_MESSAGE_LEN, c, 2);
	row_be(r, KP_VERSION, c, 2);
	uint32_t len = (uint32_t)row_be(r, KP_AP_REQ_LEN, c, 2);
	cur_take(c, len);
	return MINE;
}

static enum verdict kpasswd_stream(struct packet *pkt, struct cursor *c)
{
	cur_skip(c, RECORD_MARK);
	return kpasswd_dissect(pkt, c);
}

static uint32_t record_length(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	return (be32(c->data) & 0x7fffffff) + RECORD_MARK;
}

static const struct pdu kpasswd_pdu = {
	.min = RECORD_MARK, .length = record_length, .dissect = kpasswd_stream
};

static const struct claim kpasswd_claims[] = { { CLAIM_UDP_PORT, PORT }, { CLAIM_TCP_PORT, PORT }, { 0 } };

const struct protocol proto_kpasswd = {
	.name = "kpasswd",
	.title = "MS Kpasswd",
	.column = "KPASSWD",
	.spec = "RFC 3244",
	.help = "Changes a password that Kerberos knows.",
	.id = PROTO_ID_kpasswd,
	.records = kp_records,
	.nrecords = 1,
	.claims = kpasswd_claims,
	.dissect = kpasswd_dissect,
	.pdu = &kpasswd_pdu,
};
