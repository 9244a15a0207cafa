/* X.509 certificates, RFC 5280 section 4.1:
 *
 *     Certificate ::= SEQUENCE {
 *             SEQUENCE { [0] version, serialNumber, signature, issuer, validity { notBefore, notAfter },
 * subject, subjectPublicKeyInfo { algorithm, key }, [1] [2] unique ids, [3] extensions }, signatureAlgorithm,
 * signature }
 */
#include <string.h>

#include "indexer/dissectors/x509.h"

enum {
	AF_VERSION,
	AF_SERIAL_NUMBER,
	AF_NOT_BEFORE_TIME,
	AF_NOT_AFTER_TIME,
	AF_UTC_BEFORE,
	AF_UTC_AFTER,
	AF_GENERALIZED_BEFORE,
	AF_GENERALIZED_AFTER,
	AF_ISSUER,
	AF_SUBJECT,
	AF_NOT_BEFORE,
	AF_NOT_AFTER,
	AF_UTC_TIME,
	AF_GENERALIZED_TIME,
	AF_NFIELDS
};
enum { ALGORITHM_ID, ALGORITHM_NFIELDS };
enum { AF_T_CERTIFICATE, AF_T_ALGORITHM, AF_T_COUNT };

static const struct value_name af_versions[] = { { 0, "v1" }, { 1, "v2" }, { 2, "v3" }, { 0, NULL } };
static const struct value_name rdn_sequence[] = { { 0, "rdnSequence" }, { 0, NULL } };
static const struct value_name time_forms[] = { { 0, "utcTime" }, { 1, "generalizedTime" }, { 0, NULL } };

static const struct field af_fields[AF_NFIELDS] = {
	[AF_VERSION] = { "x509af.version", "version", KIND_INT, .names = af_versions },
	[AF_SERIAL_NUMBER] = { "x509af.serialNumber", "serialNumber", KIND_BYTES },
	[AF_NOT_BEFORE_TIME] = { "not_before", "begin of the validity", KIND_TIME, .internal = true },
	[AF_NOT_AFTER_TIME] = { "not_after", "end of the validity", KIND_TIME, .internal = true },
	[AF_UTC_BEFORE] = { "utc_before", "begin, where it is a UTCTime", KIND_TEXT, .internal = true },
	[AF_UTC_AFTER] = { "utc_after", "end, where it is a UTCTime", KIND_TEXT, .internal = true },
	[AF_GENERALIZED_BEFORE] = { "generalized_before", "begin, where it is a GeneralizedTime", KIND_TIME,
		.internal = true },
	[AF_GENERALIZED_AFTER] = { "generalized_after", "end, where it is a GeneralizedTime", KIND_TIME,
		.internal = true },
	[AF_ISSUER] = { "x509af.issuer", "issuer", KIND_UINT, .octets = 4, .names = rdn_sequence },
	[AF_SUBJECT] = { "x509af.subject", "subject", KIND_UINT, .octets = 4, .names = rdn_sequence },
	[AF_NOT_BEFORE] = { "x509af.notBefore", "notBefore", KIND_UINT, .octets = 4, .names = time_forms,
		.sql = "CASE WHEN {utc_before} THEN 0 WHEN {generalized_before} THEN 1 END" },
	[AF_NOT_AFTER] = { "x509af.notAfter", "notAfter", KIND_UINT, .octets = 4, .names = time_forms,
		.sql = "CASE WHEN {utc_after} THEN 0 WHEN {generalized_after} THEN 1 END" },
	[AF_UTC_TIME] = { "x509af.utcTime", "utcTime", KIND_TEXT, .any = { AF_UTC_BEFORE, AF_UTC_AFTER },
		.nany = 2 },
	[AF_GENERALIZED_TIME] = { "x509af.generalizedTime", "generalizedTime", KIND_TIME,
		.any = { AF_GENERALIZED_BEFORE, AF_GENERALIZED_AFTER }, .nany = 2 },
};

static const struct field algorithm_fields[ALGORITHM_NFIELDS] = {
	[ALGORITHM_ID] = { "x509af.algorithm.id", "Algorithm Id", KIND_TEXT },
};

static const struct record af_records[AF_T_COUNT] = {
	[AF_T_CERTIFICATE] = { "x509af", RECORD_CHILD, AF_NFIELDS, af_fields, NULL },
	[AF_T_ALGORITHM] = { "x509af_algorithm", RECORD_CHILD, ALGORITHM_NFIELDS, algorithm_fields, NULL },
};

/* ---- algorithms ---- */

#define ALGORITHMS_NESTED 4

/* Parameters that are dissected: those of elliptic curves, RSA-PSS (RFC 4055) with its mask generator, DSA,
 * DH. */
static void parameters(struct packet *pkt, const char *id, struct cursor *c, unsigned depth);

static void algorithm(struct packet *pkt, struct cursor *contents, unsigned depth)
{
	struct der id;
	char text[DER_OID_MAX];
	if (depth > ALGORITHMS_NESTED || !der_take(contents, DER_OID, &id) || !der_oid(&id.at, text))
		return;
	struct row *r = row_open(pkt, &proto_x509af, AF_T_ALGORITHM);
	row_text(r, ALGORITHM_ID, text, strlen(text), id.at.data, id.at.len);
	if (cur_left(contents))
		parameters(pkt, text, contents, depth);
}

