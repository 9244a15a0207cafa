#include "indexer/store/views.h"

#include <stdio.h>
#include <string.h>

#include "indexer/expert.h"
#include "indexer/store/expr.h"

int views_run(sqlite3 *db, sqlite3_str *s)
{
	char *sql = sqlite3_str_finish(s);
	if (!sql)
		return SQLITE_NOMEM;
	int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
	sqlite3_free(sql);
	return rc;
}

static bool in_view(const struct field *f)
{
	return !f->internal && !f->asked && !f->nany && f->kind != KIND_STACK && !field_is_expert(f);
}

bool views_shown(const struct record *rec)
{
	for (unsigned i = 0; i < rec->nfields; i++)
		if (in_view(&rec->fields[i]))
			return true;
	return rec->nfields == 0;
}

/* ---- columns ---- */

/* A record's columns as a view has them, from one of its tables. */
struct columns {
	struct expr_place at;
	char names[RECORD_FIELDS_MAX][NAME_MAX_LEN];
};

static void columns_make(struct columns *c, const char *protocol, const struct record *rec,
	enum table_role role, unsigned part)
{
	c->at = (struct expr_place) { protocol, rec, role, part, true };
	for (unsigned i = 0; i < rec->nfields; i++)
		column_name(c->names[i], protocol, &rec->fields[i]);
}

/* Does the view have a column for field i? */
static bool is_column(const struct columns *c, unsigned i)
{
	const struct field *f = &c->at.rec->fields[i];
	return in_view(f) && (c->at.role != TABLE_PART || f->part == c->at.part);
}

/* Is NAME that of field i's column, or of one of its two? */
static bool is_named(const struct columns *c, unsigned i, const char *name)
{
	size_t n = strlen(c->names[i]);
	if (strncmp(c->names[i], name, n) != 0)
		return false;
	if (c->at.rec->fields[i].kind != KIND_BYTES)
		return name[n] == '\0';
	return strcmp(name + n, "_offset") == 0 || strcmp(name + n, "_length") == 0;
}

/* The name of field i's column; a span of octets has two ("_offset", "_length"). One that is not the first of
 * its name has a number, as SQLite gives it by itself. */
static void append_name_of(sqlite3_str *s, const struct columns *c, unsigned i, const char *suffix)
{
	char name[NAME_MAX_LEN + 24];
	unsigned before = 0;
	int n = snprintf(name, sizeof(name), "%s%s", c->names[i], suffix);
	for (unsigned k = 0; k < i; k++)
		before += is_column(c, k) && is_named(c, k, name);
	if (before)
		snprintf(name + n, sizeof(name) - (size_t)n, ":%u", before);
	expr_append_name(s, name);
}

/* Where octets stand in the frame; they themselves are in the chunks. `value` is an INTEGER (offset << 24 |
 * length), the octets as a BLOB, or nothing but their number as TEXT. */
static void append_span(sqlite3_str *s, const char *value, bool length)
{
	if (length)
		sqlite3_str_appendf(s,
			"CASE typeof(%s) WHEN 'integer' THEN %s&16777215 WHEN 'blob' THEN length(%s) WHEN "
			"'text' THEN "
			"CAST(%s AS INTEGER) END",
			value, value, value, value);
	else
		sqlite3_str_appendf(s, "CASE typeof(%s) WHEN 'integer' THEN %s>>24 END", value, value);
}

static void append_octets(sqlite3_str *s, const struct columns *c, unsigned i)
{
	char table[NAME_MAX_LEN];
	const struct field *f = &c->at.rec->fields[i];
	bool elsewhere = !f->mask && !f->sql && expr_elsewhere(&c->at, f, table);
	sqlite3_str *e = sqlite3_str_new(NULL);
	if (elsewhere) {
		sqlite3_str_appendall(e, "m.");
		expr_append_name(e, c->names[i]);
	} else {
		expr_append(e, &c->at, f);
	}
	char *value = sqlite3_str_finish(e);
	for (int length = 0; value && length < 2; length++) {
		sqlite3_str_appendall(s, elsewhere ? ",\n  (SELECT " : ",\n  ");
		append_span(s, value, length);
		if (elsewhere) {
			sqlite3_str_appendall(s, " FROM ");
			expr_append_name(s, table);
			sqlite3_str_appendall(s, " m WHERE m.frame_id=t.frame_id)");
		}
		sqlite3_str_appendall(s, " AS ");
		append_name_of(s, c, i, length ? "_length" : "_offset");
	}
	sqlite3_free(value);
}

