/* Telephone networks' protocols over TCP: those of which only the name, the port, the length of a message and
 * what it carries are known. See names_tcp.c. */
#include "indexer/dissectors/names_framing.h"
#include "indexer/dissectors/names_tests.h"
#include "indexer/dissectors/wrappers.h"
#include "indexer/registry.h"

extern const struct protocol proto_data, proto_mgcp;

static enum verdict taken(struct packet *pkt, struct cursor *c)
{
	(void)pkt;
	(void)c;
	return MINE;
}

/* ---- ip.access's multiplex: a length, a stream, a message ---- */

enum ipa_stream {
	IPA_RSL_END = 0x20,
	IPA_EVENTS = 0xdd,
	IPA_OSMO = 0xee,
	IPA_MGCP = 0xfc,
	IPA_SCCP,
	IPA_CCM,
	IPA_OML
};

static const struct protocol rsl = {
	.name = "gsm_abis_rsl", .title = "Radio Signalling Link (RSL)", .column = "RSL"
};
static const struct protocol oml = {
	.name = "gsm_abis_oml", .title = "GSM A-bis OML", .column = "A-bis OML"
};
static const struct protocol gsup = {
	.name = "gsup", .title = "Osmocom General Subscriber Update Protocol", .column = "GSUP"
};
static const struct protocol sccp = { .name = "sccp",
	.title = "Signalling Connection Control Part",
	.column = "SCCP (Int. ITU)",
	.dissect = sccp_wrapper };

/* Osmocom's extension: an octet that says whose message it is. */
static void osmo(struct packet *pkt, struct cursor *c)
{
	enum { CONTROL = 0, GSUP = 5 };
	uint32_t whose = (uint32_t)cur_be(c, 1);
	if (!*c->fail && whose != CONTROL)
		pkt_next_proto(pkt, whose == GSUP ? &gsup : &proto_data, cur_rest(c));
}

enum verdict gsm_ipa_walk(struct packet *pkt, struct cursor *c)
{
	/* Others share these ports: what begins with a stream that is none goes to them. */
	uint64_t first;
	if (c->len < 4)
		return NOT_MINE;
	if (cur_peek(c, 2, 1, &first) && first >= IPA_RSL_END && first != IPA_EVENTS && first != IPA_OSMO &&
		first < IPA_MGCP)
		return NOT_MINE;
	while (cur_left(c)) {
		uint32_t len = (uint32_t)cur_be(c, 2), stream = (uint32_t)cur_be(c, 1);
		if (*c->fail)
			break;
		struct cursor message = cur_sub(c, len);
		if (stream < IPA_RSL_END)
			pkt_next_proto(pkt, &rsl, message);
		else if (stream == IPA_OML)
			pkt_next_proto(pkt, &oml, message);
		else if (stream == IPA_SCCP)
			pkt_next_proto(pkt, &sccp, message);
		else if (stream == IPA_MGCP)
			pkt_next_proto(pkt, &proto_mgcp, message);
		else if (stream == IPA_OSMO)
			osmo(pkt, &message);
	}
	return MINE;
}

/* ---- China Mobile's short messages: a header of 12 octets that begins with the length of all, then the
 * command, its highest bit set in an answer ---- */

FRAMED_LENGTH(cmpp, be32(c->data))

static bool cmpp_test(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	if (c->cap < 12 || be32(c->data) < 12 || be32(c->data) > 1024)
		return false;
	uint32_t command = be32(c->data + 4) & 0x7fffffff;
	return command && command != 3 && (command <= 9 || (command >= 0x10 && command <= 0x17));
}

static const struct pdu cmpp_pdu = { .min = 12, .length = cmpp_length, .test = cmpp_test };

/* America Online before OSCAR: 'Z', a checksum, the length of what follows its sixth octet. */
FRAMED_LENGTH(aol, be16(c->data + 3) + 6u)

static bool aol_test(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	return c->cap && c->data[0] == 'Z';
}

static const struct pdu aol_pdu = { .min = 9, .length = aol_length, .test = aol_test };

/* clang-format off */
#define CLAIMS(...) (const struct claim[]){ __VA_ARGS__, { CLAIM_NONE, 0 } }

const struct protocol named_tcp_telecom_protocols[] = {
	{ .name = "aol", .title = "America Online", .column = "AOL",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 5190 }), .pdu = &aol_pdu, .dissect = taken },
	{ .name = "cmpp", .title = "China Mobile Point to Point Protocol", .column = "CMPP",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 7890 }, { CLAIM_TCP_PORT, 7900 }, { CLAIM_TCP_PORT, 7930 }, { CLAIM_TCP_PORT, 9168 }), .pdu = &cmpp_pdu, .dissect = taken },
};
/* clang-format on */

const size_t named_tcp_telecom_protocols_count =
	sizeof(named_tcp_telecom_protocols) / sizeof(*named_tcp_telecom_protocols);
