#include "query/publish/dictionaries.h"

#if HAVE_PQ
#include <stdlib.h>
#include <string.h>

#include "indexer/registry.h"
#include "indexer/store/references.h"

static int copy_select(struct loader *l, const char *to, const char *select, int n, const uint8_t *types,
	const char *columns)
{
	sqlite3_stmt *rows = loader_prepare(l, "%s", select);
	int rc = loader_copy(l, to, rows, n, types, columns);
	sqlite3_finalize(rows);
	return rc;
}

/* Entries that the server has not; and which of its ids ours are. */
static int merge_dictionary(struct dictionaries *all, struct loader *l, enum dictionary d)
{
	const char *table = dictionary_tables[d];
	uint8_t types[LOADER_COLUMNS];
	int n, rc;
	char *columns = loader_columns(l, table, types, &n), *select, *same = NULL;
	PGresult *r = NULL;
	sqlite3_stmt *st = loader_prepare(l, "SELECT coalesce(max(id), 0) + 1 FROM \"%w\"", table);
	rc = st && columns && loader_step(l, st) > 0 ? 0 : -1;
	if (rc == 0) {
		all->ids[d] = sqlite3_column_int64(st, 0);
		free(all->map[d]);
		all->map[d] = calloc((size_t)all->ids[d], sizeof(int64_t));
	}
	sqlite3_finalize(st);
	st = loader_prepare(l,
		"SELECT group_concat(printf('n.\"%%w\" = x.\"%%w\"', name, name), ' AND ') FROM "
		"pragma_table_info(%Q) "
		"WHERE name <> 'id'",
		table);
	if (rc == 0 && st && loader_step(l, st) > 0)
		same = sqlite3_mprintf("%s", sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
	select = sqlite3_mprintf("SELECT * FROM \"%w\"", table);
	if (rc < 0 || !same || !select || !all->map[d])
		rc = -1;
	if (rc == 0)
		rc = loader_run(l, NULL, "CREATE TEMP TABLE new_entries (LIKE \"%w\") ON COMMIT DROP", table);
	if (rc == 0)
		rc = copy_select(l, "new_entries", select, n, types, columns);
	/* The archive's own ids where they are free. */
	if (rc == 0)
		rc = loader_run(l, NULL, "ANALYZE new_entries");
	if (rc == 0)
		rc = loader_run(l, NULL,
			"CREATE TEMP TABLE added ON COMMIT DROP AS SELECT n.id AS own, CASE WHEN n.id > t.id "
			"THEN "
			"n.id ELSE greatest(t.id, t.own) + row_number() OVER () END AS other FROM "
			"new_entries n, "
			"(SELECT coalesce((SELECT max(id) FROM \"%w\"), 0) AS id, (SELECT max(id) FROM "
			"new_entries) AS own) t "
			"WHERE NOT EXISTS (SELECT 1 FROM \"%w\" x WHERE %s)",
			table, table, same);
	if (rc == 0)
		rc = loader_run(l, NULL,
			"CREATE TEMP TABLE put_in (LIKE \"%w\") ON COMMIT DROP; INSERT INTO put_in SELECT "
			"n.* FROM "
			"new_entries n JOIN added a ON a.own = n.id; UPDATE put_in x SET id = a.other FROM "
			"added a "
			"WHERE a.own = x.id; INSERT INTO \"%w\" SELECT * FROM put_in",
			table, table);
	if (rc == 0)
		rc = loader_run(
			l, &r, "SELECT n.id, x.id FROM new_entries n JOIN \"%w\" x ON %s", table, same);
	for (int i = 0; rc == 0 && i < pq.ntuples(r); i++) {
		int64_t own = strtoll(pq.getvalue(r, i, 0), NULL, 10);
		if (own > 0 && own < all->ids[d])
			all->map[d][own] = strtoll(pq.getvalue(r, i, 1), NULL, 10);
	}
	if (rc == 0)
		rc = loader_run(l, NULL, "DROP TABLE new_entries, added, put_in");
	pq.clear(r);
	sqlite3_free(columns);
	sqlite3_free(select);
	sqlite3_free(same);
	return rc;
}

/* publish_mapped(dictionary, id), for the statements that read the archive. */
static void mapped(sqlite3_context *ctx, int n, sqlite3_value **values)
{
	const struct dictionaries *all = sqlite3_user_data(ctx);
	int d = sqlite3_value_int(values[0]);
	int64_t id = sqlite3_value_int64(values[1]);
	(void)n;
	if (sqlite3_value_type(values[1]) == SQLITE_NULL)
		return;
	sqlite3_result_int64(ctx, id > 0 && id < all->ids[d] && all->map[d][id] ? all->map[d][id] : id);
}

static int note_reference(void *ctx, const char *table, const char *column, enum dictionary d)
{
	sqlite3_stmt *st = ctx;
	sqlite3_bind_text(st, 1, table, -1, SQLITE_TRANSIENT);
	sqlite3_bind_text(st, 2, column, -1, SQLITE_TRANSIENT);
	sqlite3_bind_int(st, 3, (int)d);
	int rc = sqlite3_step(st);
	sqlite3_reset(st);
	return rc == SQLITE_DONE ? 0 : -1;
}

static bool is_dictionary(const char *table)
{
	for (int d = 0; d < DICTIONARIES; d++)
		if (strcmp(table, dictionary_tables[d]) == 0)
			return true;
	return false;
}

static const char rows_sql[] =
	"INSERT INTO \"%w\" SELECT * FROM new_rows ON CONFLICT DO NOTHING; DROP TABLE new_rows";

/* An archive numbers the places of a field's values by the tables that it has itself. */
static const char sources_sql[] = "INSERT INTO \"%w\" (field_id, n, tbl, expr, direct) SELECT field_id, "
				  "(SELECT coalesce(max(o.n) + 1, 0) "
				  "FROM field_source o WHERE o.field_id = r.field_id) + row_number() OVER "
				  "(PARTITION BY field_id ORDER BY n) "
				  "- 1, tbl, expr, direct FROM new_rows r WHERE NOT EXISTS (SELECT 1 FROM "
				  "field_source o WHERE o.field_id = "
				  "r.field_id AND o.tbl = r.tbl AND o.expr = r.expr); DROP TABLE new_rows";

/* Rows of the tables that belong to no capture: the catalogue. The newest archive that knows a row says it.
 */
static int copy_catalogue(struct loader *l)
{
	sqlite3_stmt *st =
		loader_prepare(l, "SELECT name FROM main.sqlite_master m WHERE type='table' AND name NOT "
				  "LIKE 'sqlite%%' AND name <> "
				  "'capture' AND NOT EXISTS (SELECT 1 FROM pragma_table_info(m.name) c "
				  "WHERE c.name IN ('frame_id', "
				  "'capture_id'))");
	int rc = st ? 1 : -1;
	while (rc > 0 && (rc = loader_step(l, st)) > 0) {
		const char *table = (const char *)sqlite3_column_text(st, 0);
		uint8_t types[LOADER_COLUMNS];
		int n;
		if (is_dictionary(table))
			continue;
		char *columns = loader_columns(l, table, types, &n),
		     *select = sqlite3_mprintf("SELECT * FROM \"%w\"", table);
		int done = columns && select
				   ? loader_run(l, NULL,
					     "CREATE TEMP TABLE new_rows (LIKE \"%w\") ON COMMIT DROP", table)
				   : -1;
		if (done == 0)
			done = copy_select(l, "new_rows", select, n, types, columns);
		if (done == 0)
			done = loader_run(
				l, NULL, strcmp(table, "field_source") == 0 ? sources_sql : rows_sql, table);
		sqlite3_free(columns);
		sqlite3_free(select);
		rc = done < 0 ? -1 : 1;
	}
	sqlite3_finalize(st);
	return rc;
}

int dictionaries_merge(struct dictionaries *d, struct loader *l)
{
	int rc = 0;
	for (int i = 0; rc == 0 && i < DICTIONARIES; i++)
		rc = merge_dictionary(d, l, (enum dictionary)i);
	return rc < 0 ? rc : copy_catalogue(l);
}

static int copy_dictionary(struct loader *l, enum dictionary d)
{
	const char *table = dictionary_tables[d];
	uint8_t types[LOADER_COLUMNS];
	int n;
	char *columns = loader_columns(l, table, types, &n), *select = NULL;
	sqlite3_stmt *st = loader_prepare(l,
		"SELECT group_concat(CASE name WHEN 'id' THEN 'publish_mapped(%d, id)' ELSE "
		"printf('\"%%w\"', name) END, ', ') FROM pragma_table_info(%Q)",
		(int)d, table);
	if (st && loader_step(l, st) > 0)
		select = sqlite3_mprintf("SELECT %s FROM \"%w\"", sqlite3_column_text(st, 0), table);
	sqlite3_finalize(st);
	int rc = columns && select
			 ? loader_run(l, NULL, "CREATE TEMP TABLE new_entries (LIKE \"%w\") ON COMMIT DROP",
				   table)
			 : -1;
	if (rc == 0)
		rc = copy_select(l, "new_entries", select, n, types, columns);
	if (rc == 0)
		rc = loader_run(l, NULL,
			"INSERT INTO \"%w\" SELECT * FROM new_entries ON CONFLICT (id) DO NOTHING; DROP "
			"TABLE "
			"new_entries",
			table);
	sqlite3_free(columns);
	sqlite3_free(select);
	return rc;
}

int dictionaries_copy(struct loader *l)
{
	int rc = 0;
	for (int i = 0; rc == 0 && i < DICTIONARIES; i++)
		rc = copy_dictionary(l, (enum dictionary)i);
	return rc < 0 ? rc : copy_catalogue(l);
}

int dictionaries_attach(struct dictionaries *d, struct loader *l)
{
	const char *wrong = registry_init();
	sqlite3_stmt *st = NULL;
	if (wrong) {
		snprintf(l->message, 512, "%s", wrong);
		return -1;
	}
	if (sqlite3_create_function_v2(l->db, "publish_mapped", 2, SQLITE_UTF8 | SQLITE_DIRECTONLY, d, mapped,
		    NULL, NULL, NULL) != SQLITE_OK ||
		sqlite3_exec(l->db,
			"CREATE TEMP TABLE publish_references (tbl TEXT, col TEXT, dictionary INTEGER, "
			"PRIMARY KEY (tbl, col)) WITHOUT ROWID",
			NULL, NULL, NULL) != SQLITE_OK ||
		!(st = loader_prepare(
			  l, "INSERT OR REPLACE INTO temp.publish_references VALUES (?1, ?2, ?3)")) ||
		references_each(protocols, protocols_count, note_reference, st) != 0) {
		sqlite3_finalize(st);
		snprintf(l->message, 512, "%s: %s", l->path, sqlite3_errmsg(l->db));
		return -1;
	}
	sqlite3_finalize(st);
	return 0;
}

void dictionaries_free(struct dictionaries *d)
{
	for (int i = 0; i < DICTIONARIES; i++)
		free(d->map[i]);
	memset(d, 0, sizeof(*d));
}

#endif
