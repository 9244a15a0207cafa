/* What the packet list says of a frame. The messages are written by hand; what is expected is what
 * `tshark -2 -n -T tabs` (4.0.17) says of the same frames. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "tests/dissect_test.h"

#define ETHER    "020000000002 020000000001 0800 "
#define ETHERNET 1 /* LINKTYPE_ETHERNET */

static unsigned octets(const char *hex)
{
	unsigned digits = 0;
	for (; *hex; hex++)
		digits += *hex != ' ';
	return digits / 2;
}

static void says(const char *frame, const char *expected)
{
	dissect_prefixes(CLAIM_LINKTYPE, ETHERNET, frame);
	assert_string_equal(dissect_info(CLAIM_LINKTYPE, ETHERNET, frame), expected);
}

/* The message in a datagram, or a segment of its own, between hosts 192.0.2.1 and 192.0.2.2. */
static void udp(unsigned from, unsigned to, const char *hex, const char *expected)
{
	char frame[4096];
	unsigned n = octets(hex);
	snprintf(frame, sizeof(frame),
		ETHER "4500%04x 00010000 40110000 c0000201 c0000202 %04x%04x %04x0000 %s", n + 28, from, to,
		n + 8, hex);
	says(frame, expected);
}

static void tcp(unsigned from, unsigned to, const char *hex, const char *expected)
{
	char frame[4096];
	snprintf(frame, sizeof(frame),
		ETHER "4500%04x 00010000 40060000 c0000201 c0000202 %04x%04x 00000001 00000001 5018 2000 "
		      "00000000 %s",
		octets(hex) + 40, from, to, hex);
	says(frame, expected);
}

static void text_messages(void **state)
{
	(void)state;
	/* syslog */
	udp(40000, 514,
		"3c33343e4f63742031312032323a31343a313520686f73742073753a20666169"
		"6c65640a",
		"AUTH.CRIT: Oct 11 22:14:15 host su: failed\\n");
	/* irc */
	tcp(40001, 6667, "4e49434b206d650d0a55534552206120622063203a640d0a", "Request (NICK) (USER)");
	/* megaco */
	udp(40009, 2944,
		"212f31205b31302e302e302e315d3a3239343420543d31367b433d317b413d64"
		"732f342f32347b4d7b4f7b4d4f3d53527d7d7d7d7d",
		"16 Request |=1 Add=ds/4/24 (Mode:SR)");
}

static void calls(void **state)
{
	(void)state;
	/* nfs getattr */
	udp(800, 2049,
		"000000010000000000000002000186a300000003000000010000000000000000"
		"00000000000000000000000401020304",
		"V3 GETATTR Call, FH: 0xb63cfbcd");
	/* portmap getport */
	udp(801, 111,
		"000000020000000000000002000186a000000002000000030000000000000000"
		"0000000000000000000186a3000000030000000600000000",
		"V2 GETPORT Call NFS(100003) V:3 TCP");
	/* rx ack */
	udp(7001, 7000,
		"5f00000100000004000000010000000000000002020100000000000100000000"
		"0000000100000000000000010800",
		"ACK Delay  Seq: 0  Call: 1  Source Port: 7001  Destination Port: 7000  ");
	/* afs request */
	udp(7001, 7003, "5f0000010000000400000001000000010000000201050000000000340000020f",
		"VLDB Request: get-entry-by-name-u (527)");
}

