/* RakNet, the transport of games such as Minecraft (http://www.jenkinssoftware.com/raknet; no other
 * specification).
 *
 *     without connection: id (1), by id; in those that open one a magic number of 16 octets
 *     data:            84 - 8f, number of the datagram (3), messages
 *     acknowledgment:  c0, refusal: a0, ranges of numbers
 *     message: flags (1): rrrs xxxx reliability, split; length in bits (2); by reliability message number
 * (3), order (3) and channel (1); of a split one count (4), id (2), index (4); payload: id (1), by id
 *
 * Each message inside has a token. Numbers of datagrams and messages are little-endian. */
#include <string.h>

#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_raknet, proto_data;

enum { RAKNET_OFFLINE, RAKNET_FLAGS, RAKNET_SEQUENCE, RAKNET_NFIELDS };
enum { MESSAGE_FLAGS, MESSAGE_LENGTH, MESSAGE_ID, MESSAGE_NFIELDS };
enum { REC_DATAGRAM, REC_MESSAGE, REC_COUNT };

static const struct value_name offline_ids[] = { { 0x01, "ID_UNCONNECTED_PING" },
	{ 0x02, "ID_UNCONNECTED_PING_OPEN_CONNECTIONS" }, { 0x05, "ID_OPEN_CONNECTION_REQUEST_1" },
	{ 0x06, "ID_OPEN_CONNECTION_REPLY_1" }, { 0x07, "ID_OPEN_CONNECTION_REQUEST_2" },
	{ 0x08, "ID_OPEN_CONNECTION_REPLY_2" }, { 0x0d, "ID_OUT_OF_BAND_INTERNAL" },
	{ 0x11, "ID_CONNECTION_ATTEMPT_FAILED" }, { 0x12, "ID_ALREADY_CONNECTED" },
	{ 0x14, "ID_NO_FREE_INCOMING_CONNECTIONS" }, { 0x17, "ID_CONNECTION_BANNED" },
	{ 0x19, "ID_INCOMPATIBLE_PROTOCOL_VERSION" }, { 0x1a, "ID_IP_RECENTLY_CONNECTED" },
	{ 0x1c, "ID_UNCONNECTED_PONG" }, { 0, NULL } };

static const struct field datagram_fields[RAKNET_NFIELDS] = {
	[RAKNET_OFFLINE] = { "raknet.offline.message.id", "RakNet Offline Message ID", KIND_UINT, BASE_HEX, 1,
		.names = offline_ids },
	[RAKNET_FLAGS] = { "packet_type", "packet type", KIND_UINT, BASE_HEX, 1, .internal = true },
	[RAKNET_SEQUENCE] = { "sequence", "packet number", KIND_UINT, .octets = 3, .internal = true },
};

static const struct field message_fields[MESSAGE_NFIELDS] = {
	[MESSAGE_FLAGS] = { "flags", "flags of the message", KIND_UINT, BASE_HEX, 1, .internal = true },
	[MESSAGE_LENGTH] = { "length", "its length in bits", KIND_UINT, .octets = 2, .internal = true },
	[MESSAGE_ID] = { "raknet.system.message.id", "RakNet system message ID", KIND_UINT, BASE_HEX, 1 },
};

static const struct record raknet_records[REC_COUNT] = {
	[REC_DATAGRAM] = { "raknet", RECORD_LAYER, RAKNET_NFIELDS, datagram_fields, NULL },
	[REC_MESSAGE] = { "raknet_message", RECORD_CHILD, MESSAGE_NFIELDS, message_fields, NULL },
};

static const struct value_name spoken[] = { { 0x00, "Connected Ping" }, { 0x01, "Unconnected Ping" },
	{ 0x02, "Unconnected Ping Open Connections" }, { 0x03, "Connected Pong" },
	{ 0x05, "Open Connection Request 1" }, { 0x06, "Open Connection Reply 1" },
	{ 0x07, "Open Connection Request 2" }, { 0x08, "Open Connection Reply 2" },
	{ 0x09, "Connection Request" }, { 0x0d, "Out Of Band Internal" },
	{ 0x10, "Connection Request Accepted" }, { 0x11, "Connection Attempt Failed" },
	{ 0x12, "Already Connected" }, { 0x13, "New Incoming Connection" },
	{ 0x14, "No Free Incoming Connections" }, { 0x17, "Connection Banned" },
	{ 0x19, "Incompatible Protocol Version" }, { 0x1a, "IP Recently Connected" },
	{ 0x1c, "Unconnected Pong" }, { 0, NULL } };

static const uint8_t magic[16] = "\x00\xff\xff\x00\xfe\xfe\xfe\xfe\xfd\xfd\xfd\xfd\x12\x34\x56\x78";

