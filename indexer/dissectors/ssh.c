/* Secure Shell (RFC 4253): a line of each side that names the version, then packets:
 *
 *      0               4    5    6
 *     +---------------+----+----+-------- - - -------+--------- - -+----- - -
 *     | packet length |pad |code| rest of the payload| padding     | MAC
 *     +---------------+----+----+-------- - - -------+--------- - -+----- - -
 *
 * They can be read up to NEWKEYS (RFC 4253, section 7.3); from there on they are encrypted, their length
 * mostly as well, and what a segment holds is taken as it is. */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_ssh;

enum { SSH_PROTOCOL, SSH_DIRECTION, SSH_PACKET_LENGTH_ENCRYPTED, SSH_ENCRYPTED_PACKET, SSH_NFIELDS };

static const struct value_name ssh_directions[] = { { 0, "client-to-server" }, { 1, "server-to-client" },
	{ 0, NULL } };

static const struct field ssh_fields[SSH_NFIELDS] = {
	[SSH_PROTOCOL] = { "ssh.protocol", "Protocol", KIND_TEXT, .part = 1 },
	[SSH_DIRECTION] = { "ssh.direction", "Direction", KIND_BOOL, .generated = true,
		.names = ssh_directions },
	[SSH_PACKET_LENGTH_ENCRYPTED] = { "ssh.packet_length_encrypted", "Packet Length (encrypted)",
		KIND_BYTES },
	[SSH_ENCRYPTED_PACKET] = { "ssh.encrypted_packet", "Encrypted Packet", KIND_BYTES },
};

enum { PACKET_LENGTH, PACKET_PADDING_LENGTH, PACKET_CODE, PACKET_PAYLOAD, PACKET_PADDING, PACKET_NFIELDS };

static const struct value_name ssh_codes[] = { { 1, "Disconnect" }, { 2, "Ignore" }, { 3, "Unimplemented" },
	{ 4, "Debug" }, { 5, "Service Request" }, { 6, "Service Accept" }, { 20, "Key Exchange Init" },
	{ 21, "New Keys" }, { 30, "Key Exchange Init (method's own)" },
	{ 31, "Key Exchange Reply or Group (method's own)" }, { 32, "Diffie-Hellman Group Exchange Init" },
	{ 33, "Diffie-Hellman Group Exchange Reply" }, { 34, "Diffie-Hellman Group Exchange Request" },
	{ 50, "User Authentication Request" }, { 51, "User Authentication Failure" },
	{ 52, "User Authentication Success" }, { 53, "User Authentication Banner" }, { 0, NULL } };

static const struct field packet_fields[PACKET_NFIELDS] = {
	[PACKET_LENGTH] = { "ssh.packet_length", "Packet Length", KIND_UINT, .octets = 4 },
	[PACKET_PADDING_LENGTH] = { "ssh.padding_length", "Padding Length", KIND_UINT, .octets = 1 },
	[PACKET_CODE] = { "ssh.message_code", "Message Code", KIND_UINT, .octets = 1, .names = ssh_codes },
	[PACKET_PAYLOAD] = { "ssh.payload", "Payload", KIND_BYTES },
	[PACKET_PADDING] = { "ssh.padding_string", "Padding String", KIND_BYTES },
};

/* RFC 4253, section 7.1: ten lists of names, each behind its length. */
enum { INIT_COOKIE, INIT_LISTS, INIT_FIRST_FOLLOWS = INIT_LISTS + 20, INIT_RESERVED, INIT_NFIELDS };

#define LIST(n, name)                                                                                        \
	[INIT_LISTS + 2 * (n)] = { "ssh." name "_length", name " length", KIND_UINT, .octets = 4 },          \
			  [INIT_LISTS + 2 * (n) + 1] = { "ssh." name, name " string", KIND_TEXT }

static const struct field init_fields[INIT_NFIELDS] = {
	[INIT_COOKIE] = { "ssh.cookie", "Cookie", KIND_BYTES },
	LIST(0, "kex_algorithms"),
	LIST(1, "server_host_key_algorithms"),
	LIST(2, "encryption_algorithms_client_to_server"),
	LIST(3, "encryption_algorithms_server_to_client"),
	LIST(4, "mac_algorithms_client_to_server"),
	LIST(5, "mac_algorithms_server_to_client"),
	LIST(6, "compression_algorithms_client_to_server"),
	LIST(7, "compression_algorithms_server_to_client"),
	LIST(8, "languages_client_to_server"),
	LIST(9, "languages_server_to_client"),
	[INIT_FIRST_FOLLOWS] = { "ssh.first_kex_packet_follows", "First KEX Packet Follows", KIND_UINT,
		.octets = 1 },
	[INIT_RESERVED] = { "ssh.kex.reserved", "Reserved", KIND_BYTES },
};

