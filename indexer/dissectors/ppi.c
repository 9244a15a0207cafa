/* Per-Packet Information header (CACE Technologies, PPI 1.0.10): little-endian, before a frame of any link
 * type.
 *
 *      0       1       2        4            8
 *     +-------+-------+--------+------------+------------- - - -+------------- - -
 *     |version| flags | length | link type  | fields            | frame
 *     +-------+-------+--------+------------+------------- - - -+------------- - -
 *     field: type (2), length (2), data; with flag 1 each is filled up to a multiple of 4 octets
 */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/pseudo.h"
#include "indexer/dissectors/wlan.h"
#include "indexer/dissectors/wrappers.h"

extern const struct protocol proto_ppi;

enum {
	PPI_VERSION,
	PPI_FLAGS,
	PPI_LENGTH,
	PPI_DLT,
	PPI_FIELD_TYPE,
	PPI_FIELD_LEN,
	/* part "wlan": the common 802.11 field */
	PPI_TSFT,
	PPI_COMMON_FLAGS,
	PPI_RATE,
	PPI_FREQ,
	PPI_CHANNEL_FLAGS,
	PPI_SIGNAL,
	PPI_NOISE,
	PPI_ALIGNMENT,
	PPI_NFIELDS
};

static const struct field ppi_fields[PPI_NFIELDS] = {
	[PPI_VERSION] = { "ppi.version", "Version", KIND_UINT, .octets = 1 },
	[PPI_FLAGS] = { "ppi.flags", "Flags", KIND_UINT, BASE_HEX, 1 },
	[PPI_LENGTH] = { "ppi.length", "Header length", KIND_UINT, .octets = 2 },
	[PPI_DLT] = { "ppi.dlt", "DLT", KIND_UINT, .octets = 4 },
	[PPI_FIELD_TYPE] = { "ppi.field_type", "Field type", KIND_LIST },
	[PPI_FIELD_LEN] = { "ppi.field_len", "Field length", KIND_LIST },
	[PPI_TSFT] = { "ppi.80211-common.tsft", "TSFT", KIND_UINT, .octets = 8, .part = 1 },
	[PPI_COMMON_FLAGS] = { "ppi.80211-common.flags", "Flags", KIND_UINT, BASE_HEX, 2, .part = 1 },
	[PPI_RATE] = { "ppi.80211-common.rate", "Data rate", KIND_UINT, .octets = 2, .part = 1 },
	[PPI_FREQ] = { "ppi.80211-common.chan.freq", "Channel frequency", KIND_UINT, .octets = 2, .part = 1 },
	[PPI_CHANNEL_FLAGS] = { "ppi.80211-common.chan.flags", "Channel flags", KIND_UINT, BASE_HEX, 2,
		.part = 1 },
	[PPI_SIGNAL] = { "ppi.80211-common.dbm.antsignal", "dBm antenna signal", KIND_INT, .octets = 1,
		.part = 1 },
	[PPI_NOISE] = { "ppi.80211-common.dbm.antnoise", "dBm antenna noise", KIND_INT, .octets = 1,
		.part = 1 },
	[PPI_ALIGNMENT] = { "ppi.flags.alignment", "Alignment", KIND_BOOL, .of = PPI_FLAGS, .mask = 0x01 },
};

static const struct record ppi_records[] = {
	{ "ppi", RECORD_LAYER, PPI_NFIELDS, ppi_fields, (const char *const[]) { "wlan", NULL } },
};

/* Fields with a name of their own in the stack, from 30002 on. */
static const struct protocol places[] = { { .name = "ppi_gps", .title = "PPI Geotagging GPS tag" },
	{ .name = "ppi_vector", .title = "PPI vector decoder" },
	{ .name = "ppi_sensor", .title = "PPI sensor decoder" },
	{ .name = "ppi_antenna", .title = "PPI antenna decoder" } };

#define FIELD_GPS      30002
#define HEADER         8
#define FLAG_ALIGN     1
#define FIELD_80211    2
#define COMMON_LENGTH  20
#define COMMON_FCS     1
#define COMMON_TSF     2
#define FIELDS_MAX     32
#define DLT_IEEE802_11 105

