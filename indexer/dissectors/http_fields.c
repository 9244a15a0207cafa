/* The fields of HTTP/1.x. */
#include "indexer/dissectors/http.h"
#include "indexer/expert.h"

#define TEXT(id)      "(SELECT x.value FROM t_text x WHERE x.id=" id ")"
#define OF_TYPE(n, e) "CASE {type} WHEN " #n " THEN " e " END"
#define OF_REQUEST(e) "CASE WHEN {type} IN (1,3) THEN " e " END"

/* RFC 9110, section 15, and the IANA registry of status codes. */
#define CODE(n, name) " WHEN " #n " THEN '" name "'"
#define CODE_NAMES                                                                                           \
	"CASE {response_code}" CODE(100, "Continue") CODE(101, "Switching Protocols") CODE(                  \
		102, "Processing") CODE(103, "Early Hints") CODE(199, "Informational - Others") CODE(200,    \
		"OK") CODE(201, "Created") CODE(202, "Accepted") CODE(203, "Non-authoritative Information")  \
		CODE(204, "No Content") CODE(205, "Reset Content") CODE(206, "Partial Content") CODE(        \
			207, "Multi-Status") CODE(208, "Already Reported") CODE(226, "IM Used") CODE(299,    \
			"Success - Others") CODE(300, "Multiple Choices") CODE(301,                          \
			"Moved Permanently") CODE(302, "Found") CODE(303, "See Other") CODE(304,             \
			"Not Modified") CODE(305, "Use Proxy") CODE(307, "Temporary Redirect") CODE(308,     \
			"Permanent Redirect") CODE(399, "Redirection - Others") CODE(400,                    \
			"Bad Request") CODE(401, "Unauthorized") CODE(402, "Payment Required") CODE(403,     \
			"Forbidden") CODE(404, "Not Found") CODE(405, "Method Not Allowed") CODE(406,        \
			"Not Acceptable") CODE(407, "Proxy Authentication Required") CODE(408,               \
			"Request Time-out") CODE(409, "Conflict") CODE(410, "Gone") CODE(411,                \
			"Length Required") CODE(412, "Precondition Failed") CODE(413,                        \
			"Request Entity Too Large") CODE(414, "Request-URI Too Long") CODE(415,              \
			"Unsupported Media Type") CODE(416, "Requested Range Not Satisfiable") CODE(417,     \
			"Expectation Failed") CODE(418, "I''m a teapot") CODE(421,                           \
			"Misdirected Request") CODE(422, "Unprocessable Entity") CODE(423,                   \
			"Locked") CODE(424, "Failed Dependency") CODE(425, "Too Early") CODE(426,            \
			"Upgrade Required") CODE(428, "Precondition Required") CODE(429,                     \
			"Too Many Requests") CODE(431, "Request Header Fields Too Large") CODE(451,          \
			"Unavailable For Legal Reasons") CODE(499, "Client Error - Others") CODE(500,        \
			"Internal Server Error") CODE(501, "Not Implemented") CODE(502,                      \
			"Bad Gateway") CODE(503, "Service Unavailable") CODE(504, "Gateway Time-out")        \
			CODE(505, "HTTP Version not supported") CODE(506, "Variant Also Negotiates") CODE(   \
				507, "Insufficient Storage") CODE(508, "Loop Detected") CODE(510,            \
				"Not Extended") CODE(511, "Network Authentication Required") CODE(599,       \
				"Server Error - Others") " ELSE 'Unknown ('||{response_code}||')' END"

/* The first line, as Wireshark shows it. */
#define FIRST_LINE                                                                                           \
	"CASE {type} WHEN 2 THEN " TEXT("{version}") "||' '||{response_code}||' '||coalesce(" TEXT(          \
		"{response_phrase}") ", '') ELSE " TEXT("{request_method}") "||' '||" TEXT("{request_uri}") "||coalesce(' '||" TEXT("{version}") ", '') END||'\\r\\n'"

