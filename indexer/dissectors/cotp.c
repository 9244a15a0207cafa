/* ISO 8073/X.224 connection-oriented transport protocol (ISO/IEC 8073, section 13; RFC 905).
 *
 *      0       1       2
 *     +-------+-------+---- - -       connection request, confirm: references (2 + 2), class, parameters
 *     |length |type   | by type       data of class 0 and 1: end mark and number (1)
 *     +-------+-------+---- - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/rdp.h"

extern const struct protocol proto_cotp;

enum { COTP_LI, COTP_TYPE, COTP_DESTREF, COTP_SRCREF, COTP_TPDU_NUMBER, COTP_NUMBER, COTP_EOT, COTP_NFIELDS };

static const struct value_name type_names[] = { { 0x1, "ED Expedited Data" },
	{ 0x2, "EA Expedited Data Acknowledgement" }, { 0x5, "RJ Reject" },
	{ 0x6, "AK Data Acknowledgement" }, { 0x7, "ER TPDU Error" }, { 0x8, "DR Disconnect Request" },
	{ 0xc, "DC Disconnect Confirm" }, { 0xd, "CC Connect Confirm" }, { 0xe, "CR Connect Request" },
	{ 0xf, "DT Data" }, { 0, NULL } };

static const struct field cotp_fields[COTP_NFIELDS] = {
	[COTP_LI] = { "cotp.li", "Length", KIND_UINT, .octets = 1 },
	[COTP_TYPE] = { "cotp.type", "PDU Type", KIND_UINT, BASE_HEX, 1, .names = type_names },
	[COTP_DESTREF] = { "cotp.destref", "Destination reference", KIND_UINT, BASE_HEX, 2 },
	[COTP_SRCREF] = { "cotp.srcref", "Source reference", KIND_UINT, BASE_HEX, 2 },
	[COTP_TPDU_NUMBER] = { "tpdu_number", "end mark and number", KIND_UINT, .internal = true },
	[COTP_NUMBER] = { "cotp.tpdu-number", "TPDU number", KIND_UINT, BASE_HEX, 1, .of = COTP_TPDU_NUMBER,
		.mask = 0x7f },
	[COTP_EOT] = { "cotp.eot", "Last data unit", KIND_BOOL, .of = COTP_TPDU_NUMBER, .mask = 0x80 },
};

static const struct record cotp_records[] = { { "cotp", RECORD_LAYER, COTP_NFIELDS, cotp_fields, NULL } };

enum { DR = 0x8, CC = 0xd, CR = 0xe, DT = 0xf };
#define EOT 0x80

/* Which sides have sent a data unit that is not the last of its message. */
struct cotp_flow {
	bool pending[2];
};

static void inform(struct packet *pkt, uint32_t type, uint32_t dst, uint32_t src)
{
	static const struct value_name names[] = { { 0x8, "DR" }, { 0xc, "DC" }, { 0xd, "CC" }, { 0xe, "CR" },
		{ 0, NULL } };
	const char *name = pkt->info ? info_name(names, type, NULL) : NULL;
	if (name)
		info_add(pkt, "%s TPDU src-ref: 0x%04x dst-ref: 0x%04x", name, src, dst);
}

/* The user's data, once the last unit of its message is there. */
static void data(struct packet *pkt, bool last, struct cursor payload)
{
	struct cotp_flow *f = pkt_flow(pkt, &proto_cotp);
	bool *pending = f ? &f->pending[pkt_side(pkt)] : NULL;
	if (pkt->fail)
		return;
	if (pending && (*pending || !last)) {
		*pending = !last;
		if (pkt_gather(pkt, &proto_cotp, payload) && last)
			payload = pkt_gathered(pkt, &proto_cotp);
	}
	if (last)
		pkt_next(pkt, CLAIM_HEUR_COTP, 0, payload);
}

static enum verdict cotp_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_cotp, 0);
	uint32_t li = (uint32_t)row_be(r, COTP_LI, c, 1), begin = c->pos;
	const uint8_t *p = cur_take(c, 1);
	if (!p)
		return MINE;
	row_set_at(r, COTP_TYPE, *p >> 4, p, 1);
	uint32_t dst, src;
	info_clear(pkt);
	pkt_item_len(pkt, li + 1);
	switch (*p >> 4) {
	case CR:
	case CC:
	case DR:
		dst = (uint32_t)row_be(r, COTP_DESTREF, c, 2);
		src = (uint32_t)row_be(r, COTP_SRCREF, c, 2);
		inform(pkt, *p >> 4, dst, src);
		cur_skip(c, 1); /* class and options, or the reason */
		if (!pkt->fail && begin + li > c->pos) {
			struct cursor rest = cur_sub(c, begin + li - c->pos);
			if (rdp_is_negotiation(&rest))
				pkt_next_proto(pkt, &proto_rdp, rest);
		}
		break;
	case DT:
		if (li > 2)
			row_be(r, COTP_DESTREF, c, 2);
		row_be(r, COTP_TPDU_NUMBER, c, 1);
		c->pos = begin + li;
		if (!pkt->fail && row_has(r, COTP_TPDU_NUMBER)) {
			uint32_t number = (uint32_t)r->v[COTP_TPDU_NUMBER];
			info_add(pkt, "DT TPDU (%u) ", number & ~EOT);
			if (number & EOT)
				info_add(pkt, "%s", "EOT");
			else
				info_add(pkt, "[COTP fragment, %u byte%s]", cur_left(c),
					cur_left(c) == 1 ? "" : "s");
		}
		if (!pkt->fail && cur_left(c))
			data(pkt, row_has(r, COTP_TPDU_NUMBER) && r->v[COTP_TPDU_NUMBER] & EOT, cur_rest(c));
		break;
	default:
		break;
	}
	return MINE;
}

const struct protocol proto_cotp = {
	.name = "cotp",
	.title = "ISO 8073/X.224 COTP Connection-Oriented Transport Protocol",
	.column = "COTP",
	.spec = "ISO/IEC 8073",
	.help = "Sets up connections and carries messages for controllers (S7) and remote desktops.",
	.id = PROTO_ID_cotp,
	.records = cotp_records,
	.nrecords = 1,
	.dissect = cotp_dissect,
	.flow_size = sizeof(struct cotp_flow),
};
