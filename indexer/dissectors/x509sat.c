/* Names and attributes of X.500, RFC 5280 section 4.1.2.4 and appendix A:
 *
 *     Name ::= SEQUENCE OF RelativeDistinguishedName
 *     RelativeDistinguishedName ::= SET OF SEQUENCE { type OBJECT IDENTIFIER, value ANY }
 *
 * How a value is read follows from its type. */
#include <string.h>

#include "indexer/dissectors/x509.h"
#include "schema/utf8.h"

/* The forms of values. */
enum form {
	DIRECTORY, /* one of five kinds of string */
	COUNTRY,
	PRINTABLE,
	TELEPHONE,
	X121,
	IA5,
	UTF8,
	BMP,
	NUMERIC,
	UNIQUE, /* a string of bits */
	POSTAL, /* a sequence of directory strings */
	OTHER   /* not looked into */
};

static const struct attribute {
	const char *type;
	const struct protocol *proto;
	enum form form;
} attributes[] = {
	{ "2.5.4.3", &proto_x509sat, DIRECTORY }, /* common name */
	{ "2.5.4.6", &proto_x509sat, COUNTRY },
	{ "2.5.4.10", &proto_x509sat, DIRECTORY },             /* organization */
	{ "2.5.4.11", &proto_x509sat, DIRECTORY },             /* organizational unit */
	{ "2.5.4.7", &proto_x509sat, DIRECTORY },              /* locality */
	{ "2.5.4.8", &proto_x509sat, DIRECTORY },              /* state or province */
	{ "2.5.4.5", &proto_x509sat, PRINTABLE },              /* serial number */
	{ "1.2.840.113549.1.9.1", &proto_x509sat, IA5 },       /* e-mail address */
	{ "0.9.2342.19200300.100.1.25", &proto_x509sat, IA5 }, /* domain component */
	{ "0.9.2342.19200300.100.1.1", &proto_x509af, UTF8 },  /* user id */
	{ "2.5.4.0", &proto_x509sat, OTHER },
	{ "2.5.4.1", &x509_x509if, OTHER },
	{ "2.5.4.2", &proto_x509sat, DIRECTORY },
	{ "2.5.4.4", &proto_x509sat, DIRECTORY },  /* surname */
	{ "2.5.4.9", &proto_x509sat, DIRECTORY },  /* street */
	{ "2.5.4.12", &proto_x509sat, DIRECTORY }, /* title */
	{ "2.5.4.13", &proto_x509sat, DIRECTORY }, /* description */
	{ "2.5.4.14", &proto_x509sat, OTHER },
	{ "2.5.4.15", &proto_x509sat, DIRECTORY }, /* business category */
	{ "2.5.4.16", &proto_x509sat, POSTAL },
	{ "2.5.4.17", &proto_x509sat, DIRECTORY }, /* postal code */
	{ "2.5.4.18", &proto_x509sat, DIRECTORY },
	{ "2.5.4.19", &proto_x509sat, DIRECTORY },
	{ "2.5.4.20", &proto_x509sat, TELEPHONE },
	{ "2.5.4.21", &proto_x509sat, OTHER },
	{ "2.5.4.23", &proto_x509sat, OTHER },
	{ "2.5.4.24", &proto_x509sat, X121 },
	{ "2.5.4.25", &proto_x509sat, NUMERIC },
	{ "2.5.4.26", &proto_x509sat, OTHER },
	{ "2.5.4.27", &proto_x509sat, PRINTABLE },
	{ "2.5.4.28", &proto_x509sat, OTHER },
	{ "2.5.4.29", &proto_x509sat, OTHER },
	{ "2.5.4.30", &proto_x509sat, OTHER },
	{ "2.5.4.31", &x509_x509if, OTHER },
	{ "2.5.4.32", &x509_x509if, OTHER },
	{ "2.5.4.33", &x509_x509if, OTHER },
	{ "2.5.4.34", &x509_x509if, OTHER },
	{ "2.5.4.35", &proto_x509sat, OTHER },
	{ "2.5.4.36", &proto_x509af, OTHER },
	{ "2.5.4.37", &proto_x509af, OTHER },
	{ "2.5.4.38", &proto_x509af, OTHER },
	{ "2.5.4.39", &proto_x509af, OTHER },
	{ "2.5.4.40", &proto_x509af, OTHER },
	{ "2.5.4.41", &proto_x509sat, DIRECTORY }, /* name */
	{ "2.5.4.42", &proto_x509sat, DIRECTORY }, /* given name */
	{ "2.5.4.43", &proto_x509sat, DIRECTORY }, /* initials */
	{ "2.5.4.44", &proto_x509sat, DIRECTORY },
	{ "2.5.4.45", &proto_x509sat, UNIQUE },
	{ "2.5.4.46", &proto_x509sat, PRINTABLE }, /* qualifier of the distinguished name */
	{ "2.5.4.47", &proto_x509sat, OTHER },
	{ "2.5.4.48", &proto_x509sat, OTHER },
	{ "2.5.4.49", &x509_x509if, OTHER },
	{ "2.5.4.50", &proto_x509sat, OTHER },
	{ "2.5.4.51", &proto_x509sat, DIRECTORY },
	{ "2.5.4.52", &proto_x509sat, OTHER },
	{ "2.5.4.53", &proto_x509af, OTHER },
	{ "2.5.4.54", &proto_x509sat, DIRECTORY },
	{ "2.5.4.55", &x509_pkixac, OTHER },
	{ "2.5.4.56", &proto_x509sat, OTHER },
	{ "2.5.4.58", &proto_x509af, OTHER },
	{ "2.5.4.59", &proto_x509af, OTHER },
	{ "2.5.4.65", &proto_x509sat, DIRECTORY }, /* pseudonym */
	{ "2.5.4.66", &proto_x509sat, OTHER },
	{ "2.5.4.67", &proto_x509sat, OTHER },
	{ "2.5.4.72", &x509_pkixac, OTHER },
	{ "1.2.840.113549.1.9.3", &x509_cms, OTHER },
	{ "1.2.840.113549.1.9.4", &x509_cms, OTHER },
	{ "1.2.840.113549.1.9.6", &x509_cms, OTHER },
	{ "1.2.840.113549.1.9.7", &proto_x509sat, DIRECTORY },
	{ "1.2.840.113549.1.9.8", &proto_x509sat, DIRECTORY },
	{ "1.2.840.113549.1.9.9", &x509_pkcs10, OTHER },
	{ "1.2.840.113549.1.9.13", &proto_x509sat, DIRECTORY },
	{ "1.2.840.113549.1.9.14", &x509_pkix1explicit, OTHER },
	{ "1.2.840.113549.1.9.15", &x509_cms, OTHER },
	{ "1.2.840.113549.1.9.20", &proto_x509sat, BMP },
	{ "1.2.840.113549.1.9.21", &proto_x509sat, OTHER },
	{ "1.3.6.1.4.1.311.60.2.1.1", &proto_x509sat, DIRECTORY }, /* where it is incorporated */
	{ "1.3.6.1.4.1.311.60.2.1.2", &proto_x509sat, DIRECTORY },
	{ "1.3.6.1.4.1.311.60.2.1.3", &proto_x509sat, COUNTRY },
	{ "1.3.6.1.4.1.311.20.2.3", &proto_x509sat, UTF8 }, /* user principal name */
	{ "1.3.6.1.4.1.311.16.4", &x509_cms, OTHER },
	{ "1.3.6.1.4.1.311.17.1", &proto_x509sat, BMP },
	{ "1.3.6.1.4.1.311.20.1", &x509_pkix1implicit, OTHER },
	{ "1.3.6.1.4.1.311.20.2", &proto_x509sat, BMP }, /* name of the template that it was made from */
	{ "1.3.6.1.4.1.311.21.1", &proto_x509sat, OTHER },
	{ "1.3.6.1.4.1.311.21.2", &proto_x509sat, OTHER },
	{ "1.3.6.1.4.1.311.21.3", &proto_x509sat, OTHER },
	{ "1.3.6.1.4.1.311.21.4", &proto_x509sat, OTHER },
	{ "1.3.6.1.5.2.2", &x509_pkinit, OTHER }, /* principal of Kerberos */
	{ "1.3.6.1.5.5.7.8.5", &x509_pkixqualified, OTHER },
	{ "1.3.6.1.5.5.7.8.7", &x509_pkixqualified, OTHER },
	{ "2.23.133.2.16", &x509_tcg, OTHER },
	{ "1.3.6.1.5.5.7.9.1", &proto_x509sat, OTHER }, /* date of birth */
	{ "1.3.6.1.5.5.7.9.2", &proto_x509sat, DIRECTORY },
	{ "1.3.6.1.5.5.7.9.3", &proto_x509sat, PRINTABLE },
	{ "1.3.6.1.5.5.7.9.4", &proto_x509sat, PRINTABLE },
	{ "1.3.6.1.5.5.7.9.5", &proto_x509sat, PRINTABLE },
	{ "2.16.840.1.113730.3.1.1", &proto_x509sat, DIRECTORY },
	{ "2.16.840.1.113730.3.1.3", &proto_x509sat, DIRECTORY },
	{ "2.16.840.1.113730.3.1.39", &proto_x509sat, DIRECTORY },
	{ "2.16.840.1.113730.3.1.216", &x509_pkcs12, OTHER },
	{ "2.16.840.1.113730.3.1.241", &proto_x509sat, DIRECTORY },
};

