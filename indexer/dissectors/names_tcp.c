/* Protocols over TCP of which only the name, the port and the length of a message are known: see names.c and
 * names_udp.c. Those whose dissector looks at the octets and mostly rejects them are left out. */
#include "indexer/dissectors/names_framing.h"
#include "indexer/dissectors/names_tests.h"
#include "indexer/registry.h"

extern const struct protocol proto_data, proto_tls;

/* The message is taken as a whole. */
static enum verdict taken(struct packet *pkt, struct cursor *c)
{
	(void)pkt;
	(void)c;
	return MINE;
}

FRAMED(_9p, 4, le32(c->data));
FRAMED(agentx, 20,
	(c->data[2] & 0x10 ? be32(c->data + 16) : le32(c->data + 16)) + 20); /* RFC 2741, section 6.1 */
FRAMED(ancp, 4, be16(c->data + 2) + 4);
FRAMED(artemis, 5, be32(c->data) + 4);
FRAMED(cops, 8, be32(c->data + 4));
FRAMED(dhcpfo, 2, be16(c->data));
FRAMED(dhcpv6_bulk_leasequery, 2, be16(c->data) + 2);
FRAMED(eti, 8, le32(c->data));
FRAMED(ff, 12, be32(c->data + 8));
FRAMED(gadu_gadu, 8, le32(c->data + 4) + 8);
FRAMED(gryphon, 8, (be16(c->data + 4) + 8 + 3) & ~3u);
FRAMED(hislip, 16, be32(c->data + 12) + 16); /* of 64 bits, which no message needs */
FRAMED(ilp, 2, be16(c->data));
FRAMED(ipdc, 4, (be16(c->data + 2) & 0x03ff) + 4);
FRAMED(llrp, 10, be32(c->data + 2));
FRAMED(nvme_tcp, 8, le32(c->data + 4));
FRAMED(pcep, 4, be16(c->data + 2)); /* RFC 5440, section 6.1 */
FRAMED(pcp, 12, be32(c->data));
FRAMED(rpkirtr, 8, be32(c->data + 4));
FRAMED(sametime, 4, be32(c->data) + 4);
FRAMED(slsk, 8, le32(c->data) + 4);
FRAMED(synergy, 4, be32(c->data) + 4);
FRAMED(tacplus, 12, be32(c->data + 8) + 12); /* RFC 8907, section 4.1 */
FRAMED(tibia, 2, le16(c->data) + 2);
FRAMED(uma, 2, be16(c->data) + 2);
FRAMED(winsrepl, 4, be32(c->data) + 4);
FRAMED(xmcp, 4, be16(c->data + 2) + 20);
FRAMED(xti, 8, le32(c->data));

/* The length in 2 octets, or, where these are 0, in 4; a kind. */
static uint32_t tns_length(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	return be16(c->data) ? be16(c->data) : be32(c->data);
}

static bool tns_test(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	return c->cap < 5 || (c->data[4] >= 1 && c->data[4] <= 19);
}

static const struct pdu tns_pdu = { .min = 8, .length = tns_length, .test = tns_test };
/* "FINS", and the length of what follows. */
FRAMED(omron, 8, be32(c->data + 4) > UINT32_MAX - 8 ? UINT32_MAX : be32(c->data + 4) + 8);

/* ---- told by their first octets ---- */

static bool begins(const struct cursor *c, const char *magic, uint32_t at)
{
	uint32_t n = (uint32_t)strlen(magic);
	return c->cap >= n && at <= c->cap - n && memcmp(c->data + at, magic, n) == 0;
}

/* Is the conversation known to speak the protocol, or does it from here on? */
struct named_flow {
	bool known;
};

static bool speaks(struct packet *pkt, const struct protocol *proto, bool now)
{
	struct named_flow *f = pkt_flow(pkt, proto);
	if (now) {
		pkt_speak(pkt, proto);
		if (f)
			f->known = true;
	}
	return now || (f && f->known);
}

