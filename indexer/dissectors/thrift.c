/* Apache Thrift's calls, in its strict binary form, whole or in frames, and over UDP in its compact form
 * (Thrift specification, thrift-binary-protocol.md and thrift-compact-protocol.md). Only the name is shown,
 * but a message over TCP ends where its arguments do: they are walked.
 *
 *     80 01 00, kind | length of name | name | sequence | fields: type, number, value; up to type 0
 *     82, kind (3 bits) and version 1 | sequence | length of name | name | fields, packed
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_thrift;

enum {
	STOP = 0,
	BOOL = 2,
	BYTE = 3,
	DOUBLE = 4,
	I16 = 6,
	I32 = 8,
	I64 = 10,
	STRING = 11,
	STRUCT = 12,
	MAP = 13,
	SET = 14,
	LIST = 15
};

#define NESTED_MAX 25
#define HEADER     8 /* of a message: up to the length of its name */

struct thrift_flow {
	bool known;
};

/* Step over `n` octets; false: they are not all there. */
static bool step(const struct cursor *c, uint32_t *at, uint32_t n)
{
	if (n > c->cap - *at)
		return false;
	*at += n;
	return true;
}

static bool count_at(const struct cursor *c, uint32_t *at, uint32_t *count)
{
	if (!step(c, at, 4))
		return false;
	*count = be32(c->data + *at - 4);
	return true;
}

/* A value of a type, from *at on; false: it does not end in what is there. A type that there is not is taken
 * for the end of all. */
static bool value(const struct cursor *c, uint32_t *at, unsigned type, unsigned depth)
{
	uint32_t count;
	unsigned types[2], ntypes = type == MAP ? 2 : 1;
	switch (type) {
	case BOOL:
	case BYTE:
		return step(c, at, 1);
	case I16:
		return step(c, at, 2);
	case I32:
		return step(c, at, 4);
	case DOUBLE:
	case I64:
		return step(c, at, 8);
	case STRING:
		return count_at(c, at, &count) && step(c, at, count);
	case STRUCT:
		if (depth == NESTED_MAX)
			break;
		while (step(c, at, 1)) {
			unsigned field = c->data[*at - 1];
			if (field == STOP)
				return true;
			if (!step(c, at, 2) || !value(c, at, field, depth + 1))
				return false;
		}
		return false;
	case MAP:
	case SET:
	case LIST:
		if (depth == NESTED_MAX)
			break;
		if (!step(c, at, ntypes))
			return false;
		for (unsigned i = 0; i < ntypes; i++)
			types[i] = c->data[*at - ntypes + i];
		if (!count_at(c, at, &count))
			return false;
		/* Each element takes an octet, or the end is reached. */
		for (; count && *at < c->cap; count--)
			for (unsigned i = 0; i < ntypes; i++)
				if (!value(c, at, types[i], depth + 1))
					return false;
		return count == 0;
	default:
		break;
	}
	*at = c->cap;
	return true;
}

static bool is_name(const struct cursor *c, uint32_t at, uint32_t len)
{
	if (!len || at > c->cap || len > c->cap - at)
		return false;
	for (uint32_t i = 0; i < len; i++)
		if (c->data[at + i] < 0x20 || c->data[at + i] == 0x7f)
			return false;
	return true;
}

/* Does a message begin at this octet: version 1, a kind from call to one-way, a name? */
static bool is_binary(const struct cursor *c, uint32_t at)
{
	if (c->cap < at + HEADER)
		return false;
	const uint8_t *p = c->data + at;
	return be16(p) == 0x8001 && p[2] == 0 && p[3] >= 1 && p[3] <= 4 &&
	       is_name(c, at + HEADER, be32(p + 4));
}

static bool is_framed(const struct cursor *c)
{
	return is_binary(c, 4) && be32(c->data) >= HEADER;
}

/* A number of 7 bits an octet, low ones first. */
static bool packed(const struct cursor *c, uint32_t *at, uint32_t *out)
{
	*out = 0;
	for (unsigned shift = 0; shift < 32 && *at < c->cap; shift += 7) {
		uint8_t octet = c->data[(*at)++];
		*out |= (uint32_t)(octet & 0x7f) << shift;
		if (!(octet & 0x80))
			return true;
	}
	return false;
}

static bool is_compact(const struct cursor *c)
{
	uint32_t at = 2, sequence, len;
	return c->cap > 4 && c->data[0] == 0x82 && (c->data[1] & 0x1f) == 1 && c->data[1] >> 5 >= 1 &&
	       c->data[1] >> 5 <= 4 && packed(c, &at, &sequence) && packed(c, &at, &len) &&
	       is_name(c, at, len);
}

static bool over_tcp(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	return is_binary(c, 0) || is_framed(c);
}

/* Of what a conversation speaks, the first segment has been looked at. */
static bool thrift_test(struct packet *pkt, const struct cursor *c)
{
	const struct thrift_flow *f = pkt_flow(pkt, &proto_thrift);
	return (f && f->known) || over_tcp(pkt, c);
}

static uint32_t thrift_length(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	if (be16(c->data) != 0x8001) {
		uint32_t n = be32(c->data);
		return n > INT32_MAX ? c->cap : n + 4;
	}
	uint32_t at = 4, name;
	if (!count_at(c, &at, &name) || !step(c, &at, name) || !step(c, &at, 4) || !value(c, &at, STRUCT, 0))
		return 0;
	return at;
}

static enum verdict thrift_dissect(struct packet *pkt, struct cursor *c)
{
	if (pkt->stream) {
		struct thrift_flow *f = pkt_flow(pkt, &proto_thrift);
		if (f && !f->known) {
			f->known = true;
			pkt_speak(pkt, &proto_thrift);
		}
	} else if (!is_compact(c) && !over_tcp(pkt, c)) {
		return NOT_MINE;
	}
	return MINE;
}

static const struct pdu thrift_pdu = { .min = HEADER, .length = thrift_length, .test = thrift_test };

static const struct claim thrift_claims[] = { { CLAIM_HEUR_TCP, 120 }, { CLAIM_HEUR_UDP, 70 }, { 0 } };

const struct protocol proto_thrift = {
	.name = "thrift",
	.title = "Thrift Protocol",
	.column = "Thrift",
	.spec = "Apache Thrift specification",
	.help = "Calls of functions on another host, with arguments of any structure.",
	.id = PROTO_ID_thrift,
	.claims = thrift_claims,
	.dissect = thrift_dissect,
	.pdu = &thrift_pdu,
	.flow_size = sizeof(struct thrift_flow),
};
