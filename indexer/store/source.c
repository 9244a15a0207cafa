#include "indexer/store/source.h"

#include <limits.h>
#include <stdlib.h>
#include <time.h>

#define SETTLED_NS (2 * INT64_C(1000000000)) /* FAT counts in steps of two seconds */

_Static_assert(sizeof(((struct source *)0)->path) >= PATH_MAX, "realpath() fills PATH_MAX octets");

bool source_look(struct source *s, const char *path)
{
	struct stat sb;
	struct timespec now;
	if (stat(path, &sb) < 0 || !S_ISREG(sb.st_mode) || !realpath(path, s->path))
		return false;
	clock_gettime(CLOCK_REALTIME, &now);
	s->size = sb.st_size;
	s->mtime_ns = (int64_t)sb.st_mtim.tv_sec * 1000000000 + sb.st_mtim.tv_nsec;
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec - s->mtime_ns >= SETTLED_NS;
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql, const struct source *s, const char *bpf)
{
	sqlite3_stmt *st = NULL;
	if (sqlite3_table_column_metadata(db, "main", "t_source", NULL, NULL, NULL, NULL, NULL, NULL) !=
			SQLITE_OK ||
		sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
		return NULL;
	sqlite3_bind_text(st, 1, s->path, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 2, bpf, -1, SQLITE_STATIC);
	sqlite3_bind_int64(st, 3, s->size);
	sqlite3_bind_int64(st, 4, s->mtime_ns);
	return st;
}

int source_find(sqlite3 *db, const struct source *s, const char *bpf, int64_t *capture)
{
	sqlite3_stmt *st = prepare(db,
		"SELECT s.capture_id FROM t_source s JOIN capture c ON c.id=s.capture_id"
		" WHERE s.path=?1 AND s.bpf=?2 AND s.size=?3 AND s.mtime=?4",
		s, bpf);
	int found = st && sqlite3_step(st) == SQLITE_ROW;
	if (found)
		*capture = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return found;
}

int source_add(sqlite3 *db, const struct source *s, const char *bpf, int64_t capture)
{
	sqlite3_stmt *st = prepare(db, "INSERT OR REPLACE INTO t_source VALUES (?1, ?2, ?3, ?4, ?5)", s, bpf);
	if (!st)
		return SQLITE_OK;
	sqlite3_bind_int64(st, 5, capture);
	int rc = sqlite3_step(st);
	sqlite3_finalize(st);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* "INSERT ... json_group_object(k, v) FROM (SELECT ?3 AS k, ?4 AS v UNION ALL ...)" */
static char *copy_sql(unsigned n)
{
	sqlite3_str *s = sqlite3_str_new(NULL);
	sqlite3_str_appendall(s,
		"INSERT INTO capture_copy SELECT ?1, ?2, json_group_object(k, v) FROM (SELECT NULL AS k, "
		"NULL AS v WHERE 0");
	for (unsigned i = 0; i < n; i++)
		sqlite3_str_appendf(s, " UNION ALL SELECT ?%u, ?%u", 3 + 2 * i, 4 + 2 * i);
	sqlite3_str_appendall(s, ")");
	return sqlite3_str_finish(s);
}

int source_add_copy(sqlite3 *db, int64_t capture, const char *path, const struct index_tag *tags, unsigned n)
{
	sqlite3_stmt *st = NULL;
	if (sqlite3_table_column_metadata(db, "main", "capture_copy", NULL, NULL, NULL, NULL, NULL, NULL) !=
		SQLITE_OK)
		return SQLITE_OK;
	int rc = sqlite3_prepare_v2(db,
		"SELECT 1 FROM capture WHERE id=?1 AND path=?2 UNION ALL SELECT 1 FROM capture_copy WHERE "
		"capture_id=?1 AND"
		" path=?2",
		-1, &st, NULL);
	sqlite3_bind_int64(st, 1, capture);
	sqlite3_bind_text(st, 2, path, -1, SQLITE_STATIC);
	bool known = rc == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW;
	sqlite3_finalize(st);
	if (rc != SQLITE_OK || known)
		return rc;
	char *sql = copy_sql(n);
	rc = sql ? sqlite3_prepare_v2(db, sql, -1, &st, NULL) : SQLITE_NOMEM;
	sqlite3_free(sql);
	if (rc != SQLITE_OK)
		return rc;
	sqlite3_bind_int64(st, 1, capture);
	sqlite3_bind_text(st, 2, path, -1, SQLITE_STATIC);
	for (unsigned i = 0; i < n; i++) {
		sqlite3_bind_text(st, (int)(3 + 2 * i), tags[i].key, -1, SQLITE_STATIC);
		sqlite3_bind_text(st, (int)(4 + 2 * i), tags[i].value, -1, SQLITE_STATIC);
	}
	rc = sqlite3_step(st);
	sqlite3_finalize(st);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}
