/* Distributed Computing Environment / Remote Procedure Call over connections (DCE 1.1, C706, chapter 12;
 * [MS-RPCE]).
 *
 *      0     1     2     3     4           6           8     10    12
 *     +-----+-----+-----+-----+-----+-----+-----------+-----+-----+-----------+
 *     |  5  |minor|type |flags| data repr.|           |length|auth| call id   |
 *     +-----+-----+-----+-----+-----+-----+-----------+-----+-----+-----------+
 *     bind:      most sent (2), most received (2), group (4), n (1), - (3), n contexts
 *     context:   id (2), n (1), - (1), interface (16), version (2), minor (2), n transfer syntaxes (20)
 *     request:   allocation hint (4), context (2), operation (2), the object (16) if flag 80 is set, stub
 *     response:  allocation hint (4), context (2), cancels (1), - (1), stub
 *     at the end: type (1), level (1), padding (1), - (1), context (4), auth octets of credentials
 *
 * The byte order of numbers is that of the data representation's first half octet: 1 little-endian. */
#include "indexer/dissectors/dcerpc.h"

#include "indexer/dissectors/security_blob.h"
#include "indexer/dissectors/utf16.h"

extern const struct protocol proto_data;

#define HEADER         16
#define AUTH_HEADER    8
#define CONTEXTS_MAX   256
#define FLAG_FIRST     0x01
#define FLAG_LAST      0x02
#define FLAG_OBJECT    0x80
#define LITTLE_ENDIAN_ 0x10

enum packet_type {
	REQUEST = 0,
	RESPONSE = 2,
	FAULT = 3,
	BIND = 11,
	BIND_ACK = 12,
	BIND_NAK = 13,
	ALTER_CONTEXT = 14,
	ALTER_CONTEXT_RESPONSE = 15,
	AUTH3 = 16,
	LAST_TYPE = 20
};

enum { AUTH_SPNEGO = 9, AUTH_NTLMSSP = 10, AUTH_KERBEROS = 16 };
enum { LEVEL_CONNECT = 2, LEVEL_INTEGRITY = 5, LEVEL_PRIVACY = 6 };

#define BINDINGS  32
#define CALLS     64
#define PARTS     8
#define PART_HEAD 24

struct rpc_flow {
	uint64_t salt;  /* the pipe whose octets are to be dissected next; 0 the connection itself */
	bool continued; /* they are the end of a message, whose beginning is in part[part_taken] */
	uint8_t part_taken;
	uint8_t next_binding, next_call, next_part;
	struct {
		uint64_t salt;
		uint16_t context, version;
		uint8_t uuid[UUID]; /* as it came */
		bool used;
		uint8_t interface;
	} bindings[BINDINGS];
	struct {
		uint64_t salt;
		uint32_t id;
		uint16_t operation;
		bool used;
		uint8_t interface;
	} calls[CALLS];
	struct {
		uint64_t salt;
		uint32_t missing, len;
		uint8_t side, head[PART_HEAD];
	} parts[PARTS];
};

/* A message on its way. */
struct rpc_message {
	struct packet *pkt;
	struct cursor *c;
	struct row *row;
	struct rpc_flow *flow;
	bool little;
	uint32_t type, flags, frag_len, auth_len, call_id;
};

static uint32_t number(const struct rpc_message *m, unsigned n)
{
	return (uint32_t)(m->little ? cur_le(m->c, n) : cur_be(m->c, n));
}

static uint32_t row_number(const struct rpc_message *m, struct row *r, unsigned field, unsigned n)
{
	return (uint32_t)(m->little ? row_le(r, field, m->c, n) : row_be(r, field, m->c, n));
}

/* ---- who is called ---- */

static void note_binding(const struct rpc_message *m, uint16_t context, uint8_t interface,
	const uint8_t *uuid, uint16_t version)
{
	struct rpc_flow *f = m->flow;
	if (!f)
		return;
	unsigned at = f->next_binding;
	for (unsigned i = 0; i < BINDINGS; i++)
		if (f->bindings[i].used && f->bindings[i].context == context &&
			f->bindings[i].salt == f->salt)
			at = i;
	if (at == f->next_binding)
		f->next_binding = (uint8_t)((f->next_binding + 1) % BINDINGS);
	f->bindings[at].salt = f->salt;
	f->bindings[at].context = context;
	f->bindings[at].interface = interface;
	f->bindings[at].version = version;
	memcpy(f->bindings[at].uuid, uuid, UUID);
	f->bindings[at].used = true;
}

