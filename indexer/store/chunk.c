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

int chunk_expand(const uint8_t *data, size_t data_len, uint8_t *out, size_t size)
{
	static __thread struct inflate_state state;
	isal_inflate_init(&state);
	state.crc_flag = ISAL_ZLIB;
	state.next_in = (uint8_t *)(uintptr_t)data;
	state.avail_in = (uint32_t)data_len;
	state.next_out = out;
	state.avail_out = (uint32_t)size;
	return data_len <= UINT32_MAX && size <= UINT32_MAX &&
			       isal_inflate_stateless(&state) == ISAL_DECOMP_OK &&
			       state.block_state == ISAL_BLOCK_FINISH && state.total_out == size
		       ? 0
		       : -1;
}

#else

#include <zlib.h>

size_t chunk_compress(const uint8_t *octets, size_t size, uint8_t *out, size_t out_max)
{
	uLongf n = out_max;
	return compress2(out, &n, octets, size, 1) == Z_OK && n < size ? n : 0;
}

int chunk_expand(const uint8_t *data, size_t data_len, uint8_t *out, size_t size)
{
	uLongf n = size;
	return uncompress(out, &n, data, data_len) == Z_OK && n == size ? 0 : -1;
}

#endif
