/* SQL functions over the archive that is a connection's main database, for SQLite clients (the extension
 * pcapdex.so) and for `pcapdex sql`:
 *
 *	frame_bytes(frame_id)        captured octets of the frame, BLOB; NULL: there is no such frame
 *	frame_info(frame_id)         its Info column
 *	in_subnet(address, network)  1 or 0: is the address in 10.0.0.0/8 or 2001:db8::/32? NULL: it is no
 *address display_filter(FILTER)       a table of the frames that match a display filter: frame_id,
 *capture_id, number
 *
 * They read through a connection of their own, opened when first asked: so a database from elsewhere is
 * read defensively whatever the client's settings, and nothing stays open that would keep the client from
 * closing. */
#ifndef PCAPDEX_QUERY_SQL_FUNCTIONS_H
#define PCAPDEX_QUERY_SQL_FUNCTIONS_H

#include <sqlite3.h>

/* `path`: the archive or server that they read; it stays with the caller. NULL: the file of the connection's
 * main database. SQLITE_OK or an error. */
int sql_functions_register(sqlite3 *db, const char *path);

#endif
