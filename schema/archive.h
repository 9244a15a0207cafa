/* Opening an archive: is it one, which version, may it be written? */
#ifndef PCAPDEX_SCHEMA_ARCHIVE_H
#define PCAPDEX_SCHEMA_ARCHIVE_H

#include <sqlite3.h>
#include <stdbool.h>

#define ARCHIVE_APPLICATION_ID 0x50634478 /* "PcDx" */
#define ARCHIVE_VERSION        1          /* PRAGMA user_version: of core.sql and of the rules of storage */

enum archive_mode {
	ARCHIVE_READ,  /* read-only, defensive: nothing in the file can run */
	ARCHIVE_WRITE, /* must exist */
	ARCHIVE_CREATE /* may be an empty file, of which an archive is to be made */
};

enum archive_status {
	ARCHIVE_OK = 0,
	ARCHIVE_EMPTY = 1, /* an empty file: archive_install() must follow, in a transaction */
	ARCHIVE_ERROR = -1 /* message filled */
};

/* Open `path`. On error *db is NULL and message (at least 512 octets) says what is wrong, naming the file. */
enum archive_status archive_open(sqlite3 **db, const char *path, enum archive_mode mode, char *message);

/* SQLite's message for what went wrong last, with the system's reason where there is one. Valid until the
 * next call. */
const char *archive_error(sqlite3 *db);

/* Has the file been removed or replaced since it was opened? What is written then is lost. */
bool archive_moved(sqlite3 *db);

/* While another process holds the archive this is asked now and then; `ms`: how long it waited by now. False
 * gives up, and SQLite says that the database is locked. NULL: waits. Set before anything is opened. */
extern bool (*archive_on_wait)(const char *path, unsigned ms);

/* Before writing: from now on readers go on while something is written. SQLITE_OK or an error code. */
int archive_wake(sqlite3 *db);

/* The same for an archive that was made just now and has no readers who would wait: with SQLite's rollback
 * journal, which is next to nothing where all pages are new, each page is written once. Where another process
 * has woken the archive, it stays so. */
int archive_make(sqlite3 *db);

/* After it: one plain file again, where nobody else has the archive open (else the last of them does it). 0,
 * or -1 when that failed, see archive_error(). */
int archive_rest(sqlite3 *db);

/* Put the tables of core.sql into an empty database and mark it as ours. SQLITE_OK or an error code. */
int archive_install(sqlite3 *db);

/* Tables that core.sql got since the archive was made: those that it makes IF NOT EXISTS. */
int archive_extend(sqlite3 *db);

/* The text of core.sql. */
extern const char schema_core_sql[];

#endif
