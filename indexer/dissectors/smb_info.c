/* What the packet list says of SMB 1: "Session Setup AndX Request, User: DOMAIN\user; Tree Connect AndX
 * Request, Path: \\host\share". */
#include "indexer/dissectors/nt_status.h"
#include "indexer/dissectors/smb.h"

/* [MS-CIFS], section 2.2.2.2 and 2.2.2.3. */
static const struct value_name transactions[] = { { 0, "OPEN2" }, { 1, "FIND_FIRST2" }, { 2, "FIND_NEXT2" },
	{ 3, "QUERY_FS_INFO" }, { 4, "SET_FS_INFO" }, { 5, "QUERY_PATH_INFO" }, { 6, "SET_PATH_INFO" },
	{ 7, "QUERY_FILE_INFO" }, { 8, "SET_FILE_INFO" }, { 9, "FSCTL" }, { 10, "IOCTL2" },
	{ 11, "FIND_NOTIFY_FIRST" }, { 12, "FIND_NOTIFY_NEXT" }, { 13, "CREATE_DIRECTORY" },
	{ 14, "SESSION_SETUP" }, { 15, "Unknown (0x0f)" }, { 16, "GET_DFS_REFERRAL" },
	{ 17, "REPORT_DFS_INCONSISTENCY" }, { 0, NULL } };
static const struct value_name levels[] = { { 1, "Info Standard" }, { 2, "Info Query EA Size" },
	{ 3, "Info Query EAs From List" }, { 4, "Info Query All EAs" }, { 6, "Info Is Name Valid" },
	{ 257, "Query File Basic Info" }, { 258, "Query File Standard Info" }, { 259, "Query File EA Info" },
	{ 260, "Query File Name Info" }, { 263, "Query File All Info" }, { 264, "Query File Alt Name Info" },
	{ 265, "Query File Stream Info" }, { 267, "Query File Compression Info" },
	{ 512, "Query File Unix Basic" }, { 513, "Query File Unix Link" },
	{ 514, "Query File Unix Hardlink" }, { 516, "Query File Posix ACL" },
	{ 517, "Query File Posix XATTR" }, { 518, "Query File Posix Attr Flags" },
	{ 519, "Query File Posix Permissions" }, { 520, "Query File Posix Lock" },
	{ 523, "Query File Unix Info2" }, { 1004, "Query File Basic Info" },
	{ 1005, "Query File Standard Info" }, { 1006, "Query File Internal Info" },
	{ 1007, "Query File EA Info" }, { 1009, "Query File Name Info" }, { 1010, "Query File Rename Info" },
	{ 1011, "Query File Link Info" }, { 1012, "Query File Names Info" },
	{ 1013, "Query File Disposition Info" }, { 1014, "Query File Position Info" },
	{ 1015, "Query File Full EA Info" }, { 1016, "Query File Mode Info" },
	{ 1017, "Query File Alignment Info" }, { 1018, "Query File All Info" },
	{ 1019, "Query File Allocation Info" }, { 1020, "Query File End of File Info" },
	{ 1021, "Query File Alt Name Info" }, { 1022, "Query File Stream Info" },
	{ 1023, "Query File Pipe Info" }, { 1024, "Query File Pipe Local Info" },
	{ 1025, "Query File Pipe Remote Info" }, { 1026, "Query File Mailslot Query Info" },
	{ 1027, "Query File Mailslot Set Info" }, { 1028, "Query File Compression Info" },
	{ 1029, "Query File ObjectID Info" }, { 1030, "Query File Completion Info" },
	{ 1031, "Query File Move Cluster Info" }, { 1032, "Query File Quota Info" },
	{ 1033, "Query File Reparsepoint Info" }, { 1034, "Query File Network Open Info" },
	{ 1035, "Query File Attribute Tag Info" }, { 1036, "Query File Tracking Info" },
	{ 1037, "Query File Maximum Info" }, { 0, NULL } };

static void add_text(struct smb_message *m, const char *before, unsigned field)
{
	size_t len = 0;
	const char *text = row_has(m->row, field)
				   ? dict_get(m->pkt->dict, DICT_TEXT, (uint32_t)m->row->v[field], NULL, &len)
				   : NULL;
	info_add(m->pkt, "%s", before);
	if (text)
		info_text(m->pkt, text, len);
}

static void add_fid(struct smb_message *m)
{
	uint32_t fid = row_has(m->row, SMB_FID)    ? (uint32_t)m->row->v[SMB_FID]
		       : m->response && m->request ? m->request->fid
						   : 0;
	info_add(m->pkt, ", FID: 0x%04x", fid);
}

