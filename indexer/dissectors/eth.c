/* Ethernet II and IEEE 802.3.
 *
 *      0               6               12      14
 *     +---------------+---------------+-------+----------------- - - --+---------+------+
 *     |  destination  |    source     |typ/len| payload                | padding | (FCS)|
 *     +---------------+---------------+-------+----------------- - - --+---------+------+
 */
#include "indexer/checksum.h"
#include "indexer/dissectors/eth_names.h"
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/trailer.h"
#include "indexer/expert.h"

extern const struct protocol proto_eth, proto_llc, proto_data;

static const struct protocol proto_cfp = { .name = "cfp", .title = "Cisco FabricPath MiM" };

enum {
	ETH_DST,
	ETH_SRC,
	ETH_TYPE,
	ETH_LEN,
	ETH_PADDING,
	ETH_TRAILER,
	ETH_FCS,
	ETH_INVALID,
	ETH_ADDR,
	ETH_DST_LG,
	ETH_DST_IG,
	ETH_SRC_LG,
	ETH_SRC_IG,
	ETH_LG,
	ETH_IG,
	ETH_DST_OUI,
	ETH_SRC_OUI,
	ETH_OUI,
	ETH_DST_VENDOR,
	ETH_SRC_VENDOR,
	ETH_VENDOR,
	ETH_FCS_STATUS,
	ETH_FCS_BAD,
	ETH_INVALID_EXPERT,
	ETH_EXPERT_SOURCE,
	ETH_EXPERT_TRAILER = ETH_EXPERT_SOURCE + EXPERT_FIELDS,
	ETH_EXPERT_LAST = ETH_EXPERT_TRAILER + EXPERT_FIELDS - 1,
	ETH_NFIELDS
};

static const struct value_name eth_lg_names[] = { { 0, "Globally unique address (factory default)" },
	{ 1, "Locally administered address (this is NOT the factory default)" }, { 0, NULL } };
static const struct value_name eth_ig_names[] = { { 0, "Individual address (unicast)" },
	{ 1, "Group address (multicast/broadcast)" }, { 0, NULL } };

/* Bits of the first octet of an address: of the second digit of its text. */
#define ADDRESS_BIT(column, digits)                                                                          \
	"(SELECT instr('" digits "', substr(a.text, 2, 1)) > 0 FROM t_address a WHERE a.id={" column "})"
#define LOCAL(column) ADDRESS_BIT(column, "2367abef")
#define GROUP(column) ADDRESS_BIT(column, "13579bdf")

/* The first three octets of an address: its organization's number. */
#define DIGIT(place, weight) "+" #weight "*instr('123456789abcdef', substr(a.text, " #place ", 1))"
#define ADDRESS_OUI(column)                                                                                  \
	"(SELECT 0" DIGIT(1, 1048576) DIGIT(2, 65536) DIGIT(4, 4096) DIGIT(5, 256) DIGIT(7, 16)              \
		DIGIT(8, 1) " FROM t_address a WHERE a.id={" column "})"

