/* Addresses as text. */
#ifndef PCAPDEX_SCHEMA_ADDRESS_H
#define PCAPDEX_SCHEMA_ADDRESS_H

#include <stddef.h>
#include <stdint.h>

/* The text that Wireshark prints: 192.0.2.1; RFC 5952 for IPv6; text (KIND_TEXT) as it is, cut to fit; octets
 * in hexadecimal with colons for all else. kind: enum kind. */
void address_text(char out[64], uint8_t kind, const uint8_t *octets, size_t len);

#endif
