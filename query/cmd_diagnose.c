/* pcapdex diagnose: what went wrong in each TCP conversation, with the frames that prove it. */
#include <stdlib.h>
#include <string.h>

#include "query/diagnose.h"
#include "query/question.h"

/* A verdict kept until those of lower streams are there. */
struct result {
	enum verdict_number verdict;
	unsigned nproofs;
	char *text, *also; /* behind the proofs */
	struct proof proofs[];
};

struct work {
	struct question *q;
	struct render *r;
	const struct selected_capture *capture;
	struct tcp_conversation *all;
	size_t n;
	uint8_t *wanted; /* by stream */
	struct result **results;
	size_t printed; /* streams below it are done */
	uint64_t counts[VERDICT_COUNT];
	bool count;
	long long stream; /* --stream, or -1 */
};

static int verdict_by_name(const char *name)
{
	for (int i = 0; i < VERDICT_COUNT; i++)
		if (strcmp(verdicts[i].name, name) == 0)
			return i;
	return -1;
}

static bool is_shown(const struct work *w, enum verdict_number verdict)
{
	const struct args *args = w->q->args;
	if (args_has(args, "trouble") && verdicts[verdict].trouble == TROUBLE_NONE)
		return false;
	if (!args_nth(args, "verdict", 0))
		return true;
	for (unsigned i = 0; args_nth(args, "verdict", i); i++)
		if (verdict_by_name(args_nth(args, "verdict", i)) == (int)verdict)
			return true;
	return false;
}

/* ---- printing ---- */

static const struct render_column columns[] = {
	{ "capture", "Capture", RENDER_TEXT },
	{ "stream", "Stream", RENDER_NUMBER },
	{ "a", "A", RENDER_FIXED },
	{ "b", "B", RENDER_FIXED },
	{ "verdict", "Verdict", RENDER_FIXED },
	{ "trouble", "Trouble", RENDER_FIXED },
	{ "situation", "Situation", RENDER_FIXED },
	{ "explanation", "Explanation", RENDER_TEXT },
	{ "also", "Also", RENDER_TEXT },
	{ "frames", "Frames", RENDER_TEXT },
};
enum { NCOLUMNS = sizeof(columns) / sizeof(columns[0]) };

static void print_result(struct work *w, const struct tcp_conversation *c, const struct result *result)
{
	static const char *const keys[] = { "frame", "what" };
	char a[TCP_END_TEXT], b[TCP_END_TEXT], frames[512] = "";
	struct value proofs[PROOFS_MAX], parts[PROOFS_MAX][2];
	size_t at = 0;
	tcp_end_text(&w->q->session, c->address_a, c->port_a, a);
	tcp_end_text(&w->q->session, c->address_b, c->port_b, b);
	for (unsigned i = 0; i < result->nproofs; i++) {
		const struct proof *p = &result->proofs[i];
		parts[i][0] = value_int(p->frame);
		parts[i][1] = value_text(p->what);
		proofs[i] = value_object(keys, parts[i], 2);
		if (at < sizeof(frames))
			at += (size_t)snprintf(frames + at, sizeof(frames) - at, "%s%u %s", i ? ", " : "",
				p->frame, p->what);
	}
	const struct verdict *v = &verdicts[result->verdict];
	const struct value cells[] = {
		value_text(w->capture->name),
		value_int(c->stream),
		value_text(a),
		value_text(b),
		value_text(v->name),
		value_text(trouble_name(v->trouble)),
		value_text(v->situation),
		value_text(result->text),
		value_text(result->also[0] ? result->also : NULL),
		w->q->table ? value_text(frames) : value_list(proofs, result->nproofs),
	};
	/* A table of one capture does not repeat its name. */
	render_row(w->r, w->q->table && w->q->session.ncaptures < 2 ? cells + 1 : cells);
}

/* Those that have no lower stream before them any more. */
static void print_ready(struct work *w, bool all)
{
	for (; w->printed < w->n &&
		(all || w->results[w->printed] || !w->all[w->printed].first_frame || !w->wanted[w->printed]);
		w->printed++) {
		struct result *result = w->results[w->printed];
		if (result)
			print_result(w, &w->all[w->printed], result);
		free(result);
		w->results[w->printed] = NULL;
	}
}

