/* The tree of a layer, line by line: its fields by the protocol's layout (indexer/layout.h), then what the
 * layout does not mention by the general rule. */
#ifndef PCAPDEX_QUERY_DETAIL_LINES_H
#define PCAPDEX_QUERY_DETAIL_LINES_H

#include "query/detail.h"

struct detail_line {
	unsigned depth; /* 1: right below the layer's heading */
	char *text;
	const struct detail_field *field; /* NULL: words only */
};

struct detail_lines {
	char *heading;
	struct detail_line *list;
	size_t n, size;
	bool failed; /* out of memory */
};

/* 0, or -1 when out of memory. Free them in any case. */
int detail_lines_make(struct detail_lines *lines, const struct detail_layer *layer);
void detail_lines_free(struct detail_lines *lines);

#endif
