/* Captures of one archive into another one: rows as they are, with ids of the other archive. */
#ifndef PCAPDEX_STORE_MERGE_H
#define PCAPDEX_STORE_MERGE_H

#include "indexer/store/store.h"

struct merge;

/* Attach `path`, whose captures shall come into the archive of `s`. NULL with a message (512 octets) when it
 * is no archive, is the same one, or has other tables than these protocols. Nothing of it is changed. */
struct merge *merge_open(
	struct store *s, const char *path, const struct protocol *const *protocols, size_t n, char *message);
void merge_close(struct merge *m); /* takes NULL */

struct merge_capture {
	int64_t id, first_frame, frames, file_size; /* in the other archive */
	char name[256];
};

/* The next capture, by id: 1, 0 at the end, -1 on failure (merge_error()). */
int merge_next(struct merge *m, struct merge_capture *out);

enum merge_status {
	MERGE_OK = 0,
	MERGE_ALREADY = 1, /* the same octets with the same --bpf: tags that it has not are added */
	MERGE_FAILED = -1  /* nothing of it was kept */
};

/* Bring it in, in one transaction. */
enum merge_status merge_take(struct merge *m, const struct merge_capture *c);
const char *merge_error(const struct merge *m);

#endif
