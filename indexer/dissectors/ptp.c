/* Precision Time Protocol (IEEE 1588), the header of version 2.
 *
 *      0      1      2       4      5      6       8            16            20           28      30      32
 * 33
 *     +------+------+-------+------+------+-------+------------+-------------+------------+-------+-------+-----+------+
 *     |  type| vers.|length |domain|  sd  | flags | correction |type specific| clock id   | port  |  seq  |
 * ctl |period|
 *     +------+------+-------+------+------+-------+------------+-------------+------------+-------+-------+-----+------+
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_ptp;

enum {
	PTP_FIRST,
	PTP_SECOND,
	PTP_LENGTH,
	PTP_DOMAIN,
	PTP_MINOR_SD,
	PTP_FLAGS,
	PTP_CORRECTION,
	PTP_CLOCK,
	PTP_PORT,
	PTP_SEQUENCE,
	PTP_CONTROL,
	PTP_PERIOD,
	PTP_SDO,
	PTP_TYPE,
	PTP_VERSION,
	PTP_TWO_STEP,
	PTP_UNICAST,
	PTP_NFIELDS
};

static const struct value_name type_names[] = { { 0, "Sync Message" }, { 1, "Delay_Req Message" },
	{ 2, "Peer_Delay_Req Message" }, { 3, "Peer_Delay_Resp Message" }, { 8, "Follow_Up Message" },
	{ 9, "Delay_Resp Message" }, { 10, "Peer_Delay_Resp_Follow_Up Message" }, { 11, "Announce Message" },
	{ 12, "Signaling Message" }, { 13, "Management Message" }, { 0, NULL } };

static const struct field ptp_fields[PTP_NFIELDS] = {
	[PTP_FIRST] = { "ptp.v2.first_octet", "Type", KIND_UINT, .internal = true },
	[PTP_SECOND] = { "ptp.v2.second_octet", "Version", KIND_UINT, .internal = true },
	[PTP_LENGTH] = { "ptp.v2.messagelength", "messageLength", KIND_UINT, .octets = 2 },
	[PTP_DOMAIN] = { "ptp.v2.domainnumber", "domainNumber", KIND_UINT, .octets = 1 },
	[PTP_MINOR_SD] = { "ptp.v2.minorsdoid", "minorSdoId", KIND_UINT, .octets = 1 },
	[PTP_FLAGS] = { "ptp.v2.flags", "flags", KIND_UINT, BASE_HEX, 2 },
	[PTP_CORRECTION] = { "ptp.v2.correction.ns", "correction", KIND_UINT, .octets = 8 },
	[PTP_CLOCK] = { "ptp.v2.clockidentity", "ClockIdentity", KIND_UINT, BASE_HEX, 8 },
	[PTP_PORT] = { "ptp.v2.sourceportid", "SourcePortID", KIND_UINT, .octets = 2 },
	[PTP_SEQUENCE] = { "ptp.v2.sequenceid", "sequenceId", KIND_UINT, .octets = 2 },
	[PTP_CONTROL] = { "ptp.v2.controlfield", "controlField", KIND_UINT, .octets = 1 },
	[PTP_PERIOD] = { "ptp.v2.logmessageperiod", "logMessagePeriod", KIND_INT, .octets = 1 },
	[PTP_SDO] = { "ptp.v2.majorsdoid", "majorSdoId", KIND_UINT, BASE_HEX, 1, .of = PTP_FIRST,
		.mask = 0xf0 },
	[PTP_TYPE] = { "ptp.v2.messagetype", "messageType", KIND_UINT, BASE_HEX, 1, .of = PTP_FIRST,
		.mask = 0x0f, .names = type_names },
	[PTP_VERSION] = { "ptp.v2.versionptp", "versionPTP", KIND_UINT, .octets = 1, .of = PTP_SECOND,
		.mask = 0x0f },
	[PTP_TWO_STEP] = { "ptp.v2.flags.twostep", "PTP_TWO_STEP", KIND_BOOL, .of = PTP_FLAGS,
		.mask = 0x200 },
	[PTP_UNICAST] = { "ptp.v2.flags.unicast", "PTP_UNICAST", KIND_BOOL, .of = PTP_FLAGS, .mask = 0x400 },
};

static const struct record ptp_records[] = { { "ptp", RECORD_LAYER, PTP_NFIELDS, ptp_fields, NULL } };

static void version_2(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_ptp, 0);
	row_be(r, PTP_FIRST, c, 1);
	row_be(r, PTP_SECOND, c, 1);
	uint32_t length = (uint32_t)row_be(r, PTP_LENGTH, c, 2);
	if (!pkt->fail && length < c->len) /* what is beyond it is the padding of the network below */
		pkt_trim(pkt, length);
	row_be(r, PTP_DOMAIN, c, 1);
	row_be(r, PTP_MINOR_SD, c, 1);
	row_be(r, PTP_FLAGS, c, 2);
	/* Nanoseconds and, in the last two octets, a fraction. */
	row_be(r, PTP_CORRECTION, c, 6);
	cur_skip(c, 6);
	row_be(r, PTP_CLOCK, c, 8);
	row_be(r, PTP_PORT, c, 2);
	row_be(r, PTP_SEQUENCE, c, 2);
	row_be(r, PTP_CONTROL, c, 1);
	row_set_at(r, PTP_PERIOD, (int8_t)cur_be(c, 1), c->data + 33, 1);
}

/* The version stands in the second octet in both; a third one is not shown at all. */
static enum verdict ptp_dissect(struct packet *pkt, struct cursor *c)
{
	uint64_t version = 0, first = 0;
	if (!cur_peek(c, 1, 1, &version)) {
		cur_need(c, 2);
		return MINE;
	}
	cur_peek(c, 0, 2, &first);
	if ((version & 0x0f) == 2)
		version_2(pkt, c);
	else if (first != 1)
		pkt_silent(pkt);
	return MINE;
}

static const struct claim ptp_claims[] = { { CLAIM_UDP_PORT, 319 }, { CLAIM_UDP_PORT, 320 },
	{ CLAIM_ETHERTYPE, 0x88f7 }, { 0 } };

const struct protocol proto_ptp = {
	.name = "ptp",
	.title = "Precision Time Protocol (IEEE1588)",
	.column = "PTP",
	.spec = "IEEE 1588",
	.help = "Sets the clocks of a local network to fractions of a microsecond.",
	.id = PROTO_ID_ptp,
	.records = ptp_records,
	.nrecords = 1,
	.claims = ptp_claims,
	.dissect = ptp_dissect,
};
