/* Display filters: a text such as `ip.addr == 10.0.0.0/8 and not dns` becomes an SQL condition over frames.
 * Names come from the archive's catalogue, values only as bound parameters. */
#ifndef PCAPDEX_QUERY_FILTER_FILTER_H
#define PCAPDEX_QUERY_FILTER_FILTER_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct filter_error {
	size_t offset, length; /* the octets of the text that are wrong */
	char message[256];
};

struct filter_value; /* a bound value */

struct filter {
	/* True for frames that match. The statement around it calls t_frame `f` and capture `c`:
	 *	SELECT f.frame_id FROM capture c CROSS JOIN t_frame f ON f.frame_id >= c.first_frame
	 *		AND f.frame_id < c.first_frame + c.frames WHERE <sql> */
	char *sql;
	/* It has a part of the form f.frame_id IN (SELECT ...) that every frame fulfils: the statement around
	 * it does best to begin with t_frame and to look up the capture of each frame. */
	bool narrow;
	unsigned nvalues;
	struct filter_value *values; /* parameters :y1, :y2, ... */
};

/* Frames before `first_frame` and behind `last_frame` need not be looked at (0, INT64_MAX: all shall). NULL
 * on a mistake, which `error` describes. */
struct filter *dfilter_compile(
	sqlite3 *db, const char *text, int64_t first_frame, int64_t last_frame, struct filter_error *error);
void dfilter_free(struct filter *f);

/* Bind the values to a statement that has f->sql in it. `f` must outlive the statement. SQLITE_OK or an error
 * code. */
int dfilter_bind(const struct filter *f, sqlite3_stmt *st);

/* Before the archive is closed: give up what the functions of conditions hold. */
void dfilter_release(sqlite3 *db);

#endif
