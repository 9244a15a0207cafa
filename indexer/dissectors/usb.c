/* USB requests as Linux (LINKTYPE_USB_LINUX 189, _MMAPPED 220) and Windows (LINKTYPE_USBPCAP 249) capture
 * them, in the order of a little-endian host. Linux:
 *
 *      0          8     9    10   11   12    14    15    16          24     28       32       36       40 48
 *     +----------+-----+----+----+----+-----+-----+-----+-----------+------+--------+--------+--------+-------+-----
 *     | id       |event|kind|end |dev.|bus  |setup|data | seconds   |micros| status | length | there  |setup
 * | mmapped: |          |     |    |pt. |    |     |flag |flag |           |      |        |        | |or iso
 * | 16 more
 *     +----------+-----+----+----+----+-----+-----+-----+-----------+------+--------+--------+--------+-------+-----
 *     Windows: header length (2), id (8), status (4), function (2), direction (1), bus (2), device (2),
 * endpoint (1), kind (1), length (4); for control transfers their stage (1)
 *
 * What a device is for is learnt from its descriptors: with it, the reports of keyboards and mice are known
 * as such.
 */
#include <stdio.h>

#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_usb;

enum {
	USB_TRANSFER,
	USB_ENDPOINT,
	USB_DEVICE,
	USB_BUS,
	USB_DATA_LEN,
	USB_DIRECTION,
	USB_NUMBER,
	/* part 1: Linux */
	LINUX_ID,
	LINUX_TYPE,
	LINUX_SETUP_FLAG,
	LINUX_DATA_FLAG,
	LINUX_SECONDS,
	LINUX_MICROS,
	LINUX_STATUS,
	LINUX_LEN,
	/* part 2: Windows */
	CAP_HEADER_LEN,
	CAP_ID,
	CAP_STATUS,
	CAP_FUNCTION,
	CAP_INFO,
	/* part 3: a request */
	SETUP_TYPE,
	SETUP_REQUEST,
	SETUP_LENGTH,
	/* part 4: octets that nobody took */
	USB_CAPDATA,
	USB_NFIELDS
};

static const struct value_name transfer_names[] = { { 0, "URB_ISOCHRONOUS" }, { 1, "URB_INTERRUPT" },
	{ 2, "URB_CONTROL" }, { 3, "URB_BULK" }, { 0, NULL } };
static const struct value_name direction_names[] = { { 0, "OUT" }, { 1, "IN" }, { 0, NULL } };
static const struct value_name request_names[] = { { 0, "GET STATUS" }, { 1, "CLEAR FEATURE" },
	{ 3, "SET FEATURE" }, { 5, "SET ADDRESS" }, { 6, "GET DESCRIPTOR" }, { 7, "SET DESCRIPTOR" },
	{ 8, "GET CONFIGURATION" }, { 9, "SET CONFIGURATION" }, { 10, "GET INTERFACE" },
	{ 11, "SET INTERFACE" }, { 12, "SYNCH FRAME" }, { 0, NULL } };

