#include "query/detail_lines.h"

#include <stdlib.h>
#include <string.h>

#include "indexer/expert.h"
#include "query/detail_template.h"
#include "schema/list.h"

#define DEPTH_MAX 12

/* What is being shown: rows that stand side by side, of which a line shows some. */
struct walk {
	struct detail_lines *out;
	const struct detail_layer *layer;
	struct detail_row *const *rows; /* children of the layer, in the order in which they were read */
	unsigned nrows;
	const struct detail_row *above[DEPTH_MAX]; /* rows that the one being shown stands in */
	unsigned nabove;
};

/* ---- single lines ---- */

/* Wireshark's lines end after 239 octets, but do not cut a character in two; what stands in brackets has
 * these beside that. */
static void cut_line(char *text)
{
	size_t n = strlen(text), bracket = text[0] == '[' && n && text[n - 1] == ']', most = 239 + bracket;
	if (n <= most + bracket)
		return;
	while (most && ((unsigned char)text[most] & 0xc0) == 0x80)
		most--;
	strcpy(text + most, bracket ? "]" : "");
}

static void add(struct detail_lines *l, unsigned depth, const struct detail_field *field, const char *text)
{
	struct detail_line *list = list_room(l->list, &l->size, l->n, sizeof(*list));
	if (!list) {
		l->failed = true;
		return;
	}
	l->list = list;
	char *copy = strdup(text);
	if (copy)
		cut_line(copy);
	if (!copy) {
		l->failed = true;
		return;
	}
	l->list[l->n++] = (struct detail_line) { depth, copy, field };
}

/* ".... .1.. = " for bit 2 of 8 when it is set. */
static size_t bits_text(char *out, uint64_t value, uint64_t mask, unsigned width)
{
	char *p = out;
	uint64_t v = value << __builtin_ctzll(mask);
	for (unsigned i = width; i--;) {
		*p++ = mask >> i & 1 ? (v >> i & 1 ? '1' : '0') : '.';
		if (i && i % 4 == 0)
			*p++ = ' ';
	}
	memcpy(p, " = ", 4);
	return (size_t)(p + 3 - out);
}

/* What was found of a checksum stands behind it: enum checksum_status of the field "NAME.status". */
static const char *checksum_note(const struct detail_row *row, const struct detail_field *f)
{
	static const char *const notes[] = { " [incorrect]", " [correct]", " [unverified]", "" };
	char name[128];
	if (f->kind != KIND_UINT || f->base != BASE_HEX)
		return "";
	snprintf(name, sizeof(name), "%s.status", f->name);
	const struct detail_field *status = detail_row_find(row, name);
	return status && status->integer >= 0 && status->integer < 4 ? notes[status->integer] : "";
}

static void plain_text(char *out, size_t size, const struct detail_row *row, const struct detail_field *f)
{
	char value[TREE_LINE_MAX - 256];
	detail_value_text(value, sizeof(value), f);
	if (f->value_name && f->generated && strcmp(f->label + strcspn(f->label, " "), " Status") == 0)
		snprintf(value, sizeof(value), "%s", f->value_name); /* of a checksum */
	if (f->kind == KIND_BYTES && f->bytes && f->nbytes == 0)
		snprintf(value, sizeof(value), "<MISSING>");
	const char *colon = value[0] || f->kind == KIND_TEXT ? ": " : "", *note = checksum_note(row, f);
	/* A long one says so, and ends sooner. */
	size_t most = 240 - strlen(f->label) - strlen(colon), cut = most < 14 ? 0 : most - 14;
	if (most > 240 || strlen(value) < most) {
		snprintf(out, size, "%s%s%s%s", f->label, colon, value, note);
		return;
	}
	while (cut && ((unsigned char)value[cut] & 0xc0) == 0x80)
		cut--;
	value[cut] = '\0';
	snprintf(out, size, "%s [truncated]%s%s", f->label, colon, value);
}

/* Lines of a protocol's own making. */
struct made {
	struct walk *walk;
	const struct detail_field *field; /* whose the first is, NULL: the lines' own */
	struct detail_row *row;           /* these, and the rows first..end-1, are what the lines tell of */
	unsigned first, end, depth;
};

