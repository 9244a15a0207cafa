#include "query/publish/loader.h"

#if HAVE_PQ
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/archive.h"

int loader_failed(struct loader *l)
{
	server_complaint(l->pg, l->shown, l->message);
	return -1;
}

static int archive_failed(struct loader *l)
{
	snprintf(l->message, 512, "%s: %s", l->path, archive_error(l->db));
	return -1;
}

int loader_run(struct loader *l, PGresult **out, const char *format, ...)
{
	va_list list;
	va_start(list, format);
	char *sql = sqlite3_vmprintf(format, list);
	va_end(list);
	PGresult *r = sql ? pq.exec(l->pg, sql) : NULL;
	ExecStatusType status = pq.resultStatus(r);
	sqlite3_free(sql);
	if (out && status == PGRES_TUPLES_OK) {
		*out = r;
		return 0;
	}
	pq.clear(r);
	return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ? 0 : loader_failed(l);
}

int64_t loader_number(struct loader *l, const char *sql, int *rc)
{
	PGresult *r = NULL;
	int64_t v = 0;
	if (*rc == 0 && (*rc = loader_run(l, &r, "%s", sql)) == 0 && pq.ntuples(r) && !pq.getisnull(r, 0, 0))
		v = strtoll(pq.getvalue(r, 0, 0), NULL, 10);
	pq.clear(r);
	return v;
}

/* ---- COPY ---- */

static int copy_begin(struct loader *l, const char *table, const char *columns)
{
	char *sql = sqlite3_mprintf("COPY \"%w\" (%s) FROM STDIN", table, columns);
	PGresult *r = sql ? pq.exec(l->pg, sql) : NULL;
	int rc = pq.resultStatus(r) == PGRES_COPY_IN ? 0 : loader_failed(l);
	sqlite3_free(sql);
	pq.clear(r);
	l->used = 0;
	return rc;
}

static int copy_flush(struct loader *l)
{
	int rc = l->used ? pq.putCopyData(l->pg, l->buffer, (int)l->used) : 1;
	l->used = 0;
	return rc == 1 ? 0 : loader_failed(l);
}

static int copy_end(struct loader *l, const char *error)
{
	int rc = error ? 0 : copy_flush(l);
	if (pq.putCopyEnd(l->pg, error) != 1)
		rc = rc < 0 ? rc : loader_failed(l);
	for (PGresult *r; (r = pq.getResult(l->pg)); pq.clear(r))
		if (pq.resultStatus(r) != PGRES_COMMAND_OK && rc == 0 && !error)
			rc = loader_failed(l);
	return rc;
}

static int reserve(struct loader *l, size_t n)
{
	if (l->used + n > (1 << 18) && copy_flush(l) < 0)
		return -1;
	if (l->used + n <= l->size)
		return 0;
	size_t size = l->used + n + (1 << 18);
	char *grown = realloc(l->buffer, size);
	if (!grown) {
		snprintf(l->message, 512, "out of memory");
		return -1;
	}
	l->buffer = grown;
	l->size = size;
	return 0;
}

static void put(struct loader *l, const char *text, size_t n)
{
	memcpy(l->buffer + l->used, text, n);
	l->used += n;
}

/* COPY's text format: a tab between values, \N for NULL. NUL cannot be in a text of PostgreSQL. */
static int put_text(struct loader *l, const char *text, size_t n)
{
	if (reserve(l, 4 * n + 8) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		switch (text[i]) {
		case '\0':
			put(l, "\xf4\x8f\xbf\xbf", 4);
			break;
		case '\\':
			put(l, "\\\\", 2);
			break;
		case '\n':
			put(l, "\\n", 2);
			break;
		case '\r':
			put(l, "\\r", 2);
			break;
		case '\t':
			put(l, "\\t", 2);
			break;
		default:
			l->buffer[l->used++] = text[i];
		}
	}
	return 0;
}

