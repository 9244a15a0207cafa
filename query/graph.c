#include "query/graph.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "schema/kind.h"

static const struct {
	const char *name;
	enum graph_function function;
	bool field;
} functions[] = {
	/* COUNT FRAMES is a name of its own in Wireshark */
	{ "COUNT FRAMES", GRAPH_FRAMES, false },
	{ "FRAMES", GRAPH_FRAMES, false },
	{ "PACKETS", GRAPH_FRAMES, false },
	{ "BYTES", GRAPH_BYTES, false },
	{ "BITS", GRAPH_BITS, false },
	{ "COUNT FIELDS", GRAPH_COUNT, true },
	{ "COUNT", GRAPH_COUNT, true },
	{ "SUM", GRAPH_SUM, true },
	{ "MIN", GRAPH_MIN, true },
	{ "MAX", GRAPH_MAX, true },
	{ "AVG", GRAPH_AVG, true },
	{ "LOAD", GRAPH_LOAD, true },
};

/* "AVG(tcp.len)", "COUNT FRAMES", "BYTES()": true when understood; *field is the text in the parentheses. */
static bool parse_function(struct graph *g, const char *p, char field[128])
{
	p += strspn(p, " \t");
	for (unsigned i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		size_t n = strlen(functions[i].name);
		if (strncasecmp(p, functions[i].name, n) != 0)
			continue;
		const char *at = p + n + strspn(p + n, " \t"), *open = *at == '(' ? at : NULL,
			   *close = open ? strchr(open, ')') : NULL;
		const char *end = close ? close + 1 : open ? open : at;
		size_t len = 0;
		if (end[strspn(end, " \t")])
			continue; /* something stands behind */
		if (close) {
			for (open++; isspace((uint8_t)*open); open++)
				;
			for (len = (size_t)(close - open); len && isspace((uint8_t)open[len - 1]); len--)
				;
		}
		if (len >= 128 ||
			(functions[i].field ? len == 0 : len != 0 && functions[i].function != GRAPH_FRAMES))
			continue;
		snprintf(field, 128, "%.*s", (int)len, len ? open : "");
		g->function = functions[i].function;
		return true;
	}
	return false;
}

/* The filter of the graph and -Y: first alone, for its mistakes, then both together, for their parameters. */
static int parse_filter(struct question *q, struct graph *g, const char *text)
{
	struct filter_error error;
	const char *y = args_value(q->args, "filter", "");
	bool mine = text[strspn(text, " \t\n")] != '\0', theirs = q->filter != NULL;
	if (mine && !(g->filter = dfilter_compile(q->session.db, text, 0, INT64_MAX, &error)))
		return question_wrong_filter("--graph", text, &error);
	if (!theirs)
		return EXIT_DONE;
	char *both = mine ? sqlite3_mprintf("(%s) and (%s)", y, text) : sqlite3_mprintf("%s", y);
	dfilter_free(g->filter);
	g->filter = both ? dfilter_compile(q->session.db, both, 0, INT64_MAX, &error) : NULL;
	int status = g->filter ? EXIT_DONE
			       : complain(EXIT_FAILED, "--graph: %s", both ? error.message : "out of memory");
	sqlite3_free(both);
	return status;
}

static bool is_protocol(struct question *q, const char *name)
{
	sqlite3_stmt *st = session_prepare(&q->session,
		"SELECT 1 FROM protocol WHERE name=?1 AND name<>'' UNION ALL"
		" SELECT 1 FROM t_stack WHERE instr(':'||protocols||':', ':'||?1||':') LIMIT 1");
	if (!st)
		return false;
	sqlite3_bind_text(st, 1, name, -1, SQLITE_STATIC);
	bool yes = sqlite3_step(st) == SQLITE_ROW;
	sqlite3_finalize(st);
	return yes;
}

static bool is_number(const struct catalogue_field *f)
{
	switch (f->kind) {
	case KIND_UINT:
	case KIND_INT:
	case KIND_BOOL:
	case KIND_FRAME:
	case KIND_TIME:
	case KIND_RELTIME:
	case KIND_DOUBLE:
		return true;
	default:
		return false;
	}
}