/* Is the line what the general rule says of this field, or of a number of this list? */
static bool says(const char *line, const struct detail_row *row, const struct detail_field *f)
{
	char text[TREE_LINE_MAX], value[192];
	size_t n = strlen(f->label);
	if (f->hidden || f->shown || strncmp(line, f->label, n) != 0)
		return false;
	if (f->kind != KIND_LIST) {
		plain_text(text, sizeof(text), row, f);
		return strcmp(line, text) == 0;
	}
	for (unsigned i = 0; line[n] == ':' && detail_list_item(value, sizeof(value), f, i); i++)
		if (strcmp(line + n + 2, value) == 0)
			return true;
	return false;
}

static const struct detail_field *said_field(struct detail_row *row, const char *line)
{
	for (unsigned i = 0; row && i < row->nfields; i++) {
		struct detail_field *f = &row->fields[i];
		if (says(line, row, f)) {
			f->shown = f->kind != KIND_LIST;
			return f;
		}
	}
	return NULL;
}

static void add_made(void *to, unsigned depth, const char *text)
{
	const struct made *m = to;
	const struct detail_field *f = depth ? NULL : m->field;
	if (!f)
		f = said_field(m->row, text);
	for (unsigned i = m->first; !f && i < m->end; i++)
		f = said_field(m->walk->rows[i], text);
	add(m->walk->out, m->depth + depth, f, text);
}

static int64_t about(const struct walk *w, const struct detail_row *row, const char *name)
{
	const struct detail_field *f = name ? detail_row_find(row, name) : NULL;
	for (unsigned i = w->nabove < DEPTH_MAX ? w->nabove : DEPTH_MAX; name && !f && i--;)
		f = detail_row_find(w->above[i], name);
	return f ? f->integer : -1;
}

/* What a line's octets say; they may be those of an internal field. */
static void add_own_lines(struct walk *w, const struct layout_line *line, struct detail_row *row,
	const struct detail_field *f, unsigned first, unsigned end, unsigned depth)
{
	struct layout_octets octets = { .about = { about(w, row, line->about[0]),
						about(w, row, line->about[1]) } };
	for (unsigned i = 0; !f && i < row->ninternal; i++)
		if (strcmp(row->internal[i].name, line->field) == 0)
			octets.data = row->internal[i].data, octets.n = row->internal[i].n;
	if (line->of_layer)
		octets.data = w->layer->octets, octets.n = w->layer->noctets;
	else if (f)
		octets.data = f->bytes, octets.n = f->bytes ? f->nbytes : 0;
	/* An internal field, whose name has no dot, is there without octets where these are none. */
	if (!octets.data && (line->of_layer || strchr(line->field, '.')))
		return;
	if (!octets.data)
		octets.data = (const uint8_t *)"";
	line->lines(&octets, add_made, &(struct made) { w, f, row, first, end, depth });
	if (f)
		return;
	for (unsigned i = 0; !line->of_layer && i < row->nfields; i++)
		row->fields[i].shown = true;
	for (unsigned i = first; i < end; i++)
		w->rows[i]->shown = true;
}

/* A line for each number of a list. */
static void add_each(struct walk *w, const struct layout_line *line, const struct detail_row *row,
	const struct detail_field *f, unsigned depth)
{
	char text[256], value[192];
	struct detail_field one;
	for (unsigned i = 0; detail_list_number(&one, f, i); i++) {
		const struct detail_template t = { line, &one, row, w->layer->row, NULL, 0 };
		if (!line || !line->items) {
			detail_value_text(value, sizeof(value), &one);
			snprintf(text, sizeof(text), "%s: %s", f->label, value);
		} else if (!detail_template_fill(text, sizeof(text), line->text, &t)) {
			continue;
		}
		add(w->out, depth, f, text);
		if (line && line->number_lines)
			line->number_lines((uint64_t)one.integer, add_made,
				&(struct made) { w, NULL, NULL, 0, 0, depth });
	}
}

