#include "indexer/store/raw.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "indexer/store/chunk.h"

#define CHUNK_MAX (1u << 30) /* a chunk that says it is larger is broken */

struct raw {
	sqlite3_stmt *find;
	int64_t capture_id;
	uint64_t offset; /* of the chunk held */
	uint8_t *chunk;
	size_t chunk_used, chunk_size;
	uint8_t *joined; /* what spans chunks */
	size_t joined_size;
	char error[160];
};

struct raw *raw_open(sqlite3 *db)
{
	struct raw *r = calloc(1, sizeof(*r));
	if (r && sqlite3_prepare_v3(db,
			 "SELECT offset, size, data FROM chunk WHERE capture_id=?1 AND offset<=?2 ORDER BY "
			 "offset DESC LIMIT 1",
			 -1, SQLITE_PREPARE_PERSISTENT, &r->find, NULL) != SQLITE_OK)
		snprintf(r->error, sizeof(r->error), "%s", sqlite3_errmsg(db));
	return r;
}

void raw_close(struct raw *r)
{
	if (!r)
		return;
	sqlite3_finalize(r->find);
	free(r->chunk);
	free(r->joined);
	free(r);
}

const char *raw_error(const struct raw *r)
{
	return r->error;
}

int raw_unpack(const void *data, size_t data_len, uint8_t *out, size_t size)
{
	if (data_len == size) {
		if (size)
			memcpy(out, data, size);
		return 0;
	}
	return chunk_expand(data, data_len, out, size);
}

static int reserve(uint8_t **buffer, size_t *size, size_t n)
{
	if (*size >= n)
		return 0;
	uint8_t *fresh = realloc(*buffer, n);
	if (!fresh)
		return -1;
	*buffer = fresh;
	*size = n;
	return 0;
}

/* Hold the chunk that has the octet at `offset`. */
static int load(struct raw *r, int64_t capture_id, uint64_t offset)
{
	if (r->chunk_used && r->capture_id == capture_id && offset >= r->offset &&
		offset - r->offset < r->chunk_used)
		return 0;
	if (!r->find)
		return -1;
	int rc = -1;
	r->chunk_used = 0;
	sqlite3_bind_int64(r->find, 1, capture_id);
	sqlite3_bind_int64(r->find, 2, (int64_t)offset);
	if (sqlite3_step(r->find) == SQLITE_ROW) {
		int64_t size = sqlite3_column_int64(r->find, 1);
		r->offset = (uint64_t)sqlite3_column_int64(r->find, 0);
		if (size > 0 && size < CHUNK_MAX && offset - r->offset < (uint64_t)size &&
			reserve(&r->chunk, &r->chunk_size, (size_t)size) == 0 &&
			raw_unpack(sqlite3_column_blob(r->find, 2), (size_t)sqlite3_column_bytes(r->find, 2),
				r->chunk, (size_t)size) == 0) {
			r->chunk_used = (size_t)size;
			r->capture_id = capture_id;
			rc = 0;
		}
	}
	if (rc < 0)
		snprintf(r->error, sizeof(r->error),
			"the chunk of capture %lld at offset %llu is missing or broken",
			(long long)capture_id, (unsigned long long)offset);
	sqlite3_reset(r->find);
	return rc;
}

const uint8_t *raw_read(struct raw *r, int64_t capture_id, uint64_t offset, size_t n)
{
	static const uint8_t nothing[1];
	if (!n)
		return nothing;
	if (load(r, capture_id, offset) < 0)
		return NULL;
	if (n <= r->chunk_used - (offset - r->offset))
		return r->chunk + (offset - r->offset);
	if (reserve(&r->joined, &r->joined_size, n) < 0)
		return NULL;
	for (size_t have = 0; have < n;) {
		if (load(r, capture_id, offset + have) < 0)
			return NULL;
		size_t at = (size_t)(offset + have - r->offset), part = r->chunk_used - at;
		if (part > n - have)
			part = n - have;
		memcpy(r->joined + have, r->chunk + at, part);
		have += part;
	}
	return r->joined;
}

uint8_t *raw_pieces(struct raw *r, int64_t capture_id, const char *pieces, size_t *n)
{
	char *p;
	unsigned long long size = strtoull(pieces, &p, 10), have = 0;
	uint8_t *out = size && size <= CHUNK_MAX && *p == '@' ? malloc((size_t)size) : NULL;
	while (out && have < size) {
		unsigned long long offset = *p ? strtoull(p + 1, &p, 10) : 0; /* behind the '@' or ',' */
		unsigned long long len = *p == '+' ? strtoull(p + 1, &p, 10) : 0;
		const uint8_t *from =
			len && len <= size - have ? raw_read(r, capture_id, offset, (size_t)len) : NULL;
		if (!from) {
			free(out);
			return NULL;
		}
		memcpy(out + have, from, (size_t)len);
		have += len;
	}
	*n = (size_t)size;
	return out;
}
