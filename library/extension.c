/* The loadable SQLite extension, pcapdex.so: `.load ./pcapdex` in the sqlite3 shell, load_extension()
 * elsewhere. Everything in it reaches SQLite by the table that the host hands over (library/extension_api.h),
 * so it works in programs that brought an SQLite of their own. */
#include "library/extension_api.h"

#include "indexer/registry.h"
#include "query/ether_sql.h"
#include "query/sql_functions.h"
#include "schema/archive.h"

SQLITE_EXTENSION_INIT1

/* A writer that holds the archive is waited for, but not for ever: a client's window hangs meanwhile. */
static bool wait_a_while(const char *path, unsigned ms)
{
	(void)path;
	return ms < 10000;
}

int sqlite3_pcapdex_init(sqlite3 *db, char **error, const sqlite3_api_routines *api);

int sqlite3_pcapdex_init(sqlite3 *db, char **error, const sqlite3_api_routines *api)
{
	SQLITE_EXTENSION_INIT2(api);
	if (sqlite3_libversion_number() < 3038000) {
		*error = sqlite3_mprintf(
			"pcapdex needs SQLite 3.38 or newer, this is %s", sqlite3_libversion());
		return SQLITE_ERROR;
	}
	const char *wrong = registry_init();
	if (wrong) {
		*error = sqlite3_mprintf("pcapdex: %s", wrong);
		return SQLITE_ERROR;
	}
	archive_on_wait = wait_a_while;
	int rc = sql_functions_register(db, NULL);
	return rc == SQLITE_OK ? ether_sql_register(db) : rc;
}
