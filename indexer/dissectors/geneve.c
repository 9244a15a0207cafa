/* Generic Network Virtualization Encapsulation (RFC 8926).
 *
 *      0       1       2               4                   7   8
 *     +--+----+-------+---------------+-------------------+---+--- - - --+--- - -
 *     |v | len| O C   | protocol type | network identifier|   | options  | payload
 *     +--+----+-------+---------------+-------------------+---+--- - - --+--- - -
 *     option: class (2), type (1), length in words (1, low 5 bits), data
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_geneve;

enum {
	GENEVE_VERSION,
	GENEVE_LENGTH,
	GENEVE_FLAGS,
	GENEVE_PROTO_TYPE,
	GENEVE_VNI,
	GENEVE_RESERVED,
	GENEVE_OPTIONS,
	GENEVE_OAM,
	GENEVE_CRITICAL,
	GENEVE_NFIELDS
};

static const struct field geneve_fields[GENEVE_NFIELDS] = {
	[GENEVE_VERSION] = { "geneve.version", "Version", KIND_UINT, .octets = 1 },
	[GENEVE_LENGTH] = { "geneve.option.length", "Length", KIND_UINT, .octets = 1 },
	[GENEVE_FLAGS] = { "geneve.flags", "Flags", KIND_UINT, BASE_HEX, 1 },
	[GENEVE_PROTO_TYPE] = { "geneve.proto_type", "Protocol Type", KIND_UINT, BASE_HEX, 2 },
	[GENEVE_VNI] = { "geneve.vni", "Virtual Network Identifier (VNI)", KIND_UINT, BASE_HEX_DEC, 3 },
	[GENEVE_RESERVED] = { "geneve.reserved", "Reserved", KIND_UINT, BASE_HEX, 1 },
	[GENEVE_OPTIONS] = { "geneve.options", "Geneve Options", KIND_BYTES },
	[GENEVE_OAM] = { "geneve.flags.oam", "Operations, Administration and Management Frame", KIND_BOOL,
		.of = GENEVE_FLAGS, .mask = 0x80 },
	[GENEVE_CRITICAL] = { "geneve.flags.critical", "Critical Options Present", KIND_BOOL,
		.of = GENEVE_FLAGS, .mask = 0x40 },
};

enum { OPTION_CLASS, OPTION_TYPE, OPTION_LENGTH, OPTION_TYPE_CRITICAL, OPTION_NFIELDS };
static const struct field option_fields[OPTION_NFIELDS] = {
	[OPTION_CLASS] = { "geneve.option.class", "Class", KIND_UINT, BASE_HEX, 2 },
	[OPTION_TYPE] = { "geneve.option.type", "Type", KIND_UINT, BASE_HEX, 1 },
	[OPTION_LENGTH] = { "geneve.option.length", "Length", KIND_UINT, .octets = 1 },
	[OPTION_TYPE_CRITICAL] = { "geneve.option.type.critical", "Critical Option", KIND_BOOL,
		.of = OPTION_TYPE, .mask = 0x80 },
};

enum { REC_GENEVE, REC_OPTION, REC_COUNT };
static const struct record geneve_records[REC_COUNT] = {
	[REC_GENEVE] = { "geneve", RECORD_LAYER, GENEVE_NFIELDS, geneve_fields, NULL },
	[REC_OPTION] = { "geneve_option", RECORD_CHILD, OPTION_NFIELDS, option_fields, NULL },
};

#define GENEVE_HEADER 8
#define OPTION_HEADER 4

static void options(struct packet *pkt, struct cursor *c)
{
	while (cur_left(c)) {
		const uint8_t *p = cur_take(c, OPTION_HEADER);
		uint32_t len = p ? (p[3] & 0x1fu) * 4 : 0;
		if (!p || len > cur_left(c))
			return; /* longer than what is left: Wireshark stops here */
		struct row *r = row_open(pkt, &proto_geneve, REC_OPTION);
		row_set_at(r, OPTION_CLASS, be16(p), p, 2);
		row_set_at(r, OPTION_TYPE, p[2], p + 2, 1);
		row_set_at(r, OPTION_LENGTH, OPTION_HEADER + len, p + 3, 1);
		cur_skip(c, len);
	}
}

static enum verdict geneve_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_geneve, REC_GENEVE);
	const uint8_t *p = cur_take(c, 1);
	if (!p)
		return MINE;
	uint32_t len = (*p & 0x3fu) * 4;
	row_set_at(r, GENEVE_VERSION, *p >> 6, p, 1);
	row_set_at(r, GENEVE_LENGTH, len, p, 1);
	row_be(r, GENEVE_FLAGS, c, 1);
	uint32_t type = (uint32_t)row_be(r, GENEVE_PROTO_TYPE, c, 2);
	row_be(r, GENEVE_VNI, c, 3);
	row_be(r, GENEVE_RESERVED, c, 1);
	struct cursor list = *c;
	row_bytes(r, GENEVE_OPTIONS, c, len);
	if (pkt->fail)
		return MINE;
	list = cur_sub(&list, len);
	options(pkt, &list);
	pkt_item_len(pkt, GENEVE_HEADER + len);
	pkt_next(pkt, type == 0x6558 ? CLAIM_GRE : CLAIM_ETHERTYPE_BARE, type, cur_rest(c));
	return MINE;
}

static const struct claim geneve_claims[] = { { CLAIM_UDP_PORT, 6081 }, { 0 } };

const struct protocol proto_geneve = {
	.name = "geneve",
	.title = "Generic Network Virtualization Encapsulation",
	.column = "Geneve",
	.spec = "RFC 8926",
	.help = "Carries the frames of a virtual network between hosts, with options.",
	.id = PROTO_ID_geneve,
	.records = geneve_records,
	.nrecords = REC_COUNT,
	.claims = geneve_claims,
	.dissect = geneve_dissect,
};
