/* Syslog (RFC 3164, RFC 5424): "<" priority ">" and text; the priority is facility * 8 + severity.
 *
 *     <34>Oct 11 22:14:15 mymachine su: 'su root' failed
 *     <165>1 2003-10-11T22:14:15.003Z mymachine evntslog 8710 ID47 - An application event
 */
#include <string.h>

#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_syslog;

enum {
	SYSLOG_MSG,
	SYSLOG_PRIORITY,
	SYSLOG_VERSION,
	SYSLOG_HOSTNAME,
	SYSLOG_APPNAME,
	SYSLOG_PROCID,
	SYSLOG_MSGID,
	SYSLOG_TIMESTAMP_3164,
	SYSLOG_FACILITY,
	SYSLOG_LEVEL,
	SYSLOG_NFIELDS
};

static const struct value_name facility_names[] = { { 0, "KERN - kernel messages" },
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
static const struct value_name level_names[] = { { 0, "EMERG - system is unusable" },
	{ 1, "ALERT - action must be taken immediately" }, { 2, "CRIT - critical conditions" },
	{ 3, "ERR - error conditions" }, { 4, "WARNING - warning conditions" },
	{ 5, "NOTICE - normal but significant condition" }, { 6, "INFO - informational" },
	{ 7, "DEBUG - debug-level messages" }, { 0, NULL } };

static const struct field syslog_fields[SYSLOG_NFIELDS] = {
	[SYSLOG_MSG] = { "syslog.msg", "Message", KIND_TEXT },
	[SYSLOG_PRIORITY] = { "syslog.priority", "Priority", KIND_UINT, .internal = true },
	[SYSLOG_VERSION] = { "syslog.version", "Syslog version", KIND_TEXT },
	[SYSLOG_HOSTNAME] = { "syslog.hostname", "Syslog hostname", KIND_TEXT },
	[SYSLOG_APPNAME] = { "syslog.appname", "Syslog app name", KIND_TEXT },
	[SYSLOG_PROCID] = { "syslog.procid", "Syslog process id", KIND_TEXT },
	[SYSLOG_MSGID] = { "syslog.msgid", "Syslog message id", KIND_TEXT },
	[SYSLOG_TIMESTAMP_3164] = { "syslog.timestamp_rfc3164", "Syslog timestamp (RFC3164)", KIND_TEXT },
	[SYSLOG_FACILITY] = { "syslog.facility", "Facility", KIND_UINT, .octets = 1, .of = SYSLOG_PRIORITY,
		.mask = 0x3f8, .names = facility_names },
	[SYSLOG_LEVEL] = { "syslog.level", "Level", KIND_UINT, .octets = 1, .of = SYSLOG_PRIORITY, .mask = 7,
		.names = level_names },
};

static const struct record syslog_records[] = {
	{ "syslog", RECORD_LAYER, SYSLOG_NFIELDS, syslog_fields, NULL },
};

/* The word up to the next blank, and the blank. False when there is no blank any more. */
static bool word(struct row *r, unsigned field, struct cursor *c)
{
	uint32_t n = 0;
	while (n < cur_avail(c) && c->data[c->pos + n] != ' ')
		n++;
	if (n >= cur_avail(c))
		return false;
	row_string(r, field, c, n);
	cur_skip(c, 1);
	return true;
}

/* RFC 5424, section 6: version, timestamp, host, application, process, message id, structured data. */
static void new_style(struct row *r, struct cursor *c)
{
	static const uint8_t fields[] = { SYSLOG_HOSTNAME, SYSLOG_APPNAME, SYSLOG_PROCID };
	word(r, SYSLOG_VERSION, c);
	uint32_t n = 0;
	while (n < cur_avail(c) && c->data[c->pos + n] != ' ')
		n++;
	if (n >= cur_avail(c))
		return;
	cur_skip(c, n + 1);
	for (unsigned i = 0; i < sizeof(fields); i++)
		if (!word(r, fields[i], c))
			return;
	/* Wireshark takes all that is left for the message's id. */
	row_string(r, SYSLOG_MSGID, c, cur_avail(c));
}

/* RFC 3164, section 4.1: "Mmm dd hh:mm:ss", host, tag. */
static void old_style(struct row *r, struct cursor *c)
{
	static const char form[] = "aaa dd dd:dd:dd ";
	uint32_t n = 0;
	if (cur_avail(c) < 16)
		return;
	for (unsigned i = 0; i < 16; i++) {
		uint8_t o = c->data[c->pos + i], f = (uint8_t)form[i];
		bool digit = o >= '0' && o <= '9';
		if (f == 'a'       ? !((o | 32) >= 'a' && (o | 32) <= 'z')
			: f == 'd' ? !digit && !(i == 4 && o == ' ')
				   : o != f)
			return;
	}
	row_string(r, SYSLOG_TIMESTAMP_3164, c, 15);
	cur_skip(c, 1);
	if (!word(r, SYSLOG_HOSTNAME, c))
		return;
	while (n < cur_avail(c)) {
		uint8_t o = c->data[c->pos + n];
		if (!((o | 32) >= 'a' && (o | 32) <= 'z') && !(o >= '0' && o <= '9') && o != '-' &&
			o != '_' && o != '/' && o != '.')
			break;
		n++;
	}
	if (n < cur_avail(c) && n) {
		row_string(r, SYSLOG_PROCID, c, n);
		row_string(r, SYSLOG_MSGID, c, cur_avail(c));
	}
}

static enum verdict syslog_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_syslog, 0);
	uint64_t octet;
	uint32_t priority = 0, digits = 0;
	if (!cur_need(c, 1))
		return MINE;
	/* At most three digits are the priority, whether or not the bracket is closed. */
	if (cur_peek(c, 0, 1, &octet) && octet == '<') {
		cur_skip(c, 1);
		while (digits < 3 && cur_peek(c, 0, 1, &octet) && octet >= '0' && octet <= '9') {
			priority = priority * 10 + (uint32_t)(octet - '0');
			digits++;
			cur_skip(c, 1);
		}
		if (cur_need(c, 1) && c->data[c->pos] == '>')
			cur_skip(c, 1);
		if (!cur_need(c, 1))
			return MINE;
		row_set(r, SYSLOG_PRIORITY, priority);
	}
	/* What was captured of the text. */
	struct cursor text = *c;
	info_clear(pkt);
	if (pkt->info && digits) {
		const char *facility = info_name(facility_names, priority >> 3, "UNKNOWN"),
			   *level = info_name(level_names, priority & 7, "UNKNOWN");
		info_set(pkt, "%.*s.%.*s: ", (int)strcspn(facility, " "), facility, (int)strcspn(level, " "),
			level);
	}
	info_text(pkt, c->data + c->pos, cur_avail(c));
	row_string(r, SYSLOG_MSG, c, cur_avail(c));
	if (cur_peek(&text, 0, 2, &octet) && octet == ('1' << 8 | ' '))
		new_style(r, &text);
	else
		old_style(r, &text);
	return MINE;
}

static const struct claim syslog_claims[] = { { CLAIM_UDP_PORT, 514 }, { 0 } };

const struct protocol proto_syslog = {
	.name = "syslog",
	.title = "Syslog message",
	.column = "Syslog",
	.spec = "RFC 5424, RFC 3164",
	.help = "Sends the messages of programs to a host that keeps them.",
	.id = PROTO_ID_syslog,
	.records = syslog_records,
	.nrecords = 1,
	.claims = syslog_claims,
	.dissect = syslog_dissect,
};