static const struct field message_fields[MESSAGE_NFIELDS] = {
	[MESSAGE_TYPE] = { "type", "1 request, 2 response, 3 notification", KIND_UINT, .internal = true },
	[MESSAGE_VERSION] = { "version", "protocol version of either", KIND_TEXT, .internal = true },
	[MESSAGE_METHOD] = { "http.request.method", "Request Method", KIND_TEXT },
	[MESSAGE_URI] = { "http.request.uri", "Request URI", KIND_TEXT },
	[MESSAGE_FULL_URI] = { "full_uri", "of the request, also in its response", KIND_TEXT,
		.internal = true },
	[MESSAGE_CODE] = { "http.response.code", "Status Code", KIND_UINT, .octets = 2 },
	[MESSAGE_PHRASE] = { "http.response.phrase", "Response Phrase", KIND_TEXT },
	[MESSAGE_NUMBER] = { "number", "running number of the exchange", KIND_UINT, .internal = true },
	[MESSAGE_REQUEST_IN] = { "http.request_in", "Request in frame", KIND_FRAME, .generated = true },
	[MESSAGE_TIME] = { "http.time", "Time since request", KIND_RELTIME, .generated = true },
	[MESSAGE_PREV_REQUEST_IN] = { "http.prev_request_in", "Prev request in frame", KIND_FRAME,
		.generated = true },
	[MESSAGE_PREV_RESPONSE_IN] = { "http.prev_response_in", "Prev response in frame", KIND_FRAME,
		.generated = true },
	[MESSAGE_FILE_DATA] = { "http.file_data", "File Data", KIND_BYTES, BASE_TEXT },
	[MESSAGE_PATH] = { "http.request.uri.path", "Request URI Path", KIND_TEXT, .part = 1 },
	[MESSAGE_QUERY] = { "http.request.uri.query", "Request URI Query", KIND_TEXT, .part = 1 },
	[MESSAGE_TRAILER] = { "http.chunked_trailer_part", "trailer-part", KIND_TEXT, .part = 2 },
	[MESSAGE_PROXY_HOST] = { "http.proxy_connect_host", "Proxy-Connect-Hostname", KIND_TEXT, .part = 2,
		.generated = true },
	[MESSAGE_PROXY_PORT] = { "http.proxy_connect_port", "Proxy-Connect-Port", KIND_UINT, .octets = 2,
		.part = 2, .generated = true },
	[MESSAGE_LEADING_CRLF] = { "http.leading_crlf", EMPTY_LINE, KIND_NONE, .part = 2, .generated = true },
	[MESSAGE_TLS_PORT] = { "http.tls_port", PORT_OF_TLS, KIND_NONE, .part = 2, .generated = true },
	[MESSAGE_SUBDISSECTOR_FAILED] = { "http.subdissector_failed", BODY_REFUSED, KIND_NONE, .part = 2,
		.generated = true },
	[MESSAGE_NOTIFICATION] = { "http.notification", "Notification", KIND_BOOL, .hidden = true,
		.sql = OF_TYPE(3, "1") },
	[MESSAGE_RESPONSE] = { "http.response", "Response", KIND_BOOL, .hidden = true,
		.sql = OF_TYPE(2, "1") },
	[MESSAGE_REQUEST] = { "http.request", "Request", KIND_BOOL, .hidden = true, .sql = OF_TYPE(1, "1") },
	[MESSAGE_RESPONSE_NUMBER] = { "http.response_number", "Response number", KIND_UINT, .octets = 4,
		.generated = true, .sql = OF_TYPE(2, "{number}") },
	[MESSAGE_REQUEST_NUMBER] = { "http.request_number", "Request number", KIND_UINT, .octets = 4,
		.generated = true, .sql = OF_TYPE(1, "{number}") },
	[MESSAGE_REQUEST_VERSION] = { "http.request.version", "Request Version", KIND_TEXT,
		.sql = OF_REQUEST(TEXT("{version}")) },
	[MESSAGE_RESPONSE_VERSION] = { "http.response.version", "Response Version", KIND_TEXT,
		.sql = OF_TYPE(2, TEXT("{version}")) },
	[MESSAGE_REQUEST_FULL_URI] = { "http.request.full_uri", "Full request URI", KIND_TEXT,
		.generated = true, .sql = OF_REQUEST(TEXT("{full_uri}")) },
	[MESSAGE_RESPONSE_FOR_URI] = { "http.response_for.uri", "Request URI", KIND_TEXT, .generated = true,
		.sql = OF_TYPE(2, TEXT("{full_uri}")) },
	[MESSAGE_CODE_DESC] = { "http.response.code.desc", "Status Code Description", KIND_TEXT,
		.generated = true, .sql = "CASE WHEN {response_code} IS NOT NULL THEN " CODE_NAMES " END" },
	[MESSAGE_CHAT] = { "http.chat", "Formatted text", KIND_NONE, .generated = true,
		.sql = "CASE WHEN {type} THEN 1 END" },
	EXPERT_ITEM_IN(MESSAGE_EXPERT_PORT, 2, EXPERT_IF("{tls_port}", "'" PORT_OF_TLS "'"), EXPERT_WARN,
		EXPERT_SECURITY),
	EXPERT_ITEM_IN(MESSAGE_EXPERT_CRLF, 2, EXPERT_IF("{leading_crlf}", "'" EMPTY_LINE "'"), EXPERT_ERROR,
		EXPERT_MALFORMED),
	EXPERT_ITEM(MESSAGE_EXPERT_LINE, FIRST_LINE, EXPERT_CHAT, EXPERT_SEQUENCE),
	EXPERT_ITEM_IN(MESSAGE_EXPERT_BODY, 2, EXPERT_IF("{subdissector_failed}", "'" BODY_REFUSED "'"),
		EXPERT_NOTE, EXPERT_MALFORMED),
};
static const char *const message_parts[] = { "uri", "rare", NULL };

