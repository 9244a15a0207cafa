/* RFC 7011, section 3.1; RFC 8175, section 11; ISO 22510; RFC 5036, section 3.1; RFC 2608, section 8, and RFC
 * 2165, section 4 (version 1). */
#include "indexer/dissectors/names_framing.h"

static enum verdict taken(struct packet *pkt, struct cursor *c)
{
	(void)pkt;
	(void)c;
	return MINE;
}

/* Versions before IPFIX tell no length: they are taken as they come. */
FRAMED_LENGTH(cflow, be16(c->data) == 10 ? be16(c->data + 2) : c->len)
FRAMED_LENGTH(dlep, be16(c->data + 2) + 4u)
FRAMED_LENGTH(kip, be16(c->data + 4))
FRAMED_LENGTH(ldp, be16(c->data + 2) + 4u)
FRAMED_LENGTH(srvloc, c->data[0] == 2 ? be32(c->data + 1) & 0xffffff : be16(c->data + 2))

/* Another version, or too little to have one, is not LDP's. */
static bool ldp_test(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	return c->cap >= 2 && be16(c->data) == 1;
}

const struct pdu cflow_pdu = { .min = 4, .length = cflow_length, .dissect = taken };
const struct pdu dlep_pdu = { .min = 4, .length = dlep_length, .dissect = taken };
const struct pdu kip_pdu = { .min = 6, .length = kip_length, .dissect = taken, .unmeasured = true };
const struct pdu ldp_pdu = { .min = 4, .length = ldp_length, .test = ldp_test, .unmeasured = true };
const struct pdu srvloc_pdu = { .min = 5, .length = srvloc_length, .dissect = taken };
