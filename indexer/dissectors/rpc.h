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

#endif
