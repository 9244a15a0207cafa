/* How numbers are spread: percentiles, moments, and how far one stands from the others. */
#ifndef PCAPDEX_QUERY_SPREAD_H
#define PCAPDEX_QUERY_SPREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A list of numbers that grows: 8 octets each. */
struct samples {
	double *values;
	size_t n, size;
	bool sorted;
};

int samples_add(struct samples *s, double value); /* 0, or -1 when out of memory */
void samples_free(struct samples *s);

/* The p-th percentile (0 ... 100), NAN of none; sorts them. Between two values it lies on the straight line
 * that joins them, at (n - 1) p / 100 from the first one: type 7 of Hyndman and Fan (1996), what numpy, R and
 * Excel do. */
double samples_percentile(struct samples *s, double p);

struct spread {
	unsigned n;
	double mean, deviation; /* of a sample: divided by n - 1; NAN of fewer than two */
	double min, q1, median, q3, max;
	double mad; /* median of the distances from the median */
};

void spread_of(struct samples *s, struct spread *out);

/* A robust z-score: the distance of a value from the median in units of 1.4826 MAD, which is the standard
 * deviation where values are normally distributed (Iglewicz and Hoaglin 1993 call those beyond 3.5 outliers).
 * Where more than half of the values agree MAD is 0, so that units are never smaller than `least`: a distance
 * that nobody would care for. */
double spread_z(const struct spread *s, double value, double least);

#endif
