/* The dictionary of one capture's indexing: addresses, texts and protocol stacks that repeat get a small
 * number each, in the order of first sight, 1 = first. The store turns these into the archive's ids. */
#ifndef PCAPDEX_DICT_H
#define PCAPDEX_DICT_H

#include <stddef.h>
#include <stdint.h>

struct dict;
struct protocol;
struct item;

enum dict_space { DICT_ADDRESS, DICT_TEXT, DICT_STACK, DICT_SPACES };

struct dict *dict_new(void);
void dict_free(struct dict *d);

/* The number of `len` octets of this kind (enum kind for addresses, 0 else). 0 when out of memory. */
uint32_t dict_intern(struct dict *d, enum dict_space space, uint8_t kind, const void *octets, size_t len);

uint32_t dict_count(const struct dict *d, enum dict_space space);

/* Entry `id`; the octets live as long as the dictionary. */
const void *dict_get(const struct dict *d, enum dict_space space, uint32_t id, uint8_t *kind, size_t *len);

static inline uint32_t dict_address(struct dict *d, uint8_t kind, const uint8_t *octets, size_t len)
{
	return dict_intern(d, DICT_ADDRESS, kind, octets, len);
}

/* The stack of a frame: its tokens, the items of its tree, the text of its Protocol column. */
struct dict_stack {
	uint16_t ntokens, nitems;
	const char *column;
	const struct protocol *const *tokens;
	const struct protocol *const *items;
};
uint32_t dict_stack(struct dict *d, const struct protocol *const *tokens, unsigned ntokens,
	const struct item *items, unsigned nitems, const char *column);

/* Read a stack's octets (as dict_get() and dict_news give them). */
void dict_stack_read(const void *octets, size_t len, struct dict_stack *out);

/* Entries that came since the last time, for a thread that must not look at a growing dictionary. */
struct dict_entry {
	const void *octets; /* live as long as the dictionary */
	uint32_t len;
	uint8_t kind;
};
struct dict_news {
	struct dict_entry *entries; /* all spaces, one after the other */
	size_t n[DICT_SPACES];
};

/* Take what is new since seen[] (counts of each space, moved on). 0, or -1 out of memory. */
int dict_news_take(const struct dict *d, uint32_t seen[DICT_SPACES], struct dict_news *out);
void dict_news_free(struct dict_news *news);

#endif
