#include "indexer/store/ddl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "indexer/store/names.h"
#include "schema/archive.h"

/* The capture of a frame, for views: a field_source keeps {capture}, since whoever asks knows it. */
#define CAPTURE_OF_FRAME                                                                                     \
	"(SELECT c.id FROM capture c WHERE c.first_frame <= t.frame_id ORDER BY c.first_frame DESC, c.id "   \
	"DESC LIMIT 1)"

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

static int run(sqlite3 *db, sqlite3_str *s)
{
	char *sql = sqlite3_str_finish(s);
	if (!sql)
		return SQLITE_NOMEM;
	int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
	sqlite3_free(sql);
	return rc;
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
			"NULL;\n",
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
	sqlite3_str_appendall(s, rowid ? ");\n" : ") WITHOUT ROWID;\n");
}

/* One column of the record as seen from the table of this role, alias t. What stands in another part is
 * fetched by a subquery: it costs nothing to those who do not ask for it. */
static void append_column(sqlite3_str *s, const struct record *rec, const char *protocol,
	const struct field *f, enum table_role role, unsigned part)
{
	char column[NAME_MAX_LEN], table[NAME_MAX_LEN];
	column_name(column, protocol, f);
	if (role == TABLE_MORE || f->part == (role == TABLE_PART ? part : 0) ||
		(role == TABLE_MAIN && f->part == rec->inlined)) {
		sqlite3_str_appendf(s, "t.\"%w\"", column);
		return;
	}
	table_name(table, rec, f->part ? TABLE_PART : TABLE_MAIN, f->part);
	sqlite3_str_appendf(s, "(SELECT m.\"%w\" FROM \"%w\" m WHERE m.frame_id=t.frame_id)", column, table);
}

static const struct field *field_by_column(
	const struct record *rec, const char *protocol, const char *name, size_t n)
{
	char column[NAME_MAX_LEN];
	for (unsigned i = 0; i < rec->nfields; i++) {
		column_name(column, protocol, &rec->fields[i]);
		if (strlen(column) == n && strncmp(column, name, n) == 0)
			return &rec->fields[i];
	}
	return NULL;
}

/* The field's raw value: a column, bits of another one, or its own SQL with {columns} put in. */
static void append_expr(sqlite3_str *s, const struct record *rec, const char *protocol, const struct field *f,
	enum table_role role, unsigned part, bool view)
{
	if (f->mask) {
		int shift = __builtin_ctzll(f->mask);
		sqlite3_str_appendall(s, "(");
		append_expr(s, rec, protocol, &rec->fields[f->of], role, part, view);
		sqlite3_str_appendf(s, ">>%d)&%lld", shift, (long long)(f->mask >> shift));
		return;
	}
	if (!f->sql) {
		append_column(s, rec, protocol, f, role, part);
		return;
	}
	sqlite3_str_appendall(s, "(");
	for (const char *p = f->sql; *p;) {
		size_t plain = strcspn(p, "{");
		sqlite3_str_append(s, p, (int)plain);
		p += plain;
		if (!*p)
			break;
		size_t n = strcspn(++p, "}");
		const struct field *other = field_by_column(rec, protocol, p, n);
		if (n == 5 && strncmp(p, "frame", 5) == 0)
			sqlite3_str_appendall(s, "t.frame_id");
		else if (n == 5 && strncmp(p, "layer", 5) == 0)
			sqlite3_str_appendall(s, role == TABLE_MORE ? "t.layer" : "1");
		else if (n == 7 && strncmp(p, "capture", 7) == 0)
			sqlite3_str_appendall(s, view ? CAPTURE_OF_FRAME : "{capture}");
		else if (other)
			append_expr(s, rec, protocol, other, role, part, view);
		p += n + (p[n] == '}');
	}
	sqlite3_str_appendall(s, ")");
}

