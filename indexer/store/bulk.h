/* B-trees written into a database file from left to right, each page once: what SQLite does with a row that
 * comes last in its table, without a look for its place, a journal or a cache. Rows have to come in the order
 * of their keys. The file is one that nobody else knows yet. Its page numbers come from one counter, so that
 * trees that grow at the same time lie in it in stretches. (https://www.sqlite.org/fileformat2.html,
 * section 1.6) */
#ifndef PCAPDEX_STORE_BULK_H
#define PCAPDEX_STORE_BULK_H

#include "indexer/store/format.h"

/* Where pages go. */
struct bulk {
	int fd;
	uint32_t next;   /* number of the page that comes next */
	int error;       /* errno of the first write that failed, 0 none */
	size_t written;  /* octets since the system was asked to bring them to the disk */
	uint8_t *pieces; /* of a long record, on their way into the file */
	size_t pieces_size;
};

#define BULK_LEVELS 12

struct bulk_tree {
	struct bulk *bulk;
	bool index; /* records are the keys (an index, a table WITHOUT ROWID), not rowids */
	bool any;
	uint8_t *pages; /* leaves not yet written; the last one is being filled */
	unsigned n, size;
	struct bulk_key {
		int64_t rowid;     /* table: the last of the page */
		uint16_t at, size; /* index: the cell that stands between this page and the next */
	} * keys;                  /* of the pages that are full */
	struct page leaf;
	int64_t rowid;      /* the last */
	uint32_t last_cell; /* size of its cell */
	struct bulk_level {
		struct page page; /* interior; octets NULL: not there yet */
		uint32_t last;    /* size of the last cell */
	} levels[BULK_LEVELS];
	uint8_t *root; /* after bulk_end(): the page that the schema names */
};

/* A tree without rows. 0, or -1 out of memory. */
int bulk_tree_init(struct bulk_tree *t, struct bulk *bulk, bool index);
void bulk_tree_free(struct bulk_tree *t);

/* Add a row behind all others. 0, or -1: out of memory, not written (bulk->error), or rowid is not behind the
 * last one. An index takes no rowid; that its records come in order is the caller's to see to. */
int bulk_add(struct bulk_tree *t, int64_t rowid, const struct payload *row);

/* All is in: write what is not written yet, but for t->root. 0 or -1. */
int bulk_end(struct bulk_tree *t);

/* After bulk_end(): write the root, too, at a page of its own, whose number this gives. 0 or -1. */
int bulk_place(struct bulk_tree *t, uint32_t *number);

/* Write into the file's header that it has all pages numbered so far, and that they are others than a
 * connection may remember (section 1.3); bulk_changed(): the latter only. 0 or -1. */
int bulk_header(struct bulk *bulk);
int bulk_changed(struct bulk *bulk);

/* Write pages from this number on. 0, or -1 with bulk->error. */
int bulk_write(struct bulk *bulk, uint32_t number, const uint8_t *octets, size_t pages);

#endif
