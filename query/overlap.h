/* Captures that have frames in common: copies, and traffic that was captured at two points. docs/course.md
 * explains how they are found. */
#ifndef PCAPDEX_QUERY_OVERLAP_H
#define PCAPDEX_QUERY_OVERLAP_H

#include "query/fingerprint.h"

enum overlap_kind {
	OVERLAP_COPY,     /* the same frames at the same or at times moved by one shift */
	OVERLAP_TRAFFIC,  /* the same packets at steady times in other frames: captured at two points */
	OVERLAP_REPLAYED, /* the same packets in the same order, at other times */
	OVERLAP_ALIKE,    /* packets that are equal, in no common order */
	OVERLAP_FILE      /* the same file under another path: overlaps.copies */
};
extern const char *const overlap_kinds[]; /* "copy", "traffic", "replayed", "alike", "file" */

/* A frame of A and the one of B that is the same packet. */
struct overlap_match {
	uint32_t a, b;    /* numbers */
	int64_t shift_ns; /* from A's time to B's */
	bool telling;     /* no chatter */
	bool same_link;   /* the link layer is the same, too */
};

struct overlap {
	uint32_t a, b; /* indexes of captures in the session, a < b */
	enum overlap_kind kind;
	uint64_t shared;  /* frames of A that B has, too: of equal ones, as many as the smaller number */
	uint64_t telling; /* of them that are no chatter */
	uint64_t same_link;
	double percent_a, percent_b; /* shared of the frames of each */
	double shift;                /* seconds from A's times to B's: median of the telling ones */
	double steady;               /* percent of the telling ones within a second of it */
	double ordered; /* percent of the telling ones in the longest series that both have in this order */
	struct overlap_match *matches; /* by a, then b */
	size_t nmatches;
};

struct overlap_options {
	uint64_t least;      /* telling frames that two captures must share; 0: OVERLAP_LEAST */
	const bool *except;  /* by capture: what these have counts nowhere (handed-out captures); NULL none */
	const int *group;    /* by capture: no overlap within a group (but 0: none) is looked for; NULL */
	const char *by;      /* the tag that makes the groups, for copies; NULL none */
	char *const *groups; /* by capture: its value of that tag */
	unsigned threads;    /* 0: as many as there are processors */
};

/* Two captures of which one is smaller overlap with fewer when these are all telling frames that it has. */
#define OVERLAP_LEAST 10
#define OVERLAP_SMALL 3

struct overlaps {
	struct overlap *list; /* most telling frames first */
	size_t n;
	uint64_t frames; /* that were looked at */
	/* Files with the octets of a capture: the archive has those once. */
	struct overlap_copy {
		uint32_t capture;   /* index in the session */
		char *path, *group; /* group: its value of overlap_options.by, NULL: none */
	} * copies;
	size_t ncopies;
};

/* Among the session's captures. 0, or -1 after a message. overlaps_free() in either case. */
int overlaps_find(struct overlaps *o, struct session *s, const struct overlap_options *options);
void overlaps_free(struct overlaps *o);

/* Frames one behind another in both: matches [*at, end) that go on by one frame each. false at the end. */
struct overlap_run {
	uint32_t first_a, last_a, first_b, last_b;
	int64_t shift_ns; /* of the first */
	unsigned telling;
};
bool overlap_run(const struct overlap *o, size_t *at, struct overlap_run *out);

/* How long is the longest ascending series within values[n]? Changes them. */
size_t longest_ascent(uint32_t *values, size_t n);

#endif
