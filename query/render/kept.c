#include "query/render/kept.h"

#include <math.h>
#include <stdlib.h>

#include "query/render/format.h"

/* Texts and lists lie in blocks, one behind the other. */
struct kept_block {
	struct kept_block *next;
	size_t used, size;
	_Alignas(struct value) char at[];
};

static void *take(struct kept *rows, size_t n)
{
	struct kept_block *b = rows->blocks;
	n = (n + _Alignof(struct value) - 1) / _Alignof(struct value) * _Alignof(struct value);
	if (!b || b->size - b->used < n) {
		size_t size = n > 65536 ? n : 65536;
		b = malloc(sizeof(*b) + size);
		if (!b) {
			rows->failed = true;
			return NULL;
		}
		b->next = rows->blocks;
		b->used = 0;
		b->size = size;
		rows->blocks = b;
	}
	void *p = b->at + b->used;
	b->used += n;
	return p;
}

static const char *take_text(struct kept *rows, const char *text, size_t n)
{
	char *copy = take(rows, n + 1);
	if (!copy)
		return NULL;
	if (n)
		memcpy(copy, text, n);
	copy[n] = '\0';
	return copy;
}

static struct value take_value(struct kept *rows, const struct value *v)
{
	struct value out = *v;
	if (v->kind == VALUE_TEXT) {
		out.text.at = take_text(rows, v->text.at, v->text.len);
		return out.text.at ? out : value_null();
	}
	if (v->kind != VALUE_LIST && v->kind != VALUE_OBJECT)
		return out;
	struct value *items = take(rows, v->list.n * sizeof(*items) + 1);
	if (!items)
		return value_null();
	for (unsigned i = 0; i < v->list.n; i++)
		items[i] = take_value(rows, &v->list.items[i]);
	out.list.items = items; /* keys are constants of the program */
	return out;
}

static void keep_begin(struct render *r)
{
	(void)r;
}

static void keep_row(struct render *r, const struct value *cells)
{
	struct kept *rows = r->kept;
	if (rows->n == rows->size) {
		size_t size = rows->size ? rows->size * 2 : 64;
		struct value *more = realloc(rows->cells, size * rows->ncolumns * sizeof(*more));
		if (!more) {
			rows->failed = r->text.failed = true;
			return;
		}
		rows->cells = more;
		rows->size = size;
	}
	struct value *row = rows->cells + rows->n * rows->ncolumns;
	for (unsigned i = 0; i < rows->ncolumns; i++)
		row[i] = take_value(rows, &cells[i]);
	rows->n++;
	r->text.failed |= rows->failed;
}

static const struct render_format keeping = { "keep", keep_begin, keep_row, keep_begin };

struct render *render_keep(struct kept *out, const struct render_column *columns, unsigned n)
{
	*out = (struct kept) { .ncolumns = n };
	struct render *r = calloc(1, sizeof(*r));
	out->columns = calloc(n ? n : 1, sizeof(*out->columns));
	for (unsigned i = 0; out->columns && i < n; i++) {
		const char *title = columns[i].title ? columns[i].title : columns[i].key;
		out->columns[i] =
			(struct render_column) { take_text(out, columns[i].key, strlen(columns[i].key)),
				take_text(out, title, strlen(title)), columns[i].align };
	}
	if (!r || !out->columns || out->failed) {
		free(r);
		return NULL;
	}
	r->format = &keeping;
	r->columns = out->columns;
	r->ncolumns = n;
	r->kept = out;
	return r;
}

void kept_free(struct kept *rows)
{
	for (struct kept_block *b = rows->blocks, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	free(rows->about);
	free(rows->columns);
	free(rows->cells);
	*rows = (struct kept) { 0 };
}

int kept_column(const struct kept *rows, const char *key)
{
	for (unsigned i = 0; i < rows->ncolumns; i++)
		if (strcmp(rows->columns[i].key, key) == 0)
			return (int)i;
	return -1;
}

const struct value *kept_cell(const struct kept *rows, size_t row, int column)
{
	static const struct value none = { .kind = VALUE_NULL };
	if (row >= rows->n || column < 0 || (unsigned)column >= rows->ncolumns)
		return &none;
	return &rows->cells[row * rows->ncolumns + (unsigned)column];
}

double kept_number(const struct kept *rows, size_t row, int column)
{
	const struct value *v = kept_cell(rows, row, column);
	return v->kind == VALUE_INT ? (double)v->integer : v->kind == VALUE_REAL ? v->real : (double)NAN;
}

const char *kept_text(const struct kept *rows, size_t row, int column)
{
	const struct value *v = kept_cell(rows, row, column);
	return v->kind == VALUE_TEXT ? v->text.at : "";
}
