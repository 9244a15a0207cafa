/* Link types: the number that Wireshark shows as frame.encap_type, its names as capinfos prints them. */
#ifndef PCAPDEX_ENCAP_H
#define PCAPDEX_ENCAP_H

#include <stdint.h>

struct encap {
	uint16_t link_type; /* LINKTYPE_ value in files */
	int16_t number;     /* frame.encap_type; 0 unknown */
	const char *name;   /* "ether" (capinfos -T) */
	const char *title;  /* "Ethernet" (capinfos) */
};

/* Never NULL: an unlisted link type gives { link_type, 0, "unknown", "Unknown" } (good until the thread asks
 * for another unlisted one). */
const struct encap *encap_of(uint16_t link_type);

/* Octets at the begin of a record that Wireshark takes for a pseudo-header and does not count in frame.len; 0
 * for most link types, and for a record too short to hold its own. */
unsigned encap_pseudo_header(uint16_t link_type, const uint8_t *data, uint32_t cap_len);

/* The largest record that tshark takes for sane, and so do we; libpcap's limits are the same or higher. */
uint32_t encap_max_frame(uint16_t link_type);

#endif
