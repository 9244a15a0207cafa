/* User Datagram Protocol (RFC 768) and UDP-Lite (RFC 3828).
 *
 *      0       2       4       6       8
 *     +-------+-------+-------+-------+
 *     |srcport|dstport|length |chksum |   UDP-Lite: checksum coverage in place of length
 *     +-------+-------+-------+-------+
 */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/pseudo.h"

enum {
	UDP_SRCPORT,
	UDP_DSTPORT,
	UDP_LENGTH,
	UDP_CHECKSUM,
	UDP_STREAM,
	UDP_TIME_DELTA,
	UDP_TIME_RELATIVE,
	UDP_PORT,
	UDP_NFIELDS
};

static const struct field udp_fields[UDP_NFIELDS] = {
	[UDP_SRCPORT] = { "udp.srcport", "Source Port", KIND_UINT, .octets = 2 },
	[UDP_DSTPORT] = { "udp.dstport", "Destination Port", KIND_UINT, .octets = 2 },
	[UDP_LENGTH] = { "udp.length", "Length", KIND_UINT, .octets = 2 },
	[UDP_CHECKSUM] = { "udp.checksum", "Checksum", KIND_UINT, BASE_HEX, 2 },
	[UDP_STREAM] = { "udp.stream", "Stream index", KIND_UINT, .octets = 4, .generated = true },
	[UDP_TIME_DELTA] = { "udp.time_delta", "Time since previous frame", KIND_RELTIME, .generated = true },
	[UDP_TIME_RELATIVE] = { "udp.time_relative", "Time since first frame", KIND_RELTIME, .generated = true },
	[UDP_PORT] = { "udp.port", "Source or Destination Port", KIND_UINT, .octets = 2, .hidden = true,
		.any = { UDP_SRCPORT, UDP_DSTPORT }, .nany = 2 },
};

static const struct record udp_records[] = { { "udp", RECORD_LAYER, UDP_NFIELDS, udp_fields, NULL } };

#define UDP_HEADER 8

static enum verdict udp_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_udp, 0);
	uint16_t srcport = (uint16_t)row_be(r, UDP_SRCPORT, c, 2);
	uint16_t dstport = (uint16_t)row_be(r, UDP_DSTPORT, c, 2);
	uint32_t length = (uint32_t)row_be(r, UDP_LENGTH, c, 2);
	row_be(r, UDP_CHECKSUM, c, 2);
	if (pkt->fail)
		return MINE;
	pkt->srcport = srcport;
	pkt->dstport = dstport;
	/* A length of 0 stands for a jumbogram (RFC 2675, section 4); one below the header is bad. */
	if (length == 0)
		length = c->len;
	pkt->udp = (struct udp_datagram){ .set = true, .row = r, .srcport = srcport, .dstport = dstport };
	if (length >= UDP_HEADER)
		pkt->udp.payload = cur_sub(c, length - UDP_HEADER);
	return MINE;
}

void udp_tracked(struct row *r, uint32_t stream, int64_t time_relative, int64_t time_delta)
{
	row_set(r, UDP_STREAM, stream);
	row_set(r, UDP_TIME_RELATIVE, time_relative);
	row_set(r, UDP_TIME_DELTA, time_delta);
}

static const struct claim udp_claims[] = { { CLAIM_IP_PROTO, 17 }, { 0 } };

const struct protocol proto_udp = {
	.name = "udp",
	.title = "User Datagram Protocol",
	.column = "UDP",
	.spec = "RFC 768",
	.help = "Sends single datagrams between programs, without connection or guarantee.",
	.id = PROTO_ID_udp,
	.records = udp_records,
	.nrecords = 1,
	.claims = udp_claims,
	.dissect = udp_dissect,
	.item_min = 4, /* the ports */
	.item_len = UDP_HEADER,
};
