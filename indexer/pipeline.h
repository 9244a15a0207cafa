/* The threads of indexing: the caller reads and dissects; one thread compresses and hashes raw octets, one
 * writes to SQLite. Between them stand bounded queues: who is ahead waits. The rows, and their order in each
 * table, are the same with and without threads. */
#ifndef PCAPDEX_PIPELINE_H
#define PCAPDEX_PIPELINE_H

#include <openssl/evp.h>
#include <stdbool.h>

#include "indexer/store/store.h"

struct pipeline;

/* threads: false runs every step in the caller. NULL when out of memory. The caller keeps store, dict and
 * sha; the pipeline uses them until pipeline_stop(). */
struct pipeline *pipeline_start(struct store *store, struct dict *dict, EVP_MD_CTX *sha, bool threads);

/* Rows to fill. */
struct rows *pipeline_rows(struct pipeline *p);

/* Hand the filled rows over for writing; pipeline_rows() then gives others. 0, or -1: the archive failed. */
int pipeline_flush(struct pipeline *p);

/* Octets of the capture file, in order. 0 or -1 (also: out of memory). */
int pipeline_raw(struct pipeline *p, const uint8_t *octets, size_t n);

/* A record ends at this offset of the file: a chunk may end here. */
int pipeline_border(struct pipeline *p, uint64_t offset);

/* Write all that is left and wait for it. 0, or -1: the archive failed. Afterwards the store is the caller's
 * again. */
int pipeline_finish(struct pipeline *p);

/* Stop and free; what was not written is dropped. NULL is allowed. */
void pipeline_stop(struct pipeline *p);

#endif
