/* IPv6 over low-power wireless networks: the compressed header (RFC 6282) is made whole, and the packet
 * handed on.
 *
 *      0               1               2
 *     +---+-----+-+----+-+-+----+-+-+----+---------+- - -
 *     |011| TF  |N|HLIM|C|S|SAM |M|D|DAM | context | what is not left out, in the order of IPv6's header
 *     +---+-----+-+----+-+-+----+-+-+----+---------+- - -
 */
#include <string.h>

#include "indexer/dissectors/wrappers.h"

extern const struct protocol proto_data, proto_eth;

#define IPV6_HEADER 40
#define LINK_PHY    215 /* preamble, start and length in front of the frame */
#define LINK_TAP    283 /* a header that tells its length */
enum { PAYLOAD_LENGTH = 4, NEXT_HEADER = 6, HOP_LIMIT = 7, SOURCE = 8, DESTINATION = 24 };

/* What is made: header, extension headers, UDP's header. */
struct made {
	uint8_t octets[512];
	uint32_t len;
	uint32_t next; /* where the number of the next header belongs */
};

static bool add(struct made *m, const void *octets, uint32_t n)
{
	if (!octets || n > sizeof(m->octets) - m->len)
		return false;
	memcpy(m->octets + m->len, octets, n);
	m->len += n;
	return true;
}

/* RFC 4291, appendix A, and RFC 4944, section 6: the interface's identifier out of an address of `n` octets
 * in the order of reading. */
static void identifier(uint8_t out[8], const uint8_t *address, uint32_t n)
{
	static const uint8_t of_short[] = { 0, 0, 0, 0xff, 0xfe, 0 };
	if (n == 2) {
		memcpy(out, of_short, 6);
		memcpy(out + 6, address, 2);
		return;
	}
	memcpy(out, address, n == 6 ? 3 : 8);
	if (n == 6) {
		out[3] = 0xff;
		out[4] = 0xfe;
		memcpy(out + 5, address + 3, 3);
	}
	out[0] ^= 2;
}

/* The addresses of the layer below: 802.15.4's stand with their last octet first. */
struct link {
	uint8_t src[8], dst[8];
};

static void link_identifiers(const struct packet *pkt, struct link *link)
{
	int parent = pkt->layers[pkt->current].parent;
	const struct layer *l = parent < 0 ? NULL : &pkt->layers[parent];
	memset(link, 0, sizeof(*link));
	if (!l)
		return;
	if (l->proto == &proto_eth) {
		if (l->cap < 12)
			return;
		identifier(link->dst, l->data, 6);
		identifier(link->src, l->data + 6, 6);
		return;
	}
	uint32_t at = pkt->link_type == LINK_PHY                  ? 6
		      : pkt->link_type == LINK_TAP && l->cap >= 4 ? le16(l->data + 2)
								  : 0;
	if (l->cap < at + 3)
		return;
	uint32_t control = le16(l->data + at), modes[2] = { control >> 10 & 3, control >> 14 };
	at += control >> 12 == 2 && control & 0x0100 ? 2 : 3;
	for (unsigned side = 0; side < 2; side++) {
		uint32_t n = modes[side] == 2 ? 2 : modes[side] == 3 ? 8 : 0;
		uint8_t reversed[8];
		if (!n)
			continue;
		at += side && modes[0] && control & 0x40 ? 0 : 2;
		if (l->cap < at + n)
			return;
		for (uint32_t i = 0; i < n; i++)
			reversed[i] = l->data[at + n - 1 - i];
		identifier(side ? link->src : link->dst, reversed, n);
		at += n;
	}
}

/* Section 3.1.1, SAM and DAM. Of a context only the number is told: its prefix is not known. */
static void unicast(struct cursor *c, uint8_t out[16], bool context, uint32_t mode, const uint8_t link[8])
{
	const uint8_t *p;
	memset(out, 0, 16);
	if (!context && mode == 0) {
		if ((p = cur_take(c, 16)))
			memcpy(out, p, 16);
		return;
	}
	if (mode == 0)
		return;
	if (!context) {
		out[0] = 0xfe;
		out[1] = 0x80;
	}
	if (mode == 1 && (p = cur_take(c, 8)))
		memcpy(out + 8, p, 8);
	else if (mode == 2 && (p = cur_take(c, 2)))
		identifier(out + 8, p, 2);
	else if (mode == 3)
		memcpy(out + 8, link, 8);
}

