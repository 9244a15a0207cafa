#include "schema/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schema/tcp_event.h"

#define MESSAGE 512

bool (*archive_on_wait)(const char *path, unsigned ms);

/* Another indexer may be at work on a large capture: wait as long as it takes. */
static int wait_for_others(void *db, int count)
{
	static const uint8_t first[] = { 1, 2, 5, 10, 20, 50 };
	const unsigned n = sizeof(first), step = 100, sum = 88, k = (unsigned)count;
	unsigned ms = k < n ? first[k] : step;
	if (archive_on_wait && k >= n &&
		!archive_on_wait(sqlite3_db_filename(db, "main"), sum + (k - n) * step))
		return 0;
	sqlite3_sleep((int)ms);
	return 1;
}

const char *archive_error(sqlite3 *db)
{
	static __thread char text[256];
	int rc = sqlite3_errcode(db) & 0xff, reason = sqlite3_system_errno(db);
	if (rc == SQLITE_OK)
		return "out of memory";
	if ((rc != SQLITE_IOERR && rc != SQLITE_CANTOPEN) || !reason)
		return sqlite3_errmsg(db);
	snprintf(text, sizeof(text), "%s: %s", sqlite3_errmsg(db), strerror(reason));
	return text;
}

int archive_wake(sqlite3 *db)
{
	int rc;
	/* Of the archive alone: another one that is attached stays as it is. Nobody may read or write while
	 * the mode changes, and SQLite does not always wait for that by itself. */
	for (int count = 0; (rc = sqlite3_exec(db, "PRAGMA main.journal_mode=WAL", NULL, NULL, NULL) &
				    0xff) == SQLITE_BUSY;
		count++)
		if (!wait_for_others(db, count))
			return rc;
	return rc != SQLITE_OK ? rc
			       : sqlite3_exec(db,
					 "PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536; PRAGMA "
					 "temp_store=MEMORY;"
					 "PRAGMA wal_autocheckpoint=4000",
					 NULL, NULL, NULL);
}

int archive_make(sqlite3 *db)
{
	return sqlite3_exec(db,
		"PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32768; PRAGMA "
		"temp_store=MEMORY",
		NULL, NULL, NULL);
}

int archive_rest(sqlite3 *db)
{
	sqlite3_busy_timeout(db, 0);
	int rc = sqlite3_exec(db, "PRAGMA main.journal_mode=DELETE", NULL, NULL, NULL);
	return rc == SQLITE_OK || (rc & 0xff) == SQLITE_BUSY ? 0 : -1;
}

bool archive_moved(sqlite3 *db)
{
	int moved = 0;
	return sqlite3_file_control(db, "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK && moved;
}

static int pragma_int(sqlite3 *db, const char *sql, int *out)
{
	sqlite3_stmt *st;
	int rc = sqlite3_prepare_v2(db, sql, -1, &st, NULL);
	if (rc == SQLITE_OK && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		*out = sqlite3_column_int(st, 0);
		rc = SQLITE_OK;
	}
	sqlite3_finalize(st);
	return rc;
}

static enum archive_status refuse(sqlite3 **db, char *message, const char *path, const char *why)
{
	snprintf(message, MESSAGE, "%s: %s", path, why);
	sqlite3_close(*db);
	*db = NULL;
	return ARCHIVE_ERROR;
}

/* Who reads does so in one thread at a time, and needs no locks within SQLite; the indexer's threads share.
 */
#define READER (SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX)

static int open_file(sqlite3 **db, const char *path, int flags)
{
	int rc = sqlite3_open_v2(path, db, flags | SQLITE_OPEN_EXRESCODE, NULL);
	if (rc == SQLITE_OK)
		sqlite3_busy_handler(*db, wait_for_others, *db);
	return rc;
}

/* What tells an archive from other files. */
static int look(sqlite3 *db, int *id, int *objects)
{
	int rc = pragma_int(db, "PRAGMA application_id", id);
	return rc == SQLITE_OK ? pragma_int(db, "SELECT count(*) FROM sqlite_master", objects) : rc;
}

/* An archive in WAL mode can be read only where its -shm file can be written, or as an immutable file: that
 * is right on a medium that cannot be written, as long as no -wal file holds a part of the archive. */
static int open_immutable(sqlite3 **db, const char *path, int *id, int *objects)
{
	struct stat sb;
	int rc = SQLITE_CANTOPEN;
	char *wal = sqlite3_mprintf("%s-wal", path);
	sqlite3_str *uri = sqlite3_str_new(NULL);
	sqlite3_str_appendall(uri, "file:");
	for (const char *p = path; *p; p++)
		sqlite3_str_appendf(uri, strchr("?#%", *p) ? "%%%02X" : "%c", *p);
	sqlite3_str_appendall(uri, "?immutable=1");
	char *text = sqlite3_str_finish(uri);
	if (wal && text && (stat(wal, &sb) < 0 || sb.st_size == 0)) {
		sqlite3_close(*db);
		rc = open_file(db, text, READER | SQLITE_OPEN_URI);
		if (rc == SQLITE_OK)
			rc = look(*db, id, objects);
	}
	sqlite3_free(wal);
	sqlite3_free(text);
	return rc;
}

/* NULL, or why nothing can be written: SQLite would find out later, with less to say. */
static const char *unwritable(sqlite3 *db, const char *path)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	if (sqlite3_db_readonly(db, "main") == 1)
		return "may not be written";
	snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - path + 1) : 1, slash ? path : ".");
	return access(folder, W_OK) < 0 ? "its folder may not be written, where SQLite keeps its journal"
					: NULL;
}

