/* OpenVPN (https://openvpn.net/community-resources/openvpn-protocol/; no RFC).
 *
 *      over TCP: length (2) before each message
 *      +--------+------------- - -
 *      |oooookkk| data: version 1; version 2 has a peer id of 3 octets before
 *      +--------+-----------------+--------------+-------------+---+---- - -+-----------+---------+----- - -
 *      |oooookkk| session id (8)  |HMAC          | replay id, time |n| acknowledged (4 each), their session
 * (8)
 *      +--------+-----------------+ only with tls-auth, shown by its looks    |message id (4)| TLS
 *
 * o is the operation, k the number of the key. */
#include <string.h>

#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_openvpn, proto_tls;

enum {
	OPENVPN_LENGTH,
	OPENVPN_TYPE,
	OPENVPN_PEER_ID,
	OPENVPN_SESSION_ID,
	OPENVPN_HMAC,
	OPENVPN_PID,
	OPENVPN_ACKS,
	OPENVPN_REMOTE_SESSION,
	OPENVPN_MPID,
	OPENVPN_DATA,
	OPENVPN_OPCODE,
	OPENVPN_KEY_ID,
	OPENVPN_NFIELDS
};

static const struct value_name opcodes[] = { { 1, "P_CONTROL_HARD_RESET_CLIENT_V1" },
	{ 2, "P_CONTROL_HARD_RESET_SERVER_V1" }, { 3, "P_CONTROL_SOFT_RESET_V1" }, { 4, "P_CONTROL_V1" },
	{ 5, "P_ACK_V1" }, { 6, "P_DATA_V1" }, { 7, "P_CONTROL_HARD_RESET_CLIENT_V2" },
	{ 8, "P_CONTROL_HARD_RESET_SERVER_V2" }, { 9, "P_DATA_V2" }, { 10, "P_CONTROL_HARD_RESET_CLIENT_V3" },
	{ 11, "P_CONTROL_WKC_V1" }, { 0, NULL } };

static const struct field openvpn_fields[OPENVPN_NFIELDS] = {
	[OPENVPN_LENGTH] = { "openvpn.plen", "Packet Length", KIND_UINT, .octets = 2 },
	[OPENVPN_TYPE] = { "openvpn.type", "Type", KIND_UINT, BASE_HEX, 1 },
	[OPENVPN_PEER_ID] = { "openvpn.peerid", "Peer ID", KIND_UINT, .octets = 3 },
	[OPENVPN_SESSION_ID] = { "openvpn.sessionid", "Session ID", KIND_UINT, .octets = 8 },
	[OPENVPN_HMAC] = { "openvpn.hmac", "HMAC", KIND_BYTES },
	[OPENVPN_PID] = { "openvpn.pid", "Replay-Packet-ID", KIND_UINT, .octets = 4 },
	[OPENVPN_ACKS] = { "openvpn.mpidarraylength", "Message Packet-ID Array Length", KIND_UINT,
		.octets = 1 },
	[OPENVPN_REMOTE_SESSION] = { "openvpn.rsessionid", "Remote Session ID", KIND_UINT, .octets = 8 },
	[OPENVPN_MPID] = { "openvpn.mpid", "Message Packet-ID", KIND_UINT, .octets = 4 },
	[OPENVPN_DATA] = { "openvpn.data", "Data", KIND_BYTES },
	[OPENVPN_OPCODE] = { "openvpn.opcode", "Opcode", KIND_UINT, BASE_HEX, 1, .of = OPENVPN_TYPE,
		.mask = 0xf8, .names = opcodes },
	[OPENVPN_KEY_ID] = { "openvpn.keyid", "Key ID", KIND_UINT, .octets = 1, .of = OPENVPN_TYPE,
		.mask = 0x07 },
};

static const struct record openvpn_records[] = { { "openvpn", RECORD_LAYER, OPENVPN_NFIELDS, openvpn_fields,
	NULL } };

enum { CONTROL_V1 = 4, ACK_V1 = 5, DATA_V1 = 6, DATA_V2 = 9, RESET_V3 = 10, WRAPPED_KEY = 11 };

#define HMAC_OCTETS  20
#define CRYPT_OCTETS 32  /* of tls-crypt, after replay id and time */
#define FULL         100 /* octets of a piece of a message that is not the last */

/* Wireshark takes it for one when not more than one of the four octets is zero. */
static bool looks_like_hmac(uint64_t v)
{
	unsigned zeros = 0;
	for (unsigned i = 0; i < 4; i++)
		zeros += (v >> 8 * i & 0xff) == 0;
	return zeros <= 1;
}

