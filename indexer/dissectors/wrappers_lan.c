/* Older local networks, and transports of few: names with the way to what they carry. */
#include <stdio.h>

#include "indexer/dissectors/netbios_payload.h"
#include "indexer/dissectors/wrappers.h"

extern const struct protocol proto_data, proto_bacnet;

static const struct protocol atalk_rtmp = {
	.name = "rtmp", .title = "Routing Table Maintenance Protocol", .column = "RTMP"
};
static const struct protocol atalk_nbp = { .name = "nbp", .title = "Name Binding Protocol", .column = "NBP" };
static const struct protocol atalk_atp = {
	.name = "atp", .title = "AppleTalk Transaction Protocol packet", .column = "ATP"
};
static const struct protocol atalk_zip = {
	.name = "zip", .title = "Zone Information Protocol", .column = "ZIP"
};

/* Inside AppleTalk, chapter 4, the extended header: hops and length, checksum, networks, nodes, sockets,
 * type. */
enum verdict ddp_wrapper(struct packet *pkt, struct cursor *c)
{
	static const struct protocol *const types[] = { NULL, &atalk_rtmp, &atalk_nbp, &atalk_atp, NULL,
		&atalk_rtmp, &atalk_zip };
	char src[16], dst[16];
	const uint8_t *p = cur_take(c, 12);
	uint32_t type = (uint32_t)cur_be(c, 1);
	if (!p || pkt->fail)
		return MINE;
	snprintf(dst, sizeof(dst), "%x.%02x", be16(p + 4), p[8]);
	snprintf(src, sizeof(src), "%x.%02x", be16(p + 6), p[9]);
	pkt_show_addresses(pkt, src, dst);
	bool known = type < sizeof(types) / sizeof(*types) && types[type];
	pkt_next_proto(pkt, known ? types[type] : &proto_data, cur_rest(c));
	return MINE;
}

/* RFC 4340, section 5.1: two kinds of packet carry data, behind as many words as the header says. */
enum verdict dccp_wrapper(struct packet *pkt, struct cursor *c)
{
	const uint8_t *p = cur_take(c, 12);
	if (!p)
		return MINE;
	uint32_t words = p[4], type = p[8] >> 1 & 15;
	if ((type == 2 || type == 4) && words * 4 >= 12) {
		cur_skip(c, words * 4 - 12);
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
	}
	return MINE;
}

enum { DATAGRAM = 0x08, DATAGRAM_BROADCAST = 0x09, DATA_FIRST_MIDDLE = 0x15, DATA_ONLY_LAST = 0x16 };

/* IBM's NetBIOS frames: a header that tells its own length, a mark, a command. */
enum verdict netbios_wrapper(struct packet *pkt, struct cursor *c)
{
	uint32_t length = (uint32_t)cur_le(c, 2);
	cur_take(c, 2);
	uint32_t command = (uint32_t)cur_be(c, 1);
	bool carries = command == DATAGRAM || command == DATAGRAM_BROADCAST || command == DATA_FIRST_MIDDLE ||
		       command == DATA_ONLY_LAST;
	if (pkt->fail || !carries || length <= c->pos)
		return MINE;
	cur_skip(c, length - c->pos);
	if (cur_left(c))
		netbios_payload(pkt, cur_rest(c));
	return MINE;
}

#define NBIPX_DATAGRAM 11
#define NBIPX_HEADER   34 /* flags, type, the names of receiver and sender */

/* NetBIOS over IPX as Novell does it, to one receiver; an item without a name in the stack. */
enum verdict nbipx_wrapper(struct packet *pkt, struct cursor *c)
{
	uint64_t type;
	if (!cur_peek(c, 1, 1, &type) || type != NBIPX_DATAGRAM)
		return MINE;
	cur_take(c, NBIPX_HEADER);
	if (!pkt->fail && cur_left(c))
		netbios_payload(pkt, cur_rest(c));
	return MINE;
}

#define NMPI_HEADER 68 /* routers on the way, operation, two names */

/* NetBIOS over IPX as Windows does it: an item without a name in the stack. */
enum verdict nmpi_wrapper(struct packet *pkt, struct cursor *c)
{
	uint64_t operation;
	if (!cur_peek(c, 32, 1, &operation) || operation != 0xfc)
		return MINE;
	cur_take(c, NMPI_HEADER);
	if (!pkt->fail && cur_left(c))
		netbios_payload(pkt, cur_rest(c));
	return MINE;
}

/* BACnet's own line (ANSI/ASHRAE 135, clause 9): preamble, type, two addresses, length, check; two types
 * carry data. */
enum verdict mstp_wrapper(struct packet *pkt, struct cursor *c)
{
	char src[8], dst[8];
	const uint8_t *p = cur_take(c, 8);
	if (!p)
		return MINE;
	snprintf(dst, sizeof(dst), "0x%02x", p[3]);
	snprintf(src, sizeof(src), "0x%02x", p[4]);
	pkt_show_addresses(pkt, src, dst);
	if ((p[2] == 5 || p[2] == 6))
		pkt_next_proto(pkt, &proto_bacnet, cur_sub(c, be16(p + 5)));
	return MINE;
}
