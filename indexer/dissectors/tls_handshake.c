/* Handshake messages of TLS and DTLS: the hellos, and who reads the others.
 *
 * Client Hello (RFC 8446, section 4.1.2; DTLS adds the cookie, RFC 6347, section 4.2.1):
 *
 *     +---------+--------+----+------------+---+--------+-----+---------------+---+-------------+-----+------------+
 *     | version | random | n  | session id | n | cookie | len | cipher suites | n | compression | len |
 * extensions |
 *     +---------+--------+----+------------+---+--------+-----+---------------+---+-------------+-----+------------+
 *         2         32     1                 1             2                    1                 2
 *
 * The Server Hello has one suite and one method. */
#include <string.h>

#include "indexer/dissectors/tls.h"

/* SHA-256 of "HelloRetryRequest": RFC 8446, section 4.1.3. */
static const uint8_t retry_random[32] = { 0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c,
	0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2,
	0xc8, 0xa8, 0x33, 0x9c };

/* Drafts of TLS 1.3 have version numbers of their own. 0: none. */
static unsigned draft_of(unsigned version)
{
	if (version >> 8 == 0x7f) /* 0x7f12: draft 18 */
		return version & 0xff;
	if (version == 0xfb17 || version == 0xfb1a) /* Facebook's */
		return version & 0xff;
	return 0;
}

void tls_set_version(struct tls_session *s, bool dtls, unsigned content, unsigned type, unsigned version)
{
	unsigned draft = 0;
	bool told = content == TLS_HANDSHAKE ? tls_is_message_type(type) && type != TLS_CLIENT_HELLO &&
						       (dtls || type != TLS_HELLO_VERIFY_REQUEST)
					     : tls_is_content_type(content);
	if (!told)
		return;
	if (type == TLS_SERVER_HELLO && (draft = draft_of(version)))
		version = TLS13;
	bool is_tls = version >= SSL3 && version <= TLS13,
	     is_dtls = version == DTLS10 || version == DTLS12 || version == DTLS10_OPENSSL;
	if (!(dtls ? is_dtls : is_tls || version == TLCP))
		return;
	s->draft = (uint8_t)draft;
	s->version = (uint16_t)version;
}

void tls_note_version(struct tls_reader *t, struct row *layer, unsigned before)
{
	struct tls_session *s = t->session;
	row_set(layer, LAYER_VERSION, s->version);
	if (s->version && before)
		return;
	unsigned i = 0;
	while (i < TLS_ASKED - 1 && s->asked[i] && s->asked[i] != t->pkt->number)
		i++;
	if (!s->version) {
		s->asked[i] = t->pkt->number;
		return;
	}
	for (i = 0; i < TLS_ASKED && s->asked[i]; i++) {
		if (s->asked[i] != t->pkt->number)
			row_set(row_open_late(t->pkt, t->proto, TLS_T_LATE, s->asked[i], 1), LATE_VERSION,
				s->version);
		s->asked[i] = 0;
	}
}

unsigned tls_chosen_version(const struct cursor *body, bool *retry)
{
	struct cursor c = *body, extensions;
	unsigned version = (unsigned)cur_be(&c, 2);
	*retry = false;
	if (version != TLS12 || cur_left(body) < 46)
		return version;
	*retry = cur_avail(&c) >= 32 && memcmp(c.data + c.pos, retry_random, sizeof(retry_random)) == 0;
	cur_skip(&c, 32);
	uint32_t id = (uint32_t)cur_be(&c, 1);
	if (cur_left(&c) < id + 5)
		return version;
	cur_skip(&c, id + 5); /* suite, method, length of extensions */
	extensions = cur_rest(&c);
	while (cur_left(&extensions) >= 6) {
		unsigned type = (unsigned)cur_be(&extensions, 2);
		struct cursor data;
		if (!tls_vector(&extensions, 2, &data))
			break;
		if (type == 43 && data.len == 2)
			return (unsigned)cur_be(&data, 2);
	}
	return version;
}

