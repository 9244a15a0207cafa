/* Frames of an archive dissected once more, in their order and with all that was there before them, from the
 * octets that the archive has: for what is not stored, the Info column. Frames that are asked for in
 * ascending order cost one way through the capture. */
#ifndef PCAPDEX_QUERY_REPLAY_H
#define PCAPDEX_QUERY_REPLAY_H

#include "indexer/packet.h"
#include "query/session.h"

struct replay;

/* NULL after a message. */
struct replay *replay_open(struct session *s);
void replay_close(struct replay *r); /* takes NULL */

/* Dissect frame `number` (1 = first). What it gives is good until the next call; NULL after a message. */
const struct packet *replay_frame(struct replay *r, const struct selected_capture *capture, int64_t number);

/* The Info column of the frame that was dissected last, UTF-8. */
const char *replay_info(const struct replay *r);

#endif
