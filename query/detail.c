#include "query/detail.h"

#include <stdlib.h>
#include <string.h>

#include "indexer/dissect.h"
#include "indexer/registry.h"
#include "indexer/store/names.h"
#include "schema/catalogue.h"

/* A column of a table reader: a field of the catalogue. */
struct column {
	struct catalogue_field field; /* only what is needed here */
	const struct field *def; /* the dissector's own description, NULL when it has none of this name */
};

/* One table of a protocol's record, and the statement that reads a frame's rows of it. */
struct table {
	const struct protocol *proto;
	const struct record *record;
	enum table_role role;
	struct column *columns;
	unsigned ncolumns;
	sqlite3_stmt *exists, *rows; /* rows is prepared when it is first needed */
	char *select;
};

struct detail_reader {
	struct session *session;
	struct frame_store *frames;
	sqlite3_stmt *stack, *value_name;
	struct table *tables;
	unsigned ntables;
	struct detail detail;
	struct detail_row **list; /* of this frame */
	unsigned nrows;
	void **pool; /* what the detail is made of */
	size_t npool, pool_size;
	bool failed;
	struct rows *dissected; /* the frame, dissected alone */
	struct dict *dict;
	struct tree tree;
};

/* ---- memory of one frame ---- */

static void *keep(struct detail_reader *r, void *p)
{
	if (p && r->npool == r->pool_size) {
		size_t size = r->pool_size ? r->pool_size * 2 : 256;
		void **pool = realloc(r->pool, size * sizeof(*pool));
		if (!pool) {
			free(p);
			p = NULL;
		} else {
			r->pool = pool;
			r->pool_size = size;
		}
	}
	if (p)
		r->pool[r->npool++] = p;
	else
		r->failed = true;
	return p;
}

static void forget(struct detail_reader *r)
{
	while (r->npool)
		free(r->pool[--r->npool]);
	r->nrows = 0;
	r->failed = false;
	memset(&r->detail, 0, sizeof(r->detail));
}

/* ---- the tables ---- */

static const struct field *def_of(const struct record *rec, const char *name)
{
	for (unsigned i = 0; i < rec->nfields; i++)
		if (!rec->fields[i].internal && strcmp(rec->fields[i].name, name) == 0)
			return &rec->fields[i];
	return NULL;
}

static char *copy(sqlite3_stmt *st, int i)
{
	const char *text = (const char *)sqlite3_column_text(st, i);
	return text ? strdup(text) : NULL;
}

/* A field's expression over the table becomes a column of the reader. */
static int add_column(struct table *t, sqlite3_stmt *st)
{
	struct column *columns = realloc(t->columns, (t->ncolumns + 1) * sizeof(*columns));
	if (!columns)
		return -1;
	t->columns = columns;
	struct column *c = &columns[t->ncolumns++];
	*c = (struct column) { .field = { .id = sqlite3_column_int64(st, 0),
				       .name = copy(st, 1),
				       .label = copy(st, 2),
				       .parent = copy(st, 3),
				       .kind = (uint8_t)sqlite3_column_int(st, 4),
				       .base = (uint8_t)sqlite3_column_int(st, 5),
				       .octets = (uint8_t)sqlite3_column_int(st, 6),
				       .generated = sqlite3_column_int(st, 7) } };
	if (!c->field.name || !c->field.label)
		return -1;
	c->def = def_of(t->record, c->field.name);
	const struct field_source source = { NULL, (char *)(uintptr_t)sqlite3_column_text(st, 8),
		sqlite3_column_int(st, 9) };
	char *expr = catalogue_value_sql(&c->field, &source, "?2");
	char *select = expr ? sqlite3_mprintf("%s, %s", t->select, expr) : NULL;
	sqlite3_free(expr);
	sqlite3_free(t->select);
	t->select = select;
	return select ? 0 : -1;
}

