/* DTLS 1.0 and 1.2, RFC 6347: TLS over datagrams. Records carry an epoch and a sequence number, handshake
 * messages number themselves and may come in fragments:
 *
 *     +------+---------+-------+----------+--------+------- - -
 *     | type | version | epoch | sequence | length | fragment
 *     +------+---------+-------+----------+--------+------- - -
 *        1        2        2        6         2
 *     +------+--------+-----+-----------------+-----------------+------- - -
 *     | type | length | seq | fragment offset | fragment length | body
 *     +------+--------+-----+-----------------+-----------------+------- - -
 *        1       3       2          3                 3
 */
#include <string.h>

#include "indexer/dissectors/tls.h"

/* ---- messages in fragments ---- */

/* What is kept of one: how many octets came, the octets, a bit for each that came. */
#define KEPT_SIZE(len) (4 + (len) + ((len) + 7) / 8)

static uint32_t kept_key(const struct tls_reader *t, unsigned sequence)
{
	return UINT32_C(0x80000000) | (uint32_t)t->from_server << 16 | sequence;
}

/* Add a fragment. True when the message is whole: *whole then runs over its body, which stands until
 * pkt_forget(). */
static bool add_fragment(struct tls_reader *t, uint32_t key, uint32_t len, uint32_t offset,
	const struct cursor *c, struct cursor *whole)
{
	uint32_t have, came = 0, n = c->len;
	if (c->cap < n || offset > len || n > len - offset)
		return false;
	uint8_t *kept = pkt_kept(t->pkt, t->proto, key, &have);
	if (have != KEPT_SIZE(len)) {
		if (kept) /* another message of the same number: a new handshake */
			pkt_forget(t->pkt, t->proto, key);
		kept = pkt_keep(t->pkt, t->proto, key, KEPT_SIZE(len));
	}
	if (!kept)
		return false;
	uint8_t *octets = kept + 4, *bits = octets + len;
	memcpy(&came, kept, 4);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t at = offset + i;
		if (bits[at >> 3] >> (at & 7) & 1)
			continue;
		bits[at >> 3] |= (uint8_t)(1u << (at & 7));
		octets[at] = c->data[i];
		came++;
	}
	memcpy(kept, &came, 4);
	*whole = (struct cursor) { octets, 0, len, len, c->fail };
	return came == len;
}

/* ---- records ---- */

/* One message or a fragment of one. False when what is left is none. `missing`: octets of the record that the
 * datagram does not have. */
static bool take_message(struct tls_reader *t, struct cursor *c, uint32_t missing, bool first)
{
	enum { HEADER = 12 };
	uint64_t fragment, head;
	bool retry, known = cur_peek(c, 0, 4, &head) && cur_peek(c, 9, 3, &fragment) &&
			    fragment + HEADER <= cur_left(c) + missing &&
			    tls_is_message_type((unsigned)(head >> 24));
	if (!known) {
		/* Encrypted. */
		if (first) {
			row_open(t->pkt, t->proto, TLS_T_HANDSHAKE);
			tls_inform(t, "Encrypted Handshake Message");
		}
		return false;
	}
	struct row *r = row_open(t->pkt, t->proto, TLS_T_HANDSHAKE);
	unsigned type = (unsigned)row_be(r, HS_TYPE, c, 1);
	uint32_t len = (uint32_t)row_be(r, HS_LENGTH, c, 3);
	unsigned sequence = (unsigned)row_be(r, HS_MESSAGE_SEQ, c, 2);
	uint32_t offset = (uint32_t)row_be(r, HS_FRAGMENT_OFFSET, c, 3);
	row_be(r, HS_FRAGMENT_LENGTH, c, 3);
	struct cursor body = cur_sub(c, (uint32_t)fragment);
	bool in_parts = fragment < len;
	uint32_t key = kept_key(t, sequence);
	if (in_parts) {
		struct cursor whole;
		if (!add_fragment(t, key, len, offset, &body, &whole)) {
			tls_inform_message(t, type, " (Fragment)");
			return true;
		}
		body = whole;
	}
	tls_inform_message(t, type, in_parts ? " (Reassembled)" : "");
	if (type == TLS_SERVER_HELLO && len > 2)
		tls_set_version(t->session, true, TLS_HANDSHAKE, type, tls_chosen_version(&body, &retry));
	tls_message(t, type, &body);
	if (in_parts)
		pkt_forget(t->pkt, t->proto, key);
	return true;
}

static void take_fragment(
	struct tls_reader *t, struct row *record, unsigned type, struct cursor *c, uint32_t missing)
{
	struct row *r;
	bool more = true;
	switch (type) {
	case TLS_CHANGE_CIPHER_SPEC:
		tls_inform(t, "Change Cipher Spec");
		cur_need(c, 1);
		break;
	case TLS_ALERT:
		r = row_open(t->pkt, t->proto, TLS_T_ALERT);
		tls_inform_alert(t, *c);
		if (cur_left(c) != 2)
			break;
		row_be(r, ALERT_LEVEL, c, 1);
		row_be(r, ALERT_DESC, c, 1);
		break;
	case TLS_HANDSHAKE:
		for (bool first = true; more && cur_left(c); first = false)
			more = take_message(t, c, missing, first);
		break;
	case TLS_APPLICATION_DATA:
		tls_inform(t, "Application Data");
		row_bytes(record, RECORD_APP_DATA, c, cur_left(c));
		break;
	case TLS_HEARTBEAT:
		r = row_open(t->pkt, t->proto, TLS_T_HEARTBEAT);
		uint64_t kind = 0, len = 0;
		uint32_t left = cur_left(c);
		if (!cur_peek(c, 0, 1, &kind) || !cur_peek(c, 1, 2, &len) || !(kind == 1 || kind == 2) ||
			(left > 19 && 3 + len + 16 > left))
			break;
		tls_inform_heartbeat(t, (unsigned)kind, false);
		row_be(r, HEARTBEAT_TYPE, c, 1);
		row_be(r, HEARTBEAT_PAYLOAD_LENGTH, c, 2);
		row_bytes(r, HEARTBEAT_PAYLOAD, c, len > left - 3 ? left - 3 : (uint32_t)len);
		break;
	default:
		row_bytes(record, RECORD_ENC_CONTENT, c, cur_left(c));
		break;
	}
}

