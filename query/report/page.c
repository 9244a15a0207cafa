#include "query/report/page.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

#include "query/render/text.h"

/* ---- questions ---- */

static bool add_word(struct ask *a, const char *word)
{
	if (a->n == ASK_WORDS - 1 || !(a->words[a->n] = strdup(word)))
		return false;
	a->n++;
	return true;
}

static int ask_list(
	struct report *r, struct ask *a, bool draw, int64_t capture, const char *command, va_list list)
{
	char id[24];
	bool good = true;
	*a = (struct ask) { 0 };
	good &= add_word(a, command) && add_word(a, r->archive);
	snprintf(id, sizeof(id), "%" PRId64, capture);
	if (capture)
		good &= add_word(a, "-c") && add_word(a, id);
	for (const char *word; good && (word = va_arg(list, const char *));)
		good = add_word(a, word);
	/* The sql command has no -c: its statements pick the captures. */
	for (unsigned i = 0; !capture && strcmp(command, "sql") != 0 && args_nth(r->args, "capture", i); i++)
		good &= add_word(a, "-c") && add_word(a, args_nth(r->args, "capture", i));
	if (!good)
		return complain(EXIT_FAILED, "report: too many -c, or out of memory");
	return command_ask((int)a->n, a->words, r->session.db, &a->rows, draw ? &a->chart : NULL);
}

int ask(struct report *r, struct ask *a, bool draw, const char *command, ...)
{
	va_list list;
	va_start(list, command);
	int status = ask_list(r, a, draw, 0, command, list);
	va_end(list);
	return status;
}

int ask_capture(struct report *r, struct ask *a, bool draw, int64_t capture, const char *command, ...)
{
	va_list list;
	va_start(list, command);
	int status = ask_list(r, a, draw, capture, command, list);
	va_end(list);
	return status;
}

void ask_free(struct ask *a)
{
	for (unsigned i = 0; i < a->n; i++)
		free(a->words[i]);
	chart_free(&a->chart);
	kept_free(&a->rows);
	a->n = 0;
}

/* ---- text ---- */

void page_text(struct report *r, const char *text)
{
	put_markup(r->out, text, strlen(text));
}

void page_json_text(struct report *r, const char *text)
{
	struct buffer b = { 0 };
	put_json_text(&b, text, strlen(text));
	for (size_t i = 0; i < b.used; i++)
		if (b.at[i] == '<')
			fputs("\\u003c", r->out);
		else
			putc(b.at[i], r->out);
	free(b.at);
}

static void put_list(struct report *r, const struct value *v)
{
	/* Evidence: "7 SYN, 9 RST". */
	for (unsigned i = 0; i < v->list.n; i++) {
		const struct value *item = &v->list.items[i];
		if (i)
			fputs(", ", r->out);
		if (item->kind != VALUE_OBJECT) {
			page_value(r, item);
			continue;
		}
		for (unsigned k = 0; k < item->list.n; k++) {
			if (k)
				putc(' ', r->out);
			page_value(r, &item->list.items[k]);
		}
	}
}

void page_value(struct report *r, const struct value *v)
{
	switch (v->kind) {
	case VALUE_INT:
		fprintf(r->out, "%" PRId64 "%s", v->integer, v->unit ? v->unit : "");
		break;
	case VALUE_REAL:
		if (isfinite(v->real))
			fprintf(r->out, "%.*f%s", v->decimals, v->real, v->unit ? v->unit : "");
		break;
	case VALUE_TEXT:
		put_markup(r->out, v->text.at, v->text.len);
		break;
	case VALUE_LIST:
	case VALUE_OBJECT:
		put_list(r, v);
		break;
	case VALUE_NULL:
		break;
	}
}

/* A word of a shell's command line, in quotes where it needs them. */
static void put_word(struct report *r, const char *word)
{
	bool plain =
		*word &&
		strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+.,:/=@%") ==
			strlen(word);
	struct buffer b = { 0 };
	buffer_puts(&b, plain ? "" : "'");
	for (const char *p = word; *p; p++) {
		if (*p == '\'')
			buffer_puts(&b, "'\\''");
		else
			buffer_put(&b, p, 1);
	}
	buffer_puts(&b, plain ? "" : "'");
	put_markup(r->out, b.at ? b.at : "", b.used);
	free(b.at);
}

void page_command(struct report *r, const struct ask *a)
{
	fputs("<p class=\"how\"><code>pcapdex", r->out);
	for (unsigned i = 0; i < a->n; i++) {
		putc(' ', r->out);
		put_word(r, i == 1 ? r->shown : a->words[i]);
	}
	fputs("</code></p>\n", r->out);
}

/* ---- tables ---- */

void page_ask(struct report *r, const struct ask *a)
{
	struct buffer b = { 0 };
	for (unsigned i = 0; i < a->n; i++) {
		buffer_puts(&b, i ? "," : "[");
		put_json_text(&b, i == 1 ? r->shown : a->words[i], strlen(i == 1 ? r->shown : a->words[i]));
	}
	buffer_puts(&b, "]");
	put_markup(r->out, b.at ? b.at : "", b.used);
	free(b.at);
}

