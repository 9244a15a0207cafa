/* DNS: messages of RFC 1035 and of the RFCs that extend it, written by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "tests/dissect_test.h"

#define DNS 53

/* A query for the address of example.com, recursion desired. */
static const char query[] = "0001 0100 0001 0000 0000 0000"
			    "07 6578616d706c65 03 636f6d 00 0001 0001";

/* Its answer: a pointer (RFC 1035, 4.1.4) to octet 12, one day of time to live. */
static const char answer[] = "0001 8180 0001 0001 0000 0000"
			     "07 6578616d706c65 03 636f6d 00 0001 0001"
			     "c00c 0001 0001 00015180 0004 5db8d822";

/* The message in a datagram to port 53 */
static const char *message(const char *hex)
{
	char datagram[2600];
	unsigned digits = 0;
	for (const char *p = hex; *p; p++)
		digits += *p != ' ';
	snprintf(datagram, sizeof(datagram), "9c40 0035 %04x 0000 %s", 8 + digits / 2, hex);
	return dissect_hex(CLAIM_IP_PROTO, 17, datagram, 0);
}

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no \"%s\" in:\n%s", part, text);
}

static void question(void **state)
{
	(void)state;
	const char *text = message(query);
	has(text, "stack: udp:dns\n");
	has(text, "dns id=0x0001 flags=0x0100 queries=1 answers=0 auth_rr=0 count.add_rr=0\n"
		  "dns_query qry.name=example.com qry.name.len=11 count.labels=2 qry.type=1 "
		  "qry.class=0x0001\n");
}

static void address_record(void **state)
{
	(void)state;
	has(message(answer), "dns_rr resp.name=example.com resp.type=1 resp.class=0x0001 resp.ttl=86400 "
			     "resp.len=4 a=93.184.216.34\n");
}

/* RFC 1035, 4.1.4: the example's three names share their ends. */
static void compressed_names(void **state)
{
	(void)state;
	const char *text = message("0002 0100 0003 0000 0000 0000"
				   "01 46 03 495349 04 41525041 00 0001 0001" /* F.ISI.ARPA at 12 */
				   "03 464f4f c00c 0001 0001"                 /* FOO.F.ISI.ARPA */
				   "c012 0001 0001");                         /* ARPA */
	has(text, "qry.name=F.ISI.ARPA qry.name.len=10 count.labels=3");
	has(text, "qry.name=FOO.F.ISI.ARPA qry.name.len=14 count.labels=4");
	has(text, "qry.name=ARPA qry.name.len=4 count.labels=1");
}

static void odd_names(void **state)
{
	(void)state;
	has(message("0002 0100 0001 0000 0000 0000 00 0002 0001"), "qry.name=<Root>");
	has(message("0002 0100 0001 0000 0000 0000 c00c 0001 0001"),
		"qry.name=<Name contains a pointer that loops>");
	/* two names that point at each other */
	has(message("0002 0100 0002 0000 0000 0000 0161 c016 0001 0001 0000 0162 c00c 0001 0001"),
		"qry.name=<Name contains a pointer that loops>");
	/* control characters and what is no UTF-8 */
	has(message("0002 0100 0001 0000 0000 0000 04 61 03 0a ff 00 0001 0001"),
		"qry.name=a\\003\\n\xef\xbf\xbd qry.name.len=4");
	/* a reserved kind of label */
	has(message("0002 0100 0001 0000 0000 0000 0161 80 00 0001 0001"), "count.add_rr=0\n");
	assert_null(strstr(message("0002 0100 0001 0000 0000 0000 0161 80 00 0001 0001"), "dns_query"));
}

static void name_too_long(void **state)
{
	(void)state;
	char hex[2048] = "0002 0100 0001 0000 0000 0000 ";
	for (int i = 0; i < 4; i++) {
		strcat(hex, "3f");
		for (int k = 0; k < 63; k++)
			strcat(hex, "61");
	}
	strcat(hex, "00 0001 0001");
	has(message(hex), "qry.name=<Name too long>");
}

/* RFC 6891: payload size 4096, extended code 0, version 0, DO; a cookie (RFC 7873). */
static void edns(void **state)
{
	(void)state;
	const char *text = message(
		"0003 0120 0000 0000 0000 0001 00 0029 1000 00 00 8000 000c 000a 0008 0102030405060708");
	has(text,
		"dns_opt rr.udp_payload_size=4096 resp.ext_rcode=0x00 resp.edns0_version=0 resp.z=0x8000\n");
	has(text, "opt.code=10 opt.len=8 opt.data=0102030405060708 opt.cookie.client=0102030405060708");
}

/* RFC 2782: the owner's name says service and protocol. */
static void srv(void **state)
{
	(void)state;
	const char *text = message(
		"0004 8400 0000 0001 0000 0000"
		"05 5f6c646170 04 5f746370 02 6578 00 0021 0001 00000e10 0009 0000 0064 0185 01 68 00");
	has(text, "dns_srv srv.service=_ldap srv.proto=_tcp srv.name=ex srv.priority=0 srv.weight=100 "
		  "srv.port=389 srv.target=h");
}