const char *const http_header_names[HEADER_COUNT] = { [HEADER_AUTHORIZATION] = "authorization",
	[HEADER_PROXY_AUTHORIZATION] = "proxy-authorization",
	[HEADER_PROXY_AUTHENTICATE] = "proxy-authenticate",
	[HEADER_WWW_AUTHENTICATE] = "www-authenticate",
	[HEADER_CONTENT_TYPE] = "content-type",
	[HEADER_CONTENT_LENGTH] = "content-length",
	[HEADER_CONTENT_ENCODING] = "content-encoding",
	[HEADER_TRANSFER_ENCODING] = "transfer-encoding",
	[HEADER_UPGRADE] = "upgrade",
	[HEADER_USER_AGENT] = "user-agent",
	[HEADER_HOST] = "host",
	[HEADER_CONNECTION] = "connection",
	[HEADER_COOKIE] = "cookie",
	[HEADER_ACCEPT] = "accept",
	[HEADER_REFERER] = "referer",
	[HEADER_ACCEPT_LANGUAGE] = "accept-language",
	[HEADER_ACCEPT_ENCODING] = "accept-encoding",
	[HEADER_DATE] = "date",
	[HEADER_CACHE_CONTROL] = "cache-control",
	[HEADER_SERVER] = "server",
	[HEADER_LOCATION] = "location",
	[HEADER_WS_ACCEPT] = "sec-websocket-accept",
	[HEADER_WS_EXTENSIONS] = "sec-websocket-extensions",
	[HEADER_WS_KEY] = "sec-websocket-key",
	[HEADER_WS_PROTOCOL] = "sec-websocket-protocol",
	[HEADER_WS_VERSION] = "sec-websocket-version",
	[HEADER_SET_COOKIE] = "set-cookie",
	[HEADER_LAST_MODIFIED] = "last-modified",
	[HEADER_X_FORWARDED_FOR] = "x-forwarded-for",
	[HEADER_HTTP2_SETTINGS] = "http2-settings" };

/* The value of a header is the end of its line; the numbers are those of enum http_header. */
#define VALUE     "rtrim(substr(" TEXT("{line}") ",{at}),char(13,10))"
#define HEADER(n) .sql = "CASE {code}&255 WHEN " #n " THEN " VALUE " END"

