/* The property sheet of one capture. */
#include <inttypes.h>
#include <string.h>

#include "query/captures.h"

/* Where a column stands in the statement. */
static int column(const char *key)
{
	for (unsigned i = 0; i < capture_ncolumns; i++)
		if (strcmp(capture_columns[i].as.as.key, key) == 0)
			return (int)i;
	return -1;
}

static const char *text(sqlite3_stmt *st, const char *key)
{
	return (const char *)sqlite3_column_text(st, column(key));
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
				(long long)sqlite3_column_int64(st, column("file_size"))),
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
			text(st, "damage"), (long long)sqlite3_column_int64(st, column("damage_offset")));
		line("Damage", value);
	}
	line("Limits reached", text(st, "caps_hit"));
	printf("\nTime\n");
	time_line("First packet", text(st, "first_packet"));
	time_line("Last packet", text(st, "last_packet"));
	double span = sqlite3_column_double(st, column("span"));
	uint64_t s = (uint64_t)span;
	snprintf(value, sizeof(value), "%02" PRIu64 ":%02" PRIu64 ":%02" PRIu64, s / 3600, s / 60 % 60,
		s % 60);
	if (s >= 86400)
		snprintf(value, sizeof(value), "%" PRIu64 " days %02" PRIu64 ":%02" PRIu64 ":%02" PRIu64,
			s / 86400, s / 3600 % 24, s / 60 % 60, s % 60);
	line("Elapsed", value);
	line("Strict time order", sqlite3_column_int(st, column("strict_time_order"))
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
static struct value statistic(sqlite3_stmt *st, const char *first, unsigned k)
{
	int i = column(first) + (int)k;
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
		render_row(r, (struct value[]) { value_text(label), statistic(st, "packets", k),
				      statistic(st, "displayed_packets", k) });
	}
	render_close(r);
}

int captures_print_sheet(struct question *q, sqlite3_stmt *st)
{
	int64_t id = sqlite3_column_int64(st, column("id"));
	sqlite3_stmt *sections = session_prepare(&q->session, captures_sections_sql);
	sqlite3_stmt *interfaces = session_prepare(&q->session, captures_interfaces_sql);
	int status = sections && interfaces ? EXIT_DONE : EXIT_FAILED;
	if (status == EXIT_DONE) {
		sqlite3_bind_int64(sections, 1, id);
		sqlite3_bind_int64(interfaces, 1, id);
		print_file(st);
		print_sections(sections);
		print_interfaces(interfaces, sqlite3_column_int64(st, column("packets")));
		print_statistics(q, st);
	}
	sqlite3_finalize(sections);
	sqlite3_finalize(interfaces);
	return status;
}
