#include "indexer/store/ddl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "indexer/store/expr.h"
#include "indexer/store/views.h"
#include "schema/archive.h"

static const char *sql_type(const struct field *f)
{
	switch (f->kind) {
	case KIND_DOUBLE:
		return "REAL";
	case KIND_BYTES:
		return "BLOB"; /* or an INTEGER span; BLOB has no affinity that would change either */
	default:
		return "INTEGER";
	}
}

/* The inlined part of a record, as if it were a table. */
static void inlined_sql(sqlite3_str *s, const char *protocol, const struct record *rec)
{
	char part[NAME_MAX_LEN], table[NAME_MAX_LEN], column[NAME_MAX_LEN];
	sqlite3_str *columns = sqlite3_str_new(NULL);
	for (unsigned i = 0; i < rec->nfields; i++) {
		if (!table_has(rec, &rec->fields[i], TABLE_PART, rec->inlined))
			continue;
		column_name(column, protocol, &rec->fields[i]);
		sqlite3_str_appendf(columns, ", \"%w\"", column);
	}
	char *list = sqlite3_str_finish(columns);
	table_name(part, rec, TABLE_PART, rec->inlined);
	table_name(table, rec, TABLE_MAIN, 0);
	if (list)
		sqlite3_str_appendf(s,
			"CREATE VIEW \"%w\" AS SELECT frame_id%s FROM \"%w\" WHERE coalesce(%s, NULL) IS NOT "
			"NULL",
			part, list, table, list + 2);
	sqlite3_free(list);
}

static void table_sql(
	sqlite3_str *s, const char *protocol, const struct record *rec, enum table_role role, unsigned part)
{
	char name[NAME_MAX_LEN], column[NAME_MAX_LEN];
	bool rowid = rec->shape == RECORD_LAYER && role != TABLE_MORE;
	table_name(name, rec, role, part);
	sqlite3_str_appendf(
		s, "CREATE TABLE \"%w\" (frame_id INTEGER %s", name, rowid ? "PRIMARY KEY" : "NOT NULL");
	if (rec->shape == RECORD_CHILD)
		sqlite3_str_appendall(s, ", n INTEGER NOT NULL");
	if (!rowid)
		sqlite3_str_appendall(s, ", layer INTEGER NOT NULL");
	for (unsigned i = 0; i < rec->nfields; i++) {
		const struct field *f = &rec->fields[i];
		if (!table_has(rec, f, role, part))
			continue;
		column_name(column, protocol, f);
		sqlite3_str_appendf(s, ", \"%w\" %s", column, sql_type(f));
	}
	if (!rowid)
		sqlite3_str_appendf(
			s, ", PRIMARY KEY (frame_id, %s)", rec->shape == RECORD_CHILD ? "n" : "layer");
	sqlite3_str_appendall(s, rowid ? ")" : ") WITHOUT ROWID");
}

static bool is_frame(const struct record *rec)
{
	return strcmp(rec->name, "frame") == 0;
}

static void tables_sql(sqlite3_str *s, const struct protocol *p, const struct record *rec)
{
	struct record_table tables[RECORD_TABLES_MAX];
	for (unsigned i = 0, n = record_tables(rec, tables); i < n; i++) {
		if (rec->inlined && tables[i].role == TABLE_MORE) {
			inlined_sql(s, p->name, rec);
			sqlite3_str_appendall(s, ";\n");
		}
		table_sql(s, p->name, rec, tables[i].role, tables[i].part);
		sqlite3_str_appendall(s, ";\n");
	}
}

void ddl_frame_tables(sqlite3_str *s, const struct protocol *p, const struct record *rec)
{
	struct record_table tables[RECORD_TABLES_MAX];
	unsigned n = rec->shape == RECORD_LAYER ? record_tables(rec, tables) : 0;
	for (unsigned i = 0; i < n; i++) {
		if (tables[i].role == TABLE_MORE)
			continue;
		table_sql(s, p->name, rec, tables[i].role, tables[i].part);
		sqlite3_str_appendall(s, ";\n");
	}
}

/* ---- the catalogue ---- */

/* Occurrences in several tables follow each other in the order of protocols and records, whichever table was
 * made first. */
static int64_t source_number(
	const struct protocol *p, const struct record *rec, enum table_role role, unsigned i)
{
	int64_t n = (int64_t)p->id * RECORDS_PER_PROTOCOL + (rec - p->records);
	return n << 8 | (role == TABLE_MORE) << 7 | i;
}

