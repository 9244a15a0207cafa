/* The tree of the Protocol Hierarchy: where an item goes, and what is counted there. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "query/hierarchy.h"

/* The node at the end of "frame/eth/ip". */
static const struct hierarchy_node *at(const struct hierarchy *h, const char *path)
{
	int i = 0;
	for (const char *p = strchr(path, '/'); p && i >= 0; p = strchr(p, '/')) {
		size_t n = strcspn(++p, "/");
		for (i = h->nodes[i].child; i >= 0; i = h->nodes[i].next)
			if (strlen(h->nodes[i].name) == n && strncmp(h->nodes[i].name, p, n) == 0)
				break;
	}
	return i < 0 ? NULL : &h->nodes[i];
}

#define ADD(h, items, frames, bytes, ...)                                                                    \
	hierarchy_add(h, items, (const uint64_t[]) { __VA_ARGS__ },                                          \
		sizeof((const uint64_t[]) { __VA_ARGS__ }) / sizeof(uint64_t), frames, bytes, false)

/* Two fragments under IPv6, then the frame that completes their datagram: its Data is found beside UDP, where
 * the fragments' is, so UDP ends no frame and has no child. */
static void looks_up(void **state)
{
	struct hierarchy h = { 0 };
	(void)state;
	ADD(&h, "eth:ipv6:data", 2, 2572, 28, 80, 2464);
	ADD(&h, "eth:ipv6:udp:data", 1, 622, 14, 40, 8, 3000);
	const struct hierarchy_node *data = at(&h, "frame/eth/ipv6/data"),
				    *udp = at(&h, "frame/eth/ipv6/udp");
	assert_int_equal(data->packets, 3);
	assert_int_equal(data->bytes, 5464);
	assert_int_equal(data->end_packets, 3);
	assert_int_equal(data->end_bytes, 5464);
	assert_int_equal(udp->packets, 1);
	assert_int_equal(udp->bytes, 8);
	assert_int_equal(udp->end_packets, 0);
	assert_int_equal(udp->child, -1);
	assert_int_equal(at(&h, "frame")->packets, 3);
	assert_int_equal(at(&h, "frame")->bytes, 3194);
	hierarchy_free(&h);
}

/* IP behind VLAN is the IP that was there before; but a tagged frame that comes first has it below VLAN. */
static void order_matters(void **state)
{
	struct hierarchy plain = { 0 }, tagged = { 0 };
	(void)state;
	ADD(&plain, "eth:ip:tcp", 10, 600, 140, 200, 200);
	ADD(&plain, "eth:vlan:ip:tcp", 1, 64, 14, 4, 20, 20);
	assert_int_equal(at(&plain, "frame/eth/vlan")->child, -1);
	assert_int_equal(at(&plain, "frame/eth/vlan")->bytes, 4);
	assert_int_equal(at(&plain, "frame/eth/vlan")->end_packets, 0);
	assert_int_equal(at(&plain, "frame/eth/ip")->packets, 11);
	assert_int_equal(at(&plain, "frame/eth/ip/tcp")->end_bytes, 220);

	ADD(&tagged, "eth:vlan:ip:tcp", 1, 64, 14, 4, 20, 20);
	ADD(&tagged, "eth:ip:tcp", 10, 600, 140, 200, 200);
	assert_int_equal(at(&tagged, "frame/eth/vlan/ip")->packets, 1);
	assert_int_equal(at(&tagged, "frame/eth/ip")->packets, 10);
	hierarchy_free(&plain);
	hierarchy_free(&tagged);
}

/* IP in IP: one node, one packet, two PDUs. */
static void twice_in_a_frame(void **state)
{
	struct hierarchy h = { 0 };
	(void)state;
	ADD(&h, "eth:ip:ip:udp", 5, 500, 70, 100, 100, 40);
	assert_int_equal(at(&h, "frame/eth/ip")->packets, 5);
	assert_int_equal(at(&h, "frame/eth/ip")->pdus, 10);
	assert_int_equal(at(&h, "frame/eth/ip")->bytes, 200);
	assert_null(at(&h, "frame/eth/ip/ip"));
	hierarchy_free(&h);
}

/* tshark's paths: always one deeper, and whole frames. */
static void paths(void **state)
{
	struct hierarchy h = { 0 };
	(void)state;
	hierarchy_add(&h, "eth:ip:ip:udp", NULL, 0, 5, 500, true);
	hierarchy_add(&h, "", NULL, 0, 1, 60, true);
	assert_int_equal(at(&h, "frame/eth/ip/ip/udp")->packets, 5);
	assert_int_equal(at(&h, "frame/eth/ip/ip/udp")->bytes, 500);
	assert_int_equal(at(&h, "frame")->packets, 6);
	assert_int_equal(at(&h, "frame")->bytes, 560);
	assert_int_equal(at(&h, "frame")->end_packets, 1);
	hierarchy_free(&h);
}

/* tshark -z io,phs of fixtures/mixed.pcapng, frames of which have comments: these stand above the frame. In
 * the window the frame is found beside them. */
static void comments(void **state)
{
	struct hierarchy h = { 0 }, window = { 0 };
	(void)state;
	hierarchy_add(&h, "pkt_comment:frame:eth:ip", NULL, 0, 2, 154, true);
	hierarchy_add(&h, "raw:ip", NULL, 0, 2, 126, true);
	assert_int_equal(at(&h, "frame")->packets, 2);
	assert_int_equal(at(&h, "frame/raw/ip")->bytes, 126);
	const struct hierarchy_node *above = &h.nodes[h.comments];
	assert_string_equal(above->name, "pkt_comment");
	assert_int_equal(above->packets, 2);
	assert_int_equal(above->bytes, 154);
	assert_string_equal(h.nodes[above->child].name, "frame");
	assert_int_equal(h.nodes[h.nodes[above->child].child].bytes, 154);
	hierarchy_free(&h);

	ADD(&window, "pkt_comment:frame:eth:ip", 2, 154, 0, 154, 28, 126);
	assert_int_equal(at(&window, "frame")->packets, 2);
	assert_int_equal(at(&window, "frame/eth/ip")->bytes, 126);
	assert_int_equal(window.nodes[window.comments].packets, 2);
	assert_int_equal(window.nodes[window.comments].child, -1);
	hierarchy_free(&window);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(looks_up),
		cmocka_unit_test(order_matters),
		cmocka_unit_test(twice_in_a_frame),
		cmocka_unit_test(paths),
		cmocka_unit_test(comments),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
