/* The frame itself: what the capture says of it before any dissection. Not called by the layer loop but by
 * dissect.c, which opens the row before the first layer and closes it with the stack that came of it. */
#include "indexer/dissect.h"
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/pseudo.h"
#include "indexer/expert.h"

enum {
	FRAME_TIME,
	FRAME_LEN,
	FRAME_CAPLEN,
	FRAME_OFFSET,
	FRAME_INTERFACE,
	FRAME_STACK,
	FRAME_SRC,
	FRAME_DST,
	FRAME_NUMBER,
	FRAME_TIME_EPOCH,
	FRAME_TIME_DELTA,
	FRAME_TIME_RELATIVE,
	FRAME_CAP_LEN,
	FRAME_PROTOCOLS,
	FRAME_ENCAP,
	FRAME_INTERFACE_ID,
	FRAME_INTERFACE_NAME,
	FRAME_INTERFACE_DESCRIPTION,
	FRAME_SECTION,
	FRAME_FLAGS,
	FRAME_FLAGS_DIRECTION,
	FRAME_FLAGS_RECEPTION,
	FRAME_FLAGS_FCS,
	FRAME_FLAGS_RESERVED,
	FRAME_FLAGS_CRC,
	FRAME_FLAGS_LONG,
	FRAME_FLAGS_SHORT,
	FRAME_FLAGS_GAP,
	FRAME_FLAGS_UNALIGNED,
	FRAME_FLAGS_DELIMITER,
	FRAME_FLAGS_PREAMBLE,
	FRAME_FLAGS_SYMBOL,
	FRAME_PACKET_ID,
	FRAME_MARKED,
	FRAME_IGNORED,
	FRAME_TIME_DELTA_DISPLAYED,
	FRAME_OFFSET_SHIFT,
	FRAME_REF_TIME,
	FRAME_MD5,
	FRAME_COLORING_NAME,
	FRAME_COLORING_STRING,
	FRAME_EXPERT,
	FRAME_EXPERT_LAST = FRAME_EXPERT + EXPERT_FIELDS - 1,
	FRAME_NFIELDS
};

/* The interface row of the frame: interfaces are numbered over the file. Wireshark looks for the name of one
 * by the number that it has in its own section, and among those of all sections. */
#define OF_INTERFACE(column)                                                                                 \
	"(SELECT " column " FROM interface i WHERE i.capture_id={capture} AND i.number={interface})"
#define NAMED_INTERFACE(column)                                                                              \
	"(SELECT " column " FROM interface i JOIN interface n ON n.capture_id=i.capture_id AND "             \
	"n.number=i.interface_id WHERE i.capture_id={capture} AND i.number={interface})"

static const struct value_name encap_names[] = { { 1, "Ethernet" }, { 2, "Token Ring" }, { 3, "SLIP" },
	{ 4, "PPP" }, { 7, "Raw IP" }, { 8, "ARCNET" }, { 13, "ATM PDUs" }, { 15, "NULL/Loopback" },
	{ 20, "IEEE 802.11 Wireless LAN" }, { 21, "IEEE 802.11 plus Prism II monitor mode radio header" },
	{ 23, "IEEE 802.11 plus radiotap radio header" }, { 24, "IEEE 802.11 plus AVS radio header" },
	{ 25, "Linux cooked-mode capture v1" }, { 26, "Frame Relay" }, { 28, "Cisco HDLC" },
	{ 42, "SS7 MTP2" }, { 43, "SS7 MTP3" }, { 67, "Juniper ATM1" },
	{ 97, "Per-Packet Information header" }, { 124, "Solaris IPNET" }, { 125, "SocketCAN" },
	{ 129, "Raw IPv4" }, { 130, "Raw IPv6" }, { 146, "D-Bus" },
	{ 152, "USB packets with USBPcap header" }, { 210, "Linux cooked-mode capture v2" }, { 0, NULL } };

