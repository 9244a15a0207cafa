/* The extensions of a certificate as Wireshark's tree shows them (RFC 5280, section 4.2). */
#include <inttypes.h>
#include <string.h>

#include "indexer/dissectors/tls_tree.h"
#include "indexer/dissectors/x509_oids.h"
#include "indexer/dissectors/x509_tree.h"

static const char *const general_names[] = { "otherName", "rfc822Name", "dNSName", "x400Address",
	"directoryName", "ediPartyName", "uniformResourceIdentifier", "iPAddress", "registeredID" };

static void general_name(const struct x509_tree *t, const struct x509_value *v)
{
	unsigned n = v->tag & 31;
	const char *label = n < sizeof(general_names) / sizeof(*general_names) ? general_names[n] : NULL;
	struct x509_rest r = x509_inside(v);
	struct x509_value in;
	struct x509_tree deeper = x509_below(t, 0);
	if (!label)
		return;
	switch (n) {
	case 1:
	case 2:
	case 6:
		X509_SAY(t, 0, "%s: %.*s", label, (int)v->n, (const char *)v->p);
		return;
	case 4:
		if (x509_next(&r, &in))
			x509_name_lines(&deeper, label, &in);
		return;
	case 7:
		if (v->n == 4)
			X509_SAY(t, 0, "iPAddress: %u.%u.%u.%u", v->p[0], v->p[1], v->p[2], v->p[3]);
		return;
	case 8:
		x509_oid_line(t, 0, label, v);
		return;
	default:
		return;
	}
}

static void names(const struct x509_tree *t, const char *label, struct x509_rest r)
{
	struct x509_tree in = x509_below(t, 2);
	struct x509_value v;
	x509_say_items(t, 0, label, x509_count(r));
	while (x509_next(&r, &v)) {
		unsigned n = v.tag & 31;
		if (n < sizeof(general_names) / sizeof(*general_names))
			X509_SAY(t, 1, "GeneralName: %s (%u)", general_names[n], n);
		general_name(&in, &v);
	}
}

static void authority_key(const struct x509_tree *t, struct x509_rest r)
{
	struct x509_tree in = x509_below(t, 1);
	struct x509_value v;
	X509_SAY(t, 0, "AuthorityKeyIdentifier");
	while (x509_next(&r, &v)) {
		if (v.tag == 0x80)
			x509_say_octets(t, 1, "keyIdentifier", v.p, v.n);
		else if (v.tag == 0xa1)
			names(&in, "authorityCertIssuer", x509_inside(&v));
		else if (v.tag == 0x82)
			x509_say_number(t, 1, "authorityCertSerialNumber", &v);
	}
}

static void bit_lines(
	const struct x509_tree *t, unsigned at, const struct x509_value *v, const char *const *labels)
{
	for (unsigned bit = 0; labels[bit]; bit++) {
		char text[16];
		unsigned octet = 1 + bit / 8, k = bit % 8;
		bool set = octet < v->n && v->p[octet] >> (7 - k) & 1;
		for (unsigned i = 0, p = 0; i < 8; i++) {
			text[p++] = i == k ? (set ? '1' : '0') : '.';
			if (i == 3)
				text[p++] = ' ';
			text[p] = '\0';
		}
		X509_SAY(t, at, "%s = %s: %s", text, labels[bit], set ? "True" : "False");
	}
}

static void key_usage(const struct x509_tree *t, const struct x509_value *v)
{
	static const char *const labels[] = { "digitalSignature", "contentCommitment", "keyEncipherment",
		"dataEncipherment", "keyAgreement", "keyCertSign", "cRLSign", "encipherOnly", "decipherOnly",
		NULL };
	x509_say_bits(t, 0, "KeyUsage", v);
	bit_lines(t, 1, v, labels);
}

static void basic_constraints(const struct x509_tree *t, const struct x509_value *sequence)
{
	struct x509_rest r = x509_inside(sequence);
	struct x509_value v;
	X509_SAY(t, 0, "BasicConstraintsSyntax%s", sequence->n ? "" : " [0 length]");
	while (x509_next(&r, &v)) {
		if (v.tag == 0x01)
			X509_SAY(t, 1, "cA: %s", v.n && v.p[0] ? "True" : "False");
		else if (v.tag == 0x02)
			x509_say_number(t, 1, "pathLenConstraint", &v);
	}
}

