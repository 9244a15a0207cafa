/* IEEE 802.15.4 and ZigBee: names with the way from the radio frame to the application.
 *
 *     802.15.4: | control, 2 | sequence | network (2) and address (2 or 8) of receiver, of sender | payload |
 * check, 2 | network:  | control, 2 | to, 2 | from, 2 | radius | sequence | what the control announces |
 * payload | support:  | control | endpoints, cluster, profile by its kind | counter | payload |      all
 * little-endian
 */
#include <stdio.h>

#include "indexer/dissectors/wrappers.h"

extern const struct protocol proto_data;

/* Clusters of the ZigBee library whose commands Wireshark knows. */
static const struct {
	uint16_t cluster;
	struct protocol proto;
} clusters[] = {
	{ 0x0000,
		{ .name = "zbee_zcl_general.basic", .title = "ZigBee ZCL cluster", .column = "ZigBee HA" } },
	{ 0x0001, { .name = "zbee_zcl_general.power_config",
			  .title = "ZigBee ZCL cluster",
			  .column = "ZigBee HA" } },
	{ 0x0002, { .name = "zbee_zcl_general.device_temperature_config",
			  .title = "ZigBee ZCL cluster",
			  .column = "ZigBee HA" } },
	{ 0x0003, { .name = "zbee_zcl_general.identify",
			  .title = "ZigBee ZCL cluster",
			  .column = "ZigBee HA" } },
	{ 0x0004,
		{ .name = "zbee_zcl_general.groups", .title = "ZigBee ZCL cluster", .column = "ZigBee HA" } },
	{ 0x0005,
		{ .name = "zbee_zcl_general.scenes", .title = "ZigBee ZCL cluster", .column = "ZigBee HA" } },
	{ 0x0006,
		{ .name = "zbee_zcl_general.onoff", .title = "ZigBee ZCL cluster", .column = "ZigBee HA" } },
	{ 0x0007, { .name = "zbee_zcl_general.onoff.switch.configuration",
			  .title = "ZigBee ZCL cluster",
			  .column = "ZigBee HA" } },
	{ 0x0008, { .name = "zbee_zcl_general.level_control",
			  .title = "ZigBee ZCL cluster",
			  .column = "ZigBee HA" } },
	{ 0x0009,
		{ .name = "zbee_zcl_general.alarms", .title = "ZigBee ZCL cluster", .column = "ZigBee HA" } },
	{ 0x000a, { .name = "zbee_zcl_general.time", .title = "ZigBee ZCL cluster", .column = "ZigBee HA" } },
	{ 0x000b, { .name = "zbee_zcl_general.rssi_location",
			  .title = "ZigBee ZCL cluster",
			  .column = "ZigBee HA" } },
	{ 0x000c, { .name = "zbee_zcl_general.analog.input.basic",
			  .title = "ZigBee ZCL cluster",
			  .column = "ZigBee HA" } },
	{ 0x000d, { .name = "zbee_zcl_general.analog.output.basic",
			  .title = "ZigBee ZCL cluster",
			  .column = "ZigBee HA" } },
	{ 0x000e, { .name = "zbee_zcl_general.analog.value.basic",
			  .title = "ZigBee ZCL cluster",
			  .column = "ZigBee HA" } },
	{ 0x000f, { .name = "zbee_zcl_general.binary_input_basic",
			  .title = "ZigBee ZCL cluster",
			  .column = "ZigBee HA" } },
	{ 0x0010, { .name = "zbee_zcl_general.binary_output_basic",
			  .title = "ZigBee ZCL cluster",
			  .column = "ZigBee HA" } },
	{ 0x0011, { .name = "zbee_zcl_general.binary_value_basic",
			  .title = "ZigBee ZCL cluster",
			  .column = "ZigBee HA" } },
	{ 0x0012, { .name = "zbee_zcl_general.multistate.input.basic",
			  .title = "ZigBee ZCL cluster",
			  .column = "ZigBee HA" } },
	{ 0x0013, { .name = "zbee_zcl_general.multistate.output.basic",
			  .title = "ZigBee ZCL cluster",
			  .column = "ZigBee HA" } },
	{ 0x0014, { .name = "zbee_zcl_general.multistate.value.basic",
			  .title = "ZigBee ZCL cluster",
			  .column = "ZigBee HA" } },
	{ 0x0015, { .name = "zbee_zcl_general.commissioning",
			  .title = "ZigBee ZCL cluster",
			  .column = "ZigBee HA" } },
	{ 0x0016, { .name = "zbee_zcl_general.part", .title = "ZigBee ZCL cluster", .column = "ZigBee HA" } },
	{ 0x0019, { .name = "zbee_zcl_general.ota", .title = "ZigBee ZCL cluster", .column = "ZigBee HA" } },
	{ 0x001a, { .name = "zbee_zcl_general.pwrprof",
			  .title = "ZigBee ZCL cluster",
			  .column = "ZigBee HA" } },
	{ 0x001b, { .name = "zbee_zcl_general.applctrl",
			  .title = "ZigBee ZCL cluster",
			  .column = "ZigBee HA" } },
	{ 0x0020, { .name = "zbee_zcl_general.poll", .title = "ZigBee ZCL cluster", .column = "ZigBee HA" } },
	{ 0x0101, { .name = "zbee_zcl_closures.door_lock",
			  .title = "ZigBee ZCL cluster",
			  .column = "ZigBee HA" } },
	{ 0x0201, { .name = "zbee_zcl_hvac.thermostat",
			  .title = "ZigBee ZCL cluster",
			  .column = "ZigBee HA" } },
	{ 0x0204, { .name = "zbee_zcl_hvac.thermo_ui_config",
			  .title = "ZigBee ZCL cluster",
			  .column = "ZigBee HA" } },
	{ 0x0300, { .name = "zbee_zcl_lighting.color_ctrl",
			  .title = "ZigBee ZCL cluster",
			  .column = "ZigBee HA" } },
	{ 0x0400, { .name = "zbee_zcl_meas_sensing.illummeas",
			  .title = "ZigBee ZCL cluster",
			  .column = "ZigBee HA" } },
	{ 0x0402, { .name = "zbee_zcl_meas_sensing.tempmeas",
			  .title = "ZigBee ZCL cluster",
			  .column = "ZigBee HA" } },
	{ 0x0403, { .name = "zbee_zcl_meas_sensing.pressmeas",
			  .title = "ZigBee ZCL cluster",
			  .column = "ZigBee HA" } },
	{ 0x0404, { .name = "zbee_zcl_meas_sensing.flowmeas",
			  .title = "ZigBee ZCL cluster",
			  .column = "ZigBee HA" } },
	{ 0x0405, { .name = "zbee_zcl_meas_sensing.relhummeas",
			  .title = "ZigBee ZCL cluster",
			  .column = "ZigBee HA" } },
	{ 0x0406, { .name = "zbee_zcl_meas_sensing.occsen",
			  .title = "ZigBee ZCL cluster",
			  .column = "ZigBee HA" } },
	{ 0x0500, { .name = "zbee_zcl_ias.zone", .title = "ZigBee ZCL cluster", .column = "ZigBee HA" } },
	{ 0x0501, { .name = "zbee_zcl_ias.ace", .title = "ZigBee ZCL cluster", .column = "ZigBee HA" } },
	{ 0x0502, { .name = "zbee_zcl_ias.wd", .title = "ZigBee ZCL cluster", .column = "ZigBee HA" } },
	{ 0x0700, { .name = "zbee_zcl_se.price", .title = "ZigBee ZCL cluster", .column = "ZigBee HA" } },
	{ 0x0702, { .name = "zbee_zcl_se.met", .title = "ZigBee ZCL cluster", .column = "ZigBee HA" } },
	{ 0x0703, { .name = "zbee_zcl_se.msg", .title = "ZigBee ZCL cluster", .column = "ZigBee HA" } },
	{ 0x0b04, { .name = "zbee_zcl_meas_sensing.elecmes",
			  .title = "ZigBee ZCL cluster",
			  .column = "ZigBee HA" } },
	{ 0x1000, { .name = "zbee_zcl_general.touchlink",
			  .title = "ZigBee ZCL cluster",
			  .column = "ZigBee HA" } },
};

