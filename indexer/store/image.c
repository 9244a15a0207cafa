#include "indexer/store/image.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "indexer/store/ddl.h"
#include "indexer/store/names.h"

#define PAGE     8192u
#define CAPACITY (64u << 20) /* of the whole image; memory that is not touched costs nothing */
#define ROW_MAX  (PAGE - 35) /* a longer record would go on in overflow pages, section 1.6 */

enum { INTERIOR = 0x05, LEAF = 0x0d, HEADER_LEAF = 8, HEADER_INTERIOR = 12 };

enum { SPACE_NUMBER = DICT_SPACES, SPACE_OTHER };

/* The columns of a table and where its tree begins. */
struct image_table {
	uint32_t root; /* page number; 0: no such table */
	uint16_t ncolumns;
	struct image_column {
		uint16_t field;
		uint8_t space; /* enum dict_space, or: */
	} columns[RECORD_FIELDS_MAX];
};

struct image {
	uint8_t *pages;
	uint32_t schema_pages, used; /* pages of tables' roots and the schema; pages in use */
	struct image_table *tables;  /* by batch * ROLES + part */
	size_t ntables;
};

#define TRIAL 2 /* root of a table to try things with: the first that is made */

/* Main table and parts; further layers have another key. */
#define ROLES 8

static void put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v);
}

/* SQLite's varint, section 1.5: seven bits an octet, the highest first. Rowids are below 2^56. */
static unsigned put_varint(uint8_t *p, uint64_t v)
{
	if (v < 0x80) {
		p[0] = (uint8_t)v;
		return 1;
	}
	unsigned n = 1;
	for (uint64_t rest = v >> 7; rest; rest >>= 7)
		n++;
	for (unsigned i = n; i-- > 0; v >>= 7)
		p[i] = (uint8_t)((v & 0x7f) | (i + 1 < n ? 0x80 : 0));
	return n;
}

/* ---- records: section 2.1 ---- */

struct record_buffer {
	uint8_t types[2 * RECORD_FIELDS_MAX + 16];
	unsigned ntypes;
	uint32_t size;               /* of the body */
	uint8_t octets[ROW_MAX + 8]; /* the body; numbers are written as eight octets, of which some count */
};

static inline void add_int(struct record_buffer *b, int64_t v)
{
	/* By the number of bits without the sign: the type, and how many octets it has. */
	static const uint8_t types[] = { 1, 1, 2, 3, 4, 5, 5, 6, 6 }, widths[] = { 0, 1, 2, 3, 4, 6, 8 };
	if ((uint64_t)v < 2) { /* 0 and 1 are types of their own */
		b->types[b->ntypes++] = (uint8_t)(8 + v);
		return;
	}
	unsigned bits = 64 - (unsigned)__builtin_clzll((uint64_t)(v ^ v >> 63) | 1);
	unsigned type = types[bits / 8 + 1], width = widths[type];
	uint64_t big = __builtin_bswap64((uint64_t)v << (64 - 8 * width));
	b->types[b->ntypes++] = (uint8_t)type;
	memcpy(b->octets + b->size, &big, 8);
	b->size += width;
}

static int add_octets(struct record_buffer *b, const struct batch_value *v)
{
	if (v->size > ROW_MAX - b->size)
		return -1;
	b->ntypes += put_varint(b->types + b->ntypes, 12 + (v->type == SQLITE_TEXT) + 2 * (uint64_t)v->size);
	memcpy(b->octets + b->size, v->octets, v->size);
	b->size += (uint32_t)v->size;
	return 0;
}

/* Values that are no numbers. */
static int add_value(
	struct record_buffer *b, const struct batch_source *source, const struct row *r, unsigned f)
{
	struct batch_value v;
	uint64_t big;
	int rc = 0;
	batch_value(source, r, f, &v);
	switch (v.type) {
	case SQLITE_INTEGER:
		add_int(b, v.integer);
		break;
	case SQLITE_FLOAT:
		big = __builtin_bswap64((uint64_t)v.integer);
		b->types[b->ntypes++] = 7;
		memcpy(b->octets + b->size, &big, 8);
		b->size += 8;
		break;
	case SQLITE_TEXT:
	case SQLITE_BLOB:
		rc = add_octets(b, &v);
		if (v.own)
			free((void *)(uintptr_t)v.octets);
		break;
	default:
		b->types[b->ntypes++] = 0;
	}
	return rc;
}

