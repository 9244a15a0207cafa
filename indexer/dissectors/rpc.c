/* ONC Remote Procedure Call (RFC 5531, sections 8, 9 and 11), and its security by GSS-API (RFC 2203,
 * section 5).
 *
 *      0               4               8
 *     +---------------+---------------+
 *     | xid           | 0 call        | version 2, program, its version, procedure, credentials,
 *     |               |               | verifier, arguments
 *     |               | 1 reply       | 0 accepted: verifier, state, results; 1 denied: state ...
 *     +---------------+---------------+
 *     credentials and verifier: flavor (4), length (4), octets
 *
 * Over TCP a message stands in records: four octets of length before each, the first bit set in the last one.
 * A reply does not say which program it is of: the call must have been seen. */
#include "indexer/dissectors/rpc_fields.h"
#include "indexer/dissectors/rpc.h"
#include "indexer/dissectors/security_blob.h"

extern const struct protocol proto_rpc, proto_data, proto_tcp;

enum { CALL = 0, REPLY = 1 };
enum { AUTH_NONE = 0, AUTH_UNIX = 1, AUTH_GSS = 6 };
enum { GSS_DATA = 0, GSS_INIT, GSS_CONTINUE_INIT, GSS_DESTROY };
enum { SERVICE_NONE = 1, SERVICE_INTEGRITY, SERVICE_PRIVACY };

#define PORT        111
#define VERSION     2
#define RECORD_MARK 4
#define LAST_RECORD 0x80000000u
#define LONGEST     (4u << 20)
#define CALLS       128
#define HEAD        512

struct rpc_flow {
	uint32_t frame, rest; /* of the segment being looked at, see nbss.c */
	uint8_t next_call;
	struct rpc_call calls[CALLS];
	/* of a message in several records, by side: the beginning, and how much there was of it */
	struct {
		uint32_t len, head_len;
		uint8_t head[HEAD];
	} records[2];
};

/* A message on its way. */
struct message {
	struct packet *pkt;
	struct cursor *c;
	struct row *row;
	struct rpc_call call;
	uint32_t type;
};

static struct rpc_call *find_call(struct rpc_flow *f, uint32_t xid)
{
	for (unsigned i = 0; f && i < CALLS; i++)
		if (f->calls[i].used && f->calls[i].xid == xid)
			return &f->calls[i];
	return NULL;
}

static void note_call(struct rpc_flow *f, const struct rpc_call *call)
{
	if (!f)
		return;
	struct rpc_call *at = find_call(f, call->xid);
	if (!at) {
		at = &f->calls[f->next_call];
		f->next_call = (uint8_t)((f->next_call + 1) % CALLS);
	}
	uint32_t first = at->used && at->xid == call->xid ? at->frame : call->frame;
	*at = *call;
	at->frame = first;
}

/* Is this a call of a known program? */
static bool is_call(const struct cursor *c)
{
	uint64_t type, version, program;
	return cur_peek(c, 4, 4, &type) && type == CALL && cur_peek(c, 8, 4, &version) &&
	       version == VERSION && cur_peek(c, 12, 4, &program) && rpc_program((uint32_t)program);
}

/* Or a reply to a call that was seen? */
static bool is_message(struct rpc_flow *f, const struct cursor *c)
{
	uint64_t xid, type;
	return is_call(c) || (cur_peek(c, 0, 4, &xid) && cur_peek(c, 4, 4, &type) && type == REPLY &&
				     find_call(f, (uint32_t)xid));
}

/* ---- credentials ---- */

static uint32_t padded(uint32_t n)
{
	return n > UINT32_MAX - 3 ? UINT32_MAX : (n + 3) & ~3u;
}

#define GROUPS_MAX 17

static void unix_credentials(const struct message *m, struct cursor c)
{
	uint32_t gids[GROUPS_MAX], n = 0;
	row_be(m->row, RPC_STAMP, &c, 4);
	uint32_t len = (uint32_t)cur_be(&c, 4);
	struct cursor name = cur_sub(&c, padded(len));
	if (len && name.cap)
		row_text(m->row, RPC_MACHINE, (const char *)name.data, len < name.cap ? len : name.cap,
			name.data, name.cap);
	row_be(m->row, RPC_UID, &c, 4);
	const uint8_t *at = c.data + c.pos;
	gids[n++] = (uint32_t)cur_be(&c, 4);
	for (uint32_t more = (uint32_t)cur_be(&c, 4); more && n < GROUPS_MAX && cur_left(&c); more--)
		gids[n++] = (uint32_t)cur_be(&c, 4);
	if (!m->pkt->fail)
		row_list(m->row, RPC_GID, gids, n, at, n * 4);
}

