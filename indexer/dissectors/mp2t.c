/* MPEG transport stream (ISO/IEC 13818-1, section 2.4.3): packets of 188 octets, each
 *
 *      0        1                      3
 *     +--------+-+-+-+-------------+--+--+----+------- - -
 *     |  0x47  |E|S|P|     PID     |SC|AF| CC | adaptation field, payload
 *     +--------+-+-+-+-------------+--+--+----+------- - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_mp2t;

#define TS_PACKET 188
#define TS_SYNC   0x47

enum {
	MP2T_HEADER,
	MP2T_SYNC_BYTE,
	MP2T_TEI,
	MP2T_PUSI,
	MP2T_TP,
	MP2T_PID,
	MP2T_TSC,
	MP2T_AFC,
	MP2T_CC,
	MP2T_NFIELDS
};

static const struct value_name mp2t_pids[] = { { 0, "Program Association Table" },
	{ 1, "Conditional Access Table" }, { 2, "Transport Stream Description Table" },
	{ 0x1fff, "Null packet" }, { 0, NULL } };
static const struct value_name mp2t_afcs[] = { { 0, "Reserved" }, { 1, "Payload only" },
	{ 2, "Adaptation Field only" }, { 3, "Adaptation Field and Payload" }, { 0, NULL } };

#define BITS(id, name, label, how, bits)                                                                     \
	[id] = { "mp2t." name, label, KIND_UINT, how, 4, .mask = bits, .of = MP2T_HEADER }
static const struct field mp2t_fields[MP2T_NFIELDS] = {
	[MP2T_HEADER] = { "mp2t.header", "Header", KIND_UINT, BASE_HEX, 4 },
	BITS(MP2T_SYNC_BYTE, "sync_byte", "Sync Byte", BASE_HEX, 0xff000000),
	BITS(MP2T_TEI, "tei", "Transport Error Indicator", BASE_DEC, 0x00800000),
	BITS(MP2T_PUSI, "pusi", "Payload Unit Start Indicator", BASE_DEC, 0x00400000),
	BITS(MP2T_TP, "tp", "Transport Priority", BASE_DEC, 0x00200000),
	[MP2T_PID] = { "mp2t.pid", "PID", KIND_UINT, BASE_HEX, 4, .mask = 0x001fff00, .of = MP2T_HEADER,
		.names = mp2t_pids },
	BITS(MP2T_TSC, "tsc", "Transport Scrambling Control", BASE_HEX, 0x000000c0),
	[MP2T_AFC] = { "mp2t.afc", "Adaptation Field Control", KIND_UINT, BASE_HEX, 4, .mask = 0x30,
		.of = MP2T_HEADER, .names = mp2t_afcs },
	BITS(MP2T_CC, "cc", "Continuity Counter", BASE_DEC, 0x0000000f),
};

static const struct record mp2t_records[] = { { "mp2t", RECORD_LAYER, MP2T_NFIELDS, mp2t_fields, NULL } };

/* Whole packets, each with its mark. */
static bool looks_like(const struct cursor *c)
{
	if (c->len == 0 || c->len % TS_PACKET)
		return false;
	for (uint32_t at = 0; at < c->len; at += TS_PACKET)
		if (at >= c->cap || c->data[at] != TS_SYNC)
			return false;
	return true;
}

static enum verdict mp2t_dissect(struct packet *pkt, struct cursor *c)
{
	if (!looks_like(c))
		return NOT_MINE;
	row_be(row_open(pkt, &proto_mp2t, 0), MP2T_HEADER, c, 4);
	pkt_item_len(pkt, TS_PACKET);
	cur_skip(c, TS_PACKET - 4);
	pkt_again(pkt, cur_rest(c));
	return MINE;
}

static const struct claim mp2t_claims[] = { { CLAIM_HEUR_UDP, 480 }, { CLAIM_LINKTYPE, 243 }, { 0 } };
static const char *const media_types[] = { "video/mp2t", NULL };

const struct protocol proto_mp2t = {
	.name = "mp2t",
	.title = "ISO/IEC 13818-1",
	.column = "MPEG TS",
	.spec = "ISO/IEC 13818-1",
	.help = "Carries television: several programmes of sound and pictures in one stream of small "
		"packets.",
	.id = PROTO_ID_mp2t,
	.records = mp2t_records,
	.nrecords = 1,
	.claims = mp2t_claims,
	.media_types = media_types,
	.dissect = mp2t_dissect,
};
