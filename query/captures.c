#include "query/captures.h"

/* clang-format off: SQL reads better in its own lines */
/* Nanoseconds as 2022-06-30T08:45:36.349603364Z; NULL where there are no frames. */
#define TIME_TEXT(t)                                                                                         \
	"CASE WHEN c.frames THEN strftime('%%Y-%%m-%%dT%%H:%%M:%%S', " t "/1000000000, 'unixepoch')"         \
	"||printf('.%%09dZ', " t "%%1000000000) END"
/* Frames, bytes, span of time, and what follows from them. */
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

/* The first %s is for the frames that match, the second joins them, the third picks captures. */
static const char columns_sql[] =
	"SELECT c.id, c.name, c.path, c.file_size, c.sha256, c.container AS format,\n"
	" nullif(c.compression, '') AS compression, c.encapsulation, nullif(c.bpf, '') AS kept,\n"
	" " TIME_TEXT(
		"c.time_first") " AS first_packet,\n"
				" " TIME_TEXT(
					"c.time_last") " AS last_packet,\n"
						       " CASE WHEN c.frames THEN strftime('%%Y-%%m-%%d "
						       "%%H:%%M:%%S', c.time_first/1000000000, 'unixepoch') "
						       "END"
						       " AS first_day,\n"
						       " c.strict_order, s.hardware, s.os, s.application, "
						       "s.comment,\n"
						       " (SELECT count(*) FROM interface i WHERE "
						       "i.capture_id = c.id) AS interfaces,\n"
						       " " STATISTICS("c.frames", "c.bytes",
							       "(c.time_last - c.time_first)") ",\n"
											       " %s,\n"
											       " c.captured_"
											       "bytes, "
											       "(SELECT "
											       "group_concat("
											       "t.key||'='||"
											       "t.value, ' "
											       "') FROM "
											       "capture_tag t"
											       " WHERE "
											       "t.capture_id "
											       "= c.id) AS "
											       "tags, "
											       "c.damage, "
											       "c.damage_"
											       "offset, "
											       "c.caps_hit,\n"
											       " strftime('%%"
											       "Y-%%m-%%dT%%"
											       "H:%%M:%%SZ', "
											       "c.indexed_at,"
											       " 'unixepoch')"
											       " AS "
											       "indexed_at, "
											       "c.indexed_"
											       "by\n"
											       "FROM capture "
											       "c LEFT JOIN "
											       "section s ON "
											       "s.capture_id "
											       "= c.id AND "
											       "s.number = 0 "
											       "%s\n"
											       "WHERE %s "
											       "ORDER BY "
											       "c.id";
static const char displayed_sql[] = "LEFT JOIN (SELECT c.id AS capture_id, count(*) AS n, sum(f.len) AS "
				    "bytes, max(f.time) - min(f.time) AS span"
				    " FROM %s GROUP BY c.id) d ON d.capture_id = c.id";

const char captures_sections_sql[] =
	"SELECT number, version, big_endian, hardware, os, application, comment FROM section"
	" WHERE capture_id = ?1 ORDER BY number";

/* The dropped packets are those of the last statistics block. */
const char captures_interfaces_sql[] =
	"SELECT i.number, i.interface_id, coalesce(i.shown_name, i.name) AS name, i.description,"
	" (SELECT s.dropped FROM interface_statistics s WHERE s.capture_id = i.capture_id AND s.interface = "
	"i.number"
	"  AND s.dropped IS NOT NULL ORDER BY s.n DESC LIMIT 1) AS dropped,"
	" i.filter AS capture_filter, i.encapsulation AS link_type, nullif(i.snaplen, 0) AS "
	"packet_size_limit,"
	" i.frames AS packets, i.tick, i.mac, i.speed, i.os, i.hardware, i.comment"
	" FROM interface i WHERE i.capture_id = ?1 ORDER BY i.number";

const char captures_tags_sql[] = "SELECT key, value FROM capture_tag WHERE capture_id = ?1 ORDER BY key";
/* clang-format on */

sqlite3_stmt *captures_prepare(struct question *q)
{
	if (!q->filter)
		return question_prepare(
			q, columns_sql, "NULL, NULL, NULL, NULL, NULL, NULL, NULL", "", q->chosen);
	char *join = sqlite3_mprintf(displayed_sql, q->frames);
	sqlite3_stmt *st = NULL;
	if (join)
		st = question_prepare(q, columns_sql,
			STATISTICS("coalesce(d.n, 0)", "coalesce(d.bytes, 0)", "coalesce(d.span, 0)"), join,
			q->chosen);
	sqlite3_free(join);
	return st;
}
