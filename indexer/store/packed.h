/* Texts that are kept with their rows because they stand nowhere plain in the capture (KIND_BYTES with
 * BASE_TEXT: bodies that were put together or decoded): long ones are compressed. Such a text has no NUL in
 * it, so a blob that begins with one is a packed text: NUL, its length (4 octets, little-endian), a zlib
 * stream (RFC 1950). */
#ifndef PCAPDEX_STORE_PACKED_H
#define PCAPDEX_STORE_PACKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PACKED_MIN 256 /* shorter ones stay as they are */

/* Octets of n as a packed text, in memory for free(); NULL: it does not shrink. */
uint8_t *packed_make(const uint8_t *octets, uint32_t n, size_t *size);

/* The text of a blob. *own: in memory for free(). NULL: it is damaged. */
const uint8_t *packed_read(const uint8_t *blob, size_t size, size_t *n, bool *own);

#endif
