/* TLS over a stream, and SSL before it: the record layer. RFC 8446 section 5, RFC 5246 section 6.2.
 *
 *     +------+---------+---------+---------------------- - -
 *     | type | version | length  | fragment
 *     +------+---------+---------+---------------------- - -
 *       1        2         2
 *
 * A fragment of type 22 holds handshake messages, or pieces of one. What comes behind a Change Cipher Spec is
 * encrypted; keys are not used. */
#include <string.h>

#include "indexer/dissectors/tls.h"

/* Ports of TLS (`tshark -G decodes`), and what Wireshark says is spoken inside. */
static const struct tls_port {
	uint16_t port;
	const char *inside;
} tls_ports[] = { { 324, "RPKI-Router Protocol" }, { 443, "Hypertext Transfer Protocol" },
	{ 465, "Simple Mail Transfer Protocol" }, { 636, "Lightweight Directory Access Protocol" },
	{ 802, "Modbus/TCP" }, { 853, "Domain Name System" }, { 993, "Internet Message Access Protocol" },
	{ 995, "Post Office Protocol" }, { 1300, "Q.931" }, { 2221, "EtherNet/IP (Industrial Protocol)" },
	{ 2443, "Skinny Client Control Protocol" },
	{ 3249, "Intel Omni-Path FE Header - Omni-Path Fabric Executive Header" },
	{ 3250, "Intel Omni-Path FE Header - Omni-Path Fabric Executive Header" },
	{ 3251, "Intel Omni-Path Fabric Executive Proxy" },
	{ 3252, "Intel Omni-Path FE Header - Omni-Path Fabric Executive Header" },
	{ 3389, "TPKT - ISO on TCP - RFC1006" }, { 3496, "DoIP (ISO13400) Protocol" },
	{ 5061, "Session Initiation Protocol" }, { 5671, "Advanced Message Queuing Protocol" },
	{ 5684, "Constrained Application Protocol" }, { 5868, "Diameter Protocol" },
	{ 8883, "MQ Telemetry Transport Protocol" }, { 11207, "Couchbase Protocol" },
	{ 19999, "Distributed Network Protocol 3.0" }, { 27017, "Mongo Wire Protocol" } };

static const char *inside_of_port(uint16_t port)
{
	for (size_t i = 0; i < sizeof(tls_ports) / sizeof(*tls_ports); i++)
		if (tls_ports[i].port == port)
			return tls_ports[i].inside;
	return NULL;
}

void tls_begin(struct tls_reader *t, struct packet *pkt, const struct protocol *proto)
{
	memset(t, 0, sizeof(*t));
	t->pkt = pkt;
	t->proto = proto;
	t->dtls = proto == &proto_dtls;
	t->session = pkt_flow(pkt, proto);
	if (!t->session)
		t->session = &t->none;
	t->from_server = t->session->has_server ? pkt_side(pkt) == t->session->server
						: inside_of_port(pkt->srcport) != NULL;
}

static void show_version(struct tls_reader *t, unsigned version)
{
	const char *column = tls_column(t->later ? t->later : version);
	if (!t->pkt->in_error)
		t->pkt->column = column ? column : t->dtls ? "DTLS" : "SSL";
}

/* ---- handshake records ---- */

/* Is a record of handshake messages encrypted? Without keys one can only tell by what would make no sense. */
static bool looks_encrypted(const struct tls_reader *t, const struct cursor *c)
{
	uint64_t head, fifth = 1;
	uint32_t since = t->session->ccs_frame[t->from_server];
	/* A MAC, or the nonce and the tag of an AEAD, take 16 octets. */
	if (cur_left(c) < 16 || !cur_peek(c, 0, 4, &head))
		return false;
	cur_peek(c, 4, 1, &fifth);
	/* An explicit nonce that begins with zeros would be two Hello Requests. */
	if ((head == 0 && fifth == 0) || (since && t->pkt->number > since))
		return true;
	return !tls_is_message_type((unsigned)(head >> 24)) || (head & 0xffffff) >= 0x10000;
}

