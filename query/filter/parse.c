/* or < and < not < tests < & < + - < * / % < values with [slices] and #layers, as in Wireshark 4.0. */
#include <stdarg.h>
#include <stdio.h>

#include "query/filter/internal.h"

struct parser {
	const struct token *at;
	struct node *pool;
	unsigned used, depth;
	struct filter_error *error;
};

int dfilter_wrong(struct filter_error *error, const struct token *at, const char *format, ...)
{
	va_list list;
	va_start(list, format);
	vsnprintf(error->message, sizeof(error->message), format, list);
	va_end(list);
	error->offset = at->offset;
	error->length = at->length;
	return -1;
}

static struct node *parse_or(struct parser *p);
static struct node *parse_value(struct parser *p);

static struct node *node(struct parser *p, enum node_kind kind, struct node *left, struct node *right)
{
	struct node *n = &p->pool[p->used++];
	*n = (struct node) { .kind = kind, .left = left, .right = right };
	if (left)
		n->token = left->token;
	return n;
}

static struct node *wrong(struct parser *p, const char *what)
{
	if (p->at->kind == TOKEN_END)
		what = "something is missing at the end";
	dfilter_wrong(p->error, p->at, "%s", what);
	return NULL;
}

static bool deeper(struct parser *p)
{
	if (++p->depth <= FILTER_DEPTH_MAX)
		return true;
	dfilter_wrong(p->error, p->at, "too many nested parentheses");
	return false;
}

/* ---- values ---- */

/* name(argument, ...) */
static struct node *parse_call(struct parser *p)
{
	struct node *call = node(p, NODE_CALL, NULL, NULL), **last = &call->left;
	call->token = p->at;
	p->at += 2;
	if (!deeper(p))
		return NULL;
	while (p->at->kind != TOKEN_CLOSE) {
		if (call->left && p->at->kind != TOKEN_COMMA)
			return wrong(p, ", or ) is missing here");
		p->at += call->left != NULL;
		if (!(*last = parse_value(p)))
			return NULL;
		last = &(*last)->next;
	}
	p->at++;
	p->depth--;
	return call;
}

static struct node *parse_plain(struct parser *p)
{
	struct node *n;
	switch (p->at->kind) {
	case TOKEN_WORD:
		/* A function's parenthesis follows its name without a blank. */
		if (p->at[1].kind == TOKEN_OPEN && p->at[1].offset == p->at->offset + p->at->length)
			return parse_call(p);
		n = node(p, NODE_WORD, NULL, NULL);
		n->token = p->at++;
		return n;
	case TOKEN_REFERENCE:
		n = node(p, NODE_WORD, NULL, NULL);
		n->token = p->at++;
		return n;
	case TOKEN_STRING:
	case TOKEN_CHAR:
		n = node(p, NODE_STRING, NULL, NULL);
		n->token = p->at++;
		return n;
	case TOKEN_BRACE_OPEN:
		p->at++;
		if (!deeper(p) || !(n = parse_value(p)))
			return NULL;
		if (p->at->kind != TOKEN_BRACE_CLOSE)
			return wrong(p, "} is missing here");
		p->at++;
		p->depth--;
		return n;
	default:
		return wrong(p, "a field, protocol or value should stand here");
	}
}

static struct node *parse_entity(struct parser *p)
{
	struct node *n = parse_plain(p);
	while (n && (p->at->kind == TOKEN_SLICE || p->at->kind == TOKEN_LAYER)) {
		const struct token *t = p->at;
		n = node(p, t->kind == TOKEN_SLICE ? NODE_SLICE : NODE_LAYER, n, NULL);
		n->right = node(p, NODE_STRING, NULL, NULL);
		n->right->token = t;
		p->at++;
	}
	return n;
}

static struct node *parse_negative(struct parser *p)
{
	if (p->at->kind != TOKEN_SIGN || (p->at->op != '-' && p->at->op != '+'))
		return parse_entity(p);
	bool minus = p->at++->op == '-';
	if (!deeper(p))
		return NULL;
	struct node *n = parse_negative(p);
	p->depth--;
	return n && minus ? node(p, NODE_NEGATIVE, n, NULL) : n;
}

static bool is_sign(const struct token *t, int level)
{
	if (t->kind != TOKEN_SIGN)
		return false;
	return (t->op == '&' ? 0 : t->op == '+' || t->op == '-' ? 1 : 2) == level;
}

static struct node *parse_signs(struct parser *p, int level)
{
	struct node *left = level == 3 ? parse_negative(p) : parse_signs(p, level + 1);
	while (left && level < 3 && is_sign(p->at, level)) {
		const struct token *sign = p->at++;
		struct node *right = parse_signs(p, level + 1);
		if (!right)
			return NULL;
		left = node(p, NODE_SIGN, left, right);
		left->op = (enum compare)sign->op;
		left->token = sign;
	}
	return left;
}

