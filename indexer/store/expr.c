#include "indexer/store/expr.h"

#include <string.h>

/* Words that PostgreSQL keeps to itself and SQLite does not (its appendix "SQL Key Words"), and SQLite's
 * truth values. */
static bool reserved(const char *name)
{
	static const char *const words[] = { "analyse", "any", "array", "asymmetric", "authorization",
		"binary", "both", "char", "concurrently", "false", "fetch", "freeze", "grant", "ilike",
		"lateral", "leading", "localtime", "localtimestamp", "only", "overlaps", "placing",
		"session_user", "similar", "some", "symmetric", "system_user", "tablesample", "trailing",
		"true", "user", "variadic", "verbose" };
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(words[i], name) == 0)
			return true;
	return sqlite3_keyword_check(name, (int)strlen(name));
}

void expr_append_name(sqlite3_str *s, const char *name)
{
	size_t n = strlen(name);
	bool bare = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == n && (*name > '9') &&
		    !reserved(name);
	sqlite3_str_appendf(s, bare ? "%s" : "\"%w\"", name);
}

bool expr_elsewhere(const struct expr_place *at, const struct field *f, char table[NAME_MAX_LEN])
{
	if (at->role == TABLE_MORE || f->part == (at->role == TABLE_PART ? at->part : 0) ||
		(at->role == TABLE_MAIN && f->part == at->rec->inlined))
		return false;
	table_name(table, at->rec, f->part ? TABLE_PART : TABLE_MAIN, f->part);
	return true;
}

static void append_column(sqlite3_str *s, const struct expr_place *at, const struct field *f)
{
	char column[NAME_MAX_LEN], table[NAME_MAX_LEN];
	column_name(column, at->protocol, f);
	bool elsewhere = expr_elsewhere(at, f, table);
	sqlite3_str_appendall(s, elsewhere ? "(SELECT m." : "t.");
	expr_append_name(s, column);
	if (!elsewhere)
		return;
	sqlite3_str_appendall(s, " FROM ");
	expr_append_name(s, table);
	sqlite3_str_appendall(s, " m WHERE m.frame_id=t.frame_id)");
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

void expr_append(sqlite3_str *s, const struct expr_place *at, const struct field *f)
{
	if (f->mask) {
		int shift = __builtin_ctzll(f->mask);
		sqlite3_str_appendall(s, "(");
		expr_append(s, at, &at->rec->fields[f->of]);
		sqlite3_str_appendf(s, ">>%d)&%lld", shift, (long long)(f->mask >> shift));
		return;
	}
	if (!f->sql) {
		append_column(s, at, f);
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
		const struct field *other = field_by_column(at->rec, at->protocol, p, n);
		if (n == 5 && strncmp(p, "frame", 5) == 0)
			sqlite3_str_appendall(s, "t.frame_id");
		else if (n == 5 && strncmp(p, "layer", 5) == 0)
			sqlite3_str_appendall(s, at->role == TABLE_MORE ? "t.layer" : "1");
		else if (n == 7 && strncmp(p, "capture", 7) == 0)
			sqlite3_str_appendall(s, at->view ? CAPTURE_OF_FRAME : "{capture}");
		else if (other)
			expr_append(s, at, other);
		p += n + (p[n] == '}');
	}
	sqlite3_str_appendall(s, ")");
}
