/* Requests and responses: pairing, repetition, and the bound on what is remembered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "indexer/track/exchange.h"

#define SECOND INT64_C(1000000000)

static struct packet pkt;
static uint64_t dropped[CAP_COUNT];
static struct row row = { .layer = 1 };

static const struct exchange_fields repeats = { .repeat_ns = 5 * SECOND }, every_one = { .repeat_ns = 0 };
static const struct protocol with_repeats = { .id = 1, .exchange = &repeats },
			     without = { .id = 2, .exchange = &every_one };

static struct exchange_facts take(struct exchanges *all, const struct protocol *proto, uint64_t conversation,
	uint64_t key, bool response, int64_t time_ns)
{
	struct exchange_facts facts = { 0 };
	struct exchange e = { .proto = proto, .row = &row, .key = key, .response = response };
	pkt.number++;
	pkt.time_ns = time_ns;
	pkt.dropped = dropped;
	exchange_take(all, &pkt, &e, conversation, &facts);
	return facts;
}

static int set_up(void **state)
{
	pkt.number = 0;
	pkt.fail = CUR_OK;
	dropped[CAP_EXCHANGES] = 0;
	*state = exchanges_new();
	return *state ? 0 : -1;
}

static int tear_down(void **state)
{
	exchanges_free(*state);
	return 0;
}

static void response_finds_request(void **state)
{
	take(*state, &with_repeats, 7, 1, false, 0); /* 1 */
	take(*state, &with_repeats, 7, 2, false, 1); /* 2 */
	take(*state, &with_repeats, 8, 1, false, 2); /* 3: another conversation */
	struct exchange_facts f = take(*state, &with_repeats, 7, 1, true, 10);
	assert_int_equal(f.partner, 1);
	assert_int_equal(f.time_ns, 10);
	assert_true(f.show_response);
	assert_int_equal(take(*state, &with_repeats, 9, 1, true, 11).partner, 0);
	assert_int_equal(take(*state, &without, 7, 2, true, 11).partner, 0); /* another protocol */
}

static void repeated_request(void **state)
{
	take(*state, &with_repeats, 7, 1, false, 0);                                             /* 1 */
	assert_int_equal(take(*state, &with_repeats, 7, 1, false, 5 * SECOND - 1).repeat_of, 1); /* 2 */
	assert_int_equal(
		take(*state, &with_repeats, 7, 1, false, 5 * SECOND).repeat_of, 0); /* 3: a new one */
	assert_int_equal(take(*state, &with_repeats, 7, 1, true, 6 * SECOND).partner, 3);
	assert_int_equal(take(*state, &with_repeats, 7, 1, true, 6 * SECOND).repeat_of, 4);
	assert_int_equal(
		take(*state, &with_repeats, 7, 1, false, 6 * SECOND).repeat_of, 0); /* answered: a new one */
}

static void each_request_is_new(void **state)
{
	take(*state, &without, 7, 1, false, 0);
	assert_int_equal(take(*state, &without, 7, 1, false, 1).repeat_of, 0);
	assert_int_equal(take(*state, &without, 7, 1, true, 2).partner, 2);
}

/* A request that was malformed further on is matched, but shows no response. */
static void malformed_request(void **state)
{
	pkt.fail = CUR_BAD;
	take(*state, &with_repeats, 7, 1, false, 0);
	pkt.fail = CUR_OK;
	struct exchange_facts f = take(*state, &with_repeats, 7, 1, true, 1);
	assert_int_equal(f.partner, 1);
	assert_false(f.show_response);
}

static void memory_is_bounded(void **state)
{
	for (uint32_t i = 0; i < EXCHANGES_MAX + 10; i++)
		take(*state, &with_repeats, 1, i, false, i);
	assert_int_equal(dropped[CAP_EXCHANGES], 10);
	assert_int_equal(take(*state, &with_repeats, 1, 9, true, 0).partner, 0); /* forgotten */
	assert_int_equal(
		take(*state, &with_repeats, 1, 10, true, 0).partner, 11); /* the oldest that is left */
	assert_int_equal(
		take(*state, &with_repeats, 1, EXCHANGES_MAX + 9, true, 0).partner, EXCHANGES_MAX + 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(response_finds_request, set_up, tear_down),
		cmocka_unit_test_setup_teardown(repeated_request, set_up, tear_down),
		cmocka_unit_test_setup_teardown(each_request_is_new, set_up, tear_down),
		cmocka_unit_test_setup_teardown(malformed_request, set_up, tear_down),
		cmocka_unit_test_setup_teardown(memory_is_bounded, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
