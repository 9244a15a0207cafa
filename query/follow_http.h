/* The messages of HTTP/1.x in a TCP stream: heads, and bodies put together and decoded. */
#ifndef PCAPDEX_QUERY_FOLLOW_HTTP_H
#define PCAPDEX_QUERY_FOLLOW_HTTP_H

#include "query/follow.h"

/* As follow_stream(): a chunk for each head (start line, headers and the empty line) and one for each body,
 * when its message is whole; a body of more than 16 MiB comes in several. A message that breaks off is given
 * as far as it goes; what is no HTTP, as after a switch to another protocol, is not given. The client is who
 * sent the first message. */
int follow_http(struct session *s, const struct selected_capture *capture, uint32_t stream,
	struct follow_peer peers[2], follow_fn *take, void *ctx);

#endif
