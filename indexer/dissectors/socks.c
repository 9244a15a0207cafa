/* SOCKS: version 4 and 4a, version 5 (RFC 1928; user name and password: RFC 1929). The client says where it
 * wants to go; once the server agrees, what both send is the inner connection's.
 *
 *     v4:  C: 4 command port(2) address(4) user NUL [name NUL]        S: 0 result port address
 *     v5:  C: 5 n methods(n)                                         S: 5 method
 *          C: 5 command 0 type address port(2)                       S: 5 result 0 type address port
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_socks;

enum {
	SOCKS_VERSION,
	SOCKS_COMMAND,
	SOCKS_DST,
	SOCKS_DSTV6,
	SOCKS_DSTPORT,
	SOCKS_PORT,
	SOCKS_REMOTE_NAME,
	SOCKS_RESULTS,
	SOCKS_AUTH_METHOD_COUNT,
	SOCKS_AUTH_ACCEPTED_METHOD,
	SOCKS_AUTH_STATUS,
	SOCKS_USERNAME,
	SOCKS_PASSWORD,
	SOCKS_V4A_DNS_NAME,
	SOCKS_NFIELDS
};
static const struct value_name socks_command_names[] = { { 1, "Connect" }, { 2, "Bind" },
	{ 3, "UdpAssociate" }, { 128, "Ping" }, { 129, "Traceroute" }, { 0, NULL } };
static const struct value_name socks_results_names[] = { { 90, "Granted" }, { 91, "Rejected or Failed" },
	{ 92, "Rejected because SOCKS server cannot connect to identd on the client" },
	{ 93, "Rejected because the client program and identd report different user-ids" },
	{ 0, "Succeeded" }, { 1, "General SOCKS server failure" }, { 2, "Connection not allowed by ruleset" },
	{ 3, "Network unreachable" }, { 4, "Host unreachable" }, { 5, "Connection refused" },
	{ 6, "TTL expired" }, { 7, "Command not supported" }, { 8, "Address type not supported" },
	{ 0, NULL } };
static const struct field socks_fields[SOCKS_NFIELDS] = {
	[SOCKS_VERSION] = { "socks.version", "Version", KIND_UINT, .octets = 1 },
	[SOCKS_COMMAND] = { "socks.command", "Command", KIND_UINT, .octets = 1,
		.names = socks_command_names },
	[SOCKS_DST] = { "socks.dst", "Remote Address", KIND_IPV4 },
	[SOCKS_DSTV6] = { "socks.dstV6", "Remote Address(ipv6)", KIND_IPV6 },
	[SOCKS_DSTPORT] = { "socks.dstport", "Remote Port", KIND_UINT, .octets = 2 },
	[SOCKS_PORT] = { "socks.port", "Port", KIND_UINT, .octets = 2 },
	[SOCKS_REMOTE_NAME] = { "socks.remote_name", "Remote name", KIND_TEXT },
	[SOCKS_RESULTS] = { "socks.results", "Results(V4)", KIND_UINT, .octets = 1,
		.names = socks_results_names },
	[SOCKS_AUTH_METHOD_COUNT] = { "socks.auth_method_count", "Authentication Method Count", KIND_UINT,
		.octets = 1, .part = 1 },
	[SOCKS_AUTH_ACCEPTED_METHOD] = { "socks.auth_accepted_method", "Accepted Auth Method", KIND_UINT,
		.octets = 1, .part = 1 },
	[SOCKS_AUTH_STATUS] = { "socks.auth_status", "Status", KIND_UINT, .octets = 1, .part = 1 },
	[SOCKS_USERNAME] = { "socks.username", "User name", KIND_TEXT, .part = 1 },
	[SOCKS_PASSWORD] = { "socks.password", "Password", KIND_TEXT, .part = 1 },
	[SOCKS_V4A_DNS_NAME] = { "socks.v4a_dns_name", "SOCKS v4a Remote Domain Name", KIND_TEXT, .part = 1 },
};

static const struct record socks_records[] = {
	{ "socks", RECORD_LAYER, SOCKS_NFIELDS, socks_fields, (const char *const[]) { "auth", NULL } },
};

enum { PORT = 1080 };

enum state { START, V4_ASKED, V5_METHODS, V5_PASSWORD_NEXT, V5_PASSWORD, V5_REQUEST_NEXT, V5_ASKED, OPEN };

struct socks_flow {
	uint8_t state;
	uint8_t version;
	uint16_t port; /* of the server behind */
};

