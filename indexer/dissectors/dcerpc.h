/* DCE/RPC: what its files share, and what others hand to it. */
#ifndef PCAPDEX_DISSECTORS_DCERPC_H
#define PCAPDEX_DISSECTORS_DCERPC_H

#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_dcerpc;

/* What is written to or read from a named pipe: DCE/RPC, or data. `salt` tells the pipe from others of the
 * same conversation. */
void dcerpc_pipe(struct packet *pkt, struct cursor data, uint64_t salt, bool smb2);

/* Do the octets begin a message over a connection? */
bool dcerpc_begins(const struct cursor *c);

/* ---- for dcerpc*.c ---- */

enum {
	RPC_VER,
	RPC_VER_MINOR,
	RPC_PKT_TYPE,
	RPC_DREP,
	RPC_BYTEORDER,
	RPC_CHARACTER,
	RPC_FP,
	RPC_OPNUM,
	RPC_REQUEST_IN,
	RPC_TIME,
	/* part 1: over a connection */
	RPC_CN_FLAGS,
	RPC_CN_FRAG_LEN,
	RPC_CN_AUTH_LEN,
	RPC_CN_CALL_ID,
	RPC_CN_ALLOC_HINT,
	RPC_CN_CANCEL_COUNT,
	RPC_CN_STATUS,
	RPC_CN_FIRST_FRAG,
	RPC_CN_LAST_FRAG,
	RPC_CN_CTX_ID,
	RPC_OBJECT,
	/* part 2: binding */
	RPC_CN_MAX_XMIT,
	RPC_CN_MAX_RECV,
	RPC_CN_ASSOC_GROUP,
	RPC_CN_NUM_CTX,
	RPC_CN_NUM_RESULTS,
	RPC_CN_SEC_ADDR,
	RPC_CN_REJECT_REASON,
	/* part 3: authentication */
	RPC_AUTH_TYPE,
	RPC_AUTH_LEVEL,
	RPC_AUTH_PAD_LEN,
	RPC_AUTH_CTX_ID,
	/* part 4: datagrams */
	RPC_DG_FLAGS1,
	RPC_DG_FLAGS2,
	RPC_DG_IF_ID,
	RPC_DG_ACT_ID,
	RPC_DG_IF_VER,
	RPC_DG_SEQNUM,
	RPC_DG_FRAG_LEN,
	RPC_DG_FRAG_NUM,
	RPC_DG_AUTH_PROTO,
	RPC_NFIELDS
};

enum { CTX_ID, CTX_UUID, CTX_VER, CTX_VER_MINOR, CTX_NFIELDS };
enum { ACK_RESULT, ACK_REASON, ACK_TRANS_ID, ACK_NFIELDS };
enum { RPC_LATE_RESPONSE_IN, RPC_LATE_NFIELDS };
enum { RPC_REC_LAYER, RPC_REC_CTX, RPC_REC_ACK, RPC_REC_LATE, RPC_REC_COUNT };

extern const struct record dcerpc_records[RPC_REC_COUNT];

/* Interfaces by their identifier; the version makes none of its own. Number 0 is no known one. */
uint8_t dcerpc_interface(const uint8_t uuid[16], bool little_endian);
const struct protocol *dcerpc_interface_protocol(uint8_t number);

/* Which of the octets of an identifier stand at which place. */
enum { UUID = 16 };

/* The name of an interface's operation, `*len` characters of it; NULL unknown. */
const char *dcerpc_operation(uint8_t interface, uint16_t operation, int *len);

/* For the Info column; only where pkt->info is asked for. How a message begins: "Bind: call_id: 2, Fragment:
 * Single"; */
void dcerpc_inform(struct packet *pkt, uint32_t type, uint32_t call_id, bool first, bool last);
/* an identifier, or the name of its interface; */
void dcerpc_inform_interface(struct packet *pkt, const uint8_t uuid[16], bool little_endian);
/* the result of one context; */
void dcerpc_inform_result(struct packet *pkt, bool first, uint32_t result);
/* and an operation in place of all that: "EnumKey request". */
void dcerpc_inform_operation(struct packet *pkt, uint8_t interface, uint16_t operation, bool response);

/* The head of a datagram, and what became of its body. */
struct dcerpc_datagram {
	uint8_t type, interface;
	const uint8_t *uuid; /* of the interface, as it stands there */
	bool little_endian, handed_on, fragment;
	uint32_t version, sequence;
	uint16_t operation, len, number, serial; /* number: of the fragment */
	const uint8_t *body;
	uint32_t cap; /* of the body */
};
void dcerpc_inform_datagram(struct packet *pkt, const struct dcerpc_datagram *d);

enum verdict dcerpc_datagram(struct packet *pkt, struct cursor *c);

#endif
