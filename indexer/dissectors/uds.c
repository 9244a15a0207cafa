/* Unified diagnostic services (ISO 14229-1, section 10): a service; a response has 0x40 added, a refusal is
 * 0x7f, the service that was asked for and the reason. */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_uds;

enum { UDS_OCTET, UDS_ERR_SID, UDS_ERR_CODE, UDS_SID, UDS_REPLY, UDS_NFIELDS };

static const struct value_name service_names[] = { { 0x10, "Diagnostic Session Control" },
	{ 0x11, "ECU Reset" }, { 0x14, "Clear Diagnostic Information" }, { 0x19, "Read DTC Information" },
	{ 0x22, "Read Data By Identifier" }, { 0x23, "Read Memory By Address" }, { 0x27, "Security Access" },
	{ 0x28, "Communication Control" }, { 0x2e, "Write Data By Identifier" },
	{ 0x2f, "Input Output Control By Identifier" }, { 0x31, "Routine Control" },
	{ 0x34, "Request Download" }, { 0x35, "Request Upload" }, { 0x36, "Transfer Data" },
	{ 0x37, "Request Transfer Exit" }, { 0x3e, "Tester Present" }, { 0x3f, "Error" },
	{ 0x85, "Control DTC Setting" }, { 0, NULL } };

static const struct field uds_fields[UDS_NFIELDS] = {
	[UDS_OCTET] = { "octet", "service and direction", KIND_UINT, .internal = true },
	[UDS_ERR_SID] = { "uds.err.sid", "Service Identifier", KIND_UINT, BASE_HEX, 1,
		.names = service_names },
	[UDS_ERR_CODE] = { "uds.err.code", "Code", KIND_UINT, BASE_HEX, 1 },
	[UDS_SID] = { "uds.sid", "Service Identifier", KIND_UINT, BASE_HEX, 1, .of = UDS_OCTET, .mask = 0xbf,
		.names = service_names },
	[UDS_REPLY] = { "uds.reply", "Reply Flag", KIND_UINT, BASE_HEX, 1, .of = UDS_OCTET, .mask = 0x40 },
};

static const struct record uds_records[] = { { "uds", RECORD_LAYER, UDS_NFIELDS, uds_fields, NULL } };

enum { REFUSED = 0x7f };

static enum verdict uds_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_uds, 0);
	if (row_be(r, UDS_OCTET, c, 1) == REFUSED) {
		row_be(r, UDS_ERR_SID, c, 1);
		row_be(r, UDS_ERR_CODE, c, 1);
	}
	return MINE;
}

const struct protocol proto_uds = {
	.name = "uds",
	.title = "Unified Diagnostic Services",
	.column = "UDS",
	.spec = "ISO 14229-1",
	.help = "Asks the control units of cars: reads faults, writes memory, resets.",
	.id = PROTO_ID_uds,
	.records = uds_records,
	.nrecords = 1,
	.dissect = uds_dissect,
};
