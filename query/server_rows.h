/* Rows of a server's table as virtual tables want them (query/server_table.c): fetched with the columns that
 * statements use, kept while they may be asked for again. Functions give SQLite's codes, with a message in
 * the table's zErrMsg. */
#ifndef PCAPDEX_QUERY_SERVER_ROWS_H
#define PCAPDEX_QUERY_SERVER_ROWS_H

#include "query/server.h"

#if HAVE_PQ

enum { SERVER_COLUMNS_MAX = 256, SERVER_BLOCKS_MAX = 64, SERVER_PREFIX_MAX = 3 };

struct server_column {
	char *name;
	enum server_type type;
	bool key; /* the server has an index that helps */
	int pk;   /* place in the primary key, from 1; 0: not in it */
};

/* Which columns a result has, and where. */
struct server_layout {
	uint64_t mask; /* bit 63 stands for all columns from the 63rd on, as in SQLite's colUsed */
	int16_t at[SERVER_COLUMNS_MAX];
	char *select; /* "SELECT columns FROM name" */
	struct server_layout *next;
};

/* Rows that agree in the columns of the key before `column`, and whose `column` is in [number *
 * SERVER_BLOCK_KEYS, + SERVER_BLOCK_KEYS). */
struct server_block {
	int column;
	int64_t prefix[SERVER_PREFIX_MAX], number;
	uint64_t used;
	unsigned pins; /* cursors that stand in it */
	const struct server_layout *layout;
	PGresult *rows;
};

struct server_rows {
	sqlite3_vtab base;
	struct server *server;
	char *name;
	struct server_column columns[SERVER_COLUMNS_MAX];
	int n;
	int key[SERVER_PREFIX_MAX + 1],
		nkey;  /* the primary key's first columns, as long as they are integers */
	bool by_frame; /* its first column is frame_id or id */
	bool heavy;    /* has raw octets */
	double rows;   /* about; below 0: nobody has counted */
	uint64_t used; /* columns of the statements so far */
	uint64_t clock;
	struct server_layout *layouts;
	unsigned nblocks;
	struct server_block blocks[SERVER_BLOCKS_MAX];
	PGresult *all; /* of a small table */
	const struct server_layout *all_layout;
};

struct server_cursor {
	sqlite3_vtab_cursor base;
	PGresult *rows;
	const struct server_layout *layout;
	struct server_block *block; /* whose rows these are */
	bool borrowed;              /* they are the table's */
	bool open;                  /* a cursor on the server, `name` */
	char name[32];
	int at, end, fetch;
};

/* Give back what a cursor holds. */
void server_let_go(struct server_cursor *c);
/* Free what is kept of a table. */
void server_forget(struct server_rows *t);

/* Stand before the rows whose first `n` columns of the key have these values. */
int server_look_up(struct server_cursor *c, uint64_t mask, const int64_t *values, int n);
/* Stand before all rows of a table that is small (server_is_small()). */
int server_scan_all(struct server_cursor *c, uint64_t mask);
bool server_is_small(const struct server_rows *t);
/* Stand before the rows that " WHERE ... ORDER BY ..." gives. */
int server_scan(struct server_cursor *c, uint64_t mask, const char *conditions);
int server_next(struct server_cursor *c);

/* A value of the row in which a cursor stands; false: NULL. */
bool server_int(const struct server_cursor *c, int column, int64_t *out);
void server_value(const struct server_cursor *c, sqlite3_context *ctx, int column);

#endif
#endif
