/* pcapdex flow: who sent what to whom, in the order of time. */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "query/flow.h"
#include "query/plot.h"

static int whole(const struct args *args, const char *name, long long least, int64_t *out)
{
	const char *text = args_value(args, name, NULL);
	char *end = NULL;
	if (!text)
		return EXIT_DONE;
	long long v = strtoll(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || v < least || v > 1000000000)
		return complain(EXIT_USAGE, "--%s takes a number from %lld on, not %s", name, least, text);
	*out = v;
	return EXIT_DONE;
}

int flow_limits(const struct args *args, int64_t *hosts, int64_t *limit)
{
	int status = whole(args, "limit", 1, limit);
	if (status == EXIT_DONE)
		status = whole(args, "hosts", 2, hosts);
	if (*hosts > LADDER_LANES)
		*hosts = LADDER_LANES;
	if (*limit > LADDER_RUNGS)
		*limit = LADDER_RUNGS;
	return status;
}

/* 0: as wide as it gets, into a file or a pipe. */
static unsigned terminal_width(void)
{
	struct winsize w;
	return isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 ? w.ws_col : 0;
}

static int answer_rows(struct question *q, const struct selected_capture *capture, bool tcp)
{
	const struct answer_column columns[FLOW_COLUMNS] = {
		[FLOW_NUMBER] = { { "number", NULL, RENDER_NUMBER } },
		[FLOW_TIME] = { { "time", NULL, RENDER_NUMBER }, .decimals = 6 },
		[FLOW_SOURCE] = { { "source", NULL, RENDER_FIXED } },
		[FLOW_SOURCE_PORT] = { { "source_port", NULL, RENDER_NUMBER } },
		[FLOW_DESTINATION] = { { "destination", NULL, RENDER_FIXED } },
		[FLOW_DESTINATION_PORT] = { { "destination_port", NULL, RENDER_NUMBER } },
		[FLOW_PROTOCOL] = { { "protocol", NULL, RENDER_TEXT } },
		[FLOW_STREAM] = { { "stream", NULL, RENDER_NUMBER }, .hidden = !tcp },
		[FLOW_FLAGS] = { { "flags", NULL, RENDER_NUMBER }, .hidden = !tcp },
		[FLOW_SEQ] = { { "seq", NULL, RENDER_NUMBER }, .hidden = !tcp },
		[FLOW_ACK] = { { "ack", NULL, RENDER_NUMBER }, .hidden = !tcp },
		[FLOW_LENGTH] = { { "length", NULL, RENDER_NUMBER } },
		[FLOW_LABEL] = { { tcp ? "text" : "info", NULL, RENDER_TEXT } },
	};
	int64_t hosts = FLOW_HOSTS, limit = FLOW_DRAWN;
	int status = flow_limits(q->args, &hosts, &limit);
	if (status != EXIT_DONE)
		return status;
	return question_answer(
		q, flow_prepare(q, capture, tcp, q->args->rows ? limit : -1), columns, FLOW_COLUMNS);
}

static int draw(struct question *q, const struct selected_capture *capture, bool tcp)
{
	unsigned width = terminal_width();
	int64_t limit = FLOW_DRAWN, hosts = FLOW_HOSTS;
	int64_t fit = width ? (width > 48 ? (width - 16) / 16 : 2) : FLOW_HOSTS;
	struct flow f;
	int status = flow_limits(q->args, &hosts, &limit);
	if (status != EXIT_DONE)
		return status;
	if (!args_has(q->args, "hosts") && fit < hosts)
		hosts = fit;
	status = flow_open(&f, q, capture, tcp, (unsigned)hosts) < 0 ? EXIT_FAILED : EXIT_DONE;
	if (status == EXIT_DONE)
		status = flow_print_text(&f, stdout, width) < 0 ? EXIT_FAILED : EXIT_DONE;
	if (status == EXIT_DONE && f.others)
		complain(0, "the last lane stands for all other hosts; --hosts N gives N lanes");
	flow_close(&f);
	return status;
}

static int run(const struct args *args)
{
	struct question q;
	bool tcp = args_has(args, "tcp");
	int status = question_open(&q, args);
	const struct selected_capture *capture = status == EXIT_DONE ? session_one(&q.session) : NULL;
	if (capture)
		status = q.table && !q.show_sql ? draw(&q, capture, tcp) : answer_rows(&q, capture, tcp);
	else if (status == EXIT_DONE)
		status = EXIT_USAGE;
	question_close(&q);
	return status;
}

static const struct option_spec options[] = {
	{ "tcp", 't', NULL, false, "TCP alone, with flags, sequence and acknowledgment numbers, lengths" },
	{ "hosts", 0, "N", false, "lanes; the last is for all other hosts (default: 40, or what fits)" },
	{ "limit", 0, "N", false, "frames of a picture at most (default: 1000)" },
	{ 0 },
};

const struct command cmd_flow = {
	.name = "flow",
	.summary = "Who sent what to whom, in the order of time",
	.usage = "ARCHIVE [-c CAPTURE] [-Y FILTER] [--tcp]",
	.details =
		"Wireshark's Flow Graph: a lane for each host, time downward, an arrow for each frame with "
		"its ports. On the arrow\n"
		"stands the frame's Info, or with --tcp its flags and length, and the numbers beside it, "
		"relative as Wireshark's.\n"
		"Into a file or a pipe the text is that of tshark -z flow,any,network and -z "
		"flow,tcp,standard; on a terminal it is\n"
		"made to fit. csv, json and jsonl give a row a frame.",
	.examples = "  pcapdex flow a.db -Y 'ip.addr == 192.0.2.10'            one host's frames\n"
		    "  pcapdex flow a.db -c lab.pcap --tcp -Y 'tcp.stream == 3' one connection\n"
		    "  pcapdex flow a.db --tcp --plot flow.svg                 a drawing",
	.min_args = 1,
	.max_args = 1,
	.query = true,
	.options = options,
	.plot = plot_flow,
	.text_is_picture = true,
	.run = run,
};
