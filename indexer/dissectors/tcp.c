/* Transmission Control Protocol (RFC 9293).
 *
 *      0               2               4                               8
 *     +---------------+---------------+-------------------------------+
 *     |  source port  |destination prt|       sequence number         |
 *     +---------------+---------------+-----+---+---------+-----------+
 *     |    acknowledgment number      |hl   |flags        | window    |
 *     +---------------+---------------+-----+-------------+-----------+
 *     |   checksum    |urgent pointer | options ...
 *     +---------------+---------------+-----------
 *
 * The header is read here; stream number, relative numbers and the analysis come from track/tcp.c by way of
 * tcp_tracked(). */
#include "indexer/checksum.h"
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/pseudo.h"
#include "indexer/dissectors/tcp_option.h"
#include "indexer/expert.h"
#include "indexer/track/stream.h"
#include "indexer/track/tcp_events.h"

enum {
	TCP_SRCPORT,
	TCP_DSTPORT,
	TCP_STREAM,
	TCP_LEN,
	TCP_SEQ,
	TCP_SEQ_RAW,
	TCP_ACK,
	TCP_ACK_RAW,
	TCP_HDR_LEN,
	TCP_FLAGS,
	TCP_WINDOW_SIZE_VALUE,
	TCP_WINDOW_SIZE,
	TCP_SCALE,
	TCP_CHECKSUM,
	TCP_URGENT_POINTER,
	TCP_OPTION_KIND,
	TCP_TSVAL,
	TCP_TSECR,
	TCP_TIME_DELTA,
	TCP_NXTSEQ,
	TCP_TIME_RELATIVE,
	TCP_OFFSET,
	TCP_OPTION_LEN,
	/* part "syn": options of connection set-up */
	TCP_MSS,
	TCP_WSCALE_SHIFT,
	TCP_SACK_PERM,
	TCP_MSS_OPTION,
	/* part "analysis" */
	TCP_A_FLAGS,
	TCP_A_DUP_NUM,
	TCP_A_DUP_FRAME,
	TCP_A_RTO,
	TCP_A_RTO_FRAME,
	TCP_A_ACKS_FRAME,
	TCP_A_ACK_RTT,
	TCP_A_BYTES_IN_FLIGHT,
	TCP_A_PUSH_BYTES_SENT,
	/* part "notes": what few segments have */
	TCP_NOTES,
	TCP_SACK_COUNT,
	TCP_DSACK_LE,
	TCP_DSACK_RE,
	TCP_RESET_CAUSE,
	TCP_OPTIONS_CAPTURED,
	TCP_PAYLOAD_CAPTURED,
	TCP_PAYLOAD_COPY,
	TCP_FIN_AGAIN,
	/* derived */
	TCP_PORT,
	TCP_FLAGS_RES,
	TCP_FLAGS_AE,
	TCP_FLAGS_CWR,
	TCP_FLAGS_ECE,
	TCP_FLAGS_URG,
	TCP_FLAGS_ACK,
	TCP_FLAGS_PUSH,
	TCP_FLAGS_RESET,
	TCP_FLAGS_SYN,
	TCP_FLAGS_FIN,
	TCP_FLAGS_STR,
	TCP_CHECKSUM_STATUS,
	TCP_OPTIONS,
	TCP_PAYLOAD,
	TCP_WSCALE_MULTIPLIER,
	TCP_COMPLETENESS,
	TCP_A_INITIAL_RTT,
	TCP_ANALYSIS,
	TCP_ANALYSIS_FLAGS,
	TCP_A_RETRANSMISSION,
	TCP_A_FAST_RETRANSMISSION,
	TCP_A_SPURIOUS_RETRANSMISSION,
	TCP_A_OUT_OF_ORDER,
	TCP_A_LOST_SEGMENT,
	TCP_A_ACK_LOST_SEGMENT,
	TCP_A_WINDOW_UPDATE,
	TCP_A_WINDOW_FULL,
	TCP_A_KEEP_ALIVE,
	TCP_A_KEEP_ALIVE_ACK,
	TCP_A_DUPLICATE_ACK_MARK,
	TCP_A_DUPLICATE_ACK,
	TCP_A_ZERO_WINDOW_PROBE,
	TCP_A_ZERO_WINDOW,
	TCP_A_ZERO_WINDOW_PROBE_ACK,
	TCP_A_REUSED_PORTS,
	TCP_A_TFO_SYN,
	TCP_A_TFO_ACK,
	TCP_A_TFO_IGNORED,
	TCP_CONNECTION_SYN,
	TCP_CONNECTION_SYNACK,
	TCP_CONNECTION_FIN,
	TCP_CONNECTION_RST,
	TCP_FIN_ACTIVE,
	TCP_FIN_PASSIVE,
	TCP_ACK_NONZERO,
	TCP_URGENT_NON_ZERO,
	TCP_BOGUS_HEADER_LENGTH,
	TCP_SHORT_SEGMENT,
	TCP_OPTION_INVALID,
	TCP_SUBOPTION_MALFORMED,
	TCP_NOP4,
	TCP_AFTER_EOL,
	TCP_MSS_ABSENT,
	TCP_MSS_PRESENT,
	TCP_WSCALE_INVALID,
	TCP_DSACK,
	TCP_SEGMENT_DATA,
	TCP_CHECKSUM_CALCULATED,
	TCP_CHECKSUM_FFFF,
	TCP_FLAGS_ACE,
	TCP_NFIELDS
};

#define FLAG_BIT(field, text, bit)                                                                           \
	{                                                                                                    \
		"tcp.flags." field, text, KIND_BOOL, .of = TCP_FLAGS, .mask = bit                            \
	}
/* An analysis flag is there or not; where it is not, the cell is empty. */
#define ANALYSIS(field, text, condition)                                                                     \
	{                                                                                                    \
		"tcp.analysis." field, text, KIND_NONE,                                                      \
			.part = 2, .generated = true,                                                        \
			.sql = "CASE WHEN {a_flags} & " condition " THEN 1 END"                              \
	}
/* Marks that few segments have, by the bits of enum note. */
#define NOTE(field, text, bit)                                                                               \
	{                                                                                                    \
		field, text, KIND_NONE, .generated = true, .sql = "CASE WHEN {notes} & " bit " THEN 1 END"   \
	}
#define FLAG_TEXT(bit, letter) "iif({flags} & " bit ", '" letter "', '\xc2\xb7')"
#define OF_CONVERSATION(column)                                                                              \
	"(SELECT " column                                                                                    \
	" FROM t_conversation v WHERE v.capture_id={capture} AND v.type=4 AND v.stream={stream})"

/* Bits of column `notes`, which archives keep: append, never renumber. Bit n is event EVENT_NOTES + n
 * (schema/tcp_event.h), but for NOTE_OPENING. */
enum note {
	NOTE_TFO_SYN = 1,
	NOTE_TFO_IGNORED = 2,
	NOTE_FIN_ACTIVE = 4,
	NOTE_FIN_PASSIVE = 8,
	NOTE_SHORT = 16,
	NOTE_OPTION_INVALID = 32,
	NOTE_SUBOPTION_MALFORMED = 64,
	NOTE_NOP4 = 128,
	NOTE_AFTER_EOL = 256,
	NOTE_MSS_ABSENT = 512,
	NOTE_MSS_PRESENT = 1024,
	NOTE_DSACK = 2048,
	NOTE_OPENING = 4096 /* see tcp_facts.opening */
};

