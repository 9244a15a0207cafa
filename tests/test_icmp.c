/* ICMP (RFC 792), ICMPv6 (RFC 4443, RFC 4861, RFC 9777) and IGMP (RFC 2236, RFC 9776). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/dissect_test.h"

#define IPV4 CLAIM_ETHERTYPE, 0x0800
#define IPV6 CLAIM_ETHERTYPE, 0x86dd

#define THERE  "c0000201 c0000202"
#define BACK   "c0000202 c0000201"
#define A6     "20010db8000000000000000000000001"
#define B6     "20010db8000000000000000000000002"
#define QUOTED "4500 0020 0009 0000 01 11 0000 c0000201 c0000202 1234 5678 000c 0000"

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no \"%s\" in\n%s", part, text);
}

static void lacks(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("\"%s\" in\n%s", part, text);
}

static void echo_is_paired(void **state)
{
	(void)state;
	/* The reply's checksum is the request's plus 0x0800; both are good (RFC 1071), which takes no mark.
	 */
	dissect_hex(IPV4, "4500 0020 0001 0000 40 01 0000 " THERE "08 00 3336 0001 0002 61626364", 0);
	const char *text =
		dissect_more(IPV4, "4500 0020 0001 0000 40 01 0000 " BACK "00 00 3b36 0001 0002 61626364", 0);
	has(text, "stack: ethertype:ip:icmp:data\n");
	has(text, "ident=1 seq=2 resp_to=1 resptime=1\n");
	has(text, "icmp_response of 1 resp_in=2");
	/* RFC 792: of another sum the packet is bad, Wireshark's status 0 */
	has(dissect_hex(IPV4, "4500 0020 0001 0000 40 01 0000 " THERE "08 00 dead 0001 0002 61626364", 0),
		"checksum=0xdead ident=1 seq=2 asks=1 checksum_odd=0\n");
	dissect_hex(IPV4, "4500 0020 0001 0000 40 01 0000 " THERE "08 00 3336 0001 0002 61626364", 0);
	dissect_more(IPV4, "4500 0020 0001 0000 40 01 0000 " BACK "00 00 3b36 0001 0002 61626364", 0);
	/* no second reply, none with other data */
	text = dissect_more(IPV4, "4500 0020 0001 0000 40 01 0000 " BACK "00 00 3b36 0001 0002 61626364", 0);
	lacks(text, "resp_to");
	dissect_more(IPV4, "4500 0020 0001 0000 40 01 0000 " THERE "08 00 2d32 0001 0003 61626364", 0);
	text = dissect_more(IPV4, "4500 0020 0001 0000 40 01 0000 " BACK "00 00 3432 0001 0003 61626464", 0);
	lacks(text, "resp_to");
}

static void errors_quote_a_packet(void **state)
{
	(void)state;
	/* fragmentation needed, MTU 1400 (RFC 1191) */
	const char *text =
		dissect_hex(IPV4, "4500 0038 0001 0000 40 01 0000 " BACK "03 04 0000 0000 0578" QUOTED, 0);
	has(text, "stack: ethertype:ip:icmp:ip:udp\n");
	has(text, "mtu=1400");
	has(text, "icmp_unused unused=0000\n");
	has(text, "udp srcport=4660 dstport=22136");
	text = dissect_hex(IPV4, "4500 0038 0001 0000 40 01 0000 " BACK "05 01 0000 c00002fe" QUOTED, 0);
	has(text, "redir_gw=192.0.2.254");
	text = dissect_hex(IPV4, "4500 0038 0001 0000 40 01 0000 " BACK "0c 00 0000 14 000000" QUOTED, 0);
	has(text, "pointer=20");
	/* RFC 4884: a length of the quoted packet */
	text = dissect_hex(IPV4, "4500 0038 0001 0000 40 01 0000 " BACK "0b 00 0000 00 20 0000" QUOTED, 0);
	has(text, "length=32");
	has(text, "icmp_unused unused=00\nicmp_unused unused=0000\n");
}

static void echo_6_is_paired(void **state)
{
	(void)state;
	/* The reply's checksum is the request's less 0x0100. */
	dissect_hex(IPV6, "60000000 000c 3a 40 " A6 B6 "80 00 5f7a 0001 0002 61626364", 0);
	const char *text =
		dissect_more(IPV6, "60000000 000c 3a 40 " B6 A6 "81 00 5e7a 0001 0002 61626364", 0);
	has(text, "echo.identifier=0x0001 echo.sequence_number=2 resp_to=1 resptime=1\n");
	has(text, "icmpv6_response of 1 resp_in=2");
}

static void neighbours(void **state)
{
	(void)state;
	const char *text = dissect_hex(
		IPV6, "60000000 0020 3a ff " A6 B6 "87 00 0000 00000000 " B6 "0101 020000000001", 0);
	has(text, "nd.ns.target_address=2001:db8::2");
	has(text, "icmpv6_option opt.type=1 opt.length=1 opt.linkaddr=02:00:00:00:00:01\n");
	text = dissect_hex(IPV6, "60000000 0018 3a ff " B6 A6 "88 00 0000 60000000 " B6, 0);
	has(text, "nd.na.target_address=2001:db8::2 nd.na.flag=0x60000000");
	text = dissect_hex(IPV6,
		"60000000 0038 3a ff " B6 A6 "86 00 0000 40 80 0708 00000000 00000000"
		"0501 0000 000005dc 0304 40 c0 00015180 00003840 00000000 20010db8000000000000000000000000",
		0);
	has(text, "nd.ra.cur_hop_limit=64 nd.ra.flag=0x80 nd.ra.router_lifetime=1800");
	has(text, "opt.type=5 opt.length=1 opt.mtu=1500\n");
	has(text, "opt.type=3 opt.length=4 opt.prefix.length=64 opt.prefix=2001:db8::\n");
	/* a length of 0 ends the options */
	text = dissect_hex(IPV6, "60000000 0010 3a ff " B6 A6 "85 00 0000 00000000 0100 000000000000", 0);
	has(text, "icmpv6_option opt.type=1 opt.length=0\n");
}

