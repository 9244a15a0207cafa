/* Rows that are kept: what a question answered, for those that need all of it at once (pictures, pages).
 *
 *	struct kept rows;
 *	struct render *r = render_keep(&rows, columns, 2);
 *	render_row(r, cells); render_close(r);
 *	double n = kept_number(&rows, 0, kept_column(&rows, "frames"));
 *	kept_free(&rows); */
#ifndef PCAPDEX_QUERY_RENDER_KEPT_H
#define PCAPDEX_QUERY_RENDER_KEPT_H

#include "query/render/render.h"

struct kept_block;

struct kept {
	unsigned ncolumns;
	struct render_column *columns; /* with names of their own */
	size_t n, size;
	struct value *cells; /* n * ncolumns; texts are the rows' own and end in a NUL */
	char *about;         /* what they tell of: "web.pcap"; NULL not said. The rows' own */
	struct kept_block *blocks;
	bool failed; /* memory ran out; sticks */
};

void kept_free(struct kept *rows);

/* The number of the column with this key; -1: there is none. */
int kept_column(const struct kept *rows, const char *key);

/* The cell, or a missing value where there is none (a column of -1). */
const struct value *kept_cell(const struct kept *rows, size_t row, int column);
/* As a number: not a number (NAN) where there is none. */
double kept_number(const struct kept *rows, size_t row, int column);
/* As a text: "" where there is none. */
const char *kept_text(const struct kept *rows, size_t row, int column);

#endif
