/* Protocols of which little more than the name is known: where their messages end in a stream, what they
 * carry. The stacks are those that tshark shows of the same octets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "indexer/dict.h"
#include "tests/dissect_test.h"

static void stack(const char *text, const char *want)
{
	size_t n = strcspn(text, "\n");
	if (strncmp(text, "stack: ", 7) != 0 || n - 7 != strlen(want) || strncmp(text + 7, want, n - 7) != 0)
		fail_msg("%.*s, not %s", (int)n, text, want);
}

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no \"%s\" in:\n%s", part, text);
}

/* A connection of its own for each: segments that follow each other, to `port`. */
static uint32_t sent;

static const char *segment(unsigned port, const char *hex)
{
	char frame[4096];
	unsigned digits = 0;
	for (const char *p = hex; *p; p++)
		digits += *p != ' ';
	snprintf(frame, sizeof(frame),
		"45 00 %04x 0000 0000 40 06 0000 c0000201 c0000202 9c40 %04x %08x 00000001 50 18 2000 0000 "
		"0000 %s",
		40 + digits / 2, port, 1 + sent, hex);
	const char *text = sent ? dissect_more(CLAIM_ETHERTYPE, 0x0800, frame, 0)
				: dissect_hex(CLAIM_ETHERTYPE, 0x0800, frame, 0);
	sent += digits / 2;
	return text;
}

static const char *first(unsigned port, const char *hex)
{
	sent = 0;
	return segment(port, hex);
}

#define IP_TCP "ethertype:ip:tcp"

static void framing(void **state)
{
	(void)state;
	/* Git: "0009done" LF in two segments, then the line that ends a list. */
	stack(first(9418, "30303039 64"), IP_TCP);
	const char *text = segment(9418, "6f6e650a 30303030");
	stack(text, IP_TCP ":git:git");
	has(text, "segment.count=2");
	stack(first(9418, "30303030"), IP_TCP ":git");
	/* TACACS+ (RFC 8907, section 4.1): a header of 12 octets, the length of the body in the last four. */
	stack(first(49, "c0010100 00000001 00000002"), IP_TCP);
	stack(segment(49, "abcd"), IP_TCP ":tacplus");
	/* LDP (RFC 5036, section 3.1): version 1; anything else is data. */
	stack(first(646, "0001 000b c0000201 0000 0201 0000"), IP_TCP);
	stack(first(646, "0001 000a c0000201 0000 0201 0000"), IP_TCP ":ldp");
	stack(first(646, "0002 000a c0000201 0000 0201 0000"), IP_TCP ":data");
	/* Z39.50 in the Basic Encoding Rules: an end that is not known before it comes. */
	stack(first(210, "b480 8301 00 8401 00"), IP_TCP);
	stack(segment(210, "0000"), IP_TCP ":z3950");
	/* RFC 1179: an answer, a command. */
	stack(first(515, "00"), IP_TCP ":lpd");
	stack(first(515, "02 6c70 0a"), IP_TCP ":lpd");
	stack(first(515, "ff 6c70 0a"), IP_TCP ":lpd:data");
	/* IEC 60870-5-104: octets before a frame belong to it. */
	stack(first(2404, "ff 6804 0b00 0000"), IP_TCP ":iec60870_104");
}

static void storage(void **state)
{
	(void)state;
	/* DICOM: an association by any port, and what then follows; by its own port always. */
#define ASSOCIATE "01 00 00000044 0001 0000 414e592d534350202020202020202020 53544f52455343552020202020202020"
	stack(first(11112, ASSOCIATE), IP_TCP);
	const char *text = segment(11112,
		"00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 05 00 00000004 "
		"00000000");
	stack(text, IP_TCP ":dicom:dicom");
	has(text, "segment.count=2 reassembled.length=74");
	stack(first(11112, "05 00 00000004 00000000"), IP_TCP ":data");
	stack(first(104, "05 00 00000004 00000000"), IP_TCP ":dicom");
	stack(first(104, "05 00 00000003 000000"), IP_TCP ":data");
	/* memcached's header, a key. */
	stack(first(11210, "80 00 0003 00000000 00000003 00000001"), IP_TCP);
	stack(segment(11210, "0000000000000000 6b6579"), IP_TCP ":couchbase");
	stack(first(4369, "0001 6e"), IP_TCP ":epmd");
	stack(first(4369, "000011116e616d65"), IP_TCP ":data");
	stack(first(3050, "0000005a"), IP_TCP ":gdsdb");
	stack(first(3050, "0000005b"), IP_TCP ":data");
}

