/* The tree to SQL. A field may have many values in a frame, in several tables: `==` is true when one of them
 * equals. */
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

/* ---- there or not ---- */

static int no_such_name(struct compiler *c, const struct token *t)
{
	char *near = catalogue_nearest(c->db, t->text);
	dfilter_wrong(c->error, t,
		near ? "%s is neither a field nor a protocol; did you mean %s?"
		     : "%s is neither a field nor a protocol",
		t->text, near);
	free(near);
	return -1;
}

/* A frame has a protocol when it is in its stack; `layers` (NULL: 1) says how often at least. */
static int emit_protocol(struct compiler *c, const struct token *t, const struct token *layers)
{
	char text[128];
	char *end;
	long times = layers ? strtol(layers->text, &end, 10) : 1;
	if (layers && (times < 1 || (*end && *end != '-' && *end != ',' && *end != ':')))
		return dfilter_wrong(c->error, layers, "layers are numbers from 1, such as 2 or [1-2]");
	if (strcmp(t->text, "frame") == 0) {
		sqlite3_str_appendall(c->sql, times == 1 ? "1" : "0");
		return 0;
	}
	struct filter_value v = { .kind = BIND_TEXT,
		.len = (size_t)snprintf(text, sizeof(text), ":%s:", t->text) };
	v.octets = strdup(text);
	unsigned n = v.octets ? dfilter_parameter(c, v) : 0;
	if (!n)
		return dfilter_wrong(c->error, t, "out of memory");
	/* Stacks are few: SQLite makes this list once. */
	if (times == 1)
		sqlite3_str_appendf(c->sql,
			"f.stack IN (SELECT id FROM t_stack WHERE instr(':'||protocols||':'||items||':', "
			":y%u))",
			n);
	else
		sqlite3_str_appendf(c->sql,
			"f.stack IN (SELECT id FROM (SELECT id, ':'||replace(protocols, ':', '::')||':' AS p "
			"FROM t_stack)"
			" WHERE (length(p) - length(replace(p, :y%u, ''))) / length(:y%u) >= %ld)",
			n, n, times);
	return 0;
}

/* EXISTS (... condition), where # in the condition stands for a value of the operand. */
static void emit_some(struct compiler *c, const struct operand *o, const char *condition)
{
	sqlite3_str_appendall(c->sql, o->n ? "(" : "0");
	for (unsigned i = 0; i < o->n; i++) {
		const struct operand_source *s = &o->sources[i];
		sqlite3_str_appendall(c->sql, i ? " OR " : "");
		if (s->from)
			sqlite3_str_appendf(c->sql, "EXISTS (SELECT 1 %s AND ", s->from);
		else
			sqlite3_str_appendall(c->sql, "(");
		for (const char *p = condition; *p; p++) {
			if (*p == '#')
				sqlite3_str_appendall(c->sql, s->value);
			else
				sqlite3_str_appendchar(c->sql, 1, *p);
		}
		sqlite3_str_appendall(c->sql, ")");
	}
	sqlite3_str_appendall(c->sql, o->n ? ")" : "");
}

static int emit_exists(struct compiler *c, const struct node *n)
{
	const struct node *v = n->left, *name = v->kind == NODE_LAYER ? v->left : v;
	struct operand o;
	if (name->kind == NODE_WORD && dfilter_is_protocol(c->db, name->token->text))
		return emit_protocol(c, name->token, v == name ? NULL : v->right->token);
	int rc = dfilter_operand(c, v, &o);
	if (rc == 0 && o.literal)
		rc = name->kind == NODE_WORD
			     ? no_such_name(c, o.token)
			     : dfilter_wrong(c->error, o.token, "a test should stand here, such as a == b");
	if (rc == 0)
		emit_some(c, &o, v->kind == NODE_SIGN ? "# <> 0" : "# IS NOT NULL");
	operand_free(&o);
	return rc;
}

/* ---- comparisons ---- */

static bool is_address(enum type t)
{
	return t == TYPE_ETHER || t == TYPE_IPV4 || t == TYPE_IPV6;
}

static int address_kind(enum type t)
{
	return t == TYPE_ETHER ? KIND_ETHER : t == TYPE_IPV4 ? KIND_IPV4 : KIND_IPV6;
}