/* Where the binding of a context stands, -1 not bound. */
static int find_binding(const struct rpc_message *m, uint16_t context)
{
	const struct rpc_flow *f = m->flow;
	for (unsigned i = 0; f && i < BINDINGS; i++)
		if (f->bindings[i].used && f->bindings[i].context == context &&
			f->bindings[i].salt == f->salt)
			return (int)i;
	return -1;
}

/* Number of the interface, 0 an unknown one, -1 not bound. */
static int bound_interface(const struct rpc_message *m, uint16_t context)
{
	int at = find_binding(m, context);
	return at < 0 ? -1 : m->flow->bindings[at].interface;
}

/* ", Ctx: 1", and which interface that is, where nobody knows the interface by name. */
static void inform_context(const struct rpc_message *m, uint32_t context)
{
	struct packet *pkt = m->pkt;
	int at = find_binding(m, (uint16_t)context);
	info_add(pkt, ", Ctx: %u", context);
	if (at < 0 || m->flow->bindings[at].interface)
		return;
	info_add(pkt, "%s", " ");
	dcerpc_inform_interface(pkt, m->flow->bindings[at].uuid, m->little);
	info_add(pkt, " V%u", m->flow->bindings[at].version);
}

static int find_call(const struct rpc_message *m)
{
	const struct rpc_flow *f = m->flow;
	for (unsigned i = 0; f && i < CALLS; i++)
		if (f->calls[i].used && f->calls[i].id == m->call_id && f->calls[i].salt == f->salt)
			return (int)i;
	return -1;
}

static void note_call(const struct rpc_message *m, uint8_t interface, uint16_t operation)
{
	struct rpc_flow *f = m->flow;
	if (!f)
		return;
	int at = find_call(m);
	if (at < 0) {
		at = f->next_call;
		f->next_call = (uint8_t)((f->next_call + 1) % CALLS);
	}
	f->calls[at].salt = f->salt;
	f->calls[at].id = m->call_id;
	f->calls[at].operation = operation;
	f->calls[at].interface = interface;
	f->calls[at].used = true;
}

static const struct protocol rpc_fragments = { .name = "dcerpc.fragments",
	.title = "Reassembled DCE/RPC Fragments" };

/* The interface's own part of the message is an item of the tree once it is whole. */
static void stub(const struct rpc_message *m, uint8_t interface, uint16_t operation)
{
	const struct protocol *p = dcerpc_interface_protocol(interface);
	if (!p || !(m->flags & FLAG_LAST) || m->pkt->fail)
		return;
	uint32_t tail = m->auth_len ? m->auth_len + AUTH_HEADER : 0, left = cur_left(m->c);
	if (!(m->flags & FLAG_FIRST))
		pkt_item(m->pkt, &rpc_fragments, 0);
	pkt_item(m->pkt, p, left > tail ? left - tail : 0);
	if (p->column)
		m->pkt->column = p->column;
	if (m->pkt->info)
		dcerpc_inform_operation(m->pkt, interface, operation, m->type == RESPONSE);
}

/* ---- messages ---- */

static void inform_syntaxes(const struct rpc_message *m, struct cursor c, uint32_t n)
{
	for (uint32_t i = 0; i < n && cur_avail(&c) >= UUID; i++) {
		info_add(m->pkt, "%s", i ? ", " : " (");
		dcerpc_inform_interface(m->pkt, c.data + c.pos, m->little);
		cur_skip(&c, UUID + 4);
	}
	info_add(m->pkt, "%s", n ? ")" : "");
}

static void contexts(const struct rpc_message *m)
{
	struct cursor *c = m->c;
	uint32_t n = row_number(m, m->row, RPC_CN_NUM_CTX, 1);
	cur_skip(c, 3);
	info_add(m->pkt, ", %u context items:", n);
	for (uint32_t i = 0; i < n && i < CONTEXTS_MAX && !m->pkt->fail && cur_need(c, 4 + UUID); i++) {
		struct row *r = row_open(m->pkt, &proto_dcerpc, RPC_REC_CTX);
		uint32_t id = row_number(m, r, CTX_ID, 2), syntaxes = number(m, 1);
		cur_skip(c, 1);
		const uint8_t *uuid = c->data + c->pos;
		uint8_t interface = dcerpc_interface(uuid, m->little);
		row_guid(r, CTX_UUID, c, m->little);
		uint32_t version = row_number(m, r, CTX_VER, 2), minor = row_number(m, r, CTX_VER_MINOR, 2);
		if (m->pkt->info) {
			info_add(m->pkt, "%s", i ? ", " : " ");
			dcerpc_inform_interface(m->pkt, uuid, m->little);
			info_add(m->pkt, " V%u.%u", version, minor);
			inform_syntaxes(m, *c, syntaxes);
		}
		cur_skip(c, syntaxes * (UUID + 4));
		if (!m->pkt->fail)
			note_binding(m, (uint16_t)id, interface, uuid, (uint16_t)version);
	}
}

