/* Totals of a capture. Packet Lengths' bursts, by a worked example: buckets of 5 ms, of which 20 are looked
 * at together. Items that are known only when the capture has ended. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "indexer/store/late.h"
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

static struct packet pkt;

/* A frame of ip, ftp and an item that stands there if `comes` comes true. */
static uint32_t add_late(
	struct totals *t, struct late *l, struct dict *dict, uint32_t number, const bool *comes)
{
	static const struct protocol ip = { .name = "ip" }, ftp = { .name = "ftp" },
				     command = { .name = "ftp.command" };
	pkt.number = number;
	pkt.claimed = pkt.len = 60 + number;
	pkt.current = -1;
	pkt.nitems = pkt.late.n = 0;
	pkt_item(&pkt, &ip, 20);
	pkt_item(&pkt, &ftp, 6 + number);
	pkt_late_item(&pkt, &command, comes);
	uint32_t stack = dict_stack(dict, NULL, 0, pkt.items, pkt.nitems, "FTP");
	totals_add(t, &pkt, stack);
	late_add(l, &pkt, stack);
	return stack;
}

/* Three announcements, of which the second is used: the others are counted without the item. */
static void late_items(void **state)
{
	struct totals t;
	struct late l = { 0 };
	struct dict *dict = dict_new();
	struct dict_stack names;
	bool comes[3] = { false, false, false };
	uint32_t with = 0;
	size_t len;
	(void)state;
	totals_init(&t);
	for (uint32_t i = 0; i < 3; i++)
		with = add_late(&t, &l, dict, i + 1, &comes[i]);
	assert_int_equal(t.stacks[with].frames, 3);
	comes[1] = true;
	late_settle(&l, dict, &t);
	assert_false(l.failed || t.failed);
	assert_int_equal(dict_count(dict, DICT_STACK), 2);
	uint32_t without = with + 1;
	const void *octets = dict_get(dict, DICT_STACK, without, NULL, &len);
	dict_stack_read(octets, len, &names);
	assert_int_equal(names.nitems, 2);
	assert_string_equal(names.items[1]->name, "ftp");
	assert_string_equal(names.column, "FTP");
	assert_int_equal(t.stacks[with].frames, 1);
	assert_int_equal(t.stacks[with].bytes, 62);
	assert_int_equal(t.stacks[with].item_bytes[1], 8);
	assert_int_equal(t.stacks[without].frames, 2);
	assert_int_equal(t.stacks[without].bytes, 61 + 63);
	assert_int_equal(t.stacks[without].first_frame, 1);
	assert_int_equal(t.stacks[without].item_bytes[0], 40);
	assert_int_equal(t.stacks[without].item_bytes[1], 7 + 9);
	late_free(&l);
	totals_free(&t);
	dict_free(dict);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_window),
		cmocka_unit_test(later_window),
		cmocka_unit_test(late_items),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
