/* Each table that has a wanted value is read by a statement of its own, in the order of frames; the rows of
 * all are then walked side by side. No join: a frame may have no row in a table, or many. */
#include "query/fields.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "indexer/store/packed.h"
#include "indexer/store/raw.h"
#include "query/time_text.h"
#include "schema/catalogue.h"
#include "schema/kind.h"
#include "schema/hex.h"

struct text {
	char *at;
	size_t used, size;
	unsigned values; /* of a cell: an empty text is one too */
};

/* One expression of one field in one table. */
struct column {
	unsigned field; /* index of the wanted field */
};

struct table_reader {
	char *table;
	char *columns; /* ", expr, expr" */
	unsigned ncolumns, columns_size;
	struct column *list;
	sqlite3_stmt *st;
	int64_t frame_id; /* of the row that st stands on; INT64_MAX at the end */
};

/* Where the values of a cell stand in its text, of a field that layers of several protocols have (ip.version
 * in ipv6): they are put in the order of the layers. */
#define PLACES_MAX 32
struct places {
	unsigned n;
	struct {
		const char *layer; /* name of its table, from the protocol on: "ip", "ip_more" */
		size_t start, end;
	} of[PLACES_MAX];
};

struct field_reader {
	struct session *session;
	struct fields_style style;
	unsigned nfields, missing;
	struct catalogue_field **fields; /* NULL: the archive has no such field */
	struct text *cells;
	struct places **places; /* NULL but for the fields that need it */
	unsigned ntables;
	struct table_reader *tables;
	struct raw *raw;
	sqlite3_stmt *where; /* offset of a frame's octets */
	sqlite3_stmt *stack; /* tokens of a frame's layers */
	const struct selected_capture *capture;
};

static void put(struct text *t, const char *p, size_t n)
{
	if (t->size - t->used <= n) {
		size_t size = (t->used + n + 1) * 2;
		char *at = realloc(t->at, size);
		if (!at)
			return;
		t->at = at;
		t->size = size;
	}
	memcpy(t->at + t->used, p, n);
	t->used += n;
	t->at[t->used] = '\0';
}

static void put_number(struct text *t, const char *format, uint64_t v)
{
	char text[32];
	put(t, text, (size_t)snprintf(text, sizeof(text), format, v));
}

/* Nanoseconds as seconds with nine decimals. */
static void put_time(struct text *t, int64_t ns)
{
	char text[40];
	uint64_t u = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;
	put(t, text,
		(size_t)snprintf(text, sizeof(text), "%s%" PRIu64 ".%09" PRIu64, ns < 0 ? "-" : "",
			u / 1000000000, u % 1000000000));
}

static void put_hex(struct text *t, const uint8_t *p, size_t n)
{
	for (; p && n; n--, p++) {
		char two[2];
		put(t, two, hex_put(two, p, 1, '\0'));
	}
}

/* Text as tshark prints it in fields: backspace, form feed, LF, CR and tab as \b, \f, \n, \r, \t; other
 * octets as they are. */
static void put_escaped(struct text *t, const char *p)
{
	for (; p && *p; p++) {
		static const char from[] = "\b\f\n\r\t", to[] = "bfnrt";
		const char *hit = strchr(from, *p);
		if (hit) {
			char two[2] = { '\\', to[hit - from] };
			put(t, two, 2);
		} else {
			put(t, p, 1);
		}
	}
}

/* Between the values of a cell until it is whole: no value has one, put_escaped(). */
#define JOINT "\n"

/* Numbers of a list, as they are. */
static void put_numbers(struct text *t, const char *p)
{
	for (size_t n; p && *p; p += n) {
		n = strcspn(p, ",");
		put(t, p, n);
		if (p[n] == ',') {
			put(t, JOINT, 1);
			n++;
		}
	}
}

/* Numbers of a list, hexadecimal. */
static void put_hex_numbers(struct text *t, const char *p, unsigned octets)
{
	char text[24], *end;
	for (; p && *p; p = *end == ',' ? end + 1 : end) {
		uint64_t v = strtoull(p, &end, 10);
		if (end == p)
			return;
		put(t, text,
			(size_t)snprintf(text, sizeof(text), "0x%0*" PRIx64 "%s", (int)octets * 2, v,
				*end ? JOINT : ""));
	}
}

