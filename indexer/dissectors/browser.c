/* Windows Browser Protocol ([MS-BRWS]): which hosts of a network offer what, told by datagrams to the
 * mailslot \MAILSLOT\BROWSE.
 *
 *      0       1       2               6                    22    23    24              28
 *     +-------+-------+---------------+--------------------+-----+-----+---------------+---- - -
 *     |command| count | period (ms)   | name, 16 octets    |major|minor| server type   | version, comment
 *     +-------+-------+---------------+--------------------+-----+-----+---------------+---- - -
 *     announcements (1, 12, 15); the other commands are shorter. Numbers are little-endian.
 */
#include <string.h>

#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_browser;

enum {
	BROWSER_COMMAND,
	BROWSER_UPDATE_COUNT,
	BROWSER_PERIOD,
	BROWSER_SERVER,
	BROWSER_OS_MAJOR,
	BROWSER_OS_MINOR,
	BROWSER_SERVER_TYPE,
	BROWSER_PROTO_MAJOR,
	BROWSER_PROTO_MINOR,
	BROWSER_SIG,
	BROWSER_MYSTERIOUS_FIELD,
	BROWSER_MB_SERVER,
	BROWSER_COMMENT,
	BROWSER_ELECTION_VERSION,
	BROWSER_ELECTION_CRITERIA,
	BROWSER_UPTIME,
	BROWSER_UNUSED,
	BROWSER_RESPONSE_COMPUTER_NAME,
	BROWSER_BACKUP_COUNT,
	BROWSER_BACKUP_TOKEN,
	BROWSER_BROWSER_TO_PROMOTE,
	BROWSER_RESET_CMD,
	BROWSER_RESET_CMD_DEMOTE,
	BROWSER_RESET_CMD_FLUSH,
	BROWSER_RESET_CMD_STOP_LMB,
	BROWSER_SERVER_TYPE_WORKSTATION,
	BROWSER_SERVER_TYPE_SERVER,
	BROWSER_SERVER_TYPE_SQL,
	BROWSER_SERVER_TYPE_DOMAIN_CONTROLLER,
	BROWSER_SERVER_TYPE_BACKUP_CONTROLLER,
	BROWSER_SERVER_TYPE_TIME,
	BROWSER_SERVER_TYPE_APPLE,
	BROWSER_SERVER_TYPE_NOVELL,
	BROWSER_SERVER_TYPE_MEMBER,
	BROWSER_SERVER_TYPE_PRINT,
	BROWSER_SERVER_TYPE_DIALIN,
	BROWSER_SERVER_TYPE_XENIX,
	BROWSER_SERVER_TYPE_NTW,
	BROWSER_SERVER_TYPE_WFW,
	BROWSER_SERVER_TYPE_NTS,
	BROWSER_SERVER_TYPE_BROWSER_POTENTIAL,
	BROWSER_SERVER_TYPE_BROWSER_BACKUP,
	BROWSER_SERVER_TYPE_BROWSER_MASTER,
	BROWSER_SERVER_TYPE_BROWSER_DOMAIN_MASTER,
	BROWSER_SERVER_TYPE_OSF,
	BROWSER_SERVER_TYPE_VMS,
	BROWSER_SERVER_TYPE_W95,
	BROWSER_SERVER_TYPE_DFS,
	BROWSER_SERVER_TYPE_LOCAL,
	BROWSER_SERVER_TYPE_DOMAINENUM,
	BROWSER_ELECTION_DESIRE,
	BROWSER_ELECTION_DESIRE_BACKUP,
	BROWSER_ELECTION_DESIRE_STANDBY,
	BROWSER_ELECTION_DESIRE_MASTER,
	BROWSER_ELECTION_DESIRE_DOMAIN_MASTER,
	BROWSER_ELECTION_DESIRE_WINS,
	BROWSER_ELECTION_DESIRE_NT,
	BROWSER_ELECTION_OS,
	BROWSER_ELECTION_OS_WFW,
	BROWSER_ELECTION_OS_NTW,
	BROWSER_ELECTION_OS_NTS,
	BROWSER_NFIELDS
};

static const struct value_name command_names[] = { { 1, "Host Announcement" }, { 2, "Request Announcement" },
	{ 8, "Browser Election Request" }, { 9, "Get Backup List Request" },
	{ 10, "Get Backup List Response" }, { 11, "Become Backup Browser" },
	{ 12, "Domain/Workgroup Announcement" }, { 13, "Master Announcement" },
	{ 14, "Reset Browser State Announcement" }, { 15, "Local Master Announcement" }, { 0, NULL } };

