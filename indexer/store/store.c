#include "indexer/store/store.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "indexer/store/batch.h"
#include "indexer/store/ddl.h"
#include "indexer/store/fresh.h"
#include "indexer/store/image.h"
#include "schema/address.h"
#include "schema/archive.h"

#define MAX_INSERTS 24
/* Octets of a file; with a smaller one they take longer to make than they save. */
#define IMAGE_OCTETS (1u << 20)
#define FRESH_OCTETS (4u << 20)

/* The statements that empty one batch: into the main table, its parts, the further layers. */
struct drain {
	struct outlet {
		sqlite3_stmt *image, *batch; /* from image.h; from batch.h, made when it is needed */
		uint8_t role, part;
	} outlets[8];
	unsigned n;
	bool ready;
};

struct store {
	sqlite3 *db;
	const struct protocol *const *protocols;
	size_t nprotocols;
	struct batch_source source;
	struct image *image; /* NULL: not made yet, or not to be had: all rows go through batch.h */
	bool no_image;
	struct fresh
		*fresh; /* the first capture on its way, or NULL; db is a connection to its file then, and: */
	bool laid;      /* its rows are all in the file: the rest goes through SQLite */
	sqlite3 *place; /* one to the archive whose place it takes, which it keeps for us */
	struct drain *drains;
	sqlite3_stmt *find_address, *add_address, *find_text, *add_text, *find_stack, *add_stack, *add_chunk;
	struct {
		const char *table;
		sqlite3_stmt *st;
	} inserts[MAX_INSERTS];
	unsigned ninserts;
	int64_t capture_id;
	bool first;  /* the archive has no addresses and texts but those of this capture, each of which comes
			once */
	bool expert; /* tables were made that the view `expert` does not know yet */
	bool open;   /* a transaction is */
	bool made;   /* the file was, by us */
	char *path;
	unsigned reconnects;
	char error[512]; /* what is wrong beside SQLite's own errors */
};

static int prepare(struct store *s, sqlite3_stmt **st, const char *sql)
{
	*st = NULL;
	return sqlite3_prepare_v3(store_db(s), sql, -1, SQLITE_PREPARE_PERSISTENT, st, NULL) == SQLITE_OK
		       ? 0
		       : -1;
}

/* Finish a statement that gives no rows. */
static int done(sqlite3_stmt *st)
{
	int rc = sqlite3_step(st);
	sqlite3_reset(st);
	return rc == SQLITE_DONE ? 0 : -1;
}

/* Ready to write. What is inserted replaces nothing that was to be kept secret: pages need not be zeroed. */
static int wake(struct store *s)
{
	int rc = s->made ? archive_make(s->db) : archive_wake(s->db);
	return rc == SQLITE_OK ? sqlite3_exec(s->db, "PRAGMA secure_delete=OFF", NULL, NULL, NULL) : rc;
}

static int install(struct store *s, char *message, const char *path)
{
	int rc = sqlite3_exec(s->db, "PRAGMA page_size=8192", NULL, NULL, NULL);
	if (rc == SQLITE_OK && (rc = wake(s)) == SQLITE_OK)
		rc = sqlite3_exec(s->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
	int objects = 0;
	sqlite3_stmt *st = NULL;
	/* Another indexer may have been faster. */
	if (rc == SQLITE_OK &&
		(rc = sqlite3_prepare_v2(s->db, "SELECT count(*) FROM sqlite_master", -1, &st, NULL)) ==
			SQLITE_OK &&
		sqlite3_step(st) == SQLITE_ROW)
		objects = sqlite3_column_int(st, 0);
	sqlite3_finalize(st);
	if (rc == SQLITE_OK && objects == 0) {
		rc = archive_install(s->db);
		if (rc == SQLITE_OK)
			rc = ddl_install(s->db, s->protocols, s->nprotocols);
	}
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL);
	if (rc != SQLITE_OK) {
		snprintf(message, 512, "%s: cannot be made an archive: %s", path, archive_error(s->db));
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	}
	return rc;
}

