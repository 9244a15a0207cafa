/* Conversations of the chosen captures as a subquery: what `conversations` and `endpoints` begin with. */
#ifndef PCAPDEX_QUERY_CONVERSATIONS_H
#define PCAPDEX_QUERY_CONVERSATIONS_H

#include "query/question.h"

struct conversation_kind {
	const char *name; /* --type */
	int type;         /* t_conversation.type */
	bool ports;
};

/* The kind that --type names (default: tcp), or NULL after a message. */
const struct conversation_kind *conversation_kind(const struct args *args);

/* A SELECT of columns capture_id, stream, a, pa, b, pb (ids and ports of the two ends; A sent the first
 * frame), fab, bab, fba, bba (frames and bytes each way), first, last (nanoseconds), first_frame, total
 * (frames without the filter). With a filter it is computed from the frames that match. sqlite3_free() it;
 * NULL after a message. */
char *conversations_sql(struct question *q, const struct conversation_kind *kind);

/* " ORDER BY ... LIMIT ..." by --sort COLUMN[:asc|:desc] and --limit N; without --sort, the order `usual`.
 * `keys` are the columns that may be named. sqlite3_free() it; NULL after a message. */
char *order_sql(const struct args *args, const struct answer_column *keys, unsigned n, const char *usual);

#endif
