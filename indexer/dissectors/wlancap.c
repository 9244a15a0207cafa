/* AVS header (the capture header of linux-wlan-ng, versions 1 and 2): big-endian, before an 802.11 frame.
 *
 *      0        4        8         16         24     28     32      36     40      44      48      52     56
 * 60
 *     +--------+--------+---------+----------+------+------+-------+------+-------+-------+-------+------+-------+--------+
 *     |magic + | length |mactime  |hosttime  |phy   |chan- |data   |anten-|prio-  |ssi    |ssi    |ssi |pre-
 * |encoding| |version |        |         |          |type  |nel   |rate   |na    |rity   |type   |signal
 * |noise |amble  |        |
 *     +--------+--------+---------+----------+------+------+-------+------+-------+-------+-------+------+-------+--------+
 */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/wlan.h"

extern const struct protocol proto_wlancap;

enum {
	AVS_MAGIC,
	AVS_LENGTH,
	AVS_MACTIME,
	AVS_HOSTTIME,
	AVS_PHYTYPE,
	AVS_CHANNEL,
	AVS_DATA_RATE,
	AVS_ANTENNA,
	AVS_PRIORITY,
	AVS_SSI_TYPE,
	AVS_NORM_SIGNAL,
	AVS_DBM_SIGNAL,
	AVS_RAW_SIGNAL,
	AVS_NORM_NOISE,
	AVS_DBM_NOISE,
	AVS_RAW_NOISE,
	AVS_PREAMBLE,
	AVS_ENCODING,
	AVS_VERSION,
	AVS_NFIELDS
};

static const struct value_name phy_names[] = { { 0, "Unknown" }, { 1, "FHSS 802.11 '97" },
	{ 2, "DSSS 802.11 '97" }, { 3, "IR Baseband" }, { 4, "DSSS 802.11b" }, { 5, "PBCC 802.11b" },
	{ 6, "OFDM 802.11g" }, { 7, "PBCC 802.11g" }, { 8, "OFDM 802.11a" }, { 0, NULL } };

static const struct field wlancap_fields[AVS_NFIELDS] = {
	[AVS_MAGIC] = { "wlancap.magic", "Header magic", KIND_UINT, BASE_HEX, 4 },
	[AVS_LENGTH] = { "wlancap.length", "Header length", KIND_UINT, .octets = 4 },
	[AVS_MACTIME] = { "wlancap.mactime", "MAC timestamp", KIND_UINT, .octets = 8 },
	[AVS_HOSTTIME] = { "wlancap.hosttime", "Host timestamp", KIND_UINT, .octets = 8 },
	[AVS_PHYTYPE] = { "wlancap.phytype", "PHY type", KIND_UINT, .octets = 4, .names = phy_names },
	[AVS_CHANNEL] = { "wlancap.channel", "Channel", KIND_UINT, .octets = 1 },
	[AVS_DATA_RATE] = { "wlancap.data_rate", "Data Rate", KIND_UINT, .octets = 8 },
	[AVS_ANTENNA] = { "wlancap.antenna", "Antenna", KIND_UINT, .octets = 4 },
	[AVS_PRIORITY] = { "wlancap.priority", "Priority", KIND_UINT, .octets = 4 },
	[AVS_SSI_TYPE] = { "wlancap.ssi_type", "SSI Type", KIND_UINT, .octets = 4 },
	[AVS_NORM_SIGNAL] = { "wlancap.normrssi_antsignal", "Normalized RSSI Signal", KIND_UINT,
		.octets = 4 },
	[AVS_DBM_SIGNAL] = { "wlancap.dbm_antsignal", "SSI Signal (dBm)", KIND_INT, .octets = 4 },
	[AVS_RAW_SIGNAL] = { "wlancap.rawrssi_antsignal", "Raw RSSI Signal", KIND_UINT, .octets = 4 },
	[AVS_NORM_NOISE] = { "wlancap.normrssi_antnoise", "Normalized RSSI Noise", KIND_UINT, .octets = 4 },
	[AVS_DBM_NOISE] = { "wlancap.dbm_antnoise", "SSI Noise (dBm)", KIND_INT, .octets = 4 },
	[AVS_RAW_NOISE] = { "wlancap.rawrssi_antnoise", "Raw RSSI Noise", KIND_UINT, .octets = 4 },
	[AVS_PREAMBLE] = { "wlancap.preamble", "Preamble", KIND_UINT, .octets = 4 },
	[AVS_ENCODING] = { "wlancap.encoding", "Encoding Type", KIND_UINT, .octets = 4 },
	[AVS_VERSION] = { "wlancap.version", "Header revision", KIND_UINT, .octets = 4, .of = AVS_MAGIC,
		.mask = 0x0000000f },
};

