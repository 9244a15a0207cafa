/* Lightweight Directory Access Protocol (RFC 4511), over TCP and, as CLDAP, over UDP (RFC 1798).
 *
 *     LDAPMessage ::= SEQUENCE { messageID INTEGER, operation [APPLICATION n], [0] controls }
 *
 * Once the two sides have authenticated by SASL (RFC 4422, section 3.7) messages may stand in buffers: four
 * octets of length and a wrapped message. The first octet tells: a message begins with 30, a buffer with 00.
 */
#include "indexer/dissectors/der.h"
#include "indexer/dissectors/ldap_fields.h"
#include "indexer/dissectors/security_blob.h"

extern const struct protocol proto_ldap, proto_cldap, proto_tls;

enum operation {
	BIND_REQUEST = 0,
	BIND_RESPONSE = 1,
	UNBIND_REQUEST = 2,
	SEARCH_REQUEST = 3,
	SEARCH_ENTRY = 4,
	SEARCH_DONE = 5,
	MODIFY_REQUEST = 6,
	ADD_REQUEST = 8,
	DELETE_REQUEST = 10,
	RENAME_REQUEST = 12,
	ABANDON_REQUEST = 16,
	SEARCH_REFERENCE = 19,
	EXTENDED_REQUEST = 23,
	EXTENDED_RESPONSE = 24,
	INTERMEDIATE_RESPONSE = 25
};

/* RFC 4511, section 4.2; Microsoft's own tags carry NTLMSSP ([MS-ADTS], section 5.1.1.1.3). */
enum {
	AUTH_SIMPLE = 0,
	AUTH_SASL = 3,
	AUTH_SICILY_DISCOVERY = 9,
	AUTH_SICILY_NEGOTIATE = 10,
	AUTH_SICILY_RESPONSE = 11
};

enum mechanism { MECHANISM_NONE, MECHANISM_SPNEGO, MECHANISM_GSSAPI, MECHANISM_OTHER };

#define PORT          389
#define START_TLS     "1.3.6.1.4.1.1466.20037"
#define FILTERS_MAX   64
#define SHORTEST      7
#define SASL_SHORTEST 4
#define MESSAGES_MAX  64
#define LONGEST       10000000u

struct ldap_flow {
	bool sasl;      /* the last bind was by SASL */
	bool protects;  /* and answered: buffers may follow */
	bool start_tls; /* was asked for */
	uint8_t mechanism;
	uint32_t from; /* the frame behind which buffers may stand */
};

/* A message on its way. */
struct message {
	struct packet *pkt;
	struct row *row, *layer;
	struct ldap_flow *flow;
};

/* ---- values ---- */

static int64_t number(const struct der *b)
{
	int64_t v = 0;
	for (uint32_t i = 0; i < b->at.cap && i < 8; i++)
		v = (int64_t)((uint64_t)v << 8 | b->at.data[i]);
	return v;
}

static bool take_number(const struct message *m, struct cursor *c, unsigned field)
{
	struct der b;
	if (!cur_left(c) || !der_next(c, &b))
		return false;
	row_set_at(m->row, field, number(&b), b.at.data, b.at.cap);
	return true;
}

static void row_words(struct row *r, unsigned field, const struct der *b)
{
	row_text(r, field, (const char *)b->at.data, b->at.cap, b->at.data, b->at.cap);
}

static bool take_text(const struct message *m, struct cursor *c, unsigned field)
{
	struct der b;
	if (!cur_left(c) || !der_next(c, &b))
		return false;
	row_words(m->row, field, &b);
	return true;
}

static struct row *attribute(const struct message *m)
{
	return row_open(m->pkt, &proto_ldap, REC_ATTRIBUTE);
}

/* ---- bind ---- */

