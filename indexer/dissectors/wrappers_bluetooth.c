/* Bluetooth: names with the way from the host controller interface, or the air, to the protocols of a
 * channel.
 *
 *     H4:   | kind | HCI |
 *     data: | handle and fragment, 2 | length, 2 | L2CAP: | length, 2 | channel, 2 | payload |      all
 * little-endian air:  | access address, 4 | header, 2 | payload | check, 3 |
 */
#include "indexer/dissectors/wrappers.h"

extern const struct protocol wrapped_bluetooth, proto_data;

#define NAME(variable, word, words, text)                                                                    \
	static const struct protocol variable = { .name = word, .title = words, .column = text }
NAME(bt_cmd, "bthci_cmd", "Bluetooth HCI Command", "HCI_CMD");
NAME(bt_evt, "bthci_evt", "Bluetooth HCI Event", "HCI_EVT");
NAME(bt_sco, "bthci_sco", "Bluetooth HCI SCO Packet", "HCI_SCO");
NAME(bt_iso, "bthci_iso", "Bluetooth HCI ISO Packet", "HCI_ISO");
NAME(bt_att, "btatt", "Bluetooth Attribute Protocol", "ATT");
NAME(bt_smp, "btsmp", "Bluetooth Security Manager Protocol", "SMP");
NAME(bt_sdp, "btsdp", "Bluetooth SDP Protocol", "SDP");
NAME(bt_rfcomm, "btrfcomm", "Bluetooth RFCOMM Protocol", "RFCOMM");
NAME(bt_bnep, "btbnep", "Bluetooth BNEP Protocol", "BNEP");
NAME(bt_hid, "bthid", "Bluetooth HID Profile", "HID");
NAME(bt_avctp, "btavctp", "Bluetooth AVCTP Protocol", "AVCTP");
NAME(bt_avdtp, "btavdtp", "Bluetooth AVDTP Protocol", "AVDTP");
NAME(bt_bredr, "btbredr_rf", "Bluetooth Pseudoheader for BR/EDR", "BT BR/EDR RF");
static const struct protocol bt_common = { .name = "btcommon", .title = "Bluetooth Common", .no_item = true };

/* What the sender of data on a channel speaks, learnt from the messages that set it up. */
#define CHANNELS 16
struct connection {
	struct {
		uint16_t channel, service;
		uint8_t direction;
	} channels[CHANNELS];
	uint8_t n; /* the oldest are overwritten */
};

enum {
	LINK_H4 = 187,
	LINK_H4_PHDR = 201,
	LINK_LE = 251,
	LINK_MONITOR = 254,
	LINK_BREDR = 255,
	LINK_LE_PHDR = 256
};
enum { KIND_COMMAND = 1, KIND_ACL = 2, KIND_SCO = 3, KIND_EVENT = 4, KIND_ISO = 5 };
enum { NO_DIRECTION = 2 };
enum { CHANNEL_SIGNALS = 1, CHANNEL_GROUP = 2, CHANNEL_ATT = 4, CHANNEL_SMP = 6, CHANNEL_DYNAMIC = 0x40 };
enum { CONNECTION_REQUEST = 2, CONNECTION_RESPONSE = 3 };

static const struct protocol *service_protocol(uint32_t service)
{
	switch (service) {
	case 0x0001:
		return &bt_sdp;
	case 0x0003:
		return &bt_rfcomm;
	case 0x000f:
		return &bt_bnep;
	case 0x0011:
	case 0x0013:
		return &bt_hid;
	case 0x0017:
	case 0x001b:
		return &bt_avctp;
	case 0x0019:
		return &bt_avdtp;
	case 0x001f:
		return &bt_att;
	default:
		return NULL;
	}
}

static void channel_add(struct connection *k, uint32_t channel, uint32_t service, unsigned direction)
{
	unsigned i = k->n++ % CHANNELS;
	k->channels[i].channel = (uint16_t)channel;
	k->channels[i].service = (uint16_t)service;
	k->channels[i].direction = (uint8_t)direction;
}

