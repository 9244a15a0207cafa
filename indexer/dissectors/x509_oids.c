/* Names of what certificates name by numbers: RFC 5280, RFC 3279, RFC 5912, and the public list of logs of
 * certificate transparency (RFC 6962). */
#include "indexer/dissectors/x509_oids.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct named {
	const char *id, *name;
};

static const struct named oids[] = {
	{ "2.5.4.3", "id-at-commonName" },
	{ "2.5.4.4", "id-at-surname" },
	{ "2.5.4.5", "id-at-serialNumber" },
	{ "2.5.4.6", "id-at-countryName" },
	{ "2.5.4.7", "id-at-localityName" },
	{ "2.5.4.8", "id-at-stateOrProvinceName" },
	{ "2.5.4.9", "id-at-streetAddress" },
	{ "2.5.4.10", "id-at-organizationName" },
	{ "2.5.4.11", "id-at-organizationalUnitName" },
	{ "2.5.4.12", "id-at-title" },
	{ "2.5.4.13", "id-at-description" },
	{ "2.5.4.15", "id-at-businessCategory" },
	{ "2.5.4.16", "id-at-postalAddress" },
	{ "2.5.4.17", "id-at-postalCode" },
	{ "2.5.4.20", "id-at-telephoneNumber" },
	{ "2.5.4.41", "id-at-name" },
	{ "2.5.4.42", "id-at-givenName" },
	{ "2.5.4.43", "id-at-initials" },
	{ "2.5.4.46", "id-at-dnQualifier" },
	{ "2.5.4.65", "id-at-pseudonym" },
	{ "2.5.4.97", "id-at-organizationIdentifier" },
	{ "0.9.2342.19200300.100.1.1", "id-uid" },
	{ "0.9.2342.19200300.100.1.25", "dc" },
	{ "1.2.840.113549.1.9.1", "pkcs-9-at-emailAddress" },
	{ "1.2.840.113549.1.1.1", "rsaEncryption" },
	{ "1.2.840.113549.1.1.2", "md2WithRSAEncryption" },
	{ "1.2.840.113549.1.1.4", "md5WithRSAEncryption" },
	{ "1.2.840.113549.1.1.5", "sha1WithRSAEncryption" },
	{ "1.2.840.113549.1.1.10", "rsassa-pss" },
	{ "1.2.840.113549.1.1.11", "sha256WithRSAEncryption" },
	{ "1.2.840.113549.1.1.12", "sha384WithRSAEncryption" },
	{ "1.2.840.113549.1.1.13", "sha512WithRSAEncryption" },
	{ "1.2.840.10040.4.1", "id-dsa" },
	{ "1.2.840.10040.4.3", "id-dsa-with-sha1" },
	{ "1.2.840.10045.2.1", "id-ecPublicKey" },
	{ "1.2.840.10045.3.1.7", "secp256r1" },
	{ "1.3.132.0.34", "secp384r1" },
	{ "1.3.132.0.35", "secp521r1" },
	{ "1.2.840.10045.4.1", "ecdsa-with-SHA1" },
	{ "1.2.840.10045.4.3.2", "ecdsa-with-SHA256" },
	{ "1.2.840.10045.4.3.3", "ecdsa-with-SHA384" },
	{ "1.2.840.10045.4.3.4", "ecdsa-with-SHA512" },
	{ "1.3.14.3.2.26", "SHA-1" },
	{ "2.5.29.9", "id-ce-subjectDirectoryAttributes" },
	{ "2.5.29.14", "id-ce-subjectKeyIdentifier" },
	{ "2.5.29.15", "id-ce-keyUsage" },
	{ "2.5.29.16", "id-ce-privateKeyUsagePeriod" },
	{ "2.5.29.17", "id-ce-subjectAltName" },
	{ "2.5.29.18", "id-ce-issuerAltName" },
	{ "2.5.29.19", "id-ce-basicConstraints" },
	{ "2.5.29.30", "id-ce-nameConstraints" },
	{ "2.5.29.31", "id-ce-cRLDistributionPoints" },
	{ "2.5.29.32", "id-ce-certificatePolicies" },
	{ "2.5.29.32.0", "anyPolicy" },
	{ "2.5.29.33", "id-ce-policyMappings" },
	{ "2.5.29.35", "id-ce-authorityKeyIdentifier" },
	{ "2.5.29.36", "id-ce-policyConstraints" },
	{ "2.5.29.37", "id-ce-extKeyUsage" },
	{ "2.5.29.46", "id-ce-freshestCRL" },
	{ "1.3.6.1.5.5.7.1.1", "id-pe-authorityInfoAccess" },
	{ "1.3.6.1.5.5.7.1.3", "id-pe-qcStatements" },
	{ "1.3.6.1.5.5.7.1.12", "id-pe-logotype" },
	{ "1.3.6.1.5.5.7.2.1", "id-qt-cps" },
	{ "1.3.6.1.5.5.7.2.2", "id-qt-unotice" },
	{ "1.3.6.1.5.5.7.3.1", "id-kp-serverAuth" },
	{ "1.3.6.1.5.5.7.3.2", "id-kp-clientAuth" },
	{ "1.3.6.1.5.5.7.3.3", "id-kp-codeSigning" },
	{ "1.3.6.1.5.5.7.3.4", "id-kp-emailProtection" },
	{ "1.3.6.1.5.5.7.3.8", "id-kp-timeStamping" },
	{ "1.3.6.1.5.5.7.3.9", "OCSPSigning" },
	{ "1.3.6.1.5.5.7.48.1", "id-ad-ocsp" },
	{ "1.3.6.1.5.5.7.48.2", "id-ad-caIssuers" },
	{ "1.3.6.1.5.5.7.48.1.1", "id-pkix-ocsp-basic" },
	{ "1.3.6.1.5.5.7.48.1.5", "id-pkix-ocsp-nocheck" },
	{ "1.3.6.1.4.1.11129.2.4.2", "SignedCertificateTimestampList" },
	{ "1.3.6.1.4.1.311.20.2", "id-ms-certificate-template-name" },
	{ "1.3.6.1.4.1.311.21.1", "id-ms-ca-version" },
	{ "1.3.6.1.4.1.311.21.7", "id-ms-certificate-template" },
	{ "1.3.6.1.4.1.311.21.10", "id-ms-application-certificate-policies" },
	{ "2.16.840.1.113730.1.1", "ns_cert_exts.cert_type" },
};