/* Names differ in nothing but case (printableString, PrintableString), which columns may not: two tables. */
enum { SAT_T_ATTRIBUTE, SAT_T_STRING, SAT_T_COUNT };
enum {
	SAT_OID,
	SAT_DIRECTORY_STRING,
	SAT_PRINTABLE,
	SAT_UTF8,
	SAT_TELETEX,
	SAT_UNIVERSAL,
	SAT_BMP,
	SAT_COUNTRY,
	SAT_UNIQUE,
	SAT_NFIELDS
};
enum {
	STR_OID,
	STR_PRINTABLE,
	STR_IA5,
	STR_UTF8,
	STR_BMP,
	STR_NUMERIC,
	STR_TELEPHONE,
	STR_X121,
	STR_NFIELDS
};

static const struct value_name string_kinds[] = { { 0, "teletexString" }, { 1, "printableString" },
	{ 2, "universalString" }, { 3, "bmpString" }, { 4, "uTF8String" }, { 0, NULL } };

static const struct field attribute_fields[SAT_NFIELDS] = {
	[SAT_OID] = { "x509if.oid", "Object Id", KIND_TEXT },
	[SAT_DIRECTORY_STRING] = { "x509sat.DirectoryString", "DirectoryString", KIND_UINT, .octets = 4,
		.names = string_kinds },
	[SAT_PRINTABLE] = { "x509sat.printableString", "printableString", KIND_TEXT },
	[SAT_UTF8] = { "x509sat.uTF8String", "uTF8String", KIND_TEXT },
	[SAT_TELETEX] = { "x509sat.teletexString", "teletexString", KIND_TEXT },
	[SAT_UNIVERSAL] = { "x509sat.universalString", "universalString", KIND_TEXT },
	[SAT_BMP] = { "x509sat.bmpString", "bmpString", KIND_TEXT },
	[SAT_COUNTRY] = { "x509sat.CountryName", "CountryName", KIND_TEXT },
	[SAT_UNIQUE] = { "x509sat.UniqueIdentifier", "UniqueIdentifier", KIND_BYTES },
};

