/* ONC RPC: the fields of a message. */
#include "indexer/dissectors/rpc_fields.h"

static const struct value_name types[] = { { 0, "Call" }, { 1, "Reply" }, { 0, NULL } };
static const struct value_name flavors[] = { { 0, "AUTH_NULL" }, { 1, "AUTH_UNIX" }, { 2, "AUTH_SHORT" },
	{ 3, "AUTH_DES" }, { 5, "AUTH_GSS" }, { 6, "RPCSEC_GSS" }, { 300001, "AUTH_GSSAPI" }, { 0, NULL } };
static const struct value_name reply_states[] = { { 0, "accepted" }, { 1, "denied" }, { 0, NULL } };
static const struct value_name accept_states[] = { { 0, "RPC executed successfully" },
	{ 1, "remote hasn't exported program" }, { 2, "remote can't support version #" },
	{ 3, "program can't support procedure" }, { 4, "procedure can't decode params" },
	{ 5, "system errors like memory allocation failure" }, { 0, NULL } };
static const struct value_name gss_procedures[] = { { 0, "RPCSEC_GSS_DATA" }, { 1, "RPCSEC_GSS_INIT" },
	{ 2, "RPCSEC_GSS_CONTINUE_INIT" }, { 3, "RPCSEC_GSS_DESTROY" }, { 0, NULL } };
static const struct value_name gss_services[] = { { 1, "rpcsec_gss_svc_none" },
	{ 2, "rpcsec_gss_svc_integrity" }, { 3, "rpcsec_gss_svc_privacy" }, { 0, NULL } };

static const struct field rpc_fields[RPC_NFIELDS] = {
	[RPC_XID] = { "rpc.xid", "XID", KIND_UINT, BASE_HEX_DEC, 4 },
	[RPC_MSGTYP] = { "rpc.msgtyp", "Message Type", KIND_UINT, .octets = 4, .names = types },
	[RPC_PROGRAM] = { "rpc.program", "Program", KIND_UINT, .octets = 4 },
	[RPC_PROGRAM_VERSION] = { "rpc.programversion", "Program Version", KIND_UINT, .octets = 4 },
	[RPC_PROCEDURE] = { "rpc.procedure", "Procedure", KIND_UINT, .octets = 4 },
	[RPC_VERSION] = { "rpc.version", "RPC Version", KIND_UINT, .octets = 4 },
	[RPC_REPFRAME_TO] = { "rpc.repframe", "Reply Frame", KIND_FRAME, .generated = true },
	[RPC_TIME] = { "rpc.time", "Time from request", KIND_RELTIME, .generated = true },
	[RPC_STATE_REPLY] = { "rpc.replystat", "Reply State", KIND_UINT, .octets = 4, .names = reply_states },
	[RPC_STATE_ACCEPT] = { "rpc.state_accept", "Accept State", KIND_UINT, .octets = 4,
		.names = accept_states },
	[RPC_DUP_CALL] = { "rpc.call.dup", "Duplicate to the call in", KIND_FRAME, .generated = true },
	[RPC_DUP_REPLY] = { "rpc.reply.dup", "Duplicate to the reply in", KIND_FRAME, .generated = true },

	[RPC_STAMP] = { "rpc.auth.stamp", "Stamp", KIND_UINT, BASE_HEX, 4, .part = 1 },
	[RPC_MACHINE] = { "rpc.auth.machinename", "Machine Name", KIND_TEXT, .part = 1 },
	[RPC_UID] = { "rpc.auth.uid", "UID", KIND_UINT, .octets = 4, .part = 1 },
	[RPC_GID] = { "rpc.auth.gid", "GID", KIND_LIST, .part = 1 },
	[RPC_GSS_VERSION] = { "rpc.authgss.version", "GSS Version", KIND_UINT, .octets = 4, .part = 1 },
	[RPC_GSS_PROCEDURE] = { "rpc.authgss.procedure", "GSS Procedure", KIND_UINT, .octets = 4, .part = 1,
		.names = gss_procedures },
	[RPC_GSS_SEQUENCE] = { "rpc.authgss.seqnum", "GSS Sequence Number", KIND_UINT, .octets = 4,
		.part = 1 },
	[RPC_GSS_SERVICE] = { "rpc.authgss.service", "GSS Service", KIND_UINT, .octets = 4, .part = 1,
		.names = gss_services },

	[RPC_LAST_FRAGMENT] = { "rpc.lastfrag", "Last Fragment", KIND_BOOL, .part = 2 },
	[RPC_FRAGMENT_LENGTH] = { "rpc.fraglen", "Fragment Length", KIND_UINT, .octets = 4, .part = 2 },

	[RPC_STATE_REJECT] = { "rpc.state_reject", "Reject State", KIND_UINT, .octets = 4, .part = 3 },
	[RPC_STATE_AUTH] = { "rpc.state_auth", "Auth State", KIND_UINT, .octets = 4, .part = 3 },
	[RPC_VERSION_MIN] = { "rpc.version.min", "RPC Version (Minimum)", KIND_UINT, .octets = 4, .part = 3 },
	[RPC_VERSION_MAX] = { "rpc.version.max", "RPC Version (Maximum)", KIND_UINT, .octets = 4, .part = 3 },
};

static const struct field auth_fields[AUTH_NFIELDS] = {
	[AUTH_FLAVOR] = { "rpc.auth.flavor", "Flavor", KIND_UINT, .octets = 4, .names = flavors },
	[AUTH_LENGTH] = { "rpc.auth.length", "Length", KIND_UINT, .octets = 4 },
};

static const struct field late_fields[LATE_NFIELDS] = {
	[LATE_REPLY_IN] = { "rpc.reqframe", "Request Frame", KIND_FRAME, .generated = true },
};

const struct record rpc_records[REC_COUNT] = {
	[REC_LAYER] = { "rpc", RECORD_LAYER, RPC_NFIELDS, rpc_fields,
		(const char *const[]) { "cred", "record", "error", NULL } },
	[REC_AUTH] = { "rpc_auth", RECORD_CHILD, AUTH_NFIELDS, auth_fields, NULL },
	[REC_LATE] = { "rpc_late", RECORD_LATE, LATE_NFIELDS, late_fields, NULL },
};
