#include "query/detail_internal.h"
#include "query/time_text.h"

#include <stdlib.h>
#include <string.h>

#include "indexer/registry.h"
#include "indexer/store/names.h"

/* ---- memory of one frame ---- */

void *detail_keep(struct detail_reader *r, void *p)
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
static int add_column(sqlite3 *db, struct table *t, sqlite3_stmt *st)
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
				       .generated = sqlite3_column_int(st, 7),
				       .hidden = sqlite3_column_int(st, 8) } };
	if (!c->field.name || !c->field.label)
		return -1;
	c->def = def_of(t->record, c->field.name);
	const struct field_source source = { NULL, (char *)(uintptr_t)sqlite3_column_text(st, 9),
		sqlite3_column_int(st, 10) };
	char *expr = catalogue_value_sql(&c->field, &source, "?2");
	char *value = expr ? frame_time_sql(db, c->field.name, expr, "?2") : NULL;
	char *select = value ? sqlite3_mprintf("%s, %s", t->select, value) : NULL;
	sqlite3_free(expr);
	sqlite3_free(value);
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
		if (add_column(r->session->db, t, sources) < 0)
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
	struct record_table tables[RECORD_TABLES_MAX];
	int rc = rec->inlined ? add_table(r, sources, proto, rec, TABLE_PART, rec->inlined) : 0;
	for (unsigned i = 0, n = record_tables(rec, tables); rc == 0 && i < n; i++)
		rc = add_table(r, sources, proto, rec, tables[i].role, tables[i].part);
	return rc;
}

static int add_tables(struct detail_reader *r)
{
	/* The sources are looked up by table, which field_source has no index for. */
	static const char temp[] =
		"CREATE TEMP TABLE shown AS SELECT s.tbl, s.n, f.id, f.name, f.label, p.name AS parent, "
		"f.kind, f.base,"
		" f.octets, f.generated, f.hidden, s.expr, s.direct FROM field_source s JOIN field f ON "
		"f.id=s.field_id"
		" LEFT JOIN field p ON p.id=f.parent; CREATE INDEX temp.shown_tbl ON "
		"shown (tbl, id, n)";
	if (sqlite3_exec(r->session->db, temp, NULL, NULL, NULL) != SQLITE_OK)
		return complain(-1, "%s: %s", r->session->path, sqlite3_errmsg(r->session->db));
	sqlite3_stmt *sources = session_prepare(r->session,
		"SELECT id, name, label, parent, kind, base, octets, generated, hidden, expr, direct"
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

/* Parts and late facts belong to the layer's own row, or to that of the child they are about. */
static struct detail_row *row_of(struct detail_reader *r, const struct protocol *proto,
	const struct record *rec, unsigned layer, unsigned n)
{
	if (rec->shape == RECORD_LATE && rec->late_of) {
		rec = &proto->records[rec->late_of];
		for (unsigned i = 0; i < r->nrows; i++)
			if (r->list[i]->record == rec && r->list[i]->n == layer)
				return r->list[i];
		return NULL;
	}
	if (rec->shape == RECORD_LATE)
		rec = &proto->records[0];
	for (unsigned i = 0; i < r->nrows; i++)
		if (r->list[i]->record == rec && r->list[i]->layer == layer && r->list[i]->n == n)
			return r->list[i];
	struct detail_row **list = realloc(r->list, (r->nrows + 1) * sizeof(struct detail_row *));
	struct detail_row *row = list ? detail_keep(r, calloc(1, sizeof(*row))) : NULL;
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
		name = detail_keep(r, copy(r->value_name, 0));
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
		if (!f->value_name && f->kind != KIND_BOOL && f->names)
			f->value_name = "Unknown";
		break;
	case KIND_TIME:
	case KIND_RELTIME: /* two numbers that make no time have a text: frame_time_sql() */
		if (sqlite3_column_type(st, i) == SQLITE_TEXT)
			f->text = detail_keep(r, copy(st, i));
		break;
	case KIND_DOUBLE:
		f->real = sqlite3_column_double(st, i);
		break;
	case KIND_BYTES:
		if (sqlite3_column_type(st, i) == SQLITE_TEXT) {
			size_t n = 0;
			if (!r->raw)
				r->raw = raw_open(r->session->db);
			const char *text = (const char *)sqlite3_column_text(st, i);
			uint8_t *bytes = r->raw ? raw_pieces(r->raw, r->capture_id, text, &n) : NULL;
			f->bytes = bytes ? detail_keep(r, bytes) : NULL;
			f->nbytes = f->bytes ? (uint32_t)n : 0;
		} else if (sqlite3_column_type(st, i) == SQLITE_BLOB) {
			f->nbytes = (uint32_t)sqlite3_column_bytes(st, i);
			uint8_t *bytes = detail_keep(r, malloc(f->nbytes + 1));
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
		f->text = detail_keep(r, copy(st, i));
		break;
	default:
		break;
	}
}

static void add_values(struct detail_reader *r, const struct table *t, struct detail_row *row)
{
	struct detail_field *fields = detail_keep(r, calloc(row->nfields + t->ncolumns, sizeof(*fields)));
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
			.names = c->def ? c->def->names : NULL,
			.hidden = c->field.hidden,
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
	r->replay = replay_open(s);
	r->frames = frame_store_open(s);
	r->stack = session_prepare(s, "SELECT k.protocols, k.items FROM t_frame f JOIN t_stack k ON "
				      "k.id=f.stack WHERE f.frame_id=?1");
	r->value_name = session_prepare(s, "SELECT name FROM field_value WHERE field_id=?1 AND value=?2");
	if (r->replay)
		replay_set_tree(r->replay, &r->tree);
	if (r->replay && r->frames && r->stack && r->value_name && add_tables(r) == 0)
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
	raw_close(r->raw);
	replay_close(r->replay);
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
	r->capture_id = capture->id;
	if (frame_store_read(r->frames, &r->detail.frame, capture, number, false) < 0)
		return NULL;
	int rc = 0;
	for (unsigned i = 0; rc == 0 && i < r->ntables; i++)
		rc = read_table(r, &r->tables[i], capture);
	if (rc == 0)
		rc = detail_add_layers(r);
	if (rc < 0) {
		complain(-1, "%s: %s", r->session->path, sqlite3_errmsg(r->session->db));
		return NULL;
	}
	if (detail_place(r, capture) < 0)
		return NULL;
	if (r->failed) {
		complain(-1, "out of memory");
		return NULL;
	}
	return &r->detail;
}
