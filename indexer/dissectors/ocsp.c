/* OCSP, RFC 6960 section 4:
 *
 *     OCSPResponse ::= SEQUENCE { status ENUMERATED, [0] { type OBJECT IDENTIFIER, response OCTET STRING } }
 *     BasicOCSPResponse ::= SEQUENCE {
 *             SEQUENCE { [0] version, responder CHOICE { [1] Name, [2] key }, producedAt,
 *                     SEQUENCE OF { certID, status, thisUpdate, [0] nextUpdate, [1] extensions }, [1]
 * extensions }, signatureAlgorithm, signature, [0] certificates } OCSPRequest ::= SEQUENCE { SEQUENCE { [0]
 * version, [1] requestor GeneralName, SEQUENCE OF { certID, [0] extensions }, [2] extensions }, [0] signature
 * }
 */
#include <string.h>

#include "indexer/dissectors/x509.h"

enum { OCSP_STATUS, OCSP_PRODUCED_AT, OCSP_NFIELDS };
enum { SINGLE_SERIAL, SINGLE_STATUS, SINGLE_THIS_UPDATE, SINGLE_NEXT_UPDATE, SINGLE_NFIELDS };
enum { OCSP_T_MESSAGE, OCSP_T_SINGLE, OCSP_T_COUNT };

static const struct value_name response_statuses[] = { { 0, "successful" }, { 1, "malformedRequest" },
	{ 2, "internalError" }, { 3, "tryLater" }, { 5, "sigRequired" }, { 6, "unauthorized" }, { 0, NULL } };
static const struct value_name certificate_statuses[] = { { 0, "good" }, { 1, "revoked" }, { 2, "unknown" },
	{ 0, NULL } };

static const struct field message_fields[OCSP_NFIELDS] = {
	[OCSP_STATUS] = { "ocsp.responseStatus", "responseStatus", KIND_UINT, .octets = 4,
		.names = response_statuses },
	[OCSP_PRODUCED_AT] = { "ocsp.producedAt", "producedAt", KIND_TIME },
};

static const struct field single_fields[SINGLE_NFIELDS] = {
	[SINGLE_SERIAL] = { "ocsp.serialNumber", "serialNumber", KIND_BYTES },
	[SINGLE_STATUS] = { "ocsp.certStatus", "certStatus", KIND_UINT, .octets = 4,
		.names = certificate_statuses },
	[SINGLE_THIS_UPDATE] = { "ocsp.thisUpdate", "thisUpdate", KIND_TIME },
	[SINGLE_NEXT_UPDATE] = { "ocsp.nextUpdate", "nextUpdate", KIND_TIME },
};

static const struct record ocsp_records[OCSP_T_COUNT] = {
	[OCSP_T_MESSAGE] = { "ocsp", RECORD_CHILD, OCSP_NFIELDS, message_fields, NULL },
	[OCSP_T_SINGLE] = { "ocsp_single", RECORD_CHILD, SINGLE_NFIELDS, single_fields, NULL },
};

static void take_time(struct row *r, unsigned field, const struct der *t)
{
	int64_t ns;
	if (der_time(t, &ns))
		row_set_at(r, field, ns, t->at.data, t->at.len);
}

static void explicit_extensions(struct packet *pkt, struct der *v)
{
	struct der list;
	if (der_take(&v->at, DER_SEQUENCE, &list))
		x509_extensions(pkt, &list.at, false);
}

/* CertID: { hash algorithm, hash of the name, hash of the key, serial number }. */
static void certificate_id(struct packet *pkt, struct row *r, struct cursor *c)
{
	struct der id, v;
	if (!der_take(c, DER_SEQUENCE, &id) || !der_take(&id.at, DER_SEQUENCE, &v))
		return;
	x509_algorithm(pkt, &v.at);
	while (der_next(&id.at, &v))
		if (v.tag == DER_INTEGER)
			row_bytes(r, SINGLE_SERIAL, &v.at, cur_left(&v.at));
}

static void single_response(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_ocsp, OCSP_T_SINGLE);
	struct der v, time;
	certificate_id(pkt, r, c);
	if (!der_next(c, &v))
		return;
	row_set(r, SINGLE_STATUS, v.tag & 0x1f);
	if (der_take(c, DER_GENERALIZED_TIME, &v))
		take_time(r, SINGLE_THIS_UPDATE, &v);
	while (der_next(c, &v)) {
		if (v.tag == DER_CONSTRUCTED(0) && der_next(&v.at, &time))
			take_time(r, SINGLE_NEXT_UPDATE, &time);
		else if (v.tag == DER_CONSTRUCTED(1))
			explicit_extensions(pkt, &v);
	}
}

