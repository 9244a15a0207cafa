/* NetBIOS names (RFC 1001, section 14): 15 octets and one that says what stands behind the name. */
#ifndef PCAPDEX_DISSECTORS_NETBIOS_NAME_H
#define PCAPDEX_DISSECTORS_NETBIOS_NAME_H

#include "indexer/cursor.h"

#define NETBIOS_NAME_LEN 16

struct netbios_name {
	char text[512];
	uint16_t len;
	int type;          /* the sixteenth octet; -1: not a name */
	uint32_t at, used; /* where it stood in the cursor's octets */
};

/* Read a name in its two encodings: a domain name whose first label has two letters an octet. Pointers count
 * from octet `base`. As text "WORKGROUP<1d>" and the scope, or what is wrong with it. False once the cursor
 * has failed. */
bool netbios_name_read(struct netbios_name *name, struct cursor *c, uint32_t base);

/* The first 15 of 16 plain octets as text, without the blanks at the end. Gives the length. `out` has room
 * for 64. */
unsigned netbios_name_plain(char *out, const uint8_t octets[NETBIOS_NAME_LEN]);

/* What a name's type stands for: "Server service", else "Unknown". */
const char *netbios_name_type(int type);

#endif
