/* How Wireshark's tree shows a TCP segment. */
#include <inttypes.h>
#include <stdio.h>

#include "indexer/cursor.h"
#include "indexer/dissectors/tcp_option.h"
#include "indexer/layout.h"

/* ---- options ---- */

static const struct shown {
	uint8_t kind;
	const char *title, *name; /* of the option, of its kind */
} shown[] = {
	{ 0, "End of Option List (EOL)", "End of Option List" },
	{ 1, "No-Operation (NOP)", "No-Operation" },
	{ 2, "Maximum segment size", "Maximum Segment Size" },
	{ 3, "Window scale", "Window Scale" },
	{ 4, "SACK permitted", "SACK Permitted" },
	{ 5, "SACK", "SACK" },
	{ 6, "Echo", "Echo" },
	{ 7, "Echo reply", "Echo Reply" },
	{ 8, "Timestamps", "Time Stamp Option" },
	{ 19, "TCP MD5 signature", "MD5 Signature Option" },
	{ 28, "User Timeout", "User Timeout Option" },
	{ 34, "TCP Fast Open", "TCP Fast Open Cookie" },
};

static const struct shown *shown_as(uint8_t kind)
{
	for (size_t i = 0; i < sizeof(shown) / sizeof(*shown); i++)
		if (shown[i].kind == kind)
			return &shown[i];
	return NULL;
}

static void say_kind(const struct layout_lines *l, const struct shown *s, uint8_t kind, uint32_t len)
{
	layout_say(l, 2, "Kind: %s (%u)", s ? s->name : "Unknown", kind);
	if (len)
		layout_say(l, 2, "Length: %" PRIu32, len);
}

/* RFC 2018: the edges are numbers of the same stream as the acknowledgment, which tells where that began. */
static void say_sack(const struct layout_lines *l, const uint8_t *p, uint32_t len, uint32_t base)
{
	char text[256];
	size_t used = 0;
	text[0] = '\0';
	for (uint32_t at = 2; at + 8 <= len && used + 24 < sizeof(text); at += 8)
		used += (size_t)snprintf(text + used, sizeof(text) - used, " %" PRIu32 "-%" PRIu32,
			be32(p + at) - base, be32(p + at + 4) - base);
	layout_say(l, 1, "TCP Option - SACK%s", text);
	say_kind(l, shown_as(5), 5, len);
	for (uint32_t at = 2; at + 8 <= len; at += 8) {
		layout_say(l, 2, "left edge = %" PRIu32 " (relative)", be32(p + at) - base);
		layout_say(l, 2, "right edge = %" PRIu32 " (relative)", be32(p + at + 4) - base);
	}
	if (len >= 10)
		layout_say(l, 2, "[TCP SACK Count: %" PRIu32 "]", (len - 2) / 8);
}

static void say_option(const struct layout_lines *l, const uint8_t *p, uint32_t len, uint32_t base)
{
	const struct shown *s = shown_as(*p);
	const char *title = s ? s->title : "Unknown";
	if (*p == 2 && len == 4) {
		layout_say(l, 1, "TCP Option - %s: %u bytes", title, be16(p + 2));
		say_kind(l, s, *p, len);
		layout_say(l, 2, "MSS Value: %u", be16(p + 2));
	} else if (*p == 3 && len == 3) {
		unsigned shift = p[2] > 14 ? 14 : p[2]; /* RFC 7323, section 2.3 */
		layout_say(l, 1, "TCP Option - %s: %u (multiply by %u)", title, p[2], 1U << shift);
		say_kind(l, s, *p, len);
		layout_say(l, 2, "Shift count: %u", p[2]);
		layout_say(l, 2, "[Multiplier: %u]", 1U << shift);
	} else if (*p == 5) {
		say_sack(l, p, len, base);
	} else if (*p == 8 && len == 10) {
		layout_say(l, 1, "TCP Option - %s: TSval %" PRIu32 ", TSecr %" PRIu32, title, be32(p + 2),
			be32(p + 6));
		say_kind(l, s, *p, len);
		layout_say(l, 2, "Timestamp value: %" PRIu32, be32(p + 2));
		layout_say(l, 2, "Timestamp echo reply: %" PRIu32, be32(p + 6));
	} else {
		layout_say(l, 1, "TCP Option - %s", title);
		say_kind(l, s, *p, len);
	}
}

/* RFC 9293, section 3.1: kinds 0 and 1 are one octet, others have a length. */
static uint32_t option_length(const uint8_t *p, uint32_t left)
{
	if (*p <= 1)
		return 1;
	return left < 2 || p[1] < 2 || p[1] > left ? 0 : p[1];
}

