#include "indexer/store/remove.h"

#include <stdlib.h>
#include <string.h>

#include "indexer/store/ddl.h"
#include "indexer/store/dictionary.h"
#include "indexer/store/names.h"

/* ---- rows of a capture ---- */

/* Run `sql` (with %w for a table's name) on every table that has the column. */
static int on_tables(sqlite3 *db, const char *column, const char *sql, int64_t first, int64_t last)
{
	sqlite3_stmt *tables;
	int rc = sqlite3_prepare_v2(db,
		"SELECT m.name FROM sqlite_master m WHERE m.type='table'"
		" AND EXISTS (SELECT 1 FROM pragma_table_info(m.name) c WHERE c.name=?1)",
		-1, &tables, NULL);
	if (rc != SQLITE_OK)
		return rc;
	sqlite3_bind_text(tables, 1, column, -1, SQLITE_STATIC);
	while ((rc = sqlite3_step(tables)) == SQLITE_ROW) {
		sqlite3_stmt *st = NULL;
		char *text = sqlite3_mprintf(sql, sqlite3_column_text(tables, 0));
		int done = text ? sqlite3_prepare_v2(db, text, -1, &st, NULL) : SQLITE_NOMEM;
		sqlite3_free(text);
		if (done == SQLITE_OK) {
			sqlite3_bind_int64(st, 1, first);
			sqlite3_bind_int64(st, 2, last);
			done = sqlite3_step(st);
			sqlite3_finalize(st);
		}
		if (done != SQLITE_DONE) {
			sqlite3_finalize(tables);
			return done;
		}
	}
	sqlite3_finalize(tables);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

int remove_capture(sqlite3 *db, int64_t capture_id)
{
	sqlite3_stmt *st;
	int64_t first = 0, frames = 0;
	int rc = sqlite3_prepare_v2(db, "SELECT first_frame, frames FROM capture WHERE id=?", -1, &st, NULL);
	if (rc != SQLITE_OK)
		return rc;
	sqlite3_bind_int64(st, 1, capture_id);
	if (sqlite3_step(st) == SQLITE_ROW) {
		first = sqlite3_column_int64(st, 0);
		frames = sqlite3_column_int64(st, 1);
	}
	sqlite3_finalize(st);
	rc = on_tables(db, "frame_id", "DELETE FROM \"%w\" WHERE frame_id BETWEEN ?1 AND ?2", first,
		first + frames - 1);
	if (rc == SQLITE_OK)
		rc = on_tables(db, "capture_id", "DELETE FROM \"%w\" WHERE capture_id=?1", capture_id, 0);
	if (rc != SQLITE_OK)
		return rc;
	char *sql = sqlite3_mprintf("DELETE FROM capture WHERE id=%lld", (long long)capture_id);
	rc = sql ? sqlite3_exec(db, sql, NULL, NULL, NULL) : SQLITE_NOMEM;
	sqlite3_free(sql);
	return rc;
}

/* ---- dictionaries ---- */

/* A bit for each id of each dictionary: is it used? */
struct marks {
	sqlite3 *db;
	uint8_t *bits[DICTIONARIES];
	int64_t count[DICTIONARIES]; /* ids are below it */
};

static void mark(struct marks *m, enum dictionary d, int64_t id)
{
	if (id > 0 && id < m->count[d])
		m->bits[d][id >> 3] |= (uint8_t)(1u << (id & 7));
}

static int marks_make(struct marks *m)
{
	for (int d = 0; d < DICTIONARIES; d++) {
		sqlite3_stmt *st = NULL;
		char *sql = sqlite3_mprintf("SELECT coalesce(max(id), 0) + 1 FROM %s", dictionary_tables[d]);
		int rc = sql ? sqlite3_prepare_v2(m->db, sql, -1, &st, NULL) : SQLITE_NOMEM;
		sqlite3_free(sql);
		if (rc != SQLITE_OK)
			return rc;
		if (sqlite3_step(st) == SQLITE_ROW)
			m->count[d] = sqlite3_column_int64(st, 0);
		sqlite3_finalize(st);
		if (!(m->bits[d] = calloc((size_t)m->count[d] / 8 + 1, 1)))
			return SQLITE_NOMEM;
	}
	return SQLITE_OK;
}

/* Mark what the columns of one SELECT refer to; dictionaries[i] belongs to column i. */
static int mark_select(struct marks *m, const char *sql, const uint8_t *dictionaries, unsigned n)
{
	sqlite3_stmt *st;
	int rc = sqlite3_prepare_v2(m->db, sql, -1, &st, NULL);
	if (rc != SQLITE_OK)
		return rc;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW)
		for (unsigned i = 0; i < n; i++)
			mark(m, dictionaries[i], sqlite3_column_int64(st, (int)i));
	sqlite3_finalize(st);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int mark_table(
	struct marks *m, const char *protocol, const struct record *rec, enum table_role role, unsigned part)
{
	uint8_t dictionaries[RECORD_FIELDS_MAX];
	char table[NAME_MAX_LEN], column[NAME_MAX_LEN];
	unsigned n = 0;
	sqlite3_str *s = sqlite3_str_new(m->db);
	for (unsigned i = 0; i < rec->nfields; i++) {
		const struct field *f = &rec->fields[i];
		int d = dictionary_of(f->kind);
		if (d < 0 || !table_has(rec, f, role, part))
			continue;
		column_name(column, protocol, f);
		sqlite3_str_appendf(s, n ? ", \"%w\"" : "SELECT \"%w\"", column);
		dictionaries[n++] = (uint8_t)d;
	}
	table_name(table, rec, role, part);
	sqlite3_str_appendf(s, " FROM \"%w\"", table);
	char *sql = sqlite3_str_finish(s);
	int rc = !sql ? SQLITE_NOMEM : n ? mark_select(m, sql, dictionaries, n) : SQLITE_OK;
	sqlite3_free(sql);
	return rc;
}

static int mark_record(struct marks *m, const char *protocol, const struct record *rec)
{
	struct record_table tables[RECORD_TABLES_MAX];
	int rc = SQLITE_OK;
	for (unsigned i = 0, n = record_tables(rec, tables); rc == SQLITE_OK && i < n; i++)
		rc = mark_table(m, protocol, rec, tables[i].role, tables[i].part);
	return rc;
}

static int delete_unmarked(struct marks *m, enum dictionary d)
{
	sqlite3_stmt *st = NULL;
	char *sql = sqlite3_mprintf("DELETE FROM %s WHERE id=?", dictionary_tables[d]);
	int rc = sql ? sqlite3_prepare_v2(m->db, sql, -1, &st, NULL) : SQLITE_NOMEM;
	sqlite3_free(sql);
	for (int64_t id = 1; rc == SQLITE_OK && id < m->count[d]; id++) {
		if (m->bits[d][id >> 3] >> (id & 7) & 1)
			continue;
		sqlite3_bind_int64(st, 1, id);
		rc = sqlite3_step(st) == SQLITE_DONE ? SQLITE_OK : sqlite3_errcode(m->db);
		sqlite3_reset(st);
	}
	sqlite3_finalize(st);
	return rc;
}

int remove_unused(sqlite3 *db, const struct protocol *const *protocols, size_t n)
{
	struct marks m = { .db = db };
	int rc = marks_make(&m);
	for (size_t i = 0; i < n; i++)
		for (unsigned k = 0; rc == SQLITE_OK && protocols[i] && k < protocols[i]->nrecords; k++)
			if (ddl_has(db, &protocols[i]->records[k]))
				rc = mark_record(&m, protocols[i]->name, &protocols[i]->records[k]);
	for (size_t i = 0; rc == SQLITE_OK && i < core_nreferences; i++) {
		const struct core_reference *r = &core_references[i];
		char *sql = sqlite3_mprintf("SELECT \"%w\" FROM \"%w\"", r->column, r->table);
		const uint8_t dictionary = (uint8_t)r->dictionary;
		rc = sql ? mark_select(&m, sql, &dictionary, 1) : SQLITE_NOMEM;
		sqlite3_free(sql);
	}
	for (int d = 0; d < DICTIONARIES; d++) {
		if (rc == SQLITE_OK)
			rc = delete_unmarked(&m, d);
		free(m.bits[d]);
	}
	return rc;
}
