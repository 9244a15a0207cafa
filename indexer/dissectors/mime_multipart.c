/* Bodies of several parts (RFC 2046, section 5.1).
 *
 *     preamble CR LF
 *     --boundary CR LF
 *     *( header CR LF ) CR LF
 *     part CR LF
 *     --boundary-- CR LF
 *     epilogue
 */
#include <string.h>
#include <strings.h>

#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_mime_multipart, proto_data, proto_media, proto_gss_api;

enum { MULTIPART_TYPE, MULTIPART_PREAMBLE, MULTIPART_TRAILER, MULTIPART_NFIELDS };
static const struct field multipart_fields[MULTIPART_NFIELDS] = {
	[MULTIPART_TYPE] = { "mime_multipart.type", "Type", KIND_TEXT, .generated = true },
	[MULTIPART_PREAMBLE] = { "mime_multipart.preamble", "Preamble", KIND_BYTES },
	[MULTIPART_TRAILER] = { "mime_multipart.trailer", "Trailer", KIND_BYTES },
};

/* Headers of a part that have a field. */
static const char *const header_names[] = { NULL, "content-description", "content-disposition",
	"content-encoding", "content-id", "content-language", "content-length", "content-transfer-encoding",
	"content-type", "originalcontent" };
enum { HEADER_ENCODING = 3, HEADER_TYPE = 8, HEADERS = sizeof(header_names) / sizeof(*header_names) };

/* What else has a row of its own, in the order in which it stands in the body. */
enum { BETWEEN = 0, PART = HEADERS, TOKEN, FIRST, LAST };

enum { HEADER_CODE, HEADER_VALUE, HEADER_TOKEN };
#define HEADER(n) .sql = "CASE {code} WHEN " #n " THEN (SELECT x.value FROM t_text x WHERE x.id={value}) END"
static const struct field header_fields[] = {
	[HEADER_CODE] = { "code", "which header; 0 a boundary, 10 a part, 12 and 13 the outer boundaries",
		KIND_UINT, .internal = true },
	[HEADER_VALUE] = { "value", "its value", KIND_TEXT, .internal = true },
	[HEADER_TOKEN] = { "mime_multipart.header.sectoken-length", "Length of security token", KIND_UINT,
		.octets = 4 },
	{ "mime_multipart.boundary", "Boundary", KIND_TEXT, HEADER(0) },
	{ "mime_multipart.header.content-description", "Content-Description", KIND_TEXT, HEADER(1) },
	{ "mime_multipart.header.content-disposition", "Content-Disposition", KIND_TEXT, HEADER(2) },
	{ "mime_multipart.header.content-encoding", "Content-Encoding", KIND_TEXT, HEADER(3) },
	{ "mime_multipart.header.content-id", "Content-Id", KIND_TEXT, HEADER(4) },
	{ "mime_multipart.header.content-language", "Content-Language", KIND_TEXT, HEADER(5) },
	{ "mime_multipart.header.content-length", "Content-Length", KIND_TEXT, HEADER(6) },
	{ "mime_multipart.header.content-transfer-encoding", "Content-Transfer-Encoding", KIND_TEXT,
		HEADER(7) },
	{ "mime_multipart.header.content-type", "Content-Type", KIND_TEXT, HEADER(8) },
	{ "mime_multipart.header.originalcontent", "OriginalContent", KIND_TEXT, HEADER(9) },
	{ "mime_multipart.part", "Encapsulated multipart part", KIND_TEXT,
		.sql = "CASE {code} WHEN 10 THEN '' END" },
	{ "mime_multipart.first_boundary", "First boundary", KIND_TEXT, HEADER(12) },
	{ "mime_multipart.last_boundary", "Last boundary", KIND_TEXT, HEADER(13) },
};
static const struct record records[] = {
	{ "mime_multipart", RECORD_LAYER, MULTIPART_NFIELDS, multipart_fields, NULL },
	{ "mime_multipart_header", RECORD_CHILD, sizeof(header_fields) / sizeof(*header_fields),
		header_fields, NULL },
};

#define PARTS_MAX  60 /* that are handed on; more are counted as CAP_NEXT */
#define HEADER_MAX 4096

struct text {
	const char *at;
	size_t len;
};

