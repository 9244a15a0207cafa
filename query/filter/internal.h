/* The steps of dfilter_compile(): letters to tokens, tokens to a tree, the tree to SQL. */
#ifndef PCAPDEX_QUERY_FILTER_INTERNAL_H
#define PCAPDEX_QUERY_FILTER_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "query/filter/filter.h"
#include "schema/catalogue.h"

/* ---- tokens ---- */

enum token_kind {
	TOKEN_END,
	TOKEN_WORD,   /* a name, number, address: whatever stands unquoted */
	TOKEN_STRING, /* "..." */
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_NOT,
	TOKEN_AND,
	TOKEN_OR,
	TOKEN_COMPARE, /* `op` says which */
	TOKEN_OTHER    /* of Wireshark's language, but not understood yet: [ { # functions ... */
};

enum compare {
	COMPARE_EQ,     /* some value equals */
	COMPARE_NE,     /* there are values, and all differ */
	COMPARE_ALL_EQ, /* === : there are values, and all are equal */
	COMPARE_ANY_NE, /* !== : some value differs */
	COMPARE_GT,
	COMPARE_GE,
	COMPARE_LT,
	COMPARE_LE,
	COMPARE_CONTAINS
};

struct token {
	enum token_kind kind;
	enum compare op;
	size_t offset, length;
	char *text;      /* WORD: as written; STRING: without quotes and escapes */
	size_t text_len; /* a string may hold NULs */
};

struct tokens {
	struct token *list; /* the last is TOKEN_END */
	unsigned n;
};

/* 0, or -1 with `error` filled. Free in either case. */
int dfilter_lex(struct tokens *out, const char *text, struct filter_error *error);
void tokens_free(struct tokens *t);

/* ---- tree ---- */

enum node_kind { NODE_EXISTS, NODE_COMPARE, NODE_NOT, NODE_AND, NODE_OR };

struct node {
	enum node_kind kind;
	enum compare op;
	const struct token *field, *value; /* EXISTS, COMPARE */
	struct node *left, *right;         /* NOT: left only */
};

#define FILTER_DEPTH_MAX 100 /* nested parentheses and nots */

/* The tree's nodes are `pool`, which has room for a node a token. NULL with `error` filled. */
struct node *dfilter_parse(const struct tokens *t, struct node *pool, struct filter_error *error);

/* ---- values ---- */

struct filter_value {
	enum { BIND_INT, BIND_REAL, BIND_TEXT, BIND_BLOB } kind;
	int64_t integer;
	double real;
	char *octets; /* TEXT, BLOB */
	size_t len;
};

/* What a literal means to a field of this kind. `low` alone, or, for a network (10.0.0.0/8), the range low
 * ... high: then *range is set. 0, or -1 with `error` filled. */
int dfilter_literal(sqlite3 *db, const struct catalogue_field *f, const struct token *t,
	struct filter_value *low, struct filter_value *high, bool *range, struct filter_error *error);

/* ---- errors ---- */

int dfilter_wrong(struct filter_error *error, const struct token *at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
