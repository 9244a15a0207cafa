/* Tokens of authentication as other protocols carry them. */
#ifndef PCAPDEX_DISSECTORS_SECURITY_BLOB_H
#define PCAPDEX_DISSECTORS_SECURITY_BLOB_H

#include "indexer/packet.h"

extern const struct protocol proto_gss_api, proto_spnego, proto_spnego_krb5, proto_ntlmssp;

/* Mechanisms by their object identifiers. */
enum gss_mechanism { GSS_NONE, GSS_SPNEGO, GSS_KRB5, GSS_NTLMSSP };
enum gss_mechanism gss_mechanism(const struct cursor *oid); /* contents of one */
const struct protocol *gss_protocol(enum gss_mechanism mechanism);

/* A GSS-API token (RFC 2743, section 3.1) inside a layer that is not GSS-API's own. */
void gss_token(struct packet *pkt, struct cursor token);

#define NTLMSSP_SIGNATURE "NTLMSSP"

static inline bool is_ntlmssp(const struct cursor *c)
{
	return cur_avail(c) >= 7 && memcmp(c->data + c->pos, NTLMSSP_SIGNATURE, 7) == 0;
}

/* The Info column of a message of NTLMSSP: ", NTLMSSP_AUTH, User: DOMAIN\\user". Only where pkt->info is
 * asked for. */
void ntlmssp_inform(struct packet *pkt, const struct cursor *c);

/* Some carriers look for bare NTLMSSP themselves, others leave that to GSS-API. */
static inline void pkt_next_security_blob(struct packet *pkt, struct cursor blob)
{
	pkt_next_proto(pkt, is_ntlmssp(&blob) ? &proto_ntlmssp : &proto_gss_api, blob);
}

#endif
