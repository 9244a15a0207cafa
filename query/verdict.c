/* The verdict over a conversation, by rules in a fixed order: what ended it first, then what it lived
 * through. */
#include "query/life.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const struct verdict verdicts[VERDICT_COUNT] = {
	[VERDICT_PEER_VANISHED] = { "peer_vanished", TROUBLE_GRAVE, "peer host vanished",
		"A side that had spoken falls silent; what the other one sends is sent again after growing "
		"timeouts "
		"and never answered." },
	[VERDICT_PEER_REBOOTED] = { "peer_rebooted", TROUBLE_GRAVE, "peer host vanished and came back",
		"After a silence, data or a probe are answered by RST: the host is there again and knows "
		"nothing of "
		"the connection." },
	[VERDICT_PATH_BROKEN] = { "path_broken", TROUBLE_GRAVE, "path broken",
		"No answer any more, and ICMP says that the other side cannot be reached; or both sides go "
		"on "
		"sending and neither hears the other." },
	[VERDICT_PATH_RESTORED] = { "path_restored", TROUBLE_SOME, "path broken and restored",
		"A silence with retransmissions, then an answer: the connection goes on." },
	[VERDICT_PATH_RESTORED_LATE] = { "path_restored_late", TROUBLE_GRAVE, "path broken and restored",
		"As above, but the answer is RST: the other side, seen sending without an answer or behind "
		"an ICMP "
		"unreachable, had given up meanwhile." },
	[VERDICT_PROCESS_ENDED] = { "process_ended", TROUBLE_SOME, "process ended or host shut down in order",
		"A side has closed with FIN; the other one still sends data, and RST answers them." },
	[VERDICT_CLOSED] = { "closed", TROUBLE_NONE, "process ended or host shut down in order",
		"Both sides closed with FIN, or one did and RST ended the rest without data on the way." },
	[VERDICT_PORT_CLOSED] = { "port_closed", TROUBLE_SOME, "port closed",
		"RST answers the SYN: no program listens on the port." },
	[VERDICT_RESET_ON_DATA] = { "reset_on_data", TROUBLE_GRAVE, "port closed",
		"RST answers data of a live connection at once: the program there has gone, or will not read "
		"them." },
	[VERDICT_KEEP_ALIVE] = { "keep_alive", TROUBLE_NONE, "keep-alive",
		"On an idle connection keep-alive probes are sent, and answered." },
	[VERDICT_KEEP_ALIVE_FAILED] = { "keep_alive_failed", TROUBLE_GRAVE, "keep-alive",
		"Keep-alive probes are not answered any more; the side that probed may end it with RST." },
	[VERDICT_REFUSED] = { "refused", TROUBLE_SOME, "refused",
		"ICMP answers the SYN: port or protocol unreachable, or prohibited." },
	[VERDICT_NO_ANSWER] = { "no_answer", TROUBLE_SOME, "no answer to the SYN",
		"SYN, sent once or again, and nothing comes back: no such host, or a filter that drops." },
	[VERDICT_HALF_OPEN_SCAN] = { "half_open_scan", TROUBLE_SOME, "half-open scan",
		"SYN, SYN-ACK, and then RST by the side that had asked: it only wanted to know." },
	[VERDICT_HALF_OPEN] = { "half_open", TROUBLE_SOME, "half open",
		"SYN, SYN-ACK, and no ACK: the handshake is never completed." },
	[VERDICT_ABORTED] = { "aborted", TROUBLE_SOME, "reset",
		"A side ends the connection with RST of its own accord: nothing of the other side was "
		"waiting." },
	[VERDICT_ZERO_WINDOW] = { "zero_window", TROUBLE_SOME, "zero-window stall",
		"A side announces a window of 0 and does not open it for a second or more." },
	[VERDICT_HANDSHAKE_ONLY] = { "handshake_only", TROUBLE_NONE, "handshake only",
		"SYN, SYN-ACK, ACK, and no data either way." },
	[VERDICT_HALF_CLOSED] = { "half_closed", TROUBLE_NONE, "half closed",
		"One side closed with FIN, the other one had not when the capture ended." },
	[VERDICT_BEGAN_IN_MIDDLE] = { "began_in_middle", TROUBLE_NONE, "capture began in the middle",
		"No SYN was seen; the end was." },
	[VERDICT_ENDED_IN_MIDDLE] = { "ended_in_middle", TROUBLE_NONE, "capture ended in the middle",
		"The handshake was seen, neither FIN nor RST was." },
	[VERDICT_BEGAN_AND_ENDED] = { "began_and_ended_in_middle", TROUBLE_NONE,
		"capture began and ended in the middle", "Neither handshake nor end were seen." },
};

