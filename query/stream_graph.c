/* The rows behind Wireshark's five TCP stream graphs. Sequence numbers count from the first segment of the
 * direction, times from the first frame of the stream. */
#include <stdlib.h>
#include <string.h>

#include "query/stream.h"
#include "schema/tcp_event.h"

static bool after(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) > 0;
}

#define SACK_MAX 8 /* blocks of a segment */
#define UNACKED_MAX                                                                                          \
	4096 /* segments that wait: where one side was not captured, nothing ever acknowledges them */
#define SACKED_MAX 4096

struct block {
	uint32_t low, high; /* raw numbers of the direction that is drawn */
};

/* A sample of the moving sum of what went by in the last `window` seconds. */
struct sample {
	int64_t time;
	uint32_t octets;
};

struct moving {
	const char *series;
	struct sample *at;
	size_t first, n, size;
	uint64_t sum;
	/* The last point: one of the same time takes its place. */
	bool any;
	uint32_t frame; /* 0: where octets leave the window */
	int64_t time;
	double rate;
};

/* A segment that waits for its ACK. */
struct unacked {
	int64_t time;
	uint32_t low, high, frame;
};

struct graph {
	struct render *r;
	struct session *session;
	const struct selected_capture *capture;
	sqlite3_stmt *sacks;
	bool from_a;
	uint32_t base;     /* raw number shown as 0 */
	uint32_t near_raw; /* the direction's number in the segment before, */
	int64_t near;      /* and where it stands */
	uint32_t relative; /* its tcp.seq: edges of SACK blocks are kept relative to that count */
	int64_t window;    /* ns */
	/* of the segment being drawn */
	const struct segment *s;
	int64_t time; /* ns since the stream's first frame */
	bool forward;
	struct block blocks[SACK_MAX];
	unsigned nblocks;
	/* state of the graphs */
	uint32_t last_ack, last_window;
	bool acked;
	struct moving sent, delivered;
	struct block *sacked; /* above last_ack, sorted, apart from each other */
	size_t nsacked, sacked_size;
	struct unacked *unacked;
	size_t nunacked, unacked_size;
	bool failed;
};

/* Room for one more element. */
static void *room(struct graph *g, void *array, size_t n, size_t *size, size_t element)
{
	if (n < *size)
		return array;
	size_t more = *size ? *size * 2 : 64;
	void *fresh = realloc(array, more * element);
	if (!fresh) {
		g->failed = true;
		return array;
	}
	*size = more;
	return fresh;
}

static struct value span(int64_t ns)
{
	return value_real((double)ns / 1e9, 6);
}

/* A number counted from the direction's first one: below 0 where it is older than the capture, and beyond
 * 2^32 in time. */
static int64_t place(const struct graph *g, uint32_t number)
{
	return g->near + (int32_t)(number - g->near_raw);
}

/* ---- Stevens: when which number was sent ---- */

static void draw_stevens(struct graph *g)
{
	if (g->forward)
		render_row(g->r, (struct value[]) { value_int(g->s->number), span(g->time),
					 value_int(place(g, g->s->seq)), value_int(g->s->len) });
}

/* ---- tcptrace: segments, and between which lines the receiver keeps them ---- */

static void draw_line(struct graph *g, const char *series, uint32_t low, uint32_t high)
{
	int64_t at = place(g, low);
	render_row(g->r, (struct value[]) { value_int(g->s->number), span(g->time), value_text(series),
				 value_int(at), value_int(at + (high - low)) });
}

static void draw_tcptrace(struct graph *g)
{
	const struct segment *s = g->s;
	if (g->forward) {
		if (s->len)
			draw_line(g, "segment", s->seq, s->seq + s->len);
		if (s->window == 0 && !(s->flags & (TCP_SYN | TCP_FIN | TCP_RST)))
			draw_line(g, "zero_window", s->seq, s->seq);
		return;
	}
	if (!(s->flags & TCP_ACK))
		return;
	for (unsigned i = 0; i < g->nblocks; i++)
		draw_line(g, "sack", g->blocks[i].low, g->blocks[i].high);
	if (g->acked && g->last_ack == s->ack && g->last_window == s->window)
		draw_line(g, "duplicate_ack", s->ack, s->ack);
	draw_line(g, "ack", s->ack, s->ack);
	draw_line(g, "window", s->ack + s->window, s->ack + s->window);
	g->acked = true;
	g->last_ack = s->ack;
	g->last_window = s->window;
}

/* ---- throughput and goodput ---- */

static void end_rate(struct graph *g, struct moving *m)
{
	if (m->any)
		render_row(g->r, (struct value[]) { m->frame ? value_int(m->frame) : value_null(),
					 span(m->time), value_text(m->series), value_real(m->rate, 0) });
	m->any = false;
}

