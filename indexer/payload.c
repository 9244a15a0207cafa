/* Who gets a payload: claims, ports, heuristics; data at the end. */
#include <strings.h>

#include "indexer/conversation.h"
#include "indexer/dissectors/pseudo.h"
#include "indexer/loop.h"
#include "indexer/registry.h"

extern const struct protocol proto_eth;

/* ---- one dissector ---- */

/* Does a layer hang below UDP? */
static bool below_udp(const struct packet *pkt, int layer)
{
	while (layer >= 0 && pkt->layers[layer].proto != &proto_udp)
		layer = pkt->layers[layer].parent;
	return layer >= 0;
}

#define NOT_YET 2 /* verdict: the message is not all there */

/* One message of a protocol whose messages tell their lengths. The rest waits for its turn: the message may
 * have payloads to be dissected before. */
static enum verdict take_message(
	struct packet *pkt, const struct protocol *proto, struct cursor *c, bool first)
{
	const struct pdu *pdu = proto->pdu;
	if (first && pdu->test && !pdu->test(pkt, c))
		return NOT_MINE;
	if (pkt->may_want && c->cap < pdu->min) {
		pkt_want(pkt, 0, WANT_SEGMENT);
		return MINE;
	}
	if (!cur_need(c, pdu->min))
		return MINE;
	uint32_t len = pdu->length(pkt, c);
	if (pkt->fail)
		return MINE;
	if (len == 0) {
		pkt_want(pkt, 0, WANT_SEGMENT);
		return MINE;
	}
	if (len < pdu->min) {
		pkt->fail = CUR_BAD;
		return MINE;
	}
	if (pkt->may_want && c->cap < len) {
		pkt_want(pkt, 0, len - c->cap);
		return MINE;
	}
	if (!pdu->unmeasured)
		tcp_pdu(pkt, len);
	/* By its own account, even where that is more than there is. */
	struct cursor message = { c->data, 0, c->cap < len ? c->cap : len, len, c->fail };
	if (pkt->layers[pkt->current].item >= 0 && proto->item_len == 0)
		pkt_item_len(pkt, len);
	pkt_layer(pkt)->len = pkt_layer(pkt)->trim = len;
	pkt_layer(pkt)->cap = message.cap;
	(pdu->dissect ? pdu->dissect : proto->dissect)(pkt, &message);
	struct cursor rest = *c;
	cur_skip(&rest, len);
	if (rest.pos < rest.cap)
		pkt_again(pkt, cur_rest(&rest));
	return MINE;
}

