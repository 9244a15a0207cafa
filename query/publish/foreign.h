/* What a coordinator has of its shards: postgres_fdw's servers, and partitioned tables over their tables. */
#ifndef PCAPDEX_QUERY_PUBLISH_FOREIGN_H
#define PCAPDEX_QUERY_PUBLISH_FOREIGN_H

#include "query/publish/cluster.h"

#if HAVE_PQ

/* In a transaction of the coordinator: the extension, the hash of ids, a foreign server and a user mapping a
 * shard. 0, or -1 with its message. */
int foreign_servers(struct cluster *c);

/* Parents and partitions of all tables and views of the shards; those that are as they should be stay. */
int foreign_tables(struct cluster *c);

#endif
#endif