/* One whole message, its header first. Messages of no known type are only reported where they stand first in
 * a record: there they are taken for encrypted ones. */
static void take_message(struct tls_reader *t, struct cursor *c, bool first)
{
	unsigned type = (unsigned)cur_be(c, 1);
	uint32_t len = (uint32_t)cur_be(c, 3);
	struct cursor body = cur_sub(c, len);
	bool retry = false, known = tls_is_message_type(type), hello = type == TLS_SERVER_HELLO;
	if (!known && !first)
		return;
	unsigned version = hello && (first || t->pkt->info) ? tls_chosen_version(&body, &retry) : 0;
	if (first && hello && len > 2)
		tls_set_version(t->session, false, TLS_HANDSHAKE, type, version);
	struct row *r = row_open(t->pkt, t->proto, TLS_T_HANDSHAKE);
	if (!known) {
		tls_inform(t, "Encrypted Handshake Message");
		return;
	}
	tls_inform_message(t, retry ? TLS_HELLO_RETRY_REQUEST : type, "");
	row_set(r, HS_TYPE, type);
	row_set(r, HS_LENGTH, len);
	tls_message(t, type, &body);
}

/* RFC 8446, section 5.1: messages may share a record, and one may go on in the next. */
static void take_messages(struct tls_reader *t, struct cursor *c, bool maybe_encrypted)
{
	bool first = true;
	struct cursor whole;
	if (t->session->pending[t->from_server]) {
		if (tls_next_piece(t, c, &whole)) {
			take_message(t, &whole, true);
			tls_forget_pieces(t);
			first = false;
		} else if (t->session->pending[t->from_server]) {
			return;
		}
	}
	if (first && maybe_encrypted && looks_encrypted(t, c)) {
		tls_inform(t, "Encrypted Handshake Message");
		row_open(t->pkt, t->proto, TLS_T_HANDSHAKE);
		return;
	}
	while (cur_left(c)) {
		uint64_t len;
		if (cur_left(c) < 4) {
			tls_first_piece(t, c, first);
			return;
		}
		if (!cur_peek(c, 1, 3, &len)) {
			cur_need(c, 4);
			return;
		}
		if (cur_left(c) < len + 4) {
			tls_first_piece(t, c, first);
			return;
		}
		take_message(t, c, first);
		first = false;
	}
}

/* ---- records ---- */

static void take_alert(struct tls_reader *t, struct cursor *c)
{
	struct row *r = row_open(t->pkt, t->proto, TLS_T_ALERT);
	tls_inform_alert(t, *c);
	if (cur_left(c) != 2) /* encrypted */
		return;
	row_be(r, ALERT_LEVEL, c, 1);
	row_be(r, ALERT_DESC, c, 1);
}

/* RFC 6520, section 4. */
static void take_heartbeat(struct tls_reader *t, struct cursor *c)
{
	struct row *r = row_open(t->pkt, t->proto, TLS_T_HEARTBEAT);
	uint64_t type = 0, len = 0;
	uint32_t size = cur_left(c);
	cur_peek(c, 0, 1, &type);
	cur_peek(c, 1, 2, &len);
	if (!cur_need(c, 3) || !(type == 1 || type == 2))
		return;
	/* Behind a Change Cipher Spec it is encrypted, unless it would fit. */
	if (t->session->ccs_frame[t->from_server] && size > 19 && 3 + len + 16 > size) {
		tls_inform_heartbeat(t, 0, true);
		return;
	}
	tls_inform_heartbeat(t, (unsigned)type, false);
	row_be(r, HEARTBEAT_TYPE, c, 1);
	row_be(r, HEARTBEAT_PAYLOAD_LENGTH, c, 2);
	row_bytes(r, HEARTBEAT_PAYLOAD, c, len > size - 3 ? size - 3 : (uint32_t)len);
}

static void take_application_data(struct tls_reader *t, struct row *r, struct cursor *c)
{
	const char *inside = inside_of_port(t->pkt->srcport);
	if (!inside)
		inside = inside_of_port(t->pkt->dstport);
	tls_inform(t, "Application Data");
	if (t->session->alpn_h2)
		inside = "HyperText Transfer Protocol 2";
	row_bytes(r, RECORD_APP_DATA, c, cur_left(c));
	if (inside)
		row_text(r, RECORD_APP_DATA_PROTO, inside, strlen(inside), NULL, 0);
}

