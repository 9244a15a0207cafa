#include "indexer/loop.h"

#include <stdlib.h>

#include "indexer/dissectors/pseudo.h"
#include "indexer/track/binding.h"
#include "indexer/track/exchange.h"
#include "indexer/track/fragment.h"

struct dissection *dissection_new(struct rows *rows, struct dict *dict, int64_t first_frame)
{
	struct dissection *d = calloc(1, sizeof(*d));
	if (!d)
		return NULL;
	d->pkt.rows = rows;
	d->pkt.dict = dict;
	d->pkt.dropped = d->dropped;
	d->first_frame = first_frame;
	d->conversations = d->pkt.conversations = conv_new();
	d->tcp = tcp_tracker_new();
	d->events = tcp_events_new();
	d->fragments = fragments_new();
	d->exchanges = exchanges_new();
	d->bindings = bindings_new();
	d->streams = streams_new();
	if (!d->conversations || !d->tcp || !d->events || !d->fragments || !d->exchanges || !d->bindings ||
		!d->streams) {
		dissection_free(d);
		return NULL;
	}
	/* A conversation of nobody with nobody: what belongs to no other. */
	bool from_a;
	d->pkt.capture = conv_get(d->conversations, CONV_NONE, 0, 0, 0, 0, &from_a);
	return d;
}

void dissection_free(struct dissection *d)
{
	if (!d)
		return;
	pkt_scratch_free(&d->pkt);
	tcp_tracker_free(d->tcp);
	tcp_events_free(d->events);
	fragments_free(d->fragments);
	exchanges_free(d->exchanges);
	bindings_free(d->bindings);
	streams_free(d->streams);
	conv_free(d->conversations);
	free(d);
}

static size_t refer(const struct packet *pkt, const uint8_t *octets, uint32_t n, char *out, size_t size)
{
	const struct dissection *d = (const struct dissection *)pkt; /* its first member */
	size_t used = segment_refer(pkt, octets, n, out, size);
	return used ? used : fragments_refer(d->fragments, octets, n, out, size);
}

void dissection_refer(struct dissection *d)
{
	d->pkt.refer = refer;
}

void dissection_set_rows(struct dissection *d, struct rows *rows)
{
	d->pkt.rows = rows;
}

void dissection_set_info(struct dissection *d, struct info *info)
{
	d->pkt.info = info;
}

void dissection_set_tree(struct dissection *d, struct tree *tree)
{
	d->pkt.tree = tree;
	rows_tree_mode = tree != NULL;
}

struct conversations *dissection_conversations(struct dissection *d)
{
	return d->conversations;
}

const uint64_t *dissection_dropped(const struct dissection *d)
{
	return d->dropped;
}

const struct event_total *dissection_events(const struct dissection *d)
{
	return d->event_totals;
}

uint32_t dissection_stack(const struct dissection *d)
{
	return d->stack;
}

/* ---- what outlives the frame ---- */

static struct conversation *count(struct dissection *d, enum conversation_type type, uint32_t src,
	uint16_t srcport, uint32_t dst, uint16_t dstport, bool *from_a)
{
	struct conversation *c = conv_get(d->conversations, type, src, srcport, dst, dstport, from_a);
	if (c && !d->pkt.in_error)
		conv_count(c, *from_a, d->pkt.len, d->pkt.time_ns, d->pkt.number);
	return c;
}

static void stream_times(struct conversation *c, int64_t now, int64_t *relative, int64_t *delta)
{
	if (!c->stream_seen) {
		c->stream_seen = true;
		c->stream_first_ns = c->stream_last_ns = now;
	}
	*relative = now - c->stream_first_ns;
	*delta = now - c->stream_last_ns;
	c->stream_last_ns = now;
}

static void take_events(struct dissection *d, const struct tcp_segment *s, const struct tcp_facts *facts)
{
	struct tcp_event list[TCP_EVENTS_MAX];
	unsigned n = tcp_events_take(d->events, &d->pkt, s, facts, list);
	for (unsigned i = 0; i < n; i++) {
		struct event_total *t = &d->event_totals[list[i].kind];
		if (!t->events++)
			t->first_frame = d->pkt.number;
	}
	if (facts->reused_before) {
		tcp_reused(&d->pkt, facts->conversation->stream, facts->reused_before);
		d->event_totals[EVENT_REUSED_PORTS].events++;
	}
	if (n)
		tcp_happened(&d->pkt, facts->conversation->stream, list, n);
}

