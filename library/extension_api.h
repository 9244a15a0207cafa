/* Included before all else in what goes into the extension: sqlite3_NAME() is then an entry of the host's
 * table (https://www.sqlite.org/loadext.html). */
#ifndef PCAPDEX_LIBRARY_EXTENSION_API_H
#define PCAPDEX_LIBRARY_EXTENSION_API_H

#include <sqlite3ext.h>

extern const sqlite3_api_routines *sqlite3_api;

#endif
