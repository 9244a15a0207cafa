/* Internet Group Management Protocol: version 0 (RFC 988), 1 (RFC 1112), 2 (RFC 2236), 3 (RFC 9776).
 *
 *      0       1       2               4               8       9       10              12
 *     +-------+-------+---------------+---------------+
 *     | type  |max rsp|   checksum    | group address |         versions 1 (no max rsp) and 2
 *     +-------+-------+---------------+---------------+-------+-------+---------------+------
 *     | 0x11  |max rsp|   checksum    | group address |res S qrv qqic | sources       | addresses   query of
 * version 3
 *     +-------+-------+---------------+---------------+-------+-------+---------------+------
 *     | 0x22  |reservd|   checksum    |reservd|records| group records ...   report of version 3
 *     +-------+-------+---------------+-------+-------+------
 *
 * A group record: type (1), length of auxiliary data in words (1), number of sources (2), group (4), sources,
 * data. */
#include "indexer/checksum.h"
#include "indexer/dissectors/ids.h"

extern const struct protocol proto_igmp;

enum {
	IGMP_TYPE,
	IGMP_VERSION,
	IGMP_CHECKSUM,
	IGMP_MADDR,
	IGMP_MAX_RESP,
	IGMP_REPLY,
	IGMP_S_QRV,
	IGMP_QQIC,
	IGMP_NUM_SRC,
	IGMP_NUM_GRP_RECS,
	IGMP_S,
	IGMP_QRV,
	IGMP_CHECKSUM_ODD,
	IGMP_CHECKSUM_STATUS,
	IGMP_NFIELDS
};

static const struct value_name igmp_types[] = { { 0x11, "Membership Query" }, { 0x12, "Membership Report" },
	{ 0x13, "DVMRP Protocol" }, { 0x14, "PIM Routing Protocol" }, { 0x16, "Membership Report" },
	{ 0x17, "Leave Group" }, { 0x1e, "Traceroute Response" }, { 0x1f, "Traceroute Message" },
	{ 0x22, "Membership Report" }, { 0, NULL } };

static const struct field igmp_fields[IGMP_NFIELDS] = {
	[IGMP_TYPE] = { "igmp.type", "Type", KIND_UINT, BASE_HEX, 1, .names = igmp_types },
	[IGMP_VERSION] = { "igmp.version", "IGMP Version", KIND_UINT, .octets = 1, .generated = true },
	[IGMP_CHECKSUM] = { "igmp.checksum", "Checksum", KIND_UINT, BASE_HEX, 2 },
	[IGMP_MADDR] = { "igmp.maddr", "Multicast Address", KIND_IPV4 },
	[IGMP_MAX_RESP] = { "igmp.max_resp", "Max Resp Time", KIND_UINT, .octets = 1 },
	[IGMP_REPLY] = { "igmp.reply", "Reply", KIND_UINT, .octets = 1 },
	[IGMP_S_QRV] = { "s_qrv", "S flag and robustness", KIND_UINT, BASE_HEX, 1, .internal = true },
	[IGMP_QQIC] = { "igmp.qqic", "QQIC", KIND_UINT, .octets = 1 },
	[IGMP_NUM_SRC] = { "igmp.num_src", "Num Src", KIND_UINT, .octets = 2 },
	[IGMP_NUM_GRP_RECS] = { "igmp.num_grp_recs", "Num Group Records", KIND_UINT, .octets = 2 },
	[IGMP_S] = { "igmp.s", "S", KIND_BOOL, .of = IGMP_S_QRV, .mask = 0x08 },
	[IGMP_QRV] = { "igmp.qrv", "QRV", KIND_UINT, .octets = 1, .of = IGMP_S_QRV, .mask = 0x07 },
	[IGMP_CHECKSUM_ODD] = { "checksum_odd", "enum checksum_status, where the checksum is not good",
		KIND_UINT, .part = 1, .internal = true },
	[IGMP_CHECKSUM_STATUS] = { "igmp.checksum.status", "Checksum Status", KIND_UINT, .octets = 1,
		.generated = true, .names = checksum_status_names,
		.sql = "CASE WHEN {checksum} IS NOT NULL THEN coalesce({checksum_odd}, 1) END" },
};

