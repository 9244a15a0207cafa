#include "query/colors.h"

#include <stdlib.h>

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

struct colors {
	struct rule {
		struct filter *filter;
		sqlite3_stmt *st;
	} rules[RULES];
};

struct colors *colors_open(struct session *s)
{
	struct colors *c = calloc(1, sizeof(*c));
	if (!c || layers_register(s->db) != SQLITE_OK) {
		free(c);
		return NULL;
	}
	for (size_t i = 0; i < RULES; i++) {
		struct filter_error error;
		struct rule *r = &c->rules[i];
		r->filter = dfilter_compile(s->db, rules[i].filter, &error);
		char *sql = r->filter ? sqlite3_mprintf("SELECT 1 FROM capture c CROSS JOIN t_frame f ON "
							"f.frame_id=:frame WHERE c.id=:capture AND %s",
						r->filter->sql)
				      : NULL;
		if (sql && sqlite3_prepare_v2(s->db, sql, -1, &r->st, NULL) == SQLITE_OK)
			dfilter_bind(r->filter, r->st);
		sqlite3_free(sql);
	}
	return c;
}

void colors_close(struct colors *c)
{
	for (size_t i = 0; c && i < RULES; i++) {
		sqlite3_finalize(c->rules[i].st);
		dfilter_free(c->rules[i].filter);
	}
	free(c);
}

const struct color_rule *colors_of(struct colors *c, int64_t capture_id, int64_t frame_id)
{
	for (size_t i = 0; i < RULES; i++) {
		sqlite3_stmt *st = c->rules[i].st;
		if (!st)
			continue;
		sqlite3_bind_int64(st, sqlite3_bind_parameter_index(st, ":frame"), frame_id);
		sqlite3_bind_int64(st, sqlite3_bind_parameter_index(st, ":capture"), capture_id);
		int rc = sqlite3_step(st);
		sqlite3_reset(st);
		if (rc == SQLITE_ROW)
			return &rules[i];
	}
	return NULL;
}
