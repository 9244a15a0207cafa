/* HTTP/2 */
#include <string.h>

#include "indexer/dissectors/http.h"

extern const struct protocol proto_http2, proto_websocket;

static const uint8_t preface[24] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

bool http2_preface(const struct cursor *c)
{
	return c->cap >= sizeof(preface) && memcmp(c->data, preface, sizeof(preface)) == 0;
}

static enum verdict http2_dissect(struct packet *pkt, struct cursor *c)
{
	(void)pkt;
	(void)c;
	return MINE;
}

const struct protocol proto_http2 = {
	.name = "http2",
	.title = "HyperText Transfer Protocol 2",
	.column = "HTTP2",
	.spec = "RFC 9113",
	.help = "The second version of HTTP.",
	.id = PROTO_ID_http2,
	.dissect = http2_dissect,
};

const struct protocol *http_upgrade(struct http_span name)
{
	if (http_is(name, "websocket"))
		return &proto_websocket;
	return http_is(name, "h2c") ? &proto_http2 : NULL;
}
