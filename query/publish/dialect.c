#include "query/publish/dialect.h"

#include <ctype.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What SQLite has and PostgreSQL has not, for the types that the archive's columns have. */
const char dialect_functions_sql[] =
	"CREATE OR REPLACE FUNCTION pcapdex_true(boolean) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT "
	"$1';"
	"CREATE OR REPLACE FUNCTION pcapdex_true(bigint) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT "
	"$1 <> 0';"
	"CREATE OR REPLACE FUNCTION iif(boolean, text, text) RETURNS text LANGUAGE sql IMMUTABLE AS"
	" 'SELECT CASE WHEN $1 THEN $2 ELSE $3 END';"
	"CREATE OR REPLACE FUNCTION iif(bigint, text, text) RETURNS text LANGUAGE sql IMMUTABLE AS"
	" 'SELECT CASE WHEN $1 <> 0 THEN $2 ELSE $3 END';"
	"CREATE OR REPLACE FUNCTION iif(boolean, bigint, bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS"
	" 'SELECT CASE WHEN $1 THEN $2 ELSE $3 END';"
	"CREATE OR REPLACE FUNCTION iif(bigint, bigint, bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS"
	" 'SELECT CASE WHEN $1 <> 0 THEN $2 ELSE $3 END';"
	/* Asked of spans only: SERVER_ELSEWHERE() has the length. */
	"CREATE OR REPLACE FUNCTION typeof(bigint) RETURNS text LANGUAGE sql IMMUTABLE AS"
	" 'SELECT CASE WHEN $1 IS NULL THEN ''null'' WHEN $1 < 0 THEN ''blob'' ELSE ''integer'' END';"
	"CREATE OR REPLACE FUNCTION length(bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT "
	"CASE WHEN $1 < 0 THEN (-1 - $1) / 2 ELSE length($1::text)::bigint END';"
	"CREATE OR REPLACE FUNCTION min(bigint, bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS"
	" 'SELECT CASE WHEN $1 IS NULL OR $2 IS NULL THEN NULL ELSE least($1, $2) END';"
	"CREATE OR REPLACE FUNCTION max(bigint, bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS"
	" 'SELECT CASE WHEN $1 IS NULL OR $2 IS NULL THEN NULL ELSE greatest($1, $2) END';"
	"CREATE OR REPLACE FUNCTION instr(text, text) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT "
	"strpos($1, $2)';"
	"CREATE OR REPLACE FUNCTION strftime(text, bigint, text) RETURNS text LANGUAGE sql IMMUTABLE AS"
	" 'SELECT to_char(to_timestamp($2) AT TIME ZONE ''UTC'', ''YYYY-MM-DD HH24:MI:SS'')';"
	"CREATE OR REPLACE FUNCTION printf(text, bigint) RETURNS text LANGUAGE sql IMMUTABLE AS"
	" 'SELECT ''.'' || lpad($2::text, 9, ''0'')';"
	"CREATE OR REPLACE FUNCTION pcapdex_char(integer) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT "
	"chr($1)';"
	"CREATE OR REPLACE FUNCTION pcapdex_char(integer, integer) RETURNS text LANGUAGE sql IMMUTABLE AS"
	" 'SELECT chr($1) || chr($2)';"
	/* Of such octets without the first ones: how many are left. */
	"CREATE OR REPLACE FUNCTION substr(bigint, integer) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT "
	"CASE WHEN $1 < 0 THEN -1 - 2 * greatest((-1 - $1) / 2 - $2 + 1, 0) END';"
	"CREATE OR REPLACE FUNCTION substr(text, bigint) RETURNS text LANGUAGE sql IMMUTABLE AS"
	" 'SELECT substr($1, $2::integer)';"
	"CREATE OR REPLACE FUNCTION pcapdex_shift(integer, bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS"
	" 'SELECT $1::bigint << $2::integer';"
	"DO $$BEGIN CREATE OPERATOR << (leftarg = integer, rightarg = bigint, function = pcapdex_shift);"
	" EXCEPTION WHEN duplicate_function THEN NULL; END$$;";

#define DEPTH_MAX 200

struct dialect {
	sqlite3_str *out;
	unsigned depth; /* of CASE ... END */
	struct {
		bool searched; /* CASE WHEN, not CASE x WHEN */
		bool test;     /* between WHEN and THEN */
		unsigned parentheses;
	} cases[DEPTH_MAX];
	unsigned parentheses;
	bool between;
};

static bool word_is(const char *p, size_t n, const char *word)
{
	return strlen(word) == n && strncasecmp(p, word, n) == 0;
}

/* The next word, behind spaces. */
static size_t next_word(const char *p, const char **word)
{
	size_t n = 0;
	p += strspn(p, " \t\r\n");
	while (isalnum((unsigned char)p[n]) || p[n] == '_')
		n++;
	*word = p;
	return n;
}