static void options(const struct layout_octets *o, layout_add *add, void *to)
{
	const uint8_t *octets = o->data;
	uint32_t n = o->n, base = (uint32_t)(o->about[0] - o->about[1]);
	const struct layout_lines l = { add, to };
	char text[1024];
	uint32_t len, used = (uint32_t)snprintf(text, sizeof(text), "Options: (%" PRIu32 " bytes)", n);
	for (uint32_t at = 0; at < n && (len = option_length(octets + at, n - at)); at += len) {
		const struct shown *s = shown_as(octets[at]);
		if (used < sizeof(text))
			used += (uint32_t)snprintf(
				text + used, sizeof(text) - used, ", %s", s ? s->title : "Unknown");
	}
	add(to, 0, text);
	for (uint32_t at = 0; at < n && (len = option_length(octets + at, n - at)); at += len)
		say_option(&l, octets + at, octets[at] <= 1 ? 0 : len, base);
}

/* ---- the segment ---- */

static const struct value_name completeness[] = { { 1, "Incomplete, SYN_SENT" },
	{ 3, "Incomplete, CLIENT_ESTABLISHED" }, { 7, "Incomplete, ESTABLISHED" }, { 15, "Incomplete, DATA" },
	{ 23, "Complete, NO_DATA" }, { 39, "Complete, NO_DATA" }, { 55, "Complete, NO_DATA" },
	{ 31, "Complete, WITH_DATA" }, { 47, "Complete, WITH_DATA" }, { 63, "Complete, WITH_DATA" },
	{ 0, NULL } };

#define EXPERT(field, severity, text)                                                                        \
	{                                                                                                    \
		2, field, text, .expert = severity "/Sequence"                                               \
	}