/* CORBA (OMG), General Inter-ORB Protocol: magic, version, flags (1: little-endian), type, length. */
static uint32_t iop_length(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	uint32_t n = c->data[6] & 1 ? le32(c->data + 8) : be32(c->data + 8);
	return n > UINT32_MAX - 12 ? UINT32_MAX : n + 12;
}

static bool giop_test(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	return c->cap >= 12 && begins(c, "GIOP", 0);
}

/* What began with ZIOP stays with it, messages that are not zipped included. */
static bool ziop_test(struct packet *pkt, const struct cursor *c)
{
	return speaks(pkt, pkt_layer(pkt)->proto, c->cap >= 12 && begins(c, "ZIOP", 0));
}

static const struct pdu giop_pdu = { .min = 12, .length = iop_length, .test = giop_test };
static const struct pdu ziop_pdu = { .min = 12, .length = iop_length, .test = ziop_test };

static uint32_t ymsg_length(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	return 20 + be16(c->data + 8);
}

static bool ymsg_test(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	return begins(c, "YMSG", 0);
}

static const struct pdu ymsg_pdu = { .min = 20, .length = ymsg_length, .test = ymsg_test };

/* HL7's lower layer: a message stands between VT and FS CR. */
static uint32_t hl7_length(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	for (uint32_t i = 0; i + 1 < c->cap; i++)
		if (c->data[i] == 0x1c && c->data[i + 1] == '\r')
			return i + 2;
	return 0;
}

static bool hl7_test(struct packet *pkt, const struct cursor *c)
{
	return pkt->srcport == 2575 || pkt->dstport == 2575 || begins(c, "\vMSH|", 0);
}

static const struct pdu hl7_pdu = { .min = 3, .length = hl7_length, .test = hl7_test, .unmeasured = true };

/* RFC 6143, section 7.1.1: the server begins with its version, "RFB 003.008". */
static enum verdict vnc_dissect(struct packet *pkt, struct cursor *c)
{
	const struct protocol *vnc = pkt_layer(pkt)->proto;
	uint16_t low = pkt->srcport < pkt->dstport ? pkt->srcport : pkt->dstport;
	uint16_t high = pkt->srcport < pkt->dstport ? pkt->dstport : pkt->srcport;
	if (low == 5500 || low == 5501 || low == 5900 || low == 5901 || high == 5500 || high == 5501 ||
		high == 5900 || high == 5901)
		return MINE;
	bool greeting = c->len == 12 && begins(c, "RFB ", 0) && begins(c, "\n", 11);
	if (speaks(pkt, vnc, false))
		return MINE;
	if (greeting)
		pkt_restart(pkt); /* as Wireshark's test of such a greeting does */
	return speaks(pkt, vnc, greeting) ? MINE : NOT_MINE;
}

/* "REDQ" opens a channel. Wireshark reads it before it knows: what is cut before its end goes no further. */
static enum verdict spice_dissect(struct packet *pkt, struct cursor *c)
{
	if (c->len >= 4 && !cur_need(c, 4))
		return MINE;
	return speaks(pkt, pkt_layer(pkt)->proto, begins(c, "REDQ", 0)) ? MINE : NOT_MINE;
}

/* A flow is told by its first message: type 4, and a magic number in octets 8 to 15. */
static enum verdict netperfmeter_dissect(struct packet *pkt, struct cursor *c)
{
	static const uint8_t magic[] = { 0x4b, 0xcd, 0xf3, 0xaa, 0x30, 0x3c, 0x67, 0x74 };
	const struct protocol *proto = pkt_layer(pkt)->proto;
	bool first = c->cap >= 16 && c->data[0] == 4 && memcmp(c->data + 8, magic, sizeof(magic)) == 0;
	const struct layer *l = pkt_layer(pkt);
	bool sctp = l->parent >= 0 && strcmp(pkt->layers[l->parent].proto->name, "sctp") == 0;
	return sctp || speaks(pkt, proto, first) ? MINE : NOT_MINE;
}

/* ActiveMQ's binary protocol: the first command, 1, has the magic behind it. */
static uint32_t openwire_length(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	uint32_t n = be32(c->data);
	return n > UINT32_MAX - 4 ? UINT32_MAX : n + 4;
}

