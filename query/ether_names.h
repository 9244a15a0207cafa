/* Names of Ethernet addresses as Wireshark shows them: a well-known address by its own name, another one by
 * the first eight letters of who its block was assigned to (IEEE 802, clause 8) and its last octets:
 * HonHaiPr_8d:47:d3. */
#ifndef PCAPDEX_QUERY_ETHER_NAMES_H
#define PCAPDEX_QUERY_ETHER_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#define ETHER_NAME_MAX  96
#define ETHER_SHORT_MAX 33 /* eight letters of UTF-8 */
#define ETHER_OUI_MAX   64

struct ether_names;

/* Read who has which block: Wireshark's list where that is installed, else IEEE's (Debian's ieee-data).
 * Without either the well-known addresses remain. NULL: out of memory. */
struct ether_names *ether_names_load(void);
void ether_names_free(struct ether_names *names);

/* The name of an address; out is "02:00:00:00:00:01" where it has none. True when it has one. */
bool ether_name(const struct ether_names *names, const uint8_t octets[6], char out[ETHER_NAME_MAX]);

/* Whom its block was assigned to, in full; NULL where that is not known. Valid as long as `names`. */
const char *ether_vendor(const struct ether_names *names, const uint8_t octets[6]);

/* Whom a block of 24 bits was assigned to, as Wireshark's *.oui_resolved: the bit of groups is not passed
 * over here, and a name has 63 octets at most. False: not known. */
bool ether_oui(const struct ether_names *names, uint32_t oui, char out[ETHER_OUI_MAX]);

/* The address in a text of six pairs of digits with colons; false when it is none. */
bool ether_parse(const char *text, uint8_t octets[6]);

/* Eight letters for an organization: words that say what kind of company it is left out, the others put
 * together. */
void ether_short_name(const char *organization, char out[ETHER_SHORT_MAX]);

#endif
