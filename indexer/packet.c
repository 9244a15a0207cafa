#include "indexer/packet.h"

#include <stdlib.h>

#include "indexer/conversation.h"

static struct next *next_add(struct packet *pkt, struct cursor payload)
{
	if (pkt->nnext == PACKET_NEXT_MAX) {
		pkt->dropped[CAP_NEXT]++;
		return NULL;
	}
	struct next *n = &pkt->next[pkt->nnext++];
	*n = (struct next) { .kind = NEXT_PAYLOAD, .cursor = payload, .parent = pkt->current };
	n->nested = pkt->current >= 0 && pkt_layer(pkt)->nests;
	/* What hangs below a message may not ask for more: its layer has the whole of it. */
	n->may_want = pkt->may_want ? pkt->may_want - 1 : 0;
	return n;
}

/* Link layers call the claimant even where nothing is left for it: its header is missing then. */
static bool takes_empty(enum claim_table table)
{
	switch (table) {
	case CLAIM_LINKTYPE:
	case CLAIM_ETHERTYPE:
	case CLAIM_ETHERTYPE_BARE:
	case CLAIM_SNAP:
	case CLAIM_PPP:
	case CLAIM_GRE:
		return true;
	default:
		return false;
	}
}

void pkt_next(struct packet *pkt, enum claim_table table, uint32_t key, struct cursor payload)
{
	struct next *n = payload.len || takes_empty(table) ? next_add(pkt, payload) : NULL;
	if (n) {
		n->table = table;
		n->key = key;
	}
}

void pkt_next_proto(struct packet *pkt, const struct protocol *proto, struct cursor payload)
{
	if (payload.len)
		pkt_next_always(pkt, proto, payload);
}

void pkt_next_always(struct packet *pkt, const struct protocol *proto, struct cursor payload)
{
	struct next *n = next_add(pkt, payload);
	if (n) {
		n->table = CLAIM_NONE;
		n->direct = proto;
	}
}

void pkt_next_header(struct packet *pkt, uint32_t ip_proto, struct cursor payload)
{
	struct next *n = next_add(pkt, payload);
	if (n) {
		n->table = CLAIM_IP_PROTO;
		n->key = ip_proto;
	}
}

void pkt_next_media(struct packet *pkt, struct cursor payload, const char *value, size_t len,
	enum claim_table heuristics, const struct protocol *otherwise)
{
	struct next *n = payload.len ? next_add(pkt, payload) : NULL;
	if (!n)
		return;
	n->table = CLAIM_MEDIA_TYPE;
	n->media = value;
	n->media_len = (uint32_t)len;
	n->heuristics = heuristics;
	n->direct = otherwise;
}

void pkt_media_refused(struct packet *pkt, struct row *row, unsigned field)
{
	struct next *n = pkt->nnext ? &pkt->next[pkt->nnext - 1] : NULL;
	if (n && n->parent == pkt->current && n->table == CLAIM_MEDIA_TYPE) {
		n->told = row;
		n->told_field = (uint16_t)field;
	}
}

void pkt_below(struct packet *pkt)
{
	if (pkt->nnext && pkt->next[pkt->nnext - 1].parent == pkt->current)
		pkt->next[pkt->nnext - 1].nested = true;
}

void pkt_trim(struct packet *pkt, uint32_t len)
{
	struct layer *l = pkt_layer(pkt);
	if (len < l->trim)
		l->trim = len;
}

void pkt_item_len(struct packet *pkt, uint32_t len)
{
	struct layer *l = pkt_layer(pkt);
	if (l->item >= 0)
		pkt->items[l->item].len = len;
}

void pkt_nest(struct packet *pkt, bool below)
{
	pkt_layer(pkt)->nests = below;
}

void pkt_on_finish(struct packet *pkt, uint32_t mark,
	void (*finish)(struct packet *, struct layer *, const struct layer *child))
{
	struct layer *l = pkt_layer(pkt);
	l->finish = finish;
	l->mark = mark;
}

void pkt_token(struct packet *pkt, const struct protocol *proto)
{
	if (pkt->ntokens < PACKET_TOKENS_MAX)
		pkt->tokens[pkt->ntokens++] = proto;
}

void pkt_item(struct packet *pkt, const struct protocol *proto, uint32_t len)
{
	if (pkt->nitems < PACKET_ITEMS_MAX && (pkt->current < 0 || !pkt_layer(pkt)->nested))
		pkt->items[pkt->nitems++] = (struct item) { proto, len };
}