static void draw_rate(struct graph *g, struct moving *m, int64_t time, uint32_t frame)
{
	if (!frame || !m->any || time > m->time)
		end_rate(g, m);
	else
		time = m->time;
	m->any = true;
	m->frame = frame;
	m->time = time;
	m->rate = (double)m->sum * 8e9 / (double)g->window;
}

/* A point where octets come into the window, and one where others leave it. */
static void move(struct graph *g, struct moving *m, uint32_t octets)
{
	m->at = room(g, m->at, m->n, &m->size, sizeof(*m->at));
	if (g->failed)
		return;
	m->at[m->n++] = (struct sample) { g->time, octets };
	while (m->first < m->n && g->time - m->at[m->first].time > g->window) {
		int64_t leaves = m->at[m->first].time + g->window;
		m->sum -= m->at[m->first++].octets;
		draw_rate(g, m, leaves, 0);
	}
	m->sum += octets;
	draw_rate(g, m, g->time, g->s->number);
	/* What has left is not needed any more. */
	if (m->first > 4096 && m->first > m->n / 2) {
		memmove(m->at, m->at + m->first, (m->n - m->first) * sizeof(*m->at));
		m->n -= m->first;
		m->first = 0;
	}
}

/* Octets of [low, high) that no block had yet; they are added. */
static uint32_t add_sack(struct graph *g, struct block b)
{
	size_t i = 0;
	uint32_t fresh = b.high - b.low;
	if (!after(b.high, b.low))
		return 0;
	while (i < g->nsacked && after(b.low, g->sacked[i].high))
		i++;
	/* Those that it touches become one with it. */
	size_t k = i;
	for (; k < g->nsacked && !after(g->sacked[k].low, b.high); k++) {
		const struct block *old = &g->sacked[k];
		uint32_t low = after(old->low, b.low) ? old->low : b.low;
		uint32_t high = after(b.high, old->high) ? old->high : b.high;
		if (after(high, low))
			fresh -= high - low;
		if (after(b.low, old->low))
			b.low = old->low;
		if (after(old->high, b.high))
			b.high = old->high;
	}
	if (k == i) {
		if (g->nsacked == SACKED_MAX)
			return 0;
		g->sacked = room(g, g->sacked, g->nsacked, &g->sacked_size, sizeof(*g->sacked));
		if (g->failed)
			return 0;
	}
	memmove(g->sacked + i + 1, g->sacked + k, (g->nsacked - k) * sizeof(*g->sacked));
	g->nsacked = g->nsacked - (k - i) + 1;
	g->sacked[i] = b;
	return fresh;
}

/* What the ACK tells to have arrived beyond what was known: its own advance and what its SACK blocks add. */
static uint32_t delivered(struct graph *g)
{
	const struct segment *s = g->s;
	size_t gone = 0;
	if (!(s->flags & TCP_ACK) || (g->acked && after(g->last_ack, s->ack)))
		return 0;
	uint32_t octets = g->acked ? s->ack - g->last_ack : 0;
	g->last_ack = s->ack;
	g->acked = true;
	for (; gone < g->nsacked && after(s->ack, g->sacked[gone].low); gone++) {
		struct block *b = &g->sacked[gone];
		if (after(b->high, s->ack)) {
			octets -= s->ack - b->low;
			b->low = s->ack;
			break;
		}
		octets -= b->high - b->low;
	}
	if (gone) {
		memmove(g->sacked, g->sacked + gone, (g->nsacked - gone) * sizeof(*g->sacked));
		g->nsacked -= gone;
	}
	for (unsigned i = 0; i < g->nblocks; i++) {
		struct block b = g->blocks[i];
		if (!after(b.high, s->ack))
			continue; /* tells of octets that came twice */
		if (after(s->ack, b.low))
			b.low = s->ack;
		octets += add_sack(g, b);
	}
	return octets;
}

static void draw_throughput(struct graph *g)
{
	if (!g->forward) {
		move(g, &g->delivered, delivered(g));
		return;
	}
	render_row(g->r, (struct value[]) { value_int(g->s->number), span(g->time),
				 value_text("segment_length"), value_real(g->s->len, 0) });
	move(g, &g->sent, g->s->len);
}

/* ---- round-trip time ---- */

static void draw_rtt_point(struct graph *g, const struct unacked *u, uint32_t at)
{
	render_row(g->r, (struct value[]) { value_int(u->frame), value_int(g->s->number), span(u->time),
				 value_int(place(g, at)), value_real((double)(g->time - u->time) / 1e6, 6) });
}

static void drop_unacked(struct graph *g, size_t i)
{
	memmove(g->unacked + i, g->unacked + i + 1, (g->nunacked - i - 1) * sizeof(*g->unacked));
	g->nunacked--;
}

