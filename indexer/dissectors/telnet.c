/* Telnet (RFC 854): text both ways, between it commands of an escape octet, a command and for some an option.
 * Suboptions (RFC 855) go on up to the escape and SE.
 *
 *     +----+------+       +----+-------+------+       +----+----+------+-- - --+----+----+
 *     |0xff|  NOP |       |0xff| WILL  |option|       |0xff| SB |option| data  |0xff| SE |
 *     +----+------+       +----+-------+------+       +----+----+------+-- - --+----+----+
 */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/text_line.h"

extern const struct protocol proto_telnet;

enum { PART_CMD, PART_SUBCMD, PART_DATA, PART_NFIELDS };

static const struct value_name commands[] = { { 236, "End of File" }, { 237, "Suspend Current Process" },
	{ 238, "Abort Process" }, { 239, "End of Record" }, { 240, "Suboption End" }, { 241, "No Operation" },
	{ 242, "Data Mark" }, { 243, "Break" }, { 244, "Interrupt Process" }, { 245, "Abort Output" },
	{ 246, "Are You There?" }, { 247, "Escape Character" }, { 248, "Erase Line" }, { 249, "Go Ahead" },
	{ 250, "Suboption" }, { 251, "Will" }, { 252, "Won't" }, { 253, "Do" }, { 254, "Don't" },
	{ 0, NULL } };

/* IANA, "Telnet Options". */
static const struct value_name options[] = { { 0, "Binary Transmission" }, { 1, "Echo" },
	{ 2, "Reconnection" }, { 3, "Suppress Go Ahead" }, { 4, "Approx Message Size Negotiation" },
	{ 5, "Status" }, { 6, "Timing Mark" }, { 7, "Remote Controlled Trans and Echo" },
	{ 8, "Output Line Width" }, { 9, "Output Page Size" }, { 10, "Output Carriage-Return Disposition" },
	{ 11, "Output Horizontal Tab Stops" }, { 12, "Output Horizontal Tab Disposition" },
	{ 13, "Output Formfeed Disposition" }, { 14, "Output Vertical Tabstops" },
	{ 15, "Output Vertical Tab Disposition" }, { 16, "Output Linefeed Disposition" },
	{ 17, "Extended ASCII" }, { 18, "Logout" }, { 19, "Byte Macro" }, { 20, "Data Entry Terminal" },
	{ 21, "SUPDUP" }, { 22, "SUPDUP Output" }, { 23, "Send Location" }, { 24, "Terminal Type" },
	{ 25, "End of Record" }, { 26, "TACACS User Identification" }, { 27, "Output Marking" },
	{ 28, "Terminal Location Number" }, { 29, "Telnet 3270 Regime" }, { 30, "X.3 PAD" },
	{ 31, "Negotiate About Window Size" }, { 32, "Terminal Speed" }, { 33, "Remote Flow Control" },
	{ 34, "Linemode" }, { 35, "X Display Location" }, { 36, "Environment Option" },
	{ 37, "Authentication Option" }, { 38, "Encryption Option" }, { 39, "New Environment Option" },
	{ 40, "TN3270E" }, { 41, "XAUTH" }, { 42, "CHARSET" }, { 43, "Remote Serial Port" },
	{ 44, "COM Port Control" }, { 45, "Suppress Local Echo" }, { 46, "Start TLS" }, { 47, "KERMIT" },
	{ 48, "SEND-URL" }, { 49, "FORWARD_X" }, { 255, "Extended-Options-List" }, { 0, NULL } };

static const struct field part_fields[PART_NFIELDS] = {
	[PART_CMD] = { "telnet.cmd", "Command", KIND_UINT, .octets = 1, .names = commands },
	[PART_SUBCMD] = { "telnet.subcmd", "Subcommand", KIND_UINT, .octets = 1, .names = options },
	[PART_DATA] = { "telnet.data", "Data", KIND_TEXT },
};

static const struct record telnet_records[] = {
	{ "telnet", RECORD_LAYER, 0, NULL, NULL },
	{ "telnet_part", RECORD_CHILD, PART_NFIELDS, part_fields, NULL },
};

enum { TERMINAL_TYPE = 24, SB = 250, WILL = 251, DONT = 254, IAC = 255 };

/* The command whose escape octet stands at `at`; gives the octet behind it. */
static uint32_t command(struct packet *pkt, const struct cursor *c, uint32_t at)
{
	if (!cur_need_at(c, at, 2))
		return c->cap;
	uint8_t cmd = c->data[at + 1];
	struct row *r = row_open(pkt, &proto_telnet, 1);
	row_set_at(r, PART_CMD, cmd, c->data + at + 1, 1);
	if (cmd != SB && (cmd < WILL || cmd > DONT))
		return at + 2;
	if (!cur_need_at(c, at + 2, 1))
		return c->cap;
	row_set_at(r, PART_SUBCMD, c->data[at + 2], c->data + at + 2, 1);
	/* The terminal's type, asked for (1) or told (0): RFC 1091. */
	if (cmd == SB && c->data[at + 2] == TERMINAL_TYPE && cur_need_at(c, at + 3, 1) &&
		c->data[at + 3] <= 1)
		row_set_at(
			row_open(pkt, &proto_telnet, 1), PART_SUBCMD, c->data[at + 3], c->data + at + 3, 1);
	at += 3;
	/* A doubled escape octet is data (RFC 855). */
	while (cmd == SB && at < c->cap && !(c->data[at] == IAC && at + 1 < c->cap && c->data[at + 1] != IAC))
		at += c->data[at] == IAC ? 2 : 1;
	return at;
}

/* Text, a line a part. */
static uint32_t text(struct packet *pkt, const struct cursor *c, uint32_t at)
{
	uint32_t end = at;
	while (end < c->cap && !(c->data[end] == IAC && (end + 1 == c->cap || c->data[end + 1] != IAC)))
		end += c->data[end] == IAC ? 2 : 1;
	if (end > c->cap)
		end = c->cap;
	for (uint32_t next; at < end && !pkt->fail; at = next) {
		/* RFC 854: a line ends with CR LF, a CR alone with CR NUL. */
		next = at;
		while (next < end && c->data[next] != '\n' &&
			!(c->data[next] == 0 && next > at && c->data[next - 1] == '\r'))
			next++;
		if (next < end)
			next++;
		row_words(row_open(pkt, &proto_telnet, 1), PART_DATA, (const char *)c->data + at, next - at);
	}
	return end;
}

static enum verdict telnet_dissect(struct packet *pkt, struct cursor *c)
{
	row_open(pkt, &proto_telnet, 0);
	for (uint32_t at = 0; at < c->cap && !pkt->fail;) {
		bool escaped = c->data[at] == IAC && (at + 1 == c->cap || c->data[at + 1] != IAC);
		/* An escape octet that ends the segment has lost its command. */
		if (escaped && at + 1 == c->cap)
			break;
		at = escaped ? command(pkt, c, at) : text(pkt, c, at);
	}
	return MINE;
}

static const struct claim telnet_claims[] = { { CLAIM_TCP_PORT, 23 }, { 0 } };

const struct protocol proto_telnet = {
	.name = "telnet",
	.info = "Telnet Data ...",
	.title = "Telnet",
	.column = "TELNET",
	.spec = "RFC 854",
	.help = "A terminal over the network, everything in clear.",
	.id = PROTO_ID_telnet,
	.records = telnet_records,
	.nrecords = 2,
	.claims = telnet_claims,
	.dissect = telnet_dissect,
};
