#include "indexer/checksum.h"

const struct value_name checksum_status_names[] = { { CHECKSUM_BAD, "Bad" }, { CHECKSUM_GOOD, "Good" },
	{ CHECKSUM_UNVERIFIED, "Unverified" }, { 3, "Not present" }, { 4, "Illegal" }, { 0, NULL } };

uint32_t checksum_add(uint32_t sum, const uint8_t *octets, size_t n)
{
	for (; n > 1; n -= 2, octets += 2)
		sum += be16(octets);
	return n ? sum + ((uint32_t)octets[0] << 8) : sum;
}

static uint32_t add_address(uint32_t sum, const struct packet *pkt, uint32_t id)
{
	uint8_t kind;
	size_t len;
	const void *octets = id ? dict_get(pkt->dict, DICT_ADDRESS, id, &kind, &len) : NULL;
	return octets ? checksum_add(sum, octets, len) : sum;
}

uint32_t checksum_ipv6(const struct packet *pkt, uint32_t len, uint8_t next_header)
{
	uint32_t sum = (len >> 16) + (len & 0xffff) + next_header;
	return add_address(add_address(sum, pkt, pkt->net_src), pkt, pkt->net_dst);
}

enum checksum_status checksum_test(const struct packet *pkt, const struct cursor *c, uint32_t pseudo)
{
	if (pkt->fragmented || pkt->in_error || c->cap < c->len || c->len > UINT16_MAX)
		return CHECKSUM_UNVERIFIED;
	uint32_t sum = checksum_add(pseudo, c->data, c->len);
	sum = (sum >> 16) + (sum & 0xffff);
	sum += sum >> 16;
	return (sum & 0xffff) == 0xffff ? CHECKSUM_GOOD : CHECKSUM_BAD;
}