static const struct field tcp_fields[TCP_NFIELDS] = {
	[TCP_SRCPORT] = { "tcp.srcport", "Source Port", KIND_UINT, .octets = 2 },
	[TCP_DSTPORT] = { "tcp.dstport", "Destination Port", KIND_UINT, .octets = 2 },
	[TCP_STREAM] = { "tcp.stream", "Stream index", KIND_UINT, .octets = 4, .generated = true },
	[TCP_LEN] = { "tcp.len", "TCP Segment Len", KIND_UINT, .octets = 4, .generated = true },
	[TCP_SEQ] = { "tcp.seq", "Sequence Number", KIND_UINT, .octets = 4 },
	[TCP_SEQ_RAW] = { "tcp.seq_raw", "Sequence Number (raw)", KIND_UINT, .octets = 4 },
	[TCP_ACK] = { "tcp.ack", "Acknowledgment Number", KIND_UINT, .octets = 4 },
	[TCP_ACK_RAW] = { "tcp.ack_raw", "Acknowledgment number (raw)", KIND_UINT, .octets = 4 },
	[TCP_HDR_LEN] = { "tcp.hdr_len", "Header Length", KIND_UINT, .octets = 1 },
	[TCP_FLAGS] = { "tcp.flags", "Flags", KIND_UINT, BASE_HEX, 2 },
	[TCP_WINDOW_SIZE_VALUE] = { "tcp.window_size_value", "Window", KIND_UINT, .octets = 2 },
	[TCP_WINDOW_SIZE] = { "tcp.window_size", "Calculated window size", KIND_UINT, .octets = 4,
		.generated = true },
	[TCP_SCALE] = { "tcp.window_size_scalefactor", "Window size scaling factor", KIND_INT, .octets = 4,
		.generated = true },
	[TCP_CHECKSUM] = { "tcp.checksum", "Checksum", KIND_UINT, BASE_HEX, 2 },
	[TCP_URGENT_POINTER] = { "tcp.urgent_pointer", "Urgent Pointer", KIND_UINT, .octets = 2 },
	[TCP_OPTION_KIND] = { "tcp.option_kind", "Kind", KIND_LIST },
	[TCP_TSVAL] = { "tcp.options.timestamp.tsval", "Timestamp value", KIND_UINT, .octets = 4 },
	[TCP_TSECR] = { "tcp.options.timestamp.tsecr", "Timestamp echo reply", KIND_UINT, .octets = 4 },
	[TCP_TIME_DELTA] = { "tcp.time_delta", "Time since previous frame in this TCP stream", KIND_RELTIME,
		.generated = true },
	[TCP_NXTSEQ] = { "tcp.nxtseq", "Next Sequence Number", KIND_UINT, .octets = 4, .generated = true },
	[TCP_TIME_RELATIVE] = { "tcp.time_relative", "Time since first frame in this TCP stream",
		KIND_RELTIME, .generated = true },
	[TCP_OFFSET] = { "offset", "where the header begins in the frame's captured octets", KIND_UINT,
		.internal = true },
	[TCP_OPTION_LEN] = { "tcp.option_len", "Length", KIND_LIST },
	[TCP_MSS] = { "tcp.options.mss_val", "MSS Value", KIND_UINT, .octets = 2, .part = 1 },
	[TCP_WSCALE_SHIFT] = { "tcp.options.wscale.shift", "Shift count", KIND_UINT, .octets = 1, .part = 1 },
	[TCP_MSS_OPTION] = { "tcp.options.mss", "TCP MSS Option", KIND_NONE, .hidden = true, .part = 1,
		.sql = "CASE WHEN {options_mss_val} IS NOT NULL THEN 1 END" },
	[TCP_SACK_PERM] = { "tcp.options.sack_perm", "TCP SACK Permitted Option", KIND_BYTES, .part = 1 },
	[TCP_A_FLAGS] = { "a_flags", "bits of the analysis flags below", KIND_UINT, .part = 2,
		.internal = true },
	[TCP_A_DUP_NUM] = { "tcp.analysis.duplicate_ack_num", "Duplicate ACK #", KIND_UINT, .octets = 4,
		.part = 2, .generated = true },
	[TCP_A_DUP_FRAME] = { "tcp.analysis.duplicate_ack_frame", "Duplicate to the ACK in frame", KIND_FRAME,
		.part = 2, .generated = true },
	[TCP_A_RTO] = { "tcp.analysis.rto", "The RTO for this segment was", KIND_RELTIME, .part = 2,
		.generated = true },
	[TCP_A_RTO_FRAME] = { "tcp.analysis.rto_frame", "RTO based on delta from frame", KIND_FRAME,
		.part = 2, .generated = true },
	[TCP_A_ACKS_FRAME] = { "tcp.analysis.acks_frame", "This is an ACK to the segment in frame",
		KIND_FRAME, .part = 2, .generated = true },
	[TCP_A_ACK_RTT] = { "tcp.analysis.ack_rtt", "The RTT to ACK the segment was", KIND_RELTIME, .part = 2,
		.generated = true },
	[TCP_A_BYTES_IN_FLIGHT] = { "tcp.analysis.bytes_in_flight", "Bytes in flight", KIND_UINT, .octets = 4,
		.part = 2, .generated = true },
	[TCP_A_PUSH_BYTES_SENT] = { "tcp.analysis.push_bytes_sent", "Bytes sent since last PSH flag",
		KIND_UINT, .octets = 4, .part = 2, .generated = true },
	[TCP_NOTES] = { "notes", "bits of the marks below", KIND_UINT, .part = 3, .internal = true },
	[TCP_SACK_COUNT] = { "tcp.options.sack.count", "TCP SACK Count", KIND_UINT, .octets = 1, .part = 3,
		.generated = true },
	[TCP_DSACK_LE] = { "tcp.options.sack.dsack_le", "TCP D-SACK Left Edge", KIND_UINT, .octets = 4,
		.part = 3 },
	[TCP_DSACK_RE] = { "tcp.options.sack.dsack_re", "TCP D-SACK Right Edge", KIND_UINT, .octets = 4,
		.part = 3 },
	[TCP_RESET_CAUSE] = { "tcp.reset_cause", "Reset cause", KIND_TEXT, .part = 3 },
	[TCP_OPTIONS_CAPTURED] = { "options_captured",
		"octets of options where they are fewer than hdr_len says", KIND_UINT, .part = 3,
		.internal = true },
	[TCP_PAYLOAD_CAPTURED] = { "payload_captured",
		"octets of payload where they are not as many as len says", KIND_UINT, .part = 3,
		.internal = true },
	[TCP_PAYLOAD_COPY] = { "payload_copy", "payload of a segment put together from IP fragments",
		KIND_BYTES, .part = 3, .internal = true },
	[TCP_FIN_AGAIN] = { "tcp.fin_retransmission", "Retransmission of FIN from frame", KIND_FRAME,
		.part = 3 },
	[TCP_PORT] = { "tcp.port", "Source or Destination Port", KIND_UINT, .octets = 2, .hidden = true,
		.any = { TCP_SRCPORT, TCP_DSTPORT }, .nany = 2 },
	[TCP_FLAGS_RES] = FLAG_BIT("res", "Reserved", 0xe00),
	[TCP_FLAGS_AE] = FLAG_BIT("ae", "Accurate ECN", 0x100),
	[TCP_FLAGS_CWR] = FLAG_BIT("cwr", "Congestion Window Reduced", 0x080),
	[TCP_FLAGS_ECE] = FLAG_BIT("ece", "ECN-Echo", 0x040),
	[TCP_FLAGS_URG] = FLAG_BIT("urg", "Urgent", 0x020),
	[TCP_FLAGS_ACK] = FLAG_BIT("ack", "Acknowledgment", 0x010),
	[TCP_FLAGS_PUSH] = FLAG_BIT("push", "Push", 0x008),
	[TCP_FLAGS_RESET] = FLAG_BIT("reset", "Reset", 0x004),
	[TCP_FLAGS_SYN] = FLAG_BIT("syn", "Syn", 0x002),
	[TCP_FLAGS_FIN] = FLAG_BIT("fin", "Fin", 0x001),
	[TCP_FLAGS_STR] = { "tcp.flags.str", "TCP Flags", KIND_TEXT, .generated = true,
		.sql = "CASE WHEN {flags} IS NOT NULL THEN " FLAG_TEXT("2048", "R") "||" FLAG_TEXT(
			"1024", "R") "||" FLAG_TEXT("512", "R") "||" FLAG_TEXT("256",
			"A") "||" FLAG_TEXT("128", "C") "||" FLAG_TEXT("64", "E") "||" FLAG_TEXT("32",
			"U") "||" FLAG_TEXT("16", "A") "||" FLAG_TEXT("8", "P") "||" FLAG_TEXT("4",
			"R") "||" FLAG_TEXT("2", "S") "||" FLAG_TEXT("1", "F") " END" },
	/* not computed: 2 is Wireshark's "Unverified" */
	[TCP_CHECKSUM_STATUS] = { "tcp.checksum.status", "Checksum Status", KIND_UINT, .octets = 1,
		.generated = true, .sql = "CASE WHEN {checksum} IS NOT NULL THEN 2 END",
		.names = checksum_status_names },
	[TCP_OPTIONS] = { "tcp.options", "TCP Options", KIND_BYTES,
		.sql = "CASE WHEN coalesce({options_captured}, {hdr_len} - 20) > 0 AND "
		       "{urgent_pointer} IS NOT NULL"
		       " THEN ({offset} + 20) << 24 | coalesce({options_captured}, {hdr_len} "
		       "- 20) END" },
	[TCP_PAYLOAD] = { "tcp.payload", "TCP payload", KIND_BYTES,
		.sql = "coalesce({payload_copy}, CASE WHEN {hdr_len} >= 20 AND "
		       "coalesce({payload_captured}, {len}) > 0"
		       " THEN ({offset} + {hdr_len}) << 24 | coalesce({payload_captured}, "
		       "{len}) END)" },
	[TCP_WSCALE_MULTIPLIER] = { "tcp.options.wscale.multiplier", "Multiplier", KIND_UINT, .octets = 2,
		.part = 1, .generated = true, .sql = "1 << min({options_wscale_shift}, 14)" },
	[TCP_COMPLETENESS] = { "tcp.completeness", "Conversation completeness", KIND_UINT, .octets = 1,
		.generated = true,
		.sql = "CASE WHEN {notes} & 4096 THEN " OF_CONVERSATION(
			"v.first_completeness") " ELSE " OF_CONVERSATION("v.completeness") " END" },
	[TCP_A_INITIAL_RTT] = { "tcp.analysis.initial_rtt", "iRTT", KIND_RELTIME, .part = 2,
		.generated = true,
		.sql = "CASE WHEN {a_flags} IS NOT NULL THEN " OF_CONVERSATION("v.initial_rtt") " END" },
	[TCP_ANALYSIS] = { "tcp.analysis", "SEQ/ACK analysis", KIND_NONE, .part = 2, .generated = true,
		.sql = "CASE WHEN {a_flags} IS NOT NULL THEN 1 END" },
	[TCP_ANALYSIS_FLAGS] = { "tcp.analysis.flags", "TCP Analysis Flags", KIND_NONE, .part = 2,
		.generated = true, .sql = "CASE WHEN {a_flags} THEN 1 END" },
	/* Wireshark marks all three kinds with this one as well */
	[TCP_A_RETRANSMISSION] =
		ANALYSIS("retransmission", "This frame is a (suspected) retransmission", "7"),
	[TCP_A_FAST_RETRANSMISSION] =
		ANALYSIS("fast_retransmission", "This frame is a (suspected) fast retransmission", "2"),
	[TCP_A_SPURIOUS_RETRANSMISSION] = ANALYSIS(
		"spurious_retransmission", "This frame is a (suspected) spurious retransmission", "4"),
	[TCP_A_OUT_OF_ORDER] =
		ANALYSIS("out_of_order", "This frame is a (suspected) out-of-order segment", "8"),
	[TCP_A_LOST_SEGMENT] =
		ANALYSIS("lost_segment", "Previous segment(s) not captured (common at capture start)", "16"),
	[TCP_A_ACK_LOST_SEGMENT] = ANALYSIS(
		"ack_lost_segment", "ACKed segment that wasn't captured (common at capture start)", "32"),
	[TCP_A_WINDOW_UPDATE] = ANALYSIS("window_update", "TCP window update", "64"),
	[TCP_A_WINDOW_FULL] =
		ANALYSIS("window_full", "TCP window specified by the receiver is now completely full", "128"),
	[TCP_A_KEEP_ALIVE] = ANALYSIS("keep_alive", "TCP keep-alive segment", "256"),
	[TCP_A_KEEP_ALIVE_ACK] = ANALYSIS("keep_alive_ack", "ACK to a TCP keep-alive segment", "512"),
	/* Wireshark shows it twice, as a field and as an expert mark. */
	[TCP_A_DUPLICATE_ACK_MARK] = { "a_duplicate_ack", "one of the two", KIND_NONE, .part = 2,
		.internal = true, .sql = "CASE WHEN {a_flags} & 1024 THEN 1 END" },
	[TCP_A_DUPLICATE_ACK] = { "tcp.analysis.duplicate_ack", "Duplicate ACK", KIND_NONE, .part = 2,
		.generated = true, .any = { TCP_A_DUPLICATE_ACK_MARK, TCP_A_DUPLICATE_ACK_MARK }, .nany = 2 },
	[TCP_A_ZERO_WINDOW_PROBE] = ANALYSIS("zero_window_probe", "TCP Zero Window Probe", "2048"),
	[TCP_A_ZERO_WINDOW] = ANALYSIS("zero_window", "TCP Zero Window segment", "4096"),
	[TCP_A_ZERO_WINDOW_PROBE_ACK] =
		ANALYSIS("zero_window_probe_ack", "ACK to a TCP Zero Window Probe", "8192"),
	[TCP_A_REUSED_PORTS] = ANALYSIS("reused_ports",
		"A new tcp session is started with the same ports as an earlier session in "
		"this trace",
		"16384"),
	[TCP_A_TFO_SYN] = NOTE("tcp.analysis.tfo_syn", "TCP SYN with TFO Cookie", "1"),
	[TCP_A_TFO_ACK] = { "tcp.analysis.tfo_ack", "TCP SYN-ACK accepting TFO data", KIND_NONE,
		.generated = true, .sql = "CASE WHEN {flags} & 18 = 18 AND {ack} > 1 THEN 1 END" },
	[TCP_A_TFO_IGNORED] = NOTE("tcp.analysis.tfo_ignored", "TCP SYN-ACK ignoring TFO data", "2"),
	[TCP_CONNECTION_SYN] = { "tcp.connection.syn", "Connection establish request (SYN)", KIND_NONE,
		.generated = true, .sql = "CASE WHEN {flags} & 18 = 2 THEN 1 END" },
	[TCP_CONNECTION_SYNACK] = { "tcp.connection.synack", "Connection establish acknowledge (SYN+ACK)",
		KIND_NONE, .generated = true, .sql = "CASE WHEN {flags} & 18 = 18 THEN 1 END" },
	[TCP_CONNECTION_FIN] = { "tcp.connection.fin", "Connection finish (FIN)", KIND_NONE,
		.generated = true, .sql = "CASE WHEN {flags} & 1 THEN 1 END" },
	[TCP_CONNECTION_RST] = { "tcp.connection.rst", "Connection reset (RST)", KIND_NONE, .generated = true,
		.sql = "CASE WHEN {flags} & 4 THEN 1 END" },
	[TCP_FIN_ACTIVE] =
		NOTE("tcp.connection.fin_active", "This frame initiates the connection closing", "4"),
	[TCP_FIN_PASSIVE] =
		NOTE("tcp.connection.fin_passive", "This frame undergoes the connection closing", "8"),
	[TCP_ACK_NONZERO] = { "tcp.ack.nonzero",
		"The acknowledgment number field is nonzero while the ACK flag is not set", KIND_NONE,
		.generated = true, .sql = "CASE WHEN {flags} & 16 = 0 AND {ack_raw} <> 0 THEN 1 END" },
	[TCP_URGENT_NON_ZERO] = { "tcp.urgent_pointer.non_zero",
		"The urgent pointer field is nonzero while the URG flag is not set", KIND_NONE,
		.generated = true, .sql = "CASE WHEN {flags} & 32 = 0 AND {urgent_pointer} <> 0 THEN 1 END" },
	[TCP_BOGUS_HEADER_LENGTH] = { "tcp.bogus_header_length", "Bogus TCP Header length", KIND_NONE,
		.generated = true, .sql = "CASE WHEN {hdr_len} < 20 THEN 1 END" },
	[TCP_SHORT_SEGMENT] = NOTE("tcp.short_segment", "Short segment", "16"),
	[TCP_OPTION_INVALID] = NOTE("tcp.option.len.invalid", "Invalid length for option", "32"),
	[TCP_SUBOPTION_MALFORMED] =
		NOTE("tcp.suboption_malformed", "suboption would go past end of option", "64"),
	[TCP_NOP4] = NOTE("tcp.nop", "4 NOP in a row - a router may have removed some options", "128"),
	[TCP_AFTER_EOL] = NOTE(
		"tcp.non_zero_bytes_after_eol", "Non zero bytes in option space after EOL option", "256"),
	[TCP_MSS_ABSENT] =
		NOTE("tcp.options.mss.absent", "The SYN packet does not contain a MSS option", "512"),
	[TCP_MSS_PRESENT] =
		NOTE("tcp.options.mss.present", "The non-SYN packet does contain a MSS option", "1024"),
	[TCP_WSCALE_INVALID] = { "tcp.options.wscale.shift.invalid", "Window scale shift exceeds 14",
		KIND_NONE, .generated = true, .sql = "CASE WHEN {options_wscale_shift} > 14 THEN 1 END" },
	[TCP_DSACK] = NOTE("tcp.options.sack.dsack", "D-SACK Sequence", "2048"),
	/* A payload of which nothing was dissected; more in the tables of messages. */
	[TCP_SEGMENT_DATA] = { "tcp.segment_data", "TCP segment data", KIND_BYTES,
		.sql = "CASE WHEN {len} > 0 AND {flags} & 4 = 0 AND (SELECT s.protocols LIKE '%:tcp' FROM "
		       "t_frame f JOIN t_stack s ON s.id=f.stack WHERE f.frame_id={frame}) AND "
		       "{payload_captured} IS NULL "
		       "AND NOT EXISTS (SELECT 1 FROM t_tcp_message m WHERE m.frame_id={frame}) AND "
		       /* what was fast, spurious, out of order, without a message to bring it to */
		       "(coalesce({a_flags}, 0) & 14 = 0 OR EXISTS (SELECT 1 FROM t_tcp_reassembled r WHERE "
		       "r.frame_id={frame})) THEN {payload} END" },
	[TCP_CHECKSUM_CALCULATED] = { "tcp.checksum_calculated", "Calculated Checksum", KIND_UINT, BASE_HEX,
		2, .generated = true, .sql = SQL_OFF },
	[TCP_CHECKSUM_FFFF] = { "tcp.checksum.ffff", "TCP Checksum 0xffff instead of 0x0000 (see RFC 1624)",
		KIND_NONE, .generated = true, .sql = SQL_OFF },
	[TCP_FLAGS_ACE] = { "tcp.flags.ace", "ACE", KIND_UINT, .octets = 1, .sql = SQL_OFF },
};