static void limits(const struct rpc_message *m)
{
	uint32_t sent = row_number(m, m->row, RPC_CN_MAX_XMIT, 2),
		 received = row_number(m, m->row, RPC_CN_MAX_RECV, 2);
	if (m->type == BIND_ACK || m->type == ALTER_CONTEXT_RESPONSE)
		info_add(m->pkt, ", max_xmit: %u max_recv: %u", sent, received);
	row_number(m, m->row, RPC_CN_ASSOC_GROUP, 4);
}

static void acknowledged(const struct rpc_message *m)
{
	struct cursor *c = m->c;
	limits(m);
	uint32_t len = number(m, 2);
	if (len)
		row_string(m->row, RPC_CN_SEC_ADDR, c, len);
	cur_skip(c, (4 - c->pos % 4) % 4);
	uint32_t n = row_number(m, m->row, RPC_CN_NUM_RESULTS, 1);
	cur_skip(c, 3);
	info_add(m->pkt, ", %u results:", n);
	for (uint32_t i = 0; i < n && i < CONTEXTS_MAX && !m->pkt->fail && cur_need(c, 4); i++) {
		struct row *r = row_open(m->pkt, &proto_dcerpc, RPC_REC_ACK);
		uint32_t result = row_number(m, r, ACK_RESULT, 2);
		if (m->pkt->info)
			dcerpc_inform_result(m->pkt, i == 0, result);
		row_number(m, r, ACK_REASON, 2);
		row_guid(r, ACK_TRANS_ID, c, m->little);
		cur_skip(c, 4);
	}
}

static void request(const struct rpc_message *m)
{
	struct cursor *c = m->c;
	row_number(m, m->row, RPC_CN_ALLOC_HINT, 4);
	uint32_t context = row_number(m, m->row, RPC_CN_CTX_ID, 2);
	uint32_t operation = row_number(m, m->row, RPC_OPNUM, 2);
	info_add(m->pkt, ", opnum: %u", operation);
	if (m->pkt->info)
		inform_context(m, context);
	if (m->flags & FLAG_OBJECT)
		row_guid(m->row, RPC_OBJECT, c, m->little);
	if (m->pkt->fail)
		return;
	int interface = bound_interface(m, (uint16_t)context);
	if (interface < 0)
		return;
	if (m->flags & FLAG_FIRST) {
		note_call(m, (uint8_t)interface, (uint16_t)operation);
		pkt_exchange(m->pkt, &proto_dcerpc, m->row, m->call_id ^ (m->flow ? m->flow->salt << 32 : 0),
			false);
	}
	stub(m, (uint8_t)interface, (uint16_t)operation);
}

static void answered(const struct rpc_message *m)
{
	int call = find_call(m);
	row_number(m, m->row, RPC_CN_ALLOC_HINT, 4);
	uint32_t context = row_number(m, m->row, RPC_CN_CTX_ID, 2);
	if (m->pkt->info)
		inform_context(m, context);
	row_number(m, m->row, RPC_CN_CANCEL_COUNT, 1);
	cur_skip(m->c, 1);
	if (m->type == FAULT)
		row_number(m, m->row, RPC_CN_STATUS, 4);
	if (m->pkt->fail || call < 0)
		return;
	if (m->flags & FLAG_FIRST)
		pkt_exchange(m->pkt, &proto_dcerpc, m->row, m->call_id ^ m->flow->salt << 32, true);
	row_set(m->row, RPC_OPNUM, m->flow->calls[call].operation);
	if (m->type == RESPONSE)
		stub(m, m->flow->calls[call].interface, m->flow->calls[call].operation);
}

