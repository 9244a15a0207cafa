/* Server Message Block, versions 2 and 3 ([MS-SMB2], section 2.2.1).
 *
 *      0               4       6       8               12      14      16
 *     +---------------+-------+-------+---------------+-------+-------+
 *     | fe  S  M  B   |  64   |credits| status        |command|credits|
 *     +---------------+-------+-------+---------------+-------+-------+
 *  16 | flags         | next message  | message id                    |
 *     +---------------+---------------+-------------------------------+
 *  32 | process id    | tree id       | session id                    |      or: asynchronous id (8)
 *     +---------------+---------------+-------------------------------+
 *  48 | signature                                                     |
 *     +---------------------------------------------------------------+
 *
 * A request has a channel sequence (2) in place of the status. The next message stands `next message` octets
 * behind the beginning of this one. fd S M B: encrypted (section 2.2.41); fc S M B: compressed
 * (section 2.2.42). Numbers are little-endian. */
#include "indexer/dissectors/smb2.h"

#define MAGIC_PLAIN      0xfe534d42
#define MAGIC_ENCRYPTED  0xfd534d42
#define MAGIC_COMPRESSED 0xfc534d42
#define FLAG_RESPONSE    0x00000001
#define FLAG_ASYNC       0x00000002
#define STATUS_PENDING   0x00000103
#define SIGNATURE        16
#define NONCE            16

/* Section 2.2.41 */
static void encrypted(struct row *r, struct cursor *c)
{
	row_be(r, SMB2_PROTOCOL_ID, c, 4);
	row_bytes(r, SMB2_TRANSFORM_SIGNATURE, c, SIGNATURE);
	row_bytes(r, SMB2_TRANSFORM_NONCE, c, NONCE);
	row_le(r, SMB2_TRANSFORM_MSG_SIZE, c, 4);
	cur_skip(c, 2);
	row_le(r, SMB2_TRANSFORM_FLAGS, c, 2);
	row_le(r, SMB2_SESID, c, 8);
}

/* Section 2.2.42 */
static void compressed(struct row *r, struct cursor *c)
{
	row_be(r, SMB2_PROTOCOL_ID, c, 4);
	row_le(r, SMB2_COMP_ORIGINAL_SIZE, c, 4);
	row_le(r, SMB2_COMP_ALGORITHM, c, 2);
	cur_skip(c, 6);
}

static struct smb2_request *request_of(struct smb2_message *m, uint64_t id)
{
	struct smb2_flow *flow = m->flow;
	for (unsigned i = 0; flow && i < SMB2_REQUESTS; i++)
		if (flow->requests[i].used && flow->requests[i].msg_id == id)
			return &flow->requests[i];
	if (!flow || m->response)
		return NULL;
	struct smb2_request *r = &flow->requests[flow->next_request];
	flow->next_request = (uint8_t)((flow->next_request + 1) % SMB2_REQUESTS);
	*r = (struct smb2_request) { .msg_id = id, .used = true };
	return r;
}

/* What the tree's number stands for was in the frame that connected it. */
static void show_tree(struct smb2_message *m)
{
	for (unsigned i = 0; m->flow && m->tid && i < SMB2_TREES; i++) {
		if (m->flow->trees[i].tid != m->tid)
			continue;
		if (m->flow->trees[i].name)
			row_set(m->row, SMB2_TREE, m->flow->trees[i].name);
		row_set(m->row, SMB2_SHARE_TYPE, m->flow->trees[i].type);
		return;
	}
}