static const struct field string_fields[STR_NFIELDS] = {
	[STR_OID] = { "oid", "type of the attribute", KIND_TEXT, .internal = true },
	[STR_PRINTABLE] = { "x509sat.PrintableString", "PrintableString", KIND_TEXT },
	[STR_IA5] = { "x509sat.IA5String", "IA5String", KIND_TEXT },
	[STR_UTF8] = { "x509sat.UTF8String", "UTF8String", KIND_TEXT },
	[STR_BMP] = { "x509sat.BMPString", "BMPString", KIND_TEXT },
	[STR_NUMERIC] = { "x509sat.InternationalISDNNumber", "InternationalISDNNumber", KIND_TEXT },
	[STR_TELEPHONE] = { "x509sat.TelephoneNumber", "TelephoneNumber", KIND_TEXT },
	[STR_X121] = { "x509sat.X121Address", "X121Address", KIND_TEXT },
};

static const struct record sat_records[SAT_T_COUNT] = {
	[SAT_T_ATTRIBUTE] = { "x509sat", RECORD_CHILD, SAT_NFIELDS, attribute_fields, NULL },
	[SAT_T_STRING] = { "x509sat_string", RECORD_CHILD, STR_NFIELDS, string_fields, NULL },
};

/* ---- texts ---- */

