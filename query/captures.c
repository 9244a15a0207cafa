#include "query/captures.h"

#include <inttypes.h>
#include <string.h>

/* Nanoseconds as 2022-06-30T08:45:36.349603364Z; NULL where there are no frames. */
#define TIME_TEXT(t)                                                                                         \
	"CASE WHEN c.frames THEN strftime('%%Y-%%m-%%dT%%H:%%M:%%S', " t                                     \
	"/1000000000, 'unixepoch')||printf('.%%09dZ', " t "%%1000000000) END"
/* Frames, bytes, span of time and what follows from them. */
#define STATISTICS(n, bytes, span)                                                                           \
	n ", " span " / 1e9, " n " * 1e9 / nullif(" span ", 0), 1.0 * " bytes " / nullif(" n ", 0), " bytes  \
	  ", " bytes " * 1e9 / nullif(" span ", 0), " bytes " * 8e9 / nullif(" span ", 0)"
#define STATISTICS_COLUMNS(prefix, title, filter)                                                            \
	{ { { prefix "packets", title "Packets", RENDER_NUMBER } }, true, filter },                          \
		{ { { prefix "span", title "Span s", RENDER_NUMBER }, .decimals = 3 }, true, filter },       \
		{ { { prefix "packets_s", title "Average pps", RENDER_NUMBER }, .decimals = 1 }, false,      \
			filter },                                                                            \
		{ { { prefix "packet_size", title "Average size", RENDER_NUMBER }, .decimals = 1 }, false,   \
			filter },                                                                            \
		{ { { prefix "bytes", title "Bytes", RENDER_NUMBER } }, true, filter },                      \
		{ { { prefix "bytes_s", title "Bytes/s", RENDER_NUMBER }, .decimals = 0 }, false, filter },  \
	{                                                                                                    \
		{ { prefix "bits_s", title "Bits/s", RENDER_NUMBER }, .decimals = 0 }, true, filter          \
	}

const struct capture_column capture_columns[] = {
	{ { { "id", "Id", RENDER_NUMBER } }, true },
	{ { { "name", "Name", RENDER_TEXT } }, true },
	{ { { "path", "Path", RENDER_TEXT } } },
	{ { { "file_size", "File size", RENDER_NUMBER } } },
	{ { { "sha256", "SHA256", RENDER_FIXED } } },
	{ { { "format", "Format", RENDER_FIXED } }, true },
	{ { { "compression", "Compression", RENDER_FIXED } } },
	{ { { "encapsulation", "Encapsulation", RENDER_TEXT } }, true },
	{ { { "kept", "Kept", RENDER_TEXT } } },
	{ { { "first_packet", "First packet", RENDER_FIXED } } },
	{ { { "last_packet", "Last packet", RENDER_FIXED } } },
	{ { { "first_day", "First packet (UTC)", RENDER_FIXED } }, true },
	{ { { "strict_time_order", "In order", RENDER_NUMBER } } },
	{ { { "hardware", "Hardware", RENDER_TEXT } } },
	{ { { "os", "OS", RENDER_TEXT } } },
	{ { { "application", "Application", RENDER_TEXT } } },
	{ { { "comment", "Comment", RENDER_TEXT } } },
	{ { { "interfaces", "Interfaces", RENDER_NUMBER } } },
	STATISTICS_COLUMNS("", "", false),
	STATISTICS_COLUMNS("displayed_", "Displayed ", true),
	{ { { "captured_bytes", "Captured bytes", RENDER_NUMBER } } },
	{ { { "tags", "Tags", RENDER_TEXT } }, true },
	{ { { "damage", "Damage", RENDER_TEXT } }, true },
	{ { { "damage_offset", "Damage at", RENDER_NUMBER } } },
	{ { { "caps_hit", "Limits reached", RENDER_TEXT } } },
	{ { { "indexed_at", "Indexed at", RENDER_FIXED } } },
	{ { { "indexed_by", "Indexed by", RENDER_FIXED } } },
};
const unsigned capture_ncolumns = sizeof(capture_columns) / sizeof(capture_columns[0]);

