/* Statistics over many captures: measures of each group of them, of the whole, and how the groups are spread.
 *
 *	struct course c;
 *	if (course_of_tag(&c, &question, "student") == EXIT_DONE)
 *		for (unsigned g = 0; g < c.ngroups; g++)
 *			for (unsigned m = 0; m < c.nmeasures; m++)
 *				... c.groups[g].cells[m].value ...
 *	course_free(&c);
 *
 * docs/course.md says what each measure is and who stands out. */
#ifndef PCAPDEX_QUERY_COURSE_H
#define PCAPDEX_QUERY_COURSE_H

#include <stdint.h>

#include "query/question.h"
#include "query/spread.h"

enum measure_kind {
	MEASURE_TOTAL,    /* captures, frames, octets, seconds, conversations */
	MEASURE_LENGTH,   /* octets of frames: mean, percentiles */
	MEASURE_RATE,     /* percent of something */
	MEASURE_TIME,     /* milliseconds: percentiles of round trips, of DNS answers */
	MEASURE_PROTOCOL, /* percent of the frames that have this protocol */
	MEASURE_SERVICE,  /* percent of the frames that belong to conversations with this port */
	MEASURE_VERDICT   /* percent of the TCP conversations with this verdict of `diagnose` */
};

/* The first measures, in this order; protocols, services and verdicts follow them. */
enum measure_number {
	M_CAPTURES,
	M_FRAMES,
	M_BYTES,
	M_SECONDS,
	M_CONVERSATIONS,
	M_LENGTH_MEAN,
	M_LENGTH_P5,
	M_LENGTH_P25,
	M_LENGTH_P50,
	M_LENGTH_P75,
	M_LENGTH_P95,
	M_RETRANSMISSION,
	M_OUT_OF_ORDER,
	M_DUPLICATE_ACK,
	M_TROUBLE,
	M_GRAVE,
	M_RTT_P5,
	M_RTT_P25,
	M_RTT_P50,
	M_RTT_P75,
	M_RTT_P95,
	M_DNS_P5,
	M_DNS_P25,
	M_DNS_P50,
	M_DNS_P75,
	M_DNS_P95,
	M_FIXED
};

struct measure {
	char *key;        /* "length_p50", "protocol:dns", "service:tcp/443", "verdict:closed" */
	char *title;      /* "Length p50"; of a protocol its title */
	const char *name; /* "dns", "tcp/443", "closed": within key; of a fixed measure, the key */
	const char *unit; /* "%", "ms"; NULL: none */
	uint8_t decimals;
	enum measure_kind kind;
};

struct cell {
	double value;   /* in the measure's unit; NAN where there is nothing to measure */
	uint64_t count; /* of a percentage: how many */
	uint64_t basis; /* of how many: frames, segments, conversations, samples */
	double z;       /* robust z-score among the groups; NAN: not judged */
};

struct course_group {
	char *name;         /* NULL: captures without the tag; they count in the whole, but are not judged */
	struct cell *cells; /* by measure */
};

struct course {
	struct measure *measures;
	unsigned nmeasures;
	struct course_group *groups; /* by name */
	unsigned ngroups;
	struct course_group whole;
	struct spread *spreads; /* by measure, over the groups that have a name and a value */
};

/* A group for each value of a tag; `tag` NULL: a group for each capture. -c picks captures, -Y is refused.
 * With --sql the statements are printed, and the course has no numbers. EXIT_DONE, or an exit status after a
 * message. course_free() in either case. */
int course_of_tag(struct course *c, struct question *q, const char *tag);

/* Two groups in this order: the captures that `a` and `b` name (as -c does: id, name, glob, TAG=VALUE). */
int course_of_two(struct course *c, struct question *q, const char *a, const char *b);

void course_free(struct course *c);

/* The measures of a kind with the greatest values in a group, greatest first; how many there are (at most
 * max). */
unsigned course_top(const struct course *c, const struct course_group *g, enum measure_kind kind,
	unsigned *measures, unsigned max);

#define COURSE_Z 3.5 /* the usual border of an outlier */

/* Measures of groups that stand out: |z| >= z. Groups with the greatest |z| first, and so within a group.
 * free() it. */
struct outlier {
	unsigned group, measure;
	double z, greatest; /* of the group */
};
int course_outliers(const struct course *c, double z, struct outlier **out, unsigned *n);

/* After course_of_tag() or course_of_two(): what just one group has: protocols, hosts (IP addresses), names
 * (DNS, HTTP hosts, TLS server names). Calls `take` for each, by group, kind and name. An exit status. */
struct course_only {
	const char *group;
	const char *what; /* "protocol", "host", "name" */
	const char *name;
	uint64_t frames; /* conversations, for hosts */
};
int course_only(struct question *q, int (*take)(void *ctx, const struct course_only *only), void *ctx);

#endif