static const struct value_name reception_names[] = { { 0, "Not specified" }, { 1, "Unicast" },
	{ 2, "Multicast" }, { 3, "Broadcast" }, { 4, "Promiscuous" }, { 0, NULL } };

/* pcapng, section 4.3, epb_flags */
static const struct value_name direction_names[] = { { 0, "Unknown" }, { 1, "Inbound" }, { 2, "Outbound" },
	{ 0, NULL } };

#define MALFORMED                                                                                            \
	"CASE WHEN (SELECT instr(':'||s.items||':', ':_ws.malformed:') FROM t_stack s WHERE s.id={stack}) "  \
	"THEN 'Malformed Packet (Exception occurred)' END"

static const struct field frame_fields[FRAME_NFIELDS] = {
	[FRAME_TIME] = { "frame.time", "Arrival Time", KIND_TIME },
	[FRAME_LEN] = { "frame.len", "Frame length on the wire", KIND_UINT, .octets = 4 },
	/* NULL where it equals len, which is nearly always */
	[FRAME_CAPLEN] = { "caplen", "captured octets where fewer than len", KIND_UINT, .internal = true },
	[FRAME_OFFSET] = { "offset", "offset of the frame's octets in the capture file", KIND_UINT,
		.internal = true },
	[FRAME_INTERFACE] = { "interface", "interface's number over the file", KIND_UINT, .internal = true },
	[FRAME_STACK] = { "stack", "protocols of the frame", KIND_STACK, .internal = true },
	[FRAME_SRC] = { "src", "address of the Source column", KIND_ADDRESS, .internal = true },
	[FRAME_DST] = { "dst", "address of the Destination column", KIND_ADDRESS, .internal = true },
	[FRAME_NUMBER] = { "frame.number", "Frame Number", KIND_UINT, .octets = 4,
		.sql = "{frame} - (SELECT k.first_frame FROM capture k WHERE k.id={capture}) + 1" },
	[FRAME_TIME_EPOCH] = { "frame.time_epoch", "Epoch Time", KIND_RELTIME, .sql = "{time}" },
	[FRAME_TIME_DELTA] = { "frame.time_delta", "Time delta from previous captured frame", KIND_RELTIME,
		.sql = "coalesce({time} - (SELECT p.time FROM t_frame p WHERE p.frame_id={frame}-1"
		       " AND {frame} > (SELECT k.first_frame FROM capture k WHERE k.id={capture})), 0)" },
	[FRAME_TIME_RELATIVE] = { "frame.time_relative", "Time since reference or first frame", KIND_RELTIME,
		.sql = "{time} - (SELECT k.time_zero FROM capture k WHERE k.id={capture})" },
	[FRAME_CAP_LEN] = { "frame.cap_len", "Frame length stored into the capture file", KIND_UINT,
		.octets = 4, .sql = "coalesce({caplen}, {len})" },
	[FRAME_PROTOCOLS] = { "frame.protocols", "Protocols in frame", KIND_TEXT,
		.sql = "(SELECT s.protocols FROM t_stack s WHERE s.id={stack})" },
	[FRAME_ENCAP] = { "frame.encap_type", "Encapsulation type", KIND_INT, .octets = 2,
		.names = encap_names, .sql = OF_INTERFACE("i.encap_type") },
	[FRAME_INTERFACE_ID] = { "frame.interface_id", "Interface id", KIND_UINT, .octets = 4,
		.sql = OF_INTERFACE("i.interface_id") },
	[FRAME_INTERFACE_NAME] = { "frame.interface_name", "Interface name", KIND_TEXT,
		.sql = NAMED_INTERFACE("n.shown_name") },
	[FRAME_INTERFACE_DESCRIPTION] = { "frame.interface_description", "Interface description", KIND_TEXT,
		.sql = NAMED_INTERFACE("n.description") },
	[FRAME_SECTION] = { "frame.section_number", "Section number", KIND_UINT, .octets = 4,
		.sql = OF_INTERFACE("i.section + 1") },
	[FRAME_FLAGS] = { "frame.packet_flags", "Packet flags", KIND_UINT, BASE_HEX, 4, .part = 1 },
	[FRAME_FLAGS_DIRECTION] = { "frame.packet_flags_direction", "Direction", KIND_UINT, BASE_HEX, 4,
		.part = 1, .of = FRAME_FLAGS, .mask = 3 },
	[FRAME_FLAGS_RECEPTION] = { "frame.packet_flags_reception_type", "Reception type", KIND_UINT,
		.octets = 4, .names = reception_names, .part = 1, .of = FRAME_FLAGS, .mask = 0x1c },
	[FRAME_FLAGS_FCS] = { "frame.packet_flags_fcs_length", "FCS length", KIND_UINT, .octets = 4,
		.part = 1, .of = FRAME_FLAGS, .mask = 0x1e0 },
	[FRAME_FLAGS_RESERVED] = { "frame.packet_flags_reserved", "Reserved", KIND_UINT, .octets = 4,
		.part = 1, .of = FRAME_FLAGS, .mask = 0xfe00 },
	[FRAME_FLAGS_CRC] = { "frame.packet_flags_crc_error", "CRC error", KIND_BOOL, .part = 1,
		.of = FRAME_FLAGS, .mask = 0x01000000 },
	[FRAME_FLAGS_LONG] = { "frame.packet_flags_packet_too_error", "Packet too long error", KIND_BOOL,
		.part = 1, .of = FRAME_FLAGS, .mask = 0x02000000 },
	[FRAME_FLAGS_SHORT] = { "frame.packet_flags_packet_too_short_error", "Packet too short error",
		KIND_BOOL, .part = 1, .of = FRAME_FLAGS, .mask = 0x04000000 },
	[FRAME_FLAGS_GAP] = { "frame.packet_flags_wrong_inter_frame_gap_error", "Wrong interframe gap error",
		KIND_BOOL, .part = 1, .of = FRAME_FLAGS, .mask = 0x08000000 },
	[FRAME_FLAGS_UNALIGNED] = { "frame.packet_flags_unaligned_frame_error", "Unaligned frame error",
		KIND_BOOL, .part = 1, .of = FRAME_FLAGS, .mask = 0x10000000 },
	[FRAME_FLAGS_DELIMITER] = { "frame.packet_flags_start_frame_delimiter_error",
		"Start frame delimiter error", KIND_BOOL, .part = 1, .of = FRAME_FLAGS, .mask = 0x20000000 },
	[FRAME_FLAGS_PREAMBLE] = { "frame.packet_flags_preamble_error", "Preamble error", KIND_BOOL,
		.part = 1, .of = FRAME_FLAGS, .mask = 0x40000000 },
	[FRAME_FLAGS_SYMBOL] = { "frame.packet_flags_symbol_error", "Symbol error", KIND_BOOL, .part = 1,
		.of = FRAME_FLAGS, .mask = 0x80000000 },
	[FRAME_PACKET_ID] = { "frame.packet_id", "Packet id", KIND_UINT, .octets = 8, .part = 1 },
	/* what Wireshark's user does with a frame; here nobody does */
	[FRAME_MARKED] = { "frame.marked", "Frame is marked", KIND_BOOL, .generated = true, .hidden = true,
		.sql = "({len} & 0)" },
	[FRAME_IGNORED] = { "frame.ignored", "Frame is ignored", KIND_BOOL, .generated = true, .hidden = true,
		.sql = "({len} & 0)" },
	/* The frame displayed before is the one captured before as long as nothing is filtered out; who
	 * prints frames (query/fields.c) or selects them (query/filter/) knows better. */
	[FRAME_TIME_DELTA_DISPLAYED] = { "frame.time_delta_displayed",
		"Time delta from previous displayed frame", KIND_RELTIME, .generated = true,
		.sql = "{time_delta}" },
	[FRAME_OFFSET_SHIFT] = { "frame.offset_shift", "Time shift for this packet", KIND_RELTIME,
		.generated = true, .sql = "({len} & 0)" },
	[FRAME_REF_TIME] = { "frame.ref_time", "This is a Time Reference frame", KIND_NONE, .generated = true,
		.sql = SQL_OFF },
	[FRAME_MD5] = { "frame.md5_hash", "Frame MD5 Hash", KIND_TEXT, .generated = true, .sql = SQL_OFF },
	/* tshark has them with --color only */
	[FRAME_COLORING_NAME] = { "frame.coloring_rule.name", "Coloring Rule Name", KIND_TEXT,
		.generated = true, .sql = SQL_OFF },
	[FRAME_COLORING_STRING] = { "frame.coloring_rule.string", "Coloring Rule String", KIND_TEXT,
		.generated = true, .sql = SQL_OFF },
	EXPERT_ITEM(FRAME_EXPERT, MALFORMED, EXPERT_ERROR, EXPERT_MALFORMED),
};

