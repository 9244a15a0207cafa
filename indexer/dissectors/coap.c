/* Constrained Application Protocol (RFC 7252, section 3).
 *
 *      0    1    2         4
 *     +----+----+---------+---- - -+------------ - -+----+------------ - -
 *     |VTtl|code| id      | token  | options        | ff | payload
 *     +----+----+---------+---- - -+------------ - -+----+------------ - -
 *     option: how much its number is beyond the last one's (4 bits), length (4), more of both (13: 1 octet,
 * 14: 2), value
 */
#include <string.h>

#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_coap, proto_data;

enum {
	COAP_HEAD,
	COAP_CODE,
	COAP_MID,
	COAP_TOKEN,
	COAP_RESPONSE_TO,
	COAP_TIME,
	COAP_VERSION,
	COAP_TYPE,
	COAP_TOKEN_LEN,
	COAP_NFIELDS
};
enum { OPT_NUMBER, OPT_URI_HOST, OPT_URI_PATH, OPT_URI_QUERY, OPT_CTYPE, OPT_NFIELDS };
enum { REC_MESSAGE, REC_OPTION, REC_LATE, REC_COUNT };

static const struct value_name types[] = { { 0, "Confirmable" }, { 1, "Non-Confirmable" },
	{ 2, "Acknowledgement" }, { 3, "Reset" }, { 0, NULL } };
static const struct value_name codes[] = { { 0, "Empty Message" }, { 1, "GET" }, { 2, "POST" }, { 3, "PUT" },
	{ 4, "DELETE" }, { 5, "FETCH" }, { 6, "PATCH" }, { 7, "iPATCH" }, { 65, "2.01 Created" },
	{ 66, "2.02 Deleted" }, { 67, "2.03 Valid" }, { 68, "2.04 Changed" }, { 69, "2.05 Content" },
	{ 95, "2.31 Continue" }, { 128, "4.00 Bad Request" }, { 129, "4.01 Unauthorized" },
	{ 130, "4.02 Bad Option" }, { 131, "4.03 Forbidden" }, { 132, "4.04 Not Found" },
	{ 133, "4.05 Method Not Allowed" }, { 134, "4.06 Not Acceptable" },
	{ 136, "4.08 Request Entity Incomplete" }, { 137, "4.09 Conflict" },
	{ 140, "4.12 Precondition Failed" }, { 141, "4.13 Request Entity Too Large" },
	{ 143, "4.15 Unsupported Content-Format" }, { 157, "4.29 Too Many Requests" },
	{ 160, "5.00 Internal Server Error" }, { 161, "5.01 Not Implemented" }, { 162, "5.02 Bad Gateway" },
	{ 163, "5.03 Service Unavailable" }, { 164, "5.04 Gateway Timeout" },
	{ 165, "5.05 Proxying Not Supported" }, { 0, NULL } };

static const struct field message_fields[COAP_NFIELDS] = {
	[COAP_HEAD] = { "head", "version, type, length of the token", KIND_UINT, .octets = 1,
		.internal = true },
	[COAP_CODE] = { "coap.code", "Code", KIND_UINT, .octets = 1, .names = codes },
	[COAP_MID] = { "coap.mid", "Message ID", KIND_UINT, .octets = 2 },
	[COAP_TOKEN] = { "coap.token", "Token", KIND_BYTES },
	[COAP_RESPONSE_TO] = { "coap.response_to", "Request In", KIND_FRAME, .generated = true },
	[COAP_TIME] = { "coap.response_time", "Response Time", KIND_RELTIME, .generated = true },
	[COAP_VERSION] = { "coap.version", "Version", KIND_UINT, .octets = 1, .of = COAP_HEAD, .mask = 0xc0 },
	[COAP_TYPE] = { "coap.type", "Type", KIND_UINT, .octets = 1, .of = COAP_HEAD, .mask = 0x30,
		.names = types },
	[COAP_TOKEN_LEN] = { "coap.token_len", "Token Length", KIND_UINT, .octets = 1, .of = COAP_HEAD,
		.mask = 0x0f },
};

static const struct field option_fields[OPT_NFIELDS] = {
	[OPT_NUMBER] = { "number", "number of the option", KIND_UINT, .octets = 2, .internal = true },
	[OPT_URI_HOST] = { "coap.opt.uri_host", "Uri-Host", KIND_TEXT },
	[OPT_URI_PATH] = { "coap.opt.uri_path", "Uri-Path", KIND_TEXT },
	[OPT_URI_QUERY] = { "coap.opt.uri_query", "Uri-Query", KIND_TEXT },
	[OPT_CTYPE] = { "coap.opt.ctype", "Content-type", KIND_TEXT },
};

static const struct field late_fields[] = {
	{ "coap.response_in", "Response In", KIND_FRAME, .generated = true },
};

