/* BitTorrent's peers: a handshake, then messages of a length and a type.
 *
 *      0    1                  20          28           48           68
 *     +----+------------------+-----------+------------+------------+
 *     | 19 | "BitTorrent ..." | reserved  | info hash  | peer       |
 *     +----+------------------+-----------+------------+------------+
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_bittorrent;

enum {
	BITTORRENT_MSG_LENGTH,
	BITTORRENT_MSG_TYPE,
	BITTORRENT_PIECE_INDEX,
	BITTORRENT_PIECE_BEGIN,
	BITTORRENT_PIECE_LENGTH,
	BITTORRENT_PROTOCOL_NAME_LENGTH,
	BITTORRENT_PROTOCOL_NAME,
	BITTORRENT_RESERVED,
	BITTORRENT_INFO_HASH,
	BITTORRENT_PEER_ID,
	BITTORRENT_CONTINUOUS_DATA,
	BITTORRENT_NFIELDS
};
static const struct value_name bittorrent_msg_type_names[] = { { 0, "Choke" }, { 1, "Unchoke" },
	{ 2, "Interested" }, { 3, "Not Interested" }, { 4, "Have" }, { 5, "Bitfield" }, { 6, "Request" },
	{ 7, "Piece" }, { 8, "Cancel" }, { 9, "Port" }, { 13, "Suggest Piece" }, { 14, "Have All" },
	{ 15, "Have None" }, { 16, "Reject Request" }, { 17, "Allowed Fast" }, { 20, "Extended" },
	{ 257, "Keepalive" }, { 256, "Azureus Handshake" }, { 258, "Azureus BitTorrent Handshake" },
	{ 259, "Azureus Peer Exchange" }, { 260, "Azureus PeerCache Hello" },
	{ 261, "Azureus PeerCache Reply" }, { 0, NULL } };
static const struct field bittorrent_fields[BITTORRENT_NFIELDS] = {
	[BITTORRENT_MSG_LENGTH] = { "bittorrent.msg.length", "Message Length", KIND_UINT, .octets = 4 },
	[BITTORRENT_MSG_TYPE] = { "bittorrent.msg.type", "Message Type", KIND_UINT, .octets = 1,
		.names = bittorrent_msg_type_names },
	[BITTORRENT_PIECE_INDEX] = { "bittorrent.piece.index", "Piece index", KIND_UINT, BASE_HEX, 4 },
	[BITTORRENT_PIECE_BEGIN] = { "bittorrent.piece.begin", "Begin offset of piece", KIND_UINT, BASE_HEX,
		4 },
	[BITTORRENT_PIECE_LENGTH] = { "bittorrent.piece.length", "Piece Length", KIND_UINT, BASE_HEX, 4 },
	[BITTORRENT_PROTOCOL_NAME_LENGTH] = { "bittorrent.protocol.name.length", "Protocol Name Length",
		KIND_UINT, .octets = 1, .part = 1 },
	[BITTORRENT_PROTOCOL_NAME] = { "bittorrent.protocol.name", "Protocol Name", KIND_TEXT, .part = 1 },
	[BITTORRENT_RESERVED] = { "bittorrent.reserved", "Reserved Extension Bytes", KIND_BYTES, .part = 1 },
	[BITTORRENT_INFO_HASH] = { "bittorrent.info_hash", "SHA1 Hash of info dictionary", KIND_BYTES,
		.part = 1 },
	[BITTORRENT_PEER_ID] = { "bittorrent.peer_id", "Peer ID", KIND_BYTES, .part = 1 },
	[BITTORRENT_CONTINUOUS_DATA] = { "bittorrent.continuous_data", "Extended Message", KIND_BYTES },
};

static const struct record bittorrent_records[] = {
	{ "bittorrent", RECORD_LAYER, BITTORRENT_NFIELDS, bittorrent_fields,
		(const char *const[]) { "handshake", NULL } },
};

enum {
	CHOKE,
	UNCHOKE,
	INTERESTED,
	NOT_INTERESTED,
	HAVE,
	BITFIELD,
	REQUEST,
	PIECE,
	CANCEL,
	DHT_PORT,
	EXTENDED = 20
};
enum { HANDSHAKE = 68, LENGTH_MAX = 1 << 24 };

struct bittorrent_flow {
	bool known;
};

static bool is_handshake(const struct cursor *c)
{
	return c->cap >= 20 && memcmp(c->data,
				       "\x13"
				       "BitTorrent protocol",
				       20) == 0;
}

/* Is it a message, by its type and length? Else the octets go on with something whose beginning was lost. */
static bool is_message(const struct cursor *c)
{
	uint32_t n = be32(c->data);
	if (n == 0)
		return true;
	if (c->cap < 5)
		return n < LENGTH_MAX;
	switch (c->data[4]) {
	case CHOKE:
	case UNCHOKE:
	case INTERESTED:
	case NOT_INTERESTED:
		return n == 1;
	case HAVE:
		return n == 5;
	case REQUEST:
	case CANCEL:
		return n == 13;
	case DHT_PORT:
		return n == 3;
	case BITFIELD:
	case PIECE:
	case EXTENDED:
		return n < LENGTH_MAX;
	default:
		return false;
	}
}

