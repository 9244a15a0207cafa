#include "indexer/store/batch.h"

#include <stdio.h>
#include <stdlib.h>

#include "indexer/store/format.h"
#include "indexer/store/packed.h"

struct batch_table {
	sqlite3_vtab base;
	struct batch_source *source;
	unsigned index;
	struct batch_filter filter;
	struct row_format format;
	unsigned nkeys; /* frame_id, n, layer: columns that are no fields */
};

struct batch_cursor {
	sqlite3_vtab_cursor base;
	const struct batch *batch;
	size_t at;
	const struct row *row;
};

void batch_filter_make(struct batch_filter *f, const struct record *rec, enum table_role role, unsigned part)
{
	*f = (struct batch_filter) { .all = rec->shape != RECORD_LAYER, .role = role };
	for (unsigned i = 0; i < rec->nfields; i++)
		if (table_has(rec, &rec->fields[i], role, part))
			f->mask[i >> 6] |= UINT64_C(1) << (i & 63);
}

static void map_value(const struct id_map *map, int64_t local, struct batch_value *out)
{
	if (local <= 0 || (size_t)local > map->n)
		return;
	out->type = SQLITE_INTEGER;
	out->integer = map->ids[local - 1];
}

/* Octets that stand in no frame; texts among them are packed. */
static void octets_value(const struct batch_source *source, int64_t v, bool is_text, struct batch_value *out)
{
	uint32_t len;
	const uint8_t *p = rows_heap(source->rows, v, &len);
	uint8_t *packed = is_text ? packed_make(p, len, &out->size) : NULL;
	out->type = SQLITE_BLOB;
	out->own = packed != NULL;
	out->octets = packed ? packed : p;
	if (!packed)
		out->size = len;
}

void batch_value(
	const struct batch_source *source, const struct row *r, unsigned field, struct batch_value *out)
{
	const struct field *f = &r->record->fields[field];
	int64_t v = r->v[field];
	*out = (struct batch_value) { .type = SQLITE_NULL };
	switch (f->kind) {
	case KIND_ETHER:
	case KIND_IPV4:
	case KIND_IPV6:
	case KIND_ADDRESS:
		map_value(&source->maps[DICT_ADDRESS], v, out);
		break;
	case KIND_TEXT:
	case KIND_LIST:
		map_value(&source->maps[DICT_TEXT], v, out);
		break;
	case KIND_STACK:
		map_value(&source->maps[DICT_STACK], v, out);
		break;
	case KIND_BYTES:
		if (v & ROW_PIECES && v & ROW_HEAP) {
			uint32_t len;
			out->type = SQLITE_TEXT;
			out->octets = rows_heap(source->rows, v, &len);
			out->size = len;
			break;
		}
		if (v & ROW_HEAP) {
			octets_value(source, v, f->base == BASE_TEXT, out);
			break;
		}
		/* fall through */
	default:
		out->type = f->kind == KIND_DOUBLE ? SQLITE_FLOAT : SQLITE_INTEGER;
		out->integer = v;
	}
}

static int connect_table(
	sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out, char **error)
{
	(void)error;
	if (argc != 6)
		return SQLITE_ERROR;
	struct batch_table *t = sqlite3_malloc(sizeof(*t));
	if (!t)
		return SQLITE_NOMEM;
	memset(t, 0, sizeof(*t));
	t->source = aux;
	t->index = (unsigned)atoi(argv[3]);
	const enum table_role role = (enum table_role)atoi(argv[4]);
	const unsigned part = (unsigned)atoi(argv[5]);
	const struct record *rec = t->source->rows->batches[t->index].record;
	batch_filter_make(&t->filter, rec, role, part);
	row_format_make(&t->format, rec, role, part);
	t->nkeys = t->format.key == KEY_FRAME ? 1 : t->format.key == KEY_FRAME_LAYER ? 2 : 3;
	sqlite3_str *s = sqlite3_str_new(db);
	sqlite3_str_appendall(s, "CREATE TABLE x (c0");
	for (unsigned i = 1; i < t->nkeys + t->format.ncolumns; i++)
		sqlite3_str_appendf(s, ",c%u", i);
	sqlite3_str_appendall(s, ")");
	char *sql = sqlite3_str_finish(s);
	int rc = sql ? sqlite3_declare_vtab(db, sql) : SQLITE_NOMEM;
	sqlite3_free(sql);
	if (rc != SQLITE_OK) {
		sqlite3_free(t);
		return rc;
	}
	*out = &t->base;
	return SQLITE_OK;
}

static int disconnect(sqlite3_vtab *t)
{
	sqlite3_free(t);
	return SQLITE_OK;
}

