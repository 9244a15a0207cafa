/* Simple and Protected GSS-API Negotiation (RFC 4178, section 4.2), and what Kerberos says inside GSS-API
 * (RFC 1964, section 1; RFC 4121, section 4).
 *
 *     [0] SEQUENCE { [0] mechanisms, [1] flags, [2] token, [3] check of the mechanisms }          first
 *     [1] SEQUENCE { [0] state, [1] mechanism, [2] token, [3] check of the mechanisms }           then
 *
 * A first token is of the first mechanism in the list; later ones are of the one agreed on. */
#include "indexer/dissectors/der.h"
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/security_blob.h"

enum { SPNEGO_NEG_RESULT, SPNEGO_SUPPORTED_MECH, SPNEGO_NFIELDS };
enum { MECH_TYPE, MECH_NFIELDS };
enum { KRB5_TOKEN_ID, KRB5_OID, KRB5_NFIELDS };

static const struct value_name states[] = { { 0, "accept-completed" }, { 1, "accept-incomplete" },
	{ 2, "reject" }, { 3, "request-mic" }, { 0, NULL } };

static const struct value_name token_ids[] = { { 0x0001, "KRB5_AP_REQ" }, { 0x0002, "KRB5_AP_REP" },
	{ 0x0003, "KRB5_ERROR" }, { 0x0101, "KRB5_GSS_GetMIC" }, { 0x0102, "KRB5_GSS_Wrap" },
	{ 0x0201, "KRB5_GSS_Delete_sec_context" }, { 0x0004, "KERB_TGT_REQUEST" },
	{ 0x0104, "KERB_TGT_REPLY" }, { 0x0404, "KRB_TOKEN_CFX_GetMic" }, { 0x0405, "KRB_TOKEN_CFX_WRAP" },
	{ 0, NULL } };

static const struct field spnego_fields[SPNEGO_NFIELDS] = {
	[SPNEGO_NEG_RESULT] = { "spnego.negResult", "negResult", KIND_UINT, .octets = 4, .names = states },
	[SPNEGO_SUPPORTED_MECH] = { "spnego.supportedMech", "supportedMech", KIND_TEXT },
};
static const struct field mech_fields[MECH_NFIELDS] = { [MECH_TYPE] = {
								"spnego.MechType", "MechType", KIND_TEXT } };
static const struct field krb5_fields[KRB5_NFIELDS] = {
	[KRB5_TOKEN_ID] = { "spnego.krb5.tok_id", "krb5_tok_id", KIND_UINT, BASE_HEX, 2, .names = token_ids },
	[KRB5_OID] = { "spnego.krb5_oid", "KRB5 OID", KIND_TEXT },
};

static const struct record spnego_records[] = {
	{ "spnego", RECORD_LAYER, SPNEGO_NFIELDS, spnego_fields, NULL },
	{ "spnego_mech", RECORD_CHILD, MECH_NFIELDS, mech_fields, NULL },
};
static const struct record krb5_records[] = { { "spnego_krb5", RECORD_LAYER, KRB5_NFIELDS, krb5_fields,
	NULL } };

#define MECHANISMS_MAX 32

struct spnego_flow {
	uint8_t mechanism; /* enum gss_mechanism */
};

static void row_oid(struct row *r, unsigned field, const struct der *oid)
{
	char text[DER_OID_MAX];
	size_t n = der_oid(&oid->at, text);
	row_text(r, field, text, n, oid->at.data, oid->at.cap);
}

/* [n] EXPLICIT something: the something. */
static bool inside(struct der *b, const struct der *tagged)
{
	struct cursor c = tagged->at;
	return der_next(&c, b);
}

static enum gss_mechanism mechanism_list(struct packet *pkt, const struct der *tagged)
{
	enum gss_mechanism first = GSS_NONE;
	struct der list, oid;
	if (!inside(&list, tagged))
		return first;
	for (unsigned i = 0; i < MECHANISMS_MAX && cur_left(&list.at) && der_next(&list.at, &oid); i++) {
		struct row *r = row_open(pkt, &proto_spnego, 1);
		row_oid(r, MECH_TYPE, &oid);
		if (i == 0)
			first = gss_mechanism(&oid.at);
	}
	return first;
}

static void hand_on(struct packet *pkt, const struct der *tagged, uint8_t mechanism)
{
	struct der token;
	const struct protocol *next = gss_protocol((enum gss_mechanism)mechanism);
	if (next && inside(&token, tagged) && token.at.len)
		pkt_next_proto(pkt, next, token.at);
}

