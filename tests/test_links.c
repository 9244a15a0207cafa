/* Link layers and ARP: what stands before the network layer. Expectations follow the specifications named
 * beside each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "indexer/registry.h"
#include "tests/dissect_test.h"

#define IPV4_UDP "4500 0020 0001 0000 40 11 0000 c0000201 c0000202 1234 5678 000c 0000 61626364"

enum {
	LINK_NULL = 0,
	LINK_ETHERNET = 1,
	LINK_PPP = 9,
	LINK_RAW = 101,
	LINK_CHDLC = 104,
	LINK_FR = 107,
	LINK_LOOP = 108,
	LINK_SLL = 113,
	LINK_CAN = 227,
	LINK_NFLOG = 239,
	LINK_SLL2 = 276
};

static const struct sample {
	const char *name;
	uint32_t link;
	const char *hex;
	const char *want; /* the text begins with this */
} samples[] = {
	/* RFC 826: who has 192.0.2.2? 18 octets of padding up to 60 */
	{ "ARP request", LINK_ETHERNET,
		"ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 c0000201 000000000000 "
		"c0000202"
		"000000000000000000000000000000000000",
		"stack: eth:ethertype:arp\n"
		"eth dst=ff:ff:ff:ff:ff:ff src=02:00:00:00:00:01 type=0x0806 "
		"padding=000000000000000000000000000000000000\n"
		"arp hw.type=1 proto.type=0x0800 hw.size=6 proto.size=4 opcode=1 "
		"src.hw_mac=02:00:00:00:00:01 "
		"src.proto_ipv4=192.0.2.1 dst.hw_mac=00:00:00:00:00:00 dst.proto_ipv4=192.0.2.2\n" },
	/* RFC 5227, section 1.1: an announcement has the sender's address in both places */
	{ "ARP announcement", LINK_ETHERNET,
		"ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 c0000201 000000000000 "
		"c0000201",
		"stack: eth:ethertype:arp\n"
		"eth dst=ff:ff:ff:ff:ff:ff src=02:00:00:00:00:01 type=0x0806\n"
		"arp hw.type=1 proto.type=0x0800 hw.size=6 proto.size=4 opcode=1 "
		"src.hw_mac=02:00:00:00:00:01 "
		"src.proto_ipv4=192.0.2.1 dst.hw_mac=00:00:00:00:00:00 dst.proto_ipv4=192.0.2.1 "
		"isgratuitous=1 "
		"isannouncement=1\n" },
	/* RFC 5227, section 1.1: a probe has an all-zero sender */
	{ "ARP probe", LINK_ETHERNET,
		"ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 00000000 000000000000 "
		"c0000201",
		"stack: eth:ethertype:arp\n"
		"eth dst=ff:ff:ff:ff:ff:ff src=02:00:00:00:00:01 type=0x0806\n"
		"arp hw.type=1 proto.type=0x0800 hw.size=6 proto.size=4 opcode=1 "
		"src.hw_mac=02:00:00:00:00:01 "
		"src.proto_ipv4=0.0.0.0 dst.hw_mac=00:00:00:00:00:00 dst.proto_ipv4=192.0.2.1 isprobe=1\n" },
	/* IEEE 802.1Q, 9.6: priority 5, VLAN 100 */
	{ "VLAN", LINK_ETHERNET, "020000000002 020000000001 8100 a064 0800 " IPV4_UDP,
		"stack: eth:ethertype:vlan:ethertype:ip:udp:data\n"
		"eth dst=02:00:00:00:00:02 src=02:00:00:00:00:01 type=0x8100\n"
		"vlan tci=0xa064 etype=0x0800\n" },
	{ "provider bridge", LINK_ETHERNET, "020000000002 020000000001 88a8 0002 8100 0003 0800 " IPV4_UDP,
		"stack: eth:ethertype:ieee8021ad:ethertype:vlan:ethertype:ip:udp:data\n"
		"eth dst=02:00:00:00:00:02 src=02:00:00:00:00:01 type=0x88a8\n"
		"vlan tci=0x0003 etype=0x0800\n"
		"ieee8021ad tci=0x0002\n" },
	/* IEEE 802.3 length, RFC 1042: aa aa 03, organization 0, Ethertype */
	{ "SNAP", LINK_ETHERNET, "020000000002 020000000001 0028 aaaa03 000000 0800 " IPV4_UDP,
		"stack: eth:llc:ip:udp:data\n"
		"eth dst=02:00:00:00:00:02 src=02:00:00:00:00:01 len=40\n"
		"llc dsap=0xaa ssap=0xaa control=0x0003 oui=0 type=0x0800\n" },
	{ "supervisory LLC frame", LINK_ETHERNET, "020000000002 020000000001 0004 0405 0102",
		"stack: eth:llc\n"
		"eth dst=02:00:00:00:00:02 src=02:00:00:00:00:01 len=4\n"
		"llc dsap=0x04 ssap=0x05 control=0x0201\n" },
	/* RFC 3032: labels 16 and 17, bottom of the stack at the second */
	{ "MPLS", LINK_ETHERNET, "020000000002 020000000001 8847 00010040 0001113f " IPV4_UDP,
		"stack: eth:ethertype:mpls:ip:udp:data\n"
		"eth dst=02:00:00:00:00:02 src=02:00:00:00:00:01 type=0x8847\n"
		"mpls depth=2\n"
		"mpls_entry word=0x00010040\n"
		"mpls_entry word=0x0001113f\n" },
	/* RFC 2516, RFC 1661: session 1, 34 octets, IPv4 */
	{ "PPPoE", LINK_ETHERNET, "020000000002 020000000001 8864 11 00 0001 0022 0021 " IPV4_UDP,
		"stack: eth:ethertype:pppoes:ppp:ip:udp:data\n"
		"eth dst=02:00:00:00:00:02 src=02:00:00:00:00:01 type=0x8864\n"
		"ppp protocol=0x0021\n"
		"pppoes first=0x11 pppoe.code=0x00 pppoe.session_id=0x0001 pppoe.payload_length=34\n" },
	/* RFC 1661, section 6.5: the protocol number in one octet */
	{ "compressed PPP", LINK_PPP, "ff03 21 " IPV4_UDP,
		"stack: ppp:ip:udp:data\nppp protocol=0x0021 address=0xff control=0x03\n" },
	{ "little-endian loopback", LINK_NULL, "02000000 " IPV4_UDP,
		"stack: null:ip:udp:data\nnull family=2\n" },
	{ "big-endian loopback", LINK_NULL, "00000002 " IPV4_UDP,
		"stack: null:ip:udp:data\nnull family=2\n" },
	{ "loopback with an Ethertype", LINK_NULL, "00080000 " IPV4_UDP,
		"stack: null:ip:udp:data\nnull type=0x0800\n" },
	{ "OpenBSD loopback", LINK_LOOP, "00000002 " IPV4_UDP, "stack: null:ip:udp:data\nnull family=2\n" },
	{ "raw IP", LINK_RAW, IPV4_UDP, "stack: raw:ip:udp:data\n" },
	/* LINKTYPE_LINUX_SLL: sent by us, Ethernet, 6 octets of address */
	{ "Linux cooked", LINK_SLL, "0004 0001 0006 020000000001 0000 0800 " IPV4_UDP,
		"stack: sll:ethertype:ip:udp:data\n"
		"sll pkttype=4 hatype=1 halen=6 src.eth=02:00:00:00:00:01 etype=0x0800 unused=0000\n" },
	{ "Linux cooked, version 2", LINK_SLL2, "0800 0000 00000002 0001 04 06 020000000001 0000 " IPV4_UDP,
		"stack: sll:ethertype:ip:udp:data\n"
		"sll pkttype=4 hatype=1 halen=6 src.eth=02:00:00:00:00:01 etype=0x0800 ifindex=2 "
		"unused=0000\n" },
	{ "Cisco HDLC", LINK_CHDLC, "0f00 0800 " IPV4_UDP,
		"stack: chdlc:ip:udp:data\nchdlc address=0x0f control=0x00 protocol=0x0800\n" },
	/* RFC 2427, section 4.1: NLPID cc; Q.922: DLCI 100 is 000110 0100 */
	{ "Frame Relay", LINK_FR, "1841 03 cc " IPV4_UDP,
		"stack: fr:ip:udp:data\nfr dlci=100 control=0x03 nlpid=0xcc\n" },
	{ "Frame Relay, Cisco", LINK_FR, "1841 0800 " IPV4_UDP,
		"stack: fr:ip:udp:data\nfr dlci=100 chdlctype=0x0800\n" },
	{ "CAN", LINK_CAN, "00000123 03 000000 010203",
		"stack: can:data\ndata len=3 data=010203\ncan word=0x00000123 len=3\n" },
	/* attribute 9, the payload, 4 + 32 octets */
	{ "NFLOG", LINK_NFLOG, "02 00 0000 2400 0900 " IPV4_UDP, "stack: nflog:ip:udp:data\n" },
};

