/* From the dictionary of one capture to the ids that the archive has for what repeats. */
#include <stdio.h>
#include <stdlib.h>

#include "indexer/store/store_inside.h"
#include "schema/address.h"
#include "schema/list.h"

static int map_add(struct id_map *map, int64_t id)
{
	int64_t *ids = list_room(map->ids, &map->size, map->n, sizeof(*ids));
	if (!ids)
		return -1;
	map->ids = ids;
	map->ids[map->n++] = id;
	return 0;
}

/* The archive's id of what is bound to both statements: found, or added. `find` is NULL where it cannot be
 * there. The thread of the reader inserts, too, through the same connection: what SQLite says of the last
 * insert is asked under the connection's lock. */
static int find_or_add(struct store *s, struct id_map *map, sqlite3_stmt *find, sqlite3_stmt *add)
{
	int64_t id = 0;
	int found = find ? store_query(find, &id) : 0;
	if (!found) {
		sqlite3_mutex_enter(sqlite3_db_mutex(s->db));
		found = store_done(add);
		id = sqlite3_last_insert_rowid(s->db);
		sqlite3_mutex_leave(sqlite3_db_mutex(s->db));
	}
	return found < 0 ? -1 : map_add(map, id);
}

static int map_fresh(struct id_map *map, int64_t id)
{
	return id ? map_add(map, id) : -1;
}

static int map_address(struct store *s, const struct dict_entry *e)
{
	char text[64];
	if (s->fresh)
		return map_fresh(
			&s->source.maps[DICT_ADDRESS], fresh_address(s->fresh, e->kind, e->octets, e->len));
	address_text(text, e->kind, e->octets, e->len);
	sqlite3_stmt *st[] = { s->find_address, s->add_address };
	for (int i = 0; i < 2; i++) {
		sqlite3_bind_blob(st[i], 1, e->octets, (int)e->len, SQLITE_STATIC);
		sqlite3_bind_int(st[i], 2, e->kind);
	}
	sqlite3_bind_text(s->add_address, 3, text, -1, SQLITE_STATIC);
	return find_or_add(
		s, &s->source.maps[DICT_ADDRESS], s->first ? NULL : s->find_address, s->add_address);
}

static int64_t text_hash(const char *p, size_t n)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325); /* FNV-1a, 48 bits kept: shorter in the index */
	for (; n; n--)
		h = (h ^ (uint8_t)*p++) * UINT64_C(0x100000001b3);
	return (int64_t)(h >> 16);
}

static int map_text(struct store *s, const struct dict_entry *e)
{
	int64_t hash = text_hash(e->octets, e->len);
	if (s->fresh)
		return map_fresh(&s->source.maps[DICT_TEXT], fresh_text(s->fresh, hash, e->octets, e->len));
	sqlite3_stmt *st[] = { s->find_text, s->add_text };
	for (int i = 0; i < 2; i++) {
		sqlite3_bind_int64(st[i], 1, hash);
		sqlite3_bind_text(st[i], 2, e->octets, (int)e->len, SQLITE_STATIC);
	}
	return find_or_add(s, &s->source.maps[DICT_TEXT], s->first ? NULL : s->find_text, s->add_text);
}

static void join_names(char *out, size_t size, const struct protocol *const *list, unsigned n)
{
	size_t used = 0;
	out[0] = '\0';
	for (unsigned i = 0; i < n && used < size; i++)
		used += (size_t)snprintf(out + used, size - used, i ? ":%s" : "%s", list[i]->name);
}

static int map_stack(struct store *s, const struct dict_entry *e)
{
	struct dict_stack stack;
	char tokens[4096], items[4096];
	dict_stack_read(e->octets, e->len, &stack);
	join_names(tokens, sizeof(tokens), stack.tokens, stack.ntokens);
	join_names(items, sizeof(items), stack.items, stack.nitems);
	if (s->fresh)
		return map_fresh(
			&s->source.maps[DICT_STACK], fresh_stack(s->fresh, tokens, items, stack.column));
	sqlite3_stmt *st[] = { s->find_stack, s->add_stack };
	for (int i = 0; i < 2; i++) {
		sqlite3_bind_text(st[i], 1, tokens, -1, SQLITE_STATIC);
		sqlite3_bind_text(st[i], 2, items, -1, SQLITE_STATIC);
		sqlite3_bind_text(st[i], 3, stack.column, -1, SQLITE_STATIC);
	}
	return find_or_add(s, &s->source.maps[DICT_STACK], s->find_stack, s->add_stack);
}

int store_map_news(struct store *s, const struct dict_news *news)
{
	static int (*const map[DICT_SPACES])(struct store *, const struct dict_entry *) = {
		[DICT_ADDRESS] = map_address, [DICT_TEXT] = map_text, [DICT_STACK] = map_stack
	};
	const struct dict_entry *e = news->entries;
	for (int space = 0; space < DICT_SPACES; space++)
		for (size_t i = 0; i < news->n[space]; i++)
			if (map[space](s, e++) < 0)
				return -1;
	return 0;
}

int64_t store_address(const struct store *s, uint32_t local)
{
	return local && local <= s->source.maps[DICT_ADDRESS].n ? s->source.maps[DICT_ADDRESS].ids[local - 1]
								: 0;
}

int64_t store_stack(const struct store *s, uint32_t local)
{
	return local && local <= s->source.maps[DICT_STACK].n ? s->source.maps[DICT_STACK].ids[local - 1] : 0;
}
