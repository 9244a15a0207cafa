#include "query/follow_http.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "query/body_decode.h"

#define HEAD_MAX     (1u << 20)  /* octets of a head */
#define HELD_MAX     (16u << 20) /* octets of a body before it is given in several chunks */
#define REQUESTS_MAX 4096        /* requests without their response, of which the method is known */

/* Octets that grow. */
struct octets {
	uint8_t *at;
	size_t n, size;
};

static int add(struct octets *o, const uint8_t *p, size_t n)
{
	if (o->size - o->n < n) {
		size_t size = o->size ? o->size : 4096;
		while (size - o->n < n)
			size *= 2;
		uint8_t *at = realloc(o->at, size);
		if (!at)
			return complain(-1, "out of memory");
		o->at = at;
		o->size = size;
	}
	if (n)
		memcpy(o->at + o->n, p, n);
	o->n += n;
	return 0;
}

enum state {
	SEEKING,    /* no message is under way: a chunk that begins with a start line begins one */
	HEAD,       /* up to the empty line */
	COUNTED,    /* a body of `left` octets */
	CHUNK_SIZE, /* RFC 9112, section 7.1: the line with a chunk's size */
	CHUNK_DATA, /* `left` octets of it */
	CHUNK_END,  /* the line end behind them */
	TRAILER,    /* headers behind the last chunk, up to an empty line */
	UNTIL_END,  /* a body that ends with the connection */
	SWITCHED    /* another protocol is spoken from here on */
};

/* One direction. */
struct side {
	enum state state;
	uint64_t left;
	struct octets head; /* of this message; given with its body */
	struct octets line; /* of a chunk's size, or of a trailer */
	struct octets raw;  /* body as it was sent, chunks joined, and decoded; what was not given yet */
	struct octets decoded;
	struct body_decoder *decoder; /* NULL: the body is not encoded */
	bool wrong;                   /* it is not what the header says: given as it was sent */
	bool given;                   /* the head was given */
	uint32_t frame;               /* that came last, and its time */
	int64_t time_ns;
};

enum { REQUEST, RESPONSE };

struct http {
	follow_fn *take;
	void *ctx;
	struct follow_peer peers[2];
	bool begun, swapped;           /* the first message was given; it came from the server of TCP */
	struct side side[2];           /* of the client, of the server of TCP: HTTP's need not be the same */
	uint8_t methods[REQUESTS_MAX]; /* a ring: what the response to each request must know of it */
	unsigned first, waiting;
};

enum method {
	METHOD_PLAIN,
	METHOD_NO_BODY,
	METHOD_TUNNEL
}; /* HEAD and CONNECT have responses of their own */

/* ---- giving ---- */

static int give_chunk(struct http *h, struct follow_chunk *chunk)
{
	if (!h->begun) {
		h->begun = true;
		h->swapped = chunk->from_server;
		if (h->swapped) {
			const struct follow_peer first = h->peers[1];
			h->peers[1] = h->peers[0];
			h->peers[0] = first;
		}
	}
	chunk->from_server = chunk->from_server != h->swapped;
	return h->take(h->ctx, h->peers, chunk);
}

static int give(struct http *h, struct side *s, struct octets *o)
{
	struct follow_chunk chunk = { .from_server = s == &h->side[1],
		.frame = s->frame,
		.time_ns = s->time_ns,
		.data = o->at,
		.length = (uint32_t)o->n };
	int rc = o->n ? give_chunk(h, &chunk) : 0;
	o->n = 0;
	return rc;
}

/* The head, and of the body what is there. */
static int give_all(struct http *h, struct side *s)
{
	int rc = s->given ? 0 : give(h, s, &s->head);
	s->given = true;
	if (rc == 0)
		rc = give(h, s, s->decoder && !s->wrong ? &s->decoded : &s->raw);
	s->raw.n = s->decoded.n = 0;
	return rc;
}

