/* Extensions of hellos, certificates, tickets: RFC 8446 section 4.2, RFC 6066.
 *
 *     +------+--------+------ - -
 *     | type | length | data
 *     +------+--------+------ - -
 *        2       2
 */
#include <string.h>

#include "indexer/dissectors/rtp.h"
#include "indexer/dissectors/tls.h"
#include "indexer/dissectors/x509.h"

#define LIST_MAX 2048

/* Where the fingerprint wants the numbers as well. */
struct collected {
	char *text;
	size_t size, *used;
};

static void take_list(struct row *r, struct cursor *c, unsigned size, const struct collected *into)
{
	uint32_t values[LIST_MAX];
	size_t n = 0;
	const uint8_t *at = c->data + c->pos;
	uint32_t len = cur_left(c);
	while (cur_left(c) >= size) {
		uint32_t v = (uint32_t)cur_be(c, size);
		if (n < LIST_MAX)
			values[n++] = v;
		if (into && !(size == 2 && TLS_IS_GREASE(v)))
			tls_ja3_number(into->text, into->size, into->used, *into->used ? '-' : 0, v);
	}
	if (!n || *c->fail)
		return;
	row_list(r, EXT_NUMBERS, values, n, at, len);
}

/* A vector of numbers with its length in `n` octets before it. */
static void take_vector(
	struct row *r, struct cursor *c, unsigned n, unsigned size, const struct collected *into)
{
	struct cursor list;
	if (tls_vector(c, n, &list))
		take_list(r, &list, size, into);
}

/* RFC 6066, section 3. */
static void server_names(struct tls_reader *t, struct cursor *c)
{
	struct cursor list, name;
	struct cursor begin = *c;
	if (!cur_left(c) || !tls_vector(c, 2, &list))
		return;
	while (cur_left(&list) >= 3) {
		bool first = list.pos == 0;
		struct row *r = row_open(t->pkt, t->proto, TLS_T_SERVER_NAME);
		if (first)
			tls_length(r, SNI_LIST_LEN, &begin, 2);
		row_be(r, SNI_TYPE, &list, 1);
		tls_length(r, SNI_LEN, &list, 2);
		if (!tls_vector(&list, 2, &name))
			return;
		x509_ascii(r, SNI_NAME, &name);
	}
}

/* RFC 7301, section 3.1. */
static void protocols_offered(struct tls_reader *t, struct cursor *c, unsigned message)
{
	struct cursor list, name;
	if (!tls_vector(c, 2, &list))
		return;
	while (cur_left(&list)) {
		struct row *r = row_open(t->pkt, t->proto, TLS_T_ALPN);
		tls_length(r, ALPN_STR_LEN, &list, 1);
		if (!tls_vector(&list, 1, &name))
			return;
		if (message == TLS_SERVER_HELLO || message == TLS_ENCRYPTED_EXTENSIONS)
			t->session->alpn_h2 = name.cap == 2 && memcmp(name.data, "h2", 2) == 0;
		x509_ascii(r, ALPN_STR, &name);
	}
}

/* RFC 8446, section 4.2.8: all the client's, the server's one, or the group that it asks for. */
static void key_shares(struct tls_reader *t, struct cursor *c, unsigned message)
{
	struct cursor list = *c, key;
	if (message == TLS_HELLO_RETRY_REQUEST)
		return;
	if (message == TLS_CLIENT_HELLO && !tls_vector(c, 2, &list))
		return;
	while (cur_left(&list) >= 4) {
		struct row *r = row_open(t->pkt, t->proto, TLS_T_KEY_SHARE);
		row_be(r, SHARE_GROUP, &list, 2);
		tls_length(r, SHARE_LENGTH, &list, 2);
		if (!tls_vector(&list, 2, &key))
			return;
		row_bytes(r, SHARE_KEY, &key, cur_left(&key));
		if (message != TLS_CLIENT_HELLO)
			return;
	}
}

/* RFC 7250, section 3: the server answers with the one kind that it takes. */
static void certificate_type(struct tls_reader *t, struct cursor *c, unsigned type, unsigned message)
{
	enum { RAW_PUBLIC_KEY = 2 };
	if (message == TLS_CLIENT_HELLO || cur_left(c) != 1)
		return;
	uint8_t raw = cur_be(c, 1) == RAW_PUBLIC_KEY;
	if (type != 19)
		t->session->raw_key[1] = raw;
	if (type != 20)
		t->session->raw_key[0] = raw;
}