static bool openwire_test(struct packet *pkt, const struct cursor *c)
{
	return speaks(pkt, pkt_layer(pkt)->proto, begins(c, "\1ActiveMQ", 4));
}

static const struct pdu openwire_pdu = { .min = 5, .length = openwire_length, .test = openwire_test };

static enum verdict jxta_dissect(struct packet *pkt, struct cursor *c)
{
	return speaks(pkt, pkt_layer(pkt)->proto, begins(c, "JXTAHELLO", 0)) ? MINE : NOT_MINE;
}

/* Kismet's lines: those of the server begin with a star. What cannot be printed is something else. */
static enum verdict kismet_dissect(struct packet *pkt, struct cursor *c)
{
	for (uint32_t i = 0; i < c->cap && i < 20; i++)
		if ((c->data[i] < 0x20 || c->data[i] > 0x7e) && c->data[i] != '\r' && c->data[i] != '\n')
			return NOT_MINE;
	if (pkt->srcport == 2501 && c->cap && c->data[0] != '*')
		pkt_next_proto(pkt, &proto_data, *c);
	return c->cap > 1 ? MINE : NOT_MINE;
}

/* Stanzas in XML: a segment that does not end one waits for the next. */
static enum verdict xmpp_dissect(struct packet *pkt, struct cursor *c)
{
	static const char type[] = "text/xml";
	if (begins(c, "<proceed", 0)) /* RFC 6120, section 5.4.2.3 */
		pkt_speak(pkt, &proto_tls);
	uint32_t end = c->cap;
	while (end > 1 && c->data[end - 1] <= ' ')
		end--;
	if (pkt_may_want(pkt) && end && c->data[end - 1] != '>') {
		pkt_want(pkt, 0, WANT_SEGMENT);
		return MINE;
	}
	pkt_next_media(pkt, *c, type, sizeof(type) - 1, CLAIM_NONE, NULL);
	pkt_below(pkt);
	return MINE;
}

/* Facebook's zero protocol, a forerunner of TLS 1.3: the client begins with its version, and all of the
 * connection is taken. */
static enum verdict fb_zero_dissect(struct packet *pkt, struct cursor *c)
{
	return speaks(pkt, pkt_layer(pkt)->proto, begins(c, "1QTV", 0)) ? MINE : NOT_MINE;
}

static enum verdict at_least_two(struct packet *pkt, struct cursor *c)
{
	(void)pkt;
	return c->len < 2 ? NOT_MINE : MINE;
}

/* Portals of Lustre: the acceptor's header, then that of the message, the length of the payload in it. */
#define LNET_HEADER 96
static uint32_t lnet_length(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	uint32_t n = le32(c->data + 52);
	return n > UINT32_MAX - LNET_HEADER ? UINT32_MAX : n + LNET_HEADER;
}

static const struct pdu lnet_pdu = { .min = 56, .length = lnet_length };

static const struct protocol lustre = { .name = "lustre", .title = "Lustre", .column = "Lustre" };

/* What is put (type 1) to one of Lustre's portals is Lustre's. */
static enum verdict lnet_dissect(struct packet *pkt, struct cursor *c)
{
	enum { TYPE = 48, PUT = 1, PORTAL = 88 };
	static const uint8_t portals[] = { 1, 2, 4, 6, 7, 10, 12, 15, 16, 17, 18, 22, 23, 25, 26, 27, 28, 29,
		30, 31, 32 };
	const uint8_t *head = cur_take(c, LNET_HEADER);
	if (!head || le32(head + TYPE) != PUT || !cur_left(c))
		return MINE;
	uint32_t portal = le32(head + PORTAL);
	if (portal <= UINT8_MAX && memchr(portals, (int)portal, sizeof(portals)))
		pkt_next_proto(pkt, &lustre, cur_rest(c));
	return MINE;
}

static uint32_t db_lsp_length(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	return be16(c->data + 1) == 0x0301 ? 5u + be16(c->data + 3) : c->len;
}

