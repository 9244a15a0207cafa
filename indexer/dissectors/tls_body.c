/* Bodies of handshake messages: certificates, key exchanges, tickets. RFC 5246 section 7.4, RFC 8446
 * section 4. Vectors have their lengths before them. */
#include <string.h>

#include "indexer/dissectors/tls.h"
#include "indexer/dissectors/tls_names.h"
#include "indexer/dissectors/x509.h"

/* TLS 1.3 ties some messages to the request that they answer. */
static bool skip_context(struct tls_reader *t, struct cursor *c)
{
	struct cursor context;
	return t->session->version != TLS13 || tls_vector(c, 1, &context);
}

static void raw_key(struct tls_reader *t, struct cursor *c)
{
	struct cursor key;
	struct row *r = row_open(t->pkt, t->proto, TLS_T_CERTIFICATE);
	tls_length(r, CERT_LENGTH, c, 3);
	if (tls_vector(c, 3, &key))
		x509_public_key(t->pkt, &key);
}

void tls_certificates(struct tls_reader *t, struct cursor *c)
{
	struct cursor list, certificate;
	bool tls13 = t->session->version == TLS13;
	if (!skip_context(t, c))
		return;
	if (t->session->raw_key[t->from_server] && !tls13) {
		raw_key(t, c);
		return;
	}
	if (!tls_vector(c, 3, &list))
		return;
	while (cur_left(&list)) {
		if (t->session->raw_key[t->from_server]) {
			raw_key(t, &list);
		} else {
			struct row *r = row_open(t->pkt, t->proto, TLS_T_CERTIFICATE);
			tls_length(r, CERT_LENGTH, &list, 3);
			if (!tls_vector(&list, 3, &certificate))
				return;
			struct cursor octets = certificate;
			row_bytes(r, CERT_CERTIFICATE, &octets, cur_left(&octets));
			x509_certificate(t->pkt, &certificate);
		}
		if (tls13)
			tls_extensions(t, &list, TLS_CERTIFICATE, NULL, NULL);
	}
}

/* Wireshark shows so many names of authorities. */
#define AUTHORITIES_MAX 100

void tls_certificate_request(struct tls_reader *t, struct cursor *c)
{
	const struct tls_session *s = t->session;
	struct cursor list, name;
	bool tls13 = s->version == TLS13;
	if (tls13 ? !skip_context(t, c) : !tls_vector(c, 1, &list))
		return;
	if (tls13 && (s->draft == 0 || s->draft >= 19)) {
		tls_extensions(t, c, TLS_CERTIFICATE_REQUEST, NULL, NULL);
		return;
	}
	if ((s->version == TLS12 || s->version == DTLS12 || tls13) && !tls_vector(c, 2, &list))
		return;
	if (!tls_vector(c, 2, &list))
		return;
	for (unsigned n = 0; n < AUTHORITIES_MAX && tls_vector(&list, 2, &name); n++)
		x509_name(t->pkt, &name);
}

/* RFC 6066, section 8; RFC 6961 for a list of responses. */
void tls_certificate_status(struct tls_reader *t, struct cursor *c)
{
	struct cursor list, response;
	switch (cur_be(c, 1)) {
	case 1:
		if (tls_vector(c, 3, &response) && cur_left(&response))
			x509_ocsp_response(t->pkt, &response);
		break;
	case 2:
		if (!tls_vector(c, 3, &list))
			return;
		while (cur_left(&list) && tls_vector(&list, 3, &response))
			if (cur_left(&response))
				x509_ocsp_response(t->pkt, &response);
		break;
	default:
		break;
	}
}

/* RFC 5077, section 3.3; RFC 8446, section 4.6.1. */
void tls_session_ticket(struct tls_reader *t, struct cursor *c)
{
	const struct tls_session *s = t->session;
	struct row *r = row_open(t->pkt, t->proto, TLS_T_TICKET);
	struct cursor part;
	bool tls13 = s->version == TLS13;
	row_be(r, TICKET_LIFETIME_HINT, c, 4);
	if (tls13) {
		row_be(r, TICKET_AGE_ADD, c, 4);
		if (s->draft == 0 || s->draft >= 21) {
			if (!tls_vector(c, 1, &part))
				return;
			row_bytes(r, TICKET_NONCE, &part, cur_left(&part));
		}
	}
	tls_length(r, TICKET_LENGTH, c, 2);
	if (!tls_vector(c, 2, &part))
		return;
	row_bytes(r, TICKET_TICKET, &part, cur_left(&part));
	if (tls13)
		tls_extensions(t, c, TLS_NEW_SESSION_TICKET, NULL, NULL);
}

