/* Names of TLS's numbers. */
#ifndef PCAPDEX_DISSECTORS_TLS_NAMES_H
#define PCAPDEX_DISSECTORS_TLS_NAMES_H

#include "schema/kind.h"

extern const struct value_name tls_cipher_suites[];

/* tls_fields.c */
extern const struct value_name tls_groups[], tls_signatures[], tls_versions[], tls_point_formats[],
	tls_psk_modes[], tls_name_types[];

/* RFC 8701 */
#define TLS_GREASE_NAME(n)                                                                                   \
	{                                                                                                    \
		n, "Reserved (GREASE)"                                                                       \
	}
#define TLS_GREASE_NAMES                                                                                     \
	TLS_GREASE_NAME(0x0a0a), TLS_GREASE_NAME(0x1a1a), TLS_GREASE_NAME(0x2a2a), TLS_GREASE_NAME(0x3a3a),  \
		TLS_GREASE_NAME(0x4a4a), TLS_GREASE_NAME(0x5a5a), TLS_GREASE_NAME(0x6a6a),                   \
		TLS_GREASE_NAME(0x7a7a), TLS_GREASE_NAME(0x8a8a), TLS_GREASE_NAME(0x9a9a),                   \
		TLS_GREASE_NAME(0xaaaa), TLS_GREASE_NAME(0xbaba), TLS_GREASE_NAME(0xcaca),                   \
		TLS_GREASE_NAME(0xdada), TLS_GREASE_NAME(0xeaea), TLS_GREASE_NAME(0xfafa)

#endif