/* Version, random, session id. */
static void hello_begin(struct tls_reader *t, struct row *r, struct cursor *c, bool server)
{
	row_be(r, HELLO_VERSION, c, 2);
	const struct tls_session *s = t->session;
	struct cursor random = *c;
	row_bytes(r, HELLO_RANDOM, c, 32);
	if (s->version != TLS13) /* which has no time in it */
		row_set(r, HELLO_RANDOM_TIME, (int64_t)cur_be(&random, 4) * 1000000000);
	if (server && s->version == TLS13 && s->draft && s->draft < 22)
		return;
	uint32_t n = (uint32_t)row_be(r, HELLO_SESSION_ID_LENGTH, c, 1);
	row_bytes(r, HELLO_SESSION_ID, c, n);
}

#define LIST_MAX 2048

/* Numbers of `size` octets each, as a list; GREASE is left out of `ja3`. */
static void take_list(struct row *r, unsigned field, struct cursor *c, unsigned size, struct tls_ja3 *ja3)
{
	uint32_t values[LIST_MAX];
	size_t n = 0;
	char before = ',';
	const uint8_t *at = c->data + c->pos;
	uint32_t len = cur_left(c);
	while (cur_left(c) >= size) {
		uint32_t v = (uint32_t)cur_be(c, size);
		if (n < LIST_MAX)
			values[n++] = v;
		if (ja3 && !TLS_IS_GREASE(v)) {
			tls_ja3_number(ja3->text, sizeof(ja3->text), &ja3->used, before, v);
			before = '-';
		}
	}
	if (n)
		row_list(r, field, values, n, at, len);
	if (ja3 && before == ',')
		ja3->text[ja3->used++] = ',';
}

static void client_hello(struct tls_reader *t, struct cursor *c)
{
	struct row *r = row_open(t->pkt, t->proto, TLS_T_HELLO);
	struct tls_ja3 ja3;
	struct cursor list;
	uint64_t version = 0;
	ja3.used = ja3.ngroups = ja3.nformats = 0;
	/* Who greets is the client. A renegotiation begins anew. */
	t->session->has_server = true;
	t->session->server = (uint8_t)!pkt_side(t->pkt);
	t->from_server = false;
	t->session->raw_key[0] = 0;
	cur_peek(c, 0, 2, &version);
	tls_ja3_number(ja3.text, sizeof(ja3.text), &ja3.used, 0, (unsigned)version);
	hello_begin(t, r, c, false);
	if (t->dtls) {
		tls_length(r, HELLO_COOKIE_LENGTH, c, 1);
		if (!tls_vector(c, 1, &list))
			return;
		row_bytes(r, HELLO_COOKIE, &list, cur_left(&list));
	}
	tls_length(r, HELLO_CIPHER_SUITES_LENGTH, c, 2);
	if (!tls_vector(c, 2, &list))
		return;
	take_list(r, HELLO_CIPHERSUITE, &list, 2, &ja3);
	tls_length(r, HELLO_COMP_METHODS_LENGTH, c, 1);
	if (!tls_vector(c, 1, &list))
		return;
	take_list(r, HELLO_COMP_METHOD, &list, 1, NULL);
	tls_extensions(t, c, TLS_CLIENT_HELLO, r, &ja3);
	tls_ja3_set(r, HELLO_JA3_FULL, HELLO_JA3, &ja3);
}

