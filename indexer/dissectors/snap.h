/* Subnetwork Access Protocol (IEEE 802, clause 10): an organization and its protocol id. Behind LLC and Frame
 * Relay. */
#ifndef PCAPDEX_DISSECTORS_SNAP_H
#define PCAPDEX_DISSECTORS_SNAP_H

#include "indexer/packet.h"

#define OUI_ENCAPSULATED 0x000000
#define OUI_CISCO        0x00000c
#define OUI_CISCO_90     0x0000f8 /* the id is an Ethertype here too */
#define OUI_BRIDGED      0x0080c2

static inline enum snap_organization snap_organization(uint32_t oui)
{
	switch (oui) {
	case 0x080007:
		return SNAP_APPLE_ATALK;
	case 0x0017f2:
		return SNAP_APPLE_AWDL;
	case 0x001958:
		return SNAP_BLUETOOTH;
	case 0x00005e:
		return SNAP_IANA;
	case 0x000081:
		return SNAP_NORTEL;
	case 0x00e02b:
		return SNAP_EXTREME;
	case 0x0001e8:
		return SNAP_FORCE10;
	case 0x004096:
		return SNAP_AIRONET;
	case 0x506f9a:
		return SNAP_WFA;
	case OUI_BRIDGED:
		return SNAP_BRIDGED;
	default:
		return 0;
	}
}

/* Hand on what stands behind the SNAP header; `pad` octets stand before a bridged frame (RFC 2684,
 * section 5.2). */
static inline void snap_next(
	struct packet *pkt, uint32_t oui, uint32_t id, uint32_t pad, struct cursor payload)
{
	extern const struct protocol proto_eth, proto_data;
	if (oui == OUI_ENCAPSULATED || oui == OUI_CISCO_90) {
		pkt_next(pkt, CLAIM_ETHERTYPE_BARE, id, payload);
	} else if (oui == OUI_CISCO) {
		pkt_next(pkt, CLAIM_LLC_OUI_CISCO, id, payload);
	} else if (oui == OUI_BRIDGED && (id == 0x0001 || id == 0x0007)) {
		cur_skip(&payload, pad);
		pkt_next_proto(pkt, &proto_eth,
			cur_rest(&payload)); /* an Ethernet frame, with and without its FCS */
	} else if (oui == OUI_BRIDGED && id == 0x000e) {
		pkt_next(pkt, CLAIM_LLC_DSAP, 0x42, payload); /* a bridge's own PDU */
	} else {
		enum snap_organization who = snap_organization(oui);
		if (who == SNAP_BRIDGED) {
			cur_skip(&payload, pad);
			payload = cur_rest(&payload);
		}
		if (who)
			pkt_next(pkt, CLAIM_SNAP, SNAP_KEY(who, id), payload);
		else
			pkt_next_proto(pkt, &proto_data, payload);
	}
}

#endif
