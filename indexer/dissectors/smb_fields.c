/* SMB 1: the fields of a message. */
#include "indexer/dissectors/smb.h"

const struct value_name smb_commands[] = { { 0x00, "Create Directory" }, { 0x01, "Delete Directory" },
	{ 0x02, "Open" }, { 0x03, "Create" }, { 0x04, "Close" }, { 0x05, "Flush" }, { 0x06, "Delete" },
	{ 0x07, "Rename" }, { 0x08, "Query Information" }, { 0x09, "Set Information" }, { 0x0a, "Read" },
	{ 0x0b, "Write" }, { 0x0c, "Lock Byte Range" }, { 0x0d, "Unlock Byte Range" },
	{ 0x0e, "Create Temp" }, { 0x0f, "Create New" }, { 0x10, "Check Directory" },
	{ 0x11, "Process Exit" }, { 0x12, "Seek" }, { 0x13, "Lock And Read" }, { 0x14, "Write And Unlock" },
	{ 0x1a, "Read Raw" }, { 0x1b, "Read MPX" }, { 0x1c, "Read MPX Secondary" }, { 0x1d, "Write Raw" },
	{ 0x1e, "Write MPX" }, { 0x1f, "Write MPX Secondary" }, { 0x20, "Write Complete" },
	{ 0x22, "Set Information2" }, { 0x23, "Query Information2" }, { 0x24, "Locking AndX" },
	{ 0x25, "Trans" }, { 0x26, "Trans Secondary" }, { 0x27, "IOCTL" }, { 0x28, "IOCTL Secondary" },
	{ 0x29, "Copy" }, { 0x2a, "Move" }, { 0x2b, "Echo" }, { 0x2c, "Write And Close" },
	{ 0x2d, "Open AndX" }, { 0x2e, "Read AndX" }, { 0x2f, "Write AndX" },
	{ 0x31, "Close And Tree Disconnect" }, { 0x32, "Trans2" }, { 0x33, "Trans2 Secondary" },
	{ 0x34, "Find Close2" }, { 0x35, "Find Notify Close" }, { 0x70, "Tree Connect" },
	{ 0x71, "Tree Disconnect" }, { 0x72, "Negotiate Protocol" }, { 0x73, "Session Setup AndX" },
	{ 0x74, "Logoff AndX" }, { 0x75, "Tree Connect AndX" }, { 0x80, "Query Information Disk" },
	{ 0x81, "Search" }, { 0x82, "Find" }, { 0x83, "Find Unique" }, { 0x84, "Find Close" },
	{ 0xa0, "NT Trans" }, { 0xa1, "NT Trans Secondary" }, { 0xa2, "NT Create AndX" },
	{ 0xa4, "NT Cancel" }, { 0xa5, "NT Rename" }, { 0xc0, "Open Print File" },
	{ 0xc1, "Write Print File" }, { 0xc2, "Close Print File" }, { 0xc3, "Get Print Queue" },
	{ 0xff, "No further commands" }, { 0, NULL } };

static const struct value_name error_classes[] = { { 0, "Success" }, { 1, "DOS Error" },
	{ 2, "Server Error" }, { 3, "Hardware Error" }, { 0xff, "Command Error - Not an SMB format command" },
	{ 0, NULL } };

static const struct value_name trans2_commands[] = { { 0, "OPEN2" }, { 1, "FIND_FIRST2" },
	{ 2, "FIND_NEXT2" }, { 3, "QUERY_FS_INFO" }, { 4, "SET_FS_INFO" }, { 5, "QUERY_PATH_INFO" },
	{ 6, "SET_PATH_INFO" }, { 7, "QUERY_FILE_INFO" }, { 8, "SET_FILE_INFO" }, { 9, "FSCTL" },
	{ 10, "IOCTL2" }, { 11, "FIND_NOTIFY_FIRST" }, { 12, "FIND_NOTIFY_NEXT" }, { 13, "CREATE_DIRECTORY" },
	{ 14, "SESSION_SETUP" }, { 16, "GET_DFS_REFERRAL" }, { 17, "REPORT_DFS_INCONSISTENCY" },
	{ 0, NULL } };