static const struct pdu db_lsp_pdu = { .min = 5, .length = db_lsp_length };

/* clang-format off */
#define CLAIMS(...) (const struct claim[]){ __VA_ARGS__, { CLAIM_NONE, 0 } }

const struct protocol named_tcp_protocols[] = {
	{ .name = "db-lsp", .title = "Dropbox LAN sync Protocol", .column = "DB-LSP",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 17500 }), .pdu = &db_lsp_pdu, .dissect = taken },
	{ .name = "giop", .title = "General Inter-ORB Protocol", .column = "GIOP",
		.claims = CLAIMS({ CLAIM_HEUR_TCP, 620 }), .pdu = &giop_pdu, .dissect = giop_walk },
	{ .name = "ziop", .title = "Zipped Inter-ORB Protocol", .column = "ZIOP", .flow_size = sizeof(struct named_flow),
		.claims = CLAIMS({ CLAIM_HEUR_TCP, 10 }), .pdu = &ziop_pdu, .dissect = giop_walk },
	{ .name = "ymsg", .title = "Yahoo YMSG Messenger Protocol", .column = "YMSG",
		.claims = CLAIMS({ CLAIM_HEUR_TCP, 20 }), .pdu = &ymsg_pdu, .dissect = taken },
	{ .name = "hl7", .title = "Health Level Seven", .column = "HL7",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 2575 }, { CLAIM_HEUR_TCP, 580 }), .pdu = &hl7_pdu, .dissect = hl7_walk },
	{ .name = "netperfmeter", .title = "NetPerfMeter Protocol", .column = "NetPerfMeter", .flow_size = sizeof(struct named_flow),
		.claims = CLAIMS({ CLAIM_SCTP_PPI, 36 }, { CLAIM_SCTP_PPI, 37 }, { CLAIM_SCTP_PPI, 0x29097605 }, { CLAIM_SCTP_PPI, 0x29097606 }, { CLAIM_HEUR_TCP, 410 }, { CLAIM_HEUR_UDP, 420 }), .dissect = netperfmeter_dissect },
	{ .name = "spice", .title = "Spice protocol", .column = "Spice", .flow_size = sizeof(struct named_flow),
		.claims = CLAIMS({ CLAIM_HEUR_TCP, 200 }), .dissect = spice_dissect, .item_min = 4 },
	{ .name = "vnc", .title = "Virtual Network Computing", .column = "VNC", .flow_size = sizeof(struct named_flow),
		.claims = CLAIMS({ CLAIM_TCP_PORT, 5500 }, { CLAIM_TCP_PORT, 5501 }, { CLAIM_TCP_PORT, 5900 }, { CLAIM_TCP_PORT, 5901 }, { CLAIM_HEUR_TCP, 80 }), .dissect = vnc_dissect },
	{ .name = "openwire", .title = "OpenWire", .column = "OpenWire", .flow_size = sizeof(struct named_flow),
		.claims = CLAIMS({ CLAIM_HEUR_TCP, 370 }), .pdu = &openwire_pdu, .dissect = taken },
	{ .name = "jxta", .title = "JXTA P2P", .column = "JXTA", .flow_size = sizeof(struct named_flow),
		.claims = CLAIMS({ CLAIM_HEUR_TCP, 540 }), .dissect = jxta_dissect },
	{ .name = "fb_zero", .title = "(Facebook) Zero Protocol", .column = "FB_ZERO", .flow_size = sizeof(struct named_flow),
		.claims = CLAIMS({ CLAIM_HEUR_TCP, 660 }), .dissect = fb_zero_dissect },
	{ .name = "kismet", .title = "Kismet Client/Server Protocol", .column = "kismet",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 2501 }), .dissect = kismet_dissect },
	{ .name = "lnet", .title = "Lustre Network", .column = "Lnet",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 988 }), .pdu = &lnet_pdu, .dissect = lnet_dissect },
	{ .name = "msnms", .title = "MSN Messenger Service", .column = "MSNMS",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 1863 }) },
	{ .name = "woww", .title = "World of Warcraft World", .column = "WOWW",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 8085 }), .dissect = at_least_two },
	{ .name = "xmpp", .title = "XMPP Protocol", .column = "XMPP",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 5222 }), .dissect = xmpp_dissect },
	{ .name = "gsm_ipa", .title = "GSM over IP protocol as used by ip.access", .column = "IPA",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 3002 }, { CLAIM_TCP_PORT, 3003 }, { CLAIM_TCP_PORT, 3006 }, { CLAIM_TCP_PORT, 4222 }, { CLAIM_TCP_PORT, 4249 }, { CLAIM_TCP_PORT, 4250 }, { CLAIM_TCP_PORT, 5000 }), .dissect = gsm_ipa_walk },
	{ .name = "omron", .title = "OMRON FINS Protocol", .column = "OMRON",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 9600 }, { CLAIM_UDP_PORT, 9600 }), .pdu = &omron_pdu, .dissect = taken },
	{ .name = "tns", .title = "Transparent Network Substrate Protocol", .column = "TNS",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 1521 }), .pdu = &tns_pdu, .dissect = taken },
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
		.pdu = &rpkirtr_pdu, .dissect = rpkirtr_walk },
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
	{ .name = "agentx", .title = "AgentX", .column = "AgentX",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 705 }),
		.pdu = &agentx_pdu, .dissect = taken },
	{ .name = "ff", .title = "FOUNDATION Fieldbus", .column = "FF",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 1090 }),
		.pdu = &ff_pdu, .dissect = taken },
	{ .name = "gryphon", .title = "DG Gryphon Protocol", .column = "Gryphon",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 7000 }),
		.pdu = &gryphon_pdu, .dissect = taken },
	{ .name = "hislip", .title = "High-Speed LAN Instrument Protocol", .column = "HiSLIP",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 4880 }),
		.pdu = &hislip_pdu, .dissect = taken },
	{ .name = "ipdc", .title = "IP Device Control (SS7 over IP)", .column = "IPDC",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 6668 }),
		.pdu = &ipdc_pdu, .dissect = taken },
	{ .name = "pcep", .title = "Path Computation Element communication Protocol", .column = "PCEP",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 4189 }),
		.pdu = &pcep_pdu, .dissect = taken },
	{ .name = "sametime", .title = "Sametime Protocol", .column = "SAMETIME",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 1533 }),
		.pdu = &sametime_pdu, .dissect = taken },
	{ .name = "tacplus", .title = "TACACS+", .column = "TACACS+",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 49 }),
		.pdu = &tacplus_pdu, .dissect = taken },
	{ .name = "winsrepl", .title = "WINS (Windows Internet Name Service) Replication", .column = "WINS-Replication",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 42 }),
		.pdu = &winsrepl_pdu, .dissect = taken },
	{ .name = "xmcp", .title = "eXtensible Messaging Client Protocol", .column = "XMCP",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 4788 }),
		.pdu = &xmcp_pdu, .dissect = taken },
	{ .name = "z3950", .title = "Z39.50 Protocol", .column = "Z39.50",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 210 }),
		.pdu = &z3950_pdu, .dissect = taken },
	{ .name = "icap", .title = "Internet Content Adaptation Protocol", .column = "ICAP",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 1344 }) },
	{ .name = "git", .title = "Git Smart Protocol", .column = "Git",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 9418 }),
		.pdu = &git_pdu, .dissect = taken,
		.media_types = (const char *const[]){ "application/x-git-upload-pack-advertisement", "application/x-git-upload-pack-request", "application/x-git-upload-pack-result", NULL } },
	{ .name = "lpd", .title = "Line Printer Daemon Protocol", .column = "LPD",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 515 }), .dissect = lpd_walk },
	{ .name = "zebra", .title = "Zebra Protocol", .column = "ZEBRA",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 2600 }) },
};
/* clang-format on */

const size_t named_tcp_protocols_count = sizeof(named_tcp_protocols) / sizeof(*named_tcp_protocols);