static bool looks_like_record(const struct cursor *c, uint32_t ahead)
{
	uint64_t type, version;
	return cur_peek(c, ahead, 1, &type) && tls_is_content_type((unsigned)type) &&
	       cur_peek(c, ahead + 1, 2, &version) &&
	       (version == DTLS10 || version == DTLS12 || version == DTLS10_OPENSSL);
}

static bool take_record(struct tls_reader *t, struct cursor *c)
{
	struct tls_session *s = t->session;
	uint64_t type;
	if (!cur_peek(c, 0, 1, &type)) {
		cur_need(c, 1);
		return false;
	}
	if (!tls_is_content_type((unsigned)type))
		return false;
	if (!cur_need(c, 13))
		return false;
	struct row *r = row_open(t->pkt, t->proto, TLS_T_RECORD);
	row_be(r, type == TLS_WITH_CID ? RECORD_SPECIAL_TYPE : RECORD_CONTENT_TYPE, c, 1);
	unsigned version = (unsigned)row_be(r, RECORD_VERSION, c, 2);
	row_be(r, RECORD_EPOCH, c, 2);
	row_be(r, RECORD_SEQUENCE_NUMBER, c, 6);
	uint32_t len = (uint32_t)row_be(r, RECORD_LENGTH, c, 2);
	if (!cur_need(c, 1))
		return false;
	if (!s->version)
		tls_set_version(s, true, (unsigned)type, c->data[c->pos], version);
	const char *column = tls_column(s->version ? s->version : version);
	if (column && !t->pkt->in_error)
		t->pkt->column = column;
	struct cursor body = cur_sub(c, len);
	take_fragment(t, r, (unsigned)type, &body, len - body.len);
	return !t->pkt->fail;
}

static enum verdict dtls_dissect(struct packet *pkt, struct cursor *c)
{
	struct tls_reader t;
	tls_begin(&t, pkt, &proto_dtls);
	info_clear(pkt);
	unsigned before = t.session->version;
	struct row *layer = row_open(pkt, &proto_dtls, TLS_T_LAYER);
	bool more = true;
	while (more && cur_left(c)) {
		row_set(layer, LAYER_VERSION, t.session->version);
		more = (t.session->version || looks_like_record(c, 0)) && take_record(&t, c);
		if (!more && !pkt->fail && pkt->info && pkt->info->len == 0)
			tls_inform(&t, "Continuation Data");
	}
	tls_note_version(&t, layer, before);
	return MINE;
}

/* On any port: records up to the very end of the datagram, or as far as it was captured. */
static bool dtls_heuristic(struct packet *pkt, const struct cursor *c)
{
	uint32_t at = 0, len = cur_left(c), cap = cur_avail(c);
	uint64_t size;
	bool mine = false;
	if (cap == len) {
		while (!mine && at + 13 <= len && looks_like_record(c, at) &&
			cur_peek(c, at + 11, 2, &size)) {
			at += 13 + (uint32_t)size;
			mine = at == len;
		}
	} else {
		mine = cap >= 3;
		while (mine && at < cap && cap - at >= 3) {
			mine = looks_like_record(c, at);
			if (cap - at < 16 || !cur_peek(c, at + 11, 2, &size))
				break;
			at += 13 + (uint32_t)size;
		}
	}
	(void)pkt;
	return mine;
}

static const struct claim dtls_claims[] = { { CLAIM_UDP_PORT, 853 }, { CLAIM_UDP_PORT, 2221 },
	{ CLAIM_UDP_PORT, 5684 }, { CLAIM_UDP_PORT, 5868 }, { CLAIM_SCTP_PPI, 47 }, { CLAIM_SCTP_PORT, 853 },
	{ CLAIM_SCTP_PORT, 2221 }, { CLAIM_SCTP_PORT, 5868 }, { CLAIM_HEUR_UDP, 730 }, { 0 } };

const struct protocol proto_dtls = {
	.name = "dtls",
	.title = "Datagram Transport Layer Security",
	.layout = dtls_layout,
	.tells = true,
	.column = "DTLS",
	.spec = "RFC 6347, RFC 4347",
	.help = "TLS for datagrams: encrypts media, IoT messages and tunnels over UDP.",
	.id = PROTO_ID_dtls,
	.records = dtls_records,
	.nrecords = TLS_T_SSL2,
	.claims = dtls_claims,
	.heuristic = dtls_heuristic,
	.flow_size = sizeof(struct tls_session),
	.dissect = dtls_dissect,
};