/* Rows come in the order of the archive's tables, so only what the sample names is looked for, line by line.
 */
static void has_lines(const char *text, const char *want)
{
	while (*want) {
		char line[1024];
		const char *end = strchr(want, '\n');
		snprintf(line, sizeof(line), "%.*s", (int)(end - want + 1), want);
		if (!strstr(text, line))
			assert_string_equal(text, line);
		want = end + 1;
	}
}

static void check_sample(void **state)
{
	const struct sample *s = *state;
	has_lines(dissect_hex(CLAIM_LINKTYPE, s->link, s->hex, 0), s->want);
}

static void check_prefixes(void **state)
{
	const struct sample *s = *state;
	dissect_prefixes(CLAIM_LINKTYPE, s->link, s->hex);
}

/* Two stations say that they have 192.0.2.1. */
/* tshark reads twenty tags of a frame; the next one is but marked. */
static void vlan_nested(void **state)
{
	(void)state;
	char hex[512] = "020000000002 020000000001 8100";
	for (unsigned i = 0; i < 19; i++)
		strcat(hex, " 0001 8100");
	size_t n = strlen(hex);
	strcat(hex, " 0001 0800" IPV4_UDP);
	const char *text = dissect_hex(CLAIM_LINKTYPE, LINK_ETHERNET, hex, 0);
	assert_non_null(strstr(text, ":vlan:ethertype:ip:udp:data\n"));
	assert_null(strstr(text, "too_many_tags"));
	strcpy(hex + n, " 0001 8100 0001 0800" IPV4_UDP);
	text = dissect_hex(CLAIM_LINKTYPE, LINK_ETHERNET, hex, 0);
	assert_non_null(strstr(text, ":vlan:ethertype:vlan\n"));
	assert_non_null(strstr(text, "vlan too_many_tags=1\n"));
}

