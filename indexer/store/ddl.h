/* Tables, views and catalogue of the protocols, from their field tables. */
#ifndef PCAPDEX_STORE_DDL_H
#define PCAPDEX_STORE_DDL_H

#include <sqlite3.h>

#include "indexer/packet.h"

/* Make them all in a fresh archive, inside the caller's transaction. SQLITE_OK or an error code. */
int ddl_install(sqlite3 *db, const struct protocol *const *protocols, size_t n);

/* A number that changes whenever a table would: kept in the archive (table `protocol`, row ''), so that an
 * indexer with other tables refuses to write into it. */
int64_t ddl_hash(const struct protocol *const *protocols, size_t n);

/* Are the archive's tables those of these protocols? */
bool ddl_same(sqlite3 *db, const struct protocol *const *protocols, size_t n);

#endif
