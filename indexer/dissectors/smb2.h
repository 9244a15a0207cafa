/* SMB 2 and 3: what its files share. */
#ifndef PCAPDEX_DISSECTORS_SMB2_H
#define PCAPDEX_DISSECTORS_SMB2_H

#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

enum {
	SMB2_CMD,
	SMB2_HEADER_LEN,
	SMB2_CREDIT_CHARGE,
	SMB2_FLAGS,
	SMB2_CHAIN_OFFSET,
	SMB2_MSG_ID,
	SMB2_SESID,
	SMB2_SIGNATURE,
	SMB2_PROTOCOL_ID,
	SMB2_TID,
	SMB2_PID,
	SMB2_NT_STATUS,
	SMB2_CHANNEL_SEQUENCE,
	SMB2_CREDITS_REQUESTED,
	SMB2_CREDITS_GRANTED,
	SMB2_RESPONSE_TO,
	SMB2_TIME,
	SMB2_FLAGS_RESPONSE,
	SMB2_FLAGS_ASYNC,
	SMB2_FLAGS_CHAINED,
	SMB2_FLAGS_SIGNATURE,
	SMB2_FLAGS_PRIORITY,
	SMB2_FLAGS_DFS,
	SMB2_FLAGS_REPLAY,
	/* part 1: asynchronous */
	SMB2_AID,
	/* part 2: files */
	SMB2_FID,
	SMB2_FILENAME,
	SMB2_TREE,
	SMB2_SHARE_TYPE,
	SMB2_DISPOSITION,
	SMB2_CREATE_ACTION,
	SMB2_READ_LENGTH,
	SMB2_WRITE_LENGTH,
	SMB2_WRITE_COUNT,
	SMB2_FILE_OFFSET,
	SMB2_IOCTL_FUNCTION,
	SMB2_FIND_PATTERN,
	SMB2_CLASS,
	SMB2_FILE_INFOLEVEL,
	SMB2_FS_INFOLEVEL,
	SMB2_SEC_INFOLEVEL,
	SMB2_END_OF_FILE,
	/* part 3: sessions */
	SMB2_DIALECT,
	SMB2_SERVER_GUID,
	SMB2_CLIENT_GUID,
	SMB2_SEC_MODE,
	SMB2_CAPABILITIES,
	SMB2_SECURITY_BLOB,
	SMB2_SESSION_FLAGS,
	/* part 4: wrapped messages */
	SMB2_TRANSFORM_SIGNATURE,
	SMB2_TRANSFORM_NONCE,
	SMB2_TRANSFORM_MSG_SIZE,
	SMB2_TRANSFORM_FLAGS,
	SMB2_COMP_ORIGINAL_SIZE,
	SMB2_COMP_ALGORITHM,
	SMB2_NFIELDS
};

enum { SMB2_DIALECT_OFFERED, SMB2_DIALECT_NFIELDS };
enum { SMB2_LATE_RESPONSE_IN, SMB2_LATE_NFIELDS };
enum { SMB2_REC_LAYER, SMB2_REC_DIALECT, SMB2_REC_LATE, SMB2_REC_COUNT };

enum smb2_command {
	SMB2_NEGOTIATE,
	SMB2_SESSION_SETUP,
	SMB2_LOGOFF,
	SMB2_TREE_CONNECT,
	SMB2_TREE_DISCONNECT,
	SMB2_CREATE,
	SMB2_CLOSE,
	SMB2_FLUSH,
	SMB2_READ,
	SMB2_WRITE,
	SMB2_LOCK,
	SMB2_IOCTL,
	SMB2_CANCEL,
	SMB2_KEEP_ALIVE,
	SMB2_FIND,
	SMB2_NOTIFY,
	SMB2_GET_INFO,
	SMB2_SET_INFO,
	SMB2_BREAK
};

extern const struct protocol proto_smb2;
extern const struct record smb2_records[SMB2_REC_COUNT];

#define SMB2_TREES    16
#define SMB2_REQUESTS 64
#define SMB2_FILES    64

/* What a request tells of its response; names are ids of the dictionary. */
struct smb2_request {
	uint64_t msg_id, file;
	uint32_t name;
	uint8_t class, level;
	bool used;
};

/* An open file; `name` is an id of the dictionary, 0 an empty one. */
struct smb2_file {
	uint64_t file;
	uint32_t name;
	bool used;
};

struct smb2_flow {
	uint8_t next_request, next_tree, next_file;
	struct {
		uint32_t tid, name;
		uint8_t type;
	} trees[SMB2_TREES];
	struct smb2_request requests[SMB2_REQUESTS];
	struct smb2_file files[SMB2_FILES];
};

/* A message on its way. */
struct smb2_message {
	struct packet *pkt;
	struct cursor *c; /* over this message from its header on */
	struct row *row;
	struct smb2_flow *flow;
	struct smb2_request *request; /* that this is or answers; NULL unknown */
	uint32_t status, tid;
	bool response;
};

void smb2_command(struct smb2_message *m, uint32_t command);

/* The file that a response has opened has the name of the request. */
void smb2_note_file(struct smb2_message *m, uint64_t file);

/* For the Info column; only where pkt->info is asked for. What the message is, and its error; the name of an
 * open file; a text of the message; what is asked of a file; which entries are looked for. */
void smb2_inform(struct smb2_message *m, uint32_t command);
void smb2_inform_file(struct smb2_message *m, uint64_t file);
void smb2_inform_field(struct smb2_message *m, const char *before, unsigned field);
void smb2_inform_level(struct smb2_message *m, uint32_t class, uint32_t level);
void smb2_inform_find(struct smb2_message *m, uint32_t level);

#endif
