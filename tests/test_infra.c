/* Protocols that run a network: addresses, names, time, management, routing. Messages written by hand from
 * their specifications. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "tests/dissect_test.h"

#define X8(octet)  octet octet octet octet octet octet octet octet
#define X16(octet) X8(octet) X8(octet)
#define X64(octet) X16(octet) X16(octet) X16(octet) X16(octet)

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no \"%s\" in:\n%s", part, text);
}

static void has_not(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("\"%s\" in:\n%s", part, text);
}

/* The message in a datagram to the port. */
static const char *to_port(unsigned port, const char *hex,
	const char *(*dissect)(enum claim_table, uint32_t, const char *, uint32_t))
{
	char datagram[4096];
	unsigned digits = 0;
	for (const char *p = hex; *p; p++)
		digits += *p != ' ';
	snprintf(datagram, sizeof(datagram), "9c40 %04x %04x 0000 %s", port, 8 + digits / 2, hex);
	return dissect(CLAIM_IP_PROTO, 17, datagram, 0);
}

static const char *udp(unsigned port, const char *hex)
{
	return to_port(port, hex, dissect_hex);
}

/* ---- DHCP: RFC 2131, section 2; RFC 2132 ---- */

#define BOOTP(op, sname, file)                                                                               \
	op " 01 06 00 11223344 0000 8000 00000000 c0000205 c0000201 00000000 0200000000010000 "              \
	   "0000000000000000 " sname file "63825363 "
#define NO_NAME X64("00")
#define NO_FILE X64("00") X64("00")

static void dhcp_offer(void **state)
{
	(void)state;
	const char *text = udp(68, BOOTP("02", NO_NAME, NO_FILE) "350102 0104ffffff00 0308c0000201c00002fe "
								 "330400000e10 3604c0000201 0c03616263 ff");
	has(text, "stack: udp:dhcp\n");
	has(text, "dhcp type=2 hw.type=0x01 hw.len=6 hops=0 id=0x11223344 secs=0 flags=0x8000");
	has(text, "ip.your=192.0.2.5");
	has(text, "mac_addr=02:00:00:00:00:01");
	has(text, "option.type=53 option.length=1 option.value=02 option.dhcp=2");
	has(text, "option.router=192.0.2.1\n");
	has(text, "option.router=192.0.2.254\n");
	has(text, "ip_address_lease_time=3600");
	has(text, "hostname=abc");
	has_not(text, "bootp=1");
}

/* RFC 2131, section 4.1: option 52 says that the file name holds options. */
static void dhcp_overload(void **state)
{
	(void)state;
	const char *text = udp(68, BOOTP("02", NO_NAME,
					   "0f03 6c616e ff 0000" X8("00") X8("00") X8("00") X8("00") X8("00")
						   X8("00") X8("00") X64("00")) "350105 340101 ff");
	has(text, "option_overload=1");
	has(text, "domain_name=lan");
	has_not(text, "dhcp.file");
}

/* The end is missing, and a length leads beyond the message. */
static void dhcp_damaged(void **state)
{
	(void)state;
	const char *text = udp(67, BOOTP("01", NO_NAME, NO_FILE) "350101 0cff 61");
	has(text, "option.dhcp=1");
	has(text, "option.type=12 option.length=255\n");
	dissect_prefixes(CLAIM_UDP_PORT, 67,
		BOOTP("01", NO_NAME, NO_FILE) "350101 3d0701020000000001 5107000000616263 ff");
}

/* ---- DHCPv6: RFC 8415, sections 8, 9 and 21 ---- */

static void dhcpv6_relayed(void **state)
{
	(void)state;
	const char *text = udp(547, "0c 01 20010db8000000000000000000000001 fe800000000000000000000000000002 "
				    "0009 0018 01 a1b2c3 0001 000a 0003 0001 020000000001 0008 0002 0064");
	has(text, "stack: udp:dhcpv6\n");
	has(text, "dhcpv6 msgtype=12 hopcount=1 linkaddr=2001:db8::1 peeraddr=fe80::2\n");
	has(text, "msgtype=1 xid=0xa1b2c3\n");
	has(text, "duidll.link_layer_addr=02:00:00:00:00:01");
	has(text, "elapsed_time=1000");
}