/* The value as a reader of a view wants it: text for addresses, seconds for times. */
static void append_view_column(sqlite3_str *s, const struct record *rec, const char *protocol,
	const struct field *f, enum table_role role, unsigned part)
{
	char column[NAME_MAX_LEN];
	sqlite3_str *e = sqlite3_str_new(NULL);
	append_expr(e, rec, protocol, f, role, part, true);
	char *expr = sqlite3_str_finish(e);
	if (!expr)
		return;
	column_name(column, protocol, f);
	sqlite3_str_appendall(s, ",\n  ");
	switch (f->kind) {
	case KIND_ETHER:
	case KIND_IPV4:
	case KIND_IPV6:
	case KIND_ADDRESS:
		sqlite3_str_appendf(s, "(SELECT a.text FROM t_address a WHERE a.id=%s)", expr);
		break;
	case KIND_TEXT:
	case KIND_LIST:
		if (f->sql)
			sqlite3_str_appendall(s, expr);
		else
			sqlite3_str_appendf(s, "(SELECT x.value FROM t_text x WHERE x.id=%s)", expr);
		break;
	case KIND_TIME: /* UTC */
		sqlite3_str_appendf(s,
			"strftime('%%Y-%%m-%%d %%H:%%M:%%S', %s/1000000000, 'unixepoch')||printf('.%%09d', "
			"%s%%1000000000)",
			expr, expr);
		break;
	case KIND_RELTIME:
		sqlite3_str_appendf(s, "%s/1e9", expr);
		break;
	case KIND_BYTES: /* where they stand in the frame; the octets are in the chunks */
		sqlite3_str_appendf(s,
			"CASE typeof(%s) WHEN 'integer' THEN %s>>24 END AS \"%w_offset\",\n  "
			"CASE typeof(%s) WHEN 'integer' THEN %s&16777215 WHEN 'blob' THEN length(%s) WHEN "
			"'text' THEN CAST(%s AS INTEGER) END AS "
			"\"%w_length\"",
			expr, expr, column, expr, expr, expr, expr, column);
		sqlite3_free(expr);
		return;
	default:
		sqlite3_str_appendall(s, expr);
	}
	sqlite3_str_appendf(s, " AS \"%w\"", column);
	sqlite3_free(expr);
}

static bool in_view(const struct field *f)
{
	return !f->internal && !f->nany && f->kind != KIND_STACK && !field_is_expert(f);
}

static void view_columns(
	sqlite3_str *s, const char *protocol, const struct record *rec, enum table_role role, unsigned part)
{
	for (unsigned i = 0; i < rec->nfields; i++) {
		const struct field *f = &rec->fields[i];
		if (in_view(f) && (role != TABLE_PART || f->part == part))
			append_view_column(s, rec, protocol, f, role, part);
	}
}

/* The public views of a record. Of a layer: NAME has one row a frame, the first of its layers; NAME_PART the
 * rows that have something of the part, for quick scans; NAME_all every layer, numbered. */
static void view_sql(sqlite3_str *s, const char *protocol, const struct record *rec)
{
	static const char *const keys[] = {
		[RECORD_LAYER] = "", [RECORD_CHILD] = ", t.n, t.layer", [RECORD_LATE] = ", t.layer"
	};
	char table[NAME_MAX_LEN], part[NAME_MAX_LEN], more[NAME_MAX_LEN];
	table_name(table, rec, TABLE_MAIN, 0);
	sqlite3_str_appendf(s, "CREATE VIEW \"%w\" AS SELECT t.frame_id%s", table + 2, keys[rec->shape]);
	view_columns(s, protocol, rec, TABLE_MAIN, 0);
	sqlite3_str_appendf(s, "\nFROM \"%w\" t;\n", table);
	if (rec->shape != RECORD_LAYER)
		return;
	for (unsigned p = 1; p <= record_parts(rec); p++) {
		table_name(part, rec, TABLE_PART, p);
		sqlite3_str_appendf(s, "CREATE VIEW \"%w\" AS SELECT t.frame_id", part + 2);
		view_columns(s, protocol, rec, TABLE_PART, p);
		sqlite3_str_appendf(s, "\nFROM \"%w\" t;\n", part);
	}
	table_name(more, rec, TABLE_MORE, 0);
	sqlite3_str_appendf(s, "CREATE VIEW \"%w_all\" AS SELECT t.frame_id, 1 AS layer", table + 2);
	view_columns(s, protocol, rec, TABLE_MAIN, 0);
	sqlite3_str_appendf(s, "\nFROM \"%w\" t\nUNION ALL SELECT t.frame_id, t.layer", table);
	view_columns(s, protocol, rec, TABLE_MORE, 0);
	sqlite3_str_appendf(s, "\nFROM \"%w\" t;\n", more);
}

