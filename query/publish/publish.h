/* Loading captures into PostgreSQL: the archive's own tables by their own names, on one server or spread over
 * several. */
#ifndef PCAPDEX_QUERY_PUBLISH_H
#define PCAPDEX_QUERY_PUBLISH_H

#include "query/session.h"

struct publish;

/* Connect and make what is missing of the tables, in the schema that the server's search_path names first.
 * With `nshards` URLs, that server is the coordinator of those: captures go to the shards, and the tables and
 * views that it shows are theirs. NULL with message (512 octets), naming the server that complained. */
struct publish *publish_open(const char *url, const char *const *shards, unsigned nshards, char *message);
void publish_close(struct publish *p); /* takes NULL */

enum publish_result { PUBLISH_DONE, PUBLISH_ALREADY, PUBLISH_FAILED };

/* Begin with another archive, and be done with it before it is closed. 0, or -1 with message. */
int publish_archive(struct publish *p, struct session *archive, char *message);
void publish_leave(struct publish *p);

/* Load one capture of it in one transaction; `raw`: with the octets of its file. `progress` (may be NULL)
 * hears of the rows sent so far; what is not 0 gives up. */
enum publish_result publish_capture(struct publish *p, const struct selected_capture *capture, bool raw,
	int (*progress)(void *ctx, uint64_t rows), void *ctx, char *message);

/* At the end: servers count their rows, for their plans and ours. 0, or -1 with message. */
int publish_finish(struct publish *p, char *message);

#endif
