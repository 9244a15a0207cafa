/* The files that `index` shall read: those named, and the captures in folders. */
#ifndef PCAPDEX_QUERY_WALK_H
#define PCAPDEX_QUERY_WALK_H

#include <stddef.h>
#include <stdint.h>

struct walk_file {
	char *path;    /* "-": standard input */
	uint64_t size; /* octets on disk; 0 unknown */
};

struct walk {
	struct walk_file *files; /* those named in the order given, those of a folder sorted by name */
	size_t n, size;
	uint64_t octets;  /* of all files; 0 when one is unknown */
	uint64_t skipped; /* files in folders that are no captures */
	char **failed;    /* of folders and files that could not be read, why: each was complained about */
	size_t nfailed;
};

/* Add a file as it is, or all captures below a folder, told by their content and not by their names. Symbolic
 * links are followed, those that lead back up are not. 0, or -1 when out of memory. */
int walk_add(struct walk *w, const char *path);
void walk_free(struct walk *w);

#endif