static bool is_frame(const struct record *rec)
{
	return strcmp(rec->name, "frame") == 0;
}

/* A record without a field for users is storage: what is to be seen of it has a view of its own (core.sql).
 */
static bool is_public(const struct record *rec)
{
	for (unsigned i = 0; i < rec->nfields; i++)
		if (!rec->fields[i].internal)
			return true;
	return rec->nfields == 0;
}

static void parts_sql(sqlite3_str *s, const char *protocol, const struct record *rec)
{
	for (unsigned part = 1; part <= record_parts(rec); part++)
		if (part != rec->inlined)
			table_sql(s, protocol, rec, TABLE_PART, part);
}

static void tables_sql(sqlite3_str *s, const struct protocol *p, const struct record *rec)
{
	table_sql(s, p->name, rec, TABLE_MAIN, 0);
	if (rec->shape != RECORD_LAYER)
		return;
	parts_sql(s, p->name, rec);
	if (rec->inlined)
		inlined_sql(s, p->name, rec);
	if (!is_frame(rec))
		table_sql(s, p->name, rec, TABLE_MORE, 0);
}

void ddl_frame_tables(sqlite3_str *s, const struct protocol *p, const struct record *rec)
{
	if (rec->shape != RECORD_LAYER)
		return;
	table_sql(s, p->name, rec, TABLE_MAIN, 0);
	parts_sql(s, p->name, rec);
}

/* ---- views of what no capture has yet ---- */

/* A view that looks like the real one and is empty: the same SELECT works on every archive. */
static void empty_view(sqlite3_str *s, const char *name, const char *keys, const struct record *rec,
	const char *protocol, int part)
{
	char column[NAME_MAX_LEN];
	sqlite3_str_appendf(s, "CREATE VIEW \"%w\" AS SELECT NULL AS frame_id%s", name, keys);
	for (unsigned i = 0; i < rec->nfields; i++) {
		const struct field *f = &rec->fields[i];
		if (!in_view(f) || (part && f->part != part))
			continue;
		column_name(column, protocol, f);
		if (f->kind == KIND_BYTES)
			sqlite3_str_appendf(
				s, ",NULL AS \"%w_offset\",NULL AS \"%w_length\"", column, column);
		else
			sqlite3_str_appendf(s, ",NULL AS \"%w\"", column);
	}
	sqlite3_str_appendall(s, " WHERE 0;\n");
}

static void empty_views(sqlite3_str *s, const struct protocol *p, const struct record *rec)
{
	static const char *const keys[] = { [RECORD_LAYER] = "",
		[RECORD_CHILD] = ",NULL AS n,NULL AS layer",
		[RECORD_LATE] = ",NULL AS layer" };
	char name[NAME_MAX_LEN + 4];
	table_name(name, rec, TABLE_MAIN, 0);
	empty_view(s, name + 2, keys[rec->shape], rec, p->name, 0);
	if (rec->shape != RECORD_LAYER)
		return;
	strcat(name, "_all");
	empty_view(s, name + 2, ",NULL AS layer", rec, p->name, 0);
	for (unsigned part = 1; part <= record_parts(rec); part++) {
		table_name(name, rec, TABLE_PART, part);
		empty_view(s, name + 2, "", rec, p->name, (int)part);
	}
}