/* The line of a field; false when the layout's words name what is not there. */
static bool add_field(struct walk *w, const struct layout_line *line, const struct detail_row *row,
	struct detail_field *f, unsigned depth)
{
	char text[TREE_LINE_MAX + 128], *p = text;
	const struct detail_template t = { line, f, row, w->layer->row, NULL, 0 };
	uint64_t mask = line && line->mask ? line->mask : f->mask;
	if (f->kind == KIND_LIST && (!line || !line->text || line->items)) {
		f->shown = true;
		add_each(w, line, row, f, depth);
		return true;
	}
	bool bracket = f->generated && (!line || !line->text);
	f->shown = true;
	if (line && line->text && !line->text[0])
		return true;
	if (bracket)
		*p++ = '[';
	if (mask)
		p += bits_text(p, (uint64_t)f->integer / (line && line->unit ? line->unit : 1), mask,
			line && line->mask ? line->width : f->width);
	size_t room = sizeof(text) - (size_t)(p - text) - 2;
	if (!line || !line->text)
		plain_text(p, room, row, f);
	else if (!detail_template_fill(p, room, line->text, &t)) {
		f->shown = false;
		return false;
	}
	if (bracket)
		strcat(p, "]");
	add(w->out, depth, f, text);
	if (line && line->each)
		add_each(w, line->items ? NULL : &(struct layout_line) { .number_lines = line->number_lines },
			row, f, depth + 1);
	return true;
}

/* An entry of the expert information: what it says, how grave it is, what it is about. */
static void add_expert(struct detail_lines *l, const struct detail_row *row, const char *expert, size_t at)
{
	char text[TREE_LINE_MAX + 256], own[64];
	const struct detail_field *severity = detail_row_find(row, EXPERT_NAME ".severity"),
				  *kind = detail_row_find(row, EXPERT_NAME ".group");
	if (!*expert && severity && severity->value_name && kind && kind->value_name) {
		snprintf(own, sizeof(own), "%s/%s", severity->value_name, kind->value_name);
		expert = own;
	}
	struct detail_line *said = &l->list[at];
	unsigned depth = said->depth;
	const char *group = strchr(expert, '/');
	if (!group)
		return;
	char *words = said->text;
	snprintf(text, sizeof(text), "[Expert Info (%s): %s]", expert, words);
	said->text = strdup(text);
	snprintf(text, sizeof(text), "[%s]", words);
	free(words);
	add(l, depth + 1, said->field, text);
	snprintf(text, sizeof(text), "[Severity level: %.*s]", (int)(group - expert), expert);
	add(l, depth + 1, NULL, text);
	snprintf(text, sizeof(text), "[Group: %s]", group + 1);
	add(l, depth + 1, NULL, text);
	if (!l->list[at].text)
		l->failed = true;
}

/* ---- the general rule ---- */

static bool is_above(const struct detail_row *row, const char *name)
{
	const struct detail_field *f = detail_row_find(row, name);
	return f && !f->hidden && !f->shown;
}

/* The fields of a row below the one of this name (NULL: those that stand below none), but for those shown. */
static void add_below(struct walk *w, const struct detail_row *row, const char *parent, unsigned depth)
{
	for (unsigned i = 0; depth < DEPTH_MAX && i < row->nfields; i++) {
		struct detail_field *f = &row->fields[i];
		if (f->shown || f->hidden)
			continue;
		const char *above = f->parent && is_above(row, f->parent) ? f->parent : NULL;
		if (above ? !parent || strcmp(above, parent) != 0 : parent != NULL)
			continue;
		add_field(w, NULL, row, f, depth);
		f->shown = false; /* until what stands below it is there */
		add_below(w, row, f->name, depth + 1);
		f->shown = true;
	}
}

static void add_rest(struct walk *w, const struct detail_row *row, unsigned depth)
{
	if (row)
		add_below(w, row, NULL, depth);
}

