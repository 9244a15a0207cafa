/* What every question does: open the archive, pick captures (-c), compile the filter (-Y), choose a format,
 * and run or print (--sql) its statements. */
#ifndef PCAPDEX_QUERY_QUESTION_H
#define PCAPDEX_QUERY_QUESTION_H

#include "query/filter/filter.h"
#include "query/render/render.h"
#include "query/session.h"

struct question {
	const struct args *args;
	struct session session;
	struct filter *filter; /* -Y; NULL: none */
	const char *format;
	bool table;    /* format is table: for people */
	bool show_sql; /* --sql */
	char *chosen;  /* "c.id IN (1, 7)", or "1" without -c: c is capture */
	char *frames;  /* "capture c CROSS JOIN t_frame f ON ... WHERE ..." : the frames that -c and -Y leave
			*/
};

/* 0, or an exit status after a message. question_close() in either case. */
int question_open(struct question *q, const struct args *args);
void question_close(struct question *q);

/* Open a question, answer it and close it. Gives the exit status of opening or else of `answer`. */
int question_run(const struct args *args, int (*answer)(struct question *q));

/* Prepare (SQLite's printf) and bind the filter's values. NULL after a message. */
sqlite3_stmt *question_prepare(struct question *q, const char *format, ...);

/* "ether_name", an SQL function that gives an address its name (query/ether_sql.h) or leaves it as it is,
 * where this question is answered with names: a table for people, unless -n. Else "". */
const char *question_naming(struct question *q);
#define NUMERIC_OPTION                                                                                       \
	{                                                                                                    \
		"numeric", 'n', NULL, false, "no names of Ethernet addresses (csv and json never have them)" \
	}

/* Print a statement with its values put in. */
void question_print_sql(sqlite3_stmt *st);

/* Where the rows of the answer go: to standard output in the format that was asked for, or to args->rows
 * (then with all columns and without names of addresses, as CSV). NULL: out of memory. */
struct render *question_render(struct question *q, const struct render_column *columns, unsigned n);

/* Say what kept rows are about, for the picture's subtitle; without it: the captures. */
void question_about(struct question *q, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Run a statement whose result columns are those of the table, or print it (--sql); finalizes it. Real
 * numbers have `decimals` of their column in a table. Columns of which `hidden` is set are left out. An exit
 * status. */
struct answer_column {
	struct render_column as;
	uint8_t decimals;
	const char *unit;
	bool hidden;
};
struct value question_value(sqlite3_stmt *st, int i, const struct answer_column *column);
int question_answer(struct question *q, sqlite3_stmt *st, const struct answer_column *columns, unsigned n);

/* Complain about a mistake in a filter, with a caret under it; `whose` is the option. EXIT_USAGE. */
int question_wrong_filter(const char *whose, const char *text, const struct filter_error *error);

/* Complain about what SQLite last said; EXIT_FAILED. */
int question_failed(struct question *q);

#endif
