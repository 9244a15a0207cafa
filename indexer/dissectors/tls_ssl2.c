/* SSL 2: records and the messages before encryption. The SSL Protocol, Netscape 1995; RFC 5246, appendix E.2.
 *
 *     +-+-------+-------+--------- - -     +-+-+------+-------+---------+--------- - -
 *     |1|    length     | data             |0|e|    length    | padding | data
 *     +-+-------+-------+--------- - -     +-+-+------+-------+---------+--------- - -
 *
 * A record's data begin with the type of the message. */
#include "indexer/dissectors/tls.h"
#include "indexer/dissectors/x509.h"

enum { SSL2_ERROR, SSL2_CLIENT_HELLO, SSL2_CLIENT_MASTER_KEY, SSL2_SERVER_HELLO = 4, SSL2_LAST = 8 };

#define SPECS_MAX 512

static void take_specs(struct row *r, struct cursor *c, uint32_t len)
{
	uint32_t values[SPECS_MAX];
	size_t n = 0;
	struct cursor specs = cur_sub(c, len);
	const uint8_t *at = specs.data;
	while (cur_left(&specs) >= 3) {
		uint32_t v = (uint32_t)cur_be(&specs, 3);
		if (n < SPECS_MAX)
			values[n++] = v;
	}
	if (n)
		row_list(r, SSL2_CIPHERSPEC, values, n, at, len);
}

static void client_hello(struct tls_reader *t, struct row *r, struct cursor *c)
{
	struct row *hello = row_open(t->pkt, t->proto, TLS_T_HELLO);
	t->session->has_server = true;
	t->session->server = (uint8_t)!pkt_side(t->pkt);
	row_be(hello, HELLO_VERSION, c, 2);
	uint32_t specs = (uint32_t)row_be(r, SSL2_CIPHER_SPEC_LEN, c, 2);
	uint32_t id = (uint32_t)row_be(hello, HELLO_SESSION_ID_LENGTH, c, 2);
	if (id > 16)
		return;
	row_be(r, SSL2_CHALLENGE_LENGTH, c, 2);
	take_specs(r, c, specs);
	row_bytes(hello, HELLO_SESSION_ID, c, id);
}

static void server_hello(struct tls_reader *t, struct row *r, struct cursor *c)
{
	struct row *hello = row_open(t->pkt, t->proto, TLS_T_HELLO);
	cur_skip(c, 2); /* session id hit, kind of certificate */
	row_be(hello, HELLO_VERSION, c, 2);
	uint32_t certificate = (uint32_t)cur_be(c, 2);
	uint32_t specs = (uint32_t)row_be(r, SSL2_CIPHER_SPEC_LEN, c, 2);
	cur_skip(c, 2); /* length of the connection id */
	struct row *cert = row_open(t->pkt, t->proto, TLS_T_CERTIFICATE);
	row_set(cert, CERT_LENGTH, certificate);
	if (certificate) {
		struct cursor octets = cur_sub(c, certificate), copy = octets;
		row_bytes(cert, CERT_CERTIFICATE, &copy, cur_left(&copy));
		x509_certificate(t->pkt, &octets);
	}
	take_specs(r, c, specs);
}

/* Is it a message in the clear? Encrypted ones begin with anything. */
static bool is_plain(const struct cursor *c, unsigned type)
{
	uint64_t a, b, d;
	switch (type) {
	case SSL2_CLIENT_HELLO:
		return cur_peek(c, 1, 2, &a) && tls_is_version((unsigned)a);
	case SSL2_SERVER_HELLO:
		return cur_peek(c, 3, 2, &a) && tls_is_version((unsigned)a);
	case SSL2_CLIENT_MASTER_KEY:
		return cur_peek(c, 4, 2, &a) && cur_peek(c, 6, 2, &b) && cur_peek(c, 8, 2, &d) &&
		       a + b + d <= c->len;
	default:
		return false;
	}
}

bool tls_ssl2_record(struct tls_reader *t, struct row *layer, struct cursor *c)
{
	struct packet *pkt = t->pkt;
	uint32_t begin = c->pos, left = cur_left(c);
	uint64_t first;
	if (!cur_peek(c, 0, 1, &first)) {
		cur_need(c, 1);
		return false;
	}
	uint32_t header = first & 0x80 ? 2 : 3;
	if (left < header) {
		pkt_want(pkt, begin, WANT_SEGMENT);
		return false;
	}
	if (!cur_need(c, header))
		return false;
	const uint8_t *p = cur_take(c, header);
	uint32_t len = be16(p) & (first & 0x80 ? 0x7fff : 0x3fff);
	if (left < header + len) {
		pkt_want(pkt, begin, header + len - left);
		return false;
	}
	struct row *record = row_open(pkt, t->proto, TLS_T_RECORD);
	if (!cur_need(c, 1))
		return false;
	unsigned type = c->data[c->pos];
	if (!t->session->version && type >= 2 && type <= SSL2_LAST)
		t->session->version = SSL2;
	if (!pkt->in_error)
		pkt->column = tls_column(SSL2);
	row_set(layer, LAYER_VERSION, SSL2);
	/* The record has no version of its own: Wireshark gives it one to filter for. */
	row_set(record, RECORD_VERSION, SSL2);
	struct cursor body = cur_sub(c, len);
	if (!is_plain(&body, type)) {
		tls_inform(t, "Encrypted Data");
		return true;
	}
	tls_inform(t, type == SSL2_CLIENT_HELLO   ? "Client Hello"
		      : type == SSL2_SERVER_HELLO ? "Server Hello"
						  : "Client Master Key");
	row_set_at(record, RECORD_LENGTH, len, p, header);
	struct row *r = row_open(pkt, t->proto, TLS_T_SSL2);
	if (header == 3) {
		row_set_at(r, SSL2_IS_ESCAPE, p[0] >> 6 & 1, p, 1);
		row_set_at(r, SSL2_PADDING_LENGTH, p[2], p + 2, 1);
	}
	row_be(row_open(pkt, t->proto, TLS_T_HANDSHAKE), HS_TYPE, &body, 1);
	if (type == SSL2_CLIENT_HELLO)
		client_hello(t, r, &body);
	else if (type == SSL2_SERVER_HELLO)
		server_hello(t, r, &body);
	else
		take_specs(r, &body, 3);
	return !pkt->fail;
}
