/* TCP analysis on built segments. Expectations follow RFC 9293, RFC 7323 and RFC 5681 and the words of
 * Wireshark's [SEQ/ACK analysis]. Times are milliseconds. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "indexer/track/tcp.h"
#include "indexer/track/tcp_unacked.h"

enum { FIN = 0x01, SYN = 0x02, RST = 0x04, PSH = 0x08, ACK = 0x10 };
enum side { CLIENT, SERVER };

#define MS         INT64_C(1000000)
#define ISN        1000u /* of the client */
#define SERVER_ISN 5000u

/* A capture under way: what dissect.c keeps. */
struct bench {
	struct tcp_tracker *tracker;
	struct conversations *all;
	struct packet pkt;
	uint64_t dropped[CAP_COUNT];
	struct tcp_facts facts; /* of the newest segment */
};

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	if (!b)
		return -1;
	b->tracker = tcp_tracker_new();
	b->all = conv_new();
	b->pkt.dropped = b->dropped;
	*state = b;
	return b->tracker && b->all ? 0 : -1;
}

static int teardown(void **state)
{
	struct bench *b = *state;
	tcp_tracker_free(b->tracker);
	conv_free(b->all);
	free(b);
	return 0;
}

/* A segment between 10.0.0.1:40000 (address 1) and 10.0.0.2:80 (address 2). */
static struct tcp_segment segment(enum side from, unsigned flags, uint32_t seq, uint32_t ack, uint32_t len)
{
	return (struct tcp_segment) { .set = true,
		.srcport = from == CLIENT ? 40000 : 80,
		.dstport = from == CLIENT ? 80 : 40000,
		.flags = (uint16_t)flags,
		.seq = seq,
		.ack = ack,
		.len = len,
		.window = 1000,
		.hdr_len = 20,
		.len_known = true,
		.timed = true,
		.whole = true,
		.wscale = -1 };
}

static const struct tcp_facts *take(struct bench *b, int64_t ms, const struct tcp_segment *s)
{
	b->pkt.number++;
	b->pkt.time_ns = ms * MS;
	b->pkt.net_src = s->srcport == 80 ? 2 : 1;
	b->pkt.net_dst = s->srcport == 80 ? 1 : 2;
	b->facts = (struct tcp_facts) { 0 };
	assert_true(tcp_track(b->tracker, b->all, &b->pkt, s, &b->facts));
	return &b->facts;
}

static const struct tcp_facts *send_at(
	struct bench *b, int64_t ms, enum side from, unsigned flags, uint32_t seq, uint32_t ack, uint32_t len)
{
	struct tcp_segment s = segment(from, flags, seq, ack, len);
	return take(b, ms, &s);
}

static const struct tcp_facts *send_window(struct bench *b, int64_t ms, enum side from, uint32_t seq,
	uint32_t ack, uint32_t len, uint16_t window)
{
	struct tcp_segment s = segment(from, ACK, seq, ack, len);
	s.window = window;
	return take(b, ms, &s);
}

/* Frames 1 to 3, at 0, 10 and 11 ms: a round trip of 11 ms, no window scaling. */
static void handshake(struct bench *b)
{
	send_at(b, 0, CLIENT, SYN, ISN, 0, 0);
	send_at(b, 10, SERVER, SYN | ACK, SERVER_ISN, ISN + 1, 0);
	send_at(b, 11, CLIENT, ACK, ISN + 1, SERVER_ISN + 1, 0);
}

