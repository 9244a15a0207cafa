/* Trivial File Transfer Protocol (RFC 1350; options: RFC 2347).
 *
 *      0       2
 *     +-------+---------------+---+----------+---+-------------------- - -
 *     |1 or 2 | file name     | 0 | mode     | 0 | options: name 0 value 0 ...    read, write request
 *     +-------+-------+-------+---+----------+---+-------------------- - -
 *     |3      | block | data                       acknowledgment: 4, block
 *     +-------+-------+------ - -
 *     |5      | code  | message 0                  option acknowledgment: 6, options
 *     +-------+-------+------ - -
 *
 * A request goes to port 69; the answer comes from another port, which is the server's from then on. */
#include <string.h>
#include <strings.h>

#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_tftp, proto_data;

enum {
	TFTP_OPCODE,
	TFTP_BLOCK,
	TFTP_SOURCE_FILE,
	TFTP_DESTINATION_FILE,
	TFTP_REQUEST_FRAME,
	TFTP_TYPE,
	TFTP_ERROR_CODE,
	TFTP_ERROR_MESSAGE,
	TFTP_DATA,
	TFTP_NFIELDS
};
enum { OPTION_NAME, OPTION_VALUE, OPTION_NFIELDS };
enum { REC_MESSAGE, REC_OPTION, REC_COUNT };

static const struct value_name opcodes[] = { { 1, "Read Request" }, { 2, "Write Request" },
	{ 3, "Data Packet" }, { 4, "Acknowledgement" }, { 5, "Error Code" }, { 6, "Option Acknowledgement" },
	{ 255, "Information (MSDP)" }, { 0, NULL } };
static const struct value_name errors[] = { { 0, "Not defined" }, { 1, "File not found" },
	{ 2, "Access violation" }, { 3, "Disk full or allocation exceeded" }, { 4, "Illegal TFTP Operation" },
	{ 5, "Unknown transfer ID" }, { 6, "File already exists" }, { 7, "No such user" },
	{ 8, "Option negotiation failed" }, { 0, NULL } };

static const struct field message_fields[TFTP_NFIELDS] = {
	[TFTP_OPCODE] = { "tftp.opcode", "Opcode", KIND_UINT, .octets = 2, .names = opcodes },
	[TFTP_BLOCK] = { "tftp.block", "Block", KIND_UINT, .octets = 2 },
	[TFTP_SOURCE_FILE] = { "tftp.source_file", "Source File", KIND_TEXT },
	[TFTP_DESTINATION_FILE] = { "tftp.destination_file", "Destination File", KIND_TEXT },
	[TFTP_REQUEST_FRAME] = { "tftp.request_frame", "Request frame", KIND_FRAME, .generated = true },
	[TFTP_TYPE] = { "tftp.type", "Type", KIND_TEXT },
	[TFTP_ERROR_CODE] = { "tftp.error.code", "Error code", KIND_UINT, .octets = 2, .part = 1,
		.names = errors },
	[TFTP_ERROR_MESSAGE] = { "tftp.error.message", "Error message", KIND_TEXT, .part = 1 },
	[TFTP_DATA] = { "tftp.data", "Data", KIND_BYTES, .part = 1 },
};

static const struct field option_fields[OPTION_NFIELDS] = {
	[OPTION_NAME] = { "tftp.option.name", "Option name", KIND_TEXT },
	[OPTION_VALUE] = { "tftp.option.value", "Option value", KIND_TEXT },
};

static const struct record tftp_records[REC_COUNT] = {
	[REC_MESSAGE] = { "tftp", RECORD_LAYER, TFTP_NFIELDS, message_fields,
		(const char *const[]) { "error", NULL } },
	[REC_OPTION] = { "tftp_option", RECORD_CHILD, OPTION_NFIELDS, option_fields, NULL },
};

enum { READ = 1, WRITE, DATA, ACK, ERROR, OPTIONS, INFO = 255 };

#define PORT     69
#define NAME_MAX 127

struct tftp_flow {
	uint32_t request; /* frame; 0: not seen */
	uint8_t len;
	char name[NAME_MAX];
};

/* Octets up to and with the next NUL. */
static uint32_t terminated(const struct cursor *c)
{
	uint64_t v;
	for (uint32_t n = 0; cur_peek(c, n, 1, &v); n++)
		if (v == 0)
			return n + 1;
	return UINT32_MAX; /* does not end: the read fails */
}

static void options(struct packet *pkt, struct cursor *c)
{
	while (cur_left(c)) {
		struct row *r = row_open(pkt, &proto_tftp, REC_OPTION);
		uint32_t name = terminated(c);
		row_string(r, OPTION_NAME, c, name);
		row_string(r, OPTION_VALUE, c, terminated(c));
	}
}

static void request(struct packet *pkt, struct row *r, struct cursor *c, bool write, struct tftp_flow *flow)
{
	uint32_t n = terminated(c);
	const char *name = (const char *)c->data + c->pos;
	row_string(r, write ? TFTP_DESTINATION_FILE : TFTP_SOURCE_FILE, c, n);
	if (flow && !pkt->fail) {
		flow->request = pkt->number;
		flow->len = (uint8_t)(n - 1 < NAME_MAX ? n - 1 : NAME_MAX);
		memcpy(flow->name, name, flow->len);
	}
	row_string(r, TFTP_TYPE, c, terminated(c));
	options(pkt, c);
}