/* The value as a reader of a view wants it: text for addresses, seconds for times. */
static void append_column(sqlite3_str *s, const struct columns *c, unsigned i)
{
	const struct field *f = &c->at.rec->fields[i];
	char table[NAME_MAX_LEN];
	if (f->kind == KIND_BYTES) {
		append_octets(s, c, i);
		return;
	}
	sqlite3_str *e = sqlite3_str_new(NULL), *n = sqlite3_str_new(NULL);
	expr_append(e, &c->at, f);
	append_name_of(n, c, i, "");
	char *expr = sqlite3_str_finish(e), *name = sqlite3_str_finish(n);
	sqlite3_str_appendall(s, ",\n  ");
	bool plain = false;
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
	default:
		plain = !f->mask && !f->sql && !expr_elsewhere(&c->at, f, table) && name &&
			!strchr(name, ':');
		sqlite3_str_appendall(s, plain ? name : expr);
	}
	if (!plain)
		sqlite3_str_appendf(s, " AS %s", name);
	sqlite3_free(expr);
	sqlite3_free(name);
}

static void append_columns(sqlite3_str *s, const struct columns *c)
{
	for (unsigned i = 0; i < c->at.rec->nfields; i++)
		if (is_column(c, i))
			append_column(s, c, i);
}

/* ---- views ---- */

/* Where views go. */
struct out {
	sqlite3 *db;              /* at once, or: */
	struct schema_rows *rows; /* with others */
	bool empty;               /* of what no capture has yet: they look the same, and have no rows */
	int rc;                   /* of the first that failed */
};

static sqlite3_str *begin_view(const char *name)
{
	sqlite3_str *s = sqlite3_str_new(NULL);
	sqlite3_str_appendall(s, "CREATE VIEW ");
	expr_append_name(s, name);
	sqlite3_str_appendall(s, " AS SELECT ");
	return s;
}

static void append_from(sqlite3_str *s, const char *table)
{
	sqlite3_str_appendall(s, "\nFROM ");
	expr_append_name(s, table);
	sqlite3_str_appendall(s, " t");
}

static void put_view(struct out *o, const char *name, sqlite3_str *s)
{
	char *sql = sqlite3_str_finish(s);
	if (o->rows) {
		schema_rows_view(o->rows, name, sql);
		return;
	}
	sqlite3_str *all = sqlite3_str_new(NULL);
	sqlite3_str_appendf(all, "DROP VIEW IF EXISTS \"%w\";\n%s", name, sql);
	if (o->rc == SQLITE_OK)
		o->rc = sql ? views_run(o->db, all) : SQLITE_NOMEM;
	else
		sqlite3_free(sqlite3_str_finish(all));
	sqlite3_free(sql);
}

/* NULLs by the names of the columns. */
static void append_nulls(sqlite3_str *s, const struct columns *c)
{
	for (unsigned i = 0; i < c->at.rec->nfields; i++) {
		if (!is_column(c, i))
			continue;
		bool octets = c->at.rec->fields[i].kind == KIND_BYTES;
		sqlite3_str_appendall(s, ",NULL AS ");
		append_name_of(s, c, i, octets ? "_offset" : "");
		if (octets) {
			sqlite3_str_appendall(s, ",NULL AS ");
			append_name_of(s, c, i, "_length");
		}
	}
}

/* The rows of one table: its keys, then the columns. */
static void put_table(struct out *o, const struct columns *c, const char *const keys[])
{
	char table[NAME_MAX_LEN];
	table_name(table, c->at.rec, c->at.role, c->at.part);
	sqlite3_str *s = begin_view(table + 2);
	for (unsigned i = 0; keys[i]; i++)
		sqlite3_str_appendf(s, o->empty ? "%sNULL AS %s" : "%st.%s",
			i == 0     ? ""
			: o->empty ? ","
				   : ", ",
			keys[i]);
	if (o->empty) {
		append_nulls(s, c);
		sqlite3_str_appendall(s, " WHERE 0");
	} else {
		append_columns(s, c);
		append_from(s, table);
	}
	put_view(o, table + 2, s);
}

static void put_all(struct out *o, struct columns *c)
{
	char first[NAME_MAX_LEN], all[NAME_MAX_LEN + 4], more[NAME_MAX_LEN];
	table_name(first, c->at.rec, TABLE_MAIN, 0);
	table_name(more, c->at.rec, TABLE_MORE, 0);
	snprintf(all, sizeof(all), "%s_all", first + 2);
	sqlite3_str *s = begin_view(all);
	sqlite3_str_appendall(s, o->empty ? "*, NULL AS layer FROM " : "*, 1 AS layer FROM ");
	expr_append_name(s, first + 2);
	if (!o->empty) {
		sqlite3_str_appendall(s, "\nUNION ALL SELECT t.frame_id");
		c->at.role = TABLE_MORE;
		append_columns(s, c);
		sqlite3_str_appendall(s, ", t.layer");
		append_from(s, more);
	}
	put_view(o, all, s);
}

/* The view `frame` also says which capture a frame is of. */
static void put_frame(struct out *o, const struct columns *c)
{
	sqlite3_str *s = begin_view("frame");
	sqlite3_str_appendall(s, "t.frame_id, " CAPTURE_OF_FRAME " AS capture_id");
	append_columns(s, c);
	append_from(s, "t_frame");
	put_view(o, "frame", s);
}