static void handshake_and_relative_numbers(void **state)
{
	struct bench *b = *state;
	const struct tcp_facts *f = send_at(b, 0, CLIENT, SYN, ISN, 0, 0);
	assert_true(f->analysed && f->from_a && !f->has_scale);
	assert_int_equal(f->seq, 0);
	assert_int_equal(f->nxtseq, 1); /* RFC 9293, section 3.4: SYN takes a number */
	assert_int_equal(f->conversation->completeness, TCP_COMPLETE_SYN);
	f = send_at(b, 10, SERVER, SYN | ACK, SERVER_ISN, ISN + 1, 0);
	assert_true(!f->from_a);
	assert_int_equal(f->seq, 0);
	assert_int_equal(f->ack, 1);
	assert_int_equal(f->acks_frame, 1);
	assert_int_equal(f->ack_rtt, 10 * MS);
	f = send_at(b, 11, CLIENT, ACK, ISN + 1, SERVER_ISN + 1, 0);
	assert_int_equal(f->seq, 1);
	assert_int_equal(f->ack, 1);
	assert_int_equal(f->flags, 0);
	assert_int_equal(f->scale, -2);
	assert_int_equal(f->conversation->initial_rtt, 11 * MS);
	assert_int_equal(f->conversation->completeness, 7);
	f = send_at(b, 12, CLIENT, PSH | ACK, ISN + 1, SERVER_ISN + 1, 100);
	assert_int_equal(f->nxtseq, 101);
	assert_int_equal(f->bytes_in_flight, 100);
	assert_int_equal(f->push_bytes_sent, 100);
	assert_int_equal(f->conversation->completeness, 15);
	send_at(b, 13, CLIENT, FIN | ACK, ISN + 101, SERVER_ISN + 1, 0);
	assert_true(b->facts.fin_active && !b->facts.fin_passive);
	assert_int_equal(b->facts.nxtseq, 102);
	send_at(b, 14, SERVER, FIN | ACK, SERVER_ISN + 1, ISN + 102, 0);
	assert_true(b->facts.fin_passive && !b->facts.fin_active);
	assert_int_equal(b->facts.conversation->completeness, 31);
	send_at(b, 15, CLIENT, RST, ISN + 102, 0, 0);
	assert_int_equal(b->facts.conversation->completeness, 63);
}

static void middle_of_a_stream(void **state)
{
	struct bench *b = *state;
	/* no SYN: the first numbers show as 1 */
	const struct tcp_facts *f = send_at(b, 0, CLIENT, ACK, 777, 888, 10);
	assert_int_equal(f->seq, 1);
	assert_int_equal(f->ack, 1);
	assert_int_equal(f->scale, -1);
	/* its own bits count on later frames only */
	assert_true(f->opening);
	assert_int_equal(f->conversation->completeness, TCP_COMPLETE_DATA);
	assert_int_equal(f->conversation->first_completeness, 0);
	f = send_at(b, 1, SERVER, ACK, 888, 787, 0);
	assert_int_equal(f->seq, 1);
	assert_int_equal(f->acks_frame, 1);
	assert_int_equal(f->conversation->completeness, TCP_COMPLETE_DATA | TCP_COMPLETE_ACK);
	assert_int_equal(f->conversation->first_completeness, TCP_COMPLETE_ACK);
}

static void window_scaling(void **state)
{
	struct bench *b = *state;
	struct tcp_segment s = segment(CLIENT, SYN, ISN, 0, 0);
	s.wscale = 7;
	assert_int_equal(take(b, 0, &s)->window, 1000); /* RFC 7323, section 2.2: never on a SYN */
	s = segment(SERVER, SYN | ACK, SERVER_ISN, ISN + 1, 0);
	s.wscale = 15; /* RFC 7323, section 2.3: counts as 14 */
	take(b, 1, &s);
	const struct tcp_facts *f = send_at(b, 2, CLIENT, ACK, ISN + 1, SERVER_ISN + 1, 0);
	assert_int_equal(f->window, 128000);
	assert_int_equal(f->scale, 128);
	f = send_at(b, 3, SERVER, ACK, SERVER_ISN + 1, ISN + 1, 0);
	assert_int_equal(f->scale, 16384);
}

static void one_side_does_not_scale(void **state)
{
	struct bench *b = *state;
	struct tcp_segment s = segment(CLIENT, SYN, ISN, 0, 0);
	s.wscale = 7;
	take(b, 0, &s);
	send_at(b, 1, SERVER, SYN | ACK, SERVER_ISN, ISN + 1, 0);
	const struct tcp_facts *f = send_at(b, 2, CLIENT, ACK, ISN + 1, SERVER_ISN + 1, 0);
	assert_int_equal(f->scale, -2);
	assert_int_equal(f->window, 1000);
}

