/* pcapdex overlaps: captures that have frames in common. */
#include <stdlib.h>
#include <string.h>

#include "query/overlap.h"
#include "query/render/render.h"

struct work {
	const struct args *args;
	struct session session;
	struct overlaps overlaps;
	const char *format;
	bool table, two;
	bool *except;
	int *group;
	char **groups; /* by capture: the value of --by */
};

/* "1-500, 520, 531-600", at most as many as a table has room for. */
static char *ranges_text(const struct overlap *o, bool of_b, unsigned most)
{
	struct overlap_run run;
	sqlite3_str *s = sqlite3_str_new(NULL);
	unsigned n = 0;
	uint32_t first = 0, last = 0;
	bool cut = false;
	for (size_t at = 0; !cut && overlap_run(o, &at, &run);) {
		uint32_t from = of_b ? run.first_b : run.first_a, to = of_b ? run.last_b : run.last_a;
		if (n && from == last + 1) {
			last = to;
			continue;
		}
		if (n)
			sqlite3_str_appendf(
				s, first == last ? "%s%u" : "%s%u-%u", n > 1 ? ", " : "", first, last);
		first = from;
		last = to;
		cut = ++n > most;
	}
	if (cut)
		sqlite3_str_appendall(s, ", ...");
	else if (n)
		sqlite3_str_appendf(s, first == last ? "%s%u" : "%s%u-%u", n > 1 ? ", " : "", first, last);
	return sqlite3_str_finish(s);
}

/* The archive has its octets once. */
static void show_copy(struct work *w, struct render *r, const struct overlap_copy *copy, unsigned skip)
{
	const struct selected_capture *c = &w->session.captures[copy->capture];
	struct value cells[15] = { value_text(w->groups ? w->groups[copy->capture] : NULL),
		value_text(copy->group), value_text(c->name), value_text(copy->path),
		value_text(overlap_kinds[OVERLAP_FILE]), value_int(c->frames), value_null(),
		value_real(100, 1), value_real(100, 1), value_real(0, 6) };
	cells[7].unit = cells[8].unit = w->table ? "%" : NULL;
	render_row(r, cells + skip);
}

static int show_pairs(struct work *w)
{
	static const struct render_column columns[] = {
		{ "group_a", "Group A", RENDER_TEXT },
		{ "group_b", "Group B", RENDER_TEXT },
		{ "a", "A", RENDER_TEXT },
		{ "b", "B", RENDER_TEXT },
		{ "kind", "Kind", RENDER_FIXED },
		{ "shared", "Shared", RENDER_NUMBER },
		{ "telling", "Telling", RENDER_NUMBER },
		{ "percent_a", "Of A", RENDER_NUMBER },
		{ "percent_b", "Of B", RENDER_NUMBER },
		{ "shift", "Shift s", RENDER_NUMBER },
		{ "steady", "Steady", RENDER_NUMBER },
		{ "ordered", "In order", RENDER_NUMBER },
		{ "same_link", "Same link", RENDER_NUMBER },
		{ "frames_a", "Frames of A", RENDER_TEXT },
		{ "frames_b", "Frames of B", RENDER_TEXT },
	};
	unsigned skip = w->groups ? 0 : 2;
	const char *unit = w->table ? "%" : NULL;
	unsigned n = sizeof(columns) / sizeof(*columns) - skip;
	struct render *r = w->args->rows ? render_keep(w->args->rows, columns + skip, n)
					 : render_open(w->format, stdout, columns + skip, n);
	for (size_t i = 0; r && i < w->overlaps.n; i++) {
		const struct overlap *o = &w->overlaps.list[i];
		char *of_a = ranges_text(o, false, w->table ? 3 : UINT32_MAX),
		     *of_b = ranges_text(o, true, w->table ? 3 : UINT32_MAX);
		struct value cells[] = {
			value_text(w->groups ? w->groups[o->a] : NULL),
			value_text(w->groups ? w->groups[o->b] : NULL),
			value_text(w->session.captures[o->a].name),
			value_text(w->session.captures[o->b].name),
			value_text(overlap_kinds[o->kind]),
			value_int((int64_t)o->shared),
			value_int((int64_t)o->telling),
			value_real(o->percent_a, 1),
			value_real(o->percent_b, 1),
			value_real(o->shift, 6),
			value_real(o->steady, 0),
			value_real(o->ordered, 0),
			value_real(100.0 * (double)o->same_link / (double)o->shared, 0),
			value_text(of_a),
			value_text(of_b),
		};
		cells[7].unit = cells[8].unit = cells[10].unit = cells[11].unit = cells[12].unit = unit;
		render_row(r, cells + skip);
		sqlite3_free(of_a);
		sqlite3_free(of_b);
	}
	for (size_t i = 0; r && i < w->overlaps.ncopies; i++)
		show_copy(w, r, &w->overlaps.copies[i], skip);
	return render_close(r) < 0 ? complain(EXIT_FAILED, "out of memory") : EXIT_DONE;
}

