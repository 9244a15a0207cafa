/* pcapdex hierarchy: which protocols, and how much of each: Wireshark's Protocol Hierarchy, or `tshark -z
 * io,phs`. */
#include <stdlib.h>
#include <string.h>

#include "query/hierarchy.h"
#include "query/plot.h"
#include "query/question.h"
#include "query/replay.h"

struct answer {
	struct hierarchy tree;
	uint64_t frames, bytes;
	double seconds; /* between the first and the last frame, of all captures together */
	bool partial;   /* the filter cut a stack in two: what the octets of its items are is not stored */
};

static const char totals_sql[] =
	"SELECT k.items, t.item_bytes, t.frames, t.bytes, 0 AS part, c.id, c.time_first, c.time_last\n"
	"FROM capture c JOIN total_stack t ON t.capture_id = c.id JOIN t_stack k ON k.id = t.stack WHERE %s\n"
	"ORDER BY c.id, t.first_frame";
/* Part: not all frames of this stack match. */
static const char scan_sql[] =
	"WITH g AS (SELECT c.id AS capture_id, f.stack, count(*) AS frames, sum(f.len) AS bytes, "
	"min(f.frame_id) AS first_id,\n"
	"  min(f.time) AS first, max(f.time) AS last FROM %s GROUP BY c.id, f.stack)\n"
	"SELECT k.items, t.item_bytes, g.frames, g.bytes, g.frames <> t.frames AS part, g.capture_id,\n"
	" min(g.first) OVER w, max(g.last) OVER w\n"
	"FROM g JOIN t_stack k ON k.id = g.stack JOIN total_stack t ON t.capture_id = g.capture_id AND "
	"t.stack = g.stack\n"
	"WINDOW w AS (PARTITION BY g.capture_id)\n"
	"ORDER BY g.capture_id, g.first_id";

/* "[1,2,3]" */
static unsigned parse_lengths(const char *json, uint64_t *out, unsigned max)
{
	unsigned n = 0;
	char *end;
	for (const char *p = json ? json + strcspn(json, "0123456789") : ""; *p && n < max;
		p = end + strcspn(end, "0123456789"))
		out[n++] = strtoull(p, &end, 10);
	return n;
}

static int collect(struct question *q, sqlite3_stmt *st, struct answer *a, bool paths)
{
	uint64_t lengths[256];
	int64_t capture = -1;
	int rc;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		const char *items = (const char *)sqlite3_column_text(st, 0);
		uint64_t frames = (uint64_t)sqlite3_column_int64(st, 2),
			 bytes = (uint64_t)sqlite3_column_int64(st, 3);
		unsigned n = parse_lengths((const char *)sqlite3_column_text(st, 1), lengths, 256);
		a->frames += frames;
		a->bytes += bytes;
		a->partial |= sqlite3_column_int(st, 4) != 0;
		if (capture != sqlite3_column_int64(st, 5))
			a->seconds +=
				(double)(sqlite3_column_int64(st, 7) - sqlite3_column_int64(st, 6)) / 1e9;
		capture = sqlite3_column_int64(st, 5);
		if (hierarchy_add(&a->tree, items ? items : "", lengths, n, frames, bytes, paths) < 0)
			return complain(EXIT_FAILED, "out of memory");
	}
	return rc == SQLITE_DONE ? EXIT_DONE : question_failed(q);
}

/* One frame, as its dissection counts it. */
static int add_frame(struct hierarchy *tree, const struct packet *pkt)
{
	uint64_t lengths[PACKET_ITEMS_MAX];
	sqlite3_str *items = sqlite3_str_new(NULL);
	for (unsigned i = 0; i < pkt->nitems; i++) {
		sqlite3_str_appendf(items, i ? ":%s" : "%s", pkt->items[i].proto->name);
		lengths[i] = pkt->items[i].len;
	}
	char *text = sqlite3_str_finish(items);
	int rc = hierarchy_add(tree, text ? text : "", lengths, pkt->nitems, 1, pkt->len, false);
	sqlite3_free(text);
	return rc;
}

static const struct selected_capture *capture_of(const struct session *s, int64_t id)
{
	for (unsigned i = 0; i < s->ncaptures; i++)
		if (s->captures[i].id == id)
			return &s->captures[i];
	return NULL;
}

/* The archive keeps the octets of each item for all frames of a stack together. Where a filter takes some of
 * them, its frames are dissected once more. */
