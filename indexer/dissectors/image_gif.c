/* Graphics Interchange Format (CompuServe, GIF87a and GIF89a): "GIF89a", then width and height. */
#include <string.h>

#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_image_gif;

enum { GIF_VERSION, GIF_WIDTH, GIF_HEIGHT, GIF_NFIELDS };
static const struct field gif_fields[GIF_NFIELDS] = {
	[GIF_VERSION] = { "image-gif.version", "Version", KIND_TEXT },
	[GIF_WIDTH] = { "image-gif.screen.width", "Screen width", KIND_UINT, .octets = 2 },
	[GIF_HEIGHT] = { "image-gif.screen.height", "Screen height", KIND_UINT, .octets = 2 },
};
static const struct record records[] = { { "image_gif", RECORD_LAYER, GIF_NFIELDS, gif_fields, NULL } };

static enum verdict gif_dissect(struct packet *pkt, struct cursor *c)
{
	if (c->len < 20 || c->cap < 6 ||
		(memcmp(c->data, "GIF87a", 6) != 0 && memcmp(c->data, "GIF89a", 6) != 0))
		return NOT_MINE;
	struct row *row = row_open(pkt, &proto_image_gif, 0);
	info_add(pkt, " (GIF8%ca)", c->data[4]);
	row_string(row, GIF_VERSION, c, 6);
	row_le(row, GIF_WIDTH, c, 2);
	row_le(row, GIF_HEIGHT, c, 2);
	return MINE;
}

static const char *const types[] = { "image/gif", NULL };

const struct protocol proto_image_gif = {
	.name = "image-gif",
	.title = "Compuserve GIF",
	.spec = "GIF89a",
	.help = "A picture of few colours, or a short animation.",
	.id = PROTO_ID_image_gif,
	.nrecords = 1,
	.records = records,
	.claims = (const struct claim[]) { { CLAIM_HEUR_HTTP, 50 }, { CLAIM_NONE, 0 } },
	.media_types = types,
	.dissect = gif_dissect,
};
