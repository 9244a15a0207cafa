/* The server's tables as SQLite's (https://www.sqlite.org/vtab.html). What is pushed to the server is a range
 * of the keys; SQLite looks at every row again, so a condition that stays here costs time and nothing else.
 */
#include "query/server.h"

#if HAVE_PQ
#include <stdlib.h>
#include <string.h>

#define COLUMNS_MAX  256
#define BLOCK_KEYS   4096 /* rows of a single-row lookup are fetched with the neighbours of the key */
#define BLOCKS       8    /* kept of a table whose keys are asked for in order */
#define BLOCKS_OF_ID 64   /* of a dictionary */
#define FETCH_MAX    8192
#define FETCH_HEAVY  32 /* rows with raw octets */

struct column {
	char *name;
	enum server_type type;
	bool key;   /* the server has an index that helps */
	int result; /* first column of its in a result */
};

struct block {
	int64_t number; /* keys [number * BLOCK_KEYS, + BLOCK_KEYS) */
	uint64_t used;
	unsigned pins; /* cursors that stand in it */
	PGresult *rows;
};

struct table {
	sqlite3_vtab base;
	struct server *server;
	char *name, *select; /* "SELECT columns FROM name" */
	struct column columns[COLUMNS_MAX];
	int n, lookup; /* column of single-row lookups, -1 none */
	bool alone;    /* that column is the whole key */
	bool heavy;
	double rows;
	uint64_t clock;
	unsigned nblocks;
	struct block blocks[BLOCKS_OF_ID];
};

struct cursor {
	sqlite3_vtab_cursor base;
	PGresult *rows;
	struct block *block; /* whose rows these are; NULL: the cursor's own */
	bool open;           /* a cursor on the server, `name` */
	char name[32];
	int at, end, fetch;
	int64_t key; /* of a lookup */
};

static int table_failed(struct table *t, char *error)
{
	sqlite3_free(t->base.zErrMsg);
	t->base.zErrMsg = error;
	return SQLITE_ERROR;
}

/* Who asks SQLite says the server's name before what it says. */
static char *without_name(const struct server *s, char *error)
{
	size_t n = strlen(s->shown);
	if (error && strncmp(error, s->shown, n) == 0 && strncmp(error + n, ": ", 2) == 0)
		memmove(error, error + n + 2, strlen(error + n + 2) + 1);
	return error ? error : sqlite3_mprintf("out of memory");
}

static PGresult *run(struct table *t, const char *sql, ExecStatusType want)
{
	char *error = NULL;
	PGresult *r = sql ? server_run(t->server, sql, want, &error) : NULL;
	if (!r)
		table_failed(t, without_name(t->server, error));
	return r;
}

static int disconnect(sqlite3_vtab *base)
{
	struct table *t = (struct table *)base;
	for (unsigned i = 0; i < t->nblocks; i++)
		PQclear(t->blocks[i].rows);
	for (int i = 0; i < t->n; i++)
		free(t->columns[i].name);
	free(t->name);
	sqlite3_free(t->select);
	free(t);
	return SQLITE_OK;
}

const char server_columns_sql[] =
	"SELECT c.name, c.declared, c.needed, c.pk, c.indexed, coalesce(k.rows, 0), c.tbl FROM "
	"pcapdex_column c LEFT JOIN pcapdex_rows k ON k.tbl = c.tbl ORDER BY c.tbl, c.n";