/* RFC 9460, appendix D.2: "foo.example.com. 16 IN SVCB 16 foo.example.org. alpn=h2,h3-19" cut to these
 * parameters. */
static void svcb(void **state)
{
	(void)state;
	const char *text =
		message("0005 8400 0000 0001 0000 0000"
			"01 78 00 0040 0001 00000e10 0020"
			"0010 03 666f6f 07 6578616d706c65 03 6f7267 00 0001 0009 02 6832 05 68332d3139");
	has(text, "svcb.svcpriority=16 svcb.targetname=foo.example.org");
	has(text, "svcb.svcparam.key=1 svcb.svcparam.value.length=9 svcb.svcparam.alpn.length=2 "
		  "svcb.svcparam.alpn=h2");
	has(text, "svcb.svcparam.alpn.length=5 svcb.svcparam.alpn=h3-19");
}

/* RFC 4034, 4.3: alfa.example.com. NSEC host.example.com. (A MX RRSIG NSEC TYPE1234) */
static void nsec(void **state)
{
	(void)state;
	const char *text = message("0006 8400 0000 0001 0000 0000"
				   "01 61 00 002f 0001 00015180 0037"
				   "04 686f7374 07 6578616d706c65 03 636f6d 00 0006 400100000003"
				   "041b 0000000000000000000000000000000000000000000000000000 20");
	has(text, "dns_sec nsec.next_domain_name=host.example.com");
	has(text, "dns_rr resp.type=1\ndns_rr resp.type=15\ndns_rr resp.type=46\ndns_rr resp.type=47\ndns_rr "
		  "resp.type=1234\n");
}

/* RFC 6762: the top bit of a class. */
static void multicast(void **state)
{
	(void)state;
	const char *text = dissect_hex(CLAIM_UDP_PORT, 5353,
		"0000 8400 0000 0001 0000 0000 01 61 00 0001 8001 00000078 0004 c0000201", 0);
	has(text, "stack: mdns\n");
	has(text, "resp.class=0x0001 resp.ttl=120 resp.len=4 resp.cache_flush=1 a=192.0.2.1");
}

/* A record that claims more octets than there are is not shown, nor what follows. */
static void record_cut_off(void **state)
{
	(void)state;
	assert_null(strstr(
		message("0001 8180 0000 0001 0000 0000 01 61 00 0001 0001 00015180 0004 5db8d8"), "dns_rr"));
}

static void every_prefix(void **state)
{
	(void)state;
	dissect_prefixes(CLAIM_UDP_PORT, DNS, answer);
	dissect_prefixes(CLAIM_UDP_PORT, DNS,
		"0003 0120 0000 0000 0000 0001 00 0029 1000 00 00 8000 000c 000a 0008 0102030405060708");
	dissect_prefixes(CLAIM_UDP_PORT, DNS,
		"0006 8400 0000 0001 0000 0000 01 61 00 002f 0001 00015180 000d 04 686f7374 00 0005 "
		"4001000000");
}

#define IPV4_UDP(src, dst, ports, len, udp_len)                                                              \
	"4500 " len " 0000 0000 40 11 0000 " src dst ports udp_len "0000"
#define CLIENT "c0000201"
#define SERVER "c0000202"

/* Request and response over one pair of ports, 1 ms apart; then the same response again. */
static void pairs(void **state)
{
	(void)state;
	char hex[512];
	snprintf(hex, sizeof(hex), "%s%s", IPV4_UDP(CLIENT, SERVER, "9c400035", "0039", "0025"), query);
	has(dissect_hex(CLAIM_ETHERTYPE, 0x0800, hex, 0), "id=0x0001");
	snprintf(hex, sizeof(hex), "%s%s", IPV4_UDP(SERVER, CLIENT, "00359c40", "0049", "0035"), answer);
	const char *text = dissect_more(CLAIM_ETHERTYPE, 0x0800, hex, 0);
	has(text, "response_to=1 time=0.001000000");
	has(text, "dns_response of 1 response_in=2");
	has(dissect_more(CLAIM_ETHERTYPE, 0x0800, hex, 0), "retransmit_response_in=2");
}

static void unsolicited(void **state)
{
	(void)state;
	char hex[512];
	snprintf(hex, sizeof(hex), "%s%s", IPV4_UDP(SERVER, CLIENT, "00359c40", "0049", "0035"), answer);
	has(dissect_hex(CLAIM_ETHERTYPE, 0x0800, hex, 0), "unsolicited=1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(question),
		cmocka_unit_test(address_record),
		cmocka_unit_test(compressed_names),
		cmocka_unit_test(odd_names),
		cmocka_unit_test(name_too_long),
		cmocka_unit_test(edns),
		cmocka_unit_test(srv),
		cmocka_unit_test(svcb),
		cmocka_unit_test(nsec),
		cmocka_unit_test(multicast),
		cmocka_unit_test(record_cut_off),
		cmocka_unit_test(every_prefix),
		cmocka_unit_test(pairs),
		cmocka_unit_test(unsolicited),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
