/* ISO base media file format (ISO/IEC 14496-12): boxes of a length, a type and data. */
#include <string.h>

#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_mp4;

enum { BOX_SIZE, BOX_TYPE, BOX_NFIELDS };
static const struct field box_fields[BOX_NFIELDS] = {
	[BOX_SIZE] = { "mp4.box.size", "Box size", KIND_UINT, .octets = 8 },
	[BOX_TYPE] = { "mp4.box.type_str", "Box type", KIND_TEXT },
};
enum { MP4_BRAND, MP4_NFIELDS };
static const struct field mp4_fields[MP4_NFIELDS] = {
	[MP4_BRAND] = { "mp4.ftyp.major_brand", "Brand", KIND_TEXT },
};
static const struct record records[] = {
	{ "mp4", RECORD_LAYER, MP4_NFIELDS, mp4_fields, NULL },
	{ "mp4_box", RECORD_CHILD, BOX_NFIELDS, box_fields, NULL },
};

/* Where a file begins, or a fragment of one. */
static bool is_first_box(const uint8_t *type)
{
	static const char types[][5] = { "ftyp", "styp", "moov", "mvhd", "free", "mdat", "sidx", "moof" };
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (memcmp(type, types[i], 4) == 0)
			return true;
	return false;
}

static enum verdict mp4_dissect(struct packet *pkt, struct cursor *c)
{
	if (c->cap < 8 || be32(c->data) < 8 || !is_first_box(c->data + 4))
		return NOT_MINE;
	struct row *row = row_open(pkt, &proto_mp4, 0);
	while (cur_left(c)) {
		struct row *box = row_open(pkt, &proto_mp4, 1);
		uint64_t size = cur_be(c, 4), header = 8;
		const uint8_t *type = cur_take(c, 4);
		if (!type)
			break;
		if (size == 1) {
			size = cur_be(c, 8);
			header = 16;
		}
		row_set(box, BOX_SIZE, (int64_t)size);
		row_text(box, BOX_TYPE, (const char *)type, 4, type, 4);
		if (size == 0 || size < header)
			break; /* to the end of the file */
		struct cursor data =
			cur_sub(c, size - header > UINT32_MAX ? UINT32_MAX : (uint32_t)(size - header));
		if (memcmp(type, "ftyp", 4) == 0)
			row_string(row, MP4_BRAND, &data, 4);
	}
	return MINE;
}

static const char *const types[] = { "audio/mp4", "video/mp4", NULL };

const struct protocol proto_mp4 = {
	.name = "mp4",
	.title = "MP4 / ISOBMFF file format",
	.column = "MP4",
	.spec = "ISO/IEC 14496-12",
	.help = "A film or a piece of one, as streaming services send it.",
	.id = PROTO_ID_mp4,
	.nrecords = 2,
	.records = records,
	.media_types = types,
	.dissect = mp4_dissect,
};
