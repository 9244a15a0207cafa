/* pcapdex show: all of a frame, as a tree and as octets. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "query/detail_lines.h"
#include "query/ranges.h"
#include "query/render/render.h"

#define VALUE_MAX 1024 /* octets of a value's text; longer ones are cut */

/* ---- the tree ---- */

static void print_line(unsigned depth, const char *text)
{
	printf("%*s", (int)(4 * depth), "");
	render_visible_text(stdout, text);
	putchar('\n');
}

/* A layer, and those that stand below its lines. */
static int print_layer(const struct detail *d, unsigned index, unsigned depth)
{
	struct detail_lines lines;
	int rc = detail_lines_make(&lines, &d->layers[index]);
	if (rc == 0) {
		print_line(depth, lines.heading);
		for (size_t i = 0; i < lines.n; i++)
			print_line(depth + lines.list[i].depth, lines.list[i].text);
	}
	detail_lines_free(&lines);
	for (unsigned i = index + 1; rc == 0 && i < d->nlayers; i++)
		if (d->layers[i].inside == (int)index)
			rc = print_layer(d, i, depth + 1);
	return rc;
}

/* The innermost layer, where reading ended, by the name that the Protocol column has of it. */
static const char *last_name(const struct detail *d)
{
	for (unsigned i = d->nlayers; i--;)
		if (d->layers[i].octets && d->layers[i].proto->column)
			return d->layers[i].proto->column;
	return d->nlayers ? d->layers[d->nlayers - 1].proto->title : "frame";
}

static void print_malformed(const char *name)
{
	printf("[Malformed Packet: %s]\n", name);
	print_line(1, "[Expert Info (Error/Malformed): Malformed Packet (Exception occurred)]");
	print_line(2, "[Malformed Packet (Exception occurred)]");
	print_line(2, "[Severity level: Error]");
	print_line(2, "[Group: Malformed]");
}

static int print_tree(const struct detail *d)
{
	for (unsigned i = 0; i < d->nlayers; i++)
		if (d->layers[i].inside < 0 && !d->layers[i].told && print_layer(d, i, 0) < 0)
			return complain(-1, "out of memory");
	if (d->malformed)
		print_malformed(last_name(d));
	if (d->cut)
		printf("[Packet size limited during capture: %s truncated]\n", last_name(d));
	return 0;
}

/* ---- the octets ---- */

static void print_octets(const uint8_t *data, uint32_t len)
{
	int digits = len > 0x10000 ? 8 : 4;
	for (uint32_t at = 0; at < len; at += 16) {
		uint32_t n = len - at < 16 ? len - at : 16;
		printf("%0*x ", digits, at);
		for (uint32_t i = 0; i < 16; i++) {
			if (i == 8)
				putchar(' ');
			if (i < n)
				printf(" %02x", data[at + i]);
			else
				fputs("   ", stdout);
		}
		fputs("   ", stdout);
		for (uint32_t i = 0; i < n; i++) {
			uint8_t c = data[at + i];
			putchar(c >= ' ' && c < 0x7f ? c : '.');
		}
		putchar('\n');
	}
}

static void print_panes(const struct detail *d)
{
	putchar('\n');
	print_octets(d->frame.data, d->frame.cap_len);
	for (unsigned i = 0; i < d->npanes; i++) {
		const struct detail_pane *p = &d->panes[i];
		printf("\nOctets of %s put together or decoded (%u bytes):\n",
			p->proto->title ? p->proto->title : p->proto->name, p->len);
		print_octets(p->data, p->len);
	}
}

/* ---- JSON ---- */

/* Values of one frame while its JSON is written. */
struct notes {
	void **list;
	size_t n, size;
};

static void *note(struct notes *t, size_t octets)
{
	void *p = calloc(1, octets + 1);
	if (t->n == t->size) {
		size_t size = t->size ? t->size * 2 : 64;
		void **list = realloc(t->list, size * sizeof(*list));
		if (!list) {
			free(p);
			return NULL;
		}
		t->list = list;
		t->size = size;
	}
	if (p)
		t->list[t->n++] = p;
	return p;
}

static void notes_free(struct notes *t)
{
	while (t->n)
		free(t->list[--t->n]);
	free(t->list);
}

