/* Calls: what signalling announces, and what then comes is. Messages after the examples of RFC 3261, RFC
 * 4566, RFC 3435, RFC 3525, RFC 2326 and RFC 2974. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/dissect_test.h"

enum { ALICE = 1, BOB = 2 };

static char hex[8192];
static bool first = true;

static char *put(char *at, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		at += sprintf(at, "%02x", p[i]);
	return at;
}

/* The octets of an IPv4 packet from 10.0.0.SRC to 10.0.0.DST as hexadecimal. */
static const char *packet(uint8_t proto, uint8_t src, uint8_t dst, const uint8_t *head, size_t nhead,
	const void *payload, size_t n)
{
	uint16_t total = (uint16_t)(20 + nhead + n);
	const uint8_t ip[20] = { 0x45, 0, (uint8_t)(total >> 8), (uint8_t)total, 0, 0, 0, 0, 64, proto, 0, 0,
		10, 0, 0, src, 10, 0, 0, dst };
	put(put(put(hex, ip, 20), head, nhead), payload, n);
	return hex;
}

static const char *give(const char *octets)
{
	const char *text = first ? dissect_hex(CLAIM_LINKTYPE, 101, octets, 0)
				 : dissect_more(CLAIM_LINKTYPE, 101, octets, 0);
	first = false;
	return text;
}

static const char *udp(
	uint8_t src, uint16_t srcport, uint8_t dst, uint16_t dstport, const void *payload, size_t n)
{
	uint16_t len = (uint16_t)(8 + n);
	const uint8_t head[8] = { (uint8_t)(srcport >> 8), (uint8_t)srcport, (uint8_t)(dstport >> 8),
		(uint8_t)dstport, (uint8_t)(len >> 8), (uint8_t)len };
	return give(packet(17, src, dst, head, 8, payload, n));
}

static uint32_t sequence[3];

static const char *tcp(
	uint8_t src, uint16_t srcport, uint8_t dst, uint16_t dstport, const void *payload, size_t n)
{
	uint32_t seq = sequence[src] ? sequence[src] : 1000;
	sequence[src] = seq + (uint32_t)n;
	const uint8_t head[20] = { (uint8_t)(srcport >> 8), (uint8_t)srcport, (uint8_t)(dstport >> 8),
		(uint8_t)dstport, 0, 0, (uint8_t)(seq >> 8), (uint8_t)seq, 0, 0, 0, 1, 0x50, 0x18, 0x20, 0 };
	return give(packet(6, src, dst, head, 20, payload, n));
}

#define TEXT(s) s, strlen(s)

static void has(const char *rows, const char *want)
{
	if (!strstr(rows, want)) {
		fprintf(stderr, "no \"%s\" in:\n%s\n", want, rows);
		fail();
	}
}

static int fresh(void **state)
{
	(void)state;
	first = true;
	memset(sequence, 0, sizeof(sequence));
	return 0;
}

static const uint8_t rtp[] = { 0x80, 0x88, 0x12, 0x34, 0, 0, 0, 160, 0xde, 0xad, 0xbe, 0xef, 0xd5, 0xd5 };
static const uint8_t key[] = { 0x80, 0x65, 0x12, 0x35, 0, 0, 0, 161, 0xde, 0xad, 0xbe, 0xef, 5, 0x8a, 0x03,
	0x20 };
static const uint8_t report[] = { 0x81, 200, 0, 12, 0xde, 0xad, 0xbe, 0xef, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0,
	3, 0, 0, 0, 4, 0, 0, 0, 5, 0xca, 0xfe, 0xba, 0xbe, 25, 0xff, 0xff, 0xff, 0, 1, 0, 9, 0, 0, 0, 7, 0, 0,
	0, 8, 0, 0, 0, 9 };

