/* Times as Wireshark writes them. */
#ifndef PCAPDEX_QUERY_TIME_TEXT_H
#define PCAPDEX_QUERY_TIME_TEXT_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

/* "Nov 14, 2023 22:13:20.000000000 UTC" of a time in nanoseconds since 1970. Gives the text's length, below
 * `size`. */
size_t time_text(char *out, size_t size, int64_t ns);

/* A record of a pcap file has its time in two numbers, and a damaged one has a fraction that is no fraction
 * of a second (below 0, or a second and more). Wireshark goes on reckoning with the two, part by part, and
 * prints what comes of it: "808464432.1010580352", where the archive has the instant 808464433.010580352 for
 * everything that sorts, compares and adds. Some records of pcapng have no time at all, and their frames no
 * field of it. This wraps the expression of a field of the frame's time (over t_frame as alias t, `capture`
 * the expression of the capture's id) so that it gives Wireshark's text, or NULL, for such frames, and `expr`
 * itself for others. In an archive that has none of them, and for other fields, it is `expr` alone and costs
 * nothing. sqlite3_free() it; NULL when out of memory. */
char *frame_time_sql(sqlite3 *db, const char *field, const char *expr, const char *capture);

/* `expr`, but NULL where the frame with the id of expression `frame` has no time. Likewise. */
char *frame_timed_sql(sqlite3 *db, const char *expr, const char *frame);

#endif