static void take_extension(struct tls_reader *t, struct row *r, unsigned type, struct cursor *c,
	unsigned message, struct tls_ja3 *ja3)
{
	struct collected groups, formats;
	bool client = message == TLS_CLIENT_HELLO;
	if (ja3) {
		groups = (struct collected) { ja3->groups, sizeof(ja3->groups), &ja3->ngroups };
		formats = (struct collected) { ja3->formats, sizeof(ja3->formats), &ja3->nformats };
	}
	switch (type) {
	case 0:
		server_names(t, c);
		break;
	case 5:
		if (t->session->version == TLS13 && message == TLS_CERTIFICATE)
			tls_certificate_status(t, c);
		break;
	case 18:
		if (message == TLS_SERVER_HELLO || message == TLS_ENCRYPTED_EXTENSIONS ||
			message == TLS_CERTIFICATE)
			x509_timestamps(c);
		break;
	case 9:
	case 19:
	case 20:
		certificate_type(t, c, type, message);
		break;
	case 10:
		take_vector(r, c, 2, 2, ja3 && client ? &groups : NULL);
		break;
	case 11:
		take_vector(r, c, 1, 1, ja3 && client ? &formats : NULL);
		break;
	case 13:
	case 50:
		take_vector(r, c, 2, 2, NULL);
		break;
	case 14: /* what the server chose of use_srtp holds for both */
		if (t->dtls && message == TLS_SERVER_HELLO)
			rtp_expect_secured(t->pkt);
		break;
	case 16:
		protocols_offered(t, c, message);
		break;
	case 40: /* drafts of TLS 1.3 before 23 */
	case 51:
		key_shares(t, c, message);
		break;
	case 42: /* early data comes before the server has chosen: only TLS 1.3 has it */
		if (client)
			t->session->version = t->dtls ? t->session->version : TLS13;
		break;
	case 43:
		if (client)
			take_vector(r, c, 1, 2, NULL);
		else if (message == TLS_SERVER_HELLO || message == TLS_HELLO_RETRY_REQUEST)
			take_list(r, c, 2, NULL);
		break;
	case 45:
		take_vector(r, c, 1, 1, NULL);
		break;
	case 47: {
		struct cursor names, name;
		if (!tls_vector(c, 2, &names))
			break;
		while (tls_vector(&names, 2, &name))
			x509_name(t->pkt, &name);
		break;
	}
	default:
		break;
	}
}

void tls_extensions(
	struct tls_reader *t, struct cursor *c, unsigned message, struct row *hello, struct tls_ja3 *ja3)
{
	struct cursor list, data;
	char before = ',';
	if (hello)
		tls_length(hello, HELLO_EXTENSIONS_LENGTH, c, 2);
	if (cur_left(c) && tls_vector(c, 2, &list)) {
		uint64_t len;
		while (cur_left(&list) >= 4 && cur_need(&list, 4)) {
			/* One that was not captured to its end is not shown at all. */
			cur_peek(&list, 2, 2, &len);
			if (cur_left(&list) >= 4 + len && !cur_need(&list, 4 + (uint32_t)len))
				break;
			struct row *r = row_open(t->pkt, t->proto, TLS_T_EXTENSION);
			unsigned type = (unsigned)row_be(r, EXT_TYPE, &list, 2);
			if (ja3 && !TLS_IS_GREASE(type)) {
				tls_ja3_number(ja3->text, sizeof(ja3->text), &ja3->used, before, type);
				before = '-';
			}
			tls_length(r, EXT_LEN, &list, 2);
			if (!tls_vector(&list, 2, &data))
				break;
			struct cursor octets = data;
			row_bytes(r, EXT_OCTETS, &octets, cur_left(&octets));
			take_extension(t, r, type, &data, message, ja3);
		}
	}
	if (!ja3)
		return;
	if (before == ',' && ja3->used < sizeof(ja3->text))
		ja3->text[ja3->used++] = ',';
	if (message != TLS_CLIENT_HELLO || ja3->used + ja3->ngroups + ja3->nformats + 2 > sizeof(ja3->text))
		return;
	ja3->text[ja3->used++] = ',';
	memcpy(ja3->text + ja3->used, ja3->groups, ja3->ngroups);
	ja3->used += ja3->ngroups;
	ja3->text[ja3->used++] = ',';
	memcpy(ja3->text + ja3->used, ja3->formats, ja3->nformats);
	ja3->used += ja3->nformats;
}
