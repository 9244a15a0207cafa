#include "indexer/conversation.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK      1024
#define OPENED_MAX 65536 /* keys of conversations opened ahead */

struct flow {
	struct flow *next;
	const struct protocol *proto;
	struct gathered gathered[2];
	max_align_t state[];
};

struct kept {
	struct kept *next;
	const struct protocol *proto;
	uint32_t key, len;
	uint8_t octets[];
};

struct conversations {
	struct conversation **blocks;
	size_t n, nblocks;
	uint32_t *slots; /* index + 1 of the newest conversation of a pair */
	uint32_t mask, used;
	uint32_t next_stream[CONV_TYPES];
	/* Opened ahead, the newest of each key. */
	struct conversation **opened;
	uint32_t opened_mask, nkeys, nopened;
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
		conv_kept_free(conv_at(all, i)->kept);
	}
	for (size_t i = 0; i < all->nblocks; i++)
		free(all->blocks[i]);
	free(all->blocks);
	free(all->slots);
	free(all->opened);
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

/* Is src the side A, B (false) or neither (-1) of c? */
static int side_of(
	const struct conversation *c, uint32_t src, uint16_t srcport, uint32_t dst, uint16_t dstport)
{
	if (c->address_a == src && c->address_b == dst && c->port_a == srcport && c->port_b == dstport)
		return true;
	if (c->address_a == dst && c->address_b == src && c->port_a == dstport && c->port_b == srcport)
		return false;
	return -1;
}