static void message(struct packet *pkt, struct row *r, struct cursor *c)
{
	struct smb2_message m = { .pkt = pkt, .c = c, .row = r, .flow = pkt_flow(pkt, &proto_smb2) };
	row_be(r, SMB2_PROTOCOL_ID, c, 4);
	row_le(r, SMB2_HEADER_LEN, c, 2);
	row_le(r, SMB2_CREDIT_CHARGE, c, 2);
	const uint8_t *p = cur_take(c, 12);
	if (!p)
		return;
	uint32_t flags = le32(p + 8), command = le16(p + 4);
	m.response = flags & FLAG_RESPONSE;
	m.status = m.response ? le32(p) : 0;
	if (m.response)
		row_set_at(r, SMB2_NT_STATUS, m.status, p, 4);
	else
		row_set_at(r, SMB2_CHANNEL_SEQUENCE, le16(p), p, 2);
	row_set_at(r, SMB2_CMD, command, p + 4, 2);
	row_set_at(r, m.response ? SMB2_CREDITS_GRANTED : SMB2_CREDITS_REQUESTED, le16(p + 6), p + 6, 2);
	row_set_at(r, SMB2_FLAGS, flags, p + 8, 4);
	uint32_t next = (uint32_t)row_le(r, SMB2_CHAIN_OFFSET, c, 4);
	uint64_t id = row_le(r, SMB2_MSG_ID, c, 8);
	if (flags & FLAG_ASYNC) {
		row_le(r, SMB2_AID, c, 8);
	} else {
		row_le(r, SMB2_PID, c, 4);
		m.tid = (uint32_t)row_le(r, SMB2_TID, c, 4);
		show_tree(&m);
	}
	row_le(r, SMB2_SESID, c, 8);
	row_bytes(r, SMB2_SIGNATURE, c, SIGNATURE);
	if (pkt->fail)
		return;
	/* What is only said to be under way is answered later. */
	if (command != SMB2_CANCEL && m.status != STATUS_PENDING)
		pkt_exchange(pkt, &proto_smb2, r, id, m.response);
	m.request = request_of(&m, id);
	struct cursor all = *c;
	if (next && next < c->len) {
		c->len = next;
		c->cap = c->cap < next ? c->cap : next;
		pkt_item_len(pkt, next);
	}
	if (pkt->info)
		smb2_inform(&m, command);
	smb2_command(&m, command);
	if (next && next < all.len && next >= all.pos) {
		all.pos = next;
		pkt_again(pkt, cur_rest(&all));
	}
}

static enum verdict smb2_dissect(struct packet *pkt, struct cursor *c)
{
	uint64_t magic;
	if (!cur_peek(c, 0, 4, &magic))
		return NOT_MINE;
	if (magic != MAGIC_PLAIN && magic != MAGIC_ENCRYPTED && magic != MAGIC_COMPRESSED)
		return NOT_MINE;
	struct row *r = row_open(pkt, &proto_smb2, SMB2_REC_LAYER);
	if (magic == MAGIC_PLAIN) {
		message(pkt, r, c);
	} else if (magic == MAGIC_ENCRYPTED) {
		info_set(pkt, "%s", "Encrypted SMB3");
		encrypted(r, c);
	} else {
		info_set(pkt, "%s", "Compressed SMB3");
		compressed(r, c);
	}
	return MINE;
}

static const struct exchange_fields smb2_exchange = {
	.response_to = SMB2_RESPONSE_TO,
	.time = SMB2_TIME,
	.unsolicited = EXCHANGE_NO_FIELD,
	.repeat_request = EXCHANGE_NO_FIELD,
	.repeat_response = EXCHANGE_NO_FIELD,
	.late_record = SMB2_REC_LATE,
	.response_in = SMB2_LATE_RESPONSE_IN,
	.by_ports = true,
};

const struct protocol proto_smb2 = {
	.name = "smb2",
	.title = "SMB2 (Server Message Block Protocol version 2)",
	.column = "SMB2",
	.spec = "MS-SMB2",
	.help = "Shares files, printers and pipes between machines; versions 2 and 3.",
	.id = PROTO_ID_smb2,
	.records = smb2_records,
	.nrecords = SMB2_REC_COUNT,
	.dissect = smb2_dissect,
	.exchange = &smb2_exchange,
	.flow_size = sizeof(struct smb2_flow),
};
