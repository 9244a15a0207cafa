/* One PostgreSQL server that captures are loaded into: statements, COPY, and the archive's tables and views
 * made there. Functions give 0, or -1 with a line in message that begins with the server's (or the archive's)
 * name. */
#ifndef PCAPDEX_QUERY_PUBLISH_LOADER_H
#define PCAPDEX_QUERY_PUBLISH_LOADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "query/server.h"

#if HAVE_PQ

enum loader_role {
	LOADER_ALONE,       /* has everything */
	LOADER_COORDINATOR, /* has the dictionaries and the catalogue; captures are on its shards */
	LOADER_SHARD,       /* has some of the captures, and copies of what the coordinator has */
};

struct loader {
	PGconn *pg;
	char *shown; /* the server, without its password */
	enum loader_role role;
	unsigned number; /* of a shard, from 0 */
	sqlite3 *db;     /* the archive that is read */
	const char *path;
	bool filled;  /* dictionaries and catalogue have what the archive has */
	bool changed; /* tables or views were made */
	char *buffer; /* of COPY */
	size_t used, size;
	uint64_t rows;
	int (*progress)(void *ctx, uint64_t rows); /* may be NULL; what is not 0 gives up */
	void *ctx;
	char *message; /* 512 octets */
};

/* Connect, and make the tables in which we write down what is there. NULL with message. */
struct loader *loader_open(const char *url, enum loader_role role, char *message);
void loader_close(struct loader *l); /* takes NULL */

/* Say what the server complained about, and give -1. */
int loader_failed(struct loader *l);

/* Run; rows go to *out, which the caller clears (NULL: none are wanted). The format is sqlite3_mprintf()'s.
 */
int loader_run(struct loader *l, PGresult **out, const char *format, ...);
/* The first value of the answer, 0 if there is none. Does nothing unless *rc is 0. */
int64_t loader_number(struct loader *l, const char *sql, int *rc);
void loader_rollback(struct loader *l);

/* Statements of the archive: NULL or -1 after saying why; a step gives 1 for a row, 0 at the end. */
sqlite3_stmt *loader_prepare(struct loader *l, const char *format, ...);
int loader_step(struct loader *l, sqlite3_stmt *st);

/* The columns of one of the archive's tables as the server names them, for COPY; types (may be NULL) has room
 * for LOADER_COLUMNS, *n is how many the archive has. sqlite3_free() it. NULL after saying why. */
enum { LOADER_COLUMNS = 256 };
char *loader_columns(struct loader *l, const char *table, uint8_t *types, int *n);

/* Its statement: ?1 the table; name, type, needed, place in the key, indexed. */
extern const char loader_columns_sql[];

/* COPY what a statement gives from the archive (NULL fails: its error was said) into a table. */
int loader_copy(struct loader *l, const char *to, sqlite3_stmt *rows, int n, const uint8_t *types,
	const char *columns);

/* Make the tables, indexes and views of an archive that the server has not (publish/tables.c). A coordinator
 * gets the tables that belong to no capture. */
int loader_make_tables(struct loader *l);

/* Let the server count its rows, for its plans and ours. */
int loader_analyze(struct loader *l);

#endif
#endif