static const struct field header_fields[] = {
	[HEADER_FIELD_CODE] = { "code", "which header; type of the message << 8", KIND_UINT,
		.internal = true },
	[HEADER_FIELD_LINE] = { "line", "the header's line", KIND_TEXT, .internal = true },
	[HEADER_FIELD_AT] = { "at", "where in the line the value begins", KIND_UINT, .internal = true },
	[HEADER_FIELD_LENGTH] = { "http.content_length", "Content length", KIND_UINT, .octets = 8,
		.generated = true },
	[HEADER_FIELD_CREDENTIALS] = { "http.authbasic", "Credentials", KIND_TEXT },
	{ "http.request.line", "Request line", KIND_TEXT,
		.sql = "CASE {code}>>8 WHEN 1 THEN " TEXT("{line}") " END" },
	{ "http.response.line", "Response line", KIND_TEXT,
		.sql = "CASE {code}>>8 WHEN 2 THEN " TEXT("{line}") " END" },
	{ "http.unknown_header", "Unknown header", KIND_TEXT,
		.sql = "CASE WHEN {code}>>8 NOT IN (1,2) AND {code}&255=0 THEN " TEXT("{line}") " END" },
	{ "http.authorization", "Authorization", KIND_TEXT, HEADER(1) },
	{ "http.proxy_authorization", "Proxy-Authorization", KIND_TEXT, HEADER(2) },
	{ "http.proxy_authenticate", "Proxy-Authenticate", KIND_TEXT, HEADER(3) },
	{ "http.www_authenticate", "WWW-Authenticate", KIND_TEXT, HEADER(4) },
	{ "http.content_type", "Content-Type", KIND_TEXT, HEADER(5) },
	{ "http.content_length_header", "Content-Length", KIND_TEXT, HEADER(6) },
	{ "http.content_encoding", "Content-Encoding", KIND_TEXT, HEADER(7) },
	{ "http.transfer_encoding", "Transfer-Encoding", KIND_TEXT, HEADER(8) },
	{ "http.upgrade", "Upgrade", KIND_TEXT, HEADER(9) },
	{ "http.user_agent", "User-Agent", KIND_TEXT, HEADER(10) },
	{ "http.host", "Host", KIND_TEXT, HEADER(11) },
	{ "http.connection", "Connection", KIND_TEXT, HEADER(12) },
	{ "http.cookie", "Cookie", KIND_TEXT, HEADER(13) },
	{ "http.accept", "Accept", KIND_TEXT, HEADER(14) },
	{ "http.referer", "Referer", KIND_TEXT, HEADER(15) },
	{ "http.accept_language", "Accept-Language", KIND_TEXT, HEADER(16) },
	{ "http.accept_encoding", "Accept Encoding", KIND_TEXT, HEADER(17) },
	{ "http.date", "Date", KIND_TEXT, HEADER(18) },
	{ "http.cache_control", "Cache-Control", KIND_TEXT, HEADER(19) },
	{ "http.server", "Server", KIND_TEXT, HEADER(20) },
	{ "http.location", "Location", KIND_TEXT, HEADER(21) },
	{ "http.sec_websocket_accept", "Sec-WebSocket-Accept", KIND_TEXT, HEADER(22) },
	{ "http.sec_websocket_extensions", "Sec-WebSocket-Extensions", KIND_TEXT, HEADER(23) },
	{ "http.sec_websocket_key", "Sec-WebSocket-Key", KIND_TEXT, HEADER(24) },
	{ "http.sec_websocket_protocol", "Sec-WebSocket-Protocol", KIND_TEXT, HEADER(25) },
	{ "http.sec_websocket_version", "Sec-WebSocket-Version", KIND_TEXT, HEADER(26) },
	{ "http.set_cookie", "Set-Cookie", KIND_TEXT, HEADER(27) },
	{ "http.last_modified", "Last-Modified", KIND_TEXT, HEADER(28) },
	{ "http.x_forwarded_for", "X-Forwarded-For", KIND_TEXT, HEADER(29) },
	{ "http.http2_settings", "HTTP2-Settings", KIND_TEXT, HEADER(30) },
};

static const struct field chunk_fields[] = {
	{ "http.chunk_size", "Chunk size", KIND_UINT, .octets = 4 },
};

static const struct field parameter_fields[] = {
	{ "http.request.uri.query.parameter", "Request URI Query Parameter", KIND_TEXT },
};

static const struct field cookie_fields[] = {
	{ "http.cookie_pair", "Cookie pair", KIND_TEXT },
};

static const struct field response_in_fields[] = {
	{ "http.response_in", "Response in frame", KIND_FRAME, .generated = true },
};

static const struct field next_request_fields[] = {
	{ "http.next_request_in", "Next request in frame", KIND_FRAME, .generated = true },
};

static const struct field next_response_fields[] = {
	{ "http.next_response_in", "Next response in frame", KIND_FRAME, .generated = true },
};

#define RECORD(name, shape, fields)                                                                          \
	{                                                                                                    \
		name, shape, sizeof(fields) / sizeof(*(fields)), fields, NULL                                \
	}

const struct record http_records[HTTP_NRECORDS] = {
	[HTTP_MESSAGE] = { "http", RECORD_LAYER, MESSAGE_NFIELDS, message_fields, message_parts },
	[HTTP_HEADER] = RECORD("http_header", RECORD_CHILD, header_fields),
	[HTTP_CHUNK] = RECORD("http_chunk", RECORD_CHILD, chunk_fields),
	[HTTP_PARAMETER] = RECORD("http_parameter", RECORD_CHILD, parameter_fields),
	[HTTP_COOKIE] = RECORD("http_cookie", RECORD_CHILD, cookie_fields),
	[HTTP_RESPONSE_IN] = RECORD("http_response_in", RECORD_LATE, response_in_fields),
	[HTTP_NEXT_REQUEST] = RECORD("http_next_request", RECORD_LATE, next_request_fields),
	[HTTP_NEXT_RESPONSE] = RECORD("http_next_response", RECORD_LATE, next_response_fields),
};
