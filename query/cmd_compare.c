/* pcapdex compare: statistics over the captures of a course, group by group, and who stands out; or two side
 * by side. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "query/course.h"

#define TOP 3

struct work {
	struct question *q;
	struct course course;
	bool two; /* A B */
	double z;
	struct render *r;
};

/* NAN is shown as missing; totals but seconds are whole numbers. */
static struct value shown(const struct measure *m, double v)
{
	if (isnan(v))
		return value_null();
	if (m->kind == MEASURE_TOTAL && m->decimals == 0 && v == floor(v))
		return value_int((int64_t)v);
	return value_real(v, m->decimals);
}

static struct value with_unit(const struct work *w, const struct measure *m, double v)
{
	struct value x = shown(m, v);
	if (w->q->table)
		x.unit = m->unit && strcmp(m->unit, "ms") == 0 ? " ms" : m->unit;
	return x;
}

static const char *group_name(const struct work *w, const struct course_group *g)
{
	return g == &w->course.whole ? "(all)" : g->name || !w->q->table ? g->name : "(untagged)";
}

static int begin(struct work *w, const struct render_column *columns, unsigned n)
{
	w->r = question_render(w->q, columns, n);
	return w->r ? EXIT_DONE : complain(EXIT_FAILED, "out of memory");
}

static int end(struct work *w)
{
	return render_close(w->r) < 0 ? complain(EXIT_FAILED, "out of memory") : EXIT_DONE;
}

/* ---- groups: a row each ---- */

/* "tls 61.0%, dns 12.3%", or a list of objects in JSON. */
static char *top_text(const struct course *c, const struct course_group *g, enum measure_kind kind)
{
	unsigned top[TOP], n = course_top(c, g, kind, top, TOP);
	sqlite3_str *s = sqlite3_str_new(NULL);
	for (unsigned i = 0; i < n; i++)
		sqlite3_str_appendf(s, "%s%s %.1f%%", i ? ", " : "",
			kind == MEASURE_SERVICE ? c->measures[top[i]].title : c->measures[top[i]].name,
			g->cells[top[i]].value);
	return sqlite3_str_finish(s);
}

static int show_groups(struct work *w)
{
	static const unsigned in_table[] = { M_CAPTURES, M_FRAMES, M_BYTES, M_SECONDS, M_LENGTH_MEAN,
		M_LENGTH_P50, M_RETRANSMISSION, M_OUT_OF_ORDER, M_DUPLICATE_ACK, M_RTT_P50, M_RTT_P95,
		M_DNS_P50, M_TROUBLE };
	const struct course *c = &w->course;
	struct render_column columns[M_FIXED + 3] = { { "group", "Group", RENDER_TEXT } };
	unsigned of[M_FIXED], n = w->q->table ? sizeof(in_table) / sizeof(*in_table) : M_FIXED;
	for (unsigned i = 0; i < n; i++) {
		of[i] = w->q->table ? in_table[i] : i;
		columns[1 + i] = (struct render_column) { c->measures[of[i]].key, c->measures[of[i]].title,
			RENDER_NUMBER };
	}
	columns[n + 1] = (struct render_column) { "services", "Top services", RENDER_TEXT };
	columns[n + 2] = (struct render_column) { "verdicts", "Top verdicts", RENDER_TEXT };
	if (begin(w, columns, n + 3) != EXIT_DONE)
		return EXIT_FAILED;
	for (unsigned g = 0; g <= c->ngroups; g++) {
		const struct course_group *group = g < c->ngroups ? &c->groups[g] : &c->whole;
		struct value cells[M_FIXED + 3] = { value_text(group_name(w, group)) };
		if (w->two && g == c->ngroups)
			break;
		for (unsigned i = 0; i < n; i++)
			cells[1 + i] = with_unit(w, &c->measures[of[i]], group->cells[of[i]].value);
		char *services = top_text(c, group, MEASURE_SERVICE),
		     *verdict = top_text(c, group, MEASURE_VERDICT);
		cells[n + 1] = value_text(services);
		cells[n + 2] = value_text(verdict);
		render_row(w->r, cells);
		sqlite3_free(services);
		sqlite3_free(verdict);
	}
	return end(w);
}

