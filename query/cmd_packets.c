/* pcapdex packets: frames, one a line: Wireshark's packet list, or fields as `tshark -T fields` prints them.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "query/colors.h"
#include "query/fields.h"
#include "query/list_columns.h"
#include "query/pager.h"
#include "query/question.h"
#include "query/time_text.h"

#define FIELDS_MAX   1024
#define FIRST_WINDOW 100
#define WINDOW       1000 /* lines that are aligned with each other before they are printed */

struct packets {
	struct question q;
	const char *type; /* text, fields, csv, json, jsonl */
	const char *time; /* enum of -t, as tshark has it */
	int64_t limit;    /* frames to print at most */
	bool colors;
	struct fields_style style;
};

/* ---- the packet list ---- */

enum { CAPTURE, NUMBER, TIME, SOURCE, DESTINATION, PROTOCOL, LENGTH, INFO, COLUMNS };
static const struct answer_column columns[COLUMNS] = {
	[CAPTURE] = { { "capture_id", "Capture", RENDER_NUMBER } },
	[NUMBER] = { { "number", "No.", RENDER_NUMBER } },
	[TIME] = { { "time", "Time", RENDER_NUMBER } },
	[SOURCE] = { { "source", "Source", RENDER_FIXED } },
	[DESTINATION] = { { "destination", "Destination", RENDER_FIXED } },
	[PROTOCOL] = { { "protocol", "Protocol", RENDER_FIXED } },
	[LENGTH] = { { "length", "Length", RENDER_NUMBER } },
	[INFO] = { { "info", "Info", RENDER_TEXT } },
};

/* Lines of text on their way out. Columns are as wide as what was printed so far needs: nothing is kept but a
 * window, however long the list. */
struct window {
	char *cells[WINDOW][COLUMNS];
	int64_t ids[WINDOW]; /* of the frames, where they are coloured */
	const struct color_rule *rules[WINDOW];
	unsigned n;
	unsigned widths[COLUMNS];
	bool used[COLUMNS], begun;
};

/* Octets of a text that is its own picture, as nearly all are: then no more need be asked. SIZE_MAX when it
 * is not. */
static size_t plain_width(const char *text)
{
	size_t n = 0;
	while (text[n] >= ' ' && text[n] < 0x7f)
		n++;
	return text[n] ? SIZE_MAX : n;
}

static unsigned width_of(const char *text)
{
	size_t plain = plain_width(text);
	return plain != SIZE_MAX ? (unsigned)plain : render_visible_width(text, strlen(text));
}

static void blanks(unsigned n)
{
	while (n--)
		putchar(' ');
}

static void print_aligned(const struct window *w, int i, const char *text, bool last)
{
	unsigned width = width_of(text), missing = width < w->widths[i] ? w->widths[i] - width : 0;
	bool right = columns[i].as.align == RENDER_NUMBER;
	if (right)
		blanks(missing);
	if (plain_width(text) != SIZE_MAX)
		fputs(text, stdout);
	else
		render_visible_text(stdout, text);
	if (!right && !last)
		blanks(missing);
	if (!last)
		fputs("  ", stdout);
}

static void print_window(struct window *w, struct session *colors)
{
	if (colors)
		colors_of(colors, w->ids, w->rules, w->n);
	for (unsigned k = 0; k < w->n; k++) {
		for (int i = 0; i < COLUMNS; i++) {
			unsigned width = w->cells[k][i] ? width_of(w->cells[k][i]) : 0;
			if (width > w->widths[i])
				w->widths[i] = width;
		}
	}
	for (int i = 0; !w->begun && i < COLUMNS; i++)
		if (w->used[i])
			print_aligned(w, i, columns[i].as.title, i == INFO);
	if (!w->begun)
		putchar('\n');
	w->begun = true;
	for (unsigned k = 0; k < w->n; k++) {
		const struct color_rule *rule = w->rules[k];
		if (rule)
			printf("\033[38;2;%u;%u;%um\033[48;2;%u;%u;%um", rule->text >> 16,
				rule->text >> 8 & 255, rule->text & 255, rule->ground >> 16,
				rule->ground >> 8 & 255, rule->ground & 255);
		for (int i = 0; i < COLUMNS; i++) {
			if (w->used[i])
				print_aligned(w, i, w->cells[k][i] ? w->cells[k][i] : "", i == INFO);
			free(w->cells[k][i]);
			w->cells[k][i] = NULL;
		}
		fputs(rule ? "\033[0m\n" : "\n", stdout);
	}
	w->n = 0;
}

