/* Open Shortest Path First, versions 2 (RFC 2328) and 3 (RFC 5340).
 *
 *      0    1    2        4             8            12         14
 *     +----+----+--------+-------------+------------+----------+---------------- - -
 *     |ver.|type| length | router      | area       | checksum | 2: authentication (2, 8)   3: instance (1),
 * 0 (1)
 *     +----+----+--------+-------------+------------+----------+---------------- - -
 *     a link state's header:
 *     | age, 2 | 2: options (1), type (1)   3: type (2) | id, 4 | router, 4 | sequence, 4 | checksum, 2 |
 * length, 2 |
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_ospf, proto_data;

enum {
	OSPF_VERSION,
	OSPF_MSG,
	OSPF_LENGTH,
	OSPF_ROUTER,
	OSPF_AREA,
	OSPF_CHECKSUM,
	OSPF_AUTH_TYPE,
	OSPF_INSTANCE,
	OSPF_IS_HELLO,
	OSPF_IS_DBDESC,
	OSPF_IS_REQUEST,
	OSPF_IS_UPDATE,
	OSPF_IS_ACK,
	/* part 1: hello */
	HELLO_MASK,
	HELLO_INTERFACE,
	HELLO_INTERVAL,
	HELLO_PRIORITY,
	HELLO_DEAD,
	HELLO_DR,
	HELLO_BDR,
	/* part 2: database description */
	DB_MTU,
	DB_FLAGS,
	DB_SEQUENCE,
	DB_RESYNC,
	DB_INIT,
	DB_MORE,
	DB_MASTER,
	/* part 3: authentication by a digest */
	AUTH_KEY,
	AUTH_LENGTH,
	AUTH_SEQUENCE,
	AUTH_SIMPLE,
	OSPF_NFIELDS
};

static const struct value_name msg_names[] = { { 1, "Hello Packet" }, { 2, "DB Description" },
	{ 3, "LS Request" }, { 4, "LS Update" }, { 5, "LS Acknowledge" }, { 0, NULL } };
static const struct value_name auth_names[] = { { 0, "Null" }, { 1, "Simple password" },
	{ 2, "Cryptographic" }, { 0, NULL } };

#define IS_MESSAGE(n) "CASE WHEN {msg}=" #n " THEN 1 END"

