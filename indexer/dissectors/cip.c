/* Common Industrial Protocol (ODVA, The CIP Networks Library, volume 1, section 2-4): a service, with its
 * highest bit set in a response; a request goes on with the path to an object, a response with its status. */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_cip;

enum { CIP_SC, CIP_CLASS, CIP_STATUS, CIP_RR, CIP_SERVICE, CIP_NFIELDS };

static const struct value_name service_names[] = { { 0x01, "Get Attributes All" },
	{ 0x03, "Get Attribute List" }, { 0x04, "Set Attribute List" }, { 0x05, "Reset" }, { 0x06, "Start" },
	{ 0x07, "Stop" }, { 0x08, "Create" }, { 0x09, "Delete" }, { 0x0a, "Multiple Service Packet" },
	{ 0x0e, "Get Attribute Single" }, { 0x10, "Set Attribute Single" }, { 0, NULL } };

static const struct field cip_fields[CIP_NFIELDS] = {
	[CIP_SC] = { "cip.sc", "Service", KIND_UINT, BASE_HEX, 1 },
	[CIP_CLASS] = { "cip.class", "Class", KIND_UINT, BASE_HEX, 2 },
	[CIP_STATUS] = { "cip.genstat", "General Status", KIND_UINT, BASE_HEX, 1 },
	[CIP_RR] = { "cip.rr", "Request/Response", KIND_BOOL, .of = CIP_SC, .mask = 0x80 },
	[CIP_SERVICE] = { "cip.service", "Service", KIND_UINT, BASE_HEX, 1, .of = CIP_SC, .mask = 0x7f,
		.names = service_names },
};

static const struct record cip_records[] = { { "cip", RECORD_LAYER, CIP_NFIELDS, cip_fields, NULL } };

enum { RESPONSE = 0x80, CLASS_8 = 0x20, CLASS_16 = 0x21 };

static enum verdict cip_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_cip, 0);
	uint32_t service = (uint32_t)row_be(r, CIP_SC, c, 1);
	if (service & RESPONSE) {
		cur_skip(c, 1);
		row_be(r, CIP_STATUS, c, 1);
		return MINE;
	}
	uint32_t words = (uint32_t)cur_be(c, 1);
	struct cursor path = cur_sub(c, 2 * words);
	/* The first segment of the path mostly names the class of the object (volume 1, section C-1.4.2). */
	uint64_t type;
	if (!cur_peek(&path, 0, 1, &type))
		return MINE;
	cur_skip(&path, type == CLASS_16 ? 2 : 1);
	if (type == CLASS_8)
		row_be(r, CIP_CLASS, &path, 1);
	else if (type == CLASS_16)
		row_le(r, CIP_CLASS, &path, 2);
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
};
