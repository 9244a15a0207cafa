/* Virtual LAN tag (IEEE 802.1Q, clause 9), the inner one of 802.1ad's two included.
 *
 *      0       2       4
 *     +-------+-------+----------- - -
 *     |p|d| id|typ/len| payload             p: priority (3 bits), d: drop eligible (1 bit), id: 12 bits
 *     +-------+-------+----------- - -
 */
#include "indexer/dissectors/eth_names.h"
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/trailer.h"
#include "indexer/expert.h"

extern const struct protocol proto_vlan, proto_llc;

enum {
	VLAN_TCI,
	VLAN_ETYPE,
	VLAN_LEN,
	VLAN_PADDING,
	VLAN_TRAILER,
	VLAN_TOO_MANY,
	VLAN_PRIORITY,
	VLAN_DEI,
	VLAN_ID,
	VLAN_CFI,
	VLAN_ID_NAME,
	VLAN_EXPERT,
	VLAN_EXPERT_LAST = VLAN_EXPERT + EXPERT_FIELDS - 1,
	VLAN_NFIELDS
};

static const struct value_name vlan_priority_names[] = { { 0, "Best Effort (default)" }, { 1, "Background" },
	{ 2, "Excellent Effort" }, { 3, "Critical Applications" }, { 4, "Video, < 100ms latency and jitter" },
	{ 5, "Voice, < 10ms latency and jitter" }, { 6, "Internetwork Control" }, { 7, "Network Control" },
	{ 0, NULL } };

static const struct field vlan_fields[VLAN_NFIELDS] = {
	[VLAN_TCI] = { "tci", "tag control information", KIND_UINT, BASE_HEX, 2, .internal = true },
	[VLAN_ETYPE] = { "vlan.etype", "Type", KIND_UINT, BASE_HEX, 2, .names = eth_type_names },
	[VLAN_LEN] = { "vlan.len", "Length", KIND_UINT, .octets = 2, .part = 1 },
	[VLAN_PADDING] = { "eth.padding", "Padding", KIND_BYTES, .part = 1 },
	[VLAN_TRAILER] = { "vlan.trailer", "Trailer", KIND_BYTES, .part = 1 },
	[VLAN_TOO_MANY] = { "vlan.too_many_tags", "Too many nested VLAN tags", KIND_NONE, .part = 1,
		.generated = true },
	[VLAN_PRIORITY] = { "vlan.priority", "Priority", KIND_UINT, .octets = 2, .of = VLAN_TCI,
		.mask = 0xe000, .names = vlan_priority_names },
	[VLAN_DEI] = { "vlan.dei", "DEI", KIND_BOOL, .of = VLAN_TCI, .mask = 0x1000 },
	[VLAN_ID] = { "vlan.id", "ID", KIND_UINT, .octets = 2, .of = VLAN_TCI, .mask = 0x0fff },
	/* Wireshark reads the bit as of 802.1Q-2011: vlan.dei */
	[VLAN_CFI] = { "vlan.cfi", "CFI", KIND_BOOL, .sql = SQL_OFF },
	[VLAN_ID_NAME] = { "vlan.id_name", "Name", KIND_TEXT, .generated = true, .sql = SQL_OFF },
	EXPERT_ITEM(VLAN_EXPERT, EXPERT_IF("{too_many_tags}", "'Too many nested VLAN tags'"), EXPERT_WARN,
		EXPERT_UNDECODED),
};

static const struct record vlan_records[] = {
	{ "vlan", RECORD_LAYER, VLAN_NFIELDS, vlan_fields, (const char *const[]) { "extra", NULL } },
};

#define VLAN_HEADER     4
#define VLAN_NESTED_MAX 20 /* of one frame, tunnels included, that Wireshark reads */
#define VLAN_MAX_LENGTH 1500
#define ETH_TYPE_IPX    0x8137

static void vlan_finish(struct packet *pkt, struct layer *l, const struct layer *child)
{
	static const struct trailer_fields fields = { VLAN_PADDING, VLAN_TRAILER, UINT16_MAX };
	trailer_fill(pkt, l, child, &fields);
}

static enum verdict vlan_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_vlan, 0);
	if (r->layer > VLAN_NESTED_MAX) {
		row_set(r, VLAN_TOO_MANY, 1);
		return MINE;
	}
	uint32_t tci = (uint32_t)row_be(r, VLAN_TCI, c, 2);
	if (pkt->fail)
		return MINE;
	pkt->vlan_id = tci & 0x0fff;
	const uint8_t *at = c->data + c->pos;
	uint32_t type = (uint32_t)cur_be(c, 2);
	if (pkt->fail)
		return MINE;
	pkt_on_finish(pkt, VLAN_HEADER, vlan_finish);
	if (type > VLAN_MAX_LENGTH) {
		row_set_at(r, VLAN_ETYPE, type, at, 2);
		pkt_next(pkt, CLAIM_ETHERTYPE, type, cur_rest(c));
		return MINE;
	}
	row_set_at(r, VLAN_LEN, type, at, 2);
	uint64_t first;
	struct cursor payload = cur_sub(c, type);
	if (cur_peek(&payload, 0, 2, &first) && first == 0xffff)
		pkt_next(pkt, CLAIM_ETHERTYPE_BARE, ETH_TYPE_IPX, payload);
	else
		pkt_next_always(pkt, &proto_llc, payload);
	return MINE;
}

/* 0x9100: the older tag of QinQ, before 802.1ad; 0x9200 and 0x9300 are not taken for tags by Wireshark either
 */
static const struct claim vlan_claims[] = { { CLAIM_ETHERTYPE, 0x8100 }, { CLAIM_ETHERTYPE, 0x9100 }, { 0 } };

/* IEEE 802.1Q, table I-2. */
static const struct value_name priority_names[] = { { 0, "Best Effort (default)" }, { 1, "Background" },
	{ 2, "Excellent Effort" }, { 3, "Critical Applications" }, { 4, "Video, < 100ms latency and jitter" },
	{ 5, "Voice, < 10ms latency and jitter" }, { 6, "Internetwork Control" }, { 7, "Network Control" },
	{ 0, NULL } };

static const struct layout_line vlan_layout[] = {
	{ 0, "vlan.priority", "Priority: {:m} ({:d})", .names = priority_names },
	{ 0, "vlan.dei", "DEI: {?Eligible}{!Ineligible}" },
	{ 0, "vlan.id" },
	{ 0, "vlan.etype" },
	{ 0, EXPERT_NAME ".message", "{}", .when = "vlan.too_many_tags", .expert = "" },
	{ 0, "vlan.too_many_tags", "" },
	{ 0 },
};

const struct protocol proto_vlan = {
	.name = "vlan",
	.title = "802.1Q Virtual LAN",
	.heading = "802.1Q Virtual LAN<, PRI: {vlan.priority:d}, DEI: {vlan.dei:d}, ID: {vlan.id}>",
	.layout = vlan_layout,
	.column = "VLAN",
	.spec = "IEEE 802.1Q",
	.help = "Marks a frame as belonging to one of several virtual networks on the same wire.",
	.id = PROTO_ID_vlan,
	.records = vlan_records,
	.nrecords = 1,
	.claims = vlan_claims,
	.dissect = vlan_dissect,
	.item_len = VLAN_HEADER,
};
