#include "query/colors.h"

#include <string.h>

#include "query/filter/filter.h"
#include "query/layers.h"

static const struct color_rule rules[] = {
	{ "Bad TCP",
		"tcp.analysis.flags && !tcp.analysis.window_update && !tcp.analysis.keep_alive && "
		"!tcp.analysis.keep_alive_ack",
		0xf78787, 0x12272e },
	{ "HSRP State Change", "hsrp.state != 8 && hsrp.state != 16", 0xfff69f, 0x12272e },
	{ "Spanning Tree Topology Change", "stp.type == 0x80", 0xfff69f, 0x12272e },
	{ "OSPF State Change", "ospf.msg != 1", 0xfff69f, 0x12272e },
	{ "ICMP errors", "icmp.type in { 3..5, 11 } || icmpv6.type in { 1..4 }", 0xb7f774, 0x12272e },
	{ "ARP", "arp", 0x12272e, 0xfaf0d7 },
	{ "ICMP", "icmp || icmpv6", 0x12272e, 0xfce0ff },
	{ "TCP RST", "tcp.flags.reset == 1", 0xfffc9c, 0xa40000 },
	{ "SCTP ABORT", "sctp.chunk_type == 6", 0xfffc9c, 0xa40000 },
	{ "TTL low or unexpected",
		"(!(ip.dst == 224.0.0.0/4) && ip.ttl < 5 && !pim && !ospf) || (ip.dst == 224.0.0.0/24 && "
		"ip.dst != 224.0.0.251 && ip.ttl != 1 && !(vrrp || carp))",
		0xffffff, 0xa40000 },
	{ "SMB", "smb || nbss || nbns || netbios", 0x12272e, 0xfeffd0 },
	{ "HTTP", "http || tcp.port == 80 || http2", 0x12272e, 0xe4ffc7 },
	{ "DCERPC", "dcerpc", 0x12272e, 0xc797ff },
	{ "Routing", "hsrp || eigrp || ospf || bgp || cdp || vrrp || carp || gvrp || igmp || ismp", 0x12272e,
		0xfff3d6 },
	{ "TCP SYN/FIN", "tcp.flags & 0x02 || tcp.flags.fin == 1", 0x12272e, 0xa0a0a0 },
	{ "TCP", "tcp", 0x12272e, 0xe7e6ff },
	{ "UDP", "udp", 0x12272e, 0xdaeeff },
	{ "Broadcast", "eth[0] & 1", 0xbabdb6, 0xffffff },
};
#define RULES (sizeof(rules) / sizeof(*rules))

/* Frames that stand closer together than this are asked about in one statement. */
#define SPAN 5000

static void apply(struct session *s, const struct color_rule *rule, const int64_t *ids,
	const struct color_rule **out, unsigned n)
{
	struct filter_error error = { 0 };
	unsigned at = 0;
	struct filter *f = dfilter_compile(s->db, rule->filter, ids[0], ids[n - 1], &error);
	if (!f)
		return;
	char *sql = sqlite3_mprintf("SELECT f.frame_id FROM capture c CROSS JOIN t_frame f ON f.frame_id >= "
				    "c.first_frame AND f.frame_id < c.first_frame + c.frames WHERE "
				    "f.frame_id BETWEEN %lld AND %lld AND c.first_frame <= %lld AND "
				    "c.first_frame + c.frames > %lld AND %s ORDER BY f.frame_id",
		(long long)ids[0], (long long)ids[n - 1], (long long)ids[n - 1], (long long)ids[0], f->sql);
	sqlite3_stmt *st = NULL;
	if (sql && sqlite3_prepare_v2(s->db, sql, -1, &st, NULL) == SQLITE_OK &&
		dfilter_bind(f, st) == SQLITE_OK) {
		while (at < n && sqlite3_step(st) == SQLITE_ROW) {
			int64_t id = sqlite3_column_int64(st, 0);
			while (at < n && ids[at] < id)
				at++;
			if (at < n && ids[at] == id && !out[at])
				out[at] = rule;
		}
	}
	sqlite3_finalize(st);
	sqlite3_free(sql);
	dfilter_free(f);
}

void colors_of(struct session *s, const int64_t *ids, const struct color_rule **out, unsigned n)
{
	memset(out, 0, n * sizeof(*out));
	if (layers_register(s->db, s->path) != SQLITE_OK)
		return;
	for (unsigned from = 0, to; from < n; from = to) {
		for (to = from + 1; to < n && ids[to] - ids[from] < SPAN; to++)
			;
		for (size_t i = 0; i < RULES; i++)
			apply(s, &rules[i], ids + from, out + from, to - from);
	}
}