static int add_table(struct detail_reader *r, sqlite3_stmt *sources, const struct protocol *proto,
	const struct record *rec, enum table_role role, unsigned part)
{
	char name[NAME_MAX_LEN];
	bool keyed = rec->shape != RECORD_LAYER || role == TABLE_MORE;
	struct table *tables = realloc(r->tables, (r->ntables + 1) * sizeof(*tables));
	if (!tables)
		return -1;
	r->tables = tables;
	struct table *t = &tables[r->ntables];
	*t = (struct table) { .proto = proto, .record = rec, .role = role };
	table_name(name, rec, role, part);
	char *sql = sqlite3_mprintf("SELECT 1 FROM \"%w\" WHERE frame_id=?1 LIMIT 1", name);
	int rc = sql ? sqlite3_prepare_v2(r->session->db, sql, -1, &t->exists, NULL) : SQLITE_NOMEM;
	sqlite3_free(sql);
	if (rc != SQLITE_OK)
		return rc == SQLITE_ERROR ? 0 : -1; /* an archive of other dissectors need not have it */
	r->ntables++;
	t->select = sqlite3_mprintf(
		"SELECT %s, %s", keyed ? "t.layer" : "1", rec->shape == RECORD_CHILD ? "t.n" : "0");
	sqlite3_reset(sources);
	sqlite3_bind_text(sources, 1, name, -1, SQLITE_STATIC);
	while (t->select && (rc = sqlite3_step(sources)) == SQLITE_ROW)
		if (add_column(t, sources) < 0)
			return -1;
	char *select = t->select ? sqlite3_mprintf("%s FROM \"%w\" t WHERE t.frame_id=?1%s", t->select, name,
					   !keyed                       ? ""
					   : rec->shape == RECORD_CHILD ? " ORDER BY t.n"
									: " ORDER BY t.layer")
				 : NULL;
	sqlite3_free(t->select);
	t->select = select;
	return select && rc == SQLITE_DONE ? 0 : -1;
}

static int add_record(struct detail_reader *r, sqlite3_stmt *sources, const struct protocol *proto,
	const struct record *rec)
{
	int rc = add_table(r, sources, proto, rec, TABLE_MAIN, 0);
	for (unsigned p = 1; rc == 0 && rec->shape == RECORD_LAYER && p <= record_parts(rec); p++)
		rc = add_table(r, sources, proto, rec, TABLE_PART, p);
	if (rc == 0 && rec->shape == RECORD_LAYER && strcmp(rec->name, "frame") != 0)
		rc = add_table(r, sources, proto, rec, TABLE_MORE, 0);
	return rc;
}

static int add_tables(struct detail_reader *r)
{
	/* The sources are looked up by table, which field_source has no index for. */
	static const char temp[] =
		"CREATE TEMP TABLE shown AS SELECT s.tbl, s.n, f.id, f.name, f.label, p.name AS parent, "
		"f.kind, f.base,"
		" f.octets, f.generated, s.expr, s.direct FROM field_source s JOIN field f ON f.id=s.field_id"
		" LEFT JOIN field p ON p.id=f.parent WHERE NOT f.hidden; CREATE INDEX temp.shown_tbl ON "
		"shown (tbl, id, n)";
	if (sqlite3_exec(r->session->db, temp, NULL, NULL, NULL) != SQLITE_OK)
		return complain(-1, "%s: %s", r->session->path, sqlite3_errmsg(r->session->db));
	sqlite3_stmt *sources = session_prepare(r->session,
		"SELECT id, name, label, parent, kind, base, octets, generated, expr, direct"
		" FROM shown WHERE tbl=?1 ORDER BY id, n");
	int rc = sources ? 0 : -1;
	for (size_t i = 0; rc == 0 && i < protocols_count; i++)
		for (unsigned k = 0; rc == 0 && protocols[i] && k < protocols[i]->nrecords; k++)
			rc = add_record(r, sources, protocols[i], &protocols[i]->records[k]);
	if (rc < 0)
		complain(-1, "%s: %s", r->session->path, sqlite3_errmsg(r->session->db));
	sqlite3_finalize(sources);
	return rc;
}

/* ---- rows ---- */