static int show_runs(struct work *w)
{
	static const struct render_column columns[] = {
		{ "from_a", "From A", RENDER_NUMBER },
		{ "to_a", "To", RENDER_NUMBER },
		{ "from_b", "From B", RENDER_NUMBER },
		{ "to_b", "To", RENDER_NUMBER },
		{ "frames", "Frames", RENDER_NUMBER },
		{ "telling", "Telling", RENDER_NUMBER },
		{ "shift", "Shift s", RENDER_NUMBER },
	};
	struct render *r = render_open(w->format, stdout, columns, sizeof(columns) / sizeof(*columns));
	struct overlap_run run;
	for (size_t at = 0; r && w->overlaps.n && overlap_run(&w->overlaps.list[0], &at, &run);)
		render_row(r, (struct value[]) { value_int(run.first_a), value_int(run.last_a),
				      value_int(run.first_b), value_int(run.last_b),
				      value_int(run.last_a - run.first_a + 1), value_int(run.telling),
				      value_real((double)run.shift_ns / 1e9, 6) });
	return render_close(r) < 0 ? complain(EXIT_FAILED, "out of memory") : EXIT_DONE;
}

/* ---- which captures ---- */

static sqlite3_stmt *prepare(struct work *w, const char *sql, const char *text)
{
	sqlite3_stmt *st = session_prepare(&w->session, sql);
	if (st)
		sqlite3_bind_text(st, 1, text, -1, SQLITE_STATIC);
	return st;
}

static unsigned index_of(const struct session *s, int64_t id)
{
	unsigned i = 0;
	while (i < s->ncaptures && s->captures[i].id != id)
		i++;
	return i;
}

static int read_except(struct work *w)
{
	w->except = calloc(w->session.ncaptures + 1, sizeof(*w->except));
	for (unsigned i = 0; w->except && args_nth(w->args, "except", i); i++) {
		const char *which = args_nth(w->args, "except", i);
		bool found = false;
		sqlite3_stmt *st = prepare(w, session_capture_sql, which);
		while (st && sqlite3_step(st) == SQLITE_ROW) {
			w->except[index_of(&w->session, sqlite3_column_int64(st, 0))] = true;
			found = true;
		}
		sqlite3_finalize(st);
		if (!found)
			return complain(EXIT_FAILED, "%s: no capture %s; `pcapdex captures %s` lists them",
				w->session.path, which, w->session.path);
	}
	return w->except ? EXIT_DONE : complain(EXIT_FAILED, "out of memory");
}

/* Captures without the tag are groups of their own. */
static int read_groups(struct work *w)
{
	const char *by = args_value(w->args, "by", NULL);
	if (!by)
		return EXIT_DONE;
	w->group = calloc(w->session.ncaptures + 1, sizeof(*w->group));
	w->groups = calloc(w->session.ncaptures + 1, sizeof(*w->groups));
	sqlite3_stmt *st = prepare(w,
		"SELECT capture_id, dense_rank() OVER (ORDER BY value), value FROM capture_tag WHERE key = "
		"?1",
		by);
	bool found = false;
	while (w->group && w->groups && st && sqlite3_step(st) == SQLITE_ROW) {
		unsigned i = index_of(&w->session, sqlite3_column_int64(st, 0));
		found = true;
		if (i == w->session.ncaptures)
			continue;
		w->group[i] = sqlite3_column_int(st, 1);
		w->groups[i] = strdup((const char *)sqlite3_column_text(st, 2));
	}
	sqlite3_finalize(st);
	if (!w->group || !w->groups)
		return complain(EXIT_FAILED, "out of memory");
	return found ? EXIT_DONE : complain(EXIT_FAILED, "%s: no capture has a tag %s", w->session.path, by);
}