#define TEXT_MAX 1024

void x509_ascii(struct row *r, unsigned field, struct cursor *c)
{
	char text[TEXT_MAX];
	uint32_t n = cur_left(c);
	const uint8_t *p = cur_take(c, n);
	if (!p)
		return;
	if (n > TEXT_MAX)
		n = TEXT_MAX;
	n = (uint32_t)strnlen((const char *)p, n);
	for (uint32_t i = 0; i < n; i++)
		text[i] = (char)(p[i] < 0x80 ? p[i] : 0xff); /* alone no UTF-8: row_text() mends it */
	row_text(r, field, text, n, p, n);
}

/* Characters of 2 octets (BMPString) or 4 (UniversalString). */
static void wide_text(struct row *r, unsigned field, struct cursor *c, unsigned size)
{
	char text[TEXT_MAX];
	size_t used = 0;
	const uint8_t *at = c->data + c->pos;
	uint32_t len = cur_left(c);
	while (cur_left(c) >= size && used + 4 <= sizeof(text)) {
		uint32_t v = (uint32_t)cur_be(c, size);
		if (!v)
			break;
		used += utf8_write(text + used, v);
	}
	row_text(r, field, text, used, at, len);
}

/* ---- values ---- */

static void set_type(struct row *r, const char *type)
{
	if (type)
		row_text(r, SAT_OID, type, strlen(type), NULL, 0);
}

/* False when it is none of the kinds: Wireshark's dissector then rejects the value. */
static bool directory_string(struct packet *pkt, const char *type, struct cursor *c)
{
	struct der v;
	unsigned kind;
	switch (der_peek(c)) {
	case DER_TELETEX:
		kind = 0;
		break;
	case DER_PRINTABLE:
		kind = 1;
		break;
	case DER_UNIVERSAL:
		kind = 2;
		break;
	case DER_BMP:
		kind = 3;
		break;
	case DER_UTF8:
		kind = 4;
		break;
	default:
		return false;
	}
	if (!der_next(c, &v))
		return true;
	struct row *r = row_open(pkt, &proto_x509sat, SAT_T_ATTRIBUTE);
	set_type(r, type);
	row_set(r, SAT_DIRECTORY_STRING, kind);
	switch (kind) {
	case 0:
		x509_ascii(r, SAT_TELETEX, &v.at);
		break;
	case 1:
		x509_ascii(r, SAT_PRINTABLE, &v.at);
		break;
	case 2:
		wide_text(r, SAT_UNIVERSAL, &v.at, 4);
		break;
	case 3:
		wide_text(r, SAT_BMP, &v.at, 2);
		break;
	default:
		row_string(r, SAT_UTF8, &v.at, cur_left(&v.at));
	}
	return true;
}

/* A value of one given type of string; another is shown as nothing. */
static void plain_string(struct packet *pkt, enum form form, const char *type, struct cursor *c)
{
	static const struct {
		uint8_t tag, field;
	} forms[] = {
		[PRINTABLE] = { DER_PRINTABLE, STR_PRINTABLE },
		[TELEPHONE] = { DER_PRINTABLE, STR_TELEPHONE },
		[X121] = { DER_NUMERIC, STR_X121 },
		[IA5] = { DER_IA5, STR_IA5 },
		[UTF8] = { DER_UTF8, STR_UTF8 },
		[BMP] = { DER_BMP, STR_BMP },
		[NUMERIC] = { DER_NUMERIC, STR_NUMERIC },
	};
	struct der v;
	if (!der_take(c, forms[form].tag, &v))
		return;
	struct row *r = row_open(pkt, &proto_x509sat, SAT_T_STRING);
	row_text(r, STR_OID, type, strlen(type), NULL, 0);
	if (form == BMP)
		wide_text(r, STR_BMP, &v.at, 2);
	else if (form == UTF8)
		row_string(r, STR_UTF8, &v.at, cur_left(&v.at));
	else
		x509_ascii(r, forms[form].field, &v.at);
}

