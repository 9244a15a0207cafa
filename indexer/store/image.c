#include "indexer/store/image.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "indexer/store/ddl.h"
#include "indexer/store/format.h"
#include "indexer/store/names.h"

#define CAPACITY (64u << 20)    /* of the whole image; memory that is not touched costs nothing */
#define ROW_MAX  (DB_PAGE - 35) /* a longer record would go on in overflow pages, section 1.6 */

/* The columns of a table and where its tree begins. */
struct image_table {
	uint32_t root; /* page number; 0: no such table */
	struct row_format format;
};

struct image {
	uint8_t *pages;
	uint32_t schema_pages, used; /* pages of tables' roots and the schema; pages in use */
	struct image_table *tables;  /* by batch * ROLES + part */
	size_t ntables;
	struct payload row;
};

#define TRIAL 2 /* root of a table to try things with: the first that is made */

/* Main table and parts; further layers have another key. */
#define ROLES 8

static uint8_t *page_at(const struct image *image, uint32_t number)
{
	return image->pages + (size_t)(number - 1) * DB_PAGE;
}

/* An empty table. */
static void make_empty(struct image *image, const struct image_table *t)
{
	struct page leaf;
	page_begin(&leaf, PAGE_LEAF_TABLE, page_at(image, t->root));
	page_finish(&leaf, 0);
}

/* The root over leaves: a cell for each but the last, with the largest key of it. */
static bool root_add(struct page *root, uint32_t child, int64_t key)
{
	uint8_t cell[16];
	put32(cell, child);
	unsigned n = 4 + put_varint(cell + 4, (uint64_t)key);
	uint8_t *to = page_add(root, n);
	if (to)
		memcpy(to, cell, n);
	return to != NULL;
}

int64_t image_fill(struct image *image, const struct batch_source *source, unsigned index,
	enum table_role role, unsigned part)
{
	const struct batch *batch = &source->rows->batches[index];
	const struct image_table *t = &image->tables[(size_t)index * ROLES + part];
	struct payload *row = &image->row;
	struct batch_filter wanted;
	struct page leaf, root;
	int64_t count = 0, key = 0;
	if (role == TABLE_MORE || !t->root)
		return -1;
	batch_filter_make(&wanted, batch->record, role, part);
	page_begin(&root, PAGE_INTERIOR_TABLE, page_at(image, t->root));
	uint32_t mark = image->used, child = ++image->used;
	if (child > CAPACITY / DB_PAGE)
		goto full;
	page_begin(&leaf, PAGE_LEAF_TABLE, page_at(image, child));
	for (size_t i = 0; i < batch->n; i++) {
		const struct row *r = batch_row(batch, i);
		if (!batch_wanted(&wanted, r))
			continue;
		int64_t id = r->frame_id + source->shift;
		if ((count && id <= key) || row_payload(row, source, &t->format, r) < 0 ||
			payload_size(row) > ROW_MAX)
			goto full;
		if (!page_add_row(&leaf, id, row)) {
			page_finish(&leaf, 0);
			if (!leaf.cells || !root_add(&root, child, key) || image->used == CAPACITY / DB_PAGE)
				goto full;
			child = ++image->used;
			page_begin(&leaf, PAGE_LEAF_TABLE, page_at(image, child));
			if (!page_add_row(&leaf, id, row))
				goto full;
		}
		key = id;
		count++;
	}
	page_finish(&leaf, 0);
	if (root.cells) {
		page_finish(&root, child);
	} else { /* one leaf: it is the root */
		memcpy(root.octets, page_at(image, child), DB_PAGE);
		image->used--;
	}
	return count;
full:
	image->used = mark;
	make_empty(image, t);
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
		s, "PRAGMA page_size=%u; BEGIN; CREATE TABLE trial (id INTEGER PRIMARY KEY);\n", DB_PAGE);
	for (size_t i = 0; i < n; i++)
		for (unsigned k = 0; protocols[i] && k < protocols[i]->nrecords; k++)
			ddl_frame_tables(s, protocols[i], &protocols[i]->records[k]);
	sqlite3_str_appendall(s, "COMMIT;");
	char *sql = sqlite3_str_finish(s);
	int rc = sql ? sqlite3_exec(db, sql, NULL, NULL, NULL) : SQLITE_NOMEM;
	sqlite3_free(sql);
	return rc;
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
	row_format_make(&t->format, rec, role, part);
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
			struct record_table list[RECORD_TABLES_MAX];
			unsigned count = rec->shape == RECORD_LAYER ? record_tables(rec, list) : 0;
			for (unsigned x = 0; rc == SQLITE_OK && x < count; x++)
				if (list[x].role != TABLE_MORE)
					rc = find_root(st, rec, list[x].role, list[x].part, t + list[x].part);
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
		image->used = image->schema_pages = (uint32_t)(size / DB_PAGE);
		put32(image->pages + 28, CAPACITY / DB_PAGE);    /* the size in pages */
		memcpy(image->pages + 92, image->pages + 24, 4); /* is valid: section 1.3.8 */
	}
	sqlite3_free(octets);
	sqlite3_close(db);
	return image->used ? 0 : -1;
}

/* What the only row of the trial table has for its key. */
static int64_t key_of(sqlite3_stmt *st, struct image *image, int64_t key)
{
	struct page leaf;
	static const struct payload none = { .ntypes = 1 };
	page_begin(&leaf, PAGE_LEAF_TABLE, page_at(image, TRIAL));
	page_add_row(&leaf, key, &none);
	page_finish(&leaf, 0);
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
	payload_free(&image->row);
	free(image->tables);
	free(image);
}