enum { SACK_LE, SACK_RE, SACK_NFIELDS };
static const struct field sack_fields[SACK_NFIELDS] = {
	[SACK_LE] = { "tcp.options.sack_le", "TCP SACK Left Edge", KIND_UINT, .octets = 4 },
	[SACK_RE] = { "tcp.options.sack_re", "TCP SACK Right Edge", KIND_UINT, .octets = 4 },
};

/* Options that few segments have: a row each. */
enum {
	OPTION_TFO_REQUEST,
	OPTION_TFO_COOKIE,
	OPTION_USER_TIMEOUT,
	OPTION_ECHO,
	OPTION_CC,
	OPTION_MD5,
	OPTION_AO_KEYID,
	OPTION_AO_RNEXTKEYID,
	OPTION_AO_MAC,
	OPTION_EXID,
	OPTION_EXPERIMENTAL,
	OPTION_UNKNOWN,
	OPTION_USER_GRANULARITY,
	OPTION_USER_VALUE,
	OPTION_NFIELDS
};
static const struct field option_fields[OPTION_NFIELDS] = {
	[OPTION_TFO_REQUEST] = { "tcp.options.tfo.request", "Fast Open Cookie Request", KIND_NONE },
	[OPTION_TFO_COOKIE] = { "tcp.options.tfo.cookie", "Fast Open Cookie", KIND_BYTES },
	[OPTION_USER_TIMEOUT] = { "user_to", "granularity and value of a user timeout", KIND_UINT, BASE_HEX,
		2, .internal = true },
	[OPTION_ECHO] = { "tcp.options.echo_value", "TCP Echo Option", KIND_UINT, .octets = 4 },
	[OPTION_CC] = { "tcp.options.cc_value", "TCP CC Option", KIND_UINT, .octets = 4 },
	[OPTION_MD5] = { "tcp.options.md5.digest", "MD5 digest", KIND_BYTES },
	[OPTION_AO_KEYID] = { "tcp.options.ao.keyid", "AO KeyID", KIND_UINT, .octets = 1 },
	[OPTION_AO_RNEXTKEYID] = { "tcp.options.ao.rnextkeyid", "AO RNextKeyID", KIND_UINT, .octets = 1 },
	[OPTION_AO_MAC] = { "tcp.options.ao.mac", "AO MAC", KIND_BYTES },
	[OPTION_EXID] = { "tcp.options.experimental.exid", "Experiment Identifier", KIND_UINT, BASE_HEX, 2 },
	[OPTION_EXPERIMENTAL] = { "tcp.options.experimental.data", "Data", KIND_BYTES },
	[OPTION_UNKNOWN] = { "tcp.options.unknown.payload", "Payload", KIND_BYTES },
	[OPTION_USER_GRANULARITY] = { "tcp.options.user_to_granularity", "Granularity", KIND_BOOL,
		.of = OPTION_USER_TIMEOUT, .mask = 0x8000 },
	[OPTION_USER_VALUE] = { "tcp.options.user_to_val", "User Timeout", KIND_UINT, .octets = 2,
		.of = OPTION_USER_TIMEOUT, .mask = 0x7fff },
};

