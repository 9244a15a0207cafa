/* Messages in TCP segments: each run through a segment's payload calls the dissector for what begins there or
 * for what was completed there, and keeps what has to wait (track/stream.h). */
#include "indexer/dissectors/pseudo.h"
#include "indexer/loop.h"

enum { FIN = 0x01, RST = 0x04 };

#define UNTIL_FIN_SPAN (UINT32_C(1) << 30)
#define SEGMENT_KEEPS                                                                                        \
	(UINT32_C(1) << 20) /* a longer rest of a segment begins no message, as in Wireshark                 \
			     */
#define NOT_DISSECTED (TCPA_RETRANSMISSION | TCPA_SPURIOUS_RETRANSMISSION | TCPA_OUT_OF_ORDER)

/* Sequence numbers compare modulo 2^32 (RFC 9293, section 3.4). */
static bool before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

static struct next *push(struct packet *pkt, enum next_kind kind, unsigned run)
{
	if (pkt->nnext == PACKET_NEXT_MAX) {
		pkt->dropped[CAP_NEXT]++;
		return NULL;
	}
	struct next *n = &pkt->next[pkt->nnext++];
	*n = (struct next) { .kind = kind, .key = run, .parent = pkt->runs[run].layer };
	return n;
}

/* Octets for whoever claims the ports. Those of what is no part of a message before it, out of its order or
 * sent again, are for nobody; but a segment that cannot be part of a message (cut, a fragment) is looked at
 * even where it was acknowledged before. */
static void call(struct packet *pkt, struct segment_run *r, struct cursor c, bool may_want)
{
	r->data = c.data;
	r->len = c.len;
	r->ntokens = pkt->ntokens;
	r->nitems = pkt->nitems;
	r->nlayers = pkt->nlayers;
	r->column = pkt->column;
	r->nrows = pkt->rows->nopened;
	info_save(pkt, (unsigned)(r - pkt->runs));
	pkt->want.from = NULL;
	pkt->current = r->layer;
	if (r->flags & (may_want ? NOT_DISSECTED : NOT_DISSECTED & ~TCPA_SPURIOUS_RETRANSMISSION))
		return;
	struct next *n = c.len ? push(pkt, NEXT_PAYLOAD, (unsigned)(r - pkt->runs)) : NULL;
	if (!n)
		return;
	n->cursor = c;
	/* The octet of a keep-alive means nothing (RFC 9293, section 3.8.4). */
	if (r->flags & TCPA_KEEP_ALIVE) {
		n->direct = &proto_data;
		return;
	}
	n->table = CLAIM_TCP_PORT;
	n->key = r->srcport;
	n->key2 = r->dstport;
	n->stream = true;
	n->may_want = may_want;
}

static struct cursor message_cursor(struct packet *pkt, const struct stream_message *m)
{
	return (struct cursor) { m->data, 0, m->last, m->last, &pkt->fail };
}

size_t segment_refer(const struct packet *pkt, const uint8_t *octets, uint32_t n, char *out, size_t size)
{
	for (unsigned i = 0; i < pkt->nruns; i++) {
		const struct stream_message *m = pkt->runs[i].message;
		size_t used = m ? stream_refer(m, octets, n, out, size) : 0;
		if (used)
			return used;
	}
	return 0;
}

/* Said of a segment that shows nothing but a part of a message. */
static void show_part(struct packet *pkt, const struct segment_run *r)
{
	if (!r->dissected)
		info_sep(pkt, " ", "[TCP segment of a reassembled PDU]");
}

