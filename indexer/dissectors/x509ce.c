/* Extensions of certificates and the names inside them, RFC 5280 section 4.2:
 *
 *     Extension ::= SEQUENCE { extnID OBJECT IDENTIFIER, critical BOOLEAN DEFAULT FALSE, extnValue OCTET
 * STRING }
 *
 * The value is DER again, of a kind that follows from the identifier. */
#include <string.h>

#include "indexer/dissectors/x509.h"

enum { CE_T_EXTENSION, CE_T_NAME, CE_T_COUNT };
enum { CE_ID, CE_CRITICAL, CE_NFIELDS };
enum {
	NAME_GENERAL_NAME,
	NAME_DNS,
	NAME_URI,
	NAME_RFC822,
	NAME_IPV4,
	NAME_IPV6,
	NAME_REGISTERED_ID,
	NAME_OTHER_TYPE,
	NAME_NFIELDS
};

static const struct value_name general_names[] = { { 0, "otherName" }, { 1, "rfc822Name" }, { 2, "dNSName" },
	{ 3, "x400Address" }, { 4, "directoryName" }, { 5, "ediPartyName" },
	{ 6, "uniformResourceIdentifier" }, { 7, "iPAddress" }, { 8, "registeredID" }, { 0, NULL } };

static const struct field extension_fields[CE_NFIELDS] = {
	[CE_ID] = { "x509af.extension.id", "Extension Id", KIND_TEXT },
	[CE_CRITICAL] = { "x509af.critical", "critical", KIND_BOOL },
};

static const struct field name_fields[NAME_NFIELDS] = {
	[NAME_GENERAL_NAME] = { "x509ce.GeneralName", "GeneralName", KIND_UINT, .octets = 4,
		.names = general_names },
	[NAME_DNS] = { "x509ce.dNSName", "dNSName", KIND_TEXT },
	[NAME_URI] = { "x509ce.uniformResourceIdentifier", "uniformResourceIdentifier", KIND_TEXT },
	[NAME_RFC822] = { "x509ce.rfc822Name", "rfc822Name", KIND_TEXT },
	[NAME_IPV4] = { "x509ce.IPAddress.ipv4", "iPAddress", KIND_IPV4 },
	[NAME_IPV6] = { "x509ce.IPAddress.ipv6", "iPAddress", KIND_IPV6 },
	[NAME_REGISTERED_ID] = { "x509ce.registeredID", "registeredID", KIND_TEXT },
	[NAME_OTHER_TYPE] = { "x509ce.type_id", "type-id", KIND_TEXT },
};

static const struct record ce_records[CE_T_COUNT] = {
	[CE_T_EXTENSION] = { "x509ce", RECORD_CHILD, CE_NFIELDS, extension_fields, NULL },
	[CE_T_NAME] = { "x509ce_name", RECORD_CHILD, NAME_NFIELDS, name_fields, NULL },
};

/* ---- GeneralName, section 4.2.1.6 ---- */

static void other_name(struct packet *pkt, struct row *r, struct cursor *c)
{
	struct der type, value;
	char text[DER_OID_MAX];
	if (!der_take(c, DER_OID, &type) || !der_oid(&type.at, text))
		return;
	row_text(r, NAME_OTHER_TYPE, text, strlen(text), type.at.data, type.at.len);
	if (der_take(c, DER_CONSTRUCTED(0), &value))
		x509_other_value(pkt, text, &value.at);
}

/* `listed`: it stands in a list of GeneralNames, where Wireshark shows which of the choices it is. */
static void general_name(struct packet *pkt, const struct der *name, bool listed)
{
	struct cursor c = name->at;
	char text[DER_OID_MAX];
	unsigned kind = name->tag & 0x1f;
	if (!(name->tag & 0x80) || kind > 8)
		return;
	struct row *r = row_open(pkt, &proto_x509ce, CE_T_NAME);
	if (listed)
		row_set(r, NAME_GENERAL_NAME, kind);
	switch (kind) {
	case 0:
		other_name(pkt, r, &c);
		break;
	case 1:
		x509_ascii(r, NAME_RFC822, &c);
		break;
	case 2:
		x509_ascii(r, NAME_DNS, &c);
		break;
	case 4: /* tagged explicitly, being a choice */
		x509_name(pkt, &c);
		break;
	case 6:
		x509_ascii(r, NAME_URI, &c);
		break;
	case 7:
		if (cur_left(&c) == 4)
			row_address(r, NAME_IPV4, &c, KIND_IPV4);
		else if (cur_left(&c) == 16)
			row_address(r, NAME_IPV6, &c, KIND_IPV6);
		break;
	case 8:
		if (der_oid(&c, text))
			row_text(r, NAME_REGISTERED_ID, text, strlen(text), c.data, c.len);
		break;
	default:
		break;
	}
}