static const struct field browser_fields[BROWSER_NFIELDS] = {
	[BROWSER_COMMAND] = { "browser.command", "Command", KIND_UINT, BASE_HEX, 1, .names = command_names },
	[BROWSER_UPDATE_COUNT] = { "browser.update_count", "Update Count", KIND_UINT, .octets = 1 },
	[BROWSER_PERIOD] = { "browser.period", "Update Periodicity", KIND_UINT, .octets = 4 },
	[BROWSER_SERVER] = { "browser.server", "Server Name", KIND_TEXT },
	[BROWSER_OS_MAJOR] = { "browser.os_major", "OS Major Version", KIND_UINT, .octets = 1 },
	[BROWSER_OS_MINOR] = { "browser.os_minor", "OS Minor Version", KIND_UINT, .octets = 1 },
	[BROWSER_SERVER_TYPE] = { "browser.server_type", "Server Type", KIND_UINT, BASE_HEX, 4 },
	[BROWSER_PROTO_MAJOR] = { "browser.proto_major", "Browser Protocol Major Version", KIND_UINT,
		.octets = 1 },
	[BROWSER_PROTO_MINOR] = { "browser.proto_minor", "Browser Protocol Minor Version", KIND_UINT,
		.octets = 1 },
	[BROWSER_SIG] = { "browser.sig", "Signature", KIND_UINT, BASE_HEX, 2 },
	[BROWSER_MYSTERIOUS_FIELD] = { "browser.mysterious_field", "Mysterious Field", KIND_UINT, BASE_HEX, 4,
		.part = 1 },
	[BROWSER_MB_SERVER] = { "browser.mb_server", "Master Browser Server Name", KIND_TEXT, .part = 1 },
	[BROWSER_COMMENT] = { "browser.comment", "Host Comment", KIND_TEXT },
	[BROWSER_ELECTION_VERSION] = { "browser.election.version", "Election Version", KIND_UINT, .octets = 1,
		.part = 1 },
	[BROWSER_ELECTION_CRITERIA] = { "browser.election.criteria", "Election Criteria", KIND_UINT, BASE_HEX,
		4, .part = 1 },
	[BROWSER_UPTIME] = { "browser.uptime", "Uptime", KIND_UINT, .octets = 4, .part = 1 },
	[BROWSER_UNUSED] = { "browser.unused", "Unused flags", KIND_UINT, BASE_HEX, 1, .part = 1 },
	[BROWSER_RESPONSE_COMPUTER_NAME] = { "browser.response_computer_name", "Response Computer Name",
		KIND_TEXT, .part = 1 },
	[BROWSER_BACKUP_COUNT] = { "browser.backup.count", "Backup List Requested Count", KIND_UINT,
		.octets = 1, .part = 1 },
	[BROWSER_BACKUP_TOKEN] = { "browser.backup.token", "Backup Request Token", KIND_UINT, .octets = 4,
		.part = 1 },
	[BROWSER_BROWSER_TO_PROMOTE] = { "browser.browser_to_promote", "Browser to Promote", KIND_TEXT,
		.part = 1 },
	[BROWSER_RESET_CMD] = { "browser.reset_cmd", "ResetBrowserState Command", KIND_UINT, BASE_HEX, 1,
		.part = 1 },
	[BROWSER_RESET_CMD_DEMOTE] = { "browser.reset_cmd.demote", "Demote LMB", KIND_BOOL,
		.of = BROWSER_RESET_CMD, .mask = 0x1 },
	[BROWSER_RESET_CMD_FLUSH] = { "browser.reset_cmd.flush", "Flush Browse List", KIND_BOOL,
		.of = BROWSER_RESET_CMD, .mask = 0x2 },
	[BROWSER_RESET_CMD_STOP_LMB] = { "browser.reset_cmd.stop_lmb", "Stop Being LMB", KIND_BOOL,
		.of = BROWSER_RESET_CMD, .mask = 0x4 },
	[BROWSER_SERVER_TYPE_WORKSTATION] = { "browser.server_type.workstation", "Workstation", KIND_BOOL,
		.of = BROWSER_SERVER_TYPE, .mask = 0x1 },
	[BROWSER_SERVER_TYPE_SERVER] = { "browser.server_type.server", "Server", KIND_BOOL,
		.of = BROWSER_SERVER_TYPE, .mask = 0x2 },
	[BROWSER_SERVER_TYPE_SQL] = { "browser.server_type.sql", "SQL", KIND_BOOL, .of = BROWSER_SERVER_TYPE,
		.mask = 0x4 },
	[BROWSER_SERVER_TYPE_DOMAIN_CONTROLLER] = { "browser.server_type.domain_controller",
		"Domain Controller", KIND_BOOL, .of = BROWSER_SERVER_TYPE, .mask = 0x8 },
	[BROWSER_SERVER_TYPE_BACKUP_CONTROLLER] = { "browser.server_type.backup_controller",
		"Backup Controller", KIND_BOOL, .of = BROWSER_SERVER_TYPE, .mask = 0x10 },
	[BROWSER_SERVER_TYPE_TIME] = { "browser.server_type.time", "Time Source", KIND_BOOL,
		.of = BROWSER_SERVER_TYPE, .mask = 0x20 },
	[BROWSER_SERVER_TYPE_APPLE] = { "browser.server_type.apple", "Apple", KIND_BOOL,
		.of = BROWSER_SERVER_TYPE, .mask = 0x40 },
	[BROWSER_SERVER_TYPE_NOVELL] = { "browser.server_type.novell", "Novell", KIND_BOOL,
		.of = BROWSER_SERVER_TYPE, .mask = 0x80 },
	[BROWSER_SERVER_TYPE_MEMBER] = { "browser.server_type.member", "Member", KIND_BOOL,
		.of = BROWSER_SERVER_TYPE, .mask = 0x100 },
	[BROWSER_SERVER_TYPE_PRINT] = { "browser.server_type.print", "Print", KIND_BOOL,
		.of = BROWSER_SERVER_TYPE, .mask = 0x200 },
	[BROWSER_SERVER_TYPE_DIALIN] = { "browser.server_type.dialin", "Dialin", KIND_BOOL,
		.of = BROWSER_SERVER_TYPE, .mask = 0x400 },
	[BROWSER_SERVER_TYPE_XENIX] = { "browser.server_type.xenix", "Xenix", KIND_BOOL,
		.of = BROWSER_SERVER_TYPE, .mask = 0x800 },
	[BROWSER_SERVER_TYPE_NTW] = { "browser.server_type.ntw", "NT Workstation", KIND_BOOL,
		.of = BROWSER_SERVER_TYPE, .mask = 0x1000 },
	[BROWSER_SERVER_TYPE_WFW] = { "browser.server_type.wfw", "WfW", KIND_BOOL, .of = BROWSER_SERVER_TYPE,
		.mask = 0x2000 },
	[BROWSER_SERVER_TYPE_NTS] = { "browser.server_type.nts", "NT Server", KIND_BOOL,
		.of = BROWSER_SERVER_TYPE, .mask = 0x8000 },
	[BROWSER_SERVER_TYPE_BROWSER_POTENTIAL] = { "browser.server_type.browser.potential",
		"Potential Browser", KIND_BOOL, .of = BROWSER_SERVER_TYPE, .mask = 0x10000 },
	[BROWSER_SERVER_TYPE_BROWSER_BACKUP] = { "browser.server_type.browser.backup", "Backup Browser",
		KIND_BOOL, .of = BROWSER_SERVER_TYPE, .mask = 0x20000 },
	[BROWSER_SERVER_TYPE_BROWSER_MASTER] = { "browser.server_type.browser.master", "Master Browser",
		KIND_BOOL, .of = BROWSER_SERVER_TYPE, .mask = 0x40000 },
	[BROWSER_SERVER_TYPE_BROWSER_DOMAIN_MASTER] = { "browser.server_type.browser.domain_master",
		"Domain Master Browser", KIND_BOOL, .of = BROWSER_SERVER_TYPE, .mask = 0x80000 },
	[BROWSER_SERVER_TYPE_OSF] = { "browser.server_type.osf", "OSF", KIND_BOOL, .of = BROWSER_SERVER_TYPE,
		.mask = 0x100000 },
	[BROWSER_SERVER_TYPE_VMS] = { "browser.server_type.vms", "VMS", KIND_BOOL, .of = BROWSER_SERVER_TYPE,
		.mask = 0x200000 },
	[BROWSER_SERVER_TYPE_W95] = { "browser.server_type.w95", "Windows 95+", KIND_BOOL,
		.of = BROWSER_SERVER_TYPE, .mask = 0x400000 },
	[BROWSER_SERVER_TYPE_DFS] = { "browser.server_type.dfs", "DFS", KIND_BOOL, .of = BROWSER_SERVER_TYPE,
		.mask = 0x800000 },
	[BROWSER_SERVER_TYPE_LOCAL] = { "browser.server_type.local", "Local", KIND_BOOL,
		.of = BROWSER_SERVER_TYPE, .mask = 0x40000000 },
	[BROWSER_SERVER_TYPE_DOMAINENUM] = { "browser.server_type.domainenum", "Domain Enum", KIND_BOOL,
		.of = BROWSER_SERVER_TYPE, .mask = 0x80000000 },
	[BROWSER_ELECTION_DESIRE] = { "browser.election.desire", "Election Desire", KIND_UINT, BASE_HEX, 1,
		.of = BROWSER_ELECTION_CRITERIA, .mask = 0xff },
	[BROWSER_ELECTION_DESIRE_BACKUP] = { "browser.election.desire.backup", "Backup", KIND_BOOL,
		.of = BROWSER_ELECTION_CRITERIA, .mask = 0x1 },
	[BROWSER_ELECTION_DESIRE_STANDBY] = { "browser.election.desire.standby", "Standby", KIND_BOOL,
		.of = BROWSER_ELECTION_CRITERIA, .mask = 0x2 },
	[BROWSER_ELECTION_DESIRE_MASTER] = { "browser.election.desire.master", "Master", KIND_BOOL,
		.of = BROWSER_ELECTION_CRITERIA, .mask = 0x4 },
	[BROWSER_ELECTION_DESIRE_DOMAIN_MASTER] = { "browser.election.desire.domain_master", "Domain Master",
		KIND_BOOL, .of = BROWSER_ELECTION_CRITERIA, .mask = 0x8 },
	[BROWSER_ELECTION_DESIRE_WINS] = { "browser.election.desire.wins", "WINS", KIND_BOOL,
		.of = BROWSER_ELECTION_CRITERIA, .mask = 0x20 },
	[BROWSER_ELECTION_DESIRE_NT] = { "browser.election.desire.nt", "NT", KIND_BOOL,
		.of = BROWSER_ELECTION_CRITERIA, .mask = 0x80 },
	[BROWSER_ELECTION_OS] = { "browser.election.os", "Election OS", KIND_UINT, BASE_HEX, 1,
		.of = BROWSER_ELECTION_CRITERIA, .mask = 0xff000000 },
	[BROWSER_ELECTION_OS_WFW] = { "browser.election.os.wfw", "WfW", KIND_BOOL,
		.of = BROWSER_ELECTION_CRITERIA, .mask = 0x1000000 },
	[BROWSER_ELECTION_OS_NTW] = { "browser.election.os.ntw", "NT Workstation", KIND_BOOL,
		.of = BROWSER_ELECTION_CRITERIA, .mask = 0x10000000 },
	[BROWSER_ELECTION_OS_NTS] = { "browser.election.os.nts", "NT Server", KIND_BOOL,
		.of = BROWSER_ELECTION_CRITERIA, .mask = 0x20000000 },
};