/* Parts and late facts belong to the layer's own row. */
static struct detail_row *row_of(struct detail_reader *r, const struct protocol *proto,
	const struct record *rec, unsigned layer, unsigned n)
{
	if (rec->shape == RECORD_LATE)
		rec = &proto->records[0];
	for (unsigned i = 0; i < r->nrows; i++)
		if (r->list[i]->record == rec && r->list[i]->layer == layer && r->list[i]->n == n)
			return r->list[i];
	struct detail_row **list = realloc(r->list, (r->nrows + 1) * sizeof(struct detail_row *));
	struct detail_row *row = list ? keep(r, calloc(1, sizeof(*row))) : NULL;
	if (list)
		r->list = list;
	if (!row)
		return NULL;
	*row = (struct detail_row) { .proto = proto, .record = rec, .layer = layer, .n = n };
	return r->list[r->nrows++] = row;
}

static const char *value_name(struct detail_reader *r, int64_t field_id, int64_t value)
{
	const char *name = NULL;
	sqlite3_bind_int64(r->value_name, 1, field_id);
	sqlite3_bind_int64(r->value_name, 2, value);
	if (sqlite3_step(r->value_name) == SQLITE_ROW)
		name = keep(r, copy(r->value_name, 0));
	sqlite3_reset(r->value_name);
	return name;
}

/* Of how many bits the field with this mask is one: as many as its siblings reach, in whole octets (but 12
 * for the 12 flags of TCP). */
static unsigned width_of(const struct record *rec, const struct field *def)
{
	const struct field *of = &rec->fields[def->of];
	uint64_t all = 0;
	for (unsigned i = 0; i < rec->nfields; i++)
		if (rec->fields[i].mask && rec->fields[i].of == def->of)
			all |= rec->fields[i].mask;
	unsigned reach = 64 - (unsigned)__builtin_clzll(all),
		 octets = of->octets ? of->octets : (reach + 7) / 8;
	return octets == 2 && reach > 8 && reach <= 12 ? 12 : octets * 8;
}

/* The field that shows this one's bits among others: what it is cut out of, or flags of which it is one flag.
 */
static const char *parent_of(const struct record *rec, const struct column *c)
{
	const struct field *def = c->def, *best = NULL;
	for (unsigned i = 0; def && def->mask && i < rec->nfields; i++) {
		const struct field *f = &rec->fields[i];
		if (f->mask && f->of == def->of && !f->internal && f->mask != def->mask &&
			(f->mask & def->mask) == def->mask &&
			(!best || __builtin_popcountll(f->mask) < __builtin_popcountll(best->mask)))
			best = f;
	}
	return best ? best->name : c->field.parent;
}

static void set_value(
	struct detail_reader *r, struct detail_field *f, const struct column *c, sqlite3_stmt *st, int i)
{
	const struct stored_frame *frame = &r->detail.frame;
	f->integer = sqlite3_column_int64(st, i);
	switch (f->kind) {
	case KIND_UINT:
	case KIND_INT:
	case KIND_BOOL:
		f->value_name = value_name(r, c->field.id, f->integer);
		break;
	case KIND_DOUBLE:
		f->real = sqlite3_column_double(st, i);
		break;
	case KIND_BYTES:
		if (sqlite3_column_type(st, i) == SQLITE_BLOB) {
			f->nbytes = (uint32_t)sqlite3_column_bytes(st, i);
			uint8_t *bytes = keep(r, malloc(f->nbytes + 1));
			if (bytes && f->nbytes)
				memcpy(bytes, sqlite3_column_blob(st, i), f->nbytes);
			f->bytes = bytes;
		} else if (SPAN_OFFSET(f->integer) <= frame->cap_len &&
			   SPAN_LENGTH(f->integer) <= frame->cap_len - SPAN_OFFSET(f->integer)) {
			f->offset = SPAN_OFFSET(f->integer);
			f->length = f->nbytes = SPAN_LENGTH(f->integer);
			f->bytes = frame->data + f->offset;
		}
		break;
	case KIND_ETHER:
	case KIND_IPV4:
	case KIND_IPV6:
	case KIND_ADDRESS:
	case KIND_TEXT:
	case KIND_LIST:
		f->text = keep(r, copy(st, i));
		break;
	default:
		break;
	}
}

