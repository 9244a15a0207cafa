/* Who reads the handshake messages of TLS that QUIC carries without records around them (RFC 9001, section
 * 4). */
#ifndef PCAPDEX_DISSECTORS_QUIC_TLS_H
#define PCAPDEX_DISSECTORS_QUIC_TLS_H

#include "indexer/packet.h"

extern const struct protocol quic_tls;

#endif
