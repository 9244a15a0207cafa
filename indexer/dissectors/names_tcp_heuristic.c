/* Protocols over TCP that have no port of their own, or are spoken on others too: told by the octets that
 * their first message begins with, in the order in which Wireshark asks. Of most the length of a message is
 * known besides. */
#include <ctype.h>
#include <string.h>

#include "indexer/dissectors/names_framing.h"
#include "indexer/registry.h"

extern const struct protocol proto_data;

struct named_flow {
	bool known;
};

/* Is the conversation known to speak the protocol, or does it from here on? */
static bool speaks(struct packet *pkt, bool now)
{
	const struct protocol *proto = pkt_layer(pkt)->proto;
	struct named_flow *f = pkt_flow(pkt, proto);
	if (now) {
		pkt_speak(pkt, proto);
		if (f)
			f->known = true;
	}
	return now || (f && f->known);
}

static bool begins(const struct cursor *c, const void *magic, uint32_t n, uint32_t at)
{
	return c->cap >= n && at <= c->cap - n && memcmp(c->data + at, magic, n) == 0;
}

#define BEGINS(c, magic)        begins(c, magic, sizeof(magic) - 1, 0)
#define BEGINS_AT(c, magic, at) begins(c, magic, sizeof(magic) - 1, at)

static enum verdict taken(struct packet *pkt, struct cursor *c)
{
	(void)pkt;
	(void)c;
	return MINE;
}

static uint32_t plus(uint32_t n, uint32_t more)
{
	return n > UINT32_MAX - more ? UINT32_MAX : n + more;
}

/* Messages with a test and a length. */
#define TOLD(name, least, expression, condition)                                                             \
	FRAMED_LENGTH(name, expression)                                                                      \
	static bool name##_test(struct packet *pkt, const struct cursor *c)                                  \
	{                                                                                                    \
		(void)pkt;                                                                                   \
		return condition;                                                                            \
	}                                                                                                    \
	static const struct pdu name##_pdu = { .min = least, .length = name##_length, .test = name##_test }

/* What is told once holds for the conversation. */
#define SPOKEN(name, condition)                                                                              \
	static enum verdict name##_dissect(struct packet *pkt, struct cursor *c)                             \
	{                                                                                                    \
		return speaks(pkt, condition) ? MINE : NOT_MINE;                                             \
	}

/* What is told again each time. */
#define EACH(name, condition)                                                                                \
	static enum verdict name##_dissect(struct packet *pkt, struct cursor *c)                             \
	{                                                                                                    \
		(void)pkt;                                                                                   \
		return condition ? MINE : NOT_MINE;                                                          \
	}

/* ---- storage ---- */

/* iSCSI (RFC 7143, section 11): a head of 48 octets, with what follows it in words (octet 4) and octets (5 to
 * 7). */
#define ISCSI_HEAD 48
static uint32_t iscsi_length(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	return ISCSI_HEAD + c->data[4] * 4 + (((be32(c->data + 4) & 0xffffff) + 3) & ~3u);
}

/* The conditions of the section on each operation on octet 1, and who sends it. */
static bool iscsi_test(struct packet *pkt, const struct cursor *c)
{
	enum { PORT = 3260, SYSTEM_PORT = 860, TARGET = 0x20, IMMEDIATE = 0x40 };
	if (c->cap < ISCSI_HEAD)
		return false;
	uint8_t op = c->data[0] & 0x3f, flags = c->data[1];
	bool from = pkt->srcport == PORT || pkt->srcport == SYSTEM_PORT;
	bool to = pkt->dstport == PORT || pkt->dstport == SYSTEM_PORT;
	bool plain = flags == 0x80 && !c->data[2] && !c->data[3], good = false;
	switch (op) {
	case 0x00: /* NOP-Out and NOP-In have a tag of the target, or none (ffffffff) */
	case 0x20:
		good = plain && be32(c->data + 20);
		break;
	case 0x01:
		good = !(flags & 0x18);
		break;
	case 0x03:
		good = c->data[0] & IMMEDIATE && !(flags & 0x30);
		break;
	case 0x02:
	case 0x06:
	case 0x10:
	case 0x21:
	case 0x22:
	case 0x26:
	case 0x31:
	case 0x32:
	case 0x3f:
		good = flags & 0x80;
		break;
	case 0x04:
	case 0x24:
		good = !(flags & 0x3f);
		break;
	case 0x05:
		good = !(flags & 0x7f);
		break;
	case 0x23:
		good = !(flags & 0x30);
		break;
	case 0x25:
		good = !(flags & 0x38);
		break;
	default:
		break;
	}
	struct named_flow *f = pkt_flow(pkt, pkt_layer(pkt)->proto);
	bool known = f && f->known;
	if (!good || (!known && !(op < TARGET ? to : from)))
		return false;
	return speaks(pkt, true);
}