/* A message of TLS in pieces, put together by the session of the sender. */
static void piece(struct packet *pkt, struct cursor *c, uint32_t session, uint32_t number)
{
	struct cursor rest = cur_rest(c);
	uint32_t kept = 0;
	uint8_t *whole = pkt_kept(pkt, &proto_openvpn, session, &kept);
	if (rest.cap < rest.len || pkt->in_error)
		return;
	if (kept || rest.len == FULL) {
		whole = pkt_keep(pkt, &proto_openvpn, session, kept + rest.len);
		if (!whole)
			return;
		memcpy(whole + kept, rest.data, rest.len);
		if (rest.len == FULL) {
			info_add(pkt, " (Message fragment %u) ", number);
			return;
		}
		uint32_t len = kept + rest.len;
		uint8_t *out = pkt_scratch(pkt, len);
		if (!out)
			return;
		memcpy(out, whole, len);
		pkt_forget(pkt, &proto_openvpn, session);
		rest = (struct cursor) { out, 0, len, len, &pkt->fail };
	}
	pkt_next_proto(pkt, &proto_tls, rest);
}

/* tls-crypt, version 2: the rest is encrypted but for the client's wrapped key at the end, which ends with
 * its own length. */
static void crypt(struct row *r, struct cursor *c)
{
	row_be(r, OPENVPN_SESSION_ID, c, 8);
	row_be(r, OPENVPN_PID, c, 4);
	cur_skip(c, 4);
	row_bytes(r, OPENVPN_HMAC, c, CRYPT_OCTETS);
	uint32_t left = cur_left(c), key = left >= 2 && cur_avail(c) == left ? be16(c->data + c->len - 2) : 0;
	row_bytes_avail(r, OPENVPN_DATA, c, key < left ? left - key : left);
}

static void message(struct packet *pkt, struct row *r, struct cursor *c)
{
	uint64_t opcode = row_be(r, OPENVPN_TYPE, c, 1) >> 3, first, v;
	uint32_t session = 0, number = 0;
	if (pkt->info && !pkt->fail)
		info_set(pkt, "MessageType: %s", info_name(opcodes, (int64_t)opcode, "Unknown Messagetype"));
	if (opcode == RESET_V3 || opcode == WRAPPED_KEY) {
		crypt(r, c);
		return;
	}
	if (opcode == DATA_V2) {
		row_be(r, OPENVPN_PEER_ID, c, 3);
	} else if (opcode != DATA_V1) {
		session = (uint32_t)row_be(r, OPENVPN_SESSION_ID, c, 8);
		if (cur_peek(c, 0, 1, &first) && first && cur_peek(c, 0, 4, &v) && looks_like_hmac(v)) {
			row_bytes(r, OPENVPN_HMAC, c, HMAC_OCTETS);
			if (cur_left(c) >= 8) {
				row_be(r, OPENVPN_PID, c, 4);
				cur_skip(c, 4); /* time */
			}
		}
		if (cur_left(c) >= 1) {
			uint32_t n = (uint32_t)row_be(r, OPENVPN_ACKS, c, 1);
			for (uint32_t i = 0; i < n && !pkt->fail; i++)
				cur_take(c, 4);
			if (n && cur_left(c) >= 8)
				row_be(r, OPENVPN_REMOTE_SESSION, c, 8);
		}
		if (opcode != ACK_V1 && cur_left(c) >= 4)
			number = (uint32_t)row_be(r, OPENVPN_MPID, c, 4);
	}
	if (pkt->fail || !cur_left(c))
		return;
	if (opcode == CONTROL_V1)
		piece(pkt, c, session, number);
	else
		row_bytes_avail(r, OPENVPN_DATA, c, cur_left(c));
}

static enum verdict openvpn_dissect(struct packet *pkt, struct cursor *c)
{
	message(pkt, row_open(pkt, &proto_openvpn, 0), c);
	return MINE;
}

static enum verdict stream_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_openvpn, 0);
	row_be(r, OPENVPN_LENGTH, c, 2);
	message(pkt, r, c);
	return MINE;
}

static uint32_t stream_length(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	return be16(c->data) + 2U;
}

static const struct pdu openvpn_pdu = { .min = 2, .length = stream_length, .dissect = stream_dissect };

static const struct claim openvpn_claims[] = { { CLAIM_UDP_PORT, 1194 }, { CLAIM_TCP_PORT, 1194 }, { 0 } };

const struct protocol proto_openvpn = {
	.name = "openvpn",
	.title = "OpenVPN Protocol",
	.column = "OpenVPN",
	.spec = "OpenVPN",
	.help = "Carries a virtual private network whose keys TLS agrees on.",
	.id = PROTO_ID_openvpn,
	.records = openvpn_records,
	.nrecords = 1,
	.claims = openvpn_claims,
	.dissect = openvpn_dissect,
	.pdu = &openvpn_pdu,
};
