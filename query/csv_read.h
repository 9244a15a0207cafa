/* CSV as spreadsheets write it (RFC 4180), in memory. */
#ifndef PCAPDEX_QUERY_CSV_READ_H
#define PCAPDEX_QUERY_CSV_READ_H

#include <stddef.h>

struct csv {
	char *text; /* cells point into it */
	char separator;
	char *at;
	unsigned line; /* of the row that was read last */
	char **cells;
	unsigned ncells, size;
};

/* Read a file of at most 64 MiB. Comma, semicolon or tab: what the first line has most of. 0, or -1 after a
 * message. */
int csv_open(struct csv *c, const char *path);
/* The next row that is not empty: 1, 0 at the end, -1 after a message. */
int csv_next(struct csv *c, const char *path);
void csv_close(struct csv *c);

#endif