static int count_again(struct question *q, struct answer *a)
{
	sqlite3_stmt *st = question_prepare(q,
		"SELECT c.id, f.frame_id - c.first_frame + 1 FROM %s ORDER BY c.id, f.frame_id", q->frames);
	struct replay *replay = st ? replay_open(&q->session) : NULL;
	int status = replay ? EXIT_DONE : EXIT_FAILED, rc;
	hierarchy_free(&a->tree);
	while (status == EXIT_DONE && (rc = sqlite3_step(st)) != SQLITE_DONE) {
		const struct selected_capture *c = capture_of(&q->session, sqlite3_column_int64(st, 0));
		const struct packet *pkt =
			rc == SQLITE_ROW && c ? replay_frame(replay, c, sqlite3_column_int64(st, 1)) : NULL;
		if (rc != SQLITE_ROW)
			status = question_failed(q);
		else if (!pkt)
			status = EXIT_FAILED;
		else if (add_frame(&a->tree, pkt) < 0)
			status = complain(EXIT_FAILED, "out of memory");
	}
	replay_close(replay);
	sqlite3_finalize(st);
	return status;
}

/* The names from "frame" down to the node, joined by colons. */
static char *path_of(const struct hierarchy *h, int i)
{
	char *path = sqlite3_mprintf("%s", h->nodes[i].name);
	for (i = h->nodes[i].parent; i >= 0 && path; i = h->nodes[i].parent)
		path = sqlite3_mprintf("%s:%z", h->nodes[i].name, path);
	return path;
}

/* tshark indents this many levels below `frame`; what stands deeper is printed beside the last of them. */
#define PATH_LEVELS 16

/* Nodes deeper than PATH_LEVELS, for `i` at that depth: by name. */
struct deep {
	const char *name;
	uint64_t packets, bytes;
};

static bool is_below(const struct hierarchy *h, int i, int top)
{
	while (i >= 0 && i != top)
		i = h->nodes[i].parent;
	return i == top;
}

/* What stands below the node `top`, all levels of it: "...x11". */
static int print_deep(struct render *r, const struct hierarchy *h, int top)
{
	struct deep list[64];
	unsigned n = 0;
	for (int i = hierarchy_next(h, top); i >= 0 && is_below(h, i, top); i = hierarchy_next(h, i)) {
		unsigned k = 0;
		while (k < n && strcmp(list[k].name, h->nodes[i].name) != 0)
			k++;
		if (k == sizeof(list) / sizeof(*list))
			continue;
		if (k == n)
			list[n++] = (struct deep) { h->nodes[i].name, 0, 0 };
		list[k].packets += h->nodes[i].packets;
		list[k].bytes += h->nodes[i].bytes;
	}
	for (unsigned k = 0; k < n; k++) {
		char *path = path_of(h, top);
		if (path)
			path = sqlite3_mprintf("%z:...%s", path, list[k].name);
		if (!path)
			return -1;
		render_row(r, (struct value[]) { value_text(path), value_int((int64_t)list[k].packets),
				      value_int((int64_t)list[k].bytes) });
		sqlite3_free(path);
	}
	return 0;
}

static int print_paths(struct question *q, const struct hierarchy *h)
{
	static const struct render_column columns[] = {
		{ "path", "Path", RENDER_FIXED },
		{ "frames", "Frames", RENDER_NUMBER },
		{ "bytes", "Bytes", RENDER_NUMBER },
	};
	struct render *r = question_render(q, columns, 3);
	for (int i = h->n ? 0 : -1; r && i >= 0; i = hierarchy_next(h, i)) {
		unsigned level = hierarchy_level(h, i);
		if (level > PATH_LEVELS)
			continue;
		char *path = path_of(h, i);
		const struct hierarchy_node *n = &h->nodes[i];
		render_row(r, (struct value[]) { value_text(path), value_int((int64_t)n->packets),
				      value_int((int64_t)n->bytes) });
		sqlite3_free(path);
		if (level == PATH_LEVELS - 1 && print_deep(r, h, i) < 0)
			break;
	}
	return render_close(r) < 0 ? complain(EXIT_FAILED, "out of memory") : EXIT_DONE;
}

/* The protocol's long name: by the catalogue, else its filter name. */
static const char *title(sqlite3_stmt *st, const char *name)
{
	sqlite3_reset(st);
	sqlite3_bind_text(st, 1, name, -1, SQLITE_STATIC);
	if (sqlite3_step(st) == SQLITE_ROW)
		return (const char *)sqlite3_column_text(st, 0);
	return strcmp(name, "_ws.malformed") == 0 ? "Malformed Packet"
	       : strcmp(name, "_ws.short") == 0   ? "Short Frame"
	       : strcmp(name, "pkt_comment") == 0 ? "Packet comments"
						  : name;
}

static struct value percent(uint64_t part, uint64_t whole)
{
	struct value v = whole ? value_real(100.0 * (double)part / (double)whole, 1) : value_null();
	v.unit = "%";
	return v;
}

static struct value rate(const struct answer *a, uint64_t bytes)
{
	return value_real(a->seconds > 0 ? 8 * (double)bytes / a->seconds : 0, 0);
}