static void transfer(struct smb_message *m, uint32_t cmd)
{
	const uint8_t *w = m->words;
	bool write = cmd == SMB_COM_WRITE_ANDX;
	add_fid(m);
	if (m->response && m->wct >= (write ? 6u : 12u))
		info_add(m->pkt, ", %u bytes", write ? le16(w + 4) : le16(w + 10));
	else if (!m->response && m->wct >= (write ? 12u : 10u))
		info_add(m->pkt, ", %u bytes at offset %llu", write ? le16(w + 20) : le16(w + 10),
			(unsigned long long)m->row->v[SMB_FILE_OFFSET]);
}

static void trans2(struct smb_message *m)
{
	struct row *r = m->row;
	if (m->response) {
		if (m->request && m->request->fid)
			add_fid(m);
		if (m->request && m->request->trans2)
			info_add(m->pkt, ", %s", info_name(transactions, m->request->trans2 - 1, "Unknown"));
		return;
	}
	if (!row_has(r, SMB_TRANS2_CMD))
		return;
	info_add(m->pkt, ", %s", info_name(transactions, r->v[SMB_TRANS2_CMD], "Unknown"));
	if (row_has(r, SMB_FID))
		add_fid(m);
	bool find = row_has(r, SMB_SEARCH_PATTERN);
	if (row_has(r, SMB_QPI_LOI) && !find)
		info_add(m->pkt, ", %s", info_name(levels, r->v[SMB_QPI_LOI], "Unknown"));
	if (row_has(r, SMB_FILE))
		add_text(m, ", Path: ", SMB_FILE);
	if (find)
		add_text(m, ", Pattern: ", SMB_SEARCH_PATTERN);
}

static void session(struct smb_message *m)
{
	if (m->response || m->wct == 12 || m->wct < 10) /* 12 words: a security blob tells */
		return;
	if (!row_has(m->row, SMB_ACCOUNT)) {
		info_add(m->pkt, "%s", ", User: anonymous");
		return;
	}
	add_text(m, ", User: ", SMB_PRIMARY_DOMAIN);
	add_text(m, "\\", SMB_ACCOUNT);
}

void smb_inform(struct smb_message *m, uint32_t cmd, bool first)
{
	if (first)
		info_clear(m->pkt);
	else
		info_add(m->pkt, "%s", "; ");
	info_add(m->pkt, "%s %s", info_name(smb_commands, cmd, "unknown"),
		m->response ? "Response" : "Request");
	switch (cmd) {
	case SMB_COM_CREATE_DIRECTORY:
	case SMB_COM_DELETE_DIRECTORY:
	case SMB_COM_CHECK_DIRECTORY:
		if (!m->response)
			add_text(m, ", Directory: ", SMB_PATH);
		break;
	case SMB_COM_TREE_CONNECT_ANDX:
		if (!m->response)
			add_text(m, ", Path: ", SMB_PATH);
		break;
	case SMB_COM_DELETE:
	case SMB_COM_QUERY_INFORMATION:
	case SMB_COM_SET_INFORMATION:
		if (!m->response)
			add_text(m, ", Path: ", SMB_FILE);
		break;
	case SMB_COM_RENAME:
		if (!m->response) {
			add_text(m, ", Old Name: ", SMB_OLD_FILE);
			add_text(m, ", New Name: ", SMB_FILE);
		}
		break;
	case SMB_COM_NT_CREATE_ANDX:
	case SMB_COM_OPEN_ANDX:
		if (m->response)
			add_fid(m);
		else
			add_text(m, ", Path: ", SMB_FILE);
		break;
	case SMB_COM_CLOSE:
		add_fid(m);
		break;
	case SMB_COM_READ_ANDX:
	case SMB_COM_WRITE_ANDX:
		transfer(m, cmd);
		break;
	case SMB_COM_TRANSACTION2:
		trans2(m);
		break;
	case SMB_COM_SESSION_SETUP_ANDX:
		session(m);
		break;
	default:
		break;
	}
}

void smb_inform_error(struct packet *pkt, struct layer *layer, const struct layer *child)
{
	(void)child;
	if (!row_has(layer->row, SMB_NT_STATUS) || !layer->row->v[SMB_NT_STATUS])
		return;
	uint32_t status = (uint32_t)layer->row->v[SMB_NT_STATUS];
	const char *name = nt_status_name(status);
	if (name)
		info_add(pkt, ", Error: %s", name);
	else
		info_add(pkt, ", Error: Unknown (0x%08x)", status);
}
