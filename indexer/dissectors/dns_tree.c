/* How Wireshark's tree shows a DNS message: the flags in words, then the sections, each record with what
 * tells most of it. */
#include "indexer/dissectors/dns.h"
#include "indexer/expert.h"

#define BIT(which)             .mask = which, .width = 16
#define YES_NO(label, yes, no) label ": {?" yes "}{!" no "}"

#define MDNS_CLASS(field, bit)                                                                               \
	{ 2, field, .when = bit, .mask = 0x7fff, .width = 16 },                                              \
	{                                                                                                    \
		2, bit, .mask = 0x8000, .width = 16                                                          \
	}

#define RR_LINES(heading, counter)                                                                           \
	{ 0, NULL, heading },                                                                                \
		{ 1, .record = "dns_rr", .has = "dns.resp.len", .count = counter,                            \
			.text = "<{dns.resp.name}><{dns.srv.service}.{dns.srv.proto}.{dns.srv.name}>: type " \
				"{dns.resp.type:m}<, class {dns.resp.class:n}>"                              \
				"{dns.resp.cache_flush?, cache flush}<, addr {dns.a}><, addr {dns.aaaa}>"    \
				"<, cname {dns.cname}><, ns {dns.ns}><, {dns.ptr.domain_name}>"              \
				"<, preference {dns.mx.preference}, mx {dns.mx.mail_exchange}>"              \
				"<, mname {dns.soa.mname}><, priority {dns.srv.priority}, weight "           \
				"{dns.srv.weight}, "                                                         \
				"port {dns.srv.port}, target {dns.srv.target}>"                              \
				"<, next domain name {dns.nsec.next_domain_name}>",                          \
			.names = dns_type_names },                                                           \
		{ 2, .record = "dns_srv", .later = true }, { 3, "dns.srv.service" }, { 3, "dns.srv.proto" }, \
		{ 3, "dns.srv.name" }, { 2, "dns.resp.name" }, { 2, "dns.resp.type" },                       \
		{ 2, .record = "dns_opt", .when = "dns.resp.cache_flush", .later = true },                   \
		{ 3, "dns.rr.udp_payload_size", "UDP payload size: {:x}", .mask = 0x7fff, .width = 16 },     \
		MDNS_CLASS("dns.resp.class", "dns.resp.cache_flush"), { 2, "dns.resp.class" },               \
		{ 2, "dns.resp.ttl", "Time to live: {:d} ({:t})" }, { 2, .record = "dns_opt" },              \
		{ 3, "dns.rr.udp_payload_size" }, { 3, "dns.resp.ext_rcode" },                               \
		{ 3, "dns.resp.edns0_version" }, { 3, "dns.resp.z" },                                        \
		{ 4, "dns.resp.z.do",                                                                        \
			YES_NO("DO bit", "Accepts DNSSEC security RRs",                                      \
				"Cannot handle DNSSEC security RRs") },                                      \
		{ 2, "dns.resp.len" }, { 2, .record = "dns_option", .text = "Option: {dns.opt.code:n}" },    \
		{ 2, .record = "dns_soa" }, { 3, "dns.soa.mname" }, { 3, "dns.soa.rname" },                  \
		{ 3, "dns.soa.serial_number" },                                                              \
		{ 3, "dns.soa.refresh_interval", "Refresh Interval: {} ({:t})" },                            \
		{ 3, "dns.soa.retry_interval", "Retry Interval: {} ({:t})" },                                \
		{ 3, "dns.soa.expire_limit", "Expire limit: {} ({:t})" },                                    \
		{ 3, "dns.soa.minimum_ttl", "Minimum TTL: {} ({:t})" }, { 2, .record = "dns_sec" },          \
	{                                                                                                    \
		2, .record = "dns_rr", .text = "RR type in bit map: {dns.resp.type:n}", .only = true         \
	}

const struct layout_line dns_layout[] = {
	{ 0, "dns.length" },
	{ 0, "dns.id" },
	{ 1, EXPERT_NAME ".message", "{}", .expert = "" },
	{ 0, "dns.flags",
		"Flags: {} {dns.flags.opcode:n}{dns.flags.response? response}<, {dns.flags.rcode:n}>" },
	{ 1, "dns.flags.response", YES_NO("Response", "Message is a response", "Message is a query") },
	{ 1, "dns.flags.opcode" },
	{ 1, "dns.flags.authoritative",
		YES_NO("Authoritative", "Server is an authority for domain",
			"Server is not an authority for domain"),
		BIT(0x0400) },
	{ 1, "dns.flags.conflict", NULL, BIT(0x0400) },
	{ 1, "dns.flags.truncated", YES_NO("Truncated", "Message is truncated", "Message is not truncated") },
	{ 1, "dns.flags.recdesired",
		YES_NO("Recursion desired", "Do query recursively", "Don't do query recursively"),
		BIT(0x0100) },
	{ 1, "dns.flags.tentative", NULL, BIT(0x0100) },
	{ 1, "dns.flags.recavail",
		YES_NO("Recursion available", "Server can do recursive queries",
			"Server can't do recursive queries"),
		BIT(0x0080) },
	{ 1, "dns.flags.z", YES_NO("Z", "reserved - incorrect!", "reserved (0)"), BIT(0x0040) },
	{ 1, "dns.flags.authenticated",
		YES_NO("Answer authenticated", "Answer/authority portion was authenticated by the server",
			"Answer/authority portion was not authenticated by the server"),
		BIT(0x0020) },
	{ 1, "dns.flags.checkdisable", YES_NO("Non-authenticated data", "Acceptable", "Unacceptable"),
		BIT(0x0010) },
	{ 1, "dns.flags.rcode", NULL, BIT(0x000f) },
	{ 0, "dns.count.queries" },
	{ 0, "dns.count.zones" },
	{ 0, "dns.count.answers" },
	{ 0, "dns.count.prerequisites" },
	{ 0, "dns.count.auth_rr" },
	{ 0, "dns.count.updates" },
	{ 0, "dns.count.add_rr" },
	{ 0, NULL, "{dns.count.zones?Zone}{dns.count.zones!Queries}" },
	{ 1, .record = "dns_query",
		.text = "{dns.qry.name}: type {dns.qry.type:m}, class {dns.qry.class:n}"
			"<, {dns.qry.qu:h}{dns.qry.qu?\"QU\" question}{dns.qry.qu!\"QM\" question}>",
		.names = dns_type_names },
	{ 2, "dns.qry.name" },
	{ 2, "dns.qry.name.len" },
	{ 2, "dns.count.labels" },
	{ 2, "dns.qry.type" },
	MDNS_CLASS("dns.qry.class", "dns.qry.qu"),
	RR_LINES("Answers", "dns.count.answers"),
	RR_LINES("Prerequisites", "dns.count.prerequisites"),
	RR_LINES("Authoritative nameservers", "dns.count.auth_rr"),
	RR_LINES("Updates", "dns.count.updates"),
	RR_LINES("Additional records", "dns.count.add_rr"),
	{ 0, "dns.retransmit_request", "" },
	{ 0, "dns.retransmit_response", "" },
	{ 0, "dns.retransmit_request_in" },
	{ 0, "dns.retransmit_response_in" },
	{ 0, "dns.retransmission" },
	{ 0, "dns.response_in" },
	{ 0, "dns.response_to" },
	{ 0, "dns.time" },
	{ 0 },
};
