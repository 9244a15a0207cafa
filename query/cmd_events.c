/* pcapdex events: what happened in TCP conversations, as rows, as counts, as Wireshark's Expert Information.
 */
#include "query/question.h"

#include <stdlib.h>
#include <string.h>

/* ---- which events ---- */

/* The number of an option that was given. */
static bool number(const struct args *args, const char *option, double *out)
{
	const char *text = args_value(args, option, NULL);
	if (text)
		*out = strtod(text, NULL);
	return text != NULL;
}

/* Seconds and streams; that they fit into nanoseconds is all that is asked. */
static bool is_number(const struct args *args, const char *option)
{
	const char *text = args_value(args, option, NULL);
	char *end = NULL;
	double v = text ? strtod(text, &end) : 0;
	if (!text || (end != text && !*end && v > -9e9 && v < 9e9))
		return true;
	complain(EXIT_USAGE, "--%s takes a number, not %s", option, text);
	return false;
}

/* Names of kinds and severities that the archive does not know are mistakes. */
static bool known(struct question *q, const char *option, const char *column)
{
	for (unsigned i = 0; args_nth(q->args, option, i); i++) {
		const char *name = args_nth(q->args, option, i);
		char *sql = sqlite3_mprintf("SELECT 1 FROM tcp_event_kind WHERE %s = %Q", column, name);
		sqlite3_stmt *st = sql ? session_prepare(&q->session, sql) : NULL;
		bool found = st && sqlite3_step(st) == SQLITE_ROW;
		sqlite3_finalize(st);
		sqlite3_free(sql);
		if (!found) {
			complain(EXIT_USAGE, "no %s %s; `pcapdex events %s --kinds` lists them", option, name,
				q->session.path);
			return false;
		}
	}
	return true;
}

static void append_names(sqlite3_str *s, const struct args *args, const char *option, const char *column)
{
	if (!args_nth(args, option, 0))
		return;
	sqlite3_str_appendf(s, " AND %s IN (", column);
	for (unsigned i = 0; args_nth(args, option, i); i++)
		sqlite3_str_appendf(s, i ? ", %Q" : "%Q", args_nth(args, option, i));
	sqlite3_str_appendall(s, ")");
}

/* FROM ... WHERE: c capture, e event, f frame, k kind. Of one stream only the frames between its first and
 * its last are looked at. */
static char *from_sql(const struct question *q)
{
	sqlite3_str *s = sqlite3_str_new(NULL);
	double v;
	if (q->filter)
		sqlite3_str_appendf(s,
			"(SELECT c.id AS cid, f.frame_id AS fid FROM %s) m\n"
			" CROSS JOIN t_tcp_event e ON e.frame_id = m.fid JOIN capture c ON c.id = m.cid\n"
			" JOIN t_frame f ON f.frame_id = e.frame_id",
			q->frames);
	else if (args_has(q->args, "stream"))
		sqlite3_str_appendall(s,
			"capture c CROSS JOIN t_conversation v ON v.capture_id = c.id AND v.type = 4\n"
			" CROSS JOIN t_tcp_event e ON e.frame_id BETWEEN c.first_frame + v.first_frame - 1"
			" AND c.first_frame + v.last_frame - 1 AND e.stream = v.stream\n"
			" JOIN t_frame f ON f.frame_id = e.frame_id");
	else
		sqlite3_str_appendall(s, "capture c CROSS JOIN t_tcp_event e ON e.frame_id >= c.first_frame"
					 " AND e.frame_id < c.first_frame + c.frames\n"
					 " JOIN t_frame f ON f.frame_id = e.frame_id");
	sqlite3_str_appendf(s, "\n JOIN tcp_event_kind k ON k.kind = e.kind\nWHERE %s", q->chosen);
	append_names(s, q->args, "kind", "k.name");
	append_names(s, q->args, "severity", "k.severity");
	if (number(q->args, "stream", &v))
		sqlite3_str_appendf(s, " AND e.stream = %lld", (long long)v);
	if (number(q->args, "from", &v))
		sqlite3_str_appendf(s, " AND f.time - c.time_zero >= %lld", (long long)(v * 1e9));
	if (number(q->args, "to", &v))
		sqlite3_str_appendf(s, " AND f.time - c.time_zero < %lld", (long long)(v * 1e9));
	return sqlite3_str_finish(s);
}

