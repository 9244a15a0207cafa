/* The templates of indexer/layout.h filled in. */
#ifndef PCAPDEX_QUERY_DETAIL_TEMPLATE_H
#define PCAPDEX_QUERY_DETAIL_TEMPLATE_H

#include "query/detail.h"

#define TREE_LINE_MAX 4096 /* octets of a line; what is longer is cut */

struct detail_template {
	const struct layout_line *line;       /* for :u and :m; NULL none */
	const struct detail_field *own;       /* {}; NULL none */
	const struct detail_row *row, *outer; /* where fields are looked for; NULL none */
	struct detail_row *const *rows;       /* {*}: */
	unsigned nrows;
};

const struct detail_field *detail_row_find(const struct detail_row *row, const char *name);

/* Write `text` into out, cut to size. False when a field outside <> is missing. */
bool detail_template_fill(char *out, size_t size, const char *text, const struct detail_template *t);

#endif
