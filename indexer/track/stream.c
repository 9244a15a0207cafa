#include "indexer/track/stream.h"

#include <stdlib.h>
#include <string.h>

#include "indexer/track/pieces.h"

#define WAIT_MAX 64 /* messages completed in one frame */

struct streams {
	uint64_t total;                  /* octets that wait */
	TAILQ_HEAD(, stream_side) sides; /* the one that rested longest first */
	unsigned nsides;
	struct stream_message *done[WAIT_MAX]; /* whole: their octets are freed when the next frame begins */
	unsigned ndone;
};

struct streams *streams_new(void)
{
	struct streams *all = calloc(1, sizeof(*all));
	if (all)
		TAILQ_INIT(&all->sides);
	return all;
}

static void message_release(struct streams *all, struct stream_message *m)
{
	all->total -= m->size;
	free(m->data);
	free(m->parts);
	m->data = NULL;
	m->parts = NULL;
	m->size = m->covered = m->nparts = m->parts_size = 0;
}

static void side_free(struct streams *all, struct packet *pkt, struct stream_side *s)
{
	for (unsigned i = 0; i < STREAM_MESSAGES_MAX; i++) {
		const struct stream_message *m = &s->at[i];
		if (pkt && m->used && !m->whole_frame && !m->lost)
			pkt->dropped[CAP_STREAM_BYTES]++;
		message_release(all, &s->at[i]);
	}
	TAILQ_REMOVE(&all->sides, s, list);
	all->nsides--;
	*s->owner = NULL;
	free(s);
}

void streams_free(struct streams *all)
{
	if (!all)
		return;
	while (!TAILQ_EMPTY(&all->sides))
		side_free(all, NULL, TAILQ_FIRST(&all->sides));
	free(all);
}

void streams_frame(struct streams *all)
{
	for (unsigned i = 0; i < all->ndone; i++)
		if (all->done[i]->whole_frame)
			message_release(all, all->done[i]);
	all->ndone = 0;
}

struct stream_message *stream_at(const struct conversation *c, unsigned side, uint32_t seq)
{
	struct stream_side *s = c->sides[side];
	for (unsigned i = 0; s && i < STREAM_MESSAGES_MAX; i++)
		if (s->at[i].used && s->at[i].seq == seq)
			return &s->at[i];
	return NULL;
}

struct stream_message *stream_before(const struct conversation *c, unsigned side, uint32_t seq)
{
	struct stream_side *s = c->sides[side];
	struct stream_message *best = NULL;
	for (unsigned i = 0; s && i < STREAM_MESSAGES_MAX; i++) {
		struct stream_message *m = &s->at[i];
		/* Sequence numbers compare modulo 2^32 (RFC 9293, section 3.4). */
		if (m->used && (int32_t)(seq - m->seq) > 0 && (!best || (int32_t)(m->seq - best->seq) > 0))
			best = m;
	}
	return best;
}

static struct stream_side *side_get(
	struct streams *all, struct packet *pkt, struct conversation *c, unsigned side)
{
	struct stream_side *s = c->sides[side];
	if (s)
		return s;
	if (all->nsides == STREAM_SIDES_MAX) {
		streams_frame(all);
		side_free(all, pkt, TAILQ_FIRST(&all->sides));
	}
	if (!(s = calloc(1, sizeof(*s))))
		return NULL;
	TAILQ_INSERT_TAIL(&all->sides, s, list);
	all->nsides++;
	s->owner = &c->sides[side];
	c->sides[side] = s;
	return s;
}

struct stream_message *stream_begin(struct streams *all, struct packet *pkt, struct conversation *c,
	unsigned side, uint32_t seq, uint32_t end)
{
	struct stream_side *s = side_get(all, pkt, c, side);
	if (!s)
		return NULL;
	struct stream_message *m = stream_at(c, side, seq);
	if (!m) {
		m = &s->at[s->next];
		s->next = (s->next + 1) % STREAM_MESSAGES_MAX;
	}
	if (m->data) {
		streams_frame(all); /* it may wait there */
		message_release(all, m);
	}
	*m = (struct stream_message) { .seq = seq, .end = end, .first_frame = pkt->number, .used = true };
	return m;
}

/* Room for `len` octets of the message. False: there is none. */
static bool reserve(struct streams *all, struct packet *pkt, struct stream_side *side,
	struct stream_message *m, uint32_t len)
{
	if (len <= m->size)
		return true;
	if (len > STREAM_MESSAGE_MAX)
		return false;
	uint32_t size = m->size ? m->size : 4096;
	while (size < len)
		size *= 2;
	while (all->total + (size - m->size) > STREAM_TOTAL_MAX) {
		struct stream_side *oldest = TAILQ_FIRST(&all->sides);
		if (oldest == side)
			return false;
		streams_frame(all);
		side_free(all, pkt, oldest);
	}
	uint8_t *data = realloc(m->data, size);
	if (!data)
		return false;
	all->total += size - m->size;
	m->data = data;
	m->size = size;
	return true;
}