enum { COMMENT_TEXT, COMMENT_NFIELDS };
static const struct field comment_fields[COMMENT_NFIELDS] = {
	[COMMENT_TEXT] = { "frame.comment", "Comment", KIND_TEXT },
};

/* A time that is none: of two numbers whose second is no fraction of a second (what Wireshark makes of it
 * needs both), or missing. */
enum {
	CLOCK_FRACTION,
	CLOCK_INVALID,
	CLOCK_EXPERT,
	CLOCK_EXPERT_LAST = CLOCK_EXPERT + EXPERT_FIELDS - 1,
	CLOCK_NFIELDS
};
#define FRACTION_TEXT                                                                                        \
	"'Arrival Time: Fractional second '||printf('%09d', {fraction})||"                                   \
	"' is invalid, the valid range is 0-1000000000'"
static const struct field clock_fields[CLOCK_NFIELDS] = {
	/* NULL: the record has no time */
	[CLOCK_FRACTION] = { "fraction", "nanoseconds as the record has them", KIND_INT, .internal = true },
	[CLOCK_INVALID] = { "frame.time_invalid",
		"Arrival Time: Fractional second out of range (0-1000000000)", KIND_NONE, .generated = true,
		.sql = "CASE WHEN {fraction} IS NOT NULL THEN 1 END" },
	EXPERT_ITEM(CLOCK_EXPERT, EXPERT_IF("{fraction} IS NOT NULL", FRACTION_TEXT), EXPERT_NOTE,
		EXPERT_SEQUENCE),
};

