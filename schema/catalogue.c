#include "schema/catalogue.h"

#include <stdlib.h>
#include <string.h>

#include "schema/kind.h"

static char *column_copy(sqlite3_stmt *st, int i)
{
	const char *text = (const char *)sqlite3_column_text(st, i);
	return text ? strdup(text) : NULL;
}

void catalogue_field_free(struct catalogue_field *f)
{
	if (!f)
		return;
	for (unsigned i = 0; i < f->nsources; i++) {
		free(f->sources[i].table);
		free(f->sources[i].expr);
	}
	free(f->sources);
	free(f->name);
	free(f->protocol);
	free(f->label);
	free(f->parent);
	free(f);
}

static int load_sources(sqlite3 *db, struct catalogue_field *f)
{
	sqlite3_stmt *st;
	int rc = sqlite3_prepare_v2(
		db, "SELECT tbl, expr, direct FROM field_source WHERE field_id=? ORDER BY n", -1, &st, NULL);
	if (rc != SQLITE_OK)
		return rc;
	sqlite3_bind_int64(st, 1, f->id);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		struct field_source *sources = realloc(f->sources, (f->nsources + 1) * sizeof(*sources));
		if (!sources)
			break;
		f->sources = sources;
		sources[f->nsources++] = (struct field_source) { column_copy(st, 0), column_copy(st, 1),
			sqlite3_column_int(st, 2) };
	}
	sqlite3_finalize(st);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

struct catalogue_field *catalogue_find(sqlite3 *db, const char *name, const char **error)
{
	sqlite3_stmt *st;
	struct catalogue_field *f = NULL;
	*error = NULL;
	if (sqlite3_prepare_v2(db,
		    "SELECT f.id, f.name, f.protocol, f.label, p.name, f.kind, f.base, f.octets, "
		    "f.generated, f.hidden"
		    " FROM field f LEFT JOIN field p ON p.id=f.parent WHERE f.name=?",
		    -1, &st, NULL) != SQLITE_OK) {
		*error = sqlite3_errmsg(db);
		return NULL;
	}
	sqlite3_bind_text(st, 1, name, -1, SQLITE_STATIC);
	if (sqlite3_step(st) == SQLITE_ROW && (f = calloc(1, sizeof(*f)))) {
		f->id = sqlite3_column_int64(st, 0);
		f->name = column_copy(st, 1);
		f->protocol = column_copy(st, 2);
		f->label = column_copy(st, 3);
		f->parent = column_copy(st, 4);
		f->kind = (uint8_t)sqlite3_column_int(st, 5);
		f->base = (uint8_t)sqlite3_column_int(st, 6);
		f->octets = (uint8_t)sqlite3_column_int(st, 7);
		f->generated = sqlite3_column_int(st, 8);
		f->hidden = sqlite3_column_int(st, 9);
	}
	sqlite3_finalize(st);
	if (f && load_sources(db, f) != SQLITE_OK) {
		*error = sqlite3_errmsg(db);
		catalogue_field_free(f);
		return NULL;
	}
	return f;
}

/* Levenshtein distance, cut off at 64 letters. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[65];
	size_t n = strnlen(b, 64);
	for (unsigned j = 0; j <= n; j++)
		row[j] = j;
	for (unsigned i = 1; *a && i <= 64; i++, a++) {
		unsigned diagonal = row[0];
		row[0] = i;
		for (unsigned j = 1; j <= n; j++) {
			unsigned change = diagonal + (*a != b[j - 1]), up = row[j] + 1, left = row[j - 1] + 1;
			diagonal = row[j];
			row[j] = change < up ? change : up;
			if (left < row[j])
				row[j] = left;
		}
	}
	return row[n];
}

char *catalogue_nearest(sqlite3 *db, const char *name)
{
	sqlite3_stmt *st;
	char *best = NULL;
	unsigned least = (unsigned)strlen(name) / 3 + 2;
	if (sqlite3_prepare_v2(db, "SELECT name FROM field UNION SELECT name FROM protocol", -1, &st, NULL) !=
		SQLITE_OK)
		return NULL;
	while (sqlite3_step(st) == SQLITE_ROW) {
		const char *other = (const char *)sqlite3_column_text(st, 0);
		unsigned d = distance(name, other);
		if (d < least) {
			least = d;
			free(best);
			best = strdup(other);
		}
	}
	sqlite3_finalize(st);
	return best;
}

char *catalogue_value_sql(const struct catalogue_field *f, const struct field_source *s, const char *capture)
{
	sqlite3_str *e = sqlite3_str_new(NULL);
	const char *tail = "";
	if (!s->direct) {
		switch (f->kind) {
		case KIND_ETHER:
		case KIND_IPV4:
		case KIND_IPV6:
		case KIND_ADDRESS:
			sqlite3_str_appendall(e, "(SELECT a.text FROM t_address a WHERE a.id=");
			tail = ")";
			break;
		case KIND_TEXT:
		case KIND_LIST:
			sqlite3_str_appendall(e, "(SELECT x.value FROM t_text x WHERE x.id=");
			tail = ")";
			break;
		default:
			break;
		}
	}
	for (const char *p = s->expr, *hit; p; p = hit ? hit + 9 : NULL) {
		hit = strstr(p, "{capture}");
		sqlite3_str_append(e, p, hit ? (int)(hit - p) : (int)strlen(p));
		if (hit)
			sqlite3_str_appendall(e, capture);
	}
	sqlite3_str_appendall(e, tail);
	return sqlite3_str_finish(e);
}
