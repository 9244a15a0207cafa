#include "schema/tcp_event.h"

#include <stddef.h>

#define ANALYSIS(name) #name, "tcp.analysis." #name

const struct tcp_event_kind tcp_event_kinds[] = {
	{ EVENT_SYN, "syn", "tcp.connection.syn", "chat", "Sequence",
		"Connection establish request (SYN): server port {value}", "the SYN that this one repeats",
		"port that is asked for", NULL, "A wants to open a connection: step one of the handshake." },
	{ EVENT_SYN_ACK, "syn_ack", "tcp.connection.synack", "chat", "Sequence",
		"Connection establish acknowledge (SYN+ACK): server port {value}", "the SYN",
		"port that answers", NULL,
		"The other side accepts the connection: step two of the handshake." },
	{ EVENT_ESTABLISHED, "established", NULL, NULL, NULL, "Connection established", "the SYN-ACK",
		"time since the SYN: the initial round-trip time", "s",
		"The opener acknowledges the SYN-ACK: step three, the connection is open." },
	{ EVENT_FIN, "fin", "tcp.connection.fin", "chat", "Sequence", "Connection finish (FIN)",
		"the FIN that this one repeats", NULL, NULL,
		"This side has sent all that it wanted to send; the other one may go on." },
	{ EVENT_FIN_ACTIVE, "fin_active", "tcp.connection.fin_active", "note", "Sequence",
		"This frame initiates the connection closing", NULL, NULL, NULL,
		"This side closes first: it is the one that will wait in TIME-WAIT." },
	{ EVENT_FIN_PASSIVE, "fin_passive", "tcp.connection.fin_passive", "note", "Sequence",
		"This frame undergoes the connection closing", "the first FIN of the other side", NULL, NULL,
		"This side closes after the other one did." },
	{ EVENT_FIN_ACKED, "fin_acked", NULL, NULL, NULL, "FIN acknowledged", "the FIN", "time since the FIN",
		"s", "The other side knows that nothing more will come." },
	{ EVENT_RST, "rst", "tcp.connection.rst", "warning", "Sequence", "Connection reset (RST)",
		"the other side's last frame before", NULL, NULL,
		"The connection ends at once, or never was: what was under way is lost." },
	{ EVENT_RETRANSMISSION, ANALYSIS(retransmission), "note", "Sequence",
		"This frame is a (suspected) retransmission", "the frame that began the timeout",
		"time since then: the retransmission timeout", "s",
		"Octets that were sent before, sent again because no acknowledgment came in time; fast and "
		"spurious "
		"retransmissions count here too." },
	{ EVENT_FAST_RETRANSMISSION, ANALYSIS(fast_retransmission), "note", "Sequence",
		"This frame is a (suspected) fast retransmission", NULL, NULL, NULL,
		"Sent again after duplicate ACKs, without waiting for a timeout." },
	{ EVENT_SPURIOUS_RETRANSMISSION, ANALYSIS(spurious_retransmission), "note", "Sequence",
		"This frame is a (suspected) spurious retransmission", NULL, NULL, NULL,
		"Sent again although the other side had acknowledged it already." },
	{ EVENT_OUT_OF_ORDER, ANALYSIS(out_of_order), "warning", "Sequence",
		"This frame is a (suspected) out-of-order segment", NULL, NULL, NULL,
		"Came later than octets that follow it, too soon to be a retransmission." },
	{ EVENT_LOST_SEGMENT, ANALYSIS(lost_segment), "warning", "Sequence",
		"Previous segment(s) not captured (common at capture start)", NULL, NULL, NULL,
		"Octets before this segment are not in the capture: lost on the way, or not recorded." },
	{ EVENT_ACK_LOST_SEGMENT, ANALYSIS(ack_lost_segment), "warning", "Sequence",
		"ACKed segment that wasn't captured (common at capture start)", NULL, NULL, NULL,
		"Acknowledges octets that are not in the capture: they were sent, but not recorded." },
	{ EVENT_WINDOW_UPDATE, ANALYSIS(window_update), "chat", "Sequence", "TCP window update", NULL,
		"the window now announced", "octets",
		"The receiver says nothing but that its window changed." },
	{ EVENT_WINDOW_FULL, ANALYSIS(window_full), "warning", "Sequence",
		"TCP window specified by the receiver is now completely full", NULL, NULL, NULL,
		"The sender has used all of the receiver's window and must wait." },
	{ EVENT_ZERO_WINDOW, ANALYSIS(zero_window), "warning", "Sequence", "TCP Zero Window segment", NULL,
		NULL, NULL,
		"The receiver has no room: its program does not read. Nothing more may be sent." },
	{ EVENT_ZERO_WINDOW_PROBE, ANALYSIS(zero_window_probe), "note", "Sequence", "TCP Zero Window Probe",
		NULL, NULL, NULL, "One octet into a closed window, to learn whether it has opened." },
	{ EVENT_ZERO_WINDOW_PROBE_ACK, ANALYSIS(zero_window_probe_ack), "note", "Sequence",
		"ACK to a TCP Zero Window Probe", "the probe", NULL, NULL,
		"The window is still closed, but the receiver is alive." },
	{ EVENT_KEEP_ALIVE, ANALYSIS(keep_alive), "note", "Sequence", "TCP keep-alive segment", NULL, NULL,
		NULL, "Asks on an idle connection whether the other side is still there." },
	{ EVENT_KEEP_ALIVE_ACK, ANALYSIS(keep_alive_ack), "note", "Sequence",
		"ACK to a TCP keep-alive segment", "the keep-alive", NULL, NULL,
		"The other side is still there." },
	{ EVENT_DUPLICATE_ACK, ANALYSIS(duplicate_ack), "note", "Sequence", "Duplicate ACK (#{value})",
		"the ACK that it repeats", "how often it was repeated so far", NULL,
		"Something arrived that does not follow: octets before it are missing." },
	{ EVENT_REUSED_PORTS, ANALYSIS(reused_ports), "note", "Sequence",
		"A new tcp session is started with the same ports as an earlier session in this trace", NULL,
		NULL, NULL, "A new connection between ports that an earlier one used." },
	{ EVENT_DSACK, "dsack", "tcp.options.sack.dsack", "warning", "Sequence", "D-SACK Sequence", NULL,
		NULL, NULL, "The receiver tells of octets that it got twice (RFC 2883)." },
	{ EVENT_MSS_ABSENT, "mss_absent", "tcp.options.mss.absent", "note", "Protocol",
		"The SYN packet does not contain a MSS option", NULL, NULL, NULL,
		"Without the option segments have at most 536 octets (1220 over IPv6)." },
	{ EVENT_MSS_PRESENT, "mss_present", "tcp.options.mss.present", "warning", "Protocol",
		"The non-SYN packet does contain a MSS option", NULL, NULL, NULL,
		"The option belongs into SYN segments only." },
	{ EVENT_WSCALE_INVALID, "wscale_invalid", "tcp.options.wscale.shift.invalid", "warning", "Protocol",
		"Window scale shift exceeds 14", NULL, "the shift", NULL,
		"More than 14 is not allowed and counts as 14 (RFC 7323)." },
	{ EVENT_OPTION_INVALID, "option_invalid", "tcp.option.len.invalid", "note", "Sequence",
		"Invalid length for option", NULL,
		"problem (0 wrong length, 1 past the end, 2 too short), kind and length, an octet each", NULL,
		"An option whose length cannot be." },
	{ EVENT_SUBOPTION_MALFORMED, "suboption_malformed", "tcp.suboption_malformed", "error", "Malformed",
		"suboption would go past end of option", NULL, NULL, NULL,
		"An option ends in the middle of one of its values." },
	{ EVENT_NOP4, "nop4", "tcp.nop", "warning", NULL,
		"4 NOP in a row - a router may have removed some options", NULL, NULL, NULL,
		"Filling in the place of options: something on the way may have removed them." },
	{ EVENT_AFTER_EOL, "after_eol", "tcp.non_zero_bytes_after_eol", "error", "Protocol",
		"Non-zero header padding", NULL, NULL, NULL,
		"Behind the end of the options there should be zeros." },
	{ EVENT_ACK_NONZERO, "ack_nonzero", "tcp.ack.nonzero", "note", "Protocol",
		"The acknowledgment number field is nonzero while the ACK flag is not set", NULL, NULL, NULL,
		"The number means nothing without the flag." },
	{ EVENT_URGENT_NON_ZERO, "urgent_non_zero", "tcp.urgent_pointer.non_zero", "note", "Protocol",
		"The urgent pointer field is nonzero while the URG flag is not set", NULL, NULL, NULL,
		"The pointer means nothing without the flag." },
	{ EVENT_BOGUS_HEADER_LENGTH, "bogus_header_length", "tcp.bogus_header_length", "error", NULL,
		"Bogus TCP header length ({value}, must be at least 20)", NULL, "the length", "octets",
		"The header says that it is shorter than a TCP header can be." },
	{ EVENT_SHORT_SEGMENT, "short_segment", "tcp.short_segment", "warning", "Malformed",
		"Short segment. Segment/fragment does not contain a full TCP header (might be NMAP or "
		"someone "
		"else deliberately sending unusual packets)",
		NULL, NULL, NULL, "The IP packet is shorter than the TCP header says." },
	{ EVENT_MALFORMED, "malformed", "_ws.malformed", "error", "Malformed",
		"Malformed Packet (Exception occurred)", NULL, NULL, NULL,
		"The header leads beyond the end of its segment." },
	{ EVENT_TFO_SYN, "tfo_syn", "tcp.analysis.tfo_syn", "note", "Sequence", "TCP SYN with TFO Cookie",
		NULL, NULL, NULL, "The SYN asks for Fast Open: data before the handshake is complete." },
	{ EVENT_TFO_ACK, "tfo_ack", "tcp.analysis.tfo_ack", "note", "Sequence",
		"TCP SYN-ACK accepting TFO data", NULL, NULL, NULL, "The data of the SYN were taken." },
	{ EVENT_TFO_IGNORED, "tfo_ignored", "tcp.analysis.tfo_ignored", "note", "Sequence",
		"TCP SYN-ACK ignoring TFO data", NULL, NULL, NULL,
		"The data of the SYN must be sent again." },
	{ 0 },
};

const struct tcp_event_kind *tcp_event_kind(unsigned number)
{
	for (const struct tcp_event_kind *k = tcp_event_kinds; k->name; k++)
		if (k->kind == number)
			return k;
	return NULL;
}

int tcp_event_install(sqlite3 *db)
{
	static const char sql[] = "INSERT INTO tcp_event_kind VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
	sqlite3_stmt *st;
	int rc = sqlite3_prepare_v2(db, sql, -1, &st, NULL);
	for (const struct tcp_event_kind *k = tcp_event_kinds; rc == SQLITE_OK && k->name; k++) {
		const char *const texts[] = { k->name, k->field, k->severity, k->group, k->summary, k->other,
			k->value, k->unit, k->help };
		sqlite3_bind_int(st, 1, (int)k->kind);
		for (int i = 0; i < 9; i++)
			sqlite3_bind_text(st, i + 2, texts[i], -1, SQLITE_STATIC);
		rc = sqlite3_step(st) == SQLITE_DONE ? SQLITE_OK : sqlite3_errcode(db);
		sqlite3_reset(st);
	}
	sqlite3_finalize(st);
	return rc;
}