/* An archive of an older version whose tables still fit learns what this one knows beyond them. */
static int bring_up_to_date(struct store *s, char *message)
{
	enum ddl_state state = ddl_state(s->db, s->protocols, s->nprotocols);
	if (state == DDL_SAME)
		return 0;
	if (state == DDL_OTHER) {
		snprintf(message, 512,
			"%s: was made by a pcapdex with other tables: run `pcapdex reindex %s` first",
			s->path, s->path);
		return -1;
	}
	int rc = archive_wake(s->db);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(s->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = ddl_update(s->db, s->protocols, s->nprotocols);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		return 0;
	snprintf(message, 512, "%s: %s", s->path, archive_error(s->db));
	sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	return -1;
}

/* What writes through this connection. */
static int prepare_all(struct store *s)
{
	return batch_register(s->db, &s->source) == SQLITE_OK &&
			       prepare(s, &s->find_address,
				       "SELECT id FROM t_address WHERE octets=?1 AND kind=?2") == 0 &&
			       prepare(s, &s->add_address,
				       "INSERT INTO t_address (octets, kind, text) VALUES (?1, ?2, ?3)") ==
				       0 &&
			       prepare(s, &s->find_text,
				       "SELECT id FROM t_text WHERE hash=?1 AND value=?2") == 0 &&
			       prepare(s, &s->add_text, "INSERT INTO t_text (hash, value) VALUES (?1, ?2)") ==
				       0 &&
			       prepare(s, &s->find_stack,
				       "SELECT id FROM t_stack WHERE protocols=?1 AND items=?2 AND "
				       "shown=?3") == 0 &&
			       prepare(s, &s->add_stack,
				       "INSERT INTO t_stack (protocols, items, shown) VALUES (?1, ?2, ?3)") ==
				       0 &&
			       prepare(s, &s->add_chunk,
				       "INSERT INTO chunk (capture_id, offset, size, data) VALUES (?1, ?2, "
				       "?3, ?4)") == 0
		       ? 0
		       : -1;
}

/* Open the archive, or make it, and prepare what writes into it. 0, or -1 with a message. */
static int connect(struct store *s, char *message)
{
	const char *path = s->path;
	enum archive_status status = archive_open(&s->db, path, ARCHIVE_CREATE, message);
	s->made = status == ARCHIVE_MADE;
	if (status == ARCHIVE_ERROR || (status != ARCHIVE_OK && install(s, message, path) != SQLITE_OK))
		return -1;
	if (bring_up_to_date(s, message) < 0)
		return -1;
	if (prepare_all(s) == 0)
		return 0;
	snprintf(message, 512, "%s: %s", path, archive_error(s->db));
	return -1;
}

struct store *store_open(const char *path, const struct protocol *const *protocols, size_t n, char *message)
{
	struct store *s = calloc(1, sizeof(*s));
	snprintf(message, 512, "%s: out of memory", path);
	if (!s)
		return NULL;
	s->protocols = protocols;
	s->nprotocols = n;
	s->drains = calloc(n * RECORDS_PER_PROTOCOL, sizeof(*s->drains));
	s->path = strdup(path);
	if (s->drains && s->path && connect(s, message) == 0)
		return s;
	store_close(s);
	return NULL;
}

static bool is_true(struct store *s, const char *sql)
{
	sqlite3_stmt *st = NULL;
	bool yes = prepare(s, &st, sql) == 0 && sqlite3_step(st) == SQLITE_ROW && sqlite3_column_int(st, 0);
	sqlite3_finalize(st);
	return yes;
}

static bool is_empty(struct store *s)
{
	return is_true(s, "SELECT journal_mode='delete' FROM pragma_journal_mode") &&
	       (is_true(s, "SELECT count(*)=0 FROM sqlite_master") ||
		       is_true(s, "SELECT count(*)=0 FROM capture"));
}

/* An archive that was made for nothing goes away again. Nobody else has it open: leaving WAL mode succeeds
 * only then, and the lock keeps it so. */
static void take_away(struct store *s)
{
	if (sqlite3_exec(s->db, "BEGIN EXCLUSIVE", NULL, NULL, NULL) != SQLITE_OK)
		return;
	if (is_empty(s) && !archive_moved(s->db))
		unlink(sqlite3_db_filename(s->db, "main"));
	sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
}

static void finalize_drains(struct store *s)
{
	for (size_t i = 0; s->drains && i < s->nprotocols * RECORDS_PER_PROTOCOL; i++) {
		for (unsigned k = 0; k < s->drains[i].n; k++) {
			sqlite3_finalize(s->drains[i].outlets[k].image);
			sqlite3_finalize(s->drains[i].outlets[k].batch);
		}
		s->drains[i] = (struct drain) { 0 };
	}
}

static void finalize_all(struct store *s)
{
	finalize_drains(s);
	for (unsigned i = 0; i < s->ninserts; i++)
		sqlite3_finalize(s->inserts[i].st);
	sqlite3_stmt *st[] = { s->find_address, s->add_address, s->find_text, s->add_text, s->find_stack,
		s->add_stack, s->add_chunk };
	for (size_t i = 0; i < sizeof(st) / sizeof(*st); i++)
		sqlite3_finalize(st[i]);
	s->find_address = s->add_address = s->find_text = s->add_text = s->find_stack = s->add_stack =
		s->add_chunk = NULL;
	s->ninserts = 0;
}

int store_finish(struct store *s, char *message)
{
	message[0] = '\0';
	if (!s->db)
		return 0;
	if (s->open)
		store_rollback(s);
	finalize_all(s);
	if (archive_rest(s->db) == 0) {
		if (s->made)
			take_away(s);
		return 0;
	}
	snprintf(message, 512, "%s: a part of the archive still stands in its -wal file: %s",
		sqlite3_db_filename(s->db, "main"), archive_error(s->db));
	return -1;
}

void store_close(struct store *s)
{
	char message[512];
	if (!s)
		return;
	store_finish(s, message);
	sqlite3_close(s->db);
	image_free(s->image);
	free(s->drains);
	free(s->source.maps[DICT_ADDRESS].ids);
	free(s->source.maps[DICT_TEXT].ids);
	free(s->source.maps[DICT_STACK].ids);
	free(s->path);
	free(s);
}

sqlite3 *store_db(struct store *s)
{
	if (s->db || s->error[0])
		return s->db;
	/* A file of ours took the archive's place: we go on with that, if at all. */
	if (connect(s, s->error) == 0)
		s->made = true;
	return s->db;
}

const char *store_error(struct store *s)
{
	if (s->error[0])
		return s->error;
	if (s->fresh && fresh_error(s->fresh)[0])
		return fresh_error(s->fresh);
	return archive_error(s->db);
}

static int query_one(struct store *s, sqlite3_stmt *st, int64_t *out)
{
	(void)s;
	int rc = sqlite3_step(st), found = rc == SQLITE_ROW;
	if (found && out)
		*out = sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? found : -1;
}

int store_find(struct store *s, const char *sha256, const char *bpf, int64_t *id)
{
	sqlite3_stmt *st;
	if (prepare(s, &st, "SELECT id FROM capture WHERE sha256=? AND bpf=?") < 0)
		return -1;
	sqlite3_bind_text(st, 1, sha256, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 2, bpf, -1, SQLITE_STATIC);
	int found = query_one(s, st, id);
	sqlite3_finalize(st);
	return found;
}

int store_has_size(struct store *s, uint64_t file_size)
{
	sqlite3_stmt *st;
	if (prepare(s, &st, "SELECT 1 FROM capture WHERE file_size=? LIMIT 1") < 0)
		return -1;
	sqlite3_bind_int64(st, 1, (int64_t)file_size);
	int found = query_one(s, st, NULL);
	sqlite3_finalize(st);
	return found;
}

/* The image is a database of the connection: it goes with it. */
static void disconnect(struct store *s)
{
	sqlite3_close(s->db);
	s->db = NULL;
	image_free(s->image);
	s->image = NULL;
	s->no_image = false;
}

/* Back to the archive itself; its transaction is still open. */
static void drop_fresh(struct store *s)
{
	sqlite3_close(s->db);
	s->db = s->place;
	s->place = NULL;
	fresh_free(s->fresh);
	s->fresh = NULL;
	s->laid = false;
}

/* What an indexer that was killed left beside the archive. The lock is ours: nobody is making it. */
static void remove_leftover(const struct store *s)
{
	char path[PATH_MAX];
	if (snprintf(path, sizeof(path), "%s-new", s->path) < (int)sizeof(path))
		unlink(path);
}

/* The file is not that of the path any more: another indexer had made it, got no capture and took it away
 * (take_away) before this one had its first lock. Begin anew with the file of that path. */
static int reconnect(struct store *s)
{
	if (s->reconnects++ == 10) {
		snprintf(s->error, sizeof(s->error), "the archive was removed or replaced meanwhile");
		return -1;
	}
	store_rollback(s);
	finalize_all(s);
	disconnect(s);
	return connect(s, s->error);
}

static bool has_capture(struct store *s)
{
	return is_true(s, "SELECT EXISTS (SELECT 1 FROM capture)");
}

/* Go on in a file of our own, which takes the archive's place with this capture. Where that cannot be had,
 * the archive itself is written. */
static int begin_fresh(struct store *s)
{
	char message[512], path[PATH_MAX];
	if (snprintf(path, sizeof(path), "%s-new", s->path) >= (int)sizeof(path) ||
		!(s->fresh = fresh_new(s->db, path, s->protocols, s->nprotocols)))
		return 0;
	finalize_all(s);
	s->place = s->db;
	s->db = NULL;
	if (archive_open(&s->db, path, ARCHIVE_WRITE, message) == ARCHIVE_OK &&
		sqlite3_exec(s->db,
			"PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA cache_size=-32768", NULL,
			NULL, NULL) == SQLITE_OK &&
		prepare_all(s) == 0)
		return 0;
	drop_fresh(s);
	return prepare_all(s);
}

int store_begin(struct store *s, uint64_t size, int64_t *capture_id, int64_t *first_frame)
{
	sqlite3_stmt *st;
	if (!store_db(s))
		return -1;
	bool fresh = s->made && size >= FRESH_OCTETS && !has_capture(s);
	if (!s->image && !s->no_image && size >= IMAGE_OCTETS && !fresh)
		s->no_image = !(s->image = image_new(s->db, s->protocols, s->nprotocols));
	/* Not earlier: where nothing is to be done, nothing is written. */
	if (wake(s) != SQLITE_OK || sqlite3_exec(s->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
		return -1;
	s->open = true;
	if (archive_moved(s->db))
		return reconnect(s) == 0 ? store_begin(s, size, capture_id, first_frame) : -1;
	remove_leftover(s);
	s->source.maps[DICT_ADDRESS].n = s->source.maps[DICT_TEXT].n = s->source.maps[DICT_STACK].n = 0;
	if (prepare(s, &st,
		    "SELECT coalesce(max(id), 0) + 1, coalesce(max(first_frame + frames), 1) FROM capture") <
		0)
		return -1;
	s->first = is_true(
		s, "SELECT NOT EXISTS (SELECT 1 FROM t_address) AND NOT EXISTS (SELECT 1 FROM t_text)");
	int rc = sqlite3_step(st) == SQLITE_ROW ? 0 : -1;
	*capture_id = s->capture_id = sqlite3_column_int64(st, 0);
	*first_frame = sqlite3_column_int64(st, 1);
	s->source.shift = *first_frame - 1;
	sqlite3_finalize(st);
	return rc == 0 && fresh && s->first && !has_capture(s) ? begin_fresh(s) : rc;
}

void store_keep_ids(struct store *s, int64_t wanted_capture, int64_t wanted_first, int64_t *capture_id,
	int64_t *first_frame)
{
	/* Captures come in the order of their ids, so what is free goes on from here. */
	if (wanted_capture > *capture_id)
		*capture_id = s->capture_id = wanted_capture;
	if (wanted_first > *first_frame)
		*first_frame = wanted_first;
	s->source.shift = *first_frame - 1;
}

sqlite3_stmt *store_insert(struct store *s, const char *table, unsigned columns)
{
	for (unsigned i = 0; i < s->ninserts; i++)
		if (strcmp(s->inserts[i].table, table) == 0)
			return s->inserts[i].st;
	if (s->ninserts == MAX_INSERTS)
		return NULL;
	sqlite3_str *sql = sqlite3_str_new(s->db);
	sqlite3_str_appendf(sql, "INSERT INTO \"%w\" VALUES (?", table);
	for (unsigned i = 1; i < columns; i++)
		sqlite3_str_appendall(sql, ", ?");
	sqlite3_str_appendall(sql, ")");
	char *text = sqlite3_str_finish(sql);
	sqlite3_stmt *st = NULL;
	int rc = text ? prepare(s, &st, text) : -1;
	sqlite3_free(text);
	if (rc < 0)
		return NULL;
	s->inserts[s->ninserts].table = table;
	s->inserts[s->ninserts++].st = st;
	return st;
}

/* ---- the dictionary ---- */

static int map_add(struct id_map *map, int64_t id)
{
	if (map->n == map->size) {
		size_t size = map->size ? map->size * 2 : 1024;
		int64_t *ids = realloc(map->ids, size * sizeof(*ids));
		if (!ids)
			return -1;
		map->ids = ids;
		map->size = size;
	}
	map->ids[map->n++] = id;
	return 0;
}

/* The archive's id of what is bound to both statements: found, or added. `find` is NULL where it cannot be
 * there. The thread of the reader inserts, too, through the same connection: what SQLite says of the last
 * insert is asked under the connection's lock. */
static int find_or_add(struct store *s, struct id_map *map, sqlite3_stmt *find, sqlite3_stmt *add)
{
	int64_t id = 0;
	int found = find ? query_one(s, find, &id) : 0;
	if (!found) {
		sqlite3_mutex_enter(sqlite3_db_mutex(s->db));
		found = done(add);
		id = sqlite3_last_insert_rowid(s->db);
		sqlite3_mutex_leave(sqlite3_db_mutex(s->db));
	}
	return found < 0 ? -1 : map_add(map, id);
}

static int map_fresh(struct id_map *map, int64_t id)
{
	return id ? map_add(map, id) : -1;
}

static int map_address(struct store *s, const struct dict_entry *e)
{
	char text[64];
	if (s->fresh)
		return map_fresh(
			&s->source.maps[DICT_ADDRESS], fresh_address(s->fresh, e->kind, e->octets, e->len));
	address_text(text, e->kind, e->octets, e->len);
	sqlite3_stmt *st[] = { s->find_address, s->add_address };
	for (int i = 0; i < 2; i++) {
		sqlite3_bind_blob(st[i], 1, e->octets, (int)e->len, SQLITE_STATIC);
		sqlite3_bind_int(st[i], 2, e->kind);
	}
	sqlite3_bind_text(s->add_address, 3, text, -1, SQLITE_STATIC);
	return find_or_add(
		s, &s->source.maps[DICT_ADDRESS], s->first ? NULL : s->find_address, s->add_address);
}

static int64_t text_hash(const char *p, size_t n)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325); /* FNV-1a, 48 bits kept: shorter in the index */
	for (; n; n--)
		h = (h ^ (uint8_t)*p++) * UINT64_C(0x100000001b3);
	return (int64_t)(h >> 16);
}

static int map_text(struct store *s, const struct dict_entry *e)
{
	int64_t hash = text_hash(e->octets, e->len);
	if (s->fresh)
		return map_fresh(&s->source.maps[DICT_TEXT], fresh_text(s->fresh, hash, e->octets, e->len));
	sqlite3_stmt *st[] = { s->find_text, s->add_text };
	for (int i = 0; i < 2; i++) {
		sqlite3_bind_int64(st[i], 1, hash);
		sqlite3_bind_text(st[i], 2, e->octets, (int)e->len, SQLITE_STATIC);
	}
	return find_or_add(s, &s->source.maps[DICT_TEXT], s->first ? NULL : s->find_text, s->add_text);
}

static void join_names(char *out, size_t size, const struct protocol *const *list, unsigned n)
{
	size_t used = 0;
	out[0] = '\0';
	for (unsigned i = 0; i < n && used < size; i++)
		used += (size_t)snprintf(out + used, size - used, i ? ":%s" : "%s", list[i]->name);
}

static int map_stack(struct store *s, const struct dict_entry *e)
{
	struct dict_stack stack;
	char tokens[4096], items[4096];
	dict_stack_read(e->octets, e->len, &stack);
	join_names(tokens, sizeof(tokens), stack.tokens, stack.ntokens);
	join_names(items, sizeof(items), stack.items, stack.nitems);
	if (s->fresh)
		return map_fresh(
			&s->source.maps[DICT_STACK], fresh_stack(s->fresh, tokens, items, stack.column));
	sqlite3_stmt *st[] = { s->find_stack, s->add_stack };
	for (int i = 0; i < 2; i++) {
		sqlite3_bind_text(st[i], 1, tokens, -1, SQLITE_STATIC);
		sqlite3_bind_text(st[i], 2, items, -1, SQLITE_STATIC);
		sqlite3_bind_text(st[i], 3, stack.column, -1, SQLITE_STATIC);
	}
	return find_or_add(s, &s->source.maps[DICT_STACK], s->find_stack, s->add_stack);
}

/* The archive's ids of the dictionary's new entries. */
static int map_news(struct store *s, const struct dict_news *news)
{
	static int (*const map[DICT_SPACES])(struct store *, const struct dict_entry *) = {
		[DICT_ADDRESS] = map_address, [DICT_TEXT] = map_text, [DICT_STACK] = map_stack
	};
	const struct dict_entry *e = news->entries;
	for (int space = 0; space < DICT_SPACES; space++)
		for (size_t i = 0; i < news->n[space]; i++)
			if (map[space](s, e++) < 0)
				return -1;
	return 0;
}

int64_t store_address(const struct store *s, uint32_t local)
{
	return local && local <= s->source.maps[DICT_ADDRESS].n ? s->source.maps[DICT_ADDRESS].ids[local - 1]
								: 0;
}

int64_t store_stack(const struct store *s, uint32_t local)
{
	return local && local <= s->source.maps[DICT_STACK].n ? s->source.maps[DICT_STACK].ids[local - 1] : 0;
}

/* ---- rows ---- */

static int prepare_copy(struct store *s, sqlite3_stmt **st, const char *table, const char *from)
{
	char *sql = sqlite3_mprintf("INSERT INTO main.\"%w\" SELECT * FROM %s", table, from);
	int rc = sql ? prepare(s, st, sql) : -1;
	sqlite3_free(sql);
	return rc;
}

static int add_outlet(struct drain *d, enum table_role role, unsigned part)
{
	struct outlet *o = &d->outlets[d->n];
	if (d->n++ == sizeof(d->outlets) / sizeof(*d->outlets))
		return -1;
	*o = (struct outlet) { .role = (uint8_t)role, .part = (uint8_t)part };
	return 0;
}

static int ready_drain(struct store *s, unsigned index, const struct record *rec)
{
	struct drain *d = &s->drains[index];
	unsigned parts = rec->shape == RECORD_LAYER ? record_parts(rec) : 0;
	const struct protocol *proto = s->protocols[index / RECORDS_PER_PROTOCOL];
	if (!ddl_has(s->db, rec) && ddl_add(s->db, proto, rec, &s->expert) != SQLITE_OK)
		return -1;
	if (add_outlet(d, TABLE_MAIN, 0) < 0)
		return -1;
	for (unsigned p = 1; p <= parts; p++)
		if (p != rec->inlined && add_outlet(d, TABLE_PART, p) < 0)
			return -1;
	if (rec->shape == RECORD_LAYER && strcmp(rec->name, "frame") != 0 && add_outlet(d, TABLE_MORE, 0) < 0)
		return -1;
	d->ready = true;
	return 0;
}

/* The rows of one batch into one table, through the virtual table. */
static int pour_batch(struct store *s, unsigned index, struct outlet *o)
{
	char table[NAME_MAX_LEN], batch[NAME_MAX_LEN + 8], from[NAME_MAX_LEN + 16];
	if (!o->batch) {
		table_name(table, s->source.rows->batches[index].record, o->role, o->part);
		snprintf(batch, sizeof(batch), "batch_%s", table);
		snprintf(from, sizeof(from), "temp.\"%s\"", batch);
		if (batch_create(s->db, batch, index, o->role, o->part) != SQLITE_OK ||
			prepare_copy(s, &o->batch, table, from) < 0)
			return -1;
	}
	return done(o->batch);
}

/* Can rows of this table be laid out as pages? The statement that moves them is ready then. */
static bool has_image(struct store *s, const struct record *rec, struct outlet *o)
{
	char table[NAME_MAX_LEN], from[NAME_MAX_LEN + 16];
	if (!s->image || o->image || rec->shape != RECORD_LAYER || o->role == TABLE_MORE)
		return o->image != NULL;
	table_name(table, rec, o->role, o->part);
	snprintf(from, sizeof(from), "batch.\"%s\"", table);
	return prepare_copy(s, &o->image, table, from) == 0;
}

static int pour(struct store *s, unsigned index, struct outlet *o)
{
	const struct record *rec = s->source.rows->batches[index].record;
	int64_t rows = has_image(s, rec, o) ? image_fill(s->image, &s->source, index, o->role, o->part) : -1;
	if (rows < 0)
		return pour_batch(s, index, o);
	if (rows == 0)
		return 0;
	sqlite3_mutex_enter(sqlite3_db_mutex(s->db));
	int rc = done(o->image);
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
	if (map_news(s, news) < 0)
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
	int rc = done(s->add_chunk);
	sqlite3_bind_null(s->add_chunk, 4);
	return rc;
}

/* ---- totals ---- */

static int bind_done(sqlite3_stmt *st, unsigned n, const int64_t *values)
{
	for (unsigned i = 0; i < n; i++)
		sqlite3_bind_int64(st, (int)i + 1, values[i]);
	return done(st);
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

int store_ints(struct store *s, enum store_ints table, const int64_t values[], unsigned n)
{
	static const struct {
		const char *name;
		unsigned columns;
	} tables[INTS_TABLES] = {
		[INTS_CONVERSATION] = { "t_conversation", 19 },
		[INTS_LENGTH] = { "total_length", 3 },
		[INTS_SECOND] = { "total_second", 4 },
		[INTS_IO] = { "total_io", 4 },
	};
	if (s->fresh)
		return fresh_ints(s->fresh, table, values, n);
	sqlite3_stmt *st = store_insert(s, tables[table].name, tables[table].columns);
	if (!st)
		return -1;
	for (unsigned i = n; i < tables[table].columns; i++)
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

int store_settle(struct store *s)
{
	if (!s->fresh)
		return 0;
	if (fresh_end(s->fresh, s->db, &s->expert) < 0)
		return -1;
	s->laid = true;
	return sqlite3_exec(s->db, "BEGIN", NULL, NULL, NULL) == SQLITE_OK ? 0 : -1;
}

bool store_is_laying(const struct store *s)
{
	return s->fresh && !s->laid;
}

/* The new file takes the archive's place. Who waits for the old one's lock gets it when `place` is closed,
 * sees that it is not the archive any more, and begins anew (reconnect). */
static int publish(struct store *s)
{
	finalize_all(s);
	sqlite3_close(s->db);
	s->db = NULL;
	if (fresh_publish(s->fresh, s->path) < 0) {
		snprintf(s->error, sizeof(s->error), "%s", fresh_error(s->fresh));
		drop_fresh(s);
		prepare_all(s);
		return -1;
	}
	drop_fresh(s);
	disconnect(s);
	return 0;
}

int store_commit(struct store *s)
{
	if (ddl_end(s->db, &s->expert) != SQLITE_OK ||
		sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK || (s->fresh && publish(s) < 0))
		return -1;
	s->open = false;
	return 0;
}

void store_rollback(struct store *s)
{
	finalize_drains(s); /* tables made in the transaction go, and the batches with them */
	if (s->fresh) {
		finalize_all(s);
		drop_fresh(s);
		prepare_all(s);
	}
	sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	s->open = s->expert = false;
}