static void basic_response(struct packet *pkt, struct row *r, struct cursor *c)
{
	struct der all, data, v, one;
	if (!der_take(c, DER_SEQUENCE, &all))
		return;
	if (der_take(&all.at, DER_SEQUENCE, &data)) {
		der_take(&data.at, DER_CONSTRUCTED(0), &v);
		if (der_take(&data.at, DER_CONSTRUCTED(1), &v))
			x509_name(pkt, &v.at);
		else
			der_take(&data.at, DER_CONSTRUCTED(2), &v);
		if (der_take(&data.at, DER_GENERALIZED_TIME, &v))
			take_time(r, OCSP_PRODUCED_AT, &v);
		if (der_take(&data.at, DER_SEQUENCE, &v))
			while (der_take(&v.at, DER_SEQUENCE, &one))
				single_response(pkt, &one.at);
		if (der_take(&data.at, DER_CONSTRUCTED(1), &v))
			explicit_extensions(pkt, &v);
	}
	if (der_take(&all.at, DER_SEQUENCE, &v))
		x509_algorithm(pkt, &v.at);
	der_take(&all.at, DER_BITS, &v);
	if (der_take(&all.at, DER_CONSTRUCTED(0), &v) && der_take(&v.at, DER_SEQUENCE, &one))
		while (cur_left(&one.at) && der_peek(&one.at) == DER_SEQUENCE)
			x509_certificate(pkt, &one.at);
}

void x509_ocsp_response(struct packet *pkt, struct cursor *c)
{
	struct der all, v, inner, type;
	char text[DER_OID_MAX];
	if (!der_take(c, DER_SEQUENCE, &all))
		return;
	struct row *r = row_open(pkt, &proto_ocsp, OCSP_T_MESSAGE);
	if (der_take(&all.at, DER_ENUMERATED, &v))
		row_set(r, OCSP_STATUS, (int64_t)cur_be(&v.at, 1));
	if (!der_take(&all.at, DER_CONSTRUCTED(0), &v) || !der_take(&v.at, DER_SEQUENCE, &inner) ||
		!der_take(&inner.at, DER_OID, &type) || !der_oid(&type.at, text) ||
		!der_take(&inner.at, DER_OCTETS, &v))
		return;
	if (strcmp(text, "1.3.6.1.5.5.7.48.1.1") != 0)
		return;
	pkt_token(pkt, &proto_ocsp);
	basic_response(pkt, r, &v.at);
}

static enum verdict response_dissect(struct packet *pkt, struct cursor *c)
{
	x509_ocsp_response(pkt, c);
	return MINE;
}

static enum verdict request_dissect(struct packet *pkt, struct cursor *c)
{
	struct der all, data, v, one;
	row_open(pkt, &proto_ocsp, OCSP_T_MESSAGE);
	if (!der_take(c, DER_SEQUENCE, &all) || !der_take(&all.at, DER_SEQUENCE, &data))
		return MINE;
	der_take(&data.at, DER_CONSTRUCTED(0), &v);
	if (der_take(&data.at, DER_CONSTRUCTED(1), &v))
		x509_general_names(pkt, &v.at);
	if (der_take(&data.at, DER_SEQUENCE, &v)) {
		while (der_take(&v.at, DER_SEQUENCE, &one)) {
			struct der extensions;
			certificate_id(pkt, row_open(pkt, &proto_ocsp, OCSP_T_SINGLE), &one.at);
			if (der_take(&one.at, DER_CONSTRUCTED(0), &extensions))
				explicit_extensions(pkt, &extensions);
		}
	}
	if (der_take(&data.at, DER_CONSTRUCTED(2), &v))
		explicit_extensions(pkt, &v);
	return MINE;
}

const struct protocol proto_ocsp = {
	.name = "ocsp",
	.title = "Online Certificate Status Protocol",
	.column = "OCSP",
	.spec = "RFC 6960",
	.help = "Asks an authority whether a certificate was revoked.",
	.id = PROTO_ID_ocsp,
	.records = ocsp_records,
	.nrecords = OCSP_T_COUNT,
	.dissect = response_dissect,
};

const struct protocol proto_ocsp_request = {
	.name = "ocsp",
	.title = "Online Certificate Status Protocol",
	.column = "OCSP",
	.help = "A request of OCSP.",
	.id = PROTO_ID_ocsp,
	.records = ocsp_records,
	.nrecords = OCSP_T_COUNT,
	.dissect = request_dissect,
};
