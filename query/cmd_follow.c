/* pcapdex follow: what a conversation carried. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "query/follow_http.h"
#include "query/follow_print.h"
#include "query/question.h"

enum protocol { TCP, UDP, HTTP, TLS, PROTOCOLS };
static const char *const protocols[PROTOCOLS] = { "tcp", "udp", "http", "tls" };

/* The word's place in the list; -1: it is none of them. */
static int choose(const char *word, const char *const *words, int n)
{
	for (int i = 0; i < n; i++)
		if (strcmp(word, words[i]) == 0)
			return i;
	return -1;
}

struct request {
	enum protocol protocol;
	uint32_t stream;
	char filter[40];
	struct ranges ranges;
	struct follow_print print;
};

static int read_stream(const char *text, uint32_t *stream)
{
	char *end = NULL;
	unsigned long long n = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || n > UINT32_MAX)
		return complain(EXIT_USAGE, "%s is no number of a stream", text);
	*stream = (uint32_t)n;
	return EXIT_DONE;
}

static int read_request(struct request *r, const struct args *args)
{
	static const char *const directions[] = { "both", "client", "server" };
	int protocol = choose(args->positional[1], protocols, PROTOCOLS);
	const char *as = args_value(args, "as", "ascii"), *way = args_value(args, "direction", "both");
	int mode = choose(as, follow_mode_names, FOLLOW_MODES), direction = choose(way, directions, 3);
	if (protocol < 0)
		return complain(EXIT_USAGE, "follow: tcp, udp, http or tls, not %s", args->positional[1]);
	if (mode < 0)
		return complain(EXIT_USAGE, "--as is ascii, hex, raw, yaml or json, not %s", as);
	if (direction < 0)
		return complain(EXIT_USAGE, "--direction is both, client or server, not %s", way);
	int status = read_stream(args->positional[2], &r->stream);
	if (status == EXIT_DONE)
		status = ranges_read(&r->ranges, args, 3);
	r->protocol = (enum protocol)protocol;
	snprintf(r->filter, sizeof(r->filter), "%s.stream eq %" PRIu32, protocol == UDP ? "udp" : "tcp",
		r->stream);
	r->print = (struct follow_print) { .out = stdout,
		.protocol = protocols[protocol],
		.filter = r->filter,
		.mode = (enum follow_mode)mode,
		.direction = (enum follow_direction)direction,
		.ranges = &r->ranges };
	return status;
}

/* Nothing is decrypted: that is what tshark shows without keys. The stream must be there all the same. */
static int follow_tls(struct session *s, const struct selected_capture *capture, uint32_t stream)
{
	sqlite3_stmt *st = follow_statement(s, capture, FOLLOW_TCP, stream);
	sqlite3_finalize(st);
	if (!st)
		return -1;
	return complain(0, "nothing of TLS is decrypted; its records: follow %s tcp %u", s->path, stream);
}

static int follow(struct session *s, const struct selected_capture *capture, struct request *r)
{
	struct follow_peer peers[2] = { { .port = 0 } };
	enum follow_what what = r->protocol == UDP ? FOLLOW_UDP : FOLLOW_TCP;
	int rc;
	switch (r->protocol) {
	case TLS:
		rc = follow_tls(s, capture, r->stream);
		break;
	case HTTP:
		rc = follow_http(s, capture, r->stream, peers, follow_print_chunk, &r->print);
		break;
	default:
		rc = follow_stream(s, capture, what, r->stream, peers, follow_print_chunk, &r->print);
		break;
	}
	if (rc < 0 && !r->print.begun)
		return EXIT_FAILED;
	int status = follow_print_end(&r->print, peers);
	return rc < 0 ? EXIT_FAILED : status;
}

static int print_sql(struct session *s, const struct selected_capture *capture, const struct request *r)
{
	sqlite3_stmt *st =
		follow_statement(s, capture, r->protocol == UDP ? FOLLOW_UDP : FOLLOW_TCP, r->stream);
	if (st)
		question_print_sql(st);
	sqlite3_finalize(st);
	return st ? EXIT_DONE : EXIT_FAILED;
}

static int run(const struct args *args)
{
	struct session s;
	struct request r = { .stream = 0 };
	int status = read_request(&r, args);
	if (status == EXIT_DONE && (status = session_open(&s, args)) == EXIT_DONE) {
		const struct selected_capture *capture = session_one(&s);
		status = !capture                ? EXIT_USAGE
			 : args_has(args, "sql") ? print_sql(&s, capture, &r)
						 : follow(&s, capture, &r);
		session_close(&s);
	}
	ranges_free(&r.ranges);
	return status;
}

static const struct option_spec options[] = {
	OPTION_CAPTURE,
	{ "as", 'a', "FORM", false, "ascii, hex, raw, yaml or json (default: ascii)",
		"ascii hex raw yaml json" },
	{ "direction", 'd', "WAY", false, "both, client or server: who sent it (default: both)",
		"both client server" },
	{ "sql", 0, NULL, false, "print the statement instead of running it" },
	{ 0 },
};

const struct command cmd_follow = {
	.name = "follow",
	.summary = "What a conversation carried, put together",
	.usage = "ARCHIVE tcp|udp|http|tls STREAM [RANGE...]",
	.details =
		"Wireshark's Follow Stream; STREAM is tcp.stream (tcp, http, tls) or udp.stream. Octets of "
		"TCP stand in the order\n"
		"of their sequence numbers, each once; a note says how many are missing where the capture "
		"has a gap. ascii, hex, raw\n"
		"and yaml are those of tshark -z follow, octet for octet; what the server sent is indented. "
		"json gives a chunk an\n"
		"object: frame, peer, offset in its direction, data in Base64, and as text where it is "
		"text. The client is who sent\n"
		"the first frame. RANGE picks chunks: 1, 3-5, 7-.\n"
		"http shows messages, each body by itself and decoded (chunked, gzip, deflate, br). Nothing "
		"is decrypted: tls is\n"
		"empty, as in tshark without keys.",
	.examples = "  pcapdex follow a.db tcp 0                              as text\n"
		    "  pcapdex follow a.db http 3 -c lab.pcap -d server       what the server said, decoded\n"
		    "  pcapdex follow a.db udp 2 1-2 --as hex                 the first two datagrams",
	.min_args = 3,
	.options = options,
	.run = run,
};