/* ---- measures: a row each ---- */

static const char *const kinds[] = { "total", "length", "rate", "time", "protocol", "service", "verdict" };

/* Over the groups; `from` and `to`: measures of these kinds. Those that nobody has are left out. */
static int show_spread(struct work *w, enum measure_kind from, enum measure_kind to)
{
	static const struct render_column columns[] = {
		{ "measure", "Measure", RENDER_FIXED },
		{ "title", "Title", RENDER_TEXT },
		{ "unit", "Unit", RENDER_FIXED },
		{ "whole", "All", RENDER_NUMBER },
		{ "count", "Count", RENDER_NUMBER },
		{ "groups", "Groups", RENDER_NUMBER },
		{ "having", "Having it", RENDER_NUMBER },
		{ "mean", "Mean", RENDER_NUMBER },
		{ "deviation", "Deviation", RENDER_NUMBER },
		{ "min", "Min", RENDER_NUMBER },
		{ "q1", "Q1", RENDER_NUMBER },
		{ "median", "Median", RENDER_NUMBER },
		{ "q3", "Q3", RENDER_NUMBER },
		{ "max", "Max", RENDER_NUMBER },
		{ "mad", "MAD", RENDER_NUMBER },
	};
	const struct course *c = &w->course;
	if (begin(w, columns, sizeof(columns) / sizeof(*columns)) != EXIT_DONE)
		return EXIT_FAILED;
	for (unsigned m = 0; m < c->nmeasures; m++) {
		const struct measure *of = &c->measures[m];
		const struct spread *s = &c->spreads[m];
		const struct cell *whole = &c->whole.cells[m];
		unsigned having = 0;
		if (of->kind < from || of->kind > to || (of->kind >= MEASURE_PROTOCOL && !whole->count))
			continue;
		for (unsigned g = 0; g < c->ngroups; g++)
			having += c->groups[g].name && c->groups[g].cells[m].value > 0;
		struct measure fine = *of; /* means of whole numbers have digits behind the point */
		if (of->kind <= MEASURE_LENGTH && fine.decimals == 0)
			fine.decimals = 1;
		render_row(
			w->r, (struct value[]) { value_text(of->kind < MEASURE_PROTOCOL ? of->key : of->name),
				      value_text(of->title), value_text(of->unit), shown(of, whole->value),
				      of->unit && *of->unit == '%' ? value_int((int64_t)whole->count)
								   : value_null(),
				      value_int(s->n), value_int(having), value_real(s->mean, fine.decimals),
				      value_real(s->deviation, fine.decimals), shown(&fine, s->min),
				      shown(&fine, s->q1), shown(&fine, s->median), shown(&fine, s->q3),
				      shown(&fine, s->max), value_real(s->mad, fine.decimals) });
	}
	return end(w);
}

static int show_values(struct work *w)
{
	static const struct render_column columns[] = {
		{ "group", "Group", RENDER_TEXT },
		{ "kind", "Kind", RENDER_FIXED },
		{ "measure", "Measure", RENDER_FIXED },
		{ "title", "Title", RENDER_TEXT },
		{ "value", "Value", RENDER_NUMBER },
		{ "unit", "Unit", RENDER_FIXED },
		{ "count", "Count", RENDER_NUMBER },
		{ "basis", "Of", RENDER_NUMBER },
		{ "z", "z", RENDER_NUMBER },
	};
	const struct course *c = &w->course;
	if (begin(w, columns, sizeof(columns) / sizeof(*columns)) != EXIT_DONE)
		return EXIT_FAILED;
	for (unsigned g = 0; g < c->ngroups + !w->two; g++) {
		const struct course_group *group = g < c->ngroups ? &c->groups[g] : &c->whole;
		for (unsigned m = 0; m < c->nmeasures; m++) {
			const struct measure *of = &c->measures[m];
			const struct cell *x = &group->cells[m];
			bool share = of->unit && *of->unit == '%';
			if (isnan(x->value) || (of->kind >= MEASURE_PROTOCOL && !x->count))
				continue;
			render_row(w->r,
				(struct value[]) { value_text(group_name(w, group)),
					value_text(kinds[of->kind]),
					value_text(of->kind < MEASURE_PROTOCOL ? of->key : of->name),
					value_text(of->title), shown(of, x->value), value_text(of->unit),
					share ? value_int((int64_t)x->count) : value_null(),
					value_int((int64_t)x->basis),
					g < c->ngroups ? value_real(x->z, 1) : value_null() });
		}
	}
	return end(w);
}

