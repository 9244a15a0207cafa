/* How Wireshark's tree shows hop-by-hop and destination options, and routing headers of IPv6. */
#include <arpa/inet.h>
#include <inttypes.h>

#include "indexer/cursor.h"
#include "indexer/dissectors/ip_names.h"
#include "indexer/dissectors/ipv6_options.h"

enum { PAD1 = 0, PADN = 1, ROUTER_ALERT = 5 };

/* RFC 8200, section 4.2: what to do with an option that is not known, may it change on the way. */
static void say_type(const struct layout_lines *l, unsigned type, const char *name)
{
	static const char *const actions[] = { "Skip and continue", "Discard", "Discard and ICMP",
		"Discard and ICMP if not multicast" };
	layout_say(l, 1, "Type: %s (0x%02x)", name, type);
	layout_say(l, 2, "%u%u.. .... = Action: %s (%u)", type >> 7, type >> 6 & 1, actions[type >> 6],
		type >> 6);
	layout_say(l, 2, "..%u. .... = May Change: %s", type >> 5 & 1, type & 0x20 ? "Yes" : "No");
	layout_say(l, 2, "...%u %u%u%u%u = Low-Order Bits: 0x%02x", type >> 4 & 1, type >> 3 & 1,
		type >> 2 & 1, type >> 1 & 1, type & 1, type & 31);
}

static void option(const struct layout_lines *l, const uint8_t *p, uint32_t n)
{
	/* RFC 2711, section 2.1 */
	static const struct value_name alerts[] = { { 0, "MLD" }, { 1, "RSVP" }, { 2, "Active Network" },
		{ 0, NULL } };
	switch (p[0]) {
	case PADN:
		layout_say(l, 0, "PadN");
		say_type(l, p[0], "PadN");
		layout_say(l, 1, "Length: %u", p[1]);
		if (n > 2)
			layout_say_octets(l, 1, "PadN", p + 2, n - 2);
		else
			layout_say(l, 1, "PadN: <none>");
		return;
	case ROUTER_ALERT:
		layout_say(l, 0, "Router Alert");
		say_type(l, p[0], "Router Alert");
		layout_say(l, 1, "Length: %u", p[1]);
		if (n >= 4)
			layout_say_named(l, 1, "Router Alert", be16(p + 2), alerts, "Unknown");
		return;
	default:
		layout_say(l, 0, "Unknown IPv6 Option (%u)", p[0]);
		say_type(l, p[0], "Unknown");
		layout_say(l, 1, "Length: %u", p[1]);
		if (n == 2)
			return;
		layout_say_octets(l, 1, "Unknown Option Payload", p + 2, n - 2);
		layout_say(l, 2, "[Expert Info (Note/Undecoded): Unknown Data (not interpreted)]");
		layout_say(l, 3, "[Unknown Data (not interpreted)]");
		layout_say(l, 3, "[Severity level: Note]");
		layout_say(l, 3, "[Group: Undecoded]");
	}
}

static void say_header(const struct layout_lines *l, const uint8_t *p)
{
	layout_say_named(l, 0, "Next Header", p[0], ip_proto_names, "Unknown");
	layout_say(l, 0, "Length: %u", p[1]);
	layout_say(l, 0, "[Length: %u bytes]", (p[1] + 1) * 8);
}

static void options(const struct layout_octets *o, layout_add *add, void *to)
{
	const struct layout_lines l = { add, to };
	const uint8_t *p = o->data;
	if (o->n < 2)
		return;
	say_header(&l, p);
	uint32_t end = (p[1] + 1u) * 8;
	for (uint32_t at = 2, n; at < end && at < o->n; at += n) {
		n = p[at] == PAD1 ? 1 : at + 1 < o->n ? 2u + p[at + 1] : 0;
		if (!n || n > o->n - at)
			return;
		if (p[at] != PAD1) {
			option(&l, p + at, n);
			continue;
		}
		layout_say(&l, 0, "Pad1");
		say_type(&l, PAD1, "Pad1");
	}
}

/* RFC 8200, section 4.4, RFC 6275, section 6.4, RFC 8754. */
static void routing(const struct layout_octets *o, layout_add *add, void *to)
{
	static const struct value_name types[] = { { 0, "Source Route" }, { 1, "Nimrod" },
		{ 2, "Type 2 Routing" }, { 3, "RPL Source Routing Header" }, { 4, "Segment Routing" },
		{ 0, NULL } };
	enum { SOURCE_ROUTE = 0, SEGMENTS = 4 };
	const struct layout_lines l = { add, to };
	const uint8_t *p = o->data;
	char text[INET6_ADDRSTRLEN];
	if (o->n < 8)
		return;
	uint32_t end = (p[1] + 1u) * 8;
	say_header(&l, p);
	layout_say_named(&l, 0, "Type", p[2], types, "Unknown");
	if (p[2] == SOURCE_ROUTE) { /* RFC 5095 */
		layout_say(&l, 1, "[Expert Info (Note/Deprecated): Routing header type is deprecated]");
		layout_say(&l, 2, "[Routing header type is deprecated]");
		layout_say(&l, 2, "[Severity level: Note]");
		layout_say(&l, 2, "[Group: Deprecated]");
	}
	layout_say(&l, 0, "Segments Left: %u", p[3]);
	if (p[2] == SEGMENTS) {
		layout_say(&l, 0, "Last Entry: %u", p[4]);
		layout_say(&l, 0, "Flags: 0x%02x", p[5]);
		layout_say_octets(&l, 0, "Tag", p + 6, 2);
	} else {
		layout_say_octets(&l, 0, "Reserved", p + 4, 4);
	}
	unsigned first = p[2] == SEGMENTS ? 0 : 1, last = p[2] == SEGMENTS ? p[4] + 1u : 255;
	for (uint32_t at = 8, i = first; at + 16 <= end && at + 16 <= o->n && i < first + last; at += 16, i++)
		layout_say(&l, 0, "Address[%" PRIu32 "]: %s", i,
			inet_ntop(AF_INET6, p + at, text, sizeof(text)));
}

#define ALL .of_layer = true

const struct layout_line ipv6_options_layout[] = { { 0, "options", .lines = options, ALL }, { 0 } };
const struct layout_line ipv6_routing_layout[] = { { 0, "routing", .lines = routing, ALL }, { 0 } };