/* Octets as text: BASE_TEXT. */
static void put_ascii(struct text *t, const uint8_t *p, size_t n)
{
	for (; p && n && *p; n--, p++) {
		char one[2] = { (char)*p, '\0' };
		if (*p >= 0x80)
			put(t, "\xef\xbf\xbd", 3); /* U+FFFD */
		else
			put_escaped(t, one);
	}
}

static const uint8_t *span_octets(struct field_reader *r, int64_t frame_id, int64_t span)
{
	const uint8_t *p = NULL;
	sqlite3_bind_int64(r->where, 1, frame_id);
	if (sqlite3_step(r->where) == SQLITE_ROW)
		p = raw_read(r->raw, r->capture->id,
			(uint64_t)sqlite3_column_int64(r->where, 0) + SPAN_OFFSET(span), SPAN_LENGTH(span));
	sqlite3_reset(r->where);
	return p;
}

static void put_value(struct field_reader *r, const struct catalogue_field *f, struct text *t,
	sqlite3_stmt *st, int i, int64_t frame_id)
{
	char text[64];
	int64_t v = sqlite3_column_int64(st, i);
	if (t->values++)
		put(t, JOINT, 1);
	switch (f->kind) {
	case KIND_UINT:
		if (f->base == BASE_HEX || f->base == BASE_HEX_DEC)
			put(t, text,
				(size_t)snprintf(
					text, sizeof(text), "0x%0*" PRIx64, f->octets * 2, (uint64_t)v));
		else if (f->base == BASE_OCT)
			put_number(t, "%" PRIo64, (uint64_t)v);
		else
			put_number(t, "%" PRIu64, (uint64_t)v);
		break;
	case KIND_INT:
	case KIND_FRAME:
	case KIND_NONE:
		put(t, text, (size_t)snprintf(text, sizeof(text), "%" PRId64, v));
		break;
	case KIND_BOOL:
		put(t, v ? "1" : "0", 1);
		break;
	case KIND_TIME:
	case KIND_RELTIME:
		if (sqlite3_column_type(st, i) == SQLITE_TEXT) /* frame_time_sql() */
			put_escaped(t, (const char *)sqlite3_column_text(st, i));
		else if (f->kind == KIND_TIME)
			put(t, text, time_text(text, sizeof(text), v));
		else
			put_time(t, v);
		break;
	case KIND_DOUBLE:
		put(t, text, (size_t)snprintf(text, sizeof(text), "%.15g", sqlite3_column_double(st, i)));
		break;
	case KIND_BYTES:
		if (sqlite3_column_type(st, i) == SQLITE_TEXT) {
			size_t n = 0;
			uint8_t *p = raw_pieces(
				r->raw, r->capture->id, (const char *)sqlite3_column_text(st, i), &n);
			if (p && f->base == BASE_TEXT)
				put_ascii(t, p, n);
			else if (p)
				put_hex(t, p, n);
			free(p);
			break;
		}
		if (f->base == BASE_TEXT && sqlite3_column_type(st, i) == SQLITE_BLOB) {
			size_t n;
			bool own;
			const uint8_t *p = packed_read(
				sqlite3_column_blob(st, i), (size_t)sqlite3_column_bytes(st, i), &n, &own);
			put_ascii(t, p, n);
			if (own)
				free((void *)(uintptr_t)p);
		} else if (f->base == BASE_TEXT) {
			put_ascii(t, SPAN_LENGTH(v) ? span_octets(r, frame_id, v) : NULL, SPAN_LENGTH(v));
		} else if (sqlite3_column_type(st, i) != SQLITE_BLOB && SPAN_LENGTH(v) == 0)
			put(t, "<MISSING>", 9);
		else if (sqlite3_column_type(st, i) == SQLITE_BLOB)
			put_hex(t, sqlite3_column_blob(st, i), (size_t)sqlite3_column_bytes(st, i));
		else
			put_hex(t, span_octets(r, frame_id, v), SPAN_LENGTH(v));
		break;
	case KIND_LIST:
		if (f->base == BASE_HEX) {
			put_hex_numbers(t, (const char *)sqlite3_column_text(st, i), f->octets);
			break;
		}
		put_numbers(t, (const char *)sqlite3_column_text(st, i));
		break;
	default:
		put_escaped(t, (const char *)sqlite3_column_text(st, i));
	}
}

