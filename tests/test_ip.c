/* IPv4 and IPv6 headers, options, extension headers and reassembly: RFC 791, RFC 8200. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/dissect_test.h"

#define IPV4 CLAIM_ETHERTYPE, 0x0800
#define IPV6 CLAIM_ETHERTYPE, 0x86dd

#define SRC_DST   "c0000201 c0000202"
#define SRC_DST_6 "20010db8000000000000000000000001 20010db8000000000000000000000002"
#define UDP       "1234 5678 000c 0000 61626364"

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

static void options_are_listed(void **state)
{
	(void)state;
	/* router alert (RFC 2113), two no-operations, end */
	const char *text =
		dissect_hex(IPV4, "4700 0028 0001 0000 40 11 0000 " SRC_DST "94040000 01010000" UDP, 0);
	has(text, "opt.type=148,1,1,0");
	has(text, "opt.len=4");
	has(text, "opt.ra=0");
	has(text, "udp srcport=4660");
	/* a directed broadcast to a list of addresses (RFC 1770), one of which is cut: padding, by tshark */
	text = dissect_hex(IPV4, "4700 0028 0001 0000 40 11 0000 " SRC_DST "9508e000 0001aabb" UDP, 0);
	has(text, "opt.type=149");
	has(text, "opt.len=8");
	has(text, "opt.padding=aabb");
	text = dissect_hex(IPV4, "4700 0028 0001 0000 40 11 0000 " SRC_DST "9506e000 00010000" UDP, 0);
	has(text, "opt.type=149,0");
	lacks(text, "opt.padding");
	/* a length of 1 ends the list, the payload goes on */
	text = dissect_hex(IPV4, "4600 0024 0001 0000 40 11 0000 " SRC_DST "94010000" UDP, 0);
	lacks(text, "opt.type");
	has(text, "udp srcport=4660");
}

static void source_route_has_the_destination(void **state)
{
	(void)state;
	/* pointer 4 of a route of one address: the header has the next station */
	const char *text =
		dissect_hex(IPV4, "4700 0028 0001 0000 40 11 0000 " SRC_DST "83070401020304 00" UDP, 0);
	has(text, "cur_rt=192.0.2.2");
	has(text, "dst=1.2.3.4");
	/* pointer behind the end: the route is used up */
	text = dissect_hex(IPV4, "4700 0028 0001 0000 40 11 0000 " SRC_DST "83070801020304 00" UDP, 0);
	lacks(text, "cur_rt");
	has(text, "dst=192.0.2.2");
}

static void lengths_that_lie(void **state)
{
	(void)state;
	const char *text = dissect_hex(IPV4, "4400 0020 0001 0000 40 11 0000 " SRC_DST UDP, 0);
	has(text, "ip hdr_len=16\n");
	text = dissect_hex(IPV4, "4500 0013 0001 0000 40 11 0000 " SRC_DST UDP, 0);
	has(text, "len=19");
	lacks(text, "src=");
	/* 0 by segmentation offload: what is there counts */
	text = dissect_hex(IPV4, "4500 0000 0001 0000 40 11 0000 " SRC_DST UDP, 0);
	has(text, "len=32");
	has(text, "udp srcport=4660");
}

static void versions_in_the_wrong_place(void **state)
{
	(void)state;
	has(dissect_hex(IPV4, "5500 0020", 0), "stack: ethertype:ip\n");
	const char *text = dissect_hex(IPV4, "60000000 000c 11 40 " SRC_DST_6 UDP, 0);
	has(text, "stack: ethertype:ip:ipv6:udp:data\n");
	text = dissect_hex(CLAIM_IP_PROTO, 4, "60000000 000c 11 40 " SRC_DST_6 UDP, 0);
	has(text, "stack: ip:ipv6:udp:data\n");
	has(dissect_hex(IPV6, "4500 0014 0001 0000 40 11 0000 " SRC_DST, 0), "stack: ethertype:data\n");
}

/* 24 octets: UDP header and 16 of data */
#define PART_1 "1234 5678 0020 0000 30313233343536373839414243444546"
#define PART_2 "4748494a4b4c4d4e"

static void fragments_in_any_order(void **state)
{
	(void)state;
	dissect_hex(IPV4, "4500 001c 0007 0003 40 11 0000 " SRC_DST PART_2, 0);
	const char *text = dissect_more(IPV4, "4500 002c 0007 2000 40 11 0000 " SRC_DST PART_1, 0);
	has(text, "stack: ethertype:ip:udp:data\n");
	has(text, "fragment.count=2");
	has(text, "reassembled.length=32");
	has(text, "ip_fragment fragment=2\nip_fragment fragment=1\n");
	has(text, "ip_reassembled of 1 reassembled_in=2");
	has(text, "data=303132333435363738394142434445464748494a4b4c4d4e\n");
	/* the identification is free again */
	text = dissect_more(IPV4, "4500 002c 0007 2000 40 11 0000 " SRC_DST PART_1, 0);
	has(text, "stack: ethertype:ip:data\n");
	text = dissect_more(IPV4, "4500 001c 0007 0003 40 11 0000 " SRC_DST PART_2, 0);
	has(text, "stack: ethertype:ip:udp:data\n");
	/* another identification, protocol or sender is another datagram */
	dissect_more(IPV4, "4500 002c 0008 2000 40 11 0000 " SRC_DST PART_1, 0);
	has(dissect_more(IPV4, "4500 001c 0009 0003 40 11 0000 " SRC_DST PART_2, 0),
		"stack: ethertype:ip:data\n");
	has(dissect_more(IPV4, "4500 001c 0008 0003 40 fd 0000 " SRC_DST PART_2, 0),
		"stack: ethertype:ip:data\n");
	has(dissect_more(IPV4, "4500 001c 0008 0003 40 11 0000 c0000202 c0000201" PART_2, 0),
		"stack: ethertype:ip:data\n");
}

