/* A PostgreSQL database that `publish` filled, read as if it were an archive: an SQLite connection in memory
 * whose tables are the server's. So every statement of ours is written once, and answers are the same by
 * construction. Small tables are copied when it is opened; large ones are virtual tables that fetch what a
 * statement asks for: ranges by server-side cursors, single rows by blocks of their neighbours. */
#ifndef PCAPDEX_QUERY_SERVER_H
#define PCAPDEX_QUERY_SERVER_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

/* postgresql:// or postgres:// ? */
bool server_is_url(const char *path);

/* The URL without what is secret in it, for messages. free() it. */
char *server_shown(const char *url);

/* Open for reading, in one snapshot. SQLITE_OK, or *db is NULL and message (512 octets) says why, naming the
 * server. Closing the connection closes that to the server. */
int server_open(sqlite3 **db, const char *url, char *message);

#define SERVER_SCHEMA_VERSION 3 /* of the tables that publish makes beside the archive's own */

#if HAVE_PQ
#include "query/libpq.h"

/* What tables mean to both sides. A nullable BLOB column of the archive may hold an INTEGER (a span of the
 * frame): the server has two columns for it, NAME (bigint) and "NAME octets" (bytea). What stands elsewhere
 * than in the frame (octets of its own; pieces, see schema/kind.h) is in the second; the first has a number
 * below 0 then, of which views make its length. PostgreSQL's texts have no NUL: it is written as U+10FFFF,
 * which is no character. */
#define SERVER_ELSEWHERE(length, pieces) (-1 - ((int64_t)(length) << 1 | (pieces)))
#define SERVER_IS_PIECES(number)         ((-1 - (number)) & 1)
enum server_type { SERVER_INT, SERVER_REAL, SERVER_TEXT, SERVER_OCTETS, SERVER_SPAN };
enum server_type server_type_of(const char *declared, bool notnull);

/* NULL with message. The caller PQfinish()es it. */
PGconn *server_connect(const char *url, char *message);

/* What the server last complained about, one line, beginning with the server's name. */
void server_complaint(PGconn *pg, const char *shown, char message[512]);

/* Virtual tables over one connection: query/server_table.c. */
struct server {
	PGconn *pg;
	char *shown;
	unsigned cursors;  /* names given so far */
	double captures;   /* how many it has, about */
	bool broken;       /* a shard went away: the snapshot with it */
	PGresult *columns; /* of server_columns_sql, while tables are made */
};
extern const char server_columns_sql[];
/* The module `server`: CREATE VIRTUAL TABLE x USING server("TABLE"), columns by server->columns. It owns the
 * server. */
int server_table_module(sqlite3 *db, struct server *server);
void server_close(void *server);
/* Run; NULL with a message in *error (sqlite3_free() it) unless the result is `want`. */
PGresult *server_run(struct server *server, const char *sql, ExecStatusType want, char **error);
#endif

#endif
