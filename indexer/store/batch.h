/* A batch of rows as a virtual table, so that one `INSERT INTO t SELECT * FROM batch` moves thousands of rows
 * into SQLite without a bind each. */
#ifndef PCAPDEX_STORE_BATCH_H
#define PCAPDEX_STORE_BATCH_H

#include <sqlite3.h>

#include "indexer/rows.h"
#include "indexer/store/names.h"

/* From the dictionary's numbers to the archive's ids. */
struct id_map {
	int64_t *ids; /* ids[local - 1] */
	size_t n, size;
};

/* What all batch tables of a connection read from; the store sets `rows` before each insert. */
struct batch_source {
	const struct rows *rows;
	struct id_map address, text, stack;
};

/* Register the module "batch" on the connection. */
int batch_register(sqlite3 *db, struct batch_source *source);

/* Make temp.NAME a table of the rows of batch `index` that go into the table of this role. */
int batch_create(sqlite3 *db, const char *name, unsigned index, enum table_role role, unsigned part);

#endif