enum { BACKUP_SERVER, BACKUP_NFIELDS };
static const struct field backup_fields[BACKUP_NFIELDS] = {
	[BACKUP_SERVER] = { "browser.backup.server", "Backup Server", KIND_TEXT },
};

enum { REC_BROWSER, REC_BACKUP, REC_COUNT };
static const struct record browser_records[REC_COUNT] = {
	[REC_BROWSER] = { "browser", RECORD_LAYER, BROWSER_NFIELDS, browser_fields,
		(const char *const[]) { "election", NULL } },
	[REC_BACKUP] = { "browser_backup", RECORD_CHILD, BACKUP_NFIELDS, backup_fields, NULL },
};

enum {
	HOST = 0x01,
	REQUEST = 0x02,
	ELECTION = 0x08,
	BACKUP_REQUEST = 0x09,
	BACKUP_RESPONSE = 0x0a,
	BECOME_BACKUP = 0x0b,
	DOMAIN = 0x0c,
	MASTER = 0x0d,
	RESET = 0x0e,
	LOCAL_MASTER = 0x0f
};

#define NAME_LEN 16

/* A text up to its NUL, which must be there. */
static void text(struct row *r, unsigned field, struct cursor *c)
{
	uint32_t n = 0;
	while (c->pos + n < c->cap && c->data[c->pos + n])
		n++;
	if (c->pos + n >= c->cap) {
		cur_need(c, n + 1);
		return;
	}
	row_ascii(r, field, c, n);
	cur_skip(c, 1);
}

