#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"
extern const struct protocol proto_llc;
const struct protocol proto_llc = { .name = "llc", .title = "Logical-Link Control", .column = "LLC", .id = PROTO_ID_llc };
