/* Protocols of which little more than the name is known (names.c, names_udp.c, names_tcp.c), but whose
 * messages are walked to where they end: a message that promises more than there is shows as malformed or
 * cut, and what is inside goes on to its own dissector. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "indexer/dissectors/names_tests.h"

extern const struct protocol proto_data;

/* RFC 5171, section 6.3: version and operation, flags, checksum; types (2), lengths (2, with these) and
 * values. A length that does not hold its own header ends them. */
enum verdict udld_walk(struct packet *pkt, struct cursor *c)
{
	cur_take(c, 4);
	while (cur_left(c)) {
		cur_take(c, 2);
		uint32_t len = (uint32_t)cur_be(c, 2);
		if (len < 4) {
			pkt_nest(pkt, true);
			if (!pkt->fail)
				pkt_next_proto(pkt, &proto_data, cur_rest(c));
			break;
		}
		cur_take(c, len - 4);
	}
	return MINE;
}

/* RFC 1179, sections 5 to 7: an answer is one octet, a command of a client one and a line, to which Wireshark
 * takes a NUL to be an end as well. */
enum verdict lpd_walk(struct packet *pkt, struct cursor *c)
{
	enum { ANSWERS = 3, COMMANDS = 9 };
	if (!cur_need(c, 1))
		return MINE;
	uint8_t code = c->data[c->pos];
	bool line = memchr(c->data + c->pos + 1, '\n', c->cap - c->pos - 1) ||
		    memchr(c->data + c->pos + 1, '\0', c->cap - c->pos - 1);
	if (cur_left(c) == 1 ? code <= ANSWERS : code <= COMMANDS && line)
		return MINE;
	pkt_next_proto(pkt, &proto_data, *c);
	pkt_below(pkt);
	return MINE;
}

/* Lengths of 2 octets behind `before` octets, which hold these too, up to the end. */
static void lists(struct cursor *c, uint32_t before)
{
	while (cur_left(c)) {
		const uint8_t *head = cur_take(c, before + 2);
		uint32_t len = head ? be16(head + before) : 0;
		if (len < before + 2)
			return;
		cur_take(c, len - before - 2);
	}
}

/* Cisco's Auto-RP: kind, count, hold time, reserved; for each rendezvous point an address, a version, a count
 * of groups of 6 octets. */
enum verdict auto_rp_walk(struct packet *pkt, struct cursor *c)
{
	(void)pkt;
	cur_take(c, 1);
	uint32_t count = (uint32_t)cur_be(c, 1);
	cur_take(c, 6);
	for (; count && !*c->fail; count--) {
		cur_take(c, 5);
		cur_take(c, (uint32_t)cur_be(c, 1) * 6);
	}
	return MINE;
}

/* Berkeley's timed: kind, version, sequence, a time or a hop count, then the machine's name up to a NUL. */
enum verdict tsp_walk(struct packet *pkt, struct cursor *c)
{
	(void)pkt;
	cur_take(c, 12);
	while (!*c->fail && cur_be(c, 1))
		;
	return MINE;
}

/* RFC 5036, section 3.1: version, length, identifier; then messages: type, length, identifier, parameters. */
enum verdict ldp_walk(struct packet *pkt, struct cursor *c)
{
	uint64_t version;
	(void)pkt;
	if (c->cap < 10 || !cur_peek(c, 0, 2, &version) || version != 1)
		return NOT_MINE;
	cur_take(c, 2);
	struct cursor pdu = cur_sub(c, 2 + (uint32_t)cur_be(c, 2));
	pdu.pos = 0;
	cur_take(&pdu, 6);
	while (cur_left(&pdu)) {
		cur_take(&pdu, 2);
		cur_take(&pdu, (uint32_t)cur_be(&pdu, 2));
	}
	return MINE;
}

/* RFC 6275, section 6.1.1: next header, length in units of 8 octets but the first, type, checksum. */
enum verdict mipv6_walk(struct packet *pkt, struct cursor *c)
{
	(void)pkt;
	cur_take(c, 1);
	uint32_t len = (uint32_t)cur_be(c, 1);
	cur_take(c, len * 8 + 6);
	return MINE;
}