static void retransmission(void **state)
{
	struct bench *b = *state;
	handshake(b);
	send_at(b, 20, CLIENT, ACK, ISN + 1, SERVER_ISN + 1, 100);   /* frame 4 */
	send_at(b, 21, CLIENT, ACK, ISN + 101, SERVER_ISN + 1, 100); /* frame 5 */
	const struct tcp_facts *f = send_at(b, 220, CLIENT, ACK, ISN + 1, SERVER_ISN + 1, 100);
	assert_int_equal(f->flags, TCPA_RETRANSMISSION);
	assert_int_equal(f->rto, 200 * MS);
	assert_int_equal(f->rto_frame, 4);
	assert_int_equal(f->bytes_in_flight, 200);
	/* the time to the acknowledgment counts from the first of both */
	f = send_at(b, 230, SERVER, ACK, SERVER_ISN + 1, ISN + 101, 0);
	assert_int_equal(f->acks_frame, 4);
	assert_int_equal(f->ack_rtt, 210 * MS);
	/* what is acknowledged already */
	f = send_at(b, 240, CLIENT, ACK, ISN + 1, SERVER_ISN + 1, 100);
	assert_int_equal(f->flags, TCPA_SPURIOUS_RETRANSMISSION);
}

static void out_of_order(void **state)
{
	struct bench *b = *state;
	handshake(b);
	send_at(b, 20, CLIENT, ACK, ISN + 1, SERVER_ISN + 1, 100);
	const struct tcp_facts *f = send_at(b, 21, CLIENT, ACK, ISN + 201, SERVER_ISN + 1, 100);
	assert_int_equal(f->flags, TCPA_LOST_SEGMENT);
	assert_int_equal(f->bytes_in_flight, 0); /* a gap: not known until the next ACK of this side's peer */
	/* sooner than the round trip of 11 ms */
	f = send_at(b, 25, CLIENT, ACK, ISN + 101, SERVER_ISN + 1, 100);
	assert_int_equal(f->flags, TCPA_OUT_OF_ORDER);
	/* the newest segment again is no disorder */
	f = send_at(b, 26, CLIENT, ACK, ISN + 201, SERVER_ISN + 1, 100);
	assert_int_equal(f->flags, TCPA_RETRANSMISSION);
}

static void clock_steps_back(void **state)
{
	struct bench *b = *state;
	handshake(b);
	send_at(b, 50, CLIENT, ACK, ISN + 1, SERVER_ISN + 1, 100);
	send_at(b, 51, CLIENT, ACK, ISN + 101, SERVER_ISN + 1, 100);
	const struct tcp_facts *f = send_at(b, 40, CLIENT, ACK, ISN + 1, SERVER_ISN + 1, 100);
	assert_int_equal(f->flags, TCPA_RETRANSMISSION);
	assert_int_equal(f->rto, -10 * MS);
}

static void duplicate_acks_and_fast_retransmission(void **state)
{
	struct bench *b = *state;
	handshake(b);
	for (uint32_t i = 0; i < 4; i++)
		send_at(b, 20 + i, CLIENT, ACK, ISN + 1 + 100 * i, SERVER_ISN + 1, 100); /* frames 4 to 7 */
	send_at(b, 30, SERVER, ACK, SERVER_ISN + 1, ISN + 101, 0);                       /* frame 8 */
	for (uint32_t i = 1; i <= 3; i++) {
		const struct tcp_facts *f = send_at(b, 30 + i, SERVER, ACK, SERVER_ISN + 1, ISN + 101, 0);
		assert_int_equal(f->flags, TCPA_DUPLICATE_ACK);
		assert_int_equal(f->dup_ack_num, i);
		assert_int_equal(f->dup_ack_frame, 8);
	}
	/* RFC 5681, section 3.2; within 20 ms of the last duplicate */
	const struct tcp_facts *f = send_at(b, 40, CLIENT, ACK, ISN + 101, SERVER_ISN + 1, 100);
	assert_int_equal(f->flags, TCPA_FAST_RETRANSMISSION);
	assert_int_equal(f->rto, 0);
	f = send_at(b, 60, CLIENT, ACK, ISN + 101, SERVER_ISN + 1, 100);
	assert_int_equal(f->flags, TCPA_RETRANSMISSION);
}

