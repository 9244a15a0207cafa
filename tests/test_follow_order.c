/* The order of octets: the rules of Wireshark's Follow Stream on segments made by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "query/follow_order.h"

/* What was given, as text: "offset+length", or "-missing". */
struct seen {
	char text[4096];
	size_t n;
};

static int take(void *ctx, const struct follow_piece *p, uint32_t missing)
{
	struct seen *s = ctx;
	size_t room = sizeof(s->text) - s->n;
	int n = p->length ? snprintf(s->text + s->n, room, "%d+%u ", (int)p->offset, p->length)
			  : snprintf(s->text + s->n, room, "-%u ", missing);
	s->n += (size_t)n < room ? (size_t)n : room - 1;
	free(p->copy);
	return 0;
}

/* A segment whose octets stand in the file where their number says. */
static void segment(struct follow_order *o, uint32_t seq, uint32_t length)
{
	const struct follow_piece p = { .seq = seq, .length = length, .offset = (uint64_t)(int32_t)seq };
	assert_int_equal(follow_order_segment(o, p, length), 0);
}

#define WITH(o)                                                                                              \
	struct seen seen = { .n = 0 };                                                                       \
	struct follow_order *o = follow_order_new(take, &seen);                                              \
	assert_non_null(o)
#define GAVE(o, expected)                                                                                    \
	assert_string_equal(seen.text, expected);                                                            \
	follow_order_free(o)

static void in_order(void **state)
{
	(void)state;
	WITH(o);
	segment(o, 1, 10);
	segment(o, 11, 5);
	segment(o, 16, 0);
	GAVE(o, "1+10 11+5 ");
}

static void out_of_order(void **state)
{
	(void)state;
	WITH(o);
	segment(o, 1, 10);
	segment(o, 31, 10);
	segment(o, 21, 10);
	segment(o, 11, 10);
	GAVE(o, "1+10 11+10 21+10 31+10 ");
}

static void repeated(void **state)
{
	(void)state;
	WITH(o);
	segment(o, 1, 10);
	segment(o, 1, 10); /* all of it was there */
	segment(o, 6, 10); /* its second half is new */
	segment(o, 10, 2);
	GAVE(o, "1+10 11+5 ");
}

/* Pieces that wait may overlap, and the one that came first is looked at first. */
static void waiting_overlap(void **state)
{
	(void)state;
	WITH(o);
	segment(o, 1, 4);
	segment(o, 9, 8);
	segment(o, 7, 4);
	segment(o, 5, 5);
	GAVE(o, "1+4 5+5 10+7 ");
}

static void gap(void **state)
{
	(void)state;
	WITH(o);
	segment(o, 1, 4);
	segment(o, 11, 4);
	segment(o, 21, 4);
	assert_int_equal(
		follow_order_ack(o, 11, 3), 0); /* of nothing behind the gap: it may still be filled */
	assert_int_equal(follow_order_ack(o, 12, 4), 0);
	assert_int_equal(follow_order_ack(o, 25, 5), 0);
	GAVE(o, "1+4 -6 11+4 -6 21+4 ");
}

static void numbers_wrap(void **state)
{
	(void)state;
	WITH(o);
	segment(o, UINT32_MAX - 3, 4);
	segment(o, 4, 4);
	segment(o, 0, 4);
	GAVE(o, "-4+4 0+4 4+4 ");
}

/* Of a cut frame fewer octets were captured than sent; the next one fits all the same. */
static void cut_frames(void **state)
{
	(void)state;
	WITH(o);
	const struct follow_piece p = { .seq = 1, .length = 10, .offset = 1 };
	assert_int_equal(follow_order_segment(o, p, 100), 0);
	segment(o, 101, 5);
	GAVE(o, "1+10 101+5 ");
}

/* Many that wait must not cost the square of their number. */
static void many(void **state)
{
	(void)state;
	WITH(o);
	seen.n = sizeof(seen.text) - 1; /* do not keep them */
	segment(o, 0, 1);
	for (uint32_t i = 300000; i; i--)
		segment(o, 1 + i, 1);
	segment(o, 1, 1);
	assert_int_equal(follow_order_ack(o, 400000, 1), 0);
	follow_order_free(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(in_order), cmocka_unit_test(out_of_order),
		cmocka_unit_test(repeated), cmocka_unit_test(waiting_overlap), cmocka_unit_test(gap),
		cmocka_unit_test(numbers_wrap), cmocka_unit_test(cut_frames), cmocka_unit_test(many) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