static const struct protocol zigbee_zdp = {
	.name = "zbee_zdp", .title = "ZigBee Device Profile", .column = "ZigBee ZDP"
};
static const struct protocol zigbee_beacon = {
	.name = "zbee_beacon", .title = "ZigBee Beacon", .column = "ZigBee"
};
enum { PROFILE_DEVICE = 0 };

/* ZigBee Cluster Library, section 2.4: control, a manufacturer, sequence, command. What is no known command
 * of all clusters is left to data, and so is the whole by who called. */
static enum verdict cluster_library(struct packet *pkt, struct cursor *c)
{
	uint32_t control = (uint32_t)cur_le(c, 1);
	if (control & 0x04)
		cur_take(c, 2);
	cur_take(c, 1);
	uint32_t command = (uint32_t)cur_le(c, 1);
	if (pkt->fail)
		return MINE;
	if ((control & 3) == 0 && command > 0x16) {
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
	} else if ((control & 7) == 1) {
		int parent = pkt->layers[pkt->current].parent;
		if (parent < 0 || pkt->layers[parent].cap < 5)
			return MINE;
		const uint8_t *aps = pkt->layers[parent].data; /* control, endpoint or group, cluster */
		uint32_t cluster = (aps[0] & 0x0c) == 0x0c ? le16(aps + 3) : le16(aps + 2);
		for (unsigned i = 0; i < sizeof(clusters) / sizeof(*clusters); i++)
			if (clusters[i].cluster == cluster)
				pkt_next_always(pkt, &clusters[i].proto, cur_rest(c));
	}
	return MINE;
}

