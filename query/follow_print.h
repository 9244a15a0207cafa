/* A followed stream as text: tshark's ascii, hex, raw and yaml, octet for octet, and JSON. */
#ifndef PCAPDEX_QUERY_FOLLOW_PRINT_H
#define PCAPDEX_QUERY_FOLLOW_PRINT_H

#include "query/follow.h"
#include "query/ranges.h"
#include "query/render/render.h"

enum follow_mode { FOLLOW_ASCII, FOLLOW_HEX, FOLLOW_RAW, FOLLOW_YAML, FOLLOW_JSON, FOLLOW_MODES };
extern const char *const follow_mode_names[FOLLOW_MODES];

enum follow_direction { FOLLOW_BOTH, FOLLOW_CLIENT, FOLLOW_SERVER };

struct follow_print {
	FILE *out;
	const char *protocol; /* tcp */
	const char *filter;   /* tcp.stream eq 0 */
	enum follow_mode mode;
	enum follow_direction direction;
	const struct ranges *ranges; /* of chunks, 1 = first; none: all */

	/* its own */
	bool begun;
	struct render *json;
	int64_t chunks, last; /* so far; the last that is wanted */
	uint64_t offset[2];   /* octets that each side has sent */
};

/* A follow_fn; ctx is a struct follow_print. */
int follow_print_chunk(void *ctx, const struct follow_peer peers[2], const struct follow_chunk *chunk);

/* The end, also of a stream without chunks. An exit status. */
int follow_print_end(struct follow_print *p, const struct follow_peer peers[2]);

#endif