enum { KEX_HOST_KEY_LENGTH, KEX_HOST_KEY_TYPE, KEX_MIN, KEX_NBITS, KEX_MAX, KEX_NFIELDS };

static const struct field kex_fields[KEX_NFIELDS] = {
	[KEX_HOST_KEY_LENGTH] = { "ssh.host_key.length", "Host key length", KIND_UINT, .octets = 4 },
	[KEX_HOST_KEY_TYPE] = { "ssh.host_key.type", "Host key type", KIND_TEXT },
	[KEX_MIN] = { "ssh.dh_gex.min", "DH GEX Min", KIND_UINT, .octets = 4 },
	[KEX_NBITS] = { "ssh.dh_gex.nbits", "DH GEX Number of Bits", KIND_UINT, .octets = 4 },
	[KEX_MAX] = { "ssh.dh_gex.max", "DH GEX Max", KIND_UINT, .octets = 4 },
};

enum { REC_SSH, REC_PACKET, REC_INIT, REC_KEX, REC_COUNT };

static const struct record ssh_records[REC_COUNT] = {
	{ "ssh", RECORD_LAYER, SSH_NFIELDS, ssh_fields, (const char *const[]) { "version", NULL } },
	{ "ssh_packet", RECORD_CHILD, PACKET_NFIELDS, packet_fields, NULL },
	{ "ssh_kexinit", RECORD_CHILD, INIT_NFIELDS, init_fields, NULL },
	{ "ssh_kex", RECORD_CHILD, KEX_NFIELDS, kex_fields, NULL },
};

#define PORT           22
#define PORT_GERRIT    29418
#define LENGTH_TOO_BIG 0xffff /* Wireshark's bound of a packet that it believes */
#define CODE_KEXINIT   20
#define CODE_NEWKEYS   21

struct ssh_flow {
	uint8_t version;   /* 0 unknown, 1, 2: of the client's line */
	bool greeted[2];   /* by side: the line with the version came */
	bool keyed[2];     /* NEWKEYS came: encrypted from here on */
	bool exchanged[2]; /* KEXINIT came */
	bool group_exchange;
	bool elliptic; /* the client's first method is one over elliptic curves */
};

static bool begins_with(const struct cursor *c, const char *text, uint32_t n)
{
	if (c->cap < n || c->pos > c->cap - n)
		return false;
	for (uint32_t i = 0; i < n; i++) {
		uint8_t a = c->data[c->pos + i], b = (uint8_t)text[i];
		if ((a >= 'a' && a <= 'z' ? a - 32 : a) != b)
			return false;
	}
	return true;
}

/* RFC 4253, section 4.2. False: the line is not all there. */
static bool version_line(
	struct packet *pkt, struct row *r, struct cursor *c, struct ssh_flow *flow, bool from_server)
{
	if (!from_server) {
		if (begins_with(c, "SSH-2.", 6) || begins_with(c, "SSH-1.99-", 9))
			flow->version = 2;
		else if (begins_with(c, "SSH-1.", 6))
			flow->version = 1;
	}
	uint32_t n = 0, left = cur_avail(c);
	while (n < left && c->data[c->pos + n] != '\n')
		n++;
	if (n == left && pkt_may_want(pkt)) {
		pkt_want(pkt, c->pos, WANT_SEGMENT);
		return false;
	}
	uint32_t text = n && n < left && c->data[c->pos + n - 1] == '\r' ? n - 1 : n;
	info_sep(pkt, ", ", "%s", "Protocol (");
	info_text(pkt, c->data + c->pos, text);
	info_add(pkt, "%s", ")");
	row_string(r, SSH_PROTOCOL, c, text);
	cur_skip(c, n + (n < left) - text);
	return true;
}

