/* TLS (RFC 8446, RFC 5246), DTLS (RFC 6347), certificates (RFC 5280). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "tests/dissect_test.h"

#define IPV4 CLAIM_ETHERTYPE, 0x0800

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

static unsigned octets(const char *hex)
{
	unsigned digits = 0;
	for (; *hex; hex++)
		digits += *hex != ' ';
	return digits / 2;
}

static uint32_t sent[2]; /* of the stream, by each side */

/* The frame of a TCP segment from the client (0) or the server (1, port 443) with this payload. */
static const char *segment(char out[8192], unsigned side, const char *payload)
{
	snprintf(out, 8192,
		"4500 %04x 0001 0000 40 06 0000 %s"
		"%s %08x %08x 5018 2000 0000 0000 %s",
		40 + octets(payload), side ? "c0000202 c0000201" : "c0000201 c0000202",
		side ? "01bb c000" : "c000 01bb", 1000 + sent[side], 1000 + sent[!side], payload);
	sent[side] += octets(payload);
	return out;
}

static const char *first(unsigned side, const char *payload)
{
	char hex[8192];
	sent[0] = sent[1] = 0;
	return dissect_hex(IPV4, segment(hex, side, payload), 0);
}

static const char *then(unsigned side, const char *payload)
{
	char hex[8192];
	return dissect_more(IPV4, segment(hex, side, payload), 0);
}

/* RFC 8448, section 3. */
#define CLIENT_HELLO                                                                                         \
	"01 0000c0 0303 cb34ecb1e78163ba1c38c6dacb196a6dffa21a8d9912ec18a2ef6283024dece7 00"                 \
	"0006 130113031302 01 00 0091"                                                                       \
	"0000 000b 0009 00 0006 736572766572"                                                                \
	"ff01 0001 00"                                                                                       \
	"000a 0014 0012 001d00170018001901000101010201030104"                                                \
	"0023 0000"                                                                                          \
	"0033 0026 0024 001d 0020 99381de560e4bd43d23d8e435a7dbafeb3c06e51c13cae4d5413691e529aaf2c"          \
	"002b 0003 02 0304"                                                                                  \
	"000d 0020 001e 040305030603020308040805080604010501060102010402050206020202"                        \
	"002d 0002 01 01"                                                                                    \
	"001c 0002 4001"
#define SERVER_HELLO                                                                                         \
	"02 000056 0303 a6af06a4121860dc5e6e60249cd34c95930c8ac5cb1434dac155772ed3e26928 00 1301 00 002e"    \
	"0033 0024 001d 0020 c9828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f"               \
	"002b 0002 0304"

static void hellos_of_rfc_8448(void **state)
{
	(void)state;
	const char *text = first(0, "16 0301 00c4" CLIENT_HELLO);
	has(text, "stack: ethertype:ip:tcp:tls\n");
	has(text, "tls_record record.content_type=22 record.version=0x0301 record.length=196\n");
	has(text, "tls_handshake handshake.type=1 handshake.length=192\n");
	has(text, "ciphersuite=4865,4867,4866");
	has(text, "extensions_server_name=server\n");
	has(text, "numbers=29,23,24,25,256,257,258,259,260");
	has(text, "numbers=772");
	text = then(1, "16 0303 005a" SERVER_HELLO "17 0303 0005 0102030405");
	has(text, "ciphersuite=4865 ");
	/* From here on it is TLS 1.3: the type of a record of data says nothing. */
	has(text, "record.opaque_type=23");
	has(text, "session_version=0x0304\n");
}

static void records_and_messages_go_on(void **state)
{
	(void)state;
	/* over segments */
	const char *text = first(0, "16 0301 00c4 01 0000c0 0303");
	has(text, "stack: ethertype:ip:tcp\n");
	text = then(0, "cb34ecb1e78163ba1c38c6dacb196a6dffa21a8d9912ec18a2ef6283024dece7 00"
		       "0006 130113031302 01 00 0091");
	has(text, "stack: ethertype:ip:tcp\n");
	/* a message over two records, another behind it */
	text = first(1, "16 0303 0006 0e 000000 02 00");
	has(text, "handshake.type=14");
	lacks(text, "handshake.type=2");
	text = then(1,
		"16 0303 0058 0056 0303 a6af06a4121860dc5e6e60249cd34c95930c8ac5cb1434dac155772ed3e26928 00"
		"1301 00 002e"
		"0033 0024 001d 0020 c9828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f"
		"002b 0002 0304");
	has(text, "tls_handshake handshake.type=2 handshake.length=86\n");
}

static void what_is_encrypted(void **state)
{
	(void)state;
	const char *text = first(0, "15 0301 0002 02 28");
	has(text, "tls_alert alert_message.level=2 alert_message.desc=40\n");
	text = then(0, "15 0301 0012 000102030405060708090a0b0c0d0e0f1011");
	has(text, "tls_alert\n");
	text = then(0, "14 0301 0001 01");
	has(text, "content_type=20");
	/* Behind the change of cipher nothing is taken for a message, whatever it looks like. */
	text = then(0, "16 0301 0014 0e 000010 000102030405060708090a0b0c0d0e0f");
	has(text, "content_type=22");
	lacks(text, "handshake.type");
}

