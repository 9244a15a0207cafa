/* The archive's tables, indexes and views in PostgreSQL. */
#include "query/publish/dialect.h"
#include "query/publish/loader.h"
#include "query/command.h"

#if HAVE_PQ
#include <stdio.h>
#include <string.h>

/* Indexes of numbers and octets; a text may be too long for one of PostgreSQL's. */
static int make_indexes(struct loader *l, const char *table)
{
	sqlite3_stmt *st = loader_prepare(l,
		"SELECT l.name, group_concat('\"' || i.name || '\"') FROM pragma_index_list(%Q) l, "
		"pragma_index_info(l.name) i WHERE l.origin <> 'pk' GROUP BY l.name HAVING NOT EXISTS "
		"(SELECT 1 FROM "
		"pragma_index_info(l.name) j JOIN pragma_table_info(%Q) c ON c.name=j.name WHERE "
		"c.type='TEXT')",
		table, table);
	int rc = st ? 1 : -1;
	while (rc > 0 && (rc = loader_step(l, st)) > 0)
		rc = loader_run(l, NULL, "CREATE INDEX ON \"%w\" (%s)", table, sqlite3_column_text(st, 1)) < 0
			     ? -1
			     : 1;
	sqlite3_finalize(st);
	return rc;
}

static int make_table(struct loader *l, const char *table)
{
	static const char *const types[] = { "bigint", "double precision", "text", "bytea", "bigint" };
	sqlite3_stmt *st = loader_prepare(l, "%s", loader_columns_sql);
	sqlite3_str *s = sqlite3_str_new(NULL), *key = sqlite3_str_new(NULL), *notes = sqlite3_str_new(NULL);
	int n = 0, rc = st ? 1 : -1;
	bool captures = false, texts = false, spread = strcmp(table, "capture") == 0;
	const char *keys[8] = { 0 };
	char *kept[8] = { 0 };
	if (st)
		sqlite3_bind_text(st, 1, table, -1, SQLITE_STATIC);
	sqlite3_str_appendf(s, "CREATE TABLE \"%w\" (", table);
	while (rc > 0 && (rc = loader_step(l, st)) > 0) {
		const char *name = (const char *)sqlite3_column_text(st, 0),
			   *declared = (const char *)sqlite3_column_text(st, 1);
		int pk = sqlite3_column_int(st, 3);
		bool needed = sqlite3_column_int(st, 2), indexed = sqlite3_column_int(st, 4);
		enum server_type type = server_type_of(declared, needed);
		sqlite3_str_appendf(
			s, "%s\"%w\" %s%s", n ? ", " : "", name, types[type], needed ? " NOT NULL" : "");
		if (type == SERVER_SPAN)
			sqlite3_str_appendf(s, ", \"%w octets\" bytea", name);
		captures |= strcmp(name, "capture_id") == 0 && !pk;
		spread |= strcmp(name, "capture_id") == 0 || strcmp(name, "frame_id") == 0;
		texts |= pk && type == SERVER_TEXT;
		if (pk > 0 && pk <= 8)
			keys[pk - 1] = kept[pk - 1] = sqlite3_mprintf("%s", name);
		sqlite3_str_appendf(notes,
			"INSERT INTO pcapdex_column VALUES ('%q', %d, '%q', '%q', %s, %d, %s);", table, n,
			name, declared, needed ? "true" : "false", pk, indexed ? "true" : "false");
		n++;
	}
	/* A key of texts is one archive's: captures of several archives may have the same. */
	if (texts && captures)
		for (int i = 0; i < 8; i++)
			if (!keys[i]) {
				keys[i] = "capture_id";
				break;
			}
	for (int i = 0; i < 8 && keys[i]; i++)
		sqlite3_str_appendf(key, i ? ", \"%w\"" : ", PRIMARY KEY (\"%w\"", keys[i]);
	sqlite3_str_appendf(s, "%s%s);", sqlite3_str_length(key) ? sqlite3_str_value(key) : "",
		sqlite3_str_length(key) ? ")" : "");
	sqlite3_finalize(st);
	/* Of what is spread over shards a coordinator gets its parent tables when those have theirs. */
	bool elsewhere = spread && l->role == LOADER_COORDINATOR;
	if (rc == 0)
		rc = loader_run(
			l, NULL, "%s %s", elsewhere ? "" : sqlite3_str_value(s), sqlite3_str_value(notes));
	if (rc == 0 && !elsewhere)
		rc = make_indexes(l, table);
	for (int i = 0; i < 8; i++)
		sqlite3_free(kept[i]);
	sqlite3_free(sqlite3_str_finish(s));
	sqlite3_free(sqlite3_str_finish(key));
	sqlite3_free(sqlite3_str_finish(notes));
	return rc;
}