/* Say of each part whether it brings other octets than the parts before it in their order, where they
 * overlap: of a new one, and of those behind it, whose octets it is about to replace. (What three parts
 * brought of one place is told by the one that counted so far.) */
static void mark_conflicts(struct stream_message *m, struct stream_part *p, const uint8_t *octets)
{
	uint32_t reach = 0, end = p->offset + p->len;
	for (const struct stream_part *q = m->parts; q < p; q++)
		if (q->offset + q->len > reach)
			reach = q->offset + q->len;
	uint32_t until = end < reach ? end : reach, from = p->offset > reach ? p->offset : reach;
	if (p->offset < until && memcmp(m->data + p->offset, octets, until - p->offset) != 0)
		p->conflict = true;
	for (struct stream_part *q = p + 1; q < m->parts + m->nparts; q++) {
		uint32_t start = q->offset > from ? q->offset : from,
			 stop = q->offset + q->len < end ? q->offset + q->len : end;
		if (start < stop && memcmp(m->data + start, octets + (start - p->offset), stop - start) != 0)
			q->conflict = true;
	}
}

/* Where parts overlap, the octets of the one that begins first count, and of two that begin together those of
 * the first to come: a part is written behind what the parts before it in that order reach. */
static void write_part(struct stream_message *m, const struct stream_part *p, const uint8_t *octets)
{
	uint32_t from = p->offset, end = p->offset + p->len;
	for (const struct stream_part *q = m->parts; q < p; q++)
		if (q->offset + q->len > from)
			from = q->offset + q->len;
	if (from < end)
		memcpy(m->data + from, octets + (from - p->offset), end - from);
}

static void cover(struct stream_message *m)
{
	for (uint32_t i = 0; i < m->nparts && m->parts[i].offset <= m->covered; i++)
		if (m->parts[i].offset + m->parts[i].len > m->covered)
			m->covered = m->parts[i].offset + m->parts[i].len;
}

static struct piece piece_at(const void *message, uint32_t i)
{
	const struct stream_part *p = &((const struct stream_message *)message)->parts[i];
	return (struct piece) { p->offset, p->len, p->at };
}

size_t stream_refer(const struct stream_message *m, const uint8_t *octets, uint32_t n, char *out, size_t size)
{
	uintptr_t at = (uintptr_t)octets, base = (uintptr_t)m->data;
	if (at < base || at + n > base + m->covered)
		return 0;
	return pieces_write(m, m->nparts, piece_at, (uint32_t)(at - base), n, out, size);
}

bool stream_add(struct streams *all, struct packet *pkt, struct stream_side *side, struct stream_message *m,
	uint32_t offset, const uint8_t *octets, uint32_t len, bool more, uint16_t layer)
{
	if (m->whole_frame || m->lost)
		return false;
	TAILQ_REMOVE(&all->sides, side, list);
	TAILQ_INSERT_TAIL(&all->sides, side, list);
	if (m->nparts == m->parts_size) {
		uint32_t size = m->parts_size ? m->parts_size * 2 : 8;
		struct stream_part *parts = realloc(m->parts, size * sizeof(*parts));
		if (parts) {
			m->parts = parts;
			m->parts_size = size;
		}
	}
	if (m->nparts == m->parts_size || offset > STREAM_MESSAGE_MAX || len > STREAM_MESSAGE_MAX ||
		!reserve(all, pkt, side, m, offset + len)) {
		pkt->dropped[CAP_STREAM_BYTES]++;
		message_release(all, m);
		m->lost = true;
		return false;
	}
	uint32_t i = m->nparts++;
	for (; i && m->parts[i - 1].offset > offset; i--)
		m->parts[i] = m->parts[i - 1];
	m->parts[i] = (struct stream_part) { offset, len, pkt->number, layer, false,
		piece_place(pkt, octets, len), 0 };
	if (i + 1 == m->nparts && offset == m->covered) { /* as nearly always: in order */
		if (len) /* a piece that only says that it is the last may have none */
			memcpy(m->data + offset, octets, len);
		m->covered += len;
	} else {
		mark_conflicts(m, &m->parts[i], octets);
		write_part(m, &m->parts[i], octets);
		if (offset <= m->covered)
			cover(m);
	}
	if (!more && !m->last)
		m->last = offset + len;
	if (!m->last || m->covered < m->last)
		return false;
	m->whole_frame = pkt->number;
	if (all->ndone < WAIT_MAX)
		all->done[all->ndone++] = m;
	return true;
}

void stream_reopen(struct stream_message *m, uint32_t end, bool takes_segment)
{
	m->end = end;
	m->takes_segment = takes_segment;
	m->whole_frame = 0;
	m->last = 0;
}

void streams_unfinished(
	const struct streams *all, void (*f)(void *ctx, const struct stream_message *m), void *ctx)
{
	const struct stream_side *s;
	TAILQ_FOREACH(s, &all->sides, list)
	for (unsigned i = 0; i < STREAM_MESSAGES_MAX; i++)
		if (s->at[i].used && !s->at[i].whole_frame && !s->at[i].lost)
			f(ctx, &s->at[i]);
}