/* ---- who stands out ---- */

static int show_outliers(struct work *w)
{
	static const struct render_column columns[] = {
		{ "group", "Group", RENDER_TEXT },
		{ "kind", "Kind", RENDER_FIXED },
		{ "measure", "Measure", RENDER_FIXED },
		{ "title", "By", RENDER_TEXT },
		{ "value", "Value", RENDER_NUMBER },
		{ "median", "Median", RENDER_NUMBER },
		{ "unit", "Unit", RENDER_FIXED },
		{ "z", "z", RENDER_NUMBER },
	};
	const struct course *c = &w->course;
	struct outlier *all;
	unsigned n, nth = 0;
	const char *top = args_value(w->q->args, "top", NULL);
	unsigned most = top ? (unsigned)strtoul(top, NULL, 10) : w->q->table ? TOP : 0;
	if (course_outliers(c, w->z, &all, &n) < 0)
		return EXIT_FAILED;
	int status = begin(w, columns, sizeof(columns) / sizeof(*columns));
	for (unsigned i = 0; status == EXIT_DONE && i < n; i++) {
		const struct measure *m = &c->measures[all[i].measure];
		nth = i && all[i].group == all[i - 1].group ? nth + 1 : 0;
		if (most && nth >= most)
			continue;
		render_row(w->r, (struct value[]) { value_text(c->groups[all[i].group].name),
					 value_text(kinds[m->kind]),
					 value_text(m->kind < MEASURE_PROTOCOL ? m->key : m->name),
					 value_text(m->title),
					 shown(m, c->groups[all[i].group].cells[all[i].measure].value),
					 shown(m, c->spreads[all[i].measure].median), value_text(m->unit),
					 value_real(all[i].z, 1) });
	}
	free(all);
	return status == EXIT_DONE ? end(w) : status;
}

/* ---- two side by side ---- */

static int show_sides(struct work *w)
{
	const struct course *c = &w->course;
	const struct render_column columns[] = {
		{ "kind", "Kind", RENDER_FIXED },
		{ "measure", "Measure", RENDER_FIXED },
		{ "title", "Title", RENDER_TEXT },
		{ "unit", "Unit", RENDER_FIXED },
		{ "a", w->q->table ? c->groups[0].name : NULL, RENDER_NUMBER },
		{ "b", w->q->table ? c->groups[1].name : NULL, RENDER_NUMBER },
		{ "delta", "Delta", RENDER_NUMBER },
		{ "percent", "Delta %", RENDER_NUMBER },
	};
	if (begin(w, columns, sizeof(columns) / sizeof(*columns)) != EXIT_DONE)
		return EXIT_FAILED;
	for (unsigned m = 0; m < c->nmeasures; m++) {
		const struct measure *of = &c->measures[m];
		const struct cell *a = &c->groups[0].cells[m], *b = &c->groups[1].cells[m];
		if ((isnan(a->value) && isnan(b->value)) ||
			(of->kind >= MEASURE_PROTOCOL && !a->count && !b->count))
			continue;
		double delta = b->value - a->value;
		struct value percent = value_real(100 * delta / a->value, 1);
		if (!(a->value > 0) || isnan(delta))
			percent = value_null();
		render_row(w->r, (struct value[]) { value_text(kinds[of->kind]),
					 value_text(of->kind < MEASURE_PROTOCOL ? of->key : of->name),
					 value_text(of->title), value_text(of->unit), shown(of, a->value),
					 shown(of, b->value), shown(of, delta), percent });
	}
	return end(w);
}

