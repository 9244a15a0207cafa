/* The tree to SQL. A field may have many values in a frame, in several tables: `==` is true when one of them
 * equals. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "query/filter/internal.h"
#include "schema/kind.h"

unsigned dfilter_parameter(struct compiler *c, struct filter_value v)
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

static int emit(struct compiler *c, const struct node *n);

/* ---- there or not ---- */

int dfilter_no_such_name(struct compiler *c, const struct token *t)
{
	char *near = catalogue_nearest(c->db, t->text + (t->text[0] == '.'));
	dfilter_wrong(c->error, t,
		near ? "%s is neither a field nor a protocol; did you mean %s?"
		     : "%s is neither a field nor a protocol",
		t->text, near);
	free(near);
	return -1;
}

/* Some dissectors are in frame.protocols, but put nothing of their own into the tree that a filter could
 * find. */
static bool has_item(const char *name)
{
	static const char *const without[] = { "ethertype", "x509af", "x509ce", "x509if", "x509sat" };
	for (unsigned i = 0; i < sizeof(without) / sizeof(*without); i++)
		if (strcmp(without[i], name) == 0)
			return false;
	return true;
}

/* A frame has a protocol when it is in its stack; `layers` (NULL: 1) says how often at least. */
static int emit_protocol(
	struct compiler *c, const struct token *t, const char *name, const struct token *layers)
{
	char text[128];
	if ((strcmp(name, "frame") == 0 && !layers) || !has_item(name)) {
		sqlite3_str_appendall(c->sql, has_item(name) ? "1" : "0");
		return 0;
	}
	struct filter_value v = { .kind = BIND_TEXT,
		.len = (size_t)snprintf(text, sizeof(text), ":%s:", name) };
	v.octets = strdup(text);
	unsigned n = v.octets ? dfilter_parameter(c, v) : 0;
	if (!n)
		return dfilter_wrong(c->error, t, "out of memory");
	/* Stacks are few: SQLite makes this list once. */
	if (!layers) {
		sqlite3_str_appendf(c->sql,
			"f.stack IN (SELECT id FROM t_stack WHERE instr(':'||protocols||':'||items||':', "
			":y%u))",
			n);
		return 0;
	}
	/* One of the layers 1, 2, ... of a stack is asked for. */
	char *condition = dfilter_layer_condition(c, layers, "i", "total");
	if (!condition)
		return -1;
	sqlite3_str_appendf(c->sql,
		"f.stack IN (WITH RECURSIVE s(id, total, i) AS (SELECT id, (length(p) - length(replace(p, "
		":y%u, ''))) / length(:y%u), 1 FROM (SELECT id, ':frame:'||replace(protocols, ':', '::')||"
		"':' AS p FROM t_stack) UNION ALL SELECT id, total, i + 1 FROM s WHERE i < total)"
		" SELECT id FROM s WHERE total AND %s)",
		n, n, condition);
	sqlite3_free(condition);
	return 0;
}

/* The condition with every # replaced by a value. */
static char *about(const char *condition, const char *value)
{
	sqlite3_str *s = sqlite3_str_new(NULL);
	for (const char *p = condition; *p; p++) {
		if (*p == '#')
			sqlite3_str_appendall(s, value);
		else
			sqlite3_str_appendchar(s, 1, *p);
	}
	return sqlite3_str_finish(s);
}

/* Does an expression look at nothing of the statement around it, which has f and c? */
static bool stands_alone(const char *sql)
{
	for (const char *p = sql; (p = strpbrk(p, "fc")); p++)
		if (p[1] == '.' && (p == sql || !(isalnum((uint8_t)p[-1]) || strchr("_.\"", p[-1]))))
			return false;
	return true;
}

#define OF_THIS_FRAME " WHERE t.frame_id=f.frame_id"

/* One source as a list of frames, "SELECT t.frame_id FROM ...", which SQLite makes once and in the order of
 * the table, instead of a look into the table for each frame. NULL where that cannot be. */
static char *frames_of(const struct compiler *c, const struct operand_source *s, const char *condition)
{
	const char *where = s->from ? strstr(s->from, OF_THIS_FRAME) : NULL;
	char range[80] = "";
	if (!where || !condition || !stands_alone(condition) || !stands_alone(where + strlen(OF_THIS_FRAME)))
		return NULL;
	char *table = sqlite3_mprintf("%.*s", (int)(where - s->from), s->from);
	if (c->last_frame < INT64_MAX)
		snprintf(range, sizeof(range), "t.frame_id BETWEEN %lld AND %lld AND ",
			(long long)c->first_frame, (long long)c->last_frame);
	char *sql = table && stands_alone(table) ? sqlite3_mprintf("SELECT t.frame_id %s WHERE %s%s%s", table,
							   range, condition, where + strlen(OF_THIS_FRAME))
						 : NULL;
	sqlite3_free(table);
	return sql;
}