/* What happens in a conversation: kinds are those of schema/tcp_event.h. The view tcp_event (core.sql) shows
 * them. */
enum {
	EVENT_KIND,
	EVENT_STREAM,
	EVENT_OTHER,
	EVENT_VALUE,
	EVENT_TEXT,
	EVENT_EXPERT,
	EVENT_EXPERT_LAST = EVENT_EXPERT + EXPERT_FIELDS - 1,
	EVENT_NFIELDS
};
/* Of the kinds that Wireshark has; that the segment is malformed the frame says. */
#define OF_KIND(expr)                                                                                        \
	"(SELECT " expr " FROM tcp_event_kind k WHERE k.kind={kind} AND k.severity IS NOT NULL AND k.field " \
	"<> '_ws.malformed')"
static const struct field event_fields[EVENT_NFIELDS] = {
	[EVENT_KIND] = { "kind", "enum tcp_event_number", KIND_UINT, .internal = true },
	[EVENT_STREAM] = { "stream", "tcp.stream", KIND_UINT, .internal = true },
	[EVENT_OTHER] = { "other", "the frame that it refers to", KIND_FRAME, .internal = true },
	[EVENT_VALUE] = { "value", "by the kind", KIND_INT, .internal = true },
	[EVENT_TEXT] = { "text", "what the Expert Information says of it, where the kind does not tell",
		KIND_TEXT, .internal = true },
	EXPERT_ITEM(EVENT_EXPERT,
		OF_KIND("coalesce((SELECT x.value FROM t_text x WHERE x.id={text}), replace(k.summary, "
			"char(123)||'value'||char(125), coalesce({value}||'', '')))"),
		OF_KIND("CASE k.severity WHEN 'chat' THEN " EXPERT_CHAT " WHEN 'note' THEN " EXPERT_NOTE
			" WHEN 'warning' THEN " EXPERT_WARN " ELSE " EXPERT_ERROR " END"),
		OF_KIND("CASE k.\"group\" WHEN 'Sequence' THEN " EXPERT_SEQUENCE
			" WHEN 'Malformed' THEN " EXPERT_MALFORMED " ELSE " EXPERT_PROTOCOL " END")),
};