void x509_general_names(struct packet *pkt, struct cursor *contents)
{
	struct der name;
	while (der_next(contents, &name))
		general_name(pkt, &name, true);
}

/* ---- readers of single extensions: `c` runs over the value ---- */

static void names(struct packet *pkt, struct cursor *c)
{
	struct der list;
	if (der_take(c, DER_SEQUENCE, &list))
		x509_general_names(pkt, &list.at);
}

/* Section 4.2.1.1. */
static void authority_key(struct packet *pkt, struct cursor *c)
{
	struct der all, part;
	if (!der_take(c, DER_SEQUENCE, &all))
		return;
	while (der_next(&all.at, &part))
		if (part.tag == DER_CONSTRUCTED(1))
			x509_general_names(pkt, &part.at);
}

/* DistributionPointName, section 4.2.1.13. */
static void point_name(struct packet *pkt, struct cursor *c)
{
	struct der name;
	if (!der_next(c, &name))
		return;
	if (name.tag == DER_CONSTRUCTED(0))
		x509_general_names(pkt, &name.at);
	else if (name.tag == DER_CONSTRUCTED(1))
		x509_relative_name(pkt, &name.at);
}

static void distribution_points(struct packet *pkt, struct cursor *c)
{
	struct der all, point, part;
	if (!der_take(c, DER_SEQUENCE, &all))
		return;
	while (der_take(&all.at, DER_SEQUENCE, &point)) {
		while (der_next(&point.at, &part)) {
			if (part.tag == DER_CONSTRUCTED(0))
				point_name(pkt, &part.at);
			else if (part.tag == DER_CONSTRUCTED(2))
				x509_general_names(pkt, &part.at);
		}
	}
}

/* Section 5.2.5. */
static void issuing_point(struct packet *pkt, struct cursor *c)
{
	struct der all, part;
	if (der_take(c, DER_SEQUENCE, &all) && der_take(&all.at, DER_CONSTRUCTED(0), &part))
		point_name(pkt, &part.at);
}

/* Section 4.2.1.10. */
static void constraints(struct packet *pkt, struct cursor *c)
{
	struct der all, list, tree, base;
	if (!der_take(c, DER_SEQUENCE, &all))
		return;
	while (der_next(&all.at, &list))
		while (der_take(&list.at, DER_SEQUENCE, &tree))
			if (der_next(&tree.at, &base))
				general_name(pkt, &base, false);
}

/* Section 4.2.1.4: qualifiers have dissectors of their own. */
static void policies(struct packet *pkt, struct cursor *c)
{
	struct der all, policy, id, list, qualifier;
	char text[DER_OID_MAX];
	if (!der_take(c, DER_SEQUENCE, &all))
		return;
	while (der_take(&all.at, DER_SEQUENCE, &policy)) {
		if (!der_take(&policy.at, DER_OID, &id) || !der_take(&policy.at, DER_SEQUENCE, &list))
			continue;
		while (der_take(&list.at, DER_SEQUENCE, &qualifier)) {
			if (!der_take(&qualifier.at, DER_OID, &id) || !der_oid(&id.at, text) ||
				!cur_left(&qualifier.at))
				continue;
			if (strcmp(text, "1.3.6.1.5.5.7.2.1") == 0)
				pkt_token(pkt, &x509_pkix1explicit);
			else if (strcmp(text, "1.3.6.1.5.5.7.2.2") == 0)
				pkt_token(pkt, &x509_pkix1implicit);
		}
	}
}

/* Section 4.2.2.1. */
static void access_descriptions(struct packet *pkt, struct cursor *c)
{
	struct der all, description, method, name;
	if (!der_take(c, DER_SEQUENCE, &all))
		return;
	while (der_take(&all.at, DER_SEQUENCE, &description))
		if (der_take(&description.at, DER_OID, &method) && der_next(&description.at, &name))
			general_name(pkt, &name, false);
}

/* Section 4.2.1.8. */
static void directory_attributes(struct packet *pkt, struct cursor *c)
{
	struct der all, attribute;
	if (!der_take(c, DER_SEQUENCE, &all))
		return;
	while (der_take(&all.at, DER_SEQUENCE, &attribute))
		x509_attribute(pkt, &attribute.at);
}

