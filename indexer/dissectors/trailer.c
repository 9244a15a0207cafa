#include "indexer/dissectors/trailer.h"

#define MIN_FRAME 60 /* IEEE 802.3, 4A.4.2: minFrameSize is 64 octets, four of them the FCS */
#define FCS       4

static bool all_zero(const uint8_t *p, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (p[i])
			return false;
	return true;
}

/* Wireshark's guess: zeros that fill the frame up to 60 octets are padding. The length of the whole frame
 * counts, not this layer's, so that an inner frame or a tagged one is judged alike. */
static uint32_t padding_len(const struct packet *pkt, const uint8_t *p, uint32_t left, uint32_t captured)
{
	if (pkt->len < MIN_FRAME || pkt->len - left >= MIN_FRAME)
		return 0;
	uint32_t fill = MIN_FRAME - (pkt->len - left);
	return fill <= captured && all_zero(p, fill) ? fill : 0;
}

uint32_t trailer_fill(
	struct packet *pkt, struct layer *l, const struct layer *child, const struct trailer_fields *f)
{
	if (!child || !l->row)
		return 0;
	uint32_t end = l->mark + (child->trim < child->len ? child->trim : child->len);
	uint32_t left = l->len > end ? l->len - end : 0;
	if (!left || end > l->cap)
		return 0;
	uint32_t captured = l->cap - end;
	struct cursor c = { l->data + end, 0, captured, left, &pkt->fail };
	uint32_t padding = padding_len(pkt, c.data, left < pkt->len ? left : pkt->len, captured);
	row_bytes(l->row, f->padding, &c, padding);
	uint32_t trailer = left - padding;
	/* Where the capture does not say, a frame of 64 octets or more that has something behind its payload
	 * is taken to end with its FCS: so long a frame needs no padding. */
	bool has_fcs = f->fcs != UINT16_MAX && trailer >= FCS &&
		       (pkt->fcs_len == FCS || (pkt->fcs_len == 0 && l->len >= MIN_FRAME + FCS));
	if (has_fcs)
		trailer -= FCS;
	row_bytes_avail(l->row, f->trailer, &c, trailer);
	if (has_fcs && cur_avail(&c) >= FCS)
		row_be(l->row, f->fcs, &c, FCS);
	return left;
}