/* Messages that this segment completed: how many segments brought them, and which. */
enum {
	REASSEMBLY_COUNT,
	REASSEMBLY_LENGTH,
	REASSEMBLY_DATA,
	REASSEMBLY_BROUGHT,
	REASSEMBLY_SEGMENTS,
	REASSEMBLY_SEGMENT_DATA,
	REASSEMBLY_NFIELDS
};
/* The payload of the frame's TCP layer that a row of repeats belongs to. */
#define SEGMENT(column) "(SELECT " PAYLOAD_SPAN(column) " FROM t_tcp p WHERE p.frame_id={frame})"
#define PAYLOAD_SPAN(p)                                                                                      \
	"CASE WHEN " p "hdr_len>=20 AND " p "len>0 THEN (" p "offset+" p "hdr_len)<<24|" p "len END"
static const struct field reassembly_fields[REASSEMBLY_NFIELDS] = {
	[REASSEMBLY_COUNT] = { "tcp.segment.count", "Segment count", KIND_UINT, .octets = 4,
		.generated = true },
	[REASSEMBLY_LENGTH] = { "tcp.reassembled.length", "Reassembled TCP length", KIND_UINT, .octets = 4,
		.generated = true },
	[REASSEMBLY_DATA] = { "tcp.reassembled.data", "Reassembled TCP Data", KIND_BYTES, .generated = true },
	[REASSEMBLY_SEGMENTS] = { "tcp.segments", "Reassembled TCP Segments", KIND_NONE, .generated = true,
		.hidden = true, .sql = "1" },
	[REASSEMBLY_BROUGHT] = { "brought",
		"octets that the segment has of it, where they are not its payload", KIND_UINT,
		.internal = true },
	[REASSEMBLY_SEGMENT_DATA] = { "tcp.segment_data", "TCP segment data", KIND_BYTES,
		.sql = "coalesce({brought}, " SEGMENT("p.") ")" },
};

/* Segments that are in order are in tcp.segment; one whose octets differ from what others brought of the same
 * place is in tcp.segment.error. A message ends where its dissector or a segment says, once: Wireshark's
 * other two faults, of several ends, do not arise. */
enum { PART_FRAME, PART_ERROR, PART_OVERLAP, PART_CONFLICT, PART_NFIELDS };
static const struct field part_fields[PART_NFIELDS] = {
	[PART_FRAME] = { "tcp.segment", "TCP Segment", KIND_FRAME, .generated = true },
	[PART_ERROR] = { "tcp.segment.error", "Reassembling error", KIND_FRAME, .generated = true },
	[PART_OVERLAP] = { "tcp.segment.overlap", "Segment overlap", KIND_BOOL, .generated = true },
	[PART_CONFLICT] = { "tcp.segment.overlap.conflict", "Conflicting data in segment overlap", KIND_BOOL,
		.generated = true, .sql = "CASE WHEN {segment_error} IS NOT NULL THEN 1 END" },
};

/* A message of a protocol that tells the lengths of its messages (struct pdu). */
enum { PDU_SIZE, PDU_NFIELDS };
static const struct field pdu_fields[PDU_NFIELDS] = {
	[PDU_SIZE] = { "tcp.pdu.size", "PDU Size", KIND_UINT, .octets = 4, .generated = true },
};

enum { LATE_REASSEMBLED_IN, LATE_REUSED_PORTS, LATE_TAIL, LATE_SEGMENT_DATA, LATE_NFIELDS };
static const struct field late_fields[LATE_NFIELDS] = {
	[LATE_REASSEMBLED_IN] = { "tcp.reassembled_in", "Reassembled PDU in frame", KIND_FRAME,
		.generated = true },
	[LATE_REUSED_PORTS] = { "tcp.analysis.reused_ports",
		"A new tcp session is started with the same ports as an earlier session in this trace",
		KIND_NONE, .generated = true },
	[LATE_TAIL] = { "tail", "octets of the message, where it begins behind others in the segment",
		KIND_UINT, .internal = true },
	[LATE_SEGMENT_DATA] = { "tcp.segment_data", "TCP segment data", KIND_BYTES, .sql = "{tail}" },
};

enum { REC_TCP, REC_SACK, REC_OPTION, REC_EVENT, REC_REASSEMBLY, REC_PART, REC_LATE, REC_PDU, REC_COUNT };
static const struct record tcp_records[REC_COUNT] = {
	[REC_TCP] = { "tcp", RECORD_LAYER, TCP_NFIELDS, tcp_fields,
		(const char *const[]) { "syn", "analysis", "notes", NULL }, .inlined = 2 },
	[REC_SACK] = { "tcp_sack", RECORD_CHILD, SACK_NFIELDS, sack_fields, NULL },
	[REC_OPTION] = { "tcp_option", RECORD_CHILD, OPTION_NFIELDS, option_fields, NULL },
	[REC_EVENT] = { "tcp_event", RECORD_CHILD, EVENT_NFIELDS, event_fields, NULL },
	[REC_REASSEMBLY] = { "tcp_message", RECORD_CHILD, REASSEMBLY_NFIELDS, reassembly_fields, NULL },
	[REC_PART] = { "tcp_segment", RECORD_CHILD, PART_NFIELDS, part_fields, NULL },
	[REC_PDU] = { "tcp_pdu", RECORD_CHILD, PDU_NFIELDS, pdu_fields, NULL },
	[REC_LATE] = { "tcp_reassembled", RECORD_LATE, LATE_NFIELDS, late_fields, NULL },
};

#define TCP_MIN_HEADER 20
#define OPTION_MAX     40 /* 15 words of header */

enum { FIN = 0x01, SYN = 0x02, RST = 0x04, ACK = 0x10 };

/* IANA "TCP Option Kind Numbers" */
enum {
	OPT_EOL = 0,
	OPT_NOP = 1,
	OPT_MSS = 2,
	OPT_WSCALE = 3,
	OPT_SACK_PERM = 4,
	OPT_SACK = 5,
	OPT_ECHO = 6,
	OPT_ECHO_REPLY = 7,
	OPT_TIMESTAMP = 8,
	OPT_CC = 11,
	OPT_CC_NEW = 12,
	OPT_CC_ECHO = 13,
	OPT_MD5 = 19,
	OPT_SCPS = 20,
	OPT_QUICK_START = 27,
	OPT_USER_TIMEOUT = 28,
	OPT_AO = 29,
	OPT_MPTCP = 30,
	OPT_TFO = 34,
	OPT_EXPERIMENT_1 = 253,
	OPT_EXPERIMENT_2 = 254
};
#define EXID_TFO 0xf989 /* RFC 7413, appendix A */

