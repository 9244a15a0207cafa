#include "indexer/store/fresh.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "indexer/store/bulk.h"
#include "indexer/store/ddl.h"
#include "indexer/store/loose.h"
#include "schema/address.h"
#include "schema/list.h"

/* A table that rows of a batch go into. */
struct fresh_table {
	char name[NAME_MAX_LEN];
	struct row_format format;
	struct batch_filter filter;
	bool sorted_later; /* rows for frames of before: none is laid out until all are there */
	struct bulk_tree tree;
	int64_t frame, second; /* the last key */
	struct loose loose;
};

/* The tables of a record: main, parts, further layers. */
struct fresh_tables {
	bool is_made; /* the schema has them since the archive was made */
	struct fresh_table list[RECORD_TABLES_MAX];
	unsigned n;
};

enum core { CHUNK, CHUNK_OFFSET, ADDRESS, ADDRESS_OCTETS, TEXT, TEXT_HASH, CORE };

static const struct {
	const char *name;
	bool index;
} core_trees[CORE] = {
	[CHUNK] = { "chunk", false },
	[CHUNK_OFFSET] = { "chunk_offset", true },
	[ADDRESS] = { "t_address", false },
	[ADDRESS_OCTETS] = { "t_address_octets", true },
	[TEXT] = { "t_text", false },
	[TEXT_HASH] = { "t_text_hash", true },
};

struct fresh {
	struct bulk bulk;
	struct payload row;
	const struct protocol *const *protocols;
	struct fresh_tables **tables; /* by batch; NULL: no rows yet */
	size_t ntables;
	uint32_t *order; /* batches in the order of their first rows */
	size_t norder;
	struct bulk_tree core[CORE];
	struct fresh_ints {
		struct bulk_tree tree;
		int64_t last[4]; /* key */
		struct loose loose;
	} ints[INTS_TABLES];
	int64_t chunks;
	struct address_key {
		uint64_t head;         /* the first octets, as a number that orders as they do */
		const uint8_t *octets; /* the dictionary's */
		uint32_t len, id;
		uint8_t kind;
	} * addresses;
	struct text_key {
		int64_t hash, id;
	} * texts;
	struct stack_row {
		char *protocols, *items, *shown;
	} * stacks;
	size_t naddresses, addresses_size, ntexts, texts_size, nstacks, stacks_size;
	char error[256];
};

static int fail(struct fresh *f, const char *what)
{
	if (!f->error[0])
		snprintf(f->error, sizeof(f->error), "%s%s%s", what, f->bulk.error ? ": " : "",
			f->bulk.error ? strerror(f->bulk.error) : "");
	return -1;
}

const char *fresh_error(const struct fresh *f)
{
	return f->error;
}

/* ---- begin ---- */

struct fresh *fresh_new(int fd, const struct protocol *const *protocols, size_t n)
{
	struct fresh *f = calloc(1, sizeof(*f));
	struct stat sb;
	if (!f)
		return NULL;
	f->protocols = protocols;
	f->ntables = n * RECORDS_PER_PROTOCOL;
	f->tables = calloc(f->ntables, sizeof(struct fresh_tables *));
	f->order = calloc(f->ntables, sizeof(*f->order));
	f->bulk.fd = fd;
	bool good = f->tables && f->order && fstat(fd, &sb) == 0;
	if (good)
		f->bulk.next = (uint32_t)(sb.st_size / DB_PAGE) + 1;
	for (int i = 0; good && i < CORE; i++)
		good = bulk_tree_init(&f->core[i], &f->bulk, core_trees[i].index) == 0;
	for (int i = 0; good && i < INTS_TABLES; i++)
		good = bulk_tree_init(&f->ints[i].tree, &f->bulk, true) == 0;
	if (good)
		return f;
	fresh_free(f);
	return NULL;
}

static void tables_free(struct fresh_tables *t)
{
	for (unsigned i = 0; t && i < t->n; i++) {
		bulk_tree_free(&t->list[i].tree);
		loose_free(&t->list[i].loose);
	}
	free(t);
}

