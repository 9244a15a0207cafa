/* pcapdex stream: the life of one TCP conversation, or the rows of one of its graphs. */
#include <stdlib.h>
#include <string.h>

#include "query/plot.h"
#include "query/stream.h"

/* ---- cells: the same for the sheet, CSV and JSON ---- */

#define CELLS_MAX 64
#define STEPS_MAX 8

struct sheet {
	struct render_column columns[CELLS_MAX];
	struct value cells[CELLS_MAX];
	unsigned n;
	char a[TCP_END_TEXT], b[TCP_END_TEXT], completeness[64];
	struct value steps[2][STEPS_MAX], parts[2][STEPS_MAX][3];
};

static void put(struct sheet *s, const char *key, const char *title, struct value v)
{
	if (s->n == CELLS_MAX)
		return;
	s->columns[s->n] = (struct render_column) { key, title, RENDER_TEXT };
	s->cells[s->n++] = v;
}

static struct value span(int64_t ns)
{
	struct value v = ns < 0 ? value_null() : value_real((double)ns / 1e9, 6);
	v.unit = " s";
	return v;
}

static struct value octets(uint64_t n)
{
	struct value v = value_int((int64_t)n);
	v.unit = " octets";
	return v;
}

static struct value rate(uint64_t n, int64_t ns)
{
	struct value v = ns > 0 ? value_real((double)n * 8e9 / (double)ns, 0) : value_null();
	v.unit = " bit/s";
	return v;
}

struct moment {
	uint32_t frame;
	const char *what;
};

/* Steps in the order of their frames; two in one frame are one. */
static struct value list_steps(
	struct sheet *s, unsigned which, const struct moment *list, unsigned n, const char side[])
{
	static const char *const keys[] = { "frame", "what", "from" };
	unsigned count = 0;
	bool used[STEPS_MAX] = { false };
	for (;;) {
		unsigned next = n;
		for (unsigned i = 0; i < n; i++)
			if (list[i].frame && !used[i] && (next == n || list[i].frame < list[next].frame))
				next = i;
		if (next == n)
			return value_list(s->steps[which], count);
		used[next] = true;
		if (count && s->parts[which][count - 1][0].integer == list[next].frame)
			continue;
		s->parts[which][count][0] = value_int(list[next].frame);
		s->parts[which][count][1] = value_text(list[next].what);
		s->parts[which][count][2] = value_text(side[next] == 'A' ? "A" : "B");
		s->steps[which][count] = value_object(keys, s->parts[which][count], 3);
		count++;
	}
}

static struct value offered(const struct stream_side *side, int v)
{
	return side->syn && v >= 0 ? value_int(v) : value_null();
}

/* Both must offer an option for it to hold; unknown without both SYN. */
static struct value agreed(const struct stream *s, bool a, bool b)
{
	if (!s->side[0].syn || !s->side[1].syn)
		return value_null();
	return value_text(a && b ? "yes" : "no");
}

static void put_side(struct sheet *out, const struct stream *s, unsigned i)
{
	static const char *const keys[2][12] = {
		{ "frames_ab", "bytes_ab", "payload_ab", "retransmitted_frames_ab", "retransmitted_ab",
			"goodput_ab", "rtt_samples_ab", "rtt_min_ab", "rtt_median_ab", "rtt_max_ab" },
		{ "frames_ba", "bytes_ba", "payload_ba", "retransmitted_frames_ba", "retransmitted_ba",
			"goodput_ba", "rtt_samples_ba", "rtt_min_ba", "rtt_median_ba", "rtt_max_ba" },
	};
	static const char *const titles[2][12] = {
		{ "Packets A to B", "Bytes A to B", "Payload A to B", "Retransmissions A to B",
			"Retransmitted A to B", "Goodput A to B", "Round trips A to B", "RTT minimum",
			"RTT median", "RTT maximum" },
		{ "Packets B to A", "Bytes B to A", "Payload B to A", "Retransmissions B to A",
			"Retransmitted B to A", "Goodput B to A", "Round trips B to A", "RTT minimum",
			"RTT median", "RTT maximum" },
	};
	const struct stream_side *side = &s->side[i];
	int64_t ns = s->conversation->last_ns - s->conversation->first_ns;
	size_t n = side->nrtt;
	int64_t median = !n ? -1 : n % 2 ? side->rtt[n / 2] : (side->rtt[n / 2 - 1] + side->rtt[n / 2]) / 2;
	const struct value cells[] = { value_int((int64_t)side->frames), octets(side->bytes),
		octets(side->payload), value_int(side->repeats), octets(side->repeated),
		rate(side->payload - side->repeated, ns), value_int((int64_t)n), span(n ? side->rtt[0] : -1),
		span(median), span(n ? side->rtt[n - 1] : -1) };
	for (unsigned k = 0; k < sizeof(cells) / sizeof(cells[0]); k++)
		put(out, keys[i][k], titles[i][k], cells[k]);
}

