/* The Internet checksum (RFC 1071): the sum of 16-bit words in ones' complement. */
#ifndef PCAPDEX_CHECKSUM_H
#define PCAPDEX_CHECKSUM_H

#include "indexer/packet.h"

/* Wireshark's numbers, as in ip.checksum.status. */
enum checksum_status { CHECKSUM_BAD = 0, CHECKSUM_GOOD = 1, CHECKSUM_UNVERIFIED = 2 };

extern const struct value_name checksum_status_names[];

/* Does the message at c->data, its checksum included, add up? `pseudo` is the sum of what the pseudo header
 * before it has, see checksum_add(); 0 without one. CHECKSUM_UNVERIFIED: it is cut in capture, part of a
 * fragmented datagram, or quoted by an error. */
enum checksum_status checksum_test(const struct packet *pkt, const struct cursor *c, uint32_t pseudo);

/* `sum` and the words of the octets, not folded; of an odd last octet a zero follows. At most 64 KiB in all.
 */
uint32_t checksum_add(uint32_t sum, const uint8_t *octets, size_t n);

/* The sum of the pseudo header of RFC 8200, section 8.1: innermost addresses, length, next header. */
uint32_t checksum_ipv6(const struct packet *pkt, uint32_t len, uint8_t next_header);

#endif