void fresh_free(struct fresh *f)
{
	if (!f)
		return;
	for (size_t i = 0; f->tables && i < f->ntables; i++)
		tables_free(f->tables[i]);
	for (int i = 0; i < CORE; i++)
		bulk_tree_free(&f->core[i]);
	for (int i = 0; i < INTS_TABLES; i++) {
		bulk_tree_free(&f->ints[i].tree);
		loose_free(&f->ints[i].loose);
	}
	for (size_t i = 0; i < f->nstacks; i++) {
		free(f->stacks[i].protocols);
		free(f->stacks[i].items);
		free(f->stacks[i].shown);
	}
	payload_free(&f->row);
	free(f->bulk.pieces);
	free(f->addresses);
	free(f->texts);
	free(f->stacks);
	free(f->tables);
	free(f->order);
	free(f);
}

/* ---- what repeats ---- */

int64_t fresh_address(struct fresh *f, uint8_t kind, const uint8_t *octets, size_t len)
{
	struct payload *p = &f->row;
	char text[64];
	struct address_key *list = list_room(f->addresses, &f->addresses_size, f->naddresses, sizeof(*list));
	if (!list)
		return fail(f, "out of memory"), 0;
	f->addresses = list;
	int64_t id = (int64_t)f->naddresses + 1;
	uint8_t head[8] = { 0 };
	memcpy(head, octets, len < 8 ? len : 8);
	list[f->naddresses++] = (struct address_key) { (uint64_t)get32(head) << 32 | get32(head + 4), octets,
		(uint32_t)len, (uint32_t)id, kind };
	address_text(text, kind, octets, len);
	payload_begin(p);
	payload_null(p);
	if (payload_need(p, 8) < 0)
		return fail(f, "out of memory"), 0;
	payload_int(p, kind);
	if (payload_octets(p, false, octets, len) < 0 || payload_octets(p, true, text, strlen(text)) < 0 ||
		bulk_add(&f->core[ADDRESS], id, p) < 0)
		return fail(f, "addresses cannot be written"), 0;
	return id;
}

int64_t fresh_text(struct fresh *f, int64_t hash, const char *text, size_t len)
{
	struct payload *p = &f->row;
	struct text_key *list = list_room(f->texts, &f->texts_size, f->ntexts, sizeof(*list));
	if (!list)
		return fail(f, "out of memory"), 0;
	f->texts = list;
	int64_t id = (int64_t)f->ntexts + 1;
	list[f->ntexts++] = (struct text_key) { hash, id };
	payload_begin(p);
	payload_null(p);
	if (payload_need(p, 8) < 0)
		return fail(f, "out of memory"), 0;
	payload_int(p, hash);
	if (payload_octets(p, true, text, len) < 0 || bulk_add(&f->core[TEXT], id, p) < 0)
		return fail(f, "texts cannot be written"), 0;
	return id;
}

int64_t fresh_stack(struct fresh *f, const char *protocols, const char *items, const char *shown)
{
	for (size_t i = 0; i < f->nstacks; i++) {
		const struct stack_row *s = &f->stacks[i];
		if (strcmp(s->protocols, protocols) == 0 && strcmp(s->items, items) == 0 &&
			strcmp(s->shown, shown) == 0)
			return (int64_t)i + 1;
	}
	struct stack_row *list = list_room(f->stacks, &f->stacks_size, f->nstacks, sizeof(*list));
	if (!list)
		return fail(f, "out of memory"), 0;
	f->stacks = list;
	struct stack_row *s = &list[f->nstacks++];
	*s = (struct stack_row) { strdup(protocols), strdup(items), strdup(shown) };
	return s->protocols && s->items && s->shown ? (int64_t)f->nstacks : (fail(f, "out of memory"), 0);
}

/* ---- rows ---- */

