#include "query/spread.h"

#include <math.h>
#include <stdlib.h>

#include "schema/list.h"

#define NORMAL_MAD 1.4826 /* standard deviations in one MAD of a normal distribution: 1 / 0.6745 */

int samples_add(struct samples *s, double value)
{
	double *values = list_room(s->values, &s->size, s->n, sizeof(*values));
	if (!values)
		return -1;
	s->values = values;
	s->values[s->n++] = value;
	s->sorted = false;
	return 0;
}

void samples_free(struct samples *s)
{
	free(s->values);
	*s = (struct samples) { 0 };
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

double samples_percentile(struct samples *s, double p)
{
	if (!s->n)
		return NAN;
	if (!s->sorted)
		qsort(s->values, s->n, sizeof(*s->values), by_value);
	s->sorted = true;
	double at = (double)(s->n - 1) * p / 100;
	size_t i = (size_t)at;
	if (i + 1 >= s->n)
		return s->values[s->n - 1];
	return s->values[i] + (at - (double)i) * (s->values[i + 1] - s->values[i]);
}

/* The median distance from `middle`, of values that are sorted: the distances fall to it and rise from it, so
 * the nearest ones are found from there without a second list. */
static double median_distance(const struct samples *s, double middle)
{
	size_t right = 0;
	while (right < s->n && s->values[right] < middle)
		right++;
	size_t left = right;
	double now = 0, before = 0;
	for (size_t k = 0; k <= s->n / 2; k++) {
		double below = left > 0 ? middle - s->values[left - 1] : INFINITY;
		double above = right < s->n ? s->values[right] - middle : INFINITY;
		before = now;
		now = below < above ? below : above;
		if (below < above)
			left--;
		else
			right++;
	}
	return s->n % 2 ? now : (before + now) / 2;
}

void spread_of(struct samples *s, struct spread *out)
{
	double sum = 0, squares = 0;
	*out = (struct spread) { .n = (unsigned)s->n,
		.min = samples_percentile(s, 0),
		.q1 = samples_percentile(s, 25),
		.median = samples_percentile(s, 50),
		.q3 = samples_percentile(s, 75),
		.max = samples_percentile(s, 100) };
	for (size_t i = 0; i < s->n; i++)
		sum += s->values[i];
	out->mean = s->n ? sum / (double)s->n : NAN;
	for (size_t i = 0; i < s->n; i++)
		squares += (s->values[i] - out->mean) * (s->values[i] - out->mean);
	out->deviation = s->n > 1 ? sqrt(squares / (double)(s->n - 1)) : NAN;
	out->mad = s->n ? median_distance(s, out->median) : NAN;
}

double spread_z(const struct spread *s, double value, double least)
{
	double unit = NORMAL_MAD * s->mad;
	return (value - s->median) / (unit > least ? unit : least);
}
