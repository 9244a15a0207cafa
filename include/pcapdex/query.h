/* libpcapdex: ask an archive, from a C program. Reads only; the archive may be from anywhere.
 *
 *     struct pcapdex_reader *archive;
 *     if (pcapdex_reader_open(&archive, "course.db", message) != 0)
 *             die(message);
 *     struct pcapdex_rows *rows = pcapdex_frames(archive, "tcp.analysis.flags && ip.addr == 10.0.0.1",
 * message); while (rows && (more = pcapdex_next(rows, message)) > 0) printf("frame %lld\n", (long
 * long)pcapdex_int(rows, 2)); pcapdex_rows_close(rows); pcapdex_reader_close(archive);
 *
 * A reader and its rows belong to one thread at a time; pcapdex_reader_cancel() alone may be called from any.
 * Messages name the archive or the place of the mistake. */
#ifndef PCAPDEX_QUERY_H
#define PCAPDEX_QUERY_H

#include <stddef.h>
#include <stdint.h>

#include <pcapdex/pcapdex.h>

#ifdef __cplusplus
extern "C" {
#endif

struct pcapdex_reader; /* an archive opened for reading */

/* Open the archive `path` (UTF-8). 0, or -1: *out is NULL and message says why. The caller closes it. */
int pcapdex_reader_open(struct pcapdex_reader **out, const char *path, char message[PCAPDEX_MESSAGE]);
/* Close it, after all of its rows; NULL is allowed. */
void pcapdex_reader_close(struct pcapdex_reader *archive);
/* Make what is running end soon, with an error that says "interrupted". */
void pcapdex_reader_cancel(struct pcapdex_reader *archive);

struct pcapdex_rows; /* the answer of a question, walked row by row */

enum pcapdex_type {
	PCAPDEX_NULL = 0,
	PCAPDEX_INT = 1,
	PCAPDEX_REAL = 2,
	PCAPDEX_TEXT = 3,
	PCAPDEX_OCTETS = 4
};

/* One SQL statement over the views of the archive (`pcapdex fields` lists them) and the functions
 * frame_bytes, frame_info, in_subnet, display_filter. NULL with message. The caller closes the rows, before
 * the archive. */
struct pcapdex_rows *pcapdex_sql(
	struct pcapdex_reader *archive, const char *sql, char message[PCAPDEX_MESSAGE]);

/* Values for the parameters of that statement, by name (":port") or number ("?1"), before the first row.
 * Texts and octets are copied. 0, or -1: there is no such parameter. */
int pcapdex_bind_int(struct pcapdex_rows *rows, const char *name, int64_t value);
int pcapdex_bind_real(struct pcapdex_rows *rows, const char *name, double value);
int pcapdex_bind_text(struct pcapdex_rows *rows, const char *name, const char *utf8);
int pcapdex_bind_octets(struct pcapdex_rows *rows, const char *name, const void *octets, size_t n);

/* The frames that match a Wireshark display filter, by frame id; "" matches all. Columns: capture_id, number
 * (1 = first of its capture), frame_id. NULL with message. */
struct pcapdex_rows *pcapdex_frames(
	struct pcapdex_reader *archive, const char *filter, char message[PCAPDEX_MESSAGE]);

/* The next row: 1; 0: there are no more; -1 with message. */
int pcapdex_next(struct pcapdex_rows *rows, char message[PCAPDEX_MESSAGE]);

/* Columns of a row, from 0; a column that is not there is NULL. Texts (UTF-8, NUL-terminated) and octets are
 * good until the next row. */
unsigned pcapdex_columns(const struct pcapdex_rows *rows);
const char *pcapdex_column_name(const struct pcapdex_rows *rows, unsigned i);
enum pcapdex_type pcapdex_column_type(const struct pcapdex_rows *rows, unsigned i);
int64_t pcapdex_int(const struct pcapdex_rows *rows, unsigned i);
double pcapdex_real(const struct pcapdex_rows *rows, unsigned i);
const char *pcapdex_text(const struct pcapdex_rows *rows, unsigned i);              /* NULL for NULL */
const void *pcapdex_octets(const struct pcapdex_rows *rows, unsigned i, size_t *n); /* NULL for none */
void pcapdex_rows_close(struct pcapdex_rows *rows);                                 /* takes NULL */

/* Compile a display filter: the SQL that gives its frames (the columns of pcapdex_frames()), values put in.
 * It runs where the archive's functions are known: here, and in SQLite clients with the extension loaded.
 * The caller gives it back with pcapdex_free(). NULL with message; *offset (may be NULL) is then the place of
 * the mistake in the filter, in octets. */
char *pcapdex_filter_sql(
	struct pcapdex_reader *archive, const char *filter, size_t *offset, char message[PCAPDEX_MESSAGE]);
void pcapdex_free(char *text); /* takes NULL */

/* The captured octets of a frame, as long as they were captured; and its Info column (UTF-8). Good until the
 * next call. Frames asked for in ascending order are fastest. 1; 0: there is no such frame; -1 with message.
 */
int pcapdex_frame_bytes(struct pcapdex_reader *archive, int64_t frame_id, const uint8_t **octets, size_t *n,
	char message[PCAPDEX_MESSAGE]);
int pcapdex_frame_info(
	struct pcapdex_reader *archive, int64_t frame_id, const char **text, char message[PCAPDEX_MESSAGE]);

#ifdef __cplusplus
}
#endif

#endif
