/* SMB 1: transactions ([MS-CIFS], sections 2.2.4.33, 2.2.4.46 and 2.2.4.62). Those by name go to mailslots
 * and pipes.
 *
 *     words of a request:  total parameters, total data, most parameters, most data (2 octets each),
 *                          most setup words, - (1 each), flags (2), timeout (4), - (2),
 *                          parameters: count, offset (2 each), data: count, offset (2 each),
 *                          number of setup words (1), - (1), the setup words
 *
 * NT transactions have other sizes. */
#include "indexer/dissectors/dcerpc.h"
#include "indexer/dissectors/smb.h"
#include "indexer/dissectors/utf16.h"

extern const struct protocol proto_data, proto_mailslot, proto_pipe, proto_lanman;
extern const struct protocol proto_browser, proto_smb_netlogon;

struct part {
	uint32_t count, offset;
};

enum { TRANS_REQUEST_WORDS = 14, TRANS_RESPONSE_WORDS = 10, NT_REQUEST_WORDS = 19, NT_RESPONSE_WORDS = 18 };
enum {
	FIND_FIRST2 = 1,
	QUERY_PATH_INFO = 5,
	SET_PATH_INFO,
	QUERY_FILE_INFO,
	SET_FILE_INFO,
	CREATE_DIRECTORY = 13,
	GET_DFS_REFERRAL = 16
};
enum { PIPE_TRANSACT = 0x26 };

#define NAME_MAX_OCTETS 256

/* The transaction's name in octets; gives its length. */
static unsigned read_name(struct smb_message *m, char *out)
{
	struct cursor b = m->bytes;
	unsigned n = 0, step = m->unicode ? 2 : 1;
	if (m->unicode && cur_avail(&b) && smb_at(m, b.data + b.pos) & 1)
		cur_skip(&b, 1);
	for (uint32_t left = cur_avail(&b); left >= step && n < NAME_MAX_OCTETS; left -= step) {
		const uint8_t *p = cur_take(&b, step);
		if (!p || (p[0] == 0 && (step == 1 || p[1] == 0)))
			break;
		out[n++] = step == 2 && p[1] ? '?' : (char)p[0];
	}
	return n;
}

static bool begins(const char *name, unsigned n, const char *with)
{
	size_t len = strlen(with);
	return n >= len && memcmp(name, with, len) == 0;
}

/* Who reads what is sent to a mailslot. */
static const struct protocol *mailslot_reader(const char *slot, unsigned n)
{
	if (begins(slot, n, "BROWSE") || begins(slot, n, "LANMAN"))
		return &proto_browser;
	if (begins(slot, n, "NET") || begins(slot, n, "TEMP\\NETLOGON") || begins(slot, n, "MSSP"))
		return &proto_smb_netlogon;
	return &proto_data;
}

/* Data that would go on behind the octets of the command are not looked at. */
static bool within_bytes(const struct smb_message *m, const struct part *data)
{
	return data->offset + data->count <= smb_at(m, m->bytes.data) + m->bytes.len;
}

enum { MAILSLOT_WORDS = 3 }; /* operation, priority, class */

static void to_mailslot(
	struct smb_message *m, const char *slot, unsigned n, unsigned nsetup, const struct part *data)
{
	struct cursor d = smb_stretch(m, data->offset, data->count);
	if (!d.len || !within_bytes(m, data))
		return;
	if (nsetup)
		pkt_item(m->pkt, &proto_mailslot, d.len);
	if (nsetup && nsetup < MAILSLOT_WORDS) {
		m->pkt->fail = CUR_BAD;
		return;
	}
	pkt_next_proto(m->pkt, mailslot_reader(slot, n), d);
}

void smb_pipe_data(struct smb_message *m, uint16_t fid, struct cursor data)
{

	dcerpc_pipe(m->pkt, data, fid, false);
}

