#include "indexer/store/schema_rows.h"

#include <stdio.h>

void schema_rows_begin(struct schema_rows *rows, sqlite3 *db)
{
	*rows = (struct schema_rows) { .db = db };
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, -1, &rows->defensive);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
	/* Gathered first: sqlite_schema has no index by which one of a name would be found quickly. */
	rows->rc = sqlite3_exec(db,
		"PRAGMA writable_schema=ON; CREATE TEMP TABLE schema_new (name TEXT PRIMARY KEY, type TEXT, "
		"rootpage INTEGER, sql TEXT)",
		NULL, NULL, NULL);
	if (rows->rc == SQLITE_OK)
		rows->rc = sqlite3_prepare_v2(db,
			"INSERT OR REPLACE INTO temp.schema_new VALUES (?, ?, ?, ?)", -1, &rows->add, NULL);
}

static void put(struct schema_rows *rows, const char *type, const char *name, char *sql, uint32_t root)
{
	if (rows->rc == SQLITE_OK && !sql)
		rows->rc = SQLITE_NOMEM;
	if (rows->rc == SQLITE_OK) {
		sqlite3_bind_text(rows->add, 1, name, -1, SQLITE_STATIC);
		sqlite3_bind_text(rows->add, 2, type, -1, SQLITE_STATIC);
		sqlite3_bind_int64(rows->add, 3, root);
		sqlite3_bind_text(rows->add, 4, sql, -1, SQLITE_STATIC);
		sqlite3_step(rows->add);
		rows->rc = sqlite3_reset(rows->add);
	}
	sqlite3_free(sql);
}

void schema_rows_view(struct schema_rows *rows, const char *name, char *sql)
{
	put(rows, "view", name, sql, 0);
}

void schema_rows_table(struct schema_rows *rows, const char *name, char *sql, uint32_t root)
{
	put(rows, "table", name, sql, root);
}

/* The number by which connections see that what they know of the schema is old. */
static int next_version(sqlite3 *db)
{
	sqlite3_stmt *st = NULL;
	char sql[64];
	int rc = sqlite3_prepare_v2(db, "PRAGMA main.schema_version", -1, &st, NULL);
	int64_t version = rc == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW ? sqlite3_column_int64(st, 0) : 0;
	sqlite3_finalize(st);
	snprintf(sql, sizeof(sql), "PRAGMA main.schema_version=%lld", (long long)version + 1);
	return rc == SQLITE_OK ? sqlite3_exec(db, sql, NULL, NULL, NULL) : rc;
}

int schema_rows_end(struct schema_rows *rows)
{
	sqlite3_finalize(rows->add);
	if (rows->rc == SQLITE_OK)
		rows->rc = sqlite3_exec(rows->db,
			"DELETE FROM main.sqlite_master WHERE type='view' AND name IN (SELECT name FROM "
			"temp.schema_new);"
			"INSERT INTO main.sqlite_master (type, name, tbl_name, rootpage, sql) SELECT type, "
			"name, "
			"name, rootpage, sql FROM temp.schema_new ORDER BY rowid;"
			"DROP TABLE temp.schema_new",
			NULL, NULL, NULL);
	if (rows->rc == SQLITE_OK)
		rows->rc = next_version(rows->db);
	int rc = sqlite3_exec(
		rows->db, "PRAGMA writable_schema=RESET", NULL, NULL, NULL); /* and read it anew */
	sqlite3_db_config(rows->db, SQLITE_DBCONFIG_DEFENSIVE, rows->defensive, NULL);
	return rows->rc == SQLITE_OK ? rc : rows->rc;
}
