/* Following a conversation: what each side sent and whether the other one answered. */
#include "query/life.h"

#include <stdlib.h>

#include "schema/tcp_event.h"

/* Sequence numbers compare modulo 2^32 (RFC 9293, section 3.4). */
static bool after(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) > 0;
}

struct life *life_new(void)
{
	return calloc(1, sizeof(struct life));
}

void life_free(struct life *l)
{
	free(l);
}

/* RFC 792, RFC 1122 (section 3.2.2.1), RFC 1812 (section 5.2.7), RFC 4443. */
static enum icmp_meaning icmp_meaning(const struct segment *s)
{
	if (s->icmp6) {
		if (s->icmp_type == 1) /* unreachable: by policy, a port; else a route or an address */
			return s->icmp_code == 1 || s->icmp_code >= 4 ? ICMP_REFUSED : ICMP_PATH;
		return s->icmp_type == 2 ? ICMP_MTU : s->icmp_type == 3 ? ICMP_EXPIRED : ICMP_NOTHING;
	}
	if (s->icmp_type == 11)
		return ICMP_EXPIRED;
	if (s->icmp_type != 3)
		return ICMP_NOTHING;
	switch (s->icmp_code) {
	case 2: /* protocol, port; net, host, all communication prohibited, by precedence */
	case 3:
	case 9:
	case 10:
	case 13:
	case 14:
	case 15:
		return ICMP_REFUSED;
	case 4:
		return ICMP_MTU;
	default:
		return ICMP_PATH;
	}
}

static void take_icmp(struct life *l, const struct segment *s)
{
	enum icmp_meaning m = icmp_meaning(s);
	struct wait *w = &l->side[s->from_a ? 0 : 1].wait;
	if (m == ICMP_MTU && !l->mtu_frame)
		l->mtu_frame = s->number;
	if (m == ICMP_NOTHING || m == ICMP_MTU)
		return;
	if (!l->icmp_frame) {
		l->icmp_frame = s->number;
		l->icmp = m;
	}
	if (w->what && !w->icmp_frame) {
		w->icmp_frame = s->number;
		w->icmp = m;
	}
}

/* ---- answers ---- */

/* The other side heard of what `from` was waiting for. */
static void end_wait(struct life *l, unsigned from, const struct segment *s)
{
	struct wait *w = &l->side[from].wait;
	int64_t ns = s->time_ns - w->since_ns;
	bool long_enough =
		w->nresent >= 2 ? ns >= RESTORED_TWICE_NS : w->nresent == 1 && ns >= RESTORED_ONCE_NS;
	bool broken = w->icmp_frame && w->nresent;
	bool payload = w->what == WAITING_DATA || w->what == WAITING_FIN || w->what == WAITING_SYN;
	if (payload && (long_enough || broken) && ns > l->restored.ns)
		l->restored = (struct restored) { *w, from, s->number, ns };
	bool covered = s->flags & TCP_ACK && after(s->ack, w->seq);
	if (covered || !payload)
		*w = (struct wait) { .what = WAITING_NOT };
	else /* the other side is alive, but has not got these yet */
		*w = (struct wait) { .what = w->what,
			.frame = w->frame,
			.seq = w->seq,
			.since_ns = s->time_ns,
			.last_ns = s->time_ns };
}

/* Does this frame answer what the other side waits for? A repetition that acknowledges nothing new does not:
 * each side may send its own again while nothing gets through. */
static bool is_answer(const struct wait *w, const struct segment *s, bool repeat)
{
	if (!w->what)
		return false;
	if (w->what == WAITING_SYN)
		return s->flags & (TCP_SYN | TCP_ACK);
	if (s->flags & TCP_ACK && after(s->ack, w->seq))
		return true;
	return !repeat;
}

/* ---- what this side sends ---- */

/* Some systems probe a closed window with the number before the next one, which is a keep-alive's mark. */
static enum waiting kind_of(const struct segment *s, const struct side *peer)
{
	if (SEGMENT_IS(s, EVENT_KEEP_ALIVE) && !peer->closed_frame)
		return WAITING_KEEP_ALIVE;
	if (SEGMENT_IS(s, EVENT_ZERO_WINDOW_PROBE) || SEGMENT_IS(s, EVENT_KEEP_ALIVE))
		return WAITING_PROBE;
	if (s->flags & TCP_SYN)
		return WAITING_SYN;
	if (s->len)
		return WAITING_DATA;
	return s->flags & TCP_FIN ? WAITING_FIN : WAITING_NOT;
}

static void begin_wait(struct wait *w, enum waiting what, const struct segment *s)
{
	*w = (struct wait) {
		.what = what, .frame = s->number, .since_ns = s->time_ns, .seq = s->seq, .last_ns = s->time_ns
	};
}

static void send_again(struct wait *w, const struct segment *s)
{
	int64_t gap = s->time_ns - w->last_ns;
	w->resent[w->nresent < RESENT_MAX ? w->nresent : RESENT_MAX - 1] = s->number;
	if (w->nresent++ == 0)
		w->first_gap = gap;
	if (gap > w->longest_gap)
		w->longest_gap = gap;
	w->last_ns = s->time_ns;
}

static void take_sent(struct life *l, unsigned from, const struct segment *s, enum waiting what, bool repeat)
{
	struct side *me = &l->side[from], *peer = &l->side[!from];
	struct wait *w = &me->wait;
	bool probing = what == WAITING_KEEP_ALIVE || what == WAITING_PROBE;
	/* The same numbers once more: a connection of its own, not the SYN of the one that stood, sent again.
	 */
	if (what == WAITING_SYN && l->established) {
		begin_wait(w, what, s);
		return;
	}
	/* Data after unanswered probes: what counts now is whether they are answered. */
	if (w->what && !probing && (w->what == WAITING_KEEP_ALIVE || w->what == WAITING_PROBE))
		*w = (struct wait) { .what = WAITING_NOT };
	if (!w->what) {
		begin_wait(w, what, s);
		if (!repeat)
			return;
		/* Some of what was sent has been answered, the rest is sent again: it waits since that
		 * answer. */
		w->frame = 0;
		if (peer->seen && peer->last_ns < s->time_ns)
			w->since_ns = w->last_ns = peer->last_ns;
		send_again(w, s);
	} else if (repeat || probing) {
		send_again(w, s);
	}
}

