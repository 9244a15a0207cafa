/* The table dfilter_layers, for filters that look into a protocol's octets (`tcp contains "x"`, `ip[0] ==
 * 45`): the layers of a frame, dissected anew after all that were before it. SELECT layer, octets, header
 * FROM dfilter_layers WHERE capture=? AND number=? AND protocol=?. */
#ifndef PCAPDEX_QUERY_LAYERS_H
#define PCAPDEX_QUERY_LAYERS_H

#include <sqlite3.h>

/* `path` of the archive, for messages. */
int layers_register(sqlite3 *db, const char *path);

#endif