static struct node *parse_value(struct parser *p)
{
	return parse_signs(p, 0);
}

/* ---- tests ---- */

/* { a, b .. c } */
static struct node *parse_set(struct parser *p)
{
	struct node *first = NULL, **last = &first;
	if (p->at->kind != TOKEN_BRACE_OPEN)
		return wrong(p, "a set such as {1, 5..7} should stand here");
	p->at++;
	do {
		if (!(*last = parse_value(p)))
			return NULL;
		if (p->at->kind == TOKEN_RANGE) {
			p->at++;
			if (!((*last)->high = parse_value(p)))
				return NULL;
		}
		last = &(*last)->next;
	} while (p->at->kind == TOKEN_COMMA && p->at++);
	if (p->at->kind != TOKEN_BRACE_CLOSE)
		return wrong(p, "elements of a set are separated by commas");
	p->at++;
	return first;
}

/* VALUE, VALUE op VALUE [op VALUE ...], VALUE [not] in SET */
static struct node *parse_test(struct parser *p)
{
	enum quantifier quantifier = p->at->kind == TOKEN_ANY   ? QUANTIFIER_ANY
				     : p->at->kind == TOKEN_ALL ? QUANTIFIER_ALL
								: QUANTIFIER_USUAL;
	p->at += quantifier != QUANTIFIER_USUAL;
	struct node *left = parse_value(p), *all = NULL;
	if (!left)
		return NULL;
	bool negated = p->at->kind == TOKEN_NOT && p->at[1].kind == TOKEN_IN;
	if (negated || p->at->kind == TOKEN_IN) {
		p->at += 1 + negated;
		struct node *in = node(p, NODE_IN, left, NULL);
		in->quantifier = quantifier;
		if (!(in->right = parse_set(p)))
			return NULL;
		return negated ? node(p, NODE_NOT, in, NULL) : in;
	}
	/* a < b < c is a < b and b < c */
	while (p->at->kind == TOKEN_COMPARE) {
		const struct token *sign = p->at++;
		struct node *right = parse_value(p),
			    *test = right ? node(p, NODE_COMPARE, left, right) : NULL;
		if (!test)
			return NULL;
		test->op = (enum compare)sign->op;
		test->token = sign;
		test->quantifier = quantifier;
		all = all ? node(p, NODE_AND, all, test) : test;
		left = right;
	}
	if (all)
		return all;
	if (quantifier != QUANTIFIER_USUAL)
		return wrong(p, "any and all belong to a comparison");
	return node(p, NODE_EXISTS, left, NULL);
}

static struct node *parse_not(struct parser *p)
{
	struct node *n;
	if (p->at->kind != TOKEN_NOT && p->at->kind != TOKEN_OPEN)
		return parse_test(p);
	if (!deeper(p))
		return NULL;
	if (p->at->kind == TOKEN_NOT) {
		p->at++;
		n = parse_not(p);
		n = n ? node(p, NODE_NOT, n, NULL) : NULL;
	} else {
		p->at++;
		n = parse_or(p);
		if (n && p->at->kind != TOKEN_CLOSE) {
			dfilter_wrong(p->error, p->at, ") is missing here");
			return NULL;
		}
		if (n)
			p->at++;
	}
	p->depth--;
	return n;
}

static struct node *parse_and(struct parser *p)
{
	struct node *left = parse_not(p);
	while (left && p->at->kind == TOKEN_AND) {
		p->at++;
		struct node *right = parse_not(p);
		left = right ? node(p, NODE_AND, left, right) : NULL;
	}
	return left;
}

static struct node *parse_or(struct parser *p)
{
	struct node *left = parse_and(p);
	while (left && p->at->kind == TOKEN_OR) {
		p->at++;
		struct node *right = parse_and(p);
		left = right ? node(p, NODE_OR, left, right) : NULL;
	}
	return left;
}

struct node *dfilter_parse(const struct tokens *t, struct node *pool, struct filter_error *error)
{
	struct parser p = { .at = t->list, .pool = pool, .error = error };
	struct node *n = parse_or(&p);
	if (!n || p.at->kind == TOKEN_END)
		return n;
	if (p.at->kind == TOKEN_OTHER && p.at->text[0] == '=')
		dfilter_wrong(error, p.at, "equality is ==");
	else if (p.at->kind == TOKEN_OTHER)
		dfilter_wrong(error, p.at, "%s has no meaning in a filter", p.at->text);
	else
		wrong(&p, "an operator (and, or, ==) should stand before this");
	return NULL;
}