static const struct field usb_fields[USB_NFIELDS] = {
	[USB_TRANSFER] = { "usb.transfer_type", "URB transfer type", KIND_UINT, BASE_HEX, 1,
		.names = transfer_names },
	[USB_ENDPOINT] = { "usb.endpoint_address", "Endpoint", KIND_UINT, BASE_HEX, 1 },
	[USB_DEVICE] = { "usb.device_address", "Device", KIND_UINT, .octets = 1 },
	[USB_BUS] = { "usb.bus_id", "URB bus id", KIND_UINT, .octets = 2 },
	[USB_DATA_LEN] = { "usb.data_len", "Data length [bytes]", KIND_UINT, .octets = 4 },
	[USB_DIRECTION] = { "usb.endpoint_address.direction", "Direction", KIND_UINT, .octets = 1,
		.of = USB_ENDPOINT, .mask = 0x80, .names = direction_names },
	[USB_NUMBER] = { "usb.endpoint_address.number", "Endpoint number", KIND_UINT, .octets = 1,
		.of = USB_ENDPOINT, .mask = 0x0f },
	[LINUX_ID] = { "usb.urb_id", "URB id", KIND_UINT, BASE_HEX, 8, .part = 1 },
	[LINUX_TYPE] = { "usb.urb_type", "URB type", KIND_TEXT, .part = 1 },
	[LINUX_SETUP_FLAG] = { "usb.setup_flag", "Device setup request", KIND_TEXT, .part = 1 },
	[LINUX_DATA_FLAG] = { "usb.data_flag", "Data", KIND_TEXT, .part = 1 },
	[LINUX_SECONDS] = { "usb.urb_ts_sec", "URB sec", KIND_UINT, .octets = 8, .part = 1 },
	[LINUX_MICROS] = { "usb.urb_ts_usec", "URB usec", KIND_UINT, .octets = 4, .part = 1 },
	[LINUX_STATUS] = { "usb.urb_status", "URB status", KIND_INT, .octets = 4, .part = 1 },
	[LINUX_LEN] = { "usb.urb_len", "URB length [bytes]", KIND_UINT, .octets = 4, .part = 1 },
	[CAP_HEADER_LEN] = { "usb.usbpcap_header_len", "USBPcap pseudoheader length", KIND_UINT, .octets = 2,
		.part = 2 },
	[CAP_ID] = { "usb.irp_id", "IRP ID", KIND_UINT, BASE_HEX, 8, .part = 2 },
	[CAP_STATUS] = { "usb.usbd_status", "IRP USBD_STATUS", KIND_UINT, BASE_HEX, 4, .part = 2 },
	[CAP_FUNCTION] = { "usb.function", "URB Function", KIND_UINT, BASE_HEX, 2, .part = 2 },
	[CAP_INFO] = { "usb.irp_info", "IRP information", KIND_UINT, BASE_HEX, 1, .part = 2 },
	[SETUP_TYPE] = { "usb.bmRequestType", "bmRequestType", KIND_UINT, BASE_HEX, 1, .part = 3 },
	[SETUP_REQUEST] = { "usb.setup.bRequest", "bRequest", KIND_UINT, .octets = 1, .part = 3,
		.names = request_names },
	[SETUP_LENGTH] = { "usb.setup.wLength", "wLength", KIND_UINT, .octets = 2, .part = 3 },
	[USB_CAPDATA] = { "usb.capdata", "Leftover Capture Data", KIND_BYTES, .part = 4 },
};

static const struct record usb_records[] = { { "usb", RECORD_LAYER, USB_NFIELDS, usb_fields,
	(const char *const[]) { "linux", "usbpcap", "setup", "capdata", NULL } } };

/* What stands in the tree, and what the classes of devices are called. */
static const struct protocol item_text = { .name = "text", .title = "Setup Data" };
static const struct protocol item_capdata = { .name = "usb.capdata", .title = "Leftover Capture Data" };
static const struct protocol item_response = { .name = "usb.control.Response",
	.title = "CONTROL response data" };
static const struct protocol item_hid_data = { .name = "usbhid.data", .title = "HID Data" };
#define HUB_PORT_IN 0xa3 /* request of the class, to another, who answers */
static const struct protocol class_hub = { .name = "usbhub", .title = "USB HUB", .column = "USBHUB" };
static const struct protocol item_port_status = { .name = "usbhub.status.port", .title = "Port Status" };
static const struct protocol item_port_change = { .name = "usbhub.change.port", .title = "Port Change" };
static const struct protocol class_hid = {
	.name = "usbhid", .title = "USB HID", .column = "USBHID", .no_item = true
};
static const struct protocol class_storage = {
	.name = "usbms", .title = "USB Mass Storage", .column = "USBMS"
};

#define LINUX_HEADER  48
#define LINUX_BUS     12
#define MMAPPED       16
#define CAP_FIXED     27
#define LINK_USBPCAP  249
#define LINK_MMAPPED  220
#define CLASS_HID     3
#define UNKNOWN_CLASS 0 /* a device says so of itself where its interfaces differ */
#define ENDPOINT_IN   0x80
#define BLOCK_WRAPPER 0x55534243 /* "USBC" and "USBS": Bulk-Only Transport, sections 5.1 and 5.2 */
#define BLOCK_STATUS  0x55534253

enum { TRANSFER_ISOCHRONOUS = 0, TRANSFER_INTERRUPT = 1, TRANSFER_CONTROL = 2, TRANSFER_BULK = 3 };
enum { GET_DESCRIPTOR = 6 };
enum {
	DESCRIPTOR_DEVICE = 1,
	DESCRIPTOR_CONFIGURATION = 2,
	DESCRIPTOR_STRING = 3,
	DESCRIPTOR_INTERFACE = 4,
	DESCRIPTOR_ENDPOINT = 5,
	DESCRIPTOR_HID = 0x21,
	DESCRIPTOR_REPORT = 0x22
};

/* A device: its endpoints' classes, and the request that waits for its answer. */
struct device {
	uint8_t in[16], out[16]; /* class of the interface that the endpoint belongs to */
	uint8_t interfaces[16];  /* class of an interface */
	uint8_t type, request;   /* bmRequestType, bRequest */
	uint16_t value, index;
	bool asked;
};