/* BEP 3, bencoding. */
static const struct protocol bencode = { .name = "bencode", .title = "Bencode", .column = NULL };

static enum verdict bittorrent_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_bittorrent, 0);
	if (is_handshake(c)) {
		row_be(r, BITTORRENT_PROTOCOL_NAME_LENGTH, c, 1);
		row_string(r, BITTORRENT_PROTOCOL_NAME, c, 19);
		row_bytes(r, BITTORRENT_RESERVED, c, 8);
		row_bytes(r, BITTORRENT_INFO_HASH, c, 20);
		row_bytes(r, BITTORRENT_PEER_ID, c, 20);
		return MINE;
	}
	if (!cur_need(c, 4))
		return MINE;
	if (!is_message(c)) {
		row_bytes_avail(r, BITTORRENT_CONTINUOUS_DATA, c, c->len);
		return MINE;
	}
	if (row_be(r, BITTORRENT_MSG_LENGTH, c, 4) == 0)
		return MINE;
	uint32_t type = (uint32_t)row_be(r, BITTORRENT_MSG_TYPE, c, 1);
	if (type == HAVE || type == REQUEST || type == PIECE || type == CANCEL)
		row_be(r, BITTORRENT_PIECE_INDEX, c, 4);
	if (type == REQUEST || type == PIECE || type == CANCEL)
		row_be(r, BITTORRENT_PIECE_BEGIN, c, 4);
	if (type == REQUEST || type == CANCEL)
		row_be(r, BITTORRENT_PIECE_LENGTH, c, 4);
	if (type == EXTENDED && cur_be(c, 1) == 0 && !pkt->fail) { /* BEP 10: its handshake, a dictionary */
		pkt_next_proto(pkt, &bencode, cur_rest(c));
		pkt_below(pkt);
	}
	return MINE;
}

static uint32_t bittorrent_length(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	if (is_handshake(c))
		return HANDSHAKE;
	return is_message(c) ? 4 + be32(c->data) : c->len;
}

static bool bittorrent_test(struct packet *pkt, const struct cursor *c)
{
	struct bittorrent_flow *f = pkt_flow(pkt, &proto_bittorrent);
	if ((pkt->srcport >= 6881 && pkt->srcport <= 6889) || (pkt->dstport >= 6881 && pkt->dstport <= 6889))
		return true;
	if (f && f->known)
		return true;
	if (!is_handshake(c))
		return false;
	pkt_speak(pkt, &proto_bittorrent);
	if (f)
		f->known = true;
	return true;
}

static const struct pdu bittorrent_pdu = { .min = 4, .length = bittorrent_length, .test = bittorrent_test };

static const struct claim bittorrent_claims[] = { { CLAIM_TCP_PORT, 6881 }, { CLAIM_TCP_PORT, 6882 },
	{ CLAIM_TCP_PORT, 6883 }, { CLAIM_TCP_PORT, 6884 }, { CLAIM_TCP_PORT, 6885 },
	{ CLAIM_TCP_PORT, 6886 }, { CLAIM_TCP_PORT, 6887 }, { CLAIM_TCP_PORT, 6888 },
	{ CLAIM_TCP_PORT, 6889 }, { CLAIM_HEUR_TCP, 790 }, { 0 } };

const struct protocol proto_bittorrent = {
	.name = "bittorrent",
	.title = "BitTorrent",
	.column = "BitTorrent",
	.spec = "BEP 3",
	.help = "Exchanges pieces of files among peers.",
	.id = PROTO_ID_bittorrent,
	.records = bittorrent_records,
	.nrecords = 1,
	.claims = bittorrent_claims,
	.dissect = bittorrent_dissect,
	.pdu = &bittorrent_pdu,
	.flow_size = sizeof(struct bittorrent_flow),
};