static const struct field eth_fields[ETH_NFIELDS] = {
	[ETH_DST] = { "eth.dst", "Destination", KIND_ETHER },
	[ETH_SRC] = { "eth.src", "Source", KIND_ETHER },
	[ETH_TYPE] = { "eth.type", "Type", KIND_UINT, BASE_HEX, 2, .names = eth_type_names },
	[ETH_LEN] = { "eth.len", "Length", KIND_UINT, .octets = 2, .part = 1 },
	[ETH_PADDING] = { "eth.padding", "Padding", KIND_BYTES, .part = 1 },
	[ETH_TRAILER] = { "eth.trailer", "Trailer", KIND_BYTES, .part = 1 },
	[ETH_FCS] = { "eth.fcs", "Frame check sequence", KIND_UINT, BASE_HEX, 4, .part = 1 },
	[ETH_INVALID] = { "eth.invalid_lentype", "Invalid length/type", KIND_UINT, BASE_HEX_DEC, 2,
		.part = 1 },
	[ETH_ADDR] = { "eth.addr", "Address", KIND_ETHER, .hidden = true, .any = { ETH_DST, ETH_SRC },
		.nany = 2 },
	[ETH_DST_LG] = { "eth.dst.lg", "LG bit", KIND_BOOL, .octets = 3, .hidden = true, .sql = LOCAL("dst"),
		.names = eth_lg_names },
	[ETH_DST_IG] = { "eth.dst.ig", "IG bit", KIND_BOOL, .octets = 3, .hidden = true, .sql = GROUP("dst"),
		.names = eth_ig_names },
	[ETH_SRC_LG] = { "eth.src.lg", "LG bit", KIND_BOOL, .octets = 3, .hidden = true, .sql = LOCAL("src"),
		.names = eth_lg_names },
	[ETH_SRC_IG] = { "eth.src.ig", "IG bit", KIND_BOOL, .octets = 3, .hidden = true, .sql = GROUP("src"),
		.names = eth_ig_names },
	[ETH_LG] = { "eth.lg", "LG bit", KIND_BOOL, .octets = 3, .hidden = true,
		.any = { ETH_DST_LG, ETH_SRC_LG }, .nany = 2, .names = eth_lg_names },
	[ETH_IG] = { "eth.ig", "IG bit", KIND_BOOL, .octets = 3, .hidden = true,
		.any = { ETH_DST_IG, ETH_SRC_IG }, .nany = 2, .names = eth_ig_names },
	[ETH_DST_OUI] = { "eth.dst.oui", "Destination OUI", KIND_UINT, .octets = 3, .generated = true,
		.sql = ADDRESS_OUI("dst") },
	[ETH_SRC_OUI] = { "eth.src.oui", "Source OUI", KIND_UINT, .octets = 3, .generated = true,
		.sql = ADDRESS_OUI("src") },
	[ETH_OUI] = { "eth.addr.oui", "Address OUI", KIND_UINT, .octets = 3, .generated = true,
		.hidden = true, .any = { ETH_DST_OUI, ETH_SRC_OUI }, .nany = 2 },
	[ETH_DST_VENDOR] = { "eth.dst.oui_resolved", "Destination OUI (resolved)", KIND_TEXT,
		.generated = true, .hidden = true, .asked = true,
		.sql = "ether_oui(" ADDRESS_OUI("dst") ")" },
	[ETH_SRC_VENDOR] = { "eth.src.oui_resolved", "Source OUI (resolved)", KIND_TEXT, .generated = true,
		.hidden = true, .asked = true, .sql = "ether_oui(" ADDRESS_OUI("src") ")" },
	[ETH_VENDOR] = { "eth.addr.oui_resolved", "Address OUI (resolved)", KIND_TEXT, .generated = true,
		.hidden = true, .any = { ETH_DST_VENDOR, ETH_SRC_VENDOR }, .nany = 2 },
	/* not computed: 2 is Wireshark's "Unverified" */
	[ETH_FCS_STATUS] = { "eth.fcs.status", "FCS Status", KIND_UINT, .octets = 1, .generated = true,
		.part = 1, .sql = "CASE WHEN {fcs} IS NOT NULL THEN 2 END", .names = checksum_status_names },
	[ETH_FCS_BAD] = { "eth.fcs_bad", "Bad checksum", KIND_NONE, .generated = true, .sql = SQL_OFF },
	[ETH_INVALID_EXPERT] = { "eth.invalid_lentype.expert", "Invalid length/type", KIND_NONE,
		.generated = true, .part = 1, .sql = "CASE WHEN {invalid_lentype} IS NOT NULL THEN 1 END" },
	EXPERT_ITEM(ETH_EXPERT_SOURCE,
		EXPERT_IF(GROUP("src"),
			"'Source MAC must not be a group address: IEEE 802.3-2002, Section 3.2.3(b)'"),
		EXPERT_WARN, EXPERT_PROTOCOL),
	EXPERT_ITEM_IN(ETH_EXPERT_TRAILER, 1,
		/* in a frame that is short without it: section 4A.2.3.2.4, pad to 60 octets */
		EXPERT_IF("{padding} IS NULL AND (SELECT f.len FROM t_frame f WHERE f.frame_id={frame}) < "
			  "60 + ({trailer} & 16777215)",
			"'Didn''t find padding of zeros, and an undecoded trailer exists. There may be "
			"padding of non-zeros.'"),
		EXPERT_NOTE, EXPERT_PROTOCOL),
};