static int put_only(void *ctx, const struct course_only *only)
{
	return render_row(ctx, (struct value[]) { value_text(only->group), value_text(only->what),
				       value_text(only->name), value_int((int64_t)only->frames) });
}

static int show_only(struct work *w)
{
	static const struct render_column columns[] = {
		{ "group", "Only in", RENDER_TEXT },
		{ "what", "What", RENDER_FIXED },
		{ "name", "Name", RENDER_TEXT },
		{ "count", "Count", RENDER_NUMBER },
	};
	if (w->q->show_sql)
		return course_only(w->q, NULL, NULL);
	if (begin(w, columns, sizeof(columns) / sizeof(*columns)) != EXIT_DONE)
		return EXIT_FAILED;
	int status = course_only(w->q, put_only, w->r);
	return end(w) == EXIT_DONE ? status : EXIT_FAILED;
}

/* ---- the command ---- */

static int show_spreads(struct work *w)
{
	return show_spread(w, MEASURE_TOTAL, MEASURE_TIME);
}

static int show_protocols(struct work *w)
{
	return show_spread(w, MEASURE_PROTOCOL, MEASURE_PROTOCOL);
}

static int show_services(struct work *w)
{
	return show_spread(w, MEASURE_SERVICE, MEASURE_SERVICE);
}

static int show_verdicts(struct work *w)
{
	return show_spread(w, MEASURE_VERDICT, MEASURE_VERDICT);
}

static const struct section {
	const char *name, *title;
	int (*show)(struct work *w);
	bool of_many, of_two; /* can be asked for */
	bool usual;           /* part of the answer without --show, in a table */
} sections[] = {
	{ "groups", "Groups", show_groups, true, true, true },
	{ "spread", "Over the groups", show_spreads, true, false, true },
	{ "protocols", "Protocols, percent of the frames, over the groups", show_protocols, true, false,
		false },
	{ "services", "Services, percent of the frames, over the groups", show_services, true, false, false },
	{ "verdicts", "Verdicts, percent of the TCP conversations, over the groups", show_verdicts, true,
		false, false },
	{ "values", "Values", show_values, true, true, false },
	{ "outliers", "Who stands out", show_outliers, true, false, true },
	{ "sides", "Side by side", show_sides, false, true, true },
	{ "only", "In one only", show_only, true, true, true },
};
enum { NSECTIONS = sizeof(sections) / sizeof(*sections) };

static bool is_shown(const struct work *w, const struct section *s)
{
	const char *show = args_value(w->q->args, "show", NULL);
	if (show)
		return strcmp(show, s->name) == 0;
	if (!w->q->table) /* csv and json are one table */
		return strcmp(s->name, w->two ? "sides" : "groups") == 0;
	return s->usual &&
	       (w->two ? s->of_two && s->show != show_groups : s->of_many && s->show != show_only);
}

static int answer(struct work *w)
{
	int status = EXIT_DONE;
	bool headed = !args_value(w->q->args, "show", NULL) && w->q->table;
	bool only = false;
	for (unsigned i = 0; i < NSECTIONS; i++)
		only |= is_shown(w, &sections[i]) && sections[i].show == show_only;
	if (w->q->show_sql)
		return only ? show_only(w) : EXIT_DONE;
	for (unsigned i = 0, n = 0; status == EXIT_DONE && i < NSECTIONS; i++) {
		if (!is_shown(w, &sections[i]))
			continue;
		if (headed)
			printf("%s%s:\n", n++ ? "\n" : "", sections[i].title);
		status = sections[i].show(w);
	}
	return status;
}

