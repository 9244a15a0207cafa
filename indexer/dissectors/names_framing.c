/* RFC 7011, section 3.1; RFC 8175, section 11; ISO 22510; RFC 5036, section 3.1; RFC 2608, section 8, and RFC
 * 2165, section 4 (version 1). */
#include "indexer/dissectors/names_framing.h"

static enum verdict taken(struct packet *pkt, struct cursor *c)
{
	(void)pkt;
	(void)c;
	return MINE;
}

/* Versions before IPFIX tell no length: they are taken as they come. */
FRAMED_LENGTH(cflow, be16(c->data) == 10 ? be16(c->data + 2) : c->len)
FRAMED_LENGTH(dlep, be16(c->data + 2) + 4u)
FRAMED_LENGTH(kip, be16(c->data + 4))
FRAMED_LENGTH(ldp, be16(c->data + 2) + 4u)
FRAMED_LENGTH(srvloc, c->data[0] == 2 ? be32(c->data + 1) & 0xffffff : be16(c->data + 2))

/* Another version, or too little to have one, is not LDP's. */
static bool ldp_test(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	return c->cap >= 2 && be16(c->data) == 1;
}

const struct pdu cflow_pdu = { .min = 4, .length = cflow_length, .dissect = taken };
const struct pdu dlep_pdu = { .min = 4, .length = dlep_length, .dissect = taken };
/* Ice: the length stands little-endian behind "IceP", versions and the kind of message. */
FRAMED_LENGTH(icep, le32(c->data + 10))
static bool icep_test(struct packet *pkt, const struct cursor *c)
{
	(void)pkt;
	return c->cap >= 4 && be32(c->data) == 0x49636550;
}
const struct pdu icep_pdu = { .min = 14, .length = icep_length, .test = icep_test };
const struct pdu kip_pdu = { .min = 6, .length = kip_length, .dissect = taken, .unmeasured = true };
const struct pdu ldp_pdu = { .min = 4, .length = ldp_length, .test = ldp_test, .unmeasured = true };
const struct pdu srvloc_pdu = { .min = 5, .length = srvloc_length, .dissect = taken };

/* Lines of Git begin with their length as four hexadecimal digits, these included; 0 ends a list. */
static uint32_t git_length(struct packet *pkt, const struct cursor *c)
{
	uint32_t n = 0, at = 0, digits = 0;
	(void)pkt;
	while (at < 4 && (c->data[at] == ' ' || (c->data[at] >= '\t' && c->data[at] <= '\r')))
		at++;
	for (; at < 4; at++, digits++) {
		uint32_t digit = c->data[at] | 0x20u;
		if (digit >= '0' && digit <= '9' && c->data[at] == digit)
			n = n << 4 | (digit - '0');
		else if (digit >= 'a' && digit <= 'f')
			n = n << 4 | (digit - 'a' + 10);
		else
			break;
	}
	return !digits ? 0 : n < 4 ? 4 : n;
}

const struct pdu git_pdu = { .min = 4, .length = git_length };

/* The Basic Encoding Rules (X.690, section 8.1): a tag, whose number may go on over octets that have their
 * high bit set, and a length, of several octets where it has the high bit. Gives where the contents begin, 0
 * where the octets do not reach so far. */
static uint32_t ber_header(const struct cursor *c, uint32_t at, uint32_t *length)
{
	uint32_t octets;
	if (at < c->cap && (c->data[at++] & 0x1f) == 0x1f)
		while (at < c->cap && c->data[at++] & 0x80)
			;
	if (at >= c->cap)
		return 0;
	*length = c->data[at++];
	if (*length <= 0x80)
		return at;
	for (octets = *length & 0x7f, *length = 0; octets && at < c->cap; octets--)
		*length = *length << 8 | c->data[at++];
	return octets ? 0 : at;
}

/* A length of 0x80 leaves the end to two octets of 0 behind the contents, which may be of the same kind. */
static uint32_t ber_length(struct packet *pkt, const struct cursor *c)
{
	uint32_t at = 0, depth = 0, length = 0;
	(void)pkt;
	do {
		bool ends = depth && c->cap - at >= 2 && c->data[at] == 0 && c->data[at + 1] == 0;
		bool endless = false;
		at = ber_header(c, at, &length);
		endless = at && c->data[at - 1] == 0x80 && length == 0x80;
		if (!at)
			return 0;
		if (endless)
			depth++;
		else if (ends)
			depth--;
		else if (length > UINT32_MAX - at || (depth && length + at > c->cap))
			return depth ? 0 : UINT32_MAX;
		else
			at += length;
	} while (depth);
	return at;
}

const struct pdu z3950_pdu = { .min = 8, .length = ber_length };
