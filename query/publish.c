#include "query/publish.h"

#include "query/dialect.h"
#include "query/server.h"

#if HAVE_PQ
#include <stdlib.h>
#include <string.h>

#include "indexer/registry.h"
#include "indexer/store/references.h"

struct publish {
	PGconn *pg;
	char *shown;
	struct session *archive;
	int64_t *map[DICTIONARIES]; /* id of the archive to id of the server */
	int64_t ids[DICTIONARIES];  /* the archive's are below it */
	bool mapped;
	bool changed; /* tables or views of the server */
	char *buffer; /* of COPY */
	size_t used, size;
	uint64_t rows;
	int (*progress)(void *ctx, uint64_t rows);
	void *ctx;
	char *message; /* where to complain */
};

static int failed(struct publish *p)
{
	server_complaint(p->pg, p->shown, p->message);
	return -1;
}

static int archive_failed(struct publish *p)
{
	snprintf(p->message, 512, "%s: %s", p->archive->path, archive_error(p->archive->db));
	return -1;
}

/* Run what gives no rows, or rows into *out. */
static int run(struct publish *p, PGresult **out, const char *format, ...)
{
	va_list list;
	va_start(list, format);
	char *sql = sqlite3_vmprintf(format, list);
	va_end(list);
	PGresult *r = sql ? PQexec(p->pg, sql) : NULL;
	ExecStatusType status = PQresultStatus(r);
	sqlite3_free(sql);
	if (out && status == PGRES_TUPLES_OK) {
		*out = r;
		return 0;
	}
	PQclear(r);
	return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ? 0 : failed(p);
}

static int64_t number(struct publish *p, const char *sql, int *rc)
{
	PGresult *r = NULL;
	int64_t v = 0;
	if (*rc == 0 && (*rc = run(p, &r, "%s", sql)) == 0 && PQntuples(r) && !PQgetisnull(r, 0, 0))
		v = strtoll(PQgetvalue(r, 0, 0), NULL, 10);
	PQclear(r);
	return v;
}

/* ---- COPY ---- */

static int copy_begin(struct publish *p, const char *table, const char *columns)
{
	char *sql = sqlite3_mprintf("COPY \"%w\" (%s) FROM STDIN", table, columns);
	PGresult *r = sql ? PQexec(p->pg, sql) : NULL;
	int rc = PQresultStatus(r) == PGRES_COPY_IN ? 0 : failed(p);
	sqlite3_free(sql);
	PQclear(r);
	p->used = 0;
	return rc;
}

static int copy_flush(struct publish *p)
{
	int rc = p->used ? PQputCopyData(p->pg, p->buffer, (int)p->used) : 1;
	p->used = 0;
	return rc == 1 ? 0 : failed(p);
}

static int copy_end(struct publish *p, const char *error)
{
	int rc = error ? 0 : copy_flush(p);
	if (PQputCopyEnd(p->pg, error) != 1)
		rc = rc < 0 ? rc : failed(p);
	for (PGresult *r; (r = PQgetResult(p->pg)); PQclear(r))
		if (PQresultStatus(r) != PGRES_COMMAND_OK && rc == 0 && !error)
			rc = failed(p);
	return rc;
}

static int reserve(struct publish *p, size_t n)
{
	if (p->used + n > (1 << 18) && copy_flush(p) < 0)
		return -1;
	if (p->used + n <= p->size)
		return 0;
	size_t size = p->used + n + (1 << 18);
	char *grown = realloc(p->buffer, size);
	if (!grown) {
		snprintf(p->message, 512, "out of memory");
		return -1;
	}
	p->buffer = grown;
	p->size = size;
	return 0;
}

static void put(struct publish *p, const char *text, size_t n)
{
	memcpy(p->buffer + p->used, text, n);
	p->used += n;
}

