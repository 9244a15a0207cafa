/* The X Window System's protocol: requests of the client in units of 4 octets, from the server replies,
 * errors and events of 32 octets and more. The client's first octet, 'B' or 'l', tells the order of octets of
 * all numbers.
 *
 *      0    1    2       4                        0    1    2       4               8
 *     +----+----+-------+------- - -             +----+----+-------+---------------+------- - -
 *     |code|    |length | request                | 1  |    |seq    | length        | reply
 *     +----+----+-------+------- - -             +----+----+-------+---------------+------- - -
 */
#include <string.h>

#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_x11;

enum {
	MESSAGE_OPCODE,
	MESSAGE_REQUEST_LENGTH,
	MESSAGE_REPLY,
	MESSAGE_EVENTCODE,
	MESSAGE_ERRORCODE,
	MESSAGE_NFIELDS
};
static const struct value_name message_opcode_names[] = { { 4294967295, "Initial connection request" },
	{ 1, "CreateWindow" }, { 2, "ChangeWindowAttributes" }, { 3, "GetWindowAttributes" },
	{ 4, "DestroyWindow" }, { 5, "DestroySubwindows" }, { 6, "ChangeSaveSet" }, { 7, "ReparentWindow" },
	{ 8, "MapWindow" }, { 9, "MapSubwindows" }, { 10, "UnmapWindow" }, { 11, "UnmapSubwindows" },
	{ 12, "ConfigureWindow" }, { 13, "CirculateWindow" }, { 14, "GetGeometry" }, { 15, "QueryTree" },
	{ 16, "InternAtom" }, { 17, "GetAtomName" }, { 18, "ChangeProperty" }, { 19, "DeleteProperty" },
	{ 20, "GetProperty" }, { 21, "ListProperties" }, { 22, "SetSelectionOwner" },
	{ 23, "GetSelectionOwner" }, { 24, "ConvertSelection" }, { 25, "SendEvent" }, { 26, "GrabPointer" },
	{ 27, "UngrabPointer" }, { 28, "GrabButton" }, { 29, "UngrabButton" },
	{ 30, "ChangeActivePointerGrab" }, { 31, "GrabKeyboard" }, { 32, "UngrabKeyboard" },
	{ 33, "GrabKey" }, { 34, "UngrabKey" }, { 35, "AllowEvents" }, { 36, "GrabServer" },
	{ 37, "UngrabServer" }, { 38, "QueryPointer" }, { 39, "GetMotionEvents" },
	{ 40, "TranslateCoordinates" }, { 41, "WarpPointer" }, { 42, "SetInputFocus" },
	{ 43, "GetInputFocus" }, { 44, "QueryKeymap" }, { 45, "OpenFont" }, { 46, "CloseFont" },
	{ 47, "QueryFont" }, { 48, "QueryTextExtents" }, { 49, "ListFonts" }, { 50, "ListFontsWithInfo" },
	{ 51, "SetFontPath" }, { 52, "GetFontPath" }, { 53, "CreatePixmap" }, { 54, "FreePixmap" },
	{ 55, "CreateGC" }, { 56, "ChangeGC" }, { 57, "CopyGC" }, { 58, "SetDashes" },
	{ 59, "SetClipRectangles" }, { 60, "FreeGC" }, { 61, "ClearArea" }, { 62, "CopyArea" },
	{ 63, "CopyPlane" }, { 64, "PolyPoint" }, { 65, "PolyLine" }, { 66, "PolySegment" },
	{ 67, "PolyRectangle" }, { 68, "PolyArc" }, { 69, "FillPoly" }, { 70, "PolyFillRectangle" },
	{ 71, "PolyFillArc" }, { 72, "PutImage" }, { 73, "GetImage" }, { 74, "PolyText8" },
	{ 75, "PolyText16" }, { 76, "ImageText8" }, { 77, "ImageText16" }, { 78, "CreateColormap" },
	{ 79, "FreeColormap" }, { 80, "CopyColormapAndFree" }, { 81, "InstallColormap" },
	{ 82, "UninstallColormap" }, { 83, "ListInstalledColormaps" }, { 84, "AllocColor" },
	{ 85, "AllocNamedColor" }, { 86, "AllocColorCells" }, { 87, "AllocColorPlanes" },
	{ 88, "FreeColors" }, { 89, "StoreColors" }, { 90, "StoreNamedColor" }, { 91, "QueryColors" },
	{ 92, "LookupColor" }, { 93, "CreateCursor" }, { 94, "CreateGlyphCursor" }, { 95, "FreeCursor" },
	{ 96, "RecolorCursor" }, { 97, "QueryBestSize" }, { 98, "QueryExtension" }, { 99, "ListExtensions" },
	{ 100, "ChangeKeyboardMapping" }, { 101, "GetKeyboardMapping" }, { 102, "ChangeKeyboardControl" },
	{ 103, "GetKeyboardControl" }, { 104, "Bell" }, { 105, "ChangePointerControl" },
	{ 106, "GetPointerControl" }, { 107, "SetScreenSaver" }, { 108, "GetScreenSaver" },
	{ 109, "ChangeHosts" }, { 110, "ListHosts" }, { 111, "SetAccessControl" },
	{ 112, "SetCloseDownMode" }, { 113, "KillClient" }, { 114, "RotateProperties" },
	{ 115, "ForceScreenSaver" }, { 116, "SetPointerMapping" }, { 117, "GetPointerMapping" },
	{ 118, "SetModifierMapping" }, { 119, "GetModifierMapping" }, { 127, "NoOperation" }, { 0, NULL } };