static int answer(struct work *w)
{
	const char *least = args_value(w->args, "min", NULL);
	char *end = NULL;
	struct overlap_options options = { .except = w->except,
		.group = w->group,
		.by = args_value(w->args, "by", NULL),
		.groups = w->groups };
	if (least)
		options.least = strtoull(least, &end, 10);
	if (least && (*end || !options.least))
		return complain(EXIT_USAGE, "--min takes a number of frames, not %s", least);
	if (w->two && w->session.ncaptures != 2)
		return complain(EXIT_FAILED, "%s: A and B must name two captures, not %u", w->session.path,
			w->session.ncaptures);
	if (w->two && !options.least)
		options.least = 1;
	if (overlaps_find(&w->overlaps, &w->session, &options) < 0)
		return EXIT_FAILED;
	return w->two ? show_runs(w) : show_pairs(w);
}

static int run(const struct args *args)
{
	struct work w = { .args = args,
		.format = args->rows ? "csv" : args_value(args, "format", "table"),
		.two = args->npositional > 1 };
	w.table = strcmp(w.format, "table") == 0;
	if (!render_has(w.format))
		return complain(EXIT_USAGE, "--format is table, csv, json or jsonl, not %s", w.format);
	if (args->npositional == 2)
		return complain(EXIT_USAGE, "overlaps: name two captures, or none");
	int status = session_open_for(&w.session, args, ARCHIVE_READ);
	if (status != EXIT_DONE)
		return status;
	status = session_choose(&w.session, args, w.two ? 1 : 0);
	if (status == EXIT_DONE)
		status = read_except(&w);
	if (status == EXIT_DONE)
		status = read_groups(&w);
	if (status == EXIT_DONE)
		status = answer(&w);
	for (unsigned i = 0; w.groups && i < w.session.ncaptures; i++)
		free(w.groups[i]);
	free(w.groups);
	free(w.group);
	free(w.except);
	overlaps_free(&w.overlaps);
	session_close(&w.session);
	return status;
}

static const struct option_spec options[] = {
	OPTION_CAPTURE,
	{ "by", 'b', "TAG", false, "only between captures with different values of this tag" },
	{ "except", 'x', "CAPTURE", true, "what this capture has counts nowhere (one that was handed out)" },
	{ "min", 0, "N", false, "from N telling frames on (default: 10, or 3 if a capture has no others)" },
	OPTION_FORMAT,
	{ 0 },
};

const struct command cmd_overlaps = {
	.name = "overlaps",
	.summary = "Captures that have frames in common: copies, and traffic captured twice",
	.usage = "ARCHIVE | ARCHIVE A B",
	.details = "Two frames are the same packet when it is equal from the network layer on, in its length "
		   "and in its first 80\n"
		   "octets, but for what routers and network cards change: time to live, type of service, "
		   "checksums. "
		   "Frames to everyone\n"
		   "or to a group, below IP, with hardly any content, or repeated often are chatter: they "
		   "count as shared, but "
		   "only\n"
		   "telling frames make an overlap.\n\n"
		   "file: a file that `index` passed over because its octets were there already, under "
		   "another path. "
		   "copy: the frames are the same, in the same order, their times moved by one shift or not "
		   "at all. traffic: "
		   "the same\n"
		   "packets in frames of another link: captured at two points. replayed: the same order, "
		   "other times. alike: no\n"
		   "common order. Shift is from A's times to B's; steady are those within a second of it.\n\n"
		   "With A and B: which frames of A are which of B. docs/course.md explains more.",
	.examples = "  pcapdex overlaps course.db --by student --except handout.pcapng\n"
		    "  pcapdex overlaps course.db anna.pcap bob.pcap\n"
		    "  pcapdex overlaps course.db -f csv",
	.min_args = 1,
	.max_args = 3,
	.options = options,
	.run = run,
};
