/* radiotap (radiotap.org): what a receiver says of an 802.11 frame, before it. All numbers are little-endian.
 *
 *      0       1     2        4            8
 *     +-------+-----+--------+------------+-  -  -+------------------ - - -+----------------- - -
 *     |version| pad | length | present    | more  | fields, in the order   | 802.11 frame
 *     |       |     |        |            | words | of the present bits    |
 *     +-------+-----+--------+------------+-  -  -+------------------ - - -+----------------- - -
 *
 * A field stands at a multiple of its own alignment, counted from the header's begin. Bit 31 of a present
 * word: another word follows; bit 29: it begins the radiotap namespace anew (another antenna); bit 30: a
 * vendor's namespace.
 */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/wlan.h"

extern const struct protocol proto_radiotap;

enum {
	RTAP_VERSION,
	RTAP_LENGTH,
	RTAP_PRESENT,
	RTAP_FLAGS,
	RTAP_DATARATE,
	RTAP_FREQ,
	RTAP_CHANNEL_FLAGS,
	RTAP_SIGNAL,
	RTAP_NOISE,
	RTAP_ANTENNA,
	RTAP_MACTIME,
	RTAP_RXFLAGS,
	/* part "extra" */
	RTAP_QUALITY,
	RTAP_TXPOWER,
	RTAP_DB_SIGNAL,
	RTAP_DB_NOISE,
	RTAP_TXFLAGS,
	RTAP_DATA_RETRIES,
	RTAP_XCHANNEL_FLAGS,
	RTAP_XCHANNEL_FREQ,
	RTAP_XCHANNEL,
	RTAP_MCS_KNOWN,
	RTAP_MCS_FLAGS,
	RTAP_MCS_INDEX,
	RTAP_AMPDU_REFERENCE,
	RTAP_AMPDU_FLAGS,
	RTAP_FLAGS_CFP,
	RTAP_FLAGS_PREAMBLE,
	RTAP_FLAGS_WEP,
	RTAP_FLAGS_FRAG,
	RTAP_FLAGS_FCS,
	RTAP_FLAGS_DATAPAD,
	RTAP_FLAGS_BADFCS,
	RTAP_FLAGS_SHORTGI,
	RTAP_NFIELDS
};