static void trans2(struct smb_message *m, uint32_t sub, const struct part *parameters)
{
	struct cursor p = smb_stretch(m, parameters->offset, parameters->count);
	if (m->request)
		m->request->trans2 = (uint8_t)(sub + 1);
	switch (sub) {
	case FIND_FIRST2:
		cur_skip(&p, 6);
		row_le(m->row, SMB_QPI_LOI, &p, 2);
		cur_skip(&p, 4);
		smb_text(m, &p, SMB_SEARCH_PATTERN, UINT32_MAX);
		break;
	case QUERY_PATH_INFO:
	case SET_PATH_INFO:
		row_le(m->row, SMB_QPI_LOI, &p, 2);
		cur_skip(&p, 4);
		smb_text(m, &p, SMB_FILE, UINT32_MAX);
		break;
	case QUERY_FILE_INFO:
	case SET_FILE_INFO: {
		uint16_t fid = (uint16_t)row_le(m->row, SMB_FID, &p, 2);
		if (m->request)
			m->request->fid = fid;
	}
		row_le(m->row, SMB_QPI_LOI, &p, 2);
		break;
	case CREATE_DIRECTORY:
		cur_skip(&p, 4);
		smb_text(m, &p, SMB_FILE, UINT32_MAX);
		break;
	case GET_DFS_REFERRAL:
		cur_skip(&p, 2);
		smb_text(m, &p, SMB_FILE, UINT32_MAX);
		break;
	default:
		break;
	}
}

static void named(struct smb_message *m, const uint8_t *setup, unsigned nsetup, const struct part *data)
{
	char name[NAME_MAX_OCTETS];
	unsigned n = read_name(m, name);
	smb_text(m, &m->bytes, SMB_TRANS_NAME, UINT32_MAX);
	if (begins(name, n, "\\MAILSLOT\\")) {
		if (m->request)
			m->request->trans = TRANS_MAILSLOT;
		to_mailslot(m, name + 10, n - 10, nsetup, data);
	} else if (begins(name, n, "\\PIPE\\")) {
		uint16_t fid = nsetup >= 2 ? le16(setup + 2) : 0;
		if (m->request) {
			m->request->trans = TRANS_PIPE;
			m->request->fid = fid;
		}
		bool lanman = begins(name + 6, n - 6, "LANMAN");
		if (m->request && lanman)
			m->request->trans = TRANS_LANMAN;
		pkt_item(m->pkt, &proto_pipe, data->count);
		if (lanman) {
			pkt_item(m->pkt, &proto_lanman, 0);
			m->pkt->column = proto_lanman.column;
			return;
		}
		if (nsetup >= 2)
			row_set_at(m->row, SMB_FID, fid, setup + 2, 2);
		if (nsetup && le16(setup) == PIPE_TRANSACT && data->count)
			smb_pipe_data(m, fid, smb_stretch(m, data->offset, data->count));
	}
}

static void transaction_request(struct smb_message *m, uint32_t command)
{
	const uint8_t *w = m->words;
	if (m->wct < TRANS_REQUEST_WORDS)
		return;
	struct part parameters = { le16(w + 18), le16(w + 20) }, data = { le16(w + 22), le16(w + 24) };
	const uint8_t *setup = w + 28;
	row_set_at(m->row, SMB_DATA_OFFSET, data.offset, w + 24, 2);
	unsigned nsetup = w[26];
	if (nsetup > m->wct - TRANS_REQUEST_WORDS)
		nsetup = m->wct - TRANS_REQUEST_WORDS;
	if (command == SMB_COM_TRANSACTION) {
		named(m, setup, nsetup, &data);
	} else if (nsetup) {
		row_set_at(m->row, SMB_TRANS2_CMD, le16(setup), setup, 2);
		trans2(m, le16(setup), &parameters);
	}
}

static void transaction_response(struct smb_message *m, uint32_t command)
{
	const uint8_t *w = m->words;
	if (m->wct < TRANS_RESPONSE_WORDS)
		return;
	struct part data = { le16(w + 12), le16(w + 14) };
	row_set_at(m->row, SMB_DATA_OFFSET, data.offset, w + 14, 2);
	if (!m->request || command != SMB_COM_TRANSACTION)
		return;
	if (m->request->trans != TRANS_PIPE && m->request->trans != TRANS_LANMAN)
		return;
	pkt_item(m->pkt, &proto_pipe, data.count);
	if (m->request->trans == TRANS_LANMAN) {
		pkt_item(m->pkt, &proto_lanman, 0);
		m->pkt->column = proto_lanman.column;
		return;
	}
	smb_pipe_data(m, m->request->fid, smb_stretch(m, data.offset, data.count));
}

void smb_transaction(struct smb_message *m, uint32_t command)
{
	if (command == SMB_COM_NT_TRANSACT) {
		if (!m->response && m->wct >= NT_REQUEST_WORDS)
			row_set_at(m->row, SMB_NT_FUNCTION, le16(m->words + 36), m->words + 36, 2);
	} else if (!m->response) {
		transaction_request(m, command);
	} else {
		transaction_response(m, command);
	}
}