static struct fresh_tables *tables_of(struct fresh *f, size_t batch, const struct record *rec)
{
	struct record_table tables[RECORD_TABLES_MAX];
	struct fresh_tables *t = f->tables[batch];
	if (t)
		return t;
	if (!(t = calloc(1, sizeof(*t))))
		return NULL;
	f->tables[batch] = t;
	f->order[f->norder++] = (uint32_t)batch;
	t->n = record_tables(rec, tables);
	for (unsigned i = 0; i < t->n; i++) {
		struct fresh_table *x = &t->list[i];
		table_name(x->name, rec, tables[i].role, tables[i].part);
		row_format_make(&x->format, rec, tables[i].role, tables[i].part);
		batch_filter_make(&x->filter, rec, tables[i].role, tables[i].part);
		x->sorted_later = rec->shape == RECORD_LATE;
	}
	return t;
}

static int add_row(
	struct fresh *f, struct fresh_table *t, const struct batch_source *source, const struct row *r)
{
	struct payload *p = &f->row;
	int64_t frame = r->frame_id + source->shift;
	int64_t second = t->format.key == KEY_FRAME_N       ? r->n
			 : t->format.key == KEY_FRAME_LAYER ? r->layer
							    : 0;
	if (row_payload(p, source, &t->format, r) < 0)
		return -1;
	/* A row for a frame of before has its place among those that were laid out already. */
	if (t->sorted_later ||
		(t->tree.any && (frame < t->frame || (frame == t->frame && second <= t->second))))
		return loose_add(&t->loose, frame, second, p);
	if (!t->tree.pages && bulk_tree_init(&t->tree, &f->bulk, t->format.key != KEY_FRAME) < 0)
		return -1;
	t->frame = frame;
	t->second = second;
	return bulk_add(&t->tree, frame, p);
}

int fresh_flush(struct fresh *f, const struct batch_source *source)
{
	for (size_t i = 0; i < source->rows->nbatches; i++) {
		const struct batch *b = &source->rows->batches[i];
		struct fresh_tables *t = b->n ? tables_of(f, i, b->record) : NULL;
		if (b->n && !t)
			return fail(f, "out of memory");
		for (size_t n = 0; n < b->n; n++) {
			const struct row *r = batch_row(b, n);
			for (unsigned k = 0; k < t->n; k++)
				if (batch_wanted(&t->list[k].filter, r) &&
					add_row(f, &t->list[k], source, r) < 0)
					return fail(f, "rows cannot be written");
		}
	}
	return 0;
}

int fresh_chunk(struct fresh *f, int64_t capture_id, uint64_t offset, const uint8_t *data, size_t data_len,
	size_t size)
{
	struct payload *p = &f->row;
	payload_begin(p);
	if (payload_need(p, 32) < 0)
		return fail(f, "out of memory");
	payload_null(p);
	payload_int(p, capture_id);
	payload_int(p, (int64_t)offset);
	payload_int(p, (int64_t)size);
	payload_tail(p, data, data_len);
	if (bulk_add(&f->core[CHUNK], ++f->chunks, p) < 0)
		return fail(f, "raw octets cannot be written");
	payload_begin(p);
	payload_int(p, capture_id);
	payload_int(p, (int64_t)offset);
	payload_int(p, f->chunks);
	return bulk_add(&f->core[CHUNK_OFFSET], 0, p) < 0 ? fail(f, "raw octets cannot be written") : 0;
}

int fresh_ints(struct fresh *f, enum store_ints table, const int64_t values[], unsigned n)
{
	struct fresh_ints *t = &f->ints[table];
	struct payload *p = &f->row;
	unsigned nkey = ints_tables[table].key, same = 0;
	payload_begin(p);
	if (payload_need(p, 8 * (size_t)n) < 0)
		return fail(f, "out of memory");
	for (unsigned i = 0; i < n; i++)
		payload_int(p, values[i]);
	while (same < nkey && values[same] == t->last[same])
		same++;
	bool behind = same < nkey && values[same] > t->last[same];
	if (t->tree.any && !behind)
		return loose_add(&t->loose, values[0], values[1], p) < 0 ? fail(f, "out of memory") : 0;
	memcpy(t->last, values, nkey * sizeof(*values));
	return bulk_add(&t->tree, 0, p) < 0 ? fail(f, "totals cannot be written") : 0;
}

/* ---- all rows are there ---- */

