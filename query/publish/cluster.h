/* A coordinator and its shards. Each shard is a whole published database with some of the captures, whose ids
 * the coordinator gives: of captures, frames, chunks and dictionary entries, so that they mean the same on
 * all of them. The coordinator has the dictionaries and the catalogue itself; all other tables, and the
 * views, are partitioned tables whose partitions are foreign tables (postgres_fdw): those of the shards, by
 * hash of the capture (capture_id) or of the frame (frame_id), where the hash of an id is the number of the
 * shard that has it. So aggregates per capture and joins by frame_id are done where the rows are. */
#ifndef PCAPDEX_QUERY_PUBLISH_CLUSTER_H
#define PCAPDEX_QUERY_PUBLISH_CLUSTER_H

#include "query/publish/loader.h"

#if HAVE_PQ

struct cluster {
	struct loader *coordinator; /* borrowed */
	struct loader **shards;     /* by their numbers */
	char **urls;
	unsigned n;
};

/* Connect to the shards: each must be empty or this coordinator's, and all that have captures must be there.
 * 0, or -1 with coordinator->message. cluster_close() in any case. */
int cluster_open(struct cluster *c, struct loader *coordinator, const char *const *urls, unsigned n);
void cluster_close(struct cluster *c);

/* Is the server of a loader that was opened alone part of a cluster? Then -1 with a message. */
int cluster_none(struct loader *l);

/* The shards get the tables and views that the coordinator has noted down, and the coordinator its parents of
 * them. */
int cluster_make_tables(struct cluster *c);

/* Where a capture goes and what its ids are: decided once, and kept. */
struct place {
	unsigned shard;
	int64_t capture_id, first_frame, first_chunk;
};
struct placed {
	const char *sha256, *bpf;
	int64_t id, first_frame, frames, first_chunk, chunks; /* in its archive */
};
int cluster_place(struct cluster *c, const struct placed *capture, struct place *out);

/* The coordinator learns how many rows the shards have. */
int cluster_count(struct cluster *c);

#endif
#endif