static const struct record coap_records[REC_COUNT] = {
	[REC_MESSAGE] = { "coap", RECORD_LAYER, COAP_NFIELDS, message_fields, NULL },
	[REC_OPTION] = { "coap_opt", RECORD_CHILD, OPT_NFIELDS, option_fields, NULL },
	[REC_LATE] = { "coap_late", RECORD_LATE, 1, late_fields, NULL },
};

enum { URI_HOST = 3, URI_PATH = 11, CONTENT_FORMAT = 12, URI_QUERY = 15, PAYLOAD_MARKER = 0xff };

/* IANA's registry "CoAP Content-Formats". */
static const struct value_name formats[] = { { 0, "text/plain; charset=utf-8" },
	{ 40, "application/link-format" }, { 41, "application/xml" }, { 42, "application/octet-stream" },
	{ 47, "application/exi" }, { 50, "application/json" }, { 60, "application/cbor" },
	{ 110, "application/senml+json" }, { 112, "application/senml+cbor" }, { 0, NULL } };

/* 13 and 14 say that the number goes on. */
static uint32_t extended(struct cursor *c, uint32_t nibble)
{
	if (nibble == 13)
		return (uint32_t)cur_be(c, 1) + 13;
	return nibble == 14 ? (uint32_t)cur_be(c, 2) + 269 : nibble;
}

/* True until the options end. */
enum after { OPTION, PAYLOAD, NOTHING };

static enum after option(struct packet *pkt, struct cursor *c, uint32_t *number, const char **format)
{
	uint32_t head = (uint32_t)cur_be(c, 1);
	if (head == PAYLOAD_MARKER || pkt->fail)
		return PAYLOAD;
	*number += extended(c, head >> 4);
	uint32_t len = extended(c, head & 15);
	if (head >> 4 == 15 || (head & 15) == 15 || len > cur_left(c))
		return NOTHING;
	struct cursor v = cur_sub(c, len);
	struct row *r = row_open(pkt, &proto_coap, REC_OPTION);
	row_set(r, OPT_NUMBER, *number);
	switch (*number) {
	case URI_HOST:
		row_string(r, OPT_URI_HOST, &v, len);
		break;
	case URI_PATH:
		row_string(r, OPT_URI_PATH, &v, len);
		break;
	case URI_QUERY:
		row_string(r, OPT_URI_QUERY, &v, len);
		break;
	case CONTENT_FORMAT: {
		uint64_t id = len <= 2 ? cur_be(&v, len) : UINT64_MAX;
		for (const struct value_name *f = formats; f->name; f++)
			if ((uint64_t)f->value == id)
				*format = f->name;
		if (*format)
			row_text(r, OPT_CTYPE, *format, strlen(*format), v.data, len);
		break;
	}
	default:
		break;
	}
	return OPTION;
}

static enum verdict coap_dissect(struct packet *pkt, struct cursor *c)
{
	uint64_t first;
	if (!cur_peek(c, 0, 1, &first))
		return MINE;
	struct row *r = row_open(pkt, &proto_coap, REC_MESSAGE);
	row_be(r, COAP_HEAD, c, 1);
	uint64_t code = row_be(r, COAP_CODE, c, 1), id = row_be(r, COAP_MID, c, 2);
	row_bytes(r, COAP_TOKEN, c, first & 15);
	if (code)
		pkt_exchange(pkt, &proto_coap, r, id, code >= 64);
	const char *format = NULL;
	uint32_t number = 0;
	enum after after = OPTION;
	while (after == OPTION && cur_left(c))
		after = option(pkt, c, &number, &format);
	/* Behind an option that is none there is no payload to be found. */
	if (pkt->fail || after != PAYLOAD || !cur_left(c))
		return MINE;
	pkt_item_len(pkt, c->pos);
	if (format)
		pkt_next_media(pkt, cur_rest(c), format, strlen(format), CLAIM_NONE, &proto_data);
	else
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
	return MINE;
}

static const struct claim coap_claims[] = { { CLAIM_UDP_PORT, 5683 }, { 0 } };

static const struct exchange_fields coap_exchange = {
	.response_to = COAP_RESPONSE_TO,
	.time = COAP_TIME,
	.unsolicited = EXCHANGE_NO_FIELD,
	.repeat_request = EXCHANGE_NO_FIELD,
	.repeat_response = EXCHANGE_NO_FIELD,
	.late_record = REC_LATE,
	.response_in = 0,
	.repeat_ns = INT64_MAX,
	.by_ports = true,
};

const struct protocol proto_coap = {
	.name = "coap",
	.title = "Constrained Application Protocol",
	.column = "CoAP",
	.spec = "RFC 7252",
	.help = "HTTP's methods for small devices, over UDP.",
	.id = PROTO_ID_coap,
	.records = coap_records,
	.nrecords = REC_COUNT,
	.claims = coap_claims,
	.dissect = coap_dissect,
	.exchange = &coap_exchange,
};
