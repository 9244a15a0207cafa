/* Which requests and responses of SIP belong together. */
#ifndef PCAPDEX_DISSECTORS_SIP_CALL_H
#define PCAPDEX_DISSECTORS_SIP_CALL_H

#include "indexer/dissectors/line.h"
#include "indexer/packet.h"

#define SIP_CALLS 8 /* calls that a pair of ends has at a time, each way; the oldest is forgotten */

struct sip_calls {
	struct sip_call {
		uint64_t call;   /* digest of its Call-ID; 0: no entry */
		uint64_t method; /* digest of CSeq's method */
		uint32_t cseq;
		uint32_t frame; /* that carried the message first */
		int64_t time_ns;
		uint16_t code; /* of a response; 0: a request */
	} sent[2][SIP_CALLS];  /* the last message of each call that a side sent */
	uint8_t next[2];
};

struct sip_message {
	struct text call_id, method;
	bool has_cseq;
	uint32_t cseq;
	uint16_t code;
};

/* What is known of a message. */
struct sip_place {
	uint32_t resend_of; /* frame that carried the same message before */
	uint32_t request;   /* a response: frame of its request */
	int64_t request_ns;
};

struct sip_place sip_place(struct packet *pkt, struct sip_calls *calls, const struct sip_message *m);

#endif
