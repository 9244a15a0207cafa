/* What tests ask a database. */
#ifndef PCAPDEX_SQL_TEST_H
#define PCAPDEX_SQL_TEST_H

#include <sqlite3.h>

/* The number that a query of one row gives. */
static inline int64_t number(sqlite3 *db, const char *text)
{
	sqlite3_stmt *st;
	assert_int_equal(sqlite3_prepare_v2(db, text, -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	int64_t v = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return v;
}

#endif
