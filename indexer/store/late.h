/* Frames whose place in the hierarchy is known only when the capture has ended: see pkt_late_item(). */
#ifndef PCAPDEX_STORE_LATE_H
#define PCAPDEX_STORE_LATE_H

#include "indexer/dict.h"
#include "indexer/store/store.h"
#include "indexer/store/totals.h"

struct late {
	struct late_frame *frames;
	size_t n, size;
	bool failed; /* out of memory */
};

/* Remember a dissected frame if it has late items; `stack` has them. */
void late_add(struct late *l, const struct packet *pkt, uint32_t stack);

/* After the last frame, before the dictionary's last entries are written: frames whose items did not come
 * move to another stack in the totals. */
void late_settle(struct late *l, struct dict *dict, struct totals *t);

/* After all rows are written: these frames' rows, from `first_frame` (id of the capture's first) on. 0 or -1.
 */
int late_store(const struct late *l, struct store *s, int64_t first_frame);

void late_free(struct late *l);

#endif
