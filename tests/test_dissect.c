/* The layer loop and the oldest dissectors: Ethernet, IPv4, UDP, data. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "indexer/registry.h"
#include "tests/dissect_test.h"

#define ETHERNET 1 /* LINKTYPE_ETHERNET */

/* Ethernet II, IPv4 (RFC 791, 20 octets), UDP (RFC 768) 4660 -> 22136 with 4 octets, padded to 60 */
static const char udp_frame[] = "020000000002 020000000001 0800"
				"4500 0020 1234 4000 40 11 0000 c0000201 c0000202"
				"1234 5678 000c 0000 61626364"
				"0000000000000000000000000000";

static void registry_is_sound(void **state)
{
	(void)state;
	assert_null(registry_init());
}

static void frame_to_rows(void **state)
{
	(void)state;
	assert_string_equal(dissect_hex(CLAIM_LINKTYPE, ETHERNET, udp_frame, 0),
		"stack: eth:ethertype:ip:udp:data\n"
		"eth dst=02:00:00:00:00:02 src=02:00:00:00:00:01 type=0x0800 "
		"padding=0000000000000000000000000000\n"
		"ip hdr_len=20 dsfield=0x00 len=32 id=0x1234 frag=0x4000 ttl=64 proto=17 checksum=0x0000 "
		"src=192.0.2.1 dst=192.0.2.2\n"
		"udp srcport=4660 dstport=22136 length=12 checksum=0x0000 stream=0 time_delta=0.000000000 "
		"time_relative=0.000000000 payload=61626364\n"
		"data len=4 data=61626364\n");
}

static void stream_goes_on(void **state)
{
	(void)state;
	dissect_hex(CLAIM_LINKTYPE, ETHERNET, udp_frame, 0);
	/* the answer, other direction: the same stream, 1 ms later */
	const char *text = dissect_more(CLAIM_ETHERTYPE, 0x0800,
		"4500 0020 1235 4000 40 11 0000 c0000202 c0000201 5678 1234 000c 0000 65666768", 0);
	assert_non_null(strstr(text, "stream=0 time_delta=0.001000000 time_relative=0.001000000"));
}

static void unknown_goes_to_data(void **state)
{
	(void)state;
	assert_string_equal(dissect_hex(CLAIM_LINKTYPE, ETHERNET, "020000000002 020000000001 fffe 0102", 0),
		"stack: eth:ethertype:data\n"
		"eth dst=02:00:00:00:00:02 src=02:00:00:00:00:01 type=0xfffe\n"
		"data len=2 data=0102\n");
}

static void cut_header_leaves_nulls(void **state)
{
	(void)state;
	/* 10 octets of an IPv4 header: what was not captured stays unset, never 0 */
	assert_string_equal(dissect_hex(CLAIM_ETHERTYPE, 0x0800, "4500 0020 1234 4000 4011", 32),
		"stack: ethertype:ip\n"
		"ip hdr_len=20 dsfield=0x00 len=32 id=0x1234 frag=0x4000 ttl=64 proto=17\n");
}

/* Stacks of tshark over the same octets: what asks for octets that were not captured is named and ends the
 * frame. */
static void cut_before_it_can_be_told(void **state)
{
	(void)state;
	static const struct {
		const char *hex, *stack;
		uint32_t len;
	} frames[] = {
		{ "4500 0080 0001 0000 4011 0000 c0000201 c0000202 9c41 1e61 006c 0000 cc fa",
			"stack: ethertype:ip:udp:wg\n", 128 },
		{ "4500 00f0 0001 0000 4011 0000 c0000201 c0000202 9c41 1e61 00dc 0000 cc fa 01 02 03",
			"stack: ethertype:ip:udp:wol\n", 240 },
		{ "4500 0080 0001 0000 4006 0000 c0000201 c0000202 9c41 1e61 00000001 00000001 5018 2000 "
		  "0000 0000 cc fa",
			"stack: ethertype:ip:tcp:spice\n", 128 },
		{ "4500 0080 0001 0000 4006 0000 c0000201 c0000202 9c41 1e61 00000001 00000001 5018 2000 "
		  "0000 0000 cc fa 01 02 03",
			"stack: ethertype:ip:tcp:rtps\n", 128 },
		{ "4500 0080 0001 0000 4006 0000 c0000201 c0000202 9c41 0050 00000001 00000001 5018 2000 "
		  "0000 0000 41 42",
			"stack: ethertype:ip:tcp:http:data\n", 128 },
		{ "4500 0080 0001 0000 4006 0000 c0000201 c0000202 9c41 0050 00000001 00000001 5018 2000 "
		  "0000 0000 01 42",
			"stack: ethertype:ip:tcp\n", 128 },
	};
	for (size_t i = 0; i < sizeof(frames) / sizeof(*frames); i++) {
		const char *text = dissect_hex(CLAIM_ETHERTYPE, 0x0800, frames[i].hex, frames[i].len);
		if (strncmp(text, frames[i].stack, strlen(frames[i].stack)) != 0)
			fail_msg("%s is not %s", text, frames[i].stack);
	}
}

/* tshark gives a VNC server's greeting on a port that is not VNC's to a stream of its own. */
static void vnc_begins_a_stream(void **state)
{
	(void)state;
	const char *text = dissect_hex(CLAIM_ETHERTYPE, 0x0800,
		"4500 0028 0001 0000 4006 0000 c0000201 c0000202 9c41 1af4 00000001 00000000 5002 2000 0000 "
		"0000",
		0);
	assert_non_null(strstr(text, " stream=0"));
	text = dissect_more(CLAIM_ETHERTYPE, 0x0800,
		"4500 0034 0001 0000 4006 0000 c0000202 c0000201 1af4 9c41 00000001 00000002 5018 2000 0000 "
		"0000 "
		"52464220 3030332e3030380a",
		0);
	assert_non_null(strstr(text, "stack: ethertype:ip:tcp:vnc\n"));
	assert_non_null(strstr(text, " stream=1"));
	text = dissect_more(CLAIM_ETHERTYPE, 0x0800,
		"4500 0028 0002 0000 4006 0000 c0000201 c0000202 9c41 1af4 00000002 0000000d 5010 2000 0000 "
		"0000",
		0);
	assert_non_null(strstr(text, " stream=1"));
}

static void every_prefix(void **state)
{
	(void)state;
	dissect_prefixes(CLAIM_LINKTYPE, ETHERNET, udp_frame);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(registry_is_sound),
		cmocka_unit_test(frame_to_rows),
		cmocka_unit_test(stream_goes_on),
		cmocka_unit_test(unknown_goes_to_data),
		cmocka_unit_test(cut_header_leaves_nulls),
		cmocka_unit_test(cut_before_it_can_be_told),
		cmocka_unit_test(vnc_begins_a_stream),
		cmocka_unit_test(every_prefix),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