static int print_tree(struct question *q, const struct answer *a)
{
	static const struct render_column all[] = {
		{ "level", "", RENDER_NUMBER },
		{ "path", "", RENDER_FIXED },
		{ "name", "", RENDER_FIXED },
		{ "protocol", "Protocol", RENDER_FIXED },
		{ "percent_packets", "Percent Packets", RENDER_NUMBER },
		{ "packets", "Packets", RENDER_NUMBER },
		{ "percent_bytes", "Percent Bytes", RENDER_NUMBER },
		{ "bytes", "Bytes", RENDER_NUMBER },
		{ "bits_s", "Bits/s", RENDER_NUMBER },
		{ "end_packets", "End Packets", RENDER_NUMBER },
		{ "end_bytes", "End Bytes", RENDER_NUMBER },
		{ "end_bits_s", "End Bits/s", RENDER_NUMBER },
		{ "pdus", "PDUs", RENDER_NUMBER },
	};
	const struct hierarchy *h = &a->tree;
	unsigned skip = q->table ? 3 : 0;
	sqlite3_stmt *st =
		session_prepare(&q->session, "SELECT title FROM protocol WHERE name=? AND title<>''");
	if (!st)
		return EXIT_FAILED;
	struct render *r = question_render(q, all + skip, sizeof(all) / sizeof(all[0]) - skip);
	for (int i = h->n ? 0 : -1; r && i >= 0; i = hierarchy_next(h, i)) {
		const struct hierarchy_node *n = &h->nodes[i];
		unsigned level = hierarchy_level(h, i);
		char *path = path_of(h, i);
		char *name = sqlite3_mprintf("%*s%s", q->table ? (int)level * 2 : 0, "", title(st, n->name));
		const struct value cells[] = { value_int(level), value_text(path), value_text(n->name),
			value_text(name), percent(n->packets, a->frames), value_int((int64_t)n->packets),
			percent(n->bytes, a->bytes), value_int((int64_t)n->bytes), rate(a, n->bytes),
			value_int((int64_t)n->end_packets), value_int((int64_t)n->end_bytes),
			rate(a, n->end_bytes), value_int((int64_t)n->pdus) };
		render_row(r, cells + skip);
		sqlite3_free(path);
		sqlite3_free(name);
	}
	sqlite3_finalize(st);
	return render_close(r) < 0 ? complain(EXIT_FAILED, "out of memory") : EXIT_DONE;
}

static int answer(struct question *q)
{
	struct answer a = { 0 };
	bool paths = args_has(q->args, "paths");
	int status;
	sqlite3_stmt *st = q->filter ? question_prepare(q, scan_sql, q->frames)
				     : question_prepare(q, totals_sql, q->chosen);
	if (!st)
		return EXIT_FAILED;
	if (q->show_sql) {
		question_print_sql(st);
		sqlite3_finalize(st);
		return EXIT_DONE;
	}
	status = collect(q, st, &a, paths);
	sqlite3_finalize(st);
	if (status == EXIT_DONE && a.partial && !paths)
		status = count_again(q, &a);
	if (status == EXIT_DONE)
		status = paths ? print_paths(q, &a.tree) : print_tree(q, &a);
	hierarchy_free(&a.tree);
	return status;
}

static int run(const struct args *args)
{
	return question_run(args, answer);
}

static const struct option_spec options[] = {
	{ "paths", 'p', NULL, false,
		"one row a path (frame:eth:ip:tcp) with frames and bytes of whole frames, as tshark -z "
		"io,phs" },
	{ "style", 0, "STYLE", false, "of --plot: sunburst or bars (default: sunburst)", "sunburst bars" },
	{ 0 },
};

const struct command cmd_hierarchy = {
	.name = "hierarchy",
	.summary = "Which protocols there are, and how much of each",
	.usage = "ARCHIVE [--paths]",
	.details = "The columns of Wireshark's Protocol Hierarchy. Bytes are what a protocol itself takes: "
		   "the header for Ethernet,\n"
		   "IP and UDP; the whole segment for TCP; the message for most others, so percentages may "
		   "add up to more than 100.\n"
		   "The end columns count frames in which the protocol comes last. A protocol inside a "
		   "tunnel is counted at the\n"
		   "node of its name that is already there above, as Wireshark does. Rows are in the order "
		   "of first appearance.\n"
		   "With a -Y that keeps some frames of the same protocols and drops others, the frames are "
		   "dissected once more.",
	.examples = "  pcapdex hierarchy a.db -c 3               the capture with id 3\n"
		    "  pcapdex hierarchy a.db --paths -Y 'ip.ttl < 5'   paths of some frames",
	.min_args = 1,
	.max_args = 1,
	.query = true,
	.options = options,
	.run = run,
	.plot = plot_hierarchy,
};
