#include "query/server_rows.h"

#if HAVE_PQ
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_KEYS  4096 /* rows of a single-row lookup are fetched with the neighbours of the key */
#define BLOCKS      8    /* kept of a table whose keys are asked for in order */
#define FETCH_MAX   8192
#define FETCH_HEAVY 32 /* rows with raw octets */
#define FETCH_FIRST 64

/* ---- statements ---- */

/* Who asks SQLite says the server's name before what it says. */
static char *without_name(const struct server *s, char *error)
{
	size_t n = strlen(s->shown);
	if (error && strncmp(error, s->shown, n) == 0 && strncmp(error + n, ": ", 2) == 0)
		memmove(error, error + n + 2, strlen(error + n + 2) + 1);
	return error ? error : sqlite3_mprintf("out of memory");
}

static int failed(struct server_rows *t, char *error)
{
	sqlite3_free(t->base.zErrMsg);
	t->base.zErrMsg = error;
	return SQLITE_ERROR;
}

/* Takes sql. */
static PGresult *run(struct server_rows *t, char *sql)
{
	char *error = NULL;
	PGresult *r = sql ? server_run(t->server, sql, PGRES_TUPLES_OK, &error) : NULL;
	if (!r)
		failed(t, without_name(t->server, error));
	sqlite3_free(sql);
	return r;
}

/* All rows in PostgreSQL's binary format, which only a cursor gives to plain statements. Takes conditions. */
static PGresult *all_rows(struct server_rows *t, const struct server_layout *l, char *conditions)
{
	unsigned number = ++t->server->cursors;
	char *sql =
		conditions ? sqlite3_mprintf("DECLARE pcapdex_%u BINARY NO SCROLL CURSOR FOR %s%s; FETCH ALL "
					     "FROM pcapdex_%u",
				     number, l->select, conditions, number)
			   : NULL;
	char close[40];
	sqlite3_free(conditions);
	PGresult *r = run(t, sql);
	snprintf(close, sizeof(close), "CLOSE pcapdex_%u", number);
	if (r)
		pq.clear(pq.exec(t->server->pg, close));
	return r;
}

/* ---- layouts ---- */

static uint64_t bit(int column)
{
	return UINT64_C(1) << (column < 63 ? column : 63);
}

static const struct server_layout *layout_of(struct server_rows *t, uint64_t mask)
{
	/* What one statement uses, others use too; a row is found by its key. */
	mask |= t->heavy ? 0 : t->used;
	for (int i = 0; i < t->n; i++)
		mask |= t->columns[i].pk ? bit(i) : 0;
	for (const struct server_layout *l = t->layouts; l; l = l->next)
		if (l->mask == mask)
			return l;
	struct server_layout *l = calloc(1, sizeof(*l));
	sqlite3_str *s = sqlite3_str_new(NULL);
	int16_t at = 0;
	for (int i = 0; l && i < t->n; i++) {
		const struct server_column *c = &t->columns[i];
		l->at[i] = -1;
		if (!(mask & bit(i)))
			continue;
		sqlite3_str_appendf(s, at ? ", \"%w\"" : "SELECT \"%w\"", c->name);
		l->at[i] = at++;
		if (c->type == SERVER_SPAN) {
			sqlite3_str_appendf(s, ", \"%w octets\"", c->name);
			at++;
		}
	}
	sqlite3_str_appendf(s, at ? " FROM \"%w\"" : "SELECT 1 FROM \"%w\"", t->name);
	char *select = sqlite3_str_finish(s);
	if (!l || !select) {
		free(l);
		sqlite3_free(select);
		failed(t, NULL);
		return NULL;
	}
	l->mask = mask;
	l->select = select;
	l->next = t->layouts;
	return t->layouts = l;
}

void server_forget(struct server_rows *t)
{
	for (unsigned i = 0; i < t->nblocks; i++)
		pq.clear(t->blocks[i].rows);
	pq.clear(t->all);
	for (struct server_layout *l = t->layouts, *next; l; l = next) {
		next = l->next;
		sqlite3_free(l->select);
		free(l);
	}
}

/* ---- values ---- */

static int64_t int_at(const PGresult *r, int row, int column)
{
	uint64_t v;
	memcpy(&v, pq.getvalue(r, row, column), sizeof(v));
	return (int64_t)be64toh(v);
}