static const struct protocol zigbee_zcl = {
	.name = "zbee_zcl", .title = "ZigBee Cluster Library", .column = "ZigBee", .dissect = cluster_library
};

/* A header of security: control, counter, perhaps a sender and a key's number. What follows is enciphered; a
 * check of four octets ends it. */
static void secured(struct packet *pkt, struct cursor *c)
{
	uint32_t control = (uint32_t)cur_le(c, 1);
	cur_take(c, 4 + (control & 0x20 ? 8 : 0) + ((control >> 3 & 3) == 1 ? 1 : 0));
	if (!pkt->fail && cur_left(c) > 4)
		pkt_next_proto(pkt, &proto_data, cur_sub(c, cur_left(c) - 4));
	pkt_below(pkt);
}

/* A profile that Wireshark does not know: tried as one of the library, and shown as data all the same. */
static void application(struct packet *pkt, uint32_t profile, struct cursor payload)
{
	bool known = (profile >= 0x0101 && profile <= 0x010a && profile != 0x0102) || profile == 0xa1e0 ||
		     profile == 0xc05e || profile == 0xc25d;
	pkt_next_proto(pkt, &zigbee_zcl, payload);
	if (!known)
		pkt_next_proto(pkt, &proto_data, payload);
}

static enum verdict support(struct packet *pkt, struct cursor *c)
{
	uint32_t control = (uint32_t)cur_le(c, 1), type = control & 3, profile = 0;
	bool group = (control >> 2 & 3) == 3, extended = control & 0x80;
	if (type == 0 || (type == 2 && !(control & 0x10))) {
		cur_take(c, group && type == 0 ? 2 : 1);
		cur_take(c, 2);
		profile = (uint32_t)cur_le(c, 2);
		cur_take(c, 1);
	}
	cur_take(c, 1);
	if (extended && cur_le(c, 1) & 3)
		cur_take(c, 1);
	if (pkt->fail)
		return MINE;
	if (control & 0x20)
		secured(pkt, c);
	else if (type == 0 && profile == PROFILE_DEVICE)
		pkt_next_proto(pkt, &zigbee_zdp, cur_rest(c));
	else if (type == 0)
		application(pkt, profile, cur_rest(c));
	return MINE;
}

