/* NetWare's IPX, and what it takes its form from, XNS's IDP.
 *
 *      0         2         4    5    6              10                    16        18 ... 30
 *     +---------+---------+----+----+--------------+---------------------+---------+---------+ - -
 *     | ff ff   | length  |hops|type| network      | node                | socket  | the same of the sender
 *     +---------+---------+----+----+--------------+---------------------+---------+---------+ - -
 */
#include <stdio.h>

#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/wrappers.h"

extern const struct protocol proto_ipx, proto_data;

enum {
	IPX_CHECKSUM,
	IPX_LEN,
	IPX_HOPS,
	IPX_TYPE,
	IPX_DST_NET,
	IPX_DST_NODE,
	IPX_DST_SOCKET,
	IPX_SRC_NET,
	IPX_SRC_NODE,
	IPX_SRC_SOCKET,
	IPX_NFIELDS
};

static const struct value_name type_names[] = { { 0, "IPX" }, { 1, "RIP" }, { 2, "Echo" }, { 3, "Error" },
	{ 4, "PEP" }, { 5, "SPX" }, { 17, "NCP" }, { 20, "NetBIOS Broadcast" }, { 0, NULL } };

static const struct value_name socket_names[] = { { 0x0451, "NCP" }, { 0x0452, "SAP" }, { 0x0453, "RIP" },
	{ 0x0455, "NetBIOS" }, { 0x0456, "Diagnostic" }, { 0x0457, "Serialization" },
	{ 0x0550, "NWLink SMB Server" }, { 0x0551, "NWLink SMB Name Query" },
	{ 0x0552, "NWLink SMB Redirector" }, { 0x0553, "NWLink SMB Mailslot Datagram" },
	{ 0x0554, "NWLink SMB Messenger" }, { 0x4001, "IPX Message" }, { 0x4003, "IPX Message" },
	{ 0x9001, "NLSP" }, { 0x9004, "IPXWAN" }, { 0, NULL } };

static const struct field ipx_fields[IPX_NFIELDS] = {
	[IPX_CHECKSUM] = { "ipx.checksum", "Checksum", KIND_UINT, BASE_HEX, 2 },
	[IPX_LEN] = { "ipx.len", "Length", KIND_UINT, .octets = 2 },
	[IPX_HOPS] = { "ipx.hops", "Transport Control (Hops)", KIND_UINT, .octets = 1 },
	[IPX_TYPE] = { "ipx.packet_type", "Packet Type", KIND_UINT, BASE_HEX, 1, .names = type_names },
	[IPX_DST_NET] = { "ipx.dst.net", "Destination Network", KIND_UINT, BASE_HEX, 4 },
	[IPX_DST_NODE] = { "ipx.dst.node", "Destination Node", KIND_ETHER },
	[IPX_DST_SOCKET] = { "ipx.dst.socket", "Destination Socket", KIND_UINT, BASE_HEX, 2,
		.names = socket_names },
	[IPX_SRC_NET] = { "ipx.src.net", "Source Network", KIND_UINT, BASE_HEX, 4 },
	[IPX_SRC_NODE] = { "ipx.src.node", "Source Node", KIND_ETHER },
	[IPX_SRC_SOCKET] = { "ipx.src.socket", "Source Socket", KIND_UINT, BASE_HEX, 2,
		.names = socket_names },
};

static const struct record ipx_records[] = { { "ipx", RECORD_LAYER, IPX_NFIELDS, ipx_fields, NULL } };

#define IPX_HEADER  30
#define TYPE_SPX    5
#define TYPE_NCP    17
#define TYPE_ROUTED 20 /* NetBIOS broadcasts, which routers pass on */
#define NAME_FRAME  50 /* NetBIOS over IPX: eight routers, flags, a name, addresses */

/* Services: Wireshark's dissectors for them are called without a name in the stack, but have items. */
static const struct protocol item_rip = {
	.name = "ipxrip", .column = "IPX RIP", .title = "IPX Routing Information Protocol"
};
static const struct protocol item_sap = {
	.name = "ipxsap", .column = "IPX SAP", .title = "Service Advertisement Protocol"
};
static const struct protocol item_netbios = { .name = "nbipx",
	.column = "NBIPX",
	.title = "NetBIOS over IPX",
	.dissect = nbipx_wrapper,
	.no_token = true };
static const struct protocol item_nmpi = { .name = "nmpi",
	.title = "Name Management Protocol over IPX",
	.dissect = nmpi_wrapper,
	.no_token = true };
static const struct protocol item_serial = { .name = "nw_serial", .title = "NetWare Serialization Protocol" };
static const struct protocol item_message = { .name = "ipxmsg", .title = "IPX Message" };
static const struct protocol item_wan = { .name = "ipxwan", .title = "IPX WAN" };
static const struct protocol item_nlsp = {
	.name = "nlsp", .column = "NLSP", .title = "NetWare Link Services Protocol"
};
static const struct protocol item_spx = { .name = "spx", .title = "Sequenced Packet eXchange" };
static const struct protocol item_ncp = { .name = "ncp", .title = "NetWare Core Protocol" };