/* Columns by the server's own notes. */
static int describe(struct table *t, char **error)
{
	const PGresult *r = t->server->columns;
	sqlite3_str *s = sqlite3_str_new(NULL);
	int result = 0, keys = 0;
	t->lookup = -1;
	sqlite3_str_appendall(s, "SELECT ");
	for (int i = 0; r && i < PQntuples(r) && t->n < COLUMNS_MAX; i++) {
		if (strcmp(PQgetvalue(r, i, 6), t->name) != 0)
			continue;
		struct column *c = &t->columns[t->n++];
		int pk = atoi(PQgetvalue(r, i, 3));
		c->name = strdup(PQgetvalue(r, i, 0));
		c->type = server_type_of(PQgetvalue(r, i, 1), *PQgetvalue(r, i, 2) == 't');
		c->key = pk || *PQgetvalue(r, i, 4) == 't';
		c->result = result;
		result += c->type == SERVER_SPAN ? 2 : 1;
		keys += pk > 0;
		t->heavy |= c->type == SERVER_OCTETS && strcmp(t->name, "chunk") == 0;
		t->rows = atof(PQgetvalue(r, i, 5));
		if (pk == 1 && c->type == SERVER_INT)
			t->lookup = t->n - 1;
		sqlite3_str_appendf(s, t->n > 1 ? ", \"%w\"" : "\"%w\"", c->name);
		if (c->type == SERVER_SPAN)
			sqlite3_str_appendf(s, ", \"%w octets\"", c->name);
	}
	t->alone = keys == 1;
	if (t->lookup >= 0 && (t->heavy || (strcmp(t->columns[t->lookup].name, "id") != 0 &&
						   strcmp(t->columns[t->lookup].name, "frame_id") != 0)))
		t->lookup = -1;
	sqlite3_str_appendf(s, " FROM \"%w\"", t->name);
	t->select = sqlite3_str_finish(s);
	if (r && !t->n)
		*error = sqlite3_mprintf("%s: no table %s", t->server->shown, t->name);
	return r && t->n && t->select ? SQLITE_OK : SQLITE_ERROR;
}

static int connect_table(
	sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out, char **error)
{
	static const char *const types[] = { "INTEGER", "REAL", "TEXT", "BLOB", "BLOB" };
	struct table *t = calloc(1, sizeof(*t));
	size_t n = argc > 3 ? strlen(argv[3]) : 0;
	if (!t || n < 2)
		return SQLITE_NOMEM;
	t->server = aux;
	t->name = strndup(argv[3] + 1, n - 2);
	int rc = t->name ? describe(t, error) : SQLITE_NOMEM;
	sqlite3_str *s = sqlite3_str_new(db);
	for (int i = 0; i < t->n; i++)
		sqlite3_str_appendf(s, "%s\"%w\" %s", i ? ", " : "CREATE TABLE x (", t->columns[i].name,
			types[t->columns[i].type]);
	sqlite3_str_appendall(s, ")");
	char *sql = sqlite3_str_finish(s);
	if (rc == SQLITE_OK)
		rc = sql ? sqlite3_declare_vtab(db, sql) : SQLITE_NOMEM;
	sqlite3_free(sql);
	if (rc != SQLITE_OK) {
		disconnect(&t->base);
		return rc;
	}
	*out = &t->base;
	return SQLITE_OK;
}

/* ---- plans: "L" looks one key up; "S" and triples (operator, column) scan; then "o"/"d" and columns to
 * order by */

static bool orderable(const struct table *t, int column)
{
	return column >= 0 && t->columns[column].key &&
	       (t->columns[column].type == SERVER_INT || t->columns[column].type == SERVER_OCTETS);
}

static int best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
	struct table *t = (struct table *)base;
	double rows = t->rows < 1000 ? 1000 : t->rows, cost;
	int n = 0;
	bool leading = false;
	for (int i = 0; i < info->nConstraint; i++) {
		const struct sqlite3_index_constraint *c = &info->aConstraint[i];
		if (c->usable && c->op == SQLITE_INDEX_CONSTRAINT_EQ && t->lookup >= 0 &&
			c->iColumn == t->lookup) {
			info->aConstraintUsage[i].argvIndex = 1;
			info->idxStr = sqlite3_mprintf("L");
			info->needToFreeIdxStr = 1;
			info->estimatedCost = 5;
			info->estimatedRows = t->alone ? 1 : 3;
			if (t->alone)
				info->idxFlags = SQLITE_INDEX_SCAN_UNIQUE;
			return info->idxStr ? SQLITE_OK : SQLITE_NOMEM;
		}
	}
	sqlite3_str *plan = sqlite3_str_new(NULL);
	sqlite3_str_appendall(plan, "S");
	for (int i = 0; i < info->nConstraint; i++) {
		const struct sqlite3_index_constraint *c = &info->aConstraint[i];
		const char *op = c->op == SQLITE_INDEX_CONSTRAINT_EQ   ? "="
				 : c->op == SQLITE_INDEX_CONSTRAINT_GT ? ">"
				 : c->op == SQLITE_INDEX_CONSTRAINT_GE ? "g"
				 : c->op == SQLITE_INDEX_CONSTRAINT_LT ? "<"
				 : c->op == SQLITE_INDEX_CONSTRAINT_LE ? "l"
								       : NULL;
		if (!op || !c->usable || !orderable(t, c->iColumn))
			continue;
		leading |= c->iColumn == 0 || *op == '=';
		info->aConstraintUsage[i].argvIndex = ++n;
		sqlite3_str_appendf(plan, "%s%d,", op, c->iColumn);
		rows = *op == '=' ? rows / 100 : rows / 3;
	}
	cost = 200 + rows * (leading ? 1 : 2);
	bool order = info->nOrderBy > 0;
	for (int i = 0; i < info->nOrderBy; i++)
		order &= orderable(t, info->aOrderBy[i].iColumn);
	if (order) {
		for (int i = 0; i < info->nOrderBy; i++)
			sqlite3_str_appendf(
				plan, "%s%d,", info->aOrderBy[i].desc ? "d" : "o", info->aOrderBy[i].iColumn);
		info->orderByConsumed = 1;
	}
	info->idxStr = sqlite3_str_finish(plan);
	info->needToFreeIdxStr = 1;
	info->estimatedCost = cost;
	info->estimatedRows = (sqlite3_int64)(rows < 1 ? 1 : rows);
	return info->idxStr ? SQLITE_OK : SQLITE_NOMEM;
}

