/* JPEG File Interchange Format (ITU-T T.871): markers ff xx, most of them followed by a length and data. */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_image_jfif;

enum { JFIF_MARKER, JFIF_NFIELDS };
static const struct value_name marker_names[] = {
	{ 0xffc0, "Start of Frame (non-differential, Huffman coding) - Baseline DCT" },
	{ 0xffc2, "Start of Frame (non-differential, Huffman coding) - Progressive DCT" },
	{ 0xffc4, "Define Huffman table(s)" }, { 0xffd8, "Start of Image" }, { 0xffd9, "End of Image" },
	{ 0xffda, "Start of Segment" }, { 0xffdb, "Define quantization table(s)" },
	{ 0xffe0, "Reserved for application segments - 0" }, { 0xfffe, "Comment" }, { 0, NULL }
};
static const struct field jfif_fields[JFIF_NFIELDS] = {
	[JFIF_MARKER] = { "image-jfif.marker", "Marker", KIND_UINT, BASE_HEX, 2, .names = marker_names },
};
static const struct record records[] = { { "image_jfif", RECORD_LAYER, JFIF_NFIELDS, jfif_fields, NULL } };

static enum verdict jfif_dissect(struct packet *pkt, struct cursor *c)
{
	if (c->len < 20 || c->cap < 2 || be16(c->data) != 0xffd8)
		return NOT_MINE;
	info_add(pkt, "%s", " (JPEG JFIF image)");
	row_be(row_open(pkt, &proto_image_jfif, 0), JFIF_MARKER, c, 2);
	return MINE;
}

static const char *const types[] = { "image/jfif", "image/jpg", "image/jpeg", NULL };

const struct protocol proto_image_jfif = {
	.name = "image-jfif",
	.title = "JPEG File Interchange Format",
	.spec = "ITU-T T.871",
	.help = "A photograph, compressed with loss (JPEG).",
	.id = PROTO_ID_image_jfif,
	.nrecords = 1,
	.records = records,
	.claims = (const struct claim[]) { { CLAIM_HEUR_HTTP, 30 }, { CLAIM_NONE, 0 } },
	.media_types = types,
	.dissect = jfif_dissect,
};
