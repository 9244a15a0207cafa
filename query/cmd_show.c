/* pcapdex show: all of a frame, as a tree and as octets. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "query/detail.h"
#include "query/ranges.h"
#include "query/render/render.h"

#define VALUE_MAX 1024 /* octets of a value's text; longer ones are cut in the tree, not in JSON */

/* ---- the tree ---- */

static void indent(unsigned depth)
{
	printf("%*s", (int)(4 * depth), "");
}

/* .... .1.. for bit 2 of 8 when it is set. */
static void print_bits(const struct detail_field *f)
{
	uint64_t v = (uint64_t)f->integer << __builtin_ctzll(f->mask);
	for (unsigned i = f->width; i--;) {
		putchar(f->mask >> i & 1 ? (v >> i & 1 ? '1' : '0') : '.');
		if (i && i % 4 == 0)
			putchar(' ');
	}
	fputs(" = ", stdout);
}

static void print_field(const struct detail_field *f, unsigned depth)
{
	char text[VALUE_MAX];
	detail_value_text(text, sizeof(text), f);
	indent(depth);
	if (f->generated)
		putchar('[');
	if (f->mask)
		print_bits(f);
	render_visible_text(stdout, f->label);
	if (text[0]) {
		fputs(": ", stdout);
		render_visible_text(stdout, text);
	}
	puts(f->generated ? "]" : "");
}

static bool is_above(const struct detail_row *row, const char *name)
{
	for (unsigned i = 0; i < row->nfields; i++)
		if (strcmp(row->fields[i].name, name) == 0)
			return true;
	return false;
}

/* The fields of a row below the one of this name (NULL: those that stand below none). */
static void print_below(const struct detail_row *row, const char *parent, unsigned depth)
{
	for (unsigned i = 0; depth < 8 && i < row->nfields; i++) {
		const struct detail_field *f = &row->fields[i];
		const char *above = f->parent && is_above(row, f->parent) ? f->parent : NULL;
		if (above ? !parent || strcmp(above, parent) != 0 : parent != NULL)
			continue;
		print_field(f, depth);
		print_below(row, f->name, depth + 1);
	}
}

static void print_row(const struct detail_row *row, unsigned depth)
{
	print_below(row, NULL, depth);
}

/* "Transmission Control Protocol, Src Port: 80, Dst Port: 51000, Seq: 1, Ack: 1": fields that tell most about
 * a layer. */
static void print_title(const struct detail *d, const struct detail_layer *l)
{
	static const struct {
		const char *field, *label;
	} told[] = { { "src", "Src" }, { "dst", "Dst" }, { "srcport", "Src Port" }, { "dstport", "Dst Port" },
		{ "seq", "Seq" }, { "ack", "Ack" } };
	render_visible_text(stdout, l->proto->title ? l->proto->title : l->proto->name);
	if (strcmp(l->proto->name, "frame") == 0) {
		printf(" %lld: %u octets on the wire, %u captured", (long long)d->frame.number, d->frame.len,
			d->frame.cap_len);
		if (d->frame.has_interface_id)
			printf(", interface %u", d->frame.interface_id);
	}
	for (size_t i = 0; i < sizeof(told) / sizeof(*told); i++) {
		char name[128], text[VALUE_MAX];
		snprintf(name, sizeof(name), "%s.%s", l->proto->name, told[i].field);
		const struct detail_field *f = detail_find(l, name);
		if (!f)
			continue;
		detail_value_text(text, sizeof(text), f);
		printf(", %s: ", told[i].label);
		render_visible_text(stdout, text);
	}
	putchar('\n');
}

/* What repeats inside a layer: "tcp_sack 1". */
static void print_child(const struct detail_row *row)
{
	indent(1);
	for (const char *p = row->record->name; *p; p++)
		putchar(*p == '_' ? ' ' : *p);
	printf(" %u\n", row->n);
	print_row(row, 2);
}

