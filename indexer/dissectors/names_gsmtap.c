/* GSMTAP (osmocom): what a mobile phone's radio, or the links of its network, carried.
 *
 *      0      1        2      3      4              6      7      8              12       13
 *     +------+--------+------+------+--------------+------+------+--------------+--------+-----
 *     | 2    | words  | type | slot | uplink, ARFCN| dBm  | SNR  | frame number | subtype| antenna, reserved
 *     +------+--------+------+------+--------------+------+------+--------------+--------+-----
 */
#include "indexer/dissectors/names_tests.h"

extern const struct protocol proto_data;

#define NAMED(id, text, long_text, short_text)                                                               \
	static const struct protocol id = { .name = text, .title = long_text, .column = short_text }

NAMED(ccch, "gsm_a.ccch", "GSM CCCH", "GSM CCCH");
NAMED(dtap, "gsm_a.dtap", "GSM A-I/F DTAP", "GSM A-I/F DTAP");
NAMED(lapdm, "lapdm", "Link Access Procedure, Channel Dm (LAPDm)", "LAPDm");
NAMED(rlcmac, "gsm_rlcmac", "Radio Link Control, Medium Access Control, 3GPP TS44.060", "GSM RLC/MAC");
NAMED(sim, "gsm_sim", "GSM SIM 11.11", "GSM SIM");
NAMED(rrc, "rrc", "Radio Resource Control (RRC) protocol", "RRC");
NAMED(lte_rrc, "lte_rrc", "LTE Radio Resource Control (RRC) protocol", "LTE RRC");
NAMED(nas_eps, "nas-eps", "Non-Access-Stratum (NAS)PDU", "NAS-EPS");
NAMED(sndcp, "sndcp", "Subnetwork Dependent Convergence Protocol", "SNDCP");
NAMED(log_line, "gsmtap_log", "GSMTAP libosmocore logging", "GSMTAP/LOG");

enum { UM = 1, ABIS = 2, SIM = 4, SNDCP = 9, UMTS_RRC = 12, LTE_RRC = 13, LOG = 16, NAS_EPS = 18 };
enum { BCCH = 1, CCCH = 2, AGCH = 4, PCH = 5, SDCCH = 6, TCH_H = 10, PACCH = 11, PDCH = 13, ACCH = 0x80 };

/* LAPDm (3GPP TS 44.006, section 2): address, control, length; SAPI 0 is signalling. */
static void link_layer(struct packet *pkt, struct cursor c)
{
	pkt_next_proto(pkt, &lapdm, c);
	const uint8_t *p = cur_take(&c, 3);
	uint32_t len = p ? p[2] >> 2 : 0, left = cur_left(&c);
	if (!len || !left)
		return;
	struct cursor body = cur_sub(&c, len < left ? len : left);
	pkt_next_proto(pkt, (p[0] >> 2 & 7) == 0 ? &dtap : &proto_data, body);
}

static void radio(struct packet *pkt, uint32_t channel, struct cursor c)
{
	uint64_t first;
	if (channel & ACCH) { /* power and timing advance stand first */
		cur_skip(&c, 2);
		link_layer(pkt, c = cur_rest(&c));
	} else if (channel == BCCH || channel == CCCH || channel == AGCH || channel == PCH) {
		/* 3GPP TS 44.018, section 10.5.2.19: the pseudo length ends with bits 01. */
		if (cur_peek(&c, 0, 1, &first) && (first & 3) == 1)
			pkt_next_proto(pkt, &ccch, c);
	} else if (channel >= SDCCH && channel <= TCH_H) {
		link_layer(pkt, c);
	} else {
		pkt_next_proto(pkt, channel == PACCH || channel == PDCH ? &rlcmac : &proto_data, c);
	}
}

enum verdict gsmtap_dissect(struct packet *pkt, struct cursor *c)
{
	const uint8_t *head = cur_take(c, 16);
	if (!head)
		return MINE;
	uint32_t words = head[1], type = head[2], subtype = head[12];
	if (words > 4)
		cur_skip(c, words * 4 - 16);
	if (!cur_left(c))
		return MINE;
	struct cursor rest = cur_rest(c);
	const struct protocol *inner = &proto_data;
	switch (type) {
	case UM:
		radio(pkt, subtype, rest);
		return MINE;
	case ABIS:
		inner = &dtap;
		break;
	case SIM:
		inner = &sim;
		break;
	case SNDCP:
		inner = &sndcp;
		break;
	case UMTS_RRC:
		inner = subtype < ACCH ? &rrc : inner;
		break;
	case LTE_RRC:
		inner = subtype < ACCH ? &lte_rrc : inner;
		break;
	case LOG:
		inner = &log_line;
		break;
	case NAS_EPS:
		inner = subtype < 2 ? &nas_eps : inner;
		break;
	default:
		break;
	}
	pkt_next_proto(pkt, inner, rest);
	return MINE;
}
