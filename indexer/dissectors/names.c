/* Protocols of which only the name is known: they stand in the stack, with their payload as theirs, so that protocol
 * shares agree; they have no fields. The numbers are those of the IANA registries and of Wireshark's default tables. */
#include "indexer/registry.h"

const struct protocol *const named_protocols[] = { NULL };
const size_t named_protocols_count = 0;