const char *trouble_name(enum trouble t)
{
	static const char *const names[] = { "none", "some", "grave" };
	return names[t];
}

/* ---- evidence and words ---- */

static void prove(struct diagnosis *d, uint32_t frame, const char *what)
{
	unsigned i = d->nproofs;
	if (!frame || d->nproofs == PROOFS_MAX)
		return;
	for (unsigned k = 0; k < d->nproofs; k++)
		if (d->proofs[k].frame == frame)
			return;
	for (; i && d->proofs[i - 1].frame > frame; i--)
		d->proofs[i] = d->proofs[i - 1];
	d->proofs[i] = (struct proof) { frame, what };
	d->nproofs++;
}

static const char *name_of(enum waiting what)
{
	static const char *const names[] = { "segment", "SYN", "data", "FIN", "keep-alive", "window probe" };
	return names[what];
}

static void prove_wait(struct diagnosis *d, const struct wait *w)
{
	bool probes = w->what == WAITING_KEEP_ALIVE || w->what == WAITING_PROBE;
	prove(d, w->frame, name_of(w->what));
	for (unsigned i = 0; i < w->nresent && i < RESENT_MAX; i++)
		prove(d, w->resent[i], probes ? name_of(w->what) : "retransmission");
	prove(d, w->icmp_frame, "ICMP");
}

static void __attribute__((format(printf, 3, 4)))
judge(struct diagnosis *d, enum verdict_number verdict, const char *format, ...)
{
	va_list list;
	d->verdict = verdict;
	va_start(list, format);
	vsnprintf(d->text, sizeof(d->text), format, list);
	va_end(list);
}

static void __attribute__((format(printf, 2, 3))) also(struct diagnosis *d, const char *format, ...)
{
	va_list list;
	size_t n = strlen(d->also);
	if (n)
		n += (size_t)snprintf(d->also + n, sizeof(d->also) - n, "; ");
	if (n >= sizeof(d->also))
		return;
	va_start(list, format);
	vsnprintf(d->also + n, sizeof(d->also) - n, format, list);
	va_end(list);
}

static char letter(unsigned side)
{
	return side ? 'B' : 'A';
}

/* A span of time as people say it: few digits, no exponent. */
struct span {
	char text[24];
};
static struct span span_of(int64_t ns)
{
	double s = (double)ns / 1e9;
	struct span t;
	if (s > -1 && s < 1)
		snprintf(t.text, sizeof(t.text), "%.3g ms", s * 1e3);
	else
		snprintf(t.text, sizeof(t.text), "%.*f s", s < 100 ? 1 : 0, s);
	return t;
}

/* Sent again so often and after such timeouts that it was not a single loss. */
static bool is_hopeless(const struct wait *w)
{
	return w->longest_gap >= TIMEOUT_NS &&
	       (w->nresent >= 3 || (w->nresent == 2 && w->longest_gap * 10 >= w->first_gap * 13));
}

static unsigned transmissions(const struct wait *w)
{
	return w->nresent + 1;
}

/* A conversation in which nothing was odd says so. */
static const char *verdict_prefix(const struct life *l)
{
	return l->repeats || l->gaps || l->out_of_order || l->stall.closed ? "" : "No trouble: ";
}

/* ---- before a connection is open ---- */