/* ---- windows, keep-alives, steps ---- */

static void take_window(struct life *l, unsigned from, const struct segment *s)
{
	struct side *me = &l->side[from];
	if (SEGMENT_IS(s, EVENT_ZERO_WINDOW) && !me->closed_frame) {
		me->closed_frame = s->number;
		me->closed_ns = s->time_ns;
	} else if (me->closed_frame && s->window && !(s->flags & (TCP_SYN | TCP_RST))) {
		int64_t ns = s->time_ns - me->closed_ns;
		if (ns > l->stall.ns)
			l->stall = (struct stall) { from, me->closed_frame, s->number, ns };
		me->closed_frame = 0;
	}
}

static void note_first_last(uint32_t pair[2], uint32_t number)
{
	if (!pair[0])
		pair[0] = number;
	pair[1] = number;
}

static void count(struct life *l, const struct segment *s, enum waiting what, bool repeat)
{
	l->probes += what == WAITING_PROBE;
	if (what == WAITING_KEEP_ALIVE) {
		l->keep_alives++;
		note_first_last(l->keep_alive, s->number);
	}
	if (SEGMENT_IS(s, EVENT_KEEP_ALIVE_ACK)) {
		l->keep_alive_acks++;
		note_first_last(l->keep_alive_ack, s->number);
	}
	bool again = SEGMENT_IS(s, EVENT_RETRANSMISSION) || SEGMENT_IS(s, EVENT_FAST_RETRANSMISSION) ||
		     SEGMENT_IS(s, EVENT_SPURIOUS_RETRANSMISSION);
	if (again || (repeat && !SEGMENT_IS(s, EVENT_OUT_OF_ORDER))) {
		l->repeats++;
		l->repeated_octets += s->len;
	}
	l->out_of_order += SEGMENT_IS(s, EVENT_OUT_OF_ORDER);
	l->gaps += SEGMENT_IS(s, EVENT_LOST_SEGMENT);
	if (SEGMENT_IS(s, EVENT_REUSED_PORTS))
		l->reused = true;
}

static void take_steps(struct life *l, unsigned from, const struct segment *s)
{
	struct side *me = &l->side[from], *peer = &l->side[!from];
	uint32_t control = s->flags & (TCP_SYN | TCP_ACK);
	if (control == TCP_SYN && !l->syn) {
		l->syn = s->number;
		l->opener = from;
	} else if (control == (TCP_SYN | TCP_ACK)) {
		if (!l->syn && !l->synack)
			l->opener = !from;
		if (!l->synack && from != l->opener) {
			l->synack = s->number;
			l->synack_end = s->seq + s->len + 1;
		}
	} else if (control == TCP_ACK && !(s->flags & TCP_RST) && l->synack && !l->established &&
		   from == l->opener && !after(l->synack_end, s->ack)) {
		l->established = s->number;
	}
	if (s->flags & TCP_FIN && !me->fin_frame) {
		me->fin_frame = s->number;
		me->fin_end = s->seq + s->len + 1;
	}
	if (s->flags & TCP_ACK && peer->fin_frame && !peer->fin_acked && !after(peer->fin_end, s->ack))
		peer->fin_acked = s->number;
}

static void take_reset(struct life *l, unsigned from, const struct segment *s)
{
	struct side *me = &l->side[from], *peer = &l->side[!from];
	if (l->reset.frame)
		return;
	l->reset = (struct reset) { .frame = s->number,
		.ns = s->time_ns,
		.from = from,
		.ack = s->flags & TCP_ACK,
		.answered = peer->wait,
		.waiting = me->wait,
		.quiet = me->seen ? s->time_ns - me->last_ns : -1,
		.last_heard = me->last_frame };
}

void life_take(struct life *l, const struct segment *s)
{
	if (s->quoted) {
		take_icmp(l, s);
		return;
	}
	unsigned from = s->from_a ? 0 : 1;
	struct side *me = &l->side[from], *peer = &l->side[!from];
	uint32_t end = s->seq + s->len + (s->flags & (TCP_SYN | TCP_FIN) ? 1 : 0);
	enum waiting what = kind_of(s, peer);
	bool probing = what == WAITING_KEEP_ALIVE || what == WAITING_PROBE;
	bool repeat = what && !probing && me->based && !after(end, me->next);
	if (!l->first_frame) {
		l->first_frame = s->number;
		l->first_ns = s->time_ns;
	}
	l->last_frame = s->number;
	l->last_ns = s->time_ns;
	count(l, s, what, repeat);
	take_steps(l, from, s);
	if (s->flags & TCP_RST) {
		take_reset(l, from, s);
		peer->wait = me->wait = (struct wait) { .what = WAITING_NOT };
	} else {
		if (is_answer(&peer->wait, s, repeat))
			end_wait(l, !from, s);
		if (what && !l->reset.frame)
			take_sent(l, from, s, what, repeat);
	}
	take_window(l, from, s);
	if (!probing && what && (!me->based || after(end, me->next))) {
		me->next = end;
		me->based = true;
	}
	me->octets += probing ? 0 : s->len;
	me->seen = true;
	me->last_frame = s->number;
	me->last_ns = s->time_ns;
}
