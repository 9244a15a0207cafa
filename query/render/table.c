/* Aligned columns under a header. Rows are kept until the end, since widths depend on all of them. On a
 * terminal a rule stands under the header and text columns are shortened until the table fits; a pipe gets
 * every letter. */
#include <math.h>
#include <stdlib.h>

#include "query/render/format.h"
#include "schema/utf8.h"

#define GAP       2     /* blanks between columns */
#define WIDTH_MIN 8     /* no column is shortened below this */
#define LINES_MAX 65536 /* octets that are written at once, and a line */

static size_t begin_of(const struct render *r, size_t cell)
{
	return cell ? r->cells[cell - 1].end : 0;
}

static size_t length_of(const struct render *r, size_t cell)
{
	return r->cells[cell].end - begin_of(r, cell);
}

static void end_cell(struct render *r)
{
	size_t from = begin_of(r, r->ncells);
	if (r->ncells == r->cells_size) {
		size_t size = r->cells_size ? r->cells_size * 2 : 1024;
		struct render_cell *cells = realloc(r->cells, size * sizeof(*cells));
		if (!cells) {
			r->text.failed = true;
			return;
		}
		r->cells = cells;
		r->cells_size = size;
	}
	unsigned columns = r->text.used > from ? text_columns(r->text.at + from, r->text.used - from) : 0;
	r->cells[r->ncells++] = (struct render_cell) { r->text.used, columns };
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
		put_int(b, v->integer);
		break;
	case VALUE_REAL:
		if (!isfinite(v->real))
			return;
		put_fixed(b, v->real, v->decimals);
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

static void put_spaces(struct buffer *b, unsigned n)
{
	static const char blanks[] = "                                ";
	for (unsigned part; n; n -= part) {
		part = n < sizeof(blanks) - 1 ? n : (unsigned)sizeof(blanks) - 1;
		buffer_put(b, blanks, part);
	}
}

/* As much of the text as has room, and dots. How many columns that takes. */
static unsigned put_shortened(
	struct buffer *b, const struct render *r, const char *text, size_t n, unsigned width)
{
	const char *dots = r->utf8 ? "\xe2\x80\xa6" : "...";
	unsigned ndots = r->utf8 ? 1 : 3, taken = 0;
	size_t at = 0;
	for (uint32_t c; at < n;) {
		unsigned len = utf8_read(text + at, n - at, &c), w = len ? utf8_columns(c) : 1;
		if (taken + w > width - ndots)
			break;
		taken += w;
		at += len ? len : 1;
	}
	buffer_put(b, text, at);
	buffer_puts(b, dots);
	return taken + ndots;
}

static void put_aligned(
	struct buffer *b, const struct render *r, size_t cell, unsigned i, unsigned width, bool last)
{
	const char *text = r->text.at + begin_of(r, cell);
	unsigned columns = r->cells[cell].columns;
	bool number = r->columns[i].align == RENDER_NUMBER;
	if (i)
		put_spaces(b, GAP);
	if (columns > width) {
		columns = put_shortened(b, r, text, length_of(r, cell), width);
		number = false;
	} else {
		if (number)
			put_spaces(b, width - columns);
		buffer_put(b, text, length_of(r, cell));
	}
	if (!number && !last)
		put_spaces(b, width - columns);
}

/* The row whose first cell is number `cell`; no blanks stand at its end. */
static void put_row(struct buffer *b, const struct render *r, size_t cell, const unsigned *widths)
{
	unsigned n = r->ncolumns;
	while (n && !length_of(r, cell + n - 1))
		n--;
	for (unsigned i = 0; i < n; i++)
		put_aligned(b, r, cell + i, i, widths[i], i + 1 == n);
	buffer_put(b, "\n", 1);
}

static void put_rule(struct buffer *b, const struct render *r, const unsigned *widths)
{
	for (unsigned i = 0; i < r->ncolumns; i++) {
		if (i)
			put_spaces(b, GAP);
		for (unsigned k = 0; k < widths[i]; k++)
			buffer_puts(b, r->utf8 ? "\xe2\x94\x80" : "-");
	}
	buffer_put(b, "\n", 1);
}

static void end(struct render *r)
{
	unsigned *widths = r->ncolumns ? calloc(r->ncolumns, sizeof(*widths)) : NULL;
	struct buffer lines = { 0 };
	if (!widths || r->text.failed) {
		r->text.failed |= r->ncolumns != 0;
		free(widths);
		return;
	}
	for (size_t i = 0; i < r->ncells; i++)
		if (r->cells[i].columns > widths[i % r->ncolumns])
			widths[i % r->ncolumns] = r->cells[i].columns;
	if (r->terminal)
		fit(r, widths);
	for (size_t cell = 0; cell + r->ncolumns <= r->ncells; cell += r->ncolumns) {
		put_row(&lines, r, cell, widths);
		if (cell == 0 && r->terminal)
			put_rule(&lines, r, widths);
		if (lines.used > LINES_MAX) {
			fwrite(lines.at, 1, lines.used, r->out);
			lines.used = 0;
		}
	}
	if (lines.used)
		fwrite(lines.at, 1, lines.used, r->out);
	r->text.failed |= lines.failed;
	free(lines.at);
	free(widths);
}

const struct render_format render_table = { "table", begin, row, end };