static struct table_reader *reader_of(struct field_reader *r, const char *table)
{
	for (unsigned i = 0; i < r->ntables; i++)
		if (strcmp(r->tables[i].table, table) == 0)
			return &r->tables[i];
	struct table_reader *all = realloc(r->tables, (r->ntables + 1) * sizeof(*all));
	if (!all)
		return NULL;
	r->tables = all;
	memset(&all[r->ntables], 0, sizeof(*all));
	all[r->ntables].table = strdup(table);
	return &all[r->ntables++];
}

static int add_source(struct field_reader *r, unsigned field, const struct field_source *s)
{
	struct table_reader *t = reader_of(r, s->table);
	struct column *list = t ? realloc(t->list, (t->ncolumns + 1) * sizeof(*list)) : NULL;
	char *plain = catalogue_value_sql(r->fields[field], s, "?3");
	char *expr = plain ? frame_time_sql(r->session->db, r->fields[field]->name, plain, "?3") : NULL;
	sqlite3_free(plain);
	if (!list || !expr)
		return complain(-1, "out of memory");
	t->list = list;
	list[t->ncolumns++].field = field;
	char *columns = sqlite3_mprintf("%s, %s", t->columns ? t->columns : "", expr);
	sqlite3_free(expr);
	sqlite3_free(t->columns);
	t->columns = columns;
	return columns ? 0 : complain(-1, "out of memory");
}

static int prepare_table(struct field_reader *r, struct table_reader *t)
{
	/* Tables without a layer column have one row a frame; the others are keyed by frame and layer or n.
	 */
	char *sql = sqlite3_mprintf(
		"SELECT t.frame_id%s FROM \"%w\" t WHERE t.frame_id BETWEEN ?1 AND ?2 ORDER BY t.frame_id%s",
		t->columns, t->table, "");
	t->st = sql ? session_prepare(r->session, sql) : NULL;
	sqlite3_free(sql);
	return t->st ? 0 : -1;
}

/* Length of the protocol's name in that of a layer's table. */
static size_t layer_length(const char *layer)
{
	size_t n = strlen(layer);
	return n > 5 && strcmp(layer + n - 5, "_more") == 0 ? n - 5 : n;
}

/* Is the table one of the protocol's repeats (tcp_event of tcp)? Its rows stand together in their layer. */
static bool repeats_in(const char *table, const char *token, size_t n)
{
	return strncmp(table, token, n) == 0 && table[n] == '_' && strcmp(table + n, "_more") != 0;
}

static bool same_layer(const char *a, const char *b)
{
	return layer_length(a) == layer_length(b) && strncmp(a, b, layer_length(a)) == 0;
}

/* Does the field have values in layers of several protocols? */
static bool is_mixed(const struct catalogue_field *f)
{
	for (unsigned i = 1; i < f->nsources; i++)
		if (!same_layer(f->sources[i].table, f->sources[0].table))
			return true;
	return false;
}

static void put_placed(struct text *out, const struct text *cell, const struct places *p, unsigned i)
{
	put(out, JOINT, out->used ? 1 : 0);
	put(out, cell->at + p->of[i].start, p->of[i].end - p->of[i].start);
}

