#include "indexer/track/tcp_unacked.h"

#include <stdlib.h>
#include <string.h>

/* Sequence numbers compare modulo 2^32 (RFC 9293, section 3.4). */
static void measure(struct unacked *u, uint32_t base);

static bool after(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) > 0;
}

static uint32_t room(unsigned size_class)
{
	return 2u << size_class;
}

static struct unacked *take(struct unacked_pool *pool, unsigned size_class)
{
	struct unacked *u = pool->free[size_class];
	if (room(size_class) > pool->total_max - pool->total)
		return NULL;
	if (u)
		pool->free[size_class] = u->next_free;
	else if (!(u = malloc(sizeof(*u) + room(size_class) * sizeof(u->at[0]))))
		return NULL;
	pool->total += room(size_class);
	u->head = u->n = 0;
	u->size_class = (uint8_t)size_class;
	u->ordered = true;
	return u;
}

static void give_back(struct unacked_pool *pool, struct unacked *u)
{
	unsigned size_class = u->size_class;
	pool->total -= room(size_class);
	u->next_free = pool->free[size_class];
	pool->free[size_class] = u;
}

void unacked_drop(struct unacked_pool *pool, struct unacked **list)
{
	if (*list)
		give_back(pool, *list);
	*list = NULL;
}

void unacked_pool_free(struct unacked_pool *pool)
{
	for (unsigned i = 0; i < UNACKED_CLASSES; i++) {
		for (struct unacked *u = pool->free[i], *next; u; u = next) {
			next = u->next_free;
			free(u);
		}
		pool->free[i] = NULL;
	}
}

/* Make room behind the last segment. */
static struct unacked *make_room(struct unacked_pool *pool, struct unacked *u)
{
	if (!u)
		return take(pool, 0);
	if ((uint32_t)u->head + u->n < room(u->size_class))
		return u;
	if (u->head >= room(u->size_class) / 2) {
		/* At least half of the block is free in front: each segment moves once for one that left. */
		memmove(u->at, u->at + u->head, u->n * sizeof(u->at[0]));
		u->head = 0;
		return u;
	}
	if (u->size_class + 1 == UNACKED_CLASSES)
		return NULL;
	struct unacked *bigger = take(pool, u->size_class + 1u);
	if (!bigger)
		return NULL;
	memcpy(bigger->at, u->at + u->head, u->n * sizeof(u->at[0]));
	bigger->n = u->n;
	bigger->ordered = u->ordered;
	bigger->base = u->base;
	bigger->low = u->low;
	bigger->high = u->high;
	give_back(pool, u);
	return bigger;
}

bool unacked_add(
	struct unacked_pool *pool, struct unacked **list, uint32_t base, const struct unacked_segment *s)
{
	struct unacked *u = *list;
	uint32_t low = s->seq - base, high = s->end - base;
	if ((u && u->n >= UNACKED_SIDE_MAX) || !(u = make_room(pool, u)))
		return false;
	*list = u;
	if (u->n == 0) {
		u->base = base;
		u->low = low;
		u->high = high;
	} else {
		if (u->base != base)
			measure(u, base);
		const struct unacked_segment *last = &u->at[u->head + u->n - 1];
		if (low < last->seq - base || high < last->end - base)
			u->ordered = false;
		if (low < u->low)
			u->low = low;
		if (high > u->high)
			u->high = high;
	}
	if (low > high || u->high - u->low >= 1u << 31)
		u->ordered = false;
	u->at[u->head + u->n++] = *s;
	return true;
}

/* Work out extent and order from the segments. */
static void measure(struct unacked *u, uint32_t base)
{
	const struct unacked_segment *at = u->at + u->head;
	uint32_t last_low = 0, last_high = 0;
	u->base = base;
	u->low = UINT32_MAX;
	u->high = 0;
	u->ordered = true;
	for (unsigned i = 0; i < u->n; i++) {
		uint32_t low = at[i].seq - base, high = at[i].end - base;
		u->ordered = u->ordered && low >= last_low && high >= last_high && low <= high;
		last_low = low;
		last_high = high;
		if (low < u->low)
			u->low = low;
		if (high > u->high)
			u->high = high;
	}
	if (u->high - u->low >= 1u << 31)
		u->ordered = false;
}

/* The rule itself, segment by segment. */
static bool ack_each(struct unacked *u, uint32_t ack, struct unacked_segment *acked)
{
	bool found = false;
	unsigned kept = 0;
	struct unacked_segment *at = u->at + u->head;
	for (unsigned i = 0; i < u->n; i++) {
		struct unacked_segment s = at[i];
		if (s.end == ack) {
			/* Sent more than once: the time is taken from the first. */
			if (!found)
				*acked = s;
			found = true;
			continue;
		}
		if (!after(s.end, ack))
			continue;
		if (after(ack, s.seq))
			s.seq = ack;
		at[kept++] = s;
	}
	u->n = (uint16_t)kept;
	measure(u, u->base);
	return found;
}

/* In order, what is covered stands in front: only that is looked at. */
static bool ack_front(struct unacked *u, uint32_t ack, struct unacked_segment *acked)
{
	bool found = false;
	struct unacked_segment *at = u->at + u->head;
	unsigned i = 0;
	for (; i < u->n && !after(at[i].end, ack); i++) {
		if (at[i].end == ack && !found) {
			*acked = at[i];
			found = true;
		}
	}
	u->head = (uint16_t)(u->head + i);
	u->n = (uint16_t)(u->n - i);
	at += i;
	for (i = 0; i < u->n && after(ack, at[i].seq); i++)
		at[i].seq = ack;
	if (u->n)
		u->low = at[0].seq - u->base;
	return found;
}

bool unacked_ack(
	struct unacked_pool *pool, struct unacked **list, uint32_t ack, struct unacked_segment *acked)
{
	struct unacked *u = *list;
	bool found;
	if (!u)
		return false;
	const struct unacked_segment *first = &u->at[u->head], *last = first + u->n - 1;
	/* The short way holds while no comparison of this list with `ack` wraps, from the lowest seq to the
	 * last end. */
	int64_t from = (int32_t)(first->seq - ack), to = (int32_t)(last->end - ack);
	if (u->ordered && to - from == (int64_t)(last->end - first->seq))
		found = ack_front(u, ack, acked);
	else
		found = ack_each(u, ack, acked);
	if (u->n == 0)
		unacked_drop(pool, list);
	return found;
}

uint32_t unacked_span(struct unacked *u, uint32_t base)
{
	if (u->base != base)
		measure(u, base);
	return u->high - u->low;
}