static const struct pdu iscsi_pdu = {
	.min = ISCSI_HEAD, .length = iscsi_length, .test = iscsi_test, .unmeasured = true
};

/* Network Block Device: requests of 28 octets, what is written (type 1) behind them; replies of 16. */
#define NBD_REQUEST 0x25609513
#define NBD_REPLY   0x67446698
static uint32_t nbd_length(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	if (be32(c->data) == NBD_REPLY)
		return 16;
	return c->cap < 28 ? 28 : be16(c->data + 6) == 1 ? plus(be32(c->data + 24), 28) : 28;
}

static bool nbd_test(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	return c->cap >= 4 && (be32(c->data) == NBD_REQUEST || be32(c->data) == NBD_REPLY);
}

static const struct pdu nbd_pdu = { .min = 4, .length = nbd_length, .test = nbd_test };

/* iWARP (RFC 5044, section 7.1): "MPA ID Req Frame", flags, revision, length of private data; "MPA ID Rep
 * Frame" answers. */
FRAMED_LENGTH(iwarp_mpa, 20 + be16(c->data + 18))
static bool iwarp_mpa_test(struct packet *pkt, const struct cursor *c)
{
	return speaks(pkt, BEGINS(c, "MPA ID Req Frame")) && BEGINS(c, "MPA ID Re");
}
static const struct pdu iwarp_mpa_pdu = { .min = 20, .length = iwarp_mpa_length, .test = iwarp_mpa_test };

TOLD(pvfs, 24, plus(le32(c->data + 16), 24), c->cap >= 24 && le32(c->data) == 0xcabf);
EACH(ctdb, BEGINS_AT(c, "CTDB", 4) || BEGINS_AT(c, "BDTC", 4))

/* ---- messages and transactions ---- */

/* IBM MQ: "TSH " (or C, M) in ASCII or EBCDIC, the length. */
static bool is_mq(const struct cursor *c)
{
	if (c->cap < 28)
		return false;
	const uint8_t *p = c->data;
	return (memcmp(p, "TSH", 3) == 0 && (p[3] == ' ' || p[3] == 'C' || p[3] == 'M')) ||
	       (memcmp(p, "\xe3\xe2\xc8", 3) == 0 && (p[3] == 0x40 || p[3] == 0xc3 || p[3] == 0xd4));
}

TOLD(mq, 8, be32(c->data + 4), is_mq(c));
SPOKEN(msrp, BEGINS(c, "MSRP "))
TOLD(etch, 8, plus(be32(c->data + 4), 8), BEGINS(c, "\xde\xad\xbe\xef"));
EACH(tuxedo, c->cap >= 8 && be32(c->data) == 0x91039858)

/* EMI/UCP: STX, a number of two digits, the length in five, operation or result, type, ETX. */
static uint32_t ucp_length(struct packet *pkt, const struct cursor *c)
{
	uint32_t n = 0;
	(void)pkt;
	for (unsigned i = 4; i < 9; i++)
		n = n * 10 + (c->data[i] - '0');
	return n + 2;
}