static int insert_source(sqlite3_stmt *st, int64_t field_id, int64_t n, const struct protocol *p,
	const struct record *rec, const struct field *f, enum table_role role)
{
	char table[NAME_MAX_LEN];
	table_name(table, rec, role, f->part);
	sqlite3_str *e = sqlite3_str_new(NULL);
	expr_append(e, &(struct expr_place) { p->name, rec, role, f->part, false }, f);
	char *expr = sqlite3_str_finish(e);
	if (!expr)
		return SQLITE_NOMEM;
	sqlite3_bind_int64(st, 1, field_id);
	sqlite3_bind_int64(st, 2, n);
	sqlite3_bind_text(st, 3, table, -1, SQLITE_TRANSIENT);
	sqlite3_bind_text(st, 4, expr, -1, sqlite3_free);
	/* what SQL gives is the value itself, but addresses stay ids */
	sqlite3_bind_int(st, 5,
		f->sql != NULL && f->kind != KIND_ETHER && f->kind != KIND_IPV4 && f->kind != KIND_IPV6);
	int rc = sqlite3_step(st);
	sqlite3_reset(st);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int insert_sources(sqlite3_stmt *st, int64_t field_id, const struct protocol *p,
	const struct record *rec, const struct field *f)
{

	const struct field *list[sizeof(f->any)] = { f };
	unsigned count = 1, before = 0;
	int rc = SQLITE_OK;
	for (const struct field *other = rec->fields; other < f; other++)
		before += strcmp(other->name, f->name) == 0;
	if (f->nany) {
		count = f->nany;
		for (unsigned i = 0; i < count; i++)
			list[i] = &rec->fields[f->any[i]];
	}
	for (unsigned i = 0; rc == SQLITE_OK && i < count; i++)
		rc = insert_source(st, field_id, source_number(p, rec, TABLE_MAIN, before + i), p, rec,
			list[i], list[i]->part && rec->shape == RECORD_LAYER ? TABLE_PART : TABLE_MAIN);
	for (unsigned i = 0; rc == SQLITE_OK && rec->shape == RECORD_LAYER && !is_frame(rec) && i < count;
		i++)
		rc = insert_source(st, field_id, source_number(p, rec, TABLE_MORE, before + i), p, rec,
			list[i], TABLE_MORE);
	return rc;
}

struct catalogue_stmts {
	sqlite3_stmt *protocol, *field, *value, *find;
};

static int64_t one_int(sqlite3_stmt *st)
{
	int64_t v = sqlite3_step(st) == SQLITE_ROW ? sqlite3_column_int64(st, 0) : 0;
	sqlite3_reset(st);
	return v;
}

static int insert_field(struct catalogue_stmts *c, sqlite3 *db, const struct protocol *p,
	const struct record *rec, const struct field *f)
{
	/* A field of several protocols (http.* in ssdp, ip.version in ipv6) is one. */
	sqlite3_bind_text(c->find, 1, f->name, -1, SQLITE_STATIC);
	if (one_int(c->find))
		return SQLITE_OK;
	const char *parent = f->mask && !rec->fields[f->of].internal ? rec->fields[f->of].name : NULL;
	sqlite3_bind_text(c->field, 1, f->name, -1, SQLITE_STATIC);
	sqlite3_bind_text(c->field, 2, field_is_expert(f) ? EXPERT_NAME : p->name, -1, SQLITE_STATIC);
	sqlite3_bind_text(c->field, 3, f->label, -1, SQLITE_STATIC);
	sqlite3_bind_int(c->field, 4, f->kind);
	sqlite3_bind_int(c->field, 5, f->base);
	sqlite3_bind_int(c->field, 6, f->octets);
	sqlite3_bind_int(c->field, 7, f->generated);
	sqlite3_bind_int(c->field, 8, f->hidden);
	sqlite3_bind_text(c->field, 9, parent, -1, SQLITE_STATIC);
	int rc = sqlite3_step(c->field);
	sqlite3_reset(c->field);
	if (rc != SQLITE_DONE)
		return rc;
	int64_t id = sqlite3_last_insert_rowid(db);
	for (const struct value_name *v = f->names; v && v->name; v++) {
		sqlite3_bind_int64(c->value, 1, id);
		sqlite3_bind_int64(c->value, 2, v->value);
		sqlite3_bind_text(c->value, 3, v->name, -1, SQLITE_STATIC);
		rc = sqlite3_step(c->value);
		sqlite3_reset(c->value);
		if (rc != SQLITE_DONE)
			return rc;
	}
	return SQLITE_OK;
}

static int install_catalogue(sqlite3 *db, const struct protocol *const *protocols, size_t n)
{
	struct catalogue_stmts c = { 0 };
	int rc = SQLITE_OK;
	static const char *const sql[] = {
		"INSERT OR REPLACE INTO protocol VALUES (?, ?, ?, ?, ?)",
		("INSERT INTO field (name, protocol, label, kind, base, octets, generated, hidden, parent)"
		 " VALUES (?, ?, ?, ?, ?, ?, ?, ?, (SELECT id FROM field WHERE name=?))"),
		"INSERT OR IGNORE INTO field_value VALUES (?, ?, ?)",
		"SELECT id FROM field WHERE name=?",
	};
	sqlite3_stmt **st[] = { &c.protocol, &c.field, &c.value, &c.find };
	for (size_t i = 0; rc == SQLITE_OK && i < sizeof(sql) / sizeof(*sql); i++)
		rc = sqlite3_prepare_v2(db, sql[i], -1, st[i], NULL);
	for (size_t i = 0; rc == SQLITE_OK && i < n; i++) {
		const struct protocol *p = protocols[i];
		if (!p)
			continue;
		sqlite3_bind_text(c.protocol, 1, p->name, -1, SQLITE_STATIC);
		sqlite3_bind_text(c.protocol, 2, p->title, -1, SQLITE_STATIC);
		sqlite3_bind_text(c.protocol, 3, p->column, -1, SQLITE_STATIC);
		sqlite3_bind_text(c.protocol, 4, p->spec, -1, SQLITE_STATIC);
		sqlite3_bind_text(c.protocol, 5, p->help, -1, SQLITE_STATIC);
		rc = sqlite3_step(c.protocol) == SQLITE_DONE ? SQLITE_OK : SQLITE_ERROR;
		sqlite3_reset(c.protocol);
		for (unsigned k = 0; rc == SQLITE_OK && k < p->nrecords; k++)
			for (unsigned f = 0; rc == SQLITE_OK && f < p->records[k].nfields; f++)
				if (!p->records[k].fields[f].internal)
					rc = insert_field(
						&c, db, p, &p->records[k], &p->records[k].fields[f]);
	}
	for (size_t i = 0; i < sizeof(st) / sizeof(*st); i++)
		sqlite3_finalize(*st[i]);
	return rc;
}

static int install_sources(sqlite3 *db, const struct protocol *p, const struct record *rec)
{
	sqlite3_stmt *find = NULL, *add = NULL;
	int rc = sqlite3_prepare_v2(db, "SELECT id FROM field WHERE name=?", -1, &find, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_prepare_v2(
			db, "INSERT INTO field_source VALUES (?, ?, ?, ?, ?)", -1, &add, NULL);
	for (unsigned i = 0; rc == SQLITE_OK && i < rec->nfields; i++) {
		if (rec->fields[i].internal)
			continue;
		sqlite3_bind_text(find, 1, rec->fields[i].name, -1, SQLITE_STATIC);
		rc = insert_sources(add, one_int(find), p, rec, &rec->fields[i]);
	}
	sqlite3_finalize(find);
	sqlite3_finalize(add);
	return rc;
}

static bool has_expert(const struct record *rec)
{
	for (unsigned i = 0; i < rec->nfields; i++)
		if (field_is_expert(&rec->fields[i]))
			return true;
	return false;
}

/* ---- which tables there are ---- */

static uint64_t fnv(uint64_t h, const char *p)
{
	for (; p && *p; p++)
		h = (h ^ (uint8_t)*p) * UINT64_C(0x100000001b3);
	return h;
}

/* A number that changes with the record's tables. */
static int64_t layout_of(const struct protocol *p, const struct record *rec)
{
	sqlite3_str *s = sqlite3_str_new(NULL);
	tables_sql(s, p, rec);
	char *text = sqlite3_str_finish(s);
	uint64_t h = fnv(UINT64_C(0xcbf29ce484222325), text); /* FNV-1a */
	sqlite3_free(text);
	return (int64_t)(h & INT64_MAX);
}

/* Goes up by one when views are made in another way, or core.sql gets a table. */
#define VIEWS_VERSION 6

/* A number that changes with anything that the catalogue or a view says. */
static int64_t contents_of(const struct protocol *const *protocols, size_t n)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325) ^ VIEWS_VERSION;
	for (size_t i = 0; i < n; i++) {
		const struct protocol *p = protocols[i];
		if (!p)
			continue;
		h = fnv(fnv(fnv(fnv(fnv(h, p->name), p->title), p->column), p->spec), p->help);
		for (unsigned k = 0; k < p->nrecords; k++) {
			const struct record *rec = &p->records[k];
			h = fnv(h, rec->name) ^ rec->shape;
			for (unsigned f = 0; f < rec->nfields; f++) {
				const struct field *x = &rec->fields[f];
				h = fnv(fnv(fnv(h, x->name), x->label), x->sql);
				h = (h ^ x->mask ^ (uint64_t)x->kind << 48 ^ (uint64_t)x->base << 40 ^
					    (uint64_t)x->octets << 32 ^ (uint64_t)x->part << 24 ^
					    (uint64_t)x->of << 8 ^ (uint64_t)x->nany << 4 ^ x->internal) *
				    UINT64_C(0x100000001b3);
				for (const struct value_name *v = x->names; v && v->name; v++)
					h = fnv(h, v->name) ^ (uint64_t)v->value;
			}
		}
	}
	return (int64_t)(h & INT64_MAX);
}

