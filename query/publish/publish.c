#include "query/publish/publish.h"

#if HAVE_PQ
#include <stdlib.h>
#include <string.h>

#include "query/publish/cluster.h"
#include "query/publish/dictionaries.h"

struct publish {
	struct loader *server; /* alone, or the coordinator */
	struct cluster cluster;
	struct dictionaries dictionaries;
	struct session *archive;
	struct part *parts; /* of the archive */
};

/* What the capture is known by, and the octets of its file in the archive. */
struct known {
	char *sha256, *bpf;
	int64_t first_chunk, chunks;
};

/* ---- rows of a capture ---- */

/* A table of captures: how the rows of one are read from the archive. */
struct part {
	char *table, *columns;
	int n;
	uint8_t types[LOADER_COLUMNS];
	sqlite3_stmt *rows;
	struct part *next;
};

enum { FRAME_SHIFT = 1, CAPTURE_ID, CHUNK_SHIFT, OWN_ID, FIRST_FRAME, END_FRAME };

static void parts_free(struct part *part)
{
	for (struct part *next; part; part = next) {
		next = part->next;
		sqlite3_finalize(part->rows);
		sqlite3_free(part->columns);
		sqlite3_free(part->table);
		free(part);
	}
}

static int prepare_part(struct loader *l, struct part *part)
{
	int i = 0;
	sqlite3_str *s = sqlite3_str_new(NULL);
	sqlite3_stmt *st = loader_prepare(l,
		"SELECT c.name, r.dictionary FROM pragma_table_info(%Q) c LEFT JOIN temp.publish_references "
		"r ON r.tbl=%Q AND r.col=c.name ORDER BY c.cid",
		part->table, part->table);
	bool frames = false, capture = strcmp(part->table, "capture") == 0,
	     chunk = strcmp(part->table, "chunk") == 0;
	int rc = st ? 1 : -1;
	while (rc > 0 && (rc = loader_step(l, st)) > 0) {
		const char *name = (const char *)sqlite3_column_text(st, 0);
		sqlite3_str_appendall(s, i++ ? ", " : "SELECT ");
		frames |= strcmp(name, "frame_id") == 0;
		if (strcmp(name, "frame_id") == 0 || (capture && strcmp(name, "first_frame") == 0))
			sqlite3_str_appendf(s, "\"%w\" + ?%d", name, FRAME_SHIFT);
		else if (strcmp(name, "capture_id") == 0 || (capture && strcmp(name, "id") == 0))
			sqlite3_str_appendf(s, "?%d", CAPTURE_ID);
		else if (chunk && strcmp(name, "id") == 0)
			sqlite3_str_appendf(s, "id + ?%d", CHUNK_SHIFT);
		else if (sqlite3_column_type(st, 1) != SQLITE_NULL)
			sqlite3_str_appendf(s, "publish_mapped(%d, \"%w\")", sqlite3_column_int(st, 1), name);
		else
			sqlite3_str_appendf(s, "\"%w\"", name);
	}
	sqlite3_finalize(st);
	sqlite3_str_appendf(s, " FROM \"%w\" WHERE ", part->table);
	if (frames)
		sqlite3_str_appendf(s, "frame_id >= ?%d AND frame_id < ?%d", FIRST_FRAME, END_FRAME);
	else
		sqlite3_str_appendf(s, "%s = ?%d", capture ? "id" : "capture_id", OWN_ID);
	char *select = sqlite3_str_finish(s);
	if (rc == 0 && select)
		part->rows = loader_prepare(l, "%s", select);
	sqlite3_free(select);
	if (rc == 0 && part->rows)
		part->columns = loader_columns(l, part->table, part->types, &part->n);
	return part->columns ? 0 : -1;
}

/* All of an archive, in the order in which it made them. */
static int prepare_parts(struct loader *l, struct part **parts)
{
	sqlite3_stmt *st = loader_prepare(l,
		"SELECT name FROM main.sqlite_master m WHERE type='table' AND name NOT LIKE 'sqlite%%' AND "
		"(name = 'capture' OR EXISTS (SELECT 1 FROM pragma_table_info(m.name) c WHERE c.name IN "
		"('frame_id', 'capture_id'))) ORDER BY rowid DESC");
	int rc = st ? 1 : -1;
	while (rc > 0 && (rc = loader_step(l, st)) > 0) {
		struct part *part = calloc(1, sizeof(*part));
		if (!part || !(part->table = sqlite3_mprintf("%s", sqlite3_column_text(st, 0)))) {
			snprintf(l->message, 512, "out of memory");
			free(part);
			rc = -1;
			break;
		}
		part->next = *parts;
		*parts = part;
		rc = prepare_part(l, part) < 0 ? -1 : 1;
	}
	sqlite3_finalize(st);
	return rc;
}

