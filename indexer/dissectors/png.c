/* Portable Network Graphics (ISO/IEC 15948).
 *
 *     89 50 4e 47 0d 0a 1a 0a
 *     *( length (4) | type (4) | data | CRC (4) )
 */
#include <string.h>

#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_png;

enum { CHUNK_LENGTH, CHUNK_TYPE, CHUNK_NFIELDS };
static const struct field chunk_fields[CHUNK_NFIELDS] = {
	[CHUNK_LENGTH] = { "png.chunk.len", "Len", KIND_UINT, .octets = 4 },
	[CHUNK_TYPE] = { "png.chunk.type", "Chunk", KIND_TEXT },
};

enum { PNG_WIDTH, PNG_HEIGHT, PNG_DEPTH, PNG_COLOR, PNG_NFIELDS };
static const struct field png_fields[PNG_NFIELDS] = {
	[PNG_WIDTH] = { "png.ihdr.width", "Width", KIND_UINT, .octets = 4 },
	[PNG_HEIGHT] = { "png.ihdr.height", "Height", KIND_UINT, .octets = 4 },
	[PNG_DEPTH] = { "png.ihdr.bitdepth", "Bit Depth", KIND_UINT, .octets = 1 },
	[PNG_COLOR] = { "png.ihdr.colour_type", "Colour Type", KIND_UINT, .octets = 1 },
};

enum { RECORD_PNG, RECORD_CHUNK, NRECORDS };
static const struct record records[NRECORDS] = {
	[RECORD_PNG] = { "png", RECORD_LAYER, PNG_NFIELDS, png_fields, NULL },
	[RECORD_CHUNK] = { "png_chunk", RECORD_CHILD, CHUNK_NFIELDS, chunk_fields, NULL },
};

static enum verdict png_dissect(struct packet *pkt, struct cursor *c)
{
	static const uint8_t signature[8] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
	if (c->cap < 20 || memcmp(c->data, signature, sizeof(signature)) != 0)
		return NOT_MINE;
	struct row *row = row_open(pkt, &proto_png, RECORD_PNG);
	info_add(pkt, "%s", " (PNG)");
	cur_skip(c, sizeof(signature));
	while (cur_left(c)) {
		struct row *chunk = row_open(pkt, &proto_png, RECORD_CHUNK);
		uint32_t len = (uint32_t)row_be(chunk, CHUNK_LENGTH, c, 4);
		const uint8_t *type = cur_take(c, 4);
		if (!type || len > INT32_MAX)
			break;
		row_text(chunk, CHUNK_TYPE, (const char *)type, 4, type, 4);
		struct cursor data = cur_sub(c, len);
		if (memcmp(type, "IHDR", 4) == 0) {
			row_be(row, PNG_WIDTH, &data, 4);
			row_be(row, PNG_HEIGHT, &data, 4);
			row_be(row, PNG_DEPTH, &data, 1);
			row_be(row, PNG_COLOR, &data, 1);
		}
		cur_take(c, 4);
	}
	return MINE;
}

static const char *const types[] = { "image/png", NULL };

const struct protocol proto_png = {
	.name = "png",
	.title = "Portable Network Graphics",
	.spec = "ISO/IEC 15948",
	.help = "A picture, compressed without loss.",
	.id = PROTO_ID_png,
	.nrecords = NRECORDS,
	.records = records,
	.claims = (const struct claim[]) { { CLAIM_HEUR_HTTP, 10 }, { CLAIM_NONE, 0 } },
	.media_types = types,
	.dissect = png_dissect,
};