void pkt_late_item(struct packet *pkt, const struct protocol *proto, const bool *comes)
{
	uint16_t at = pkt->nitems;
	struct late_items *late = &pkt->late;
	pkt_item(pkt, proto, 0);
	if (pkt->nitems == at)
		return;
	if (!late->n)
		*late = (struct late_items) { comes, at, 1 };
	else if (late->first + late->n == at)
		late->n++;
}

void pkt_no_item(struct packet *pkt)
{
	struct layer *l = pkt_layer(pkt);
	if (l->item >= 0 && l->item == pkt->nitems - 1)
		pkt->nitems--;
	l->item = -1;
}

void pkt_silent(struct packet *pkt)
{
	struct layer *l = pkt_layer(pkt);
	pkt_no_item(pkt);
	const struct protocol *shown = l->proto->as ? l->proto->as : l->proto;
	if (!l->again && pkt->ntokens && pkt->tokens[pkt->ntokens - 1] == shown)
		pkt->ntokens--;
}

void pkt_one_token(struct packet *pkt)
{
	if (pkt->ntokens > 1 && pkt->tokens[pkt->ntokens - 1] == pkt->tokens[pkt->ntokens - 2])
		pkt->ntokens--;
}

void pkt_column_append(struct packet *pkt, const char *text)
{
	char both[64];
	size_t old = strlen(pkt->column), more = strlen(text), len;
	uint8_t kind;
	if (pkt->in_error || old + more > sizeof(both))
		return;
	memcpy(both, pkt->column, old);
	memcpy(both + old, text, more);
	uint32_t id = dict_intern(pkt->dict, DICT_TEXT, 0, both, old + more);
	if (id)
		pkt->column = dict_get(pkt->dict, DICT_TEXT, id, &kind, &len);
}

void pkt_column_number(struct packet *pkt, uint32_t number)
{
	static const char digits[] = "0123456789abcdef";
	char text[7] = { '0', 'x', digits[number >> 12 & 15], digits[number >> 8 & 15],
		digits[number >> 4 & 15], digits[number & 15], 0 };
	uint8_t kind;
	size_t len;
	/* Stacks hold the column by its address: the dictionary gives one that stays. */
	uint32_t id = pkt->in_error ? 0 : dict_intern(pkt->dict, DICT_TEXT, 0, text, sizeof(text) - 1);
	if (id)
		pkt->column = dict_get(pkt->dict, DICT_TEXT, id, &kind, &len);
}

void pkt_exchange(
	struct packet *pkt, const struct protocol *proto, struct row *row, uint64_t key, bool response)
{
	if (pkt->fail || pkt->in_error)
		return;
	if (pkt->nexchanges == PACKET_EXCHANGES_MAX) {
		pkt->dropped[CAP_EXCHANGES]++;
		return;
	}
	pkt->exchanges[pkt->nexchanges++] = (struct exchange) { proto, row, key, response, pkt->current };
}

void pkt_want(struct packet *pkt, uint32_t at, uint32_t more)
{
	if (pkt->may_want && !pkt->fail)
		pkt->want = (struct want) { pkt_layer(pkt)->data + at, more };
}

void pkt_again(struct packet *pkt, struct cursor rest)
{
	struct next *n = rest.len ? next_add(pkt, rest) : NULL;
	if (!n)
		return;
	n->kind = NEXT_MESSAGE;
	n->direct = pkt_layer(pkt)->proto;
	n->parent = pkt_layer(pkt)->parent;
	n->survives = true;
	n->stream = pkt->stream;
	n->may_want = pkt->may_want;
}

void pkt_next_stream(struct packet *pkt, const struct protocol *proto, struct cursor payload)
{
	struct next *n = payload.len ? next_add(pkt, payload) : NULL;
	if (!n)
		return;
	n->direct = proto;
	n->stream = pkt->stream;
	n->may_want = pkt->may_want;
}

void pkt_next_ports(struct packet *pkt, uint16_t port, uint16_t other_port, struct cursor payload)
{
	struct next *n = payload.len ? next_add(pkt, payload) : NULL;
	if (!n)
		return;
	n->table = CLAIM_TCP_PORT;
	n->behind = true;
	n->key = port;
	n->key2 = other_port;
	n->stream = pkt->stream;
	n->may_want = pkt->may_want;
}

