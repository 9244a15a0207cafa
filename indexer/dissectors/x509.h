/* Certificates and what they are made of (RFC 5280), for every protocol that carries them: TLS, IKE,
 * Kerberos, OCSP over HTTP. Each of these adds the tokens, in the order in which Wireshark's dissectors are
 * called, and rows. */
#ifndef PCAPDEX_DISSECTORS_X509_H
#define PCAPDEX_DISSECTORS_X509_H

#include "indexer/dissectors/der.h"
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_x509af; /* dissects a certificate: application/pkix-cert and the like */
extern const struct protocol proto_x509sat, proto_x509ce;
extern const struct protocol proto_ocsp;         /* dissects a response */
extern const struct protocol proto_ocsp_request; /* the same, for requests; not in the registry */

/* What stands at the cursor; it moves behind it. */
void x509_certificate(struct packet *pkt, struct cursor *c);
void x509_name(struct packet *pkt, struct cursor *c); /* a sequence of relative distinguished names */
void x509_public_key(struct packet *pkt, struct cursor *c);
void x509_ocsp_response(struct packet *pkt, struct cursor *c);

/* ---- the files of X.509 among themselves ---- */

/* x509af.c */
void x509_algorithm(struct packet *pkt, struct cursor *contents); /* of an AlgorithmIdentifier */

/* x509sat.c */
void x509_relative_name(struct packet *pkt, struct cursor *contents);
void x509_attribute(struct packet *pkt, struct cursor *contents);              /* type and a set of values */
void x509_value(struct packet *pkt, const char *type, struct cursor *c);       /* of an attribute of a name */
void x509_other_value(struct packet *pkt, const char *type, struct cursor *c); /* the same types elsewhere */

/* x509ce.c */
/* A list of extensions: of a certificate, or of a message about certificates, whose ids are not those of
 * x509af. */
void x509_extensions(struct packet *pkt, struct cursor *contents, bool of_certificate);
void x509_general_names(struct packet *pkt, struct cursor *contents);
void x509_timestamps(struct cursor *c); /* SignedCertificateTimestampList, RFC 6962 */

/* x509_names.c: who only adds a token */
extern const struct protocol x509_pkix1implicit, x509_pkix1explicit, x509_pkcs1, x509_ns_cert_exts,
	x509_logotype, x509_pkixproxy, x509_pkixqualified, x509_pkixac, x509_cms, x509_wlan, x509_mudurl,
	x509_pkcs12, x509_pkcs10, x509_x509if, x509_pkinit, x509_tcg, x509_tls;

/* Text of the octets left: ASCII, each octet above 127 is shown as U+FFFD, nothing behind a NUL. */
void x509_ascii(struct row *r, unsigned field, struct cursor *c);

#endif
