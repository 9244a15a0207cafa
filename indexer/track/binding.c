#include "indexer/track/binding.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define BINDINGS_MAX 65536 /* known addresses; the table is twice as large */

struct binding {
	uint32_t ip, frame; /* frame 0: unused */
	int64_t time_ns;
	uint8_t mac[6];
};

struct bindings {
	struct binding *table;
	uint32_t used, mask;
};

struct bindings *bindings_new(void)
{
	struct bindings *all = calloc(1, sizeof(*all));
	if (!all)
		return NULL;
	all->mask = 255;
	all->table = calloc(all->mask + 1, sizeof(*all->table));
	if (!all->table) {
		free(all);
		return NULL;
	}
	return all;
}

void bindings_free(struct bindings *all)
{
	if (all)
		free(all->table);
	free(all);
}

static struct binding *slot(struct binding *table, uint32_t mask, uint32_t ip)
{
	uint32_t at = ip * UINT32_C(2654435761) >> 7 & mask;
	while (table[at].frame && table[at].ip != ip)
		at = (at + 1) & mask;
	return &table[at];
}

static bool grow(struct bindings *all)
{
	uint32_t mask = all->mask * 2 + 1;
	struct binding *table = calloc((size_t)mask + 1, sizeof(*table));
	if (!table)
		return false;
	for (uint32_t i = 0; i <= all->mask; i++)
		if (all->table[i].frame)
			*slot(table, mask, all->table[i].ip) = all->table[i];
	free(all->table);
	all->table = table;
	all->mask = mask;
	return true;
}

struct binding_clash bindings_take(struct bindings *all, uint32_t ip, const uint8_t mac[6], uint32_t frame,
	int64_t time_ns, uint64_t *dropped)
{
	struct binding_clash clash = { 0 };
	struct binding *b = slot(all->table, all->mask, ip);
	if (!b->frame) {
		if (all->used == BINDINGS_MAX || (all->used * 2 > all->mask && !grow(all))) {
			++*dropped;
			return clash;
		}
		all->used++;
		b = slot(all->table, all->mask, ip);
		b->ip = ip;
		memcpy(b->mac, mac, sizeof(b->mac));
	} else if (memcmp(b->mac, mac, sizeof(b->mac)) != 0) {
		if (b->frame != frame) { /* one frame that says both is no clash */
			clash.frame = b->frame;
			clash.time_ns = b->time_ns;
		}
		return clash;
	}
	b->frame = frame;
	b->time_ns = time_ns;
	return clash;
}
