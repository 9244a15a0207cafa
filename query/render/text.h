/* Growing text, UTF-8, and how hostile text is made harmless. Private to query/render/. */
#ifndef PCAPDEX_QUERY_RENDER_TEXT_H
#define PCAPDEX_QUERY_RENDER_TEXT_H

#include <stdarg.h>

#include "query/render/render.h"

struct buffer {
	char *at; /* NUL-terminated once anything was put */
	size_t used, size;
	bool failed; /* memory ran out; sticks */
};

void buffer_grow(struct buffer *b, size_t n); /* room for n octets and a NUL, or failed */
static inline void buffer_put(struct buffer *b, const char *p, size_t n)
{
	if (b->size - b->used <= n)
		buffer_grow(b, n);
	if (b->failed)
		return;
	if (n)
		memcpy(b->at + b->used, p, n);
	b->used += n;
	b->at[b->used] = '\0';
}
void buffer_puts(struct buffer *b, const char *text);
void buffer_printf(struct buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A code point that a terminal obeys instead of showing it: controls, and marks that turn the direction of
 * writing. */
bool utf8_is_control(uint32_t point);
/* Columns of a printable code point: 0, 1 or 2. */
unsigned utf8_columns(uint32_t point);

enum escape {
	ESCAPE_ALL,      /* every control: one line, safe on a terminal */
	ESCAPE_BUT_LINES /* tab, CR and LF stay as they are: quoted CSV in a file */
};
void put_visible(struct buffer *b, const char *text, size_t n, enum escape escape);
/* The same with ESCAPE_ALL, as text of HTML or XML or as an attribute between quotes. */
void put_markup(FILE *out, const char *text, size_t n);
/* Columns of text that put_visible() made. */
unsigned text_columns(const char *text, size_t n);

void put_int(struct buffer *b, int64_t v);
/* With so many digits behind the point, rounded as printf's %f. */
void put_fixed(struct buffer *b, double v, unsigned decimals);
/* The shortest decimal that reads back as the same double; "null" when it is none. */
void put_real(struct buffer *b, double v);
void put_json_text(struct buffer *b, const char *text, size_t n);
void put_json(struct buffer *b, const struct value *v);

#endif