struct urb {
	struct row *row;
	struct device *device;
	uint32_t transfer, endpoint;
	bool submitted;
};

/* A character, as Wireshark shows one: in quotes, with an escape where it is none to be shown. */
static void character(struct row *r, unsigned field, uint32_t v, bool hexadecimal)
{
	static const char digits[] = "0123456789abcdef";
	char text[8];
	size_t n = 0;
	text[n++] = '\'';
	if (v >= ' ' && v < 0x7f) {
		if (v == '\'' || v == '\\')
			text[n++] = '\\';
		text[n++] = (char)v;
	} else if (!v) {
		text[n++] = '\\';
		text[n++] = '0';
	} else if (hexadecimal) {
		text[n++] = '\\';
		text[n++] = 'x';
		text[n++] = digits[v >> 4];
		text[n++] = digits[v & 15];
	} else {
		text[n++] = '\\';
		text[n++] = digits[v >> 6];
		text[n++] = digits[v >> 3 & 7];
		text[n++] = digits[v & 7];
	}
	text[n++] = '\'';
	row_text(r, field, text, n, NULL, 0);
}

/* A configuration with its interfaces and endpoints, one descriptor behind the other; each is an item. */
static void descriptors(struct packet *pkt, struct device *device, struct cursor *c)
{
	uint8_t class = UNKNOWN_CLASS;
	while (cur_left(c) >= 2) {
		const uint8_t *p = cur_take(c, 2);
		if (!p || p[0] < 2)
			return;
		struct cursor body = cur_sub(c, p[0] - 2u);
		const uint8_t *b = body.cap >= 4 ? body.data : NULL;
		pkt_item(pkt, &item_text, p[0]);
		if (p[1] == DESCRIPTOR_INTERFACE && b) {
			class = b[3];
			if (device)
				device->interfaces[b[0] & 15] = class;
		} else if (p[1] == DESCRIPTOR_ENDPOINT && b && device) {
			(b[0] & ENDPOINT_IN ? device->in : device->out)[b[0] & 15] = class;
		} else if (p[1] == DESCRIPTOR_HID && class == CLASS_HID) {
			pkt_token(pkt, &class_hid);
		}
	}
}

/* Is the request one to an interface of a keyboard, mouse or the like, by class or for its report's
 * description? */
static bool is_hid_request(const struct device *d)
{
	bool interface = d && (d->type & 0x1f) == 1 && d->interfaces[d->index & 15] == CLASS_HID;
	return interface && ((d->type & 0x60) == 0x20 ||
				    (d->request == GET_DESCRIPTOR && d->value >> 8 == DESCRIPTOR_REPORT));
}

/* USB 2.0, section 11.24.2: requests to a hub, or to one of its ports, by class. Who else has requests of its
 * class to a device is not known, so Wireshark takes them all for these. */
static bool is_hub_request(const struct device *d)
{
	enum { GET_STATUS = 0, CLEAR_FEATURE, SET_FEATURE = 3, GET_HUB_DESCRIPTOR = 6, SET_HUB_DESCRIPTOR };
	enum { CLEAR_TT_BUFFER = 8, RESET_TT, GET_TT_STATE, STOP_TT };
	switch (d->type) {
	case 0x20:
		return d->request == CLEAR_FEATURE || d->request == SET_FEATURE ||
		       d->request == SET_HUB_DESCRIPTOR;
	case 0x23:
		return d->request == CLEAR_FEATURE || d->request == SET_FEATURE ||
		       d->request == CLEAR_TT_BUFFER || d->request == RESET_TT || d->request == STOP_TT;
	case 0xa0:
		return d->request == GET_STATUS || d->request == GET_HUB_DESCRIPTOR;
	case HUB_PORT_IN:
		return d->request == GET_STATUS || d->request == GET_TT_STATE;
	default:
		return false;
	}
}

static void hub(struct packet *pkt)
{
	pkt_token(pkt, &class_hub);
	pkt->column = class_hub.column;
}

