#include "query/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/archive.h"

bool server_is_url(const char *path)
{
	return strncmp(path, "postgresql://", 13) == 0 || strncmp(path, "postgres://", 11) == 0;
}

/* postgresql://[user[:password]@]host...[?key=value&...]: the password may stand in two places. */
char *server_shown(const char *url)
{
	char *shown = strdup(url);
	if (!shown)
		return NULL;
	char *host = strstr(shown, "://") + 3, *at = strchr(host, '@'), *query = strchr(host, '?');
	size_t authority = strcspn(host, "/?");
	if (at && at < host + authority) {
		char *colon = memchr(host, ':', (size_t)(at - host));
		if (colon)
			memmove(colon, at, strlen(at) + 1);
	}
	/* Parameters may hold more secrets (sslpassword): none is shown but where to find the server. */
	query = strchr(host, '?');
	char *key = query ? strstr(query, "host=") : NULL;
	if (key && (key[-1] == '?' || key[-1] == '&')) {
		size_t n = strcspn(key, "&");
		memmove(query + 1, key, n);
		query[1 + n] = '\0';
	} else if (query) {
		*query = '\0';
	}
	return shown;
}

#if HAVE_PQ

enum server_type server_type_of(const char *declared, bool notnull)
{
	return strcmp(declared, "INTEGER") == 0 ? SERVER_INT
	       : strcmp(declared, "REAL") == 0  ? SERVER_REAL
	       : strcmp(declared, "TEXT") == 0  ? SERVER_TEXT
	       : notnull                        ? SERVER_OCTETS
						: SERVER_SPAN;
}

void server_complaint(PGconn *pg, const char *shown, char message[512])
{
	const char *text = pq.errorMessage(pg);
	int n = snprintf(message, 512, "%s: ", shown);
	/* On one line, without libpq's prefix. */
	for (text = strncmp(text, "ERROR:  ", 8) == 0 ? text + 8 : text; *text && n < 511; text++)
		if (*text != '\n')
			message[n++] = *text == '\t' ? ' ' : *text;
		else if (text[1] && n < 509)
			n += snprintf(message + n, 512 - (size_t)n, "; ");
	message[n] = '\0';
}

static void silent(void *ctx, const char *text)
{
	(void)ctx;
	(void)text;
}

PGconn *server_connect(const char *url, char *message)
{
	if (!libpq_load(message))
		return NULL;
	char *shown = server_shown(url);
	PGconn *pg = shown ? pq.connectdb(url) : NULL;
	if (!pg || pq.status(pg) != CONNECTION_OK) {
		if (pg)
			server_complaint(pg, shown, message);
		else
			snprintf(message, 512, "out of memory");
		pq.finish(pg);
		pg = NULL;
	} else {
		pq.setNoticeProcessor(pg, silent, NULL);
		pq.setClientEncoding(pg, "UTF8");
	}
	free(shown);
	return pg;
}

/* Which of a coordinator's shards do not answer: what PostgreSQL says of a connection that broke does not
 * name it. The transaction is given up. sqlite3_free() the text; NULL: none. */
static char *silent_shards(struct server *s)
{
	pq.clear(pq.exec(s->pg, "ROLLBACK"));
	PGresult *shards = pq.exec(s->pg, "SELECT n, server FROM pcapdex_shard ORDER BY n");
	sqlite3_str *names = sqlite3_str_new(NULL);
	for (int i = 0; i < pq.ntuples(shards); i++) {
		char sql[80];
		snprintf(sql, sizeof(sql), "SELECT id FROM pcapdex_shard_%d.capture LIMIT 1",
			atoi(pq.getvalue(shards, i, 0)));
		PGresult *r = pq.exec(s->pg, sql);
		const char *state = pq.resultErrorField(r, PG_DIAG_SQLSTATE);
		if (state && (strncmp(state, "08", 2) == 0 || strncmp(state, "57", 2) == 0))
			sqlite3_str_appendf(
				names, sqlite3_str_length(names) ? ", %s" : "%s", pq.getvalue(shards, i, 1));
		pq.clear(r);
	}
	pq.clear(shards);
	return sqlite3_str_finish(names);
}

PGresult *server_run(struct server *s, const char *sql, ExecStatusType want, char **error)
{
	PGresult *r = s->broken ? NULL : pq.exec(s->pg, sql);
	if (r && pq.resultStatus(r) == want)
		return r;
	char message[512], state[8] = "";
	server_complaint(s->pg, s->shown, message);
	if (r && pq.resultErrorField(r, PG_DIAG_SQLSTATE))
		snprintf(state, sizeof(state), "%s", pq.resultErrorField(r, PG_DIAG_SQLSTATE));
	pq.clear(r);
	char *away = NULL;
	/* Class 08, "connection exception"; 57P, "operator intervention": the server itself answers, a shard
	 * does not. */
	if (!s->broken && pq.status(s->pg) == CONNECTION_OK &&
		(strncmp(state, "08", 2) == 0 || strncmp(state, "57P", 3) == 0)) {
		away = silent_shards(s);
		s->broken = true;
	}
	*error = away ? sqlite3_mprintf("%s: its shard %s does not answer: %s", s->shown, away,
				message + strlen(s->shown) + 2)
		      : sqlite3_mprintf("%s", message);
	sqlite3_free(away);
	return NULL;
}

void server_close(void *data)
{
	struct server *s = data;
	if (s->pg)
		pq.finish(s->pg);
	free(s->shown);
	free(s);
}

