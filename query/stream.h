/* One TCP conversation: what its frames add up to, and the rows of Wireshark's TCP stream graphs. */
#ifndef PCAPDEX_QUERY_STREAM_H
#define PCAPDEX_QUERY_STREAM_H

#include "query/life.h"
#include "query/question.h"

/* What one side sent. */
struct stream_side {
	uint64_t frames, bytes; /* on the wire */
	uint64_t payload;       /* octets, repeats too */
	uint64_t repeated;      /* octets of frames that are tcp.analysis.retransmission */
	uint32_t repeats;       /* such frames */
	int64_t *rtt;           /* tcp.analysis.ack_rtt of the other side's answers, sorted */
	size_t nrtt, rtt_size;
	bool syn;        /* its SYN was seen, with the options: */
	int mss, wscale; /* -1: not offered */
	bool sack, timestamps;
};

struct stream {
	const struct selected_capture *capture;
	const struct tcp_conversation *conversation;
	struct stream_side side[2]; /* 0: A */
	struct life *life;
	struct diagnosis diagnosis;
	int64_t silence; /* the longest between two frames */
	uint32_t silence_from, silence_to;
};

/* Read it. 0, or -1 after a message; stream_free() in either case. */
int stream_read(struct stream *s, struct session *session, const struct selected_capture *capture,
	const struct tcp_conversation *all, size_t n, const struct tcp_conversation *one);
void stream_free(struct stream *s);

/* Wireshark's words for tcp.completeness: "Complete, WITH_DATA". */
const char *completeness_text(unsigned completeness);

/* How the connection ended: "four-way", "three-way", "reset", "half closed", "half open", "none seen" ... */
const char *teardown_text(const struct life *l);

/* Is there such a graph? The names, separated by blanks, are in stream_graphs. */
bool stream_has_graph(const char *name);
extern const char stream_graphs[];

/* Its rows; from_a: of what A sent. An exit status. */
int stream_graph(const char *name, struct question *q, const struct selected_capture *capture,
	const struct tcp_conversation *all, size_t n, const struct tcp_conversation *one, bool from_a,
	double window);

#endif
