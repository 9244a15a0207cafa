#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "indexer/store/ddl.h"
#include "indexer/store/making.h"
#include "indexer/store/store_inside.h"
#include "schema/archive.h"

/* Octets of a file; with a smaller one they take longer to make than they save. */
#define IMAGE_OCTETS (1u << 20)
#define FRESH_OCTETS (4u << 20)

int store_prepare(struct store *s, sqlite3_stmt **st, const char *sql)
{
	*st = NULL;
	return sqlite3_prepare_v3(store_db(s), sql, -1, SQLITE_PREPARE_PERSISTENT, st, NULL) == SQLITE_OK
		       ? 0
		       : -1;
}

int store_done(sqlite3_stmt *st)
{
	int rc = sqlite3_step(st);
	sqlite3_reset(st);
	return rc == SQLITE_DONE ? 0 : -1;
}

/* Ready to write. What is inserted replaces nothing that was to be kept secret: pages need not be zeroed. */
static int wake(struct store *s)
{
	int rc;
	if (s->making >= 0) /* what is lost with the process was nothing yet */
		rc = sqlite3_exec(s->db,
			"PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF;"
			"PRAGMA cache_size=-32768; PRAGMA temp_store=MEMORY",
			NULL, NULL, NULL);
	else
		rc = s->made ? archive_make(s->db) : archive_wake(s->db);
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
			       store_prepare(s, &s->find_address,
				       "SELECT id FROM t_address WHERE octets=?1 AND kind=?2") == 0 &&
			       store_prepare(s, &s->add_address,
				       "INSERT INTO t_address (octets, kind, text) VALUES (?1, ?2, ?3)") ==
				       0 &&
			       store_prepare(s, &s->find_text,
				       "SELECT id FROM t_text WHERE hash=?1 AND value=?2") == 0 &&
			       store_prepare(s, &s->add_text,
				       "INSERT INTO t_text (hash, value) VALUES (?1, ?2)") == 0 &&
			       store_prepare(s, &s->find_stack,
				       "SELECT id FROM t_stack WHERE protocols=?1 AND items=?2 AND "
				       "shown=?3") == 0 &&
			       store_prepare(s, &s->add_stack,
				       "INSERT INTO t_stack (protocols, items, shown) VALUES (?1, ?2, ?3)") ==
				       0 &&
			       store_prepare(s, &s->add_chunk,
				       "INSERT INTO chunk (capture_id, offset, size, data) VALUES (?1, ?2, "
				       "?3, ?4)") == 0
		       ? 0
		       : -1;
}

/* Open the archive, or make it, and prepare what writes into it. 0, or -1 with a message. */
static int connect(struct store *s, char *message)
{
	char name[PATH_MAX];
	struct stat sb;
	if (s->making < 0 && stat(s->path, &sb) < 0 && errno == ENOENT) {
		s->making = making_begin(s->path, message, 512);
		if (s->making < -1) {
			s->making = -1;
			return -1;
		}
		s->made = s->making >= 0;
	}
	if (!making_name(name, sizeof(name), s->path))
		return -1;
	enum archive_status status =
		archive_open(&s->db, s->making >= 0 ? name : s->path, ARCHIVE_CREATE, message);
	if (status == ARCHIVE_ERROR ||
		(status == ARCHIVE_EMPTY && install(s, message, s->path) != SQLITE_OK) ||
		bring_up_to_date(s, message) < 0)
		return -1;
	if (prepare_all(s) == 0)
		return 0;
	snprintf(message, 512, "%s: %s", s->path, archive_error(s->db));
	return -1;
}

