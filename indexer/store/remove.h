/* Taking captures out of an archive. */
#ifndef PCAPDEX_STORE_REMOVE_H
#define PCAPDEX_STORE_REMOVE_H

#include <sqlite3.h>

#include "indexer/packet.h"

/* Delete all rows of a capture from every table, inside the caller's transaction. SQLITE_OK or an error code.
 */
int remove_capture(sqlite3 *db, int64_t capture_id);

/* Delete the addresses, texts and stacks that no row uses any more: names that only a removed capture had
 * shall not stay behind. Reads every table that refers to one, once. The archive's tables must be those of
 * the protocols: ddl_state(). */
int remove_unused(sqlite3 *db, const struct protocol *const *protocols, size_t n);

#endif