/* The key is a NULL in the record, section 2.3. Columns at the end that are NULL are left out: SQLite reads
 * what a record does not have as the column's default (as after ALTER TABLE ADD COLUMN). */
static int make_record(struct record_buffer *b, const struct batch_source *source,
	const struct image_table *t, const struct row *r)
{
	unsigned last = t->ncolumns;
	while (last && !row_has(r, t->columns[last - 1].field))
		last--;
	b->ntypes = 1;
	b->types[0] = 0;
	b->size = 0;
	for (unsigned i = 0; i < last; i++) {
		const struct image_column *c = &t->columns[i];
		int64_t v = r->v[c->field];
		if (!row_has(r, c->field)) {
			b->types[b->ntypes++] = 0;
			continue;
		}
		if (b->size > ROW_MAX - 8)
			return -1;
		switch (c->space) {
		case SPACE_NUMBER:
			add_int(b, v);
			break;
		case SPACE_OTHER:
			if (add_value(b, source, r, c->field) < 0)
				return -1;
			break;
		default: {
			const struct id_map *map = &source->maps[c->space];
			if (v > 0 && (size_t)v <= map->n)
				add_int(b, map->ids[v - 1]);
			else
				b->types[b->ntypes++] = 0;
		}
		}
	}
	return 0;
}

/* ---- trees: section 1.6 ---- */

/* A leaf that is being filled: cells grow from its end towards the list of their places. */
struct leaf {
	uint8_t *page;
	unsigned cells;
	uint32_t end; /* where the last cell begins */
};

static void leaf_begin(struct leaf *l, uint8_t *page)
{
	*l = (struct leaf) { page, 0, PAGE };
}

static void leaf_finish(const struct leaf *l)
{
	l->page[0] = LEAF;
	put16(l->page + 1, 0);
	put16(l->page + 3, l->cells);
	put16(l->page + 5, l->end);
	l->page[7] = 0;
}

static bool leaf_add(struct leaf *l, int64_t rowid, const struct record_buffer *b)
{
	uint8_t head[24];
	unsigned header = b->ntypes + 1 + (b->ntypes >= 127); /* counts its own length */
	unsigned n = put_varint(head, header + b->size);
	n += put_varint(head + n, (uint64_t)rowid);
	n += put_varint(head + n, header);
	uint32_t size = n + b->ntypes + b->size;
	if (l->end < HEADER_LEAF + 2 * (l->cells + 1) + size)
		return false;
	l->end -= size;
	memcpy(l->page + l->end, head, n);
	memcpy(l->page + l->end + n, b->types, b->ntypes);
	memcpy(l->page + l->end + n + b->ntypes, b->octets, b->size);
	put16(l->page + HEADER_LEAF + 2 * l->cells++, l->end);
	return true;
}

/* The root over leaves: a cell for each but the last, with the largest key of it. */
struct root {
	uint8_t *page;
	unsigned cells;
	uint32_t end;
};

static bool root_add(struct root *root, uint32_t child, int64_t key)
{
	uint8_t cell[16];
	put32(cell, child);
	unsigned n = 4 + put_varint(cell + 4, (uint64_t)key);
	if (root->end < HEADER_INTERIOR + 2 * (root->cells + 1) + n)
		return false;
	root->end -= n;
	memcpy(root->page + root->end, cell, n);
	put16(root->page + HEADER_INTERIOR + 2 * root->cells++, root->end);
	return true;
}

static void root_finish(const struct root *root, uint32_t last)
{
	root->page[0] = INTERIOR;
	put16(root->page + 1, 0);
	put16(root->page + 3, root->cells);
	put16(root->page + 5, root->end);
	root->page[7] = 0;
	put32(root->page + 8, last);
}

static uint8_t *page_at(const struct image *image, uint32_t number)
{
	return image->pages + (size_t)(number - 1) * PAGE;
}