static const char *sign_of(enum compare op)
{
	static const char *const signs[] = { [COMPARE_EQ] = "=",
		[COMPARE_NE] = "=",
		[COMPARE_ALL_EQ] = "=",
		[COMPARE_ANY_NE] = "<>",
		[COMPARE_GT] = ">",
		[COMPARE_GE] = ">=",
		[COMPARE_LT] = "<",
		[COMPARE_LE] = "<=" };
	return signs[op];
}

/* What has to hold for a value # against parameters low and high (of a network). */
static void condition_of(
	char out[256], const struct operand *o, enum compare op, bool range, unsigned low, unsigned high)
{
	bool not = op == COMPARE_ANY_NE, equal = op <= COMPARE_ANY_NE;
	if (op == COMPARE_CONTAINS)
		snprintf(out, 256, o->type == TYPE_BYTES ? "instr(CAST(# AS BLOB), :y%u)" : "instr(#, :y%u)",
			low);
	else if (op == COMPARE_MATCHES)
		snprintf(out, 256, "dfilter_matches(:y%u, #)", low);
	else if (is_address(o->type) && range && equal)
		snprintf(out, 256,
			"# %sIN (SELECT id FROM t_address WHERE kind=%d AND octets BETWEEN :y%u AND :y%u)",
			not ? "NOT " : "", address_kind(o->type), low, high);
	else if (is_address(o->type))
		snprintf(out, 256, "# IN (SELECT id FROM t_address WHERE kind=%d AND octets %s :y%u)",
			address_kind(o->type), sign_of(op),
			range && (op == COMPARE_GT || op == COMPARE_LE) ? high : low);
	else
		snprintf(out, 256, "# %s :y%u", sign_of(op), low);
}

/* Some value, all of at least one, or none of at least one. */
static void emit_quantified(struct compiler *c, const struct operand *o, const char *condition,
	enum compare op, enum quantifier quantifier)
{
	char not [300];
	bool differ = op == COMPARE_NE, all = quantifier == QUANTIFIER_ALL || op == COMPARE_ALL_EQ;
	if (quantifier == QUANTIFIER_ANY)
		all = false;
	if (differ && quantifier == QUANTIFIER_ANY) {
		snprintf(not, sizeof(not ), "NOT (%s)", condition);
		emit_some(c, o, not );
		return;
	}
	if (!differ && !all) {
		emit_some(c, o, condition);
		return;
	}
	/* There are values, and none for which the opposite holds. */
	snprintf(not, sizeof(not ), differ ? "%s" : "NOT (%s)", condition);
	sqlite3_str_appendall(c->sql, "(");
	emit_some(c, o, "# IS NOT NULL");
	sqlite3_str_appendall(c->sql, " AND NOT coalesce(");
	emit_some(c, o, not );
	sqlite3_str_appendall(c->sql, ", 0))");
}

static int check_pattern(struct compiler *c, const struct token *t)
{
	char message[160];
	const char *wrong = dfilter_pattern_problem(t->text, t->text_len, message);
	return wrong ? dfilter_wrong(c->error, t, "%s", wrong) : 0;
}

/* A field against a literal. */
static int emit_literal(
	struct compiler *c, const struct node *n, struct operand *o, const struct token *t, enum compare op)
{
	struct filter_value low = { 0 }, high = { 0 };
	bool range = false;
	char condition[256];
	unsigned plow, phigh = 0;
	enum type type = o->type;
	if (op == COMPARE_MATCHES) {
		if (type != TYPE_TEXT && type != TYPE_BYTES)
			return dfilter_wrong(c->error, o->token,
				"matches needs text or octets; %s is neither", o->token->text);
		if (t->kind != TOKEN_STRING)
			return dfilter_wrong(c->error, t, "matches needs a pattern in quotes");
		if (check_pattern(c, t) < 0)
			return -1;
		type = TYPE_TEXT;
	} else if (op == COMPARE_CONTAINS && is_address(type)) {
		/* its octets */
		for (unsigned i = 0; i < o->n; i++) {
			char *octets = operand_octets(o, o->sources[i].value);
			if (!octets)
				return dfilter_wrong(c->error, t, "out of memory");
			sqlite3_free(o->sources[i].value);
			o->sources[i].value = octets;
		}
		type = o->type = TYPE_BYTES;
	} else if (op == COMPARE_CONTAINS && type != TYPE_TEXT && type != TYPE_BYTES) {
		return dfilter_wrong(
			c->error, o->token, "contains needs text or octets; %s is neither", o->token->text);
	}
	if (dfilter_literal(c->db, o->field, type, t, &low, &high, &range, c->error) < 0) {
		free(low.octets);
		free(high.octets);
		return -1;
	}
	plow = dfilter_parameter(c, low);
	if (range)
		phigh = dfilter_parameter(c, high);
	if (!plow || (range && !phigh))
		return dfilter_wrong(c->error, t, "out of memory");
	condition_of(condition, o, op, range, plow, phigh);
	emit_quantified(c, o, condition, op, n->quantifier);
	return 0;
}