static void take_segment(struct dissection *d)
{
	struct packet *pkt = &d->pkt;
	struct tcp_segment *s = &pkt->tcp;
	struct tcp_facts facts = { 0 };
	uint8_t fail = pkt->fail;
	if (!tcp_track(d->tcp, d->conversations, pkt, s, &facts))
		return;
	struct conversation *c = facts.conversation;
	/* A segment whose header ends early has its stream, but is not counted there. */
	s->last_ns = c->last_ns;
	s->last_frame = c->last_frame;
	if (!pkt->in_error && s->whole)
		conv_count(c, facts.from_a, pkt->len, pkt->time_ns, pkt->number);
	stream_times(c, pkt->time_ns, &facts.time_relative, &facts.time_delta);
	s->malformed = fail == CUR_BAD;
	pkt->fail = CUR_OK; /* what track/ says holds whatever came after the header */
	tcp_tracked(pkt, s, &facts);
	if (!pkt->in_error)
		take_events(d, s, &facts);
	pkt->fail = fail;
	pkt->conversation = c; /* what an ICMP error quotes belongs to it, too */
	pkt->from_a = facts.from_a;
	/* RFC 9293, section 3.5: who is asked is the server. */
	if ((s->flags & 0x12) == 0x02)
		c->server_port = s->dstport;
	else if ((s->flags & 0x12) == 0x12)
		c->server_port = s->srcport;
	if (!fail && (s->len_known || pkt->fragmented || pkt->in_error))
		segment_payload(d, s, &facts);
}

/* ---- datagrams ----
 *
 * Wireshark reads a capture twice. The second time a datagram belongs to what the first reading knew when it
 * was done with the frame: where a dissector opens a conversation that the datagram itself belongs to (SNMP
 * does so with each first request), it is of that stream. The new stream gets its number with the next
 * datagram of it, or, where none comes, when the capture is read: then the row of the frame that opened it is
 * long written, and what it lacks goes to t_udp_late. Its time counts from the datagram that gave the number,
 * and is negative then. */

static void late_stream(struct packet *pkt, struct conversation *c, int64_t time_relative)
{
	uint8_t fail = pkt->fail;
	pkt->fail = CUR_OK;
	udp_late(pkt, c->opener.frame, c->opener.layer, c->stream, time_relative);
	pkt->fail = fail;
	c->opener.frame = 0;
}

static uint32_t stream_number(struct dissection *d, struct conversation *c)
{
	conv_number(d->conversations, c->owner);
	if (c->owner->opener.frame)
		late_stream(&d->pkt, c->owner, c->owner->opener.time_ns - d->pkt.time_ns);
	return c->owner->stream;
}

static void take_datagram(struct dissection *d)
{
	struct packet *pkt = &d->pkt;
	struct udp_datagram *u = &pkt->udp;
	int64_t relative, delta;
	bool from_a;
	struct conversation *c = conv_get(
		d->conversations, CONV_UDP, pkt->net_src, u->srcport, pkt->net_dst, u->dstport, &from_a);
	if (!c)
		return;
	if (!pkt->in_error)
		conv_face(c, &from_a);
	pkt->conversation = c; /* what an ICMP error quotes belongs to it, too */
	pkt->from_a = from_a;
	udp_tracked(u->row, stream_number(d, c));
	if (d->ndatagrams < sizeof(d->datagrams) / sizeof(*d->datagrams))
		d->datagrams[d->ndatagrams++] = (struct datagram) { c, u->row, pkt->net_src, pkt->net_dst,
			u->srcport, u->dstport, pkt->in_error, u->has_payload && !pkt->in_error };
	else if (!pkt->in_error)
		conv_count(c, from_a, pkt->len, pkt->time_ns, pkt->number);
	if (!u->has_payload)
		return;
	if (!pkt->in_error) {
		stream_times(c->owner, pkt->time_ns, &relative, &delta);
		udp_timed(u->row, relative, delta);
	}
	/* A payload of which nothing was captured goes to no one. */
	if (!cur_need(&u->payload, 1))
		return;
	pkt_next(pkt, CLAIM_UDP_PORT, u->srcport, u->payload);
	pkt->next[pkt->nnext - 1].key2 = u->dstport;
}