/* EXIT_DONE, or EXIT_USAGE after a message. */
static int check(struct work *w)
{
	const struct args *args = w->q->args;
	const char *show = args_value(args, "show", NULL), *z = args_value(args, "z", NULL);
	char *rest = NULL;
	w->two = args->npositional == 3;
	w->z = z ? strtod(z, &rest) : COURSE_Z;
	if (args->npositional == 2)
		return complain(EXIT_USAGE, "compare: name two captures, or none");
	if (w->two && (args_has(args, "by") || args_has(args, "capture")))
		return complain(EXIT_USAGE, "compare: A and B say which captures; no --by, no -c");
	if (z && (rest == z || *rest || !(w->z > 0)))
		return complain(EXIT_USAGE, "--z takes a number above 0, not %s", z);
	for (unsigned i = 0; show && i < NSECTIONS; i++)
		if (strcmp(show, sections[i].name) == 0) {
			if (w->two ? sections[i].of_two : sections[i].of_many)
				return EXIT_DONE;
			return complain(
				EXIT_USAGE, "--show %s: not of %s", show, w->two ? "two captures" : "groups");
		}
	return show ? complain(EXIT_USAGE, "--show: no %s; `pcapdex help compare` lists them", show)
		    : EXIT_DONE;
}

static int make(struct work *w)
{
	const struct args *args = w->q->args;
	const char *tag = args_value(args, "by", NULL);
	if (w->two)
		return course_of_two(&w->course, w->q, args->positional[1], args->positional[2]);
	int status = course_of_tag(&w->course, w->q, tag);
	if (status == EXIT_DONE && tag && !w->q->show_sql && w->course.ngroups == 1 &&
		!w->course.groups[0].name)
		return complain(EXIT_FAILED,
			"%s: no capture has a tag %s; `pcapdex tag %s --list` shows those there are",
			args->positional[0], tag, args->positional[0]);
	return status;
}

static int run(const struct args *args)
{
	struct question q;
	struct work w = { .q = &q };
	int status = question_open(&q, args);
	if (status == EXIT_DONE)
		status = check(&w);
	if (status == EXIT_DONE)
		status = make(&w);
	if (status == EXIT_DONE)
		status = answer(&w);
	course_free(&w.course);
	question_close(&q);
	return status;
}

static const struct option_spec options[] = {
	{ "by", 'b', "TAG", false, "a group for each value of this tag (default: for each capture)" },
	{ "show", 's', "WHAT", false,
		"groups, spread, outliers, protocols, services, verdicts, values, only or sides",
		"groups spread outliers protocols services verdicts values only sides" },
	{ "z", 0, "Z", false, "who is this far from the median stands out (default: 3.5)" },
	{ "top", 0, "N", false, "at most so many reasons a group (default: 3 in a table, else all)" },
	{ 0 },
};

const struct command cmd_compare = {
	.name = "compare",
	.summary = "Statistics over many captures, who stands out, or two side by side",
	.usage = "ARCHIVE [--by TAG] | ARCHIVE A B",
	.details =
		"For each group and for all captures together: how much, lengths, TCP trouble, round trips, "
		"DNS "
		"answers, services,\n"
		"verdicts of `diagnose`; how these are spread over the groups; and which groups stand out by "
		"what. z is\n"
		"the distance from the median in units of 1.4826 MAD (of totals, lengths and times: that of "
		"their\n"
		"logarithm), where a unit is at least one percentage point or a quarter more; fewer than 20 "
		"frames, "
		"segments,\n"
		"conversations or samples are not judged, nor are fewer than 5 groups.\n\n"
		"A and B are captures, as -c takes them: ids, names, globs, TAG=VALUE. They are set side by "
		"side, with what\n"
		"only one of them has: protocols, hosts, names.\n\n"
		"--show groups: a row a group. spread, protocols, services, verdicts: a row a measure, over "
		"the groups.\n"
		"values: a row for each value, with its z. outliers: who stands out, and by what. only: what "
		"just one group\n"
		"has. sides: A and B. csv and json are groups (of A and B: sides) unless --show is given; "
		"they have every "
		"measure,\n"
		"a table the main ones. docs/course.md explains all of them.",
	.examples = "  pcapdex compare course.db --by student\n"
		    "  pcapdex compare course.db --by lab --show values -f csv   for a spreadsheet\n"
		    "  pcapdex compare course.db --by student --show outliers --z 5\n"
		    "  pcapdex compare course.db monday.pcap tuesday.pcap\n"
		    "  pcapdex compare course.db student=007 student=008",
	.min_args = 1,
	.max_args = 3,
	.query = true,
	.options = options,
	.run = run,
};