/* " NAME" of up to `n` octets. */
static void inform_name(struct packet *pkt, const struct cursor *c, uint32_t n)
{
	if (!pkt->info || pkt->fail)
		return;
	const uint8_t *p = c->data + c->pos;
	uint32_t avail = cur_avail(c) < n ? cur_avail(c) : n;
	info_add(pkt, "%s", " ");
	info_text(pkt, p, strnlen((const char *)p, avail));
}

/* What the host is, by the bits of its type. */
static void inform_type(struct packet *pkt, uint32_t type)
{
	static const char *const names[32] = { "Workstation", "Server", "SQL Server", "Domain Controller",
		"Backup Controller", "Time Source", "Apple Server", "Novell Server", "Domain Member Server",
		"Print Queue Server", "Dialin Server", "Xenix Server", "NT Workstation",
		"Windows for Workgroups", [15] = "NT Server", "Potential Browser", "Backup Browser",
		"Master Browser", "Domain Master Browser", "OSF", "VMS", "Windows 95 or above",
		"DFS server", [30] = "Local List Only", "Domain Enum" };
	for (unsigned i = 0; pkt->info && i < 32; i++)
		if (type >> i & 1 && names[i])
			info_add(pkt, ", %s", names[i]);
		else if (type >> i & 1)
			info_add(pkt, ", Unknown server type:%u", i);
}

