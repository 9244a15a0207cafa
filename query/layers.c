#include "query/layers.h"

#include <stdlib.h>
#include <string.h>

#include "indexer/dissect.h"
#include "indexer/registry.h"
#include "indexer/store/raw.h"

enum { CAPTURE, NUMBER, PROTOCOL, LAYER, OCTETS, HEADER };

struct layers {
	sqlite3_vtab base;
	sqlite3 *db;
	struct dict *dict;
	struct rows *rows;
	struct raw *raw; /* here, not in the cursor: a cursor is opened for each frame that is asked about */
	sqlite3_stmt *frame;
};

struct cursor_of_layers {
	sqlite3_vtab_cursor base;
	uint8_t *octets; /* of the frame */
	struct {
		const uint8_t *data;
		uint32_t len, header;
	} found[PACKET_LAYERS_MAX];
	unsigned n, at;
};

static int connect_table(
	sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out, char **error)
{
	struct layers *t;
	(void)aux;
	(void)argc;
	(void)argv;
	(void)error;
	int rc = sqlite3_declare_vtab(db, "CREATE TABLE x (capture HIDDEN, number HIDDEN, protocol HIDDEN, "
					  "layer INTEGER, octets BLOB, header BLOB)");
	if (rc != SQLITE_OK)
		return rc;
	if (registry_init() || !(t = calloc(1, sizeof(*t))))
		return SQLITE_NOMEM;
	t->db = db;
	t->dict = dict_new();
	t->rows = rows_new(protocols, protocols_count);
	*out = &t->base;
	return t->dict && t->rows ? SQLITE_OK : SQLITE_NOMEM;
}

static int disconnect(sqlite3_vtab *base)
{
	struct layers *t = (struct layers *)base;
	sqlite3_finalize(t->frame);
	raw_close(t->raw);
	rows_free(t->rows);
	dict_free(t->dict);
	free(t);
	return SQLITE_OK;
}

/* All three of capture, number and protocol have to be given. */
static int best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
	int given[3] = { -1, -1, -1 };
	(void)base;
	for (int i = 0; i < info->nConstraint; i++) {
		int column = info->aConstraint[i].iColumn;
		if (info->aConstraint[i].usable && info->aConstraint[i].op == SQLITE_INDEX_CONSTRAINT_EQ &&
			column >= 0 && column <= PROTOCOL)
			given[column] = i;
	}
	for (int i = 0; i < 3; i++) {
		if (given[i] < 0)
			return SQLITE_CONSTRAINT;
		info->aConstraintUsage[given[i]].argvIndex = i + 1;
		info->aConstraintUsage[given[i]].omit = 1;
	}
	info->estimatedCost = 100;
	info->estimatedRows = 1;
	return SQLITE_OK;
}

static int open_cursor(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
	struct layers *t = (struct layers *)base;
	struct cursor_of_layers *c = calloc(1, sizeof(*c));
	if (!c)
		return SQLITE_NOMEM;
	*out = &c->base;
	if (!t->raw && !(t->raw = raw_open(t->db)))
		return SQLITE_NOMEM;
	return t->frame ? SQLITE_OK
			: sqlite3_prepare_v2(t->db,
				  "SELECT f.time, f.len, coalesce(f.caplen, f.len), f.offset, i.link_type, "
				  "i.fcs_len"
				  " FROM capture c JOIN t_frame f ON f.frame_id=c.first_frame + ?2 - 1"
				  " LEFT JOIN interface i ON i.capture_id=c.id AND i.number=f.interface "
				  "WHERE c.id=?1",
				  -1, &t->frame, NULL);
}

static int close_cursor(sqlite3_vtab_cursor *cur)
{
	struct cursor_of_layers *c = (struct cursor_of_layers *)cur;
	free(c->octets);
	free(c);
	return SQLITE_OK;
}