/* Give the payload to one protocol. False when it rejects. */
static bool try_protocol(struct packet *pkt, const struct protocol *proto, const struct next *n)
{
	if (pkt->nlayers == PACKET_LAYERS_MAX || pkt->ntokens == PACKET_TOKENS_MAX) {
		pkt->dropped[CAP_LAYERS]++;
		return true;
	}
	uint16_t ntokens = pkt->ntokens, nitems = pkt->nitems, nlayers = pkt->nlayers, nnext = pkt->nnext;
	const char *column = pkt->column;
	size_t nrows = pkt->rows->nopened;
	enum verdict verdict = MINE;
	struct cursor c = n->cursor;
	struct layer *l = &pkt->layers[pkt->nlayers];

	info_save(pkt, INFO_TRY);
	*l = (struct layer) { .proto = proto,
		.data = c.data,
		.len = c.len,
		.cap = c.cap,
		.trim = c.len,
		.parent = n->parent,
		.again = n->kind == NEXT_MESSAGE,
		.item = -1 };
	if (n->kind != NEXT_MESSAGE && !proto->no_token)
		pkt->tokens[pkt->ntokens++] = proto->as ? proto->as : proto;
	/* What an ICMP error quotes hangs below the ICMP item; only the payload of its UDP stands at
	 * the top again. An item for which nothing was captured is not made. */
	if (n->parent >= 0) {
		const struct layer *parent = &pkt->layers[n->parent];
		l->hangs = n->nested;
		l->nested = (n->nested || parent->nested) && parent->proto != &proto_udp &&
			    parent->proto != &proto_tcp;
	}
	if (!proto->no_item && !l->nested && pkt->nitems < PACKET_ITEMS_MAX &&
		(!pkt->in_error || below_udp(pkt, n->parent)) &&
		c.cap >= (proto->item_min ? proto->item_min : 1)) {
		l->item = (int16_t)pkt->nitems;
		pkt->items[pkt->nitems++] = (struct item) { proto->as ? proto->as : proto,
			proto->item_len ? (uint32_t)proto->item_len : c.len };
	}
	if (proto->column && !pkt->in_error)
		pkt->column = proto->column;
	l->media = pkt->media;
	l->media_len = pkt->media_len;
	pkt->current = (int16_t)pkt->nlayers++;
	if (proto->info)
		info_set(pkt, "%s", proto->info);
	pkt->stream = n->stream;
	pkt->may_want = n->may_want;
	if (n->stream && proto->pdu)
		verdict = take_message(pkt, proto, &c, n->kind != NEXT_MESSAGE);
	else if (proto->dissect)
		verdict = proto->dissect(pkt, &c);
	/* Of what has a name only, over IP, and hands nothing on, all would have been shown. */
	if (verdict == MINE && !proto->id && !proto->dissect && !proto->as && !proto->no_token &&
		pkt->net_kind && pkt->nnext == nnext && !pkt->want.from)
		cur_need_at(&n->cursor, 0, n->cursor.len);
	/* A message that is not all there has no layer yet. */
	if (verdict == MINE && !pkt->fail && pkt->want.from == c.data && pkt->want.from &&
		n->kind == NEXT_MESSAGE)
		verdict = NOT_YET;
	if (verdict == MINE)
		return true;
	rows_take_back(pkt->rows, nrows);
	pkt->ntokens = ntokens;
	pkt->nitems = nitems;
	pkt->nlayers = nlayers;
	pkt->nnext = nnext;
	pkt->nexchanges = 0;
	pkt->column = column;
	info_restore(pkt, INFO_TRY);
	pkt->current = n->parent;
	pkt->fail = CUR_OK;
	if (verdict == NOT_MINE)
		pkt->want.from = NULL;
	return verdict == NOT_YET;
}

/* Heuristics in their order. False when nobody takes it. */
static bool ask_heuristics(struct packet *pkt, enum claim_table table, const struct next *n)
{
	size_t count;
	const struct protocol *const *list = registry_heuristics(table, &count);
	for (size_t i = 0; i < count; i++) {
		if (list[i]->heuristic && !list[i]->heuristic(pkt, &n->cursor))
			continue;
		if (try_protocol(pkt, list[i], n))
			return true;
	}
	return false;
}

/* The same, data at the end. */
static void try_heuristics(struct packet *pkt, enum claim_table table, const struct next *n)
{
	if (!ask_heuristics(pkt, table, n))
		try_protocol(pkt, &proto_data, n);
}

/* The payload of UDP, TCP or SCTP: what the conversation is known to speak, the server's port (TCP), the
 * lower port, the higher one; port 0 is nobody's. */
static void try_ports(
	struct packet *pkt, enum claim_table ports, enum claim_table heuristics, const struct next *n)
{
	uint32_t low = n->key < n->key2 ? n->key : n->key2, high = n->key < n->key2 ? n->key2 : n->key;
	const struct protocol *p;
	const struct conversation *c = ports == CLAIM_SCTP_PORT || n->behind ? NULL : pkt->conversation;
	if (c &&
		(p = conv_speaks(
			 pkt->conversations, c, pkt->net_src, pkt->srcport, pkt->net_dst, pkt->dstport)) &&
		try_protocol(pkt, p, n))
		return;
	if (c && c->server_port && (p = registry_find(ports, c->server_port)) && try_protocol(pkt, p, n))
		return;
	if (low && (p = registry_find(ports, low)) && try_protocol(pkt, p, n))
		return;
	if (high && high != low && (p = registry_find(ports, high)) && try_protocol(pkt, p, n))
		return;
	try_heuristics(pkt, heuristics, n);
}