void *pkt_state(struct packet *pkt, const struct protocol *proto, uint32_t a, uint32_t b)
{
	bool from_a;
	struct conversation *c = conv_get(pkt->conversations, CONV_NONE, a, proto->id, b, proto->id, &from_a);
	return c ? conv_flow(c, proto) : NULL;
}

void *pkt_flow(struct packet *pkt, const struct protocol *proto)
{
	return pkt->conversation ? conv_flow(pkt->conversation, proto) : NULL;
}

uint8_t *pkt_kept(struct packet *pkt, const struct protocol *proto, uint32_t key, uint32_t *len)
{
	*len = 0;
	return pkt->conversation ? conv_kept(pkt->conversation, proto, key, len) : NULL;
}

uint8_t *pkt_keep(struct packet *pkt, const struct protocol *proto, uint32_t key, uint32_t len)
{
	uint32_t before;
	uint8_t *octets = NULL;
	if (!pkt->conversation)
		return NULL;
	pkt_kept(pkt, proto, key, &before);
	if (len <= KEPT_MAX && pkt->kept - before + len <= KEPT_TOTAL_MAX)
		octets = conv_keep(pkt->conversation, proto, key, len);
	if (!octets) {
		pkt->dropped[CAP_STREAM_BYTES]++;
		pkt_forget(pkt, proto, key);
		return NULL;
	}
	pkt->kept = pkt->kept - before + len;
	return octets;
}

void pkt_forget(struct packet *pkt, const struct protocol *proto, uint32_t key)
{
	if (pkt->conversation)
		pkt->kept -= conv_forget(pkt->conversation, proto, key, &pkt->forgotten);
}

void *pkt_capture_flow(struct packet *pkt, const struct protocol *key)
{
	return pkt->capture ? conv_flow(pkt->capture, key) : NULL;
}

void pkt_speak(struct packet *pkt, const struct protocol *proto)
{
	/* Only what stands directly in TCP or UDP tells: a tunnel does not speak what is in it. */
	const struct layer *l = pkt_layer(pkt);
	if (!l->row || (l->row != pkt->tcp.row && l->row != pkt->udp.row))
		l = l->parent < 0 ? l : &pkt->layers[l->parent];
	if (pkt->conversation && l->row && (l->row == pkt->tcp.row || l->row == pkt->udp.row))
		pkt->conversation->owner->dissector = proto;
}

void *pkt_expect(struct packet *pkt, const struct protocol *proto, const struct expected *e)
{
	if (pkt->in_error || pkt->fail || !e->address || !e->port)
		return NULL;
	struct conversation *c =
		conv_open(pkt->conversations, e, pkt->number, proto, &pkt->dropped[CAP_EXPECTED]);
	return c && proto && proto->flow_size ? conv_flow(c, proto) : NULL;
}

void pkt_restart(struct packet *pkt)
{
	struct conversation *old = pkt->conversation;
	const struct tcp_segment *s = &pkt->tcp;
	if (pkt->in_error || pkt->fail || !old || old->type != CONV_TCP || !s->whole)
		return;
	struct conversation *fresh =
		conv_renew(pkt->conversations, CONV_TCP, pkt->net_src, s->srcport, pkt->net_dst, s->dstport);
	if (!fresh)
		return;
	conv_uncount(old, pkt->from_a, pkt->len, s->last_ns, s->last_frame);
	conv_count(fresh, true, pkt->len, pkt->time_ns, pkt->number);
	pkt->restarted = s->row;
	pkt->conversation = fresh;
	pkt->from_a = true;
}

void *pkt_announced(struct packet *pkt, const struct protocol *proto)
{
	struct conversation *c = pkt->conversation
					 ? conv_announced(pkt->conversations, pkt->conversation->type,
						   pkt->net_dst, pkt->dstport, pkt->net_src, pkt->srcport)
					 : NULL;
	return c ? conv_flow(c, proto) : NULL;
}

bool pkt_spoken(const struct packet *pkt, const struct protocol *proto)
{
	return pkt->conversation && conv_speaks(pkt->conversations, pkt->conversation, pkt->net_src,
					    pkt->srcport, pkt->net_dst, pkt->dstport) == proto;
}

uint32_t pkt_address(struct packet *pkt, enum kind kind, const uint8_t *octets)
{
	return dict_address(pkt->dict, (uint8_t)kind, octets, kind == KIND_IPV6 ? 16 : 4);
}

