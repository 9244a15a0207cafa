#include "indexer/track/fragment.h"

#include <stdlib.h>

#include "indexer/track/pieces.h"

#define BUCKETS    1024                 /* a power of two */
#define MEMORY_MAX (UINT64_C(32) << 20) /* octets held for datagrams that wait for more */
#define PARTS_MAX  16384 /* fragments of one datagram: twice what offsets in units of 8 allow */

struct part {
	uint32_t offset, len;
	uint32_t frame;
	uint16_t layer;
	uint8_t faults;
	uint64_t at; /* in the capture file, see struct piece */
	uint8_t *data;
};

struct datagram {
	uint32_t src, dst, key;
	struct datagram *next;          /* in its bucket */
	struct datagram *older, *newer; /* in order of their first fragment */
	struct part *parts;             /* by offset; of those that begin together, in order of arrival */
	uint32_t nparts, size;
	bool has_end;
	uint32_t end; /* by the first tail that came */
	uint64_t memory;
};

/* A datagram that was completed in the frame being dissected. */
struct done {
	struct done *next;
	uint8_t *data;
	uint32_t len, nparts;
	struct fragment_part *parts;
};

struct fragments {
	struct datagram *buckets[BUCKETS];
	struct datagram *oldest, *newest;
	uint64_t memory;
	struct done *done;
	uint32_t done_frame;
};

struct fragments *fragments_new(void)
{
	return calloc(1, sizeof(struct fragments));
}

static unsigned bucket_of(uint32_t src, uint32_t dst, uint32_t key)
{
	uint64_t h = ((uint64_t)src << 32 | dst) * UINT64_C(0x9e3779b97f4a7c15) ^
		     key * UINT64_C(0xff51afd7ed558ccd);
	return (unsigned)(h >> 40) & (BUCKETS - 1);
}

static void datagram_free(struct fragments *all, struct datagram *d)
{
	struct datagram **link = &all->buckets[bucket_of(d->src, d->dst, d->key)];
	while (*link != d)
		link = &(*link)->next;
	*link = d->next;
	if (d->older)
		d->older->newer = d->newer;
	else
		all->oldest = d->newer;
	if (d->newer)
		d->newer->older = d->older;
	else
		all->newest = d->older;
	all->memory -= d->memory;
	for (uint32_t i = 0; i < d->nparts; i++)
		free(d->parts[i].data);
	free(d->parts);
	free(d);
}

static void done_free(struct fragments *all)
{
	for (struct done *d = all->done, *next; d; d = next) {
		next = d->next;
		free(d->data);
		free(d->parts);
		free(d);
	}
	all->done = NULL;
}

void fragments_free(struct fragments *all)
{
	if (!all)
		return;
	while (all->oldest)
		datagram_free(all, all->oldest);
	done_free(all);
	free(all);
}

static struct datagram *datagram_get(struct fragments *all, uint32_t src, uint32_t dst, uint32_t key)
{
	struct datagram **bucket = &all->buckets[bucket_of(src, dst, key)], *d;
	for (d = *bucket; d; d = d->next)
		if (d->key == key && d->src == src && d->dst == dst)
			return d;
	d = calloc(1, sizeof(*d));
	if (!d)
		return NULL;
	d->src = src;
	d->dst = dst;
	d->key = key;
	d->next = *bucket;
	*bucket = d;
	d->older = all->newest;
	if (all->newest)
		all->newest->newer = d;
	else
		all->oldest = d;
	all->newest = d;
	d->memory = sizeof(*d);
	all->memory += d->memory;
	return d;
}

/* Put a copy of the fragment in its place. False when there is no memory for it. */
static bool part_add(
	struct fragments *all, struct datagram *d, const struct packet *pkt, const struct fragment *f)
{
	uint32_t len = f->data.len, at = d->nparts;
	if (d->nparts == d->size) {
		uint32_t size = d->size ? d->size * 2 : 4;
		struct part *parts = d->size >= PARTS_MAX ? NULL : realloc(d->parts, size * sizeof(*parts));
		if (!parts)
			return false;
		d->memory += (size - d->size) * sizeof(*parts);
		all->memory += (size - d->size) * sizeof(*parts);
		d->parts = parts;
		d->size = size;
	}
	uint8_t *data = malloc(len);
	if (!data)
		return false;
	memcpy(data, f->data.data, len);
	while (at && d->parts[at - 1].offset > f->offset)
		at--;
	memmove(&d->parts[at + 1], &d->parts[at], (d->nparts - at) * sizeof(*d->parts));
	struct part *p = &d->parts[at];
	*p = (struct part) { .offset = f->offset,
		.len = len,
		.frame = pkt->number,
		.layer = f->row ? f->row->layer : 0,
		.at = piece_place(pkt, f->data.data, len),
		.data = data };
	d->nparts++;
	d->memory += len;
	all->memory += len;
	if (!f->more && !d->has_end) {
		d->has_end = true;
		d->end = f->offset + len;
	} else if (!f->more && d->end != f->offset + len) {
		p->faults = FRAGMENT_TAILS;
	}
	return true;
}