static void listener_reports(void **state)
{
	(void)state;
	const char *text = dissect_hex(IPV6,
		"60000000 0030 3a 01 " A6 "ff020000000000000000000000000016"
		"8f 00 0000 0000 0001 03 01 0001 ff020000000000000000000000010003 " B6 "deadbeef",
		0);
	has(text, "mldr.nb_mcast_records=1");
	has(text, "icmpv6_mar mldr.mar.record_type=3 mldr.mar.aux_data_len=1 mldr.mar.nb_sources=1 "
		  "mldr.mar.multicast_address=ff02::1:3 mldr.mar.auxiliary_data=deadbeef\n");
	has(text, "icmpv6_mar_source mldr.mar.source_address=2001:db8::2\n");
}

static void group_messages(void **state)
{
	(void)state;
	const char *text =
		dissect_hex(IPV4, "4500 001c 0001 0000 01 02 0000 c0000201 ef010101 16 00 0000 ef010101", 0);
	has(text, "stack: ethertype:ip:igmp:igmp\n");
	has(text, "igmp type=0x16 version=2 checksum=0x0000 maddr=239.1.1.1 max_resp=0 checksum_odd=0\n");
	/* the sum of 1600 ef01 0101 in ones' complement is 0603 */
	text = dissect_hex(IPV4, "4500 001c 0001 0000 01 02 0000 c0000201 ef010101 16 00 f9fc ef010101", 0);
	has(text, "checksum=0xf9fc maddr=239.1.1.1 max_resp=0\n");
	/* version 1: no time in a query */
	text = dissect_hex(IPV4, "4500 001c 0001 0000 01 02 0000 c0000201 e0000001 11 00 0000 00000000", 0);
	has(text, "version=1");
	/* version 3: mantissa 8, exponent 4 */
	text = dissect_hex(IPV4,
		"4500 0024 0001 0000 01 02 0000 c0000201 ef010101 11 c8 0000 ef010101 0a 7d 0001 c0000203",
		0);
	has(text, "version=3 checksum=0x0000 maddr=239.1.1.1 max_resp=3072");
	has(text, "qqic=125 num_src=1 checksum_odd=0\n");
	has(text, "igmp_source saddr=192.0.2.3\n");
	text = dissect_hex(IPV4,
		"4500 0028 0001 0000 01 02 0000 c0000201 e0000016 22 00 0000 0000 0001 06 00 0001 ef010101 "
		"c0000203",
		0);
	has(text, "igmp_record record_type=6 aux_data_len=0 num_src=1 maddr=239.1.1.1\n");
	/* RFC 3488 */
	text = dissect_hex(IPV4, "4500 001c 0001 0000 01 02 0000 c0000201 e0000019 ff 00 0000 00000000", 0);
	has(text, "stack: ethertype:ip:igmp:rgmp\n");
}

static void prefixes(void **state)
{
	(void)state;
	dissect_prefixes(IPV4, "4500 0038 0001 0000 40 01 0000 " BACK "0b 00 0000 00 20 0000" QUOTED);
	dissect_prefixes(
		IPV4, "4500 0020 0001 0000 40 01 0000 " THERE "08 00 3336 0001 0002 61626364 65666768 65");
	dissect_prefixes(IPV4,
		"4500 0024 0001 0000 01 02 0000 c0000201 ef010101 11 c8 0000 ef010101 0a 7d 0001 c0000203");
	dissect_prefixes(IPV4, "4500 0028 0001 0000 01 02 0000 c0000201 e0000016 22 00 0000 0000 0001 06 00 "
			       "0001 ef010101 c0000203");
	dissect_prefixes(IPV6,
		"60000000 0038 3a ff " B6 A6 "86 00 0000 40 80 0708 00000000 00000000"
		"0501 0000 000005dc 0304 40 c0 00015180 00003840 00000000 20010db8000000000000000000000000");
	dissect_prefixes(IPV6,
		"60000000 0030 3a 01 " A6 B6
		"8f 00 0000 0000 0001 03 01 0001 ff020000000000000000000000010003 " B6 "deadbeef");
	dissect_prefixes(IPV6, "60000000 0060 3a ff " B6 A6 "89 00 0000 00000000 " A6 B6 "0407 000000000000"
			       "60000000 0008 11 40 " A6 B6 "1234 5678 0008 0000");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(echo_is_paired),
		cmocka_unit_test(errors_quote_a_packet),
		cmocka_unit_test(echo_6_is_paired),
		cmocka_unit_test(neighbours),
		cmocka_unit_test(listener_reports),
		cmocka_unit_test(group_messages),
		cmocka_unit_test(prefixes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
