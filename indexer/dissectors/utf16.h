/* Texts and identifiers as Microsoft's protocols write them: UTF-16 and GUIDs, little-endian. */
#ifndef PCAPDEX_DISSECTORS_UTF16_H
#define PCAPDEX_DISSECTORS_UTF16_H

#include "indexer/packet.h"

/* Set a KIND_TEXT field to the n octets at `p`, up to the first NUL. What is no UTF-16 becomes U+FFFD. */
void row_utf16(struct row *r, unsigned field, const uint8_t *p, uint32_t n);

/* Append the same to the Info column; only where pkt->info is asked for. */
void info_utf16(struct packet *pkt, const uint8_t *p, uint32_t n);

/* Octets up to and with the first NUL unit, or n (even) when there is none. */
uint32_t utf16_size(const uint8_t *p, uint32_t n);

/* [MS-DTYP], section 2.3.4: 16 octets into a KIND_TEXT field as "6ba7b810-9dad-11d1-80b4-00c04fd430c8"; the
 * first three numbers little-endian, or all in network order. */
void row_guid(struct row *r, unsigned field, struct cursor *c, bool little_endian);

#endif
