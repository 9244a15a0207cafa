/* Linux netlink (LINKTYPE_NETLINK, 253; RFC 3549): messages between the kernel and programs. A cooked header
 * in network order, then messages in the order of the host.
 *
 *      0       2       4                       14       16
 *     +-------+-------+-----------------------+--------+-------------- - -
 *     | type  | 824   | address               | family | messages
 *     +-------+-------+-----------------------+--------+-------------- - -
 *     message: length with this header (4), type (2), flags (2), sequence (4), port (4), body, filled up to 4
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_netlink, proto_nflog, proto_data;

enum { NL_HATYPE, NL_FAMILY, NL_NFIELDS };

static const struct value_name family_names[] = { { 0, "Route" }, { 2, "User-mode socket protocols" },
	{ 4, "Socket monitoring" }, { 5, "Netfilter ULOG" }, { 6, "IPsec" }, { 9, "Auditing" },
	{ 11, "Kernel connector" }, { 12, "Netfilter" }, { 15, "Kernel messages to userspace" },
	{ 16, "Generic" }, { 0, NULL } };

static const struct field netlink_fields[NL_NFIELDS] = {
	[NL_HATYPE] = { "netlink.hatype", "Link-layer address type", KIND_UINT, .octets = 2 },
	[NL_FAMILY] = { "netlink.family", "Family", KIND_UINT, BASE_HEX, 2, .names = family_names },
};

enum {
	MSG_LEN,
	MSG_TYPE,
	MSG_FLAGS,
	MSG_SEQ,
	MSG_PID,
	MSG_REQUEST,
	MSG_MULTI,
	MSG_ACK,
	MSG_ECHO,
	MSG_NFIELDS
};

static const struct value_name control_names[] = { { 1, "Nothing" }, { 2, "Error" }, { 3, "End of a dump" },
	{ 4, "Data lost" }, { 0, NULL } };

static const struct field message_fields[MSG_NFIELDS] = {
	[MSG_LEN] = { "netlink.hdr_len", "Length", KIND_UINT, .octets = 4 },
	[MSG_TYPE] = { "netlink.hdr_type", "Message type", KIND_UINT, BASE_HEX, 2, .names = control_names },
	[MSG_FLAGS] = { "netlink.hdr_flags", "Flags", KIND_UINT, BASE_HEX, 2 },
	[MSG_SEQ] = { "netlink.hdr_seq", "Sequence", KIND_UINT, .octets = 4 },
	[MSG_PID] = { "netlink.hdr_pid", "Port ID", KIND_UINT, .octets = 4 },
	[MSG_REQUEST] = { "netlink.hdr_flags.request", "Request", KIND_UINT, .octets = 2, .of = MSG_FLAGS,
		.mask = 0x0001 },
	[MSG_MULTI] = { "netlink.hdr_flags.multi", "Multipart message", KIND_UINT, .octets = 2,
		.of = MSG_FLAGS, .mask = 0x0002 },
	[MSG_ACK] = { "netlink.hdr_flags.ack", "Ack", KIND_UINT, .octets = 2, .of = MSG_FLAGS,
		.mask = 0x0004 },
	[MSG_ECHO] = { "netlink.hdr_flags.echo", "Echo", KIND_UINT, .octets = 2, .of = MSG_FLAGS,
		.mask = 0x0008 },
};

enum { REC_NETLINK, REC_MESSAGE, REC_COUNT };
static const struct record netlink_records[REC_COUNT] = {
	[REC_NETLINK] = { "netlink", RECORD_LAYER, NL_NFIELDS, netlink_fields, NULL },
	[REC_MESSAGE] = { "netlink_message", RECORD_CHILD, MSG_NFIELDS, message_fields, NULL },
};

#define COOKED_HEADER  16
#define MESSAGE_HEADER 16
#define ATTRIBUTE      4 /* length, type */
#define ARPHRD_NETLINK 824
#define REQUEST        0x0001
#define REQUEST_MODE   0x0f00

enum { FAMILY_ROUTE = 0, FAMILY_SOCK_DIAG = 4, FAMILY_NETFILTER = 12, FAMILY_GENERIC = 16 };
enum { TYPE_ERROR = 2, FIRST_TYPE = 16 }; /* types below are control messages, the same in each family */
enum { SUBSYSTEM_QUEUE = 3, SUBSYSTEM_LOG = 4 };
enum { QUEUE_PACKET_HEADER = 1, QUEUE_PAYLOAD = 10 };

/* Written by a host: which order makes the first message's length come nearer to what there is? */
static bool is_little(const struct cursor *c)
{
	const uint8_t *p = c->data + c->pos;
	uint32_t little = le32(p), big = be32(p), left = c->len - c->pos;
	return (big > left ? big - left : left - big) >= (little > left ? little - left : left - little);
}

/* A message of the netfilter family. Its type is a subsystem and a number of its own; the header has the
 * order of the octets in the row `little` of the frame, which a layer cannot pass on: the same guess again.
 */
static enum verdict netfilter_dissect(struct packet *pkt, struct cursor *c)
{
	if (!cur_need(c, MESSAGE_HEADER + 4))
		return MINE;
	bool little = is_little(c);
	uint32_t type = little ? le16(c->data + 4) : be16(c->data + 4);
	uint32_t hardware_protocol = 0;
	pkt_nest(pkt, true);
	cur_skip(c, MESSAGE_HEADER);
	if (type == (SUBSYSTEM_LOG << 8 | 0)) {
		pkt_next_proto(pkt, &proto_nflog, cur_rest(c));
		return MINE;
	}
	cur_skip(c, 4); /* family, version, resource */
	while (type == (SUBSYSTEM_QUEUE << 8 | 0) && cur_left(c) >= ATTRIBUTE) {
		const uint8_t *p = cur_take(c, ATTRIBUTE);
		uint32_t len = p ? little ? le16(p) : be16(p) : 0,
			 kind = p ? little ? le16(p + 2) : be16(p + 2) : 0;
		if (len < ATTRIBUTE)
			break;
		struct cursor value = cur_sub(c, len - ATTRIBUTE);
		uint64_t protocol;
		if (kind == QUEUE_PACKET_HEADER && cur_peek(&value, 4, 2, &protocol))
			hardware_protocol = (uint32_t)protocol;
		else if (kind == QUEUE_PAYLOAD)
			pkt_next(pkt, CLAIM_ETHERTYPE_BARE, hardware_protocol, value);
		cur_skip(c, -len & 3);
	}
	return MINE;
}

