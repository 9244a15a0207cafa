/* Control And Provisioning of Wireless Access Points (RFC 5415), control messages and data.
 *
 *      0       1       2       3       4       6       8
 *     +-------+-------+-------+-------+-------+-------+------ - -+---- - -
 *     | 0 | t | len, radio, binding, flags    |frag id|offset | more     | control message, or a frame
 *     +-------+-------+-------+-------+-------+-------+------ - -+---- - -
 *     t 1: DTLS behind octet 4. len: of the header, in words (5 bits), radio (5), binding (5),
 *     flags: native frame, fragment, last one, wireless information, radio address, keep-alive (1 each), 0
 * (3)
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_capwap, proto_eth, proto_wlan, proto_data;

enum {
	CAPWAP_PREAMBLE,
	CAPWAP_WORD,
	CAPWAP_FRAGMENT_ID,
	CAPWAP_OFFSET,
	CAPWAP_MESSAGE,
	CAPWAP_SEQUENCE,
	CAPWAP_VERSION,
	CAPWAP_TYPE,
	CAPWAP_LENGTH,
	CAPWAP_RID,
	CAPWAP_WBID,
	CAPWAP_T,
	CAPWAP_F,
	CAPWAP_K,
	CAPWAP_NFIELDS
};

static const struct value_name type_names[] = { { 0, "CAPWAP Header" }, { 1, "CAPWAP DTLS Header" },
	{ 0, NULL } };
static const struct value_name binding_names[] = { { 0, "Reserved" }, { 1, "IEEE 802.11" }, { 2, "Reserved" },
	{ 3, "EPCGlobal" }, { 0, NULL } };
static const struct value_name message_names[] = { { 1, "Discovery Request" }, { 2, "Discovery Response" },
	{ 3, "Join Request" }, { 4, "Join Response" }, { 5, "Configuration Status Request" },
	{ 6, "Configuration Status Response" }, { 7, "Configuration Update Request" },
	{ 8, "Configuration Update Response" }, { 9, "WTP Event Request" }, { 10, "WTP Event Response" },
	{ 11, "Change State Request" }, { 12, "Change State Response" }, { 13, "Echo Request" },
	{ 14, "Echo Response" }, { 17, "Reset Request" }, { 18, "Reset Response" }, { 0, NULL } };

static const struct field capwap_fields[CAPWAP_NFIELDS] = {
	[CAPWAP_PREAMBLE] = { "capwap.preamble_octet", "Preamble", KIND_UINT, .internal = true },
	[CAPWAP_WORD] = { "capwap.header_word", "Header", KIND_UINT, .internal = true },
	[CAPWAP_FRAGMENT_ID] = { "capwap.header.fragment.id", "Fragment ID", KIND_UINT, .octets = 2 },
	[CAPWAP_OFFSET] = { "capwap.header.fragment_word", "Fragment offset", KIND_UINT, .internal = true },
	[CAPWAP_MESSAGE] = { "capwap.control.header.message_type", "Message Type", KIND_UINT, .octets = 4,
		.names = message_names },
	[CAPWAP_SEQUENCE] = { "capwap.control.header.sequence_number", "Sequence Number", KIND_UINT,
		.octets = 1 },
	[CAPWAP_VERSION] = { "capwap.preamble.version", "Version", KIND_UINT, .octets = 1,
		.of = CAPWAP_PREAMBLE, .mask = 0xf0 },
	[CAPWAP_TYPE] = { "capwap.preamble.type", "Type", KIND_UINT, .octets = 1, .of = CAPWAP_PREAMBLE,
		.mask = 0x0f, .names = type_names },
	[CAPWAP_LENGTH] = { "capwap.header.length", "Header Length", KIND_UINT, .octets = 3,
		.of = CAPWAP_WORD, .mask = 0xf80000 },
	[CAPWAP_RID] = { "capwap.header.rid", "Radio ID", KIND_UINT, .octets = 3, .of = CAPWAP_WORD,
		.mask = 0x07c000 },
	[CAPWAP_WBID] = { "capwap.header.wbid", "Wireless Binding ID", KIND_UINT, .octets = 3,
		.of = CAPWAP_WORD, .mask = 0x003e00, .names = binding_names },
	[CAPWAP_T] = { "capwap.header.flags.t", "Payload Type", KIND_BOOL, .of = CAPWAP_WORD, .mask = 0x100 },
	[CAPWAP_F] = { "capwap.header.flags.f", "Fragment", KIND_BOOL, .of = CAPWAP_WORD, .mask = 0x080 },
	[CAPWAP_K] = { "capwap.header.flags.k", "Keep-Alive", KIND_BOOL, .of = CAPWAP_WORD, .mask = 0x008 },
};

static const struct record capwap_records[] = {
	{ "capwap", RECORD_LAYER, CAPWAP_NFIELDS, capwap_fields, NULL },
};

#define DTLS_PORT 5684 /* whoever reads DTLS has this one */

