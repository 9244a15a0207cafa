/* Handshake messages in pieces: over several records (RFC 8446, section 5.1), or CRYPTO frames of QUIC. The
 * pieces are kept until the last one comes, and where they stood beside them. */
#include <string.h>

#include "indexer/dissectors/tls.h"

/* A piece that came. */
struct piece {
	uint32_t frame;
	uint32_t row; /* row_n() of its own row among those of the frame */
	uint32_t len;
};

/* What is kept of a side: its octets, and its pieces. */
static uint32_t octets_key(const struct tls_reader *t)
{
	return t->from_server;
}

static uint32_t pieces_key(const struct tls_reader *t)
{
	return 2 + t->from_server;
}

void tls_forget_pieces(struct tls_reader *t)
{
	t->session->pending[t->from_server] = false;
	pkt_forget(t->pkt, t->proto, octets_key(t));
	pkt_forget(t->pkt, t->proto, pieces_key(t));
}

/* The row of a piece of `len` octets. */
static struct row *piece_row(struct tls_reader *t, uint32_t len)
{
	struct row *r = row_open(t->pkt, t->proto, TLS_T_PIECE);
	uint32_t before;
	pkt_kept(t->pkt, t->proto, pieces_key(t), &before);
	uint8_t *kept = pkt_keep(t->pkt, t->proto, pieces_key(t), before + (uint32_t)sizeof(struct piece));
	const struct piece piece = { t->pkt->number, r->n, len };
	if (kept)
		memcpy(kept + before, &piece, sizeof(piece));
	return r;
}

void tls_first_piece(struct tls_reader *t, struct cursor *c, bool alone)
{
	uint32_t n = cur_left(c);
	uint8_t *octets = cur_avail(c) < n ? NULL : pkt_keep(t->pkt, t->proto, octets_key(t), n);
	if (!octets)
		return;
	memcpy(octets, c->data + c->pos, n);
	pkt_forget(t->pkt, t->proto, pieces_key(t));
	t->session->pending[t->from_server] = true;
	struct row *r = piece_row(t, n);
	row_set(r, PIECE_TYPE, octets[0]);
	if (alone)
		tls_inform_piece(t, octets[0]);
	else
		row_set(r, PIECE_OF_SEVERAL, 1);
}

/* The message is whole: the frames of its pieces learn where, and this one what they were. */
static void list_pieces(struct tls_reader *t, struct row *last, const uint8_t *octets)
{
	uint32_t size, offset = 0, n;
	const uint8_t *kept = pkt_kept(t->pkt, t->proto, pieces_key(t), &size);
	n = size / sizeof(struct piece);
	row_set(last, PIECE_COUNT, n);
	for (uint32_t i = 0; i < n; i++) {
		struct piece piece;
		memcpy(&piece, kept + i * sizeof(piece), sizeof(piece));
		struct row *r = row_open(t->pkt, t->proto, TLS_T_PIECES);
		row_set_at(r, PIECES_FRAME, piece.frame, octets + offset, piece.len);
		row_set(r, PIECES_BEGIN, offset);
		offset += piece.len;
		row_set(r, PIECES_END, offset - 1);
		if (i + 1 < n)
			row_set(row_open_late(
					t->pkt, t->proto, TLS_T_WHOLE, piece.frame, (uint16_t)piece.row),
				WHOLE_REASSEMBLED_IN, t->pkt->number);
	}
}

bool tls_next_piece(struct tls_reader *t, struct cursor *c, struct cursor *whole)
{
	uint32_t have, n = cur_avail(c), total = 0;
	const uint8_t *kept = pkt_kept(t->pkt, t->proto, octets_key(t), &have);
	uint8_t head[4] = { 0 };
	if (!kept || n < cur_left(c)) {
		tls_forget_pieces(t);
		return false;
	}
	for (uint32_t i = 0; i < 4 && i < have + n; i++)
		head[i] = i < have ? kept[i] : c->data[c->pos + i - have];
	if (have + n >= 4) {
		total = 4 + (be32(head) & 0xffffff);
		if (n > total - have)
			n = total - have;
	}
	uint8_t *octets = pkt_keep(t->pkt, t->proto, octets_key(t), have + n);
	if (!octets) {
		tls_forget_pieces(t);
		return false;
	}
	memcpy(octets + have, c->data + c->pos, n);
	cur_skip(c, n);
	struct row *r = piece_row(t, n);
	if (!total || have + n < total) {
		row_set(r, PIECE_TYPE, octets[0]);
		row_set(r, PIECE_OF_SEVERAL, 1);
		return false;
	}
	row_set(r, PIECE_LAST_TYPE, octets[0]);
	row_set(r, PIECE_TOTAL, total);
	list_pieces(t, r, octets);
	*whole = (struct cursor) { octets, 0, total, total, c->fail };
	return true;
}
