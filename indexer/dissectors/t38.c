/* Fax over IP: UDPTL packets (ITU-T T.38, Annex A), aligned PER.
 *
 *      0           2        3
 *     +-----------+--------+--------- - -+---+------- - -
 *     |seq number | length | IFP packet  |how| recovery: packets sent before, or parity of them
 *     +-----------+--------+--------- - -+---+------- - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_t38;

enum { T38_SEQ, T38_RECOVERY, T38_NFIELDS };

static const struct value_name t38_recovery[] = { { 0, "secondary-ifp-packets" }, { 1, "fec-info" },
	{ 0, NULL } };

static const struct field t38_fields[T38_NFIELDS] = {
	[T38_SEQ] = { "t38.seq_number", "seq-number", KIND_UINT, .octets = 4 },
	[T38_RECOVERY] = { "t38.error_recovery", "error-recovery", KIND_UINT, .octets = 4,
		.names = t38_recovery },
};

static const struct record t38_records[] = { { "t38", RECORD_LAYER, T38_NFIELDS, t38_fields, NULL } };

/* Length determinant (X.691, section 11.9): 7 or 14 bits. */
static uint32_t per_length(struct cursor *c)
{
	uint32_t n = (uint32_t)cur_be(c, 1);
	if (n & 0x80)
		n = (n & 0x3f) << 8 | (uint32_t)cur_be(c, 1);
	return n;
}

static enum verdict t38_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_t38, 0);
	row_be(r, T38_SEQ, c, 2);
	cur_take(c, per_length(c));
	uint32_t how = (uint32_t)row_be(r, T38_RECOVERY, c, 1) >> 7;
	row_set(r, T38_RECOVERY, how);
	if (how) { /* how many packets the parity is of, then the parities */
		uint32_t size = (uint32_t)cur_be(c, 1);
		cur_take(c, size);
	}
	for (uint32_t n = per_length(c); n && !pkt->fail; n--)
		cur_take(c, per_length(c));
	return MINE;
}

const struct protocol proto_t38 = {
	.name = "t38",
	.title = "T.38",
	.column = "T.38",
	.spec = "ITU-T T.38",
	.help = "Carries faxes over IP as data, since their tones do not survive the coding of speech.",
	.id = PROTO_ID_t38,
	.records = t38_records,
	.nrecords = 1,
	.dissect = t38_dissect,
};
