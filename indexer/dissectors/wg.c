/* WireGuard (https://www.wireguard.com/papers/wireguard.pdf, section 5.4).
 *
 *      0     1           4               8
 *     +-----+-----------+---------------+--------------------------------------------------------
 *     |  1  | reserved  | sender        | ephemeral (32), static (48), timestamp (28), mac1, mac2 (16 each)
 *     |  2  | reserved  | sender        | receiver (4), ephemeral (32), empty (16), mac1, mac2
 *     |  3  | reserved  | receiver      | nonce (24), cookie (32)
 *     |  4  | reserved  | receiver      | counter (8), packet (16 and more)       numbers little-endian
 *     +-----+-----------+---------------+--------------------------------------------------------
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_wg;

enum {
	WG_TYPE,
	WG_RESERVED,
	WG_SENDER,
	WG_RECEIVER,
	WG_COUNTER,
	WG_MAC1,
	WG_MAC2,
	WG_NONCE,
	WG_COOKIE,
	WG_NFIELDS
};

static const struct value_name types[] = { { 1, "Handshake Initiation" }, { 2, "Handshake Response" },
	{ 3, "Cookie Reply" }, { 4, "Transport Data" }, { 0, NULL } };

static const struct field wg_fields[WG_NFIELDS] = {
	[WG_TYPE] = { "wg.type", "Type", KIND_UINT, .octets = 1, .names = types },
	[WG_RESERVED] = { "wg.reserved", "Reserved", KIND_BYTES },
	[WG_SENDER] = { "wg.sender", "Sender", KIND_UINT, BASE_HEX, 4 },
	[WG_RECEIVER] = { "wg.receiver", "Receiver", KIND_UINT, BASE_HEX, 4 },
	[WG_COUNTER] = { "wg.counter", "Counter", KIND_UINT, .octets = 8 },
	[WG_MAC1] = { "wg.mac1", "mac1", KIND_BYTES, .part = 1 },
	[WG_MAC2] = { "wg.mac2", "mac2", KIND_BYTES, .part = 1 },
	[WG_NONCE] = { "wg.nonce", "Nonce", KIND_BYTES, .part = 1 },
	[WG_COOKIE] = { "wg.encrypted_cookie", "Encrypted Cookie", KIND_BYTES, .part = 1 },
};

static const struct record wg_records[] = {
	{ "wg", RECORD_LAYER, WG_NFIELDS, wg_fields, (const char *const[]) { "handshake", NULL } },
};

enum { INITIATION = 1, RESPONSE, COOKIE, TRANSPORT };
enum { INITIATION_LEN = 148, RESPONSE_LEN = 92, COOKIE_LEN = 64, TRANSPORT_MIN = 32 };

static bool plausible(const struct cursor *c)
{
	if (c->cap < 4)
		return false;
	switch (c->data[0]) {
	case INITIATION:
		return c->len == INITIATION_LEN;
	case RESPONSE:
		return c->len == RESPONSE_LEN;
	case COOKIE:
		return c->len == COOKIE_LEN && !c->data[1] && !c->data[2] && !c->data[3];
	case TRANSPORT:
		return c->len >= TRANSPORT_MIN && !c->data[1] && !c->data[2] && !c->data[3];
	default:
		return false;
	}
}

static void inform(struct packet *pkt, const struct cursor *c, uint64_t type)
{
	const uint8_t *p = c->data;
	if (!pkt->info || c->cap < 16)
		return;
	switch (type) {
	case INITIATION:
		info_set(pkt, "Handshake Initiation, sender=0x%08X", le32(p + 4));
		break;
	case RESPONSE:
		info_set(pkt, "Handshake Response, sender=0x%08X, receiver=0x%08X", le32(p + 4), le32(p + 8));
		break;
	case COOKIE:
		info_set(pkt, "Cookie Reply, receiver=0x%08X", le32(p + 4));
		break;
	default:
		info_set(pkt, "Transport Data, receiver=0x%08X, counter=%llu, datalen=%u", le32(p + 4),
			(unsigned long long)le32(p + 12) << 32 | le32(p + 8), c->len - TRANSPORT_MIN);
	}
}

static enum verdict wg_dissect(struct packet *pkt, struct cursor *c)
{
	/* Wireshark reads type and reserved octets before it knows: what is cut before their end goes no
	 * further. */
	if (c->len >= 4 && !cur_need(c, 4))
		return MINE;
	if (!pkt_spoken(pkt, &proto_wg)) {
		if (!plausible(c))
			return NOT_MINE;
		pkt_speak(pkt, &proto_wg);
	}
	static const uint8_t least[] = { 0, INITIATION_LEN, RESPONSE_LEN, COOKIE_LEN, TRANSPORT_MIN };
	uint64_t type;
	if (!cur_peek(c, 0, 1, &type) || type < INITIATION || type > TRANSPORT || c->len < least[type] ||
		(type != TRANSPORT && c->len != least[type]))
		return NOT_MINE;
	struct row *r = row_open(pkt, &proto_wg, 0);
	row_be(r, WG_TYPE, c, 1);
	row_bytes(r, WG_RESERVED, c, 3);
	inform(pkt, c, type);
	switch (type) {
	case INITIATION:
	case RESPONSE:
		row_le(r, WG_SENDER, c, 4);
		if (type == RESPONSE)
			row_le(r, WG_RECEIVER, c, 4);
		cur_skip(c, type == RESPONSE ? 32 + 16 : 32 + 48 + 28);
		row_bytes(r, WG_MAC1, c, 16);
		row_bytes(r, WG_MAC2, c, 16);
		break;
	case COOKIE:
		row_le(r, WG_RECEIVER, c, 4);
		row_bytes(r, WG_NONCE, c, 24);
		row_bytes(r, WG_COOKIE, c, 32);
		break;
	default:
		row_le(r, WG_RECEIVER, c, 4);
		row_le(r, WG_COUNTER, c, 8);
		break;
	}
	return MINE;
}

static const struct claim wg_claims[] = { { CLAIM_HEUR_UDP, 30 }, { 0 } };

const struct protocol proto_wg = {
	.name = "wg",
	.title = "WireGuard Protocol",
	.column = "WireGuard",
	.spec = "WireGuard: Next Generation Kernel Network Tunnel",
	.help = "Carries a virtual private network over UDP, encrypted.",
	.id = PROTO_ID_wg,
	.records = wg_records,
	.nrecords = 1,
	.claims = wg_claims,
	.dissect = wg_dissect,
	.item_min = 4,
};
