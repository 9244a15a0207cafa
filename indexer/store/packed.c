#include "indexer/store/packed.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "indexer/store/chunk.h"

enum { HEADER = 5 };
#define TEXT_MAX (UINT32_C(1) << 24) /* a KIND_BYTES value is shorter */

uint8_t *packed_make(const uint8_t *octets, uint32_t n, size_t *size)
{
	uint8_t *out = n < PACKED_MIN ? NULL : malloc(n);
	if (!out)
		return NULL;
	size_t len = chunk_compress(octets, n, out + HEADER, n - HEADER);
	if (len == 0) {
		free(out);
		return NULL;
	}
	out[0] = 0;
	for (unsigned i = 0; i < 4; i++)
		out[1 + i] = (uint8_t)(n >> 8 * i);
	*size = len + HEADER;
	return out;
}

const uint8_t *packed_read(const uint8_t *blob, size_t size, size_t *n, bool *own)
{
	*own = false;
	*n = size;
	if (size <= HEADER || blob[0])
		return blob;
	uLongf len = (uLongf)blob[1] | (uLongf)blob[2] << 8 | (uLongf)blob[3] << 16 | (uLongf)blob[4] << 24;
	uint8_t *out = len && len < TEXT_MAX ? malloc(len) : NULL;
	if (!out || uncompress(out, &len, blob + HEADER, size - HEADER) != Z_OK) {
		free(out);
		*n = 0;
		return NULL;
	}
	*n = len;
	*own = true;
	return out;
}