static int end_message(struct http *h, struct side *s)
{
	int rc = give_all(h, s);
	body_decoder_close(s->decoder);
	s->decoder = NULL;
	s->wrong = s->given = false;
	s->head.n = s->line.n = 0;
	if (s->state != SWITCHED)
		s->state = SEEKING;
	return rc;
}

/* ---- heads ---- */

/* The value of a header: its last line of this name, without blanks around. False: there is none. */
static bool header(const struct octets *head, const char *name, char *out, size_t size)
{
	const char *p = (const char *)head->at, *end = p + head->n;
	size_t n = strlen(name);
	bool found = false;
	for (; p && p < end; p = memchr(p, '\n', (size_t)(end - p)), p = p ? p + 1 : NULL) {
		if ((size_t)(end - p) <= n || strncasecmp(p, name, n) != 0 || p[n] != ':')
			continue;
		const char *from = p + n + 1, *to = memchr(p, '\n', (size_t)(end - p));
		to = to ? to : end;
		while (from < to && isblank((uint8_t)*from))
			from++;
		while (to > from && isspace((uint8_t)to[-1]))
			to--;
		snprintf(out, size, "%.*s", (int)(to - from), from);
		found = true;
	}
	return found;
}

/* A start line (RFC 9112, sections 3 and 4)? `n` octets of it are there. */
static bool is_start_line(const uint8_t *p, size_t n, int *type)
{
	const uint8_t *end = memchr(p, '\n', n);
	size_t length = end ? (size_t)(end - p) : n, word = 0;
	if (length >= 8 && memcmp(p, "HTTP/", 5) == 0 && isdigit(p[5])) {
		*type = RESPONSE;
		return true;
	}
	while (word < length && (isupper(p[word]) || p[word] == '-' || p[word] == '_'))
		word++;
	if (word < 3 || word == length || p[word] != ' ')
		return false;
	while (length && isspace(p[length - 1]))
		length--;
	for (size_t i = word; i + 8 <= length; i++)
		if (memcmp(p + i, " HTTP/", 6) == 0) {
			*type = REQUEST;
			return true;
		}
	return false;
}

static bool has_word(const char *list, const char *word)
{
	size_t n = strlen(word);
	for (const char *p = list; *p; p++)
		if (strncasecmp(p, word, n) == 0 && !isalnum((uint8_t)p[n]))
			return true;
	return false;
}

/* Whose response is this? Requests are answered in their order; an interim response (1xx) answers none. */
static enum method next_method(struct http *h, unsigned code)
{
	enum method m = METHOD_PLAIN;
	if (!h->waiting)
		return m;
	m = (enum method)h->methods[h->first];
	if (code >= 200 || code < 100) {
		h->first = (h->first + 1) % REQUESTS_MAX;
		h->waiting--;
	}
	return m;
}

static void remember_request(struct http *h, const struct octets *head)
{
	bool no_body = head->n > 5 && memcmp(head->at, "HEAD ", 5) == 0;
	bool tunnel = head->n > 8 && memcmp(head->at, "CONNECT ", 8) == 0;
	if (h->waiting == REQUESTS_MAX)
		return;
	h->methods[(h->first + h->waiting++) % REQUESTS_MAX] = no_body  ? METHOD_NO_BODY
							       : tunnel ? METHOD_TUNNEL
									: METHOD_PLAIN;
}