void segment_step(struct dissection *d, unsigned run)
{
	struct packet *pkt = &d->pkt;
	struct segment_run *r = &pkt->runs[run];
	struct stream_message *m = stream_at(r->conversation, r->side, r->seq);
	r->message = NULL;
	r->follows = 0;
	/* The beginning of a message, once more. */
	if (m && !before(m->end, r->end))
		return;
	if (r->flags & TCPA_RETRANSMISSION)
		return;
	if (!m)
		m = stream_before(r->conversation, r->side, r->seq);
	if (!m || !before(r->seq, m->end)) {
		if (r->flags & NOT_DISSECTED)
			return;
		call(pkt, r, r->rest, true);
		push(pkt, NEXT_CONCLUDE, run);
		return;
	}
	if (m->whole_frame && m->whole_frame != pkt->number) {
		/* Octets of a message that is whole already: Wireshark's reassembly refuses them, and the
		 * segment ends there. */
		pkt_item(pkt, &proto_malformed, 0);
		info_add(pkt, "%s",
			"[Reassembly error, protocol TCP: New fragment overlaps old data (retransmission?)]");
		return;
	}
	uint32_t len = m->takes_segment || before(r->end, m->end) ? r->end - r->seq : m->end - r->seq;
	bool whole = stream_add(d->streams, pkt, r->conversation->sides[r->side], m, r->seq - m->seq,
		r->rest.data, len, before(r->end, m->end), r->tcp_layer);
	if (m->takes_segment) {
		m->takes_segment = false;
		if (before(m->end, r->end))
			m->end = r->end;
	}
	if (before(m->end, r->end) && len)
		r->follows = m->end - r->seq;
	if (whole) {
		r->message = m;
		r->brought = len;
		call(pkt, r, message_cursor(pkt, m), true);
		push(pkt, NEXT_CONCLUDE, run);
	} else {
		show_part(pkt, r);
		if (r->follows)
			push(pkt, NEXT_CONCLUDE, run);
	}
}

/* Where octets stand in the frame, as a value of KIND_BYTES; 0: elsewhere. */
static int64_t span_in_frame(const struct packet *pkt, const uint8_t *octets, uint32_t n)
{
	uintptr_t at = (uintptr_t)octets, frame = (uintptr_t)pkt->data;
	return n && at >= frame && at - frame < pkt->cap_len ? SPAN_MAKE(at - frame, n) : 0;
}

/* As if the dissector had never been called. */
static void take_back(struct packet *pkt, const struct segment_run *r)
{
	rows_take_back(pkt->rows, r->nrows);
	pkt->ntokens = r->ntokens;
	pkt->nitems = r->nitems;
	pkt->nlayers = r->nlayers;
	pkt->column = r->column;
	info_restore(pkt, (unsigned)(r - pkt->runs));
}

/* What the dissector could not take begins a message at `seq`. */
static void begin_message(struct dissection *d, struct segment_run *r, uint32_t seq, uint32_t more)
{
	struct packet *pkt = &d->pkt;
	if (r->end - seq > SEGMENT_KEEPS)
		return;
	uint32_t end = r->end + (more == WANT_SEGMENT ? 1 : more == WANT_FIN ? UNTIL_FIN_SPAN : more);
	struct stream_message *m = stream_begin(d->streams, pkt, r->conversation, r->side, seq, end);
	if (!m)
		return;
	struct stream_side *side = r->conversation->sides[r->side];
	m->takes_segment = more == WANT_SEGMENT;
	if (more == WANT_FIN)
		side->until_fin = true;
	const uint8_t *octets = r->rest.data + (seq - r->seq);
	stream_add(d->streams, pkt, side, m, 0, octets, r->end - seq, true, r->tcp_layer);
	if (seq != r->start && m->nparts == 1)
		m->parts[0].tail = span_in_frame(pkt, octets, r->end - seq);
}

/* The message goes on: it was shorter than it said. */
static void extend(struct segment_run *r, uint32_t more)
{
	struct stream_message *m = r->message;
	uint32_t end;
	if (more == WANT_SEGMENT) {
		end = (before(m->end, r->end) ? r->end : m->end) + 1;
	} else if (more == WANT_FIN) {
		r->conversation->sides[r->side]->until_fin = true;
		end = m->seq + UNTIL_FIN_SPAN;
	} else if (!before(r->seq + r->brought, m->end)) {
		end = r->seq + r->brought + more;
	} else {
		end = m->end + more; /* completed out of order */
	}
	stream_reopen(m, end, more == WANT_SEGMENT);
	r->follows = 0;
}