static const struct record eth_records[] = {
	{ "eth", RECORD_LAYER, ETH_NFIELDS, eth_fields, (const char *const[]) { "extra", NULL } },
};

#define ETH_HEADER     14
#define ETH_MAX_LENGTH 1500
#define ETH_MIN_TYPE   1536 /* IEEE 802.3, 3.2.6: from here on it is an Ethertype */
#define ETH_TYPE_IPX   0x8137
#define ETH_TYPE_MIM   0x8903
#define ETH_TYPE_WRETH 0xaaaa
#define ISL_HEADER     26
#define MIM_HEADER     16
#define FCS_LENGTH     4

static void eth_finish(struct packet *pkt, struct layer *l, const struct layer *child)
{
	static const struct trailer_fields fields = { ETH_PADDING, ETH_TRAILER, ETH_FCS };
	uint32_t left = trailer_fill(pkt, l, child, &fields);
	if (left && l->item >= 0)
		pkt->items[l->item].len = l->mark + left;
}

/* Frames that look like Ethernet, but wrap another frame in a header of Cisco's own. They have no fields
 * here. */
static bool eth_wrapped(struct packet *pkt, struct cursor *c)
{
	/* Inter-Switch Link: 01 or 0c, 00 0c 00 00 and a nibble for the kind of frame, 0 for Ethernet. */
	static const uint8_t isl[4] = { 0x00, 0x0c, 0x00, 0x00 };
	static const struct protocol item_isl = { .name = "isl", .title = "Cisco ISL" };
	const struct protocol *proto;
	if (c->cap < ETH_HEADER)
		return false;
	uint16_t type = be16(c->data + 12);
	if (type <= ETH_MAX_LENGTH && (c->data[0] == 0x01 || c->data[0] == 0x0c) &&
		memcmp(c->data + 1, isl, 4) == 0 && c->data[5] >> 4 == 0) {
		proto = &item_isl;
		cur_skip(c, ISL_HEADER);
	} else if (type == ETH_TYPE_MIM && c->len > MIM_HEADER) {
		/* FabricPath: two addresses, the type, a tag */
		pkt_token(pkt, &proto_cfp);
		proto = &proto_cfp;
		cur_skip(c, MIM_HEADER);
	} else {
		return false;
	}
	/* The item is that of the wrapping, not of an Ethernet header that is none. */
	if (pkt_layer(pkt)->item >= 0)
		pkt->items[pkt_layer(pkt)->item] = (struct item) { proto, c->pos };
	/* Wireshark takes FabricPath's frame to end with a check sequence, whether or not it was captured. */
	uint32_t left = cur_left(c);
	pkt_next_proto(pkt, &proto_eth,
		cur_sub(c, proto == &proto_cfp && left > FCS_LENGTH ? left - FCS_LENGTH : left));
	return true;
}

/* IEEE 802.3: a length, then LLC. NetWare's own framing has an IPX header with its checksum field of all ones
 * there. */
static void eth_8023(struct packet *pkt, struct cursor *c, uint32_t length)
{
	uint64_t first;
	struct cursor payload = cur_sub(c, length);
	if (cur_peek(&payload, 0, 2, &first) && first == 0xffff)
		pkt_next(pkt, CLAIM_ETHERTYPE_BARE, ETH_TYPE_IPX, payload);
	else
		pkt_next_always(pkt, &proto_llc, payload);
}