/* COPY's text format: a tab between values, \N for NULL. NUL cannot be in a text of PostgreSQL. */
static int put_text(struct publish *p, const char *text, size_t n)
{
	if (reserve(p, 4 * n + 8) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		switch (text[i]) {
		case '\0':
			put(p, "\xf4\x8f\xbf\xbf", 4);
			break;
		case '\\':
			put(p, "\\\\", 2);
			break;
		case '\n':
			put(p, "\\n", 2);
			break;
		case '\r':
			put(p, "\\r", 2);
			break;
		case '\t':
			put(p, "\\t", 2);
			break;
		default:
			p->buffer[p->used++] = text[i];
		}
	}
	return 0;
}

static int put_octets(struct publish *p, const uint8_t *octets, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	if (reserve(p, 2 * n + 8) < 0)
		return -1;
	put(p, "\\\\x", 3);
	for (size_t i = 0; i < n; i++) {
		p->buffer[p->used++] = digits[octets[i] >> 4];
		p->buffer[p->used++] = digits[octets[i] & 15];
	}
	return 0;
}

static int put_value(struct publish *p, sqlite3_stmt *st, int i, enum server_type type)
{
	char text[40];
	int n = 0, kind = sqlite3_column_type(st, i);
	/* Pieces of the capture file (schema/kind.h) have no column at the server: the chunks have the
	 * octets. */
	if (kind == SQLITE_TEXT && type == SERVER_SPAN)
		kind = SQLITE_NULL;
	bool octets = kind == SQLITE_BLOB && (type == SERVER_SPAN || type == SERVER_OCTETS);
	if (reserve(p, 64) < 0)
		return -1;
	if (type == SERVER_SPAN && (octets || kind == SQLITE_NULL))
		put(p, octets ? "\\N\t" : "\\N\t\\N", octets ? 3 : 5);
	if (octets)
		return put_octets(p, sqlite3_column_blob(st, i), (size_t)sqlite3_column_bytes(st, i));
	switch (kind) {
	case SQLITE_NULL:
		if (type != SERVER_SPAN)
			put(p, "\\N", 2);
		return 0;
	case SQLITE_INTEGER:
		n = snprintf(text, sizeof(text), "%lld", (long long)sqlite3_column_int64(st, i));
		break;
	case SQLITE_FLOAT:
		n = snprintf(text, sizeof(text), "%.17g", sqlite3_column_double(st, i));
		break;
	default: {
		const char *value = (const char *)sqlite3_column_text(st, i);
		return put_text(p, value ? value : "", (size_t)sqlite3_column_bytes(st, i));
	}
	}
	put(p, text, (size_t)n);
	if (type == SERVER_SPAN)
		put(p, "\t\\N", 3);
	return 0;
}

/* ---- tables ---- */