static void telecom(void **state)
{
	(void)state;
	stack(first(7890, "0000000c 00000008 00000001"), IP_TCP ":cmpp");
	stack(first(7890, "0000000c 00000003 00000001"), IP_TCP ":data");
	/* ip.access: O&M, Osmocom's extension, a stream that does not exist. */
	stack(first(3002, "0003 ff 808000"), IP_TCP ":gsm_ipa:gsm_abis_oml");
	stack(first(3002, "0003 ee 0504 00"), IP_TCP ":gsm_ipa:gsup");
	stack(first(3002, "0002 ef 0000"), IP_TCP ":data");
}

/* What a message took is its length, not what came with it and begins the next. */
static void reassembled_length(void **state)
{
	(void)state;
	stack(first(2404, "00"), IP_TCP);
	stack(segment(2404, "0168"), IP_TCP);
	const char *text = segment(2404, "020268 001212");
	stack(text, IP_TCP ":iec60870_104");
	has(text, "segment.count=3 reassembled.length=6");
}

#define ZEROS_62                                                                                             \
	"00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000" \
	"00000000000000000000000000"

static void links(void **state)
{
	(void)state;
	const uint16_t fr = 107;
	/* Q.922: an address of one octet, of two, of more than there are; DLCI 0 is for signalling. */
	stack(dissect_hex(
		      CLAIM_LINKTYPE, fr, "0401 03 cc 4500 0014 0000 0000 40 fd 0000 c0000201 c0000202", 0),
		"fr:ip");
	stack(dissect_hex(CLAIM_LINKTYPE, fr, "0001 2200 83 1b01", 0), "fr:data");
	stack(dissect_hex(CLAIM_LINKTYPE, fr, "55 42 5361", 0), "fr:data");
	stack(dissect_hex(CLAIM_LINKTYPE, fr, "303030303030", 0), "fr");
	/* IEEE 802.1AE: a short length leaves fewer octets to the check value. */
	stack(dissect_hex(CLAIM_ETHERTYPE, 0x88e5,
		      "2004 00000045 caf9df4f509a0064 88b5 6162 9b01a44db0df5aaa3376eccc", 0),
		"ethertype:macsec:ethertype:data");
	stack(dissect_hex(CLAIM_ETHERTYPE, 0x88e5, "2000 0000003e", 0), "ethertype:data");
	/* pflog: 61 octets of header, filled up to 64; enc: the family in either byte order. */
	stack(dissect_hex(CLAIM_LINKTYPE, 117,
		      "3d 02" ZEROS_62 "4500 0014 0000 0000 40 fd 0000 c0000201 c0000202", 0),
		"pflog:ip");
	stack(dissect_hex(CLAIM_LINKTYPE, 117,
		      "3d 00" ZEROS_62 "4500 0014 0000 0000 40 fd 0000 c0000201 c0000202", 0),
		"pflog:data");
	stack(dissect_hex(CLAIM_LINKTYPE, 109,
		      "02000000 00000000 00000000 4500 0014 0000 0000 40 fd 0000 c0000201 c0000202", 0),
		"enc:ip");
	stack(dissect_hex(CLAIM_LINKTYPE, 109,
		      "00000002 00000000 00000000 4500 0014 0000 0000 40 fd 0000 c0000201 c0000202", 0),
		"enc:ip");
	/* LAPD: an information frame and an acknowledgement of SAPI 0; LoRaTap; netANALYZER. */
	stack(dissect_hex(CLAIM_LINKTYPE, 203, "0281 0000 08020001 05", 0), "lapd:q931");
	stack(dissect_hex(CLAIM_LINKTYPE, 203, "0281 0102", 0), "lapd");
	stack(dissect_hex(CLAIM_LINKTYPE, 270, "0000000f 33be27a0 01 07 6d ff 7f 2a 12 0102", 0),
		"loratap:data");
	stack(dissect_hex(CLAIM_LINKTYPE, 240, "00040000 020000000002 020000000001 88b5 61", 0),
		"netanalyzer:eth:ethertype:data");
	/* 802.15.4 with its own headers: TAP that says there is no check sequence; the octets of the radio.
	 */
	stack(dissect_hex(
		      CLAIM_LINKTYPE, 283, "0000 0c00 0000 0100 00000000 4188 01 cdab ffff 0100 ff010203", 0),
		"wpan-tap:data");
	stack(dissect_hex(CLAIM_LINKTYPE, 283,
		      "0000 0c00 0000 0100 00000000 4188 01 cdab ffff 0100 7b333a 80001234 00010001", 0),
		"wpan-tap:6lowpan:ipv6:icmpv6");
	/* 6LoWPAN over 802.15.4 (LINKTYPE 230): a compressed header with UDP's; a hop-by-hop option, shown as
	 * data, too; a datagram in two fragments. */
	const uint16_t wpan = 230;
	const char *text = dissect_hex(
		CLAIM_LINKTYPE, wpan, "4188 01 cdab ffff 0100 7f33 f0 1633 1633 1234 40010001", 0);
	stack(text, "wpan:6lowpan:ipv6:udp:coap");
	has(text, "plen=12");
	stack(dissect_hex(CLAIM_LINKTYPE, wpan,
		      "4188 01 cdab ffff 0100 7f33 e1 06 6304001e0100 f3 12 0102 68656c6c6f", 0),
		"wpan:6lowpan:data:ipv6:ipv6.hopopts:udp:data");
	stack(dissect_hex(CLAIM_LINKTYPE, wpan,
		      "4188 01 cdab ffff 0100 c038 004e 41 60000000 0010 3a 40 "
		      "00000000000000000000000000000001"
		      " 00000000000000000000000000000002",
		      0),
		"wpan:6lowpan:data");
	stack(dissect_more(CLAIM_LINKTYPE, wpan,
		      "4188 01 cdab ffff 0100 e038 004e 05 80001234 00010001 6162636465666768", 0),
		"wpan:6lowpan:ipv6:icmpv6:data");
	/* PROFINET: the id of the frame says what it is; a fragment that is whole has data. */
	stack(dissect_hex(CLAIM_ETHERTYPE, 0x8892, "8001 000000000000 0035 35 00", 0),
		"ethertype:pn_rt:pn_io");
	stack(dissect_hex(CLAIM_ETHERTYPE, 0x8892, "fefe 0500 00000001 0000 0004 ffff0000", 0),
		"ethertype:pn_rt:pn_dcp");
	stack(dissect_hex(CLAIM_ETHERTYPE, 0x8892, "ff40 000000000000", 0), "ethertype:pn_rt:pn_ptcp");
	stack(dissect_hex(CLAIM_ETHERTYPE, 0x8892, "bfff 000000000000", 0), "ethertype:pn_rt");
	stack(dissect_hex(CLAIM_ETHERTYPE, 0x8892, "ff80 0000 0102030405060708", 0),
		"ethertype:pn_rt:pn_rt:data");
	/* POWERLINK: process data of a poll; a service that is none. HSR carries what it doubles. */
	stack(dissect_hex(CLAIM_ETHERTYPE, 0x88ab, "0301f00020000100 0200 aabb 0000", 0),
		"ethertype:epl:data");
	stack(dissect_hex(CLAIM_ETHERTYPE, 0x88ab, "06f00107 0000", 0), "ethertype:epl:data");
	stack(dissect_hex(CLAIM_ETHERTYPE, 0x88ab, "06f00101 0000", 0), "ethertype:epl");
	stack(dissect_hex(CLAIM_ETHERTYPE, 0x892f,
		      "002e 0001 0800 4500 0014 0000 0000 40 fd 0000 c0000201 c0000202", 0),
		"ethertype:hsr:ip");
	/* IEEE 1722 and EtherCAT say what follows; FRER and TRILL have it behind a header. */
	stack(dissect_hex(CLAIM_ETHERTYPE, 0x22f0, "02 00000000", 0), "ethertype:ieee1722:aaf");
	stack(dissect_hex(CLAIM_ETHERTYPE, 0x88a4, "0e10 0700000000000000 0000", 0), "ethertype:ecatf:ecat");
	stack(dissect_hex(CLAIM_ETHERTYPE, 0xf1c1, "0000 0001 88b5 61", 0),
		"ethertype:ieee8021cb:ethertype:data");
	stack(dissect_hex(CLAIM_ETHERTYPE, 0x22f3,
		      "0054 0001 0002 ffffffff 020000000001 020000000002 88b5 61", 0),
		"ethertype:trill:eth:ethertype:data");
}

