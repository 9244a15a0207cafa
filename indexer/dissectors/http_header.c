/* Start line and headers of an HTTP message (RFC 9112, sections 3 to 5; RFC 9110, section 6.3).
 *
 *     GET /index.html?a=b HTTP/1.1 CR LF          HTTP/1.1 200 OK CR LF
 *     Host: example.com CR LF                     Content-Length: 12 CR LF
 *     CR LF                                       CR LF
 */
#include <string.h>
#include <strings.h>

#include "indexer/dissectors/base64.h"
#include "indexer/dissectors/http.h"

#define TEXT_MAX 65535

void http_text(struct packet *pkt, struct row *row, unsigned field, const uint8_t *p, uint32_t len)
{
	uint32_t n = 0, others = 0;
	for (; n < len && n < TEXT_MAX && p[n]; n++)
		others += p[n] >= 0x80;
	uint8_t room[1024], *out = room;
	if (others && n + others * 2 > sizeof(room))
		out = pkt_scratch(pkt, n + others * 2);
	if (others && out) {
		uint32_t used = 0;
		for (uint32_t i = 0; i < n; i++) {
			if (p[i] < 0x80) {
				out[used++] = p[i];
			} else {
				memcpy(out + used, "\xef\xbf\xbd", 3); /* U+FFFD */
				used += 3;
			}
		}
		row_text(row, field, (const char *)out, used, p, len);
	} else if (out) {
		row_text(row, field, (const char *)p, n, p, len);
	}
}

/* ---- start line ---- */

/* Methods of RFC 9110, RFC 5789, WebDAV (RFC 4918, 3253, 5323), UPnP's GENA, MS-RPCH and MS-SSTP. */
static const struct method {
	const char *name;
	uint8_t len, notification;
} methods[] = { { "GET", 3, 0 }, { "PUT", 3, 0 }, { "COPY", 4, 0 }, { "HEAD", 4, 0 }, { "LOCK", 4, 0 },
	{ "MOVE", 4, 0 }, { "POLL", 4, 0 }, { "POST", 4, 0 }, { "BCOPY", 5, 0 }, { "BMOVE", 5, 0 },
	{ "MKCOL", 5, 0 }, { "TRACE", 5, 0 }, { "PATCH", 5, 0 }, { "LABEL", 5, 0 }, { "MERGE", 5, 0 },
	{ "DELETE", 6, 0 }, { "SEARCH", 6, 0 }, { "UNLOCK", 6, 0 }, { "REPORT", 6, 0 }, { "UPDATE", 6, 0 },
	{ "NOTIFY", 6, 1 }, { "BDELETE", 7, 0 }, { "CONNECT", 7, 0 }, { "OPTIONS", 7, 0 },
	{ "CHECKIN", 7, 0 }, { "PROPFIND", 8, 0 }, { "CHECKOUT", 8, 0 }, { "CCM_POST", 8, 0 },
	{ "SUBSCRIBE", 9, 1 }, { "PROPPATCH", 9, 0 }, { "BPROPFIND", 9, 0 }, { "BPROPPATCH", 10, 0 },
	{ "UNCHECKOUT", 10, 0 }, { "MKACTIVITY", 10, 0 }, { "MKWORKSPACE", 11, 0 }, { "RPC_CONNECT", 11, 0 },
	{ "RPC_IN_DATA", 11, 0 }, { "UNSUBSCRIBE", 11, 1 }, { "RPC_OUT_DATA", 12, 0 },
	{ "VERSION-CONTROL", 15, 0 }, { "BASELINE-CONTROL", 16, 0 }, { "SSTP_DUPLEX_POST", 16, 0 } };

/* The method without the "M-" of a mandatory extension (RFC 2774, section 4). */
static struct http_span method_of(const struct http_line *line)
{
	struct http_span m = { line->at, line->len };
	if (m.len >= 2 && m.at[0] == 'M' && m.at[1] == '-') {
		m.at += 2;
		m.len -= 2;
	}
	return m;
}