static const struct protocol proto_mptcp = { .name = "mptcp",
	.title = "Multipath Transmission Control Protocol",
	.spec = "RFC 8684",
	.no_item = true };

/* What the options of one segment say. */
struct options {
	struct packet *pkt;
	struct tcp_segment *s;
	struct row *r;
	uint32_t notes;
	bool mss; /* there is a MSS option, good or bad */
	bool sack;
};

static void note_problem(struct options *o, enum tcp_option_problem problem, uint32_t kind, uint32_t len)
{
	struct tcp_segment *s = o->s;
	o->notes |= NOTE_OPTION_INVALID;
	if (s->nodd == sizeof(s->odd) / sizeof(s->odd[0]))
		return;
	s->odd[s->nodd].problem = (uint8_t)problem;
	s->odd[s->nodd].kind = (uint8_t)kind;
	s->odd[s->nodd++].len = (uint8_t)len;
}

/* A row of the option table for this option's value. */
static struct row *rare(struct options *o)
{
	return row_open(o->pkt, &proto_tcp, REC_OPTION);
}

static void fast_open(struct options *o, struct cursor *c)
{
	if (cur_left(c) == 0) {
		row_set(rare(o), OPTION_TFO_REQUEST, 1);
		info_note(o->pkt, "%s", " TFO=R");
		return;
	}
	row_bytes(rare(o), OPTION_TFO_COOKIE, c, cur_left(c));
	info_note(o->pkt, "%s", " TFO=C");
	o->s->tfo_cookie = true;
	if ((o->s->flags & (SYN | ACK)) == SYN)
		o->notes |= NOTE_TFO_SYN;
}

/* RFC 2018, section 3: pairs of edges. An edge without its partner is shown but makes no block; an option
 * without any block is read on for one, so it is malformed where there is something to acknowledge. */
static void sack(struct options *o, struct cursor *c)
{
	struct tcp_segment *s = o->s;
	while (cur_left(c) >= 4 && s->nsack < 4) {
		s->sack_le[s->nsack] = (uint32_t)cur_be(c, 4);
		s->sack_odd = !*c->fail;
		if (cur_left(c) < 4)
			break;
		s->sack_re[s->nsack] = (uint32_t)cur_be(c, 4);
		if (*c->fail)
			return;
		s->sack_odd = false;
		s->nsack++;
	}
	if (*c->fail)
		return;
	o->sack = true;
	info_note(o->pkt, "%c", TCP_INFO_SACK);
	if (cur_left(c) || s->sack_odd)
		o->notes |= NOTE_SUBOPTION_MALFORMED;
	if (s->nsack == 0 && s->ack)
		*c->fail = CUR_BAD;
}

/* One option: `c` runs over what follows its kind and length; `left` octets by the length. */
static void option(struct options *o, uint32_t kind, struct cursor *c)
{
	struct tcp_segment *s = o->s;
	uint32_t left = cur_left(c);
	if (!tcp_option_fits(kind, left + 2))
		note_problem(o, OPTION_WRONG_LENGTH, kind, left + 2);
	switch (kind) {
	case OPT_MSS: /* RFC 9293, section 3.7.1 */
		o->mss = true;
		if (!(s->flags & SYN))
			o->notes |= NOTE_MSS_PRESENT;
		if (left == 2) {
			s->mss = (uint16_t)row_be(o->r, TCP_MSS, c, 2);
			info_note(o->pkt, " MSS=%u", s->mss);
		}
		break;
	case OPT_WSCALE: /* RFC 7323, section 2.2 */
		if (left == 1) {
			uint32_t shift = (uint32_t)row_be(o->r, TCP_WSCALE_SHIFT, c, 1);
			if (!*c->fail)
				s->wscale = (int16_t)shift;
			info_note(o->pkt, " WS=%u", 1u << (shift > TCP_WSCALE_MAX ? TCP_WSCALE_MAX : shift));
		}
		break;
	case OPT_SACK_PERM: /* RFC 2018, section 2 */
		s->sack_perm = true;
		c->data -= 2; /* kind and length are part of it */
		c->len += 2;
		c->cap += 2;
		row_bytes(o->r, TCP_SACK_PERM, c, c->len);
		info_note(o->pkt, "%s", " SACK_PERM");
		break;
	case OPT_SACK:
		sack(o, c);
		break;
	case OPT_TIMESTAMP: /* RFC 7323, section 3.2 */
		if (left == 8) {
			s->tsval = (uint32_t)row_be(o->r, TCP_TSVAL, c, 4);
			s->tsecr = (uint32_t)row_be(o->r, TCP_TSECR, c, 4);
			s->has_ts = !*c->fail;
			info_note(o->pkt, " TSval=%u TSecr=%u", s->tsval, s->tsecr);
		}
		break;
	case OPT_ECHO: /* RFC 1072 */
	case OPT_ECHO_REPLY:
		if (left == 4)
			row_be(rare(o), OPTION_ECHO, c, 4);
		break;
	case OPT_CC: /* RFC 1644 */
	case OPT_CC_NEW:
	case OPT_CC_ECHO:
		if (left == 4)
			row_be(rare(o), OPTION_CC, c, 4);
		break;
	case OPT_MD5: /* RFC 2385 */
		if (left == 16)
			row_bytes(rare(o), OPTION_MD5, c, 16);
		info_note(o->pkt, "%s", " MD5");
		break;
	case OPT_USER_TIMEOUT: /* RFC 5482, section 3 */
		if (left == 2)
			row_be(rare(o), OPTION_USER_TIMEOUT, c, 2);
		break;
	case OPT_AO: /* RFC 5925, section 2.2 */
		info_note(o->pkt, "%s", "TCP AO");
		if (left >= 2) {
			struct row *r = rare(o);
			row_be(r, OPTION_AO_KEYID, c, 1);
			row_be(r, OPTION_AO_RNEXTKEYID, c, 1);
			row_bytes(r, OPTION_AO_MAC, c, cur_left(c));
		}
		break;
	case OPT_TFO: /* RFC 7413, section 4.1.1 */
		fast_open(o, c);
		break;
	case OPT_EXPERIMENT_1: /* RFC 6994 */
	case OPT_EXPERIMENT_2:
		if (left >= 2) {
			struct row *r = rare(o);
			if (row_be(r, OPTION_EXID, c, 2) == EXID_TFO)
				fast_open(o, c);
			else if (cur_left(c))
				row_bytes(r, OPTION_EXPERIMENTAL, c, cur_left(c));
		}
		break;
	case OPT_SCPS:
	case OPT_QUICK_START:
		cur_take(c, left);
		break;
	case OPT_MPTCP: /* RFC 8684: a protocol of its own in the stack, below TCP in the tree */
		pkt_token(o->pkt, &proto_mptcp);
		cur_take(c, left);
		break;
	default:
		if (left)
			row_bytes(rare(o), OPTION_UNKNOWN, c, left);
		break;
	}
}

/* RFC 9293, section 3.1: a kind, for most a length that counts both; kind 0 ends the list, and what stands
 * behind it should be zero. The area may be longer than the segment: reading on then fails. */