static struct value hex_value(struct notes *t, const uint8_t *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	char *text = p ? note(t, 2 * n) : NULL;
	for (size_t i = 0; text && i < n; i++) {
		text[2 * i] = digits[p[i] >> 4];
		text[2 * i + 1] = digits[p[i] & 15];
	}
	return value_text_n(text, 2 * n);
}

static struct value raw_value(struct notes *t, const struct detail_field *f)
{
	char text[64], *kept;
	switch (f->kind) {
	case KIND_DOUBLE:
		return value_real(f->real, 6);
	case KIND_BYTES:
		return hex_value(t, f->bytes, f->nbytes);
	case KIND_TIME:
	case KIND_RELTIME: /* seconds, exactly: a double has not digits enough */
		snprintf(text, sizeof(text), "%s%lld.%09lld", f->integer < 0 ? "-" : "",
			llabs(f->integer / 1000000000), llabs(f->integer % 1000000000));
		kept = note(t, strlen(text));
		return kept ? value_text(strcpy(kept, text)) : value_null();
	case KIND_ETHER:
	case KIND_IPV4:
	case KIND_IPV6:
	case KIND_ADDRESS:
	case KIND_TEXT:
	case KIND_LIST:
		return value_text(f->text);
	default:
		return value_int(f->integer);
	}
}

/* The lines from list[*at] on that are as deep as it or deeper, as a list of objects; *at moves behind them.
 */
static struct value lines_value(struct notes *t, const struct detail_lines *lines, size_t *at)
{
	static const char *const keys[] = { "name", "label", "value", "text", "generated", "offset", "length",
		"line", "fields" };
	size_t from = *at, n = 0, k = 0;
	unsigned depth = from < lines->n ? lines->list[from].depth : 0;
	for (size_t i = from; i < lines->n && lines->list[i].depth >= depth; i++)
		n += lines->list[i].depth == depth;
	struct value *list = note(t, n * sizeof(*list));
	while (list && k < n) {
		const struct detail_line *l = &lines->list[(*at)++];
		const struct detail_field *f = l->field;
		struct value *v = note(t, 9 * sizeof(*v));
		char *text = note(t, VALUE_MAX), *line = note(t, strlen(l->text));
		if (!v || !text || !line)
			return value_null();
		memcpy(line, l->text, strlen(l->text));
		if (f)
			detail_value_text(text, VALUE_MAX, f);
		bool there = f && f->offset >= 0;
		bool below = *at < lines->n && lines->list[*at].depth > depth;
		const struct value values[] = { f ? value_text(f->name) : value_null(),
			f ? value_text(f->label) : value_null(), f ? raw_value(t, f) : value_null(),
			text[0] ? value_text(text) : value_null(), value_int(!f || f->generated),
			there ? value_int(f->offset) : value_null(),
			there ? value_int(f->length) : value_null(), value_text(line),
			below ? lines_value(t, lines, at) : value_list(NULL, 0) };
		memcpy(v, values, sizeof(values));
		list[k++] = value_object(keys, v, 9);
	}
	return value_list(list, k);
}

static struct value layer_value(struct notes *t, const struct detail_layer *l)
{
	static const char *const keys[] = { "protocol", "title", "offset", "length", "fields" };
	struct detail_lines lines;
	struct value *v = note(t, 5 * sizeof(*v));
	size_t at = 0;
	bool there = l->offset >= 0;
	char *heading = NULL;
	if (detail_lines_make(&lines, l) == 0) {
		/* What stands beside the layer is below it here. */
		unsigned beside = 0;
		for (size_t i = 0; i < lines.n; i++) {
			beside = beside || lines.list[i].depth == 0;
			lines.list[i].depth += beside;
		}
	}
	if (lines.heading && v && (heading = note(t, strlen(lines.heading)))) {
		const struct value values[] = { value_text(l->proto->name),
			value_text(strcpy(heading, lines.heading)),
			there ? value_int(l->offset) : value_null(),
			there ? value_int(l->length) : value_null(), lines_value(t, &lines, &at) };
		memcpy(v, values, sizeof(values));
	}
	detail_lines_free(&lines);
	return heading ? value_object(keys, v, 5) : value_null();
}