static double greatest(const struct kept *rows, int column, size_t n)
{
	double most = 0;
	for (size_t i = 0; i < n; i++) {
		double v = kept_number(rows, i, column);
		if (isfinite(v) && v > most)
			most = v;
	}
	return most;
}

/* The column's number; -1: the rows have none of this name, or no value in it. */
static int used_column(const struct ask *a, const char *key)
{
	int i = kept_column(&a->rows, key);
	for (size_t row = 0; i >= 0 && row < a->rows.n; row++)
		if (kept_cell(&a->rows, row, i)->kind != VALUE_NULL)
			return i;
	return -1;
}

static void put_head(struct report *r, const struct ask *a, const struct page_table *t)
{
	fputs("<thead><tr>", r->out);
	for (const struct page_column *c = t->columns; c->key; c++) {
		int i = used_column(a, c->key);
		if (i < 0)
			continue;
		bool number = a->rows.columns[i].align == RENDER_NUMBER;
		fprintf(r->out, "<th scope=\"col\" data-key=\"");
		page_text(r, c->key);
		fputs(number ? "\" class=\"n\">" : "\">", r->out);
		if (t->sortable)
			fputs("<button type=\"button\">", r->out);
		page_text(r, c->title ? c->title : a->rows.columns[i].title);
		fputs(t->sortable ? "</button></th>" : "</th>", r->out);
	}
	fputs("</tr></thead>\n<tbody>\n", r->out);
}

/* Two IPv6 addresses with ports would push what is said of them out of the window: such texts may break. */
static bool is_long(const struct value *v)
{
	return v->kind == VALUE_TEXT && v->text.len > 32;
}

static void put_cell(struct report *r, const struct ask *a, const struct page_table *t,
	const struct page_column *c, size_t row, double most)
{
	int i = kept_column(&a->rows, c->key);
	const struct value *v = kept_cell(&a->rows, row, i);
	double number = kept_number(&a->rows, row, i);
	bool right = a->rows.columns[i].align == RENDER_NUMBER,
	     tree = t->tree && strcmp(t->tree, c->key) == 0;
	fputs(tree ? "<th scope=\"row\"" : "<td", r->out);
	if (right)
		fputs(c->bar ? " class=\"n b\"" : " class=\"n\"", r->out);
	else if (a->rows.columns[i].align == RENDER_FIXED && !is_long(v))
		fputs(" class=\"x\"", r->out);
	if (tree)
		fprintf(r->out, " style=\"--level:%.0f\"",
			kept_number(&a->rows, row, kept_column(&a->rows, "level")));
	else if (c->bar && most > 0 && number > 0)
		fprintf(r->out, " style=\"--part:%.1f%%\"", 100 * number / most);
	/* The value that sorts, where more or less of it is shown. */
	if (v->kind == VALUE_REAL && isfinite(number))
		fprintf(r->out, " data-v=\"%.17g\"", number);
	putc('>', r->out);
	if (!t->cell || !t->cell(r, a, row, c->key))
		page_value(r, v);
	fputs(tree ? "</th>" : "</td>", r->out);
}

void page_table(struct report *r, const struct ask *a, const struct page_table *t)
{
	size_t n = t->most && a->rows.n > t->most ? t->most : a->rows.n, columns = 0;
	unsigned id = ++r->ids;
	if (!a->rows.n) {
		fputs("<p class=\"none\">None.</p>\n", r->out);
		page_command(r, a);
		return;
	}
	for (const struct page_column *c = t->columns; c->key; c++)
		columns++;
	double *most = calloc(columns ? columns : 1, sizeof(*most));
	bool *used = calloc(columns ? columns : 1, sizeof(*used));
	for (size_t k = 0; most && used && k < columns; k++) {
		int i = used_column(a, t->columns[k].key);
		used[k] = i >= 0;
		most[k] = t->columns[k].bar ? greatest(&a->rows, i, n) : 0;
	}
	fprintf(r->out,
		"<div class=\"table\" tabindex=\"0\" role=\"region\" aria-labelledby=\"c%u\"><table "
		"id=\"t%u\"%s",
		id, id, t->sortable ? " class=\"sort\"" : "");
	if (t->shown && n > t->shown)
		fprintf(r->out, " data-shown=\"%zu\"", t->shown);
	fputs(" data-ask=\"", r->out);
	page_ask(r, a);
	fprintf(r->out, "\">\n<caption id=\"c%u\">", id);
	page_text(r, t->caption);
	if (n < a->rows.n)
		fprintf(r->out, " <small>the first %zu of %zu</small>", n, a->rows.n);
	fputs("</caption>\n", r->out);
	put_head(r, a, t);
	for (size_t row = 0; most && used && row < n; row++) {
		fputs("<tr>", r->out);
		for (size_t k = 0; k < columns; k++)
			if (used[k])
				put_cell(r, a, t, &t->columns[k], row, most[k]);
		fputs("</tr>\n", r->out);
	}
	fputs("</tbody></table></div>\n", r->out);
	free(most);
	free(used);
	page_command(r, a);
}

void page_chart(struct report *r, const struct chart *chart, unsigned width, unsigned height, bool titled)
{
	struct chart_look look = { .width = width, .height = height, .bare = !titled };
	fputs("<figure>\n", r->out);
	chart_draw(chart, CHART_INLINE, r->out, &look);
	fputs("</figure>\n", r->out);
}
