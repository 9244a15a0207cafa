/* Compressing the raw octets of a capture. */
#ifndef PCAPDEX_STORE_CHUNK_H
#define PCAPDEX_STORE_CHUNK_H

#include <stddef.h>
#include <stdint.h>

/* zlib stream (RFC 1950) of the octets into out[size_max]; its length, or 0 where it would not shrink.
 * ISA-L's igzip where the build has it, else zlib level 1. */
size_t chunk_compress(const uint8_t *octets, size_t size, uint8_t *out, size_t out_max);

/* The octets of a zlib stream that holds exactly `size` of them. 0, or -1: it does not, or is damaged. */
int chunk_expand(const uint8_t *data, size_t data_len, uint8_t *out, size_t size);

#endif
