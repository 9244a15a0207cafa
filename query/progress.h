/* One line on a terminal that says how far a long work is. */
#ifndef PCAPDEX_QUERY_PROGRESS_H
#define PCAPDEX_QUERY_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct progress {
	bool on;    /* stderr is a terminal */
	bool shown; /* a line stands there now */
	struct timespec start, last;
	size_t file, files;    /* the file at work, 1 = first */
	uint64_t total;        /* octets of all files, 0 unknown */
	uint64_t done, frames; /* of the files that are finished */
};

void progress_begin(struct progress *p, size_t files, uint64_t total, bool quiet);
/* Show the file at work, `done` octets and `frames` into it; draws at most five times a second. */
void progress_show(struct progress *p, const char *path, uint64_t done, uint64_t frames);
/* The file is finished. */
void progress_add(struct progress *p, uint64_t done, uint64_t frames);
/* Take the line away, so that a message can be printed. */
void progress_clear(struct progress *p);

/* Write the line's text, for tests: `seconds` of work so far, cut to `width` columns. */
void progress_text(char *out, size_t size, const struct progress *p, const char *path, uint64_t done,
	uint64_t frames, double seconds);

#endif