/* A block acknowledges a part of what waits: the rest waits on, in two pieces when it was in the middle. */
static void selective_ack(struct graph *g, struct block b)
{
	for (size_t i = 0; after(b.high, b.low) && i < g->nunacked; i++) {
		struct unacked *u = &g->unacked[i];
		if (!after(b.high, u->low) || !after(u->high, b.low))
			continue;
		bool low = !after(b.low, u->low), high = !after(u->high, b.high);
		draw_rtt_point(g, u, low ? u->low : b.low);
		if (low && high) {
			drop_unacked(g, i--);
		} else if (low) {
			u->low = b.high;
		} else if (high) {
			u->high = b.low;
		} else {
			g->unacked = room(g, g->unacked, g->nunacked, &g->unacked_size, sizeof(*g->unacked));
			if (g->failed)
				return;
			u = &g->unacked[i];
			memmove(u + 1, u, (g->nunacked++ - i) * sizeof(*u));
			u[0].high = b.low;
			u[1].low = b.high;
			i++;
		}
	}
}

static void draw_rtt(struct graph *g)
{
	const struct segment *s = g->s;
	if (g->forward) {
		/* RFC 6298, section 3 (Karn's algorithm): what is sent again while it waits gives no sample.
		 */
		for (size_t i = 0; i < g->nunacked; i++)
			if (!after(g->unacked[i].low, s->seq) && after(g->unacked[i].high, s->seq))
				return;
		if (!s->len)
			return;
		if (g->nunacked == UNACKED_MAX)
			drop_unacked(g, 0);
		g->unacked = room(g, g->unacked, g->nunacked, &g->unacked_size, sizeof(*g->unacked));
		if (!g->failed)
			g->unacked[g->nunacked++] =
				(struct unacked) { g->time, s->seq, s->seq + s->len, s->number };
		return;
	}
	if (!(s->flags & TCP_ACK))
		return;
	for (size_t i = 0; i < g->nunacked; i++) {
		struct unacked *u = &g->unacked[i];
		if (!after(s->ack, u->low))
			continue;
		draw_rtt_point(g, u, u->low);
		if (after(u->high, s->ack))
			u->low = s->ack;
		else
			drop_unacked(g, i--);
	}
	for (unsigned i = 0; i < g->nblocks; i++)
		selective_ack(g, g->blocks[i]);
}

/* ---- window: what the receiver allows, what is on the way ---- */

static void draw_size(struct graph *g, const char *series, uint32_t octets)
{
	render_row(g->r, (struct value[]) { value_int(g->s->number), span(g->time), value_text(series),
				 value_int(octets) });
}

static void draw_window(struct graph *g)
{
	const struct segment *s = g->s;
	uint32_t end = s->seq + s->len;
	if (g->forward) {
		if (g->acked && !after(g->last_ack, end))
			draw_size(g, "bytes_out", end - g->last_ack);
		return;
	}
	if (!(s->flags & (TCP_SYN | TCP_RST)))
		draw_size(g, "receive_window", s->window);
	if (s->flags & TCP_ACK && (!g->acked || !after(g->last_ack, s->ack))) {
		g->acked = true;
		g->last_ack = s->ack;
	}
}

/* ---- all of them ---- */

const char stream_graphs[] = "stevens tcptrace throughput rtt window";

static const struct render_column sequence_columns[] = { { "frame", "No.", RENDER_NUMBER },
	{ "time", "Time", RENDER_NUMBER }, { "seq", "Sequence number", RENDER_NUMBER },
	{ "len", "Length", RENDER_NUMBER } };
static const struct render_column trace_columns[] = { { "frame", "No.", RENDER_NUMBER },
	{ "time", "Time", RENDER_NUMBER }, { "series", "Series", RENDER_FIXED },
	{ "low", "From", RENDER_NUMBER }, { "high", "To", RENDER_NUMBER } };
static const struct render_column series_columns[] = { { "frame", "No.", RENDER_NUMBER },
	{ "time", "Time", RENDER_NUMBER }, { "series", "Series", RENDER_FIXED },
	{ "value", "Value", RENDER_NUMBER } };
static const struct render_column rtt_columns[] = { { "frame", "No.", RENDER_NUMBER },
	{ "ack_frame", "ACK in", RENDER_NUMBER }, { "time", "Time", RENDER_NUMBER },
	{ "seq", "Sequence number", RENDER_NUMBER }, { "rtt_ms", "RTT ms", RENDER_NUMBER } };

static const struct drawing {
	const char *name;
	void (*draw)(struct graph *);
	const struct render_column *columns;
	unsigned ncolumns;
} drawings[] = {
	{ "stevens", draw_stevens, sequence_columns, 4 },
	{ "tcptrace", draw_tcptrace, trace_columns, 5 },
	{ "throughput", draw_throughput, series_columns, 4 },
	{ "rtt", draw_rtt, rtt_columns, 5 },
	{ "window", draw_window, series_columns, 4 },
};