/* The frame is done: count its datagrams where they belong in the end. */
static void finish_datagrams(struct dissection *d)
{
	struct packet *pkt = &d->pkt;
	for (unsigned i = 0; i < d->ndatagrams; i++) {
		const struct datagram *u = &d->datagrams[i];
		bool from_a;
		struct conversation *c =
			conv_get(d->conversations, CONV_UDP, u->src, u->srcport, u->dst, u->dstport, &from_a);
		if (!c)
			continue;
		struct conversation *owner = c->owner;
		if (owner != u->conversation->owner && owner->numbered)
			udp_moved(
				u->row, true, owner->stream, u->timed, pkt->time_ns - owner->stream_first_ns);
		else if (owner != u->conversation->owner && !owner->opener.frame) {
			udp_moved(u->row, false, 0, u->timed, 0);
			owner->opener.frame = pkt->number;
			owner->opener.layer = u->row->layer;
			owner->opener.time_ns = pkt->time_ns;
		}
		if (!u->in_error)
			conv_count(c, from_a, pkt->len, pkt->time_ns, pkt->number);
	}
}

/* The end of a segment that begins a message which does not come. */
static void unfinished(void *ctx, const struct stream_message *m)
{
	if (m->nparts && m->parts[0].tail)
		tcp_unfinished(ctx, &m->parts[0]);
}

void dissection_finish(struct dissection *d)
{
	d->pkt.fail = CUR_OK;
	streams_unfinished(d->streams, unfinished, &d->pkt);
	for (size_t i = 0; i < conv_total(d->conversations); i++) {
		struct conversation *c = conv_at(d->conversations, i);
		if (c->opener.frame) {
			conv_number(d->conversations, c);
			late_stream(&d->pkt, c, 0);
		}
	}
}

/* The fragment that completes a datagram goes on with the whole of it. */
static void take_fragment(struct dissection *d)
{
	struct packet *pkt = &d->pkt;
	struct fragment *f = &pkt->fragment;
	struct reassembled whole;
	if (!fragments_add(d->fragments, pkt, f, &whole)) {
		pkt_next_proto(pkt, &proto_data, f->data);
		return;
	}
	f->proto->reassembled(pkt, f, &whole);
	pkt_next(pkt, CLAIM_IP_PROTO, f->next_proto,
		(struct cursor) { whole.data, 0, whole.len, whole.len, &pkt->fail });
}

/* Is the layer carried by TCP? */
static bool over_tcp(const struct packet *pkt, int layer)
{
	for (; layer >= 0; layer = pkt->layers[layer].parent)
		if (pkt->layers[layer].proto == &proto_tcp || pkt->layers[layer].proto == &proto_udp)
			return pkt->layers[layer].proto == &proto_tcp;
	return false;
}

static void take_exchange(struct dissection *d, const struct exchange *e)
{
	struct packet *pkt = &d->pkt;
	const struct exchange_fields *x = e->proto->exchange;
	struct exchange_facts facts = { 0 };
	bool from_a;
	/* With ports the stream; else the pair of addresses, a conversation as well. */
	struct conversation *c =
		x->by_ports
			? conv_get(d->conversations, over_tcp(pkt, e->layer) ? CONV_TCP : CONV_UDP,
				  pkt->net_src, pkt->srcport, pkt->net_dst, pkt->dstport, &from_a)
			: conv_get(d->conversations, CONV_NONE, pkt->net_src, 0, pkt->net_dst, 0, &from_a);
	if (!c)
		return;
	exchange_take(d->exchanges, pkt, e, c->owner->index, &facts);
	if (facts.partner) {
		if (x->response_to != EXCHANGE_NO_FIELD)
			row_set(e->row, x->response_to, facts.partner);
		if (x->time != EXCHANGE_NO_FIELD) {
			if (e->row->record->fields[x->time].kind == KIND_DOUBLE)
				row_double(e->row, x->time, (double)facts.time_ns / 1e6);
			else
				row_set(e->row, x->time, facts.time_ns);
		}
		if (x->informs && e->response)
			info_add(pkt, " (request in %u)", facts.partner);
		if (facts.show_response && x->late_record != EXCHANGE_NO_FIELD) {
			uint8_t fail = pkt->fail;
			struct row *late = row_open_late(
				pkt, e->proto, x->late_record, facts.partner, facts.partner_layer);
			pkt->fail = CUR_OK; /* the request shows its response even when that is malformed */
			row_set(late, x->response_in, pkt->number);
			pkt->fail = fail;
		}
	} else if (e->response && !facts.repeat_of && x->unsolicited != EXCHANGE_NO_FIELD) {
		row_set(e->row, x->unsolicited, 1);
	}
	uint16_t repeat = e->response ? x->repeat_response : x->repeat_request;
	if (facts.repeat_of && repeat != EXCHANGE_NO_FIELD)
		row_set(e->row, repeat, facts.repeat_of);
}