const struct layout_line tcp_layout[] = {
	{ 0, "tcp.srcport" },
	{ 0, "tcp.dstport" },
	{ 0, "tcp.stream" },
	{ 0, "tcp.completeness", "[Conversation completeness: {:m} ({:d})]", .names = completeness,
		.unknown = "Incomplete" },
	{ 0, "tcp.len" },
	{ 0, "tcp.seq", "Sequence Number: {}    (relative sequence number)" },
	{ 0, "tcp.seq_raw" },
	{ 0, "tcp.nxtseq", "[Next Sequence Number: {}    (relative sequence number)]" },
	{ 0, "tcp.ack", "Acknowledgment Number: {}{tcp.flags.ack?    (relative ack number)}" },
	{ 0, "tcp.ack_raw" },
	{ 0, "tcp.hdr_len", "Header Length: {} bytes ({:u})", .mask = 0xf0, .width = 8, .unit = 4 },
	{ 0, "tcp.flags",
		"Flags: 0x{:3} ({,tcp.flags.res?Reserved}{,tcp.flags.ae?AE}{,tcp.flags.fin?FIN}"
		"{,tcp.flags.syn?SYN}{,tcp.flags.reset?RST}{,tcp.flags.push?PSH}{,tcp.flags.ack?ACK}"
		"{,tcp.flags.urg?URG}{,tcp.flags.ece?ECE}{,tcp.flags.cwr?CWR}{,!<None>})" },
	{ 1, "tcp.flags.res" },
	{ 1, "tcp.flags.ae" },
	{ 1, "tcp.flags.cwr" },
	{ 1, "tcp.flags.ece" },
	{ 1, "tcp.flags.urg" },
	{ 1, "tcp.flags.ack" },
	{ 1, "tcp.flags.push" },
	{ 1, "tcp.flags.reset" },
	EXPERT("tcp.connection.rst", "Warning", "Connection reset (RST)"),
	{ 1, "tcp.flags.syn" },
	EXPERT("tcp.connection.syn", "Chat",
		"Connection establish request (SYN): server port {tcp.dstport:d}"),
	EXPERT("tcp.connection.synack", "Chat",
		"Connection establish acknowledge (SYN+ACK): server port {tcp.srcport:d}"),
	{ 1, "tcp.flags.fin" },
	EXPERT("tcp.connection.fin", "Chat", "Connection finish (FIN)"),
	{ 1, "tcp.flags.str" },
	EXPERT("tcp.connection.fin_active", "Note", "This frame initiates the connection closing"),
	EXPERT("tcp.connection.fin_passive", "Note", "This frame undergoes the connection closing"),
	{ 0, "tcp.window_size_value" },
	{ 0, "tcp.window_size" },
	{ 0, "tcp.window_size_scalefactor",
		"[Window size scaling factor: {}{=-1? (unknown)}{=-2? (no window scaling used)}]" },
	{ 0, "tcp.checksum", "Checksum: {} [unverified]" },
	{ 0, "tcp.checksum.status", "[Checksum Status: {:n}]" },
	{ 0, "tcp.urgent_pointer" },
	{ 0, "tcp.options", .lines = options, .about = { "tcp.ack_raw", "tcp.ack" } },
	/* as the options say */
	{ 0, "tcp.option_kind", "" },
	{ 0, "tcp.option_len", "" },
	{ 0, "tcp.options.mss_val", "" },
	{ 0, "tcp.options.wscale.shift", "" },
	{ 0, "tcp.options.wscale.multiplier", "" },
	{ 0, "tcp.options.sack_perm", "" },
	{ 0, "tcp.options.timestamp.tsval", "" },
	{ 0, "tcp.options.timestamp.tsecr", "" },
	{ 0, NULL, "[Timestamps]" },
	{ 1, "tcp.time_relative" },
	{ 1, "tcp.time_delta" },
	{ 0, "tcp.analysis" },
	{ 1, "tcp.analysis.acks_frame" },
	{ 1, "tcp.analysis.ack_rtt" },
	{ 1, "tcp.analysis.initial_rtt" },
	{ 1, "tcp.analysis.bytes_in_flight" },
	{ 1, "tcp.analysis.push_bytes_sent" },
	{ 1, "tcp.analysis.flags" },
	EXPERT("tcp.analysis.reused_ports", "Note",
		"A new tcp session is started with the same ports as an earlier session in this trace"),
	EXPERT("tcp.analysis.retransmission", "Note", "This frame is a (suspected) retransmission"),
	EXPERT("tcp.analysis.fast_retransmission", "Note", "This frame is a (suspected) fast retransmission"),
	EXPERT("tcp.analysis.spurious_retransmission", "Note",
		"This frame is a (suspected) spurious retransmission"),
	EXPERT("tcp.analysis.out_of_order", "Warning", "This frame is a (suspected) out-of-order segment"),
	EXPERT("tcp.analysis.lost_segment", "Warning",
		"Previous segment(s) not captured (common at capture start)"),
	EXPERT("tcp.analysis.ack_lost_segment", "Warning",
		"ACKed segment that wasn't captured (common at capture start)"),
	EXPERT("tcp.analysis.window_update", "Chat", "TCP window update"),
	EXPERT("tcp.analysis.window_full", "Warning",
		"TCP window specified by the receiver is now completely full"),
	EXPERT("tcp.analysis.keep_alive", "Note", "TCP keep-alive segment"),
	EXPERT("tcp.analysis.keep_alive_ack", "Note", "ACK to a TCP keep-alive segment"),
	EXPERT("tcp.analysis.zero_window_probe", "Note", "TCP Zero Window Probe"),
	EXPERT("tcp.analysis.zero_window", "Warning", "TCP Zero Window segment"),
	EXPERT("tcp.analysis.zero_window_probe_ack", "Note", "ACK to a TCP Zero Window Probe"),
	{ 2, "tcp.analysis.rto" },
	{ 2, "tcp.analysis.rto_frame" },
	{ 2, NULL, "{tcp.analysis.duplicate_ack_num:h}[This is a TCP duplicate ack]" },
	{ 1, "tcp.analysis.duplicate_ack_num" },
	{ 1, "tcp.analysis.duplicate_ack_frame" },
	EXPERT("tcp.analysis.duplicate_ack", "Note", "Duplicate ACK (#{tcp.analysis.duplicate_ack_num:d})"),
	{ 0, "tcp.options.sack.count", "" },
	{ 0, .record = "tcp_sack", .only = true }, /* as the options say */
	{ 0, "tcp.payload", "TCP payload ({:l} byte{:s})" },
	{ 0, "tcp.pdu.size", "[PDU Size: {}]" },
	{ 0, "tcp.reassembled_in" },
	{ 0, "tcp.segment_data", "Retransmitted TCP segment data ({:l} byte{:s})",
		.when = "tcp.analysis.retransmission" },
	{ 0, "tcp.segment_data", "TCP segment data ({:l} byte{:s})" },
	{ 0, .record = "tcp_event" }, /* what the expert information says above */
	{ 0, .record = "tcp_message",
		.text = "[{tcp.segment.count} Reassembled TCP Segments ({tcp.reassembled.length} bytes): "
			"{*}]",
		.top = true },
	{ 1, .record = "tcp_segment" },
	{ 2, "tcp.segment", "[Frame: {}, payload: {:o}-{:e} ({:w})]" },
	{ 1, "tcp.segment.count", "[Segment count: {}]" },
	{ 1, "tcp.reassembled.length", "[Reassembled TCP length: {}]" },
	{ 1, "tcp.reassembled.data", "[Reassembled TCP Data: {}]" },
	{ 0 },
};
