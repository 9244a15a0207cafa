/* The writer's side of an archive: one capture at a time, in one transaction. */
#ifndef PCAPDEX_STORE_H
#define PCAPDEX_STORE_H

#include <sqlite3.h>

#include "indexer/packet.h"
#include "indexer/store/totals.h"

struct store;

/* Open or make the archive for writing. message: at least 512 octets, filled on failure (NULL is returned).
 */
struct store *store_open(const char *path, const struct protocol *const *protocols, size_t n, char *message);
void store_close(struct store *s); /* takes NULL; an open transaction is undone */

/* Before store_close(), which does it where it was not done: leave the archive as one plain file at rest. 0,
 * or -1 with a message (512 octets) when that failed; what was committed is safe then, too. An archive that
 * does not exist gets its name with its first capture, and is nowhere if none came in. */
int store_finish(struct store *s, char *message);

/* The archive's connection: another one after the first store_commit() of an archive that is made. NULL:
 * there is none, see store_error(). */
sqlite3 *store_db(struct store *s);

/* An archive that is made gets its name now, without a capture. 0 or -1. */
int store_put_in_place(struct store *s);

/* What went wrong last, for a message. */
const char *store_error(struct store *s);

/* Is this file in the archive already (with the same --bpf)? 1 yes (*id), 0 no, -1 error. */
int store_find(struct store *s, const char *sha256, const char *bpf, int64_t *id);

/* Is there any capture of this size? Cheap first look before a file is hashed. */
int store_has_size(struct store *s, uint64_t file_size);

/* Begin the transaction of one capture, whose file has `size` octets (UINT64_MAX: unknown); waits for another
 * writer. Gives its id and that of its first frame. */
int store_begin(struct store *s, uint64_t size, int64_t *capture_id, int64_t *first_frame);

/* After store_begin(): give the capture these numbers instead of those that follow, where nothing has them.
 */
void store_keep_ids(struct store *s, int64_t wanted_capture, int64_t wanted_first, int64_t *capture_id,
	int64_t *first_frame);

/* Prepared INSERT into a table of core.sql: values bound by the caller, kept until the store is closed. */
sqlite3_stmt *store_insert(struct store *s, const char *table, unsigned columns);

/* Move all rows into their tables, frame 1 of them to the capture's first id; new entries of the dictionary
 * first. The rows stay. 0 or -1. */
int store_flush(struct store *s, const struct rows *rows, const struct dict_news *news);

/* A raw chunk: octets [offset, offset + size) of the file; data is their zlib stream, or they themselves
 * where data_len = size. 0 or -1. */
int store_chunk(struct store *s, uint64_t offset, const uint8_t *data, size_t data_len, size_t size);

/* An archive id of a dictionary number; 0 none. After a flush. */
int64_t store_address(const struct store *s, uint32_t local);

int64_t store_stack(const struct store *s, uint32_t local);

/* Tables of core.sql that have many rows, all integers, the capture's id first. */
enum store_ints { INTS_CONVERSATION, INTS_LENGTH, INTS_SECOND, INTS_IO, INTS_TABLES };

extern const struct ints_table {
	const char *name;
	unsigned columns, key; /* key: how many of them are the primary key */
} ints_tables[INTS_TABLES];

/* Before store_settle(): add a row with these first n columns; the others are NULL. Rows in the order of the
 * table's key cost least. 0 or -1. */
int store_ints(struct store *s, enum store_ints table, const int64_t values[], unsigned n);

/* The totals of the capture: those of lengths and seconds before store_settle(), the others behind it. 0 or
 * -1. */
int store_counts(struct store *s, const struct totals *totals);
int store_totals(struct store *s, const struct totals *totals);

/* All rows and chunks are in. Rows of the first capture of an archive are laid out beside SQLite (fresh.h):
 * before this, store_is_laying() and nothing else may be written. 0 or -1. */
int store_settle(struct store *s);
bool store_is_laying(const struct store *s);

int store_commit(struct store *s);
void store_rollback(struct store *s);

#endif
