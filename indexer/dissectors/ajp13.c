/* Apache JServ Protocol 1.3: a web server's requests to its application server, and the answers.
 *
 *      0       2       4    5
 *     +-------+-------+----+------ - -
 *     | magic |length |code| by code      0x1234 to the application server, "AB" from it
 *     +-------+-------+----+------ - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_ajp13;

enum {
	AJP13_MAGIC,
	AJP13_LEN,
	AJP13_CODE,
	AJP13_METHOD,
	AJP13_VER,
	AJP13_URI,
	AJP13_RADDR,
	AJP13_RHOST,
	AJP13_SRV,
	AJP13_PORT,
	AJP13_RSTATUS,
	AJP13_NFIELDS
};
static const struct value_name ajp13_code_names[] = { { 2, "FORWARD REQUEST" }, { 3, "SEND BODY CHUNK" },
	{ 4, "SEND HEADERS" }, { 5, "END RESPONSE" }, { 6, "GET BODY CHUNK" }, { 7, "SHUTDOWN" },
	{ 9, "CPONG" }, { 10, "CPING" }, { 0, NULL } };
static const struct value_name ajp13_method_names[] = { { 1, "OPTIONS" }, { 2, "GET" }, { 3, "HEAD" },
	{ 4, "POST" }, { 5, "PUT" }, { 6, "DELETE" }, { 7, "TRACE" }, { 8, "PROPFIND" }, { 9, "PROPPATCH" },
	{ 10, "MKCOL" }, { 11, "COPY" }, { 12, "MOVE" }, { 13, "LOCK" }, { 14, "UNLOCK" }, { 15, "ACL" },
	{ 16, "REPORT" }, { 17, "VERSION-CONTROL" }, { 18, "CHECKIN" }, { 19, "CHECKOUT" },
	{ 20, "UNCHECKOUT" }, { 21, "SEARCH" }, { 0, NULL } };
static const struct field ajp13_fields[AJP13_NFIELDS] = {
	[AJP13_MAGIC] = { "ajp13.magic", "Magic", KIND_BYTES },
	[AJP13_LEN] = { "ajp13.len", "Length", KIND_UINT, .octets = 2 },
	[AJP13_CODE] = { "ajp13.code", "Code", KIND_UINT, .octets = 4, .names = ajp13_code_names },
	[AJP13_METHOD] = { "ajp13.method", "Method", KIND_UINT, .octets = 1, .names = ajp13_method_names },
	[AJP13_VER] = { "ajp13.ver", "Version", KIND_TEXT },
	[AJP13_URI] = { "ajp13.uri", "URI", KIND_TEXT },
	[AJP13_RADDR] = { "ajp13.raddr", "RADDR", KIND_TEXT },
	[AJP13_RHOST] = { "ajp13.rhost", "RHOST", KIND_TEXT },
	[AJP13_SRV] = { "ajp13.srv", "SRV", KIND_TEXT },
	[AJP13_PORT] = { "ajp13.port", "PORT", KIND_UINT, .octets = 2 },
	[AJP13_RSTATUS] = { "ajp13.rstatus", "RSTATUS", KIND_UINT, .octets = 2 },
};

static const struct record ajp13_records[] = { { "ajp13", RECORD_LAYER, AJP13_NFIELDS, ajp13_fields, NULL } };

enum { FORWARD_REQUEST = 2, SEND_HEADERS = 4 };

/* A length, so many octets and a NUL; 0xffff is no text. */
static void text(struct row *r, unsigned field, struct cursor *c)
{
	uint32_t n = (uint32_t)cur_be(c, 2);
	if (n == 0xffff)
		return;
	row_string(r, field, c, n);
	cur_skip(c, 1);
}

static enum verdict ajp13_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_ajp13, 0);
	uint64_t magic = 0, code = 0;
	cur_peek(c, 0, 2, &magic);
	if (magic != 0x1234 && magic != 0x4142)
		return MINE;
	row_bytes(r, AJP13_MAGIC, c, 2);
	row_be(r, AJP13_LEN, c, 2);
	if (!cur_peek(c, 0, 1, &code) || (magic == 0x1234 && code != FORWARD_REQUEST))
		return MINE;
	row_be(r, AJP13_CODE, c, 1);
	if (magic == 0x1234) {
		row_be(r, AJP13_METHOD, c, 1);
		text(r, AJP13_VER, c);
		text(r, AJP13_URI, c);
		text(r, AJP13_RADDR, c);
		text(r, AJP13_RHOST, c);
		text(r, AJP13_SRV, c);
		row_be(r, AJP13_PORT, c, 2);
	} else if (code == SEND_HEADERS) {
		row_be(r, AJP13_RSTATUS, c, 2);
	}
	return MINE;
}

static uint32_t ajp13_length(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	return 4 + be16(c->data + 2);
}

static const struct pdu ajp13_pdu = { .min = 4, .length = ajp13_length };

static const struct claim ajp13_claims[] = { { CLAIM_TCP_PORT, 8009 }, { 0 } };

const struct protocol proto_ajp13 = {
	.name = "ajp13",
	.title = "Apache JServ Protocol v1.3",
	.column = "AJP13",
	.help = "Hands requests of a web server to an application server.",
	.id = PROTO_ID_ajp13,
	.records = ajp13_records,
	.nrecords = 1,
	.claims = ajp13_claims,
	.dissect = ajp13_dissect,
	.pdu = &ajp13_pdu,
};
