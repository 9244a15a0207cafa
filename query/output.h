/* A file that a command writes: whole or not at all. */
#ifndef PCAPDEX_QUERY_OUTPUT_H
#define PCAPDEX_QUERY_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

struct output {
	FILE *file;
	char *path; /* where it shall stand; NULL: standard output, a pipe or a device, written straight away
		     */
	char *part; /* where it stands until it is whole */
};

/* "-" or NULL: standard output, unless that is a terminal. A file of this name is replaced at the end; one
 * that is the same as `archive` is refused. 0, or -1 after a message. */
int output_open(struct output *out, const char *path, const char *archive);

/* Put the file in its place, or throw it away. 0, or -1 after a message when it could not be written. */
int output_close(struct output *out, bool keep);

#endif