static const struct value_name nt_functions[] = { { 1, "NT CREATE" }, { 2, "NT IOCTL" },
	{ 3, "NT SET SECURITY DESC" }, { 4, "NT NOTIFY" }, { 5, "NT RENAME" },
	{ 6, "NT QUERY SECURITY DESC" }, { 7, "NT GET USER QUOTA" }, { 8, "NT SET USER QUOTA" },
	{ 0, NULL } };

static const struct value_name dispositions[] = { { 0, "Supersede (supersede existing file (if it exists))" },
	{ 1, "Open (if file exists open it, else fail)" },
	{ 2, "Create (if file exists fail, else create it)" },
	{ 3, "Open If (if file exists open it, else create it)" },
	{ 4, "Overwrite (if file exists overwrite, else fail)" },
	{ 5, "Overwrite If (if file exists overwrite, else create it)" }, { 0, NULL } };

#define FLAG(text, title, bit)                                                                               \
	{                                                                                                    \
		"smb.flags." text, title, KIND_BOOL, .of = SMB_FLAGS, .mask = bit                            \
	}
#define FLAG2(text, title, bit)                                                                              \
	{                                                                                                    \
		"smb.flags2." text, title, KIND_BOOL, .of = SMB_FLAGS2, .mask = bit                          \
	}

