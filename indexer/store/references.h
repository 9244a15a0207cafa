/* Which columns of the archive's tables are ids of its dictionaries. */
#ifndef PCAPDEX_STORE_REFERENCES_H
#define PCAPDEX_STORE_REFERENCES_H

#include <stddef.h>

#include "indexer/packet.h"
#include "indexer/store/dictionary.h"

/* Call `each` for every column that refers to a dictionary, of the protocols' tables (made or not yet) and of
 * the core's. It stops when that gives what is not 0, and gives it back. */
int references_each(const struct protocol *const *protocols, size_t n,
	int (*each)(void *ctx, const char *table, const char *column, enum dictionary dictionary), void *ctx);

#endif
