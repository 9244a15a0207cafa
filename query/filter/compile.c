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
static void emit_some(struct compiler *c, const struct operand *o, const char *condition)
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
	else if (o->field && strcmp(o->field->name, "frame.number") == 0)
		/* so that it narrows the range of frames */
		snprintf(out, 256, "f.frame_id %s c.first_frame - 1 + :y%u", sign_of(op), l->low);
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
	bool top = c->top;
	c->top = false;
	emit_some(c, o, not );
	c->top = top;
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
static int range_condition(struct compiler *c, const struct operand *o, const struct operand *low,
	const struct operand *high, char text[256])
{
	struct limits from, to;
	if (read_limits(c, o, o->type, low, &from) < 0 || read_limits(c, o, o->type, high, &to) < 0)
		return -1;
	unsigned end = to.high ? to.high : to.low;
	if (type_is_address(o->type) && !o->octets)
		snprintf(text, 256,
			"# IN (SELECT id FROM t_address WHERE kind=%d AND octets BETWEEN :y%u AND :y%u)",
			address_kind(o->type), from.low, end);
	else if ((from.below_zero || to.below_zero) && !(o->field && o->field->kind == KIND_INT))
		snprintf(text, 256, "(# < 0 AND # BETWEEN :y%u AND :y%u)", from.low, end);
	else
		snprintf(text, 256, "# BETWEEN :y%u AND :y%u", from.low, end);
	return 0;
}

static void separate(sqlite3_str *s)
{
	if (sqlite3_str_length(s))
		sqlite3_str_appendall(s, " OR ");
}

/* One element of a set, a value, a range of values, or a field: appends to `together` a condition about the
 * values, or emits a test of its own. `all` asks whether all values are in the same element. */
static int element(struct compiler *c, const struct node *in, struct operand *o, const struct node *e,
	sqlite3_str *together, bool *alone)
{
	struct operand low, high = { 0 };
	struct limits limits;
	char text[256];
	bool value;
	int rc = dfilter_operand(c, e, &low);
	if (e->high && dfilter_operand(c, e->high, &high) < 0)
		rc = -1;
	value = rc == 0 && low.literal;
	if (rc == 0 && e->high && (!low.literal || !high.literal))
		rc = dfilter_wrong(c->error, e->token, "a range is between two values, not fields");
	else if (rc == 0 && e->high)
		rc = range_condition(c, o, &low, &high, text);
	else if (value && (rc = read_limits(c, o, o->type, &low, &limits)) == 0)
		condition_of(text, o, COMPARE_EQ, &limits);
	if (rc == 0 && value && in->quantifier != QUANTIFIER_ALL) {
		separate(together);
		sqlite3_str_appendall(together, text);
	} else if (rc == 0) {
		sqlite3_str_appendall(c->sql, *alone ? " OR " : "");
		*alone = true;
		if (value)
			emit_quantified(c, o, text, COMPARE_EQ, in->quantifier);
		else
			rc = emit_pairs(c, in, o, &low, COMPARE_EQ);
	}
	operand_free(&low);
	operand_free(&high);
	return rc;
}

static int emit_in(struct compiler *c, const struct node *n)
{
	struct operand o;
	sqlite3_str *together = sqlite3_str_new(NULL);
	bool alone = false, top = c->top;
	int rc = dfilter_operand(c, n->left, &o);
	if (rc == 0)
		rc = left_problem(c, n->left, &o);
	sqlite3_str_appendall(c->sql, "(");
	c->top = false;
	for (const struct node *e = n->right; rc == 0 && e; e = e->next)
		rc = element(c, n, &o, e, together, &alone);
	c->top = top && !alone;
	if (rc == 0 && sqlite3_str_length(together)) {
		char *condition = sqlite3_mprintf("(%s)", sqlite3_str_value(together));
		sqlite3_str_appendall(c->sql, alone ? " OR " : "");
		if (condition)
			emit_some(c, &o, condition);
		sqlite3_free(condition);
	}
	sqlite3_str_appendall(c->sql, ")");
	c->top = top;
	sqlite3_free(sqlite3_str_finish(together));
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
		return emit_compare(c, n);
	case NODE_IN:
		return emit_in(c, n);
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
