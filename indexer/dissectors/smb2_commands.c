/* SMB 2 and 3: what the commands say ([MS-SMB2], sections 2.2.3 to 2.2.39). Offsets of names and data count
 * from the header's first octet. */
#include <inttypes.h>

#include "indexer/dissectors/dcerpc.h"
#include "indexer/dissectors/security_blob.h"
#include "indexer/dissectors/smb2.h"
#include "indexer/dissectors/utf16.h"

#define STATUS_BUFFER_OVERFLOW  0x80000005
#define STATUS_MORE_PROCESSING  0xc0000016
#define FSCTL_PIPE_TRANSCEIVE   0x0011c017
#define FSCTL_PIPE_WAIT         0x00110018
#define FSCTL_DFS_GET_REFERRALS 0x00060194
#define DIALECTS_MAX            64
#define FILE_ID                 16

static struct cursor stretch(const struct smb2_message *m, uint32_t offset, uint32_t len)
{
	struct cursor all = *m->c;
	all.pos = offset;
	return cur_sub(&all, len);
}

static void name(struct smb2_message *m, unsigned field, uint32_t offset, uint32_t len)
{
	struct cursor t = stretch(m, offset, len);
	if (len && t.cap)
		row_utf16(m->row, field, t.data, t.cap);
}

static void blob(struct smb2_message *m, uint32_t offset, uint32_t len)
{
	struct cursor b = stretch(m, offset, len), shown = b;
	if (!len || m->pkt->fail || !b.len)
		return;
	row_bytes_avail(m->row, SMB2_SECURITY_BLOB, &shown, b.len);
	pkt_next_security_blob(m->pkt, b);
}

/* ---- files ---- */

/* The file that the identifier at the cursor names, as one number. */
static uint64_t file_id(struct smb2_message *m)
{
	struct cursor *c = m->c;
	if (!cur_need(c, FILE_ID))
		return 0;
	const uint8_t *p = c->data + c->pos;
	uint64_t file = le64(p) ^ le64(p + 8);
	row_guid(m->row, SMB2_FID, c, true);
	if (m->request)
		m->request->file = file;
	return file;
}

static void create(struct smb2_message *m)
{
	struct cursor *c = m->c;
	struct row *r = m->row;
	if (m->response) {
		cur_skip(c, 2);
		row_le(r, SMB2_CREATE_ACTION, c, 4);
		cur_skip(c, 40);
		row_le(r, SMB2_END_OF_FILE, c, 8);
		cur_skip(c, 8);
		uint64_t file = file_id(m);
		smb2_note_file(m, file);
		if (m->pkt->info)
			smb2_inform_file(m, file);
		return;
	}
	cur_skip(c, 34);
	row_le(r, SMB2_DISPOSITION, c, 4);
	cur_skip(c, 4);
	uint32_t offset = (uint32_t)cur_le(c, 2), len = (uint32_t)cur_le(c, 2);
	if (m->pkt->fail)
		return;
	name(m, SMB2_FILENAME, offset, len);
	if (m->request)
		m->request->name = row_has(r, SMB2_FILENAME) ? (uint32_t)r->v[SMB2_FILENAME] : 0;
	if (m->pkt->info)
		smb2_inform_field(m, " File: ", SMB2_FILENAME);
}

static void read_file(struct smb2_message *m)
{
	struct cursor *c = m->c;
	struct row *r = m->row;
	if (m->response) {
		uint32_t offset = (uint32_t)cur_le(c, 1);
		cur_skip(c, 1);
		uint32_t len = (uint32_t)cur_le(c, 4);
		if (!m->pkt->fail && len)
			dcerpc_pipe(m->pkt, stretch(m, offset, len), m->request ? m->request->file : 0, true);
		return;
	}
	cur_skip(c, 2);
	uint32_t len = (uint32_t)row_le(r, SMB2_READ_LENGTH, c, 4);
	uint64_t offset = row_le(r, SMB2_FILE_OFFSET, c, 8), file = file_id(m);
	info_add(m->pkt, " Len:%u Off:%" PRIu64, len, offset);
	if (m->pkt->info)
		smb2_inform_file(m, file);
}

static void write_file(struct smb2_message *m)
{
	struct cursor *c = m->c;
	struct row *r = m->row;
	if (m->response) {
		cur_skip(c, 2);
		row_le(r, SMB2_WRITE_COUNT, c, 4);
		return;
	}
	uint32_t offset = (uint32_t)cur_le(c, 2);
	uint32_t len = (uint32_t)row_le(r, SMB2_WRITE_LENGTH, c, 4);
	uint64_t at = row_le(r, SMB2_FILE_OFFSET, c, 8), file = file_id(m);
	info_add(m->pkt, " Len:%u Off:%" PRIu64, len, at);
	if (m->pkt->info)
		smb2_inform_file(m, file);
	if (!m->pkt->fail && len)
		dcerpc_pipe(m->pkt, stretch(m, offset, len), file, true);
}

