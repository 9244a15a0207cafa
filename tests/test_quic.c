/* QUIC: keys and packets of RFC 9001, appendix A, and RFC 9369, appendix A; headers written by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "indexer/dissectors/quic.h"
#include "tests/dissect_test.h"

#define CLIENT_TO_SERVER "4500 0500 0000 0000 40 11 0000 c0000201 c0000202 c000 01bb 0000 0000 "
#define SERVER_TO_CLIENT "4500 0500 0000 0000 40 11 0000 c0000202 c0000201 01bb c000 0000 0000 "

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no \"%s\" in:\n%s", part, text);
}

/* A datagram of `payload` from one side or the other; lengths are filled in. */
static const char *datagram(bool first, bool from_server, const char *payload)
{
	static char frame[8192];
	size_t n = 0;
	for (const char *p = payload; *p; p++)
		n += *p != ' ';
	n /= 2;
	snprintf(frame, sizeof(frame), "4500 %04zx 0000 0000 40 11 0000 %s %s %s %04zx 0000 %s", 28 + n,
		from_server ? "c0000202" : "c0000201", from_server ? "c0000201" : "c0000202",
		from_server ? "01bb c000" : "c000 01bb", 8 + n, payload);
	return first ? dissect_hex(CLAIM_ETHERTYPE, 0x0800, frame, 0)
		     : dissect_more(CLAIM_ETHERTYPE, 0x0800, frame, 0);
}

static void octets(const char *hex, const uint8_t *got, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned v;
		assert_int_equal(sscanf(hex + 2 * i, "%2x", &v), 1);
		assert_int_equal(v, got[i]);
	}
}

static void keys(void **state)
{
	(void)state;
	struct quic_cid dcid = { 8, { 0x83, 0x94, 0xc8, 0xf0, 0x3e, 0x51, 0x57, 0x08 } };
	struct quic_keys k[2];
	assert_true(quic_initial_keys(k, 1, &dcid));
	octets("1f369613dd76d5467730efcbe3b1a22d", k[0].key, 16);
	octets("fa044b2f42a3fd3b46fb255c", k[0].iv, 12);
	octets("9f50449e04a0e810283a1e9933adedd2", k[0].hp, 16);
	octets("cf3a5331653c364c88f0f379b6067e37", k[1].key, 16);
	octets("0ac1493ca1905853b0bba03e", k[1].iv, 12);
	octets("c206b8d9b9f0f37644430b490eeaa314", k[1].hp, 16);
	assert_true(quic_initial_keys(k, 0x6b3343cf, &dcid)); /* RFC 9369 */
	octets("8b1a0bc121284290a29e0971b5cd045d", k[0].key, 16);
	octets("91f73e2351d8fa91660e909f", k[0].iv, 12);
	octets("45b95e15235d6f45a6b19cbcb0294ba9", k[0].hp, 16);
	octets("82db637861d55e1d011f19ea71d5d2a7", k[1].key, 16);
}

/* A client's Initial packet that cannot be decrypted, of version 1, to 8394c8f03e515708. */
#define CLIENT_INITIAL                                                                                       \
	"c0 00000001 08 8394c8f03e515708 00 00 4020 "                                                        \
	"0000000000000000000000000000000000000000000000000000000000000"                                      \
	"000"

/* RFC 9001, appendix A.3: an acknowledgment and the Server Hello. */
#define SERVER_INITIAL                                                                                       \
	"cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a5816b6394100f37a1c69797554780bb38c" \
	"c5a99f5ede4cf73c3ec2493a1839b3dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bded74b562bfb19fb84022f" \
	"8ef4cdd93795d77d06edbb7aaf2f58891850abbdca3d20398c276456cbc42158407dd074ee"

