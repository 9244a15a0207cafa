#include "indexer/store/totals.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "schema/list.h"

const uint32_t length_range_from[LENGTH_RANGES] = { 0, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120 };

#define BUCKET_MS 5
#define BUCKETS   20 /* a window of 100 ms */

void burst_init(struct burst *b)
{
	memset(b, 0, sizeof(*b));
	b->n = 1; /* Wireshark begins with an empty bucket at time 0 */
}

void totals_init(struct totals *t)
{
	memset(t, 0, sizeof(*t));
	t->in_order = true;
	for (unsigned i = 0; i <= LENGTH_RANGES; i++)
		burst_init(&t->bursts[i]);
}

void totals_free(struct totals *t)
{
	for (size_t i = 0; i < t->nstacks; i++)
		free(t->stacks[i].item_bytes);
	free(t->stacks);
	free(t->lengths);
	free(t->others);
	free(t->seconds.list);
	free(t->io.list);
	memset(t, 0, sizeof(*t));
}

/* Grow an array of zeroed elements so that [index] exists. */
static void *grow(void *array, size_t *n, size_t index, size_t element, bool *failed)
{
	if (index < *n)
		return array;
	size_t size = *n * 2 > index + 1 ? *n * 2 : index + 64;
	void *fresh = realloc(array, size * element);
	if (!fresh) {
		*failed = true;
		return array;
	}
	memset((char *)fresh + *n * element, 0, (size - *n) * element);
	*n = size;
	return fresh;
}

static void drop_first(struct burst *b)
{
	b->current -= b->buckets[0].count;
	memmove(b->buckets, b->buckets + 1, --b->n * sizeof(*b->buckets));
}

void burst_add(struct burst *b, double now)
{
	int64_t k = (int64_t)floor(now / BUCKET_MS);
	unsigned last = b->n - 1;
	if (k > b->buckets[last].number) {
		/* Room first: those that leave the window would go right after anyway. */
		while (b->n && k >= b->buckets[0].number + BUCKETS)
			drop_first(b);
		b->buckets[b->n].number = k;
		b->buckets[b->n].count = 1;
		b->buckets[b->n++].start = now;
		b->current++;
	} else if (k < b->buckets[0].number) {
		if (k + BUCKETS <= b->buckets[last].number)
			return; /* a time stamp too far back */
		memmove(b->buckets + 1, b->buckets, b->n++ * sizeof(*b->buckets));
		b->buckets[0].number = k;
		b->buckets[0].count = 1;
		b->buckets[0].start = now;
		b->current++;
	} else {
		unsigned i = last;
		while (b->buckets[i].number > k)
			i--;
		if (b->buckets[i].number < k) {
			memmove(b->buckets + i + 2, b->buckets + i + 1,
				(b->n++ - i - 1) * sizeof(*b->buckets));
			i++;
			b->buckets[i].number = k;
			b->buckets[i].count = 0;
			b->buckets[i].start = now;
		}
		b->buckets[i].count++;
		if (now < b->buckets[i].start)
			b->buckets[i].start = now;
		b->current++;
	}
	if (b->current > b->max) {
		b->max = b->current;
		b->max_start = b->buckets[0].start;
	}
}

/* Time mostly runs on: look from the end. */
static void second_add(struct totals *t, struct seconds *all, int64_t second, uint32_t len)
{
	size_t i = all->last; /* neighbours in the capture are neighbours in time, mostly */
	while (i < all->n && all->list[i].second <= second)
		i++;
	while (i && all->list[i - 1].second > second)
		i--;
	if (!i || all->list[i - 1].second != second) {
		struct second *list = list_room(all->list, &all->size, all->n, sizeof(*list));
		if (!list) {
			t->failed = true;
			return;
		}
		all->list = list;
		memmove(all->list + i + 1, all->list + i, (all->n++ - i) * sizeof(*all->list));
		all->list[i++] = (struct second) { second, 0, 0 };
	}
	all->list[i - 1].frames++;
	all->list[i - 1].bytes += len;
	all->last = i;
}

