#include "query/detail_template.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct out {
	char *at;
	size_t size, used;
	bool missing; /* a field that was asked for */
	bool listed;  /* a text of a list was written */
};

static void put(struct out *o, const char *text, size_t n)
{
	size_t room = o->size - 1 - o->used;
	if (n > room)
		n = room;
	memcpy(o->at + o->used, text, n);
	o->used += n;
	o->at[o->used] = '\0';
}

const struct detail_field *detail_row_find(const struct detail_row *row, const char *name)
{
	for (unsigned i = 0; row && i < row->nfields; i++)
		if (strcmp(row->fields[i].name, name) == 0)
			return &row->fields[i];
	return NULL;
}

static const struct detail_field *find(const struct detail_template *t, const char *name, size_t n)
{
	char field[128];
	if (n == 0)
		return t->own;
	if (n >= sizeof(field))
		return NULL;
	memcpy(field, name, n);
	field[n] = '\0';
	if (field[0] == '.')
		return detail_row_find(t->row, field + 1);
	const struct detail_field *f = detail_row_find(t->row, field);
	for (unsigned i = 0; !f && i < t->nrows; i++)
		f = detail_row_find(t->rows[i], field);
	return f ? f : detail_row_find(t->outer, field);
}

static void put_named(struct out *o, const struct detail_template *t, const struct detail_field *f)
{
	for (const struct value_name *v = t->line ? t->line->names : NULL; v && v->name; v++) {
		if (v->value == f->integer) {
			put(o, v->name, strlen(v->name));
			return;
		}
	}
	const char *unknown = t->line && t->line->unknown ? t->line->unknown : "Unknown";
	put(o, unknown, strlen(unknown));
}

/* ", Router, Override": the bits of a number that are set. */
static void put_flags(struct out *o, const struct detail_template *t, const struct detail_field *of)
{
	for (unsigned i = 0; t->row && i < t->row->nfields; i++) {
		const struct detail_field *f = &t->row->fields[i];
		if (f->kind != KIND_BOOL || !f->integer || !f->parent || strcmp(f->parent, of->name) != 0)
			continue;
		put(o, ", ", 2);
		put(o, f->label, strlen(f->label));
	}
}

/* "1 day, 2 hours, 3 seconds" */
static void span_text(char *out, size_t size, uint64_t seconds)
{
	static const struct {
		uint64_t seconds;
		const char *name;
	} units[] = { { 86400, "day" }, { 3600, "hour" }, { 60, "minute" }, { 1, "second" } };
	size_t used = 0;
	snprintf(out, size, "0 seconds");
	for (size_t i = 0; i < 4; i++) {
		uint64_t n = seconds / units[i].seconds;
		seconds %= units[i].seconds;
		if (n)
			used += (size_t)snprintf(out + used, size - used, "%s%" PRIu64 " %s%s",
				used ? ", " : "", n, units[i].name, n == 1 ? "" : "s");
	}
}

static void put_value(struct out *o, const struct detail_template *t, const struct detail_field *f, char how)
{
	char text[TREE_LINE_MAX];
	int64_t unit = t->line && t->line->unit ? t->line->unit : 1;
	switch (how) {
	case 'n':
		if (f->value_name) {
			put(o, f->value_name, strlen(f->value_name));
			return;
		}
		detail_value_text(text, sizeof(text), f);
		break;
	case 'N':
		snprintf(text, sizeof(text), "Unknown type %" PRId64, f->integer);
		if (f->value_name && strcmp(f->value_name, "Unknown") != 0)
			snprintf(text, sizeof(text), "%s", f->value_name);
		break;
	case 'h':
	case '0':
	case '1':
		return;
	case 't':
		span_text(text, sizeof(text), (uint64_t)f->integer);
		break;
	case 'c':
		snprintf(text, sizeof(text), "%u", detail_list_count(f));
		break;
	case 'C':
		snprintf(text, sizeof(text), "%s", detail_list_count(f) == 1 ? "" : "s");
		break;
	case 'd':
		snprintf(text, sizeof(text), "%" PRId64, f->integer);
		break;
	case 'x':
		snprintf(text, sizeof(text), "0x%0*" PRIx64, f->octets * 2, (uint64_t)f->integer);
		break;
	case 'O':
		snprintf(text, sizeof(text), "%02x:%02x:%02x", (unsigned)(f->integer >> 16 & 0xff),
			(unsigned)(f->integer >> 8 & 0xff), (unsigned)(f->integer & 0xff));
		break;
	case '2':
	case '3':
	case '5':
		snprintf(text, sizeof(text), "%0*" PRIx64, how - '0', (uint64_t)f->integer);
		break;
	case 'o':
		snprintf(text, sizeof(text), "%" PRIu32, f->pane_offset);
		break;
	case 'e':
		snprintf(text, sizeof(text), "%" PRIu32, f->pane_offset + f->length - 1);
		break;
	case 'w':
		snprintf(text, sizeof(text), "%" PRIu32 " byte%s", f->length, f->length == 1 ? "" : "s");
		break;
	case 'r':
		snprintf(text, sizeof(text), "%.3f", f->real);
		break;
	case 'b':
		snprintf(text, sizeof(text), "%" PRId64, f->integer * 8);
		break;
	case 'u':
		snprintf(text, sizeof(text), "%" PRId64, f->integer / unit);
		break;
	case 'l':
		snprintf(text, sizeof(text), "%" PRIu32, f->nbytes);
		break;
	case 's':
		snprintf(text, sizeof(text), "%s",
			(f->kind == KIND_BYTES ? f->nbytes : f->integer) == 1 ? "" : "s");
		break;
	case 'm':
		put_named(o, t, f);
		return;
	case 'f':
		put_flags(o, t, f);
		return;
	default:
		detail_value_text(text, sizeof(text), f);
	}
	put(o, text, strlen(text));
}