static const struct value_name message_eventcode_names[] = { { 2, "KeyPress" }, { 3, "KeyRelease" },
	{ 4, "ButtonPress" }, { 5, "ButtonRelease" }, { 6, "MotionNotify" }, { 7, "EnterNotify" },
	{ 8, "LeaveNotify" }, { 9, "FocusIn" }, { 10, "FocusOut" }, { 11, "KeymapNotify" }, { 12, "Expose" },
	{ 13, "GraphicsExpose" }, { 14, "NoExpose" }, { 15, "VisibilityNotify" }, { 16, "CreateNotify" },
	{ 17, "DestroyNotify" }, { 18, "UnmapNotify" }, { 19, "MapNotify" }, { 20, "MapRequest" },
	{ 21, "ReparentNotify" }, { 22, "ConfigureNotify" }, { 23, "ConfigureRequest" },
	{ 24, "GravityNotify" }, { 25, "ResizeRequest" }, { 26, "CirculateNotify" },
	{ 27, "CirculateRequest" }, { 28, "PropertyNotify" }, { 29, "SelectionClear" },
	{ 30, "SelectionRequest" }, { 31, "SelectionNotify" }, { 32, "ColormapNotify" },
	{ 33, "ClientMessage" }, { 34, "MappingNotify" }, { 35, "GenericEvent" }, { 0, NULL } };
static const struct value_name message_errorcode_names[] = { { 0, "Success" }, { 1, "BadRequest" },
	{ 2, "BadValue" }, { 3, "BadWindow" }, { 4, "BadPixmap" }, { 5, "BadAtom" }, { 6, "BadCursor" },
	{ 7, "BadFont" }, { 8, "BadMatch" }, { 9, "BadDrawable" }, { 10, "BadAccess" }, { 11, "BadAlloc" },
	{ 12, "BadColormap" }, { 13, "BadGC" }, { 14, "BadIDChoice" }, { 15, "BadName" }, { 16, "BadLength" },
	{ 17, "BadImplementation" }, { 0, NULL } };
static const struct field message_fields[MESSAGE_NFIELDS] = {
	[MESSAGE_OPCODE] = { "x11.opcode", "opcode", KIND_UINT, .octets = 1, .names = message_opcode_names },
	[MESSAGE_REQUEST_LENGTH] = { "x11.request-length", "request-length", KIND_UINT, .octets = 2 },
	[MESSAGE_REPLY] = { "x11.reply", "reply", KIND_UINT, .octets = 1 },
	[MESSAGE_EVENTCODE] = { "x11.eventcode", "eventcode", KIND_UINT, .octets = 1,
		.names = message_eventcode_names },
	[MESSAGE_ERRORCODE] = { "x11.errorcode", "errorcode", KIND_UINT, .octets = 1,
		.names = message_errorcode_names },
};