/* RFC 1928, section 5; gives the port. */
static uint16_t address(struct row *r, struct cursor *c)
{
	switch (cur_be(c, 1)) {
	case 1:
		row_address(r, SOCKS_DST, c, KIND_IPV4);
		break;
	case 3:
		row_string(r, SOCKS_REMOTE_NAME, c, (uint32_t)cur_be(c, 1));
		break;
	case 4:
		row_address(r, SOCKS_DSTV6, c, KIND_IPV6);
		break;
	}
	return (uint16_t)row_be(r, SOCKS_PORT, c, 2);
}

static void client(struct row *r, struct cursor *c, struct socks_flow *f)
{
	uint64_t version = 0;
	cur_peek(c, 0, 1, &version);
	if (f->state == START && version == 4) {
		row_be(r, SOCKS_VERSION, c, 1);
		row_be(r, SOCKS_COMMAND, c, 1);
		f->port = (uint16_t)row_be(r, SOCKS_DSTPORT, c, 2);
		row_address(r, SOCKS_DST, c, KIND_IPV4);
		f->state = V4_ASKED;
	} else if (f->state == START && version == 5) {
		row_be(r, SOCKS_VERSION, c, 1);
		row_be(r, SOCKS_AUTH_METHOD_COUNT, c, 1);
		f->state = V5_METHODS;
	} else if (f->state == V5_PASSWORD_NEXT) {
		cur_skip(c, 1);
		row_string(r, SOCKS_USERNAME, c, (uint32_t)cur_be(c, 1));
		row_string(r, SOCKS_PASSWORD, c, (uint32_t)cur_be(c, 1));
		f->state = V5_PASSWORD;
	} else if (f->state == V5_REQUEST_NEXT) {
		row_be(r, SOCKS_VERSION, c, 1);
		row_be(r, SOCKS_COMMAND, c, 1);
		cur_skip(c, 1);
		f->port = address(r, c);
		f->state = V5_ASKED;
	}
}

static void server(struct row *r, struct cursor *c, struct socks_flow *f)
{
	uint32_t what;
	switch (f->state) {
	case V4_ASKED:
		cur_skip(c, 1);
		what = (uint32_t)row_be(r, SOCKS_RESULTS, c, 1);
		row_be(r, SOCKS_DSTPORT, c, 2);
		row_address(r, SOCKS_DST, c, KIND_IPV4);
		f->state = what == 90 ? OPEN : START;
		break;
	case V5_METHODS:
		row_be(r, SOCKS_VERSION, c, 1);
		what = (uint32_t)row_be(r, SOCKS_AUTH_ACCEPTED_METHOD, c, 1);
		f->state = what == 2 ? V5_PASSWORD_NEXT : V5_REQUEST_NEXT;
		break;
	case V5_PASSWORD:
		cur_skip(c, 1);
		row_be(r, SOCKS_AUTH_STATUS, c, 1);
		f->state = V5_REQUEST_NEXT;
		break;
	case V5_ASKED:
		row_be(r, SOCKS_VERSION, c, 1);
		what = (uint32_t)row_be(r, SOCKS_RESULTS, c, 1);
		cur_skip(c, 1);
		address(r, c);
		f->state = what == 0 ? OPEN : START;
		break;
	}
}

static enum verdict socks_dissect(struct packet *pkt, struct cursor *c)
{
	struct socks_flow none = { 0 }, *f = pkt_flow(pkt, &proto_socks);
	struct row *r = row_open(pkt, &proto_socks, 0);
	if (!f)
		f = &none;
	bool from_client = pkt->dstport == PORT;
	if (from_client && f->state == START && c->cap)
		f->version = c->data[0];
	if (f->version)
		info_set(pkt, "Version: %u", f->version);
	if (f->state == OPEN) {
		uint16_t other = from_client ? pkt->srcport : pkt->dstport;
		pkt_next_ports(pkt, from_client ? other : f->port, from_client ? f->port : other, *c);
	} else if (from_client) {
		client(r, c, f);
	} else {
		server(r, c, f);
	}
	return MINE;
}

static const struct claim socks_claims[] = { { CLAIM_TCP_PORT, 1080 }, { 0 } };

const struct protocol proto_socks = {
	.name = "socks",
	.title = "Socks Protocol",
	.column = "Socks",
	.spec = "RFC 1928",
	.help = "Asks a proxy to open connections on the client's behalf.",
	.id = PROTO_ID_socks,
	.records = socks_records,
	.nrecords = 1,
	.claims = socks_claims,
	.dissect = socks_dissect,
	.flow_size = sizeof(struct socks_flow),
};
