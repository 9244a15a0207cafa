#include "query/layers.h"

#include <stdlib.h>
#include <string.h>

#include "query/replay.h"

enum { CAPTURE, NUMBER, PROTOCOL, LAYER, OCTETS, HEADER };

struct layers {
	sqlite3_vtab base;
	struct session session; /* of db and path alone */
	/* Here, not in the cursor: a cursor is opened for each frame that is asked about. Frames are asked
	 * for in their order, so that a query costs one way through its captures. */
	struct selected_capture capture;
	struct replay *replay;
};

struct cursor_of_layers {
	sqlite3_vtab_cursor base;
	struct {
		const uint8_t *data; /* the replay's, until its next frame */
		uint32_t len, header;
	} found[PACKET_LAYERS_MAX];
	unsigned n, at;
};

static int connect_table(
	sqlite3 *db, void *path, int argc, const char *const *argv, sqlite3_vtab **out, char **error)
{
	struct layers *t;
	(void)argc;
	(void)argv;
	(void)error;
	int rc = sqlite3_declare_vtab(db, "CREATE TABLE x (capture HIDDEN, number HIDDEN, protocol HIDDEN, "
					  "layer INTEGER, octets BLOB, header BLOB)");
	if (rc != SQLITE_OK)
		return rc;
	if (!(t = calloc(1, sizeof(*t))))
		return SQLITE_NOMEM;
	t->session.db = db;
	t->session.path = path;
	*out = &t->base;
	return SQLITE_OK;
}

static int disconnect(sqlite3_vtab *base)
{
	struct layers *t = (struct layers *)base;
	replay_close(t->replay);
	free(t->capture.name);
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
	struct cursor_of_layers *c = calloc(1, sizeof(*c));
	(void)base;
	if (!c)
		return SQLITE_NOMEM;
	*out = &c->base;
	return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *cur)
{
	free(cur);
	return SQLITE_OK;
}

/* What the replay shall go through. */
static int take_capture(struct layers *t, int64_t id)
{
	sqlite3_stmt *st;
	if (t->replay && t->capture.id == id)
		return SQLITE_OK;
	replay_close(t->replay); /* what it knows is of another capture */
	t->replay = NULL;
	free(t->capture.name);
	t->capture = (struct selected_capture) { .id = id };
	int rc = sqlite3_prepare_v2(
		t->session.db, "SELECT first_frame, frames, name FROM capture WHERE id=?", -1, &st, NULL);
	if (rc != SQLITE_OK)
		return rc;
	sqlite3_bind_int64(st, 1, id);
	if (sqlite3_step(st) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(st, 2);
		t->capture.first_frame = sqlite3_column_int64(st, 0);
		t->capture.frames = sqlite3_column_int64(st, 1);
		t->capture.name = strdup(name ? name : "");
	}
	sqlite3_finalize(st);
	if (t->capture.name)
		t->replay = replay_open(&t->session);
	return t->replay ? SQLITE_OK : SQLITE_ERROR;
}

/* How much of a layer is the protocol's own: what the hierarchy counts for it. */
static uint32_t own_octets(const struct packet *pkt, const struct layer *l, uint32_t len)
{
	uint32_t own = l->item >= 0 ? pkt->items[l->item].len : len;
	return own < len ? own : len;
}

static int filter(sqlite3_vtab_cursor *cur, int number, const char *text, int argc, sqlite3_value **argv)
{
	struct cursor_of_layers *c = (struct cursor_of_layers *)cur;
	struct layers *t = (struct layers *)cur->pVtab;
	const char *protocol = (const char *)sqlite3_value_text(argv[2]);
	(void)number;
	(void)text;
	(void)argc;
	c->n = c->at = 0;
	int rc = take_capture(t, sqlite3_value_int64(argv[0]));
	if (rc != SQLITE_OK || !protocol)
		return rc;
	const struct packet *pkt = replay_frame(t->replay, &t->capture, sqlite3_value_int64(argv[1]));
	if (!pkt)
		return SQLITE_ERROR;
	for (unsigned i = 0; i < pkt->nlayers; i++) {
		const struct layer *l = &pkt->layers[i];
		if (strcmp(l->proto->name, protocol) != 0)
			continue;
		uint32_t len = l->trim < l->cap ? l->trim : l->cap;
		c->found[c->n].data = l->data;
		c->found[c->n].header = own_octets(pkt, l, len);
		c->found[c->n++].len = len;
	}
	return SQLITE_OK;
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

int layers_register(sqlite3 *db, const char *path)
{
	char *copy = strdup(path);
	return copy ? sqlite3_create_module_v2(db, "dfilter_layers", &module, copy, free) : SQLITE_NOMEM;
}
