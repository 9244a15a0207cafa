/* What the packet list says of SMB 2 and 3: "Create Request File: a.txt;Close Request". */
#include "indexer/dissectors/nt_status.h"
#include "indexer/dissectors/smb2.h"
#include "indexer/dissectors/utf16.h"

/* [MS-FSCC], sections 2.4 and 2.5; [MS-SMB2], section 2.2.37. */
static const struct value_name file_levels[] = { { 4, "SMB2_FILE_BASIC_INFO" },
	{ 5, "SMB2_FILE_STANDARD_INFO" }, { 6, "SMB2_FILE_INTERNAL_INFO" }, { 7, "SMB2_FILE_EA_INFO" },
	{ 8, "SMB2_FILE_ACCESS_INFO" }, { 10, "SMB2_FILE_RENAME_INFO" }, { 13, "SMB2_FILE_DISPOSITION_INFO" },
	{ 14, "SMB2_FILE_POSITION_INFO" }, { 15, "SMB2_FILE_FULL_EA_INFO" }, { 16, "SMB2_FILE_MODE_INFO" },
	{ 17, "SMB2_FILE_ALIGNMENT_INFO" }, { 18, "SMB2_FILE_ALL_INFO" }, { 19, "SMB2_FILE_ALLOCATION_INFO" },
	{ 20, "SMB2_FILE_ENDOFFILE_INFO" }, { 21, "SMB2_FILE_ALTERNATE_NAME_INFO" },
	{ 22, "SMB2_FILE_STREAM_INFO" }, { 23, "SMB2_FILE_PIPE_INFO" }, { 28, "SMB2_FILE_COMPRESSION_INFO" },
	{ 34, "SMB2_FILE_NETWORK_OPEN_INFO" }, { 35, "SMB2_FILE_ATTRIBUTE_TAG_INFO" },
	{ 48, "SMB2_FILE_NORMALIZED_NAME_INFO" }, { 100, "SMB2_FILE_POSIX_INFO" }, { 0, NULL } };
static const struct value_name fs_levels[] = { { 1, "FileFsVolumeInformation" },
	{ 2, "FileFsLabelInformation" }, { 3, "FileFsSizeInformation" }, { 4, "FileFsDeviceInformation" },
	{ 5, "FileFsAttributeInformation" }, { 6, "FileFsControlInformation" },
	{ 7, "FileFsFullSizeInformation" }, { 8, "FileFsObjectIdInformation" },
	{ 9, "FileFsDriverPathInformation" }, { 10, "FileFsVolumeFlagsInformation" },
	{ 11, "FileFsSectorSizeInformation" }, { 0, NULL } };
static const struct value_name security_levels[] = { { 0, "SMB2_SEC_INFO_00" }, { 0, NULL } };
static const struct value_name find_levels[] = { { 1, "SMB2_FIND_DIRECTORY_INFO" },
	{ 2, "SMB2_FIND_FULL_DIRECTORY_INFO" }, { 3, "SMB2_FIND_BOTH_DIRECTORY_INFO" },
	{ 4, "SMB2_FIND_INDEX_SPECIFIED" }, { 12, "SMB2_FIND_NAME_INFO" },
	{ 37, "SMB2_FIND_ID_BOTH_DIRECTORY_INFO" }, { 38, "SMB2_FIND_ID_FULL_DIRECTORY_INFO" },
	{ 100, "SMB2_FIND_POSIX_INFO" }, { 0, NULL } };

static const struct smb2_file *find_file(const struct smb2_message *m, uint64_t file)
{
	for (unsigned i = 0; m->flow && i < SMB2_FILES; i++)
		if (m->flow->files[i].used && m->flow->files[i].file == file)
			return &m->flow->files[i];
	return NULL;
}

void smb2_note_file(struct smb2_message *m, uint64_t file)
{
	struct smb2_flow *f = m->flow;
	if (!f || !m->request)
		return;
	const struct smb2_file *known = find_file(m, file);
	unsigned at = known ? (unsigned)(known - f->files) : f->next_file;
	if (!known)
		f->next_file = (uint8_t)((f->next_file + 1) % SMB2_FILES);
	f->files[at] = (struct smb2_file) { .file = file, .name = m->request->name, .used = true };
}

void smb2_inform(struct smb2_message *m, uint32_t command)
{
	struct packet *pkt = m->pkt;
	if (pkt->layers[pkt->current].again)
		info_add(pkt, "%s", ";");
	else
		info_clear(pkt);
	info_add(pkt, "%s %s", info_name(smb2_records[0].fields[SMB2_CMD].names, command, "unknown"),
		m->response ? "Response" : "Request");
	if (!m->status)
		return;
	const char *name = nt_status_name(m->status);
	if (name)
		info_add(pkt, ", Error: %s", name);
	else
		info_add(pkt, ", Error: Unknown (0x%08x)", m->status);
}

static void add_name(struct smb2_message *m, const char *before, uint32_t id)
{
	size_t len = 0;
	const char *text = dict_get(m->pkt->dict, DICT_TEXT, id, NULL, &len);
	info_add(m->pkt, "%s", before);
	if (text)
		info_text(m->pkt, text, len);
}

void smb2_inform_file(struct smb2_message *m, uint64_t file)
{
	const struct smb2_file *known = find_file(m, file);
	if (known)
		add_name(m, " File: ", known->name);
}

void smb2_inform_field(struct smb2_message *m, const char *before, unsigned field)
{
	add_name(m, before, row_has(m->row, field) ? (uint32_t)m->row->v[field] : 0);
}

void smb2_inform_level(struct smb2_message *m, uint32_t class, uint32_t level)
{
	static const struct {
		const char *class;
		const struct value_name *levels;
	} known[] = { { "FILE_INFO", file_levels }, { "FS_INFO", fs_levels },
		{ "SEC_INFO", security_levels } };
	if (class >= 1 && class <= 3)
		info_add(m->pkt, " %s/%s", known[class - 1].class,
			info_name(known[class - 1].levels, level, "Unknown"));
}

void smb2_inform_find(struct smb2_message *m, uint32_t level)
{
	info_add(m->pkt, " %s", info_name(find_levels, level, "Unknown"));
	smb2_inform_field(m, " Pattern: ", SMB2_FIND_PATTERN);
}