static const struct record wlancap_records[] = { { "wlancap", RECORD_LAYER, AVS_NFIELDS, wlancap_fields,
	NULL } };

#define MAGIC 0x80211000u

/* Signal and noise: what the number means stands in the SSI type: 1 normalized, 2 dBm, 3 raw. */
static int32_t strength(struct row *r, uint64_t type, unsigned normalized, struct cursor *c)
{
	int32_t v = (int32_t)cur_be(c, 4);
	if (type == 2)
		row_set_at(r, normalized + 1, v, c->data + c->pos - 4, 4);
	else if (type == 1 || type == 3)
		row_set_at(r, normalized + (type == 3 ? 2 : 0), (uint32_t)v, c->data + c->pos - 4, 4);
	return v;
}

static enum verdict wlancap_dissect(struct packet *pkt, struct cursor *c)
{
	static const uint8_t phys[] = { PHY_UNKNOWN, PHY_11_FHSS, PHY_11_DSSS, PHY_11_IR, PHY_11B, PHY_11B,
		PHY_11G, PHY_11G, PHY_11A };
	struct row *r = row_open(pkt, &proto_wlancap, 0);
	uint32_t magic = (uint32_t)row_be(r, AVS_MAGIC, c, 4), length = (uint32_t)row_be(r, AVS_LENGTH, c, 4);
	if (pkt->fail)
		return MINE;
	pkt->radio = (struct radio) { .set = true };
	if ((magic & ~15u) == MAGIC && (magic & 15) - 1 < 2) {
		pkt_item(pkt, &proto_wlancap, length);
		pkt->radio.tsf = row_be(r, AVS_MACTIME, c, 8);
		pkt->radio.has |= RADIO_TSF;
		row_be(r, AVS_HOSTTIME, c, 8);
		uint64_t phy = row_be(r, AVS_PHYTYPE, c, 4);
		if (phy < sizeof(phys))
			pkt->radio.phy = phys[phy];
		if (phy == 1) { /* hop set, pattern and index stand in place of a channel */
			cur_take(c, 4);
		} else {
			uint64_t channel = cur_be(c, 4);
			if (channel < 256) {
				row_set_at(r, AVS_CHANNEL, (int64_t)channel, c->data + c->pos - 4, 4);
				pkt->radio.channel = (uint16_t)channel;
			} else if (channel < 10000) {
				pkt->radio.frequency = (uint16_t)channel;
			}
		}
		/* The field began as units of 100 kbit/s and became bit/s; such small rates are the former.
		 */
		uint64_t rate = cur_be(c, 4);
		rate *= rate < 100000 ? 100000 : 1;
		row_set_at(r, AVS_DATA_RATE, (int64_t)rate, c->data + c->pos - 4, 4);
		pkt->radio.rate = (uint32_t)(rate / 100000);
		row_be(r, AVS_ANTENNA, c, 4);
		row_be(r, AVS_PRIORITY, c, 4);
		uint64_t ssi = row_be(r, AVS_SSI_TYPE, c, 4);
		int32_t signal = strength(r, ssi, AVS_NORM_SIGNAL, c),
			noise = strength(r, ssi, AVS_NORM_NOISE, c);
		if (ssi == 2) {
			pkt->radio.signal_dbm = (int8_t)signal;
			pkt->radio.noise_dbm = (int8_t)noise;
			pkt->radio.has |= RADIO_SIGNAL_DBM | RADIO_NOISE_DBM;
		}
		row_be(r, AVS_PREAMBLE, c, 4);
		row_be(r, AVS_ENCODING, c, 4);
	}
	/* Whatever the header was, the frame stands where its length says. */
	if (!cur_need_at(c, 0, length))
		return MINE;
	c->pos = length;
	wlan_hand_on(pkt, cur_rest(c));
	return MINE;
}

static const struct claim wlancap_claims[] = { { CLAIM_LINKTYPE, 163 }, { 0 } };

const struct protocol proto_wlancap = {
	.name = "wlancap",
	.title = "AVS WLAN Capture header",
	.spec = "AVS capture header of linux-wlan-ng",
	.help = "Says how a wireless frame was received, in the format of linux-wlan-ng.",
	.id = PROTO_ID_wlancap,
	.records = wlancap_records,
	.nrecords = 1,
	.claims = wlancap_claims,
	.dissect = wlancap_dissect,
	.no_item = true, /* only a known version has one: pkt_item() */
};