/* The same section, M. */
static void multicast(struct cursor *c, uint8_t out[16], bool context, uint32_t mode)
{
	static const uint8_t octets[] = { 16, 6, 4, 1 };
	const uint8_t *p = cur_take(c, context ? 6 : octets[mode]);
	memset(out, 0, 16);
	if (!p)
		return;
	if (context) {
		out[0] = 0xff;
		memcpy(out + 1, p, 2);
		memcpy(out + 12, p + 2, 4);
	} else if (mode == 0) {
		memcpy(out, p, 16);
	} else if (mode == 3) {
		out[0] = 0xff;
		out[1] = 2;
		out[15] = p[0];
	} else {
		out[0] = 0xff;
		out[1] = p[0];
		memcpy(out + 17 - octets[mode], p + 1, octets[mode] - 1u);
	}
}

/* Section 4.3: UDP's header. */
static bool udp_header(struct made *m, struct cursor *c, uint32_t how, uint32_t size)
{
	uint32_t src, dst;
	if ((how & 3) == 3) {
		uint32_t both = (uint32_t)cur_be(c, 1);
		src = 0xf0b0 | both >> 4;
		dst = 0xf0b0 | (both & 15);
	} else {
		src = how & 2 ? 0xf000 | (uint32_t)cur_be(c, 1) : (uint32_t)cur_be(c, 2);
		dst = how & 1 ? 0xf000 | (uint32_t)cur_be(c, 1) : (uint32_t)cur_be(c, 2);
	}
	/* A checksum that is left out is shown as ffff. */
	uint32_t sum = how & 4 ? 0xffff : (uint32_t)cur_be(c, 2);
	uint32_t len = size > m->len ? size - m->len : cur_left(c) + 8;
	const uint8_t header[] = { (uint8_t)(src >> 8), (uint8_t)src, (uint8_t)(dst >> 8), (uint8_t)dst,
		(uint8_t)(len >> 8), (uint8_t)len, (uint8_t)(sum >> 8), (uint8_t)sum };
	return add(m, header, sizeof(header));
}

/* Section 4.2: an extension header, filled up to eight octets. False: nothing compressed follows, or what is
 * not known. */
static bool extension(struct packet *pkt, struct made *m, struct cursor *c, uint32_t how)
{
	static const uint8_t numbers[] = { 0, 43, 44, 60, 135 };
	uint32_t id = how >> 1 & 7;
	if (id >= sizeof(numbers))
		return false;
	m->octets[m->next] = numbers[id];
	uint8_t head[2] = { how & 1 ? 0 : (uint8_t)cur_be(c, 1), 0 };
	uint32_t len = (uint32_t)cur_be(c, 1), pad = -(len + 2) & 7;
	uint8_t fill[8] = { pad == 1 ? 0 : 1, pad > 1 ? (uint8_t)(pad - 2) : 0 };
	head[1] = (uint8_t)((len + 2 + pad) / 8 - 1);
	m->next = m->len;
	struct cursor said = *c;
	const uint8_t *body = cur_take(c, len);
	if (!add(m, head, 2) || !add(m, body, len) || !add(m, fill, pad))
		return false;
	pkt_next_proto(pkt, &proto_data, cur_sub(&said, len));
	return how & 1;
}

/* The packet made whole; `size` octets of it by the account of its first fragment (0: it is all here). False:
 * cut. */