/* Of a layer: NAME has one row a frame, the first of its layers; NAME_all every layer, numbered; NAME_PART
 * the rows that have something of the part, for quick scans. */
static void put_record(struct out *o, const char *protocol, const struct record *rec)
{
	static const char *const keys[][4] = { [RECORD_LAYER] = { "frame_id" },
		[RECORD_CHILD] = { "frame_id", "n", "layer" },
		[RECORD_LATE] = { "frame_id", "layer" } };
	struct columns c;
	if (!views_shown(rec))
		return;
	columns_make(&c, protocol, rec, TABLE_MAIN, 0);
	if (strcmp(rec->name, "frame") == 0) {
		put_frame(o, &c);
		return;
	}
	put_table(o, &c, keys[rec->shape]);
	if (rec->shape != RECORD_LAYER)
		return;
	put_all(o, &c);
	c.at.role = TABLE_PART;
	for (c.at.part = 1; c.at.part <= record_parts(rec); c.at.part++)
		put_table(o, &c, keys[RECORD_LAYER]);
}

int views_install(sqlite3 *db, const struct protocol *p, const struct record *rec)
{
	struct out o = { .db = db };
	put_record(&o, p->name, rec);
	return o.rc;
}

void views_put(struct schema_rows *rows, const struct protocol *p, const struct record *rec, bool empty)
{
	struct out o = { .rows = rows, .empty = empty };
	put_record(&o, p->name, rec);
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

/* What EXPERT_ITEM says of severity and group is for where there is a message, and so is the view: VALUE of
 * "(CASE WHEN MESSAGE IS NOT NULL THEN VALUE END)". sqlite3_free() it. */
static char *where_message(const char *expr, const char *message)
{
	static const char head[] = "(CASE WHEN ", middle[] = " IS NOT NULL THEN ", tail[] = " END)";
	size_t n = strlen(expr), m = strlen(message), before = sizeof(head) - 1 + m + sizeof(middle) - 1;
	if (n > before + sizeof(tail) - 1 && strncmp(expr, head, sizeof(head) - 1) == 0 &&
		strncmp(expr + sizeof(head) - 1, message, m) == 0 &&
		strncmp(expr + sizeof(head) - 1 + m, middle, sizeof(middle) - 1) == 0)
		return sqlite3_mprintf("%.*s", (int)(n - before - (sizeof(tail) - 1)), expr + before);
	return sqlite3_mprintf("%s", expr);
}

static void append_expert(sqlite3_str *s, sqlite3_stmt *st, bool first)
{
	char *expr[3];
	for (int i = 0; i < 3; i++)
		expr[i] = replace_capture((const char *)sqlite3_column_text(st, i + 1));
	char *severity = expr[0] && expr[1] ? where_message(expr[1], expr[0]) : NULL,
	     *group = expr[0] && expr[2] ? where_message(expr[2], expr[0]) : NULL;
	if (severity && group)
		sqlite3_str_appendf(s,
			"%s\nSELECT t.frame_id, '%q' AS protocol, %s AS severity, %s AS grp, %s AS message "
			"FROM \"%w\" t",
			first ? "" : "\nUNION ALL", sqlite3_column_text(st, 4), severity, group, expr[0],
			sqlite3_column_text(st, 0));
	for (int i = 0; i < 3; i++)
		sqlite3_free(expr[i]);
	sqlite3_free(severity);
	sqlite3_free(group);
}

/* The name of a number: a few names are faster said than looked up for each row. */
static void append_names(sqlite3_str *s, const char *number, const struct value_name *names)
{
	sqlite3_str_appendf(s, "CASE %s", number);
	for (; names->name; names++)
		sqlite3_str_appendf(s, " WHEN %lld THEN %Q", (long long)names->value, names->name);
	sqlite3_str_appendall(s, " END");
}

int views_install_expert(sqlite3 *db)
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
	sqlite3_str_appendall(
		s, "DROP VIEW IF EXISTS expert;\nCREATE VIEW expert AS SELECT x.frame_id, x.protocol,\n");
	append_names(s, "x.severity", expert_severity_names);
	sqlite3_str_appendall(s, " AS severity,\n");
	append_names(s, "x.grp", expert_group_names);
	sqlite3_str_appendall(s, " AS \"group\", x.message FROM (");
	while (rc == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW)
		append_expert(s, st, n++ == 0);
	if (!n)
		sqlite3_str_appendall(s,
			"SELECT NULL AS frame_id, NULL AS protocol, NULL AS severity, NULL AS grp, NULL AS "
			"message WHERE 0");
	sqlite3_str_appendall(s, ") x WHERE x.message IS NOT NULL;");
	sqlite3_finalize(st);
	int made = views_run(db, s);
	return rc == SQLITE_OK ? made : rc;
}