bool http_start_line(const struct http_line *line, enum http_type *type)
{
	struct http_span m = method_of(line);
	if ((m.len >= 5 && memcmp(m.at, "HTTP/", 5) == 0) || (m.len >= 3 && memcmp(m.at, "ICY", 3) == 0)) {
		*type = HTTP_RESPONSE;
		return true;
	}
	uint32_t n = 0;
	while (n < m.len && n < 17 && m.at[n] != ' ')
		n++;
	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++)
		if (methods[i].len == n && memcmp(m.at, methods[i].name, n) == 0) {
			*type = methods[i].notification ? HTTP_NOTIFICATION : HTTP_REQUEST;
			return true;
		}
	return false;
}

uint16_t http_status(const struct http_line *line)
{
	const uint8_t *p = line->at, *end = p + line->len, *next;
	uint16_t code = 0;
	if (http_token(p, end, &next) == 0)
		return 0;
	p = next;
	if (http_token(p, end, &next) != 3)
		return 0;
	for (unsigned i = 0; i < 3; i++) {
		if (p[i] < '0' || p[i] > '9')
			return 0;
		code = (uint16_t)(code * 10 + (p[i] - '0'));
	}
	return code;
}

/* "a=b&c=d" behind the question mark. */
static void take_query(struct http_message *m, const uint8_t *mark, const uint8_t *end)
{
	const uint8_t *p = mark + 1, *next;
	http_text(m->pkt, m->row, MESSAGE_PATH, m->uri.at, (uint32_t)(mark - m->uri.at));
	http_text(m->pkt, m->row, MESSAGE_QUERY, p, (uint32_t)(end - p));
	for (; p < end; p = next + 1) {
		next = memchr(p, '&', (size_t)(end - p));
		if (!next)
			next = end;
		if (next > p)
			http_text(m->pkt, row_open(m->pkt, &proto_http, HTTP_PARAMETER), 0, p,
				(uint32_t)(next - p));
	}
}

static void take_request(struct http_message *m, const struct http_line *line)
{
	const uint8_t *p = line->at, *end = p + line->len, *next;
	struct http_span method = method_of(line);
	struct row *row = http_row(m);
	uint32_t n = http_token(p, end, &next);
	if (n == 0)
		return;
	http_text(m->pkt, row, MESSAGE_METHOD, p, n);
	if (next - p > 2 && next[-1] == ' ' && next[-2] == ' ')
		next--; /* two blanks: an empty URI between them */
	p = next;
	m->uri = (struct http_span) { p, http_token(p, end, &next) };
	http_text(m->pkt, row, MESSAGE_URI, p, m->uri.len);
	const uint8_t *mark = m->uri.len ? memchr(p, '?', m->uri.len) : NULL;
	if (mark && mark + 1 < p + m->uri.len)
		take_query(m, mark, p + m->uri.len);
	http_text(m->pkt, row, MESSAGE_VERSION, next, (uint32_t)(end - next));
	m->has_request = true;
	m->flow->uri = row_has(row, MESSAGE_URI) ? (uint32_t)row->v[MESSAGE_URI] : 0;
	n = http_token(method.at, end, &next);
	method.len = n;
	m->flow->has_method = true;
	m->flow->method = n == 4 && memcmp(method.at, "HEAD", 4) == 0                 ? METHOD_HEAD
			  : n == 7 && memcmp(method.at, "CONNECT", 7) == 0            ? METHOD_CONNECT
			  : n == 16 && memcmp(method.at, "SSTP_DUPLEX_POST", 16) == 0 ? METHOD_SSTP
										      : METHOD_OTHER;
}

