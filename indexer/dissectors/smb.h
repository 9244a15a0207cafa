/* SMB 1: what its files share. */
#ifndef PCAPDEX_DISSECTORS_SMB_H
#define PCAPDEX_DISSECTORS_SMB_H

#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

enum {
	SMB_CMD,
	SMB_NT_STATUS,
	SMB_FLAGS,
	SMB_FLAGS2,
	SMB_PID_HIGH,
	SMB_TID,
	SMB_PID,
	SMB_UID,
	SMB_MID,
	SMB_SIGNATURE,
	SMB_RESPONSE_TO,
	SMB_TIME,
	SMB_SERVER_COMPONENT,
	SMB_FLAGS_LOCK,
	SMB_FLAGS_RECEIVE_BUFFER,
	SMB_FLAGS_CASELESS,
	SMB_FLAGS_CANON,
	SMB_FLAGS_OPLOCK,
	SMB_FLAGS_NOTIFY,
	SMB_FLAGS_RESPONSE,
	SMB_FLAGS2_LONG_NAMES,
	SMB_FLAGS2_EA,
	SMB_FLAGS2_SEC_SIG,
	SMB_FLAGS2_COMPRESSED,
	SMB_FLAGS2_SEC_SIG_REQUIRED,
	SMB_FLAGS2_LONG_NAMES_USED,
	SMB_FLAGS2_REPARSE_PATH,
	SMB_FLAGS2_ESN,
	SMB_FLAGS2_DFS,
	SMB_FLAGS2_ROE,
	SMB_FLAGS2_NT_ERROR,
	SMB_FLAGS2_STRING,
	/* part 1: DOS errors */
	SMB_ERROR_CLASS,
	SMB_ERROR_CODE,
	/* part 2: files */
	SMB_FID,
	SMB_FILE,
	SMB_PATH,
	SMB_OLD_FILE,
	SMB_SEARCH_PATTERN,
	SMB_SERVICE,
	SMB_NATIVE_FS,
	SMB_FILE_OFFSET,
	SMB_DATA_LEN_LOW,
	SMB_DATA_LEN_HIGH,
	SMB_DATA_OFFSET,
	SMB_CREATE_DISPOSITION,
	SMB_CREATE_ACTION,
	SMB_END_OF_FILE,
	/* part 3: sessions */
	SMB_DIALECT_INDEX,
	SMB_MAX_MPX,
	SMB_MAX_BUFSIZE,
	SMB_SESSION_KEY,
	SMB_SERVER_CAP,
	SMB_SERVER_TIMEZONE,
	SMB_SERVER_GUID,
	SMB_CHALLENGE,
	SMB_BLOB_LEN,
	SMB_BLOB,
	SMB_ACTION,
	SMB_ANSI_PASSWORD,
	SMB_UNICODE_PASSWORD,
	SMB_ACCOUNT,
	SMB_PRIMARY_DOMAIN,
	SMB_SERVER,
	SMB_NATIVE_OS,
	SMB_NATIVE_LANMAN,
	/* part 4: transactions */
	SMB_TRANS_NAME,
	SMB_TRANS2_CMD,
	SMB_NT_FUNCTION,
	SMB_QPI_LOI,
	SMB_NFIELDS
};

enum { BLOCK_WCT, BLOCK_ANDX_CMD, BLOCK_ANDX_OFFSET, BLOCK_BCC, BLOCK_NFIELDS };
enum { DIALECT_BUFFER_FORMAT, DIALECT_NAME, DIALECT_NFIELDS };
enum { LATE_RESPONSE_IN, LATE_NFIELDS };
enum { SMB_REC_LAYER, SMB_REC_BLOCK, SMB_REC_DIALECT, SMB_REC_LATE, SMB_REC_COUNT };

extern const struct protocol proto_smb;
extern const struct record smb_records[SMB_REC_COUNT];
extern const struct value_name smb_commands[];

