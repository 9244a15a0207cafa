/* What each segment means after those before it. The rules are Wireshark's (its two-pass view, default
 * preferences), stated as state per direction and a fixed order of steps; where a step rests on the protocol
 * itself the RFC is named. Zero stands for "not seen yet" in next, maxack and lastack, as it does there: a
 * stream whose real number is exactly 0 at such a moment is judged as one that begins. */
#include "indexer/track/tcp.h"

#include <stdlib.h>
#include <string.h>

#include "indexer/track/tcp_unacked.h"

enum { FIN = 0x01, SYN = 0x02, RST = 0x04, PSH = 0x08, ACK = 0x10 };

#define WS_UNKNOWN  (-1)
#define WS_UNUSED   (-2)
#define WINDOW_NONE UINT32_MAX /* no segment of this direction yet */

/* The peer's count of duplicate ACKs after it acknowledged what was never captured: as a number it is beyond
 * any limit, and the next duplicate counts as the first. */
#define DUP_MARKER UINT32_MAX

#define FAST_RETRANSMISSION_NS INT64_C(20000000)
#define OUT_OF_ORDER_NS        INT64_C(3000000) /* where the handshake gave no round-trip time */
#define IN_FLIGHT_MAX          2000000000u
#define SACK_BLOCKS            3 /* a fourth block is not subtracted */

/* One direction of a stream. */
struct side {
	struct unacked *unacked;
	int64_t next_ns, lastack_ns;
	uint32_t base;       /* shown as 0 */
	uint32_t next;       /* highest number after a segment */
	uint32_t next_frame; /* that advanced `next`, at next_ns */
	uint32_t maxack;     /* end of what came without a gap: the peer may acknowledge so far */
	uint32_t win;        /* window field of the last segment */
	uint32_t lastack;    /* acknowledgment field of the last segment, at lastack_ns */
	uint32_t nondup;     /* frame in which lastack last changed */
	uint32_t dup;        /* duplicate ACKs since */
	uint32_t push;       /* octets since the last PSH */
	uint32_t sacked;     /* octets in the SACK blocks of the last segment */
	int8_t ws;           /* shift, WS_UNKNOWN, WS_UNUSED */
	bool based : 1;      /* base holds */
	bool first_ack : 1;  /* its SYN was seen and no ACK after it: the peer's windows are not yet scaled */
	bool gap : 1;        /* a hole: what is in flight cannot be told */
	bool push_closed : 1;
	bool was_keep_alive : 1, was_probe : 1; /* the last segment */
	bool tfo_data : 1;                      /* its SYN carried a cookie and data */
	bool closed_first : 1;
};

struct stream {
	struct side side[2];
	struct stream *next_free;
	int64_t syn_ns;        /* of the last SYN without ACK */
	uint32_t synack_frame; /* the first SYN-ACK; 0 none, or it was told of as another one changed the
				  number */
	bool syn_seen, synack_seen;
	uint8_t opening, rest; /* completeness: of the first segment, of the others */
};

#define SLAB 256 /* streams */

struct slab {
	struct slab *next;
	struct stream at[SLAB];
};

struct tcp_tracker {
	struct slab *slabs;  /* the newest first; only that one has room */
	unsigned used;       /* in the newest slab */
	struct stream *free; /* of conversations that ended by port reuse */
	struct unacked_pool pool;
};

struct tcp_tracker *tcp_tracker_new(void)
{
	struct tcp_tracker *t = calloc(1, sizeof(*t));
	if (t)
		t->pool.total_max = UNACKED_TOTAL_MAX;
	return t;
}

void tcp_tracker_free(struct tcp_tracker *t)
{
	if (!t)
		return;
	unsigned used = t->used;
	for (struct slab *s = t->slabs, *next; s; s = next, used = SLAB) {
		next = s->next;
		for (unsigned i = 0; i < used; i++) {
			unacked_drop(&t->pool, &s->at[i].side[0].unacked);
			unacked_drop(&t->pool, &s->at[i].side[1].unacked);
		}
		free(s);
	}
	unacked_pool_free(&t->pool);
	free(t);
}

