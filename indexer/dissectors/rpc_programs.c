/* Programs of ONC RPC: numbers from IANA's registry "rpc-program-numbers", procedures from their
 * specifications (RFC 1833, 1094, 1813, 7530, The Open Group's "Protocols for Interworking: XNFS") and Sun's
 * .x files. */
#include "indexer/dissectors/rpc.h"

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
