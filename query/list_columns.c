#include "query/list_columns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "query/time_text.h"

#define PREFIX "_ws.col."

static const char *const titles[LIST_COLUMNS] = { "No.", "Time", "Source", "Destination", "Protocol",
	"Length", "Info" };

enum list_column list_column_of(const char *field)
{
	unsigned i = 0;
	if (strncmp(field, PREFIX, strlen(PREFIX)) != 0)
		return LIST_COLUMNS;
	while (i < LIST_COLUMNS && strcasecmp(titles[i], field + strlen(PREFIX)) != 0)
		i++;
	return (enum list_column)i;
}

char *list_time_sql(const char *format, int digits, const char *before)
{
	static const struct {
		const char *name, *format;
		bool local;
	} absolute[] = { { "a", "%H:%M:%S", true }, { "ad", "%Y-%m-%d %H:%M:%S", true },
		{ "adoy", "%Y/%j %H:%M:%S", true }, { "u", "%H:%M:%S", false },
		{ "ud", "%Y-%m-%d %H:%M:%S", false }, { "udoy", "%Y/%j %H:%M:%S", false } };
	for (size_t i = 0; i < sizeof(absolute) / sizeof(*absolute); i++)
		if (strcmp(format, absolute[i].name) == 0)
			return sqlite3_mprintf("strftime('%s', f.time / 1000000000, 'unixepoch'%s) ||"
					       " substr(printf('.%%09d', f.time %% 1000000000), 1, %d)",
				absolute[i].format, absolute[i].local ? ", 'localtime'" : "", digits + 1);
	if (strcmp(format, "r") == 0)
		return sqlite3_mprintf("(f.time - c.time_zero) / 1e9");
	if (strcmp(format, "e") == 0)
		return sqlite3_mprintf("printf('%%d', f.time / 1000000000) ||"
				       " substr(printf('.%%09d', f.time %% 1000000000), 1, %d)",
			digits + 1);
	if (strcmp(format, "d") == 0)
		return sqlite3_mprintf("coalesce((f.time - (SELECT b.time FROM t_frame b WHERE b.frame_id ="
				       " f.frame_id - 1 AND b.frame_id >= c.first_frame)) / 1e9, 0.0)");
	if (strcmp(format, "dd") == 0)
		return sqlite3_mprintf("coalesce((f.time - %s) / 1e9, 0.0)", before);
	return NULL;
}

char *list_column_sql(enum list_column column, const char *time, const char *naming)
{
	switch (column) {
	case LIST_NUMBER:
		return sqlite3_mprintf("f.frame_id - c.first_frame + 1");
	case LIST_TIME:
		return sqlite3_mprintf("%s", time);
	case LIST_SOURCE:
		return sqlite3_mprintf("(SELECT %s(text) FROM t_address WHERE id = f.src)", naming);
	case LIST_DESTINATION:
		return sqlite3_mprintf("(SELECT %s(text) FROM t_address WHERE id = f.dst)", naming);
	case LIST_PROTOCOL:
		return sqlite3_mprintf("COALESCE(frame_protocol(f.frame_id), "
				       "(SELECT shown FROM t_stack WHERE id = f.stack))");
	case LIST_LENGTH:
		return sqlite3_mprintf("f.len");
	case LIST_INFO:
		return sqlite3_mprintf("frame_info(f.frame_id)");
	default:
		return NULL;
	}
}

char *list_cell(sqlite3_stmt *st, int i, int digits)
{
	char seconds[64];
	const char *text = (const char *)sqlite3_column_text(st, i);
	if (sqlite3_column_type(st, i) == SQLITE_FLOAT) {
		snprintf(seconds, sizeof(seconds), "%.*f", digits, sqlite3_column_double(st, i));
		text = seconds;
	}
	return text ? strdup(text) : NULL;
}

/* ---- cells of frames ---- */

struct list_cells {
	struct session *session;
	sqlite3_stmt *st;        /* ?1 the frame, ?2 its capture, ?3 the frame before */
	int64_t capture, before; /* of the last frame; 0 none */
	int digits;
	unsigned n;
	char *cells[LIST_COLUMNS];
};

static sqlite3_stmt *prepare(struct session *s, const enum list_column *columns, unsigned n, const char *time)
{
	sqlite3_str *sql = sqlite3_str_new(s->db);
	for (unsigned i = 0; i < n; i++) {
		char *expr = list_column_sql(columns[i], time, "");
		sqlite3_str_appendf(sql, "%s%s", i ? ", " : "SELECT ", expr ? expr : "NULL");
		sqlite3_free(expr);
	}
	sqlite3_str_appendall(sql, " FROM t_frame f JOIN capture c ON c.id = ?2 WHERE f.frame_id = ?1");
	char *text = sqlite3_str_finish(sql);
	sqlite3_stmt *st = text ? session_prepare(s, text) : NULL;
	sqlite3_free(text);
	return st;
}

struct list_cells *list_cells_open(
	struct session *s, const enum list_column *columns, unsigned n, const char *time_format, int digits)
{
	struct list_cells *l = calloc(1, sizeof(*l));
	char *time =
		list_time_sql(time_format, digits, "(SELECT b.time FROM t_frame b WHERE b.frame_id = ?3)");
	char *timed = time ? frame_timed_sql(s->db, time, "f.frame_id") : NULL;
	if (l && time) {
		l->session = s;
		l->digits = digits;
		l->n = n;
		l->st = prepare(s, columns, n, timed ? timed : time);
	}
	sqlite3_free(time);
	sqlite3_free(timed);
	if (l && l->st)
		return l;
	list_cells_close(l);
	return NULL;
}

static void forget(struct list_cells *l)
{
	for (unsigned i = 0; i < l->n; i++) {
		free(l->cells[i]);
		l->cells[i] = NULL;
	}
}

void list_cells_close(struct list_cells *l)
{
	if (!l)
		return;
	forget(l);
	sqlite3_finalize(l->st);
	free(l);
}

int list_cells_frame(struct list_cells *l, int64_t capture, int64_t frame_id, const char **cells)
{
	forget(l);
	sqlite3_bind_int64(l->st, 1, frame_id);
	sqlite3_bind_int64(l->st, 2, capture);
	if (sqlite3_bind_parameter_count(l->st) > 2)
		sqlite3_bind_int64(l->st, 3, capture == l->capture ? l->before : 0);
	l->capture = capture;
	l->before = frame_id;
	int rc = sqlite3_step(l->st);
	for (unsigned i = 0; i < l->n; i++) {
		l->cells[i] = rc == SQLITE_ROW ? list_cell(l->st, (int)i, l->digits) : NULL;
		cells[i] = l->cells[i] ? l->cells[i] : "";
	}
	sqlite3_reset(l->st);
	if (rc == SQLITE_ROW || rc == SQLITE_DONE)
		return 0;
	return complain(-1, "%s: %s", l->session->path, sqlite3_errmsg(l->session->db));
}