static void choose(struct packet *pkt, const struct cursor *oid)
{
	struct spnego_flow *flow = pkt_flow(pkt, &proto_spnego);
	enum gss_mechanism mechanism = gss_mechanism(oid);
	if (flow && mechanism)
		flow->mechanism = (uint8_t)mechanism;
}

static void initial(struct packet *pkt, struct cursor c)
{
	struct der element;
	const struct spnego_flow *flow = pkt_flow(pkt, &proto_spnego);
	enum gss_mechanism mechanism = flow ? (enum gss_mechanism)flow->mechanism : GSS_NONE;
	while (cur_left(&c) && der_next(&c, &element)) {
		struct der list, oid;
		if (element.tag == DER_CONSTRUCTED(0)) {
			enum gss_mechanism first = mechanism_list(pkt, &element);
			mechanism = first ? first : mechanism;
			if (inside(&list, &element) && cur_left(&list.at) && der_next(&list.at, &oid))
				choose(pkt, &oid.at);
		} else if (element.tag == DER_CONSTRUCTED(2)) {
			hand_on(pkt, &element, (uint8_t)mechanism);
		}
	}
}

static void later(struct packet *pkt, struct row *r, struct cursor c)
{
	struct der element, value;
	const struct spnego_flow none = { 0 };
	while (cur_left(&c) && der_next(&c, &element)) {
		const struct spnego_flow *flow = pkt_flow(pkt, &proto_spnego);
		if (!flow)
			flow = &none;
		switch (element.tag) {
		case DER_CONSTRUCTED(0):
			if (inside(&value, &element) && value.at.cap)
				row_set_at(r, SPNEGO_NEG_RESULT, value.at.data[0], value.at.data, 1);
			break;
		case DER_CONSTRUCTED(1):
			if (!inside(&value, &element))
				break;
			row_oid(r, SPNEGO_SUPPORTED_MECH, &value);
			choose(pkt, &value.at);
			break;
		case DER_CONSTRUCTED(2):
		case DER_CONSTRUCTED(3):
			hand_on(pkt, &element, flow->mechanism);
			break;
		default:
			break;
		}
	}
}

#define APPLICATION_0 0x60

static enum verdict spnego_dissect(struct packet *pkt, struct cursor *c)
{
	struct der token, sequence;
	struct row *r = row_open(pkt, &proto_spnego, 0);
	if (!der_next(c, &token))
		return MINE;
	if ((token.tag == DER_CONSTRUCTED(0) || token.tag == DER_CONSTRUCTED(1)) &&
		der_next(&token.at, &sequence)) {
		if (token.tag == DER_CONSTRUCTED(0))
			initial(pkt, sequence.at);
		else
			later(pkt, r, sequence.at);
	}
	return MINE;
}

static enum verdict krb5_dissect(struct packet *pkt, struct cursor *c)
{
	struct der frame, oid;
	struct row *r = row_open(pkt, &proto_spnego_krb5, 0);
	struct cursor at = *c;
	if (!cur_need(c, 1))
		return MINE;
	if (der_peek(c) >> 5 == 3) {
		if (!der_next(&at, &frame) || frame.tag != APPLICATION_0)
			return MINE;
		at = frame.at;
		if (!der_take(&at, DER_OID, &oid))
			return MINE;
		row_oid(r, KRB5_OID, &oid);
	}
	row_le(r, KRB5_TOKEN_ID, &at, 2);
	return MINE;
}

const struct protocol proto_spnego = {
	.name = "spnego",
	.title = "Simple Protected Negotiation",
	.spec = "RFC 4178",
	.help = "Agrees on a way to authenticate, Kerberos or NTLM.",
	.id = PROTO_ID_spnego,
	.records = spnego_records,
	.nrecords = 2,
	.dissect = spnego_dissect,
	.no_item = true,
	.flow_size = sizeof(struct spnego_flow),
};

const struct protocol proto_spnego_krb5 = {
	.name = "spnego-krb5",
	.title = "SPNEGO-KRB5",
	.spec = "RFC 4121",
	.help = "Kerberos messages inside GSS-API.",
	.id = PROTO_ID_spnego_krb5,
	.records = krb5_records,
	.nrecords = 1,
	.dissect = krb5_dissect,
	.no_item = true,
};