static void sack_leaves_flight(void **state)
{
	struct bench *b = *state;
	handshake(b);
	for (uint32_t i = 0; i < 3; i++)
		send_at(b, 20 + i, CLIENT, ACK, ISN + 1 + 100 * i, SERVER_ISN + 1, 100);
	struct tcp_segment s = segment(SERVER, ACK, SERVER_ISN + 1, ISN + 1, 0);
	s.nsack = 1;
	s.sack_le[0] = ISN + 101;
	s.sack_re[0] = ISN + 301;
	take(b, 30, &s);
	/* 400 sent, 200 of it selectively acknowledged (RFC 2018) */
	assert_int_equal(send_at(b, 31, CLIENT, ACK, ISN + 301, SERVER_ISN + 1, 100)->bytes_in_flight, 200);
}

static void unseen_segment_acknowledged(void **state)
{
	struct bench *b = *state;
	handshake(b);
	send_at(b, 20, CLIENT, ACK, ISN + 1, SERVER_ISN + 1, 100);
	const struct tcp_facts *f = send_at(b, 30, SERVER, ACK, SERVER_ISN + 1, ISN + 501, 0);
	assert_int_equal(f->flags, TCPA_ACK_LOST_SEGMENT);
	/* said once */
	f = send_at(b, 31, SERVER, ACK, SERVER_ISN + 1, ISN + 601, 0);
	assert_int_equal(f->flags, 0);
	assert_true(f->record);
}

static void zero_window_and_probe(void **state)
{
	struct bench *b = *state;
	handshake(b);
	const struct tcp_facts *f = send_window(b, 20, SERVER, SERVER_ISN + 1, ISN + 1, 0, 0);
	assert_int_equal(f->flags, TCPA_ZERO_WINDOW);
	/* RFC 9293, section 3.8.6.1 */
	f = send_at(b, 220, CLIENT, ACK, ISN + 1, SERVER_ISN + 1, 1);
	assert_int_equal(f->flags, TCPA_ZERO_WINDOW_PROBE);
	f = send_window(b, 221, SERVER, SERVER_ISN + 1, ISN + 1, 0, 0);
	assert_int_equal(f->flags, TCPA_ZERO_WINDOW | TCPA_ZERO_WINDOW_PROBE_ACK);
	f = send_window(b, 300, SERVER, SERVER_ISN + 1, ISN + 1, 0, 2000);
	assert_int_equal(f->flags, TCPA_WINDOW_UPDATE);
	/* data that begins with the probe's octet is new */
	f = send_at(b, 301, CLIENT, ACK, ISN + 1, SERVER_ISN + 1, 100);
	assert_int_equal(f->flags, 0);
}

static void window_full(void **state)
{
	struct bench *b = *state;
	handshake(b);
	/* the server offered 1000 octets; the client's ACK of the handshake came before any ACK of the server
	 */
	const struct tcp_facts *f = send_at(b, 20, CLIENT, ACK, ISN + 1, SERVER_ISN + 1, 999);
	assert_int_equal(f->flags, 0);
	f = send_at(b, 21, CLIENT, ACK, ISN + 1000, SERVER_ISN + 1, 1);
	assert_int_equal(f->flags, TCPA_WINDOW_FULL);
}

static void keep_alive(void **state)
{
	struct bench *b = *state;
	handshake(b);
	send_at(b, 20, CLIENT, ACK, ISN + 1, SERVER_ISN + 1, 100);
	send_at(b, 21, SERVER, ACK, SERVER_ISN + 1, ISN + 101, 0);
	/* RFC 9293, section 3.8.4: the number before the next */
	const struct tcp_facts *f = send_at(b, 5000, CLIENT, ACK, ISN + 100, SERVER_ISN + 1, 0);
	assert_int_equal(f->flags, TCPA_KEEP_ALIVE);
	f = send_at(b, 5001, SERVER, ACK, SERVER_ISN + 1, ISN + 101, 0);
	assert_int_equal(f->flags, TCPA_KEEP_ALIVE_ACK);
	/* with an octet: still no retransmission */
	f = send_at(b, 9000, CLIENT, ACK, ISN + 100, SERVER_ISN + 1, 1);
	assert_int_equal(f->flags, TCPA_KEEP_ALIVE);
}