enum { RECORD_TYPE, RECORD_AUX_LEN, RECORD_NUM_SRC, RECORD_MADDR, RECORD_NFIELDS };
static const struct field record_fields[RECORD_NFIELDS] = {
	[RECORD_TYPE] = { "igmp.record_type", "Record Type", KIND_UINT, .octets = 1 },
	[RECORD_AUX_LEN] = { "igmp.aux_data_len", "Aux Data Len", KIND_UINT, .octets = 1 },
	[RECORD_NUM_SRC] = { "igmp.num_src", "Num Src", KIND_UINT, .octets = 2 },
	[RECORD_MADDR] = { "igmp.maddr", "Multicast Address", KIND_IPV4 },
};

enum { SOURCE_ADDR, SOURCE_NFIELDS };
static const struct field source_fields[SOURCE_NFIELDS] = {
	[SOURCE_ADDR] = { "igmp.saddr", "Source Address", KIND_IPV4 },
};

enum { RESERVED_OCTETS, RESERVED_NFIELDS };
static const struct field reserved_fields[RESERVED_NFIELDS] = {
	[RESERVED_OCTETS] = { "igmp.reserved", "Reserved", KIND_BYTES },
};

enum { REC_IGMP, REC_RECORD, REC_SOURCE, REC_RESERVED, REC_COUNT };
static const struct record igmp_records[REC_COUNT] = {
	[REC_IGMP] = { "igmp", RECORD_LAYER, IGMP_NFIELDS, igmp_fields,
		(const char *const[]) { "odd", NULL } },
	[REC_RECORD] = { "igmp_record", RECORD_CHILD, RECORD_NFIELDS, record_fields, NULL },
	[REC_SOURCE] = { "igmp_source", RECORD_CHILD, SOURCE_NFIELDS, source_fields, NULL },
	[REC_RESERVED] = { "igmp_reserved", RECORD_CHILD, RESERVED_NFIELDS, reserved_fields, NULL },
};

/* Protocols that have types of IGMP as theirs; RGMP (RFC 3488) is told by its group, 224.0.0.25. */
static const struct protocol dvmrp = {
	.name = "dvmrp", .title = "Distance Vector Multicast Routing Protocol", .column = "DVMRP"
};
static const struct protocol pim = {
	.name = "pim", .title = "Protocol Independent Multicast", .column = "PIMv1"
};
static const struct protocol igap = {
	.name = "igap", .title = "Internet Group membership Authentication Protocol", .column = "IGAP"
};
static const struct protocol rgmp = {
	.name = "rgmp", .title = "Router-port Group Management Protocol", .column = "RGMP"
};

enum {
	QUERY = 0x11,
	REPORT_1 = 0x12,
	DVMRP = 0x13,
	PIM = 0x14,
	REPORT_2 = 0x16,
	LEAVE = 0x17,
	TRACE_RESPONSE = 0x1e,
	TRACE = 0x1f,
	REPORT_3 = 0x22,
	IGAP_FIRST = 0x40,
	IGAP_LAST = 0x42,
	RGMP_FIRST = 0xfc
};

#define QUERY_3_LENGTH 12

static void reserved(struct packet *pkt, struct cursor *c, uint32_t n)
{
	row_bytes(row_open(pkt, &proto_igmp, REC_RESERVED), RESERVED_OCTETS, c, n);
}

static void sources(struct packet *pkt, struct cursor *c, uint32_t n)
{
	for (; n && cur_need(c, 4); n--)
		row_address(row_open(pkt, &proto_igmp, REC_SOURCE), SOURCE_ADDR, c, KIND_IPV4);
}

/* RFC 9776, section 4.1.1: from 128 on a floating-point number, of 4 bits mantissa and 3 exponent. */
static void max_resp(struct row *r, struct cursor *c, bool floating)
{
	const uint8_t *at = c->data + c->pos;
	uint32_t v = (uint32_t)cur_be(c, 1);
	if (floating && v > 127)
		v = ((v & 15) | 16) << ((v >> 4 & 7) + 3);
	row_set_at(r, IGMP_MAX_RESP, v, at, 1);
}

static void inform_group(struct packet *pkt, const char *what, const uint8_t *group)
{
	info_add(pkt, "%s", what);
	info_address(pkt, KIND_IPV4, group);
}

static void inform_sources(struct packet *pkt, const char *what, const uint8_t *list, uint32_t n)
{
	info_add(pkt, "%s source%s {", what, n == 1 ? "" : "s");
	for (uint32_t i = 0; i < n; i++)
		inform_group(pkt, i ? ", " : "", list + 4 * i);
	info_add(pkt, "%s", "}");
}