/* All of it is shown, whatever it is. */
enum verdict whole_walk(struct packet *pkt, struct cursor *c)
{
	(void)pkt;
	cur_take(c, cur_left(c));
	return MINE;
}

/* RFC 3626, section 3.3: length, sequence; messages: type, validity, size with this header, originator, ...
 */
enum verdict olsr_walk(struct packet *pkt, struct cursor *c)
{
	uint64_t len;
	(void)pkt;
	if (c->cap < 4 || !cur_peek(c, 0, 2, &len) || len > c->len)
		return NOT_MINE;
	cur_take(c, 4);
	while (cur_left(c)) {
		const uint8_t *head = cur_take(c, 12);
		uint32_t size = head ? be16(head + 2) : 0;
		if (size < 12)
			break;
		cur_take(c, size - 12);
	}
	return MINE;
}

/* RFC 3208, section 8: ports, type, options, checksum, source, length of data; what the type adds; where the
 * lowest bit of options is set, these: the first (type 0, of 4 octets) has the length of all. Other types are
 * taken without a word. */
enum verdict pgm_walk(struct packet *pkt, struct cursor *c)
{
	enum { ODATA = 4, RDATA = 5, NTYPES = 14 };
	static const uint8_t adds[NTYPES] = {
		[0] = 20, [1] = 24, [2] = 8, [4] = 8, [5] = 8, [8] = 20, [9] = 20, [10] = 20, [13] = 8
	};
	if (c->cap < 18)
		return NOT_MINE;
	const uint8_t *head = cur_take(c, 16);
	unsigned type = head[4];
	bool options = head[5] & 1;
	if (c->cap > 18 && (type >= NTYPES || !adds[type])) {
		pkt_silent(pkt);
		return MINE;
	}
	cur_take(c, type < NTYPES && adds[type] ? adds[type] : c->len);
	if (options) {
		const uint8_t *total = cur_need(c, 4) ? c->data + c->pos : NULL;
		cur_skip(c, total ? be16(total + 2) : 0);
	}
	if (!pkt->fail && (type == ODATA || type == RDATA) && cur_left(c))
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
	return MINE;
}

/* RFC 2205, section 3.1: version and flags, type, checksum, lifetime, length; objects: length, class. */
enum verdict rsvp_walk(struct packet *pkt, struct cursor *c)
{
	(void)pkt;
	cur_take(c, 6);
	uint32_t len = (uint32_t)cur_be(c, 2);
	if (*c->fail || len < 8)
		return MINE;
	struct cursor objects = cur_sub(c, len - 8);
	lists(&objects, 0);
	return MINE;
}

/* RFC 5354 (ASAP), section 2: type, flags, length; parameters: type, length, filled up to 4 octets. */
enum verdict asap_walk(struct packet *pkt, struct cursor *c)
{
	(void)pkt;
	cur_take(c, 2);
	uint32_t len = (uint32_t)cur_be(c, 2);
	if (*c->fail || len < 4)
		return MINE;
	struct cursor list = cur_sub(c, len - 4);
	while (cur_left(&list)) {
		cur_take(&list, 2);
		uint32_t n = (uint32_t)cur_be(&list, 2);
		if (n < 4)
			break;
		cur_take(&list, n - 4);
		cur_skip(&list, -n & 3);
	}
	return MINE;
}

/* RFC 8210, section 5.11: an error report has the message that was wrong, and a text. */
enum verdict rpkirtr_walk(struct packet *pkt, struct cursor *c)
{
	(void)pkt;
	cur_take(c, 1);
	unsigned type = (unsigned)cur_be(c, 1);
	cur_take(c, 6);
	if (type == 10) {
		cur_take(c, (uint32_t)cur_be(c, 4));
		cur_take(c, (uint32_t)cur_be(c, 4));
	}
	return MINE;
}