static struct stream *stream_new(struct tcp_tracker *t)
{
	struct stream *s = t->free;
	if (s) {
		t->free = s->next_free;
	} else {
		if (!t->slabs || t->used == SLAB) {
			struct slab *slab = malloc(sizeof(*slab));
			if (!slab)
				return NULL;
			slab->next = t->slabs;
			t->slabs = slab;
			t->used = 0;
		}
		s = &t->slabs->at[t->used++];
	}
	memset(s, 0, sizeof(*s));
	for (unsigned i = 0; i < 2; i++) {
		s->side[i].ws = WS_UNKNOWN;
		s->side[i].win = WINDOW_NONE;
	}
	return s;
}

static void stream_end(struct tcp_tracker *t, struct stream *s)
{
	unacked_drop(&t->pool, &s->side[0].unacked);
	unacked_drop(&t->pool, &s->side[1].unacked);
	s->next_free = t->free;
	t->free = s;
}

/* Sequence numbers compare modulo 2^32 (RFC 9293, section 3.4). */
static bool after(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) > 0;
}

/* One segment and the two directions as it sees them. */
struct step {
	struct tcp_tracker *tracker;
	const struct packet *pkt;
	const struct tcp_segment *s;
	struct conversation *conversation;
	struct side *f, *r; /* its own direction, the reverse */
	uint32_t end;       /* seq + len, without SYN and FIN */
	uint32_t flags;     /* enum tcp_flag */
	struct tcp_facts *facts;
};

/* ---- zero windows, gaps, keep-alives, duplicates ---- */

static void judge_window(struct step *p)
{
	const struct tcp_segment *s = p->s;
	const struct side *r = p->r;
	struct side *f = p->f;
	bool control = s->flags & (SYN | FIN | RST);
	bool same = s->len == 0 && s->seq == f->next && s->ack == f->lastack && !control;
	/* RFC 9293, section 3.8.6.1: one octet into a closed window. */
	if (s->len == 1 && s->seq == f->next && r->win == 0) {
		p->flags |= TCPA_ZERO_WINDOW_PROBE;
		return;
	}
	if (s->window == 0 && !control)
		p->flags |= TCPA_ZERO_WINDOW;
	if (f->next && after(s->seq, f->next) && !(s->flags & RST)) {
		p->flags |= TCPA_LOST_SEGMENT;
		f->gap = true;
	}
	/* RFC 9293, section 3.8.4: the number before the next, with or without an octet. */
	if (s->len <= 1 && s->seq == f->next - 1 && !control)
		p->flags |= TCPA_KEEP_ALIVE;
	if (same && s->window && s->window != f->win)
		p->flags |= TCPA_WINDOW_UPDATE;
	if (s->len && r->ws != WS_UNKNOWN && !control) {
		unsigned shift = r->first_ack || r->ws == WS_UNUSED ? 0 : (unsigned)r->ws;
		if (p->end == r->lastack + (r->win << shift))
			p->flags |= TCPA_WINDOW_FULL;
	}
	if (!same || s->window != f->win)
		return;
	if (s->window && r->was_keep_alive) {
		p->flags |= TCPA_KEEP_ALIVE_ACK;
	} else if (!s->window && r->was_probe) {
		p->flags |= TCPA_ZERO_WINDOW_PROBE_ACK;
	} else if (s->window) {
		/* RFC 5681, section 2 */
		p->flags |= TCPA_DUPLICATE_ACK;
		f->dup = f->dup == DUP_MARKER ? 1 : f->dup + 1;
		p->facts->dup_ack_num = f->dup;
		p->facts->dup_ack_frame = f->nondup;
	}
}

static void judge_ack(struct step *p)
{
	const struct tcp_segment *s = p->s;
	struct side *f = p->f, *r = p->r;
	if (s->ack != f->lastack) {
		f->nondup = p->pkt->number;
		f->dup = 0;
	}
	if (!(s->flags & ACK) || !r->maxack || !after(s->ack, r->maxack))
		return;
	/* More is acknowledged than came without a gap. */
	p->facts->record = true;
	if (after(r->next, r->maxack)) {
		r->maxack = r->next;
		p->flags |= TCPA_ACK_LOST_SEGMENT;
		return;
	}
	if (r->dup == 0)
		p->flags |= TCPA_ACK_LOST_SEGMENT;
	r->dup = DUP_MARKER;
}