static const struct record x11_records[] = {
	{ "x11", RECORD_LAYER, 0, NULL, NULL },
	{ "x11_message", RECORD_CHILD, MESSAGE_NFIELDS, message_fields, NULL },
};

#define REQUESTS  256
#define SETUP_TOO 0xff /* the opcode that stands for the request that opens a connection */

enum { REPLY = 1, GENERIC_EVENT = 35, SERVER_UNIT = 32, MESSAGES_MAX = 4096 };

struct x11_flow {
	uint8_t order; /* 'B', 'l'; 0 unknown */
	bool begun[2]; /* by role, client and server: the first message came */
	/* The requests that were seen last, so that replies, which have only their number, are told. */
	bool numbered; /* the numbers are those of the connection */
	uint16_t sequence;
	uint8_t opcodes[REQUESTS];
};

static uint32_t get16(const struct x11_flow *f, const uint8_t *p)
{
	return f->order == 'B' ? be16(p) : le16(p);
}

static uint32_t get32(const struct x11_flow *f, const uint8_t *p)
{
	return f->order == 'B' ? be32(p) : le32(p);
}

static bool is_setup(const struct cursor *c, uint32_t at)
{
	return (c->data[at] == 'B' || c->data[at] == 'l') && c->cap - at >= 12 &&
	       ((c->data[at] == 'B' ? be16(c->data + at + 2) : le16(c->data + at + 2)) == 11);
}

/* Octets of the client's message at `at`, of which 4 are there; 0: it takes more to tell. */
static uint32_t request_length(struct x11_flow *f, const struct cursor *c, uint32_t at)
{
	const uint8_t *p = c->data + at;
	if (!f->begun[0] && is_setup(c, at)) {
		f->order = p[0];
		uint32_t name = get16(f, p + 6), data = get16(f, p + 8);
		return 12 + ((name + 3) & ~3u) + ((data + 3) & ~3u);
	}
	/* In the middle of a connection: the order in which the length makes a small number. */
	if (!f->order)
		f->order = be16(p + 2) < le16(p + 2) ? 'B' : 'l';
	uint32_t n = get16(f, p + 2);
	if (n)
		return n * 4;
	/* BIG-REQUESTS: the length follows in 32 bits. */
	if (c->cap - at < 8)
		return 0;
	n = get32(f, p + 4);
	return n > UINT32_MAX / 4 ? UINT32_MAX : n ? n * 4 : 4;
}

static uint32_t answer_length(struct x11_flow *f, const struct cursor *c, uint32_t at)
{
	const uint8_t *p = c->data + at;
	if (!f->order)
		f->order = be16(p + 2) < le16(p + 2) ? 'B' : 'l';
	if (!f->begun[1] && f->begun[0] && get16(f, p + 2) == 11)
		return 8 + get16(f, p + 6) * 4;
	if (p[0] != REPLY && (p[0] & 0x7f) != GENERIC_EVENT)
		return SERVER_UNIT;
	uint32_t n = get32(f, p + 4);
	return n > (UINT32_MAX - SERVER_UNIT) / 4 ? UINT32_MAX : SERVER_UNIT + n * 4;
}

/* Requests that are answered by a reply. */
static bool has_reply(uint8_t opcode)
{
	static const uint8_t codes[] = { 3, 14, 15, 16, 17, 20, 21, 23, 26, 31, 38, 39, 40, 43, 44, 47, 48,
		49, 50, 52, 73, 83, 84, 85, 86, 87, 91, 92, 97, 98, 99, 101, 103, 106, 108, 110, 116, 117,
		118, 119 };
	for (size_t i = 0; i < sizeof(codes); i++)
		if (codes[i] == opcode)
			return true;
	return false;
}

static void note_request(struct x11_flow *f, uint8_t opcode, bool setup)
{
	if (setup)
		f->numbered = true;
	else
		f->sequence++;
	f->opcodes[f->sequence % REQUESTS] = setup ? SETUP_TOO : opcode;
}

/* The request that a reply of this number answers; 0 unknown. Where the connection's beginning was not seen,
 * the first reply is taken for that to the last request that has one. */
