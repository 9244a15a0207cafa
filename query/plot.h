/* Pictures of answers: --plot runs the question, keeps its rows and draws them. What a command's rows look
 * like is said by its plot_NAME(), which the report page uses too. */
#ifndef PCAPDEX_QUERY_PLOT_H
#define PCAPDEX_QUERY_PLOT_H

#include <stdint.h>

#include "query/command.h"
#include "query/render/chart.h"
#include "query/render/kept.h"

/* Run the command of `args` and draw its rows where --plot says. An exit status. */
int plot_answer(const struct args *args);

/* Rows to charts. EXIT_DONE, or an exit status after a message. The chart is freed by the caller in either
 * case. */
int plot_io(const struct args *args, const struct kept *rows, struct chart *chart);
int plot_lengths(const struct args *args, const struct kept *rows, struct chart *chart);
int plot_hierarchy(const struct args *args, const struct kept *rows, struct chart *chart);
int plot_conversations(const struct args *args, const struct kept *rows, struct chart *chart);
int plot_endpoints(const struct args *args, const struct kept *rows, struct chart *chart);
int plot_flow(const struct args *args, const struct kept *rows, struct chart *chart);
int plot_stream(const struct args *args, const struct kept *rows, struct chart *chart);

/* The graphs of `io --plot` where none is named: packets, TCP errors. */
extern const char *const plot_io_graphs[2];
/* A round interval of which about `most` cover the time; microseconds. */
int64_t plot_io_interval(double seconds, unsigned most);

/* The graph of `stream --plot` where none is named. */
#define PLOT_STREAM_GRAPH "tcptrace"

#endif
