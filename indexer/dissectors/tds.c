/* Tabular Data Stream (MS-TDS, section 2.2.3.1): what SQL Server speaks; messages of one or more packets.
 *
 *      0       1        2           4           6       7       8
 *     +-------+--------+-----------+-----------+-------+-------+---- - -
 *     | type  | status |  length   | process   | packet|window | part of the message
 *     +-------+--------+-----------+-----------+-------+-------+---- - -
 *
 * Status: bit 0 is set in the last packet of a message. Logging in carries NTLM or Kerberos; the handshake of
 * TLS stands in packets of type 0x12, later TLS is outside of it all. */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_tds, proto_tls, proto_ntlmssp, proto_gss_api, proto_data;

enum { TDS_TYPE, TDS_STATUS, TDS_LENGTH, TDS_CHANNEL, TDS_NUMBER, TDS_WINDOW, TDS_NFIELDS };

static const struct value_name type_names[] = { { 1, "SQL batch" }, { 2, "Pre-TDS7 login" },
	{ 3, "Remote Procedure Call" }, { 4, "Response" }, { 6, "Attention" }, { 7, "Bulk load data" },
	{ 8, "Federated authentication token" }, { 14, "Transaction Manager Request" }, { 15, "TDS5 query" },
	{ 16, "TDS7 login" }, { 17, "SSPI message" }, { 18, "TDS7 pre-login message" }, { 0, NULL } };

static const struct field tds_fields[TDS_NFIELDS] = {
	[TDS_TYPE] = { "tds.type", "Type", KIND_UINT, .octets = 1, .names = type_names },
	[TDS_STATUS] = { "tds.status", "Status", KIND_UINT, BASE_HEX, 1 },
	[TDS_LENGTH] = { "tds.length", "Length", KIND_UINT, .octets = 2 },
	[TDS_CHANNEL] = { "tds.channel", "Channel", KIND_UINT, .octets = 2 },
	[TDS_NUMBER] = { "tds.packet_number", "Packet Number", KIND_UINT, .octets = 1 },
	[TDS_WINDOW] = { "tds.window", "Window", KIND_UINT, .octets = 1 },
};

static const struct record tds_records[] = { { "tds", RECORD_LAYER, TDS_NFIELDS, tds_fields, NULL } };

enum {
	HEADER = 8,
	LAST = 1,
	OLD_LOGIN = 2,
	RESPONSE = 4,
	LOGIN = 16,
	SSPI = 17,
	PRELOGIN = 18,
	TOKEN_SSPI = 0xed,
	LOGIN_SSPI_AT =
		78, /* of the login record: where the SSPI octets stand, and how many (section 2.2.6.4) */
	TLS_FIRST = 0x14,
	TLS_LAST = 0x18
};

struct tds_flow {
	bool pending[2]; /* a message that is not complete */
};

static uint32_t tds_length(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	return be16(c->data + 2);
}

static void sspi(struct packet *pkt, struct cursor token)
{
	bool ntlm = token.cap >= 7 && memcmp(token.data, "NTLMSSP", 7) == 0;
	if (token.len)
		pkt_next_proto(pkt, ntlm ? &proto_ntlmssp : &proto_gss_api, token);
}

static void message(struct packet *pkt, uint32_t type, struct cursor c)
{
	uint64_t first, at, len;
	if (!cur_peek(&c, 0, 1, &first))
		return;
	if (type == OLD_LOGIN) { /* not looked into */
		pkt_next_proto(pkt, &proto_data, c);
		pkt_below(pkt);
	} else if (type == PRELOGIN && first >= TLS_FIRST && first <= TLS_LAST) {
		pkt_next_proto(pkt, &proto_tls, c);
	} else if (type == SSPI) {
		sspi(pkt, c);
	} else if (type == LOGIN && cur_peek(&c, LOGIN_SSPI_AT, 2, &at) && c.cap >= LOGIN_SSPI_AT + 4) {
		at = le16(c.data + LOGIN_SSPI_AT);
		len = le16(c.data + LOGIN_SSPI_AT + 2);
		cur_skip(&c, (uint32_t)at);
		if (len)
			sspi(pkt, cur_sub(&c, (uint32_t)len));
	} else if (type == RESPONSE && first == TOKEN_SSPI) {
		cur_skip(&c, 1);
		len = cur_le(&c, 2);
		sspi(pkt, cur_sub(&c, (uint32_t)len));
	}
}

static enum verdict tds_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_tds, 0);
	struct tds_flow *f = pkt_flow(pkt, &proto_tds);
	bool *pending = f ? &f->pending[pkt_side(pkt)] : NULL;
	uint32_t type = (uint32_t)row_be(r, TDS_TYPE, c, 1), status = (uint32_t)row_be(r, TDS_STATUS, c, 1);
	row_be(r, TDS_LENGTH, c, 2);
	row_be(r, TDS_CHANNEL, c, 2);
	row_be(r, TDS_NUMBER, c, 1);
	row_be(r, TDS_WINDOW, c, 1);
	if (pkt->fail)
		return MINE;
	struct cursor part = cur_rest(c);
	if (pending && (*pending || !(status & LAST))) {
		*pending = !(status & LAST);
		if (!pkt_gather(pkt, &proto_tds, part) || !(status & LAST)) {
			pkt_next_proto(pkt, &proto_data, part);
			pkt_below(pkt);
			return MINE;
		}
		part = pkt_gathered(pkt, &proto_tds);
	}
	message(pkt, type, part);
	return MINE;
}

static const struct pdu tds_pdu = { .min = HEADER, .length = tds_length };
static const struct claim tds_claims[] = { { CLAIM_TCP_PORT, 1433 }, { CLAIM_TCP_PORT, 2433 }, { 0 } };

const struct protocol proto_tds = {
	.name = "tds",
	.title = "Tabular Data Stream",
	.column = "TDS",
	.spec = "MS-TDS",
	.help = "Asks SQL Server and Sybase databases.",
	.id = PROTO_ID_tds,
	.records = tds_records,
	.nrecords = 1,
	.claims = tds_claims,
	.dissect = tds_dissect,
	.pdu = &tds_pdu,
	.flow_size = sizeof(struct tds_flow),
};