/* The credentials at the end. Where a call's stub is encrypted, they are looked at for its sake first. */
static void credentials(const struct rpc_message *m)
{
	struct cursor tail = *m->c;
	bool call = m->type == REQUEST || m->type == RESPONSE || m->type == FAULT;
	if (m->auth_len == 0 || m->frag_len < HEADER + AUTH_HEADER + m->auth_len || m->pkt->fail)
		return;
	tail.pos = m->frag_len - m->auth_len - AUTH_HEADER;
	if (tail.cap < m->frag_len)
		return;
	uint32_t type = (uint32_t)row_be(m->row, RPC_AUTH_TYPE, &tail, 1);
	uint32_t level = (uint32_t)row_be(m->row, RPC_AUTH_LEVEL, &tail, 1);
	row_be(m->row, RPC_AUTH_PAD_LEN, &tail, 1);
	cur_skip(&tail, 1);
	const uint8_t *p = cur_take(&tail, 4);
	if (!p)
		return;
	row_set_at(m->row, RPC_AUTH_CTX_ID, m->little ? le32(p) : be32(p), p, 4);
	struct cursor octets = cur_sub(&tail, m->auth_len);
	if (m->pkt->info && type == AUTH_NTLMSSP && !call)
		ntlmssp_inform(m->pkt, &octets);
	if (type == AUTH_SPNEGO && !call) {
		gss_token(m->pkt, octets);
	} else if (call && (type == AUTH_SPNEGO || type == AUTH_KERBEROS)) {
		if (level == LEVEL_PRIVACY)
			gss_token(m->pkt, octets);
		if (level >= LEVEL_INTEGRITY || (level == LEVEL_CONNECT && type == AUTH_SPNEGO))
			gss_token(m->pkt, octets);
	}
}

bool dcerpc_begins(const struct cursor *c)
{
	if (c->cap < HEADER)
		return false;
	const uint8_t *p = c->data;
	return p[0] == 5 && p[1] <= 1 && p[2] <= LAST_TYPE && (p[4] & 0xee) == 0 && p[5] <= 3 &&
	       (p[4] & LITTLE_ENDIAN_ ? le16(p + 8) : be16(p + 8)) >= HEADER;
}

static void message(struct rpc_message *m)
{
	struct cursor *c = m->c;
	struct row *r = m->row;
	row_be(r, RPC_VER, c, 1);
	row_be(r, RPC_VER_MINOR, c, 1);
	m->type = (uint32_t)row_be(r, RPC_PKT_TYPE, c, 1);
	m->flags = (uint32_t)row_be(r, RPC_CN_FLAGS, c, 1);
	const uint8_t *drep = cur_take(c, 4);
	if (!drep)
		return;
	m->little = drep[0] & LITTLE_ENDIAN_;
	row_set_at(r, RPC_DREP, be16(drep), drep, 4);
	m->frag_len = row_number(m, r, RPC_CN_FRAG_LEN, 2);
	m->auth_len = row_number(m, r, RPC_CN_AUTH_LEN, 2);
	m->call_id = row_number(m, r, RPC_CN_CALL_ID, 4);
	if (c->len > m->frag_len) {
		c->len = m->frag_len;
		c->cap = c->cap < c->len ? c->cap : c->len;
	}
	if (m->pkt->info)
		dcerpc_inform(m->pkt, m->type, m->call_id, m->flags & FLAG_FIRST, m->flags & FLAG_LAST);
	switch (m->type) {
	case BIND:
	case ALTER_CONTEXT:
		limits(m);
		contexts(m);
		break;
	case BIND_ACK:
	case ALTER_CONTEXT_RESPONSE:
		acknowledged(m);
		break;
	case BIND_NAK:
		row_number(m, r, RPC_CN_REJECT_REASON, 2);
		break;
	case REQUEST:
		request(m);
		break;
	case RESPONSE:
	case FAULT:
		answered(m);
		break;
	default:
		break;
	}
	credentials(m);
}

static enum verdict connection(struct packet *pkt, struct cursor *c)
{
	struct rpc_flow *flow = pkt_flow(pkt, &proto_dcerpc);
	struct cursor begun;
	if (flow && flow->continued) {
		flow->continued = false;
		begun = (struct cursor) { flow->parts[flow->part_taken].head, 0, PART_HEAD,
			flow->parts[flow->part_taken].len, c->fail };
		c = &begun;
	} else if (!dcerpc_begins(c)) {
		return NOT_MINE;
	}
	struct rpc_message m = { .pkt = pkt, .c = c, .flow = flow };
	m.row = row_open(pkt, &proto_dcerpc, RPC_REC_LAYER);
	pkt_item_len(pkt, c->data[4] & LITTLE_ENDIAN_ ? le16(c->data + 8) : be16(c->data + 8));
	message(&m);
	return MINE;
}

