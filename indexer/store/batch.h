/* A batch of rows as a virtual table, so that one `INSERT INTO t SELECT * FROM batch` moves thousands of rows
 * into SQLite without a bind each. */
#ifndef PCAPDEX_STORE_BATCH_H
#define PCAPDEX_STORE_BATCH_H

#include <sqlite3.h>

#include "indexer/dict.h"
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
	int64_t shift; /* from the rows' frame ids to the archive's */
	struct id_map maps[DICT_SPACES];
};

/* Which rows of a batch go into a table. */
struct batch_filter {
	bool all;
	enum table_role role;
	uint64_t mask[RECORD_FIELDS_MAX / 64]; /* fields of the part */
};

void batch_filter_make(struct batch_filter *f, const struct record *rec, enum table_role role, unsigned part);

static inline bool batch_wanted(const struct batch_filter *f, const struct row *r)
{
	switch (f->role) {
	case TABLE_MORE:
		return r->layer > 1;
	case TABLE_PART:
		return r->layer == 1 && ((r->set[0] & f->mask[0]) || (r->set[1] & f->mask[1]));
	default:
		return f->all || r->layer == 1;
	}
}

/* A value as the archive keeps it. */
struct batch_value {
	int type;        /* SQLITE_NULL, SQLITE_INTEGER, SQLITE_FLOAT, SQLITE_BLOB, SQLITE_TEXT */
	bool own;        /* octets are the caller's to free() */
	int64_t integer; /* SQLITE_FLOAT: the bits of the double */
	const uint8_t *octets;
	size_t size;
};

/* The value of a field that the row has. */
void batch_value(
	const struct batch_source *source, const struct row *r, unsigned field, struct batch_value *out);

/* Register the module "batch" on the connection. */
int batch_register(sqlite3 *db, struct batch_source *source);

/* Make temp.NAME a table of the rows of batch `index` that go into the table of this role. */
int batch_create(sqlite3 *db, const char *name, unsigned index, enum table_role role, unsigned part);

#endif