/* The view `expert` is the union of what the tables of its archive tell, and another archive has other
 * tables: ours with the members that only the server's has. sqlite3_free() it. */
static char *join_experts(const char *there, const char *ours)
{
	static const char begin[] = " FROM (\n", between[] = "\nUNION ALL\n", end[] = ") x WHERE x.message";
	const char *p = strstr(there, begin), *last = strstr(there, end), *tail = strstr(ours, end);
	if (!p || !last || !tail)
		return sqlite3_mprintf("%s", ours);
	sqlite3_str *s = sqlite3_str_new(NULL);
	sqlite3_str_append(s, ours, (int)(tail - ours));
	for (p += strlen(begin); p < last;) {
		const char *next = strstr(p, between), *stop = next && next < last ? next : last;
		char *member = sqlite3_mprintf("%.*s", (int)(stop - p), p);
		if (member && !strstr(ours, member))
			sqlite3_str_appendf(s, "%s%s", between, member);
		sqlite3_free(member);
		p = stop == last ? last : stop + strlen(between);
	}
	sqlite3_str_appendall(s, tail);
	return sqlite3_str_finish(s);
}

/* The text of a view as the server shall have it. sqlite3_free() it; NULL: a message was printed. */
static char *view_for_server(struct loader *l, const char *name, const char *sql)
{
	PGresult *r = NULL;
	char *text = NULL;
	if (strcmp(name, "expert") != 0)
		return sqlite3_mprintf("%s", sql);
	if (loader_run(l, &r, "SELECT sql FROM pcapdex_schema WHERE kind='view' AND name='expert'") == 0)
		text = pq.ntuples(r) ? join_experts(pq.getvalue(r, 0, 0), sql) : sqlite3_mprintf("%s", sql);
	pq.clear(r);
	return text;
}

/* The archive's tables, views and indexes: those that the server has not are made, and what SQLite says of
 * them is written down, for readers. Views change when tables come in, so the newest is kept. */
static int make_schema(struct loader *l)
{
	sqlite3_stmt *st =
		loader_prepare(l, "SELECT type, name, tbl_name, sql FROM main.sqlite_master WHERE sql IS "
				  "NOT NULL AND name NOT LIKE "
				  "'sqlite%%' ORDER BY rowid");
	int rc = st ? 1 : -1;
	int64_t n = 0;
	while (rc > 0 && (rc = loader_step(l, st)) > 0) {
		const char *type = (const char *)sqlite3_column_text(st, 0),
			   *name = (const char *)sqlite3_column_text(st, 1),
			   *table = (const char *)sqlite3_column_text(st, 2);
		char digits[24];
		if (strcmp(type, "trigger") == 0)
			continue;
		char *sql = view_for_server(l, name, (const char *)sqlite3_column_text(st, 3));
		if (!sql) {
			rc = -1;
			break;
		}
		const char *values[] = { type, name, table, sql, NULL };
		snprintf(digits, sizeof(digits), "%lld", (long long)++n);
		values[4] = digits;
		PGresult *r = pq.execParams(l->pg,
			"INSERT INTO pcapdex_schema (kind, name, tbl, sql, n) VALUES ($1, $2, $3, $4, $5) ON "
			"CONFLICT "
			"(kind, name) DO UPDATE SET sql = excluded.sql, n = excluded.n WHERE $1 = 'view' AND "
			"excluded.sql LIKE '%FROM%' AND excluded.sql NOT LIKE '%*, NULL AS layer FROM%' AND "
			"pcapdex_schema.sql <> excluded.sql RETURNING xmax = "
			"0",
			5, NULL, values, NULL, NULL, 0);
		l->changed |= pq.ntuples(r) > 0;
		bool made = pq.ntuples(r) && *pq.getvalue(r, 0, 0) == 't';
		rc = pq.resultStatus(r) == PGRES_TUPLES_OK ? 1 : loader_failed(l);
		pq.clear(r);
		sqlite3_free(sql);
		if (rc > 0 && made && strcmp(type, "table") == 0 && make_table(l, name) < 0)
			rc = -1;
	}
	sqlite3_finalize(st);
	return rc;
}