static int best_index(sqlite3_vtab *t, sqlite3_index_info *info)
{
	(void)t;
	info->estimatedCost = 1;
	info->estimatedRows = 8192;
	return SQLITE_OK;
}

static int open_cursor(sqlite3_vtab *t, sqlite3_vtab_cursor **out)
{
	(void)t;
	struct batch_cursor *c = sqlite3_malloc(sizeof(*c));
	if (!c)
		return SQLITE_NOMEM;
	memset(c, 0, sizeof(*c));
	*out = &c->base;
	return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *c)
{
	sqlite3_free(c);
	return SQLITE_OK;
}

/* The next row for this table, from `at` on. */
static void settle(struct batch_cursor *c)
{
	const struct batch_table *t = (const struct batch_table *)c->base.pVtab;
	for (; c->at < c->batch->n; c->at++) {
		c->row = batch_row(c->batch, c->at);
		if (batch_wanted(&t->filter, c->row))
			return;
	}
	c->row = NULL;
}

static int filter(sqlite3_vtab_cursor *cur, int number, const char *text, int argc, sqlite3_value **argv)
{
	(void)number, (void)text, (void)argc, (void)argv;
	struct batch_cursor *c = (struct batch_cursor *)cur;
	const struct batch_table *t = (const struct batch_table *)cur->pVtab;
	c->batch = &t->source->rows->batches[t->index];
	c->at = 0;
	settle(c);
	return SQLITE_OK;
}

static int next(sqlite3_vtab_cursor *cur)
{
	struct batch_cursor *c = (struct batch_cursor *)cur;
	c->at++;
	settle(c);
	return SQLITE_OK;
}

static int at_end(sqlite3_vtab_cursor *cur)
{
	return ((struct batch_cursor *)cur)->row == NULL;
}

static int column(sqlite3_vtab_cursor *cur, sqlite3_context *ctx, int i)
{
	const struct batch_cursor *c = (const struct batch_cursor *)cur;
	const struct batch_table *t = (const struct batch_table *)cur->pVtab;
	const struct row *r = c->row;
	struct batch_value v;
	double d;
	if ((unsigned)i < t->nkeys) {
		sqlite3_result_int64(ctx, i == 0 ? r->frame_id + t->source->shift
					  : i == 1 && t->format.key == KEY_FRAME_N ? r->n
										   : r->layer);
		return SQLITE_OK;
	}
	unsigned f = t->format.columns[(unsigned)i - t->nkeys].field;
	if (!row_has(r, f))
		return SQLITE_OK; /* NULL */
	batch_value(t->source, r, f, &v);
	switch (v.type) {
	case SQLITE_INTEGER:
		sqlite3_result_int64(ctx, v.integer);
		break;
	case SQLITE_FLOAT:
		memcpy(&d, &v.integer, sizeof(d));
		sqlite3_result_double(ctx, d);
		break;
	case SQLITE_BLOB:
		sqlite3_result_blob64(ctx, v.octets, v.size, v.own ? free : SQLITE_STATIC);
		break;
	case SQLITE_TEXT:
		sqlite3_result_text(ctx, (const char *)v.octets, (int)v.size, SQLITE_STATIC);
		break;
	default:
		break;
	}
	return SQLITE_OK;
}

static int rowid(sqlite3_vtab_cursor *cur, sqlite3_int64 *out)
{
	*out = (sqlite3_int64)((struct batch_cursor *)cur)->at;
	return SQLITE_OK;
}

static const sqlite3_module module = {
	.iVersion = 1,
	.xCreate = connect_table,
	.xConnect = connect_table,
	.xBestIndex = best_index,
	.xDisconnect = disconnect,
	.xDestroy = disconnect,
	.xOpen = open_cursor,
	.xClose = close_cursor,
	.xFilter = filter,
	.xNext = next,
	.xEof = at_end,
	.xColumn = column,
	.xRowid = rowid,
};

int batch_register(sqlite3 *db, struct batch_source *source)
{
	return sqlite3_create_module_v2(db, "batch", &module, source, NULL);
}

int batch_create(sqlite3 *db, const char *name, unsigned index, enum table_role role, unsigned part)
{
	/* One made in a transaction that was committed outlives the undoing of a later one. */
	char *sql = sqlite3_mprintf("CREATE VIRTUAL TABLE IF NOT EXISTS temp.\"%w\" USING batch(%u, %d, %u)",
		name, index, (int)role, part);
	int rc = sql ? sqlite3_exec(db, sql, NULL, NULL, NULL) : SQLITE_NOMEM;
	sqlite3_free(sql);
	return rc;
}