/* Is this the test of a CASE WHEN itself, not something in parentheses in it? */
static bool in_test(const struct dialect *d)
{
	return d->depth && d->cases[d->depth - 1].searched && d->cases[d->depth - 1].test &&
	       d->cases[d->depth - 1].parentheses == d->parentheses;
}

/* CASE, WHEN, THEN, END, and what joins tests. */
static bool put_case(struct dialect *d, const char *p, size_t n, const char *after, size_t m)
{
	if (word_is(p, n, "CASE") && d->depth < DEPTH_MAX) {
		d->cases[d->depth].searched = word_is(after, m, "WHEN");
		d->cases[d->depth].test = false;
		d->cases[d->depth++].parentheses = d->parentheses;
		return false;
	}
	if (!d->depth || !d->cases[d->depth - 1].searched) {
		d->depth -= d->depth && word_is(p, n, "END");
		return false;
	}
	if (word_is(p, n, "END")) {
		d->depth--;
	} else if (word_is(p, n, "WHEN")) {
		d->cases[d->depth - 1].test = true;
		sqlite3_str_appendall(d->out, "WHEN pcapdex_true(");
		return true;
	} else if (word_is(p, n, "THEN")) {
		d->cases[d->depth - 1].test = false;
		sqlite3_str_appendall(d->out, ") THEN");
		return true;
	} else if (in_test(d) && word_is(p, n, "BETWEEN")) {
		d->between = true;
	} else if (in_test(d) && word_is(p, n, "AND") && d->between) {
		d->between = false;
	} else if (in_test(d) && (word_is(p, n, "AND") || word_is(p, n, "OR"))) {
		sqlite3_str_appendf(d->out, ") %.*s pcapdex_true(", (int)n, p);
		return true;
	}
	return false;
}

static const char *put_word(struct dialect *d, const char *p, size_t n)
{
	const char *after, *end = p + n;
	size_t m = next_word(end, &after);
	if (put_case(d, p, n, after, m))
		return end;
	if (word_is(p, n, "IS") && !word_is(after, m, "NULL") && !word_is(after, m, "DISTINCT")) {
		const char *third;
		bool not = word_is(after, m, "NOT");
		size_t k = not ? next_word(after + m, &third) : 0;
		if (!not || (!word_is(third, k, "NULL") && !word_is(third, k, "DISTINCT"))) {
			sqlite3_str_appendall(d->out, not ? "IS DISTINCT FROM" : "IS NOT DISTINCT FROM");
			return not ? after + m : end;
		}
	}
	if (word_is(p, n, "1e9")) {
		sqlite3_str_appendall(d->out, "1e9::float8");
		return end;
	}
	if (n > 2 && strncasecmp(p, "0x", 2) == 0) { /* PostgreSQL 15 has no hexadecimal numbers */
		sqlite3_str_appendf(d->out, "%lld", strtoll(p, NULL, 16));
		return end;
	}
	if (word_is(p, n, "char") && *end == '(') {
		sqlite3_str_appendall(d->out, "pcapdex_char");
		return end;
	}
	if (word_is(p, n, "WHERE") && word_is(after, m, "0")) {
		sqlite3_str_appendall(d->out, "WHERE false");
		return after + m;
	}
	sqlite3_str_append(d->out, p, (int)n);
	return end;
}

/* A text or a name, with its quotes. */
static const char *put_quoted(struct dialect *d, const char *p)
{
	const char *end = strchr(p + 1, *p);
	size_t n = end ? (size_t)(end + 1 - p) : strlen(p);
	sqlite3_str_append(d->out, p, (int)n);
	return p + n;
}

/* What is said to SQLite's planner alone. NULL: nothing of that kind begins here. */
static const char *skip_sqlite(const char *p)
{
	static const char begin[] = "/* SQLite: */", end[] = "/* all: */";
	const char *last = strncmp(p, begin, sizeof(begin) - 1) == 0 ? strstr(p, end) : NULL;
	return last ? last + sizeof(end) - 1 : NULL;
}

char *dialect_view(const char *sql)
{
	const char *behind;
	struct dialect d = { .out = sqlite3_str_new(NULL) };
	for (const char *p = sql; *p;) {
		if (*p == '\'' || *p == '"') {
			p = put_quoted(&d, p);
		} else if ((behind = skip_sqlite(p))) {
			p = behind;
		} else if (isalnum((unsigned char)*p) || *p == '_') {
			const char *word;
			p = put_word(&d, p, next_word(p, &word));
		} else {
			d.parentheses += *p == '(';
			d.parentheses -= *p == ')' && d.parentheses;
			sqlite3_str_appendchar(d.out, 1, *p++);
		}
	}
	return sqlite3_str_finish(d.out);
}