static const struct field ospf_fields[OSPF_NFIELDS] = {
	[OSPF_VERSION] = { "ospf.version", "Version", KIND_UINT, .octets = 1 },
	[OSPF_MSG] = { "ospf.msg", "Message Type", KIND_UINT, .octets = 1, .names = msg_names },
	[OSPF_LENGTH] = { "ospf.packet_length", "Packet Length", KIND_UINT, .octets = 2 },
	[OSPF_ROUTER] = { "ospf.srcrouter", "Source OSPF Router", KIND_IPV4 },
	[OSPF_AREA] = { "ospf.area_id", "Area ID", KIND_IPV4 },
	[OSPF_CHECKSUM] = { "ospf.checksum", "Checksum", KIND_UINT, BASE_HEX, 2 },
	[OSPF_AUTH_TYPE] = { "ospf.auth.type", "Auth Type", KIND_UINT, .octets = 2, .names = auth_names },
	[OSPF_INSTANCE] = { "ospf.instance_id", "Instance ID", KIND_UINT, .octets = 1 },
	[OSPF_IS_HELLO] = { "ospf.msg.hello", "Hello", KIND_BOOL, .hidden = true, .sql = IS_MESSAGE(1) },
	[OSPF_IS_DBDESC] = { "ospf.msg.dbdesc", "Database Description", KIND_BOOL, .hidden = true,
		.sql = IS_MESSAGE(2) },
	[OSPF_IS_REQUEST] = { "ospf.msg.lsreq", "Link State Adv Request", KIND_BOOL, .hidden = true,
		.sql = IS_MESSAGE(3) },
	[OSPF_IS_UPDATE] = { "ospf.msg.lsupdate", "Link State Adv Update", KIND_BOOL, .hidden = true,
		.sql = IS_MESSAGE(4) },
	[OSPF_IS_ACK] = { "ospf.msg.lsack", "Link State Adv Acknowledgement", KIND_BOOL, .hidden = true,
		.sql = IS_MESSAGE(5) },
	[HELLO_MASK] = { "ospf.hello.network_mask", "Network Mask", KIND_IPV4, .part = 1 },
	[HELLO_INTERFACE] = { "ospf.hello.interface_id", "Interface ID", KIND_UINT, .octets = 4, .part = 1 },
	[HELLO_INTERVAL] = { "ospf.hello.hello_interval", "Hello Interval [sec]", KIND_UINT, .octets = 4,
		.part = 1 },
	[HELLO_PRIORITY] = { "ospf.hello.router_priority", "Router Priority", KIND_UINT, .octets = 1,
		.part = 1 },
	[HELLO_DEAD] = { "ospf.hello.router_dead_interval", "Router Dead Interval [sec]", KIND_UINT,
		.octets = 4, .part = 1 },
	[HELLO_DR] = { "ospf.hello.designated_router", "Designated Router", KIND_IPV4, .part = 1 },
	[HELLO_BDR] = { "ospf.hello.backup_designated_router", "Backup Designated Router", KIND_IPV4,
		.part = 1 },
	[DB_MTU] = { "ospf.db.interface_mtu", "Interface MTU", KIND_UINT, .octets = 2, .part = 2 },
	[DB_FLAGS] = { "ospf.dbd", "DB Description", KIND_UINT, BASE_HEX, 1, .part = 2 },
	[DB_SEQUENCE] = { "ospf.db.dd_sequence", "DD Sequence", KIND_UINT, .octets = 4, .part = 2 },
	[DB_RESYNC] = { "ospf.dbd.r", "(R) OOBResync", KIND_BOOL, .part = 2, .of = DB_FLAGS, .mask = 8 },
	[DB_INIT] = { "ospf.dbd.i", "(I) Init", KIND_BOOL, .part = 2, .of = DB_FLAGS, .mask = 4 },
	[DB_MORE] = { "ospf.dbd.m", "(M) More", KIND_BOOL, .part = 2, .of = DB_FLAGS, .mask = 2 },
	[DB_MASTER] = { "ospf.dbd.ms", "(MS) Master", KIND_BOOL, .part = 2, .of = DB_FLAGS, .mask = 1 },
	[AUTH_KEY] = { "ospf.auth.crypt.key_id", "Auth Crypt Key id", KIND_UINT, .octets = 1, .part = 3 },
	[AUTH_LENGTH] = { "ospf.auth.crypt.data_length", "Auth Crypt Data Length", KIND_UINT, .octets = 1,
		.part = 3 },
	[AUTH_SEQUENCE] = { "ospf.auth.crypt.seq_nbr", "Auth Crypt Sequence Number", KIND_UINT, .octets = 4,
		.part = 3 },
	[AUTH_SIMPLE] = { "ospf.auth.simple", "Auth Data (Simple)", KIND_TEXT, .part = 3 },
};

static const char *const ospf_parts[] = { "hello", "db", "auth", NULL };

/* What the messages repeat. */
enum { NEIGHBOR_ID, NEIGHBOR_NFIELDS };
static const struct field neighbor_fields[NEIGHBOR_NFIELDS] = {
	[NEIGHBOR_ID] = { "ospf.hello.active_neighbor", "Active Neighbor", KIND_IPV4 },
};

enum { OPTIONS_V2, OPTIONS_V3, OPTIONS_NFIELDS };
static const struct field options_fields[OPTIONS_NFIELDS] = {
	[OPTIONS_V2] = { "ospf.v2.options", "Options", KIND_UINT, BASE_HEX, 1 },
	[OPTIONS_V3] = { "ospf.v3.options", "Options", KIND_UINT, BASE_HEX, 3 },
};

