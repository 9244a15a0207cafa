/* Rows in, text out: table, CSV, JSON and JSON lines. Knows nothing of captures.
 *
 *	static const struct render_column columns[] = { { "name", "Name", RENDER_TEXT }, { "frames",
 *"Packets", RENDER_NUMBER } }; struct render *r = render_open("table", stdout, columns, 2); render_row(r,
 *(struct value[]){ value_text(name), value_int(frames) }); return render_close(r);
 *
 * Text may come from hostile captures: no format ever lets a control character or a byte that is not UTF-8
 *through. */
#ifndef PCAPDEX_QUERY_RENDER_RENDER_H
#define PCAPDEX_QUERY_RENDER_RENDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum value_kind { VALUE_NULL, VALUE_INT, VALUE_REAL, VALUE_TEXT, VALUE_LIST, VALUE_OBJECT };

/* One cell. Pointers need to live only until render_row() returns. */
struct value {
	enum value_kind kind;
	uint8_t decimals; /* REAL: digits after the point in a table; CSV and JSON give every digit that
			     counts */
	const char *unit; /* numbers in a table: printed right behind ("%"); NULL none */
	union {
		int64_t integer;
		double real; /* infinite or not a number: shown as missing */
		struct {
			const char *at;
			size_t len;
		} text;
		struct {
			const struct value *items;
			const char *const *keys; /* OBJECT: one for each item */
			unsigned n;
		} list; /* a table and CSV print JSON text */
	};
};

static inline struct value value_null(void)
{
	return (struct value) { .kind = VALUE_NULL };
}
static inline struct value value_int(int64_t v)
{
	return (struct value) { .kind = VALUE_INT, .integer = v };
}
static inline struct value value_real(double v, unsigned decimals)
{
	return (struct value) { .kind = VALUE_REAL, .decimals = (uint8_t)decimals, .real = v };
}
static inline struct value value_text_n(const char *at, size_t len)
{
	return (struct value) { .kind = at ? VALUE_TEXT : VALUE_NULL, .text = { at, len } };
}
/* NULL gives a missing value. */
static inline struct value value_text(const char *text)
{
	return value_text_n(text, text ? strlen(text) : 0);
}
static inline struct value value_list(const struct value *items, unsigned n)
{
	return (struct value) { .kind = VALUE_LIST, .list = { items, NULL, n } };
}
static inline struct value value_object(const char *const *keys, const struct value *items, unsigned n)
{
	return (struct value) { .kind = VALUE_OBJECT, .list = { items, keys, n } };
}

enum render_align {
	RENDER_TEXT,   /* left-aligned; shortened where a table is wider than the terminal */
	RENDER_NUMBER, /* right-aligned */
	RENDER_FIXED   /* left-aligned text that is never shortened (addresses, digests) */
};

struct render_column {
	const char *key;   /* name in CSV and JSON: "bytes_ab" */
	const char *title; /* header of a table; NULL: the key */
	enum render_align align;
};

struct render;

/* Is there a format of this name (table, csv, json, jsonl)? */
bool render_has(const char *format);
/* Begin; `columns` and their strings must live until render_close(). NULL: no such format, or no memory. */
struct render *render_open(const char *format, FILE *out, const struct render_column *columns, unsigned n);
struct kept;
/* Begin one whose rows are kept instead of written (kept.h). `out` is cleared here and freed by the caller,
 * also after NULL (no memory). */
struct render *render_keep(struct kept *out, const struct render_column *columns, unsigned n);
/* One row, a value for each column. 0, or -1 when memory ran out (render_close() says so again). */
int render_row(struct render *r, const struct value *cells);
/* Write the rest and free. 0 or -1. A table prints here (its widths are known only now); the others stream.
 */
int render_close(struct render *r);

/* For what is no table (property sheets, trees): text with everything that a terminal would obey made visible
 * (\n, \x1b, \u{202e}). */
void render_visible(FILE *out, const char *text, size_t len);
static inline void render_visible_text(FILE *out, const char *text)
{
	render_visible(out, text, strlen(text));
}
/* Columns that it takes on a terminal, after escaping. */
unsigned render_visible_width(const char *text, size_t len);

/* Columns of the terminal behind `out`; 0: it is none. */
unsigned render_terminal(FILE *out);
/* Does the user's locale have UTF-8? */
bool render_utf8(void);

/* Tests fix what is else asked of the terminal: columns (0: not a terminal) and whether it knows UTF-8. */
void render_set_terminal(struct render *r, unsigned width, bool utf8);

#endif