/* Put the values into the order in which their layers stand in the frame's stack. */
static void order_values(struct field_reader *r, struct text *cell, const struct places *p, int64_t frame_id)
{
	bool used[PLACES_MAX] = { false }, several = false;
	for (unsigned i = 1; i < p->n; i++)
		several |= !same_layer(p->of[i].layer, p->of[0].layer);
	if (!several || cell->values != p->n)
		return;
	struct text out = { 0 };
	sqlite3_bind_int64(r->stack, 1, frame_id);
	const char *token =
		sqlite3_step(r->stack) == SQLITE_ROW ? (const char *)sqlite3_column_text(r->stack, 0) : NULL;
	for (size_t n; token; token = token[n] ? token + n + 1 : NULL) {
		n = strcspn(token, ":");
		for (unsigned i = 0; i < p->n; i++) {
			bool repeat = repeats_in(p->of[i].layer, token, n);
			if (used[i] || (!repeat && (layer_length(p->of[i].layer) != n ||
							   strncmp(p->of[i].layer, token, n) != 0)))
				continue;
			used[i] = true;
			put_placed(&out, cell, p, i);
			if (!repeat)
				break;
		}
	}
	sqlite3_reset(r->stack);
	/* What is said of the frame itself stands behind its layers. */
	for (unsigned i = 0; i < p->n; i++)
		if (!used[i] && strcmp(p->of[i].layer, "frame") == 0)
			put_placed(&out, cell, p, i);
	/* Only where each found its layer: tables of repeats are not layers. */
	if (out.used == cell->used)
		memcpy(cell->at, out.at, out.used);
	free(out.at);
}

static bool holds_repeats(const struct table_reader *t)
{
	size_t n = strlen(t->table);
	return n > 5 && strcmp(t->table + n - 5, "_more") == 0;
}

/* The tables of a frame's first layers before those of its further ones: values come out in the order of the
 * frame, whichever field asked for a table first. */
static void sort_tables(struct field_reader *r)
{
	for (unsigned i = 1; i < r->ntables; i++) {
		struct table_reader t = r->tables[i];
		unsigned at = i;
		if (holds_repeats(&t))
			continue;
		for (; at && holds_repeats(&r->tables[at - 1]); at--)
			r->tables[at] = r->tables[at - 1];
		r->tables[at] = t;
	}
}

struct field_reader *fields_open(
	struct session *s, const char *const *names, unsigned n, const struct fields_style *style)
{
	struct field_reader *r = calloc(1, sizeof(*r));
	if (!r)
		return NULL;
	r->session = s;
	r->style = *style;
	r->fields = calloc(n + 1, sizeof(*r->fields));
	r->cells = calloc(n + 1, sizeof(*r->cells));
	r->places = calloc(n + 1, sizeof(*r->places));
	r->raw = raw_open(s->db);
	r->where = session_prepare(s, "SELECT offset FROM t_frame WHERE frame_id=?");
	r->stack = session_prepare(
		s, "SELECT s.protocols FROM t_frame f JOIN t_stack s ON s.id=f.stack WHERE f.frame_id=?");
	bool good = r->fields && r->cells && r->places && r->raw && r->where && r->stack;
	for (unsigned i = 0; good && i < n; i++, r->nfields++) {
		const char *error;
		r->fields[i] = catalogue_find(s->db, names[i], &error);
		if (!r->fields[i]) {
			char *near = error ? NULL : catalogue_nearest(s->db, names[i]);
			complain(-1,
				error ? "%s: %s"
				: near && strcmp(near, names[i]) == 0
					? "%s is a protocol, not a field: its column stays empty"
				: near ? "no field %s, its column stays empty; did you mean %s?"
				       : "no field %s, its column stays empty",
				error ? s->path : names[i], error ? error : near);
			free(near);
			r->missing++;
			good = !error;
			continue;
		}
		for (unsigned k = 0; good && k < r->fields[i]->nsources; k++)
			good = add_source(r, i, &r->fields[i]->sources[k]) == 0;
		if (good && is_mixed(r->fields[i]))
			good = (r->places[i] = calloc(1, sizeof(*r->places[i]))) != NULL;
	}
	sort_tables(r);
	for (unsigned i = 0; good && i < r->ntables; i++)
		good = prepare_table(r, &r->tables[i]) == 0;
	if (good)
		return r;
	fields_close(r);
	return NULL;
}

