/* The properties of captures: the statement behind `pcapdex captures`, and how one is printed as a sheet. */
#ifndef PCAPDEX_QUERY_CAPTURES_H
#define PCAPDEX_QUERY_CAPTURES_H

#include "query/question.h"

/* Its columns, in the order of the statement; those with `table` are shown in a table of many captures. */
struct capture_column {
	struct answer_column as;
	bool table;
	bool filtered; /* only with -Y */
};
extern const struct capture_column capture_columns[];
extern const unsigned capture_ncolumns;

/* One row a chosen capture. NULL after a message. */
sqlite3_stmt *captures_prepare(struct question *q);

/* What stands in tables beside it, by capture (?1). */
extern const char captures_sections_sql[], captures_interfaces_sql[], captures_tags_sql[];

/* Print the row on which `st` stands as a property sheet. An exit status. */
int captures_print_sheet(struct question *q, sqlite3_stmt *st);

#endif
