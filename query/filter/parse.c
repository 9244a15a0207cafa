/* or < and < not < ( ... ), as in Wireshark 4.0. */
#include "query/filter/internal.h"

#include <stdarg.h>
#include <stdio.h>

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

static struct node *node(struct parser *p, enum node_kind kind, struct node *left, struct node *right)
{
	struct node *n = &p->pool[p->used++];
	*n = (struct node) { .kind = kind, .left = left, .right = right };
	return n;
}

static struct node *wrong(struct parser *p, const char *what)
{
	dfilter_wrong(p->error, p->at, p->at->kind == TOKEN_OTHER ? "%s is not understood yet" : "%s",
		p->at->kind == TOKEN_OTHER ? p->at->text : what);
	return NULL;
}

/* NAME, or NAME op VALUE */
static struct node *parse_test(struct parser *p)
{
	if (p->at->kind != TOKEN_WORD)
		return wrong(p, p->at->kind == TOKEN_END ? "something is missing at the end"
							 : "a field or protocol should stand here");
	struct node *n = node(p, NODE_EXISTS, NULL, NULL);
	n->field = p->at++;
	if (p->at->kind == TOKEN_OTHER || p->at->kind == TOKEN_WORD || p->at->kind == TOKEN_STRING)
		return wrong(p, "an operator should stand before this");
	if (p->at->kind != TOKEN_COMPARE)
		return n;
	n->kind = NODE_COMPARE;
	n->op = p->at++->op;
	if (p->at->kind != TOKEN_WORD && p->at->kind != TOKEN_STRING)
		return wrong(p, "a value is missing here");
	n->value = p->at++;
	return n;
}

static struct node *parse_not(struct parser *p)
{
	struct node *n;
	if (p->at->kind != TOKEN_NOT && p->at->kind != TOKEN_OPEN)
		return parse_test(p);
	if (++p->depth > FILTER_DEPTH_MAX)
		return wrong(p, "too many nested parentheses");
	if (p->at->kind == TOKEN_NOT) {
		p->at++;
		n = parse_not(p);
		n = n ? node(p, NODE_NOT, n, NULL) : NULL;
	} else {
		p->at++;
		n = parse_or(p);
		if (n && p->at->kind != TOKEN_CLOSE)
			return wrong(p, ") is missing here");
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
	if (n && p.at->kind != TOKEN_END)
		return wrong(&p, "an operator (and, or, ==) should stand before this");
	return n;
}
