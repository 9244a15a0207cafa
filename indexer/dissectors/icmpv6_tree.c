/* How Wireshark's tree shows ICMPv6: the options of neighbour discovery (RFC 4861) and the records of
 * multicast listeners (RFC 3810) out of their octets. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "indexer/expert.h"
#include "indexer/cursor.h"
#include "indexer/dissectors/icmpv6.h"

/* IANA's "IPv6 Neighbor Discovery Option Formats". */
static const struct value_name option_names[] = { { 1, "Source link-layer address" },
	{ 2, "Target link-layer address" }, { 3, "Prefix information" }, { 4, "Redirected header" },
	{ 5, "MTU" }, { 6, "NBMA Shortcut Limit" }, { 7, "Advertisement Interval" },
	{ 8, "Home Agent Information" }, { 9, "Source Address List" }, { 10, "Target Address List" },
	{ 11, "CGA" }, { 12, "RSA Signature" }, { 13, "Timestamp" }, { 14, "Nonce" },
	{ 24, "Route Information" }, { 25, "Recursive DNS Server" }, { 26, "RA Flags Extension" },
	{ 31, "DNS Search List Option" }, { 0, NULL } };

/* RFC 3810, section 5.2.12. */
static const struct value_name record_names[] = { { 1, "Include" }, { 2, "Exclude" },
	{ 3, "Changed to include" }, { 4, "Changed to exclude" }, { 5, "Allow new sources" },
	{ 6, "Block old sources" }, { 0, NULL } };

enum {
	ROUTER_SOLICITATION = 133,
	ROUTER_ADVERTISEMENT,
	NEIGHBOR_SOLICITATION,
	NEIGHBOR_ADVERTISEMENT,
	REDIRECT
};
enum { LISTENER_QUERY = 130, LISTENER_REPORT_2 = 143 };

static const char *address(char text[INET6_ADDRSTRLEN], const uint8_t *octets)
{
	return inet_ntop(AF_INET6, octets, text, INET6_ADDRSTRLEN);
}

static void link_address(char text[3 * 16], const uint8_t *p, uint32_t n)
{
	text[0] = '\0';
	for (uint32_t i = 0; i < n && i < 15; i++)
		snprintf(text + 3 * i - (i > 0), 4, "%s%02x", i ? ":" : "", p[i]);
}

/* ---- options ---- */

static void head(const struct layout_lines *l, const uint8_t *p, const char *more)
{
	layout_say(l, 0, "ICMPv6 Option (%s%s)", layout_name(option_names, p[0], "Unknown"), more);
	layout_say_named(l, 1, "Type", p[0], option_names, "Unknown");
	layout_say(l, 1, "Length: %u (%u bytes)", p[1], p[1] * 8);
}

static void prefix(const struct layout_lines *l, const uint8_t *p)
{
	char text[INET6_ADDRSTRLEN], more[80];
	snprintf(more, sizeof(more), " : %s/%u", address(text, p + 16), p[2]);
	head(l, p, more);
	layout_say(l, 1, "Prefix Length: %u", p[2]);
	layout_say(l, 1, "Flag: 0x%02x%s%s%s", p[3], p[3] & 0x80 ? ", On-link flag(L)" : "",
		p[3] & 0x40 ? ", Autonomous address-configuration flag(A)" : "",
		p[3] & 0x20 ? ", Router address flag(R)" : "");
	layout_say(l, 2, "%u... .... = On-link flag(L): %s", p[3] >> 7, p[3] & 0x80 ? "Set" : "Not set");
	layout_say(l, 2, ".%u.. .... = Autonomous address-configuration flag(A): %s", p[3] >> 6 & 1,
		p[3] & 0x40 ? "Set" : "Not set");
	layout_say(l, 2, "..%u. .... = Router address flag(R): %s", p[3] >> 5 & 1,
		p[3] & 0x20 ? "Set" : "Not set");
	layout_say(l, 2, "...%u %u%u%u%u = Reserved: %u", p[3] >> 4 & 1, p[3] >> 3 & 1, p[3] >> 2 & 1,
		p[3] >> 1 & 1, p[3] & 1, p[3] & 31);
	layout_say_lifetime(l, 1, "Valid Lifetime", be32(p + 4));
	layout_say_lifetime(l, 1, "Preferred Lifetime", be32(p + 8));
	layout_say(l, 1, "Reserved");
	layout_say(l, 1, "Prefix: %s", text);
}

static void servers(const struct layout_lines *l, const uint8_t *p, uint32_t n)
{
	char text[INET6_ADDRSTRLEN], more[512] = "";
	size_t used = 0;
	for (uint32_t at = 8; at + 16 <= n && used + 48 < sizeof(more); at += 16)
		used += (size_t)snprintf(more + used, sizeof(more) - used, " %s", address(text, p + at));
	head(l, p, more);
	layout_say(l, 1, "Reserved");
	layout_say_lifetime(l, 1, "Lifetime", be32(p + 4));
	for (uint32_t at = 8; at + 16 <= n; at += 16)
		layout_say(l, 1, "Recursive DNS Servers: %s", address(text, p + at));
}