static void policies(const struct x509_tree *t, struct x509_rest r)
{
	struct x509_value v, id, qualifiers, q, value;
	char oid[X509_OID_MAX];
	x509_say_items(t, 0, "CertificatePoliciesSyntax", x509_count(r));
	while (x509_next(&r, &v)) {
		struct x509_rest in = x509_inside(&v);
		X509_SAY(t, 1, "PolicyInformation");
		if (!x509_next(&in, &id))
			continue;
		x509_oid_line(t, 2, "policyIdentifier", &id);
		if (!x509_next(&in, &qualifiers))
			continue;
		struct x509_rest list = x509_inside(&qualifiers);
		x509_say_items(t, 2, "policyQualifiers", x509_count(list));
		while (x509_next(&list, &q)) {
			struct x509_rest both = x509_inside(&q);
			X509_SAY(t, 3, "PolicyQualifierInfo");
			if (!x509_next(&both, &id) || !x509_next(&both, &value))
				continue;
			x509_oid_line(t, 4, "Id", &id);
			x509_oid_text(oid, id.p, id.n);
			if (strcmp(oid, "1.3.6.1.5.5.7.2.1") == 0)
				X509_SAY(t, 4, "DirectoryString: %.*s", (int)value.n, (const char *)value.p);
		}
	}
}

static void authority_information(const struct x509_tree *t, struct x509_rest r)
{
	struct x509_tree in = x509_below(t, 3);
	struct x509_value v, method, location;
	x509_say_items(t, 0, "AuthorityInfoAccessSyntax", x509_count(r));
	while (x509_next(&r, &v)) {
		struct x509_rest both = x509_inside(&v);
		X509_SAY(t, 1, "AccessDescription");
		if (!x509_next(&both, &method) || !x509_next(&both, &location))
			continue;
		x509_oid_line(t, 2, "accessMethod", &method);
		X509_SAY(t, 2, "accessLocation: %u", location.tag & 31);
		general_name(&in, &location);
	}
}

static void distribution_points(const struct x509_tree *t, struct x509_rest r)
{
	struct x509_tree in = x509_below(t, 3);
	struct x509_value v, part, which;
	x509_say_items(t, 0, "CRLDistPointsSyntax", x509_count(r));
	while (x509_next(&r, &v)) {
		struct x509_rest parts = x509_inside(&v);
		X509_SAY(t, 1, "DistributionPoint");
		while (x509_next(&parts, &part)) {
			struct x509_rest choice = x509_inside(&part);
			if (part.tag != 0xa0 || !x509_next(&choice, &which) || which.tag != 0xa0)
				continue;
			X509_SAY(t, 2, "distributionPoint: fullName (0)");
			names(&in, "fullName", x509_inside(&which));
		}
	}
}

static void purposes(const struct x509_tree *t, struct x509_rest r)
{
	struct x509_value v;
	x509_say_items(t, 0, "KeyPurposeIDs", x509_count(r));
	while (x509_next(&r, &v))
		x509_oid_line(t, 1, "KeyPurposeId", &v);
}

/* RFC 6962, section 3.2. */
static void timestamps(const struct x509_tree *t, const struct x509_value *v)
{
	const uint8_t *p = v->p, *end = p + v->n;
	if (v->n < 2)
		return;
	X509_SAY(t, 0, "Serialized SCT List Length: %u", p[0] << 8 | p[1]);
	for (p += 2; end - p >= 2;) {
		uint32_t n = (uint32_t)p[0] << 8 | p[1];
		p += 2;
		if (n > (uint32_t)(end - p) || n < 43)
			return;
		const uint8_t *s = p;
		uint64_t ms = 0;
		p += n;
		for (unsigned i = 0; i < 8; i++)
			ms = ms << 8 | s[33 + i];
		uint32_t extensions = (uint32_t)s[41] << 8 | s[42];
		X509_SAY(t, 0, "Signed Certificate Timestamp (%s)", x509_log_name(s + 1));
		X509_SAY(t, 1, "Serialized SCT Length: %" PRIu32, n);
		X509_SAY(t, 1, "SCT Version: %u", s[0]);
		x509_say_octets(t, 1, "Log ID", s + 1, 32);
		layout_say_time(t->l, t->depth + 1, "Timestamp", (int64_t)ms * 1000000);
		X509_SAY(t, 1, "Extensions length: %" PRIu32, extensions);
		if (43 + extensions + 4 > n)
			continue;
		s += 43 + extensions;
		unsigned scheme = (unsigned)s[0] << 8 | s[1];
		uint32_t len = (uint32_t)s[2] << 8 | s[3];
		tls_say_signature(t->l, t->depth + 1, scheme);
		X509_SAY(t, 1, "Signature Length: %" PRIu32, len);
		if (len <= (uint32_t)(p - s) - 4)
			x509_say_octets(t, 1, "Signature", s + 4, len);
	}
}