static void stack_add(struct totals *t, const struct packet *pkt, uint32_t stack)
{
	t->stacks = grow(t->stacks, &t->nstacks, stack, sizeof(*t->stacks), &t->failed);
	if (t->failed)
		return;
	struct total_stack *s = &t->stacks[stack];
	if (!s->frames) {
		s->first_frame = pkt->number;
		s->nitems = pkt->nitems;
		s->item_bytes = calloc(pkt->nitems + 1u, sizeof(*s->item_bytes));
		if (!s->item_bytes) {
			t->failed = true;
			return;
		}
	}
	s->frames++;
	s->bytes += pkt->claimed;
	for (unsigned i = 0; i < s->nitems; i++)
		s->item_bytes[i] += pkt->items[i].len;
}

void totals_move(struct totals *t, uint32_t number, uint32_t claimed, const uint32_t *lengths,
	const struct late_items *without, uint32_t from, uint32_t to)
{
	t->stacks = grow(t->stacks, &t->nstacks, to, sizeof(*t->stacks), &t->failed);
	if (t->failed)
		return;
	struct total_stack *a = &t->stacks[from], *b = &t->stacks[to];
	if (!b->item_bytes) {
		b->nitems = (uint16_t)(a->nitems - without->n);
		b->item_bytes = calloc(b->nitems + 1u, sizeof(*b->item_bytes));
		t->failed = !b->item_bytes;
		if (t->failed)
			return;
	}
	if (!b->frames || number < b->first_frame)
		b->first_frame = number;
	a->frames--;
	a->bytes -= claimed;
	b->frames++;
	b->bytes += claimed;
	for (unsigned i = 0, k = 0; i < a->nitems; i++) {
		a->item_bytes[i] -= lengths[i];
		if (i < without->first || i >= (unsigned)without->first + without->n)
			b->item_bytes[k++] += lengths[i];
	}
}

static int by_length(const void *a, const void *b)
{
	uint32_t x = ((const struct length *)a)->length, y = ((const struct length *)b)->length;
	return (x > y) - (x < y);
}

void totals_finish(struct totals *t)
{
	size_t n = 0;
	if (t->nothers)
		qsort(t->others, t->nothers, sizeof(*t->others), by_length);
	for (size_t i = 0; i < t->nothers; i++) {
		if (n && t->others[n - 1].length == t->others[i].length)
			t->others[n - 1].frames += t->others[i].frames;
		else
			t->others[n++] = t->others[i];
	}
	t->nothers = n;
}

/* Lengths that no network has come from damaged captures, but they count all the same. The list is sorted and
 * merged when it is full, and grows only when that gave less than half of it back. */
static void long_length_add(struct totals *t, uint32_t len)
{
	if (t->nothers == t->others_size) {
		totals_finish(t);
		if (t->nothers >= t->others_size / 2) {
			struct length *others =
				list_room(t->others, &t->others_size, t->others_size, sizeof(*others));
			if (!others) {
				t->failed = true;
				return;
			}
			t->others = others;
		}
	}
	t->others[t->nothers++] = (struct length) { len, 1 };
}

void totals_add(struct totals *t, const struct packet *pkt, uint32_t stack)
{
	int64_t now = pkt->time_ns;
	if (!t->frames) {
		t->time_zero = t->time_first = t->time_last = now;
	} else {
		if (now < t->time_previous)
			t->in_order = false;
		if (now < t->time_first)
			t->time_first = now;
		if (now > t->time_last)
			t->time_last = now;
	}
	t->time_previous = now;
	t->frames++;
	t->bytes += pkt->len;
	t->captured += pkt->cap_len;
	stack_add(t, pkt, stack);

	uint32_t len = pkt->len;
	if (len >= LENGTHS_DIRECT) {
		long_length_add(t, len);
	} else {
		t->lengths = grow(t->lengths, &t->nlengths, len, sizeof(*t->lengths), &t->failed);
		if (!t->failed)
			t->lengths[len]++;
	}
	if (t->failed)
		return;

	int64_t relative = now - t->time_zero;
	unsigned range = LENGTH_RANGES;
	while (len < length_range_from[range - 1])
		range--;
	burst_add(&t->bursts[0], (double)relative / 1e6);
	burst_add(&t->bursts[range], (double)relative / 1e6);
	/* Wireshark's intervals round to microseconds first. */
	int64_t us = relative >= 0 ? (relative + 500) / 1000 : -((-relative + 500) / 1000);
	second_add(t, &t->seconds, us >= 0 ? us / 1000000 : -((-us + 999999) / 1000000), pkt->len);
	if (us > t->latest_us)
		t->latest_us = us;
	second_add(t, &t->io, t->latest_us / 1000000, pkt->len);
}
