/* Comparisons and sets to SQL. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "query/filter/internal.h"
#include "schema/kind.h"

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

/* frame.number, as operand.c says it */
#define NUMBER "(f.frame_id - c.first_frame + 1)"

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
		snprintf(out, 256, "dfilter_contains(#, :y%u)", l->low);
	else if (op == COMPARE_MATCHES)
		snprintf(out, 256, "dfilter_matches(:y%u, #)", l->low);
	else if (o->protocol && !equal)
		/* the longer one is greater */
		snprintf(out, 256, "(length(#), #) %s (length(:y%u), :y%u)", sign_of(op), l->low, l->low);
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
	else if (o->n == 1 && !o->sources[0].from && strcmp(o->sources[0].value, NUMBER) == 0)
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
		dfilter_emit_some(c, o, not );
		return;
	}
	if (!differ && !all) {
		dfilter_emit_some(c, o, condition);
		return;
	}
	/* There are values, and none for which the opposite holds. */
	snprintf(not, sizeof(not ), differ ? "%s" : "NOT (%s)", condition);
	sqlite3_str_appendall(c->sql, "(");
	dfilter_emit_some(c, o, "# IS NOT NULL");
	sqlite3_str_appendall(c->sql, " AND NOT coalesce(");
	bool top = c->top;
	c->top = false;
	dfilter_emit_some(c, o, not );
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
		snprintf(condition, sizeof(condition), "dfilter_contains(a%u.v, b%u.v)", k, k);
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
		return dfilter_no_such_name(c, o->token);
	if (o->literal)
		return dfilter_wrong(
			c->error, o->token, "a field or function stands on the left, not %s", text);
	if (o->constant)
		return dfilter_wrong(c->error, o->token, "arithmetic on the left begins with a field");
	return 0;
}

int dfilter_emit_compare(struct compiler *c, const struct node *n)
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

int dfilter_emit_in(struct compiler *c, const struct node *n)
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
			dfilter_emit_some(c, &o, condition);
		sqlite3_free(condition);
	}
	sqlite3_str_appendall(c->sql, ")");
	c->top = top;
	sqlite3_free(sqlite3_str_finish(together));
	operand_free(&o);
	return rc;
}