static const char invite[] = "INVITE sip:bob@biloxi.example SIP/2.0\r\n"
			     "Via: SIP/2.0/UDP pc33.atlanta.example;branch=z9hG4bKnashds8\r\n"
			     "i: a84b4c76e66710\r\n"
			     "CSeq: 314159 INVITE\r\n"
			     "c: application/sdp\r\n"
			     "Subject: a line\r\n  that is folded\r\n"
			     "Content-Length: 124\r\n"
			     "\r\n"
			     "v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\n"
			     "m=audio 4000 RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n";

static const char ok[] =
	"SIP/2.0 200 OK\r\n"
	"Call-ID: a84b4c76e66710\r\n"
	"CSeq: 314159 INVITE\r\n"
	"Content-Type: application/sdp\r\n"
	"\r\n"
	"v=0\r\nc=IN IP4 10.0.0.2\r\nm=audio 6000 RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n";

/* An offer, its answer, the sound both ways, a key, a report. */
static void sip_call(void **state)
{
	(void)state;
	const char *rows = udp(ALICE, 5060, BOB, 5060, TEXT(invite));
	has(rows, "stack: raw:ip:udp:sip:sdp\n");
	has(rows, "Method=INVITE");
	has(rows, "r-uri=sip:bob@biloxi.example");
	has(rows, "CSeq.seq=314159 CSeq.method=INVITE");
	has(rows, "Call-ID=a84b4c76e66710");
	has(rows, "media.port=4000");
	rows = udp(BOB, 5060, ALICE, 5060, TEXT(ok));
	has(rows, "Status-Code=200");
	has(rows, "response-request=1");
	rows = udp(ALICE, 4000, BOB, 6000, rtp, sizeof(rtp));
	has(rows, "stack: raw:ip:udp:rtp\n");
	has(rows, "seq=4660 timestamp=160 ssrc=0xdeadbeef");
	has(rows, "setup-frame=1");
	has(rows, "stream=1");
	rows = udp(BOB, 6000, ALICE, 4000, rtp, sizeof(rtp));
	has(rows, "stream=2"); /* of the conversation that Bob announced */
	has(udp(BOB, 6000, ALICE, 4000, key, sizeof(key)), "rtpevent event_id=5 bits=138 duration=800");
	rows = udp(BOB, 6001, ALICE, 4001, report, sizeof(report));
	has(rows, "stack: raw:ip:udp:rtcp\n");
	has(rows, "ssrc.fraction=25 ssrc.cum_nr=-1 ssrc.ext_high=65545");
	/* The same answer once more. */
	has(udp(BOB, 5060, ALICE, 5060, TEXT(ok)), "resend=1 resend-original=2");
}

/* Over TCP a message is waited for, two in one segment are both read, and blank lines keep the connection. */
static void sip_stream(void **state)
{
	static const char options[] =
		"OPTIONS sip:a@b SIP/2.0\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n";
	char two[512];
	(void)state;
	has(tcp(ALICE, 40000, BOB, 5060, invite, 100), "stack: raw:ip:tcp\n");
	has(tcp(ALICE, 40000, BOB, 5060, invite + 100, strlen(invite) - 100), "stack: raw:ip:tcp:sip:sdp\n");
	has(tcp(ALICE, 40000, BOB, 5060, TEXT("\r\n\r\n")), "stack: raw:ip:tcp\n");
	snprintf(two, sizeof(two), "%s%s", options, options);
	const char *rows = tcp(ALICE, 40000, BOB, 5060, TEXT(two));
	has(rows, "stack: raw:ip:tcp:sip\n");
	const char *again = strstr(strstr(rows, "Method=OPTIONS") + 1, "Method=OPTIONS");
	assert_non_null(again);
}