static void take_fragment(struct tls_reader *t, struct row *r, unsigned type, struct cursor *c)
{
	struct tls_session *s = t->session;
	switch (type) {
	case TLS_CHANGE_CIPHER_SPEC:
		tls_inform(t, "Change Cipher Spec");
		cur_need(c, 1);
		/* TLS 1.3 sends it for the sake of middleboxes only (RFC 8446, appendix D.4). */
		if (s->version != TLS13 && !s->ccs_frame[t->from_server])
			s->ccs_frame[t->from_server] = t->pkt->number;
		break;
	case TLS_ALERT:
		take_alert(t, c);
		break;
	case TLS_HANDSHAKE:
		take_messages(t, c, true);
		break;
	case TLS_APPLICATION_DATA:
		take_application_data(t, r, c);
		break;
	case TLS_HEARTBEAT:
		if (s->version != TLS13)
			take_heartbeat(t, c);
		break;
	default:
		break;
	}
}

/* One record. False when nothing behind it can be read. */
static bool take_record(struct tls_reader *t, struct cursor *c)
{
	struct packet *pkt = t->pkt;
	struct tls_session *s = t->session;
	uint32_t left = cur_left(c);
	if (!cur_need(c, 1))
		return false;
	unsigned type = c->data[c->pos];
	/* RFC 2246, section 6: records of other types are ignored. */
	if (s->version >= TLS10 && s->version <= TLS12 && !tls_is_content_type(type)) {
		if (cur_need(c, left)) { /* all of it is shown, where it was captured */
			tls_inform(t, "Ignored Unknown Record");
			row_set(t->layer, LAYER_UNKNOWN_RECORD, 1);
		}
		return false;
	}
	if (!cur_need(c, 5))
		return false;
	unsigned version = be16(c->data + c->pos + 1);
	uint32_t len = be16(c->data + c->pos + 3);
	if (!tls_is_content_type(type)) {
		cur_skip(c, 5 + len);
		return true;
	}
	if (left < len + 5) {
		pkt_want(pkt, c->pos, len + 5 - left);
		return false;
	}
	struct row *r = row_open(pkt, t->proto, TLS_T_RECORD);
	bool opaque = s->version == TLS13 && type == TLS_APPLICATION_DATA;
	row_be(r, opaque ? RECORD_OPAQUE_TYPE : RECORD_CONTENT_TYPE, c, 1);
	row_be(r, RECORD_VERSION, c, 2);
	row_be(r, RECORD_LENGTH, c, 2);
	if (!cur_need(c, 1))
		return false;
	if (!s->version) {
		tls_set_version(s, false, type, c->data[c->pos], version);
		show_version(t, version);
	}
	struct cursor body = cur_sub(c, len);
	take_fragment(t, r, type, &body);
	return !pkt->fail;
}

/* ---- what a segment brings ---- */

/* The Client Hello of SSL 2, which clients of SSL 3 and TLS 1.0 sent as well (RFC 5246, appendix E.2). */
static bool is_ssl2_client_hello(const struct cursor *c)
{
	uint64_t first, type;
	return cur_peek(c, 0, 1, &first) && first == 0x80 && cur_peek(c, 2, 1, &type) && type == 1;
}

/* An unencrypted message of SSL 2: no padding, a type that only the beginning of a session has. */
static bool looks_like_ssl2(const struct cursor *c)
{
	uint64_t first, type;
	return cur_peek(c, 0, 1, &first) && first >= 0x80 && cur_peek(c, 2, 1, &type) &&
	       (type == 0 || type == 1 || type == 2 || type == 4);
}

static bool looks_like_ssl3(const struct cursor *c)
{
	uint64_t type, version;
	return cur_peek(c, 0, 1, &type) && tls_is_content_type((unsigned)type) &&
	       cur_peek(c, 1, 2, &version) && ((version >= SSL3 && version <= TLS12) || version == TLCP);
}

