/* Opening an archive: is it one, which version, may it be written? */
#ifndef PCAPDEX_SCHEMA_ARCHIVE_H
#define PCAPDEX_SCHEMA_ARCHIVE_H

#include <sqlite3.h>

#define ARCHIVE_APPLICATION_ID 0x50634478 /* "PcDx" */
#define ARCHIVE_VERSION        1          /* PRAGMA user_version: of core.sql and of the rules of storage */

enum archive_mode {
	ARCHIVE_READ,  /* read-only, defensive: nothing in the file can run */
	ARCHIVE_WRITE, /* must exist */
	ARCHIVE_CREATE /* made (mode 0600) when it does not exist */
};

enum archive_status {
	ARCHIVE_OK = 0,
	ARCHIVE_EMPTY = 1, /* just made: archive_install() must follow, in a transaction */
	ARCHIVE_ERROR = -1 /* message filled */
};

/* Open `path`. On error *db is NULL and message (at least 512 octets) says what is wrong, naming the file. */
enum archive_status archive_open(sqlite3 **db, const char *path, enum archive_mode mode, char *message);

/* Put the tables of core.sql into an empty database and mark it as ours. SQLITE_OK or an error code. */
int archive_install(sqlite3 *db);

/* The text of core.sql. */
extern const char schema_core_sql[];

#endif
