/* Dropbox LAN sync: announcements of a client to its neighbours, JSON in broadcast datagrams. */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/json.h"
#include "indexer/packet.h"

extern const struct protocol proto_json;

static enum verdict disc_dissect(struct packet *pkt, struct cursor *c)
{
	if (json_is_document(c))
		pkt_next_proto(pkt, &proto_json, *c);
	return MINE;
}

const struct protocol proto_db_lsp_disc = {
	.name = "db-lsp-disc",
	.title = "Dropbox LAN sync Discovery Protocol",
	.column = "DB-LSP-DISC",
	.help = "Announces a Dropbox client to others in the same network.",
	.id = PROTO_ID_db_lsp_disc,
	.claims = (const struct claim[]) { { CLAIM_UDP_PORT, 17500 }, { CLAIM_NONE, 0 } },
	.dissect = disc_dissect,
};
