/* File Transfer Protocol (RFC 959; extensions for IPv6: RFC 2428): commands and replies, a line each. PORT
 * and EPRT, and the replies to PASV and EPSV, tell where the connection for the data will be.
 *
 *     RETR notes.txt           227 Entering Passive Mode (192,0,2,1,19,137)
 *     EPRT |2|2001:db8::1|5001|    229 Entering Extended Passive Mode (|||5001|)
 */
#include <arpa/inet.h>

#include "indexer/dissectors/ftp.h"
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/text_line.h"

extern const struct protocol proto_ftp, proto_ftp_data, proto_tls;

enum {
	FTP_REQUEST,
	FTP_RESPONSE,
	FTP_COMMAND,
	FTP_REQUEST_ARG,
	FTP_CODE,
	FTP_RESPONSE_ARG,
	FTP_PASSIVE_IP,
	FTP_PASSIVE_PORT,
	FTP_PASSIVE_NAT,
	FTP_ACTIVE_IP,
	FTP_ACTIVE_PORT,
	FTP_ACTIVE_NAT,
	FTP_EPRT_AF,
	FTP_EPRT_IP,
	FTP_EPRT_IPV6,
	FTP_EPRT_PORT,
	FTP_EPSV_IP,
	FTP_EPSV_IPV6,
	FTP_EPSV_PORT,
	FTP_NFIELDS
};

/* RFC 959, section 4.2.2. */
static const struct value_name ftp_codes[] = { { 110, "Restart marker reply" },
	{ 120, "Service ready in nnn minutes" }, { 125, "Data connection already open; transfer starting" },
	{ 150, "File status okay; about to open data connection" }, { 200, "Command okay" },
	{ 202, "Command not implemented, superfluous at this site" },
	{ 211, "System status, or system help reply" }, { 212, "Directory status" }, { 213, "File status" },
	{ 214, "Help message" }, { 215, "NAME system type" }, { 220, "Service ready for new user" },
	{ 221, "Service closing control connection" },
	{ 225, "Data connection open; no transfer in progress" }, { 226, "Closing data connection" },
	{ 227, "Entering Passive Mode" }, { 229, "Entering Extended Passive Mode" },
	{ 230, "User logged in, proceed" }, { 232, "User logged in, authorized by security data exchange" },
	{ 234, "Security data exchange complete" }, { 250, "Requested file action okay, completed" },
	{ 257, "PATHNAME created" }, { 331, "User name okay, need password" },
	{ 332, "Need account for login" }, { 350, "Requested file action pending further information" },
	{ 421, "Service not available, closing control connection" }, { 425, "Can't open data connection" },
	{ 426, "Connection closed; transfer aborted" }, { 450, "Requested file action not taken" },
	{ 451, "Requested action aborted: local error in processing" },
	{ 452, "Requested action not taken. Insufficient storage space in system" },
	{ 500, "Syntax error, command unrecognized" }, { 501, "Syntax error in parameters or arguments" },
	{ 502, "Command not implemented" }, { 503, "Bad sequence of commands" },
	{ 504, "Command not implemented for that parameter" }, { 522, "Network protocol not supported" },
	{ 530, "Not logged in" }, { 532, "Need account for storing files" },
	{ 550, "Requested action not taken: File unavailable" },
	{ 551, "Requested action aborted: page type unknown" },
	{ 552, "Requested file action aborted: Exceeded storage allocation" },
	{ 553, "Requested action not taken: File name not allowed" }, { 0, NULL } };

