/* Domain names as they stand in messages, and as text. */
#ifndef PCAPDEX_DISSECTORS_DNS_NAME_H
#define PCAPDEX_DISSECTORS_DNS_NAME_H

#include "indexer/cursor.h"

/* RFC 1035, section 2.3.4: 255 octets; each may need four letters ("\003"). */
#define DNS_NAME_MAX      255
#define DNS_NAME_TEXT_MAX (DNS_NAME_MAX * 4 + 16)

struct dns_name {
	char text[DNS_NAME_TEXT_MAX]; /* printable; "<Root>" for the root */
	uint16_t text_len;
	uint16_t len; /* octets of the dotted name before it was made printable */
	uint32_t at;  /* where it stood in the cursor's octets: */
	uint32_t used;
};

/* Read the name at the cursor; it moves behind it. Pointers count from octet `base` of the cursor's octets.
 * False once the cursor has failed. */
bool dns_name_read(struct dns_name *name, struct cursor *c, uint32_t base);

/* Octets, UTF-8 as far as it is valid, as printable text: control characters as \n or \003, other unprintable
 * ones as \u200B, what is no UTF-8 as U+FFFD. `room`: of `out`; what does not fit is left out. Gives the
 * length. */
size_t dns_text_format(char *out, size_t room, const uint8_t *p, size_t n);

#endif
