/* pcapdex packets: frames, one a line: Wireshark's packet list, or fields as `tshark -T fields` prints them.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "query/colors.h"
#include "query/fields.h"
#include "query/pager.h"
#include "query/time_text.h"
#include "query/question.h"

#define TIME_FORMATS "r d dd a ad adoy u ud udoy e"
#define FIELDS_MAX   1024
#define FIRST_WINDOW 100
#define WINDOW       1000 /* lines that are aligned with each other before they are printed */

struct packets {
	struct question q;
	const char *type; /* text, fields, csv, json, jsonl */
	const char *time; /* enum of -t, as tshark has it */
	int64_t limit;    /* frames to print at most */
	bool colors;
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

/* What -t asks for, as tshark has it, as SQL over t_frame f and capture c. Absolute times are text, cut to
 * the digits that the capture has; others seconds. NULL: no such format. */
static char *time_sql(const struct packets *p, int digits)
{
	static const struct {
		const char *name, *format;
		bool local;
	} absolute[] = { { "a", "%H:%M:%S", true }, { "ad", "%Y-%m-%d %H:%M:%S", true },
		{ "adoy", "%Y/%j %H:%M:%S", true }, { "u", "%H:%M:%S", false },
		{ "ud", "%Y-%m-%d %H:%M:%S", false }, { "udoy", "%Y/%j %H:%M:%S", false } };
	for (size_t i = 0; i < sizeof(absolute) / sizeof(*absolute); i++)
		if (strcmp(p->time, absolute[i].name) == 0)
			return sqlite3_mprintf("strftime('%s', f.time / 1000000000, 'unixepoch'%s) ||"
					       " substr(printf('.%%09d', f.time %% 1000000000), 1, %d)",
				absolute[i].format, absolute[i].local ? ", 'localtime'" : "", digits + 1);
	if (strcmp(p->time, "r") == 0)
		return sqlite3_mprintf("(f.time - c.time_zero) / 1e9");
	if (strcmp(p->time, "e") == 0)
		return sqlite3_mprintf("printf('%%d', f.time / 1000000000) ||"
				       " substr(printf('.%%09d', f.time %% 1000000000), 1, %d)",
			digits + 1);
	if (strcmp(p->time, "d") == 0)
		return sqlite3_mprintf("coalesce((f.time - (SELECT b.time FROM t_frame b WHERE b.frame_id ="
				       " f.frame_id - 1 AND b.frame_id >= c.first_frame)) / 1e9, 0.0)");
	if (strcmp(p->time, "dd") == 0)
		return sqlite3_mprintf("coalesce((f.time - lag(f.time) OVER (PARTITION BY c.id ORDER BY"
				       " f.frame_id)) / 1e9, 0.0)");
	return NULL;
}

static char *cell_text(sqlite3_stmt *st, int i, int digits)
{
	char time[64];
	bool seconds = i == TIME && sqlite3_column_type(st, i) == SQLITE_FLOAT;
	if (seconds)
		snprintf(time, sizeof(time), "%.*f", digits, sqlite3_column_double(st, i));
	const char *text = seconds ? time : (const char *)sqlite3_column_text(st, i);
	return text ? strdup(text) : NULL;
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
			w->cells[w->n][i] = cell_text(st, i, digits);
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
	char *time = time_sql(p, digits);
	if (!time)
		return complain(EXIT_USAGE, "packets: -t is one of " TIME_FORMATS ", not %s", p->time);
	memcpy(shown, columns, sizeof(shown));
	shown[CAPTURE].hidden = !several;
	char *timed = frame_timed_sql(p->q.session.db, time, "f.frame_id");
	const char *naming = text ? question_naming(&p->q) : "";
	sqlite3_stmt *st = question_prepare(&p->q,
		"SELECT c.id AS capture_id, f.frame_id - c.first_frame + 1 AS number,"
		" %s AS time, (SELECT %s(text) FROM t_address WHERE id = f.src) AS "
		"source,"
		" (SELECT %s(text) FROM t_address WHERE id = f.dst) AS destination,"
		" COALESCE(frame_protocol(f.frame_id), (SELECT shown FROM t_stack WHERE id = f.stack))"
		" AS protocol, f.len AS length, "
		"frame_info(f.frame_id) AS info%s FROM %s ORDER "
		"BY c.id, f.frame_id LIMIT %lld",
		timed ? timed : time, naming, naming, text && !p->q.show_sql ? ", f.frame_id" : "",
		p->q.frames, (long long)p->limit);
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

/* Where lines of fields go: tabs as tshark does it, or one of the formats. */
struct fields_out {
	unsigned n;
	struct render *render; /* NULL: tabs */
	bool terminal;
	struct value *values;
};

static void print_line(struct fields_out *out, const char *const *cells)
{
	if (out->render) {
		for (unsigned i = 0; i < out->n; i++)
			out->values[i] = cells[i][0] ? value_text(cells[i]) : value_null();
		render_row(out->render, out->values);
		return;
	}
	for (unsigned i = 0; i < out->n; i++) {
		/* A pipe gets what tshark writes; a terminal nothing that it would obey. */
		if (out->terminal)
			render_visible_text(stdout, cells[i]);
		else
			fputs(cells[i], stdout);
		putchar(i + 1 < out->n ? '\t' : '\n');
	}
}

static int print_frame(struct field_reader *r, int64_t id, struct fields_out *out)
{
	const char *cells[FIELDS_MAX];
	if (fields_frame(r, id, cells) < 0)
		return -1;
	print_line(out, cells);
	return 0;
}

/* Without a filter: all frames of the captures. */
static int print_captures(struct packets *p, struct field_reader *r, struct fields_out *out)
{
	int rc = 0;
	int64_t left = p->limit;
	for (unsigned c = 0; rc == 0 && left && c < p->q.session.ncaptures; c++) {
		const struct selected_capture *capture = &p->q.session.captures[c];
		int64_t frames = left < 0 || capture->frames < left ? capture->frames : left,
			last = capture->first_frame + frames - 1;
		rc = fields_range(r, capture, capture->first_frame, last);
		for (int64_t id = capture->first_frame; rc == 0 && id <= last; id++)
			rc = print_frame(r, id, out);
		left -= left < 0 ? 0 : frames;
	}
	return rc;
}

/* With a filter: those that it leaves, in order. */
static int print_filtered(struct packets *p, struct field_reader *r, struct fields_out *out)
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
			rc = fields_range(r, capture, sqlite3_column_int64(st, 0),
				capture->first_frame + capture->frames - 1);
		at = capture;
		if (rc == 0)
			rc = print_frame(r, sqlite3_column_int64(st, 0), out);
	}
	sqlite3_finalize(st);
	return rc;
}

