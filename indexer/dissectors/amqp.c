/* AMQP: 0-9-1 (frames of a type, a channel and a length, closed by 0xce), 1.0 (frames of a length), 0-10. A
 * connection begins with "AMQP" and the version.
 *
 *      0    1       3               7                       0               4    5    6       8
 *     +----+-------+---------------+----- - -+----+        +---------------+----+----+-------+----- - -
 *     |type|channel| length        | payload |0xce|        | length        |doff|type|channel| 1.0
 *     +----+-------+---------------+----- - -+----+        +---------------+----+----+-------+----- - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_amqp;

enum {
	AMQP_TYPE,
	AMQP_CHANNEL,
	AMQP_LENGTH,
	AMQP_METHOD_CLASS,
	AMQP_METHOD_METHOD,
	AMQP_INIT_PROTOCOL,
	AMQP_INIT_VERSION_MAJOR,
	AMQP_INIT_VERSION_MINOR,
	AMQP_HEADER_BODY_SIZE,
	AMQP_DOFF,
	AMQP_PERFORMATIVE,
	AMQP_NFIELDS
};
static const struct value_name amqp_type_names[] = { { 0, "AMQP" }, { 1, "SASL" }, { 2, "TLS" },
	{ 0, "Control" }, { 1, "Command" }, { 2, "Header" }, { 3, "Body" }, { 1, "Method" },
	{ 2, "Content header" }, { 3, "Content body" }, { 4, "OOB Method" }, { 5, "OOB Content header" },
	{ 6, "OOB Content body" }, { 7, "Trace" }, { 8, "Heartbeat" }, { 0, NULL } };
static const struct value_name amqp_method_class_names[] = { { 10, "Connection" }, { 20, "Channel" },
	{ 30, "Access" }, { 40, "Exchange" }, { 50, "Queue" }, { 60, "Basic" }, { 70, "File" },
	{ 80, "Stream" }, { 90, "Tx" }, { 100, "Dtx" }, { 110, "Tunnel" }, { 85, "Confirm" }, { 0, NULL } };
static const struct value_name amqp_method_method_names[] = { { 10, "Start" }, { 11, "Start-Ok" },
	{ 20, "Secure" }, { 21, "Secure-Ok" }, { 30, "Tune" }, { 31, "Tune-Ok" }, { 40, "Open" },
	{ 41, "Open-Ok" }, { 42, "Redirect" }, { 50, "Close" }, { 51, "Close-Ok" }, { 60, "Blocked" },
	{ 61, "Unblocked" }, { 10, "Open" }, { 11, "Open-Ok" }, { 20, "Flow" }, { 21, "Flow-Ok" },
	{ 40, "Close" }, { 41, "Close-Ok" }, { 50, "Resume" }, { 60, "Ping" }, { 70, "Pong" }, { 80, "Ok" },
	{ 10, "Request" }, { 11, "Request-Ok" }, { 10, "Declare" }, { 11, "Declare-Ok" }, { 20, "Delete" },
	{ 21, "Delete-Ok" }, { 30, "Bind" }, { 31, "Bind-Ok" }, { 40, "Unbind" }, { 41, "Unbind-Ok" },
	{ 10, "Declare" }, { 11, "Declare-Ok" }, { 20, "Bind" }, { 21, "Bind-Ok" }, { 50, "Unbind" },
	{ 51, "Unbind-Ok" }, { 30, "Purge" }, { 31, "Purge-Ok" }, { 40, "Delete" }, { 41, "Delete-Ok" },
	{ 10, "Qos" }, { 11, "Qos-Ok" }, { 20, "Consume" }, { 21, "Consume-Ok" }, { 30, "Cancel" },
	{ 31, "Cancel-Ok" }, { 40, "Publish" }, { 50, "Return" }, { 60, "Deliver" }, { 70, "Get" },
	{ 71, "Get-Ok" }, { 72, "Get-Empty" }, { 80, "Ack" }, { 90, "Reject" }, { 100, "Recover-Async" },
	{ 110, "Recover" }, { 111, "Recover-Ok" }, { 120, "Nack" }, { 10, "Qos" }, { 11, "Qos-Ok" },
	{ 20, "Consume" }, { 21, "Consume-Ok" }, { 30, "Cancel" }, { 31, "Cancel-Ok" }, { 40, "Open" },
	{ 41, "Open-Ok" }, { 50, "Stage" }, { 60, "Publish" }, { 70, "Return" }, { 80, "Deliver" },
	{ 90, "Ack" }, { 100, "Reject" }, { 10, "Qos" }, { 11, "Qos-Ok" }, { 20, "Consume" },
	{ 21, "Consume-Ok" }, { 30, "Cancel" }, { 31, "Cancel-Ok" }, { 40, "Publish" }, { 50, "Return" },
	{ 60, "Deliver" }, { 10, "Select" }, { 11, "Select-Ok" }, { 20, "Commit" }, { 21, "Commit-Ok" },
	{ 30, "Rollback" }, { 31, "Rollback-Ok" }, { 10, "Select" }, { 11, "Select-Ok" }, { 20, "Start" },
	{ 21, "Start-Ok" }, { 10, "Request" }, { 10, "Select" }, { 11, "Select-Ok" }, { 0, NULL } };
static const struct value_name amqp_performative_names[] = { { 16, "open" }, { 17, "begin" },
	{ 18, "attach" }, { 19, "flow" }, { 20, "transfer" }, { 21, "disposition" }, { 22, "detach" },
	{ 23, "end" }, { 24, "close" }, { 0, NULL } };
static const struct field amqp_fields[AMQP_NFIELDS] = {
	[AMQP_TYPE] = { "amqp.type", "Type", KIND_UINT, .octets = 1, .names = amqp_type_names },
	[AMQP_CHANNEL] = { "amqp.channel", "Channel", KIND_UINT, .octets = 2 },
	[AMQP_LENGTH] = { "amqp.length", "Length", KIND_UINT, .octets = 4 },
	[AMQP_METHOD_CLASS] = { "amqp.method.class", "Class", KIND_UINT, .octets = 2, .part = 1,
		.names = amqp_method_class_names },
	[AMQP_METHOD_METHOD] = { "amqp.method.method", "Method", KIND_UINT, .octets = 2, .part = 1,
		.names = amqp_method_method_names },
	[AMQP_INIT_PROTOCOL] = { "amqp.init.protocol", "Protocol", KIND_TEXT, .part = 2 },
	[AMQP_INIT_VERSION_MAJOR] = { "amqp.init.version_major", "Version Major", KIND_UINT, .octets = 1,
		.part = 2 },
	[AMQP_INIT_VERSION_MINOR] = { "amqp.init.version_minor", "Version Minor", KIND_UINT, .octets = 1,
		.part = 2 },
	[AMQP_HEADER_BODY_SIZE] = { "amqp.header.body-size", "Body size", KIND_UINT, .octets = 8, .part = 3 },
	[AMQP_DOFF] = { "amqp.doff", "Doff", KIND_UINT, .octets = 1, .part = 4 },
	[AMQP_PERFORMATIVE] = { "amqp.performative", "Performative", KIND_UINT, .octets = 1, .part = 4,
		.names = amqp_performative_names },
};

static const struct record amqp_records[] = {
	{ "amqp", RECORD_LAYER, AMQP_NFIELDS, amqp_fields,
		(const char *const[]) { "method", "init", "header", "v1", NULL } },
};

enum version { UNKNOWN, V0_9, V0_10, V1_0 };

enum { FRAME_METHOD = 1, FRAME_HEADER = 2, FRAME_BODY = 3, FRAME_HEARTBEAT = 8 };

#define TYPE_MAX         64
#define HAS_CONTENT_TYPE 0x8000 /* property flag of a content header */