static const struct protocol zigbee_aps = { .name = "zbee_aps",
	.title = "ZigBee Application Support Layer",
	.column = "ZigBee",
	.dissect = support };

/* `broadcast` is the first of the addresses that mean all nodes, or all of a kind. */
static void short_address(char out[32], uint32_t address, uint32_t broadcast)
{
	if (address >= broadcast)
		snprintf(out, 32, "Broadcast");
	else
		snprintf(out, 32, "0x%04x", address);
}

static enum verdict network(struct packet *pkt, struct cursor *c)
{
	char src[32], dst[32];
	uint32_t control = (uint32_t)cur_le(c, 2);
	const uint8_t *p = cur_take(c, 6);
	if (!p)
		return MINE;
	short_address(dst, le16(p), 0xfff8);
	short_address(src, le16(p + 2), 0xfff8);
	pkt_show_addresses(pkt, src, dst);
	cur_take(c, (control & 0x0800 ? 8 : 0) + (control & 0x1000 ? 8 : 0) + (control & 0x0100 ? 1 : 0));
	if (control & 0x0400) {
		uint32_t relays = (uint32_t)cur_le(c, 1);
		cur_take(c, 1 + relays * 2);
	}
	if (pkt->fail)
		return MINE;
	if (control & 0x0200)
		secured(pkt, c);
	else if ((control & 3) == 0)
		pkt_next_proto(pkt, &zigbee_aps, cur_rest(c));
	return MINE;
}

static const struct protocol zigbee_nwk = {
	.name = "zbee_nwk", .title = "ZigBee Network Layer", .column = "ZigBee", .dissect = network
};

/* Data frame of ZigBee: short addresses, a version that is one of its own. */
static bool is_zigbee(const struct cursor *c, uint32_t control)
{
	uint64_t head;
	if ((control >> 10 & 3) != 2 || control >> 14 != 2 || !cur_peek(c, 0, 2, &head))
		return false;
	uint32_t first = (uint32_t)head >> 8, version = first >> 2 & 15;
	return (first & 3) <= 1 && version >= 1 && version <= 2;
}

/* RFC 4944, section 5.1, and RFC 6282: the first octet says what follows. */
static bool is_lowpan(const struct cursor *c)
{
	uint64_t first;
	if (!cur_peek(c, 0, 1, &first))
		return false;
	return first == 0x41 || first == 0x42 || first == 0x50 || first >> 5 == 3 || first >> 6 == 2 ||
	       (first & 0xf8) == 0xc0 || (first & 0xf8) == 0xe0;
}

/* Beacon: superframe, guaranteed slots, waiting addresses; then what the network adds. */
static void beacon(struct packet *pkt, struct cursor *c)
{
	uint64_t protocol;
	cur_take(c, 2);
	uint32_t slots = (uint32_t)cur_le(c, 1) & 7;
	cur_take(c, slots ? 1 + slots * 3 : 0);
	uint32_t waiting = (uint32_t)cur_le(c, 1);
	cur_take(c, (waiting & 7) * 2 + (waiting >> 4 & 7) * 8);
	if (pkt->fail || !cur_left(c))
		return;
	bool zigbee = cur_peek(c, 0, 1, &protocol) && protocol == 0 && cur_left(c) == 15;
	pkt_next_proto(pkt, zigbee ? &zigbee_beacon : &proto_data, cur_rest(c));
}