static const struct field ftp_fields[FTP_NFIELDS] = {
	[FTP_REQUEST] = { "ftp.request", "Request", KIND_BOOL, .hidden = true },
	[FTP_RESPONSE] = { "ftp.response", "Response", KIND_BOOL, .hidden = true },
	[FTP_COMMAND] = { "ftp.request.command", "Request command", KIND_TEXT },
	[FTP_REQUEST_ARG] = { "ftp.request.arg", "Request arg", KIND_TEXT },
	[FTP_CODE] = { "ftp.response.code", "Response code", KIND_UINT, .octets = 4, .names = ftp_codes },
	[FTP_RESPONSE_ARG] = { "ftp.response.arg", "Response arg", KIND_TEXT },
	[FTP_PASSIVE_IP] = { "ftp.passive.ip", "Passive IP address", KIND_IPV4, .part = 1 },
	[FTP_PASSIVE_PORT] = { "ftp.passive.port", "Passive port", KIND_UINT, .octets = 2, .part = 1 },
	[FTP_PASSIVE_NAT] = { "ftp.passive.nat", "Passive IP NAT", KIND_BOOL, .part = 1, .generated = true },
	[FTP_ACTIVE_IP] = { "ftp.active.cip", "Active IP address", KIND_IPV4, .part = 1 },
	[FTP_ACTIVE_PORT] = { "ftp.active.port", "Active port", KIND_UINT, .octets = 2, .part = 1 },
	[FTP_ACTIVE_NAT] = { "ftp.active.nat", "Active IP NAT", KIND_BOOL, .part = 1, .generated = true },
	[FTP_EPRT_AF] = { "ftp.eprt.af", "Extended active address family", KIND_UINT, .octets = 1,
		.part = 1 },
	[FTP_EPRT_IP] = { "ftp.eprt.ip", "Extended active IP address", KIND_IPV4, .part = 1 },
	[FTP_EPRT_IPV6] = { "ftp.eprt.ipv6", "Extended active IPv6 address", KIND_IPV6, .part = 1 },
	[FTP_EPRT_PORT] = { "ftp.eprt.port", "Extended active port", KIND_UINT, .octets = 2, .part = 1 },
	[FTP_EPSV_IP] = { "ftp.epsv.ip", "Extended passive IPv4 address", KIND_IPV4, .part = 1 },
	[FTP_EPSV_IPV6] = { "ftp.epsv.ipv6", "Extended passive IPv6 address", KIND_IPV6, .part = 1 },
	[FTP_EPSV_PORT] = { "ftp.epsv.port", "Extended passive port", KIND_UINT, .octets = 2, .part = 1 },
};

static const struct record ftp_records[] = {
	{ "ftp", RECORD_LAYER, FTP_NFIELDS, ftp_fields, (const char *const[]) { "address", NULL } },
};

#define PORT      21
#define PORT_DATA 20

struct ftp_flow {
	bool tls_asked; /* AUTH TLS (RFC 4217) */
	struct ftp_data_flow
		*data; /* of the connection announced last, which no command has used; not owned */
};

/* Wireshark puts what it knows of a transfer beside FTP in the tree, so that its hierarchy counts it. Whether
 * a transfer comes, and takes more than one segment, is known only later. */
#define ITEM(symbol, text) static const struct protocol symbol = { .name = text }
ITEM(item_directory, "ftp.current-working-directory");
ITEM(item_command, "ftp.command");
ITEM(item_command_frame, "ftp.command-frame");
ITEM(item_frames, "ftp.command-response.frames");
ITEM(item_bytes, "ftp.command-response.bytes");
ITEM(item_first, "ftp.command-response.first-frame-num");
ITEM(item_last, "ftp.command-response.last-frame-num");
ITEM(item_duration, "ftp.command-response.duration");
ITEM(item_bitrate, "ftp.command-response.bitrate");
ITEM(item_setup, "ftp.setup-frame");

