/* User Datagram Protocol (RFC 768) and UDP-Lite (RFC 3828).
 *
 *      0       2       4       6       8
 *     +-------+-------+-------+-------+---- - -
 *     |srcport|dstport|length |chksum | payload   UDP-Lite: checksum coverage in place of length
 *     +-------+-------+-------+-------+---- - -
 */
#include "indexer/dissectors/udp.h"

#include "indexer/checksum.h"
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/pseudo.h"
#include "indexer/expert.h"

enum {
	UDP_SRCPORT,
	UDP_DSTPORT,
	UDP_LENGTH,
	UDP_CHECKSUM,
	UDP_STREAM_NOW,
	UDP_TIME_DELTA,
	UDP_TIME_RELATIVE_NOW,
	UDP_PAYLOAD,
	UDP_LENGTH_BAD,
	UDP_CHECKSUM_ZERO,
	UDP_COVERAGE,
	UDP_COVERAGE_BAD,
	UDP_STREAM,
	UDP_TIME_RELATIVE,
	UDP_PORT,
	UDP_CHECKSUM_STATUS,
	UDP_TRACEROUTE,
	UDP_CHECKSUM_CALCULATED,
	UDP_CHECKSUM_BAD,
	UDP_PROC_SRCUID,
	UDP_PROC_SRCPID,
	UDP_PROC_SRCUNAME,
	UDP_PROC_SRCCMD,
	UDP_PROC_DSTUID,
	UDP_PROC_DSTPID,
	UDP_PROC_DSTUNAME,
	UDP_PROC_DSTCMD,
	UDP_EXPERT,
	UDP_EXPERT_LENGTH = UDP_EXPERT + EXPERT_FIELDS,
	UDP_EXPERT_LAST = UDP_EXPERT_LENGTH + EXPERT_FIELDS - 1,
	UDP_NFIELDS
};

#define LATE(column) "(SELECT l." column " FROM t_udp_late l WHERE l.frame_id={frame} AND l.layer={layer})"

enum { LATE_STREAM, LATE_TIME_RELATIVE, LATE_NFIELDS };

static const struct field udp_late_fields[LATE_NFIELDS] = {
	[LATE_STREAM] = { "stream", "Stream index", KIND_UINT, .octets = 4, .internal = true },
	[LATE_TIME_RELATIVE] = { "time_relative", "Time since first frame", KIND_RELTIME, .internal = true },
};

/* traceroute's ports: 33435 and on, three probes a hop */
#define PROBE(port)                                                                                          \
	"'Possible traceroute: hop #'||((" port "-33435)/3+1)||', attempt #'||((" port "-33435)%3+1)"
#define TRACEROUTE_TEXT                                                                                      \
	"CASE WHEN {dstport} BETWEEN 33435 AND 33464 THEN " PROBE(                                           \
		"{dstport}") " WHEN {srcport} BETWEEN 33435 AND 33464 THEN " PROBE("{srcport}") " END"