/* As SQLite orders blobs. */
static int by_octets(const void *a, const void *b)
{
	const struct address_key *x = a, *y = b;
	if (x->head != y->head)
		return x->head < y->head ? -1 : 1;
	int order = memcmp(x->octets, y->octets, x->len < y->len ? x->len : y->len);
	if (order)
		return order;
	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	return x->kind - y->kind;
}

static int by_hash(const void *a, const void *b)
{
	const struct text_key *x = a, *y = b;
	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

static int end_indexes(struct fresh *f)
{
	struct payload *p = &f->row;
	if (f->naddresses)
		qsort(f->addresses, f->naddresses, sizeof(*f->addresses), by_octets);
	for (size_t i = 0; i < f->naddresses; i++) {
		const struct address_key *k = &f->addresses[i];
		payload_begin(p);
		if (payload_octets(p, false, k->octets, k->len) < 0 || payload_need(p, 16) < 0)
			return -1;
		payload_int(p, k->kind);
		payload_int(p, k->id);
		if (bulk_add(&f->core[ADDRESS_OCTETS], 0, p) < 0)
			return -1;
	}
	if (f->ntexts)
		qsort(f->texts, f->ntexts, sizeof(*f->texts), by_hash);
	for (size_t i = 0; i < f->ntexts; i++) {
		payload_begin(p);
		if (payload_need(p, 16) < 0)
			return -1;
		payload_int(p, f->texts[i].hash);
		payload_int(p, f->texts[i].id);
		if (bulk_add(&f->core[TEXT_HASH], 0, p) < 0)
			return -1;
	}
	for (int i = 0; i < CORE; i++)
		if (bulk_end(&f->core[i]) < 0)
			return -1;
	for (int i = 0; i < INTS_TABLES; i++)
		if (bulk_end(&f->ints[i].tree) < 0)
			return -1;
	return 0;
}

/* Rows that were sorted last. */
static int end_table(struct fresh *f, struct fresh_table *t)
{
	if (t->tree.any)
		return bulk_end(&t->tree);
	if (!t->loose.n)
		return 0;
	if (bulk_tree_init(&t->tree, &f->bulk, t->format.key != KEY_FRAME) < 0)
		return -1;
	loose_sort(&t->loose);
	for (size_t i = 0; i < t->loose.n; i++)
		if (loose_get(&t->loose, i, &f->row) < 0 ||
			bulk_add(&t->tree, t->loose.rows[i].frame, &f->row) < 0)
			return -1;
	loose_free(&t->loose);
	return bulk_end(&t->tree);
}

static int end_trees(struct fresh *f)
{
	if (end_indexes(f) < 0)
		return -1;
	for (size_t i = 0; i < f->norder; i++) {
		struct fresh_tables *t = f->tables[f->order[i]];
		for (unsigned k = 0; k < t->n; k++)
			if (end_table(f, &t->list[k]) < 0)
				return -1;
	}
	return 0;
}

/* The roots of tables that the schema does not know yet go behind the other pages. */
static int place_roots(struct fresh *f, sqlite3 *db, struct ddl_laid *list, size_t *n)
{
	for (size_t i = 0; i < f->norder; i++) {
		struct fresh_tables *t = f->tables[f->order[i]];
		struct ddl_laid *laid = &list[*n];
		laid->protocol = f->protocols[f->order[i] / RECORDS_PER_PROTOCOL];
		laid->record = &laid->protocol->records[f->order[i] % RECORDS_PER_PROTOCOL];
		t->is_made = ddl_has(db, laid->record);
		if (t->is_made)
			continue;
		++*n;
		for (unsigned k = 0; k < t->n; k++) {
			struct fresh_table *x = &t->list[k];
			bool empty = !x->tree.pages;
			if (empty && (bulk_tree_init(&x->tree, &f->bulk, x->format.key != KEY_FRAME) < 0 ||
					     bulk_end(&x->tree) < 0))
				return -1;
			if (bulk_place(&x->tree, &laid->roots[k]) < 0)
				return -1;
		}
	}
	return 0;
}

static int insert_stacks(struct fresh *f, sqlite3 *db)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(db, "INSERT INTO t_stack VALUES (?1, ?2, ?3, ?4)", -1, &st, NULL);
	for (size_t i = 0; rc == SQLITE_OK && i < f->nstacks; i++) {
		const struct stack_row *s = &f->stacks[i];
		sqlite3_bind_int64(st, 1, (int64_t)i + 1);
		sqlite3_bind_text(st, 2, s->protocols, -1, SQLITE_STATIC);
		sqlite3_bind_text(st, 3, s->items, -1, SQLITE_STATIC);
		sqlite3_bind_text(st, 4, s->shown, -1, SQLITE_STATIC);
		sqlite3_step(st);
		rc = sqlite3_reset(st);
	}
	sqlite3_finalize(st);
	return rc;
}

