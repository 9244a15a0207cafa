/* ONC RPC: the fields of a message. */
#ifndef PCAPDEX_DISSECTORS_RPC_FIELDS_H
#define PCAPDEX_DISSECTORS_RPC_FIELDS_H

#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_rpc;

enum {
	RPC_XID,
	RPC_MSGTYP,
	RPC_PROGRAM,
	RPC_PROGRAM_VERSION,
	RPC_PROCEDURE,
	RPC_VERSION,
	RPC_REPFRAME_TO,
	RPC_TIME,
	RPC_STATE_REPLY,
	RPC_STATE_ACCEPT,
	RPC_DUP_CALL,
	RPC_DUP_REPLY,
	/* part 1: credentials */
	RPC_STAMP,
	RPC_MACHINE,
	RPC_UID,
	RPC_GID,
	RPC_GSS_VERSION,
	RPC_GSS_PROCEDURE,
	RPC_GSS_SEQUENCE,
	RPC_GSS_SERVICE,
	/* part 2: record */
	RPC_LAST_FRAGMENT,
	RPC_FRAGMENT_LENGTH,
	/* part 3: errors */
	RPC_STATE_REJECT,
	RPC_STATE_AUTH,
	RPC_VERSION_MIN,
	RPC_VERSION_MAX,
	RPC_NFIELDS
};

enum { AUTH_FLAVOR, AUTH_LENGTH, AUTH_NFIELDS };
enum { LATE_REPLY_IN, LATE_NFIELDS };
enum { REC_LAYER, REC_AUTH, REC_LATE, REC_COUNT };

extern const struct record rpc_records[REC_COUNT];

#endif
