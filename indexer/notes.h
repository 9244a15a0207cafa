/* What a capture says beside its frames (sections, interfaces, statistics, names, blocks), kept until the
 * archive is ready for it: rows of core.sql's tables, whose first column is the capture's id. */
#ifndef PCAPDEX_NOTES_H
#define PCAPDEX_NOTES_H

#include <stdbool.h>

#include "indexer/store/store.h"

struct note;

struct notes {
	struct note *list;
	size_t n, size;
	bool failed; /* out of memory */
};

/* Begin a row of this table (a constant), with so many columns, the capture's among them. All are NULL at
 * first. */
void notes_row(struct notes *notes, const char *table, unsigned columns);

/* Set a column of the row begun last; 1 is the capture's. Texts are copied; NULL stays NULL. */
void notes_int(struct notes *notes, unsigned column, int64_t value);
void notes_text(struct notes *notes, unsigned column, const char *text);

/* Insert all rows and forget them. 0, or -1: the archive failed, or memory. */
int notes_write(struct notes *notes, struct store *store, int64_t capture_id);

/* Move all rows behind those of `to`. 0, or -1 out of memory. */
int notes_move(struct notes *to, struct notes *from);

void notes_clear(struct notes *notes);

#endif
