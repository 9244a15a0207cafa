#include "query/sql_functions.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "query/ask.h"

/* The reader of a connection: opened by the first function that needs it, closed with the last. */
struct shared {
	unsigned users;
	const char *path; /* NULL: of the connection */
	struct ask *reader;
};

static void let_go(void *data)
{
	struct shared *shared = data;
	if (--shared->users == 0) {
		ask_close(shared->reader);
		free(shared);
	}
}

static struct ask *open_main(sqlite3 *db, const char *path, char message[ASK_MESSAGE])
{
	if (!path)
		path = sqlite3_db_filename(db, "main");
	if (path && *path)
		return ask_open(path, message);
	snprintf(message, ASK_MESSAGE, "the main database is no file: open the archive itself");
	return NULL;
}

static struct ask *shared_reader(sqlite3_context *ctx)
{
	struct shared *shared = sqlite3_user_data(ctx);
	char message[ASK_MESSAGE];
	if (!shared->reader &&
		!(shared->reader = open_main(sqlite3_context_db_handle(ctx), shared->path, message)))
		sqlite3_result_error(ctx, message, -1);
	return shared->reader;
}

/* ---- frames ---- */

static void frame_bytes(sqlite3_context *ctx, int n, sqlite3_value **values)
{
	char message[ASK_MESSAGE];
	const uint8_t *data;
	size_t length;
	struct ask *r;
	(void)n;
	if (sqlite3_value_type(values[0]) == SQLITE_NULL || !(r = shared_reader(ctx)))
		return;
	switch (ask_frame(r, sqlite3_value_int64(values[0]), &data, &length, message)) {
	case 1:
		sqlite3_result_blob64(ctx, data, length, SQLITE_TRANSIENT);
		break;
	case -1:
		sqlite3_result_error(ctx, message, -1);
		break;
	default:
		break;
	}
}

static void frame_info(sqlite3_context *ctx, int n, sqlite3_value **values)
{
	char message[ASK_MESSAGE];
	const char *text;
	struct ask *r;
	(void)n;
	if (sqlite3_value_type(values[0]) == SQLITE_NULL || !(r = shared_reader(ctx)))
		return;
	switch (ask_info(r, sqlite3_value_int64(values[0]), &text, message)) {
	case 1:
		sqlite3_result_text(ctx, text, -1, SQLITE_TRANSIENT);
		break;
	case -1:
		sqlite3_result_error(ctx, message, -1);
		break;
	default:
		break;
	}
}

/* ---- networks ---- */

/* Octets of an IPv4 or IPv6 address in text of n octets: 4, 16, or 0. */
static unsigned address_of(const char *text, size_t n, uint8_t out[16])
{
	char copy[64];
	if (n >= sizeof(copy))
		return 0;
	memcpy(copy, text, n);
	copy[n] = '\0';
	return inet_pton(AF_INET, copy, out) == 1 ? 4 : inet_pton(AF_INET6, copy, out) == 1 ? 16 : 0;
}

/* ADDRESS or ADDRESS/BITS (RFC 4632, RFC 4291 2.3). */
static unsigned network_of(const char *text, uint8_t out[16], unsigned *bits)
{
	const char *slash = strchr(text, '/');
	unsigned octets = address_of(text, slash ? (size_t)(slash - text) : strlen(text), out);
	*bits = 8 * octets;
	if (slash) {
		char *end;
		unsigned long n = strtoul(slash + 1, &end, 10);
		if (slash[1] < '0' || slash[1] > '9' || *end || n > *bits)
			return 0;
		*bits = (unsigned)n;
	}
	return octets;
}