/* Copy a small table. Several archives may have said the same of a path (t_source): one of them stays. */
static int copy_rows(sqlite3 *db, struct server *s, const char *table, char **error)
{
	char *sql = sqlite3_mprintf(
		"INSERT OR IGNORE INTO main.\"%w\" SELECT * FROM temp.\"server %w\"", table, table);
	(void)s;
	int rc = sql ? sqlite3_exec(db, sql, NULL, NULL, error) : SQLITE_NOMEM;
	sqlite3_free(sql);
	return rc;
}

/* The archive's own statements, as publish wrote them down: tables, then indexes, then views. */
static int make_schema(sqlite3 *db, struct server *s, char **error)
{
	PGresult *r = server_run(s,
		/* Small is what has no frames and not many rows, by the server's own count. */
		"SELECT s.kind, s.name, s.sql, s.tbl <> 'chunk' AND coalesce(k.rows, 0) < 200000 AND NOT "
		"EXISTS"
		" (SELECT 1 FROM pcapdex_column c WHERE c.tbl=s.tbl AND c.name='frame_id')"
		" FROM pcapdex_schema s LEFT JOIN pcapdex_rows k ON k.tbl = s.tbl"
		" ORDER BY s.kind='view', s.kind='index', s.n",
		PGRES_TUPLES_OK, error);
	int rc = r && (s->columns = server_run(s, server_columns_sql, PGRES_TUPLES_OK, error)) ? SQLITE_OK
											       : SQLITE_ERROR;
	for (int i = 0; rc == SQLITE_OK && i < pq.ntuples(s->columns); i++)
		if (strcmp(pq.getvalue(s->columns, i, 6), "capture") == 0)
			s->captures = atof(pq.getvalue(s->columns, i, 5));
	for (int i = 0; rc == SQLITE_OK && i < pq.ntuples(r); i++) {
		const char *kind = pq.getvalue(r, i, 0), *name = pq.getvalue(r, i, 1);
		bool small = *pq.getvalue(r, i, 3) == 't', table = strcmp(kind, "table") == 0;
		char *sql = NULL;
		if (table)
			sql = sqlite3_mprintf(
				small ? "CREATE VIRTUAL TABLE temp.\"server %w\" USING server(\"%w\")"
				      : "CREATE VIRTUAL TABLE main.\"%w\" USING server(\"%w\")",
				name, name);
		if (table)
			rc = sql ? sqlite3_exec(db, sql, NULL, NULL, error) : SQLITE_NOMEM;
		if (rc == SQLITE_OK && (small || strcmp(kind, "view") == 0))
			rc = sqlite3_exec(db, pq.getvalue(r, i, 2), NULL, NULL, error);
		if (rc == SQLITE_OK && table && small)
			rc = copy_rows(db, s, name, error);
		sqlite3_free(sql);
	}
	pq.clear(r);
	pq.clear(s->columns);
	s->columns = NULL;
	return rc;
}

static int check_version(struct server *s, char *message)
{
	char *error = NULL;
	PGresult *r = server_run(
		s, "SELECT archive_version, schema_version FROM pcapdex_info", PGRES_TUPLES_OK, &error);
	int rc = -1;
	if (!r && strstr(error, "does not exist"))
		snprintf(message, 512, "%s: holds no captures of pcapdex; `pcapdex publish` puts them there",
			s->shown);
	else if (!r)
		snprintf(message, 512, "%s", error);
	else if (pq.ntuples(r) != 1 || atoi(pq.getvalue(r, 0, 0)) != ARCHIVE_VERSION ||
		 atoi(pq.getvalue(r, 0, 1)) != SERVER_SCHEMA_VERSION)
		snprintf(message, 512,
			"%s: was filled by another version of pcapdex (schema %s.%s, this one knows %d.%d)",
			s->shown, pq.ntuples(r) ? pq.getvalue(r, 0, 0) : "?",
			pq.ntuples(r) ? pq.getvalue(r, 0, 1) : "?", ARCHIVE_VERSION, SERVER_SCHEMA_VERSION);
	else
		rc = 0;
	pq.clear(r);
	sqlite3_free(error);
	return rc;
}

int server_open(sqlite3 **db, const char *url, char *message)
{
	struct server *s = calloc(1, sizeof(*s));
	char *error = NULL;
	PGresult *r;
	*db = NULL;
	if (!s || !(s->shown = server_shown(url)) || !(s->pg = server_connect(url, message))) {
		if (!s || !s->shown)
			snprintf(message, 512, "out of memory");
		if (s)
			server_close(s);
		return SQLITE_ERROR;
	}
	r = server_run(s, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", PGRES_COMMAND_OK, &error);
	pq.clear(r);
	if (!r || check_version(s, message) < 0) {
		if (!r)
			snprintf(message, 512, "%s", error);
		sqlite3_free(error);
		server_close(s);
		return SQLITE_ERROR;
	}
	int rc = sqlite3_open_v2(":memory:", db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE, NULL);
	/* The module owns the server from here on. */
	if (rc == SQLITE_OK)
		rc = server_table_module(*db, s);
	else
		server_close(s);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(*db, "BEGIN", NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = make_schema(*db, s, &error);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(*db, "COMMIT", NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		return rc;
	snprintf(message, 512, "%s", error ? error : sqlite3_errmsg(*db));
	sqlite3_free(error);
	sqlite3_close(*db);
	*db = NULL;
	return rc;
}

#else

int server_open(sqlite3 **db, const char *url, char *message)
{
	*db = NULL;
	snprintf(message, 512, "%.60s...: this pcapdex was built without libpq, which PostgreSQL needs",
		"postgresql://");
	(void)url;
	return SQLITE_ERROR;
}

#endif
