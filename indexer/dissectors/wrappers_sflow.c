/* sFlow version 5 (sflow.org, sflow_version_5.txt): samples of counters and of packets, whose beginnings go
 * on to their own dissectors.
 *
 *     | version | agent's address type, address | sub-agent | sequence | uptime | samples: | type | length |
 * ... sample of a flow: sequence | source | rate | pool | drops | input | output | records: | type | length |
 * ... record of a packet: | protocol | frame's length | octets left out | length | octets
 *
 * The expanded sample of a flow has source, input and output in two words each. All are words of 4 octets. */
#include "indexer/dissectors/wrappers.h"

extern const struct protocol proto_eth, proto_ppp, proto_fr, proto_ip, proto_ipv6, proto_mpls, proto_wlan,
	proto_data;

enum { FLOW = 1, EXPANDED_FLOW = 3, RAW_PACKET = 1 };

static void packet_header(struct packet *pkt, struct cursor *c)
{
	static const struct protocol *const kinds[] = { [1] = &proto_eth,
		[5] = &proto_fr,
		[7] = &proto_ppp,
		[11] = &proto_ip,
		[12] = &proto_ipv6,
		[13] = &proto_mpls,
		[15] = &proto_wlan };
	uint32_t protocol = (uint32_t)cur_be(c, 4);
	cur_take(c, 8);
	uint32_t len = (uint32_t)cur_be(c, 4);
	struct cursor octets = cur_sub(c, len);
	if (pkt->fail)
		return;
	/* Nothing is analysed in a sample, nor counted. */
	pkt->in_error = true;
	pkt_next_proto(pkt,
		protocol < sizeof(kinds) / sizeof(*kinds) && kinds[protocol] ? kinds[protocol] : &proto_data,
		octets);
}

static void flow_sample(struct packet *pkt, struct cursor *c, bool expanded)
{
	cur_take(c, expanded ? 40 : 28);
	for (uint32_t n = (uint32_t)cur_be(c, 4); n && cur_left(c); n--) {
		uint32_t type = (uint32_t)cur_be(c, 4), len = (uint32_t)cur_be(c, 4);
		struct cursor record = cur_sub(c, len);
		if (type == RAW_PACKET && !pkt->fail)
			packet_header(pkt, &record);
	}
}

enum verdict sflow_wrapper(struct packet *pkt, struct cursor *c)
{
	enum { IPV4 = 1, IPV6 = 2 };
	uint64_t version = 0;
	if (cur_peek(c, 0, 4, &version) && version != 2 && version != 4 && version != 5)
		return NOT_MINE;
	cur_take(c, 4);
	uint32_t type = (uint32_t)cur_be(c, 4);
	if (version != 5 || (type != IPV4 && type != IPV6))
		return MINE;
	cur_take(c, (type == IPV4 ? 4 : 16) + 12);
	for (uint32_t n = (uint32_t)cur_be(c, 4); n && cur_left(c) && !pkt->fail; n--) {
		uint32_t kind = (uint32_t)cur_be(c, 4), len = (uint32_t)cur_be(c, 4);
		struct cursor sample = cur_sub(c, len);
		if (!pkt->fail && (kind == FLOW || kind == EXPANDED_FLOW))
			flow_sample(pkt, &sample, kind == EXPANDED_FLOW);
	}
	return MINE;
}