enum { CONNECTION_REQUEST = 0x09, CONNECTED = 0x80, ACKNOWLEDGED = 0x40, REFUSED = 0x20 };

/* Where the magic number stands in a message without connection; 0: it has none. */
static uint32_t magic_at(uint8_t id)
{
	switch (id) {
	case 0x01:
	case 0x02:
		return 1 + 8;
	case 0x05:
	case 0x06:
	case 0x07:
	case 0x08:
		return 1;
	case 0x1c:
		return 1 + 8 + 8;
	default:
		return 0;
	}
}

static bool plausible(const struct cursor *c)
{
	if (c->cap == 0)
		return false;
	uint32_t at = magic_at(c->data[0]);
	return at && at + sizeof(magic) <= c->cap && memcmp(c->data + at, magic, sizeof(magic)) == 0;
}

static bool is_offline(uint64_t id)
{
	for (const struct value_name *v = offline_ids; v->name; v++)
		if ((uint64_t)v->value == id)
			return true;
	return false;
}

/* Messages that RakNet itself sends inside a connection; all others are the game's. */
static bool is_system(uint64_t id)
{
	return id == 0x00 || id == 0x03 || id == 0x09 || id == 0x10 || id == 0x13;
}

static void message(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_raknet, REC_MESSAGE);
	uint64_t flags = row_be(r, MESSAGE_FLAGS, c, 1), id;
	uint32_t bits = (uint32_t)row_be(r, MESSAGE_LENGTH, c, 2);
	unsigned reliability = flags >> 5 & 7;
	bool reliable = reliability == 2 || reliability == 3 || reliability == 4 || reliability >= 6,
	     sequenced = reliability == 1 || reliability == 4,
	     ordered = sequenced || reliability == 3 || reliability == 7;
	cur_skip(c, reliable ? 3 : 0);
	cur_skip(c, sequenced ? 3 : 0);
	cur_skip(c, ordered ? 4 : 0);
	cur_skip(c, flags & 0x10 ? 10 : 0);
	struct cursor payload = cur_sub(c, (bits + 7) / 8);
	if (flags & 0x10 || !cur_peek(&payload, 0, 1, &id))
		return;
	if (is_system(id)) {
		row_set_at(r, MESSAGE_ID, (int64_t)id, payload.data, 1);
		if (pkt->info)
			info_add(pkt, "%s%s",
				pkt->info->text[pkt->info->len ? pkt->info->len - 1 : 0] == ':' ? " " : ", ",
				info_name(spoken, (int64_t)id, ""));
		if (id ==
			CONNECTION_REQUEST) /* who, when, whether encrypted; then a password is looked for */
			cur_take(&payload, 1 + 8 + 8 + 1 + 1);
		pkt_token(pkt, &proto_raknet);
	} else {
		pkt_next_proto(pkt, &proto_data, payload);
	}
}

static enum verdict raknet_dissect(struct packet *pkt, struct cursor *c)
{
	bool by_port = pkt->srcport == 19132 || pkt->dstport == 19132;
	if (!pkt_spoken(pkt, &proto_raknet) && !by_port) {
		if (!plausible(c))
			return NOT_MINE;
		pkt_speak(pkt, &proto_raknet);
		pkt_token(pkt, &proto_raknet); /* of the one that looked, and of the one that reads */
	}
	uint64_t first;
	if (!cur_peek(c, 0, 1, &first))
		return NOT_MINE;
	struct row *r = row_open(pkt, &proto_raknet, REC_DATAGRAM);
	if (!(first & CONNECTED)) {
		if (is_offline(first)) {
			row_be(r, RAKNET_OFFLINE, c, 1);
			if (pkt->info)
				info_set(pkt, "%s", info_name(spoken, (int64_t)first, ""));
			pkt_token(pkt, &proto_raknet);
		}
		return MINE;
	}
	row_be(r, RAKNET_FLAGS, c, 1);
	info_clear(pkt);
	if (first & (ACKNOWLEDGED | REFUSED))
		return MINE;
	uint32_t number = (uint32_t)row_le(r, RAKNET_SEQUENCE, c, 3);
	info_set(pkt, "#%u:", number);
	while (cur_left(c))
		message(pkt, c);
	return MINE;
}

static const struct claim raknet_claims[] = { { CLAIM_UDP_PORT, 19132 }, { CLAIM_HEUR_UDP, 310 }, { 0 } };

const struct protocol proto_raknet = {
	.name = "raknet",
	.title = "RakNet game networking protocol",
	.column = "RakNet",
	.spec = "RakNet",
	.help = "Carries the messages of games over UDP, in order where they need it.",
	.id = PROTO_ID_raknet,
	.records = raknet_records,
	.nrecords = REC_COUNT,
	.claims = raknet_claims,
	.dissect = raknet_dissect,
};