/* "Read Request, File: a.bin, Transfer type: octet", "Data Packet, Block: 7 (last)". */
static void inform(struct packet *pkt, const struct cursor *c, uint32_t opcode)
{
	const char *p = (const char *)c->data + c->pos;
	uint32_t left = cur_avail(c);
	info_set(pkt, "%s", info_name(opcodes, opcode, "Unknown"));
	if (opcode == READ || opcode == WRITE) {
		size_t n = strnlen(p, left);
		info_add(pkt, "%s", ", File: ");
		info_text(pkt, p, n);
		if (n < left) {
			info_add(pkt, "%s", ", Transfer type: ");
			info_text(pkt, p + n + 1, strnlen(p + n + 1, left - n - 1));
		}
	} else if ((opcode == DATA || opcode == ACK) && left >= 2) {
		info_add(pkt, ", Block: %u", be16((const uint8_t *)p));
		/* RFC 1350, section 6; the blocks of RFC 2348 have other sizes. */
		if (opcode == DATA && c->len - c->pos < 2 + 512)
			info_add(pkt, "%s", " (last)");
	} else if (opcode == ERROR && left >= 2) {
		info_add(pkt, ", Code: %u, Message: ", be16((const uint8_t *)p));
		info_text(pkt, p + 2, strnlen(p + 2, left - 2));
	}
}

static void message(struct packet *pkt, struct cursor *c, struct tftp_flow *flow)
{
	struct row *r = row_open(pkt, &proto_tftp, REC_MESSAGE);
	uint64_t opcode = row_be(r, TFTP_OPCODE, c, 2);
	if (flow && flow->request && opcode != READ && opcode != WRITE) {
		row_text(r, TFTP_DESTINATION_FILE, flow->name, flow->len, NULL, 0);
		row_set(r, TFTP_REQUEST_FRAME, flow->request);
	}
	if (pkt->info && !pkt->fail)
		inform(pkt, c, (uint32_t)opcode);
	switch (opcode) {
	case READ:
	case WRITE:
		request(pkt, r, c, opcode == WRITE, flow);
		break;
	case DATA:
		pkt_item_len(pkt, 4);
		row_be(r, TFTP_BLOCK, c, 2);
		if (!pkt->fail)
			pkt_next_proto(pkt, &proto_data, cur_rest(c));
		break;
	case ACK:
		row_be(r, TFTP_BLOCK, c, 2);
		break;
	case ERROR:
		row_be(r, TFTP_ERROR_CODE, c, 2);
		row_string(r, TFTP_ERROR_MESSAGE, c, terminated(c));
		break;
	case OPTIONS:
	case INFO:
		options(pkt, c);
		break;
	default:
		row_bytes_avail(r, TFTP_DATA, c, cur_left(c));
		break;
	}
}

/* A file name and one of the three modes, printable all of it, in pairs of texts. */
static bool is_request_body(const struct cursor *c)
{
	static const char *const modes[] = { "netascii", "octet", "mail" };
	uint32_t zeros = 0, second = 0;
	for (uint32_t i = 2; i < c->cap; i++) {
		uint8_t v = c->data[i];
		if (v == 0 && zeros++ == 0)
			second = i + 1;
		else if (v && (v < 0x20 || v > 0x7e))
			return false;
	}
	if (zeros == 0 || zeros % 2)
		return false;
	for (unsigned i = 0; i < 3; i++)
		if (strcasecmp((const char *)c->data + second, modes[i]) == 0)
			return true;
	return false;
}

static bool is_request(const struct cursor *c)
{
	return c->cap >= 4 && (be16(c->data) == READ || be16(c->data) == WRITE) && is_request_body(c);
}

/* The answers come from any port of the server. */
static struct tftp_flow *open_conversation(
	struct packet *pkt, uint32_t client, uint16_t port, uint32_t server)
{
	struct expected e = { .type = CONV_UDP, .address = client, .other = server, .port = port };
	return pkt_expect(pkt, &proto_tftp, &e);
}

static enum verdict tftp_dissect(struct packet *pkt, struct cursor *c)
{
	bool known = pkt_spoken(pkt, &proto_tftp), by_port = pkt->srcport == PORT || pkt->dstport == PORT;
	if (by_port ? pkt->dstport == PORT && is_request(c) : !known && is_request_body(c))
		message(pkt, c, open_conversation(pkt, pkt->net_src, pkt->srcport, pkt->net_dst));
	else if (pkt->srcport == PORT) /* an answer from there is its conversation's, too */
		message(pkt, c, open_conversation(pkt, pkt->net_dst, pkt->dstport, pkt->net_src));
	else if (known || by_port)
		message(pkt, c, pkt_flow(pkt, &proto_tftp));
	else
		return NOT_MINE;
	return MINE;
}

static const struct claim tftp_claims[] = { { CLAIM_UDP_PORT, PORT }, { CLAIM_HEUR_UDP, 80 },
	{ CLAIM_HEUR_STUN, 20 }, { 0 } };

const struct protocol proto_tftp = {
	.name = "tftp",
	.title = "Trivial File Transfer Protocol",
	.column = "TFTP",
	.spec = "RFC 1350",
	.help = "Transfers a file block by block, without login: how devices load their system.",
	.id = PROTO_ID_tftp,
	.records = tftp_records,
	.nrecords = REC_COUNT,
	.claims = tftp_claims,
	.dissect = tftp_dissect,
	.flow_size = sizeof(struct tftp_flow),
};
