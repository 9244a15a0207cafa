/* Conversations opened ahead: which packets belong to them. What is expected was seen in Wireshark with
 * captures made for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "indexer/conversation.h"

/* Ends: dictionary ids stand for addresses. */
enum { CLIENT = 1, SERVER = 2, OTHER = 3 };

static const struct protocol one = { .name = "one" }, two = { .name = "two" };
static uint64_t dropped;

static struct conversation *get(
	struct conversations *all, uint32_t src, uint16_t srcport, uint32_t dst, uint16_t dstport)
{
	bool from_a;
	struct conversation *c = conv_get(all, CONV_UDP, src, srcport, dst, dstport, &from_a);
	assert_non_null(c);
	conv_number(all, c->owner);
	return c;
}

static struct conversation *open_ahead(struct conversations *all, struct expected e, uint32_t frame)
{
	return conv_open(all, &e, frame, &one, &dropped);
}

/* An SNMP request makes a conversation of the same ends that takes the place of the one it was in. */
static void in_place(void **state)
{
	struct conversations *all = conv_new();
	struct expected e = { CONV_UDP, CLIENT, SERVER, 5000, 161, 0 };
	(void)state;
	struct conversation *first = get(all, CLIENT, 5000, SERVER, 161);
	assert_int_equal(first->stream, 0);
	struct conversation *fresh = open_ahead(all, e, 1);
	assert_ptr_not_equal(first, fresh);
	assert_ptr_equal(get(all, SERVER, 161, CLIENT, 5000), fresh);
	assert_int_equal(fresh->stream, 1);
	assert_ptr_equal(conv_speaks(all, fresh, SERVER, 161, CLIENT, 5000), &one);
	assert_ptr_equal(open_ahead(all, e, 3), fresh); /* it speaks that already */
	conv_free(all);
}

/* Two conversations, each open at the port of the other end: the one of the sender's end is taken (seen with
 * HART-IP). */
static void open_port(void **state)
{
	struct conversations *all = conv_new();
	(void)state;
	assert_int_equal(get(all, CLIENT, 49905, SERVER, 5094)->owner->stream, 0);
	open_ahead(all, (struct expected) { CONV_UDP, CLIENT, SERVER, 49905, 0, 0 }, 1);
	assert_int_equal(get(all, SERVER, 5095, CLIENT, 49905)->owner->stream, 1);
	open_ahead(all, (struct expected) { CONV_UDP, SERVER, CLIENT, 5095, 0, 0 }, 2);
	assert_int_equal(get(all, CLIENT, 49905, SERVER, 5095)->owner->stream, 1);
	assert_int_equal(get(all, SERVER, 5095, CLIENT, 49905)->owner->stream, 2);
	assert_int_equal(get(all, CLIENT, 49905, SERVER, 5095)->owner->stream, 1);
	assert_int_equal(get(all, CLIENT, 49905, SERVER, 5094)->owner->stream, 0);
	conv_free(all);
}

/* Open at address and port: all that come to it are one stream; each pair of ends is counted on its own. */
static void open_end(void **state)
{
	struct conversations *all = conv_new();
	struct expected e = { CONV_UDP, SERVER, 0, 7000, 0, 0, .again = true };
	(void)state;
	struct conversation *w = open_ahead(all, e, 4);
	struct conversation *a = get(all, CLIENT, 1, SERVER, 7000), *b = get(all, SERVER, 7000, OTHER, 1);
	assert_ptr_equal(a->owner, w);
	assert_ptr_equal(b->owner, w);
	assert_ptr_not_equal(a, b);
	assert_int_equal(a->pair, 0);
	assert_int_equal(b->pair, 1);
	assert_ptr_equal(get(all, SERVER, 7000, CLIENT, 1), a);
	assert_ptr_equal(conv_speaks(all, a, CLIENT, 1, SERVER, 7000), &one);
	assert_ptr_equal(open_ahead(all, e, 4), w); /* the same frame once more */
	/* Announced again: a stream of its own. */
	struct conversation *later = open_ahead(all, e, 9);
	assert_ptr_not_equal(later, w);
	assert_ptr_equal(get(all, CLIENT, 1, SERVER, 7000)->owner, later);
	assert_int_equal(later->stream, 1);
	/* As from a frame before: nobody will find it. */
	e.since = 5;
	assert_null(open_ahead(all, e, 10));
	conv_free(all);
}

/* A pair that has a conversation of its own keeps it, but is dissected as what was announced. */
static void own_first(void **state)
{
	struct conversations *all = conv_new();
	(void)state;
	struct conversation *c = get(all, CLIENT, 1, SERVER, 7000);
	open_ahead(all, (struct expected) { CONV_UDP, SERVER, 0, 7000, 0, 0, .again = true }, 2);
	assert_ptr_equal(get(all, CLIENT, 1, SERVER, 7000), c);
	assert_ptr_equal(c->owner, c);
	assert_ptr_equal(conv_speaks(all, c, CLIENT, 1, SERVER, 7000), &one);
	assert_ptr_equal(conv_speaks(all, c, SERVER, 7000, CLIENT, 1), &one);
	c->dissector = &two;
	assert_ptr_equal(conv_speaks(all, c, CLIENT, 1, SERVER, 7000), &two);
	conv_free(all);
}

/* Over TCP the connection that comes takes it; the next one of that port is nobody's. */
static void tcp_taken(void **state)
{
	struct conversations *all = conv_new();
	bool from_a;
	(void)state;
	assert_non_null(open_ahead(all, (struct expected) { CONV_TCP, SERVER, 0, 7000, 0, 0 }, 1));
	struct conversation *c = conv_get(all, CONV_TCP, CLIENT, 1, SERVER, 7000, &from_a);
	assert_int_equal(c->stream, 0);
	assert_true(from_a);
	assert_ptr_equal(conv_speaks(all, c, CLIENT, 1, SERVER, 7000), &one);
	c = conv_get(all, CONV_TCP, CLIENT, 2, SERVER, 7000, &from_a);
	assert_null(conv_speaks(all, c, CLIENT, 2, SERVER, 7000));
	conv_free(all);
}

/* Many keys: all are found, and the bound holds. */
static void bounded(void **state)
{
	struct conversations *all = conv_new();
	(void)state;
	dropped = 0;
	for (uint32_t i = 1; i <= 70000; i++)
		open_ahead(all, (struct expected) { CONV_UDP, i, 0, 9, 0, 0 }, 1);
	assert_true(dropped > 0);
	assert_true(get(all, 30000, 9, 80000, 1)->owner->ahead);
	assert_false(get(all, 70000, 9, 80000, 1)->owner->ahead);
	conv_free(all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_place),
		cmocka_unit_test(open_port),
		cmocka_unit_test(open_end),
		cmocka_unit_test(own_first),
		cmocka_unit_test(tcp_taken),
		cmocka_unit_test(bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