static void drop_views(sqlite3_str *s, const struct record *rec)
{
	char name[NAME_MAX_LEN];
	table_name(name, rec, TABLE_MAIN, 0);
	sqlite3_str_appendf(s, "DROP VIEW IF EXISTS \"%w\";\n", name + 2);
	if (rec->shape != RECORD_LAYER)
		return;
	sqlite3_str_appendf(s, "DROP VIEW IF EXISTS \"%w_all\";\n", name + 2);
	for (unsigned part = 1; part <= record_parts(rec); part++) {
		table_name(name, rec, TABLE_PART, part);
		sqlite3_str_appendf(s, "DROP VIEW IF EXISTS \"%w\";\n", name + 2);
	}
}

/* The view `frame` also says which capture a frame is of. */
static int install_frame_view(sqlite3 *db, const struct protocol *frame)
{
	const struct record *rec = &frame->records[0];
	sqlite3_str *s = sqlite3_str_new(db);
	sqlite3_str_appendall(
		s, "CREATE VIEW frame AS SELECT t.frame_id, " CAPTURE_OF_FRAME " AS capture_id");
	view_columns(s, frame->name, rec, TABLE_MAIN, 0);
	sqlite3_str_appendall(s, "\nFROM t_frame t;");
	return run(db, s);
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
	append_expr(e, rec, p->name, f, role, f->part, false);
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

/* ---- the Expert Information ---- */

static char *replace_capture(const char *expr)
{
	sqlite3_str *s = sqlite3_str_new(NULL);
	for (const char *hit; (hit = strstr(expr, "{capture}")); expr = hit + 9) {
		sqlite3_str_append(s, expr, (int)(hit - expr));
		sqlite3_str_appendall(s, CAPTURE_OF_FRAME);
	}
	sqlite3_str_appendall(s, expr);
	return sqlite3_str_finish(s);
}

/* The view `expert`: the items of all tables that have some. Made anew whenever there is one more. */
static int install_expert_view(sqlite3 *db)
{
	static const char sql[] =
		"SELECT m.tbl, m.expr, e.expr, g.expr, (SELECT p.name FROM protocol p WHERE p.name<>'' AND "
		"substr(m.tbl, 3)||'_' LIKE p.name||'\\_%' ESCAPE '\\' ORDER BY length(p.name) DESC LIMIT 1)"
		" FROM field_source m JOIN field_source e ON e.n=m.n JOIN field_source g ON g.n=m.n"
		" WHERE m.field_id=(SELECT id FROM field WHERE name='" EXPERT_NAME ".message')"
		" AND e.field_id=(SELECT id FROM field WHERE name='" EXPERT_NAME ".severity')"
		" AND g.field_id=(SELECT id FROM field WHERE name='" EXPERT_NAME ".group') ORDER BY m.n";
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &st, NULL);
	sqlite3_str *s = sqlite3_str_new(db);
	unsigned n = 0;
	sqlite3_str_appendall(s,
		"DROP VIEW IF EXISTS expert;\nCREATE VIEW expert AS SELECT x.frame_id, x.protocol, "
		"(SELECT v.name FROM field_value v JOIN field f ON f.id=v.field_id WHERE f.name='" EXPERT_NAME
		".severity' AND v.value=x.severity) AS severity, "
		"(SELECT v.name FROM field_value v JOIN field f ON f.id=v.field_id WHERE f.name='" EXPERT_NAME
		".group' AND v.value=x.grp) AS \"group\", x.message FROM (");
	while (rc == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW) {
		char *expr[3];
		for (int i = 0; i < 3; i++)
			expr[i] = replace_capture((const char *)sqlite3_column_text(st, i + 1));
		if (expr[0] && expr[1] && expr[2])
			sqlite3_str_appendf(s,
				"%s\nSELECT t.frame_id, '%q' AS protocol, %s AS severity, %s AS grp, %s AS "
				"message"
				" FROM \"%w\" t",
				n++ ? "\nUNION ALL" : "", sqlite3_column_text(st, 4), expr[1], expr[2],
				expr[0], sqlite3_column_text(st, 0));
		for (int i = 0; i < 3; i++)
			sqlite3_free(expr[i]);
	}
	if (!n)
		sqlite3_str_appendall(s,
			"SELECT NULL AS frame_id, NULL AS protocol, NULL AS severity, NULL AS grp, NULL AS "
			"message WHERE 0");
	sqlite3_str_appendall(s, ") x WHERE x.message IS NOT NULL;");
	sqlite3_finalize(st);
	int made = run(db, s);
	return rc == SQLITE_OK ? made : rc;
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
#define VIEWS_VERSION 3

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

static int views(sqlite3 *db, const struct protocol *p, const struct record *rec)
{
	if (is_frame(rec))
		return install_frame_view(db, p);
	if (!is_public(rec))
		return SQLITE_OK;
	sqlite3_str *s = sqlite3_str_new(db);
	drop_views(s, rec);
	view_sql(s, p->name, rec);
	return run(db, s);
}

int ddl_add(sqlite3 *db, const struct protocol *p, const struct record *rec)
{
	sqlite3_str *s = sqlite3_str_new(db);
	tables_sql(s, p, rec);
	sqlite3_str_appendf(
		s, "INSERT INTO t_record VALUES ('%q', %lld);\n", rec->name, (long long)layout_of(p, rec));
	int rc = run(db, s);
	if (rc == SQLITE_OK)
		rc = views(db, p, rec);
	if (rc == SQLITE_OK)
		rc = install_sources(db, p, rec);
	return rc == SQLITE_OK && has_expert(rec) ? install_expert_view(db) : rc;
}

/* Catalogue and empty views of all, then the views and sources of those that are there. */
static int describe(sqlite3 *db, const struct protocol *const *protocols, size_t n)
{
	int rc = install_catalogue(db, protocols, n);
	sqlite3_str *s = sqlite3_str_new(db);
	for (size_t i = 0; i < n; i++) {
		const struct protocol *p = protocols[i];
		for (unsigned k = 0; p && k < p->nrecords; k++) {
			if (is_frame(&p->records[k]) || !is_public(&p->records[k]))
				continue;
			drop_views(s, &p->records[k]);
			empty_views(s, p, &p->records[k]);
		}
	}
	sqlite3_str_appendf(s, "INSERT OR REPLACE INTO protocol VALUES ('', '', '%lld', NULL, NULL)",
		(long long)contents_of(protocols, n));
	int made = run(db, s);
	return rc == SQLITE_OK ? made : rc;
}

int ddl_install(sqlite3 *db, const struct protocol *const *protocols, size_t n)
{
	int rc = describe(db, protocols, n);
	for (size_t i = 0; rc == SQLITE_OK && i < n; i++)
		for (unsigned k = 0; rc == SQLITE_OK && protocols[i] && is_core(protocols[i]) &&
				     k < protocols[i]->nrecords;
			k++)
			rc = ddl_add(db, protocols[i], &protocols[i]->records[k]);
	return rc;
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
		"DELETE FROM field_source; DELETE FROM field_value; DELETE FROM field; DELETE FROM protocol;"
		"DROP VIEW IF EXISTS frame",
		NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = archive_extend(db);
	if (rc == SQLITE_OK)
		rc = describe(db, protocols, n);
	for (size_t i = 0; rc == SQLITE_OK && i < n; i++) {
		const struct protocol *p = protocols[i];
		for (unsigned k = 0; rc == SQLITE_OK && p && k < p->nrecords; k++) {
			if (!ddl_has(db, &p->records[k]))
				continue;
			rc = views(db, p, &p->records[k]);
			if (rc == SQLITE_OK)
				rc = install_sources(db, p, &p->records[k]);
		}
	}
	return rc == SQLITE_OK ? install_expert_view(db) : rc;
}
