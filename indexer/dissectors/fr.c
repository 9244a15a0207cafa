/* Frame Relay (ITU-T Q.922; RFC 2427), with Cisco's encapsulation told from that of RFC 2427 as Wireshark
 * does.
 *
 *     first  | upper DLCI, 6 bits   |C/R|0|    an octet with its last bit set ends the address
 *     second | DLCI, 4 bits |F|B|D|E|          F, B, D: congestion and discard bits
 *     third  | DLCI, 7 bits           |0|      or, as the last: | DLCI, 6 bits |D/C|1|
 *     fourth | DLCI, 6 bits       |D/C|1|
 *     then   control (03 for RFC 2427) and NLPID, or the protocol number of Cisco HDLC
 */
#include "indexer/dissectors/chdlc.h"
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/snap.h"

extern const struct protocol proto_fr, proto_ppp, proto_eth, proto_data;

enum { FR_DLCI, FR_CONTROL, FR_NLPID, FR_CHDLCTYPE, FR_OUI, FR_PID, FR_SNAPTYPE, FR_NFIELDS };

static const struct field fr_fields[FR_NFIELDS] = {
	[FR_DLCI] = { "fr.dlci", "DLCI", KIND_UINT, .octets = 4 },
	[FR_CONTROL] = { "fr.control", "Control Field", KIND_UINT, BASE_HEX, 1 },
	[FR_NLPID] = { "fr.nlpid", "NLPID", KIND_UINT, BASE_HEX, 1 },
	[FR_CHDLCTYPE] = { "fr.chdlctype", "Type", KIND_UINT, BASE_HEX, 2, .part = 1 },
	[FR_OUI] = { "fr.snap.oui", "Organization Code", KIND_UINT, .octets = 3, .part = 1 },
	[FR_PID] = { "fr.snap.pid", "Protocol ID", KIND_UINT, BASE_HEX, 2, .part = 1 },
	[FR_SNAPTYPE] = { "fr.snaptype", "Type", KIND_UINT, BASE_HEX, 2, .part = 1 },
};

static const struct record fr_records[] = {
	{ "fr", RECORD_LAYER, FR_NFIELDS, fr_fields, (const char *const[]) { "encapsulation", NULL } },
};

#define CONTROL_UI  0x03
#define CONTROL_XID 0xaf
#define NLPID_SNAP  0x80

/* The address. One of a single octet has no DLCI, and what is beyond the fourth is skipped up to the octet
 * that ends it, which counts as the last; the number of the circuit. */
static uint32_t fr_address(struct row *r, struct cursor *c)
{
	const uint8_t *at = c->data;
	uint32_t octet = (uint32_t)cur_be(c, 1), dlci = octet >> 2;
	if (octet & 1) {
		dlci = 0;
	} else {
		octet = (uint32_t)cur_be(c, 1);
		dlci = dlci << 4 | octet >> 4;
		if (!(octet & 1)) {
			octet = (uint32_t)cur_be(c, 1);
			if (!(octet & 1)) {
				dlci = dlci << 7 | octet >> 1;
				while (!(octet & 1) && !*c->fail)
					octet = (uint32_t)cur_be(c, 1);
			}
			if (octet & 1 && !(octet & 2))
				dlci = dlci << 6 | octet >> 2;
		}
	}
	row_set_at(r, FR_DLCI, dlci, at, c->pos);
	return dlci;
}