/* ---- following ---- */

static struct result *keep(const struct diagnosis *d)
{
	size_t proofs = d->nproofs * sizeof(*d->proofs), text = strlen(d->text) + 1,
	       also = strlen(d->also) + 1;
	struct result *r = malloc(sizeof(*r) + proofs + text + also);
	if (!r)
		return NULL;
	r->verdict = d->verdict;
	r->nproofs = d->nproofs;
	memcpy(r->proofs, d->proofs, proofs);
	r->text = (char *)r->proofs + proofs;
	r->also = r->text + text;
	memcpy(r->text, d->text, text);
	memcpy(r->also, d->also, also);
	return r;
}

static int take_verdict(void *ctx, uint32_t stream, const struct diagnosis *d)
{
	struct work *w = ctx;
	if (!is_shown(w, d->verdict)) {
		w->wanted[stream] = 0;
	} else {
		w->counts[d->verdict]++;
		if (!w->count && !(w->results[stream] = keep(d)))
			return complain(-1, "out of memory");
	}
	if (stream == w->printed)
		print_ready(w, false);
	return 0;
}

static int follow(struct work *w, struct segments *list)
{
	const struct follow f = { w->capture, w->all, w->n, w->wanted, take_verdict, w };
	int rc = diagnose_follow(&f, list);
	print_ready(w, true);
	return rc;
}

/* Conversations with a frame that matches -Y. */
static int find_wanted(struct work *w)
{
	for (uint32_t i = 0; i < w->n; i++)
		w->wanted[i] = !w->q->filter && (w->stream < 0 || w->stream == i);
	if (!w->q->filter)
		return 0;
	sqlite3_stmt *st = question_prepare(w->q,
		"SELECT DISTINCT t.stream FROM (SELECT f.frame_id AS fid FROM %s AND c.id = %lld) m"
		" JOIN t_tcp t ON t.frame_id = m.fid",
		w->q->frames, (long long)w->capture->id);
	if (!st)
		return -1;
	int rc;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		uint64_t stream = (uint64_t)sqlite3_column_int64(st, 0);
		if (stream < w->n && (w->stream < 0 || (uint64_t)w->stream == stream))
			w->wanted[stream] = 1;
	}
	sqlite3_finalize(st);
	return rc == SQLITE_DONE ? 0 : complain(-1, "%s", archive_error(w->q->session.db));
}

static void free_capture(struct work *w)
{
	for (size_t i = 0; w->results && i < w->n; i++)
		free(w->results[i]);
	free(w->all);
	free(w->wanted);
	free(w->results);
	w->all = NULL;
	w->wanted = NULL;
	w->results = NULL;
	w->n = w->printed = 0;
}

static int diagnose(struct work *w)
{
	int rc = -1;
	if (tcp_conversations(&w->q->session, w->capture, &w->all, &w->n) < 0)
		return -1;
	const struct tcp_conversation *one =
		w->stream >= 0 && (size_t)w->stream < w->n ? &w->all[w->stream] : NULL;
	if (w->n == 0 || (w->stream >= 0 && (!one || !one->first_frame))) {
		free_capture(w);
		return 0;
	}
	w->wanted = calloc(w->n, 1);
	w->results = calloc(w->n, sizeof(struct result *));
	struct segments *list = segments_open(&w->q->session, w->capture, w->all, w->n, one);
	if (!w->wanted || !w->results)
		complain(-1, "out of memory");
	else if (list && w->q->show_sql) {
		question_print_sql(segments_statement(list));
		rc = 0;
	} else if (list && find_wanted(w) == 0) {
		rc = follow(w, list);
	}
	segments_close(list);
	free_capture(w);
	return rc;
}

/* ---- the command ---- */

