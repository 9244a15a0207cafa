/* Rows of batches, raw chunks and totals on their way into their tables. */
#include <stdio.h>

#include "indexer/store/ddl.h"
#include "indexer/store/store_inside.h"

/* ---- rows ---- */

static int prepare_copy(struct store *s, sqlite3_stmt **st, const char *table, const char *from)
{
	char *sql = sqlite3_mprintf("INSERT INTO main.\"%w\" SELECT * FROM %s", table, from);
	int rc = sql ? store_prepare(s, st, sql) : -1;
	sqlite3_free(sql);
	return rc;
}

static int ready_drain(struct store *s, unsigned index, const struct record *rec)
{
	struct drain *d = &s->drains[index];
	struct record_table tables[RECORD_TABLES_MAX];
	const struct protocol *proto = s->protocols[index / RECORDS_PER_PROTOCOL];
	if (!ddl_has(s->db, rec) && ddl_add(s->db, proto, rec, &s->expert) != SQLITE_OK)
		return -1;
	d->n = record_tables(rec, tables);
	for (unsigned i = 0; i < d->n; i++)
		d->outlets[i] = (struct outlet) { .table = tables[i] };
	d->ready = true;
	return 0;
}

/* The rows of one batch into one table, through the virtual table. */
static int pour_batch(struct store *s, unsigned index, struct outlet *o)
{
	char table[NAME_MAX_LEN], batch[NAME_MAX_LEN + 8], from[NAME_MAX_LEN + 16];
	if (!o->batch) {
		table_name(table, s->source.rows->batches[index].record, o->table.role, o->table.part);
		snprintf(batch, sizeof(batch), "batch_%s", table);
		snprintf(from, sizeof(from), "temp.\"%s\"", batch);
		if (batch_create(s->db, batch, index, o->table.role, o->table.part) != SQLITE_OK ||
			prepare_copy(s, &o->batch, table, from) < 0)
			return -1;
	}
	return store_done(o->batch);
}

/* Can rows of this table be laid out as pages? The statement that moves them is ready then. */
static bool has_image(struct store *s, const struct record *rec, struct outlet *o)
{
	char table[NAME_MAX_LEN], from[NAME_MAX_LEN + 16];
	if (!s->image || o->image || rec->shape != RECORD_LAYER || o->table.role == TABLE_MORE)
		return o->image != NULL;
	table_name(table, rec, o->table.role, o->table.part);
	snprintf(from, sizeof(from), "batch.\"%s\"", table);
	return prepare_copy(s, &o->image, table, from) == 0;
}

static int pour(struct store *s, unsigned index, struct outlet *o)
{
	const struct record *rec = s->source.rows->batches[index].record;
	int64_t rows = has_image(s, rec, o)
			       ? image_fill(s->image, &s->source, index, o->table.role, o->table.part)
			       : -1;
	if (rows < 0)
		return pour_batch(s, index, o);
	if (rows == 0)
		return 0;
	sqlite3_mutex_enter(sqlite3_db_mutex(s->db));
	int rc = store_done(o->image);
	int64_t inserted = sqlite3_changes64(s->db);
	sqlite3_mutex_leave(sqlite3_db_mutex(s->db));
	if (rc < 0 || inserted == rows)
		return rc;
	snprintf(s->error, sizeof(s->error), "rows were lost on their way into the archive");
	return -1;
}

int store_flush(struct store *s, const struct rows *rows, const struct dict_news *news)
{
	s->source.rows = rows;
	if (s->image)
		image_clear(s->image);
	if (store_map_news(s, news) < 0)
		return -1;
	if (s->fresh)
		return fresh_flush(s->fresh, &s->source);
	for (unsigned i = 0; i < rows->nbatches; i++) {
		const struct batch *b = &rows->batches[i];
		if (!b->n)
			continue;
		if (!s->drains[i].ready && ready_drain(s, i, b->record) < 0)
			return -1;
		for (unsigned k = 0; k < s->drains[i].n; k++)
			if (pour(s, i, &s->drains[i].outlets[k]) < 0)
				return -1;
	}
	return 0;
}

