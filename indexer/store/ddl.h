/* Tables, views and catalogue of the protocols, from their field tables. The catalogue knows every field; the
 * tables of a record are made when the first row for it comes, its views are empty until then. */
#ifndef PCAPDEX_STORE_DDL_H
#define PCAPDEX_STORE_DDL_H

#include <sqlite3.h>

#include "indexer/packet.h"
#include "indexer/store/names.h"

/* Make catalogue, views, and the tables that questions rely on, in a fresh archive inside the caller's
 * transaction. SQLITE_OK or an error code, like the others here. */
int ddl_install(sqlite3 *db, const struct protocol *const *protocols, size_t n);

/* Are the tables of this record there? */
bool ddl_has(sqlite3 *db, const struct record *rec);

/* Make them, inside the caller's transaction. Where *expert is true then, the view `expert` has to be made
 * anew before the transaction ends: ddl_end() does, and sets it to false. */
int ddl_add(sqlite3 *db, const struct protocol *p, const struct record *rec, bool *expert);
int ddl_end(sqlite3 *db, bool *expert);

/* A record whose tables are in the file already, each with the page of its root, in the order of
 * record_tables(). */
struct ddl_laid {
	const struct protocol *protocol;
	const struct record *record;
	uint32_t roots[RECORD_TABLES_MAX];
};

/* ddl_add() for those. */
int ddl_add_laid(sqlite3 *db, const struct ddl_laid *list, size_t n, bool *expert);

/* Append the CREATE TABLE statements of the record's tables that are keyed by frame_id alone. */
void ddl_frame_tables(sqlite3_str *s, const struct protocol *p, const struct record *rec);

enum ddl_state {
	DDL_SAME,  /* tables, views and catalogue are those of these protocols */
	DDL_OLDER, /* the tables that are there agree; ddl_update() brings views and catalogue up to date */
	DDL_OTHER  /* a table is another one: rows of these protocols do not fit */
};
enum ddl_state ddl_state(sqlite3 *db, const struct protocol *const *protocols, size_t n);

/* Views and catalogue anew, inside the caller's transaction. */
int ddl_update(sqlite3 *db, const struct protocol *const *protocols, size_t n);

#endif