enum {
	LSA_AGE_WORD,
	LSA_TYPE,
	LSA_TYPE_V3,
	LSA_ID,
	LSA_ROUTER,
	LSA_SEQUENCE,
	LSA_CHECKSUM,
	LSA_LENGTH,
	LSA_AGE,
	LSA_DO_NOT_AGE,
	LSA_V3_DO_NOT_AGE,
	LSA_STATE_ID,
	LSA_NFIELDS
};

static const struct value_name lsa_names[] = { { 1, "Router-LSA" }, { 2, "Network-LSA" },
	{ 3, "Summary-LSA (IP network)" }, { 4, "Summary-LSA (ASBR)" }, { 5, "AS-External-LSA (ASBR)" },
	{ 6, "Group Membership LSA" }, { 7, "NSSA AS-External-LSA" }, { 8, "External Attributes LSA" },
	{ 9, "Opaque LSA, Link-local scope" }, { 10, "Opaque LSA, Area-local scope" },
	{ 11, "Opaque LSA, AS-local scope" }, { 0, NULL } };
static const struct value_name lsa_v3_names[] = { { 0x2001, "Router-LSA" }, { 0x2002, "Network-LSA" },
	{ 0x2003, "Inter-Area-Prefix-LSA" }, { 0x2004, "Inter-Area-Router-LSA" },
	{ 0x4005, "AS-External-LSA" }, { 0x2006, "Group-Membership-LSA" }, { 0x2007, "Type-7-LSA" },
	{ 0x0008, "Link-LSA" }, { 0x2009, "Intra-Area-Prefix-LSA" }, { 0, NULL } };

static const struct field lsa_fields[LSA_NFIELDS] = {
	[LSA_AGE_WORD] = { "age_word", "age and bit", KIND_UINT, .octets = 2, .internal = true },
	[LSA_TYPE] = { "ospf.lsa", "LS Type", KIND_UINT, .octets = 1, .names = lsa_names },
	[LSA_TYPE_V3] = { "ospf.v3.lsa", "LS Type", KIND_UINT, BASE_HEX, 2, .names = lsa_v3_names },
	[LSA_ID] = { "ospf.lsa.id", "Link State ID", KIND_IPV4 },
	[LSA_ROUTER] = { "ospf.advrouter", "Advertising Router", KIND_IPV4 },
	[LSA_SEQUENCE] = { "ospf.lsa.seqnum", "Sequence Number", KIND_UINT, BASE_HEX, 4 },
	[LSA_CHECKSUM] = { "ospf.lsa.chksum", "Checksum", KIND_UINT, BASE_HEX, 2 },
	[LSA_LENGTH] = { "ospf.lsa.length", "Length", KIND_UINT, .octets = 2 },
	[LSA_AGE] = { "ospf.lsa.age", "LS Age (seconds)", KIND_UINT, .octets = 2, .of = LSA_AGE_WORD,
		.mask = 0x7fff },
	[LSA_DO_NOT_AGE] = { "ospf.lsa.donotage", "Do Not Age Flag", KIND_UINT, .octets = 2,
		.sql = "CASE WHEN {v3_lsa} IS NULL THEN {age_word}>>15 END" },
	[LSA_V3_DO_NOT_AGE] = { "ospf.v3.lsa.do_not_age", "Do Not Age", KIND_BOOL,
		.sql = "CASE WHEN {v3_lsa} IS NOT NULL THEN {age_word}>>15 END" },
	[LSA_STATE_ID] = { "ospf.link_state_id", "Link State ID", KIND_IPV4 },
};

/* A router's links. */
enum { LINK_ID, LINK_DATA, LINK_TYPE, LINK_METRICS, LINK_METRIC, LINK_NFIELDS };
static const struct value_name link_names[] = { { 1, "Point-to-point connection to another router" },
	{ 2, "Connection to a transit network" }, { 3, "Connection to a stub network" },
	{ 4, "Virtual link" }, { 0, NULL } };
