#include "indexer/store/bulk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define EXTENT 32u /* leaves that are written at once, where a tree has as many */
#define RUN    16u /* overflow pages */
#define PUSH   (32u << 20)

/* The page at 1 GiB is where SQLite locks: nothing stands there, section 1.2. */
#define LOCK_PAGE (0x40000000u / DB_PAGE + 1)

/* How much of a record stands in its cell, section 1.6: X, M and the rule for K. */
#define USABLE    DB_PAGE
#define MOST_LEAF (USABLE - 35)
#define MOST_KEY  ((USABLE - 12) * 64 / 255 - 23)
#define LEAST     ((USABLE - 12) * 32 / 255 - 23)

static uint32_t behind(uint32_t number)
{
	return number + 1 == LOCK_PAGE ? number + 2 : number + 1;
}

static uint32_t take_number(struct bulk *b)
{
	uint32_t number = b->next;
	b->next = behind(number);
	return number;
}

/* Let the disk begin with what was written: less is left to wait for when the file must be safe. */
static void push_out(struct bulk *b, size_t n)
{
	b->written += n;
	if (b->written < PUSH)
		return;
	b->written = 0;
#ifdef SYNC_FILE_RANGE_WRITE
	sync_file_range(b->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
#endif
}

int bulk_write(struct bulk *bulk, uint32_t number, const uint8_t *octets, size_t pages)
{
	off_t at = (off_t)(number - 1) * DB_PAGE;
	for (size_t left = pages * DB_PAGE; left;) {
		ssize_t n = pwrite(bulk->fd, octets, left, at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			bulk->error = bulk->error ? bulk->error : n < 0 ? errno : EIO;
			return -1;
		}
		octets += n;
		at += n;
		left -= (size_t)n;
	}
	push_out(bulk, pages * DB_PAGE);
	return 0;
}

/* pages: 0 leaves them as they are. */
static int write_header(struct bulk *bulk, uint32_t pages)
{
	uint8_t head[100];
	if (pread(bulk->fd, head, sizeof(head), 0) == sizeof(head)) {
		uint32_t changes = get32(head + 24) + 1;
		put32(head + 24, changes);
		put32(head + 92, changes); /* until when the number of pages is valid */
		if (pages)
			put32(head + 28, pages);
		if (pwrite(bulk->fd, head, sizeof(head), 0) == sizeof(head))
			return 0;
	}
	bulk->error = bulk->error ? bulk->error : errno ? errno : EIO;
	return -1;
}

int bulk_header(struct bulk *bulk)
{
	return write_header(bulk, bulk->next - 1 == LOCK_PAGE ? bulk->next - 2 : bulk->next - 1);
}

int bulk_changed(struct bulk *bulk)
{
	return write_header(bulk, 0);
}

/* ---- interior pages ---- */

static uint8_t interior_type(const struct bulk_tree *t)
{
	return t->index ? PAGE_INTERIOR_INDEX : PAGE_INTERIOR_TABLE;
}

/* A child and what stands between it and the next, into the interior page of this level. In a full page the
 * last child becomes the right one, and what stood behind it goes a level up. */
static int level_add(struct bulk_tree *t, unsigned level, uint32_t child, const uint8_t *key, uint32_t n)
{
	if (level == BULK_LEVELS)
		return -1;
	struct bulk_level *l = &t->levels[level];
	if (!l->page.octets) {
		uint8_t *octets = malloc(DB_PAGE);
		if (!octets)
			return -1;
		memset(octets, 0, DB_PAGE);
		page_begin(&l->page, interior_type(t), octets);
	}
	uint8_t *cell = page_add(&l->page, 4 + n);
	if (!cell) {
		uint8_t up[MOST_KEY + 32];
		uint32_t size = l->last - 4, number = take_number(t->bulk);
		const uint8_t *last = l->page.octets + l->page.end;
		uint32_t right = get32(last);
		if (size > sizeof(up))
			return -1;
		memcpy(up, last + 4, size);
		l->page.cells--;
		l->page.end += l->last;
		page_finish(&l->page, right);
		if (bulk_write(t->bulk, number, l->page.octets, 1) < 0)
			return -1;
		page_begin(&l->page, interior_type(t), l->page.octets);
		if (level_add(t, level + 1, number, up, size) < 0 || !(cell = page_add(&l->page, 4 + n)))
			return -1;
	}
	put32(cell, child);
	memcpy(cell + 4, key, n);
	l->last = 4 + n;
	return 0;
}

static int leaf_number(struct bulk_tree *t, unsigned i, uint32_t number)
{
	const struct bulk_key *k = &t->keys[i];
	uint8_t key[10];
	if (t->index)
		return level_add(t, 0, number, t->pages + (size_t)i * DB_PAGE + k->at, k->size);
	return level_add(t, 0, number, key, put_varint(key, (uint64_t)k->rowid));
}

/* ---- leaves ---- */

/* Write the first n leaves that wait; last: where the last one of them went. */
static int write_leaves(struct bulk_tree *t, unsigned n, uint32_t *last)
{
	for (unsigned i = 0; i < n;) {
		uint32_t first = take_number(t->bulk);
		unsigned k = i + 1;
		*last = first;
		while (k < n && t->bulk->next == first + (k - i)) {
			*last = take_number(t->bulk);
			k++;
		}
		if (bulk_write(t->bulk, first, t->pages + (size_t)i * DB_PAGE, k - i) < 0)
			return -1;
		for (; i < k; i++, first++)
			if (i < t->n && leaf_number(t, i, first) < 0)
				return -1;
	}
	return 0;
}

static int more_room(struct bulk_tree *t)
{
	unsigned size = t->size ? t->size * 2 : 1;
	uint8_t *pages = realloc(t->pages, (size_t)size * DB_PAGE);
	struct bulk_key *keys = pages ? realloc(t->keys, size * sizeof(*keys)) : NULL;
	t->pages = pages ? pages : t->pages;
	if (!keys)
		return -1;
	t->keys = keys;
	t->size = size;
	return 0;
}

static void begin_leaf(struct bulk_tree *t)
{
	uint8_t *octets = t->pages + (size_t)t->n * DB_PAGE;
	memset(octets, 0, DB_PAGE);
	page_begin(&t->leaf, t->index ? PAGE_LEAF_INDEX : PAGE_LEAF_TABLE, octets);
}

/* The leaf is full. In an index the last entry of it moves up: it is what stands between this page and the
 * next. */
static int next_leaf(struct bulk_tree *t, uint32_t last_cell)
{
	struct bulk_key *k = &t->keys[t->n];
	uint32_t last;
	*k = (struct bulk_key) { t->rowid, (uint16_t)t->leaf.end, (uint16_t)last_cell };
	if (t->index) {
		t->leaf.cells--;
		t->leaf.end += last_cell;
	}
	page_finish(&t->leaf, 0);
	t->n++;
	if (t->n == t->size) {
		if (write_leaves(t, t->n, &last) < 0 || (t->size < EXTENT && more_room(t) < 0))
			return -1;
		t->n = 0;
	}
	begin_leaf(t);
	return 0;
}

/* The part of a record that has no place in its cell, as a chain of pages. */
static int write_overflow(struct bulk *b, const uint8_t *pieces, size_t size)
{
	uint8_t run[RUN * DB_PAGE];
	while (size) {
		uint32_t first = b->next, n = 0;
		/* Pages that follow each other in the file are written at once. */
		while (size && n < RUN && b->next == first + n) {
			uint8_t *page = run + (size_t)n++ * DB_PAGE;
			size_t part = size < USABLE - 4 ? size : USABLE - 4;
			take_number(b);
			put32(page, part < size ? b->next : 0);
			memcpy(page + 4, pieces, part);
			memset(page + 4 + part, 0, USABLE - 4 - part);
			pieces += part;
			size -= part;
		}
		if (bulk_write(b, first, run, n) < 0)
			return -1;
	}
	return 0;
}

/* The record in one piece, in bulk->pieces. */
static int put_together(struct bulk *b, const struct payload *row)
{
	size_t size = payload_size(row), n;
	if (b->pieces_size < size + 8) {
		uint8_t *pieces = realloc(b->pieces, size + 8);
		if (!pieces)
			return -1;
		b->pieces = pieces;
		b->pieces_size = size + 8;
	}
	n = put_varint(b->pieces, payload_head(row));
	memcpy(b->pieces + n, row->types, row->ntypes);
	n += row->ntypes;
	if (row->size)
		memcpy(b->pieces + n, row->octets, row->size);
	if (row->tail_size)
		memcpy(b->pieces + n + row->size, row->tail, row->tail_size);
	return 0;
}

static uint32_t local_size(const struct bulk_tree *t, uint32_t size)
{
	uint32_t most = t->index ? MOST_KEY : MOST_LEAF;
	if (size <= most)
		return size;
	uint32_t k = LEAST + (size - LEAST) % (USABLE - 4);
	return k <= most ? k : LEAST;
}

/* A cell in the leaf; 1 no room. */
static int add_cell(struct bulk_tree *t, const uint8_t *head, unsigned nhead, const struct payload *row,
	uint32_t local, uint32_t overflow)
{
	uint8_t *to = page_add(&t->leaf, nhead + local + (overflow ? 4 : 0));
	if (!to)
		return 1;
	memcpy(to, head, nhead);
	to += nhead;
	if (overflow) {
		memcpy(to, t->bulk->pieces, local);
		put32(to + local, overflow);
		return 0;
	}
	to += put_varint(to, payload_head(row));
	memcpy(to, row->types, row->ntypes);
	to += row->ntypes;
	if (row->size)
		memcpy(to, row->octets, row->size);
	if (row->tail_size)
		memcpy(to + row->size, row->tail, row->tail_size);
	return 0;
}

int bulk_add(struct bulk_tree *t, int64_t rowid, const struct payload *row)
{
	uint8_t head[20];
	uint32_t size = payload_size(row), local = local_size(t, size), overflow = 0;
	if (t->any && !t->index && rowid <= t->rowid)
		return -1;
	unsigned nhead = put_varint(head, size);
	if (!t->index)
		nhead += put_varint(head + nhead, (uint64_t)rowid);
	if (local < size) {
		overflow = t->bulk->next;
		if (put_together(t->bulk, row) < 0 ||
			write_overflow(t->bulk, t->bulk->pieces + local, size - local) < 0)
			return -1;
	}
	int full = add_cell(t, head, nhead, row, local, overflow);
	if (full && (next_leaf(t, t->last_cell) < 0 || add_cell(t, head, nhead, row, local, overflow)))
		return -1;
	t->last_cell = nhead + local + (overflow ? 4 : 0);
	t->rowid = rowid;
	t->any = true;
	return 0;
}

/* ---- begin and end ---- */

int bulk_tree_init(struct bulk_tree *t, struct bulk *bulk, bool index)
{
	*t = (struct bulk_tree) { .bulk = bulk, .index = index };
	if (more_room(t) < 0) {
		bulk_tree_free(t);
		return -1;
	}
	begin_leaf(t);
	return 0;
}

void bulk_tree_free(struct bulk_tree *t)
{
	for (unsigned i = 0; i < BULK_LEVELS; i++)
		free(t->levels[i].page.octets);
	free(t->pages);
	free(t->keys);
	*t = (struct bulk_tree) { 0 };
}

int bulk_end(struct bulk_tree *t)
{
	uint32_t right = 0;
	unsigned level = 0;
	page_finish(&t->leaf, 0);
	if (!t->n && !t->levels[0].page.octets) {
		t->root = t->leaf.octets;
		return 0;
	}
	if (write_leaves(t, t->n + 1, &right) < 0)
		return -1;
	for (;; level++) {
		const struct page *page = &t->levels[level].page;
		page_finish(page, right);
		if (level + 1 == BULK_LEVELS || !t->levels[level + 1].page.octets)
			break;
		right = take_number(t->bulk);
		if (bulk_write(t->bulk, right, page->octets, 1) < 0)
			return -1;
	}
	t->root = t->levels[level].page.octets;
	return 0;
}

int bulk_place(struct bulk_tree *t, uint32_t *number)
{
	*number = take_number(t->bulk);
	return bulk_write(t->bulk, *number, t->root, 1);
}