static void take_response(struct http_message *m, const struct http_line *line)
{
	const uint8_t *p = line->at, *end = p + line->len, *next;
	struct row *row = http_row(m);
	uint32_t n = http_token(p, end, &next);
	if (n == 0)
		return;
	http_text(m->pkt, row, MESSAGE_VERSION, p, n);
	p = next;
	if (http_token(p, end, &next) < 3)
		return;
	uint16_t code = 0;
	for (unsigned i = 0; i < 3 && p[i] >= '0' && p[i] <= '9'; i++)
		code = (uint16_t)(code * 10 + (p[i] - '0'));
	row_set_at(row, MESSAGE_CODE, code, p, 3);
	m->code = m->flow->code = code;
	m->has_response = true;
	if (next < end)
		http_text(m->pkt, row, MESSAGE_PHRASE, next, (uint32_t)(end - next));
}

void http_take_start_line(struct http_message *m, const struct http_line *line)
{
	if (m->type == HTTP_RESPONSE)
		take_response(m, line);
	else
		take_request(m, line);
}

/* ---- headers ---- */

/* A character of a token (RFC 9110, section 5.6.2), as generous as Wireshark. */
static bool is_token_char(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c && strchr("!#$%&\\:*+-.^_`|~", c));
}

static enum http_header header_id(const uint8_t *name, uint32_t len)
{
	for (unsigned i = 1; i < HEADER_COUNT; i++)
		if (strlen(http_header_names[i]) == len &&
			strncasecmp(http_header_names[i], (const char *)name, len) == 0)
			return (enum http_header)i;
	return HEADER_OTHER;
}