/* How long the body is: RFC 9112, section 6.3. */
static void begin_body(struct http *h, struct side *s, int type)
{
	char value[256], *end = NULL;
	unsigned code = 0;
	enum method method = METHOD_PLAIN;
	if (type == REQUEST) {
		remember_request(h, &s->head);
	} else {
		const uint8_t *blank = memchr(s->head.at, ' ', s->head.n);
		code = blank && s->head.at + s->head.n - blank > 4 ? (unsigned)atoi((const char *)blank + 1)
								   : 0;
		method = next_method(h, code);
	}
	if (code == 101 || (method == METHOD_TUNNEL && code / 100 == 2)) {
		h->side[0].state = h->side[1].state = SWITCHED;
		return;
	}
	s->state = COUNTED;
	s->left = 0;
	if (type == RESPONSE && (method == METHOD_NO_BODY || code / 100 == 1 || code == 204 || code == 304))
		return;
	if (header(&s->head, "content-encoding", value, sizeof(value)))
		s->decoder = body_decoder_open(value);
	if (header(&s->head, "transfer-encoding", value, sizeof(value)) && has_word(value, "chunked")) {
		s->state = CHUNK_SIZE;
	} else if (header(&s->head, "content-length", value, sizeof(value))) {
		s->left = strtoull(value, &end, 10);
		if (end == value || *value == '-')
			s->left = 0;
	} else if (type == RESPONSE) {
		s->state = UNTIL_END;
	}
}

/* Octets of a head, up to the empty line. Gives how many it took, or -1. */
static int64_t take_head(struct http *h, struct side *s, const uint8_t *p, size_t n)
{
	size_t before = s->head.n;
	if (add(&s->head, p, n) < 0)
		return -1;
	for (size_t i = before > 3 ? before - 3 : 0; i < s->head.n; i++) {
		if (s->head.at[i] != '\n')
			continue;
		size_t next = i + 1 < s->head.n && s->head.at[i + 1] == '\r' ? i + 2 : i + 1;
		if (next >= s->head.n || s->head.at[next] != '\n' || next + 1 <= before)
			continue;
		int type = RESPONSE;
		s->head.n = next + 1;
		is_start_line(s->head.at, s->head.n, &type);
		begin_body(h, s, type);
		return (int64_t)(next + 1 - before);
	}
	if (s->head.n > HEAD_MAX) { /* no head is that long */
		s->state = SEEKING;
		s->head.n = 0;
	}
	return (int64_t)n;
}

/* ---- bodies ---- */

static int take_decoded(void *ctx, const uint8_t *p, size_t n)
{
	struct side *s = ctx;
	return add(&s->decoded, p, n) < 0 ? -1 : s->decoded.n > HELD_MAX;
}

static int take_body(struct http *h, struct side *s, const uint8_t *p, size_t n)
{
	/* Decoded in pieces, so that what comes of each stays small. */
	for (size_t at = 0, part; at < n; at += part) {
		part = n - at < 4096 ? n - at : 4096;
		if (add(&s->raw, p + at, part) < 0)
			return -1;
		int rc = s->decoder && !s->wrong ? body_decode(s->decoder, p + at, part, take_decoded, s) : 0;
		if (rc == -1)
			return -1;
		if (rc == BODY_WRONG)
			s->wrong = true;
		if (rc > 0 || s->raw.n > HELD_MAX || s->decoded.n > HELD_MAX) {
			if ((rc = give_all(h, s)) != 0)
				return rc;
		}
	}
	return 0;
}

/* Octets of a line, with its end. Gives how many it took, or -1; *whole: the end is there. */
static int64_t take_line(struct side *s, const uint8_t *p, size_t n, bool *whole)
{
	const uint8_t *end = memchr(p, '\n', n);
	size_t part = end ? (size_t)(end - p) + 1 : n;
	*whole = end != NULL;
	if (s->line.n > HEAD_MAX)
		s->line.n = 0;
	return add(&s->line, p, part) < 0 ? -1 : (int64_t)part;
}

/* What a whole line of a chunked body says. */
static void read_line(struct side *s)
{
	bool empty = s->line.n <= 2 && (s->line.n == 1 || s->line.at[0] == '\r');
	if (s->state == TRAILER) {
		if (empty) {
			s->state = COUNTED; /* with nothing left: the end */
			s->left = 0;
		}
	} else if (s->state == CHUNK_END) {
		s->state = CHUNK_SIZE;
	} else {
		char text[20];
		snprintf(text, sizeof(text), "%.*s", (int)(s->line.n < 19 ? s->line.n : 19),
			(const char *)s->line.at);
		s->left = strtoull(text, NULL, 16);
		s->state = s->left ? CHUNK_DATA : TRAILER;
	}
	s->line.n = 0;
}