/* Tables that questions name themselves: made with the archive. Of the others, those that no capture has
 * anything for would take a page each, some hundred pages an archive. */
static bool is_core(const struct protocol *p)
{
	static const char *const names[] = { "frame", "ip", "ipv6", "icmp", "icmpv6", "tcp", "udp" };
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(names[i], p->name) == 0)
			return true;
	return false;
}

bool ddl_has(sqlite3 *db, const struct record *rec)
{
	sqlite3_stmt *st = NULL;
	bool yes = false;
	if (sqlite3_prepare_v2(db, "SELECT 1 FROM t_record WHERE name=?", -1, &st, NULL) == SQLITE_OK) {
		sqlite3_bind_text(st, 1, rec->name, -1, SQLITE_STATIC);
		yes = sqlite3_step(st) == SQLITE_ROW;
	}
	sqlite3_finalize(st);
	return yes;
}

/* The record's tables are there: so says the archive's list, and so does the catalogue. */
static int add_record(sqlite3 *db, const struct protocol *p, const struct record *rec, bool *expert)
{
	sqlite3_str *s = sqlite3_str_new(db);
	sqlite3_str_appendf(
		s, "INSERT INTO t_record VALUES ('%q', %lld)", rec->name, (long long)layout_of(p, rec));
	*expert |= has_expert(rec);
	int rc = views_run(db, s);
	return rc == SQLITE_OK ? install_sources(db, p, rec) : rc;
}

