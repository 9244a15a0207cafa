/* DCE/RPC: the fields of a message. */
#include "indexer/dissectors/dcerpc.h"

static const struct value_name packet_types[] = { { 0, "Request" }, { 1, "Ping" }, { 2, "Response" },
	{ 3, "Fault" }, { 4, "Working" }, { 5, "Nocall" }, { 6, "Reject" }, { 7, "Ack" }, { 8, "Cl_cancel" },
	{ 9, "Fack" }, { 10, "Cancel_ack" }, { 11, "Bind" }, { 12, "Bind_ack" }, { 13, "Bind_nak" },
	{ 14, "Alter_context" }, { 15, "Alter_context_resp" }, { 16, "AUTH3" }, { 17, "Shutdown" },
	{ 18, "Co_cancel" }, { 19, "Orphaned" }, { 20, "RPC-over-HTTP RTS" }, { 0, NULL } };

static const struct value_name byte_orders[] = { { 0, "Big-endian" }, { 1, "Little-endian" }, { 0, NULL } };
static const struct value_name characters[] = { { 0, "ASCII" }, { 1, "EBCDIC" }, { 0, NULL } };
static const struct value_name floats[] = { { 0, "IEEE" }, { 1, "VAX" }, { 2, "Cray" }, { 3, "IBM" },
	{ 0, NULL } };

static const struct value_name auth_types[] = { { 0, "None" }, { 1, "Kerberos 5" },
	{ 2, "Encrypted Kerberos 5" }, { 9, "SPNEGO" }, { 10, "NTLMSSP" }, { 14, "SChannel" },
	{ 16, "Kerberos" }, { 68, "SEC_CHAN" }, { 100, "MSMQ" }, { 0, NULL } };

static const struct value_name auth_levels[] = { { 1, "None" }, { 2, "Connect" }, { 3, "Call" },
	{ 4, "Packet" }, { 5, "Packet integrity" }, { 6, "Packet privacy" }, { 0, NULL } };

static const struct value_name results[] = { { 0, "Acceptance" }, { 1, "User rejection" },
	{ 2, "Provider rejection" }, { 3, "Negotiate ACK" }, { 0, NULL } };

static const struct value_name reasons[] = { { 0, "Reason not specified" },
	{ 1, "Abstract syntax not supported" }, { 2, "Proposed transfer syntaxes not supported" },
	{ 3, "Local limit exceeded" }, { 0, NULL } };

#define DREP(text, title, shift, bits, values)                                                               \
	{                                                                                                    \
		"dcerpc.drep." text, title, KIND_UINT, .octets = 1, .of = RPC_DREP,                          \
						       .mask = (uint64_t)(bits) << (shift), .names = values  \
	}