/* ---- all of it ---- */

/* Nothing is under way: does a message begin here? What is no HTTP is left away. */
static size_t seek(struct side *s, const uint8_t *p, size_t n)
{
	size_t blank = 0;
	int type;
	while (blank < n && (p[blank] == '\r' || p[blank] == '\n'))
		blank++; /* RFC 9112, section 2.2: an empty line before it is no harm */
	if (blank == n || !is_start_line(p + blank, n - blank, &type))
		return n;
	s->state = HEAD;
	return blank;
}

/* Octets of one direction, in order. */
static int take_octets(struct http *h, struct side *s, const uint8_t *p, size_t n)
{
	int rc = 0;
	while (n && rc == 0) {
		int64_t took = 0;
		bool whole = false;
		switch (s->state) {
		case SEEKING:
			took = (int64_t)seek(s, p, n);
			break;
		case HEAD:
			took = take_head(h, s, p, n);
			break;
		case CHUNK_SIZE:
		case CHUNK_END:
		case TRAILER:
			took = take_line(s, p, n, &whole);
			if (whole)
				read_line(s);
			break;
		case SWITCHED:
			took = (int64_t)n;
			break;
		default:
			took = (int64_t)(s->state != UNTIL_END && s->left < n ? s->left : n);
			rc = take_body(h, s, p, (size_t)took);
			s->left -= s->state == UNTIL_END ? 0 : (uint64_t)took;
			if (s->state == CHUNK_DATA && !s->left)
				s->state = CHUNK_END;
			break;
		}
		if (took < 0)
			return -1;
		p += took;
		n -= (size_t)took;
		if (rc == 0 && ((s->state == COUNTED && !s->left) || (s->state == SWITCHED && s->head.n)))
			rc = end_message(h, s);
	}
	return rc;
}

static int take_chunk(void *ctx, const struct follow_peer peers[2], const struct follow_chunk *chunk)
{
	struct http *h = ctx;
	struct side *s = &h->side[chunk->from_server];
	if (!h->begun)
		memcpy(h->peers, peers, sizeof(h->peers));
	if (chunk->missing) { /* the message breaks off here */
		struct follow_chunk gap = *chunk;
		bool under_way = s->state != SEEKING && s->state != SWITCHED;
		int rc = end_message(h, s);
		return rc || !under_way ? rc : give_chunk(h, &gap);
	}
	s->frame = chunk->frame;
	s->time_ns = chunk->time_ns;
	return take_octets(h, s, chunk->data, chunk->length);
}

/* What is not whole when the stream ends, in the order of the last frames. */
static int end_stream(struct http *h)
{
	unsigned early = h->side[0].frame <= h->side[1].frame ? 0 : 1;
	int rc = end_message(h, &h->side[early]);
	return rc ? rc : end_message(h, &h->side[!early]);
}

int follow_http(struct session *s, const struct selected_capture *capture, uint32_t stream,
	struct follow_peer peers[2], follow_fn *take, void *ctx)
{
	struct http *h = calloc(1, sizeof(*h));
	if (!h)
		return complain(-1, "out of memory");
	h->take = take;
	h->ctx = ctx;
	int rc = follow_stream(s, capture, FOLLOW_TCP, stream, peers, take_chunk, h);
	if (rc == 0 && end_stream(h) < 0)
		rc = -1;
	for (unsigned i = 0; i < 2; i++) {
		struct side *side = &h->side[i];
		body_decoder_close(side->decoder);
		free(side->head.at);
		free(side->line.at);
		free(side->raw.at);
		free(side->decoded.at);
	}
	free(h);
	return rc;
}
