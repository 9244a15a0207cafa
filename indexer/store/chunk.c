#include "indexer/store/chunk.h"

#include <stdlib.h>
#include <string.h>

#if HAVE_ISAL

#include <isa-l/igzip_lib.h>

size_t chunk_compress(const uint8_t *octets, size_t size, uint8_t *out, size_t out_max)
{
	static __thread uint8_t levels[ISAL_DEF_LVL1_DEFAULT];
	static __thread struct isal_zstream stream;
	isal_deflate_stateless_init(&stream);
	stream.level = 1;
	stream.level_buf = levels;
	stream.level_buf_size = sizeof(levels);
	stream.gzip_flag = IGZIP_ZLIB;
	stream.end_of_stream = 1;
	stream.flush = NO_FLUSH;
	stream.next_in = (uint8_t *)(uintptr_t)octets;
	stream.avail_in = (uint32_t)size;
	stream.next_out = out;
	stream.avail_out = (uint32_t)(out_max < size ? out_max : size);
	return isal_deflate_stateless(&stream) == COMP_OK && stream.avail_in == 0 && stream.total_out < size
		       ? stream.total_out
		       : 0;
}

#else

#include <zlib.h>

size_t chunk_compress(const uint8_t *octets, size_t size, uint8_t *out, size_t out_max)
{
	uLongf n = out_max;
	return compress2(out, &n, octets, size, 1) == Z_OK && n < size ? n : 0;
}

#endif
