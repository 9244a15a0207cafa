/* TCP: events, verdicts, the graphs of single streams; and what is in trouble. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "query/report/page.h"

#define MOST 300

/* ---- which streams are drawn ---- */

/* The capture of this name; 0: none, or several. */
static int64_t capture_named(const struct report *r, const char *name)
{
	int64_t id = 0;
	for (unsigned i = 0; i < r->session.ncaptures; i++)
		if (strcmp(r->session.captures[i].name, name) == 0) {
			if (id)
				return 0;
			id = r->session.captures[i].id;
		}
	return id;
}

static bool is_drawn(const struct drawn *d, int64_t capture, double stream)
{
	for (unsigned i = 0; i < d->n; i++)
		if (d->at[i].capture == capture && d->at[i].stream == stream)
			return true;
	return false;
}

static void take(struct report *r, const struct kept *rows, size_t row, unsigned most)
{
	int64_t capture = capture_named(r, kept_text(rows, row, kept_column(rows, "capture")));
	double stream = kept_number(rows, row, kept_column(rows, "stream"));
	struct drawn *d = &r->drawn;
	if (d->n >= most || !capture || !isfinite(stream) || is_drawn(d, capture, stream))
		return;
	d->at[d->n].capture = capture;
	d->at[d->n++].stream = (uint32_t)stream;
}

/* Grave troubles, other troubles, then the largest. */
static void choose(struct report *r, const struct kept *troubles, const struct kept *largest)
{
	int trouble = kept_column(troubles, "trouble"), frames = kept_column(largest, "frames");
	for (int grave = 1; grave >= 0; grave--)
		for (size_t i = 0; i < troubles->n; i++)
			if (strcmp(kept_text(troubles, i, trouble), "grave") == 0 ? grave : !grave)
				take(r, troubles, i, STREAMS_DRAWN - 2);
	for (size_t i = 0; i < largest->n; i++)
		if (kept_number(largest, i, frames) > 3)
			take(r, largest, i, STREAMS_DRAWN);
}

/* ---- graphs ---- */

static int put_graphs(struct report *r, int64_t capture, uint32_t stream)
{
	static const char *const graphs[] = { "tcptrace", "stevens", "throughput", "rtt", "window" };
	char number[16];
	int status = EXIT_DONE;
	snprintf(number, sizeof(number), "%" PRIu32, stream);
	for (unsigned i = 0; status == EXIT_DONE && i < sizeof(graphs) / sizeof(graphs[0]); i++) {
		struct ask a;
		status = ask_capture(r, &a, true, capture, "stream", number, "--graph", graphs[i], NULL);
		if (status == EXIT_DONE && i == 0) {
			fprintf(r->out, "<details class=\"stream\" id=\"s%" PRId64 "-%" PRIu32 "\"><summary>",
				capture, stream);
			page_text(r, a.rows.about ? a.rows.about : number);
			fputs("</summary><div class=\"two\">\n", r->out);
		}
		if (status == EXIT_DONE && a.rows.n) {
			fputs("<div>", r->out);
			/* what it is about stands above */
			free(a.chart.subtitle);
			a.chart.subtitle = NULL;
			page_chart(r, &a.chart, 760, 400, true);
			page_command(r, &a);
			fputs("</div>\n", r->out);
		}
		ask_free(&a);
	}
	if (status == EXIT_DONE)
		fputs("</div></details>\n", r->out);
	return status;
}

static int put_streams(struct report *r)
{
	struct ask troubles, largest = { 0 };
	int status = ask(r, &troubles, false, "diagnose", "--trouble", NULL);
	if (status == EXIT_DONE)
		status = ask(r, &largest, false, "conversations", "--type", "tcp", "--limit", "20", NULL);
	if (status == EXIT_DONE)
		choose(r, &troubles.rows, &largest.rows);
	if (r->drawn.n)
		fputs("<h3>Streams</h3><p>Those in trouble, and the largest, each with its five graphs; of "
		      "the direction that "
		      "carried more.</p>\n",
			r->out);
	for (unsigned i = 0; status == EXIT_DONE && i < r->drawn.n; i++)
		status = put_graphs(r, r->drawn.at[i].capture, r->drawn.at[i].stream);
	ask_free(&troubles);
	ask_free(&largest);
	return status;
}