struct amqp_flow {
	uint8_t version;
	struct {
		uint8_t len;
		char text[TYPE_MAX]; /* of the contents that the last header of this side announced */
	} type[2];
};

static uint8_t guess(const struct cursor *c)
{
	uint8_t type = c->data[0];
	if ((type >= 1 && type <= 4) || type == 8)
		return V0_9;
	/* The offset of the data, in words, is 2 in 1.0. */
	if (c->cap > 4 && c->data[4] == 2)
		return V1_0;
	return c->data[0] & 0xf0 ? V0_10 : V1_0;
}

static uint8_t version_of(struct packet *pkt, const struct cursor *c)
{
	struct amqp_flow *f = pkt_flow(pkt, &proto_amqp);
	if (c->cap >= 8 && memcmp(c->data, "AMQP", 4) == 0) {
		/* Behind the name: 0 0 9 1, or id 1 0 0, or 1 1 0 10. */
		uint8_t v = c->data[5] == 1 && c->data[6] == 0 && c->data[7] == 0 ? V1_0
			    : c->data[5] == 0 && c->data[7] == 10                 ? V0_10
										  : V0_9;
		if (f)
			f->version = v;
		return v;
	}
	if (f && f->version)
		return f->version;
	uint8_t v = guess(c);
	if (f)
		f->version = v;
	return v;
}