static int print_fields(struct packets *p, const struct args *args)
{
	const char *names[FIELDS_MAX];
	struct render_column *titles = calloc(FIELDS_MAX, sizeof(*titles));
	struct fields_out out = { .terminal = isatty(STDOUT_FILENO),
		.values = calloc(FIELDS_MAX, sizeof(*out.values)) };
	int status = EXIT_FAILED;
	while (titles && out.n < FIELDS_MAX && args_nth(args, "field", out.n)) {
		names[out.n] = args_nth(args, "field", out.n);
		titles[out.n] = (struct render_column) { names[out.n], NULL, RENDER_TEXT };
		out.n++;
	}
	bool tabs = strcmp(p->type, "fields") == 0;
	struct field_reader *r = titles && out.values ? fields_open(&p->q.session, names, out.n) : NULL;
	if (r && !tabs)
		out.render =
			render_open(strcmp(p->type, "text") == 0 ? "table" : p->type, stdout, titles, out.n);
	if (r && (tabs || out.render)) {
		int rc = p->q.filter ? print_filtered(p, r, &out) : print_captures(p, r, &out);
		status = rc == 0 && fields_missing(r) == 0 ? EXIT_DONE : EXIT_FAILED;
	}
	if (out.render && render_close(out.render) < 0)
		status = complain(EXIT_FAILED, "out of memory");
	fields_close(r);
	free(titles);
	free(out.values);
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
	struct packets p = { .limit = -1, .time = args_value(args, "time", "r") };
	char *end = NULL;
	p.type = args_value(args, "type", format && strcmp(format, "table") != 0 ? format : "text");
	if (!is_word_of(p.type, "text fields csv json jsonl"))
		return complain(
			EXIT_USAGE, "packets: -T is text, fields, csv, json or jsonl, not %s", p.type);
	if (limit && ((p.limit = strtoll(limit, &end, 10)) < 0 || *end || end == limit))
		return complain(EXIT_USAGE, "packets: --limit needs a number, not %s", limit);
	if (strcmp(p.type, "fields") == 0 && !args_has(args, "field"))
		return complain(EXIT_USAGE, "packets: -T fields needs at least one -e FIELD");
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
	{ "limit", 0, "N", false, "no more than the first N frames" },
	{ "time", 't', "FORMAT", false,
		"r since the first frame, d since the frame before, dd since the line before, a or ad local "
		"time, "
		"u or ud UTC, e epoch (default: r)",
		TIME_FORMATS },
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
		   "-E occurrence=a` prints, a line a frame and a tab between fields.",
	.examples = "  pcapdex packets trace.db --limit 20\n"
		    "  pcapdex packets trace.db -Y 'tcp.analysis.flags' -f csv\n"
		    "  pcapdex packets trace.db -T fields -e frame.number -e ip.src -e tcp.stream",
	.min_args = 1,
	.max_args = 1,
	.query = true,
	.options = options,
	.run = run,
};
