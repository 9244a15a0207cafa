/* Protocols with an Ethertype of their own, of which little more is known than the way to what they carry. */
#include "indexer/dissectors/wrappers.h"

extern const struct protocol proto_data, proto_eth, proto_wlan;

/* An inner protocol that is known by name only. */
#define NAMED(id, token, text, short_name)                                                                   \
	static const struct protocol id = { .name = token, .title = text, .column = short_name }

NAMED(avb_61883, "iec61883", "IEC 61883 Protocol", "IEC 61883");
NAMED(avb_aaf, "aaf", "AVTP Audio Format", "AAF");
NAMED(avb_cvf, "cvf", "AVTP Compressed Video Format", "CVF");
NAMED(avb_crf, "crf", "Clock Reference Format", "CRF");
NAMED(avb_tscf, "tscf", "Time-Synchronous Control Format", "TSCF");
NAMED(avb_ntscf, "ntscf", "Non-Time-Synchronous Control Format", "NTSCF");
NAMED(avb_control, "ieee17221", "IEEE 1722.1 Protocol", "IEEE1722.1");
NAMED(avb_maap, "maap", "IEEE 1722 MAAP Protocol", "MAAP");

static void hand(struct packet *pkt, const struct protocol *proto, struct cursor *c)
{
	if (!pkt->fail)
		pkt_next_proto(pkt, proto ? proto : &proto_data, cur_rest(c));
}

/* IEEE 1722, section 5.4: the first octet says which format follows, and is part of it but for data. */
enum verdict ieee1722_wrapper(struct packet *pkt, struct cursor *c)
{
	static const struct {
		uint8_t subtype;
		const struct protocol *proto;
	} formats[] = { { 0x00, &avb_61883 }, { 0x02, &avb_aaf }, { 0x03, &avb_cvf }, { 0x04, &avb_crf },
		{ 0x05, &avb_tscf }, { 0x82, &avb_ntscf }, { 0xfa, &avb_control }, { 0xfb, &avb_control },
		{ 0xfc, &avb_control }, { 0xfe, &avb_maap } };
	const uint8_t *subtype = cur_need(c, 1) ? c->data + c->pos : NULL;
	const struct protocol *format = NULL;
	for (size_t i = 0; subtype && i < sizeof(formats) / sizeof(*formats); i++)
		if (formats[i].subtype == *subtype)
			format = formats[i].proto;
	hand(pkt, format, c);
	return MINE;
}

NAMED(ecat_ecat, "ecat", "EtherCAT datagram(s)", "ECAT");
NAMED(ecat_ams, "ams", "AMS", "AMS");
NAMED(ecat_ioraw, "ioraw", "TwinCAT IO-RAW", "IO-RAW");
NAMED(ecat_nv, "tc_nv", "TwinCAT NV", "TC-NV");
NAMED(ecat_mailbox, "ecat_mailbox", "EtherCAT Mailbox Protocol", "ECAT_MAILBOX");

/* ETG.1000.4, section 5.3: length (11 bits), reserved, type (4 bits). */
enum verdict ecatf_wrapper(struct packet *pkt, struct cursor *c)
{
	static const struct protocol *const types[] = { NULL, &ecat_ecat, &ecat_ams, &ecat_ioraw, &ecat_nv,
		&ecat_mailbox };
	uint32_t type = (uint32_t)cur_le(c, 2) >> 12;
	hand(pkt, type < sizeof(types) / sizeof(*types) ? types[type] : NULL, c);
	return MINE;
}

static void hand_ethertype(struct packet *pkt, struct cursor *c)
{
	uint32_t type = (uint32_t)cur_be(c, 2);
	if (!pkt->fail)
		pkt_next(pkt, CLAIM_ETHERTYPE, type, cur_rest(c));
}

/* Arista's own: a subtype; of time stamps (1) a version that says how long they are, and of which clock. */
enum verdict avsp_wrapper(struct packet *pkt, struct cursor *c)
{
	enum { TIMESTAMP = 1, TIME_64 = 0x10, TIME_48 = 0x20, UTC = 0x0100 };
	uint32_t subtype = (uint32_t)cur_be(c, 2);
	if (subtype == TIMESTAMP) {
		uint32_t version = (uint32_t)cur_be(c, 2) & ~(uint32_t)UTC;
		if (version != TIME_64 && version != TIME_48)
			return MINE;
		cur_take(c, version == TIME_64 ? 8 : 6);
	}
	hand_ethertype(pkt, c);
	return MINE;
}

