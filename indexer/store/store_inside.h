/* What the files of the store share: store.c (connection and transactions), store_map.c (the dictionary),
 * store_rows.c (rows, chunks, totals). */
#ifndef PCAPDEX_STORE_INSIDE_H
#define PCAPDEX_STORE_INSIDE_H

#include "indexer/store/batch.h"
#include "indexer/store/fresh.h"
#include "indexer/store/image.h"
#include "indexer/store/store.h"

#define MAX_INSERTS 24

/* The statements that empty one batch: into the main table, its parts, the further layers. */
struct drain {
	struct outlet {
		sqlite3_stmt *image, *batch; /* from image.h; from batch.h, made when it is needed */
		struct record_table table;
	} outlets[RECORD_TABLES_MAX];
	unsigned n;
	bool ready;
};

struct store {
	sqlite3 *db;
	const struct protocol *const *protocols;
	size_t nprotocols;
	struct batch_source source;
	struct image *image; /* NULL: not made yet, or not to be had: all rows go through batch.h */
	bool no_image;
	struct fresh
		*fresh; /* the archive's first capture on its way, laid out; NULL: SQLite takes the rows */
	bool laid;      /* its rows are all in the file: what is left goes through SQLite */
	struct drain *drains;
	sqlite3_stmt *find_address, *add_address, *find_text, *add_text, *find_stack, *add_stack, *add_chunk;
	struct {
		const char *table;
		sqlite3_stmt *st;
	} inserts[MAX_INSERTS];
	unsigned ninserts;
	int64_t capture_id;
	bool first;  /* the archive has no addresses and texts but those of this capture, each of which comes
			once */
	bool expert; /* tables were made that the view `expert` does not know yet */
	bool open;   /* a transaction is */
	bool made;   /* the archive was, by us */
	int making;  /* making.h: it has not its name yet; -1: it has */
	char *path;
	unsigned reconnects;
	char error[512]; /* what is wrong beside SQLite's own errors */
};

/* Prepare a statement that is kept. 0 or -1. */
int store_prepare(struct store *s, sqlite3_stmt **st, const char *sql);

/* Finish a statement that gives no rows. 0 or -1. */
int store_done(sqlite3_stmt *st);

/* The first column of its row, if any: 1 there is one, 0 none, -1 error. */
int store_query(sqlite3_stmt *st, int64_t *out);

/* The archive's ids of the dictionary's new entries. 0 or -1. */
int store_map_news(struct store *s, const struct dict_news *news);

#endif
