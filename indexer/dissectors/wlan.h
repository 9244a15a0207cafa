/* Parts of the 802.11 dissector: wlan.c reads headers and data frames, wlan_mgt.c management frames. The
 * radio headers (radiotap, Prism, AVS, PPI) hand a frame on with wlan_hand_on(). */
#ifndef PCAPDEX_DISSECTORS_WLAN_H
#define PCAPDEX_DISSECTORS_WLAN_H

#include "indexer/packet.h"

extern const struct protocol proto_wlan, proto_wlan_radio;

enum {
	WLAN_FC,
	WLAN_DURATION,
	WLAN_RA,
	WLAN_A2,
	WLAN_A3,
	WLAN_SEQCTL,
	WLAN_QOS,
	/* part "extra" */
	WLAN_A4,
	WLAN_AID,
	WLAN_WEP_IV,
	WLAN_WEP_KEY,
	WLAN_WEP_ICV,
	WLAN_FCS,
	WLAN_BA_CONTROL,
	/* part "mgt": wlan_mgt.c */
	WLAN_TIMESTAMP,
	WLAN_BEACON,
	WLAN_CAPABILITIES,
	WLAN_LISTEN_IVAL,
	WLAN_CURRENT_AP,
	WLAN_STATUS_CODE,
	WLAN_REASON_CODE,
	WLAN_FIXED_AID,
	WLAN_AUTH_ALG,
	WLAN_AUTH_SEQ,
	WLAN_CATEGORY_CODE,
	WLAN_ACTION_CODE,
	WLAN_TAG_NUMBER,
	WLAN_TAG_LENGTH,
	WLAN_SSID,
	WLAN_DS_CHANNEL,
	/* cut out of these */
	WLAN_VERSION,
	WLAN_TYPE,
	WLAN_SUBTYPE,
	WLAN_TYPE_SUBTYPE,
	WLAN_FLAGS,
	WLAN_DS,
	WLAN_TODS,
	WLAN_FROMDS,
	WLAN_MOREFRAG,
	WLAN_RETRY,
	WLAN_PWRMGT,
	WLAN_MOREDATA,
	WLAN_PROTECTED,
	WLAN_ORDER,
	WLAN_TA,
	WLAN_DA,
	WLAN_SA,
	WLAN_BSSID,
	WLAN_STAA,
	WLAN_ADDR,
	WLAN_FRAG,
	WLAN_SEQ,
	WLAN_QOS_TID,
	WLAN_QOS_PRIORITY,
	WLAN_QOS_EOSP,
	WLAN_QOS_ACK,
	WLAN_QOS_AMSDU,
	WLAN_CAP_ESS,
	WLAN_CAP_IBSS,
	WLAN_CAP_PRIVACY,
	WLAN_NFIELDS
};

/* The body of a management frame of this subtype. */
void wlan_management(struct packet *pkt, struct row *r, unsigned subtype, struct cursor *c);

/* Hand a frame on to 802.11 behind a radio header whose findings stand in pkt->radio; an empty one too, which
 * is malformed there. */
static inline void wlan_hand_on(struct packet *pkt, struct cursor frame)
{
	pkt_next_always(pkt, &proto_wlan_radio, frame);
}

/* Channel number of a center frequency in MHz (IEEE 802.11-2020, 17.3.8.4 and 27.3.23.2); 0 unknown. */
static inline uint16_t wlan_channel(uint32_t mhz)
{
	if (mhz == 2484)
		return 14;
	if (mhz >= 2412 && mhz <= 2472 && (mhz - 2407) % 5 == 0)
		return (uint16_t)((mhz - 2407) / 5);
	if (mhz >= 4910 && mhz <= 4980)
		return (uint16_t)((mhz - 4000) / 5);
	if (mhz >= 5000 && mhz < 5925)
		return (uint16_t)((mhz - 5000) / 5);
	if (mhz == 5935)
		return 2;
	if (mhz >= 5955 && mhz <= 7115)
		return (uint16_t)((mhz - 5950) / 5);
	return 0;
}

/* Wireshark's numbers of wlan_radio.phy. */
enum wlan_phy {
	PHY_UNKNOWN = 0,
	PHY_11_FHSS = 1,
	PHY_11_IR = 2,
	PHY_11_DSSS = 3,
	PHY_11B = 4,
	PHY_11A = 5,
	PHY_11G = 6,
	PHY_11N = 7,
	PHY_11AC = 8,
	PHY_11AX = 11
};

/* The physical layer that the channel flags of radiotap and PPI tell (CCK 0x20, OFDM 0x40, 2 GHz 0x80, 5 GHz
 * 0x100, dynamic CCK-OFDM 0x400). */
static inline uint8_t wlan_phy_of_channel(uint32_t flags)
{
	switch (flags & 0x5e0) {
	case 0x0a0:
		return PHY_11B;
	case 0x140:
		return PHY_11A;
	case 0x0c0:
	case 0x480:
		return PHY_11G;
	default:
		return PHY_UNKNOWN;
	}
}

#endif