static uint8_t mechanism_of(const struct der *b)
{
	if (b->at.cap == 10 && memcmp(b->at.data, "GSS-SPNEGO", 10) == 0)
		return MECHANISM_SPNEGO;
	if (b->at.cap == 6 && memcmp(b->at.data, "GSSAPI", 6) == 0)
		return MECHANISM_GSSAPI;
	return b->at.cap ? MECHANISM_OTHER : MECHANISM_NONE;
}

/* The first two bits of a token tell what it is: GSS-API's own frame, or SPNEGO without it. */
static void sasl_credentials(const struct message *m, const struct cursor *token)
{
	uint64_t first;
	if (m->flow->mechanism == MECHANISM_NONE || !cur_peek(token, 0, 1, &first))
		return;
	if (first >> 6 == 2)
		pkt_next_proto(m->pkt, &proto_spnego, *token);
	else if (first >> 6 == 1)
		pkt_next_proto(m->pkt, &proto_gss_api, *token);
}

static void bind_request(const struct message *m, struct cursor c)
{
	struct der choice, mechanism, octets;
	take_number(m, &c, MSG_VERSION);
	take_text(m, &c, MSG_NAME);
	if (!cur_left(&c) || !der_next(&c, &choice))
		return;
	unsigned which = choice.tag & 0x1f;
	row_set(m->row, MSG_AUTHENTICATION, which);
	switch (which) {
	case AUTH_SIMPLE:
		m->flow->sasl = false;
		row_words(m->row, MSG_SIMPLE, &choice);
		break;
	case AUTH_SASL:
		m->flow->sasl = true;
		m->flow->protects = false;
		if (!der_next(&choice.at, &mechanism))
			break;
		row_words(m->row, MSG_MECHANISM, &mechanism);
		m->flow->mechanism = mechanism_of(&mechanism);
		if (cur_left(&choice.at) && der_next(&choice.at, &octets)) {
			struct cursor shown = octets.at;
			row_bytes_avail(m->row, MSG_CREDENTIALS, &shown, shown.len);
			sasl_credentials(m, &octets.at);
		}
		break;
	case AUTH_SICILY_NEGOTIATE:
	case AUTH_SICILY_RESPONSE:
		pkt_next_proto(m->pkt, &proto_ntlmssp, choice.at);
		break;
	default:
		break;
	}
}

static void bind_response(const struct message *m, struct cursor c)
{
	struct der matched, element;
	take_number(m, &c, MSG_RESULT);
	if (cur_left(&c) && der_next(&c, &matched)) {
		if (is_ntlmssp(&matched.at))
			pkt_next_proto(m->pkt, &proto_ntlmssp, matched.at);
		else
			row_words(m->row, MSG_MATCHED, &matched);
	}
	take_text(m, &c, MSG_ERROR);
	while (cur_left(&c) && der_next(&c, &element)) {
		if (element.tag != DER_CONTEXT(7) || !m->flow->sasl)
			continue;
		m->flow->protects = true;
		m->flow->from = m->pkt->number + 1;
		if (m->flow->mechanism == MECHANISM_SPNEGO)
			pkt_next_proto(
				m->pkt, is_ntlmssp(&element.at) ? &proto_ntlmssp : &proto_spnego, element.at);
		else if (m->flow->mechanism == MECHANISM_GSSAPI)
			pkt_next_proto(m->pkt, &proto_gss_api, element.at);
	}
}

/* ---- search ---- */

/* RFC 4511, section 4.5.1.7: filters nest; those that wait stand in a list, so that their order is kept. */
static void filters(const struct message *m, struct cursor c)
{
	struct cursor stack[FILTERS_MAX];
	unsigned n = 0;
	struct der f, part;
	stack[n++] = c;
	while (n && !m->pkt->fail) {
		struct cursor *top = &stack[n - 1];
		if (!cur_left(top) || !der_next(top, &f)) {
			n--;
			continue;
		}
		unsigned kind = f.tag & 0x1f;
		if (kind <= 2) { /* and, or, not */
			if (n < FILTERS_MAX)
				stack[n++] = f.at;
		} else if (kind == 7) {
			row_words(attribute(m), ATTR_PRESENT, &f);
		} else if (kind != 4 && kind != 9 && der_next(&f.at, &part)) { /* attribute and value */
			struct row *r = attribute(m);
			row_words(r, ATTR_DESC, &part);
			if (der_next(&f.at, &part))
				row_words(r, ATTR_VALUE, &part);
		}
	}
}