int store_chunk(struct store *s, uint64_t offset, const uint8_t *data, size_t data_len, size_t size)
{
	if (s->fresh)
		return fresh_chunk(s->fresh, s->capture_id, offset, data, data_len, size);
	sqlite3_bind_int64(s->add_chunk, 1, s->capture_id);
	sqlite3_bind_int64(s->add_chunk, 2, (int64_t)offset);
	sqlite3_bind_int64(s->add_chunk, 3, (int64_t)size);
	sqlite3_bind_blob64(s->add_chunk, 4, data, data_len, SQLITE_STATIC);
	int rc = store_done(s->add_chunk);
	sqlite3_bind_null(s->add_chunk, 4);
	return rc;
}

/* ---- totals ---- */

static int bind_done(sqlite3_stmt *st, unsigned n, const int64_t *values)
{
	for (unsigned i = 0; i < n; i++)
		sqlite3_bind_int64(st, (int)i + 1, values[i]);
	return store_done(st);
}

static int store_stacks(struct store *s, const struct totals *t)
{
	sqlite3_stmt *st = store_insert(s, "total_stack", 6);
	if (!st)
		return -1;
	for (size_t i = 1; i < t->nstacks; i++) {
		const struct total_stack *k = &t->stacks[i];
		if (!k->frames)
			continue;
		sqlite3_str *json = sqlite3_str_new(s->db);
		sqlite3_str_appendall(json, "[");
		for (unsigned n = 0; n < k->nitems; n++)
			sqlite3_str_appendf(json, n ? ",%llu" : "%llu", (unsigned long long)k->item_bytes[n]);
		sqlite3_str_appendall(json, "]");
		sqlite3_bind_text(st, 6, sqlite3_str_finish(json), -1, sqlite3_free);
		/* Two stacks of the dictionary are one in the archive only if their names agree: they do not.
		 */
		if (bind_done(st, 5,
			    (const int64_t[]) { s->capture_id, s->source.maps[DICT_STACK].ids[i - 1],
				    (int64_t)k->frames, (int64_t)k->bytes, k->first_frame }) < 0)
			return -1;
	}
	return 0;
}

const struct ints_table ints_tables[INTS_TABLES] = {
	[INTS_CONVERSATION] = { "t_conversation", 19, 4 },
	[INTS_LENGTH] = { "total_length", 3, 2 },
	[INTS_SECOND] = { "total_second", 4, 2 },
	[INTS_IO] = { "total_io", 4, 2 },
};

int store_ints(struct store *s, enum store_ints table, const int64_t values[], unsigned n)
{
	const struct ints_table *t = &ints_tables[table];
	if (s->fresh)
		return fresh_ints(s->fresh, table, values, n);
	sqlite3_stmt *st = store_insert(s, t->name, t->columns);
	if (!st)
		return -1;
	for (unsigned i = n; i < t->columns; i++)
		sqlite3_bind_null(st, (int)i + 1);
	return bind_done(st, n, values);
}

static int store_seconds(struct store *s, enum store_ints table, const struct seconds *all)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct second *x = &all->list[i];
		const int64_t row[] = { s->capture_id, x->second, (int64_t)x->frames, (int64_t)x->bytes };
		if (store_ints(s, table, row, 4) < 0)
			return -1;
	}
	return 0;
}

int store_counts(struct store *s, const struct totals *t)
{
	for (size_t i = 0; i < t->nlengths; i++) {
		const int64_t row[] = { s->capture_id, (int64_t)i, (int64_t)t->lengths[i] };
		if (t->lengths[i] && store_ints(s, INTS_LENGTH, row, 3) < 0)
			return -1;
	}
	for (size_t i = 0; i < t->nothers; i++) {
		const int64_t row[] = { s->capture_id, t->others[i].length, (int64_t)t->others[i].frames };
		if (store_ints(s, INTS_LENGTH, row, 3) < 0)
			return -1;
	}
	if (store_seconds(s, INTS_SECOND, &t->seconds) < 0)
		return -1;
	return t->in_order ? 0 : store_seconds(s, INTS_IO, &t->io);
}

int store_totals(struct store *s, const struct totals *t)
{
	sqlite3_stmt *st = store_insert(s, "total_burst", 4);
	if (!st || store_stacks(s, t) < 0)
		return -1;
	for (int i = 0; i <= LENGTH_RANGES; i++) {
		sqlite3_bind_double(st, 4, t->bursts[i].max_start);
		if (bind_done(st, 3, (const int64_t[]) { s->capture_id, i, t->bursts[i].max }) < 0)
			return -1;
	}
	return 0;
}