sqlite3_stmt *captures_prepare(struct question *q)
{
	static const char columns[] =
		"SELECT c.id, c.name, c.path, c.file_size, c.sha256, c.container AS format, "
		"nullif(c.compression, '') AS compression,"
		" c.encapsulation, nullif(c.bpf, '') AS kept,\n " TIME_TEXT(
			"c.time_first") " AS first_packet, " TIME_TEXT("c.time_last") " AS "
										      "last_packet,"
										      " CASE WHEN "
										      "c.frames THEN "
										      "strftime('%%Y-"
										      "%%m-%%d "
										      "%%H:%%M:%%S', "
										      "c.time_first/"
										      "1000000000, "
										      "'unixepoch') "
										      "END AS "
										      "first_day,"
										      " c.strict_"
										      "order, "
										      "s.hardware, "
										      "s.os, "
										      "s.application,"
										      " s.comment,\n"
										      " (SELECT "
										      "count(*) FROM "
										      "interface i "
										      "WHERE "
										      "i.capture_id "
										      "= c.id) AS "
										      "interfaces,"
										      "\n"
										      " " STATISTICS("c."
												     "frame"
												     "s",
											      "c."
											      "bytes",
											      "(c."
											      "time_"
											      "last "
											      "- "
											      "c."
											      "time_"
											      "first"
											      ")") ","
												   "\n "
												   "%"
												   "s"
												   ","
												   "\n"
												   " "
												   "c"
												   "."
												   "c"
												   "a"
												   "p"
												   "t"
												   "u"
												   "r"
												   "e"
												   "d"
												   "_"
												   "b"
												   "y"
												   "t"
												   "e"
												   "s"
												   ","
												   " "
												   "("
												   "S"
												   "E"
												   "L"
												   "E"
												   "C"
												   "T"
												   " "
												   "g"
												   "r"
												   "o"
												   "u"
												   "p"
												   "_"
												   "c"
												   "o"
												   "n"
												   "c"
												   "a"
												   "t"
												   "("
												   "t"
												   "."
												   "k"
												   "e"
												   "y"
												   "|"
												   "|"
												   "'"
												   "="
												   "'"
												   "|"
												   "|"
												   "t"
												   "."
												   "v"
												   "a"
												   "l"
												   "u"
												   "e"
												   ","
												   " "
												   "'"
												   " "
												   "'"
												   ")"
												   " "
												   "F"
												   "R"
												   "O"
												   "M"
												   " "
												   "c"
												   "a"
												   "p"
												   "t"
												   "u"
												   "r"
												   "e"
												   "_"
												   "t"
												   "a"
												   "g"
												   " "
												   "t"
												   " "
												   "W"
												   "H"
												   "E"
												   "R"
												   "E"
												   " "
												   "t"
												   "."
												   "c"
												   "a"
												   "p"
												   "t"
												   "u"
												   "r"
												   "e"
												   "_"
												   "i"
												   "d"
												   " "
												   "="
												   " "
												   "c"
												   "."
												   "i"
												   "d"
												   ")"
												   " "
												   "A"
												   "S"
												   " "
												   "t"
												   "a"
												   "g"
												   "s"
												   ","
												   " "
												   "c"
												   "."
												   "d"
												   "a"
												   "m"
												   "a"
												   "g"
												   "e"
												   ","
												   " "
												   "c"
												   "."
												   "d"
												   "a"
												   "m"
												   "a"
												   "g"
												   "e"
												   "_"
												   "o"
												   "f"
												   "f"
												   "s"
												   "e"
												   "t"
												   ","
												   " "
												   "c"
												   "."
												   "c"
												   "a"
												   "p"
												   "s"
												   "_"
												   "h"
												   "i"
												   "t"
												   ","
												   " "
												   "s"
												   "t"
												   "r"
												   "f"
												   "t"
												   "i"
												   "m"
												   "e"
												   "("
												   "'"
												   "%"
												   "%"
												   "Y"
												   "-"
												   "%"
												   "%"
												   "m"
												   "-"
												   "%"
												   "%"
												   "d"
												   "T"
												   "%"
												   "%"
												   "H"
												   ":"
												   "%"
												   "%"
												   "M"
												   ":"
												   "%"
												   "%"
												   "S"
												   "Z"
												   "'"
												   ","
												   " "
												   "c"
												   "."
												   "i"
												   "n"
												   "d"
												   "e"
												   "x"
												   "e"
												   "d"
												   "_"
												   "a"
												   "t"
												   ","
												   " "
												   "'"
												   "u"
												   "n"
												   "i"
												   "x"
												   "e"
												   "p"
												   "o"
												   "c"
												   "h"
												   "'"
												   ")"
												   " "
												   "A"
												   "S"
												   " "
												   "i"
												   "n"
												   "d"
												   "e"
												   "x"
												   "e"
												   "d"
												   "_"
												   "a"
												   "t"
												   ","
												   " "
												   "c"
												   "."
												   "i"
												   "n"
												   "d"
												   "e"
												   "x"
												   "e"
												   "d"
												   "_"
												   "b"
												   "y"
												   "\n"
												   "F"
												   "R"
												   "O"
												   "M"
												   " "
												   "c"
												   "a"
												   "p"
												   "t"
												   "u"
												   "r"
												   "e"
												   " "
												   "c"
												   " "
												   "L"
												   "E"
												   "F"
												   "T"
												   " "
												   "J"
												   "O"
												   "I"
												   "N"
												   " "
												   "s"
												   "e"
												   "c"
												   "t"
												   "i"
												   "o"
												   "n"
												   " "
												   "s"
												   " "
												   "O"
												   "N"
												   " "
												   "s"
												   "."
												   "c"
												   "a"
												   "p"
												   "t"
												   "u"
												   "r"
												   "e"
												   "_"
												   "i"
												   "d"
												   " "
												   "="
												   " "
												   "c"
												   "."
												   "i"
												   "d"
												   " "
												   "A"
												   "N"
												   "D"
												   " "
												   "s"
												   "."
												   "n"
												   "u"
												   "m"
												   "b"
												   "e"
												   "r"
												   " "
												   "="
												   " "
												   "0"
												   " "
												   "%"
												   "s"
												   "\n"
												   "W"
												   "H"
												   "E"
												   "R"
												   "E"
												   " "
												   "%"
												   "s"
												   " "
												   "O"
												   "R"
												   "D"
												   "E"
												   "R"
												   " "
												   "B"
												   "Y"
												   " "
												   "c"
												   "."
												   "i"
												   "d";
	if (!q->filter)
		return question_prepare(
			q, columns, "NULL, NULL, NULL, NULL, NULL, NULL, NULL", "", q->chosen);
	char *join = sqlite3_mprintf("LEFT JOIN (SELECT c.id AS capture_id, count(*) AS n, sum(f.len) AS "
				     "bytes, max(f.time) - min(f.time) AS span FROM %s"
				     " GROUP BY c.id) d ON d.capture_id = c.id",
		q->frames);
	sqlite3_stmt *st =
		join ? question_prepare(q, columns,
			       STATISTICS("coalesce(d.n, 0)", "coalesce(d.bytes, 0)", "coalesce(d.span, 0)"),
			       join, q->chosen)
		     : NULL;
	sqlite3_free(join);
	return st;
}