static void search_request(const struct message *m, struct cursor c)
{
	struct der filter, list, one;
	take_text(m, &c, MSG_BASE);
	take_number(m, &c, MSG_SCOPE);
	take_number(m, &c, MSG_DEREF);
	take_number(m, &c, MSG_SIZE_LIMIT);
	take_number(m, &c, MSG_TIME_LIMIT);
	take_number(m, &c, MSG_TYPES_ONLY);
	struct cursor here = c;
	if (!cur_left(&c) || !der_next(&c, &filter))
		return;
	here.len = here.len < c.pos ? here.len : c.pos;
	here.cap = here.cap < here.len ? here.cap : here.len;
	filters(m, here);
	if (!cur_left(&c) || !der_next(&c, &list))
		return;
	while (cur_left(&list.at) && der_next(&list.at, &one))
		row_words(attribute(m), ATTR_WANTED, &one);
}

/* Attributes of an entry: { type, SET OF value } */
static void search_entry(const struct message *m, struct cursor c, unsigned name)
{
	struct der list, one, type;
	take_text(m, &c, name);
	if (!cur_left(&c) || !der_next(&c, &list))
		return;
	while (cur_left(&list.at) && der_next(&list.at, &one))
		if (der_next(&one.at, &type))
			row_words(attribute(m), ATTR_TYPE, &type);
}

static void result(const struct message *m, struct cursor *c)
{
	take_number(m, c, MSG_RESULT);
	take_text(m, c, MSG_MATCHED);
	take_text(m, c, MSG_ERROR);
}

static void extended(const struct message *m, struct cursor c, bool response)
{
	struct der element;
	if (response) {
		result(m, &c);
		if (m->flow->start_tls && row_has(m->row, MSG_RESULT) && m->row->v[MSG_RESULT] == 0) {
			m->flow->start_tls = false;
			pkt_speak(m->pkt, &proto_tls);
		}
	}
	while (cur_left(&c) && der_next(&c, &element)) {
		if (!response && element.tag == DER_CONTEXT(0)) {
			row_words(m->row, MSG_REQUEST_NAME, &element);
			if (element.at.cap == sizeof(START_TLS) - 1 &&
				memcmp(element.at.data, START_TLS, sizeof(START_TLS) - 1) == 0)
				m->flow->start_tls = true;
		} else if (response && element.tag == DER_CONTEXT(10)) {
			row_words(m->row, MSG_RESPONSE_NAME, &element);
		}
	}
}

/* ---- messages ---- */

static bool is_request(unsigned operation)
{
	switch (operation) {
	case BIND_REQUEST:
	case SEARCH_REQUEST:
	case MODIFY_REQUEST:
	case ADD_REQUEST:
	case DELETE_REQUEST:
	case RENAME_REQUEST:
	case 14: /* compare */
	case EXTENDED_REQUEST:
		return true;
	default:
		return false;
	}
}