enum smb_command {
	SMB_COM_CREATE_DIRECTORY = 0x00,
	SMB_COM_DELETE_DIRECTORY = 0x01,
	SMB_COM_CLOSE = 0x04,
	SMB_COM_DELETE = 0x06,
	SMB_COM_RENAME = 0x07,
	SMB_COM_QUERY_INFORMATION = 0x08,
	SMB_COM_SET_INFORMATION = 0x09,
	SMB_COM_CHECK_DIRECTORY = 0x10,
	SMB_COM_LOCKING_ANDX = 0x24,
	SMB_COM_TRANSACTION = 0x25,
	SMB_COM_TRANSACTION_SECONDARY = 0x26,
	SMB_COM_OPEN_ANDX = 0x2d,
	SMB_COM_READ_ANDX = 0x2e,
	SMB_COM_WRITE_ANDX = 0x2f,
	SMB_COM_TRANSACTION2 = 0x32,
	SMB_COM_TRANSACTION2_SECONDARY = 0x33,
	SMB_COM_NEGOTIATE = 0x72,
	SMB_COM_SESSION_SETUP_ANDX = 0x73,
	SMB_COM_LOGOFF_ANDX = 0x74,
	SMB_COM_TREE_CONNECT_ANDX = 0x75,
	SMB_COM_NT_TRANSACT = 0xa0,
	SMB_COM_NT_TRANSACT_SECONDARY = 0xa1,
	SMB_COM_NT_CREATE_ANDX = 0xa2,
	SMB_COM_NT_CANCEL = 0xa4,
	SMB_COM_NONE = 0xff
};

#define FLAGS2_UNICODE  0x8000
#define FLAGS2_NTSTATUS 0x4000

/* What a request tells of its response. */
enum smb_trans { TRANS_UNKNOWN, TRANS_PIPE, TRANS_LANMAN, TRANS_MAILSLOT };
struct smb_request {
	uint32_t key; /* multiplex id and process id */
	uint16_t fid;
	uint8_t command;
	uint8_t trans;  /* enum smb_trans */
	uint8_t trans2; /* the kind of transaction + 1; 0 unknown */
	bool ipc, used;
};

#define SMB_REQUESTS 32
#define SMB_TREES    16

struct smb_flow {
	uint8_t next_request, ntrees, next_tree;
	uint16_t ipc_trees[SMB_TREES]; /* that lead to pipes */
	struct smb_request requests[SMB_REQUESTS];
};

/* A message on its way. */
struct smb_message {
	struct packet *pkt;
	struct cursor *c; /* over the message from its header on */
	struct row *row;
	struct smb_flow *flow;
	struct smb_request *request; /* that this message is or answers; NULL unknown */
	uint16_t tid, flags2;
	bool response, unicode;
	const uint8_t *words;
	unsigned wct;
	struct cursor bytes;
};

/* Where the words begin in the message. */
static inline uint32_t smb_at(const struct smb_message *m, const uint8_t *p)
{
	return (uint32_t)(p - m->c->data);
}

/* The next text of `bytes`: in the message's own character set and aligned so, or in octets. */
void smb_text(struct smb_message *m, struct cursor *bytes, unsigned field, uint32_t max);
void smb_ascii(struct smb_message *m, struct cursor *bytes, unsigned field);

/* A stretch of the message by its offset. */
struct cursor smb_stretch(const struct smb_message *m, uint32_t offset, uint32_t len);

void smb_session_command(struct smb_message *m, uint32_t command);
void smb_transaction(struct smb_message *m, uint32_t command);
/* Octets written to or read from a pipe. */
void smb_pipe_data(struct smb_message *m, uint16_t fid, struct cursor data);

bool smb_is_ipc(const struct smb_flow *flow, uint16_t tid);

/* For the Info column, only where pkt->info is asked for: what a command that was read says (`first` of the
 * message), and when all that it carries is dissected, its error. */
void smb_inform(struct smb_message *m, uint32_t cmd, bool first);
void smb_inform_error(struct packet *pkt, struct layer *layer, const struct layer *child);

#endif
