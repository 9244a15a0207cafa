/* pcapdex captures: what an archive holds; of one capture, Wireshark's Capture File Properties. */
#include <stdlib.h>
#include <string.h>

#include "query/captures.h"

enum { COLUMNS_MAX = 48 };

/* ---- JSON: rows of other tables inside ---- */

/* All rows of a statement as a list of objects. The texts are the list's own. */
struct nested {
	struct value list;
	struct value *rows;
	const char *keys[24];
	unsigned n;
};

static void nested_free(struct nested *l)
{
	for (unsigned i = 0; i < l->n; i++) {
		const struct value *cells = l->rows[i].list.items;
		for (unsigned k = 0; k < l->rows[i].list.n; k++)
			if (cells[k].kind == VALUE_TEXT)
				free((char *)(uintptr_t)cells[k].text.at);
		free((struct value *)(uintptr_t)cells);
	}
	free(l->rows);
	*l = (struct nested) { 0 };
}

static struct value own(struct value v)
{
	if (v.kind != VALUE_TEXT)
		return v;
	char *copy = malloc(v.text.len + 1);
	if (!copy)
		return value_null();
	memcpy(copy, v.text.at, v.text.len);
	return value_text_n(copy, v.text.len);
}

static int add_row(struct nested *l, sqlite3_stmt *st)
{
	static const struct answer_column plain;
	unsigned n = (unsigned)sqlite3_column_count(st);
	struct value *cells = calloc(n, sizeof(*cells));
	struct value *rows = cells ? realloc(l->rows, (l->n + 1) * sizeof(*rows)) : NULL;
	if (!rows) {
		free(cells);
		return -1;
	}
	for (unsigned i = 0; i < n; i++)
		cells[i] = own(question_value(st, (int)i, &plain));
	l->rows = rows;
	rows[l->n++] = value_object(l->keys, cells, n);
	return 0;
}

static int nested_read(struct question *q, struct nested *l, sqlite3_stmt *st, int64_t id)
{
	int rc;
	sqlite3_reset(st);
	sqlite3_bind_int64(st, 1, id);
	for (int i = 0; i < sqlite3_column_count(st) && i < 24; i++)
		l->keys[i] = sqlite3_column_name(st, i);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW)
		if (add_row(l, st) < 0)
			return complain(EXIT_FAILED, "out of memory");
	l->list = value_list(l->rows, l->n);
	return rc == SQLITE_DONE ? EXIT_DONE : question_failed(q);
}

static int print_json(struct question *q, sqlite3_stmt *st)
{
	static const char *const inner_sql[] = { captures_sections_sql, captures_interfaces_sql,
		captures_tags_sql };
	static const char *const inner_keys[] = { "sections", "interfaces", "tags" };
	struct render_column columns[COLUMNS_MAX];
	struct value cells[COLUMNS_MAX];
	sqlite3_stmt *inner[3] = { 0 };
	int status = EXIT_DONE, rc = SQLITE_DONE;
	unsigned n = 0;
	/* hardware ... interfaces are in the sections, tags in a list of their own */
	bool shown[COLUMNS_MAX] = { 0 };
	static const char *const left_out[] = { "first_day", "hardware", "os", "application", "comment",
		"interfaces", "tags" };
	for (unsigned i = 0; i < capture_ncolumns; i++) {
		shown[i] = !capture_columns[i].filtered || q->filter;
		for (unsigned k = 0; k < sizeof(left_out) / sizeof(left_out[0]); k++)
			shown[i] &= strcmp(capture_columns[i].as.as.key, left_out[k]) != 0;
		if (shown[i])
			columns[n++] = capture_columns[i].as.as;
	}
	for (unsigned k = 0; k < 3; k++) {
		columns[n + k] = (struct render_column) { inner_keys[k], NULL, RENDER_TEXT };
		if (!(inner[k] = session_prepare(&q->session, inner_sql[k])))
			status = EXIT_FAILED;
	}
	struct render *r = render_open(q->format, stdout, columns, n + 3);
	while (r && status == EXIT_DONE && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		struct nested lists[3] = { 0 };
		unsigned at = 0;
		for (unsigned i = 0; i < capture_ncolumns; i++)
			if (shown[i])
				cells[at++] = question_value(st, (int)i, &capture_columns[i].as);
		for (unsigned k = 0; k < 3 && status == EXIT_DONE; k++) {
			status = nested_read(q, &lists[k], inner[k], sqlite3_column_int64(st, 0));
			cells[at++] = lists[k].list;
		}
		if (status == EXIT_DONE)
			render_row(r, cells);
		for (unsigned k = 0; k < 3; k++)
			nested_free(&lists[k]);
	}
	for (unsigned k = 0; k < 3; k++)
		sqlite3_finalize(inner[k]);
	if (status == EXIT_DONE && rc != SQLITE_DONE)
		status = question_failed(q);
	return render_close(r) < 0 ? complain(EXIT_FAILED, "out of memory") : status;
}

/* ---- for people ---- */

static int print_sheets(struct question *q, sqlite3_stmt *st)
{
	int rc, status = EXIT_DONE;
	for (unsigned n = 0; (rc = sqlite3_step(st)) == SQLITE_ROW && status == EXIT_DONE; n++) {
		if (n)
			printf("\n%s\n\n", "========");
		status = captures_print_sheet(q, st);
	}
	return rc == SQLITE_DONE || status != EXIT_DONE ? status : question_failed(q);
}

static int answer(struct question *q)
{
	struct answer_column columns[COLUMNS_MAX];
	sqlite3_stmt *st = captures_prepare(q);
	int status;
	if (!st)
		return EXIT_FAILED;
	bool sheets = q->table && (args_has(q->args, "details") || q->session.ncaptures == 1);
	if (q->show_sql || (!sheets && strncmp(q->format, "json", 4) != 0)) {
		for (unsigned i = 0; i < capture_ncolumns; i++) {
			columns[i] = capture_columns[i].as;
			columns[i].hidden = (q->table ? !capture_columns[i].table
						      : strcmp(columns[i].as.key, "first_day") == 0) ||
					    (capture_columns[i].filtered && !q->filter);
		}
		return question_answer(q, st, columns, capture_ncolumns);
	}
	status = sheets ? print_sheets(q, st) : print_json(q, st);
	sqlite3_finalize(st);
	return status;
}

static int run(const struct args *args)
{
	return question_run(args, answer);
}

static const struct option_spec options[] = {
	{ "details", 'd', NULL, false,
		"a property sheet for each capture (one capture alone always has it)" },
	{ 0 },
};

const struct command cmd_captures = {
	.name = "captures",
	.summary = "What the archive holds; all properties of a capture",
	.usage = "ARCHIVE [--details]",
	.details = "One line a capture; of one capture (-c) all that Wireshark's Capture File Properties "
		   "say: file, times, the machine and\n"
		   "program that captured, interfaces with dropped packets, and averages. Bytes are those on "
		   "the wire. JSON has\n"
		   "everything, with sections, interfaces and tags as lists inside. With -Y the same "
		   "averages are also given for the\n"
		   "frames that match.",
	.examples = "  pcapdex captures a.db                     all\n"
		    "  pcapdex captures a.db -c course=net1      those with this tag\n"
		    "  pcapdex captures a.db -c 3 -Y tcp         one of them, and its TCP frames beside all",
	.min_args = 1,
	.max_args = 1,
	.query = true,
	.options = options,
	.run = run,
};
