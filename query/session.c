#include "query/session.h"

#include <stdlib.h>
#include <string.h>

#include "schema/archive.h"

/* The captures that one -c names: an id, the name, a glob over name or path, or TAG=VALUE (VALUE may be a glob). */
static const char one_sql[] =
	"SELECT id FROM capture WHERE CAST(id AS TEXT)=?1 OR name=?1 OR path=?1 OR sha256=?1 OR name GLOB ?1 OR path GLOB ?1"
	" UNION SELECT capture_id FROM capture_tag WHERE instr(?1, '=') > 1"
	" AND key=substr(?1, 1, instr(?1, '=') - 1) AND value GLOB substr(?1, instr(?1, '=') + 1)";

static int add_capture(struct session *s, sqlite3_stmt *st)
{
	struct selected_capture *all = realloc(s->captures, (s->ncaptures + 1) * sizeof(*all));
	if (!all)
		return -1;
	s->captures = all;
	struct selected_capture *c = &all[s->ncaptures++];
	c->id = sqlite3_column_int64(st, 0);
	c->first_frame = sqlite3_column_int64(st, 1);
	c->frames = sqlite3_column_int64(st, 2);
	c->time_zero = sqlite3_column_int64(st, 3);
	c->time_first = sqlite3_column_int64(st, 4);
	c->time_last = sqlite3_column_int64(st, 5);
	c->name = strdup((const char *)sqlite3_column_text(st, 6));
	return c->name ? 0 : -1;
}

static int choose(struct session *s, const struct args *args)
{
	sqlite3_stmt *st;
	if (sqlite3_exec(s->db, "CREATE TEMP TABLE chosen (id INTEGER PRIMARY KEY)", NULL, NULL, NULL) != SQLITE_OK)
		return complain(EXIT_FAILED, "%s: %s", s->path, sqlite3_errmsg(s->db));
	for (unsigned i = 0; args_nth(args, "capture", i); i++) {
		const char *which = args_nth(args, "capture", i);
		int found = 0;
		if (!(st = session_prepare(s, one_sql)))
			return EXIT_FAILED;
		sqlite3_bind_text(st, 1, which, -1, SQLITE_STATIC);
		while (sqlite3_step(st) == SQLITE_ROW) {
			char insert[80];
			snprintf(insert, sizeof(insert), "INSERT OR IGNORE INTO chosen VALUES (%lld)", (long long)sqlite3_column_int64(st, 0));
			sqlite3_exec(s->db, insert, NULL, NULL, NULL);
			found = 1;
		}
		sqlite3_finalize(st);
		if (!found)
			return complain(EXIT_FAILED, "%s: no capture %s; `pcapdex captures %s` lists them", s->path, which, s->path);
	}
	return EXIT_DONE;
}

int session_open(struct session *s, const struct args *args)
{
	char message[512];
	memset(s, 0, sizeof(*s));
	s->path = args->positional[0];
	if (archive_open(&s->db, s->path, ARCHIVE_READ, message) != ARCHIVE_OK)
		return complain(EXIT_FAILED, "%s", message);
	bool some = args_nth(args, "capture", 0) != NULL;
	int status = some ? choose(s, args) : EXIT_DONE;
	sqlite3_stmt *st = status != EXIT_DONE ? NULL :
		session_prepare(s, some ? "SELECT id, first_frame, frames, time_zero, time_first, time_last, name FROM capture"
					  " WHERE id IN (SELECT id FROM chosen) ORDER BY id" :
			"SELECT id, first_frame, frames, time_zero, time_first, time_last, name FROM capture ORDER BY id");
	if (!st)
		status = EXIT_FAILED;
	while (status == EXIT_DONE && sqlite3_step(st) == SQLITE_ROW)
		if (add_capture(s, st) < 0)
			status = complain(EXIT_FAILED, "out of memory");
	sqlite3_finalize(st);
	if (status != EXIT_DONE)
		session_close(s);
	return status;
}

void session_close(struct session *s)
{
	for (unsigned i = 0; i < s->ncaptures; i++)
		free(s->captures[i].name);
	free(s->captures);
	sqlite3_close(s->db);
	memset(s, 0, sizeof(*s));
}

sqlite3_stmt *session_prepare(struct session *s, const char *sql)
{
	sqlite3_stmt *st = NULL;
	if (sqlite3_prepare_v2(s->db, sql, -1, &st, NULL) != SQLITE_OK)
		complain(EXIT_FAILED, "%s: %s", s->path, sqlite3_errmsg(s->db));
	return st;
}