static const struct record frame_records[] = {
	{ "frame", RECORD_LAYER, FRAME_NFIELDS, frame_fields, (const char *const[]) { "flags", NULL } },
	{ "frame_comment", RECORD_CHILD, COMMENT_NFIELDS, comment_fields, NULL },
	{ "frame_clock", RECORD_CHILD, CLOCK_NFIELDS, clock_fields, NULL },
};

struct row *frame_open(struct packet *pkt, const struct dissect_input *in)
{
	struct row *r = row_open(pkt, &proto_frame, 0);
	row_set(r, FRAME_TIME, in->time_ns);
	row_set(r, FRAME_LEN, in->len);
	if (in->cap_len != in->len)
		row_set(r, FRAME_CAPLEN, in->cap_len);
	row_set(r, FRAME_OFFSET, (int64_t)in->offset);
	if (in->interface != UINT32_MAX)
		row_set(r, FRAME_INTERFACE, in->interface);
	if (in->has_flags)
		row_set(r, FRAME_FLAGS, in->flags);
	if (in->has_packet_id)
		row_set(r, FRAME_PACKET_ID, (int64_t)in->packet_id);
	if (in->fraction || in->untimed) {
		struct row *clock = row_open(pkt, &proto_frame, 2);
		if (in->fraction)
			row_set(clock, CLOCK_FRACTION, in->fraction);
	}
	/* Comments stand above the frame in the tree: the frame's item is said only where it is not the
	 * first. */
	if (in->ncomments) {
		pkt->items[pkt->nitems++] = (struct item) { &proto_pkt_comment, 0 };
		pkt->items[pkt->nitems++] = (struct item) { &proto_frame, in->cap_len };
	}
	for (unsigned i = 0; i < in->ncomments; i++) {
		struct row *comment = row_open(pkt, &proto_frame, 1);
		row_text(comment, COMMENT_TEXT, in->comments[i], strlen(in->comments[i]), NULL, 0);
	}
	return r;
}