/* ---- retransmission, out of order ---- */

/* Less than `limit` after `then`; never when the clock stepped back. */
static bool within(int64_t now, int64_t then, int64_t limit)
{
	return (uint64_t)now - (uint64_t)then < (uint64_t)limit;
}

static void judge_repeat(struct step *p)
{
	const struct tcp_segment *s = p->s;
	const struct side *f = p->f, *r = p->r;
	int64_t now = p->pkt->time_ns, rtt = p->conversation->initial_rtt;
	bool phantom = s->flags & (SYN | FIN);
	if ((!s->len && !phantom) || p->flags & TCPA_KEEP_ALIVE)
		return;
	/* Data that begins with the octet of a probe is new. */
	bool behind = f->next && after(f->next, s->seq) && !(s->len > 1 && s->seq == f->next - 1);
	if (s->len && r->lastack && !after(p->end, r->lastack)) {
		p->flags |= TCPA_SPURIOUS_RETRANSMISSION;
		return;
	}
	if (!behind)
		return;
	/* RFC 5681, section 3.2 */
	if (r->dup >= 2 && r->lastack == s->seq && within(now, r->lastack_ns, FAST_RETRANSMISSION_NS)) {
		p->flags |= TCPA_FAST_RETRANSMISSION;
		return;
	}
	if (within(now, f->next_ns, rtt ? rtt : OUT_OF_ORDER_NS) && f->next != p->end + phantom) {
		p->flags |= TCPA_OUT_OF_ORDER;
		return;
	}
	p->flags |= TCPA_RETRANSMISSION;
	const struct unacked_segment *oldest = unacked_oldest(f->unacked);
	p->facts->rto = now - (oldest ? oldest->time_ns : f->next_ns);
	p->facts->rto_frame = oldest ? oldest->frame : f->next_frame;
}

/* ---- what this segment leaves behind ---- */

static void advance(struct step *p)
{
	const struct tcp_segment *s = p->s;
	struct side *f = p->f;
	uint32_t next = p->end, number = p->pkt->number;
	int64_t now = p->pkt->time_ns;
	if (s->len || s->flags & (SYN | FIN)) {
		/* SYN and FIN take a number of their own; both together are counted once. */
		bool phantom = s->flags & (SYN | FIN);
		struct unacked_segment u = { s->seq, p->end + phantom, number, now };
		if (unacked_add(&p->tracker->pool, &f->unacked, f->base, &u))
			next = u.end;
		else
			p->pkt->dropped[CAP_SEGMENTS]++;
	}
	if (!(p->flags & TCPA_ZERO_WINDOW_PROBE)) {
		if (after(next, f->next) || !f->next) {
			f->next = next;
			f->next_frame = number;
			f->next_ns = now;
		}
		if (s->seq == f->maxack || !f->maxack)
			f->maxack = f->next;
	}
	f->win = s->window;
	f->lastack = s->ack;
	f->lastack_ns = now;
	f->was_keep_alive = p->flags & TCPA_KEEP_ALIVE;
	f->was_probe = p->flags & TCPA_ZERO_WINDOW_PROBE;
}

static void measure_flight(struct step *p)
{
	const struct tcp_segment *s = p->s;
	struct side *f = p->f;
	if (!s->len || !f->unacked || f->gap)
		return;
	uint32_t flight = unacked_span(f->unacked, f->base) - p->r->sacked;
	f->push = f->push_closed ? s->len : f->push + s->len;
	f->push_closed = s->flags & PSH;
	p->facts->record = true;
	if (flight == 0 || flight >= IN_FLIGHT_MAX)
		return;
	p->facts->bytes_in_flight = flight - (s->flags & (SYN | FIN) ? 1 : 0);
	if (p->facts->bytes_in_flight)
		p->facts->push_bytes_sent = f->push;
}

