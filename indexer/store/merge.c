#include "indexer/store/merge.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "indexer/store/ddl.h"
#include "indexer/store/dictionary.h"
#include "indexer/store/names.h"
#include "schema/archive.h"

/* Parameters of every copying statement. */
enum { P_CAPTURE = 1, P_OLD_CAPTURE, P_SHIFT, P_FIRST, P_LAST };

/* New ids of a dictionary's entries, found or made when the first row refers to them. */
struct id_cache {
	struct merge *merge;
	sqlite3_stmt *find, *add;
	int64_t *ids; /* by old id, 0: not asked for yet */
	int64_t n;
};

struct merge {
	struct store *store;
	sqlite3 *db;
	sqlite3_stmt *list; /* the captures */
	sqlite3_stmt **copies;
	unsigned ncopies, size;
	struct id_cache caches[DICTIONARIES];
	bool attached;
	char error[512];
};

static int fail(struct merge *m, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int fail(struct merge *m, const char *format, ...)
{
	va_list list;
	va_start(list, format);
	vsnprintf(m->error, sizeof(m->error), format, list);
	va_end(list);
	return -1;
}

static int failed(struct merge *m)
{
	return fail(m, "%s", archive_error(m->db));
}

static int prepare(struct merge *m, sqlite3_stmt **st, const char *sql)
{
	return sqlite3_prepare_v3(m->db, sql, -1, SQLITE_PREPARE_PERSISTENT, st, NULL) == SQLITE_OK
		       ? 0
		       : failed(m);
}

/* ---- dictionaries ---- */

static const struct {
	const char *function, *key, *columns;
} dictionaries[DICTIONARIES] = {
	[DICTIONARY_ADDRESS] = { "merged_address", "n.octets=o.octets AND n.kind=o.kind",
		"octets, kind, text" },
	[DICTIONARY_TEXT] = { "merged_text", "n.hash=o.hash AND n.value=o.value", "hash, value" },
	[DICTIONARY_STACK] = { "merged_stack",
		"n.protocols=o.protocols AND n.items=o.items AND n.shown=o.shown",
		"protocols, items, shown" },
};

static int64_t look_up(struct id_cache *c, int64_t old)
{
	int64_t id = 0;
	sqlite3_bind_int64(c->find, 1, old);
	if (sqlite3_step(c->find) == SQLITE_ROW)
		id = sqlite3_column_int64(c->find, 0);
	sqlite3_reset(c->find);
	if (id)
		return id;
	sqlite3_bind_int64(c->add, 1, old);
	bool made = sqlite3_step(c->add) == SQLITE_DONE && sqlite3_changes(c->merge->db) == 1;
	sqlite3_reset(c->add);
	return made ? sqlite3_last_insert_rowid(c->merge->db) : 0;
}

/* NULL stays NULL, and so does 0. */
static void map_id(sqlite3_context *ctx, int n, sqlite3_value **values)
{
	struct id_cache *c = sqlite3_user_data(ctx);
	int64_t old = sqlite3_value_int64(values[0]);
	(void)n;
	if (sqlite3_value_type(values[0]) != SQLITE_INTEGER || old <= 0) {
		sqlite3_result_value(ctx, values[0]);
		return;
	}
	if (old >= c->n) {
		sqlite3_result_error(ctx, "a row refers to no entry of its dictionary", -1);
		return;
	}
	if (!c->ids[old])
		c->ids[old] = look_up(c, old);
	if (c->ids[old])
		sqlite3_result_int64(ctx, c->ids[old]);
	else
		sqlite3_result_error(ctx, "a dictionary's entry cannot be copied", -1);
}

static int open_cache(struct merge *m, int d)
{
	struct id_cache *c = &m->caches[d];
	sqlite3_stmt *st = NULL;
	char *find = sqlite3_mprintf("SELECT n.id FROM other.%s o JOIN main.%s n ON %s WHERE o.id=?1",
		dictionary_tables[d], dictionary_tables[d], dictionaries[d].key);
	char *add = sqlite3_mprintf("INSERT INTO main.%s (%s) SELECT %s FROM other.%s WHERE id=?1",
		dictionary_tables[d], dictionaries[d].columns, dictionaries[d].columns, dictionary_tables[d]);
	char *count = sqlite3_mprintf("SELECT coalesce(max(id), 0) + 1 FROM other.%s", dictionary_tables[d]);
	int rc = find && add && count ? 0 : fail(m, "out of memory");
	c->merge = m;
	if (rc == 0 && (prepare(m, &c->find, find) < 0 || prepare(m, &c->add, add) < 0 ||
			       prepare(m, &st, count) < 0))
		rc = -1;
	if (rc == 0 && sqlite3_step(st) == SQLITE_ROW)
		c->n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	sqlite3_free(find);
	sqlite3_free(add);
	sqlite3_free(count);
	if (rc == 0 && !(c->ids = calloc((size_t)c->n + 1, sizeof(*c->ids))))
		rc = fail(m, "out of memory");
	if (rc == 0 && sqlite3_create_function(m->db, dictionaries[d].function, 1,
			       SQLITE_UTF8 | SQLITE_DIRECTONLY, c, map_id, NULL, NULL) != SQLITE_OK)
		rc = failed(m);
	return rc;
}

/* Entries made in a transaction that was undone are not there any more. */
static void forget(struct merge *m)
{
	for (int d = 0; d < DICTIONARIES; d++)
		if (m->caches[d].ids)
			memset(m->caches[d].ids, 0, (size_t)m->caches[d].n * sizeof(int64_t));
}

/* ---- copying statements ---- */

/* Which dictionary a column refers to, -1 none. */
typedef int (*reference_of)(const char *table, const char *column, const void *ctx);

static int core_reference(const char *table, const char *column, const void *ctx)
{
	(void)ctx;
	for (size_t i = 0; i < core_nreferences; i++)
		if (strcmp(core_references[i].table, table) == 0 &&
			strcmp(core_references[i].column, column) == 0)
			return (int)core_references[i].dictionary;
	return -1;
}

struct record_of {
	const char *protocol;
	const struct record *record;
};

static int record_reference(const char *table, const char *column, const void *ctx)
{
	const struct record_of *r = ctx;
	char name[NAME_MAX_LEN];
	(void)table;
	for (unsigned i = 0; i < r->record->nfields; i++) {
		column_name(name, r->protocol, &r->record->fields[i]);
		if (strcmp(name, column) == 0)
			return dictionary_of(r->record->fields[i].kind);
	}
	return -1;
}

static int keep(struct merge *m, const char *sql)
{
	if (m->ncopies == m->size) {
		unsigned size = m->size ? m->size * 2 : 256;
		sqlite3_stmt **copies = realloc(m->copies, size * sizeof(sqlite3_stmt *));
		if (!copies)
			return fail(m, "out of memory");
		m->copies = copies;
		m->size = size;
	}
	if (prepare(m, &m->copies[m->ncopies], sql) < 0)
		return -1;
	m->ncopies++;
	return 0;
}

/* INSERT ... SELECT of a table: frame ids shifted, the capture's id and those of dictionaries replaced, ids
 * of the rows themselves left to SQLite. */
static int add_copy(struct merge *m, const char *table, reference_of reference, const void *ctx)
{
	sqlite3_stmt *st = NULL;
	sqlite3_str *to = sqlite3_str_new(m->db), *from = sqlite3_str_new(m->db);
	bool frames = false, own = strcmp(table, "capture") == 0;
	unsigned n = 0;
	int rc = prepare(m, &st, "SELECT name, pk FROM pragma_table_info(?1, 'main')");
	if (rc == 0)
		sqlite3_bind_text(st, 1, table, -1, SQLITE_STATIC);
	while (rc == 0 && sqlite3_step(st) == SQLITE_ROW) {
		const char *column = (const char *)sqlite3_column_text(st, 0);
		int d = reference(table, column, ctx);
		frames |= strcmp(column, "frame_id") == 0;
		if (!own && strcmp(column, "id") == 0 && sqlite3_column_int(st, 1))
			continue;
		sqlite3_str_appendf(to, n ? ", \"%w\"" : "\"%w\"", column);
		sqlite3_str_appendall(from, n++ ? ", " : "");
		/* Fields have names of all kinds, but only one is that of their frame. */
		if (!ctx && strcmp(column, own ? "id" : "capture_id") == 0)
			sqlite3_str_appendf(from, "?%d", P_CAPTURE);
		else if (strcmp(column, own ? "first_frame" : "frame_id") == 0)
			sqlite3_str_appendf(from, "\"%w\" + ?%d", column, P_SHIFT);
		else if (d >= 0)
			sqlite3_str_appendf(from, "%s(\"%w\")", dictionaries[d].function, column);
		else
			sqlite3_str_appendf(from, "\"%w\"", column);
	}
	sqlite3_finalize(st);
	char *columns = sqlite3_str_finish(to), *values = sqlite3_str_finish(from), *sql = NULL;
	if (columns && values && frames)
		sql = sqlite3_mprintf("INSERT INTO main.\"%w\" (%s) SELECT %s FROM other.\"%w\" WHERE "
				      "frame_id BETWEEN ?%d AND ?%d",
			table, columns, values, table, P_FIRST, P_LAST);
	else if (columns && values)
		sql = sqlite3_mprintf("INSERT INTO main.\"%w\" (%s) SELECT %s FROM other.\"%w\" WHERE %s=?%d",
			table, columns, values, table, own ? "id" : "capture_id", P_OLD_CAPTURE);
	if (rc == 0)
		rc = sql ? keep(m, sql) : fail(m, "out of memory");
	sqlite3_free(columns);
	sqlite3_free(values);
	sqlite3_free(sql);
	return rc;
}

static int add_record(struct merge *m, const struct protocol *p, const struct record *rec)
{
	const struct record_of of = { p->name, rec };
	struct record_table tables[RECORD_TABLES_MAX];
	char table[NAME_MAX_LEN];
	bool expert = false;
	int rc = 0;
	if (!ddl_has(m->db, rec) &&
		(ddl_add(m->db, p, rec, &expert) != SQLITE_OK || ddl_end(m->db, &expert) != SQLITE_OK))
		return failed(m);
	for (unsigned i = 0, n = record_tables(rec, tables); rc == 0 && i < n; i++) {
		table_name(table, rec, tables[i].role, tables[i].part);
		rc = add_copy(m, table, record_reference, &of);
	}
	return rc;
}

/* Of the protocols: those whose tables the other archive has. They are made here, where they are missing. */
static int add_records(struct merge *m, const struct protocol *const *protocols, size_t n)
{
	sqlite3_stmt *has = NULL;
	int rc = prepare(m, &has, "SELECT 1 FROM other.t_record WHERE name=?1");
	if (rc == 0 && (archive_wake(m->db) != SQLITE_OK ||
			       sqlite3_exec(m->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK))
		rc = failed(m);
	for (size_t i = 0; rc == 0 && i < n; i++)
		for (unsigned k = 0; rc == 0 && protocols[i] && k < protocols[i]->nrecords; k++) {
			sqlite3_bind_text(has, 1, protocols[i]->records[k].name, -1, SQLITE_STATIC);
			bool there = sqlite3_step(has) == SQLITE_ROW;
			sqlite3_reset(has);
			if (there)
				rc = add_record(m, protocols[i], &protocols[i]->records[k]);
		}
	sqlite3_finalize(has);
	if (rc == 0 && sqlite3_exec(m->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
		rc = failed(m);
	if (rc < 0)
		sqlite3_exec(m->db, "ROLLBACK", NULL, NULL, NULL);
	return rc;
}

/* Of core.sql: what belongs to a capture. The files of another machine (t_source) say nothing about those
 * here; and tables of a user's own stay where they are. */
static int add_core(struct merge *m)
{
	sqlite3_stmt *st = NULL;
	int rc = add_copy(m, "capture", core_reference, NULL);
	if (rc == 0)
		rc = prepare(m, &st,
			"SELECT m.name FROM main.sqlite_master m JOIN other.sqlite_master o ON o.name=m.name "
			"AND o.type=m.type"
			" WHERE m.type='table' AND m.name<>'t_source' AND (m.name LIKE 't\\_%' ESCAPE '\\' "
			"OR m.name LIKE"
			" 'total\\_%' ESCAPE '\\' OR m.name IN ('capture_tag', 'capture_copy', 'section', "
			"'interface',"
			" 'interface_statistics', 'name_record', 'block', 'chunk'))"
			" AND EXISTS (SELECT 1 FROM pragma_table_info(m.name, 'main') c WHERE "
			"c.name='capture_id')"
			" AND NOT EXISTS (SELECT 1 FROM pragma_table_info(m.name, 'main') c WHERE "
			"c.name='frame_id')");
	while (rc == 0 && sqlite3_step(st) == SQLITE_ROW)
		rc = add_copy(m, (const char *)sqlite3_column_text(st, 0), core_reference, NULL);
	sqlite3_finalize(st);
	return rc;
}

/* ---- one archive ---- */

/* Is it an archive with these tables, and not the one that it shall come into? */
static int check(
	const char *into, const char *path, const struct protocol *const *protocols, size_t n, char *message)
{
	struct stat a, b;
	sqlite3 *db;
	if (stat(into, &a) == 0 && stat(path, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino) {
		snprintf(message, 512, "%s: is the archive itself", path);
		return -1;
	}
	if (archive_open(&db, path, ARCHIVE_READ, message) != ARCHIVE_OK)
		return -1;
	bool same = ddl_state(db, protocols, n) != DDL_OTHER;
	sqlite3_close(db);
	if (!same)
		snprintf(message, 512,
			"%s: was made by a pcapdex with other tables: run `pcapdex reindex %s` first", path,
			path);
	return same ? 0 : -1;
}

static int attach(struct merge *m, const char *path)
{
	char *sql = sqlite3_mprintf("ATTACH %Q AS other", path);
	int rc = sql ? sqlite3_exec(m->db, sql, NULL, NULL, NULL) : SQLITE_NOMEM;
	sqlite3_free(sql);
	m->attached = rc == SQLITE_OK;
	return rc == SQLITE_OK ? 0 : failed(m);
}

struct merge *merge_open(
	struct store *s, const char *path, const struct protocol *const *protocols, size_t n, char *message)
{
	if (check(sqlite3_db_filename(store_db(s), "main"), path, protocols, n, message) < 0)
		return NULL;
	/* The connection stays for all captures: an archive that is made is so from here on. */
	if (store_put_in_place(s) < 0) {
		snprintf(message, 512, "%s", store_error(s));
		return NULL;
	}
	struct merge *m = calloc(1, sizeof(*m));
	snprintf(message, 512, "%s: out of memory", path);
	if (!m)
		return NULL;
	m->store = s;
	m->db = store_db(s);
	int rc = attach(m, path);
	for (int d = 0; rc == 0 && d < DICTIONARIES; d++)
		rc = open_cache(m, d);
	if (rc == 0 && (rc = add_records(m, protocols, n)) == 0 && (rc = add_core(m)) == 0)
		rc = prepare(m, &m->list,
			"SELECT id, first_frame, frames, file_size, name FROM other.capture WHERE id>?1 "
			"ORDER BY id LIMIT 1");
	if (rc == 0)
		return m;
	sqlite3_snprintf(512, message, "%s: %s", path, m->error);
	merge_close(m);
	return NULL;
}

void merge_close(struct merge *m)
{
	if (!m)
		return;
	for (unsigned i = 0; i < m->ncopies; i++)
		sqlite3_finalize(m->copies[i]);
	sqlite3_finalize(m->list);
	for (int d = 0; d < DICTIONARIES; d++) {
		sqlite3_finalize(m->caches[d].find);
		sqlite3_finalize(m->caches[d].add);
		sqlite3_create_function(
			m->db, dictionaries[d].function, 1, SQLITE_UTF8, NULL, NULL, NULL, NULL);
		free(m->caches[d].ids);
	}
	if (m->attached)
		sqlite3_exec(m->db, "DETACH other", NULL, NULL, NULL);
	free(m->copies);
	free(m);
}

const char *merge_error(const struct merge *m)
{
	return m->error;
}

int merge_next(struct merge *m, struct merge_capture *out)
{
	/* The list is asked anew each time: a statement left open would hold the other archive's state of
	 * now. */
	sqlite3_bind_int64(m->list, 1, out->id);
	int rc = sqlite3_step(m->list);
	if (rc == SQLITE_ROW) {
		out->id = sqlite3_column_int64(m->list, 0);
		out->first_frame = sqlite3_column_int64(m->list, 1);
		out->frames = sqlite3_column_int64(m->list, 2);
		out->file_size = sqlite3_column_int64(m->list, 3);
		snprintf(out->name, sizeof(out->name), "%s", (const char *)sqlite3_column_text(m->list, 4));
	}
	sqlite3_reset(m->list);
	return rc == SQLITE_ROW ? 1 : rc == SQLITE_DONE ? 0 : failed(m);
}

/* ---- one capture ---- */

/* The capture of the same octets: 1 (*id), 0, -1. */
static int find_same(struct merge *m, const struct merge_capture *c, int64_t *id)
{
	sqlite3_stmt *st = NULL;
	if (prepare(m, &st,
		    "SELECT n.id FROM other.capture o JOIN main.capture n ON n.sha256=o.sha256 AND "
		    "n.bpf=o.bpf WHERE o.id=?1") < 0)
		return -1;
	sqlite3_bind_int64(st, 1, c->id);
	int rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		*id = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return rc == SQLITE_ROW ? 1 : rc == SQLITE_DONE ? 0 : failed(m);
}

/* It is there already: tags that it has not, and files of other names. */
static int add_to(struct merge *m, const struct merge_capture *c, int64_t id)
{
	static const char *const sql[] = {
		"INSERT OR IGNORE INTO main.capture_tag SELECT ?1, key, value FROM other.capture_tag WHERE "
		"capture_id=?2",
		("INSERT OR IGNORE INTO main.capture_copy SELECT ?1, o.path, (SELECT json_group_object(key, "
		 "value) FROM"
		 " other.capture_tag WHERE capture_id=?2) FROM other.capture o JOIN main.capture n ON n.id=?1"
		 " WHERE o.id=?2 AND o.path<>n.path"),
		("INSERT OR IGNORE INTO main.capture_copy SELECT ?1, path, tags FROM other.capture_copy o "
		 "WHERE capture_id=?2"
		 " AND path<>(SELECT path FROM main.capture WHERE id=?1)"),
	};
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < sizeof(sql) / sizeof(*sql); i++) {
		sqlite3_stmt *st = NULL;
		if (prepare(m, &st, sql[i]) < 0)
			return -1;
		sqlite3_bind_int64(st, 1, id);
		sqlite3_bind_int64(st, 2, c->id);
		rc = sqlite3_step(st) == SQLITE_DONE ? 0 : failed(m);
		sqlite3_finalize(st);
	}
	return rc;
}

static int copy_all(struct merge *m, const struct merge_capture *c, int64_t id, int64_t first_frame)
{
	for (unsigned i = 0; i < m->ncopies; i++) {
		sqlite3_stmt *st = m->copies[i];
		const int64_t values[] = { [P_CAPTURE] = id,
			[P_OLD_CAPTURE] = c->id,
			[P_SHIFT] = first_frame - c->first_frame,
			[P_FIRST] = c->first_frame,
			[P_LAST] = c->first_frame + c->frames - 1 };
		for (int p = P_CAPTURE; p <= P_LAST && p <= sqlite3_bind_parameter_count(st); p++)
			sqlite3_bind_int64(st, p, values[p]);
		int rc = sqlite3_step(st);
		if (rc != SQLITE_DONE)
			failed(m);
		sqlite3_reset(st);
		if (rc != SQLITE_DONE)
			return -1;
	}
	return 0;
}

enum merge_status merge_take(struct merge *m, const struct merge_capture *c)
{
	int64_t id = 0, new_id = 0, first_frame = 0;
	int found = find_same(m, c, &id);
	if (found > 0)
		return add_to(m, c, id) == 0 ? MERGE_ALREADY : MERGE_FAILED;
	if (found < 0)
		return MERGE_FAILED;
	if (store_begin(m->store, 0, &new_id, &first_frame) < 0 || store_db(m->store) != m->db) {
		fail(m, "%s", store_error(m->store));
	} else if ((found = find_same(m, c, &id)) > 0) {
		store_rollback(m->store); /* another one was faster */
		return add_to(m, c, id) == 0 ? MERGE_ALREADY : MERGE_FAILED;
	} else if (found == 0 && copy_all(m, c, new_id, first_frame) == 0) {
		if (store_commit(m->store) == 0)
			return MERGE_OK;
		failed(m);
	}
	store_rollback(m->store);
	forget(m);
	return MERGE_FAILED;
}