/* The tree's root goes where the schema has it. */
static int put_root(struct fresh *f, sqlite3_stmt *find, const char *name, const struct bulk_tree *t)
{
	sqlite3_bind_text(find, 1, name, -1, SQLITE_STATIC);
	uint32_t number = sqlite3_step(find) == SQLITE_ROW ? (uint32_t)sqlite3_column_int64(find, 0) : 0;
	sqlite3_reset(find);
	return number ? bulk_write(&f->bulk, number, t->root, 1) : -1;
}

static int put_roots(struct fresh *f, sqlite3 *db)
{
	sqlite3_stmt *find = NULL;
	int rc = sqlite3_prepare_v2(db, "SELECT rootpage FROM sqlite_master WHERE name=?1", -1, &find, NULL);
	for (int i = 0; rc == 0 && i < CORE; i++)
		rc = put_root(f, find, core_trees[i].name, &f->core[i]);
	for (int i = 0; rc == 0 && i < INTS_TABLES; i++)
		rc = put_root(f, find, ints_tables[i].name, &f->ints[i].tree);
	for (size_t i = 0; rc == 0 && i < f->norder; i++) {
		const struct fresh_tables *t = f->tables[f->order[i]];
		for (unsigned k = 0; rc == 0 && t->is_made && k < t->n; k++)
			if (t->list[k].tree.any)
				rc = put_root(f, find, t->list[k].name, &t->list[k].tree);
	}
	sqlite3_finalize(find);
	return rc == 0 ? bulk_changed(&f->bulk) : -1;
}

static int insert_loose(struct fresh *f, sqlite3 *db)
{
	int rc = SQLITE_OK;
	for (int i = 0; rc == SQLITE_OK && i < INTS_TABLES; i++)
		rc = loose_insert(&f->ints[i].loose, db, ints_tables[i].name);
	for (size_t i = 0; rc == SQLITE_OK && i < f->norder; i++) {
		const struct fresh_tables *t = f->tables[f->order[i]];
		for (unsigned k = 0; rc == SQLITE_OK && k < t->n; k++)
			rc = loose_insert(&t->list[k].loose, db, t->list[k].name);
	}
	return rc;
}

static int run(sqlite3 *db, const char *sql)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

int fresh_end(struct fresh *f, sqlite3 *db, bool *expert)
{
	struct ddl_laid *list = calloc(f->norder + 1, sizeof(*list));
	size_t n = 0;
	bool good =
		list && end_trees(f) == 0 && place_roots(f, db, list, &n) == 0 && bulk_header(&f->bulk) == 0;
	bool known = good && run(db, "BEGIN") == SQLITE_OK &&
		     ddl_add_laid(db, list, n, expert) == SQLITE_OK && run(db, "COMMIT") == SQLITE_OK;
	free(list);
	if (!good)
		return fail(f, list ? "rows cannot be written" : "out of memory");
	if (!known)
		return -1;
	if (put_roots(f, db) < 0)
		return fail(f, "tables cannot be written");
	return run(db, "BEGIN") == SQLITE_OK && insert_stacks(f, db) == SQLITE_OK &&
			       insert_loose(f, db) == SQLITE_OK && run(db, "COMMIT") == SQLITE_OK
		       ? 0
		       : -1;
}