static int put_octets(struct loader *l, const uint8_t *octets, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	if (reserve(l, 2 * n + 8) < 0)
		return -1;
	put(l, "\\\\x", 3);
	for (size_t i = 0; i < n; i++) {
		l->buffer[l->used++] = digits[octets[i] >> 4];
		l->buffer[l->used++] = digits[octets[i] & 15];
	}
	return 0;
}

/* A span that is none of the frame: octets of its own, or pieces of the capture file (schema/kind.h). */
static int put_elsewhere(struct loader *l, sqlite3_stmt *st, int i, bool pieces)
{
	const uint8_t *value = sqlite3_column_blob(st, i);
	size_t n = (size_t)sqlite3_column_bytes(st, i);
	int64_t length = pieces ? sqlite3_column_int64(st, i) : (int64_t)n;
	char text[40];
	put(l, text,
		(size_t)snprintf(text, sizeof(text), "%lld\t", (long long)SERVER_ELSEWHERE(length, pieces)));
	return put_octets(l, value, n);
}

static int put_value(struct loader *l, sqlite3_stmt *st, int i, enum server_type type)
{
	char text[40];
	int n = 0, kind = sqlite3_column_type(st, i);
	if (reserve(l, 64) < 0)
		return -1;
	if (type == SERVER_SPAN && (kind == SQLITE_BLOB || kind == SQLITE_TEXT))
		return put_elsewhere(l, st, i, kind == SQLITE_TEXT);
	if (type == SERVER_OCTETS && kind == SQLITE_BLOB)
		return put_octets(l, sqlite3_column_blob(st, i), (size_t)sqlite3_column_bytes(st, i));
	switch (kind) {
	case SQLITE_NULL:
		put(l, type == SERVER_SPAN ? "\\N\t\\N" : "\\N", type == SERVER_SPAN ? 5 : 2);
		return 0;
	case SQLITE_INTEGER:
		n = snprintf(text, sizeof(text), "%lld", (long long)sqlite3_column_int64(st, i));
		break;
	case SQLITE_FLOAT:
		n = snprintf(text, sizeof(text), "%.17g", sqlite3_column_double(st, i));
		break;
	default: {
		const char *value = (const char *)sqlite3_column_text(st, i);
		return put_text(l, value ? value : "", (size_t)sqlite3_column_bytes(st, i));
	}
	}
	put(l, text, (size_t)n);
	if (type == SERVER_SPAN)
		put(l, "\t\\N", 3);
	return 0;
}

/* ---- the archive ---- */

sqlite3_stmt *loader_prepare(struct loader *l, const char *format, ...)
{
	sqlite3_stmt *st = NULL;
	va_list list;
	va_start(list, format);
	char *sql = sqlite3_vmprintf(format, list);
	va_end(list);
	if (!sql || sqlite3_prepare_v2(l->db, sql, -1, &st, NULL) != SQLITE_OK)
		archive_failed(l);
	sqlite3_free(sql);
	return st;
}

int loader_step(struct loader *l, sqlite3_stmt *st)
{
	int rc = sqlite3_step(st);
	return rc == SQLITE_ROW ? 1 : rc == SQLITE_DONE ? 0 : archive_failed(l);
}

const char loader_columns_sql[] =
	"SELECT name, type, \"notnull\" OR pk, pk, EXISTS (SELECT 1 FROM pragma_index_list(?1) l,"
	" pragma_index_info(l.name) i WHERE i.name=c.name) FROM pragma_table_info(?1) c ORDER BY cid";

