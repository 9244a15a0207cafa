/* The first capture of an archive that is being made (making.h). Nobody has anything to lose there: its rows
 *are laid out as the pages that SQLite would make of them (bulk.h), in less than half the time that rows take
 *through SQLite.
 *
 *	struct fresh *f = fresh_new(fd, protocols, n); // the file of an empty archive
 *	fresh_address(), fresh_text(), fresh_stack(), fresh_flush(), fresh_chunk(), fresh_ints() ...
 *	fresh_end(f, db, &expert);                     // from here on db is an archive with these rows
 *	fresh_free(f); */
#ifndef PCAPDEX_STORE_FRESH_H
#define PCAPDEX_STORE_FRESH_H

#include <sqlite3.h>

#include "indexer/store/batch.h"
#include "indexer/store/store.h"

struct fresh;

/* Lay out pages behind those that the file has, whose tables of frames, addresses, texts, stacks and chunks
 * are empty. The caller keeps fd, and lets nobody write the file until fresh_end(). NULL out of memory. */
struct fresh *fresh_new(int fd, const struct protocol *const *protocols, size_t n);
void fresh_free(struct fresh *f); /* takes NULL */

/* What repeats: the id it has; 0 when that failed. Addresses and texts come once each. */
int64_t fresh_address(struct fresh *f, uint8_t kind, const uint8_t *octets, size_t len);
int64_t fresh_text(struct fresh *f, int64_t hash, const char *text, size_t len);
int64_t fresh_stack(struct fresh *f, const char *protocols, const char *items, const char *shown);

/* All rows of the batches. 0 or -1, as below. */
int fresh_flush(struct fresh *f, const struct batch_source *source);

/* As store_chunk(). */
int fresh_chunk(struct fresh *f, int64_t capture_id, uint64_t offset, const uint8_t *data, size_t data_len,
	size_t size);

/* As store_ints(). */
int fresh_ints(struct fresh *f, enum store_ints table, const int64_t values[], unsigned n);

/* All rows are there: make tables for them. db: a connection to the file, outside a transaction; it has
 * written nothing yet. *expert: as in ddl_add(). */
int fresh_end(struct fresh *f, sqlite3 *db, bool *expert);

/* What went wrong, for a message; "" when it was SQLite. */
const char *fresh_error(const struct fresh *f);

#endif
