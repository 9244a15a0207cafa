/* Reading raw octets of a capture back from its chunks. */
#ifndef PCAPDEX_STORE_RAW_H
#define PCAPDEX_STORE_RAW_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

struct raw;

/* A reader that keeps the last chunk unpacked. NULL when out of memory. */
struct raw *raw_open(sqlite3 *db);
void raw_close(struct raw *r); /* takes NULL */

/* Octets [offset, offset + n) of the capture's decompressed file; valid until the next call. NULL when they
 * are not there or a chunk is broken: raw_error() says why. */
const uint8_t *raw_read(struct raw *r, int64_t capture_id, uint64_t offset, size_t n);
const char *raw_error(const struct raw *r);

/* Octets that stand in pieces, as schema/kind.h says: *n of them, to be freed by the caller. NULL when they
 * are not there, as raw_read(), or the text is broken. */
uint8_t *raw_pieces(struct raw *r, int64_t capture_id, const char *pieces, size_t *n);

/* Unpack one chunk's data (a zlib stream, or plain where data_len = size) into out[size]. 0 or -1. */
int raw_unpack(const void *data, size_t data_len, uint8_t *out, size_t size);

#endif