static int copy_capture(struct loader *l, struct part *parts, const struct selected_capture *c,
	const struct known *k, const struct place *to, bool raw)
{
	const int64_t values[] = { [FRAME_SHIFT] = to->first_frame - c->first_frame,
		[CAPTURE_ID] = to->capture_id,
		[CHUNK_SHIFT] = to->first_chunk - k->first_chunk,
		[OWN_ID] = c->id,
		[FIRST_FRAME] = c->first_frame,
		[END_FRAME] = c->first_frame + c->frames };
	int rc = 0;
	for (struct part *part = parts; rc == 0 && part; part = part->next) {
		if (!raw && strcmp(part->table, "chunk") == 0)
			continue;
		/* A statement has not all of them. */
		for (int i = FRAME_SHIFT; i <= sqlite3_bind_parameter_count(part->rows); i++)
			sqlite3_bind_int64(part->rows, i, values[i]);
		rc = loader_copy(l, part->table, part->rows, part->n, part->types, part->columns);
	}
	return rc;
}

static int look_up(struct loader *l, const struct selected_capture *c, struct known *out)
{
	sqlite3_stmt *st = loader_prepare(l,
		"SELECT sha256, bpf, (SELECT min(id) FROM chunk WHERE capture_id=c.id), (SELECT max(id) FROM "
		"chunk WHERE capture_id=c.id) FROM capture c WHERE id=%lld",
		(long long)c->id);
	int rc = st ? loader_step(l, st) : -1;
	memset(out, 0, sizeof(*out));
	if (rc > 0) {
		out->sha256 = strdup((const char *)sqlite3_column_text(st, 0));
		out->bpf = strdup((const char *)sqlite3_column_text(st, 1));
		out->first_chunk = sqlite3_column_int64(st, 2);
		if (sqlite3_column_type(st, 2) != SQLITE_NULL)
			out->chunks = sqlite3_column_int64(st, 3) - out->first_chunk + 1;
	}
	sqlite3_finalize(st);
	return out->sha256 && out->bpf ? 0 : -1;
}

/* Ids of the archive where they are free. */
static int next_ids(
	struct loader *l, const struct selected_capture *c, const struct known *k, struct place *out)
{
	int rc = 0;
	int64_t id = loader_number(l, "SELECT max(id) FROM capture", &rc),
		next = loader_number(l, "SELECT max(first_frame + frames) FROM capture", &rc),
		chunk = loader_number(l, "SELECT max(id) FROM chunk", &rc);
	out->capture_id = c->id > id ? c->id : id + 1;
	out->first_frame = c->first_frame >= next ? c->first_frame : next;
	out->first_chunk = k->first_chunk > chunk ? k->first_chunk : chunk + 1;
	return rc;
}

/* ---- captures ---- */

/* Dictionaries and catalogue, with the first capture of an archive. Of one server that is part of the
 * capture's transaction; a coordinator keeps what it gave out. */
static int fill(struct publish *p, struct loader *to)
{
	struct loader *l = p->server;
	if (to == l)
		return dictionaries_merge(&p->dictionaries, l);
	int rc = 0;
	if (!l->filled) {
		rc = loader_run(l, NULL, "BEGIN; LOCK TABLE pcapdex_placement IN SHARE ROW EXCLUSIVE MODE");
		if (rc == 0)
			rc = dictionaries_merge(&p->dictionaries, l);
		if (rc == 0)
			rc = loader_run(l, NULL, "COMMIT");
		if (rc < 0)
			loader_rollback(l);
		l->filled = rc == 0;
	}
	return rc < 0 ? rc : dictionaries_copy(to);
}

