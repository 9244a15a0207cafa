/* The server's tables as SQLite's (https://www.sqlite.org/vtab.html). Conditions on columns are given to the
 * server where it can judge them as SQLite does; SQLite looks at every row again, so one that stays here
 * costs time and nothing else. */
#include <stdlib.h>
#include <string.h>

#include "query/server_rows.h"

#if HAVE_PQ

#define IN_MAX 20000 /* values of an IN that are given to the server */

static int disconnect(sqlite3_vtab *base)
{
	struct server_rows *t = (struct server_rows *)base;
	server_forget(t);
	for (int i = 0; i < t->n; i++)
		free(t->columns[i].name);
	free(t->name);
	free(t);
	return SQLITE_OK;
}

const char server_columns_sql[] =
	"SELECT c.name, c.declared, c.needed, c.pk, c.indexed, coalesce(k.rows, -1), c.tbl FROM "
	"pcapdex_column c LEFT JOIN pcapdex_rows k ON k.tbl = c.tbl ORDER BY c.tbl, c.n";

/* Columns by the server's own notes. */
static int describe(struct server_rows *t, char **error)
{
	const PGresult *r = t->server->columns;
	for (int i = 0; r && i < pq.ntuples(r) && t->n < SERVER_COLUMNS_MAX; i++) {
		if (strcmp(pq.getvalue(r, i, 6), t->name) != 0)
			continue;
		struct server_column *c = &t->columns[t->n++];
		c->pk = atoi(pq.getvalue(r, i, 3));
		c->name = strdup(pq.getvalue(r, i, 0));
		c->type = server_type_of(pq.getvalue(r, i, 1), *pq.getvalue(r, i, 2) == 't');
		c->key = c->pk || *pq.getvalue(r, i, 4) == 't';
		t->rows = atof(pq.getvalue(r, i, 5));
	}
	t->heavy = strcmp(t->name, "chunk") == 0;
	for (bool found = true; found && !t->heavy && t->nkey <= SERVER_PREFIX_MAX;) {
		found = false;
		for (int i = 0; !found && i < t->n; i++)
			if ((found = t->columns[i].pk == t->nkey + 1 && t->columns[i].type == SERVER_INT))
				t->key[t->nkey++] = i;
	}
	t->by_frame = t->nkey && (strcmp(t->columns[t->key[0]].name, "id") == 0 ||
					 strcmp(t->columns[t->key[0]].name, "frame_id") == 0);
	if (r && !t->n)
		*error = sqlite3_mprintf("%s: no table %s", t->server->shown, t->name);
	return r && t->n ? SQLITE_OK : SQLITE_ERROR;
}

/* Rows are known by their primary key: an OR that becomes several scans meets some of them again. */
static void append_key(sqlite3_str *s, const struct server_rows *t)
{
	int n = 0;
	for (bool found = true; found;) {
		found = false;
		for (int i = 0; !found && i < t->n; i++)
			if ((found = t->columns[i].pk == n + 1))
				sqlite3_str_appendf(
					s, "%s\"%w\"", n++ ? ", " : ", PRIMARY KEY (", t->columns[i].name);
	}
	sqlite3_str_appendall(s, n ? ")) WITHOUT ROWID" : ")");
}