static void setup(struct packet *pkt, const struct urb *u, struct cursor *c)
{
	pkt_item(pkt, &item_text, 8);
	uint64_t type = 0;
	cur_peek(c, 0, 1, &type);
	row_le(u->row, SETUP_TYPE, c, 1);
	uint32_t request = (uint32_t)cur_le(c, 1), value = (uint32_t)cur_le(c, 2),
		 index = (uint32_t)cur_le(c, 2);
	if ((type & 0x60) == 0) /* the other kinds have numbers of their own */
		row_set_at(u->row, SETUP_REQUEST, request, c->data + c->pos - 5, 1);
	else if (u->device && type & 0x40)
		row_set_at(u->row, SETUP_REQUEST, request, c->data + c->pos - 5, 1);
	row_le(u->row, SETUP_LENGTH, c, 2);
	if (!u->device || pkt->fail)
		return;
	u->device->type = (uint8_t)type;
	u->device->request = (uint8_t)request;
	u->device->value = (uint16_t)value;
	u->device->index = (uint16_t)index;
	u->device->asked = true;
	if (is_hid_request(u->device))
		pkt_token(pkt, &class_hid);
	else if (is_hub_request(u->device))
		hub(pkt);
}

static void response(struct packet *pkt, const struct urb *u, struct cursor *c)
{
	struct device *d = u->device;
	if (!cur_avail(c))
		return;
	if (d && d->asked && is_hid_request(d)) {
		pkt_token(pkt, &class_hid);
	} else if (d && d->asked && d->type == HUB_PORT_IN && d->request == 0) { /* the status of a port */
		hub(pkt);
		pkt_item(pkt, &item_port_status, 2);
		pkt_item(pkt, &item_port_change, 2);
	} else if (d && d->asked && (d->type & 0x60) == 0 && d->request == GET_DESCRIPTOR &&
		   d->value >> 8 >= DESCRIPTOR_DEVICE && d->value >> 8 <= DESCRIPTOR_STRING) {
		if (d->value >> 8 == DESCRIPTOR_CONFIGURATION)
			descriptors(pkt, d, c);
		else
			pkt_item(pkt, &item_text, cur_left(c));
	} else {
		pkt_item(pkt, &item_response, cur_left(c));
	}
}

static void payload(struct packet *pkt, const struct urb *u, struct cursor *c)
{
	uint64_t signature;
	uint8_t class = UNKNOWN_CLASS;
	if (u->transfer == TRANSFER_CONTROL) {
		if (!u->submitted)
			response(pkt, u, c);
		return;
	}
	if (u->transfer == TRANSFER_ISOCHRONOUS || !cur_avail(c))
		return;
	if (u->device)
		class = (u->endpoint & ENDPOINT_IN ? u->device->in : u->device->out)[u->endpoint & 15];
	if (u->transfer == TRANSFER_INTERRUPT && class == CLASS_HID) {
		pkt_token(pkt, &class_hid);
		pkt_item(pkt, &item_hid_data, cur_left(c));
	} else if (u->transfer == TRANSFER_BULK && cur_peek(c, 0, 4, &signature) &&
		   (signature == BLOCK_WRAPPER || signature == BLOCK_STATUS)) {
		pkt_next_proto(pkt, &class_storage, cur_rest(c));
	} else {
		pkt_item(pkt, &item_capdata, cur_left(c));
		row_bytes_avail(u->row, USB_CAPDATA, c, cur_left(c));
	}
}

static void inform(struct packet *pkt, const struct urb *u)
{
	const char *name = u->transfer < 4 ? info_name(transfer_names, u->transfer, NULL) : NULL;
	if (name)
		info_set(pkt, "%s %s", name, u->endpoint & 0x80 ? "in" : "out");
	else
		info_set(pkt, "Unknown type %x", u->transfer & 0x7f);
}

/* Source and Destination: a request is the host's, all else the device's. */
static void addresses(struct packet *pkt, const struct urb *u, uint32_t bus, uint32_t device)
{
	char text[32];
	snprintf(text, sizeof(text), "%u.%u.%u", bus, device, u->endpoint & 0x7f);
	pkt_show_addresses(pkt, u->submitted ? "host" : text, u->submitted ? text : "host");
}

