#include "indexer/dissectors/carried_tls.h"

/* They may be left out of the build. */
extern const struct protocol proto_tls __attribute__((weak)), proto_tls_messages __attribute__((weak)),
	proto_dtls __attribute__((weak));

static const struct protocol bare = {
	.name = "tls",
	.title = "Transport Layer Security",
	.column = "TLS",
	.spec = "RFC 8446",
};

static const struct protocol bare_datagrams = {
	.name = "dtls",
	.title = "Datagram Transport Layer Security",
	.column = "DTLS",
	.spec = "RFC 9147",
};

const struct protocol *carried_tls(void)
{
	return &proto_tls ? &proto_tls : &bare;
}

const struct protocol *carried_tls_messages(void)
{
	return &proto_tls_messages ? &proto_tls_messages : &bare;
}

const struct protocol *carried_dtls(void)
{
	return &proto_dtls ? &proto_dtls : &bare_datagrams;
}