static const struct field link_fields[LINK_NFIELDS] = {
	[LINK_ID] = { "ospf.lsa.router.linkid", "Link ID", KIND_IPV4 },
	[LINK_DATA] = { "ospf.lsa.router.linkdata", "Link Data", KIND_IPV4 },
	[LINK_TYPE] = { "ospf.lsa.router.linktype", "Link Type", KIND_UINT, .octets = 1,
		.names = link_names },
	[LINK_METRICS] = { "ospf.lsa.router.nummetrics", "Number of Metrics", KIND_UINT, .octets = 1 },
	[LINK_METRIC] = { "ospf.lsa.router.metric0", "0 Metric", KIND_UINT, .octets = 2 },
};

/* The routers of a network. */
enum { NET_MASK, NET_ROUTER, NET_NFIELDS };
static const struct field net_fields[NET_NFIELDS] = {
	[NET_MASK] = { "ospf.lsa.network.netmask", "Netmask", KIND_IPV4 },
	[NET_ROUTER] = { "ospf.lsa.network.attchrtr", "Attached Router", KIND_IPV4 },
};

enum { REC_OSPF, REC_NEIGHBOR, REC_OPTIONS, REC_LSA, REC_LINK, REC_NET, REC_COUNT };
static const struct record ospf_records[REC_COUNT] = {
	[REC_OSPF] = { "ospf", RECORD_LAYER, OSPF_NFIELDS, ospf_fields, ospf_parts },
	[REC_NEIGHBOR] = { "ospf_neighbor", RECORD_CHILD, NEIGHBOR_NFIELDS, neighbor_fields, NULL },
	[REC_OPTIONS] = { "ospf_options", RECORD_CHILD, OPTIONS_NFIELDS, options_fields, NULL },
	[REC_LSA] = { "ospf_lsa", RECORD_CHILD, LSA_NFIELDS, lsa_fields, NULL },
	[REC_LINK] = { "ospf_lsa_router", RECORD_CHILD, LINK_NFIELDS, link_fields, NULL },
	[REC_NET] = { "ospf_lsa_network", RECORD_CHILD, NET_NFIELDS, net_fields, NULL },
};

#define HEADER_V2   24
#define HEADER_V3   16
#define LSA_HEADER  20
#define LLS_HEADER  4 /* RFC 5613: checksum, length in words */
#define OPTION_L_V2 0x10
#define OPTION_L_V3 0x000200
#define AUTH_CRYPT  2

enum { V3_ROUTER = 0x2001, V3_NETWORK = 0x2002, V3_BETWEEN_ROUTER = 0x2004, V3_LINK = 0x0008 };
enum { HELLO = 1, DB_DESCRIPTION = 2, LS_REQUEST = 3, LS_UPDATE = 4, LS_ACKNOWLEDGE = 5 };

static uint32_t options(struct packet *pkt, struct cursor *c, bool v2)
{
	struct row *r = row_open(pkt, &proto_ospf, REC_OPTIONS);
	return (uint32_t)row_be(r, v2 ? OPTIONS_V2 : OPTIONS_V3, c, v2 ? 1 : 3);
}

/* Says whether a block of link-local signalling follows the message. */
static bool hello(struct packet *pkt, struct row *r, struct cursor *c, bool v2)
{
	uint32_t bits;
	if (v2) {
		row_address(r, HELLO_MASK, c, KIND_IPV4);
		row_be(r, HELLO_INTERVAL, c, 2);
		bits = options(pkt, c, true);
		row_be(r, HELLO_PRIORITY, c, 1);
		row_be(r, HELLO_DEAD, c, 4);
	} else {
		row_be(r, HELLO_INTERFACE, c, 4);
		row_be(r, HELLO_PRIORITY, c, 1);
		bits = options(pkt, c, false);
		row_be(r, HELLO_INTERVAL, c, 2);
		row_be(r, HELLO_DEAD, c, 2);
	}
	row_address(r, HELLO_DR, c, KIND_IPV4);
	row_address(r, HELLO_BDR, c, KIND_IPV4);
	while (cur_left(c))
		row_address(row_open(pkt, &proto_ospf, REC_NEIGHBOR), NEIGHBOR_ID, c, KIND_IPV4);
	return bits & (v2 ? OPTION_L_V2 : OPTION_L_V3);
}