static void operate(const struct message *m, unsigned operation, const struct der *b)
{
	struct cursor c = b->at;
	switch (operation) {
	case BIND_REQUEST:
		bind_request(m, c);
		break;
	case BIND_RESPONSE:
		bind_response(m, c);
		break;
	case SEARCH_REQUEST:
		search_request(m, c);
		break;
	case SEARCH_ENTRY:
		search_entry(m, c, MSG_OBJECT_NAME);
		break;
	case MODIFY_REQUEST:
		take_text(m, &c, MSG_OBJECT);
		break;
	case ADD_REQUEST:
		search_entry(m, c, MSG_ENTRY);
		break;
	case DELETE_REQUEST:
		row_words(m->row, MSG_DELETE, b);
		break;
	case EXTENDED_REQUEST:
	case EXTENDED_RESPONSE:
		extended(m, c, operation == EXTENDED_RESPONSE);
		break;
	case RENAME_REQUEST:
		take_text(m, &c, MSG_ENTRY);
		break;
	case UNBIND_REQUEST:
	case ABANDON_REQUEST:
	case SEARCH_REFERENCE:
	case INTERMEDIATE_RESPONSE:
		break;
	default:
		result(m, &c);
		break;
	}
}

/* One message after the other, as many as there are. */
static void messages(struct packet *pkt, struct row *layer, struct ldap_flow *flow, struct cursor c)
{
	struct message m = { .pkt = pkt, .layer = layer, .flow = flow };
	struct der sequence, id, operation;
	for (unsigned i = 0; i < MESSAGES_MAX && cur_left(&c) >= 6 && !pkt->fail; i++) {
		if (der_peek(&c) != DER_SEQUENCE || !der_next(&c, &sequence))
			return;
		m.row = row_open(pkt, &proto_ldap, REC_MESSAGE);
		if (!der_next(&sequence.at, &id))
			continue;
		row_set_at(m.row, MSG_ID, number(&id), id.at.data, id.at.cap);
		if (!cur_left(&sequence.at) || !der_next(&sequence.at, &operation))
			continue;
		unsigned which = operation.tag & 0x1f;
		row_set(m.row, MSG_OPERATION, which);
		if (which != UNBIND_REQUEST && which != ABANDON_REQUEST)
			pkt_exchange(pkt, &proto_ldap, layer, (uint64_t)number(&id), !is_request(which));
		operate(&m, which, &operation);
	}
}

/* A wrapped message without encryption is plain behind its header (RFC 4121, section 4.2.6.2). */
static struct cursor unwrapped(struct cursor c)
{
	enum { CFX_HEADER = 16, CFX_SEALED = 2 };
	uint64_t id, flags;
	if (cur_peek(&c, 0, 2, &id) && id == 0x0504 && cur_peek(&c, 2, 1, &flags) && !(flags & CFX_SEALED)) {
		cur_skip(&c, CFX_HEADER);
		return cur_rest(&c);
	}
	cur_skip(&c, c.len);
	return cur_rest(&c);
}

/* The bind may not have been captured: a wrapped token of Kerberos in a buffer tells. */
static bool is_buffer(const struct cursor *c)
{
	uint64_t len, first;
	return cur_peek(c, 0, 4, &len) && len + 4 <= c->len && cur_peek(c, 4, 2, &first) &&
	       (first == 0x0504 || first >> 8 == 0x60);
}

static enum verdict ldap_message(struct packet *pkt, struct cursor *c)
{
	struct ldap_flow none = { 0 }, *flow = pkt_flow(pkt, &proto_ldap);
	struct row *layer = row_open(pkt, &proto_ldap, REC_LAYER);
	if (!flow)
		flow = &none;
	bool protected = flow->sasl && flow->protects && pkt->number >= flow->from;
	if (!protected && is_buffer(c)) {
		flow->sasl = flow->protects = protected = true;
		flow->from = pkt->number;
		flow->mechanism = MECHANISM_OTHER;
	}
	if (!protected || c->cap == 0 || c->data[0] != 0) {
		messages(pkt, layer, flow, *c);
		return MINE;
	}
	uint32_t length = (uint32_t)row_be(layer, LDAP_SASL_LENGTH, c, 4);
	struct cursor buffer = cur_sub(c, length);
	if (pkt->fail || (flow->mechanism != MECHANISM_SPNEGO && flow->mechanism != MECHANISM_GSSAPI))
		return MINE;
	pkt_next_proto(pkt, &proto_gss_api, buffer);
	messages(pkt, layer, flow, unwrapped(buffer));
	return MINE;
}

