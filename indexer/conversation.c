#include "indexer/conversation.h"

#include <stdlib.h>

#define BLOCK 1024

struct flow {
	struct flow *next;
	const struct protocol *proto;
	struct gathered gathered[2];
	max_align_t state[];
};

struct conversations {
	struct conversation **blocks;
	size_t n, nblocks;
	uint32_t *slots; /* index + 1 of the newest conversation of a pair */
	uint32_t mask, used;
	uint32_t next_stream[CONV_TYPES];
};

struct conversations *conv_new(void)
{
	struct conversations *all = calloc(1, sizeof(*all));
	if (!all)
		return NULL;
	all->mask = 1023;
	all->slots = calloc(all->mask + 1, sizeof(*all->slots));
	if (!all->slots) {
		free(all);
		return NULL;
	}
	return all;
}

struct conversation *conv_at(const struct conversations *all, size_t i)
{
	return &all->blocks[i / BLOCK][i % BLOCK];
}

void conv_free(struct conversations *all)
{
	if (!all)
		return;
	for (size_t i = 0; i < all->n; i++) {
		for (struct flow *f = conv_at(all, i)->flows, *next; f; f = next) {
			next = f->next;
			free(f->gathered[0].octets);
			free(f->gathered[1].octets);
			free(f);
		}
	}
	for (size_t i = 0; i < all->nblocks; i++)
		free(all->blocks[i]);
	free(all->blocks);
	free(all->slots);
	free(all);
}

size_t conv_total(const struct conversations *all)
{
	return all->n;
}

/* The same for both directions: the two ends are mixed on their own and then added. */
static uint64_t pair_hash(unsigned type, uint32_t a, uint16_t ap, uint32_t b, uint16_t bp)
{
	uint64_t x = ((uint64_t)a << 16 | ap) * UINT64_C(0x9e3779b97f4a7c15);
	uint64_t y = ((uint64_t)b << 16 | bp) * UINT64_C(0x9e3779b97f4a7c15);
	uint64_t h = (x ^ x >> 31) + (y ^ y >> 31) + type;
	h *= UINT64_C(0xd6e8feb86659fd93);
	return h ^ h >> 32;
}

static bool grow(struct conversations *all)
{
	uint32_t mask = all->mask * 2 + 1;
	uint32_t *slots = calloc((size_t)mask + 1, sizeof(*slots));
	if (!slots)
		return false;
	for (uint32_t i = 0; i <= all->mask; i++) {
		if (!all->slots[i])
			continue;
		const struct conversation *c = conv_at(all, all->slots[i] - 1);
		uint32_t at =
			(uint32_t)pair_hash(c->type, c->address_a, c->port_a, c->address_b, c->port_b) & mask;
		while (slots[at])
			at = (at + 1) & mask;
		slots[at] = all->slots[i];
	}
	free(all->slots);
	all->slots = slots;
	all->mask = mask;
	return true;
}

static uint32_t *find(struct conversations *all, enum conversation_type type, uint32_t src, uint16_t srcport,
	uint32_t dst, uint16_t dstport, bool *from_a)
{
	uint32_t at = (uint32_t)pair_hash(type, src, srcport, dst, dstport) & all->mask;
	for (; all->slots[at]; at = (at + 1) & all->mask) {
		const struct conversation *c = conv_at(all, all->slots[at] - 1);
		if (c->type != type)
			continue;
		if (c->address_a == src && c->address_b == dst && c->port_a == srcport &&
			c->port_b == dstport) {
			*from_a = true;
			break;
		}
		if (c->address_a == dst && c->address_b == src && c->port_a == dstport &&
			c->port_b == srcport) {
			*from_a = false;
			break;
		}
	}
	return &all->slots[at];
}

static struct conversation *add(struct conversations *all, enum conversation_type type, uint32_t src,
	uint16_t srcport, uint32_t dst, uint16_t dstport)
{
	if (all->n / BLOCK == all->nblocks) {
		struct conversation **blocks =
			realloc(all->blocks, (all->nblocks + 1) * sizeof(struct conversation *));
		if (!blocks)
			return NULL;
		all->blocks = blocks;
		if (!(blocks[all->nblocks] = calloc(BLOCK, sizeof(struct conversation))))
			return NULL;
		all->nblocks++;
	}
	struct conversation *c = conv_at(all, all->n++);
	c->type = (uint8_t)type;
	c->stream = all->next_stream[type]++;
	c->address_a = src;
	c->address_b = dst;
	c->port_a = srcport;
	c->port_b = dstport;
	return c;
}

struct conversation *conv_get(struct conversations *all, enum conversation_type type, uint32_t src,
	uint16_t srcport, uint32_t dst, uint16_t dstport, bool *from_a)
{
	uint32_t *slot = find(all, type, src, srcport, dst, dstport, from_a);
	if (*slot)
		return conv_at(all, *slot - 1);
	if (all->used >= all->mask / 2) {
		if (!grow(all))
			return NULL;
		slot = find(all, type, src, srcport, dst, dstport, from_a);
	}
	struct conversation *c = add(all, type, src, srcport, dst, dstport);
	*from_a = true;
	if (c) {
		*slot = (uint32_t)all->n;
		all->used++;
	}
	return c;
}

struct conversation *conv_renew(struct conversations *all, enum conversation_type type, uint32_t src,
	uint16_t srcport, uint32_t dst, uint16_t dstport)
{
	bool from_a;
	uint32_t *slot = find(all, type, src, srcport, dst, dstport, &from_a);
	if (!*slot)
		return conv_get(all, type, src, srcport, dst, dstport, &from_a);
	struct conversation *c = add(all, type, src, srcport, dst, dstport);
	if (c)
		*slot = (uint32_t)all->n;
	return c;
}

static struct flow *flow_of(struct conversation *c, const struct protocol *proto)
{
	for (struct flow *f = c->flows; f; f = f->next)
		if (f->proto == proto)
			return f;
	struct flow *f = calloc(1, sizeof(*f) + proto->flow_size);
	if (!f)
		return NULL;
	f->proto = proto;
	f->next = c->flows;
	c->flows = f;
	return f;
}

void *conv_flow(struct conversation *c, const struct protocol *proto)
{
	struct flow *f = flow_of(c, proto);
	return f ? f->state : NULL;
}

struct gathered *conv_gathered(struct conversation *c, const struct protocol *proto, unsigned side)
{
	struct flow *f = flow_of(c, proto);
	return f ? &f->gathered[side & 1] : NULL;
}

void conv_count(struct conversation *c, bool from_a, uint32_t len, int64_t time_ns, uint32_t frame)
{
	if (!c->counted) {
		c->counted = true;
		c->first_ns = c->last_ns = time_ns;
		c->first_frame = frame;
		if (!from_a) {
			/* Only seen in an ICMP error until now: A is who sends the first frame that counts.
			 */
			uint32_t address = c->address_a;
			uint16_t port = c->port_a;
			c->address_a = c->address_b;
			c->port_a = c->port_b;
			c->address_b = address;
			c->port_b = port;
			from_a = true;
		}
	}
	if (from_a) {
		c->frames_ab++;
		c->bytes_ab += len;
	} else {
		c->frames_ba++;
		c->bytes_ba += len;
	}
	/* Timestamps may step back. */
	if (time_ns < c->first_ns)
		c->first_ns = time_ns;
	if (time_ns > c->last_ns)
		c->last_ns = time_ns;
	c->last_frame = frame;
}