/* RFC 2427, section 4: the protocols whose NLPID is an octet of their own keep it. */
static bool fr_nlpid(struct packet *pkt, struct row *r, struct cursor *c, bool always)
{
	struct cursor start = *c;
	uint64_t nlpid;
	if (!cur_peek(c, 0, 1, &nlpid))
		return false;
	if (nlpid == 0) { /* padding */
		always = true;
		cur_skip(c, 1);
		start = *c;
		if (!cur_peek(c, 0, 1, &nlpid))
			return false;
	}
	switch (nlpid) {
	case 0xcc:
	case 0x8e:
	case 0xcf:
	case 0xb0:
	case NLPID_SNAP:
	case 0x08:
	case 0x09:
	case 0x00:
	case 0x81:
	case 0x82:
	case 0x83:
		break;
	default:
		if (!always)
			return false;
	}
	row_be(r, FR_NLPID, c, 1);
	switch (nlpid) {
	case 0xcc:
		pkt_next(pkt, CLAIM_ETHERTYPE_BARE, 0x0800, cur_rest(c));
		break;
	case 0x8e:
		pkt_next(pkt, CLAIM_ETHERTYPE_BARE, 0x86dd, cur_rest(c));
		break;
	case 0xcf:
		pkt_next_proto(pkt, &proto_ppp, cur_rest(c));
		break;
	case NLPID_SNAP: {
		uint32_t oui = (uint32_t)row_be(r, FR_OUI, c, 3);
		bool type = oui == OUI_ENCAPSULATED || oui == OUI_CISCO_90;
		uint32_t id = (uint32_t)row_be(r, type ? FR_SNAPTYPE : FR_PID, c, 2);
		if (!pkt->fail)
			snap_next(pkt, oui, id, 0, cur_rest(c));
		break;
	}
	case 0x08: /* Q.933 signalling, the interface's management (LMI), compression (WCP) */
	case 0x09:
	case 0xb0:
		pkt_next(pkt, CLAIM_FR_NLPID, (uint32_t)nlpid, cur_rest(c));
		break;
	case 0x00:
	case 0x81:
	case 0x82:
	case 0x83:
		pkt_next(pkt, CLAIM_NLPID, (uint32_t)nlpid, start);
		break;
	default:
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
	}
	return true;
}

/* An Ethernet frame right behind the address: its length field, or one of the Ethertypes that such links see.
 */
static bool fr_ethernet(const struct cursor *c)
{
	uint64_t type;
	if (!cur_peek(c, 12, 2, &type))
		return false;
	return type <= 1500 || type == 0x0800 || type == 0x0806 || type == 0x86dd || type == 0x8100 ||
	       type == 0x88a8 || type == 0x8847;
}

static enum verdict fr_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_fr, 0);
	uint64_t control = 0, type = 0;
	uint32_t dlci = fr_address(r, c);
	if (pkt->fail || !cur_need(c, 1))
		return MINE;
	cur_peek(c, 0, 1, &control);
	if (control == CONTROL_UI || control == CONTROL_XID) {
		row_be(r, FR_CONTROL, c, 1);
		if (control == CONTROL_XID || !fr_nlpid(pkt, r, c, true))
			pkt_next_proto(pkt, &proto_data, cur_rest(c));
		return MINE;
	}
	if (dlci == 0) { /* LAPF (Q.922), which Wireshark goes no further into */
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
		return MINE;
	}
	if (cur_peek(c, 0, 2, &type) && chdlc_known((uint32_t)type)) {
		row_be(r, FR_CHDLCTYPE, c, 2);
		chdlc_next(pkt, (uint32_t)type, cur_rest(c));
		return MINE;
	}
	/* Other control fields: two octets but for unnumbered frames. */
	struct cursor after = *c;
	cur_skip(&after, (control & 3) == 3 ? 1 : 2);
	if (fr_nlpid(pkt, r, &after, false))
		row_set_at(r, FR_CONTROL, (int64_t)control, c->data + c->pos, 1);
	else if (fr_ethernet(c))
		pkt_next_proto(pkt, &proto_eth, cur_rest(c));
	else
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
	return MINE;
}

static const struct claim fr_claims[] = { { CLAIM_LINKTYPE, 107 }, { CLAIM_GRE, 0x6559 }, { 0 } };

const struct protocol proto_fr = {
	.name = "fr",
	.title = "Frame Relay",
	.column = "FR",
	.spec = "ITU-T Q.922, RFC 2427",
	.help = "Virtual circuits over a provider's network, each known by its DLCI.",
	.id = PROTO_ID_fr,
	.records = fr_records,
	.nrecords = 1,
	.claims = fr_claims,
	.dissect = fr_dissect,
};
