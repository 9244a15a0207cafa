/* Server Message Block, version 1 ([MS-CIFS], [MS-SMB]).
 *
 *      0               4   5               9  10      12      14
 *     +---------------+---+---------------+--+-------+-------+---------------------------+-------+
 *     | ff  S  M  B   |cmd| status        |fl| flags2|pid hi | signature (8)             |reserv.|
 *     +-------+-------+-------+-------+---+--+-------+-------+---------------------------+-------+
 *  24 | tid   | pid   | uid   | mid   |
 *     +---+---+-------+-------+-------+-----+-------+--------- - -
 *  32 |wct| wct words of parameters         | bcc   | bcc octets
 *     +---+---------------------------------+-------+--------- - -
 *
 * The words of an "AndX" command begin with the next command and its offset from the header's first octet:
 * words and octets of that command stand there. Numbers are little-endian. */
#include "indexer/dissectors/smb.h"

#include "indexer/dissectors/utf16.h"

#define HEADER        32
#define FLAG_RESPONSE 0x80
#define ANDX_MAX      16 /* commands in one message */

bool smb_is_ipc(const struct smb_flow *flow, uint16_t tid)
{
	for (unsigned i = 0; flow && i < flow->ntrees; i++)
		if (flow->ipc_trees[i] == tid)
			return true;
	return false;
}

struct cursor smb_stretch(const struct smb_message *m, uint32_t offset, uint32_t len)
{
	struct cursor all = *m->c;
	all.pos = offset;
	return cur_sub(&all, len);
}

/* ---- texts ---- */

void smb_ascii(struct smb_message *m, struct cursor *bytes, unsigned field)
{
	uint32_t n = cur_avail(bytes);
	if (!n)
		return;
	const uint8_t *p = bytes->data + bytes->pos, *end = memchr(p, 0, n);
	row_text(m->row, field, (const char *)p, end ? (size_t)(end - p) : n, p, n);
	cur_skip(bytes, end ? (uint32_t)(end - p) + 1 : n);
}

void smb_text(struct smb_message *m, struct cursor *bytes, unsigned field, uint32_t max)
{
	if (!m->unicode) {
		smb_ascii(m, bytes, field);
		return;
	}
	if (cur_avail(bytes) && smb_at(m, bytes->data + bytes->pos) & 1)
		cur_skip(bytes, 1);
	uint32_t n = cur_avail(bytes);
	if (!n)
		return;
	if (n > max)
		n = max;
	const uint8_t *p = bytes->data + bytes->pos;
	n = utf16_size(p, n);
	row_utf16(m->row, field, p, n);
	cur_skip(bytes, n ? n : 1);
}

/* ---- who asked ---- */

static struct smb_request *find_request(struct smb_flow *flow, uint32_t key)
{
	for (unsigned i = 0; flow && i < SMB_REQUESTS; i++)
		if (flow->requests[i].used && flow->requests[i].key == key)
			return &flow->requests[i];
	return NULL;
}

static struct smb_request *note_request(struct smb_message *m, uint32_t key, uint32_t command)
{
	struct smb_flow *flow = m->flow;
	if (!flow)
		return NULL;
	struct smb_request *r = find_request(flow, key);
	if (!r) {
		r = &flow->requests[flow->next_request];
		flow->next_request = (uint8_t)((flow->next_request + 1) % SMB_REQUESTS);
	}
	*r = (struct smb_request) {
		.key = key, .command = (uint8_t)command, .used = true, .ipc = smb_is_ipc(flow, m->tid)
	};
	return r;
}

static void note_tree(struct smb_flow *flow, uint16_t tid)
{
	if (!flow || smb_is_ipc(flow, tid))
		return;
	flow->ipc_trees[flow->next_tree] = tid;
	flow->next_tree = (uint8_t)((flow->next_tree + 1) % SMB_TREES);
	if (flow->ntrees < SMB_TREES)
		flow->ntrees++;
}

/* ---- files ---- */

/* [MS-CIFS], section 2.2.4.55: does the path of a tree lead to pipes? */
static bool leads_to_pipes(const struct smb_message *m, const struct cursor *path)
{
	uint32_t n = cur_avail(path), step = m->unicode ? 2 : 1;
	const uint8_t *p = path->data + path->pos;
	while (n >= step && p[n - step] == 0)
		n -= step;
	if (n < 4 * step)
		return false;
	for (unsigned i = 0; i < 4; i++)
		if (p[n - (4 - i) * step] != (uint8_t) "IPC$"[i])
			return false;
	return true;
}