static void windows(void **state)
{
	(void)state;
	/* smb2 negotiate */
	tcp(40011, 445,
		"00000066fe534d42400000000000000000000100000000000000000000000000"
		"0000000000000000000000000000000000000000000000000000000000000000"
		"0000000024000100010000000000000000000000000000000000000000000000"
		"00000000000000000202",
		"Negotiate Protocol Request");
	/* smb2 error */
	tcp(445, 40012,
		"00000049fe534d4240000000220000c006000100010000000000000005000000"
		"0000000000000000010000000000000000000000000000000000000000000000"
		"00000000090000000000000000",
		"Close Response, Error: STATUS_ACCESS_DENIED");
	/* smb delete */
	tcp(40013, 445,
		"0000002cff534d42060000000018034000000000000000000000000001000200"
		"03000400010600070004612e74787400",
		"Delete Request, Path: a.txt");
	/* dcerpc bind */
	tcp(40014, 1025,
		"05000b03100000004800000002000000d016d016000000000100000000000100"
		"81bb7a364498f135ad3298f03800100302000000045d888aeb1cc9119fe80800"
		"2b10486002000000",
		"Bind: call_id: 2, Fragment: Single, 1 context items: SVCCTL V2.0 (32bit NDR)");
	/* llc: exchange identification, whole and without its window */
	says("ffffffffffff 020000000001 0006 0001af 810100",
		"Basic Format; Type 1 LLC (Class I LLC); Window Size 0");
	says("ffffffffffff 020000000001 0006 0001af 81037f",
		"Basic Format; Type 1 and Type 2 LLCs (Class II LLC); Window Size 63");
	says("ffffffffffff 020000000001 0005 0001af 8101",
		"Basic Format; Type 1 LLC (Class I LLC)[Malformed Packet]");
	/* rtcp: compounds; a goodbye of three sources of which one is there */
	udp(40003, 50003,
		"80c8000600000001000000020000000300000004000000050000000681ca0004"
		"0000000901076162634064656600000081cb0003000000090568656c6c6f0000",
		"Sender Report   Source description   Goodbye   ");
	udp(40003, 50003, "80c900010000000180cc0003000000094e414d4500000000",
		"Receiver Report   Application specific   ( NAME ) subtype=0");
	udp(40003, 50003, "80c900010000000184ce000400000001000000020000000100000004",
		"Receiver Report   Payload-specific Feedback   FIR  ");
	udp(40003, 50003, "80c900010000000183cb000100000009",
		"Receiver Report   Goodbye   [Malformed Packet]");
	udp(40003, 50003, "80c900010000000180cf000400000001040000020000000000000000",
		"Receiver Report   Extended report (RFC 3611)   ");
	/* dcerpc in datagrams: an operation of Plug and Play, an interface without a name, what was refused
	 */
	udp(40002, 50002,
		"0400280010000000 00000000000000000000000000000000 404e9f8d3da0ce118f6908003e30051b"
		"01000102030405060708090a0b0c0d0e 00000000 01000000 07000000 0200 ffff ffff 0800 0000 0000 "
		"0000000000000000",
		"PNP_GetVersion request");
	udp(40002, 50002,
		"0402280010000000 00000000000000000000000000000000 18ad09f36ad8d011a07500c04fb68820"
		"01000102030405060708090a0b0c0d0e 00000000 01000000 07000000 0300 ffff ffff 0800 0000 0000 "
		"0000000000000000",
		"Response: seq: 7 opnum: 3 len: 8 f309ad18-d86a-11d0-a075-00c04fb68820 V1");
	udp(40002, 50002,
		"0401280010000000 00000000000000000000000000000000 404e9f8d3da0ce118f6908003e30051b"
		"01000102030405060708090a0b0c0d0e 00000000 01000000 07000000 0000 ffff ffff 0000 0000 0000 ",
		"Ping: seq: 7");
	udp(40002, 50002,
		"0406280010000000 00000000000000000000000000000000 404e9f8d3da0ce118f6908003e30051b"
		"01000102030405060708090a0b0c0d0e 00000000 01000000 07000000 0000 ffff ffff 0400 0000 0000 "
		"0200011c",
		"Reject: seq: 7: status: nca_op_rng_error");
}

static void others(void **state)
{
	(void)state;
	/* x11 setup */
	tcp(40003, 6000, "6c000b000000000000000000", "Initial connection request");
	/* x11 requests */
	tcp(40004, 6001, "0e000200010000003d000400010000000000000000000000",
		"Requests: GetGeometry, ClearArea");
	/* diameter */
	tcp(40002, 3868, "0100001480000118000000000000002a0000002b", "Continuation");
	/* socks */
	tcp(40008, 1080, "050100", "Version: 5");
	/* raknet */
	udp(40010, 19132, "0500ffff00fefefefefdfdfdfd123456780a00000000", "Open Connection Request 1");
	/* ams */
	tcp(40015, 48898,
		"000020000000c0a8000101012103c0a800020101008002000400000000000000"
		"000001000000",
		"AMS Request");
}

/* What Wireshark reads for its tree alone does not make its packet list call a frame malformed (ripng); the
 * list otherwise says so. */
static void malformed(void **state)
{
	(void)state;
	udp(521, 521, "02010000 20010db8 00000000", " Command Response, Version 1");
	udp(521, 521, "01010000 00000000000000000000000000000000 0000 00 10", " Command Request, Version 1");
}

/* 802.3 length, LLC fefe03, then IS-IS; the octets of the address are those of the system. */
static void isis_hello(void **state)
{
	(void)state;
	says("0180c2000014 020000000001 001e fefe03 831401000f010000 01 020000000001 001e 001b 40 "
	     "02000000000101",
		"L1 HELLO, System-ID: 0200.0000.0001");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_messages),
		cmocka_unit_test(calls),
		cmocka_unit_test(windows),
		cmocka_unit_test(others),
		cmocka_unit_test(malformed),
		cmocka_unit_test(isis_hello),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
