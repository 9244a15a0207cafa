/* Libraries that few runs need, loaded when one does: libpq and Pango bring sixty others with them, whose
 * loading would take longer than most questions. */
#ifndef PCAPDEX_QUERY_RENDER_LOADED_H
#define PCAPDEX_QUERY_RENDER_LOADED_H

#include <stdbool.h>
#include <stddef.h>

/* Fill `functions` with the addresses of `names` in the library `soname` or in those that it needs. false,
 * with a message of at most 512 octets (may be NULL) and no function set, if it is not installed or lacks
 * one. The library stays for the rest of the process; a second call finds it again. */
bool library_load(const char *soname, const char *const *names, size_t n, void **functions, char *message);

#endif