/* The newest channel of that number, data on which goes in that direction. */
static uint32_t channel_service(const struct connection *k, uint32_t channel, unsigned direction)
{
	for (unsigned i = 0; k && i < CHANNELS; i++) {
		unsigned at = (k->n + CHANNELS - 1u - i) % CHANNELS;
		if (k->channels[at].channel == channel && k->channels[at].direction == direction)
			return k->channels[at].service;
	}
	return 0;
}

/* Core specification, volume 3, part A, section 4: who asks names the service and its own end of the channel,
 * who answers its own and the other's. */
static void signals(struct connection *k, struct cursor *c, unsigned direction)
{
	while (cur_avail(c) >= 4) {
		uint32_t code = (uint32_t)cur_le(c, 1);
		cur_take(c, 1);
		struct cursor body = cur_sub(c, (uint32_t)cur_le(c, 2));
		if (body.cap < 4 || direction == NO_DIRECTION)
			continue;
		uint32_t first = le16(body.data), second = le16(body.data + 2);
		if (code == CONNECTION_REQUEST)
			channel_add(k, second, first, !direction);
		else if (code == CONNECTION_RESPONSE && channel_service(k, second, direction))
			channel_add(k, first, channel_service(k, second, direction), !direction);
	}
}

/* The last octet of pcap's own header tells who sent it: 0 the host, 1 the controller. (The operation codes
 * of Linux's monitor are odd for what comes in.) */
static unsigned direction(const struct packet *pkt)
{
	bool told = pkt->link_type == LINK_H4_PHDR || pkt->link_type == LINK_MONITOR;
	return told && pkt->pseudo_len == 4 ? pkt->data[-1] & 1 : NO_DIRECTION;
}

static enum verdict l2cap(struct packet *pkt, struct cursor *c)
{
	uint32_t length = (uint32_t)cur_le(c, 2), channel = (uint32_t)cur_le(c, 2);
	if (pkt->fail)
		return MINE;
	struct cursor payload = cur_sub(c, length);
	int parent = pkt->layers[pkt->current].parent;
	const uint8_t *acl = parent >= 0 && pkt->layers[parent].cap >= 2 ? pkt->layers[parent].data : NULL;
	struct connection *k = acl ? pkt_state(pkt, &wrapped_bluetooth, le16(acl) & 0xfff, 0) : NULL;
	unsigned way = direction(pkt);
	const struct protocol *p = NULL;
	uint64_t service;
	if (channel == CHANNEL_SIGNALS && k)
		signals(k, &payload, way);
	else if (channel == CHANNEL_GROUP && cur_peek(&payload, 0, 2, &service)) {
		cur_skip(&payload, 2);
		p = service_protocol((uint32_t)(service >> 8 | (service & 0xff) << 8));
		payload = cur_rest(&payload);
	} else if (channel == CHANNEL_ATT)
		p = &bt_att;
	else if (channel == CHANNEL_SMP)
		p = &bt_smp;
	else if (channel >= CHANNEL_DYNAMIC && way != NO_DIRECTION)
		p = service_protocol(channel_service(k, channel, way));
	if (p)
		pkt_next_proto(pkt, p, payload);
	return MINE;
}

static const struct protocol bt_l2cap = {
	.name = "btl2cap", .title = "Bluetooth L2CAP Protocol", .column = "L2CAP", .dissect = l2cap
};

/* A message that does not fit into one is spread over several: those that do not begin one, or do not hold
 * all of it, are left at that. */
static enum verdict acl(struct packet *pkt, struct cursor *c)
{
	uint32_t handle = (uint32_t)cur_le(c, 2), length = (uint32_t)cur_le(c, 2);
	struct cursor payload = cur_sub(c, length);
	uint64_t inside;
	if (pkt->fail || (handle >> 12 & 3) == 1 || !cur_peek(&payload, 0, 2, &inside))
		return MINE;
	if ((inside >> 8 | (inside & 0xff) << 8) + 4 <= payload.len)
		pkt_next_proto(pkt, &bt_l2cap, payload);
	return MINE;
}

static const struct protocol bt_acl = {
	.name = "bthci_acl", .title = "Bluetooth HCI ACL Packet", .column = "HCI_ACL", .dissect = acl
};