static void fill(struct sheet *out, struct question *q, const struct stream *s)
{
	const struct tcp_conversation *c = s->conversation;
	const struct life *l = s->life;
	const struct stream_side *a = &s->side[0], *b = &s->side[1];
	bool scaled = a->wscale >= 0 && b->wscale >= 0;
	tcp_end_text(&q->session, c->address_a, c->port_a, out->a);
	tcp_end_text(&q->session, c->address_b, c->port_b, out->b);
	snprintf(out->completeness, sizeof(out->completeness), "%s (%u)", completeness_text(c->completeness),
		c->completeness);
	put(out, "capture", "Capture", value_text(s->capture->name));
	put(out, "stream", "Stream", value_int(c->stream));
	put(out, "a", "A", value_text(out->a));
	put(out, "b", "B", value_text(out->b));
	put(out, "start", "Start", span(c->first_ns - s->capture->time_zero));
	put(out, "duration", "Duration", span(c->last_ns - c->first_ns));
	put(out, "first_frame", "First frame", value_int(c->first_frame));
	put(out, "last_frame", "Last frame", value_int(c->last_frame));
	put(out, "completeness", "Completeness", value_text(out->completeness));

	char opener = (char)('A' + l->opener), other = (char)('A' + !l->opener);
	const struct moment opening[] = { { l->syn, "SYN" }, { l->synack, "SYN-ACK" },
		{ l->established, "ACK" } };
	put(out, "handshake", "Handshake",
		list_steps(out, 0, opening, 3, (char[]) { opener, other, opener }));
	put(out, "initial_rtt", "Initial RTT", span(c->initial_rtt ? c->initial_rtt : -1));
	put(out, "mss_a", "MSS of A", offered(a, a->mss));
	put(out, "mss_b", "MSS of B", offered(b, b->mss));
	put(out, "window_scale_a", "Window scale of A", scaled ? offered(a, a->wscale) : value_null());
	put(out, "window_scale_b", "Window scale of B", scaled ? offered(b, b->wscale) : value_null());
	put(out, "window_scale", "Window scaling", agreed(s, a->wscale >= 0, b->wscale >= 0));
	put(out, "sack", "SACK", agreed(s, a->sack, b->sack));
	put(out, "timestamps", "Timestamps", agreed(s, a->timestamps, b->timestamps));

	const struct moment closing[] = { { l->side[0].fin_frame, "FIN" }, { l->side[1].fin_frame, "FIN" },
		{ l->side[0].fin_acked, "ACK" }, { l->side[1].fin_acked, "ACK" }, { l->reset.frame, "RST" } };
	put(out, "teardown", "Teardown", value_text(teardown_text(l)));
	put(out, "teardown_frames", "Teardown frames",
		list_steps(out, 1, closing, 5, (char[]) { 'A', 'B', 'B', 'A', (char)('A' + l->reset.from) }));
	put_side(out, s, 0);
	put_side(out, s, 1);
	put(out, "longest_silence", "Longest silence", span(s->silence));
	put(out, "silence_from", "Silence after frame",
		s->silence >= 0 ? value_int(s->silence_from) : value_null());
	put(out, "silence_to", "Silence before frame",
		s->silence >= 0 ? value_int(s->silence_to) : value_null());
	put(out, "verdict", "Verdict", value_text(verdicts[s->diagnosis.verdict].name));
	put(out, "explanation", "Explanation", value_text(s->diagnosis.text));
}

/* ---- printing ---- */

static void print_cell(const struct value *v)
{
	switch (v->kind) {
	case VALUE_INT:
		printf("%lld%s", (long long)v->integer, v->unit ? v->unit : "");
		break;
	case VALUE_REAL:
		printf("%.*f%s", v->decimals, v->real, v->unit ? v->unit : "");
		break;
	case VALUE_TEXT:
		render_visible(stdout, v->text.at, v->text.len);
		break;
	case VALUE_LIST:
		for (unsigned i = 0; i < v->list.n; i++) {
			const struct value *part = v->list.items[i].list.items;
			printf("%s%lld %.*s of %.*s", i ? ", " : "", (long long)part[0].integer,
				(int)part[1].text.len, part[1].text.at, (int)part[2].text.len,
				part[2].text.at);
		}
		break;
	default:
		break;
	}
}

static bool is_missing(const struct value *v)
{
	return v->kind == VALUE_NULL || (v->kind == VALUE_LIST && !v->list.n);
}

static int print_sheet(const struct sheet *s)
{
	for (unsigned i = 0; i < s->n; i++) {
		if (is_missing(&s->cells[i]))
			continue;
		printf("%-24s", s->columns[i].title);
		print_cell(&s->cells[i]);
		putchar('\n');
	}
	return EXIT_DONE;
}

static int print(struct question *q, const struct stream *s)
{
	struct sheet sheet = { .n = 0 };
	fill(&sheet, q, s);
	if (q->table)
		return print_sheet(&sheet);
	struct render *r = question_render(q, sheet.columns, sheet.n);
	if (r)
		render_row(r, sheet.cells);
	return render_close(r) < 0 ? complain(EXIT_FAILED, "out of memory") : EXIT_DONE;
}

/* ---- the command ---- */