static void analyse(struct step *p)
{
	const struct tcp_segment *s = p->s;
	struct side *f = p->f, *r = p->r;
	struct tcp_facts *facts = p->facts;
	struct unacked_segment acked;
	/* A stream met in the middle: its first segment shows 1, as after a handshake. */
	if (!f->based) {
		f->based = true;
		f->base = s->flags & SYN ? s->seq : s->seq - 1;
	}
	if (s->flags & ACK) {
		if (!r->based) {
			r->based = true;
			r->base = s->ack - 1;
		}
		r->gap = false;
	}
	p->end = s->seq + s->len;
	judge_window(p);
	judge_ack(p);
	judge_repeat(p);
	advance(p);
	/* The field counts even without the ACK flag. */
	if (unacked_ack(&p->tracker->pool, &r->unacked, s->ack, &acked)) {
		facts->acks_frame = acked.frame;
		facts->ack_rtt = p->pkt->time_ns - acked.time_ns;
	}
	measure_flight(p);
	facts->flags = p->flags;
	facts->record = facts->record || p->flags || facts->acks_frame;
	facts->analysed = true;
	facts->seq -= f->base;
	if (s->flags & ACK)
		facts->ack -= r->base;
	facts->nxtseq = facts->seq + s->len + (s->flags & (SYN | FIN) ? 1 : 0);
}

/* ---- the connection as a whole ---- */

static void note_handshake(struct stream *st, struct step *p, bool is_new)
{
	const struct tcp_segment *s = p->s;
	struct conversation *c = p->conversation;
	uint32_t flags = s->flags, len = s->len_known ? s->len : 0;
	int64_t now = p->pkt->time_ns;
	if (is_new && (flags & (SYN | ACK)) == SYN) {
		st->rest = TCP_COMPLETE_SYN | (len ? TCP_COMPLETE_DATA : 0);
	} else {
		uint8_t bits = 0;
		if ((flags & (SYN | ACK)) == (SYN | ACK))
			bits |= TCP_COMPLETE_SYNACK;
		if ((flags & (SYN | ACK)) == ACK)
			bits |= len ? TCP_COMPLETE_DATA : TCP_COMPLETE_ACK;
		if ((flags & (FIN | ACK)) == (FIN | ACK))
			bits |= TCP_COMPLETE_FIN;
		if (flags & RST)
			bits |= TCP_COMPLETE_RST;
		if (is_new)
			st->opening = bits;
		else
			st->rest |= bits;
		p->facts->opening = is_new && bits;
	}
	c->completeness = st->rest | st->opening;
	c->first_completeness = st->rest;
	if (flags & SYN) {
		p->f->first_ack = true;
		if (!(flags & ACK)) {
			st->syn_seen = true;
			st->syn_ns = now;
		}
	} else if (flags & ACK) {
		/* From the SYN to the handshake's last ACK: a whole round trip wherever the capture was
		 * taken. */
		if (st->syn_seen && !c->initial_rtt)
			c->initial_rtt = now - st->syn_ns;
		p->f->first_ack = false;
	}
	if (flags & FIN) {
		/* RFC 9293, section 3.6: who closes first and who answers */
		if (p->r->closed_first)
			p->facts->fin_passive = true;
		else
			p->facts->fin_active = p->f->closed_first = true;
	}
}

static void note_options(struct step *p)
{
	const struct tcp_segment *s = p->s;
	struct side *f = p->f, *r = p->r;
	if (s->wscale >= 0)
		f->ws = s->wscale > TCP_WSCALE_MAX ? TCP_WSCALE_MAX : (int8_t)s->wscale;
	for (unsigned i = 0; i < s->nsack && i < SACK_BLOCKS; i++)
		f->sacked += s->sack_re[i] - s->sack_le[i];
	if (!s->whole || !(s->flags & SYN))
		return;
	/* RFC 7323, section 2.2: scaling holds only when both sides offer it. */
	if (f->ws == WS_UNKNOWN)
		f->ws = r->ws = WS_UNUSED;
	else if (s->flags & ACK && r->ws == WS_UNUSED)
		f->ws = WS_UNUSED;
	/* A SYN that is sent again goes without them: what was sent once holds. */
	if (!(s->flags & ACK) && s->tfo_cookie && s->len_known && s->len)
		f->tfo_data = true;
}