static const struct field radiotap_fields[RTAP_NFIELDS] = {
	[RTAP_VERSION] = { "radiotap.version", "Header revision", KIND_UINT, .octets = 1 },
	[RTAP_LENGTH] = { "radiotap.length", "Header length", KIND_UINT, .octets = 2 },
	[RTAP_PRESENT] = { "radiotap.present.word", "Present flags word", KIND_UINT, BASE_HEX, 4 },
	[RTAP_FLAGS] = { "radiotap.flags", "Flags", KIND_UINT, BASE_HEX, 1 },
	[RTAP_DATARATE] = { "radiotap.datarate", "Data rate (Mb/s)", KIND_DOUBLE },
	[RTAP_FREQ] = { "radiotap.channel.freq", "Channel frequency", KIND_UINT, .octets = 4 },
	[RTAP_CHANNEL_FLAGS] = { "radiotap.channel.flags", "Channel flags", KIND_UINT, BASE_HEX, 2 },
	[RTAP_SIGNAL] = { "radiotap.dbm_antsignal", "Antenna signal", KIND_INT, .octets = 1 },
	[RTAP_NOISE] = { "radiotap.dbm_antnoise", "Antenna noise", KIND_INT, .octets = 1 },
	[RTAP_ANTENNA] = { "radiotap.antenna", "Antenna", KIND_UINT, .octets = 4 },
	[RTAP_MACTIME] = { "radiotap.mactime", "MAC timestamp", KIND_UINT, .octets = 8 },
	[RTAP_RXFLAGS] = { "radiotap.rxflags", "RX flags", KIND_UINT, BASE_HEX, 2 },
	[RTAP_QUALITY] = { "radiotap.quality", "Signal Quality", KIND_UINT, .octets = 2, .part = 1 },
	[RTAP_TXPOWER] = { "radiotap.txpower", "Transmit power", KIND_INT, .octets = 1, .part = 1 },
	[RTAP_DB_SIGNAL] = { "radiotap.db_antsignal", "dB antenna signal", KIND_UINT, .octets = 1,
		.part = 1 },
	[RTAP_DB_NOISE] = { "radiotap.db_antnoise", "dB antenna noise", KIND_UINT, .octets = 1, .part = 1 },
	[RTAP_TXFLAGS] = { "radiotap.txflags", "TX flags", KIND_UINT, BASE_HEX, 2, .part = 1 },
	[RTAP_DATA_RETRIES] = { "radiotap.data_retries", "data retries", KIND_UINT, .octets = 1, .part = 1 },
	[RTAP_XCHANNEL_FLAGS] = { "radiotap.xchannel.flags", "Channel flags", KIND_UINT, BASE_HEX, 4,
		.part = 1 },
	[RTAP_XCHANNEL_FREQ] = { "radiotap.xchannel.freq", "Channel frequency", KIND_UINT, .octets = 4,
		.part = 1 },
	[RTAP_XCHANNEL] = { "radiotap.xchannel.channel", "Channel number", KIND_UINT, .octets = 4,
		.part = 1 },
	[RTAP_MCS_KNOWN] = { "radiotap.mcs.known", "Known MCS information", KIND_UINT, BASE_HEX, 1,
		.part = 1 },
	[RTAP_MCS_FLAGS] = { "mcs_flags", "MCS flags", KIND_UINT, BASE_HEX, 1, .part = 1, .internal = true },
	[RTAP_MCS_INDEX] = { "radiotap.mcs.index", "MCS index", KIND_UINT, .octets = 1, .part = 1 },
	[RTAP_AMPDU_REFERENCE] = { "radiotap.ampdu.reference", "A-MPDU reference number", KIND_UINT,
		.octets = 4, .part = 1 },
	[RTAP_AMPDU_FLAGS] = { "radiotap.ampdu.flags", "A-MPDU flags", KIND_UINT, BASE_HEX, 2, .part = 1 },
	[RTAP_FLAGS_CFP] = { "radiotap.flags.cfp", "CFP", KIND_BOOL, .of = RTAP_FLAGS, .mask = 0x01 },
	[RTAP_FLAGS_PREAMBLE] = { "radiotap.flags.preamble", "Preamble", KIND_BOOL, .of = RTAP_FLAGS,
		.mask = 0x02 },
	[RTAP_FLAGS_WEP] = { "radiotap.flags.wep", "WEP", KIND_BOOL, .of = RTAP_FLAGS, .mask = 0x04 },
	[RTAP_FLAGS_FRAG] = { "radiotap.flags.frag", "Fragmentation", KIND_BOOL, .of = RTAP_FLAGS,
		.mask = 0x08 },
	[RTAP_FLAGS_FCS] = { "radiotap.flags.fcs", "FCS at end", KIND_BOOL, .of = RTAP_FLAGS, .mask = 0x10 },
	[RTAP_FLAGS_DATAPAD] = { "radiotap.flags.datapad", "Data Pad", KIND_BOOL, .of = RTAP_FLAGS,
		.mask = 0x20 },
	[RTAP_FLAGS_BADFCS] = { "radiotap.flags.badfcs", "Bad FCS", KIND_BOOL, .of = RTAP_FLAGS,
		.mask = 0x40 },
	[RTAP_FLAGS_SHORTGI] = { "radiotap.flags.shortgi", "Short GI", KIND_BOOL, .of = RTAP_FLAGS,
		.mask = 0x80 },
};

/* What further present words repeat: one row for each word that has some of it. */
enum { AGAIN_PRESENT, AGAIN_SIGNAL, AGAIN_NOISE, AGAIN_ANTENNA, AGAIN_NFIELDS };
static const struct field again_fields[AGAIN_NFIELDS] = {
	[AGAIN_PRESENT] = { "radiotap.present.word", "Present flags word", KIND_UINT, BASE_HEX, 4 },
	[AGAIN_SIGNAL] = { "radiotap.dbm_antsignal", "Antenna signal", KIND_INT, .octets = 1 },
	[AGAIN_NOISE] = { "radiotap.dbm_antnoise", "Antenna noise", KIND_INT, .octets = 1 },
	[AGAIN_ANTENNA] = { "radiotap.antenna", "Antenna", KIND_UINT, .octets = 4 },
};

