/* Databases, archives and what helps to find them, over TCP: those of which only the name, the port and the
 * length of a message are known. See names_tcp.c. */
#include "indexer/dissectors/names_framing.h"
#include "indexer/registry.h"

static enum verdict taken(struct packet *pkt, struct cursor *c)
{
	(void)pkt;
	(void)c;
	return MINE;
}

static uint32_t plus(uint32_t n, uint32_t header)
{
	return n > UINT32_MAX - header ? UINT32_MAX : n + header;
}

/* ---- DICOM PS3.8, section 9.3: a type, a reserved octet, the length of what follows ---- */

FRAMED_LENGTH(dicom, plus(be32(c->data + 2), 6))

/* Does the conversation speak DICOM? It begins with A-ASSOCIATE-RQ. */
struct dicom_flow {
	bool known;
};

static bool dicom_test(struct packet *pkt, const struct cursor *c)
{
	enum { ASSOCIATE_RQ = 1, ABORT = 7, PORT = 104 };
	/* What is shorter than a PDU's header is taken for the beginning of one; no PDU has less than 4
	 * octets behind its own. */
	bool type = c->cap && c->data[0] >= ASSOCIATE_RQ && c->data[0] <= ABORT &&
		    (c->cap < 6 || be32(c->data + 2) >= 4);
	if (pkt->srcport == PORT || pkt->dstport == PORT)
		return type;
	struct dicom_flow *f = pkt_flow(pkt, pkt_layer(pkt)->proto);
	if (f && f->known)
		return type;
	/* Elsewhere the request must say version 1, and nothing may stand behind it. */
	if (c->cap < 10 || c->data[0] != ASSOCIATE_RQ || be16(c->data + 6) != 1 ||
		c->len > dicom_length(pkt, c))
		return false;
	pkt_speak(pkt, pkt_layer(pkt)->proto);
	if (f)
		f->known = true;
	return true;
}

static const struct pdu dicom_pdu = {
	.min = 6, .length = dicom_length, .test = dicom_test, .unmeasured = true
};

/* ---- memcached's binary protocol, with the magics that Couchbase added: the length of the body in octets 8
 * to 11 of a header of 24 ---- */

FRAMED_LENGTH(couchbase, plus(be32(c->data + 8), 24))

static bool couchbase_test(struct packet *pkt, const struct cursor *c)
{
	static const uint8_t magics[] = { 0x08, 0x18, 0x80, 0x81, 0x82, 0x83 };
	(void)pkt;
	return c->cap && memchr(magics, c->data[0], sizeof(magics)) != NULL;
}

static const struct pdu couchbase_pdu = { .min = 24, .length = couchbase_length, .test = couchbase_test };

/* The lock manager of Linux's clusters: a header of 16 octets in the order of the sender's processor, the
 * length in octets 12 and 13. */
FRAMED(dlm3, 16, le16(c->data + 12));

/* Firebird's operations have a number of 32 bits. */
static enum verdict gdsdb_dissect(struct packet *pkt, struct cursor *c)
{
	enum { LAST_OPERATION = 90 };
	(void)pkt;
	uint64_t operation;
	return cur_peek(c, 0, 4, &operation) && operation <= LAST_OPERATION ? MINE : NOT_MINE;
}

/* Erlang's port mapper: requests have a length of 2 octets and a letter, answers to some of them begin with
 * theirs. Others have none to be told by. */
static enum verdict epmd_dissect(struct packet *pkt, struct cursor *c)
{
	(void)pkt;
	if (c->cap < 3)
		return NOT_MINE;
	return memchr("Ywy", c->data[0], 3) || memchr("anpxz", c->data[2], 5) ? MINE : NOT_MINE;
}

/* RFC 2244, section 2.2: lines, which begin with a tag or a sign. */
static enum verdict acap_dissect(struct packet *pkt, struct cursor *c)
{
	(void)pkt;
	return c->cap && c->data[0] >= ' ' && c->data[0] <= '~' ? MINE : NOT_MINE;
}

/* clang-format off */
#define CLAIMS(...) (const struct claim[]){ __VA_ARGS__, { CLAIM_NONE, 0 } }

const struct protocol named_tcp_storage_protocols[] = {
	{ .name = "acap", .title = "Application Configuration Access Protocol", .column = "ACAP",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 674 }), .dissect = acap_dissect },
	{ .name = "couchbase", .title = "Couchbase Protocol", .column = "Couchbase",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 11210 }), .pdu = &couchbase_pdu, .dissect = taken },
	{ .name = "dicom", .title = "DICOM", .column = "DICOM", .flow_size = sizeof(struct dicom_flow),
		.claims = CLAIMS({ CLAIM_TCP_PORT, 104 }, { CLAIM_HEUR_TCP, 730 }), .pdu = &dicom_pdu, .dissect = taken },
	{ .name = "dlm3", .title = "Distributed Lock Manager", .column = "DLM3",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 21064 }), .pdu = &dlm3_pdu, .dissect = taken },
	{ .name = "epmd", .title = "Erlang Port Mapper Daemon", .column = "EPMD",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 4369 }), .dissect = epmd_dissect },
	{ .name = "gdsdb", .title = "Firebird SQL Database Remote Protocol", .column = "FB/IB GDS DB",
		.claims = CLAIMS({ CLAIM_TCP_PORT, 3050 }), .dissect = gdsdb_dissect },
};
/* clang-format on */

const size_t named_tcp_storage_protocols_count =
	sizeof(named_tcp_storage_protocols) / sizeof(*named_tcp_storage_protocols);
