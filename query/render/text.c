#include "query/render/text.h"

#include <inttypes.h>
#include <stdlib.h>

#include "schema/utf8.h"

void buffer_grow(struct buffer *b, size_t n)
{
	if (b->failed)
		return;
	size_t size = (b->used + n + 1) * 2;
	char *at = realloc(b->at, size);
	if (!at) {
		b->failed = true;
		return;
	}
	b->at = at;
	b->size = size;
}

void buffer_puts(struct buffer *b, const char *text)
{
	buffer_put(b, text, strlen(text));
}

void buffer_printf(struct buffer *b, const char *format, ...)
{
	char text[400]; /* %f of the largest double has 309 digits */
	va_list list;
	va_start(list, format);
	int n = vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	buffer_put(b, text, n < 0 ? 0 : (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1);
}

static bool in_ranges(uint32_t c, const uint32_t (*ranges)[2], size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (c >= ranges[i][0] && c <= ranges[i][1])
			return true;
	return false;
}
#define IN(c, ranges) in_ranges(c, ranges, sizeof(ranges) / sizeof((ranges)[0]))

bool utf8_is_control(uint32_t c)
{
	/* C0, DEL and C1; line and paragraph separators; marks, embeddings, overrides and isolates of
	 * direction; byte order mark; tags. */
	static const uint32_t ranges[][2] = { { 0, 0x1f }, { 0x7f, 0x9f }, { 0x61c, 0x61c },
		{ 0x200e, 0x200f }, { 0x2028, 0x202e }, { 0x2066, 0x206f }, { 0xfeff, 0xfeff },
		{ 0xfff9, 0xfffb }, { 0xe0000, 0xe007f } };
	return IN(c, ranges);
}

unsigned utf8_columns(uint32_t c)
{
	/* Combining marks of the common scripts; then what Unicode calls East Asian wide, and emoji. */
	static const uint32_t none[][2] = { { 0x300, 0x36f }, { 0x483, 0x489 }, { 0x591, 0x5bd },
		{ 0x610, 0x61a }, { 0x64b, 0x65f }, { 0x900, 0x902 }, { 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff },
		{ 0x200b, 0x200d }, { 0x20d0, 0x20ff }, { 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f } };
	static const uint32_t wide[][2] = { { 0x1100, 0x115f }, { 0x2e80, 0x303e }, { 0x3041, 0x33ff },
		{ 0x3400, 0x4dbf }, { 0x4e00, 0x9fff }, { 0xa000, 0xa4cf }, { 0xa960, 0xa97f },
		{ 0xac00, 0xd7a3 }, { 0xf900, 0xfaff }, { 0xfe30, 0xfe6f }, { 0xff00, 0xff60 },
		{ 0xffe0, 0xffe6 }, { 0x1f300, 0x1f64f }, { 0x1f680, 0x1f6ff }, { 0x1f900, 0x1f9ff },
		{ 0x20000, 0x3fffd } };
	if (c < 0x300)
		return 1;
	return IN(c, none) ? 0 : IN(c, wide) ? 2 : 1;
}

void put_visible(struct buffer *b, const char *text, size_t n, enum escape escape)
{
	static const char from[] = "\a\b\t\n\v\f\r", to[] = "abtnvfr";
	while (n) {
		uint32_t c;
		/* Plain letters in one piece. */
		size_t plain = 0;
		while (plain < n && text[plain] >= ' ' && text[plain] < 0x7f)
			plain++;
		buffer_put(b, text, plain);
		text += plain;
		n -= plain;
		if (!n)
			break;
		unsigned len = utf8_read(text, n, &c);
		if (!len)
			buffer_printf(b, "\\x%02x", (uint8_t)*text);
		else if (!utf8_is_control(c) ||
			 (escape == ESCAPE_BUT_LINES && (c == '\t' || c == '\n' || c == '\r')))
			buffer_put(b, text, len);
		else if (c && c < 0x20 && strchr(from, (int)c))
			buffer_printf(b, "\\%c", to[strchr(from, (int)c) - from]);
		else if (c < 0x80)
			buffer_printf(b, "\\x%02" PRIx32, c);
		else
			buffer_printf(b, "\\u{%" PRIx32 "}", c);
		text += len ? len : 1;
		n -= len ? len : 1;
	}
}

void put_markup(FILE *out, const char *text, size_t n)
{
	struct buffer b = { 0 };
	put_visible(&b, text, n, ESCAPE_ALL);
	for (size_t i = 0; i < b.used; i++)
		switch (b.at[i]) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\'':
			fputs("&#39;", out);
			break;
		default:
			putc(b.at[i], out);
		}
	free(b.at);
}

unsigned text_columns(const char *text, size_t n)
{
	unsigned columns = 0;
	for (uint32_t c; n;) {
		if ((uint8_t)*text < 0x80) {
			columns++;
			text++;
			n--;
			continue;
		}
		unsigned len = utf8_read(text, n, &c);
		columns += len ? utf8_columns(c) : 1;
		text += len ? len : 1;
		n -= len ? len : 1;
	}
	return columns;
}

void put_json_text(struct buffer *b, const char *text, size_t n)
{
	buffer_put(b, "\"", 1);
	while (n) {
		uint32_t c;
		unsigned len = utf8_read(text, n, &c);
		if (!len)
			buffer_puts(b, "\xef\xbf\xbd"); /* U+FFFD: RFC 8259 has no place for other octets */
		else if (c == '"' || c == '\\')
			buffer_printf(b, "\\%c", (char)c);
		else if (c == '\n' || c == '\r' || c == '\t')
			buffer_puts(b, c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t");
		else if (!utf8_is_control(c))
			buffer_put(b, text, len);
		else if (c < 0x10000)
			buffer_printf(b, "\\u%04" PRIx32, c);
		else
			buffer_printf(b, "\\u%04" PRIx32 "\\u%04" PRIx32, 0xd800 + ((c - 0x10000) >> 10),
				0xdc00 + ((c - 0x10000) & 0x3ff));
		text += len ? len : 1;
		n -= len ? len : 1;
	}
	buffer_put(b, "\"", 1);
}

void put_json(struct buffer *b, const struct value *v)
{
	bool object = v->kind == VALUE_OBJECT;
	switch (v->kind) {
	case VALUE_NULL:
		buffer_puts(b, "null");
		break;
	case VALUE_INT:
		put_int(b, v->integer);
		break;
	case VALUE_REAL:
		put_real(b, v->real);
		break;
	case VALUE_TEXT:
		put_json_text(b, v->text.at, v->text.len);
		break;
	case VALUE_LIST:
	case VALUE_OBJECT:
		buffer_puts(b, object ? "{" : "[");
		for (unsigned i = 0; i < v->list.n; i++) {
			if (i)
				buffer_put(b, ",", 1);
			if (object) {
				put_json_text(b, v->list.keys[i], strlen(v->list.keys[i]));
				buffer_put(b, ":", 1);
			}
			put_json(b, &v->list.items[i]);
		}
		buffer_puts(b, object ? "}" : "]");
		break;
	}
}

void render_visible(FILE *out, const char *text, size_t len)
{
	struct buffer b = { 0 };
	put_visible(&b, text, len, ESCAPE_ALL);
	fwrite(b.at ? b.at : "", 1, b.used, out);
	free(b.at);
}

unsigned render_visible_width(const char *text, size_t len)
{
	struct buffer b = { 0 };
	put_visible(&b, text, len, ESCAPE_ALL);
	unsigned n = text_columns(b.at ? b.at : "", b.used);
	free(b.at);
	return n;
}