bool server_int(const struct server_cursor *c, int column, int64_t *out)
{
	int at = c->layout->at[column];
	if (at < 0 || pq.getisnull(c->rows, c->at, at))
		return false;
	*out = int_at(c->rows, c->at, at);
	return true;
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

void server_value(const struct server_cursor *c, sqlite3_context *ctx, int column)
{
	const struct server_rows *t = (const struct server_rows *)c->base.pVtab;
	enum server_type type = t->columns[column].type;
	int at = c->layout->at[column];
	int64_t v;
	if (at < 0)
		return;
	if (type == SERVER_SPAN && !pq.getisnull(c->rows, c->at, at + 1)) {
		type = SERVER_IS_PIECES(int_at(c->rows, c->at, at)) ? SERVER_TEXT : SERVER_OCTETS;
		at++;
	}
	if (pq.getisnull(c->rows, c->at, at))
		return;
	const char *value = pq.getvalue(c->rows, c->at, at);
	int n = pq.getlength(c->rows, c->at, at);
	double real;
	switch (type) {
	case SERVER_INT:
	case SERVER_SPAN:
		sqlite3_result_int64(ctx, int_at(c->rows, c->at, at));
		break;
	case SERVER_REAL:
		v = int_at(c->rows, c->at, at);
		memcpy(&real, &v, sizeof(real));
		sqlite3_result_double(ctx, real);
		break;
	case SERVER_OCTETS:
		sqlite3_result_blob64(ctx, value, (size_t)n, SQLITE_TRANSIENT);
		break;
	case SERVER_TEXT:
		result_text(ctx, value, n);
		break;
	}
}

/* ---- cursors ---- */

void server_let_go(struct server_cursor *c)
{
	struct server_rows *t = (struct server_rows *)c->base.pVtab;
	char sql[64];
	if (c->block)
		c->block->pins--;
	else if (!c->borrowed)
		pq.clear(c->rows);
	if (c->open) {
		snprintf(sql, sizeof(sql), "CLOSE %s", c->name);
		pq.clear(pq.exec(t->server->pg, sql));
	}
	c->rows = NULL;
	c->block = NULL;
	c->open = c->borrowed = false;
	c->at = c->end = 0;
}

static int take(struct server_cursor *c, PGresult *rows)
{
	struct server_rows *t = (struct server_rows *)c->base.pVtab;
	char sql[64];
	c->at = c->end = 0;
	if (!(c->rows = rows)) {
		c->open = false;
		return SQLITE_ERROR;
	}
	c->end = pq.ntuples(rows);
	if (c->end < c->fetch) { /* that was all */
		snprintf(sql, sizeof(sql), "CLOSE %s", c->name);
		pq.clear(pq.exec(t->server->pg, sql));
		c->open = false;
	}
	c->fetch *= 8;
	if (c->fetch > (t->heavy ? FETCH_HEAVY : FETCH_MAX))
		c->fetch = t->heavy ? FETCH_HEAVY : FETCH_MAX;
	return SQLITE_OK;
}

int server_scan(struct server_cursor *c, uint64_t mask, const char *conditions)
{
	struct server_rows *t = (struct server_rows *)c->base.pVtab;
	if (!(c->layout = layout_of(t, mask)))
		return SQLITE_ERROR;
	snprintf(c->name, sizeof(c->name), "pcapdex_%u", ++t->server->cursors);
	c->fetch = t->heavy ? 1 : FETCH_FIRST;
	c->open = true;
	return take(c, run(t, sqlite3_mprintf("DECLARE %s BINARY NO SCROLL CURSOR FOR %s%s; FETCH %d FROM %s",
				      c->name, c->layout->select, conditions, c->fetch, c->name)));
}

int server_next(struct server_cursor *c)
{
	struct server_rows *t = (struct server_rows *)c->base.pVtab;
	if (++c->at < c->end || !c->open)
		return SQLITE_OK;
	pq.clear(c->rows);
	c->rows = NULL;
	return take(c, run(t, sqlite3_mprintf("FETCH %d FROM %s", c->fetch, c->name)));
}

bool server_is_small(const struct server_rows *t)
{
	return !t->heavy && t->rows >= 0 && t->rows < FETCH_MAX;
}

int server_scan_all(struct server_cursor *c, uint64_t mask)
{
	struct server_rows *t = (struct server_rows *)c->base.pVtab;
	const struct server_layout *l = t->all_layout;
	if (!l || (mask & ~l->mask)) {
		PGresult *all = NULL;
		if ((l = layout_of(t, mask)))
			all = all_rows(t, l, sqlite3_mprintf("%s", ""));
		if (!all)
			return SQLITE_ERROR;
		/* Rows that are kept may be in use: only the cursor has other ones. */
		c->borrowed = !t->all;
		if (!t->all) {
			t->all = all;
			t->all_layout = l;
		}
		c->rows = all;
	} else {
		c->rows = t->all;
		c->borrowed = true;
	}
	c->layout = l;
	c->end = pq.ntuples(c->rows);
	return SQLITE_OK;
}

/* ---- blocks ---- */

/* The condition that a block's rows fulfil, in the order in which they are searched. */
static char *block_conditions(const struct server_rows *t, const struct server_block *b)
{
	sqlite3_str *s = sqlite3_str_new(NULL);
	const char *name = t->columns[t->key[b->column]].name;
	sqlite3_str_appendall(s, " WHERE ");
	for (int i = 0; i < b->column; i++)
		sqlite3_str_appendf(
			s, "\"%w\" = %lld AND ", t->columns[t->key[i]].name, (long long)b->prefix[i]);
	sqlite3_str_appendf(s, "\"%w\" >= %lld AND \"%w\" < %lld ORDER BY \"%w\"", name,
		(long long)(b->number * BLOCK_KEYS), name, (long long)((b->number + 1) * BLOCK_KEYS), name);
	for (int i = 0; i < t->n; i++)
		if (t->columns[i].pk && i != t->key[b->column])
			sqlite3_str_appendf(s, ", \"%w\"", t->columns[i].name);
	return sqlite3_str_finish(s);
}

/* The block, from those that are kept or the server, instead of the one used longest ago in which no cursor
 * stands. */
static struct server_block *block_of(struct server_rows *t, uint64_t mask, const struct server_block *want)
{
	unsigned most =
		t->by_frame && strcmp(t->columns[t->key[0]].name, "id") != 0 ? BLOCKS : SERVER_BLOCKS_MAX;
	struct server_block *oldest = NULL;
	for (unsigned i = 0; i < t->nblocks; i++) {
		struct server_block *b = &t->blocks[i];
		if (b->number == want->number && b->column == want->column && !(mask & ~b->layout->mask) &&
			memcmp(b->prefix, want->prefix, sizeof(b->prefix)) == 0) {
			b->used = ++t->clock;
			return b;
		}
		if (!b->pins && (!oldest || b->used < oldest->used))
			oldest = b;
	}
	const struct server_layout *l = layout_of(t, mask);
	PGresult *rows = l ? all_rows(t, l, block_conditions(t, want)) : NULL;
	if (!rows)
		return NULL;
	if (t->nblocks < most || (!oldest && t->nblocks < SERVER_BLOCKS_MAX)) {
		oldest = &t->blocks[t->nblocks++];
	} else if (oldest) {
		pq.clear(oldest->rows);
	} else {
		pq.clear(rows);
		failed(t, sqlite3_mprintf("too many rows of %s at once", t->name));
		return NULL;
	}
	*oldest = *want;
	oldest->used = ++t->clock;
	oldest->layout = l;
	oldest->rows = rows;
	return oldest;
}

int server_look_up(struct server_cursor *c, uint64_t mask, const int64_t *values, int n)
{
	struct server_rows *t = (struct server_rows *)c->base.pVtab;
	int64_t key = values[n - 1];
	struct server_block want = { .column = n - 1 };
	memcpy(want.prefix, values, (size_t)(n - 1) * sizeof(*values));
	want.number = key >= 0 ? key / BLOCK_KEYS : (key - BLOCK_KEYS + 1) / BLOCK_KEYS;
	struct server_block *b = block_of(t, mask, &want);
	if (!b)
		return SQLITE_ERROR;
	int low = 0, high = pq.ntuples(b->rows), column = b->layout->at[t->key[n - 1]];
	while (low < high) {
		int middle = (low + high) / 2;
		if (int_at(b->rows, middle, column) < key)
			low = middle + 1;
		else
			high = middle;
	}
	int end = low;
	while (end < pq.ntuples(b->rows) && int_at(b->rows, end, column) == key)
		end++;
	c->rows = b->rows;
	c->layout = b->layout;
	c->block = b;
	b->pins++;
	c->at = low;
	c->end = end;
	return SQLITE_OK;
}

#endif
