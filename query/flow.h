/* Who sent what to whom, in the order of time: the items of Wireshark's Flow Graph, and their drawings. */
#ifndef PCAPDEX_QUERY_FLOW_H
#define PCAPDEX_QUERY_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "query/question.h"

#define FLOW_HOSTS 40   /* lanes, as many as Wireshark draws at most */
#define FLOW_DRAWN 1000 /* frames of a picture, without --limit */

struct flow_item {
	int64_t number, time_ns;                /* of the frame; from the capture's first */
	unsigned source, destination;           /* places in flow.hosts */
	uint16_t source_port, destination_port; /* 0 none */
	int64_t stream;                         /* TCP flows; else -1 */
	const char *label;                      /* what stands on the arrow; until the next item */
	const char *comment;                    /* what stands beside it */
};

struct flow {
	struct question *q;
	const struct selected_capture *capture;
	bool tcp;     /* flags, numbers and lengths of TCP; else protocol and Info */
	char **hosts; /* addresses in the order in which they appear */
	int64_t *ids; /* theirs in the archive */
	unsigned nhosts, limit;
	bool others;       /* there are more than `limit`: the last one stands for the rest */
	unsigned decimals; /* of times */
	sqlite3_stmt *st;
	char *comment;
};

/* Find the hosts, at most `limit` (2 or more). 0, or -1 after a message; flow_close() in either case. */
int flow_open(
	struct flow *f, struct question *q, const struct selected_capture *capture, bool tcp, unsigned limit);
void flow_close(struct flow *f);

/* The next one: 1, 0 at the end, -1 after a message. */
int flow_next(struct flow *f, struct flow_item *item);

/* The statement; columns are FLOW_*. */
enum {
	FLOW_NUMBER,
	FLOW_TIME,
	FLOW_SOURCE,
	FLOW_SOURCE_PORT,
	FLOW_DESTINATION,
	FLOW_DESTINATION_PORT,
	FLOW_PROTOCOL,
	FLOW_STREAM,
	FLOW_FLAGS,
	FLOW_SEQ,
	FLOW_ACK,
	FLOW_LENGTH,
	FLOW_LABEL,
	FLOW_COLUMNS
};
/* `limit`: rows at most; -1 all. */
sqlite3_stmt *flow_prepare(
	struct question *q, const struct selected_capture *capture, bool tcp, int64_t limit);

/* Draw all as text, `width` columns wide at most (0: as wide as it gets, which is tshark's -z flow). 0, or -1
 * after a message. */
int flow_print_text(struct flow *f, FILE *out, unsigned width);

/* --hosts and --limit where they are given. An exit status. */
int flow_limits(const struct args *args, int64_t *hosts, int64_t *limit);

#endif
