/* Wake on LAN ("Magic Packet Technology", AMD 20213): six ff, sixteen times the sleeper's address, and maybe
 * a password of 4 or 6 octets. */
#include <string.h>

#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_wol;

enum { WOL_SYNC, WOL_MAC, WOL_PASSWORD, WOL_NFIELDS };

static const struct field wol_fields[WOL_NFIELDS] = {
	[WOL_SYNC] = { "wol.sync", "Sync stream", KIND_BYTES },
	[WOL_MAC] = { "wol.mac", "MAC", KIND_ETHER },
	[WOL_PASSWORD] = { "wol.passwd", "Password", KIND_BYTES },
};

static const struct record wol_records[] = { { "wol", RECORD_LAYER, WOL_NFIELDS, wol_fields, NULL } };

#define MAGIC 102

static enum verdict wol_dissect(struct packet *pkt, struct cursor *c)
{
	if (c->len >= MAGIC && !cur_need(c, 6)) /* Wireshark looks for the first six, and goes no further */
		return MINE;
	if (c->cap < MAGIC || memcmp(c->data, "\xff\xff\xff\xff\xff\xff", 6) != 0)
		return NOT_MINE;
	for (unsigned i = 12; i < MAGIC; i += 6)
		if (memcmp(c->data + 6, c->data + i, 6) != 0)
			return NOT_MINE;
	struct row *r = row_open(pkt, &proto_wol, 0);
	row_bytes(r, WOL_SYNC, c, 6);
	row_address(r, WOL_MAC, c, KIND_ETHER);
	cur_skip(c, MAGIC - 12);
	uint32_t password = c->cap >= MAGIC + 6 ? 6 : c->cap >= MAGIC + 4 ? 4 : 0;
	row_bytes(r, WOL_PASSWORD, c, password);
	pkt_item_len(pkt, MAGIC + password);
	return MINE;
}

static const struct claim wol_claims[] = { { CLAIM_ETHERTYPE, 0x0842 }, { CLAIM_HEUR_UDP, 20 }, { 0 } };

const struct protocol proto_wol = {
	.name = "wol",
	.title = "Wake On LAN",
	.column = "WOL",
	.spec = "AMD 20213",
	.help = "Wakes a sleeping computer through its network card.",
	.id = PROTO_ID_wol,
	.records = wol_records,
	.nrecords = 1,
	.claims = wol_claims,
	.dissect = wol_dissect,
	.item_min = 6,
};