static void print_tree(const struct detail *d)
{
	for (unsigned i = 0; i < d->nlayers; i++) {
		const struct detail_layer *l = &d->layers[i];
		print_title(d, l);
		if (l->row)
			print_row(l->row, 1);
		for (unsigned k = 0; k < l->nchildren; k++)
			print_child(l->children[k]);
	}
	if (d->malformed)
		puts("[Malformed packet: a length in it does not fit]");
	if (d->cut)
		puts("[Packet size limited during capture: the rest is missing]");
}

/* ---- the octets ---- */

static void print_octets(const struct stored_frame *f)
{
	int digits = f->cap_len > 0x10000 ? 8 : 4;
	for (uint32_t at = 0; at < f->cap_len; at += 16) {
		uint32_t n = f->cap_len - at < 16 ? f->cap_len - at : 16;
		printf("%0*x ", digits, at);
		for (uint32_t i = 0; i < 16; i++) {
			if (i == 8)
				putchar(' ');
			if (i < n)
				printf(" %02x", f->data[at + i]);
			else
				fputs("   ", stdout);
		}
		fputs("   ", stdout);
		for (uint32_t i = 0; i < n; i++) {
			uint8_t c = f->data[at + i];
			putchar(c >= ' ' && c < 0x7f ? c : '.');
		}
		putchar('\n');
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

static struct value fields_value(struct notes *t, const struct detail_row *row)
{
	static const char *const keys[] = { "name", "label", "value", "text", "generated", "offset",
		"length" };
	struct value *list = row ? note(t, row->nfields * sizeof(*list)) : NULL;
	for (unsigned i = 0; list && i < row->nfields; i++) {
		const struct detail_field *f = &row->fields[i];
		struct value *v = note(t, 7 * sizeof(*v));
		char *text = note(t, VALUE_MAX);
		if (!v || !text)
			return value_null();
		detail_value_text(text, VALUE_MAX, f);
		bool there = f->offset >= 0;
		const struct value values[] = { value_text(f->name), value_text(f->label), raw_value(t, f),
			text[0] ? value_text(text) : value_null(), value_int(f->generated),
			there ? value_int(f->offset) : value_null(),
			there ? value_int(f->length) : value_null() };
		memcpy(v, values, sizeof(values));
		list[i] = value_object(keys, v, 7);
	}
	return value_list(list, list ? row->nfields : 0);
}

static struct value children_value(struct notes *t, const struct detail_layer *l)
{
	static const char *const keys[] = { "record", "number", "fields" };
	struct value *list = note(t, l->nchildren * sizeof(*list));
	for (unsigned i = 0; list && i < l->nchildren; i++) {
		struct value *v = note(t, 3 * sizeof(*v));
		if (!v)
			return value_null();
		v[0] = value_text(l->children[i]->record->name);
		v[1] = value_int(l->children[i]->n);
		v[2] = fields_value(t, l->children[i]);
		list[i] = value_object(keys, v, 3);
	}
	return value_list(list, list ? l->nchildren : 0);
}

static int render_json(struct render *r, const struct detail *d, const struct selected_capture *c)
{
	static const char *const keys[] = { "protocol", "title", "offset", "length", "fields", "records" };
	struct notes t = { 0 };
	struct value *layers = note(&t, d->nlayers * sizeof(*layers));
	for (unsigned i = 0; layers && i < d->nlayers; i++) {
		const struct detail_layer *l = &d->layers[i];
		struct value *v = note(&t, 6 * sizeof(*v));
		bool there = l->offset >= 0;
		if (!v)
			break;
		const struct value values[] = { value_text(l->proto->name), value_text(l->proto->title),
			there ? value_int(l->offset) : value_null(),
			there ? value_int(l->length) : value_null(), fields_value(&t, l->row),
			children_value(&t, l) };
		memcpy(v, values, sizeof(values));
		layers[i] = value_object(keys, v, 6);
	}
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
				print_tree(d);
				if (bytes && d->frame.cap_len) {
					putchar('\n');
					print_octets(&d->frame);
				}
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