/* ---- key exchange: its form follows from the cipher suite ---- */

static bool suite_begins(const struct tls_reader *t, const char *with)
{
	for (const struct value_name *v = tls_cipher_suites; v->name; v++)
		if (v->value == t->session->cipher)
			return strncmp(v->name, with, strlen(with)) == 0;
	return false;
}

/* A vector of octets into a field; nothing more can be read when it is false. */
static bool take_vector(struct row *r, unsigned field, struct cursor *c, unsigned n)
{
	struct cursor part;
	if (!tls_vector(c, n, &part))
		return false;
	row_bytes(r, field, &part, cur_left(&part));
	return true;
}

/* RFC 5246, section 4.7: from TLS 1.2 on a signature says how it was made. */
static void take_signature(struct tls_reader *t, struct row *r, unsigned field, struct cursor *c)
{
	unsigned version = t->session->version;
	if ((version == TLS12 || version == TLS13 || version == DTLS12) && cur_left(c) >= 2)
		row_be(r, KX_SIG_HASH_ALG, c, 2);
	take_vector(r, field, c, 2);
}

/* RFC 8422, section 5.4; RFC 5246, section 7.4.3. */
void tls_server_key_exchange(struct tls_reader *t, struct cursor *c)
{
	enum { NAMED_CURVE = 3 };
	struct row *r = row_open(t->pkt, t->proto, TLS_T_KEY_EXCHANGE);
	bool signed_too = true;
	if (suite_begins(t, "TLS_ECDHE_PSK") || suite_begins(t, "TLS_DHE_PSK"))
		return;
	if (suite_begins(t, "TLS_ECDHE_") || suite_begins(t, "TLS_ECDH_anon")) {
		signed_too = suite_begins(t, "TLS_ECDHE_");
		if (cur_left(c) < 4 || row_be(r, KX_CURVE_TYPE, c, 1) != NAMED_CURVE)
			return;
		row_be(r, KX_NAMED_CURVE, c, 2);
		if (!take_vector(r, KX_SERVER_POINT, c, 1))
			return;
	} else if (suite_begins(t, "TLS_DHE_") || suite_begins(t, "TLS_DH_anon")) {
		signed_too = suite_begins(t, "TLS_DHE_");
		if (!take_vector(r, KX_P, c, 2) || !take_vector(r, KX_G, c, 2) ||
			!take_vector(r, KX_YS, c, 2))
			return;
	} else {
		return;
	}
	if (signed_too)
		take_signature(t, r, KX_SIG, c);
}

/* RFC 5246, section 7.4.7. */
void tls_client_key_exchange(struct tls_reader *t, struct cursor *c)
{
	struct row *r = row_open(t->pkt, t->proto, TLS_T_KEY_EXCHANGE);
	unsigned version = t->session->version;
	if (suite_begins(t, "TLS_ECDHE_PSK") || suite_begins(t, "TLS_DHE_PSK"))
		return;
	if (suite_begins(t, "TLS_ECDH"))
		take_vector(r, KX_CLIENT_POINT, c, 1);
	else if (suite_begins(t, "TLS_DH"))
		take_vector(r, KX_YC, c, 2);
	else if (suite_begins(t, "TLS_PSK") || suite_begins(t, "TLS_RSA_PSK"))
		take_vector(r, KX_IDENTITY, c, 2);
	else if (suite_begins(t, "TLS_RSA") && (version == SSL3 || version == DTLS10_OPENSSL))
		row_bytes(r, KX_EPMS, c, cur_left(c));
	else if (suite_begins(t, "TLS_RSA"))
		take_vector(r, KX_EPMS, c, 2);
}

void tls_certificate_verify(struct tls_reader *t, struct cursor *c)
{
	take_signature(t, row_open(t->pkt, t->proto, TLS_T_KEY_EXCHANGE), KX_CLIENT_SIG, c);
}