static bool moves_data(const char *command, uint32_t len)
{
	static const char *const commands[] = { "RETR", "STOR", "STOU", "APPE", "LIST", "NLST", "MLSD" };
	for (unsigned i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (text_is(command, len, commands[i]))
			return true;
	return false;
}

/* Await the connection for the data: from or to `address` and `port`, the other end being `other`, at the
 * server's port for data or at any (0). */
static void expect(struct packet *pkt, const char *method, uint32_t address, uint16_t port, uint32_t other,
	uint16_t other_port)
{
	const struct expected e = { .type = CONV_TCP,
		.address = address,
		.port = port,
		.other = other,
		.other_port = other_port,
		.again = true };
	struct ftp_flow *f = pkt_flow(pkt, &proto_ftp);
	struct ftp_data_flow *data = address && port ? pkt_expect(pkt, &proto_ftp_data, &e) : NULL;
	if (!data || !f)
		return;
	data->method = method;
	f->data = data;
	pkt_late_item(pkt, &item_command, &data->carried);
	pkt_late_item(pkt, &item_command_frame, &data->carried);
}

/* RFC 959, section 4.1.2: h1,h2,h3,h4,p1,p2. Where that stands in a reply is not said: the first digit. */
static bool read_port(const char *text, uint32_t len, uint8_t octets[6])
{
	uint32_t at = 0;
	while (at < len && !is_digit(text[at]))
		at++;
	for (unsigned i = 0; i < 6; i++) {
		uint32_t v = text_number(text + at, len - at);
		if (at == len || !is_digit(text[at]) || v > 255)
			return false;
		octets[i] = (uint8_t)v;
		while (at < len && is_digit(text[at]))
			at++;
		if (i < 5 && (at == len || text[at++] != ','))
			return false;
	}
	return true;
}

static void port_command(struct packet *pkt, struct row *r, const char *text, uint32_t len)
{
	uint8_t o[6];
	if (!read_port(text, len, o))
		return;
	uint32_t ip = row_address_at(r, FTP_ACTIVE_IP, KIND_IPV4, o);
	row_set(r, FTP_ACTIVE_PORT, be16(o + 4));
	if (ip != pkt->net_src)
		row_set(r, FTP_ACTIVE_NAT, 1);
	/* The server connects to the client. */
	expect(pkt, "PORT", ip, be16(o + 4), pkt->net_dst, PORT_DATA);
}

static void pasv_reply(struct packet *pkt, struct row *r, const char *text, uint32_t len)
{
	uint8_t o[6];
	if (!read_port(text, len, o))
		return;
	uint32_t ip = row_address_at(r, FTP_PASSIVE_IP, KIND_IPV4, o);
	row_set(r, FTP_PASSIVE_PORT, be16(o + 4));
	if (ip != pkt->net_src)
		row_set(r, FTP_PASSIVE_NAT, 1);
	expect(pkt, "PASV", ip, be16(o + 4), pkt->net_dst, 0);
}

/* RFC 2428, section 2: |family|address|port|. */
static void eprt_command(struct packet *pkt, struct row *r, const char *text, uint32_t len)
{
	const char *part[5];
	unsigned n = 0;
	char address[INET6_ADDRSTRLEN];
	uint8_t octets[16];
	for (uint32_t i = 0; i < len && n < 4; i++)
		if (text[i] == text[0])
			part[n++] = text + i;
	if (n < 4)
		return;
	uint32_t family = text_number(part[0] + 1, (uint32_t)(part[1] - part[0]) - 1);
	uint32_t port = text_number(part[2] + 1, (uint32_t)(part[3] - part[2]) - 1);
	size_t n_address = (size_t)(part[2] - part[1]) - 1;
	if (n_address >= sizeof(address) || port > 0xffff)
		return;
	memcpy(address, part[1] + 1, n_address);
	address[n_address] = 0;
	row_set(r, FTP_EPRT_AF, family);
	uint32_t ip = 0;
	if (family == 1 && inet_pton(AF_INET, address, octets) == 1)
		ip = row_address_at(r, FTP_EPRT_IP, KIND_IPV4, octets);
	else if (family == 2 && inet_pton(AF_INET6, address, octets) == 1)
		ip = row_address_at(r, FTP_EPRT_IPV6, KIND_IPV6, octets);
	row_set(r, FTP_EPRT_PORT, port);
	expect(pkt, "EPRT", ip, (uint16_t)port, pkt->net_dst, PORT_DATA);
}

/* RFC 2428, section 3: (|||port|), at the address that the reply came from. */
static void epsv_reply(struct packet *pkt, struct row *r, const char *text, uint32_t len)
{
	const char *open = len ? memchr(text, '(', len) : NULL;
	uint32_t left = open ? len - (uint32_t)(open - text) : 0;
	if (left < 6 || open[1] != open[2] || open[1] != open[3])
		return;
	uint32_t port = text_number(open + 4, left - 4);
	if (port == 0 || port > 0xffff)
		return;
	row_set(r, pkt->net_kind == KIND_IPV6 ? FTP_EPSV_IPV6 : FTP_EPSV_IP, pkt->net_src);
	row_set(r, FTP_EPSV_PORT, port);
	expect(pkt, "EPASV", pkt->net_src, (uint16_t)port, pkt->net_dst, 0);
}

static void note_command(struct ftp_data_flow *data, const struct line *l)
{
	data->commanded = true;
	data->len = (uint8_t)(l->len < FTP_COMMAND_MAX ? l->len : FTP_COMMAND_MAX);
	memcpy(data->command, l->text, data->len);
}

static void request(struct packet *pkt, struct row *r, const struct line *l)
{
	struct ftp_flow *f = pkt_flow(pkt, &proto_ftp);
	uint32_t n = text_word(l->text, l->len), at = n + text_blanks(l->text + n, l->len - n);
	row_set(r, FTP_REQUEST, 1);
	row_set(r, FTP_RESPONSE, 0);
	if (n)
		row_words(r, FTP_COMMAND, l->text, n);
	if (at < l->len)
		row_words(r, FTP_REQUEST_ARG, l->text + at, l->len - at);
	if (text_is(l->text, n, "AUTH") && text_begins(l->text + at, l->len - at, "TLS")) {
		if (f)
			f->tls_asked = true;
	}
	bool announces = text_is(l->text, n, "PORT") || text_is(l->text, n, "EPRT") ||
			 text_is(l->text, n, "PASV") || text_is(l->text, n, "EPSV");
	/* What comes behind an announcement is taken for the command that uses it. */
	if (f && (moves_data(l->text, n) || (f->data && !announces))) {
		struct ftp_data_flow *data = f->data;
		f->data = NULL;
		pkt_item(pkt, &item_frames, 0);
		pkt_item(pkt, &item_bytes, 0);
		pkt_item(pkt, &item_first, 0);
		pkt_item(pkt, &item_last, 0);
		if (data) {
			note_command(data, l);
			pkt_late_item(pkt, &item_duration, &data->several);
			pkt_late_item(pkt, &item_bitrate, &data->several);
		}
		pkt_item(pkt, &item_setup, 0);
	}
	if (text_is(l->text, n, "PORT"))
		port_command(pkt, r, l->text + at, l->len - at);
	else if (text_is(l->text, n, "EPRT"))
		eprt_command(pkt, r, l->text + at, l->len - at);
}

static void response(struct packet *pkt, struct row *r, const struct line *l)
{
	uint32_t at = 0, code = 0;
	row_set(r, FTP_REQUEST, 0);
	row_set(r, FTP_RESPONSE, 1);
	if (l->len >= 3 && is_digit(l->text[0]) && is_digit(l->text[1]) && is_digit(l->text[2])) {
		code = text_number(l->text, 3);
		row_set_at(r, FTP_CODE, code, (const uint8_t *)l->text, 3);
		at = l->len > 3 ? 4 : 3;
	}
	if (at < l->len)
		row_words(r, FTP_RESPONSE_ARG, l->text + at, l->len - at);
	struct ftp_flow *f = pkt_flow(pkt, &proto_ftp);
	if (code == 234 && f && f->tls_asked)
		pkt_speak(pkt, &proto_tls);
	if (code == 227)
		pasv_reply(pkt, r, l->text + at, l->len - at);
	else if (code == 229)
		epsv_reply(pkt, r, l->text + at, l->len - at);
}

static enum verdict ftp_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_ftp, 0);
	struct line l = line_at(c, 0);
	info_set(pkt, "%s: ", pkt->dstport == PORT ? "Request" : "Response");
	info_text(pkt, l.text, l.len);
	pkt_item(pkt, &item_directory, 0);
	if (pkt->dstport == PORT)
		request(pkt, r, &l);
	else
		response(pkt, r, &l);
	return MINE;
}

static const struct claim ftp_claims[] = { { CLAIM_TCP_PORT, PORT }, { 0 } };

const struct protocol proto_ftp = {
	.name = "ftp",
	.title = "File Transfer Protocol (FTP)",
	.column = "FTP",
	.spec = "RFC 959",
	.help = "Moves files between client and server; here its commands and replies.",
	.id = PROTO_ID_ftp,
	.records = ftp_records,
	.nrecords = 1,
	.claims = ftp_claims,
	.dissect = ftp_dissect,
	.flow_size = sizeof(struct ftp_flow),
};