/* ---- streams ---- */

static uint32_t element_length(const struct cursor *c)
{
	uint64_t first, len;
	if (!cur_peek(c, 1, 1, &first))
		return 0;
	if (first < 0x80)
		return (uint32_t)first + 2;
	unsigned n = first & 0x7f;
	if (n == 0 || n > 4 || !cur_peek(c, 2, n, &len) || len > LONGEST)
		return 0;
	return (uint32_t)len + 2 + n;
}

static uint32_t message_length(const struct ldap_flow *flow, const struct cursor *c, uint32_t *min)
{
	uint64_t len;
	*min = 0;
	if ((flow->sasl || is_buffer(c)) && cur_peek(c, 0, 4, &len) && len >= 2 && len <= LONGEST) {
		*min = SASL_SHORTEST;
		return (uint32_t)len + SASL_SHORTEST;
	}
	if (c->cap && c->data[0] == 0x30) {
		*min = SHORTEST;
		return c->cap >= SHORTEST ? element_length(c) : 0;
	}
	return 0;
}

static enum verdict ldap_dissect(struct packet *pkt, struct cursor *c)
{
	struct ldap_flow none = { 0 }, *flow = pkt_flow(pkt, &proto_ldap);
	uint32_t min, len = message_length(flow ? flow : &none, c, &min);
	if (!cur_need(c, 4))
		return MINE;
	if (min == 0) {
		pkt_silent(pkt); /* neither a message nor a buffer */
		return MINE;
	}
	if (pkt_may_want(pkt) && c->len < min) {
		pkt_want(pkt, 0, WANT_SEGMENT);
		return MINE;
	}
	if (len < min) {
		cur_need_at(c, c->len, 1);
		return MINE;
	}
	if (pkt_may_want(pkt) && c->len < len) {
		pkt_want(pkt, 0, len - c->len);
		return MINE;
	}
	struct cursor one = { c->data, 0, c->cap < len ? c->cap : len, len, c->fail };
	pkt_item_len(pkt, len);
	ldap_message(pkt, &one);
	if (c->len > len)
		pkt_again(pkt, (struct cursor) { c->data + len, 0, c->cap > len ? c->cap - len : 0,
				       c->len - len, c->fail });
	return MINE;
}

static const struct exchange_fields ldap_exchange = {
	.response_to = LDAP_RESPONSE_TO,
	.time = LDAP_TIME,
	.unsolicited = EXCHANGE_NO_FIELD,
	.repeat_request = EXCHANGE_NO_FIELD,
	.repeat_response = EXCHANGE_NO_FIELD,
	.late_record = REC_LATE,
	.response_in = LATE_RESPONSE_IN,
	.by_ports = true,
};

static const struct claim ldap_claims[] = { { CLAIM_TCP_PORT, PORT }, { CLAIM_TCP_PORT, 3268 }, { 0 } };
static const struct claim cldap_claims[] = { { CLAIM_UDP_PORT, PORT }, { 0 } };

const struct protocol proto_ldap = {
	.name = "ldap",
	.title = "Lightweight Directory Access Protocol",
	.column = "LDAP",
	.spec = "RFC 4511",
	.help = "Looks up people, machines and rights in a directory.",
	.id = PROTO_ID_ldap,
	.records = ldap_records,
	.nrecords = REC_COUNT,
	.claims = ldap_claims,
	.dissect = ldap_dissect,
	.exchange = &ldap_exchange,
	.flow_size = sizeof(struct ldap_flow),
};

const struct protocol proto_cldap = {
	.name = "cldap",
	.title = "Connectionless Lightweight Directory Access Protocol",
	.column = "CLDAP",
	.spec = "RFC 1798",
	.help = "Asks a directory server about itself.",
	.id = PROTO_ID_cldap,
	.claims = cldap_claims,
	.dissect = ldap_message,
};