static enum verdict dcerpc_dissect(struct packet *pkt, struct cursor *c)
{
	const struct layer *l = pkt_layer(pkt);
	if (l->parent >= 0 && strcmp(pkt->layers[l->parent].proto->name, "udp") == 0)
		return dcerpc_datagram(pkt, c);
	return connection(pkt, c);
}

/* ---- pipes ---- */

/* A message may take several writes or reads; all but the last count as data. */
static bool goes_on(struct packet *pkt, struct rpc_flow *f, const struct cursor *data, uint64_t salt)
{
	uint8_t side = (uint8_t)pkt_side(pkt);
	for (unsigned i = 0; i < PARTS; i++) {
		/* A read whose request was not seen may be from any pipe. */
		if (!f->parts[i].missing || f->parts[i].side != side || (salt && f->parts[i].salt != salt))
			continue;
		if (data->len < f->parts[i].missing) {
			f->parts[i].missing -= data->len;
			return true;
		}
		f->parts[i].missing = 0;
		f->continued = true;
		f->part_taken = (uint8_t)i;
		return false;
	}
	if (!dcerpc_begins(data) || data->cap < data->len || data->cap < PART_HEAD)
		return false;
	uint32_t len = data->data[4] & LITTLE_ENDIAN_ ? le16(data->data + 8) : be16(data->data + 8);
	if (len <= data->len)
		return false;
	unsigned at = f->next_part;
	f->next_part = (uint8_t)((f->next_part + 1) % PARTS);
	f->parts[at].salt = salt;
	f->parts[at].side = side;
	f->parts[at].len = len;
	f->parts[at].missing = len - data->len;
	memcpy(f->parts[at].head, data->data, PART_HEAD);
	return true;
}

/* Fields that Wireshark puts beside the messages: where they were put together. */
static const struct protocol pipe_reassembled = { .name = "smb_pipe.reassembled_in",
	.title = "Reassembled In" };
static const struct protocol pipe2_reassembled = { .name = "smb2.pipe.reassembled_in",
	.title = "Reassembled In" };
static const struct protocol pipe2_fragments = { .name = "smb2.pipe.fragments", .title = "Fragments" };

void dcerpc_pipe(struct packet *pkt, struct cursor data, uint64_t salt, bool smb2)
{
	struct rpc_flow *flow = pkt_flow(pkt, &proto_dcerpc);
	if (!data.len)
		return;
	if (flow) {
		flow->salt = salt;
		flow->continued = false;
		if (goes_on(pkt, flow, &data, salt)) {
			pkt_item(pkt, smb2 ? &pipe2_reassembled : &pipe_reassembled, 0);
			pkt_next_proto(pkt, &proto_data, data);
			return;
		}
		if (flow->continued && smb2)
			pkt_item(pkt, &pipe2_fragments, 0);
	}
	bool mine = (flow && flow->continued) || dcerpc_begins(&data);
	pkt_next_proto(pkt, mine ? &proto_dcerpc : &proto_data, data);
}

/* ---- streams ---- */

static uint32_t message_length(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	return c->data[4] & LITTLE_ENDIAN_ ? le16(c->data + 8) : be16(c->data + 8);
}

static bool looks_right(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	return dcerpc_begins(c);
}

static const struct pdu dcerpc_pdu = {
	.min = HEADER, .length = message_length, .dissect = connection, .test = looks_right
};

static const struct exchange_fields dcerpc_exchange = {
	.response_to = RPC_REQUEST_IN,
	.time = RPC_TIME,
	.unsolicited = EXCHANGE_NO_FIELD,
	.repeat_request = EXCHANGE_NO_FIELD,
	.repeat_response = EXCHANGE_NO_FIELD,
	.late_record = RPC_REC_LATE,
	.response_in = RPC_LATE_RESPONSE_IN,
	.by_ports = true,
};

static const struct claim dcerpc_claims[] = { { CLAIM_HEUR_TCP, 740 }, { CLAIM_HEUR_UDP, 780 }, { 0 } };

const struct protocol proto_dcerpc = {
	.name = "dcerpc",
	.title = "Distributed Computing Environment / Remote Procedure Call (DCE/RPC)",
	.column = "DCERPC",
	.spec = "C706",
	.help = "Calls procedures of another machine; Windows administers itself with it.",
	.id = PROTO_ID_dcerpc,
	.records = dcerpc_records,
	.nrecords = RPC_REC_COUNT,
	.claims = dcerpc_claims,
	.dissect = dcerpc_dissect,
	.pdu = &dcerpc_pdu,
	.exchange = &dcerpc_exchange,
	.flow_size = sizeof(struct rpc_flow),
};
