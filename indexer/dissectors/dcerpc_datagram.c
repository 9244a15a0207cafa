/* DCE/RPC over datagrams (DCE 1.1, C706, section 12.5).
 *
 *      0     1     2     3     4                 7     8
 *     +-----+-----+-----+-----+-----------------+-----+-------------------------------+
 *     |  4  |type |flags|flags| data repr. (3)  |seria| object (16)                   |
 *     +-----+-----+-----+-----+-----------------+-----+-------------------------------+
 *  24 | interface (16)                              | activity (16)                   |
 *     +---------------+---------------+-------------+-+-------+-------+-------+-------+
 *  56 | boot time (4) | version (4)   | sequence (4)  |opnum  |iface  |activ. |length |
 *     +---------------+-----+-----+---+---------------+-------+-------+-------+-------+
 *  76 | fragment (2)  |auth |seria|
 *     +---------------+-----+-----+
 */
#include "indexer/dissectors/dcerpc.h"
#include "indexer/dissectors/utf16.h"

#define HEADER          80
#define LAST_TYPE       10
#define FLAGS2_RESERVED 0xfc
#define FLAG1_LAST      0x02
#define FLAG1_FRAGMENT  0x04
#define LITTLE_ENDIAN_  0x10

enum { REQUEST = 0, RESPONSE = 2 };

static bool begins(const struct cursor *c)
{
	const uint8_t *p = c->data;
	return c->cap >= HEADER && p[0] == 4 && p[1] <= LAST_TYPE && !(p[3] & FLAGS2_RESERVED) &&
	       (p[4] & 0xee) == 0 && p[5] <= 3;
}

enum verdict dcerpc_datagram(struct packet *pkt, struct cursor *c)
{
	if (!begins(c))
		return NOT_MINE;
	struct row *r = row_open(pkt, &proto_dcerpc, RPC_REC_LAYER);
	row_be(r, RPC_VER, c, 1);
	uint32_t type = (uint32_t)row_be(r, RPC_PKT_TYPE, c, 1);
	uint32_t flags = (uint32_t)row_be(r, RPC_DG_FLAGS1, c, 1);
	row_be(r, RPC_DG_FLAGS2, c, 1);
	const uint8_t *drep = cur_take(c, 4);
	bool little = drep[0] & LITTLE_ENDIAN_;
	row_set_at(r, RPC_DREP, be16(drep), drep, 3);
	row_guid(r, RPC_OBJECT, c, little);
	const uint8_t *uuid = c->data + c->pos;
	uint8_t interface = dcerpc_interface(uuid, little);
	row_guid(r, RPC_DG_IF_ID, c, little);
	row_guid(r, RPC_DG_ACT_ID, c, little);
	cur_skip(c, 4);
	const uint8_t *p = cur_take(c, 20);
	if (!p)
		return MINE;
	row_set_at(r, RPC_DG_IF_VER, little ? le32(p) : be32(p), p, 4);
	row_set_at(r, RPC_DG_SEQNUM, little ? le32(p + 4) : be32(p + 4), p + 4, 4);
	row_set_at(r, RPC_OPNUM, little ? le16(p + 8) : be16(p + 8), p + 8, 2);
	row_set_at(r, RPC_DG_FRAG_LEN, little ? le16(p + 14) : be16(p + 14), p + 14, 2);
	row_set_at(r, RPC_DG_FRAG_NUM, little ? le16(p + 16) : be16(p + 16), p + 16, 2);
	row_set_at(r, RPC_DG_AUTH_PROTO, p[18], p + 18, 1);
	const struct protocol *stub = dcerpc_interface_protocol(interface);
	bool whole = !(flags & FLAG1_FRAGMENT) || flags & FLAG1_LAST;
	bool handed_on = stub && whole && (type == REQUEST || type == RESPONSE);
	if (handed_on) {
		pkt_item(pkt, stub, cur_left(c));
		if (stub->column)
			pkt->column = stub->column;
	}
	dcerpc_inform_datagram(pkt, &(struct dcerpc_datagram) { .type = (uint8_t)type,
					    .interface = interface,
					    .uuid = uuid,
					    .little_endian = little,
					    .handed_on = handed_on,
					    .fragment = flags & FLAG1_FRAGMENT,
					    .version = little ? le32(p) : be32(p),
					    .sequence = little ? le32(p + 4) : be32(p + 4),
					    .operation = little ? le16(p + 8) : be16(p + 8),
					    .len = little ? le16(p + 14) : be16(p + 14),
					    .number = little ? le16(p + 16) : be16(p + 16),
					    .serial = (uint16_t)(drep[3] << 8 | p[19]),
					    .body = c->data + c->pos,
					    .cap = cur_avail(c) });
	return MINE;
}