static void take_bindings(struct dissection *d)
{
	struct packet *pkt = &d->pkt;
	bool clashed = false;
	for (unsigned i = 0; i < pkt->arp.n; i++) {
		const struct arp_binding *b = &pkt->arp.bindings[i];
		if (clashed && b->unless_clash)
			continue;
		struct binding_clash clash = bindings_take(
			d->bindings, b->ip, b->mac, pkt->number, pkt->time_ns, &d->dropped[CAP_BINDINGS]);
		if (clash.frame)
			arp_clash(pkt, clash.frame, clash.time_ns);
		clashed = clash.frame != 0;
	}
	pkt->arp.n = 0;
}

/* What the layer just dissected asked for. */
static void serve(struct dissection *d)
{
	struct packet *pkt = &d->pkt;
	bool from_a;
	for (unsigned i = 0; i < pkt->ncounts; i++)
		count(d, pkt->counts[i].type, pkt->counts[i].src, 0, pkt->counts[i].dst, 0, &from_a);
	pkt->ncounts = 0;
	if (pkt->arp.n)
		take_bindings(d);
	if (pkt->tcp.set) {
		take_segment(d);
		pkt->tcp.set = false;
	} else if (pkt->udp.set) {
		take_datagram(d);
		pkt->udp.set = false;
	} else if (pkt->fragment.set && !pkt->fail) {
		take_fragment(d);
	}
	pkt->fragment.set = false;
	for (unsigned i = 0; i < pkt->nexchanges; i++)
		take_exchange(d, &pkt->exchanges[i]);
	pkt->nexchanges = 0;
}

/* ---- one frame ---- */

static void finish_layers(struct packet *pkt)
{
	pkt->fail = CUR_OK;
	for (int i = pkt->nlayers - 1; i >= 0; i--) {
		struct layer *l = &pkt->layers[i];
		const struct layer *child = NULL;
		if (!l->finish)
			continue;
		for (int k = i + 1; k < pkt->nlayers && !child; k++)
			if (pkt->layers[k].parent == i)
				child = &pkt->layers[k];
		pkt->current = (int16_t)i;
		l->finish(pkt, l, child);
		pkt->fail = CUR_OK;
	}
}

/* The stack's id; a recent one is found without a look at the dictionary. */
static uint32_t stack_id(struct dissection *d)
{
	struct packet *pkt = &d->pkt;
	uintptr_t key = (uintptr_t)pkt->column ^ pkt->ntokens * UINT64_C(0x9e3779b97f4a7c15);
	if (pkt->ntokens)
		key ^= (uintptr_t)pkt->tokens[pkt->ntokens - 1] * UINT64_C(0xd6e8feb86659fd93);
	struct recent_stack *r = &d->recent[(key >> 32 ^ key >> 4) & (RECENT_STACKS - 1)];
	bool same = r->id && r->ntokens == pkt->ntokens && r->nitems == pkt->nitems &&
		    r->column == pkt->column &&
		    memcmp(r->tokens, pkt->tokens, pkt->ntokens * sizeof(*pkt->tokens)) == 0;
	for (unsigned i = 0; same && i < pkt->nitems; i++)
		same = r->items[i].proto == pkt->items[i].proto;
	if (same)
		return r->id;
	r->ntokens = pkt->ntokens;
	r->nitems = pkt->nitems;
	r->column = pkt->column;
	memcpy(r->tokens, pkt->tokens, pkt->ntokens * sizeof(*pkt->tokens));
	memcpy(r->items, pkt->items, pkt->nitems * sizeof(*pkt->items));
	r->id = dict_stack(pkt->dict, pkt->tokens, pkt->ntokens, pkt->items, pkt->nitems, pkt->column);
	return r->id;
}

/* What the tree and the Info column say of a frame that ends before its dissectors do. */
static void note_failure(struct packet *pkt)
{
	if (pkt->fail == CUR_CUT) {
		pkt_item(pkt, &proto_short, 0);
		info_add(pkt, "%s", "[Packet size limited during capture]");
	} else if (pkt->fragmented) {
		pkt_item(pkt, &proto_unreassembled, 0);
		info_add(pkt, "%s", "[BoundErrorUnreassembled Packet]");
	} else {
		pkt_item(pkt, &proto_malformed, 0);
		if (!pkt->info || !pkt->info->ended)
			info_add(pkt, "%s", "[Malformed Packet]");
	}
}