static void tree_connect(struct smb_message *m)
{
	struct cursor *b = &m->bytes;
	if (m->response) {
		smb_ascii(m, b, SMB_SERVICE);
		if (m->wct != 0 && cur_left(b))
			smb_text(m, b, SMB_NATIVE_FS, UINT32_MAX);
		if (m->request && m->request->ipc)
			note_tree(m->flow, m->tid);
		return;
	}
	if (m->wct < 4)
		return;
	cur_skip(b, le16(m->words + 6)); /* password */
	if (m->unicode && cur_avail(b) && smb_at(m, b->data + b->pos) & 1)
		cur_skip(b, 1);
	struct cursor path = *b;
	smb_text(m, b, SMB_PATH, UINT32_MAX);
	path.len = path.cap = b->pos < path.cap ? b->pos : path.cap;
	if (m->request)
		m->request->ipc = leads_to_pipes(m, &path);
	smb_ascii(m, b, SMB_SERVICE);
}

static void nt_create(struct smb_message *m)
{
	const uint8_t *w = m->words;
	if (m->response) {
		if (m->wct < 34)
			return;
		row_set_at(m->row, SMB_FID, le16(w + 5), w + 5, 2);
		row_set_at(m->row, SMB_CREATE_ACTION, le32(w + 7), w + 7, 4);
		row_set_at(m->row, SMB_END_OF_FILE, (int64_t)le64(w + 55), w + 55, 8);
		return;
	}
	if (m->wct < 24)
		return;
	row_set_at(m->row, SMB_CREATE_DISPOSITION, le32(w + 35), w + 35, 4);
	smb_text(m, &m->bytes, SMB_FILE, le16(w + 5) ? le16(w + 5) : UINT32_MAX);
}

static void open_file(struct smb_message *m)
{
	if (!m->response)
		smb_text(m, &m->bytes, SMB_FILE, UINT32_MAX);
	else if (m->wct >= 3)
		row_set_at(m->row, SMB_FID, le16(m->words + 4), m->words + 4, 2);
}

static void file_offset(struct smb_message *m, unsigned high_word)
{
	uint64_t offset = le32(m->words + 6);
	if (m->wct >= high_word + 2)
		offset |= (uint64_t)le32(m->words + high_word * 2) << 32;
	row_set_at(m->row, SMB_FILE_OFFSET, (int64_t)offset, m->words + 6, 4);
}

static void data_length(struct smb_message *m, unsigned low_word, unsigned high_word, unsigned offset_word)
{
	const uint8_t *w = m->words;
	row_set_at(m->row, SMB_DATA_LEN_LOW, le16(w + low_word * 2), w + low_word * 2, 2);
	row_set_at(m->row, SMB_DATA_LEN_HIGH, le16(w + high_word * 2), w + high_word * 2, 2);
	row_set_at(m->row, SMB_DATA_OFFSET, le16(w + offset_word * 2), w + offset_word * 2, 2);
}

/* What is written to a pipe and read from it is DCE/RPC's. */
static void pipe_data(struct smb_message *m, unsigned low_word, unsigned high_word, unsigned offset_word)
{
	const uint8_t *w = m->words;
	uint32_t len = le16(w + low_word * 2) | (uint32_t)le16(w + high_word * 2) << 16;
	const struct smb_request *q = m->request;
	if (!q || !q->ipc || len == 0)
		return;
	struct cursor data = smb_stretch(m, le16(w + offset_word * 2), len);
	smb_pipe_data(m, q->fid, data);
}

/* A response does not say of which file it is; the request did. */
static void known_file(const struct smb_message *m)
{
	if (m->request && m->request->fid && m->wct)
		row_set(m->row, SMB_FID, m->request->fid);
}

static void read_file(struct smb_message *m)
{
	if (m->response) {
		if (m->wct < 12)
			return;
		known_file(m);
		data_length(m, 5, 7, 6);
		pipe_data(m, 5, 7, 6);
	} else if (m->wct >= 10) {
		row_set_at(m->row, SMB_FID, le16(m->words + 4), m->words + 4, 2);
		if (m->request)
			m->request->fid = le16(m->words + 4);
		file_offset(m, 10);
	}
}

