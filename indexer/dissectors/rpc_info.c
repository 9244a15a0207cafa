/* What the packet list says of the arguments and results of NFS (RFC 1094, RFC 1813), of the mount protocol
 * (appendix A and I of them) and of the port mapper (RFC 1833). Files are told by a CRC-32 of their handles,
 * as Wireshark does. */
#include <zlib.h>

#include "indexer/dissectors/rpc.h"
#include "indexer/packet.h"

enum { PORTMAP = 100000, NFS = 100003, MOUNT = 100005 };

static const struct value_name nfs_errors[] = { { 1, "PERM" }, { 2, "NOENT" }, { 5, "IO" }, { 6, "NXIO" },
	{ 13, "ACCES" }, { 17, "EXIST" }, { 18, "XDEV" }, { 19, "NODEV" }, { 20, "NOTDIR" }, { 21, "ISDIR" },
	{ 22, "INVAL" }, { 27, "FBIG" }, { 28, "NOSPC" }, { 30, "ROFS" }, { 31, "MLINK" },
	{ 63, "NAMETOOLONG" }, { 66, "NOTEMPTY" }, { 69, "DQUOT" }, { 70, "STALE" }, { 71, "REMOTE" },
	{ 10001, "BADHANDLE" }, { 10002, "NOT_SYNC" }, { 10003, "BAD_COOKIE" }, { 10004, "NOTSUPP" },
	{ 10005, "TOOSMALL" }, { 10006, "SERVERFAULT" }, { 10007, "BADTYPE" }, { 10008, "JUKEBOX" },
	{ 0, NULL } };

/* What a procedure's arguments begin with, and what of its results is shown. */
enum arguments { NOTHING, HANDLE, NAME, RENAME, LINK, SYMLINK, READ, WRITE, CREATE, ACCESS };
enum results { SILENT, FILE_HANDLE, PATH, ATTRIBUTES, COUNT, WRITTEN, RIGHTS, ENTRIES, ENTRIES_PLUS };

static const struct procedure {
	uint8_t arguments, results;
} nfs2[18] = { { NOTHING, SILENT }, { HANDLE, SILENT }, { HANDLE, SILENT }, { NOTHING, SILENT },
	{ NAME, FILE_HANDLE }, { HANDLE, PATH }, { READ, SILENT }, { NOTHING, SILENT }, { WRITE, SILENT },
	{ NAME, FILE_HANDLE }, { NAME, SILENT }, { RENAME, SILENT }, { LINK, SILENT }, { SYMLINK, SILENT },
	{ NAME, FILE_HANDLE }, { NAME, SILENT }, { HANDLE, SILENT }, { HANDLE, SILENT } },
  nfs3[22] = { { NOTHING, SILENT }, { HANDLE, ATTRIBUTES }, { HANDLE, SILENT }, { NAME, FILE_HANDLE },
	  { ACCESS, RIGHTS }, { HANDLE, PATH }, { READ, COUNT }, { WRITE, WRITTEN }, { CREATE, SILENT },
	  { NAME, SILENT }, { SYMLINK, SILENT }, { NAME, SILENT }, { NAME, SILENT }, { NAME, SILENT },
	  { RENAME, SILENT }, { LINK, SILENT }, { HANDLE, ENTRIES }, { HANDLE, ENTRIES_PLUS },
	  { HANDLE, SILENT }, { HANDLE, SILENT }, { HANDLE, SILENT }, { HANDLE, SILENT } };

#define HANDLE2     32
#define ATTRIBUTES3 84

static void handle(struct packet *pkt, uint32_t version, const char *before, struct cursor *c)
{
	uint32_t n = version == 2 ? HANDLE2 : (uint32_t)cur_be(c, 4);
	const uint8_t *p = cur_take(c, n);
	if (!p)
		return;
	info_add(pkt, "%s0x%08x", before, (unsigned)crc32(0, p, n));
	cur_skip(c, -n & 3);
}

static void name(struct packet *pkt, const char *before, struct cursor *c)
{
	uint32_t n = (uint32_t)cur_be(c, 4);
	const uint8_t *p = cur_take(c, n);
	if (!p)
		return;
	info_add(pkt, "%s", before);
	info_text(pkt, p, n);
	cur_skip(c, -n & 3);
}

static const char *stability(uint64_t how)
{
	return how == 0 ? "UNSTABLE" : how == 1 ? "DATA_SYNC" : how == 2 ? "FILE_SYNC" : "Unknown";
}