static const struct protocol item_smb = {
	.name = "smb", .title = "SMB (Server Message Block Protocol)", .column = "SMB"
};

static const struct protocol *service(uint32_t socket)
{
	switch (socket) {
	case 0x0451:
		return &item_ncp;
	case 0x0452:
		return &item_sap;
	case 0x0453:
		return &item_rip;
	case 0x0455:
		return &item_netbios;
	case 0x0457:
		return &item_serial;
	case 0x0550:
	case 0x0552:
	case 0x0554:
		return &item_smb;
	case 0x0551:
	case 0x0553:
		return &item_nmpi;
	case 0x4001:
	case 0x4003:
		return &item_message;
	case 0x9001:
		return &item_nlsp;
	case 0x9004:
		return &item_wan;
	default:
		return NULL;
	}
}

/* Source and Destination: network and node. */
static void columns(struct packet *pkt, const uint8_t *header)
{
	char text[2][24];
	for (int i = 0; i < 2; i++) {
		const uint8_t *p = header + (i ? 18 : 6);
		snprintf(text[i], sizeof(text[i]), "%08x.%02x%02x%02x%02x%02x%02x", be32(p), p[4], p[5], p[6],
			p[7], p[8], p[9]);
	}
	pkt_show_addresses(pkt, text[1], text[0]);
}

/* What a message of a service is: the operation that begins it. */
static void service_info(struct packet *pkt, const struct protocol *service, const struct cursor *c)
{
	static const char *const sap[] = { NULL, "General Query", "General Response", "Nearest Query",
		"Nearest Response" };
	uint64_t operation;
	if (!pkt->info || !cur_peek(c, 0, 2, &operation))
		return;
	if (service == &item_rip && (operation == 1 || operation == 2))
		info_set(pkt, "%s", operation == 1 ? "Request" : "Response");
	else if (service == &item_sap && operation >= 1 && operation <= 4)
		info_set(pkt, "%s", sap[operation]);
}

static enum verdict ipx_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_ipx, 0);
	if (!cur_need(c, IPX_HEADER))
		return MINE;
	row_be(r, IPX_CHECKSUM, c, 2);
	uint32_t len = (uint32_t)row_be(r, IPX_LEN, c, 2);
	row_be(r, IPX_HOPS, c, 1);
	uint32_t type = (uint32_t)row_be(r, IPX_TYPE, c, 1);
	row_be(r, IPX_DST_NET, c, 4);
	row_address(r, IPX_DST_NODE, c, KIND_ETHER);
	uint32_t dst = (uint32_t)row_be(r, IPX_DST_SOCKET, c, 2);
	row_be(r, IPX_SRC_NET, c, 4);
	row_address(r, IPX_SRC_NODE, c, KIND_ETHER);
	uint32_t src = (uint32_t)row_be(r, IPX_SRC_SOCKET, c, 2);
	columns(pkt, c->data + c->pos - IPX_HEADER);
	if (len < c->len)
		pkt_trim(pkt, len < IPX_HEADER ? IPX_HEADER : len);
	if (len <= IPX_HEADER)
		return MINE;
	struct cursor payload = cur_sub(c, len - IPX_HEADER);
	/* The well-known one of the two sockets, then the packet type. */
	const struct protocol *p = service(dst < src ? dst : src);
	if (!p)
		p = service(dst < src ? src : dst);
	if (!p && type == TYPE_SPX)
		p = &item_spx;
	if (!p && type == TYPE_NCP)
		p = &item_ncp;
	if (p == &item_nmpi || (p == &item_netbios && type != TYPE_ROUTED))
		pkt_next_proto(pkt, p, payload);
	else if (p) {
		pkt_item(pkt, p, payload.len);
		if (p->column && !pkt->in_error)
			pkt->column = p->column;
		service_info(pkt, p, &payload);
	} else
		pkt_next_proto(pkt, &proto_data, payload);
	return MINE;
}

static const struct claim ipx_claims[] = { { CLAIM_ETHERTYPE, 0x8137 }, { CLAIM_PPP, 0x002b },
	{ CLAIM_CHDLC, 0x8137 }, { CLAIM_LLC_DSAP, 0x10 }, { CLAIM_LLC_DSAP, 0xe0 }, { CLAIM_UDP_PORT, 213 },
	{ 0 } };

const struct protocol proto_ipx = {
	.name = "ipx",
	.title = "Internetwork Packet eXchange",
	.column = "IPX",
	.spec = "Novell IPX Router Specification",
	.help = "The network layer of NetWare, as IP is that of the Internet.",
	.id = PROTO_ID_ipx,
	.records = ipx_records,
	.nrecords = 1,
	.claims = ipx_claims,
	.dissect = ipx_dissect,
	.item_len = IPX_HEADER,
};