/* ---- rows ---- */

static int open_cursor(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
	struct cursor *c = calloc(1, sizeof(*c));
	(void)base;
	*out = c ? &c->base : NULL;
	return c ? SQLITE_OK : SQLITE_NOMEM;
}

static void let_go(struct cursor *c)
{
	struct table *t = (struct table *)c->base.pVtab;
	char sql[64];
	if (c->block)
		c->block->pins--;
	else
		PQclear(c->rows);
	if (c->open) {
		snprintf(sql, sizeof(sql), "CLOSE %s", c->name);
		PQclear(PQexec(t->server->pg, sql));
	}
	c->rows = NULL;
	c->block = NULL;
	c->open = false;
	c->at = c->end = 0;
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
	let_go((struct cursor *)base);
	free(base);
	return SQLITE_OK;
}

static int more_rows(struct cursor *c)
{
	struct table *t = (struct table *)c->base.pVtab;
	char sql[80];
	PQclear(c->rows);
	snprintf(sql, sizeof(sql), "FETCH %d FROM %s", c->fetch, c->name);
	c->at = c->end = 0;
	if (!(c->rows = run(t, sql, PGRES_TUPLES_OK)))
		return SQLITE_ERROR;
	c->end = PQntuples(c->rows);
	if (c->end < c->fetch) { /* that was all */
		snprintf(sql, sizeof(sql), "CLOSE %s", c->name);
		PQclear(PQexec(t->server->pg, sql));
		c->open = false;
	}
	c->fetch *= 8;
	if (c->fetch > (t->heavy ? FETCH_HEAVY : FETCH_MAX))
		c->fetch = t->heavy ? FETCH_HEAVY : FETCH_MAX;
	return SQLITE_OK;
}

static int next_row(sqlite3_vtab_cursor *base)
{
	struct cursor *c = (struct cursor *)base;
	return ++c->at >= c->end && c->open ? more_rows(c) : SQLITE_OK;
}

static int64_t key_at(const struct table *t, const PGresult *r, int i)
{
	return strtoll(PQgetvalue(r, i, t->columns[t->lookup].result), NULL, 10);
}

/* The block that has the key, from the cache or the server, instead of the one used longest ago in which no
 * cursor stands. */