/* RFC 2246, section 6: what is no record is ignored. That the octets should have been one is clear once the
 * version is; where it became so later, only the end of the capture knows. */
static bool passes_for_unknown_record(struct tls_reader *t, const struct cursor *c)
{
	uint64_t type;
	const struct tls_session *at_end =
		t->pkt->info && !t->session->version && !t->quiet ? info_final_flow(t->pkt, t->proto) : NULL;
	if (at_end) {
		t->later = at_end->version;
		show_version(t, 0);
	}
	return at_end && at_end->version >= TLS10 && at_end->version <= TLS12 && cur_peek(c, 0, 1, &type) &&
	       !tls_is_content_type((unsigned)type);
}

/* The next record, of whichever kind. */
static bool take_next(struct tls_reader *t, struct row *layer, struct cursor *c)
{
	unsigned version = t->session->version;
	if (version == SSL2)
		return tls_ssl2_record(t, layer, c);
	if (cur_left(c) < 5) {
		pkt_want(t->pkt, c->pos, WANT_SEGMENT);
		return false;
	}
	if (!cur_need(c, 3))
		return false;
	/* Even behind others: whoever began in the middle took the version from the wrong record. */
	if (version && version != TLS13 && is_ssl2_client_hello(c))
		return tls_ssl2_record(t, layer, c);
	if (version && version != TLS13)
		return take_record(t, c);
	if (looks_like_ssl2(c))
		return tls_ssl2_record(t, layer, c);
	if (looks_like_ssl3(c))
		return take_record(t, c);
	tls_inform(t, passes_for_unknown_record(t, c) ? "Ignored Unknown Record" : "Continuation Data");
	return false;
}

/* No record begins with four printable characters. */
static bool is_text(const struct cursor *c)
{
	if (cur_avail(c) <= 4)
		return false;
	for (unsigned i = 0; i < 4; i++)
		if (c->data[c->pos + i] < 0x20 || c->data[c->pos + i] > 0x7e)
			return false;
	return true;
}

static enum verdict tls_dissect(struct packet *pkt, struct cursor *c)
{
	struct tls_reader t;
	if (is_text(c))
		return NOT_MINE;
	tls_begin(&t, pkt, &proto_tls);
	info_clear(pkt);
	unsigned before = t.session->version;
	if (!before && pkt->info)
		t.later = (uint16_t)info_later(pkt, "tls.session_version");
	show_version(&t, before);
	struct row *layer = t.layer = row_open(pkt, &proto_tls, TLS_T_LAYER);
	bool more = true;
	while (more && cur_left(c)) {
		row_set(layer, LAYER_VERSION, t.session->version);
		more = take_next(&t, layer, c);
	}
	tls_note_version(&t, layer, before);
	return MINE;
}

/* On any port: a handshake or data record of sane length, or the Client Hello of SSL 2. */
static bool tls_heuristic(struct packet *pkt, const struct cursor *c)
{
	const uint8_t *p = c->data + c->pos;
	bool mine = false;
	if (cur_avail(c) >= 5 && (p[0] == TLS_HANDSHAKE || p[0] == TLS_APPLICATION_DATA)) {
		unsigned version = be16(p + 1), len = be16(p + 3);
		mine = ((version >= SSL3 && version <= TLS12) || version == TLCP) && len &&
		       len < 16384 + 2048;
	}
	if (!mine && cur_avail(c) >= 46 && p[0] == 0x80 && p[2] == 1) {
		unsigned specs = be16(p + 5), id = be16(p + 7), challenge = be16(p + 9);
		mine = specs && specs % 3 == 0 && (id == 0 || id == 16) && challenge == 32;
	}
	if (mine)
		pkt_speak(pkt, &proto_tls);
	return mine;
}

void tls_messages_begin(struct packet *pkt)
{
	struct tls_reader t;
	tls_begin(&t, pkt, &proto_tls);
	if (t.session->pending[t.from_server])
		tls_forget_pieces(&t);
}

