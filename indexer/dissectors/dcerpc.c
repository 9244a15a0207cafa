#include "indexer/dissectors/dcerpc.h"
#include "indexer/dissectors/ids.h"

extern const struct protocol proto_data;

void dcerpc_pipe(struct packet *pkt, struct cursor data, uint64_t salt)
{
	(void)salt;
	uint64_t v;
	pkt_next_proto(pkt, cur_peek(&data, 0, 2, &v) && v == 0x0500 ? &proto_dcerpc : &proto_data, data);
}
static enum verdict dissect(struct packet *pkt, struct cursor *c)
{
	(void)pkt;
	(void)c;
	return MINE;
}
const struct protocol proto_dcerpc = { .name = "dcerpc", .title = "x", .help = "x", .column = "DCERPC",
	.id = PROTO_ID_dcerpc, .dissect = dissect };