/* Is the question about all events of whole captures? Then the totals know. */
static bool is_whole(const struct question *q)
{
	return !q->filter && !args_has(q->args, "stream") && !args_has(q->args, "from") &&
	       !args_has(q->args, "to");
}

/* ---- answers ---- */

#define SUMMARY                                                                                              \
	"CASE WHEN e.text THEN (SELECT x.value FROM t_text x WHERE x.id = e.text)"                           \
	" ELSE replace(k.summary, '{value}', coalesce(e.value, '?')) END"
#define VALUE "CASE k.unit WHEN 's' THEN e.value / 1e9 ELSE e.value END"
/* Most serious first. */
#define BY_SEVERITY                                                                                          \
	"CASE k.severity WHEN 'error' THEN 0 WHEN 'warning' THEN 1 WHEN 'note' THEN 2 WHEN 'chat' THEN 3 "   \
	"ELSE 4 END"
#define COUNT_OF(severity) "sum(n) FILTER (WHERE severity = '" severity "')"

static int answer_list(struct question *q, const char *from)
{
	struct answer_column columns[] = {
		{ { "capture", "Capture", RENDER_TEXT }, .hidden = q->table && q->session.ncaptures < 2 },
		{ { "number", "No.", RENDER_NUMBER } },
		{ { "time", "Time", RENDER_NUMBER }, .decimals = 6 },
		{ { "stream", "Stream", RENDER_NUMBER } },
		{ { "source", "Source", RENDER_FIXED } },
		{ { "destination", "Destination", RENDER_FIXED } },
		{ { "kind", "Event", RENDER_FIXED } },
		{ { "severity", "Severity", RENDER_FIXED } },
		{ { "other", "Other frame", RENDER_NUMBER } },
		{ { "value", "Value", RENDER_NUMBER }, .decimals = 6 },
		{ { "summary", "Summary", RENDER_TEXT } },
	};
	double limit = -1; /* none */
	static const char sql[] =
		"SELECT c.name AS capture, e.frame_id - c.first_frame + 1 AS number,\n"
		" (f.time - c.time_zero) / 1e9 AS time, e.stream AS stream,\n"
		" (SELECT a.text FROM t_address a WHERE a.id = f.src) AS source,\n"
		" (SELECT a.text FROM t_address a WHERE a.id = f.dst) AS destination,\n"
		" k.name AS kind, k.severity AS severity, e.other AS other, " VALUE " AS value,\n"
		" " SUMMARY " AS summary\n"
		"FROM %s\nORDER BY e.frame_id, e.n LIMIT %lld";
	number(q->args, "limit", &limit);
	return question_answer(q, question_prepare(q, sql, from, (long long)limit), columns,
		sizeof(columns) / sizeof(columns[0]));
}

/* What an item is of: SSDP and mDNS have the tables of HTTP and DNS. What TLS shows in lists is a version,
 * SSL where that is not known. */
#define ITEM_PROTOCOL                                                                                        \
	"CASE x.protocol WHEN 'tls' THEN 'TLS' "                                                             \
	"WHEN 'http' THEN CASE WHEN instr(" LAYERS ", ':ssdp') THEN 'SSDP' ELSE 'HTTP' END "                 \
	"WHEN 'dns' THEN CASE WHEN instr(" LAYERS ", ':mdns') THEN 'MDNS' WHEN instr(" LAYERS                \
	", ':llmnr') THEN 'LLMNR' ELSE 'DNS' END ELSE coalesce(p.shown, upper(x.protocol)) END"
#define LAYERS                                                                                               \
	"(SELECT s.protocols FROM t_frame l JOIN t_stack s ON s.id = l.stack WHERE l.frame_id = x.frame_id)"

