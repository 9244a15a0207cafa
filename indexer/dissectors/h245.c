/* Control of the media of an H.323 call (ITU-T H.245), aligned PER in TPKT packets over a connection of its
 * own. The first octet: extension, which of the four kinds of message, extension, which message of these. */
#include "indexer/dissectors/h323.h"
#include "indexer/dissectors/ids.h"

enum { H245_KIND, H245_NFIELDS };

static const struct value_name h245_kinds[] = { { 0, "request" }, { 1, "response" }, { 2, "command" },
	{ 3, "indication" }, { 0, NULL } };

static const struct field h245_fields[H245_NFIELDS] = {
	[H245_KIND] = { "h245.MultimediaSystemControlMessage", "MultimediaSystemControlMessage", KIND_UINT,
		.octets = 4, .names = h245_kinds },
};

static const struct record h245_records[] = { { "h245", RECORD_LAYER, H245_NFIELDS, h245_fields, NULL } };

static enum verdict h245_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_h245, 0);
	uint32_t first = (uint32_t)cur_be(c, 1);
	if (!(first & 0x80))
		row_set(r, H245_KIND, first >> 5 & 3);
	return MINE;
}

static enum verdict tpkt_dissect(struct packet *pkt, struct cursor *c)
{
	tpkt_header(pkt, c);
	pkt_next_proto(pkt, &proto_h245, cur_rest(c));
	return MINE;
}

static bool h245_test(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	return is_tpkt(c);
}

static const struct pdu h245_pdu = {
	.min = TPKT_HEADER, .length = tpkt_length, .test = h245_test, .unmeasured = true
};

#define H245(...)                                                                                            \
	{                                                                                                    \
		.name = "h245", .title = "MULTIMEDIA-SYSTEM-CONTROL", .column = "H.245",                     \
		.spec = "ITU-T H.245",                                                                       \
		.help = "Agrees on the media of an H.323 call and opens their channels.",                    \
		.id = PROTO_ID_h245, .records = h245_records, .nrecords = 1, __VA_ARGS__                     \
	}

const struct protocol proto_h245 = H245(.dissect = h245_dissect);
const struct protocol proto_h245_tpkt =
	H245(.dissect = tpkt_dissect, .pdu = &h245_pdu, .no_item = true, .as = &proto_h245);
