/* What course_collect.c counts and course.c makes measures of. Private to course*.c. */
#ifndef PCAPDEX_QUERY_COURSE_INTERNAL_H
#define PCAPDEX_QUERY_COURSE_INTERNAL_H

#include "query/course.h"
#include "query/diagnose.h"

enum { RATE_RETRANSMISSION, RATE_OUT_OF_ORDER, RATE_DUPLICATE_ACK, RATES };
#define PERCENTILES 5
extern const double course_percentiles[PERCENTILES];

/* Counts of one group, or of the whole. */
struct tally {
	uint64_t captures, frames, bytes, conversations, segments;
	double seconds;
	uint64_t events[RATES];
	double lengths[PERCENTILES];
	struct samples rtt, dns; /* milliseconds */
	uint64_t verdicts[VERDICT_COUNT];
};

/* Frames by name and group, sorted by name. */
struct named {
	char *name;
	uint64_t *frames; /* by group; the last one is the whole */
};
struct named_list {
	struct named *list;
	unsigned n, size;
};

struct tallies {
	unsigned ngroups;
	char **names;         /* of the groups; NULL: captures without the tag */
	struct tally *groups; /* [ngroups] is the whole */
	struct named_list protocols, services;
};

/* Fill `t` from the archive, once temp.course_member (grp, capture_id) says which capture is in which group.
 */
int course_collect(struct question *q, struct tallies *t);
void tallies_free(struct tallies *t);

/* The entry of this name, made where it is missing. NULL when out of memory. */
struct named *named_add(struct named_list *l, const char *name, size_t len, unsigned ngroups);
struct named *named_find(const struct named_list *l, const char *name, size_t len);

#endif
