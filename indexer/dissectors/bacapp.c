/* BACnet, the application layer: the heads of its messages (ANSI/ASHRAE 135, clause 20.1).
 *
 *     confirmed request 0:     type and flags (1), sizes (1), invoke id (1), [sequence, window], service (1)
 *     unconfirmed request 1:   type (1), service (1)
 *     simple ack 2, ack 3:     type and flags (1), invoke id (1), [sequence, window], service (1)
 *     segment ack 4:           type and flags (1), invoke id (1), sequence (1), window (1)
 *     error 5:                 type (1), invoke id (1), service (1)
 *     reject 6, abort 7:       type (1), invoke id (1), reason (1)
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_bacapp;

enum {
	BACAPP_FIRST,
	BACAPP_INVOKE_ID,
	BACAPP_CONFIRMED,
	BACAPP_UNCONFIRMED,
	BACAPP_SEQUENCE,
	BACAPP_WINDOW,
	BACAPP_REJECT,
	BACAPP_ABORT,
	BACAPP_TYPE,
	BACAPP_NFIELDS
};

static const struct value_name type_names[] = { { 0, "Confirmed-REQ" }, { 1, "Unconfirmed-REQ" },
	{ 2, "Simple-ACK" }, { 3, "Complex-ACK" }, { 4, "Segment-ACK" }, { 5, "Error" }, { 6, "Reject" },
	{ 7, "Abort" }, { 0, NULL } };
static const struct value_name confirmed_names[] = { { 0, "acknowledgeAlarm" },
	{ 1, "confirmedCOVNotification" }, { 2, "confirmedEventNotification" }, { 3, "getAlarmSummary" },
	{ 4, "getEnrollmentSummary" }, { 5, "subscribeCOV" }, { 6, "atomicReadFile" },
	{ 7, "atomicWriteFile" }, { 8, "addListElement" }, { 9, "removeListElement" }, { 10, "createObject" },
	{ 11, "deleteObject" }, { 12, "readProperty" }, { 13, "readPropertyConditional" },
	{ 14, "readPropertyMultiple" }, { 15, "writeProperty" }, { 16, "writePropertyMultiple" },
	{ 17, "deviceCommunicationControl" }, { 18, "confirmedPrivateTransfer" },
	{ 19, "confirmedTextMessage" }, { 20, "reinitializeDevice" }, { 26, "readRange" },
	{ 28, "subscribeCOVProperty" }, { 29, "getEventInformation" }, { 0, NULL } };
static const struct value_name unconfirmed_names[] = { { 0, "i-Am" }, { 1, "i-Have" },
	{ 2, "unconfirmedCOVNotification" }, { 3, "unconfirmedEventNotification" },
	{ 4, "unconfirmedPrivateTransfer" }, { 5, "unconfirmedTextMessage" }, { 6, "timeSynchronization" },
	{ 7, "who-Has" }, { 8, "who-Is" }, { 9, "utcTimeSynchronization" }, { 10, "writeGroup" },
	{ 0, NULL } };

static const struct field bacapp_fields[BACAPP_NFIELDS] = {
	[BACAPP_FIRST] = { "bacapp.first", "Type and flags", KIND_UINT, .internal = true },
	[BACAPP_INVOKE_ID] = { "bacapp.invoke_id", "Invoke ID", KIND_UINT, .octets = 1 },
	[BACAPP_CONFIRMED] = { "bacapp.confirmed_service", "Service Choice", KIND_UINT, .octets = 1,
		.names = confirmed_names },
	[BACAPP_UNCONFIRMED] = { "bacapp.unconfirmed_service", "Unconfirmed Service Choice", KIND_UINT,
		.octets = 1, .names = unconfirmed_names },
	[BACAPP_SEQUENCE] = { "bacapp.sequence_number", "Sequence Number", KIND_UINT, .octets = 1 },
	[BACAPP_WINDOW] = { "bacapp.window_size", "Proposed Window Size", KIND_UINT, .octets = 1 },
	[BACAPP_REJECT] = { "bacapp.reject_reason", "Reject Reason", KIND_UINT, .octets = 1 },
	[BACAPP_ABORT] = { "bacapp.abort_reason", "Abort Reason", KIND_UINT, .octets = 1 },
	[BACAPP_TYPE] = { "bacapp.type", "APDU Type", KIND_UINT, .octets = 1, .of = BACAPP_FIRST,
		.mask = 0xf0, .names = type_names },
};

static const struct record bacapp_records[] = {
	{ "bacapp", RECORD_LAYER, BACAPP_NFIELDS, bacapp_fields, NULL },
};

#define SEGMENTED 0x08

static enum verdict bacapp_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_bacapp, 0);
	unsigned first = (unsigned)cur_be(c, 1), type = first >> 4;
	if (type > 7)
		return MINE;
	row_set(r, BACAPP_FIRST, first);
	if (type == 1) {
		row_be(r, BACAPP_UNCONFIRMED, c, 1);
		return MINE;
	}
	if (type == 0)
		cur_skip(c, 1);
	row_be(r, BACAPP_INVOKE_ID, c, 1);
	if (type == 4 || ((type == 0 || type == 3) && first & SEGMENTED)) {
		row_be(r, BACAPP_SEQUENCE, c, 1);
		row_be(r, BACAPP_WINDOW, c, 1);
	}
	if (type == 6)
		row_be(r, BACAPP_REJECT, c, 1);
	else if (type == 7)
		row_be(r, BACAPP_ABORT, c, 1);
	else if (type != 4)
		row_be(r, BACAPP_CONFIRMED, c, 1);
	return MINE;
}

const struct protocol proto_bacapp = {
	.name = "bacapp",
	.title = "Building Automation and Control Network APDU",
	.column = "BACnet-APDU",
	.spec = "ANSI/ASHRAE 135, clause 20",
	.help = "Reads and writes the objects of building automation.",
	.id = PROTO_ID_bacapp,
	.records = bacapp_records,
	.nrecords = 1,
	.dissect = bacapp_dissect,
};