static enum verdict generic_dissect(struct packet *pkt, struct cursor *c)
{
	cur_take(c, MESSAGE_HEADER + 4);
	pkt_nest(pkt, true);
	if (!pkt->fail)
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
	return MINE;
}

static const struct protocol family_route = {
	.name = "netlink-route", .title = "Linux rtnetlink (route netlink) protocol", .column = "rtnetlink"
};
static const struct protocol family_sock_diag = {
	.name = "netlink-sock_diag", .title = "Linux netlink sock diag protocol", .column = "sock_diag"
};
static const struct protocol family_netfilter = { .name = "netlink-netfilter",
	.title = "Linux netlink netfilter protocol",
	.column = "netfilter",
	.dissect = netfilter_dissect };
static const struct protocol family_generic = { .name = "genl",
	.title = "Linux Generic Netlink protocol",
	.column = "genl",
	.dissect = generic_dissect };
/* A control message, and one of no known family, stands in the tree under no protocol's name. */
static enum verdict control_dissect(struct packet *pkt, struct cursor *c)
{
	const uint8_t *p = cur_take(c, MESSAGE_HEADER);
	pkt_nest(pkt, true);
	if (p && (p[4] | p[5]) != TYPE_ERROR)
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
	return MINE;
}

static const struct protocol control_message = {
	.name = "text", .title = "Netlink message", .dissect = control_dissect, .no_token = true
};

static const struct protocol *family(uint32_t id)
{
	switch (id) {
	case FAMILY_ROUTE:
		return &family_route;
	case FAMILY_SOCK_DIAG:
		return &family_sock_diag;
	case FAMILY_NETFILTER:
		return &family_netfilter;
	case FAMILY_GENERIC:
		return &family_generic;
	default:
		return NULL;
	}
}

/* One message; `c` stands at its header. */
static void message(
	struct packet *pkt, const struct protocol *proto, bool little, uint32_t len, struct cursor c)
{
	uint64_t (*number)(struct row *, unsigned, struct cursor *, unsigned) = little ? row_le : row_be;
	const uint8_t *p = c.data + 4;
	uint32_t type = little ? le16(p) : be16(p), flags = little ? le16(p + 2) : be16(p + 2);
	struct cursor whole = c;
	struct row *r = row_open(pkt, &proto_netlink, REC_MESSAGE);
	number(r, MSG_LEN, &c, 4);
	if (type >= FIRST_TYPE && len > MESSAGE_HEADER && proto && proto != &family_netfilter)
		cur_skip(&c, 2); /* shown as a field of the family's own */
	else
		number(r, MSG_TYPE, &c, 2);
	number(r, MSG_FLAGS, &c, 2);
	number(r, MSG_SEQ, &c, 4);
	number(r, MSG_PID, &c, 4);
	if (pkt->fail)
		return;
	/* A request's upper flags mean one thing where something is asked for, another where it is made; both
	 * readings are shown. */
	if (flags & REQUEST && flags & REQUEST_MODE)
		row_set_at(row_open(pkt, &proto_netlink, REC_MESSAGE), MSG_FLAGS, flags, p + 2, 2);
	pkt_next_proto(
		pkt, type >= FIRST_TYPE && len > MESSAGE_HEADER && proto ? proto : &control_message, whole);
}

static enum verdict netlink_dissect(struct packet *pkt, struct cursor *c)
{
	uint64_t hatype;
	if (cur_peek(c, 2, 2, &hatype) && hatype != ARPHRD_NETLINK)
		return NOT_MINE;
	struct row *r = row_open(pkt, &proto_netlink, REC_NETLINK);
	cur_take(c, 2);
	row_be(r, NL_HATYPE, c, 2);
	cur_take(c, 10);
	const struct protocol *proto = family((uint32_t)row_be(r, NL_FAMILY, c, 2));
	if (!cur_need(c, 4))
		return MINE;
	bool little = is_little(c);
	while (cur_left(c) >= MESSAGE_HEADER && cur_need(c, MESSAGE_HEADER)) {
		const uint8_t *p = c->data + c->pos;
		uint32_t len = little ? le32(p) : be32(p);
		if (len < MESSAGE_HEADER) {
			row_set_at(row_open(pkt, &proto_netlink, REC_MESSAGE), MSG_LEN, len, p, 4);
			break;
		}
		message(pkt, proto, little, len, cur_sub(c, len));
	}
	return MINE;
}

static const struct claim netlink_claims[] = { { CLAIM_LINKTYPE, 253 }, { 0 } };

const struct protocol proto_netlink = {
	.name = "netlink",
	.title = "Linux netlink protocol",
	.column = "Netlink",
	.spec = "RFC 3549",
	.help = "Messages between the Linux kernel and programs, about routes, sockets, filters.",
	.id = PROTO_ID_netlink,
	.records = netlink_records,
	.nrecords = REC_COUNT,
	.claims = netlink_claims,
	.dissect = netlink_dissect,
	.item_len = COOKED_HEADER,
};
