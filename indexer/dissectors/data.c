/* Octets that no dissector claims. */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/pseudo.h"

enum { DATA_LEN, DATA_DATA, DATA_TEXT, DATA_MD5, DATA_UNCOMPRESSED, DATA_UNCOMPRESSED_LEN, DATA_NFIELDS };

static const struct field data_fields[DATA_NFIELDS] = {
	[DATA_DATA] = { "data.data", "Data", KIND_BYTES },
	[DATA_LEN] = { "data.len", "Length", KIND_INT, .octets = 4, .generated = true },
	[DATA_TEXT] = { "data.text", "Text", KIND_TEXT, .sql = SQL_OFF },
	[DATA_MD5] = { "data.md5_hash", "Payload MD5 hash", KIND_TEXT, .generated = true, .sql = SQL_OFF },
	[DATA_UNCOMPRESSED] = { "data.uncompressed.data", "Uncompressed Data", KIND_BYTES, .generated = true,
		.sql = SQL_OFF },
	[DATA_UNCOMPRESSED_LEN] = { "data.uncompressed.len", "Uncompressed Length", KIND_INT, .octets = 4,
		.generated = true, .sql = SQL_OFF },
};

static const struct record data_records[] = { { "data", RECORD_LAYER, DATA_NFIELDS, data_fields, NULL } };

static enum verdict data_dissect(struct packet *pkt, struct cursor *c)
{
	if (c->cap == 0)
		return NOT_MINE;
	struct row *r = row_open(pkt, &proto_data, 0);
	/* Wireshark shows what was captured, and that length. */
	row_set(r, DATA_LEN, c->cap);
	row_bytes(r, DATA_DATA, c, c->cap);
	return MINE;
}

static const struct layout_line data_layout[] = { { 0, "data.data" }, { 0, "data.len" }, { 0 } };

const struct protocol proto_data = {
	.name = "data",
	.title = "Data",
	.heading = "Data ({data.len} byte{data.len:s})",
	.layout = data_layout,
	.help = "Octets that no protocol claims.",
	.id = PROTO_ID_data,
	.records = data_records,
	.nrecords = 1,
	.media_types = (const char *const[]) { "application/octet-stream", NULL },
	.dissect = data_dissect,
};
