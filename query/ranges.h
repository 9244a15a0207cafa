/* Frame numbers as arguments: 7, 10-20, 30-, 1,5,9-11. */
#ifndef PCAPDEX_QUERY_RANGES_H
#define PCAPDEX_QUERY_RANGES_H

#include <stdint.h>

#include "query/command.h"

struct range {
	int64_t first, last; /* last is INT64_MAX where it is open */
};

struct ranges {
	struct range *list; /* in the order given */
	unsigned n;
};

/* Read the positional arguments from index `from` on. EXIT_DONE, or an exit status after a message. Free in
 * either case. */
int ranges_read(struct ranges *r, const struct args *args, unsigned from);
void ranges_free(struct ranges *r);

/* All must lie within 1 ... frames; open ones end there. EXIT_DONE, or EXIT_FAILED after a message that names
 * the capture. */
int ranges_check(struct ranges *r, int64_t frames, const char *capture);

#endif
