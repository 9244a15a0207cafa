/* Field values of frames, as `tshark -T fields` prints them. */
#ifndef PCAPDEX_QUERY_FIELDS_H
#define PCAPDEX_QUERY_FIELDS_H

#include <stdint.h>

#include "query/fields_style.h"
#include "query/session.h"

struct field_reader;

/* A reader of these fields; of `style` it knows which occurrences of a field, and what stands between them. A
 * field that the archive does not know is complained about, with its nearest neighbour; its cells stay empty.
 * NULL after a message when the archive fails. */
struct field_reader *fields_open(
	struct session *s, const char *const *names, unsigned n, const struct fields_style *style);

/* How many of them the archive does not know. */
unsigned fields_missing(const struct field_reader *r);

void fields_close(struct field_reader *r);

/* Go to the frames first ... last (ids) of one capture. 0 or -1 after a message. */
int fields_range(struct field_reader *r, const struct selected_capture *capture, int64_t first, int64_t last);

/* The occurrences of each field in this frame, joined; frames must be asked for in ascending order.
 * cells[i] is valid until the next call. 0 or -1 after a message. */
int fields_frame(struct field_reader *r, int64_t frame_id, const char **cells);

#endif