static void write_file(struct smb_message *m)
{
	if (m->response)
		known_file(m);
	if (m->response || m->wct < 12)
		return;
	row_set_at(m->row, SMB_FID, le16(m->words + 4), m->words + 4, 2);
	if (m->request)
		m->request->fid = le16(m->words + 4);
	file_offset(m, 12);
	data_length(m, 10, 9, 11);
	pipe_data(m, 10, 9, 11);
}

/* [MS-CIFS], section 2.2.2.5: a text behind an octet that says what it is. */
static void path_command(struct smb_message *m, unsigned field)
{
	if (m->response)
		return;
	cur_be(&m->bytes, 1);
	smb_text(m, &m->bytes, field, UINT32_MAX);
}

static void rename_file(struct smb_message *m)
{
	if (m->response)
		return;
	path_command(m, SMB_OLD_FILE);
	path_command(m, SMB_FILE);
}

static void command(struct smb_message *m, uint32_t command)
{
	switch (command) {
	case SMB_COM_CREATE_DIRECTORY:
	case SMB_COM_DELETE_DIRECTORY:
	case SMB_COM_CHECK_DIRECTORY:
		path_command(m, SMB_PATH);
		break;
	case SMB_COM_DELETE:
	case SMB_COM_QUERY_INFORMATION:
	case SMB_COM_SET_INFORMATION:
		path_command(m, SMB_FILE);
		break;
	case SMB_COM_RENAME:
		rename_file(m);
		break;
	case SMB_COM_CLOSE:
		if (!m->response && m->wct >= 3) {
			row_set_at(m->row, SMB_FID, le16(m->words), m->words, 2);
			if (m->request)
				m->request->fid = le16(m->words);
		}
		break;
	case SMB_COM_NEGOTIATE:
	case SMB_COM_SESSION_SETUP_ANDX:
		smb_session_command(m, command);
		break;
	case SMB_COM_TREE_CONNECT_ANDX:
		tree_connect(m);
		break;
	case SMB_COM_NT_CREATE_ANDX:
		nt_create(m);
		break;
	case SMB_COM_OPEN_ANDX:
		open_file(m);
		break;
	case SMB_COM_READ_ANDX:
		read_file(m);
		break;
	case SMB_COM_WRITE_ANDX:
		write_file(m);
		break;
	case SMB_COM_TRANSACTION:
	case SMB_COM_TRANSACTION2:
	case SMB_COM_NT_TRANSACT:
		smb_transaction(m, command);
		break;
	default:
		break;
	}
}

/* ---- the message ---- */

static bool has_andx(uint32_t command)
{
	switch (command) {
	case SMB_COM_LOCKING_ANDX:
	case SMB_COM_OPEN_ANDX:
	case SMB_COM_READ_ANDX:
	case SMB_COM_WRITE_ANDX:
	case SMB_COM_SESSION_SETUP_ANDX:
	case SMB_COM_LOGOFF_ANDX:
	case SMB_COM_TREE_CONNECT_ANDX:
	case SMB_COM_NT_CREATE_ANDX:
		return true;
	default:
		return false;
	}
}

/* Words and octets of one command; gives the next one and moves to it. */
static uint32_t block(struct smb_message *m, uint32_t cmd, bool first)
{
	struct cursor *c = m->c;
	uint32_t next = SMB_COM_NONE, next_at = 0;
	struct row *b = row_open(m->pkt, &proto_smb, SMB_REC_BLOCK);
	m->wct = (unsigned)row_be(b, BLOCK_WCT, c, 1);
	m->words = cur_take(c, m->wct * 2);
	if (m->words && m->wct >= 2 && has_andx(cmd)) {
		next = m->words[0];
		next_at = le16(m->words + 2);
		row_set_at(b, BLOCK_ANDX_CMD, next, m->words, 1);
		row_set_at(b, BLOCK_ANDX_OFFSET, next_at, m->words + 2, 2);
	}
	uint32_t bcc = (uint32_t)row_le(b, BLOCK_BCC, c, 2);
	if (m->pkt->fail)
		return SMB_COM_NONE;
	uint32_t start = c->pos;
	m->bytes = cur_sub(c, bcc);
	command(m, cmd);
	if (m->pkt->info)
		smb_inform(m, cmd, first);
	/* Backwards it would go round in circles. */
	if (next == SMB_COM_NONE || next_at < start)
		return SMB_COM_NONE;
	c->pos = next_at;
	return next;
}

