/* Tables and views written into sqlite_schema as they are. CREATE reads all of it once more each time, and
 * there are hundreds of them in an archive. */
#ifndef PCAPDEX_STORE_SCHEMA_ROWS_H
#define PCAPDEX_STORE_SCHEMA_ROWS_H

#include <sqlite3.h>
#include <stdint.h>

struct schema_rows {
	sqlite3 *db;
	sqlite3_stmt *add;
	int defensive; /* what the connection was before */
	int rc;        /* of the first that failed; SQLITE_OK */
};

/* Inside the caller's transaction. schema_rows_end() in any case. */
void schema_rows_begin(struct schema_rows *rows, sqlite3 *db);

/* A view takes the place of one of its name. sql: as sqlite_schema has it, without a semicolon;
 * sqlite3_free()d here. NULL: out of memory. */
void schema_rows_view(struct schema_rows *rows, const char *name, char *sql);

/* A table whose tree is in the file, its root at this page. */
void schema_rows_table(struct schema_rows *rows, const char *name, char *sql, uint32_t root);

/* The connection knows them now, and others will. SQLITE_OK or an error code. */
int schema_rows_end(struct schema_rows *rows);

#endif
