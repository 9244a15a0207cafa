/* Protocols over TCP of which only the name, the port and the length of a message are known: see names.c and
 * names_udp.c. Those whose dissector looks at the octets and mostly rejects them are left out. */
#include "indexer/registry.h"

/* The message is taken as a whole. */
static enum verdict taken(struct packet *pkt, struct cursor *c)
{
	(void)pkt;
	(void)c;
	return MINE;
}

/* Messages that tell their length: `at_least` octets must be there for that. */
#define FRAMED(name, at_least, expression)                                                                   \
	static uint32_t name##_length(struct packet *pkt, const struct cursor *c)                            \
	{                                                                                                    \
		(void)pkt;                                                                                   \
		return expression;                                                                           \
	}                                                                                                    \
	static const struct pdu name##_pdu = { .min = at_least, .length = name##_length }

FRAMED(_9p, 4, le32(c->data));
FRAMED(ancp, 4, be16(c->data + 2) + 4);
FRAMED(artemis, 5, be32(c->data) + 4);
FRAMED(cops, 8, be32(c->data + 4));
FRAMED(dhcpfo, 2, be16(c->data));
FRAMED(dhcpv6_bulk_leasequery, 2, be16(c->data) + 2);
FRAMED(eti, 8, le32(c->data));
FRAMED(gadu_gadu, 8, le32(c->data + 4) + 8);
FRAMED(ilp, 2, be16(c->data));
FRAMED(llrp, 10, be32(c->data + 2));
FRAMED(nvme_tcp, 8, le32(c->data + 4));
FRAMED(pcp, 12, be32(c->data));
FRAMED(rpkirtr, 8, be32(c->data + 4));
FRAMED(slsk, 8, le32(c->data) + 4);
FRAMED(synergy, 4, be32(c->data) + 4);
FRAMED(tibia, 2, le16(c->data) + 2);
FRAMED(uma, 2, be16(c->data) + 2);
FRAMED(xti, 8, le32(c->data));

/* clang-format off */
#define CLAIMS(...) (const struct claim[]){ __VA_ARGS__, { CLAIM_NONE, 0 } }

const struct protocol named_tcp_protocols[] = {
	{ .name = "9p", .title = "Plan 9", .column = "9P",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 564 }),
		.pdu = &_9p_pdu, .dissect = taken },
	{ .name = "ancp", .title = "Access Node Control Protocol", .column = "TCP",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 6068 }),
		.pdu = &ancp_pdu, .dissect = taken },
	{ .name = "artemis", .title = "Artemis Core Protocol", .column = "ARTEMIS",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 5445 }),
		.pdu = &artemis_pdu, .dissect = taken },
	{ .name = "beep", .title = "Blocks Extensible Exchange Protocol", .column = "BEEP",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 10288 }) },
	{ .name = "cbsp", .title = "3GPP/GSM Cell Broadcast Service Protocol", .column = "CBSP",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 48049 }) },
	{ .name = "cops", .title = "Common Open Policy Service", .column = "COPS",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 2126 }, { CLAIM_TCP_PORT, 3288 }, { CLAIM_TCP_PORT, 3918 }),
		.pdu = &cops_pdu, .dissect = taken },
	{ .name = "cvspserver", .title = "CVS pserver", .column = "CVSPSERVER",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 2401 }) },
	{ .name = "dhcpfo", .title = "DHCP Failover", .column = "DHCPFO",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 647 }),
		.pdu = &dhcpfo_pdu, .dissect = taken },
	{ .name = "dhcpv6.bulk_leasequery", .title = "DHCPv6 Bulk Leasequery", .column = "DHCPv6 BulkLease",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 547 }),
		.pdu = &dhcpv6_bulk_leasequery_pdu, .dissect = taken },
	{ .name = "distcc", .title = "Distcc Distributed Compiler", .column = "DISTCC ",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 3632 }) },
	{ .name = "eti", .title = "Enhanced Trading Interface 10.0", .column = "ETI",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 19006 }, { CLAIM_TCP_PORT, 19043 }, { CLAIM_TCP_PORT, 19506 }, { CLAIM_TCP_PORT, 19543 }),
		.pdu = &eti_pdu, .dissect = taken },
	{ .name = "gadu-gadu", .title = "Gadu-Gadu Protocol", .column = "Gadu-Gadu",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 8074 }),
		.pdu = &gadu_gadu_pdu, .dissect = taken },
	{ .name = "gearman", .title = "Gearman Protocol", .column = "Gearman",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 4730 }) },
	{ .name = "gift", .title = "giFT Internet File Transfer", .column = "giFT",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 1213 }) },
	{ .name = "gopher", .title = "Gopher", .column = "Gopher",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 70 }) },
	{ .name = "ilp", .title = "OMA Internal Location Protocol", .column = "ILP",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 7276 }),
		.pdu = &ilp_pdu, .dissect = taken },
	{ .name = "ipsictl", .title = "IPSICTL", .column = "IPSICTL",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 5010 }) },
	{ .name = "llrp", .title = "Low Level Reader Protocol", .column = "LLRP",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 5084 }),
		.pdu = &llrp_pdu, .dissect = taken },
	{ .name = "nvme-tcp", .title = "NVM Express Fabrics TCP", .column = "NVMe/TCP",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 4420 }),
		.pdu = &nvme_tcp_pdu, .dissect = taken },
	{ .name = "pcp", .title = "Performance Co-Pilot", .column = "PCP",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 44321 }),
		.pdu = &pcp_pdu, .dissect = taken },
	{ .name = "rmi", .title = "Java RMI", .column = "RMI",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 1099 }) },
	{ .name = "rpkirtr", .title = "RPKI-Router Protocol", .column = "RPKI-Router",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 323 }),
		.pdu = &rpkirtr_pdu, .dissect = taken },
	{ .name = "rsync", .title = "RSYNC File Synchroniser", .column = "RSYNC",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 873 }) },
	{ .name = "slsk", .title = "SoulSeek Protocol", .column = "TCP",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 2234 }, { CLAIM_TCP_PORT, 2240 }, { CLAIM_TCP_PORT, 5534 }),
		.pdu = &slsk_pdu, .dissect = taken },
	{ .name = "synergy", .title = "Synergy", .column = "TCP",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 24800 }),
		.pdu = &synergy_pdu, .dissect = taken },
	{ .name = "tfp", .title = "Tinkerforge Protocol", .column = "TFP over TCP",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 4223 }) },
	{ .name = "tibia", .title = "Tibia Protocol", .column = "Tibia",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 7171 }, { CLAIM_TCP_PORT, 7172 }),
		.pdu = &tibia_pdu, .dissect = taken },
	{ .name = "tpm", .title = "TPM2.0 Protocol", .column = "TPM",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 2321 }, { CLAIM_TCP_PORT, 2322 }) },
	{ .name = "uma", .title = "Unlicensed Mobile Access", .column = "UMA",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 14001 }),
		.pdu = &uma_pdu, .dissect = taken },
	{ .name = "wow", .title = "World of Warcraft", .column = "WOW",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 3724 }) },
	{ .name = "xti", .title = "Enhanced Cash Trading Interface 10.0", .column = "XTI",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 19042 }),
		.pdu = &xti_pdu, .dissect = taken },
	{ .name = "zebra", .title = "Zebra Protocol", .column = "ZEBRA",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 2600 }) },
};
/* clang-format on */

const size_t named_tcp_protocols_count = sizeof(named_tcp_protocols) / sizeof(*named_tcp_protocols);