static void in_subnet(sqlite3_context *ctx, int n, sqlite3_value **values)
{
	const char *address = (const char *)sqlite3_value_text(values[0]);
	const char *network = (const char *)sqlite3_value_text(values[1]);
	uint8_t a[16], b[16];
	unsigned bits;
	(void)n;
	if (!address || !network)
		return;
	unsigned nb = network_of(network, b, &bits), na = address_of(address, strlen(address), a);
	if (!nb) {
		sqlite3_result_error(
			ctx, "in_subnet: the second argument is a network such as 10.0.0.0/8", -1);
		return;
	}
	if (!na)
		return;
	bool same = na == nb && memcmp(a, b, bits / 8) == 0;
	if (same && bits % 8)
		same = (a[bits / 8] ^ b[bits / 8]) >> (8 - bits % 8) == 0;
	sqlite3_result_int(ctx, same);
}

/* ---- display_filter ---- */

enum { FRAME_ID, CAPTURE_ID, NUMBER, FILTER };

struct table {
	sqlite3_vtab base;
	sqlite3 *db;
	const char *path;
};

/* Each has a reader: the functions of conditions belong to one filter of a connection. */
struct cursor {
	sqlite3_vtab_cursor base;
	struct ask *reader;
	struct ask_frames frames;
	char *text; /* of the filter that was compiled */
	bool one;   /* for one frame */
	int more;   /* 1: stands on a row */
};

static int connect_table(
	sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out, char **error)
{
	(void)argc;
	(void)argv;
	(void)error;
	int rc = sqlite3_declare_vtab(db, "CREATE TABLE x (frame_id INTEGER, capture_id INTEGER, "
					  "number INTEGER, filter TEXT HIDDEN)");
	struct table *t = rc == SQLITE_OK ? calloc(1, sizeof(*t)) : NULL;
	if (t) {
		t->db = db;
		t->path = aux;
	}
	*out = t ? &t->base : NULL;
	return t ? SQLITE_OK : rc == SQLITE_OK ? SQLITE_NOMEM : rc;
}

static int disconnect(sqlite3_vtab *base)
{
	free(base);
	return SQLITE_OK;
}

/* The filter has to be given; a frame may be. */
static int best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
	int filter = -1, frame = -1;
	bool unusable = false;
	for (int i = 0; i < info->nConstraint; i++) {
		if (info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ)
			continue;
		if (info->aConstraint[i].iColumn == FILTER) {
			unusable |= !info->aConstraint[i].usable;
			filter = info->aConstraint[i].usable ? i : filter;
		} else if (info->aConstraint[i].iColumn == FRAME_ID && info->aConstraint[i].usable) {
			frame = i;
		}
	}
	if (filter < 0) {
		if (unusable)
			return SQLITE_CONSTRAINT;
		base->zErrMsg = sqlite3_mprintf("display_filter needs a filter: display_filter('tcp')");
		return SQLITE_ERROR;
	}
	info->aConstraintUsage[filter].argvIndex = 1;
	info->aConstraintUsage[filter].omit = 1;
	info->estimatedCost = 1e6;
	info->estimatedRows = 10000;
	if (frame >= 0) {
		info->aConstraintUsage[frame].argvIndex = 2;
		info->idxNum = 1;
		info->estimatedCost = 1000;
		info->estimatedRows = 1;
		info->idxFlags = SQLITE_INDEX_SCAN_UNIQUE;
	}
	if (info->nOrderBy == 1 && info->aOrderBy[0].iColumn == FRAME_ID && !info->aOrderBy[0].desc)
		info->orderByConsumed = 1;
	return SQLITE_OK;
}

static int open_cursor(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
	struct cursor *c = calloc(1, sizeof(*c));
	(void)base;
	*out = c ? &c->base : NULL;
	return c ? SQLITE_OK : SQLITE_NOMEM;
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
	struct cursor *c = (struct cursor *)base;
	ask_frames_end(&c->frames);
	ask_close(c->reader);
	free(c->text);
	free(c);
	return SQLITE_OK;
}

static int refuse(struct cursor *c, const char *message)
{
	sqlite3_free(c->base.pVtab->zErrMsg);
	c->base.pVtab->zErrMsg = sqlite3_mprintf("display_filter: %s", message);
	return SQLITE_ERROR;
}