static void fragments_that_overlap(void **state)
{
	(void)state;
	dissect_hex(IPV4, "4500 002c 0007 2000 40 11 0000 " SRC_DST PART_1, 0);
	/* the same octets once more, then others in their place: the first ones count */
	dissect_more(IPV4, "4500 001c 0007 2002 40 11 0000 " SRC_DST "3839414243444546", 0);
	dissect_more(IPV4, "4500 001c 0007 2002 40 11 0000 " SRC_DST "ffffffffffffffff", 0);
	const char *text = dissect_more(IPV4, "4500 001c 0007 0003 40 11 0000 " SRC_DST PART_2, 0);
	has(text, "data=303132333435363738394142434445464748494a4b4c4d4e\n");
	has(text, "fragment.count=4");
	has(text, "ip_fragment fragment=2 faults=1\n");       /* overlap */
	has(text, "ip_fragment fragment.error=3 faults=3\n"); /* and conflict */
	/* a second end: the first one counts, the other is too long */
	dissect_more(IPV4, "4500 001c 000a 0003 40 11 0000 " SRC_DST PART_2, 0);
	dissect_more(IPV4, "4500 0024 000a 0003 40 11 0000 " SRC_DST PART_2 PART_2, 0);
	text = dissect_more(IPV4, "4500 002c 000a 2000 40 11 0000 " SRC_DST PART_1, 0);
	has(text, "reassembled.length=32");
	has(text, "ip_fragment fragment.error=6 faults=13\n"); /* overlap, tails, too long */
}

static void a_cut_first_fragment_is_dissected(void **state)
{
	(void)state;
	const char *text =
		dissect_hex(IPV4, "4500 002c 0007 2000 40 11 0000 " SRC_DST "1234 5678 0020 0000 30", 44);
	has(text, "udp srcport=4660 dstport=22136 length=32");
}

static void extension_headers(void **state)
{
	(void)state;
	const char *text = dissect_hex(IPV6,
		"6cafebeb 0024 00 40 " SRC_DST_6
		"3c 00 05 02 0000 01 00" /* hop-by-hop: router alert, padding */
		"2b 00 01 04 00000000"   /* destination options: padding */
		"11 00 fd 00 00000000" UDP,
		0); /* routing, experimental type, nothing left */
	has(text, "stack: ethertype:ipv6:ipv6.hopopts:ipv6.dstopts:ipv6.routing:udp:data\n");
	has(text, "ipv6_hopopts_option ipv6.opt.type=0x05 ipv6.opt.router_alert=0\nipv6_hopopts_option "
		  "ipv6.opt.type=0x01\n");
	has(text, "ipv6_dstopts_option ipv6.opt.type=0x01\n");
	has(text, "type=253 segleft=0");
	/* RFC 2675: the length of a jumbogram is in its option; without it the payload is empty */
	text = dissect_hex(IPV6, "60000000 0000 00 40 " SRC_DST_6 "11 00 c2 04 00010014" UDP, 65536 + 60);
	has(text, "udp srcport=4660");
	text = dissect_hex(IPV6, "60000000 0000 11 40 " SRC_DST_6 UDP, 0);
	lacks(text, "srcport=4660");
}

static void fragments_of_ipv6(void **state)
{
	(void)state;
	dissect_hex(IPV6, "60000000 0020 2c 40 " SRC_DST_6 "11 00 0001 00000009" PART_1, 0);
	const char *text =
		dissect_more(IPV6, "60000000 0010 2c 40 " SRC_DST_6 "11 00 0018 00000009" PART_2, 0);
	has(text, "stack: ethertype:ipv6:ipv6.fraghdr:udp:data\n");
	has(text, "ident=0x00000009 ipv6.fragment.count=2 ipv6.reassembled.length=32");
	has(text, "ipv6_reassembled of 1 ipv6.reassembled.in=2");
	/* RFC 6946: a fragment that is all of its datagram waits for no other */
	text = dissect_more(IPV6, "60000000 0014 2c 40 " SRC_DST_6 "11 00 0000 00000009" UDP, 0);
	has(text, "stack: ethertype:ipv6:ipv6.fraghdr:udp:data\n");
	lacks(text, "fragment.count");
}

static void prefixes(void **state)
{
	(void)state;
	dissect_prefixes(IPV4, "4700 0028 0001 0000 40 11 0000 " SRC_DST "83070401020304 00" UDP);
	dissect_prefixes(IPV4, "4500 0058 0001 0000 40 33 0000 " SRC_DST
			       "11 04 0000 00000001 00000002 000000000000000000000000" UDP);
	dissect_prefixes(IPV6, "60000000 0032 00 40 " SRC_DST_6 "2b 00 05 02 0000 01 00"
			       "3c 02 03 01 0f000000 20010db8000000000000000000000003 11 02 01 02 0000 c9 10 "
			       "20010db8000000000000000000000009" UDP);
	dissect_prefixes(
		IPV6, "60000000 0024 8c 40 " SRC_DST_6 "2c 00 80 00 00000000 11 00 0001 00000009" UDP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_are_listed),
		cmocka_unit_test(source_route_has_the_destination),
		cmocka_unit_test(lengths_that_lie),
		cmocka_unit_test(versions_in_the_wrong_place),
		cmocka_unit_test(fragments_in_any_order),
		cmocka_unit_test(fragments_that_overlap),
		cmocka_unit_test(a_cut_first_fragment_is_dissected),
		cmocka_unit_test(extension_headers),
		cmocka_unit_test(fragments_of_ipv6),
		cmocka_unit_test(prefixes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