static int parse_field(struct question *q, struct graph *g, const char *name)
{
	const char *error;
	if (g->function == GRAPH_BYTES || g->function == GRAPH_BITS)
		return EXIT_DONE;
	if (!*name || strcmp(name, "frame") == 0) {
		if (g->function != GRAPH_COUNT && g->function != GRAPH_FRAMES)
			return complain(EXIT_USAGE,
				"--graph %s: frame has no values; COUNT FRAMES counts frames", g->text);
		g->function = GRAPH_FRAMES;
		return EXIT_DONE;
	}
	g->field = catalogue_find(q->session.db, name, &error);
	if (!g->field && !error && g->function == GRAPH_COUNT && is_protocol(q, name)) {
		g->protocol = strdup(name);
		return g->protocol ? EXIT_DONE : complain(EXIT_FAILED, "out of memory");
	}
	if (!g->field) {
		char *near = error ? NULL : catalogue_nearest(q->session.db, name);
		int status = error  ? complain(EXIT_FAILED, "%s", error)
			     : near ? complain(EXIT_USAGE, "--graph %s: no field %s; did you mean %s?",
					      g->text, name, near)
				    : complain(EXIT_USAGE, "--graph %s: no field %s", g->text, name);
		free(near);
		return status;
	}
	if (g->function == GRAPH_LOAD && g->field->kind != KIND_RELTIME)
		return complain(EXIT_USAGE,
			"--graph %s: LOAD needs a field that is a span of time; %s is none", g->text, name);
	if (g->function != GRAPH_COUNT && !is_number(g->field))
		return complain(EXIT_USAGE, "--graph %s: %s has no numbers; only COUNT can be asked of it",
			g->text, name);
	if (g->function == GRAPH_FRAMES)
		return complain(EXIT_USAGE,
			"--graph %s: COUNT FRAMES takes no field; COUNT(%s) counts values", g->text, name);
	g->seconds =
		g->function != GRAPH_COUNT && (g->field->kind == KIND_RELTIME || g->field->kind == KIND_TIME);
	return EXIT_DONE;
}

int graph_parse(struct question *q, struct graph *g, const char *text)
{
	char field[128] = "", *filter;
	const char *semicolon = strrchr(text, ';');
	int status;
	*g = (struct graph) { .text = text };
	if (semicolon ? !parse_function(g, semicolon + 1, field) : !parse_function(g, text, field))
		return complain(EXIT_USAGE,
			"--graph takes 'FILTER;FUNCTION(FIELD)' with COUNT FRAMES, BYTES, BITS, COUNT, SUM, "
			"MIN, MAX, AVG or LOAD,"
			" not '%s'",
			text);
	filter = strndup(text, semicolon ? (size_t)(semicolon - text) : 0);
	status = filter ? parse_filter(q, g, filter) : complain(EXIT_FAILED, "out of memory");
	free(filter);
	if (status == EXIT_DONE)
		status = parse_field(q, g, field);
	g->empty_is_zero = g->function != GRAPH_MIN && g->function != GRAPH_MAX && g->function != GRAPH_AVG;
	return status;
}

void graph_free(struct graph *g)
{
	dfilter_free(g->filter);
	catalogue_field_free(g->field);
	free(g->protocol);
	*g = (struct graph) { 0 };
}

/* ---- statements ---- */

/* Whole seconds of all frames are kept as totals. */
static char *totals_sql(const struct graph *g, int64_t interval_us, const char *table)
{
	const char *value = g->function == GRAPH_FRAMES  ? "frames"
			    : g->function == GRAPH_BYTES ? "bytes"
							 : "bytes * 8";
	if (interval_us == 1000000) /* as they are, in the order of the table's key */
		return sqlite3_mprintf("SELECT second AS n, %s AS v FROM %s WHERE capture_id = :capture "
				       "ORDER BY second",
			value, table);
	return sqlite3_mprintf("SELECT second / %lld AS n, sum(%s) AS v FROM %s WHERE capture_id = "
			       ":capture GROUP BY n ORDER BY n",
		(long long)(interval_us / 1000000), value, table);
}

/* The frames of the capture that match; `joins` between. */
static void append_frames(sqlite3_str *s, const struct graph *g, const char *joins)
{
	sqlite3_str_appendf(s,
		"\n FROM capture c CROSS JOIN t_frame f ON f.frame_id >= c.first_frame AND f.frame_id < "
		"c.first_frame + c.frames%s"
		" WHERE c.id = :capture%s%s",
		joins, g->filter ? " AND " : "", g->filter ? g->filter->sql : "");
}

