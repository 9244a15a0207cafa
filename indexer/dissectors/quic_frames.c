/* The frames in a QUIC packet (RFC 9000, sections 12.4 and 19), and the handshake that CRYPTO frames carry.
 *
 *     frame: type (variable-length integer), fields of the type, mostly integers like it
 *
 *      0           1           2     ...
 *     +--+--------+-----------+-----      variable-length integer (section 16): the first two bits are the
 *     |ll| number ...                     logarithm of its length in octets
 *     +--+--------+-----------+-----
 */
#include <string.h>

#include "indexer/dissectors/quic.h"
#include "indexer/dissectors/tls.h"

static uint64_t read_integer(struct cursor *c)
{
	uint64_t first;
	if (!cur_peek(c, 0, 1, &first))
		return cur_be(c, 1);
	unsigned n = 1U << (first >> 6);
	return cur_be(c, n) & (UINT64_MAX >> (66 - 8 * n));
}

static uint64_t row_integer(struct row *r, unsigned field, struct cursor *c)
{
	const uint8_t *at = c->data + c->pos;
	uint64_t v = read_integer(c);
	row_set_at(r, field, (int64_t)v, at, (uint32_t)(c->data + c->pos - at));
	return v;
}

/* ---- the handshake ---- */

static bool have(const struct quic_crypto *s, uint32_t i)
{
	return i < QUIC_CRYPTO_MAX && s->have[i / 8] >> i % 8 & 1;
}

/* The octets from `from` up to `upto` are there now; TLS puts its messages together itself. */
static void hand_on(struct packet *pkt, struct quic_crypto *s, uint32_t from, uint32_t upto)
{
	uint32_t n = upto - from;
	if (from == 0)
		tls_messages_begin(pkt);
	pkt_nest(pkt, true);
	if (upto <= QUIC_CRYPTO_MAX)
		pkt_next_proto(
			pkt, &proto_tls_messages, (struct cursor) { s->octets + from, 0, n, n, &pkt->fail });
	else
		pkt_token(pkt, &proto_tls_messages);
}

/* RFC 9000, section 19.6. What comes in order goes to TLS at once. After a gap nothing does until all up to
 * the last octet that is there has come. */
static void crypto_data(
	struct packet *pkt, struct quic_crypto *s, uint64_t offset, const uint8_t *data, uint64_t len)
{
	if (offset > UINT32_MAX / 2 || len > UINT32_MAX / 4)
		return;
	uint32_t begin = (uint32_t)offset, end = begin + (uint32_t)len;
	if (end <= s->contiguous)
		return; /* comes again */
	if (end > QUIC_CRYPTO_MAX)
		pkt->dropped[CAP_STREAM_BYTES]++;
	for (uint32_t i = begin; i < end && i < QUIC_CRYPTO_MAX; i++) {
		if (have(s, i))
			continue;
		s->octets[i] = data[i - begin];
		s->have[i / 8] |= (uint8_t)(1 << i % 8);
	}
	bool waiting = s->from < s->end;
	uint32_t from = waiting ? s->from : s->contiguous;
	if (begin > s->contiguous) {
		if (!waiting)
			s->from = s->contiguous;
		s->end = waiting && s->end > end ? s->end : end;
		return;
	}
	s->contiguous = end;
	if (waiting) {
		if (s->end < end)
			s->end = end;
		while (s->contiguous < s->end && have(s, s->contiguous))
			s->contiguous++;
		if (s->contiguous < s->end)
			return;
		s->from = s->end = 0;
	}
	hand_on(pkt, s, from, s->contiguous);
}

/* ---- frames ---- */

#define RANGES_MAX 64

static void ack(struct packet *pkt, struct cursor *c, uint64_t type)
{
	struct row *r = row_open(pkt, &proto_quic, QUIC_REC_ACK);
	uint32_t gaps[RANGES_MAX], ranges[RANGES_MAX], n = 0;
	row_integer(r, ACK_LARGEST, c);
	row_integer(r, ACK_DELAY, c);
	uint64_t count = row_integer(r, ACK_RANGES, c);
	row_integer(r, ACK_FIRST, c);
	for (; count && !pkt->fail; count--) {
		uint32_t gap = (uint32_t)read_integer(c), range = (uint32_t)read_integer(c);
		if (n == RANGES_MAX)
			continue;
		gaps[n] = gap;
		ranges[n++] = range;
	}
	if (n) {
		row_list(r, ACK_GAP, gaps, n, NULL, 0);
		row_list(r, ACK_RANGE, ranges, n, NULL, 0);
	}
	if (type == 3) {
		row_integer(r, ACK_ECT0, c);
		row_integer(r, ACK_ECT1, c);
		row_integer(r, ACK_CE, c);
	}
}

static void connection_close(struct packet *pkt, struct cursor *c, bool application)
{
	struct row *r = row_open(pkt, &proto_quic, QUIC_REC_CLOSE);
	uint64_t code = row_integer(r, application ? CLOSE_APP : CLOSE_CODE, c);
	if (!application) {
		if (code >= 0x100 && code <= 0x1ff)
			row_set(r, CLOSE_ALERT, (int64_t)(code & 0xff));
		row_integer(r, CLOSE_FRAME, c);
	}
	uint64_t len = row_integer(r, CLOSE_LENGTH, c);
	if (len && len <= cur_left(c))
		row_string(r, CLOSE_PHRASE, c, (uint32_t)len);
	else if (len)
		cur_skip(c, UINT32_MAX);
}

