/* The newest transaction of each key is kept: captures are read in order, so that no older one is asked for
 * again. The transactions stand in one ring, found through chains of a hash table; both grow by doubling up
 * to EXCHANGES_MAX, then the ring goes round and its oldest entry makes room. */
#include "indexer/track/exchange.h"

#include <stdlib.h>

#define FIRST_SIZE 256u
#define NOTHING    UINT32_MAX

struct transaction {
	uint64_t conversation, key;
	int64_t time_ns;   /* of the request */
	uint32_t request;  /* frame */
	uint32_t response; /* frame of the first response, 0 none yet */
	uint32_t next;     /* in the chain, NOTHING ends it */
	uint16_t layer;    /* of the request's row in its frame */
	uint16_t protocol; /* its id */
	bool whole;        /* the request was dissected to its end */
};

struct exchanges {
	struct transaction *ring;
	uint32_t *heads; /* as many as the ring has room for: a power of two */
	uint32_t size, used;
	uint32_t oldest; /* once used == EXCHANGES_MAX: the next to make room */
};

static uint32_t *heads_new(uint32_t size)
{
	uint32_t *heads = malloc(size * sizeof(*heads));
	for (uint32_t i = 0; heads && i < size; i++)
		heads[i] = NOTHING;
	return heads;
}

struct exchanges *exchanges_new(void)
{
	struct exchanges *all = calloc(1, sizeof(*all));
	if (!all)
		return NULL;
	all->size = FIRST_SIZE;
	all->ring = malloc(all->size * sizeof(*all->ring));
	all->heads = heads_new(all->size);
	if (all->ring && all->heads)
		return all;
	exchanges_free(all);
	return NULL;
}

void exchanges_free(struct exchanges *all)
{
	if (!all)
		return;
	free(all->ring);
	free(all->heads);
	free(all);
}

static uint32_t *chain_of(const struct exchanges *all, uint16_t protocol, uint64_t conversation, uint64_t key)
{
	uint64_t h = (conversation * UINT64_C(0x9e3779b97f4a7c15)) ^
		     (key + protocol) * UINT64_C(0xc2b2ae3d27d4eb4f);
	h ^= h >> 29;
	h *= UINT64_C(0x9e3779b97f4a7c15);
	return &all->heads[(uint32_t)(h >> 40) & (all->size - 1)];
}

static struct transaction *find(
	const struct exchanges *all, uint16_t protocol, uint64_t conversation, uint64_t key)
{
	for (uint32_t i = *chain_of(all, protocol, conversation, key); i != NOTHING; i = all->ring[i].next) {
		struct transaction *t = &all->ring[i];
		if (t->key == key && t->conversation == conversation && t->protocol == protocol)
			return t;
	}
	return NULL;
}

static void link_in(struct exchanges *all, uint32_t i)
{
	struct transaction *t = &all->ring[i];
	uint32_t *head = chain_of(all, t->protocol, t->conversation, t->key);
	t->next = *head;
	*head = i;
}

static void unlink_from_chain(struct exchanges *all, uint32_t i)
{
	struct transaction *t = &all->ring[i];
	uint32_t *at = chain_of(all, t->protocol, t->conversation, t->key);
	while (*at != i)
		at = &all->ring[*at].next;
	*at = t->next;
}

/* Twice the room. False at the bound, or without memory: then the ring goes round earlier. */
static bool grow(struct exchanges *all)
{
	uint32_t size = all->size * 2;
	if (size > EXCHANGES_MAX)
		return false;
	struct transaction *ring = realloc(all->ring, size * sizeof(*ring));
	if (!ring)
		return false;
	all->ring = ring;
	uint32_t *heads = heads_new(size);
	if (!heads)
		return false;
	free(all->heads);
	all->heads = heads;
	all->size = size;
	for (uint32_t i = 0; i < all->used; i++)
		link_in(all, i);
	return true;
}

static struct transaction *add(struct exchanges *all, const struct packet *pkt, uint16_t protocol,
	uint64_t conversation, uint64_t key)
{
	uint32_t i;
	if (all->used < all->size || grow(all)) {
		i = all->used++;
	} else {
		i = all->oldest;
		all->oldest = (i + 1) & (all->size - 1);
		if (!all->ring[i].response)
			pkt->dropped[CAP_EXCHANGES]++;
		unlink_from_chain(all, i);
	}
	all->ring[i] =
		(struct transaction) { .conversation = conversation, .key = key, .protocol = protocol };
	link_in(all, i);
	return &all->ring[i];
}

static void begin(struct transaction *t, const struct packet *pkt, const struct exchange *e)
{
	t->time_ns = pkt->time_ns;
	t->request = pkt->number;
	t->response = 0;
	t->layer = e->row->layer;
	t->whole = !pkt->fail;
}

void exchange_take(struct exchanges *all, const struct packet *pkt, const struct exchange *e,
	uint64_t conversation, struct exchange_facts *facts)
{
	const struct exchange_fields *x = e->proto->exchange;
	struct transaction *t = find(all, e->proto->id, conversation, e->key);
	if (!e->response) {
		/* A request that still waits is repeated when it comes again soon; else a new exchange
		 * begins. */
		if (t && !t->response && pkt->time_ns - t->time_ns < x->repeat_ns)
			facts->repeat_of = t->request;
		else
			begin(t ? t : add(all, pkt, e->proto->id, conversation, e->key), pkt, e);
		return;
	}
	if (!t)
		return;
	if (t->response) {
		facts->repeat_of = t->response;
		return;
	}
	t->response = pkt->number;
	facts->partner = t->request;
	facts->partner_layer = t->layer;
	facts->time_ns = pkt->time_ns - t->time_ns;
	facts->show_response = t->whole;
}