static void dhcpv6_lease(void **state)
{
	(void)state;
	const char *text = udp(546, "07 000001 0003 0028 00000007 00000e10 00001518 "
				    "0005 0018 20010db8000000000000000000000009 00001c20 00002a30");
	has(text, "iaid=00000007 iaid.t1=3600 iaid.t2=5400");
	has(text, "iaaddr.ip=2001:db8::9 iaaddr.pref_lifetime=7200 iaaddr.valid_lifetime=10800");
	/* An option that is longer than the one that holds it ends the message. */
	text = udp(546, "07 000001 0003 0010 00000007 00000e10 00001518 0005 0018 0008 0002 0001");
	has(text, "iaid=00000007");
	has_not(text, "elapsed_time");
	dissect_prefixes(CLAIM_UDP_PORT, 546,
		"07 000001 0018 0009 076578616d706c65 00 0017 0010 20010db8000000000000000000000001");
}

/* ---- NTP: RFC 5905, section 7.3 ---- */

#define NTP_TIMES "0000000000000000 0000000000000000 0000000000000000 e000000000000000"

static void ntp_exchange(void **state)
{
	(void)state;
	has(udp(123, "23 00 06 ec 00010000 00000000 00000000" NTP_TIMES),
		"ntp flags=0x23 stratum=0 ppoll=6 precision=236 rootdelay=65536 rootdispersion=0 "
		"refid=00000000");
	const char *answer = dissect_more(CLAIM_IP_PROTO, 17,
		"007b 9c40 0038 0000 24 01 06 ec 00000000 00000000 47505300" NTP_TIMES, 0);
	has(answer, "refid=47505300");
	has(answer, "stack: udp:ntp\n");
}

/* A key and the digest behind it, after an extension field (RFC 7822). */
static void ntp_authenticated(void **state)
{
	(void)state;
	const char *text = udp(123, "23 00 06 ec 00000000 00000000 00000000" NTP_TIMES
				    "0104 0010 000000000000000000000000 00000001" X16("ab"));
	has(text, "ext.type=0x0104 ext.length=16 ext.value=000000000000000000000000");
	has(text, "keyid=00000001 mac=abababababababababababababababab");
	/* Control: read variables (RFC 9327). */
	has(udp(123, "16 82 0001 0615 0000 0000 0005 61626364 65"),
		"ctrl.flags2=0x82 ctrl.sequence=1 ctrl.status=0x0615");
	dissect_prefixes(CLAIM_UDP_PORT, 123, "16 81 0001 0615 0000 0000 0004 1234 5678");
}

/* ---- NetBIOS: RFC 1002 ---- */

/* "FRED" and 11 blanks, type 20 (RFC 1001, section 14.1, has it with another scope). */
#define FRED "20 45474643454645454341434143414341 4341434143414341434143414341 4341 00 "

static void nbns_registration(void **state)
{
	(void)state;
	const char *text = udp(137,
		"1234 2910 0001 0000 0000 0001 " FRED "0020 0001 c00c 0020 0001 00000000 0006 6000 c0000202");
	has(text, "stack: udp:nbns\n");
	has(text, "nbns id=0x1234 flags=0x2910 count.queries=1");
	has(text, "name=FRED<20> type=32 class=1\n");
	has(text, "name=FRED<20> (Server service) type=32 class=1 ttl=0 data_length=6\n");
	has(text, "nb_flags=0x6000 addr=192.0.2.2\n");
	dissect_prefixes(CLAIM_UDP_PORT, 137,
		"1234 2910 0001 0000 0000 0001 " FRED "0020 0001 c00c 0020 0001 00000000 0006 6000 c0000202");
}

static void nbns_odd_names(void **state)
{
	(void)state;
	has(udp(137, "1234 0110 0001 0000 0000 0000 03616263 00 0020 0001"),
		"name=Illegal NetBIOS name (1st character not between A and Z in first-level encoding)");
	has(udp(137, "1234 0110 0001 0000 0000 0000 02 4142 00 0020 0001"),
		"name=Illegal NetBIOS name (1 bytes long)");
}

static void nbdgm_names(void **state)
{
	(void)state;
	const char *text = udp(138, "11 0e 8001 c0000202 008a 0000 0000 " FRED FRED "0102");
	has(text, "stack: udp:nbdgm:data\n");
	has(text, "nbdgm type=17 flags=0x0e dgram_id=0x8001 src.ip=192.0.2.2 src.port=138");
	has(text, "source_name=FRED<20> destination_name=FRED<20>\n");
}

