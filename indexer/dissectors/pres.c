/* ISO presentation protocol (ISO/IEC 8823-1, section 8.2), over ISO session; ASN.1 in BER.
 *
 *     CP, CPA  SET { mode [0], normal mode [2] { calling [1], called [2] or responding [3] selector,
 *              definitions [4] SEQUENCE OF { context INTEGER, abstract syntax OID, transfer syntaxes },
 *              results [5], ..., user data } }
 *     data     [APPLICATION 1] SEQUENCE OF { transfer syntax OID OPTIONAL, context INTEGER,
 *              values: [0] one ASN.1 value, [1] octets, [2] bits }
 *
 * The connect request says what each context means: from then on the number alone tells the protocol. */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/ses.h"

enum { PRES_CALLING, PRES_CALLED, PRES_RESPONDING, PRES_NFIELDS };
static const struct field pres_fields[PRES_NFIELDS] = {
	[PRES_CALLING] = { "pres.calling_presentation_selector", "calling-presentation-selector",
		KIND_BYTES },
	[PRES_CALLED] = { "pres.called_presentation_selector", "called-presentation-selector", KIND_BYTES },
	[PRES_RESPONDING] = { "pres.responding_presentation_selector", "responding-presentation-selector",
		KIND_BYTES },
};

/* Each context that is defined or used. */
enum { CONTEXT_ID, CONTEXT_ABSTRACT, CONTEXT_NFIELDS };
static const struct field context_fields[CONTEXT_NFIELDS] = {
	[CONTEXT_ID] = { "pres.presentation_context_identifier", "presentation-context-identifier", KIND_INT,
		.octets = 4 },
	[CONTEXT_ABSTRACT] = { "pres.abstract_syntax_name", "abstract-syntax-name", KIND_TEXT },
};

static const struct record pres_records[] = {
	{ "pres", RECORD_LAYER, PRES_NFIELDS, pres_fields, NULL },
	{ "pres_context", RECORD_CHILD, CONTEXT_NFIELDS, context_fields, NULL },
};

enum {
	SIMPLY_ENCODED = 0x60, /* [APPLICATION 0] */
	FULLY_ENCODED = 0x61   /* [APPLICATION 1] */
};

#define CONTEXTS 16

struct pres_flow {
	struct {
		int32_t id;
		uint8_t syntax; /* index in `syntaxes`, from 1; 0 none */
	} contexts[CONTEXTS];
	uint8_t n;
};

static const struct {
	const char *oid;
	const struct protocol *proto;
} syntaxes[] = {
	{ "2.2.1.0.1", &proto_acse },   /* ISO/IEC 8650-1, annex */
	{ "1.0.9506.2.1", &proto_mms }, /* ISO 9506-2 */
	{ "1.0.9506.2.3", &proto_mms },
};

int32_t ber_integer(struct cursor contents)
{
	uint32_t v = 0;
	uint64_t octet;
	if (cur_peek(&contents, 0, 1, &octet) && octet & 0x80)
		v = UINT32_MAX;
	for (; cur_peek(&contents, 0, 1, &octet); cur_skip(&contents, 1))
		v = v << 8 | (uint32_t)octet;
	return (int32_t)v;
}

void ber_row_oid(struct row *r, unsigned field, const struct cursor *contents)
{
	char text[DER_OID_MAX];
	size_t n = der_oid(contents, text);
	if (n)
		row_text(r, field, text, n, contents->data, contents->len);
}

const struct protocol *pres_context(struct packet *pkt, int32_t id)
{
	const struct pres_flow *f = pkt_flow(pkt, &proto_pres);
	for (unsigned i = 0; f && i < f->n; i++)
		if (f->contexts[i].id == id)
			return f->contexts[i].syntax ? syntaxes[f->contexts[i].syntax - 1].proto : NULL;
	return NULL;
}