unsigned fields_missing(const struct field_reader *r)
{
	return r->missing;
}

void fields_close(struct field_reader *r)
{
	if (!r)
		return;
	for (unsigned i = 0; i < r->ntables; i++) {
		sqlite3_finalize(r->tables[i].st);
		sqlite3_free(r->tables[i].columns);
		free(r->tables[i].table);
		free(r->tables[i].list);
	}
	for (unsigned i = 0; i < r->nfields; i++) {
		catalogue_field_free(r->fields[i]);
		free(r->cells[i].at);
		free(r->places[i]);
	}
	sqlite3_finalize(r->where);
	sqlite3_finalize(r->stack);
	raw_close(r->raw);
	free(r->tables);
	free(r->fields);
	free(r->cells);
	free(r->places);
	free(r);
}

static int advance(struct field_reader *r, struct table_reader *t)
{
	int rc = sqlite3_step(t->st);
	t->frame_id = rc == SQLITE_ROW ? sqlite3_column_int64(t->st, 0) : INT64_MAX;
	if (rc == SQLITE_ROW || rc == SQLITE_DONE)
		return 0;
	return complain(-1, "%s: %s", r->session->path, sqlite3_errmsg(r->session->db));
}

int fields_range(struct field_reader *r, const struct selected_capture *capture, int64_t first, int64_t last)
{
	r->capture = capture;
	for (unsigned i = 0; i < r->ntables; i++) {
		struct table_reader *t = &r->tables[i];
		sqlite3_reset(t->st);
		sqlite3_bind_int64(t->st, 1, first);
		sqlite3_bind_int64(t->st, 2, last);
		if (sqlite3_bind_parameter_count(t->st) > 2)
			sqlite3_bind_int64(t->st, 3, capture->id);
		if (advance(r, t) < 0)
			return -1;
	}
	return 0;
}

static void put_column(struct field_reader *r, const struct table_reader *t, unsigned k)
{
	unsigned field = t->list[k].field;
	struct text *cell = &r->cells[field];
	struct places *p = r->places[field];
	size_t start = cell->used + (cell->values ? 1 : 0);
	put_value(r, r->fields[field], cell, t->st, (int)k + 1, t->frame_id);
	if (p && p->n < PLACES_MAX) {
		p->of[p->n].layer = t->table + strlen("t_");
		p->of[p->n].start = start;
		p->of[p->n++].end = cell->used;
	}
}

/* The cell with its values joined, or one of them. */
static const char *joined(struct text *cell, const struct fields_style *style)
{
	char *at = cell->at, *p = memchr(at, JOINT[0], cell->used);
	if (!p)
		return at;
	if (style->occurrence == 'f')
		*p = '\0';
	else if (style->occurrence == 'l')
		return strrchr(at, JOINT[0]) + 1;
	for (; style->occurrence == 'a' && p; p = memchr(p, JOINT[0], cell->used - (size_t)(p - at)))
		*p = style->aggregator;
	return at;
}

int fields_frame(struct field_reader *r, int64_t frame_id, const char **cells)
{
	for (unsigned i = 0; i < r->nfields; i++) {
		r->cells[i].used = r->cells[i].values = 0;
		if (r->places[i])
			r->places[i]->n = 0;
	}
	for (unsigned i = 0; i < r->ntables; i++) {
		struct table_reader *t = &r->tables[i];
		while (t->frame_id < frame_id)
			if (advance(r, t) < 0)
				return -1;
		while (t->frame_id == frame_id) {
			for (unsigned k = 0; k < t->ncolumns; k++)
				if (sqlite3_column_type(t->st, (int)k + 1) != SQLITE_NULL)
					put_column(r, t, k);
			if (advance(r, t) < 0)
				return -1;
		}
	}
	for (unsigned i = 0; i < r->nfields; i++) {
		if (r->places[i] && r->places[i]->n > 1)
			order_values(r, &r->cells[i], r->places[i], frame_id);
		cells[i] = r->cells[i].used ? joined(&r->cells[i], &r->style) : "";
	}
	return 0;
}
