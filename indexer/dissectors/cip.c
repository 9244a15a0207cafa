/* Common Industrial Protocol (ODVA, The CIP Networks Library, volume 1, section 2-4): a service, with its
 * highest bit set in a response; a request goes on with the path to an object, a response with its status.
 *
 *      0        1        2
 *     +--------+--------+---- - -+---- - -        request: words of the path, path, data
 *     |service | words  | path   | data
 *     +--------+--------+--------+--------+---- - -+---- - -      response: general status, words of
 *     |service |reserved| status | words  |        | data         additional status
 *     +--------+--------+--------+--------+---- - -+---- - -
 *
 * Services that all classes have in common are dissected here, the others belong to the class of the object,
 * which only the request names. */
#include "indexer/dissectors/cip.h"
#include "indexer/dissectors/ids.h"

enum { CIP_OCTET, CIP_CLASS, CIP_INSTANCE, CIP_STATUS, CIP_SC, CIP_RR, CIP_SERVICE, CIP_NFIELDS };

static const struct value_name service_names[] = { { 0x01, "Get Attributes All" },
	{ 0x02, "Set Attributes All" }, { 0x03, "Get Attribute List" }, { 0x04, "Set Attribute List" },
	{ 0x05, "Reset" }, { 0x06, "Start" }, { 0x07, "Stop" }, { 0x08, "Create" }, { 0x09, "Delete" },
	{ 0x0a, "Multiple Service Packet" }, { 0x0d, "Apply Attributes" }, { 0x0e, "Get Attribute Single" },
	{ 0x10, "Set Attribute Single" }, { 0x11, "Find Next Object Instance" }, { 0x15, "Restore" },
	{ 0x16, "Save" }, { 0x17, "Nop" }, { 0x18, "Get Member" }, { 0x19, "Set Member" },
	{ 0x1a, "Insert Member" }, { 0x1b, "Remove Member" }, { 0x1c, "Group Sync" }, { 0, NULL } };

static const struct field cip_fields[CIP_NFIELDS] = {
	[CIP_OCTET] = { "octet", "service and direction", KIND_UINT, .internal = true },
	[CIP_CLASS] = { "cip.class", "Class", KIND_UINT, BASE_HEX, 1 },
	[CIP_INSTANCE] = { "cip.instance", "Instance", KIND_UINT, BASE_HEX, 1 },
	[CIP_STATUS] = { "cip.genstat", "General Status", KIND_UINT, BASE_HEX, 1 },
	[CIP_SC] = { "cip.sc", "Service", KIND_UINT, BASE_HEX, 1, .of = CIP_OCTET, .mask = 0x7f,
		.names = service_names },
	[CIP_RR] = { "cip.rr", "Request/Response", KIND_UINT, BASE_HEX, 1, .of = CIP_OCTET, .mask = 0x80 },
	[CIP_SERVICE] = { "cip.service", "Service", KIND_UINT, BASE_HEX, 1, .of = CIP_OCTET, .mask = 0x7f,
		.names = service_names },
};

static const struct record cip_records[] = { { "cip", RECORD_LAYER, CIP_NFIELDS, cip_fields, NULL } };

enum {
	MULTIPLE_SERVICE = 0x0a,
	CONNECTION_MANAGER = 0x06,
	MODBUS = 0x44,
	PCCC = 0x67,
	CONNECTION_CONFIGURATION = 0xf3,
	SUCCESS = 0
};

/* Requests to classes of a protocol of their own, until they are answered. */
#define REQUESTS 8
struct cip_flow {
	struct {
		uint64_t key;
		uint8_t class;   /* 0: free */
		uint8_t service; /* of it */
	} requests[REQUESTS];
	uint8_t next;
};

/* Volume 1, appendix A; group sync (1c) included. */
bool cip_is_common(uint32_t service)
{
	return (service >= 0x01 && service <= 0x0a) || service == 0x0d || service == 0x0e ||
	       service == 0x10 || service == 0x11 || (service >= 0x15 && service <= 0x1c);
}

static const struct protocol *class_protocol(uint32_t class)
{
	switch (class) {
	case CONNECTION_MANAGER:
		return &proto_cipcm;
	case MODBUS:
		return &proto_cipmb;
	case PCCC:
		return &proto_cippccc;
	case CONNECTION_CONFIGURATION:
		return &proto_cipcco;
	default:
		return &proto_cipcls;
	}
}

static uint64_t message_key(struct packet *pkt)
{
	const struct enip_flow *f = pkt_flow(pkt, &proto_enip);
	return f ? f->key : 0;
}