static int make_tables(sqlite3 *db, const struct protocol *p, const struct record *rec, bool *expert)
{
	sqlite3_str *s = sqlite3_str_new(db);
	tables_sql(s, p, rec);
	int rc = views_run(db, s);
	return rc == SQLITE_OK ? add_record(db, p, rec, expert) : rc;
}

int ddl_add(sqlite3 *db, const struct protocol *p, const struct record *rec, bool *expert)
{
	int rc = make_tables(db, p, rec, expert);
	return rc == SQLITE_OK ? views_install(db, p, rec) : rc;
}

static void put_tables(struct schema_rows *rows, const struct ddl_laid *laid)
{
	const struct record *rec = laid->record;
	struct record_table tables[RECORD_TABLES_MAX];
	char name[NAME_MAX_LEN];
	for (unsigned i = 0, n = record_tables(rec, tables); i < n; i++) {
		sqlite3_str *s = sqlite3_str_new(NULL);
		table_sql(s, laid->protocol->name, rec, tables[i].role, tables[i].part);
		table_name(name, rec, tables[i].role, tables[i].part);
		schema_rows_table(rows, name, sqlite3_str_finish(s), laid->roots[i]);
	}
	if (rec->inlined) {
		sqlite3_str *s = sqlite3_str_new(NULL);
		inlined_sql(s, laid->protocol->name, rec);
		table_name(name, rec, TABLE_PART, rec->inlined);
		schema_rows_view(rows, name, sqlite3_str_finish(s));
	}
	views_put(rows, laid->protocol, rec, false);
}

int ddl_add_laid(sqlite3 *db, const struct ddl_laid *list, size_t n, bool *expert)
{
	struct schema_rows rows;
	schema_rows_begin(&rows, db);
	for (size_t i = 0; i < n; i++)
		put_tables(&rows, &list[i]);
	int rc = schema_rows_end(&rows);
	for (size_t i = 0; rc == SQLITE_OK && i < n; i++)
		rc = add_record(db, list[i].protocol, list[i].record, expert);
	return rc;
}

