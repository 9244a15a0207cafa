#include "indexer/dissectors/netbios_payload.h"
extern const struct protocol proto_data;
__attribute__((weak)) void netbios_payload(struct packet *pkt, struct cursor payload)
{
	pkt_next_proto(pkt, &proto_data, payload);
}