const char captures_sections_sql[] = "SELECT number, version, big_endian, hardware, os, application, comment "
				     "FROM section WHERE capture_id = ?1 ORDER BY number";

/* The dropped packets are those of the last statistics block. */
const char captures_interfaces_sql[] =
	"SELECT i.number, i.interface_id, coalesce(i.shown_name, i.name) AS name, i.description,"
	" (SELECT s.dropped FROM interface_statistics s WHERE s.capture_id = i.capture_id AND s.interface = "
	"i.number AND s.dropped IS NOT NULL"
	"  ORDER BY s.n DESC LIMIT 1) AS dropped,"
	" i.filter AS capture_filter, i.encapsulation AS link_type, nullif(i.snaplen, 0) AS "
	"packet_size_limit, i.frames AS packets,"
	" i.tick, i.mac, i.speed, i.os, i.hardware, i.comment FROM interface i WHERE i.capture_id = ?1 ORDER "
	"BY i.number";

const char captures_tags_sql[] = "SELECT key, value FROM capture_tag WHERE capture_id = ?1 ORDER BY key";

/* ---- the sheet ---- */

static int column(sqlite3_stmt *st, const char *key)
{
	(void)st;
	for (unsigned i = 0; i < capture_ncolumns; i++)
		if (strcmp(capture_columns[i].as.as.key, key) == 0)
			return (int)i;
	return -1;
}

