/* Base64 (RFC 4648, section 4). */
#ifndef PCAPDEX_DISSECTORS_BASE64_H
#define PCAPDEX_DISSECTORS_BASE64_H

#include <stddef.h>
#include <stdint.h>

/* Decode n characters into `out`, which takes at most n octets; gives how many they are. Characters that are
 * not of the alphabet are skipped, padding ends it. */
size_t base64_decode(uint8_t *out, const uint8_t *in, size_t n);

#endif