/* The Expert Information of all protocols but TCP; NULL where the question is about TCP alone. */
static char *others_sql(const struct question *q)
{
	double v;
	if (args_has(q->args, "kind") || args_has(q->args, "stream"))
		return NULL;
	sqlite3_str *s = sqlite3_str_new(NULL);
	sqlite3_str_appendall(s, "SELECT lower(x.severity) AS severity, x.\"group\", " ITEM_PROTOCOL ",\n"
				 " x.message, count(*), min(x.frame_id), x.protocol\nFROM expert x "
				 "LEFT JOIN protocol p ON p.name = x.protocol\n");
	if (q->filter)
		sqlite3_str_appendf(s,
			" JOIN (SELECT c.id AS cid, f.frame_id AS fid FROM %s) m ON m.fid = x.frame_id\n"
			" JOIN capture c ON c.id = m.cid JOIN t_frame f ON f.frame_id = x.frame_id\n",
			q->frames);
	else if (!is_whole(q) || strcmp(q->chosen, "1") != 0)
		sqlite3_str_appendall(s, " JOIN t_frame f ON f.frame_id = x.frame_id JOIN capture c ON c.id ="
					 " (SELECT i.id FROM capture i WHERE i.first_frame <= x.frame_id"
					 " ORDER BY i.first_frame DESC, i.id DESC LIMIT 1)\n");
	sqlite3_str_appendf(s, "WHERE x.protocol <> 'tcp' AND %s", q->chosen);
	append_names(s, q->args, "severity", "lower(x.severity)");
	if (number(q->args, "from", &v))
		sqlite3_str_appendf(s, " AND f.time - c.time_zero >= %lld", (long long)(v * 1e9));
	if (number(q->args, "to", &v))
		sqlite3_str_appendf(s, " AND f.time - c.time_zero < %lld", (long long)(v * 1e9));
	sqlite3_str_appendall(s, "\nGROUP BY 1, 2, 3, 4");
	return sqlite3_str_finish(s);
}

static int answer_expert(struct question *q, const char *from)
{
	static const struct answer_column columns[] = {
		{ { "severity", "Severity", RENDER_FIXED } },
		{ { "group", "Group", RENDER_FIXED } },
		{ { "protocol", "Protocol", RENDER_FIXED } },
		{ { "summary", "Summary", RENDER_TEXT } },
		{ { "count", "Count", RENDER_NUMBER } },
	};
	/* TCP's are events; those of other protocols follow from their own tables. */
	static const char sql[] =
		"SELECT severity, \"group\", protocol, summary, count FROM (\n"
		"SELECT k.severity AS severity, k.\"group\" AS \"group\", 'TCP' AS protocol,\n"
		" " SUMMARY " AS summary, count(*) AS count, min(e.frame_id) AS first, e.kind AS kind\n"
		"FROM %s AND k.\"group\" IS NOT NULL\n"
		"GROUP BY e.kind, e.text, CASE WHEN instr(k.summary, '{value}') THEN e.value END%s%s) k\n"
		"ORDER BY " BY_SEVERITY ", first, kind";
	char *others = others_sql(q);
	int status = question_answer(q,
		question_prepare(q, sql, from, others ? "\nUNION ALL\n" : "", others ? others : ""), columns,
		sizeof(columns) / sizeof(columns[0]));
	sqlite3_free(others);
	return status;
}

static int count_kinds(struct question *q, const char *from)
{
	static const struct answer_column columns[] = {
		{ { "kind", "Event", RENDER_FIXED } },
		{ { "field", "Field", RENDER_FIXED } },
		{ { "severity", "Severity", RENDER_FIXED } },
		{ { "events", "Events", RENDER_NUMBER } },
		{ { "captures", "Captures", RENDER_NUMBER } },
		{ { "meaning", "Meaning", RENDER_TEXT } },
	};
	static const char head[] = "SELECT k.name AS kind, k.field AS field, k.severity AS severity,\n ";
	static const char tail[] = "\nGROUP BY k.kind ORDER BY " BY_SEVERITY ", events DESC, k.kind";
	sqlite3_stmt *st;
	if (is_whole(q)) {
		sqlite3_str *names = sqlite3_str_new(NULL);
		append_names(names, q->args, "kind", "k.name");
		append_names(names, q->args, "severity", "k.severity");
		char *text = sqlite3_str_finish(names);
		st = question_prepare(q,
			"%ssum(t.events) AS events, count(*) AS captures, k.help AS meaning\n"
			"FROM capture c JOIN total_event t ON t.capture_id = c.id"
			" JOIN tcp_event_kind k ON k.kind = t.kind\nWHERE %s%s%s",
			head, q->chosen, text ? text : "", tail);
		sqlite3_free(text);
	} else {
		st = question_prepare(q,
			"%scount(*) AS events, count(DISTINCT c.id) AS captures, k.help AS meaning\nFROM "
			"%s%s",
			head, from, tail);
	}
	return question_answer(q, st, columns, sizeof(columns) / sizeof(columns[0]));
}

