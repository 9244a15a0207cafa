#include "query/question.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "query/layers.h"
#include "query/render/kept.h"

int question_wrong_filter(const char *whose, const char *text, const struct filter_error *error)
{
	complain(EXIT_USAGE, "%s: %s", whose, error->message);
	fputs("  ", stderr);
	render_visible_text(stderr, text);
	fputs("\n  ", stderr);
	for (unsigned i = render_visible_width(text, error->offset); i; i--)
		putc(' ', stderr);
	putc('^', stderr);
	for (unsigned i = render_visible_width(text + error->offset, error->length); i > 1; i--)
		putc('~', stderr);
	putc('\n', stderr);
	return EXIT_USAGE;
}

static char *chosen_sql(const struct question *q)
{
	sqlite3_str *s = sqlite3_str_new(NULL);
	if (!args_nth(q->args, "capture", 0))
		sqlite3_str_appendall(s, "1");
	else
		sqlite3_str_appendall(s, "c.id IN (");
	for (unsigned i = 0; args_nth(q->args, "capture", 0) && i < q->session.ncaptures; i++)
		sqlite3_str_appendf(s, i ? ", %lld" : "%lld", (long long)q->session.captures[i].id);
	if (args_nth(q->args, "capture", 0))
		sqlite3_str_appendall(s, ")");
	return sqlite3_str_finish(s);
}

/* Frames of the captures that were picked: the range that has them all. */
static void frame_range(const struct session *s, int64_t *first, int64_t *last)
{
	*first = INT64_MAX;
	*last = 0;
	for (unsigned i = 0; i < s->ncaptures; i++) {
		const struct selected_capture *c = &s->captures[i];
		*first = c->first_frame < *first ? c->first_frame : *first;
		*last = c->first_frame + c->frames - 1 > *last ? c->first_frame + c->frames - 1 : *last;
	}
}

/* The frames that are asked about. A filter that leaves few frames of many captures finds the capture of
 * each; else each capture's frames are gone through. */
static char *frames_sql(const struct question *q)
{
	const char *condition = q->filter ? q->filter->sql : "1";
	if (q->filter && q->filter->narrow && q->session.ncaptures > 4)
		return sqlite3_mprintf("t_frame f CROSS JOIN capture c ON c.id = (SELECT k.id FROM capture k"
				       " WHERE k.first_frame <= f.frame_id AND k.frames > 0"
				       " ORDER BY k.first_frame DESC LIMIT 1) WHERE %s AND %s",
			q->chosen, condition);
	return sqlite3_mprintf("capture c CROSS JOIN t_frame f ON f.frame_id >= c.first_frame AND "
			       "f.frame_id < c.first_frame + c.frames WHERE %s AND %s",
		q->chosen, condition);
}

int question_open(struct question *q, const struct args *args)
{
	int64_t first = 0, last = INT64_MAX;
	const char *filter = args_value(args, "filter", NULL);
	struct filter_error error = { 0 };
	memset(q, 0, sizeof(*q));
	q->args = args;
	q->format = args->rows ? "csv" : args_value(args, "format", "table");
	q->show_sql = args_has(args, "sql");
	if (!render_has(q->format))
		return complain(EXIT_USAGE, "--format is table, csv, json or jsonl, not %s", q->format);
	q->table = strcmp(q->format, "table") == 0;
	int status = session_open(&q->session, args);
	if (status != EXIT_DONE)
		return status;
	if (args_nth(args, "capture", 0))
		frame_range(&q->session, &first, &last);
	if (filter && strspn(filter, " \t\n") < strlen(filter) &&
		(layers_register(q->session.db, q->session.path) != SQLITE_OK ||
			!(q->filter = dfilter_compile(q->session.db, filter, first, last, &error))))
		return question_wrong_filter("-Y", filter, &error);
	q->chosen = chosen_sql(q);
	q->frames = frames_sql(q);
	return q->chosen && q->frames ? EXIT_DONE : complain(EXIT_FAILED, "out of memory");
}

void question_close(struct question *q)
{
	dfilter_free(q->filter);
	sqlite3_free(q->chosen);
	sqlite3_free(q->frames);
	if (q->session.db)
		session_close(&q->session);
	memset(q, 0, sizeof(*q));
}

