/* The steps of dfilter_compile(): letters to tokens, tokens to a tree, names to values, the tree to SQL. */
#ifndef PCAPDEX_QUERY_FILTER_INTERNAL_H
#define PCAPDEX_QUERY_FILTER_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "query/filter/filter.h"
#include "schema/catalogue.h"

/* ---- tokens ---- */

enum token_kind {
	TOKEN_END,
	TOKEN_WORD,      /* a name, number, address: whatever stands unquoted */
	TOKEN_STRING,    /* "..." or r"..." */
	TOKEN_CHAR,      /* 'c' */
	TOKEN_REFERENCE, /* ${field}: text is its name */
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_BRACE_OPEN,
	TOKEN_BRACE_CLOSE,
	TOKEN_COMMA,
	TOKEN_RANGE, /* .. */
	TOKEN_SLICE, /* [...]: text is what stands between */
	TOKEN_LAYER, /* #2 or #[1-2]: text is the numbers */
	TOKEN_SIGN,  /* + - * / % &: op is the letter */
	TOKEN_NOT,
	TOKEN_AND,
	TOKEN_OR,
	TOKEN_IN,
	TOKEN_ANY,
	TOKEN_ALL,
	TOKEN_COMPARE, /* `op` says which */
	TOKEN_OTHER    /* a letter that the language does not have */
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
	COMPARE_CONTAINS,
	COMPARE_MATCHES
};

