/* Where the parts of an HTTP message end (RFC 9112): lines, and how much of a message in a stream of octets
 * is still to come. What counts as whole is Wireshark's idea of it: more lenient than the RFC with line ends,
 * stricter with spellings. */
#include <string.h>
#include <strings.h>

#include "indexer/dissectors/http.h"

bool http_line(const struct cursor *c, uint32_t pos, bool whole, struct http_line *line)
{
	uint32_t end = pos;
	line->pos = pos;
	line->at = c->data + pos;
	while (end < c->cap && c->data[end] != '\r' && c->data[end] != '\n')
		end++;
	line->len = end - pos;
	line->next = end;
	if (end == c->cap)
		return !whole;
	line->next = end + 1;
	if (c->data[end] == '\r') {
		if (end + 1 == c->cap)
			return !whole;
		if (c->data[end + 1] == '\n')
			line->next++;
	}
	return true;
}

uint32_t http_token(const uint8_t *p, const uint8_t *end, const uint8_t **next)
{
	const uint8_t *q = p;
	while (q < end && *q != ' ' && *q != '\r' && *q != '\n')
		q++;
	uint32_t len = (uint32_t)(q - p);
	while (q < end && *q == ' ')
		q++;
	*next = q;
	return len;
}

/* ---- how much is missing ---- */

/* What the headers say about the body's length. */
struct framing {
	bool has_length, chunked, rpc;
	uint32_t length;
};

static bool starts(const struct http_line *line, const char *name)
{
	size_t n = strlen(name);
	return line->len >= n && strncasecmp((const char *)line->at, name, n) == 0;
}

static bool blank(uint8_t octet)
{
	return octet == ' ' || (octet >= '\t' && octet <= '\r');
}

/* A decimal number below 2^31 and nothing else, as Content-Length must be (RFC 9110, section 8.6). */
static bool length_value(const uint8_t *p, const uint8_t *end, uint32_t *out)
{
	uint64_t v = 0;
	end = p + strnlen((const char *)p, (size_t)(end - p));
	while (p < end && blank(*p))
		p++;
	while (end > p && blank(end[-1]))
		end--;
	p += p < end && *p == '+';
	if (p == end)
		return false;
	for (; p < end; p++) {
		if (*p < '0' || *p > '9' || v > INT32_MAX)
			return false;
		v = v * 10 + (*p - '0');
	}
	*out = (uint32_t)v;
	return v <= INT32_MAX;
}

static void framing_header(struct framing *f, const struct http_line *line)
{
	const uint8_t *p, *end = line->at + line->len;
	if (starts(line, "Content-Length:")) {
		if (length_value(line->at + 15, end, &f->length))
			f->has_length = true;
	} else if (starts(line, "Content-Type:")) {
		for (p = line->at + 13; p < end && *p == ' '; p++) {
		}
		f->rpc = end - p >= 15 && memcmp(p, "application/rpc", 15) == 0;
	} else if (starts(line, "Transfer-Encoding:")) {
		for (p = line->at + 18; p < end && (*p == ' ' || *p == '\t'); p++) {
		}
		if (end - p >= 7 && strncasecmp((const char *)p, "chunked", 7) == 0)
			f->chunked = true;
	}
}

/* A hexadecimal number at the beginning of a chunk's line. False: none. */
static bool chunk_size(const struct http_line *line, uint64_t *size)
{
	const uint8_t *p = line->at, *end = p + line->len;
	bool digits = false;
	while (p < end && blank(*p))
		p++;
	p += p < end && *p == '+';
	if (end - p > 2 && p[0] == '0' && (p[1] | 0x20) == 'x')
		p += 2;
	for (*size = 0; p < end; p++, digits = true) {
		int d = *p >= '0' && *p <= '9'                     ? *p - '0'
			: (*p | 0x20) >= 'a' && (*p | 0x20) <= 'f' ? (*p | 0x20) - 'a' + 10
								   : 16;
		if (d > 15)
			break;
		if (*size <= UINT32_MAX)
			*size = *size << 4 | (unsigned)d;
	}
	return digits;
}

/* Are all chunks there, up to the line behind the last one? */
static bool chunks_complete(const struct cursor *c, uint32_t pos)
{
	struct http_line line;
	for (;;) {
		uint64_t size;
		if (pos >= c->cap || !http_line(c, pos, true, &line))
			return false;
		if (!chunk_size(&line, &size) || size > UINT32_C(1) << 31)
			return true; /* no chunk: nothing to wait for */
		if (size == 0)
			return http_line(c, line.next, true, &line);
		if (c->cap - pos <= size)
			return false;
		pos = line.next + (uint32_t)size + 2;
	}
}

bool http_complete(struct packet *pkt, const struct cursor *c, uint32_t start, bool body, bool until_fin)
{
	struct framing f = { 0 };
	struct http_line line = { 0 };
	uint32_t pos = start;
	if (!pkt_may_want(pkt))
		return true;
	do {
		if (pos >= c->cap || !http_line(c, pos, true, &line)) {
			pkt_want(pkt, start, WANT_SEGMENT);
			return false;
		}
		pos = line.next;
		if (body && line.len)
			framing_header(&f, &line);
	} while (line.len);
	if (!body)
		return true;
	if (f.chunked) {
		if (chunks_complete(c, pos))
			return true;
		pkt_want(pkt, start, WANT_SEGMENT);
		return false;
	}
	if (f.has_length) {
		/* MS-RPCH, section 2.1.2.1: a length of 128 KiB or more stands for a channel without an end.
		 */
		if (f.length >= 128 * 1024 &&
			(f.rpc || (c->cap >= 12 && (memcmp(c->data, "RPC_IN_DATA", 11) == 0 ||
							   memcmp(c->data, "RPC_OUT_DATA", 12) == 0))))
			return true;
		uint32_t there = pos < c->cap ? c->cap - pos : 0;
		if (f.length <= there)
			return true;
		pkt_want(pkt, start, f.length - there);
		return false;
	}
	if (until_fin)
		pkt_want(pkt, start, WANT_FIN);
	return !until_fin;
}
