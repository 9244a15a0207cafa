/* Lines that the trees of TLS, DTLS and QUIC make of octets (indexer/layout.h). */
#ifndef PCAPDEX_DISSECTORS_TLS_TREE_H
#define PCAPDEX_DISSECTORS_TLS_TREE_H

#include "indexer/layout.h"

/* The octets of an extension; about its type and the handshake message. */
void tls_extension_lines(const struct layout_octets *octets, layout_add *add, void *to);

/* Hash and signature of a SignatureAndHashAlgorithm. */
void tls_signature_lines(uint64_t number, layout_add *add, void *to);

/* A signature's algorithm with the same below it. */
void tls_say_signature(const struct layout_lines *l, unsigned depth, unsigned scheme);

/* QUIC's transport parameters (RFC 9000, section 18). */
void quic_parameter_lines(const struct layout_octets *octets, layout_add *add, void *to);

/* A certificate in DER. */
void x509_certificate_lines(const struct layout_octets *octets, layout_add *add, void *to);

#endif
