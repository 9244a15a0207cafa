/* An archive as other programs read it: through the library (include/pcapdex/query.h) and through the SQL
 * functions of the SQLite extension. A connection of its own, read-only and defensive; nothing is printed. */
#ifndef PCAPDEX_QUERY_ASK_H
#define PCAPDEX_QUERY_ASK_H

#include "query/session.h"
#include "query/stored_frame.h"

#define ASK_MESSAGE 640

struct ask;

/* NULL with message filled. The caller closes it. */
struct ask *ask_open(const char *path, char message[ASK_MESSAGE]);
void ask_close(struct ask *r); /* takes NULL */

sqlite3 *ask_db(struct ask *r);

/* The captured octets of a frame, valid until the next call. 1; 0: there is no such frame; -1 with message.
 */
int ask_frame(struct ask *r, int64_t frame_id, const uint8_t **data, size_t *n, char message[ASK_MESSAGE]);

/* Its Info column (UTF-8), valid until the next call. 1; 0: there is none; -1 with message. */
int ask_info(struct ask *r, int64_t frame_id, const char **text, char message[ASK_MESSAGE]);

/* A statement that gives capture_id, number and frame_id of the frames that match a display filter, by
 * frame_id; `also` is a further condition (over frame f and capture c) or NULL. A reader has one at a time:
 * the next call takes the functions from under the one before. NULL with message, and *offset (may be NULL)
 * says where in the filter the mistake is, in octets. ask_frames_end() it. */
struct ask_frames {
	sqlite3_stmt *st;
	struct filter *filter;
};
int ask_frames(struct ask *r, const char *filter, const char *also, struct ask_frames *out, size_t *offset,
	char message[ASK_MESSAGE]);
/* 1: a row of a statement of the reader; 0: there is no more; -1 with message. */
int ask_step(struct ask *r, sqlite3_stmt *st, char message[ASK_MESSAGE]);
void ask_frames_end(struct ask_frames *frames);

#endif