static const struct field smb_fields[SMB_NFIELDS] = {
	[SMB_CMD] = { "smb.cmd", "SMB Command", KIND_UINT, BASE_HEX, 1, .names = smb_commands },
	[SMB_NT_STATUS] = { "smb.nt_status", "NT Status", KIND_UINT, BASE_HEX, 4 },
	[SMB_FLAGS] = { "smb.flags", "Flags", KIND_UINT, BASE_HEX, 1 },
	[SMB_FLAGS2] = { "smb.flags2", "Flags2", KIND_UINT, BASE_HEX, 2 },
	[SMB_PID_HIGH] = { "smb.pid.high", "Process ID High", KIND_UINT, .octets = 2 },
	[SMB_TID] = { "smb.tid", "Tree ID", KIND_UINT, .octets = 2 },
	[SMB_PID] = { "smb.pid", "Process ID", KIND_UINT, .octets = 2 },
	[SMB_UID] = { "smb.uid", "User ID", KIND_UINT, .octets = 2 },
	[SMB_MID] = { "smb.mid", "Multiplex ID", KIND_UINT, .octets = 2 },
	[SMB_SIGNATURE] = { "smb.signature", "Signature", KIND_BYTES },
	[SMB_RESPONSE_TO] = { "smb.response_to", "Response to", KIND_FRAME, .generated = true },
	[SMB_TIME] = { "smb.time", "Time from request", KIND_RELTIME, .generated = true },
	[SMB_SERVER_COMPONENT] = { "smb.server_component", "Server Component", KIND_UINT, BASE_HEX, 4,
		.sql = "1112364031" },
	[SMB_FLAGS_LOCK] = FLAG("lock", "Lock and Read", 0x01),
	[SMB_FLAGS_RECEIVE_BUFFER] = FLAG("receive_buffer", "Receive Buffer Posted", 0x02),
	[SMB_FLAGS_CASELESS] = FLAG("caseless", "Case Sensitivity", 0x08),
	[SMB_FLAGS_CANON] = FLAG("canon", "Canonicalized Pathnames", 0x10),
	[SMB_FLAGS_OPLOCK] = FLAG("oplock", "Oplocks", 0x20),
	[SMB_FLAGS_NOTIFY] = FLAG("notify", "Notify", 0x40),
	[SMB_FLAGS_RESPONSE] = FLAG("response", "Request/Response", 0x80),
	[SMB_FLAGS2_LONG_NAMES] = FLAG2("long_names_allowed", "Long Names Allowed", 0x0001),
	[SMB_FLAGS2_EA] = FLAG2("ea", "Extended Attributes", 0x0002),
	[SMB_FLAGS2_SEC_SIG] = FLAG2("sec_sig", "Security Signatures", 0x0004),
	[SMB_FLAGS2_COMPRESSED] = FLAG2("compressed", "Compressed", 0x0008),
	[SMB_FLAGS2_SEC_SIG_REQUIRED] = FLAG2("sec_sig_required", "Security Signatures Required", 0x0010),
	[SMB_FLAGS2_LONG_NAMES_USED] = FLAG2("long_names_used", "Long Names Used", 0x0040),
	[SMB_FLAGS2_REPARSE_PATH] = FLAG2("reparse_path", "Reparse Path", 0x0400),
	[SMB_FLAGS2_ESN] = FLAG2("esn", "Extended Security Negotiation", 0x0800),
	[SMB_FLAGS2_DFS] = FLAG2("dfs", "Dfs", 0x1000),
	[SMB_FLAGS2_ROE] = FLAG2("roe", "Execute-only Reads", 0x2000),
	[SMB_FLAGS2_NT_ERROR] = FLAG2("nt_error", "Error Code Type", FLAGS2_NTSTATUS),
	[SMB_FLAGS2_STRING] = FLAG2("string", "Unicode Strings", FLAGS2_UNICODE),

	[SMB_ERROR_CLASS] = { "smb.error_class", "Error Class", KIND_UINT, BASE_HEX, 1, .part = 1,
		.names = error_classes },
	[SMB_ERROR_CODE] = { "smb.error_code", "Error Code", KIND_UINT, BASE_HEX, 2, .part = 1 },

	[SMB_FID] = { "smb.fid", "FID", KIND_UINT, BASE_HEX, 2, .part = 2 },
	[SMB_FILE] = { "smb.file", "File Name", KIND_TEXT, .part = 2 },
	[SMB_PATH] = { "smb.path", "Path", KIND_TEXT, .part = 2 },
	[SMB_OLD_FILE] = { "smb.old_file", "Old File Name", KIND_TEXT, .part = 2 },
	[SMB_SEARCH_PATTERN] = { "smb.search_pattern", "Search Pattern", KIND_TEXT, .part = 2 },
	[SMB_SERVICE] = { "smb.service", "Service", KIND_TEXT, .part = 2 },
	[SMB_NATIVE_FS] = { "smb.native_fs", "Native File System", KIND_TEXT, .part = 2 },
	[SMB_FILE_OFFSET] = { "smb.file.rw.offset", "File Offset", KIND_UINT, .octets = 8, .part = 2 },
	[SMB_DATA_LEN_LOW] = { "smb.data_len_low", "Data Length Low", KIND_UINT, .octets = 2, .part = 2 },
	[SMB_DATA_LEN_HIGH] = { "smb.data_len_high", "Data Length High (multiply with 64K)", KIND_UINT,
		.octets = 2, .part = 2 },
	[SMB_DATA_OFFSET] = { "smb.data_offset", "Data Offset", KIND_UINT, .octets = 2, .part = 2 },
	[SMB_CREATE_DISPOSITION] = { "smb.create.disposition", "Disposition", KIND_UINT, .octets = 4,
		.part = 2, .names = dispositions },
	[SMB_CREATE_ACTION] = { "smb.create.action", "Create action", KIND_UINT, .octets = 4, .part = 2 },
	[SMB_END_OF_FILE] = { "smb.end_of_file", "End Of File", KIND_UINT, .octets = 8, .part = 2 },

	[SMB_DIALECT_INDEX] = { "smb.dialect.index", "Selected Index", KIND_UINT, .octets = 2, .part = 3 },
	[SMB_MAX_MPX] = { "smb.max_mpx_count", "Max Mpx Count", KIND_UINT, .octets = 2, .part = 3 },
	[SMB_MAX_BUFSIZE] = { "smb.max_bufsize", "Max Buffer Size", KIND_UINT, .octets = 4, .part = 3 },
	[SMB_SESSION_KEY] = { "smb.session_key", "Session Key", KIND_UINT, BASE_HEX, 4, .part = 3 },
	[SMB_SERVER_CAP] = { "smb.server_cap", "Capabilities", KIND_UINT, BASE_HEX, 4, .part = 3 },
	[SMB_SERVER_TIMEZONE] = { "smb.server_timezone", "Server Time Zone", KIND_INT, .octets = 2,
		.part = 3 },
	[SMB_SERVER_GUID] = { "smb.server_guid", "Server GUID", KIND_TEXT, .part = 3 },
	[SMB_CHALLENGE] = { "smb.challenge", "Challenge", KIND_BYTES, .part = 3 },
	[SMB_BLOB_LEN] = { "smb.security_blob_len", "Security Blob Length", KIND_UINT, .octets = 2,
		.part = 3 },
	[SMB_BLOB] = { "smb.security_blob", "Security Blob", KIND_BYTES, .part = 3 },
	[SMB_ACTION] = { "smb.setup.action", "Action", KIND_UINT, BASE_HEX, 2, .part = 3 },
	[SMB_ANSI_PASSWORD] = { "smb.ansi_password", "ANSI Password", KIND_BYTES, .part = 3 },
	[SMB_UNICODE_PASSWORD] = { "smb.unicode_password", "Unicode Password", KIND_BYTES, .part = 3 },
	[SMB_ACCOUNT] = { "smb.account", "Account", KIND_TEXT, .part = 3 },
	[SMB_PRIMARY_DOMAIN] = { "smb.primary_domain", "Primary Domain", KIND_TEXT, .part = 3 },
	[SMB_SERVER] = { "smb.server", "Server", KIND_TEXT, .part = 3 },
	[SMB_NATIVE_OS] = { "smb.native_os", "Native OS", KIND_TEXT, .part = 3 },
	[SMB_NATIVE_LANMAN] = { "smb.native_lanman", "Native LAN Manager", KIND_TEXT, .part = 3 },

	[SMB_TRANS_NAME] = { "smb.trans_name", "Transaction Name", KIND_TEXT, .part = 4 },
	[SMB_TRANS2_CMD] = { "smb.trans2.cmd", "Subcommand", KIND_UINT, BASE_HEX, 2, .part = 4,
		.names = trans2_commands },
	[SMB_NT_FUNCTION] = { "smb.nt.function", "Function", KIND_UINT, .octets = 2, .part = 4,
		.names = nt_functions },
	[SMB_QPI_LOI] = { "smb.qpi_loi", "Level of Interest", KIND_UINT, .octets = 2, .part = 4 },
};

