/* Dropbox tells the local network of itself: a JSON object, broadcast to port 17500. No public specification.
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_db_lsp_disc, proto_json;

enum { DISC_TEXT, DISC_NFIELDS };

static const struct field disc_fields[DISC_NFIELDS] = {
	[DISC_TEXT] = { "db-lsp.text", "Text", KIND_TEXT },
};

static const struct record disc_records[] = { { "db_lsp_disc", RECORD_LAYER, DISC_NFIELDS, disc_fields,
	NULL } };

static enum verdict disc_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_db_lsp_disc, 0);
	struct cursor object = *c;
	uint64_t first;
	row_string(r, DISC_TEXT, c, cur_avail(c));
	if (cur_peek(&object, 0, 1, &first) && first == '{') {
		pkt_nest(pkt, true);
		pkt_next_proto(pkt, &proto_json, cur_rest(&object));
	}
	return MINE;
}

static const struct claim disc_claims[] = { { CLAIM_UDP_PORT, 17500 }, { 0 } };

const struct protocol proto_db_lsp_disc = {
	.name = "db-lsp-disc",
	.info = "Dropbox LAN sync Discovery Protocol",
	.title = "Dropbox LAN sync Discovery Protocol",
	.column = "DB-LSP-DISC",
	.spec = "Dropbox LAN sync",
	.help = "Tells other Dropbox computers of the local network which shares one has.",
	.id = PROTO_ID_db_lsp_disc,
	.records = disc_records,
	.nrecords = 1,
	.claims = disc_claims,
	.dissect = disc_dissect,
};