static const struct value_name vector_names[] = { { 0x00, "Response" }, { 0x02, "Beacon" },
	{ 0x03, "Claim Token" }, { 0x04, "Ring Purge" }, { 0x05, "Active Monitor Present" },
	{ 0x06, "Standby Monitor Present" }, { 0x07, "Duplicate Address Test" }, { 0x09, "Transmit Forward" },
	{ 0x0b, "Remove Ring Station" }, { 0x0c, "Change Parameters" }, { 0x0d, "Initialize Ring Station" },
	{ 0x0e, "Request Ring Station Address" }, { 0x0f, "Request Ring Station Address" },
	{ 0x10, "Request Ring Station Attachments" }, { 0x22, "Report Ring Station Address" },
	{ 0x23, "Report Ring Station State" }, { 0x24, "Report Ring Station Attachments" },
	{ 0x25, "Report New Active Monitor" }, { 0x26, "Report NAUN Change" }, { 0x27, "Report Poll Error" },
	{ 0x28, "Report Monitor Errors" }, { 0x29, "Report Error" }, { 0x2a, "Report Transmit Forward" },
	{ 0, NULL } };

/* IEEE 802.5, section 3.3: length of all, classes, vector; subvectors: length with its own two octets, kind.
 */
enum verdict trmac_walk(struct packet *pkt, struct cursor *c)
{
	uint32_t len = (uint32_t)cur_be(c, 2);
	cur_take(c, 1);
	uint32_t vector = (uint32_t)cur_be(c, 1);
	if (pkt->info && !pkt->fail) {
		const char *name = info_name(vector_names, vector, NULL);
		if (name)
			info_set(pkt, "%s", name);
		else
			info_set(pkt, "Unknown Major Vector: %u", vector);
	}
	while (!*c->fail && c->pos + 1 < len) {
		uint32_t n = (uint32_t)cur_be(c, 1);
		if (n < 2)
			break;
		cur_take(c, n - 1);
	}
	return MINE;
}

/* Area (6 bits) and node (10). */
static void dec_dna_address(char out[16], const uint8_t *p)
{
	snprintf(out, 16, "%u.%u", le16(p) >> 10, le16(p) & 0x3ff);
}

/* DECnet's routing layer: length, little-endian; padding; flags, of a data packet its kind; then, in the tree
 * beside it, the message of the service above. */
enum verdict dec_dna_walk(struct packet *pkt, struct cursor *c)
{
	static const struct protocol message = { .name = "dec_dna.nsp.msg_type" };
	cur_take(c, 2);
	uint32_t flags = (uint32_t)cur_be(c, 1);
	if (flags & 0x80) {
		cur_take(c, (flags & 0x7f) - 1);
		flags = (uint32_t)cur_be(c, 1);
	}
	uint64_t node;
	if (flags & 1 && (flags >> 1 & 7) >= 5 && cur_peek(c, 7, 2, &node)) { /* hello: version, identifier */
		char text[16];
		dec_dna_address(text, c->data + c->pos + 7);
		pkt_show_addresses(pkt, text, NULL);
	}
	if (*c->fail || flags & 1)
		return MINE;
	bool is_short = (flags & 7) == 2, is_long = (flags & 7) == 6;
	const uint8_t *p = cur_take(c, is_short ? 5 : is_long ? 20 : 0);
	char src[16], dst[16];
	if (p && (is_short || is_long)) {
		dec_dna_address(dst, p + (is_short ? 0 : 6));
		dec_dna_address(src, p + (is_short ? 2 : 14));
		pkt_show_addresses(pkt, src, dst);
	}
	if (!*c->fail && (is_short || is_long) && cur_avail(c))
		pkt_item(pkt, &message, cur_left(c));
	return MINE;
}

/* Zone (8 bits), cluster (12), node (12). */
static void tipc_address(char out[24], const uint8_t *p)
{
	snprintf(out, 24, "%u.%u.%u", p[0], be32(p) >> 12 & 0xfff, be32(p) & 0xfff);
}

