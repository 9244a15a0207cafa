/* A certificate as Wireshark's tree shows it (RFC 5280), from its octets in DER. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "indexer/dissectors/tls_tree.h"
#include "indexer/dissectors/x509_oids.h"
#include "indexer/dissectors/x509_tree.h"

/* ---- DER ---- */

bool x509_next(struct x509_rest *r, struct x509_value *v)
{
	uint32_t head = 2, len = 0;
	if (r->n < 2 || (r->p[0] & 31) == 31)
		return false;
	if (r->p[1] < 0x80) {
		len = r->p[1];
	} else {
		unsigned octets = r->p[1] & 0x7f;
		if (!octets || octets > 4 || r->n < 2 + octets)
			return false;
		while (octets--)
			len = len << 8 | r->p[head++];
	}
	if (len > r->n - head)
		return false;
	*v = (struct x509_value) { r->p[0], r->p + head, len };
	r->p += head + len;
	r->n -= head + len;
	return true;
}

struct x509_rest x509_inside(const struct x509_value *v)
{
	return (struct x509_rest) { v->p, v->n };
}

unsigned x509_count(struct x509_rest r)
{
	struct x509_value v;
	unsigned n = 0;
	while (x509_next(&r, &v))
		n++;
	return n;
}

/* ---- lines ---- */

struct x509_tree x509_below(const struct x509_tree *t, unsigned at)
{
	return (struct x509_tree) { t->l, t->depth + at };
}

void x509_say_items(const struct x509_tree *t, unsigned at, const char *label, unsigned n)
{
	X509_SAY(t, at, "%s: %u item%s", label, n, n == 1 ? "" : "s");
}

void x509_say_octets(const struct x509_tree *t, unsigned at, const char *label, const uint8_t *p, uint32_t n)
{
	layout_say_octets(t->l, t->depth + at, label, p, n);
}

static void say_hex(const struct x509_tree *t, unsigned at, const char *label, const struct x509_value *v)
{
	char text[LAYOUT_OCTETS_TEXT];
	layout_octets_text(text, v->p, v->n);
	X509_SAY(t, at, "%s: 0x%s", label, text);
}

void x509_say_number(const struct x509_tree *t, unsigned at, const char *label, const struct x509_value *v)
{
	uint64_t n = 0;
	if (v->n <= 8) {
		for (uint32_t i = 0; i < v->n; i++)
			n = n << 8 | v->p[i];
		X509_SAY(t, at, "%s: %" PRIu64, label, n);
		return;
	}
	say_hex(t, at, label, v);
}

/* A bit string: how many bits at its end do not count, and its octets. */
void x509_say_bits(const struct x509_tree *t, unsigned at, const char *label, const struct x509_value *v)
{
	if (!v->n)
		return;
	X509_SAY(t, at, "Padding: %u", v->p[0]);
	x509_say_octets(t, at, label, v->p + 1, v->n - 1);
}

/* ---- names ---- */

void x509_oid_line(const struct x509_tree *t, unsigned at, const char *label, const struct x509_value *v)
{
	char oid[X509_OID_MAX], named[X509_OID_MAX];
	x509_oid_text(oid, v->p, v->n);
	x509_oid_text(named, v->p, v->n);
	X509_SAY(t, at, "%s: %s (%s)", label, oid, x509_oid_name(named));
}

static const struct string {
	uint8_t tag, choice;
	const char *name;
} strings[] = { { 0x14, 0, "teletexString" }, { 0x13, 1, "printableString" }, { 0x1c, 2, "universalString" },
	{ 0x1e, 3, "bmpString" }, { 0x0c, 4, "uTF8String" } };

static const struct string *string_of(uint8_t tag)
{
	for (size_t i = 0; i < sizeof(strings) / sizeof(*strings); i++)
		if (strings[i].tag == tag)
			return &strings[i];
	return NULL;
}

/* "id-at-commonName=a.example" of one attribute. */
static void attribute_text(char *out, size_t size, const struct x509_value *attribute)
{
	struct x509_rest r = x509_inside(attribute);
	struct x509_value type, value;
	char oid[X509_OID_MAX];
	out[0] = '\0';
	if (!x509_next(&r, &type) || !x509_next(&r, &value))
		return;
	x509_oid_text(oid, type.p, type.n);
	snprintf(out, size, "%s=%.*s", x509_oid_name(oid), (int)value.n, (const char *)value.p);
}

/* The attributes of a relative name. */
static void relative_text(char *out, size_t size, const struct x509_value *set)
{
	struct x509_rest r = x509_inside(set);
	struct x509_value v;
	size_t used = 0;
	out[0] = '\0';
	while (used + 1 < size && x509_next(&r, &v)) {
		if (used)
			out[used++] = '+';
		attribute_text(out + used, size - used, &v);
		used += strlen(out + used);
	}
}