/* Some value is such that the condition, in which # stands for it, holds. */
void dfilter_emit_some(struct compiler *c, const struct operand *o, const char *condition)
{
	sqlite3_str *lists = sqlite3_str_new(NULL);
	bool others = false;
	sqlite3_str_appendall(c->sql, o->n ? "(" : "0");
	for (unsigned i = 0; i < o->n; i++) {
		const struct operand_source *s = &o->sources[i];
		/* Sources in one table are asked together. */
		sqlite3_str *any = sqlite3_str_new(NULL);
		bool again = false;
		for (unsigned k = 0; k < o->n; k++) {
			if (k != i &&
				(!s->from || !o->sources[k].from || strcmp(s->from, o->sources[k].from) != 0))
				continue;
			again |= k < i;
			char *one = about(condition, o->sources[k].value);
			sqlite3_str_appendf(any, "%s%z", sqlite3_str_length(any) ? " OR " : "(", one);
		}
		sqlite3_str_appendall(any, ")");
		char *all = sqlite3_str_finish(any), *list = again ? NULL : frames_of(c, s, all);
		if (list) {
			sqlite3_str_appendf(
				lists, "%s%z", sqlite3_str_length(lists) ? " UNION ALL " : "", list);
		} else if (!again) {
			sqlite3_str_appendf(c->sql, s->from ? "%sEXISTS (SELECT 1 %s AND %s)" : "%s%.0s%s",
				others ? " OR " : "", s->from ? s->from : "", all);
			others = true;
		}
		sqlite3_free(all);
	}
	if (sqlite3_str_length(lists)) {
		sqlite3_str_appendf(
			c->sql, "%sf.frame_id IN (%s)", others ? " OR " : "", sqlite3_str_value(lists));
		c->filter->narrow |= c->top && !others;
	}
	sqlite3_free(sqlite3_str_finish(lists));
	sqlite3_str_appendall(c->sql, o->n ? ")" : "");
}

static int emit_exists(struct compiler *c, const struct node *n)
{
	const struct node *v = n->left, *name = v->kind == NODE_LAYER ? v->left : v;
	char *protocol = name->kind == NODE_WORD ? dfilter_name(name->token->text) : NULL;
	struct operand o;
	int rc;
	if (protocol && dfilter_is_protocol(c->db, protocol)) {
		rc = emit_protocol(c, name->token, protocol, v == name ? NULL : v->right->token);
		free(protocol);
		return rc;
	}
	free(protocol);
	rc = dfilter_operand(c, v, &o);
	if (rc == 0 && o.literal)
		rc = name->kind == NODE_WORD
			     ? dfilter_no_such_name(c, o.token)
			     : dfilter_wrong(c->error, o.token, "a test should stand here, such as a == b");
	else if (rc == 0 && o.computed)
		rc = dfilter_wrong(c->error, v->token,
			"%s(...) has to be compared with something: it is always there", v->token->text);
	else if (rc == 0 && o.constant)
		rc = dfilter_wrong(c->error, o.token, "arithmetic begins with a field");
	/* Of arithmetic: not 0. */
	bool octets = o.type == TYPE_BYTES || o.octets;
	if (rc == 0)
		dfilter_emit_some(c, &o,
			v->kind != NODE_SIGN ? "# IS NOT NULL"
			: octets             ? "ltrim(hex(#), '0') <> ''"
					     : "# <> 0");
	operand_free(&o);
	return rc;
}

/* `top`: what is emitted has to hold for every frame that matches. */
static int emit_two(struct compiler *c, const struct node *n)
{
	bool top = c->top;
	c->top = top && n->kind == NODE_AND;
	sqlite3_str_appendall(c->sql, "(");
	int rc = emit(c, n->left);
	sqlite3_str_appendall(c->sql, n->kind == NODE_AND ? " AND " : " OR ");
	if (rc == 0)
		rc = emit(c, n->right);
	sqlite3_str_appendall(c->sql, ")");
	c->top = top;
	return rc;
}

static int emit_not(struct compiler *c, const struct node *n)
{
	bool top = c->top;
	c->top = false;
	/* A comparison with a value that is not there is NULL in SQL, and false in a filter. */
	sqlite3_str_appendall(c->sql, "NOT coalesce(");
	int rc = emit(c, n->left);
	sqlite3_str_appendall(c->sql, ", 0)");
	c->top = top;
	return rc;
}

static int emit(struct compiler *c, const struct node *n)
{
	switch (n->kind) {
	case NODE_EXISTS:
		return emit_exists(c, n);
	case NODE_COMPARE:
		return dfilter_emit_compare(c, n);
	case NODE_IN:
		return dfilter_emit_in(c, n);
	case NODE_NOT:
		return emit_not(c, n);
	default:
		return emit_two(c, n);
	}
}

/* ---- the whole ---- */

struct filter *dfilter_compile(
	sqlite3 *db, const char *text, int64_t first_frame, int64_t last_frame, struct filter_error *error)
{
	struct tokens tokens = { 0 };
	struct node *pool = NULL, *root;
	struct compiler c = {
		.db = db, .error = error, .first_frame = first_frame, .last_frame = last_frame, .top = true
	};
	bool good = false;
	if (dfilter_lex(&tokens, text, error) < 0)
		goto out;
	pool = calloc(tokens.n, 2 * sizeof(*pool));
	c.filter = calloc(1, sizeof(*c.filter));
	c.sql = sqlite3_str_new(db);
	if (!pool || !c.filter || dfilter_functions(db) != SQLITE_OK) {
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
