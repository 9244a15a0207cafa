#ifndef PCAPDEX_DISSECTORS_JSON_H
#define PCAPDEX_DISSECTORS_JSON_H

#include "indexer/cursor.h"

/* Is all of it one object or array? For protocols whose messages may be JSON. */
bool json_is_document(const struct cursor *c);

#endif
