#include "indexer/dict.h"

#include <stdlib.h>
#include <string.h>

#include "indexer/packet.h"

#define ARENA_BLOCK (1u << 18)

#define HEAD 16 /* an address fits */

struct entry {
	uint64_t hash;
	const void *octets;
	uint32_t len;
	uint8_t kind;
	uint8_t head[HEAD]; /* the first octets: most entries are compared without a look at the arena */
};

struct space {
	struct entry *entries; /* entries[id - 1] */
	uint32_t n, size;
	uint64_t *slots; /* open addressing; 0 empty, else the hash's upper half and the id: SLOT() */
	uint32_t mask;
};

#define SLOT(hash, id) (((hash) & ~(uint64_t)UINT32_MAX) | (id))

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	_Alignas(16) uint8_t octets[];
};

/* What stands for the first that had the same text: several dissectors may have a protocol of one name, and
 * the archive knows stacks by their texts. */
#define ALIKE_SLOTS 1024 /* far more than one capture has names */
struct alike {
	const void *from[ALIKE_SLOTS], *to[ALIKE_SLOTS];
	unsigned n;
};

struct dict {
	struct space spaces[DICT_SPACES];
	struct arena_block *arena;
	struct alike protocols, columns;
};

static void *arena_take(struct dict *d, size_t n)
{
	n = (n + 15) & ~(size_t)15;
	if (!d->arena || d->arena->size - d->arena->used < n) {
		size_t size = n > ARENA_BLOCK ? n : ARENA_BLOCK;
		struct arena_block *b = malloc(sizeof(*b) + size);
		if (!b)
			return NULL;
		b->next = d->arena;
		b->used = 0;
		b->size = size;
		d->arena = b;
	}
	d->arena->used += n;
	return d->arena->octets + d->arena->used - n;
}

struct dict *dict_new(void)
{
	return calloc(1, sizeof(struct dict));
}

