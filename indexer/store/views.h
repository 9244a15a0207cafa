/* The views: what users see of the tables. */
#ifndef PCAPDEX_STORE_VIEWS_H
#define PCAPDEX_STORE_VIEWS_H

#include <sqlite3.h>

#include "indexer/packet.h"
#include "indexer/store/schema_rows.h"

/* A record without a field for users is storage: what is to be seen of it has a view of its own (core.sql).
 */
bool views_shown(const struct record *rec);

/* The record's views, in place of those that it has. SQLITE_OK or an error code. */
int views_install(sqlite3 *db, const struct protocol *p, const struct record *rec);

/* The same, written with others. empty: of a record that no capture has yet; the views look alike and have no
 * rows, so that the same SELECT works on every archive. */
void views_put(struct schema_rows *rows, const struct protocol *p, const struct record *rec, bool empty);

/* The view `expert`: the items of all tables that have some. Made anew whenever there is one more. */
int views_install_expert(sqlite3 *db);

/* Run the statements, and free them. */
int views_run(sqlite3 *db, sqlite3_str *s);

#endif