static struct block *block_of(struct table *t, int64_t key)
{
	int64_t number = key >= 0 ? key / BLOCK_KEYS : (key - BLOCK_KEYS + 1) / BLOCK_KEYS;
	const char *name = t->columns[t->lookup].name;
	unsigned most = strcmp(name, "id") == 0 ? BLOCKS_OF_ID : BLOCKS;
	struct block *oldest = NULL;
	for (unsigned i = 0; i < t->nblocks; i++) {
		if (t->blocks[i].number == number) {
			t->blocks[i].used = ++t->clock;
			return &t->blocks[i];
		}
		if (!t->blocks[i].pins && (!oldest || t->blocks[i].used < oldest->used))
			oldest = &t->blocks[i];
	}
	sqlite3_str *s = sqlite3_str_new(NULL);
	sqlite3_str_appendf(s, "%s WHERE \"%w\" >= %lld AND \"%w\" < %lld ORDER BY 1", t->select, name,
		(long long)(number * BLOCK_KEYS), name, (long long)((number + 1) * BLOCK_KEYS));
	for (int i = 0, k = 1; i < t->n; i++)
		if (t->columns[i].key && i != t->lookup && k++)
			sqlite3_str_appendf(s, ", \"%w\"", t->columns[i].name);
	char *sql = sqlite3_str_finish(s);
	PGresult *rows = run(t, sql, PGRES_TUPLES_OK);
	sqlite3_free(sql);
	if (!rows)
		return NULL;
	if (t->nblocks < most || (!oldest && t->nblocks < BLOCKS_OF_ID)) {
		oldest = &t->blocks[t->nblocks++];
	} else if (oldest) {
		PQclear(oldest->rows);
	} else {
		PQclear(rows);
		table_failed(t, sqlite3_mprintf("too many rows of %s at once", t->name));
		return NULL;
	}
	*oldest = (struct block) { .number = number, .used = ++t->clock, .rows = rows };
	return oldest;
}

static int look_up(struct cursor *c, sqlite3_value *value)
{
	struct table *t = (struct table *)c->base.pVtab;
	if (sqlite3_value_numeric_type(value) != SQLITE_INTEGER)
		return SQLITE_OK;
	int64_t key = sqlite3_value_int64(value);
	struct block *b = block_of(t, key);
	if (!b)
		return SQLITE_ERROR;
	int low = 0, high = PQntuples(b->rows);
	while (low < high) {
		int middle = (low + high) / 2;
		if (key_at(t, b->rows, middle) < key)
			low = middle + 1;
		else
			high = middle;
	}
	int end = low;
	while (end < PQntuples(b->rows) && key_at(t, b->rows, end) == key)
		end++;
	c->rows = b->rows;
	c->block = b;
	b->pins++;
	c->at = low;
	c->end = end;
	return SQLITE_OK;
}

static void append_value(sqlite3_str *s, sqlite3_value *value)
{
	if (sqlite3_value_type(value) == SQLITE_INTEGER) {
		sqlite3_str_appendf(s, "%lld", (long long)sqlite3_value_int64(value));
		return;
	}
	const uint8_t *p = sqlite3_value_blob(value);
	sqlite3_str_appendall(s, "'\\x");
	for (int i = 0; i < sqlite3_value_bytes(value); i++)
		sqlite3_str_appendf(s, "%02x", p[i]);
	sqlite3_str_appendall(s, "'::bytea");
}

static int filter_rows(
	sqlite3_vtab_cursor *base, int index, const char *plan, int argc, sqlite3_value **values)
{
	struct cursor *c = (struct cursor *)base;
	struct table *t = (struct table *)base->pVtab;
	(void)index;
	let_go(c);
	if (*plan == 'L')
		return look_up(c, values[0]);
	if (!plan[1] && !t->heavy && t->rows < FETCH_MAX) { /* all of a small table */
		if (!(c->rows = run(t, t->select, PGRES_TUPLES_OK)))
			return SQLITE_ERROR;
		c->end = PQntuples(c->rows);
		return SQLITE_OK;
	}
	snprintf(c->name, sizeof(c->name), "pcapdex_%u", ++t->server->cursors);
	sqlite3_str *s = sqlite3_str_new(NULL);
	sqlite3_str_appendf(s, "DECLARE %s NO SCROLL CURSOR FOR %s", c->name, t->select);
	const char *joint = " WHERE ";
	int k = 0;
	for (plan++; *plan; plan = strchr(plan, ',') + 1) {
		const struct column *column = &t->columns[atoi(plan + 1)];
		if (*plan == 'o' || *plan == 'd') {
			joint = strcmp(joint, ", ") == 0 ? joint : " ORDER BY ";
			sqlite3_str_appendf(s, "%s\"%w\" %s", joint, column->name,
				*plan == 'o' ? "ASC NULLS FIRST" : "DESC NULLS LAST");
			joint = ", ";
			continue;
		}
		sqlite3_value *value = k < argc ? values[k] : NULL;
		int type = value ? sqlite3_value_type(value) : SQLITE_NULL;
		k++;
		if (type == SQLITE_NULL) { /* nothing compares with it */
			sqlite3_free(sqlite3_str_finish(s));
			return SQLITE_OK;
		}
		/* Values of another type SQLite compares by itself. */
		if (type != (column->type == SERVER_INT ? SQLITE_INTEGER : SQLITE_BLOB))
			continue;
		sqlite3_str_appendf(s, "%s\"%w\" %s ", joint, column->name,
			*plan == 'g'   ? ">="
			: *plan == 'l' ? "<="
			: *plan == '=' ? "="
			: *plan == '>' ? ">"
				       : "<");
		append_value(s, value);
		joint = " AND ";
	}
	char *sql = sqlite3_str_finish(s);
	PGresult *r = run(t, sql, PGRES_COMMAND_OK);
	sqlite3_free(sql);
	PQclear(r);
	if (!r)
		return SQLITE_ERROR;
	c->open = true;
	c->fetch = t->heavy ? 1 : 16;
	return more_rows(c);
}