/* ---- SNMP: RFC 1157, section 4.1; RFC 3414 ---- */

static void snmp_get(void **state)
{
	(void)state;
	const char *text = udp(161, "30 26 020100 0406 7075626c6963 a0 19 020101 020100 020100 30 0e "
				    "30 0c 0608 2b06010201010300 0500");
	has(text, "stack: udp:snmp\n");
	has(text, "snmp version=0 community=public data=0 request_id=1 error_status=0 error_index=0 "
		  "variable_bindings=1");
	has(text, "name=1.3.6.1.2.1.1.3.0\n");
	/* What is no message is not SNMP's. */
	has(udp(161, "31 03 020100"), "stack: udp:data\n");
	has(udp(161, "30 7f 020100"), "stack: udp:data\n");
	dissect_prefixes(CLAIM_UDP_PORT, 161,
		"30 26 020100 0406 7075626c6963 a0 19 020101 020100 020100 30 0e "
		"30 0c 0608 2b06010201010300 0500");
}

static void snmp_values(void **state)
{
	(void)state;
	const char *text = udp(161,
		"30 36 020101 0401 70 a2 2e 020101 020100 020100 30 23 "
		"30 08 0603 2b0601 0201 ff 30 0b 0603 2b0602 4104 ffffffff 30 0a 0603 2b0603 4003 010203");
	has(text, "name=1.3.6.1 value.int=-1\n");
	has(text, "name=1.3.6.2 value.counter=4294967295\n");
}

/* ---- routing ---- */

static void rip(void **state)
{
	(void)state;
	const char *text = udp(520, "02 02 0000 0002 0005 0a000000 ff000000 00000000 00000003");
	has(text, "stack: udp:rip\nudp");
	has(text, "family=2 route_tag=5 ip=10.0.0.0 netmask=255.0.0.0 next_hop=0.0.0.0 metric=3\n");
	/* RFC 2453, section 4.1: a password in the first entry. */
	has(udp(520, "02 02 0000 ffff 0002 70617373 000000000000000000000000"),
		"auth.type=2 auth.passwd=pass\n");
	text = udp(521, "02 01 0000 20010db8000000000000000000000000 0001 20 02");
	has(text, "rte.ipv6_prefix=2001:db8:: rte.route_tag=0x0001 rte.prefix_length=32 rte.metric=2\n");
}

/* RFC 2281, section 5.1: to all routers. */
static void hsrp(void **state)
{
	(void)state;
	const char *text = dissect_hex(CLAIM_LINKTYPE, 101,
		"45000030 00010000 0111 0000 c0000202 e0000002 07c1 07c1 001c 0000 "
		"00 00 10 03 0a 78 01 00 636973636f000000 c0000201",
		0);
	has(text, "hsrp version=0 opcode=0 state=16 hellotime=3 holdtime=10 priority=120 group=1 reserved=0 "
		  "auth_data=cisco virt_ip=192.0.2.1\n");
}

static void vrrp(void **state)
{
	(void)state;
	const char *text =
		dissect_hex(CLAIM_IP_PROTO, 112, "21 01 64 01 00 01 0000 c0000201 0000000000000000", 0);
	has(text, "vrrp typever=33 virt_rtr_id=1 prio=100 addr_count=1 auth_type=0 adver_int=1 "
		  "checksum=0x0000");
	has(text, "ip_addr=192.0.2.1\n");
	/* RFC 5798, section 5.2.7: version 3 counts in centiseconds. */
	has(dissect_hex(CLAIM_IP_PROTO, 112, "31 01 64 00 0064 0000", 0), "checksum=0x0000");
}

static void bfd(void **state)
{
	(void)state;
	has(udp(3784, "20 c0 03 18 00000001 00000002 000f4240 000f4240 00000000"),
		"flags=0xc0 detect_time_multiplier=3 message_length=24 my_discriminator=0x00000001 "
		"your_discriminator=0x00000002 desired_min_tx_interval=1000000");
}

/* ---- syslog: the examples of RFC 3164, section 5.4, and RFC 5424, section 6.5 ---- */