static uint32_t shown_address(struct packet *pkt, const char *text)
{
	return *text ? dict_intern(pkt->dict, DICT_ADDRESS, KIND_TEXT, text, strlen(text)) : 0;
}

void pkt_show_addresses(struct packet *pkt, const char *src, const char *dst)
{
	if (pkt->in_error)
		return;
	if (src)
		pkt->src = shown_address(pkt, src);
	if (dst)
		pkt->dst = shown_address(pkt, dst);
}

void pkt_no_addresses(struct packet *pkt)
{
	pkt_show_addresses(pkt, pkt->src ? NULL : "N/A", pkt->dst ? NULL : "N/A");
}

void pkt_count(struct packet *pkt, enum conversation_type type, uint32_t src, uint32_t dst)
{
	if (pkt->in_error || pkt->ncounts == sizeof(pkt->counts) / sizeof(*pkt->counts))
		return;
	pkt->counts[pkt->ncounts].type = (uint8_t)type;
	pkt->counts[pkt->ncounts].src = src;
	pkt->counts[pkt->ncounts++].dst = dst;
}

/* ---- octets that are not in the frame ---- */

struct scratch {
	struct scratch *older;
	size_t size;
	uint8_t octets[];
};

uint8_t *pkt_scratch(struct packet *pkt, size_t n)
{
	struct scratch *s = NULL;
	if (n <= SCRATCH_MAX - pkt->scratch_used)
		s = malloc(sizeof(*s) + n);
	if (!s) {
		pkt->dropped[CAP_SCRATCH]++;
		return NULL;
	}
	s->older = pkt->scratch;
	s->size = n;
	pkt->scratch = s;
	pkt->scratch_used += n;
	return s->octets;
}

uint8_t *pkt_scratch_resize(struct packet *pkt, uint8_t *at, size_t n)
{
	struct scratch *s = pkt->scratch;
	size_t others = pkt->scratch_used - s->size;
	if (at != s->octets)
		return NULL;
	s = n <= SCRATCH_MAX - others ? realloc(s, sizeof(*s) + n) : NULL;
	if (!s) {
		pkt->dropped[CAP_SCRATCH]++;
		return NULL;
	}
	s->size = n;
	pkt->scratch = s;
	pkt->scratch_used = others + n;
	return s->octets;
}

void pkt_scratch_free(struct packet *pkt)
{
	conv_kept_free(pkt->forgotten);
	pkt->forgotten = NULL;
	while (pkt->scratch) {
		struct scratch *s = pkt->scratch;
		pkt->scratch = s->older;
		free(s);
	}
	pkt->scratch_used = 0;
}

/* ---- octets of several messages ---- */

bool pkt_gather(struct packet *pkt, const struct protocol *proto, struct cursor part)
{
	struct gathered *g =
		pkt->conversation ? conv_gathered(pkt->conversation, proto, pkt_side(pkt)) : NULL;
	uint32_t n = cur_avail(&part);
	if (!g || n == 0)
		return g != NULL;
	if (n > g->size - g->n) {
		uint32_t size = g->size ? g->size : 4096;
		while (size < GATHER_MAX && size - g->n < n)
			size *= 2;
		uint8_t *octets = size - g->n < n || pkt->gathering + (size - g->size) > GATHER_TOTAL_MAX
					  ? NULL
					  : realloc(g->octets, size);
		if (!octets) {
			pkt->dropped[CAP_GATHERED]++;
			return false;
		}
		pkt->gathering += size - g->size;
		g->octets = octets;
		g->size = size;
	}
	memcpy(g->octets + g->n, part.data + part.pos, n);
	g->n += n;
	return true;
}

struct cursor pkt_gathered(struct packet *pkt, const struct protocol *proto)
{
	struct gathered *g =
		pkt->conversation ? conv_gathered(pkt->conversation, proto, pkt_side(pkt)) : NULL;
	uint8_t *octets = g && g->n ? pkt_scratch(pkt, g->n) : NULL;
	uint32_t n = octets ? g->n : 0;
	if (octets)
		memcpy(octets, g->octets, n);
	if (g) {
		free(g->octets);
		pkt->gathering -= g->size;
		*g = (struct gathered) { 0 };
	}
	return pkt_cursor(pkt, octets, n);
}