struct store *store_open(const char *path, const struct protocol *const *protocols, size_t n, char *message)
{
	struct store *s = calloc(1, sizeof(*s));
	snprintf(message, 512, "%s: out of memory", path);
	if (!s)
		return NULL;
	s->making = -1;
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
	bool yes = store_prepare(s, &st, sql) == 0 && sqlite3_step(st) == SQLITE_ROW &&
		   sqlite3_column_int(st, 0);
	sqlite3_finalize(st);
	return yes;
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

/* The image is a database of the connection: it goes with it. */
static void disconnect(struct store *s)
{
	sqlite3_close(s->db);
	s->db = NULL;
	image_free(s->image);
	s->image = NULL;
	s->no_image = false;
}

int store_finish(struct store *s, char *message)
{
	message[0] = '\0';
	if (s->open && s->making < 0)
		store_rollback(s);
	finalize_all(s);
	if (s->making >= 0) {
		fresh_free(s->fresh);
		s->fresh = NULL;
		disconnect(s);
		making_drop(s->making, s->path);
		s->making = -1;
		s->open = false;
	}
	if (!s->db || archive_rest(s->db) == 0)
		return 0;
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
	/* It got its name, and we go on with it under that one, if at all. */
	connect(s, s->error);
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

int store_query(sqlite3_stmt *st, int64_t *out)
{
	int rc = sqlite3_step(st), found = rc == SQLITE_ROW;
	if (found && out)
		*out = sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? found : -1;
}

int store_find(struct store *s, const char *sha256, const char *bpf, int64_t *id)
{
	sqlite3_stmt *st;
	if (store_prepare(s, &st, "SELECT id FROM capture WHERE sha256=? AND bpf=?") < 0)
		return -1;
	sqlite3_bind_text(st, 1, sha256, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 2, bpf, -1, SQLITE_STATIC);
	int found = store_query(st, id);
	sqlite3_finalize(st);
	return found;
}

int store_has_size(struct store *s, uint64_t file_size)
{
	sqlite3_stmt *st;
	if (store_prepare(s, &st, "SELECT 1 FROM capture WHERE file_size=? LIMIT 1") < 0)
		return -1;
	sqlite3_bind_int64(st, 1, (int64_t)file_size);
	int found = store_query(st, NULL);
	sqlite3_finalize(st);
	return found;
}

/* The file is not that of the path any more: it was removed, or `reindex` put another one in its place,
 * before this one had its first lock. Begin anew with the file of that path. */
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

/* The archive in the making is as it was before this capture. */
static int make_anew(struct store *s)
{
	finalize_all(s);
	disconnect(s);
	fresh_free(s->fresh);
	s->fresh = NULL;
	s->laid = false;
	if (ftruncate(s->making, 0) == 0)
		return connect(s, s->error);
	snprintf(s->error, sizeof(s->error), "%s: cannot be made: %s", s->path, strerror(errno));
	return -1;
}

/* The numbers that this capture gets, and what its rows refer to. */
static int number(struct store *s, int64_t *capture_id, int64_t *first_frame)
{
	sqlite3_stmt *st;
	s->source.maps[DICT_ADDRESS].n = s->source.maps[DICT_TEXT].n = s->source.maps[DICT_STACK].n = 0;
	if (store_prepare(s, &st,
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
	return rc;
}

int store_begin(struct store *s, uint64_t size, int64_t *capture_id, int64_t *first_frame)
{
	if (!store_db(s))
		return -1;
	if (s->making >= 0 && size >= FRESH_OCTETS) {
		s->open = true;
		if (wake(s) != SQLITE_OK || number(s, capture_id, first_frame) < 0)
			return -1;
		s->fresh = fresh_new(s->making, s->protocols, s->nprotocols);
		return s->fresh ? 0 : -1;
	}
	if (!s->image && !s->no_image && size >= IMAGE_OCTETS)
		s->no_image = !(s->image = image_new(s->db, s->protocols, s->nprotocols));
	/* Not earlier: where nothing is to be done, nothing is written. */
	bool begun =
		wake(s) == SQLITE_OK && sqlite3_exec(s->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK;
	s->open = true;
	if (archive_moved(s->db))
		return reconnect(s) == 0 ? store_begin(s, size, capture_id, first_frame) : -1;
	return begun ? number(s, capture_id, first_frame) : -1;
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
	int rc = text ? store_prepare(s, &st, text) : -1;
	sqlite3_free(text);
	if (rc < 0)
		return NULL;
	s->inserts[s->ninserts].table = table;
	s->inserts[s->ninserts++].st = st;
	return st;
}

/* ---- the end of a capture ---- */

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

/* The archive is one now: it gets its name. */
static int publish(struct store *s)
{
	finalize_all(s);
	disconnect(s);
	if (making_publish(s->making, s->path, s->error, sizeof(s->error)) < 0)
		return -1;
	fresh_free(s->fresh);
	s->fresh = NULL;
	s->laid = false;
	s->making = -1;
	return 0;
}

int store_put_in_place(struct store *s)
{
	return s->making < 0 || (publish(s) == 0 && store_db(s)) ? 0 : -1;
}

int store_commit(struct store *s)
{
	if (ddl_end(s->db, &s->expert) != SQLITE_OK ||
		sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK ||
		(s->making >= 0 && publish(s) < 0))
		return -1;
	s->open = false;
	return 0;
}

void store_rollback(struct store *s)
{
	bool begun = s->open;
	s->open = s->expert = false;
	finalize_drains(s); /* tables made in the transaction go, and the batches with them */
	if (s->making >= 0 && (s->fresh || !s->db))
		make_anew(s);
	else if (begun)
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
}