static void syslog(void **state)
{
	(void)state;
	const char *text =
		udp(514, "3c33343e 4f637420313120 32323a31343a3135 20 6d796d616368696e65 20 7375 3a 20 27");
	has(text, "syslog msg=Oct 11 22:14:15 mymachine su: '");
	has(text, "hostname=mymachine");
	has(text, "timestamp_rfc3164=Oct 11 22:14:15");
	has(udp(514, "6e6f"), "syslog msg=no");
	dissect_prefixes(CLAIM_UDP_PORT, 514, "3c33343e 31 20 2d20 61 20 62 20 63 20 64");
}

/* ---- others ---- */

static void bacnet(void **state)
{
	(void)state;
	const char *text = udp(47808, "81 0b 000c 01 20 ffff 00 ff 10 08");
	has(text, "stack: udp:bvlc:bacnet:bacapp\n");
	has(text, "unconfirmed_service=8");
	has(udp(47808, "80 0b 000c 01"), "stack: udp:data\n");
}

static void rmcp(void **state)
{
	(void)state;
	has(udp(623, "06 00 ff 06 000011be 80000000"), "stack: udp:rmcp:asf\n");
	has(udp(623, "06 00 ff 07 00 00000000 00000000 09 2018c88100388e04b5"),
		"stack: udp:rmcp:ipmi_session:data\n");
	has(udp(623, "07 00 ff 07 00"), "stack: udp:data\n");
}

static void rx_calls(void **state)
{
	(void)state;
	has(udp(7001, "4a000000 00000004 00000001 00000001 00000001 01 05 00 00 0000 0001 000000ca"),
		"stack: udp:rx:afs\n");
	has(udp(7001, "4a000000 00000004 00000001 00000001 00000001 63 05 00 00 0000 0001"),
		"stack: udp:data\n");
}

/* Names that are walked through: 3GPP TS 48.016, 48.018 and 44.064; Thrift's binary and compact forms. */
static void walked(void **state)
{
	(void)state;
	has(udp(2157, "00 00 1c0d  01 e02dcb50 000034  00 80  0e 87 01 c015 0a 4aeb23"),
		"stack: udp:gprs-ns:bssgp:llcgprs:gsm_a.dtap\n");
	/* another service; a message of the virtual connection itself; no data */
	has(udp(2157, "00 00 1c0d  01 e02dcb50 000034  0e 87 07 c015 0a 4aeb23"),
		"stack: udp:gprs-ns:bssgp:llcgprs\n");
	has(udp(2157, "00 00 1c0d  22 0481 01"), "stack: udp:gprs-ns:bssgp\n");
	has(udp(2157, "0a"), "stack: udp:gprs-ns\n");
	has(udp(40001, "80010001 00000003 616464 00000007 08 0001 0000002a 00"), "stack: udp:thrift\n");
	has(udp(40001, "82 21 07 03 616464 15 54 00"), "stack: udp:thrift\n");
	has(udp(40001, "80010005 00000003 616464 00000007 00"), "stack: udp:data\n"); /* no such kind */
	has(udp(40001, "80010001 00000003 610a64 00000007 00"), "stack: udp:data\n"); /* no name */
	dissect_prefixes(CLAIM_UDP_PORT, 2157, "00 00 1c0d 01 e02dcb50 000034 00 80 0e 87 01 c015 0a 4aeb23");
	dissect_prefixes(CLAIM_ETHERTYPE, 0x8902, "00 01 00 04 00000000 02 0002 0102 00");
}

static void nbdgm_cut(void **state)
{
	(void)state;
	dissect_prefixes(CLAIM_UDP_PORT, 138, "11 0e 8001 c0000202 008a 0000 0000 " FRED FRED "0102");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(dhcp_offer), cmocka_unit_test(dhcp_overload),
		cmocka_unit_test(dhcp_damaged), cmocka_unit_test(dhcpv6_relayed),
		cmocka_unit_test(dhcpv6_lease), cmocka_unit_test(ntp_exchange),
		cmocka_unit_test(ntp_authenticated), cmocka_unit_test(nbns_registration),
		cmocka_unit_test(nbns_odd_names), cmocka_unit_test(nbdgm_names), cmocka_unit_test(snmp_get),
		cmocka_unit_test(snmp_values), cmocka_unit_test(rip), cmocka_unit_test(hsrp),
		cmocka_unit_test(vrrp), cmocka_unit_test(bfd), cmocka_unit_test(syslog),
		cmocka_unit_test(bacnet), cmocka_unit_test(rmcp), cmocka_unit_test(rx_calls),
		cmocka_unit_test(walked), cmocka_unit_test(nbdgm_cut) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