enum { REC_RADIOTAP, REC_AGAIN, REC_COUNT };
static const struct record radiotap_records[REC_COUNT] = {
	[REC_RADIOTAP] = { "radiotap", RECORD_LAYER, RTAP_NFIELDS, radiotap_fields,
		(const char *const[]) { "extra", NULL } },
	[REC_AGAIN] = { "radiotap_antenna", RECORD_CHILD, AGAIN_NFIELDS, again_fields, NULL },
};

/* Alignment and size of the fields of the radiotap namespace, by present bit. */
enum {
	BIT_TSFT,
	BIT_FLAGS,
	BIT_RATE,
	BIT_CHANNEL,
	BIT_FHSS,
	BIT_SIGNAL,
	BIT_NOISE,
	BIT_QUALITY,
	BIT_TX_ATTENUATION,
	BIT_DB_TX_ATTENUATION,
	BIT_TX_POWER,
	BIT_ANTENNA,
	BIT_DB_SIGNAL,
	BIT_DB_NOISE,
	BIT_RX_FLAGS,
	BIT_TX_FLAGS,
	BIT_RTS_RETRIES,
	BIT_DATA_RETRIES,
	BIT_XCHANNEL,
	BIT_MCS,
	BIT_AMPDU,
	BIT_VHT,
	BIT_TIMESTAMP,
	BIT_HE,
	BIT_HE_MU,
	BIT_HE_MU_OTHER,
	BIT_ZERO_LENGTH_PSDU,
	BIT_L_SIG,
	BIT_TLV,
	BIT_RADIOTAP_NEXT,
	BIT_VENDOR_NEXT,
	BIT_MORE
};

static const struct {
	uint8_t align, size;
} layout[BIT_TLV] = {
	[BIT_TSFT] = { 8, 8 },
	[BIT_FLAGS] = { 1, 1 },
	[BIT_RATE] = { 1, 1 },
	[BIT_CHANNEL] = { 2, 4 },
	[BIT_FHSS] = { 2, 2 },
	[BIT_SIGNAL] = { 1, 1 },
	[BIT_NOISE] = { 1, 1 },
	[BIT_QUALITY] = { 2, 2 },
	[BIT_TX_ATTENUATION] = { 2, 2 },
	[BIT_DB_TX_ATTENUATION] = { 2, 2 },
	[BIT_TX_POWER] = { 1, 1 },
	[BIT_ANTENNA] = { 1, 1 },
	[BIT_DB_SIGNAL] = { 1, 1 },
	[BIT_DB_NOISE] = { 1, 1 },
	[BIT_RX_FLAGS] = { 2, 2 },
	[BIT_TX_FLAGS] = { 2, 2 },
	[BIT_RTS_RETRIES] = { 1, 1 },
	[BIT_DATA_RETRIES] = { 1, 1 },
	[BIT_XCHANNEL] = { 4, 8 },
	[BIT_MCS] = { 1, 3 },
	[BIT_AMPDU] = { 4, 8 },
	[BIT_VHT] = { 2, 12 },
	[BIT_TIMESTAMP] = { 8, 12 },
	[BIT_HE] = { 2, 12 },
	[BIT_HE_MU] = { 2, 12 },
	[BIT_HE_MU_OTHER] = { 2, 6 },
	[BIT_ZERO_LENGTH_PSDU] = { 1, 1 },
	[BIT_L_SIG] = { 2, 4 },
};

#define HEADER       8
#define FLAG_FCS     0x10
#define FLAG_DATAPAD 0x20
#define WORDS_MAX    32