void frame_close(struct row *r, uint32_t stack, uint32_t src, uint32_t dst)
{
	row_set(r, FRAME_STACK, stack);
	if (src)
		row_set(r, FRAME_SRC, src);
	if (dst)
		row_set(r, FRAME_DST, dst);
}

static const struct layout_line frame_layout[] = {
	{ 0, NULL, "Packet comments" },
	{ 1, .record = "frame_comment" },
	{ 2, "frame.comment", "{}" },
	/* files without interfaces have no sections either */
	{ 0, "frame.section_number", "Section number: {}{frame.interface_id:h}" },
	{ 0, "frame.section_number", "" },
	{ 0, "frame.interface_id", "Interface id: {:d}< ({frame.interface_name})>" },
	{ 1, "frame.interface_name" },
	{ 1, "frame.interface_description" },
	{ 0, "frame.packet_flags" },
	{ 1, "frame.packet_flags_direction", "Direction: {:m} ({})", .names = direction_names },
	{ 0, "frame.packet_id" },
	{ 0, "frame.encap_type" },
	{ 0, "frame.time" },
	{ 0, "frame.offset_shift" },
	{ 0, "frame.time_epoch" },
	{ 0, "frame.time_delta", "[Time delta from previous captured frame: {}]" },
	{ 0, "frame.time_delta_displayed" },
	{ 0, "frame.time_relative", "[Time since reference or first frame: {}]" },
	{ 0, "frame.number" },
	{ 0, "frame.len", "Frame Length: {} byte{:s} ({frame.len:b} bits)" },
	{ 0, "frame.cap_len", "Capture Length: {} byte{:s} ({frame.cap_len:b} bits)" },
	{ 0, "frame.marked" },
	{ 0, "frame.ignored" },
	{ 0, "frame.protocols", "[Protocols in frame: {}]" },
	{ 0 },
};

const struct protocol proto_frame = {
	.name = "frame",
	.title = "Frame",
	.heading = "Frame {frame.number}: {frame.len} byte{frame.len:s} on wire ({frame.len:b} bits), "
		   "{frame.cap_len} byte{frame.cap_len:s} captured ({frame.cap_len:b} bits)"
		   "< on interface {frame.interface_name}, id {frame.interface_id}>"
		   "{frame.packet_flags_direction=1? (inbound)}{frame.packet_flags_direction=2? (outbound)}",
	.layout = frame_layout,
	.help = "One packet as the capture recorded it: when, how long, on which interface.",
	.id = PROTO_ID_frame,
	.records = frame_records,
	.nrecords = 3,
};

/* Names that the loop itself gives: tokens and items without fields. */
const struct protocol proto_ethertype = { .name = "ethertype", .title = "Ethertype", .no_item = true };
const struct protocol proto_malformed = { .name = "_ws.malformed", .title = "Malformed Packet" };
const struct protocol proto_unreassembled = { .name = "_ws.unreassembled",
	.title = "Unreassembled Fragmented Packet" };
const struct protocol proto_pkt_comment = { .name = "pkt_comment", .title = "Packet comments" };
const struct protocol proto_short = { .name = "_ws.short", .title = "Packet Size Limited during Capture" };
