/* The tree to SQL. A field may have many values in a frame, in several tables: `==` is true when one of them
 * equals. */
#include "query/filter/internal.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/kind.h"

struct compiler {
	sqlite3 *db;
	sqlite3_str *sql;
	struct filter *filter;
	struct filter_error *error;
};

/* A parameter for the value: its number. The value is the filter's from then on. 0: out of memory. */
static unsigned parameter(struct compiler *c, struct filter_value v)
{
	struct filter_value *all = realloc(c->filter->values, (c->filter->nvalues + 1) * sizeof(*all));
	if (!all) {
		free(v.octets);
		return 0;
	}
	c->filter->values = all;
	all[c->filter->nvalues++] = v;
	return c->filter->nvalues;
}

/* ---- protocols ---- */

/* Does the archive know the word as a protocol: in its catalogue, or from a frame's stack? */
static bool is_protocol(struct compiler *c, const char *name)
{
	sqlite3_stmt *st;
	bool yes = false;
	if (!*name || strchr(name, ':') ||
		sqlite3_prepare_v2(c->db,
			"SELECT 1 FROM protocol WHERE name=?1 UNION ALL SELECT 1 FROM t_stack"
			" WHERE instr(':'||protocols||':'||items||':', ':'||?1||':') LIMIT 1",
			-1, &st, NULL) != SQLITE_OK)
		return false;
	sqlite3_bind_text(st, 1, name, -1, SQLITE_STATIC);
	yes = sqlite3_step(st) == SQLITE_ROW;
	sqlite3_finalize(st);
	return yes;
}

static int emit_protocol(struct compiler *c, const struct token *t)
{
	char text[128];
	if (strcmp(t->text, "frame") == 0) {
		sqlite3_str_appendall(c->sql, "1");
		return 0;
	}
	struct filter_value v = { .kind = BIND_TEXT,
		.len = (size_t)snprintf(text, sizeof(text), ":%s:", t->text) };
	v.octets = strdup(text);
	unsigned n = v.octets ? parameter(c, v) : 0;
	if (!n)
		return dfilter_wrong(c->error, t, "out of memory");
	/* Stacks are few: SQLite makes this list once. */
	sqlite3_str_appendf(c->sql,
		"f.stack IN (SELECT id FROM t_stack WHERE instr(':'||protocols||':'||items||':', :y%u))", n);
	return 0;
}

/* ---- fields ---- */

/* An expression over the frame itself: alias t becomes f. */
static void append_as_frame(sqlite3_str *s, const char *expr)
{
	char before = ' ';
	for (const char *p = expr; *p; before = *p++) {
		bool word = isalnum((uint8_t)before) || before == '_' || before == '"' || before == '.';
		sqlite3_str_appendchar(s, 1, p[0] == 't' && p[1] == '.' && !word ? 'f' : *p);
	}
}

/* Some value of the field for which `condition` holds; in it, # stands for the value. */
static int emit_any(
	struct compiler *c, const struct catalogue_field *f, const char *condition, const struct token *t)
{
	if (!f->nsources) {
		sqlite3_str_appendall(c->sql, "0");
		return 0;
	}
	sqlite3_str_appendall(c->sql, "(");
	for (unsigned i = 0; i < f->nsources; i++) {
		const struct field_source *source = &f->sources[i];
		bool frame = strcmp(source->table, "t_frame") == 0;
		bool address = f->kind == KIND_ETHER || f->kind == KIND_IPV4 || f->kind == KIND_IPV6;
		/* Addresses are compared by their id; the condition looks that up. */
		struct field_source raw = { source->table, source->expr, source->direct || address };
		char *expr = catalogue_value_sql(f, &raw, "c.id");
		if (!expr)
			return dfilter_wrong(c->error, t, "out of memory");
		if (i)
			sqlite3_str_appendall(c->sql, " OR ");
		if (!frame)
			sqlite3_str_appendf(c->sql,
				"EXISTS (SELECT 1 FROM \"%w\" t WHERE t.frame_id=f.frame_id AND ",
				source->table);
		for (const char *p = condition; *p; p++) {
			if (*p != '#')
				sqlite3_str_appendchar(c->sql, 1, *p);
			else if (frame)
				append_as_frame(c->sql, expr);
			else
				sqlite3_str_appendall(c->sql, expr);
		}
		if (!frame)
			sqlite3_str_appendall(c->sql, ")");
		sqlite3_free(expr);
	}
	sqlite3_str_appendall(c->sql, ")");
	return 0;
}

