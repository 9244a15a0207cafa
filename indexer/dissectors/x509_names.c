/* Modules of ASN.1 that a certificate's extensions and attributes belong to: for us tokens of
 * frame.protocols. */
#include "indexer/dissectors/x509.h"

const struct protocol x509_pkix1implicit = {
	.name = "pkix1implicit", .title = "PKIX1Implitit", .no_item = true
};
const struct protocol x509_pkix1explicit = {
	.name = "pkix1explicit", .title = "PKIX1Explicit", .no_item = true
};
const struct protocol x509_pkcs1 = { .name = "pkcs-1", .title = "PKCS#1", .no_item = true };
const struct protocol x509_ns_cert_exts = {
	.name = "ns_cert_exts", .title = "NetScape Certificate Extensions", .no_item = true
};
const struct protocol x509_logotype = {
	.name = "logotypecertextn", .title = "Logotype Certificate Extensions", .no_item = true
};
const struct protocol x509_pkixproxy = {
	.name = "pkixproxy", .title = "PKIXProxy (RFC3820)", .no_item = true
};
const struct protocol x509_pkixqualified = {
	.name = "pkixqualified", .title = "PKIX Qualified", .no_item = true
};
const struct protocol x509_pkixac = {
	.name = "pkixac", .title = "PKIX Attribute Certificate", .no_item = true
};
const struct protocol x509_cms = { .name = "cms", .title = "Cryptographic Message Syntax", .no_item = true };
const struct protocol x509_wlan = {
	.name = "wlancertextn", .title = "Wlan Certificate Extension", .no_item = true
};
const struct protocol x509_mudurl = { .name = "mudurl", .title = "MUDURL", .no_item = true };
const struct protocol x509_pkcs12 = {
	.name = "pkcs12", .title = "PKCS#12: Personal Information Exchange", .no_item = true
};
const struct protocol x509_pkcs10 = {
	.name = "pkcs10", .title = "PKCS10 Certification Request", .no_item = true
};
const struct protocol x509_x509if = {
	.name = "x509if", .title = "X.509 Information Framework", .no_item = true
};
const struct protocol x509_pkinit = { .name = "pkinit", .title = "PKINIT", .no_item = true };
const struct protocol x509_tcg = {
	.name = "tcg_cp_oids", .title = "TCG Credential Profiles", .no_item = true
};
/* The list of certificate timestamps is read by TLS's dissector (RFC 6962, section 3.3). */
const struct protocol x509_tls = { .name = "tls", .title = "Transport Layer Security", .no_item = true };
