/* The columns of the packet list: "No.", "Time", "Source", "Destination", "Protocol", "Length" and "Info", as
 * SQL over t_frame f and capture c, and for fields of these names, which are "_ws.col.Info" and so on in
 * tshark. */
#ifndef PCAPDEX_QUERY_LIST_COLUMNS_H
#define PCAPDEX_QUERY_LIST_COLUMNS_H

#include "query/session.h"

enum list_column {
	LIST_NUMBER,
	LIST_TIME,
	LIST_SOURCE,
	LIST_DESTINATION,
	LIST_PROTOCOL,
	LIST_LENGTH,
	LIST_INFO,
	LIST_COLUMNS
};

/* Formats of times, as tshark's -t has them. */
#define LIST_TIMES "r d dd a ad adoy u ud udoy e"

/* The time of a frame: seconds, or text with `digits` behind the point. `before`: what gives the frame of the
 * line before, NULL where there is none. sqlite3_free() it; NULL: no such format. */
char *list_time_sql(const char *format, int digits, const char *before);

/* A column's expression; `time` as list_time_sql() gave it, `naming` a function over addresses' texts or "".
 */
char *list_column_sql(enum list_column column, const char *time, const char *naming);

/* The column that a field names; LIST_COLUMNS: none. */
enum list_column list_column_of(const char *field);

/* A reader of these columns; NULL after a message. */
struct list_cells;
struct list_cells *list_cells_open(
	struct session *s, const enum list_column *columns, unsigned n, const char *time_format, int digits);
void list_cells_close(struct list_cells *l);

/* The cells of a frame of the capture with this id, valid until the next call; frames in their order. 0 or -1
 * after a message. */
int list_cells_frame(struct list_cells *l, int64_t capture, int64_t frame_id, const char **cells);

/* A cell of a statement as text: seconds with `digits` behind the point. NULL: none. free() it. */
char *list_cell(sqlite3_stmt *st, int i, int digits);

#endif