static void gss_credentials(struct message *m, struct cursor c)
{
	row_be(m->row, RPC_GSS_VERSION, &c, 4);
	m->call.gss = (uint8_t)(row_be(m->row, RPC_GSS_PROCEDURE, &c, 4) + 1);
	row_be(m->row, RPC_GSS_SEQUENCE, &c, 4);
	m->call.service = (uint8_t)row_be(m->row, RPC_GSS_SERVICE, &c, 4);
}

static struct cursor auth(const struct message *m, uint32_t *flavor)
{
	struct row *r = row_open(m->pkt, &proto_rpc, REC_AUTH);
	*flavor = (uint32_t)row_be(r, AUTH_FLAVOR, m->c, 4);
	uint32_t len = (uint32_t)row_be(r, AUTH_LENGTH, m->c, 4);
	return cur_sub(m->c, padded(len));
}

static void credentials(struct message *m)
{
	uint32_t flavor;
	struct cursor octets = auth(m, &flavor);
	if (m->pkt->fail)
		return;
	if (flavor == AUTH_UNIX)
		unix_credentials(m, octets);
	else if (flavor == AUTH_GSS)
		gss_credentials(m, octets);
}

static void verifier(const struct message *m)
{
	uint32_t flavor;
	struct cursor octets = auth(m, &flavor);
	if (!m->pkt->fail && flavor == AUTH_GSS)
		pkt_next_proto(m->pkt, &proto_gss_api, octets);
}

/* ---- what is called ---- */

/* An opaque token of GSS-API: length and octets. */
static void token(const struct message *m, struct cursor *c)
{
	uint32_t len = (uint32_t)cur_be(c, 4);
	struct cursor octets = cur_sub(c, padded(len));
	if (!m->pkt->fail && len)
		pkt_next_proto(m->pkt, &proto_gss_api, octets);
}

static void arguments(const struct message *m, const struct rpc_program *program, struct cursor c)
{
	if (m->pkt->info)
		rpc_inform_arguments(m->pkt, &m->call, m->type == REPLY, c);
	if (!c.len) {
		if (program)
			pkt_item(m->pkt, &program->protocol, 0);
		return;
	}
	if (program && rpc_has_procedure(program, m->call.version, m->call.procedure)) {
		pkt_next_proto(m->pkt, &program->protocol, c);
		return;
	}
	if (program)
		pkt_item(m->pkt, &program->protocol, c.len);
	pkt_nest(m->pkt, true);
	pkt_next_proto(m->pkt, &proto_data, c);
}

/* RFC 2203, section 5.3.2: what the security makes of arguments and results. */
static void payload(const struct message *m)
{
	struct cursor *c = m->c;
	const struct rpc_program *program = rpc_program(m->call.program);
	if (program)
		m->pkt->column = program->protocol.column;
	pkt_item_len(m->pkt, c->pos);
	if (m->call.gss == 0 || (m->call.gss == GSS_DATA + 1 && m->call.service == SERVICE_NONE)) {
		arguments(m, program, cur_rest(c));
		return;
	}
	if (program)
		pkt_item(m->pkt, &program->protocol, cur_left(c));
	pkt_nest(m->pkt, true);
	if (m->call.gss == GSS_INIT + 1 || m->call.gss == GSS_CONTINUE_INIT + 1) {
		if (m->type == REPLY) {
			cur_skip(c, padded((uint32_t)cur_be(c, 4)));
			cur_skip(c, 12);
		}
		token(m, c);
	} else if (m->call.gss == GSS_DATA + 1 && m->call.service == SERVICE_INTEGRITY) {
		uint32_t len = (uint32_t)cur_be(c, 4);
		struct cursor body = cur_sub(c, padded(len));
		cur_skip(&body, 4);
		if (!m->pkt->fail && program && cur_left(&body) &&
			rpc_has_procedure(program, m->call.version, m->call.procedure))
			pkt_next_proto(m->pkt, &program->protocol, cur_rest(&body));
		token(m, c);
	}
}

/* ---- messages ---- */

/* "V3 GETATTR Call (Reply In 2), FH: 0x9583478d"; several in a frame stand behind each other. */
static void inform(struct message *m)
{
	struct packet *pkt = m->pkt;
	const struct rpc_call *call = &m->call;
	int len = 0;
	const char *name = rpc_procedure_name(call->program, call->version, call->procedure, &len);
	if (pkt->layers[pkt->current].again)
		info_add(pkt, "%s", "  ; ");
	else
		info_clear(pkt);
	info_add(pkt, "V%u ", call->version);
	if (name)
		info_add(pkt, "%.*s", len, name);
	else
		info_add(pkt, "proc-%u", call->procedure);
	int64_t other = m->type == REPLY ? call->frame : info_later(pkt, "rpc.reqframe");
	info_add(pkt, "%s", m->type == REPLY ? " Reply" : " Call");
	if (other)
		info_add(pkt, m->type == REPLY ? " (Call In %u)" : " (Reply In %u)", (unsigned)other);
}