/* A sample of a packet in sFlow: the agent's address is one of IPv6. */
#define SFLOW_HEAD "00000005 00000002 20010db8000000000000000000000001 00000000 00000001 00000001"
#define SFLOW_SAMPLE                                                                                         \
	"00000001 00000001 0000004c 00000001 00000001 00000001 00000001 00000000 00000001 00000001 "         \
	"00000001 00000001 00000024 00000001 00000014 00000000 00000011 "                                    \
	"020000000001 020000000002 88b5 616263 000000"

static void samples(void **state)
{
	(void)state;
	stack(dissect_hex(CLAIM_UDP_PORT, 6343, SFLOW_HEAD SFLOW_SAMPLE, 0), "sflow:eth:ethertype:data");
	stack(dissect_hex(CLAIM_UDP_PORT, 6343, "00000003 00000001", 0), "data");
	dissect_prefixes(CLAIM_UDP_PORT, 6343, SFLOW_HEAD SFLOW_SAMPLE);
	/* RFC 3208, section 8: data behind a header and an option; a type that does not exist. */
	stack(dissect_hex(CLAIM_IP_PROTO, 113,
		      "1d4c 0bb8 04 01 0000 616263646566 0004 00000001 00000001 0004 0004 74657874", 0),
		"pgm:data");
	stack(dissect_hex(CLAIM_IP_PROTO, 113, "1d4c 0bb8 06 00 0000 616263646566 0004 00000001", 0), "");
}