/* All of a name, the last part first. */
static void name_text(char *out, size_t size, struct x509_rest r)
{
	char part[512], all[1024];
	struct x509_value v;
	out[0] = '\0';
	while (x509_next(&r, &v)) {
		relative_text(part, sizeof(part), &v);
		snprintf(all, sizeof(all), "%s%s%s", part, out[0] ? "," : "", out);
		snprintf(out, size, "%s", all);
	}
}

static void attribute(const struct x509_tree *t, const struct x509_value *v)
{
	struct x509_rest r = x509_inside(v);
	struct x509_value type, value;
	char oid[X509_OID_MAX];
	if (!x509_next(&r, &type) || !x509_next(&r, &value))
		return;
	x509_oid_line(t, 0, "Object Id", &type);
	x509_oid_text(oid, type.p, type.n);
	const char *label = x509_attribute_label(oid);
	const struct string *s = string_of(value.tag);
	if (label) {
		X509_SAY(t, 0, "%s: %.*s", label, (int)value.n, (const char *)value.p);
	} else if (s) {
		X509_SAY(t, 0, "DirectoryString: %s (%u)", s->name, s->choice);
		X509_SAY(t, 1, "%s: %.*s", s->name, (int)value.n, (const char *)value.p);
	}
}

static void rdn_sequence(const struct x509_tree *t, const char *label, struct x509_rest r)
{
	char text[1024];
	struct x509_value set, v;
	name_text(text, sizeof(text), r);
	unsigned n = x509_count(r);
	X509_SAY(t, 0, "%s: %u item%s (%s)", label, n, n == 1 ? "" : "s", text);
	while (x509_next(&r, &set)) {
		struct x509_rest in = x509_inside(&set);
		relative_text(text, sizeof(text), &set);
		n = x509_count(in);
		X509_SAY(t, 1, "RDNSequence item: %u item%s (%s)", n, n == 1 ? "" : "s", text);
		while (x509_next(&in, &v)) {
			attribute_text(text, sizeof(text), &v);
			X509_SAY(t, 2, "RelativeDistinguishedName item (%s)", text);
			attribute(&(struct x509_tree) { t->l, t->depth + 3 }, &v);
		}
	}
}

void x509_name_lines(const struct x509_tree *t, const char *label, const struct x509_value *v)
{
	struct x509_tree in = x509_below(t, 1);
	X509_SAY(t, 0, "%s: rdnSequence (0)", label);
	rdn_sequence(&in, "rdnSequence", x509_inside(v));
}

/* ---- times ---- */

static int digits(const struct x509_value *v, uint32_t at, unsigned n)
{
	int number = 0;
	for (unsigned i = 0; i < n; i++)
		number = number * 10 + (at + i < v->n ? (v->p[at + i] - '0') : 0);
	return number;
}

static void time_line(const struct x509_tree *t, const char *label, const struct x509_value *v)
{
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep",
		"Oct", "Nov", "Dec" };
	if (v->tag == 0x17) {
		int year = digits(v, 0, 2);
		X509_SAY(t, 0, "%s: utcTime (0)", label);
		X509_SAY(t, 1, "utcTime: %02d%02d-%02d-%02d %02d:%02d:%02d (UTC)", year < 50 ? 20 : 19, year,
			digits(v, 2, 2), digits(v, 4, 2), digits(v, 6, 2), digits(v, 8, 2), digits(v, 10, 2));
	} else if (v->tag == 0x18) {
		int month = digits(v, 4, 2);
		X509_SAY(t, 0, "%s: generalizedTime (1)", label);
		X509_SAY(t, 1, "generalizedTime: %s %2d, %d %02d:%02d:%02d.000000000 UTC",
			month >= 1 && month <= 12 ? months[month - 1] : "", digits(v, 6, 2), digits(v, 0, 4),
			digits(v, 8, 2), digits(v, 10, 2), digits(v, 12, 2));
	}
}

/* ---- keys ---- */

static void algorithm(const struct x509_tree *t, const char *label, const struct x509_value *v)
{
	struct x509_rest r = x509_inside(v);
	struct x509_value id, parameter;
	char oid[X509_OID_MAX];
	if (!x509_next(&r, &id))
		return;
	x509_oid_text(oid, id.p, id.n);
	X509_SAY(t, 0, "%s (%s)", label, x509_oid_name(oid));
	x509_oid_line(t, 1, "Algorithm Id", &id);
	x509_oid_text(oid, id.p, id.n);
	if (strcmp(oid, "1.2.840.10045.2.1") == 0 && x509_next(&r, &parameter) && parameter.tag == 0x06) {
		X509_SAY(t, 1, "ECParameters: namedCurve (1)");
		x509_oid_line(t, 2, "namedCurve", &parameter);
	}
}