static const struct field udp_fields[UDP_NFIELDS] = {
	[UDP_SRCPORT] = { "udp.srcport", "Source Port", KIND_UINT, .octets = 2 },
	[UDP_DSTPORT] = { "udp.dstport", "Destination Port", KIND_UINT, .octets = 2 },
	[UDP_LENGTH] = { "udp.length", "Length", KIND_UINT, .octets = 2 },
	[UDP_CHECKSUM] = { "udp.checksum", "Checksum", KIND_UINT, BASE_HEX, 2 },
	[UDP_STREAM_NOW] = { "stream", "Stream index", KIND_UINT, .octets = 4, .internal = true },
	[UDP_TIME_DELTA] = { "udp.time_delta", "Time since previous frame", KIND_RELTIME, .generated = true },
	[UDP_TIME_RELATIVE_NOW] = { "time_relative", "Time since first frame", KIND_RELTIME,
		.internal = true },
	[UDP_PAYLOAD] = { "udp.payload", "Payload", KIND_BYTES },
	[UDP_LENGTH_BAD] = { "udp.length.bad", "Bad length value", KIND_NONE, .part = 1, .generated = true },
	[UDP_CHECKSUM_ZERO] = { "udp.checksum.zero", "Illegal checksum value (0)", KIND_NONE, .part = 1,
		.generated = true },
	[UDP_COVERAGE] = { "udp.checksum_coverage", "Checksum coverage", KIND_UINT, .octets = 2, .part = 2 },
	[UDP_COVERAGE_BAD] = { "udplite.checksum_coverage.bad", "Bad checksum coverage length value",
		KIND_NONE, .part = 2, .generated = true },
	/* A datagram that opened its stream has the number later. */
	[UDP_STREAM] = { "udp.stream", "Stream index", KIND_UINT, .octets = 4, .generated = true,
		.sql = "coalesce({stream}, " LATE("stream") ")" },
	[UDP_TIME_RELATIVE] = { "udp.time_relative", "Time since first frame", KIND_RELTIME,
		.generated = true, .sql = "coalesce({time_relative}, " LATE("time_relative") ")" },
	[UDP_PORT] = { "udp.port", "Source or Destination Port", KIND_UINT, .octets = 2, .hidden = true,
		.any = { UDP_SRCPORT, UDP_DSTPORT }, .nany = 2 },
	/* 0 is "no checksum" in IPv4 and not allowed in IPv6 (RFC 8200, section 8.1). */
	[UDP_CHECKSUM_STATUS] = { "udp.checksum.status", "Checksum Status", KIND_UINT, .octets = 1,
		.generated = true,
		.sql = "CASE WHEN {checksum} THEN 2 WHEN {checksum}=0 THEN CASE WHEN {checksum_zero} THEN 4 "
		       "ELSE 3 END END",
		.names = checksum_status_names },
	[UDP_TRACEROUTE] = { "udp.possible_traceroute", "Possible traceroute", KIND_NONE, .generated = true,
		.sql = "CASE WHEN {srcport} BETWEEN 33435 AND 33464 OR {dstport} BETWEEN 33435 AND 33464 "
		       "THEN 1 END" },
	[UDP_CHECKSUM_CALCULATED] = { "udp.checksum_calculated", "Calculated Checksum", KIND_UINT, BASE_HEX,
		2, .generated = true, .sql = SQL_OFF },
	[UDP_CHECKSUM_BAD] = { "udp.checksum.bad", "Bad checksum", KIND_NONE, .generated = true,
		.sql = SQL_OFF },
	/* of IPFIX records that a special exporter wrote */
	[UDP_PROC_SRCUID] = { "udp.proc.srcuid", "Source process user ID", KIND_UINT, .octets = 4,
		.sql = SQL_OFF },
	[UDP_PROC_SRCPID] = { "udp.proc.srcpid", "Source process ID", KIND_UINT, .octets = 4,
		.sql = SQL_OFF },
	[UDP_PROC_SRCUNAME] = { "udp.proc.srcuname", "Source process user name", KIND_TEXT, .sql = SQL_OFF },
	[UDP_PROC_SRCCMD] = { "udp.proc.srccmd", "Source process name", KIND_TEXT, .sql = SQL_OFF },
	[UDP_PROC_DSTUID] = { "udp.proc.dstuid", "Destination process user ID", KIND_UINT, .octets = 4,
		.sql = SQL_OFF },
	[UDP_PROC_DSTPID] = { "udp.proc.dstpid", "Destination process ID", KIND_UINT, .octets = 4,
		.sql = SQL_OFF },
	[UDP_PROC_DSTUNAME] = { "udp.proc.dstuname", "Destination process user name", KIND_TEXT,
		.sql = SQL_OFF },
	[UDP_PROC_DSTCMD] = { "udp.proc.dstcmd", "Destination process name", KIND_TEXT, .sql = SQL_OFF },
	EXPERT_ITEM(UDP_EXPERT, TRACEROUTE_TEXT, EXPERT_CHAT, EXPERT_SEQUENCE),
	EXPERT_ITEM(UDP_EXPERT_LENGTH,
		EXPERT_IF("{length_bad}", "'Bad length value '||{length}||' > IP payload length'"),
		EXPERT_ERROR, EXPERT_MALFORMED),
};

static const struct record udp_records[] = {
	{ "udp", RECORD_LAYER, UDP_NFIELDS, udp_fields, (const char *const[]) { "problem", "lite", NULL } },
	{ "udp_late", RECORD_LATE, LATE_NFIELDS, udp_late_fields, NULL },
};

/* The length by the header's account; 0 ends the dissection. */
static uint32_t udp_length(struct packet *pkt, struct row *r, struct cursor *c)
{
	uint32_t length = (uint32_t)row_be(r, UDP_LENGTH, c, 2);
	if (pkt->fail)
		return 0;
	/* 0 stands for a jumbogram (RFC 2675, section 4). */
	if (length == 0 && pkt->ip_version == 6)
		return c->len;
	if (length < UDP_HEADER) {
		row_set(r, UDP_LENGTH_BAD, 1);
		return 0;
	}
	if (length > c->len) {
		if (!pkt->fragmented && !pkt->in_error)
			row_set(r, UDP_LENGTH_BAD, 1);
		else
			length = c->len; /* the rest is elsewhere */
	}
	return length;
}