/* RFC 9776, section 4.2.13: what a record changes, and the sources that it names. */
static void inform_record(struct packet *pkt, uint32_t type, uint32_t n, const struct cursor *c)
{
	enum { INCLUDE = 1, EXCLUDE, TO_INCLUDE, TO_EXCLUDE, ALLOW, BLOCK };
	if (!pkt->info || !cur_need_at(c, c->pos, 4 + 4 * n))
		return;
	const uint8_t *group = c->data + c->pos;
	bool exclude = type == EXCLUDE || type == TO_EXCLUDE;
	info_add(pkt, "%s", " / ");
	if (type == INCLUDE || type == TO_INCLUDE || exclude) {
		inform_group(pkt, n || exclude ? "Join group " : "Leave group ", group);
		if (n)
			inform_sources(pkt, exclude ? ", not for" : " for", group + 4, n);
		else if (exclude)
			info_add(pkt, "%s", " for any sources");
	} else if (type == ALLOW || type == BLOCK) {
		inform_group(pkt, type == ALLOW ? "Group " : "Group ", group);
		inform_sources(pkt, type == ALLOW ? ", ALLOW" : ", BLOCK", group + 4, n);
	}
}

static void inform(struct packet *pkt, uint32_t type, int version, const struct cursor *c)
{
	if (!pkt->info)
		return;
	const uint8_t *group = c->cap >= 8 ? c->data + 4 : NULL;
	info_clear(pkt);
	switch (type) {
	case QUERY:
		info_set(pkt, "%s", "Membership Query");
		if (!group)
			return;
		if (!be32(group)) {
			info_add(pkt, "%s", ", general");
			return;
		}
		inform_group(pkt, ", specific for group ", group);
		if (version == 3 && c->cap >= 12 && be16(group + 6) && c->cap >= 12 + 4u * be16(group + 6))
			inform_sources(pkt, ",", group + 8, be16(group + 6));
		return;
	case REPORT_1:
	case REPORT_2:
		if (group)
			inform_group(pkt, "Membership Report group ", group);
		return;
	case LEAVE:
		if (group)
			inform_group(pkt, "Leave Group ", group);
		return;
	case REPORT_3:
		info_set(pkt, "%s", "Membership Report");
		return;
	default:
		return;
	}
}

static void checksum(struct packet *pkt, struct row *r, struct cursor *c)
{
	row_be(r, IGMP_CHECKSUM, c, 2);
	enum checksum_status status = checksum_test(pkt, c, 0);
	if (status != CHECKSUM_GOOD)
		row_set(r, IGMP_CHECKSUM_ODD, status);
}

static void report_3(struct packet *pkt, struct row *r, struct cursor *c)
{
	reserved(pkt, c, 1);
	checksum(pkt, r, c);
	reserved(pkt, c, 2);
	uint32_t n = (uint32_t)row_be(r, IGMP_NUM_GRP_RECS, c, 2);
	for (; n && cur_need(c, 8); n--) {
		struct row *record = row_open(pkt, &proto_igmp, REC_RECORD);
		uint32_t type = (uint32_t)row_be(record, RECORD_TYPE, c, 1);
		uint32_t words = (uint32_t)row_be(record, RECORD_AUX_LEN, c, 1);
		uint32_t nsources = (uint32_t)row_be(record, RECORD_NUM_SRC, c, 2);
		inform_record(pkt, type, nsources, c);
		row_address(record, RECORD_MADDR, c, KIND_IPV4);
		sources(pkt, c, nsources);
		cur_take(c, words * 4);
	}
}

static void version_0(struct packet *pkt, struct row *r, struct cursor *c, uint32_t type)
{
	if (type & 1)
		cur_be(c, 1);
	else
		row_be(r, IGMP_REPLY, c, 1);
	checksum(pkt, r, c);
	cur_be(c, 4); /* identifier */
	row_address(r, IGMP_MADDR, c, KIND_IPV4);
	cur_be(c, 8); /* access key */
}