static enum verdict eth_dissect(struct packet *pkt, struct cursor *c)
{
	if (eth_wrapped(pkt, c))
		return MINE;
	struct row *r = row_open(pkt, &proto_eth, 0);
	if (!cur_need(c, ETH_HEADER))
		return MINE; /* nothing of a broken header is shown */
	uint32_t dst = row_address(r, ETH_DST, c, KIND_ETHER);
	uint32_t src = row_address(r, ETH_SRC, c, KIND_ETHER);
	pkt->link_src = pkt->src = src;
	pkt->link_dst = pkt->dst = dst;
	pkt_count(pkt, CONV_ETH, src, dst);
	const uint8_t *at = c->data + c->pos;
	uint32_t type = (uint32_t)cur_be(c, 2);
	if (type > ETH_MAX_LENGTH && type < ETH_MIN_TYPE) {
		row_set_at(r, ETH_INVALID, type, at, 2);
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
		return MINE;
	}
	pkt_on_finish(pkt, ETH_HEADER, eth_finish);
	if (type >= ETH_MIN_TYPE || type == 0) { /* a length of 0 is taken for the type 0x0000 */
		row_set_at(r, ETH_TYPE, type, at, 2);
		if (type !=
			ETH_TYPE_WRETH) /* Wireshark's dissector of this one swallows what it cannot read */
			pkt_next(pkt, CLAIM_ETHERTYPE, type, cur_rest(c));
	} else {
		row_set_at(r, ETH_LEN, type, at, 2);
		eth_8023(pkt, c, type);
	}
	return MINE;
}

/* 0x6558: "transparent Ethernet bridging"; IP protocol 143: RFC 8986; GRE 0x6400: Aruba's tunnels */
static const struct claim eth_claims[] = { { CLAIM_LINKTYPE, 1 }, { CLAIM_ETHERTYPE, 0x6558 },
	{ CLAIM_IP_PROTO, 143 }, { CLAIM_GRE, 0x6558 }, { CLAIM_GRE, 0x6400 }, { 0 } };

#define GROUP_SOURCE                                                                                         \
	{ 1, EXPERT_NAME ".message", "{" EXPERT_NAME ".severity=" EXPERT_WARN ":}{}", .expert = "" },
#define ADDRESS_LINES(which, NOTE)                                                                           \
	{ 0, "eth." which }, NOTE { 1, NULL, "Address: {eth." which "}" },                                   \
		{ 1, "eth." which ".lg", .mask = 0x020000, .width = 24 },                                    \
	{                                                                                                    \
		1, "eth." which ".ig", .mask = 0x010000, .width = 24                                         \
	}

static const struct layout_line eth_layout[] = {
	ADDRESS_LINES("dst", ),
	ADDRESS_LINES("src", GROUP_SOURCE),
	/* Wireshark shows them with names resolved only */
	{ 0, "eth.dst.oui", "" },
	{ 0, "eth.src.oui", "" },
	{ 0, "eth.type" },
	{ 0, "eth.len" },
	{ 0, "eth.padding" },
	{ 0, "eth.trailer" },
	{ 1, EXPERT_NAME ".message", "{" EXPERT_NAME ".severity=" EXPERT_NOTE ":}{}", .expert = "" },
	{ 0, "eth.fcs", "Frame check sequence: {} [unverified]" },
	{ 0 },
};

const struct protocol proto_eth = {
	.name = "eth",
	.title = "Ethernet",
	.heading = "<{eth.type?:}Ethernet II, Src: {eth.src}, Dst: {eth.dst}>{eth.type!IEEE 802.3 Ethernet }",
	.layout = eth_layout,
	.column = "Ethernet",
	.spec = "IEEE 802.3",
	.help = "Carries frames between the stations of one local network.",
	.id = PROTO_ID_eth,
	.records = eth_records,
	.nrecords = 1,
	.claims = eth_claims,
	.dissect = eth_dissect,
	.item_min = ETH_HEADER,
	.item_len = ETH_HEADER,
};