static bool ucp_test(struct packet *pkt, const struct cursor *c)
{
	static const char like[] = "\x02"
				   "00/00000/A/00/";
	(void)pkt;
	if (c->cap < sizeof(like) - 1)
		return false;
	for (unsigned i = 0; i < sizeof(like) - 1; i++)
		if (like[i] == '0'       ? !isdigit(c->data[i])
			: like[i] == 'A' ? c->data[i] != 'O' && c->data[i] != 'R'
					 : c->data[i] != (uint8_t)like[i])
			return false;
	return true;
}

static const struct pdu ucp_pdu = { .min = 14, .length = ucp_length, .test = ucp_test };

/* CIMD 2: STX, operation and number of two and three digits with a colon between, TAB, ... ETX. */
static bool is_cimd(const struct cursor *c)
{
	const uint8_t *p = c->data;
	return c->cap >= 9 && p[0] == 2 && isdigit(p[1]) && isdigit(p[2]) && p[3] == ':' && isdigit(p[4]) &&
	       isdigit(p[5]) && isdigit(p[6]) && p[7] == '\t' && p[c->cap - 1] == 3;
}
EACH(cimd, is_cimd(c))

/* ---- others ---- */

/* SMC-R and SMC-D (RFC 7609, appendix A): the eye catcher in EBCDIC, a type, the length. */
TOLD(smc, 8, be16(c->data + 5), BEGINS(c, "\xe2\xd4\xc3\xd9") || BEGINS(c, "\xe2\xd4\xc3\xc4"));
/* AES70-3: a synchronizing octet, version, the length of all but that octet, a type. */
TOLD(ocp1, 10, plus(be32(c->data + 3), 1),
	c->cap >= 10 && c->data[0] == 0x3b && be16(c->data + 1) == 1 && be32(c->data + 3) >= 9 &&
		c->data[7] <= 4);
EACH(xcsl, BEGINS(c, "xcsl"))
EACH(h1, BEGINS(c, "S5\x10"))

/* Flight messages (EUROCONTROL FMTP, section 6.2): version 2, the length, a type. */
TOLD(fmtp, 5, be16(c->data + 2),
	c->cap >= 5 && c->data[0] == 2 && !c->data[1] && c->data[4] >= 1 && c->data[4] <= 4 &&
		be16(c->data + 2) >= 5 && be16(c->data + 2) <= 10245); /* 10240 octets of a message at most */

static enum verdict fmtp_dissect(struct packet *pkt, struct cursor *c)
{
	cur_skip(c, 5);
	if (cur_left(c))
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
	return MINE;
}

FRAMED_LENGTH(rpcap, plus(be32(c->data + 4), 8))

/* Remote packet capture: version 0, type, value, length. The first message is all of its segment. */
static bool rpcap_test(struct packet *pkt, const struct cursor *c)
{
	enum {
		ERROR = 1,
		FIND = 2,
		START = 4,
		FILTER = 5,
		CLOSE = 6,
		LOGIN = 8,
		STATISTICS = 9,
		END = 10,
		LOGGED_IN = 0x88
	};
	if (c->cap < 8 || c->data[0])
		return speaks(pkt, false);
	uint32_t value = be16(c->data + 2), len = be32(c->data + 4);
	bool good = false;
	switch (c->data[1]) {
	case ERROR:
		good = value <= 16;
		break;
	case FIND:
	case START:
	case CLOSE:
	case STATISTICS:
	case END:
		good = !value && !len;
		break;
	case FILTER:
	case LOGIN:
	case LOGGED_IN:
		good = !value;
		break;
	default:
		break;
	}
	return speaks(pkt, good && c->len - 8 == len);
}

static const struct pdu rpcap_pdu = { .min = 8, .length = rpcap_length, .test = rpcap_test };

/* clang-format off */
#define CLAIMS(...) (const struct claim[]){ __VA_ARGS__, { CLAIM_NONE, 0 } }
#define FLOW .flow_size = sizeof(struct named_flow)