void dict_free(struct dict *d)
{
	if (!d)
		return;
	for (int i = 0; i < DICT_SPACES; i++) {
		free(d->spaces[i].entries);
		free(d->spaces[i].slots);
	}
	for (struct arena_block *b = d->arena, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	free(d);
}

/* Up to seven octets as a number, with loads of fixed sizes: a copy octet by octet that is read back at once
 * would wait for all of its stores. */
static uint64_t tail_of(const uint8_t *p, size_t len)
{
	uint32_t low, high;
	if (len < 4)
		return p[0] | (uint64_t)p[len / 2] << 8 | (uint64_t)p[len - 1] << 16;
	memcpy(&low, p, 4);
	memcpy(&high, p + len - 4, 4);
	return low | (uint64_t)high << 32;
}

/* A multiply-and-fold hash over eight octets at a time: not for adversaries, whose worst is a slow capture of
 * their own; the table's probing is bounded by its load of at most one half. */
static uint64_t hash_octets(uint64_t seed, const void *octets, size_t len)
{
	const uint8_t *p = octets;
	uint64_t h = seed ^ (len * UINT64_C(0x9e3779b97f4a7c15)), w;
	for (; len >= 8; len -= 8, p += 8) {
		memcpy(&w, p, 8);
		h = (h ^ w) * UINT64_C(0xd6e8feb86659fd93);
		h ^= h >> 32;
	}
	if (len) {
		h = (h ^ tail_of(p, len)) * UINT64_C(0xd6e8feb86659fd93);
		h ^= h >> 32;
	}
	h *= UINT64_C(0xd6e8feb86659fd93);
	return h ^ h >> 29;
}

static int space_grow(struct space *s)
{
	uint32_t slots = s->slots ? (s->mask + 1) * 2 : 1024;
	uint64_t *fresh = calloc(slots, sizeof(*fresh));
	if (!fresh)
		return -1;
	for (uint32_t id = 1; id <= s->n; id++) {
		uint32_t at = (uint32_t)s->entries[id - 1].hash & (slots - 1);
		while (fresh[at])
			at = (at + 1) & (slots - 1);
		fresh[at] = SLOT(s->entries[id - 1].hash, id);
	}
	free(s->slots);
	s->slots = fresh;
	s->mask = slots - 1;
	struct entry *entries = realloc(s->entries, slots / 2 * sizeof(*entries));
	if (!entries)
		return -1;
	s->entries = entries;
	s->size = slots / 2;
	return 0;
}

static bool is_entry(const struct entry *e, uint8_t kind, const void *octets, size_t len)
{
	return e->len == len && e->kind == kind &&
	       (len == 0 || memcmp(len <= HEAD ? e->head : e->octets, octets, len) == 0);
}

uint32_t dict_intern(struct dict *d, enum dict_space space, uint8_t kind, const void *octets, size_t len)
{
	struct space *s = &d->spaces[space];
	uint64_t hash = hash_octets(kind, octets, len);
	uint32_t at = 0;
	if (s->slots) {
		for (at = (uint32_t)hash & s->mask; s->slots[at]; at = (at + 1) & s->mask) {
			uint32_t id = (uint32_t)s->slots[at];
			if (s->slots[at] == SLOT(hash, id) &&
				is_entry(&s->entries[id - 1], kind, octets, len))
				return id;
		}
	}
	if (s->n == s->size) {
		if (space_grow(s) < 0)
			return 0;
		for (at = (uint32_t)hash & s->mask; s->slots[at]; at = (at + 1) & s->mask)
			;
	}
	void *copy = arena_take(d, len + 1);
	if (!copy)
		return 0;
	if (len)
		memcpy(copy, octets, len);
	((char *)copy)[len] = '\0';
	struct entry *e = &s->entries[s->n++];
	*e = (struct entry) { hash, copy, (uint32_t)len, kind, { 0 } };
	if (len)
		memcpy(e->head, octets, len < HEAD ? len : HEAD);
	s->slots[at] = SLOT(hash, s->n);
	return s->n;
}

uint32_t dict_count(const struct dict *d, enum dict_space space)
{
	return d->spaces[space].n;
}

const void *dict_get(const struct dict *d, enum dict_space space, uint32_t id, uint8_t *kind, size_t *len)
{
	if (id == 0 || id > d->spaces[space].n)
		return NULL;
	const struct entry *e = &d->spaces[space].entries[id - 1];
	if (kind)
		*kind = e->kind;
	if (len)
		*len = e->len;
	return e->octets;
}

static const char *name_of(const void *protocol)
{
	return ((const struct protocol *)protocol)->name;
}

static const char *text_of(const void *column)
{
	return column;
}

static const void *first_alike(struct alike *a, const void *p, const char *(*text)(const void *))
{
	unsigned at = (unsigned)((uintptr_t)p * UINT64_C(0x9e3779b97f4a7c15) >> 40) & (ALIKE_SLOTS - 1);
	while (a->from[at] && a->from[at] != p)
		at = (at + 1) & (ALIKE_SLOTS - 1);
	if (a->from[at])
		return a->to[at];
	const void *first = p;
	for (unsigned i = 0; i < ALIKE_SLOTS && first == p; i++)
		if (a->from[i] && strcmp(text(a->to[i]), text(p)) == 0)
			first = a->to[i];
	if (a->n < ALIKE_SLOTS / 2) {
		a->from[at] = p;
		a->to[at] = first;
		a->n++;
	}
	return first;
}

/* A stack is interned as its pointers: the number of tokens, the column text, the tokens, the items. */
uint32_t dict_stack(struct dict *d, const struct protocol *const *tokens, unsigned ntokens,
	const struct item *items, unsigned nitems, const char *column)
{
	const void *key[PACKET_TOKENS_MAX + PACKET_LAYERS_MAX * 2 + 2];
	unsigned n = 0;
	key[n++] = (const void *)(uintptr_t)ntokens;
	key[n++] = first_alike(&d->columns, column, text_of);
	for (unsigned i = 0; i < ntokens; i++)
		key[n++] = first_alike(&d->protocols, tokens[i], name_of);
	for (unsigned i = 0; i < nitems; i++)
		key[n++] = first_alike(&d->protocols, items[i].proto, name_of);
	return dict_intern(d, DICT_STACK, 0, key, n * sizeof(*key));
}

void dict_stack_read(const void *octets, size_t len, struct dict_stack *out)
{
	const void *const *key = octets;
	out->ntokens = (uint16_t)(uintptr_t)key[0];
	out->column = key[1];
	out->tokens = (const struct protocol *const *)(key + 2);
	out->items = out->tokens + out->ntokens;
	out->nitems = (uint16_t)(len / sizeof(*key) - 2 - out->ntokens);
}

int dict_news_take(const struct dict *d, uint32_t seen[DICT_SPACES], struct dict_news *out)
{
	size_t total = 0, at = 0;
	for (int i = 0; i < DICT_SPACES; i++)
		total += out->n[i] = d->spaces[i].n - seen[i];
	out->entries = malloc((total + 1) * sizeof(*out->entries));
	if (!out->entries)
		return -1;
	for (int i = 0; i < DICT_SPACES; i++) {
		for (uint32_t k = seen[i]; k < d->spaces[i].n; k++) {
			const struct entry *e = &d->spaces[i].entries[k];
			out->entries[at++] = (struct dict_entry) { e->octets, e->len, e->kind };
		}
		seen[i] = d->spaces[i].n;
	}
	return 0;
}

void dict_news_free(struct dict_news *news)
{
	free(news->entries);
	*news = (struct dict_news) { 0 };
}