static void call(struct message *m, struct rpc_flow *f)
{
	struct cursor *c = m->c;
	row_be(m->row, RPC_VERSION, c, 4);
	m->call.program = (uint32_t)row_be(m->row, RPC_PROGRAM, c, 4);
	m->call.version = (uint32_t)row_be(m->row, RPC_PROGRAM_VERSION, c, 4);
	m->call.procedure = (uint32_t)row_be(m->row, RPC_PROCEDURE, c, 4);
	m->call.used = true;
	m->call.frame = m->pkt->number;
	if (m->pkt->info)
		inform(m);
	credentials(m);
	note_call(f, &m->call);
	pkt_speak(m->pkt, &proto_rpc);
	if (m->call.gss != GSS_DESTROY + 1)
		verifier(m);
	struct rpc_call *noted = find_call(f, m->call.xid);
	if (noted)
		noted->asked = rpc_asked_rights(&m->call, c);
	if (!m->pkt->fail)
		payload(m);
}

static void reply(struct message *m)
{
	struct cursor *c = m->c;
	row_set(m->row, RPC_PROGRAM, m->call.program);
	row_set(m->row, RPC_PROGRAM_VERSION, m->call.version);
	row_set(m->row, RPC_PROCEDURE, m->call.procedure);
	if (m->pkt->info && m->call.used)
		inform(m);
	uint32_t state = (uint32_t)row_be(m->row, RPC_STATE_REPLY, c, 4);
	if (state == 0) {
		verifier(m);
		state = (uint32_t)row_be(m->row, RPC_STATE_ACCEPT, c, 4);
		if (m->pkt->fail)
			return;
		if (state == 0) {
			payload(m);
			return;
		}
		cur_skip(c, state == 2 ? 8 : 0);
	} else if (state == 1) {
		uint32_t reject = (uint32_t)row_be(m->row, RPC_STATE_REJECT, c, 4);
		if (reject == 0) {
			row_be(m->row, RPC_VERSION_MIN, c, 4);
			row_be(m->row, RPC_VERSION_MAX, c, 4);
		} else if (reject == 1) {
			row_be(m->row, RPC_STATE_AUTH, c, 4);
		}
	}
	if (m->pkt->fail)
		return;
	const struct rpc_program *program = rpc_program(m->call.program);
	if (program)
		m->pkt->column = program->protocol.column;
	pkt_item_len(m->pkt, c->pos);
	pkt_nest(m->pkt, true);
	pkt_next_proto(m->pkt, &proto_data, cur_rest(c));
}

static void message(struct packet *pkt, struct rpc_flow *f, struct row *r, struct cursor *c)
{
	struct message m = { .pkt = pkt, .c = c, .row = r };
	uint32_t xid = (uint32_t)row_be(r, RPC_XID, c, 4);
	m.type = (uint32_t)row_be(r, RPC_MSGTYP, c, 4);
	m.call.xid = xid;
	if (pkt->fail)
		return;
	pkt_exchange(pkt, &proto_rpc, r, xid, m.type == REPLY);
	if (m.type == CALL) {
		call(&m, f);
	} else {
		const struct rpc_call *known = find_call(f, xid);
		if (known)
			m.call = *known;
		reply(&m);
	}
}

/* ---- records over TCP ---- */

static enum verdict continuation(struct packet *pkt)
{
	row_open(pkt, &proto_rpc, REC_LAYER);
	info_set(pkt, "%s", "Continuation");
	return MINE;
}

static void row_mark(struct row *r, const uint8_t *p)
{
	row_set_at(r, RPC_LAST_FRAGMENT, be32(p) >> 31, p, 4);
	row_set_at(r, RPC_FRAGMENT_LENGTH, be32(p) & ~LAST_RECORD, p, 4);
}

/* Keep the beginning of a message in several records; its header is read when the last one is there. */
static void keep_record(struct rpc_flow *f, unsigned side, const struct cursor *record)
{
	uint32_t room = HEAD - f->records[side].head_len, n = record->cap < room ? record->cap : room;
	memcpy(f->records[side].head + f->records[side].head_len, record->data, n);
	f->records[side].head_len += n;
	f->records[side].len += record->len;
}