/* Rights of ACCESS, by their bits. */
static void rights(struct packet *pkt, const char *before, uint32_t bits)
{
	static const char *const names[] = { "RD", "LU", "MD", "XT", "DL", "XE" };
	info_add(pkt, ", [%s:", before);
	for (unsigned i = 0; i < 6; i++)
		if (bits >> i & 1)
			info_add(pkt, " %s", names[i]);
	info_add(pkt, "%s", "]");
}

static void nfs_arguments(struct packet *pkt, const struct rpc_call *call, unsigned form, struct cursor *c)
{
	bool old = call->version == 2;
	bool in_folder = form == NAME || form == CREATE;
	if (form == NOTHING)
		return;
	handle(pkt, call->version,
		in_folder                                           ? ", DH: "
		: form == RENAME || form == SYMLINK || form == LINK ? ", From DH: "
								    : ", FH: ",
		c);
	if (in_folder || form == RENAME || form == SYMLINK)
		name(pkt, "/", c);
	if (form == RENAME || form == LINK) {
		handle(pkt, call->version, " To DH: ", c);
		name(pkt, "/", c);
	} else if (form == SYMLINK) {
		/* Version 3 has the attributes of the link before the path that it leads to. */
		static const uint8_t optional[] = { 4, 4, 4, 8 };
		for (unsigned i = 0; !old && i < sizeof(optional); i++)
			cur_skip(c, cur_be(c, 4) ? optional[i] : 0);
		for (unsigned i = 0; !old && i < 2; i++)
			cur_skip(c, cur_be(c, 4) == 2 ? 8 : 0);
		name(pkt, " To ", c);
	} else if (form == READ && old) {
		uint32_t offset = (uint32_t)cur_be(c, 4), n = (uint32_t)cur_be(c, 4),
			 all = (uint32_t)cur_be(c, 4);
		info_add(pkt, " Offset: %u Count: %u TotalCount: %u", offset, n, all);
	} else if (form == WRITE && old) {
		uint32_t begin = (uint32_t)cur_be(c, 4), offset = (uint32_t)cur_be(c, 4),
			 all = (uint32_t)cur_be(c, 4);
		info_add(pkt, " BeginOffset: %u Offset: %u TotalCount: %u", begin, offset, all);
	} else if (form == READ || form == WRITE) {
		uint64_t offset = cur_be(c, 8);
		info_add(pkt, " Offset: %llu Len: %u", (unsigned long long)offset, (unsigned)cur_be(c, 4));
		if (form == WRITE)
			info_add(pkt, " %s", stability(cur_be(c, 4)));
	} else if (form == CREATE) {
		uint64_t mode = cur_be(c, 4);
		info_add(pkt, " Mode: %s",
			mode == 0   ? "UNCHECKED"
			: mode == 1 ? "GUARDED"
			: mode == 2 ? "EXCLUSIVE"
				    : "Unknown");
	} else if (form == ACCESS) {
		rights(pkt, "Check", (uint32_t)cur_be(c, 4) & 0x3f);
	}
}

/* RFC 1813, section 2.6: attributes that may be missing. */
static void skip_attributes(struct cursor *c)
{
	cur_skip(c, cur_be(c, 4) ? ATTRIBUTES3 : 0);
}

static void attributes(struct packet *pkt, struct cursor *c)
{
	static const struct value_name types[] = { { 1, "Regular File" }, { 2, "Directory" },
		{ 3, "Block Special Device" }, { 4, "Character Special Device" }, { 5, "Symbolic Link" },
		{ 6, "Socket" }, { 7, "Named Pipe" }, { 0, NULL } };
	uint64_t type = cur_be(c, 4);
	uint32_t mode = (uint32_t)cur_be(c, 4);
	cur_skip(c, 4);
	uint32_t uid = (uint32_t)cur_be(c, 4), gid = (uint32_t)cur_be(c, 4);
	if (!*c->fail)
		info_add(pkt, "  %s mode: %04o uid: %u gid: %u",
			info_name(types, (int64_t)type, "Unknown Type"), mode & 0xfff, uid, gid);
}

