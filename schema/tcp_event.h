/* TCP events: the kinds of rows of table t_tcp_event, and what an archive tells about each in tcp_event_kind.
 */
#ifndef PCAPDEX_SCHEMA_TCP_EVENT_H
#define PCAPDEX_SCHEMA_TCP_EVENT_H

#include <sqlite3.h>

/* The numbers are written into archives: append, never renumber. */
enum tcp_event_number {
	/* 1 + the bit of enum tcp_flag (track/tcp.h) */
	EVENT_RETRANSMISSION = 1,
	EVENT_FAST_RETRANSMISSION = 2,
	EVENT_SPURIOUS_RETRANSMISSION = 3,
	EVENT_OUT_OF_ORDER = 4,
	EVENT_LOST_SEGMENT = 5,
	EVENT_ACK_LOST_SEGMENT = 6,
	EVENT_WINDOW_UPDATE = 7,
	EVENT_WINDOW_FULL = 8,
	EVENT_KEEP_ALIVE = 9,
	EVENT_KEEP_ALIVE_ACK = 10,
	EVENT_DUPLICATE_ACK = 11,
	EVENT_ZERO_WINDOW_PROBE = 12,
	EVENT_ZERO_WINDOW = 13,
	EVENT_ZERO_WINDOW_PROBE_ACK = 14,
	EVENT_REUSED_PORTS = 15,
	/* steps of a connection's life */
	EVENT_SYN = 20,
	EVENT_SYN_ACK = 21,
	EVENT_ESTABLISHED = 22,
	EVENT_FIN = 23,
	EVENT_FIN_ACKED = 24,
	EVENT_RST = 25,
	/* 32 + the bit of enum note (dissectors/tcp.c) */
	EVENT_NOTES = 32,
	EVENT_TFO_SYN = 32,
	EVENT_TFO_IGNORED = 33,
	EVENT_FIN_ACTIVE = 34,
	EVENT_FIN_PASSIVE = 35,
	EVENT_SHORT_SEGMENT = 36,
	EVENT_OPTION_INVALID = 37,
	EVENT_SUBOPTION_MALFORMED = 38,
	EVENT_NOP4 = 39,
	EVENT_AFTER_EOL = 40,
	EVENT_MSS_ABSENT = 41,
	EVENT_MSS_PRESENT = 42,
	EVENT_DSACK = 43,
	/* marks that follow from other columns */
	EVENT_ACK_NONZERO = 48,
	EVENT_URGENT_NON_ZERO = 49,
	EVENT_BOGUS_HEADER_LENGTH = 50,
	EVENT_WSCALE_INVALID = 51,
	EVENT_TFO_ACK = 52,
	EVENT_MALFORMED = 53,
	EVENT_KINDS = 64 /* numbers are below it */
};

struct tcp_event_kind {
	enum tcp_event_number kind;
	const char *name;     /* "duplicate_ack" */
	const char *field;    /* Wireshark's field; NULL: Wireshark has none */
	const char *severity; /* "error", "warning", "note", "chat"; NULL: not in its Expert Information */
	const char *group;    /* "Sequence", "Protocol", "Malformed"; NULL likewise, or in the tree only */
	const char *summary;  /* line of the Expert Information; {value} stands for the event's value; the
			       * event's own text goes before it */
	const char *other;    /* what frame `other` is; NULL: the kind has none */
	const char *value;    /* what `value` is; NULL: the kind has none */
	const char *unit;     /* of value: "s" is kept in nanoseconds; NULL: a plain number */
	const char *help;     /* what it means, in a sentence */
};

extern const struct tcp_event_kind tcp_event_kinds[]; /* ended by a NULL name */

/* The kind of this number, or NULL. */
const struct tcp_event_kind *tcp_event_kind(unsigned number);

/* Fill table tcp_event_kind of a fresh archive. SQLITE_OK or an error code. */
int tcp_event_install(sqlite3 *db);

#endif