/* Digits of the Time column: microseconds, or nanoseconds where an interface has them. */
static int time_digits(struct packets *p)
{
	int digits = 6;
	sqlite3_stmt *st = question_prepare(&p->q,
		"SELECT 9 FROM interface i JOIN capture c ON c.id=i.capture_id WHERE (%s)"
		" AND i.tick NOT GLOB '10^-[0-6] s' LIMIT 1",
		p->q.chosen);
	if (st && sqlite3_step(st) == SQLITE_ROW)
		digits = sqlite3_column_int(st, 0);
	sqlite3_finalize(st);
	return digits;
}

static int print_text(struct packets *p, sqlite3_stmt *st, bool several, int digits)
{
	struct window *w = calloc(1, sizeof(*w));
	int rc = SQLITE_NOMEM;
	bool paged = pager_start();
	for (int i = 0; w && i < COLUMNS; i++) {
		w->used[i] = i != CAPTURE || several;
		w->widths[i] = (unsigned)strlen(columns[i].as.title);
	}
	while (w && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		for (int i = 0; i < COLUMNS; i++)
			w->cells[w->n][i] = list_cell(st, i, digits);
		w->ids[w->n] = p->colors ? sqlite3_column_int64(st, COLUMNS) : 0;
		/* A reader at a terminal does not wait for more than a screenful. */
		if (++w->n == (paged && !w->begun ? FIRST_WINDOW : WINDOW))
			print_window(w, p->colors ? &p->q.session : NULL);
	}
	if (w)
		print_window(w, p->colors ? &p->q.session : NULL);
	free(w);
	pager_wait();
	return rc == SQLITE_DONE ? EXIT_DONE : question_failed(&p->q);
}

static int print_list(struct packets *p)
{
	bool several = p->q.session.ncaptures > 1, text = strcmp(p->type, "text") == 0;
	struct answer_column shown[COLUMNS];
	int digits = time_digits(p), status;
	char *time = list_time_sql(
		     p->time, digits, "lag(f.time) OVER (PARTITION BY c.id ORDER BY f.frame_id)"),
	     *timed, *exprs[LIST_COLUMNS];
	if (!time)
		return complain(EXIT_FAILED, "out of memory");
	memcpy(shown, columns, sizeof(shown));
	shown[CAPTURE].hidden = !several;
	timed = frame_timed_sql(p->q.session.db, time, "f.frame_id");
	for (unsigned i = 0; i < LIST_COLUMNS; i++)
		exprs[i] = list_column_sql(
			(enum list_column)i, timed ? timed : time, text ? question_naming(&p->q) : "");
	sqlite3_stmt *st = question_prepare(&p->q,
		"SELECT c.id AS capture_id, %s AS number, %s AS time, %s AS source, %s AS destination,"
		" %s AS protocol, %s AS length, %s AS info%s FROM %s ORDER BY c.id, f.frame_id LIMIT %lld",
		exprs[LIST_NUMBER], exprs[LIST_TIME], exprs[LIST_SOURCE], exprs[LIST_DESTINATION],
		exprs[LIST_PROTOCOL], exprs[LIST_LENGTH], exprs[LIST_INFO],
		text && !p->q.show_sql ? ", f.frame_id" : "", p->q.frames, (long long)p->limit);
	for (unsigned i = 0; i < LIST_COLUMNS; i++)
		sqlite3_free(exprs[i]);
	sqlite3_free(time);
	sqlite3_free(timed);
	if (!st || !text || p->q.show_sql)
		return question_answer(&p->q, st, shown, COLUMNS);
	const char *when = args_value(p->q.args, "color", "auto");
	if (strcmp(when, "always") == 0 ||
		(strcmp(when, "auto") == 0 && isatty(STDOUT_FILENO) && !getenv("NO_COLOR")))
		p->colors = true;
	status = print_text(p, st, several, digits);
	sqlite3_finalize(st);
	return status;
}

/* ---- fields ---- */

/* Where lines of fields come from and go to: as tshark does it, or one of the formats. */
struct fields_out {
	unsigned n;
	struct fields_style style;
	struct field_reader *reader;
	struct list_cells *list; /* columns of the packet list among them; NULL: none */
	unsigned nlist;
	unsigned from[FIELDS_MAX]; /* of each field: which cell of the reader, behind these of the list */
	struct render *render;     /* NULL: as tshark */
	bool terminal;
	struct value values[FIELDS_MAX];
};

static void print_line(struct fields_out *out, const char *const *cells)
{
	const char *line[FIELDS_MAX];
	for (unsigned i = 0; i < out->n; i++) {
		line[i] = cells[out->from[i]];
		if (out->render)
			out->values[i] = line[i][0] ? value_text(line[i]) : value_null();
	}
	/* A pipe gets what tshark writes; a terminal nothing that it would obey. */
	if (out->render)
		render_row(out->render, out->values);
	else
		fields_style_line(&out->style, line, out->n, out->terminal);
}

