/* Aligned columns under a header. Rows are kept until the end, since widths depend on all of them. On a
 * terminal a rule stands under the header and text columns are shortened until the table fits; a pipe gets
 * every letter. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "query/render/format.h"
#include "schema/utf8.h"

#define GAP       2 /* blanks between columns */
#define WIDTH_MIN 8 /* no column is shortened below this */

static void end_cell(struct render *r)
{
	if (r->nends == r->ends_size) {
		size_t size = r->ends_size ? r->ends_size * 2 : 1024;
		size_t *ends = realloc(r->ends, size * sizeof(*ends));
		if (!ends) {
			r->text.failed = true;
			return;
		}
		r->ends = ends;
		r->ends_size = size;
	}
	r->ends[r->nends++] = r->text.used;
}

static const char *title(const struct render_column *c)
{
	return c->title ? c->title : c->key;
}

static void begin(struct render *r)
{
	for (unsigned i = 0; i < r->ncolumns; i++) {
		const char *text = title(&r->columns[i]);
		put_visible(&r->text, text, strlen(text), ESCAPE_ALL);
		end_cell(r);
	}
}

static void put_cell(struct render *r, const struct value *v)
{
	struct buffer *b = &r->text, json = { 0 };
	switch (v->kind) {
	case VALUE_NULL:
		return;
	case VALUE_INT:
		buffer_printf(b, "%" PRId64, v->integer);
		break;
	case VALUE_REAL:
		if (!isfinite(v->real))
			return;
		buffer_printf(b, "%.*f", v->decimals, v->real);
		break;
	case VALUE_TEXT:
		put_visible(b, v->text.at, v->text.len, ESCAPE_ALL);
		return;
	case VALUE_LIST:
	case VALUE_OBJECT:
		put_json(&json, v);
		put_visible(b, json.at ? json.at : "", json.used, ESCAPE_ALL);
		b->failed |= json.failed;
		free(json.at);
		return;
	}
	if (v->unit)
		buffer_puts(b, v->unit);
}

static void row(struct render *r, const struct value *cells)
{
	for (unsigned i = 0; i < r->ncolumns && !r->text.failed; i++) {
		put_cell(r, &cells[i]);
		end_cell(r);
	}
}

/* Take from the widest text column, one letter at a time, until the table fits or all are at their least. */
static void fit(struct render *r, unsigned *widths)
{
	size_t total = (size_t)GAP * (r->ncolumns - 1);
	for (unsigned i = 0; i < r->ncolumns; i++)
		total += widths[i];
	while (total > r->terminal) {
		unsigned *widest = NULL;
		for (unsigned i = 0; i < r->ncolumns; i++)
			if (r->columns[i].align == RENDER_TEXT && widths[i] > WIDTH_MIN &&
				(!widest || widths[i] > *widest))
				widest = &widths[i];
		if (!widest)
			return;
		(*widest)--;
		total--;
	}
}

static void spaces(FILE *out, unsigned n)
{
	while (n--)
		putc(' ', out);
}

/* A cell of `n` octets and `columns` columns in a column of this width. */
static void print_cell(struct render *r, unsigned i, const char *text, size_t n, unsigned width, bool last)
{
	unsigned columns = text_columns(text, n);
	if (i)
		spaces(r->out, GAP);
	if (columns > width) {
		const char *dots = r->utf8 ? "\xe2\x80\xa6" : "...";
		unsigned room = width - (r->utf8 ? 1 : 3), taken = 0;
		size_t at = 0;
		for (uint32_t c; at < n;) {
			unsigned len = utf8_read(text + at, n - at, &c), w = len ? utf8_columns(c) : 1;
			if (taken + w > room)
				break;
			taken += w;
			at += len ? len : 1;
		}
		fwrite(text, 1, at, r->out);
		fputs(dots, r->out);
		if (!last)
			spaces(r->out, room - taken);
		return;
	}
	if (r->columns[i].align == RENDER_NUMBER)
		spaces(r->out, width - columns);
	fwrite(text, 1, n, r->out);
	if (r->columns[i].align != RENDER_NUMBER && !last)
		spaces(r->out, width - columns);
}

/* The row whose first cell is number `row`; no blanks stand at its end. */
static void print_row(struct render *r, size_t row, const unsigned *widths)
{
	unsigned n = r->ncolumns;
	size_t from = row ? r->ends[row - 1] : 0;
	while (n && r->ends[row + n - 1] == (row + n > 1 ? r->ends[row + n - 2] : 0))
		n--;
	for (unsigned i = 0; i < n; from = r->ends[row + i++])
		print_cell(r, i, r->text.at + from, r->ends[row + i] - from, widths[i], i + 1 == n);
	putc('\n', r->out);
}

static void print_rule(struct render *r, const unsigned *widths)
{
	for (unsigned i = 0; i < r->ncolumns; i++) {
		if (i)
			spaces(r->out, GAP);
		for (unsigned k = 0; k < widths[i]; k++)
			fputs(r->utf8 ? "\xe2\x94\x80" : "-", r->out);
	}
	putc('\n', r->out);
}

static void end(struct render *r)
{
	unsigned *widths = r->ncolumns ? calloc(r->ncolumns, sizeof(*widths)) : NULL;
	if (!widths || r->text.failed) {
		r->text.failed |= r->ncolumns != 0;
		free(widths);
		return;
	}
	for (size_t i = 0, from = 0; i < r->nends; from = r->ends[i++]) {
		unsigned columns = text_columns(r->text.at + from, r->ends[i] - from);
		if (columns > widths[i % r->ncolumns])
			widths[i % r->ncolumns] = columns;
	}
	if (r->terminal)
		fit(r, widths);
	for (size_t row = 0; row + r->ncolumns <= r->nends; row += r->ncolumns) {
		print_row(r, row, widths);
		if (row == 0 && r->terminal)
			print_rule(r, widths);
	}
	free(widths);
}

const struct render_format render_table = { "table", begin, row, end };
