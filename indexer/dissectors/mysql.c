/* MySQL's client/server protocol: packets of a length and a running number. The server greets first; then
 * each command begins anew with packet 0.
 *
 *      0           3    4    5
 *     +-----------+----+----+------ - -
 *     |  length   |num |code| rest          length and all numbers little-endian
 *     +-----------+----+----+------ - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_mysql, proto_tls;

enum {
	MYSQL_PACKET_LENGTH,
	MYSQL_PACKET_NUMBER,
	MYSQL_COMMAND,
	MYSQL_QUERY,
	MYSQL_SCHEMA,
	MYSQL_RESPONSE_CODE,
	MYSQL_ERROR_CODE,
	MYSQL_SQLSTATE,
	MYSQL_ERROR_MESSAGE,
	MYSQL_NUM_FIELDS,
	MYSQL_PROTOCOL,
	MYSQL_VERSION,
	MYSQL_THREAD_ID,
	MYSQL_USER,
	MYSQL_NFIELDS
};
static const struct value_name mysql_command_names[] = { { 0, "SLEEP" }, { 1, "Quit" }, { 2, "Use Database" },
	{ 3, "Query" }, { 4, "Show Fields" }, { 5, "Create Database" }, { 6, "Drop Database" },
	{ 7, "Refresh" }, { 8, "Shutdown" }, { 9, "Statistics" }, { 10, "Process List" }, { 11, "Connect" },
	{ 12, "Kill Server Thread" }, { 13, "Dump Debuginfo" }, { 14, "Ping" }, { 15, "Time" },
	{ 16, "Insert Delayed" }, { 17, "Change User" }, { 18, "Send Binlog" }, { 19, "Send Table" },
	{ 20, "Slave Connect" }, { 21, "Register Slave" }, { 22, "Prepare Statement" },
	{ 23, "Execute Statement" }, { 24, "Send BLOB" }, { 25, "Close Statement" },
	{ 26, "Reset Statement" }, { 27, "Set Option" }, { 28, "Fetch Data" }, { 29, "Daemon" },
	{ 30, "Send Binlog GTID" }, { 31, "Reset Connection" }, { 250, "Execute Bulk Statement" },
	{ 0, NULL } };
static const struct value_name mysql_response_code_names[] = { { 0x0, "OK Packet" }, { 0xff, "ERR Packet" },
	{ 0xfe, "EOF Packet" }, { 0, NULL } };
static const struct field mysql_fields[MYSQL_NFIELDS] = {
	[MYSQL_PACKET_LENGTH] = { "mysql.packet_length", "Packet Length", KIND_UINT, .octets = 3 },
	[MYSQL_PACKET_NUMBER] = { "mysql.packet_number", "Packet Number", KIND_UINT, .octets = 1 },
	[MYSQL_COMMAND] = { "mysql.command", "Command", KIND_UINT, .octets = 1, .part = 1,
		.names = mysql_command_names },
	[MYSQL_QUERY] = { "mysql.query", "Statement", KIND_TEXT, .part = 1 },
	[MYSQL_SCHEMA] = { "mysql.schema", "Schema", KIND_TEXT, .part = 1 },
	[MYSQL_RESPONSE_CODE] = { "mysql.response_code", "Response Code", KIND_UINT, BASE_HEX, 1, .part = 2,
		.names = mysql_response_code_names },
	[MYSQL_ERROR_CODE] = { "mysql.error_code", "Error Code", KIND_UINT, .octets = 2, .part = 2 },
	[MYSQL_SQLSTATE] = { "mysql.sqlstate", "SQL state", KIND_TEXT, .part = 2 },
	[MYSQL_ERROR_MESSAGE] = { "mysql.error.message", "Error message", KIND_TEXT, .part = 2 },
	[MYSQL_NUM_FIELDS] = { "mysql.num_fields", "Number of fields", KIND_UINT, .octets = 8, .part = 2 },
	[MYSQL_PROTOCOL] = { "mysql.protocol", "Protocol", KIND_UINT, .octets = 1, .part = 3 },
	[MYSQL_VERSION] = { "mysql.version", "Version", KIND_TEXT, .part = 3 },
	[MYSQL_THREAD_ID] = { "mysql.thread_id", "Thread ID", KIND_UINT, .octets = 4, .part = 3 },
	[MYSQL_USER] = { "mysql.user", "Username", KIND_TEXT, .part = 3 },
};

static const struct record mysql_records[] = {
	{ "mysql", RECORD_LAYER, MYSQL_NFIELDS, mysql_fields,
		(const char *const[]) { "request", "response", "login", NULL } },
};

enum { COM_INIT_DB = 2, COM_QUERY = 3, COM_STMT_PREPARE = 22 };
enum { SERVER_PORT = 3306 };
enum {
	CLIENT_CONNECT_WITH_DB = 0x0008,
	CLIENT_PROTOCOL_41 = 0x0200,
	CLIENT_SSL = 0x0800,
	CLIENT_SECURE = 0x8000
};

static uint32_t text_end(const struct cursor *c)
{
	const uint8_t *p = cur_avail(c) ? memchr(c->data + c->pos, 0, cur_avail(c)) : NULL;
	return p ? (uint32_t)(p - c->data) - c->pos : cur_left(c);
}

static void greeting(struct row *r, struct cursor *c)
{
	row_le(r, MYSQL_PROTOCOL, c, 1);
	row_string(r, MYSQL_VERSION, c, text_end(c));
	cur_skip(c, 1);
	row_le(r, MYSQL_THREAD_ID, c, 4);
}

/* A client that wants TLS stops before its name: what follows is TLS. */
static void login(struct packet *pkt, struct row *r, struct cursor *c)
{
	uint32_t capabilities = (uint32_t)cur_le(c, 2);
	/* capabilities, largest packet, character set, filler; before 4.1 only the first two */
	cur_skip(c, capabilities & CLIENT_PROTOCOL_41 ? 30 : 3);
	if (cur_left(c))
		row_string(r, MYSQL_USER, c, text_end(c));
	else if (capabilities & CLIENT_SSL)
		pkt_speak(pkt, &proto_tls);
	if (!cur_left(c))
		return;
	/* What proves the name, with its length or up to a NUL; a schema; the name of the way it proves. */
	cur_take(c, 1);
	cur_take(c, capabilities & CLIENT_SECURE ? (uint32_t)cur_be(c, 1) : text_end(c));
	if (cur_left(c) && capabilities & CLIENT_CONNECT_WITH_DB)
		row_string(r, MYSQL_SCHEMA, c, text_end(c));
}