static void field(struct packet *pkt, struct row *r, struct row *again, unsigned bit, struct cursor *c)
{
	struct radio *radio = &pkt->radio;
	uint64_t v;
	switch (bit) {
	case BIT_TSFT:
		if (again)
			break;
		radio->tsf = row_le(r, RTAP_MACTIME, c, 8);
		radio->has |= RADIO_TSF;
		return;
	case BIT_FLAGS:
		if (again)
			break;
		v = row_le(r, RTAP_FLAGS, c, 1);
		radio->fcs = v & FLAG_FCS;
		radio->datapad = v & FLAG_DATAPAD;
		return;
	case BIT_RATE: /* 500 kbit/s */
		if (again)
			break;
		v = cur_le(c, 1);
		row_double(r, RTAP_DATARATE, (double)v / 2);
		radio->rate = (uint32_t)v * 5;
		return;
	case BIT_CHANNEL:
		if (again)
			break;
		v = row_le(r, RTAP_FREQ, c, 2);
		radio->frequency = (uint16_t)v;
		radio->channel = wlan_channel((uint32_t)v);
		radio->phy = wlan_phy_of_channel((uint32_t)row_le(r, RTAP_CHANNEL_FLAGS, c, 2));
		return;
	case BIT_SIGNAL:
		v = cur_le(c, 1);
		row_set(again ? again : r, again ? AGAIN_SIGNAL : RTAP_SIGNAL, (int8_t)v);
		if (!again) {
			radio->signal_dbm = (int8_t)v;
			radio->has |= RADIO_SIGNAL_DBM;
		}
		return;
	case BIT_NOISE:
		v = cur_le(c, 1);
		row_set(again ? again : r, again ? AGAIN_NOISE : RTAP_NOISE, (int8_t)v);
		if (!again) {
			radio->noise_dbm = (int8_t)v;
			radio->has |= RADIO_NOISE_DBM;
		}
		return;
	case BIT_ANTENNA:
		row_le(again ? again : r, again ? AGAIN_ANTENNA : RTAP_ANTENNA, c, 1);
		return;
	default:
		break;
	}
	if (again) {
		cur_skip(c, layout[bit].size);
		return;
	}
	switch (bit) {
	case BIT_QUALITY:
		row_le(r, RTAP_QUALITY, c, 2);
		return;
	case BIT_TX_POWER:
		row_set(r, RTAP_TXPOWER, (int8_t)cur_le(c, 1));
		return;
	case BIT_DB_SIGNAL:
		radio->signal_db = (uint8_t)row_le(r, RTAP_DB_SIGNAL, c, 1);
		radio->has |= RADIO_SIGNAL_DB;
		return;
	case BIT_DB_NOISE:
		radio->noise_db = (uint8_t)row_le(r, RTAP_DB_NOISE, c, 1);
		radio->has |= RADIO_NOISE_DB;
		return;
	case BIT_RX_FLAGS:
		row_le(r, RTAP_RXFLAGS, c, 2);
		return;
	case BIT_TX_FLAGS:
		row_le(r, RTAP_TXFLAGS, c, 2);
		return;
	case BIT_DATA_RETRIES:
		row_le(r, RTAP_DATA_RETRIES, c, 1);
		return;
	case BIT_XCHANNEL:
		row_le(r, RTAP_XCHANNEL_FLAGS, c, 4);
		radio->frequency = (uint16_t)row_le(r, RTAP_XCHANNEL_FREQ, c, 2);
		radio->channel = (uint16_t)row_le(r, RTAP_XCHANNEL, c, 1);
		cur_skip(c, 1);
		return;
	case BIT_MCS:
		row_le(r, RTAP_MCS_KNOWN, c, 1);
		row_le(r, RTAP_MCS_FLAGS, c, 1);
		row_le(r, RTAP_MCS_INDEX, c, 1);
		radio->phy = PHY_11N;
		return;
	case BIT_AMPDU:
		row_le(r, RTAP_AMPDU_REFERENCE, c, 4);
		row_le(r, RTAP_AMPDU_FLAGS, c, 2);
		cur_skip(c, 2);
		return;
	case BIT_VHT:
		radio->phy = PHY_11AC;
		break;
	case BIT_HE:
		radio->phy = PHY_11AX;
		break;
	default:
		break;
	}
	cur_skip(c, layout[bit].size);
}