static void add_values(struct detail_reader *r, const struct table *t, struct detail_row *row)
{
	struct detail_field *fields = keep(r, calloc(row->nfields + t->ncolumns, sizeof(*fields)));
	if (!fields)
		return;
	if (row->nfields)
		memcpy(fields, row->fields, row->nfields * sizeof(*fields));
	row->fields = fields;
	for (unsigned i = 0; i < t->ncolumns; i++) {
		const struct column *c = &t->columns[i];
		if (sqlite3_column_type(t->rows, (int)i + 2) == SQLITE_NULL)
			continue;
		struct detail_field *f = &row->fields[row->nfields++];
		*f = (struct detail_field) { .name = c->field.name,
			.label = c->field.label,
			.parent = parent_of(t->record, c),
			.kind = c->field.kind,
			.base = c->field.base,
			.octets = c->field.octets,
			.offset = -1,
			.generated = c->field.generated || t->record->shape == RECORD_LATE };
		if (c->def && c->def->mask) {
			f->mask = c->def->mask;
			f->width = width_of(t->record, c->def);
		}
		set_value(r, f, c, t->rows, (int)i + 2);
	}
}

static int read_table(struct detail_reader *r, struct table *t, const struct selected_capture *capture)
{
	sqlite3_bind_int64(t->exists, 1, r->detail.frame.frame_id);
	int rc = sqlite3_step(t->exists);
	sqlite3_reset(t->exists);
	if (rc != SQLITE_ROW)
		return rc == SQLITE_DONE ? 0 : -1;
	if (!t->rows && sqlite3_prepare_v2(r->session->db, t->select, -1, &t->rows, NULL) != SQLITE_OK)
		return -1;
	sqlite3_bind_int64(t->rows, 1, r->detail.frame.frame_id);
	if (sqlite3_bind_parameter_count(t->rows) > 1)
		sqlite3_bind_int64(t->rows, 2, capture->id);
	while ((rc = sqlite3_step(t->rows)) == SQLITE_ROW) {
		struct detail_row *row = row_of(r, t->proto, t->record,
			(unsigned)sqlite3_column_int(t->rows, 0), (unsigned)sqlite3_column_int(t->rows, 1));
		if (row)
			add_values(r, t, row);
	}
	sqlite3_reset(t->rows);
	return rc == SQLITE_DONE ? 0 : -1;
}

/* ---- layers ---- */

static const struct protocol *protocol_of(const char *name, size_t n)
{
	for (size_t i = 0; i < protocols_count; i++)
		if (protocols[i] && strlen(protocols[i]->name) == n &&
			strncmp(protocols[i]->name, name, n) == 0)
			return protocols[i];
	for (size_t i = 0; i < named_protocols_count; i++)
		if (strlen(named_protocols[i].name) == n && strncmp(named_protocols[i].name, name, n) == 0)
			return &named_protocols[i];
	return NULL;
}

static void add_layer(struct detail_reader *r, const struct protocol *proto)
{
	struct detail *d = &r->detail;
	struct detail_layer *layers = keep(r, malloc((d->nlayers + 1) * sizeof(*layers)));
	unsigned number = 1;
	if (!layers)
		return;
	for (unsigned i = 0; i < d->nlayers; i++) {
		layers[i] = d->layers[i];
		number += layers[i].proto == proto;
	}
	layers[d->nlayers] = (struct detail_layer) { .proto = proto, .number = number, .offset = -1 };
	for (unsigned i = 0; i < r->nrows && proto->nrecords; i++)
		if (r->list[i]->record == &proto->records[0] && r->list[i]->layer == number)
			layers[d->nlayers].row = r->list[i];
	/* A token may stand for the same layer twice. */
	if (proto->nrecords && number > 1 && !layers[d->nlayers].row)
		return;
	d->layers = layers;
	d->nlayers++;
}

static void add_child(struct detail_reader *r, struct detail_layer *l, struct detail_row *row)
{
	struct detail_row **children = keep(r, malloc((l->nchildren + 1) * sizeof(struct detail_row *)));
	if (!children)
		return;
	if (l->nchildren)
		memcpy(children, l->children, l->nchildren * sizeof(struct detail_row *));
	children[l->nchildren++] = row;
	l->children = children;
}