static void remember(struct packet *pkt, int32_t id, const struct cursor *oid)
{
	struct pres_flow *f = pkt_flow(pkt, &proto_pres);
	char text[DER_OID_MAX];
	size_t len = der_oid(oid, text);
	unsigned i = 0, syntax = 0;
	for (unsigned k = 0; k < sizeof(syntaxes) / sizeof(*syntaxes); k++)
		if (len == strlen(syntaxes[k].oid) && memcmp(text, syntaxes[k].oid, len) == 0)
			syntax = k + 1;
	while (f && i < f->n && f->contexts[i].id != id)
		i++;
	if (!f || i == CONTEXTS)
		return;
	f->contexts[i].id = id;
	f->contexts[i].syntax = (uint8_t)syntax;
	if (i == f->n)
		f->n++;
}

static void definitions(struct packet *pkt, struct cursor *c)
{
	struct der item, id, abstract;
	while (der_next(c, &item)) {
		if (!der_take(&item.at, DER_INTEGER, &id) || !der_take(&item.at, DER_OID, &abstract))
			continue;
		struct row *r = row_open(pkt, &proto_pres, 1);
		row_set_at(r, CONTEXT_ID, ber_integer(id.at), id.at.data, id.at.len);
		ber_row_oid(r, CONTEXT_ABSTRACT, &abstract.at);
		remember(pkt, ber_integer(id.at), &abstract.at);
	}
}

static void user_data(struct packet *pkt, struct cursor *c)
{
	struct der list, id, transfer, values;
	while (der_next_within(c, &list) && !pkt->fail) {
		der_take(&list.at, DER_OID, &transfer);
		if (!der_take(&list.at, DER_INTEGER, &id))
			return;
		struct row *r = row_open(pkt, &proto_pres, 1);
		row_set_at(r, CONTEXT_ID, ber_integer(id.at), id.at.data, id.at.len);
		const struct protocol *proto = pres_context(pkt, ber_integer(id.at));
		if (der_next_within(&list.at, &values) && proto &&
			(values.tag == DER_CONSTRUCTED(0) || values.tag == DER_CONTEXT(1)))
			pkt_next_proto(pkt, proto, values.at);
	}
}

static void normal_mode(struct packet *pkt, struct row *r, struct cursor *c)
{
	struct der value;
	while (der_next_within(c, &value) && !pkt->fail) {
		switch (value.tag) {
		case DER_CONTEXT(1):
			row_bytes(r, PRES_CALLING, &value.at, value.at.len);
			break;
		case DER_CONTEXT(2):
			row_bytes(r, PRES_CALLED, &value.at, value.at.len);
			break;
		case DER_CONTEXT(3):
			row_bytes(r, PRES_RESPONDING, &value.at, value.at.len);
			break;
		case DER_CONSTRUCTED(4):
			definitions(pkt, &value.at);
			break;
		case FULLY_ENCODED:
			user_data(pkt, &value.at);
			break;
		default:
			break;
		}
	}
}

static enum verdict pres_dissect(struct packet *pkt, struct cursor *c)
{
	struct der unit, value;
	struct row *r = row_open(pkt, &proto_pres, 0);
	if (!cur_need(c, 1)) { /* nothing to be shown */
		pkt_no_item(pkt);
		return MINE;
	}
	while (cur_left(c) && der_next_within(c, &unit)) {
		if (unit.tag == FULLY_ENCODED) {
			user_data(pkt, &unit.at);
		} else if (unit.tag == DER_SET) {
			while (der_next_within(&unit.at, &value))
				if (value.tag == DER_CONSTRUCTED(2))
					normal_mode(pkt, r, &value.at);
		} else if (unit.tag == DER_CONSTRUCTED(0)) { /* ARU, normal mode: { contexts [0], data } */
			while (der_next_within(&unit.at, &value))
				if (value.tag == FULLY_ENCODED)
					user_data(pkt, &value.at);
		}
	}
	return MINE;
}

const struct protocol proto_pres = {
	.name = "pres",
	.title = "ISO 8823 OSI Presentation Protocol",
	.column = "PRES",
	.spec = "ISO/IEC 8823-1",
	.help = "Says in which abstract syntax the values are that an application sends.",
	.id = PROTO_ID_pres,
	.records = pres_records,
	.nrecords = 2,
	.dissect = pres_dissect,
	.flow_size = sizeof(struct pres_flow),
};