static void message(struct packet *pkt, struct row *r, struct cursor *c, uint32_t type, int version)
{
	static const char *const columns[] = { "IGMPv0", "IGMPv1", "IGMPv2", "IGMPv3" };
	if (version >= 0)
		row_set(r, IGMP_VERSION, version);
	if (version >= 0 && !pkt->in_error)
		pkt->column = columns[version];
	row_be(r, IGMP_TYPE, c, 1);
	inform(pkt, type, version, c);
	if (type == QUERY && version == 3 &&
		!cur_need(c, QUERY_3_LENGTH - 1)) /* Wireshark shows nothing of less */
		return;
	if (version == 0) {
		version_0(pkt, r, c, type);
		return;
	}
	if (type == REPORT_3) {
		report_3(pkt, r, c);
		return;
	}
	if (version == 1)
		reserved(pkt, c, 1);
	else if (version < 0)
		cur_be(c, 1); /* hops of a trace */
	else
		max_resp(r, c, version == 3);
	checksum(pkt, r, c);
	row_address(r, IGMP_MADDR, c, KIND_IPV4);
	if (version == 3) {
		row_be(r, IGMP_S_QRV, c, 1);
		row_be(r, IGMP_QQIC, c, 1);
		uint32_t n = (uint32_t)row_be(r, IGMP_NUM_SRC, c, 2);
		sources(pkt, c, n);
	}
}

/* Is the packet for 224.0.0.25, the routers that speak RGMP? */
static bool is_for_rgmp(const struct packet *pkt)
{
	static const uint8_t group[4] = { 224, 0, 0, 25 };
	uint8_t kind;
	size_t len;
	const void *dst = pkt->net_dst ? dict_get(pkt->dict, DICT_ADDRESS, pkt->net_dst, &kind, &len) : NULL;
	return dst && kind == KIND_IPV4 && memcmp(dst, group, 4) == 0;
}

/* Another protocol: its item stands in place of IGMP's. */
static enum verdict other(struct packet *pkt, const struct protocol *proto, const struct cursor *c)
{
	struct layer *l = pkt_layer(pkt);
	if (l->item >= 0 && l->item == pkt->nitems - 1)
		pkt->nitems--;
	l->item = -1;
	pkt_next_proto(pkt, proto, *c);
	return MINE;
}

static enum verdict igmp_dissect(struct packet *pkt, struct cursor *c)
{
	uint64_t type, second = 0;
	int version = -1;
	if (!cur_peek(c, 0, 1, &type)) {
		cur_need(c, 1);
		return MINE;
	}
	if (type == DVMRP)
		return other(pkt, &dvmrp, c);
	if (type == PIM)
		return other(pkt, &pim, c);
	if (type >= IGAP_FIRST && type <= IGAP_LAST)
		return other(pkt, &igap, c);
	if (type >= RGMP_FIRST && is_for_rgmp(pkt))
		return other(pkt, &rgmp, c);
	struct row *r = row_open(pkt, &proto_igmp, REC_IGMP);
	switch (type) {
	case QUERY:
		/* RFC 9776, section 7.1: told apart by length and the second octet */
		pkt_token(pkt, &proto_igmp);
		if (c->len < QUERY_3_LENGTH && !cur_peek(c, 1, 1, &second)) {
			cur_need(c, 2);
			return MINE;
		}
		version = c->len >= QUERY_3_LENGTH ? 3 : second ? 2 : 1;
		break;
	case REPORT_1:
		version = 1;
		break;
	case REPORT_2:
	case LEAVE:
		version = 2;
		break;
	case REPORT_3:
		version = 3;
		break;
	case TRACE_RESPONSE:
	case TRACE:
		break;
	default:
		if (type > 8) {
			row_be(r, IGMP_TYPE, c, 1);
			return MINE;
		}
		version = 0;
	}
	/* Wireshark's dissector of the type is IGMP once more. */
	if (type != QUERY)
		pkt_token(pkt, &proto_igmp);
	message(pkt, r, c, (uint32_t)type, version);
	return MINE;
}

static const struct claim igmp_claims[] = { { CLAIM_IP_PROTO, 2 }, { 0 } };

const struct protocol proto_igmp = {
	.name = "igmp",
	.title = "Internet Group Management Protocol",
	.column = "IGMP",
	.spec = "RFC 9776",
	.help = "Tells routers which multicast groups a host listens to.",
	.id = PROTO_ID_igmp,
	.records = igmp_records,
	.nrecords = REC_COUNT,
	.claims = igmp_claims,
	.dissect = igmp_dissect,
};
