/* What the files of HTTP/1.x share: http.c (messages and conversations), http_frame.c (where a message ends),
 * http_header.c (start line and headers), http_body.c, http_decode.c (content codings), http_fields.c. */
#ifndef PCAPDEX_DISSECTORS_HTTP_H
#define PCAPDEX_DISSECTORS_HTTP_H

#include "indexer/dissectors/ids.h"
#include "indexer/expert.h"
#include "indexer/packet.h"

extern const struct protocol proto_http, proto_ssdp;

/* What the Expert Information says. */
#define EMPTY_LINE "Leading CRLF previous message in the stream may have extra CRLF"
#define PORT_OF_TLS                                                                                          \
	"Unencrypted HTTP protocol detected over encrypted port, could indicate a dangerous "                \
	"misconfiguration."
#define BODY_REFUSED "HTTP body subdissector failed, trying heuristic subdissector"

/* Records of proto_http; SSDP's messages are rows of them too. */
enum http_record {
	HTTP_MESSAGE,
	HTTP_HEADER,
	HTTP_CHUNK,
	HTTP_PARAMETER,
	HTTP_COOKIE,
	HTTP_RESPONSE_IN, /* these are known only later */
	HTTP_NEXT_REQUEST,
	HTTP_NEXT_RESPONSE,
	HTTP_NRECORDS
};
extern const struct layout_line http_layout[];
extern const struct record http_records[HTTP_NRECORDS];

enum {
	MESSAGE_TYPE, /* enum http_type */
	MESSAGE_VERSION,
	MESSAGE_METHOD,
	MESSAGE_URI,
	MESSAGE_FULL_URI, /* of the request, also in its response */
	MESSAGE_CODE,
	MESSAGE_PHRASE,
	MESSAGE_NUMBER,
	MESSAGE_REQUEST_IN,
	MESSAGE_TIME,
	MESSAGE_PREV_REQUEST_IN,
	MESSAGE_PREV_RESPONSE_IN,
	MESSAGE_FILE_DATA,
	MESSAGE_PATH, /* part 1: a query stands in the URI */
	MESSAGE_QUERY,
	MESSAGE_TRAILER, /* part 2: what few messages have */
	MESSAGE_PROXY_HOST,
	MESSAGE_PROXY_PORT,
	MESSAGE_LEADING_CRLF,
	MESSAGE_TLS_PORT,
	MESSAGE_SUBDISSECTOR_FAILED,
	MESSAGE_NSTORED,
	/* derived */
	MESSAGE_NOTIFICATION = MESSAGE_NSTORED,
	MESSAGE_RESPONSE,
	MESSAGE_REQUEST,
	MESSAGE_RESPONSE_NUMBER,
	MESSAGE_REQUEST_NUMBER,
	MESSAGE_REQUEST_VERSION,
	MESSAGE_RESPONSE_VERSION,
	MESSAGE_REQUEST_FULL_URI,
	MESSAGE_RESPONSE_FOR_URI,
	MESSAGE_CODE_DESC,
	MESSAGE_CHAT,
	MESSAGE_EXPERT_PORT,
	MESSAGE_EXPERT_CRLF = MESSAGE_EXPERT_PORT + EXPERT_FIELDS,
	MESSAGE_EXPERT_LINE = MESSAGE_EXPERT_CRLF + EXPERT_FIELDS,
	MESSAGE_EXPERT_BODY = MESSAGE_EXPERT_LINE + EXPERT_FIELDS,
	MESSAGE_NFIELDS = MESSAGE_EXPERT_BODY + EXPERT_FIELDS
};

/* Headers with a field of their own. */
enum http_header {
	HEADER_OTHER,
	HEADER_AUTHORIZATION,
	HEADER_PROXY_AUTHORIZATION,
	HEADER_PROXY_AUTHENTICATE,
	HEADER_WWW_AUTHENTICATE,
	HEADER_CONTENT_TYPE,
	HEADER_CONTENT_LENGTH,
	HEADER_CONTENT_ENCODING,
	HEADER_TRANSFER_ENCODING,
	HEADER_UPGRADE,
	HEADER_USER_AGENT,
	HEADER_HOST,
	HEADER_CONNECTION,
	HEADER_COOKIE,
	HEADER_ACCEPT,
	HEADER_REFERER,
	HEADER_ACCEPT_LANGUAGE,
	HEADER_ACCEPT_ENCODING,
	HEADER_DATE,
	HEADER_CACHE_CONTROL,
	HEADER_SERVER,
	HEADER_LOCATION,
	HEADER_WS_ACCEPT,
	HEADER_WS_EXTENSIONS,
	HEADER_WS_KEY,
	HEADER_WS_PROTOCOL,
	HEADER_WS_VERSION,
	HEADER_SET_COOKIE,
	HEADER_LAST_MODIFIED,
	HEADER_X_FORWARDED_FOR,
	HEADER_HTTP2_SETTINGS,
	HEADER_COUNT
};
extern const char *const http_header_names[HEADER_COUNT];

