/* Many captures, or groups of them, set against each other: spread, protocol shares, who stands out,
 * overlaps. */
#include <math.h>
#include <stdlib.h>

#include "query/report/page.h"

#define HEAT_COLUMNS 14
#define HEAT_ROWS    200

/* `compare`, by --by TAG where it is given. */
static int compare(struct report *r, struct ask *a, const char *show)
{
	const char *tag = args_value(r->args, "by", NULL);
	return tag ? ask(r, a, false, "compare", "--by", tag, "--show", show, NULL)
		   : ask(r, a, false, "compare", "--show", show, NULL);
}

/* ---- spread: a box from the lower to the upper quartile, whiskers to the extremes ---- */

static bool put_box(struct report *r, const struct ask *a, size_t row, const char *key)
{
	static const char *const keys[] = { "min", "q1", "median", "q3", "max" };
	double at[5];
	char word[64];
	if (strcmp(key, "title") != 0)
		return false;
	page_text(r, kept_text(&a->rows, row, kept_column(&a->rows, key)));
	for (unsigned i = 0; i < 5; i++)
		at[i] = kept_number(&a->rows, row, kept_column(&a->rows, keys[i]));
	if (!(at[4] > at[0]))
		return true;
	/* Where the greatest is far off, the others would lie on one point: logarithms then. */
	if (at[0] >= 0 && at[4] > 20 * at[3])
		for (unsigned i = 0; i < 5; i++)
			at[i] = log1p(at[i] / (at[2] > 0 ? at[2] : at[3] > 0 ? at[3] : at[4] / 100));
	double low = at[0], range = at[4] - at[0];
	for (unsigned i = 0; i < 5; i++)
		at[i] = 2 + 116 * (at[i] - low) / range;
	snprintf(word, sizeof(word), "M2 6H%.1fM%.1f 6H118M2 3v6M118 3v6", at[1], at[3]);
	fprintf(r->out,
		"<svg class=\"pic box\" viewBox=\"0 0 120 12\" aria-hidden=\"true\"><path class=\"lpx\" "
		"d=\"%s\"/>"
		"<path class=\"p0\" fill-opacity=\"0.35\" d=\"M%.1f 2H%.1fV10H%.1fZ\"/><path class=\"lp0\" "
		"stroke-width=\"2\" d=\"M%.1f 2v8\"/></svg>",
		word, at[1], at[3], at[1], at[2]);
	return true;
}

/* ---- heat map: the share of the commonest protocols in each group ---- */

struct measure {
	const char *key, *title;
	double sum;
};

struct heat {
	const struct kept *rows;
	size_t nmeasures, ngroups;
	struct measure *measures;
	size_t *groups; /* row at which each group begins */
	int group, kind, key, title, value;
};

static int by_sum(const void *a, const void *b)
{
	const struct measure *x = a, *y = b;
	return x->sum != y->sum ? (x->sum < y->sum ? 1 : -1) : strcmp(x->key, y->key);
}

static bool is_protocol(const struct heat *h, size_t row)
{
	return strcmp(kept_text(h->rows, row, h->kind), "protocol") == 0;
}

static void collect(struct heat *h)
{
	for (size_t row = 0; row < h->rows->n; row++) {
		const char *key = kept_text(h->rows, row, h->key);
		double value = kept_number(h->rows, row, h->value);
		size_t i = 0;
		if (!row ||
			strcmp(kept_text(h->rows, row, h->group), kept_text(h->rows, row - 1, h->group)) != 0)
			h->groups[h->ngroups++] = row;
		if (!is_protocol(h, row))
			continue;
		while (i < h->nmeasures && strcmp(h->measures[i].key, key) != 0)
			i++;
		if (i == h->nmeasures)
			h->measures[h->nmeasures++] =
				(struct measure) { key, kept_text(h->rows, row, h->title), 0 };
		h->measures[i].sum += isfinite(value) ? value : 0;
	}
	qsort(h->measures, h->nmeasures, sizeof(*h->measures), by_sum);
	if (h->nmeasures > HEAT_COLUMNS)
		h->nmeasures = HEAT_COLUMNS;
}

static void put_heat_row(struct report *r, const struct heat *h, size_t group)
{
	size_t end = group + 1 < h->ngroups ? h->groups[group + 1] : h->rows->n;
	fputs("<tr><th scope=\"row\">", r->out);
	page_text(r, kept_text(h->rows, h->groups[group], h->group));
	fputs("</th>", r->out);
	for (size_t i = 0; i < h->nmeasures; i++) {
		double value = NAN;
		for (size_t row = h->groups[group]; row < end; row++)
			if (is_protocol(h, row) &&
				strcmp(kept_text(h->rows, row, h->key), h->measures[i].key) == 0)
				value = kept_number(h->rows, row, h->value);
		if (isfinite(value))
			fprintf(r->out, "<td class=\"n\" style=\"--heat:%.0f%%\" data-v=\"%.17g\">%.1f</td>",
				value, value, value);
		else
			fputs("<td class=\"n\"></td>", r->out);
	}
	fputs("</tr>\n", r->out);
}