static const char *text(sqlite3_stmt *st, const char *key)
{
	return (const char *)sqlite3_column_text(st, column(st, key));
}

/* A line of the sheet; nothing where the value is missing. */
static void line(const char *label, const char *value)
{
	if (!value || !*value)
		return;
	printf("  %-18s ", label);
	render_visible_text(stdout, value);
	putchar('\n');
}

static void time_line(const char *label, const char *iso)
{
	char value[64];
	if (!iso || strlen(iso) != 30)
		return;
	snprintf(value, sizeof(value), "%.10s %.18s UTC", iso, iso + 11);
	line(label, value);
}

static const char *format_title(const char *container)
{
	static const char *const titles[][2] = { { "pcap", "Wireshark/tcpdump/... - pcap" },
		{ "nsecpcap", "Wireshark/tcpdump/... - nanosecond pcap" },
		{ "pcapng", "Wireshark/... - pcapng" } };
	for (unsigned i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
		if (strcmp(titles[i][0], container) == 0)
			return titles[i][1];
	return container;
}

static void print_file(sqlite3_stmt *st)
{
	char value[256];
	const char *compression = text(st, "compression");
	printf("File\n");
	line("Name", text(st, "name"));
	line("Path", text(st, "path"));
	line("Length", (snprintf(value, sizeof(value), "%lld bytes",
				(long long)sqlite3_column_int64(st, column(st, "file_size"))),
			       value));
	line("Hash (SHA256)", text(st, "sha256"));
	snprintf(value, sizeof(value), "%s%s%s%s", format_title(text(st, "format")), compression ? " (" : "",
		compression ? compression : "", compression ? " compressed)" : "");
	line("Format", value);
	line("Encapsulation", text(st, "encapsulation"));
	line("Kept by filter", text(st, "kept"));
	line("Tags", text(st, "tags"));
	if (text(st, "damage")) {
		snprintf(value, sizeof(value), "%s, at offset %lld: what follows is not indexed",
			text(st, "damage"), (long long)sqlite3_column_int64(st, column(st, "damage_offset")));
		line("Damage", value);
	}
	line("Limits reached", text(st, "caps_hit"));
	printf("\nTime\n");
	time_line("First packet", text(st, "first_packet"));
	time_line("Last packet", text(st, "last_packet"));
	double span = sqlite3_column_double(st, column(st, "span"));
	uint64_t s = (uint64_t)span;
	snprintf(value, sizeof(value), "%02" PRIu64 ":%02" PRIu64 ":%02" PRIu64, s / 3600, s / 60 % 60,
		s % 60);
	if (s >= 86400)
		snprintf(value, sizeof(value), "%" PRIu64 " days %02" PRIu64 ":%02" PRIu64 ":%02" PRIu64,
			s / 86400, s / 3600 % 24, s / 60 % 60, s % 60);
	line("Elapsed", value);
	line("Strict time order", sqlite3_column_int(st, column(st, "strict_time_order"))
					  ? "yes"
					  : "no: some time stamps step back");
}

static void print_sections(sqlite3_stmt *st)
{
	for (unsigned n = 0; sqlite3_step(st) == SQLITE_ROW; n++) {
		if (n)
			printf("\nCapture, section %u\n", n + 1);
		else
			printf("\nCapture\n");
		line("Hardware",
			sqlite3_column_text(st, 3) ? (const char *)sqlite3_column_text(st, 3) : "unknown");
		line("OS", sqlite3_column_text(st, 4) ? (const char *)sqlite3_column_text(st, 4) : "unknown");
		line("Application",
			sqlite3_column_text(st, 5) ? (const char *)sqlite3_column_text(st, 5) : "unknown");
		line("Comment", (const char *)sqlite3_column_text(st, 6));
	}
}

/* As Wireshark has it: a named interface without a filter has none, one without a name may have had any. */
static void print_interfaces(sqlite3_stmt *st, int64_t packets)
{
	static const struct render_column columns[] = {
		{ "interface", "  Interface", RENDER_TEXT },
		{ "dropped", "Dropped packets", RENDER_TEXT },
		{ "filter", "Capture filter", RENDER_TEXT },
		{ "link", "Link type", RENDER_TEXT },
		{ "limit", "Packet size limit", RENDER_TEXT },
		{ "packets", "Packets", RENDER_NUMBER },
	};
	printf("\nInterfaces\n");
	struct render *r = render_open("table", stdout, columns, sizeof(columns) / sizeof(columns[0]));
	while (r && sqlite3_step(st) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(st, 2),
			   *filter = (const char *)sqlite3_column_text(st, 5);
		char dropped[64] = "unknown", limit[64] = "none";
		char *label = sqlite3_mprintf("  %s", name ? name : "unknown");
		int64_t n = sqlite3_column_int64(st, 4);
		if (sqlite3_column_type(st, 4) != SQLITE_NULL)
			snprintf(dropped, sizeof(dropped), "%lld (%.1f%%)", (long long)n,
				packets ? 100.0 * (double)n / (double)packets : 0.0);
		if (sqlite3_column_type(st, 7) != SQLITE_NULL)
			snprintf(limit, sizeof(limit), "%lld bytes", (long long)sqlite3_column_int64(st, 7));
		render_row(r, (struct value[]) { value_text(label), value_text(dropped),
				      value_text(filter && *filter ? filter
						 : name            ? "none"
								   : "unknown"),
				      value_text((const char *)sqlite3_column_text(st, 6)), value_text(limit),
				      value_int(sqlite3_column_int64(st, 8)) });
		sqlite3_free(label);
	}
	render_close(r);
}

/* Number k of the seven statistics: all frames, and those that match. */
static struct value statistic(struct question *q, sqlite3_stmt *st, const char *first, unsigned k)
{
	int i = column(st, first) + (int)k;
	(void)q;
	return question_value(st, i, &capture_columns[i].as);
}

static void print_statistics(struct question *q, sqlite3_stmt *st)
{
	static const char *const labels[] = { "Packets", "Time span, s", "Average pps",
		"Average packet size, B", "Bytes", "Average bytes/s", "Average bits/s" };
	static const struct render_column columns[] = { { "measurement", "  Measurement", RENDER_FIXED },
		{ "captured", "Captured", RENDER_NUMBER }, { "displayed", "Displayed", RENDER_NUMBER } };
	printf("\nStatistics\n");
	struct render *r = render_open("table", stdout, columns, q->filter ? 3 : 2);
	for (unsigned k = 0; r && k < sizeof(labels) / sizeof(labels[0]); k++) {
		char label[64];
		snprintf(label, sizeof(label), "  %s", labels[k]);
		render_row(r, (struct value[]) { value_text(label), statistic(q, st, "packets", k),
				      statistic(q, st, "displayed_packets", k) });
	}
	render_close(r);
}

int captures_print_sheet(struct question *q, sqlite3_stmt *st)
{
	int64_t id = sqlite3_column_int64(st, column(st, "id"));
	sqlite3_stmt *sections = session_prepare(&q->session, captures_sections_sql);
	sqlite3_stmt *interfaces = session_prepare(&q->session, captures_interfaces_sql);
	int status = sections && interfaces ? EXIT_DONE : EXIT_FAILED;
	if (status == EXIT_DONE) {
		sqlite3_bind_int64(sections, 1, id);
		sqlite3_bind_int64(interfaces, 1, id);
		print_file(st);
		print_sections(sections);
		print_interfaces(interfaces, sqlite3_column_int64(st, column(st, "packets")));
		print_statistics(q, st);
	}
	sqlite3_finalize(sections);
	sqlite3_finalize(interfaces);
	return status;
}
