/* What belongs to no capture: dictionaries, whose ids differ from archive to archive, and the catalogue. */
#ifndef PCAPDEX_QUERY_PUBLISH_DICTIONARIES_H
#define PCAPDEX_QUERY_PUBLISH_DICTIONARIES_H

#include "indexer/store/dictionary.h"
#include "query/publish/loader.h"

#if HAVE_PQ

/* Ids of an archive to those of the server. */
struct dictionaries {
	int64_t *map[DICTIONARIES];
	int64_t ids[DICTIONARIES]; /* the archive's are below it */
};
void dictionaries_free(struct dictionaries *d);

/* Make the SQL function publish_mapped(dictionary, id) and the table temp.publish_references (tbl, col,
 * dictionary) for statements that read l->db. `d` outlives that connection. */
int dictionaries_attach(struct dictionaries *d, struct loader *l);

/* In a transaction of the server: put in what it has not, of the dictionaries and of the catalogue, and fill
 * the map. */
int dictionaries_merge(struct dictionaries *d, struct loader *l);
/* The same for a shard, with the ids that its coordinator gave. */
int dictionaries_copy(struct loader *l);

#endif
#endif
