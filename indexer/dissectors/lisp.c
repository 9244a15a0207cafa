/* Locator/ID Separation Protocol: control messages (RFC 9301) and data (RFC 9300).
 *
 *      0    4                                4              12
 *     +----+---- - - - - - - - - - - - - - -+--------------+---- - -
 *     |type| what the type takes            | nonce        | records       type 8: an IP packet at octet 4
 *     +----+---- - - - - - - - - - - - - - -+--------------+---- - -
 *
 *      data: flags N L E V I (1), nonce or map versions (3), instance and locator status (4), IP packet
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_lisp, proto_lisp_data, proto_ip, proto_ipv6, proto_data;

enum { LISP_FIRST, LISP_NONCE, LISP_TYPE, LISP_NFIELDS };
static const struct value_name type_names[] = { { 1, "Map-Request" }, { 2, "Map-Reply" },
	{ 3, "Map-Register" }, { 4, "Map-Notify" }, { 5, "Map-Notify-Ack" }, { 6, "Map-Referral" },
	{ 7, "Info" }, { 8, "Encapsulated Control Message" }, { 0, NULL } };
static const struct field lisp_fields[LISP_NFIELDS] = {
	[LISP_FIRST] = { "lisp.first_octet", "Type", KIND_UINT, .internal = true },
	[LISP_NONCE] = { "lisp.nonce", "Nonce", KIND_UINT, BASE_HEX, 8 },
	[LISP_TYPE] = { "lisp.type", "Type", KIND_UINT, .octets = 1, .of = LISP_FIRST, .mask = 0xf0,
		.names = type_names },
};
static const struct record lisp_records[] = { { "lisp", RECORD_LAYER, LISP_NFIELDS, lisp_fields, NULL } };

enum { DATA_FLAGS, DATA_NONCE, DATA_N, DATA_L, DATA_E, DATA_V, DATA_I, DATA_NFIELDS };
static const struct field data_fields[DATA_NFIELDS] = {
	[DATA_FLAGS] = { "lisp-data.flags", "Flags", KIND_UINT, BASE_HEX, 1 },
	[DATA_NONCE] = { "lisp-data.nonce", "Nonce", KIND_UINT, BASE_DEC_HEX, 3 },
	[DATA_N] = { "lisp-data.flags.nonce", "N bit (Nonce present)", KIND_BOOL, .of = DATA_FLAGS,
		.mask = 0x80 },
	[DATA_L] = { "lisp-data.flags.lsb", "L bit (Locator-Status-Bits field enabled)", KIND_BOOL,
		.of = DATA_FLAGS, .mask = 0x40 },
	[DATA_E] = { "lisp-data.flags.enr", "E bit (Echo-Nonce-Request)", KIND_BOOL, .of = DATA_FLAGS,
		.mask = 0x20 },
	[DATA_V] = { "lisp-data.flags.mv", "V bit (Map-Version present)", KIND_BOOL, .of = DATA_FLAGS,
		.mask = 0x10 },
	[DATA_I] = { "lisp-data.flags.iid", "I bit (Instance ID present)", KIND_BOOL, .of = DATA_FLAGS,
		.mask = 0x08 },
};
static const struct record data_records[] = { { "lisp_data", RECORD_LAYER, DATA_NFIELDS, data_fields,
	NULL } };

enum { ENCAPSULATED = 8, TYPES = 8 };

/* An IP packet, told by its version. */
static void inner(struct packet *pkt, struct cursor *c)
{
	uint64_t version;
	if (pkt->fail || !cur_need(c, 1) || !cur_peek(c, 0, 1, &version))
		return;
	version >>= 4;
	pkt_next_proto(pkt, version == 4 ? &proto_ip : version == 6 ? &proto_ipv6 : &proto_data, cur_rest(c));
}

static enum verdict lisp_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_lisp, 0);
	unsigned type = (unsigned)row_be(r, LISP_FIRST, c, 1) >> 4;
	if (type == 0 || type > TYPES) {
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
		return MINE;
	}
	cur_skip(c, 3);
	if (type == ENCAPSULATED)
		inner(pkt, c);
	else
		row_be(r, LISP_NONCE, c, 8);
	return MINE;
}

static enum verdict data_dissect(struct packet *pkt, struct cursor *c)
{
	if (c->cap < 8)
		return NOT_MINE;
	struct row *r = row_open(pkt, &proto_lisp_data, 0);
	unsigned flags = (unsigned)row_be(r, DATA_FLAGS, c, 1);
	if (flags & 0x80)
		row_be(r, DATA_NONCE, c, 3);
	else
		cur_skip(c, 3);
	cur_skip(c, 4);
	inner(pkt, c);
	return MINE;
}

static const struct claim lisp_claims[] = { { CLAIM_UDP_PORT, 4342 }, { 0 } };
static const struct claim data_claims[] = { { CLAIM_UDP_PORT, 4341 }, { 0 } };

const struct protocol proto_lisp = {
	.name = "lisp",
	.title = "Locator/ID Separation Protocol",
	.column = "LISP",
	.spec = "RFC 9301",
	.help = "Finds the router behind which an address stands.",
	.id = PROTO_ID_lisp,
	.records = lisp_records,
	.nrecords = 1,
	.claims = lisp_claims,
	.dissect = lisp_dissect,
};

const struct protocol proto_lisp_data = {
	.name = "lisp-data",
	.title = "Locator/ID Separation Protocol (Data)",
	.column = "LISP-DATA",
	.spec = "RFC 9300",
	.help = "Carries packets between the routers that LISP found.",
	.id = PROTO_ID_lisp_data,
	.records = data_records,
	.nrecords = 1,
	.claims = data_claims,
	.dissect = data_dissect,
};