static bool judge_opening(const struct life *l, struct diagnosis *d)
{
	unsigned a = l->opener;
	const struct reset *r = &l->reset;
	const struct wait *w = &l->side[a].wait;
	bool data = l->side[a].octets && l->synack;
	if ((!l->syn && !l->synack) || l->established || data || l->side[!a].octets || l->side[a].fin_frame)
		return false;
	prove(d, l->syn, "SYN");
	prove(d, l->synack, "SYN-ACK");
	if (r->frame && !l->synack && r->from != a) {
		prove_wait(d, &r->answered);
		prove(d, r->frame, "RST");
		judge(d, VERDICT_PORT_CLOSED,
			"Connection refused: %c answers the SYN with RST, no program listens on its port.",
			letter(!a));
		return true;
	}
	if (r->frame && l->synack && r->from == a) {
		prove(d, r->frame, "RST");
		judge(d, VERDICT_HALF_OPEN_SCAN,
			"%c answered the SYN, and %c reset at once instead of completing the handshake.",
			letter(!a), letter(a));
		return true;
	}
	if (r->frame) {
		prove(d, r->frame, "RST");
		judge(d, VERDICT_ABORTED, "%c reset before the handshake was complete.", letter(r->from));
		return true;
	}
	if (l->synack) {
		prove_wait(d, &l->side[!a].wait);
		judge(d, VERDICT_HALF_OPEN, "%c answered the SYN, but %c never completed the handshake.",
			letter(!a), letter(a));
		return true;
	}
	prove_wait(d, w);
	prove(d, l->icmp_frame, "ICMP");
	if (l->icmp_frame && l->icmp == ICMP_REFUSED)
		judge(d, VERDICT_REFUSED,
			"Connection refused: ICMP answers the SYN of %c, unreachable or prohibited.",
			letter(a));
	else if (l->icmp_frame && l->icmp == ICMP_EXPIRED)
		judge(d, VERDICT_PATH_BROKEN,
			"ICMP answers the SYN of %c: its time to live ran out on the way, in a loop or as "
			"traceroute means it.",
			letter(a));
	else if (l->icmp_frame)
		judge(d, VERDICT_PATH_BROKEN, "ICMP answers the SYN of %c: %c cannot be reached.", letter(a),
			letter(!a));
	else
		judge(d, VERDICT_NO_ANSWER, "The SYN of %c was sent %u time%s and never answered.", letter(a),
			transmissions(w), transmissions(w) > 1 ? "s" : "");
	return true;
}

/* ---- ended by RST ---- */

/* RST against what the other side was sending. */
static bool judge_answer(const struct life *l, struct diagnosis *d)
{
	const struct reset *r = &l->reset;
	const struct wait *w = &r->answered;
	char from = letter(r->from), other = letter(!r->from);
	bool closed = l->side[r->from].fin_frame;
	bool idle = r->quiet >= IDLE_NS && !r->ack;
	bool silent = w->nresent && r->ns - w->since_ns >= SILENCE_NS;
	if (w->what != WAITING_DATA && w->what != WAITING_KEEP_ALIVE && w->what != WAITING_PROBE &&
		!(w->what == WAITING_FIN && w->nresent))
		return false;
	if (closed) {
		prove(d, l->side[r->from].fin_frame, "FIN");
		prove_wait(d, w);
		prove(d, r->frame, "RST");
		if (w->frame && w->frame < l->side[r->from].fin_frame)
			judge(d, VERDICT_PROCESS_ENDED,
				"%c closed with FIN while data of %c were on the way; its program had gone, "
				"and RST answered.",
				from, other);
		else
			judge(d, VERDICT_PROCESS_ENDED,
				"%c had closed with FIN; %c went on sending, and %c, whose program had gone, "
				"answered with "
				"RST.",
				from, other, from);
		return true;
	}
	if (!silent && !idle && w->what != WAITING_DATA)
		return false;
	prove_wait(d, w);
	prove(d, r->frame, "RST");
	if (!silent && !idle) {
		judge(d, VERDICT_RESET_ON_DATA,
			"%c answered data of %c with RST after %s: its program had gone.", from, other,
			span_of(r->ns - w->since_ns).text);
		return true;
	}
	prove(d, r->last_heard, "last heard");
	if (w->icmp_frame || r->waiting.nresent) {
		prove_wait(d, &r->waiting);
		judge(d, VERDICT_PATH_RESTORED_LATE,
			"%c sent without an answer for %s; then the path was there again, but %c had given "
			"up and "
			"answered with RST.",
			other, span_of(r->ns - w->since_ns).text, from);
		return true;
	}
	judge(d, VERDICT_PEER_REBOOTED,
		"After a silence of %s %c answered %s of %c with RST: it had lost the connection, as after a "
		"restart.",
		span_of(r->quiet < 0 ? r->ns - w->since_ns : r->quiet).text, from, name_of(w->what), other);
	return true;
}