/* Octets beside octets or text are compared as octets. */
static int as_octets(struct compiler *c, struct operand *o)
{
	for (unsigned i = 0; i < o->n; i++) {
		char *octets = operand_octets(o, o->sources[i].value);
		if (!octets)
			return dfilter_wrong(
				c->error, o->token, "%s cannot be compared with octets", o->token->text);
		sqlite3_free(o->sources[i].value);
		o->sources[i].value = octets;
	}
	o->type = TYPE_BYTES;
	return 0;
}

static bool comparable(enum type a, enum type b)
{
	bool na = a == TYPE_INTEGER || a == TYPE_BOOLEAN || a == TYPE_REAL,
	     nb = b == TYPE_INTEGER || b == TYPE_BOOLEAN || b == TYPE_REAL;
	return a == b || (na && nb);
}

/* All pairs of values. */
static int emit_pairs(
	struct compiler *c, const struct node *n, struct operand *a, struct operand *b, enum compare op)
{
	char condition[96];
	unsigned k = c->aliases++;
	/* Addresses are ids: equal or not; their order is that of their octets. */
	bool octets = a->type != b->type && (a->type == TYPE_BYTES || b->type == TYPE_BYTES);
	if ((octets || (is_address(a->type) && op > COMPARE_ANY_NE)) &&
		(as_octets(c, a) < 0 || as_octets(c, b) < 0))
		return -1;
	if (!comparable(a->type, b->type))
		return dfilter_wrong(c->error, n->token, "%s and %s are not of compatible types",
			a->token->text, b->token->text);
	char *left = operand_select(a), *right = operand_select(b);
	if (op == COMPARE_CONTAINS)
		snprintf(condition, sizeof(condition), "instr(a%u.v, b%u.v)", k, k);
	else if (op == COMPARE_MATCHES)
		snprintf(condition, sizeof(condition), "dfilter_matches(b%u.v, a%u.v)", k, k);
	else
		snprintf(condition, sizeof(condition), "a%u.v %s b%u.v", k, sign_of(op), k);
	struct operand_source pair = { sqlite3_mprintf("FROM (%s) a%u, (%s) b%u WHERE 1", left, k, right, k),
		sqlite3_mprintf("(%s)", condition) };
	const struct operand pairs = { .n = 1, .sources = &pair };
	if (left && right && pair.from && pair.value)
		emit_quantified(c, &pairs, "#", op, n->quantifier);
	sqlite3_free(left);
	sqlite3_free(right);
	sqlite3_free(pair.from);
	sqlite3_free(pair.value);
	return 0;
}

static enum compare turned(enum compare op)
{
	return op == COMPARE_GT   ? COMPARE_LT
	       : op == COMPARE_GE ? COMPARE_LE
	       : op == COMPARE_LT ? COMPARE_GT
	       : op == COMPARE_LE ? COMPARE_GE
				  : op;
}

