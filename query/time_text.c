/* Times are nanoseconds since 1970 in the archive; here is how they are written. */
#include "query/time_text.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "indexer/layout.h"

size_t time_text(char *out, size_t size, int64_t ns)
{
	char text[LAYOUT_TIME_TEXT];
	layout_time_text(text, ns);
	int n = snprintf(out, size, "%s", text);
	return n < 0 ? 0 : (size_t)n < size ? (size_t)n : size - 1;
}

/* ---- times that are none ---- */

static bool has_clocks(sqlite3 *db)
{
	sqlite3_stmt *st = NULL;
	/* An archive of an earlier version has no such table. */
	bool some =
		sqlite3_prepare_v2(db, "SELECT 1 FROM t_frame_clock LIMIT 1", -1, &st, NULL) == SQLITE_OK &&
		sqlite3_step(st) == SQLITE_ROW;
	sqlite3_finalize(st);
	return some;
}

/* Has frame `id` a time that is damaged or missing? Its fraction as it was recorded, NULL without one; the
 * two numbers of any frame's time. */
#define IS_ODD(id)   "EXISTS (SELECT 1 FROM t_frame_clock x WHERE x.frame_id=" id ")"
#define FRACTION(id) "(SELECT x.fraction FROM t_frame_clock x WHERE x.frame_id=" id ")"
#define PARTS(id)                                                                                            \
	"(SELECT (p.time-p.n)/1000000000 AS s, p.n AS n FROM (SELECT q.time AS time, coalesce(" FRACTION(    \
		"q.frame_id") ", q.time%%1000000000) AS n FROM t_frame q WHERE q.frame_id=" id ") p)"
#define OWN_PARTS                                                                                            \
	"(SELECT (t.time-x.fraction)/1000000000 AS s, x.fraction AS n FROM t_frame_clock x WHERE "           \
	"x.frame_id=t.frame_id AND x.fraction IS NOT NULL)"

/* Two numbers, s and n, as seconds: the sign stands in front, from whichever of the two has it. */
#define WRITTEN "printf('%%s%%lld.%%09lld', CASE WHEN n<0 AND s>=0 THEN '-' ELSE '' END, s, abs(n))"

/* The difference of two times, part by part: the fractions in 32 bits with their sign; a second is borrowed
 * once, where the signs of the two differ and the seconds are not equal. */
#define SPAN(later, earlier)                                                                                 \
	"SELECT s+borrow AS s, n-borrow*1000000000 AS n FROM (SELECT s, n, (s<0 AND n>0)-(s>0 AND n<0) AS "  \
	"borrow FROM (SELECT b.s-a.s AS s, ((b.n-a.n+2147483648)&4294967295)-2147483648 AS n FROM " PARTS(   \
		later) " b, " PARTS(earlier) " a))"
#define FIRST_FRAME "(SELECT k.first_frame FROM capture k WHERE k.id=%s)"

#define ARRIVAL                                                                                              \
	"substr('JanFebMarAprMayJunJulAugSepOctNovDec', strftime('%%m', s, 'unixepoch')*3-2, 3)||"           \
	"printf(' %%2d, ', strftime('%%d', s, 'unixepoch'))||strftime('%%Y %%H:%%M:%%S', s, 'unixepoch')||"  \
	"printf('.%%09lld UTC', n)"
#define OWN(text) "CASE WHEN " IS_ODD("t.frame_id") " THEN (SELECT " text " FROM " OWN_PARTS ") ELSE %s END"
#define SINCE(earlier)                                                                                                                                    \
	"WHEN " IS_ODD("t.frame_id") " AND " FRACTION(                                                                                                    \
		"t.frame_id") " IS NULL THEN NULL WHEN coalesce(" FRACTION("t.frame_id") ", " FRACTION(earlier) ") IS NULL THEN %s ELSE (SELECT " WRITTEN \
														" FROM (" SPAN(                           \
															"t.frame_id",                     \
															earlier) ")) END"

char *frame_time_sql(sqlite3 *db, const char *field, const char *expr, const char *capture)
{
	if (strncmp(field, "frame.time", strlen("frame.time")) != 0 || !has_clocks(db))
		return sqlite3_mprintf("%s", expr);
	if (strcmp(field, "frame.time") == 0)
		return sqlite3_mprintf(OWN(ARRIVAL), expr);
	if (strcmp(field, "frame.time_epoch") == 0)
		return sqlite3_mprintf(OWN(WRITTEN), expr);
	if (strcmp(field, "frame.time_delta") == 0 || strcmp(field, "frame.time_delta_displayed") == 0)
		/* The first frame of a capture has none before it. */
		return sqlite3_mprintf(
			"CASE " SINCE("max(t.frame_id-1, " FIRST_FRAME ")"), capture, expr, capture);
	if (strcmp(field, "frame.time_relative") == 0)
		return sqlite3_mprintf("CASE " SINCE(FIRST_FRAME), capture, expr, capture);
	return sqlite3_mprintf("%s", expr);
}

char *frame_timed_sql(sqlite3 *db, const char *expr, const char *frame)
{
	if (!has_clocks(db))
		return sqlite3_mprintf("%s", expr);
	return sqlite3_mprintf("CASE WHEN NOT EXISTS (SELECT 1 FROM t_frame_clock x WHERE x.frame_id=%s AND "
			       "x.fraction IS NULL) THEN %s END",
		frame, expr);
}