enum { NATIVE = 0x100, FRAGMENT = 0x80, KEEP_ALIVE = 0x08, BINDING_80211 = 1 };

/* The header, whose length and flags come back; false where DTLS stands behind the first four octets. */
static bool header(struct packet *pkt, struct row *r, struct cursor *c, uint32_t *word)
{
	unsigned preamble = (unsigned)row_be(r, CAPWAP_PREAMBLE, c, 1);
	*word = 0;
	if ((preamble & 0x0f) == 1) {
		cur_skip(c, 3);
		if (!pkt->fail)
			pkt_next(pkt, CLAIM_UDP_PORT, DTLS_PORT, cur_rest(c));
		return false;
	}
	*word = (uint32_t)row_be(r, CAPWAP_WORD, c, 3);
	row_be(r, CAPWAP_FRAGMENT_ID, c, 2);
	row_be(r, CAPWAP_OFFSET, c, 2);
	uint32_t len = (*word >> 19) * 4;
	if (len > 8)
		cur_skip(c, len - 8);
	return !pkt->fail;
}

static enum verdict control_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_capwap, 0);
	uint32_t word;
	if (header(pkt, r, c, &word)) {
		row_be(r, CAPWAP_MESSAGE, c, 4);
		row_be(r, CAPWAP_SEQUENCE, c, 1);
	}
	return MINE;
}

/* RFC 5415, section 4.4.2. */
static enum verdict data_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_capwap, 0);
	uint32_t word;
	if (!header(pkt, r, c, &word) || word & KEEP_ALIVE)
		return MINE;
	pkt_item_len(pkt, c->pos);
	if (word & FRAGMENT) {
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
	} else if (!(word & NATIVE)) {
		pkt_next_proto(pkt, &proto_eth, cur_rest(c));
	} else if ((word >> 9 & 0x1f) == BINDING_80211) {
		/* Cisco's access points swap the octets of the frame control; Wireshark takes that for
		 * granted. */
		pkt->radio.swapped = true;
		pkt_next_proto(pkt, &proto_wlan, cur_rest(c));
	} else {
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
	}
	return MINE;
}

static const struct claim control_claims[] = { { CLAIM_UDP_PORT, 5246 }, { 0 } };
static const struct claim data_claims[] = { { CLAIM_UDP_PORT, 5247 }, { 0 } };

const struct protocol proto_capwap = {
	.name = "capwap",
	.title = "Control And Provisioning of Wireless Access Points - Control",
	.column = "CAPWAP-CONTROL",
	.spec = "RFC 5415",
	.help = "Lets a controller run the access points of a wireless network.",
	.id = PROTO_ID_capwap,
	.records = capwap_records,
	.nrecords = 1,
	.claims = control_claims,
	.dissect = control_dissect,
};

const struct protocol proto_capwap_data = {
	.name = "capwap.data",
	.title = "Control And Provisioning of Wireless Access Points - Data",
	.column = "CAPWAP-DATA",
	.spec = "RFC 5415",
	.help = "Carries the frames of wireless hosts between access point and controller.",
	.id = PROTO_ID_capwap_data,
	.claims = data_claims,
	.dissect = data_dissect,
};