struct multipart {
	struct packet *pkt;
	struct cursor *c;
	struct text boundary;
	bool last; /* the boundary that was found is the last one */
	uint32_t boundary_len;
	bool encrypted;       /* multipart/encrypted (RFC 1847, section 2.2) */
	struct text protocol; /* by which it is */
};

static bool blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The value of a parameter of a media type: a token or a quoted string (RFC 2045, section 5.1). */
static struct text parameter(const char *p, size_t n, const char *name)
{
	const char *end = p + n, *semicolon = memchr(p, ';', n);
	size_t len = strlen(name);
	while (semicolon) {
		p = semicolon + 1;
		while (p < end && blank(*p))
			p++;
		bool hit = (size_t)(end - p) > len && strncasecmp(p, name, len) == 0;
		if (hit)
			p += len;
		while (p < end && blank(*p))
			p++;
		if (hit && p < end && *p == '=') {
			for (p++; p < end && blank(*p); p++) {
			}
			const char *stop = p;
			if (p < end && *p == '"') {
				stop = ++p;
				while (stop < end && *stop != '"')
					stop++;
			} else {
				while (stop < end && *stop != ';' && !blank(*stop))
					stop++;
			}
			return (struct text) { p, (size_t)(stop - p) };
		}
		bool quoted = false;
		for (semicolon = NULL; p < end && !semicolon; p++) {
			quoted ^= *p == '"';
			if (*p == ';' && !quoted)
				semicolon = p;
		}
	}
	return (struct text) { NULL, 0 };
}

/* ---- boundaries ---- */

/* A line from `pos`: its length without the line end; `next`. False: no line end is there. */
static bool line_at(const struct cursor *c, uint32_t pos, uint32_t *len, uint32_t *next)
{
	uint32_t end = pos;
	while (end < c->cap && c->data[end] != '\r' && c->data[end] != '\n')
		end++;
	*len = end - pos;
	*next = end;
	if (end == c->cap)
		return false;
	*next = end + 1 + (c->data[end] == '\r' && end + 1 < c->cap && c->data[end + 1] == '\n');
	return true;
}

static bool is_boundary(struct multipart *m, uint32_t pos)
{
	const struct cursor *c = m->c;
	size_t n = m->boundary.len;
	if (pos > c->cap || c->cap - pos < n + 2 || memcmp(c->data + pos, "--", 2) != 0 ||
		memcmp(c->data + pos + 2, m->boundary.at, n) != 0)
		return false;
	m->last = c->cap - pos >= n + 4 && memcmp(c->data + pos + 2 + n, "--", 2) == 0;
	return true;
}

/* Does the line end with the last boundary? Some senders have no line end before it. */
static bool ends_so(struct multipart *m, uint32_t pos, uint32_t len)
{
	const uint8_t *end = m->c->data + pos + len;
	size_t n = m->boundary.len;
	m->last = len >= n + 4 && memcmp(end - 2, "--", 2) == 0 &&
		  memcmp(end - 2 - n, m->boundary.at, n) == 0 && memcmp(end - 4 - n, "--", 2) == 0;
	return m->last;
}

/* Find the boundary that ends the part (or the preamble: `first`) from `pos` on: where it begins, with the
 * line end before it, and its length. False: there is none. */
static bool find_boundary(struct multipart *m, uint32_t pos, bool first, uint32_t *at)
{
	struct cursor *c = m->c;
	uint32_t len, next, behind;
	while (pos < c->cap && c->cap - pos > m->boundary.len + 2) {
		if (first && is_boundary(m, pos)) {
			line_at(c, pos, &len, &behind);
			*at = pos;
			m->boundary_len = behind - pos;
			return true;
		}
		if (!line_at(c, pos, &len, &next))
			return false;
		if (!first && is_boundary(m, next)) {
			*at = pos + len;
			line_at(c, next, &len, &behind);
			m->boundary_len = behind - *at;
			return true;
		}
		if (!first && ends_so(m, pos, len)) {
			*at = pos + len - (uint32_t)m->boundary.len - 4;
			m->boundary_len = next - *at;
			return true;
		}
		pos = next;
	}
	return false;
}

static void add_header(struct multipart *m, unsigned code, const char *p, size_t n)
{
	struct row *row = row_open(m->pkt, &proto_mime_multipart, 1);
	row_set(row, HEADER_CODE, code);
	row_text(row, HEADER_VALUE, p, strnlen(p, n), NULL, 0);
}

