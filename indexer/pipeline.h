/* The threads of indexing: the caller reads and dissects; one thread compresses and hashes raw octets, one
 * writes to SQLite. Between them stand bounded queues: who is ahead waits. The rows, and their order in each
 * table, are the same with and without threads. */
#ifndef PCAPDEX_PIPELINE_H
#define PCAPDEX_PIPELINE_H

#include <openssl/evp.h>
#include <stdbool.h>

#include "indexer/notes.h"
#include "indexer/store/store.h"

struct pipeline;

/* What the pipeline works with; the caller keeps it until pipeline_stop(). */
struct pipeline_use {
	struct store *store;
	struct dict *dict;
	EVP_MD_CTX *sha;
	/* Called before anything is written, by the thread that writes: begin the transaction. Gives the
	 * capture's id, or -1: the archive failed. */
	int64_t (*begin)(void *ctx);
	/* Called when all rows and chunks are in, by pipeline_finish(): store_settle(). 0 or -1. */
	int (*settle)(void *ctx);
	void *ctx;
};

/* threads: false runs every step in the caller. NULL when out of memory. */
struct pipeline *pipeline_start(const struct pipeline_use *use, bool threads);

/* Rows to fill. */
struct rows *pipeline_rows(struct pipeline *p);

/* Hand the filled rows over for writing; pipeline_rows() then gives others. 0, or -1: the archive failed. */
int pipeline_flush(struct pipeline *p);

/* Hand these notes over for writing; they are empty then. 0 or -1. */
int pipeline_notes(struct pipeline *p, struct notes *notes);

/* Octets of the capture file, in order. 0 or -1 (also: out of memory). */
int pipeline_raw(struct pipeline *p, const uint8_t *octets, size_t n);

/* A record ends at this offset of the file: a chunk may end here. */
int pipeline_border(struct pipeline *p, uint64_t offset);

/* Write all that is left and wait for it. 0, or -1: the archive failed. Afterwards the store is the caller's
 * again. */
int pipeline_finish(struct pipeline *p);

/* Stop the threads, and tell what the archive said when it failed; "" where it did not. */
const char *pipeline_error(struct pipeline *p);

/* Stop and free; what was not written is dropped. NULL is allowed. */
void pipeline_stop(struct pipeline *p);

#endif
