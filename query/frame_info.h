/* The SQL function frame_info(frame_id): the Info column of a frame, made by dissecting the capture again up
 * to it (query/replay.h); frames asked for in ascending order cost one way through. NULL where there is no
 * such frame or its octets cannot be read. And frame_protocol(frame_id), the Protocol column, with what only
 * later frames tell (the version of TLS): the archive's own has what was known when the frame came. */
#ifndef PCAPDEX_QUERY_FRAME_INFO_H
#define PCAPDEX_QUERY_FRAME_INFO_H

#include <sqlite3.h>

/* Both, for the archive that is the connection's main database; `path` is what messages call it and stays
 * with the caller. SQLITE_OK or an error. */
int frame_info_register(sqlite3 *db, const char *path);

/* Give back what it holds: before the connection is closed. */
void frame_info_release(sqlite3 *db);

#endif