static void parameters(struct packet *pkt, const char *id, struct cursor *c, unsigned depth)
{
	struct der all, part, inner;
	if (strcmp(id, "1.2.840.10045.2.1") == 0) { /* elliptic curves: by name, or written out */
		if (der_peek(c) == DER_NULL)
			return;
		pkt_token(pkt, &x509_pkcs1);
		/* Written out they say what kind of field it is, with parameters of their own (RFC 3279,
		 * section 2.3.5). */
		if (der_take(c, DER_SEQUENCE, &all) && der_take(&all.at, DER_INTEGER, &part) &&
			der_take(&all.at, DER_SEQUENCE, &inner) && der_take(&inner.at, DER_OID, &part) &&
			cur_left(&inner.at))
			pkt_token(pkt, &x509_pkcs1);
	} else if (strcmp(id, "1.2.840.113549.1.1.10") == 0) {
		pkt_token(pkt, &x509_pkcs1);
		if (!der_take(c, DER_SEQUENCE, &all))
			return;
		while (der_next(&all.at, &part))
			if ((part.tag == DER_CONSTRUCTED(0) || part.tag == DER_CONSTRUCTED(1)) &&
				der_take(&part.at, DER_SEQUENCE, &inner))
				algorithm(pkt, &inner.at, depth + 1);
	} else if (strcmp(id, "1.2.840.113549.1.1.8") == 0) { /* mask generator: of a hash */
		pkt_token(pkt, &x509_pkcs1);
		if (der_take(c, DER_SEQUENCE, &inner))
			algorithm(pkt, &inner.at, depth + 1);
	} else if (strcmp(id, "1.2.840.10040.4.1") == 0) {
		pkt_token(pkt, &proto_x509af);
	} else if (strcmp(id, "1.2.840.10046.2.1") == 0) {
		pkt_token(pkt, &x509_pkix1explicit);
	}
}

void x509_algorithm(struct packet *pkt, struct cursor *contents)
{
	algorithm(pkt, contents, 0);
}

static void take_algorithm(struct packet *pkt, struct cursor *c)
{
	struct der a;
	if (der_take(c, DER_SEQUENCE, &a))
		x509_algorithm(pkt, &a.at);
}

/* ---- certificates ---- */

/* "2020-01-01 00:00:00 (UTC)", as Wireshark shows a UTCTime. */
static size_t utc_text(char out[32], const struct der *t)
{
	static const char form[] = "yyyy-mm-dd hh:mm:ss (UTC)";
	const uint8_t *p = t->at.data;
	uint32_t n = t->at.cap;
	if (n < 11)
		return 0;
	memcpy(out, form, sizeof(form));
	memcpy(out, p[0] < '5' ? "20" : "19", 2);
	for (unsigned i = 0, at = 2; i < 12; i += 2, at += 3) {
		bool there = i + 1 < n && p[i] >= '0' && p[i] <= '9';
		out[at] = there ? (char)p[i] : '0';
		out[at + 1] = there ? (char)p[i + 1] : '0';
	}
	return sizeof(form) - 1;
}

static void take_time(struct row *r, unsigned which, struct cursor *c)
{
	struct der t;
	int64_t ns;
	char text[32];
	if (!der_next(c, &t))
		return;
	if (der_time(&t, &ns))
		row_set_at(r, AF_NOT_BEFORE_TIME + which, ns, t.at.data, t.at.len);
	if (t.tag == DER_UTC_TIME)
		row_text(r, AF_UTC_BEFORE + which, text, utc_text(text, &t), t.at.data, t.at.len);
	else if (der_time(&t, &ns))
		row_set_at(r, AF_GENERALIZED_BEFORE + which, ns, t.at.data, t.at.len);
}

/* A Name, a choice of one. */
static void take_name(struct packet *pkt, struct row *r, unsigned field, struct cursor *c)
{
	if (der_peek(c) == DER_SEQUENCE)
		row_set(r, field, 0);
	x509_name(pkt, c);
}

static void to_be_signed(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_x509af, AF_T_CERTIFICATE);
	struct der v, inner;
	if (der_take(c, DER_CONSTRUCTED(0), &v) && der_take(&v.at, DER_INTEGER, &inner))
		row_be(r, AF_VERSION, &inner.at, cur_left(&inner.at) <= 8 ? cur_left(&inner.at) : 8);
	if (!der_take(c, DER_INTEGER, &v))
		return;
	row_bytes(r, AF_SERIAL_NUMBER, &v.at, cur_left(&v.at));
	take_algorithm(pkt, c);
	take_name(pkt, r, AF_ISSUER, c);
	if (der_take(c, DER_SEQUENCE, &v)) {
		take_time(r, 0, &v.at);
		take_time(r, 1, &v.at);
	}
	take_name(pkt, r, AF_SUBJECT, c);
	x509_public_key(pkt, c);
	while (der_next(c, &v))
		if (v.tag == DER_CONSTRUCTED(3) && der_take(&v.at, DER_SEQUENCE, &inner))
			x509_extensions(pkt, &inner.at, true);
}

void x509_public_key(struct packet *pkt, struct cursor *c)
{
	struct der info;
	if (der_take(c, DER_SEQUENCE, &info))
		take_algorithm(pkt, &info.at);
}

void x509_certificate(struct packet *pkt, struct cursor *c)
{
	struct der certificate, inner;
	if (!der_take(c, DER_SEQUENCE, &certificate))
		return;
	if (der_take(&certificate.at, DER_SEQUENCE, &inner))
		to_be_signed(pkt, &inner.at);
	take_algorithm(pkt, &certificate.at);
}

static enum verdict x509af_dissect(struct packet *pkt, struct cursor *c)
{
	x509_certificate(pkt, c);
	return MINE;
}

const struct protocol proto_x509af = {
	.name = "x509af",
	.title = "X.509 Authentication Framework",
	.column = "X509AF",
	.spec = "RFC 5280",
	.help = "Certificates: who holds which key, signed by an authority.",
	.id = PROTO_ID_x509af,
	.records = af_records,
	.nrecords = AF_T_COUNT,
	.no_item = true,
	.dissect = x509af_dissect,
};