/* Counts of events and of each severity for one thing a row: `key` are its columns, the last of them being
 * the order. */
static int count_by(struct question *q, const char *from, const char *key, const char *group,
	const char *join, const struct answer_column *keys, unsigned nkeys, const char *order)
{
	static const struct answer_column counts[] = {
		{ { "events", "Events", RENDER_NUMBER } },
		{ { "errors", "Errors", RENDER_NUMBER } },
		{ { "warnings", "Warnings", RENDER_NUMBER } },
		{ { "notes", "Notes", RENDER_NUMBER } },
		{ { "chats", "Chats", RENDER_NUMBER } },
	};
	struct answer_column columns[16];
	memcpy(columns, keys, nkeys * sizeof(*keys));
	memcpy(columns + nkeys, counts, sizeof(counts));
	static const char sql[] = "SELECT %s, sum(n) AS events, coalesce(" COUNT_OF(
		"error") ", 0) AS errors,\n"
			 " coalesce(" COUNT_OF("warning") ", 0) AS warnings, coalesce(" COUNT_OF(
				 "note") ", 0) AS notes,\n"
					 " coalesce(" COUNT_OF(
						 "chat") ", 0) AS chats\n"
							 "FROM (SELECT c.id AS capture_id, %s AS g, "
							 "k.severity AS severity, %s AS n\n FROM %s\n"
							 " GROUP BY c.id, g, k.severity) x JOIN capture c ON "
							 "c.id = x.capture_id%s\n"
							 "GROUP BY x.capture_id, x.g ORDER BY %s";
	bool totals = is_whole(q) && strcmp(group, "0") == 0;
	char *whole = NULL;
	if (totals) {
		sqlite3_str *s = sqlite3_str_new(NULL);
		sqlite3_str_appendf(s,
			"capture c JOIN total_event t ON t.capture_id = c.id"
			" JOIN tcp_event_kind k ON k.kind = t.kind WHERE %s",
			q->chosen);
		append_names(s, q->args, "kind", "k.name");
		append_names(s, q->args, "severity", "k.severity");
		whole = sqlite3_str_finish(s);
	}
	sqlite3_stmt *st = question_prepare(
		q, sql, key, group, totals ? "sum(t.events)" : "count(*)", whole ? whole : from, join, order);
	sqlite3_free(whole);
	return question_answer(q, st, columns, nkeys + 5);
}

static int answer_counts(struct question *q, const char *from, const char *by)
{
	const struct answer_column capture = { { "capture", "Capture", RENDER_TEXT },
		.hidden = q->table && q->session.ncaptures < 2 && strcmp(by, "capture") != 0 };
	if (strcmp(by, "kind") == 0)
		return count_kinds(q, from);
	if (strcmp(by, "capture") == 0)
		return count_by(q, from, "c.name AS capture", "0", "", &capture, 1, "c.id");
	if (strcmp(by, "conversation") == 0) {
		const struct answer_column keys[] = {
			capture,
			{ { "stream", "Stream", RENDER_NUMBER } },
			{ { "address_a", "Address A", RENDER_FIXED } },
			{ { "port_a", "Port A", RENDER_NUMBER } },
			{ { "address_b", "Address B", RENDER_FIXED } },
			{ { "port_b", "Port B", RENDER_NUMBER } },
		};
		return count_by(q, from,
			"c.name AS capture, x.g AS stream,\n"
			" (SELECT a.text FROM t_address a WHERE a.id = v.address_a) AS address_a, v.port_a "
			"AS port_a,\n"
			" (SELECT a.text FROM t_address a WHERE a.id = v.address_b) AS address_b, v.port_b "
			"AS port_b",
			"e.stream",
			"\n JOIN t_conversation v ON v.capture_id = x.capture_id AND v.type = 4 AND v.stream "
			"= x.g",
			keys, 6, "events DESC, c.id, x.g");
	}
	if (strcmp(by, "time") == 0) {
		double interval = 1;
		number(q->args, "interval", &interval);
		if (interval < 1e-6)
			return complain(EXIT_USAGE, "--interval is at least a microsecond");
		const struct answer_column keys[] = { capture,
			{ { "time", "Time", RENDER_NUMBER }, .decimals = interval < 1 ? 6 : 0 } };
		long long ns = (long long)(interval * 1e9 + 0.5);
		char *group = sqlite3_mprintf("(f.time - c.time_zero) / %lld - (f.time < c.time_zero)", ns);
		char *key = sqlite3_mprintf("c.name AS capture, x.g * %lld / 1e9 AS time", ns);
		int status = !group || !key ? complain(EXIT_FAILED, "out of memory")
					    : count_by(q, from, key, group, "", keys, 2, "c.id, x.g");
		sqlite3_free(group);
		sqlite3_free(key);
		return status;
	}
	return complain(EXIT_USAGE, "--count is by kind, conversation, capture or time, not %s", by);
}