struct packet *dissect_frame(struct dissection *d, const struct dissect_input *in)
{
	struct packet *pkt = &d->pkt;
	pkt->data = in->data;
	pkt->cap_len = in->cap_len;
	pkt->offset = pkt->refer ? in->offset : 0;
	pkt->len = in->len;
	pkt->claimed = in->claimed ? in->claimed : in->len;
	pkt->time_ns = in->time_ns;
	pkt->number = in->number;
	pkt->frame_id = d->first_frame + in->number - 1;
	pkt->link_type = in->link_type;
	pkt->interface = in->interface;
	pkt->fcs_len = in->fcs_len;
	pkt->pseudo_len = in->pseudo_len;
	pkt->fail = CUR_OK;
	pkt->in_error = pkt->fragmented = pkt->radio.set = pkt->radio.swapped = false;
	pkt->ip_version = 0;
	pkt->vlan_id = 0;
	pkt->current = -1;
	pkt->nlayers = pkt->ntokens = pkt->nitems = pkt->nnext = pkt->nexchanges = 0;
	pkt->column = "";
	pkt->link_src = pkt->link_dst = pkt->net_src = pkt->net_dst = pkt->src = pkt->dst = 0;
	pkt->net_kind = 0;
	pkt->srcport = pkt->dstport = 0;
	pkt->conversation = NULL;
	pkt->may_want = 0;
	pkt->want.from = NULL;
	pkt->stream = false;
	pkt->nruns = 0;
	pkt->restarted = NULL;
	pkt->late.n = 0;
	d->ndatagrams = 0;
	rows_frame(pkt->rows);
	streams_frame(d->streams);
	pkt->ncounts = 0;
	pkt->tcp.set = pkt->udp.set = pkt->fragment.set = false;
	pkt->arp.n = 0;
	pkt_scratch_free(pkt);
	info_frame(pkt);
	if (pkt->tree)
		pkt->tree->n = 0;

	struct row *frame = frame_open(pkt, in);
	uint32_t len = in->len > in->cap_len ? in->len : in->cap_len;
	pkt_next(pkt, in->table ? in->table : CLAIM_LINKTYPE, in->table ? in->key : in->link_type,
		(struct cursor) { in->data, 0, in->cap_len, len, &pkt->fail });
	while (pkt->nnext) {
		struct next n = pkt->next[--pkt->nnext];
		unsigned first = pkt->nnext;
		if (n.kind == NEXT_SEGMENT)
			segment_step(d, n.key);
		else if (n.kind == NEXT_CONCLUDE)
			segment_conclude(d, n.key);
		else
			payload_dissect(pkt, &n);
		serve(d);
		/* A quoted packet ends where it was quoted: no fault of the frame's. */
		if (pkt->fail == CUR_BAD && pkt->in_error)
			pkt->fail = CUR_OK;
		if (pkt->fail) {
			/* The rest of the frame is not looked at: what was waiting hung below the layer that
			 * failed. */
			pkt->current = -1; /* wherever it failed, that stands at the top */
			note_failure(pkt);
			/* Unless a further message of a stream waits, perhaps behind the one that failed: it
			 * stands on its own. */
			for (unsigned i = first; i < pkt->nnext; i++)
				if (pkt->next[i].survives) {
					pkt->next[first++] = pkt->next[i];
					break;
				}
			while (first && !pkt->next[first - 1].survives)
				first--;
			pkt->nnext = (uint16_t)first;
			if (!first)
				break;
			pkt->fail = CUR_OK;
			continue;
		}
		/* Taken from the end: turn round what was added, so that the first comes first. */
		for (unsigned a = first, b = pkt->nnext; b > a + 1; a++) {
			struct next t = pkt->next[a];
			pkt->next[a] = pkt->next[--b];
			pkt->next[b] = t;
		}
	}
	pkt->nnext = 0;
	finish_layers(pkt);
	finish_datagrams(d);
	if (pkt->restarted)
		tcp_moved(pkt->restarted, pkt->conversation->stream);
	d->stack = stack_id(d);
	frame_close(frame, d->stack, pkt->src, pkt->dst);
	return pkt;
}