static int execute(struct publish *p, const char *sql)
{
	return sqlite3_exec(p->archive->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : archive_failed(p);
}

static sqlite3_stmt *prepare(struct publish *p, const char *format, ...)
{
	sqlite3_stmt *st = NULL;
	va_list list;
	va_start(list, format);
	char *sql = sqlite3_vmprintf(format, list);
	va_end(list);
	if (!sql || sqlite3_prepare_v2(p->archive->db, sql, -1, &st, NULL) != SQLITE_OK)
		archive_failed(p);
	sqlite3_free(sql);
	return st;
}

static int step(struct publish *p, sqlite3_stmt *st)
{
	int rc = sqlite3_step(st);
	return rc == SQLITE_ROW ? 1 : rc == SQLITE_DONE ? 0 : archive_failed(p);
}

static const char columns_sql[] =
	"SELECT name, type, \"notnull\" OR pk, pk, EXISTS (SELECT 1 FROM pragma_index_list(?1) l,"
	" pragma_index_info(l.name) i WHERE i.name=c.name) FROM pragma_table_info(?1) c ORDER BY cid";

/* Columns of a table as the server names them; types (may be NULL) has room for 256. */
static char *column_list(struct publish *p, const char *table, uint8_t *types, int *n)
{
	sqlite3_stmt *st = prepare(p, "%s", columns_sql);
	sqlite3_str *s = sqlite3_str_new(NULL);
	*n = 0;
	if (st)
		sqlite3_bind_text(st, 1, table, -1, SQLITE_STATIC);
	while (st && step(p, st) > 0 && *n < 256) {
		const char *name = (const char *)sqlite3_column_text(st, 0);
		enum server_type type =
			server_type_of((const char *)sqlite3_column_text(st, 1), sqlite3_column_int(st, 2));
		sqlite3_str_appendf(s, *n ? ", \"%w\"" : "\"%w\"", name);
		if (type == SERVER_SPAN)
			sqlite3_str_appendf(s, ", \"%w octets\"", name);
		if (types)
			types[*n] = (uint8_t)type;
		++*n;
	}
	sqlite3_finalize(st);
	return sqlite3_str_finish(s);
}

static int make_table(struct publish *p, const char *table)
{
	static const char *const types[] = { "bigint", "double precision", "text", "bytea", "bigint" };
	sqlite3_stmt *st = prepare(p, "%s", columns_sql);
	sqlite3_str *s = sqlite3_str_new(NULL), *key = sqlite3_str_new(NULL), *notes = sqlite3_str_new(NULL);
	int n = 0, rc = st ? 1 : -1;
	bool captures = false, texts = false;
	const char *keys[8] = { 0 };
	char *kept[8] = { 0 };
	if (st)
		sqlite3_bind_text(st, 1, table, -1, SQLITE_STATIC);
	sqlite3_str_appendf(s, "CREATE TABLE \"%w\" (", table);
	while (rc > 0 && (rc = step(p, st)) > 0) {
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
	if (rc == 0)
		rc = run(p, NULL, "%s %s", sqlite3_str_value(s), sqlite3_str_value(notes));
	for (int i = 0; i < 8; i++)
		sqlite3_free(kept[i]);
	sqlite3_free(sqlite3_str_finish(s));
	sqlite3_free(sqlite3_str_finish(key));
	sqlite3_free(sqlite3_str_finish(notes));
	return rc;
}

/* Indexes of numbers and octets; a text may be too long for one of PostgreSQL's. */
static int make_indexes(struct publish *p, const char *table)
{
	sqlite3_stmt *st = prepare(p,
		"SELECT l.name, group_concat('\"' || i.name || '\"') FROM pragma_index_list(%Q) l, "
		"pragma_index_info(l.name) i WHERE l.origin <> 'pk' GROUP BY l.name HAVING NOT EXISTS "
		"(SELECT 1 FROM "
		"pragma_index_info(l.name) j JOIN pragma_table_info(%Q) c ON c.name=j.name WHERE "
		"c.type='TEXT')",
		table, table);
	int rc = st ? 1 : -1;
	while (rc > 0 && (rc = step(p, st)) > 0)
		rc = run(p, NULL, "CREATE INDEX ON \"%w\" (%s)", table, sqlite3_column_text(st, 1)) < 0 ? -1
													: 1;
	sqlite3_finalize(st);
	return rc;
}

static const char info_sql[] =
	"CREATE TABLE IF NOT EXISTS pcapdex_info (archive_version integer, schema_version integer);"
	"CREATE TABLE IF NOT EXISTS pcapdex_schema (n bigint, kind text, name text, tbl text, sql text, "
	"PRIMARY KEY (kind, name));"
	"CREATE TABLE IF NOT EXISTS pcapdex_column (tbl text, n integer, name text, declared text, needed "
	"boolean, pk integer,"
	" indexed boolean, PRIMARY KEY (tbl, n));";

/* The archive's tables, views and indexes: those that the server has not are made, and what SQLite says of
 * them is written down, for readers. Views change when tables come in, so the newest is kept. */
static int make_schema(struct publish *p)
{
	sqlite3_stmt *st = prepare(p, "SELECT type, name, tbl_name, sql FROM main.sqlite_master WHERE sql IS "
				      "NOT NULL AND name NOT LIKE "
				      "'sqlite%%' ORDER BY rowid");
	int rc = st ? 1 : -1;
	int64_t n = 0;
	while (rc > 0 && (rc = step(p, st)) > 0) {
		const char *type = (const char *)sqlite3_column_text(st, 0),
			   *name = (const char *)sqlite3_column_text(st, 1),
			   *table = (const char *)sqlite3_column_text(st, 2),
			   *sql = (const char *)sqlite3_column_text(st, 3);
		const char *values[] = { type, name, table, sql, NULL };
		char digits[24];
		if (strcmp(type, "trigger") == 0)
			continue;
		snprintf(digits, sizeof(digits), "%lld", (long long)++n);
		values[4] = digits;
		PGresult *r = PQexecParams(p->pg,
			"INSERT INTO pcapdex_schema (kind, name, tbl, sql, n) VALUES ($1, $2, $3, $4, $5) ON "
			"CONFLICT "
			"(kind, name) DO UPDATE SET sql = excluded.sql, n = excluded.n WHERE $1 = 'view' AND "
			"excluded.sql LIKE '%FROM%' AND pcapdex_schema.sql <> excluded.sql RETURNING xmax = "
			"0",
			5, NULL, values, NULL, NULL, 0);
		p->changed |= PQntuples(r) > 0;
		bool made = PQntuples(r) && *PQgetvalue(r, 0, 0) == 't';
		rc = PQresultStatus(r) == PGRES_TUPLES_OK ? 1 : failed(p);
		PQclear(r);
		if (rc > 0 && made && strcmp(type, "table") == 0 &&
			(make_table(p, name) < 0 || make_indexes(p, name) < 0))
			rc = -1;
	}
	sqlite3_finalize(st);
	return rc;
}

/* The archive's views for the server's own clients. One that PostgreSQL refuses is left out and named: ours
 * read all of them, since they bring SQLite along. */
static int make_views(struct publish *p)
{
	PGresult *r = NULL;
	int rc = run(p, NULL, "%s", dialect_functions_sql);
	if (rc == 0)
		rc = run(p, &r, "SELECT name, sql FROM pcapdex_schema WHERE kind='view' ORDER BY n");
	sqlite3_str *refused = sqlite3_str_new(NULL);
	for (int i = 0; rc == 0 && i < PQntuples(r); i++) {
		char *sql = dialect_view(PQgetvalue(r, i, 1));
		rc = sql ? run(p, NULL, "SAVEPOINT one_view") : -1;
		if (rc == 0 && (run(p, NULL, "DROP VIEW IF EXISTS \"%w\"", PQgetvalue(r, i, 0)) < 0 ||
				       run(p, NULL, "%s", sql) < 0)) {
			sqlite3_str_appendf(
				refused, sqlite3_str_length(refused) ? ", %s" : "%s", PQgetvalue(r, i, 0));
			rc = run(p, NULL, "ROLLBACK TO one_view");
		}
		if (rc == 0)
			rc = run(p, NULL, "RELEASE one_view");
		sqlite3_free(sql);
	}
	PQclear(r);
	if (rc == 0 && sqlite3_str_length(refused))
		complain(0, "%s: psql and others do not get these views: %s", p->shown,
			sqlite3_str_value(refused));
	sqlite3_free(sqlite3_str_finish(refused));
	return rc;
}

/* ---- dictionaries ---- */

static int copy_table(struct publish *p, const char *to, const char *select, int n, const uint8_t *types,
	const char *columns)
{
	sqlite3_stmt *st = prepare(p, "%s", select);
	/* Most tables have nothing of most captures: then the server hears nothing. */
	int rc = st ? step(p, st) : -1;
	bool begun = rc > 0 && copy_begin(p, to, columns) == 0;
	if (rc > 0 && !begun)
		rc = -1;
	while (rc > 0) {
		for (int i = 0; rc > 0 && i < n; i++) {
			if (put_value(p, st, i, types[i]) < 0 || reserve(p, 1) < 0)
				rc = -1;
			else
				p->buffer[p->used++] = i + 1 < n ? '\t' : '\n';
		}
		if (rc > 0 && ++p->rows % 4096 == 0 && p->progress && p->progress(p->ctx, p->rows)) {
			snprintf(p->message, 512, "given up");
			rc = -1;
		}
		if (rc > 0)
			rc = step(p, st);
	}
	if (begun && copy_end(p, rc < 0 ? "given up" : NULL) < 0)
		rc = -1;
	sqlite3_finalize(st);
	return rc;
}

/* Entries that the server has not; and which of its ids ours are. */
static int merge_dictionary(struct publish *p, enum dictionary d)
{
	const char *table = dictionary_tables[d];
	uint8_t types[256];
	int n, rc;
	char *columns = column_list(p, table, types, &n), *select, *same = NULL;
	PGresult *r = NULL;
	sqlite3_stmt *st = prepare(p, "SELECT coalesce(max(id), 0) + 1 FROM \"%w\"", table);
	rc = st && columns && step(p, st) > 0 ? 0 : -1;
	if (rc == 0) {
		p->ids[d] = sqlite3_column_int64(st, 0);
		free(p->map[d]);
		p->map[d] = calloc((size_t)p->ids[d], sizeof(int64_t));
	}
	sqlite3_finalize(st);
	st = prepare(p,
		"SELECT group_concat(printf('n.\"%%w\" = x.\"%%w\"', name, name), ' AND ') FROM "
		"pragma_table_info(%Q) "
		"WHERE name <> 'id'",
		table);
	if (rc == 0 && st && step(p, st) > 0)
		same = sqlite3_mprintf("%s", sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
	select = sqlite3_mprintf("SELECT * FROM \"%w\"", table);
	if (rc < 0 || !same || !select || !p->map[d])
		rc = -1;
	if (rc == 0)
		rc = run(p, NULL, "CREATE TEMP TABLE new_entries (LIKE \"%w\") ON COMMIT DROP", table);
	if (rc == 0)
		rc = copy_table(p, "new_entries", select, n, types, columns);
	/* The archive's own ids where they are free. */
	if (rc == 0)
		rc = run(p, NULL, "ANALYZE new_entries");
	if (rc == 0)
		rc = run(p, NULL,
			"CREATE TEMP TABLE added ON COMMIT DROP AS SELECT n.id AS own, CASE WHEN n.id > t.id "
			"THEN "
			"n.id ELSE greatest(t.id, t.own) + row_number() OVER () END AS other FROM "
			"new_entries n, "
			"(SELECT coalesce((SELECT max(id) FROM \"%w\"), 0) AS id, (SELECT max(id) FROM "
			"new_entries) AS own) t "
			"WHERE NOT EXISTS (SELECT 1 FROM \"%w\" x WHERE %s)",
			table, table, same);
	if (rc == 0)
		rc = run(p, NULL,
			"CREATE TEMP TABLE put_in (LIKE \"%w\") ON COMMIT DROP; INSERT INTO put_in SELECT "
			"n.* FROM "
			"new_entries n JOIN added a ON a.own = n.id; UPDATE put_in x SET id = a.other FROM "
			"added a "
			"WHERE a.own = x.id; INSERT INTO \"%w\" SELECT * FROM put_in",
			table, table);
	if (rc == 0)
		rc = run(p, &r, "SELECT n.id, x.id FROM new_entries n JOIN \"%w\" x ON %s", table, same);
	for (int i = 0; rc == 0 && i < PQntuples(r); i++) {
		int64_t own = strtoll(PQgetvalue(r, i, 0), NULL, 10);
		if (own > 0 && own < p->ids[d])
			p->map[d][own] = strtoll(PQgetvalue(r, i, 1), NULL, 10);
	}
	if (rc == 0)
		rc = run(p, NULL, "DROP TABLE new_entries, added, put_in");
	PQclear(r);
	sqlite3_free(columns);
	sqlite3_free(select);
	sqlite3_free(same);
	return rc;
}

/* pcapdex_mapped(dictionary, id), for the statements that read the archive. */
static void mapped(sqlite3_context *ctx, int n, sqlite3_value **values)
{
	struct publish *p = sqlite3_user_data(ctx);
	int d = sqlite3_value_int(values[0]);
	int64_t id = sqlite3_value_int64(values[1]);
	(void)n;
	if (sqlite3_value_type(values[1]) == SQLITE_NULL)
		return;
	sqlite3_result_int64(ctx, id > 0 && id < p->ids[d] && p->map[d][id] ? p->map[d][id] : id);
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

/* ---- captures ---- */

static bool is_dictionary(const char *table)
{
	for (int d = 0; d < DICTIONARIES; d++)
		if (strcmp(table, dictionary_tables[d]) == 0)
			return true;
	return false;
}

/* Rows of the tables that belong to no capture: the catalogue. The newest archive that knows a row says it.
 */
static int copy_catalogue(struct publish *p)
{
	sqlite3_stmt *st = prepare(p, "SELECT name FROM main.sqlite_master m WHERE type='table' AND name NOT "
				      "LIKE 'sqlite%%' AND name <> "
				      "'capture' AND NOT EXISTS (SELECT 1 FROM pragma_table_info(m.name) c "
				      "WHERE c.name IN ('frame_id', "
				      "'capture_id'))");
	int rc = st ? 1 : -1;
	while (rc > 0 && (rc = step(p, st)) > 0) {
		const char *table = (const char *)sqlite3_column_text(st, 0);
		uint8_t types[256];
		int n;
		if (is_dictionary(table))
			continue;
		char *columns = column_list(p, table, types, &n),
		     *select = sqlite3_mprintf("SELECT * FROM \"%w\"", table);
		int done = columns && select
				   ? run(p, NULL, "CREATE TEMP TABLE new_rows (LIKE \"%w\") ON COMMIT DROP",
					     table)
				   : -1;
		if (done == 0)
			done = copy_table(p, "new_rows", select, n, types, columns);
		if (done == 0)
			done = run(p, NULL,
				"INSERT INTO \"%w\" SELECT * FROM new_rows ON CONFLICT DO NOTHING; DROP "
				"TABLE new_rows",
				table);
		sqlite3_free(columns);
		sqlite3_free(select);
		rc = done < 0 ? -1 : 1;
	}
	sqlite3_finalize(st);
	return rc;
}

struct shift {
	int64_t capture_id, first_frame; /* on the server */
	int64_t chunk;                   /* added to ids of chunks */
};

static int copy_part(
	struct publish *p, const char *table, const struct selected_capture *c, const struct shift *to)
{
	uint8_t types[256];
	int n, i = 0;
	char *columns = column_list(p, table, types, &n);
	sqlite3_str *s = sqlite3_str_new(NULL);
	sqlite3_stmt *st = prepare(p,
		"SELECT c.name, r.dictionary FROM pragma_table_info(%Q) c LEFT JOIN temp.publish_references "
		"r ON r.tbl=%Q"
		" AND r.col=c.name ORDER BY c.cid",
		table, table);
	bool frames = false, capture = strcmp(table, "capture") == 0;
	int rc = st && columns ? 1 : -1;
	while (rc > 0 && (rc = step(p, st)) > 0) {
		const char *name = (const char *)sqlite3_column_text(st, 0);
		sqlite3_str_appendall(s, i++ ? ", " : "SELECT ");
		frames |= strcmp(name, "frame_id") == 0;
		if (strcmp(name, "frame_id") == 0 || (capture && strcmp(name, "first_frame") == 0))
			sqlite3_str_appendf(
				s, "\"%w\" + %lld", name, (long long)(to->first_frame - c->first_frame));
		else if (strcmp(name, "capture_id") == 0 || (capture && strcmp(name, "id") == 0))
			sqlite3_str_appendf(s, "%lld", (long long)to->capture_id);
		else if (strcmp(table, "chunk") == 0 && strcmp(name, "id") == 0)
			sqlite3_str_appendf(s, "id + %lld", (long long)to->chunk);
		else if (sqlite3_column_type(st, 1) != SQLITE_NULL)
			sqlite3_str_appendf(s, "publish_mapped(%d, \"%w\")", sqlite3_column_int(st, 1), name);
		else
			sqlite3_str_appendf(s, "\"%w\"", name);
	}
	sqlite3_finalize(st);
	sqlite3_str_appendf(s, " FROM \"%w\" WHERE ", table);
	if (frames)
		sqlite3_str_appendf(s, "frame_id >= %lld AND frame_id < %lld", (long long)c->first_frame,
			(long long)(c->first_frame + c->frames));
	else
		sqlite3_str_appendf(s, "%s = %lld", capture ? "id" : "capture_id", (long long)c->id);
	char *select = sqlite3_str_finish(s);
	if (rc == 0)
		rc = select ? copy_table(p, table, select, n, types, columns) : -1;
	sqlite3_free(select);
	sqlite3_free(columns);
	return rc;
}

static int copy_capture(struct publish *p, const struct selected_capture *c, bool raw)
{
	struct shift to;
	int rc = 0;
	/* Ids of the archive where they are free. */
	int64_t id = number(p, "SELECT max(id) FROM capture", &rc),
		next = number(p, "SELECT max(first_frame + frames) FROM capture", &rc),
		chunk = number(p, "SELECT max(id) FROM chunk", &rc);
	if (rc < 0)
		return rc;
	to.capture_id = c->id > id ? c->id : id + 1;
	to.first_frame = c->first_frame >= next ? c->first_frame : next;
	to.chunk = 0;
	sqlite3_stmt *st = prepare(p, "SELECT min(id) FROM chunk WHERE capture_id=%lld", (long long)c->id);
	if (st && step(p, st) > 0 && sqlite3_column_int64(st, 0) <= chunk)
		to.chunk = chunk + 1 - sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	st = prepare(p, "SELECT name FROM main.sqlite_master m WHERE type='table' AND name NOT LIKE "
			"'sqlite%%' AND (name = 'capture' "
			"OR EXISTS (SELECT 1 FROM pragma_table_info(m.name) c WHERE c.name IN ('frame_id', "
			"'capture_id')))");
	rc = st ? 1 : -1;
	while (rc > 0 && (rc = step(p, st)) > 0) {
		const char *table = (const char *)sqlite3_column_text(st, 0);
		if (raw || strcmp(table, "chunk") != 0)
			rc = copy_part(p, table, c, &to) < 0 ? -1 : 1;
	}
	sqlite3_finalize(st);
	return rc;
}

static enum publish_result look_for(struct publish *p, const struct selected_capture *c)
{
	sqlite3_stmt *st = prepare(p, "SELECT sha256, bpf FROM capture WHERE id=%lld", (long long)c->id);
	enum publish_result found = PUBLISH_FAILED;
	PGresult *r = NULL;
	if (st && step(p, st) > 0 &&
		run(p, &r, "SELECT 1 FROM capture WHERE sha256='%q' AND bpf='%q'", sqlite3_column_text(st, 0),
			sqlite3_column_text(st, 1)) == 0)
		found = PQntuples(r) ? PUBLISH_ALREADY : PUBLISH_DONE;
	PQclear(r);
	sqlite3_finalize(st);
	return found;
}

enum publish_result publish_capture(struct publish *p, const struct selected_capture *capture, bool raw,
	int (*progress)(void *ctx, uint64_t rows), void *ctx, char *message)
{
	p->message = message;
	p->progress = progress;
	p->ctx = ctx;
	p->rows = 0;
	/* Others that publish wait; readers do not. */
	if (run(p, NULL, "BEGIN; LOCK TABLE capture IN SHARE ROW EXCLUSIVE MODE") < 0)
		return PUBLISH_FAILED;
	enum publish_result result = look_for(p, capture);
	int rc = result == PUBLISH_FAILED ? -1 : 0;
	/* Dictionaries are merged with the first capture; what it wrote goes with it when it fails. */
	bool merge = result == PUBLISH_DONE && !p->mapped;
	for (int d = 0; merge && rc == 0 && d < DICTIONARIES; d++)
		rc = merge_dictionary(p, (enum dictionary)d);
	if (rc == 0 && merge)
		rc = copy_catalogue(p);
	if (rc == 0 && result == PUBLISH_DONE)
		rc = copy_capture(p, capture, raw);
	if (rc == 0)
		rc = run(p, NULL, "COMMIT");
	if (rc == 0) {
		p->mapped |= merge;
		return result;
	}
	PQclear(PQexec(p->pg, "ROLLBACK"));
	return PUBLISH_FAILED;
}

int publish_archive(struct publish *p, struct session *archive, char *message)
{
	const char *wrong = registry_init();
	sqlite3_stmt *st = NULL;
	p->message = message;
	p->archive = archive;
	p->mapped = false;
	if (wrong) {
		snprintf(message, 512, "%s", wrong);
		return -1;
	}
	int rc = sqlite3_create_function_v2(archive->db, "publish_mapped", 2, SQLITE_UTF8 | SQLITE_DIRECTONLY,
			 p, mapped, NULL, NULL, NULL) == SQLITE_OK
			 ? execute(p, "CREATE TEMP TABLE publish_references (tbl TEXT, col TEXT, dictionary "
				      "INTEGER, "
				      "PRIMARY KEY (tbl, col)) WITHOUT ROWID; BEGIN")
			 : archive_failed(p);
	if (rc == 0 &&
		(!(st = prepare(p, "INSERT OR REPLACE INTO temp.publish_references VALUES (?1, ?2, ?3)")) ||
			references_each(protocols, protocols_count, note_reference, st) != 0))
		rc = -1;
	sqlite3_finalize(st);
	if (rc == 0)
		rc = run(p, NULL, "BEGIN; LOCK TABLE pcapdex_info IN EXCLUSIVE MODE");
	p->changed = false;
	if (rc == 0)
		rc = make_schema(p);
	if (rc == 0 && p->changed)
		rc = make_views(p);
	if (rc == 0)
		rc = run(p, NULL, "COMMIT");
	if (rc < 0)
		PQclear(PQexec(p->pg, "ROLLBACK"));
	return rc;
}

struct publish *publish_open(const char *url, char *message)
{
	struct publish *p = calloc(1, sizeof(*p));
	int rc = 0;
	if (!p || !(p->shown = server_shown(url))) {
		snprintf(message, 512, "out of memory");
		free(p);
		return NULL;
	}
	p->message = message;
	if ((p->pg = server_connect(url, message))) {
		rc = run(p, NULL, "BEGIN; SELECT pg_advisory_xact_lock(%d); %s COMMIT",
			ARCHIVE_APPLICATION_ID, info_sql);
		int64_t there = number(p, "SELECT count(*) FROM pcapdex_info", &rc);
		if (rc == 0 && !there)
			rc = run(p, NULL, "INSERT INTO pcapdex_info VALUES (%d, %d)", ARCHIVE_VERSION,
				SERVER_SCHEMA_VERSION);
		int64_t version =
			number(p, "SELECT archive_version * 1000 + schema_version FROM pcapdex_info", &rc);
		if (rc == 0 && version == ARCHIVE_VERSION * 1000 + SERVER_SCHEMA_VERSION)
			return p;
		if (rc == 0)
			snprintf(message, 512,
				"%s: was filled by another version of pcapdex (schema %lld.%lld, this one "
				"knows %d.%d)",
				p->shown, (long long)version / 1000, (long long)version % 1000,
				ARCHIVE_VERSION, SERVER_SCHEMA_VERSION);
	}
	publish_close(p);
	return NULL;
}

void publish_close(struct publish *p)
{
	if (!p)
		return;
	PQfinish(p->pg);
	for (int d = 0; d < DICTIONARIES; d++)
		free(p->map[d]);
	free(p->buffer);
	free(p->shown);
	free(p);
}

int publish_finish(struct publish *p, char *message)
{
	sqlite3_stmt *st;
	p->message = message;
	st = prepare(
		p, "SELECT name FROM main.sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite%%'");
	int rc = st ? 1 : -1;
	while (rc > 0 && (rc = step(p, st)) > 0)
		rc = run(p, NULL, "ANALYZE \"%w\"", sqlite3_column_text(st, 0)) < 0 ? -1 : 1;
	sqlite3_finalize(st);
	return rc;
}

#endif