static const struct field rpc_fields[RPC_NFIELDS] = {
	[RPC_VER] = { "dcerpc.ver", "Version", KIND_UINT, .octets = 1 },
	[RPC_VER_MINOR] = { "dcerpc.ver_minor", "Version (minor)", KIND_UINT, .octets = 1 },
	[RPC_PKT_TYPE] = { "dcerpc.pkt_type", "Packet type", KIND_UINT, .octets = 1, .names = packet_types },
	[RPC_DREP] = { "drep_octets", "Data Representation", KIND_UINT, .octets = 2, .internal = true },
	[RPC_BYTEORDER] = DREP("byteorder", "Byte order", 12, 15, byte_orders),
	[RPC_CHARACTER] = DREP("character", "Character", 8, 15, characters),
	[RPC_FP] = DREP("fp", "Floating-point", 0, 255, floats),
	[RPC_OPNUM] = { "dcerpc.opnum", "Opnum", KIND_UINT, .octets = 2 },
	[RPC_REQUEST_IN] = { "dcerpc.request_in", "Request in frame", KIND_FRAME, .generated = true },
	[RPC_TIME] = { "dcerpc.time", "Time from request", KIND_RELTIME, .generated = true },

	[RPC_CN_FLAGS] = { "dcerpc.cn_flags", "Packet Flags", KIND_UINT, BASE_HEX, 1, .part = 1 },
	[RPC_CN_FRAG_LEN] = { "dcerpc.cn_frag_len", "Frag Length", KIND_UINT, .octets = 2, .part = 1 },
	[RPC_CN_AUTH_LEN] = { "dcerpc.cn_auth_len", "Auth Length", KIND_UINT, .octets = 2, .part = 1 },
	[RPC_CN_CALL_ID] = { "dcerpc.cn_call_id", "Call ID", KIND_UINT, .octets = 4, .part = 1 },
	[RPC_CN_ALLOC_HINT] = { "dcerpc.cn_alloc_hint", "Alloc hint", KIND_UINT, .octets = 4, .part = 1 },
	[RPC_CN_CANCEL_COUNT] = { "dcerpc.cn_cancel_count", "Cancel count", KIND_UINT, .octets = 1,
		.part = 1 },
	[RPC_CN_STATUS] = { "dcerpc.cn_status", "Status", KIND_UINT, BASE_HEX, 4, .part = 1 },
	[RPC_CN_FIRST_FRAG] = { "dcerpc.cn_flags.first_frag", "First Frag", KIND_BOOL, .of = RPC_CN_FLAGS,
		.mask = 1 },
	[RPC_CN_LAST_FRAG] = { "dcerpc.cn_flags.last_frag", "Last Frag", KIND_BOOL, .of = RPC_CN_FLAGS,
		.mask = 2 },
	[RPC_CN_CTX_ID] = { "dcerpc.cn_ctx_id", "Context ID", KIND_UINT, .octets = 2, .part = 1 },
	[RPC_OBJECT] = { "dcerpc.obj_id", "Object", KIND_TEXT, .part = 1 },

	[RPC_CN_MAX_XMIT] = { "dcerpc.cn_max_xmit", "Max Xmit Frag", KIND_UINT, .octets = 2, .part = 2 },
	[RPC_CN_MAX_RECV] = { "dcerpc.cn_max_recv", "Max Recv Frag", KIND_UINT, .octets = 2, .part = 2 },
	[RPC_CN_ASSOC_GROUP] = { "dcerpc.cn_assoc_group", "Assoc Group", KIND_UINT, BASE_HEX, 4, .part = 2 },
	[RPC_CN_NUM_CTX] = { "dcerpc.cn_num_ctx_items", "Num Ctx Items", KIND_UINT, .octets = 1, .part = 2 },
	[RPC_CN_NUM_RESULTS] = { "dcerpc.cn_num_results", "Num results", KIND_UINT, .octets = 1, .part = 2 },
	[RPC_CN_SEC_ADDR] = { "dcerpc.cn_sec_addr", "Scndry Addr", KIND_TEXT, .part = 2 },
	[RPC_CN_REJECT_REASON] = { "dcerpc.cn_reject_reason", "Reject reason", KIND_UINT, .octets = 2,
		.part = 2 },

	[RPC_AUTH_TYPE] = { "dcerpc.auth_type", "Auth type", KIND_UINT, .octets = 1, .part = 3,
		.names = auth_types },
	[RPC_AUTH_LEVEL] = { "dcerpc.auth_level", "Auth level", KIND_UINT, .octets = 1, .part = 3,
		.names = auth_levels },
	[RPC_AUTH_PAD_LEN] = { "dcerpc.auth_pad_len", "Auth pad len", KIND_UINT, .octets = 1, .part = 3 },
	[RPC_AUTH_CTX_ID] = { "dcerpc.auth_ctx_id", "Auth Context ID", KIND_UINT, .octets = 4, .part = 3 },

	[RPC_DG_FLAGS1] = { "dcerpc.dg_flags1", "Flags1", KIND_UINT, BASE_HEX, 1, .part = 4 },
	[RPC_DG_FLAGS2] = { "dcerpc.dg_flags2", "Flags2", KIND_UINT, BASE_HEX, 1, .part = 4 },
	[RPC_DG_IF_ID] = { "dcerpc.dg_if_id", "Interface", KIND_TEXT, .part = 4 },
	[RPC_DG_ACT_ID] = { "dcerpc.dg_act_id", "Activity", KIND_TEXT, .part = 4 },
	[RPC_DG_IF_VER] = { "dcerpc.dg_if_ver", "Interface Ver", KIND_UINT, .octets = 4, .part = 4 },
	[RPC_DG_SEQNUM] = { "dcerpc.dg_seqnum", "Sequence num", KIND_UINT, .octets = 4, .part = 4 },
	[RPC_DG_FRAG_LEN] = { "dcerpc.dg_frag_len", "Fragment len", KIND_UINT, .octets = 2, .part = 4 },
	[RPC_DG_FRAG_NUM] = { "dcerpc.dg_frag_num", "Fragment num", KIND_UINT, .octets = 2, .part = 4 },
	[RPC_DG_AUTH_PROTO] = { "dcerpc.dg_auth_proto", "Auth proto", KIND_UINT, .octets = 1, .part = 4,
		.names = auth_types },
};

static const struct field ctx_fields[CTX_NFIELDS] = {
	[CTX_ID] = { "dcerpc.cn_ctx_id", "Context ID", KIND_UINT, .octets = 2 },
	[CTX_UUID] = { "dcerpc.cn_bind_to_uuid", "Interface UUID", KIND_TEXT },
	[CTX_VER] = { "dcerpc.cn_bind_if_ver", "Interface Ver", KIND_UINT, .octets = 2 },
	[CTX_VER_MINOR] = { "dcerpc.cn_bind_if_ver_minor", "Interface Ver Minor", KIND_UINT, .octets = 2 },
};

static const struct field ack_fields[ACK_NFIELDS] = {
	[ACK_RESULT] = { "dcerpc.cn_ack_result", "Ack result", KIND_UINT, .octets = 2, .names = results },
	[ACK_REASON] = { "dcerpc.cn_ack_reason", "Ack reason", KIND_UINT, .octets = 2, .names = reasons },
	[ACK_TRANS_ID] = { "dcerpc.cn_ack_trans_id", "Transfer Syntax", KIND_TEXT },
};

static const struct field late_fields[RPC_LATE_NFIELDS] = {
	[RPC_LATE_RESPONSE_IN] = { "dcerpc.response_in", "Response in frame", KIND_FRAME, .generated = true },
};

const struct record dcerpc_records[RPC_REC_COUNT] = {
	[RPC_REC_LAYER] = { "dcerpc", RECORD_LAYER, RPC_NFIELDS, rpc_fields,
		(const char *const[]) { "cn", "bind", "auth", "dg", NULL } },
	[RPC_REC_CTX] = { "dcerpc_ctx", RECORD_CHILD, CTX_NFIELDS, ctx_fields, NULL },
	[RPC_REC_ACK] = { "dcerpc_ack", RECORD_CHILD, ACK_NFIELDS, ack_fields, NULL },
	[RPC_REC_LATE] = { "dcerpc_late", RECORD_LATE, RPC_LATE_NFIELDS, late_fields, NULL },
};