static void hci(struct packet *pkt, uint32_t kind, struct cursor payload)
{
	static const struct protocol *const kinds[] = { NULL, &bt_cmd, &bt_acl, &bt_sco, &bt_evt, &bt_iso };
	bool known = kind >= KIND_COMMAND && kind <= KIND_ISO;
	pkt_next_proto(pkt, known ? kinds[kind] : &proto_data, payload);
}

static enum verdict h4(struct packet *pkt, struct cursor *c)
{
	uint32_t kind = (uint32_t)cur_be(c, 1);
	if (!pkt->fail)
		hci(pkt, kind, cur_rest(c));
	return MINE;
}

/* Linux's monitor: the operation stands in pcap's own header, behind the adapter, in network order. */
static enum verdict monitor(struct packet *pkt, struct cursor *c)
{
	static const uint8_t kinds[] = { 0, 0, KIND_COMMAND, KIND_EVENT, KIND_ACL, KIND_ACL, KIND_SCO,
		KIND_SCO };
	uint32_t operation = pkt->pseudo_len == 4 ? be16(pkt->data - 2) : 0;
	if (operation < sizeof(kinds) && kinds[operation])
		hci(pkt, kinds[operation], cur_rest(c));
	else if (operation == 18 || operation == 19)
		hci(pkt, KIND_ISO, cur_rest(c));
	return MINE;
}

/* Core specification, volume 6, part B, section 2. */
static enum verdict low_energy(struct packet *pkt, struct cursor *c)
{
	uint32_t address = (uint32_t)cur_le(c, 4), head = (uint32_t)cur_le(c, 1),
		 length = (uint32_t)cur_le(c, 1);
	if (pkt->fail)
		return MINE;
	struct cursor payload = cur_sub(c, length);
	if (address == 0x8e89bed6) {
		uint32_t type = head & 15;
		/* advertisements, and what answers a scan, describe the device; a request to connect its
		 * channels */
		if (type == 5 || ((type == 0 || type == 2 || type == 4 || type == 6) && length > 6))
			pkt_token(pkt, &bt_common);
	} else if ((head & 3) == 2 && cur_avail(&payload) >= 4 && le16(payload.data) + 4u <= payload.len) {
		pkt_next_proto(pkt, &bt_l2cap, payload);
	}
	return MINE;
}

static const struct protocol bt_le = {
	.name = "btle", .title = "Bluetooth Low Energy Link Layer", .column = "LE LL", .dissect = low_energy
};

static enum verdict low_energy_radio(struct packet *pkt, struct cursor *c)
{
	cur_take(c, 10);
	if (!pkt->fail)
		pkt_next_proto(pkt, &bt_le, cur_rest(c));
	return MINE;
}

static const struct protocol bt_h4 = {
	.name = "hci_h4", .title = "Bluetooth HCI H4", .column = "HCI H4", .dissect = h4
};
static const struct protocol bt_monitor = { .name = "hci_mon",
	.title = "Bluetooth Linux Monitor Transport",
	.column = "HCI_MON",
	.dissect = monitor };
static const struct protocol bt_le_radio = { .name = "btle_rf",
	.title = "Bluetooth Low Energy RF Info",
	.column = "LE RF",
	.dissect = low_energy_radio };

enum verdict bluetooth_wrapper(struct packet *pkt, struct cursor *c)
{
	switch (pkt->link_type) {
	case LINK_H4_PHDR:
	case LINK_H4:
		pkt_next_proto(pkt, &bt_h4, cur_rest(c));
		break;
	case LINK_LE:
		pkt_next_proto(pkt, &bt_le, cur_rest(c));
		break;
	case LINK_MONITOR:
		pkt_next_proto(pkt, &bt_monitor, cur_rest(c));
		break;
	case LINK_BREDR:
		pkt_next_proto(pkt, &bt_bredr, cur_rest(c));
		break;
	case LINK_LE_PHDR:
		pkt_next_proto(pkt, &bt_le_radio, cur_rest(c));
		break;
	default:
		break;
	}
	return MINE;
}

/* Whose the state of a connection is. */
const struct protocol wrapped_bluetooth = {
	.name = "bluetooth", .title = "Bluetooth", .flow_size = sizeof(struct connection)
};