int ddl_end(sqlite3 *db, bool *expert)
{
	int rc = *expert ? views_install_expert(db) : SQLITE_OK;
	*expert = false;
	return rc;
}

/* All views anew: those of records that are not there are empty. */
static int put_views(sqlite3 *db, const struct protocol *const *protocols, size_t n)
{
	struct schema_rows rows;
	schema_rows_begin(&rows, db);
	for (size_t i = 0; i < n; i++)
		for (unsigned k = 0; protocols[i] && k < protocols[i]->nrecords; k++)
			views_put(&rows, protocols[i], &protocols[i]->records[k],
				!ddl_has(db, &protocols[i]->records[k]));
	return schema_rows_end(&rows);
}

/* What the catalogue was made from. */
static int sign(sqlite3 *db, const struct protocol *const *protocols, size_t n)
{
	sqlite3_str *s = sqlite3_str_new(db);
	sqlite3_str_appendf(s, "INSERT OR REPLACE INTO protocol VALUES ('', '', '%lld', NULL, NULL)",
		(long long)contents_of(protocols, n));
	return views_run(db, s);
}

int ddl_install(sqlite3 *db, const struct protocol *const *protocols, size_t n)
{
	bool expert = false;
	int rc = install_catalogue(db, protocols, n);
	for (size_t i = 0; rc == SQLITE_OK && i < n; i++)
		for (unsigned k = 0; rc == SQLITE_OK && protocols[i] && is_core(protocols[i]) &&
				     k < protocols[i]->nrecords;
			k++)
			rc = make_tables(db, protocols[i], &protocols[i]->records[k], &expert);
	if (rc == SQLITE_OK)
		rc = views_install_expert(db);
	if (rc == SQLITE_OK)
		rc = put_views(db, protocols, n);
	return rc == SQLITE_OK ? sign(db, protocols, n) : rc;
}

/* Records by name, for the archive's list of those that are there. */
static const struct record *find_record(
	const struct protocol *const *protocols, size_t n, const char *name, const struct protocol **p)
{
	for (size_t i = 0; i < n; i++) {
		*p = protocols[i];
		for (unsigned k = 0; *p && k < (*p)->nrecords; k++)
			if (strcmp((*p)->records[k].name, name) == 0)
				return &(*p)->records[k];
	}
	return NULL;
}

enum ddl_state ddl_state(sqlite3 *db, const struct protocol *const *protocols, size_t n)
{
	sqlite3_stmt *st = NULL;
	enum ddl_state state = DDL_OTHER;
	if (sqlite3_prepare_v2(db, "SELECT name, layout FROM t_record", -1, &st, NULL) == SQLITE_OK) {
		state = DDL_SAME;
		while (state == DDL_SAME && sqlite3_step(st) == SQLITE_ROW) {
			const struct protocol *p;
			const struct record *rec =
				find_record(protocols, n, (const char *)sqlite3_column_text(st, 0), &p);
			if (!rec || layout_of(p, rec) != sqlite3_column_int64(st, 1))
				state = DDL_OTHER;
		}
	}
	sqlite3_finalize(st);
	if (state == DDL_OTHER)
		return state;
	if (sqlite3_prepare_v2(db, "SELECT CAST(shown AS INTEGER) FROM protocol WHERE name=''", -1, &st,
		    NULL) != SQLITE_OK ||
		one_int(st) != contents_of(protocols, n))
		state = DDL_OLDER;
	sqlite3_finalize(st);
	return state;
}

int ddl_update(sqlite3 *db, const struct protocol *const *protocols, size_t n)
{
	int rc = sqlite3_exec(db,
		"DELETE FROM field_source; DELETE FROM field_value; DELETE FROM field; DELETE FROM protocol",
		NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = archive_extend(db);
	if (rc == SQLITE_OK)
		rc = install_catalogue(db, protocols, n);
	if (rc == SQLITE_OK)
		rc = put_views(db, protocols, n);
	if (rc == SQLITE_OK)
		rc = sign(db, protocols, n);
	for (size_t i = 0; rc == SQLITE_OK && i < n; i++) {
		const struct protocol *p = protocols[i];
		for (unsigned k = 0; rc == SQLITE_OK && p && k < p->nrecords; k++) {
			if (ddl_has(db, &p->records[k]))
				rc = install_sources(db, p, &p->records[k]);
		}
	}
	return rc == SQLITE_OK ? views_install_expert(db) : rc;
}