/* Is the next header one that IPv6 reads on through? Not those that end the chain: ESP, HIP. */
static bool is_extension(uint32_t header)
{
	return header == 0 || header == 43 || header == 44 || header == 51 || header == 60 || header == 135 ||
	       header == 140;
}

/* A user message of SCTP: by its payload protocol, then by ports. */
static void try_sctp(struct packet *pkt, const struct next *n)
{
	struct next ports = *n;
	const struct protocol *p = registry_find(CLAIM_SCTP_PPI, n->key);
	if (p && try_protocol(pkt, p, n))
		return;
	ports.key = pkt->srcport;
	ports.key2 = pkt->dstport;
	try_ports(pkt, CLAIM_SCTP_PORT, CLAIM_NONE, &ports);
}

/* A body: by its media type, then by what it looks like. */
static void try_media(struct packet *pkt, const struct next *n)
{
	static const char multipart[] = "multipart/";
	const struct protocol *p = registry_media(n->media, n->media_len);
	if (!p && n->media_len >= sizeof(multipart) - 1 &&
		strncasecmp(n->media, multipart, sizeof(multipart) - 1) == 0)
		p = registry_media(multipart, sizeof(multipart) - 1);
	if (p && try_protocol(pkt, p, n))
		return;
	if (p && n->told)
		row_set(n->told, n->told_field, 1);
	if (n->heuristics && ask_heuristics(pkt, n->heuristics, n))
		return;
	if (!n->direct)
		return;
	struct next last = *n;
	last.nested |= n->direct == &proto_data;
	try_protocol(pkt, n->direct, &last);
}

void payload_dissect(struct packet *pkt, const struct next *n)
{
	const struct protocol *p;
	pkt->current = n->parent;
	pkt->media = n->media;
	pkt->media_len = n->media_len;
	if (n->kind == NEXT_MESSAGE) {
		try_protocol(pkt, n->direct, n);
		return;
	}
	switch (n->table) {
	case CLAIM_NONE:
		if (!try_protocol(pkt, n->direct, n))
			try_protocol(pkt, &proto_data, n);
		return;
	case CLAIM_UDP_PORT:
		try_ports(pkt, CLAIM_UDP_PORT, CLAIM_HEUR_UDP, n);
		return;
	case CLAIM_SCTP_PPI:
		try_sctp(pkt, n);
		return;
	case CLAIM_MEDIA_TYPE:
		try_media(pkt, n);
		return;
	case CLAIM_TCP_PORT:
		try_ports(pkt, CLAIM_TCP_PORT, CLAIM_HEUR_TCP, n);
		return;
	case CLAIM_HEUR_STUN:
	case CLAIM_HEUR_COTP:
		try_heuristics(pkt, n->table, n);
		return;
	case CLAIM_LINKTYPE: /* also of a frame inside another capture's record */
		pkt->link_type = (uint16_t)n->key;
		break;
	case CLAIM_ETHERTYPE:
		pkt_token(pkt, &proto_ethertype);
		break;
	case CLAIM_IP_PROTO:
		/* An IPv6 packet counts once its extension headers are behind it: a fragment that completes
		 * nothing, or a chain that is cut, does not. */
		if (pkt->net_kind == KIND_IPV6 && !is_extension(n->key))
			pkt_count(pkt, CONV_IPV6, pkt->net_src, pkt->header_dst);
		break;
	default:
		break;
	}
	p = registry_find(n->table, n->key);
	if (p && try_protocol(pkt, p, n))
		return;
	if (n->table == CLAIM_ETHERTYPE || n->table == CLAIM_PPP || n->table == CLAIM_CHDLC)
		pkt_column_number(pkt, n->key);
	else if (n->table == CLAIM_LINKTYPE)
		pkt->column = "UNKNOWN";
	if (n->table == CLAIM_ETHERTYPE && n->parent >= 0 && pkt->layers[n->parent].proto == &proto_eth)
		info_set(pkt, "Ethernet II");
	bool taken = n->cursor.len && try_protocol(pkt, &proto_data, n);
	if (!taken && n->table == CLAIM_ETHERTYPE)
		pkt->ntokens--; /* the look-up found nothing to be done */
}