char *loader_columns(struct loader *l, const char *table, uint8_t *types, int *n)
{
	sqlite3_stmt *st = loader_prepare(l, "%s", loader_columns_sql);
	sqlite3_str *s = sqlite3_str_new(NULL);
	*n = 0;
	if (st)
		sqlite3_bind_text(st, 1, table, -1, SQLITE_STATIC);
	while (st && loader_step(l, st) > 0 && *n < LOADER_COLUMNS) {
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

int loader_copy(
	struct loader *l, const char *to, sqlite3_stmt *st, int n, const uint8_t *types, const char *columns)
{
	/* Most tables have nothing of most captures: then the server hears nothing. */
	int rc = st ? loader_step(l, st) : -1;
	bool begun = rc > 0 && copy_begin(l, to, columns) == 0;
	if (rc > 0 && !begun)
		rc = -1;
	while (rc > 0) {
		for (int i = 0; rc > 0 && i < n; i++) {
			if (put_value(l, st, i, types[i]) < 0 || reserve(l, 1) < 0)
				rc = -1;
			else
				l->buffer[l->used++] = i + 1 < n ? '\t' : '\n';
		}
		if (rc > 0 && ++l->rows % 4096 == 0 && l->progress && l->progress(l->ctx, l->rows)) {
			snprintf(l->message, 512, "given up");
			rc = -1;
		}
		if (rc > 0)
			rc = loader_step(l, st);
	}
	if (begun && copy_end(l, rc < 0 ? "given up" : NULL) < 0)
		rc = -1;
	sqlite3_reset(st);
	return rc;
}

/* ---- connections ---- */

void loader_rollback(struct loader *l)
{
	pq.clear(pq.exec(l->pg, "ROLLBACK"));
}

/* pcapdex_info: one row. A cluster's coordinator and its shards have its name in common; a shard has
 * its number too. pcapdex_schema has the archive's statements, pcapdex_column what SQLite says of
 * columns. */
static const char notes_sql[] =
	"CREATE TABLE IF NOT EXISTS pcapdex_info (archive_version integer, schema_version integer, "
	"cluster "
	"text, shard integer);"
	"CREATE TABLE IF NOT EXISTS pcapdex_schema (n bigint, kind text, name text, tbl text, sql "
	"text, "
	"PRIMARY KEY (kind, name));"
	"CREATE TABLE IF NOT EXISTS pcapdex_column (tbl text, n integer, name text, declared text, "
	"needed "
	"boolean, pk integer, indexed boolean, PRIMARY KEY (tbl, n));"
	"CREATE TABLE IF NOT EXISTS pcapdex_rows (tbl text PRIMARY KEY, rows double precision);";

static int check_version(struct loader *l)
{
	int rc = loader_run(l, NULL, "BEGIN; SELECT pg_advisory_xact_lock(%d); %s COMMIT",
		ARCHIVE_APPLICATION_ID, notes_sql);
	int64_t there = loader_number(l, "SELECT count(*) FROM pcapdex_info", &rc);
	if (rc == 0 && !there)
		rc = loader_run(l, NULL,
			"INSERT INTO pcapdex_info (archive_version, schema_version) VALUES (%d, %d)",
			ARCHIVE_VERSION, SERVER_SCHEMA_VERSION);
	int64_t version =
		loader_number(l, "SELECT archive_version * 1000 + schema_version FROM pcapdex_info", &rc);
	if (rc < 0 || version == ARCHIVE_VERSION * 1000 + SERVER_SCHEMA_VERSION)
		return rc;
	snprintf(l->message, 512,
		"%s: was filled by another version of pcapdex (schema %lld.%lld, this one knows "
		"%d.%d)",
		l->shown, (long long)version / 1000, (long long)version % 1000, ARCHIVE_VERSION,
		SERVER_SCHEMA_VERSION);
	return -1;
}

struct loader *loader_open(const char *url, enum loader_role role, char *message)
{
	struct loader *l = calloc(1, sizeof(*l));
	if (!l || !(l->shown = server_shown(url))) {
		snprintf(message, 512, "out of memory");
		free(l);
		return NULL;
	}
	l->message = message;
	l->role = role;
	if ((l->pg = server_connect(url, message)) && check_version(l) == 0)
		return l;
	loader_close(l);
	return NULL;
}

void loader_close(struct loader *l)
{
	if (!l)
		return;
	if (l->pg)
		pq.finish(l->pg);
	free(l->buffer);
	free(l->shown);
	free(l);
}

#endif