static struct detail_layer *layer_of(struct detail *d, const struct detail_row *row)
{
	struct detail_layer *first = NULL;
	for (unsigned i = 0; i < d->nlayers; i++) {
		if (d->layers[i].proto != row->proto)
			continue;
		if (d->layers[i].number == row->layer)
			return &d->layers[i];
		first = first ? first : &d->layers[i];
	}
	return first;
}

static int add_layers(struct detail_reader *r)
{
	struct detail *d = &r->detail;
	sqlite3_bind_int64(r->stack, 1, d->frame.frame_id);
	int rc = sqlite3_step(r->stack);
	add_layer(r, protocol_of("frame", 5));
	if (rc == SQLITE_ROW) {
		const char *p = (const char *)sqlite3_column_text(r->stack, 0),
			   *items = (const char *)sqlite3_column_text(r->stack, 1);
		for (size_t n; p && *p; p += n + (p[n] == ':')) {
			n = strcspn(p, ":");
			const struct protocol *proto = protocol_of(p, n);
			if (proto && !proto->no_item)
				add_layer(r, proto);
		}
		d->malformed = items && strstr(items, "_ws.malformed");
		d->cut = items && strstr(items, "_ws.short");
	}
	sqlite3_reset(r->stack);
	/* What no token stands for comes last, but is not lost. */
	for (unsigned i = 0; i < r->nrows; i++) {
		struct detail_row *row = r->list[i];
		struct detail_layer *l = layer_of(d, row);
		if (!l || (row->record == &row->proto->records[0] && l->row != row)) {
			add_layer(r, row->proto);
			l = layer_of(d, row);
		}
		if (l && row->record != &row->proto->records[0])
			add_child(r, l, row);
	}
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : -1;
}

/* ---- where values stand ---- */

/* The same row in the frame dissected alone; NULL when that does not have it. */
static const struct row *twin(const struct detail_reader *r, const struct detail_row *row)
{
	unsigned k = (unsigned)(row->record - row->proto->records);
	const struct batch *b = &r->dissected->batches[row->proto->id * RECORDS_PER_PROTOCOL + k];
	for (size_t i = 0; i < b->n; i++) {
		const struct row *other = batch_row(b, i);
		if (other->layer == row->layer && other->n == row->n)
			return other;
	}
	return NULL;
}

static const struct tree_item *item_of(const struct detail_reader *r, const struct row *row, unsigned field)
{
	for (size_t i = 0; row && i < r->tree.n; i++)
		if (r->tree.items[i].row == row && r->tree.items[i].field == field)
			return &r->tree.items[i];
	return NULL;
}

static int by_order(const void *a, const void *b)
{
	const struct detail_field *x = a, *y = b;
	return x->order < y->order ? -1 : x->order > y->order;
}

/* Fields are sorted as they were read; one that was not read stands behind its neighbour in the dissector's
 * table. */
static void place_row(struct detail_reader *r, struct detail_row *row, const uint8_t *data, uint32_t cap_len)
{
	const struct row *other = twin(r, row);
	unsigned order = 0;
	for (unsigned i = 0; i < row->nfields; i++)
		row->fields[i].order = UINT32_MAX; /* of no table of ours: last */
	for (unsigned k = 0; k < row->record->nfields; k++) {
		const struct field *def = &row->record->fields[k];
		const struct tree_item *item = item_of(r, other, def->mask ? def->of : k);
		if (item)
			order = (unsigned)(item - r->tree.items) + 1;
		for (unsigned i = 0; !def->internal && i < row->nfields; i++) {
			struct detail_field *f = &row->fields[i];
			if (strcmp(f->name, def->name) != 0)
				continue;
			f->order = order * RECORD_FIELDS_MAX + k;
			if (item && item->at >= data && item->at + item->len <= data + cap_len &&
				f->offset < 0) {
				f->offset = item->at - data;
				f->length = item->len;
			}
		}
	}
	qsort(row->fields, row->nfields, sizeof(*row->fields), by_order);
}