/* Whose segments a graph shows: --direction, or who sent more payload. */
static int direction(struct question *q, const struct selected_capture *capture,
	const struct tcp_conversation *all, size_t n, const struct tcp_conversation *one, bool *from_a)
{
	const char *given = args_value(q->args, "direction", NULL);
	struct stream s;
	if (given) {
		*from_a = strcmp(given, "ab") == 0;
		return *from_a || strcmp(given, "ba") == 0
			       ? EXIT_DONE
			       : complain(EXIT_USAGE, "--direction is ab or ba, not %s", given);
	}
	int rc = stream_read(&s, &q->session, capture, all, n, one);
	*from_a = s.side[0].payload >= s.side[1].payload;
	stream_free(&s);
	return rc == 0 ? EXIT_DONE : EXIT_FAILED;
}

static int answer_one(struct question *q, const struct selected_capture *capture,
	const struct tcp_conversation *all, size_t n, const struct tcp_conversation *one)
{
	const char *graph =
			   args_value(q->args, "graph", args_has(q->args, "plot") ? PLOT_STREAM_GRAPH : NULL),
		   *window = args_value(q->args, "window", "1");
	char *end = NULL;
	double seconds = strtod(window, &end);
	bool from_a;
	struct stream s;
	int status;
	if (graph && !stream_has_graph(graph))
		return complain(EXIT_USAGE, "--graph is one of %s, not %s", stream_graphs, graph);
	if (end == window || *end || !(seconds >= 1e-6 && seconds <= 1e6))
		return complain(EXIT_USAGE, "--window takes seconds, not %s", window);
	if (graph) {
		status = direction(q, capture, all, n, one, &from_a);
		return status != EXIT_DONE ? status
					   : stream_graph(graph, q, capture, all, n, one, from_a, seconds);
	}
	if (q->show_sql) {
		struct segments *list = segments_open(&q->session, capture, all, n, one);
		if (list)
			question_print_sql(segments_statement(list));
		segments_close(list);
		return list ? EXIT_DONE : EXIT_FAILED;
	}
	status = stream_read(&s, &q->session, capture, all, n, one) == 0 ? EXIT_DONE : EXIT_FAILED;
	if (status == EXIT_DONE)
		status = print(q, &s);
	stream_free(&s);
	return status;
}

static int answer(struct question *q)
{
	const char *text = q->args->positional[1];
	char *end = NULL;
	unsigned long long number = strtoull(text, &end, 10);
	struct tcp_conversation *all = NULL;
	size_t n = 0;
	if (*text < '0' || *text > '9' || *end)
		return complain(EXIT_USAGE, "%s is no number of a TCP stream", text);
	const struct selected_capture *capture = session_one(&q->session);
	if (!capture)
		return EXIT_USAGE;
	if (tcp_conversations(&q->session, capture, &all, &n) < 0)
		return EXIT_FAILED;
	int status = number >= n || !all[number].first_frame
			     ? complain(EXIT_FAILED, "%s: no TCP stream %s in %s; it has %zu",
				       q->session.path, text, capture->name, n)
			     : answer_one(q, capture, all, n, &all[number]);
	free(all);
	return status;
}

static int run(const struct args *args)
{
	return question_run(args, answer);
}

static const struct option_spec options[] = {
	{ "graph", 'g', "GRAPH", false,
		"rows of stevens, tcptrace, throughput, rtt or window instead (with --plot: tcptrace)",
		"stevens tcptrace throughput rtt window" },
	{ "direction", 'd', "WAY", false, "ab or ba: whose segments a graph shows (default: who sent more)" },
	{ "window", 'w', "T", false, "seconds over which throughput is averaged (default: 1)" },
	{ 0 },
};

const struct command cmd_stream = {
	.name = "stream",
	.summary = "The life of one TCP conversation, and its graphs as rows",
	.usage = "ARCHIVE N [-c CAPTURE] [--graph GRAPH]",
	.details =
		"N is Wireshark's tcp.stream. Handshake and teardown with their frames, the options that "
		"were agreed,\n"
		"what each side sent and what of it was sent again (tcp.analysis.retransmission), goodput "
		"(payload without\n"
		"that, over the conversation's duration), round-trip times (tcp.analysis.ack_rtt of the "
		"other side's\n"
		"ACKs), the longest silence and Wireshark's completeness.\n"
		"Graphs are Wireshark's TCP Stream Graphs; numbers count from the direction's first segment, "
		"times from the\n"
		"stream's first frame:\n"
		"  stevens     sequence number of each segment\n"
		"  tcptrace    segments, ACK line, window line, SACK blocks, duplicate ACKs, zero windows\n"
		"  throughput  segment lengths; octets sent, and octets acknowledged, in the last second, as "
		"bit/s\n"
		"  rtt         time from a segment to its ACK or SACK\n"
		"  window      the window that the receiver announces, octets on the way",
	.examples = "  pcapdex stream a.db 0 -c lab.pcap                      its life\n"
		    "  pcapdex stream a.db 0 -c lab.pcap -g tcptrace -f csv   its rows\n"
		    "  pcapdex stream a.db 0 -c lab.pcap --plot trace.svg     drawn",
	.min_args = 2,
	.max_args = 2,
	.query = true,
	.options = options,
	.run = run,
	.plot = plot_stream,
};