static int next_frame(sqlite3_vtab_cursor *base)
{
	struct cursor *c = (struct cursor *)base;
	char message[ASK_MESSAGE];
	c->more = ask_step(c->reader, c->frames.st, message);
	return c->more < 0 ? refuse(c, message) : SQLITE_OK;
}

static int filter_frames(
	sqlite3_vtab_cursor *base, int index, const char *name, int argc, sqlite3_value **values)
{
	struct cursor *c = (struct cursor *)base;
	const struct table *t = (const struct table *)base->pVtab;
	const char *text = (const char *)sqlite3_value_text(values[0]);
	char message[ASK_MESSAGE];
	(void)name;
	(void)argc;
	c->more = 0;
	if (!text)
		return SQLITE_OK;
	if (!c->reader && !(c->reader = open_main(t->db, t->path, message)))
		return refuse(c, message);
	if (c->frames.st && strcmp(c->text, text) == 0 && c->one == (index == 1)) {
		sqlite3_reset(c->frames.st);
	} else {
		ask_frames_end(&c->frames);
		free(c->text);
		if (!(c->text = strdup(text)))
			return SQLITE_NOMEM;
		c->one = index == 1;
		if (ask_frames(c->reader, text, c->one ? "f.frame_id = :frame" : NULL, &c->frames, NULL,
			    message) < 0)
			return refuse(c, message);
	}
	if (c->one)
		sqlite3_bind_value(
			c->frames.st, sqlite3_bind_parameter_index(c->frames.st, ":frame"), values[1]);
	return next_frame(base);
}

static int at_end(sqlite3_vtab_cursor *base)
{
	return ((struct cursor *)base)->more != 1;
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *ctx, int i)
{
	struct cursor *c = (struct cursor *)base;
	static const int of[] = { [FRAME_ID] = 2, [CAPTURE_ID] = 0, [NUMBER] = 1 };
	if (i == FILTER)
		sqlite3_result_text(ctx, c->text, -1, SQLITE_TRANSIENT);
	else
		sqlite3_result_int64(ctx, sqlite3_column_int64(c->frames.st, of[i]));
	return SQLITE_OK;
}

static int rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
	*out = sqlite3_column_int64(((struct cursor *)base)->frames.st, 2);
	return SQLITE_OK;
}

static const sqlite3_module module = {
	.xConnect = connect_table,
	.xBestIndex = best_index,
	.xDisconnect = disconnect,
	.xOpen = open_cursor,
	.xClose = close_cursor,
	.xFilter = filter_frames,
	.xNext = next_frame,
	.xEof = at_end,
	.xColumn = column,
	.xRowid = rowid,
};

int sql_functions_register(sqlite3 *db, const char *path)
{
	/* No schema may call what opens files (DIRECTONLY); in_subnet is harmless anywhere. */
	const int reads = SQLITE_UTF8 | SQLITE_DIRECTONLY;
	struct shared *shared = calloc(1, sizeof(*shared));
	if (!shared)
		return SQLITE_NOMEM;
	/* SQLite lets go of it, also when this fails. */
	shared->users = 2;
	shared->path = path;
	int rc = sqlite3_create_function_v2(
		db, "frame_bytes", 1, reads, shared, frame_bytes, NULL, NULL, let_go);
	if (rc != SQLITE_OK) {
		let_go(shared);
		return rc;
	}
	rc = sqlite3_create_function_v2(db, "frame_info", 1, reads, shared, frame_info, NULL, NULL, let_go);
	if (rc == SQLITE_OK)
		rc = sqlite3_create_function_v2(db, "in_subnet", 2,
			SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, NULL, in_subnet, NULL, NULL,
			NULL);
	return rc == SQLITE_OK ? sqlite3_create_module_v2(db, "display_filter", &module, (void *)path, NULL)
			       : rc;
}