/* Does the test hold? The text for that begins at *behind. */
static bool chosen(const struct detail_field *f, const char *test, const char **behind)
{
	char *text = (char *)(uintptr_t)test + 1;
	bool set = f && (f->kind == KIND_TEXT           ? f->text && f->text[0]
				: f->kind == KIND_BYTES ? f->nbytes > 0
							: f->integer != 0);
	if (*test == '=')
		set = f && f->integer == strtoll(test + 1, &text, 10) && (*text == '?' || *text == ':') &&
		      text++;
	else if (*test == '!')
		set = !set;
	else if (*test == '&') {
		set = f && (f->integer & strtoll(test + 1, &text, 10)) != 0;
		set = *text++ == '!' ? !set : set;
	}
	if (behind)
		*behind = text;
	return set;
}

/* ?TEXT, !TEXT, =N?TEXT */
static void put_choice(
	struct out *o, const struct detail_field *f, const char *test, const char *end, bool list)
{
	const char *text;
	if (!chosen(f, test, &text))
		return;
	if (list && o->listed)
		put(o, ", ", 2);
	o->listed = o->listed || list;
	put(o, text, (size_t)(end - text));
}

/* "#4(1448), #5(52)": the frames that brought what was put together. */
static void put_parts(struct out *o, const struct detail_template *t)
{
	char text[64];
	bool later = false;
	for (unsigned i = 0; i < t->nrows; i++) {
		const struct detail_field *f = t->rows[i]->nfields ? t->rows[i]->fields : NULL;
		if (!f || f->kind != KIND_FRAME)
			continue;
		snprintf(text, sizeof(text), "%s#%" PRId64 "(%" PRIu32 ")", later ? ", " : "", f->integer,
			f->length);
		put(o, text, strlen(text));
		later = true;
	}
}

/* How many rows of the record more than one there are. */
static int64_t rows_more(const struct detail_template *t, const char *record, size_t n)
{
	int64_t rows = -1;
	for (unsigned i = 0; i < t->nrows; i++) {
		const char *name = t->rows[i]->record->name;
		rows += strlen(name) == n && strncmp(name, record, n) == 0;
	}
	return rows < 0 ? 0 : rows;
}

/* One pair of braces; `p` behind the opening one. */
static const char *fill_brace(struct out *o, const char *p, const struct detail_template *t)
{
	const char *end = strchr(p, '}');
	if (!end)
		return p + strlen(p);
	if (*p == '*') {
		put_parts(o, t);
		return end + 1;
	}
	bool list = *p == ',', rows = *p == '#';
	p += list || rows;
	size_t n = strcspn(p, ":?!=&}");
	if (list && n == 0 && *p == '!') {
		if (!o->listed)
			put(o, p + 1, (size_t)(end - p - 1));
		return end + 1;
	}
	struct detail_field more = { .kind = KIND_UINT, .integer = rows ? rows_more(t, p, n) : 0 };
	const struct detail_field *f = rows ? &more : find(t, p, n);
	if ((p[n] == '?' || p[n] == '!' || p[n] == '=' || p[n] == '&') && end[-1] == ':')
		o->missing = o->missing || !chosen(f, p + n, NULL);
	else if (p[n] == '?' || p[n] == '!' || p[n] == '=' || p[n] == '&')
		put_choice(o, f, p + n, end, list);
	else if (!f || (p[n] == ':' && p[n + 1] == '1' && !f->integer) ||
		 (p[n] == ':' && p[n + 1] == '0' && f->integer))
		o->missing = true;
	else
		put_value(o, t, f, p[n] == ':' ? p[n + 1] : '\0');
	return end + 1;
}

bool detail_template_fill(char *out, size_t size, const char *text, const struct detail_template *t)
{
	struct out o = { .at = out, .size = size }, before = o;
	bool missing = false;
	out[0] = '\0';
	for (const char *p = text; *p;) {
		if (*p == '{') {
			p = fill_brace(&o, p + 1, t);
		} else if (*p == '<') {
			missing = missing || o.missing;
			o.missing = false;
			before = o;
			p++;
		} else if (*p == '>') {
			if (o.missing)
				o = before;
			out[o.used] = '\0';
			p++;
		} else {
			size_t n = strcspn(p, "{<>");
			put(&o, p, n);
			p += n;
		}
	}
	return !missing && !o.missing;
}
