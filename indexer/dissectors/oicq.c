/* OICQ, the messenger QQ's older protocol. No public specification; as Wireshark reads it:
 *
 *      0    1       3       5       7               11
 *     +----+-------+-------+-------+---------------+-------- - -
 *     |flag|version|command|  seq  |  QQ number    | data
 *     +----+-------+-------+-------+---------------+-------- - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/layout.h"
#include "indexer/packet.h"

extern const struct protocol proto_oicq;

enum { OICQ_FLAG, OICQ_VERSION, OICQ_COMMAND, OICQ_SEQ, OICQ_QQID, OICQ_DATA, OICQ_STRAY, OICQ_NFIELDS };

static const struct value_name oicq_flags[] = { { 2, "Oicq packet" }, { 0, NULL } };

static const struct value_name oicq_commands[] = { { 1, "Log out" }, { 2, "Heart Message" },
	{ 4, "Update User information" }, { 5, "Search user" }, { 6, "Get User informationBroadcast" },
	{ 9, "Add friend no auth" }, { 10, "Delete user" }, { 11, "Add friend by auth" },
	{ 13, "Set status" }, { 18, "Confirmation of receiving message from server" }, { 22, "Send message" },
	{ 23, "Receive message" }, { 24, "Retrieve information" }, { 26, "Reserved " }, { 28, "Delete Me" },
	{ 29, "Request KEY" }, { 33, "Cell Phone" }, { 34, "Log in" }, { 38, "Get friend list" },
	{ 39, "Get friend online" }, { 41, "Cell PHONE" }, { 48, "Operation on group" },
	{ 49, "Log in test" }, { 60, "Group name operation" }, { 61, "Upload group friend" },
	{ 62, "MEMO Operation" }, { 88, "Download group friend" }, { 92, "Get level" },
	{ 98, "Request login" }, { 101, "Request extra information" }, { 103, "Signature operation" },
	{ 128, "Receive system message" }, { 129, "Get status of friend" },
	{ 181, "Get friend's status of group" }, { 1015, "Withdraw message" }, { 0, NULL } };

static const struct field oicq_fields[OICQ_NFIELDS] = {
	[OICQ_FLAG] = { "oicq.flag", "Flag", KIND_UINT, BASE_HEX, 1, .names = oicq_flags },
	[OICQ_VERSION] = { "oicq.version", "Version", KIND_UINT, BASE_HEX, 2 },
	[OICQ_COMMAND] = { "oicq.command", "Command", KIND_UINT, .octets = 2, .names = oicq_commands },
	[OICQ_SEQ] = { "oicq.seq", "Sequence", KIND_UINT, .octets = 2 },
	[OICQ_QQID] = { "oicq.qqid", "Data(OICQ Number,if sender is client)", KIND_UINT, .octets = 4 },
	[OICQ_DATA] = { "oicq.data", "Data", KIND_TEXT },
	/* octets that are not NUL follow the text's end; a warning in the tree alone, as by Wireshark */
	[OICQ_STRAY] = { "_ws.string.trailing_stray_characters", "Trailing stray characters", KIND_NONE },
};

static const struct layout_line oicq_layout[] = {
	{ 1, "oicq.flag" },
	{ 1, "oicq.version" },
	{ 1, "oicq.command" },
	{ 1, "oicq.seq" },
	{ 1, "oicq.qqid" },
	{ 1, "oicq.data" },
	{ 2, NULL, "Trailing stray characters", .when = "_ws.string.trailing_stray_characters",
		.expert = "Warning/Undecoded" },
	{ 2, "_ws.string.trailing_stray_characters", "" },
	{ 0 },
};

static const struct record oicq_records[] = { { "oicq", RECORD_LAYER, OICQ_NFIELDS, oicq_fields, NULL } };

static bool is_command(uint64_t command)
{
	for (const struct value_name *v = oicq_commands; v->name; v++)
		if ((uint64_t)v->value == command)
			return true;
	return false;
}

/* A text ends at its first NUL; NULs alone may follow. */
static bool has_stray(const uint8_t *text, uint32_t len)
{
	const uint8_t *end = memchr(text, '\0', len);
	for (const uint8_t *p = end; p && p < text + len; p++)
		if (*p)
			return true;
	return false;
}

static enum verdict oicq_dissect(struct packet *pkt, struct cursor *c)
{
	uint64_t flag, command;
	if (!cur_peek(c, 0, 1, &flag) || flag != 2)
		return NOT_MINE;
	if (cur_peek(c, 3, 2, &command) && !is_command(command))
		return NOT_MINE;
	struct row *r = row_open(pkt, &proto_oicq, 0);
	if (!cur_need(c, 5)) /* nothing is shown before the command is there */
		return MINE;
	info_set(pkt, "%s", "OICQ Protocol ");
	row_be(r, OICQ_FLAG, c, 1);
	row_be(r, OICQ_VERSION, c, 2);
	row_be(r, OICQ_COMMAND, c, 2);
	row_be(r, OICQ_SEQ, c, 2);
	row_be(r, OICQ_QQID, c, 4);
	/* Eleven octets are not a message: Wireshark calls it malformed. A cut text is shown as far as it
	 * goes. */
	if (cur_need(c, 1)) {
		if (has_stray(c->data + c->pos, cur_avail(c)))
			row_set(r, OICQ_STRAY, 1);
		row_ascii(r, OICQ_DATA, c, cur_avail(c));
	}
	return MINE;
}

static const struct claim oicq_claims[] = { { CLAIM_UDP_PORT, 8000 }, { 0 } };

const struct protocol proto_oicq = {
	.name = "oicq",
	.title = "OICQ - IM software, popular in China",
	.column = "OICQ",
	.help = "Carries the messages of QQ, an instant messenger.",
	.id = PROTO_ID_oicq,
	.records = oicq_records,
	.nrecords = 1,
	.claims = oicq_claims,
	.dissect = oicq_dissect,
	.layout = oicq_layout,
};