static void options(struct options *o, struct cursor *c, uint32_t area)
{
	uint32_t kinds[OPTION_MAX], lens[OPTION_MAX];
	unsigned n = 0, nlens = 0, nops = 0;
	const uint8_t *at = c->data + c->pos;
	bool ended = false;
	while (area) {
		uint32_t kind = (uint32_t)cur_be(c, 1);
		if (*c->fail)
			break;
		area--;
		if (ended && kind != OPT_EOL) {
			o->notes |= NOTE_AFTER_EOL;
			area++; /* not at its end */
			break;
		}
		if (kind == OPT_EOL || kind == OPT_NOP) {
			kinds[n++] = kind;
			ended = kind == OPT_EOL;
			nops = kind == OPT_NOP ? nops + 1 : 0;
			if (nops == 4)
				o->notes |= NOTE_NOP4;
			continue;
		}
		nops = 0;
		uint32_t len = area ? (uint32_t)cur_be(c, 1) : 0;
		if (*c->fail)
			break;
		if (len < 2 || len - 1 > area) {
			note_problem(o, len < 2 ? OPTION_TOO_SHORT : OPTION_PAST_END, kind, len);
			area++; /* not at its end */
			break;
		}
		kinds[n++] = kind;
		lens[nlens++] = len;
		/* A window that ends with the option but fails with the frame. */
		struct cursor value = *c;
		value.data += c->pos;
		value.pos = 0;
		value.cap = c->cap - c->pos < len - 2 ? c->cap - c->pos : len - 2;
		value.len = len - 2;
		option(o, kind, &value);
		if (*c->fail) {
			/* Beyond the segment's own end, not beyond what was captured of it. */
			if (c->len - c->pos < len - 2 && c->cap == c->len)
				*c->fail = CUR_BAD;
			break;
		}
		cur_skip(c, len - 2);
		area -= len - 1;
	}
	/* The lists hold what was read before a failure. */
	uint8_t fail = *c->fail;
	*c->fail = CUR_OK;
	if (n)
		row_list(o->r, TCP_OPTION_KIND, kinds, n, at, (uint32_t)(c->data + c->pos - at));
	if (nlens)
		row_list(o->r, TCP_OPTION_LEN, lens, nlens, at, (uint32_t)(c->data + c->pos - at));
	*c->fail = fail;
	if (!fail && area == 0 && (o->s->flags & SYN) && !o->mss)
		o->notes |= NOTE_MSS_ABSENT;
}

/* The payload's place is known from len nearly always; here is what else it can be. */
static void payload(const struct tcp_segment *s, struct row *r)
{
	uint32_t captured = cur_avail(&s->payload);
	if (s->flags & RST && s->payload.len) {
		struct cursor c = s->payload;
		row_string(r, TCP_RESET_CAUSE, &c, captured);
		captured = 0;
	}
	if (captured && !row_has(r, TCP_OFFSET)) {
		struct cursor c = s->payload;
		row_bytes(r, TCP_PAYLOAD_COPY, &c, captured);
	} else if (captured != (s->len_known ? s->len : 0)) {
		row_set_at(r, TCP_PAYLOAD_CAPTURED, captured, s->payload.data, captured);
	}
	if (rows_tree_mode && captured)
		row_note(r, TCP_PAYLOAD, s->payload.data, captured);
}

static enum verdict tcp_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_tcp, 0);
	struct tcp_segment *s = &pkt->tcp;
	*s = (struct tcp_segment) { .row = r, .wscale = -1 };
	if (!cur_need(c, 4))
		return MINE;
	s->srcport = (uint16_t)row_be(r, TCP_SRCPORT, c, 2);
	s->dstport = (uint16_t)row_be(r, TCP_DSTPORT, c, 2);
	pkt->srcport = s->srcport;
	pkt->dstport = s->dstport;
	if ((uintptr_t)c->data - (uintptr_t)pkt->data < pkt->cap_len)
		row_set(r, TCP_OFFSET, c->data - pkt->data);
	/* An ICMP error may quote no more than 8 octets (RFC 792): the number is shown then, as it stands. */
	bool quoted = pkt->in_error && pkt->ip_version == 4;
	uint64_t number;
	if (quoted && cur_peek(c, 0, 4, &number))
		row_set_at(r, TCP_SEQ, (int64_t)number, c->data + c->pos, 4);
	const uint8_t *h = cur_take(c, 12);
	if (!h)
		return MINE;
	s->set = true;
	s->seq = be32(h);
	s->ack = be32(h + 4);
	s->flags = be16(h + 8) & 0xfff;
	s->window = be16(h + 10);
	s->hdr_len = (uint8_t)(h[8] >> 4) * 4;
	if (!quoted)
		row_set_at(r, TCP_SEQ_RAW, s->seq, h, 4);
	row_set_at(r, TCP_HDR_LEN, s->hdr_len, h + 8, 1);
	bool sized = !pkt->in_error && !pkt->fragmented;
	if (sized && c->len >= s->hdr_len) {
		s->len_known = true;
		s->len = c->len - s->hdr_len;
	}
	if (s->hdr_len < TCP_MIN_HEADER)
		return MINE;
	struct options o = { .pkt = pkt, .s = s, .r = r };
	if (sized && !s->len_known)
		o.notes |= NOTE_SHORT;
	row_set_at(r, TCP_ACK_RAW, s->ack, h + 4, 4);
	row_set_at(r, TCP_FLAGS, s->flags, h + 8, 2);
	row_set_at(r, TCP_WINDOW_SIZE_VALUE, s->window, h + 10, 2);
	row_be(r, TCP_CHECKSUM, c, 2);
	s->urgent = (uint16_t)row_be(r, TCP_URGENT_POINTER, c, 2);
	if (!pkt->fail) {
		uint32_t area = s->hdr_len - TCP_MIN_HEADER, captured = cur_avail(c);
		s->timed = true;
		if (captured < area)
			row_set(r, TCP_OPTIONS_CAPTURED, captured);
		if (area)
			options(&o, c, area);
	}
	s->notes = o.notes;
	s->has_sack = o.sack;
	/* A header longer than its segment. */
	if (!pkt->fail && c->len < s->hdr_len)
		pkt->fail = CUR_BAD;
	if (pkt->fail)
		return MINE;
	s->whole = true;
	c->pos = s->hdr_len;
	s->payload = cur_rest(c);
	payload(s, r);
	return MINE;
}

/* RFC 2883: a first block below what is acknowledged, or inside the second one, tells of octets received
 * twice. */
static bool is_dsack(const struct tcp_segment *s, const struct tcp_facts *f)
{
	uint32_t right = s->nsack ? s->sack_re[0] - f->ack_base : 0;
	if ((int32_t)(f->ack - right) >= 0)
		return true;
	return s->nsack > 1 && (int32_t)(s->sack_re[0] - s->sack_le[1]) > 0 &&
	       (int32_t)(s->sack_re[1] - s->sack_re[0]) >= 0;
}

static uint32_t tracked_sack(struct packet *pkt, const struct tcp_segment *s, const struct tcp_facts *f)
{
	for (unsigned i = 0; i < s->nsack + (s->sack_odd ? 1u : 0u); i++) {
		struct row *sack = row_open(pkt, &proto_tcp, REC_SACK);
		row_set(sack, SACK_LE, s->sack_le[i] - f->ack_base);
		if (i < s->nsack)
			row_set(sack, SACK_RE, s->sack_re[i] - f->ack_base);
	}
	if (!s->has_sack)
		return 0;
	row_set(s->row, TCP_SACK_COUNT, s->nsack);
	if (!is_dsack(s, f))
		return 0;
	if (s->nsack || s->sack_odd)
		row_set(s->row, TCP_DSACK_LE, s->sack_le[0] - f->ack_base);
	if (!s->nsack)
		return 0;
	row_set(s->row, TCP_DSACK_RE, s->sack_re[0] - f->ack_base);
	return NOTE_DSACK;
}

