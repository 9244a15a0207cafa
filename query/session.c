#include "query/session.h"

#include <stdlib.h>
#include <string.h>

#include "query/ether_sql.h"
#include "query/filter/filter.h"
#include "query/frame_info.h"
#include "query/server.h"
#include "schema/archive.h"

const char session_capture_sql[] =
	"SELECT id FROM capture WHERE CAST(id AS TEXT)=?1 OR name=?1 OR path=?1 OR sha256=?1 OR name GLOB ?1 "
	"OR path GLOB ?1"
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

/* The nth capture that the arguments name, or NULL. */
static const char *named(const struct args *args, unsigned from, unsigned n)
{
	const char *option = args_nth(args, "capture", n);
	for (unsigned i = 0; !option && args_nth(args, "capture", i); i++)
		n--;
	return option || !from || from + n >= args->npositional ? option : args->positional[from + n];
}

static int choose(struct session *s, const struct args *args, unsigned from)
{
	sqlite3_stmt *st;
	if (sqlite3_exec(s->db, "CREATE TEMP TABLE chosen (id INTEGER PRIMARY KEY)", NULL, NULL, NULL) !=
		SQLITE_OK)
		return complain(EXIT_FAILED, "%s: %s", s->path, sqlite3_errmsg(s->db));
	for (unsigned i = 0; named(args, from, i); i++) {
		const char *which = named(args, from, i);
		int found = 0;
		if (!(st = session_prepare(s, session_capture_sql)))
			return EXIT_FAILED;
		sqlite3_bind_text(st, 1, which, -1, SQLITE_STATIC);
		while (sqlite3_step(st) == SQLITE_ROW) {
			char insert[80];
			snprintf(insert, sizeof(insert), "INSERT OR IGNORE INTO chosen VALUES (%lld)",
				(long long)sqlite3_column_int64(st, 0));
			sqlite3_exec(s->db, insert, NULL, NULL, NULL);
			found = 1;
		}
		sqlite3_finalize(st);
		if (!found)
			return complain(EXIT_FAILED, "%s: no capture %s; `pcapdex captures %s` lists them",
				s->path, which, s->path);
	}
	return EXIT_DONE;
}

int session_open_for(struct session *s, const struct args *args, enum archive_mode mode)
{
	char message[512];
	memset(s, 0, sizeof(*s));
	s->path = args->positional[0];
	bool server = server_is_url(s->path);
	if (server && mode != ARCHIVE_READ)
		return complain(EXIT_FAILED, "captures on a server are only read; publish and "
					     "`pcapdex help publish` change them");
	if (server && !(s->path = s->shown = server_shown(s->path)))
		return complain(EXIT_FAILED, "out of memory");
	if (args->db && mode == ARCHIVE_READ) {
		s->db = args->db;
		s->borrowed = true;
		return EXIT_DONE;
	}
	if (server) {
		if (server_open(&s->db, args->positional[0], message) != SQLITE_OK)
			return complain(EXIT_FAILED, "%s", message);
	} else if (archive_open(&s->db, s->path, mode, message) != ARCHIVE_OK) {
		return complain(EXIT_FAILED, "%s", message);
	}
	return frame_info_register(s->db, s->path) == SQLITE_OK && ether_sql_register(s->db) == SQLITE_OK
		       ? EXIT_DONE
		       : complain(EXIT_FAILED, "out of memory");
}

int session_choose(struct session *s, const struct args *args, unsigned from)
{
	bool some = named(args, from, 0) != NULL;
	int status = some ? choose(s, args, from) : EXIT_DONE;
	sqlite3_stmt *st =
		status != EXIT_DONE
			? NULL
			: session_prepare(s, some ? "SELECT id, first_frame, frames, time_zero, time_first, "
						    "time_last, name FROM capture"
						    " WHERE id IN (SELECT id FROM chosen) ORDER BY id"
						  : "SELECT id, first_frame, frames, time_zero, time_first, "
						    "time_last, name FROM capture ORDER BY id");
	if (!st)
		return EXIT_FAILED;
	int rc;
	while (status == EXIT_DONE && (rc = sqlite3_step(st)) != SQLITE_DONE) {
		if (rc != SQLITE_ROW)
			status = complain(EXIT_FAILED, "%s: %s", s->path, sqlite3_errmsg(s->db));
		else if (add_capture(s, st) < 0)
			status = complain(EXIT_FAILED, "out of memory");
	}
	sqlite3_finalize(st);
	return status;
}

int session_open(struct session *s, const struct args *args)
{
	int status = session_open_for(s, args, ARCHIVE_READ);
	if (status == EXIT_DONE && (status = session_choose(s, args, 0)) != EXIT_DONE)
		session_close(s);
	return status;
}

const struct selected_capture *session_one(const struct session *s)
{
	if (s->ncaptures == 1)
		return &s->captures[0];
	complain(0,
		s->ncaptures ? "%s: frame numbers are those of one capture: name it with -c"
			     : "%s: has no captures",
		s->path);
	return NULL;
}

void session_drop_temporary(struct session *s)
{
	sqlite3_stmt *st = NULL;
	char *all = NULL;
	if (sqlite3_prepare_v2(s->db,
		    "SELECT group_concat(printf('DROP TABLE temp.\"%w\";', name), '') FROM "
		    "temp.sqlite_schema WHERE "
		    "type = 'table' AND name NOT LIKE 'sqlite%'",
		    -1, &st, NULL) == SQLITE_OK &&
		sqlite3_step(st) == SQLITE_ROW && sqlite3_column_text(st, 0))
		all = sqlite3_mprintf("%s", sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
	if (all)
		sqlite3_exec(s->db, all, NULL, NULL, NULL);
	sqlite3_free(all);
}

void session_close(struct session *s)
{
	for (unsigned i = 0; i < s->ncaptures; i++)
		free(s->captures[i].name);
	free(s->captures);
	if (s->borrowed) {
		session_drop_temporary(s);
	} else if (s->db) {
		frame_info_release(s->db);
		dfilter_release(s->db);
		sqlite3_close(s->db);
	}
	free(s->shown);
	memset(s, 0, sizeof(*s));
}

sqlite3_stmt *session_prepare(struct session *s, const char *sql)
{
	sqlite3_stmt *st = NULL;
	if (sqlite3_prepare_v2(s->db, sql, -1, &st, NULL) != SQLITE_OK)
		complain(EXIT_FAILED, "%s: %s", s->path, sqlite3_errmsg(s->db));
	return st;
}