static int connect_table(
	sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out, char **error)
{
	static const char *const types[] = { "INTEGER", "REAL", "TEXT", "BLOB", "BLOB" };
	struct server_rows *t = calloc(1, sizeof(*t));
	size_t n = argc > 3 ? strlen(argv[3]) : 0;
	if (!t || n < 2) {
		free(t);
		return SQLITE_NOMEM;
	}
	t->server = aux;
	t->name = strndup(argv[3] + 1, n - 2);
	int rc = t->name ? describe(t, error) : SQLITE_NOMEM;
	sqlite3_str *s = sqlite3_str_new(db);
	for (int i = 0; i < t->n; i++)
		sqlite3_str_appendf(s, "%s\"%w\" %s", i ? ", " : "CREATE TABLE x (", t->columns[i].name,
			types[t->columns[i].type]);
	append_key(s, t);
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

/* ---- plans: the columns that are used, in hexadecimal; then ":L" to look up values of the key's first
 * columns, or ":S" and pairs (operator, column) to scan, then "o"/"d" and columns to order by ---- */

static bool orderable(const struct server_rows *t, int column)
{
	return column >= 0 && t->columns[column].key &&
	       (t->columns[column].type == SERVER_INT || t->columns[column].type == SERVER_OCTETS);
}

/* An "=" with one value: IN with several is none. */
static bool is_equal(sqlite3_index_info *info, int i)
{
	return info->aConstraint[i].usable && info->aConstraint[i].op == SQLITE_INDEX_CONSTRAINT_EQ;
}

/* The key's first columns, if each is equal to something: how many, and which conditions say so. Of frames
 * and dictionaries one row is looked up with its neighbours, whatever stands in the key behind. */
static int equal_keys(
	const struct server_rows *t, sqlite3_index_info *info, int conditions[SERVER_PREFIX_MAX + 1])
{
	int n = 0;
	for (bool found = true; found && n < (t->by_frame ? 1 : t->nkey);) {
		found = false;
		for (int i = 0; !found && i < info->nConstraint; i++)
			if ((found = info->aConstraint[i].iColumn == t->key[n] && is_equal(info, i) &&
				     (t->by_frame || !sqlite3_vtab_in(info, i, -1))))
				conditions[n] = i;
		n += found;
	}
	return t->by_frame || n > 1 ? n : 0;
}

static int give_plan(sqlite3_index_info *info, sqlite3_str *plan)
{
	info->idxStr = sqlite3_str_finish(plan);
	info->needToFreeIdxStr = 1;
	return info->idxStr ? SQLITE_OK : SQLITE_NOMEM;
}

static char operator_of(const struct server_rows *t, sqlite3_index_info *info, int i)
{
	const struct sqlite3_index_constraint *c = &info->aConstraint[i];
	char op = c->op == SQLITE_INDEX_CONSTRAINT_EQ          ? '='
		  : c->op == SQLITE_INDEX_CONSTRAINT_GT        ? '>'
		  : c->op == SQLITE_INDEX_CONSTRAINT_GE        ? 'g'
		  : c->op == SQLITE_INDEX_CONSTRAINT_LT        ? '<'
		  : c->op == SQLITE_INDEX_CONSTRAINT_LE        ? 'l'
		  : c->op == SQLITE_INDEX_CONSTRAINT_ISNOTNULL ? 'n'
							       : 0;
	sqlite3_value *value;
	if (!op || !c->usable || c->iColumn < 0)
		return 0;
	enum server_type type = t->columns[c->iColumn].type;
	if (op == 'n')
		return type == SERVER_SPAN ? 0 : op;
	/* Frames of an IN are looked up, or SQLite picks them out of a range: a list of thousands would go to
	 * the server for each capture. */
	if (op == '=' && type == SERVER_INT && sqlite3_vtab_in(info, i, -1))
		return t->by_frame && c->iColumn == t->key[0] ? 0 : 'i';
	if (orderable(t, c->iColumn))
		return op;
	/* A value that the statement itself says: not another table's, for each of whose rows this one were
	 * scanned. */
	return type == SERVER_INT && sqlite3_vtab_rhs_value(info, i, &value) == SQLITE_OK ? op : 0;
}

/* Rows that pass, by the kind of the condition: nothing is known of the values. */
static double share(const struct server_rows *t, char op, int column, bool both)
{
	if (op == 'n')
		return 1;
	if (op == '=' || op == 'i')
		return 0.02;
	/* Both ends of a range of frames: a capture. */
	if (both && t->by_frame && column == t->key[0])
		return t->server->captures > 1 ? 1 / (double)t->server->captures : 1;
	return 0.4;
}

static int best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
	struct server_rows *t = (struct server_rows *)base;
	double all = t->rows < 1000 ? 1000 : t->rows, rows = all, scanned = all;
	int conditions[SERVER_PREFIX_MAX + 1], n = equal_keys(t, info, conditions);
	sqlite3_str *plan = sqlite3_str_new(NULL);
	t->used |= info->colUsed;
	sqlite3_str_appendf(plan, "%llx:", (long long)info->colUsed);
	if (n) {
		bool whole = true;
		for (int i = 0; i < n; i++)
			info->aConstraintUsage[conditions[i]].argvIndex = i + 1;
		for (int i = 0; i < t->n; i++)
			whole &= t->columns[i].pk <= n;
		sqlite3_str_appendall(plan, "L");
		/* Of an IN, SQLite counts the looking up of one value: there may be many, more than a capture
		 * has frames. */
		bool many = sqlite3_vtab_in(info, conditions[0], -1);
		info->estimatedCost = many ? 3000 : 5;
		info->estimatedRows = many ? 500 : whole ? 1 : 3;
		info->idxFlags = whole && !many ? SQLITE_INDEX_SCAN_UNIQUE : 0;
		return give_plan(info, plan);
	}
	sqlite3_str_appendall(plan, "S");
	uint64_t above = 0, below = 0;
	for (int i = 0; i < info->nConstraint; i++) {
		int column = info->aConstraint[i].iColumn;
		char op = operator_of(t, info, i);
		if (!op)
			continue;
		if (op != 'n')
			info->aConstraintUsage[i].argvIndex = ++n;
		if (op == 'i')
			sqlite3_vtab_in(info, i, 1);
		sqlite3_str_appendf(plan, "%c%d,", op, column);
		uint64_t one = column < 64 ? UINT64_C(1) << column : 0;
		above |= op == '>' || op == 'g' ? one : 0;
		below |= op == '<' || op == 'l' ? one : 0;
		double before = rows;
		if (above & below & one && (op == '<' || op == 'l' || op == '>' || op == 'g'))
			rows *= share(t, op, column, true) / 0.4;
		else
			rows *= share(t, op, column, false);
		/* The server reads only what an index says. */
		if (t->columns[column].key)
			scanned *= before > 0 ? rows / before : 1;
	}
	bool order = info->nOrderBy > 0;
	for (int i = 0; i < info->nOrderBy; i++)
		order &= orderable(t, info->aOrderBy[i].iColumn);
	for (int i = 0; order && i < info->nOrderBy; i++)
		sqlite3_str_appendf(
			plan, "%s%d,", info->aOrderBy[i].desc ? "d" : "o", info->aOrderBy[i].iColumn);
	info->orderByConsumed = order;
	info->estimatedCost = 200 + scanned * 0.2 + rows;
	info->estimatedRows = (sqlite3_int64)(rows < 1 ? 1 : rows);
	return give_plan(info, plan);
}