/* RFC 6838 type of the contents: the first property of a header (class, weight, body size, flags). */
static void remember_type(struct packet *pkt, struct cursor *c, uint32_t flags)
{
	struct amqp_flow *f = pkt_flow(pkt, &proto_amqp);
	if (!f)
		return;
	unsigned side = pkt_side(pkt);
	f->type[side].len = 0;
	if (!(flags & HAS_CONTENT_TYPE))
		return;
	uint32_t n = (uint32_t)cur_be(c, 1);
	const uint8_t *p = cur_take(c, n);
	if (p && n <= TYPE_MAX) {
		memcpy(f->type[side].text, p, n);
		f->type[side].len = (uint8_t)n;
	}
}

/* The methods of all classes stand in one list, class after class; each begins with number 10. */
static const char *method_name(uint32_t class, uint32_t method)
{
	unsigned runs = 0;
	while (amqp_method_class_names[runs].name && (uint32_t)amqp_method_class_names[runs].value != class)
		runs++;
	for (const struct value_name *v = amqp_method_method_names; v->name; v++) {
		if (v->value == 10 && v != amqp_method_method_names && runs-- == 0)
			return NULL;
		if (runs == 0 && (uint32_t)v->value == method)
			return v->name;
	}
	return NULL;
}

static void add_string(struct packet *pkt, const char *before, struct cursor *c)
{
	uint32_t n = (uint32_t)cur_be(c, 1);
	const uint8_t *p = cur_take(c, n);
	info_add(pkt, "%s", before);
	if (p)
		info_text(pkt, p, n);
}

/* "Basic.Publish x=exchange rk=routing key ": which arguments are shown, as letters; digits are octets to be
 * skipped, s a string to be. */
static void inform_method(struct packet *pkt, uint32_t class, uint32_t method, struct cursor c)
{
	static const struct {
		uint8_t class, method;
		const char *arguments;
	} shown[] = { { 10, 40, "v" }, { 10, 50, "2t" }, { 20, 40, "2t" }, { 40, 10, "2x" }, { 40, 20, "2x" },
		{ 50, 10, "2q" }, { 50, 20, "2qxr" }, { 50, 30, "2q" }, { 50, 40, "2q" }, { 50, 50, "2qxr" },
		{ 60, 20, "2q" }, { 60, 40, "2xr" }, { 60, 50, "2t" }, { 60, 60, "s9xr" }, { 60, 70, "2q" } };
	const char *class_name = info_name(amqp_method_class_names, class, NULL),
		   *name = method_name(class, method);
	uint8_t fail = pkt->fail;
	c.fail = &fail;
	if (!class_name || !name)
		return;
	info_add(pkt, "%s.%s ", class_name, name);
	for (unsigned i = 0; i < sizeof(shown) / sizeof(*shown); i++) {
		if (shown[i].class != class || shown[i].method != method)
			continue;
		for (const char *a = shown[i].arguments; *a; a++) {
			if (*a >= '0' && *a <= '9') {
				cur_skip(&c, (uint32_t)(*a - '0'));
			} else if (*a == 's') {
				cur_skip(&c, (uint32_t)cur_be(&c, 1));
			} else {
				add_string(pkt,
					*a == 'x'   ? "x="
					: *a == 'r' ? "rk="
					: *a == 'q' ? "q="
					: *a == 'v' ? "vhost="
						    : "reply=",
					&c);
				info_add(pkt, "%s", " ");
			}
		}
	}
}

