/* SMB 2 and 3: the fields of a message. */
#include "indexer/dissectors/smb2.h"

static const struct value_name commands[] = { { SMB2_NEGOTIATE, "Negotiate Protocol" },
	{ SMB2_SESSION_SETUP, "Session Setup" }, { SMB2_LOGOFF, "Session Logoff" },
	{ SMB2_TREE_CONNECT, "Tree Connect" }, { SMB2_TREE_DISCONNECT, "Tree Disconnect" },
	{ SMB2_CREATE, "Create" }, { SMB2_CLOSE, "Close" }, { SMB2_FLUSH, "Flush" }, { SMB2_READ, "Read" },
	{ SMB2_WRITE, "Write" }, { SMB2_LOCK, "Lock" }, { SMB2_IOCTL, "Ioctl" }, { SMB2_CANCEL, "Cancel" },
	{ SMB2_KEEP_ALIVE, "KeepAlive" }, { SMB2_FIND, "Find" }, { SMB2_NOTIFY, "Notify" },
	{ SMB2_GET_INFO, "GetInfo" }, { SMB2_SET_INFO, "SetInfo" }, { SMB2_BREAK, "Break" }, { 0, NULL } };

static const struct value_name dialects[] = { { 0x0202, "SMB 2.0.2" }, { 0x0210, "SMB 2.1" },
	{ 0x0222, "SMB 2.2.2" }, { 0x0224, "SMB 2.2.4" }, { 0x02ff, "SMB2 wildcard" }, { 0x0300, "SMB 3.0" },
	{ 0x0302, "SMB 3.0.2" }, { 0x0310, "SMB 3.1.0" }, { 0x0311, "SMB 3.1.1" }, { 0, NULL } };

static const struct value_name share_types[] = { { 1, "Physical disk" }, { 2, "Named pipe" },
	{ 3, "Printer" }, { 0, NULL } };

static const struct value_name functions[] = { { 0x00060194, "FSCTL_DFS_GET_REFERRALS" },
	{ 0x000601b0, "FSCTL_DFS_GET_REFERRALS_EX" }, { 0x0011400c, "FSCTL_PIPE_PEEK" },
	{ 0x0011c017, "FSCTL_PIPE_TRANSCEIVE" }, { 0x00110018, "FSCTL_PIPE_WAIT" },
	{ 0x001401d4, "FSCTL_LMR_REQUEST_RESILIENCY" }, { 0x001401fc, "FSCTL_QUERY_NETWORK_INTERFACE_INFO" },
	{ 0x00140204, "FSCTL_VALIDATE_NEGOTIATE_INFO" }, { 0x00144064, "FSCTL_GET_SHADOW_COPY_DATA" },
	{ 0x00140078, "FSCTL_SRV_REQUEST_RESUME_KEY" }, { 0x001440f2, "FSCTL_SRV_COPYCHUNK" },
	{ 0x001480f2, "FSCTL_SRV_COPYCHUNK_WRITE" }, { 0x000900a4, "FSCTL_SET_REPARSE_POINT" },
	{ 0x000900a8, "FSCTL_GET_REPARSE_POINT" }, { 0, NULL } };

static const struct value_name algorithms[] = { { 0, "None" }, { 1, "LZNT1" }, { 2, "LZ77" },
	{ 3, "LZ77+Huffman" }, { 4, "Pattern_V1" }, { 5, "LZ4" }, { 0, NULL } };

#define FLAG(text, title, bit)                                                                               \
	{                                                                                                    \
		"smb2.flags." text, title, KIND_BOOL, .of = SMB2_FLAGS, .mask = bit                          \
	}