static bool compressed(
	struct packet *pkt, struct cursor *c, const struct link *link, uint32_t size, struct cursor *packet)
{
	static const uint8_t limits[] = { 0, 1, 64, 255 };
	struct made m = { .len = IPV6_HEADER, .next = NEXT_HEADER };
	const uint8_t *p = cur_take(c, 2);
	if (!p)
		return false;
	if (p[1] & 0x80)
		cur_take(c, 1);
	/* ECN stands before DSCP here, behind it in IPv6's traffic class. */
	uint32_t tf = p[0] >> 3 & 3, class = 0, flow = 0;
	if (tf != 3) {
		uint32_t octet = (uint32_t)cur_be(c, 1);
		class = tf == 1 ? octet >> 6 : (octet << 2 & 0xfc) | octet >> 6;
		flow = tf == 1 ? (octet & 15) << 16 : 0;
		if (tf == 0)
			flow = ((uint32_t)cur_be(c, 1) & 15) << 16;
		if (tf != 2)
			flow |= (uint32_t)cur_be(c, 2);
	}
	m.octets[0] = (uint8_t)(0x60 | class >> 4);
	m.octets[1] = (uint8_t)(class << 4 | flow >> 16);
	m.octets[2] = (uint8_t)(flow >> 8);
	m.octets[3] = (uint8_t)flow;
	if (!(p[0] & 4))
		m.octets[NEXT_HEADER] = (uint8_t)cur_be(c, 1);
	m.octets[HOP_LIMIT] = p[0] & 3 ? limits[p[0] & 3] : (uint8_t)cur_be(c, 1);
	unicast(c, m.octets + SOURCE, p[1] & 0x40, p[1] >> 4 & 3, link->src);
	if (p[1] & 8)
		multicast(c, m.octets + DESTINATION, p[1] & 4, p[1] & 3);
	else
		unicast(c, m.octets + DESTINATION, p[1] & 4, p[1] & 3, link->dst);
	for (bool more = p[0] & 4; more && !pkt->fail;) {
		uint32_t how = (uint32_t)cur_be(c, 1);
		more = (how & 0xf0) == 0xe0 && extension(pkt, &m, c, how);
		if ((how & 0xf8) == 0xf0) {
			m.octets[m.next] = 17;
			udp_header(&m, c, how, size);
		}
	}
	uint32_t there = cur_avail(c), left = cur_left(c), all = (size ? size : m.len + left) - IPV6_HEADER;
	uint8_t *whole = pkt->fail || (size && size < m.len) ? NULL : pkt_scratch(pkt, m.len + there);
	if (!whole)
		return false;
	m.octets[PAYLOAD_LENGTH] = (uint8_t)(all >> 8);
	m.octets[PAYLOAD_LENGTH + 1] = (uint8_t)all;
	memcpy(whole, m.octets, m.len);
	memcpy(whole + m.len, c->data + c->pos, there);
	*packet = pkt_cursor(pkt, whole, m.len + there);
	packet->len = m.len + left;
	return true;
}

/* A fragment (RFC 4944, section 5.3): `offset` octets into a datagram of `size`. */
static void fragment(struct packet *pkt, const struct link *link, uint32_t size, uint32_t tag,
	uint32_t offset, struct cursor data)
{
	uint32_t key = tag;
	for (unsigned i = 0; i < 8; i++)
		key = key * 31 + link->src[i] * 7u + link->dst[i];
	if (!cur_left(&data) || data.cap < data.len)
		return;
	pkt->fragment = (struct fragment) { .set = true,
		.proto = pkt_layer(pkt)->proto,
		.key = key,
		.next_proto = 41,
		.offset = offset,
		.more = offset + data.len < size,
		.data = data };
}

void lowpan_reassembled(struct packet *pkt, const struct fragment *f, const struct reassembled *whole)
{
	(void)pkt;
	(void)f;
	(void)whole;
}

/* RFC 4944, section 5: headers of a mesh and of a broadcast may stand in front. Fragments are not put
 * together. */
enum verdict lowpan_wrapper(struct packet *pkt, struct cursor *c)
{
	enum { PLAIN = 0x41, BROADCAST = 0x50, FIRST = 0xc0, FURTHER = 0xe0 };
	struct link link;
	link_identifiers(pkt, &link);
	uint64_t first = 0;
	while (cur_peek(c, 0, 1, &first)) {
		if (first >> 6 == 2) {
			cur_take(c, (first & 15) == 15 ? 2 : 1);
			uint32_t from = first & 0x20 ? 2 : 8, to = first & 0x10 ? 2 : 8;
			const uint8_t *p = cur_take(c, from + to);
			if (!p)
				return MINE;
			identifier(link.src, p, from);
			identifier(link.dst, p + from, to);
		} else if (first == BROADCAST) {
			cur_take(c, 2);
		} else {
			break;
		}
	}
	uint32_t size = 0, tag = 0, kind = (uint32_t)first & 0xf8;
	if (kind == FIRST || kind == FURTHER) {
		size = (uint32_t)cur_be(c, 2) & 0x07ff;
		tag = (uint32_t)cur_be(c, 2);
	}
	if (kind == FURTHER) {
		uint32_t offset = (uint32_t)cur_be(c, 1) * 8;
		if (!pkt->fail)
			fragment(pkt, &link, size, tag, offset, cur_rest(c));
		return MINE;
	}
	if (pkt->fail || !cur_peek(c, 0, 1, &first))
		return MINE;
	struct cursor packet;
	if (first == PLAIN) {
		cur_take(c, 1);
		packet = cur_rest(c);
	} else if (first >> 5 != 3) {
		pkt_next_proto(pkt, &proto_data, cur_rest(c));
		return MINE;
	} else if (!compressed(pkt, c, &link, size, &packet)) {
		return MINE;
	}
	if (size)
		fragment(pkt, &link, size, tag, 0, packet);
	else
		pkt_next(pkt, CLAIM_ETHERTYPE_BARE, 0x86dd, packet);
	return MINE;
}