int report_tcp(struct report *r)
{
	static const struct page_column kinds[] = { { "kind" }, { "severity" }, { "events", NULL, true },
		{ "captures" }, { "meaning" }, { 0 } };
	static const struct page_column verdicts[] = { { "verdict" }, { "trouble" }, { "situation" },
		{ "conversations", NULL, true }, { "evidence" }, { 0 } };
	struct ask a;
	fputs("<section id=\"tcp\"><h2>TCP</h2>\n<p class=\"intro\">How connections began, went on and "
	      "ended.</p>\n",
		r->out);
	int status = ask(r, &a, false, "diagnose", "--count", NULL);
	if (status == EXIT_DONE)
		page_table(r, &a,
			&(struct page_table) {
				"Verdicts on conversations", verdicts, 0, 0, .sortable = true });
	ask_free(&a);
	if (status == EXIT_DONE) {
		status = ask(r, &a, false, "events", "--count", "kind", NULL);
		if (status == EXIT_DONE)
			page_table(r, &a, &(struct page_table) { "Events", kinds, 0, 0, .sortable = true });
		ask_free(&a);
	}
	if (status == EXIT_DONE)
		status = put_streams(r);
	fputs("</section>\n", r->out);
	return status;
}

/* ---- troubles ---- */

/* A stream's number leads to its graphs, if the page has them. */
static bool link_stream(struct report *r, const struct ask *a, size_t row)
{
	int64_t capture = capture_named(r, kept_text(&a->rows, row, kept_column(&a->rows, "capture")));
	double stream = kept_number(&a->rows, row, kept_column(&a->rows, "stream"));
	if (!is_drawn(&r->drawn, capture, stream))
		return false;
	fprintf(r->out, "<a href=\"#s%" PRId64 "-%.0f\">%.0f</a>", capture, stream, stream);
	return true;
}

/* The explanation; what else was seen, and the evidence, stand small below it. */
static bool put_trouble(struct report *r, const struct ask *a, size_t row, const char *key)
{
	static const char *const more[] = { "also", "frames" };
	if (strcmp(key, "stream") == 0)
		return link_stream(r, a, row);
	if (strcmp(key, "explanation") != 0)
		return false;
	page_text(r, kept_text(&a->rows, row, kept_column(&a->rows, key)));
	for (unsigned i = 0; i < 2; i++) {
		const struct value *v = kept_cell(&a->rows, row, kept_column(&a->rows, more[i]));
		if (v->kind == VALUE_NULL || (v->kind == VALUE_LIST && !v->list.n))
			continue;
		fputs(i ? "<br><small>Frames: " : "<br><small>Also: ", r->out);
		page_value(r, v);
		fputs("</small>", r->out);
	}
	return true;
}

static int put_damage(struct report *r)
{
	static const struct page_column columns[] = { { "id" }, { "name" }, { "damage" }, { "damage_offset" },
		{ 0 } };
	struct ask a = { 0 };
	sqlite3_str *s = sqlite3_str_new(NULL);
	sqlite3_str_appendall(
		s, "SELECT id, name, damage, damage_offset FROM capture WHERE damage IS NOT NULL");
	for (unsigned i = 0; args_nth(r->args, "capture", 0) && i < r->session.ncaptures; i++)
		sqlite3_str_appendf(
			s, i ? ", %lld" : " AND id IN (%lld", (long long)r->session.captures[i].id);
	if (args_nth(r->args, "capture", 0))
		sqlite3_str_appendall(s, ")");
	char *sql = sqlite3_str_finish(s);
	int status = sql ? ask(r, &a, false, "sql", sql, NULL) : complain(EXIT_FAILED, "out of memory");
	if (status == EXIT_DONE && a.rows.n)
		page_table(r, &a,
			&(struct page_table) { "Damaged captures", columns, 20, MOST, .sortable = true });
	ask_free(&a);
	sqlite3_free(sql);
	return status;
}

int report_troubles(struct report *r)
{
	static const struct page_column one[] = { { "stream" }, { "a", "A" }, { "b", "B" }, { "trouble" },
		{ "situation" }, { "explanation", "What happened" }, { 0 } };
	static const struct page_column many[] = { { "capture" }, { "stream" }, { "a", "A" }, { "b", "B" },
		{ "trouble" }, { "situation" }, { "explanation", "What happened" }, { 0 } };
	static const struct page_column expert[] = { { "severity" }, { "group" }, { "summary" },
		{ "count", NULL, true }, { 0 } };
	struct ask troubles, a;
	fputs("<section id=\"troubles\"><h2>Troubles</h2>\n<p class=\"intro\">Conversations that did not go "
	      "as they should, "
	      "with the packets that prove it.</p>\n",
		r->out);
	int status = ask(r, &troubles, false, "diagnose", "--trouble", NULL);
	if (status == EXIT_DONE)
		page_table(r, &troubles,
			&(struct page_table) { "Conversations in trouble", r->many ? many : one, 20, MOST,
				.sortable = true, .cell = put_trouble });
	ask_free(&troubles);
	if (status == EXIT_DONE) {
		status = ask(r, &a, false, "events", "--expert", NULL);
		if (status == EXIT_DONE && a.rows.n)
			page_table(r, &a,
				&(struct page_table) {
					"Expert information", expert, 20, MOST, .sortable = true });
		ask_free(&a);
	}
	if (status == EXIT_DONE)
		status = put_damage(r);
	fputs("</section>\n", r->out);
	return status;
}