/* The conversation's state, made for a new one. *reused: the segment opens the pair of ports once more. */
static struct stream *find_stream(struct tcp_tracker *t, struct conversations *all, const struct packet *pkt,
	const struct tcp_segment *s, unsigned direction, struct tcp_facts *facts, bool *is_new, bool *reused)
{
	struct conversation *c =
		conv_get(all, CONV_TCP, pkt->net_src, s->srcport, pkt->net_dst, s->dstport, &facts->from_a);
	if (!c)
		return NULL;
	struct stream *st = c->tcp;
	if (st && (s->flags & (SYN | ACK)) == SYN) {
		struct side *f = &st->side[direction];
		if (f->based && s->seq != f->base) {
			/* Nothing of this pair goes to the old conversation any more. */
			struct conversation *fresh =
				conv_renew(all, CONV_TCP, pkt->net_src, s->srcport, pkt->net_dst, s->dstport);
			if (!fresh)
				return NULL;
			c->tcp = NULL;
			stream_end(t, st);
			c = fresh;
			st = NULL;
			facts->from_a = true;
			*reused = true;
		} else if (f->based) {
			f->next = f->maxack; /* the SYN again */
			facts->record = true;
		}
	} else if (st && (s->flags & (SYN | ACK)) == (SYN | ACK)) {
		struct side *f = &st->side[direction];
		if (f->based && s->seq != f->base) {
			f->base = s->seq;
			*reused = true;
			/* Seen a second time, the first one is the one that changes the number. */
			facts->reused_before = st->synack_frame;
			st->synack_frame = 0;
		} else if (!st->synack_seen) {
			st->synack_frame = pkt->number;
		}
		st->synack_seen = true;
	}
	facts->conversation = c;
	/* One that was opened ahead (FTP's data) is there before its first segment: the SYN counts for
	 * nothing. */
	*is_new = !st && !*reused && !c->foretold;
	if (!st && (c->tcp = st = stream_new(t)) && *reused)
		c->completeness = st->rest = TCP_COMPLETE_SYN;
	return st;
}

bool tcp_track(struct tcp_tracker *t, struct conversations *all, const struct packet *pkt,
	const struct tcp_segment *s, struct tcp_facts *facts)
{
	/* The directions are told apart by the order of the ends, whoever side A is. */
	unsigned direction =
		pkt->net_src != pkt->net_dst ? pkt->net_src > pkt->net_dst : s->srcport > s->dstport;
	bool is_new, reused = false;
	struct stream *st = find_stream(t, all, pkt, s, direction, facts, &is_new, &reused);
	if (!st)
		return false;
	struct conversation *c = facts->conversation;
	struct step p = { t, pkt, s, c, &st->side[direction], &st->side[!direction], .facts = facts };
	if (reused)
		p.flags |= TCPA_REUSED_PORTS;
	facts->seq = s->seq;
	facts->ack = s->ack;
	facts->window = s->window;
	p.f->sacked = 0;
	if (s->len_known)
		analyse(&p);
	facts->base = p.f->based ? p.f->base : 0;
	facts->ack_base = p.r->based ? p.r->base : 0;
	if (s->hdr_len < 20)
		return true;
	/* A SYN's own window is never scaled (RFC 7323, section 2.2). */
	if (!(s->flags & SYN)) {
		facts->has_scale = true;
		facts->scale = p.f->ws < 0 ? p.f->ws : 1 << p.f->ws;
		if (s->len_known && p.f->ws > 0)
			facts->window <<= p.f->ws;
	}
	facts->tfo_ignored = (s->flags & (SYN | ACK)) == (SYN | ACK) && p.r->tfo_data && facts->ack == 1;
	note_handshake(st, &p, is_new);
	note_options(&p);
	return true;
}