/* The fields of a header's row: its code (enum http_header, and the type of the message << 8), the line with
 * its line end, where in it the value begins (1 = first letter). */
enum {
	HEADER_FIELD_CODE,
	HEADER_FIELD_LINE,
	HEADER_FIELD_AT,
	HEADER_FIELD_LENGTH,
	HEADER_FIELD_CREDENTIALS,
	HEADER_NSTORED
};

enum http_type { HTTP_OTHER, HTTP_REQUEST, HTTP_RESPONSE, HTTP_NOTIFICATION };

enum http_method { METHOD_OTHER, METHOD_HEAD, METHOD_CONNECT, METHOD_SSTP };

/* A stretch of the message's octets. */
struct http_span {
	const uint8_t *at;
	uint32_t len;
};

/* A line: its octets without the line end, and where the next one begins. */
struct http_line {
	const uint8_t *at;
	uint32_t pos, len, next;
};

/* A request and its response. */
struct http_exchange {
	uint32_t number; /* in the conversation, 1 = first; 0: none */
	uint32_t request_frame, response_frame;
	uint64_t request_layers, response_layers; /* bit n - 1: the frame's nth message shows this exchange */
	int64_t time_ns;                          /* of the request */
};

/* What a conversation keeps. */
struct http_flow {
	struct http_exchange last, before;
	uint32_t uri, full_uri;      /* of the last request, dictionary ids; 0 none */
	uint32_t start_frame;        /* from which on something else is spoken; 0: HTTP */
	const struct protocol *next; /* that (an upgrade); NULL: nobody knows it */
	uint16_t code;               /* of the last response */
	uint8_t method;              /* enum http_method, of the last request */
	bool has_method;
	bool proxied_http;   /* a tunnel in which HTTP is spoken */
	uint8_t server_side; /* of a tunnel: pkt_side() of the proxy */
	bool http2;          /* HTTP/2 was found */
};

/* A message while it is dissected. */
struct http_message {
	struct packet *pkt;
	struct cursor *c;
	struct http_flow *flow;
	struct row *row; /* NULL: not opened yet */
	enum http_type type;
	bool has_request; /* a start line told method and URI */
	bool has_response;
	uint16_t code;
	struct http_span uri, host;
	struct http_span content_type, content_encoding, upgrade; /* at NULL: none */
	bool has_length, chunked;
	uint8_t transfer_encoding; /* enum http_transfer */
	int64_t length;
};

enum http_transfer { TE_NONE, TE_UNKNOWN, TE_IDENTITY, TE_COMPRESSED };

/* The line at `pos` of what was captured. `whole`: false where no line end is there, or where it could be a
 * CR whose LF is still to come; else what is there does. */
bool http_line(const struct cursor *c, uint32_t pos, bool whole, struct http_line *line);

/* Is this a start line? Says of what. */
bool http_start_line(const struct http_line *line, enum http_type *type);

/* The length of the token at p and, through `next`, where the one behind the blanks begins. */
uint32_t http_token(const uint8_t *p, const uint8_t *end, const uint8_t **next);

/* The three digits of a status line; 0: it has none. */
uint16_t http_status(const struct http_line *line);

/* Is all of the message that begins at `pos` there? If not, what is missing is asked for. `body`: it may have
 * one; `until_fin`: whose length only the end of the connection tells. */
bool http_complete(struct packet *pkt, const struct cursor *c, uint32_t pos, bool body, bool until_fin);

/* Octets as text: ASCII, every other octet U+FFFD. */
void http_text(struct packet *pkt, struct row *row, unsigned field, const uint8_t *p, uint32_t len);

/* The message's row; opened when first asked for. */
struct row *http_row(struct http_message *m);

void http_take_start_line(struct http_message *m, const struct http_line *line);
/* `colon`: where in the line. */
void http_take_header(struct http_message *m, const struct http_line *line, uint32_t colon);

/* The body: `len` octets (that were captured) at `pos`, `reported` by the message's account. Gives how many
 * it takes. */
uint32_t http_body(struct http_message *m, uint32_t pos, uint32_t len, uint32_t reported);

/* Undo a content coding (RFC 9110, section 8.4.1). False: not known, or not its octets. */
bool http_decode(struct packet *pkt, struct http_span coding, struct cursor in, struct cursor *out);

/* The protocol that an Upgrade header names, "websocket" or "h2c"; NULL: not known. */
const struct protocol *http_upgrade(struct http_span name);

/* Does HTTP/2 begin here? */
bool http2_preface(const struct cursor *c);

static inline bool http_is(struct http_span s, const char *word)
{
	uint32_t i = 0;
	for (; i < s.len && word[i] && (s.at[i] | (s.at[i] >= 'A' && s.at[i] <= 'Z' ? 0x20 : 0)) == word[i];
		i++) {
	}
	return i == s.len && !word[i];
}

#endif