static const struct field block_fields[BLOCK_NFIELDS] = {
	[BLOCK_WCT] = { "smb.wct", "Word Count (WCT)", KIND_UINT, .octets = 1 },
	[BLOCK_ANDX_CMD] = { "smb.cmd", "AndXCommand", KIND_UINT, BASE_HEX, 1, .names = smb_commands },
	[BLOCK_ANDX_OFFSET] = { "smb.andxoffset", "AndXOffset", KIND_UINT, .octets = 2 },
	[BLOCK_BCC] = { "smb.bcc", "Byte Count (BCC)", KIND_UINT, .octets = 2 },
};

static const struct field dialect_fields[DIALECT_NFIELDS] = {
	[DIALECT_BUFFER_FORMAT] = { "smb.buffer_format", "Buffer Format", KIND_UINT, .octets = 1 },
	[DIALECT_NAME] = { "smb.dialect.name", "Name", KIND_TEXT },
};

static const struct field late_fields[LATE_NFIELDS] = {
	[LATE_RESPONSE_IN] = { "smb.response_in", "Response in", KIND_FRAME, .generated = true },
};

const struct record smb_records[SMB_REC_COUNT] = {
	[SMB_REC_LAYER] = { "smb", RECORD_LAYER, SMB_NFIELDS, smb_fields,
		(const char *const[]) { "error", "file", "session", "transaction", NULL } },
	[SMB_REC_BLOCK] = { "smb_block", RECORD_CHILD, BLOCK_NFIELDS, block_fields, NULL },
	[SMB_REC_DIALECT] = { "smb_dialect", RECORD_CHILD, DIALECT_NFIELDS, dialect_fields, NULL },
	[SMB_REC_LATE] = { "smb_late", RECORD_LATE, LATE_NFIELDS, late_fields, NULL },
};
