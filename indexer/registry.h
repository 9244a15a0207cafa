/* All protocols, and which of them claims a key of a table. CMake writes the list from the names of the files
 * in indexer/dissectors/. */
#ifndef PCAPDEX_REGISTRY_H
#define PCAPDEX_REGISTRY_H

#include "indexer/packet.h"

/* Protocols by their id; [0] is NULL. */
extern const struct protocol *const protocols[];
extern const size_t protocols_count;

/* Protocols that have a name in the stack but no records of their own: a table of names and claims. */
extern const struct protocol named_protocols[];
extern const size_t named_protocols_count;
extern const struct protocol named_udp_protocols[];
extern const size_t named_udp_protocols_count;
extern const struct protocol named_tcp_heuristic_protocols[];
extern const size_t named_tcp_heuristic_protocols_count;
extern const struct protocol named_tcp_protocols[];
extern const size_t named_tcp_protocols_count;
extern const struct protocol named_tcp_storage_protocols[];
extern const size_t named_tcp_storage_protocols_count;
extern const struct protocol named_tcp_telecom_protocols[];
extern const size_t named_tcp_telecom_protocols_count;

extern const struct protocol named_media_protocols[]; /* with media types */
extern const size_t named_media_protocols_count;

/* The ith (from 0) of all of them, NULL behind the last. */
const struct protocol *registry_named(size_t i);

/* Who claims the key, or NULL. Before the first call: registry_init(), once in the process, thread-safe. */
const struct protocol *registry_find(enum claim_table table, uint32_t key);

/* Who claims the media type that stands at the beginning of a Content-Type value, whatever its case; or NULL.
 */
const struct protocol *registry_media(const char *value, size_t len);

/* Heuristic dissectors of CLAIM_HEUR_UDP, CLAIM_HEUR_TCP ... in the order in which they are tried. */
const struct protocol *const *registry_heuristics(enum claim_table table, size_t *n);

/* Build the lookup tables. Returns NULL, or what is wrong with the protocols' own tables (two claims of one
 * key, two fields of one name, a hole in a field table ...): a mistake of ours, shown at start-up and by a
 * test. */
const char *registry_init(void);

const char *claim_table_name(enum claim_table table);

#endif
