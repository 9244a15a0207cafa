/* Programs of ONC RPC: numbers from IANA's registry "rpc-program-numbers", procedures from their
 * specifications (RFC 1833, 1094, 1813, 7530, The Open Group's "Protocols for Interworking: XNFS") and Sun's
 * .x files. */
#include "indexer/dissectors/rpc.h"

#include <string.h>

/* clang-format off */
#define PROGRAM(number_, name_, title_, column_, help_, ...) \
	{ number_, { .name = name_, .title = title_, .column = column_, .help = help_ }, { __VA_ARGS__ } }

static const struct rpc_program programs[] = {
	PROGRAM(100000, "portmap", "Portmap", "Portmap", "Tells at which port a program listens.", 5, 5, 8, 12),
	PROGRAM(100001, "rstat", "RSTAT", "RSTAT", "Load of another machine.", 2, 2, 2, 2),
	PROGRAM(100003, "nfs", "Network File System", "NFS", "Files of another machine.", 0, 17, 21, 1),
	PROGRAM(100004, "ypserv", "Yellow Pages Service", "YPSERV", "Looks up names in shared lists.", 11, 11, 0, 0),
	PROGRAM(100005, "mount", "Mount Service", "MOUNT", "Gives the first handle of a shared folder.", 5, 7, 5, 0),
	PROGRAM(100007, "ypbind", "Yellow Pages Bind", "YPBIND", "Finds a server of shared lists.", 2, 2, 0, 0),
	PROGRAM(100008, "rwall", "Remote Wall protocol", "WALL", "Writes to all who are logged in.", 2, 0, 0, 0),
	PROGRAM(100009, "yppasswd", "Yellow Pages Passwd", "YPPASSWD", "Changes a password in shared lists.", 1, 0, 0, 0),
	PROGRAM(100011, "rquota", "Remote Quota", "RQUOTA", "How much a user may store.", 2, 2, 0, 0),
	PROGRAM(100012, "spray", "SPRAY", "SPRAY", "Sends packets to see how many arrive.", 3, 0, 0, 0),
	PROGRAM(100020, "klm", "Kernel Lock Manager", "KLM", "Locks of files, inside a machine.", 4, 0, 0, 0),
	PROGRAM(100021, "nlm", "Network Lock Manager Protocol", "NLM", "Locks of files over NFS.", 15, 15, 23, 23),
	PROGRAM(100024, "stat", "Network Status Monitor Protocol", "STAT", "Tells who holds locks that a machine began anew.", 6, 0, 0, 0),
	PROGRAM(100026, "bootparams", "Boot Parameters", "BOOTPARAMS", "What a machine without a disk needs to begin.", 2, 0, 0, 0),
	PROGRAM(100069, "ypxfr", "Yellow Pages Transfer", "YPXFR", "Copies shared lists.", 1, 0, 0, 0),
	PROGRAM(100227, "nfsacl", "NFSACL", "NFSACL", "Access lists of files over NFS.", 0, 5, 3, 0),
	PROGRAM(100231, "nfsauth", "NFSAUTH", "NFSAUTH", "May a client use a share?", 1, 0, 0, 0),
	PROGRAM(100300, "nisplus", "NIS+", "NIS+", "Looks up names in shared tables.", 0, 0, 24, 0),
	PROGRAM(100302, "nispluscb", "NIS+ Callback", "NIS+ CB", "Results of NIS+ that come later.", 3, 0, 0, 0),
	PROGRAM(150001, "pcnfsd", "PC NFS", "PCNFSD", "Users and printers for PCs.", 3, 14, 0, 0),
	PROGRAM(788585389, "hclnfsd", "Hummingbird NFS Daemon", "HCLNFSD", "Users and printers for PCs.", 31, 0, 0, 0),
};
/* clang-format on */

const struct rpc_program *rpc_program(uint32_t number)
{
	for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++)
		if (programs[i].number == number)
			return &programs[i];
	return NULL;
}

bool rpc_has_procedure(const struct rpc_program *p, uint32_t version, uint32_t procedure)
{
	return version >= 1 && version <= RPC_VERSIONS && procedure &&
	       procedure <= p->procedures[version - 1];
}