static int print_frame(struct fields_out *out, int64_t capture, int64_t id)
{
	const char *cells[FIELDS_MAX + LIST_COLUMNS];
	if (fields_frame(out->reader, id, cells) < 0 ||
		(out->list && list_cells_frame(out->list, capture, id, cells + FIELDS_MAX) < 0))
		return -1;
	print_line(out, cells);
	return 0;
}

/* Without a filter: all frames of the captures. */
static int print_captures(struct packets *p, struct fields_out *out)
{
	int rc = 0;
	int64_t left = p->limit;
	for (unsigned c = 0; rc == 0 && left && c < p->q.session.ncaptures; c++) {
		const struct selected_capture *capture = &p->q.session.captures[c];
		int64_t frames = left < 0 || capture->frames < left ? capture->frames : left,
			last = capture->first_frame + frames - 1;
		rc = fields_range(out->reader, capture, capture->first_frame, last);
		for (int64_t id = capture->first_frame; rc == 0 && id <= last; id++)
			rc = print_frame(out, capture->id, id);
		left -= left < 0 ? 0 : frames;
	}
	return rc;
}

/* With a filter: those that it leaves, in order. */
static int print_filtered(struct packets *p, struct fields_out *out)
{
	sqlite3_stmt *st = question_prepare(&p->q,
		"SELECT f.frame_id, c.id FROM %s ORDER BY c.id, f.frame_id LIMIT %lld", p->q.frames,
		(long long)p->limit);
	const struct selected_capture *capture = p->q.session.captures, *at = NULL;
	int rc = st ? 0 : -1, step;
	while (rc == 0 && (step = sqlite3_step(st)) != SQLITE_DONE) {
		if (step != SQLITE_ROW) {
			question_failed(&p->q);
			rc = -1;
			break;
		}
		while (capture->id != sqlite3_column_int64(st, 1))
			capture++;
		if (capture != at)
			rc = fields_range(out->reader, capture, sqlite3_column_int64(st, 0),
				capture->first_frame + capture->frames - 1);
		at = capture;
		if (rc == 0)
			rc = print_frame(out, capture->id, sqlite3_column_int64(st, 0));
	}
	sqlite3_finalize(st);
	return rc;
}

/* Which of them are fields of layers, which columns of the packet list. 0 or -1 after a message. */
static int open_readers(struct packets *p, struct fields_out *out, const char *const *names)
{
	const char *fields[FIELDS_MAX];
	enum list_column listed[LIST_COLUMNS];
	unsigned n = 0;
	for (unsigned i = 0; i < out->n; i++) {
		enum list_column column = list_column_of(names[i]);
		unsigned at = 0;
		if (column == LIST_COLUMNS) {
			out->from[i] = n;
			fields[n++] = names[i];
			continue;
		}
		while (at < out->nlist && listed[at] != column)
			at++;
		if (at == out->nlist)
			listed[out->nlist++] = column;
		out->from[i] = FIELDS_MAX + at;
	}
	if (!(out->reader = fields_open(&p->q.session, fields, n, &out->style)))
		return -1;
	if (out->nlist &&
		!(out->list = list_cells_open(&p->q.session, listed, out->nlist, p->time, time_digits(p))))
		return -1;
	return 0;
}

static int print_fields(struct packets *p, const struct args *args)
{
	const char *names[FIELDS_MAX];
	struct render_column *titles = calloc(FIELDS_MAX, sizeof(*titles));
	struct fields_out *out = calloc(1, sizeof(*out));
	int status = EXIT_FAILED;
	if (!titles || !out) {
		free(titles);
		free(out);
		return complain(EXIT_FAILED, "out of memory");
	}
	out->terminal = isatty(STDOUT_FILENO);
	out->style = p->style;
	while (out->n < FIELDS_MAX && args_nth(args, "field", out->n)) {
		names[out->n] = args_nth(args, "field", out->n);
		titles[out->n] = (struct render_column) { names[out->n], NULL, RENDER_TEXT };
		out->n++;
	}
	bool tabs = strcmp(p->type, "fields") == 0, good = open_readers(p, out, names) == 0;
	if (good && !tabs)
		out->render =
			render_open(strcmp(p->type, "text") == 0 ? "table" : p->type, stdout, titles, out->n);
	if (good && tabs)
		fields_style_begin(&out->style, names, out->n);
	if (good && (tabs || out->render)) {
		int rc = p->q.filter ? print_filtered(p, out) : print_captures(p, out);
		status = rc == 0 && fields_missing(out->reader) == 0 ? EXIT_DONE : EXIT_FAILED;
	}
	if (out->render && render_close(out->render) < 0)
		status = complain(EXIT_FAILED, "out of memory");
	list_cells_close(out->list);
	fields_close(out->reader);
	free(titles);
	free(out);
	return status;
}