static int answer_kinds(struct question *q)
{
	static const struct answer_column columns[] = {
		{ { "kind", "Event", RENDER_FIXED } },
		{ { "field", "Field", RENDER_FIXED } },
		{ { "severity", "Severity", RENDER_FIXED } },
		{ { "other", "Other frame", RENDER_TEXT } },
		{ { "value", "Value", RENDER_TEXT } },
		{ { "meaning", "Meaning", RENDER_TEXT } },
	};
	return question_answer(q,
		question_prepare(q,
			"SELECT k.name AS kind, k.field, k.severity, k.other, k.value, k.help AS meaning"
			" FROM tcp_event_kind k ORDER BY " BY_SEVERITY ", k.kind"),
		columns, sizeof(columns) / sizeof(columns[0]));
}

static int answer(struct question *q)
{
	static const char *const numbers[] = { "stream", "from", "to", "limit", "interval" };
	const char *by = args_value(q->args, "count", NULL);
	if (args_has(q->args, "kinds"))
		return answer_kinds(q);
	for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (!is_number(q->args, numbers[i]))
			return EXIT_USAGE;
	if (!known(q, "kind", "name") || !known(q, "severity", "severity"))
		return EXIT_USAGE;
	char *from = from_sql(q);
	int status = !from                         ? complain(EXIT_FAILED, "out of memory")
		     : by                          ? answer_counts(q, from, by)
		     : args_has(q->args, "expert") ? answer_expert(q, from)
						   : answer_list(q, from);
	sqlite3_free(from);
	return status;
}

static int run(const struct args *args)
{
	return question_run(args, answer);
}

static const struct option_spec options[] = {
	{ "kind", 'k', "EVENT", true, "only events of this kind" },
	{ "severity", 's', "SEVERITY", true, "only error, warning, note or chat" },
	{ "stream", 0, "N", false, "only those of TCP stream N (tcp.stream)" },
	{ "from", 0, "T", false, "only from second T of the capture on" },
	{ "to", 0, "T", false, "only before second T of the capture" },
	{ "count", 0, "BY", false, "how many by kind, conversation, capture or time" },
	{ "interval", 'i', "T", false, "seconds of a row of --count time (default: 1)" },
	{ "expert", 0, NULL, false, "Wireshark's Expert Information, of all protocols" },
	{ "kinds", 0, NULL, false, "the kinds of events and what they mean" },
	{ "limit", 0, "N", false, "only the first N events" },
	{ 0 },
};

const struct command cmd_events = {
	.name = "events",
	.summary = "What happened in TCP conversations: losses, windows, resets, steps",
	.usage = "ARCHIVE [--kind EVENT]... [--count BY | --expert]",
	.details = "An event is a mark that Wireshark's analysis puts on a segment (tcp.analysis.*), an "
		   "oddity of its\n"
		   "header, or a step of a connection: SYN, SYN-ACK, established, FIN and its ACK, RST. A "
		   "frame may have\n"
		   "several. `Other frame` is the one that it refers to: the frame that a retransmission's "
		   "timeout counts\n"
		   "from, the ACK that a duplicate repeats, the FIN that is acknowledged. `--kinds` tells "
		   "what other frame\n"
		   "and value are for each kind. --expert is what `tshark -z expert` says, of other "
		   "protocols too.",
	.examples = "  pcapdex events a.db --count kind                 how many of each kind\n"
		    "  pcapdex events a.db --stream 3                   all of one conversation, in order\n"
		    "  pcapdex events a.db -k retransmission -k rst     only these",
	.min_args = 1,
	.max_args = 1,
	.query = true,
	.options = options,
	.run = run,
};