/* ---- rows ---- */

static int open_cursor(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
	struct server_cursor *c = calloc(1, sizeof(*c));
	(void)base;
	*out = c ? &c->base : NULL;
	return c ? SQLITE_OK : SQLITE_NOMEM;
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
	server_let_go((struct server_cursor *)base);
	free(base);
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

/* The values of an IN, as a list; NULL: SQLite has to look itself (other types, or very many). */
static char *in_list(sqlite3_value *values)
{
	sqlite3_str *s = sqlite3_str_new(NULL);
	sqlite3_value *value = NULL;
	unsigned n = 0;
	bool plain = true;
	for (int rc = sqlite3_vtab_in_first(values, &value); plain && rc == SQLITE_OK && value;
		rc = sqlite3_vtab_in_next(values, &value)) {
		if (sqlite3_value_type(value) == SQLITE_NULL)
			continue;
		plain = sqlite3_value_type(value) == SQLITE_INTEGER && ++n <= IN_MAX;
		if (plain)
			sqlite3_str_appendf(
				s, n > 1 ? ",%lld" : "%lld", (long long)sqlite3_value_int64(value));
	}
	char *list = sqlite3_str_finish(s);
	if (plain)
		return list ? list : sqlite3_mprintf("NULL");
	sqlite3_free(list);
	return NULL;
}

/* One condition of a plan. False: no row fulfils it. */
static bool append_condition(
	sqlite3_str *s, const char **joint, const struct server_column *column, char op, sqlite3_value *value)
{
	if (op == 'n') {
		sqlite3_str_appendf(s, "%s\"%w\" IS NOT NULL", *joint, column->name);
		*joint = " AND ";
		return true;
	}
	if (op == 'i') {
		char *list = in_list(value);
		if (list) {
			sqlite3_str_appendf(s, "%s\"%w\" IN (%s)", *joint, column->name, list);
			*joint = " AND ";
		}
		sqlite3_free(list);
		return true;
	}
	int type = value ? sqlite3_value_type(value) : SQLITE_NULL;
	if (type == SQLITE_NULL) /* nothing compares with it */
		return false;
	/* Values of another type SQLite compares by itself. */
	if (type != (column->type == SERVER_INT ? SQLITE_INTEGER : SQLITE_BLOB))
		return true;
	sqlite3_str_appendf(s, "%s\"%w\" %s ", *joint, column->name,
		op == 'g'   ? ">="
		: op == 'l' ? "<="
		: op == '=' ? "="
		: op == '>' ? ">"
			    : "<");
	append_value(s, value);
	*joint = " AND ";
	return true;
}

static int look_up(struct server_cursor *c, uint64_t mask, int argc, sqlite3_value **values)
{
	int64_t key[SERVER_PREFIX_MAX + 1];
	for (int i = 0; i < argc; i++) {
		if (sqlite3_value_numeric_type(values[i]) != SQLITE_INTEGER)
			return SQLITE_OK;
		key[i] = sqlite3_value_int64(values[i]);
	}
	return server_look_up(c, mask, key, argc);
}

static int filter_rows(
	sqlite3_vtab_cursor *base, int index, const char *text, int argc, sqlite3_value **values)
{
	struct server_cursor *c = (struct server_cursor *)base;
	struct server_rows *t = (struct server_rows *)base->pVtab;
	char *plan;
	uint64_t mask = strtoull(text, &plan, 16);
	(void)index;
	server_let_go(c);
	if (*++plan == 'L')
		return look_up(c, mask, argc, values);
	if (!*++plan && server_is_small(t))
		return server_scan_all(c, mask);
	sqlite3_str *s = sqlite3_str_new(NULL);
	const char *joint = " WHERE ";
	bool some = true, ordered = false;
	int k = 0;
	for (; some && *plan; plan = strchr(plan, ',') + 1) {
		const struct server_column *column = &t->columns[atoi(plan + 1)];
		if (*plan == 'o' || *plan == 'd') {
			sqlite3_str_appendf(s, "%s\"%w\" %s", ordered ? ", " : " ORDER BY ", column->name,
				*plan == 'o' ? "ASC NULLS FIRST" : "DESC NULLS LAST");
			ordered = true;
		} else {
			some = append_condition(
				s, &joint, column, *plan, *plan != 'n' && k < argc ? values[k++] : NULL);
		}
	}
	char *conditions = sqlite3_str_finish(s);
	int rc = some ? server_scan(c, mask, conditions ? conditions : "") : SQLITE_OK;
	sqlite3_free(conditions);
	return rc;
}

static int next_row(sqlite3_vtab_cursor *base)
{
	return server_next((struct server_cursor *)base);
}

static int at_end(sqlite3_vtab_cursor *base)
{
	const struct server_cursor *c = (const struct server_cursor *)base;
	return c->at >= c->end;
}

static int column_value(sqlite3_vtab_cursor *base, sqlite3_context *ctx, int i)
{
	server_value((const struct server_cursor *)base, ctx, i);
	return SQLITE_OK;
}

static int rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
	/* Of a table without a primary key, which the archive has none of. */
	*out = ((const struct server_cursor *)base)->at;
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

int server_table_module(sqlite3 *db, struct server *server)
{
	return sqlite3_create_module_v2(db, "server", &module, server, server_close);
}
#endif
