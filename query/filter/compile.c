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
	char *near = catalogue_nearest(c->db, t->text + (t->text[0] == '.'));
	dfilter_wrong(c->error, t,
		near ? "%s is neither a field nor a protocol; did you mean %s?"
		     : "%s is neither a field nor a protocol",
		t->text, near);
	free(near);
	return -1;
}

/* A frame has a protocol when it is in its stack; `layers` (NULL: 1) says how often at least. */
static int emit_protocol(
	struct compiler *c, const struct token *t, const char *name, const struct token *layers)
{
	char text[128];
	if (strcmp(name, "frame") == 0 && !layers) {
		sqlite3_str_appendall(c->sql, "1");
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
			     ? no_such_name(c, o.token)
			     : dfilter_wrong(c->error, o.token, "a test should stand here, such as a == b");
	else if (rc == 0 && o.computed)
		rc = dfilter_wrong(c->error, v->token,
			"%s(...) has to be compared with something: it is always there", v->token->text);
	else if (rc == 0 && o.constant)
		rc = dfilter_wrong(c->error, o.token, "arithmetic begins with a field");
	/* Of arithmetic: not 0. */
	bool octets = o.type == TYPE_BYTES || o.octets;
	if (rc == 0)
		emit_some(c, &o,
			v->kind != NODE_SIGN ? "# IS NOT NULL"
			: octets             ? "ltrim(hex(#), '0') <> ''"
					     : "# <> 0");
	operand_free(&o);
	return rc;
}

/* ---- comparisons ---- */

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

struct limits {
	unsigned low, high; /* parameters; high 0: low alone */
	bool below_zero;    /* low is a negative number */
};

/* What has to hold for a value # against a literal, or a network. */
static void condition_of(char out[256], const struct operand *o, enum compare op, const struct limits *l)
{
	bool not = op == COMPARE_ANY_NE, equal = op <= COMPARE_ANY_NE;
	unsigned edge = l->high && (op == COMPARE_GT || op == COMPARE_LE) ? l->high : l->low;
	if (op == COMPARE_CONTAINS)
		/* Nothing contains the empty text. */
		snprintf(out, 256,
			o->type == TYPE_BYTES ? "(length(:y%u) AND instr(CAST(# AS BLOB), :y%u))"
					      : "(length(:y%u) AND instr(#, :y%u))",
			l->low, l->low);
	else if (op == COMPARE_MATCHES)
		snprintf(out, 256, "dfilter_matches(:y%u, #)", l->low);
	else if (type_is_address(o->type) && o->octets && l->high && equal)
		snprintf(out, 256, "# %sBETWEEN :y%u AND :y%u", not ? "NOT " : "", l->low, l->high);
	else if (type_is_address(o->type) && o->octets)
		snprintf(out, 256, "# %s :y%u", sign_of(op), edge);
	else if (type_is_address(o->type) && l->high && equal)
		snprintf(out, 256,
			"# %sIN (SELECT id FROM t_address WHERE kind=%d AND octets BETWEEN :y%u AND :y%u)",
			not ? "NOT " : "", address_kind(o->type), l->low, l->high);
	else if (type_is_address(o->type))
		snprintf(out, 256, "# IN (SELECT id FROM t_address WHERE kind=%d AND octets %s :y%u)",
			address_kind(o->type), sign_of(op), edge);
	else if (l->below_zero && !(o->field && o->field->kind == KIND_INT))
		/* Wireshark gives what it works out a sign when it is below zero, and nothing without a sign
		 * is less or greater than that. */
		snprintf(out, 256, "(# < 0 AND # %s :y%u)", sign_of(op), l->low);
	else
		snprintf(out, 256, "# %s :y%u", sign_of(op), l->low);
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

/* Read a literal; its parameters. */
static int read_limits(struct compiler *c, const struct operand *o, enum type type,
	const struct operand *literal, struct limits *out)
{
	struct filter_value low = { 0 }, high = { 0 };
	bool range;
	*out = (struct limits) { 0 };
	if (dfilter_literal(c->db, o->field, type, literal->token, literal->negative, &low, &high, &range,
		    c->error) < 0) {
		free(low.octets);
		free(high.octets);
		return -1;
	}
	out->below_zero = type == TYPE_INTEGER && literal->negative && low.integer;
	out->low = dfilter_parameter(c, low);
	if (range)
		out->high = dfilter_parameter(c, high);
	if (!out->low || (range && !out->high))
		return dfilter_wrong(c->error, literal->token, "out of memory");
	return 0;
}

/* A field against a literal. */
static int emit_literal(struct compiler *c, const struct node *n, struct operand *o,
	const struct operand *literal, enum compare op, enum quantifier quantifier)
{
	struct limits limits;
	char condition[256];
	const struct token *t = literal->token;
	if (op == COMPARE_MATCHES || op == COMPARE_CONTAINS) {
		if (o->type == TYPE_ETHER && operand_as_octets(c, o) < 0)
			return -1;
		if ((o->type != TYPE_TEXT && o->type != TYPE_BYTES))
			return dfilter_wrong(c->error, o->token, "%s needs text or octets; %s is neither",
				n->token->text, o->token->text);
	}
	enum type type = o->type;
	if (op == COMPARE_MATCHES) {
		if (t->kind != TOKEN_STRING)
			return dfilter_wrong(c->error, t, "matches needs a pattern in quotes");
		if (check_pattern(c, t) < 0)
			return -1;
		type = TYPE_TEXT;
	}
	if (read_limits(c, o, type, literal, &limits) < 0)
		return -1;
	condition_of(condition, o, op, &limits);
	emit_quantified(c, o, condition, op, quantifier);
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
	if ((octets || a->octets || b->octets || (type_is_address(a->type) && op > COMPARE_ANY_NE)) &&
		(operand_as_octets(c, a) < 0 || operand_as_octets(c, b) < 0))
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

/* What stands on the left of a comparison; of a name that looks like one, the name is wrong. */
static int left_problem(struct compiler *c, const struct node *n, const struct operand *o)
{
	const char *text = o->token->text;
	if (o->literal && n->kind == NODE_WORD && (text[0] < '0' || text[0] > '9') && text[0] != '-')
		return no_such_name(c, o->token);
	if (o->literal)
		return dfilter_wrong(
			c->error, o->token, "a field or function stands on the left, not %s", text);
	if (o->constant)
		return dfilter_wrong(c->error, o->token, "arithmetic on the left begins with a field");
	return 0;
}

static int emit_compare(struct compiler *c, const struct node *n)
{
	struct operand a, b;
	int rc = dfilter_operand(c, n->left, &a);
	if (dfilter_operand(c, n->right, &b) < 0)
		rc = -1;
	if (rc == 0)
		rc = left_problem(c, n->left, &a);
	if (rc == 0 && b.literal)
		rc = emit_literal(c, n, &a, &b, n->op, n->quantifier);
	else if (rc == 0)
		rc = emit_pairs(c, n, &a, &b, n->op);
	operand_free(&a);
	operand_free(&b);
	return rc;
}

/* ---- sets ---- */

/* low .. high */
static int emit_range(struct compiler *c, const struct operand *o, const struct operand *low,
	const struct operand *high, enum quantifier quantifier)
{
	struct limits from, to;
	char text[256];
	if (read_limits(c, o, o->type, low, &from) < 0 || read_limits(c, o, o->type, high, &to) < 0)
		return -1;
	unsigned end = to.high ? to.high : to.low;
	if (type_is_address(o->type) && !o->octets)
		snprintf(text, sizeof(text),
			"# IN (SELECT id FROM t_address WHERE kind=%d AND octets BETWEEN :y%u AND :y%u)",
			address_kind(o->type), from.low, end);
	else if ((from.below_zero || to.below_zero) && !(o->field && o->field->kind == KIND_INT))
		snprintf(text, sizeof(text), "(# < 0 AND # BETWEEN :y%u AND :y%u)", from.low, end);
	else
		snprintf(text, sizeof(text), "# BETWEEN :y%u AND :y%u", from.low, end);
	emit_quantified(c, o, text, COMPARE_EQ, quantifier);
	return 0;
}

/* One element of a set: a value, a range of values, or a field. */
static int element(struct compiler *c, const struct node *in, const struct node *e)
{
	struct operand o, low, high = { 0 };
	int rc = dfilter_operand(c, in->left, &o);
	if (dfilter_operand(c, e, &low) < 0 || (e->high && dfilter_operand(c, e->high, &high) < 0))
		rc = -1;
	if (rc == 0)
		rc = left_problem(c, in->left, &o);
	if (rc == 0 && e->high && (!low.literal || !high.literal))
		rc = dfilter_wrong(c->error, e->token, "a range is between two values, not fields");
	else if (rc == 0 && e->high)
		rc = emit_range(c, &o, &low, &high, in->quantifier);
	else if (rc == 0 && low.literal)
		rc = emit_literal(c, in, &o, &low, COMPARE_EQ, in->quantifier);
	else if (rc == 0)
		rc = emit_pairs(c, in, &o, &low, COMPARE_EQ);
	operand_free(&o);
	operand_free(&low);
	operand_free(&high);
	return rc;
}

/* As many tests as there are elements: `all` asks whether all values are in the same one. */
static int emit_in(struct compiler *c, const struct node *n)
{
	int rc = 0;
	sqlite3_str_appendall(c->sql, "(");
	for (const struct node *e = n->right; rc == 0 && e; e = e->next) {
		sqlite3_str_appendall(c->sql, e == n->right ? "" : " OR ");
		rc = element(c, n, e);
	}
	sqlite3_str_appendall(c->sql, ")");
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