static void only_tls_on_its_ports(void **state)
{
	(void)state;
	lacks(first(0, "474554202f20485454502f312e310d0a0d0a"), ":tls");
	has(first(0, "0001020304050607"), "stack: ethertype:ip:tcp:tls\n");
}

/* The examples of JA3's own description (https://github.com/salesforce/ja3). */
static void fingerprints(void **state)
{
	(void)state;
#define RANDOM "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
	const char *text = first(0, "16 0301 0061 01 00005d 0301" RANDOM "00"
				    "0018 002f00350005000ac009c00ac013c0140032003800130004 01 00 001c"
				    "0000 0006 0004 00 0001 61"
				    "000a 0008 0006 001700180019"
				    "000b 0002 01 00");
	has(text, "ja3_full=769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0 ");
	has(text, "ja3=ada70206e40642a3e4461f35503241d5");
	text = first(0, "16 0301 0041 01 00003d 0301" RANDOM "00"
			"0016 00040005000a00090064006200030006001300120063 01 00");
	has(text, "ja3_full=769,4-5-10-9-100-98-3-6-19-18-99,,, ");
	has(text, "ja3=de350869b8c85de67a350c8d186f11e6");
	/* GREASE (RFC 8701) has no part in it */
	text = first(0, "16 0301 0045 01 000041 0301" RANDOM "00"
			"001a 0a0a00040005000a000900640062000300060013001200631a1a 01 00");
	has(text, "ja3=de350869b8c85de67a350c8d186f11e6");
}

/* A certificate of the smallest kind: issuer CN=a, subject C=DE, one name, an RSA key. */
#define NAME_A  "300c 310a 3008 0603550403 0c0161"
#define NAME_DE "300d 310b 3009 0603550406 13024445"
#define CERTIFICATE                                                                                          \
	"308183"                                                                                             \
	"3078 a003020102 020105 300d 06092a864886f70d01010b 0500" NAME_A                                     \
	"301e 170d 3230303130313030303030305a 170d 3330303130313030303030305a" NAME_DE                       \
	"3009 3004 06022a03 030100"                                                                          \
	"a317 3015 3013 0603551d11 040c 300a 8203 612e62 8101 78 8100"                                       \
	"3004 06022a03 030100"

static void certificates(void **state)
{
	(void)state;
	const char *text = first(1, "16 0303 0090 0b 00008c 000089 000086" CERTIFICATE);
	has(text, "stack: ethertype:ip:tcp:tls:x509sat:x509sat:x509ce\n");
	has(text, "certificate_length=134");
	has(text, "serialNumber=05");
	has(text, "utc_before=2020-01-01 00:00:00 (UTC) utc_after=2030-01-01 00:00:00 (UTC)");
	has(text, "x509if.oid=2.5.4.3 DirectoryString=4 uTF8String=a\n");
	has(text, "x509if.oid=2.5.4.6 CountryName=DE\n");
	has(text, "dNSName=a.b\n");
	has(text, "rfc822Name=x\n");
}

/* A message in three fragments, the last first (RFC 6347, section 4.2.3). */
static void fragments_of_datagrams(void **state)
{
	(void)state;
#define DATAGRAM(len, udp) "4500 " len " 0001 0000 40 11 0000 c0000201 c0000202 1634 c001 " udp " 0000"
	dissect_hex(IPV4,
		DATAGRAM("003f", "002b") "16 feff 0000 000000000000 0016 01 00002c 0000 000022 00000a"
					 "00 00 0004 c02f 002f 01 00",
		0);
	const char *text = dissect_more(IPV4,
		DATAGRAM("003f", "002b") "16 feff 0000 000000000001 0016 01 00002c 0000 000000 00000a"
					 "fefd 0001020304050607",
		0);
	has(text, "stack: ethertype:ip:udp:dtls\n");
	lacks(text, "ciphersuite");
	text = dissect_more(IPV4,
		DATAGRAM("004d", "0039") "16 feff 0000 000000000002 0024 01 00002c 0000 00000a 000018"
					 "08090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
		0);
	has(text, "handshake.fragment_offset=10");
	has(text, "dtls_hello handshake.version=0xfefd");
	has(text, "ciphersuite=49199,47");
}

static void prefixes(void **state)
{
	(void)state;
	char hex[8192];
	sent[0] = sent[1] = 0;
	dissect_prefixes(IPV4, segment(hex, 0, "16 0301 00c4" CLIENT_HELLO));
	dissect_prefixes(IPV4, segment(hex, 1, "16 0303 0090 0b 00008c 000089 000086" CERTIFICATE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hellos_of_rfc_8448),
		cmocka_unit_test(records_and_messages_go_on),
		cmocka_unit_test(what_is_encrypted),
		cmocka_unit_test(only_tls_on_its_ports),
		cmocka_unit_test(fingerprints),
		cmocka_unit_test(certificates),
		cmocka_unit_test(fragments_of_datagrams),
		cmocka_unit_test(prefixes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
