/* Teredo: IPv6 in UDP (RFC 4380, section 5.1.1).
 *
 *     authentication: 0001, length of id, length of value, id, value, nonce (8), confirmation (1)
 *     origin:         0000, port (2), IPv4 address (4), both with all bits turned over
 *     IPv6 packet
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_teredo, proto_ipv6;

enum {
	TEREDO_AUTH,
	TEREDO_IDLEN,
	TEREDO_AULEN,
	TEREDO_ID,
	TEREDO_VALUE,
	TEREDO_NONCE,
	TEREDO_CONF,
	TEREDO_ORIG,
	TEREDO_PORT,
	TEREDO_ADDR,
	TEREDO_NFIELDS
};

static const struct field teredo_fields[TEREDO_NFIELDS] = {
	[TEREDO_AUTH] = { "teredo.auth", "Teredo Authentication header", KIND_NONE },
	[TEREDO_IDLEN] = { "teredo.auth.idlen", "Client identifier length", KIND_UINT, .octets = 1 },
	[TEREDO_AULEN] = { "teredo.auth.aulen", "Authentication value length", KIND_UINT, .octets = 1 },
	[TEREDO_ID] = { "teredo.auth.id", "Client identifier", KIND_BYTES },
	[TEREDO_VALUE] = { "teredo.auth.value", "Authentication value", KIND_BYTES },
	[TEREDO_NONCE] = { "teredo.auth.nonce", "Nonce value", KIND_BYTES },
	[TEREDO_CONF] = { "teredo.auth.conf", "Confirmation byte", KIND_BYTES },
	[TEREDO_ORIG] = { "teredo.orig", "Teredo Origin Indication header", KIND_NONE },
	[TEREDO_PORT] = { "teredo.orig.port", "Origin UDP port", KIND_UINT, .octets = 2 },
	[TEREDO_ADDR] = { "teredo.orig.addr", "Origin IPv4 address", KIND_IPV4 },
};

static const struct record teredo_records[] = {
	{ "teredo", RECORD_LAYER, TEREDO_NFIELDS, teredo_fields, NULL },
};

static enum verdict teredo_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_teredo, 0);
	uint64_t head;
	if (!cur_need(c, 2))
		return MINE;
	if (be16(c->data) == 1) {
		row_set_at(r, TEREDO_AUTH, 1, c->data, 2);
		cur_skip(c, 2);
		uint32_t id = (uint32_t)row_be(r, TEREDO_IDLEN, c, 1);
		uint32_t value = (uint32_t)row_be(r, TEREDO_AULEN, c, 1);
		row_bytes(r, TEREDO_ID, c, id);
		row_bytes(r, TEREDO_VALUE, c, value);
		row_bytes(r, TEREDO_NONCE, c, 8);
		row_bytes(r, TEREDO_CONF, c, 1);
	}
	if (!cur_need(c, 2) || !cur_peek(c, 0, 2, &head))
		return MINE;
	if (head == 0) {
		row_set_at(r, TEREDO_ORIG, 1, c->data + c->pos, 2);
		cur_skip(c, 2);
		uint32_t port = (uint32_t)cur_be(c, 2);
		row_set_at(r, TEREDO_PORT, ~port & 0xffff, c->data + c->pos - 2, 2);
		const uint8_t *p = cur_take(c, 4);
		if (p) {
			uint8_t octets[4] = { (uint8_t)~p[0], (uint8_t)~p[1], (uint8_t)~p[2],
				(uint8_t)~p[3] };
			row_address_at(r, TEREDO_ADDR, KIND_IPV4, octets);
		}
	}
	if (!pkt->fail)
		pkt_next_always(pkt, &proto_ipv6, cur_rest(c));
	return MINE;
}

static const struct claim teredo_claims[] = { { CLAIM_UDP_PORT, 3544 }, { 0 } };

const struct protocol proto_teredo = {
	.name = "teredo",
	.title = "Teredo IPv6 over UDP tunneling",
	.column = "Teredo",
	.spec = "RFC 4380",
	.help = "Carries IPv6 through IPv4 address translators, inside UDP.",
	.id = PROTO_ID_teredo,
	.records = teredo_records,
	.nrecords = 1,
	.claims = teredo_claims,
	.dissect = teredo_dissect,
};