/* Is everything up to the end there? */
static bool is_whole(const struct datagram *d)
{
	uint32_t reach = 0;
	for (uint32_t i = 0; i < d->nparts && d->parts[i].offset <= reach; i++)
		if (d->parts[i].offset + d->parts[i].len > reach)
			reach = d->parts[i].offset + d->parts[i].len;
	return d->has_end && reach >= d->end;
}

/* Copy what the parts bring beyond what is there, and note what is wrong with them. */
static void assemble(struct datagram *d, uint8_t *data)
{
	uint32_t reach = 0;
	for (uint32_t i = 0; i < d->nparts; i++) {
		struct part *p = &d->parts[i];
		uint32_t len = p->len;
		if (p->offset >= d->end) {
			p->faults |= FRAGMENT_TOO_LONG;
			continue;
		}
		if (len > d->end - p->offset) {
			p->faults |= FRAGMENT_TOO_LONG;
			len = d->end - p->offset;
		}
		uint32_t overlap = reach - p->offset; /* no holes: a part begins within reach */
		if (overlap) {
			uint32_t same = overlap < len ? overlap : len;
			p->faults |= FRAGMENT_OVERLAP;
			if (memcmp(data + p->offset, p->data, same) != 0)
				p->faults |= FRAGMENT_CONFLICT;
		}
		if (overlap < len) {
			memcpy(data + reach, p->data + overlap, len - overlap);
			reach += len - overlap;
		}
	}
}

static bool complete(struct fragments *all, struct datagram *d, struct reassembled *out)
{
	struct done *done = calloc(1, sizeof(*done));
	uint8_t *data = malloc(d->end ? d->end : 1);
	struct fragment_part *parts = malloc(d->nparts * sizeof(*parts));
	if (!done || !data || !parts) {
		free(done);
		free(data);
		free(parts);
		return false;
	}
	assemble(d, data);
	for (uint32_t i = 0; i < d->nparts; i++)
		parts[i] = (struct fragment_part) { d->parts[i].frame, d->parts[i].layer, d->parts[i].faults,
			d->parts[i].offset, d->parts[i].len, d->parts[i].at };
	*done = (struct done) { all->done, data, d->end, d->nparts, parts };
	all->done = done;
	*out = (struct reassembled) { data, d->end, d->nparts, parts };
	return true;
}

bool fragments_add(
	struct fragments *all, struct packet *pkt, const struct fragment *f, struct reassembled *out)
{
	if (all->done && all->done_frame != pkt->number)
		done_free(all);
	all->done_frame = pkt->number;
	struct datagram *d = datagram_get(all, pkt->net_src, pkt->net_dst, f->key);
	if (!d)
		return false;
	if (!part_add(all, d, pkt, f)) {
		pkt->dropped[CAP_FRAGMENTS]++;
		datagram_free(all, d);
		return false;
	}
	if (is_whole(d)) {
		bool good = complete(all, d, out);
		datagram_free(all, d);
		return good;
	}
	while (all->memory > MEMORY_MAX && all->oldest) {
		pkt->dropped[CAP_FRAGMENTS]++;
		datagram_free(all, all->oldest);
	}
	return false;
}

static struct piece piece_at(const void *message, uint32_t i)
{
	const struct fragment_part *p = &((const struct done *)message)->parts[i];
	return (struct piece) { p->offset, p->len, p->at };
}

size_t fragments_refer(const struct fragments *all, const uint8_t *octets, uint32_t n, char *out, size_t size)
{
	uintptr_t at = (uintptr_t)octets;
	for (const struct done *d = all->done; d; d = d->next) {
		uintptr_t base = (uintptr_t)d->data;
		if (at >= base && at + n <= base + d->len)
			return pieces_write(d, d->nparts, piece_at, (uint32_t)(at - base), n, out, size);
	}
	return 0;
}
