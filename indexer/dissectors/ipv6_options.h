/* Options of IPv6's hop-by-hop and destination options headers (RFC 8200, section 4.2): both headers have the
 * same records of them. */
#ifndef PCAPDEX_DISSECTORS_IPV6_OPTIONS_H
#define PCAPDEX_DISSECTORS_IPV6_OPTIONS_H

#include "indexer/packet.h"

enum { IPV6_OPTION_TYPE, IPV6_OPTION_ROUTER_ALERT, IPV6_OPTION_NFIELDS };
extern const struct field ipv6_option_fields[IPV6_OPTION_NFIELDS];

enum {
	IPV6_OPT_PAD1 = 0x00,
	IPV6_OPT_ROUTER_ALERT = 0x05, /* RFC 2711 */
	IPV6_OPT_JUMBO = 0xc2,        /* RFC 2675 */
	IPV6_OPT_HOME_ADDRESS = 0xc9  /* RFC 6275, section 6.3 */
};

/* How the tree shows them, and routing headers (ipv6_options_tree.c). */
extern const struct layout_line ipv6_options_layout[], ipv6_routing_layout[];

/* Read next header and length into fields 0 and 1 of the row, then the options, a row of record `option`
 * each; hand the rest on. Always MINE. */
enum verdict ipv6_options(
	struct packet *pkt, const struct protocol *proto, unsigned option, struct cursor *c);

#endif
