/* Frames of an archive dissected once more, in their order and with all that was there before them, from the
 * octets that the archive has: for what is not stored, the Info column and where values stand. Frames that
 * are asked for in ascending order cost one way through the capture. */
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

/* From now on each frame that is asked for also leaves in `tree` where its values stood; NULL no longer. Its
 * rows are those of replay_rows() whose frame_id is the frame's number. */
void replay_set_tree(struct replay *r, struct tree *tree);
const struct rows *replay_rows(const struct replay *r);
/* The octets of that frame, in which the tree points. */
const uint8_t *replay_data(const struct replay *r);

/* The Info column of the frame that was dissected last, UTF-8. */
const char *replay_info(const struct replay *r);
/* Its Protocol column, which may tell what the archive's stack cannot: later frames' part in it. */
const char *replay_protocol(const struct replay *r);

#endif
