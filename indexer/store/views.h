/* The views: what users see of the tables. */
#ifndef PCAPDEX_STORE_VIEWS_H
#define PCAPDEX_STORE_VIEWS_H

#include <sqlite3.h>

#include "indexer/packet.h"

/* A record without a field for users is storage: what is to be seen of it has a view of its own (core.sql).
 */
bool views_shown(const struct record *rec);

/* The record's views, in place of those that it has. SQLITE_OK or an error code. */
int views_install(sqlite3 *db, const struct protocol *p, const struct record *rec);

/* Views that look like those of views_install() and are empty, of all records that are wanted: the same
 * SELECT works on every archive. replace: there may be views of these names. */
int views_install_empty(sqlite3 *db, const struct protocol *const *protocols, size_t n, bool replace,
	bool (*wanted)(sqlite3 *db, const struct record *rec));

/* The view `expert`: the items of all tables that have some. Made anew whenever there is one more. */
int views_install_expert(sqlite3 *db);

/* Run the statements, and free them. */
int views_run(sqlite3 *db, sqlite3_str *s);

#endif