static void public_key(const struct x509_tree *t, const struct x509_value *info)
{
	struct x509_rest r = x509_inside(info);
	struct x509_tree in = x509_below(t, 1);
	struct x509_value a, key, id, v;
	X509_SAY(t, 0, "subjectPublicKeyInfo");
	if (!x509_next(&r, &a) || !x509_next(&r, &key) || !key.n)
		return;
	algorithm(&in, "algorithm", &a);
	struct x509_rest in_a = x509_inside(&a), in_key = { key.p + 1, key.n - 1 };
	char oid[X509_OID_MAX] = "";
	if (x509_next(&in_a, &id))
		x509_oid_text(oid, id.p, id.n);
	if (strcmp(oid, "1.2.840.113549.1.1.1") != 0) {
		x509_say_bits(t, 1, "subjectPublicKey", &key);
		return;
	}
	x509_say_octets(t, 1, "subjectPublicKey", key.p + 1, key.n - 1);
	if (!x509_next(&in_key, &v))
		return;
	struct x509_rest numbers = x509_inside(&v);
	if (x509_next(&numbers, &v))
		x509_say_number(t, 2, "modulus", &v);
	if (x509_next(&numbers, &v))
		x509_say_number(t, 2, "publicExponent", &v);
}

/* ---- the certificate ---- */

/* Where TBSCertificate has its subject: behind version, number, algorithm, issuer and validity. */
static bool subject_of(const struct x509_value *tbs, struct x509_value *subject)
{
	struct x509_rest r = x509_inside(tbs);
	bool there = x509_next(&r, subject);
	if (there && subject->tag == 0xa0)
		there = x509_next(&r, subject);
	for (unsigned i = 0; there && i < 4; i++)
		there = x509_next(&r, subject);
	return there;
}

static void signed_certificate(const struct x509_tree *t, const struct x509_value *tbs)
{
	static const char *const versions[] = { "v1", "v2", "v3" };
	struct x509_rest r = x509_inside(tbs);
	struct x509_tree in = x509_below(t, 1), deeper = x509_below(t, 2);
	struct x509_value v, at;
	X509_SAY(t, 0, "signedCertificate");
	if (!x509_next(&r, &v))
		return;
	if (v.tag == 0xa0) {
		struct x509_rest version = x509_inside(&v);
		if (x509_next(&version, &v) && v.n == 1 && v.p[0] < 3)
			X509_SAY(t, 1, "version: %s (%u)", versions[v.p[0]], v.p[0]);
		if (!x509_next(&r, &v))
			return;
	}
	say_hex(t, 1, "serialNumber", &v);
	if (!x509_next(&r, &v))
		return;
	algorithm(&in, "signature", &v);
	if (!x509_next(&r, &v))
		return;
	x509_name_lines(&in, "issuer", &v);
	if (!x509_next(&r, &v))
		return;
	struct x509_rest validity = x509_inside(&v);
	X509_SAY(t, 1, "validity");
	if (x509_next(&validity, &at))
		time_line(&deeper, "notBefore", &at);
	if (x509_next(&validity, &at))
		time_line(&deeper, "notAfter", &at);
	if (!x509_next(&r, &v))
		return;
	x509_name_lines(&in, "subject", &v);
	if (!x509_next(&r, &v))
		return;
	public_key(&in, &v);
	while (x509_next(&r, &v))
		if (v.tag == 0xa3)
			x509_say_extensions(&in, x509_inside(&v));
}

void x509_certificate_lines(const struct layout_octets *octets, layout_add *add, void *to)
{
	const struct layout_lines l = { add, to };
	const struct x509_tree t = { &l, 1 };
	struct x509_rest r = { octets->data, octets->n };
	struct x509_value certificate, tbs, v;
	char text[1024] = "", hex[LAYOUT_OCTETS_TEXT];
	bool there = x509_next(&r, &certificate);
	struct x509_rest in = there ? x509_inside(&certificate) : r;
	there = there && x509_next(&in, &tbs);
	if (there && subject_of(&tbs, &v))
		name_text(text, sizeof(text), x509_inside(&v));
	layout_octets_text(hex, octets->data, octets->n);
	layout_say(&l, 0, "Certificate: %s (%s)", hex, text);
	if (!there)
		return;
	signed_certificate(&t, &tbs);
	if (x509_next(&in, &v))
		algorithm(&t, "algorithmIdentifier", &v);
	if (x509_next(&in, &v))
		x509_say_bits(&t, 0, "encrypted", &v);
}
