/* Telephone events in RTP (RFC 4733, section 2.3): keys pressed, tones.
 *
 *      0        1            2         4
 *     +--------+-+-+--------+---------+
 *     | event  |E|R| volume |duration |
 *     +--------+-+-+--------+---------+
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_rtpevent;

enum { EVENT_ID, EVENT_BITS, EVENT_DURATION, EVENT_END, EVENT_RESERVED, EVENT_VOLUME, EVENT_NFIELDS };

static const struct value_name event_names[] = { { 0, "DTMF Zero 0" }, { 1, "DTMF One 1" },
	{ 2, "DTMF Two 2" }, { 3, "DTMF Three 3" }, { 4, "DTMF Four 4" }, { 5, "DTMF Five 5" },
	{ 6, "DTMF Six 6" }, { 7, "DTMF Seven 7" }, { 8, "DTMF Eight 8" }, { 9, "DTMF Nine 9" },
	{ 10, "DTMF Star *" }, { 11, "DTMF Pound #" }, { 12, "DTMF A" }, { 13, "DTMF B" }, { 14, "DTMF C" },
	{ 15, "DTMF D" }, { 16, "Flash" }, { 0, NULL } };

static const struct field event_fields[EVENT_NFIELDS] = {
	[EVENT_ID] = { "rtpevent.event_id", "Event ID", KIND_UINT, .octets = 1, .names = event_names },
	[EVENT_BITS] = { "bits", "End, reserved, volume", KIND_UINT, .octets = 1, .internal = true },
	[EVENT_DURATION] = { "rtpevent.duration", "Event Duration", KIND_UINT, .octets = 2 },
	[EVENT_END] = { "rtpevent.end_of_event", "End of Event", KIND_BOOL, .mask = 0x80, .of = EVENT_BITS },
	[EVENT_RESERVED] = { "rtpevent.reserved", "Reserved", KIND_BOOL, .mask = 0x40, .of = EVENT_BITS },
	[EVENT_VOLUME] = { "rtpevent.volume", "Volume", KIND_UINT, .octets = 1, .mask = 0x3f,
		.of = EVENT_BITS },
};

static const struct record event_records[] = { { "rtpevent", RECORD_LAYER, EVENT_NFIELDS, event_fields,
	NULL } };

static enum verdict event_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_rtpevent, 0);
	row_be(r, EVENT_ID, c, 1);
	row_be(r, EVENT_BITS, c, 1);
	row_be(r, EVENT_DURATION, c, 2);
	return MINE;
}

const struct protocol proto_rtpevent = {
	.name = "rtpevent",
	.title = "RFC 2833 RTP Event",
	.column = "RTP EVENT",
	.spec = "RFC 4733",
	.help = "Tells which key of a telephone was pressed, in place of its sound.",
	.id = PROTO_ID_rtpevent,
	.records = event_records,
	.nrecords = 1,
	.dissect = event_dissect,
};