int64_t image_fill(struct image *image, const struct batch_source *source, unsigned index,
	enum table_role role, unsigned part)
{
	const struct batch *batch = &source->rows->batches[index];
	size_t slot = (size_t)index * ROLES + part;
	const struct image_table *t = &image->tables[slot];
	struct batch_filter wanted;
	struct record_buffer b;
	struct leaf leaf;
	int64_t count = 0, key = 0;
	if (role == TABLE_MORE || !t->root)
		return -1;
	batch_filter_make(&wanted, batch->record, role, part);
	struct root root = { page_at(image, t->root), 0, PAGE };
	uint32_t mark = image->used, child = ++image->used;
	if (child > CAPACITY / PAGE)
		goto full;
	leaf_begin(&leaf, page_at(image, child));
	for (size_t i = 0; i < batch->n; i++) {
		const struct row *r = batch_row(batch, i);
		if (!batch_wanted(&wanted, r))
			continue;
		int64_t id = r->frame_id + source->shift;
		if ((count && id <= key) || make_record(&b, source, t, r) < 0)
			goto full;
		if (!leaf_add(&leaf, id, &b)) {
			leaf_finish(&leaf);
			if (!leaf.cells || !root_add(&root, child, key) || image->used == CAPACITY / PAGE)
				goto full;
			child = ++image->used;
			leaf_begin(&leaf, page_at(image, child));
			if (!leaf_add(&leaf, id, &b))
				goto full;
		}
		key = id;
		count++;
	}
	leaf_finish(&leaf);
	if (root.cells) {
		root_finish(&root, child);
	} else { /* one leaf: it is the root */
		memcpy(root.page, page_at(image, child), PAGE);
		image->used--;
	}
	return count;
full:
	image->used = mark;
	leaf_begin(&leaf, page_at(image, t->root)); /* an empty table */
	leaf_finish(&leaf);
	return -1;
}

void image_clear(struct image *image)
{
	image->used = image->schema_pages;
}

/* ---- the schema ---- */

static int make_tables(sqlite3 *db, const struct protocol *const *protocols, size_t n)
{
	sqlite3_str *s = sqlite3_str_new(db);
	sqlite3_str_appendf(
		s, "PRAGMA page_size=%u; BEGIN; CREATE TABLE trial (id INTEGER PRIMARY KEY);\n", PAGE);
	for (size_t i = 0; i < n; i++)
		for (unsigned k = 0; protocols[i] && k < protocols[i]->nrecords; k++)
			ddl_frame_tables(s, protocols[i], &protocols[i]->records[k]);
	sqlite3_str_appendall(s, "COMMIT;");
	char *sql = sqlite3_str_finish(s);
	int rc = sql ? sqlite3_exec(db, sql, NULL, NULL, NULL) : SQLITE_NOMEM;
	sqlite3_free(sql);
	return rc;
}

static uint8_t space_of(uint8_t kind)
{
	switch (kind) {
	case KIND_ETHER:
	case KIND_IPV4:
	case KIND_IPV6:
	case KIND_ADDRESS:
		return DICT_ADDRESS;
	case KIND_TEXT:
	case KIND_LIST:
		return DICT_TEXT;
	case KIND_STACK:
		return DICT_STACK;
	case KIND_DOUBLE:
	case KIND_BYTES:
		return SPACE_OTHER;
	default:
		return SPACE_NUMBER;
	}
}

static int find_root(sqlite3_stmt *st, const struct record *rec, enum table_role role, unsigned part,
	struct image_table *t)
{
	char name[NAME_MAX_LEN];
	table_name(name, rec, role, part);
	sqlite3_bind_text(st, 1, name, -1, SQLITE_STATIC);
	if (sqlite3_step(st) == SQLITE_ROW)
		t->root = (uint32_t)sqlite3_column_int(st, 0);
	sqlite3_reset(st);
	for (unsigned i = 0; i < rec->nfields; i++)
		if (table_has(rec, &rec->fields[i], role, part))
			t->columns[t->ncolumns++] =
				(struct image_column) { (uint16_t)i, space_of(rec->fields[i].kind) };
	return t->root ? 0 : -1;
}

static int find_roots(struct image *image, sqlite3 *db, const struct protocol *const *protocols, size_t n)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(db, "SELECT rootpage FROM sqlite_master WHERE name=?1", -1, &st, NULL);
	for (size_t i = 0; rc == SQLITE_OK && i < n; i++) {
		for (unsigned k = 0; rc == SQLITE_OK && protocols[i] && k < protocols[i]->nrecords; k++) {
			const struct record *rec = &protocols[i]->records[k];
			struct image_table *t = &image->tables[(i * RECORDS_PER_PROTOCOL + k) * ROLES];
			if (rec->shape != RECORD_LAYER)
				continue;
			rc = find_root(st, rec, TABLE_MAIN, 0, t);
			for (unsigned part = 1; rc == SQLITE_OK && part <= record_parts(rec) && part < ROLES;
				part++)
				if (part != rec->inlined)
					rc = find_root(st, rec, TABLE_PART, part, t + part);
		}
	}
	sqlite3_finalize(st);
	return rc;
}

