/* One graph of `pcapdex io`: 'FILTER;FUNCTION(FIELD)' and its statement. */
#ifndef PCAPDEX_QUERY_GRAPH_H
#define PCAPDEX_QUERY_GRAPH_H

#include "query/question.h"
#include "schema/catalogue.h"

enum graph_function {
	GRAPH_FRAMES,
	GRAPH_BYTES,
	GRAPH_BITS,
	GRAPH_COUNT,
	GRAPH_SUM,
	GRAPH_MIN,
	GRAPH_MAX,
	GRAPH_AVG,
	GRAPH_LOAD
};

struct graph {
	const char *text;      /* as given */
	struct filter *filter; /* its own and -Y together; NULL none */
	enum graph_function function;
	char *protocol;                /* COUNT of a protocol; else NULL */
	struct catalogue_field *field; /* NULL for frames, bytes, bits and protocols */
	bool seconds;                  /* values are nanoseconds: shown as seconds */
	bool empty_is_zero;            /* an interval without values: 0, else missing */
};

/* Understand a --graph. 0, or an exit status after a message. graph_free() in either case. */
int graph_parse(struct question *q, struct graph *g, const char *text);
void graph_free(struct graph *g);

/* Rows (interval number, value) in ascending order for one capture, intervals of `interval_us` from :zero
 * (nanoseconds since 1970) on; GRAPH_LOAD instead gives (interval number, microseconds of the frame since
 * :zero, value) of every frame. Parameters :capture, :zero. `ordered`: the capture's time stamps never step
 * back; `totals`: the table that has totals of this capture, or NULL: they count from its first frame, so
 * :zero has to be that. NULL after a message. */
sqlite3_stmt *graph_prepare(
	struct question *q, const struct graph *g, int64_t interval_us, bool ordered, const char *totals);

#endif
