/* Generic conference control (ITU-T T.124): a key, 0.0.20.124.0.1, and a request or response to create a
 * conference, in packed encoding. Remote Desktop puts the settings of both ends into it (MS-RDPBCGR, sections
 * 2.2.1.3 and 2.2.1.4), under the keys "Duca" and "McDn":
 *
 *      0       4        (1 or 2)   each setting: type (2), length (2) of all, little-endian
 *     +-------+--------+---------+-----------+---- - -
 *     | key   | length | settings: 0xc001 client, 0xc002 security, 0xc003 network, ...
 */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/rdp.h"

extern const struct protocol proto_t124;

enum { T124_H221, T124_NFIELDS };
static const struct field t124_fields[T124_NFIELDS] = {
	[T124_H221] = { "t124.h221NonStandard", "h221NonStandard", KIND_BYTES },
};

static const struct record t124_records[] = { { "t124", RECORD_LAYER, T124_NFIELDS, t124_fields, NULL } };

static const uint8_t object_key[] = { 0x00, 0x05, 0x00, 0x14, 0x7c, 0x00, 0x01 };

static enum verdict t124_dissect(struct packet *pkt, struct cursor *c)
{
	if (c->cap < sizeof(object_key) || memcmp(c->data, object_key, sizeof(object_key)) != 0)
		return NOT_MINE;
	struct row *r = row_open(pkt, &proto_t124, 0);
	for (uint32_t at = sizeof(object_key); at + 4 <= c->cap; at++) {
		if (memcmp(c->data + at, "Duca", 4) == 0 || memcmp(c->data + at, "McDn", 4) == 0) {
			c->pos = at;
			row_bytes(r, T124_H221, c, 4);
			pkt_item(pkt, &proto_rdp, c->len - c->pos);
			break;
		}
	}
	return MINE;
}

const struct protocol proto_t124 = {
	.name = "t124",
	.title = "GENERIC-CONFERENCE-CONTROL T.124",
	.column = "T.124",
	.spec = "ITU-T T.124",
	.help = "Creates conferences; Remote Desktop exchanges its settings with it.",
	.id = PROTO_ID_t124,
	.records = t124_records,
	.nrecords = 1,
	.dissect = t124_dissect,
};