static void server_hello(struct tls_reader *t, struct cursor *c)
{
	struct tls_session *s = t->session;
	struct row *r = row_open(t->pkt, t->proto, TLS_T_HELLO);
	struct tls_ja3 ja3;
	bool retry;
	uint64_t version = 0;
	const char *column = tls_column(s->version);
	if (column && !t->pkt->in_error && !t->quiet)
		t->pkt->column = column;
	ja3.used = ja3.ngroups = ja3.nformats = 0;
	s->raw_key[1] = 0;
	tls_chosen_version(c, &retry);
	cur_peek(c, 0, 2, &version);
	tls_ja3_number(ja3.text, sizeof(ja3.text), &ja3.used, 0, (unsigned)version);
	hello_begin(t, r, c, true);
	uint32_t suite = (uint32_t)cur_be(c, 2);
	s->cipher = (uint16_t)suite;
	row_list(r, HELLO_CIPHERSUITE, &suite, 1, c->data + c->pos - 2, 2);
	tls_ja3_number(ja3.text, sizeof(ja3.text), &ja3.used, ',', suite);
	if (!(s->version == TLS13 && s->draft && s->draft < 22)) {
		uint32_t method = (uint32_t)cur_be(c, 1);
		row_list(r, HELLO_COMP_METHOD, &method, 1, c->data + c->pos - 1, 1);
	}
	tls_extensions(t, c, retry ? TLS_HELLO_RETRY_REQUEST : TLS_SERVER_HELLO, r, &ja3);
	tls_ja3_set(r, HELLO_JA3S_FULL, HELLO_JA3S, &ja3);
}

/* Drafts of TLS 1.3 before 22. */
static void hello_retry_request(struct tls_reader *t, struct cursor *c)
{
	struct row *r = row_open(t->pkt, t->proto, TLS_T_HELLO);
	unsigned draft = draft_of((unsigned)row_be(r, HELLO_VERSION, c, 2));
	if (draft == 0 || draft >= 19) {
		uint32_t suite = (uint32_t)cur_be(c, 2);
		row_list(r, HELLO_CIPHERSUITE, &suite, 1, c->data + c->pos - 2, 2);
	}
	tls_extensions(t, c, TLS_HELLO_RETRY_REQUEST, r, NULL);
}

/* RFC 6347, section 4.2.1. */
static void hello_verify_request(struct tls_reader *t, struct cursor *c)
{
	struct row *r = row_open(t->pkt, t->proto, TLS_T_HELLO);
	row_be(r, HELLO_VERSION, c, 2);
	uint32_t n = (uint32_t)row_be(r, HELLO_COOKIE_LENGTH, c, 1);
	row_bytes(r, HELLO_COOKIE, c, n);
}

static void finished(struct tls_reader *t, struct cursor *c)
{
	struct row *r = row_open(t->pkt, t->proto, TLS_T_KEY_EXCHANGE);
	row_bytes(r, KX_VERIFY_DATA, c, cur_left(c));
}

/* draft-agl-tls-nextprotoneg: a name and padding, lengths before them. */
static void next_protocol(struct cursor *c)
{
	cur_take(c, (uint32_t)cur_be(c, 1));
	cur_take(c, (uint32_t)cur_be(c, 1));
}

void tls_message(struct tls_reader *t, unsigned type, struct cursor *c)
{
	switch (type) {
	case TLS_CLIENT_HELLO:
		client_hello(t, c);
		break;
	case TLS_SERVER_HELLO:
		server_hello(t, c);
		break;
	case TLS_HELLO_VERIFY_REQUEST:
		if (t->dtls)
			hello_verify_request(t, c);
		break;
	case TLS_HELLO_RETRY_REQUEST:
		hello_retry_request(t, c);
		break;
	case TLS_NEW_SESSION_TICKET:
		tls_session_ticket(t, c);
		break;
	case TLS_ENCRYPTED_EXTENSIONS:
		tls_extensions(t, c, type, NULL, NULL);
		break;
	case TLS_CERTIFICATE:
		tls_certificates(t, c);
		break;
	case TLS_CERTIFICATE_REQUEST:
		tls_certificate_request(t, c);
		break;
	case TLS_CERTIFICATE_STATUS:
		tls_certificate_status(t, c);
		break;
	case TLS_SERVER_KEY_EXCHANGE:
		tls_server_key_exchange(t, c);
		break;
	case TLS_CLIENT_KEY_EXCHANGE:
		tls_client_key_exchange(t, c);
		break;
	case TLS_CERTIFICATE_VERIFY:
		tls_certificate_verify(t, c);
		break;
	case TLS_FINISHED:
		finished(t, c);
		break;
	case TLS_NEXT_PROTOCOL:
		next_protocol(c);
		break;
	default:
		break;
	}
}
