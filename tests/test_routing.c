/* Routing protocols, control of links, and captures of other buses: expectations follow the specifications
 * named beside each sample. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/dissect_test.h"

#define WORDS_MAX 8

enum { IP_EIGRP = 88, IP_OSPF = 89, IP_PIM = 103, IP_VRRP = 112 };
enum {
	LINK_PPP = 9,
	LINK_MTP2 = 140,
	LINK_H4 = 187,
	LINK_USB_LINUX = 189,
	LINK_WPAN_NO_FCS = 230,
	LINK_USBPCAP = 249,
	LINK_NETLINK = 253
};
enum { PPP_LCP = 0xc021, PPP_IPCP = 0x8021, PPP_IPV6CP = 0x8057, PPP_PAP = 0xc023, PPP_CHAP = 0xc223 };

static const struct sample {
	const char *name;
	enum claim_table table;
	uint32_t key;
	const char *hex;
	const char *words[WORDS_MAX]; /* all of these stand in the text */
} samples[] = {
	/* RFC 2328, sections A.3.1 and A.3.2 */
	{ "OSPF hello", CLAIM_IP_PROTO, IP_OSPF,
		"02 01 0030 01010101 00000000 0000 0000 0000000000000000"
		"ffffff00 000a 02 01 00000028 c0000201 00000000 02020202",
		{ "stack: ospf\n", "version=2 msg=1 packet_length=48 srcrouter=1.1.1.1 area_id=0.0.0.0",
			"hello.network_mask=255.255.255.0 hello.hello_interval=10 hello.router_priority=1 "
			"hello.router_dead_interval=40 hello.designated_router=192.0.2.1",
			"hello.active_neighbor=2.2.2.2", "v2.options=0x02" } },
	/* sections A.3.5, A.4.1 and A.4.2: an update with a router's link to a stub network */
	{ "OSPF update", CLAIM_IP_PROTO, IP_OSPF,
		"02 04 0040 01010101 00000001 0000 0000 0000000000000000"
		"00000001 0e10 02 01 01010101 01010101 80000003 1234 0024"
		"00 00 0001 c0000200 ffffff00 03 00 000a",
		{ "msg=4", "lsa=1", "id=1.1.1.1", "seqnum=0x80000003 ", "linkid=192.0.2.0",
			"linkdata=255.255.255.0", "linktype=3" } },
	/* RFC 5340, section A.3.2 */
	{ "OSPF for IPv6", CLAIM_IP_PROTO, IP_OSPF,
		"03 01 0028 01010101 00000000 0000 00 00"
		"00000005 01 000013 000a 0028 01010101 00000000 03030303",
		{ "version=3", "hello.interface_id=5", "v3.options=0x000013",
			"hello.active_neighbor=3.3.3.3" } },
	/* RFC 7868, sections 6.2 and 6.6.1: parameters of a hello */
	{ "EIGRP hello", CLAIM_IP_PROTO, IP_EIGRP,
		"02 05 0000 00000000 00000000 00000000 0000 0064 0001 000c 01 00 01 00 00 00 000f",
		{ "stack: eigrp\n", "version=2 opcode=5", "as=100", "tlv_type=0x0001", "par.k1=1", "par.k3=1",
			"par.holdtime=15" } },
	/* RFC 7761, section 4.9.2 */
	{ "PIM hello", CLAIM_IP_PROTO, IP_PIM, "20 00 0000 0001 0002 0069 0013 0004 00000001",
		{ "stack: pim\n", "optiontype=1 optionlength=2", "holdtime=105", "dr_priority=1" } },
	/* section 4.9.3: what is registered is a packet */
	{ "PIM register", CLAIM_IP_PROTO, IP_PIM,
		"21 00 0000 40000000 4500 0020 0001 0000 40 11 0000 c0000201 e8010101 1234 5678 000c 0000 "
		"61626364",
		{ "stack: pim:ip:udp", "register_flag=0x40000000" } },
	/* RFC 3768, section 5.1 */
	{ "VRRP", CLAIM_IP_PROTO, IP_VRRP, "21 07 64 01 00 01 0000 c00002fe 0000000000000000",
		{ "stack: vrrp\n", "typever=33 virt_rtr_id=7 prio=100 addr_count=1 auth_type=0 adver_int=1",
			"ip_addr=192.0.2.254" } },
	/* ISO/IEC 10589, section 9.7; RFC 1195: a point-to-point hello that lists an address */
	{ "IS-IS hello", CLAIM_NLPID, 0x83,
		"83 14 01 00 11 01 00 00 02 010203040506 001e 001a 01 84 04 c0000201",
		{ "stack: isis:isis.hello\n", "type=17",
			"circuit_type=0x02 source_id=0102.0304.0506 holding_timer=30", "local_circuit_id=1",
			"clv.type=132", "clv_ipv4_int_addr=192.0.2.1" } },
	/* section 9.8; RFC 5301: the name of the router */
	{ "IS-IS link state", CLAIM_NLPID, 0x83,
		"83 1b 01 00 12 01 00 00 001f 04b0 0102030405060000 00000009 630b 01 89 02 5231",
		{ "stack: isis:isis.lsp\n", "lsp_id=0102.0304.0506.00-00", "sequence_number=0x00000009",
			"hostname=R1" } },
	/* RFC 4271, sections 4.1 and 4.2; RFC 6793: an AS number of four octets */
	{ "BGP open", CLAIM_TCP_PORT, 179,
		"ffffffffffffffffffffffffffffffff 0025 01 04 fde9 00b4 01010101 08 02 06 41 04 0000fde9",
		{ "stack: bgp\n", "length=37 type=1",
			"open.myas=65001 open.holdtime=180 open.identifier=1.1.1.1",
			"cap.type=65 cap.length=4", "cap.4as=65001" } },
	/* section 4.3: 192.0.2.0/24 through 10.0.0.1, by AS 65001 and 65002; then a keepalive */
	{ "BGP update", CLAIM_TCP_PORT, 179,
		"ffffffffffffffffffffffffffffffff 002f 02 0000 0014 40 01 01 00 40 02 06 02 02 fde9 fdea 40 "
		"03 04 0a000001"
		"18 c00002"
		"ffffffffffffffffffffffffffffffff 0013 04",
		{ "stack: bgp\n", "path_attributes.length=20", "path_attribute.origin=0",
			"path_attribute.as_path_segment.as2=65001",
			"path_attribute.as_path_segment.as2=65002", "path_attribute.next_hop=10.0.0.1",
			"prefix_length=24 nlri_prefix=192.0.2.0", "length=19 type=4" } },
	/* RFC 1661, sections 5.1 and 6 */
	{ "LCP request", CLAIM_PPP, PPP_LCP, "01 07 0012 01 04 05dc 05 06 11223344 03 04 c023",
		{ "stack: lcp\n", "mru=1500", "magic_number=0x11223344", "auth_protocol=0xc023" } },
	/* RFC 1332, section 3.3; RFC 1877, section 1.1 */
	{ "IPCP request", CLAIM_PPP, PPP_IPCP, "01 01 0010 03 06 c0000201 81 06 c0000235",
		{ "stack: ipcp\n", "ip_address=192.0.2.1", "pri_dns_address=192.0.2.53" } },
	/* RFC 5072, section 4.1 */
	{ "IPV6CP request", CLAIM_PPP, PPP_IPV6CP, "01 01 000e 01 0a 0200000000000001",
		{ "stack: ipv6cp\n", "interface_identifier=02:00:00:00:00:00:00:01" } },
	/* RFC 1334, section 2.2 */
	{ "PAP", CLAIM_PPP, PPP_PAP, "01 01 000d 03 616263 04 64656667",
		{ "stack: pap\n", "pap code=1 identifier=1 length=13", "peer_id=abc", "password=defg" } },
	/* RFC 1994, section 4.1 */
	{ "CHAP", CLAIM_PPP, PPP_CHAP, "01 01 000d 04 01020304 6e616d65",
		{ "stack: chap\n", "value=01020304", "name=name" } },
	/* RFC 1661, section 5.7: the rejected packet comes back */
	{ "LCP protocol reject", CLAIM_PPP, PPP_LCP, "08 01 0010 8021 01 01 000a 03 06 c0000201",
		{ "stack: lcp:ipcp\n", "rej_proto=0x8021", "ip_address=192.0.2.1" } },
	/* IPX: a broadcast of routes, 040 octets */
	{ "IPX", CLAIM_ETHERTYPE, 0x8137,
		"ffff 0028 00 01 00000000 ffffffffffff 0453 00000001 020000000001 0453 0002 00000002 0001 "
		"0002",
		{ "stack: ethertype:ipx\n", "checksum=0xffff len=40 hops=0 packet_type=0x01",
			"src.socket=0x0453" } },
	/* RFC 3549, section 2.3.2: a request for links, two messages */
	{ "netlink", CLAIM_LINKTYPE, LINK_NETLINK,
		"0004 0338 0000 0000000000000000 0000"
		"14000000 1200 0103 05000000 00000000 11000000"
		"14000000 1200 0103 06000000 00000000 11000000",
		{ "stack: netlink:netlink-route:netlink-route\n", "family=0x0000", "hdr_len=20",
			"hdr_seq=6" } },
	/* Q.703, section 2.3; Q.704, section 14.2: an ISUP message */
	{ "MTP2", CLAIM_LINKTYPE, LINK_MTP2, "01 02 0c 85 40010203 0100 0100 616263",
		{ "stack: mtp2:mtp3:isup\n" } },
	/* Core specification 5.3, volume 4, part E, 5.4.2; volume 3, part A, 2.1 */
	{ "Bluetooth attribute", CLAIM_LINKTYPE, LINK_H4, "02 4000 0700 0300 0400 0a0300",
		{ "stack: bluetooth:hci_h4:bthci_acl:btl2cap:btatt\n" } },
	{ "Bluetooth command", CLAIM_LINKTYPE, LINK_H4, "01 030c 00",
		{ "stack: bluetooth:hci_h4:bthci_cmd\n" } },
	/* ZigBee specification, 3.3.1 and 2.2.5: a report of the on/off cluster's command, no security */
	{ "ZigBee", CLAIM_LINKTYPE, LINK_WPAN_NO_FCS,
		"6188 01 3412 0100 0200 4800 0100 0200 1e 07 00 01 0600 0401 01 09 01 05 02",
		{ "stack: wpan:zbee_nwk:zbee_aps:zbee_zcl:zbee_zcl_general.onoff\n" } },
	/* a report of eight octets, of a device whose descriptors were not seen */
	{ "USB on Windows", CLAIM_LINKTYPE, LINK_USBPCAP,
		"1b00 3412000000000000 00000000 0900 01 0200 0100 81 01 08000000 0000040000000000",
		{ "stack: usb\n",
			"transfer_type=0x01 endpoint_address=0x81 device_address=1 bus_id=2 data_len=8",
			"capdata=0000040000000000" } },
};