static void frame_0_9(struct packet *pkt, struct row *r, struct cursor *c)
{
	uint32_t type = (uint32_t)row_be(r, AMQP_TYPE, c, 1);
	row_be(r, AMQP_CHANNEL, c, 2);
	struct cursor body = cur_sub(c, (uint32_t)row_be(r, AMQP_LENGTH, c, 4));
	if (type == FRAME_METHOD) {
		uint32_t class = (uint32_t)row_be(r, AMQP_METHOD_CLASS, &body, 2),
			 method = (uint32_t)row_be(r, AMQP_METHOD_METHOD, &body, 2);
		if (pkt->info)
			inform_method(pkt, class, method, body);
	} else if (type == FRAME_HEADER) {
		cur_skip(&body, 4);
		row_be(r, AMQP_HEADER_BODY_SIZE, &body, 8);
		uint32_t flags = (uint32_t)cur_be(&body, 2);
		struct cursor properties = body;
		remember_type(pkt, &body, flags);
		info_add(pkt, "%s", "Content-Header ");
		if (pkt->info && flags & HAS_CONTENT_TYPE) {
			add_string(pkt, "type=", &properties);
			info_add(pkt, "%s", " ");
		}
	} else if (type == FRAME_HEARTBEAT) {
		info_add(pkt, "%s", "Heartbeat ");
	} else if (type == FRAME_BODY) {
		struct amqp_flow *f = pkt_flow(pkt, &proto_amqp);
		unsigned side = pkt_side(pkt);
		info_add(pkt, "%s", "Content-Body ");
		/* The contents stand below AMQP in the tree. */
		pkt_nest(pkt, true);
		if (f && f->type[side].len)
			pkt_next_media(pkt, body, f->type[side].text, f->type[side].len, CLAIM_NONE, NULL);
	}
}

static enum verdict amqp_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_amqp, 0);
	if (!cur_need(c, 8))
		return MINE;
	if (!pkt->layers[pkt->current].again)
		info_clear(pkt);
	if (memcmp(c->data, "AMQP", 4) == 0) {
		row_string(r, AMQP_INIT_PROTOCOL, c, 4);
		bool new = version_of(pkt, c) == V1_0 || c->data[4] == 0;
		cur_skip(c, new ? 1 : 2);
		uint32_t major = (uint32_t)row_be(r, AMQP_INIT_VERSION_MAJOR, c, 1),
			 minor = (uint32_t)row_be(r, AMQP_INIT_VERSION_MINOR, c, 1);
		info_add(pkt, "Protocol-Header %u-%u-%u ", new ? c->data[4] : c->data[5], major, minor);
		return MINE;
	}
	switch (version_of(pkt, c)) {
	case V0_9:
		frame_0_9(pkt, r, c);
		break;
	case V1_0:
		row_be(r, AMQP_LENGTH, c, 4);
		row_be(r, AMQP_DOFF, c, 1);
		row_be(r, AMQP_TYPE, c, 1);
		row_be(r, AMQP_CHANNEL, c, 2);
		break;
	default:
		break;
	}
	return MINE;
}

static uint32_t amqp_length(struct packet *pkt, const struct cursor *c)
{
	if (memcmp(c->data, "AMQP", 4) == 0)
		return 8;
	switch (version_of(pkt, c)) {
	case V0_9: {
		uint32_t n = be32(c->data + 3);
		return n > UINT32_MAX - 8 ? UINT32_MAX : n + 8;
	}
	case V1_0:
		return be32(c->data);
	default:
		return be16(c->data + 2);
	}
}

static const struct pdu amqp_pdu = { .min = 8, .length = amqp_length };

static const struct claim amqp_claims[] = { { CLAIM_TCP_PORT, 5672 }, { 0 } };

const struct protocol proto_amqp = {
	.name = "amqp",
	.title = "Advanced Message Queuing Protocol",
	.column = "AMQP",
	.spec = "AMQP 0-9-1, ISO/IEC 19464",
	.help = "Hands messages to queues and from them to who works on them.",
	.id = PROTO_ID_amqp,
	.records = amqp_records,
	.nrecords = 1,
	.claims = amqp_claims,
	.dissect = amqp_dissect,
	.pdu = &amqp_pdu,
	.flow_size = sizeof(struct amqp_flow),
};
