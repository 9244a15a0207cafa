/* SQLite's SQL to PostgreSQL's, as far as the archive's views need it. */
#ifndef PCAPDEX_QUERY_DIALECT_H
#define PCAPDEX_QUERY_DIALECT_H

/* The text of a view, without what stands between the comments SQLite: and all: in it: tests of numbers
 * become tests, IS and IS NOT between values IS [NOT] DISTINCT FROM, 1e9 a double. sqlite3_free() it; NULL:
 * out of memory. */
char *dialect_view(const char *sql);

/* Statements that make the functions which such texts call. */
extern const char dialect_functions_sql[];

#endif
