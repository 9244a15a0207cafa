#include "indexer/store/late.h"

#include <stdlib.h>
#include <string.h>

#include "schema/list.h"

/* More in one capture keep what they were given: the list stays small. */
#define LATE_MAX (1u << 17)

struct late_frame {
	uint32_t number, claimed, stack;
	bool moved; /* late_settle() found another stack */
	struct late_items items;
	uint32_t *lengths; /* of all items */
};

void late_add(struct late *l, const struct packet *pkt, uint32_t stack)
{
	if (!stack || !pkt->late.n || pkt->late.first + pkt->late.n > pkt->nitems || l->n == LATE_MAX ||
		l->failed)
		return;
	struct late_frame *frames = list_room(l->frames, &l->size, l->n, sizeof(*frames));
	l->failed = !frames;
	if (!frames)
		return;
	l->frames = frames;
	struct late_frame f = { .number = pkt->number,
		.claimed = pkt->claimed,
		.stack = stack,
		.items = pkt->late,
		.lengths = calloc(pkt->nitems, sizeof(*f.lengths)) };
	l->failed = !f.lengths;
	if (l->failed)
		return;
	for (unsigned i = 0; i < pkt->nitems; i++)
		f.lengths[i] = pkt->items[i].len;
	l->frames[l->n++] = f;
}

/* The stack without these items; 0 out of memory. */
static uint32_t stack_without(struct dict *dict, uint32_t stack, const struct late_items *late)
{
	struct dict_stack s;
	struct item left[PACKET_ITEMS_MAX];
	unsigned n = 0;
	size_t len;
	const char *octets = dict_get(dict, DICT_STACK, stack, NULL, &len);
	dict_stack_read(octets, len, &s);
	for (unsigned i = 0; i < s.nitems; i++)
		if (i < late->first || i >= (unsigned)late->first + late->n)
			left[n++] = (struct item) { s.items[i], 0 };
	return dict_stack(dict, s.tokens, s.ntokens, left, n, s.column);
}

void late_settle(struct late *l, struct dict *dict, struct totals *t)
{
	for (size_t i = 0; i < l->n && !l->failed; i++) {
		struct late_frame *f = &l->frames[i];
		uint32_t to = *f->items.comes ? f->stack : stack_without(dict, f->stack, &f->items);
		l->failed = to == 0;
		if (!to || to == f->stack)
			continue;
		totals_move(t, f->number, f->claimed, f->lengths, &f->items, f->stack, to);
		f->stack = to;
		f->moved = true;
	}
}

int late_store(const struct late *l, struct store *s, int64_t first_frame)
{
	sqlite3_stmt *st = NULL;
	int rc = SQLITE_OK;
	if (l->n)
		rc = sqlite3_prepare_v2(
			store_db(s), "UPDATE t_frame SET stack=?1 WHERE frame_id=?2", -1, &st, NULL);
	for (size_t i = 0; i < l->n && rc == SQLITE_OK; i++) {
		const struct late_frame *f = &l->frames[i];
		if (!f->moved)
			continue;
		sqlite3_bind_int64(st, 1, store_stack(s, f->stack));
		sqlite3_bind_int64(st, 2, first_frame + f->number - 1);
		sqlite3_step(st);
		rc = sqlite3_reset(st);
	}
	sqlite3_finalize(st);
	return rc == SQLITE_OK ? 0 : -1;
}

void late_free(struct late *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->frames[i].lengths);
	free(l->frames);
	*l = (struct late) { 0 };
}