static int dissect(struct layers *t, struct cursor_of_layers *c, const char *protocol)
{
	uint32_t len = (uint32_t)sqlite3_column_int64(t->frame, 1),
		 cap_len = (uint32_t)sqlite3_column_int64(t->frame, 2);
	struct dissect_input in = { .data = c->octets,
		.cap_len = cap_len,
		.len = len,
		.time_ns = sqlite3_column_int64(t->frame, 0),
		.number = 1,
		.link_type = sqlite3_column_type(t->frame, 4) == SQLITE_NULL
				     ? UINT16_MAX
				     : (uint16_t)sqlite3_column_int(t->frame, 4),
		.fcs_len = (uint8_t)sqlite3_column_int(t->frame, 5) };
	rows_clear(t->rows);
	struct dissection *d = dissection_new(t->rows, t->dict, 1);
	if (!d)
		return SQLITE_NOMEM;
	const struct packet *pkt = dissect_frame(d, &in);
	for (unsigned i = 0; i < pkt->nlayers; i++) {
		const struct layer *l = &pkt->layers[i];
		if (strcmp(l->proto->name, protocol) != 0 || l->data < c->octets ||
			l->data + l->cap > c->octets + cap_len)
			continue;
		uint32_t header = l->item >= 0 ? pkt->items[l->item].len : l->cap;
		c->found[c->n].data = l->data;
		c->found[c->n].header = header < l->cap ? header : l->cap;
		c->found[c->n++].len = l->cap;
	}
	dissection_free(d);
	return SQLITE_OK;
}

static int filter(sqlite3_vtab_cursor *cur, int number, const char *text, int argc, sqlite3_value **argv)
{
	struct cursor_of_layers *c = (struct cursor_of_layers *)cur;
	struct layers *t = (struct layers *)cur->pVtab;
	const char *protocol = (const char *)sqlite3_value_text(argv[2]);
	int rc = SQLITE_OK;
	(void)number;
	(void)text;
	(void)argc;
	c->n = c->at = 0;
	sqlite3_bind_value(t->frame, 1, argv[0]);
	sqlite3_bind_value(t->frame, 2, argv[1]);
	if (sqlite3_step(t->frame) == SQLITE_ROW && protocol) {
		size_t n = (size_t)sqlite3_column_int64(t->frame, 2);
		const uint8_t *p = raw_read(
			t->raw, sqlite3_value_int64(argv[0]), (uint64_t)sqlite3_column_int64(t->frame, 3), n);
		free(c->octets);
		c->octets = malloc(n + 1);
		if (!c->octets)
			rc = SQLITE_NOMEM;
		if (p && c->octets) {
			memcpy(c->octets, p, n);
			rc = dissect(t, c, protocol);
		}
	}
	sqlite3_reset(t->frame);
	return rc;
}

static int next(sqlite3_vtab_cursor *cur)
{
	((struct cursor_of_layers *)cur)->at++;
	return SQLITE_OK;
}

static int at_end(sqlite3_vtab_cursor *cur)
{
	const struct cursor_of_layers *c = (const struct cursor_of_layers *)cur;
	return c->at >= c->n;
}

static int column(sqlite3_vtab_cursor *cur, sqlite3_context *ctx, int i)
{
	const struct cursor_of_layers *c = (const struct cursor_of_layers *)cur;
	if (i == LAYER)
		sqlite3_result_int(ctx, (int)c->at + 1);
	else if (i == OCTETS || i == HEADER)
		sqlite3_result_blob(ctx, c->found[c->at].data,
			(int)(i == OCTETS ? c->found[c->at].len : c->found[c->at].header), SQLITE_TRANSIENT);
	return SQLITE_OK;
}

static int rowid(sqlite3_vtab_cursor *cur, sqlite3_int64 *out)
{
	*out = ((struct cursor_of_layers *)cur)->at;
	return SQLITE_OK;
}

static const sqlite3_module module = {
	.iVersion = 1,
	.xConnect = connect_table, /* without xCreate the table is there by its name */
	.xBestIndex = best_index,
	.xDisconnect = disconnect,
	.xOpen = open_cursor,
	.xClose = close_cursor,
	.xFilter = filter,
	.xNext = next,
	.xEof = at_end,
	.xColumn = column,
	.xRowid = rowid,
};

int layers_register(sqlite3 *db)
{
	return sqlite3_create_module_v2(db, "dfilter_layers", &module, NULL, NULL);
}