static int at_end(sqlite3_vtab_cursor *base)
{
	const struct cursor *c = (const struct cursor *)base;
	return c->at >= c->end;
}

/* Octets from PostgreSQL's hexadecimal. */
static void result_octets(sqlite3_context *ctx, const char *text)
{
	size_t n;
	unsigned char *octets = PQunescapeBytea((const unsigned char *)text, &n);
	if (octets)
		sqlite3_result_blob64(ctx, octets, n, SQLITE_TRANSIENT);
	else
		sqlite3_result_error_nomem(ctx);
	PQfreemem(octets);
}

/* U+10FFFF back to NUL. */
static void result_text(sqlite3_context *ctx, const char *text, int n)
{
	static const char nul[] = "\xf4\x8f\xbf\xbf";
	if (!memmem(text, (size_t)n, nul, 4)) {
		sqlite3_result_text(ctx, text, n, SQLITE_TRANSIENT);
		return;
	}
	char *copy = sqlite3_malloc(n + 1);
	int used = 0;
	for (int i = 0; copy && i < n; i++) {
		bool hit = i + 4 <= n && memcmp(text + i, nul, 4) == 0;
		copy[used++] = hit ? '\0' : text[i];
		i += hit ? 3 : 0;
	}
	if (copy)
		sqlite3_result_text(ctx, copy, used, sqlite3_free);
	else
		sqlite3_result_error_nomem(ctx);
}

static int column_value(sqlite3_vtab_cursor *base, sqlite3_context *ctx, int i)
{
	const struct cursor *c = (const struct cursor *)base;
	const struct table *t = (const struct table *)base->pVtab;
	const struct column *column = &t->columns[i];
	if (column->type == SERVER_SPAN && !PQgetisnull(c->rows, c->at, column->result + 1)) {
		result_octets(ctx, PQgetvalue(c->rows, c->at, column->result + 1));
		return SQLITE_OK;
	}
	if (PQgetisnull(c->rows, c->at, column->result))
		return SQLITE_OK;
	const char *text = PQgetvalue(c->rows, c->at, column->result);
	switch (column->type) {
	case SERVER_INT:
	case SERVER_SPAN:
		sqlite3_result_int64(ctx, strtoll(text, NULL, 10));
		break;
	case SERVER_REAL:
		sqlite3_result_double(ctx, strtod(text, NULL));
		break;
	case SERVER_OCTETS:
		result_octets(ctx, text);
		break;
	case SERVER_TEXT:
		result_text(ctx, text, PQgetlength(c->rows, c->at, column->result));
		break;
	}
	return SQLITE_OK;
}

static int rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
	*out = ((const struct cursor *)base)->at;
	return SQLITE_OK;
}

static const sqlite3_module module = {
	.xCreate = connect_table,
	.xConnect = connect_table,
	.xBestIndex = best_index,
	.xDisconnect = disconnect,
	.xDestroy = disconnect,
	.xOpen = open_cursor,
	.xClose = close_cursor,
	.xFilter = filter_rows,
	.xNext = next_row,
	.xEof = at_end,
	.xColumn = column_value,
	.xRowid = rowid,
};

static void close_server(void *data)
{
	struct server *s = data;
	PQfinish(s->pg);
	free(s->shown);
	free(s);
}

int server_table_module(sqlite3 *db, struct server *server)
{
	return sqlite3_create_module_v2(db, "server", &module, server, close_server);
}
#endif