static void common_80211(struct packet *pkt, struct row *r, struct cursor *c)
{
	struct radio *radio = &pkt->radio;
	if (c->len != COMMON_LENGTH)
		return;
	radio->tsf = row_le(r, PPI_TSFT, c, 8);
	uint32_t flags = (uint32_t)row_le(r, PPI_COMMON_FLAGS, c, 2);
	radio->fcs = flags & COMMON_FCS;
	if (flags & COMMON_TSF)
		radio->has |= RADIO_TSF;
	radio->rate = (uint32_t)row_le(r, PPI_RATE, c, 2) * 5;
	radio->frequency = (uint16_t)row_le(r, PPI_FREQ, c, 2);
	radio->channel = wlan_channel(radio->frequency);
	radio->phy = wlan_phy_of_channel((uint32_t)row_le(r, PPI_CHANNEL_FLAGS, c, 2));
	cur_skip(c, 2); /* hopset and pattern */
	radio->signal_dbm = (int8_t)cur_le(c, 1);
	row_set_at(r, PPI_SIGNAL, radio->signal_dbm, c->data + c->pos - 1, 1);
	radio->noise_dbm = (int8_t)cur_le(c, 1);
	row_set_at(r, PPI_NOISE, radio->noise_dbm, c->data + c->pos - 1, 1);
	radio->has |= RADIO_SIGNAL_DBM | RADIO_NOISE_DBM;
}

static void fields(struct packet *pkt, struct row *r, bool align, struct cursor *c)
{
	uint32_t types[FIELDS_MAX], lens[FIELDS_MAX];
	unsigned n = 0;
	while (cur_left(c)) {
		uint32_t type = (uint32_t)cur_le(c, 2), len = (uint32_t)cur_le(c, 2);
		if (!cur_need(c, len))
			break;
		if (n < FIELDS_MAX &&
			(type - 2 < 3 || type == 8)) { /* only those that Wireshark has a tree for */
			types[n] = type;
			lens[n++] = len;
		}
		struct cursor body = cur_sub(c, len);
		if (type == FIELD_80211)
			common_80211(pkt, r, &body);
		else if (type - FIELD_GPS < sizeof(places) / sizeof(*places))
			pkt_token(pkt, &places[type - FIELD_GPS]);
		if (align)
			cur_skip(c, -len & 3);
	}
	if (!n)
		return;
	row_list(r, PPI_FIELD_TYPE, types, n, c->data, 0);
	row_list(r, PPI_FIELD_LEN, lens, n, c->data, 0);
}

/* DLT numbers are those of LINKTYPE but for a few; 12 and 14 are raw IP. */
static uint32_t link_type_of(uint32_t dlt)
{
	return dlt == 12 || dlt == 14 ? 101 : dlt;
}

static enum verdict ppi_dissect(struct packet *pkt, struct cursor *c)
{
	if (!cur_need(c, HEADER))
		return MINE;
	struct row *r = row_open(pkt, &proto_ppi, 0);
	row_le(r, PPI_VERSION, c, 1);
	uint32_t flags = (uint32_t)row_le(r, PPI_FLAGS, c, 1);
	uint32_t length = (uint32_t)row_le(r, PPI_LENGTH, c, 2), dlt = (uint32_t)row_le(r, PPI_DLT, c, 4);
	if (length < HEADER)
		length = HEADER;
	pkt_item(pkt, &proto_ppi, length);
	if (!cur_need_at(c, 0, length))
		return MINE;
	pkt->radio = (struct radio) { .set = true };
	struct cursor list = cur_sub(c, length - HEADER);
	if (list.len)
		fields(pkt, r, flags & FLAG_ALIGN, &list);
	if (pkt->fail)
		return MINE;
	if (dlt == DLT_IEEE802_11) {
		wlan_hand_on(pkt, cur_rest(c));
		return MINE;
	}
	pkt->radio.set = false;
	pkt_token(pkt, &wrapped_pktdata);
	pkt_next(pkt, CLAIM_LINKTYPE, link_type_of(dlt), cur_rest(c));
	return MINE;
}

static const struct claim ppi_claims[] = { { CLAIM_LINKTYPE, 192 }, { 0 } };

const struct protocol proto_ppi = {
	.name = "ppi",
	.title = "PPI Packet Header",
	.spec = "PPI 1.0.10",
	.help = "Says how a frame was received, as a list of fields, for any link type.",
	.id = PROTO_ID_ppi,
	.records = ppi_records,
	.nrecords = 1,
	.claims = ppi_claims,
	.dissect = ppi_dissect,
	.no_item = true, /* only once the header is read: pkt_item() */
};
