/* UDP's odd lengths, UDP-Lite, GRE, ERSPAN, VXLAN, Geneve and SCTP: headers written by hand from their RFCs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/dissect_test.h"

#define INNER "45000014 00000000 40 3b 0000 c0000201 c0000202" /* an IPv4 header, no next protocol */
#define FRAME "020000000002 020000000001 0800 " INNER

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no \"%s\" in:\n%s", part, text);
}

static const char *ip_proto(uint32_t proto, const char *hex)
{
	return dissect_hex(CLAIM_IP_PROTO, proto, hex, 0);
}

static void udp_lengths(void **state)
{
	(void)state;
	const char *text = ip_proto(17, "9c40 c350 0007 0000 6162");
	has(text, "length=7 length.bad=1\n");
	assert_null(strstr(text, "checksum"));
	has(ip_proto(17, "9c40 c350 0014 0000 6162"), "payload=6162 length.bad=1");
	/* what stands behind the datagram is shown, but not handed on */
	text = ip_proto(17, "9c40 c350 0009 0000 6162");
	has(text, "payload=6162");
	has(text, "data len=1 data=61");
	has(ip_proto(17, "9c40 c350 0008 0000"),
		"stack: udp\nudp srcport=40000 dstport=50000 length=8 checksum=0x0000 stream=0\n");
}

/* RFC 3828: coverage 0 is all, 4 is not allowed. */
static void udp_lite(void **state)
{
	(void)state;
	has(ip_proto(136, "9c40 c350 0000 1234 6162"),
		"stack: udplite:data\nudp srcport=40000 dstport=50000 length=10 checksum=0x1234");
	has(ip_proto(136, "9c40 c350 0004 1234 6162"), "checksum_coverage=4 udplite.checksum_coverage.bad=1");
}

/* RFC 2784 and 2890: checksum, key and sequence number; RFC 2637: call id and acknowledgment. */
static void gre(void **state)
{
	(void)state;
	has(ip_proto(47, "b000 0800 0102 0000 00000005 00000007 " INNER),
		"gre flags_and_version=0xb000 proto=0x0800 checksum=0x0102 offset=0 key=0x00000005 "
		"sequence_number=7\n");
	has(ip_proto(47, "2081 880b 0000 0007 00000002"),
		"key.payload_length=0 key.call_id=7 ack_number=2\n");
	has(ip_proto(47, "0000 6558 " FRAME), "stack: gre:eth:ethertype:ip\n");
	has(ip_proto(47, "0000 883e 01020304 " INNER), "stack: gre:ip\n"); /* WCCP 2 */
	has(ip_proto(47, "4000 0800 0000 0000 0002 00 04 61626364 00000000 " INNER),
		"routing.address_family=2 routing.sre_offset=0 "
		"routing.src_length=4 routing.information=61626364");
}

static void erspan(void **state)
{
	(void)state;
	const char *text = ip_proto(47, "1000 88be 00000007 1064 0001 00000000 " FRAME);
	has(text, "stack: gre:erspan:eth:ethertype:ip\n");
	has(ip_proto(47, "0000 88be " FRAME), "stack: gre:erspan:eth:ethertype:ip\n"); /* type I */
	has(ip_proto(47, "1000 22eb 00000007 2064 0001 00000001 0000 0001 0000000000000000 " FRAME),
		"stack: gre:erspan:eth:ethertype:ip\n");
}

static void vxlan(void **state)
{
	(void)state;
	has(dissect_hex(CLAIM_UDP_PORT, 4789, "0800 0000 001234 00 " FRAME, 0),
		"vxlan flags=0x0800 gbp=0 vni=4660 reserved8=0\n");
	has(dissect_hex(CLAIM_UDP_PORT, 4790, "0c 0000 01 001234 00 " INNER, 0), "stack: ip\n");
}

static void geneve(void **state)
{
	(void)state;
	const char *text =
		dissect_hex(CLAIM_UDP_PORT, 6081, "02 40 6558 001234 00 0102 83 01 61626364 " FRAME, 0);
	has(text, "geneve version=0 option.length=8 flags=0x40 proto_type=0x6558 vni=0x001234");
	has(text, "geneve_option option.class=0x0102 option.type=0x83 option.length=8\n");
}

/* RFC 9260: two chunks, the first filled up to 4 octets. */
static void sctp(void **state)
{
	(void)state;
	const char *text = ip_proto(132, "0bb8 0fa0 11223344 deadbeef"
					 "00 03 0013 00000005 0001 0002 000000c8 616263 00"
					 "03 00 0010 00000004 00001000 0000 0000");
	has(text, "stack: sctp:data\nsctp srcport=3000 dstport=4000 verification_tag=0x11223344 "
		  "checksum=0xdeadbeef\n");
	has(text, "chunk_type=0 chunk_flags=0x03 chunk_length=19 data_tsn_raw=5 data_sid=0x0001 data_ssn=2 "
		  "data_payload_proto_id=200\n");
	has(text, "sack_cumulative_tsn_ack_raw=4 sack_a_rwnd=4096 sack_number_of_gap_blocks=0 "
		  "sack_number_of_duplicated_tsns=0\n");
	has(text, "data len=3 data=616263\n");
}

static void every_prefix(void **state)
{
	(void)state;
	dissect_prefixes(CLAIM_IP_PROTO, 17, "9c40 c350 0009 0000 6162");
	dissect_prefixes(CLAIM_IP_PROTO, 47,
		"f081 880b 0102 0000 0000 0007 00000001 00000002 0002 00 04 61626364 00000000 0021 " INNER);
	dissect_prefixes(CLAIM_IP_PROTO, 47,
		"1000 22eb 00000007 2064 0001 00000001 0000 0001 0000000000000000 " FRAME);
	dissect_prefixes(CLAIM_UDP_PORT, 6081, "02 40 6558 001234 00 0102 83 01 61626364 " FRAME);
	dissect_prefixes(CLAIM_IP_PROTO, 132,
		"0bb8 0fa0 11223344 deadbeef 01 00 0014 00000005 00001000 0001 0001 00000007"
		"00 03 0011 00000007 0000 0000 00000000 61 000000");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(udp_lengths),
		cmocka_unit_test(udp_lite),
		cmocka_unit_test(gre),
		cmocka_unit_test(erspan),
		cmocka_unit_test(vxlan),
		cmocka_unit_test(geneve),
		cmocka_unit_test(sctp),
		cmocka_unit_test(every_prefix),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
