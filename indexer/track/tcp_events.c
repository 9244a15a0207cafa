#include "indexer/track/tcp_events.h"

#include <stdlib.h>

enum { FIN = 0x01, SYN = 0x02, RST = 0x04, ACK = 0x10, URG = 0x20 };

#define MIN_HEADER 20

/* What is kept of one direction. */
struct end {
	uint32_t last_frame;
	uint32_t fin_frame; /* the first FIN; 0 none */
	uint32_t fin_end;   /* number behind it */
	int64_t fin_ns;
	bool fin_acked;
};

/* A connection from SYN to FIN. */
struct life {
	struct end end[2];
	uint32_t syn_frame;    /* the first SYN; 0 none */
	uint32_t synack_frame; /* the last SYN-ACK; 0 none */
	uint32_t synack_end;   /* number behind it */
	int64_t syn_ns;        /* of the last SYN */
	uint8_t opener;        /* direction of the SYN */
	bool established;
};

#define SLAB 256

struct slab {
	struct slab *next;
	struct life at[SLAB];
};

struct tcp_events {
	struct slab *slabs; /* the newest first; only that one has room */
	unsigned used;      /* in the newest slab */
};

struct tcp_events *tcp_events_new(void)
{
	return calloc(1, sizeof(struct tcp_events));
}

void tcp_events_free(struct tcp_events *all)
{
	if (!all)
		return;
	for (struct slab *s = all->slabs, *next; s; s = next) {
		next = s->next;
		free(s);
	}
	free(all);
}

static struct life *life_of(struct tcp_events *all, struct conversation *c)
{
	if (c->tcp_life)
		return c->tcp_life;
	if (!all->slabs || all->used == SLAB) {
		struct slab *slab = calloc(1, sizeof(*slab));
		if (!slab)
			return NULL;
		slab->next = all->slabs;
		all->slabs = slab;
		all->used = 0;
	}
	return c->tcp_life = &all->slabs->at[all->used++];
}

/* The list under construction. */
struct list {
	struct tcp_event *at;
	unsigned n;
};

static struct tcp_event *add(struct list *l, unsigned kind, uint32_t other)
{
	struct tcp_event *e = &l->at[l->n++];
	*e = (struct tcp_event) { .kind = (uint8_t)kind, .other = other };
	return e;
}

static void add_value(struct list *l, unsigned kind, uint32_t other, int64_t value)
{
	struct tcp_event *e = add(l, kind, other);
	e->has_value = true;
	e->value = value;
}

/* ---- handshake and teardown (RFC 9293, sections 3.5 and 3.6) ---- */

static void take_syn(struct list *l, struct life *life, unsigned direction, const struct packet *pkt,
	const struct tcp_segment *s)
{
	if (!(s->flags & ACK)) {
		add_value(l, EVENT_SYN, life->syn_frame, s->dstport);
		if (!life->syn_frame) {
			life->syn_frame = pkt->number;
			life->opener = (uint8_t)direction;
		}
		life->syn_ns = pkt->time_ns;
		return;
	}
	add_value(l, EVENT_SYN_ACK, life->syn_frame, s->srcport);
	if (!life->syn_frame)
		life->opener = !direction;
	if (direction != life->opener) {
		life->synack_frame = pkt->number;
		life->synack_end = s->seq + s->len + 1;
	}
}

static void take_ack(struct list *l, struct life *life, unsigned direction, const struct packet *pkt,
	const struct tcp_segment *s)
{
	struct end *other = &life->end[!direction];
	if (life->synack_frame && !life->established && direction == life->opener &&
		!(s->flags & (SYN | RST)) && (int32_t)(s->ack - life->synack_end) >= 0) {
		life->established = true;
		if (life->syn_frame)
			add_value(l, EVENT_ESTABLISHED, life->synack_frame, pkt->time_ns - life->syn_ns);
		else
			add(l, EVENT_ESTABLISHED, life->synack_frame);
	}
	if (other->fin_frame && !other->fin_acked && (int32_t)(s->ack - other->fin_end) >= 0) {
		other->fin_acked = true;
		add_value(l, EVENT_FIN_ACKED, other->fin_frame, pkt->time_ns - other->fin_ns);
	}
}