static void stream(struct packet *pkt, struct cursor *c, uint64_t type)
{
	struct row *r = row_open(pkt, &proto_quic, QUIC_REC_STREAM);
	row_integer(r, STREAM_ID, c);
	if (type & 4)
		row_integer(r, STREAM_OFFSET, c);
	uint64_t len = type & 2 ? row_integer(r, STREAM_LENGTH, c) : cur_left(c);
	cur_skip(c, len > UINT32_MAX ? UINT32_MAX : (uint32_t)len);
}

static void skip(struct cursor *c, unsigned integers, unsigned octets)
{
	while (integers--)
		read_integer(c);
	cur_skip(c, octets);
}

static void skip_counted(struct cursor *c, unsigned more)
{
	uint64_t len = read_integer(c) + more;
	cur_skip(c, len > UINT32_MAX ? UINT32_MAX : (uint32_t)len);
}

/* RFC 9000, section 19, by short names. */
static const char *frame_name(uint64_t type)
{
	static const char *const names[] = { "PADDING", "PING", "ACK", "ACK", "RS", "SS", "CRYPTO", "NT",
		NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, "MD", "MSD", "MS", "MS", "DB", "SDB", "SB",
		"SB", "NCI", "RC", "PC", "PR", "CC", "CC", "DONE" };
	return type < sizeof(names) / sizeof(*names) ? names[type] : NULL;
}

static void frame(struct packet *pkt, struct cursor *c, struct quic_crypto *crypto)
{
	struct row *r = row_open(pkt, &proto_quic, QUIC_REC_FRAME);
	uint64_t type = row_integer(r, FRAME_TYPE, c), offset, len, more = 1;
	const uint8_t *data;
	if (frame_name(type) && !pkt->fail)
		info_add(pkt, ", %s", frame_name(type));
	switch (type) {
	case 0x00:
		/* Each zero is a frame; they are shown as one. */
		for (uint64_t v; cur_peek(c, 0, 1, &v) && v == 0; more++)
			cur_skip(c, 1);
		row_set(r, FRAME_PADDING, (int64_t)more);
		break;
	case 0x02:
	case 0x03:
		ack(pkt, c, type);
		break;
	case 0x06:
		offset = row_integer(r, FRAME_CRYPTO_OFFSET, c);
		len = row_integer(r, FRAME_CRYPTO_LENGTH, c);
		data = cur_take(c, len > UINT32_MAX ? UINT32_MAX : (uint32_t)len);
		if (data && crypto)
			crypto_data(pkt, crypto, offset, data, len);
		break;
	case 0x07: /* NEW_TOKEN */
		skip_counted(c, 0);
		break;
	case 0x1c:
	case 0x1d:
		connection_close(pkt, c, type == 0x1d);
		break;
	case 0x04: /* RESET_STREAM */
		skip(c, 3, 0);
		break;
	case 0x05: /* STOP_SENDING */
	case 0x11: /* MAX_STREAM_DATA */
	case 0x15: /* STREAM_DATA_BLOCKED */
		skip(c, 2, 0);
		break;
	case 0x10: /* MAX_DATA, MAX_STREAMS */
	case 0x12:
	case 0x13:
	case 0x14: /* DATA_BLOCKED, STREAMS_BLOCKED */
	case 0x16:
	case 0x17:
	case 0x19: /* RETIRE_CONNECTION_ID */
		skip(c, 1, 0);
		break;
	case 0x18: /* NEW_CONNECTION_ID: sequence, retire prior to, length, id, token */
		skip(c, 2, 0);
		cur_skip(c, (uint32_t)cur_be(c, 1) + 16);
		break;
	case 0x1a: /* PATH_CHALLENGE, PATH_RESPONSE */
	case 0x1b:
		skip(c, 0, 8);
		break;
	case 0x30: /* DATAGRAM (RFC 9221) */
		cur_skip(c, cur_left(c));
		break;
	case 0x31:
		skip_counted(c, 0);
		break;
	default:
		if (type >= 0x08 && type <= 0x0f)
			stream(pkt, c, type);
		break;
	}
}

/* Google's own acknowledgement, 01n.llmm: n more than one block, ll and mm the sizes of the largest number
 * and of a block's length; then two octets of delay, the blocks, and times of arrival. */
static void skip_google_ack(struct cursor *c)
{
	static const uint8_t sizes[] = { 1, 2, 4, 6 };
	uint32_t type = (uint32_t)cur_be(c, 1), block = sizes[type & 3];
	cur_skip(c, sizes[type >> 2 & 3] + 2u);
	uint32_t more = type & 0x20 ? (uint32_t)cur_be(c, 1) : 0;
	cur_skip(c, block + more * (1 + block));
	uint32_t times = (uint32_t)cur_be(c, 1);
	if (times)
		cur_skip(c, 1 + 4 + (times - 1) * 3);
}

/* Google's last versions have IETF's packets around frames of their own: 0 fills the rest, 8 is CRYPTO. */
static void google_frames(struct packet *pkt, struct cursor *c, struct quic_crypto *crypto, bool tls)
{
	uint64_t type;
	while (cur_peek(c, 0, 1, &type) && (type == 8 || (type & 0xc0) == 0x40)) {
		if (type != 8) {
			skip_google_ack(c);
			continue;
		}
		cur_skip(c, 1);
		uint64_t offset = read_integer(c), len = read_integer(c);
		const uint8_t *data = cur_take(c, len > UINT32_MAX ? UINT32_MAX : (uint32_t)len);
		if (data && crypto && tls)
			crypto_data(pkt, crypto, offset, data, len);
	}
}

void quic_frames(struct packet *pkt, struct cursor *c, struct quic_crypto *crypto, uint32_t version)
{
	if (quic_is_google(version)) {
		google_frames(pkt, c, crypto, version >> 24 == 'T');
		return;
	}
	while (cur_left(c))
		frame(pkt, c, crypto);
}
