/* ISO association control (ISO/IEC 8650-1; ITU-T X.227, section 9.1), ASN.1 in BER: requests, accepts and
 * ends associations. What the application adds stands in the user information, one EXTERNAL a value; the
 * presentation context in it tells whose it is. */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/ses.h"

enum { ACSE_APDU, ACSE_CONTEXT, ACSE_RESULT, ACSE_NFIELDS };

enum { AARQ = 0x60, AARE, RLRQ, RLRE, ABRT }; /* [APPLICATION 0] ... */

static const struct field acse_fields[ACSE_NFIELDS] = {
	[ACSE_APDU] = { "apdu", "apdu", KIND_UINT, .internal = true },
	[ACSE_CONTEXT] = { "acse.aSO_context_name", "aSO-context-name", KIND_TEXT },
	[ACSE_RESULT] = { "acse.result", "result", KIND_UINT, .octets = 4 },
};

static const struct record acse_records[] = { { "acse", RECORD_LAYER, ACSE_NFIELDS, acse_fields, NULL } };

enum { EXTERNAL = 0x28 };

static void user_information(struct packet *pkt, struct cursor *c)
{
	struct der external, value;
	while (der_next_within(c, &external) && !pkt->fail) {
		const struct protocol *proto = NULL;
		while (external.tag == EXTERNAL && der_next_within(&external.at, &value)) {
			if (value.tag == DER_INTEGER)
				proto = pres_context(pkt, ber_integer(value.at));
			else if (proto && (value.tag == DER_CONSTRUCTED(0) || value.tag == DER_CONTEXT(1)))
				pkt_next_proto(pkt, proto, value.at);
		}
	}
}

static enum verdict acse_dissect(struct packet *pkt, struct cursor *c)
{
	struct der apdu, value, inner;
	struct row *r = row_open(pkt, &proto_acse, 0);
	if (!der_next_within(c, &apdu))
		return MINE;
	row_set(r, ACSE_APDU, apdu.tag);
	while (der_next_within(&apdu.at, &value) && !pkt->fail) {
		if (value.tag == DER_CONSTRUCTED(1) && der_take(&value.at, DER_OID, &inner))
			ber_row_oid(r, ACSE_CONTEXT, &inner.at);
		else if (value.tag == DER_CONSTRUCTED(2) && apdu.tag == AARE &&
			 der_take(&value.at, DER_INTEGER, &inner))
			row_set_at(r, ACSE_RESULT, ber_integer(inner.at), inner.at.data, inner.at.len);
		else if (value.tag == DER_CONSTRUCTED(30))
			user_information(pkt, &value.at);
	}
	return MINE;
}

const struct protocol proto_acse = {
	.name = "acse",
	.title = "ISO 8650-1 OSI Association Control Service",
	.column = "ACSE",
	.spec = "ITU-T X.227",
	.help = "Opens and closes the associations of ISO applications.",
	.id = PROTO_ID_acse,
	.records = acse_records,
	.nrecords = 1,
	.dissect = acse_dissect,
};