/* Attributes that are one kind of text, and have a label of their own. */
static const struct named attributes[] = {
	{ "2.5.4.5", "SerialNumber" },
	{ "2.5.4.6", "CountryName" },
	{ "2.5.4.46", "DnQualifier" },
	{ "1.2.840.113549.1.9.1", "IA5String" },
	{ "0.9.2342.19200300.100.1.25", "IA5String" },
};

/* By the first eight octets of the log's id. */
static const struct named logs[] = {
	{ "5ea773f9df56c0e7", "Cloudflare 'Nimbus2020' Log" },
	{ "41c8cab1df22464a", "Cloudflare 'Nimbus2022' Log" },
	{ "dab6bf6b3fb5b622", "Cloudflare 'Nimbus2024' Log" },
	{ "a442c50649606154", "DigiCert 'Sphinx2025h2' Log" },
	{ "5614069a2fd7c2ec", "DigiCert Log Server" },
	{ "51a3b0f5fd01799c", "DigiCert Nessie2022 Log" },
	{ "73d99e891b4c9678", "DigiCert Nessie2024 Log" },
	{ "48b0e36bdaa64734", "DigiCert Yeti2024 Log" },
	{ "2979bef09e393921", "Google 'Argon2022' log" },
	{ "eecdd064d5db1ace", "Google 'Argon2024' log" },
	{ "a4b90990b4185814", "Google 'Pilot' log" },
	{ "ee4bbdb775ce60ba", "Google 'Rocketeer' log" },
	{ "07b75c1be57d68ff", "Google 'Xenon2020' log" },
	{ "46a555eb75fa9120", "Google 'Xenon2022' log" },
	{ "76ff883f0ab6fb95", "Google 'Xenon2024' log" },
	{ "dfa55eab68824f1f", "Let's Encrypt 'Oak2022' log" },
	{ "0de1f2302bd30dc1", "Let's Encrypt 'Oak2025h2'" },
	{ "6f5376ac31f03119", "Sectigo 'Mammoth' CT log" },
	{ "5581d4c216903601", "Sectigo 'Sabre' CT log" },
	{ "ac3b9aed7fa96747", "Venafi log" },
};

static const char *find(const struct named *list, size_t n, const char *id)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].id, id) == 0)
			return list[i].name;
	return NULL;
}
#define FIND(list, id) find(list, sizeof(list) / sizeof(*(list)), id)

/* X.690, section 8.19: seven bits an octet, the first two numbers in one. */
void x509_oid_text(char text[X509_OID_MAX], const uint8_t *octets, uint32_t n)
{
	size_t used = 0;
	uint64_t v = 0;
	text[0] = '\0';
	for (uint32_t i = 0; i < n && used + 24 < X509_OID_MAX; i++) {
		v = v << 7 | (octets[i] & 0x7f);
		if (octets[i] & 0x80)
			continue;
		if (!used) {
			unsigned first = v < 80 ? (unsigned)v / 40 : 2;
			used = (size_t)snprintf(text, X509_OID_MAX, "%u.%" PRIu64, first, v - first * 40);
		} else {
			used += (size_t)snprintf(text + used, X509_OID_MAX - used, ".%" PRIu64, v);
		}
		v = 0;
	}
}

const char *x509_oid_name(char oid[X509_OID_MAX])
{
	static const char *const roots[] = { "itu-t", "iso", "joint-iso-itu-t" };
	const char *name = FIND(oids, oid);
	if (name || oid[0] < '0' || oid[0] > '2')
		return name ? name : oid;
	const char *root = roots[oid[0] - '0'];
	size_t n = strlen(root), rest = strlen(oid + 1);
	if (n + rest + 1 > X509_OID_MAX)
		return oid;
	memmove(oid + n, oid + 1, rest + 1);
	memcpy(oid, root, n);
	return oid;
}

const char *x509_attribute_label(const char *oid)
{
	return FIND(attributes, oid);
}

const char *x509_log_name(const uint8_t id[32])
{
	char hex[17];
	for (unsigned i = 0; i < 8; i++)
		snprintf(hex + 2 * i, 3, "%02x", id[i]);
	const char *name = FIND(logs, hex);
	return name ? name : "Unknown Log";
}