/* Rows that no line of a layout speaks of. */
static void add_rows(struct walk *w, unsigned from, unsigned to, unsigned depth, bool named)
{
	for (unsigned i = from; i < to; i++) {
		struct detail_row *row = w->rows[i];
		if (row->shown)
			continue;
		row->shown = true;
		size_t at = w->out->n;
		add_rest(w, row, depth + named);
		if (!named || w->out->n == at + 1) {
			for (size_t k = at; k < w->out->n; k++)
				w->out->list[k].depth -= named;
			continue;
		}
		if (w->out->n == at)
			continue;
		/* "sack 1": the record without its protocol's name */
		char text[128];
		const char *name = row->record->name, *proto = row->proto->name;
		size_t n = strlen(proto);
		if (strncmp(name, proto, n) == 0 && name[n] == '_')
			name += n + 1;
		snprintf(text, sizeof(text), "%s %u", name, row->n);
		for (char *p = text; *p; p++)
			if (*p == '_')
				*p = ' ';
		add(w->out, depth, NULL, text);
		struct detail_line last = w->out->list[w->out->n - 1];
		memmove(&w->out->list[at + 1], &w->out->list[at],
			(w->out->n - 1 - at) * sizeof(struct detail_line));
		w->out->list[at] = last;
	}
}

/* ---- the layout ---- */

static const struct layout_line *behind(const struct layout_line *line)
{
	const struct layout_line *p = line + 1;
	while ((p->field || p->text || p->record) && p->depth > line->depth)
		p++;
	return p;
}

static void add_lines(struct walk *w, const struct layout_line *from, const struct layout_line *to,
	struct detail_row *row, unsigned first, unsigned end, unsigned depth);

static bool names_record(const struct layout_line *from, const struct layout_line *to, const char *record)
{
	for (const struct layout_line *line = from;
		to ? line < to : line->field || line->text || line->record; line++)
		if (line->record && strcmp(line->record, record) == 0)
			return true;
	return false;
}

/* Is it a row that the record's line stands for? */
static bool is_of(const struct layout_line *line, const struct detail_row *row)
{
	return strcmp(row->record->name, line->record) == 0 &&
	       (!line->has || detail_row_find(row, line->has));
}

/* A record's line, once for each of its rows among first..end-1; what stands between two of them belongs to
 * the first, but for what the layout has elsewhere. */
static void add_record(
	struct walk *w, const struct layout_line *line, unsigned first, unsigned end, unsigned depth)
{
	const struct detail_field *count = line->count ? detail_row_find(w->layer->row, line->count) : NULL;
	int64_t left = line->count ? (count ? count->integer : 0) : INT64_MAX;
	for (unsigned i = first; i < end && left > 0; i++) {
		struct detail_row *row = w->rows[i];
		char text[TREE_LINE_MAX];
		unsigned next = i + 1;
		if (row->shown || !is_of(line, row))
			continue;
		while (next < end && !is_of(line, w->rows[next]) &&
			(names_record(line + 1, behind(line), w->rows[next]->record->name) ||
				!names_record(w->layer->proto->layout, NULL, w->rows[next]->record->name)))
			next++;
		row->shown = true;
		left--;
		const struct detail_template t = { line, NULL, row, w->layer->row, w->rows + i + 1,
			next - i - 1 };
		unsigned below = depth;
		if (w->nabove < DEPTH_MAX)
			w->above[w->nabove] = row;
		w->nabove++;
		if (line->text) {
			detail_template_fill(text, sizeof(text), line->text, &t);
			add(w->out, depth, NULL, text);
			below++;
		}
		add_lines(w, line + 1, behind(line), row, i + 1, next, below);
		w->nabove--;
		row->shown = !line->later;
		if (line->only || line->later)
			continue;
		add_rest(w, row, below);
		add_rows(w, i + 1, next, below, false);
	}
}

/* Is there nothing of the row that is not shown yet but this field, and no row below it? */
static bool nothing_else(const struct detail_row *row, const struct detail_field *f)
{
	for (unsigned i = 0; i < row->nfields; i++)
		if (&row->fields[i] != f && !row->fields[i].shown && !row->fields[i].hidden)
			return false;
	return true;
}

