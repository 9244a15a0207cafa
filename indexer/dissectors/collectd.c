/* collectd's binary protocol (https://collectd.org/wiki/index.php/Binary_protocol).
 *
 *     part: type (2), length with this header (2), content: a text with a NUL, a number of 8 octets, or
 * values values: how many (2), their types (1 each), the values (8 each)
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_collectd;

enum {
	PART_TYPE,
	PART_LENGTH,
	PART_HOST,
	PART_PLUGIN,
	PART_PLUGIN_INSTANCE,
	PART_KIND,
	PART_KIND_INSTANCE,
	PART_VALUES,
	PART_NFIELDS
};

static const struct value_name types[] = { { 0x0000, "Host" }, { 0x0001, "Time" }, { 0x0002, "Plugin" },
	{ 0x0003, "Plugin Instance" }, { 0x0004, "Type" }, { 0x0005, "Type Instance" }, { 0x0006, "Values" },
	{ 0x0007, "Interval" }, { 0x0008, "Time (high res)" }, { 0x0009, "Interval (high res)" },
	{ 0x0100, "Message" }, { 0x0101, "Severity" }, { 0x0200, "Signature" }, { 0x0210, "Encrypted Data" },
	{ 0, NULL } };

static const struct field part_fields[PART_NFIELDS] = {
	[PART_TYPE] = { "collectd.type", "Type", KIND_UINT, BASE_HEX, 2, .names = types },
	[PART_LENGTH] = { "collectd.len", "Length", KIND_UINT, .octets = 2 },
	[PART_HOST] = { "collectd.data.host", "Host name", KIND_TEXT },
	[PART_PLUGIN] = { "collectd.data.plugin", "Plugin", KIND_TEXT },
	[PART_PLUGIN_INSTANCE] = { "collectd.data.plugin.inst", "Plugin instance", KIND_TEXT },
	[PART_KIND] = { "collectd.data.type", "Type", KIND_TEXT },
	[PART_KIND_INSTANCE] = { "collectd.data.type.inst", "Type instance", KIND_TEXT },
	[PART_VALUES] = { "collectd.data.valcnt", "Value count", KIND_UINT, .octets = 2 },
};

static const struct field message_fields[] = {
	{ "parts", "parts in the datagram", KIND_UINT, .octets = 2, .internal = true },
};

static const struct record collectd_records[] = {
	{ "collectd", RECORD_LAYER, 1, message_fields, NULL },
	{ "collectd_part", RECORD_CHILD, PART_NFIELDS, part_fields, NULL },
};

static enum verdict collectd_dissect(struct packet *pkt, struct cursor *c)
{
	static const uint8_t texts[] = { [0] = PART_HOST,
		[2] = PART_PLUGIN,
		[3] = PART_PLUGIN_INSTANCE,
		[4] = PART_KIND,
		[5] = PART_KIND_INSTANCE };
	struct row *message = row_open(pkt, &proto_collectd, 0);
	uint32_t parts = 0;
	while (cur_left(c) >= 4) {
		struct row *r = row_open(pkt, &proto_collectd, 1);
		uint64_t type = row_be(r, PART_TYPE, c, 2);
		uint32_t len = (uint32_t)row_be(r, PART_LENGTH, c, 2);
		if (len < 4 || len - 4 > cur_left(c))
			break;
		struct cursor content = cur_sub(c, len - 4);
		if (type < sizeof(texts) && texts[type])
			row_string(r, texts[type], &content, len - 4);
		else if (type == 6)
			row_be(r, PART_VALUES, &content, 2);
		parts++;
	}
	row_set(message, 0, parts);
	return MINE;
}

static const struct claim collectd_claims[] = { { CLAIM_UDP_PORT, 25826 }, { 0 } };

const struct protocol proto_collectd = {
	.name = "collectd",
	.title = "collectd network data",
	.column = "collectd",
	.spec = "collectd Binary protocol",
	.help = "Sends measurements of a computer to where they are collected.",
	.id = PROTO_ID_collectd,
	.records = collectd_records,
	.nrecords = 2,
	.claims = collectd_claims,
	.dissect = collectd_dissect,
};
