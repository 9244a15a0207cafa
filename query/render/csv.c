/* RFC 4180: a header, lines that end in CR LF, quotes doubled. A missing value is an empty cell, empty text
 * is "". */
#include <math.h>
#include <stdlib.h>

#include "query/render/format.h"

static void put_quoted(struct render *r, const char *text, size_t n)
{
	struct buffer *b = &r->text;
	size_t plain = 0;
	while (plain < n && text[plain] > ' ' && text[plain] < 0x7f && !strchr("\",\\", text[plain]))
		plain++;
	if (n && plain == n) {
		buffer_put(b, text, n);
		return;
	}
	buffer_put(b, "\"", 1);
	while (n) {
		const char *quote = memchr(text, '"', n);
		size_t piece = quote ? (size_t)(quote - text) : n;
		put_visible(b, text, piece, r->terminal ? ESCAPE_ALL : ESCAPE_BUT_LINES);
		if (quote)
			buffer_put(b, "\"\"", 2);
		piece += quote != NULL;
		text += piece;
		n -= piece;
	}
	buffer_put(b, "\"", 1);
}

static void end_line(struct render *r)
{
	buffer_put(&r->text, r->terminal ? "\n" : "\r\n", r->terminal ? 1 : 2);
	render_flush(r);
}

static void begin(struct render *r)
{
	for (unsigned i = 0; i < r->ncolumns; i++) {
		if (i)
			buffer_put(&r->text, ",", 1);
		put_quoted(r, r->columns[i].key, strlen(r->columns[i].key));
	}
	end_line(r);
}

static void row(struct render *r, const struct value *cells)
{
	for (unsigned i = 0; i < r->ncolumns; i++) {
		const struct value *v = &cells[i];
		struct buffer json = { 0 };
		if (i)
			buffer_put(&r->text, ",", 1);
		switch (v->kind) {
		case VALUE_NULL:
			break;
		case VALUE_INT:
			put_int(&r->text, v->integer);
			break;
		case VALUE_REAL:
			if (isfinite(v->real))
				put_real(&r->text, v->real);
			break;
		case VALUE_TEXT:
			put_quoted(r, v->text.at, v->text.len);
			break;
		case VALUE_LIST:
		case VALUE_OBJECT:
			put_json(&json, v);
			put_quoted(r, json.at, json.used);
			r->text.failed |= json.failed;
			free(json.at);
			break;
		}
	}
	end_line(r);
}

static void end(struct render *r)
{
	(void)r;
}

const struct render_format render_csv = { "csv", begin, row, end };