static uint32_t *find(struct conversations *all, enum conversation_type type, uint32_t src, uint16_t srcport,
	uint32_t dst, uint16_t dstport)
{
	uint32_t at = (uint32_t)pair_hash(type, src, srcport, dst, dstport) & all->mask;
	for (; all->slots[at]; at = (at + 1) & all->mask) {
		const struct conversation *c = conv_at(all, all->slots[at] - 1);
		if (c->type == type && side_of(c, src, srcport, dst, dstport) >= 0)
			break;
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
	struct conversation *c = conv_at(all, all->n);
	c->index = (uint32_t)all->n++;
	c->type = (uint8_t)type;
	c->owner = c;
	c->address_a = src;
	c->address_b = dst;
	c->port_a = srcport;
	c->port_b = dstport;
	return c;
}

void conv_number(struct conversations *all, struct conversation *c)
{
	if (c->numbered)
		return;
	c->numbered = true;
	c->stream = all->next_stream[c->type]++;
}

/* A new one of its pair, from now on the newest. */
static struct conversation *add_pair(struct conversations *all, struct conversation *owner,
	enum conversation_type type, uint32_t src, uint16_t srcport, uint32_t dst, uint16_t dstport)
{
	if (all->used >= all->mask / 2 && !grow(all))
		return NULL;
	uint32_t *slot = find(all, type, src, srcport, dst, dstport);
	struct conversation *c = add(all, type, src, srcport, dst, dstport);
	if (!c)
		return NULL;
	if (owner)
		c->owner = owner;
	c->pair = c->owner->npairs++;
	if (type != CONV_UDP)
		conv_number(all, c);
	if (*slot)
		c->older = conv_at(all, *slot - 1);
	else
		all->used++;
	*slot = (uint32_t)all->n;
	return c;
}

/* ---- opened ahead ---- */

static struct conversation **opened_slot(const struct conversations *all, unsigned type, unsigned wild,
	uint32_t a, uint16_t ap, uint32_t b, uint16_t bp)
{
	b = wild & CONV_ANY_ADDRESS ? 0 : b;
	bp = wild & CONV_ANY_PORT ? 0 : bp;
	uint32_t at = (uint32_t)(pair_hash(type, a, ap, b, bp) + wild) & all->opened_mask;
	for (struct conversation *c; (c = all->opened[at]); at = (at + 1) & all->opened_mask)
		if (c->type == type && c->wild == wild && c->address_a == a && c->port_a == ap &&
			c->address_b == b && c->port_b == bp)
			break;
	return &all->opened[at];
}

static struct conversation *opened(const struct conversations *all, unsigned type, unsigned wild, uint32_t a,
	uint16_t ap, uint32_t b, uint16_t bp)
{
	struct conversation *c = *opened_slot(all, type, wild, a, ap, b, bp);
	return c && !c->taken ? c : NULL;
}

/* The one that a pair without a conversation of its own belongs to: the more of its ends is given, the
 * better; of two that are given as much, the one of end a. */
static struct conversation *find_opened(
	const struct conversations *all, unsigned type, uint32_t a, uint16_t ap, uint32_t b, uint16_t bp)
{
	static const uint8_t order[] = { 0, CONV_ANY_ADDRESS, CONV_ANY_PORT,
		CONV_ANY_ADDRESS | CONV_ANY_PORT };
	struct conversation *c = NULL;
	for (unsigned i = 0; !c && all->nkeys && i < sizeof(order); i++)
		if (!(c = opened(all, type, order[i], a, ap, b, bp)))
			c = opened(all, type, order[i], b, bp, a, ap);
	return c;
}

static bool opened_room(struct conversations *all)
{
	if (all->nkeys >= OPENED_MAX)
		return false;
	if (all->nkeys < all->opened_mask / 2)
		return true;
	uint32_t old = all->opened ? all->opened_mask + 1 : 0, mask = old ? old * 2 - 1 : 255;
	struct conversation **before = all->opened;
	if (!(all->opened = calloc((size_t)mask + 1, sizeof(*before)))) {
		all->opened = before;
		return false;
	}
	all->opened_mask = mask;
	for (uint32_t i = 0; i < old; i++) {
		struct conversation *c = before[i];
		if (c)
			*opened_slot(
				all, c->type, c->wild, c->address_a, c->port_a, c->address_b, c->port_b) = c;
	}
	free(before);
	return true;
}

/* The newest conversation of just this pair, none that belongs to one opened ahead. */
static struct conversation *own(struct conversations *all, const uint32_t *slot)
{
	struct conversation *c = *slot ? conv_at(all, *slot - 1) : NULL;
	while (c && c->owner != c)
		c = c->older;
	return c;
}

struct conversation *conv_open(struct conversations *all, const struct expected *e, uint32_t frame,
	const struct protocol *proto, uint64_t *dropped)
{
	unsigned wild = (e->other ? 0u : CONV_ANY_ADDRESS) | (e->other_port ? 0u : CONV_ANY_PORT);
	uint32_t since = e->since ? e->since : frame;
	struct conversation *c;
	if (e->type == CONV_UDP && !wild) { /* in place of the one that the pair has */
		c = own(all, find(all, CONV_UDP, e->address, e->port, e->other, e->other_port));
		if (c && e->use)
			c->dissector = proto;
		if (c && c->dissector == proto && !e->again)
			return c;
		c = add_pair(all, NULL, CONV_UDP, e->address, e->port, e->other, e->other_port);
		if (c)
			c->dissector = proto;
		all->nopened += c != NULL;
		return c;
	}
	if (!opened_room(all)) {
		++*dropped;
		return NULL;
	}
	struct conversation **slot =
		opened_slot(all, e->type, wild, e->address, e->port, e->other, e->other_port);
	if ((c = *slot) && !c->taken) {
		if (since < c->since && !e->use) /* no frame to come would find it */
			return NULL;
		if (e->use || (e->again ? since == c->since : c->dissector == proto)) {
			c->dissector = proto;
			return c;
		}
	}
	all->nkeys += *slot == NULL;
	if (!(c = add(all, e->type, e->address, e->port, e->other, e->other_port)))
		return NULL;
	*slot = c;
	c->wild = (uint8_t)wild;
	c->ahead = true;
	c->since = since;
	c->dissector = proto;
	all->nopened++;
	return c;
}

uint32_t conv_opened(const struct conversations *all)
{
	return all->nopened;
}

const struct protocol *conv_speaks(const struct conversations *all, const struct conversation *c,
	uint32_t src, uint16_t srcport, uint32_t dst, uint16_t dstport)
{
	const struct conversation *w;
	if (!all->nkeys || c->type != CONV_UDP)
		return c->owner->dissector;
	/* What is found first counts where it is known to speak something; the receiver's end comes first. */
	w = c->owner == c ? c : find_opened(all, CONV_UDP, dst, dstport, src, srcport);
	if (w && w->dissector)
		return w->dissector;
	const struct conversation *any = opened(all, CONV_UDP, 3, dst, dstport, 0, 0);
	if (!any)
		any = opened(all, CONV_UDP, 3, src, srcport, 0, 0);
	w = opened(all, CONV_UDP, CONV_ANY_ADDRESS, dst, dstport, 0, srcport);
	if ((w = w ? w : any) && w->dissector)
		return w->dissector;
	w = opened(all, CONV_UDP, CONV_ANY_PORT, dst, dstport, src, 0);
	if ((w = w ? w : any) && w->dissector)
		return w->dissector;
	return any ? any->dissector : NULL;
}

struct conversation *conv_announced(const struct conversations *all, enum conversation_type type, uint32_t a,
	uint16_t a_port, uint32_t b, uint16_t b_port)
{
	static const uint8_t wild = CONV_ANY_ADDRESS | CONV_ANY_PORT;
	if (!all->nkeys)
		return NULL;
	struct conversation *c = opened(all, type, CONV_ANY_ADDRESS, a, a_port, 0, b_port);
	if (!c)
		c = opened(all, type, wild, a, a_port, 0, 0);
	return c ? c : opened(all, type, wild, b, b_port, 0, 0);
}

/* ---- pairs of ends ---- */

/* A connection comes that was opened ahead: it takes over what that was given. */
static void take_over(struct conversation *c, struct conversation *ahead)
{
	c->dissector = ahead->dissector;
	c->flows = ahead->flows;
	ahead->flows = NULL;
	ahead->taken = true;
	c->foretold = true;
}

struct conversation *conv_get(struct conversations *all, enum conversation_type type, uint32_t src,
	uint16_t srcport, uint32_t dst, uint16_t dstport, bool *from_a)
{
	uint32_t *slot = find(all, type, src, srcport, dst, dstport);
	struct conversation *c = own(all, slot), *ahead = NULL;
	if (!c && all->nkeys)
		ahead = find_opened(all, type, src, srcport, dst, dstport);
	if (ahead && type == CONV_UDP)
		for (c = *slot ? conv_at(all, *slot - 1) : NULL; c && c->owner != ahead;)
			c = c->older;
	if (c) {
		*from_a = side_of(c, src, srcport, dst, dstport) > 0;
		return c;
	}
	*from_a = true;
	c = add_pair(all, type == CONV_UDP ? ahead : NULL, type, src, srcport, dst, dstport);
	if (c && ahead && type != CONV_UDP)
		take_over(c, ahead);
	return c;
}

struct conversation *conv_renew(struct conversations *all, enum conversation_type type, uint32_t src,
	uint16_t srcport, uint32_t dst, uint16_t dstport)
{
	return add_pair(all, NULL, type, src, srcport, dst, dstport);
}

static struct flow *flow_of(struct conversation *c, const struct protocol *proto)
{
	c = c->owner;
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

static struct kept **find_kept(struct conversation *c, const struct protocol *proto, uint32_t key)
{
	struct kept **at = &c->kept;
	while (*at && ((*at)->proto != proto || (*at)->key != key))
		at = &(*at)->next;
	return at;
}

uint8_t *conv_kept(struct conversation *c, const struct protocol *proto, uint32_t key, uint32_t *len)
{
	struct kept *k = *find_kept(c, proto, key);
	*len = k ? k->len : 0;
	return k ? k->octets : NULL;
}

uint8_t *conv_keep(struct conversation *c, const struct protocol *proto, uint32_t key, uint32_t len)
{
	struct kept **at = find_kept(c, proto, key), *old = *at;
	uint32_t before = old ? old->len : 0;
	struct kept *k = realloc(old, sizeof(*k) + len);
	if (!k)
		return NULL;
	if (!old)
		*k = (struct kept) { .proto = proto, .key = key };
	if (len > before)
		memset(k->octets + before, 0, len - before);
	k->len = len;
	*at = k;
	return k->octets;
}

uint32_t conv_forget(
	struct conversation *c, const struct protocol *proto, uint32_t key, struct kept **forgotten)
{
	struct kept **at = find_kept(c, proto, key), *k = *at;
	if (!k)
		return 0;
	*at = k->next;
	k->next = *forgotten;
	*forgotten = k;
	return k->len;
}

void conv_kept_free(struct kept *k)
{
	for (struct kept *next; k; k = next) {
		next = k->next;
		free(k);
	}
}

void conv_face(struct conversation *c, bool *from_a)
{
	if (c->counted || *from_a)
		return;
	/* Only seen in an ICMP error until now: A is who sends the first frame that counts. */
	uint32_t address = c->address_a;
	uint16_t port = c->port_a;
	c->address_a = c->address_b;
	c->port_a = c->port_b;
	c->address_b = address;
	c->port_b = port;
	*from_a = true;
}

void conv_count(struct conversation *c, bool from_a, uint32_t len, int64_t time_ns, uint32_t frame)
{
	conv_face(c, &from_a);
	if (!c->counted) {
		c->counted = true;
		c->first_ns = c->last_ns = time_ns;
		c->first_frame = frame;
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

void conv_uncount(struct conversation *c, bool from_a, uint32_t len, int64_t last_ns, uint32_t last_frame)
{
	conv_face(c, &from_a);
	if (from_a) {
		c->frames_ab--;
		c->bytes_ab -= len;
	} else {
		c->frames_ba--;
		c->bytes_ba -= len;
	}
	c->counted = c->frames_ab || c->frames_ba;
	c->last_ns = last_ns;
	c->last_frame = last_frame;
}