static enum verdict record(struct packet *pkt, struct rpc_flow *f, const uint8_t *mark, struct cursor *c)
{
	unsigned side = pkt_side(pkt);
	bool begun = f && f->records[side].len, last = be32(mark) & LAST_RECORD;
	if (!begun && !is_message(f, c))
		return NOT_MINE;
	struct row *r = row_open(pkt, &proto_rpc, REC_LAYER);
	row_mark(r, mark);
	if (last && !begun) {
		message(pkt, f, r, c);
		return MINE;
	}
	pkt_speak(pkt, &proto_rpc); /* the next record belongs to it */
	if (f)
		keep_record(f, side, c);
	if (!last || !f)
		return MINE;
	struct cursor head = { f->records[side].head, 0, f->records[side].head_len, f->records[side].len,
		c->fail };
	f->records[side].len = f->records[side].head_len = 0;
	if (!is_message(f, &head))
		return MINE;
	message(pkt, f, r, &head);
	pkt->fail = CUR_OK; /* only the beginning was kept */
	return MINE;
}

static enum verdict stream(struct packet *pkt, struct rpc_flow *f, struct cursor *c, bool guess)
{
	struct rpc_flow none = { 0 };
	if (!f)
		f = &none;
	bool first = f->frame != pkt->number || f->rest != c->len;
	enum verdict no = first && !guess ? MINE : NOT_MINE;
	uint32_t len = c->cap >= RECORD_MARK ? be32(c->data) & ~LAST_RECORD : UINT32_MAX;
	if (len > LONGEST)
		return no == MINE ? continuation(pkt) : NOT_MINE;
	uint32_t all = len + RECORD_MARK;
	if (pkt_may_want(pkt) && c->len < all) {
		struct cursor begin = { c->data + RECORD_MARK, 0, c->cap - RECORD_MARK, c->len - RECORD_MARK,
			c->fail };
		if (guess && !is_message(f, &begin))
			return NOT_MINE;
		pkt_want(pkt, 0, all - c->len);
		return MINE;
	}
	struct cursor one = { c->data + RECORD_MARK, 0, (c->cap < all ? c->cap : all) - RECORD_MARK,
		(c->len < all ? c->len : all) - RECORD_MARK, c->fail };
	if (record(pkt, f, c->data, &one) == NOT_MINE)
		return no == MINE ? continuation(pkt) : NOT_MINE;
	if (c->len > all) {
		f->frame = pkt->number;
		f->rest = c->len - all;
		pkt_again(pkt, (struct cursor) { c->data + all, 0, c->cap > all ? c->cap - all : 0,
				       c->len - all, c->fail });
	}
	return MINE;
}

static enum verdict rpc_dissect(struct packet *pkt, struct cursor *c)
{
	bool port = pkt->srcport == PORT || pkt->dstport == PORT,
	     guess = !port && !pkt_spoken(pkt, &proto_rpc);
	struct cursor begin = *c;
	if (pkt->stream)
		cur_skip(&begin, RECORD_MARK);
	/* Most of what comes here is something else: that is told before there is any state. */
	if (guess && !is_call(&begin))
		return NOT_MINE;
	struct rpc_flow *f = pkt_flow(pkt, &proto_rpc);
	if (pkt->stream)
		return stream(pkt, f, c, guess);
	if (!is_message(f, c))
		return port ? continuation(pkt) : NOT_MINE;
	message(pkt, f, row_open(pkt, &proto_rpc, REC_LAYER), c);
	return MINE;
}

static const struct exchange_fields rpc_exchange = {
	.response_to = RPC_REPFRAME_TO,
	.time = RPC_TIME,
	.unsolicited = EXCHANGE_NO_FIELD,
	.repeat_request = RPC_DUP_CALL,
	.repeat_response = RPC_DUP_REPLY,
	.late_record = REC_LATE,
	.response_in = LATE_REPLY_IN,
	.repeat_ns = INT64_MAX,
	.by_ports = true,
};

static const struct claim rpc_claims[] = { { CLAIM_UDP_PORT, PORT }, { CLAIM_TCP_PORT, PORT },
	{ CLAIM_HEUR_UDP, 220 }, { CLAIM_HEUR_TCP, 300 }, { 0 } };

const struct protocol proto_rpc = {
	.name = "rpc",
	.title = "Remote Procedure Call",
	.column = "RPC",
	.spec = "RFC 5531",
	.help = "Calls procedures of another machine: files over NFS and what belongs to it.",
	.id = PROTO_ID_rpc,
	.records = rpc_records,
	.nrecords = REC_COUNT,
	.claims = rpc_claims,
	.dissect = rpc_dissect,
	.exchange = &rpc_exchange,
	.flow_size = sizeof(struct rpc_flow),
};