static void not_sip(void **state)
{
	(void)state;
	has(udp(ALICE, 5060, BOB, 5060, TEXT("hello world\r\n")), ":udp:data\n");
	has(udp(ALICE, 5060, BOB, 5060, TEXT("OPTIONS sip:a SIP/3.0\r\n\r\n")), ":udp:data\n");
	has(udp(ALICE, 5060, BOB, 5060, TEXT("SIP/2.0 20 OK\r\n\r\n")), ":udp:data\n");
	has(udp(ALICE, 5060, BOB, 5060, TEXT("SIP/2.0 200 OK\r\n\r\n")), ":udp:sip\n");
	/* Nothing says that this is RTP. */
	has(udp(ALICE, 40002, BOB, 60002, rtp, sizeof(rtp)), ":udp:data\n");
}

/* Media descriptions in the descriptors of a gateway; a port that is to be chosen announces nothing. */
static void megaco(void **state)
{
	static const char text[] =
		"MEGACO/1 [10.0.0.2]:2944 Reply = 9998 { Context = 2000 { Add = A4444, Add = A4445 { Media { "
		"Stream = 1 { Local { v=0\r\nc=IN IP4 10.0.0.1\r\nm=audio 4000 RTP/AVP 8\r\n }, Remote { "
		"v=0\r\nc=IN "
		"IP4 10.0.0.2\r\nm=audio $ RTP/AVP 8\r\n} } } } } }";
	(void)state;
	const char *rows = udp(BOB, 2944, ALICE, 2944, TEXT(text));
	has(rows, "stack: raw:ip:udp:megaco:sdp:sdp\n");
	has(rows, "transaction=Reply transid=9998");
	has(rows, "context=2000");
	has(rows, "command=Add termid=A4445");
	has(udp(BOB, 6000, ALICE, 4000, rtp, sizeof(rtp)), "stack: raw:ip:udp:rtp\n");
}

static void mgcp(void **state)
{
	static const char text[] =
		"200 1204 OK\r\nI: FDE234C8\r\n\r\nv=0\r\nc=IN IP4 10.0.0.1\r\nm=audio 4000 RTP/AVP "
		"8\r\n.\r\nDLCX 1210 aaln/1@rgw.example MGCP 1.0\r\nC: A3C4\r\n";
	(void)state;
	const char *rows = udp(BOB, 2727, ALICE, 2427, TEXT(text));
	has(rows, "stack: raw:ip:udp:mgcp:sdp\n");
	has(rows, "rsp=1 transid=1204 rsp.rspcode=200 rsp.rspstring=OK");
	has(rows, "req=1 transid=1210 req.verb=DLCX req.endpoint=aaln/1@rgw.example version=MGCP 1.0");
	has(udp(BOB, 6000, ALICE, 4000, rtp, sizeof(rtp)), "stack: raw:ip:udp:rtp\n");
	has(udp(BOB, 2727, ALICE, 2427, TEXT("HELO 1\r\n")), ":udp:data\n");
}

static void sap(void **state)
{
	static const char text[] =
		"\x20\0\x12\x34\x0a\0\0\x01"
		"application/sdp\0v=0\r\nc=IN IP4 239.1.1.1/127\r\nm=audio 4000 RTP/AVP 8\r\n";
	(void)state;
	const char *rows = udp(ALICE, 9875, BOB, 9875, text, sizeof(text) - 1);
	has(rows, "stack: raw:ip:udp:sap:sdp\n");
	has(rows, "message_identifier_hash=0x1234 originating_source=10.0.0.1 payload_type=application/sdp");
	has(rows, "connection_info.address=239.1.1.1");
}