static bool judge_stall(const struct life *l, struct diagnosis *d);

static bool judge_reset(const struct life *l, struct diagnosis *d)
{
	const struct reset *r = &l->reset;
	char from = letter(r->from), other = letter(!r->from);
	if (!r->frame)
		return false;
	if (r->waiting.what == WAITING_KEEP_ALIVE) {
		prove_wait(d, &r->waiting);
		prove(d, r->frame, "RST");
		judge(d, VERDICT_KEEP_ALIVE_FAILED,
			"%u keep-alive%s of %c had no answer; it ended the connection with RST.",
			transmissions(&r->waiting), transmissions(&r->waiting) == 1 ? "" : "s", from);
		return true;
	}
	if (judge_answer(l, d))
		return true;
	if (r->waiting.what != WAITING_PROBE && is_hopeless(&r->waiting)) {
		prove(d, l->side[!r->from].last_frame, "last heard");
		prove_wait(d, &r->waiting);
		prove(d, r->frame, "RST");
		judge(d, r->waiting.icmp_frame ? VERDICT_PATH_BROKEN : VERDICT_PEER_VANISHED,
			"%c sent %u times without an answer of %c, and gave up with RST.", from,
			transmissions(&r->waiting), other);
		return true;
	}
	if (judge_stall(l, d))
		return true;
	if (l->side[0].fin_frame || l->side[1].fin_frame) {
		prove(d, l->side[0].fin_frame, "FIN");
		prove(d, l->side[1].fin_frame, "FIN");
		prove(d, r->frame, "RST");
		unsigned first = !l->side[1].fin_frame || (l->side[0].fin_frame &&
								  l->side[0].fin_frame < l->side[1].fin_frame)
					 ? 0
					 : 1;
		judge(d, VERDICT_CLOSED, "%s%c closed first with FIN, %c ended the rest with RST.",
			verdict_prefix(l), letter(first), from);
		return true;
	}
	prove(d, r->frame, "RST");
	if (l->established && !l->side[0].octets && !l->side[1].octets) {
		prove(d, l->syn, "SYN");
		prove(d, l->synack, "SYN-ACK");
		prove(d, l->established, "ACK");
		judge(d, VERDICT_HANDSHAKE_ONLY,
			"The handshake, no data, and RST of %c: it only looked whether the port is open.",
			from);
	} else if (l->first_frame == r->frame) {
		judge(d, VERDICT_BEGAN_IN_MIDDLE, "The capture begins with the RST of %c.", from);
	} else {
		judge(d, VERDICT_ABORTED, "%c ended the connection with RST of its own accord.", from);
	}
	return true;
}

/* ---- silence until the end ---- */