static enum publish_result load(struct publish *p, struct loader *l, const struct selected_capture *c,
	const struct known *k, struct place *to, bool raw)
{
	PGresult *r = NULL;
	bool alone = l == p->server, there = false, filled = l->filled;
	/* Others that publish wait; readers do not. */
	int rc = loader_run(l, NULL, "BEGIN; LOCK TABLE capture IN SHARE ROW EXCLUSIVE MODE");
	if (rc == 0)
		rc = loader_run(
			l, &r, "SELECT 1 FROM capture WHERE sha256='%q' AND bpf='%q'", k->sha256, k->bpf);
	there = rc == 0 && pq.ntuples(r) > 0;
	pq.clear(r);
	if (rc == 0 && !there && !filled)
		rc = fill(p, l);
	if (rc == 0 && !there && alone)
		rc = next_ids(l, c, k, to);
	if (rc == 0 && !there)
		rc = copy_capture(l, p->parts, c, k, to, raw);
	if (rc == 0)
		rc = loader_run(l, NULL, "COMMIT");
	if (rc < 0) {
		loader_rollback(l);
		return PUBLISH_FAILED;
	}
	l->filled |= !there;
	return there ? PUBLISH_ALREADY : PUBLISH_DONE;
}

/* All loaders complain at one place and read one archive. */
static void set_message(struct publish *p, char *message)
{
	for (unsigned i = 0; i <= p->cluster.n; i++) {
		struct loader *l = i ? p->cluster.shards[i - 1] : p->server;
		l->message = message;
		l->db = p->archive ? p->archive->db : NULL;
		l->path = p->archive ? p->archive->path : NULL;
	}
}

enum publish_result publish_capture(struct publish *p, const struct selected_capture *capture, bool raw,
	int (*progress)(void *ctx, uint64_t rows), void *ctx, char *message)
{
	enum publish_result result = PUBLISH_FAILED;
	struct loader *to = p->server;
	struct place place = { 0 };
	struct known k;
	set_message(p, message);
	int rc = look_up(p->server, capture, &k);
	if (rc == 0 && p->cluster.n) {
		const struct placed placed = { k.sha256, k.bpf, capture->id, capture->first_frame,
			capture->frames, k.first_chunk, k.chunks };
		rc = cluster_place(&p->cluster, &placed, &place);
		to = rc == 0 ? p->cluster.shards[place.shard] : to;
	}
	to->progress = progress;
	to->ctx = ctx;
	to->rows = 0;
	if (rc == 0)
		result = load(p, to, capture, &k, &place, raw);
	free(k.sha256);
	free(k.bpf);
	return result;
}

int publish_archive(struct publish *p, struct session *archive, char *message)
{
	p->archive = archive;
	set_message(p, message);
	p->server->filled = false;
	for (unsigned i = 0; i < p->cluster.n; i++)
		p->cluster.shards[i]->filled = false;
	int rc = dictionaries_attach(&p->dictionaries, p->server);
	/* One snapshot of the archive, while others may write to it. */
	if (rc == 0 && sqlite3_exec(archive->db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK) {
		snprintf(message, 512, "%s: %s", archive->path, sqlite3_errmsg(archive->db));
		rc = -1;
	}
	if (rc == 0)
		rc = prepare_parts(p->server, &p->parts);
	if (rc == 0)
		rc = loader_make_tables(p->server);
	if (rc == 0 && p->cluster.n)
		rc = cluster_make_tables(&p->cluster);
	return rc;
}

void publish_leave(struct publish *p)
{
	parts_free(p->parts);
	p->parts = NULL;
	p->archive = NULL;
}

struct publish *publish_open(const char *url, const char *const *shards, unsigned nshards, char *message)
{
	struct publish *p = calloc(1, sizeof(*p));
	if (!p) {
		snprintf(message, 512, "out of memory");
		return NULL;
	}
	p->server = loader_open(url, nshards ? LOADER_COORDINATOR : LOADER_ALONE, message);
	if (p->server && (nshards ? cluster_open(&p->cluster, p->server, shards, nshards)
				  : cluster_none(p->server)) == 0)
		return p;
	publish_close(p);
	return NULL;
}

void publish_close(struct publish *p)
{
	if (!p)
		return;
	publish_leave(p);
	cluster_close(&p->cluster);
	loader_close(p->server);
	dictionaries_free(&p->dictionaries);
	free(p);
}

int publish_finish(struct publish *p, char *message)
{
	set_message(p, message);
	int rc = loader_analyze(p->server);
	for (unsigned i = 0; rc == 0 && i < p->cluster.n; i++)
		rc = loader_analyze(p->cluster.shards[i]);
	return rc == 0 && p->cluster.n ? cluster_count(&p->cluster) : rc;
}

#endif
