/* A message of a TURN channel inside what a TURN server relays (RFC 8656, section 12.4).
 *
 *      0       2       4
 *     +-------+-------+------------- - -
 *     |channel| length| data
 *     +-------+-------+------------- - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_turnchannel, proto_data;

enum { CHANNEL_ID, CHANNEL_LENGTH, CHANNEL_NFIELDS };

static const struct field channel_fields[CHANNEL_NFIELDS] = {
	[CHANNEL_ID] = { "turnchannel.id", "TURN Channel ID", KIND_UINT, BASE_HEX, 2 },
	[CHANNEL_LENGTH] = { "turnchannel.length", "Data Length", KIND_UINT, .octets = 2 },
};

static const struct record channel_records[] = {
	{ "turnchannel", RECORD_LAYER, CHANNEL_NFIELDS, channel_fields, NULL },
};

#define HEADER 4

static enum verdict channel_dissect(struct packet *pkt, struct cursor *c)
{
	if (c->cap < HEADER)
		return NOT_MINE;
	uint32_t id = be16(c->data);
	if (id < 0x4000 || id == 0xffff || c->cap != HEADER + (uint32_t)be16(c->data + 2))
		return NOT_MINE;
	struct row *r = row_open(pkt, &proto_turnchannel, 0);
	row_be(r, CHANNEL_ID, c, 2);
	row_be(r, CHANNEL_LENGTH, c, 2);
	pkt_next_proto(pkt, &proto_data, cur_rest(c));
	return MINE;
}

static const struct claim channel_claims[] = { { CLAIM_HEUR_STUN, 10 }, { 0 } };

const struct protocol proto_turnchannel = {
	.name = "turnchannel",
	.title = "TURN Channel",
	.column = "TURN CHANNEL",
	.spec = "RFC 8656",
	.help = "Carries relayed data behind the number of its channel.",
	.id = PROTO_ID_turnchannel,
	.records = channel_records,
	.nrecords = 1,
	.claims = channel_claims,
	.dissect = channel_dissect,
};