const struct protocol named_tcp_heuristic_protocols[] = {
	{ .name = "ctdb", .title = "Cluster TDB", .column = "CTDB",
		.claims = CLAIMS({ CLAIM_HEUR_TCP, 750 }), .dissect = ctdb_dissect },
	{ .name = "cimd", .title = "Computer Interface to Message Distribution", .column = "CIMD",
		.claims = CLAIMS({ CLAIM_HEUR_TCP, 770 }), .dissect = cimd_dissect },
	{ .name = "etch", .title = "Apache Etch Protocol", .column = "ETCH",
		.claims = CLAIMS({ CLAIM_HEUR_TCP, 670 }), .pdu = &etch_pdu, .dissect = taken },
	{ .name = "fmtp", .title = "Flight Message Transfer Protocol (FMTP)", .column = "FMTP",
		.claims = CLAIMS({ CLAIM_HEUR_TCP, 630 }), .pdu = &fmtp_pdu, .dissect = fmtp_dissect },
	{ .name = "h1", .title = "Sinec H1 Protocol", .column = "H1",
		.claims = CLAIMS({ CLAIM_HEUR_TCP, 610 }), .dissect = h1_dissect },
	{ .name = "iscsi", .title = "iSCSI", .column = "iSCSI", FLOW,
		.claims = CLAIMS({ CLAIM_HEUR_TCP, 550 }), .pdu = &iscsi_pdu, .dissect = taken },
	{ .name = "iwarp_mpa", .title = "iWARP Marker Protocol data unit Aligned framing", .column = "MPA", FLOW,
		.claims = CLAIMS({ CLAIM_HEUR_TCP, 480 }), .pdu = &iwarp_mpa_pdu, .dissect = taken },
	{ .name = "mq", .title = "WebSphere MQ", .column = "MQ",
		.claims = CLAIMS({ CLAIM_HEUR_TCP, 470 }), .pdu = &mq_pdu, .dissect = taken },
	{ .name = "msrp", .title = "Message Session Relay Protocol", .column = "MSRP", FLOW,
		.claims = CLAIMS({ CLAIM_TCP_PORT, 2855 }, { CLAIM_HEUR_TCP, 460 }), .dissect = msrp_dissect },
	{ .name = "nbd", .title = "Network Block Device", .column = "NBD",
		.claims = CLAIMS({ CLAIM_HEUR_TCP, 440 }), .pdu = &nbd_pdu, .dissect = taken },
	{ .name = "ocp1", .title = "Open Control Protocol (OCP.1/AES70)", .column = "OCP.1",
		.claims = CLAIMS({ CLAIM_HEUR_TCP, 390 }), .pdu = &ocp1_pdu, .dissect = taken },
	{ .name = "pvfs", .title = "Parallel Virtual File System", .column = "PVFS",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 3334 }, { CLAIM_HEUR_TCP, 340 }), .pdu = &pvfs_pdu, .dissect = taken },
	{ .name = "rpcap", .title = "Remote Packet Capture", .column = "RPCAP", FLOW,
		.claims = CLAIMS({ CLAIM_HEUR_TCP, 290 }), .pdu = &rpcap_pdu, .dissect = taken },
	{ .name = "smc", .title = "Shared Memory Communications", .column = "SMC",
		.claims = CLAIMS({ CLAIM_HEUR_TCP, 240 }), .pdu = &smc_pdu, .dissect = taken },
	{ .name = "tuxedo", .title = "BEA Tuxedo", .column = "TUXEDO",
		.claims = CLAIMS({ CLAIM_HEUR_TCP, 100 }), .dissect = tuxedo_dissect },
	{ .name = "ucp", .title = "Universal Computer Protocol", .column = "UCP",
		.claims = CLAIMS({ CLAIM_HEUR_TCP, 90 }), .pdu = &ucp_pdu, .dissect = taken },
	{ .name = "xcsl", .title = "Call Specification Language (Xcsl)", .column = "Xcsl",
		.claims = CLAIMS({ CLAIM_HEUR_TCP, 60 }), .dissect = xcsl_dissect },
};
/* clang-format on */

const size_t named_tcp_heuristic_protocols_count =
	sizeof(named_tcp_heuristic_protocols) / sizeof(*named_tcp_heuristic_protocols);