/* Fields that Wireshark puts beside the message, not into it. */
static const struct protocol wait_timeout = { .name = "smb2.fsctl.wait.timeout", .title = "Timeout" };
static const struct protocol wait_name = { .name = "smb2.fsctl.wait.name", .title = "Name" };

static void inform_ioctl(
	struct smb2_message *m, uint32_t function, uint64_t file, uint32_t in, uint32_t in_len)
{
	struct packet *pkt = m->pkt;
	info_add(pkt, " %s",
		info_name(smb2_records[0].fields[SMB2_IOCTL_FUNCTION].names, function, "Unknown"));
	smb2_inform_file(m, file);
	if (m->response || pkt->fail)
		return;
	struct cursor data = stretch(m, in, in_len);
	uint64_t n;
	if (function == FSCTL_PIPE_WAIT && cur_peek(&data, 8, 4, &n)) { /* [MS-FSCC], section 2.3.49 */
		n = __builtin_bswap32((uint32_t)n);
		cur_skip(&data, 14);
		info_add(pkt, "%s", " Pipe: ");
		info_utf16(pkt, data.data + data.pos, cur_avail(&data) < n ? cur_avail(&data) : (uint32_t)n);
	} else if (function == FSCTL_DFS_GET_REFERRALS &&
		   cur_avail(&data) > 2) { /* [MS-DFSC], section 2.2.2 */
		cur_skip(&data, 2);
		info_add(pkt, "%s", ", File: ");
		info_utf16(pkt, data.data + data.pos, cur_avail(&data));
	}
}

static void ioctl(struct smb2_message *m)
{
	struct cursor *c = m->c;
	cur_skip(c, 2);
	uint32_t function = (uint32_t)row_le(m->row, SMB2_IOCTL_FUNCTION, c, 4);
	uint64_t file = file_id(m);
	uint32_t in = (uint32_t)cur_le(c, 4), in_len = (uint32_t)cur_le(c, 4);
	if (!m->response)
		cur_skip(c, 4);
	uint32_t out = (uint32_t)cur_le(c, 4), out_len = (uint32_t)cur_le(c, 4);
	if (m->pkt->info)
		inform_ioctl(m, function, file, in, in_len);
	if (!m->pkt->fail && function == FSCTL_PIPE_WAIT && !m->response && in_len) {
		pkt_item(m->pkt, &wait_timeout, 8);
		pkt_item(m->pkt, &wait_name, in_len);
	}
	if (m->pkt->fail || function != FSCTL_PIPE_TRANSCEIVE)
		return;
	if (!m->response && in_len)
		dcerpc_pipe(m->pkt, stretch(m, in, in_len), file, true);
	if (m->response && out_len)
		dcerpc_pipe(m->pkt, stretch(m, out, out_len), file, true);
}

static void find(struct smb2_message *m)
{
	struct cursor *c = m->c;
	if (m->response)
		return;
	uint32_t level = (uint32_t)cur_le(c, 1);
	cur_skip(c, 5);
	uint64_t file = file_id(m);
	uint32_t offset = (uint32_t)cur_le(c, 2), len = (uint32_t)cur_le(c, 2);
	if (!m->pkt->fail)
		name(m, SMB2_FIND_PATTERN, offset, len);
	if (m->pkt->info) {
		smb2_inform_file(m, file);
		smb2_inform_find(m, level);
	}
}

enum { CLASS_FILE = 1, CLASS_FS, CLASS_SECURITY };

/* A response has what the request asked for. */
static void info(struct smb2_message *m, bool set)
{
	static const uint8_t fields[] = { 0, SMB2_FILE_INFOLEVEL, SMB2_FS_INFOLEVEL, SMB2_SEC_INFOLEVEL };
	struct cursor *c = m->c;
	uint32_t class = 0, level = 0;
	if (!m->response) {
		class = (uint32_t)row_le(m->row, SMB2_CLASS, c, 1);
		level = (uint32_t)cur_le(c, 1);
		if (m->request) {
			m->request->class = (uint8_t) class;
			m->request->level = (uint8_t)level;
		}
	} else if (m->request && m->request->class) {
		class = m->request->class;
		level = m->request->level;
		row_set(m->row, SMB2_CLASS, class);
	}
	if (class >= CLASS_FILE && class <= CLASS_SECURITY)
		row_set(m->row, fields[class], level);
	if (m->response)
		return;
	cur_skip(c, set ? 12 : 20);
	uint64_t file = file_id(m);
	if (m->pkt->info) {
		smb2_inform_level(m, class, level);
		smb2_inform_file(m, file);
	}
}

/* ---- sessions ---- */