/* IEC 61850-8-1: Wireshark says in the tree, behind the message, that it can show more of its BER. */
enum verdict goose_walk(struct packet *pkt, struct cursor *c)
{
	static const struct protocol hint = { .name = "ber.encoding_boiler_plate" };
	if (cur_avail(c))
		pkt_item(pkt, &hint, 0);
	return MINE;
}

/* IEEE 802.1Q, section 21.4: level and version, operation, flags, where the first TLV is (from here on);
 * TLVs, which stand in the tree beside it: type, length, value, up to type 0. */
enum verdict cfm_walk(struct packet *pkt, struct cursor *c)
{
	static const struct protocol tlvs = { .name = "cfm.all.tlvs" };
	cur_take(c, 3);
	cur_take(c, (uint32_t)cur_be(c, 1));
	if (*c->fail || !cur_left(c))
		return MINE;
	pkt_item(pkt, &tlvs, cur_left(c));
	while (!*c->fail && cur_be(c, 1))
		cur_take(c, (uint32_t)cur_be(c, 2));
	return MINE;
}

/* TIPC 2: version, user and the header's length in words. Users 0 to 3 send data. */
enum verdict tipc_walk(struct packet *pkt, struct cursor *c)
{
	uint32_t word = (uint32_t)cur_be(c, 4);
	if (word >> 29 != 2)
		return MINE;
	const uint32_t words = word >> 21 & 15;
	const uint8_t *p = cur_take(c, 4 * words - 4); /* from the second word on */
	char src[24] = "", dst[24] = "";
	if (p && words > 3)
		tipc_address(src, p + (words > 6 ? 20 : 8)); /* the node before this one; that of origin */
	if (p && words > 7)
		tipc_address(dst, p + 24);
	if (*src)
		pkt_show_addresses(pkt, src, *dst ? dst : NULL);
	if (!*c->fail && (word >> 25 & 15) <= 3)
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
	return MINE;
}

/* Linux' vsockmon: two machines, little-endian; number 2 is the host. */
enum verdict vsock_walk(struct packet *pkt, struct cursor *c)
{
	char text[2][24];
	for (int i = 0; i < 2; i++) {
		uint64_t machine = cur_le(c, 8);
		if (machine == 2)
			snprintf(text[i], sizeof(text[i]), "host");
		else
			snprintf(text[i], sizeof(text[i]), "%" PRIu64, machine);
	}
	if (!pkt->fail)
		pkt_show_addresses(pkt, text[0], text[1]);
	return MINE;
}

/* ---- CORBA ---- */

static const struct protocol giop_item = { .name = "giop" };
static const struct protocol text_item = { .name = "text" };

/* General Inter-ORB Protocol: all messages but "close" and "error" have a branch of their own in the tree. */
static void giop_items(struct packet *pkt, const struct cursor *c, uint32_t at)
{
	uint64_t type;
	if (cur_peek(c, at + 7, 1, &type) && type != 5 && type != 6)
		pkt_item(pkt, &text_item, 0);
}

enum verdict giop_walk(struct packet *pkt, struct cursor *c)
{
	uint64_t magic;
	if (!cur_peek(c, 0, 4, &magic) || magic != 0x47494f50)
		return MINE;
	pkt_no_item(pkt); /* ZIOP's conversations have messages that are not zipped */
	pkt_item(pkt, &giop_item, c->len);
	giop_items(pkt, c, 0);
	return MINE;
}

/* Unreliable Multicast: magic, version, flags (1: little-endian), length, number, count, length of the name,
 * name; filled up to 8 octets. What stands in one packet is shown. */
enum verdict miop_walk(struct packet *pkt, struct cursor *c)
{
	uint64_t magic;
	if (!cur_peek(c, 0, 4, &magic) || magic != 0x4d494f50)
		return NOT_MINE;
	const uint8_t *head = cur_take(c, 20);
	if (!head)
		return MINE;
	uint32_t count = head[5] & 1 ? le32(head + 12) : be32(head + 12),
		 name = head[5] & 1 ? le32(head + 16) : be32(head + 16);
	if (name > cur_left(c))
		return MINE;
	uint32_t at = (name + 20 + 7) & ~7u;
	c->pos = 0;
	if (count == 1 && cur_peek(c, at, 4, &magic) && magic == 0x47494f50) {
		pkt_item(pkt, &giop_item, c->len - at);
		giop_items(pkt, c, at);
	}
	return MINE;
}

