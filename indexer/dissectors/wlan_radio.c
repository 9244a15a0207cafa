/* What is known of a frame's reception, whichever radio header told it. No octets of its own: the whole
 * buffer is the 802.11 frame. */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/wlan.h"

enum {
	RADIO_PHY,
	RADIO_DATA_RATE,
	RADIO_CHANNEL,
	RADIO_FREQUENCY,
	RADIO_SIGNAL,
	RADIO_NOISE,
	RADIO_SIGNAL_DB_FIELD,
	RADIO_NOISE_DB_FIELD,
	RADIO_TIMESTAMP,
	RADIO_SNR,
	RADIO_NFIELDS
};

static const struct value_name phy_names[] = { { 0, "Unknown" }, { 1, "802.11 FHSS" }, { 2, "802.11 IR" },
	{ 3, "802.11 DSSS" }, { 4, "802.11b (HR/DSSS)" }, { 5, "802.11a (OFDM)" }, { 6, "802.11g (ERP)" },
	{ 7, "802.11n (HT)" }, { 8, "802.11ac (VHT)" }, { 11, "802.11ax (HE)" }, { 0, NULL } };

static const struct field radio_fields[RADIO_NFIELDS] = {
	[RADIO_PHY] = { "wlan_radio.phy", "PHY type", KIND_UINT, .octets = 4, .generated = true,
		.names = phy_names },
	[RADIO_DATA_RATE] = { "wlan_radio.data_rate", "Data rate", KIND_DOUBLE, .generated = true },
	[RADIO_CHANNEL] = { "wlan_radio.channel", "Channel", KIND_UINT, .octets = 4, .generated = true },
	[RADIO_FREQUENCY] = { "wlan_radio.frequency", "Frequency", KIND_UINT, .octets = 2,
		.generated = true },
	[RADIO_SIGNAL] = { "wlan_radio.signal_dbm", "Signal strength (dBm)", KIND_INT, .octets = 1,
		.generated = true },
	[RADIO_NOISE] = { "wlan_radio.noise_dbm", "Noise level (dBm)", KIND_INT, .octets = 1,
		.generated = true },
	[RADIO_SIGNAL_DB_FIELD] = { "wlan_radio.signal_db", "Signal strength (dB)", KIND_UINT, .octets = 1,
		.generated = true },
	[RADIO_NOISE_DB_FIELD] = { "wlan_radio.noise_db", "Noise level (dB)", KIND_UINT, .octets = 1,
		.generated = true },
	[RADIO_TIMESTAMP] = { "wlan_radio.timestamp", "TSF timestamp", KIND_UINT, .octets = 8,
		.generated = true },
	[RADIO_SNR] = { "wlan_radio.snr", "Signal/noise ratio (dB)", KIND_INT, .octets = 4, .generated = true,
		.sql = "({signal_dbm} - {noise_dbm})" },
};

static const struct record radio_records[] = { { "wlan_radio", RECORD_LAYER, RADIO_NFIELDS, radio_fields,
	NULL } };

static enum verdict radio_dissect(struct packet *pkt, struct cursor *c)
{
	const struct radio *radio = &pkt->radio;
	struct row *r = row_open(pkt, &proto_wlan_radio, 0);
	pkt_item(pkt, &proto_wlan_radio, 0);
	if (radio->set) {
		if (radio->phy)
			row_set(r, RADIO_PHY, radio->phy);
		if (radio->rate)
			row_double(r, RADIO_DATA_RATE, radio->rate / 10.0);
		if (radio->channel)
			row_set(r, RADIO_CHANNEL, radio->channel);
		if (radio->frequency)
			row_set(r, RADIO_FREQUENCY, radio->frequency);
		if (radio->has & RADIO_SIGNAL_DBM)
			row_set(r, RADIO_SIGNAL, radio->signal_dbm);
		if (radio->has & RADIO_NOISE_DBM)
			row_set(r, RADIO_NOISE, radio->noise_dbm);
		if (radio->has & RADIO_SIGNAL_DB)
			row_set(r, RADIO_SIGNAL_DB_FIELD, radio->signal_db);
		if (radio->has & RADIO_NOISE_DB)
			row_set(r, RADIO_NOISE_DB_FIELD, radio->noise_db);
		if (radio->has & RADIO_TSF)
			row_set(r, RADIO_TIMESTAMP, (int64_t)radio->tsf);
	}
	pkt_next_always(pkt, &proto_wlan, cur_rest(c));
	return MINE;
}

const struct protocol proto_wlan_radio = {
	.name = "wlan_radio",
	.title = "802.11 radio information",
	.spec = "IEEE 802.11-2020",
	.help = "How a wireless frame was received: channel, rate, signal strength.",
	.id = PROTO_ID_wlan_radio,
	.records = radio_records,
	.nrecords = 1,
	.dissect = radio_dissect,
	.no_item = true, /* it has one even before a frame without octets: pkt_item() */
};
