#include "schema/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MESSAGE 512
#define BUSY_MS (24 * 3600 * 1000) /* another indexer may be at work on a large capture */

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

/* A file made here is its owner's alone: captures hold private traffic. */
static int make_private(const char *path, char *message)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0) {
		snprintf(message, MESSAGE, "%s: cannot be written: %s", path, strerror(errno));
		return -1;
	}
	close(fd);
	return 0;
}

static enum archive_status refuse(sqlite3 **db, char *message, const char *path, const char *why)
{
	snprintf(message, MESSAGE, "%s: %s", path, why);
	sqlite3_close(*db);
	*db = NULL;
	return ARCHIVE_ERROR;
}

static int open_flags(sqlite3 **db, const char *path, enum archive_mode mode)
{
	int flags = mode == ARCHIVE_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
	return sqlite3_open_v2(path, db, flags | SQLITE_OPEN_EXRESCODE, NULL);
}

/* A WAL archive on a medium or in a folder that cannot be written needs immutable=1: there is no writer then. */
static int open_immutable(sqlite3 **db, const char *path)
{
	char *uri = sqlite3_mprintf("file:%s?immutable=1", path), *escaped = uri;
	int rc = SQLITE_NOMEM;
	if (uri && !strpbrk(path, "?#%"))
		rc = sqlite3_open_v2(escaped, db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_EXRESCODE, NULL);
	sqlite3_free(uri);
	return rc;
}

enum archive_status archive_open(sqlite3 **db, const char *path, enum archive_mode mode, char *message)
{
	struct stat sb;
	int id = 0, version = 0, objects = 0;
	*db = NULL;
	if (stat(path, &sb) < 0) {
		if (errno != ENOENT || mode != ARCHIVE_CREATE) {
			snprintf(message, MESSAGE, "%s: %s", path, errno == ENOENT ? "no such archive" : strerror(errno));
			return ARCHIVE_ERROR;
		}
		if (make_private(path, message) < 0)
			return ARCHIVE_ERROR;
	} else if (S_ISDIR(sb.st_mode)) {
		snprintf(message, MESSAGE, "%s: is a folder, not an archive", path);
		return ARCHIVE_ERROR;
	}
	int rc = open_flags(db, path, mode);
	if (rc == SQLITE_OK)
		rc = pragma_int(*db, "PRAGMA application_id", &id);
	if (rc == SQLITE_OK)
		rc = pragma_int(*db, "SELECT count(*) FROM sqlite_master", &objects);
	if ((rc & 0xff) == SQLITE_CANTOPEN && mode == ARCHIVE_READ) {
		sqlite3_close(*db);
		rc = open_immutable(db, path);
		if (rc == SQLITE_OK)
			rc = pragma_int(*db, "PRAGMA application_id", &id);
		if (rc == SQLITE_OK)
			rc = pragma_int(*db, "SELECT count(*) FROM sqlite_master", &objects);
	}
	if ((rc & 0xff) == SQLITE_NOTADB)
		return refuse(db, message, path, "is not a pcapdex archive (not an SQLite database)");
	if (rc != SQLITE_OK)
		return refuse(db, message, path, *db ? sqlite3_errmsg(*db) : sqlite3_errstr(rc));
	sqlite3_busy_timeout(*db, BUSY_MS);
	sqlite3_db_config(*db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(*db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(*db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	if (objects == 0 && id == 0 && mode == ARCHIVE_CREATE)
		return ARCHIVE_EMPTY;
	if (id != ARCHIVE_APPLICATION_ID)
		return refuse(db, message, path, objects == 0 ? "is an empty file, not a pcapdex archive" :
			"is an SQLite database, but not a pcapdex archive");
	pragma_int(*db, "PRAGMA user_version", &version);
	if (version != ARCHIVE_VERSION) {
		char why[160];
		snprintf(why, sizeof(why), "archive of schema version %d; this pcapdex knows version %d: %s", version, ARCHIVE_VERSION,
			version > ARCHIVE_VERSION ? "use a newer pcapdex" : "index its captures anew");
		return refuse(db, message, path, why);
	}
	return ARCHIVE_OK;
}

int archive_install(sqlite3 *db)
{
	char sql[128];
	int rc = sqlite3_exec(db, schema_core_sql, NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		return rc;
	snprintf(sql, sizeof(sql), "PRAGMA application_id=%d; PRAGMA user_version=%d", ARCHIVE_APPLICATION_ID, ARCHIVE_VERSION);
	return sqlite3_exec(db, sql, NULL, NULL, NULL);
}