/* RFC 4253, section 7.1. */
static void kexinit(struct packet *pkt, struct cursor *c, struct ssh_flow *flow)
{
	struct row *r = row_open(pkt, &proto_ssh, REC_INIT);
	row_bytes(r, INIT_COOKIE, c, 16);
	for (unsigned i = 0; i < 10; i++) {
		uint32_t n = (uint32_t)row_be(r, INIT_LISTS + 2 * i, c, 4);
		if (i == 0)
			flow->elliptic = begins_with(c, "CURVE", 5) || begins_with(c, "ECDH", 4) ||
					 begins_with(c, "SNTRUP", 6);
		row_string(r, INIT_LISTS + 2 * i + 1, c, n);
	}
	row_be(r, INIT_FIRST_FOLLOWS, c, 1);
	row_bytes(r, INIT_RESERVED, c, 4);
}

/* The method's own messages: RFC 4253, section 8; RFC 4419 (group exchange); RFC 5656 and RFC 8731 (elliptic
 * curves). The reply begins with the host key, whose first string is its type. */
static void method(struct packet *pkt, struct cursor *c, uint32_t code, struct ssh_flow *flow)
{
	if (code == 34)
		flow->group_exchange = true;
	if (code != 34 && code != 33 && (code != 31 || flow->group_exchange))
		return;
	struct row *r = row_open(pkt, &proto_ssh, REC_KEX);
	if (code == 34) {
		row_be(r, KEX_MIN, c, 4);
		row_be(r, KEX_NBITS, c, 4);
		row_be(r, KEX_MAX, c, 4);
		return;
	}
	row_be(r, KEX_HOST_KEY_LENGTH, c, 4);
	row_string(r, KEX_HOST_KEY_TYPE, c, (uint32_t)cur_be(c, 4));
}

/* RFC 4253, section 12, RFC 4419, RFC 5656: numbers from 30 on mean what the method of the exchange makes of
 * them. */
static void inform(struct packet *pkt, uint32_t code, bool group, bool elliptic)
{
	static const struct value_name names[] = { { 1, "Disconnect" }, { 2, "Ignore" },
		{ 3, "Unimplemented" }, { 4, "Debug" }, { 5, "Service Request" }, { 6, "Service Accept" },
		{ CODE_KEXINIT, "Key Exchange Init" }, { CODE_NEWKEYS, "New Keys" }, { 0, NULL } };
	static const char *const groups[] = { NULL, "Group", "Init", "Reply", "Request" };
	if (!pkt->info || pkt->fail)
		return;
	const char *name = info_name(names, code, NULL);
	if (name)
		info_sep(pkt, ", ", "%s", name);
	else if (code >= 30 && code <= 34 && (group || code == 34) && groups[code - 30])
		info_sep(pkt, ", ", "Diffie-Hellman Group Exchange %s", groups[code - 30]);
	else if (code == 30 || code == 31)
		info_sep(pkt, ", ", "%sDiffie-Hellman Key Exchange %s", elliptic ? "Elliptic Curve " : "",
			code == 30 ? "Init" : "Reply");
	else
		info_sep(pkt, ", ", "Unknown (%u)", code);
}

/* A packet in clear. False: it is not all there. */
static bool clear_packet(struct packet *pkt, struct cursor *c, struct ssh_flow *flow, unsigned side)
{
	uint64_t length;
	uint32_t avail = cur_avail(c);
	if (pkt_may_want(pkt) && avail < 4) {
		pkt_want(pkt, c->pos, WANT_SEGMENT);
		return false;
	}
	if (!cur_peek(c, 0, 4, &length))
		length = 0;
	if (pkt_may_want(pkt) && length + 4 > avail) {
		/* What no segments can bring is asked for all the same. */
		pkt_want(pkt, c->pos, length + 4 - avail < WANT_FIN ? (uint32_t)(length + 4 - avail) : 1);
		return false;
	}
	struct row *r = row_open(pkt, &proto_ssh, REC_PACKET);
	row_be(r, PACKET_LENGTH, c, 4);
	struct cursor body = cur_sub(c, length < LENGTH_TOO_BIG ? (uint32_t)length : cur_left(c));
	uint32_t padding = (uint32_t)row_be(r, PACKET_PADDING_LENGTH, &body, 1);
	uint32_t code = (uint32_t)row_be(r, PACKET_CODE, &body, 1);
	struct cursor rest = body;
	inform(pkt, code, flow->group_exchange, flow->elliptic);
	if (code == CODE_KEXINIT && !pkt->fail) {
		kexinit(pkt, &rest, flow);
		flow->exchanged[side] = true;
	} else if (code == CODE_NEWKEYS) {
		/* Without the beginning of the exchange Wireshark goes on reading. */
		flow->keyed[side] = flow->exchanged[side];
	} else if (code >= 30 && code < 40) {
		method(pkt, &rest, code, flow);
	}
	if (padding > cur_left(&body))
		return true;
	row_bytes(r, PACKET_PAYLOAD, &body, cur_left(&body) - padding);
	row_bytes(r, PACKET_PADDING, &body, padding);
	return true;
}