/* Messages without records (QUIC): they are TLS 1.3's, in the clear. */
static enum verdict messages_dissect(struct packet *pkt, struct cursor *c)
{
	struct tls_reader t;
	tls_begin(&t, pkt, &proto_tls);
	t.quiet = true; /* the one that carries them speaks for them */
	if (!t.session->version)
		t.session->version = TLS13;
	struct row *layer = row_open(pkt, &proto_tls, TLS_T_LAYER);
	row_set(layer, LAYER_VERSION, t.session->version);
	take_messages(&t, c, false);
	return MINE;
}

/* clang-format off */
static const struct claim tls_claims[] = {
	{ CLAIM_TCP_PORT, 324 }, { CLAIM_TCP_PORT, 443 }, { CLAIM_TCP_PORT, 465 }, { CLAIM_TCP_PORT, 636 },
	{ CLAIM_TCP_PORT, 802 }, { CLAIM_TCP_PORT, 853 }, { CLAIM_TCP_PORT, 993 }, { CLAIM_TCP_PORT, 995 },
	{ CLAIM_TCP_PORT, 1300 }, { CLAIM_TCP_PORT, 2221 }, { CLAIM_TCP_PORT, 2443 }, { CLAIM_TCP_PORT, 3249 },
	{ CLAIM_TCP_PORT, 3250 }, { CLAIM_TCP_PORT, 3251 }, { CLAIM_TCP_PORT, 3252 }, { CLAIM_TCP_PORT, 3496 },
	{ CLAIM_TCP_PORT, 5061 }, { CLAIM_TCP_PORT, 5671 }, { CLAIM_TCP_PORT, 5684 }, { CLAIM_TCP_PORT, 5868 },
	{ CLAIM_TCP_PORT, 8883 }, { CLAIM_TCP_PORT, 11207 }, { CLAIM_TCP_PORT, 19999 }, { CLAIM_TCP_PORT, 27017 },
	{ CLAIM_SCTP_PORT, 324 }, { CLAIM_SCTP_PORT, 443 }, { CLAIM_SCTP_PORT, 465 }, { CLAIM_SCTP_PORT, 636 },
	{ CLAIM_SCTP_PORT, 802 }, { CLAIM_SCTP_PORT, 993 }, { CLAIM_SCTP_PORT, 995 }, { CLAIM_SCTP_PORT, 1300 },
	{ CLAIM_SCTP_PORT, 2443 }, { CLAIM_SCTP_PORT, 3249 }, { CLAIM_SCTP_PORT, 3250 }, { CLAIM_SCTP_PORT, 3251 },
	{ CLAIM_SCTP_PORT, 3252 }, { CLAIM_SCTP_PORT, 3496 }, { CLAIM_SCTP_PORT, 5061 }, { CLAIM_SCTP_PORT, 5671 },
	{ CLAIM_SCTP_PORT, 5684 }, { CLAIM_SCTP_PORT, 8883 }, { CLAIM_SCTP_PORT, 11207 }, { CLAIM_SCTP_PORT, 19999 },
	{ CLAIM_SCTP_PORT, 27017 }, { CLAIM_HEUR_TCP, 190 }, { 0 } };
/* clang-format on */

const struct protocol proto_tls = {
	.name = "tls",
	.title = "Transport Layer Security",
	.layout = tls_layout,
	.tells = true,
	.column = "SSL",
	.spec = "RFC 8446, RFC 5246, RFC 6101",
	.help = "Encrypts a connection, after a handshake that shows who the server is.",
	.id = PROTO_ID_tls,
	.records = tls_records,
	.nrecords = TLS_T_COUNT,
	.claims = tls_claims,
	.heuristic = tls_heuristic,
	.flow_size = sizeof(struct tls_session),
	.dissect = tls_dissect,
};

const struct protocol proto_tls_messages = {
	.name = "tls",
	.title = "Transport Layer Security",
	.spec = "RFC 9001, section 4",
	.help = "Handshake messages without records.",
	.id = PROTO_ID_tls,
	.records = tls_records,
	.nrecords = TLS_T_COUNT,
	.dissect = messages_dissect,
};
