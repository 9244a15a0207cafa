/* The body of an HTTP message: chunks put together, content codings undone, then whoever claims its media
 * type.
 *
 *     5;extension CR LF
 *     hello CR LF
 *     0 CR LF
 *     Trailer: x CR LF
 *     CR LF                                    (RFC 9112, section 7.1)
 */
#include <string.h>

#include "indexer/dissectors/http.h"

extern const struct protocol proto_data, proto_media;

/* A body that does not stand plain in the frame is copied for http.file_data, up to its first NUL: no more is
 * shown of it. */
#define FILE_DATA_MAX (UINT32_C(1) << 20)

/* The number at the beginning of a chunk's line. What is none counts as 0, the last chunk. */
static uint32_t size_of(const struct http_line *line)
{
	const uint8_t *p = line->at, *end = p + line->len;
	uint64_t v = 0;
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	p += p < end && *p == '+';
	if (end - p > 2 && p[0] == '0' && (p[1] | 0x20) == 'x')
		p += 2;
	for (; p < end && v <= UINT32_MAX; p++) {
		if (*p >= '0' && *p <= '9')
			v = v << 4 | (*p - '0');
		else if ((*p | 0x20) >= 'a' && (*p | 0x20) <= 'f')
			v = v << 4 | ((*p | 0x20) - 'a' + 10u);
		else
			break;
	}
	return v > UINT32_MAX ? UINT32_MAX : (uint32_t)v;
}

/* Headers behind the last chunk, and the empty line. Gives where they end. */
static uint32_t take_trailer(struct http_message *m, const struct cursor *c, uint32_t pos)
{
	struct http_line line = { .next = pos };
	uint32_t at = pos;
	bool ended;
	do
		at = line.next;
	while ((ended = http_line(c, at, true, &line)) && line.len);
	if (at > pos)
		http_text(m->pkt, m->row, MESSAGE_TRAILER, c->data + pos, at - pos);
	return ended ? line.next : at;
}

/* Join the chunks of `c` to *body. Gives how many octets they took; 0: there is none. */
static uint32_t join_chunks(struct http_message *m, struct cursor *c, struct cursor *body)
{
	uint32_t pos = 0, used = 0;
	uint8_t *joined = NULL;
	while (pos < c->len) {
		struct http_line line;
		if (!http_line(c, pos, true, &line) || line.len == 0)
			break;
		uint32_t size = size_of(&line), left = c->len - pos;
		if (size > left)
			size = left;
		if (!cur_need_at(c, line.next, size + 2)) /* with the CR LF behind it */
			return 0;
		if (used == 0) { /* mostly there is just one: no copy */
			*body = *c;
			body->data += line.next;
			body->len = body->cap = size;
		} else if (size) {
			if (!joined && (joined = pkt_scratch(m->pkt, c->cap)))
				memcpy(joined, body->data, used);
			if (!joined)
				break;
			memcpy(joined + used, c->data + line.next, size);
			body->data = joined;
			body->len = body->cap = used + size;
		}
		used += size;
		row_set_at(row_open(m->pkt, &proto_http, HTTP_CHUNK), 0, size, line.at, line.next - pos);
		if (size == 0)
			return take_trailer(m, c, line.next);
		pos = line.next + size + 2;
	}
	return pos;
}

/* The octets as tshark prints them: up to the first NUL. */
static void take_file_data(struct http_message *m, const struct cursor *body)
{
	struct cursor c = *body;
	const struct packet *pkt = m->pkt;
	uint32_t n = c.cap;
	uintptr_t at = (uintptr_t)c.data, frame = (uintptr_t)pkt->data;
	if (at < frame || at + n > frame + pkt->cap_len) {
		if (n > FILE_DATA_MAX)
			n = FILE_DATA_MAX;
		n = (uint32_t)strnlen((const char *)c.data, n);
	}
	if (n)
		row_bytes(m->row, MESSAGE_FILE_DATA, &c, n);
	else
		row_set(m->row, MESSAGE_FILE_DATA, SPAN_MAKE(0, 0)); /* there is a body, of no text */
}

/* Wireshark's item of a message ends with its headers where somebody took the body. */
static void finish_item(struct packet *pkt, struct layer *l, const struct layer *child)
{
	if (child && child->proto != &proto_data && child->proto != &proto_media)
		pkt_item_len(pkt, l->mark);
}

/* Where in the octets that the dissector was called with does this message begin? */
static uint32_t offset_in_call(const struct packet *pkt)
{
	const struct layer *l = &pkt->layers[pkt->current], *first = l;
	while (first->again && first > pkt->layers && first[-1].data)
		do
			first--;
		while (first > pkt->layers && (first->proto != l->proto || first->parent != l->parent));
	return first->parent == l->parent && first->data <= l->data ? (uint32_t)(l->data - first->data) : 0;
}

uint32_t http_body(struct http_message *m, uint32_t pos, uint32_t len, uint32_t reported)
{
	struct packet *pkt = m->pkt;
	struct cursor body = { m->c->data + pos, 0, len, reported, m->c->fail };
	http_row(m);
	if (m->chunked) {
		struct cursor all = body;
		uint32_t taken = join_chunks(m, &all, &body);
		if (taken == 0 || *m->c->fail)
			return len;
		len = taken;
	}
	if (m->transfer_encoding == TE_COMPRESSED) {
		pkt_next_proto(pkt, &proto_data, body);
		pkt_below(pkt);
		return len;
	}
	if (m->content_encoding.at && !http_is(m->content_encoding, "identity") &&
		!http_decode(pkt, m->content_encoding, body, &body)) {
		pkt_next_proto(pkt, &proto_data, body);
		pkt_below(pkt);
		return len;
	}
	take_file_data(m, &body);
	if (body.cap == 0)
		return len;
	pkt_on_finish(pkt, offset_in_call(pkt) + pos, finish_item);
	pkt_next_media(pkt, body, (const char *)m->content_type.at, m->content_type.len, CLAIM_HEUR_HTTP,
		m->content_type.at ? &proto_media : &proto_data);
	pkt_media_refused(pkt, m->row, MESSAGE_SUBDISSECTOR_FAILED);
	return len;
}