static void take_steps(struct list *l, struct life *life, unsigned direction, const struct packet *pkt,
	const struct tcp_segment *s)
{
	struct end *mine = &life->end[direction];
	if (s->flags & SYN)
		take_syn(l, life, direction, pkt, s);
	if (s->flags & ACK)
		take_ack(l, life, direction, pkt, s);
	if (s->flags & FIN) {
		add(l, EVENT_FIN, mine->fin_frame);
		if (!mine->fin_frame) {
			mine->fin_frame = pkt->number;
			mine->fin_end = s->seq + s->len + 1;
			mine->fin_ns = pkt->time_ns;
		}
	}
	if (s->flags & RST)
		add(l, EVENT_RST, life->end[!direction].last_frame);
	mine->last_frame = pkt->number;
}

/* ---- what the header and the analysis say ---- */

static void take_notes(
	struct list *l, const struct life *life, unsigned direction, const struct tcp_segment *s)
{
	for (unsigned bit = 0; EVENT_NOTES + bit <= EVENT_DSACK; bit++)
		if (s->notes >> bit & 1 && EVENT_NOTES + bit != EVENT_OPTION_INVALID)
			add(l, EVENT_NOTES + bit,
				EVENT_NOTES + bit == EVENT_FIN_PASSIVE ? life->end[!direction].fin_frame : 0);
	for (unsigned i = 0; i < s->nodd; i++)
		add_value(l, EVENT_OPTION_INVALID, 0,
			s->odd[i].problem << 16 | s->odd[i].kind << 8 | s->odd[i].len);
	if (!(s->flags & ACK) && s->ack)
		add(l, EVENT_ACK_NONZERO, 0);
	if (s->urgent && !(s->flags & URG))
		add(l, EVENT_URGENT_NON_ZERO, 0);
	if (s->wscale > TCP_WSCALE_MAX)
		add_value(l, EVENT_WSCALE_INVALID, 0, s->wscale);
}

static void take_analysis(
	struct list *l, const struct life *life, unsigned direction, const struct tcp_facts *f)
{
	for (unsigned bit = 0; f->flags >> bit; bit++) {
		unsigned kind = bit + 1;
		if (!(f->flags >> bit & 1))
			continue;
		if (kind == EVENT_RETRANSMISSION && f->rto)
			add_value(l, kind, f->rto_frame, f->rto);
		else if (kind == EVENT_DUPLICATE_ACK)
			add_value(l, kind, f->dup_ack_frame, f->dup_ack_num);
		else if (kind == EVENT_WINDOW_UPDATE)
			add_value(l, kind, 0, f->window);
		else if (kind == EVENT_KEEP_ALIVE_ACK || kind == EVENT_ZERO_WINDOW_PROBE_ACK)
			add(l, kind, life->end[!direction].last_frame);
		else
			add(l, kind, 0);
		/* Wireshark marks all three kinds with this one as well. */
		if (kind == EVENT_FAST_RETRANSMISSION || kind == EVENT_SPURIOUS_RETRANSMISSION)
			add(l, EVENT_RETRANSMISSION, 0);
	}
}

unsigned tcp_events_take(struct tcp_events *all, const struct packet *pkt, const struct tcp_segment *s,
	const struct tcp_facts *f, struct tcp_event list[TCP_EVENTS_MAX])
{
	struct list l = { list, 0 };
	/* As in tcp.c: by the order of the ends, whoever side A is. */
	unsigned direction =
		pkt->net_src != pkt->net_dst ? pkt->net_src > pkt->net_dst : s->srcport > s->dstport;
	struct life *life = life_of(all, f->conversation);
	if (!life)
		return 0;
	if (s->hdr_len < MIN_HEADER) {
		add_value(&l, EVENT_BOGUS_HEADER_LENGTH, 0, s->hdr_len);
		return l.n;
	}
	take_steps(&l, life, direction, pkt, s);
	take_notes(&l, life, direction, s);
	if (s->malformed)
		add(&l, EVENT_MALFORMED, 0);
	if ((s->flags & (SYN | ACK)) == (SYN | ACK) && f->ack > 1)
		add(&l, EVENT_TFO_ACK, 0);
	if (f->record && f->analysed && s->whole)
		take_analysis(&l, life, direction, f);
	return l.n;
}
