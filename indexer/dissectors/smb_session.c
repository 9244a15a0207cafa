/* SMB 1: negotiation and sessions ([MS-CIFS], sections 2.2.4.52 and 2.2.4.53; [MS-SMB], sections 2.2.4.5 and
 * 2.2.4.6). */
#include "indexer/dissectors/security_blob.h"
#include "indexer/dissectors/smb.h"
#include "indexer/dissectors/utf16.h"

#define CAP_EXTENDED_SECURITY 0x80000000u
#define DIALECTS_MAX          64

enum { NEGOTIATE_NT_WORDS = 17, SETUP_LM_WORDS = 10, SETUP_BLOB_WORDS = 12, SETUP_NT_WORDS = 13 };

static void blob_of(struct smb_message *m, struct cursor *bytes, uint32_t len, uint32_t command)
{
	struct cursor blob = cur_sub(bytes, len), shown = blob;
	if (!blob.len)
		return;
	row_bytes_avail(m->row, SMB_BLOB, &shown, blob.len);
	if (m->response && command == SMB_COM_SESSION_SETUP_ANDX)
		pkt_next_security_blob(m->pkt, blob);
	else
		pkt_next_proto(m->pkt, &proto_gss_api, blob);
}

static void dialects(struct smb_message *m)
{
	struct cursor *b = &m->bytes;
	for (unsigned i = 0; i < DIALECTS_MAX && cur_left(b) && !m->pkt->fail; i++) {
		struct row *r = row_open(m->pkt, &proto_smb, SMB_REC_DIALECT);
		row_be(r, DIALECT_BUFFER_FORMAT, b, 1);
		uint32_t n = cur_avail(b);
		const uint8_t *p = b->data + b->pos, *end = n ? memchr(p, 0, n) : NULL;
		n = end ? (uint32_t)(end - p) + 1 : n;
		if (!n)
			return;
		row_string(r, DIALECT_NAME, b, n);
	}
}

static void negotiated(struct smb_message *m)
{
	const uint8_t *w = m->words;
	struct cursor *b = &m->bytes;
	struct row *r = m->row;
	if (m->wct < 1)
		return;
	row_set_at(r, SMB_DIALECT_INDEX, le16(w), w, 2);
	if (m->wct != NEGOTIATE_NT_WORDS)
		return;
	uint32_t capabilities = le32(w + 19);
	row_set_at(r, SMB_MAX_MPX, le16(w + 3), w + 3, 2);
	row_set_at(r, SMB_MAX_BUFSIZE, le32(w + 7), w + 7, 4);
	row_set_at(r, SMB_SESSION_KEY, le32(w + 15), w + 15, 4);
	row_set_at(r, SMB_SERVER_CAP, capabilities, w + 19, 4);
	row_set_at(r, SMB_SERVER_TIMEZONE, (int16_t)le16(w + 31), w + 31, 2);
	if (capabilities & CAP_EXTENDED_SECURITY) {
		if (!cur_left(b))
			return;
		row_guid(r, SMB_SERVER_GUID, b, false);
		blob_of(m, b, cur_left(b), SMB_COM_NEGOTIATE);
		return;
	}
	if (w[33])
		row_bytes(r, SMB_CHALLENGE, b, w[33]);
	/* [MS-CIFS] does not align these. */
	if (m->unicode && cur_avail(b)) {
		for (unsigned field = SMB_PRIMARY_DOMAIN; field <= SMB_SERVER; field++) {
			const uint8_t *p = b->data + b->pos;
			uint32_t n = utf16_size(p, cur_avail(b));
			row_utf16(r, field, p, n);
			cur_skip(b, n);
		}
	} else {
		smb_ascii(m, b, SMB_PRIMARY_DOMAIN);
		smb_ascii(m, b, SMB_SERVER);
	}
}

static void systems(struct smb_message *m)
{
	struct cursor *b = &m->bytes;
	smb_text(m, b, SMB_NATIVE_OS, UINT32_MAX);
	smb_text(m, b, SMB_NATIVE_LANMAN, UINT32_MAX);
}

static void setup_request(struct smb_message *m)
{
	const uint8_t *w = m->words;
	struct cursor *b = &m->bytes;
	struct row *r = m->row;
	if (m->wct < SETUP_LM_WORDS)
		return;
	row_set_at(r, SMB_MAX_MPX, le16(w + 6), w + 6, 2);
	row_set_at(r, SMB_SESSION_KEY, le32(w + 10), w + 10, 4);
	if (m->wct == SETUP_BLOB_WORDS) {
		row_set_at(r, SMB_BLOB_LEN, le16(w + 14), w + 14, 2);
		row_set_at(r, SMB_SERVER_CAP, le32(w + 20), w + 20, 4);
		blob_of(m, b, le16(w + 14), SMB_COM_SESSION_SETUP_ANDX);
		systems(m);
		smb_text(m, b, SMB_PRIMARY_DOMAIN, UINT32_MAX);
		return;
	}
	uint32_t ansi = le16(w + 14), unicode = m->wct == SETUP_NT_WORDS ? le16(w + 16) : 0;
	if (m->wct == SETUP_NT_WORDS)
		row_set_at(r, SMB_SERVER_CAP, le32(w + 22), w + 22, 4);
	if (ansi)
		row_bytes(r, SMB_ANSI_PASSWORD, b, ansi);
	if (unicode)
		row_bytes(r, SMB_UNICODE_PASSWORD, b, unicode);
	smb_text(m, b, SMB_ACCOUNT, UINT32_MAX);
	smb_text(m, b, SMB_PRIMARY_DOMAIN, UINT32_MAX);
	systems(m);
}

static void setup_response(struct smb_message *m)
{
	const uint8_t *w = m->words;
	struct cursor *b = &m->bytes;
	if (m->wct < 3)
		return;
	row_set_at(m->row, SMB_ACTION, le16(w + 4), w + 4, 2);
	if (m->wct == 4) {
		row_set_at(m->row, SMB_BLOB_LEN, le16(w + 6), w + 6, 2);
		blob_of(m, b, le16(w + 6), SMB_COM_SESSION_SETUP_ANDX);
	}
	systems(m);
	smb_text(m, b, SMB_PRIMARY_DOMAIN, UINT32_MAX);
}

void smb_session_command(struct smb_message *m, uint32_t command)
{
	if (command == SMB_COM_NEGOTIATE && !m->response)
		dialects(m);
	else if (command == SMB_COM_NEGOTIATE)
		negotiated(m);
	else if (!m->response)
		setup_request(m);
	else
		setup_response(m);
}