/* A literal that is no field: of a name that looks like one, the name is wrong. */
static int emit_compare(struct compiler *c, const struct node *n)
{
	struct operand a, b;
	int rc = dfilter_operand(c, n->left, &a);
	if (dfilter_operand(c, n->right, &b) < 0)
		rc = -1;
	if (rc == 0 && a.literal && b.literal)
		rc = n->left->kind == NODE_WORD && (a.token->text[0] < '0' || a.token->text[0] > '9')
			     ? no_such_name(c, a.token)
			     : dfilter_wrong(c->error, a.token, "a field should stand on one side");
	else if (rc == 0 && b.literal)
		rc = emit_literal(c, n, &a, b.token, n->op);
	else if (rc == 0 && a.literal && n->op >= COMPARE_CONTAINS)
		rc = n->left->kind == NODE_WORD
			     ? no_such_name(c, a.token)
			     : dfilter_wrong(c->error, a.token, "a field should stand here");
	else if (rc == 0 && a.literal)
		rc = emit_literal(c, n, &b, a.token, turned(n->op));
	else if (rc == 0)
		rc = emit_pairs(c, n, &a, &b, n->op);
	operand_free(&a);
	operand_free(&b);
	return rc;
}

/* ---- sets ---- */

/* Appends a condition for one element; # stands for the value. */
static int element(struct compiler *c, const struct operand *o, const struct node *e, sqlite3_str *condition)
{
	struct filter_value v[3] = { 0 };
	unsigned p[3] = { 0 };
	bool network, other;
	char text[256];
	const struct token *high = e->high ? e->high->token : NULL;
	if ((e->kind != NODE_WORD && e->kind != NODE_STRING) ||
		(e->high && e->high->kind != NODE_WORD && e->high->kind != NODE_STRING))
		return dfilter_wrong(c->error, e->token, "elements of a set are values, not fields");
	int rc = dfilter_literal(c->db, o->field, o->type, e->token, &v[0], &v[1], &network, c->error);
	if (rc == 0 && high)
		rc = dfilter_literal(c->db, o->field, o->type, high, &v[2], &v[1], &other, c->error);
	for (int i = 0; i < 3; i++)
		if (rc == 0 && (i == 0 || (i == 1 && network) || (i == 2 && high)))
			rc = (p[i] = dfilter_parameter(c, v[i]))
				     ? 0
				     : dfilter_wrong(c->error, e->token, "out of memory");
		else
			free(v[i].octets);
	if (rc < 0)
		return -1;
	if (high && is_address(o->type))
		snprintf(text, sizeof(text),
			"# IN (SELECT id FROM t_address WHERE kind=%d AND octets BETWEEN :y%u AND :y%u)",
			address_kind(o->type), p[0], p[2]);
	else if (high)
		snprintf(text, sizeof(text), "# BETWEEN :y%u AND :y%u", p[0], p[2]);
	else
		condition_of(text, o, COMPARE_EQ, network, p[0], p[1]);
	sqlite3_str_appendf(condition, "%s%s", sqlite3_str_length(condition) ? " OR " : "(", text);
	return 0;
}

static int emit_in(struct compiler *c, const struct node *n)
{
	struct operand o;
	sqlite3_str *s = sqlite3_str_new(c->db);
	int rc = dfilter_operand(c, n->left, &o);
	if (rc == 0 && o.literal)
		rc = no_such_name(c, o.token);
	for (const struct node *e = n->right; rc == 0 && e; e = e->next)
		rc = element(c, &o, e, s);
	sqlite3_str_appendall(s, ")");
	char *condition = sqlite3_str_finish(s);
	if (rc == 0 && condition && n->quantifier == QUANTIFIER_ALL) {
		char *not = sqlite3_mprintf("NOT %s", condition);
		sqlite3_str_appendall(c->sql, "(");
		emit_some(c, &o, "# IS NOT NULL");
		sqlite3_str_appendall(c->sql, " AND NOT coalesce(");
		emit_some(c, &o, not ? not : "1");
		sqlite3_str_appendall(c->sql, ", 0))");
		sqlite3_free(not );
	} else if (rc == 0 && condition) {
		emit_some(c, &o, condition);
	}
	sqlite3_free(condition);
	operand_free(&o);
	return rc;
}

static int emit(struct compiler *c, const struct node *n)
{
	switch (n->kind) {
	case NODE_EXISTS:
		return emit_exists(c, n);
	case NODE_COMPARE:
		return emit_compare(c, n);
	case NODE_IN:
		return emit_in(c, n);
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
