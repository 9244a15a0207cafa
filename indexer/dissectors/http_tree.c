/* How Wireshark's tree shows a message of HTTP: its first line, its headers as they stand, then what was
 * worked out. */
#include "indexer/dissectors/http.h"

#define REQUEST  "{http.request.method} {http.request.uri}< {http.request.version}>\\r\\n"
#define RESPONSE "{http.response.version} {http.response.code:d}< {http.response.phrase}>\\r\\n"

const struct layout_line http_layout[] = {
	{ 0, "http.tls_port", PORT_OF_TLS, .expert = "Warning/Security" },
	{ 0, "http.leading_crlf", EMPTY_LINE, .expert = "Error/Malformed" },
	{ 0, NULL, REQUEST },
	{ 1, "http.chat", REQUEST, .expert = "Chat/Sequence" },
	{ 1, "http.request.method" },
	{ 1, "http.request.uri" },
	{ 2, "http.request.uri.path" },
	{ 2, "http.request.uri.query" },
	{ 3, .record = "http_parameter" },
	{ 1, "http.request.version" },
	{ 0, NULL, RESPONSE },
	{ 1, "http.chat", RESPONSE, .expert = "Chat/Sequence" },
	{ 1, "http.response.version" },
	{ 1, "http.response.code" },
	{ 1, "http.response.code.desc" },
	{ 1, "http.response.phrase" },
	{ 0, .record = "http_header", .only = true },
	{ 1, "http.request.line", "{}" },
	{ 2, "http.content_length", "[Content length: {}]" },
	{ 2, "http.authbasic" },
	{ 1, "http.response.line", "{}" },
	{ 2, "http.content_length", "[Content length: {}]" },
	{ 1, "http.unknown_header", "{}" },
	{ 0, NULL, "{http.chat:h}\\r\\n" },
	{ 0, "http.request.full_uri" },
	{ 0, "http.request_number", "[HTTP request {}</{http.requests}>]" },
	{ 0, "http.response_number", "[HTTP response {}</{http.requests}>]" },
	{ 0, "http.time" },
	{ 0, "http.request_in" },
	{ 0, "http.prev_request_in" },
	{ 0, "http.prev_response_in" },
	{ 0, "http.response_in" },
	{ 0, "http.next_request_in" },
	{ 0, "http.next_response_in" },
	{ 0, "http.response_for.uri" },
	{ 0, "http.file_data", "File Data: {:l} bytes" },
	{ 0, "http.subdissector_failed", BODY_REFUSED, .expert = "Note/Malformed" },
	{ 0 },
};
