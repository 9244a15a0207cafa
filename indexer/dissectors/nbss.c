/* NetBIOS Session Service (RFC 1002, section 4.3), and SMB straight over TCP, which keeps its framing
 * ([MS-SMB2], section 2.1).
 *
 *      0       1       2       3       4
 *     +-------+-------+---------------+------------ - -
 *     | type  |flags  |    length     | message
 *     +-------+-------+---------------+------------ - -
 *     flags: the last bit is the 17th of the length; where SMB follows all of flags belongs to the length
 *
 * A capture may begin inside a message: what does not look like a header is then a continuation. */
#include "indexer/dissectors/dcerpc.h"
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/netbios_name.h"
#include "indexer/dissectors/netbios_payload.h"

extern const struct protocol proto_nbss, proto_smb, proto_smb2, proto_data;

enum {
	NBSS_TYPE,
	NBSS_LENGTH,
	NBSS_FLAGS,
	NBSS_FLAGS_E,
	NBSS_ERROR_CODE,
	NBSS_RETARGET_IP,
	NBSS_RETARGET_PORT,
	NBSS_CALLED,
	NBSS_CALLING,
	NBSS_CONTINUATION,
	NBSS_NFIELDS
};

enum nbss_type {
	SESSION_MESSAGE = 0x00,
	SESSION_REQUEST = 0x81,
	POSITIVE_RESPONSE = 0x82,
	NEGATIVE_RESPONSE = 0x83,
	RETARGET_RESPONSE = 0x84,
	KEEP_ALIVE = 0x85
};

#define HEADER      4
#define EXTEND      0x01
#define EXTENDED_BY 0x10000
#define PORT_SMB    445

static const struct value_name type_names[] = { { SESSION_MESSAGE, "Session message" },
	{ SESSION_REQUEST, "Session request" }, { POSITIVE_RESPONSE, "Positive session response" },
	{ NEGATIVE_RESPONSE, "Negative session response" },
	{ RETARGET_RESPONSE, "Retarget session response" }, { KEEP_ALIVE, "Session keep-alive" },
	{ 0, NULL } };

static const struct value_name error_names[] = { { 0x80, "Not listening on called name" },
	{ 0x81, "Not listening for calling name" }, { 0x82, "Called name not present" },
	{ 0x83, "Called name present, but insufficient resources" }, { 0x8f, "Unspecified error" },
	{ 0, NULL } };

static const struct field nbss_fields[NBSS_NFIELDS] = {
	[NBSS_TYPE] = { "nbss.type", "Message Type", KIND_UINT, BASE_HEX, 1, .names = type_names },
	[NBSS_LENGTH] = { "nbss.length", "Length", KIND_UINT, .octets = 3 },
	[NBSS_FLAGS] = { "nbss.flags", "Flags", KIND_UINT, BASE_HEX, 1, .part = 1 },
	[NBSS_FLAGS_E] = { "nbss.flags.e", "Extend", KIND_BOOL, .of = NBSS_FLAGS, .mask = EXTEND },
	[NBSS_ERROR_CODE] = { "nbss.error_code", "Error code", KIND_UINT, BASE_HEX, 1, .part = 1,
		.names = error_names },
	[NBSS_RETARGET_IP] = { "nbss.retarget_ip_address", "Retarget IP address", KIND_IPV4, .part = 1 },
	[NBSS_RETARGET_PORT] = { "nbss.retarget_port", "Retarget port", KIND_UINT, .octets = 2, .part = 1 },
	[NBSS_CALLED] = { "nbss.called_name", "Called name", KIND_TEXT, .part = 1 },
	[NBSS_CALLING] = { "nbss.calling_name", "Calling name", KIND_TEXT, .part = 1 },
	[NBSS_CONTINUATION] = { "nbss.continuation_data", "Continuation data", KIND_BYTES, .part = 1 },
};

static const struct record nbss_records[] = {
	{ "nbss", RECORD_LAYER, NBSS_NFIELDS, nbss_fields, (const char *const[]) { "session", NULL } },
};

/* Of the segment being looked at: the messages after the first one are read as the first one was. */
struct nbss_flow {
	uint32_t frame, rest;
	bool whole_length; /* 24 bits of length, no flags */
};

void netbios_payload(struct packet *pkt, struct cursor payload)
{
	uint64_t magic;
	const struct protocol *next = &proto_data;
	if (cur_peek(&payload, 0, 4, &magic)) {
		switch (magic) {
		case 0xff534d42:
			next = &proto_smb;
			break;
		case 0xfe534d42:
		case 0xfd534d42: /* encrypted */
		case 0xfc534d42: /* compressed */
			next = &proto_smb2;
			break;
		default:
			if (dcerpc_begins(&payload))
				next = &proto_dcerpc;
			break;
		}
	}
	pkt_next_proto(pkt, next, payload);
}

static bool is_smb(const struct cursor *c)
{
	return c->cap >= HEADER + 4 && c->data[0] == SESSION_MESSAGE && memcmp(c->data + 5, "SMB", 3) == 0;
}