/* ---- the command ---- */

static bool is_word_of(const char *word, const char *words)
{
	size_t n = strlen(word);
	for (const char *p = words; (p = strstr(p, word)); p += n)
		if (n && (p == words || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0'))
			return true;
	return false;
}

static int run(const struct args *args)
{
	const char *format = args_value(args, "format", NULL), *limit = args_value(args, "limit", NULL);
	struct packets p = {
		.limit = -1, .time = args_value(args, "time", "r"), .style = FIELDS_STYLE_DEFAULT
	};
	char *end = NULL;
	p.type = args_value(args, "type", format && strcmp(format, "table") != 0 ? format : "text");
	if (!is_word_of(p.type, "text fields csv json jsonl"))
		return complain(
			EXIT_USAGE, "packets: -T is text, fields, csv, json or jsonl, not %s", p.type);
	if (limit && ((p.limit = strtoll(limit, &end, 10)) < 0 || *end || end == limit))
		return complain(EXIT_USAGE, "packets: --limit needs a number, not %s", limit);
	if (strcmp(p.type, "fields") == 0 && !args_has(args, "field"))
		return complain(EXIT_USAGE, "packets: -T fields needs at least one -e FIELD");
	for (unsigned i = 0; args_nth(args, "print", i); i++)
		if (!fields_style_set(&p.style, args_nth(args, "print", i)))
			return complain(EXIT_USAGE, "packets: -E takes " FIELDS_STYLE_OPTIONS ", not %s",
				args_nth(args, "print", i));
	if (args_has(args, "print") && strcmp(p.type, "fields") != 0)
		return complain(EXIT_USAGE, "packets: -E is about -T fields");
	char *time = list_time_sql(p.time, 6, "0");
	sqlite3_free(time);
	if (!time)
		return complain(EXIT_USAGE, "packets: -t is one of " LIST_TIMES ", not %s", p.time);
	if (args_has(args, "field") && args_has(args, "sql"))
		return complain(EXIT_USAGE, "packets: fields are put together from several statements; "
					    "`pcapdex fields ARCHIVE FIELD --source` tells where they stand");
	int status = question_open(&p.q, args);
	if (status == EXIT_DONE) {
		if (strcmp(p.type, "text") != 0 && strcmp(p.type, "fields") != 0)
			p.q.format = p.type;
		status = args_has(args, "field") ? print_fields(&p, args) : print_list(&p);
	}
	question_close(&p.q);
	return status;
}

static const struct option_spec options[] = {
	{ "type", 'T', "TYPE", false, "text, fields, csv, json or jsonl (default: as --format says)",
		"text fields csv json jsonl" },
	{ "field", 'e', "FIELD", true, "print this field; `pcapdex fields ARCHIVE` lists them" },
	{ "print", 'E', "OPTION=VALUE", true,
		"how -T fields prints: header=y, separator=C, aggregator=C, occurrence=f|l|a, quote=d|s|n, "
		"bom=y; "
		"/t and /s are tab and space" },
	{ "limit", 0, "N", false, "no more than the first N frames" },
	{ "time", 't', "FORMAT", false,
		"r since the first frame, d since the frame before, dd since the line before, a or ad local "
		"time, "
		"u or ud UTC, e epoch (default: r)",
		LIST_TIMES },
	{ "color", 0, "WHEN", false, "auto, always or never: Wireshark's colouring rules (default: auto)",
		"auto always never" },
	NUMERIC_OPTION,
	{ 0 },
};

const struct command cmd_packets = {
	.name = "packets",
	.summary = "List frames, or print fields of them",
	.usage = "ARCHIVE [-T TYPE] [-e FIELD]...",
	.details = "Without -e the packet list: number, time, source, destination, protocol, length and what "
		   "the "
		   "frame is about, as\n"
		   "Wireshark's. On a terminal it has Wireshark's colours and pages itself (PCAPDEX_PAGER, "
		   "PAGER, "
		   "NO_COLOR).\n"
		   "With -e the fields named, all values of a frame joined by commas; -T fields prints "
		   "exactly what `tshark -T fields\n"
		   "-E occurrence=a` prints, a line a frame and a tab between fields. _ws.col.Info is the "
		   "column of the list (No., Time,\n"
		   "Source, Destination, Protocol, Length, Info).",
	.examples = "  pcapdex packets trace.db --limit 20\n"
		    "  pcapdex packets trace.db -Y 'tcp.analysis.flags' -f csv\n"
		    "  pcapdex packets trace.db -T fields -e frame.number -e ip.src -e tcp.stream",
	.min_args = 1,
	.max_args = 1,
	.query = true,
	.options = options,
	.run = run,
};