static bool judge_silence(const struct life *l, struct diagnosis *d)
{
	const struct wait *w[2] = { &l->side[0].wait, &l->side[1].wait };
	unsigned who = w[1]->nresent > w[0]->nresent ? 1 : 0;
	const struct wait *mine = w[who];
	if (mine->what == WAITING_KEEP_ALIVE && transmissions(mine) >= 2) {
		prove_wait(d, mine);
		judge(d, VERDICT_KEEP_ALIVE_FAILED, "The last %u keep-alives of %c had no answer.",
			transmissions(mine), letter(who));
		return true;
	}
	if (mine->what != WAITING_DATA && mine->what != WAITING_FIN)
		return false;
	bool both = w[!who]->nresent && mine->nresent && w[!who]->what != WAITING_PROBE;
	if (!is_hopeless(mine) && !mine->icmp_frame)
		return false;
	prove(d, l->side[!who].last_frame < l->last_frame ? l->side[!who].last_frame : 0, "last heard");
	prove_wait(d, mine);
	if (mine->icmp_frame) {
		judge(d, VERDICT_PATH_BROKEN,
			"%c sent %s %u time%s without an answer, and ICMP says that %c cannot be reached.",
			letter(who), name_of(mine->what), transmissions(mine),
			transmissions(mine) == 1 ? "" : "s", letter(!who));
	} else if (both) {
		prove_wait(d, w[!who]);
		judge(d, VERDICT_PATH_BROKEN,
			"Both sides go on sending, and neither hears the other: the path is broken.");
	} else {
		judge(d, VERDICT_PEER_VANISHED,
			"%c fell silent: %c sent %s %u times in %s, after timeouts from %s to %s, without an "
			"answer.",
			letter(!who), letter(who), name_of(mine->what), transmissions(mine),
			span_of(mine->last_ns - mine->since_ns).text, span_of(mine->first_gap).text,
			span_of(mine->longest_gap).text);
	}
	return true;
}

/* ---- lived through ---- */

static bool judge_stall(const struct life *l, struct diagnosis *d)
{
	for (unsigned i = 0; i < 2; i++) {
		const struct side *side = &l->side[i];
		if (!side->closed_frame || (l->last_ns - side->closed_ns < STALL_NS && !l->probes))
			continue;
		prove(d, side->closed_frame, "zero window");
		prove_wait(d, &l->side[!i].wait);
		judge(d, VERDICT_ZERO_WINDOW,
			"%c closed its window and did not open it again (%s, %u probes).", letter(i),
			span_of(l->last_ns - side->closed_ns).text, l->probes);
		return true;
	}
	if (l->stall.ns < STALL_NS)
		return false;
	prove(d, l->stall.closed, "zero window");
	prove(d, l->stall.opened, "window open");
	judge(d, VERDICT_ZERO_WINDOW, "The window of %c was closed for %s: its program did not read.",
		letter(l->stall.receiver), span_of(l->stall.ns).text);
	return true;
}

static bool judge_restored(const struct life *l, struct diagnosis *d)
{
	const struct restored *r = &l->restored;
	if (!r->answer)
		return false;
	prove_wait(d, &r->wait);
	prove(d, r->answer, "answer");
	judge(d, VERDICT_PATH_RESTORED,
		"%c sent %s %u times without an answer for %s; then %c answered, and it went on.",
		letter(r->from), name_of(r->wait.what), transmissions(&r->wait), span_of(r->ns).text,
		letter(!r->from));
	return true;
}

/* ---- no trouble ---- */