static void announcement(struct packet *pkt, struct row *r, struct cursor *c, bool domain)
{
	row_be(r, BROWSER_UPDATE_COUNT, c, 1);
	row_le(r, BROWSER_PERIOD, c, 4);
	inform_name(pkt, c, NAME_LEN);
	row_ascii(r, BROWSER_SERVER, c, NAME_LEN);
	row_be(r, BROWSER_OS_MAJOR, c, 1);
	row_be(r, BROWSER_OS_MINOR, c, 1);
	inform_type(pkt, (uint32_t)row_le(r, BROWSER_SERVER_TYPE, c, 4));
	if (domain) {
		row_le(r, BROWSER_MYSTERIOUS_FIELD, c, 4);
		text(r, BROWSER_MB_SERVER, c);
		return;
	}
	row_be(r, BROWSER_PROTO_MAJOR, c, 1);
	row_be(r, BROWSER_PROTO_MINOR, c, 1);
	row_le(r, BROWSER_SIG, c, 2);
	text(r, BROWSER_COMMENT, c);
}

static void election(struct row *r, struct cursor *c)
{
	row_be(r, BROWSER_ELECTION_VERSION, c, 1);
	row_le(r, BROWSER_ELECTION_CRITERIA, c, 4);
	row_le(r, BROWSER_UPTIME, c, 4);
	cur_skip(c, 4);
	text(r, BROWSER_SERVER, c);
}

static void backups(struct packet *pkt, struct row *r, struct cursor *c)
{
	uint32_t count = (uint32_t)row_be(r, BROWSER_BACKUP_COUNT, c, 1);
	row_le(r, BROWSER_BACKUP_TOKEN, c, 4);
	for (; count && !pkt->fail; count--)
		text(row_open(pkt, &proto_browser, REC_BACKUP), BACKUP_SERVER, c);
}

static enum verdict browser_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_browser, REC_BROWSER);
	uint64_t command = row_be(r, BROWSER_COMMAND, c, 1);
	if (pkt->info)
		info_set(pkt, "%s", info_name(command_names, (int64_t)command, "Unknown"));
	switch (command) {
	case HOST:
	case LOCAL_MASTER:
		announcement(pkt, r, c, false);
		break;
	case DOMAIN:
		announcement(pkt, r, c, true);
		break;
	case REQUEST:
		row_be(r, BROWSER_UNUSED, c, 1);
		inform_name(pkt, c, UINT32_MAX);
		text(r, BROWSER_RESPONSE_COMPUTER_NAME, c);
		break;
	case ELECTION:
		election(r, c);
		break;
	case BACKUP_REQUEST:
		row_be(r, BROWSER_BACKUP_COUNT, c, 1);
		row_le(r, BROWSER_BACKUP_TOKEN, c, 4);
		break;
	case BACKUP_RESPONSE:
		backups(pkt, r, c);
		break;
	case BECOME_BACKUP:
		text(r, BROWSER_BROWSER_TO_PROMOTE, c);
		break;
	case MASTER:
		text(r, BROWSER_MB_SERVER, c);
		break;
	case RESET:
		row_be(r, BROWSER_RESET_CMD, c, 1);
		break;
	default:
		break;
	}
	return MINE;
}

const struct protocol proto_browser = {
	.name = "browser",
	.title = "Microsoft Windows Browser Protocol",
	.column = "BROWSER",
	.spec = "[MS-BRWS]",
	.help = "Tells which hosts of a Windows network offer what, and who keeps the list of them.",
	.id = PROTO_ID_browser,
	.records = browser_records,
	.nrecords = REC_COUNT,
	.dissect = browser_dissect,
};
