/* Rows that do not come in the order of their table's key, kept until all are there. */
#ifndef PCAPDEX_STORE_LOOSE_H
#define PCAPDEX_STORE_LOOSE_H

#include <sqlite3.h>

#include "indexer/store/format.h"

struct loose {
	struct loose_row {
		int64_t frame, second; /* the key */
		size_t at;             /* of its record in octets: types, then values */
		uint32_t ntypes, size;
	} * rows;
	uint8_t *octets;
	size_t n, rows_size, used, octets_size;
};

/* Keep a copy. 0, or -1 out of memory. */
int loose_add(struct loose *l, int64_t frame, int64_t second, const struct payload *row);
void loose_free(struct loose *l);

/* Order the rows by key. */
void loose_sort(struct loose *l);

/* Row i as it was. 0, or -1 out of memory. */
int loose_get(const struct loose *l, size_t i, struct payload *out);

/* Insert all rows into the table. SQLITE_OK or an error code. */
int loose_insert(const struct loose *l, sqlite3 *db, const char *table);

#endif