struct token {
	enum token_kind kind;
	int op; /* enum compare, or the sign */
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

enum node_kind {
	/* tests */
	NODE_OR,
	NODE_AND,
	NODE_NOT,
	NODE_EXISTS,  /* left: a name, or a number that is not 0 */
	NODE_COMPARE, /* left op right */
	NODE_IN,      /* left in items */
	/* values */
	NODE_WORD,    /* a field, protocol or literal: token */
	NODE_STRING,  /* token, also of a character */
	NODE_CALL,    /* token (items) */
	NODE_SLICE,   /* left [token] */
	NODE_LAYER,   /* left #token */
	NODE_SIGN,    /* left token right */
	NODE_NEGATIVE /* - left */
};

enum quantifier { QUANTIFIER_USUAL, QUANTIFIER_ANY, QUANTIFIER_ALL };

struct node {
	enum node_kind kind;
	enum compare op;
	enum quantifier quantifier;
	const struct token *token;
	struct node *left, *right;
	struct node *next; /* in a list of items: elements of a set, arguments */
	struct node *high; /* element of a set: left ... high */
};

#define FILTER_DEPTH_MAX 100 /* nested parentheses, nots, calls */

/* The tree's nodes are `pool`, which has room for two nodes a token. NULL with `error` filled. */
struct node *dfilter_parse(const struct tokens *t, struct node *pool, struct filter_error *error);

/* ---- values ---- */

struct filter_value {
	enum { BIND_INT, BIND_REAL, BIND_TEXT, BIND_BLOB } kind;
	int64_t integer;
	double real;
	char *octets; /* TEXT, BLOB */
	size_t len;
};

/* What values of an operand are in SQL. */
enum type {
	TYPE_NONE,    /* there or not */
	TYPE_INTEGER, /* also booleans, frame numbers */
	TYPE_BOOLEAN,
	TYPE_REAL,
	TYPE_TEXT,
	TYPE_BYTES, /* a blob */
	TYPE_ETHER, /* id of t_address */
	TYPE_IPV4,
	TYPE_IPV6,
	TYPE_TIME,   /* nanoseconds since 1970 */
	TYPE_RELTIME /* nanoseconds */
};

/* What a literal means to values of this type; `field` (may be NULL) gives names of values, the width of
 * integers and says whose mistake it is; `negative`: a minus stands before it. `low` alone, or, for a network
 * (10.0.0.0/8), the range low ... high: then *range is set. 0, or -1 with `error` filled. */
int dfilter_literal(sqlite3 *db, const struct catalogue_field *field, enum type type, const struct token *t,
	bool negative, struct filter_value *low, struct filter_value *high, bool *range,
	struct filter_error *error);

/* ---- operands: where values of a frame stand ---- */

struct operand_source {
	char *from;  /* FROM and WHERE of a SELECT that gives the frame's rows; NULL: one value, of the frame
			itself */
	char *value; /* expression over it */
};

struct operand {
	enum type type;
	bool literal;                  /* its token has still to be read, for the type of the other side */
	bool negative;                 /* of a literal: a minus stands before it */
	bool constant;                 /* arithmetic that begins with a literal */
	bool computed;                 /* by a function: its presence cannot be asked for */
	bool octets;                   /* an address as its octets, not as an id of t_address */
	bool protocol;                 /* a whole protocol: `name` */
	const struct token *token;     /* whose mistake it is */
	struct catalogue_field *field; /* NULL: worked out */
	unsigned n;
	struct operand_source *sources;
};

struct compiler {
	sqlite3 *db;
	sqlite3_str *sql;
	struct filter *filter;
	struct filter_error *error;
	unsigned aliases; /* used so far */
	int64_t first_frame, last_frame;
	bool top; /* what is emitted has to hold for every frame that matches */
};

/* A parameter for the value: its number. The value is the filter's from then on. 0: out of memory. */
unsigned dfilter_parameter(struct compiler *c, struct filter_value v);

/* The operand that a value's tree is. 0, or -1 with the error filled. operand_free() in either case. */
int dfilter_operand(struct compiler *c, const struct node *n, struct operand *out);
void operand_free(struct operand *o);

/* What operand.c and derived.c share. operand_add_source() takes both texts; operand_map() puts `before` and
 * `after` around every value, whose type is the caller's to set. */
int operand_add_source(struct compiler *c, struct operand *o, char *from, char *value);
int operand_map(struct compiler *c, struct operand *o, const char *before, const char *after);
int dfilter_text_parameter(struct compiler *c, const struct token *t, const char *text, unsigned *n);

/* What is worked out of values: [slices], function(...)s, - value, value + value. As dfilter_operand(). */
int operand_slice(struct compiler *c, struct operand *o, const struct token *t);
int operand_call(struct compiler *c, const struct node *n, struct operand *out);
int operand_negate(struct compiler *c, struct operand *o);
int operand_arithmetic(struct compiler *c, const struct node *n, struct operand *out);

/* Values become octets: of addresses, texts and protocols. */
int operand_as_octets(struct compiler *c, struct operand *o);

bool type_is_address(enum type t);

/* Read a literal operand as values of this type, in place; a network becomes an error. */
int dfilter_settle(
	struct compiler *c, struct operand *o, enum type type, const struct catalogue_field *field);

/* "SELECT value AS v FROM ... UNION ALL ...": all values of a frame. sqlite3_free() it. */
char *operand_select(const struct operand *o);

/* The octets of values, as an expression over one value. sqlite3_free() it. */
char *operand_octets(const struct operand *o, const char *value);

/* Is the word a protocol that the archive knows, by its catalogue or from a frame's stack? */
bool dfilter_is_protocol(sqlite3 *db, const char *name);

/* The name that a word stands for: without a dot before it, and what Wireshark renamed by its new name
 * (bootp.type is dhcp.type). malloc'ed. */
char *dfilter_name(const char *word);

/* A condition on `layer`, by the numbers behind # ("2", "1-2", "1,3", "-1"), `total` layers in all. NULL with
 * the error filled; sqlite3_free() it. */
char *dfilter_layer_condition(
	struct compiler *c, const struct token *t, const char *layer, const char *total);

/* Append to c->sql that some value is such that the condition, in which # stands for it, holds. */
void dfilter_emit_some(struct compiler *c, const struct operand *o, const char *condition);
/* Append NODE_COMPARE and NODE_IN. 0, or -1 with the error filled. */
int dfilter_emit_compare(struct compiler *c, const struct node *n);
int dfilter_emit_in(struct compiler *c, const struct node *n);
/* -1; the message has the nearest name that there is. */
int dfilter_no_such_name(struct compiler *c, const struct token *t);

/* Register the SQL functions that conditions call: dfilter_octets, dfilter_text, dfilter_unpacked,
 * dfilter_slice, dfilter_and, dfilter_contains, dfilter_matches. */
int dfilter_functions(sqlite3 *db);

/* Is the regular expression good? NULL, or what is wrong with it. */
const char *dfilter_pattern_problem(const char *pattern, size_t len, char message[160]);

/* ---- errors ---- */

int dfilter_wrong(struct filter_error *error, const struct token *at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