static int render_json(struct render *r, const struct detail *d, const struct selected_capture *c)
{
	struct notes t = { 0 };
	struct value *layers = note(&t, d->nlayers * sizeof(*layers));
	for (unsigned i = 0; layers && i < d->nlayers; i++)
		layers[i] = layer_value(&t, &d->layers[i]);
	int rc = render_row(
		r, (struct value[]) { value_int(d->frame.number), value_int(d->frame.frame_id),
			   value_int(c->id), value_text(c->name), value_list(layers, layers ? d->nlayers : 0),
			   hex_value(&t, d->frame.data, d->frame.cap_len) });
	notes_free(&t);
	return rc;
}

/* ---- the command ---- */

static int show_frames(struct session *s, const struct selected_capture *c, const struct ranges *ranges,
	struct render *r, bool bytes)
{
	struct detail_reader *reader = detail_open(s);
	int status = reader ? EXIT_DONE : EXIT_FAILED;
	bool later = false;
	for (unsigned i = 0; status == EXIT_DONE && i < ranges->n; i++) {
		for (int64_t k = ranges->list[i].first; status == EXIT_DONE && k <= ranges->list[i].last;
			k++) {
			const struct detail *d = detail_read(reader, c, k);
			if (!d) {
				status = EXIT_FAILED;
			} else if (r) {
				status = render_json(r, d, c) < 0 ? EXIT_FAILED : EXIT_DONE;
			} else {
				if (later)
					putchar('\n');
				status = print_tree(d) < 0 ? EXIT_FAILED : EXIT_DONE;
				if (bytes && d->frame.cap_len)
					print_panes(d);
				later = true;
			}
		}
	}
	detail_close(reader);
	return status;
}

static int run(const struct args *args)
{
	static const struct render_column columns[] = { { "frame_number", NULL, RENDER_NUMBER },
		{ "frame_id", NULL, RENDER_NUMBER }, { "capture_id", NULL, RENDER_NUMBER },
		{ "capture", NULL, RENDER_TEXT }, { "layers", NULL, RENDER_TEXT },
		{ "bytes", NULL, RENDER_TEXT } };
	const char *type = args_value(args, "type", "text");
	struct ranges ranges;
	struct session s;
	bool text = strcmp(type, "text") == 0;
	if (!text && strcmp(type, "json") != 0 && strcmp(type, "jsonl") != 0)
		return complain(EXIT_USAGE, "show: -T is text, json or jsonl, not %s", type);
	int status = ranges_read(&ranges, args, 1);
	if (status == EXIT_DONE && (status = session_open(&s, args)) == EXIT_DONE) {
		const struct selected_capture *one = session_one(&s);
		status = one ? ranges_check(&ranges, one->frames, one->name) : EXIT_FAILED;
		if (status == EXIT_DONE) {
			struct render *r = text ? NULL : render_open(type, stdout, columns, 6);
			status = show_frames(&s, one, &ranges, r, !args_has(args, "no-bytes"));
			if (r && render_close(r) < 0)
				status = complain(EXIT_FAILED, "out of memory");
		}
		session_close(&s);
	}
	ranges_free(&ranges);
	return status;
}

static const struct option_spec options[] = {
	OPTION_CAPTURE,
	{ "type", 'T', "TYPE", false, "text, json or jsonl (default: text)", "text json jsonl" },
	{ "no-bytes", 0, NULL, false, "the tree alone, without the octets (text)" },
	{ 0 },
};

const struct command cmd_show = {
	.name = "show",
	.summary = "Show all of a frame: its layers, their fields, its octets",
	.usage = "ARCHIVE [-c CAPTURE] FRAME...",
	.details = "FRAME is a number in the capture, or a range: 7, 10-20, 1,5,9. An archive of several "
		   "captures needs -c. What stands\n"
		   "in [brackets] is not in the octets but was worked out. JSON has for each field where in "
		   "the octets it stands, and\n"
		   "the octets in hexadecimal.",
	.examples = "  pcapdex show trace.db 7\n"
		    "  pcapdex show week.db -c monday.pcapng 7-9 -T json",
	.min_args = 2,
	.options = options,
	.run = run,
};
