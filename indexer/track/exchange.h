/* Requests and their responses: matched by protocol, conversation and a key that both carry (a DNS id, an
 * ICMP identifier and sequence number). */
#ifndef PCAPDEX_TRACK_EXCHANGE_H
#define PCAPDEX_TRACK_EXCHANGE_H

#include "indexer/packet.h"

struct exchanges;

struct exchange_facts {
	uint32_t partner; /* the request frame of its first response; 0 none */
	uint16_t partner_layer;
	int64_t time_ns;    /* response minus request */
	uint32_t repeat_of; /* first frame of this repeated request or response; 0 none */
	bool show_response; /* the request's row gets a response_in: it was not malformed */
};

struct exchanges *exchanges_new(void);
void exchanges_free(struct exchanges *all);

/* Take a request or a response. `conversation` tells conversations apart: any number that both directions
 * share. Memory is bounded: beyond EXCHANGES_MAX open keys the oldest is forgotten, which
 * pkt->dropped[CAP_EXCHANGES] counts when no response had come for it. */
#define EXCHANGES_MAX (1u << 18)
void exchange_take(struct exchanges *all, const struct packet *pkt, const struct exchange *e,
	uint64_t conversation, struct exchange_facts *facts);

#endif