static const struct drawing *find(const char *name)
{
	for (size_t i = 0; i < sizeof(drawings) / sizeof(drawings[0]); i++)
		if (strcmp(drawings[i].name, name) == 0)
			return &drawings[i];
	return NULL;
}

bool stream_has_graph(const char *name)
{
	return find(name) != NULL;
}

/* The first segment of the direction: numbers count from it. */
static int find_base(struct graph *g, struct segments *list)
{
	struct segment s;
	int rc;
	while ((rc = segments_next(list, &s)) > 0) {
		if (s.quoted || s.from_a != g->from_a)
			continue;
		sqlite3_stmt *st = session_prepare(g->session, "SELECT seq FROM t_tcp WHERE frame_id = ?");
		if (!st)
			return -1;
		sqlite3_bind_int64(st, 1, g->capture->first_frame + s.number - 1);
		if (sqlite3_step(st) == SQLITE_ROW)
			g->relative = (uint32_t)sqlite3_column_int64(st, 0);
		sqlite3_finalize(st);
		g->base = g->near_raw = s.seq;
		return 0;
	}
	return rc;
}

static void read_sacks(struct graph *g)
{
	g->nblocks = 0;
	if (g->forward)
		return;
	sqlite3_reset(g->sacks);
	sqlite3_bind_int64(g->sacks, 1, g->capture->first_frame + g->s->number - 1);
	while (sqlite3_step(g->sacks) == SQLITE_ROW && g->nblocks < SACK_MAX) {
		struct block *b = &g->blocks[g->nblocks++];
		b->low = (uint32_t)sqlite3_column_int64(g->sacks, 0) - g->relative + g->base;
		b->high = (uint32_t)sqlite3_column_int64(g->sacks, 1) - g->relative + g->base;
	}
}

static int draw_all(struct graph *g, const struct drawing *drawing, struct segments *list)
{
	struct segment s;
	int64_t first = 0;
	int rc;
	for (bool begun = false; (rc = segments_next(list, &s)) > 0 && !g->failed;) {
		if (s.quoted)
			continue;
		if (!begun)
			first = s.time_ns;
		begun = true;
		g->s = &s;
		g->forward = s.from_a == g->from_a;
		g->time = s.time_ns - first;
		read_sacks(g);
		if (g->forward || s.flags & TCP_ACK) {
			uint32_t number = g->forward ? s.seq : s.ack;
			g->near = place(g, number);
			g->near_raw = number;
		}
		drawing->draw(g);
	}
	return g->failed ? complain(-1, "out of memory") : rc;
}

int stream_graph(const char *name, struct question *q, const struct selected_capture *capture,
	const struct tcp_conversation *all, size_t n, const struct tcp_conversation *one, bool from_a,
	double window)
{
	static const char sql[] = "SELECT options_sack_le, options_sack_re FROM t_tcp_sack"
				  " WHERE frame_id = ? AND options_sack_re IS NOT NULL ORDER BY n";
	const struct drawing *drawing = find(name);
	struct graph g = { .session = &q->session,
		.capture = capture,
		.from_a = from_a,
		.window = (int64_t)(window * 1e9 + 0.5),
		.sent.series = "throughput",
		.delivered.series = "goodput" };
	int rc = -1;
	struct segments *list = segments_open(&q->session, capture, all, n, one);
	if (!list)
		return EXIT_FAILED;
	if (q->show_sql) {
		question_print_sql(segments_statement(list));
		segments_close(list);
		return EXIT_DONE;
	}
	rc = find_base(&g, list);
	segments_close(list);
	g.sacks = session_prepare(&q->session, sql);
	g.r = question_render(q, drawing->columns, drawing->ncolumns);
	char from[TCP_END_TEXT], to[TCP_END_TEXT];
	tcp_end_text(&q->session, from_a ? one->address_a : one->address_b,
		from_a ? one->port_a : one->port_b, from);
	tcp_end_text(&q->session, from_a ? one->address_b : one->address_a,
		from_a ? one->port_b : one->port_a, to);
	question_about(q, "%s, tcp.stream %u: %s to %s", capture->name, one->stream, from, to);
	list = rc == 0 && g.sacks && g.r ? segments_open(&q->session, capture, all, n, one) : NULL;
	rc = list ? draw_all(&g, drawing, list) : -1;
	if (rc == 0) {
		end_rate(&g, &g.sent);
		end_rate(&g, &g.delivered);
	}
	segments_close(list);
	sqlite3_finalize(g.sacks);
	if (g.r && render_close(g.r) < 0)
		rc = complain(-1, "out of memory");
	free(g.sent.at);
	free(g.delivered.at);
	free(g.sacked);
	free(g.unacked);
	return rc == 0 ? EXIT_DONE : EXIT_FAILED;
}