/* "# IS NOT NULL": whole conditions in which # is the value, low and high the numbers of parameters. */
static void condition_of(char out[256], const struct catalogue_field *f, enum compare op, bool range,
	unsigned low, unsigned high)
{
	static const char *const signs[] = { [COMPARE_EQ] = "=",
		[COMPARE_NE] = "=",
		[COMPARE_ALL_EQ] = "<>",
		[COMPARE_ANY_NE] = "<>",
		[COMPARE_GT] = ">",
		[COMPARE_GE] = ">=",
		[COMPARE_LT] = "<",
		[COMPARE_LE] = "<=" };
	bool address = f->kind == KIND_ETHER || f->kind == KIND_IPV4 || f->kind == KIND_IPV6;
	bool not = op == COMPARE_ALL_EQ || op == COMPARE_ANY_NE;
	if (op == COMPARE_CONTAINS)
		snprintf(out, 256, "instr(#, :y%u)", low);
	else if (address && range && (op == COMPARE_EQ || op == COMPARE_NE || not ))
		snprintf(out, 256,
			"# %sIN (SELECT id FROM t_address WHERE kind=%u AND octets BETWEEN :y%u AND :y%u)",
			not ? "NOT " : "", f->kind, low, high);
	else if (address)
		snprintf(out, 256, "# IN (SELECT id FROM t_address WHERE kind=%u AND octets %s :y%u)",
			f->kind, signs[op], range && (op == COMPARE_GT || op == COMPARE_LE) ? high : low);
	else
		snprintf(out, 256, "# %s :y%u", signs[op], low);
}

static int emit_compare(struct compiler *c, const struct catalogue_field *f, const struct node *n)
{
	struct filter_value low = { 0 }, high = { 0 };
	bool range;
	char condition[256];
	unsigned plow, phigh = 0;
	if (n->op == COMPARE_CONTAINS && f->kind != KIND_TEXT)
		return dfilter_wrong(c->error, n->field, "contains needs a text field; %s is none", f->name);
	if (dfilter_literal(c->db, f, n->value, &low, &high, &range, c->error) < 0) {
		free(low.octets);
		free(high.octets);
		return -1;
	}
	plow = parameter(c, low);
	if (range)
		phigh = parameter(c, high);
	if (!plow || (range && !phigh))
		return dfilter_wrong(c->error, n->value, "out of memory");
	condition_of(condition, f, n->op, range, plow, phigh);
	if (n->op != COMPARE_NE && n->op != COMPARE_ALL_EQ)
		return emit_any(c, f, condition, n->field);
	/* all differ, all are equal: there are values, and none for which the opposite holds */
	sqlite3_str_appendall(c->sql, "(");
	if (emit_any(c, f, "# IS NOT NULL", n->field) < 0)
		return -1;
	sqlite3_str_appendall(c->sql, " AND NOT ");
	if (emit_any(c, f, condition, n->field) < 0)
		return -1;
	sqlite3_str_appendall(c->sql, ")");
	return 0;
}

