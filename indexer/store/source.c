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
