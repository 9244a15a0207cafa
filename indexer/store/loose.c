#include "indexer/store/loose.h"

#include <stdlib.h>

#include "schema/list.h"

void loose_free(struct loose *l)
{
	free(l->rows);
	free(l->octets);
	*l = (struct loose) { 0 };
}

int loose_add(struct loose *l, int64_t frame, int64_t second, const struct payload *row)
{
	struct loose_row *rows = list_room(l->rows, &l->rows_size, l->n, sizeof(*rows));
	if (!rows)
		return -1;
	l->rows = rows;
	if (l->octets_size - l->used < row->ntypes + row->size) {
		size_t size = l->octets_size ? l->octets_size * 2 : 4096;
		while (size - l->used < row->ntypes + row->size)
			size *= 2;
		uint8_t *octets = realloc(l->octets, size);
		if (!octets)
			return -1;
		l->octets = octets;
		l->octets_size = size;
	}
	l->rows[l->n++] = (struct loose_row) { frame, second, l->used, row->ntypes, row->size };
	memcpy(l->octets + l->used, row->types, row->ntypes);
	if (row->size)
		memcpy(l->octets + l->used + row->ntypes, row->octets, row->size);
	l->used += row->ntypes + row->size;
	return 0;
}

static int by_key(const void *a, const void *b)
{
	const struct loose_row *x = a, *y = b;
	if (x->frame != y->frame)
		return x->frame < y->frame ? -1 : 1;
	return x->second < y->second ? -1 : x->second > y->second;
}

void loose_sort(struct loose *l)
{
	if (l->n)
		qsort(l->rows, l->n, sizeof(*l->rows), by_key);
}

int loose_get(const struct loose *l, size_t i, struct payload *out)
{
	const struct loose_row *r = &l->rows[i];
	payload_begin(out);
	if (payload_need(out, r->size) < 0)
		return -1;
	memcpy(out->types, l->octets + r->at, r->ntypes);
	memcpy(out->octets, l->octets + r->at + r->ntypes, r->size);
	out->ntypes = r->ntypes;
	out->size = r->size;
	return 0;
}

/* ---- back into values ---- */

static uint64_t take_varint(const uint8_t **p)
{
	uint64_t v = 0;
	do
		v = v << 7 | (**p & 0x7f);
	while (*(*p)++ & 0x80);
	return v;
}

static int64_t signed_number(const uint8_t *p, unsigned n)
{
	uint64_t v = p[0] & 0x80 ? UINT64_MAX : 0;
	for (unsigned i = 0; i < n; i++)
		v = v << 8 | p[i];
	return (int64_t)v;
}

/* Bind a value of this type (section 2.1); gives the octets that it has in the record. */
static size_t bind_value(sqlite3_stmt *st, int i, uint64_t type, const uint8_t *p)
{
	static const uint8_t widths[] = { 0, 1, 2, 3, 4, 6, 8, 8, 0, 0 };
	double d;
	if (type >= 12) {
		int n = (int)((type - 12) / 2);
		if (type & 1)
			sqlite3_bind_text(st, i, (const char *)p, n, SQLITE_STATIC);
		else
			sqlite3_bind_blob(st, i, p, n, SQLITE_STATIC);
		return (size_t)n;
	}
	int64_t v = type >= 1 && type <= 7 ? signed_number(p, widths[type]) : 0;
	if (type == 0) {
		sqlite3_bind_null(st, i);
	} else if (type == 7) {
		memcpy(&d, &v, sizeof(d));
		sqlite3_bind_double(st, i, d);
	} else {
		sqlite3_bind_int64(st, i, type >= 8 ? (int64_t)type - 8 : v);
	}
	return type < sizeof(widths) ? widths[type] : 0;
}

static int insert_row(const struct loose *l, const struct loose_row *r, sqlite3_stmt *st)
{
	const uint8_t *types = l->octets + r->at, *end = types + r->ntypes, *value = end;
	sqlite3_clear_bindings(st);
	for (int i = 1; types < end; i++)
		value += bind_value(st, i, take_varint(&types), value);
	/* Where it is the rowid, the record has NULL for it. */
	sqlite3_bind_int64(st, 1, r->frame);
	sqlite3_step(st);
	return sqlite3_reset(st);
}

static int prepare(sqlite3 *db, const char *table, sqlite3_stmt **st)
{
	sqlite3_stmt *all = NULL;
	char *sql = sqlite3_mprintf("SELECT * FROM \"%w\"", table);
	int rc = sql ? sqlite3_prepare_v2(db, sql, -1, &all, NULL) : SQLITE_NOMEM;
	sqlite3_free(sql);
	if (rc != SQLITE_OK)
		return rc;
	sqlite3_str *s = sqlite3_str_new(db);
	sqlite3_str_appendf(s, "INSERT INTO \"%w\" VALUES (?", table);
	for (int i = 1; i < sqlite3_column_count(all); i++)
		sqlite3_str_appendall(s, ", ?");
	sqlite3_str_appendall(s, ")");
	sqlite3_finalize(all);
	sql = sqlite3_str_finish(s);
	rc = sql ? sqlite3_prepare_v2(db, sql, -1, st, NULL) : SQLITE_NOMEM;
	sqlite3_free(sql);
	return rc;
}

int loose_insert(const struct loose *l, sqlite3 *db, const char *table)
{
	sqlite3_stmt *st = NULL;
	int rc = l->n ? prepare(db, table, &st) : SQLITE_OK;
	for (size_t i = 0; rc == SQLITE_OK && i < l->n; i++)
		rc = insert_row(l, &l->rows[i], st);
	sqlite3_finalize(st);
	return rc;
}