/* The check sequence of ITU-T, bits reversed, first value 0. */
static uint16_t check(const uint8_t *p, uint32_t n)
{
	uint16_t crc = 0;
	while (n--) {
		crc ^= *p++;
		for (int i = 0; i < 8; i++)
			crc = crc & 1 ? crc >> 1 ^ 0x8408 : crc >> 1;
	}
	return crc;
}

#define LINK_NO_FCS 230
#define LINK_PHY    215 /* preamble, start and length in front */

enum { TYPE_BEACON = 0, TYPE_DATA = 1, TYPE_ACK = 2 };

static uint32_t address_octets(uint32_t mode)
{
	return mode == 2 ? 2 : mode == 3 ? 8 : 0;
}

/* An address as Source and Destination show it: short ones as numbers, long ones in the order of reading. */
static void shown_address(char out[32], struct cursor *c, uint32_t mode)
{
	const uint8_t *p = cur_take(c, address_octets(mode));
	if (p && mode == 2)
		short_address(out, le16(p), 0xffff);
	else if (p && mode == 3)
		snprintf(out, 32, "%02x:%02x:%02x:%02x:%02x:%02x:%02x:%02x", p[7], p[6], p[5], p[4], p[3],
			p[2], p[1], p[0]);
}

/* IEEE 802.15.4-2020, section 7.4: information elements of the header (length in 7 bits, kind in 8, the
 * highest bit 0), up to the one that ends them; where that says so, those of the payload (11 and 4 bits, 1)
 * up to theirs. */
static void elements(struct cursor *c)
{
	enum { PAYLOAD_FOLLOWS = 0x7e, DATA_FOLLOWS = 0x7f, LAST = 0x0f };
	uint32_t kind = 0;
	uint64_t head; /* little-endian */
	while (kind != PAYLOAD_FOLLOWS && kind != DATA_FOLLOWS && cur_peek(c, 0, 2, &head) &&
		!(head & 0x80)) {
		kind = (head << 1 & 0xfe) | (head >> 15);
		cur_take(c, 2 + (head >> 8 & 0x7f));
	}
	while (kind == PAYLOAD_FOLLOWS && cur_peek(c, 0, 2, &head) && head & 0x80) {
		if ((head >> 3 & 0x0f) == LAST)
			kind = LAST;
		cur_take(c, 2 + ((head << 8 & 0x0700) | head >> 8));
	}
}

/* What ends a frame: nothing, its check sequence, or what TI's CC24xx has there instead: the signal's
 * strength, and a bit that says whether the check was right. */
enum ending { NO_FCS, FCS_16, FCS_CC24XX };

/* The frame of the medium access layer. */
static enum verdict medium_access(struct packet *pkt, struct cursor *c, enum ending ending)
{
	bool good = true;
	uint32_t begin = c->pos;
	if (ending != NO_FCS && c->len >= begin && c->len - begin >= 2) {
		good = c->cap < c->len ||
		       (ending == FCS_CC24XX ? c->data[c->len - 1] & 0x80
					     : check(c->data + begin, c->len - begin - 2) ==
						       le16(c->data + c->len - 2));
		c->len -= 2;
		if (c->cap > c->len)
			c->cap = c->len;
	}
	uint32_t control = (uint32_t)cur_le(c, 2), type = control & 7, version = control >> 12 & 3;
	uint32_t to = control >> 10 & 3, from = control >> 14;
	if (!(version == 2 && control & 0x0100))
		cur_take(c, 1);
	if (version == 3) /* reserved */
		return MINE;
	char src[32] = "", dst[32] = "";
	if (to) {
		cur_take(c, 2);
		shown_address(dst, c, to);
	}
	if (from) {
		cur_take(c, control & 0x40 && to ? 0 : 2);
		shown_address(src, c, from);
	}
	if (!pkt->fail)
		pkt_show_addresses(pkt, src, dst);
	if (version == 2 && control & 0x0200 && !(control & 0x08))
		elements(c);
	/* Neither sender nor receiver, or an address of no known kind: nothing is made of it. */
	if (to == 1 || from == 1 || (type == TYPE_DATA && !to && !from))
		return MINE;
	if (pkt->fail || type == TYPE_ACK)
		return MINE;
	if (type == TYPE_BEACON && !(control & 0x08))
		beacon(pkt, c);
	else if (type != TYPE_DATA)
		return MINE;
	else if (!good || control & 0x08)
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
	else if (is_zigbee(c, control))
		pkt_next_proto(pkt, &zigbee_nwk, cur_rest(c));
	else if (is_lowpan(c))
		pkt_next_proto(pkt, &wrapped_6lowpan, cur_rest(c));
	else
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
	return MINE;
}