/* SQLite itself writes the schema and the roots; the pages behind them are for rows. */
static int make_pages(struct image *image, const struct protocol *const *protocols, size_t n)
{
	sqlite3 *db = NULL;
	sqlite3_int64 size = 0;
	unsigned char *octets = NULL;
	int rc = sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
	if (rc == SQLITE_OK)
		rc = make_tables(db, protocols, n);
	if (rc == SQLITE_OK)
		rc = find_roots(image, db, protocols, n);
	if (rc == SQLITE_OK && (octets = sqlite3_serialize(db, "main", &size, 0)) && size < CAPACITY / 2) {
		memcpy(image->pages, octets, (size_t)size);
		image->used = image->schema_pages = (uint32_t)(size / PAGE);
		put32(image->pages + 28, CAPACITY / PAGE);       /* the size in pages */
		memcpy(image->pages + 92, image->pages + 24, 4); /* is valid: section 1.3.8 */
	}
	sqlite3_free(octets);
	sqlite3_close(db);
	return image->used ? 0 : -1;
}

/* What the only row of the trial table has for its key. */
static int64_t key_of(sqlite3_stmt *st, struct image *image, int64_t key)
{
	struct leaf leaf;
	static const struct record_buffer none = { .ntypes = 1 };
	leaf_begin(&leaf, page_at(image, TRIAL));
	leaf_add(&leaf, key, &none);
	leaf_finish(&leaf);
	int64_t found = sqlite3_step(st) == SQLITE_ROW ? sqlite3_column_int64(st, 0) : -1;
	sqlite3_reset(st);
	return found;
}

/* Pages have to be read where they stand: what SQLite kept of them would be old at the next batch. So SQLite
 * is asked to map them, which some builds of it cannot, and tried. */
static bool is_mapped(struct image *image, sqlite3 *db)
{
	sqlite3_stmt *st = NULL;
	char *sql = sqlite3_mprintf("PRAGMA batch.mmap_size=%u; BEGIN", CAPACITY);
	bool yes = sql && sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
	sqlite3_free(sql);
	yes = yes && sqlite3_prepare_v2(db, "SELECT id FROM batch.trial", -1, &st, NULL) == SQLITE_OK &&
	      key_of(st, image, 1) == 1 && key_of(st, image, 2) == 2;
	sqlite3_finalize(st);
	return sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK && yes;
}

/* Never written through SQLite, so it needs no journal, and none that would tie it to the archive's. */
static int attach(struct image *image, sqlite3 *db)
{
	int rc = sqlite3_exec(db, "ATTACH ':memory:' AS batch", NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		return -1;
	rc = sqlite3_deserialize(db, "batch", image->pages, CAPACITY, CAPACITY, 0);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(
			db, "PRAGMA batch.journal_mode=OFF; PRAGMA batch.synchronous=OFF", NULL, NULL, NULL);
	if (rc == SQLITE_OK && is_mapped(image, db))
		return 0;
	sqlite3_exec(db, "DETACH batch", NULL, NULL, NULL);
	return -1;
}

struct image *image_new(sqlite3 *db, const struct protocol *const *protocols, size_t n)
{
	struct image *image = calloc(1, sizeof(*image));
	if (!image)
		return NULL;
	image->ntables = n * RECORDS_PER_PROTOCOL * ROLES;
	image->tables = calloc(image->ntables, sizeof(*image->tables));
	void *pages = mmap(NULL, CAPACITY, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	image->pages = pages == MAP_FAILED ? NULL : pages;
	if (image->tables && image->pages && make_pages(image, protocols, n) == 0 && attach(image, db) == 0)
		return image;
	image_free(image);
	return NULL;
}

void image_free(struct image *image)
{
	if (!image)
		return;
	if (image->pages)
		munmap(image->pages, CAPACITY);
	free(image->tables);
	free(image);
}