static int emit_test(struct compiler *c, const struct node *n)
{
	const char *error;
	int rc;
	if (n->kind == NODE_EXISTS && is_protocol(c, n->field->text))
		return emit_protocol(c, n->field);
	struct catalogue_field *f = catalogue_find(c->db, n->field->text, &error);
	if (!f && error)
		return dfilter_wrong(c->error, n->field, "%s", error);
	if (!f && is_protocol(c, n->field->text))
		return dfilter_wrong(c->error, n->field,
			"the octets of a whole protocol (%s) cannot be compared yet", n->field->text);
	if (!f) {
		char *near = catalogue_nearest(c->db, n->field->text);
		dfilter_wrong(c->error, n->field,
			near ? "%s is neither a field nor a protocol; did you mean %s?"
			     : "%s is neither a field nor a protocol",
			n->field->text, near);
		free(near);
		return -1;
	}
	rc = n->kind == NODE_EXISTS ? emit_any(c, f, "# IS NOT NULL", n->field) : emit_compare(c, f, n);
	catalogue_field_free(f);
	return rc;
}

static int emit(struct compiler *c, const struct node *n)
{
	switch (n->kind) {
	case NODE_EXISTS:
	case NODE_COMPARE:
		return emit_test(c, n);
	case NODE_NOT:
		/* A comparison with a value that is not there is NULL in SQL, and false in a filter. */
		sqlite3_str_appendall(c->sql, "NOT coalesce(");
		if (emit(c, n->left) < 0)
			return -1;
		sqlite3_str_appendall(c->sql, ", 0)");
		return 0;
	default:
		sqlite3_str_appendall(c->sql, "(");
		if (emit(c, n->left) < 0)
			return -1;
		sqlite3_str_appendall(c->sql, n->kind == NODE_AND ? " AND " : " OR ");
		if (emit(c, n->right) < 0)
			return -1;
		sqlite3_str_appendall(c->sql, ")");
		return 0;
	}
}

/* ---- the whole ---- */

struct filter *dfilter_compile(sqlite3 *db, const char *text, struct filter_error *error)
{
	struct tokens tokens = { 0 };
	struct node *pool = NULL, *root;
	struct compiler c = { .db = db, .error = error };
	bool good = false;
	if (dfilter_lex(&tokens, text, error) < 0)
		goto out;
	pool = calloc(tokens.n, sizeof(*pool));
	c.filter = calloc(1, sizeof(*c.filter));
	c.sql = sqlite3_str_new(db);
	if (!pool || !c.filter) {
		dfilter_wrong(error, &tokens.list[0], "out of memory");
		goto out;
	}
	root = dfilter_parse(&tokens, pool, error);
	good = root && emit(&c, root) == 0;
	if (good && sqlite3_str_errcode(c.sql) != SQLITE_OK) {
		dfilter_wrong(error, &tokens.list[0], "out of memory");
		good = false;
	}
out:
	if (good)
		c.filter->sql = sqlite3_str_finish(c.sql);
	else if (c.sql)
		sqlite3_free(sqlite3_str_finish(c.sql));
	tokens_free(&tokens);
	free(pool);
	if (good)
		return c.filter;
	dfilter_free(c.filter);
	return NULL;
}

void dfilter_free(struct filter *f)
{
	if (!f)
		return;
	for (unsigned i = 0; i < f->nvalues; i++)
		free(f->values[i].octets);
	free(f->values);
	sqlite3_free(f->sql);
	free(f);
}

int dfilter_bind(const struct filter *f, sqlite3_stmt *st)
{
	int rc = SQLITE_OK;
	for (unsigned i = 0; f && rc == SQLITE_OK && i < f->nvalues; i++) {
		const struct filter_value *v = &f->values[i];
		char name[16];
		snprintf(name, sizeof(name), ":y%u", i + 1);
		int at = sqlite3_bind_parameter_index(st, name);
		if (!at)
			continue;
		if (v->kind == BIND_INT)
			rc = sqlite3_bind_int64(st, at, v->integer);
		else if (v->kind == BIND_REAL)
			rc = sqlite3_bind_double(st, at, v->real);
		else if (v->kind == BIND_TEXT)
			rc = sqlite3_bind_text(st, at, v->octets, (int)v->len, SQLITE_STATIC);
		else
			rc = sqlite3_bind_blob(st, at, v->octets, (int)v->len, SQLITE_STATIC);
	}
	return rc;
}
