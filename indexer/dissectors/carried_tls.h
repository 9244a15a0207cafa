/* Who reads TLS that is carried by other protocols than TCP. */
#ifndef PCAPDEX_DISSECTORS_CARRIED_TLS_H
#define PCAPDEX_DISSECTORS_CARRIED_TLS_H

#include "indexer/packet.h"

/* Whole records. */
const struct protocol *carried_tls(void);
const struct protocol *carried_dtls(void);

/* Handshake messages without records around them: QUIC (RFC 9001, section 4). */
const struct protocol *carried_tls_messages(void);

#endif
