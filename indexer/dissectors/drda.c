/* Distributed Relational Database Architecture (The Open Group, DRDA volume 3: DDM, section 1.4): messages of
 * DB2 and others.
 *
 *      0           2       3       4           6           8           10
 *     +-----------+-------+-------+-----------+-----------+-----------+---- - -
 *     |  length   | 0xd0  |format | correlator|  length   | code point| parameters
 *     +-----------+-------+-------+-----------+-----------+-----------+---- - - */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_drda;

enum { DRDA_LENGTH, DRDA_ID, DRDA_FORMAT, DRDA_CORRELATOR, DRDA_LENGTH2, DRDA_CODEPOINT, DRDA_NFIELDS };

static const struct value_name codepoint_names[] = { { 0x1041, "Exchange Server Attributes" },
	{ 0x106d, "Access Security" }, { 0x106e, "Security Check" },
	{ 0x1443, "Exchange Server Attributes Reply Data" }, { 0x14ac, "Access Security Reply Data" },
	{ 0x1219, "Security Check Reply Message" }, { 0x2001, "Access RDB" },
	{ 0x2201, "Access to RDB Completed" }, { 0x200d, "Prepare SQL Statement" },
	{ 0x200b, "Execute SQL Statement" }, { 0x200a, "Execute Immediate SQL Statement" },
	{ 0x200c, "Open Query" }, { 0x2205, "Open Query Complete" }, { 0x2005, "Close Query" },
	{ 0x2006, "Continue Query" }, { 0x2008, "Describe SQL Statement" }, { 0x2014, "Set SQL Environment" },
	{ 0x200e, "RDB Commit Unit of Work" }, { 0x200f, "RDB Rollback Unit of Work" },
	{ 0x220c, "End Unit of Work Condition" }, { 0x2408, "SQL Communications Area Reply Data" },
	{ 0x2411, "SQL Data Area Reply Data" }, { 0x2412, "SQL Program Variable Data" },
	{ 0x2414, "SQL Statement" }, { 0x241a, "Query Answer Set Description" },
	{ 0x241b, "Query Answer Set Data" }, { 0x2450, "SQL Statement Attributes" }, { 0, NULL } };

static const struct field drda_fields[DRDA_NFIELDS] = {
	[DRDA_LENGTH] = { "drda.ddm.length", "Length", KIND_UINT, .octets = 2 },
	[DRDA_ID] = { "drda.ddm.ddmid", "Magic", KIND_UINT, BASE_HEX, 1 },
	[DRDA_FORMAT] = { "drda.ddm.format", "Format", KIND_UINT, BASE_HEX, 1 },
	[DRDA_CORRELATOR] = { "drda.ddm.rqscrr", "CorrelId", KIND_UINT, .octets = 2 },
	[DRDA_LENGTH2] = { "drda.ddm.length2", "Length2", KIND_UINT, .octets = 2 },
	[DRDA_CODEPOINT] = { "drda.ddm.codepoint", "Code point", KIND_UINT, BASE_HEX, 2,
		.names = codepoint_names },
};

static const struct record drda_records[] = { { "drda", RECORD_LAYER, DRDA_NFIELDS, drda_fields, NULL } };

enum { HEADER = 10, MAGIC = 0xd0 };

struct drda_flow {
	bool known;
};

static uint32_t drda_length(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	return be16(c->data);
}

static bool known(uint32_t codepoint)
{
	const struct value_name *n = codepoint_names;
	while (n->name && n->value != codepoint)
		n++;
	return n->name;
}

/* A conversation begins with a message whose code point is known. */
static bool drda_test(struct packet *pkt, const struct cursor *c)
{
	struct drda_flow *f = pkt_flow(pkt, &proto_drda);
	if (f && f->known)
		return true;
	if (c->cap < HEADER || be16(c->data) < HEADER || c->data[2] != MAGIC || !known(be16(c->data + 8)))
		return false;
	pkt_speak(pkt, &proto_drda);
	if (f)
		f->known = true;
	return true;
}

static enum verdict drda_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_drda, 0);
	row_be(r, DRDA_LENGTH, c, 2);
	row_be(r, DRDA_ID, c, 1);
	row_be(r, DRDA_FORMAT, c, 1);
	row_be(r, DRDA_CORRELATOR, c, 2);
	row_be(r, DRDA_LENGTH2, c, 2);
	row_be(r, DRDA_CODEPOINT, c, 2);
	return MINE;
}

static const struct pdu drda_pdu = { .min = HEADER, .length = drda_length, .test = drda_test };
static const struct claim drda_claims[] = { { CLAIM_HEUR_TCP, 680 }, { 0 } };

const struct protocol proto_drda = {
	.name = "drda",
	.title = "DRDA",
	.column = "DRDA",
	.spec = "DRDA",
	.help = "Asks databases, DB2 above all.",
	.id = PROTO_ID_drda,
	.records = drda_records,
	.nrecords = 1,
	.claims = drda_claims,
	.dissect = drda_dissect,
	.pdu = &drda_pdu,
	.flow_size = sizeof(struct drda_flow),
};