static void server_initial(void **state)
{
	(void)state;
	const char *text = datagram(true, false, CLIENT_INITIAL);
	has(text, "stack: ethertype:ip:udp:quic\n");
	has(text, "version=0x00000001 dcil=8 dcid=8394c8f03e515708 scil=0 length=32");
	text = datagram(false, true, SERVER_INITIAL);
	has(text, "stack: ethertype:ip:udp:quic:tls\n");
	has(text, "scil=8 scid=f067a5502a4262b5 length=117 packet_number=1");
	has(text, "quic_frame frame_type=2\n");
	has(text, "quic_frame frame_type=6 crypto.offset=0 crypto.length=90\n");
	has(text, "ack.largest_acknowledged=0 ack.ack_delay=0 ack.ack_range_count=0 ack.first_ack_range=0");
	/* The same again brings nothing new to TLS. */
	has(datagram(false, true, SERVER_INITIAL), "stack: ethertype:ip:udp:quic\n");
}

/* A short header: the id that the server chose tells how long it is. */
static void short_header(void **state)
{
	(void)state;
	datagram(true, false, CLIENT_INITIAL);
	datagram(false, true, SERVER_INITIAL);
	const char *text = datagram(
		false, false, "40 f067a5502a4262b5 00112233445566778899aabbccddeeff00112233445566778899");
	has(text, "stack: ethertype:ip:udp:quic\n");
	has(text, "dcid=f067a5502a4262b5 remaining_payload=00112233");
	/* Unknown to any connection, it is not taken for QUIC. */
	has(datagram(true, false, "40 f067a5502a4262b5 00112233445566778899aabbccddeeff00112233445566778899"),
		"stack: ethertype:ip:udp:data\n");
}

/* Coalesced: what has another destination is padding. */
static void coalesced(void **state)
{
	(void)state;
	const char *text = datagram(true, false,
		"e0 00000001 01 aa 00 04 00112233 e0 00000001 01 aa 00 04 44556677 e0 00000001 01 bb 00 04 "
		"00000000");
	has(text, "quic packet_length=13");
	has(text, "remaining_payload=00112233");
	has(text, "remaining_payload=44556677");
	assert_null(strstr(text, "dcid=bb"));
}

/* RFC 9000, section 17.2.1, and section 15 for versions that only force a negotiation. */
static void versions(void **state)
{
	(void)state;
	datagram(true, false, CLIENT_INITIAL);
	const char *text = datagram(false, true, "80 00000000 00 08 8394c8f03e515708 00000001 6b3343cf");
	has(text, "version=0x00000000");
	has(text, "quic_version supported_version=0x00000001\n");
	has(text, "quic_version supported_version=0x6b3343cf\n");
	has(datagram(true, false, "c0 1a2a3a4a 08 8394c8f03e515708 00 0000"),
		"stack: ethertype:ip:udp:quic\n");
	has(datagram(true, false, "c0 00000007 08 8394c8f03e515708 00 0000"),
		"stack: ethertype:ip:udp:data\n");
}

/* Google's: flags, connection id, version, number; a message on stream 1 that names its server. */
static void google(void **state)
{
	(void)state;
	const char *text = datagram(true, false,
		"0d 0102030405060708 51303433 01 000000000000000000000000 a0 01 0028 43484c4f 0100 0000 "
		"534e4900 "
		"0b000000 6578616d706c652e6f7267");
	has(text, "stack: ethertype:ip:udp:gquic\n");
	has(text, "cid=72623859790382856 version=Q043 packet_number=1");
	has(text, "tag=CHLO tag_number=1 tag.sni=example.org");
}

static void cut(void **state)
{
	(void)state;
	dissect_prefixes(CLAIM_UDP_PORT, 40000, SERVER_INITIAL);
	dissect_prefixes(CLAIM_UDP_PORT, 40000,
		"0d 0102030405060708 51303433 01 000000000000000000000000 a0 01 0028 43484c4f 0100 0000 "
		"534e4900 "
		"0b000000 6578616d706c652e6f7267");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys),
		cmocka_unit_test(server_initial),
		cmocka_unit_test(short_header),
		cmocka_unit_test(coalesced),
		cmocka_unit_test(versions),
		cmocka_unit_test(google),
		cmocka_unit_test(cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