/* The fields of one word. False: how long they are is not known, nor where the next begin. */
static bool fields(struct packet *pkt, struct row *r, struct row *again, uint32_t word, struct cursor *c)
{
	for (unsigned bit = 0; bit < BIT_TLV; bit++) {
		if (!(word >> bit & 1))
			continue;
		cur_skip(c, -c->pos & (layout[bit].align - 1));
		/* a field that would stand beyond the header ends it, without blame */
		if (c->pos > c->len || layout[bit].size > c->len - c->pos)
			return false;
		field(pkt, r, again, bit, c);
	}
	return !(word >> BIT_TLV & 1);
}

/* A vendor's namespace: OUI (3), sub-namespace (1), length of its fields (2). */
static bool skip_vendor(struct cursor *c)
{
	cur_skip(c, c->pos & 1);
	if (c->len < 6 || c->pos > c->len - 6)
		return false;
	cur_skip(c, 4);
	uint32_t len = (uint32_t)cur_le(c, 2);
	if (len > c->len - c->pos)
		return false;
	cur_skip(c, len);
	return true;
}

static void all_fields(struct packet *pkt, struct row *r, struct cursor *c)
{
	uint32_t words[WORDS_MAX];
	unsigned n = 0;
	do {
		if (c->len - c->pos < 4)
			break;
		words[n] = (uint32_t)cur_le(c, 4);
		if (n == 0)
			row_set_at(r, RTAP_PRESENT, words[0], c->data + c->pos - 4, 4);
	} while (words[n++] >> BIT_MORE && n < WORDS_MAX && !pkt->fail);
	struct row *again = NULL;
	bool vendor = false;
	for (unsigned i = 0; i < n && !pkt->fail; i++) {
		if (i) {
			/* neither of the bits: the fields of the word before go on with bits 32 and up, which
			 * nobody has defined */
			if (!(words[i - 1] >> BIT_RADIOTAP_NEXT & 3))
				return;
			vendor = words[i - 1] >> BIT_VENDOR_NEXT & 1;
			again = row_open(pkt, &proto_radiotap, REC_AGAIN);
			row_set(again, AGAIN_PRESENT, words[i]);
		}
		if (!vendor && !fields(pkt, r, again, words[i], c))
			return;
		if (words[i] >> BIT_VENDOR_NEXT & 1 && !skip_vendor(c))
			return;
	}
}

static enum verdict radiotap_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_radiotap, REC_RADIOTAP);
	row_be(r, RTAP_VERSION, c, 1);
	cur_skip(c, 1);
	uint32_t length = (uint32_t)row_le(r, RTAP_LENGTH, c, 2);
	if (pkt->fail)
		return MINE;
	pkt_item(pkt, &proto_radiotap, length);
	if (length < HEADER || !cur_need(c, length - 4))
		return MINE;
	pkt->radio = (struct radio) { .set = true };
	struct cursor header = { c->data, c->pos, length, length, c->fail };
	all_fields(pkt, r, &header);
	cur_skip(c, length - 4);
	/* a frame that announces itself as empty has none behind the header */
	if (row_has(r, RTAP_PRESENT) && r->v[RTAP_PRESENT] >> BIT_ZERO_LENGTH_PSDU & 1)
		return MINE;
	wlan_hand_on(pkt, cur_rest(c));
	return MINE;
}

static const struct claim radiotap_claims[] = { { CLAIM_LINKTYPE, 127 }, { 0 } };

const struct protocol proto_radiotap = {
	.name = "radiotap",
	.title = "IEEE 802.11 Radiotap Capture header",
	.spec = "radiotap.org",
	.help = "Says how a wireless frame was received: channel, rate, signal strength, antenna.",
	.id = PROTO_ID_radiotap,
	.records = radiotap_records,
	.nrecords = REC_COUNT,
	.claims = radiotap_claims,
	.dissect = radiotap_dissect,
	.no_item = true, /* only once its length is read: pkt_item() */
};