static void option(const struct layout_lines *l, const uint8_t *p, uint32_t n)
{
	char text[3 * 16], more[64];
	if ((p[0] == 1 || p[0] == 2) && n >= 8) {
		link_address(text, p + 2, n == 8 ? 6 : n - 2);
		snprintf(more, sizeof(more), " : %s", text);
		head(l, p, more);
		layout_say(l, 1, "Link-layer address: %s", text);
	} else if (p[0] == 3 && n >= 32) {
		prefix(l, p);
	} else if (p[0] == 5 && n >= 8) {
		snprintf(more, sizeof(more), " : %" PRIu32, be32(p + 4));
		head(l, p, more);
		layout_say(l, 1, "Reserved");
		layout_say(l, 1, "MTU: %" PRIu32, be32(p + 4));
	} else if (p[0] == 25 && n >= 24) {
		servers(l, p, n);
	} else {
		head(l, p, "");
	}
}

static void options(const struct layout_lines *l, const struct layout_octets *o, uint32_t at)
{
	while (at + 2 <= o->n && o->data[at + 1]) {
		uint32_t n = o->data[at + 1] * 8u;
		if (n > o->n - at)
			return;
		option(l, o->data + at, n);
		at += n;
	}
}

/* ---- multicast listeners ---- */

static void records(const struct layout_lines *l, const struct layout_octets *o)
{
	char text[INET6_ADDRSTRLEN];
	for (uint32_t at = 8; at + 20 <= o->n;) {
		const uint8_t *p = o->data + at;
		uint32_t sources = be16(p + 2), auxiliary = p[1] * 4u, n = 20 + 16 * sources + auxiliary;
		layout_say(l, 0, "Multicast Address Record %s: %s",
			layout_name(record_names, p[0], "Unknown"), address(text, p + 4));
		layout_say_named(l, 1, "Record Type", p[0], record_names, "Unknown");
		layout_say(l, 1, "Aux Data Len: %u", p[1]);
		layout_say(l, 1, "Number of Sources: %" PRIu32, sources);
		layout_say(l, 1, "Multicast Address: %s", text);
		for (uint32_t i = 0; i < sources && 20 + 16 * (i + 1) <= o->n - at; i++)
			layout_say(l, 1, "Source Address: %s", address(text, p + 20 + 16 * i));
		if (auxiliary && n <= o->n - at)
			layout_say_octets(l, 1, "Auxiliary Data", p + n - auxiliary, auxiliary);
		at += n;
	}
}

/* What is reserved behind the checksum. */
static void reserved(const struct layout_octets *o, layout_add *add, void *to)
{
	const struct layout_lines l = { add, to };
	int64_t type = o->about[0];
	if (type == LISTENER_REPORT_2 && o->n >= 6)
		layout_say_octets(&l, 0, "Reserved", o->data + 4, 2);
	else if ((type == ROUTER_SOLICITATION || type == NEIGHBOR_SOLICITATION || type == REDIRECT ||
			 type == 1 || type == 3) &&
		 o->n >= 8)
		layout_say_octets(&l, 0, "Reserved", o->data + 4, 4);
	else if (type == LISTENER_QUERY && o->n >= 8)
		return;
}

static void rest(const struct layout_octets *o, layout_add *add, void *to)
{
	static const uint8_t options_at[] = { 8, 16, 24, 24, 40 };
	const struct layout_lines l = { add, to };
	int64_t type = o->about[0];
	if (type >= ROUTER_SOLICITATION && type <= REDIRECT)
		options(&l, o, options_at[type - ROUTER_SOLICITATION]);
	else if (type == LISTENER_REPORT_2)
		records(&l, o);
}

#define ABOUT .about = { "icmpv6.type" }, .of_layer = true

const struct layout_line icmpv6_layout[] = {
	{ 0, "icmpv6.type" },
	{ 0, "icmpv6.code" },
	{ 0, "icmpv6.checksum" },
	{ 0, "icmpv6.checksum.status", "[Checksum Status: {:n}]" },
	{ 0, "reserved", .lines = reserved, ABOUT },
	{ 0, "icmpv6.nd.ra.cur_hop_limit" },
	{ 0, "icmpv6.nd.ra.flag",
		"Flags: {}{icmpv6.nd.ra.flag.m?, Managed address configuration}"
		"{icmpv6.nd.ra.flag.o?, Other configuration}{icmpv6.nd.ra.flag.h?, Home Agent}"
		", Prf (Default Router Preference): {icmpv6.nd.ra.flag.prf:n}{icmpv6.nd.ra.flag.p?, Proxy}" },
	{ 0, "icmpv6.nd.na.flag", "Flags: {}{:f}" },
	{ 0, "icmpv6.no_resp" },
	{ 1, EXPERT_NAME ".message", "{}", .expert = "" },
	{ 0, "icmpv6.resp_not_found", "" },
	{ 0, "icmpv6.nd.ra.router_lifetime" },
	{ 0, "icmpv6.nd.ra.reachable_time" },
	{ 0, "icmpv6.nd.ra.retrans_timer" },
	{ 0, "icmpv6.nd.ns.target_address" },
	{ 0, "icmpv6.nd.na.target_address" },
	{ 0, "icmpv6.mldr.nb_mcast_records" },
	{ 0, "icmpv6.echo.identifier" },
	{ 0, "icmpv6.echo.sequence_number" },
	{ 0, "icmpv6.resp_to" },
	{ 0, "icmpv6.resptime", "[Response Time: {:r} ms]" },
	{ 0, "icmpv6.resp_in" },
	{ 0, "options", .lines = rest, ABOUT },
	{ 0 },
};
