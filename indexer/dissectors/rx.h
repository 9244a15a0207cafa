/* Rx: what its files share. */
#ifndef PCAPDEX_DISSECTORS_RX_H
#define PCAPDEX_DISSECTORS_RX_H

#include "indexer/packet.h"

#define RX_CALLS 32

/* The calls of a conversation that were seen last. */
struct rx_flow {
	uint8_t next;
	struct rx_call {
		uint32_t cid, call, procedure;
		bool used;
	} calls[RX_CALLS];
};

/* The first octets of a request tell the procedure, which its reply does not. */
void rx_note_request(struct rx_flow *f, uint32_t cid, uint32_t call, const struct cursor *c);

/* The Info column of a call's data, "VLDB Reply: get-addrs-u (533)"; only where pkt->info is asked for. */
void rx_inform_call(
	struct packet *pkt, struct rx_flow *f, uint32_t cid, uint32_t call, bool reply, bool encrypted);

#endif
