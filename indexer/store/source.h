/* The files that captures came from: one that has not changed since need not be read to know that it is
 * there. */
#ifndef PCAPDEX_STORE_SOURCE_H
#define PCAPDEX_STORE_SOURCE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

struct index_tag {
	const char *key, *value;
};

/* What a file was when it was read; false: it cannot be told apart by that (a pipe, or changed within the
 * last seconds: a time stamp's resolution may be that coarse). */
struct source {
	char path[4096]; /* absolute */
	int64_t size, mtime_ns;
};
bool source_look(struct source *s, const char *path);

/* Did a capture of this archive come from this file, unchanged, with this --bpf? 1 yes (*capture), 0 no or
 * not known. */
int source_find(sqlite3 *db, const struct source *s, const char *bpf, int64_t *capture);

/* Remember it, inside the caller's transaction. SQLITE_OK or an error code. An archive of a version that has
 * no table for it is left as it is. */
int source_add(sqlite3 *db, const struct source *s, const char *bpf, int64_t capture);

/* Another file than the one that the capture came from has its octets: remember that, with the tags that it
 * would have had, unless it is known. SQLITE_OK or an error code. */
int source_add_copy(sqlite3 *db, int64_t capture, const char *path, const struct index_tag *tags, unsigned n);

#endif