static void request(struct row *r, struct cursor *c)
{
	uint32_t command = (uint32_t)row_le(r, MYSQL_COMMAND, c, 1);
	if (command == COM_QUERY || command == COM_STMT_PREPARE)
		row_string(r, MYSQL_QUERY, c, cur_left(c));
	else if (command == COM_INIT_DB)
		row_string(r, MYSQL_SCHEMA, c, cur_left(c));
}

static void response(struct row *r, struct cursor *c)
{
	uint64_t code;
	if (!cur_peek(c, 0, 1, &code))
		return;
	if (code != 0 && code != 0xff && code != 0xfe) {
		if (code < 0xfb && cur_left(c) == 1)
			row_le(r, MYSQL_NUM_FIELDS, c, 1);
		return;
	}
	row_le(r, MYSQL_RESPONSE_CODE, c, 1);
	if (code != 0xff)
		return;
	row_le(r, MYSQL_ERROR_CODE, c, 2);
	if (cur_peek(c, 0, 1, &code) && code == '#') {
		cur_skip(c, 1);
		row_string(r, MYSQL_SQLSTATE, c, 5);
	}
	row_string(r, MYSQL_ERROR_MESSAGE, c, cur_left(c));
}

struct mysql_flow {
	bool greeted, logged_in;
};

static enum verdict mysql_dissect(struct packet *pkt, struct cursor *c)
{
	struct mysql_flow none = { 0 }, *f = pkt_flow(pkt, &proto_mysql);
	struct row *r = row_open(pkt, &proto_mysql, 0);
	if (!f)
		f = &none;
	row_le(r, MYSQL_PACKET_LENGTH, c, 3);
	uint32_t number = (uint32_t)row_le(r, MYSQL_PACKET_NUMBER, c, 1);
	if (!cur_need(c, 1)) /* what it is, all of them say */
		return MINE;
	if (pkt->srcport == SERVER_PORT) {
		if (number == 0 && !f->greeted && c->data[c->pos] != 0xff)
			greeting(r, c);
		else
			response(r, c);
		f->greeted = true;
	} else if (number == 0) {
		request(r, c);
	} else if (number == 1 && !f->logged_in) {
		f->logged_in = true;
		login(pkt, r, c);
	}
	return MINE;
}

static uint32_t mysql_length(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	return 4 + (c->data[0] | (uint32_t)c->data[1] << 8 | (uint32_t)c->data[2] << 16);
}

static const struct pdu mysql_pdu = { .min = 4, .length = mysql_length };

static const struct claim mysql_claims[] = { { CLAIM_TCP_PORT, 3306 }, { 0 } };

const struct protocol proto_mysql = {
	.name = "mysql",
	.title = "MySQL Protocol",
	.column = "MySQL",
	.help = "Asks MySQL and MariaDB databases.",
	.id = PROTO_ID_mysql,
	.records = mysql_records,
	.nrecords = 1,
	.claims = mysql_claims,
	.dissect = mysql_dissect,
	.pdu = &mysql_pdu,
	.flow_size = sizeof(struct mysql_flow),
};