static void negotiate(struct smb2_message *m)
{
	struct cursor *c = m->c;
	struct row *r = m->row;
	if (m->response) {
		row_le(r, SMB2_SEC_MODE, c, 1);
		cur_skip(c, 1);
		row_le(r, SMB2_DIALECT, c, 2);
		cur_skip(c, 2);
		row_guid(r, SMB2_SERVER_GUID, c, true);
		row_le(r, SMB2_CAPABILITIES, c, 4);
		cur_skip(c, 28);
		uint32_t offset = (uint32_t)cur_le(c, 2), len = (uint32_t)cur_le(c, 2);
		blob(m, offset, len);
		return;
	}
	uint32_t n = (uint32_t)cur_le(c, 2);
	row_le(r, SMB2_SEC_MODE, c, 1);
	cur_skip(c, 3);
	row_le(r, SMB2_CAPABILITIES, c, 4);
	row_guid(r, SMB2_CLIENT_GUID, c, true);
	cur_skip(c, 8);
	for (uint32_t i = 0; i < n && i < DIALECTS_MAX && !m->pkt->fail && cur_need(c, 2); i++)
		row_le(row_open(m->pkt, &proto_smb2, SMB2_REC_DIALECT), SMB2_DIALECT_OFFERED, c, 2);
}

static void session_setup(struct smb2_message *m)
{
	struct cursor *c = m->c;
	if (m->response) {
		row_le(m->row, SMB2_SESSION_FLAGS, c, 2);
	} else {
		cur_skip(c, 1);
		row_le(m->row, SMB2_SEC_MODE, c, 1);
		row_le(m->row, SMB2_CAPABILITIES, c, 4);
		cur_skip(c, 4);
	}
	uint32_t offset = (uint32_t)cur_le(c, 2), len = (uint32_t)cur_le(c, 2);
	blob(m, offset, len);
}

static void note_tree(struct smb2_message *m, uint32_t type)
{
	struct smb2_flow *f = m->flow;
	if (!f || !m->tid)
		return;
	unsigned at = f->next_tree;
	for (unsigned i = 0; i < SMB2_TREES; i++)
		if (f->trees[i].tid == m->tid)
			at = i;
	if (at == f->next_tree)
		f->next_tree = (uint8_t)((f->next_tree + 1) % SMB2_TREES);
	f->trees[at].tid = m->tid;
	f->trees[at].type = (uint8_t)type;
	f->trees[at].name = m->request ? m->request->name : 0;
}

static void tree_connect(struct smb2_message *m)
{
	struct cursor *c = m->c;
	if (m->response) {
		if (m->request && m->request->name)
			row_set(m->row, SMB2_TREE, m->request->name);
		note_tree(m, (uint32_t)row_le(m->row, SMB2_SHARE_TYPE, c, 1));
		return;
	}
	cur_skip(c, 2);
	uint32_t offset = (uint32_t)cur_le(c, 2), len = (uint32_t)cur_le(c, 2);
	if (m->pkt->fail)
		return;
	name(m, SMB2_TREE, offset, len);
	if (m->pkt->info)
		smb2_inform_field(m, " Tree: ", SMB2_TREE);
	if (m->request && row_has(m->row, SMB2_TREE))
		m->request->name = (uint32_t)m->row->v[SMB2_TREE];
}

/* An error has its own short form (section 2.2.2), but for what only means that there is more. */
static bool is_error(const struct smb2_message *m, uint32_t command)
{
	if (m->status == 0)
		return false;
	if (command == SMB2_SESSION_SETUP)
		return m->status != STATUS_MORE_PROCESSING;
	return m->status != STATUS_BUFFER_OVERFLOW;
}

void smb2_command(struct smb2_message *m, uint32_t command)
{
	cur_skip(m->c, 2); /* structure size */
	if (m->response && is_error(m, command))
		return;
	switch (command) {
	case SMB2_NEGOTIATE:
		negotiate(m);
		break;
	case SMB2_SESSION_SETUP:
		session_setup(m);
		break;
	case SMB2_TREE_CONNECT:
		tree_connect(m);
		break;
	case SMB2_CREATE:
		create(m);
		break;
	case SMB2_CLOSE:
	case SMB2_FLUSH:
	case SMB2_NOTIFY:
		if (!m->response) {
			cur_skip(m->c, 6);
			uint64_t file = file_id(m);
			if (m->pkt->info)
				smb2_inform_file(m, file);
		}
		break;
	case SMB2_READ:
		read_file(m);
		break;
	case SMB2_WRITE:
		write_file(m);
		break;
	case SMB2_IOCTL:
		ioctl(m);
		break;
	case SMB2_FIND:
		find(m);
		break;
	case SMB2_GET_INFO:
	case SMB2_SET_INFO:
		info(m, command == SMB2_SET_INFO);
		break;
	default:
		break;
	}
}