static int place(struct detail_reader *r)
{
	struct stored_frame *s = &r->detail.frame;
	struct dissect_input in = { .data = s->data,
		.cap_len = s->cap_len,
		.len = s->len,
		.time_ns = s->time_ns,
		.offset = s->offset,
		.number = 1,
		.interface = s->interface,
		.interface_id = s->interface_id,
		.has_interface = s->has_interface_id,
		.link_type = s->link_type,
		.fcs_len = s->fcs_len };
	rows_clear(r->dissected);
	for (size_t i = 0; i < r->dissected->nbatches; i++)
		r->dissected->batches[i].frame = 0;
	struct dissection *d = dissection_new(r->dissected, r->dict, 1);
	if (!d)
		return -1;
	dissection_set_tree(d, &r->tree);
	const struct packet *pkt = dissect_frame(d, &in);
	for (unsigned i = 0; i < r->nrows; i++)
		place_row(r, r->list[i], s->data, s->cap_len);
	for (unsigned i = 0; i < r->detail.nlayers; i++) {
		struct detail_layer *l = &r->detail.layers[i];
		unsigned number = 0;
		for (unsigned k = 0; k < pkt->nlayers; k++) {
			const struct layer *other = &pkt->layers[k];
			if (other->proto != l->proto || ++number != l->number)
				continue;
			if (other->data >= s->data && other->data + other->cap <= s->data + s->cap_len) {
				l->offset = other->data - s->data;
				l->length = other->trim < other->cap ? other->trim : other->cap;
			}
		}
	}
	dissection_set_tree(d, NULL);
	dissection_free(d);
	return 0;
}

/* ---- outside ---- */

struct detail_reader *detail_open(struct session *s)
{
	struct detail_reader *r = calloc(1, sizeof(*r));
	const char *wrong = registry_init();
	if (!r || wrong) {
		complain(-1, "%s", wrong ? wrong : "out of memory");
		free(r);
		return NULL;
	}
	r->session = s;
	r->dissected = rows_new(protocols, protocols_count);
	r->dict = dict_new();
	r->frames = frame_store_open(s);
	r->stack = session_prepare(s, "SELECT k.protocols, k.items FROM t_frame f JOIN t_stack k ON "
				      "k.id=f.stack WHERE f.frame_id=?1");
	r->value_name = session_prepare(s, "SELECT name FROM field_value WHERE field_id=?1 AND value=?2");
	if (r->dissected && r->dict && r->frames && r->stack && r->value_name && add_tables(r) == 0)
		return r;
	detail_close(r);
	return NULL;
}

void detail_close(struct detail_reader *r)
{
	if (!r)
		return;
	forget(r);
	for (unsigned i = 0; i < r->ntables; i++) {
		struct table *t = &r->tables[i];
		for (unsigned k = 0; k < t->ncolumns; k++) {
			free(t->columns[k].field.name);
			free(t->columns[k].field.label);
			free(t->columns[k].field.parent);
		}
		free(t->columns);
		sqlite3_free(t->select);
		sqlite3_finalize(t->exists);
		sqlite3_finalize(t->rows);
	}
	sqlite3_finalize(r->stack);
	sqlite3_finalize(r->value_name);
	frame_store_close(r->frames);
	rows_free(r->dissected);
	dict_free(r->dict);
	free(r->tree.items);
	free(r->tables);
	free(r->list);
	free(r->pool);
	free(r);
}

const struct detail *detail_read(
	struct detail_reader *r, const struct selected_capture *capture, int64_t number)
{
	forget(r);
	if (frame_store_read(r->frames, &r->detail.frame, capture, number, false) < 0)
		return NULL;
	int rc = 0;
	for (unsigned i = 0; rc == 0 && i < r->ntables; i++)
		rc = read_table(r, &r->tables[i], capture);
	if (rc == 0)
		rc = add_layers(r);
	if (rc < 0) {
		complain(-1, "%s: %s", r->session->path, sqlite3_errmsg(r->session->db));
		return NULL;
	}
	if (place(r) < 0 || r->failed) {
		complain(-1, "out of memory");
		return NULL;
	}
	return &r->detail;
}

const struct detail_field *detail_find(const struct detail_layer *l, const char *name)
{
	for (unsigned i = 0; l->row && i < l->row->nfields; i++)
		if (strcmp(l->row->fields[i].name, name) == 0)
			return &l->row->fields[i];
	return NULL;
}