enum verdict wpan_wrapper(struct packet *pkt, struct cursor *c)
{
	if (pkt->link_type == LINK_PHY)
		cur_take(c, 6);
	return medium_access(pkt, c, pkt->link_type == LINK_NO_FCS ? NO_FCS : FCS_16);
}

/* IEEE 802.15.4 TAP (LINKTYPE 283): version, the length of the header, then elements of kind, length and
 * value filled up to words; kind 0 tells the check sequence: 1 has 16 bits. */
enum verdict wpan_tap_wrapper(struct packet *pkt, struct cursor *c)
{
	cur_take(c, 2);
	uint32_t len = (uint32_t)cur_le(c, 2), check_kind = 0;
	if (pkt->fail)
		return MINE;
	struct cursor tlvs = cur_sub(c, len > 4 ? len - 4 : 0);
	while (!pkt->fail && cur_left(&tlvs)) {
		uint32_t kind = (uint32_t)cur_le(&tlvs, 2), n = (uint32_t)cur_le(&tlvs, 2);
		uint64_t value;
		if (!pkt->fail && kind == 0 && n && cur_peek(&tlvs, 0, 1, &value))
			check_kind = (uint32_t)value;
		if (!pkt->fail)
			cur_skip(&tlvs, (n + 3) & ~3u);
	}
	if (pkt->fail || !cur_left(c))
		return MINE;
	return medium_access(pkt, c, check_kind == 1 ? FCS_16 : NO_FCS);
}

static enum verdict checked_frame(struct packet *pkt, struct cursor *c)
{
	return medium_access(pkt, c, FCS_16);
}

static enum verdict cc24xx_frame(struct packet *pkt, struct cursor *c)
{
	return medium_access(pkt, c, FCS_CC24XX);
}

/* ZigBee Encapsulation Protocol: "EX", version; version 2 has a type, of which 2 acknowledges; channel,
 * device, kind of ending, quality; what differs between the versions; the length of the frame. */
enum verdict zep_wrapper(struct packet *pkt, struct cursor *c)
{
	static const struct protocol checked = { .name = "wpan",
		.title = "IEEE 802.15.4 Low-Rate Wireless PAN",
		.column = "IEEE 802.15.4",
		.dissect = checked_frame },
				     cc24xx = { .name = "wpan",
					     .title = "IEEE 802.15.4 Low-Rate Wireless PAN",
					     .column = "IEEE 802.15.4",
					     .dissect = cc24xx_frame };
	enum { ACKNOWLEDGEMENT = 2 };
	const uint8_t *head = cur_take(c, 3);
	if (!head || head[0] != 'E' || head[1] != 'X')
		return NOT_MINE;
	if (head[2] != 1 && cur_be(c, 1) == ACKNOWLEDGEMENT)
		return MINE;
	cur_take(c, 3);
	uint32_t kind = (uint32_t)cur_be(c, 1);
	cur_take(c, head[2] == 1 ? 8 : 23);
	uint32_t len = (uint32_t)cur_be(c, 1);
	if (!pkt->fail && len && cur_left(c))
		pkt_next_proto(pkt, kind ? &checked : &cc24xx, cur_sub(c, len));
	return MINE;
}
