/* Kerberos: what its files share. */
#ifndef PCAPDEX_DISSECTORS_KERBEROS_H
#define PCAPDEX_DISSECTORS_KERBEROS_H

#include "indexer/packet.h"

extern const struct protocol proto_kerberos, proto_krb4;

/* Does it look like a message of version 4? */
bool krb4_is(const struct cursor *c);

/* Public key authentication (RFC 4556): contents of PA-PK-AS-REQ. */
void pkinit_padata(struct packet *pkt, struct cursor c);

#endif
