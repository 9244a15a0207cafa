/* Batches as tables of a second database, made in memory: rows are laid out as SQLite's own records and
 * pages (https://www.sqlite.org/fileformat2.html), which `INSERT INTO main.t SELECT * FROM batch.t` moves
 * without a look at their columns (SQLite's transfer optimization). A third of the time that rows take
 * through a virtual table; for tables with frame_id as their key. What does not fit is left to batch.h. */
#ifndef PCAPDEX_STORE_IMAGE_H
#define PCAPDEX_STORE_IMAGE_H

#include <sqlite3.h>

#include "indexer/packet.h"
#include "indexer/store/batch.h"

struct image;

/* Attach the database "batch" with a table for each table of the protocols that is keyed by frame_id alone.
 * NULL when that cannot be had (out of memory, or an SQLite that does not map memory): nothing is attached
 * then. */
struct image *image_new(sqlite3 *db, const struct protocol *const *protocols, size_t n);

/* Before the connection is closed nothing of it may be freed: after sqlite3_close(). Takes NULL. */
void image_free(struct image *image);

/* A new batch: what the tables held is gone. */
void image_clear(struct image *image);

/* Lay out the batch's rows for the table of this role in batch.NAME. Gives their number, or -1 when they do
 * not fit or come out of order: nothing was laid out, send them another way. */
int64_t image_fill(struct image *image, const struct batch_source *source, unsigned index,
	enum table_role role, unsigned part);

#endif
