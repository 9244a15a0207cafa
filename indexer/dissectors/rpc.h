/* ONC RPC: the programs that are known. */
#ifndef PCAPDEX_DISSECTORS_RPC_H
#define PCAPDEX_DISSECTORS_RPC_H

#include "indexer/packet.h"

#define RPC_VERSIONS 4

struct rpc_program {
	uint32_t number;
	struct protocol protocol;
	uint8_t procedures[RPC_VERSIONS]; /* of versions 1 to 4: the highest number; 0 no such version */
};

/* The program, or NULL. */
const struct rpc_program *rpc_program(uint32_t number);

/* Has this version the procedure? Number 0 does nothing and has neither arguments nor results. */
bool rpc_has_procedure(const struct rpc_program *p, uint32_t version, uint32_t procedure);

/* The name of a procedure, `*len` characters of it; NULL unknown. */
const char *rpc_procedure_name(uint32_t program, uint32_t version, uint32_t procedure, int *len);

/* A call that was seen, as a reply needs it. */
struct rpc_call {
	uint32_t xid, program, version, procedure;
	uint32_t frame;       /* of the first call with this number */
	uint8_t gss, service; /* credentials were RPCSEC_GSS: its procedure + 1, and service */
	uint8_t asked;        /* what NFS was asked to check, of ACCESS */
	bool used;
};

/* What NFS, mount and portmap say in the Info column of arguments or results that begin at `c`. Only where
 * pkt->info is asked for. */
void rpc_inform_arguments(struct packet *pkt, const struct rpc_call *call, bool reply, struct cursor c);

/* The rights that a call of NFS asks to be checked, for `asked` of struct rpc_call; 0 where it is none. */
uint8_t rpc_asked_rights(const struct rpc_call *call, const struct cursor *arguments);
#endif
