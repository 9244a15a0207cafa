/* The r-commands of BSD: rlogin (RFC 1282), rsh and rexec. The client begins with texts that end in NUL:
 *
 *     rlogin:  "" client-user server-user terminal/speed
 *     rsh:     port-for-stderr client-user server-user command
 *     rexec:   port-for-stderr user password command
 *
 * then both sides send what they like. */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/text_line.h"

extern const struct protocol proto_rlogin, proto_rsh, proto_exec;

enum { TEXT_1, TEXT_2, TEXT_3, TEXT_4, CLIENT_DATA, SERVER_DATA, NFIELDS };

static const struct field rlogin_fields[] = {
	[TEXT_1] = { "rlogin.user_info", "User Info", KIND_TEXT },
	[TEXT_2] = { "rlogin.client_user_name", "Client-user-name", KIND_TEXT },
	[TEXT_3] = { "rlogin.server_user_name", "Server-user-name", KIND_TEXT },
	[TEXT_4] = { "rlogin.terminal_type", "Terminal-type", KIND_TEXT },
};

static const struct field rsh_fields[NFIELDS] = {
	[TEXT_1] = { "rsh.stderr_port", "Stderr port (optional)", KIND_TEXT },
	[TEXT_2] = { "rsh.client_username", "Client username", KIND_TEXT },
	[TEXT_3] = { "rsh.server_username", "Server username", KIND_TEXT },
	[TEXT_4] = { "rsh.command", "Command to execute", KIND_TEXT },
	[CLIENT_DATA] = { "rsh.client_server_data", "Client -> Server Data", KIND_BYTES },
	[SERVER_DATA] = { "rsh.server_client_data", "Server -> Client Data", KIND_BYTES },
};

static const struct field exec_fields[NFIELDS] = {
	[TEXT_1] = { "exec.stderr_port", "Stderr port (optional)", KIND_TEXT },
	[TEXT_2] = { "exec.username", "Client username", KIND_TEXT },
	[TEXT_3] = { "exec.password", "Client password", KIND_TEXT },
	[TEXT_4] = { "exec.command", "Command to execute", KIND_TEXT },
	[CLIENT_DATA] = { "exec.client_server_data", "Client -> Server Data", KIND_BYTES },
	[SERVER_DATA] = { "exec.server_client_data", "Server -> Client Data", KIND_BYTES },
};

static const struct record rlogin_records[] = { { "rlogin", RECORD_LAYER, 4, rlogin_fields, NULL } };
static const struct record rsh_records[] = { { "rsh", RECORD_LAYER, NFIELDS, rsh_fields, NULL } };
static const struct record exec_records[] = { { "exec", RECORD_LAYER, NFIELDS, exec_fields, NULL } };

enum { PORT_EXEC = 512, PORT_LOGIN = 513, PORT_SHELL = 514 };

struct rcmd_flow {
	uint8_t texts; /* of the client that came */
};

/* The client's texts, as far as they are in this segment. */
static void texts(struct row *r, struct cursor *c, struct rcmd_flow *f)
{
	while (f->texts < 4 && cur_avail(c)) {
		const uint8_t *p = c->data + c->pos, *end = memchr(p, 0, cur_avail(c));
		if (!end)
			return;
		uint32_t n = (uint32_t)(end - p);
		if (n)
			row_string(r, TEXT_1 + f->texts, c, n);
		cur_skip(c, 1);
		f->texts++;
	}
}

#define INFO_DATA 128 /* octets that the packet list shows */

static enum verdict dissect(
	struct packet *pkt, struct cursor *c, const struct protocol *proto, uint16_t server)
{
	struct rcmd_flow none = { 0 }, *f = pkt_flow(pkt, proto);
	struct row *r = row_open(pkt, proto, 0);
	bool client = pkt->dstport == server;
	if (client)
		texts(r, c, f ? f : &none);
	struct cursor data = *c;
	if (cur_avail(c) && r->record->nfields == NFIELDS)
		row_bytes_avail(r, client ? CLIENT_DATA : SERVER_DATA, c, cur_left(c));
	uint32_t n = cur_avail(&data);
	if (n) {
		info_set(pkt, "%s", "Data: ");
		info_text(pkt, data.data + data.pos, n < INFO_DATA ? n : INFO_DATA);
	}
	return MINE;
}

static enum verdict rlogin_dissect(struct packet *pkt, struct cursor *c)
{
	return dissect(pkt, c, &proto_rlogin, PORT_LOGIN);
}

static enum verdict rsh_dissect(struct packet *pkt, struct cursor *c)
{
	return dissect(pkt, c, &proto_rsh, PORT_SHELL);
}

static enum verdict exec_dissect(struct packet *pkt, struct cursor *c)
{
	return dissect(pkt, c, &proto_exec, PORT_EXEC);
}

static const struct claim rlogin_claims[] = { { CLAIM_TCP_PORT, PORT_LOGIN }, { 0 } };
static const struct claim rsh_claims[] = { { CLAIM_TCP_PORT, PORT_SHELL }, { 0 } };
static const struct claim exec_claims[] = { { CLAIM_TCP_PORT, PORT_EXEC }, { 0 } };

const struct protocol proto_rlogin = {
	.name = "rlogin",
	.title = "Rlogin Protocol",
	.column = "Rlogin",
	.spec = "RFC 1282",
	.help = "A terminal over the network that trusts the client's word.",
	.id = PROTO_ID_rlogin,
	.records = rlogin_records,
	.nrecords = 1,
	.claims = rlogin_claims,
	.dissect = rlogin_dissect,
	.flow_size = sizeof(struct rcmd_flow),
};

const struct protocol proto_rsh = {
	.name = "rsh",
	.title = "Remote Shell",
	.column = "RSH",
	.help = "Runs a command on another host.",
	.id = PROTO_ID_rsh,
	.records = rsh_records,
	.nrecords = 1,
	.claims = rsh_claims,
	.dissect = rsh_dissect,
	.flow_size = sizeof(struct rcmd_flow),
};

const struct protocol proto_exec = {
	.name = "exec",
	.title = "Remote Process Execution",
	.column = "EXEC",
	.help = "Runs a command on another host, with user name and password in clear.",
	.id = PROTO_ID_exec,
	.records = exec_records,
	.nrecords = 1,
	.claims = exec_claims,
	.dissect = exec_dissect,
	.flow_size = sizeof(struct rcmd_flow),
};