/* IEEE 802.1CB, section 7.8: two octets that are reserved, the sequence number, the Ethertype. */
enum verdict cb_wrapper(struct packet *pkt, struct cursor *c)
{
	cur_take(c, 4);
	hand_ethertype(pkt, c);
	return MINE;
}

/* RFC 6325, section 3: version, length of options in words (5 bits), hops; the two bridges; options; a frame.
 */
enum verdict trill_wrapper(struct packet *pkt, struct cursor *c)
{
	uint32_t head = (uint32_t)cur_be(c, 2);
	cur_take(c, 4 + (head >> 6 & 0x1f) * 4);
	hand(pkt, &proto_eth, c);
	return MINE;
}

/* B.A.T.M.A.N. advanced, version 15: type, version; how long the header is that a frame stands behind. */
enum verdict batadv_wrapper(struct packet *pkt, struct cursor *c)
{
	enum { VERSION = 15 };
	static const struct {
		uint8_t type, header;
		bool frame, alone;
	} types[] = { { 0x00, 24, false, true }, { 0x01, 14, true, false }, { 0x02, 46, false, false },
		{ 0x03, 16, false, false }, { 0x40, 10, true, false }, { 0x41, 20, false, true },
		{ 0x42, 20, true, false }, { 0x43, 20, false, false }, { 0x44, 20, false, true } };
	const uint8_t *head = cur_need(c, 2) ? c->data + c->pos : NULL;
	for (size_t i = 0; head && head[1] == VERSION && i < sizeof(types) / sizeof(*types); i++) {
		if (types[i].type != head[0])
			continue;
		cur_take(c, types[i].header);
		if (!types[i].alone)
			hand(pkt, types[i].frame ? &proto_eth : &proto_data, c);
		return MINE;
	}
	hand(pkt, &proto_data, c);
	return MINE;
}

/* IEEE 802.11, annex H: frames of 802.11 that travel over Ethernet show as wlan; at the top of the tree
 * stands only what kind they are. */
enum verdict wlan_encap_wrapper(struct packet *pkt, struct cursor *c)
{
	static const struct protocol kind = { .name = "wlan.data_encap.payload_type",
		.title = "Payload Type" };
	pkt_silent(pkt);
	pkt_token(pkt, &proto_wlan);
	if (cur_need(c, 1))
		pkt_item(pkt, &kind, 1);
	return MINE;
}

/* IEC 62439-3, section 5.7: path and size, sequence number, then the Ethertype of what is sent twice. */
enum verdict hsr_wrapper(struct packet *pkt, struct cursor *c)
{
	cur_take(c, 4);
	uint32_t type = (uint32_t)cur_be(c, 2);
	if (!pkt->fail)
		pkt_next(pkt, CLAIM_ETHERTYPE_BARE, type, cur_rest(c));
	return MINE;
}

/* Ethernet POWERLINK (EPSG DS 301, section 4.6.1): message type, destination, source. Poll requests and
 * responses have process data, the length of which stands before them; of asynchronous sends (type 6) some
 * services are known. */
enum verdict epl_wrapper(struct packet *pkt, struct cursor *c)
{
	enum { REQUEST = 3, RESPONSE = 4, ASYNC = 6, INVITE = 7, HEAD = 3, LAST_SERVICE = 6 };
	const uint8_t *head = cur_take(c, HEAD);
	if (!head)
		return MINE;
	uint64_t service;
	uint8_t type = head[0] & 0x7f;
	if (type == REQUEST || type == RESPONSE) {
		cur_take(c, 5);
		uint32_t size = (uint32_t)cur_le(c, 2), left = cur_left(c);
		if (!pkt->fail && size && left)
			pkt_next_proto(pkt, &proto_data, cur_sub(c, size < left ? size : left));
	} else if (type == INVITE) {
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
	} else if (type == ASYNC && cur_peek(c, 0, 1, &service) && (!service || service > LAST_SERVICE)) {
		cur_skip(c, 1);
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
	}
	return MINE;
}
