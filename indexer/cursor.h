/* Bounds-checked reading of octets.
 *
 * A cursor runs over `len` octets as the packet reports them, of which the first `cap` were captured. Reading
 * past `cap` but inside `len` is a cut (the snapshot length took the rest); reading past `len` is malformed.
 * The first failure of a frame is kept where `fail` points: it is shared by all cursors of the frame, sticks,
 * and from then on every read gives 0 and every row setter does nothing, until dissect.c picks the frame up
 * again. A dissector therefore need not test each read: a loop on cur_left() comes to its end. Skipping never
 * fails; the next read does. */
#ifndef PCAPDEX_CURSOR_H
#define PCAPDEX_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cur_fail {
	CUR_OK = 0,
	CUR_CUT = 1, /* _ws.short: beyond the captured octets */
	CUR_BAD = 2  /* _ws.malformed: beyond the packet's own length */
};

struct cursor {
	const uint8_t *data; /* octet 0 */
	uint32_t pos;        /* next octet to read; may stand beyond len after cur_skip */
	uint32_t cap;        /* octets that may be read */
	uint32_t len;        /* octets that the packet says it has; cap <= len */
	uint8_t *fail;       /* enum cur_fail, shared by the frame */
};

/* Octets left by the packet's own account. */
static inline uint32_t cur_left(const struct cursor *c)
{
	return *c->fail || c->pos >= c->len ? 0 : c->len - c->pos;
}

/* Octets left that were captured. */
static inline uint32_t cur_avail(const struct cursor *c)
{
	return *c->fail || c->pos >= c->cap ? 0 : c->cap - c->pos;
}

/* May n octets at `at` be read? Notes the failure when not. */
static inline bool cur_need_at(const struct cursor *c, uint32_t at, uint32_t n)
{
	if (__builtin_expect(at <= c->cap && n <= c->cap - at && !*c->fail, 1))
		return true;
	if (!*c->fail)
		*c->fail = at <= c->len && n <= c->len - at ? CUR_CUT : CUR_BAD;
	return false;
}

static inline bool cur_need(const struct cursor *c, uint32_t n)
{
	return cur_need_at(c, c->pos, n);
}

/* The next n octets, or NULL. n = 0 gives a pointer that must not be read. */
static inline const uint8_t *cur_take(struct cursor *c, uint32_t n)
{
	if (!cur_need(c, n))
		return NULL;
	c->pos += n;
	return c->data + (c->pos - n);
}

static inline void cur_skip(struct cursor *c, uint32_t n)
{
	c->pos = n > UINT32_MAX - c->pos ? UINT32_MAX : c->pos + n;
}

static inline uint16_t be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}
static inline uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}
static inline uint64_t be64(const uint8_t *p)
{
	return (uint64_t)be32(p) << 32 | be32(p + 4);
}
static inline uint16_t le16(const uint8_t *p)
{
	return (uint16_t)(p[1] << 8 | p[0]);
}
static inline uint32_t le32(const uint8_t *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}
static inline uint64_t le64(const uint8_t *p)
{
	return (uint64_t)le32(p + 4) << 32 | le32(p);
}

/* The next n octets (n <= 8) as an unsigned number, network order; 0 once failed. */
static inline uint64_t cur_be(struct cursor *c, unsigned n)
{
	uint64_t v = 0;
	for (const uint8_t *p = cur_take(c, n); p && n; n--)
		v = v << 8 | *p++;
	return v;
}

/* The same, little-endian. */
static inline uint64_t cur_le(struct cursor *c, unsigned n)
{
	uint64_t v = 0;
	const uint8_t *p = cur_take(c, n);
	for (unsigned i = n; p && i; i--)
		v = v << 8 | p[i - 1];
	return v;
}

/* Look at n octets (n <= 8) `ahead` of the position without moving and without failing: false when they were
 * not captured. For heuristics, which must not blame the packet. */
static inline bool cur_peek(const struct cursor *c, uint32_t ahead, unsigned n, uint64_t *out)
{
	if (*c->fail || c->pos > c->cap || ahead > c->cap - c->pos || n > c->cap - c->pos - ahead)
		return false;
	uint64_t v = 0;
	for (const uint8_t *p = c->data + c->pos + ahead; n; n--)
		v = v << 8 | *p++;
	*out = v;
	return true;
}

/* A window over the next n octets; the cursor moves behind it. n beyond the packet's length is cut to it: the
 * reader of the window then fails as malformed when it needs more. */
static inline struct cursor cur_sub(struct cursor *c, uint32_t n)
{
	uint32_t left = c->pos >= c->len ? 0 : c->len - c->pos,
		 avail = c->pos >= c->cap ? 0 : c->cap - c->pos;
	if (n > left)
		n = left;
	struct cursor s = { c->data + (c->pos < c->cap ? c->pos : c->cap), 0, avail < n ? avail : n, n,
		c->fail };
	cur_skip(c, n);
	return s;
}

/* All that is left, as a window. */
static inline struct cursor cur_rest(struct cursor *c)
{
	return cur_sub(c, c->pos >= c->len ? 0 : c->len - c->pos);
}

#endif