static uint8_t request_of(struct x11_flow *f, uint16_t number)
{
	for (uint16_t back = 0; !f->numbered && back < REQUESTS; back++) {
		uint16_t at = (uint16_t)(f->sequence - back);
		if (!has_reply(f->opcodes[at % REQUESTS]))
			continue;
		uint8_t moved[REQUESTS];
		for (unsigned i = 0; i < REQUESTS; i++)
			moved[(i + number - at) % REQUESTS] = f->opcodes[i];
		memcpy(f->opcodes, moved, sizeof(moved));
		f->sequence = (uint16_t)(number + back);
		f->numbered = true;
	}
	return (uint16_t)(f->sequence - number) < REQUESTS ? f->opcodes[number % REQUESTS] : 0;
}

/* "Requests: MapWindow, ClearArea"; of the server's messages the first tells what all are called. */
static void inform(struct packet *pkt, const uint8_t *p, bool server, bool first, uint8_t answers)
{
	const char *name = server && p[0] == 0
				   ? info_name(message_errorcode_names, p[1], NULL)
				   : info_name(server ? message_eventcode_names : message_opcode_names,
					     p[0] & 0x7f, NULL);
	if (answers == SETUP_TOO) {
		info_set(pkt, "Initial connection %s", server ? "reply" : "request");
		return;
	}
	if (first)
		info_set(pkt, "%s",
			!server         ? "Requests"
			: p[0] == 0     ? "Error"
			: p[0] == REPLY ? "Reply"
					: "Event");
	info_add(pkt, "%s ", first ? ":" : ",");
	if (!server && name)
		info_add(pkt, "%s", name);
	else if (!server)
		info_add(pkt, "<Unknown opcode %u>", p[0]);
	else if (p[0] == REPLY)
		info_add(pkt, "%s",
			answers ? info_name(message_opcode_names, answers, "to unknown request")
				: "to unknown request");
	else if (name)
		info_add(pkt, "%s%s", p[0] & 0x80 ? "Sent-" : "", name);
	else
		info_add(pkt, "%s<Unknown %s %u>", p[0] & 0x80 ? "Sent-" : "",
			p[0] ? "eventcode" : "errorcode", p[0] ? p[0] & 0x7f : p[1]);
}

static void show(struct packet *pkt, const struct cursor *c, uint32_t at, bool server, uint32_t n)
{
	struct row *r = row_open(pkt, &proto_x11, 1);
	uint8_t code = c->data[at];
	if (!server) {
		row_set_at(r, MESSAGE_OPCODE, code, c->data + at, 1);
		row_set(r, MESSAGE_REQUEST_LENGTH, n / 4);
	} else if (code == 0) {
		row_set_at(r, MESSAGE_ERRORCODE, c->data[at + 1], c->data + at + 1, 1);
	} else {
		row_set_at(
			r, code == REPLY ? MESSAGE_REPLY : MESSAGE_EVENTCODE, code & 0x7f, c->data + at, 1);
	}
}

static enum verdict x11_dissect(struct packet *pkt, struct cursor *c)
{
	struct x11_flow none = { 0 }, *f = pkt_flow(pkt, &proto_x11);
	bool server = pkt->srcport >= 6000 && pkt->srcport <= 6063;
	uint32_t header = server ? SERVER_UNIT : 4;
	row_open(pkt, &proto_x11, 0);
	if (!f)
		f = &none;
	for (uint32_t at = 0, n = 0; at < c->cap && !pkt->fail; at += n) {
		uint32_t left = c->cap - at;
		/* The server's first answer may be as short as 8 octets. */
		if (server && !f->begun[1] && f->begun[0])
			header = 8;
		n = left < header ? 0 : server ? answer_length(f, c, at) : request_length(f, c, at);
		if (n == 0 || n > left) {
			if (pkt_may_want(pkt)) {
				pkt_want(pkt, at, n ? n - left : WANT_SEGMENT);
				break;
			}
			if (left < header || n == 0)
				break;
			n = left;
		}
		const uint8_t *p = c->data + at;
		bool setup = !f->begun[server] &&
			     (server ? f->begun[0] && get16(f, p + 2) == 11 : is_setup(c, at));
		uint8_t answers = setup ? SETUP_TOO : 0;
		if (!server)
			note_request(f, p[0], setup);
		else if (p[0] == REPLY && !setup)
			answers = request_of(f, (uint16_t)get16(f, p + 2));
		if (pkt->info)
			inform(pkt, p, server, at == 0, answers);
		f->begun[server] = true;
		header = server ? SERVER_UNIT : 4;
		/* Each message has an item of its own. */
		if (at)
			pkt_item(pkt, &proto_x11, n);
		else
			pkt_item_len(pkt, n);
		show(pkt, c, at, server, n);
	}
	return MINE;
}

