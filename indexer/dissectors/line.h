/* Lines and words of text protocols. */
#ifndef PCAPDEX_DISSECTORS_LINE_H
#define PCAPDEX_DISSECTORS_LINE_H

#include <string.h>

#include "indexer/cursor.h"

/* Octets of a message; never written through, never ended by a NUL. */
struct text {
	const char *at;
	uint32_t len;
};

static inline char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static inline bool text_is(struct text t, const char *word)
{
	uint32_t i = 0;
	while (i < t.len && word[i] && lower(t.at[i]) == lower(word[i]))
		i++;
	return i == t.len && !word[i];
}

static inline bool text_begins(struct text t, const char *word)
{
	size_t n = strlen(word);
	return t.len >= n && memcmp(t.at, word, n) == 0;
}

static inline struct text text_from(struct text t, uint32_t n)
{
	return n > t.len ? (struct text) { t.at + t.len, 0 } : (struct text) { t.at + n, t.len - n };
}

static inline struct text text_trim(struct text t)
{
	while (t.len && (t.at[0] == ' ' || t.at[0] == '\t')) {
		t.at++;
		t.len--;
	}
	while (t.len && (t.at[t.len - 1] == ' ' || t.at[t.len - 1] == '\t'))
		t.len--;
	return t;
}

/* Up to the first `end`; *rest is what stands behind it. Without it all, and *rest is empty. */
static inline struct text text_until(struct text t, char end, struct text *rest)
{
	const char *hit = t.len ? memchr(t.at, end, t.len) : NULL;
	uint32_t n = hit ? (uint32_t)(hit - t.at) : t.len;
	*rest = text_from(t, n + (hit != NULL));
	return (struct text) { t.at, n };
}

/* Its leading digits as a number, at most `max`; *n: how many digits. */
static inline uint64_t text_number(struct text t, uint64_t max, uint32_t *n)
{
	uint64_t v = 0;
	for (*n = 0; *n < t.len && t.at[*n] >= '0' && t.at[*n] <= '9'; ++*n)
		v = v > max ? v : v * 10 + (uint64_t)(t.at[*n] - '0');
	return v > max ? max : v;
}

/* The line at the cursor, which ends with CR LF, CR or LF; the cursor moves behind it. `whole`: its end is
 * there. */
static inline struct text cur_line(struct cursor *c, bool *whole)
{
	uint32_t left = cur_avail(c), n = 0;
	const char *p = (const char *)c->data + c->pos;
	while (n < left && p[n] != '\n' && p[n] != '\r')
		n++;
	*whole = n < left;
	uint32_t end = n + (n < left);
	if (n + 1 < left && p[n] == '\r' && p[n + 1] == '\n')
		end++;
	cur_skip(c, end);
	return (struct text) { p, n };
}

#endif
