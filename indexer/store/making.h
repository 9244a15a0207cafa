/* An archive that does not exist yet. Until its first capture is whole it is a file of its own, FILE-new,
 * that only the process which makes it opens; then it gets its name. So FILE is there with a capture in it,
 * or not at all, and nobody ever has an older file of that name open. Who else wants to make it waits for the
 * lock of FILE-new (flock(2), which goes with the process); what a process that was killed left there is
 * begun anew. */
#ifndef PCAPDEX_STORE_MAKING_H
#define PCAPDEX_STORE_MAKING_H

#include <stdbool.h>
#include <stddef.h>

/* Make FILE-new, empty, and hold it: its descriptor, to be given to making_publish() or making_drop(). -1:
 * FILE is there (meanwhile); -2: it cannot be had, with a message of at most `size` octets. */
int making_begin(const char *path, char *message, size_t size);

/* FILE-new's name. false: too long. */
bool making_name(char *out, size_t size, const char *path);

/* What is in the file is the archive from now on; nobody has it open. Closes fd. 0, or -1 with a message: fd
 * and file are as before. */
int making_publish(int fd, const char *path, char *message, size_t size);

/* The archive is not made after all. Closes fd. */
void making_drop(int fd, const char *path);

#endif
