/* Syslog (RFC 3164, RFC 5424): "<" facility * 8 + severity ">", then the message. */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_syslog;

enum { SYSLOG_FACILITY, SYSLOG_LEVEL, SYSLOG_MSG, SYSLOG_NFIELDS };

static const struct value_name facilities[] = { { 0, "KERN - kernel messages" },
	{ 1, "USER - random user-level messages" }, { 2, "MAIL - mail system" },
	{ 3, "DAEMON - system daemons" }, { 4, "AUTH - security/authorization messages" },
	{ 5, "SYSLOG - messages generated internally by syslogd" }, { 6, "LPR - line printer subsystem" },
	{ 7, "NEWS - network news subsystem" }, { 8, "UUCP - UUCP subsystem" },
	{ 9, "CRON - clock daemon (BSD, Linux)" },
	{ 10, "AUTHPRIV - security/authorization messages (private)" }, { 11, "FTP - ftp daemon" },
	{ 12, "NTP - ntp subsystem" }, { 13, "LOGAUDIT - log audit" }, { 14, "LOGALERT - log alert" },
	{ 15, "CRON - clock daemon (Solaris)" }, { 16, "LOCAL0 - reserved for local use" },
	{ 17, "LOCAL1 - reserved for local use" }, { 18, "LOCAL2 - reserved for local use" },
	{ 19, "LOCAL3 - reserved for local use" }, { 20, "LOCAL4 - reserved for local use" },
	{ 21, "LOCAL5 - reserved for local use" }, { 22, "LOCAL6 - reserved for local use" },
	{ 23, "LOCAL7 - reserved for local use" }, { 0, NULL } };

static const struct value_name levels[] = { { 0, "EMERG - system is unusable" },
	{ 1, "ALERT - action must be taken immediately" }, { 2, "CRIT - critical conditions" },
	{ 3, "ERR - error conditions" }, { 4, "WARNING - warning conditions" },
	{ 5, "NOTICE - normal but significant condition" }, { 6, "INFO - informational" },
	{ 7, "DEBUG - debug-level messages" }, { 0, NULL } };

static const struct field syslog_fields[SYSLOG_NFIELDS] = {
	[SYSLOG_FACILITY] = { "syslog.facility", "Facility", KIND_UINT, .octets = 1, .names = facilities },
	[SYSLOG_LEVEL] = { "syslog.level", "Level", KIND_UINT, .octets = 1, .names = levels },
	[SYSLOG_MSG] = { "syslog.msg", "Message", KIND_TEXT },
};

static const struct record syslog_records[] = { { "syslog", RECORD_LAYER, SYSLOG_NFIELDS, syslog_fields,
	NULL } };

static enum verdict syslog_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_syslog, 0);
	uint64_t v;
	uint32_t n = 1, priority = 0;
	if (cur_peek(c, 0, 1, &v) && v == '<') {
		for (; n < 5 && cur_peek(c, n, 1, &v) && v >= '0' && v <= '9'; n++)
			priority = priority * 10 + (uint32_t)(v - '0');
		if (cur_peek(c, n, 1, &v) && v == '>')
			n++;
		row_set_at(r, SYSLOG_FACILITY, priority >> 3, c->data, n);
		row_set_at(r, SYSLOG_LEVEL, priority & 7, c->data, n);
		cur_skip(c, n);
	}
	row_string(r, SYSLOG_MSG, c, cur_avail(c));
	return MINE;
}

static const struct claim syslog_claims[] = { { CLAIM_UDP_PORT, 514 }, { 0 } };

const struct protocol proto_syslog = {
	.name = "syslog",
	.title = "Syslog message",
	.column = "Syslog",
	.spec = "RFC 5424",
	.help = "Sends what a device has to report to where logs are kept.",
	.id = PROTO_ID_syslog,
	.records = syslog_records,
	.nrecords = 1,
	.claims = syslog_claims,
	.dissect = syslog_dissect,
};