static void entries(struct packet *pkt, bool plus, struct cursor *c)
{
	skip_attributes(c);
	cur_skip(c, 8);
	while (cur_be(c, 4) == 1 && !*c->fail) {
		cur_skip(c, 8);
		name(pkt, " ", c);
		cur_skip(c, 8);
		if (!plus)
			continue;
		skip_attributes(c);
		if (cur_be(c, 4)) {
			uint32_t n = (uint32_t)cur_be(c, 4);
			cur_skip(c, n + (-n & 3));
		}
	}
}

static void nfs_results(struct packet *pkt, const struct rpc_call *call, unsigned form, struct cursor *c)
{
	bool old = call->version == 2;
	uint64_t status = call->procedure ? cur_be(c, 4) : 0;
	if (status) {
		info_add(pkt, " Error: NFS%uERR_%s", call->version,
			info_name(nfs_errors, (int64_t)status, "Unknown"));
		return;
	}
	switch (form) {
	case FILE_HANDLE:
		handle(pkt, call->version, ", FH: ", c);
		break;
	case PATH:
		if (!old)
			skip_attributes(c);
		name(pkt, " Path: ", c);
		break;
	case ATTRIBUTES:
		attributes(pkt, c);
		break;
	case COUNT:
		skip_attributes(c);
		info_add(pkt, " Len: %u", (unsigned)cur_be(c, 4));
		break;
	case WRITTEN: {
		cur_skip(c, cur_be(c, 4) ? 24 : 0); /* attributes before, and after */
		skip_attributes(c);
		uint32_t n = (uint32_t)cur_be(c, 4);
		info_add(pkt, " Len: %u %s", n, stability(cur_be(c, 4)));
		break;
	}
	case RIGHTS: {
		skip_attributes(c);
		uint32_t given = (uint32_t)cur_be(c, 4);
		if (call->asked & ~given)
			rights(pkt, "Access Denied", call->asked & ~given);
		rights(pkt, "Allowed", call->asked & given);
		break;
	}
	case ENTRIES:
	case ENTRIES_PLUS:
		entries(pkt, form == ENTRIES_PLUS, c);
		break;
	default:
		break;
	}
}

static void portmap(struct packet *pkt, const struct rpc_call *call, bool reply, struct cursor *c)
{
	if (call->version != 2 || call->procedure != 3) /* GETPORT */
		return;
	if (reply) {
		uint32_t port = (uint32_t)cur_be(c, 4);
		if (port)
			info_add(pkt, " Port:%u", port);
		else
			info_add(pkt, "%s", " PROGRAM_NOT_AVAILABLE");
		return;
	}
	uint32_t program = (uint32_t)cur_be(c, 4), version = (uint32_t)cur_be(c, 4),
		 ip = (uint32_t)cur_be(c, 4);
	const struct rpc_program *known = rpc_program(program);
	info_add(pkt, " %s(%u) V:%u ", known ? known->protocol.column : "Unknown", program, version);
	info_add(pkt, "%s", ip == 6 ? "TCP" : ip == 17 ? "UDP" : "Unknown");
}

uint8_t rpc_asked_rights(const struct rpc_call *call, const struct cursor *arguments)
{
	uint64_t n, mask;
	if (call->program != NFS || call->version != 3 || call->procedure >= sizeof(nfs3) / sizeof(*nfs3) ||
		nfs3[call->procedure].arguments != ACCESS || !cur_peek(arguments, 0, 4, &n) || n > 64 ||
		!cur_peek(arguments, 4 + (((uint32_t)n + 3) & ~3u), 4, &mask))
		return 0;
	return mask & 0x3f;
}

void rpc_inform_arguments(struct packet *pkt, const struct rpc_call *call, bool reply, struct cursor c)
{
	uint8_t fail = pkt->fail; /* whether it is malformed is for the program's own dissector to say */
	c.fail = &fail;
	if (call->program == PORTMAP) {
		portmap(pkt, call, reply, &c);
	} else if (call->program == MOUNT && !reply && (call->procedure == 1 || call->procedure == 3)) {
		name(pkt, " ", &c); /* MNT, UMNT */
	} else if (call->program == NFS && (call->version == 2 || call->version == 3)) {
		unsigned n = call->version == 2 ? sizeof(nfs2) / sizeof(*nfs2) : sizeof(nfs3) / sizeof(*nfs3);
		const struct procedure *p = call->version == 2 ? nfs2 : nfs3;
		if (call->procedure >= n)
			return;
		if (reply)
			nfs_results(pkt, call, p[call->procedure].results, &c);
		else
			nfs_arguments(pkt, call, p[call->procedure].arguments, &c);
	}
}