static void router_lsa(struct packet *pkt, struct cursor *c)
{
	cur_take(c, 2);
	for (uint32_t n = (uint32_t)cur_be(c, 2); n && cur_left(c); n--) {
		struct row *r = row_open(pkt, &proto_ospf, REC_LINK);
		row_address(r, LINK_ID, c, KIND_IPV4);
		row_address(r, LINK_DATA, c, KIND_IPV4);
		row_be(r, LINK_TYPE, c, 1);
		uint32_t metrics = (uint32_t)row_be(r, LINK_METRICS, c, 1);
		row_be(r, LINK_METRIC, c, 2);
		cur_skip(c, metrics * 4);
	}
}

static void network_lsa(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_ospf, REC_NET);
	row_address(r, NET_MASK, c, KIND_IPV4);
	while (cur_left(c))
		row_address(row_open(pkt, &proto_ospf, REC_NET), NET_ROUTER, c, KIND_IPV4);
}

static void lsa(struct packet *pkt, struct cursor *c, bool v2, bool body)
{
	struct row *r = row_open(pkt, &proto_ospf, REC_LSA);
	uint32_t type = 0;
	row_be(r, LSA_AGE_WORD, c, 2);
	if (v2) {
		options(pkt, c, true);
		type = (uint32_t)row_be(r, LSA_TYPE, c, 1);
	} else {
		type = (uint32_t)row_be(r, LSA_TYPE_V3, c, 2);
	}
	row_address(r, v2 ? LSA_ID : LSA_STATE_ID, c, KIND_IPV4);
	row_address(r, LSA_ROUTER, c, KIND_IPV4);
	row_be(r, LSA_SEQUENCE, c, 4);
	row_be(r, LSA_CHECKSUM, c, 2);
	uint32_t len = (uint32_t)row_be(r, LSA_LENGTH, c, 2);
	if (!body || pkt->fail || len <= LSA_HEADER)
		return;
	struct cursor inside = cur_sub(c, len - LSA_HEADER);
	switch (type) {
	case 1:
		router_lsa(pkt, &inside);
		break;
	case 2:
		network_lsa(pkt, &inside);
		break;
	case V3_ROUTER:
	case V3_BETWEEN_ROUTER:
	case V3_LINK: /* an octet in front: flags, reserved, priority */
		cur_take(&inside, 1);
		options(pkt, &inside, false);
		break;
	case V3_NETWORK:
		options(pkt, &inside, false);
		break;
	default:
		break;
	}
	cur_need_at(&inside, 0, len - LSA_HEADER);
}

static bool db_description(struct packet *pkt, struct row *r, struct cursor *c, bool v2)
{
	uint32_t bits;
	if (v2) {
		row_be(r, DB_MTU, c, 2);
		bits = options(pkt, c, true);
	} else {
		cur_take(c, 1);
		bits = options(pkt, c, false);
		row_be(r, DB_MTU, c, 2);
		cur_take(c, 1);
	}
	row_be(r, DB_FLAGS, c, 1);
	row_be(r, DB_SEQUENCE, c, 4);
	while (cur_left(c))
		lsa(pkt, c, v2, false);
	return bits & (v2 ? OPTION_L_V2 : OPTION_L_V3);
}

