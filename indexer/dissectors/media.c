/* A body of a media type that nobody claims. */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_media;

enum { MEDIA_TYPE, MEDIA_NFIELDS };
static const struct field media_fields[MEDIA_NFIELDS] = {
	[MEDIA_TYPE] = { "media.type", "Media type", KIND_BYTES },
};
static const struct record media_records[] = { { "media", RECORD_LAYER, MEDIA_NFIELDS, media_fields, NULL } };

static enum verdict media_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *row = row_open(pkt, &proto_media, 0);
	info_media(pkt);
	uintptr_t at = (uintptr_t)c->data, frame = (uintptr_t)pkt->data;
	/* Only where it stands in the frame: what was put together or decoded is not kept. */
	if (at >= frame && at + c->cap <= frame + pkt->cap_len)
		row_bytes_avail(row, MEDIA_TYPE, c, c->cap);
	return MINE;
}

const struct protocol proto_media = {
	.name = "media",
	.title = "Media Type",
	.spec = "RFC 6838",
	.help = "What a web server or a mail carries, of a type that is not looked into further.",
	.id = PROTO_ID_media,
	.nrecords = 1,
	.records = media_records,
	.dissect = media_dissect,
};
