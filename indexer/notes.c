#include "indexer/notes.h"

#include <stdlib.h>
#include <string.h>

#include "schema/list.h"

#define COLUMNS_MAX 21

struct note {
	const char *table;
	unsigned columns;
	struct note_value {
		bool set;
		int64_t integer;
		char *text; /* in place of the integer */
	} values[COLUMNS_MAX];
};

void notes_row(struct notes *notes, const char *table, unsigned columns)
{
	struct note *list = list_room(notes->list, &notes->size, notes->n, sizeof(*list));
	if (!list) {
		notes->failed = true;
		return;
	}
	notes->list = list;
	notes->list[notes->n++] = (struct note) { .table = table, .columns = columns };
}

static struct note_value *value_at(struct notes *notes, unsigned column)
{
	if (notes->failed || column > notes->list[notes->n - 1].columns)
		return NULL;
	return &notes->list[notes->n - 1].values[column - 1];
}

void notes_int(struct notes *notes, unsigned column, int64_t value)
{
	struct note_value *v = value_at(notes, column);
	if (v)
		*v = (struct note_value) { true, value, NULL };
}

void notes_text(struct notes *notes, unsigned column, const char *text)
{
	struct note_value *v = text ? value_at(notes, column) : NULL;
	char *copy = v ? strdup(text) : NULL;
	if (copy)
		*v = (struct note_value) { true, 0, copy };
	else if (v)
		notes->failed = true;
}

static int write_note(const struct note *note, struct store *store, int64_t capture_id)
{
	sqlite3_stmt *st = store_insert(store, note->table, note->columns);
	if (!st)
		return -1;
	for (unsigned i = 1; i < note->columns; i++) {
		const struct note_value *v = &note->values[i];
		if (v->text)
			sqlite3_bind_text(st, (int)i + 1, v->text, -1, SQLITE_STATIC);
		else if (v->set)
			sqlite3_bind_int64(st, (int)i + 1, v->integer);
	}
	sqlite3_bind_int64(st, 1, capture_id);
	int rc = sqlite3_step(st);
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
	return rc == SQLITE_DONE ? 0 : -1;
}

int notes_write(struct notes *notes, struct store *store, int64_t capture_id)
{
	int rc = notes->failed ? -1 : 0;
	for (size_t i = 0; rc == 0 && i < notes->n; i++)
		rc = write_note(&notes->list[i], store, capture_id);
	notes_clear(notes);
	return rc;
}

int notes_move(struct notes *to, struct notes *from)
{
	to->failed |= from->failed;
	if (from->n && to->n + from->n > to->size) {
		size_t size = 2 * (to->n + from->n);
		struct note *list = realloc(to->list, size * sizeof(*list));
		if (!list)
			return -1;
		to->list = list;
		to->size = size;
	}
	if (from->n)
		memcpy(to->list + to->n, from->list, from->n * sizeof(*to->list));
	to->n += from->n;
	free(from->list);
	*from = (struct notes) { 0 };
	return 0;
}

void notes_clear(struct notes *notes)
{
	for (size_t i = 0; i < notes->n; i++)
		for (unsigned k = 0; k < notes->list[i].columns; k++)
			free(notes->list[i].values[k].text);
	free(notes->list);
	*notes = (struct notes) { 0 };
}