/* RFC 8551, section 2.5.2: of the usual ones only RC2 has parameters. */
static void smime_capabilities(struct packet *pkt, struct cursor *c)
{
	struct der all, capability, id;
	char text[DER_OID_MAX];
	if (!der_take(c, DER_SEQUENCE, &all))
		return;
	while (der_take(&all.at, DER_SEQUENCE, &capability))
		if (der_take(&capability.at, DER_OID, &id) && der_oid(&id.at, text) &&
			cur_left(&capability.at) && strcmp(text, "1.2.840.113549.3.2") == 0)
			pkt_token(pkt, &x509_cms);
}

/* RFC 6962, section 3.3: an octet string with a list of vectors, of {version, log id, time, extensions, how
 * it is signed, signature} each. Only that they are there is looked at. */
static bool skip_vector(struct cursor *c, struct cursor *out)
{
	if (cur_left(c) < 2)
		return false;
	uint32_t len = (uint32_t)cur_be(c, 2);
	if (cur_left(c) < len)
		return false;
	*out = cur_sub(c, len);
	return true;
}

void x509_timestamps(struct cursor *c)
{
	struct cursor list, one, part;
	if (!skip_vector(c, &list))
		return;
	while (skip_vector(&list, &one)) {
		cur_take(&one, 1 + 32 + 8);
		if (!skip_vector(&one, &part))
			continue;
		cur_take(&one, 2);
		skip_vector(&one, &part);
	}
}

static void timestamps(struct packet *pkt, struct cursor *c)
{
	struct der octets;
	(void)pkt;
	if (der_take(c, DER_OCTETS, &octets))
		x509_timestamps(&octets.at);
}

static const struct extension {
	const char *id;
	const struct protocol *proto;
	void (*read)(struct packet *, struct cursor *);
} extensions[] = {
	{ "2.5.29.17", &proto_x509ce, names }, /* other names of the subject */
	{ "2.5.29.14", &proto_x509ce, NULL },  /* identifier of the subject's key */
	{ "2.5.29.15", &proto_x509ce, NULL },  /* what the key is for */
	{ "2.5.29.19", &proto_x509ce, NULL },  /* is it an authority's? */
	{ "2.5.29.31", &proto_x509ce, distribution_points },
	{ "2.5.29.32", &proto_x509ce, policies },
	{ "2.5.29.35", &proto_x509ce, authority_key },
	{ "2.5.29.37", &proto_x509ce, NULL },
	{ "1.3.6.1.5.5.7.1.1", &x509_pkix1implicit, access_descriptions },
	{ "1.3.6.1.4.1.11129.2.4.2", &x509_tls, timestamps }, /* signed certificate timestamps */
	{ "1.3.6.1.4.1.11129.2.4.5", &x509_tls, timestamps },
	{ "2.5.29.18", &proto_x509ce, names },
	{ "2.5.29.3", &proto_x509ce, NULL },
	{ "2.5.29.9", &proto_x509ce, directory_attributes },
	{ "2.5.29.16", &proto_x509ce, NULL },
	{ "2.5.29.20", &proto_x509ce, NULL },
	{ "2.5.29.21", &proto_x509ce, NULL },
	{ "2.5.29.23", &proto_x509ce, NULL },
	{ "2.5.29.24", &proto_x509ce, NULL },
	{ "2.5.29.27", &proto_x509ce, NULL },
	{ "2.5.29.28", &proto_x509ce, issuing_point },
	{ "2.5.29.29", &proto_x509ce, names },
	{ "2.5.29.30", &proto_x509ce, constraints },
	{ "2.5.29.33", &proto_x509ce, NULL },
	{ "2.5.29.36", &proto_x509ce, NULL },
	{ "2.5.29.40", &proto_x509ce, NULL },
	{ "2.5.29.44", &proto_x509ce, NULL },
	{ "2.5.29.45", &proto_x509ce, NULL },
	{ "2.5.29.46", &proto_x509ce, distribution_points },
	{ "2.5.29.47", &proto_x509ce, NULL },
	{ "2.5.29.51", &proto_x509ce, NULL },
	{ "2.5.29.53", &proto_x509ce, NULL },
	{ "2.5.29.54", &proto_x509ce, NULL },
	{ "2.5.29.55", &x509_pkixac, NULL },
	{ "2.5.29.58", &proto_x509ce, NULL },
	{ "2.5.29.59", &proto_x509ce, NULL },
	{ "2.5.29.60", &proto_x509ce, NULL },
	{ "2.5.29.61", &proto_x509ce, NULL },
	{ "1.3.6.1.5.5.7.1.2", &x509_pkixqualified, NULL },
	{ "1.3.6.1.5.5.7.1.3", &x509_pkixqualified, NULL },
	{ "1.3.6.1.5.5.7.1.6", &x509_pkixac, NULL },
	{ "1.3.6.1.5.5.7.1.7", &x509_pkix1explicit, NULL },
	{ "1.3.6.1.5.5.7.1.8", &x509_pkix1explicit, NULL },
	{ "1.3.6.1.5.5.7.1.10", &x509_pkixac, NULL },
	{ "1.3.6.1.5.5.7.1.12", &x509_logotype, NULL },
	{ "1.3.6.1.5.5.7.1.13", &x509_wlan, NULL },
	{ "1.3.6.1.5.5.7.1.14", &x509_pkixproxy, NULL },
	{ "1.3.6.1.5.5.7.1.24", &x509_pkix1explicit, NULL },
	{ "1.3.6.1.5.5.7.1.25", &x509_mudurl, NULL },
	{ "2.16.840.1.113730.1.1", &x509_ns_cert_exts, NULL },
	{ "2.16.840.1.113730.1.2", &x509_ns_cert_exts, NULL },
	{ "2.16.840.1.113730.1.3", &x509_ns_cert_exts, NULL },
	{ "2.16.840.1.113730.1.4", &x509_ns_cert_exts, NULL },
	{ "2.16.840.1.113730.1.7", &x509_ns_cert_exts, NULL },
	{ "2.16.840.1.113730.1.8", &x509_ns_cert_exts, NULL },
	{ "2.16.840.1.113730.1.12", &x509_ns_cert_exts, NULL },
	{ "2.16.840.1.113730.1.13", &x509_ns_cert_exts, NULL },
	{ "1.3.6.1.4.1.311.21.7", &proto_x509ce, NULL },
	{ "1.3.6.1.4.1.311.21.10", &proto_x509ce, NULL },
	{ "1.2.840.113533.7.65.0", &proto_x509ce, NULL },
	{ "1.2.840.113549.1.9.14", &x509_pkix1explicit, NULL },
	{ "1.2.840.113549.1.9.15", &x509_cms, smime_capabilities },
	{ "1.3.6.1.5.5.7.48.1.2", &proto_ocsp, NULL },
	{ "1.3.6.1.5.5.7.48.1.3", &proto_ocsp, NULL },
	{ "1.3.6.1.5.5.7.48.1.4", &proto_ocsp, NULL },
	{ "1.3.6.1.5.5.7.48.1.5", &proto_ocsp, NULL },
	{ "1.3.6.1.5.5.7.48.1.6", &proto_ocsp, NULL },
	{ "1.3.6.1.5.5.7.48.1.7", &proto_ocsp, names },
};