/* A process that was killed left a journal that has to be played back before anyone may read
 * (https://www.sqlite.org/lockingv3.html#hot_journals): that takes a connection which may write. */
static int recover(sqlite3 **db, const char *path, int *id, int *objects)
{
	sqlite3_close(*db);
	int rc = open_file(db, path, SQLITE_OPEN_READWRITE);
	if (rc == SQLITE_OK)
		rc = look(*db, id, objects);
	if (rc != SQLITE_OK)
		return rc;
	sqlite3_close(*db);
	rc = open_file(db, path, READER);
	return rc == SQLITE_OK ? look(*db, id, objects) : rc;
}

enum archive_status archive_open(sqlite3 **db, const char *path, enum archive_mode mode, char *message)
{
	struct stat sb;
	int id = 0, version = 0, objects = 0;
	const char *wrong = NULL;
	*db = NULL;
	if (stat(path, &sb) < 0) {
		snprintf(message, MESSAGE, "%s: %s", path,
			errno == ENOENT ? "no such archive" : strerror(errno));
		return ARCHIVE_ERROR;
	}
	if (!S_ISREG(sb.st_mode)) {
		snprintf(message, MESSAGE, "%s: is %s, not an archive", path,
			S_ISDIR(sb.st_mode) ? "a folder" : "no plain file");
		return ARCHIVE_ERROR;
	}
	int rc = open_file(db, path, mode == ARCHIVE_READ ? READER : SQLITE_OPEN_READWRITE);
	if (rc == SQLITE_OK)
		rc = look(*db, &id, &objects);
	if ((rc & 0xff) == SQLITE_READONLY && mode == ARCHIVE_READ && access(path, W_OK) == 0)
		rc = recover(db, path, &id, &objects);
	if ((rc & 0xff) == SQLITE_CANTOPEN && mode == ARCHIVE_READ && access(path, R_OK) == 0)
		rc = open_immutable(db, path, &id, &objects);
	if ((rc & 0xff) == SQLITE_NOTADB)
		return refuse(db, message, path, "is not a pcapdex archive (not an SQLite database)");
	if ((rc & 0xff) == SQLITE_CANTOPEN && access(path, mode == ARCHIVE_READ ? R_OK : R_OK | W_OK) < 0)
		return refuse(db, message, path, strerror(errno));
	if (rc != SQLITE_OK && *db && mode != ARCHIVE_READ && (wrong = unwritable(*db, path)))
		return refuse(db, message, path, wrong);
	if (rc != SQLITE_OK)
		return refuse(db, message, path, *db ? sqlite3_errmsg(*db) : sqlite3_errstr(rc));
	sqlite3_db_config(*db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(*db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(*db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	bool empty = objects == 0 && id == 0 && mode == ARCHIVE_CREATE;
	if (!empty && id != ARCHIVE_APPLICATION_ID)
		return refuse(db, message, path,
			objects == 0 ? "is an empty file, not a pcapdex archive"
				     : "is an SQLite database, but not a pcapdex archive");
	pragma_int(*db, "PRAGMA user_version", &version);
	if (!empty && version != ARCHIVE_VERSION) {
		char why[160];
		snprintf(why, sizeof(why), "archive of schema version %d; this pcapdex knows version %d: %s",
			version, ARCHIVE_VERSION,
			version > ARCHIVE_VERSION ? "use a newer pcapdex" : "index its captures anew");
		return refuse(db, message, path, why);
	}
	if (mode != ARCHIVE_READ && (wrong = unwritable(*db, path)))
		return refuse(db, message, path, wrong);
	return empty ? ARCHIVE_EMPTY : ARCHIVE_OK;
}

int archive_install(sqlite3 *db)
{
	char sql[128];
	int rc = sqlite3_exec(db, schema_core_sql, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = tcp_event_install(db);
	if (rc != SQLITE_OK)
		return rc;
	snprintf(sql, sizeof(sql), "PRAGMA application_id=%d; PRAGMA user_version=%d", ARCHIVE_APPLICATION_ID,
		ARCHIVE_VERSION);
	return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

/* The statements of core.sql that begin so; replace: views, in place of those that are there. */
static int run_core(sqlite3 *db, const char *begin, bool replace)
{
	int rc = SQLITE_OK;
	for (const char *p = schema_core_sql; rc == SQLITE_OK && (p = strstr(p, begin)); p++) {
		const char *name = p + strlen(begin);
		char *sql = replace ? sqlite3_mprintf("DROP VIEW IF EXISTS %.*s; %.*s",
					      (int)strcspn(name, " "), name, (int)strcspn(p, ";"), p)
				    : sqlite3_mprintf("%.*s", (int)strcspn(p, ";"), p);
		rc = sql ? sqlite3_exec(db, sql, NULL, NULL, NULL) : SQLITE_NOMEM;
		sqlite3_free(sql);
	}
	return rc;
}

int archive_extend(sqlite3 *db)
{
	int rc = run_core(db, "CREATE TABLE IF NOT EXISTS ", false);
	return rc == SQLITE_OK ? run_core(db, "CREATE VIEW ", true) : rc;
}
