/* Protocol numbers of Cisco HDLC, which Cisco's encapsulation of Frame Relay shares. */
#ifndef PCAPDEX_DISSECTORS_CHDLC_H
#define PCAPDEX_DISSECTORS_CHDLC_H

#include "indexer/packet.h"

#define CHDLC_OSI 0xfefe

/* Does the number mean something? */
static inline bool chdlc_known(uint32_t protocol)
{
	switch (protocol) {
	case 0x0111: /* UDLD */
	case 0x0600: /* XNS */
	case 0x0800:
	case 0x2000: /* CDP */
	case 0x4242: /* spanning tree */
	case 0x6003: /* DECnet */
	case 0x6558: /* bridged Ethernet */
	case 0x8035: /* SLARP */
	case 0x8038: /* DEC spanning tree */
	case 0x809b: /* AppleTalk */
	case 0x80f3:
	case 0x8137:
	case 0x86dd:
	case 0x8847:
	case 0x8848:
	case CHDLC_OSI:
		return true;
	default:
		return false;
	}
}

static inline void chdlc_next(struct packet *pkt, uint32_t protocol, struct cursor payload)
{
	switch (protocol) {
	case 0x0111:
	case 0x2000:
		pkt_next(pkt, CLAIM_LLC_OUI_CISCO, protocol, payload);
		break;
	case 0x4242:
	case CHDLC_OSI:
		pkt_next(pkt, CLAIM_LLC_DSAP, protocol & 0xff, payload);
		break;
	case 0x809b: /* DDP itself, without LocalTalk's header */
		pkt_next(pkt, CLAIM_PPP, 0x0029, payload);
		break;
	case 0x8035:
		pkt_next(pkt, CLAIM_CHDLC, protocol, payload);
		break;
	default:
		if (chdlc_known(protocol))
			pkt_next(pkt, CLAIM_ETHERTYPE_BARE, protocol, payload);
		else
			pkt_next(pkt, CLAIM_CHDLC, protocol, payload);
	}
}

#endif