static void add_line(struct walk *w, const struct layout_line *line, struct detail_row *row, unsigned first,
	unsigned end, unsigned depth)
{
	const struct layout_line *next = behind(line);
	size_t at = w->out->n;
	if (line->when && !detail_row_find(row, line->when) && !detail_row_find(w->layer->row, line->when))
		return;
	if (line->top)
		depth = 0;
	if (line->record) {
		add_record(w, line, first, end, depth);
	} else if (line->field) {
		struct detail_field *f =
			(struct detail_field *)(uintptr_t)(row ? detail_row_find(row, line->field) : NULL);
		if (line->lines && row && (!f || !f->shown)) {
			add_own_lines(w, line, row, f, first, end, depth);
			if (f)
				f->shown = true;
			return;
		}
		if (f && line->fallback && (first < end || !nothing_else(row, f)))
			f->shown = true;
		if (!f || f->shown || !add_field(w, line, row, f, depth))
			return;
		if (line->expert && w->out->n > at)
			add_expert(w->out, row, line->expert, at);
		add_lines(w, line + 1, next, row, first, end, depth + 1);
		if (f->mask || f->nbytes == 0) {
			f->shown = false; /* until what stands below it is there */
			add_below(w, row, f->name, depth + 1);
			f->shown = true;
		}
	} else {
		char text[TREE_LINE_MAX], *p = text;
		const struct detail_template t = { line, NULL, row, w->layer->row, w->rows + first,
			end - first };
		const struct detail_field *of = line->bits_of ? detail_row_find(row, line->bits_of) : NULL;
		if (line->bits_of && !of)
			return;
		if (of)
			p += bits_text(p, ((uint64_t)of->integer & line->mask) >> __builtin_ctzll(line->mask),
				line->mask, line->width);
		if (!detail_template_fill(p, sizeof(text) - (size_t)(p - text), line->text, &t))
			return;
		add(w->out, depth, NULL, text);
		if (line->expert && w->out->n > at)
			add_expert(w->out, row, line->expert, at);
		add_lines(w, line + 1, next, row, first, end, depth + 1);
		if (next > line + 1 && w->out->n == at + 1)
			free(w->out->list[--w->out->n].text);
	}
}

static void add_lines(struct walk *w, const struct layout_line *from, const struct layout_line *to,
	struct detail_row *row, unsigned first, unsigned end, unsigned depth)
{
	for (const struct layout_line *line = from; line < to && depth < DEPTH_MAX; line = behind(line))
		add_line(w, line, row, first, end, depth);
}

/* The first line of a layer's own is its heading. */
static void add_layer_line(void *to, unsigned depth, const char *text)
{
	struct detail_lines *l = to;
	if (!l->heading)
		l->heading = strdup(text);
	else
		add(l, depth, NULL, text);
}

int detail_lines_make(struct detail_lines *lines, const struct detail_layer *layer)
{
	const struct layout_line *layout = layer->proto->layout, *end = layout;
	struct walk w = { .out = lines, .layer = layer, .rows = layer->children, .nrows = layer->nchildren };
	char text[TREE_LINE_MAX];
	const struct detail_template t = { NULL, NULL, layer->row, layer->row, layer->children,
		layer->nchildren };
	*lines = (struct detail_lines) { 0 };
	if (layer->proto->lines && layer->octets) {
		const struct layout_octets octets = { .data = layer->octets,
			.n = layer->noctets,
			.media = layer->media,
			.media_len = layer->media_len };
		layer->proto->lines(&octets, add_layer_line, lines);
	}
	while (end && (end->field || end->text || end->record))
		end++;
	if (!layer->proto->heading || !detail_template_fill(text, sizeof(text), layer->proto->heading, &t))
		snprintf(text, sizeof(text), "%s",
			layer->proto->title ? layer->proto->title : layer->proto->name);
	if (!lines->heading)
		lines->heading = strdup(text);
	if (layout)
		add_lines(&w, layout, end, layer->row, 0, w.nrows, 1);
	add_rest(&w, layer->row, 1);
	add_rows(&w, 0, w.nrows, 1, true);
	return lines->failed || !lines->heading ? -1 : 0;
}

void detail_lines_free(struct detail_lines *lines)
{
	while (lines->n)
		free(lines->list[--lines->n].text);
	free(lines->list);
	free(lines->heading);
	*lines = (struct detail_lines) { 0 };
}