/* SSH 1: the length does not count the padding, 1 to 8 octets before the type. */
static bool packet_1(struct packet *pkt, struct cursor *c)
{
	uint64_t length;
	uint32_t avail = cur_avail(c);
	if (pkt_may_want(pkt) && avail < 4) {
		pkt_want(pkt, c->pos, WANT_SEGMENT);
		return false;
	}
	if (!cur_peek(c, 0, 4, &length))
		length = 0;
	uint32_t padding = 8 - (uint32_t)(length & 7);
	if (pkt_may_want(pkt) && length + 4 + padding > avail) {
		pkt_want(pkt, c->pos,
			length + padding - avail < WANT_FIN ? (uint32_t)(length + padding - avail) : 1);
		return false;
	}
	struct row *r = row_open(pkt, &proto_ssh, REC_PACKET);
	row_be(r, PACKET_LENGTH, c, 4);
	row_set(r, PACKET_PADDING_LENGTH, padding);
	cur_skip(c, padding);
	row_bytes(r, PACKET_PAYLOAD, c, length < LENGTH_TOO_BIG ? (uint32_t)length : cur_left(c));
	return true;
}

static void encrypted(struct packet *pkt, struct row *r, struct cursor *c)
{
	info_sep(pkt, ", ", "Encrypted packet (len=%u)", cur_left(c));
	row_bytes_avail(r, SSH_PACKET_LENGTH_ENCRYPTED, c, cur_left(c) < 4 ? cur_left(c) : 4);
	row_bytes_avail(r, SSH_ENCRYPTED_PACKET, c, cur_left(c));
}

static enum verdict ssh_dissect(struct packet *pkt, struct cursor *c)
{
	static const char *const columns[] = { "SSH", "SSHv1", "SSHv2" };
	struct ssh_flow none = { 0 }, *flow = pkt_flow(pkt, &proto_ssh);
	bool from_server = pkt->dstport != PORT && pkt->dstport != PORT_GERRIT;
	if (!flow)
		flow = &none;
	struct row *r = row_open(pkt, &proto_ssh, REC_SSH);
	row_set(r, SSH_DIRECTION, from_server);
	info_clear(pkt);
	bool goes_on = true;
	while (cur_left(c) && goes_on) {
		bool line = !flow->greeted[from_server] && begins_with(c, "SSH-", 4);
		if (line) {
			goes_on = version_line(pkt, r, c, flow, from_server);
			flow->greeted[from_server] = goes_on;
		} else if (flow->version == 1) {
			goes_on = packet_1(pkt, c);
		} else if (flow->version == 2 && !flow->keyed[from_server]) {
			goes_on = clear_packet(pkt, c, flow, from_server);
		} else {
			/* Wireshark shows no octets where it knows the cipher, which it has not learned of a
			 * group exchange. */
			if (flow->version != 2 || flow->group_exchange || !flow->exchanged[!from_server])
				encrypted(pkt, r, c);
			break;
		}
	}
	info_prepend(pkt, "%s: ", from_server ? "Server" : "Client");
	if (!pkt->in_error)
		pkt->column = columns[flow->version];
	return MINE;
}

static const struct claim ssh_claims[] = { { CLAIM_TCP_PORT, PORT }, { CLAIM_TCP_PORT, PORT_GERRIT },
	{ CLAIM_SCTP_PORT, PORT }, { 0 } };

const struct protocol proto_ssh = {
	.name = "ssh",
	.title = "SSH Protocol",
	.column = "SSH",
	.spec = "RFC 4253",
	.help = "Carries a shell, commands, files and other connections encrypted.",
	.id = PROTO_ID_ssh,
	.records = ssh_records,
	.nrecords = REC_COUNT,
	.claims = ssh_claims,
	.dissect = ssh_dissect,
	.flow_size = sizeof(struct ssh_flow),
};