static void add_boundary(struct multipart *m, unsigned code, uint32_t at)
{
	add_header(m, code, (const char *)m->c->data + at, m->boundary_len);
}

/* ---- parts ---- */

/* Where the header that begins at `pos` ends, its continuation lines included (RFC 5322, section 2.2.3);
 * `last`: an empty line follows. */
static uint32_t header_end(const struct cursor *c, uint32_t pos, bool *last)
{
	for (; pos + 1 < c->cap; pos++) {
		if (c->data[pos] != '\r' || c->data[pos + 1] != '\n')
			continue;
		pos += 2;
		if (pos + 1 < c->cap && c->data[pos] == '\r') {
			*last = c->data[pos + 1] == '\n';
			return pos;
		}
		if (pos >= c->cap || (c->data[pos] != ' ' && c->data[pos] != '\t'))
			return pos;
	}
	return c->cap;
}

static unsigned header_code(const char *name, size_t n)
{
	for (unsigned i = 1; i < HEADERS; i++)
		if (strlen(header_names[i]) == n && strncasecmp(header_names[i], name, n) == 0)
			return i;
	return 0;
}

/* A header's value as Wireshark keeps it: in one line, white space once, and none beside : ; , = but for what
 * stands in quotes. Gives how much of `out` it takes; n at most. */
static size_t compact(char *out, const char *p, size_t n)
{
	size_t used = 0;
	bool quoted = false, space = false;
	for (size_t i = 0; i < n; i++) {
		bool sign = !quoted && memchr(":;,=", p[i], 4);
		if (!quoted && blank(p[i])) {
			space = true;
			continue;
		}
		if (space && !sign && used && !memchr(":;,=", out[used - 1], 4))
			out[used++] = ' ';
		space = false;
		quoted ^= p[i] == '"';
		out[used++] = p[i];
	}
	return used;
}

static bool is_printable(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((uint8_t)p[i] < 0x20 || (uint8_t)p[i] > 0x7e)
			return p[i] == '\r' || p[i] == '\n' || p[i] == '\t';
	return true;
}

/* The headers of a part that ends before `end`. Gives where its body begins. */
static uint32_t take_headers(struct multipart *m, uint32_t pos, uint32_t end, struct text *type)
{
	const struct cursor *c = m->c;
	bool last = false;
	while (!last) {
		uint32_t next = header_end(c, pos, &last);
		if (last && next + 2 <= end) {
			next += 2;
		} else if (next >= 2 && next - 2 == end) {
			last = true;
			next -= 2;
		} else if (next > end) {
			next = end;
		}
		if (next <= pos)
			return pos;
		const char *p = (const char *)c->data + pos, *stop = (const char *)c->data + next;
		const char *colon = memchr(p, ':', (size_t)(stop - p));
		if (!colon || colon == p || blank(*p))
			return pos;
		const char *name_end = colon;
		while (name_end > p && blank(name_end[-1]))
			name_end--;
		while (stop > colon + 1 && blank(stop[-1]))
			stop--;
		unsigned code = header_code(p, (size_t)(name_end - p));
		if (!code && !is_printable(p, (size_t)(stop - p)))
			return pos;
		for (colon++; colon < stop && blank(*colon); colon++) {
		}
		if (code) {
			char value[HEADER_MAX];
			size_t n = (size_t)(stop - colon);
			add_header(m, code, value, compact(value, colon, n < HEADER_MAX ? n : HEADER_MAX));
		}
		if (code == HEADER_TYPE)
			*type = (struct text) { colon, (size_t)(stop - colon) };
		pos = next;
	}
	return pos;
}

/* Windows' remote management: an encrypted part begins with the length of a token, little-endian, and the
 * token (MS-WSMV, section 2.2.9.1). */