static int print_counts(struct work *w)
{
	static const struct render_column shown[] = {
		{ "verdict", "Verdict", RENDER_FIXED },
		{ "trouble", "Trouble", RENDER_FIXED },
		{ "situation", "Situation", RENDER_FIXED },
		{ "conversations", "Conversations", RENDER_NUMBER },
		{ "evidence", "Evidence", RENDER_TEXT },
	};
	struct render *r = question_render(w->q, shown, 5);
	bool all = args_has(w->q->args, "verdicts");
	for (int trouble = TROUBLE_GRAVE; r && trouble >= TROUBLE_NONE; trouble--)
		for (unsigned i = 0; i < VERDICT_COUNT; i++) {
			const struct verdict *v = &verdicts[i];
			if ((int)v->trouble != trouble || (!all && !w->counts[i]))
				continue;
			render_row(r, (struct value[]) { value_text(v->name),
					      value_text(trouble_name(v->trouble)), value_text(v->situation),
					      all ? value_null() : value_int((int64_t)w->counts[i]),
					      value_text(v->evidence) });
		}
	return render_close(r) < 0 ? complain(EXIT_FAILED, "out of memory") : EXIT_DONE;
}

static int answer(struct work *w)
{
	const struct args *args = w->q->args;
	const char *stream = args_value(args, "stream", NULL);
	char *end = NULL;
	int status = EXIT_DONE;
	w->stream = stream ? strtoll(stream, &end, 10) : -1;
	if (stream && (end == stream || *end || w->stream < 0))
		return complain(EXIT_USAGE, "--stream takes the number of a stream, not %s", stream);
	for (unsigned i = 0; args_nth(args, "verdict", i); i++)
		if (verdict_by_name(args_nth(args, "verdict", i)) < 0)
			return complain(EXIT_USAGE,
				"no verdict %s; `pcapdex diagnose %s --verdicts` lists them",
				args_nth(args, "verdict", i), w->q->session.path);
	if (args_has(args, "verdicts"))
		return print_counts(w);
	w->count = args_has(args, "count");
	unsigned skip = w->q->table && w->q->session.ncaptures < 2 ? 1 : 0;
	if (!w->count && !w->q->show_sql && !(w->r = question_render(w->q, columns + skip, NCOLUMNS - skip)))
		return complain(EXIT_FAILED, "out of memory");
	for (unsigned i = 0; status == EXIT_DONE && i < w->q->session.ncaptures; i++) {
		w->capture = &w->q->session.captures[i];
		if (diagnose(w) < 0)
			status = EXIT_FAILED;
	}
	if (w->r && render_close(w->r) < 0)
		status = complain(EXIT_FAILED, "out of memory");
	return status == EXIT_DONE && w->count && !w->q->show_sql ? print_counts(w) : status;
}

static int run(const struct args *args)
{
	struct question q;
	struct work w = { .q = &q };
	int status = question_open(&q, args);
	if (status == EXIT_DONE)
		status = answer(&w);
	question_close(&q);
	return status;
}

static const struct option_spec options[] = {
	{ "stream", 0, "N", false, "only TCP stream N (tcp.stream)" },
	{ "verdict", 'v', "VERDICT", true, "only conversations with this verdict" },
	{ "trouble", 't', NULL, false, "only conversations with trouble" },
	{ "count", 0, NULL, false, "how many conversations have which verdict" },
	{ "verdicts", 0, NULL, false, "the verdicts and the evidence that each one needs" },
	{ 0 },
};

const struct command cmd_diagnose = {
	.name = "diagnose",
	.summary = "What went wrong in each TCP conversation, and the frames that prove it",
	.usage = "ARCHIVE [--trouble] [--count]",
	.details = "Each conversation gets one verdict, by fixed rules (--verdicts lists them, "
		   "docs/diagnose.md explains\n"
		   "them): peer vanished, came back, path broken, restored, closed in order, port closed, "
		   "keep-alives, and\n"
		   "what else can be told from the frames. A sent the first frame, B is the other side. "
		   "`Frames` are the\n"
		   "evidence; `also` says what else was seen. A conversation without trouble says so.",
	.examples = "  pcapdex diagnose a.db --count           how many of each\n"
		    "  pcapdex diagnose a.db --trouble         those that need a look\n"
		    "  pcapdex diagnose a.db --stream 3 -f json",
	.min_args = 1,
	.max_args = 1,
	.query = true,
	.options = options,
	.run = run,
};