static void check_sample(void **state)
{
	const struct sample *s = *state;
	const char *text = dissect_hex(s->table, s->key, s->hex, 0);
	for (unsigned i = 0; i < WORDS_MAX && s->words[i]; i++)
		if (!strstr(text, s->words[i]))
			assert_string_equal(text, s->words[i]);
}

static void check_prefixes(void **state)
{
	const struct sample *s = *state;
	dissect_prefixes(s->table, s->key, s->hex);
}

/* USB 2.0, section 9.6: the descriptors of a keyboard say what the octets of its endpoint are. */
static void usb_keyboard(void **state)
{
	static const char urb[] = "3412000000000000";
	char hex[512];
	(void)state;
	/* submitted: get the configuration */
	snprintf(hex, sizeof(hex),
		"%s 53 02 80 02 0100 00 3c 0000000000000000 00000000 00000000 22000000 00000000 %s", urb,
		"80 06 0002 0000 2200");
	assert_non_null(strstr(dissect_hex(CLAIM_LINKTYPE, LINK_USB_LINUX, hex, 0), "setup.bRequest=6"));
	/* the answer: configuration, interface of class 3, its HID descriptor, endpoint 1 in */
	snprintf(hex, sizeof(hex),
		"%s 43 02 80 02 0100 2d 00 0000000000000000 00000000 00000000 22000000 22000000 %s %s", urb,
		"0000000000000000",
		"09 02 2200 01 01 00 a0 32 09 04 00 00 01 03 01 01 00 09 21 1001 00 01 22 4100 07 05 81 03 "
		"0800 0a");
	assert_non_null(strstr(dissect_more(CLAIM_LINKTYPE, LINK_USB_LINUX, hex, 0), "stack: usb:usbhid\n"));
	/* a report */
	snprintf(hex, sizeof(hex),
		"%s 43 01 81 02 0100 2d 00 0000000000000000 00000000 00000000 08000000 08000000 %s %s", urb,
		"0000000000000000", "0000040000000000");
	assert_non_null(strstr(dissect_more(CLAIM_LINKTYPE, LINK_USB_LINUX, hex, 0), "stack: usb:usbhid\n"));
}

int main(void)
{
	enum { N = sizeof(samples) / sizeof(*samples) };
	struct CMUnitTest tests[2 * N + 1];
	for (unsigned i = 0; i < N; i++) {
		tests[2 * i] = (struct CMUnitTest) { samples[i].name, check_sample, NULL, NULL,
			(void *)(uintptr_t)&samples[i] };
		tests[2 * i + 1] = (struct CMUnitTest) { "its prefixes", check_prefixes, NULL, NULL,
			(void *)(uintptr_t)&samples[i] };
	}
	tests[2 * N] = (struct CMUnitTest)cmocka_unit_test(usb_keyboard);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
