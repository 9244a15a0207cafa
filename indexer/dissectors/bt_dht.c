/* The distributed hash table of BitTorrent (BEP 5): a bencoded dictionary.
 *
 *     d1:ad2:id20:....e1:q4:ping1:t2:aa1:y1:qe     a query: its arguments, name, transaction id, type
 *     d1:rd2:id20:....e1:t2:aa1:y1:re              a response: its values
 *     d1:eli201e5:Errore1:t2:aa1:y1:ee             an error
 */
#include <string.h>

#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_bt_dht;

enum { DHT_ID, DHT_NFIELDS };

static const struct field dht_fields[DHT_NFIELDS] = {
	[DHT_ID] = { "bt-dht.id", "ID", KIND_BYTES },
};

static const struct record dht_records[] = { { "bt_dht", RECORD_LAYER, DHT_NFIELDS, dht_fields, NULL } };

static bool is_message(const struct cursor *c)
{
	return c->cap >= 5 && (memcmp(c->data, "d1:ad", 5) == 0 || memcmp(c->data, "d1:rd", 5) == 0 ||
				      memcmp(c->data, "d2:ip", 5) == 0 || memcmp(c->data, "d1:el", 5) == 0);
}

static enum verdict dht_dissect(struct packet *pkt, struct cursor *c)
{
	static const char id[] = "2:id20:";
	if (!is_message(c))
		return NOT_MINE;
	struct row *r = row_open(pkt, &proto_bt_dht, 0);
	const uint8_t *at = memmem(c->data, c->cap, id, sizeof(id) - 1);
	if (at) {
		cur_skip(c, (uint32_t)(at - c->data) + sizeof(id) - 1);
		row_bytes_avail(r, DHT_ID, c, 20);
	}
	return MINE;
}

static const struct claim dht_claims[] = { { CLAIM_HEUR_UDP, 860 }, { 0 } };

const struct protocol proto_bt_dht = {
	.name = "bt-dht",
	.info = "BitTorrent DHT Protocol",
	.title = "BitTorrent DHT Protocol",
	.column = "BT-DHT",
	.spec = "BEP 5",
	.help = "The table in which BitTorrent's peers find each other without a tracker.",
	.id = PROTO_ID_bt_dht,
	.records = dht_records,
	.nrecords = 1,
	.claims = dht_claims,
	.dissect = dht_dissect,
};
