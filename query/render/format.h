/* What a format is: three functions. Private to query/render/. */
#ifndef PCAPDEX_QUERY_RENDER_FORMAT_H
#define PCAPDEX_QUERY_RENDER_FORMAT_H

#include "query/render/text.h"

struct render_format {
	const char *name;
	void (*begin)(struct render *r);
	void (*row)(struct render *r, const struct value *cells);
	void (*end)(struct render *r);
};

struct render {
	const struct render_format *format;
	FILE *out;
	const struct render_column *columns;
	unsigned ncolumns;
	uint64_t nrows;
	unsigned terminal; /* columns of the terminal; 0: not one */
	bool utf8;         /* it can show letters beyond ASCII */
	bool begun;
	struct buffer text; /* one row (a table: all of them) on its way out */
	struct render_cell {
		size_t end;       /* in `text` */
		unsigned columns; /* on a terminal */
	} * cells;                /* table */
	size_t ncells, cells_size;
	struct kept *kept; /* kept.h */
};

extern const struct render_format render_table, render_csv, render_json, render_jsonl;

/* Write `text` out and empty it. */
void render_flush(struct render *r);

#endif