static void cut(void **state)
{
	(void)state;
	dissect_prefixes(CLAIM_LINKTYPE, 107, "303031 03 80 00000c 2000 0102");
	dissect_prefixes(CLAIM_ETHERTYPE, 0xd28b, "0001 0110 5ceeed5a 0606fe7c 88b5 61");
	dissect_prefixes(CLAIM_ETHERTYPE, 0x4305, "40 0f 32 00 020000000001 020000000002 020000000003 88b5");
	dissect_prefixes(CLAIM_ETHERTYPE, 0x890d, "02 0c 0a 01");
	dissect_prefixes(
		CLAIM_IP_PROTO, 113, "1d4c 0bb8 04 01 0000 616263646566 0004 00000001 00000001 0004 0004");
	dissect_prefixes(CLAIM_TCP_PORT, 210, "bf8f01 8203e8 30 80 0000 0000");
	dissect_prefixes(CLAIM_LINKTYPE, 195, "00eb cdab ffff cdab 0100000000000cc1 203f 1188 061a 7ac7");
}

/* Told by the octets that their first message begins with. */
static void told(void **state)
{
	(void)state;
	/* an iSCSI login */
	stack(first(3260, "4387000000000010000000000000000000000001000000000000000000000000000000000000000000"
			  "0000000000000000000000000000000000000000000000"),
		IP_TCP ":iscsi");
	/* not on another port */
	stack(first(57400, "438700000000001000000000000000000000000100000000000000000000000000000000000000000"
			   "00000000000000000000000000000000000000000000000"),
		IP_TCP ":data");
	/* reserved bits */
	stack(first(3260, "43b7000000000010000000000000000000000001000000000000000000000000000000000000000000"
			  "0000000000000000000000000000000000000000000000"),
		IP_TCP ":data");
	/* an NBD read */
	stack(first(57400, "25609513000000000000000000000001000000000000000000000200"), IP_TCP ":nbd");
	/* MQ in EBCDIC */
	stack(first(57400, "e3e2c8400000001c0101000000000000000000000000011101b50000"), IP_TCP ":mq");
	/* MSRP */
	stack(first(57400, "4d5352502061373836686a733220323030204f4b0d0a546f2d506174683a206d7372703a2f2f620d0"
			   "a2d2d2d2d2d2d2d61373836686a7332240d0a"),
		IP_TCP ":msrp");
	/* iWARP */
	stack(first(57400, "4d504120494420526571204672616d6540010000"), IP_TCP ":iwarp_mpa");
	/* an answer without a request */
	stack(first(57400, "4d504120494420526570204672616d6540010000"), IP_TCP ":data");
	/* SMC-R */
	stack(first(57400, "e2d4c3d9010014100000000000000000e2d4c3d9"), IP_TCP ":smc");
	/* rpcap: statistics wanted */
	stack(first(57400, "0009000000000000"), IP_TCP ":rpcap");
	/* a length that is not the segment's */
	stack(first(57400, "0008000000000028000000000000000000000000"), IP_TCP ":data");
	/* PROXY */
	stack(first(57400, "50524f5859205443503420312e322e332e3420352e362e372e38203120320d0a"),
		IP_TCP ":proxy");
	/* FMTP */
	stack(first(57400, "0200000a0168656c6c6f"), IP_TCP ":fmtp:data");
	/* UCP */
	stack(first(57400, "0230312f30303031322f4f2f33302f7803"), IP_TCP ":ucp");
}

/* Several dissectors may have a protocol of one name: the stack is one. */
static void one_name(void **state)
{
	(void)state;
	static const struct protocol a = { .name = "wpan" }, b = { .name = "wpan" },
				     other = { .name = "data" };
	static const char column[] = "IEEE 802.15.4", same[] = "IEEE 802.15.4";
	struct dict *d = dict_new();
	assert_non_null(d);
	uint32_t first = dict_stack(d, (const struct protocol *const[]) { &a }, 1, NULL, 0, column);
	assert_int_not_equal(first, 0);
	assert_int_equal(dict_stack(d, (const struct protocol *const[]) { &b }, 1, NULL, 0, same), first);
	assert_int_equal(dict_stack(d, (const struct protocol *const[]) { &a }, 1, NULL, 0, column), first);
	assert_int_not_equal(
		dict_stack(d, (const struct protocol *const[]) { &other }, 1, NULL, 0, column), first);
	dict_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(framing),
		cmocka_unit_test(storage),
		cmocka_unit_test(telecom),
		cmocka_unit_test(reassembled_length),
		cmocka_unit_test(links),
		cmocka_unit_test(samples),
		cmocka_unit_test(cut),
		cmocka_unit_test(told),
		cmocka_unit_test(one_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