static void linux_urb(struct packet *pkt, struct urb *u, struct cursor *c)
{
	struct row *r = u->row;
	row_le(r, LINUX_ID, c, 8);
	uint32_t event = (uint32_t)cur_le(c, 1);
	character(r, LINUX_TYPE, event, true);
	u->submitted = event == 'S';
	u->transfer = (uint32_t)row_le(r, USB_TRANSFER, c, 1);
	u->endpoint = (uint32_t)row_le(r, USB_ENDPOINT, c, 1);
	uint32_t device = (uint32_t)row_le(r, USB_DEVICE, c, 1), bus = (uint32_t)row_le(r, USB_BUS, c, 2);
	uint32_t has_setup = (uint32_t)cur_le(c, 1);
	character(r, LINUX_SETUP_FLAG, has_setup, false);
	character(r, LINUX_DATA_FLAG, (uint32_t)cur_le(c, 1), false);
	row_le(r, LINUX_SECONDS, c, 8);
	row_le(r, LINUX_MICROS, c, 4);
	const uint8_t *at = c->data + c->pos;
	int32_t status = (int32_t)cur_le(c, 4);
	row_set_at(r, LINUX_STATUS, status, at, 4);
	row_le(r, LINUX_LEN, c, 4);
	row_le(r, USB_DATA_LEN, c, 4);
	if (pkt->fail)
		return;
	u->device = pkt_state(pkt, &proto_usb, bus, device);
	inform(pkt, u);
	addresses(pkt, u, bus, device);
	struct cursor request = cur_sub(c, 8);
	if (pkt->link_type == LINK_MMAPPED)
		cur_take(c, MMAPPED);
	if (u->transfer == TRANSFER_CONTROL && u->submitted && !has_setup)
		setup(pkt, u, &request);
	if (u->transfer == TRANSFER_ISOCHRONOUS) {
		/* errors, then how many packets: status, offset, length, filler */
		cur_take(&request, 4);
		for (uint32_t n = (uint32_t)cur_le(&request, 4); n && !pkt->fail; n--)
			cur_take(c, 16);
	}
	if (!pkt->fail)
		payload(pkt, u, c);
}

static void usbpcap_urb(struct packet *pkt, struct urb *u, struct cursor *c)
{
	struct row *r = u->row;
	uint32_t header = (uint32_t)row_le(r, CAP_HEADER_LEN, c, 2);
	row_le(r, CAP_ID, c, 8);
	row_le(r, CAP_STATUS, c, 4);
	row_le(r, CAP_FUNCTION, c, 2);
	u->submitted = !(row_le(r, CAP_INFO, c, 1) & 1);
	uint32_t bus = (uint32_t)row_le(r, USB_BUS, c, 2), device = (uint32_t)row_le(r, USB_DEVICE, c, 2);
	u->endpoint = (uint32_t)row_le(r, USB_ENDPOINT, c, 1);
	u->transfer = (uint32_t)row_le(r, USB_TRANSFER, c, 1);
	row_le(r, USB_DATA_LEN, c, 4);
	if (pkt->fail)
		return;
	pkt->items[pkt->nitems - 1].len = header;
	u->device = pkt_state(pkt, &proto_usb, bus, device);
	inform(pkt, u);
	addresses(pkt, u, bus, device);
	if (header > CAP_FIXED)
		cur_skip(c, header - CAP_FIXED);
	if (u->transfer == TRANSFER_CONTROL && u->submitted && cur_left(c) >= 8)
		setup(pkt, u, c);
	if (!pkt->fail)
		payload(pkt, u, c);
}

static enum verdict usb_dissect(struct packet *pkt, struct cursor *c)
{
	/* BSD's and Darwin's captures have headers of their own: named only */
	if (pkt->link_type != LINK_USBPCAP && pkt->link_type != LINK_MMAPPED && pkt->link_type != 189)
		return MINE;
	struct urb u = { .row = row_open(pkt, &proto_usb, 0) };
	uint32_t header = pkt->link_type == LINK_USBPCAP   ? CAP_FIXED
			  : pkt->link_type == LINK_MMAPPED ? LINUX_HEADER + MMAPPED
							   : LINUX_HEADER;
	/* Wireshark shows nothing of less: Linux' header it reads from the bus on. */
	if (!cur_need(c, pkt->link_type == LINK_USBPCAP ? CAP_FIXED : LINUX_BUS + 2))
		return MINE;
	pkt_item(pkt, &proto_usb, header);
	if (pkt->link_type == LINK_USBPCAP)
		usbpcap_urb(pkt, &u, c);
	else
		linux_urb(pkt, &u, c);
	return MINE;
}

static const struct claim usb_claims[] = { { CLAIM_LINKTYPE, 186 }, { CLAIM_LINKTYPE, 189 },
	{ CLAIM_LINKTYPE, 220 }, { CLAIM_LINKTYPE, 249 }, { CLAIM_LINKTYPE, 266 }, { 0 } };

const struct protocol proto_usb = {
	.name = "usb",
	.title = "USB",
	.column = "USB",
	.spec = "USB 2.0",
	.help = "What a computer and a device on its universal serial bus say to each other.",
	.id = PROTO_ID_usb,
	.records = usb_records,
	.nrecords = 1,
	.claims = usb_claims,
	.dissect = usb_dissect,
	.no_item = true,
	.flow_size = sizeof(struct device),
};