static void port_reuse(void **state)
{
	struct bench *b = *state;
	handshake(b);
	const struct conversation *old = b->facts.conversation;
	/* the same SYN again stays in its stream */
	const struct tcp_facts *f = send_at(b, 3000, CLIENT, SYN, ISN, 0, 0);
	assert_ptr_equal(f->conversation, old);
	assert_int_equal(f->flags, TCPA_RETRANSMISSION);
	f = send_at(b, 60000, CLIENT, SYN, ISN + 70000, 0, 0);
	assert_ptr_not_equal(f->conversation, old);
	assert_int_equal(f->conversation->stream, 1);
	assert_int_equal(f->flags, TCPA_REUSED_PORTS);
	assert_int_equal(f->seq, 0);
	assert_int_equal(f->conversation->completeness, TCP_COMPLETE_SYN);
	assert_null(old->tcp);
	/* what still comes of the old connection goes to the new one */
	f = send_at(b, 60001, SERVER, ACK, SERVER_ISN + 1, ISN + 1, 0);
	assert_int_equal(f->conversation->stream, 1);
}

static void other_answer_to_the_syn(void **state)
{
	struct bench *b = *state;
	handshake(b);
	const struct tcp_facts *f = send_at(b, 20, SERVER, SYN | ACK, 9999, ISN + 1, 0);
	assert_int_equal(f->conversation->stream, 0);
	assert_true(f->flags & TCPA_REUSED_PORTS);
	assert_int_equal(f->seq, 0);
}

static void sequence_wraps(void **state)
{
	struct bench *b = *state;
	uint32_t isn = UINT32_MAX - 50;
	send_at(b, 0, CLIENT, SYN, isn, 0, 0);
	send_at(b, 10, SERVER, SYN | ACK, SERVER_ISN, isn + 1, 0);
	send_at(b, 11, CLIENT, ACK, isn + 1, SERVER_ISN + 1, 0);
	const struct tcp_facts *f = send_at(b, 12, CLIENT, ACK, isn + 1, SERVER_ISN + 1, 100);
	assert_int_equal(f->nxtseq, 101);
	f = send_at(b, 13, CLIENT, ACK, isn + 101, SERVER_ISN + 1, 100);
	assert_int_equal(f->flags, 0);
	assert_int_equal(f->seq, 101);
	assert_int_equal(f->bytes_in_flight, 200);
	f = send_at(b, 20, SERVER, ACK, SERVER_ISN + 1, isn + 101, 0);
	assert_int_equal(f->ack, 101);
	assert_int_equal(f->acks_frame, 4);
	f = send_at(b, 30, CLIENT, ACK, isn + 201, SERVER_ISN + 1, 100);
	assert_int_equal(f->bytes_in_flight, 200);
}

static void push_counts(void **state)
{
	struct bench *b = *state;
	handshake(b);
	assert_int_equal(send_at(b, 20, CLIENT, ACK, ISN + 1, SERVER_ISN + 1, 100)->push_bytes_sent, 100);
	assert_int_equal(
		send_at(b, 21, CLIENT, ACK | PSH, ISN + 101, SERVER_ISN + 1, 50)->push_bytes_sent, 150);
	assert_int_equal(send_at(b, 22, CLIENT, ACK, ISN + 151, SERVER_ISN + 1, 30)->push_bytes_sent, 30);
}

static void quoted_by_an_error(void **state)
{
	struct bench *b = *state;
	struct tcp_segment s = segment(CLIENT, SYN, ISN, 0, 0);
	s.len_known = false;
	const struct tcp_facts *f = take(b, 0, &s);
	assert_false(f->analysed);
	assert_false(f->record);
	assert_int_equal(f->seq, ISN);
	assert_int_equal(f->conversation->stream, 0);
	/* the stream is there when its first real segment comes */
	f = send_at(b, 1, CLIENT, SYN, ISN, 0, 0);
	assert_int_equal(f->conversation->stream, 0);
	assert_int_equal(f->flags, 0);
	assert_int_equal(f->seq, 0);
}