/* The procedures of a version, from number 0 on; "-" has none. */
static const struct {
	uint32_t program;
	uint8_t version;
	const char *names;
} procedures[] = {
	{ 100000, 1, "NULL SET UNSET GETPORT DUMP CALLIT" },
	{ 100000, 2, "NULL SET UNSET GETPORT DUMP CALLIT" },
	{ 100000, 3, "NULL SET UNSET GETADDR DUMP CALLIT GETTIME UADDR2TADDR TADDR2UADDR" },
	{ 100000, 4,
		"NULL SET UNSET GETADDR DUMP BCAST GETTIME UADDR2TADDR TADDR2UADDR GETVERSADDR INDIRECT "
		"GETADDRLIST GETSTAT" },
	{ 100001, 1, "NULL STATS HAVEDISK" },
	{ 100001, 2, "NULL STATS HAVEDISK" },
	{ 100001, 3, "NULL STATS HAVEDISK" },
	{ 100001, 4, "NULL STATS HAVEDISK" },
	{ 100003, 2,
		"NULL GETATTR SETATTR ROOT LOOKUP READLINK READ WRITECACHE WRITE CREATE REMOVE RENAME LINK "
		"SYMLINK MKDIR RMDIR READDIR STATFS" },
	{ 100003, 3,
		"NULL GETATTR SETATTR LOOKUP ACCESS READLINK READ WRITE CREATE MKDIR SYMLINK MKNOD REMOVE "
		"RMDIR RENAME LINK READDIR READDIRPLUS FSSTAT FSINFO PATHCONF COMMIT" },
	{ 100003, 4, "NULL COMPOUND" },
	{ 100004, 1, "- DOMAIN DOMAIN_NONACK MATCH FIRST NEXT XFR CLEAR ALL MASTER ORDER MAPLIST" },
	{ 100004, 2, "- DOMAIN DOMAIN_NONACK MATCH FIRST NEXT XFR CLEAR ALL MASTER ORDER MAPLIST" },
	{ 100005, 1, "NULL MNT DUMP UMNT UMNTALL EXPORT EXPORTALL" },
	{ 100005, 2, "NULL MNT DUMP UMNT UMNTALL EXPORT EXPORTALL PATHCONF" },
	{ 100005, 3, "NULL MNT DUMP UMNT UMNTALL EXPORT" },
	{ 100007, 1, "NULL DOMAIN SETDOMAIN" },
	{ 100007, 2, "NULL DOMAIN SETDOMAIN" },
	{ 100008, 1, "- - RWALL" },
	{ 100009, 1, "NULL UPDATE" },
	{ 100011, 1, "NULL GETQUOTA GETACTIVEQUOTA SETQUOTA SETACTIVEQUOTA" },
	{ 100011, 2, "NULL GETQUOTA GETACTIVEQUOTA SETQUOTA SETACTIVEQUOTA" },
	{ 100012, 1, "NULL SPRAY GET CLEAR" },
	{ 100020, 1, "- TEST LOCK CANCEL UNLOCK" },
	{ 100021, 1,
		"NULL TEST LOCK CANCEL UNLOCK GRANTED TEST_MSG LOCK_MSG CANCEL_MSG UNLOCK_MSG GRANTED_MSG "
		"TEST_RES LOCK_RES CANCEL_RES UNLOCK_RES GRANTED_RES" },
	{ 100021, 2,
		"NULL TEST LOCK CANCEL UNLOCK GRANTED TEST_MSG LOCK_MSG CANCEL_MSG UNLOCK_MSG GRANTED_MSG "
		"TEST_RES LOCK_RES CANCEL_RES UNLOCK_RES GRANTED_RES" },
	{ 100021, 3,
		"NULL TEST LOCK CANCEL UNLOCK GRANTED TEST_MSG LOCK_MSG CANCEL_MSG UNLOCK_MSG GRANTED_MSG "
		"TEST_RES LOCK_RES CANCEL_RES UNLOCK_RES GRANTED_RES - - - - SHARE UNSHARE NM_LOCK "
		"FREE_ALL" },
	{ 100021, 4,
		"NULL TEST LOCK CANCEL UNLOCK GRANTED TEST_MSG LOCK_MSG CANCEL_MSG UNLOCK_MSG GRANTED_MSG "
		"TEST_RES LOCK_RES CANCEL_RES UNLOCK_RES GRANTED_RES - - - - SHARE UNSHARE NM_LOCK "
		"FREE_ALL" },
	{ 100024, 1, "NULL STAT MON UNMON UNMON_ALL SIMU_CRASH NOTIFY" },
	{ 100026, 1, "NULL WHOAMI GETFILE" },
	{ 100069, 1, "NULL GETMAP" },
	{ 100227, 1, "NULL" },
	{ 100227, 2, "NULL GETACL SETACL GETATTR ACCESS GETXATTRDIR" },
	{ 100227, 3, "NULL GETACL SETACL GETXATTRDIR" },
	{ 100231, 1, "NULL ACCESS" },
	{ 100300, 3,
		"NULL LOOKUP ADD MODIFY REMOVE IBLIST IBADD IBMODIFY IBREMOVE IBFIRST IBNEXT - FINDDIRECTORY "
		"- STATUS DUMPLOG DUMP CALLBACK CPTIME CHECKPOINT PING SERVSTATE MKDIR RMDIR UPDKEYS" },
	{ 100302, 1, "NULL RECEIVE FINISH ERROR" },
	{ 150001, 1, "NULL AUTH PR_INIT PR_START" },
	{ 150001, 2,
		"NULL INFO PR_INIT PR_START PR_LIST PR_QUEUE PR_STATUS PR_CANCEL PR_ADMIN PR_REQUEUE PR_HOLD "
		"PR_RELEASE MAPID AUTH ALERT" },
	{ 788585389, 1,
		"NULL SPOOL_INQUIRE SPOOL_FILE AUTHORIZE GRP_NAME_TO_NUMB GRP_TO_NUMBER RETURN_HOST "
		"UID_TO_NAME NAME_TO_UID - - - - - - - - - - - SHARE UNSHARE LOCK REMOVE UNLOCK - - - - - "
		"GET_PRINTERS GET_PRINTQ CANCEL_PRJOB - - - - - - - - - - - - - - - - - - - - - - - - - - - "
		"- - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - "
		"ZAP_LOCKS" },
};

const char *rpc_procedure_name(uint32_t program, uint32_t version, uint32_t procedure, int *len)
{
	for (size_t i = 0; i < sizeof(procedures) / sizeof(*procedures); i++) {
		if (procedures[i].program != program || procedures[i].version != version)
			continue;
		const char *p = procedures[i].names;
		for (; procedure && *p; procedure--) {
			p += strcspn(p, " ");
			p += *p == ' ';
		}
		*len = (int)strcspn(p, " ");
		return *p && *p != '-' ? p : NULL;
	}
	return NULL;
}