static void arp_duplicate(void **state)
{
	static const char first[] = "0001 0800 06 04 0002 020000000001 c0000201 020000000009 c0000209",
			  second[] = "0001 0800 06 04 0002 020000000002 c0000201 020000000009 c0000209";
	(void)state;
	assert_null(strstr(dissect_hex(CLAIM_ETHERTYPE, 0x0806, first, 0), "arp_duplicate"));
	assert_non_null(strstr(dissect_more(CLAIM_ETHERTYPE, 0x0806, second, 0),
		"arp_duplicate duplicate-address-detected=1 duplicate-address-frame=1"));
	/* the first one keeps the address */
	assert_null(strstr(dissect_more(CLAIM_ETHERTYPE, 0x0806, first, 0), "arp_duplicate"));
}

/* A request says nothing about its target. */
static void arp_request_target(void **state)
{
	(void)state;
	dissect_hex(CLAIM_ETHERTYPE, 0x0806,
		"0001 0800 06 04 0001 020000000001 c0000201 020000000002 c0000202", 0);
	assert_null(strstr(dissect_more(CLAIM_ETHERTYPE, 0x0806,
				   "0001 0800 06 04 0002 020000000003 c0000202 020000000001 c0000201", 0),
		"arp_duplicate"));
}

int main(void)
{
	enum { N = sizeof(samples) / sizeof(*samples) };
	struct CMUnitTest tests[2 * N + 3];
	for (unsigned i = 0; i < N; i++) {
		tests[2 * i] = (struct CMUnitTest) { samples[i].name, check_sample, NULL, NULL,
			(void *)(uintptr_t)&samples[i] };
		tests[2 * i + 1] = (struct CMUnitTest) { "its prefixes", check_prefixes, NULL, NULL,
			(void *)(uintptr_t)&samples[i] };
	}
	tests[2 * N] = (struct CMUnitTest)cmocka_unit_test(arp_duplicate);
	tests[2 * N + 1] = (struct CMUnitTest)cmocka_unit_test(arp_request_target);
	tests[2 * N + 2] = (struct CMUnitTest)cmocka_unit_test(vlan_nested);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