/* `type`: of the attribute, NULL where the value stands elsewhere. */
static void read_value(struct packet *pkt, const struct attribute *a, const char *type, struct cursor *c)
{
	struct der v;
	if (a->form == DIRECTORY) {
		if (directory_string(pkt, type, c))
			pkt_token(pkt, a->proto);
		return;
	}
	pkt_token(pkt, a->proto);
	if (a->form == POSTAL) {
		if (der_take(c, DER_SEQUENCE, &v))
			for (; directory_string(pkt, type, &v.at); type = NULL)
				;
		return;
	}
	if (!type && a->form == OTHER)
		return;
	struct row *r = row_open(pkt, &proto_x509sat, SAT_T_ATTRIBUTE);
	set_type(r, type);
	switch (a->form) {
	case COUNTRY:
		if (der_take(c, DER_PRINTABLE, &v))
			x509_ascii(r, SAT_COUNTRY, &v.at);
		break;
	case UNIQUE:
		if (der_take(c, DER_BITS, &v)) {
			cur_skip(&v.at, 1);
			row_bytes(r, SAT_UNIQUE, &v.at, cur_left(&v.at));
		}
		break;
	case OTHER:
		break;
	default:
		plain_string(pkt, a->form, a->type, c);
	}
}

static const struct attribute *find_attribute(const char *type)
{
	for (size_t i = 0; i < sizeof(attributes) / sizeof(*attributes); i++)
		if (strcmp(attributes[i].type, type) == 0)
			return &attributes[i];
	return NULL;
}

void x509_value(struct packet *pkt, const char *type, struct cursor *c)
{
	const struct attribute *a = find_attribute(type);
	if (a)
		read_value(pkt, a, type, c);
	else
		set_type(row_open(pkt, &proto_x509sat, SAT_T_ATTRIBUTE), type);
}

void x509_other_value(struct packet *pkt, const char *type, struct cursor *c)
{
	const struct attribute *a = find_attribute(type);
	if (a)
		read_value(pkt, a, NULL, c);
}

void x509_relative_name(struct packet *pkt, struct cursor *contents)
{
	struct der pair, type;
	char text[DER_OID_MAX];
	while (der_take(contents, DER_SEQUENCE, &pair))
		if (der_take(&pair.at, DER_OID, &type) && der_oid(&type.at, text))
			x509_value(pkt, text, &pair.at);
}

void x509_name(struct packet *pkt, struct cursor *c)
{
	struct der name, rdn;
	if (!der_take(c, DER_SEQUENCE, &name))
		return;
	while (der_take(&name.at, DER_SET, &rdn))
		x509_relative_name(pkt, &rdn.at);
}

void x509_attribute(struct packet *pkt, struct cursor *contents)
{
	struct der type, set, value;
	char text[DER_OID_MAX];
	if (!der_take(contents, DER_OID, &type) || !der_oid(&type.at, text) ||
		!der_take(contents, DER_SET, &set))
		return;
	while (cur_left(&set.at)) {
		struct cursor one = set.at;
		if (!der_next(&set.at, &value))
			return;
		x509_value(pkt, text, &one);
	}
}

const struct protocol proto_x509sat = {
	.name = "x509sat",
	.title = "X.509 Selected Attribute Types",
	.spec = "RFC 5280, ITU-T X.520",
	.help = "The attributes that make up a name in a certificate: common name, organization, country.",
	.id = PROTO_ID_x509sat,
	.records = sat_records,
	.nrecords = SAT_T_COUNT,
	.no_item = true,
};