static bool is_secondary(uint32_t cmd)
{
	return cmd == SMB_COM_TRANSACTION_SECONDARY || cmd == SMB_COM_TRANSACTION2_SECONDARY ||
	       cmd == SMB_COM_NT_TRANSACT_SECONDARY || cmd == SMB_COM_NT_CANCEL;
}

static enum verdict smb_dissect(struct packet *pkt, struct cursor *c)
{
	uint64_t magic;
	if (!cur_peek(c, 0, 4, &magic) || magic != 0xff534d42)
		return NOT_MINE;
	struct row *r = row_open(pkt, &proto_smb, SMB_REC_LAYER);
	struct smb_message m = { .pkt = pkt, .c = c, .row = r, .flow = pkt_flow(pkt, &proto_smb) };
	cur_skip(c, 4);
	uint32_t cmd = (uint32_t)row_be(r, SMB_CMD, c, 1);
	const uint8_t *p = cur_take(c, HEADER - 5);
	if (!p)
		return MINE;
	m.flags2 = le16(p + 5);
	m.response = p[4] & FLAG_RESPONSE;
	m.unicode = m.flags2 & FLAGS2_UNICODE;
	m.tid = le16(p + 19);
	if (m.flags2 & FLAGS2_NTSTATUS) {
		row_set_at(r, SMB_NT_STATUS, le32(p), p, 4);
	} else {
		row_set_at(r, SMB_ERROR_CLASS, p[0], p, 1);
		row_set_at(r, SMB_ERROR_CODE, le16(p + 2), p + 2, 2);
	}
	row_set_at(r, SMB_FLAGS, p[4], p + 4, 1);
	row_set_at(r, SMB_FLAGS2, m.flags2, p + 5, 2);
	row_set_at(r, SMB_PID_HIGH, le16(p + 7), p + 7, 2);
	struct cursor signature = { p + 9, 0, 8, 8, c->fail };
	row_bytes(r, SMB_SIGNATURE, &signature, 8);
	row_set_at(r, SMB_TID, m.tid, p + 19, 2);
	row_set_at(r, SMB_PID, le16(p + 21), p + 21, 2);
	row_set_at(r, SMB_UID, le16(p + 23), p + 23, 2);
	row_set_at(r, SMB_MID, le16(p + 25), p + 25, 2);
	uint32_t key = (uint32_t)le16(p + 21) << 16 | le16(p + 25);
	if (!is_secondary(cmd)) {
		pkt_exchange(pkt, &proto_smb, r, key, m.response);
		if (!m.response)
			m.request = note_request(&m, key, cmd);
	}
	if (!m.request)
		m.request = find_request(m.flow, key);
	if (pkt->info && m.response)
		pkt_on_finish(pkt, 0, smb_inform_error);
	for (unsigned i = 0; i < ANDX_MAX && cmd != SMB_COM_NONE && !pkt->fail; i++)
		cmd = block(&m, cmd, i == 0);
	return MINE;
}

static const struct exchange_fields smb_exchange = {
	.response_to = SMB_RESPONSE_TO,
	.time = SMB_TIME,
	.unsolicited = EXCHANGE_NO_FIELD,
	.repeat_request = EXCHANGE_NO_FIELD,
	.repeat_response = EXCHANGE_NO_FIELD,
	.late_record = SMB_REC_LATE,
	.response_in = LATE_RESPONSE_IN,
	.by_ports = true,
};

const struct protocol proto_smb = {
	.name = "smb",
	.title = "SMB (Server Message Block Protocol)",
	.column = "SMB",
	.spec = "MS-CIFS",
	.help = "Shares files, printers and pipes between machines; version 1.",
	.id = PROTO_ID_smb,
	.records = smb_records,
	.nrecords = SMB_REC_COUNT,
	.dissect = smb_dissect,
	.exchange = &smb_exchange,
	.flow_size = sizeof(struct smb_flow),
};