int question_run(const struct args *args, int (*answer)(struct question *q))
{
	struct question q;
	int status = question_open(&q, args);
	if (status == EXIT_DONE)
		status = answer(&q);
	question_close(&q);
	return status;
}

const char *question_naming(struct question *q)
{
	return q->table && !q->show_sql && !args_has(q->args, "numeric") ? "ether_name" : "";
}

int question_failed(struct question *q)
{
	return complain(EXIT_FAILED, "%s: %s", q->session.path, archive_error(q->session.db));
}

sqlite3_stmt *question_prepare(struct question *q, const char *format, ...)
{
	va_list list;
	va_start(list, format);
	char *sql = sqlite3_vmprintf(format, list);
	va_end(list);
	sqlite3_stmt *st = sql ? session_prepare(&q->session, sql) : NULL;
	if (!sql)
		complain(EXIT_FAILED, "out of memory");
	sqlite3_free(sql);
	if (st && dfilter_bind(q->filter, st) != SQLITE_OK) {
		question_failed(q);
		sqlite3_finalize(st);
		return NULL;
	}
	return st;
}

void question_print_sql(sqlite3_stmt *st)
{
	char *sql = sqlite3_expanded_sql(st);
	printf("%s;\n", sql ? sql : sqlite3_sql(st));
	sqlite3_free(sql);
}

struct value question_value(sqlite3_stmt *st, int i, const struct answer_column *c)
{
	struct value v = value_null();
	switch (sqlite3_column_type(st, i)) {
	case SQLITE_INTEGER:
		v = value_int(sqlite3_column_int64(st, i));
		break;
	case SQLITE_FLOAT:
		v = value_real(sqlite3_column_double(st, i), c->decimals);
		break;
	case SQLITE_TEXT:
	case SQLITE_BLOB:
		v = value_text_n(
			(const char *)sqlite3_column_text(st, i), (size_t)sqlite3_column_bytes(st, i));
		break;
	default:
		break;
	}
	v.unit = c->unit;
	return v;
}

struct render *question_render(struct question *q, const struct render_column *columns, unsigned n)
{
	const char *filter = args_value(q->args, "filter", NULL);
	if (!q->args->rows)
		return render_open(q->format, stdout, columns, n);
	struct render *r = render_keep(q->args->rows, columns, n);
	if (q->session.ncaptures == 1)
		question_about(
			q, "%s%s%s", q->session.captures[0].name, filter ? ", " : "", filter ? filter : "");
	else
		question_about(
			q, "%u captures%s%s", q->session.ncaptures, filter ? ", " : "", filter ? filter : "");
	return r;
}

void question_about(struct question *q, const char *format, ...)
{
	va_list list;
	if (!q->args->rows)
		return;
	free(q->args->rows->about);
	va_start(list, format);
	if (vasprintf(&q->args->rows->about, format, list) < 0)
		q->args->rows->about = NULL;
	va_end(list);
}

int question_answer(struct question *q, sqlite3_stmt *st, const struct answer_column *columns, unsigned n)
{
	struct render_column shown[64];
	struct value cells[64];
	unsigned nshown = 0;
	int rc = SQLITE_DONE;
	if (!st)
		return EXIT_FAILED;
	if (q->show_sql) {
		question_print_sql(st);
		sqlite3_finalize(st);
		return EXIT_DONE;
	}
	for (unsigned i = 0; i < n && nshown < 64; i++)
		if (!columns[i].hidden)
			shown[nshown++] = columns[i].as;
	struct render *r = question_render(q, shown, nshown);
	while (r && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		unsigned k = 0;
		for (unsigned i = 0; i < n && k < nshown; i++)
			if (!columns[i].hidden)
				cells[k++] = question_value(st, (int)i, &columns[i]);
		render_row(r, cells);
	}
	int status = rc == SQLITE_DONE ? EXIT_DONE : question_failed(q);
	sqlite3_finalize(st);
	if (render_close(r) < 0)
		status = complain(EXIT_FAILED, "out of memory");
	return status;
}