static void take_token(struct multipart *m, const struct cursor *part)
{
	static const char *const protocols[] = { "application/http-kerberos-session-encrypted",
		"application/http-spnego-session-encrypted" };
	bool known = false;
	for (unsigned i = 0; m->encrypted && i < 2; i++)
		known |= m->protocol.len >= strlen(protocols[i]) &&
			 strncasecmp(m->protocol.at, protocols[i], strlen(protocols[i])) == 0;
	if (!known || part->cap < 4)
		return;
	struct cursor c = *part;
	struct row *row = row_open(m->pkt, &proto_mime_multipart, 1);
	row_set(row, HEADER_CODE, TOKEN);
	uint32_t len = (uint32_t)row_le(row, HEADER_TOKEN, &c, 4);
	pkt_next_proto(m->pkt, &proto_gss_api, cur_sub(&c, len < cur_left(&c) ? len : cur_left(&c)));
	pkt_below(m->pkt);
}

static void hand_on(struct multipart *m, uint32_t pos, uint32_t end, struct text type)
{
	static const char raw[] = "application/octet-stream";
	struct cursor c = *m->c;
	c.pos = pos;
	struct cursor part = cur_sub(&c, end > pos ? end - pos : 0);
	if (part.len == 0)
		return;
	bool is_raw =
		type.at && type.len >= sizeof(raw) - 1 && strncasecmp(type.at, raw, sizeof(raw) - 1) == 0;
	if (is_raw)
		take_token(m, &part);
	if (!type.at || is_raw)
		pkt_next_proto(m->pkt, &proto_data, part);
	else
		pkt_next_media(m->pkt, part, type.at, type.len, CLAIM_NONE, &proto_media);
	pkt_below(m->pkt);
}

static enum verdict multipart_dissect(struct packet *pkt, struct cursor *c)
{
	struct multipart m = { .pkt = pkt, .c = c };
	uint32_t at, pos;
	if (pkt->media) {
		m.boundary = parameter(pkt->media, pkt->media_len, "boundary");
		m.protocol = parameter(pkt->media, pkt->media_len, "protocol");
	}
	if (!m.boundary.at) {
		pkt_next_proto(pkt, &proto_data, *c);
		return MINE;
	}
	char type[128];
	size_t n = 0;
	for (; n < pkt->media_len && n < sizeof(type) && pkt->media[n] != ';' && !blank(pkt->media[n]); n++)
		type[n] = (char)(pkt->media[n] >= 'A' && pkt->media[n] <= 'Z' ? pkt->media[n] | 0x20
									      : pkt->media[n]);
	struct row *row = row_open(pkt, &proto_mime_multipart, 0);
	row_text(row, MULTIPART_TYPE, type, n, NULL, 0);
	m.encrypted = n == 19 && memcmp(type, "multipart/encrypted", 19) == 0;
	if (!find_boundary(&m, 0, true, &at)) {
		pkt_next_proto(pkt, &proto_data, *c);
		pkt_below(pkt);
		return MINE;
	}
	if (at)
		row_bytes(row, MULTIPART_PREAMBLE, c, at);
	add_boundary(&m, FIRST, at);
	pos = at + m.boundary_len;
	for (unsigned parts = 0; !m.last; parts++) {
		struct text part_type = { NULL, 0 };
		if (!find_boundary(&m, pos, false, &at) || at == 0)
			break;
		if (parts == PARTS_MAX) {
			pkt->dropped[CAP_NEXT]++;
			break;
		}
		row_set(row_open(pkt, &proto_mime_multipart, 1), HEADER_CODE, PART);
		uint32_t body = take_headers(&m, pos, at, &part_type);
		if (m.encrypted && !m.protocol.at)
			return MINE; /* RFC 1847, section 2.2: the parameter is required */
		hand_on(&m, body, at, part_type);
		add_boundary(&m, m.last ? LAST : BETWEEN, at);
		pos = at + m.boundary_len;
	}
	c->pos = pos;
	if (m.last && cur_left(c))
		row_bytes_avail(row, MULTIPART_TRAILER, c, cur_left(c));
	return MINE;
}

static const char *const types[] = { "multipart/", "multipart/alternative", "multipart/byteranges",
	"multipart/encrypted", "multipart/form-data", "multipart/mixed", "multipart/related",
	"multipart/report", "multipart/signed", NULL };

const struct protocol proto_mime_multipart = {
	.name = "mime_multipart",
	.title = "MIME Multipart Media Encapsulation",
	.spec = "RFC 2046, section 5.1",
	.help = "A body of several parts: a mail with attachments, a form with files.",
	.id = PROTO_ID_mime_multipart,
	.nrecords = 2,
	.records = records,
	.media_types = types,
	.dissect = multipart_dissect,
};