static uint32_t message_length(const uint8_t *p, bool whole_length)
{
	uint32_t extended = p[1] & EXTEND ? EXTENDED_BY : 0;
	return whole_length ? be32(p) & 0xffffff : extended + be16(p + 2);
}

/* RFC 1002, section 4.3: which lengths there are. Names may be long, but no message is empty. */
static bool is_header(const struct cursor *c, bool whole_length)
{
	if (c->cap < HEADER || (!whole_length && c->data[1] & ~EXTEND))
		return false;
	uint32_t len = message_length(c->data, whole_length);
	switch (c->data[0]) {
	case SESSION_MESSAGE:
		return len != 0;
	case SESSION_REQUEST:
		return len >= 2 && len <= 256;
	case NEGATIVE_RESPONSE:
		return len == 1;
	case RETARGET_RESPONSE:
		return len == 6;
	case POSITIVE_RESPONSE:
	case KEEP_ALIVE:
		return len == 0;
	default:
		return false;
	}
}

static void session_name(struct row *r, unsigned field, struct cursor *c)
{
	struct netbios_name name;
	if (netbios_name_read(&name, c, 0))
		row_text(r, field, name.text, name.len, c->data + name.at, name.used);
}

static void message(struct packet *pkt, struct cursor *c, bool whole_length)
{
	struct row *r = row_open(pkt, &proto_nbss, 0);
	uint32_t type = (uint32_t)row_be(r, NBSS_TYPE, c, 1);
	if (whole_length) {
		row_be(r, NBSS_LENGTH, c, 3);
	} else if (cur_need(c, 3)) {
		row_set_at(r, NBSS_FLAGS, c->data[1], c->data + 1, 1);
		row_set_at(r, NBSS_LENGTH, message_length(c->data, false), c->data + 1, 3);
		cur_skip(c, 3);
	}
	if (pkt->info)
		info_set(pkt, "%s", info_name(type_names, type, "Unknown"));
	switch (type) {
	case SESSION_MESSAGE:
		if (!pkt->fail)
			netbios_payload(pkt, cur_rest(c));
		break;
	case SESSION_REQUEST:
		session_name(r, NBSS_CALLED, c);
		session_name(r, NBSS_CALLING, c);
		break;
	case NEGATIVE_RESPONSE:
		row_be(r, NBSS_ERROR_CODE, c, 1);
		break;
	case RETARGET_RESPONSE:
		row_address(r, NBSS_RETARGET_IP, c, KIND_IPV4);
		row_be(r, NBSS_RETARGET_PORT, c, 2);
		break;
	default:
		break;
	}
}

static enum verdict nbss_dissect(struct packet *pkt, struct cursor *c)
{
	struct nbss_flow none = { 0 }, *flow = pkt_flow(pkt, &proto_nbss);
	if (!flow)
		flow = &none;
	bool first = flow->frame != pkt->number || flow->rest != c->len;
	if (first) {
		flow->whole_length = pkt->srcport == PORT_SMB || pkt->dstport == PORT_SMB;
		if (!pkt_is_reassembled(pkt)) {
			flow->whole_length = is_smb(c);
			if (!is_header(c, flow->whole_length)) {
				struct row *r = row_open(pkt, &proto_nbss, 0);
				row_bytes_avail(r, NBSS_CONTINUATION, c, c->len);
				info_set(pkt, "%s", "NBSS Continuation Message");
				return MINE;
			}
		}
	}
	if (pkt_may_want(pkt) && c->len < HEADER) {
		pkt_want(pkt, 0, WANT_SEGMENT);
		return MINE;
	}
	if (!cur_need(c, HEADER)) {
		row_open(pkt, &proto_nbss, 0);
		return MINE;
	}
	uint32_t len = message_length(c->data, flow->whole_length) + HEADER;
	if (pkt_may_want(pkt) && c->len < len) {
		pkt_want(pkt, 0, len - c->len);
		return MINE;
	}
	struct cursor one = { c->data, 0, c->cap < len ? c->cap : len, len, c->fail };
	pkt_item_len(pkt, len);
	message(pkt, &one, flow->whole_length);
	if (c->len > len) {
		struct cursor rest = *c;
		cur_skip(&rest, len);
		flow->frame = pkt->number;
		flow->rest = c->len - len;
		rest = (struct cursor) { c->data + len, 0, c->cap > len ? c->cap - len : 0, c->len - len,
			c->fail };
		pkt_again(pkt, rest);
	}
	return MINE;
}

static const struct claim nbss_claims[] = { { CLAIM_TCP_PORT, 139 }, { CLAIM_TCP_PORT, PORT_SMB }, { 0 } };

const struct protocol proto_nbss = {
	.name = "nbss",
	.title = "NetBIOS Session Service",
	.column = "NBSS",
	.spec = "RFC 1002, section 4.3",
	.help = "Carries the messages of file and printer sharing (SMB) over TCP.",
	.id = PROTO_ID_nbss,
	.records = nbss_records,
	.nrecords = 1,
	.claims = nbss_claims,
	.dissect = nbss_dissect,
	.flow_size = sizeof(struct nbss_flow),
};