static void extension_value(const struct x509_tree *t, const char *oid, const struct x509_value *octets)
{
	struct x509_rest r = x509_inside(octets);
	struct x509_value v;
	if (!x509_next(&r, &v))
		return;
	if (strcmp(oid, "2.5.29.14") == 0)
		x509_say_octets(t, 0, "SubjectKeyIdentifier", v.p, v.n);
	else if (strcmp(oid, "2.5.29.15") == 0)
		key_usage(t, &v);
	else if (strcmp(oid, "2.5.29.17") == 0)
		names(t, "GeneralNames", x509_inside(&v));
	else if (strcmp(oid, "2.5.29.18") == 0)
		names(t, "GeneralNames", x509_inside(&v));
	else if (strcmp(oid, "2.5.29.19") == 0)
		basic_constraints(t, &v);
	else if (strcmp(oid, "2.5.29.31") == 0)
		distribution_points(t, x509_inside(&v));
	else if (strcmp(oid, "2.5.29.32") == 0 || strcmp(oid, "1.3.6.1.4.1.311.21.10") == 0)
		policies(t, x509_inside(&v));
	else if (strcmp(oid, "2.5.29.35") == 0)
		authority_key(t, x509_inside(&v));
	else if (strcmp(oid, "2.5.29.37") == 0)
		purposes(t, x509_inside(&v));
	else if (strcmp(oid, "1.3.6.1.5.5.7.1.1") == 0)
		authority_information(t, x509_inside(&v));
	else if (strcmp(oid, "1.3.6.1.4.1.11129.2.4.2") == 0)
		timestamps(t, &v);
	else if (strcmp(oid, "1.3.6.1.5.5.7.48.1.5") == 0)
		X509_SAY(t, 0, "NULL");
	else if (strcmp(oid, "1.3.6.1.4.1.311.21.1") == 0)
		x509_say_number(t, 0, "Integer", &v);
	else if (strcmp(oid, "1.3.6.1.4.1.311.21.7") == 0) {
		static const char *const labels[] = { "templateMajorVersion", "templateMinorVersion" };
		struct x509_rest in = x509_inside(&v);
		struct x509_value part;
		X509_SAY(t, 0, "CertificateTemplate");
		if (x509_next(&in, &part))
			x509_oid_line(t, 1, "templateID", &part);
		for (unsigned i = 0; i < 2 && x509_next(&in, &part); i++)
			x509_say_number(t, 1, labels[i], &part);
	}
}

void x509_say_extensions(const struct x509_tree *t, struct x509_rest r)
{
	struct x509_tree in = x509_below(t, 2);
	struct x509_value list, v, part;
	char oid[X509_OID_MAX];
	if (!x509_next(&r, &list))
		return;
	r = x509_inside(&list);
	x509_say_items(t, 0, "extensions", x509_count(r));
	while (x509_next(&r, &v)) {
		struct x509_rest parts = x509_inside(&v);
		if (!x509_next(&parts, &part))
			continue;
		x509_oid_text(oid, part.p, part.n);
		X509_SAY(t, 1, "Extension (%s)", x509_oid_name(oid));
		x509_oid_text(oid, part.p, part.n);
		x509_oid_line(t, 2, "Extension Id", &part);
		if (!x509_next(&parts, &part))
			continue;
		if (part.tag == 0x01) {
			X509_SAY(t, 2, "critical: %s", part.n && part.p[0] ? "True" : "False");
			if (!x509_next(&parts, &part))
				continue;
		}
		extension_value(&in, oid, &part);
	}
}