static void extension(struct packet *pkt, struct cursor *c, bool of_certificate)
{
	struct der id, critical, value;
	struct row *r = NULL;
	char text[DER_OID_MAX];
	if (!der_take(c, DER_OID, &id) || !der_oid(&id.at, text))
		return;
	if (of_certificate) {
		r = row_open(pkt, &proto_x509ce, CE_T_EXTENSION);
		row_text(r, CE_ID, text, strlen(text), id.at.data, id.at.len);
	}
	if (der_take(c, DER_BOOLEAN, &critical) && r)
		row_set(r, CE_CRITICAL, cur_be(&critical.at, 1) != 0);
	if (!der_take(c, DER_OCTETS, &value))
		return;
	for (size_t i = 0; i < sizeof(extensions) / sizeof(*extensions); i++) {
		if (strcmp(extensions[i].id, text) != 0)
			continue;
		pkt_token(pkt, extensions[i].proto);
		if (extensions[i].read)
			extensions[i].read(pkt, &value.at);
		return;
	}
	x509_other_value(pkt, text, &value.at);
}

void x509_extensions(struct packet *pkt, struct cursor *contents, bool of_certificate)
{
	struct der one;
	while (der_take(contents, DER_SEQUENCE, &one))
		extension(pkt, &one.at, of_certificate);
}

const struct protocol proto_x509ce = {
	.name = "x509ce",
	.title = "X.509 Certificate Extensions",
	.spec = "RFC 5280, section 4.2",
	.help = "What a certificate says beside name and key: host names, what the key is for, where it can "
		"be checked.",
	.id = PROTO_ID_x509ce,
	.records = ce_records,
	.nrecords = CE_T_COUNT,
	.no_item = true,
};