static const struct field smb2_fields[SMB2_NFIELDS] = {
	[SMB2_CMD] = { "smb2.cmd", "Command", KIND_UINT, .octets = 2, .names = commands },
	[SMB2_HEADER_LEN] = { "smb2.header_len", "Header Length", KIND_UINT, .octets = 2 },
	[SMB2_CREDIT_CHARGE] = { "smb2.credit.charge", "Credit Charge", KIND_UINT, .octets = 2 },
	[SMB2_FLAGS] = { "smb2.flags", "Flags", KIND_UINT, BASE_HEX, 4 },
	[SMB2_CHAIN_OFFSET] = { "smb2.chain_offset", "Chain Offset", KIND_UINT, BASE_HEX, 4 },
	[SMB2_MSG_ID] = { "smb2.msg_id", "Message ID", KIND_UINT, .octets = 8 },
	[SMB2_SESID] = { "smb2.sesid", "Session Id", KIND_UINT, BASE_HEX, 8 },
	[SMB2_SIGNATURE] = { "smb2.signature", "Signature", KIND_BYTES },
	[SMB2_PROTOCOL_ID] = { "smb2.protocol_id", "ProtocolId", KIND_UINT, BASE_HEX, 4 },
	[SMB2_TID] = { "smb2.tid", "Tree Id", KIND_UINT, BASE_HEX, 4 },
	[SMB2_PID] = { "smb2.pid", "Process Id", KIND_UINT, BASE_HEX, 4 },
	[SMB2_NT_STATUS] = { "smb2.nt_status", "NT Status", KIND_UINT, BASE_HEX, 4 },
	[SMB2_CHANNEL_SEQUENCE] = { "smb2.channel_sequence", "Channel Sequence", KIND_UINT, .octets = 2 },
	[SMB2_CREDITS_REQUESTED] = { "smb2.credits.requested", "Credits requested", KIND_UINT, .octets = 2 },
	[SMB2_CREDITS_GRANTED] = { "smb2.credits.granted", "Credits granted", KIND_UINT, .octets = 2 },
	[SMB2_RESPONSE_TO] = { "smb2.response_to", "Response to", KIND_FRAME, .generated = true },
	[SMB2_TIME] = { "smb2.time", "Time from request", KIND_RELTIME, .generated = true },
	[SMB2_FLAGS_RESPONSE] = FLAG("response", "Response", 0x00000001),
	[SMB2_FLAGS_ASYNC] = FLAG("async", "Async command", 0x00000002),
	[SMB2_FLAGS_CHAINED] = FLAG("chained", "Chained", 0x00000004),
	[SMB2_FLAGS_SIGNATURE] = FLAG("signature", "Signing", 0x00000008),
	[SMB2_FLAGS_PRIORITY] = { "smb2.flags.priority_mask", "Priority", KIND_BOOL,
		.sql = "({flags} & 0x70 <> 0)" },
	[SMB2_FLAGS_DFS] = FLAG("dfs", "DFS operation", 0x10000000),
	[SMB2_FLAGS_REPLAY] = FLAG("replay", "Replay operation", 0x20000000),

	[SMB2_AID] = { "smb2.aid", "Async Id", KIND_UINT, BASE_HEX, 8, .part = 1 },

	[SMB2_FID] = { "smb2.fid", "File Id", KIND_TEXT, .part = 2 },
	[SMB2_FILENAME] = { "smb2.filename", "Filename", KIND_TEXT, .part = 2 },
	[SMB2_TREE] = { "smb2.tree", "Tree", KIND_TEXT, .part = 2 },
	[SMB2_SHARE_TYPE] = { "smb2.share_type", "Share Type", KIND_UINT, BASE_HEX, 1, .part = 2,
		.names = share_types },
	[SMB2_DISPOSITION] = { "smb2.create.disposition", "Disposition", KIND_UINT, .octets = 4, .part = 2 },
	[SMB2_CREATE_ACTION] = { "smb2.create.action", "Create Action", KIND_UINT, .octets = 4, .part = 2 },
	[SMB2_READ_LENGTH] = { "smb2.read_length", "Read Length", KIND_UINT, .octets = 4, .part = 2 },
	[SMB2_WRITE_LENGTH] = { "smb2.write_length", "Write Length", KIND_UINT, .octets = 4, .part = 2 },
	[SMB2_WRITE_COUNT] = { "smb2.write.count", "Write Count", KIND_UINT, .octets = 4, .part = 2 },
	[SMB2_FILE_OFFSET] = { "smb2.file_offset", "File Offset", KIND_UINT, .octets = 8, .part = 2 },
	[SMB2_IOCTL_FUNCTION] = { "smb2.ioctl.function", "Function", KIND_UINT, BASE_HEX, 4, .part = 2,
		.names = functions },
	[SMB2_FIND_PATTERN] = { "smb2.find.pattern", "Search Pattern", KIND_TEXT, .part = 2 },
	[SMB2_CLASS] = { "smb2.class", "Class", KIND_UINT, BASE_HEX, 1, .part = 2 },
	[SMB2_FILE_INFOLEVEL] = { "smb2.file_info.infolevel", "InfoLevel", KIND_UINT, BASE_HEX, 1,
		.part = 2 },
	[SMB2_FS_INFOLEVEL] = { "smb2.fs_info.infolevel", "InfoLevel", KIND_UINT, BASE_HEX, 1, .part = 2 },
	[SMB2_SEC_INFOLEVEL] = { "smb2.sec_info.infolevel", "InfoLevel", KIND_UINT, BASE_HEX, 1, .part = 2 },
	[SMB2_END_OF_FILE] = { "smb2.eof", "End Of File", KIND_UINT, .octets = 8, .part = 2 },

	[SMB2_DIALECT] = { "smb2.dialect", "Dialect", KIND_UINT, BASE_HEX, 2, .part = 3, .names = dialects },
	[SMB2_SERVER_GUID] = { "smb2.server_guid", "Server Guid", KIND_TEXT, .part = 3 },
	[SMB2_CLIENT_GUID] = { "smb2.client_guid", "Client Guid", KIND_TEXT, .part = 3 },
	[SMB2_SEC_MODE] = { "smb2.sec_mode", "Security mode", KIND_UINT, BASE_HEX, 1, .part = 3 },
	[SMB2_CAPABILITIES] = { "smb2.capabilities", "Capabilities", KIND_UINT, BASE_HEX, 4, .part = 3 },
	[SMB2_SECURITY_BLOB] = { "smb2.security_blob", "Security Blob", KIND_BYTES, .part = 3 },
	[SMB2_SESSION_FLAGS] = { "smb2.session_flags", "Session Flags", KIND_UINT, BASE_HEX, 2, .part = 3 },

	[SMB2_TRANSFORM_SIGNATURE] = { "smb2.header.transform.signature", "Signature", KIND_BYTES,
		.part = 4 },
	[SMB2_TRANSFORM_NONCE] = { "smb2.header.transform.nonce", "Nonce", KIND_BYTES, .part = 4 },
	[SMB2_TRANSFORM_MSG_SIZE] = { "smb2.header.transform.msg_size", "Message size", KIND_UINT,
		.octets = 4, .part = 4 },
	[SMB2_TRANSFORM_FLAGS] = { "smb2.header.transform.flags", "Flags", KIND_UINT, BASE_HEX, 2,
		.part = 4 },
	[SMB2_COMP_ORIGINAL_SIZE] = { "smb2.header.comp_transform.original_size", "OriginalSize", KIND_UINT,
		.octets = 4, .part = 4 },
	[SMB2_COMP_ALGORITHM] = { "smb2.header.comp_transform.comp_alg", "CompressionAlgorithm", KIND_UINT,
		BASE_HEX, 2, .part = 4, .names = algorithms },
};

static const struct field dialect_fields[SMB2_DIALECT_NFIELDS] = {
	[SMB2_DIALECT_OFFERED] = { "smb2.dialect", "Dialect", KIND_UINT, BASE_HEX, 2, .names = dialects },
};

static const struct field late_fields[SMB2_LATE_NFIELDS] = {
	[SMB2_LATE_RESPONSE_IN] = { "smb2.response_in", "Response in", KIND_FRAME, .generated = true },
};

const struct record smb2_records[SMB2_REC_COUNT] = {
	[SMB2_REC_LAYER] = { "smb2", RECORD_LAYER, SMB2_NFIELDS, smb2_fields,
		(const char *const[]) { "async", "file", "session", "transform", NULL } },
	[SMB2_REC_DIALECT] = { "smb2_dialect", RECORD_CHILD, SMB2_DIALECT_NFIELDS, dialect_fields, NULL },
	[SMB2_REC_LATE] = { "smb2_late", RECORD_LATE, SMB2_LATE_NFIELDS, late_fields, NULL },
};
