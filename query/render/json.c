/* RFC 8259: one array of objects; or an object a line (jsonl). Keys are the columns', missing values null. */
#include "query/render/format.h"

static void put_row(struct render *r, const struct value *cells)
{
	buffer_put(&r->text, "{", 1);
	for (unsigned i = 0; i < r->ncolumns; i++) {
		if (i)
			buffer_put(&r->text, ",", 1);
		put_json_text(&r->text, r->columns[i].key, strlen(r->columns[i].key));
		buffer_put(&r->text, ":", 1);
		put_json(&r->text, &cells[i]);
	}
	buffer_put(&r->text, "}", 1);
}

static void json_begin(struct render *r)
{
	buffer_put(&r->text, "[", 1);
}

static void json_row(struct render *r, const struct value *cells)
{
	buffer_puts(&r->text, r->nrows ? ",\n" : "\n");
	put_row(r, cells);
	render_flush(r);
}

static void json_end(struct render *r)
{
	buffer_puts(&r->text, r->nrows ? "\n]\n" : "]\n");
	render_flush(r);
}

static void jsonl_begin(struct render *r)
{
	(void)r;
}

static void jsonl_row(struct render *r, const struct value *cells)
{
	put_row(r, cells);
	buffer_put(&r->text, "\n", 1);
	render_flush(r);
}

const struct render_format render_json = { "json", json_begin, json_row, json_end };
const struct render_format render_jsonl = { "jsonl", jsonl_begin, jsonl_row, jsonl_begin };
