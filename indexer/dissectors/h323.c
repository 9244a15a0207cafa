#include "indexer/dissectors/h323.h"

extern const struct protocol proto_tpkt;

bool is_tpkt(const struct cursor *c)
{
	return c->cap >= TPKT_HEADER && c->data[0] == 3 && c->data[1] == 0 &&
	       be16(c->data + 2) >= TPKT_HEADER;
}

uint32_t tpkt_length(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	return be16(c->data + 2);
}

void tpkt_header(struct packet *pkt, struct cursor *c)
{
	pkt_item(pkt, &proto_tpkt, TPKT_HEADER);
	cur_take(c, TPKT_HEADER);
}
