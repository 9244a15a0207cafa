/* Where messages end in a stream, of protocols whose rows stand in names_udp.c because they are spoken over
 * UDP too. */
#ifndef PCAPDEX_DISSECTORS_NAMES_FRAMING_H
#define PCAPDEX_DISSECTORS_NAMES_FRAMING_H

#include "indexer/packet.h"

/* Messages that tell their length: `at_least` octets must be there for that. */
#define FRAMED_LENGTH(name, expression)                                                                      \
	static uint32_t name##_length(struct packet *pkt, const struct cursor *c)                            \
	{                                                                                                    \
		(void)pkt;                                                                                   \
		return expression;                                                                           \
	}
#define FRAMED(name, at_least, expression)                                                                   \
	FRAMED_LENGTH(name, expression)                                                                      \
	static const struct pdu name##_pdu = { .min = at_least, .length = name##_length }

extern const struct pdu cflow_pdu, dlep_pdu, git_pdu, icep_pdu, kip_pdu, ldp_pdu, srvloc_pdu, z3950_pdu;

#endif
