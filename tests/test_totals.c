/* Packet Lengths' bursts, by a worked example: buckets of 5 ms, of which 20 are looked at together. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "indexer/store/totals.h"

static void expect(struct burst *b, double now, uint32_t max, double start)
{
	burst_add(b, now);
	assert_int_equal(b->max, max);
	assert_true(b->max_start == start);
}

/* The list begins with an empty bucket at 0, so a burst in the first 100 ms begins there. */
static void first_window(void **state)
{
	struct burst b;
	(void)state;
	burst_init(&b);
	expect(&b, 12, 1, 0);
	expect(&b, 13.5, 2, 0);
	expect(&b, 99.999, 3, 0); /* bucket 19: 0 is still in the window */
	expect(&b, 100, 4, 12);   /* bucket 20: 0 has gone; what is left begins at 12 ms */
}

static void later_window(void **state)
{
	struct burst b;
	(void)state;
	burst_init(&b);
	expect(&b, 240, 1, 240); /* bucket 48 */
	expect(&b, 241, 2, 240);
	expect(&b, 250, 3, 240); /* 50 */
	expect(&b, 339, 4, 240); /* 67 = 48 + 19 */
	expect(&b, 340, 4, 240); /* 68: the two of bucket 48 leave, three are left */
	/* Time stamps that step back: a bucket in front that still fits, one that does not, one between. */
	expect(&b, 245, 4, 240); /* 49, now first: four in the window, no new maximum */
	expect(&b, 230, 4, 240); /* 46 + 20 is not beyond 68 */
	expect(&b, 300, 5, 245); /* 60: five, from bucket 49 on */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_window),
		cmocka_unit_test(later_window),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