/* The archive's views for the server's own clients. One that PostgreSQL refuses is left out and named: ours
 * read all of them, since they bring SQLite along. */
static int make_views(struct loader *l)
{
	PGresult *r = NULL;
	int rc = loader_run(l, NULL, "%s", dialect_functions_sql);
	if (rc == 0)
		rc = loader_run(l, &r, "SELECT name, sql FROM pcapdex_schema WHERE kind='view' ORDER BY n");
	sqlite3_str *refused = sqlite3_str_new(NULL);
	/* The newest first: they stand on older ones. */
	for (int i = pq.ntuples(r) - 1; rc == 0 && i >= 0; i--) {
		rc = loader_run(l, NULL, "SAVEPOINT one_view");
		if (rc == 0 && loader_run(l, NULL, "DROP VIEW IF EXISTS \"%w\"", pq.getvalue(r, i, 0)) < 0)
			rc = loader_run(l, NULL, "ROLLBACK TO one_view");
		if (rc == 0)
			rc = loader_run(l, NULL, "RELEASE one_view");
	}
	for (int i = 0; rc == 0 && i < pq.ntuples(r); i++) {
		char *sql = dialect_view(pq.getvalue(r, i, 1));
		rc = sql ? loader_run(l, NULL, "SAVEPOINT one_view") : -1;
		if (rc == 0 && (loader_run(l, NULL, "DROP VIEW IF EXISTS \"%w\"", pq.getvalue(r, i, 0)) < 0 ||
				       loader_run(l, NULL, "%s", sql) < 0)) {
			sqlite3_str_appendf(
				refused, sqlite3_str_length(refused) ? ", %s" : "%s", pq.getvalue(r, i, 0));
			rc = loader_run(l, NULL, "ROLLBACK TO one_view");
		}
		if (rc == 0)
			rc = loader_run(l, NULL, "RELEASE one_view");
		sqlite3_free(sql);
	}
	pq.clear(r);
	if (rc == 0 && sqlite3_str_length(refused))
		complain(0, "%s: psql and others do not get these views: %s", l->shown,
			sqlite3_str_value(refused));
	sqlite3_free(sqlite3_str_finish(refused));
	return rc;
}

int loader_make_tables(struct loader *l)
{
	l->changed = false;
	int rc = loader_run(l, NULL, "BEGIN; LOCK TABLE pcapdex_info IN EXCLUSIVE MODE");
	if (rc == 0)
		rc = make_schema(l);
	if (rc == 0 && l->changed && l->role != LOADER_COORDINATOR)
		rc = make_views(l);
	if (rc == 0)
		rc = loader_run(l, NULL, "COMMIT");
	if (rc < 0)
		loader_rollback(l);
	return rc;
}

int loader_analyze(struct loader *l)
{
	static const char tables[] =
		"FROM pcapdex_schema s JOIN pg_class k ON k.oid = "
		"to_regclass(quote_ident(s.name)) WHERE s.kind='table' AND k.relkind='r'";
	PGresult *r = NULL;
	int rc = loader_run(l, &r, "SELECT string_agg(quote_ident(s.name), ', ') %s", tables);
	if (rc == 0 && !pq.getisnull(r, 0, 0))
		rc = loader_run(l, NULL, "ANALYZE %s", pq.getvalue(r, 0, 0));
	pq.clear(r);
	return rc < 0 ? rc
		      : loader_run(l, NULL,
				"INSERT INTO pcapdex_rows SELECT s.name, k.reltuples %s ON CONFLICT (tbl) DO "
				"UPDATE SET rows = excluded.rows",
				tables);
}

#endif