static void remember(struct packet *pkt, uint32_t class, uint32_t service)
{
	struct cip_flow *f = pkt_flow(pkt, &proto_cip);
	uint64_t key = message_key(pkt);
	if (!f)
		return;
	for (unsigned i = 0; i < REQUESTS; i++)
		if (f->requests[i].class && f->requests[i].key == key)
			f->requests[i].class = 0;
	if (class_protocol(class) == &proto_cipcls)
		return;
	f->requests[f->next].key = key;
	f->requests[f->next].class = (uint8_t) class;
	f->requests[f->next].service = (uint8_t)service;
	f->next = (uint8_t)((f->next + 1) % REQUESTS);
}

/* The class that the request of this response went to, and its service; 0: not known. */
static uint32_t requested(struct packet *pkt, uint32_t *service)
{
	const struct cip_flow *f = pkt_flow(pkt, &proto_cip);
	uint64_t key = message_key(pkt);
	for (unsigned i = 0; f && i < REQUESTS; i++) {
		if (f->requests[i].class && f->requests[i].key == key) {
			*service = f->requests[i].service;
			return f->requests[i].class;
		}
	}
	return 0;
}

/* Segments of the path (volume 1, section C-1.4): of the logical ones the class and the instance, each with 8
 * or, after a pad, with 16 bits. */
static uint32_t path(struct row *r, struct cursor *c)
{
	enum { LOGICAL = 0x20, KIND = 0xe0, TYPE = 0x1c, FORMAT = 0x03, CLASS_ID = 0, INSTANCE_ID = 4 };
	uint32_t class = 0;
	bool named = false;
	while (cur_left(c)) {
		uint32_t segment = (uint32_t)cur_be(c, 1), octets = segment & FORMAT ? 2 : 1;
		if ((segment & KIND) != LOGICAL || (segment & FORMAT) > 1)
			break;
		if (octets == 2)
			cur_skip(c, 1);
		if ((segment & TYPE) == CLASS_ID && !named) {
			class = (uint32_t)row_le(r, CIP_CLASS, c, octets);
			named = true;
		} else if ((segment & TYPE) == INSTANCE_ID && !row_has(r, CIP_INSTANCE)) {
			row_le(r, CIP_INSTANCE, c, octets);
		} else {
			cur_skip(c, octets);
		}
	}
	return class;
}

/* Count, offsets counted from it, messages. */
static void multiple(struct packet *pkt, struct cursor *c)
{
	struct cursor all = *c;
	uint32_t begin = c->pos, count = (uint32_t)cur_le(c, 2);
	while (count-- && !pkt->fail) {
		uint32_t at = begin + (uint32_t)cur_le(c, 2), end = c->len;
		uint64_t next;
		if (count && cur_peek(c, 0, 2, &next))
			end = begin + le16(c->data + c->pos);
		if (pkt->fail || at < all.pos || end <= at)
			break;
		all.pos = at;
		struct cursor message = cur_sub(&all, end - at);
		cip_message(pkt, &message, true);
		all.pos = begin;
	}
}

void cip_message(struct packet *pkt, struct cursor *c, bool embedded)
{
	struct row *r = row_open(pkt, &proto_cip, 0);
	uint32_t octet = (uint32_t)row_be(r, CIP_OCTET, c, 1), service = octet & ~(uint32_t)CIP_RESPONSE;
	uint32_t class = 0, asked = service, status = SUCCESS;
	struct cursor whole = *c;
	whole.pos = 0;
	if (octet & CIP_RESPONSE) {
		cur_skip(c, 1);
		status = (uint32_t)row_be(r, CIP_STATUS, c, 1);
		cur_take(c, 2 * (uint32_t)cur_be(c, 1));
		class = embedded ? 0 : requested(pkt, &asked);
	} else {
		uint32_t words = (uint32_t)cur_be(c, 1);
		struct cursor p = cur_sub(c, 2 * words);
		class = path(r, &p);
		if (!embedded)
			remember(pkt, class, service);
	}
	if (pkt->fail)
		return;
	/* What answers a message that was sent on has that message's service. */
	bool sent_on = octet & CIP_RESPONSE && class == CONNECTION_MANAGER && asked == CIP_UNCONNECTED_SEND;
	if (!cip_is_common(service) || sent_on)
		pkt_next_proto(pkt, class_protocol(class), whole);
	else if (service == MULTIPLE_SERVICE && status == SUCCESS && cur_left(c)) {
		pkt_nest(pkt, true);
		multiple(pkt, c);
	}
}

static enum verdict cip_dissect(struct packet *pkt, struct cursor *c)
{
	cip_message(pkt, c, false);
	return MINE;
}

const struct protocol proto_cip = {
	.name = "cip",
	.title = "Common Industrial Protocol",
	.column = "CIP",
	.spec = "ODVA CIP",
	.help = "Asks objects in controllers for services: reads, writes, starts, stops.",
	.id = PROTO_ID_cip,
	.records = cip_records,
	.nrecords = 1,
	.dissect = cip_dissect,
	.flow_size = sizeof(struct cip_flow),
};