static void put_heat(struct report *r, const struct ask *a)
{
	const struct kept *rows = &a->rows;
	struct heat h = { .rows = rows,
		.measures = calloc(rows->n + 1, sizeof(struct measure)),
		.groups = calloc(rows->n + 1, sizeof(size_t)),
		.group = kept_column(rows, "group"),
		.kind = kept_column(rows, "kind"),
		.key = kept_column(rows, "measure"),
		.title = kept_column(rows, "title"),
		.value = kept_column(rows, "value") };
	if (h.measures && h.groups)
		collect(&h);
	if (h.nmeasures) {
		size_t n = h.ngroups < HEAT_ROWS ? h.ngroups : HEAT_ROWS;
		unsigned id = ++r->ids;
		fprintf(r->out,
			"<div class=\"table\" tabindex=\"0\" role=\"region\" aria-labelledby=\"c%u\"><table "
			"class=\"sort "
			"heat\" data-shown=\"20\" data-ask=\"",
			id);
		page_ask(r, a);
		fprintf(r->out, "\"><caption id=\"c%u\">Protocol shares, %% of packets", id);
		if (n < h.ngroups)
			fprintf(r->out, " <small>the first %zu of %zu</small>", n, h.ngroups);
		fputs("</caption><thead><tr><th scope=\"col\" data-key=\"group\"><button "
		      "type=\"button\">Group</button></th>",
			r->out);
		for (size_t i = 0; i < h.nmeasures; i++) {
			fputs("<th scope=\"col\" class=\"n\" data-key=\"", r->out);
			page_text(r, h.measures[i].key);
			fputs("\" title=\"", r->out);
			page_text(r, h.measures[i].title);
			fputs("\"><button type=\"button\">", r->out);
			page_text(r, h.measures[i].key);
			fputs("</button></th>", r->out);
		}
		fputs("</tr></thead><tbody>\n", r->out);
		for (size_t i = 0; i < n; i++)
			put_heat_row(r, &h, i);
		fputs("</tbody></table></div>\n", r->out);
		page_command(r, a);
	}
	free(h.measures);
	free(h.groups);
}

/* ---- the section ---- */

static int put_compared(struct report *r, const char *show, const struct page_table *table)
{
	struct ask a;
	int status = compare(r, &a, show);
	if (status == EXIT_DONE && table)
		page_table(r, &a, table);
	else if (status == EXIT_DONE)
		put_heat(r, &a);
	ask_free(&a);
	return status;
}

int report_course(struct report *r)
{
	static const struct page_column spread[] = { { "title", "Measure" }, { "unit" }, { "whole" },
		{ "mean" }, { "deviation" }, { "min" }, { "q1" }, { "median" }, { "q3" }, { "max" }, { 0 } };
	static const struct page_column outliers[] = { { "group" }, { "kind" }, { "title", "By" },
		{ "value" }, { "median" }, { "unit" }, { "z", NULL, true }, { 0 } };
	static const struct page_column overlaps[] = { { "a", "A" }, { "b", "B" }, { "kind" },
		{ "shared", NULL, true }, { "telling" }, { "percent_a", "% of A" }, { "percent_b", "% of B" },
		{ "shift" }, { 0 } };
	struct ask a;
	fputs("<section id=\"course\"><h2>Captures compared</h2>\n<p class=\"intro\">How much captures, or "
	      "groups of them, "
	      "differ; which stand out; and which share packets.</p>\n<h3>Spread</h3><p>The box reaches from "
	      "the lower "
	      "to the upper quartile, the line in it is the median, the whiskers end at the least and the "
	      "greatest "
	      "group; where that is far off, the scale is logarithmic.</p>\n",
		r->out);
	int status = put_compared(
		r, "spread", &(struct page_table) { "Measures over groups", spread, 0, 0, .cell = put_box });
	fputs("<h3>Protocol shares</h3>\n", r->out);
	if (status == EXIT_DONE)
		status = put_compared(r, "values", NULL);
	fputs("<h3>Who stands out</h3><p>z is the distance from the median in robust deviations (1.4826 "
	      "MAD).</p>\n",
		r->out);
	if (status == EXIT_DONE)
		status = put_compared(r, "outliers",
			&(struct page_table) { "Outliers", outliers, 20, 200, .sortable = true });
	fputs("<h3>Shared packets</h3><p>Captures that are copies of each other, parts, or taken of the same "
	      "traffic.</p>\n",
		r->out);
	if (status == EXIT_DONE) {
		status = ask(r, &a, false, "overlaps", NULL);
		if (status == EXIT_DONE)
			page_table(r, &a,
				&(struct page_table) { "Overlaps", overlaps, 20, 200, .sortable = true });
		ask_free(&a);
	}
	fputs("</section>\n", r->out);
	return status;
}
