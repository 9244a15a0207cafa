/* The line that joins reader, dissection, tracking and store: one capture file into an archive. */
#ifndef PCAPDEX_INDEX_H
#define PCAPDEX_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "indexer/store/source.h" /* struct index_tag */
#include "indexer/store/store.h"

/* What a capture is known by that comes again from an archive's own octets (reindex). */
struct index_origin {
	const char *file;        /* where its octets are read; the path given is only shown */
	const char *name, *path; /* as they were */
	const char *compression;
	int64_t capture_id, first_frame; /* kept, where the new archive has them free */
};

struct turn;

struct index_options {
	const struct index_origin *origin; /* NULL: a capture of its own */

	const char *bpf; /* libpcap filter expression, NULL none */
	const struct index_tag *tags;
	unsigned ntags;
	unsigned jobs; /* 1: no threads; 0 or more: reading, compressing and writing go side by side */
	/* Of several that are indexed at once (crew.h): it is written when its turn comes. NULL: alone. */
	struct turn *turn;
	size_t place;
	/* Called now and then while a capture is read; non-zero cancels (the archive stays as it was). done
	 * and total are octets of the file on disk, total 0 when unknown. */
	int (*progress)(void *ctx, const char *path, uint64_t frames, uint64_t done, uint64_t total);
	void *progress_ctx;
};

enum index_status {
	INDEX_OK = 0,
	INDEX_ALREADY = 1, /* the same bytes are in the archive: nothing done, but that new tags are added; a
			    * message where it has another value of a tag */
	INDEX_DAMAGED = 2, /* indexed up to the damage, see message */
	INDEX_NOT_A_CAPTURE = 3,
	INDEX_UNREADABLE = 4,     /* the file or its compression; or a bad --bpf */
	INDEX_ARCHIVE_FAILED = 5, /* disk full, locked, ...: nothing of this capture was kept */
	INDEX_CANCELLED = 6
};

struct index_result {
	int64_t capture_id;
	uint64_t frames, file_size;
	uint64_t bytes;    /* of the frames, on the wire */
	char message[640]; /* empty when INDEX_OK */
};

/* Index one file ("-": standard input) in one transaction. With a turn it is this place's when the call comes
 * back. */
enum index_status index_capture(struct store *store, const char *path, const struct index_options *options,
	struct index_result *result);

#endif