/* The transport that the reply agrees on: ports, then channels of the connection itself. */
static void rtsp(void **state)
{
	static const char setup[] =
		"SETUP rtsp://10.0.0.2/a RTSP/1.0\r\nCSeq: 3\r\nTransport: RTP/AVP;unicast\r\n\r\n";
	static const char ports[] = "RTSP/1.0 200 OK\r\nCSeq: 3\r\nTransport: "
				    "RTP/AVP;unicast;client_port=4000-4001;server_port=6000-6001\r\n"
				    "Session: 12345678;timeout=60\r\n\r\n";
	static const char channels[] = "RTSP/1.0 200 OK\r\nTransport: RTP/AVP/TCP;interleaved=0-1\r\n\r\n";
	uint8_t interleaved[4 + sizeof(rtp)] = { '$', 0, 0, sizeof(rtp) };
	(void)state;
	memcpy(interleaved + 4, rtp, sizeof(rtp));
	has(tcp(ALICE, 40000, BOB, 554, TEXT(setup)), "method=SETUP url=rtsp://10.0.0.2/a");
	has(tcp(BOB, 554, ALICE, 40000, TEXT(ports)), "session=12345678");
	has(udp(BOB, 6000, ALICE, 4000, rtp, sizeof(rtp)), "stack: raw:ip:udp:rtp\n");
	has(udp(BOB, 6001, ALICE, 4001, report, sizeof(report)), "stack: raw:ip:udp:rtcp\n");
	has(tcp(BOB, 554, ALICE, 40000, TEXT(channels)), "status=200");
	has(tcp(BOB, 554, ALICE, 40000, interleaved, 10), "stack: raw:ip:tcp\n");
	has(tcp(BOB, 554, ALICE, 40000, interleaved + 10, sizeof(interleaved) - 10),
		"stack: raw:ip:tcp:rtsp:rtp\n");
}

/* What a telephone acknowledges: its address and the port where it listens. */
static void skinny(void **state)
{
	static const uint8_t ack[] = { 20, 0, 0, 0, 0, 0, 0, 0, 0x22, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 1, 0xa0,
		0x0f, 0, 0, 1, 0, 0, 0 };
	(void)state;
	has(tcp(ALICE, 40000, BOB, 2000, ack, sizeof(ack)),
		"skinny data_length=20 hdr_version=0x00000000 messageId=34");
	has(udp(BOB, 6000, ALICE, 4000, rtp, sizeof(rtp)), "stack: raw:ip:udp:rtp\n");
}

/* A connect of H.323 (Q.931 with H.225.0 in it) says where H.245 will be spoken. */
static void h323(void **state)
{
	static const uint8_t connect[] = { 3, 0, 0, 0x20, 8, 2, 0x80, 1, 7, 0x7e, 0, 0x14, 5, 0x22, 0xc0, 6,
		0, 8, 0x91, 0x4a, 0, 3, 0, 10, 0, 0, 2, 0x04, 0xd0, 0x22, 0xc0, 0 };
	static const uint8_t end[] = { 3, 0, 0, 6, 0x20, 0x80 };
	(void)state;
	const char *rows = tcp(BOB, 1720, ALICE, 40000, connect, sizeof(connect));
	has(rows, "stack: raw:ip:tcp:q931:q931:h225\n");
	has(rows, "disc=0x08 call_ref_len=2 call_ref=0001 message_type=0x07");
	sequence[ALICE] = 0;
	has(tcp(ALICE, 40001, BOB, 1232, end, sizeof(end)), "stack: raw:ip:tcp:h245:h245\n");
}

/* Every prefix of each message, cut and ending early: nothing may be read beyond it. */
static void prefixes(void **state)
{
	(void)state;
	udp(ALICE, 5060, BOB, 5060, TEXT(invite));
	dissect_prefixes(CLAIM_LINKTYPE, 101, hex);
	udp(BOB, 6001, ALICE, 4001, report, sizeof(report));
	dissect_prefixes(CLAIM_LINKTYPE, 101, hex);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(sip_call, fresh),
		cmocka_unit_test_setup(sip_stream, fresh),
		cmocka_unit_test_setup(not_sip, fresh),
		cmocka_unit_test_setup(megaco, fresh),
		cmocka_unit_test_setup(mgcp, fresh),
		cmocka_unit_test_setup(sap, fresh),
		cmocka_unit_test_setup(rtsp, fresh),
		cmocka_unit_test_setup(skinny, fresh),
		cmocka_unit_test_setup(h323, fresh),
		cmocka_unit_test_setup(prefixes, fresh),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