/* RFC 3828, section 3.1: 0 is all, below the header is not allowed. */
static uint32_t lite_length(struct packet *pkt, struct row *r, struct cursor *c)
{
	uint32_t coverage = (uint32_t)row_be(r, UDP_COVERAGE, c, 2);
	if (coverage && (coverage < UDP_HEADER || coverage > c->len))
		row_set(r, UDP_COVERAGE_BAD, 1);
	row_set(r, UDP_LENGTH, c->len);
	return pkt->fail ? 0 : c->len;
}

enum verdict udp_header(struct packet *pkt, struct cursor *c, bool lite)
{
	struct row *r = row_open(pkt, &proto_udp, 0);
	if (!cur_need(c, 4)) /* both ports or none */
		return MINE;
	uint16_t srcport = (uint16_t)row_be(r, UDP_SRCPORT, c, 2);
	uint16_t dstport = (uint16_t)row_be(r, UDP_DSTPORT, c, 2);
	uint32_t length = lite ? lite_length(pkt, r, c) : udp_length(pkt, r, c);
	if (!length)
		return MINE;
	uint32_t checksum = (uint32_t)row_be(r, UDP_CHECKSUM, c, 2);
	if (pkt->fail)
		return MINE;
	if (checksum == 0 && pkt->ip_version == 6 && !pkt->in_error)
		row_set(r, UDP_CHECKSUM_ZERO, 1);
	pkt->srcport = srcport;
	pkt->dstport = dstport;
	info_set(pkt, "%u → %u Len=%u", srcport, dstport, length - UDP_HEADER);
	pkt->udp = (struct udp_datagram) { .set = true,
		.row = r,
		.srcport = srcport,
		.dstport = dstport,
		.has_payload = length > UDP_HEADER };
	/* Shown are all octets behind the header, also those beyond its length. */
	struct cursor all = *c;
	if (pkt->udp.has_payload)
		row_bytes_avail(r, UDP_PAYLOAD, &all, c->len - UDP_HEADER);
	pkt->udp.payload = cur_sub(c, pkt->udp.has_payload ? length - UDP_HEADER : 0);
	return MINE;
}

void udp_tracked(struct row *r, uint32_t stream)
{
	row_set(r, UDP_STREAM_NOW, stream);
}

static void row_unset(struct row *r, unsigned field)
{
	r->set[field >> 6] &= ~(UINT64_C(1) << (field & 63));
}

void udp_moved(struct row *r, bool known, uint32_t stream, bool timed, int64_t time_relative)
{
	row_unset(r, UDP_STREAM_NOW);
	row_unset(r, UDP_TIME_RELATIVE_NOW);
	if (!known)
		return;
	row_set(r, UDP_STREAM_NOW, stream);
	if (timed)
		row_set(r, UDP_TIME_RELATIVE_NOW, time_relative);
}

void udp_late(struct packet *pkt, uint32_t number, uint16_t layer, uint32_t stream, int64_t time_relative)
{
	struct row *r = row_open_late(pkt, &proto_udp, 1, number, layer);
	row_set(r, LATE_STREAM, stream);
	row_set(r, LATE_TIME_RELATIVE, time_relative);
}

void udp_timed(struct row *r, int64_t time_relative, int64_t time_delta)
{
	row_set(r, UDP_TIME_RELATIVE_NOW, time_relative);
	row_set(r, UDP_TIME_DELTA, time_delta);
}

static enum verdict udp_dissect(struct packet *pkt, struct cursor *c)
{
	return udp_header(pkt, c, false);
}

static const struct layout_line udp_layout[] = {
	{ 0, "udp.srcport" },
	{ 0, "udp.dstport" },
	{ 0, "udp.length" },
	{ 0, "udp.checksum", "Checksum: {}{udp.checksum? [unverified]}{udp.checksum! [zero-value ignored]}" },
	{ 0, "udp.checksum.status", "[Checksum Status: {:n}]" },
	{ 0, "udp.stream" },
	{ 0, NULL, "[Timestamps]" },
	{ 1, "udp.time_relative" },
	{ 1, "udp.time_delta" },
	{ 0, "udp.payload", "UDP payload ({:l} byte{:s})" },
	{ 0 },
};

static const struct claim udp_claims[] = { { CLAIM_IP_PROTO, 17 }, { 0 } };

const struct protocol proto_udp = {
	.name = "udp",
	.title = "User Datagram Protocol",
	.heading = "User Datagram Protocol<, Src Port: {udp.srcport}, Dst Port: {udp.dstport}>",
	.layout = udp_layout,
	.column = "UDP",
	.spec = "RFC 768",
	.help = "Sends single datagrams between programs, without connection or guarantee.",
	.id = PROTO_ID_udp,
	.records = udp_records,
	.nrecords = 2,
	.claims = udp_claims,
	.dissect = udp_dissect,
	.item_min = 4, /* the ports */
	.item_len = UDP_HEADER,
};