static void judge_quiet(const struct life *l, struct diagnosis *d, int64_t capture_end)
{
	const struct side *a = &l->side[0], *b = &l->side[1];
	bool began = !l->syn && !l->synack, fins = a->fin_frame && b->fin_frame;
	unsigned first = !b->fin_frame || (a->fin_frame && a->fin_frame < b->fin_frame) ? 0 : 1;
	struct span left = span_of(capture_end - l->last_ns);
	prove(d, l->syn, "SYN");
	prove(d, l->synack, "SYN-ACK");
	prove(d, l->established, "ACK");
	if (l->keep_alive_acks) {
		prove(d, l->keep_alive[0], "keep-alive");
		prove(d, l->keep_alive_ack[0], "answer");
		prove(d, l->keep_alive[1], "keep-alive");
		prove(d, l->keep_alive_ack[1], "answer");
		judge(d, VERDICT_KEEP_ALIVE, "%s%u of %u keep-alives on the idle connection were answered.",
			verdict_prefix(l), l->keep_alive_acks, l->keep_alives);
		return;
	}
	if (fins) {
		prove(d, a->fin_frame, "FIN");
		prove(d, b->fin_frame, "FIN");
		prove(d, a->fin_acked, "ACK");
		prove(d, b->fin_acked, "ACK");
		if (began)
			judge(d, VERDICT_BEGAN_IN_MIDDLE,
				"The capture began in the middle; %c closed first, both sides with FIN.",
				letter(first));
		else
			judge(d, VERDICT_CLOSED, "%s%c closed first, both sides with FIN%s.",
				verdict_prefix(l), letter(first), a->octets || b->octets ? "" : "; no data");
	} else if (a->fin_frame || b->fin_frame) {
		prove(d, a->fin_frame, "FIN");
		prove(d, b->fin_frame, "FIN");
		judge(d, VERDICT_HALF_CLOSED,
			"%c closed with FIN, %c had not when the capture ended %s later.", letter(first),
			letter(!first), left.text);
	} else if (began) {
		prove(d, l->first_frame, "first");
		prove(d, l->last_frame, "last");
		judge(d, VERDICT_BEGAN_AND_ENDED,
			"The capture has neither the beginning nor the end of the connection.");
	} else if (!a->octets && !b->octets) {
		judge(d, VERDICT_HANDSHAKE_ONLY, "The handshake and no data; the capture ends %s later.",
			left.text);
	} else {
		prove(d, l->last_frame, "last");
		judge(d, VERDICT_ENDED_IN_MIDDLE,
			"The connection was open when the capture ended %s after its last frame.", left.text);
	}
}

/* ---- the rest ---- */

static void add_remarks(const struct life *l, struct diagnosis *d)
{
	const struct side *a = &l->side[0], *b = &l->side[1];
	enum verdict_number v = d->verdict;
	if (!l->syn && !l->synack && v != VERDICT_BEGAN_IN_MIDDLE && v != VERDICT_BEGAN_AND_ENDED)
		also(d, "the capture began in the middle");
	if (l->reused)
		also(d, "ports of an earlier connection");
	if (l->repeats)
		also(d, "%u segment%s sent again (%llu octets)", l->repeats, l->repeats == 1 ? "" : "s",
			(unsigned long long)l->repeated_octets);
	if (l->out_of_order)
		also(d, "%u out of order", l->out_of_order);
	if (l->gaps)
		also(d, "%u gap%s: octets that were not captured", l->gaps, l->gaps == 1 ? "" : "s");
	if (l->restored.answer && v != VERDICT_PATH_RESTORED)
		also(d, "%s without an answer before frame %u", span_of(l->restored.ns).text,
			l->restored.answer);
	if (l->stall.closed && v != VERDICT_ZERO_WINDOW)
		also(d, "window closed for %s", span_of(l->stall.ns).text);
	if (l->keep_alive_acks && v != VERDICT_KEEP_ALIVE)
		also(d, "keep-alives answered: %u", l->keep_alive_acks);
	if (l->icmp_frame && v != VERDICT_PATH_BROKEN && v != VERDICT_REFUSED)
		also(d, "ICMP unreachable in frame %u", l->icmp_frame);
	if (l->mtu_frame)
		also(d, "ICMP: packets too big, frame %u", l->mtu_frame);
	if (a->fin_frame && b->fin_frame && v != VERDICT_CLOSED && v != VERDICT_BEGAN_IN_MIDDLE)
		also(d, "closed by both sides with FIN");
	if (l->reset.frame && v != VERDICT_CLOSED)
		for (unsigned i = 0; i <= d->nproofs; i++) {
			if (i == d->nproofs)
				also(d, "RST in frame %u", l->reset.frame);
			else if (d->proofs[i].frame == l->reset.frame)
				break;
		}
}

void life_judge(const struct life *l, int64_t capture_end, struct diagnosis *d)
{
	memset(d, 0, sizeof(*d));
	if (!judge_opening(l, d) && !judge_reset(l, d) && !judge_silence(l, d) && !judge_stall(l, d) &&
		!judge_restored(l, d))
		judge_quiet(l, d, capture_end);
	add_remarks(l, d);
}
