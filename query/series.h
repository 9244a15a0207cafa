/* The values of one graph over the intervals of one capture, one after the other. */
#ifndef PCAPDEX_QUERY_SERIES_H
#define PCAPDEX_QUERY_SERIES_H

#include "query/graph.h"

#define INTERVALS_MAX 10000000

/* The intervals of a capture. */
struct series_time {
	const struct selected_capture *capture;
	int64_t zero_ns; /* what intervals count from: the capture's first frame, or an earlier moment */
	int64_t interval_us;
	int64_t first, last; /* intervals in which the capture has time */
	int64_t end_us;      /* of the capture, from zero_ns */
	bool ordered;        /* its time stamps never step back */
	const char *totals;  /* table with its totals of each second, NULL none */
};

/* `zero_ns` NULL: from the capture's first frame. 0, or -1 after a message. */
int series_time(struct series_time *t, struct question *q, const struct selected_capture *capture,
	int64_t interval_us, const int64_t *zero_ns);

struct series {
	struct question *q;
	const struct graph *graph;
	const struct series_time *time;
	sqlite3_stmt *st;
	bool more;    /* it stands on a row */
	double *load; /* LOAD: the sum of each interval from time->first on, microseconds */
};

/* 0, or an exit status after a message; series_close() in either case. */
int series_open(
	struct series *s, struct question *q, const struct graph *graph, const struct series_time *time);
void series_close(struct series *s);

/* What the graph says of interval n, asked for in order; missing where the capture has no time. 0, or an exit
 * status after a message. */
int series_value(struct series *s, int64_t n, struct value *v);

#endif