static void tracked_analysis(struct row *r, const struct tcp_facts *f)
{
	row_set(r, TCP_A_FLAGS, f->flags);
	if (f->flags & TCPA_DUPLICATE_ACK) {
		row_set(r, TCP_A_DUP_NUM, f->dup_ack_num);
		row_set(r, TCP_A_DUP_FRAME, f->dup_ack_frame);
	}
	if (f->rto) {
		row_set(r, TCP_A_RTO, f->rto);
		row_set(r, TCP_A_RTO_FRAME, f->rto_frame);
	}
	if (f->acks_frame)
		row_set(r, TCP_A_ACKS_FRAME, f->acks_frame);
	if (f->ack_rtt)
		row_set(r, TCP_A_ACK_RTT, f->ack_rtt);
	if (f->bytes_in_flight) {
		row_set(r, TCP_A_BYTES_IN_FLIGHT, f->bytes_in_flight);
		row_set(r, TCP_A_PUSH_BYTES_SENT, f->push_bytes_sent);
	}
}

void tcp_tracked(struct packet *pkt, struct tcp_segment *s, const struct tcp_facts *f)
{
	struct row *r = s->row;
	uint32_t notes = s->notes;
	row_set(r, TCP_STREAM, f->conversation->stream);
	row_set(r, TCP_SEQ, f->seq);
	if (f->analysed)
		row_set(r, TCP_LEN, s->len);
	tcp_info(pkt, s, f);
	if (s->hdr_len < TCP_MIN_HEADER)
		return;
	row_set(r, TCP_ACK, f->ack);
	row_set(r, TCP_WINDOW_SIZE, f->window);
	if (f->has_scale)
		row_set(r, TCP_SCALE, f->scale);
	if (f->analysed)
		row_set(r, TCP_NXTSEQ, f->nxtseq);
	if (s->timed) {
		row_set(r, TCP_TIME_RELATIVE, f->time_relative);
		row_set(r, TCP_TIME_DELTA, f->time_delta);
	}
	if (f->opening)
		notes |= NOTE_OPENING;
	if (f->fin_active)
		notes |= NOTE_FIN_ACTIVE;
	if (f->fin_passive)
		notes |= NOTE_FIN_PASSIVE;
	if (f->tfo_ignored)
		notes |= NOTE_TFO_IGNORED;
	if (s->has_sack || s->nsack || s->sack_odd)
		notes |= tracked_sack(pkt, s, f);
	s->notes = notes;
	if (notes)
		row_set(r, TCP_NOTES, notes);
	if (!s->whole && s->len)
		row_set(r, TCP_PAYLOAD_CAPTURED, 0);
	if (f->record && f->analysed && s->whole)
		tracked_analysis(r, f);
}

void tcp_moved(struct row *r, uint32_t stream)
{
	row_set(r, TCP_STREAM, stream);
}

void tcp_reused(struct packet *pkt, uint32_t stream, uint32_t frame)
{
	struct row *r = row_open_late(pkt, &proto_tcp, REC_LATE, frame, 1);
	row_set(r, LATE_REUSED_PORTS, 1);
	r = row_open_late(pkt, &proto_tcp, REC_EVENT, frame, 1);
	r->n = TCP_EVENTS_MAX + 1; /* behind those that the frame itself opened */
	row_set(r, EVENT_KIND, EVENT_REUSED_PORTS);
	row_set(r, EVENT_STREAM, stream);
}

void tcp_happened(struct packet *pkt, uint32_t stream, const struct tcp_event *events, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct row *r = row_open(pkt, &proto_tcp, REC_EVENT);
		row_set(r, EVENT_KIND, events[i].kind);
		row_set(r, EVENT_STREAM, stream);
		if (events[i].other)
			row_set(r, EVENT_OTHER, events[i].other);
		if (events[i].has_value)
			row_set(r, EVENT_VALUE, events[i].value);
		if (events[i].kind == EVENT_OPTION_INVALID) {
			char text[TCP_OPTION_TEXT];
			int64_t v = events[i].value;
			tcp_option_text(text, (enum tcp_option_problem)(v >> 16), v >> 8 & 255, v & 255);
			row_text(r, EVENT_TEXT, text, strlen(text), NULL, 0);
		}
	}
}

void tcp_reassembled(struct packet *pkt, int layer, uint16_t tcp_layer, const struct stream_message *m,
	uint32_t len, int64_t brought)
{
	uint8_t fail = pkt->fail;
	pkt->fail = CUR_OK;
	pkt->current = (int16_t)layer;
	struct row *r = row_open(pkt, &proto_tcp, REC_REASSEMBLY);
	r->layer = tcp_layer;
	row_set(r, REASSEMBLY_COUNT, m->nparts);
	row_set(r, REASSEMBLY_LENGTH, len);
	row_bytes(r, REASSEMBLY_DATA, &(struct cursor) { m->data, 0, len, len, &pkt->fail }, len);
	if (brought)
		row_set(r, REASSEMBLY_BROUGHT, brought);
	uint32_t reach = 0;
	for (uint32_t i = 0; i < m->nparts; i++) {
		const struct stream_part *p = &m->parts[i];
		struct row *part = row_open(pkt, &proto_tcp, REC_PART);
		part->layer = tcp_layer;
		row_set_at(
			part, p->conflict ? PART_ERROR : PART_FRAME, p->frame, m->data + p->offset, p->len);
		if (p->offset < reach)
			row_set(part, PART_OVERLAP, 1);
		if (p->offset + p->len > reach)
			reach = p->offset + p->len;
		if (m->parts[i].frame == pkt->number)
			continue;
		struct row *late =
			row_open_late(pkt, &proto_tcp, REC_LATE, m->parts[i].frame, m->parts[i].layer);
		row_set(late, LATE_REASSEMBLED_IN, pkt->number);
		if (m->parts[i].tail)
			row_set(late, LATE_TAIL, m->parts[i].tail);
	}
	pkt->fail = fail;
}

void tcp_closed_again(struct row *r, uint32_t frame)
{
	row_set(r, TCP_FIN_AGAIN, frame);
}

void tcp_unfinished(struct packet *pkt, const struct stream_part *part)
{
	row_set(row_open_late(pkt, &proto_tcp, REC_LATE, part->frame, part->layer), LATE_TAIL, part->tail);
}

void tcp_pdu(struct packet *pkt, uint32_t len)
{
	int16_t layer = pkt->current, tcp = layer;
	while (tcp >= 0 && pkt->layers[tcp].proto != &proto_tcp)
		tcp = pkt->layers[tcp].parent;
	if (tcp < 0)
		return;
	pkt->current = tcp;
	struct row *r = row_open(pkt, &proto_tcp, REC_PDU);
	if (pkt->layers[tcp].row)
		r->layer = pkt->layers[tcp].row->layer;
	row_set(r, PDU_SIZE, len);
	pkt->current = layer;
}

static const struct claim tcp_claims[] = { { CLAIM_IP_PROTO, 6 }, { 0 } };

const struct protocol proto_tcp = {
	.name = "tcp",
	.title = "Transmission Control Protocol",
	.heading = "Transmission Control Protocol<, Src Port: {tcp.srcport}, Dst Port: {tcp.dstport}><, Seq: "
		   "{tcp.seq}>"
		   "<, Ack: {tcp.ack}{tcp.flags.ack:1}><, Len: {tcp.len}>",
	.layout = tcp_layout,
	.column = "TCP",
	.spec = "RFC 9293",
	.help = "Carries an ordered, acknowledged stream of octets between two programs.",
	.id = PROTO_ID_tcp,
	.records = tcp_records,
	.nrecords = REC_COUNT,
	.claims = tcp_claims,
	.dissect = tcp_dissect,
	.item_min = 4, /* the ports */
};
