#include "query/follow_order.h"

#include <stdlib.h>

#include "schema/list.h"

/* Sequence numbers count modulo 2^32: which one is before the other (RFC 9293, section 3.4). */
static int32_t ahead(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b);
}

/* A piece that waits; `nth` in order of arrival. */
struct waiting {
	struct follow_piece piece;
	uint64_t nth;
};

/* A binary heap: the first one is at [0]. */
struct heap {
	struct waiting *list;
	size_t n, size;
	bool by_arrival; /* else by sequence number */
};

struct follow_order {
	follow_piece_fn *take;
	void *ctx;
	uint32_t expected; /* sequence number of the next new octet */
	bool begun;        /* octets were given */
	uint64_t arrivals;
	struct heap later; /* beyond what is expected */
	struct heap ready; /* at or before it: looked at in order of arrival */
};

static bool before(const struct heap *h, const struct waiting *a, const struct waiting *b)
{
	if (!h->by_arrival && a->piece.seq != b->piece.seq)
		return ahead(a->piece.seq, b->piece.seq) < 0;
	return a->nth < b->nth;
}

static int heap_add(struct heap *h, const struct waiting *w)
{
	struct waiting *list = list_room(h->list, &h->size, h->n, sizeof(*list));
	if (!list)
		return -1;
	h->list = list;
	size_t i = h->n++;
	for (; i && before(h, w, &h->list[(i - 1) / 2]); i = (i - 1) / 2)
		h->list[i] = h->list[(i - 1) / 2];
	h->list[i] = *w;
	return 0;
}

static struct waiting heap_take(struct heap *h)
{
	struct waiting first = h->list[0], last = h->list[--h->n];
	size_t i = 0;
	for (;;) {
		size_t child = 2 * i + 1;
		if (child >= h->n)
			break;
		if (child + 1 < h->n && before(h, &h->list[child + 1], &h->list[child]))
			child++;
		if (!before(h, &h->list[child], &last))
			break;
		h->list[i] = h->list[child];
		i = child;
	}
	if (h->n)
		h->list[i] = last;
	return first;
}

struct follow_order *follow_order_new(follow_piece_fn *take, void *ctx)
{
	struct follow_order *o = calloc(1, sizeof(*o));
	if (o) {
		o->take = take;
		o->ctx = ctx;
		o->ready.by_arrival = true;
	}
	return o;
}

static void heap_free(struct heap *h)
{
	while (h->n)
		free(h->list[--h->n].piece.copy);
	free(h->list);
}

void follow_order_free(struct follow_order *o)
{
	if (!o)
		return;
	heap_free(&o->later);
	heap_free(&o->ready);
	free(o);
}

/* Without its first octets. */
static void cut_front(struct follow_piece *p, uint32_t n)
{
	p->seq += n;
	p->offset += n;
	p->length -= n;
}

/* Give what of the waiting pieces fits now: the one that came first among those that do not lie beyond the
 * end, again and again, for each may move the end. */
static int give_waiting(struct follow_order *o)
{
	for (;;) {
		while (o->later.n && ahead(o->later.list[0].piece.seq, o->expected) <= 0) {
			struct waiting w = heap_take(&o->later);
			if (heap_add(&o->ready, &w) < 0) {
				free(w.piece.copy);
				return FOLLOW_NO_MEMORY;
			}
		}
		if (!o->ready.n)
			return 0;
		struct follow_piece p = heap_take(&o->ready).piece;
		uint32_t seen = o->expected - p.seq;
		if (seen >= p.length) { /* all of it came another way */
			free(p.copy);
			continue;
		}
		cut_front(&p, seen);
		o->expected += p.length;
		int rc = o->take(o->ctx, &p, 0);
		if (rc)
			return rc;
	}
}

int follow_order_ack(struct follow_order *o, uint32_t ack, uint32_t frame)
{
	int rc = give_waiting(o);
	while (rc == 0 && o->later.n && ahead(ack, o->later.list[0].piece.seq) > 0) {
		uint32_t next = o->later.list[0].piece.seq, missing = next - o->expected;
		const struct follow_piece gap = { .seq = o->expected, .frame = frame };
		o->expected = next;
		rc = o->take(o->ctx, &gap, missing);
		if (rc == 0)
			rc = give_waiting(o);
	}
	return rc;
}

int follow_order_segment(struct follow_order *o, struct follow_piece p, uint32_t length)
{
	if (!o->begun && o->expected == 0)
		o->expected = p.seq;
	/* Of a segment that begins before the end only what reaches beyond it is new. */
	uint32_t seen = o->expected - p.seq, end = p.seq + length;
	if (ahead(p.seq, o->expected) < 0 && ahead(end, o->expected) > 0) {
		length = end - o->expected;
		cut_front(&p, p.length > seen ? seen : p.length);
		p.seq = o->expected;
	}
	if (p.length == 0 || ahead(p.seq, o->expected) < 0) {
		free(p.copy);
		return 0;
	}
	if (p.seq != o->expected) {
		const struct waiting w = { p, o->arrivals++ };
		if (heap_add(&o->later, &w) == 0)
			return 0;
		free(p.copy);
		return FOLLOW_NO_MEMORY;
	}
	o->expected += length;
	o->begun = true;
	int rc = o->take(o->ctx, &p, 0);
	return rc ? rc : give_waiting(o);
}