static bool blank(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static void take_length(struct http_message *m, struct row *row, struct http_span value)
{
	const uint8_t *p = value.at, *end = p + value.len, *digits;
	uint64_t v = 0;
	while (p < end && blank(*p))
		p++;
	bool negative = p < end && *p == '-';
	if (p < end && (*p == '-' || *p == '+'))
		p++;
	for (digits = p; p < end && *p >= '0' && *p <= '9' && v <= INT64_MAX / 10 - 1; p++)
		v = v * 10 + (*p - '0');
	m->has_length = p > digits && (!negative || v == 0) && (p == end || !*p || blank(*p));
	if (!m->has_length)
		return;
	m->length = (int64_t)v;
	row_set(row, HEADER_FIELD_LENGTH, m->length);
}

static void take_transfer(struct http_message *m, struct http_span value)
{
	static const struct {
		const char *name;
		uint8_t len, transfer;
	} codings[] = { { "compress", 8, TE_COMPRESSED }, { "deflate", 7, TE_COMPRESSED },
		{ "gzip", 4, TE_COMPRESSED }, { "identity", 8, TE_IDENTITY },
		{ "x-compress", 10, TE_COMPRESSED }, { "x-gzip", 6, TE_COMPRESSED } };
	const uint8_t *p = value.at, *end = p + value.len;
	m->transfer_encoding = TE_UNKNOWN;
	while (p < end && *p) {
		while (p < end && (*p == ' ' || *p == '\t' || *p == ','))
			p++;
		if (end - p >= 7 && memcmp(p, "chunked", 7) == 0) {
			m->chunked = true;
			p += 7;
			continue;
		}
		if (p == end || m->transfer_encoding != TE_UNKNOWN)
			return;
		size_t i = 0;
		while (i < sizeof(codings) / sizeof(*codings) &&
			((size_t)(end - p) < codings[i].len ||
				memcmp(p, codings[i].name, codings[i].len) != 0))
			i++;
		if (i < sizeof(codings) / sizeof(*codings)) {
			m->transfer_encoding = codings[i].transfer;
			p += codings[i].len;
			continue;
		}
		p = memchr(p, ',', (size_t)(end - p)); /* unknown: on to the next name */
		if (!p)
			return;
	}
}

/* RFC 6265, section 4.2. */
static void take_cookies(struct http_message *m, struct http_span value)
{
	const uint8_t *p = value.at, *end = p + value.len, *next;
	for (; p < end; p = next) {
		while (p < end && (*p == ';' || blank(*p)))
			p++;
		if (p == end)
			return;
		next = memchr(p, ';', (size_t)(end - p));
		if (!next)
			next = end;
		http_text(m->pkt, row_open(m->pkt, &proto_http, HTTP_COOKIE), 0, p, (uint32_t)(next - p));
	}
}

/* RFC 7617: "Basic " and user:password in base64. */
static void take_basic(struct http_message *m, struct row *row, struct http_span value)
{
	uint32_t n = value.len - 6;
	uint8_t *out = n > 1 ? pkt_scratch(m->pkt, n) : NULL;
	if (n == 1)
		http_text(m->pkt, row, HEADER_FIELD_CREDENTIALS, value.at + 6, 1);
	else if (out)
		http_text(m->pkt, row, HEADER_FIELD_CREDENTIALS, out,
			(uint32_t)base64_decode(out, value.at + 6, n));
}

/* Microsoft's authentication: "NTLM " or "Negotiate " and a token in base64. Who dissects it is found by
 * name. */
static void take_token(struct http_message *m, struct http_span value)
{
	const uint8_t *text = value.at + (value.at[1] == 'T' ? 5 : 10);
	uint32_t n = (uint32_t)(value.at + value.len - text);
	uint8_t *out = n ? pkt_scratch(m->pkt, n) : NULL;
	if (!out)
		return;
	size_t len = base64_decode(out, text, n);
	const char *name = len >= 7 && memcmp(out, "NTLMSSP", 7) == 0 ? "ntlmssp" : "gss-api";
	pkt_next_media(m->pkt, pkt_cursor(m->pkt, out, len), name, 7, CLAIM_NONE, NULL);
	pkt_below(m->pkt);
}

static bool value_starts(struct http_span value, const char *word)
{
	size_t n = strlen(word);
	return value.len >= n && memcmp(value.at, word, n) == 0;
}

static void take_value(struct http_message *m, struct row *row, enum http_header id, struct http_span value)
{
	switch (id) {
	case HEADER_AUTHORIZATION:
	case HEADER_PROXY_AUTHORIZATION:
	case HEADER_PROXY_AUTHENTICATE:
	case HEADER_WWW_AUTHENTICATE:
		if (value_starts(value, "NTLM ") || value_starts(value, "Negotiate "))
			take_token(m, value);
		else if (value_starts(value, "Basic ") &&
			 (id == HEADER_AUTHORIZATION || id == HEADER_PROXY_AUTHORIZATION))
			take_basic(m, row, value);
		break;
	case HEADER_CONTENT_TYPE:
		m->content_type = value;
		break;
	case HEADER_CONTENT_LENGTH:
		take_length(m, row, value);
		break;
	case HEADER_CONTENT_ENCODING:
		m->content_encoding = value;
		break;
	case HEADER_TRANSFER_ENCODING:
		take_transfer(m, value);
		break;
	case HEADER_UPGRADE:
		m->upgrade = value;
		break;
	case HEADER_HOST:
		m->host = value;
		break;
	case HEADER_COOKIE:
		take_cookies(m, value);
		break;
	default:
		break;
	}
}

void http_take_header(struct http_message *m, const struct http_line *line, uint32_t colon)
{
	enum http_header id = HEADER_OTHER;
	bool valid = colon != 0;
	for (uint32_t i = 0; i < colon && valid; i++)
		valid = is_token_char(line->at[i]);
	if (valid)
		id = header_id(line->at, colon);
	uint32_t at = colon + 1;
	while (at < line->len && (line->at[at] == ' ' || line->at[at] == '\t'))
		at++;
	http_row(m);
	struct row *row = row_open(m->pkt, &proto_http, HTTP_HEADER);
	row_set(row, HEADER_FIELD_CODE, (int64_t)id | (int64_t)m->type << 8);
	http_text(m->pkt, row, HEADER_FIELD_LINE, line->at, line->next - line->pos);
	row_set(row, HEADER_FIELD_AT, at + 1);
	/* A value ends with the first NUL that is in it. */
	uint32_t len = (uint32_t)strnlen((const char *)line->at + at, line->len > at ? line->len - at : 0);
	if (id)
		take_value(m, row, id, (struct http_span) { line->at + at, len });
}