/* The list of what waits for its acknowledgment, against the rule taken segment by segment. */
static void unacked_agrees_with_the_rule(void **state)
{
	(void)state;
	struct unacked_pool pool = { .total_max = 1u << 16 };
	struct unacked *list = NULL;
	struct unacked_segment plain[300], acked;
	unsigned n = 0;
	uint32_t random = 1, base = UINT32_MAX - 3000, next = base;
	for (uint32_t i = 1; i < 20000; i++) {
		random = random * 1664525 + 1013904223;
		uint32_t pick = random >> 24, size = 1 + (random >> 16) % 100;
		if (pick < 140 && n < 290) {
			uint32_t seq = pick < 20 ? next - size : next;
			struct unacked_segment s = { seq, seq + size, i, i };
			assert_true(unacked_add(&pool, &list, base, &s));
			plain[n++] = s;
			if ((int32_t)(s.end - next) > 0)
				next = s.end;
		} else {
			uint32_t ack = n ? plain[pick % n].end + (pick & 1 ? 0 : size) : next;
			if (pick == 255)
				ack += 1u << 31;
			bool want = false;
			unsigned kept = 0;
			uint32_t frame = 0;
			for (unsigned k = n; k-- > 0;) {
				struct unacked_segment *s = &plain[k];
				if (s->end == ack) {
					want = true;
					frame = s->frame;
				}
			}
			for (unsigned k = 0; k < n; k++) {
				struct unacked_segment s = plain[k];
				if (s.end == ack || (int32_t)(s.end - ack) < 0 || s.end - ack == 1u << 31)
					continue;
				if ((int32_t)(ack - s.seq) > 0)
					s.seq = ack;
				plain[kept++] = s;
			}
			n = kept;
			assert_int_equal(unacked_ack(&pool, &list, ack, &acked), want);
			if (want)
				assert_int_equal(acked.frame, frame);
		}
		assert_int_equal(list ? list->n : 0, n);
		if (n) {
			uint32_t low = UINT32_MAX, high = 0;
			for (unsigned k = 0; k < n; k++) {
				low = plain[k].seq - base < low ? plain[k].seq - base : low;
				high = plain[k].end - base > high ? plain[k].end - base : high;
			}
			assert_int_equal(unacked_span(list, base), high - low);
			assert_int_equal(unacked_oldest(list)->frame, plain[0].frame);
		}
	}
	unacked_drop(&pool, &list);
	assert_int_equal(pool.total, 0);
	unacked_pool_free(&pool);
}

static void unacked_is_capped(void **state)
{
	(void)state;
	struct unacked_pool pool = { .total_max = UNACKED_TOTAL_MAX };
	struct unacked *list = NULL;
	struct unacked_segment s = { 0, 1, 1, 1 };
	for (unsigned i = 0; i < UNACKED_SIDE_MAX; i++)
		assert_true(unacked_add(&pool, &list, 0, &s));
	assert_false(unacked_add(&pool, &list, 0, &s));
	assert_int_equal(list->n, UNACKED_SIDE_MAX);
	unacked_drop(&pool, &list);
	/* all streams together */
	pool.total_max = 4;
	struct unacked *a = NULL, *c = NULL;
	assert_true(unacked_add(&pool, &a, 0, &s));
	assert_true(unacked_add(&pool, &c, 0, &s));
	assert_true(unacked_add(&pool, &a, 0, &s));
	assert_false(unacked_add(&pool, &a, 0, &s));
	assert_int_equal(a->n, 2);
	unacked_drop(&pool, &a);
	unacked_drop(&pool, &c);
	unacked_pool_free(&pool);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(handshake_and_relative_numbers),
		TEST(middle_of_a_stream),
		TEST(window_scaling),
		TEST(one_side_does_not_scale),
		TEST(retransmission),
		TEST(out_of_order),
		TEST(clock_steps_back),
		TEST(duplicate_acks_and_fast_retransmission),
		TEST(sack_leaves_flight),
		TEST(unseen_segment_acknowledged),
		TEST(zero_window_and_probe),
		TEST(window_full),
		TEST(keep_alive),
		TEST(port_reuse),
		TEST(other_answer_to_the_syn),
		TEST(sequence_wraps),
		TEST(push_counts),
		TEST(quoted_by_an_error),
		cmocka_unit_test(unacked_agrees_with_the_rule),
		cmocka_unit_test(unacked_is_capped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