static void ls_request(struct packet *pkt, struct cursor *c, bool v2)
{
	while (cur_left(c)) {
		struct row *r = row_open(pkt, &proto_ospf, REC_LSA);
		if (v2) {
			row_be(r, LSA_TYPE, c, 4);
		} else {
			cur_take(c, 2);
			row_be(r, LSA_TYPE_V3, c, 2);
		}
		row_address(r, LSA_STATE_ID, c, KIND_IPV4);
		row_address(r, LSA_ROUTER, c, KIND_IPV4);
	}
}

static bool message(struct packet *pkt, struct row *r, struct cursor *c, uint32_t type, bool v2)
{
	bool signalling = false;
	switch (type) {
	case HELLO:
		signalling = hello(pkt, r, c, v2);
		break;
	case DB_DESCRIPTION:
		signalling = db_description(pkt, r, c, v2);
		break;
	case LS_REQUEST:
		ls_request(pkt, c, v2);
		break;
	case LS_UPDATE:
		for (uint32_t n = (uint32_t)cur_be(c, 4); n && cur_left(c); n--)
			lsa(pkt, c, v2, true);
		break;
	case LS_ACKNOWLEDGE:
		while (cur_left(c))
			lsa(pkt, c, v2, false);
		break;
	default:
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
	}
	return signalling;
}

/* RFC 5613, section 2: behind the message and its digest. */
static void link_local_signalling(struct cursor *c)
{
	cur_take(c, 2);
	uint32_t len = (uint32_t)cur_be(c, 2) * 4;
	if (len > LLS_HEADER)
		cur_take(c, len - LLS_HEADER);
}

static enum verdict ospf_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_ospf, REC_OSPF);
	uint32_t version = (uint32_t)row_be(r, OSPF_VERSION, c, 1), digest = 0;
	uint32_t type = (uint32_t)row_be(r, OSPF_MSG, c, 1), len = (uint32_t)row_be(r, OSPF_LENGTH, c, 2);
	if (!pkt->fail && pkt->info)
		info_set(pkt, "%s", info_name(msg_names, type, "Unknown"));
	row_address(r, OSPF_ROUTER, c, KIND_IPV4);
	row_address(r, OSPF_AREA, c, KIND_IPV4);
	row_be(r, OSPF_CHECKSUM, c, 2);
	if (version == 2) {
		uint32_t auth = (uint32_t)row_be(r, OSPF_AUTH_TYPE, c, 2);
		if (auth == AUTH_CRYPT) {
			cur_take(c, 2);
			row_be(r, AUTH_KEY, c, 1);
			digest = (uint32_t)row_be(r, AUTH_LENGTH, c, 1);
			row_be(r, AUTH_SEQUENCE, c, 4);
		} else if (auth == 1) {
			row_string(r, AUTH_SIMPLE, c, 8);
		} else {
			cur_take(c, 8);
		}
	} else if (version == 3) {
		row_be(r, OSPF_INSTANCE, c, 1);
		cur_take(c, 1);
	} else {
		return MINE;
	}
	if (pkt->fail)
		return MINE;
	pkt_trim(pkt, len);
	struct cursor inside = cur_sub(c, len > c->pos ? len - c->pos : 0);
	bool signalling = message(pkt, r, &inside, type, version == 2);
	if (!pkt->fail && len > c->len && type >= HELLO && type <= LS_ACKNOWLEDGE)
		pkt->fail = CUR_BAD; /* the lists go on beyond the packet */
	cur_skip(c, digest);
	if (signalling)
		link_local_signalling(c);
	return MINE;
}

static const struct claim ospf_claims[] = { { CLAIM_IP_PROTO, 89 }, { 0 } };

const struct protocol proto_ospf = {
	.name = "ospf",
	.title = "Open Shortest Path First",
	.column = "OSPF",
	.spec = "RFC 2328",
	.help = "By it the routers of one network tell each other their links, and each computes the ways "
		"itself.",
	.id = PROTO_ID_ospf,
	.records = ospf_records,
	.nrecords = REC_COUNT,
	.claims = ospf_claims,
	.dissect = ospf_dissect,
};