static const struct claim x11_claims[] = { { CLAIM_TCP_PORT, 6000 }, { CLAIM_TCP_PORT, 6001 },
	{ CLAIM_TCP_PORT, 6002 }, { CLAIM_TCP_PORT, 6003 }, { CLAIM_TCP_PORT, 6004 },
	{ CLAIM_TCP_PORT, 6005 }, { CLAIM_TCP_PORT, 6006 }, { CLAIM_TCP_PORT, 6007 },
	{ CLAIM_TCP_PORT, 6008 }, { CLAIM_TCP_PORT, 6009 }, { CLAIM_TCP_PORT, 6010 },
	{ CLAIM_TCP_PORT, 6011 }, { CLAIM_TCP_PORT, 6012 }, { CLAIM_TCP_PORT, 6013 },
	{ CLAIM_TCP_PORT, 6014 }, { CLAIM_TCP_PORT, 6015 }, { CLAIM_TCP_PORT, 6016 },
	{ CLAIM_TCP_PORT, 6017 }, { CLAIM_TCP_PORT, 6018 }, { CLAIM_TCP_PORT, 6019 },
	{ CLAIM_TCP_PORT, 6020 }, { CLAIM_TCP_PORT, 6021 }, { CLAIM_TCP_PORT, 6022 },
	{ CLAIM_TCP_PORT, 6023 }, { CLAIM_TCP_PORT, 6024 }, { CLAIM_TCP_PORT, 6025 },
	{ CLAIM_TCP_PORT, 6026 }, { CLAIM_TCP_PORT, 6027 }, { CLAIM_TCP_PORT, 6028 },
	{ CLAIM_TCP_PORT, 6029 }, { CLAIM_TCP_PORT, 6030 }, { CLAIM_TCP_PORT, 6031 },
	{ CLAIM_TCP_PORT, 6032 }, { CLAIM_TCP_PORT, 6033 }, { CLAIM_TCP_PORT, 6034 },
	{ CLAIM_TCP_PORT, 6035 }, { CLAIM_TCP_PORT, 6036 }, { CLAIM_TCP_PORT, 6037 },
	{ CLAIM_TCP_PORT, 6038 }, { CLAIM_TCP_PORT, 6039 }, { CLAIM_TCP_PORT, 6040 },
	{ CLAIM_TCP_PORT, 6041 }, { CLAIM_TCP_PORT, 6042 }, { CLAIM_TCP_PORT, 6043 },
	{ CLAIM_TCP_PORT, 6044 }, { CLAIM_TCP_PORT, 6045 }, { CLAIM_TCP_PORT, 6046 },
	{ CLAIM_TCP_PORT, 6047 }, { CLAIM_TCP_PORT, 6048 }, { CLAIM_TCP_PORT, 6049 },
	{ CLAIM_TCP_PORT, 6050 }, { CLAIM_TCP_PORT, 6051 }, { CLAIM_TCP_PORT, 6052 },
	{ CLAIM_TCP_PORT, 6053 }, { CLAIM_TCP_PORT, 6054 }, { CLAIM_TCP_PORT, 6055 },
	{ CLAIM_TCP_PORT, 6056 }, { CLAIM_TCP_PORT, 6057 }, { CLAIM_TCP_PORT, 6058 },
	{ CLAIM_TCP_PORT, 6059 }, { CLAIM_TCP_PORT, 6060 }, { CLAIM_TCP_PORT, 6061 },
	{ CLAIM_TCP_PORT, 6062 }, { CLAIM_TCP_PORT, 6063 }, { 0 } };

const struct protocol proto_x11 = {
	.name = "x11",
	.title = "X11",
	.column = "X11",
	.help = "Draws windows of a program on another host's screen.",
	.id = PROTO_ID_x11,
	.records = x11_records,
	.nrecords = 2,
	.claims = x11_claims,
	.dissect = x11_dissect,
	.flow_size = sizeof(struct x11_flow),
};
