/* PPP's authentication: by a password (PAP, RFC 1334), by the proof that one is known (CHAP, RFC 1994).
 *
 *      0      1      2        4
 *     +------+------+--------+---------------------------------------------------------- - -
 *     | code | id   | length | PAP: name, password, each with its length in front; or a message so
 *     |      |      |        | CHAP: a value with its length in front, a name up to the end; or a message
 *     +------+------+--------+---------------------------------------------------------- - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_pap, proto_chap;

enum {
	PAP_CODE,
	PAP_ID,
	PAP_LENGTH,
	PAP_PEER_LENGTH,
	PAP_PEER,
	PAP_PASSWORD_LENGTH,
	PAP_PASSWORD,
	PAP_MESSAGE_LENGTH,
	PAP_MESSAGE,
	PAP_NFIELDS
};

static const struct value_name pap_codes[] = { { 1, "Authenticate-Request" }, { 2, "Authenticate-Ack" },
	{ 3, "Authenticate-Nak" }, { 0, NULL } };

static const struct field pap_fields[PAP_NFIELDS] = {
	[PAP_CODE] = { "pap.code", "Code", KIND_UINT, .octets = 1, .names = pap_codes },
	[PAP_ID] = { "pap.identifier", "Identifier", KIND_UINT, .octets = 1 },
	[PAP_LENGTH] = { "pap.length", "Length", KIND_UINT, .octets = 2 },
	[PAP_PEER_LENGTH] = { "pap.peer_id.length", "Peer-ID-Length", KIND_UINT, .octets = 1 },
	[PAP_PEER] = { "pap.peer_id", "Peer-ID", KIND_TEXT },
	[PAP_PASSWORD_LENGTH] = { "pap.password.length", "Password-Length", KIND_UINT, .octets = 1 },
	[PAP_PASSWORD] = { "pap.password", "Password", KIND_TEXT },
	[PAP_MESSAGE_LENGTH] = { "pap.message.length", "Message-Length", KIND_UINT, .octets = 1 },
	[PAP_MESSAGE] = { "pap.message", "Message", KIND_TEXT },
};
static const struct record pap_records[] = { { "pap", RECORD_LAYER, PAP_NFIELDS, pap_fields, NULL } };

enum { CHAP_CODE, CHAP_ID, CHAP_LENGTH, CHAP_SIZE, CHAP_VALUE, CHAP_NAME, CHAP_MESSAGE, CHAP_NFIELDS };

static const struct value_name chap_codes[] = { { 1, "Challenge" }, { 2, "Response" }, { 3, "Success" },
	{ 4, "Failure" }, { 0, NULL } };

static const struct field chap_fields[CHAP_NFIELDS] = {
	[CHAP_CODE] = { "chap.code", "Code", KIND_UINT, .octets = 1, .names = chap_codes },
	[CHAP_ID] = { "chap.identifier", "Identifier", KIND_UINT, .octets = 1 },
	[CHAP_LENGTH] = { "chap.length", "Length", KIND_UINT, .octets = 2 },
	[CHAP_SIZE] = { "chap.value_size", "Value Size", KIND_UINT, .octets = 1 },
	[CHAP_VALUE] = { "chap.value", "Value", KIND_BYTES },
	[CHAP_NAME] = { "chap.name", "Name", KIND_TEXT },
	[CHAP_MESSAGE] = { "chap.message", "Message", KIND_TEXT },
};
static const struct record chap_records[] = { { "chap", RECORD_LAYER, CHAP_NFIELDS, chap_fields, NULL } };

#define AUTH_HEADER 4

enum { FIRST = 1, SECOND = 2, THIRD = 3, FOURTH = 4 };

/* A text with its length before it. */
static void inform_string(struct packet *pkt, const char *before, struct cursor *c, const char *after)
{
	uint64_t n;
	if (!pkt->info || !cur_peek(c, 0, 1, &n))
		return;
	cur_skip(c, 1);
	uint32_t captured = cur_avail(c);
	info_add(pkt, "%s", before);
	info_text(pkt, c->data + c->pos, n < captured ? (uint32_t)n : captured);
	info_add(pkt, "%s", after);
	cur_skip(c, (uint32_t)n);
}

static enum verdict pap_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_pap, 0);
	uint32_t code = (uint32_t)row_be(r, PAP_CODE, c, 1);
	row_be(r, PAP_ID, c, 1);
	uint32_t len = (uint32_t)row_be(r, PAP_LENGTH, c, 2);
	static const char *const names[] = { "Authenticate-Request", "Authenticate-Ack", "Authenticate-Nak" };
	info_set(pkt, "%s", code >= FIRST && code <= THIRD ? names[code - FIRST] : "Unknown");
	if (pkt->fail || len <= AUTH_HEADER)
		return MINE;
	struct cursor said = *c;
	if (code == FIRST) {
		inform_string(pkt, " (Peer-ID='", &said, "'");
		inform_string(pkt, ", Password='", &said, "')");
		row_string(r, PAP_PEER, c, (uint32_t)row_be(r, PAP_PEER_LENGTH, c, 1));
		row_string(r, PAP_PASSWORD, c, (uint32_t)row_be(r, PAP_PASSWORD_LENGTH, c, 1));
	} else if (code == SECOND || code == THIRD) {
		inform_string(pkt, " (Message='", &said, "')");
		row_string(r, PAP_MESSAGE, c, (uint32_t)row_be(r, PAP_MESSAGE_LENGTH, c, 1));
	}
	return MINE;
}

static enum verdict chap_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_chap, 0);
	uint32_t code = (uint32_t)row_be(r, CHAP_CODE, c, 1);
	row_be(r, CHAP_ID, c, 1);
	uint32_t len = (uint32_t)row_be(r, CHAP_LENGTH, c, 2);
	if (pkt->fail || len <= AUTH_HEADER)
		return MINE;
	struct cursor body = cur_sub(c, len - AUTH_HEADER);
	if (code == FIRST || code == SECOND) {
		uint32_t size = (uint32_t)row_be(r, CHAP_SIZE, &body, 1);
		if (size > cur_left(&body))
			size = cur_left(&body);
		row_bytes(r, CHAP_VALUE, &body, size);
		if (cur_left(&body))
			row_string(r, CHAP_NAME, &body, cur_left(&body));
	} else if (code == THIRD || code == FOURTH) {
		row_string(r, CHAP_MESSAGE, &body, body.len);
	}
	return MINE;
}

static const struct claim pap_claims[] = { { CLAIM_PPP, 0xc023 }, { CLAIM_ETHERTYPE, 0xc023 }, { 0 } };
static const struct claim chap_claims[] = { { CLAIM_PPP, 0xc223 }, { CLAIM_ETHERTYPE, 0xc223 }, { 0 } };

const struct protocol proto_pap = {
	.name = "pap",
	.title = "PPP Password Authentication Protocol",
	.column = "PPP PAP",
	.spec = "RFC 1334",
	.help = "Sends a name and a password in the clear.",
	.id = PROTO_ID_pap,
	.records = pap_records,
	.nrecords = 1,
	.claims = pap_claims,
	.dissect = pap_dissect,
};

const struct protocol proto_chap = {
	.name = "chap",
	.title = "PPP Challenge Handshake Authentication Protocol",
	.column = "PPP CHAP",
	.spec = "RFC 1994",
	.help = "Proves that a password is known without sending it.",
	.id = PROTO_ID_chap,
	.records = chap_records,
	.nrecords = 1,
	.claims = chap_claims,
	.dissect = chap_dissect,
};
