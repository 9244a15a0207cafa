#include "query/stream.h"

#include <stdlib.h>
#include <string.h>

#include "schema/tcp_event.h"

const char *completeness_text(unsigned completeness)
{
	switch (completeness) {
	case 1:
		return "Incomplete, SYN_SENT";
	case 3:
		return "Incomplete, CLIENT_ESTABLISHED";
	case 7:
		return "Incomplete, ESTABLISHED";
	case 15:
		return "Incomplete, DATA";
	case 31:
	case 47:
	case 63:
		return "Complete, WITH_DATA";
	case 23:
	case 39:
	case 55:
		return "Complete, NO_DATA";
	default:
		return "Incomplete";
	}
}

const char *teardown_text(const struct life *l)
{
	const struct side *a = &l->side[0], *b = &l->side[1];
	bool reset = l->reset.frame;
	if (a->fin_frame && b->fin_frame) {
		const struct side *first = a->fin_frame < b->fin_frame ? a : b, *second = first == a ? b : a;
		if (first->fin_acked == second->fin_frame)
			return reset ? "three-way, then reset" : "three-way";
		if (!first->fin_acked || first->fin_acked > second->fin_frame)
			return reset ? "both at once, then reset" : "both at once";
		return reset ? "four-way, then reset" : "four-way";
	}
	if (a->fin_frame || b->fin_frame)
		return reset ? "half closed, then reset" : "half closed";
	if (reset)
		return "reset";
	return (l->syn || l->synack) && !l->established ? "half open" : "none seen";
}

static int add_rtt(struct stream_side *side, int64_t rtt)
{
	if (side->nrtt == side->rtt_size) {
		size_t size = side->rtt_size ? side->rtt_size * 2 : 256;
		int64_t *more = realloc(side->rtt, size * sizeof(*more));
		if (!more)
			return complain(-1, "out of memory");
		side->rtt = more;
		side->rtt_size = size;
	}
	side->rtt[side->nrtt++] = rtt;
	return 0;
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return x < y ? -1 : x > y;
}

/* The options of a SYN. */
static int read_options(struct stream_side *side, sqlite3_stmt *st, int64_t frame_id)
{
	sqlite3_reset(st);
	sqlite3_bind_int64(st, 1, frame_id);
	if (sqlite3_step(st) != SQLITE_ROW)
		return -1;
	side->syn = true;
	side->mss = sqlite3_column_type(st, 0) == SQLITE_NULL ? -1 : sqlite3_column_int(st, 0);
	side->wscale = sqlite3_column_type(st, 1) == SQLITE_NULL ? -1 : sqlite3_column_int(st, 1);
	side->sack = sqlite3_column_int(st, 2);
	side->timestamps = sqlite3_column_int(st, 3);
	return 0;
}

static int take(struct stream *s, const struct segment *segment, sqlite3_stmt *options)
{
	struct stream_side *me = &s->side[segment->from_a ? 0 : 1], *peer = &s->side[segment->from_a ? 1 : 0];
	me->frames++;
	me->bytes += segment->frame_len;
	me->payload += segment->len;
	if (SEGMENT_IS(segment, EVENT_RETRANSMISSION) || SEGMENT_IS(segment, EVENT_FAST_RETRANSMISSION) ||
		SEGMENT_IS(segment, EVENT_SPURIOUS_RETRANSMISSION)) {
		me->repeats++;
		me->repeated += segment->len;
	}
	if (segment->flags & TCP_SYN && !me->syn &&
		read_options(me, options, s->capture->first_frame + segment->number - 1) < 0)
		return -1;
	return segment->ack_rtt ? add_rtt(peer, segment->ack_rtt) : 0;
}

int stream_read(struct stream *s, struct session *session, const struct selected_capture *capture,
	const struct tcp_conversation *all, size_t n, const struct tcp_conversation *one)
{
	static const char sql[] =
		"SELECT s.options_mss_val, s.options_wscale_shift, s.options_sack_perm IS NOT NULL,\n"
		" t.options_timestamp_tsval IS NOT NULL\n"
		"FROM t_tcp t LEFT JOIN t_tcp_syn s ON s.frame_id = t.frame_id WHERE t.frame_id = ?";
	struct segment segment, last = { .number = 0 };
	int rc = 1;
	*s = (struct stream) { .capture = capture, .conversation = one, .life = life_new(), .silence = -1 };
	struct segments *list = segments_open(session, capture, all, n, one);
	sqlite3_stmt *options = session_prepare(session, sql);
	if (!s->life || !list || !options)
		rc = -1;
	while (rc > 0 && (rc = segments_next(list, &segment)) > 0) {
		life_take(s->life, &segment);
		if (segment.quoted)
			continue;
		if (take(s, &segment, options) < 0)
			rc = -1;
		if (last.number && segment.time_ns - last.time_ns > s->silence) {
			s->silence = segment.time_ns - last.time_ns;
			s->silence_from = last.number;
			s->silence_to = segment.number;
		}
		last = segment;
	}
	sqlite3_finalize(options);
	segments_close(list);
	for (unsigned i = 0; i < 2; i++)
		if (s->side[i].nrtt)
			qsort(s->side[i].rtt, s->side[i].nrtt, sizeof(int64_t), compare);
	if (rc == 0)
		life_judge(s->life, capture->time_last, &s->diagnosis);
	return rc;
}

void stream_free(struct stream *s)
{
	life_free(s->life);
	free(s->side[0].rtt);
	free(s->side[1].rtt);
	memset(s, 0, sizeof(*s));
}