/* ---- hospitals ---- */

/* HL7: in its first segment, the ninth field says which message on what occasion; both stand in the tree
 * before the message. */
enum verdict hl7_walk(struct packet *pkt, struct cursor *c)
{
	static const struct protocol type = { .name = "hl7.message.type" },
				     event = { .name = "hl7.event.type" }, all = { .name = "hl7" };
	uint32_t at = 4, fields = 0;
	if (c->cap < 9 || memcmp(c->data, "\vMSH", 4) != 0)
		return MINE;
	uint8_t field = c->data[4], part = c->data[5];
	for (; at < c->cap && fields < 8 && c->data[at] != '\r'; at++)
		fields += c->data[at] == field;
	if (fields < 8)
		return MINE;
	pkt_no_item(pkt);
	pkt_item(pkt, &type, 0);
	while (at < c->cap && c->data[at] != field && c->data[at] != part && c->data[at] != '\r')
		at++;
	if (at < c->cap && c->data[at] == part)
		pkt_item(pkt, &event, 0);
	pkt_item(pkt, &all, c->len);
	return MINE;
}

/* ---- what carries others ---- */

/* LLC between a mobile station and its support node (3GPP TS 44.064): address, whose low bits are the service
 * access point; control, of unnumbered information two octets; at the end a check sequence. */
static enum verdict llcgprs_dissect(struct packet *pkt, struct cursor *c)
{
	static const struct protocol mobility = {
		.name = "gsm_a.dtap", .title = "GSM A-I/F DTAP", .column = "GSM A-I/F DTAP"
	};
	unsigned sapi = (unsigned)cur_be(c, 1) & 0x0f, control = (unsigned)cur_be(c, 2);
	bool clear = control >> 13 == 6 && !(control & 2);
	if (!*c->fail && clear && sapi == 1 && cur_left(c) > 3)
		pkt_next_proto(pkt, &mobility, cur_sub(c, cur_left(c) - 3));
	return MINE;
}

/* 3GPP TS 48.018, section 10.2: type, the station's link identity, quality; then elements: identifier, length
 * of 7 bits with the top bit set, or of 15. Element 14 is the station's message. */
static enum verdict bssgp_dissect(struct packet *pkt, struct cursor *c)
{
	static const struct protocol llc = { .name = "llcgprs",
		.title = "Logical Link Control GPRS",
		.column = "GPRS-LLC",
		.dissect = llcgprs_dissect };
	if (cur_be(c, 1) > 1) /* not data, down or up */
		return MINE;
	cur_take(c, 7);
	while (cur_left(c)) {
		unsigned element = (unsigned)cur_be(c, 1), len = (unsigned)cur_be(c, 1);
		len = len & 0x80 ? len & 0x7f : len << 8 | (unsigned)cur_be(c, 1);
		if (*c->fail)
			break;
		struct cursor value = cur_sub(c, len);
		if (element == 14)
			pkt_next_proto(pkt, &llc, value);
	}
	return MINE;
}

/* 3GPP TS 48.016, section 9.2: type; data (type 0) has control bits and a virtual connection before it. */
enum verdict gprs_ns_walk(struct packet *pkt, struct cursor *c)
{
	static const struct protocol bssgp = { .name = "bssgp",
		.title = "Base Station Subsystem GPRS Protocol",
		.column = "BSSGP",
		.dissect = bssgp_dissect };
	if (cur_be(c, 1) != 0)
		return MINE;
	cur_take(c, 3);
	if (!*c->fail)
		pkt_next_proto(pkt, &bssgp, cur_rest(c));
	return MINE;
}
