/* Names of TLS's numbers. */
#ifndef PCAPDEX_DISSECTORS_TLS_NAMES_H
#define PCAPDEX_DISSECTORS_TLS_NAMES_H

#include "schema/kind.h"

extern const struct value_name tls_cipher_suites[];

#endif