/* SELECT frame's id, microseconds since :zero, value: a row a value. Microseconds round, as
 * tshark's do. */
static void append_values(sqlite3_str *s, const struct graph *g)
{
	static const char head[] = "SELECT f.frame_id AS id, (f.time - :zero + 500) / 1000 AS us, ";
	if (!g->field) {
		sqlite3_str_appendall(s, head);
		/* Tokens between colons of their own, less those of this protocol. */
		if (g->protocol)
			sqlite3_str_appendf(s,
				"(SELECT (length(x) - length(replace(x, ':%q:', ''))) / %d FROM (SELECT"
				" ':'||replace(protocols, ':', '::')||':' AS x FROM t_stack WHERE id = "
				"f.stack)) AS v",
				g->protocol, (int)strlen(g->protocol) + 2);
		else
			sqlite3_str_appendall(s, g->function == GRAPH_FRAMES  ? "1 AS v"
						 : g->function == GRAPH_BYTES ? "f.len AS v"
									      : "f.len * 8 AS v");
		append_frames(s, g, "");
		return;
	}
	if (!g->field->nsources) /* no capture of the archive has it: its table was never made */
		sqlite3_str_appendall(s, "SELECT 0 AS id, 0 AS us, NULL AS v WHERE 0");
	for (unsigned i = 0; i < g->field->nsources; i++) {
		const struct field_source *source = &g->field->sources[i];
		struct field_source raw = { source->table, source->expr, true };
		char *expr = catalogue_value_sql(g->field, &raw, ":capture");
		char *join =
			sqlite3_mprintf(" CROSS JOIN \"%w\" t ON t.frame_id = f.frame_id AND %s IS NOT NULL",
				source->table, expr);
		sqlite3_str_appendf(s, "%s%s%s AS v", i ? "\n UNION ALL " : "", head, expr);
		append_frames(s, g, join ? join : "");
		sqlite3_free(expr);
		sqlite3_free(join);
	}
}

static const char *aggregate(const struct graph *g)
{
	switch (g->function) {
	case GRAPH_COUNT:
		return g->protocol ? "sum(v)" : "count(v)";
	case GRAPH_MIN:
		return "min(v)";
	case GRAPH_MAX:
		return "max(v)";
	case GRAPH_AVG:
		return "avg(v)";
	case GRAPH_SUM:
		/* a sum of dates is beyond 64 bits */
		return g->field->kind == KIND_TIME ? "total(v)" : "sum(v)";
	default:
		return "sum(v)";
	}
}

sqlite3_stmt *graph_prepare(
	struct question *q, const struct graph *g, int64_t interval_us, bool ordered, const char *totals)
{
	char *sql;
	bool frames = g->function == GRAPH_FRAMES || g->function == GRAPH_BYTES || g->function == GRAPH_BITS;
	if (frames && !g->filter && totals && interval_us % 1000000 == 0) {
		sql = totals_sql(g, interval_us, totals);
	} else {
		sqlite3_str *s = sqlite3_str_new(NULL);
		/* A frame whose time steps back stays in the interval of those before it. */
		sqlite3_str_appendf(s,
			ordered ? "WITH e AS (SELECT us / %lld AS n, us, v FROM ("
				: "WITH e AS (SELECT max(max(us, 0) / %lld) OVER (ORDER BY id) AS n, us, v "
				  "FROM (",
			(long long)interval_us);
		append_values(s, g);
		if (g->function == GRAPH_LOAD)
			sqlite3_str_appendall(s, "))\nSELECT n, us, v FROM e");
		else
			sqlite3_str_appendf(s, "))\nSELECT n, %s%s AS v FROM e GROUP BY n ORDER BY n",
				aggregate(g), g->seconds ? " / 1e9" : "");
		sql = sqlite3_str_finish(s);
	}
	sqlite3_stmt *st = sql ? session_prepare(&q->session, sql) : NULL;
	if (!sql)
		complain(EXIT_FAILED, "out of memory");
	sqlite3_free(sql);
	if (st && g->filter)
		dfilter_bind(g->filter, st);
	return st;
}