void segment_conclude(struct dissection *d, unsigned run)
{
	struct packet *pkt = &d->pkt;
	struct segment_run *r = &pkt->runs[run];
	const struct want want = pkt->want;
	bool wants = want.from && (uintptr_t)want.from >= (uintptr_t)r->data &&
		     (uintptr_t)want.from <= (uintptr_t)r->data + r->len;
	uint32_t at = wants ? (uint32_t)(want.from - r->data) : 0;
	pkt->want.from = NULL;
	if (r->message && wants && at <= r->len - r->brought) {
		at = 0;
		take_back(pkt, r);
		show_part(pkt, r);
		extend(r, want.more);
	} else if (r->message) {
		bool all = r->seq == r->start && r->brought == r->end - r->seq;
		/* What begins the next message is no part of this one. */
		tcp_reassembled(pkt, r->layer, r->tcp_layer, r->message, wants ? at : r->message->last,
			all ? 0 : span_in_frame(pkt, r->rest.data, r->brought));
		if (wants)
			begin_message(d, r, r->seq + r->brought - (r->len - at), want.more);
	} else if (wants) {
		if (at == 0) {
			take_back(pkt, r);
			show_part(pkt, r);
		}
		begin_message(d, r, r->seq + at, want.more);
	}
	if (!(wants && at == 0))
		r->dissected = true;
	if (!r->follows)
		return;
	info_fence(pkt); /* what follows shows behind it */
	r->seq += r->follows;
	cur_skip(&r->rest, r->follows);
	r->rest = cur_rest(&r->rest);
	push(pkt, NEXT_SEGMENT, run);
}

/* Where a message goes on until the sender closes, the segment that closes completes it. */
static bool close_message(
	struct dissection *d, struct segment_run *r, uint32_t seq, struct cursor payload, struct row *row)
{
	struct packet *pkt = &d->pkt;
	struct stream_side *side = r->conversation->sides[r->side];
	if (!side || !side->until_fin)
		return false;
	if (side->fin_frame && side->fin_frame != pkt->number) {
		tcp_closed_again(row, side->fin_frame);
		return false;
	}
	side->fin_frame = pkt->number;
	struct stream_message *m = stream_at(r->conversation, r->side, seq);
	if (!m)
		m = stream_before(r->conversation, r->side, seq);
	if (!m || !stream_add(d->streams, pkt, side, m, seq - m->seq, payload.data, payload.len, false,
			  r->tcp_layer))
		return false;
	tcp_reassembled(pkt, r->layer, r->tcp_layer, m, m->last, 0);
	r->message = m;
	call(pkt, r, message_cursor(pkt, m), false);
	return true;
}

void segment_payload(struct dissection *d, const struct tcp_segment *s, const struct tcp_facts *facts)
{
	struct packet *pkt = &d->pkt;
	bool whole = s->len_known && s->payload.cap == s->payload.len && !pkt->in_error && !pkt->fragmented;
	if (s->flags & RST)
		return;
	if (pkt->nruns == PACKET_RUNS_MAX) {
		pkt->dropped[CAP_LAYERS]++;
		return;
	}
	struct segment_run *r = &pkt->runs[pkt->nruns++];
	*r = (struct segment_run) { .conversation = facts->conversation,
		.side = !facts->from_a,
		.flags = facts->flags,
		.seq = s->seq,
		.start = s->seq,
		.end = s->seq + s->payload.len,
		.rest = s->payload,
		.srcport = s->srcport,
		.dstport = s->dstport,
		.layer = pkt->current,
		.tcp_layer = s->row->layer };
	if (whole && s->flags & FIN && close_message(d, r, s->seq, s->payload, s->row))
		return;
	/* A payload of which nothing was captured goes to no one. What was acknowledged before is ignored;
	 * but in a cut segment, which stands alone. */
	if (s->payload.cap == 0 || (whole && facts->flags & TCPA_SPURIOUS_RETRANSMISSION))
		return;
	if (whole)
		segment_step(d, pkt->nruns - 1);
	else
		call(pkt, r, s->payload, false);
}
